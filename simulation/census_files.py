"""Reading census tables: columns and numbers are checked, and what is wrong is named with its remedy."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from simulation.inputs import InputError

FloatArray = NDArray[np.float64]

Row = dict[str, str | None]
"""A row of a table by the names of its columns; an empty cell is None."""


def read_table(path: Path, needed: tuple[str, ...]) -> list[Row]:
    """Rows of text with the ``needed`` columns, each with a cell (or None) for every column of the file."""
    if not path.is_file():
        raise InputError(path, "file", "missing", "the table was not found", "add a file of this name")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header, *lines = [line for line in csv.reader(file, strict=True) if line] or [[]]
        for line in lines:
            if len(line) > len(header):
                raise csv.Error(f"the row {line[0]} has more cells than the header line")
    except (csv.Error, UnicodeDecodeError) as error:
        remedy = "save it as comma-separated UTF-8 text with a header line"
        raise InputError(path, "file", path.name, f"not readable as CSV ({error})", remedy) from error
    for name in needed:
        if name not in header:
            known = ", ".join(header)
            raise InputError(path, name, "missing", "the column is missing", f"add it; present are: {known}")
    if not lines:
        raise InputError(path, "rows", 0, "the table has no rows", "add one row per sector or region")
    return [{name: cell or None for name, cell in zip_longest(header, line)} for line in lines]


def column(table: Sequence[Row], name: str) -> list[str | None]:
    """The cells of one column, which the table must have."""
    return [row[name] for row in table]


def number(path: Path, column: str, text: str | None, row: str | None) -> float:
    """The cell's number, which must be above 0; ``row`` names its row in the message."""
    remedy = f"give a number above 0 in the row {row}, without separators or units"
    try:
        value = float(text) if text is not None else float("nan")
    except ValueError:
        raise InputError(path, column, text, f"not a number (row {row})", remedy) from None
    if not np.isfinite(value) or value <= 0:
        raise InputError(path, column, text, f"not above 0 (row {row})", remedy)
    return value


def numbers(path: Path, table: Sequence[Row], column: str, key: str) -> FloatArray:
    """The column's numbers, all above 0; column ``key`` names the rows in messages."""
    return np.array([number(path, column, row[column], row[key]) for row in table])


def unique_names(path: Path, column: str, names: Sequence[str | None]) -> tuple[str, ...]:
    """The names as a tuple; an empty or repeated one is an error."""
    seen: set[str] = set()
    for name in names:
        if not name:
            raise InputError(path, column, name, "an empty name", "name every row")
        if name in seen:
            raise InputError(path, column, name, "appears twice", "keep one row of this name")
        seen.add(name)
    return tuple(name for name in names if name)
