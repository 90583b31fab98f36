"""`scoresim data`: what can be done with a project's own monitoring data."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from calibration.monitoring import MonitoringTable

WIDE = 160
"""Columns to print on where there is no terminal to ask."""

data_app = typer.Typer(help="Check a project's monitoring data.", no_args_is_help=True)


@data_app.callback()
def _data() -> None:
    """Keep `data` a group of commands, whatever their number."""


@data_app.command("check")
def data_check(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="Monitoring table, .csv or .xlsx (.xls, .ods).")
    ],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object on standard output, nothing else.")
    ] = False,
) -> None:
    """Check a monitoring table row by row: what is wrong, what to do about it, and what can be used.

    The exit status is 2 where rows cannot be used.
    """
    from calibration.monitoring import read_monitoring
    from scenarios.cli_options import BAD_INPUT, print_json

    table = read_monitoring(file)
    if as_json:
        print_json("data check", _records(file, table))
    else:
        _show(file, table)
    if table.unusable_rows:
        raise typer.Exit(BAD_INPUT)


def _records(file: str, table: MonitoringTable) -> dict[str, list[dict[str, Any]]]:
    from calibration.monitoring import reporters

    enterprises = table.enterprises()
    checked = {
        "file": file, "rows": table.rows_read, "usable_rows": len(table.rows),
        "enterprises": len(enterprises),
        "errors": len(table.of_severity("error")), "warnings": len(table.of_severity("warning")),
    }  # fmt: skip
    return {
        "checks": [checked],
        "problems": [asdict(problem) for problem in table.problems],
        "usable": table.counts(),
        "missing": [{"column": name, "share": share} for name, share in table.missing.items()],
        "reporters": [{"indicator": name, "enterprises": n} for name, n in reporters(enterprises).items()],
    }


def _show(file: str, table: MonitoringTable) -> None:
    from rich.console import Console
    from rich.markup import escape

    records = _records(file, table)
    out = Console(width=None if sys.stdout.isatty() else WIDE)
    errors = ("row", "column", "value", "problem", "remedy")
    for severity, title in (
        ("error", "Errors: these rows are left out until they are corrected"),
        ("warning", "Warnings: these rows are used as they stand"),
    ):
        found = [record for record in records["problems"] if record["severity"] == severity]
        if found:
            out.print(_grid(title, errors, found))
    out.print(_grid("Usable", ("group", "level", "rows", "enterprises"), records["usable"]))
    cells = [
        {"column": each["column"], "missing": f"{100.0 * each['share']:.0f} %"} for each in records["missing"]
    ]
    out.print(_grid("Cells missing", ("column", "missing"), cells))
    check = records["checks"][0]
    told = ", ".join(f"{each['indicator']} {each['enterprises']}" for each in records["reporters"])
    out.print(f"Enterprises that gave an indicator at the baseline and at the end: {told}.")
    out.print(
        f"{escape(file)}: {check['usable_rows']} of {check['rows']} rows usable, "
        f"{check['enterprises']} enterprises; "
        f"{check['errors']} errors, {check['warnings']} warnings."
    )


def _grid(title: str, columns: tuple[str, ...], records: list[dict[str, Any]]) -> Any:
    from rich.markup import escape
    from rich.table import Table

    grid = Table(title=title, title_justify="left", header_style="bold")
    for column in columns:
        grid.add_column(
            column, justify="right" if column in ("row", "rows", "enterprises", "missing") else "left"
        )
    for record in records:
        grid.add_row(*(escape(str(record[column])) for column in columns))
    return grid
