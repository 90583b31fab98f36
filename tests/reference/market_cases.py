"""Markets in which much happens, each with what must have come of it for the case to prove anything."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from simulation.market_accounts import MARKET_ACCOUNTS
from simulation.state import BY_PROVIDER, LEFT
from simulation.world import World
from tests.reference.worlds import MARKET, small_world

KEEN = {"belief_start": 0.01, "reconsideration": 0.3}
"""Beliefs high enough for much trade in a few months."""
RESTLESS = KEEN | {"trainer_leaving": 1.0, "trainer_leaving_idle": 3.0, "certification_months": 2.0}
RESTLESS |= {"trainer_learning": 0.05, "trainer_forgetting": 0.05, "modules_per_trainer": 3.6}
RESTLESS |= {"provider_fixed_cost": 8_000.0, "trainer_days": 3.0, "awareness_peers": 0.15}
BUSY = KEEN | {"trainer_days": 2.0, "provider_growth": 0.8, "trainer_pay": 0.1, "price_speed": 0.3}
BUSY |= {"provider_fixed_cost": 0.0, "certification_months": 1.0}
IN_DEBT = KEEN | {"cash_months": 0.3, "credit_months": 0.1, "margin_mean": 0.02, "productivity_shock": 0.2}
IN_DEBT |= {"closure_rate": 0.5}
PRICES_MOVE = KEEN | {"trainers_per_provider": 2.0, "price_speed": 0.3, "price_demand": 4.0}

COURSES = [{"from_month": 1, "places_per_month": 3.0}]
NO_COURSES = MARKET | {"training_of_trainers": []}
MANY_TRAINERS = NO_COURSES | {"trainers": 24.0}
POOR = MARKET | {"budget": 120_000.0}
POOR |= {"training_of_trainers": COURSES}
CLOSES = NO_COURSES | {"closing_month": 6}
BEST = MANY_TRAINERS | {"provider_selection": "quality", "providers_selected": 0.4}
CHEAPEST = MANY_TRAINERS | {"provider_selection": "price", "providers_selected": 0.3}
GROUP = MARKET | {"delivery": {"mode": "group", "enterprises_per_class": 4}}
CLASSROOM = MARKET | {"delivery": {"mode": "classroom", "enterprises_per_class": 2}}
ALONE = NO_COURSES | {"trainers": 8.0}
ALONE |= {"delivery": {"enterprises_per_class": 1, "visits": 12, "visit_months": 12}}
GUARANTEE = MARKET | {"credit_line": 3.0, "credit_guarantee": 0.8, "subsidy": 1.0, "budget": 300_000.0}
NOBODY_YET = MARKET | {"trainers": 0.0}
NOBODY_YET |= {"training_of_trainers": [{"from_month": 2, "to_month": 4, "places_per_month": 6.0}]}
NOBODY_EVER = NO_COURSES | {"trainers": 0.0}
LATE = MARKET | {"first_month": 2, "obligatory_first": False, "order": "listed"}
LATE |= {"modules": ["quality", "human_resources", "safety"], "enterprises_per_month": 1.0}
LATE |= {
    "rollout": [
        {"from_month": 2, "regions": ["Shanghai", "Sichuan"]},
        {"from_month": 5, "regions": ["Zhejiang"], "enterprises_per_month": 0.3},
    ]
}
DOUBLE = MARKET | {"enterprises_per_month": 12.0, "delivery": {"enterprises_per_class": 5}}
NATIONAL = NO_COURSES | {"enterprises_per_month": 20_000.0, "trainers": 600.0, "budget": None, "target": {}}
NATIONAL |= {"outreach": [{"from_month": 0, "campaign": 3e4, "dialogue": 1e4, "buyers": 1e4}]}
STRANDED = MARKET | {"enrolment": "assigned", "trainers": 2.0, "continuation": 0.9}


def entered(world: World, account: str, since: int = 0, region: int = 0) -> float:
    """One market account, added up over the months from ``since`` on."""
    return float(world.market[0, since:, region, MARKET_ACCOUNTS.index(account)].sum())


class Case(NamedTuple):
    """A market and what must have happened in it for the case to prove anything."""

    programme: dict[str, Any]
    parameters: dict[str, float]
    months: int
    bites: Any
    options: dict[str, Any] = {}  # noqa: RUF012

    def world(self) -> World:
        return small_world(self.programme, self.parameters, months=self.months, **self.options)


CASES = {
    "all channels, courses and steps of the subsidy": Case(
        MARKET,
        KEEN,
        15,
        lambda w: (
            entered(w, "requests") > 50
            and entered(w, "certified") > 3
            and entered(w, "commercial_modules") > 0
            and len(set(w.enterprises["channel"][w.enterprises["informed_month"] >= 0])) == 6
        ),
    ),
    "trainers leave and providers stop": Case(
        MARKET | {"trainers": 24.0},
        RESTLESS,
        16,
        lambda w: entered(w, "trainers_left") > 20 and entered(w, "providers_left") > 10,
    ),
    "providers grow": Case(ALONE, BUSY, 12, lambda w: entered(w, "growth_costs") > 0),
    "a budget that binds, and courses that lapse": Case(
        POOR,
        KEEN,
        10,
        lambda w: (
            w.runs["budget_left"][0] < 8_000
            and entered(w, "commercial_modules") > 10
            and entered(w, "graduates") < w.graduates[0].sum() / 2
        ),
    ),
    "closing early, and the market runs on": Case(
        CLOSES,
        KEEN,
        15,
        lambda w: (
            entered(w, "commercial_modules", since=6) == entered(w, "modules", since=6) > 5
            and entered(w, "providers_left") > 0
            and (w.enterprises["channel"][w.enterprises["informed_month"] > 6] >= BY_PROVIDER).all()
        ),
    ),
    "providers selected by quality": Case(
        BEST,
        KEEN | {"trainers_per_provider": 1.0},
        14,
        lambda w: (
            0 < w.providers["contract"].sum() < w.runs["providers"][0] / 2
            and entered(w, "commercial_modules") > 3
        ),
    ),
    "providers selected by price": Case(
        CHEAPEST,
        PRICES_MOVE,
        15,
        lambda w: len(np.unique(w.providers["price"])) > 3 and entered(w, "commercial_modules") > 5,
    ),
    "counselling by group": Case(
        GROUP, KEEN, 10, lambda w: 0 < entered(w, "days_delivered") < 2 * entered(w, "modules")
    ),
    "classroom": Case(CLASSROOM, KEEN, 10, lambda w: w.enterprises["modules_done"].max() > 1),
    "one enterprise a class, a year of visits, trainers gone": Case(
        ALONE, RESTLESS | {"provider_fixed_cost": 0.0}, 20, lambda w: (w.trainers["stage"] == LEFT).sum() > 5
    ),
    "credit that the programme guarantees": Case(
        GUARANTEE,
        IN_DEBT,
        12,
        lambda w: entered(w, "guarantees") > 10_000 and w.runs["budget_left"][0] < 0,  # paid all the same
        {"seed": 4},
    ),
    "nobody who teaches until courses are over": Case(
        NOBODY_YET,
        KEEN | {"certification_months": 2.0},
        10,
        lambda w: (
            entered(w, "requests") > 10 and not w.market[0, :4, 0, MARKET_ACCOUNTS.index("requests")].any()
        ),
    ),
    "nobody who teaches": Case(
        NOBODY_EVER, KEEN, 8, lambda w: entered(w, "informed") > 50 and entered(w, "requests") == 0
    ),
    "a later start, areas that open, other modules, few places": Case(
        LATE,
        KEEN | {"belief_start": 0.03},
        14,
        lambda w: entered(w, "commercial_modules") > 5 and len(np.unique(w.enterprises["modules_begun"])) > 2,
    ),
    "enterprises that stand for two": Case(
        DOUBLE, KEEN, 12, lambda w: w.runs["seats_per_class"][0] == 2, {"weight": 2.0, "eligible": 15}
    ),
    "enterprises that stand for ten, in classes of several trainers": Case(
        DOUBLE | {"enterprises_per_month": 60.0, "budget": None, "trainers": 40.0},
        KEEN,
        8,
        lambda w: len(np.unique(w.enterprises["teachers"])) > 2,
        {"weight": 10.0},
    ),
    "enterprises that stand for thousands": Case(
        NATIONAL,
        KEEN,
        8,
        lambda w: entered(w, "modules") > 10_000 and w.runs["trainers_per_provider"][0] > 100,
        {"everybody": True},
    ),
    "assigned, in regions where nobody teaches": Case(
        STRANDED,
        RESTLESS,
        12,
        lambda w: ((w.enterprises["provider"] < 0) & (w.enterprises["waiting_since"] >= 0)).any(),
    ),
}
