"""`scoresim rank providers`: types of providers as options on the scenario's market, ranked and printed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import polars as pl
from rich.markup import escape
from rich.table import Table

from calibration.belief import belief_of
from scenarios import belief_words, output, terminal
from scenarios.answers import Answer, write_out
from scenarios.arms import counterfactual
from scenarios.commands import compile_once
from scenarios.compare import Settings, compare
from scenarios.decisions.areas_answer import PRIOR_SEED, check_replicates, share
from scenarios.decisions.areas_figures import ranking_figure
from scenarios.decisions.areas_tables import Judged, rank_correlation, rank_of, scored
from scenarios.decisions.outcomes import Outcomes, outcomes_of
from scenarios.decisions.provider_types import ProviderType, provider_types
from scenarios.decisions.top import behind_first, ranks, real_share
from scenarios.drawing import Story, drawn
from scenarios.effect_tables import summaries
from scenarios.progress import progress_bar
from scenarios.wording import interval, joined, number
from simulation.inputs import check_out_dir
from simulation.programme import Scenario
from simulation.scenario_files import adjusted, load_scenario

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOWN = (
    "trained", "net_benefit", "total_net_benefit", "total_resources", "programme_cost", "productivity",
    "injury_rate", "turnover_rate", "wage", "energy_intensity",
)  # fmt: skip
"""Outcomes that ``ranking`` holds, mean over replicates."""


@dataclass(frozen=True)
class Asked:
    """What `rank providers` is asked; ``months`` None: until all whom the project trained are followed up."""

    judged: Judged
    month: int
    prior_replicates: int
    months: int | None = None


def months_of(scenario: Scenario, month: int) -> int:
    """The scenario's months, but no more than it takes to follow up all whom the project trained."""
    programme = scenario.programme
    if programme is None or programme.closing_month is None:
        return scenario.months
    return min(scenario.months, programme.closing_month + max(month, programme.follow_up_months))


def rank_providers(name: str, asked: Asked, settings: Settings, out: str | None, quiet: bool) -> Answer:
    """Rank the types of providers of :mod:`scenarios.decisions.provider_types` on a scenario's market."""
    scenario = load_scenario(name)
    scenario = adjusted(scenario, months=asked.months or months_of(scenario, asked.month))
    types = provider_types(scenario)
    check_replicates(settings.replicates, asked.prior_replicates)
    if out is not None:
        check_out_dir(out)
    belief = belief_of(settings.draws)
    compile_once(quiet)
    found, interrupted = _outcomes(types, settings, asked.month, "Simulating", quiet)
    prior = None
    if asked.prior_replicates and belief.kind == "posterior" and not interrupted:
        before = replace(
            settings, draws="prior", seed=settings.seed + PRIOR_SEED, replicates=asked.prior_replicates
        )
        prior, interrupted = _outcomes(types, before, asked.month, "Simulating under the priors", quiet)
    tables = {"ranking": ranking_table(types, found, prior, asked.judged)}
    done = len(found.values)
    about = output.manifest(
        "rank providers", [each.scenario for each in types], settings, belief, {}, month=asked.month,
        months=scenario.months, objective=dict(asked.judged.weights), by_yuan=asked.judged.by_yuan,
        top=asked.judged.top, levers={each.name: each.levers for each in types}, replicates_finished=done,
        prior_replicates=0 if prior is None else len(prior.values), interrupted=interrupted,
    )  # fmt: skip
    source = (
        f"scoresim, {belief_words.caption(belief)}, {done} replicates; “{scenario.title or scenario.name}”, "
        f"{scenario.months} months"
    )
    story = Story(
        {each.name: each.title for each in types}, source, asked.month, price_year=scenario.price_year
    )

    def draw() -> dict[str, Figure]:
        return drawn({"ranking": ranking_figure(tables, asked.judged, "types of providers", story)})

    write_out(out, tables, draw, about, quiet)

    def show() -> None:
        console = terminal.console()
        console.print(ranking_grid(tables["ranking"], asked, scenario))
        where = f"Tables, figures and manifest.json are in {out}" if out else ""
        said = [*sentences(tables["ranking"], found, prior, asked.judged), belief_words.sentence(belief)]
        for line in filter(None, [*said, f"{source}.", where]):
            console.print(line, markup=False, highlight=False, soft_wrap=not sys.stdout.isatty())

    return Answer(tables, about, show, interrupted, draw)


def _outcomes(
    types: Sequence[ProviderType], settings: Settings, month: int, task: str, quiet: bool
) -> tuple[Outcomes, bool]:
    scenarios = [each.scenario for each in types]
    base = counterfactual(load_scenario("no_programme"), scenarios)
    with progress_bar(task, quiet) as progress:
        comparison = compare(base, scenarios, replace(settings, other_enterprises=True), progress)
    return outcomes_of(comparison, month), comparison.interrupted


