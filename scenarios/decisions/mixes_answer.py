"""What `scoresim rank mixes` answers: tables, figures, manifest, and what is printed."""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

import polars as pl
from rich.markup import escape
from rich.table import Table

from scenarios import belief_words, output, terminal
from scenarios.answers import Answer, counts_of, source_of, where_written, write_out
from scenarios.decisions import mixes_figures
from scenarios.decisions.evaluate import example_population
from scenarios.decisions.mixes_run import Found
from scenarios.decisions.mixes_tables import ranking_tables
from scenarios.decisions.objectives import DIMENSIONS, OUTCOMES
from scenarios.decisions.ranking import HARDLY_DIFFERS, SURE, Verdict, verdict
from scenarios.drawing import Story
from scenarios.progress import working
from scenarios.wording import interval, joined, number

SHOWN = 20
"""Options printed; the table holds all."""


def answer_of_ranking(found: Found, out: str | None, quiet: bool) -> Answer:
    """Tables of a ranking, with figures in the folder ``out``."""
    with working("Making the tables", quiet):
        tables = ranking_tables(found)
        judged = verdict(found.ranking)
    ranking, race = found.ranking, found.ranking.race
    simulated = counts_of(example_population(found.simulated, found.settings))
    source = source_of(found.belief, len(race.values), simulated)
    about = output.manifest(
        "rank mixes", [found.scenario], found.settings, found.belief, simulated,
        interrupted=found.interrupted, objective=dict(ranking.objective), month=found.asked.month,
        obligatory_first=not found.asked.any_first, deliveries=found.asked.deliveries,
        subsidies=found.asked.subsidies, programme_weight=found.weight,
        prior_replicates=_prior_replicates(found),
        option_replicates=list(race.rounds), option_replicates_of_equal_allocation=race.equal,
        leader=found.options[race.leader].name,
        winner=None if judged.winner is None else found.options[judged.winner].name,
        no_winner_because=judged.reason,
        not_told_apart=[found.options[option].name for option in judged.together],
        total_variation_from_prior=_finite(ranking.total_variation),
        largest_change_of_rank_from_prior=ranking.largest_change_of_rank,
    )  # fmt: skip
    story = Story({found.scenario.name: found.scenario.title}, source, found.asked.month)
    what = objective_words(found)
    draw = partial(mixes_figures.figures, tables["ranking"], story, what, told(found, judged, named=3))
    write_out(out, tables, draw, about, quiet)
    return Answer(tables, about, partial(_show, found, tables, judged, source, out), found.interrupted, draw)


def _finite(value: float) -> float | None:
    return value if value == value else None


def _prior_replicates(found: Found) -> int:
    return 0 if found.ranking.prior is None else found.ranking.prior.replicates


def objective_words(found: Found) -> str:
    """The objective for people: "net benefit", or the dimensions with their weights."""
    weights = found.ranking.objective
    if len(weights) == 1 and (only := next(iter(weights))) in OUTCOMES:
        less = " (less is better, turned round)" if OUTCOMES[only].better < 0 else ""
        return OUTCOMES[only].label + less
    return ", ".join(f"{name.replace('_', ' ')} {weight:g}" for name, weight in weights.items())


def told(found: Found, judged: Verdict, named: int = 6) -> str:
    """The verdict in a sentence or two; of those not told apart, so many are named."""
    titles = [option.title for option in found.options]
    if judged.winner is not None:
        best = found.ranking.probability_best[judged.winner]
        return f"{titles[judged.winner].capitalize()} does most, best in {best:.0%} of the parameter draws."
    shown = [f"“{titles[option]}”" for option in judged.together[:named]]
    more = len(judged.together) - len(shown)
    names = joined(shown + ([f"{more} more"] if more else []))
    apart = f" Not told apart: {names}." if len(judged.together) > 1 else ""
    return f"No winner is named: {judged.reason}.{apart}"


