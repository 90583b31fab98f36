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
from scenarios.summary import INDICATOR_COLUMNS, PROGRAMME_COLUMNS, levels_of, programme_totals
from simulation import accounts as a
from simulation.batch import simulate
from simulation.census import CensusTables, load_census
from simulation.decomposition import PARTS, decompose
from simulation.indicators import BY_GENDER, INDICATORS, WINDOW, of_gender
from simulation.population import Population, draw_population, entry_settings
from simulation.programme import Scenario
from simulation.size_distribution import fit_size_distribution
from simulation.targets import plan_targets
from simulation.world import Run

FloatArray = NDArray[np.float64]
DEFAULT_REPLICATES = 8

REACH = {
    "enterprises_reached": ("Enterprises reached", "enterprises", a.ENTERPRISES_REACHED),
    "workers_reached": ("Workers in enterprises reached", "workers", a.WORKERS_REACHED),
    "attendees": ("Persons in class", "persons", a.ATTENDEES),
}
"""What is followed month by month, added up since the start: name to (label, unit, account)."""


@dataclass
class Levels:
    """The national sums of a scenario's replicates, each (months, levels, accounts)."""

    scenario: Scenario
    settings: Settings
    tables: CensusTables
    population: Population  # of the first replicate
    parameters: list[dict[str, float]]
    national: list[FloatArray]
    decomposed: list[dict[str, float]]  # productivity growth of each replicate, empty under two years


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
        if months >= 2 * WINDOW:
            decomposed.append(decompose(result.enterprises))
    assert first is not None
    return Levels(scenario, settings, tables, first, values, national, decomposed)


def _counter(progress: Callable[[int, int], None], before: int, total: int) -> Callable[[int], None]:
    return lambda month: progress(before + month, total)


def run_tables(levels: Levels) -> dict[str, pl.DataFrame]:
    """Tables of a run: ``indicators`` by year, ``programme`` totals, ``reach``, ``decomposition``."""
    name = levels.scenario.name
    names = level_names(levels.tables)
    records = [record_of(values, levels.scenario)[0] for values in levels.parameters]
    has_programme = levels.scenario.programme is not None
    return {
        "indicators": pl.concat([levels_of(name, levels.national, names), _of_women_and_men(levels)]),
        "programme": programme_totals(name, levels.national, records)
        if has_programme
        else pl.DataFrame(schema=PROGRAMME_COLUMNS),
        "reach": _reach(levels),
        "decomposition": _decomposition(levels),
    }


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
        for item, (label, unit, account) in REACH.items():
            values = sums[..., account]
            low, high = np.quantile(values, [LOW, HIGH], axis=0)
            rows += [
                (levels.scenario.name, month + 1, item, label, unit, *map(float, ends))
                for month, ends in enumerate(zip(values.mean(axis=0), low, high, strict=True))
            ]
    names = ("scenario", "month", "item", "label", "unit", "estimate", "low", "high")
    kinds = (pl.String, pl.Int64, *[pl.String] * 3, *[pl.Float64] * 3)
    return pl.DataFrame(rows, schema=dict(zip(names, kinds, strict=True)), orient="row")
