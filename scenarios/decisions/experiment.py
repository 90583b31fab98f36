"""An experiment in the model: what a scenario's training does in each of many groups of enterprises.

A rollout reaches too few enterprises of a sector or region to tell them apart. Here a few enterprises of
every group (a sector, a region, both) get the scenario's training at once, as it is delivered there, and are
laid beside themselves without it. They are a handful among the nation's, one to one, so that what the
training of one more enterprise does is seen, and not what training a whole sector would do to its prices.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from calibration.belief import belief_of
from calibration.prior import record_of
from scenarios.compare import Settings, sample_size
from scenarios.decisions.objectives import OUTCOMES
from scenarios.decisions.outcomes import NAMES
from scenarios.design import Replicate, replicate_pairs
from scenarios.progress import SILENT, Progress
from simulation import accounts as a
from simulation.batch import RunResult, simulate
from simulation.census import CensusTables, load_census
from simulation.effects import (
    PairedSums,
    SharedCosts,
    discounted_difference,
    net_benefit,
    paired_sums,
)
from simulation.indicators import INDICATORS, WINDOW
from simulation.inputs import InputError
from simulation.interruption import listening, raise_if_interrupted
from simulation.parameters import PARAMETERS
from simulation.population import Population, ProgrammeStratum, draw_population, entry_settings
from simulation.programme import Programme, Scenario
from simulation.targets import eligible_in_nation
from simulation.world import Run

FloatArray = NDArray[np.float64]

ENTERPRISES_A_GROUP = 40
"""Enterprises trained in each group of an experiment, unless said otherwise."""


@dataclass(frozen=True)
class Group:
    """Enterprises of some sectors and regions (numbers in the census tables), of some sizes.

    ``sizes`` are the fewest and most employees. Groups of one experiment do not overlap.
    """

    name: str
    sectors: tuple[int, ...]
    regions: tuple[int, ...]
    sizes: tuple[int, int]

    def eligible(self, tables: CensusTables) -> float:
        """Enterprises of the nation in the group."""
        return eligible_in_nation((self.sectors, self.regions, *self.sizes), tables)

    def stratum(self, enterprises: int, weight: float = 1.0) -> ProgrammeStratum:
        """The group's enterprises as a stratum of a population, each standing for ``weight``."""
        return ProgrammeStratum(self.sectors, self.regions, *self.sizes, enterprises, weight)


@dataclass(frozen=True, eq=False)
class Experiment:
    """What each scenario's training did in each group.

    Attributes:
        scenarios, groups: names, in the order of the axes.
        values: (replicates, scenarios, groups, outcomes in the order of ``NAMES``). ``trained``,
        ``total_...``,
            ``programme_cost`` and ``trainer_days`` are per enterprise trained; NaN: undefined.
        draws: number of the parameter draw of each replicate; 2k and 2k + 1 share one.
        parameters: the draws' values by name.
        month: months since the first class at which effects are read.
        interrupted: whether there are fewer replicates than asked for.

    """

    scenarios: tuple[str, ...]
    groups: tuple[str, ...]
    values: FloatArray
    draws: NDArray[np.int64]
    parameters: Sequence[dict[str, float]]
    month: int
    interrupted: bool = False

    def of(self, name: str) -> FloatArray:
        """One outcome (replicates, scenarios, groups)."""
        return self.values[..., NAMES.index(name)]


