"""Demand for training: who hears of it, what it seems worth, and who asks for it."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from simulation import accounts as a
from simulation import market_accounts as ma
from simulation.parameters import COOPERATION, parameter_record
from simulation.population import ProgrammeStratum, draw_population
from simulation.state import BY_BUYER, BY_PEERS, NEVER
from simulation.world import Run, build_world
from tests.simulation.arrow_programmes import MARKET, UNTOLD
from tests.simulation.small_runs import TABLES, small_run, small_scenario, view


def market(programme, parameters=None, months=1, prepare=None):
    """The view of a small market after some months, from a prepared state."""
    world = build_world([small_run(small_scenario(months, programme), parameters)])
    if prepare is not None:
        prepare(view(world, 0))
    world.run()
    return view(world, 0)


def asked(mine):
    """Mask of the enterprises that asked for a module."""
    return mine.enterprises["waiting_since"] != NEVER


def believing(factor):
    """A state in which every enterprise believes in ``factor`` times the gain."""

    def prepare(mine):
        mine.enterprises["belief"] *= factor

    return prepare


CERTAIN = believing(1e6)
"""Everybody buys at any price."""


# --- published take-up

PUBLISHED = {1.0: 0.76, 0.75: 0.43, 0.0: 0.11}
"""Take-up by subsidy: offered free, at a quarter and at all of the price (Maffioli et al. 2023)."""


@cache
def smes():
    """About a thousand enterprises of 50 to 250 employees, drawn from all of manufacturing."""
    everywhere = tuple(range(len(TABLES.sectors))), tuple(range(len(TABLES.regions)))
    stratum = ProgrammeStratum(*everywhere, 50, 250, 1_000)
    return draw_population(TABLES, enterprises=100, months=1, seed=4, programme=(stratum,))


@cache
def take_up(subsidy):
    """Share of those that ask for the first module, all informed in one month, with default parameters."""
    programme = {
        "trainers": 300.0,
        "enterprises_per_month": 1e6,
        "outreach": [{"from_month": 0, "campaign": 1e6}],
        "subsidy": subsidy,
    }
    population = smes()
    inside = (population.employees >= 50) & (population.employees <= 250) & (population.stratum == 1)
    run = Run(small_scenario(1, programme), population, parameter_record(), 5, 5, eligible=inside)
    world = build_world([run])
    world.run()
    informed, requests = world.market[0, 0, 0, [ma.INFORMED, ma.REQUESTS]]
    assert informed > 900
    return requests / informed


@pytest.mark.parametrize("subsidy", PUBLISHED)
def test_take_up_at_three_prices_is_the_published_one(subsidy):
    """The evidence that the defaults were set by, not a validation; a thousand answers err by 1.6 points."""
    assert take_up(subsidy) == pytest.approx(PUBLISHED[subsidy], abs=0.08)


def test_take_up_at_a_fifth_of_the_price_is_about_that_of_mexico():
    """53 % at a subsidy of 80 % (Bruhn et al. 2018); calibration evidence too."""
    assert 0.40 < take_up(0.8) < 0.62
    assert take_up(0.75) < take_up(0.8) < take_up(1.0)


# --- deciding


def test_who_buys_at_a_high_price_buys_at_a_low_one():
    buyers = [asked(market(MARKET | {"subsidy": subsidy})) for subsidy in (0.0, 0.25, 0.5, 0.75, 1.0)]
    for fewer, more in pairwise(buyers):
        assert more[fewer].all()
        assert more.sum() > fewer.sum()


def test_the_same_offer_is_answered_alike():
    """Weighing every month in the same state nobody changes the answer; with a better belief some do."""
    programme, often = MARKET | {"subsidy": 0.5}, {"reconsideration": 1.0}
    changed = []
    for factor in (1.0, 3.0):
        world = build_world([small_run(small_scenario(4, programme), often)])
        mine = view(world, 0)
        start = mine.enterprises.copy()
        world.step()
        declined = ~asked(mine) & (mine.enterprises["informed_month"] == 0)
        for _ in range(3):
            for name in ("cash", "practice", "usual", "gain", "headcount", "value_per_worker", "belief"):
                mine.enterprises[name] = start[name]
            mine.enterprises["belief"] *= factor
            mine.sellers["price"] = mine.run["price"]
            world.step()
        changed.append((asked(mine) & declined & (mine.enterprises["alive"] == 1)).sum())
    assert declined.sum() > 50
    assert changed[0] == 0
    assert changed[1] > 10


def test_take_up_rises_with_belief_and_falls_with_price():
    by_belief = [market(MARKET, prepare=believing(x)).entered(ma.REQUESTS) for x in (0.5, 1.0, 2.0, 4.0)]
    assert (np.diff(by_belief) > 0).all()
    by_price = [
        market(MARKET | {"price_per_module": x}).entered(ma.REQUESTS) for x in (3e3, 6e3, 12e3, 24e3, 48e3)
    ]
    assert (np.diff(by_price) < 0).all()


def without_means(mine):
    CERTAIN(mine)
    mine.enterprises["cash"] = 0.0
    mine.enterprises["credit"] = 0.0


def test_nobody_buys_who_cannot_pay():
    """However much they believe; what is free they take, and with the programme's credit too."""
    assert not asked(market(MARKET, prepare=without_means)).any()
    free = market(MARKET | {"subsidy": 1.0}, prepare=without_means)
    assert asked(free)[free.enterprises["informed_month"] == 0].all()
    lent = market(MARKET | {"credit_line": 2.0}, prepare=without_means)
    assert asked(lent)[lent.enterprises["informed_month"] == 0].all()


