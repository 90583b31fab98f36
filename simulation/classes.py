"""Submodel 3, matching and delivery: visits that are due, queues at providers, and classes.

A class teaches one module at one provider. Its trainer books the days of the class and of all visits that
follow, so that visits come when they are due and a full order book makes new classes wait.
"""

import math

import numpy as np

from simulation import draws
from simulation import market_accounts as ma
from simulation.compile import submodel
from simulation.ledger import enter
from simulation.offers import NOBODY, buys, choose_provider, terms
from simulation.providers import look_up_waits
from simulation.state import ACTIVE, N_MODULES, NO_MODULE, NO_WAIT
from simulation.trainers import freest, learn, pick_teachers

PATIENCE = 3
"""Months that an enterprise waits before its class is held with empty places."""
REPENT = 6
"""Months of waiting after which an enterprise looks for another provider."""
ABANDON = 12
"""Months after the class at which a module without a trainer is given up."""
GOES_ON = -2
"""Value of ``wanted``: a module was finished this month, and the next is to be weighed."""
NOTHING_SEEN = 1e-4
"""Least gain that an enterprise sees, share of value added."""


# --- visits


@submodel
def make_visits(run, p, month, enterprises, roll, trainers, providers):
    """Visits under way, as they fall due; a trainer who left is stood in for by the freest of the region."""
    for i in range(run.enrolled):
        ent = enterprises[roll[i]]
        if not ent.alive or ent.module == NO_MODULE:
            continue
        if not at_work(ent.trainer, trainers, providers) and not find_stand_in(
            run, p, ent, trainers, providers
        ):
            if month - ent.class_month >= ABANDON:
                ent.module = NO_MODULE
            continue
        days = visit_days(run, p, ent.classmates)
        for _ in range(visits_due(run, ent, month)):
            ent.trainer_days_today += days
            ent.visits_today += 1
            ent.visits_done += 1
            providers[ent.provider].days += days * ent.weight
        if ent.visits_done >= run.visits:
            finish_module(run, p, ent, roll[i] - run.first_enterprise, providers[ent.provider])


@submodel
def at_work(trainer, trainers, providers):
    """Whether a trainer is active at a provider that trades."""
    return trainers[trainer].stage == ACTIVE and providers[trainers[trainer].provider].trading == 1


@submodel
def find_stand_in(run, p, ent, trainers, providers):
    """Another trainer of the region takes over the visits still to be made; False if there is none."""
    who = freest(run, ent.module, np.int64(ent.region), trainers, providers)
    if who == NOBODY:
        return False
    ent.trainer, ent.provider = who, trainers[who].provider
    ent.trainer_quality = trainers[who].quality[ent.module]
    left = run.visits - ent.visits_done
    trainers[who].booked += left * visit_days(run, p, ent.classmates) * ent.weight / ent.teachers
    return True


@submodel
def visits_due(run, ent, month):
    """Visits that the schedule wants by now, less those done: spread evenly over the months after class."""
    months = min(run.visit_months, month - ent.class_month)
    return run.visits * months // run.visit_months - ent.visits_done


@submodel
def visit_days(run, p, classmates):
    """Trainer days of one visit to one enterprise, which classmates may share."""
    return p.visit_days / min(run.enterprises_per_visit, max(1.0, classmates))


@submodel
def finish_module(run, p, ent, identity, provider):
    """Count the module; the enterprise sees a result, its provider gets a name, and the next is weighed.

    The field ``module`` is cleared by the enterprise's own month, in which the last visits still act.
    """
    k = ent.module
    ent.modules_done += 1
    if ent.modules_done == 1:
        ent.reached_today = 1
    ent.result = seen_result(run, p, ent, identity)
    ent.belief = math.exp(math.log(ent.belief) + p.belief_own * (math.log(ent.result) - math.log(ent.belief)))
    provider.reputation += p.reputation_speed * (ent.gain[k] - provider.reputation)
    ent.wanted = GOES_ON
    if run.assigned:
        key = draws.stream(run.seed, draws.CONTINUATION, ent.modules_done)
        if draws.uniform(draws.block(key, identity)) >= run.continuation:
            ent.wanted = NO_MODULE


