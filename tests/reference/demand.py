"""Demand for training, in plain words: hearing of it, learning from neighbours, weighing it, enrolling."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from simulation import draws
from simulation.state import BY_AUTHORITY, BY_BUYER, BY_CAMPAIGN, BY_DIALOGUE, BY_PEERS, BY_PROVIDER
from tests.reference import chance, choice
from tests.reference.visits import GOES_ON, learn_from

if TYPE_CHECKING:
    from tests.reference.enterprise import Enterprise
    from tests.reference.programme import Programme

CHANNELS = ("campaign", "dialogue", "buyers", "authority")
"""Outreach that the programme pays for or arranges; what it offers in a month adds up in the run's state."""


def make_month(programme: Programme) -> None:
    """Who hears of the training, what they believe, and who asks for a module."""
    for provider in programme.providers:
        provider.look_through_order_books()
    if not programme.assigned:
        if programme.model.month >= programme.first_month:
            inform(programme)
        watch_neighbours(programme)
    programme.places = programme.places + programme.today["places"] if programme.is_open() else 0.0
    if programme.assigned:
        go_on(programme)
        fill_places(programme)
    else:
        for firm in programme.order:
            if weighs_training(programme, firm):
                decide(programme, firm)
    programme.places = kept(programme, programme.places, programme.today["places"])
    if not programme.is_open():
        programme.places = 0.0


def kept(programme: Programme, left: float, monthly: float) -> float:
    """What is left over for next month: a month's number at most, and what one large enterprise may need."""
    largest = max((firm.weight for firm in programme.order), default=0.0)
    return min(left, monthly + largest)


# Hearing of it


def inform(programme: Programme) -> None:
    """Tell those who do not know yet, in the run's order, by the channels that have something left."""
    for name in CHANNELS:
        left = getattr(programme, name) + programme.today[name]
        setattr(programme, name, left if programme.is_open() else 0.0)
    sellers = [selling(programme, r) for r in range(programme.n_regions)]
    for region, number in zip(programme.model.regions, sellers, strict=True):
        region.outreach += number
    for firm in programme.order:
        if firm.alive and firm.informed_month < 0 and area_is_open(programme, firm):
            channel = channel_that_reaches(programme, firm)
            if channel is not None:
                firm.channel, firm.informed_month = channel, programme.model.month
                programme.enter(firm.region, "informed", firm.weight)
    for name in CHANNELS:
        setattr(programme, name, kept(programme, getattr(programme, name), programme.today[name]))
    for region, number in zip(programme.model.regions, sellers, strict=True):
        region.outreach = kept(programme, region.outreach, number)


def selling(programme: Programme, region: int) -> float:
    """Enterprises that the region's trainers tell of the training in the days that they have not sold."""
    unsold = [max(0.0, 1.0 - t.employer.utilisation) for t in programme.at_work_in(region)]
    return programme.model.p.provider_outreach * sum(unsold)


def area_is_open(programme: Programme, firm: Enterprise) -> bool:
    """Whether the enterprise's sector and region are open by now."""
    return programme.model.open_from[firm.sector][firm.region] <= programme.model.month


def channel_that_reaches(programme: Programme, firm: Enterprise) -> int | None:
    """How an enterprise hears of the training this month; None if it does not."""
    p, model = programme.model.p, programme.model
    half, region = 0.5 * firm.weight, model.regions[firm.region]
    if told_by_neighbours(programme, firm):
        return BY_PEERS
    if programme.buyers >= half and firm.buyer_pressure > p.buyer_pressure:
        programme.buyers -= firm.weight
        return BY_BUYER
    if programme.authority >= half:
        programme.authority -= firm.weight
        return BY_AUTHORITY
    if programme.dialogue >= half and can_afford(programme, p.dialogue_cost * firm.weight):
        programme.dialogue -= firm.weight
        programme.pay(firm.region, "awareness", p.dialogue_cost * firm.weight)
        firm.belief *= math.exp(p.belief_dialogue)
        return BY_DIALOGUE
    if programme.campaign >= half and can_afford(programme, p.campaign_cost * firm.weight):
        programme.campaign -= firm.weight
        programme.pay(firm.region, "awareness", p.campaign_cost * firm.weight)
        return BY_CAMPAIGN
    if region.outreach >= half:
        region.outreach -= firm.weight
        return BY_PROVIDER
    return None