def test_a_known_answer_at_even_odds():
    """Where the gain believed in equals the felt cost, half buy: within four standard errors."""
    parameters = {"demand_liquidity": 0.0, "demand_buyer": 0.0}

    def even(mine):
        e = mine.enterprises
        p = parameter_record(parameters)[0]
        heads = np.maximum(1.0, e["headcount"])
        lost = 4.0 * mine.run["class_days"] / 21.75 * e["value_per_worker"]
        in_class = np.minimum(1.0, 4.0 / heads)
        disruption = p["demand_disruption"] * lost * (1.0 + p["disruption_small"] * in_class)
        cost = 0.25 * mine.run["price"] + disruption
        gap = (1.0 - e["practice"][:, COOPERATION]) / (1.0 - p["practice_mean"][COOPERATION])
        size = 100.0 * (heads / 100.0) ** p["belief_size"]
        worth = p["payback_months"] * e["value_per_worker"] * size * gap
        e["belief"] = cost / np.maximum(1e-9, worth)

    mine = market(MARKET, parameters, prepare=even)
    informed = mine.entered(ma.INFORMED)
    assert informed > 150
    assert abs(mine.entered(ma.REQUESTS) / informed - 0.5) < 4.0 * 0.5 / np.sqrt(informed)


# --- experience


def trained(programme=(), **parameters):
    """World of a market with classes of one, in which everybody is trained from the second month on."""
    given = UNTOLD | {"delivery": {"enterprises_per_class": 1}, "trainers": 300.0} | dict(programme)
    given |= {"outreach": [{"from_month": 0, "campaign": 60.0}], "subsidy": 1.0}
    return build_world([small_run(small_scenario(18, given), parameters)])


def test_belief_after_a_module_moves_to_the_result_seen():
    """Without error the result is what the practices gained are worth, per module done."""
    own = 0.4
    world = trained(belief_noise=0.0, belief_own=own, belief_peers=0.0)
    mine = view(world, 0)
    p = world.parameters[0]
    seen = rose = 0
    for _ in range(18):
        before = mine.enterprises.copy()
        world.step()
        e = mine.enterprises
        done = (e["modules_done"] > before["modules_done"]) & (before["alive"] == 1)
        worth = before["gain"] @ p["productivity_gain"] / np.maximum(1, e["modules_done"])
        assert e["result"][done] == pytest.approx(np.maximum(1e-4, worth)[done], rel=1e-12)
        was, result = before["belief"][done], e["result"][done]
        assert e["belief"][done] == pytest.approx(was * (result / was) ** own, rel=1e-12)
        assert e["belief"][~done] == pytest.approx(before["belief"][~done], rel=1e-12)
        good = done & (e["result"] > before["belief"])
        assert (e["belief"][good] > before["belief"][good]).all()
        seen, rose = seen + done.sum(), rose + good.sum()
    assert seen > 100
    assert rose > 0.5 * seen  # the median belief at the start is below what most see


def test_better_training_brings_more_of_them_back():
    """By way of own results alone: nobody learns from neighbours, and belief acts on the next module."""
    back = []
    for quality in (0.2, 0.9):
        delivery = {"enterprises_per_class": 1, "trainer_quality": quality}
        world = trained({"delivery": delivery}, belief_peers=0.0, trainer_quality_sd=0.0)
        world.run()
        e = view(world, 0).enterprises
        first = e["modules_done"] >= 1
        more = np.array([bin(begun).count("1") >= 2 for begun in e["modules_begun"]]) | asked(view(world, 0))
        back.append(more[first].mean())
    assert back[1] > back[0] + 0.1


# --- hearing of it

SILENT = {"provider_outreach": 0.0}


def test_without_outreach_nobody_ever_hears():
    mine = market(UNTOLD, SILENT, months=24)
    assert mine.entered(ma.INFORMED) == 0
    assert mine.total(a.CLASSES_ATTENDED) == 0
    assert (mine.enterprises["informed_month"] == NEVER).all()


