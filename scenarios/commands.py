"""`scoresim run` and `scoresim compare`: check what is asked, simulate, make tables and figures, answer."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from matplotlib.figure import Figure

from scenarios import market_terminal, output, terminal
from scenarios.arms import counterfactual
from scenarios.compare import Comparison, Settings, sample_size
from scenarios.compare import compare as compare_scenarios
from scenarios.drawing import Story, drawn
from scenarios.figures import comparison_figures
from scenarios.group_figures import GROUPS, group_figures
from scenarios.market_figures import compared_market, run_market
from scenarios.published import published_figure, published_grid
from scenarios.run import Levels, run_tables
from scenarios.run import run as run_scenario
from scenarios.run_figures import run_figures
from scenarios.summary import tables as comparison_tables
from scenarios.wording import NUMBERED, Calendar
from simulation.census import CensusTables, load_census
from simulation.compile import is_compiled
from simulation.indicators import WINDOW
from simulation.inputs import InputError, check_out_dir, suggestion
from simulation.population import Population, draw_population, entry_settings
from simulation.programme import Scenario
from simulation.scenario_files import adjusted, load_scenario
from simulation.schedule import resolve_target
from simulation.size_distribution import fit_size_distribution

HEADLINE_MONTH = 24
FEWEST_ENTERPRISES = 100
FEW_A_LEVEL = "Each level rests on few enterprises: where intervals overlap, a difference may be chance."
FEW_TRAINED = 30
"""Trained enterprises below which a replicate says little by itself."""


@dataclass(frozen=True)
class Options:
    """What every command that simulates is given; ``quiet`` under `--json`."""

    seed: int
    replicates: int
    enterprises: int | None = None
    sample: float | None = None
    months: int | None = None
    threads: int | None = None
    draws: str = "prior"
    out: str | None = None
    by: str = ""
    quiet: bool = False

    def settings(self) -> Settings:
        """The settings of a simulation (its size is in the scenario, see `adjusted`)."""
        return Settings(
            replicates=self.replicates, seed=self.seed, enterprises=self.enterprises, sample=self.sample,
            threads=self.threads, draws=self.draws,
        )  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """What a command found: tables and manifest for `--json`, and how to print it for people."""

    tables: dict[str, pl.DataFrame]
    manifest: dict[str, Any]
    show: Callable[[], None]

    def records(self) -> dict[str, list[dict[str, Any]]]:
        """The tables as lists of records."""
        return {name: output.records(table) for name, table in self.tables.items()}


# What is asked


def _load(name: str, options: Options) -> Scenario:
    """A scenario with the options in it, its sectors and provinces known; InputError otherwise."""
    asked = adjusted(
        load_scenario(name), months=options.months, enterprises=options.enterprises, sample=options.sample
    )
    tables = load_census(asked.population.tables)
    if asked.programme is not None:
        resolve_target(asked.programme, tables, name)
    count, sample = sample_size(asked, options.settings())
    nation = fit_size_distribution(tables).sme_enterprises.sum()
    if (count if count is not None else (sample or 0.0) * nation) < FEWEST_ENTERPRISES:
        field, value = ("--enterprises", count) if count is not None else ("--sample", sample)
        least = FEWEST_ENTERPRISES if count is not None else f"{FEWEST_ENTERPRISES / nation:.1e}"
        problem = f"gives fewer than {FEWEST_ENTERPRISES} enterprises"
        raise InputError(None, field, value, problem, f"write at least {least}")
    if asked.months < WINDOW:
        raise InputError(
            None,
            "--months",
            asked.months,
            "is less than a year, the window of every indicator",
            "write 12 or more",
        )
    return asked


def which_draws(prior: bool, defaults: bool, posterior: bool) -> str:
    """Where parameters come from, "prior" or "default"; InputError for what there is not."""
    if posterior:
        raise InputError(None, "--posterior", None, "no posterior has been fitted yet", "use --prior")
    if prior and defaults:
        raise InputError(None, "--defaults", None, "is given together with --prior", "keep one of the two")
    return "default" if defaults else "prior"


def _groups(by: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in by.split(",") if name.strip()))
    for name in names:
        if name not in GROUPS:
            raise InputError(None, "--by", name, "is not a group", suggestion(name, GROUPS, "groups"))
    return names


def _folder(options: Options) -> Path | None:
    return None if options.out is None else check_out_dir(options.out)


def _compile_once() -> None:
    """Compile before the clock of the progress bar starts, and say so."""
    if not is_compiled():
        from simulation.warm_up import warm_up

        print("Compiling the model, about a minute, this first time only ...", file=sys.stderr, flush=True)
        warm_up()


def _simulated(population: Population) -> dict[str, int]:
    incumbent = population.incumbent
    return {"enterprises": int(incumbent.sum()), "workers": int(population.employees[incumbent].sum())}


def _source(settings: Settings, simulated: dict[str, int]) -> str:
    draws = "prior draws" if settings.draws == "prior" else "default parameters"
    return (
        f"scoresim, {draws}, {settings.replicates} replicates of {simulated['enterprises']:,} enterprises "
        f"with {simulated['workers']:,} workers"
    )


def _level_names(tables: CensusTables) -> dict[str, str]:
    return dict(zip(tables.sectors, tables.sector_names, strict=True))


def _write(
    folder: Path | None,
    tables: dict[str, pl.DataFrame],
    draw: Callable[[], dict[str, Figure]],
    about: dict[str, Any],
) -> None:
    if folder is not None:
        output.write(folder, tables, draw(), about)


def _where(options: Options) -> str:
    if options.out is None:
        return "Nothing was written; --out DIR keeps tables, figures and a manifest."
    return f"Tables, figures and manifest.json are in {options.out}"


# scoresim run


def run(name: str, options: Options) -> Answer:
    """Simulate one scenario: levels year by year, what the programme did, the population."""
    scenario, by, folder = _load(name, options), _groups(options.by), _folder(options)
    if options.replicates == 1:
        options = Options(**{**vars(options), "draws": "default"})
    _compile_once()
    with terminal.progress_bar("Simulating", options.quiet) as progress:
        levels = run_scenario(scenario, options.settings(), progress)
    tables = run_tables(levels)
    simulated = _simulated(levels.population)
    story = Story(
        {scenario.name: scenario.title}, _source(levels.settings, simulated), scenario.months,
        calendar=_calendar([scenario]), price_year=scenario.price_year,
    )  # fmt: skip
    about = output.manifest("run", [scenario], levels.settings, simulated)
    _write(folder, tables, lambda: _figures_of_run(tables, story), about)
    return Answer(tables, about, lambda: _show_run(levels, tables, story, by, options))


def _calendar(scenarios: Sequence[Scenario]) -> Calendar:
    """When the scenarios begin; years are numbered where they do not all begin in the same one."""
    (year, month), *others = {(scenario.start_year, scenario.start_month) for scenario in scenarios}
    return NUMBERED if others else Calendar(year, month)


def _figures_of_run(tables: dict[str, pl.DataFrame], story: Story) -> dict[str, Figure]:
    more = {"market": run_market(tables, story), "published": published_figure(tables, story)}
    return run_figures(tables, story) | drawn(more)


def _show_run(
    levels: Levels, tables: dict[str, pl.DataFrame], story: Story, by: Sequence[str], options: Options
) -> None:
    console, scenario, names = terminal.console(), levels.scenario, _level_names(levels.tables)
    title, replicates = scenario.title, options.replicates
    grids = [
        terminal.levels_grid(tables, title, replicates, story.calendar),
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
    console.print(_where(options), markup=False, highlight=False, soft_wrap=True)


# scoresim compare


def compare(names: Sequence[str], baseline: str, month: int | None, options: Options) -> Answer:
    """Compare scenarios with a baseline, pair by pair; ``month`` is the headline's (None: chosen)."""
    base = _load(baseline, options)
    scenarios = [_load(name, options) for name in names]
    _check_names(base, scenarios)
    base = counterfactual(base, scenarios)
    _check_month(month, base.months)
    by, folder, settings = _groups(options.by), _folder(options), options.settings()
    _compile_once()
    with terminal.progress_bar("Simulating", options.quiet) as progress:
        comparison = compare_scenarios(base, scenarios, settings, progress)
    with terminal.working("Making the tables", options.quiet), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # means of nothing, where nobody was trained
        tables = comparison_tables(comparison)
    headline = month or _best_month(tables, base.months)
    simulated = _simulated(_first_population(comparison))
    titles = {scenario.name: scenario.title for scenario in scenarios}
    story = Story(
        titles, _source(settings, simulated), headline, base.title, _level_names(comparison.tables), by,
        _calendar(scenarios), base.price_year,
    )  # fmt: skip
    about = output.manifest(
        "compare", [base, *scenarios], settings, simulated, baseline=base.name, month=headline
    )
    with terminal.working("Making the figures", options.quiet):
        _write(folder, tables, lambda: _figures_of_comparison(tables, story), about)
    return Answer(tables, about, lambda: _show_comparison(comparison, tables, story, options))


