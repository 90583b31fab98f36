"""Trainers and the providers whom they work for, in plain words: who they are, and a trainer's month."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import mesa

from simulation import draws
from simulation.state import ACTIVE, CANDIDATE, LEFT, NO_WAIT
from tests.reference import chance
from tests.reference.practice import EVERY_MODULE, within

if TYPE_CHECKING:
    from tests.reference.model import ReferenceModel


class Trainer(mesa.Agent):
    """One trainer; ``provider`` is the number of the provider whose staff he or she is or was."""

    def __init__(self, model: ReferenceModel, number: int, state: dict[str, Any]):
        super().__init__(model)
        self.number = number
        for name, value in state.items():
            setattr(self, name, value)
        self.employer: Provider = model.programme.providers[self.provider]
        self.employer.team.append(self)

    @property
    def identity(self) -> str:
        """Name under which a near draw is noted."""
        return f"trainer {self.number}"

    def may_teach(self, k: int) -> bool:
        """Whether module ``k`` is among the trainer's."""
        return bool(self.modules >> k & 1)

    def is_at_work(self) -> bool:
        """Certified, not gone, and with a provider that trades."""
        return self.stage == ACTIVE and bool(self.employer.trading)

    def mean_quality(self) -> float:
        """Mean over the modules that this trainer may teach."""
        own = [self.quality[k] for k in EVERY_MODULE if self.may_teach(k)]
        return sum(own) / len(own)

    def happens(self, decision: int, number: int, chance_of_it: float) -> bool:
        """Whether this trainer's draw for a decision falls below its chance."""
        draw = chance.drawn(self.model.programme.seed, decision, number, self.number)
        return self.model.happens(draw, chance_of_it, self)

    def make_month(self) -> None:
        """A candidate may be certified; a trainer at work teaches or idles, forgets, and may leave."""
        p, month = self.model.p, self.model.month
        if self.stage == CANDIDATE and month >= self.graduated_month + p.certification_months:
            if self.happens(draws.CERTIFICATION, 0, p.trainer_certification):
                self.stage = ACTIVE
                self.model.programme.enter(self.region, "certified", 1.0)
            else:
                self.leave()
        elif self.stage == ACTIVE and self.graduated_month < month:
            self.work_off_bookings()
            restless = 1.0 + p.trainer_leaving_idle * min(self.idle, 12) / 12
            if self.happens(draws.TRAINER_LEAVES, month, p.trainer_leaving / 12 * restless):
                self.leave()

    def work_off_bookings(self) -> None:
        """A month's days go to the order book; a trainer without bookings is idle and forgets."""
        p = self.model.p
        self.idle = 0 if self.booked > 0.0 else self.idle + 1
        self.booked = max(0.0, self.booked - p.trainer_days)
        if self.idle > 0:
            self.quality = [(1.0 - p.trainer_forgetting) * quality for quality in self.quality]

    def learn(self, k: int, enterprises: float) -> None:
        """Teaching closes part of the gap to perfect quality, more under the programme's supervision."""
        programme, p = self.model.programme, self.model.p
        rate = p.trainer_learning
        if programme.is_open():
            rate *= 1.0 + p.supervision_learning * programme.supervision
        self.quality[k] = 1.0 - (1.0 - self.quality[k]) * math.exp(-rate * enterprises)
        self.taught += enterprises

    def leave(self) -> None:
        """Gone for good."""
        self.stage = LEFT
        self.model.programme.enter(self.region, "trainers_left", 1.0)


class Provider(mesa.Agent):
    """One provider; ``team`` are all trainers whom it ever employed, the staff those who have not left."""

    def __init__(self, model: ReferenceModel, number: int, state: dict[str, Any]):
        super().__init__(model)
        self.number = number
        self.team: list[Trainer] = []
        for name, value in state.items():
            if name not in ("trainers", "active"):
                setattr(self, name, value)

    @property
    def identity(self) -> str:
        """Name under which a near draw is noted."""
        return f"provider {self.number}"

    def staff(self) -> list[Trainer]:
        """Candidates and certified trainers, oldest first."""
        return [trainer for trainer in self.team if trainer.stage in (CANDIDATE, ACTIVE)]

    def certified(self) -> list[Trainer]:
        """Those of the staff who may give classes."""
        return [trainer for trainer in self.team if trainer.stage == ACTIVE]

    @property
    def trainers(self) -> int:
        """Number on the staff."""
        return len(self.staff())

    @property
    def active(self) -> int:
        """Number certified."""
        return len(self.certified())

    def clear(self) -> None:
        """Forget last month's business."""
        self.revenue = self.days = self.sold = self.growth_cost = 0.0

    def look_through_order_books(self) -> None:
        """Note for each module how many months its freest trainer is booked out."""
        days = self.model.p.trainer_days
        self.wait = [NO_WAIT for _ in EVERY_MODULE]
        for trainer in self.certified() if self.trading else ():
            for k in EVERY_MODULE:
                if trainer.may_teach(k):
                    self.wait[k] = min(self.wait[k], trainer.booked / days)

    def can_teach(self, k: int) -> bool:
        """Whether it trades and had a trainer for the module when the order books were looked through."""
        return bool(self.trading) and self.wait[k] < NO_WAIT

    def stop(self) -> None:
        """Leave the market; whoever is still on the staff goes too."""
        self.trading = 0
        self.exit_month = self.model.month
        self.model.programme.enter(self.region, "providers_left", 1.0)
        for trainer in self.staff():
            trainer.leave()


def freest(trainers: list[Trainer]) -> Trainer | None:
    """The trainer with fewest days booked, the first of several; None of nobody."""
    return min(trainers, key=lambda trainer: trainer.booked, default=None)


def drawn_quality(model: ReferenceModel, number: int) -> list[float]:
    """Quality of a new trainer, module by module."""
    programme, spread = model.programme, model.p.trainer_quality_sd
    luck = [chance.drawn_bell(programme.seed, draws.TRAINER, k, number) for k in EVERY_MODULE]
    return [within(programme.trainer_quality + spread * bell, 0.05, 1.0) for bell in luck]
