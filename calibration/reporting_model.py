"""How productivity gains come to be reported: measurement error, fading shocks, and reporting that depends on
them.

The observation model of :mod:`simulation.observation`, with a probit in place of its logit (odds exp(x) and
Phi(x / 1.702) differ by less than 0.01), so that every integral is a normal one (Heckman's selection model):

- true baseline b and true gain g of an enterprise are jointly normal; Cov(b, g) = -``fading`` Var(g): what
  was a passing shock at the baseline is partly gone a year later (1/2 if gains were nothing else, 0 if shocks
  last)
- the sheet has y0 = b + e0 and y1 = b + g + e1, errors with standard deviation ``error``
- it has y1 only of those that report: P = Phi((base + slope g + level b) / 1.702), or, in a second version,
  with the measured gain y1 - y0 in place of g (the enterprise reports when its own sheet shows success)

**What a table identifies.** The spread of measured gains and their correlation with the baseline give Var(g)
+ 2 error^2 and error^2 + ``fading`` Var(g), not their parts; the share that reports gives ``base``; whether
reporters began higher or lower gives ``level`` + (a little) ``slope``. The ``slope``, which makes the bias,
shows only in the skewness of measured gains and is mostly prior unless the rule is a sharp threshold. So the
interval stays wide by as much as the rule is unknown, and more enterprises do not help.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from simulation.parameters import PARAMETERS

FloatArray = NDArray[np.float64]

LOGIT_OF_PROBIT = 1.702
"""Logit(p) is about this times the normal score of p: the largest difference in p is 0.0095 (Johnson and
Kotz).
"""

SMOOTHING = 1.0 / 12.0
"""Share by which a smoothed indicator closes on the month's value (``simulation.observation.remember``)."""

REPORT_AFTER = 12
"""Months from baseline to end."""

LEAST_VARIANCE = 0.1
"""Of log productivity between enterprises, where a table is too small to show it (the model: 0.3 to 0.4)."""

SHARPEST = 60.0
"""Largest slope of the log odds: with gains spread by 0.1, as good as a threshold."""

RULES_BELIEVED = (0.5, 0.35, 0.15)
"""Belief in the registry's slope, in weaker and in sharper ones: doubt about the rule then widens the
interval, and leaves the mean correction where the registry has it."""

N_PARAMETERS = 7
(MEAN, SPREAD, FADING, BASE, LEVEL, ERROR, SLOPE) = range(N_PARAMETERS)


@dataclass(frozen=True)
class ReportingPrior:
    """What is believed of reporting before the table is seen.

    ``slope`` of the log odds of reporting in the gain: ``registry`` takes it from the registry
    (``reporting_gain``), as if the rule were known; ``any_rule`` gives the registry half of the belief, the
    rest to rules that hardly look at the gain (slope 0 to 2.5) and to sharper ones, up to a threshold
    (:data:`RULES_BELIEVED`); ``none``: reporting depends on the baseline and chance alone. ``sees_error`` is
    the belief that reporting follows the measured gain and not the true one: doubt to one side, which lowers
    an effect by about 0.01 log points where reporting follows the true gain, and without which the other rule
    is missed. ``spread`` is the median standard deviation of true gains within a year (log points; None: what
    the registry's passing shocks give, with 0.05 for differences in the effect), ``spread_factor`` the sd of
    its log.
    """

    slope: str = "any_rule"
    sees_error: float = 0.1
    spread: float | None = None
    spread_factor: float = 0.35
    fading: tuple[float, float] = (0.4, 0.15)
    mean_gain: float = 0.3
    level: float = 1.5


@dataclass(frozen=True)
class Gains:
    """Log productivity of trained enterprises: ``baseline`` of all; ``gain`` of those that gave an end, else
    NaN.

    ``reports``: whether the enterprise reported anything at the end.
    """

    baseline: FloatArray
    gain: FloatArray
    reports: NDArray[np.bool_]


