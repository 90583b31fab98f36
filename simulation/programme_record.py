"""A scenario's programme as the compiled month reads it: one record of settings, and tables by month."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulation.census import CensusTables
from simulation.parameters import MODULES
from simulation.population import Population
from simulation.programme import Programme
from simulation.schedule import NEVER as AREA_NEVER_OPENS
from simulation.schedule import graduates, monthly_schedule, open_month, starters, subsidy_table
from simulation.size_distribution import fit_size_distribution
from simulation.state import BY_PRICE, BY_QUALITY, MOST_SUBSIDY_STEPS, OPEN_TO_ALL, SCHEDULE, SUBSIDY

NO_BUDGET = 1e30
NEVER_CLOSES = 1_000_000
SELECTIONS = {"open": OPEN_TO_ALL, "quality": BY_QUALITY, "price": BY_PRICE}

SLOTS_A_TRAINER, SPARE_TRAINERS = 4, 20
"""Slots for each trainer of the programme, and some more: room for those whom providers train themselves."""


@dataclass(frozen=True)
class MarketTables:
    """What the programme offers: ``schedule`` (months,), ``open_from`` (sectors, regions), ``graduates``
    (months, regions) and ``starters`` (regions,) in whole trainers, ``subsidies`` (MOST_SUBSIDY_STEPS,).
    """

    schedule: NDArray[Any]
    open_from: NDArray[np.int64]
    graduates: NDArray[np.int64]
    starters: NDArray[np.int64]
    subsidies: NDArray[Any]


@lru_cache(maxsize=64)
def market_tables(programme: Programme | None, tables: CensusTables, months: int) -> MarketTables:
    """The tables of a programme over ``months``; without a programme nothing is offered.

    They are kept, read-only, for the next run: working them out takes as long as the months of a small one.
    """
    n_regions = len(tables.regions)
    schedule, subsidies = np.zeros(months, SCHEDULE), np.zeros(MOST_SUBSIDY_STEPS, SUBSIDY)
    if programme is None:
        never = np.full((len(tables.sectors), n_regions), AREA_NEVER_OPENS, np.int64)
        none = np.zeros((months, n_regions), np.int64)
        return _kept(MarketTables(schedule, never, none, none[0].copy(), subsidies))
    offered = monthly_schedule(programme, months)
    for name in SCHEDULE.names or ():
        schedule[name] = offered[name]
    steps = subsidy_table(programme)
    subsidies[: len(steps)] = steps
    share = eligible_share(programme, tables)
    return _kept(
        MarketTables(
            schedule,
            open_month(programme, tables).astype(np.int64),
            graduates(programme, tables, months, share),
            starters(programme, tables, share),
            subsidies,
        )
    )


def _kept(tables: MarketTables) -> MarketTables:
    """The same tables, which nobody can change."""
    for field in fields(tables):
        getattr(tables, field.name).flags.writeable = False
    return tables


def eligible_share(programme: Programme, tables: CensusTables) -> NDArray[np.float64]:
    """Each region's share of the nation's enterprises that the programme may ever enrol (regions,)."""
    sizes = fit_size_distribution(tables)
    by_sector = sizes.sme_enterprises * sizes.probability_between(*programme.target.employees)
    eligible = tables.region_share * (by_sector @ _ever_opens(programme, tables))
    return eligible / max(1e-300, float(eligible.sum()))


def eligible_enterprises(programme: Programme | None, population: Population) -> NDArray[np.bool_]:
    """Who matches the programme's target: sector and region that ever open, and size at the start."""
    if programme is None:
        return np.zeros(population.n, np.bool_)
    ever_opens = _ever_opens(programme, population.tables)
    low, high = programme.target.employees
    inside = (population.employees >= low) & (population.employees <= high)
    return inside & ever_opens[population.sector, population.region]


@lru_cache(maxsize=64)
def _ever_opens(programme: Programme, tables: CensusTables) -> NDArray[np.bool_]:
    """Where the programme ever enrols, by sector and region; kept for the next run."""
    return open_month(programme, tables) != AREA_NEVER_OPENS


def put_programme(
    record: Any, programme: Programme | None, offer: MarketTables, parameters: Any, weight: float
) -> None:
    """Write the programme's settings into a run's record; ``weight`` is that of its eligible enterprises.

    Where an enterprise stands for several, fewer of them fill a class, and a simulated provider stands for
    several too: it has as many trainers as they would have.
    """
    record["visit_months"] = record["enterprises_per_class"] = record["seats_per_class"] = 1
    record["enterprises_per_visit"] = record["trainers_per_provider"] = 1
    record["budget_left"] = NO_BUDGET
    if programme is None:
        return
    record["programme"] = 1
    record["assigned"] = programme.enrolment == "assigned"
    record["obligatory_first"] = programme.obligatory_first
    record["largest_gap"] = programme.order == "largest_gap"
    record["first_month"] = programme.first_month
    closing = programme.closing_month
    record["closing_month"] = NEVER_CLOSES if closing is None else closing
    offered = [MODULES.index(name) for name in programme.modules]
    record["offered"][: len(offered)] = offered
    record["modules_offered"] = len(offered)
    delivery = programme.delivery
    for name in ("class_days", "visits", "visit_months", "enterprises_per_class", "enterprises_per_visit"):
        record[name] = getattr(delivery, name)
    record["trainer_quality"] = delivery.trainer_quality
    for name in (
        "continuation", "buyer_share", "credit_line", "credit_guarantee", "supervision", "providers_selected",
    ):  # fmt: skip
        record[name] = getattr(programme, name)
    record["price"] = programme.price_per_module
    record["selection"] = SELECTIONS[programme.provider_selection]
    record["subsidy_steps"] = len(programme.subsidy)
    record["budget_left"] = NO_BUDGET if programme.budget is None else programme.budget
    record["seats_per_class"] = max(1, round(delivery.enterprises_per_class / weight))
    alike = max(1.0, weight / delivery.enterprises_per_class)
    record["trainers_per_provider"] = round(float(parameters["trainers_per_provider"]) * alike)
    record["trainer_slots"] = (
        SLOTS_A_TRAINER * int(offer.starters.sum() + offer.graduates.sum()) + SPARE_TRAINERS
    )
