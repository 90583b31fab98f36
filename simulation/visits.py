"""Submodel 3, matching and delivery: visits as they fall due, stand-ins, what a finished module leaves."""

import math

import numpy as np

from simulation import draws
from simulation.compile import submodel
from simulation.offers import NOBODY
from simulation.state import ACTIVE, N_MODULES, NO_MODULE
from simulation.trainers import freest

ABANDON = 12
"""Months after the class at which a module without a trainer is given up."""
GOES_ON = -2
"""Value of ``wanted``: a module was finished this month, and the next is to be weighed."""
NOTHING_SEEN = 1e-4
"""Least gain that an enterprise sees, share of value added."""


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
    clients = ent.weight * p.trainers_per_provider / run.trainers_per_provider  # of each alike
    made = 1.0 - (1.0 - p.reputation_speed) ** clients
    provider.reputation += made * (ent.gain[k] - provider.reputation)
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
