"""Submodel 3, matching and delivery: queues at providers, and classes.

A class teaches one module at one provider. Its trainer books the days of the class and of all visits that
follow, so that visits come when they are due and a full order book makes new classes wait.
"""

import numpy as np

from simulation import market_accounts as ma
from simulation.compile import records, submodel
from simulation.ledger import enter
from simulation.offers import NOBODY, buys, choose_provider, terms
from simulation.providers import look_up_waits
from simulation.state import N_MODULES, NO_MODULE, NO_WAIT, PLANNED_CLASS, SEAT
from simulation.trainers import learn, pick_teachers
from simulation.visits import finish_module, visit_days

PATIENCE = 3
"""Months that an enterprise waits before its class is held with empty places."""
REPENT = 6
"""Months of waiting after which an enterprise looks for another provider."""


@submodel
def hold_classes(
    run, p, month, subsidies, enterprises, roll, start, sellers, first_of, staff_of, trainers, providers,
    account,
):  # fmt: skip
    """Queues form classes by provider and module; those are held for which trainers and budget are there.

    Providers of region r are ``sellers[start[r]:start[r + 1]]``, trainers of provider v
    ``staff_of[first_of[v]:first_of[v + 1]]``. A class is held when full, or part-full once one of its
    enterprises has waited ``PATIENCE`` months.
    """
    look_up_waits(run, p, trainers, providers)
    stays = ask_the_queues(run, p, month, subsidies, enterprises, roll, start, sellers, providers)
    seats, planned = plan_classes(run, p, month, subsidies, enterprises, roll, stays, providers)
    teachers, spent = engage_teachers(run, p, planned, first_of, staff_of, trainers)
    run.queue = 0.0
    for i in range(run.enrolled):
        ent = enterprises[roll[i]]
        if not stays[i]:
            continue
        place = seats[i].place
        if place != NOBODY and planned[place].teachers > 0:
            first, last = planned[place].first_teacher, planned[place].first_teacher + planned[place].teachers
            sit(
                run, p, month, subsidies, ent, roll[i] - run.first_enterprise, seats[i],
                planned[place].class_id, teachers[first:last], trainers, providers[ent.provider], account,
            )  # fmt: skip
        else:
            run.queue += ent.weight
    run.budget_left -= spent  # only now, so that all terms are those of the month's beginning


@submodel
def ask_the_queues(run, p, month, subsidies, enterprises, roll, start, sellers, providers):
    """Which places of the roll wait for a class and still want it at the terms of the day."""
    stays = np.zeros(run.enrolled, np.bool_)
    for i in range(run.enrolled):
        ent = enterprises[roll[i]]
        if is_waiting(ent, month):
            identity = roll[i] - run.first_enterprise
            local = sellers[start[ent.region] : start[ent.region + 1]]
            stays[i] = stays_in_queue(run, p, month, subsidies, ent, identity, local, providers)
    return stays