def can_afford(programme: Programme, cost: float) -> bool:
    """Whether the budget pays for it."""
    return programme.budget_left >= cost


def told_by_neighbours(programme: Programme, firm: Enterprise) -> bool:
    """Each informed neighbour may mention the training."""
    informed = programme.model.clusters[firm.cluster].informed
    if not informed > 0.0:
        return False
    nobody = (1.0 - programme.model.p.awareness_peers) ** informed
    draw = chance.drawn(programme.seed, draws.PEERS, programme.model.month, firm.identity)
    return programme.model.happens(draw, 1.0 - nobody, firm)


def watch_neighbours(programme: Programme) -> None:
    """Those who never sat in a class learn from what their neighbours say that they gained."""
    for firm in programme.order:
        cluster = programme.model.clusters[firm.cluster]
        untrained = firm.alive and firm.first_class_month < 0
        if untrained and area_is_open(programme, firm) and cluster.results > 0.0:
            learn_from(firm, math.exp(cluster.log_result), programme.model.p.belief_peers)


# Enterprises decide


def weighs_training(programme: Programme, firm: Enterprise) -> bool:
    """After a module, on first hearing of the training, and now and then; not while waiting or under way."""
    has_finished = firm.wanted == GOES_ON
    free = firm.waiting_since < 0 and (firm.module < 0 or has_finished)
    if not (firm.alive and firm.informed_month >= 0 and free):
        return False
    firm.wanted = -1
    if has_begun_all(programme, firm):
        return False
    if has_finished or firm.informed_month == programme.model.month:
        return True
    draw = chance.drawn(programme.seed, draws.RECONSIDERATION, programme.model.month, firm.identity)
    return programme.model.happens(draw, programme.model.p.reconsideration, firm)


def has_begun_all(programme: Programme, firm: Enterprise) -> bool:
    """Whether no offered module is left."""
    return all(firm.modules_begun >> k & 1 for k in programme.offered)


def decide(programme: Programme, firm: Enterprise) -> None:
    """Weigh the next module at the best provider; who buys it joins that provider's queue."""
    k = choice.next_module(programme, firm)
    if k is None:
        return
    provider = choice.choose_provider(programme, firm, k, may_take_place=True)
    if provider is None:
        return
    offer = choice.terms(programme, firm, provider, k, may_take_place=True)
    if not choice.buys(programme, firm, k, offer):
        return
    firm.wanted, firm.provider, firm.waiting_since = k, provider.number, programme.model.month
    if offer.supported and not firm.supported:
        programme.places -= firm.weight
        firm.supported = 1
    if firm.enrolled_month < 0:
        firm.enrolled_month = programme.model.month
        programme.roll.append(firm)
    programme.enter(firm.region, "requests", firm.weight)


# Enrolment is assigned


def go_on(programme: Programme) -> None:
    """Enterprises that finished a module and were drawn to go on wait for the next, if one is left."""
    for firm in programme.roll:
        if firm.alive and firm.wanted == GOES_ON:
            k = choice.next_module(programme, firm)
            if k is None:
                firm.wanted = -1
            else:
                wait_for(programme, firm, k)


def fill_places(programme: Programme) -> None:
    """Places go to enterprises of open areas in the order of the run, whatever the price."""
    if not programme.is_open():
        return
    for firm in programme.order:
        if programme.places <= 0.0 or programme.budget_left <= 0.0:
            return
        if firm.enrolled_month >= 0 or not firm.alive or not area_is_open(programme, firm):
            continue
        if programme.places < firm.weight:
            return
        programme.places -= firm.weight
        firm.supported, firm.channel = 1, BY_CAMPAIGN
        firm.enrolled_month = firm.informed_month = programme.model.month
        programme.roll.append(firm)
        wait_for(programme, firm, choice.next_module(programme, firm))
        programme.enter(firm.region, "informed", firm.weight)


def wait_for(programme: Programme, firm: Enterprise, k: int) -> None:
    """Join the queue for a module, at a provider if one can teach it."""
    firm.wanted, firm.waiting_since = k, programme.model.month
    programme.enter(firm.region, "requests", firm.weight)
    provider = choice.choose_provider(programme, firm, k)
    firm.provider = -1 if provider is None else provider.number
