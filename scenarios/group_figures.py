"""Figures of `--by`: the effect on the trained by sector, province, size of enterprise, women and men."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import polars as pl

from scenarios.drawing import (
    PALE,
    Dot,
    Story,
    beyond_limits,
    dots,
    heading,
    plain_ticks,
    range_with_zero,
    slide,
    zero_line,
)
from scenarios.figures import LABELS, Tables, better, dot_panel, trained, unit_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

GROUPS = {
    "sector": "by sector", "region": "by province", "size": "by size of enterprise",
    "gender": "of women and men",
}  # fmt: skip
"""Groups of ``--by`` in words."""

FEW_LEVELS = 5
"""Up to as many levels get a panel each; of more, each level gets a row."""

MOST_COLUMNS = 4
"""Scenarios side by side in one figure; more of them go on in a second figure, and so on."""


def group_figures(tables: Tables, story: Story) -> dict[str, Figure]:
    """The figures of every group that was asked for, by name of file (without ending)."""
    return {name: figure for group in story.by for name, figure in effects_by(tables, story, group).items()}


def effects_by(tables: Tables, story: Story, group: str) -> dict[str, Figure]:
    """The effect on productivity (on turnover for women and men) of the trained, level by level."""
    indicator = "turnover_rate" if group == "gender" else "productivity"
    rows = trained(tables, indicator, group).filter(pl.col("month") == story.month)
    if rows.is_empty():
        return {}
    levels = _levels(rows, group)
    when = f"year {story.month // 12} after the first class"
    title = f"Effect on {LABELS[indicator].lower()} {GROUPS[group]}, {when}"
    subtitle = (
        f"Effect on trained enterprises compared with “{story.baseline}”, {unit_of(rows)}. Dots: mean "
        "estimate; bars: 90 % interval. Levels without trained enterprises are left out."
    )
    name = f"effects_by_{group}"
    if len(levels) <= FEW_LEVELS:
        return {name: _level_panels(story, rows, levels, title, subtitle)}
    subtitle += " Arrows: the bar goes on."
    shown = [scenario for scenario in story.titles if scenario in rows["scenario"].unique()]
    pages = [shown[first : first + MOST_COLUMNS] for first in range(0, len(shown), MOST_COLUMNS)]
    return {
        name + (f"_{number}" if number > 1 else ""): _level_rows(story, rows, levels, page, title, subtitle)
        for number, page in enumerate(pages, start=1)
    }


def _level_panels(story: Story, rows: pl.DataFrame, levels: list[str], title: str, subtitle: str) -> Figure:
    figure, axes = slide(story, title, subtitle, columns=len(levels), sharey=True, sharex=True)
    for panel, level in zip(axes, levels, strict=True):
        dot_panel(panel, story, rows.filter(pl.col("level") == level), alike=rows["estimate"].to_list())
        name = f"{level} employees" if rows["group"][0] == "size" else _level_name(story, level)
        heading(panel, name[0].upper() + name[1:], better(rows["indicator"][0]))
        panel.set_xlabel(textwrap.fill(unit_of(rows), 26), size=11)
    axes[0].set_xlim(*range_with_zero([*rows["low"], *rows["high"]]))
    axes[0].set_yticklabels([story.label(name) for name in story.titles])
    return figure


def _level_rows(
    story: Story, rows: pl.DataFrame, levels: list[str], shown: list[str], title: str, subtitle: str
) -> Figure:
    figure, axes = slide(story, title, subtitle, columns=len(shown), sharey=True, sharex=True)
    limits = range_with_zero(_robust_range(rows), 0.05)
    for panel, scenario in zip(axes, shown, strict=True):
        mine = rows.filter(pl.col("scenario") == scenario).select("level", "estimate", "low", "high")
        entries = [
            Dot(levels.index(level), estimate, low, high, story.colour(scenario))
            for level, estimate, low, high in mine.iter_rows()
        ]
        for row in range(len(levels)):
            panel.axhline(row, color=PALE, linewidth=0.6, zorder=0)
        dots(panel, entries, len(levels), labels=False)
        zero_line(panel)
        panel.set_xlim(*limits)
        beyond_limits(panel, entries)
        plain_ticks(panel.xaxis, 4)
        heading(panel, story.label(scenario, 56 // len(shown) + 4), colour=story.colour(scenario))
        panel.set_xlabel(textwrap.fill(unit_of(rows), 26), size=11)
    size = 12 if len(levels) <= 12 else 9
    axes[0].set_yticklabels([_level_name(story, level) for level in levels], size=size)
    return figure


def _levels(rows: pl.DataFrame, group: str) -> list[str]:
    """Levels with data: sectors and provinces by the effect of the scenario with most of them."""
    if group not in ("sector", "region"):
        return rows["level"].unique(maintain_order=True).to_list()
    widest = (
        rows.group_by("scenario", maintain_order=True).len().sort("len", descending=True, maintain_order=True)
    )
    first = rows.with_columns(rank=pl.col("scenario") != widest["scenario"][0])
    ordered = first.sort("rank", -pl.col("estimate"), "level")
    return ordered["level"].unique(maintain_order=True).to_list()


def _level_name(story: Story, level: str) -> str:
    return f"{level} {story.level_names.get(level, '')}".strip()


def _robust_range(rows: pl.DataFrame) -> list[float]:
    """Bounds of most intervals, and of every estimate: one hopeless level must not squeeze the others."""
    ends = pl.concat([rows["low"], rows["high"]])
    low, high = ends.quantile(0.03) or 0.0, ends.quantile(0.97) or 0.0
    return [low, high, *rows["estimate"]]
