"""A scenario in which everybody is trained at once, as it trains, with trainers enough in every region.

What is left out is how enterprises hear of the training, decide, and wait for it: what remains is what the
training does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scenarios.decisions.groups import Group
from simulation.census import CensusTables
from simulation.parameters import MODULES, PARAMETERS
from simulation.programme import Programme, Scenario
from simulation.programme_parts import LARGEST_SME


def without_programme(scenario: Scenario) -> Scenario:
    """The scenario's world without its programme."""
    return scenario.model_copy(update={"name": "no_programme", "programme": None})


PLENTY = 1_000_000.0
"""Places a month when nobody is to wait for one."""

MONTHS_OF_CLASSES = 3.0
"""Months of their time in which the trainers could teach everybody one module: more trainers would mean more
providers, and classes with empty places."""

AT_HAND = {
    "certification_months": 0.0,
    "trainer_certification": 1.0,
    "modules_per_trainer": float(len(MODULES)),
}
"""Parameters under which the trainers that an experiment needs are there at once and teach every module."""


def at_hand(values: Mapping[str, float]) -> dict[str, float]:
    """A parameter draw under which the trainers of :func:`at_once` are there at once."""
    return {**values, **AT_HAND}


def trainers_needed(
    groups: Sequence[Group], enterprises: ArrayLike, days: float, tables: CensusTables
) -> NDArray[np.int64]:
    """Trainers of each region for ``enterprises`` of every group, of ``days`` a module (regions,)."""
    expected = np.zeros(len(tables.regions))
    for group, number in zip(groups, np.broadcast_to(enterprises, len(groups)), strict=True):
        share = tables.region_share[list(group.regions)]
        expected[list(group.regions)] += number * share / share.sum()
    month = MONTHS_OF_CLASSES * PARAMETERS["trainer_days"].default
    least = PARAMETERS["trainers_per_provider"].default  # one provider's: if a trainer leaves, others go on
    return np.where(expected > 0.0, np.maximum(least, np.ceil(expected * days / month)), 0.0).astype(np.int64)


MOST_IN_COURSE = 1_000
"""Places that one training of trainers may have."""


def at_once(
    scenario: Scenario,
    groups: Sequence[Group],
    enterprises: ArrayLike,
    tables: CensusTables,
    first_month: int = 0,
) -> Scenario:
    """The scenario with all enrolled in ``first_month``, and trainers enough in every region.

    ``enterprises`` of the nation are trained in every group, or in each (groups,). The trainers are there at
    once under :func:`at_hand` alone.
    """
    programme = scenario.programme
    if programme is None:
        return scenario
    days = programme.delivery.trainer_days_per_module(PARAMETERS["visit_days"].default)
    needed = trainers_needed(groups, enterprises, days, tables)
    courses = [
        {
            "from_month": first_month, "to_month": first_month + 1, "regions": (region,),
            "places_per_month": float(min(MOST_IN_COURSE, number - before)),
        }
        for region, number in zip(tables.regions, needed, strict=True)
        for before in range(0, int(number), MOST_IN_COURSE)
    ]  # fmt: skip
    everybody = Programme.model_validate(
        programme.model_dump(exclude_unset=False)
        | {
            "enrolment": "assigned", "enterprises_per_month": PLENTY, "first_month": first_month,
            "closing_month": None,
            "rollout": (), "outreach": (), "training_of_trainers": tuple(courses), "trainers": 0.0,
            "budget": None,
            "target": {"sectors": "all", "regions": "all", "employees": (1, LARGEST_SME)},
        }
    )  # fmt: skip
    return scenario.model_copy(update={"programme": everybody})
