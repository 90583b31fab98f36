"""Providers: prices, queues, losses and growth, contracts, and the market after the programme."""

import numpy as np
import pytest

from simulation import accounts as a
from simulation import market_accounts as ma
from simulation.state import ACTIVE, CANDIDATE, LEFT, NEVER
from simulation.world import build_world
from tests.simulation.arrow_programmes import MARKET, MARKET_LATER, QUIET, UNTOLD
from tests.simulation.small_runs import WHERE, small_run, small_scenario, view

PRICE = 11_600.0
"""Price at the start unless a scenario says otherwise."""
DAYS_PER_MODULE = 2.0 / 5 + 3 * 0.75
"""Trainer days of one module for one enterprise: a class of two days shared by five, three visits."""
DAY = 0.5 * 6_000.0
"""What a trainer is paid for a day, yuan."""
COSTLESS = {"provider_fixed_cost": 0.0}
SILENT = {"provider_outreach": 0.0, "awareness_peers": 0.0}


def world_of(programme, parameters=None, months=12):
    return build_world([small_run(small_scenario(months, programme), parameters)])


def certain(mine):
    """Everybody buys at any price, whatever the cash at hand."""
    mine.enterprises["belief"] = 1e9
    mine.enterprises["credit"] = 1e4


# --- prices


def test_price_without_demand_rests_at_its_known_level():
    """Unit cost and markup, less what free days take off: 7,950 x 1.15 x (1 - 0.4 x 0.5) = 7,314 yuan."""
    world = world_of(QUIET, COSTLESS | {"trainer_leaving": 0.0, "price_speed": 0.5}, months=120)
    world.run()
    expected = DAYS_PER_MODULE * DAY * 1.15 * (1.0 - 0.4 * 4.0 / 8.0)
    assert expected == pytest.approx(7_314.0)
    prices = view(world, 0).sellers["price"]
    assert prices == pytest.approx(np.full(len(prices), expected), rel=1e-4)


@pytest.mark.parametrize("used", [0.0, 0.5, 1.0])
def test_price_closes_a_part_of_the_gap_to_cost_and_demand(used):
    """At usual trade the price sought covers trainers, fixed costs and markup; busier providers ask more."""
    world = world_of(QUIET, months=6)
    world.step()
    mine = view(world, 0)
    mine.sellers["utilisation"] = used
    before = mine.sellers["price"].copy()
    world.step()
    unit = DAYS_PER_MODULE * (DAY + 1_000.0 / 4.0)
    sought = unit * 1.15 * (1.0 + 0.4 * (used * 11.0 / 12.0 - 0.5))  # nothing was sold in this month
    assert mine.sellers["price"] == pytest.approx(before + 0.05 * (sought - before), rel=1e-12)


@pytest.mark.parametrize(("day_cost", "bound"), [(100_000.0, 4.0), (0.0, 0.25)])
def test_prices_stay_between_a_quarter_and_four_times_that_of_the_start(day_cost, bound):
    parameters = COSTLESS | {"trainer_day_cost": day_cost, "price_speed": 1.0}
    world = world_of(QUIET, parameters, months=2)
    world.run()
    prices = view(world, 0).sellers["price"]
    assert prices == pytest.approx(np.full(len(prices), bound * PRICE))


def test_delivery_that_takes_more_days_costs_more():
    prices = []
    for delivery in ({"mode": "classroom"}, {"mode": "group"}, {}, {"mode": "in_company"}, {"visits": 6}):
        world = world_of(QUIET | {"delivery": delivery}, COSTLESS | {"price_speed": 1.0}, months=2)
        world.run()
        prices.append(view(world, 0).sellers["price"][0])
    # 0.4, 0.85, 2.65, 4.25 and 4.9 days; the first is held at a quarter of the price at the start
    assert prices[0] == pytest.approx(0.25 * PRICE)
    assert np.array(prices[2:]) / prices[2] == pytest.approx(np.array([2.65, 4.25, 4.9]) / 2.65)
    assert (np.diff(prices) >= 0.0).all()


