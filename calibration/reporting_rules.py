"""Made-up projects from the statistical observation model, reported by rules that the fit does or does not
assume.

``python -m calibration.reporting_rules [DATA SETS]`` prints, rule by rule, how far the naive before/after
mean and the fit are off, and how often the 90 % interval holds the truth. Gains and errors are those of the
registry; nothing here simulates enterprises, so that a hundred projects take seconds.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.observation_fit import Assumptions, fit_effects
from calibration.observations import PRODUCTIVITY, RATES, Observations
from calibration.reporting_model import ReportingPrior, smoothed_shock
from simulation.parameters import MODULES, PARAMETERS

FloatArray = NDArray[np.float64]

SHARE_REPORTING = 0.37
"""Of enterprises without an effect, by the registry: odds exp(-0.6) for no gain, and gains spread by 0.1."""

LEVEL_SPREAD = 0.55
"""Standard deviation of lasting log productivity between enterprises (registry: productivity_level_spread).
"""


@dataclass(frozen=True)
class Project:
    """What is true of a made-up project. Log points; ``trend`` a year, ``bad_year`` as in the fit."""

    enterprises: int = 250
    effect: float = 0.05
    effect_spread: float = 0.05
    trend: float = 0.0
    bad_year: float = 0.0
    slope: float = PARAMETERS["reporting_gain"].default
    error: float = PARAMETERS["measurement_error"].default


@dataclass(frozen=True)
class Truth:
    """True and measured log productivity of a project's enterprises; ``luck`` is each one's standard normal
    draw.
    """

    baseline: FloatArray
    gain: FloatArray
    measured_gain: FloatArray
    luck: FloatArray
    slope: float


Rule = Callable[[Truth], NDArray[np.bool_]]


def _drawn(truth: Truth, index: FloatArray) -> NDArray[np.bool_]:
    """Who reports when the log odds are ``index``, moved so that the registry's share reports."""
    from scipy.special import ndtr

    luck = ndtr(truth.luck)
    threshold = index - np.log(luck / (1.0 - luck))
    return threshold > np.quantile(threshold, 1.0 - SHARE_REPORTING)


RULES: dict[str, Rule] = {
    "gain": lambda t: _drawn(t, t.slope * t.gain),
    "random": lambda t: _drawn(t, np.zeros(len(t.gain))),
    "end level": lambda t: _drawn(t, t.slope * (t.baseline + t.gain)),
    "threshold": lambda t: t.gain > np.quantile(t.gain, 1.0 - SHARE_REPORTING),
    "measured gain": lambda t: _drawn(t, t.slope * t.measured_gain),
    "measured threshold": lambda t: t.measured_gain > np.quantile(t.measured_gain, 1.0 - SHARE_REPORTING),
}
"""Who reports, by rule: ``gain`` is the model's (log odds rise with the true gain); the others are not
assumed.

``random``: no selection. ``end level``: those who stand high at the end. ``threshold``: exactly those with
the largest true gains. ``measured ...``: as
before, but by the gain as measured, errors and all: the enterprise reports when its own sheet shows success.
"""


def made_up_project(rule: str, seed: int, project: Project | None = None) -> tuple[Observations, float]:
    """A project's observations and its true mean effect on productivity (log points x 100)."""
    what = project or Project()
    rng = np.random.default_rng([seed, 707])
    n, (variance, correlation) = what.enterprises, smoothed_shock()
    level = 9.0 + LEVEL_SPREAD * rng.standard_normal(n)
    shock = np.sqrt(variance) * rng.standard_normal(n) - what.bad_year
    later = correlation * shock + np.sqrt(variance * (1.0 - correlation**2)) * rng.standard_normal(n)
    effect = what.effect + what.effect_spread * rng.standard_normal(n)
    start = rng.uniform(0.0, 2.0, n)
    baseline = level + shock + what.trend * start
    gain = effect + later - shock + what.trend
    first, last = what.error * rng.standard_normal((2, n))
    truth = Truth(baseline, gain, gain + last - first, rng.standard_normal(n), what.slope)
    reports = RULES[rule](truth)
    nothing = np.full(n, np.nan)
    before = {PRODUCTIVITY: baseline + first, **dict.fromkeys(RATES, nothing)}
    end = {PRODUCTIVITY: np.where(reports, baseline + gain + last, np.nan), **dict.fromkeys(RATES, nothing)}
    return Observations(before, end, start, 1.0, dict.fromkeys(MODULES, 0.4)), 100.0 * float(effect.mean())


@dataclass(frozen=True)
class Coverage:
    """How naive means and fits fared over many projects reported by one rule (log points x 100)."""

    rule: str
    data_sets: int
    naive_bias: float
    fit_bias: float
    covered: float
    width: float
    naive_covered: float


FIRST_SEED = 1_000
"""Of the projects that are counted; those before it served to choose the beliefs of :class:`ReportingPrior`.
"""


def coverage(
    rule: str, data_sets: int, project: Project | None = None, assumptions: Assumptions | None = None
) -> Coverage:
    """Fit ``data_sets`` projects; the naive interval is the reporters' mean +- 1.645 standard errors."""
    assumed = assumptions or Assumptions()
    found = []
    for seed in range(FIRST_SEED, FIRST_SEED + data_sets):
        data, truth = made_up_project(rule, seed, project)
        effect = fit_effects(data, assumed, seed, draws=1_000).effects[PRODUCTIVITY]
        inside = effect.low_90 <= truth <= effect.high_90
        naive_inside = abs(effect.naive - truth) <= 1.645 * effect.naive_se
        found.append(
            (
                effect.naive - truth,
                effect.estimate - truth,
                inside,
                effect.high_90 - effect.low_90,
                naive_inside,
            )
        )
    return Coverage(rule, data_sets, *np.mean(found, axis=0).tolist())


BELIEFS = {"registry": ReportingPrior("registry", sees_error=0.0), "any rule": ReportingPrior()}
"""The simulation's own rule taken as known, and the default, which doubts it."""


def main(data_sets: int = 200) -> None:
    """Print the table of coverage by rule and by what is believed of the rule."""
    head = ("naive bias", "naive cov.", "fit bias", "coverage", "width")
    print(f"{'reported by':20}{'believed':10}" + "".join(f"{word:>12}" for word in head))
    for rule in RULES:
        for belief, prior in BELIEFS.items():
            c = coverage(rule, data_sets, None, Assumptions(prior))
            numbers = (c.naive_bias, c.naive_covered, c.fit_bias, c.covered, c.width)
            print(f"{rule:20}{belief:10}" + "".join(f"{number:12.2f}" for number in numbers), flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
