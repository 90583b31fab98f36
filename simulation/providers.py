"""Submodel 10b, providers: price, margin, growth, contract and exit of those who sell the training.

Prices follow cost and demand; a provider that loses money for a year stops offering the training. That they
sell on without the programme's money is the programme's objective.
"""

import math

import numpy as np

from simulation import draws
from simulation import market_accounts as ma
from simulation.compile import submodel
from simulation.ledger import enter, is_open
from simulation.parameters import COOPERATION
from simulation.state import ACTIVE, BY_QUALITY, CANDIDATE, LEFT, N_MODULES, NO_WAIT, OPEN_TO_ALL
from simulation.trainers import add_trainer, mean_quality, stop

BOOKED_OUT = 0.9
"""Share of its days sold above which a provider thinks of growing."""
LOSING_MONTHS = 12
"""Months of losses (smoothed over a year) after which a provider stops."""
LOWEST_PRICE, HIGHEST_PRICE = 0.25, 4.0
"""Bounds of a provider's price, relative to the price at the start."""


@submodel
def settle(run, p, month, n_regions, trainers, providers, account):
    """Every provider's month: money, growth, price, whether it goes on; then the programme's contracts."""
    for v in range(run.providers):
        provider = providers[v]
        if provider.trading:
            grow(run, p, month, provider, v, trainers, providers, account)
            keep_books(p, provider, account)
            review_price(run, p, provider)
            if provider.months_losing >= LOSING_MONTHS:
                stop(month, provider, account)
                dismiss(run, provider, v, trainers, account)
    choose_contracts(run, month, n_regions, trainers, providers)


@submodel
def grow(run, p, month, provider, v, trainers, providers, account):
    """A provider that is booked out and earns money may train a trainer at its own cost.

    One that stands for several alike trains as many as they would: the whole part of the number expected,
    and one more by chance.
    """
    available = provider.active * p.trainer_days
    used = min(2.0, provider.days / available) if available > 0.0 else 0.0
    provider.utilisation += (used - provider.utilisation) / 12.0
    if provider.utilisation <= BOOKED_OUT or provider.result <= 0.0:
        return
    most = run.trainers_per_provider / p.trainers_per_provider
    expected = p.provider_growth * min(most, max(1.0, provider.trainers / p.trainers_per_provider))
    number = int(expected)
    key = draws.stream(run.seed, draws.PROVIDER_GROWS, month)
    if draws.uniform(draws.block(key, v)) < expected - number:
        number += 1
    for _ in range(min(number, run.trainer_slots - run.trainers)):
        add_trainer(run, p, month, provider.region, CANDIDATE, v, trainers, providers, account)
        provider.growth_cost += p.course_cost


@submodel
def keep_books(p, provider, account):
    """The month's result: what clients, buyers and programme paid, less pay, fixed costs and growth."""
    pay = p.trainer_pay * p.trainer_day_cost * provider.days
    fixed = p.provider_fixed_cost * provider.active
    result = provider.revenue - pay - fixed - provider.growth_cost
    provider.cash += result
    provider.result += (result - provider.result) / 12.0
    provider.months_losing = provider.months_losing + 1 if provider.result < 0.0 else 0
    r = provider.region
    enter(account, r, ma.DAYS_AVAILABLE, provider.active * p.trainer_days)
    enter(account, r, ma.DAYS_DELIVERED, provider.days)
    enter(account, r, ma.TRAINER_PAY, pay)
    enter(account, r, ma.FIXED_COSTS, fixed)
    enter(account, r, ma.GROWTH_COSTS, provider.growth_cost)
    enter(account, r, ma.RESULT, result)


@submodel
def review_price(run, p, provider):
    """The price closes in on unit cost at the usual trade plus markup, higher where days are short."""
    sharing = min(run.enterprises_per_visit, run.enterprises_per_class)
    days = run.class_days / run.enterprises_per_class + run.visits * p.visit_days / sharing
    unit_cost = days * (p.trainer_pay * p.trainer_day_cost + p.provider_fixed_cost / p.provider_usual_days)
    busier = provider.utilisation - p.provider_usual_days / p.trainer_days
    sought = unit_cost * (1.0 + p.provider_markup) * (1.0 + p.price_demand * busier)
    price = provider.price + p.price_speed * (sought - provider.price)
    provider.price = min(HIGHEST_PRICE * run.price, max(LOWEST_PRICE * run.price, price))


