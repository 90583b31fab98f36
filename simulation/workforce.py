"""Submodels 6 and 7 for a whole roster, eight seats at a time: what happens to whom, and who learns.

Little happens to most workers in most months. So each month an octet's eight seats are first *watched*
together: their draws are made, what all share is counted, and seats where something may happen (leaving,
injury, the end of one, a hire) are called. Only these take the *closer look* in which
:mod:`simulation.people` and :mod:`simulation.hiring` decide. Then all eight *learn*. Watching works in single
precision, on 32-bit lanes; it never decides what it calls, and calls a little too often rather than once too
rarely (``MARGIN``). Absence, which is frequent and changes nothing but the month's sums, is decided there.
"""

from typing import NamedTuple

import numpy as np

from simulation import accounts as a
from simulation import draws, hiring, people
from simulation.compile import submodel
from simulation.seats import (
    AGE_MASK,
    AGE_SHIFT,
    ATTENDED,
    ATTENDED_SHIFT,
    AWAY,
    AWAY_SHIFT,
    GRID,
    OCTET_SEATS,
    ONE_MONTH,
    SEATED,
    STEP,
    TAKEN,
    TENURE_SHIFT,
    WOMAN,
    lowest_bit,
    on_grid,
)

MARGIN = 1.0 + 1e-5
"""Factor on the chances by which seats are called: well above the rounding of single precision."""

ZERO, ONE = np.float32(0.0), np.float32(1.0)
NO, YES = np.int32(0), np.int32(1)
ONE_OVER_MONTHS_NEW = np.float32(1.0 / people.MONTHS_NEW)
LEAST_LEAVING, LEAST_INJURY = np.float32(0.1), np.float32(0.2)
NOVICE = np.int32(people.MONTHS_NOVICE)
EVERYBODY = 1 << 30
STEP64 = float(STEP)

# Counts of an octet (each at most eight) share one whole number, four bits a count.
COUNT_BITS, COUNT_MASK = 4, 15
CALLED_SHIFT, CALLED_MASK = 24, 255


class Odds(NamedTuple):
    """A workplace in single precision, with chances as whole numbers below 2^21 (what draws are)."""

    leave: np.float32
    leave_engagement: np.float32
    leave_novice: np.float32
    leave_young: np.float32
    shed: np.float32
    injury: np.float32
    injury_engagement: np.float32
    injury_novice: np.float32
    absence: np.float32
    absence_engagement: np.float32
    usual: np.float32
    hire: np.float32
    low_skill: np.int32  # grid steps of skill below which the wage is a low one
    level: np.float32
    level_attended: np.float32
    speed: np.float32
    ceiling: np.float32
    ceiling_attended: np.float32
    learning: np.float32


@submodel
def odds(firms, i, p):
    """The workplace for eight workers at a time."""
    return Odds(
        leave=np.float32(firms.quit[i] * draws.THIRDS * MARGIN),
        leave_engagement=np.float32(p.quit_engagement),
        leave_novice=np.float32(p.quit_novice),
        leave_young=np.float32(p.quit_young),
        shed=np.float32(firms.shed[i] * draws.THIRDS * MARGIN),
        injury=np.float32(firms.injury[i] * draws.THIRDS * MARGIN),
        injury_engagement=np.float32(p.injury_engagement),
        injury_novice=np.float32(p.injury_novice),
        absence=np.float32(p.absence_rate / p.absence_spell * draws.THIRDS),
        absence_engagement=np.float32(p.absence_engagement),
        usual=np.float32(p.engagement_base),
        hire=np.float32(firms.hire[i] * draws.THIRDS * MARGIN),
        low_skill=np.int32(low_skill(p.wage_skill, firms.low_pay[i] / firms.wage[i])),
        level=np.float32(firms.engagement_level[i]),
        level_attended=np.float32(p.engagement_attended),
        speed=np.float32(p.engagement_speed),
        ceiling=np.float32(firms.skill_ceiling[i]),
        ceiling_attended=np.float32(p.skill_attended),
        learning=np.float32(firms.learning[i]),
    )


@submodel
def low_skill(wage_skill, low_pay):
    """Grid steps of skill below which relative pay, 1 + wage_skill (skill - 1), is below ``low_pay``."""
    if wage_skill <= 0.0:
        return EVERYBODY if low_pay > 1.0 else 0
    skill = 1.0 + (low_pay - 1.0) / wage_skill
    return int(np.ceil(min(1000.0, max(0.0, skill)) * GRID))


