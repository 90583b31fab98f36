"""All tables of a comparison, tidy; their columns are a contract."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scenarios.compare import Comparison
from scenarios.effect_tables import channels_table, effects_table, summary, uncertainty_table
from scenarios.market_tables import MARKET_COLUMNS, REACH_COLUMNS, market_levels, reach_levels
from simulation.indicators import INDICATORS, WINDOW
from simulation.market_indicators import MarketSums, TrainerTime
from simulation.programme_items import programme_items
from simulation.state import OBSERVED

FloatArray = NDArray[np.float64]


def tables(c: Comparison) -> dict[str, pl.DataFrame]:
    """The tables of a comparison, by name."""
    return {
        "effects": effects_table(c),
        "indicators": indicators_table(c),
        "programme": programme_table(c),
        "market": market_table(c),
        "reach_by_group": reach_by_group_table(c),
        "uncertainty": uncertainty_table(c),
        "channels": channels_table(c),
        "parties": parties_table(c),
        "reporting": reporting_table(c),
    }


INDICATOR_COLUMNS = {
    "scenario": pl.String, "replicate": pl.Int64, "month": pl.Int64, "group": pl.String, "level": pl.String,
    "indicator": pl.String, "unit": pl.String, "value": pl.Float64,
}  # fmt: skip


def indicators_table(c: Comparison) -> pl.DataFrame:
    """Level of every indicator in every arm, by year: each replicate for the total, the mean for groups."""
    arms = {c.baseline.name: c.national_baseline}
    arms |= {scenario.name: c.sums[i].national for i, scenario in enumerate(c.scenarios)}
    return pl.concat([levels_of(name, sums, c.levels) for name, sums in arms.items()])


def levels_of(scenario: str, national: list[FloatArray], levels: list[tuple[str, str]]) -> pl.DataFrame:
    """Indicators of one arm from its replicates' national sums (months, levels, accounts).

    By indicator and year: a row for each replicate of the total, and one for each other level.
    """
    years, replicates = len(national[0]) // WINDOW, len(national)
    yearly = np.stack(
        [sums[: years * WINDOW].reshape(years, WINDOW, *sums.shape[1:]).sum(axis=1) for sums in national]
    )
    found = np.stack([indicator.value(yearly) for indicator in INDICATORS.values()])
    by_run = np.moveaxis(found, 1, -1)  # (indicators, years, levels, replicates)
    values = np.concatenate([by_run[:, :, 0], _mean_of_finite(by_run[:, :, 1:])], axis=2)
    told = np.isfinite(values)
    told[:, :, :replicates] = True  # a total that is undefined says so, a level has no row
    which, year, row = np.nonzero(told)
    groups, names = zip(*([levels[0]] * replicates + levels[1:]), strict=True)
    numbers = [*range(replicates), *[None] * (len(levels) - 1)]
    rows = pl.DataFrame({"replicate": numbers, "group": groups, "level": names})
    indicators = pl.DataFrame(
        {name: [getattr(each, name) for each in INDICATORS.values()] for name in ("name", "unit")}
    )
    found_of = rows[row].hstack(indicators[which].rename({"name": "indicator"}))
    return found_of.select(  # in the order of INDICATOR_COLUMNS
        pl.lit(scenario).alias("scenario"), "replicate", pl.Series("month", WINDOW * (year + 1)), "group",
        "level", "indicator", "unit", pl.Series("value", values[told]),
    )  # fmt: skip


def _mean_of_finite(values: FloatArray) -> FloatArray:
    """Means over the last axis of those that are finite; NaN where none is.

    Places with equally many are averaged together, end to end as each would be alone: to the same bits.
    """
    finite = np.isfinite(values)
    number = finite.sum(axis=-1)
    means = np.full(number.shape, np.nan)
    for many in np.unique(number[number > 0]):
        here = number == many
        means[here] = values[here][finite[here]].reshape(-1, many).mean(axis=-1)
    return means


PROGRAMME_COLUMNS = {
    "scenario": pl.String, "item": pl.String, "label": pl.String, "unit": pl.String,
    "estimate": pl.Float64, "low": pl.Float64, "high": pl.Float64,
}  # fmt: skip


def programme_table(c: Comparison) -> pl.DataFrame:
    """What each programme did over the whole run, nationally: reach, days, costs by payer, cost recovery."""
    parts = []
    for i, scenario in enumerate(c.scenarios):
        sums = c.sums[i]
        parts.append(programme_totals(scenario.name, sums.national, sums.market, c.trainer_times(scenario)))
    return pl.concat(parts)


def programme_totals(
    scenario: str, national: list[FloatArray], market: list[MarketSums], times: list[TrainerTime]
) -> pl.DataFrame:
    """Programme items of one arm from its replicates' sums and market accounts, over the whole run."""
    found = [
        programme_items(sums[:, 0].sum(axis=0), accounts.whole[0], time)
        for sums, accounts, time in zip(national, market, times, strict=True)
    ]
    rows = [
        (scenario, name, item.label, item.unit, *summary(np.array([each[name].value for each in found]))[:3])
        for name, item in found[0].items()
    ]
    return pl.DataFrame(rows, schema=PROGRAMME_COLUMNS, orient="row")