@submodel
def seen_result(run, p, ent, identity):
    """The gain per module that the enterprise sees, share of value added: what its practices are worth."""
    worth = 0.0
    for k in range(N_MODULES):
        worth += p.productivity_gain[k] * ent.gain[k]
    error = draws.bell(draws.block(draws.stream(run.seed, draws.RESULT, ent.modules_done), identity))
    return max(NOTHING_SEEN, worth / ent.modules_done) * math.exp(p.belief_noise * error)


# --- classes


@submodel
def hold_classes(
    run, p, month, subsidies, enterprises, roll, start, sellers, first_of, staff_of, trainers, providers,
    account,
):  # fmt: skip
    """Queues form classes by provider and module; those are held for which trainer and budget are there.

    Providers of region r are ``sellers[start[r]:start[r + 1]]``, trainers of provider v
    ``staff_of[first_of[v]:first_of[v + 1]]``. A class is held when full, or part-full once one of its
    enterprises has waited ``PATIENCE`` months.
    """
    look_up_waits(run, p, trainers, providers)
    stays = np.zeros(run.enrolled, np.bool_)
    number = np.zeros((max(1, run.providers), N_MODULES), np.int64)
    impatient = np.zeros((max(1, run.providers), N_MODULES), np.bool_)
    for i in range(run.enrolled):
        ent = enterprises[roll[i]]
        if is_waiting(ent, month):
            identity = roll[i] - run.first_enterprise
            local = sellers[start[ent.region] : start[ent.region + 1]]
            stays[i] = stays_in_queue(run, p, month, subsidies, ent, identity, local, providers)
            if stays[i] and ent.provider != NOBODY:
                number[ent.provider, ent.wanted] += 1
                if month - ent.waiting_since >= PATIENCE:
                    impatient[ent.provider, ent.wanted] = True

    class_of = np.full(run.enrolled, NOBODY)
    days_of = np.zeros(run.enrolled)
    mates_of = np.zeros(run.enrolled)
    provider_of = np.zeros(run.enrolled, np.int64)
    module_of = np.zeros(run.enrolled, np.int64)
    cost = np.zeros(run.enrolled)
    booking = np.zeros(run.enrolled)
    needed = np.zeros(run.enrolled, np.int64)  # trainers: one for each class of the nation
    seated = np.zeros(number.shape, np.int64)
    latest = np.zeros(number.shape, np.int64)
    prospects = 0
    for i in range(run.enrolled):
        ent = enterprises[roll[i]]
        if not stays[i] or ent.provider == NOBODY:
            continue
        v, k = ent.provider, ent.wanted
        full = number[v, k] // run.seats_per_class * run.seats_per_class
        seats = run.seats_per_class if seated[v, k] < full else number[v, k] - full
        if seated[v, k] >= full and not impatient[v, k]:
            continue
        if seated[v, k] % run.seats_per_class == 0:
            latest[v, k] = prospects
            provider_of[prospects], module_of[prospects] = v, k
            prospects += 1
        seated[v, k] += 1
        c = latest[v, k]
        class_of[i] = c
        places = seats * ent.weight  # national enterprises in the class
        days_of[i] = run.class_days / min(run.enterprises_per_class, max(1.0, places))
        mates_of[i] = min(float(run.enterprises_per_class), places)
        needed[c] = max(1, min(run.trainers, int(places / run.enterprises_per_class + 0.5)))
        _, _, subsidy, overhead, _ = terms(run, p, month, subsidies, ent, providers[v], k, ent.supported == 1)
        cost[c] += ent.weight * (subsidy + overhead)
        booking[c] += ent.weight * (days_of[i] + run.visits * visit_days(run, p, mates_of[i]))

    first = np.cumsum(needed) - needed
    teachers = np.zeros(needed.sum(), np.int64)
    teachers_of = np.zeros(run.enrolled, np.int64)
    class_id = np.zeros(run.enrolled, np.int64)
    budget_before = run.budget_left  # terms are those of the month's beginning, whatever classes come first
    spent = 0.0
    for c in range(prospects):
        chosen = teachers[first[c] : first[c] + needed[c]]
        v = provider_of[c]
        staff = staff_of[first_of[v] : first_of[v + 1]]
        found, booked = pick_teachers(module_of[c], staff, needed[c], trainers, chosen)
        free = found > 0 and booked < p.trainer_days
        if free and (cost[c] == 0.0 or cost[c] <= budget_before - spent):
            spent += cost[c]
            for t in range(found):
                trainers[chosen[t]].booked += booking[c] / found
            teachers_of[c] = found
            class_id[c] = run.classes
            run.classes += 1

    run.queue = 0.0
    for i in range(run.enrolled):
        ent = enterprises[roll[i]]
        c = class_of[i]
        if c != NOBODY and teachers_of[c] > 0:
            identity = roll[i] - run.first_enterprise
            taught_by = teachers[first[c] : first[c] + teachers_of[c]]
            sit(
                run, p, month, subsidies, ent, identity, taught_by, trainers, providers[ent.provider],
                class_id[c], days_of[i], mates_of[i], account,
            )  # fmt: skip
        elif stays[i]:
            run.queue += ent.weight
    run.budget_left = budget_before - spent


