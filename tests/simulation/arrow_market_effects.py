"""How a test measures the effects of the training market: demand, choice, trainers, providers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from simulation import market_accounts as ma
from simulation.state import NEVER
from tests.simulation.arrow_effects import LONG, Effect, Measure, covariance, spread
from tests.simulation.arrow_programmes import (
    ALONE_IN_CLASS,
    AT_WORK,
    MARKET,
    MARKET_DEAR,
    MARKET_LATER,
    QUIET,
    UNTOLD,
)
from tests.simulation.small_runs import View

TRAINERS = QUIET | {"trainers": 400.0}
"""Many trainers without work."""


# --- states to start from


def losing(v: View) -> None:
    """Every enterprise runs out of cash: what it owes costs a third of its output."""
    v.enterprises.other_cost += v.enterprises.output_at_start / 3.0
    v.enterprises.cash[:] = 0.0


def keen(v: View) -> None:
    """Many enterprises would buy, most of them not by much: a little less to gain keeps them away."""
    v.enterprises.belief *= 3.2


def certain(v: View) -> None:
    """Everybody buys at any price."""
    v.enterprises.belief *= 1e6


# --- what is read


def entered(account: int, since: int = 0) -> Measure:
    return lambda before, after: after.entered(account, since)


def stock(account: int) -> Measure:
    """A level at the end of the last month."""
    return lambda before, after: float(after.market[-1, 0, account])


def of_sellers(name: str) -> Measure:
    """Mean over the providers there are."""
    return lambda before, after: float(after.sellers[name].mean())


def log_belief(v: View) -> np.ndarray:
    return np.log(v.enterprises.belief)


def belief_gained(before: View, after: View) -> float:
    return float((log_belief(after) - log_belief(before)).sum())


def spread_of_results(before: View, after: View) -> float:
    e = after.enterprises
    return float(np.std(np.log(e.result[e.result > 0.0])))


def clients(chosen: Callable[[View, np.ndarray], np.ndarray]) -> Measure:
    """Enterprises waiting at some providers: ``chosen`` gets the view and their providers' numbers."""

    def measure(before: View, after: View) -> float:
        e = after.enterprises
        return float(chosen(after, e.provider[e.waiting_since != NEVER]).sum())

    return measure


def second_thoughts(before: View, after: View) -> float:
    """Enterprises that heard of the training in the first month and asked for it later."""
    e = after.enterprises
    return float(((e.informed_month == 0) & (e.enrolled_month > 0)).sum())


def other_modules(before: View, after: View) -> float:
    """Modules beside the first that a trainer may teach, on average."""
    return float(np.mean([bin(bits).count("1") - 1 for bits in after.staff.modules]))


def quality_of_trainers(before: View, after: View) -> float:
    return float(after.staff.quality.sum())


def supported(before: View, after: View) -> float:
    return float((after.sellers.contract * after.sellers.trading).sum())


def quality_met(before: View, after: View) -> float:
    e = after.enterprises
    return float(e.trainer_quality[e.first_class_month != NEVER].mean())


MARKET_EFFECTS: dict[str, Effect] = {
    # demand
    "spread of beliefs": Effect(spread("belief", log=True)),
    "belief of able managers": Effect(covariance(log_belief, lambda v: v.enterprises.ability)),
    "enterprises informed": Effect(entered(ma.INFORMED), programme=UNTOLD),
    "enterprises informed by providers": Effect(entered(ma.INFORMED), programme=UNTOLD, lead=1),
    "cost of outreach": Effect(entered(ma.AWARENESS), programme=UNTOLD),
    "requests": Effect(entered(ma.REQUESTS), prepare=keen, programme=MARKET),
    "requests of those who declined": Effect(second_thoughts, 6, programme=MARKET_DEAR),
    "belief gained": Effect(belief_gained, programme=UNTOLD),
    "belief gained by the trained": Effect(belief_gained, LONG, programme=AT_WORK),
    "spread of results seen": Effect(spread_of_results, 2, programme=ALONE_IN_CLASS),
    "modules sold": Effect(entered(ma.MODULES), LONG, programme=MARKET),
    "modules sold without subsidy": Effect(entered(ma.COMMERCIAL_MODULES), LONG, programme=MARKET),
    # choice of a provider
    "clients of every other provider": Effect(
        clients(lambda v, provider: provider % 2 == 0), 1, certain, MARKET_LATER, lead=1
    ),
    # trainers
    "trainer days available": Effect(entered(ma.DAYS_AVAILABLE)),
    "other modules that a trainer may teach": Effect(other_modules, programme=TRAINERS),
    "spread of trainer quality": Effect(
        lambda before, after: float(after.staff.quality.std()), programme=TRAINERS
    ),
    "trainers certified": Effect(entered(ma.CERTIFIED), 12),
    "active trainers": Effect(stock(ma.ACTIVE_TRAINERS), 8),
    "trainers who left": Effect(entered(ma.TRAINERS_LEFT), 6, programme=TRAINERS, lead=1),
    "quality of trainers": Effect(quality_of_trainers, 10, programme=AT_WORK),
    "quality of trainers met": Effect(quality_met, 12, programme=MARKET),
    # providers
    "providers": Effect(stock(ma.PROVIDERS)),
    "providers supported": Effect(supported, programme=UNTOLD),
    "pay of trainers": Effect(entered(ma.TRAINER_PAY), LONG, programme=AT_WORK),
    "fixed costs of providers": Effect(entered(ma.FIXED_COSTS)),
    "result of providers": Effect(entered(ma.RESULT), LONG, programme=AT_WORK),
    "price of a module": Effect(of_sellers("price"), 6),
    "price of a module next month": Effect(of_sellers("price"), lead=1),
    "trainings that providers pay": Effect(entered(ma.GROWTH_COSTS), programme=TRAINERS, lead=1),
    "reputation of new providers": Effect(of_sellers("reputation")),
    "reputation of providers": Effect(of_sellers("reputation"), LONG, programme=AT_WORK),
    # the programme's money
    "cost of trainings of trainers": Effect(entered(ma.TRAINING_OF_TRAINERS)),
    "guarantees called": Effect(entered(ma.GUARANTEES), LONG, losing, AT_WORK),
}
"""Effects in the training market."""
