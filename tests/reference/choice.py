"""What an enterprise weighs, in plain words: terms, felt cost, belief, and which module of which provider."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulation import draws
from simulation.parameters import COOPERATION
from simulation.state import BY_AUTHORITY, BY_BUYER
from tests.reference import chance
from tests.reference.practice import EVERY_MODULE, within
from tests.reference.production import DAYS_A_MONTH

if TYPE_CHECKING:
    from tests.reference.enterprise import Enterprise
    from tests.reference.programme import Programme
    from tests.reference.trainers import Provider

PERSONS_IN_CLASS = 4
LONGEST_WAIT_FELT = 24


@dataclass(frozen=True)
class Terms:
    """Who pays what for one module of one enterprise at one provider."""

    supported: bool
    price: float
    subsidy: float
    overhead: float
    buyer_payment: float

    @property
    def fee(self) -> float:
        """What is left for the enterprise to pay."""
        return self.price - self.subsidy - self.buyer_payment


def terms(
    programme: Programme, firm: Enterprise, provider: Provider, k: int, *, may_take_place: bool = False
) -> Terms:
    """The day's terms; ``may_take_place``: a place that is left supports an enterprise that has none yet."""
    subsidy = overhead = 0.0
    supported = firm.supported or (may_take_place and programme.places >= firm.weight)
    supported = bool(supported and provider.contract and programme.is_open())
    if supported:
        subsidy = subsidised_share(programme, firm, k) * min(provider.price, programme.price)
        overhead = programme.model.p.overhead_per_module
        overhead += programme.model.p.supervision_cost * programme.supervision
        if programme.budget_left < firm.weight * (subsidy + overhead):
            supported, subsidy, overhead = False, 0.0, 0.0
    named_by_buyer = firm.channel == BY_BUYER or programme.assigned
    buyer_payment = programme.buyer_share * (provider.price - subsidy) if named_by_buyer else 0.0
    return Terms(supported, provider.price, subsidy, overhead, buyer_payment)


def subsidised_share(programme: Programme, firm: Enterprise, k: int) -> float:
    """Share of the price that the latest fitting step of the subsidy pays, none without one."""
    share = 0.0
    for step in programme.subsidies:
        has_begun = step["from_month"] <= programme.model.month
        fits = step["fewest"] <= firm.employees <= step["most"] and step["modules"] >> k & 1
        if has_begun and fits:
            share = step["share"]
    return share


def means(programme: Programme, firm: Enterprise, supported: bool) -> float:
    """Cash and credit that the enterprise can lay hands on, with the programme's credit line."""
    line = firm.credit_line
    if firm.first_class_month < 0:
        line = programme.credit_line if supported else 0.0
    return max(0.0, firm.cash + (firm.credit + line) * firm.wage_bill_at_start)


def felt_cost(programme: Programme, firm: Enterprise, offer: Terms) -> float:
    """The fee, heavier when money is short, and the disruption while managers and workers sit in class."""
    p = programme.model.p
    usual = (p.cash_months + p.credit_months) * firm.wage_bill_at_start
    shortage = within(1.0 - means(programme, firm, offer.supported) / max(1.0, usual), 0.0, 1.0)
    lost_output = PERSONS_IN_CLASS * programme.class_days / DAYS_A_MONTH * firm.value_per_worker
    share_away = min(1.0, PERSONS_IN_CLASS / max(1.0, firm.headcount))
    disruption = p.demand_disruption * lost_output * (1.0 + p.disruption_small * share_away)
    return offer.fee * (1.0 + p.demand_liquidity * shortage) + disruption


def worth(programme: Programme, firm: Enterprise, k: int) -> float:
    """What the enterprise would pay at most for module ``k``: months of the gain that it believes in."""
    p = programme.model.p
    hundreds = max(1.0, firm.headcount) / 100.0
    yuan = firm.belief * max(1.0, firm.value_per_worker) * 100.0 * hundreds**p.belief_size
    room = max(0.02, 1.0 - firm.practice[k]) / (1.0 - p.practice_mean[k])
    return yuan * p.payback_months * room


def push(programme: Programme, firm: Enterprise) -> float:
    """Log odds that the buyer or the authority behind the invitation adds."""
    p = programme.model.p
    if firm.channel == BY_BUYER:
        return p.demand_buyer * firm.buyer_pressure
    return p.demand_authority if firm.channel == BY_AUTHORITY else 0.0


def buys(programme: Programme, firm: Enterprise, k: int, offer: Terms) -> bool:
    """Whether the enterprise takes the offer: it can pay, and its taste meets the odds."""
    if programme.assigned:
        return True
    if offer.fee > means(programme, firm, offer.supported):
        return False
    cost = max(1.0, felt_cost(programme, firm, offer))
    log_odds = programme.model.p.demand_sensitivity * math.log(worth(programme, firm, k) / cost)
    log_odds = within(log_odds + push(programme, firm), -30.0, 30.0)
    taste = chance.drawn(programme.seed, draws.TAKE_UP, firm.modules_done, firm.identity)
    return programme.model.happens(taste, 1.0 / (1.0 + math.exp(-log_odds)), firm)


def choose_provider(
    programme: Programme, firm: Enterprise, k: int, *, may_take_place: bool = False
) -> Provider | None:
    """The best of the region's providers that can teach the module: cheap, of good name, soon free."""
    p = programme.model.p
    best, best_score = None, -math.inf
    for provider in programme.trading_in(firm.region):
        if not provider.can_teach(k):
            continue
        offer = terms(programme, firm, provider, k, may_take_place=may_take_place)
        score = -p.choice_price * math.log(max(1.0, felt_cost(programme, firm, offer)))
        score += p.choice_reputation * (provider.reputation - p.reputation_start)
        score -= p.choice_wait * min(LONGEST_WAIT_FELT, provider.wait[k])
        unobserved = chance.drawn_bell(programme.seed, draws.PROVIDER_CHOICE, provider.number, firm.identity)
        score += p.choice_taste * unobserved
        if score > best_score:
            best, best_score = provider, score
    return best


def next_module(programme: Programme, firm: Enterprise) -> int | None:
    """Cooperation first if obligatory, then as listed or where least is in use; None if there is none.

    Where enterprises decide, only modules count that some provider of the region can teach now.
    """
    begun = {k for k in EVERY_MODULE if firm.modules_begun >> k & 1}
    if programme.obligatory_first and COOPERATION not in begun:
        return COOPERATION if taught_in(programme, firm.region, COOPERATION) else None
    left = [k for k in programme.offered if k not in begun and taught_in(programme, firm.region, k)]
    if not left:
        return None
    return min(left, key=lambda k: firm.practice[k]) if programme.largest_gap else left[0]


def taught_in(programme: Programme, region: int, k: int) -> bool:
    """Whether a provider of the region can teach the module, or enrolment does not ask."""
    return bool(programme.assigned) or any(v.can_teach(k) for v in programme.trading_in(region))
