"""Cells of a monitoring table as people write them: "1,200", "12%", "n/a", "2016年3月", "M1; M4", "garments".

Every reader gives the cell's value (None where it is missing) and a note for what had to be guessed, or
raises :class:`Unreadable` with the problem and its remedy.
"""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from calibration.monitoring_columns import MODULE_WORDS, SECTOR_WORDS, Column, plain
from simulation.census import load_census
from simulation.inputs import nearest
from simulation.parameters import MODULES

MISSING = frozenset(
    {"", "-", "--", "---", "–", "—", "/", "\\", ".", "..", "...", "?", "n/a", "na", "n.a.", "n.a", "#n/a",
     "null", "nan", "missing", "unknown", "not available", "not known", "no data", "tbc", "tbd",
     "无数据", "不详", "未知", "未填"}
)  # fmt: skip
"""What stands in a cell whose value is not known."""

ZERO_OR_MISSING = frozenset({"none", "nil", "no", "无", "没有"})
"""Words that may mean zero or not known."""

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

EXCEL_DAYS = (20_000, 60_000)
"""Range of Excel's day numbers read as dates: 1954 to 2064."""


class Unreadable(ValueError):
    """A cell that cannot be understood: ``problem`` and ``remedy``."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem, self.remedy = problem, remedy


class Note(NamedTuple):
    """What is odd about a cell that can be read."""

    problem: str
    remedy: str


Read = tuple[Any, Note | None]


def written(cell: Any) -> str:
    """The cell's text, full-width forms made plain, without spaces around it."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        cell = int(cell)  # spreadsheets keep every number as a float
    return unicodedata.normalize("NFKC", str(cell)).replace("\u2212", "-").strip()


def is_missing(cell: Any) -> bool:
    """Whether the cell says that its value is not known."""
    return written(cell).casefold() in MISSING


def read_cell(column: Column, cell: Any) -> Read:
    """The value of ``cell`` in ``column`` and a note; None for a missing one. Raises Unreadable."""
    if is_missing(cell):
        return None, None
    if column.kind == "number":
        return _number_in_range(column, cell)
    if column.kind == "date":
        return _date(cell)
    return {"text": written, "sector": _sector, "module": _modules}[column.kind](cell), None


# Numbers


def _number_in_range(column: Column, cell: Any) -> Read:
    value = _number(column, cell)
    if not column.low <= value <= column.high:
        top = f" to {column.high:,.0f}" if math.isfinite(column.high) else " or more"
        problem = f"is not possible: {column.low:g}{top} {column.unit}"
        raise Unreadable(problem, "correct it, or leave the cell empty if it is not known")
    if column.unit == "yuan" and value == 0.0:
        raise Unreadable("is not possible: nothing produced", "leave the cell empty if it is not known")
    low, high = column.likely
    if low <= value <= high:
        return value, None
    remedy = f"check the unit ({column.unit})"
    if column.unit == "yuan":
        remedy = "write yuan per worker and month, not a year's, thousands or the whole enterprise's"
    elif column.unit == "per 1,000":
        remedy = "there are more injuries than workers: write them per 1,000 workers and year"
    return value, Note(f"is improbable: usually {low:,.0f} to {high:,.0f} {column.unit}", remedy)


def _number(column: Column, cell: Any) -> float:
    if isinstance(cell, bool | date):
        raise Unreadable("is not a number", "write a number, and format the cell as one")
    text = written(cell).casefold().replace("'", "")
    if text in ZERO_OR_MISSING:
        raise Unreadable(
            "may mean zero or not known", "write 0 if there were none; leave it empty if not known"
        )
    bare = re.sub(r"^(rmb|cny|¥|yuan)\s*|\s*(rmb|cny|元|yuan|人|persons|workers|people)$", "", text)
    if bare.endswith("%"):
        if column.unit != "%":
            raise Unreadable(f"is in %, but the column is in {column.unit}", f"write it in {column.unit}")
        bare = bare[:-1].strip()
    if re.fullmatch(r"[+-]?\d{1,3}([, ]\d{3})+(\.\d+)?", bare):
        bare = re.sub("[, ]", "", bare)
    try:
        value = float(bare)
    except ValueError:
        raise Unreadable("is not a number", _number_remedy(bare)) from None
    if not math.isfinite(value):
        raise Unreadable("is not a finite number", "leave the cell empty if it is not known")
    return value


