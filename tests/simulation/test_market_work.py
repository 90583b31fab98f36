"""Every trainer day is worked for somebody, and every trainer and provider has one life.

All is added up anew from the records of enterprises, trainers and providers before and after each month.
"""

import numpy as np
import pytest

from simulation import accounts as a
from simulation import market_accounts as ma
from simulation.state import ACTIVE, CANDIDATE, LEFT, NEVER, NO_MODULE, NO_TRAINER
from tests.simulation.histories import KINDS, assert_close, history
from tests.simulation.small_runs import TABLES

pytestmark = pytest.mark.xdist_group("histories")  # one process: what they share is made once

FORWARD = {
    NO_TRAINER: {NO_TRAINER, CANDIDATE, ACTIVE},
    CANDIDATE: {CANDIDATE, ACTIVE, LEFT},
    ACTIVE: {ACTIVE, LEFT},
    LEFT: {LEFT},
}
"""Stages in which a trainer may be a month later."""


@pytest.fixture(scope="module", params=KINDS, ids=", ".join)
def h(request):
    return history(*request.param)


def class_days(h, after):
    """Days of a class that fall to each enterprise in it: shared by all it stands for, up to a full class."""
    e, run = after.enterprises, h.world.runs[0]
    now = e["class_today"] == 1
    seats = np.bincount(e["class_id"][now], minlength=int(run["classes"]) + 1)[e["class_id"]]
    sharing = np.clip(seats * e["weight"], 1.0, float(run["enterprises_per_class"]))
    return np.where(now, run["class_days"] / sharing, 0.0)


def visit_days(h, e):
    """Trainer days of one visit; here nobody shares one."""
    assert h.world.runs["enterprises_per_visit"][0] == 1
    return float(h.p.visit_days)


def days_received(h, after):
    """Trainer days that each enterprise receives in a month, with its weight."""
    e = after.enterprises
    return e["weight"] * (class_days(h, after) + e["visits_today"] * visit_days(h, e))


def days_by_provider(h, after):
    """Trainer days that providers gave, told by who taught: a client may wait at another one already."""
    days = days_received(h, after)
    served = days > 0.0
    teacher = after.trainers["provider"][after.enterprises["trainer"][served]]
    return np.bincount(teacher, days[served], len(after.providers))


# --- days


def test_trainer_days_are_those_of_classes_and_visits(h):
    for month, _, after in h.steps:
        e = after.enterprises
        days = days_received(h, after)
        there = h.world.panel[:, month, a.ENTERPRISES] > 0
        assert days[~there].sum() == 0.0
        assert_close(h.total(a.TRAINER_DAYS)[month], days.sum())
        by_region = np.bincount(e["region"], days, len(TABLES.regions))
        assert_close(h.world.market[0, month, 1:, ma.DAYS_DELIVERED], by_region)
        assert_close(after.providers["days"], days_by_provider(h, after))
    assert h.market(ma.DAYS_DELIVERED).sum() > 100.0


def test_a_class_has_one_provider_one_module_and_no_more_seats_than_it_may(h):
    run = h.world.runs[0]
    sizes, teachers = [], []
    for _, _, after in h.steps:
        e = after.enterprises[after.enterprises["class_today"] == 1]
        for number in np.unique(e["class_id"]):
            mates = e[e["class_id"] == number]
            assert len(mates) <= run["seats_per_class"]
            for name in ("trainer", "provider", "module", "class_month"):
                assert len(np.unique(mates[name])) == 1
            trainer = after.trainers[mates["trainer"][0]]
            teachers.append(int(mates["teachers"].max()))
            assert trainer["provider"] == mates["provider"][0]
            assert trainer["modules"] >> mates["module"][0] & 1
            assert (mates["region"] == trainer["region"]).all()
            sizes.append(len(mates))
    assert max(sizes) == run["seats_per_class"]
    assert min(sizes) < run["seats_per_class"] or h.heavy
    assert (max(teachers) > 1) == h.heavy


