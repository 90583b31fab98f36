"""An enterprise and its month: the submodels in order, as the model description tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from simulation.accounts import ACCOUNTS
from tests.reference import money, observation, practice, production
from tests.reference.worker import Tally, Worker, hire, hiring_chance, workplace

if TYPE_CHECKING:
    from tests.reference.model import ReferenceModel


class Enterprise(mesa.Agent):
    """One enterprise; its attributes carry the names of the engine's fields, as Python numbers and lists."""

    def __init__(self, model: ReferenceModel, identity: int, state: dict[str, Any]):
        super().__init__(model)
        self.identity = identity
        for name, value in state.items():
            setattr(self, name, value)
        self.roster: list[Worker | None] = [None] * self.seats
        self.account = dict.fromkeys(ACCOUNTS, 0.0)

    @property
    def region_now(self) -> Any:
        """The region's labour market."""
        return self.model.regions[self.region]

    @property
    def sector_now(self) -> Any:
        """The sector's market."""
        return self.model.sectors[self.sector]

    def posts_open(self) -> float:
        """Posts wanted beyond the heads there are."""
        return max(0.0, self.desired - self.headcount)

    def step(self) -> None:
        """Make the month."""
        self.account = dict.fromkeys(ACCOUNTS, 0.0)
        self.enter_when_due()
        if not self.alive:
            return
        put_to_use = self.train_and_change()
        production.passing_shock(self)
        production.set_hours(self)
        tally, attendees = self.employ()
        self.account_for_people(tally)
        class_days = attendees * self.model.programme.class_days
        worked = production.labour(self, tally.present_skill, tally.injuries, class_days)
        production.produce(self, worked)
        self.account["participant_time"] = money.value_of_class_time(
            self, attendees, self.model.programme.class_days
        )
        money.settle(self, put_to_use)
        money.review_wage(self)
        money.win_orders(self)
        money.plan_jobs(self)
        self.account["orders"] = self.orders * self.output
        self.account_for_training(tally, attendees)
        observation.record(self)
        observation.remember(self)
        observation.report(self)
        observation.keep_books(self)
        self.headcount = tally.heads - tally.separations + tally.hires
        self.women = tally.women - tally.separations_women + tally.hires_women
        if money.closes(self):
            self.close()

    def enter_when_due(self) -> None:
        """An entrant opens its doors with the staff that it was drawn with."""
        if self.entry_month == self.model.month and self.entry_month > 0:
            self.alive = 1
            self.account["entries"] = 1.0
            self.account["jobs_entered"] = self.headcount

    def train_and_change(self) -> float:
        """Drift, class, visits, adoption, erosion and spread; returns the practice share newly put to use."""
        practice.drift(self)
        put_to_use = 0.0
        if self.class_today:
            practice.attend_class(self, self.model.programme.class_days)
        for _ in range(self.visits_today):
            put_to_use += practice.receive_visit(self)
        return put_to_use + practice.adopt_erode_copy(self)

    def employ(self) -> tuple[Tally, float]:
        """Everybody's month, then what managers notice of it; returns the tally and the persons in class."""
        place, filled, tally = workplace(self), hiring_chance(self), Tally()
        for place_in_roster, person in enumerate(self.roster):
            if person is None:
                self.fill(place_in_roster, filled, place.engagement_level, tally)
            elif not person.work_a_month(place, tally):
                self.roster[place_in_roster] = None
                person.remove()
        staff = max(1.0, tally.heads)
        self.novices = tally.novices / staff
        self.skill = tally.skill / staff
        self.attended_workers, self.attended_lost = tally.attended, tally.attended_lost
        self.injuries_seen += (tally.injuries / staff - self.injuries_seen) / 6.0
        self.vacancy_share = self.posts_open() / max(1.0, self.desired)
        managers_in_class = 2.0
        return tally, managers_in_class + tally.in_class if self.class_today else 0.0

    def fill(self, place_in_roster: int, filled: float, engagement: float, tally: Tally) -> None:
        """Try to fill an empty place; the hire works from next month on."""
        person = hire(self, self.first_seat + place_in_roster, filled, engagement)
        self.roster[place_in_roster] = person
        if person is not None:
            tally.hires += 1.0
            tally.hires_women += person.woman

    def account_for_people(self, tally: Tally) -> None:
        """Enter the workers' month in the accounts."""
        self.account |= {
            "enterprises": 1.0,
            "headcount": tally.heads,
            "women": tally.women,
            "present": tally.present,
            "hours": tally.heads * self.hours,
            "absence": tally.absence,
            "injuries": tally.injuries,
            "injuries_women": tally.injuries_women,
            "separations": tally.separations,
            "separations_women": tally.separations_women,
            "quits": tally.quits,
            "hires": tally.hires,
            "engagement": tally.engagement,
            "wages": tally.pay * self.wage,
            "wages_women": tally.pay_women * self.wage,
            "low_paid": tally.low_paid,
            "vacancies": self.posts_open(),
            "separated_trained": tally.attended_lost,
        }

    def account_for_training(self, tally: Tally, attendees: float) -> None:
        """Enter what was received from the programme, and close the module after its last visit."""
        if not (self.class_today or self.visits_today):
            return
        women_managers = (attendees - tally.in_class) * tally.women / max(1.0, tally.heads)
        self.account |= {
            "fees": self.fee_today,
            "buyer_payments": self.buyer_payment_today,
            "subsidies": self.subsidy_today,
            "overhead": self.overhead_today,
            "trainer_days": self.trainer_days_today,
            "classes_attended": float(self.class_today),
            "attendees": attendees,
            "attendees_women": tally.women_in_class + women_managers,
            "enterprises_reached": float(self.reached_today),
            "workers_reached": tally.heads if self.reached_today else 0.0,
            "workers_reached_women": tally.women if self.reached_today else 0.0,
            "commercial_modules": float(self.commercial_today),
        }
        if self.visits_done >= self.model.programme.visits:
            self.module = -1

    def close(self) -> None:
        """The enterprise closes for good and everybody goes."""
        self.alive = 0
        self.exit_month = self.model.month
        self.account["exits"] = 1.0
        self.account["jobs_closed"] = self.headcount
        self.account["separated_trained"] += self.attended_workers - self.attended_lost
        self.account["guarantee_calls"] = money.guaranteed_loss(self)
        for person in self.roster:
            if person is not None:
                person.remove()
        self.roster = [None] * self.seats


def plain(record: np.record) -> dict[str, Any]:
    """A record as Python numbers and lists, by field."""
    return {name: record[name].tolist() for name in record.dtype.names}