@submodel
def is_waiting(ent, month):
    """Whether the enterprise waits for a class since an earlier month, with no module under way."""
    return ent.alive == 1 and ent.module == NO_MODULE and ent.waiting_since >= 0 and ent.waiting_since < month


@submodel
def stays_in_queue(run, p, month, subsidies, ent, identity, sellers, providers):
    """Decide again at the terms of the day, at another provider if its own cannot teach or makes it wait."""
    waited = month - ent.waiting_since
    lost = ent.provider == NOBODY or providers[max(0, ent.provider)].wait[ent.wanted] >= NO_WAIT
    if lost or (waited >= REPENT and waited % REPENT == 0):
        ent.provider = choose_provider(
            run, p, month, subsidies, ent, identity, ent.wanted, ent.supported == 1, sellers, providers
        )
    if run.assigned:
        return True
    if ent.provider != NOBODY:
        provider = providers[ent.provider]
        if buys(run, p, month, subsidies, ent, identity, provider, ent.wanted, ent.supported == 1):
            return True
    ent.waiting_since, ent.wanted, ent.provider = -1, NO_MODULE, NOBODY
    return False


@submodel
def sit(
    run, p, month, subsidies, ent, identity, staff, trainers, provider, class_id, days, classmates, account
):  # fmt: skip
    """The enterprise sits in a class: its module opens with a trainer, and is paid for."""
    k = ent.wanted
    fee, buyer, subsidy, overhead, supported = terms(
        run, p, month, subsidies, ent, provider, k, ent.supported == 1
    )
    ent.module, ent.wanted = k, NO_MODULE
    ent.modules_begun |= 1 << k
    ent.class_today, ent.class_month, ent.class_id = 1, month, class_id
    ent.classmates, ent.visits_done, ent.waiting_since = classmates, 0, -1
    if ent.first_class_month < 0:
        ent.first_class_month = month
        ent.credit_line = run.credit_line if supported else 0.0
    ent.trainer, ent.teachers, ent.trainer_quality = staff[0], len(staff), 0.0
    for t in staff:
        ent.trainer_quality += trainers[t].quality[k] / len(staff)
        learn(run, p, month, trainers[t], k, ent.weight / len(staff))
    ent.trainer_days_today += days
    ent.fee_today, ent.buyer_payment_today = fee, buyer
    ent.subsidy_today, ent.overhead_today = subsidy, overhead
    ent.commercial_today = 1 if subsidy == 0.0 else 0
    provider.revenue += ent.weight * (fee + buyer + subsidy)
    provider.days += ent.weight * days
    provider.sold += ent.weight
    r = ent.region
    enter(account, r, ma.MODULES, ent.weight)
    enter(account, r, ma.COMMERCIAL_MODULES, ent.weight * ent.commercial_today)
    enter(account, r, ma.FEES, ent.weight * fee)
    enter(account, r, ma.BUYER_PAYMENTS, ent.weight * buyer)
    enter(account, r, ma.SUBSIDIES, ent.weight * subsidy)
    enter(account, r, ma.OVERHEAD, ent.weight * overhead)
    if run.visits == 0:
        finish_module(run, p, ent, identity, provider)
