"""What `scoresim run` and `scoresim compare` answer: tables, figures, a manifest, and what is printed."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from calibration.belief import Belief
from scenarios import belief_words, market_terminal, output, terminal
from scenarios.compare import Comparison, sample_size
from scenarios.drawing import Story, drawn
from scenarios.figures import comparison_figures
from scenarios.group_figures import group_figures
from scenarios.market_figures import compared_market, run_market
from scenarios.progress import working
from scenarios.published import published_figure, published_grid
from scenarios.run import Levels
from scenarios.run_figures import run_figures
from scenarios.run_tables import run_tables
from scenarios.summary import tables as comparison_tables
from scenarios.wording import NUMBERED, Calendar
from simulation.census import CensusTables
from simulation.indicators import WINDOW
from simulation.population import Population, draw_population, entry_settings
from simulation.programme import Scenario
from simulation.size_distribution import fit_size_distribution

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HEADLINE_MONTH = 24
FEW_A_LEVEL = "Each level rests on few enterprises: where intervals overlap, a difference may be chance."
FEW_TRAINED = 30
"""Trained enterprises below which a replicate says little by itself."""


@dataclass(frozen=True)
class Answer:
    """What a command found: tables and manifest for `--json`, and how to print and draw it for people.

    ``interrupted`` where it rests on the part that was finished by then; ``draw`` makes the figures, by name.
    """

    tables: dict[str, pl.DataFrame]
    manifest: dict[str, Any]
    show: Callable[[], None]
    interrupted: bool = False
    draw: Callable[[], dict[str, Figure]] = dict

    def records(self) -> dict[str, list[dict[str, Any]]]:
        """The tables as lists of records."""
        return {name: output.records(table) for name, table in self.tables.items()}


def counts_of(population: Population) -> dict[str, int]:
    """Enterprises and workers of a population at the start."""
    incumbent = population.incumbent
    return {"enterprises": int(incumbent.sum()), "workers": int(population.employees[incumbent].sum())}


def source_of(belief: Belief, replicates: int, simulated: dict[str, int]) -> str:
    """The line at the foot of figures: draws, replicates, and the size of each."""
    draws, size = belief_words.caption(belief), f"{simulated['enterprises']:,} enterprises"
    return f"scoresim, {draws}, {replicates} replicates of {size} with {simulated['workers']:,} workers"


def _level_names(tables: CensusTables) -> dict[str, str]:
    return dict(zip(tables.sectors, tables.sector_names, strict=True))


def _calendar(scenarios: Sequence[Scenario]) -> Calendar:
    """When the scenarios begin; years are numbered where they do not all begin in the same one."""
    (year, month), *others = {(scenario.start_year, scenario.start_month) for scenario in scenarios}
    return NUMBERED if others else Calendar(year, month)


def where_written(out: str | None) -> str:
    """Where tables and figures are, for people."""
    if out is None:
        return "Nothing was written; --out DIR keeps tables, figures and a manifest."
    return f"Tables, figures and manifest.json are in {out}"


def write_out(
    out: str | None,
    tables: dict[str, pl.DataFrame],
    draw: Callable[[], dict[str, Figure]],
    about: dict[str, Any],
    quiet: bool,
) -> None:
    """Write tables, figures and manifest into the folder ``out``, if one is named."""
    if out is not None:
        with working("Making the figures", quiet):
            output.write(Path(out), tables, draw(), about)


# scoresim run


def answer_of_run(levels: Levels, asked: Scenario, by: Sequence[str], out: str | None, quiet: bool) -> Answer:
    """Tables of a run (with figures in the folder ``out``), as far as it went of what was ``asked``."""
    with working("Making the tables", quiet):
        tables = run_tables(levels)
    scenario, simulated = levels.scenario, counts_of(levels.population)
    story = Story(
        {scenario.name: scenario.title}, source_of(levels.belief, levels.replicates, simulated),
        scenario.months, calendar=_calendar([scenario]), price_year=scenario.price_year,
    )  # fmt: skip
    about = output.manifest(
        "run", [asked], levels.settings, levels.belief, simulated, interrupted=levels.interrupted,
        replicates_finished=levels.replicates, months_simulated=scenario.months,
    )  # fmt: skip
    draw = partial(_figures_of_run, tables, story)
    write_out(out, tables, draw, about, quiet)
    return Answer(tables, about, lambda: _show_run(levels, tables, story, by, out), levels.interrupted, draw)


def _figures_of_run(tables: dict[str, pl.DataFrame], story: Story) -> dict[str, Figure]:
    more = {"market": run_market(tables, story), "published": published_figure(tables, story)}
    return run_figures(tables, story) | drawn(more)


def _show_run(
    levels: Levels, tables: dict[str, pl.DataFrame], story: Story, by: Sequence[str], out: str | None
) -> None:
    console, scenario, names = terminal.console(), levels.scenario, _level_names(levels.tables)
    title, replicates = scenario.title, levels.replicates
    grids = [
        terminal.levels_grid(tables, title, replicates, story.calendar, levels.belief.kind),
        terminal.programme_grid(tables, title, scenario.months, replicates),
        *market_terminal.market_grids(tables, title, replicates, story.calendar, story.price_year),
        published_grid(tables, replicates),
    ]
    for grid in filter(None, grids):
        console.print(grid)
    console.print(terminal.decomposition_line(tables), markup=False, highlight=False)
    for group in by:
        console.print(terminal.run_group_grid(tables, group, names))
        reach = market_terminal.reach_group_grid(tables, group, names, replicates)
        if reach is not None:
            console.print(reach)
    console.print(levels.population.describe(), markup=False, highlight=False)
    if levels.belief.kind != "default":  # said above the levels
        console.print(belief_words.sentence(levels.belief), markup=False, highlight=False)
    console.print(where_written(out), markup=False, highlight=False, soft_wrap=True)


# scoresim compare


def answer_of_comparison(
    comparison: Comparison, month: int | None, by: tuple[str, ...], out: str | None, quiet: bool
) -> Answer:
    """Tables of a comparison (with figures in the folder ``out``); ``month`` is the headline's, if given."""
    with working("Making the tables", quiet), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # means of nothing, where nobody was trained
        tables = comparison_tables(comparison)
    base, scenarios, settings = comparison.baseline, comparison.scenarios, comparison.settings
    replicates = len(comparison.replicates)
    headline = month or _best_month(tables, base.months)
    simulated = counts_of(_first_population(comparison))
    titles = {scenario.name: scenario.title for scenario in scenarios}
    story = Story(
        titles, source_of(comparison.belief, replicates, simulated), headline, base.title,
        _level_names(comparison.tables), by, _calendar(scenarios), base.price_year,
    )  # fmt: skip
    about = output.manifest(
        "compare", [base, *scenarios], settings, comparison.belief, simulated, baseline=base.name,
        month=headline, interrupted=comparison.interrupted, replicates_finished=replicates,
    )  # fmt: skip
    draw = partial(_figures_of_comparison, tables, story)
    write_out(out, tables, draw, about, quiet)
    return Answer(
        tables, about, lambda: _show_comparison(comparison, tables, story, out), comparison.interrupted, draw
    )