def experiment(
    scenarios: Sequence[Scenario],
    groups: Sequence[Group],
    settings: Settings,
    month: int,
    *,
    enterprises: int = ENTERPRISES_A_GROUP,
    progress: Progress = SILENT,
) -> Experiment:
    """Train ``enterprises`` of every group as each scenario does; all share parameters and events.

    The scenarios must share their world (months, parameters, prices). An interruption ends it with the pairs
    of replicates that are finished; KeyboardInterrupt where none is. Raises InputError where the run is too
    short.
    """
    base, arms = (
        without_programme(scenarios[0]),
        [at_once(scenario, len(groups) * enterprises) for scenario in scenarios],
    )
    _check(base, month, scenarios)
    tables = load_census(base.population.tables)
    strata = tuple(group.stratum(enterprises) for group in groups)
    pairs = replicate_pairs(settings.replicates, settings.seed)
    draws = belief_of(settings.draws).draws(len(pairs), settings.seed)
    count, sample = sample_size(base, settings)

    @lru_cache(maxsize=2)
    def population(seed: int) -> Population:
        return draw_population(
            tables, enterprises=count, sample=sample, months=base.months, seed=seed, programme=strata,
            **entry_settings(base.parameters),
        )  # fmt: skip

    found: list[FloatArray] = []
    interrupted = False
    try:
        with listening():
            for number, pair in enumerate(pairs):
                raise_if_interrupted()
                people = [population(replicate.population_seed) for replicate in pair]
                tell = partial(_tell, progress, number, len(pairs))
                found += _pair(base, arms, groups, pair, people, draws[number], settings.threads, month, tell)
    except KeyboardInterrupt:
        interrupted = True
    if not found:
        raise KeyboardInterrupt("Interrupted before a pair of replicates was finished: nothing to show")
    done = len(found) // 2
    return Experiment(
        tuple(scenario.name for scenario in scenarios), tuple(group.name for group in groups),
        np.array(found), np.repeat(np.arange(done), 2), draws[:done], month, interrupted,
    )  # fmt: skip


def _tell(progress: Progress, before: int, pairs: int, done: int, of: int) -> None:
    progress.simulated(before * of + done, pairs * of)


def _check(base: Scenario, month: int, scenarios: Sequence[Scenario]) -> None:
    if any(scenario.programme is None for scenario in scenarios):
        name = next(scenario.name for scenario in scenarios if scenario.programme is None)
        raise InputError(name, "programme", None, "there is none, so nobody can be trained", "choose another")
    last = (base.months - 1) // WINDOW * WINDOW
    if month > last:
        raise InputError(
            None, "--month", month, f"is too late for a run of {base.months} months",
            f"write {last} or less, or more --months",
        )  # fmt: skip


def without_programme(scenario: Scenario) -> Scenario:
    """The scenario's world without its programme."""
    return scenario.model_copy(update={"name": "no_programme", "programme": None})


PLENTY = 1_000_000.0
"""Places a month when nobody is to wait for one."""

MOST_TRAINERS = 100_000
"""As many trainers as a scenario may have."""


def at_once(scenario: Scenario, enterprises: int, first_month: int = 0) -> Scenario:
    """The scenario with everybody enrolled in ``first_month``, and trainers enough for them."""
    programme = scenario.programme
    if programme is None:
        return scenario
    days = programme.delivery.trainer_days_per_module(PARAMETERS["visit_days"].default)
    wanted = math.ceil(2.0 * enterprises * days / PARAMETERS["trainer_days"].default)
    trainers = min(MOST_TRAINERS, wanted)
    at_once = Programme.model_validate(
        programme.model_dump(exclude_unset=False)
        | {
            "enrolment": "assigned", "enterprises_per_month": PLENTY, "first_month": first_month,
            "closing_month": None,
            "rollout": (), "outreach": (), "training_of_trainers": (), "trainers": float(trainers),
            "budget": None,
            "target": {"sectors": "all", "regions": "all", "employees": (1, 999)},
        }
    )  # fmt: skip
    return scenario.model_copy(update={"programme": at_once})


