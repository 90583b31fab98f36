"""Every worker, enterprise and yuan of an enterprise is accounted for, month by month.

The market's own accounts are in :mod:`tests.simulation.test_market_accounts`.
"""

from itertools import pairwise

import numpy as np
import pytest

from simulation import accounts as a
from simulation.population import SIZE_CLASSES
from simulation.seats import TAKEN, WOMAN
from simulation.state import NEVER
from tests.simulation.histories import KINDS, MONTHS, history
from tests.simulation.small_runs import TABLES

pytestmark = pytest.mark.xdist_group("histories")  # one process: what they share is made once

SINGLE = 2e-6
"""Relative error of the panel, which is kept in single precision."""


@pytest.fixture(scope="module", params=KINDS, ids=", ".join)
def h(request):
    return history(*request.param)


def test_everything_that_is_counted_happens(h):
    happens = [a.EXITS, a.ENTRIES, a.HIRES, a.QUITS, a.INJURIES, a.FEES, a.SUBSIDIES, a.BUYER_PAYMENTS]
    for account in happens:
        assert h.total(account).sum() > 0.0, a.ACCOUNTS[account]
    assert (h.total(a.SEPARATIONS) - h.total(a.QUITS)).sum() > 0.0


def test_workers_of_each_enterprise(h):
    heads = h.panel(a.HEADCOUNT)
    change = h.panel(a.HIRES) - h.panel(a.SEPARATIONS)
    alive = h.panel(a.ENTERPRISES) > 0
    stays = alive[:, 1:] & alive[:, :-1]
    assert (heads[:, 1:] - heads[:, :-1])[stays] == pytest.approx(change[:, :-1][stays], abs=0)
    closed = h.panel(a.EXITS) > 0
    assert (h.panel(a.JOBS_CLOSED) == np.where(closed, heads + change, 0.0)).all()
    entered = h.panel(a.ENTRIES) > 0
    assert (h.panel(a.JOBS_ENTERED) == np.where(entered, heads, 0.0)).all()


def test_workers_of_the_nation(h):
    heads = h.total(a.HEADCOUNT)
    flow = h.total(a.HIRES) - h.total(a.SEPARATIONS, a.JOBS_CLOSED)
    assert heads[1:] == pytest.approx(heads[:-1] + flow[:-1] + h.total(a.JOBS_ENTERED)[1:], rel=1e-12)


def test_enterprises_of_the_nation(h):
    count = h.total(a.ENTERPRISES)
    expected = count[:-1] - h.total(a.EXITS)[:-1] + h.total(a.ENTRIES)[1:]
    assert count[1:] == pytest.approx(expected, rel=1e-12)


def test_seats_hold_the_headcount(h):
    for month in h.months:
        e, status = month.enterprises, month.status
        alive = e["alive"] == 1
        assert (h.by_enterprise(status & TAKEN > 0)[alive] == e["headcount"][alive]).all()
        women = status & (TAKEN | WOMAN) == TAKEN | WOMAN
        assert (h.by_enterprise(women)[alive] == e["women"][alive]).all()
        closed = e["exit_month"] != NEVER
        assert (h.by_enterprise(status > 0)[closed] == 0).all()


def test_a_closed_enterprise_never_comes_back(h):
    for _, first, last in h.steps:
        before, after = first.enterprises, last.enterprises
        closed = before["exit_month"] != NEVER
        assert (after["exit_month"][closed] == before["exit_month"][closed]).all()
        assert not after["alive"][closed].any()
    e = h.world.enterprises
    months = np.arange(MONTHS)
    last = np.where(e["exit_month"] == NEVER, MONTHS, e["exit_month"])
    present = (months >= e["entry_month"][:, None]) & (months <= last[:, None])
    assert ((h.panel(a.ENTERPRISES) > 0) == present).all()
    assert not h.world.panel[~present].any()


