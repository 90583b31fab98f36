"""Classes, in plain words: who still waits and for whom, who sits together, who teaches, who pays."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.reference import choice, visits

if TYPE_CHECKING:
    from tests.reference.choice import Terms
    from tests.reference.enterprise import Enterprise
    from tests.reference.programme import Programme
    from tests.reference.trainers import Provider, Trainer

PATIENCE = 3
"""Months after which a class is held with empty seats."""
REPENT = 6
"""Months of waiting after which an enterprise looks for another provider, and again as many later."""


@dataclass
class Seat:
    """One enterprise's place in a class that may be held."""

    firm: Enterprise
    offer: Terms
    classmates: float
    class_days: float
    visit_days: float  # of all visits of the module


@dataclass
class Class:
    """One class of one provider on one module."""

    provider: Provider
    module: int
    seats: list[Seat] = field(default_factory=list)
    teachers: list[Trainer] = field(default_factory=list)
    number: int = -1
    weight: float = 0.0  # enterprises of the nation that sit in it
    cost: float = 0.0  # to the programme
    days: float = 0.0  # of all its trainers, for the whole module

    def admit(self, seat: Seat) -> None:
        """One more enterprise takes a seat."""
        self.seats.append(seat)
        self.weight += seat.firm.weight
        self.cost += seat.firm.weight * (seat.offer.subsidy + seat.offer.overhead)
        self.days += seat.firm.weight * (seat.class_days + seat.visit_days)


def hold_classes(programme: Programme) -> None:
    """Those who wait gather in classes, which are held if a trainer is free and the budget reaches."""
    for provider in programme.providers:
        provider.look_through_order_books()
    waiting = [firm for firm in programme.roll if is_waiting(programme, firm)]
    staying = [firm for firm in waiting if still_wants(programme, firm)]
    seat_of: dict[int, tuple[Class, Seat]] = {}
    for one in gather(programme, staying):
        if can_be_held(programme, one):
            announce(programme, one)
            seat_of |= {seat.firm.identity: (one, seat) for seat in one.seats}
    programme.queue = 0.0
    for firm in staying:
        if firm.identity in seat_of:
            attend(programme, *seat_of[firm.identity])
        else:
            programme.queue += firm.weight


def is_waiting(programme: Programme, firm: Enterprise) -> bool:
    """Alive, between modules, and waiting since an earlier month."""
    return bool(firm.alive) and firm.module < 0 and 0 <= firm.waiting_since < programme.model.month


def still_wants(programme: Programme, firm: Enterprise) -> bool:
    """Whether the enterprise stays in a queue, perhaps another provider's, at the terms of the day."""
    months = programme.model.month - firm.waiting_since
    looks_around = months >= REPENT and months % REPENT == 0
    provider = programme.providers[firm.provider] if firm.provider >= 0 else None
    if provider is None or not provider.can_teach(firm.wanted) or looks_around:
        provider = choice.choose_provider(programme, firm, firm.wanted)
        firm.provider = -1 if provider is None else provider.number
    if programme.assigned:
        return True
    if provider is not None:
        offer = choice.terms(programme, firm, provider, firm.wanted)
        if choice.buys(programme, firm, firm.wanted, offer):
            return True
    firm.waiting_since = firm.wanted = firm.provider = -1
    return False


def gather(programme: Programme, staying: list[Enterprise]) -> list[Class]:
    """Full classes of those who wait for one provider and module; one with empty seats after PATIENCE."""
    queues: dict[tuple[int, int], list[Enterprise]] = {}
    for firm in staying:
        if firm.provider >= 0:
            queues.setdefault((firm.provider, firm.wanted), []).append(firm)
    size = programme.seats_per_class
    found = []
    for (number, k), queue in queues.items():
        impatient = any(programme.model.month - firm.waiting_since >= PATIENCE for firm in queue)
        for start in range(0, len(queue), size):
            group = queue[start : start + size]
            if len(group) == size or impatient:
                found.append(seat_together(programme, programme.providers[number], k, group))
    place = {firm.identity: i for i, firm in enumerate(staying)}
    return sorted(found, key=lambda one: place[one.seats[0].firm.identity])


def seat_together(programme: Programme, provider: Provider, k: int, group: list[Enterprise]) -> Class:
    """A class of these enterprises, with each one's terms and trainer days."""
    one = Class(provider, k)
    for firm in group:
        stands_for = len(group) * firm.weight
        classmates = min(programme.enterprises_per_class, stands_for)
        class_days = programme.class_days / min(programme.enterprises_per_class, max(1.0, stands_for))
        visit_days = programme.visits * visits.days_per_visit(programme, classmates)
        offer = choice.terms(programme, firm, provider, k)
        one.admit(Seat(firm, offer, classmates, class_days, visit_days))
    return one


def can_be_held(programme: Programme, one: Class) -> bool:
    """Trainers with days free this month, one for each class of the nation; the budget must reach."""
    classes = max(1, int(one.weight / programme.enterprises_per_class + 0.5))
    able = [t for t in one.provider.certified() if t.may_teach(one.module)]
    one.teachers = sorted(able, key=lambda trainer: trainer.booked)[:classes]
    if not one.teachers:
        return False
    booked = sum(trainer.booked for trainer in one.teachers) / len(one.teachers)
    return booked < programme.model.p.trainer_days and (one.cost == 0.0 or one.cost <= programme.budget_left)


def announce(programme: Programme, one: Class) -> None:
    """The class takes the budget's money, its trainers' days and a number."""
    programme.budget_left -= one.cost
    for trainer in one.teachers:
        trainer.booked += one.days / len(one.teachers)
    one.number = programme.classes
    programme.classes += 1


def attend(programme: Programme, one: Class, seat: Seat) -> None:
    """The enterprise sits in its class: the module begins, and is paid."""
    firm, k, month = seat.firm, one.module, programme.model.month
    firm.module, firm.wanted, firm.waiting_since = k, -1, -1
    firm.modules_begun += 1 << k
    firm.class_today, firm.class_month, firm.class_id = 1, month, one.number
    firm.classmates, firm.visits_done = seat.classmates, 0
    if firm.first_class_month < 0:
        firm.first_class_month = month
        firm.credit_line = programme.credit_line if seat.offer.supported else 0.0
    number = len(one.teachers)
    firm.trainer, firm.teachers = one.teachers[0].number, number
    firm.trainer_quality = sum(trainer.quality[k] for trainer in one.teachers) / number
    firm.trainer_days_today += seat.class_days
    settle(programme, one, seat)
    for trainer in one.teachers:
        trainer.learn(k, firm.weight / number)
    if programme.visits == 0:
        visits.finish_module(programme, firm)


def settle(programme: Programme, one: Class, seat: Seat) -> None:
    """Who pays what is noted by the enterprise, its provider and the market."""
    firm, offer = seat.firm, seat.offer
    firm.fee_today, firm.buyer_payment_today = offer.fee, offer.buyer_payment
    firm.subsidy_today, firm.overhead_today = offer.subsidy, offer.overhead
    firm.commercial_today = int(offer.subsidy == 0.0)
    one.provider.revenue += firm.weight * offer.price
    one.provider.days += firm.weight * seat.class_days
    one.provider.sold += firm.weight
    for account, value in (
        ("modules", 1.0),
        ("commercial_modules", firm.commercial_today),
        ("fees", offer.fee),
        ("buyer_payments", offer.buyer_payment),
        ("subsidies", offer.subsidy),
        ("overhead", offer.overhead),
    ):
        programme.enter(firm.region, account, firm.weight * value)
