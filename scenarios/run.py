"""`run`: one scenario, what becomes of the enterprises and workers year by year, and what the programme does.

Replicates differ in parameters (a prior draw each), enterprises and events. A single replicate uses the
defaults of all parameters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from calibration.prior import prior_draws, record_of
from scenarios.compare import Settings, level_names, sample_size
from scenarios.design import replicate_pairs
from scenarios.effect_tables import HIGH, LOW
from scenarios.market_tables import MARKET_COLUMNS, market_levels, reach_levels
from scenarios.published import published_table
from scenarios.summary import INDICATOR_COLUMNS, PROGRAMME_COLUMNS, levels_of, programme_totals
from simulation.batch import simulate
from simulation.census import CensusTables, load_census
from simulation.decomposition import PARTS, decompose
from simulation.indicators import BY_GENDER, INDICATORS, PROGRAMME_TOTALS, WINDOW, of_gender
from simulation.market_indicators import MarketSums, TrainerTime, market_sums, trainer_time
from simulation.population import Population, draw_population, entry_settings
from simulation.programme import Scenario
from simulation.size_distribution import fit_size_distribution
from simulation.targets import plan_targets
from simulation.world import Run

FloatArray = NDArray[np.float64]
DEFAULT_REPLICATES = 8

REACH = ("enterprises_reached", "workers_reached", "attendees")
"""What is followed month by month, added up since the start."""


@dataclass
class Levels:
    """The sums of a scenario's replicates: ``national`` (months, levels, accounts) and of the market."""

    scenario: Scenario
    settings: Settings
    tables: CensusTables
    population: Population  # of the first replicate
    parameters: list[dict[str, float]]
    national: list[FloatArray]
    market: list[MarketSums]
    decomposed: list[dict[str, float]]  # productivity growth of each replicate, empty under two years

    def trainer_times(self) -> list[TrainerTime]:
        """The trainers' time in each replicate."""
        programme = self.scenario.programme
        return [trainer_time(programme, record_of(values, self.scenario)[0]) for values in self.parameters]


def run(scenario: Scenario, settings: Settings, progress: Callable[[int, int], None] | None = None) -> Levels:
    """Simulate the replicates of ``scenario``; ``progress(done, of)`` is told of months simulated."""
    tables = load_census(scenario.population.tables)
    count, sample = sample_size(scenario, settings)
    nation = float(fit_size_distribution(tables).sme_enterprises.sum())
    plan = plan_targets([scenario], tables, sample if sample is not None else (count or 0) / nation)[0]
    n, months = settings.replicates, scenario.months
    defaults = n == 1 or settings.draws == "default"
    values = [{}] * n if defaults else prior_draws(n, settings.seed)
    national: list[FloatArray] = []
    market: list[MarketSums] = []
    decomposed: list[dict[str, float]] = []
    first: Population | None = None
    for number, (replicate, _) in enumerate(replicate_pairs(2 * n, settings.seed)):
        people = draw_population(
            tables, enterprises=count, sample=sample, months=months, seed=replicate.population_seed,
            programme=() if plan.stratum is None else (plan.stratum,), **entry_settings(scenario.parameters),
        )  # fmt: skip
        first = first or people
        one = Run(
            scenario, people, record_of(values[number], scenario), replicate.population_seed,
            replicate.event_seed, plan.eligible(scenario.programme, people),
        )  # fmt: skip
        tell = None if progress is None else _counter(progress, number * months, n * months)
        result = simulate([one], threads=settings.threads, after_month=tell)[0]
        national.append(result.sums)
        market.append(market_sums(result.market))
        if months >= 2 * WINDOW:
            decomposed.append(decompose(result.enterprises))
    assert first is not None
    return Levels(scenario, settings, tables, first, values, national, market, decomposed)


def _counter(progress: Callable[[int, int], None], before: int, total: int) -> Callable[[int], None]:
    return lambda month: progress(before + month, total)


def run_tables(levels: Levels) -> dict[str, pl.DataFrame]:
    """The tables of a run by name; those of a programme are empty without one.

    ``indicators`` and ``market`` by year, ``programme`` totals, ``reach`` by month and ``reach_by_group``,
    ``decomposition``, and ``published`` where the scenario names a country.
    """
    scenario, names = levels.scenario, level_names(levels.tables)
    by_level = levels_of(scenario.name, levels.national, names)
    found = {
        "indicators": pl.concat([by_level, _of_women_and_men(levels)]),
        "programme": pl.DataFrame(schema=PROGRAMME_COLUMNS),
        "market": pl.DataFrame(schema=MARKET_COLUMNS),
        "reach": _reach(levels),
        "reach_by_group": reach_levels(scenario.name, levels.national, names),
        "decomposition": _decomposition(levels),
    }
    if scenario.programme is not None:
        times = levels.trainer_times()
        found["programme"] = programme_totals(scenario.name, levels.national, levels.market, times)
        found["market"] = market_levels(scenario.name, levels.market, times, names)
    if scenario.published_path is not None:
        found["published"] = published_table(scenario, levels.national)
    return found


def _decomposition(levels: Levels) -> pl.DataFrame:
    """Change of value added per worker from the first to the last full year, in %, and its parts."""
    rows = []
    for part in (*PARTS, "total") if levels.decomposed else ():
        values = np.array([parts[part] for parts in levels.decomposed])
        rows.append((levels.scenario.name, part, values.mean(), *np.quantile(values, [LOW, HIGH])))
    columns = {"scenario": pl.String, "part": pl.String}
    numbers = dict.fromkeys(("estimate", "low", "high"), pl.Float64)
    return pl.DataFrame(rows, schema={**columns, **numbers}, orient="row")


def _of_women_and_men(levels: Levels) -> pl.DataFrame:
    years = levels.scenario.months // WINDOW
    total = np.stack([sums[: years * WINDOW, 0] for sums in levels.national])
    yearly = total.reshape(len(total), years, WINDOW, -1).sum(axis=2)
    rows: list[tuple[Any, ...]] = []
    for name in BY_GENDER:
        indicator = INDICATORS[name]
        for level in ("women", "men"):
            means = indicator.value(of_gender(yearly, level == "women")).mean(axis=0)
            rows += [
                (
                    levels.scenario.name,
                    None,
                    WINDOW * (year + 1),
                    "gender",
                    level,
                    name,
                    indicator.unit,
                    float(mean),
                )
                for year, mean in enumerate(means)
            ]
    return pl.DataFrame(rows, schema=INDICATOR_COLUMNS, orient="row")


def _reach(levels: Levels) -> pl.DataFrame:
    """Cumulated reach by month (1 is the first), mean and 90 % interval; empty without a programme."""
    rows = []
    if levels.scenario.programme is not None:
        sums = np.cumsum(np.stack([national[:, 0] for national in levels.national]), axis=1)
        for item in REACH:
            label, unit, (account,) = PROGRAMME_TOTALS[item]
            values = sums[..., account]
            low, high = np.quantile(values, [LOW, HIGH], axis=0)
            rows += [
                (levels.scenario.name, month + 1, item, label, unit, *map(float, ends))
                for month, ends in enumerate(zip(values.mean(axis=0), low, high, strict=True))
            ]
    names = ("scenario", "month", "item", "label", "unit", "estimate", "low", "high")
    kinds = (pl.String, pl.Int64, *[pl.String] * 3, *[pl.Float64] * 3)
    return pl.DataFrame(rows, schema=dict(zip(names, kinds, strict=True)), orient="row")