@submodel
def dismiss(run, provider, v, trainers, account):
    """The staff of a provider that stopped leave the training."""
    for i in range(run.trainers):
        trainer = trainers[i]
        if trainer.provider == v and (trainer.stage == ACTIVE or trainer.stage == CANDIDATE):
            trainer.stage = LEFT
            enter(account, trainer.region, ma.TRAINERS_LEFT, 1.0)
    provider.trainers, provider.active = 0, 0


@submodel
def choose_contracts(run, month, n_regions, trainers, providers):
    """Once a year the programme chooses whom it supports in each region: the best, or the cheapest."""
    if run.selection == OPEN_TO_ALL or not is_open(run, month) or (month - run.first_month) % 12:
        return
    merit = np.zeros(run.providers)
    first, staff = by_provider(run, trainers)
    for v in range(run.providers):
        if run.selection == BY_QUALITY:
            merit[v] = staff_quality(staff[first[v] : first[v + 1]], trainers)
        else:
            merit[v] = -providers[v].price
    start, sellers = by_region(run, providers, n_regions)
    for r in range(n_regions):
        rivals = sellers[start[r] : start[r + 1]]
        chosen = max(1, math.ceil(run.providers_selected * len(rivals) - 1e-9))
        for v in rivals:
            better = 0
            for w in rivals:
                if merit[w] > merit[v] or (merit[w] == merit[v] and w < v):
                    better += 1
            providers[v].contract = 1 if better < chosen else 0


@submodel
def staff_quality(staff, trainers):
    """Mean quality of a provider's active trainers; 0 without any."""
    total, number = 0.0, 0
    for i in staff:
        if trainers[i].stage == ACTIVE:
            total += mean_quality(trainers[i])
            number += 1
    return total / max(1, number)


@submodel
def by_region(run, providers, n_regions):
    """Providers that trade, region by region: those of region r are ``sellers[start[r]:start[r + 1]]``."""
    start = np.zeros(n_regions + 1, np.int64)
    for v in range(run.providers):
        if providers[v].trading:
            start[providers[v].region + 1] += 1
    for r in range(n_regions):
        start[r + 1] += start[r]
    sellers, placed = np.zeros(start[n_regions], np.int64), start.copy()
    for v in range(run.providers):
        if providers[v].trading:
            sellers[placed[providers[v].region]] = v
            placed[providers[v].region] += 1
    return start, sellers


@submodel
def by_provider(run, trainers):
    """Trainers, provider by provider: those of provider v are ``staff[first[v]:first[v + 1]]``."""
    first = np.zeros(run.providers + 1, np.int64)
    for i in range(run.trainers):
        first[trainers[i].provider + 1] += 1
    for v in range(run.providers):
        first[v + 1] += first[v]
    staff, placed = np.zeros(run.trainers, np.int64), first.copy()
    for i in range(run.trainers):
        staff[placed[trainers[i].provider]] = i
        placed[trainers[i].provider] += 1
    return first, staff


@submodel
def look_up_waits(run, p, trainers, providers):
    """How long each provider's clients would wait for each module; NO_WAIT where it cannot be taught."""
    for v in range(run.providers):
        for k in range(N_MODULES):
            providers[v].wait[k] = NO_WAIT
    for i in range(run.trainers):
        trainer = trainers[i]
        if trainer.stage == ACTIVE and providers[trainer.provider].trading:
            wait = providers[trainer.provider].wait
            for k in range(N_MODULES):
                if trainer.modules >> k & 1:
                    wait[k] = min(wait[k], trainer.booked / p.trainer_days)


@submodel
def taught_by(sellers, providers):
    """Bits of the modules that some of the ``sellers`` (provider numbers) can teach now."""
    bits = 0
    for v in sellers:
        for k in range(N_MODULES):
            if providers[v].wait[k] < NO_WAIT:
                bits |= 1 << k
    return bits


@submodel
def next_module(run, ent, taught):
    """The module to take next, of those ``taught`` (bits): cooperation first if obligatory, then the largest
    gap or as listed; NO_MODULE if there is none.
    """
    if run.obligatory_first and not ent.modules_begun & 1:
        return COOPERATION if taught & 1 else -1
    best, smallest = -1, 2.0
    for i in range(run.modules_offered):
        k = run.offered[i]
        if ent.modules_begun >> k & 1 or not taught >> k & 1:
            continue
        if not run.largest_gap:
            return k
        if ent.practice[k] < smallest:
            best, smallest = k, ent.practice[k]
    return best
