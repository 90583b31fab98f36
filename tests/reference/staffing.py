"""How trainers come into the market: the first ones, graduates of courses, and who employs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation import draws
from simulation.parameters import COOPERATION
from simulation.state import ACTIVE, CANDIDATE, NO_WAIT
from tests.reference import chance
from tests.reference.practice import EVERY_MODULE
from tests.reference.trainers import Provider, Trainer, drawn_quality

if TYPE_CHECKING:
    from tests.reference.programme import Programme


def begin_with_trainers(programme: Programme) -> None:
    """The certified trainers with whom the programme starts, region by region, at no cost."""
    for region, number in enumerate(programme.starters):
        for _ in range(number):
            add_trainer(programme, region, ACTIVE)


def train_trainers(programme: Programme) -> None:
    """This month's trainings of trainers, until the budget no longer pays for one more place."""
    cost = programme.model.p.course_cost
    for region, places in enumerate(programme.graduates[programme.model.month]):
        for _ in range(places):
            if programme.budget_left < cost:
                return
            if add_trainer(programme, region, CANDIDATE) is not None:
                programme.pay(region, "training_of_trainers", cost)
                programme.enter(region, "graduates", 1.0)


def add_trainer(
    programme: Programme, region: int, stage: int, provider: Provider | None = None
) -> Trainer | None:
    """A new trainer joins ``provider`` or the region's one with least staff; None where no slot is free."""
    if not slot_is_free(programme):
        return None
    number = len(programme.trainers)
    if provider is None:
        provider = short_of_staff(programme, region) or open_provider(programme, region)
    state = {
        "region": region,
        "provider": provider.number,
        "stage": stage,
        "graduated_month": programme.model.month,
        "modules": 0,
        "quality": drawn_quality(programme.model, number),
        "taught": 0.0,
        "idle": 0,
        "booked": 0.0,
    }
    trainer = Trainer(programme.model, number, state)
    trainer.modules = sum(1 << k for k in modules_learnt(programme, trainer))
    programme.trainers.append(trainer)
    return trainer


def slot_is_free(programme: Programme) -> bool:
    """Whether the run has room for one more trainer."""
    return len(programme.trainers) < programme.trainer_slots


def modules_learnt(programme: Programme, trainer: Trainer) -> list[int]:
    """Cooperation, or else the first that is offered; then others by lot, as many as the mean asks for."""
    wanted = int(programme.model.p.modules_per_trainer)
    fraction = programme.model.p.modules_per_trainer - wanted
    if trainer.happens(draws.TRAINER_MODULES, 0, fraction):
        wanted += 1
    first = COOPERATION if COOPERATION in programme.offered else programme.offered[0]
    others = [k for k in programme.offered if k != first]
    others.sort(key=lambda k: chance.drawn(programme.seed, draws.TRAINER_MODULES, 1 + k, trainer.number))
    return [first, *others][:wanted]


def short_of_staff(programme: Programme, region: int) -> Provider | None:
    """The region's trading provider with fewest trainers, of those that are not yet full."""
    most = programme.trainers_per_provider
    open_to_more = [v for v in programme.trading_in(region) if v.trainers < most]
    return min(open_to_more, key=lambda provider: provider.trainers, default=None)


def open_provider(programme: Programme, region: int) -> Provider:
    """A new provider enters the market of a region, under contract, at the price of the start."""
    p = programme.model.p
    state = {
        "region": region,
        "trading": 1,
        "contract": 1,
        "entry_month": programme.model.month,
        "exit_month": -1,
        "price": programme.price,
        "reputation": p.reputation_start,
        "wait": [NO_WAIT for _ in EVERY_MODULE],
        "revenue": 0.0,
        "days": 0.0,
        "sold": 0.0,
        "growth_cost": 0.0,
        "result": 0.0,
        "utilisation": p.provider_usual_days / p.trainer_days,
        "months_losing": 0,
        "cash": 0.0,
    }
    provider = Provider(programme.model, len(programme.providers), state)
    programme.providers.append(provider)
    programme.enter(region, "providers_entered", 1.0)
    return provider
