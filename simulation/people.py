"""Submodel 6, people: engagement, skill, absence, injury and quitting of each worker.

The workplace is first summed up in a few numbers (:class:`Workplace`), then each worker's month is a small
function of these, the worker's own state and one block of random bits. Gender is composition only: no
evidence was found on which a difference in behaviour or pay could rest, so women and men differ in where
they work, not in how the model treats them.
"""

import math
from typing import NamedTuple

from simulation import draws
from simulation.compile import submodel
from simulation.parameters import COOPERATION, HUMAN_RESOURCES, SAFETY
from simulation.state import AGE_MIDDLE, AGE_YOUNG

MONTHS_NEW = 3.0
"""Months after which half of a newcomer's extra risk and restlessness is gone."""
MONTHS_NOVICE = 6
"""A worker counts as a novice in the first half year."""
NEW_YEAR_MONTH = 2
"""Workers leave after the New Year holiday, which falls in late January or February."""
MONTHS_MODERATE, MONTHS_SEVERE = 1, 4
"""Whole months lost to a moderate and to a severe injury, after half of the month it happened in."""


class Workplace(NamedTuple):
    """What a month in this enterprise means for each of its workers; rates are per month."""

    engagement_level: float
    engagement_speed: float
    engagement_attended: float
    engagement_usual: float
    skill_ceiling: float
    skill_attended: float
    learning: float
    quit: float
    quit_engagement: float
    quit_novice: float
    quit_young: float
    shed: float
    injury: float
    injury_novice: float
    injury_engagement: float
    moderate: float
    severe: float
    minor_loss: float
    absence: float
    absence_engagement: float
    absence_spell: float


@submodel
def relative_wage(ent, region):
    """The enterprise's wage over its region's mean last month, held within 0.5..2."""
    return min(2.0, max(0.5, ent.wage / region.mean_wage))


@submodel
def season(p, calendar_month):
    """Relative quitting in this calendar month (1..12); the mean over a year is 1."""
    if calendar_month == NEW_YEAR_MONTH:
        return p.quit_new_year
    return max(0.0, (12.0 - p.quit_new_year) / 11.0)


@submodel
def engagement_level(ent, p, wage):
    """The level towards which engagement moves, 0.05..0.95; ``wage`` is relative to the region's mean."""
    level = (
        p.engagement_base
        + p.engagement_cooperation * (ent.practice[COOPERATION] - p.practice_mean[COOPERATION])
        + p.engagement_human_resources * (ent.practice[HUMAN_RESOURCES] - p.practice_mean[HUMAN_RESOURCES])
        + p.engagement_wage * (wage - 1.0)
        - p.engagement_injuries * ent.injuries_seen
        - p.engagement_hours * (ent.hours - p.hours_usual) / 10.0
    )
    return min(0.95, max(0.05, level))


@submodel
def workplace(ent, p, region, injury_relative, calendar_month, shed):
    """Sum up the enterprise for its workers; ``shed`` is each worker's chance of being laid off."""
    wage = relative_wage(ent, region)
    quit_rate = (
        p.quit_rate
        * season(p, calendar_month)
        * max(0.1, 1.0 - p.quit_wage * (wage - 1.0))
        * region.tightness**p.quit_tightness
        * (1.0 + p.quit_injuries * ent.injuries_seen)
    )
    injury_rate = (
        p.injury_rate / 12_000.0
        * injury_relative
        * safety_factor(ent, p)
        * max(0.2, 1.0 + p.injury_hours * (ent.hours - p.hours_usual) / 10.0)
    )  # fmt: skip
    trained_share = min(1.0, ent.attended_workers / max(1.0, ent.headcount))
    human_resources = ent.practice[HUMAN_RESOURCES] - p.practice_mean[HUMAN_RESOURCES]
    return Workplace(
        engagement_level=engagement_level(ent, p, wage),
        engagement_speed=p.engagement_speed,
        engagement_attended=p.engagement_attended,
        engagement_usual=p.engagement_base,
        skill_ceiling=max(0.5, 1.0 + p.skill_human_resources * human_resources),
        skill_attended=p.skill_attended,
        learning=min(1.0, max(0.0, p.skill_learning * (1.0 + p.peer_learning * trained_share))),
        quit=quit_rate,
        quit_engagement=p.quit_engagement,
        quit_novice=p.quit_novice,
        quit_young=p.quit_young,
        shed=shed,
        injury=injury_rate,
        injury_novice=p.injury_novice,
        injury_engagement=p.injury_engagement,
        moderate=p.injury_moderate,
        severe=p.injury_severe,
        minor_loss=p.injury_minor_loss,
        absence=p.absence_rate / p.absence_spell,
        absence_engagement=p.absence_engagement,
        absence_spell=p.absence_spell,
    )