@submodel
def bit(condition):
    """1 where the condition holds, else 0, as a 32-bit number."""
    return YES if condition else NO


@submodel
def is_absent(o, third, engagement):
    """Whether the third draw falls below this worker's chance of a spell of absence."""
    gap = np.float32(o.usual - engagement)
    return np.float32(third) < np.float32(
        o.absence * np.float32(ONE + np.float32(o.absence_engagement * gap))
    )


@submodel
def may_happen(o, first, second, engagement, tenure, age):
    """Whether this worker may leave or be injured: chances rounded up, with no upper bound."""
    gap = np.float32(o.usual - engagement)
    novelty = np.float32(ONE / np.float32(ONE + np.float32(np.float32(tenure) * ONE_OVER_MONTHS_NEW)))
    by_age = np.float32(ONE + np.float32(o.leave_young * np.float32(ONE - np.float32(age))))
    restless = max(LEAST_LEAVING, np.float32(ONE + np.float32(o.leave_engagement * gap)))
    newly = np.float32(ONE + np.float32(o.leave_novice * novelty))
    leave = np.float32(np.float32(np.float32(o.leave * restless) * np.float32(newly * by_age)) + o.shed)
    careless = max(LEAST_INJURY, np.float32(ONE + np.float32(o.injury_engagement * gap)))
    unused = np.float32(ONE + np.float32(o.injury_novice * novelty))
    hazard = np.float32(np.float32(o.injury * careless) * unused)
    return (np.float32(first) < leave) | (np.float32(second) < hazard)


@submodel
def watch(octet, bits, start, o):
    """Count an octet's workers and call the seats where something may happen.

    Returns the counts, packed (heads, women, novices, low paid, attended, absent) below a bit for each seat
    called, and the sums of skill, women's skill, engagement and absentees' skill in grid steps.
    """
    counts = skills = skills_women = engagements = skills_absent = NO
    for lane in range(OCTET_SEATS):
        word = octet.person[lane]
        own = octet.engagement[lane]
        x, y = draws.seat_words(bits, np.uint32(np.uint32(lane) + start))
        first, second, third = draws.seat_thirds(x, y)
        taken = np.int32(word & TAKEN)
        woman = np.int32(np.int32(word >> YES) & taken)
        tenure = np.int32(word >> TENURE_SHIFT)
        age = np.int32(np.int32(word >> AGE_SHIFT) & AGE_MASK)
        away = bit(np.int32(word & AWAY) > NO)
        eventful = bit(may_happen(o, first, second, own, tenure, age))
        filled = bit(np.float32(first) < o.hire)
        called = np.int32(
            np.int32(taken & np.int32(eventful | away)) | np.int32(np.int32(taken ^ YES) & filled)
        )
        absent = np.int32(bit(is_absent(o, third, own)) & np.int32(taken & np.int32(away ^ YES)))
        skill = np.int32(np.int32(octet.skill[lane] * GRID) & np.int32(-taken))
        counts = np.int32(
            counts
            + np.int32(
                taken
                | np.int32(woman << np.int32(4))
                | np.int32(np.int32(taken & bit(tenure < NOVICE)) << np.int32(8))
                | np.int32(np.int32(taken & bit(skill < o.low_skill)) << np.int32(12))
                | np.int32(np.int32(taken & bit(np.int32(word & ATTENDED) > NO)) << np.int32(16))
                | np.int32(absent << np.int32(20))
                | np.int32(called << np.int32(CALLED_SHIFT + np.int32(lane)))
            )
        )
        skills = np.int32(skills + skill)
        skills_women = np.int32(skills_women + np.int32(skill & np.int32(-woman)))
        engagements = np.int32(engagements + np.int32(np.int32(own * GRID) & np.int32(-taken)))
        skills_absent = np.int32(skills_absent + np.int32(skill & np.int32(-absent)))
    return counts, skills, skills_women, engagements, skills_absent


@submodel
def learn(octet, o):
    """Skill climbs its learning curve towards the workplace's ceiling (or sinks, where that fell), and
    engagement moves towards the workplace's level; both a little higher for who attended a class."""
    for lane in range(OCTET_SEATS):
        word = octet.person[lane]
        skill, own = octet.skill[lane], octet.engagement[lane]
        attended = np.float32(bit(np.int32(word & ATTENDED) > NO))
        seated = np.int32(word & SEATED) > NO
        ceiling = np.float32(o.ceiling + np.float32(o.ceiling_attended * attended))
        level = np.float32(o.level + np.float32(o.level_attended * attended))
        learnt = np.float32(skill + np.float32(o.learning * np.float32(ceiling - skill)))
        moved = np.float32(own + np.float32(o.speed * np.float32(level - own)))
        octet.skill[lane] = skill if seated else on_grid(learnt)
        octet.engagement[lane] = own if seated else on_grid(min(ONE, max(ZERO, moved)))
        older = np.int32(word + np.int32(np.int32(word & TAKEN) * ONE_MONTH))
        octet.person[lane] = np.int32(word ^ SEATED) if seated else older