@submodel
def plan_classes(run, p, month, subsidies, enterprises, roll, stays, providers):
    """Divide the queues, in the roll's order, into classes; returns each place's seat and the classes."""
    queues = (run.providers + 1, N_MODULES)
    number, seated, latest = (
        np.zeros(queues, np.int64),
        np.zeros(queues, np.int64),
        np.zeros(queues, np.int64),
    )
    impatient = np.zeros(queues, np.bool_)
    for i in range(run.enrolled):
        ent = enterprises[roll[i]]
        if stays[i] and ent.provider != NOBODY:
            number[ent.provider, ent.wanted] += 1
            if month - ent.waiting_since >= PATIENCE:
                impatient[ent.provider, ent.wanted] = True
    seats, planned = records(run.enrolled, SEAT), records(run.enrolled, PLANNED_CLASS)
    classes = 0
    for i in range(run.enrolled):
        ent, seat = enterprises[roll[i]], seats[i]
        seat.place = NOBODY
        if not stays[i] or ent.provider == NOBODY:
            continue
        v, k = ent.provider, ent.wanted
        full = number[v, k] // run.seats_per_class * run.seats_per_class
        together = run.seats_per_class if seated[v, k] < full else number[v, k] - full
        if seated[v, k] >= full and not impatient[v, k]:
            continue
        if seated[v, k] % run.seats_per_class == 0:
            latest[v, k] = classes
            planned[classes].provider, planned[classes].module = v, k
            classes += 1
        seated[v, k] += 1
        seat.place = latest[v, k]
        places = together * ent.weight
        seat.class_days = run.class_days / min(run.enterprises_per_class, max(1.0, places))
        seat.classmates = min(float(run.enterprises_per_class), places)
        _, _, subsidy, overhead, _ = terms(run, p, month, subsidies, ent, providers[v], k, ent.supported == 1)
        plan = planned[seat.place]
        plan.stands_for += ent.weight
        plan.cost += ent.weight * (subsidy + overhead)
        plan.days += ent.weight * (seat.class_days + run.visits * visit_days(run, p, seat.classmates))
    return seats, planned[:classes]


@submodel
def engage_teachers(run, p, planned, first_of, staff_of, trainers):
    """Teachers with days free this month, one for each class of the nation, who book the days of the module.

    Classes come in the order in which they were planned, as far as the budget reaches. Returns the list of
    teachers and what the programme spends.
    """
    wanted = np.zeros(len(planned), np.int64)
    for c in range(len(planned)):
        classes = int(planned[c].stands_for / run.enterprises_per_class + 0.5)
        wanted[c] = max(1, min(run.trainers, classes))
    first = np.cumsum(wanted) - wanted
    teachers = np.zeros(wanted.sum(), np.int64)
    spent = 0.0
    for c in range(len(planned)):
        plan = planned[c]
        chosen = teachers[first[c] : first[c] + wanted[c]]
        staff = staff_of[first_of[plan.provider] : first_of[plan.provider + 1]]
        found, booked = pick_teachers(plan.module, staff, wanted[c], trainers, chosen)
        reaches = plan.cost == 0.0 or plan.cost <= run.budget_left - spent
        if found > 0 and booked < p.trainer_days and reaches:
            spent += plan.cost
            for t in range(found):
                trainers[chosen[t]].booked += plan.days / found
            plan.first_teacher, plan.teachers, plan.class_id = first[c], found, run.classes
            run.classes += 1
    return teachers, spent


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
    run, p, month, subsidies, ent, identity, seat, class_id, teachers, trainers, provider, account
):  # fmt: skip
    """The enterprise sits in a class: its module opens with a teacher, and is paid for."""
    k = ent.wanted
    fee, buyer, subsidy, overhead, supported = terms(
        run, p, month, subsidies, ent, provider, k, ent.supported == 1
    )
    ent.module, ent.wanted = k, NO_MODULE
    ent.modules_begun |= 1 << k
    ent.class_today, ent.class_month, ent.class_id = 1, month, class_id
    ent.classmates, ent.visits_done, ent.waiting_since = seat.classmates, 0, -1
    if ent.first_class_month < 0:
        ent.first_class_month = month
        ent.credit_line = run.credit_line if supported else 0.0
    ent.trainer, ent.teachers, ent.trainer_quality = teachers[0], len(teachers), 0.0
    for t in teachers:
        ent.trainer_quality += trainers[t].quality[k] / len(teachers)
        learn(run, p, month, trainers[t], k, ent.weight / len(teachers))
    ent.trainer_days_today += seat.class_days
    ent.fee_today, ent.buyer_payment_today = fee, buyer
    ent.subsidy_today, ent.overhead_today = subsidy, overhead
    ent.commercial_today = 1 if subsidy == 0.0 else 0
    provider.revenue += ent.weight * (fee + buyer + subsidy)
    provider.days += ent.weight * seat.class_days
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
