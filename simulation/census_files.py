"""Reading census tables: columns and numbers are checked, and what is wrong is named with its remedy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulation.inputs import InputError

FloatArray = NDArray[np.float64]


def read_table(path: Path, needed: tuple[str, ...]) -> pl.DataFrame:
    """Table of strings with the ``needed`` columns; empty cells are null."""
    if not path.is_file():
        raise InputError(path, "file", "missing", "the table was not found", "add a file of this name")
    try:
        table = pl.read_csv(path, infer_schema=False)
    except (pl.exceptions.PolarsError, UnicodeDecodeError) as error:
        remedy = "save it as comma-separated UTF-8 text with a header line"
        raise InputError(path, "file", path.name, f"not readable as CSV ({error})", remedy) from error
    for name in needed:
        if name not in table.columns:
            known = ", ".join(table.columns)
            raise InputError(path, name, "missing", "the column is missing", f"add it; present are: {known}")
    if table.is_empty():
        raise InputError(path, "rows", 0, "the table has no rows", "add one row per sector or region")
    return table


def number(path: Path, column: str, text: str | None, row: str) -> float:
    """The cell's number, which must be above 0; ``row`` names its row in the message."""
    remedy = f"give a number above 0 in the row {row}, without separators or units"
    try:
        value = float(text) if text is not None else float("nan")
    except ValueError:
        raise InputError(path, column, text, f"not a number (row {row})", remedy) from None
    if not np.isfinite(value) or value <= 0:
        raise InputError(path, column, text, f"not above 0 (row {row})", remedy)
    return value


def numbers(path: Path, table: pl.DataFrame, column: str, key: str) -> FloatArray:
    """The column's numbers, all above 0; column ``key`` names the rows in messages."""
    cells = zip(table[column].to_list(), table[key].to_list(), strict=True)
    return np.array([number(path, column, text, row) for text, row in cells])


def unique_names(path: Path, column: str, names: list[str | None]) -> tuple[str, ...]:
    """The names as a tuple; an empty or repeated one is an error."""
    seen: set[str] = set()
    for name in names:
        if not name:
            raise InputError(path, column, name, "an empty name", "name every row")
        if name in seen:
            raise InputError(path, column, name, "appears twice", "keep one row of this name")
        seen.add(name)
    return tuple(name for name in names if name)
