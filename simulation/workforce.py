"""Submodels 6 and 7 for a whole roster, eight seats at a time: what happens to whom, and who learns.

Little happens to most workers in most months. So each month an octet's eight seats are first *watched*
together: their draws are made, what all share is counted, all learn, and seats where something may happen
(the end of an injury, an injury, leaving, a hire) are called. Only these take the *closer look* in which
:mod:`simulation.people` and :mod:`simulation.hiring` decide. Watching works in single precision, on 32-bit
lanes; it never decides what it calls, and calls a little too often rather than once too rarely (``MARGIN``).
Absence, which is frequent and changes nothing but the month's sums, is decided there.
"""

from typing import NamedTuple

import numpy as np

from simulation import accounts as a
from simulation import draws, hiring, people
from simulation.compile import submodel
from simulation.firms import ROSTER_AT_ONCE
from simulation.instructions import copy_eight, lowest_bit
from simulation.seats import (
    AGE_MASK,
    AGE_SHIFT,
    ATTENDED,
    ATTENDED_SHIFT,
    AWAY,
    AWAY_SHIFT,
    HALF,
    OCTET_SEATS,
    ONE_MONTH,
    STEP,
    STEPS,
    TAKEN,
    TENURE_SHIFT,
    WOMAN,
    in_steps,
)

MARGIN = 1.0 + 1e-5
"""Factor on the chances by which seats are called: well above the rounding of single precision."""

NO, YES = np.int32(0), np.int32(1)
NOTHING, EVERYTHING = np.float32(0.0), STEPS
"""Least and most engagement, in steps."""
LEAST_LEAVING = np.float32(people.LEAST_LEAVING)
MONTHS_NEW = np.float32(people.MONTHS_NEW)
NOVICE = np.int32(people.MONTHS_NOVICE)
EVERYBODY = 1 << 30

# Why a seat is called: eight bits a reason, the lowest for the first lane. Looked at from the lowest on.
BACK, INJURED, LEAVES, HIRED = range(4)
LANE_BITS, LANE_MASK = 3, 7
MAY_BE_BACK, MAY_BE_INJURED, MAY_LEAVE, MAY_BE_HIRED = (np.int32(1 << 8 * reason) for reason in range(4))

# Four counts of an octet's lane share one word: of a roster's part none exceeds eight bits in all lanes.
COUNT_MASK = 255
ONE_NOVICE, ONE_LOW_PAID, ONE_ATTENDED, ONE_ABSENT = (np.int32(1 << 8 * place) for place in range(4))


class Habits(NamedTuple):
    """What parameters alone decide of watching, in single precision; engagement and skill are in steps."""

    leave: np.float32  # relative leaving of a worker without engagement,
    leave_engagement: np.float32  # and how it falls with engagement
    leave_new: np.float32  # extra leaving of newcomers times the months that they are new
    absence: np.float32  # chance of a spell of a worker without engagement, of 2^21
    absence_engagement: np.float32
    engagement_speed: np.float32


@submodel
def habits(p):
    """What is the same for all enterprises in all months."""
    absence = p.absence_rate / p.absence_spell * draws.THIRDS
    return Habits(
        leave=np.float32(1.0 + p.quit_engagement * p.engagement_base),
        leave_engagement=np.float32(p.quit_engagement * STEP),
        leave_new=np.float32(people.MONTHS_NEW * p.quit_novice),
        absence=np.float32(absence * (1.0 + p.absence_engagement * p.engagement_base)),
        absence_engagement=np.float32(absence * p.absence_engagement * STEP),
        engagement_speed=np.float32(p.engagement_speed),
    )


@submodel
def set_odds(firms, places, p):
    """The workplace for watching: chances are of 2^21, which is what draws are below."""
    leaving = (1.0 + abs(p.quit_young)) * draws.THIRDS * MARGIN
    for i in range(places):
        firms.leaving[i] = np.float32(firms.quit[i] * leaving)
        firms.shedding[i] = np.float32(firms.shed[i] * draws.THIRDS * MARGIN)
        firms.learning_share[i] = np.float32(firms.learning[i])
    for i in range(places):
        level, ceiling = np.float32(firms.engagement_level[i]), np.float32(firms.skill_ceiling[i])
        firms.level[i], firms.ceiling[i] = np.float32(level * STEPS), np.float32(ceiling * STEPS)
        firms.level_attended[i] = np.float32(np.float32(level + np.float32(p.engagement_attended)) * STEPS)
        firms.ceiling_attended[i] = np.float32(np.float32(ceiling + np.float32(p.skill_attended)) * STEPS)
    novices, others = greatest_hazards(p)
    for i in range(places):
        firms.injury_novices[i] = np.int32(1.0 + firms.injury[i] * novices)
        firms.injury_others[i] = np.int32(1.0 + firms.injury[i] * others)
        firms.hiring[i] = np.int32(1.0 + firms.hire[i] * draws.THIRDS)
    for i in range(places):
        firms.low_skill[i] = low_skill(p.wage_skill, firms.low_pay[i] / firms.wage[i])