def ranking_table(
    types: Sequence[ProviderType], found: Outcomes, prior: Outcomes | None, judged: Judged
) -> pl.DataFrame:
    """A row a type of provider, best first; columns as in the ranking of sectors."""
    values = scored(found.values, judged)
    estimate, low, high, error = summaries(values)
    chances = ranks(values, judged.top, judged.seed)
    behind = behind_first(values)
    columns: dict[str, Any] = {
        "estimate": estimate, "low": low, "high": high, "se": error,
        "probability_best": chances.best, "probability_top": chances.top, "expected_regret": chances.regret,
        "behind_first": behind.difference, "behind_first_se": behind.error, "told_apart": behind.apart,
        **{name: summaries(found.of(name))[0] for name in SHOWN},
    }  # fmt: skip
    if prior is not None:
        before = summaries(scored(prior.values, judged))[0]
        columns |= {"prior_estimate": before, "prior_rank": rank_of(before)}
    names = {"option": [x.name for x in types], "name": [x.title for x in types]}
    frame = pl.DataFrame(
        {"rank": rank_of(estimate), **names, "levers": [x.levers for x in types], **columns}
    ).with_columns(pl.col(pl.Float64).fill_nan(None))
    return frame.sort("rank", nulls_last=True, maintain_order=True)


def ranking_grid(table: pl.DataFrame, asked: Asked, scenario: Scenario) -> Table:
    """The ranking for people."""
    judged = asked.judged
    title = (
        f"Types of providers by {escape(judged.label.lower())}, {escape(judged.unit)}, mean [90 % interval "
        f"over parameter draws and chance].\n“{escape(scenario.title)}”, {scenario.months} months; effects "
        f"on the trained in year {asked.month // 12} after the first class. =: not told apart from the first."
    )
    headings = [
        "rank", "type", judged.label.lower(), "behind the first\n[2 standard errors]", "first",
        "regret", "trained,\nenterprises",
        "net benefit,\nyuan each", "programme,\nyuan", "produc-\ntivity, %",
    ]  # fmt: skip
    priors = "prior_rank" in table.columns
    rows = []
    for row in table.filter(pl.col("rank").is_not_null()).iter_rows(named=True):
        value = {name: float("nan") if x is None else x for name, x in row.items()}
        behind, reach = value["behind_first"], 2.0 * value["behind_first_se"]
        first = row["rank"] == 1
        cells = [
            f"{row['rank']}{'  ' if row['told_apart'] else ' ='}", row["name"],
            _two_lines(value["estimate"], value["low"], value["high"]),
            "" if first else _two_lines(behind, behind - reach, behind + reach),
            share(row["probability_best"]), number(value["expected_regret"], 2), number(value["trained"], 0),
            number(value["net_benefit"], 0), number(value["programme_cost"], 0),
            number(value["productivity"], 1, True),
        ]  # fmt: skip
        rows.append([*cells, *([number(value["prior_rank"], 0)] if priors else [])])
    return terminal.ranking_grid_of(title, [*headings, "by\npriors"] if priors else headings, rows)


def _two_lines(value: float, low: float, high: float) -> str:
    """An interval below its value: beside it the table would be too wide for many terminals."""
    return interval(value, low, high).replace(" [", "\n[", 1)


def sentences(table: pl.DataFrame, found: Outcomes, prior: Outcomes | None, judged: Judged) -> list[str]:
    """What is told apart, and whether the priors alone rank alike."""
    ranked = table.filter(pl.col("rank").is_not_null())
    if ranked.is_empty():
        return ["Nobody was followed long enough to rank anything: simulate more --months."]
    first, *others = ranked.filter(~pl.col("told_apart"))["name"].to_list()
    said = [
        f"Not told apart from the first, “{first}” (within 2 standard errors of the paired difference): "
        + joined([f"“{name}”" for name in others]) + "."
        if others
        else f"“{first}” comes first, told apart from all others (by more than 2 standard errors)."
    ]  # fmt: skip
    if prior is not None:
        now, before = scored(found.values, judged), scored(prior.values, judged)
        correlation = rank_correlation(summaries(now)[0], summaries(before)[0])
        shares = [real_share(part) for part in (now, before)]
        possible = (shares[0] * shares[1]) ** 0.5
        said.append(
            f"Ranking under the priors alone: rank correlation {correlation:+.2f}, where chance allows up to "
            f"{possible:.2f}."
        )
    said.append(
        "Providers differ in the model by trainers, prices and clients alone; how they do so rests on "
        "priors, since no data on providers were fitted. Better trainers are assumed to cost nothing more."
    )
    return said