@dataclass(frozen=True)
class Reporting:
    """Parameters of the model, one entry a draw, in log points; ``base`` (at the mean gain), ``slope`` and
    ``level`` (per log point) in log odds."""

    mean: FloatArray
    spread: FloatArray
    fading: FloatArray
    base: FloatArray
    level: FloatArray
    error: FloatArray
    slope: FloatArray
    sees_error: FloatArray


def parameters_of(scores: FloatArray, prior: ReportingPrior, sees_error: float = 0.0) -> Reporting:
    """Parameters at standard normal scores of their priors (draws, :data:`N_PARAMETERS`)."""
    error = PARAMETERS["measurement_error"]
    spread = usual_spread() if prior.spread is None else prior.spread
    log_error_sd = float(error.prior.split(",")[1].rstrip(")"))
    return Reporting(
        mean=prior.mean_gain * scores[:, MEAN],
        spread=spread * np.exp(prior.spread_factor * scores[:, SPREAD]),
        fading=np.clip(prior.fading[0] + prior.fading[1] * scores[:, FADING], 0.0, 0.8),
        base=2.0 * scores[:, BASE],
        level=prior.level * scores[:, LEVEL],
        error=error.default * np.exp(log_error_sd * scores[:, ERROR]),
        slope=np.interp(scores[:, SLOPE], *_slope_quantiles(prior.slope)),
        sees_error=np.full(len(scores), sees_error),
    )


@lru_cache
def _slope_quantiles(kind: str) -> tuple[FloatArray, FloatArray]:
    """Normal scores and the slopes of those quantiles."""
    if kind == "none":
        return np.array([-1.0, 1.0]), np.zeros(2)
    from scipy.special import ndtri
    from scipy.stats import norm

    slopes = np.linspace(0.0, SHARPEST, 6001)
    known = PARAMETERS["reporting_gain"].distribution
    low, high = known.cdf([0.0, PARAMETERS["reporting_gain"].high])
    share = np.clip((known.cdf(slopes) - low) / (high - low), 0.0, 1.0)
    if kind == "any_rule":
        weak = np.clip(slopes / 2.5, 0.0, 1.0)
        sharp = np.clip(np.log(np.maximum(slopes, 4.0) / 4.0) / np.log(SHARPEST / 4.0), 0.0, 1.0)
        share = RULES_BELIEVED[0] * share + RULES_BELIEVED[1] * weak + RULES_BELIEVED[2] * sharp
    elif kind != "registry":
        raise ValueError(f"no belief about reporting is called {kind!r}; known: registry, any_rule, none")
    scores = norm.ppf(np.linspace(0.0005, 0.9995, 1999))
    kept = np.concatenate([[True], np.diff(share) > 1e-12])
    return scores, np.interp(scores, ndtri(share[kept]), slopes[kept])


@lru_cache
def usual_spread(effect_spread: float = 0.05) -> float:
    """Standard deviation of a year's true gain: of passing shocks, smoothed, and of differences in the
    effect.
    """
    variance, correlation = smoothed_shock()
    return float(np.sqrt(2.0 * variance * (1.0 - correlation) + effect_spread**2))


@lru_cache
def smoothed_shock() -> tuple[float, float]:
    """Variance of the smoothed passing shock of the registry, and its correlation over :data:`REPORT_AFTER`
    months.
    """
    keeps, step = PARAMETERS["productivity_persistence"].default, PARAMETERS["productivity_shock"].default
    change = np.array([[keeps, 0.0], [SMOOTHING * keeps, 1.0 - SMOOTHING]])
    news = step * np.array([[1.0], [SMOOTHING]])
    total, last = np.zeros((2, 2)), news @ news.T
    for _ in range(2_000):  # months until nothing of the start is left
        total, last = total + last, change @ last @ change.T
    after = np.linalg.matrix_power(change, REPORT_AFTER) @ total
    return float(total[1, 1]), float(after[1, 1] / total[1, 1])