@submodel
def send_to_class(octets, first, number, seat0, key, chance, module, firms, i):
    """Workers who attend today's class of the enterprise: each with the same chance."""
    attends = np.int32(np.int32(1) << np.int32(ATTENDED_SHIFT + np.int32(module)))
    for k in range(number):
        octet = octets[first + k]
        for lane in range(OCTET_SEATS):
            word = octet.person[lane]
            seat = seat0 + OCTET_SEATS * k + lane
            if word & TAKEN and draws.uniform(draws.block(key, seat)) < chance:
                octet.person[lane] = np.int32(word | attends)
                firms.in_class[i] += 1.0
                firms.women_in_class[i] += 1.0 if word & WOMAN else 0.0


@submodel
def suffer_or_leave(octet, lane, words, o, firms, i, p):
    """The closer look at a worker: back from an injury, injured, leaving or none; returns the new word."""
    word = octet.person[lane]
    first, second, third = draws.seat_thirds(words[0], words[1])
    skill, own = np.float64(octet.skill[lane]), np.float64(octet.engagement[lane])
    tenure = np.float64(np.int32(word >> TENURE_SHIFT))
    woman = 1.0 if word & WOMAN else 0.0
    if word & AWAY:
        word = np.int32(word - np.int32(np.int32(1) << AWAY_SHIFT))
        firms.lost[i] += 1.0
        firms.skills_lost[i] += skill
    else:
        severity = people.injury(firms, i, p, second / draws.THIRDS, own, tenure)
        if severity > 0:
            firms.injuries[i] += 1.0
            firms.injuries_women[i] += woman
            months = np.int32(people.months_away(severity))
            word = np.int32(word | np.int32(months << AWAY_SHIFT))
            at_work = 1.0 - (p.absence_spell if is_absent(o, third, octet.engagement[lane]) else 0.0)
            share = at_work * people.injured_share(p, severity)
            firms.lost[i] += share
            firms.skills_lost[i] += skill * share
    age = np.int32(np.int32(word >> AGE_SHIFT) & AGE_MASK)
    leaves = people.separation(firms, i, p, first / draws.THIRDS, own, tenure, age)
    if leaves > 0:
        firms.separations[i] += 1.0
        firms.separations_women[i] += woman
        firms.quits[i] += 1.0 if leaves == people.QUITS else 0.0
        firms.left_attended[i] += 1.0 if word & ATTENDED else 0.0
        word = NO
    return word


@submodel
def fill_seat(octet, lane, seat, words, firms, i, p, keys):
    """The closer look at an empty seat: returns the word of who is hired, who works from next month on."""
    first, _, _ = draws.seat_thirds(words[0], words[1])
    if not hiring.is_hired(first / draws.THIRDS, firms.hire[i]):
        return NO
    bits = draws.block(keys.hire, seat)
    word = hiring.person_of_hire(bits, p.female_share)
    octet.skill[lane] = on_grid(hiring.skill_of_hire(bits, p.skill_new))
    octet.engagement[lane] = on_grid(firms.engagement_level[i])
    firms.hires[i] += 1.0
    firms.hires_women[i] += 1.0 if word & WOMAN else 0.0
    if draws.uniform(draws.block(keys.elsewhere, seat)) < firms.trained[i]:
        word = np.int32(word | np.int32(np.int32(1) << ATTENDED_SHIFT))
    return np.int32(word | SEATED)


