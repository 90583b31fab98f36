"""Every yuan, module, trainer day and trainer of the training market is accounted for, month by month.

All is added up anew from the records of enterprises, trainers and providers before and after each month.
"""

import numpy as np
import pytest

from simulation import accounts as a
from simulation import market_accounts as ma
from simulation.population import SIZE_CLASSES
from simulation.state import ACTIVE, BY_BUYER, CANDIDATE, NEVER
from tests.simulation.histories import BUYER_SHARE, CLOSING, GUARANTEE, KINDS, PRICE, assert_close, history
from tests.simulation.small_runs import TABLES

pytestmark = pytest.mark.xdist_group("histories")  # one process: what they share is made once

SINGLE = 2e-6
"""Relative error of the panel, which is kept in single precision."""
SUPERVISION = 0.3
"""Share of modules supervised, unless a scenario says otherwise."""

N_REGIONS = len(TABLES.regions)


@pytest.fixture(scope="module", params=KINDS, ids=", ".join)
def h(request):
    return history(*request.param)


def in_class(month):
    """Mask of the enterprises that sat in a class."""
    return month.enterprises["class_today"] == 1


def accounts_of(h, month, *items):
    """Market accounts of the regions in one month, added up."""
    return h.world.market[0, month, 1:, list(items)].sum(axis=0)


# --- the accounts among themselves


def test_everything_that_is_counted_happens(h):
    exempt = {ma.AWARENESS, ma.GROWTH_COSTS} if h.assigned else set()
    exempt |= {ma.PROVIDERS_LEFT} if h.heavy else set()  # few large providers
    for account, name in enumerate(ma.MARKET_ACCOUNTS):
        assert account in exempt or (h.market(account) != 0.0).any(), name


def test_the_nation_is_the_sum_of_its_regions(h):
    market = h.world.market[0]
    assert_close(market[:, 0], market[:, 1:].sum(axis=1))


def test_flows_carry_the_stocks(h):
    staff = h.market(ma.CANDIDATES, ma.ACTIVE_TRAINERS)
    own = h.market(ma.GROWTH_COSTS) / h.p.course_cost
    joined = h.market(ma.GRADUATES) + own
    assert staff[0] == h.world.starters.sum() + joined[0] - h.market(ma.TRAINERS_LEFT)[0]
    assert np.diff(staff) == pytest.approx((joined - h.market(ma.TRAINERS_LEFT))[1:])
    providers = h.market(ma.PROVIDERS)
    assert np.diff(providers) == pytest.approx(
        (h.market(ma.PROVIDERS_ENTERED) - h.market(ma.PROVIDERS_LEFT))[1:]
    )


def test_stocks_are_what_the_records_show(h):
    for month, before, after in h.steps:
        e, alive = after.enterprises, before.enterprises["alive"] == 1
        eligible = np.zeros(len(e), bool)
        eligible[h.world.order] = True
        for account, mask in (
            (ma.AWARE, alive & eligible & (e["informed_month"] != NEVER)),
            (ma.WAITING, alive & (e["waiting_since"] != NEVER)),
            (ma.INFORMED, alive & (e["informed_month"] == month)),
            (ma.REQUESTS, alive & (e["waiting_since"] == month)),
        ):
            name, found = ma.MARKET_ACCOUNTS[account], h.by_region(mask)
            assert_close(accounts_of(h, month, account), found, what=name)
        t = after.trainers
        for account, mask, value in (
            (ma.CANDIDATES, t["stage"] == CANDIDATE, 1.0),
            (ma.ACTIVE_TRAINERS, t["stage"] == ACTIVE, 1.0),
            (ma.ORDER_BOOK, t["stage"] == ACTIVE, t["booked"]),
        ):
            name, found = ma.MARKET_ACCOUNTS[account], np.bincount(t["region"], mask * value, N_REGIONS)
            assert_close(accounts_of(h, month, account), found, what=name)
        v = after.providers
        found = np.bincount(v["region"], v["trading"] * v["price"] * v["active"], N_REGIONS)
        assert_close(accounts_of(h, month, ma.PRICE_SUM), found)


# --- who pays what


PAYMENTS = {
    ma.FEES: (a.FEES, "fee_today"),
    ma.BUYER_PAYMENTS: (a.BUYER_PAYMENTS, "buyer_payment_today"),
    ma.SUBSIDIES: (a.SUBSIDIES, "subsidy_today"),
    ma.OVERHEAD: (a.OVERHEAD, "overhead_today"),
    ma.MODULES: (a.CLASSES_ATTENDED, "class_today"),
    ma.COMMERCIAL_MODULES: (a.COMMERCIAL_MODULES, "commercial_today"),
}