@submodel
def greatest_hazards(p):
    """Hazard of injury at the least careful engagement over the workplace's, of novices and of others."""
    careless = max(p.injury_engagement * p.engagement_base, p.injury_engagement * (p.engagement_base - 1.0))
    usual = max(people.LEAST_INJURY, 1.0 + careless) * draws.THIRDS * MARGIN
    after = people.novelty(people.MONTHS_NOVICE)
    return usual * (1.0 + p.injury_novice), usual * (1.0 + p.injury_novice * after)


@submodel
def low_skill(wage_skill, low_pay):
    """Steps of skill below which relative pay, 1 + wage_skill (skill - 1), is below ``low_pay``."""
    if wage_skill <= 0.0:
        return np.int32(EVERYBODY if low_pay > 1.0 else 0)
    skill = min(1000.0, max(0.0, 1.0 + (low_pay - 1.0) / wage_skill)) * STEPS
    return np.int32(np.int32(skill) + (1 if np.int32(skill) < skill else 0))


class Odds(NamedTuple):
    """What watching needs to know of a workplace (``set_odds``)."""

    leaving: np.float32
    shedding: np.float32
    injury_novices: np.int32
    injury_others: np.int32
    hiring: np.int32
    low_skill: np.int32  # steps of skill below which the wage is a low one
    level: np.float32  # towards which engagement moves, in steps,
    level_attended: np.float32  # and that of who attended a class
    ceiling: np.float32
    ceiling_attended: np.float32
    learning: np.float32


@submodel
def odds(firms, i):
    """The odds of one workplace, out of those side by side."""
    return Odds(
        leaving=firms.leaving[i],
        shedding=firms.shedding[i],
        injury_novices=firms.injury_novices[i],
        injury_others=firms.injury_others[i],
        hiring=firms.hiring[i],
        low_skill=firms.low_skill[i],
        level=firms.level[i],
        level_attended=firms.level_attended[i],
        ceiling=firms.ceiling[i],
        ceiling_attended=firms.ceiling_attended[i],
        learning=firms.learning_share[i],
    )


@submodel
def is_absent(habit, third, engagement):
    """Whether the third draw falls below this worker's chance of a spell of absence."""
    return np.float32(third) < np.float32(
        habit.absence - np.float32(habit.absence_engagement * np.float32(engagement))
    )


@submodel
def may_leave(habit, odd, first, engagement, tenure):
    """Whether this worker may leave: as :func:`simulation.people.separation`, with no upper bound, at the
    most restless age, and multiplied by the months of tenure, which spares a division."""
    months = np.float32(np.float32(tenure) + MONTHS_NEW)
    restless = max(
        LEAST_LEAVING,
        np.float32(habit.leave - np.float32(habit.leave_engagement * np.float32(engagement))),
    )
    return np.float32(np.float32(np.float32(first) - odd.shedding) * months) < np.float32(
        np.float32(odd.leaving * restless) * np.float32(months + habit.leave_new)
    )


@submodel
def may_be_injured(odd, second, tenure):
    """Whether this worker may be injured, whatever the engagement."""
    return second < (odd.injury_novices if tenure < NOVICE else odd.injury_others)


@submodel
def flag(condition, word):
    """``word`` where the condition holds, else 0."""
    return word if condition else NO


@submodel
def learnt(able, ceiling, learning):
    """Skill climbs its learning curve towards the workplace's ceiling, or sinks where that fell; in steps."""
    able = np.float32(able)
    return np.int32(np.float32(np.float32(able + np.float32(learning * np.float32(ceiling - able))) + HALF))


@submodel
def moved(own, level, speed):
    """Engagement moves towards the workplace's level; in steps."""
    own = np.float32(own)
    after = np.float32(own + np.float32(speed * np.float32(level - own)))
    return np.int32(np.float32(min(EVERYTHING, max(NOTHING, after)) + HALF))