# --- losses and growth


def test_a_provider_that_loses_money_for_a_year_stops_and_its_trainers_leave():
    """Without clients fixed costs are a loss from the first month on: after the twelfth, all stop."""
    courses = [{"from_month": 9, "to_month": 10, "places_per_month": 6.0}]
    world = world_of(QUIET | {"training_of_trainers": courses}, {"trainer_leaving": 0.0}, months=14)
    mine = view(world, 0)
    while world.month < 11:
        world.step()
        assert (mine.sellers["trading"] == 1).all()
        assert (mine.staff["stage"] != LEFT).all()
    world.step()
    old = mine.sellers["entry_month"] == 0
    assert old.sum() >= 4
    assert (mine.sellers["exit_month"] == np.where(old, 11, NEVER)).all()
    assert (mine.sellers["trading"] == ~old).all()
    of_old = old[mine.staff["provider"]]
    assert (mine.staff["stage"][of_old] == LEFT).all()
    assert (mine.staff["stage"][~of_old] == CANDIDATE).all()
    assert mine.market[11, 0, ma.PROVIDERS_LEFT] == old.sum()
    assert mine.market[11, 0, ma.TRAINERS_LEFT] == of_old.sum()
    assert not mine.sellers["trainers"][old].any()


def test_a_provider_without_costs_goes_on_without_clients():
    world = world_of(QUIET, COSTLESS | {"trainer_leaving": 0.0}, months=36)
    world.run()
    mine = view(world, 0)
    assert (mine.sellers["trading"] == 1).all()
    assert not mine.sellers["cash"].any()


def test_booked_out_and_profitable_providers_train_a_trainer_at_their_own_cost():
    """With certainty here; others do not. The newcomer is theirs, and a candidate like any other."""
    world = world_of(QUIET | {"trainers": 30.0}, {"provider_growth": 1.0}, months=3)
    world.step()
    mine = view(world, 0)
    n = len(mine.sellers)
    busy, earning = np.arange(n) % 2 == 0, np.arange(n) % 3 == 0
    mine.sellers["utilisation"] = np.where(busy, 1.0, 0.9)
    mine.sellers["result"] = np.where(earning, 1_000.0, -1_000.0)
    cash, active = mine.sellers["cash"].copy(), mine.sellers["active"].copy()
    hired = int(mine.run["trainers"][0])
    world.step()
    new = mine.staff[hired:]
    assert (new["provider"] == np.flatnonzero(busy & earning)).all()
    assert (new["stage"] == CANDIDATE).all()
    assert (new["region"] == mine.sellers["region"][new["provider"]]).all()
    left = active - mine.sellers["active"]
    spent = cash - mine.sellers["cash"] - 1_000.0 * (active - left)
    assert spent == pytest.approx(np.where(busy & earning, 20_000.0, 0.0))
    assert mine.market[1, 0, ma.GROWTH_COSTS] == 20_000.0 * (busy & earning).sum()
    assert not mine.market[:, 0, ma.TRAINING_OF_TRAINERS].any()  # the programme pays none of it


# --- contracts


def best_of(mine, merit, share):
    """The providers that should have a contract: the best of those that trade in each region."""
    chosen = np.zeros(len(merit), bool)
    for region in np.unique(mine.sellers["region"]):
        here = np.flatnonzero((mine.sellers["region"] == region) & (mine.sellers["trading"] == 1))
        if len(here):
            places = max(1, int(np.ceil(share * len(here) - 1e-9)))
            chosen[here[np.argsort(-merit[here], kind="stable")[:places]]] = True
    return chosen


