"""What `scoresim sweep` answers: it loads, simulates, writes, and says what the indices bear."""

from __future__ import annotations

import shutil
import sys
import uuid
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
from rich.markup import escape
from rich.table import Table

from calibration.belief import Belief, belief_of
from scenarios import belief_words, output, terminal
from scenarios.answers import Answer
from scenarios.commands import compile_once
from scenarios.compare import Settings
from scenarios.decisions import indices as ix
from scenarios.decisions import sweep as sweeping
from scenarios.decisions.objectives import OUTCOMES
from scenarios.decisions.sobol_indices import Index
from scenarios.decisions.sweep_figures import sweep_figures
from scenarios.drawing import Story
from scenarios.progress import progress_bar, working
from scenarios.wording import interval
from simulation.census import load_census
from simulation.inputs import InputError
from simulation.parameters import PARAMETERS
from simulation.programme import Scenario
from simulation.scenario_files import adjusted, load_scenario
from simulation.schedule import resolve_target

SHOWN = 12
"""Factors shown on the terminal for each indicator."""

MEANING = {
    "sobol": "Shares of the parameters' variance, without chance. Total: what would be left if all but this "
    "factor were known; first: what would go if it alone were known.",
    "fast": "Shares of the parameters' variance, without chance. Total: with interactions; first: without. "
    "Intervals span the phases of the search curves and not FAST's own bias, a few hundredths.",
    "morris": "mu_star: mean absolute change of the outcome for a move across the factor's span (5th to 95th "
    "percentile, or its range), without chance.",
    "pawn": "pawn: how far the outcome's distribution moves with the factor; compare it with the dummy's.",
    "delta": "delta: how far the outcome's density moves with the factor; compare it with the dummy's.",
}


def sweep(
    asked: sweeping.Asked,
    name: str,
    draws: str,
    months: int | None,
    out: str | None,
    resume: bool,
    quiet: bool,
) -> Answer:
    """Simulate a sweep of scenario ``name`` and give its tables (with figures in the folder ``out``)."""
    scenario = _loaded(name, asked, months)
    belief = belief_of(draws)
    made = sweeping.ready(asked, scenario, belief, months)
    if resume and out is None:
        raise InputError(
            None, "--resume", None, "is given without --out", "name the folder of the unfinished sweep"
        )
    folder = None if out is None else Path(out).expanduser().absolute()
    compile_once(quiet)
    if not quiet:
        print(_size(made), file=sys.stderr, flush=True)
    with progress_bar("Simulating", quiet) as progress:
        made = sweeping.simulate(made, folder, resume, progress)
    with working("Estimating the indices", quiet):
        tables = sweeping.tables(made)
    about = _manifest(made, scenario, belief)
    story = Story({scenario.name: scenario.title}, _source(made, belief), asked.month)
    draw = partial(sweep_figures, tables, asked.method, asked.of, story)
    if folder is not None:
        with working("Making the figures", quiet):
            _replace(folder, tables, draw(), about)
    shown = {name: table for name, table in tables.items() if name not in ("draws", "parameters")}
    return Answer(shown, about, lambda: _show(made, tables, scenario, belief, out), draw=draw)


def _loaded(name: str, asked: sweeping.Asked, months: int | None) -> Scenario:
    scenario = adjusted(
        load_scenario(name), months=months, enterprises=asked.enterprises, sample=asked.sample
    )
    if scenario.programme is not None:
        resolve_target(scenario.programme, load_census(scenario.population.tables), name)
    if asked.enterprises is not None and asked.enterprises < 100:
        raise InputError(None, "--enterprises", asked.enterprises, "is fewer than 100", "write at least 100")
    return scenario


def _size(made: sweeping.Sweep) -> str:
    arms = "" if made.asked.of == "level" else " x 2 arms"
    size = f"{len(made.points):,} points x {made.asked.replicates} replicates{arms}"
    return f"{size} = {made.runs:,} simulations of {made.model.scenario.months} months"


def _replace(
    folder: Path, tables: dict[str, pl.DataFrame], figures: dict[str, Any], about: dict[str, Any]
) -> None:
    """Results in place of the ledger, which comes back if they cannot be written."""
    ledger = folder.with_name(f".{folder.name}.ledger-{uuid.uuid4().hex[:8]}")
    folder.rename(ledger)
    try:
        output.write(folder, tables, figures, about)
    except BaseException:
        if not folder.exists():
            ledger.rename(folder)
        raise
    shutil.rmtree(ledger, ignore_errors=True)


def _manifest(made: sweeping.Sweep, scenario: Scenario, belief: Belief) -> dict[str, Any]:
    asked = made.asked
    settings = Settings(
        asked.replicates, asked.seed, asked.enterprises, asked.sample, asked.threads, belief.kind
    )
    design = sweeping.record_of_design(made)
    simulated = {"points": len(made.points), "runs": made.runs}
    return output.manifest(
        "sweep", [made.model.scenario], settings, belief, simulated, method=asked.method,
        indicators=list(asked.indicators), design={k: v for k, v in design.items() if k != "scenario"},
        finished=True,
    )  # fmt: skip


def _source(made: sweeping.Sweep, belief: Belief) -> str:
    whence = "posterior margins, taken as independent" if belief.posterior is not None else "priors"
    of = f"{len(made.points):,} points x {made.asked.replicates} replicates"
    of += f", {made.model.scenario.months} months"
    return f"scoresim, {whence}, {of}"


# On the terminal


