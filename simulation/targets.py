"""Whom a programme may enrol in a sample: anybody in its target, or a stratum of its own.

A programme too small for the sample would enrol nobody in it; its enterprises are drawn as a stratum
(:class:`simulation.population.ProgrammeStratum`), one to one or nearly so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulation.census import CensusTables
from simulation.inputs import InputError
from simulation.population import Population, ProgrammeStratum
from simulation.programme import Programme, Scenario
from simulation.schedule import NEVER, expected_informed, open_month
from simulation.size_distribution import fit_size_distribution

DEFAULT_ENTERPRISES = 1000
"""Enterprises simulated beside the programme's own stratum where nobody says how many."""

INFORMED_WANTED = 400
"""Simulated enterprises that should hear of a programme, if it is large enough to inform as many."""

ONE_TO_ONE = 1_500
"""Enterprises informed up to which a programme is simulated one to one."""

POOL_MARGIN = 1.25
"""Eligible enterprises kept for each one to be informed, so that some may close and neighbours may hear."""

SIMILAR_SIZE = 4.0
"""Programmes with the same target whose sizes differ by less share one stratum."""


@dataclass(frozen=True)
class TargetPlan:
    """Whom a scenario's programme may enrol in the sample: its stratum (None: anybody in the sample)."""

    stratum: ProgrammeStratum | None

    def eligible(self, programme: Programme | None, population: Population) -> NDArray[np.bool_]:
        """Mask of the enterprises that the programme may enrol."""
        if programme is None:
            return np.zeros(population.n, np.bool_)
        opens = open_month(programme, population.tables) != NEVER
        low, high = programme.target.employees
        inside = (population.employees >= low) & (population.employees <= high)
        inside &= opens[population.sector, population.region]
        if self.stratum is None:
            return inside
        number = 1 + population.programme.index(self.stratum)
        return inside & (population.stratum == number)


def plan_targets(
    scenarios: Sequence[Scenario], tables: CensusTables, fraction: float, wanted: int = INFORMED_WANTED
) -> list[TargetPlan]:
    """Give each programme that is too small for the sample its own stratum; similar ones share one.

    ``fraction`` is the sampled share of the nation. A programme that informs at most ``ONE_TO_ONE``
    enterprises is kept one to one; of a larger one about ``wanted`` are simulated, each standing for several
    (or for as many as the scenario says). Raises InputError where nobody matches a programme's target.
    """
    sizes: dict[int, float] = {}
    targets: dict[int, tuple] = {}
    for i, scenario in enumerate(scenarios):
        if scenario.programme is not None:
            planned = expected_informed(scenario.programme, scenario.months)
            target = _target(scenario.programme, tables)
            _check_not_empty(scenario, target, tables)
            if planned * fraction < wanted:
                sizes[i], targets[i] = planned, target
    plans = [TargetPlan(None) for _ in scenarios]
    open_groups: list[tuple[tuple, float, ProgrammeStratum]] = []
    for i in sorted(sizes, key=lambda i: -sizes[i]):
        weight = scenarios[i].population.programme_weight
        alike = (targets[i], weight)
        shared = next((g for g in open_groups if g[0] == alike and sizes[i] * SIMILAR_SIZE >= g[1]), None)
        if shared is None:
            shared = (alike, sizes[i], _stratum(targets[i], sizes[i], tables, wanted, weight))
            open_groups.append(shared)
        plans[i] = TargetPlan(shared[2])
    return plans


def _check_not_empty(scenario: Scenario, target: tuple, tables: CensusTables) -> None:
    """Raise InputError if the nation holds no enterprise that the programme may enrol."""
    found = eligible_in_nation(target, tables)
    if found < 1.0:
        raise InputError(
            scenario.name,
            "programme.target",
            None,
            f"is empty: {found:.2g} enterprises of the nation have these sectors, regions and sizes",
            "widen the sectors, the regions or the range of employees",
        )


def _target(programme: Programme, tables: CensusTables) -> tuple:
    opens = open_month(programme, tables) != NEVER
    low, high = programme.target.employees
    sectors = tuple(int(s) for s in np.flatnonzero(opens.any(axis=1)))
    regions = tuple(int(r) for r in np.flatnonzero(opens.any(axis=0)))
    return sectors, regions, low, high


def _stratum(
    target: tuple, planned: float, tables: CensusTables, wanted: int, given: float | None
) -> ProgrammeStratum:
    sectors, regions, low, high = target
    weight = given or (1.0 if planned <= ONE_TO_ONE else max(1.0, planned / wanted))
    national = eligible_in_nation(target, tables)
    pool = min(max(20.0, POOL_MARGIN * planned / weight), max(1.0, national / weight))
    return ProgrammeStratum(
        sectors=sectors,
        regions=regions,
        min_employees=low,
        max_employees=high,
        eligible=int(pool),
        weight=weight,
    )


def eligible_in_nation(target: tuple, tables: CensusTables) -> float:
    """Expected number of the nation's enterprises in a target (sectors, regions, smallest, largest size)."""
    sectors, regions, low, high = target
    fitted = fit_size_distribution(tables)
    in_sectors = (fitted.sme_enterprises * fitted.probability_between(low, high))[list(sectors)].sum()
    return float(in_sectors * tables.region_share[list(regions)].sum())