def staff_quality(mine):
    """Mean over a provider's active trainers of the mean over the modules that they may teach."""
    quality = np.zeros(len(mine.sellers))
    for v in range(len(quality)):
        staff = mine.staff[(mine.staff["provider"] == v) & (mine.staff["stage"] == ACTIVE)]
        bits = staff["modules"][:, None] >> np.arange(5) & 1
        if len(staff):
            quality[v] = ((staff["quality"] * bits).sum(axis=1) / bits.sum(axis=1)).mean()
    return quality


@pytest.mark.parametrize("share", [0.25, 0.5, 1.0])
@pytest.mark.parametrize("selection", ["quality", "price"])
def test_contracts_go_to_the_best_or_cheapest_of_each_region_once_a_year(selection, share):
    programme = UNTOLD | {"provider_selection": selection, "providers_selected": share}
    world = world_of(programme, SILENT | COSTLESS | {"price_speed": 0.0}, months=14)
    random = np.random.default_rng(8)
    mine = view(world, 0)
    world.step()
    assert (mine.sellers["contract"] == best_of(mine, _merit(mine, selection), share)).all()
    first = mine.sellers["contract"].copy()
    mine.sellers["price"] = PRICE * random.uniform(0.5, 2.0, len(mine.sellers))
    mine.staff["quality"] = random.uniform(0.2, 1.0, mine.staff["quality"].shape)
    while world.month < 12:
        world.step()
        assert (mine.sellers["contract"] == first).all()
    world.step()
    chosen = best_of(mine, _merit(mine, selection), share)
    trades = mine.sellers["trading"] == 1
    assert (mine.sellers["contract"] == chosen)[trades].all()
    assert share == 1.0 or (chosen != first)[trades].any()


def _merit(mine, selection):
    return staff_quality(mine) if selection == "quality" else -mine.sellers["price"]


def test_only_clients_of_providers_under_contract_are_supported():
    programme = MARKET | {"provider_selection": "price", "providers_selected": 0.3}
    world = world_of(programme, COSTLESS | {"price_speed": 0.0}, months=12)
    mine = view(world, 0)
    certain(mine)
    supported = alone = 0
    for _ in range(12):
        world.step()
        e = mine.enterprises[mine.enterprises["class_today"] == 1]
        contract = mine.sellers["contract"][e["provider"]] == 1
        assert not e["subsidy_today"][~contract].any()
        assert not e["overhead_today"][~contract].any()
        supported, alone = supported + (e["subsidy_today"] > 0).sum(), alone + (~contract).sum()
    assert supported > 10
    assert alone > 0


# --- queues


def test_a_queue_forms_where_trainer_days_are_short():
    """Endless demand: with few trainers nearly all of their days are sold and the others wait."""
    waiting = {}
    for trainers in (6.0, 120.0):
        parameters = COSTLESS | {"trainer_leaving": 0.0, "provider_growth": 0.0, "modules_per_trainer": 5.0}
        one_by_one = {"trainers": trainers, "delivery": {"enterprises_per_class": 1}}
        world = world_of(MARKET | one_by_one, parameters, months=18)
        mine = view(world, 0)
        certain(mine)
        world.run()
        waiting[trainers] = mine.market[12:, 0, ma.WAITING].mean()
        days, available = (mine.market[6:, 0, i].sum() for i in (ma.DAYS_DELIVERED, ma.DAYS_AVAILABLE))
        assert available == 12 * 8.0 * trainers
        # a class may book the days of months to come, but over time no more than there are
        assert days <= 1.1 * available
        assert days > (0.75 if trainers == 6.0 else 0.0) * available
    assert waiting[6.0] > 100.0
    assert waiting[120.0] < 0.5 * waiting[6.0]


