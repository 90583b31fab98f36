"""Tables of the training market: what happens on it year by year, and whom it reaches by group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scenarios.effect_tables import summaries
from simulation import accounts as a
from simulation.indicators import PROGRAMME_TOTALS, WINDOW
from simulation.market_indicators import MARKET_INDICATORS, MarketSums, TrainerTime

FloatArray = NDArray[np.float64]
Levels = Sequence[tuple[str, str]]
"""(group, level) of each level of the sums, the total first."""

MARKET_COLUMNS = {
    "scenario": pl.String, "month": pl.Int64, "group": pl.String, "level": pl.String,
    "indicator": pl.String, "unit": pl.String,
    "estimate": pl.Float64, "low": pl.Float64, "high": pl.Float64,
}  # fmt: skip


def market_levels(
    scenario: str, market: Sequence[MarketSums], times: Sequence[TrainerTime], levels: Levels
) -> pl.DataFrame:
    """The market's indicators by year (month 12, 24, ...), in the nation and in each region.

    ``market`` and ``times`` are the replicates'. A ratio that is undefined in a replicate is left out of its
    mean, and has no row where it is undefined in all. Regions where no replicate has a market have no rows.
    """
    years = np.stack([sums.years for sums in market])
    places = [
        (number, group, level)
        for number, (group, level) in enumerate([at for at in levels if at[0] in ("total", "region")])
        if number == 0 or years[:, :, number].any()
    ]
    rows: list[tuple[Any, ...]] = []
    for indicator in MARKET_INDICATORS.values():
        values = np.stack([indicator.value(each, time) for each, time in zip(years, times, strict=True)])
        ends = np.stack(summaries(values)[:3], axis=-1)
        rows += [
            (scenario, WINDOW * (year + 1), group, level, indicator.name, indicator.unit_of_year, *told)
            for number, group, level in places
            for year, told in enumerate(ends[:, number].tolist())
            if np.isfinite(told[0])
        ]
    return pl.DataFrame(rows, schema=MARKET_COLUMNS, orient="row")


# Reach

REACH_ACCOUNTS = {
    "enterprises_reached": a.ENTERPRISES_REACHED,
    "workers_reached": a.WORKERS_REACHED,
    "attendees": a.ATTENDEES,
    "modules_taken": a.CLASSES_ATTENDED,
    "commercial_volume": a.COMMERCIAL_MODULES,
}
"""Whom and what the training reaches, in each sector, region and size class: item to account."""

OF_WOMEN = {"workers_reached": a.WORKERS_REACHED_WOMEN, "attendees": a.ATTENDEES_WOMEN}
"""Items that can be split into women and men: item to the account of women."""


def reach_label(item: str) -> str:
    """What an item of reach is called."""
    return PROGRAMME_TOTALS[item][0] if item in PROGRAMME_TOTALS else MARKET_INDICATORS[item].label


def reach_unit(item: str) -> str:
    """The unit of an item of reach."""
    return PROGRAMME_TOTALS[item][1] if item in PROGRAMME_TOTALS else MARKET_INDICATORS[item].unit


REACH_COLUMNS = {
    "scenario": pl.String, "group": pl.String, "level": pl.String, "item": pl.String, "unit": pl.String,
    "estimate": pl.Float64, "low": pl.Float64, "high": pl.Float64,
}  # fmt: skip


def reach_levels(scenario: str, national: Sequence[FloatArray], levels: Levels) -> pl.DataFrame:
    """Whom the training reached over the whole run, by group: sectors, regions, size classes, gender.

    ``national`` (months, levels, accounts) are the replicates' sums. Levels with nothing in any replicate
    are left out.
    """
    total = np.stack([sums.sum(axis=0) for sums in national])
    rows: list[tuple[Any, ...]] = []
    for group, level, items in _reached(total, levels):
        if any(values.any() for values in items.values()):
            ends = np.stack(summaries(np.stack(list(items.values()), axis=1))[:3], axis=-1).tolist()
            rows += [
                (scenario, group, level, item, reach_unit(item), *told)
                for item, told in zip(items, ends, strict=True)
            ]
    return pl.DataFrame(rows, schema=REACH_COLUMNS, orient="row")


def _reached(total: FloatArray, levels: Levels) -> Iterator[tuple[str, str, dict[str, FloatArray]]]:
    """Group, level, and each item in every replicate; ``total`` is (replicates, levels, accounts)."""
    for number, (group, level) in enumerate(levels):
        yield group, level, {item: total[:, number, account] for item, account in REACH_ACCOUNTS.items()}
    women = {item: total[:, 0, account] for item, account in OF_WOMEN.items()}
    yield "gender", "women", women
    yield "gender", "men", {item: total[:, 0, REACH_ACCOUNTS[item]] - hers for item, hers in women.items()}
