"""A trial in silico: the study's doses to enterprises like the study's, measured with the study's estimator.

Every arm is simulated on the same enterprises with the same events, so that the difference between two arms
is the effect and hardly any chance. Doses are given as the study's design says, not through the training
market: whoever was assigned takes part. Participants stand alone (nobody's neighbours are trained).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.estimators import estimate
from calibration.outcomes import measured
from calibration.trial_files import ASSUMED, UNTRAINED, Course, Trial
from simulation.census import CensusTables, load_census
from simulation.inputs import InputError, suggestion
from simulation.parameters import MODULES, parameter_record
from simulation.population import BACKGROUND, Population
from simulation.programme import Scenario
from simulation.size_distribution import fit_size_distribution
from simulation.world import Run, World, build_world

BEFORE = 12
"""Months simulated before the start: the baseline, and time for states to come to rest."""

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Dose:
    """What an arm gets in one month: one module's class days and visits."""

    module: int
    class_days: float
    visits: int
    enterprises_per_visit: int
    trainer_quality: float


def doses(courses: Sequence[Course]) -> dict[int, Dose]:
    """What is given in each month from the start.

    A month takes one module: where several fall into one, each gets its turn in the months that follow, in
    the order of the file.
    """
    wanted: dict[int, list[Dose]] = {}
    for course in courses:
        visits = np.diff(np.linspace(0.0, course.all_visits, course.months + 1).round().astype(int))
        quality = ASSUMED["trainer_quality"] if course.trainer_quality is None else course.trainer_quality
        for number, of_month in enumerate(visits):
            class_days = course.class_days if number == 0 else 0.0
            if of_month or class_days:
                dose = Dose(
                    MODULES.index(course.module), class_days, int(of_month), course.enterprises_per_visit,
                    float(quality),
                )  # fmt: skip
                wanted.setdefault(course.month + number, []).append(dose)
    return _one_a_month(wanted)


def _one_a_month(wanted: Mapping[int, Sequence[Dose]]) -> dict[int, Dose]:
    given: dict[int, Dose] = {}
    waiting: list[Dose] = []
    month = min(wanted, default=0)
    while waiting or month <= max(wanted, default=-1):
        waiting += wanted.get(month, [])
        if waiting:
            given[month] = waiting.pop(0)
        month += 1
    return given


def participants(trial: Trial, tables: CensusTables, seed: int) -> Population:
    """Enterprises like the study's: of its sector and sizes, each alone in its cluster, spread over China.

    Sizes are drawn from the sector's distribution between the study's smallest and largest.
    """
    n, sizes = trial.participants.simulated, fit_size_distribution(tables)
    sector = _sector(trial, tables)
    low, high = trial.participants.employees
    below, within = sizes.probability_between(1, low - 1), sizes.probability_between(low, high)
    rng = np.random.default_rng([seed, 202])
    spread = (rng.permutation(n) + rng.random(n)) / n
    employees = np.clip(sizes.draw(sector, below[sector] + spread * within[sector]), low, high)
    region = np.sort(rng.choice(len(tables.regions), n, p=tables.region_share / tables.region_share.sum()))
    return Population(
        sector=np.full(n, sector, np.int16),
        region=region.astype(np.int16),
        cluster=np.arange(n, dtype=np.int32),
        stratum=np.full(n, BACKGROUND, np.int8),
        weight=np.ones(n),
        employees=employees.astype(np.int32),
        entry_month=np.zeros(n, np.int32),
        tables=tables,
        sizes=sizes,
    )


def _sector(trial: Trial, tables: CensusTables) -> int:
    """The sector's number; InputError names the trial and the nearest code."""
    given = trial.participants.sector
    if given not in tables.sectors:
        remedy = suggestion(given, tables.sectors, "sectors", most=len(tables.sectors))
        field = f"{trial.name}: participants.sector"
        raise InputError(None, field, given, "is not in the census tables", remedy)
    return list(tables.sectors).index(given)


def simulate_trials(trials: Sequence[Trial], draws: Sequence[Mapping[str, float]], seed: int) -> FloatArray:
    """Effects of every outcome of all ``trials`` under each parameter draw (draws, outcomes); NaN: undefined.

    Outcomes are in the order of trials and of their outcomes. The trial's own parameters replace a draw's.
    """
    tables = load_census()
    columns = []
    for trial in trials:
        people = participants(trial, tables, seed)
        found = [_effects(trial, arms) for arms in _simulated(trial, people, draws, seed)]
        columns.append(np.array(found).reshape(len(draws), len(trial.outcomes)))
    return np.concatenate(columns, axis=1)


def arm_names(trial: Trial) -> list[str]:
    """The untrained arm and those of the trial that an outcome compares."""
    used = {name for outcome in trial.outcomes for name in (outcome.treated, outcome.control)}
    return [name for name in (UNTRAINED, *trial.arms) if name in used]


def _simulated(
    trial: Trial, people: Population, draws: Sequence[Mapping[str, float]], seed: int
) -> Iterable[dict[str, NDArray[np.float32]]]:
    """The panel (enterprises, months, accounts) of each arm, draw by draw."""
    months = BEFORE + trial.months
    scenario = Scenario(name=trial.name, months=months)
    names = arm_names(trial)
    panel = np.ones(people.n, np.bool_)
    runs = []
    for draw in draws:
        record = parameter_record({**draw, **trial.parameters})
        runs += [Run(scenario, people, record, seed, seed, panel=panel) for _ in names]
    world = build_world(runs)
    given = [doses(trial.arms.get(name, ())) for name in names] * len(draws)
    for month in range(months):
        _give(world, given, month - BEFORE)
        world.step()
    rows = world.panel.reshape(len(draws), len(names), people.n, months, -1)
    for of_draw in rows:
        yield dict(zip(names, of_draw, strict=True))


def _give(world: World, given: Sequence[Mapping[int, Dose]], month: int) -> None:
    """Lay this month's doses before the enterprises of each run; what was given last month is over."""
    enterprises = world.enterprises
    enterprises["class_today"] = enterprises["visits_today"] = 0
    for run, of_run in zip(world.runs, given, strict=True):
        dose = of_run.get(month)
        if dose is None:
            continue
        first = int(run["first_enterprise"])
        mine = enterprises[first : first + int(run["enterprises"])]
        mine["module"], mine["trainer_quality"] = dose.module, dose.trainer_quality
        mine["class_today"], mine["visits_today"] = int(dose.class_days > 0.0), dose.visits
        begin = mine["first_class_month"] < 0
        mine["first_class_month"][begin] = world.month
        # so many visits are never done: it is the design, not their number, that ends a module
        run["class_days"], run["visits"] = dose.class_days, 1
        run["enterprises_per_visit"] = dose.enterprises_per_visit


def _effects(trial: Trial, arms: Mapping[str, NDArray[np.float32]]) -> list[float]:
    """The trial's estimates on what was simulated, in the order of its outcomes."""
    found = []
    for outcome in trial.outcomes:
        sides = []
        for name in (outcome.treated, outcome.control):
            windows = ((0, BEFORE - 1), (BEFORE + outcome.from_month, BEFORE + outcome.to_month))
            before, after = (
                measured(arms[name], outcome.measure, first, last, trial.modules) for first, last in windows
            )
            sides.append((before, after))
        found.append(estimate(outcome.estimator, outcome.scale, sides[0], sides[1]))
    return found
