"""Figures of `scoresim rank sectors` and `rank regions`: the ranking, and what it follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from scenarios.decisions.areas import Input
from scenarios.decisions.areas_tables import Judged
from scenarios.drawing import (
    COLOURS,
    GREY,
    INK,
    PALE,
    Dot,
    Story,
    beyond_limits,
    drawn,
    empty_rows,
    heading,
    plain_ticks,
    range_with_zero,
    slide,
    spread,
    zero_line,
)
from scenarios.wording import shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Tables = Mapping[str, pl.DataFrame]
FIRST, OTHERS = COLOURS[0], "#8A8A8A"
"""Colours of those not told apart from the first, and of the others."""


def _lower(label: str) -> str:
    return label[0].lower() + label[1:]


LONGEST_NAME = 44
NAMED_IN_SCATTER = 5


def figures(
    tables: Tables, judged: Judged, kind: str, story: Story, inputs: Sequence[Input]
) -> dict[str, Figure]:
    """All figures by name of file (without ending)."""
    return drawn(
        {
            "ranking": ranking_figure(tables, judged, kind, story),
            "what_ranks_them": drivers_figure(tables, judged, kind, story, inputs),
        }
    )


def _ranked(tables: Tables) -> pl.DataFrame:
    return tables["ranking"].filter(pl.col("rank").is_not_null() & pl.col("estimate").is_not_null())


def ranking_figure(tables: Tables, judged: Judged, kind: str, story: Story) -> Figure | None:
    """Estimates with intervals, best first, beside the probability of being among the top."""
    table = _ranked(tables)
    if table.is_empty():
        return None
    figure, (left, right) = slide(
        story,
        f"{kind.capitalize()} by {_lower(judged.label)}",
        "Dots: mean; pale bars: 2 standard errors of the paired difference to the first; lines: 90 % "
        "interval over parameter draws and chance. Blue: not told apart from the first; grey: behind it.",
        columns=2, sharey=True, gridspec_kw={"width_ratios": [3.0, 1.0]},
    )  # fmt: skip
    colours = [OTHERS if apart else FIRST for apart in table["told_apart"]]
    columns = table.select("estimate", "low", "high", "behind_first_se").iter_rows()
    whole, near = [], []
    for row, ((estimate, low, high, error), colour) in enumerate(zip(columns, colours, strict=True)):
        whole.append(Dot(row, estimate, low, high, colour))
        near.append((row, estimate, 2.0 * (error or 0.0), colour))
    n = len(whole)
    for row in range(n):
        left.axhline(row, color=PALE, linewidth=0.5, zorder=0)
    for row, estimate, reach, colour in near:
        left.plot([estimate - reach, estimate + reach], [row] * 2, color=colour, linewidth=5, alpha=0.25,
                  solid_capstyle="butt")  # fmt: skip
    _thin(left, whole, n)
    ends = np.quantile([[dot.low, dot.high] for dot in whole], [0.05, 0.95])
    left.set_xlim(*range_with_zero([*ends, *(dot.estimate for dot in whole)], 0.04))
    beyond_limits(left, whole)
    zero_line(left)
    plain_ticks(left.xaxis, 6)
    left.set_xlabel(judged.unit[0].upper() + judged.unit[1:], size=11)
    heading(left, judged.label)
    left.set_yticklabels(
        [shortened(name, LONGEST_NAME) for name in table["name"]], size=9.5 if n > 15 else 12
    )
    chances = [100.0 * (value or 0.0) for value in table["probability_top"]]
    right.barh(range(n), chances, color=colours, height=0.7)
    right.set_xlim(0.0, 100.0)
    right.set_xlabel("Probability, %", size=11)
    right.tick_params(axis="y", length=0)
    heading(right, f"Among the first {judged.top}")
    return figure


def _thin(axes: Axes, entries: Sequence[Dot], rows: int) -> None:
    """Intervals as thin lines, with their dots."""
    for entry in entries:
        axes.plot([entry.low, entry.high], [entry.row] * 2, color=entry.colour, linewidth=1.2)
        axes.plot(entry.estimate, entry.row, "o", color=entry.colour, markersize=6, zorder=3)
    empty_rows(axes, rows)


def drivers_figure(
    tables: Tables, judged: Judged, kind: str, story: Story, inputs: Sequence[Input]
) -> Figure | None:
    """The objective against the two inputs of the model that it follows most."""
    table, drivers = _ranked(tables), tables["what_ranks_them"].filter(pl.col("kind") != "belief")
    order = drivers.filter(pl.col("rank_correlation").is_not_null()).sort(
        pl.col("rank_correlation").abs(), descending=True, maintain_order=True
    )
    if table.is_empty() or order.is_empty():
        return None
    known = {each.name: each for each in inputs}
    shown = order.head(2)
    figure, axes = slide(
        story,
        f"What the ranking of {kind} follows",
        f"{judged.label} of each of the {kind} against inputs of the model. Bars: 2 standard errors "
        "of the paired difference to the first. Rank correlation: 1 the same order, 0 none.",
        columns=len(shown), sharey=True,
    )  # fmt: skip
    by_option = {row["option"]: row for row in table.iter_rows(named=True)}
    for panel, row in zip(axes, shown.iter_rows(named=True), strict=True):
        each = known[row["what"]]
        _scatter(panel, each, by_option)
        note = f"{row['kind']}; rank correlation {row['rank_correlation']:+.2f}".replace("-", "−")
        heading(panel, each.label[0].upper() + each.label[1:], note)
        panel.set_xlabel(each.unit, size=11)
    plain_ticks(axes[0].yaxis)
    axes[0].set_ylabel(f"{judged.label}, {judged.unit}", size=11)
    return figure


def _scatter(axes: Axes, each: Input, by_option: Mapping[str, Mapping[str, Any]]) -> None:
    """Areas as points, the first few by name; bars reach 2 standard errors of the difference to the first."""
    points = [
        (float(x), by_option[option])
        for option, x in zip(each.options, each.values, strict=True)
        if option in by_option
    ]
    for x, row in points:
        reach = 2.0 * (row["behind_first_se"] or 0.0)
        colour = OTHERS if row["told_apart"] else FIRST
        axes.plot(
            [x, x], [row["estimate"] - reach, row["estimate"] + reach], color=PALE, linewidth=1.5, zorder=1
        )
        axes.plot(x, row["estimate"], "o", color=colour, markersize=7, zorder=3)
    if each.values.min() > 0.0 and each.values.max() > SKEWED * each.values.min():
        axes.set_xscale("log")
        ticks = [t for t in LOG_TICKS if each.values.min() * 0.8 <= t <= each.values.max() * 1.2]
        axes.set_xticks(ticks, [f"{tick:,g}" for tick in ticks])
        axes.set_xticks([], minor=True)
    else:
        plain_ticks(axes.xaxis)
    low, high = axes.get_xlim()
    axes.tick_params(colors=GREY)
    named = sorted(points, key=lambda point: point[1]["rank"])[:NAMED_IN_SCATTER]
    across = [
        float(axes.transAxes.inverted().transform(axes.transData.transform((x, 0.0)))[0]) for x, _ in named
    ]
    bottom, top = axes.get_ylim()
    places = spread([row["estimate"] for _, row in named], 0.035 * (top - bottom))
    for (x, row), along, place in zip(named, across, places, strict=True):
        left = along > 0.5
        axes.annotate(
            shortened(row["name"], 26), (x, place), (-7 if left else 7, 0), textcoords="offset points",
            ha="right" if left else "left", va="center", size=9.5, color=INK, zorder=4,
        )  # fmt: skip
    axes.set_xlim(low, high)


SKEWED = 4.0
"""Highest over lowest value from which an axis is logarithmic."""

LOG_TICKS = [digit * 10.0**power for power in range(-5, 6) for digit in (1, 2, 5)]
