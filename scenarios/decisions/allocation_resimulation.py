"""Re-simulation of plans: the allotted enterprises are trained with their mix in their year, and followed.

A plan is a set of batches, one a mix and year. Each is simulated with its baseline on enterprises drawn
afresh, with the allotted number from each cell, so that what a plan promised can be told from what it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.prior import record_of
from scenarios.decisions.allocation_values import Scale
from scenarios.decisions.experiment import of_size, outcomes_by_group
from scenarios.decisions.groups import Group
from scenarios.decisions.outcomes import NAMES
from scenarios.decisions.training_at_once import at_hand, at_once, without_programme
from scenarios.design import Replicate
from simulation.batch import simulate
from simulation.census import CensusTables
from simulation.population import Population, draw_population, entry_settings
from simulation.programme import Scenario
from simulation.world import Run

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

SIMULATED = 400
"""Enterprises of a plan that one replicate simulates; where a plan trains more, each stands for several."""


@dataclass(frozen=True)
class World:
    """What all batches share: census tables, groups (one a cell), scenarios of the mixes, months of
    follow-up, month since the first class at which effects are read, background enterprises, threads.
    """

    tables: CensusTables
    groups: tuple[Group, ...]
    mixes: tuple[Scenario, ...]
    months: int
    month: int
    background: int
    threads: int | None


@dataclass(frozen=True, eq=False)
class Batch:
    """Enterprises (cells,) that begin ``mix`` in ``year``."""

    mix: int
    year: int
    enterprises: FloatArray


def batches_of(enterprises: FloatArray) -> list[Batch]:
    """The batches of a plan (cells, mixes, years)."""
    return [
        Batch(m, y, enterprises[:, m, y])
        for m in range(enterprises.shape[1])
        for y in range(enterprises.shape[2])
        if enterprises[:, m, y].sum() > 0.0
    ]


def resimulated(
    world: World,
    enterprises: FloatArray,
    scale: Scale,
    discount: float,
    extra: float,
    pair: tuple[Replicate, Replicate],
    values: dict[str, float],
    tell: Callable[[float], None] = lambda _: None,
) -> FloatArray:
    """(2 replicates, 3): value, yuan and trainer days of the plan ``enterprises`` (cells, mixes, years).

    Values of a year are discounted by ``discount`` per year to the programme's start and multiplied by
    ``extra``, for what others get or lose.
    """
    found = np.zeros((2, 3))
    weight = max(1.0, enterprises.sum() / SIMULATED)
    batches = batches_of(enterprises)
    for number, batch in enumerate(batches):
        each = _batch(world, batch, weight, pair, values)  # (2, cells, outcomes)
        worth = scale.score(each, NAMES) * discount**batch.year * extra
        money = [each[..., NAMES.index(name)] for name in ("programme_cost", "trainer_days")]
        for column, per_enterprise in enumerate((worth, *money)):
            found[:, column] += _filled(per_enterprise, batch.enterprises) @ batch.enterprises
        tell((number + 1) / len(batches))
    return found


def _filled(values: FloatArray, weight: FloatArray) -> FloatArray:
    """``values`` (replicates, cells) with those that nobody was seen of at the mean of the others."""
    known = np.isfinite(values)
    weights = np.where(known, weight, 0.0)
    mean = np.sum(np.where(known, values, 0.0) * weights, axis=1) / np.maximum(1e-300, weights.sum(axis=1))
    return np.where(known, values, mean[:, np.newaxis])


def _batch(
    world: World,
    batch: Batch,
    weight: float,
    pair: tuple[Replicate, Replicate],
    values: dict[str, float],
) -> FloatArray:
    """(2, cells, outcomes) per enterprise trained; NaN in cells of which nobody is trained."""
    cells = np.flatnonzero(batch.enterprises > 0.0)
    groups = [world.groups[cell] for cell in cells]
    number = np.maximum(1, np.round(batch.enterprises[cells] / weight).astype(np.int64))
    first = 12 * batch.year
    scenario = at_once(world.mixes[batch.mix], groups, number * weight, world.tables, first)
    scenario = scenario.model_copy(update={"months": first + world.months})
    base = without_programme(scenario)
    runs, drawn = [], {}
    for replicate in pair:
        if replicate.population_seed not in drawn:
            drawn[replicate.population_seed] = _people(world, groups, number, weight, scenario, replicate)
        people = drawn[replicate.population_seed]
        chosen = _allotted(people, groups, number)
        seeds = replicate.population_seed, replicate.event_seed
        nobody = np.zeros(people.n, np.bool_)
        runs.append(Run(base, people, record_of(at_hand(values), base), *seeds, nobody, chosen))
        runs.append(Run(scenario, people, record_of(at_hand(values), scenario), *seeds, chosen, chosen))
    done = simulate(runs, threads=world.threads, panel_only=True)
    found = np.full((2, len(world.groups), len(NAMES)), np.nan)
    for half in range(2):
        found[half, cells] = outcomes_by_group(done[2 * half + 1], done[2 * half], groups, world.month)
    return found


def _people(
    world: World,
    groups: Sequence[Group],
    number: IntArray,
    weight: float,
    scenario: Scenario,
    replicate: Replicate,
) -> Population:
    strata = tuple(group.stratum(int(n), weight) for group, n in zip(groups, number, strict=True))
    return draw_population(
        world.tables, enterprises=world.background, months=scenario.months, seed=replicate.population_seed,
        programme=strata, **entry_settings(scenario.parameters),
    )  # fmt: skip


def _allotted(people: Population, groups: Sequence[Group], number: IntArray) -> NDArray[np.bool_]:
    """As many incumbents of the right size of each stratum as are allotted, scattered over its clusters."""
    may = np.isin(people.stratum, 1 + np.arange(len(groups))) & of_size(people, groups) & people.incumbent
    chosen = np.zeros(people.n, np.bool_)
    for place, wanted in enumerate(number):
        inside = np.flatnonzero(may & (people.stratum == 1 + place))
        if len(inside):
            picks = np.unique(
                np.linspace(0, len(inside) - 1, min(int(wanted), len(inside))).round().astype(int)
            )
            chosen[inside[picks]] = True
    return chosen
