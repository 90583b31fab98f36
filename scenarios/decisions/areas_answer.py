"""`scoresim rank sectors` and `rank regions`: check what is asked, simulate, rank, print."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import polars as pl
from rich.markup import escape
from rich.table import Table

from calibration.belief import Belief, belief_of
from scenarios import belief_words, output, terminal
from scenarios.answers import Answer, write_out
from scenarios.arms import FEWEST_REPLICATES
from scenarios.commands import compile_once
from scenarios.compare import Settings, sample_size
from scenarios.decisions import areas as of
from scenarios.decisions.areas_figures import figures
from scenarios.decisions.areas_tables import Judged, all_tables
from scenarios.decisions.areas_words import sentences
from scenarios.decisions.experiment import Experiment, experiment, months_needed
from scenarios.drawing import Story
from scenarios.progress import Progress, progress_bar, working
from scenarios.wording import interval, number, shortened, years
from simulation.census import CensusTables, load_census
from simulation.inputs import InputError, check_out_dir
from simulation.programme import Scenario
from simulation.scenario_files import adjusted, load_scenario

PRIOR_SEED = 1_000_003
"""Added to the seed of the priors' replicates, which must not share the chance of the others."""


@dataclass(frozen=True)
class Asked:
    """What `rank sectors` or `rank regions` (``kind``) is asked; ``months`` None: as many as it takes."""

    kind: str
    judged: Judged
    choice: of.Choice
    month: int
    enterprises: int
    prior_replicates: int
    months: int | None = None


def rank_areas(name: str, asked: Asked, settings: Settings, out: str | None, quiet: bool) -> Answer:
    """Rank the sectors or regions of a scenario's target; InputError where something asked is wrong."""
    scenario = load_scenario(name)
    tables = load_census(scenario.population.tables)
    find = of.sector_areas if asked.kind == "sectors" else of.region_areas
    areas = find(scenario, tables, asked.choice)
    scenario = adjusted(scenario, months=asked.months or months_needed(scenario, asked.month))
    _check(scenario, asked, settings)
    if out is not None:
        check_out_dir(out)
    belief = belief_of(settings.draws)
    compile_once(quiet)
    ranked = [area for area in areas if not area.excluded]
    with progress_bar("Simulating", quiet) as progress:
        found = _experiment(scenario, ranked, asked, settings, progress)
    if len(found.values) < FEWEST_REPLICATES:
        done = f"Interrupted after {len(found.values)} of {settings.replicates} replicates"
        raise KeyboardInterrupt(f"{done}: too few to rank, which needs {FEWEST_REPLICATES}")
    prior = None
    if asked.prior_replicates and belief.kind == "posterior" and not found.interrupted:
        before = replace(
            settings, draws="prior", seed=settings.seed + PRIOR_SEED, replicates=asked.prior_replicates
        )
        prior = _under_priors(scenario, ranked, asked, before, quiet)
    return _answer(scenario, areas, (found, prior), asked, settings, belief, tables, out, quiet)


def _under_priors(
    scenario: Scenario, ranked: Sequence[of.Area], asked: Asked, settings: Settings, quiet: bool
) -> Experiment | None:
    """The same under the priors; None where it was interrupted before enough was finished."""
    try:
        with progress_bar("Simulating under the priors", quiet) as progress:
            found = _experiment(scenario, ranked, asked, settings, progress)
    except KeyboardInterrupt:
        return None
    return found if len(found.values) >= FEWEST_REPLICATES else None


def _experiment(
    scenario: Scenario, ranked: Sequence[of.Area], asked: Asked, settings: Settings, progress: Progress
) -> Experiment:
    return experiment(
        [scenario], [area.group for area in ranked], settings, asked.month, enterprises=asked.enterprises,
        split=of.split_of(ranked[0].group.sizes), progress=progress,
    )  # fmt: skip


