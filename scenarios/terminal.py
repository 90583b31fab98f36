"""What `run` and `compare` print: tables for people."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from scenarios.run_figures import SHOWN, label_and_unit, yearly
from scenarios.wording import Calendar, effect_unit, interval, joined
from simulation.indicators import INDICATORS, LEADING

Tables = Mapping[str, pl.DataFrame]
ENOUGH_REPLICATES = 12
"""Replicates below which a ratio of variances is no more than a hint."""

WIDE = 160
"""Columns to print on where there is no terminal to ask."""


def console() -> Console:
    """Standard output: as wide as the terminal, or ``WIDE`` where it is a file or a pipe."""
    return Console(width=None if sys.stdout.isatty() else shutil.get_terminal_size((WIDE, 25)).columns)


# compare

PROGRAMME_ROWS = ("enterprises_reached", "cost_per_enterprise", "benefit_cost_ratio", "cost_recovery")
EFFECT_ROWS = tuple(name for name in LEADING if name in INDICATORS)


def effect_cell(
    tables: Tables, scenario: str, indicator: str, month: int, place: tuple[str, str] = ("total", "all")
) -> str:
    """``estimate [low, high]`` of an effect on the trained, or "-" where it was not observed."""
    rows = tables["effects"].filter(
        (pl.col("scenario") == scenario)
        & (pl.col("population") == "trained")
        & (pl.col("indicator") == indicator)
        & (pl.col("group") == place[0])
        & (pl.col("level") == place[1])
        & ((pl.col("month") == month) | (indicator == "benefit_cost_ratio"))
    )
    if rows.is_empty():
        return "-"
    estimate, low, high = rows.select("estimate", "low", "high").row(0)
    return interval(estimate, low, high, signed=indicator != "benefit_cost_ratio")


def programme_cell(tables: Tables, scenario: str, item: str) -> str:
    """``estimate [low, high]`` of what the programme did, or "-" without a programme."""
    rows = tables["programme"].filter((pl.col("scenario") == scenario) & (pl.col("item") == item))
    return "-" if rows.is_empty() else interval(*rows.select("estimate", "low", "high").row(0))


def comparison_grid(tables: Tables, titles: Mapping[str, str], month: int, baseline: str) -> Table:
    """The one table of `compare`: a row an indicator, a column a scenario."""
    effects, programme = tables["effects"], tables["programme"]
    units = dict(effects.select("indicator", "unit").unique(maintain_order=True).iter_rows())
    rows = [
        (INDICATORS[name].label, effect_unit(units.get(name, INDICATORS[name].unit)),
         [effect_cell(tables, scenario, name, month) for scenario in titles])
        for name in EFFECT_ROWS
    ]  # fmt: skip
    for item in PROGRAMME_ROWS:
        if item == "benefit_cost_ratio":
            found = effects.filter(pl.col("indicator") == item)["month"].unique().to_list()
            unit = "yuan per yuan" + (f", {found[0]} months" if len(found) == 1 else "")
            cells = [effect_cell(tables, scenario, item, month) for scenario in titles]
            rows.append(("Benefit per yuan of resources", unit, cells))
        else:
            label, unit = programme.filter(pl.col("item") == item).select("label", "unit").row(0)
            rows.append((label, unit, [programme_cell(tables, scenario, item) for scenario in titles]))
    title = f"Effect on trained enterprises in months {month - 11} to {month} after their first class"
    note = f"against “{escape(baseline)}”; mean [90 % interval over parameter draws and chance]"
    return grid_of(f"{title},\n{note}", list(titles.values()), rows, rule_after=len(EFFECT_ROWS))


def group_grid(
    tables: Tables, titles: Mapping[str, str], month: int, group: str, names: Mapping[str, str]
) -> Table:
    """Effect on productivity (on turnover for women and men) of the trained, level by level."""
    indicator = "turnover_rate" if group == "gender" else "productivity"
    chosen = tables["effects"].filter(
        (pl.col("population") == "trained")
        & (pl.col("indicator") == indicator)
        & (pl.col("group") == group)
        & (pl.col("month") == month)
    )
    levels = chosen["level"].unique(maintain_order=True).to_list()
    unit = effect_unit(INDICATORS[indicator].unit)
    rows = [
        (f"{level} {names.get(level, '')}".strip(), unit,
         [effect_cell(tables, scenario, indicator, month, (group, level)) for scenario in titles])
        for level in levels
    ]  # fmt: skip
    return grid_of(f"Effect on {INDICATORS[indicator].label.lower()} by {group}", list(titles.values()), rows)


def uncertainty_line(tables: Tables, month: int) -> str:
    """What the uncertainty of the leading effects is made of, mean over the scenarios."""
    table = tables["uncertainty"].filter((pl.col("population") == "trained") & (pl.col("month") == month))
    sources = table["source"].unique(maintain_order=True).to_list()
    parts = []
    for name in EFFECT_ROWS:
        rows = table.filter(pl.col("indicator") == name)
        if len(rows):
            means = dict(rows.group_by("source").agg(pl.col("share").mean()).iter_rows())
            shares = " + ".join(f"{100.0 * means[source]:.0f}" for source in sources)
            parts.append(f"{INDICATORS[name].label.partition(' (')[0].lower()} {shares}")
    return f"The uncertainty in %, {' + '.join(sources)}: {'; '.join(parts)}." if parts else ""


def pairing_line(tables: Tables, month: int, replicates: int) -> str:
    """How much less chance there is in the effects because scenarios share every random event."""
    chosen = tables["effects"].filter(
        (pl.col("population") == "trained") & (pl.col("group") == "total") & (pl.col("month") == month)
    )
    parts = []
    for name in ("productivity", "turnover_rate"):
        factors = [
            factor
            for factor in chosen.filter(pl.col("indicator") == name)["variance_reduction"]
            if factor is not None and np.isfinite(factor)
        ]
        if factors:
            low, high = (f"{end:,.0f}" if end >= 10 else f"{end:.1f}" for end in (min(factors), max(factors)))
            times = low if low == high else f"{low} to {high}"
            parts.append(f"of {name.removesuffix('_rate')} {times} times")
    if not parts:
        return ""
    rough = ", roughly, as replicates are few" if replicates < ENOUGH_REPLICATES else ""
    smaller = f"smaller: {joined(parts)}{rough}"
    return f"Because scenarios share every random event, the variance from chance is {smaller}."


def grid_of(
    title: str,
    columns: Sequence[str],
    rows: Sequence[tuple[str, str, list[str]]],
    rule_after: int | None = None,
) -> Table:
    """Rows of (label, unit, cells) under ``columns``.

    Where the terminal is narrow, units stand below labels, and intervals below means.
    """
    words = max(len(label) + len(unit) for label, unit, _ in rows)
    needed = words + sum(max(map(len, cells)) + 3 for cells in zip(*(row[2] for row in rows), strict=True))
    narrow = needed + 8 > console().width
    grid = Table(title=title, title_justify="left", header_style="bold")
    one_unit = len({unit for _, unit, _ in rows}) == 1
    grid.add_column("")
    if one_unit:
        grid.title = f"{title}, {escape(rows[0][1])}"
    elif not narrow:
        grid.add_column("unit", style="dim")
    for column in columns:
        grid.add_column(escape(column), justify="right")
    for number, (label, unit, cells) in enumerate(rows, start=1):
        lines = [escape(cell.replace(" [", "\n[") if narrow else cell) for cell in cells]
        named = [escape(label)] if one_unit else [escape(label), escape(unit)]
        if narrow and not one_unit:
            named = [f"{named[0]}\n[dim]{named[1]}[/dim]"]
        grid.add_row(*named, *lines, end_section=number == rule_after)
    return grid


FEWEST_COLUMNS = 3
"""Place, name and what is ranked by: shown in any terminal."""


def ranking_grid_of(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """A ranking: place, name, and then columns from the most to the least important.

    ``headings`` and cells are plain text, perhaps of several lines. No cell is cut: columns for which the
    terminal has no room are left out from the last on, and the caption says so.
    """
    widths = [
        max(len(line) for cell in column for line in cell.split("\n"))
        for column in zip(headings, *rows, strict=True)
    ]
    needed = np.cumsum(np.array(widths) + 2)
    shown = max(FEWEST_COLUMNS, int(np.searchsorted(needed, console().width, side="right")))
    whole = needed[shown - 1] <= console().width  # else lines are broken
    grid = Table(title=title, title_justify="left", header_style="bold", box=None)
    for place, heading in enumerate(headings[:shown]):
        grid.add_column(escape(heading), justify="left" if place == 1 else "right", no_wrap=bool(whole))
    for row in rows:
        grid.add_row(*(escape(cell) for cell in row[:shown]))
    if left_out := [heading.replace("-\n", "").replace("\n", " ") for heading in headings[shown:]]:
        left_out = [f"“{heading}”" for heading in left_out]
        grid.caption = f"No room in this terminal for {escape(joined(left_out))}."
        grid.caption_justify = "left"
    return grid


def mean_alone(cells: list[str], replicates: int) -> list[str]:
    """The cells, without their intervals where there is but one replicate."""
    return cells if replicates > 1 else [cell.split(" [")[0] for cell in cells]


# run

MOST_YEARS = 5


def levels_grid(tables: Tables, title: str, replicates: int, calendar: Calendar, draws: str) -> Table:
    """National levels in up to five years, the first and the last among them.

    ``draws`` says where the parameters come from, "posterior", "prior" or "default".
    """
    found = {name: yearly(tables, name) for name in SHOWN}
    months = found["employment"]["month"].to_list()
    places = np.linspace(0, len(months) - 1, min(MOST_YEARS, len(months))).round().astype(int)
    chosen = [months[place] for place in places]
    rows = []
    for name, table in found.items():
        by_month = {
            month: ends for month, *ends in table.select("month", "estimate", "low", "high").iter_rows()
        }
        cells = [interval(*by_month[month]) if month in by_month else "-" for month in chosen]
        rows.append((*label_and_unit(name), mean_alone(cells, replicates)))
    note = "mean [90 % interval over parameter draws and chance]"
    if replicates == 1:
        note = "default parameters" if draws == "default" else "one draw of the parameters"
    heads = [calendar.year_name(month) for month in chosen]
    return grid_of(f"{escape(title)}: all small and medium manufacturing enterprises, {note}", heads, rows)


def programme_grid(tables: Tables, title: str, months: int, replicates: int) -> Table | None:
    """What the programme did over the whole run, or None without one."""
    table = tables["programme"]
    rows = []
    for label, unit, *ends in table.select("label", "unit", "estimate", "low", "high").iter_rows():
        rows.append((label, unit, mean_alone([interval(*ends)], replicates)))
    return grid_of(f"The programme over {months} months", [title], rows) if rows else None


def decomposition_line(tables: Tables) -> str:
    """How value added per worker moved: within enterprises, between them, by entry and exit."""
    parts = dict(tables["decomposition"].select("part", "estimate").iter_rows())
    if not parts:
        return ""
    total = parts.pop("total")
    told = ", ".join(f"{name} {value:+.1f}" for name, value in parts.items())
    return f"Value added per worker moved by {total:+.1f} % from the first to the last year: {told}."


def run_group_grid(tables: Tables, group: str, names: Mapping[str, str]) -> Table:
    """Leading levels in the last year by level of a group, mean over the replicates."""
    table = tables["indicators"].filter(pl.col("group") == group)
    last = max(table["month"].to_list())
    shown = [name for name in SHOWN if name in table["indicator"].unique()]
    grid = Table(title=f"By {group}, months to {last}, mean", title_justify="left")
    grid.add_column("")
    for name in shown:
        label, unit = label_and_unit(name)
        grid.add_column(f"{label}\n[dim]{escape(unit)}[/dim]", justify="right")
    values = {
        (level, name): value
        for level, name, value in table.filter(pl.col("month") == last)
        .select("level", "indicator", "value")
        .iter_rows()
    }
    for level in map(str, table["level"].unique(maintain_order=True)):
        told = [_told(name, values.get((level, name), float("nan"))) for name in shown]
        grid.add_row(escape(" ".join(filter(None, [level, names.get(level)]))), *told)
    return grid


def _told(name: str, value: float) -> str:
    value = float(np.exp(value / 100.0)) if name == "productivity" else value
    return interval(value, value, value).split(" [")[0]
