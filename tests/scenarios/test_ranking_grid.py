"""A ranking on a terminal: what is shown is whole, and what has no room is named."""

import pytest
from rich.console import Console

from scenarios.terminal import ranking_grid_of

HEADINGS = ["rank", "type", "net benefit", "first", "produc-\ntivity, %"]
ROWS = [
    ["1 =", "Open [all] market", "58.6 bn\n[17.8 bn, 94.2 bn]", "66 %", "+3.5"],
    ["2  ", "In-company consultants", "22.3 bn\n[8.29 bn, 40.6 bn]", "<1 %", "+3.0"],
]


def shown(width, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(width))
    printer = Console(width=width, record=True, quiet=False, file=None)
    with printer.capture() as captured:
        printer.print(ranking_grid_of("Types", HEADINGS, ROWS))
    return captured.get()


def test_everything_is_shown_where_there_is_room(monkeypatch):
    printed = shown(120, monkeypatch)
    for row in ROWS:
        for cell in row:
            assert all(line.strip() in printed for line in cell.split("\n"))
    assert "No room" not in printed


@pytest.mark.parametrize("width", range(46, 80, 3))
def test_no_cell_is_cut_and_columns_without_room_are_named(width, monkeypatch):
    printed = shown(width, monkeypatch)
    assert "…" not in printed
    said = " ".join(printed.split())
    for place, name in ((3, "“first”"), (4, "“productivity, %”")):
        assert (ROWS[0][place] in printed) != (name in said)


def test_the_least_important_columns_go_first(monkeypatch):
    printed = shown(60, monkeypatch)
    assert "66 %" in printed
    assert "+3.5" not in printed
