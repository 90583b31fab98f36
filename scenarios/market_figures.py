"""Figures of the training market: of one scenario year by year, and of several side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from scenarios.drawing import (
    COLOURS,
    GREY,
    Story,
    every_year,
    heading,
    key,
    plain_ticks,
    range_with_zero,
    slide,
    year_axis,
)
from scenarios.figures import Tables, scenario_lines
from scenarios.run_figures import band
from simulation.indicators import WINDOW
from simulation.market_indicators import MARKET_INDICATORS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INTERVAL = "mean; bands: 90 % interval over parameter draws and chance. Gaps: nothing to divide by."

LOWEST_MARGIN = -100.0
"""Margin of providers, % of revenue, below which the axis does not go: they sell next to nothing there."""

PAYERS = {
    "fees": ("enterprises", COLOURS[0]),
    "buyer_payments": ("buyers", COLOURS[5]),
    "subsidies": ("subsidies", COLOURS[1]),
    "overhead": ("overhead", COLOURS[4]),
    "training_of_trainers": ("trainers' training", COLOURS[2]),
    "awareness": ("outreach", COLOURS[3]),
    "guarantees": ("guarantees", COLOURS[7]),
}
"""Who pays, or for what, with the colours of the bars: the programme pays all but the first two."""

COMPARED = ("commercial_volume", "active_trainers", "cost_recovery", "queue")
"""Indicators of the comparison's figure."""


def _national(tables: Tables, name: str) -> pl.DataFrame:
    return tables["market"].filter((pl.col("group") == "total") & (pl.col("indicator") == name)).sort("month")


def run_market(tables: Tables, story: Story) -> Figure | None:
    """One scenario's market by year: modules, trainers, who pays, price, margin, cost recovery."""
    if tables["market"].is_empty():
        return None
    (title,) = story.titles.values()
    years = int(tables["market"]["month"].max()) // WINDOW  # type: ignore[arg-type]
    figure, axes = slide(
        story, f"The training market: {title}",
        f"National numbers of each year; money in yuan of {story.price_year}. Bars and lines: {INTERVAL}",
        rows=2, columns=3, width_ratios=(1.0, 1.0, 1.25),
    )  # fmt: skip
    modules, trainers, payers, *ratios = axes
    _modules_bars(modules, tables, years)
    _trainer_bands(trainers, tables)
    _payer_bars(payers, tables, years)
    for panel, name in zip(ratios, ("price", "provider_margin", "cost_recovery"), strict=True):
        _ratio_band(panel, tables, name)
    for panel in axes:
        year_axis(panel, story, years, room=0.6)
        plain_ticks(panel.yaxis, 5)
    return figure


def _modules_bars(axes: Axes, tables: Tables, years: int) -> None:
    taken = _by_year(tables, "modules_taken", years)
    commercial = _by_year(tables, "commercial_volume", years)
    subsidised = [max(0.0, all_ - sold) for all_, sold in zip(taken, commercial, strict=True)]
    parts = [("subsidised", COLOURS[1], subsidised), ("without subsidy", COLOURS[0], commercial)]
    _stacked(axes, parts)
    heading(axes, "Modules taken a year", " ")


def _payer_bars(axes: Axes, tables: Tables, years: int) -> None:
    parts = [(name, colour, _by_year(tables, item, years)) for item, (name, colour) in PAYERS.items()]
    paid = [part for part in parts if any(part[2])]
    _stacked(axes, paid, columns=3)
    heading(axes, "Who pays, yuan a year", "\n".join(" " * max(1, math.ceil(len(paid) / 3))))


def _stacked(axes: Axes, parts: Sequence[tuple[str, str, list[float]]], columns: int | None = None) -> None:
    """Bars by year, each part (name, colour, value of each year) on top of the one before it."""
    bottom = [0.0] * len(parts[0][2]) if parts else []
    for _, colour, values in parts:
        axes.bar(range(1, len(values) + 1), values, bottom=bottom, color=colour, width=0.75)
        bottom = [below + value for below, value in zip(bottom, values, strict=True)]
    axes.set_ylim(0.0, 1.08 * max([*bottom, 1e-9]))
    key(axes, [(name, colour) for name, colour, _ in parts], columns, size=10)


def _by_year(tables: Tables, name: str, years: int) -> list[float]:
    found = dict(_national(tables, name).select("month", "estimate").iter_rows())
    return [found.get(WINDOW * year, 0.0) for year in range(1, years + 1)]


def _trainer_bands(axes: Axes, tables: Tables) -> None:
    shown = (("trainers_needed", "needed", COLOURS[1]), ("active_trainers", "active", COLOURS[0]))
    top = 0.0
    for name, _, colour in shown:
        rows = every_year(_national(tables, name))
        band(axes, rows["month"] / WINDOW, rows, colour)
        top = max([top, *rows["high"], *rows["estimate"]])
    axes.set_ylim(0.0, 1.08 * max(top, 1.0))
    heading(axes, "Trainers needed and active", " ")
    key(axes, [(name, colour) for _, name, colour in shown], size=10)


def _ratio_band(axes: Axes, tables: Tables, name: str) -> None:
    rows = _national(tables, name)
    lowest = LOWEST_MARGIN if name == "provider_margin" else 0.0
    cut = bool((rows["low"] < lowest).any())
    unit = MARKET_INDICATORS[name].unit + f"; the axis ends at −{-lowest:g}" * cut
    heading(axes, MARKET_INDICATORS[name].label, unit)
    if rows.is_empty():
        axes.text(0.5, 0.5, "undefined", transform=axes.transAxes, ha="center", va="center", color=GREY)
        return
    rows = every_year(rows)
    band(axes, rows["month"] / WINDOW, rows)
    axes.set_ylim(*range_with_zero([max(lowest, end) for end in (*rows["low"], *rows["high"])], 0.06))
    if cut or rows["low"].min() >= 0.0:  # type: ignore[operator]
        axes.set_ylim(bottom=lowest)
    axes.axhline(0.0, color=GREY, linewidth=0.8, zorder=1)


def compared_market(tables: Tables, story: Story) -> Figure | None:
    """The market of several scenarios by year."""
    found = {name: _national(tables, name) for name in COMPARED}
    if all(rows.is_empty() for rows in found.values()):
        return None
    figure, axes = slide(
        story, "The training market in each scenario",
        f"National numbers of each year. Lines: {INTERVAL}", rows=2, columns=2,
    )  # fmt: skip
    for panel, (name, rows) in zip(axes, found.items(), strict=True):
        years = int(tables["market"]["month"].max()) // WINDOW  # type: ignore[arg-type]
        year_axis(panel, story, years)
        scenario_lines(panel, story, rows)
        heading(panel, MARKET_INDICATORS[name].label, MARKET_INDICATORS[name].unit_of_year)
    return figure
