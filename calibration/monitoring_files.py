"""Reading the file of a monitoring table: CSV as spreadsheets save it, or an Excel or OpenDocument workbook.

Workbooks are read by python-calamine (one wheel of a megabyte without further dependencies, also old .xls):
it gives cells as they are typed, row by row, so that "1,200" and dates stay what they were and rows keep
their numbers. polars would read a column as one type and lose both.
"""

from __future__ import annotations

import codecs
import csv
import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from calibration.monitoring_columns import COLUMN_WORDS, COLUMNS, INDICATORS, column_of
from simulation.inputs import InputError, nearest

MAX_BYTES = 50_000_000
"""Largest file read; the monitoring data of the whole programme are some megabytes."""

WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
TEXTS = (".csv", ".tsv", ".txt")

HEADING_ROWS = 20
"""Rows at the top among which the headings are looked for: sheets begin with titles and remarks."""

Cells = list[list[Any]]


class Sheet:
    """A table of raw cells: ``columns`` (name to place), rows with the number that the spreadsheet shows."""

    def __init__(self, cells: Cells, path: os.PathLike[str]) -> None:
        place = _heading_row(cells, path)
        self.heading_row = place + 1
        self.headings = [str(cell or "").strip() for cell in cells[place]]
        self.columns = _places(self.headings, path)
        self.unknown = [text for text in self.headings if text and column_of(text) is None]
        self.rows = [
            (number, row)
            for number, row in enumerate(cells[place + 1 :], start=place + 2)
            if any(str(cell or "").strip() for cell in row)
        ]
        if not self.rows:
            raise InputError(
                path, None, None, "has no rows below its headings", "add one row an enterprise and module"
            )

    def cell(self, row: Sequence[Any], column: str) -> Any:
        """The raw cell of a row, None where the row ends before it or the table lacks the column."""
        place = self.columns.get(column)
        return None if place is None or place >= len(row) else row[place]


def read_sheet(file: str | os.PathLike[str]) -> Sheet:
    """Read the first sheet of a workbook that holds the needed columns, or a CSV file.

    Raises InputError for a file that is missing, too large, not a table, or without the needed columns.
    """
    path = Path(file)
    content = _content(path)
    if path.suffix.lower() in WORKBOOKS:
        return _workbook_sheet(content, path)
    if path.suffix.lower() in TEXTS:
        return Sheet(_csv_cells(content, path), path)
    known = ", ".join((*TEXTS[:1], *WORKBOOKS))
    raise InputError(
        path, None, None, "is no kind of file that is read here", f"save the table as one of {known}"
    )


def _content(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise InputError(path, None, None, "is a folder", "name the file inside it")
        if path.exists() and not path.is_file():  # a pipe or a device may never end
            raise InputError(path, None, None, "is not an ordinary file", "name a file on disk")
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise InputError(path, None, None, "does not exist", "check the name and the folder") from None
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        reason = getattr(error, "strerror", None) or "the name is not possible"
        if isinstance(error, InputError):
            raise
        raise InputError(
            path, None, None, f"cannot be read ({reason.lower()})", "check name and permission"
        ) from None
    if len(content) > MAX_BYTES:
        raise InputError(
            path, None, None, f"is larger than {MAX_BYTES:,} bytes", "save the table alone, as CSV"
        )
    if not content.strip():
        raise InputError(path, None, None, "is empty", "save the table again")
    return content


# CSV


def _csv_cells(content: bytes, path: Path) -> Cells:
    text = _decoded(content, path)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)))
    except csv.Error as error:
        raise InputError(
            path, None, None, f"is not a CSV table ({error})", "save it again as CSV UTF-8"
        ) from None


def _decoded(content: bytes, path: Path) -> str:
    """UTF-8, UTF-16 with its mark, or what Chinese Excel saves as CSV (GB 18030)."""
    if b"\x00" in content and not content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise InputError(path, None, None, "is not text", "if it is a workbook, let its name end in .xlsx")
    for encoding in ("utf-8-sig", "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(path, None, None, "is in an unknown encoding", "save it as CSV UTF-8")


def _delimiter(text: str) -> str:
    """The one of comma, semicolon and tab that the first lines hold most of."""
    head = "\n".join(text.splitlines()[:HEADING_ROWS])
    return max(",;\t", key=head.count)


# Workbooks


def _workbook_sheet(content: bytes, path: Path) -> Sheet:
    import python_calamine

    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = [
            workbook.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in workbook.sheet_names
        ]
    except python_calamine.PasswordError:
        raise InputError(path, None, None, "is protected by a password", "save a copy without one") from None
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise InputError(
            path, None, None, f"is not a workbook ({error})", "save it again, or as CSV"
        ) from None
    problem: InputError | None = None
    for cells in sheets:
        try:
            return Sheet(cells, path)
        except InputError as error:
            problem = problem or error  # of the first sheet, which is the one people look at
    raise problem or InputError(path, None, None, "has no sheets", "save the table again")


# Headings


def _heading_row(cells: Cells, path: os.PathLike[str]) -> int:
    """The place of the row that names most columns; at least three must be known."""
    found = [len({column_of(str(cell)) for cell in row if cell} - {None}) for row in cells[:HEADING_ROWS]]
    if not found or max(found) < 3:
        problem = f"has no row of headings among its first {HEADING_ROWS} rows"
        remedy = f"name the columns: {', '.join(list(COLUMNS)[:8])}, ..."
        raise InputError(path, None, None, problem, remedy)
    return found.index(max(found))


def _places(headings: Sequence[str], path: os.PathLike[str]) -> dict[str, int]:
    """Column to place; InputError where a column is named twice or a needed one is missing."""
    places: dict[str, int] = {}
    for place, heading in enumerate(headings):
        name = column_of(heading)
        if name is not None and name in places:
            problem = f'is the same column as "{headings[places[name]]}" ({name})'
            raise InputError(
                path, "heading", heading, problem, "keep one of the two, or name the other one differently"
            )
        if name is not None:
            places[name] = place
    for name, column in COLUMNS.items():
        if column.needed and name not in places:
            near = nearest(name, [text for text in headings if column_of(text) is None])
            remedy = f"add it; it may be called {', '.join(COLUMN_WORDS[name][:4])}"
            remedy += f' (is it "{near}"?)' if near is not None else ""
            raise InputError(path, name, None, "the column is missing", remedy)
    if not any(f"{name}_end" in places for name in INDICATORS if f"{name}_baseline" in places):
        problem = "has no indicator with both a baseline and an end"
        raise InputError(
            path, None, None, problem, "name them such as productivity_baseline and productivity_end"
        )
    return places
