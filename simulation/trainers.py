"""Submodel 10a, trainers: they are trained, certified, learn by doing, forget when idle, and leave.

Of graduates of a training of trainers about 55 % are certified and 32 % stay active (Myanmar 2019).
"""

import math
from typing import Any

import numpy as np

from simulation import draws
from simulation import market_accounts as ma
from simulation.compile import submodel
from simulation.ledger import enter, is_open
from simulation.parameters import COOPERATION
from simulation.state import ACTIVE, CANDIDATE, LEFT, N_MODULES, NO_WAIT

NOBODY: Any = np.int64(-1)

IDLE_YEAR = 12.0
"""Months without work after which idleness makes leaving no likelier."""


@submodel
def month(run, p, month, graduates, starters, trainers, providers, account):
    """Trainings of trainers, certification, order books, forgetting and leaving."""
    begin(run, p, month, starters, trainers, providers, account)
    train(run, p, month, graduates, trainers, providers, account)
    for i in range(run.trainers):
        trainer = trainers[i]
        if trainer.stage == CANDIDATE:
            certify(run, p, month, trainer, i, providers[trainer.provider], account)
        elif trainer.stage == ACTIVE and trainer.graduated_month < month:
            work(p, trainer)
            leave(run, p, month, trainer, i, providers[trainer.provider], account)
    for i in range(run.providers):
        provider = providers[i]
        if provider.trading and provider.trainers == 0:
            stop(month, provider, account)


@submodel
def begin(run, p, month, starters, trainers, providers, account):
    """The trainers with whom the programme begins are certified already."""
    if month == run.first_month:
        for r in range(len(starters)):
            for _ in range(starters[r]):
                add_trainer(run, p, month, r, ACTIVE, NOBODY, trainers, providers, account)


@submodel
def train(run, p, month, graduates, trainers, providers, account):
    """Trainings of trainers, region by region, as far as the budget reaches; other places lapse."""
    if not is_open(run, month):
        return
    for r in range(len(graduates)):
        for _ in range(graduates[r]):
            if run.budget_left < p.course_cost:
                return
            if run.trainers < run.trainer_slots:
                run.budget_left -= p.course_cost
                enter(account, r, ma.TRAINING_OF_TRAINERS, p.course_cost)
                enter(account, r, ma.GRADUATES, 1.0)
                add_trainer(run, p, month, r, CANDIDATE, NOBODY, trainers, providers, account)


@submodel
def add_trainer(run, p, month, region, stage, employer, trainers, providers, account):
    """A new trainer joins ``employer``, or the region's smallest provider with room, or opens a new one."""
    if run.trainers == run.trainer_slots:
        return
    i = run.trainers
    run.trainers += 1
    trainer = trainers[i]
    trainer.region, trainer.stage, trainer.graduated_month = region, stage, month
    trainer.taught, trainer.idle, trainer.booked = 0.0, 0, 0.0
    trainer.modules = modules_of(run, p, i)
    for k in range(N_MODULES):
        luck = draws.bell(draws.block(draws.stream(run.seed, draws.TRAINER, k), i))
        trainer.quality[k] = min(1.0, max(0.05, run.trainer_quality + p.trainer_quality_sd * luck))
    which = employer
    if which == NOBODY:
        which = provider_with_room(run, region, providers)
    if which == NOBODY:
        which = open_provider(run, p, month, region, providers, account)
    trainer.provider = which
    providers[which].trainers += 1
    if stage == ACTIVE:
        providers[which].active += 1


@submodel
def modules_of(run, p, i):
    """Modules that a new trainer may teach, as bits: cooperation if offered, and some others by chance."""
    number = int(p.modules_per_trainer)
    if draws.uniform(draws.block(draws.stream(run.seed, draws.TRAINER_MODULES, 0), i)) < (
        p.modules_per_trainer - number
    ):
        number += 1
    modules = 1 << run.offered[0]
    for j in range(run.modules_offered):
        if run.offered[j] == COOPERATION:
            modules = 1 << COOPERATION
    for _ in range(1, min(number, run.modules_offered)):
        best, smallest = NOBODY, 2.0
        for j in range(run.modules_offered):
            k = run.offered[j]
            if not modules & (1 << k):
                place = draws.uniform(draws.block(draws.stream(run.seed, draws.TRAINER_MODULES, 1 + k), i))
                if place < smallest:
                    best, smallest = k, place
        modules |= 1 << best
    return modules


@submodel
def provider_with_room(run, region, providers):
    """The trading provider of the region with fewest trainers, if it has room for one more."""
    best, fewest = NOBODY, run.trainers_per_provider
    for v in range(run.providers):
        provider = providers[v]
        if provider.trading and provider.region == region and provider.trainers < fewest:
            best, fewest = v, provider.trainers
    return best