def _show(
    found: Found, tables: dict[str, pl.DataFrame], judged: Verdict, source: str, out: str | None
) -> None:
    console = terminal.console()
    console.print(_grid(found, tables["ranking"]))
    lines = [
        told(found, judged), _prior_line(found), _weights_line(found, tables["weights"]), _saving_line(found),
        _weight_line(found), belief_words.sentence(found.belief), f"{source}.", where_written(out),
    ]  # fmt: skip
    for line in filter(None, lines):
        console.print(line, markup=False, highlight=False, soft_wrap=not sys.stdout.isatty())


def _grid(found: Found, ranking: pl.DataFrame) -> Table:
    unit = found.ranking.unit
    grid = Table(
        title=f"Mixes in {escape(found.scenario.title)}, by {escape(objective_words(found))}, "
        f"{escape(unit)}: "
        "mean [90 % interval over parameter draws and chance]",
        title_justify="left",
        header_style="bold",
    )
    heads = (
        "",
        "mix",
        "estimate",
        "best, %",
        "regret",
        "cost, yuan",
        "benefit per yuan",
        "under prior",
        "front, %",
    )
    for place, head in enumerate(heads):
        grid.add_column(head, justify="left" if place == 1 else "right")
    for row in ranking.head(SHOWN).iter_rows(named=True):
        grid.add_row(*_cells(row), end_section=row["rank"] == int(ranking["finalist"].sum()))
    return grid


def _cells(row: dict[str, Any]) -> list[str]:
    prior = "-"
    if row["prior_rank"] is not None:
        prior = f"{row['prior_rank']} ({100.0 * row['prior_probability_best']:.0f} %)"
    front = f"{100.0 * row['probability_undominated']:.0f}" + ("*" if row["pareto"] else "")
    return [
        str(row["rank"]), escape(row["title"]),
        interval(row["estimate"], row["low"], row["high"], signed=True),
        f"{100.0 * row['probability_best']:.0f}", number(row["expected_regret"], 2),
        number(row["cost"], 0), number(row["benefit_per_yuan"], 1), prior, front,
    ]  # fmt: skip


def _prior_line(found: Found) -> str:
    ranking = found.ranking
    if ranking.prior is None:
        return "" if ranking.from_prior else "Not compared with the prior (--prior-replicates)."
    rule = f"below {HARDLY_DIFFERS:g} the data are said to have changed nothing"
    return (
        f"Under prior: rank and probability of being best before any data ({ranking.prior.replicates} "
        f"replicates). Between the two, {ranking.total_variation:.2f} of the probability of being best moved "
        f"({rule}; chance alone would move {ranking.prior.noise:.2f}); the largest change is by "
        f"{ranking.largest_change_of_rank} ranks. A winner also needs a probability of {SURE:g}."
    )


def _weights_line(found: Found, weights: pl.DataFrame) -> str:
    titles = {option.name: option.title for option in found.options}
    shown = weights.filter(pl.col("share_first") > 0.0).head(3)
    parts = [
        f"“{titles[name]}” in {share:.0%}"
        for name, share in shown.select("option", "share_first").iter_rows()
    ]
    of = [name.removeprefix("mean_weight.").replace("_", " ") for name in weights.columns[2:]]
    front = ", ".join(name.replace("_", " ") for name in DIMENSIONS)
    return (
        f"With other weights of {joined(of)}, first is {joined(parts)} of the weightings. Front: probability "
        f"that no other is at least as good in each of {front}; *: by the means."
    )


def _saving_line(found: Found) -> str:
    race = found.ranking.race
    if not race.fresh.any():
        return "Interrupted before the leaders were simulated on fresh seeds: their estimates are flattered."
    left = 1.0 - race.used / race.equal
    return (
        f"Above the rule, the last {len(race.finalists)}, estimated on fresh seeds alone "
        f"({int(race.fresh.sum())} replicates); below it, those that left the race, by their difference to "
        f"the leader where both ran. {race.used:,} option-replicates in {len(race.rounds)} rounds, "
        f"{left:.0%} less than the {race.equal:,} that would give all options as many as the last."
    )


def _weight_line(found: Found) -> str:
    return f"Each enterprise simulated for the programme stands for {found.weight:,.0f}."
