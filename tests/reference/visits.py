"""Visits on site after a class, in plain words: who comes, a stand-in if need be, and a module's end."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from simulation import draws
from tests.reference import chance
from tests.reference.practice import EVERY_MODULE
from tests.reference.trainers import freest

if TYPE_CHECKING:
    from tests.reference.enterprise import Enterprise
    from tests.reference.programme import Programme

GOES_ON = -2
"""Value of ``wanted`` of an enterprise that has just finished a module and weighs the next."""
ABANDON = 12
"""Months after its class at which a module without a trainer is given up."""
LEAST_RESULT = 1e-4


def days_per_visit(programme: Programme, classmates: float) -> float:
    """Trainer days of one visit for one enterprise: classmates may share a visit."""
    together = min(programme.enterprises_per_visit, max(1.0, classmates))
    return programme.model.p.visit_days / together


def visit(programme: Programme, firm: Enterprise) -> None:
    """Visits are spread evenly over the months after class; the last one ends the module."""
    since_class = programme.model.month - firm.class_month
    if not has_trainer(programme, firm):
        if since_class >= ABANDON:
            firm.module = firm.wanted = -1
        return
    due = programme.visits * min(programme.visit_months, since_class) // programme.visit_months
    days = days_per_visit(programme, firm.classmates)
    provider = programme.trainers[firm.trainer].employer
    while firm.visits_done < due:
        firm.visits_done += 1
        firm.visits_today += 1
        firm.trainer_days_today += days
        provider.days += days * firm.weight
    if firm.visits_done >= programme.visits:
        finish_module(programme, firm)


def has_trainer(programme: Programme, firm: Enterprise) -> bool:
    """Whether the enterprise's own trainer is at work, or a stand-in was found in its region."""
    if programme.trainers[firm.trainer].is_at_work():
        return True
    able = [t for t in programme.at_work_in(firm.region) if t.may_teach(firm.module)]
    stand_in = freest(able)
    if stand_in is None:
        return False
    firm.trainer, firm.provider = stand_in.number, stand_in.provider
    firm.trainer_quality = stand_in.quality[firm.module]
    still_to_come = programme.visits - firm.visits_done
    days = still_to_come * days_per_visit(programme, firm.classmates) * firm.weight
    stand_in.booked += days / firm.teachers
    return True


def finish_module(programme: Programme, firm: Enterprise) -> None:
    """All visits are made: the enterprise sees a result, its provider makes a name, and some go on."""
    p = programme.model.p
    firm.modules_done += 1
    if firm.modules_done == 1:
        firm.reached_today = 1
    firm.result = result_seen(programme, firm)
    learn_from(firm, firm.result, p.belief_own)
    provider = programme.providers[firm.provider]
    clients = firm.weight / (programme.trainers_per_provider / p.trainers_per_provider)
    unchanged = (1.0 - p.reputation_speed) ** clients
    provider.reputation = unchanged * provider.reputation + (1.0 - unchanged) * firm.gain[firm.module]
    if not programme.assigned:
        firm.wanted = GOES_ON
        return
    draw = chance.drawn(programme.seed, draws.CONTINUATION, firm.modules_done, firm.identity)
    if programme.model.happens(draw, programme.continuation, firm):
        firm.wanted = GOES_ON


def result_seen(programme: Programme, firm: Enterprise) -> float:
    """Gain in value added per module so far, as managers see it: with an error, and never nothing."""
    p = programme.model.p
    gained = sum(p.productivity_gain[k] * firm.gain[k] for k in EVERY_MODULE)
    luck = chance.drawn_bell(programme.seed, draws.RESULT, firm.modules_done, firm.identity)
    return max(LEAST_RESULT, gained / firm.modules_done) * math.exp(p.belief_noise * luck)


def learn_from(firm: Enterprise, result: float, speed: float) -> None:
    """Belief moves part of the way to a result, in logarithms."""
    firm.belief = math.exp((1.0 - speed) * math.log(firm.belief) + speed * math.log(result))