def market_table(c: Comparison) -> pl.DataFrame:
    """The training market of each scenario with a programme, year by year, in the nation and by region."""
    parts = [
        market_levels(scenario.name, sums.market, c.trainer_times(scenario), c.levels)
        for scenario, sums in zip(c.scenarios, c.sums, strict=True)
        if scenario.programme is not None
    ]
    return pl.concat([pl.DataFrame(schema=MARKET_COLUMNS), *parts])


def reach_by_group_table(c: Comparison) -> pl.DataFrame:
    """Whom each scenario reaches over the whole run, by sector, region, size class and gender."""
    parts = [
        reach_levels(scenario.name, sums.national, c.levels)
        for scenario, sums in zip(c.scenarios, c.sums, strict=True)
    ]
    return pl.concat([pl.DataFrame(schema=REACH_COLUMNS), *parts])


def parties_table(c: Comparison) -> pl.DataFrame:
    """Who gains what: present value over the follow-up, yuan per trained enterprise."""
    rows = []
    for i, scenario in enumerate(c.scenarios):
        followed = [b for b in c.sums[i].benefit if b is not None]
        for party in ("enterprises", "workers", "public", "buyers") if followed else ():
            values = np.array([getattr(b, party) for b in followed])
            rows.append((scenario.name, party, *summary(values)[:3]))
    columns = {"scenario": pl.String, "party": pl.String}
    return pl.DataFrame(
        rows, schema={**columns, **dict.fromkeys(("estimate", "low", "high"), pl.Float64)}, orient="row"
    )


def reporting_table(c: Comparison) -> pl.DataFrame:
    """What monitoring would show: before/after change of those who report, beside the true change of all.

    Productivity in log points x 100, the others in % of the mean before. Injuries and defects are those on
    record, so that better recording hides part of a fall. A change is not an effect (see the effects table):
    it also holds what would have happened anyway.
    """
    rows = []
    for i, scenario in enumerate(c.scenarios):
        reports = np.concatenate(c.sums[i].reports)
        if len(reports) == 0:
            continue
        reporting = reports["reports"] == 1
        share = float(np.average(reporting, weights=reports["weight"]))
        for k, indicator in enumerate(OBSERVED):
            true = _change(reports, "true", k)
            reported = _change(reports[reporting], "report", k)
            rows.append((scenario.name, indicator, true, reported, share))
    columns = ("true_change", "reported_change", "share_reporting")
    return pl.DataFrame(
        rows,
        schema={"scenario": pl.String, "indicator": pl.String, **dict.fromkeys(columns, pl.Float64)},
        orient="row",
    )


def _change(reports: NDArray[Any], which: str, k: int) -> float:
    if len(reports) == 0:
        return float("nan")
    before = np.average(reports[f"baseline_{which}"][:, k], weights=reports["weight"])
    after = np.average(reports[f"endline_{which}"][:, k], weights=reports["weight"])
    return float(100.0 * (after - before)) if k == 0 else float(100.0 * (after / before - 1.0))