def test_parts_of_a_whole(h):
    for part, whole in (
        (a.QUITS, a.SEPARATIONS),
        (a.SEPARATIONS_WOMEN, a.SEPARATIONS),
        (a.SEPARATIONS, a.HEADCOUNT),
        (a.WOMEN, a.HEADCOUNT),
        (a.INJURIES_WOMEN, a.INJURIES),
        (a.PRESENT, a.HEADCOUNT),
        (a.LOW_PAID, a.HEADCOUNT),
        (a.ATTENDEES_WOMEN, a.ATTENDEES),
        (a.RECORDED_INJURIES, a.INJURIES),
        (a.RECORDED_DEFECTS, a.DEFECTS),
        (a.WAGES_WOMEN, a.WAGES),
        (a.COMMERCIAL_MODULES, a.CLASSES_ATTENDED),
        (a.WORKERS_REACHED_WOMEN, a.WORKERS_REACHED),
    ):
        assert (h.panel(part) <= h.panel(whole) * (1.0 + SINGLE)).all(), a.ACCOUNTS[part]
        assert (h.panel(part) >= 0.0).all(), a.ACCOUNTS[part]
    output = h.panel(a.GOOD_OUTPUT, a.DEFECTS)
    assert output == pytest.approx(h.panel(a.GROSS_OUTPUT), rel=SINGLE)


def test_every_grouping_adds_up_to_the_total(h):
    sums = h.world.sums[0]
    n_sectors, n_regions = len(TABLES.sectors), len(TABLES.regions)
    ends = np.cumsum([1, n_sectors, n_regions, len(SIZE_CLASSES)])
    assert sums.shape[1] == ends[-1]
    for first, last in pairwise(ends):
        # profit is a difference of large numbers: compared with the size of its parts
        scale = np.abs(sums[:, first:last]).sum(axis=1)
        assert (np.abs(sums[:, first:last].sum(axis=1) - sums[:, 0]) <= 1e-12 * scale).all()


def test_the_nation_is_the_weighted_sum_of_enterprises(h):
    weight = h.world.enterprises["weight"]
    rows = h.world.panel.astype(np.float64)
    expected = np.einsum("e,ema->ma", weight, rows)
    scale = np.einsum("e,ema->ma", weight, np.abs(rows))
    assert (np.abs(h.world.sums[0, :, 0] - expected) <= SINGLE * scale).all()


def test_profit_is_what_comes_in_less_what_goes_out(h):
    p = h.p
    for month, first, last in h.steps:
        before, after = first.enterprises, last.enterprises
        row = h.world.panel[:, month].astype(np.float64)
        there = row[:, a.ENTERPRISES] > 0
        relative_output = row[:, a.VALUE_ADDED] / before["output_at_start"]
        varying = p.other_cost_fixed + (1.0 - p.other_cost_fixed) * relative_output
        out = (
            row[:, a.WAGES] * (1.0 + p.social_insurance)
            + before["other_cost"] * varying
            + before["wage"] * (p.hiring_cost * row[:, a.HIRES] + p.injury_cost * row[:, a.INJURIES])
            + row[:, a.CHANGE_COSTS]
            + p.credit_rate / 12.0 * np.maximum(0.0, -before["cash"])
            + row[:, a.FEES]
        )
        income = row[:, a.VALUE_ADDED] * last.prices[before["sector"]]
        error = np.abs(after["profit"] - (income - out))
        assert (error <= 10 * SINGLE * (np.abs(income) + out))[there].all()


def test_cash_changes_by_profit_investment_and_payout(h):
    p = h.p
    price_of_capital = (1.0 - p.labour_share_exponent) * p.capital_value
    for month, first, last in h.steps:
        before, after = first.enterprises, last.enterprises
        there = h.world.panel[:, month, a.ENTERPRISES] > 0
        grown = np.maximum(0.0, after["capital"] - before["capital"]) * before["output_at_start"]
        cash = before["cash"] + after["profit"] - grown * price_of_capital
        cash = cash - p.payout * np.maximum(0.0, cash - p.cash_months * before["wage_bill_at_start"])
        assert after["cash"][there] == pytest.approx(cash[there], rel=1e-9, abs=1e-3)


def test_enterprises_close_when_cash_and_credit_are_gone(h):
    for month, _, last in h.steps:
        after = last.enterprises
        there = h.world.panel[:, month, a.ENTERPRISES] > 0
        limit = (after["credit"] + after["credit_line"]) * after["wage_bill_at_start"]
        assert not after["alive"][there & (after["cash"] < -limit)].any()
