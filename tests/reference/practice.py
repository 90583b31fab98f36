"""Delivery and practices, in plain words: classes teach, visits put to use, gains erode and are copied."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from simulation.parameters import CLEANER_PRODUCTION, COOPERATION, HUMAN_RESOURCES, MODULES, QUALITY
from tests.reference import chance

if TYPE_CHECKING:
    from tests.reference.enterprise import Enterprise

EVERY_MODULE = range(len(MODULES))
WORKERS_PER_MANAGER = 25


def drift(firm: Enterprise) -> None:
    """Without any programme the usual shares wander about the enterprise's own long-run shares."""
    p = firm.model.p
    bits = chance.bits(firm.model.keys["practice drift"], firm.identity)
    for k in EVERY_MODULE:
        home = firm.lasting[k]
        # a uniform number less one half has the standard deviation 1/sqrt(12)
        push = (chance.dozen(bits, k) - 0.5) * math.sqrt(12.0)
        spread = p.practice_drift * home * (1.0 - home) / 0.25
        new = (1.0 - p.practice_reversion) * firm.usual[k] + p.practice_reversion * home + spread * push
        firm.usual[k] = within(new, 0.0, 1.0)


def attend_class(firm: Enterprise, days: float) -> None:
    """The managers learn part of what they did not know, more in a longer class of a better trainer."""
    p = firm.model.p
    k = firm.module
    saturation = 1.0 - math.exp(-days / p.class_days_scale)
    firm.knowhow[k] += p.class_knowhow * firm.trainer_quality * saturation * unknown(firm, k)
    firm.attention = 1.0


def receive_visit(firm: Enterprise) -> float:
    """A trainer on site explains a little and helps to use what is known; returns what was put to use."""
    p = firm.model.p
    k = firm.module
    firm.knowhow[k] += p.visit_knowhow * firm.trainer_quality * unknown(firm, k)
    share = p.visit_adoption * firm.trainer_quality * readiness(firm) * ease(firm, k)
    if firm.model.programme.enterprises_per_visit > 1:
        share *= p.group_counselling
    step = min(share, 1.0) * max(firm.knowhow[k] - firm.gain[k], 0.0)
    firm.gain[k] += step
    firm.attention = 1.0
    return step


def unknown(firm: Enterprise, k: int) -> float:
    """Practices that the managers cannot run: neither in use, nor known from before, nor learnt."""
    margin = firm.model.p.knowhow_margin
    unused = 1.0 - firm.usual[k]
    return max(unused - margin * unused - firm.knowhow[k], 0.0)


def readiness(firm: Enterprise) -> float:
    """Cooperation, able managers and their attention make a visit count."""
    p = firm.model.p
    ready = p.readiness_base + p.readiness_ability * firm.ability
    ready += p.readiness_cooperation * (firm.practice[COOPERATION] - p.practice_mean[COOPERATION])
    ready += p.readiness_attention * (firm.attention - 0.5)
    return within(ready, 0.1, 1.0)


def ease(firm: Enterprise, k: int) -> float:
    """Gained cooperation helps the other four; piece-rate workers hold up changes that share no gain."""
    p = firm.model.p
    helped = 1.0 if k == COOPERATION else 1.0 + p.complementarity * firm.gain[COOPERATION]
    if firm.piece_rate and k in (QUALITY, CLEANER_PRODUCTION):
        shared = max(firm.practice[COOPERATION], firm.practice[HUMAN_RESOURCES])
        helped *= 1.0 - p.gate_strength * (1.0 - shared)
    return max(helped, 0.0)


def memory_lost(firm: Enterprise) -> float:
    """Share of the managers' memory that leaves with one of them this month, mostly none."""
    p = firm.model.p
    hired_managers = firm.headcount / WORKERS_PER_MANAGER
    leaves = min(0.9, hired_managers * p.manager_quit_rate / 12.0)
    draw = chance.whole(chance.bits(firm.model.keys["manager leaves"], firm.identity))
    if firm.model.happens(draw, leaves, firm):
        return p.manager_memory / (1.0 + hired_managers)
    return 0.0


def adopt_erode_copy(firm: Enterprise) -> float:
    """One month of unaided adoption, erosion and spread; returns what was newly put to use."""
    p = firm.model.p
    neighbours = firm.model.clusters[firm.cluster].gain
    classmates = firm.model.programme.class_gain.get(firm.class_id)  # none for who never sat in a class
    forgotten = memory_lost(firm)
    without_attention = p.erosion_attention * (1.0 - firm.attention)
    without_attendees = p.erosion_attendee * firm.attended_lost / max(firm.attended_workers, 1.0)
    exposed = 1.0 - p.team_protection * min(firm.practice[COOPERATION], 1.0)
    erosion = min(1.0, forgotten + exposed * (without_attention + without_attendees))
    put_to_use = 0.0
    for k in EVERY_MODULE:
        before = firm.gain[k]
        adopted = min(1.0, p.unaided_adoption * ease(firm, k)) * max(firm.knowhow[k] - before, 0.0)
        pull = p.spread_cluster * max(neighbours[k] - before, 0.0)
        if classmates is not None:
            pull += p.spread_class * max(classmates[k] - before, 0.0)
        copied = pull * max(1.0 - firm.usual[k] - before, 0.0)
        after = before + adopted + copied - erosion * before
        idle = max(firm.knowhow[k] - after, 0.0)
        known = firm.knowhow[k] * (1.0 - forgotten) + copied - p.knowhow_forgetting * idle
        firm.gain[k] = min(max(after, 0.0), 1.0 - firm.usual[k])
        firm.knowhow[k] = max(known, firm.gain[k])
        put_to_use += adopted + copied
    firm.attention -= p.attention_decay * firm.attention
    firm.practice = [min(1.0, firm.usual[k] + firm.gain[k]) for k in EVERY_MODULE]
    return put_to_use


def within(x: float, low: float, high: float) -> float:
    """``x``, held between ``low`` and ``high``."""
    return min(high, max(low, x))