def waiting_at_one(parameters=None, months=10):
    """Everybody asks in the second month; returns world, view and who waits, by a provider with rivals."""
    delivery = {"enterprises_per_class": 10}
    programme = MARKET_LATER | {"trainers": 12.0, "delivery": delivery}
    world = world_of(programme, SILENT | COSTLESS | {"trainer_leaving": 0.0} | (parameters or {}), months)
    mine = view(world, 0)
    certain(mine)
    world.step()
    world.step()
    number = np.bincount(mine.enterprises["provider"][mine.enterprises["waiting_since"] == 1])
    rivals = np.bincount(mine.sellers["region"])[mine.sellers["region"]] > 1
    chosen = int(np.argmax(np.where(rivals[: len(number)], number, -1)))
    waits = (mine.enterprises["provider"] == chosen) & (mine.enterprises["waiting_since"] == 1)
    assert waits.sum() > 5
    return world, mine, chosen, waits


def test_who_waits_at_a_provider_that_stops_goes_to_another_at_once():
    world, mine, stopped, waits = waiting_at_one()
    mine.sellers["trading"][stopped] = 0
    mine.staff["stage"][mine.staff["provider"] == stopped] = LEFT
    world.step()
    e = mine.enterprises
    there = waits & (e["alive"] == 1)
    assert (e["provider"][there] != stopped).all()
    assert (mine.sellers["region"][e["provider"][there]] == e["region"][there]).all()
    still = there & (e["class_today"] == 0)
    assert (e["waiting_since"][still] == 1).all()  # their place in the queue is kept


def test_who_waits_half_a_year_at_a_full_provider_goes_to_a_freer_one():
    world, mine, full, waits = waiting_at_one()
    while world.month < 8:
        mine.staff["booked"][mine.staff["provider"] == full] = 1e4
        before = mine.enterprises["provider"].copy()
        world.step()
        e = mine.enterprises
        there = waits & (e["alive"] == 1)
        if world.month <= 7:
            assert (e["provider"][there] == full).all()
            assert not e["class_today"][there].any()
    assert (before[there] == full).all()
    assert (e["provider"][there] != full).all()


# --- after the programme


def test_the_commercial_market_runs_on_after_closing():
    """Modules are sold without subsidy, new enterprises hear of them, and the programme spends nothing."""
    closing = 12
    programme = MARKET | {
        "closing_month": closing,
        "credit_line": 1.0,
        "credit_guarantee": 0.5,
        "outreach": [{"from_month": 0, "campaign": 6.0, "dialogue": 2.0}],
        "training_of_trainers": [{"from_month": 0, "places_per_month": 0.5}],
        "trainers": 12.0,
    }
    fragile = {"credit_months": 0.5, "cash_months": 1.0, "margin_mean": 0.02, "productivity_shock": 0.1}
    world = world_of(programme, fragile | {"belief_start": 0.006}, months=36)
    world.run()
    mine = view(world, 0)
    before, after = mine.market[:closing, 0].sum(axis=0), mine.market[closing:, 0].sum(axis=0)
    for account in (ma.SUBSIDIES, ma.OVERHEAD, ma.AWARENESS, ma.TRAINING_OF_TRAINERS, ma.GRADUATES):
        assert before[account] > 0.0, ma.MARKET_ACCOUNTS[account]
        assert after[account] == 0.0, ma.MARKET_ACCOUNTS[account]
    assert after[ma.COMMERCIAL_MODULES] == after[ma.MODULES] > 10
    assert mine.market[24:, 0, ma.MODULES].sum() > 0
    assert after[ma.INFORMED] > 0
    assert after[ma.GUARANTEES] > 0  # on credit given before
    last = mine.enterprises["first_class_month"] >= closing
    assert last.any()
    assert not mine.enterprises["credit_line"][last].any()
    assert mine.total(a.SUBSIDIES) == pytest.approx(before[ma.SUBSIDIES])


def test_a_new_programme_starts_in_its_first_month_and_not_before():
    world = world_of(MARKET | {"first_month": 5, "target": WHERE}, months=9)
    world.run()
    market = view(world, 0).market[:, 0]
    assert not market[:5].any()
    assert market[5, ma.ACTIVE_TRAINERS] == 60
    assert market[5, ma.REQUESTS] > 0
    assert not market[5, ma.MODULES]
    assert market[6:, ma.MODULES].sum() > 0
