"""Grids of the training market: which years and cells they show, and that they fit the terminal."""

import polars as pl
import pytest
from rich.console import Console

from scenarios import market_terminal, published, terminal
from scenarios.market_terminal import MARKET_ROWS, NEED_ROWS, compared_market_grid, market_grids
from scenarios.wording import NUMBERED, Calendar
from simulation.market_indicators import MARKET_INDICATORS
from tests.scenarios.market_made_up import market_table


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")


def printed(grid, width=160):
    console = Console(width=width)
    with console.capture() as capture:
        console.print(grid)
    return capture.get()


def grids(table=None, replicates=2, calendar=NUMBERED):
    tables = {"market": market_table() if table is None else table}
    return market_grids(tables, "A [bold] plan", replicates, calendar, 2023)


def heads(grid):
    return [column.header for column in grid.columns if column.header not in ("", "unit")]


def cells(grid, label):
    place = next(i for i, cell in enumerate(grid.columns[0].cells) if cell.startswith(label))
    return [list(column.cells)[place] for column in grid.columns]


# --- run


def test_two_grids_say_what_happens_and_what_the_plan_needs():
    market, needs = grids()
    assert "The training market, year by year: A [bold] plan; yuan of 2023" in printed(market)
    assert "What the plan needs: A [bold] plan" in printed(needs)
    for grid, names in ((market, MARKET_ROWS), (needs, NEED_ROWS)):
        assert grid.row_count == len(names)
        for name in names:
            assert MARKET_INDICATORS[name].label in printed(grid)


def test_cells_are_means_with_intervals():
    market, _ = grids()
    assert cells(market, "Modules taken")[-4].replace("\n", " ") == "180 [126, 234]"
    assert cells(market, "Sold without subsidy")[-1] == "-"


def test_one_replicate_has_no_intervals():
    market, needs = grids(market_table(scales=(1.0,)), replicates=1)
    assert "[" not in printed(market).replace("A [bold] plan", "")
    assert "interval" not in printed(needs)
    assert cells(market, "Price of a module")[-2] == "10.0"
    assert cells(market, "Programme cost")[-4] == "1.8"  # 12 months of 10 modules at 13,000 and 22,000 yuan


def test_no_programme_has_no_grids():
    assert grids(market_table().clear()) == []
    assert compared_market_grid({"market": market_table().clear()}, {"a": "A"}, NUMBERED) is None


def test_years_are_named_by_the_calendar():
    assert heads(grids()[0]) == ["year 1", "year 2", "year 3", "year 4", "year 5"]
    assert heads(grids(calendar=Calendar(2009))[0]) == ["2009", "2010", "2011", "2012", "2013"]
    assert heads(grids(calendar=Calendar(2009, 7))[0])[:2] == ["2009/10", "2010/11"]


@pytest.mark.parametrize(
    ("years", "shown"),
    [(5, [1, 2, 3, 4, 5]), (10, list(range(1, 11))), (11, [1, 3, 5, 7, 9, 11]),
     (16, [1, 3, 5, 7, 9, 11, 13, 15, 16])],
)  # fmt: skip
def test_of_more_than_ten_years_every_second_is_shown_and_the_last(years, shown, monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")
    for grid in grids(market_table(years=years)):
        assert heads(grid) == [f"year {year}" for year in shown]


@pytest.mark.parametrize("width", [80, 100, 120, 160])
def test_years_are_fewer_where_the_terminal_is_narrow(width, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(width))
    market, needs = grids(market_table(years=10))
    assert heads(market) == heads(needs)
    assert heads(market)[0] == "year 1"
    assert heads(market)[-1] == "year 10"
    assert len(heads(market)) >= 2
    for line in printed(market, width).splitlines():
        assert len(line) <= width
        assert "…" not in line


# --- by group


def reach(**items):
    return pl.DataFrame(
        [
            {"group": group, "level": level, "item": item, "estimate": 3.0, "low": 1.0, "high": 5.0}
            for group, level in (("sector", "C18"), ("gender", "women"), ("gender", "men"))
            for item in ("workers_reached", "attendees")
        ]
    )


def test_reach_is_shown_by_level_with_its_name():
    grid = market_terminal.reach_group_grid({"reach_by_group": reach()}, "sector", {"C18": "Garments"}, 2)
    told = printed(grid)
    for part in ("Reach by sector", "C18 Garments", "Workers in enterprises reached", "3.0 [1.0, 5.0]"):
        assert part in told
    assert "Enterprises reached" not in told.replace("Workers in enterprises reached", "")


def test_a_group_that_nobody_reached_has_no_grid():
    assert market_terminal.reach_group_grid({"reach_by_group": reach()}, "region", {}, 2) is None


# --- compare


def test_compared_market_is_that_of_the_last_full_year():
    table = pl.concat([market_table("a"), market_table("b", scales=(3.0,))]).filter(pl.col("month") <= 48)
    grid = compared_market_grid(
        {"market": table}, {"a": "First", "b": "Second", "none": "No programme"}, NUMBERED
    )
    told = printed(grid)
    for part in ("last full year (year 4)", "First", "Second", "Active trainers", "Cost recovery"):
        assert part in told
    assert [cell.replace("\n", " ") for cell in cells(grid, "Active trainers")[-3:]] == [
        "6.0 [4.2, 7.8]", "12 [12, 12]", "-",
    ]  # fmt: skip


# --- published


def test_published_grid_says_where_the_run_has_no_number():
    row = {"country": "China", "since": 2014, "confidence": "SEEN", "source": "A [report]"}
    table = pl.DataFrame(
        [
            {**row, "date": "2015-12", "published": 120.0, "simulated": 90.0, "low": 40.0, "high": 140.0},
            {**row, "date": "2030-01", "published": 9e3, "simulated": None, "low": None, "high": None},
        ]
    )
    told = printed(published.published_grid({"published": table}, 2))
    for part in ("China", "2014", "2015-12", "120", "90 [40, 140]", "outside the run", "9,000", "A [report]"):
        assert part in told
    assert "90 [40" not in printed(published.published_grid({"published": table}, 1))
    assert published.published_grid({}, 2) is None


def test_units_stand_below_labels_where_the_terminal_is_narrow(monkeypatch):
    rows = [("Label", "long unit of it", ["10 [5, 15]"]), ("Other", "unit", ["1 [0, 2]"])]
    monkeypatch.setenv("COLUMNS", "40")
    narrow = terminal.grid_of("Title", ["one"], rows)
    assert [column.header for column in narrow.columns] == ["", "one"]
    assert "long unit of it" in printed(narrow, 40)
    monkeypatch.setenv("COLUMNS", "100")
    assert [column.header for column in terminal.grid_of("Title", ["one"], rows).columns] == [
        "",
        "unit",
        "one",
    ]