def _figures_of_comparison(tables: dict[str, pl.DataFrame], story: Story) -> dict[str, Figure]:
    market = drawn({"market": compared_market(tables, story)})
    return comparison_figures(tables, story) | group_figures(tables, story) | market


def _check_names(base: Scenario, scenarios: Sequence[Scenario]) -> None:
    """Scenarios are told apart by name; the baseline may be listed, to see that nothing differs."""
    seen = {base.name: base}
    for number, scenario in enumerate(scenarios):
        again = scenario.name in [other.name for other in scenarios[:number]]
        if again or seen.get(scenario.name, scenario) != scenario:
            remedy = "give each scenario once" if again else "give one of the files another name"
            raise InputError(None, "scenario", scenario.name, "is the name of two scenarios", remedy)


def _check_month(month: int | None, months: int) -> None:
    if month is not None and (month % WINDOW or not WINDOW <= month <= months):
        last = months // WINDOW * WINDOW
        raise InputError(
            None, "--month", month, "is not the end of a year of the run", f"write 12, 24, ... up to {last}"
        )


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


def _show_comparison(c: Comparison, tables: dict[str, pl.DataFrame], story: Story, options: Options) -> None:
    console = terminal.console()
    console.print(terminal.comparison_grid(tables, story.titles, story.month, story.baseline))
    market = market_terminal.compared_market_grid(tables, story.titles, story.calendar)
    if market is not None:
        console.print(market)
    for group in story.by:
        console.print(terminal.group_grid(tables, story.titles, story.month, group, story.level_names))
    lines = [
        terminal.uncertainty_line(tables, story.month),
        terminal.pairing_line(tables, story.month, options.replicates),
        _caveat(c),
        _observed_line(c, story),
        "Each level rests on few enterprises: where intervals overlap, a difference may be chance."
        * bool(story.by),
        "A dash: there is nothing to report, or fewer than half of the trained were observed that long.",
        f"{story.source}.",
        _where(options),
    ]
    for line in filter(None, lines):
        console.print(line, markup=False, highlight=False, soft_wrap=not sys.stdout.isatty())


def _caveat(c: Comparison) -> str:
    if c.settings.draws == "default":
        return "Every parameter is at its default: the intervals hold chance alone."
    return "Parameters are draws from their priors: nothing has been fitted to data yet."


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