def check_replicates(replicates: int, prior_replicates: int) -> None:
    """InputError unless both are even numbers from 4 (the second may be 0)."""
    for option, value in (("--replicates", replicates), ("--prior-replicates", prior_replicates)):
        none = option == "--prior-replicates" and value == 0
        if not none and (value % 2 or value < FEWEST_REPLICATES):
            remedy = "write 4 or another even number" + (", or 0 for none" if "prior" in option else "")
            raise InputError(None, option, value, "is not an even number from 4", remedy)


def _check(scenario: Scenario, asked: Asked, settings: Settings) -> None:
    check_replicates(settings.replicates, asked.prior_replicates)
    needed = months_needed(scenario, asked.month)
    if asked.judged.needs_money and scenario.months < needed:
        raise InputError(
            None, "--months", scenario.months, "is too short for the follow-up that money is counted over",
            f"write {needed} or more, or another --objective such as productivity",
        )  # fmt: skip


def _answer(
    scenario: Scenario,
    areas: Sequence[of.Area],
    experiments: tuple[Experiment, Experiment | None],
    asked: Asked,
    settings: Settings,
    belief: Belief,
    tables: CensusTables,
    out: str | None,
    quiet: bool,
) -> Answer:
    found, prior = experiments
    assert scenario.programme is not None
    ranked = [area for area in areas if not area.excluded]
    inputs = (of.inputs_of_sectors if asked.kind == "sectors" else of.inputs_of_regions)(ranked, tables)
    with working("Making the tables", quiet):
        made = all_tables(areas, found, prior, asked.judged, scenario.programme, tables, inputs)
    replicates, simulated = len(found.values), {"trained": asked.enterprises * len(ranked)}
    count, _ = sample_size(scenario, settings)
    about = output.manifest(
        f"rank {asked.kind}", [scenario], settings, belief, simulated, month=asked.month,
        months=scenario.months, objective=dict(asked.judged.weights), by_yuan=asked.judged.by_yuan,
        top=asked.judged.top, enterprises_a_group=asked.enterprises,
        excluded={area.option: area.excluded for area in areas if area.excluded},
        prior_replicates=0 if prior is None else len(prior.values),
        replicates_finished=replicates, interrupted=found.interrupted or _cut_short(prior, asked, belief),
    )  # fmt: skip
    source = (
        f"scoresim, {belief_words.caption(belief)}, {replicates} replicates, in each {asked.enterprises} "
        f"enterprises a {asked.kind[:-1]} trained at once beside {count or 0:,} others; "
        f"“{scenario.title or scenario.name}”, {scenario.months} months"
    )
    story = Story({scenario.name: scenario.title}, source, asked.month, price_year=scenario.price_year)
    draw = partial(figures, made, asked.judged, asked.kind, story, inputs)
    write_out(out, made, draw, about, quiet)
    show = _shower(made, asked, scenario, story, belief, out)
    return Answer(made, about, show, bool(about["interrupted"]), draw)


def _cut_short(prior: Experiment | None, asked: Asked, belief: Belief) -> bool:
    """Whether the ranking under the priors that was asked for is not whole."""
    wanted = asked.prior_replicates if belief.kind == "posterior" else 0
    return wanted != (0 if prior is None else len(prior.values))


def _shower(
    made: dict[str, pl.DataFrame],
    asked: Asked,
    scenario: Scenario,
    story: Story,
    belief: Belief,
    out: str | None,
) -> Callable[[], None]:
    def show() -> None:
        console = terminal.console()
        console.print(ranking_grid(made, asked, scenario))
        console.print(weights_grid(made, asked))
        lines = [
            *sentences(made, asked.judged, asked.kind), small_and_large(made), priority_line(scenario),
            belief_words.sentence(belief), f"{story.source}.",
            f"Tables, figures and manifest.json are in {out}" if out else "",
        ]  # fmt: skip
        for line in filter(None, lines):
            console.print(line, markup=False, highlight=False, soft_wrap=not sys.stdout.isatty())

    return show


def priority_line(scenario: Scenario) -> str:
    """What the figures hold, and what not."""
    assert scenario.programme is not None
    window = years(scenario.programme.follow_up_months)
    return (
        f"Net benefit: present value per enterprise trained over {window}, at the terms of the programme's "
        "first month; trainers are taken as given, and what it costs to train them and to inform enterprises "
        "is left out. The table ranking has more columns: regret, yuan of the programme, wage, energy, waste."
    )


