"""From the sums of all replicates to tables of effects: estimate, interval, and what the interval is made of.

The interval spans parameter draws and chance (5th to 95th percentile of the replicates); the standard error
is Monte Carlo error alone. With draws in pairs (:mod:`scenarios.design`) the variance splits into parameters,
enterprises drawn and events.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scenarios.compare import POPULATIONS, Comparison, ScenarioSums
from simulation.effects import CHANNELS, PairedSums, channels
from simulation.indicators import BY_GENDER, INDICATORS, WINDOW, Indicator, of_gender

FloatArray = NDArray[np.float64]
COVERAGE = 0.9
LOW, HIGH = (1.0 - COVERAGE) / 2.0, (1.0 + COVERAGE) / 2.0

OBSERVED_SHARE = 0.5
"""A month since class is reported if at least this share of the trained is observed that long."""


def effects_table(c: Comparison) -> pl.DataFrame:
    """Effects of every scenario on the trained, the targeted and all, by group, level and month."""
    rows = [row for i in range(len(c.scenarios)) for row in _scenario_effects(c, i)]
    return pl.DataFrame(rows, schema=EFFECT_COLUMNS, orient="row")


EFFECT_COLUMNS = {
    "scenario": pl.String, "baseline": pl.String, "population": pl.String, "indicator": pl.String,
    "unit": pl.String, "group": pl.String, "level": pl.String, "month": pl.Int64, "estimate": pl.Float64,
    "low": pl.Float64, "high": pl.Float64, "coverage": pl.Float64, "se": pl.Float64,
    "variance_reduction": pl.Float64,
}  # fmt: skip


def _scenario_effects(c: Comparison, i: int) -> Iterator[tuple[Any, ...]]:
    sums = c.sums[i]
    for population in (*POPULATIONS, "all"):
        arms = ArmSums.of(c, sums, population)
        for indicator in INDICATORS.values():
            yield from _rows(c, i, population, arms, indicator, indicator.value, c.levels)
        for name in BY_GENDER:
            indicator = INDICATORS[name]
            for women, level in ((True, "women"), (False, "men")):
                value = _for_gender(indicator, women)
                yield from _rows(c, i, population, arms, indicator, value, [("gender", level)])
    yield from _benefit_rows(c, i)


def _for_gender(indicator: Indicator, women: bool) -> Callable[[FloatArray], FloatArray]:
    return lambda sums: indicator.value(of_gender(sums, women))


class ArmSums:
    """Sums of one population in both arms: (replicates, 2, windows, levels, accounts), and who was there."""

    def __init__(self, survivors: FloatArray, everybody: FloatArray, crossed: ArmSums | None) -> None:
        self.survivors, self.everybody, self.crossed = survivors, everybody, crossed
        self.windows: list[int] = list(range(survivors.shape[2]))

    @classmethod
    def of(cls, c: Comparison, sums: ScenarioSums, population: str) -> ArmSums:
        """Stack the replicates of ``population``; windows that too few were observed for are left out."""
        if population == "all":
            pairs = [(s, b) for s, b in zip(sums.national, c.national_baseline, strict=True)]
            paired = np.stack([np.stack([_yearly(s), _yearly(b)]) for s, b in pairs])
            other = [c.national_baseline[r ^ 1] for r in range(len(pairs))]
            even = [r for r in range(len(pairs)) if (r // 2) % 2 == 0]
            cross = np.stack([np.stack([_yearly(sums.national[r]), _yearly(other[r])]) for r in even])
            return cls(paired, paired, cls(cross, cross, None))

        def stack(name: str, source: list[PairedSums]) -> FloatArray:
            return np.stack([getattr(part, name) for part in source])

        own, crossed = sums.paired[population], sums.crossed[population]
        with_others = cls(stack("survivors", crossed), stack("everybody", crossed), None) if crossed else None
        arms = cls(stack("survivors", own), stack("everybody", own), with_others)
        present = np.stack([part.present[:, 0] for part in own]).mean(axis=0)
        full = max(present.max(initial=0.0), float(np.mean(sums.trained)) if population == "trained" else 0.0)
        arms.windows = [w for w in arms.windows if full > 0.0 and present[w] >= OBSERVED_SHARE * full]
        return arms

    def difference(self, indicator: Indicator, value: Callable[[FloatArray], FloatArray]) -> FloatArray:
        """Effect by replicate, window and level."""
        sums = self.survivors if indicator.survivors else self.everybody
        scenario, baseline = value(sums[:, 0]), value(sums[:, 1])
        if indicator.effect == "difference":
            return scenario - baseline
        with np.errstate(divide="ignore", invalid="ignore"):
            return 100.0 * (scenario / baseline - 1.0)


def _yearly(national: FloatArray) -> FloatArray:
    """National sums (months, levels, accounts) added up over full years."""
    years = len(national) // WINDOW
    return national[: years * WINDOW].reshape(years, WINDOW, *national.shape[1:]).sum(axis=1)


def _rows(
    c: Comparison,
    i: int,
    population: str,
    arms: ArmSums,
    indicator: Indicator,
    value: Callable[[FloatArray], FloatArray],
    levels: list[tuple[str, str]],
) -> Iterator[tuple[Any, ...]]:
    assert arms.crossed is not None
    effect = arms.difference(indicator, value)
    columns = np.stack(
        [*summaries(effect), variance_reduction(effect, arms.crossed.difference(indicator, value))]
    )
    known = np.isfinite(effect).sum(axis=0) >= max(2, len(effect) // 2)
    unit = indicator.unit if indicator.effect == "difference" else "%"
    name = (c.scenarios[i].name, c.baseline.name, population, indicator.name, unit)
    for w in arms.windows:
        for number, (group, level) in enumerate(levels):
            if known[w, number]:
                estimate, low, high, error, reduction = columns[:, w, number].tolist()
                yield (*name, group, level, WINDOW * (w + 1), estimate, low, high, COVERAGE, error, reduction)


def summaries(values: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """(estimate, low, high, se) over the first axis, the replicates; NaN replicates are left out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # columns without any value stay NaN
        estimate = np.nanmean(values, axis=0)
    low, high = np.quantile(values, [LOW, HIGH], axis=0)
    columns, finite = np.moveaxis(values, 0, -1), np.moveaxis(np.isfinite(values), 0, -1)
    number = np.where(np.isnan(low) & np.isfinite(estimate), finite.sum(axis=-1), 0)
    for many in np.unique(number[number > 0]):  # columns of equally many values at once
        here = number == many
        known = columns[here][finite[here]].reshape(-1, many)
        low[here], high[here] = np.quantile(known, [LOW, HIGH], axis=1)
    return estimate, low, high, monte_carlo_error(values)


