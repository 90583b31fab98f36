"""The tables of `run`: levels by year, the programme, the training market, reach, productivity growth."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from scenarios.compare import level_names
from scenarios.effect_tables import HIGH, LOW
from scenarios.market_tables import MARKET_COLUMNS, market_levels, reach_levels
from scenarios.published import published_table
from scenarios.run import Levels
from scenarios.summary import INDICATOR_COLUMNS, PROGRAMME_COLUMNS, levels_of, programme_totals
from simulation.decomposition import PARTS
from simulation.indicators import BY_GENDER, INDICATORS, PROGRAMME_TOTALS, WINDOW, of_gender

REACH = ("enterprises_reached", "workers_reached", "attendees")
"""What is followed month by month, added up since the start."""


def run_tables(levels: Levels) -> dict[str, pl.DataFrame]:
    """The tables of a run by name; those of a programme are empty without one.

    ``indicators`` and ``market`` by year, ``programme`` totals, ``reach`` by month and ``reach_by_group``,
    ``decomposition``, and ``published`` where the scenario names a country.
    """
    scenario, names = levels.scenario, level_names(levels.tables)
    by_level = levels_of(scenario.name, levels.national, names)
    found = {
        "indicators": pl.concat([by_level, _of_women_and_men(levels)]),
        "programme": pl.DataFrame(schema=PROGRAMME_COLUMNS),
        "market": pl.DataFrame(schema=MARKET_COLUMNS),
        "reach": _reach(levels),
        "reach_by_group": reach_levels(scenario.name, levels.national, names),
        "decomposition": _decomposition(levels),
    }
    if scenario.programme is not None:
        times = levels.trainer_times()
        found["programme"] = programme_totals(scenario.name, levels.national, levels.market, times)
        found["market"] = market_levels(scenario.name, levels.market, times, names)
    if scenario.published_path is not None:
        found["published"] = published_table(scenario, levels.national)
    return found


def _decomposition(levels: Levels) -> pl.DataFrame:
    """Change of value added per worker from the first to the last full year, in %, and its parts."""
    rows = []
    for part in (*PARTS, "total") if levels.decomposed else ():
        values = np.array([parts[part] for parts in levels.decomposed])
        rows.append((levels.scenario.name, part, values.mean(), *np.quantile(values, [LOW, HIGH])))
    columns = {"scenario": pl.String, "part": pl.String}
    numbers = dict.fromkeys(("estimate", "low", "high"), pl.Float64)
    return pl.DataFrame(rows, schema={**columns, **numbers}, orient="row")


def _of_women_and_men(levels: Levels) -> pl.DataFrame:
    years = levels.scenario.months // WINDOW
    total = np.stack([sums[: years * WINDOW, 0] for sums in levels.national])
    yearly = total.reshape(len(total), years, WINDOW, -1).sum(axis=2)
    rows: list[tuple[Any, ...]] = []
    for name in BY_GENDER:
        indicator = INDICATORS[name]
        for level in ("women", "men"):
            means = indicator.value(of_gender(yearly, level == "women")).mean(axis=0)
            rows += [
                (
                    levels.scenario.name,
                    None,
                    WINDOW * (year + 1),
                    "gender",
                    level,
                    name,
                    indicator.unit,
                    float(mean),
                )
                for year, mean in enumerate(means)
            ]
    return pl.DataFrame(rows, schema=INDICATOR_COLUMNS, orient="row")


def _reach(levels: Levels) -> pl.DataFrame:
    """Cumulated reach by month (1 is the first), mean and 90 % interval; empty without a programme."""
    rows = []
    if levels.scenario.programme is not None:
        sums = np.cumsum(np.stack([national[:, 0] for national in levels.national]), axis=1)
        for item in REACH:
            label, unit, (account,) = PROGRAMME_TOTALS[item]
            values = sums[..., account]
            low, high = np.quantile(values, [LOW, HIGH], axis=0)
            rows += [
                (levels.scenario.name, month + 1, item, label, unit, *map(float, ends))
                for month, ends in enumerate(zip(values.mean(axis=0), low, high, strict=True))
            ]
    names = ("scenario", "month", "item", "label", "unit", "estimate", "low", "high")
    kinds = (pl.String, pl.Int64, *[pl.String] * 3, *[pl.Float64] * 3)
    return pl.DataFrame(rows, schema=dict(zip(names, kinds, strict=True)), orient="row")
