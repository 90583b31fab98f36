"""Submodel 6, people: engagement, skill, absence, injury and quitting of each worker.

The workplace is first summed up in a few numbers (``firms.WORKPLACE``); chances are then small functions of
these, the worker's own state and a draw. :mod:`simulation.workforce` applies them to a roster. Gender is
composition only: no evidence was found on which a difference in behaviour or pay could rest, so women and
men differ in where they work, not in how the model treats them.
"""

from simulation.compile import submodel
from simulation.elementary import exp
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
LEAST_LEAVING, LEAST_INJURY = 0.1, 0.2
"""Relative quitting and hazard below which no engagement brings a worker."""
STAYS, QUITS, LAID_OFF = range(3)
"""What becomes of a worker's job in a month."""


@submodel
def relative_wage(firms, i):
    """The enterprise's wage over its region's mean last month, held within 0.5..2."""
    return min(2.0, max(0.5, firms.wage[i] / firms.mean_wage[i]))


@submodel
def season(p, calendar_month):
    """Relative quitting in this calendar month (1..12); the mean over a year is 1."""
    if calendar_month == NEW_YEAR_MONTH:
        return p.quit_new_year
    return max(0.0, (12.0 - p.quit_new_year) / 11.0)


@submodel
def engagement_level(firms, i, p, wage):
    """The level towards which engagement moves, 0.05..0.95; ``wage`` is relative to the region's mean."""
    level = (
        p.engagement_base
        + p.engagement_cooperation * (firms.practice[COOPERATION, i] - p.practice_mean[COOPERATION])
        + p.engagement_human_resources
        * (firms.practice[HUMAN_RESOURCES, i] - p.practice_mean[HUMAN_RESOURCES])
        + p.engagement_wage * (wage - 1.0)
        - p.engagement_injuries * firms.injuries_seen[i]
        - p.engagement_hours * (firms.hours[i] - p.hours_usual) / 10.0
    )
    return min(0.95, max(0.05, level))


@submodel
def workplace(firms, i, p, seasonal):
    """Sum up the enterprise for its workers; ``seasonal`` is the relative quitting of the month."""
    wage = relative_wage(firms, i)
    quit_rate = (
        p.quit_rate
        * seasonal
        * max(0.1, 1.0 - p.quit_wage * (wage - 1.0))
        * firms.quitting[i]
        * (1.0 + p.quit_injuries * firms.injuries_seen[i])
    )
    injury_rate = (
        p.injury_rate / 12_000.0
        * firms.injury_relative[i]
        * safety_factor(firms, i, p)
        * max(0.2, 1.0 + p.injury_hours * (firms.hours[i] - p.hours_usual) / 10.0)
    )  # fmt: skip
    trained_share = min(1.0, firms.attended_workers[i] / max(1.0, firms.headcount[i]))
    human_resources = firms.practice[HUMAN_RESOURCES, i] - p.practice_mean[HUMAN_RESOURCES]
    firms.engagement_level[i] = engagement_level(firms, i, p, wage)
    firms.skill_ceiling[i] = max(0.5, 1.0 + p.skill_human_resources * human_resources)
    firms.learning[i] = min(1.0, max(0.0, p.skill_learning * (1.0 + p.peer_learning * trained_share)))
    firms.quit[i], firms.injury[i] = quit_rate, injury_rate


@submodel
def safety_factor(firms, i, p):
    """Relative hazard at this enterprise's safety practices; 1 at the average share, never negative."""
    return exp(-p.injury_safety * (firms.practice[SAFETY, i] - p.practice_mean[SAFETY]))


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
def quit_chance(firms, i, p, engagement, tenure, age):
    """Chance that this worker quits this month, 0..0.9."""
    by_engagement = max(LEAST_LEAVING, 1.0 + p.quit_engagement * (p.engagement_base - engagement))
    chance = (
        firms.quit[i]
        * by_engagement
        * (1.0 + p.quit_novice * novelty(tenure))
        * age_factor(p.quit_young, age)
    )
    return min(0.9, chance)


@submodel
def injury_chance(firms, i, p, engagement, tenure):
    """Chance that this worker is injured this month (a day or more lost), 0..0.5."""
    by_engagement = max(LEAST_INJURY, 1.0 + p.injury_engagement * (p.engagement_base - engagement))
    return min(0.5, firms.injury[i] * by_engagement * (1.0 + p.injury_novice * novelty(tenure)))


@submodel
def separation(firms, i, p, draw, engagement, tenure, age):
    """0 stays, 1 quits, 2 is laid off; one draw decides, so that fewer quits never mean more."""
    quits = quit_chance(firms, i, p, engagement, tenure, age)
    if draw < quits:
        return QUITS
    return LAID_OFF if draw < quits + firms.shed[i] else STAYS


@submodel
def injury(firms, i, p, draw, engagement, tenure):
    """Severity of this month's injury: 0 none, 1 minor, 2 moderate, 3 severe."""
    chance = injury_chance(firms, i, p, engagement, tenure)
    if draw >= chance:
        return 0
    if draw < chance * p.injury_severe:
        return 3
    return 2 if draw < chance * (p.injury_severe + p.injury_moderate) else 1


@submodel
def injured_share(p, severity):
    """Share of this month lost to an injury of this severity."""
    if severity == 0:
        return 0.0
    return p.injury_minor_loss if severity == 1 else 0.5


@submodel
def months_away(severity):
    """Whole months lost after this one."""
    if severity == 2:
        return MONTHS_MODERATE
    return MONTHS_SEVERE if severity == 3 else 0