@submodel
def watch(firms, bits, start, habit, odd):
    """One month of an octet that lies on the desk (``firms.skill_before`` and so on), all eight seats alike.

    Adds its workers to the sums by lane, leaves what they learnt in ``firms.skill_after`` and so on, and
    returns which seats are called, and why. ``start`` is the octet's first place in the roster.
    """
    called = NO
    for lane in range(OCTET_SEATS):
        word, skill = firms.person_before[lane], firms.skill_before[lane]
        engagement = firms.engagement_before[lane]
        x, y = draws.seat_words(bits, np.uint32(np.uint32(lane) + start))
        first, second, third = draws.seat_thirds(x, y)
        taken = np.int32(word & TAKEN)
        held = np.int32(-taken)  # all bits set, or none
        tenure = np.int32(word >> TENURE_SHIFT)
        at_work = np.int32(word & AWAY) == NO
        attended = np.int32(word & ATTENDED) > NO
        absent = is_absent(habit, third, engagement) & at_work
        injured = may_be_injured(odd, second, tenure) & at_work
        leaves = may_leave(habit, odd, first, engagement, tenure)
        of_holder = np.int32(
            np.int32(flag(not at_work, MAY_BE_BACK) | flag(injured, MAY_BE_INJURED)) | flag(leaves, MAY_LEAVE)
        )
        of_nobody = flag(first < odd.hiring, MAY_BE_HIRED)
        why = np.int32(np.int32(of_holder & held) | np.int32(of_nobody & np.int32(~held)))
        called = np.int32(called | np.int32(why << np.int32(lane)))
        counts = np.int32(
            np.int32(flag(tenure < NOVICE, ONE_NOVICE) | flag(skill < odd.low_skill, ONE_LOW_PAID))
            | np.int32(flag(attended, ONE_ATTENDED) | flag(absent, ONE_ABSENT))
        )
        skilled, engaged = np.int32(skill & held), np.int32(engagement & held)
        firms.counts[lane] = np.int32(firms.counts[lane] + np.int32(counts & held))
        firms.skills_lane[lane] = np.int32(firms.skills_lane[lane] + skilled)
        of_woman = flag(np.int32(word & WOMAN) > NO, skilled)
        firms.skills_women_lane[lane] = np.int32(firms.skills_women_lane[lane] + of_woman)
        firms.skills_absent_lane[lane] = np.int32(firms.skills_absent_lane[lane] + flag(absent, skilled))
        firms.engagement_lane[lane] = np.int32(firms.engagement_lane[lane] + engaged)
        ceiling = odd.ceiling_attended if attended else odd.ceiling
        level = odd.level_attended if attended else odd.level
        firms.skill_after[lane] = learnt(skill, ceiling, odd.learning)
        firms.engagement_after[lane] = moved(engagement, level, habit.engagement_speed)
        firms.person_after[lane] = np.int32(word + np.int32(taken * ONE_MONTH))
    return called


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
def watch_all(octets, first, start, stop, bits, habit, odd, firms):
    """Watch the octets ``start`` to ``stop`` of the roster that begins at ``first``; returns how many called.

    Octets that call are set aside as they were, for the closer look.
    """
    calls = 0
    for lane in range(OCTET_SEATS):
        firms.counts[lane] = firms.skills_lane[lane] = firms.skills_women_lane[lane] = NO
        firms.skills_absent_lane[lane] = firms.engagement_lane[lane] = NO
    for k in range(start, stop):
        octet = octets[first + k]
        copy_eight(firms.skill_before, octet.skill)
        copy_eight(firms.engagement_before, octet.engagement)
        copy_eight(firms.person_before, octet.person)
        copy_eight(firms.skill_called[calls], octet.skill)
        copy_eight(firms.engagement_called[calls], octet.engagement)
        copy_eight(firms.person_called[calls], octet.person)
        called = watch(firms, bits, np.uint32(OCTET_SEATS * k), habit, odd)
        copy_eight(octet.skill, firms.skill_after)
        copy_eight(octet.engagement, firms.engagement_after)
        copy_eight(octet.person, firms.person_after)
        firms.called[calls], firms.octet_called[calls] = called, k
        calls += 1 if called else 0
    return calls


@submodel
def add_up_lanes(firms, i):
    """Add what was watched, lane by lane, to the tally of the enterprise."""
    counts = skills = skills_women = skills_absent = engagement = NO
    for lane in range(OCTET_SEATS):
        counts = np.int32(counts + firms.counts[lane])
        skills = np.int32(skills + firms.skills_lane[lane])
        skills_women = np.int32(skills_women + firms.skills_women_lane[lane])
        skills_absent = np.int32(skills_absent + firms.skills_absent_lane[lane])
        engagement = np.int32(engagement + firms.engagement_lane[lane])
    firms.novices_now[i] += counts & COUNT_MASK
    firms.low_paid[i] += (counts >> 8) & COUNT_MASK
    firms.attended[i] += (counts >> 16) & COUNT_MASK
    firms.absent[i] += (counts >> 24) & COUNT_MASK
    firms.skills[i] += skills * STEP
    firms.skills_women[i] += skills_women * STEP
    firms.skills_absent[i] += skills_absent * STEP
    firms.engagement[i] += engagement * STEP