def test_order_books_hold_the_days_of_classes_and_of_visits_taken_over(h):
    """A month's work is done first; a class books its own days and all of its visits.

    Where several trainers share a class, which of them is only known of the first: added up by provider.
    """
    taken_over = 0
    shared = any((month.enterprises["teachers"] > 1).any() for month in h.months)
    for month, before, after in h.steps:
        old, e = before.enterprises, after.enterprises
        visits = int(h.world.runs["visits"][0])
        t, was = after.trainers, before.trainers
        booked = np.zeros(len(t))
        now = e["class_today"] == 1
        whole = e["weight"] * (class_days(h, after) + visits * visit_days(h, e))
        np.add.at(booked, e["trainer"][now], whole[now])
        under_way = (old["module"] != NO_MODULE) & (old["alive"] == 1)
        stand_in = under_way & (e["trainer"] != old["trainer"]) & ~now
        left = e["weight"] * (visits - old["visits_done"]) * visit_days(h, e) / np.maximum(1, e["teachers"])
        np.add.at(booked, e["trainer"][stand_in], left[stand_in])
        taken_over += stand_in.sum()
        assert not booked[(t["stage"] == NO_TRAINER) | (t["stage"] == CANDIDATE)].any()
        worked = np.where(was["stage"] == ACTIVE, np.maximum(0.0, was["booked"] - h.p.trainer_days), 0.0)
        at_work = (t["stage"] == ACTIVE) & (t["graduated_month"] < month)
        due, found = (worked + booked)[at_work], t["booked"][at_work]
        if shared:
            due, found = (np.bincount(t["provider"][at_work], days) for days in (due, found))
        assert_close(found, due)
    assert taken_over > 0


def test_a_class_begins_only_where_the_trainer_has_a_free_day(h):
    """Before the first class of a month the order book was below a month's days."""
    for _, before, after in h.steps:
        taught = np.unique(after.enterprises["trainer"][after.enterprises["class_today"] == 1])
        worked = np.maximum(0.0, before.trainers["booked"][taught] - h.p.trainer_days)
        assert (worked < h.p.trainer_days).all()


def test_a_module_ends_with_its_last_visit(h):
    e = h.world.enterprises
    due = int(h.world.runs["visits"][0])
    begun = np.array([bin(mask).count("1") for mask in e["modules_begun"]])
    visits = sum(month.enterprises["visits_today"].astype(np.int64) for month in h.months[1:])
    given_up = np.zeros(len(e), np.int64)
    for month, before, after in h.steps:
        old, new = before.enterprises, after.enterprises
        ended = (old["module"] != NO_MODULE) & (new["module"] == NO_MODULE)
        lost = ended & (new["visits_done"] < due)
        assert (month - old["class_month"][lost] >= 12).all()
        given_up += lost
    under_way = (e["module"] != NO_MODULE) & (e["alive"] == 1)
    finished = (e["alive"] == 1) & ~under_way
    assert (begun == h.panel(a.CLASSES_ATTENDED).sum(axis=1)).all()
    assert (e["modules_done"][finished] == (begun - given_up)[finished]).all()
    assert (e["modules_done"][under_way] == (begun - given_up)[under_way] - 1).all()
    whole = finished & (given_up == 0)
    assert (visits[whole] == due * begun[whole]).all()
    assert e["modules_done"].max() >= 2


def test_visits_come_when_they_are_due(h):
    """Spread evenly over the months after the class, unless a trainer left in between."""
    run = h.world.runs[0]
    for month, before, after in h.steps:
        old, e = before.enterprises, after.enterprises
        under_way = (old["module"] != NO_MODULE) & (old["alive"] == 1) & (e["class_month"] < month)
        at_work = after.trainers["stage"][e["trainer"]] == ACTIVE
        same = under_way & at_work & (e["trainer"] == old["trainer"])
        months = np.minimum(run["visit_months"], month - e["class_month"])
        due = run["visits"] * months // run["visit_months"]
        assert (e["visits_done"][same] == due[same]).all()


# --- lives


def test_a_trainer_is_in_one_stage_and_never_goes_back(h):
    for month, before, after in h.steps:
        used = int(after.run["trainers"])
        for was, now in zip(before.trainers["stage"], after.trainers["stage"], strict=True):
            assert now in FORWARD[was]
        assert (after.trainers["stage"][:used] != NO_TRAINER).all()
        assert (after.trainers["stage"][used:] == NO_TRAINER).all()
        known = before.trainers["stage"] != NO_TRAINER
        for name in ("region", "provider", "modules", "graduated_month"):
            assert (after.trainers[name][known] == before.trainers[name][known]).all(), name
        new = ~known & (after.trainers["stage"] != NO_TRAINER)
        assert (after.trainers["graduated_month"][new] == month).all()


