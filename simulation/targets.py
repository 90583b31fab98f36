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
from simulation.programme_record import eligible_enterprises
from simulation.schedule import NEVER, expected_informed, open_month
from simulation.size_distribution import fit_size_distribution

DEFAULT_ENTERPRISES = 1000
"""Enterprises simulated beside the programme's own stratum where nobody says how many."""

INFORMED_WANTED = 400
"""Simulated enterprises that should hear of a programme, if it is large enough to inform as many."""

INFORMED_A_REGION_MONTH = 1.0
"""At least so many for each month and region in which the programme informs. Trainers count one to one: where
a simulated enterprise comes once in years, and then keeps a region's trainers busy for years, others do not
wait their turn, and providers stop for want of a client."""

ONE_TO_ONE = 1_500
"""Enterprises informed up to which a programme is simulated one to one."""

POOL_MARGIN = 4.0
"""Eligible enterprises kept for each one that the programme's channels inform, so that those informed have
neighbours to pass it on to, as in the nation, where most know nothing."""

ASSIGNED_MARGIN = 1.25
"""The same for each place where enrolment is assigned: nobody need hear of it, but some close."""

SIMILAR_SIZE = 4.0
"""Programmes with the same target whose sizes differ by less share one stratum."""

Target = tuple[tuple[int, ...], tuple[int, ...], int, int]
"""Numbers of the sectors and of the regions, smallest and largest size (employees)."""


@dataclass(frozen=True)
class TargetPlan:
    """Whom a scenario's programme may enrol in the sample: its stratum (None: anybody in the sample)."""

    stratum: ProgrammeStratum | None

    def eligible(self, programme: Programme | None, population: Population) -> NDArray[np.bool_]:
        """Mask of the enterprises that the programme may enrol."""
        inside = eligible_enterprises(programme, population)
        if programme is None or self.stratum is None:
            return inside
        number = 1 + population.programme.index(self.stratum)
        return inside & (population.stratum == number)


def plan_targets(
    scenarios: Sequence[Scenario], tables: CensusTables, fraction: float, wanted: int = INFORMED_WANTED
) -> list[TargetPlan]:
    """Give each programme that is too small for the sample its own stratum; similar ones share one.

    ``fraction`` is the sampled share of the nation. A programme that informs at most ``ONE_TO_ONE``
    enterprises is kept one to one; of a larger one ``wanted`` or more are simulated, each standing for
    several (or for as many as the scenario says). Raises InputError where nobody matches a programme's
    target.
    """
    needs: dict[int, _Need] = {}
    for i, scenario in enumerate(scenarios):
        if scenario.programme is not None:
            need = _need(scenario, scenario.programme, tables, wanted)
            if need.informed * fraction < need.simulated:
                needs[i] = need
    plans = [TargetPlan(None) for _ in scenarios]
    for group in _alike(needs):
        stratum = _stratum([needs[i] for i in group], tables)
        for i in group:
            plans[i] = TargetPlan(stratum)
    return plans


@dataclass(frozen=True)
class _Need:
    """What a programme asks of its stratum.

    Attributes:
        target: sectors and regions that open within the run, smallest and largest size.
        informed: enterprises of the nation that its channels inform, or assigned places.
        pool: enterprises of the nation that the eligible ones must stand for.
        simulated: how many of those informed should be simulated.
        weight: enterprises that each stands for, if the scenario says so.

    """

    target: Target
    informed: float
    pool: float
    simulated: float
    weight: float | None


def _need(scenario: Scenario, programme: Programme, tables: CensusTables, wanted: int) -> _Need:
    opens, months = open_month(programme, tables), scenario.months
    if (opens < months).any():  # else the run ends before anything opens, and whoever is there will do
        opens = np.where(opens < months, opens, NEVER)
    target = _target(programme, opens)
    _check_not_empty(scenario, target, tables)
    assigned = programme.enrolment == "assigned"
    margin = ASSIGNED_MARGIN if assigned else POOL_MARGIN
    each_region = 0.0 if assigned else INFORMED_A_REGION_MONTH * _region_months(programme, opens, months)
    return _Need(
        target=target,
        informed=expected_informed(programme, months),
        pool=margin * _informed_of_whole(programme, opens, months, tables),
        simulated=max(float(wanted), each_region),
        weight=scenario.population.programme_weight,
    )


def _alike(needs: dict[int, _Need]) -> list[list[int]]:
    """Numbers of the programmes that share a stratum, the largest programme of each group first."""
    groups: list[list[int]] = []
    for i in sorted(needs, key=lambda i: -needs[i].informed):
        for group in groups:
            first = needs[group[0]]
            same = (first.target, first.weight) == (needs[i].target, needs[i].weight)
            if same and needs[i].informed * SIMILAR_SIZE >= first.informed:
                group.append(i)
                break
        else:
            groups.append([i])
    return groups


def _check_not_empty(scenario: Scenario, target: Target, tables: CensusTables) -> None:
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


def _target(programme: Programme, opens: NDArray[np.int32]) -> Target:
    """Sectors and regions of which some part opens (``opens``: month, by both)."""
    inside = opens != NEVER
    low, high = programme.target.employees
    sectors = tuple(int(s) for s in np.flatnonzero(inside.any(axis=1)))
    regions = tuple(int(r) for r in np.flatnonzero(inside.any(axis=0)))
    return sectors, regions, low, high


def _region_months(programme: Programme, opens: NDArray[np.int32], months: int) -> float:
    """Months in which the programme informs, summed over the regions that are open then."""
    last = months if programme.closing_month is None else min(months, programme.closing_month)
    return float(np.maximum(0, last - opens.min(axis=0).astype(np.int64)).sum())


def _informed_of_whole(
    programme: Programme, opens: NDArray[np.int32], months: int, tables: CensusTables
) -> float:
    """Enterprises informed, were the whole target informed as much as what has opened by any month.

    Where a few regions open first, all that the channels inform until others open is found in these.
    """
    number = eligible_by_area(programme.target.employees, tables)
    whole = number[opens != NEVER].sum()
    stages = np.unique(opens[opens != NEVER])
    until = np.append(stages[1:], months)
    return max(
        expected_informed(programme, min(int(end), months)) * whole / max(1.0, number[opens <= stage].sum())
        for stage, end in zip(stages, until, strict=True)
    )


def _stratum(needs: Sequence[_Need], tables: CensusTables) -> ProgrammeStratum:
    """The stratum that ``needs`` share, the largest programme first."""
    first = needs[0]
    sectors, regions, low, high = first.target
    exact = first.informed <= ONE_TO_ONE
    weight = first.weight or (1.0 if exact else max(1.0, first.informed / first.simulated))
    national = eligible_in_nation(first.target, tables)
    pool = min(max(20.0, max(need.pool for need in needs) / weight), max(1.0, national / weight))
    return ProgrammeStratum(
        sectors=sectors,
        regions=regions,
        min_employees=low,
        max_employees=high,
        eligible=int(pool),
        weight=weight,
    )


def eligible_by_area(employees: tuple[int, int], tables: CensusTables) -> NDArray[np.float64]:
    """Expected number of the nation's enterprises with ``employees`` (fewest, most), by sector and region."""
    fitted = fit_size_distribution(tables)
    return np.outer(fitted.sme_enterprises * fitted.probability_between(*employees), tables.region_share)


def eligible_in_nation(target: Target, tables: CensusTables) -> float:
    """Expected number of the nation's enterprises in a target (sectors, regions, smallest, largest size)."""
    sectors, regions, low, high = target
    return float(eligible_by_area((low, high), tables)[np.ix_(sectors, regions)].sum())