def summary(values: FloatArray) -> tuple[float, float, float, float, float]:
    """(estimate, low, high, coverage, se) of one effect over the replicates; NaN ones are left out."""
    estimate, low, high, error = (float(part[0]) for part in summaries(values[:, None]))
    return estimate, low, high, COVERAGE, error


def monte_carlo_error(values: FloatArray) -> FloatArray:
    """Standard error of the mean over replicates; the two of a draw count as one observation."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        pairs = (
            np.nanmean(values.reshape(-1, 2, *values.shape[1:]), axis=1) if len(values) % 2 == 0 else values
        )
        spread = np.nanstd(pairs, axis=0, ddof=1)
    return spread / np.sqrt(np.maximum(1, np.isfinite(pairs).sum(axis=0)))


def _half_squares(values: FloatArray) -> FloatArray:
    """Half the squared difference of each pair: an estimate of the variance within pairs."""
    return 0.5 * (values[0::2] - values[1::2]) ** 2


def variance_reduction(paired: FloatArray, crossed: FloatArray) -> FloatArray:
    """Variance of the effect with independent events over that with shared ones, on the same enterprises.

    ``paired`` are all replicates (first axis), ``crossed`` the even draws' scenario less the other
    replicate's baseline. NaN where chance does not move the effect.
    """
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        shared = np.nanmean(_half_squares(paired)[0::2], axis=0)
        independent = np.nanmean(_half_squares(crossed), axis=0)
        return np.where(shared > 0.0, independent / shared, np.nan)


def sources_of_variance(values: FloatArray) -> dict[str, float]:
    """Shares of the variance of an effect: parameters, enterprises drawn, events (sum 1)."""
    pairs = np.arange(len(values) // 2)
    within = _half_squares(values)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        events = float(np.nanmean(within[pairs % 2 == 0]))
        chance = max(events, float(np.nanmean(within[pairs % 2 == 1])))
        total = max(float(np.nanvar(values, ddof=1)), chance)
    if not total > 0.0:
        return {"parameters": 0.0, "enterprises drawn": 0.0, "events": 0.0}
    return {
        "parameters": (total - chance) / total,
        "enterprises drawn": (chance - events) / total,
        "events": events / total,
    }


def uncertainty_table(c: Comparison) -> pl.DataFrame:
    """What the uncertainty of each total effect is made of."""
    rows = []
    for i, scenario in enumerate(c.scenarios):
        for population in POPULATIONS:
            arms = ArmSums.of(c, c.sums[i], population)
            for indicator in INDICATORS.values():
                effect = arms.difference(indicator, indicator.value)
                for w in arms.windows:
                    for source, share in sources_of_variance(effect[:, w, 0]).items():
                        rows.append(
                            (scenario.name, population, indicator.name, WINDOW * (w + 1), source, share)
                        )
    columns = {
        "scenario": pl.String, "population": pl.String, "indicator": pl.String, "month": pl.Int64,
        "source": pl.String, "share": pl.Float64,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=columns, orient="row")


def channels_table(c: Comparison) -> pl.DataFrame:
    """Through which channels productivity of the trained moved (the channels add up to the total)."""
    rows = []
    for i, scenario in enumerate(c.scenarios):
        arms = ArmSums.of(c, c.sums[i], "trained")
        split = channels(arms.survivors[:, 0, :, 0]) - channels(arms.survivors[:, 1, :, 0])
        for w in arms.windows:
            for number, channel in enumerate(CHANNELS):
                estimate, low, high, _, _ = summary(split[:, w, number])
                rows.append((scenario.name, WINDOW * (w + 1), channel, estimate, low, high))
    columns = {"scenario": pl.String, "month": pl.Int64, "channel": pl.String}
    return pl.DataFrame(
        rows, schema={**columns, **dict.fromkeys(("estimate", "low", "high"), pl.Float64)}, orient="row"
    )


def _benefit_rows(c: Comparison, i: int) -> Iterator[tuple[Any, ...]]:
    """Net benefit and benefit per yuan over the follow-up of each trained enterprise."""
    scenario = c.scenarios[i]
    followed = [b for b in c.sums[i].benefit if b is not None]
    if scenario.programme is None or not followed:
        return
    month = scenario.programme.follow_up_months
    whom = (scenario.name, c.baseline.name, "trained")
    place = ("total", "all", month)
    net = np.array([b.net for b in followed])
    yield (*whom, "net_benefit", "yuan per enterprise", *place, *summary(net), float("nan"))
    ratio = np.array([b.ratio for b in followed])
    _, low, high, coverage, error = summary(ratio)
    resources = sum(b.resources for b in followed)
    estimate = sum(b.benefit for b in followed) / resources if resources > 0.0 else float("nan")
    yield (
        *whom,
        "benefit_cost_ratio",
        "yuan per yuan",
        *place,
        estimate,
        low,
        high,
        coverage,
        error,
        float("nan"),
    )
