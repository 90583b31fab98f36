"""The programme's month, in plain words: visits, then classes of those who wait, then enrolment."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from simulation import draws
from simulation.parameters import COOPERATION
from tests.reference import chance
from tests.reference.practice import EVERY_MODULE, within

if TYPE_CHECKING:
    from tests.reference.enterprise import Enterprise
    from tests.reference.model import ReferenceModel

PATIENCE = 3


class Programme:
    """Enrolment, classes and visits of one run; attributes carry the names of the engine's run record."""

    def __init__(self, model: ReferenceModel, settings: dict[str, Any]):
        self.model = model
        for name, value in settings.items():
            setattr(self, name, value)
        self.offered = self.offered[: self.modules_offered]
        self.order: list[Enterprise] = []
        self.roll: list[Enterprise] = []
        self.class_gain: dict[int, list[float]] = {}

    def make_month(self, offer: dict[str, float]) -> None:
        """Decide what every enrolled enterprise receives this month."""
        self.offer = offer
        self.days_left = offer["trainer_days"]
        for firm in self.roll:
            self.clear(firm)
        for firm in self.roll:
            if firm.alive and firm.module >= 0:
                self.visit(firm)
        self.hold_classes()
        if offer["open"]:
            self.enrol()
        self.compare_classmates()

    @staticmethod
    def clear(firm: Enterprise) -> None:
        """Forget what was received last month."""
        firm.class_today = firm.visits_today = firm.reached_today = 0
        firm.fee_today = firm.buyer_payment_today = firm.subsidy_today = 0.0
        firm.overhead_today = firm.trainer_days_today = 0.0

    def visit(self, firm: Enterprise) -> None:
        """Visits are spread evenly over the months after class; those that lack trainer days come later."""
        since_class = min(self.model.month - firm.class_month, self.visit_months)
        due = (self.visits * since_class) // self.visit_months
        days = self.model.p.visit_days
        while firm.visits_done < due and self.days_left >= days * firm.weight:
            self.days_left -= days * firm.weight
            firm.trainer_days_today += days
            firm.visits_today += 1
            firm.visits_done += 1
        if firm.visits_done >= self.visits:
            self.finish_module(firm)

    def finish_module(self, firm: Enterprise) -> None:
        """All visits are made: the first module makes the enterprise reached; some go on to another."""
        firm.modules_done += 1
        firm.reached_today = int(firm.modules_done == 1)
        key = chance.key(self.seed, draws.CONTINUATION, firm.modules_done)
        draw = chance.whole(chance.bits(key, firm.identity))
        if self.model.happens(draw, self.continuation, firm) and self.choose_module(firm) is not None:
            firm.waiting_since = self.model.month

    def choose_module(self, firm: Enterprise) -> int | None:
        """Cooperation first if obligatory, then as listed or where least is in use; None after all."""
        begun = {k for k in EVERY_MODULE if firm.modules_begun >> k & 1}
        if self.obligatory_first and COOPERATION not in begun:
            return COOPERATION
        left = [k for k in self.offered if k not in begun]
        if not left:
            return None
        return min(left, key=lambda k: firm.practice[k]) if self.largest_gap else left[0]

    def is_waiting(self, firm: Enterprise) -> bool:
        """Alive, between modules, and waiting since an earlier month."""
        return bool(firm.alive) and firm.module < 0 and 0 <= firm.waiting_since < self.model.month

    def hold_classes(self) -> None:
        """Full classes region by region; a part-full one once somebody has waited long enough."""
        waiting = [firm for firm in self.roll if self.is_waiting(firm)]
        number = Counter(firm.region for firm in waiting)
        impatient = {f.region for f in waiting if self.model.month - f.waiting_since >= PATIENCE}
        seated: Counter[int] = Counter()
        class_of: dict[int, int] = {}
        out_of_means: set[int] = set()
        self.queue = 0.0
        for firm in waiting:
            r = firm.region
            left_over = number[r] % self.enterprises_per_class
            in_full_class = seated[r] < number[r] - left_over
            seats = self.enterprises_per_class if in_full_class else left_over
            share = self.class_days / max(1, seats)
            begun = seated[r] % self.enterprises_per_class
            if not self.affords(firm, share, seats - begun):
                out_of_means.add(r)
            if not (in_full_class or r in impatient) or r in out_of_means:
                self.queue += firm.weight
                continue
            if begun == 0:
                class_of[r] = self.classes
                self.classes += 1
            seated[r] += 1
            self.seat(firm, class_of[r], share)

    def affords(self, firm: Enterprise, days: float, seats: int) -> bool:
        """Whether trainer days and budget reach for ``seats`` enterprises like this one."""
        return self.days_left >= days * firm.weight * seats and self.budget_left >= self.cost(firm) * seats

    def cost(self, firm: Enterprise) -> float:
        """What the programme pays for one module: the subsidy and the overhead."""
        subsidy = self.offer["subsidy"] * self.offer["price"]
        return firm.weight * (subsidy + self.model.p.overhead_per_module)

    def seat(self, firm: Enterprise, class_id: int, days: float) -> None:
        """The enterprise sits in a class, meets its trainer and pays what subsidy and buyers leave."""
        self.days_left -= days * firm.weight
        self.budget_left -= self.cost(firm)
        firm.module = self.choose_module(firm)
        firm.modules_begun += 1 << firm.module
        firm.class_today, firm.class_month, firm.class_id = 1, self.model.month, class_id
        firm.visits_done, firm.waiting_since = 0, -1
        if firm.first_class_month < 0:
            firm.first_class_month = self.model.month
            firm.credit_line = self.credit_line
        luck = chance.bell(chance.bits(chance.key(self.seed, draws.TRAINER, firm.module), firm.identity))
        firm.trainer_quality = within(self.trainer_quality + self.model.p.trainer_quality_sd * luck, 0.0, 1.0)
        firm.trainer_days_today += days
        firm.subsidy_today = self.offer["price"] * self.offer["subsidy"]
        rest = self.offer["price"] - firm.subsidy_today
        firm.buyer_payment_today = self.buyer_share * rest
        firm.fee_today = rest - firm.buyer_payment_today
        firm.overhead_today = self.model.p.overhead_per_module
        if self.visits == 0:
            self.finish_module(firm)

    def enrol(self) -> None:
        """Places go to enterprises of open areas in the order of the run; nobody left: places lapse."""
        self.capacity += self.offer["enterprises"]
        for firm in self.order:
            if self.capacity <= 0.0 or self.budget_left <= 0.0:
                return
            is_open = self.model.open_from[firm.sector][firm.region] <= self.model.month
            if firm.enrolled_month >= 0 or not firm.alive or not is_open:
                continue
            if self.capacity < firm.weight:
                return
            self.capacity -= firm.weight
            firm.enrolled_month = firm.waiting_since = self.model.month
            self.roll.append(firm)
        self.capacity = min(self.capacity, self.offer["enterprises"])

    def compare_classmates(self) -> None:
        """Mean gains of those who last sat in one class, as they stood at the end of last month."""
        classes: dict[int, list[Enterprise]] = {}
        for firm in self.roll:
            if firm.alive and firm.class_id >= 0:
                classes.setdefault(firm.class_id, []).append(firm)
        self.class_gain = {c: mean_gain(members) for c, members in classes.items()}


def mean_gain(firms: list[Enterprise]) -> list[float]:
    """Mean gain of some enterprises, by module; none gives zeros."""
    return [sum(firm.gain[k] for firm in firms) / max(1, len(firms)) for k in EVERY_MODULE]
