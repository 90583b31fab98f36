"""What `run` and `compare` print of the training market: years, what the plan needs, reach by group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl
from rich.markup import escape
from rich.table import Table

from scenarios.market_tables import REACH_ACCOUNTS, reach_label, reach_unit
from scenarios.terminal import Tables, console, grid_of, mean_alone
from scenarios.wording import Calendar, interval
from simulation.market_indicators import MARKET_INDICATORS

MARKET_ROWS = (
    "active_trainers", "queue", "modules_taken", "commercial_volume", "commercial_share", "price",
    "provider_margin", "cost_recovery", "programme_cost",
)  # fmt: skip
"""Indicators of the grid "The training market, year by year"."""

NEED_ROWS = (
    "trainer_days_needed", "trainer_days_available", "trainers_needed", "active_trainers",
    "trainers_graduated",
)  # fmt: skip
"""Indicators of the grid "What the plan needs"."""

COMPARED_ROWS = ("commercial_volume", "cost_recovery", "active_trainers")
"""Indicators that `compare` prints of each scenario's last full year."""

TOLD_IN: dict[str, tuple[float, str, int | None]] = {
    "price": (1e3, "1,000 yuan a module", 1),
    "programme_cost": (1e6, "m yuan a year", None),
}
"""Money told in larger units, so that years fit side by side: size and name of the unit, decimals."""

MOST_YEARS = 10
"""Years side by side; of more, every second is shown, and the last."""


def market_grids(
    tables: Tables, title: str, replicates: int, calendar: Calendar, price_year: int
) -> list[Table]:
    """The market year by year, and what the plan needs, for the same years; none without a programme."""
    if tables["market"].is_empty():
        return []
    cells = market_cells(tables["market"], (*MARKET_ROWS, *NEED_ROWS))
    months = sorted({month for by in cells.values() for month in by})
    told = {
        name: dict(zip(months, mean_alone([by.get(month, "-") for month in months], replicates), strict=True))
        for name, by in cells.items()
    }
    shown = next(years for years in _choices(months) if len(years) <= 2 or _fit(told, years))
    heads = [calendar.year_name(month) for month in shown]
    note = "; mean [90 % interval]" if replicates > 1 else ""
    titles = {
        f"The training market, year by year: {escape(title)}; yuan of {price_year}{note}": MARKET_ROWS,
        f"What the plan needs: {escape(title)}{note}": NEED_ROWS,
    }
    return [
        grid_of(head, heads, [(*_label_and_unit(name), [told[name][at] for at in shown]) for name in names])
        for head, names in titles.items()
    ]


def market_cells(table: pl.DataFrame, names: Sequence[str]) -> dict[str, dict[int, str]]:
    """``estimate [low, high]`` in the nation by indicator and month, where it is defined."""
    found: dict[str, dict[int, str]] = {name: {} for name in names}
    total = table.filter((pl.col("group") == "total") & pl.col("indicator").is_in(names))
    for name, month, *ends in total.select("indicator", "month", "estimate", "low", "high").iter_rows():
        size, _, decimals = TOLD_IN.get(name, (1.0, "", None))
        estimate, low, high = (end / size for end in ends)
        found[name][month] = interval(estimate, low, high, decimals=decimals)
    return found


def _label_and_unit(name: str) -> tuple[str, str]:
    known = MARKET_INDICATORS[name]
    return known.label, TOLD_IN[name][1] if name in TOLD_IN else known.unit_of_year


def _choices(months: Sequence[int]) -> Iterator[list[int]]:
    """Every year if they are no more than ``MOST_YEARS``; then every second, third, ... and the last."""
    for step in range(1 if len(months) <= MOST_YEARS else 2, len(months) + 2):
        yield sorted({*months[::step], *months[-1:]})


def _fit(cells: Mapping[str, Mapping[int, str]], months: Sequence[int]) -> bool:
    """Whether these years fit side by side, with units below labels and intervals below means."""
    words = max(len(text) for name in cells for text in _label_and_unit(name))
    lines = [
        [line for by in cells.values() for line in by[month].replace(" [", "\n[").split("\n")]
        for month in months
    ]
    return words + 4 + sum(max(map(len, column)) + 3 for column in lines) <= console().width


def reach_group_grid(tables: Tables, group: str, names: Mapping[str, str], replicates: int) -> Table | None:
    """Whom the training reached over the whole run, by level of a group; None where it reached nobody."""
    table = tables["reach_by_group"].filter(pl.col("group") == group)
    if table.is_empty():
        return None
    items = [item for item in REACH_ACCOUNTS if item in table["item"].unique()]
    grid = Table(title=f"Reach by {group}, whole run", title_justify="left", header_style="bold")
    grid.add_column("")
    for item in items:
        grid.add_column(f"{reach_label(item)}\n[dim]{escape(reach_unit(item))}[/dim]", justify="right")
    cells = {
        (level, item): interval(*ends)
        for level, item, *ends in table.select("level", "item", "estimate", "low", "high").iter_rows()
    }
    for level in map(str, table["level"].unique(maintain_order=True)):
        told = mean_alone([cells[level, item] for item in items], replicates)
        grid.add_row(" ".join(filter(None, [level, names.get(level)])), *map(escape, told))
    return grid


def compared_market_grid(tables: Tables, titles: Mapping[str, str], calendar: Calendar) -> Table | None:
    """The market of each scenario in the last full year, a column a scenario; None without a programme."""
    table = tables["market"]
    if table.is_empty():
        return None
    last = max(table["month"].to_list())
    found = {name: market_cells(table.filter(pl.col("scenario") == name), COMPARED_ROWS) for name in titles}
    rows = [
        (*_label_and_unit(name), [found[scenario][name].get(last, "-") for scenario in titles])
        for name in COMPARED_ROWS
    ]
    when = f"in the last full year ({calendar.year_name(last)})"
    return grid_of(f"The training market {when}; mean [90 % interval]", list(titles.values()), rows)
