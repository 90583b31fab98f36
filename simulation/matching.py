"""Submodels 1 and 3, programme and matching: who is enrolled, who sits in a class, who is visited.

One ordered step a month for each run: visits under way first, then classes of waiting enterprises (those of
a region together, longest enrolled first), then new enrolments in a random order that is the same in every
scenario. Trainer days, budget and places are national quantities; an enterprise takes its weight of them.
"""

from simulation import draws
from simulation.compile import serial_kernel, submodel
from simulation.parameters import COOPERATION
from simulation.state import N_MODULES, NO_MODULE

import numpy as np  # isort: skip

PATIENCE = 3
"""Months that an enterprise waits before its class is held with empty places."""


@serial_kernel
def programme_month(run, p, month, today, enterprises, order, roll, open_from, classes):
    """The programme's month in one run; sets what each enterprise receives today.

    ``order`` are the eligible enterprises in the run's order of enrolment, ``roll`` those enrolled so far
    (the first ``run.enrolled``), ``open_from[sector, region]`` the month in which an area opens, ``classes``
    the run's class records.
    """
    run.days_left = today.trainer_days
    for i in range(run.enrolled):
        begin_month(enterprises[roll[i]])
    for i in range(run.enrolled):
        ent = enterprises[roll[i]]
        if ent.alive and ent.module != NO_MODULE:
            visit(run, p, month, ent, roll[i] - run.first_enterprise)
    hold_classes(run, p, month, today, enterprises, roll, open_from.shape[1])
    if today.open > 0.0:  # after closing, those enrolled before still get the modules they wait for
        enrol(run, month, today, enterprises, order, roll, open_from)
    class_means(run, enterprises, roll, classes)


@submodel
def begin_month(ent):
    """Clear what was received last month."""
    ent.class_today = 0
    ent.visits_today = 0
    ent.reached_today = 0
    ent.fee_today = 0.0
    ent.buyer_payment_today = 0.0
    ent.subsidy_today = 0.0
    ent.overhead_today = 0.0
    ent.trainer_days_today = 0.0


@submodel
def visits_due(run, ent, month):
    """Visits that the schedule wants by now, less those done: spread evenly over the months after class."""
    months = min(run.visit_months, month - ent.class_month)
    return run.visits * months // run.visit_months - ent.visits_done


@submodel
def visit(run, p, month, ent, identity):
    """Deliver the visits due as far as trainer days reach; the module ends with its last visit."""
    for _ in range(visits_due(run, ent, month)):
        if run.days_left < p.visit_days * ent.weight:
            return
        run.days_left -= p.visit_days * ent.weight
        ent.trainer_days_today += p.visit_days
        ent.visits_today += 1
        ent.visits_done += 1
    if ent.visits_done >= run.visits:
        finish_module(run, month, ent, identity)


@submodel
def finish_module(run, month, ent, identity):
    """Count the module; the first one makes the enterprise reached; go on to another, or stop."""
    ent.modules_done += 1
    if ent.modules_done == 1:
        ent.reached_today = 1
    key = draws.stream(run.seed, draws.CONTINUATION, ent.modules_done)
    goes_on = draws.uniform(draws.block(key, identity)) < run.continuation
    if goes_on and next_module(run, ent, ent.modules_begun | (1 << ent.module)) != NO_MODULE:
        ent.waiting_since = month
    # the visits of this month still belong to the module: it is closed by the enterprise's own pass


@submodel
def next_module(run, ent, begun):
    """The module to take next: cooperation first if obligatory, then the largest gap or as listed."""
    if run.obligatory_first and not begun & 1:
        return COOPERATION
    best, smallest = NO_MODULE, 2.0
    for i in range(run.modules_offered):
        k = run.offered[i]
        if begun & (1 << k):
            continue
        if not run.largest_gap:
            return k
        if ent.practice[k] < smallest:
            best, smallest = k, ent.practice[k]
    return best


@submodel
def is_waiting(ent, month):
    """Whether the enterprise waits for a class: enrolled or gone on in an earlier month, none under way."""
    return ent.alive and ent.module == NO_MODULE and ent.waiting_since >= 0 and ent.waiting_since < month


