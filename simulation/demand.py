"""Submodel 2, demand: enterprises hear of the training, form a belief about its gain, and decide.

Campaigns, social dialogue, buyers, the work-safety authority and providers inform; neighbours who know pass
it on (Bass 1969). Belief starts low; own results and those of neighbours move it.
"""

import math

import numpy as np

from simulation import draws
from simulation import market_accounts as ma
from simulation.compile import submodel
from simulation.ledger import enter, is_open
from simulation.offers import NOBODY, buys, choose_provider, terms
from simulation.providers import look_up_waits, next_module, taught_by
from simulation.state import (
    ACTIVE,
    BY_AUTHORITY,
    BY_BUYER,
    BY_CAMPAIGN,
    BY_DIALOGUE,
    BY_PEERS,
    BY_PROVIDER,
    NO_MODULE,
)
from simulation.visits import GOES_ON

EVERY_MODULE = np.int64(31)
"""Bits of all five modules."""
ENOUGH = 0.5
"""Part of its weight that must be left for an enterprise to be informed, so that numbers even out."""


# --- hearing of it


@submodel
def inform(
    run, p, month, today, enterprises, order, open_from, clusters, regions, trainers, providers, account
):
    """Who hears of the training this month, in the run's order, by which way; what is left over lapses."""
    if month < run.first_month:
        return
    heaviest = heaviest_weight(run, enterprises, order)
    offer_outreach(run, month, today)
    quota = sellers_quota(run, p, regions, trainers, providers)
    for i in range(run.eligible):
        ent = enterprises[order[i]]
        if not ent.alive or ent.informed_month >= 0 or open_from[ent.sector, ent.region] > month:
            continue
        knowing = clusters[ent.cluster].informed
        identity = order[i] - run.first_enterprise
        channel = way_of_hearing(run, p, month, ent, identity, knowing, regions[ent.region], account)
        if channel != NOBODY:
            ent.channel, ent.informed_month = channel, month
            enter(account, ent.region, ma.INFORMED, ent.weight)
    run.campaign = min(run.campaign, today.campaign + heaviest)
    run.dialogue = min(run.dialogue, today.dialogue + heaviest)
    run.buyers = min(run.buyers, today.buyers + heaviest)
    run.authority = min(run.authority, today.authority + heaviest)
    for r in range(len(regions)):
        regions[r].outreach = min(regions[r].outreach, quota[r] + heaviest)


@submodel
def heaviest_weight(run, enterprises, order):
    """The largest weight of an eligible enterprise; 0 if there is none."""
    heaviest = 0.0
    for i in range(run.eligible):
        heaviest = max(heaviest, enterprises[order[i]].weight)
    return heaviest


@submodel
def offer_outreach(run, month, today):
    """The programme's outreach of the month is added to what was left; none once it is closed."""
    if is_open(run, month):
        run.campaign += today.campaign
        run.dialogue += today.dialogue
        run.buyers += today.buyers
        run.authority += today.authority
    else:
        run.campaign = run.dialogue = run.buyers = run.authority = 0.0


@submodel
def sellers_quota(run, p, regions, trainers, providers):
    """Enterprises that each region's providers inform: trainers with free days find clients."""
    quota = np.zeros(len(regions))
    for i in range(run.trainers):
        trainer = trainers[i]
        provider = providers[trainer.provider]
        if trainer.stage == ACTIVE and provider.trading:
            quota[trainer.region] += p.provider_outreach * max(0.0, 1.0 - provider.utilisation)
    for r in range(len(regions)):
        regions[r].outreach += quota[r]
    return quota


@submodel
def way_of_hearing(run, p, month, ent, identity, knowing, region, account):
    """How the enterprise hears of the training this month, if it does (else NOBODY), and what that costs."""
    w = ent.weight
    if knowing > 0.0:
        key = draws.stream(run.seed, draws.PEERS, month)
        if draws.uniform(draws.block(key, identity)) < 1.0 - (1.0 - p.awareness_peers) ** knowing:
            return BY_PEERS
    if run.buyers >= ENOUGH * w and ent.buyer_pressure > p.buyer_pressure:
        run.buyers -= w
        return BY_BUYER
    if run.authority >= ENOUGH * w:
        run.authority -= w
        return BY_AUTHORITY
    if run.dialogue >= ENOUGH * w and run.budget_left >= p.dialogue_cost * w:
        run.dialogue -= w
        run.budget_left -= p.dialogue_cost * w
        enter(account, ent.region, ma.AWARENESS, p.dialogue_cost * w)
        ent.belief *= math.exp(p.belief_dialogue)
        return BY_DIALOGUE
    if run.campaign >= ENOUGH * w and run.budget_left >= p.campaign_cost * w:
        run.campaign -= w
        run.budget_left -= p.campaign_cost * w
        enter(account, ent.region, ma.AWARENESS, p.campaign_cost * w)
        return BY_CAMPAIGN
    if region.outreach >= ENOUGH * w:
        region.outreach -= w
        return BY_PROVIDER
    return NOBODY


# --- deciding


