"""Figures of a comparison, each ready for a slide: who, what, in which unit, how sure.

Every function takes the tables (:mod:`scenarios.summary`) and the story (titles, month, source), and gives a
figure, or None where the tables hold nothing to draw.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scenarios.drawing import (
    COLOURS,
    GREY,
    INK,
    PALE,
    Dot,
    Story,
    dots,
    end_labels,
    plain_ticks,
    range_with_zero,
    slide,
    zero_line,
)
from scenarios.wording import effect_unit, number, years
from simulation.indicators import INDICATORS, LEADING
from simulation.parameters import MODULES

Tables = Mapping[str, pl.DataFrame]
LABELS = {name: indicator.label for name, indicator in INDICATORS.items()} | {
    "productivity": "Productivity",
    "injury_rate": "Injuries",
    "benefit_cost_ratio": "Benefit per yuan",
}
UNIT_LINES = {"productivity": "value added per worker,\nlog points × 100 (about %)"}
PAYERS = {"programme_cost": "programme", "enterprise_cost": "enterprises", "buyer_cost": "buyers"}
INTERVAL = "Dots: mean estimate; bars: 90 % interval over parameter draws and chance."


def comparison_figures(tables: Tables, story: Story) -> dict[str, Figure]:
    """All figures of a comparison by name of file (without ending)."""
    drawn = {
        "effects": effects(tables, story),
        "over_time": over_time(tables, story),
        "costs": costs(tables, story),
        "uncertainty": uncertainty(tables, story),
        "practices": practices(tables, story),
        **{f"effects_by_{group}": effects_by(tables, story, group) for group in story.by},
    }
    return {name: figure for name, figure in drawn.items() if figure is not None}


def _trained(tables: Tables, indicator: str, group: str = "total") -> pl.DataFrame:
    table = tables["effects"]
    return table.filter(
        (pl.col("population") == "trained") & (pl.col("indicator") == indicator) & (pl.col("group") == group)
    )


def _headline(tables: Tables, story: Story, indicator: str) -> pl.DataFrame:
    """Effects on the trained at the headline month; the benefit per yuan over its own follow-up."""
    rows = _trained(tables, indicator)
    return rows if indicator == "benefit_cost_ratio" else rows.filter(pl.col("month") == story.month)


# Dots and intervals, a panel an indicator, a row a scenario


def effects(tables: Tables, story: Story) -> Figure | None:
    """The five leading indicators at the headline month."""
    return _panels(
        tables, story, LEADING, f"What the training changes {years(story.month)} after the first class",
        f"Trained enterprises compared with the same enterprises under “{story.baseline}”, months "
        f"{story.month - 11} to {story.month} since their first class. {INTERVAL}",
    )  # fmt: skip


def practices(tables: Tables, story: Story) -> Figure | None:
    """Practices gained, module by module."""
    names = [f"practice_share.{module}" for module in MODULES]
    return _panels(
        tables, story, names, f"Good practices gained {years(story.month)} after the first class",
        f"Trained enterprises compared with the same enterprises under “{story.baseline}”, months "
        f"{story.month - 11} to {story.month} since their first class: share of each module's good practices "
        f"in use. {INTERVAL}",
        common_range=True,
    )  # fmt: skip


def _panels(
    tables: Tables, story: Story, names: Sequence[str], title: str, subtitle: str, common_range: bool = False
) -> Figure | None:
    found = {name: _headline(tables, story, name) for name in names}
    if all(rows.is_empty() for rows in found.values()):
        return None
    figure, axes = slide(story, title, subtitle, columns=len(names), sharey=True)
    everything = pl.concat(found.values())
    for panel, name in zip(axes, names, strict=True):
        _dot_panel(panel, story, found[name])
        _head_panel(panel, name, found[name])
        shown = everything if common_range else found[name]
        panel.set_xlim(*range_with_zero([*shown["low"], *shown["high"]]))
    axes[0].set_yticklabels([story.label(name) for name in story.titles])
    return figure


def _dot_panel(axes: Axes, story: Story, rows: pl.DataFrame) -> None:
    entries = []
    for row, scenario in enumerate(story.titles):
        mine = rows.filter(pl.col("scenario") == scenario)
        if mine.is_empty():
            axes.text(
                0.5, row, "too few\nobserved", size=10, color=GREY, ha="center", va="center",
                transform=axes.get_yaxis_transform(), backgroundcolor="white",
            )  # fmt: skip
        else:
            low, estimate, high = mine.select("low", "estimate", "high").row(0)
            entries.append(Dot(row, estimate, low, high, story.colour(scenario)))
    dots(axes, entries, len(story.titles))
    zero_line(axes)
    plain_ticks(axes.xaxis, 4)


def _head_panel(axes: Axes, name: str, rows: pl.DataFrame) -> None:
    label = LABELS[name].removeprefix("Practices in use: ")
    axes.set_title(textwrap.fill(label[0].upper() + label[1:], 18))
    axes.set_xlabel(UNIT_LINES.get(name) or _unit_lines(rows), size=11)
    if name == "benefit_cost_ratio":
        zero_line(axes, 1.0, color=GREY, linestyle=(0, (4, 3)))
        follow_up = rows["month"].unique().to_list()
        over = f", {years(follow_up[0])}" if len(follow_up) == 1 else ""
        axes.set_xlabel(f"yuan gained per yuan{over}\n(dashed: break-even)", size=11)
    elif INDICATORS[name].better:
        better = "more is better" if INDICATORS[name].better > 0 else "less is better"
        axes.text(0.0, 1.005, better, transform=axes.transAxes, size=10.5, color=GREY, style="italic", va="bottom")
        axes.set_title(axes.get_title(loc="left"), pad=20)


def _unit_lines(rows: pl.DataFrame) -> str:
    return textwrap.fill(effect_unit(rows["unit"][0]), 22) if len(rows) else ""


# The other figures


def over_time(tables: Tables, story: Story) -> Figure | None:
    """The leading effects by years since the first class."""
    names = [name for name in LEADING if name in INDICATORS]
    found = {name: _trained(tables, name) for name in names}
    if all(rows.is_empty() for rows in found.values()):
        return None
    figure, axes = slide(
        story, "How the effect grows and fades",
        f"Trained enterprises compared with the same enterprises under “{story.baseline}”, by year since their "
        "first class. Lines: mean estimate; bands: 90 % interval over parameter draws and chance.",
        rows=2, columns=2,
    )  # fmt: skip
    for panel, name in zip(axes, names, strict=True):
        _lines(panel, story, name, found[name])
    return figure


def _lines(axes: Axes, story: Story, name: str, rows: pl.DataFrame) -> None:
    axes.axhline(0.0, color=INK, linewidth=1.2, zorder=1)
    ends, bounds = [], [0.0]
    for scenario in story.titles:
        mine = rows.filter(pl.col("scenario") == scenario).sort("month")
        if mine.is_empty():
            continue
        year = (mine["month"] / 12).to_list()
        colour = story.colour(scenario)
        axes.fill_between(year, mine["low"], mine["high"], color=colour, alpha=0.13, linewidth=0)
        if len(year) == 1:
            axes.plot([year[0]] * 2, [mine["low"][0], mine["high"][0]], color=colour, linewidth=3, alpha=0.4)
        axes.plot(year, mine["estimate"], "o-", color=colour, linewidth=2.2, markersize=6)
        ends.append((year[-1], mine["estimate"][-1], story.titles[scenario], colour))
        bounds += [*mine["low"], *mine["high"]]
    last = int(rows["month"].max() or 12) // 12  # type: ignore[arg-type]
    axes.set_xlim(0.7, last + 0.3)
    axes.set_xticks(range(1, last + 1))
    axes.set_ylim(*range_with_zero(bounds, 0.07))
    plain_ticks(axes.yaxis, 4)
    better = "" if INDICATORS[name].better == 0 else f"{'more' if INDICATORS[name].better > 0 else 'less'} is better"
    axes.set_title(LABELS[name])
    unit = "log points × 100 (about %)" if name == "productivity" else effect_unit(rows["unit"][0])
    axes.text(
        0.0, 1.0, f"{unit}; {better}", transform=axes.transAxes, size=10.5, color=GREY, style="italic", va="bottom"
    )
    axes.set_title(LABELS[name], pad=19)
    axes.set_xlabel("Year since first class", size=11)
    width = 24 if len(story.titles) <= 4 else 40
    end_labels(axes, ends, 2.0, lambda text: textwrap.fill(text, width))


def costs(tables: Tables, story: Story) -> Figure | None:
    """Who pays for an enterprise reached, beside the benefit per yuan."""
    programme = tables["programme"]
    amounts = {
        scenario: dict(programme.filter(pl.col("scenario") == scenario).select("item", "estimate").iter_rows())
        for scenario in story.titles
    }
    if not any(items.get("enterprises_reached", 0.0) > 0.0 for items in amounts.values()):
        return None
    figure, (left, right) = slide(
        story, "What an enterprise reached costs, and what a yuan returns",
        "Cost: all payers' yuan (2023) over the whole run, per enterprise reached. Benefit: of trained enterprises "
        f"compared with “{story.baseline}”, per yuan of real resources; dots: mean estimate, bars: 90 % interval.",
        columns=2, sharey=True, width_ratios=(1.6, 1.0),
    )  # fmt: skip
    _payer_bars(left, story, amounts)
    rows = _headline(tables, story, "benefit_cost_ratio")
    _dot_panel(right, story, rows)
    right.set_xlim(*range_with_zero([1.0, *rows["low"], *rows["high"]]))
    right.set_title("Benefit per yuan of resources", pad=30)
    zero_line(right, 1.0, color=GREY, linestyle=(0, (4, 3)))
    right.set_xlabel("yuan gained per yuan (dashed: break-even)")
    left.set_yticklabels([story.label(name, 24) for name in story.titles])
    left.tick_params(axis="y", length=0)
    return figure


def _payer_bars(axes: Axes, story: Story, amounts: Mapping[str, Mapping[str, float]]) -> None:
    totals = []
    for row, scenario in enumerate(story.titles):
        items = amounts[scenario]
        reached, start = items.get("enterprises_reached", 0.0), 0.0
        for payer, colour in zip(PAYERS, COLOURS, strict=False):
            share = items.get(payer, 0.0) / reached if reached > 0.0 else 0.0
            axes.barh(row, share, left=start, height=0.55, color=colour, edgecolor="white")
            start += share
        totals.append(start)
        text = f" {number(start, 0)}" if start else "nobody reached"
        axes.text(start, row, text, va="center", size=12, weight="bold", color=INK if start else GREY)
    axes.set_xlim(0.0, 1.15 * max(totals))
    plain_ticks(axes.xaxis)
    axes.set_title("Cost per enterprise reached, by payer", pad=30)
    axes.set_xlabel("yuan of 2023")
    x = 0.0
    for name, colour in zip(PAYERS.values(), COLOURS, strict=False):
        axes.text(x, 1.01, f"■ {name}", color=colour, size=12, transform=axes.transAxes, va="bottom", weight="bold")
        x += 0.06 + 0.022 * len(name)


SOURCES = {"parameters": "#0072B2", "enterprises drawn": "#E69F00", "events": "#A6A6A6"}
"""What uncertainty is made of, with the colours of the bars."""


def uncertainty(tables: Tables, story: Story) -> Figure | None:
    """What the uncertainty of each leading effect is made of."""
    table = tables["uncertainty"].filter((pl.col("population") == "trained") & (pl.col("month") == story.month))
    names = [name for name in LEADING if name in INDICATORS]
    if table.is_empty():
        return None
    figure, axes = slide(
        story, "What the uncertainty is made of",
        f"Shares of the variance of the effect on the trained, {years(story.month)} after the first class. "
        "Parameters: what is not known about the mechanisms; enterprises drawn: which ones are simulated; "
        "events: chance in what happens to them.",
        columns=len(names), sharey=True,
    )  # fmt: skip
    for panel, name in zip(axes, names, strict=True):
        _source_bars(panel, story, table.filter(pl.col("indicator") == name))
        panel.set_title(LABELS[name], pad=10)
    axes[0].set_yticklabels([story.label(name) for name in story.titles])
    handles = [axes[0].barh(0, 0, color=colour, label=source) for source, colour in SOURCES.items()]
    figure.legend(handles=handles, loc="outside upper left", ncols=3, frameon=False, fontsize=12)
    return figure


def _source_bars(axes: Axes, story: Story, rows: pl.DataFrame) -> None:
    for row, scenario in enumerate(story.titles):
        mine = dict(rows.filter(pl.col("scenario") == scenario).select("source", "share").iter_rows())
        start = 0.0
        if not mine:
            axes.text(50, row, "too few observed", size=10, color=GREY, ha="center", va="center")
        for source, colour in SOURCES.items():
            share = 100.0 * mine.get(source, 0.0)
            axes.barh(row, share, left=start, height=0.6, color=colour, edgecolor="white")
            if share >= 14.0:
                ink = INK if source != "parameters" else "white"
                axes.text(start + share / 2, row, f"{share:.0f}", ha="center", va="center", size=12, color=ink)
            start += share
    axes.set_xlim(0, 100)
    axes.set_xticks([0, 50, 100])
    axes.set_xlabel("% of the variance", size=11)
    axes.set_ylim(len(story.titles) - 0.45, -0.6)
    axes.set_yticks(range(len(story.titles)))
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


GROUPS = {"sector": "sector", "region": "province", "size": "employees at the start", "gender": "women and men"}
"""Groups of ``--by`` in words."""


def effects_by(tables: Tables, story: Story, group: str) -> Figure | None:
    """The effect on productivity (on turnover for women and men) of the trained, level by level."""
    indicator = "turnover_rate" if group == "gender" else "productivity"
    rows = _trained(tables, indicator, group).filter(pl.col("month") == story.month)
    shown = [name for name in story.titles if name in rows["scenario"].unique()]
    if not shown:
        return None
    levels = _levels(rows, group)
    unit = effect_unit(rows["unit"][0])
    figure, axes = slide(
        story, f"{LABELS[indicator]} by {GROUPS[group]}, {years(story.month)} after the first class",
        f"Effect on trained enterprises compared with “{story.baseline}”, {unit}. Dots: mean estimate; bars: 90 % "
        "interval. A wide bar stands for few simulated enterprises; levels without any are left out.",
        columns=len(shown), sharey=True, sharex=True,
    )  # fmt: skip
    for panel, scenario in zip(axes, shown, strict=True):
        mine = rows.filter(pl.col("scenario") == scenario)
        entries = [
            Dot(levels.index(level), estimate, low, high, story.colour(scenario))
            for level, estimate, low, high in mine.select("level", "estimate", "low", "high").iter_rows()
        ]
        dots(panel, entries, len(levels), labels=len(levels) <= 6)
        for row in range(len(levels)):
            panel.axhline(row, color=PALE, linewidth=0.6, zorder=0)
        zero_line(panel)
        plain_ticks(panel.xaxis, 4)
        panel.set_title(story.label(scenario, 60 // len(shown) + 8), color=story.colour(scenario))
        panel.set_xlabel(textwrap.fill(unit, 26), size=11)
    axes[0].set_xlim(*range_with_zero(_robust_range(rows), 0.05))
    size = 12 if len(levels) <= 12 else 9
    axes[0].set_yticklabels([_level_name(story, level) for level in levels], size=size)
    return figure


def _levels(rows: pl.DataFrame, group: str) -> list[str]:
    """Levels with data: by effect for sectors and provinces, else in their own order."""
    if group in ("sector", "region"):
        means = rows.group_by("level").agg(pl.col("estimate").mean()).sort("estimate", "level", descending=True)
        return means["level"].to_list()
    return rows["level"].unique(maintain_order=True).to_list()


def _level_name(story: Story, level: str) -> str:
    name = story.level_names.get(level, "")
    text = f"{level} {name}".strip()
    return text if len(text) <= 44 else textwrap.shorten(text, 44, placeholder=" …")


def _robust_range(rows: pl.DataFrame) -> list[float]:
    """Bounds of most intervals, and of every estimate: one hopeless level must not squeeze the others."""
    ends = pl.concat([rows["low"], rows["high"]])
    estimates = [*rows["estimate"]]
    low, high = ends.quantile(0.03) or 0.0, ends.quantile(0.97) or 0.0
    return [min(low, *estimates), max(high, *estimates)] if len(rows) > 12 else [*ends, *estimates]


