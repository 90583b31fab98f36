"""What is believed of the parameters: their posterior where they were fitted, their priors elsewhere.

A draw of the posterior is a whole row of its file, since fitted parameters depend on one another; the free
parameters that were not fitted are drawn from their priors, with the values that `prior_draws` gives.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from calibration.fitted import FITTED, priors_of
from calibration.prior import prior_draws
from simulation.compile import PACKAGE
from simulation.inputs import InputError
from simulation.kept import Arrays, kept
from simulation.parameters import FREE, PARAMETERS

if TYPE_CHECKING:
    import polars as pl

REMEDY = "name the posterior.parquet in a folder of scoresim calibrate --out, or give --prior"
FIT_AGAIN = "fit again with this version: scoresim calibrate --out DIR"

FloatArray = NDArray[np.float64]


def shipped_posterior() -> Path:
    """Where the posterior is that comes with the package, if one does."""
    return Path(str(resources.files("calibration"))) / "data" / "posterior.parquet"


def usual_draws() -> str:
    """Where parameters come from if nothing else is asked: "posterior" if one is shipped, else "prior"."""
    return "posterior" if shipped_posterior().is_file() else "prior"


@dataclass(frozen=True)
class Posterior:
    """Draws of the fitted parameters.

    Attributes:
        file: that they were read from.
        sha256: of the file, hexadecimal.
        source: provenance that the file gives (command, data, seed, versions, ...).
        names: of the parameters.
        rows: values in the parameters' own units (draws, parameters).

    """

    file: Path
    sha256: str
    source: Mapping[str, Any]
    names: tuple[str, ...]
    rows: FloatArray

    @property
    def is_shipped(self) -> bool:
        """Whether it is the one that comes with the package."""
        return self.file == shipped_posterior()

    def draws(self, n: int, seed: int) -> list[dict[str, float]]:
        """``n`` rows evenly taken from the file, in an order of chance; none twice before all are taken."""
        rng = np.random.default_rng([seed, 405])
        places = (np.arange(n) + rng.random()) * (len(self.rows) / n)
        chosen = rng.permutation(places.astype(np.int64))
        return [dict(zip(self.names, row, strict=True)) for row in self.rows[chosen].tolist()]


@dataclass(frozen=True)
class Belief:
    """Where the values of the parameters come from: ``kind`` is "posterior", "prior" or "default"."""

    kind: str
    posterior: Posterior | None = None

    def draws(self, n: int, seed: int) -> list[dict[str, float]]:
        """``n`` sets of parameters, by name; what a set lacks stays at its default.

        They depend on ``n``, ``seed`` and the posterior alone.
        """
        if self.kind == "default":
            return [{} for _ in range(n)]
        drawn = prior_draws(n, seed)
        if self.posterior is None:
            return drawn
        fitted = self.posterior.draws(n, seed)
        return [{**others, **joint} for others, joint in zip(drawn, fitted, strict=True)]

    def record(self) -> dict[str, Any]:
        """What to keep beside results: how many parameters were drawn, and from which file."""
        told: dict[str, Any] = {"draws": self.kind, "free": 0 if self.kind == "default" else len(FREE)}
        if self.posterior is not None:
            told["fitted"] = len(self.posterior.names)
            told["posterior"] = {
                "file": str(self.posterior.file),
                "sha256": self.posterior.sha256,
                "draws": len(self.posterior.rows),
                "provenance": dict(self.posterior.source),
            }
        return told


DEFAULTS = Belief("default")
"""Every parameter at its default."""


def belief_of(draws: str) -> Belief:
    """The belief called ``draws``: "posterior" (the shipped one), "prior", "default", or a posterior's file.

    Raises InputError if the file is not a posterior that this version fits.
    """
    if draws in ("prior", "default"):
        return Belief(draws)
    return Belief("posterior", read_posterior(shipped_posterior() if draws == "posterior" else Path(draws)))


# Reading


def read_posterior(file: Path) -> Posterior:
    """The posterior of a file that `calibration.draws_file.write_draws` wrote; InputError if it is another.

    The values are kept in the cache folder: what reads Parquet takes as long to load as a small run to begin.
    """
    content = _content(file)
    sources = (Path(__file__), PACKAGE / "parameters.py", PACKAGE / "data" / "parameters.csv")
    depends_on = [content, *(source.read_bytes() for source in sources), repr(FITTED).encode()]
    arrays = kept("posterior", depends_on, lambda: _checked(file))
    digest = hashlib.sha256(content).hexdigest()
    return Posterior(file, digest, json.loads(str(arrays["source"])), FITTED, arrays["rows"])


def _content(file: Path) -> bytes:
    if file.is_dir():
        raise InputError(file, None, None, "is a folder, not a posterior", REMEDY)
    if not file.is_file():
        problem = "is not an ordinary file" if file.exists() else "does not exist"
        raise InputError(file, None, None, problem, REMEDY)
    try:
        return file.read_bytes()
    except OSError as error:
        raise InputError(file, None, None, f"cannot be read ({error.strerror})", REMEDY) from None


def _checked(file: Path) -> Arrays:
    """Values of the fitted parameters (draws, parameters) and the provenance, both found right."""
    from polars.exceptions import PolarsError

    from calibration.draws_file import read_draws, read_priors

    try:
        (table, source), priors = read_draws(file), read_priors(file)
    except (OSError, ValueError, PolarsError):
        problem = "is not a posterior that scoresim wrote"
        raise InputError(file, None, None, problem, REMEDY) from None
    _check_names(file, table.columns)
    _check_priors(file, priors)
    return {"rows": _values(file, table), "source": np.array(json.dumps(source))}


def _check_names(file: Path, names: Sequence[str]) -> None:
    for problem, found in (
        ("lacks parameters that are fitted", set(FITTED) - set(names)),
        ("holds parameters that are not fitted here", set(names) - set(FITTED)),
    ):
        if found:
            first, *others = sorted(found)
            more = f" and {len(others)} more" if others else ""
            raise InputError(file, None, None, f"{problem}: {first}{more}", FIT_AGAIN)


def _check_priors(file: Path, priors: Mapping[str, str]) -> None:
    for name, now in priors_of(FITTED).items():
        if priors.get(name) != now:
            then = priors.get(name, "of a prior that the file does not tell")
            raise InputError(
                file, name, None, f"was {then} when it was fitted and is {now} in this version's registry",
                FIT_AGAIN,
            )  # fmt: skip


def _values(file: Path, table: pl.DataFrame) -> FloatArray:
    if table.is_empty() or not all(kind.is_numeric() for kind in table.dtypes):
        raise InputError(file, None, None, "holds no draws", REMEDY)
    rows = table.select(FITTED).to_numpy().astype(np.float64)
    for name, column in zip(FITTED, rows.T, strict=True):
        low, high = PARAMETERS[name].low, PARAMETERS[name].high
        if not ((low <= column) & (column <= high)).all():
            problem = f"holds values that are not between {low:g} and {high:g}"
            raise InputError(file, name, None, problem, REMEDY)
    return rows