def test_trainers_are_starters_graduates_and_those_of_providers(h):
    own = h.market(ma.GROWTH_COSTS) / h.p.course_cost
    joined = h.market(ma.GRADUATES) + own
    joined[0] += h.world.starters.sum()
    total = 0
    for month, before, after in h.steps:
        total += joined[month]
        assert after.run["trainers"] == pytest.approx(total)
        paid = after.providers["growth_cost"] > 0.0
        assert after.providers["growth_cost"].sum() / h.p.course_cost == pytest.approx(own[month])
        fresh = np.arange(len(after.trainers)) >= before.run["trainers"]
        fresh &= after.trainers["stage"] != NO_TRAINER
        assert set(np.flatnonzero(paid)) <= set(after.trainers["provider"][fresh])
    for month, before, after in h.steps:
        was, now = before.trainers["stage"], after.trainers["stage"]
        assert h.market(ma.CERTIFIED)[month] == ((was == CANDIDATE) & (now == ACTIVE)).sum()
        assert h.market(ma.TRAINERS_LEFT)[month] == ((was != LEFT) & (now == LEFT)).sum()


def test_a_provider_trades_from_its_entry_to_its_exit(h):
    for month, before, after in h.steps:
        used, was = int(after.run["providers"]), int(before.run["providers"])
        old, new = before.providers[:was], after.providers[:was]
        assert (after.providers["entry_month"][was:used] == month).all()
        assert (after.providers["trading"][was:used] == 1).all()
        stopped = (old["trading"] == 1) & (new["trading"] == 0)
        assert (new["exit_month"] == np.where(stopped, month, old["exit_month"])).all()
        assert not new["trading"][old["trading"] == 0].any()
        assert (after.providers["exit_month"][:used][after.providers["trading"][:used] == 1] == NEVER).all()


def test_staff_are_the_trainers_of_a_provider(h):
    for month in h.months[1:]:
        t = month.trainers
        for name, stages in (("active", (ACTIVE,)), ("trainers", (ACTIVE, CANDIDATE))):
            there = np.isin(t["stage"], stages)
            found = np.bincount(t["provider"][there], minlength=len(month.providers))
            assert (month.providers[name] == found).all()
        assert (month.providers["region"][t["provider"]] == t["region"])[t["stage"] != NO_TRAINER].all()


# --- books


def test_what_clients_buyers_and_programme_pay_is_what_providers_earn(h):
    for _, _, after in h.steps:
        e = after.enterprises
        now = e["class_today"] == 1
        paid = e["weight"] * (e["fee_today"] + e["buyer_payment_today"] + e["subsidy_today"])
        earned = np.bincount(e["provider"][now], paid[now], len(after.providers))
        sold = np.bincount(e["provider"][now], e["weight"][now], len(after.providers))
        assert_close(after.providers["revenue"], earned)
        assert_close(after.providers["sold"], sold)


def test_cash_changes_by_revenue_less_pay_fixed_costs_and_growth(h):
    for month, before, after in h.steps:
        e, v = after.enterprises, after.providers
        now = e["class_today"] == 1
        paid = e["weight"] * (e["fee_today"] + e["buyer_payment_today"] + e["subsidy_today"])
        revenue = np.bincount(e["provider"][now], paid[now], len(v))
        pay = h.p.trainer_pay * h.p.trainer_day_cost * days_by_provider(h, after)
        at_work = after.trainers["stage"] == ACTIVE
        staff = np.bincount(after.trainers["provider"][at_work], minlength=len(v))
        own = after.trainers["provider"][_own(h, month, before, after)]
        grown = np.bincount(own, minlength=len(v))
        result = revenue - pay - h.p.provider_fixed_cost * staff - h.p.course_cost * grown
        change = v["cash"] - before.providers["cash"]
        trades = v["trading"] == 1
        assert_close(change[trades], result[trades])
        closed = (v["trading"] == 0) & (v["exit_month"] != month)  # or never opened: nothing comes or goes
        assert not change[closed].any()
        by_region = np.bincount(v["region"], change, len(TABLES.regions))
        assert_close(h.world.market[0, month, 1:, ma.RESULT], by_region)
    parts = h.market(ma.FEES, ma.BUYER_PAYMENTS, ma.SUBSIDIES)
    parts -= h.market(ma.TRAINER_PAY, ma.FIXED_COSTS, ma.GROWTH_COSTS)
    assert_close(h.market(ma.RESULT), parts)


def _own(h, month, before, after):
    """Mask of the trainers whom a provider trained itself this month: those beyond starters and graduates."""
    given = h.market(ma.GRADUATES)[month] + (h.world.starters.sum() if month == 0 else 0)
    first = int(before.run["trainers"] + given)
    number = np.arange(len(after.trainers))
    return (number >= first) & (number < int(after.run["trainers"]))
