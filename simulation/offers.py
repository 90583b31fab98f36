"""Offers: what a module costs an enterprise at a provider, what it seems worth, and whether it buys.

A logit choice on the log of believed gain over felt cost. With beliefs spread between enterprises it gives
the published take-up of 76, 43 and 11 % at no, a quarter and all of the price (Maffioli et al. 2023).
"""

import math

import numpy as np

from simulation import draws
from simulation.compile import submodel
from simulation.ledger import is_open
from simulation.state import ATTENDEES_PER_CLASS, BY_AUTHORITY, BY_BUYER, NO_WAIT, WORKING_DAYS

NOBODY = np.int64(-1)

SIZE_REFERENCE = 100.0
"""Employees at which the believed gain counts in full."""
LONGEST_WAIT = 24.0
"""Months of waiting beyond which a longer wait deters no more."""
SMALLEST_GAP = 0.02
"""Least share of practices unused that an enterprise sees in a module."""


@submodel
def subsidy_share(run, month, subsidies, ent, k):
    """Part of the price that the programme pays: the last step that fits month, size and module."""
    share = 0.0
    for i in range(run.subsidy_steps):
        step = subsidies[i]
        if (
            step.from_month <= month
            and step.fewest <= ent.employees
            and ent.employees <= step.most
            and step.modules >> k & 1
        ):
            share = step.share
    return share


@submodel
def terms(run, p, month, subsidies, ent, provider, k, has_place):
    """What one module costs whom today: (fee, buyer's payment, subsidy, overhead, supported), yuan.

    The programme supports enterprises with a place at providers under contract, while it is open and its
    budget reaches; it pays its share of at most the price at the start.
    """
    subsidy, overhead = 0.0, 0.0
    supported = has_place and provider.contract == 1 and is_open(run, month)
    if supported:
        subsidy = subsidy_share(run, month, subsidies, ent, k) * min(provider.price, run.price)
        overhead = p.overhead_per_module + p.supervision_cost * run.supervision
        if run.budget_left < ent.weight * (subsidy + overhead):
            supported, subsidy, overhead = False, 0.0, 0.0
    buyer = 0.0
    if ent.channel == BY_BUYER or run.assigned:
        buyer = run.buyer_share * (provider.price - subsidy)
    return provider.price - subsidy - buyer, buyer, subsidy, overhead, supported


@submodel
def means(run, ent, supported):
    """Cash and credit at hand, yuan; the programme's credit line counts for those it supports."""
    line = ent.credit_line
    if ent.first_class_month < 0:
        line = run.credit_line if supported else 0.0
    return max(0.0, ent.cash + (ent.credit + line) * ent.wage_bill_at_start)


@submodel
def felt_cost(run, p, ent, fee, at_hand):
    """The fee, felt more where cash and credit are short, and the disruption of work by the class, yuan."""
    usual = (p.cash_months + p.credit_months) * ent.wage_bill_at_start
    shortage = min(1.0, max(0.0, 1.0 - at_hand / max(1.0, usual)))
    lost = ATTENDEES_PER_CLASS * run.class_days / WORKING_DAYS * ent.value_per_worker
    in_class = min(1.0, ATTENDEES_PER_CLASS / max(1.0, ent.headcount))
    disruption = p.demand_disruption * lost * (1.0 + p.disruption_small * in_class)
    return fee * (1.0 + p.demand_liquidity * shortage) + disruption


@submodel
def believed_gain(p, ent, k):
    """What the enterprise is ready to pay for module k: the gain it believes in, over the payback, yuan."""
    size = max(1.0, ent.headcount) / SIZE_REFERENCE
    gap = max(SMALLEST_GAP, 1.0 - ent.practice[k]) / (1.0 - p.practice_mean[k])
    monthly = ent.belief * max(1.0, ent.value_per_worker) * SIZE_REFERENCE * size**p.belief_size
    return p.payback_months * monthly * gap


@submodel
def push(p, ent):
    """Log odds of buying gained by a buyer's requirement or the authority's request."""
    if ent.channel == BY_BUYER:
        return p.demand_buyer * ent.buyer_pressure
    if ent.channel == BY_AUTHORITY:
        return p.demand_authority
    return 0.0


@submodel
def buys(run, p, month, subsidies, ent, identity, provider, k, has_place):
    """Whether the enterprise buys module k at the provider's terms of the day.

    Its taste is drawn once for each of its modules, so that the same offer is always answered alike.
    """
    fee, _, _, _, supported = terms(run, p, month, subsidies, ent, provider, k, has_place)
    at_hand = means(run, ent, supported)
    if fee > at_hand:
        return False
    ratio = believed_gain(p, ent, k) / max(1.0, felt_cost(run, p, ent, fee, at_hand))
    log_odds = p.demand_sensitivity * math.log(ratio) + push(p, ent)
    odds = math.exp(min(30.0, max(-30.0, log_odds)))
    taste = draws.uniform(draws.block(draws.stream(run.seed, draws.TAKE_UP, ent.modules_done), identity))
    return taste < odds / (1.0 + odds)


@submodel
def choose_provider(run, p, month, subsidies, ent, identity, k, has_place, sellers, providers):
    """The best of the region's ``sellers`` by cost, reputation and waiting; NOBODY if none teaches k."""
    best, highest = NOBODY, -1e30
    for v in sellers:
        provider = providers[v]
        if provider.wait[k] >= NO_WAIT:
            continue
        fee, _, _, _, supported = terms(run, p, month, subsidies, ent, provider, k, has_place)
        cost = felt_cost(run, p, ent, fee, means(run, ent, supported))
        own = draws.bell(draws.block(draws.stream(run.seed, draws.PROVIDER_CHOICE, v), identity))
        score = (
            p.choice_reputation * (provider.reputation - p.reputation_start)
            - p.choice_price * math.log(max(1.0, cost))
            - p.choice_wait * min(LONGEST_WAIT, provider.wait[k])
            + p.choice_taste * own
        )
        if score > highest:
            best, highest = v, score
    return best