def ranking_grid(made: dict[str, pl.DataFrame], asked: Asked, scenario: Scenario) -> Table:
    """The ranking for people: objective, chances, effects, and the next thousand trainings."""
    judged, table = asked.judged, made["ranking"]
    title = (
        f"{asked.kind.capitalize()} by {escape(judged.label.lower())}, {escape(judged.unit)}, mean [90 % "
        f"interval over parameter draws and chance].\n“{escape(scenario.title)}”; effects in year "
        f"{asked.month // 12} after the first class. =: not told apart from the first. *: fewer than 1,000."
    )
    headings = [
        "rank", asked.kind[:-1], judged.label.lower(), "first", f"top {judged.top}", "yuan per\nyuan",
        "produc-\ntivity, %", "injuries,\n%", "turn-\nover, %", "eligible", "next 1,000,\nyuan",
        "trainers\nfor them",
    ]  # fmt: skip
    priors = "prior_rank" in table.columns
    rows = []
    for row in table.filter(pl.col("rank").is_not_null()).iter_rows(named=True):
        value = {name: float("nan") if x is None else x for name, x in row.items()}
        cells = [
            f"{row['rank']}{'  ' if row['told_apart'] else ' ='}",
            shortened(row["name"], LONGEST_NAME),
            interval(value["estimate"], value["low"], value["high"]),
            share(row["probability_best"]), share(row["probability_top"]), number(value["per_yuan"], 1),
            *(number(value[f"{name}_percent"], 1, True) for name in PERCENTS),
            number(value["eligible"], 0) + ("*" if row["few"] else " "),
            number(value["gain_of_trainings"], 0), number(value["trainers_needed"], 1),
        ]  # fmt: skip
        rows.append([*cells, *([number(value["prior_rank"], 0)] if priors else [])])
    return terminal.ranking_grid_of(title, [*headings, "by\npriors"] if priors else headings, rows)


PERCENTS = ("productivity", "injury_rate", "turnover_rate")
LONGEST_NAME = 22


def share(value: float | None) -> str:
    """A probability for people."""
    if value is None:
        return "-"
    return "<1 %" if 0.0 < value < 0.01 else f"{100.0 * value:.0f} %"


SHOWN_WEIGHTS = 6


def weights_grid(made: dict[str, pl.DataFrame], asked: Asked) -> Table:
    """The areas that are first for some weights of the three dimensions."""
    table = made["weights"].filter(pl.col("share_first") > 0.0).head(SHOWN_WEIGHTS)
    grid = Table(
        title="For which weights of productivity, decent work and environment each is first "
        "(share of all weights; means without chance)",
        title_justify="left", header_style="bold",
    )  # fmt: skip
    for heading in (asked.kind[:-1], "first", f"top {asked.judged.top}", "mean weights where it is first"):
        grid.add_column(
            heading, justify="right" if heading in ("first", f"top {asked.judged.top}") else "left"
        )
    for row in table.iter_rows(named=True):
        weights = [
            f"{label} {row[f'weight_{name}']:.2f}"
            for name, label in (
                ("productivity", "productivity"),
                ("decent_work", "decent work"),
                ("environment", "environment"),
            )
        ]
        grid.add_row(
            escape(row["name"]), share(row["share_first"]), share(row["share_top"]), ", ".join(weights)
        )
    return grid


def small_and_large(made: dict[str, pl.DataFrame]) -> str:
    """How net benefit differs by size, over all areas."""
    by_size = (
        made["by_size"]
        .group_by("employees", maintain_order=True)
        .agg(pl.col("net_benefit").mean(), pl.col("per_yuan").mean())
    )
    if len(by_size) < 2 or by_size["net_benefit"].null_count():
        return ""
    parts = [
        f"{employees} employees {number(net, 0)} yuan per enterprise, {number(ratio, 1)} per yuan"
        for employees, net, ratio in by_size.iter_rows()
    ]
    return f"By size, mean over all: {'; '.join(parts)} (table by_size)."