@submodel
def hold_classes(run, p, month, today, enterprises, roll, n_regions):
    """Form classes region by region and hold those for which trainer days and budget reach.

    A class is held when full, or part-full once one of its enterprises has waited ``PATIENCE`` months; it
    begins only if days and budget reach for all its seats.
    """
    size = run.enterprises_per_class
    waiting = np.zeros(n_regions, np.int64)
    impatient = np.zeros(n_regions, np.int64)
    for i in range(run.enrolled):
        ent = enterprises[roll[i]]
        if is_waiting(ent, month):
            waiting[ent.region] += 1
            if month - ent.waiting_since >= PATIENCE:
                impatient[ent.region] = 1
    seated = np.zeros(n_regions, np.int64)
    class_of = np.zeros(n_regions, np.int64)
    out_of_means = np.zeros(n_regions, np.int64)
    run.queue = 0.0
    for i in range(run.enrolled):
        ent = enterprises[roll[i]]
        if not is_waiting(ent, month):
            continue
        r = ent.region
        full = waiting[r] // size * size
        seats = size if seated[r] < full else waiting[r] - full
        admitted = seated[r] < full or impatient[r]
        days = run.class_days / max(1, seats)
        budget = (today.subsidy * today.price + p.overhead_per_module) * ent.weight
        begun = seated[r] % size
        if run.days_left < days * ent.weight * (seats - begun) or run.budget_left < budget * (seats - begun):
            out_of_means[r] = 1
        if not admitted or out_of_means[r]:
            run.queue += ent.weight
            continue
        if begun == 0:
            class_of[r] = run.classes
            run.classes += 1
        seated[r] += 1
        run.days_left -= days * ent.weight
        run.budget_left -= budget
        attend(run, p, month, today, ent, roll[i] - run.first_enterprise, class_of[r], days)


@submodel
def attend(run, p, month, today, ent, identity, class_id, days):
    """The enterprise sits in a class: its module opens, it meets its trainer, and the module is paid."""
    ent.module = next_module(run, ent, ent.modules_begun)
    ent.modules_begun |= 1 << ent.module
    ent.class_today = 1
    ent.class_month = month
    ent.class_id = class_id
    ent.visits_done = 0
    ent.waiting_since = -1
    if ent.first_class_month < 0:
        ent.first_class_month = month
        ent.credit_line = run.credit_line
    quality_bits = draws.block(draws.stream(run.seed, draws.TRAINER, ent.module), identity)
    ent.trainer_quality = min(
        1.0, max(0.0, run.trainer_quality + p.trainer_quality_sd * draws.bell(quality_bits))
    )
    ent.trainer_days_today += days
    ent.subsidy_today = today.subsidy * today.price
    ent.buyer_payment_today = run.buyer_share * (today.price - ent.subsidy_today)
    ent.fee_today = today.price - ent.subsidy_today - ent.buyer_payment_today
    ent.overhead_today = p.overhead_per_module
    if run.visits == 0:
        finish_module(run, month, ent, identity)


@submodel
def enrol(run, month, today, enterprises, order, roll, open_from):
    """Enrol eligible enterprises of open areas, in the run's order, while places and budget last.

    Where nobody is left who may enrol, unused places lapse: they do not pile up until another area opens.
    """
    run.capacity += today.enterprises
    first = run.next_in_order
    passed_over = False
    for i in range(first, run.eligible):
        if run.capacity <= 0.0 or run.budget_left <= 0.0:
            return
        ent = enterprises[order[i]]
        if ent.enrolled_month < 0:
            is_open = open_from[ent.sector, ent.region] <= month
            if ent.alive and is_open:
                if run.capacity < ent.weight:
                    return
                run.capacity -= ent.weight
                ent.enrolled_month = month
                ent.waiting_since = month
                roll[run.enrolled] = order[i]
                run.enrolled += 1
            elif ent.exit_month < 0:
                passed_over = True
        if not passed_over:
            run.next_in_order = i + 1
    run.capacity = min(run.capacity, today.enterprises)


@submodel
def class_means(run, enterprises, roll, classes):
    """Mean gain of those who last sat in one class, for the spread among classmates."""
    for c in range(run.classes):
        classes[c].members = 0.0
        for k in range(N_MODULES):
            classes[c].gain[k] = 0.0
    for i in range(run.enrolled):
        ent = enterprises[roll[i]]
        if ent.alive and ent.class_id >= 0:
            classes[ent.class_id].members += 1.0
            for k in range(N_MODULES):
                classes[ent.class_id].gain[k] += ent.gain[k]
    for c in range(run.classes):
        for k in range(N_MODULES):
            classes[c].gain[k] /= max(1.0, classes[c].members)
