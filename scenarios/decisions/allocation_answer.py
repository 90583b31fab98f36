"""`scoresim allocate`: check what is asked, allocate, and answer with tables, figures and a manifest."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl
from rich.markup import escape
from rich.table import Table

from calibration.belief import Belief, belief_of
from scenarios import belief_words, output, terminal
from scenarios.answers import Answer, write_out
from scenarios.arms import FEWEST_REPLICATES
from scenarios.commands import FEWEST_ENTERPRISES, compile_once, which_draws
from scenarios.compare import Settings
from scenarios.decisions.allocation import Allocation, allocate
from scenarios.decisions.allocation_figures import figures
from scenarios.decisions.allocation_question import DEFAULT_MIXES, Question, check_smallest, short_list
from scenarios.decisions.allocation_tables import tables, unit_of
from scenarios.decisions.objectives import parse_objective
from scenarios.progress import progress_bar
from scenarios.wording import interval, number
from simulation.indicators import WINDOW
from simulation.inputs import InputError, check_out_dir
from simulation.scenario_files import load_scenario


@dataclass(frozen=True)
class Asked:
    """The options of the command, as they were given."""

    scenario: str
    budget: float
    years: int
    mixes: str | None
    objective: str
    least: float
    most: float
    month: int
    replicates: int
    enterprises_a_group: int
    robust: bool
    prior: bool
    posterior: str | None
    seed: int
    enterprises: int | None
    threads: int | None
    out: str | None
    quiet: bool


def question_of(asked: Asked) -> Question:
    """What is asked, checked. Raises InputError."""
    scenario = load_scenario(asked.scenario)
    if not asked.budget > 0.0 or not np.isfinite(asked.budget):
        raise InputError(
            None, "--budget", f"{asked.budget:g}", "is not an amount of yuan", "write 50e6, for instance"
        )
    if asked.replicates < FEWEST_REPLICATES or asked.replicates % 2:
        raise InputError(
            None, "--replicates", asked.replicates, f"must be an even number from {FEWEST_REPLICATES} on",
            "write 24, for instance",
        )  # fmt: skip
    if asked.enterprises is not None and asked.enterprises < FEWEST_ENTERPRISES:
        raise InputError(
            None, "--enterprises", asked.enterprises, f"is fewer than {FEWEST_ENTERPRISES}",
            f"write at least {FEWEST_ENTERPRISES}",
        )  # fmt: skip
    settings = Settings(
        replicates=asked.replicates, seed=asked.seed, enterprises=asked.enterprises, threads=asked.threads,
        draws=which_draws(asked.prior, asked.posterior),
    )  # fmt: skip
    short = short_list(scenario, asked.mixes if asked.mixes is not None else DEFAULT_MIXES)
    last = (short[0].scenario.months - WINDOW) // WINDOW * WINDOW
    if asked.month % WINDOW or not WINDOW <= asked.month <= last:
        raise InputError(
            None, "--month", asked.month, "is not the end of a year of the follow-up",
            f"write 12, 24, ... up to {last}",
        )  # fmt: skip
    return Question(
        scenario, asked.budget, asked.years, short, parse_objective(asked.objective), asked.least, asked.most,
        asked.enterprises_a_group, settings, asked.robust,
    )  # fmt: skip


def answer(asked: Asked) -> Answer:
    """Allocate, and answer with tables (with figures in the folder ``asked.out``)."""
    question = question_of(asked)
    if asked.out is not None:
        check_out_dir(asked.out)
    check_smallest(question)
    belief = belief_of(question.settings.draws)
    compile_once(asked.quiet)
    with progress_bar("Simulating", asked.quiet) as progress:
        found = allocate(question, asked.month, progress)
    if found.interrupted:
        kept = f"{len(found.resimulated)} of {asked.replicates} replicates of the re-simulation"
        print(f"Interrupted: results of {kept}.", file=sys.stderr, flush=True)
    made = tables(found)
    about = output.manifest(
        "allocate", [question.scenario], question.settings, belief,
        {"enterprises": len(found.cells) * question.enterprises}, budget=question.budget,
        years=question.years,
        mixes=[mix.name for mix in question.mixes], objective=question.weights, least=question.least,
        most=question.most, month=asked.month, interrupted=found.interrupted,
        replicates_finished=len(found.resimulated),
    )  # fmt: skip
    draw = partial(figures, found, made, _source(found, belief))
    write_out(asked.out, made, draw, about, asked.quiet)
    return Answer(made, about, lambda: _show(found, made, belief, asked.out), found.interrupted, draw)


def _source(found: Allocation, belief: Belief) -> str:
    question = found.question
    return (
        f"scoresim, {belief_words.caption(belief)}, {question.settings.replicates} replicates; "
        f"{question.enterprises} enterprises in each of {len(found.cells)} cells; "
        f"scenario {question.scenario.name}"
    )


# --- what is printed ----------------------------------------------------------------------------------


def _show(found: Allocation, made: dict[str, pl.DataFrame], belief: Belief, out: str | None) -> None:
    console, question = terminal.console(), found.question
    console.print(_plans_grid(found, made["plans"]))
    console.print(_optimum_grid(found, made["allocation"]))
    console.print(_prices_grid(found, made["shadow_prices"]))
    cells, left = found.cells, found.cells.left_out + found.cells.excluded
    lines = [
        _promise_line(made["plans"]),
        _returns_line(made["curves"]),
        "Whoever begins gets the whole mix, and the programme pays in all years what it pays in its first "
        f"month. At most {100 * question.most:g} % of a cell begin in a year (--most), in batches of "
        f"{question.least:g} or more (--least).",
        f"The {len(cells)} cells hold {cells.eligible.sum():,.0f} eligible enterprises; {left:,.0f} in cells "
        "too small, or in tobacco, petroleum and coal, are left out.",
        belief_words.sentence(belief),
        "Tables, figures and manifest.json are in " + out
        if out is not None
        else "Nothing was written; --out DIR keeps tables, figures and a manifest.",
    ]
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=not sys.stdout.isatty())


def _plans_grid(found: Allocation, plans: pl.DataFrame) -> Table:
    """A row a plan; yuan in millions."""
    question = found.question
    unit, scale = ("million yuan", 1e-6) if question.in_yuan else (unit_of(question), 1.0)
    kind = "Net benefit, present value" if question.in_yuan else "Objective"
    grid = Table(
        title=f"{escape(question.scenario.title)}: {question.budget:,.0f} yuan over {question.years} years\n"
        f"{kind}, {unit}; mean [90 % interval over parameter draws and chance]",
        title_justify="left", header_style="bold",
    )  # fmt: skip
    heads = (
        "plan", "enterprises", "believed", "simulated again", "more than equal", "more than proportional",
        "worst fifth", "mean regret", "regret, 90 %",
    )  # fmt: skip
    for place, head in enumerate(heads):
        grid.add_column(head, justify="right" if place else "left")
    for row in plans.iter_rows(named=True):
        scaled = {name: value * scale if isinstance(value, float) else value for name, value in row.items()}
        less = [
            "-"
            if row["plan"] == other
            else _cell(scaled, f"less_{other}", f"less_low_{other}", f"less_high_{other}", signed=True)
            for other in ("equal", "proportional")
        ]
        single = [_short(scaled[name]) for name in ("simulated_worst", "regret", "regret_90")]
        again = _cell(scaled, "simulated", "low", "high")
        grid.add_row(
            row["plan"], number(row["enterprises"], 0), _short(scaled["believed"]), escape(again),
            *map(escape, less), *single,
        )  # fmt: skip
    return grid


def _cell(row: Mapping[str, float], *names: str, signed: bool = False) -> str:
    estimate, low, high = (row[name] for name in names)
    return interval(estimate, low, high, signed=signed)


def _short(value: float) -> str:
    return interval(value, value, value).split(" [")[0]


SHOWN = 15
"""Batches of the optimum that are printed; the table has all."""


def _optimum_grid(found: Allocation, allocation: pl.DataFrame) -> Table:
    keys = ["sector", "sector_name", "macro_region", "mix"]
    mine = allocation.filter(pl.col("plan") == "optimum")
    rows = (
        mine.group_by(*keys, maintain_order=True)
        .agg(pl.col("enterprises", "yuan", "trainer_days").sum(), pl.col("year").unique().sort())
        .sort("yuan", descending=True, maintain_order=True)
    )
    more = f", the {SHOWN} largest of {len(rows)}" if len(rows) > SHOWN else ""
    grid = Table(title=f"The optimum{more}", title_justify="left", header_style="bold")
    titles = {mix.name: mix.title for mix in found.question.mixes}
    for head in ("sector", "macro-region", "mix", "years"):
        grid.add_column(head)
    for head in ("enterprises", "yuan", "trainer days"):
        grid.add_column(head, justify="right")
    for row in rows.head(SHOWN).iter_rows(named=True):
        grid.add_row(
            escape(f"{row['sector']} {row['sector_name']}"), row["macro_region"], titles[row["mix"]],
            ", ".join(map(str, row["year"])), number(row["enterprises"], 0), number(row["yuan"], 0),
            number(row["trainer_days"], 0),
        )  # fmt: skip
    return grid


def _prices_grid(found: Allocation, prices: pl.DataFrame) -> Table:
    unit = unit_of(found.question)
    title = f"What one more is worth at the optimum, {unit} [90 % interval over the draws' own optima]"
    grid = Table(title=title, title_justify="left", header_style="bold")
    for place, head in enumerate(("one more", "worth", "trainer days there are", "used")):
        grid.add_column(head, justify="right" if place else "left")
    for row in prices.iter_rows(named=True):
        day = row["resource"] == "trainer_day"
        if day and row["trainer_days"] == 0.0:
            continue
        name = f"trainer day, {row['macro_region']}, year {row['year']}" if day else "yuan"
        there_is = number(row["trainer_days"], 0) if day else ""
        used = f"{100 * row['used']:.0f} %" if day else ""
        grid.add_row(name, escape(_cell(row, "estimate", "low", "high")), there_is, used)
    return grid


def _promise_line(plans: pl.DataFrame) -> str:
    """What the optimum was believed to lead by and does, and the same of a plan that mistakes chance for
    knowledge.
    """
    rows = {row["plan"]: row for row in plans.iter_rows(named=True)}
    equal = rows["equal"]

    def ahead(plan: str, what: str, of: str) -> str:
        lead = 100.0 * (rows[plan][what] / equal[of] - 1.0) if equal[of] > 0.0 else float("nan")
        return f"{lead:+.1f} %" if np.isfinite(lead) else "-"

    return (
        "Lead over equal parts, believed and when simulated again: optimum "
        f"{ahead('optimum', 'believed', 'believed')} and {ahead('optimum', 'simulated', 'simulated')}; the "
        "optimum of values with chance left in (as_measured) "
        f"{ahead('as_measured', 'believed', 'measured')} and "
        f"{ahead('as_measured', 'simulated', 'simulated')}: a choice among many cells finds the lucky ones."
    )


def _returns_line(curves: pl.DataFrame) -> str:
    falls = 100.0 * curves.filter(pl.col("measure") == "fall").select("estimate", "low", "high").to_numpy()
    others = (
        100.0 * curves.filter(pl.col("measure") == "others").select("estimate", "low", "high").to_numpy()[0]
    )
    gained = interval(float(others[0]), float(others[1]), float(others[2]), signed=True)
    return (
        f"If all of a sector were trained, the mean return would be {falls[:, 0].min():.1f} to "
        f"{falls[:, 0].max():.1f} % smaller [{falls[:, 1].min():.1f}, {falls[:, 2].max():.1f}], by mix; "
        f"all others gain {gained} % of what the trained gain."
    )
