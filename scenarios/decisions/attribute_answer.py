"""What `scoresim attribute` answers: tables, figures, manifest, and what is printed."""

from __future__ import annotations

import sys
from functools import partial

import polars as pl
from rich.markup import escape
from rich.table import Table

from scenarios import belief_words, output, terminal
from scenarios.answers import Answer, where_written, write_out
from scenarios.decisions import attribute_figures
from scenarios.decisions.attribute import Attribution
from scenarios.decisions.attribute_tables import attribution_tables
from scenarios.decisions.mixes import FIRST, SHORT
from scenarios.decisions.objectives import OUTCOMES
from scenarios.drawing import Story
from scenarios.effect_tables import summary
from scenarios.progress import working
from scenarios.wording import decimals_for, interval, joined, number
from simulation.parameters import MODULES


def answer_of_attribution(found: Attribution, out: str | None, quiet: bool) -> Answer:
    """Tables of an attribution, with figures in the folder ``out``."""
    with working("Making the tables", quiet):
        tables = attribution_tables(found)
    asked, replicates = found.asked, len(found.outcomes.values)
    counted = {} if asked.as_sold else {"enterprises_taught": asked.taught}
    about = output.manifest(
        "attribute", [found.scenario], found.settings, found.belief, counted, interrupted=found.interrupted,
        outcomes=list(found.names), month=asked.month, obligatory_first=not asked.any_first,
        as_sold=asked.as_sold, replicates_finished=replicates, subsets=list(found.outcomes.options),
    )  # fmt: skip
    taught = "as sold" if asked.as_sold else f"{asked.taught:,} enterprises taught each subset"
    source = f"scoresim, {belief_words.caption(found.belief)}, {replicates} replicates, {taught}"
    story = Story({found.scenario.name: found.scenario.title}, source, asked.month)
    draw = partial(attribute_figures.figures, tables, story, how(found))
    write_out(out, tables, draw, about, quiet)
    show = partial(_show, found, tables, source, out)
    return Answer(tables, about, show, found.interrupted, draw)


def how(found: Attribution) -> str:
    """How the modules were taught and ordered, in a sentence or two."""
    taught = (
        "Each subset of modules as the market sells it; who buys differs between subsets."
        if found.asked.as_sold
        else "Each subset of modules taught whole to the same enterprises (enrolment given, all go on)."
    )
    order = (
        "Mean over all orders of the modules."
        if found.asked.any_first
        else f"Mean over all orders that begin with {SHORT[FIRST]}."
    )
    return f"{taught} {order}"


def _show(found: Attribution, tables: dict[str, pl.DataFrame], source: str, out: str | None) -> None:
    console = terminal.console()
    for name in found.names:
        console.print(_shapley_grid(found, tables["shapley"], name))
        for line in (_interaction_lines(tables, name), _path_line(tables, name)):
            console.print(line, markup=False, highlight=False, soft_wrap=not sys.stdout.isatty())
    lines = [
        how(found), _what_adds_up(found), belief_words.sentence(found.belief),
        "No trial varied the modules one by one: how they differ is mostly prior.",
        f"{source}.", where_written(out),
    ]  # fmt: skip
    for line in filter(None, lines):
        console.print(line, markup=False, highlight=False, soft_wrap=not sys.stdout.isatty())


def _shapley_grid(found: Attribution, table: pl.DataFrame, name: str) -> Table:
    outcome = OUTCOMES[name]
    grid = Table(
        title=f"What each module contributes to {escape(outcome.label.lower())} in "
        f"{escape(found.scenario.title)}, {escape(outcome.unit)}: mean [90 % interval over parameter draws "
        "and chance]",
        title_justify="left",
        header_style="bold",
    )
    for head in ("module", "contribution", "standard error"):
        grid.add_column(head, justify="left" if head == "module" else "right")
    rows = table.filter(pl.col("outcome") == name)
    for row in rows.iter_rows(named=True):
        told = interval(row["estimate"], row["low"], row["high"], signed=True)
        grid.add_row(
            SHORT[row["module"]],
            told,
            _told(row["se"], signed=False),
            end_section=row["module"] == MODULES[-1],
        )
    estimate, low, high, _, se = summary(found.game(name)[:, -1])
    grid.add_row("all five together", interval(estimate, low, high, signed=True), _told(se, signed=False))
    return grid


def _told(value: float, signed: bool = True) -> str:
    return number(value, decimals_for(value), signed)


def _interaction_lines(tables: dict[str, pl.DataFrame], name: str) -> str:
    table = tables["interactions"].filter(pl.col("outcome") == name)
    parts = []
    for they in ("help each other", "crowd each other out", "more together", "less together"):
        pairs = [
            f"{SHORT[one]} and {SHORT[other]} ({_told(estimate)})"
            for one, other, estimate in table.filter(pl.col("verdict") == they)
            .select("module", "other_module", "estimate")
            .iter_rows()
        ]
        if pairs:
            parts.append(f"{they}: {joined(pairs)}")
    none = len(table.filter(pl.col("verdict") == "not told apart from none"))
    if none:
        parts.append(f"{none} of {len(table)} pairs not told apart from no interaction")
    return f"Pairs of modules: {'; '.join(parts)}."


def _path_line(tables: dict[str, pl.DataFrame], name: str) -> str:
    chosen = tables["next_module"].filter((pl.col("outcome") == name) & pl.col("chosen"))
    steps = [
        f"{SHORT[module]} ({_told(estimate)})"
        for module, estimate in chosen.select("module", "estimate").iter_rows()
    ]
    return f"Best next module each time, with what it adds to those before: {', then '.join(steps)}."


def _what_adds_up(found: Attribution) -> str:
    if not found.asked.as_sold:
        return "Contributions add up to the effect of all five in every replicate. Nothing taught is worth 0."
    return (
        "As sold, effects on the trained compare different enterprises, and those trained longer with those "
        "trained less; only totals (total_net_benefit, trained) are of the same nation."
    )