def test_neighbours_pass_it_on_within_their_clusters_only():
    """Bass diffusion from one enterprise in each of three clusters."""
    seeds = []

    def prepare(mine):
        e = mine.enterprises
        fits = (e["alive"] == 1) & (e["employees"] >= 10) & (e["employees"] <= 250)
        clusters, size = np.unique(e["cluster"][fits], return_counts=True)
        for cluster in clusters[np.argsort(-size)[:3]]:
            first = np.flatnonzero(fits & (e["cluster"] == cluster))[0]
            e["informed_month"][first], seeds_of = 0, int(cluster)
            seeds.append(seeds_of)

    mine = market(UNTOLD, SILENT | {"awareness_peers": 0.1}, months=24, prepare=prepare)
    e = mine.enterprises
    heard = e["informed_month"] > 0
    assert heard.sum() > 15
    assert set(e["cluster"][heard]) == set(seeds)
    assert (e["channel"][heard] == BY_PEERS).all()
    assert market(UNTOLD, SILENT | {"awareness_peers": 0.0}, 24, prepare).entered(ma.INFORMED) == 0


def test_hearing_from_neighbours_has_its_known_chance():
    """Five informed neighbours, each telling with a chance of 0.1 a month: 41 %, within four errors."""

    def prepare(mine):
        mine.clusters["informed"] = 5.0

    mine = market(UNTOLD, SILENT | {"awareness_peers": 0.1}, prepare=prepare)
    eligible = mine.run["eligible"][0]
    chance = 1.0 - 0.9**5
    error = np.sqrt(chance * (1.0 - chance) / eligible)
    assert eligible > 150
    assert abs(mine.entered(ma.INFORMED) / eligible - chance) < 4.0 * error


def test_outreach_informs_as_many_as_planned_in_whole_enterprises():
    outreach = {"outreach": [{"from_month": 0, "campaign": 2.4}, {"from_month": 12, "campaign": 0.3}]}
    mine = market(UNTOLD | outreach, SILENT | {"awareness_peers": 0.0}, months=24)
    informed = mine.market[:, 0, ma.INFORMED]
    planned = np.cumsum(np.where(np.arange(24) < 12, 2.4, 0.3))
    assert (np.abs(np.cumsum(informed) - planned) <= 1.0).all()


def test_buyers_name_suppliers_under_pressure_and_pay_for_those_only():
    outreach = {"outreach": [{"from_month": 0, "campaign": 5.0, "buyers": 5.0}]}
    mine = market(UNTOLD | outreach | {"buyer_share": 0.5}, SILENT, months=12, prepare=CERTAIN)
    e, named = mine.enterprises, mine.enterprises["channel"] == BY_BUYER
    assert named.sum() > 20
    assert (e["buyer_pressure"][named] > parameter_record()["buyer_pressure"][0]).all()
    helped = mine.panel[:, :, a.BUYER_PAYMENTS].sum(axis=1) > 0
    taught = mine.panel[:, :, a.CLASSES_ATTENDED].sum(axis=1) > 0
    assert helped.sum() > 5
    assert (helped == (taught & named)).all()


# --- places and budget


def test_places_limit_supported_enrolment():
    """Demand is endless: whoever finds no place pays all. Places of one month may wait for the next."""
    world = build_world([small_run(small_scenario(12, MARKET | {"enterprises_per_month": 3.0}))])
    mine = view(world, 0)
    CERTAIN(mine)
    subsidised = commercial = 0
    for month in range(12):
        before = mine.enterprises["supported"].sum()
        world.step()
        e = mine.enterprises
        new = e["supported"].sum() - before
        assert new == 3 if month == 0 else new <= 3 + 3 + 1
        assert e["supported"].sum() <= 3 * (month + 1)
        now = e["class_today"] == 1
        paid = e["subsidy_today"][now] > 0.0
        assert (e["supported"][now][paid] == 1).all()
        subsidised, commercial = subsidised + paid.sum(), commercial + (~paid).sum()
    assert asked(mine).sum() > 50
    assert subsidised > 20
    assert commercial > subsidised


def test_the_budget_limits_supported_modules():
    """A budget for seven modules supports seven; the others are sold without support."""
    price, overhead = 10_000.0, 8_000.0
    programme = MARKET | {"price_per_module": price, "subsidy": 1.0, "supervision": 0.0}
    programme |= {"outreach": [{"from_month": 0, "authority": 1e3}], "delivery": {"enterprises_per_class": 1}}
    programme |= {"budget": 7.5 * (price + overhead)}
    mine = market(programme, {"overhead_per_module": overhead, "price_speed": 0.0}, months=6, prepare=CERTAIN)
    modules, commercial = mine.entered(ma.MODULES), mine.entered(ma.COMMERCIAL_MODULES)
    assert modules - commercial == 7
    assert commercial > 20
    assert mine.run["budget_left"][0] == pytest.approx(0.5 * (price + overhead))