def _figures_of_comparison(tables: dict[str, pl.DataFrame], story: Story) -> dict[str, Figure]:
    market = drawn({"market": compared_market(tables, story)})
    return comparison_figures(tables, story) | group_figures(tables, story) | market


def _best_month(tables: dict[str, pl.DataFrame], months: int) -> int:
    """The latest month up to two years for which every scenario that trains was observed, else any was."""
    rows = tables["effects"].filter(
        (pl.col("population") == "trained")
        & (pl.col("indicator") == "productivity")
        & (pl.col("group") == "total")
    )
    counts = rows.filter(pl.col("month") <= HEADLINE_MONTH).group_by("month").len().sort("len", "month")
    return int(counts["month"][-1]) if len(counts) else min(HEADLINE_MONTH, months // WINDOW * WINDOW)


def _first_population(c: Comparison) -> Population:
    """The enterprises of the first replicate, drawn again to be counted."""
    count, sample = sample_size(c.baseline, c.settings)
    strata = tuple(
        dict.fromkeys(plan.stratum for plan in (c.base_plan, *c.plans) if plan.stratum is not None)
    )
    return draw_population(
        c.tables, enterprises=count, sample=sample, months=c.months, seed=c.replicates[0].population_seed,
        programme=strata, **entry_settings(c.baseline.parameters),
    )  # fmt: skip


def _show_comparison(c: Comparison, tables: dict[str, pl.DataFrame], story: Story, out: str | None) -> None:
    console = terminal.console()
    console.print(terminal.comparison_grid(tables, story.titles, story.month, story.baseline))
    market = market_terminal.compared_market_grid(tables, story.titles, story.calendar)
    if market is not None:
        console.print(market)
    for group in story.by:
        console.print(terminal.group_grid(tables, story.titles, story.month, group, story.level_names))
    lines = [
        terminal.uncertainty_line(tables, story.month),
        terminal.pairing_line(tables, story.month, len(c.replicates)),
        belief_words.sentence(c.belief),
        _observed_line(c, story),
        FEW_A_LEVEL * bool(story.by),
        "A dash: there is nothing to report, or fewer than half of the trained were observed that long.",
        f"{story.source}.",
        where_written(out),
    ]
    for line in filter(None, lines):
        console.print(line, markup=False, highlight=False, soft_wrap=not sys.stdout.isatty())


def _observed_line(c: Comparison, story: Story) -> str:
    """Which scenarios rest on few trained enterprises at the headline month."""
    parts = []
    window = story.month // WINDOW - 1
    nation = float(fit_size_distribution(c.tables).sme_enterprises.sum())
    count, sample = sample_size(c.baseline, c.settings)
    background = 1.0 / sample if sample is not None else nation / float(count or 1)
    for scenario, plan, sums in zip(c.scenarios, c.plans, c.sums, strict=True):
        weight = background if plan.stratum is None else plan.stratum.weight
        observed = [part.present[window, 0] / weight for part in sums.paired["trained"]]
        few = sum(number < FEW_TRAINED for number in observed)
        if few and scenario.programme is not None:
            mean = sum(observed) / len(observed)
            parts.append(f"{scenario.title} (mean {mean:.0f}, in {few} of {len(observed)} replicates)")
    if not parts:
        return ""
    return (
        f"Fewer than {FEW_TRAINED} trained enterprises simulated and observed that long: {'; '.join(parts)}."
    )
