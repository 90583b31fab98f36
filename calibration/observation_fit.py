"""Effects from before/after figures: what a monitoring table says once it is known how it came to be.

``fit_effects`` gives, for every indicator, the posterior of the **mean effect on the trained enterprises, a
year after the first class, on the indicator as monitoring asks for it** (smoothed over a year, so that it
holds about half of an effect that took some months to build up: compare it with ``recent`` of the model, not
with an annual mean), beside the naive before/after mean of those who reported.

    mean true gain of all trained  =  effect  +  trend  +  recovery from a bad year

- **mean true gain**: by the reporting model (:mod:`calibration.reporting_model`) from all enterprises,
  reporters and others. Indicators other than productivity are reported by whoever reports; their means are
  brought from the reporters to all by regression on their own baseline, on that of productivity, and on the
  gain in productivity.
- **trend**: without a control group it comes from the model, which stands still without a programme, and from
  the baselines of later waves, not yet trained, against those of earlier ones. Baselines differ so much
  between enterprises that a few hundred say little of a trend: the prior's width goes into the interval.
- **recovery**: enterprises that enrolled after a bad year would have recovered some of it anyhow. One
  baseline cannot show how bad the year was: that is the assumption ``bad_year``; what share passes in a year
  is the model's.
- **recording**: training raises the share of injuries and defects that are recorded, so that recorded rates
  understate the improvement. ``recorded_*`` is what can be seen; the true rates rest on ``recording_*`` of
  the registry and on the modules taught, which are prior.

The table identifies none of: the slope of reporting (unless a sharp threshold), the bad year, the recording
shares. They stay prior, and set how narrow the intervals can get.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from calibration.monitoring_columns import INDICATORS
from calibration.observations import PRODUCTIVITY, RATES, Observations
from calibration.posterior_draws import LogDensity, posterior_draws
from calibration.rate_changes import mean_changes, recording_growth
from calibration.reporting_model import (
    N_PARAMETERS,
    Gains,
    Reporting,
    ReportingPrior,
    expected_excess,
    log_likelihood,
    parameters_of,
    smoothed_shock,
)
from simulation.inputs import InputError

FloatArray = NDArray[np.float64]

FEWEST_REPORTERS = 10
"""Enterprises with a before and an after below which nothing is estimated."""

POINTS = 100.0
"""Effects on log productivity are in log points x 100, as everywhere."""

RECORDED = {"defect_rate": "quality", "injury_rate": "safety"}
"""Rates of which only a share is on record, and the module that raises it."""

OF_BASELINE = "% of baseline"


@dataclass(frozen=True)
class Assumptions:
    """What the table cannot show; means and standard deviations of normal beliefs.

    ``trend``: change of log productivity a year without a programme (constant yuan; give the growth of prices
    if the sheet is in current yuan). ``rate_trend``: the same of rates, as a share of their mean.
    ``bad_year``: how far below their usual log productivity enterprises were when they enrolled.
    """

    reporting: ReportingPrior = field(default_factory=ReportingPrior)
    trend: tuple[float, float] = (0.0, 0.02)
    rate_trend: tuple[float, float] = (0.0, 0.03)
    bad_year: tuple[float, float] = (0.0, 0.02)


@dataclass(frozen=True)
class Effect:
    """The posterior of one mean effect (``estimate``, ``se``, 50 and 90 % intervals) beside the ``naive``
    change.

    ``naive`` is the mean of after less before over the ``reporters``, of ``enterprises`` trained.
    """

    indicator: str
    unit: str
    naive: float
    naive_se: float
    estimate: float
    se: float
    low_50: float
    high_50: float
    low_90: float
    high_90: float
    reporters: int
    enterprises: int


@dataclass(frozen=True)
class ObservationFit:
    """Effects by indicator, draws of the reporting model, and how many independent ones these are worth."""

    effects: dict[str, Effect]
    reporting: Reporting
    effective_draws: float


@dataclass(frozen=True)
class MonitoringTarget:
    """A target of the joint fit: an effect on a smoothed indicator a year after the first class, and its
    error.
    """

    indicator: str
    unit: str
    estimate: float
    standard_error: float


def fit_effects(
    data: Observations, assumptions: Assumptions | None = None, seed: int = 1, draws: int = 2_000
) -> ObservationFit:
    """Mean effects on the trained; deterministic for a ``seed``. InputError where too few enterprises
    reported.
    """
    assumed = assumptions or Assumptions()
    gains = data.gains()
    whole = np.isfinite(gains.gain)
    if whole.sum() < FEWEST_REPORTERS:
        problem = f"is given before and after by {whole.sum()} enterprises, fewer than {FEWEST_REPORTERS}"
        raise InputError(
            None, PRODUCTIVITY, None, problem, "nothing can be estimated from so few: collect more"
        )
    reporting, effective = fit_reporting(gains, assumed.reporting, draws, seed)
    rng = np.random.default_rng([seed, 606])
    recovery = _normal(assumed.bad_year, draws, rng) * (1.0 - smoothed_shock()[1])
    trend = trend_draws(data.baseline[PRODUCTIVITY], data.start, assumed.trend, draws, rng) * data.years
    effects = {
        PRODUCTIVITY: _effect(
            PRODUCTIVITY, "log points x 100", POINTS * gains.gain[whole],
            POINTS * (reporting.mean - trend - recovery), len(gains.gain),
        )
    }  # fmt: skip
    for name in RATES:
        effects |= _rate_effects(name, data, gains, reporting, assumed, rng)
    return ObservationFit(effects, reporting, effective)


def fit_reporting(gains: Gains, prior: ReportingPrior, draws: int, seed: int) -> tuple[Reporting, float]:
    """Draws of the reporting model, and what they are worth: its two versions, each by its belief and
    evidence.
    """
    beliefs = [
        (sees, belief) for sees, belief in ((0.0, 1.0 - prior.sees_error), (1.0, prior.sees_error)) if belief
    ]
    found = [
        posterior_draws(_likelihood(gains, prior, sees), N_PARAMETERS, draws, seed) for sees, _ in beliefs
    ]
    versions = [
        parameters_of(each.scores, prior, sees) for each, (sees, _) in zip(found, beliefs, strict=True)
    ]
    log_odds = np.log([belief for _, belief in beliefs]) + [each.log_evidence for each in found]
    shares = np.exp(log_odds - np.logaddexp.reduce(log_odds))
    last = np.random.default_rng([seed, 909]).random(draws) < shares[-1]
    columns = zip(vars(versions[0]).values(), vars(versions[-1]).values(), strict=True)
    effective = float(shares @ [each.effective for each in found])
    return Reporting(*(np.where(last, second, first) for first, second in columns)), effective


def _likelihood(gains: Gains, prior: ReportingPrior, sees_error: float) -> LogDensity:
    return lambda scores: log_likelihood(parameters_of(scores, prior, sees_error), gains)


def _rate_effects(
    name: str,
    data: Observations,
    gains: Gains,
    reporting: Reporting,
    assumed: Assumptions,
    rng: np.random.Generator,
) -> Mapping[str, Effect]:
    """The effect on a rate as recorded, and on the true rate where only a share is on record."""
    before, after = data.baseline[name], data.end[name]
    both = np.isfinite(before) & np.isfinite(after)
    if both.sum() < FEWEST_REPORTERS:
        return {}
    draws = len(reporting.mean)
    level = float(np.nanmean(before))
    excess = expected_excess(reporting, gains)
    change = mean_changes(data, name, reporting.spread**2, excess, rng)
    prior = (assumed.rate_trend[0] * level, assumed.rate_trend[1] * level)
    change -= trend_draws(before, data.start, prior, draws, rng) * data.years
    naive = (after - before)[both]
    unit, enterprises = INDICATORS[name].unit, len(before)
    if name not in RECORDED:
        return {name: _effect(name, unit, naive, change, enterprises)}
    growth = recording_growth(name, data.taught[RECORDED[name]], draws, rng)
    of_baseline = 100.0 * ((1.0 + change / level) / growth - 1.0)
    recorded = f"recorded_{name}"
    return {
        recorded: _effect(recorded, unit, naive, change, enterprises),
        name: _effect(name, OF_BASELINE, 100.0 * naive / level, of_baseline, enterprises),
    }


def trend_draws(
    baseline: FloatArray, start: FloatArray, prior: tuple[float, float], draws: int, rng: np.random.Generator
) -> FloatArray:
    """Draws of the change a year without a programme: ``prior`` and the baselines of later against earlier
    waves.
    """
    known = np.isfinite(baseline) & np.isfinite(start)
    years, values = start[known], baseline[known]
    precision = prior[1] ** -2 if prior[1] > 0.0 else np.inf
    seen_precision, seen = 0.0, 0.0
    spread = float(((years - years.mean()) ** 2).sum()) if known.sum() > 2 else 0.0
    if spread > 0.0 and np.isfinite(precision):
        seen = float((years - years.mean()) @ values / spread)
        left = values - values.mean() - seen * (years - years.mean())
        seen_precision = spread / (float(left @ left) / (len(left) - 2) + 1e-12)
    if not np.isfinite(precision):
        return np.full(draws, prior[0])
    mean = (precision * prior[0] + seen_precision * seen) / (precision + seen_precision)
    return mean + (precision + seen_precision) ** -0.5 * rng.standard_normal(draws)


def _normal(belief: tuple[float, float], draws: int, rng: np.random.Generator) -> FloatArray:
    return belief[0] + belief[1] * rng.standard_normal(draws)


def _effect(name: str, unit: str, naive: FloatArray, draws: FloatArray, enterprises: int) -> Effect:
    low_90, low_50, high_50, high_90 = np.quantile(draws, [0.05, 0.25, 0.75, 0.95]).tolist()
    return Effect(
        name, unit, float(naive.mean()), float(naive.std(ddof=1) / np.sqrt(len(naive))), float(draws.mean()),
        float(draws.std(ddof=1)), low_50, high_50, low_90, high_90, len(naive), enterprises,
    )  # fmt: skip


def targets(fit: ObservationFit) -> list[MonitoringTarget]:
    """What the joint fit takes: estimates and standard errors of effects on what monitoring sees.

    The true rates of defects and injuries are left out: they are the recorded ones seen through priors that
    the joint fit has itself. Errors are correlated through the reporting rule; productivity dominates.
    """
    return [
        MonitoringTarget(effect.indicator, effect.unit, effect.estimate, effect.se)
        for effect in fit.effects.values()
        if effect.unit != OF_BASELINE
    ]