@submodel
def decide(
    run, p, month, today, subsidies, enterprises, order, roll, open_from, clusters, start, sellers, trainers,
    providers, account,
):  # fmt: skip
    """The informed learn from neighbours' results, and some weigh a module and ask a provider for it."""
    look_up_waits(run, p, trainers, providers)
    taught = np.zeros(len(start) - 1, np.int64)
    for r in range(len(taught)):
        taught[r] = taught_by(sellers[start[r] : start[r + 1]], providers)
    run.places = run.places + today.places if is_open(run, month) else 0.0
    for i in range(run.eligible):
        ent = enterprises[order[i]]
        if not ent.alive:
            continue
        identity = order[i] - run.first_enterprise
        if open_from[ent.sector, ent.region] <= month:
            learn_from_neighbours(p, ent, clusters[ent.cluster])
        if weighs_training(run, p, month, ent, identity):
            local = sellers[start[ent.region] : start[ent.region + 1]]
            weigh(
                run, p, month, subsidies, ent, identity, order[i], roll, taught[ent.region], local, providers,
                account,
            )  # fmt: skip
    run.places = min(run.places, today.places + heaviest_weight(run, enterprises, order))


@submodel
def learn_from_neighbours(p, ent, neighbours):
    """Belief of those not yet trained moves towards what trained neighbours saw."""
    if ent.first_class_month < 0 and neighbours.results > 0.0:
        believed = math.log(ent.belief)
        ent.belief = math.exp(believed + p.belief_peers * (neighbours.log_result - believed))


@submodel
def weighs_training(run, p, month, ent, identity):
    """Whether the enterprise weighs a module this month: just told, just finished one, or now and again."""
    if ent.informed_month < 0 or ent.waiting_since >= 0:
        return False
    finished = ent.wanted == GOES_ON
    if ent.module != NO_MODULE and not finished:
        return False
    ent.wanted = NO_MODULE
    if finished or ent.informed_month == month:
        return True
    key = draws.stream(run.seed, draws.RECONSIDERATION, month)
    return draws.uniform(draws.block(key, identity)) < p.reconsideration


@submodel
def weigh(run, p, month, subsidies, ent, identity, e, roll, taught, sellers, providers, account):
    """Choose module and provider, and join its queue if the terms are worth it."""
    k = next_module(run, ent, taught)
    if k == NO_MODULE:
        return
    has_place = ent.supported == 1 or run.places >= ent.weight
    v = choose_provider(run, p, month, subsidies, ent, identity, k, has_place, sellers, providers)
    if v == NOBODY or not buys(run, p, month, subsidies, ent, identity, providers[v], k, has_place):
        return
    _, _, _, _, supported = terms(run, p, month, subsidies, ent, providers[v], k, has_place)
    if supported and not ent.supported:
        run.places -= ent.weight
        ent.supported = 1
    ask(run, month, ent, e, roll, k, v, account)


@submodel
def ask(run, month, ent, e, roll, k, v, account):
    """Join the queue of provider v for module k; whoever asks first is put on the roll."""
    ent.wanted, ent.provider, ent.waiting_since = k, v, month
    if ent.enrolled_month < 0:
        ent.enrolled_month = month
        roll[run.enrolled] = e
        run.enrolled += 1
    enter(account, ent.region, ma.REQUESTS, ent.weight)


# --- enrolment that is given


@submodel
def assign(
    run, p, month, today, subsidies, enterprises, order, roll, open_from, start, sellers, trainers, providers,
    account,
):  # fmt: skip
    """Enrolment as the scenario gives it: those who go on, then as many new ones as there are places."""
    look_up_waits(run, p, trainers, providers)
    for i in range(run.enrolled):
        ent = enterprises[roll[i]]
        if ent.alive and ent.wanted == GOES_ON:
            local = sellers[start[ent.region] : start[ent.region + 1]]
            ask_as_assigned(run, p, month, subsidies, ent, roll[i], roll, local, providers, account)
    if not is_open(run, month):
        run.places = 0.0
        return
    run.places += today.places
    for i in range(run.eligible):
        ent = enterprises[order[i]]
        if run.places <= 0.0 or run.budget_left <= 0.0:
            break
        if ent.enrolled_month >= 0 or not ent.alive or open_from[ent.sector, ent.region] > month:
            continue
        if run.places < ent.weight:
            break
        run.places -= ent.weight
        ent.supported, ent.informed_month, ent.channel = 1, month, BY_CAMPAIGN
        enter(account, ent.region, ma.INFORMED, ent.weight)
        local = sellers[start[ent.region] : start[ent.region + 1]]
        ask_as_assigned(run, p, month, subsidies, ent, order[i], roll, local, providers, account)
    run.places = min(run.places, today.places + heaviest_weight(run, enterprises, order))


@submodel
def ask_as_assigned(run, p, month, subsidies, ent, e, roll, sellers, providers, account):
    """Ask for the next module at the provider liked best; without one in the region the enterprise waits."""
    k = next_module(run, ent, EVERY_MODULE)
    if k == NO_MODULE:
        ent.wanted = NO_MODULE
    else:
        identity, place = e - run.first_enterprise, ent.supported == 1
        v = choose_provider(run, p, month, subsidies, ent, identity, k, place, sellers, providers)
        ask(run, month, ent, e, roll, k, v, account)
