"""What providers do at the end of a month, in plain words: settle, grow, set prices, stop; and contracts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from simulation import draws
from simulation.state import BY_PRICE, BY_QUALITY, CANDIDATE, OPEN_TO_ALL
from tests.reference import chance, staffing
from tests.reference.practice import within

if TYPE_CHECKING:
    from tests.reference.programme import Programme
    from tests.reference.trainers import Provider


def settle(programme: Programme, provider: Provider) -> None:
    """The month of one provider that trades: days sold, growth, books, price, and whether to go on."""
    p = programme.model.p
    available = provider.active * p.trainer_days
    pay = p.trainer_pay * p.trainer_day_cost * provider.days
    fixed = p.provider_fixed_cost * provider.active
    sold = min(2.0, provider.days / available) if available > 0.0 else 0.0
    provider.utilisation += (sold - provider.utilisation) / 12.0
    for _ in range(trainers_wanted(programme, provider)):
        if staffing.slot_is_free(programme):
            staffing.add_trainer(programme, provider.region, CANDIDATE, provider)
            provider.growth_cost += p.course_cost
    result = provider.revenue - pay - fixed - provider.growth_cost
    keep_books(provider, result)
    for name, value in (
        ("days_available", available),
        ("days_delivered", provider.days),
        ("trainer_pay", pay),
        ("fixed_costs", fixed),
        ("growth_costs", provider.growth_cost),
        ("result", result),
    ):
        programme.enter(provider.region, name, value)
    review_price(programme, provider)
    if provider.months_losing >= 12:
        provider.stop()


def trainers_wanted(programme: Programme, provider: Provider) -> int:
    """A busy provider that earns money trains a trainer of its own now and then, several alike as many."""
    if provider.utilisation <= 0.9 or provider.result <= 0.0:
        return 0
    model = programme.model
    usual = model.p.trainers_per_provider
    most_alike = programme.trainers_per_provider / usual
    alike = min(most_alike, max(1.0, min(provider.trainers, programme.trainers_per_provider) / usual))
    whole, part = divmod(alike * model.p.provider_growth, 1.0)
    draw = chance.drawn(programme.seed, draws.PROVIDER_GROWS, model.month, provider.number)
    return int(whole) + int(model.happens(draw, part, provider))


def keep_books(provider: Provider, result: float) -> None:
    """Cash adds up; the yearly result follows slowly; months in the red are counted while they last."""
    provider.cash += result
    provider.result += (result - provider.result) / 12.0
    provider.months_losing = provider.months_losing + 1 if provider.result < 0.0 else 0


def review_price(programme: Programme, provider: Provider) -> None:
    """The price moves to unit cost and markup, more for a busy provider, and stays in sight of the first."""
    p = programme.model.p
    usual = p.provider_usual_days
    day = p.trainer_pay * p.trainer_day_cost + p.provider_fixed_cost / usual
    class_share = programme.class_days / programme.enterprises_per_class
    together = min(programme.enterprises_per_visit, programme.enterprises_per_class)
    unit_cost = (class_share + programme.visits * p.visit_days / together) * day
    busy = provider.utilisation - usual / p.trainer_days
    sought = unit_cost * (1.0 + p.provider_markup) * (1.0 + p.price_demand * busy)
    price = provider.price + p.price_speed * (sought - provider.price)
    provider.price = within(price, 0.25 * programme.price, 4.0 * programme.price)


def renew_contracts(programme: Programme) -> None:
    """Once a year a programme that selects picks the best or the cheapest providers of each region."""
    years_begin = (programme.model.month - programme.first_month) % 12 == 0
    if programme.selection == OPEN_TO_ALL or not programme.is_open() or not years_begin:
        return
    rank = {BY_QUALITY: lambda v: -mean_quality(v), BY_PRICE: lambda v: v.price}[programme.selection]
    for region in range(programme.n_regions):
        ranked = sorted(programme.trading_in(region), key=rank)
        chosen = max(1, math.ceil(programme.providers_selected * len(ranked) - 1e-9))
        for place, provider in enumerate(ranked):
            provider.contract = int(place < chosen)


def mean_quality(provider: Provider) -> float:
    """Mean quality of a provider's certified trainers, none of nobody."""
    certified = provider.certified()
    return sum(trainer.mean_quality() for trainer in certified) / max(1, len(certified))
