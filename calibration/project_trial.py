"""A project in silico: the enterprises of a monitoring table, taught what they were taught, and not.

As in a trial (:mod:`calibration.trial`) both arms hold the same enterprises with the same events, and whoever
took a module takes it. What is compared is what monitoring sees: indicators smoothed over a year, rates as
they are recorded, a year after the first class. What a table leaves unsaid is assumed once (`DELIVERY`): the
programme's standard delivery, one module after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from calibration.monitoring import MonitoringTable
from calibration.trial import BEFORE, Dose, doses
from calibration.trial_files import Course
from simulation.census import CensusTables, load_census
from simulation.observation import REPORT_AFTER
from simulation.parameters import MODULES, parameter_record
from simulation.population import BACKGROUND, Population
from simulation.programme import Scenario
from simulation.programme_parts import Delivery
from simulation.size_distribution import fit_size_distribution
from simulation.state import LOG_VALUE, OBSERVED
from simulation.world import Run, World, build_world

DELIVERY = Delivery()
"""Standard delivery of one module; modules follow one another as soon as the visits of the last are over."""

MOST_SIMULATED = 300
"""Enterprises simulated at most: evenly taken from a longer table."""

AT_ONCE = 20
"""Draws simulated side by side."""

FloatArray = NDArray[np.float64]
T = TypeVar("T")


@dataclass(frozen=True)
class Project:
    """Who was trained, an entry an enterprise: division, workers, modules in the order of the programme."""

    sectors: tuple[str, ...]
    employees: tuple[int, ...]
    modules: tuple[tuple[str, ...], ...]

    def __len__(self) -> int:
        return len(self.sectors)


def project_of(table: MonitoringTable) -> Project:
    """The enterprises of a table. What a cell leaves out is that of another enterprise, in turn."""
    rows, taught = table.enterprises(), list(table.modules_by_enterprise().values())
    sectors = _filled([row["sector"] for row in rows], "C34")
    employees = _filled([row["employees"] for row in rows], 100)
    in_order = [tuple(name for name in MODULES if name in names) for names in taught]
    modules = _filled([names or None for names in in_order], MODULES[:1])
    chosen = np.linspace(0, len(rows) - 1, min(len(rows), MOST_SIMULATED)).round().astype(int)
    return Project(
        tuple(sectors[i] for i in chosen),
        tuple(max(1, round(employees[i])) for i in chosen),
        tuple(modules[i] for i in chosen),
    )


def _filled(values: Sequence[T | None], otherwise: T) -> list[T]:
    """Missing values replaced by the known ones in turn; ``otherwise`` where none is known."""
    known = [value for value in values if value is not None] or [otherwise]
    return [known[i % len(known)] if value is None else value for i, value in enumerate(values)]


def simulated_effects(
    project: Project,
    draws: Sequence[Mapping[str, float]],
    seed: int,
    progress: Callable[[float, float], None] | None = None,
) -> FloatArray:
    """Effects (draws, indicators) on what monitoring sees, a year after the first class.

    Indicators are in the order of `simulation.state.OBSERVED`; productivity in log points x 100, rates in %
    of the untrained arm's; NaN where undefined. Enterprises that closed in either arm are left out of both.
    """
    people = enterprises_of(project, load_census(), seed)
    scenario = Scenario(name="project", months=BEFORE + REPORT_AFTER + 1)
    groups = _doses_by_group(project)
    found = []
    for first in range(0, len(draws), AT_ONCE):
        some = draws[first : first + AT_ONCE]
        runs = [Run(scenario, people, parameter_record(draw), seed, seed) for draw in some for _ in range(2)]
        world = build_world(runs)
        for month in range(scenario.months):
            _give(world, groups, month - BEFORE)
            world.step()
        found += [_compared(world, 2 * number, people.n) for number in range(len(some))]
        if progress is not None:
            progress(first + len(some), len(draws))
    return np.array(found).reshape(len(draws), len(OBSERVED))


def enterprises_of(project: Project, tables: CensusTables, seed: int) -> Population:
    """The project's enterprises, each alone in its cluster, spread over China as its enterprises are."""
    n = len(project)
    rng = np.random.default_rng([seed, 203])
    region = np.sort(rng.choice(len(tables.regions), n, p=tables.region_share / tables.region_share.sum()))
    return Population(
        sector=np.array([tables.sectors.index(code) for code in project.sectors], np.int16),
        region=region.astype(np.int16),
        cluster=np.arange(n, dtype=np.int32),
        stratum=np.full(n, BACKGROUND, np.int8),
        weight=np.ones(n),
        employees=np.array(project.employees, np.int32),
        entry_month=np.zeros(n, np.int32),
        tables=tables,
        sizes=fit_size_distribution(tables),
    )


Groups = list[tuple[NDArray[np.bool_], dict[int, Dose]]]
"""Enterprises (a mask) that take the same modules, and what they get month by month from the first class."""


def _doses_by_group(project: Project) -> Groups:
    groups = []
    for modules in dict.fromkeys(project.modules):
        courses = [
            Course.model_validate(
                {
                    "module": name, "month": number * DELIVERY.visit_months,
                    "class_days": DELIVERY.class_days, "visits": DELIVERY.visits,
                    "months": DELIVERY.visit_months, "trainer_quality": DELIVERY.trainer_quality,
                }
            )
            for number, name in enumerate(modules)
        ]  # fmt: skip
        mine = np.array([own == modules for own in project.modules])
        groups.append((mine, doses(courses)))
    return groups


def _give(world: World, groups: Groups, month: int) -> None:
    """Lay this month's doses before the enterprises of each first arm; the second arm of a draw gets none."""
    enterprises = world.enterprises
    enterprises["class_today"] = enterprises["visits_today"] = 0
    for run in world.runs[::2]:
        first = int(run["first_enterprise"])
        mine = enterprises[first : first + int(run["enterprises"])]
        # so many visits are never done: it is the table, not their number, that ends a module
        run["class_days"], run["visits"] = DELIVERY.class_days, 1
        run["enterprises_per_visit"] = DELIVERY.enterprises_per_visit
        for members, given in groups:
            dose = given.get(month)
            if dose is None:
                continue
            for name, value in (
                ("module", dose.module), ("trainer_quality", dose.trainer_quality),
                ("class_today", int(dose.class_days > 0.0)), ("visits_today", dose.visits),
            ):  # fmt: skip
                mine[name][members] = value
            begin = members & (mine["first_class_month"] < 0)
            mine["first_class_month"][begin] = world.month


def _compared(world: World, run: int, n: int) -> FloatArray:
    """Effects (indicators) of the arm ``run`` over the next one."""
    first = int(world.runs[run]["first_enterprise"])
    arms = np.asarray(world.enterprises[first : first + 2 * n]).reshape(2, n)
    alive = (arms["alive"] == 1).all(axis=0)
    if not alive.any():
        return np.full(len(OBSERVED), np.nan)
    trained, untrained = arms["recent"][:, alive].mean(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        effects = 100.0 * (trained / untrained - 1.0)
    effects[LOG_VALUE] = 100.0 * (trained[LOG_VALUE] - untrained[LOG_VALUE])
    return np.where(np.isfinite(effects), effects, np.nan)
