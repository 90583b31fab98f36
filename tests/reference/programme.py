"""The training market of a run, in plain words: the order of its month, its money and its books."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulation.market_accounts import MARKET_ACCOUNTS
from simulation.state import ACTIVE, CANDIDATE
from tests.reference import classes, demand, providers, staffing, visits
from tests.reference.neighbours import mean_gain

if TYPE_CHECKING:
    from tests.reference.enterprise import Enterprise
    from tests.reference.model import ReferenceModel
    from tests.reference.trainers import Provider, Trainer

COUNTED_BY_LISTS = ("enrolled", "trainers", "providers")


class Programme:
    """Demand, trainers and providers of one run; attributes carry the names of the engine's run record.

    ``order`` are the eligible enterprises in the order in which they are approached, ``roll`` those that ever
    enrolled. ``books`` are this month's market accounts by name, of the nation and then of every region.
    """

    def __init__(self, model: ReferenceModel, settings: dict[str, Any]):
        self.model = model
        for name, value in settings.items():
            if name not in COUNTED_BY_LISTS:
                setattr(self, name, value)
        self.offered = self.offered[: self.modules_offered]
        self.n_regions = len(model.regions)
        self.order: list[Enterprise] = []
        self.roll: list[Enterprise] = []
        self.trainers: list[Trainer] = []
        self.providers: list[Provider] = []
        self.graduates: list[list[int]] = []
        self.starters: list[int] = []
        self.subsidies: list[dict[str, Any]] = []
        self.class_gain: dict[int, list[float]] = {}
        self.open_books()

    def make_month(self, today: dict[str, float]) -> None:
        """The market's month: what every enterprise receives, who teaches, who asks for training."""
        self.today = today
        self.open_books()
        for firm in self.roll:
            clear(firm)
        for provider in self.providers:
            provider.clear()
        self.honour_guarantees()
        self.renew_trainers()
        for firm in self.roll:
            if firm.alive and firm.module >= 0:
                visits.visit(self, firm)
        classes.hold_classes(self)
        demand.make_month(self)
        for provider in self.providers:
            if provider.trading:
                providers.settle(self, provider)
        providers.renew_contracts(self)
        self.compare_classmates()
        self.take_stock()

    def is_open(self) -> bool:
        """Whether the programme supports anything this month."""
        return self.first_month <= self.model.month < self.closing_month

    def renew_trainers(self) -> None:
        """New trainers come, candidates are certified, trainers leave, and providers without staff stop."""
        if self.model.month == self.first_month:
            staffing.begin_with_trainers(self)
        if self.is_open():
            staffing.train_trainers(self)
        for trainer in list(self.trainers):
            trainer.make_month()
        for provider in self.providers:
            if provider.trading and not provider.staff():
                provider.stop()

    def trading_in(self, region: int) -> list[Provider]:
        """The region's providers that trade, by number."""
        return [v for v in self.providers if v.region == region and v.trading]

    def at_work_in(self, region: int) -> list[Trainer]:
        """The region's certified trainers, by number."""
        return [t for t in self.trainers if t.region == region and t.is_at_work()]

    # Money

    def pay(self, region: int, account: str, amount: float) -> None:
        """Take an amount from the budget and enter it."""
        self.budget_left -= amount
        self.enter(region, account, amount)

    def honour_guarantees(self) -> None:
        """Pay what lenders lost last month on guaranteed credit, even if no money is left."""
        if self.model.month == 0:
            return
        nation, *levels = self.model.sums[-1]
        self.budget_left -= nation["guarantee_calls"]
        regions = levels[len(self.model.sectors) :][: self.n_regions]
        for book, level in zip(self.books, [nation, *regions], strict=True):
            book["guarantees"] += level["guarantee_calls"]

    # Books

    def open_books(self) -> None:
        """Empty accounts for the month."""
        self.books = [dict.fromkeys(MARKET_ACCOUNTS, 0.0) for _ in range(1 + self.n_regions)]

    def enter(self, region: int, account: str, amount: float) -> None:
        """Enter an amount for a region and for the nation."""
        self.books[0][account] += amount
        self.books[1 + region][account] += amount

    def take_stock(self) -> None:
        """Count who knows and who waits, and trainers, providers, prices and quality as the month ends."""
        for firm in self.order:
            if firm.alive and firm.informed_month >= 0:
                self.enter(firm.region, "aware", firm.weight)
        for firm in self.roll:
            if firm.alive and firm.waiting_since >= 0:
                self.enter(firm.region, "waiting", firm.weight)
        for trainer in self.trainers:
            if trainer.stage == CANDIDATE:
                self.enter(trainer.region, "candidates", 1.0)
            elif trainer.stage == ACTIVE:
                self.enter(trainer.region, "active_trainers", 1.0)
                self.enter(trainer.region, "order_book", trainer.booked)
                self.enter(trainer.region, "quality_sum", trainer.mean_quality())
        for provider in self.providers:
            if provider.trading:
                self.enter(provider.region, "providers", 1.0)
                self.enter(provider.region, "price_sum", provider.price * provider.active)

    def compare_classmates(self) -> None:
        """Mean gains of those who last sat in one class, as they stood at the end of last month."""
        classmates: dict[int, list[Enterprise]] = {}
        for firm in self.roll:
            if firm.alive and firm.class_id >= 0:
                classmates.setdefault(firm.class_id, []).append(firm)
        self.class_gain = {c: mean_gain(members) for c, members in classmates.items()}


def clear(firm: Enterprise) -> None:
    """Forget what was received last month."""
    firm.class_today = firm.visits_today = firm.reached_today = firm.commercial_today = 0
    firm.fee_today = firm.buyer_payment_today = firm.subsidy_today = 0.0
    firm.overhead_today = firm.trainer_days_today = 0.0
