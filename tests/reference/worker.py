"""A worker and the workplace: engagement, skill, absence, injury, quitting and being hired."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import mesa

from simulation.parameters import COOPERATION, HUMAN_RESOURCES, SAFETY
from tests.reference import chance
from tests.reference.practice import within

if TYPE_CHECKING:
    from tests.reference.enterprise import Enterprise
    from tests.reference.model import ReferenceModel

YOUNG, MIDDLE, OLD = 0, 1, 2
FEBRUARY = 2
SHARE_YOUNG, SHARE_MIDDLE = 0.446, 0.248
LONGEST_TENURE = 32_000


@dataclass
class Workplace:
    """What this month in one enterprise means for everybody who works there."""

    engagement_level: float
    skill_ceiling: float
    learning: float
    quit_rate: float
    lay_off: float
    injury_rate: float
    class_chance: float
    low_pay: float


@dataclass
class Tally:
    """Counts of an enterprise's month, worker by worker."""

    heads: float = 0.0
    women: float = 0.0
    skill: float = 0.0
    present: float = 0.0
    present_skill: float = 0.0
    absence: float = 0.0
    engagement: float = 0.0
    pay: float = 0.0
    pay_women: float = 0.0
    low_paid: float = 0.0
    novices: float = 0.0
    injuries: float = 0.0
    injuries_women: float = 0.0
    quits: float = 0.0
    separations: float = 0.0
    separations_women: float = 0.0
    hires: float = 0.0
    hires_women: float = 0.0
    attended: float = 0.0
    attended_lost: float = 0.0
    in_class: float = 0.0
    women_in_class: float = 0.0


def workplace(firm: Enterprise) -> Workplace:
    """Sum up the enterprise's conditions of this month."""
    p, region = firm.model.p, firm.region_now
    wage = relative_wage(firm)
    long_hours = (firm.hours - p.hours_usual) / 10.0
    cooperation = firm.practice[COOPERATION] - p.practice_mean[COOPERATION]
    people_management = firm.practice[HUMAN_RESOURCES] - p.practice_mean[HUMAN_RESOURCES]
    engagement = p.engagement_base
    engagement += p.engagement_cooperation * cooperation + p.engagement_human_resources * people_management
    engagement += p.engagement_wage * (wage - 1.0)
    engagement -= p.engagement_injuries * firm.injuries_seen + p.engagement_hours * long_hours
    quitting = p.quit_rate * season(p.quit_new_year, firm.model.calendar_month)
    quitting *= max(0.1, 1.0 - p.quit_wage * (wage - 1.0))
    quitting *= math.pow(region.tightness, p.quit_tightness)
    quitting *= 1.0 + p.quit_injuries * firm.injuries_seen
    hazard = p.injury_rate / 1000.0 / 12.0 * firm.sector_now.injury_relative
    hazard *= math.exp(p.injury_safety * (p.practice_mean[SAFETY] - firm.practice[SAFETY]))
    hazard *= max(0.2, 1.0 + p.injury_hours * long_hours)
    trained_colleagues = min(1.0, firm.attended_workers / max(1.0, firm.headcount))
    surplus = max(0.0, firm.headcount - firm.desired - 1.0)
    return Workplace(
        engagement_level=within(engagement, 0.05, 0.95),
        skill_ceiling=max(0.5, 1.0 + p.skill_human_resources * people_management),
        learning=within(p.skill_learning * (1.0 + p.peer_learning * trained_colleagues), 0.0, 1.0),
        quit_rate=quitting,
        lay_off=p.shed_rate * surplus / max(1.0, firm.headcount),
        injury_rate=hazard,
        class_chance=min(1.0, 2.0 / max(1.0, firm.headcount)) if firm.class_today else 0.0,
        low_pay=region.low_pay / firm.wage,
    )


def relative_wage(firm: Enterprise) -> float:
    """The enterprise's wage over its region's mean of last month."""
    return within(firm.wage / firm.region_now.mean_wage, 0.5, 2.0)


def season(february: float, calendar_month: int) -> float:
    """Quitting peaks after the New Year holiday; the other eleven months share the rest of the twelve."""
    return february if calendar_month == FEBRUARY else max(0.0, (12.0 - february) / 11.0)