def _number_remedy(text: str) -> str:
    if re.fullmatch(r"[+-]?\d+,\d+", text):
        return f"write a point before decimals: {text.replace(',', '.')}"
    if re.fullmatch(r"\d[\d.,]*\s*(-|–|~|to|至)\s*\d[\d.,]*", text):
        return "write one number, not a range"
    if re.match(r"^(about|approx|ca|circa|约|大约|[<>~≈])", text):
        return "write the number alone"
    return "write a number without words, or leave the cell empty if it is not known"


# Dates


def _date(cell: Any) -> Read:
    if isinstance(cell, datetime):
        return _checked(cell.date()), None
    if isinstance(cell, date):
        return _checked(cell), None
    text = written(cell)
    if re.fullmatch(r"\d{5}(\.\d+)?", text) and EXCEL_DAYS[0] <= float(text) <= EXCEL_DAYS[1]:
        return date(1899, 12, 30) + timedelta(days=int(float(text))), None
    try:
        return _date_of_text(text.casefold())
    except ValueError as error:
        if isinstance(error, Unreadable):
            raise
    raise Unreadable("is not a date", "write it as 2016-03-14, or 2016-03 if the day is not known")


def _date_of_text(text: str) -> Read:
    """Raises ValueError for what is no day of the calendar or has another form than those known."""
    text = re.sub(r"[ t]00:00(:00)?$", "", text)
    if found := re.fullmatch(r"(\d{4})[-/.年 ](\d{1,2})(?:[-/.月 ](\d{1,2})日?|月)?", text):
        return _checked(date(int(found[1]), int(found[2]), int(found[3] or 1))), None
    if found := re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text):
        return _checked(date(*map(int, found.groups()))), None
    if found := re.fullmatch(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", text):
        return _day_and_month(*map(int, found.groups()))
    if found := re.fullmatch(r"(?:(\d{1,2})[- ])?([a-z]{3})[a-z]*\.?[-, ]+(?:(\d{1,2}),? )?(\d{4})", text):
        day = int(found[1] or found[3] or 1)
        return _checked(date(int(found[4]), MONTHS.index(found[2]) + 1, day)), None
    raise ValueError(text)


def _day_and_month(first: int, second: int, year: int) -> Read:
    if second > 12:
        return _checked(date(year, first, second)), None
    note = None
    if first <= 12 and first != second:
        day_first, month_first = date(year, second, first), date(year, first, second)
        note = Note(f"is read as {day_first}, but may be {month_first}", "write dates as 2016-03-14")
    return _checked(date(year, second, first)), note


def _checked(day: date) -> date:
    if not 1990 <= day.year <= 2100:
        raise Unreadable("is not a year of this programme", "write four digits of the year: 2016-03-14")
    return day


# Sectors and modules


def _sector(cell: Any) -> str:
    """The code of the division: ``18``, ``C1810``, an English or Chinese name, ``garments``."""
    tables = load_census()
    text = written(cell)
    code = re.match(r"^[Cc]?(\d{2})\d{0,2}(?!\d)", text)
    if code and f"C{code[1]}" in tables.sectors:
        return f"C{code[1]}"
    names = {plain(name): code for code, name in zip(tables.sectors, tables.sector_names, strict=True)}
    names |= {plain(name): code for code, name in zip(tables.sectors, tables.sector_names_zh, strict=True)}
    names |= SECTOR_WORDS
    if plain(text) in names:
        return names[plain(text)]
    remedy = "write the code of the division, C13 to C43"
    near = nearest(plain(text), names)
    if near is not None:
        remedy += f'; did you mean {names[near]} ("{near}")?'
    raise Unreadable("is not a manufacturing division of GB/T 4754", remedy)


def _modules(cell: Any) -> tuple[str, ...]:
    """The modules named, in the programme's order; apart by ``;``, ``,``, ``+``, ``/`` or a line."""
    found = set()
    for part in re.split(r"[;,+/、\n]", written(cell)):
        words = plain(part)
        if words and words not in MODULE_WORDS:
            near = nearest(words, [name for name in MODULE_WORDS if len(name) > 3])
            listed = ", ".join(f"{number} {name}" for number, name in enumerate(MODULES, start=1))
            remedy = f'did you mean "{near}"?' if near is not None else f"write one of {listed}"
            raise Unreadable(f'names an unknown module "{part.strip()}"', remedy)
        if words:
            found.add(MODULE_WORDS[words])
    if not found:
        raise Unreadable("names no module", "write its name or number, 1 to 5")
    return tuple(MODULES[number] for number in sorted(found))
