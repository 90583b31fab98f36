"""An enterprise-level monitoring table: read, checked row by row, and made ready for the fit.

A row with an **error** (something impossible or unreadable) is left out until it is corrected; a **warning**
points to what is improbable or missing, and the row is used as it stands. Nothing is corrected silently.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from calibration.monitoring_cells import Unreadable, is_missing, read_cell, written
from calibration.monitoring_columns import BASELINE, COLUMNS, END, INDICATORS
from calibration.monitoring_files import Sheet, read_sheet
from simulation.inputs import suggestion
from simulation.size_classes import SIZE_CLASS_EDGES, SIZE_CLASSES

ERROR, WARNING = "error", "warning"

LARGEST_FACTOR = 10.0
"""Change of productivity in a year beyond which a unit is more probable than a change."""

REPORT_MONTHS = (6, 24)
"""Months from baseline to end outside which the two are not a year's before and after."""

NOT_GIVEN = "not given"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: where (``row`` as in the spreadsheet), what, and what to do."""

    row: int
    column: str
    value: str
    severity: str
    problem: str
    remedy: str


@dataclass(frozen=True)
class Row:
    """One row that was read: values by column, None where missing; ``row`` as the spreadsheet numbers it."""

    row: int
    values: dict[str, Any]

    def __getitem__(self, column: str) -> Any:
        return self.values.get(column)

    @property
    def filled(self) -> int:
        """Number of indicator cells that are filled in."""
        return sum(self[f"{name}_{time}"] is not None for name in INDICATORS for time in (BASELINE, END))

    @property
    def size_class(self) -> str:
        """The size class of its workers at the baseline."""
        if self["employees"] is None:
            return NOT_GIVEN
        return SIZE_CLASSES[sum(self["employees"] >= edge for edge in SIZE_CLASS_EDGES)]


@dataclass(frozen=True)
class MonitoringTable:
    """What was found in a file: usable ``rows``, ``problems``, and the share of cells missing by column."""

    rows: list[Row]
    problems: list[Problem]
    rows_read: int
    missing: dict[str, float]

    def of_severity(self, severity: str) -> list[Problem]:
        """The problems of one severity."""
        return [problem for problem in self.problems if problem.severity == severity]

    @property
    def unusable_rows(self) -> int:
        """Rows with at least one error."""
        return self.rows_read - len(self.rows)

    def enterprises(self) -> list[Row]:
        """One row an enterprise, for the fit: that with most indicators filled in, the earliest of these."""
        chosen: dict[str, Row] = {}
        for row in self.rows:
            key = _key(row["enterprise"])
            if key not in chosen or _rank(row) > _rank(chosen[key]):
                chosen[key] = row
        return list(chosen.values())

    def modules_by_enterprise(self) -> dict[str, set[str]]:
        """The modules that each enterprise took, over all its usable rows."""
        taught: dict[str, set[str]] = {}
        for row in self.rows:
            taught.setdefault(_key(row["enterprise"]), set()).update(row["module"])
        return taught

    def counts(self) -> list[dict[str, Any]]:
        """Usable rows and distinct enterprises by sector, size and module."""
        levels = {
            "sector": lambda row: (row["sector"] or NOT_GIVEN,),
            "size": lambda row: (row.size_class,),
            "module": lambda row: row["module"] or (NOT_GIVEN,),
        }
        table = [_count("total", "all", self.rows)]
        for group, level_of in levels.items():
            by_level: dict[str, list[Row]] = {}
            for row in self.rows:
                for level in level_of(row):
                    by_level.setdefault(level, []).append(row)
            table += [_count(group, level, by_level[level]) for level in sorted(by_level)]
        return table


def _count(group: str, level: str, rows: Sequence[Row]) -> dict[str, Any]:
    distinct = len({_key(row["enterprise"]) for row in rows})
    return {"group": group, "level": level, "rows": len(rows), "enterprises": distinct}


def _key(enterprise: str) -> str:
    return " ".join(enterprise.casefold().split())


def _rank(row: Row) -> tuple[int, float, int]:
    day = row["baseline_date"]
    return row.filled, -(day.toordinal() if day else float("inf")), -row.row


def read_monitoring(file: str | os.PathLike[str]) -> MonitoringTable:
    """Read and check a monitoring table; InputError for a file that cannot be read as one at all."""
    sheet = read_sheet(file)
    problems = [*_of_headings(sheet), *_shares_for_percent(sheet)]
    rows = []
    for number, cells in sheet.rows:
        row, found = _read_row(sheet, number, cells)
        found += _improbable(row)
        problems += found
        if all(problem.severity != ERROR for problem in found):
            rows.append(row)
    problems += _repeated(rows)
    order = list(COLUMNS)
    problems.sort(key=lambda p: (p.row, order.index(p.column) if p.column in order else -1))
    missing = {
        name: sum(is_missing(sheet.cell(cells, name)) for _, cells in sheet.rows) / len(sheet.rows)
        for name in COLUMNS
        if name in sheet.columns
    }
    return MonitoringTable(rows, problems, len(sheet.rows), missing)


# Headings and whole columns


def _of_headings(sheet: Sheet) -> list[Problem]:
    """Headings that mean nothing here, and columns that the table lacks."""
    unmet = [name for name in COLUMNS if name not in sheet.columns]
    problems = [
        Problem(sheet.heading_row, heading, "", WARNING, "is no column that is known here, and is not read",
                suggestion(heading, unmet, "columns") if unmet else "leave it, or remove it")
        for heading in sheet.unknown
    ]  # fmt: skip
    problems += [
        Problem(
            sheet.heading_row, name, "", WARNING, "the column is missing", f"add it: {COLUMNS[name].meaning}"
        )
        for name in unmet
    ]
    return problems


def _shares_for_percent(sheet: Sheet) -> list[Problem]:
    """Columns in % in which every value is between 0 and 1, as spreadsheets keep cells formatted as %."""
    problems = []
    for name in sheet.columns:
        if COLUMNS[name].unit != "%":
            continue
        raw = [written(sheet.cell(cells, name)) for _, cells in sheet.rows]
        numbers = [float(text) for text in raw if text.replace(".", "", 1).isdigit()]
        if len(numbers) >= 5 and max(numbers) <= 1.0 and any(0.0 < number < 1.0 for number in numbers):
            problems.append(
                Problem(sheet.heading_row, name, f"{min(numbers):g} to {max(numbers):g}", WARNING,
                        "holds no value above 1, though it is in %", "multiply shares by 100: 12 for 12 %")
            )  # fmt: skip
    return problems


# One row


def _read_row(sheet: Sheet, number: int, cells: Sequence[Any]) -> tuple[Row, list[Problem]]:
    values: dict[str, Any] = {}
    problems = []
    for name in sheet.columns:
        column, cell = COLUMNS[name], sheet.cell(cells, name)
        try:
            values[name], note = read_cell(column, cell)
        except Unreadable as wrong:
            problems.append(Problem(number, name, written(cell), ERROR, wrong.problem, wrong.remedy))
            continue
        if note is not None:
            problems.append(Problem(number, name, written(cell), WARNING, note.problem, note.remedy))
        if values[name] is None and column.needed:
            remedy = f"write it: {column.meaning}"
            problems.append(Problem(number, name, written(cell), ERROR, "is missing", remedy))
    return Row(number, values), problems


def _improbable(row: Row) -> list[Problem]:
    """Warnings about what does not fit together within one row."""
    found = [*_dates(row), *_productivity(row), *_indicators(row)]
    return [Problem(row.row, column, value, WARNING, *words) for column, value, *words in found]


Finding = tuple[str, str, str, str]


def _dates(row: Row) -> Iterable[Finding]:
    start, end = row["baseline_date"], row["end_date"]
    if start is None or end is None:
        return
    months = months_between(start, end)
    if months < 0:
        yield "end_date", str(end), f"is before the baseline ({start})", "exchange or correct the two dates"
    elif not REPORT_MONTHS[0] <= months <= REPORT_MONTHS[1]:
        problem = f"is {months:.0f} months after the baseline"
        yield "end_date", str(end), problem, "report indicators about a year after the first class"


def months_between(start: date, end: date) -> float:
    """Months from one day to another, negative if the other is earlier."""
    return (end - start).days / 30.4375


def _productivity(row: Row) -> Iterable[Finding]:
    before, after = row["productivity_baseline"], row["productivity_end"]
    if before is None or after is None:
        return
    factor = after / before
    if not 1.0 / LARGEST_FACTOR < factor < LARGEST_FACTOR:
        told = f"{factor:,.0f} times" if factor >= 1.0 else f"a {1.0 / factor:,.0f}th of"
        remedy = "write both in yuan per worker and month (one may be a year's, or in thousands)"
        yield "productivity_end", f"{after:g}", f"is {told} the baseline ({before:g})", remedy


def _indicators(row: Row) -> Iterable[Finding]:
    """No baseline at all, an end without its baseline, and an end copied from the baseline."""
    readable = [name for name in INDICATORS if {f"{name}_{BASELINE}", f"{name}_{END}"} <= row.values.keys()]
    pairs = {name: (row[f"{name}_{BASELINE}"], row[f"{name}_{END}"]) for name in readable}
    if pairs and all(before is None for before, _ in pairs.values()):
        remedy = (
            "fill in at least one indicator at the baseline: without it the row counts as trained, no more"
        )
        yield "productivity_baseline", "", "is missing, as is every other baseline", remedy
    else:
        for name, (before, after) in pairs.items():
            if before is None and after is not None:
                yield (
                    f"{name}_{BASELINE}",
                    "",
                    "is missing, though its end is given",
                    "fill it in if it is known",
                )
    both = [(before, after) for before, after in pairs.values() if before is not None and after is not None]
    if len(both) >= 3 and all(before == after for before, after in both):
        remedy = "measure the end anew, or leave it empty"
        yield (
            "productivity_end",
            "",
            f"equals the baseline, as do all {len(both)} indicators given twice",
            remedy,
        )


# Rows together


def _repeated(rows: Sequence[Row]) -> list[Problem]:
    """Rows of one enterprise and module, and enterprises whose rows contradict each other."""
    problems = []
    first: dict[tuple[str, tuple[str, ...]], Row] = {}
    known: dict[str, Row] = {}
    for row in rows:
        name, key = row["enterprise"], _key(row["enterprise"])
        earlier = first.setdefault((key, row["module"]), row)
        if earlier is not row:
            problem = f"has the enterprise and module of row {earlier.row}"
            remedy = "remove one of the two (until then the fuller one counts)"
            problems.append(Problem(row.row, "enterprise", name, WARNING, problem, remedy))
        other = known.setdefault(key, row)
        if None not in (row["sector"], other["sector"]) and row["sector"] != other["sector"]:
            problem = f"is {other['sector']} in row {other.row} of the same enterprise"
            problems.append(
                Problem(row.row, "sector", row["sector"], WARNING, problem, "write one sector, or two names")
            )
    return problems


def reporters(rows: Iterable[Row]) -> Counter[str]:
    """Enterprises that gave an indicator both at the baseline and at the end, by indicator."""
    counts: Counter[str] = Counter(dict.fromkeys(INDICATORS, 0))
    for row in rows:
        counts.update(
            name for name in INDICATORS if None not in (row[f"{name}_{BASELINE}"], row[f"{name}_{END}"])
        )
    return counts
