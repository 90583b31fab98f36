"""Small worlds for the tests: about 160 enterprises, 60 of them a programme's own stratum of weight one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from simulation.census import load_census
from simulation.parameters import PARAMETERS, parameter_record
from simulation.population import Population, ProgrammeStratum, draw_population
from simulation.programme import Scenario
from simulation.world import Run, World, build_world

SECTORS, REGIONS = (4, 20, 21, 22), (5, 8, 10, 22)
TARGET = {"regions": ["Liaoning", "Shanghai", "Zhejiang", "Sichuan"]}
"""The same regions by name, so that all trainers work where the enterprises are."""

VISITS: dict[str, Any] = {
    "enrolment": "assigned",
    "enterprises_per_month": 12.0,
    "trainers": 20.0,
    "continuation": 0.9,
    "order": "listed",
    "delivery": {"enterprises_per_class": 3},
    "target": TARGET,
}
"""A pilot that fills up fast: a class of three, then three visits, then most go on to the next module."""

MARKET: dict[str, Any] = {
    "enterprises_per_month": 6.0,
    "trainers": 14.0,
    "training_of_trainers": [
        {"from_month": 1, "to_month": 6, "places_per_month": 1.5},
        {"from_month": 3, "places_per_month": 0.4, "regions": ["Shanghai", "Sichuan"]},
    ],
    "outreach": [
        {"from_month": 0, "campaign": 6.0, "dialogue": 3.0, "buyers": 2.5, "authority": 1.5},
        {"from_month": 5, "campaign": 1.0, "buyers": 0.5},
    ],
    "subsidy": [
        {"from_month": 0, "share": 0.6},
        {"from_month": 0, "share": 1.0, "modules": ["cooperation"]},
        {"from_month": 4, "share": 0.9, "employees": [20, 80]},
        {"from_month": 9, "share": 0.3, "employees": [60, 250], "modules": ["quality", "safety"]},
    ],
    "buyer_share": 0.5,
    "credit_line": 1.0,
    "budget": 4_000_000.0,
    "delivery": {"enterprises_per_class": 3},
    "target": TARGET,
}
"""A pilot whose enterprises decide: all channels, trainings of trainers, a subsidy by size and module."""


@lru_cache(maxsize=8)
def small_population(months: int, enterprises: int, eligible: int, seed: int, weight: float) -> Population:
    """A background that stands for the nation and a programme stratum that stands for itself, or for more."""
    stratum = ProgrammeStratum(
        sectors=SECTORS,
        regions=REGIONS,
        min_employees=20,
        max_employees=250,
        eligible=eligible,
        weight=weight,
    )
    return draw_population(
        load_census(), enterprises=enterprises, months=months, seed=seed, programme=(stratum,)
    )


def small_run(
    programme: Mapping[str, Any] | None = None,
    parameters: Mapping[str, float] | None = None,
    *,
    months: int = 24,
    start_month: int = 1,
    enterprises: int = 100,
    eligible: int = 10,
    weight: float = 1.0,
    everybody: bool = False,
    seed: int = 1,
) -> Run:
    """A run in which the programme may enrol its stratum, or, if ``everybody``, the background too."""
    table = {"name": "small", "months": months, "start_month": start_month}
    if programme is not None:
        table["programme"] = dict(programme)
    population = small_population(months, enterprises, eligible, seed, weight)
    return Run(
        scenario=Scenario.model_validate(table),
        population=population,
        parameters=parameter_record(parameters),
        population_seed=seed,
        event_seed=seed,
        eligible=(population.stratum != 0) | everybody if programme is not None else None,
        panel=np.ones(population.n, np.bool_),
    )


def small_world(*arguments: Any, **options: Any) -> World:
    """The world of one small run."""
    return build_world([small_run(*arguments, **options)])


def prior_draw(seed: int) -> dict[str, float]:
    """A value of every parameter that has a prior, drawn from it."""
    random = np.random.default_rng(seed)
    return {
        name: float(parameter.quantile(random.random()))
        for name, parameter in PARAMETERS.items()
        if parameter.is_free
    }