@pytest.mark.parametrize("item", PAYMENTS, ids=lambda item: ma.MARKET_ACCOUNTS[item])
def test_enterprises_pay_and_get_what_the_market_books(h, item):
    account, field = PAYMENTS[item]
    rows = h.panel(account)
    first = 1 + len(TABLES.sectors)
    by_region = h.world.sums[0, :, first : first + N_REGIONS, account]
    assert h.world.sums.shape[2] == first + N_REGIONS + len(SIZE_CLASSES)
    for month, _, after in h.steps:
        e = after.enterprises
        paid = np.where(in_class(after), e[field], 0.0)
        assert_close(rows[:, month], paid, rel=SINGLE)
        assert_close(accounts_of(h, month, item), h.by_region(paid))
        assert_close(by_region[month], h.by_region(paid))


def prices(before, after):
    """Price of each enterprise's provider at the end of last month."""
    return before.providers["price"][np.maximum(0, after.enterprises["provider"])]


def test_every_module_is_paid_in_full_at_the_price_of_its_provider(h):
    modules = 0
    for _, before, after in h.steps:
        e, now = after.enterprises, in_class(after)
        paid = e["fee_today"] + e["buyer_payment_today"] + e["subsidy_today"]
        assert_close(paid[now], prices(before, after)[now], rel=1e-12)
        modules += now.sum()
    assert modules > 50


def subsidy_share(month, employees, module):
    """The steps of ``histories.SUBSIDY``, written out."""
    if month >= 8:
        return 0.25
    return 1.0 if 50 <= employees <= 90 and module in (0, 3) else 0.75


def test_subsidies_are_the_share_that_the_scenario_gives(h):
    """Or none: after closing, without a place, or where the budget no longer reaches."""
    overhead = h.p.overhead_per_module + SUPERVISION * h.p.supervision_cost
    full = none = 0
    for month, before, after in h.steps:
        spent = h.market(ma.GUARANTEES, ma.TRAINING_OF_TRAINERS)[month]
        budget = float(before.run["budget_left"]) - spent
        price = prices(before, after)
        for i in np.flatnonzero(in_class(after)):
            e = after.enterprises[i]
            due = subsidy_share(month, e["employees"], e["module"]) * min(price[i], PRICE)
            supported = e["supported"] and month < CLOSING and budget >= e["weight"] * (due + overhead)
            assert e["subsidy_today"] == pytest.approx(due if supported else 0.0, rel=1e-12)
            assert e["overhead_today"] == pytest.approx(overhead if supported else 0.0, rel=1e-12)
            assert e["commercial_today"] == (not supported)
            full, none = full + supported, none + (not supported)
    assert min(full, none) > 10


def test_buyers_pay_their_share_for_those_they_named(h):
    """Of what the subsidy leaves; where enrolment is assigned, for all."""
    named = 0
    for _, before, after in h.steps:
        e, now = after.enterprises, in_class(after)
        by_buyer = (e["channel"] == BY_BUYER) | h.assigned
        share = np.where(by_buyer, BUYER_SHARE, 0.0)
        due = share * (prices(before, after) - e["subsidy_today"])
        assert_close(e["buyer_payment_today"][now], due[now], rel=1e-12)
        named += (now & by_buyer).sum()
    assert named > 5


def test_the_programme_spends_what_leaves_its_budget(h):
    spending = (ma.SUBSIDIES, ma.OVERHEAD, ma.TRAINING_OF_TRAINERS, ma.AWARENESS)
    spent, guarantees = h.market(*spending), h.market(ma.GUARANTEES)
    for month, before, after in h.steps:
        left = float(before.run["budget_left"] - after.run["budget_left"])
        assert_close(left, (spent + guarantees)[month])
    so_far = np.cumsum(spent + guarantees)
    # guarantees are honoured when nothing is left too; nothing else is bought then
    assert (so_far[spent > 0.0] <= h.budget).all()
    assert so_far[-1] > 0.95 * h.budget  # it binds
    assert not spent[CLOSING:].any()


def test_guarantees_are_part_of_the_losses_of_those_that_closed(h):
    calls = h.panel(a.GUARANTEE_CALLS)
    called = 0
    for month, _, after in h.steps:
        e = after.enterprises
        lost = np.maximum(0.0, -e["cash"] - e["credit"] * e["wage_bill_at_start"])
        covered = np.minimum(e["credit_line"] * e["wage_bill_at_start"], lost)
        due = np.where(e["exit_month"] == month, GUARANTEE * covered, 0.0)
        assert_close(calls[:, month], due, rel=SINGLE)
        if month + 1 < len(h.months) - 1:
            assert_close(accounts_of(h, month + 1, ma.GUARANTEES), h.by_region(due))
        called += (due > 0.0).sum()
    assert called > 0
    assert not accounts_of(h, 0, ma.GUARANTEES).any()