@dataclass(frozen=True)
class Conditional:
    """Normal moments given the reported baseline, one row a draw (draws, 1) or (draws, enterprises).

    ``index`` is the mean of the probit index, ``variance`` its variance with the unit noise; ``gain`` and
    ``gain_variance`` those of the measured gain; ``shared`` is the covariance of index and measured gain and
    ``true_shared`` that of index and true gain.
    """

    index: FloatArray
    variance: FloatArray
    gain: FloatArray
    gain_variance: FloatArray
    shared: FloatArray
    true_shared: FloatArray


def conditional(p: Reporting, baseline: FloatArray, variance: float) -> Conditional:
    """Moments given ``baseline`` (centred; its ``variance`` over all enterprises)."""
    mean, fading, slope, level = (
        x[:, None] for x in (p.mean, p.fading, p.slope / LOGIT_OF_PROBIT, p.level / LOGIT_OF_PROBIT)
    )
    v_g, v_e = (p.spread**2)[:, None], (p.error**2)[:, None]
    covariance = -fading * v_g  # of true gain and baseline
    to_gain, to_error = covariance / variance, v_e / variance  # regressions on the reported baseline
    # covariances of true gain and first error given the reported baseline; the last error is independent
    gg, ge = v_g - to_gain * covariance, -to_gain * v_e
    ee = v_e - to_error * v_e
    # the index loads on the gain, on the true baseline (the reported less the first error), and on the errors
    last = slope * p.sees_error[:, None]
    first = level + last
    return Conditional(
        index=p.base[:, None] / LOGIT_OF_PROBIT + (slope * to_gain + level - first * to_error) * baseline,
        variance=1.0 + slope**2 * gg + first**2 * ee + last**2 * v_e - 2.0 * slope * first * ge,
        gain=mean + (to_gain - to_error) * baseline,
        gain_variance=gg + ee + v_e - 2.0 * ge,
        shared=slope * (gg - ge) + first * (ee - ge) + last * v_e,
        true_shared=slope * gg - first * ge,
    )


def _centred(data: Gains) -> tuple[FloatArray, float]:
    """Baselines less their mean, and their variance."""
    return data.baseline - data.baseline.mean(), max(LEAST_VARIANCE, float(data.baseline.var()))


def log_likelihood(p: Reporting, data: Gains) -> FloatArray:
    """Log likelihood of each draw: gains of reporters, and who reports, given every enterprise's baseline."""
    with np.errstate(invalid="ignore"):  # draws with more error than the baselines vary have no likelihood
        return _log_likelihood(p, data)


def _log_likelihood(p: Reporting, data: Gains) -> FloatArray:
    from scipy.special import log_ndtr

    centred, variance = _centred(data)
    whole = data.reports & np.isfinite(data.gain)
    of_gains = conditional(p, centred[whole], variance)
    surprise = data.gain[whole] - of_gains.gain
    tilted = of_gains.index + of_gains.shared / of_gains.gain_variance * surprise
    left = of_gains.variance - of_gains.shared**2 / of_gains.gain_variance
    density = -0.5 * surprise**2 / of_gains.gain_variance - 0.5 * np.log(of_gains.gain_variance)
    total = (density + log_ndtr(tilted / np.sqrt(left))).sum(axis=1)
    for rows, sign in ((data.reports & ~whole, 1.0), (~data.reports, -1.0)):
        others = conditional(p, centred[rows], variance)
        total += log_ndtr(sign * others.index / np.sqrt(others.variance)).sum(axis=1)
    return total


def expected_excess(p: Reporting, data: Gains) -> FloatArray:
    """By how much reporters' true gains exceed those of all with their baselines, mean over reporters
    (draws,).
    """
    from scipy.special import log_ndtr

    centred, variance = _centred(data)
    given = conditional(p, centred[data.reports], variance)
    scale = np.sqrt(given.variance)
    score = given.index / scale
    mills = np.exp(-0.5 * score**2 - 0.5 * np.log(2.0 * np.pi) - log_ndtr(score))
    return (given.true_shared / scale * mills).mean(axis=1)
