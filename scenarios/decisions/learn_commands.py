"""`scoresim discover` and `scoresim information`: from a folder of draws to tables, words and figures."""

from __future__ import annotations

import platform
import sys
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from rich.markup import escape
from rich.table import Table

from scenarios import output, terminal
from scenarios.answers import Answer, where_written, write_out
from scenarios.decisions import discovery, discovery_figures, information_figures, information_words
from scenarios.decisions.draws_files import Draws, read_draws, source_of
from scenarios.decisions.objectives import parse_objective
from scenarios.decisions.parameter_words import value_text
from scenarios.progress import working
from simulation.inputs import InputError, check_out_dir

if TYPE_CHECKING:
    pass


def discover(
    folder: str,
    *,
    option: str | None,
    rival: str | None,
    outcome: str | None,
    objective: str | None,
    threshold: float | None,
    density: float | None,
    seed: int,
    out: str | None,
    quiet: bool,
) -> Answer:
    """When the preferred option of a folder of draws loses."""
    if outcome is not None and objective is not None:
        problem = "is given together with --outcome"
        raise InputError(None, "--objective", objective, problem, "keep one of the two")
    field = "--outcome" if objective is None else "--objective"
    draws = _read(folder, objective or outcome or "net_benefit", field, out)
    asked = (
        first_ranked(folder, draws) if option is None and objective is None and outcome is None else option
    )
    with working("Looking for the region", quiet):
        found = discovery.discover(
            draws, seed, option=asked, rival=rival, threshold=threshold, density=density
        )
    tables, about = discovery.tables(found), _manifest("discover", draws, seed, objective or outcome)
    about |= {
        "option": draws.options[found.option], "rivals": [draws.options[k] for k in found.rivals],
        "threshold": threshold, "density": density,
    }  # fmt: skip
    draw = partial(discovery_figures.figures, found, source_of(draws))
    write_out(out, tables, draw, about, quiet)
    grids = [_boxes_grid(found)] if discovery.ordered(found) else []
    return Answer(tables, about, lambda: _show(discovery.sentences(found), grids, draws, out), draw=draw)


def information(
    folder: str, *, outcome: str | None, groups: bool, seed: int, out: str | None, quiet: bool
) -> Answer:
    """What knowing each parameter before choosing among a folder's options is worth."""
    draws = _read(folder, outcome or "net_benefit", "--outcome", out)
    with working("Estimating the value of information", quiet):
        found = information_words.find_out(draws, seed, groups)
    tables = information_words.tables(found)
    about = _manifest("information", draws, seed, outcome) | {"groups": groups}
    draw = partial(information_figures.figures, found, source_of(draws))
    write_out(out, tables, draw, about, quiet)
    words = [*information_words.sentences(found), information_words.footnote(found)]
    grids = [information_words.grid(found)] + ([information_words.groups_grid(found)] if groups else [])
    return Answer(tables, about, lambda: _show(words, grids, draws, out), draw=draw)


def first_ranked(folder: str, draws: Draws) -> str | None:
    """The option that the folder's own ranking puts first, if it has one and its draws are compared.

    It may not have the highest mean over these draws: a ranking judges its finalists on fresh ones alone.
    """
    file = Path(folder) / "ranking.parquet"
    if not file.is_file():
        return None
    ranking = pl.read_parquet(file)
    if not {"rank", "option"} <= set(ranking.columns) or ranking.is_empty():
        return None
    first = str(ranking.sort("rank")["option"][0])
    return first if first in draws.options else None


def _read(folder: str, objective: str, field: str, out: str | None) -> Draws:
    weights = parse_objective(objective, field)
    if out is not None:
        check_out_dir(out)
    return read_draws(folder, weights, field)


def _manifest(command: str, draws: Draws, seed: int, objective: str | None) -> dict[str, Any]:
    """What was done with which folder; its own manifest is kept whole."""
    versions = {"python": platform.python_version(), **{name: version(name) for name in output.PACKAGES}}
    return {
        "command": command, "folder": str(draws.folder), "draws_sha256": draws.digest,
        "objective": objective or "net_benefit", "options": list(draws.options), "left": list(draws.left),
        "draws": len(draws.x), "seed": seed, "versions": versions, "code_revision": output.code_revision(),
        "time": datetime.now(UTC).isoformat(timespec="seconds"), "read": dict(draws.manifest),
    }  # fmt: skip


def _boxes_grid(found: discovery.Discovery) -> Table:
    """The restrictions of the region, the surest first."""
    table = Table(title="The region's restrictions", title_justify="left", header_style="bold")
    table.add_column("parameter")
    headings = ("from", "to", "in all draws from", "to", "p", "restricted in resamples")
    for heading in headings:
        table.add_column(heading, justify="right")
    columns = ("parameter", "low", "high", "prior_low", "prior_high", "p_value", "reproducibility")
    for name, *ends, chance, again in discovery.tables(found)["boxes"].select(columns).iter_rows():
        cells = [escape(value_text(name, end)) for end in ends]
        table.add_row(name, *cells, f"{chance:.1g}", discovery.percent(again))
    return table


def _show(words: list[str], grids: list[Table], draws: Draws, out: str | None) -> None:
    console = terminal.console()
    for grid in grids:
        console.print(grid)
    for line in [*words, f"{source_of(draws)}.", where_written(out)]:
        console.print(line, markup=False, highlight=False, soft_wrap=not sys.stdout.isatty())
