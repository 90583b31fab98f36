"""What all commands share: their options, exit statuses, and how an answer is given."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from scenarios.answers import Answer

SUCCESS, FAULT, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
"""Exit statuses."""

AsJson = Annotated[
    bool, typer.Option("--json", help="Print one JSON object on standard output, nothing else.")
]
ScenarioName = Annotated[
    str, typer.Argument(metavar="NAME|FILE", help="A shipped scenario's name, or a file.")
]

Seed = Annotated[int, typer.Option(min=0, help="Root of all chance; the same seed gives the same numbers.")]
Enterprises = Annotated[
    int | None, typer.Option(metavar="N", help="Enterprises simulated, each standing for many.")
]
Sample = Annotated[
    float | None, typer.Option(metavar="F", help="Instead, the share of all enterprises simulated; 1: all.")
]
Months = Annotated[int | None, typer.Option(metavar="N", help="Months simulated, instead of the scenario's.")]
Threads = Annotated[int | None, typer.Option(min=1, metavar="N", help="Threads; not given: all there are.")]
Out = Annotated[
    str | None, typer.Option(metavar="DIR", help="New folder for tables, figures and manifest.json.")
]
Prior = Annotated[
    bool,
    typer.Option("--prior", help="Draw all parameters from their priors, as if nothing had been fitted."),
]
Posterior = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="Parameters fitted to data by `calibrate`; not given: those shipped."),
]
By = Annotated[
    str, typer.Option(metavar="GROUPS", help="Also by sector, region, size, gender (with commas).")
]


TAKEN: ContextVar[list[Answer] | None] = ContextVar("answers taken instead of printed", default=None)
"""Where a caller of commands from Python (:func:`scenarios.api.ask`) gathers their answers."""


def give_answer(command: str, answer: Answer, as_json: bool) -> None:
    """Print an answer, for people or as JSON; exit with 130 where it rests on finished parts alone."""
    taken = TAKEN.get()
    if taken is not None:
        taken.append(answer)
        return
    if as_json:
        print_json(command, answer.records(), answer.manifest)
    else:
        answer.show()
    if answer.interrupted:
        raise typer.Exit(INTERRUPTED)


def print_json(
    command: str,
    tables: Mapping[str, Sequence[Mapping[str, Any]]],
    manifest: Mapping[str, Any] | None = None,
) -> None:
    """Print the one object of `--json`: the command, its tables as lists of records, and the manifest.

    The manifest always names the software's version. Numbers that are not finite are refused (ValueError),
    because JSON has none.
    """
    from importlib.metadata import version

    whole = {"version": version("scoresim"), **(manifest or {})}
    print(json.dumps({"command": command, "tables": tables, "manifest": whole}, allow_nan=False))
