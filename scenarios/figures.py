"""Figures of a comparison, each ready for a slide: who, what, in which unit, how sure.

Every function takes the tables (:mod:`scenarios.summary`) and the story (titles, month, source), and gives a
figure, or None where the tables hold nothing to draw.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import polars as pl

from scenarios.drawing import (
    GREY,
    INK,
    Dot,
    Story,
    balanced,
    dots,
    drawn,
    empty_rows,
    end_labels,
    every_year,
    heading,
    key,
    plain_ticks,
    range_with_zero,
    slide,
    zero_line,
)
from scenarios.wording import effect_unit, number, years
from simulation.indicators import INDICATORS, LEADING
from simulation.parameters import MODULES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Tables = Mapping[str, pl.DataFrame]
LABELS = {name: indicator.label for name, indicator in INDICATORS.items()} | {
    "productivity": "Productivity",
    "injury_rate": "Injuries",
    "benefit_cost_ratio": "Benefit per yuan",
}
UNIT_LINES = {"productivity": "value added per worker,\nlog points × 100 (about %)"}
PAYERS = {
    "programme_cost": ("programme", "#4D4D4D"),
    "enterprise_cost": ("enterprises", "#9E9E9E"),
    "buyer_cost": ("buyers", "#D6D6D6"),
}
"""Who pays, with the greys of the bars: the colours belong to the scenarios."""

INTERVAL = "Dots: mean estimate; bars: 90 % interval over parameter draws and chance."


def comparison_figures(tables: Tables, story: Story) -> dict[str, Figure]:
    """All figures of a comparison by name of file (without ending)."""
    found = {
        "effects": effects(tables, story),
        "over_time": over_time(tables, story),
        "costs": costs(tables, story),
        "uncertainty": uncertainty(tables, story),
        "practices": practices(tables, story),
    }
    return drawn(found)


def trained(tables: Tables, indicator: str, group: str = "total") -> pl.DataFrame:
    """Effects on the trained, all months and scenarios, of the levels of a group."""
    table = tables["effects"]
    return table.filter(
        (pl.col("population") == "trained") & (pl.col("indicator") == indicator) & (pl.col("group") == group)
    )


def _headline(tables: Tables, story: Story, indicator: str) -> pl.DataFrame:
    """Effects on the trained at the headline month; the benefit per yuan over its own follow-up."""
    rows = trained(tables, indicator)
    return rows if indicator == "benefit_cost_ratio" else rows.filter(pl.col("month") == story.month)


# Dots and intervals, a panel an indicator, a row a scenario


def effects(tables: Tables, story: Story) -> Figure | None:
    """The five leading indicators at the headline month."""
    return _panels(
        tables, story, LEADING, f"What the training changes, year {story.month // 12} after the first class",
        f"Trained enterprises compared with the same enterprises under “{story.baseline}”, months "
        f"{story.month - 11} to {story.month} since their first class. {INTERVAL}",
    )  # fmt: skip


def practices(tables: Tables, story: Story) -> Figure | None:
    """Practices gained, module by module."""
    names = [f"practice_share.{module}" for module in MODULES]
    return _panels(
        tables, story, names, f"Good practices gained, year {story.month // 12} after the first class",
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
        alike = everything["estimate"].to_list() if common_range else []
        dot_panel(panel, story, found[name], signed=name != "benefit_cost_ratio", alike=alike)
        _head_panel(panel, name, found[name])
        shown = everything if common_range else found[name]
        panel.set_xlim(*range_with_zero([*shown["low"], *shown["high"]]))
    axes[0].set_yticklabels([story.label(name) for name in story.titles])
    return figure


def dot_panel(
    axes: Axes, story: Story, rows: pl.DataFrame, signed: bool = True, alike: Sequence[float] = ()
) -> None:
    """One row a scenario: its estimate and interval, or that too few were observed."""
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
    dots(axes, entries, len(story.titles), signed=signed, alike=alike)
    zero_line(axes)
    plain_ticks(axes.xaxis, 4)


def _head_panel(axes: Axes, name: str, rows: pl.DataFrame) -> None:
    label = LABELS[name].removeprefix("Practices in use: ")
    label = textwrap.fill(label[0].upper() + label[1:], 16)
    if name == "benefit_cost_ratio":
        heading(axes, label, "more is better")
        break_even(axes)
        follow_up = rows["month"].unique().to_list()
        over = f"over {years(follow_up[0])}\n" if len(follow_up) == 1 else ""
        axes.set_xlabel(f"yuan gained per yuan\n{over}(dashed: break-even)", size=11)
    else:
        heading(axes, label, better(name))
        unit = textwrap.fill(effect_unit(rows["unit"][0]), 20) if len(rows) else ""
        axes.set_xlabel(UNIT_LINES.get(name, unit), size=11)


def better(name: str) -> str:
    """Which way an indicator should go."""
    return ("", "more is better", "less is better")[INDICATORS[name].better]


def break_even(axes: Axes) -> None:
    """A dashed line where a yuan returns a yuan."""
    zero_line(axes, 1.0, color=GREY, linestyle=(0, (4, 3)))


# The other figures


def over_time(tables: Tables, story: Story) -> Figure | None:
    """The leading effects by years since the first class."""
    names = [name for name in LEADING if name in INDICATORS]
    found = {name: trained(tables, name) for name in names}
    if all(rows.is_empty() for rows in found.values()):
        return None
    figure, axes = slide(
        story, "How the effect grows and fades",
        f"Trained enterprises compared with the same enterprises under “{story.baseline}”, by year since "
        "their first class. Lines: mean estimate; bands: 90 % interval over parameter draws and chance.",
        rows=2, columns=2,
    )  # fmt: skip
    for panel, name in zip(axes, names, strict=True):
        _lines(panel, story, name, found[name])
    return figure


def _lines(axes: Axes, story: Story, name: str, rows: pl.DataFrame) -> None:
    axes.axhline(0.0, color=INK, linewidth=1.2, zorder=1)
    last = int(rows["month"].max() or 12) // 12  # type: ignore[arg-type]
    axes.set_xlim(0.7, last + 0.3)
    axes.set_xticks(range(1, last + 1))
    scenario_lines(axes, story, rows)
    unit = "log points × 100 (about %)" if name == "productivity" else unit_of(rows)
    heading(axes, LABELS[name], "; ".join(filter(None, [unit, better(name)])))
    axes.set_xlabel("Year since first class", size=11)


def scenario_lines(axes: Axes, story: Story, rows: pl.DataFrame) -> None:
    """A line a scenario over years, with its band and its name at the end; months without a row are gaps."""
    ends, bounds = [], [0.0]
    for scenario in story.titles:
        mine = rows.filter(pl.col("scenario") == scenario)
        if mine.is_empty():
            continue
        mine = every_year(mine)
        year, colour = (mine["month"] / 12).to_list(), story.colour(scenario)
        low, estimate, high = mine["low"], mine["estimate"], mine["high"]
        axes.fill_between(year, low, high, color=colour, alpha=0.13, linewidth=0)
        if len(year) == 1:
            axes.plot([year[0]] * 2, [low[0], high[0]], color=colour, linewidth=3, alpha=0.4)
        axes.plot(year, estimate, "o-", color=colour, linewidth=2.2, markersize=6)
        ends.append((year[-1], estimate[-1], story.titles[scenario], colour))
        bounds += [*low, *high]
    axes.set_ylim(*range_with_zero(bounds, 0.07))
    plain_ticks(axes.yaxis, 4)
    width = 24 if len(story.titles) <= 4 else 40
    end_labels(axes, ends, 2.0, lambda text: balanced(text, width))


def unit_of(rows: pl.DataFrame) -> str:
    """The unit of the effects in ``rows``."""
    return effect_unit(rows["unit"][0]) if len(rows) else ""


def costs(tables: Tables, story: Story) -> Figure | None:
    """Who pays for an enterprise reached, beside the benefit per yuan."""
    programme = tables["programme"]
    amounts = {
        scenario: dict(
            programme.filter(pl.col("scenario") == scenario).select("item", "estimate").iter_rows()
        )
        for scenario in story.titles
    }
    if not any(items.get("enterprises_reached", 0.0) > 0.0 for items in amounts.values()):
        return None
    figure, (left, right) = slide(
        story, "What an enterprise reached costs, and what a yuan returns",
        f"Cost: all payers' yuan ({story.price_year}) over the whole run, per enterprise reached. Benefit: "
        f"of trained enterprises compared with “{story.baseline}”, per yuan of real resources; dots: mean "
        "estimate, bars: 90 % interval.",
        columns=2, sharey=True, width_ratios=(1.6, 1.0),
    )  # fmt: skip
    _payer_bars(left, story, amounts)
    rows = _headline(tables, story, "benefit_cost_ratio")
    dot_panel(right, story, rows, signed=False)
    right.set_xlim(*range_with_zero([1.0, *rows["low"], *rows["high"]]))
    heading(right, "Benefit per yuan of resources", "more is better")
    break_even(right)
    right.set_xlabel("yuan gained per yuan (dashed: break-even)")
    left.set_yticklabels([story.label(name, 24) for name in story.titles])
    left.tick_params(axis="y", length=0)
    return figure


def _payer_bars(axes: Axes, story: Story, amounts: Mapping[str, Mapping[str, float]]) -> None:
    totals = []
    for row, scenario in enumerate(story.titles):
        items = amounts[scenario]
        reached, start = items.get("enterprises_reached", 0.0), 0.0
        for payer, (_, colour) in PAYERS.items():
            share = items.get(payer, 0.0) / reached if reached > 0.0 else 0.0
            axes.barh(row, share, left=start, height=0.55, color=colour, edgecolor="white")
            start += share
        totals.append(start)
        text = f" {number(start, 0)}" if start else "nobody reached"
        axes.text(start, row, text, va="center", size=12, weight="bold", color=INK if start else GREY)
    axes.set_xlim(0.0, 1.15 * max(totals))
    plain_ticks(axes.xaxis)
    axes.set_xlabel(f"yuan of {story.price_year}")
    heading(axes, "Cost per enterprise reached, by payer", " ")
    paying = {payer for items in amounts.values() for payer in PAYERS if items.get(payer, 0.0) > 0.0}
    key(axes, [named for payer, named in PAYERS.items() if payer in paying])


SOURCES = {"parameters": "#0072B2", "enterprises drawn": "#E69F00", "events": "#A6A6A6"}
"""What uncertainty is made of, with the colours of the bars."""


def uncertainty(tables: Tables, story: Story) -> Figure | None:
    """What the uncertainty of each leading effect is made of."""
    table = tables["uncertainty"].filter(
        (pl.col("population") == "trained") & (pl.col("month") == story.month)
    )
    names = [name for name in LEADING if name in INDICATORS]
    if table.is_empty():
        return None
    figure, axes = slide(
        story, "What the uncertainty is made of",
        f"Shares of the variance of the effect on the trained, year {story.month // 12} after the first "
        "class. Parameters: what is not known about the mechanisms; enterprises drawn: which are simulated; "
        "events: chance in what happens to them.",
        columns=len(names), sharey=True,
    )  # fmt: skip
    for panel, name in zip(axes, names, strict=True):
        _source_bars(panel, story, table.filter(pl.col("indicator") == name))
        heading(panel, LABELS[name], " ")
    axes[0].set_yticklabels([story.label(name) for name in story.titles])
    key(axes[0], list(SOURCES.items()))
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
                axes.text(
                    start + share / 2, row, f"{share:.0f}", ha="center", va="center", size=12, color=ink
                )
            start += share
    axes.set_xlim(0, 100)
    axes.set_xticks([0, 50, 100])
    axes.set_xlabel("% of the variance", size=11)
    empty_rows(axes, len(story.titles))