@submodel
def open_provider(run, p, month, region, providers, account):
    """A new provider begins to trade at the programme's price."""
    v = run.providers
    run.providers += 1
    provider = providers[v]
    provider.region, provider.trading, provider.contract = region, 1, 1
    provider.entry_month, provider.exit_month = month, -1
    provider.trainers, provider.active = 0, 0
    provider.price, provider.reputation = run.price, p.reputation_start
    provider.utilisation = p.provider_usual_days / p.trainer_days
    for k in range(N_MODULES):
        provider.wait[k] = NO_WAIT
    enter(account, region, ma.PROVIDERS_ENTERED, 1.0)
    return v


@submodel
def certify(run, p, month, trainer, i, provider, account):
    """After a supervised cycle a candidate is certified, or gives up."""
    if month < trainer.graduated_month + p.certification_months:
        return
    draw = draws.uniform(draws.block(draws.stream(run.seed, draws.CERTIFICATION, 0), i))
    if draw < p.trainer_certification:
        trainer.stage = ACTIVE
        provider.active += 1
        enter(account, trainer.region, ma.CERTIFIED, 1.0)
    else:
        trainer.stage = LEFT
        provider.trainers -= 1
        enter(account, trainer.region, ma.TRAINERS_LEFT, 1.0)


@submodel
def work(p, trainer):
    """A month of the order book is worked off; without work, quality fades."""
    if trainer.booked > 0.0:
        trainer.idle = 0
    else:
        trainer.idle += 1
    trainer.booked = max(0.0, trainer.booked - p.trainer_days)
    if trainer.idle > 0:
        for k in range(N_MODULES):
            trainer.quality[k] *= 1.0 - p.trainer_forgetting


@submodel
def leave(run, p, month, trainer, i, provider, account):
    """Trainers leave, and sooner when they have been without work."""
    idle = min(float(trainer.idle), IDLE_YEAR) / IDLE_YEAR
    chance = p.trainer_leaving / 12.0 * (1.0 + p.trainer_leaving_idle * idle)
    key = draws.stream(run.seed, draws.TRAINER_LEAVES, month)
    if draws.uniform(draws.block(key, i)) < chance:
        trainer.stage = LEFT
        provider.trainers -= 1
        provider.active -= 1
        enter(account, trainer.region, ma.TRAINERS_LEFT, 1.0)


@submodel
def learn(run, p, month, trainer, k, weight):
    """Teaching ``weight`` enterprises raises quality in the module, more so under supervision."""
    rate = p.trainer_learning
    if is_open(run, month):
        rate *= 1.0 + p.supervision_learning * run.supervision
    trainer.quality[k] = 1.0 - (1.0 - trainer.quality[k]) * math.exp(-rate * weight)
    trainer.taught += weight


@submodel
def mean_quality(trainer):
    """Mean quality over the modules that the trainer may teach."""
    total, number = 0.0, 0
    for k in range(N_MODULES):
        if trainer.modules >> k & 1:
            total += trainer.quality[k]
            number += 1
    return total / number


@submodel
def stop(month, provider, account):
    """The provider stops offering the training."""
    provider.trading = 0
    provider.exit_month = month
    enter(account, provider.region, ma.PROVIDERS_LEFT, 1.0)


@submodel
def pick_teachers(k, staff, number, trainers, chosen):
    """Up to ``number`` active trainers for module k of a provider's ``staff``, freest first, into ``chosen``.

    Returns how many were found and their mean days in the order book.
    """
    taken = np.zeros(len(staff), np.bool_)
    found, booked = 0, 0.0
    while found < number:
        best, least = NOBODY, NO_WAIT
        for j in range(len(staff)):
            trainer = trainers[staff[j]]
            may_teach = trainer.stage == ACTIVE and trainer.modules >> k & 1
            if may_teach and not taken[j] and trainer.booked < least:
                best, least = j, trainer.booked
        if best == NOBODY:
            break
        taken[best] = True
        chosen[found] = staff[best]
        found += 1
        booked += least
    return found, booked / max(1, found)


@submodel
def freest(run, k, region, trainers, providers):
    """The region's active trainer for module k with the least in the order book; NOBODY if none."""
    best, least = NOBODY, NO_WAIT
    for i in range(run.trainers):
        trainer = trainers[i]
        if trainer.stage != ACTIVE or not trainer.modules >> k & 1 or trainer.booked >= least:
            continue
        if trainer.region == region and providers[trainer.provider].trading:
            best, least = i, trainer.booked
    return best
