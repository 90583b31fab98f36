"""What results say of the parameters they rest on: in a caption, and in a sentence."""

from __future__ import annotations

from calibration.belief import Belief, Posterior
from simulation.parameters import FREE

SHOWN_OF_HASH = 8
"""Characters of a file's hash that are shown; the manifest has all."""


def caption(belief: Belief) -> str:
    """Where the parameters come from, in a few words."""
    if belief.posterior is not None:
        return f"posterior draws (file {belief.posterior.sha256[:SHOWN_OF_HASH]})"
    return "default parameters" if belief.kind == "default" else "prior draws"


def sentence(belief: Belief) -> str:
    """The same for people who must judge the results."""
    if belief.posterior is not None:
        return _of_posterior(belief.posterior)
    if belief.kind == "default":
        return "Every parameter is at its default: the intervals hold chance alone."
    return "Parameters are draws from their priors: nothing has been fitted to data."


def _of_posterior(posterior: Posterior) -> str:
    which = "posterior that comes with scoresim" if posterior.is_shipped else f"posterior in {posterior.file}"
    fitted, draws = len(posterior.names), f"{len(posterior.rows):,} draws"
    return (
        f"{fitted} parameters are draws from the {which} ({draws}, file {posterior.sha256[:SHOWN_OF_HASH]}): "
        "fitted to trials and national levels, which inform only some of them (scoresim validate). The other "
        f"{len(FREE) - fitted} are draws from their priors."
    )