@submodel
def month_of_roster(octets, first, number, seat0, bits, firms, i, p, keys):
    """One month of the workers in ``number`` octets from ``first`` on, and what they add up to (``TALLY``).

    ``bits`` are the enterprise's 64 random bits of the month, ``seat0`` its first seat in the run.
    """
    firms.lost[i] = firms.skills_lost[i] = firms.injuries[i] = firms.injuries_women[i] = 0.0
    firms.quits[i] = firms.separations[i] = firms.separations_women[i] = firms.left_attended[i] = 0.0
    firms.hires[i] = firms.hires_women[i] = 0.0
    o = odds(firms, i, p)
    heads = women = novices = low_paid = attended = absent = 0
    skills = skills_women = engagements = skills_absent = 0
    for k in range(number):
        octet = octets[first + k]
        counts, skill, skill_women, engagement, skill_absent = watch(
            octet, bits, np.uint32(OCTET_SEATS * k), o
        )
        heads += counts & COUNT_MASK
        women += (counts >> COUNT_BITS) & COUNT_MASK
        novices += (counts >> 2 * COUNT_BITS) & COUNT_MASK
        low_paid += (counts >> 3 * COUNT_BITS) & COUNT_MASK
        attended += (counts >> 4 * COUNT_BITS) & COUNT_MASK
        absent += (counts >> 5 * COUNT_BITS) & COUNT_MASK
        skills += skill
        skills_women += skill_women
        engagements += engagement
        skills_absent += skill_absent
        called = (counts >> CALLED_SHIFT) & CALLED_MASK
        while called:
            lane = lowest_bit(called)
            called &= called - 1
            words = draws.seat_words(bits, OCTET_SEATS * k + lane)
            if octet.person[lane] & TAKEN:
                octet.person[lane] = suffer_or_leave(octet, lane, words, o, firms, i, p)
            else:
                seat = seat0 + OCTET_SEATS * k + lane
                octet.person[lane] = fill_seat(octet, lane, seat, words, firms, i, p, keys)
        learn(octet, o)
    firms.heads[i], firms.women_now[i], firms.novices_now[i] = heads, women, novices
    firms.low_paid[i], firms.attended[i], firms.absent[i] = low_paid, attended, absent
    firms.skills[i], firms.skills_women[i] = skills * STEP64, skills_women * STEP64
    firms.engagement[i], firms.skills_absent[i] = engagements * STEP64, skills_absent * STEP64


@submodel
def dismiss(octets, first, number):
    """Everybody leaves: the enterprise has closed."""
    for k in range(number):
        octet = octets[first + k]
        for lane in range(OCTET_SEATS):
            octet.person[lane] = NO


@submodel
def account_for_people(firms, i, p):
    """Accounts of the roster's month, and what managers notice of it."""
    heads, women, staffed = firms.heads[i], firms.women_now[i], max(1.0, firms.heads[i])
    firms.attended_workers[i], firms.attended_lost[i] = firms.attended[i], firms.left_attended[i]
    firms.novices[i], firms.skill[i] = firms.novices_now[i] / staffed, firms.skills[i] / staffed
    firms.injuries_seen[i] += (firms.injuries[i] / staffed - firms.injuries_seen[i]) / 6.0
    vacancies = hiring.vacancies(firms, i)
    firms.vacancy_share[i] = vacancies / max(1.0, firms.desired[i])
    firms.account[a.ENTERPRISES, i] = 1.0
    firms.account[a.HEADCOUNT, i] = heads
    firms.account[a.WOMEN, i] = women
    firms.account[a.PRESENT, i] = heads - p.absence_spell * firms.absent[i] - firms.lost[i]
    firms.account[a.HOURS, i] = firms.hours[i] * heads
    firms.account[a.ABSENCE, i] = p.absence_spell * firms.absent[i]
    firms.account[a.INJURIES, i] = firms.injuries[i]
    firms.account[a.INJURIES_WOMEN, i] = firms.injuries_women[i]
    firms.account[a.SEPARATIONS, i] = firms.separations[i]
    firms.account[a.SEPARATIONS_WOMEN, i] = firms.separations_women[i]
    firms.account[a.QUITS, i] = firms.quits[i]
    firms.account[a.HIRES, i] = firms.hires[i]
    firms.account[a.ENGAGEMENT, i] = firms.engagement[i]
    firms.account[a.WAGES, i] = firms.wage[i] * (heads + p.wage_skill * (firms.skills[i] - heads))
    firms.account[a.WAGES_WOMEN, i] = firms.wage[i] * (women + p.wage_skill * (firms.skills_women[i] - women))
    firms.account[a.LOW_PAID, i] = firms.low_paid[i]
    firms.account[a.SEPARATED_TRAINED, i] = firms.left_attended[i]
    firms.account[a.VACANCIES, i] = vacancies


@submodel
def staff_of_next_month(firms, i):
    """Heads and women when the month is over."""
    firms.headcount[i] = firms.heads[i] - firms.separations[i] + firms.hires[i]
    firms.women[i] = firms.women_now[i] - firms.separations_women[i] + firms.hires_women[i]