def _pair(
    base: Scenario,
    arms: Sequence[Scenario],
    groups: Sequence[Group],
    pair: tuple[Replicate, Replicate],
    people: Sequence[Population],
    values: dict[str, float],
    threads: int | None,
    month: int,
    after_month: Callable[[int, int], None],
) -> list[FloatArray]:
    """(scenarios, groups, outcomes) of both replicates of a pair."""
    runs = []
    for replicate, population in zip(pair, people, strict=True):
        chosen = np.isin(population.stratum, 1 + np.arange(len(groups))) & of_size(population, groups)
        for scenario in (base, *arms):
            eligible = chosen if scenario.programme is not None else np.zeros(population.n, np.bool_)
            record = record_of(values, scenario)
            seeds = replicate.population_seed, replicate.event_seed
            runs.append(Run(scenario, population, record, *seeds, eligible, chosen))
    flat = simulate(runs, threads=threads, after_month=after_month, panel_only=True)
    each = 1 + len(arms)
    return [
        np.array([outcomes_by_group(arm, half[0], groups, month) for arm in half[1:]])
        for half in (flat[:each], flat[each:])
    ]


def of_size(population: Population, groups: Sequence[Group]) -> NDArray[np.bool_]:
    """Which enterprises have a size that their stratum's group trains."""
    low = np.array([1, *(group.sizes[0] for group in groups)])[population.stratum]
    high = np.array([0, *(group.sizes[1] for group in groups)])[population.stratum]
    return (population.employees >= low) & (population.employees <= high)


def outcomes_by_group(arm: RunResult, base: RunResult, groups: Sequence[Group], month: int) -> FloatArray:
    """(groups, outcomes) of one scenario in one replicate."""
    assert arm.run.panel is not None
    rows = np.flatnonzero(arm.run.panel)
    group = arm.run.population.stratum[rows].astype(np.int64) - 1
    first_class = arm.panel_enterprises["first_class_month"].astype(np.int64)
    start = np.where(first_class >= 0, first_class + 1, -1)
    levels = group[:, np.newaxis]
    sums = paired_sums(arm.panel, base.panel, start, np.ones(len(rows)), levels, len(groups))
    found = np.full((len(groups), len(NAMES)), np.nan)
    for name, column in _effects(sums, month).items():
        found[:, NAMES.index(name)] = column
    for number in range(len(groups)):
        for name, value in _money(arm, base, np.where(group == number, first_class, -1)).items():
            found[number, NAMES.index(name)] = value
    return found


def _effects(sums: PairedSums, month: int) -> dict[str, FloatArray]:
    """Effects on the trained of each group, by indicator."""
    window, found = month // WINDOW - 1, {}
    for name, indicator in INDICATORS.items():
        of_arms = (sums.survivors if indicator.survivors else sums.everybody)[:, window]
        scenario, baseline = indicator.value(of_arms)
        with np.errstate(divide="ignore", invalid="ignore"):
            percent = 100.0 * (scenario / baseline - 1.0)
        found[name] = scenario - baseline if indicator.effect == "difference" else percent
    return found


def _money(arm: RunResult, base: RunResult, start: NDArray[np.int64]) -> dict[str, float]:
    """Money and days per enterprise trained, of the rows that start (not negative)."""
    programme, trained = arm.run.scenario.programme, float((start >= 0).sum())
    if programme is None or trained == 0.0:
        return {}
    p = arm.run.parameters[0]
    ones = np.ones(len(start))
    rate = float(p["discount_rate"])
    difference, followed = discounted_difference(
        arm.panel, base.panel, start, ones, programme.follow_up_months, rate
    )
    nation = base.sums[:, 0].sum(axis=0)
    wage = float(nation[a.WAGES] / nation[a.HEADCOUNT])
    benefit = net_benefit(difference, followed, p, wage, SharedCosts())
    spent = (arm.panel[start >= 0].astype(float) - base.panel[start >= 0]).sum(axis=(0, 1)) / trained
    found = {
        "programme_cost": spent[a.SUBSIDIES] + spent[a.OVERHEAD],
        "trained": 1.0,
        "trainer_days": spent[a.TRAINER_DAYS],
    }
    if benefit is not None:
        found |= {
            "net_benefit": benefit.net, "benefit": benefit.benefit, "resources": benefit.resources,
            "total_net_benefit": benefit.net, "total_resources": benefit.resources,
        }  # fmt: skip
    return {name: value for name, value in found.items() if name in OUTCOMES}