class Worker(mesa.Agent):
    """One person in one seat of one enterprise; leaves the model on leaving the enterprise."""

    def __init__(self, model: ReferenceModel, firm: Enterprise, seat: int, woman: bool, age: int):
        super().__init__(model)
        self.firm = firm
        self.seat = seat
        self.woman = woman
        self.age = age
        self.skill = 0.0
        self.engagement = 0.0
        self.tenure = 0
        self.attended: set[int] = set()
        self.away = 0

    def work_a_month(self, place: Workplace, tally: Tally) -> bool:
        """Attend, work or be away, be paid, learn, feel; returns whether the worker stays."""
        leaving, mishap, illness = seat_draws(self.firm, self.seat)
        newness = 1.0 / (1.0 + self.tenure / 3.0)
        self.attend_class(place, tally)
        at_work = self.presence(place, newness, mishap, illness, tally)
        self.count(place, at_work, tally)
        stays = self.stays(place, newness, leaving, tally)
        self.develop(place)
        return stays

    def attend_class(self, place: Workplace, tally: Tally) -> None:
        """Two workers on average are sent to the class that the enterprise sits in today."""
        if place.class_chance == 0.0:
            return
        draw = chance.whole(chance.bits(self.model.keys["attend class"], self.seat))
        if self.model.happens(draw, place.class_chance, self.firm):
            self.attended.add(self.firm.module)
            tally.in_class += 1.0
            tally.women_in_class += self.woman

    def presence(
        self, place: Workplace, newness: float, mishap: float, illness: float, tally: Tally
    ) -> float:
        """Share of the month at work, after an earlier injury, a spell of absence and a new injury."""
        if self.away > 0:
            self.away -= 1
            return 0.0
        p, happens = self.model.p, self.model.happens
        at_work = 1.0
        sick = p.absence_rate / p.absence_spell
        sick *= 1.0 + p.absence_engagement * (p.engagement_base - self.engagement)
        if happens(illness, within(sick, 0.0, 1.0), self.firm):
            tally.absence += p.absence_spell
            at_work -= p.absence_spell
        careless = max(0.2, 1.0 + p.injury_engagement * (p.engagement_base - self.engagement))
        hazard = min(0.5, place.injury_rate * careless * (1.0 + p.injury_novice * newness))
        if happens(mishap, hazard, self.firm):
            tally.injuries += 1.0
            tally.injuries_women += self.woman
            at_work *= 1.0 - self.suffer(mishap, hazard)
        return at_work

    def suffer(self, mishap: float, hazard: float) -> float:
        """How bad the injury is; returns the share of this month that it costs."""
        p, happens = self.model.p, self.model.happens
        if happens(mishap, hazard * p.injury_severe, self.firm):
            self.away = 4
            return 0.5
        if happens(mishap, hazard * (p.injury_severe + p.injury_moderate), self.firm):
            self.away = 1
            return 0.5
        return p.injury_minor_loss

    def count(self, place: Workplace, at_work: float, tally: Tally) -> None:
        """Enter this worker's month in the enterprise's tally; women and men are paid alike."""
        pay = 1.0 + self.model.p.wage_skill * (self.skill - 1.0)
        tally.heads += 1.0
        tally.women += self.woman
        tally.skill += self.skill
        tally.present += at_work
        tally.present_skill += self.skill * at_work
        tally.engagement += self.engagement
        tally.pay += pay
        tally.pay_women += pay * self.woman
        tally.low_paid += pay < place.low_pay
        tally.novices += self.tenure < 6
        tally.attended += bool(self.attended)

    def stays(self, place: Workplace, newness: float, leaving: float, tally: Tally) -> bool:
        """One draw decides between quitting, being laid off and staying."""
        p, happens = self.model.p, self.model.happens
        restless = max(0.1, 1.0 + p.quit_engagement * (p.engagement_base - self.engagement))
        by_age = {YOUNG: 1.0 + p.quit_young, MIDDLE: 1.0, OLD: 1.0 - p.quit_young}[self.age]
        quits = min(0.9, place.quit_rate * restless * (1.0 + p.quit_novice * newness) * by_age)
        if happens(leaving, quits, self.firm):
            tally.quits += 1.0
        elif not happens(leaving, quits + place.lay_off, self.firm):
            return True
        tally.separations += 1.0
        tally.separations_women += self.woman
        tally.attended_lost += bool(self.attended)
        return False

    def develop(self, place: Workplace) -> None:
        """Skill and engagement close in on the workplace's level, a higher one for who attended a class."""
        p = self.model.p
        ceiling, level = place.skill_ceiling, place.engagement_level
        if self.attended:
            ceiling += p.skill_attended
            level += p.engagement_attended
        self.skill += place.learning * (ceiling - self.skill)
        self.engagement = within(self.engagement + p.engagement_speed * (level - self.engagement), 0.0, 1.0)
        self.tenure = min(LONGEST_TENURE, self.tenure + 1)


def seat_draws(firm: Enterprise, seat: int) -> tuple[float, float, float]:
    """This month's three draws of a seat: whether it is left (or, empty, filled), an injury, an absence."""
    roster_bits = chance.bits(firm.model.keys["worker month"], firm.identity)
    return chance.seat_thirds(roster_bits, seat - firm.first_seat)


def hiring_chance(firm: Enterprise) -> float:
    """Chance that any one empty seat is filled, so that the posts wanted are filled at the region's rate."""
    p = firm.model.p
    empty = firm.seats - firm.headcount
    if empty <= 0.0:
        return 0.0
    rate = p.hire_rate * (1.0 + p.hire_wage * (relative_wage(firm) - 1.0))
    rate /= math.pow(firm.region_now.tightness, p.hire_tightness)
    return min(1.0, within(rate, 0.02, 0.98) * firm.posts_open() / empty)


def hire(firm: Enterprise, seat: int, filled: float, engagement: float) -> Worker | None:
    """Try to fill one empty seat; a hire is less skilled and may have attended a class elsewhere."""
    model, p = firm.model, firm.model.p
    draw, _, _ = seat_draws(firm, seat)
    bits = chance.bits(model.keys["hire"], seat)
    _, gender, age = chance.thirds(bits)
    if not model.happens(draw, filled, firm):
        return None
    band = YOUNG if model.happens(age, SHARE_YOUNG, firm) else OLD
    if band == OLD and model.happens(age, SHARE_YOUNG + SHARE_MIDDLE, firm):
        band = MIDDLE
    person = Worker(model, firm, seat, model.happens(gender, p.female_share, firm), band)
    person.skill = p.skill_new + 0.2 * (chance.dozen(chance.scattered(bits), 1) - 0.5)
    person.engagement = engagement
    elsewhere = chance.whole(chance.bits(model.keys["hire modules"], seat))
    if model.happens(elsewhere, firm.region_now.trained, firm):
        person.attended.add(COOPERATION)
    return person
