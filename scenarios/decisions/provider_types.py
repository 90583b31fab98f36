"""Types of providers that a programme could work with, as variants of a scenario's training market.

Providers differ in the model by their trainers, prices and clients alone. A type of provider is therefore
what the scenario's levers make of the market: whom the programme supports, how trainers are chosen, trained
and supervised, and where they teach.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from simulation.inputs import InputError
from simulation.parameters import PARAMETERS
from simulation.programme import Programme, Scenario
from simulation.programme_parts import Delivery

BETTER = 0.2
"""By how much the quality of better trainers exceeds the scenario's (share; assumed, and at no cost)."""

TWICE = 2.0
"""Trainings of trainers, relative to the scenario's, where more are trained."""


@dataclass(frozen=True)
class ProviderType:
    """One type: its name in tables, what it is called, the levers it moves, and the scenario."""

    name: str
    title: str
    levers: str
    scenario: Scenario


def provider_types(scenario: Scenario) -> list[ProviderType]:
    """The types in the world and market of ``scenario``; InputError if it has no programme or assigns places.

    Where enrolment is assigned nobody chooses providers by price and name, and all types but one are alike.
    """
    programme = scenario.programme
    if programme is None or programme.enrolment == "assigned":
        field, problem = "programme", "there is none, so there are no providers"
        if programme is not None:
            field, problem = "programme.enrolment", "is assigned, so that enterprises choose no provider"
        raise InputError(scenario.name, field, None, problem, "choose a scenario with a training market")
    return [
        ProviderType(
            name, title, levers,
            scenario.model_copy(update={"name": name, "title": title, "programme": change(programme)}),
        )
        for name, title, levers, change in TYPES
    ]  # fmt: skip


def _selected(how: str) -> Callable[[Programme], Programme]:
    return lambda programme: programme.model_copy(update={"provider_selection": how})


def _in_company(programme: Programme) -> Programme:
    """Classes of one enterprise each, at a price in proportion to the trainer days they take."""
    days = PARAMETERS["visit_days"].default
    alone = Delivery.model_validate(
        programme.delivery.model_dump()
        | {"mode": "in_company", "enterprises_per_class": 1, "enterprises_per_visit": 1}
    )
    times = alone.trainer_days_per_module(days) / programme.delivery.trainer_days_per_module(days)
    return programme.model_copy(
        update={
            "provider_selection": "open", "delivery": alone,
            "price_per_module": programme.price_per_module * times,
        }
    )  # fmt: skip


def _supervised(programme: Programme) -> Programme:
    return programme.model_copy(update={"provider_selection": "open", "supervision": 1.0})


def _better(programme: Programme) -> Programme:
    quality = min(1.0, programme.delivery.trainer_quality + BETTER)
    delivery = programme.delivery.model_copy(update={"trainer_quality": quality})
    return programme.model_copy(update={"provider_selection": "open", "delivery": delivery})


def _more(programme: Programme) -> Programme:
    courses = tuple(
        course.model_copy(update={"places_per_month": TWICE * course.places_per_month})
        for course in programme.training_of_trainers
    )
    return programme.model_copy(update={"provider_selection": "open", "training_of_trainers": courses})


TYPES: tuple[tuple[str, str, str, Callable[[Programme], Programme]], ...] = (
    ("open", "Open market", "provider_selection = open", _selected("open")),
    ("best", "The best of each region supported", "provider_selection = quality", _selected("quality")),
    ("cheapest", "The cheapest of each region supported", "provider_selection = price", _selected("price")),
    (
        "in_company",
        "In-company consultants",
        "delivery.mode = in_company, price by trainer days",
        _in_company,
    ),
    ("supervised", "Every module supervised", "supervision = 1", _supervised),
    ("better_trainers", "Better trainers", f"delivery.trainer_quality + {BETTER:g}, at no cost", _better),
    ("more_trainers", "Twice the trainings of trainers", "training_of_trainers x 2", _more),
)
"""Name, title, levers, and the change to the programme. All but two leave the choice of providers open."""