@submodel
def return_to_work(octet, lane, skill, firms, i):
    """One month less is still to be lost to an injury; this one was."""
    octet.person[lane] = np.int32(octet.person[lane] - np.int32(YES << AWAY_SHIFT))
    firms.lost[i] += 1.0
    firms.skills_lost[i] += skill


@submodel
def suffer(octet, lane, word, severity, absent, skill, firms, i, p):
    """An injury of this ``severity``; half of what ``absent`` workers would have missed is not lost twice."""
    firms.injuries[i] += 1.0
    firms.injuries_women[i] += 1.0 if word & WOMAN else 0.0
    months = np.int32(people.months_away(severity))
    octet.person[lane] = np.int32(octet.person[lane] | np.int32(months << AWAY_SHIFT))
    share = (1.0 - (p.absence_spell if absent else 0.0)) * people.injured_share(p, severity)
    firms.lost[i] += share
    firms.skills_lost[i] += skill * share


@submodel
def leave(octet, lane, word, quits, firms, i):
    """The worker leaves: the seat is empty next month."""
    octet.person[lane] = NO
    firms.separations[i] += 1.0
    firms.separations_women[i] += 1.0 if word & WOMAN else 0.0
    firms.quits[i] += 1.0 if quits else 0.0
    firms.left_attended[i] += 1.0 if word & ATTENDED else 0.0


@submodel
def fill_seat(octet, lane, seat, firms, i, p, keys):
    """Somebody is hired, and works from next month on."""
    bits = draws.block(keys.hire, seat)
    word = hiring.person_of_hire(bits, p.female_share)
    octet.skill[lane] = in_steps(hiring.skill_of_hire(bits, p.skill_new))
    octet.engagement[lane] = in_steps(firms.engagement_level[i])
    firms.hires[i] += 1.0
    firms.hires_women[i] += 1.0 if word & WOMAN else 0.0
    if firms.trained[i] > 0.0 and draws.uniform(draws.block(keys.elsewhere, seat)) < firms.trained[i]:
        word = np.int32(word | np.int32(YES << ATTENDED_SHIFT))
    octet.person[lane] = word


@submodel
def look_closer(octet, call, place, seat0, bits, habit, firms, i, p, keys):
    """Decide what happens at the called seats of an octet, whose first seat has this ``place`` in the roster.

    What decides is how the octet was before it was watched; what changes is how it is since.
    """
    called = np.uint32(firms.called[call])
    while called:
        lowest = lowest_bit(called)
        called = np.uint32(called & np.uint32(called - np.uint32(1)))
        why, lane = lowest >> LANE_BITS, lowest & LANE_MASK
        word, skill = firms.person_called[call, lane], firms.skill_called[call, lane] * STEP
        own, tenure = firms.engagement_called[call, lane] * STEP, np.float64(np.int32(word >> TENURE_SHIFT))
        x, y = draws.seat_words(bits, place + lane)
        first, second, third = draws.seat_thirds(x, y)
        if why == LEAVES:
            age = np.int32(np.int32(word >> AGE_SHIFT) & AGE_MASK)
            leaves = people.separation(firms, i, p, first / draws.THIRDS, own, tenure, age)
            if leaves != people.STAYS:
                leave(octet, lane, word, leaves == people.QUITS, firms, i)
        elif why == HIRED:
            if hiring.is_hired(first / draws.THIRDS, firms.hire[i]):
                fill_seat(octet, lane, seat0 + place + lane, firms, i, p, keys)
        elif why == BACK:
            return_to_work(octet, lane, skill, firms, i)
        else:
            severity = people.injury(firms, i, p, second / draws.THIRDS, own, tenure)
            if severity > 0:
                absent = is_absent(habit, third, firms.engagement_called[call, lane])
                suffer(octet, lane, word, severity, absent, skill, firms, i, p)


@submodel
def month_of_roster(octets, first, number, seat0, bits, habit, firms, i, p, keys):
    """One month of the workers in ``number`` octets from ``first`` on, and what they add up to (``TALLY``).

    ``bits`` are the enterprise's 64 random bits of the month, ``seat0`` its first seat in the run.
    """
    odd = odds(firms, i)
    for start in range(0, number, ROSTER_AT_ONCE):
        stop = min(number, start + ROSTER_AT_ONCE)
        calls = watch_all(octets, first, start, stop, bits, habit, odd, firms)
        add_up_lanes(firms, i)
        for call in range(calls):
            k = firms.octet_called[call]
            look_closer(
                octets[first + k], call, OCTET_SEATS * k, seat0, bits, habit, firms, i, p, keys
            )  # fmt: skip


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
    heads, women, staffed = firms.headcount[i], firms.women[i], max(1.0, firms.headcount[i])
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
    firms.headcount[i] += firms.hires[i] - firms.separations[i]
    firms.women[i] += firms.hires_women[i] - firms.separations_women[i]
