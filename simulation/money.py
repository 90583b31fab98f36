"""Submodel 9, money and market: profit, cash, wages, investment, orders, jobs wanted, closure.

Orders won through quality and compliance are mostly lost by others of the sector, and a sector's demand is
elastic, not endless, so that some growth is taken from neighbours (displacement).
"""

import math

from simulation import accounts as a
from simulation import draws
from simulation.compile import submodel
from simulation.parameters import COOPERATION, SAFETY
from simulation.state import WORKING_DAYS

SMALL_SIZE = 20.0
"""Employees at which half of the smallest enterprises' extra closure is gone."""


@submodel
def settle(ent, p, price, newly_used, row):
    """Profit and cash of the month; ``newly_used`` is the practice share put to use, summed over modules."""
    wage_bill = row[a.WAGES] * (1.0 + p.social_insurance)
    relative_output = ent.value_added / (ent.output_at_start)
    other = ent.other_cost * (p.other_cost_fixed + (1.0 - p.other_cost_fixed) * relative_output)
    turnover = p.hiring_cost * ent.wage * row[a.HIRES]
    injuries = p.injury_cost * ent.wage * row[a.INJURIES]
    changes = p.change_cost * ent.headcount * newly_used
    interest = p.credit_rate / 12.0 * max(0.0, -ent.cash)
    ent.profit = (
        ent.value_added * price - wage_bill - other - turnover - injuries - changes - interest - ent.fee_today
    )
    row[a.PROFIT] = ent.profit
    row[a.CHANGE_COSTS] = changes
    ent.cash += ent.profit - invest(ent, p)
    ent.cash -= p.payout * max(0.0, ent.cash - p.cash_months * ent.wage_bill_at_start)


@submodel
def invest(ent, p):
    """Capital grows where profit is above the usual, else wears out; returns yuan spent beyond wear."""
    above = ent.profit / ent.output_at_start - ent.margin
    growth = p.depreciation * min(1.0, max(-1.0, p.investment_response * above))
    spent = growth * ent.capital * ent.output_at_start * (1.0 - p.labour_share_exponent) * p.capital_value
    ent.capital = max(0.05, ent.capital * (1.0 + growth))
    return max(0.0, spent)


@submodel
def participant_time(ent, attendees, class_days):
    """Value of the working time spent in class, yuan (shown as a cost; it is already lost to output)."""
    return attendees * class_days / WORKING_DAYS * ent.value_per_worker


@submodel
def log_productivity_gain(ent):
    """Log of value added per worker (smoothed over a year) over the start's; within -1..1."""
    return min(1.0, max(-1.0, math.log(max(1.0, ent.value_per_worker) / ent.value_per_worker_at_start)))


@submodel
def review_wage(ent, p, tightness):
    """The wage closes in on its level: the start's, plus shared productivity gains and scarcity."""
    level = ent.wage_at_start * (
        1.0 + p.wage_sharing * log_productivity_gain(ent) + p.wage_tightness * (tightness - 1.0)
    )
    ent.wage += p.wage_speed * (level - ent.wage)


@submodel
def win_orders(ent, p, sector_orders):
    """The order index moves with quality and compliance; most of what is won the sector's others lose."""
    fewer_defects = math.log(ent.defect_at_start / ent.defect_rate)
    compliance = 0.5 * (
        ent.practice[SAFETY] - ent.lasting[SAFETY] + ent.practice[COOPERATION] - ent.lasting[COOPERATION]
    )
    won = p.order_quality * fewer_defects + p.order_compliance * ent.buyer_pressure * compliance
    level = 1.0 + won - p.order_displacement * (sector_orders - 1.0)
    ent.orders += p.order_speed * (min(3.0, max(0.2, level)) - ent.orders)


@submodel
def plan_jobs(ent, p, price):
    """Desired employment follows orders, productivity and the sector's price, within the seats there are."""
    by_productivity = math.exp(p.employment_response * log_productivity_gain(ent))
    by_price = max(0.2, 1.0 + p.employment_price * (price - 1.0))
    level = ent.desired_at_start * ent.orders * by_productivity * by_price
    ent.desired += p.employment_speed * (level - ent.desired)
    ent.desired = min(float(ent.seats), max(1.0, ent.desired))


@submodel
def closes(ent, p, bits):
    """Whether the enterprise closes: its cash and credit are gone, or for reasons outside the model."""
    smallness = 1.0 / (1.0 + ent.headcount / SMALL_SIZE)
    chance = p.closure_rate / 12.0 * (1.0 + p.closure_small * smallness)
    limit = (ent.credit + ent.credit_line) * ent.wage_bill_at_start
    return ent.cash < -limit or draws.uniform(bits) < chance


@submodel
def guarantee_called(ent, share):
    """What the programme's guarantee pays to lenders when the enterprise closes, yuan.

    Its ``share`` of the debt beyond the enterprise's own credit, up to the programme's line.
    """
    beyond = max(0.0, -ent.cash - ent.credit * ent.wage_bill_at_start)
    return share * min(ent.credit_line * ent.wage_bill_at_start, beyond)
