"""Money and market, in plain words: profit, cash, capital, wages, orders, jobs wanted and closure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from simulation.parameters import COOPERATION, SAFETY
from tests.reference import chance
from tests.reference.practice import within
from tests.reference.production import DAYS_A_MONTH, above_usual

if TYPE_CHECKING:
    from tests.reference.enterprise import Enterprise


def settle(firm: Enterprise, put_to_use: float) -> None:
    """What value added leaves after all costs goes to capital, to cash and, when plenty, to owners."""
    p, account = firm.model.p, firm.account
    busy = firm.value_added / firm.output_at_start
    account["change_costs"] = p.change_cost * firm.headcount * put_to_use
    costs = (
        account["wages"] * (1.0 + p.social_insurance),
        firm.other_cost * (p.other_cost_fixed + busy - p.other_cost_fixed * busy),
        p.hiring_cost * firm.wage * account["hires"],
        p.injury_cost * firm.wage * account["injuries"],
        account["change_costs"],
        p.credit_rate / 12.0 * max(0.0, -firm.cash),
        firm.fee_today,
    )
    firm.profit = account["profit"] = firm.value_added * firm.sector_now.price - sum(costs)
    firm.cash += firm.profit - invest(firm)
    plenty = firm.cash - p.cash_months * firm.wage_bill_at_start
    if plenty > 0.0:
        firm.cash -= p.payout * plenty


def invest(firm: Enterprise) -> float:
    """Capital grows at most by its wear a month, and shrinks at most by it; returns what growth costs."""
    p = firm.model.p
    unusual_profit = firm.profit / firm.output_at_start - firm.margin
    growth = p.depreciation * within(p.investment_response * unusual_profit, -1.0, 1.0)
    price = p.capital_value * firm.output_at_start * (1.0 - p.labour_share_exponent)
    cost = max(0.0, growth * firm.capital * price)
    firm.capital = max(0.05, firm.capital + growth * firm.capital)
    return cost


def value_of_class_time(firm: Enterprise, attendees: float, days: float) -> float:
    """Value added that the attendees would have made."""
    return firm.value_per_worker * attendees * days / DAYS_A_MONTH


def productivity_gained(firm: Enterprise) -> float:
    """Log of yearly value added per worker over the start's, at most one either way."""
    now = max(1.0, firm.value_per_worker)
    return within(math.log(now) - firm.log_value_at_start, -1.0, 1.0)


def review_wage(firm: Enterprise) -> None:
    """Workers get part of productivity gains, and more where labour is scarce, step by step."""
    p = firm.model.p
    scarcity = firm.region_now.tightness - 1.0
    rise = p.wage_sharing * productivity_gained(firm) + p.wage_tightness * scarcity
    firm.wage += p.wage_speed * (firm.wage_at_start * (1.0 + rise) - firm.wage)


def win_orders(firm: Enterprise) -> None:
    """Buyers reward fewer defects and compliance; the sector's mean order index is subtracted in part."""
    p = firm.model.p
    quality = p.order_quality * (math.log(firm.defect_at_start) - math.log(firm.defect_rate))
    compliance = (above_usual(firm, SAFETY) + above_usual(firm, COOPERATION)) / 2.0
    wanted = 1.0 + quality + p.order_compliance * firm.buyer_pressure * compliance
    wanted -= p.order_displacement * (firm.sector_now.orders - 1.0)
    firm.orders += p.order_speed * (within(wanted, 0.2, 3.0) - firm.orders)


def plan_jobs(firm: Enterprise) -> None:
    """Posts wanted follow orders, productivity and price; at least one, and no more than seats."""
    p = firm.model.p
    wanted = firm.desired_at_start * firm.orders
    wanted *= math.exp(p.employment_response * productivity_gained(firm))
    wanted *= max(0.2, 1.0 + p.employment_price * (firm.sector_now.price - 1.0))
    firm.desired = within(firm.desired + p.employment_speed * (wanted - firm.desired), 1.0, firm.seats)


def closes(firm: Enterprise) -> bool:
    """Closed for want of cash, or for reasons outside the model, which are likelier for the small."""
    p = firm.model.p
    credit = (firm.credit + firm.credit_line) * firm.wage_bill_at_start
    rate = p.closure_rate / 12.0 * (1.0 + p.closure_small * 20.0 / (20.0 + firm.headcount))
    draw = chance.whole(chance.bits(firm.model.keys["closure"], firm.identity))
    by_chance = firm.model.happens(draw, rate, firm)
    return firm.cash + credit < 0.0 or by_chance


def guaranteed_loss(firm: Enterprise) -> float:
    """What the programme owes lenders when an enterprise closes with debts on the programme's credit line."""
    debt_beyond_own_credit = max(0.0, -firm.cash - firm.credit * firm.wage_bill_at_start)
    lost = min(firm.credit_line * firm.wage_bill_at_start, debt_beyond_own_credit)
    return firm.model.programme.credit_guarantee * lost
