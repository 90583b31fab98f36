"""Submodel 9, money and market: profit, cash, wages, investment, orders, jobs wanted, closure.

Orders won through quality and compliance are mostly lost by others of the sector, and a sector's demand is
elastic, not endless, so that some growth is taken from neighbours (displacement).
"""

from simulation import accounts as a
from simulation import draws
from simulation.compile import submodel
from simulation.elementary import exp, log
from simulation.parameters import COOPERATION, SAFETY
from simulation.state import LOG_VALUE, WORKING_DAYS

SMALL_SIZE = 20.0
"""Employees at which half of the smallest enterprises' extra closure is gone."""


@submodel
def settle(firms, i, p):
    """Profit and cash of the month."""
    wage_bill = firms.account[a.WAGES, i] * (1.0 + p.social_insurance)
    relative_output = firms.value_added[i] / (firms.output_at_start[i])
    other = firms.other_cost[i] * (p.other_cost_fixed + (1.0 - p.other_cost_fixed) * relative_output)
    turnover = p.hiring_cost * firms.wage[i] * firms.account[a.HIRES, i]
    injuries = p.injury_cost * firms.wage[i] * firms.account[a.INJURIES, i]
    changes = p.change_cost * firms.headcount[i] * firms.newly_used[i]
    interest = p.credit_rate / 12.0 * max(0.0, -firms.cash[i])
    firms.profit[i] = (
        firms.value_added[i] * firms.price[i]
        - wage_bill
        - other
        - turnover
        - injuries
        - changes
        - interest
        - firms.fee_today[i]
    )
    firms.account[a.PROFIT, i] = firms.profit[i]
    firms.account[a.CHANGE_COSTS, i] = changes
    firms.cash[i] += firms.profit[i] - invest(firms, i, p)
    firms.cash[i] -= p.payout * max(0.0, firms.cash[i] - p.cash_months * firms.wage_bill_at_start[i])


@submodel
def invest(firms, i, p):
    """Capital grows where profit is above the usual, else wears out; returns yuan spent beyond wear."""
    above = firms.profit[i] / firms.output_at_start[i] - firms.margin[i]
    growth = p.depreciation * min(1.0, max(-1.0, p.investment_response * above))
    price = firms.output_at_start[i] * (1.0 - p.labour_share_exponent) * p.capital_value
    spent = growth * firms.capital[i] * price
    firms.capital[i] = max(0.05, firms.capital[i] * (1.0 + growth))
    return max(0.0, spent)


@submodel
def participant_time(firms, i):
    """Value of the working time spent in class, yuan (shown as a cost; it is already lost to output)."""
    return firms.days_in_class[i] / WORKING_DAYS * firms.value_per_worker[i]


@submodel
def log_productivity_gain(firms, i):
    """Log of value added per worker (as observation.remember smooths it) over the start's, within -1..1."""
    return min(1.0, max(-1.0, firms.recent[LOG_VALUE, i] - firms.log_value_at_start[i]))


@submodel
def review_wage(firms, i, p):
    """The wage closes in on its level: the start's, plus shared productivity gains and scarcity."""
    gained, scarcity = log_productivity_gain(firms, i), firms.tightness[i] - 1.0
    level = firms.wage_at_start[i] * (1.0 + p.wage_sharing * gained + p.wage_tightness * scarcity)
    firms.wage[i] += p.wage_speed * (level - firms.wage[i])


@submodel
def win_orders(firms, i, p):
    """The order index moves with quality and compliance; most of what is won the sector's others lose."""
    fewer_defects = log(firms.defect_at_start[i] / firms.defect_rate[i])
    safer = firms.practice[SAFETY, i] - firms.lasting[SAFETY, i]
    compliance = 0.5 * (safer + firms.practice[COOPERATION, i] - firms.lasting[COOPERATION, i])
    won = p.order_quality * fewer_defects + p.order_compliance * firms.buyer_pressure[i] * compliance
    level = 1.0 + won - p.order_displacement * (firms.sector_orders[i] - 1.0)
    firms.orders[i] += p.order_speed * (min(3.0, max(0.2, level)) - firms.orders[i])
    firms.account[a.ORDERS, i] = firms.orders[i] * firms.output[i]


@submodel
def plan_jobs(firms, i, p):
    """Desired employment follows orders, productivity and the sector's price, within the seats there are."""
    by_productivity = exp(p.employment_response * log_productivity_gain(firms, i))
    by_price = max(0.2, 1.0 + p.employment_price * (firms.price[i] - 1.0))
    level = firms.desired_at_start[i] * firms.orders[i] * by_productivity * by_price
    firms.desired[i] += p.employment_speed * (level - firms.desired[i])
    firms.desired[i] = min(firms.seats[i], max(1.0, firms.desired[i]))


@submodel
def face_closure(firms, i, p):
    """What closes an enterprise: debt beyond its credit, or reasons outside the model, likelier if small."""
    smallness = 1.0 / (1.0 + firms.headcount[i] / SMALL_SIZE)
    firms.closure[i] = p.closure_rate / 12.0 * (1.0 + p.closure_small * smallness)
    firms.most_debt[i] = (firms.credit[i] + firms.credit_line[i]) * firms.wage_bill_at_start[i]


@submodel
def closes(firms, i, bits):
    """Whether the enterprise closes this month."""
    return firms.cash[i] < -firms.most_debt[i] or draws.uniform(bits) < firms.closure[i]


@submodel
def guarantee_called(firms, i, share):
    """What the programme's guarantee pays to lenders when the enterprise closes, yuan.

    Its ``share`` of the debt beyond the enterprise's own credit, up to the programme's line.
    """
    beyond = max(0.0, -firms.cash[i] - firms.credit[i] * firms.wage_bill_at_start[i])
    return share * min(firms.credit_line[i] * firms.wage_bill_at_start[i], beyond)
