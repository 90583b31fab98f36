"""Mean changes of rates, brought from the enterprises that reported to all that were trained."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from calibration.observations import PRODUCTIVITY, Observations
from simulation.parameters import PARAMETERS

FloatArray = NDArray[np.float64]

PRACTICE_GAIN = (0.05, 0.26)
"""Practice share gained in a module taught: a class alone brings about 5 points, intensive visits 26
(trials).
"""

EXPOSURE = (0.3, 0.65)
"""Share of the smoothed year in which the module's practices were in use: all of it had they come at once,
0.65.
"""


LIKELY_CORRELATION = 0.3
"""Standard deviation of the belief about the correlation of a rate's change with the true gain in
productivity.
"""


def mean_changes(
    data: Observations, name: str, gain_variance: FloatArray, excess: FloatArray, rng: np.random.Generator
) -> FloatArray:
    """Draws of the mean change of a rate over all trained enterprises, in its unit.

    Regression, over those that gave the rate twice, of its change on its own baseline and on log
    productivity's baseline, at the mean of all; less what goes with the ``excess`` of the reporters' true
    productivity gain, whose variance is ``gain_variance`` (one entry a draw). Enterprises are weighted anew
    in every draw (Bayesian bootstrap).
    """
    before, after = data.baseline[name], data.end[name]
    both = np.isfinite(before) & np.isfinite(after)
    first = _centred_on_all(data.baseline[PRODUCTIVITY])
    design = np.stack([np.ones(int(both.sum())), _centred_on_all(before)[both], first[both]], axis=1)
    change = (after - before)[both]
    weights = rng.standard_exponential((len(excess), len(change)))
    weights /= weights.sum(axis=1, keepdims=True)
    coefficients, left = _regression(design, change, weights)
    gain = (data.end[PRODUCTIVITY] - data.baseline[PRODUCTIVITY])[both]
    known = np.isfinite(gain)
    _, left_gain = _regression(design[known], gain[known], weights[:, known])
    together = (weights[:, known] * left[:, known] * left_gain).sum(axis=1) / weights[:, known].sum(axis=1)
    spread = np.sqrt((weights * left**2).sum(axis=1))
    return coefficients[:, 0] - _slope(together, spread, gain_variance, rng) * excess


def _slope(
    together: FloatArray, spread: FloatArray, gain_variance: FloatArray, rng: np.random.Generator
) -> FloatArray:
    """Draws of the slope of a rate's change on the true gain: covariance over variance, drawn towards none.

    Measured gains are mostly error, so that the covariance with them says little of a slope on true ones: it
    is weighed against the belief that the correlation is within about ``LIKELY_CORRELATION`` of zero.
    """
    believed = LIKELY_CORRELATION * spread / np.sqrt(gain_variance)
    error = together.std() / gain_variance
    share = believed**2 / (believed**2 + error**2)
    chance = np.sqrt(share * (1.0 - share)) * error * rng.standard_normal(len(together))
    return share * together / gain_variance + chance


def _centred_on_all(values: FloatArray) -> FloatArray:
    """Values less their mean over all trained enterprises; a missing one counts as the mean."""
    return np.nan_to_num(values - np.nanmean(values))


def _regression(design: FloatArray, values: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Least squares in every draw: coefficients (draws, columns) and residuals (draws, enterprises)."""
    weighted = weights[:, :, None] * design
    normal = np.einsum("mni,nj->mij", weighted, design) + 1e-9 * np.eye(design.shape[1])
    moments = np.einsum("mni,n->mi", weighted, values)
    coefficients = np.linalg.solve(normal, moments[:, :, None])[:, :, 0]
    return coefficients, values - coefficients @ design.T


def recording_growth(name: str, taught: float, draws: int, rng: np.random.Generator) -> FloatArray:
    """By what factor the recorded share of events grew over the smoothed year
    (``observation.recorded_share``).

    ``taught`` is the share of enterprises that took the module which raises it. All else is prior.
    """
    untrained = PARAMETERS["recording_injuries" if name == "injury_rate" else "recording_defects"]
    share = untrained.quantile(rng.random(draws))
    brought = PARAMETERS["recording_training"].quantile(rng.random(draws))
    gain = np.minimum(1.0, 4.0 * rng.uniform(*PRACTICE_GAIN, draws))
    return 1.0 + taught * rng.uniform(*EXPOSURE, draws) * (1.0 - share) / share * brought * gain