def _show(
    made: sweeping.Sweep, tables: dict[str, pl.DataFrame], scenario: Scenario, belief: Belief, out: str | None
) -> None:
    console = terminal.console()
    for name in made.asked.indicators:
        console.print(_grid(made, tables["indices"].filter(pl.col("indicator") == name), name, scenario))
        for line in _lines(made, tables, name):
            console.print(line, markup=False, highlight=False, soft_wrap=not sys.stdout.isatty())
    more = [
        MEANING[made.asked.method],
        f"More than chance: sure enough although {len(made.design.factors)} factors were looked at.",
        _of_what(made),
        _of_draws(made, belief),
        f"Tables, figures and manifest.json are in {out}" if out else
        "Nothing was written; --out DIR keeps tables, figures and a manifest.",
    ]  # fmt: skip
    for line in more:
        console.print(line, markup=False, highlight=False, soft_wrap=not sys.stdout.isatty())


def _grid(made: sweeping.Sweep, rows: pl.DataFrame, name: str, scenario: Scenario) -> Table:
    """The factors of most weight, best first, with their intervals."""
    method, kinds = made.asked.method, ix.KINDS[made.asked.method]
    label, what = OUTCOMES[name].label, "effect on" if made.asked.of == "effect" else "level of"
    unit = made.model.unit(name)
    first = f"{'Submodel' if made.design.grouped else 'Parameter'}"
    grid = Table(
        title=f"{escape(scenario.title)}: {what} {label.lower()}, month {made.asked.month} ({method})"
    )
    grid.add_column(first)
    for kind in kinds:
        grid.add_column(f"{kind} [90 %]" + (f"\n{unit}" if method == "morris" else ""), justify="right")
    grid.add_column("rank told")
    grid.add_column("more than chance")
    leading = rows.filter((pl.col("kind") == kinds[0]) & (pl.col("parameter") != "dummy"))
    for row in leading.sort("estimate", descending=True, nulls_last=True).head(SHOWN).iter_rows(named=True):
        cells = [_cell(rows, row["parameter"], kind) for kind in kinds]
        told = "yes" if row["rankable"] else "no"
        grid.add_row(row["parameter"], *cells, told, "yes" if row["above_chance"] else "no")
    if "dummy" in rows["parameter"]:
        grid.add_section()
        grid.add_row("a dummy", *(_cell(rows, "dummy", kind) for kind in kinds), "", "")
    return grid


def _cell(rows: pl.DataFrame, parameter: str, kind: str) -> str:
    found = rows.filter((pl.col("parameter") == parameter) & (pl.col("kind") == kind))
    return interval(*found.select("estimate", "low", "high").row(0)) if len(found) else "-"


def _lines(made: sweeping.Sweep, tables: dict[str, pl.DataFrame], name: str) -> list[str]:
    """What must be said of one indicator: chance, failures, and which ranks the sample tells."""
    chance = tables["chance"].filter(pl.col("indicator") == name).row(0, named=True)
    lines = []
    share, low, high = (100.0 * chance[part] for part in ("share_chance", "low", "high"))
    lines.append(f"Chance makes {interval(share, low, high, decimals=0)} % of the variance of single runs.")
    if chance["failed_points"]:
        lines.append(
            f"Undefined at {chance['failed_points']} of {chance['points']:,} points; with what belongs to "
            f"them {chance['points_left_out']:,} points were left out, so that indices are of the others."
        )
    rows = tables["indices"].filter(
        (pl.col("indicator") == name) & (pl.col("kind") == ix.KINDS[made.asked.method][0])
    )
    lines.append(ranks_line(rows))
    return lines


def ranks_line(rows: pl.DataFrame) -> str:
    """Which ranks of one kind of index the intervals bear, and a warning where they are too wide."""
    found = [
        Index("", number, row["estimate"], row["low"], row["high"])
        for number, row in enumerate(rows.filter(pl.col("parameter") != "dummy").iter_rows(named=True))
    ]
    if not any(index.estimate == index.estimate for index in found):
        return (
            "WARNING: no index can be told: the outcome does not vary, or chance leaves too little of its "
            "variance to the parameters. More --n, --replicates or enterprises may help."
        )
    told = ix.ranks_told(found)
    if told == len(found):
        return "All ranks are told apart: the 90 % interval of each difference to the next leaves zero out."
    where = f"from rank {told + 1} on" if told else "from the first rank on"
    why = "the order is not told: 90 % intervals of differences to the next hold zero. More --n narrows them."
    return f"WARNING: {where} {why}"


def _of_what(made: sweeping.Sweep) -> str:
    asked = made.asked
    if asked.of == "level":
        return "Levels are the nation's."
    if asked.rollout:
        return "Effects are on those whom the rollout trained, against no programme."
    return (
        f"Effects are on about {asked.trained} enterprises of the target, trained at once: how enterprises "
        "hear of the training, choose it and wait for it plays no part (--rollout lets it)."
    )


def _of_draws(made: sweeping.Sweep, belief: Belief) -> str:
    kinds = [made.space.distribution(name) for name in made.space.names]
    parts = []
    if "posterior" in kinds:
        parts.append(
            f"{kinds.count('posterior')} parameters span their margins of the posterior, taken as "
            "independent, which they are not"
        )
    if "prior" in kinds:
        parts.append(f"{kinds.count('prior')} span their priors")
    if "range" in kinds:
        parts.append(f"{kinds.count('range')} the ranges given")
    others = sum(known.is_free for known in PARAMETERS.values()) - len(kinds)
    rest = " All others are at their defaults." if others > 0 else ""
    return f"{'; '.join(parts)} ({belief_words.caption(belief)}).{rest}"