@submodel
def safety_factor(ent, p):
    """Relative hazard at this enterprise's safety practices; 1 at the average share, never negative."""
    return math.exp(-p.injury_safety * (ent.practice[SAFETY] - p.practice_mean[SAFETY]))


@submodel
def novelty(tenure):
    """How new a worker is: 1 in the first month, 1/2 after three months, towards 0."""
    return 1.0 / (1.0 + tenure / MONTHS_NEW)


@submodel
def age_factor(young, age):
    """Relative quitting by age band: more below 41, less above 50."""
    if age == AGE_YOUNG:
        return 1.0 + young
    return 1.0 if age == AGE_MIDDLE else 1.0 - young


@submodel
def quit_chance(w, engagement, tenure, age):
    """Chance that this worker quits this month, 0..0.9."""
    by_engagement = max(0.1, 1.0 + w.quit_engagement * (w.engagement_usual - engagement))
    chance = w.quit * by_engagement * (1.0 + w.quit_novice * novelty(tenure)) * age_factor(w.quit_young, age)
    return min(0.9, chance)


@submodel
def injury_chance(w, engagement, tenure):
    """Chance that this worker is injured this month (a day or more lost), 0..0.5."""
    by_engagement = max(0.2, 1.0 + w.injury_engagement * (w.engagement_usual - engagement))
    return min(0.5, w.injury * by_engagement * (1.0 + w.injury_novice * novelty(tenure)))


@submodel
def absence_chance(w, engagement):
    """Chance that this worker has a spell of absence this month, 0..1."""
    return min(1.0, max(0.0, w.absence * (1.0 + w.absence_engagement * (w.engagement_usual - engagement))))


@submodel
def next_engagement(w, engagement, attended):
    """Engagement moves towards the workplace's level, a little higher for those who attended a class."""
    level = w.engagement_level + (w.engagement_attended if attended else 0.0)
    return min(1.0, max(0.0, engagement + w.engagement_speed * (level - engagement)))


@submodel
def next_skill(w, skill, attended):
    """Skill climbs its learning curve towards the workplace's ceiling (or sinks, where that fell)."""
    ceiling = w.skill_ceiling + (w.skill_attended if attended else 0.0)
    return skill + w.learning * (ceiling - skill)


@submodel
def separation(w, bits, engagement, tenure, age):
    """0 stays, 1 quits, 2 is laid off; one draw decides, so that fewer quits never mean more."""
    quits = quit_chance(w, engagement, tenure, age)
    draw = draws.third(bits, draws.SHIFT_FIRST)
    if draw < quits:
        return 1
    return 2 if draw < quits + w.shed else 0


@submodel
def injury(w, bits, engagement, tenure):
    """Severity of this month's injury: 0 none, 1 minor, 2 moderate, 3 severe."""
    chance = injury_chance(w, engagement, tenure)
    draw = draws.third(bits, draws.SHIFT_SECOND)
    if draw >= chance:
        return 0
    if draw < chance * w.severe:
        return 3
    return 2 if draw < chance * (w.severe + w.moderate) else 1


@submodel
def absent_share(w, bits, engagement):
    """Share of the month lost to absence: none or one spell."""
    return w.absence_spell if draws.third(bits, draws.SHIFT_THIRD) < absence_chance(w, engagement) else 0.0


@submodel
def injured_share(w, severity):
    """Share of this month lost to an injury of this severity."""
    if severity == 0:
        return 0.0
    return w.minor_loss if severity == 1 else 0.5


@submodel
def months_away(severity):
    """Whole months lost after this one."""
    if severity == 2:
        return MONTHS_MODERATE
    return MONTHS_SEVERE if severity == 3 else 0
