"""Every worker, enterprise, trainer day and yuan is accounted for, month by month."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest

from simulation import accounts as a
from simulation.population import SIZE_CLASSES, ProgrammeStratum, draw_population
from simulation.state import NEVER, TAKEN, WOMAN
from simulation.world import World, build_world
from tests.simulation.small_runs import REGIONS, SECTORS, TABLES, small_run, small_scenario

MONTHS = 30
BUDGET = 900_000.0
PRICE = 12_000.0
DAYS = 25.0
PROGRAMME = {
    "enterprises_per_month": 4.0,
    "trainer_days_per_month": DAYS,
    "continuation": 0.8,
    "budget": BUDGET,
    "price_per_module": PRICE,
    "subsidy": [{"from_month": 0, "share": 0.75}, {"from_month": 8, "share": 0.25}],
    "buyer_share": 0.4,
    "credit_line": 2.0,
}
EVENTFUL = {"closure_rate": 0.15, "injury_rate": 120.0, "credit_months": 1.0, "shed_rate": 0.3}
"""More closures, injuries and layoffs than usual, so that every kind of event happens."""

SINGLE = 2e-6
"""Relative error of the panel, which is kept in single precision."""


@dataclass
class History:
    """A world after its run, its records before the first and after every month, and its price lists."""

    world: World
    enterprises: list[np.ndarray]
    status: list[np.ndarray]
    prices: list[np.ndarray]

    def panel(self, *accounts: int) -> np.ndarray:
        """Accounts by enterprise and month, added up."""
        return sum(self.world.panel[:, :, i].astype(np.float64) for i in accounts)  # type: ignore[return-value]

    def total(self, *accounts: int) -> np.ndarray:
        """Weighted national sums by month, added up."""
        return self.world.sums[0, :, 0, list(accounts)].sum(axis=0)

    def by_enterprise(self, seats: np.ndarray) -> np.ndarray:
        """Counts of a mask over seats, by enterprise."""
        first = self.world.enterprises["first_seat"]
        return np.add.reduceat(seats.astype(np.int64), first)


@pytest.fixture(scope="module", params=["one to one", "weighted"])
def history(request):
    population = None
    if request.param == "weighted":
        sectors = tuple(TABLES.sectors.index(code) for code in SECTORS)
        regions = tuple(TABLES.regions.index(name) for name in REGIONS)
        stratum = ProgrammeStratum(sectors, regions, 50, 250, 40, weight=1.5)
        population = draw_population(TABLES, enterprises=200, months=MONTHS, seed=2, programme=(stratum,))
    scenario = small_scenario(MONTHS, PROGRAMME)
    eligible = None
    if population is not None:
        inside = (population.employees >= 50) & (population.employees <= 250)
        eligible = inside & (population.stratum > 0)
    world = build_world([small_run(scenario, EVENTFUL, population, eligible=eligible)])
    enterprises, status, prices = [world.enterprises.copy()], [world.status.copy()], []
    for _ in range(MONTHS):
        world.step()
        enterprises.append(world.enterprises.copy())
        status.append(world.status.copy())
        prices.append(world.sectors["price"][0].copy())
    return History(world, enterprises, status, prices)


def test_everything_that_is_counted_happens(history):
    happens = [a.EXITS, a.ENTRIES, a.HIRES, a.QUITS, a.INJURIES, a.FEES, a.SUBSIDIES, a.BUYER_PAYMENTS]
    for account in happens:
        assert history.total(account).sum() > 0.0, a.ACCOUNTS[account]
    assert (history.total(a.SEPARATIONS) - history.total(a.QUITS)).sum() > 0.0


def test_workers_of_each_enterprise(history):
    heads = history.panel(a.HEADCOUNT)
    change = history.panel(a.HIRES) - history.panel(a.SEPARATIONS)
    alive = history.panel(a.ENTERPRISES) > 0
    stays = alive[:, 1:] & alive[:, :-1]
    assert (heads[:, 1:] - heads[:, :-1])[stays] == pytest.approx(change[:, :-1][stays], abs=0)
    closed = history.panel(a.EXITS) > 0
    assert (history.panel(a.JOBS_CLOSED) == np.where(closed, heads + change, 0.0)).all()
    entered = history.panel(a.ENTRIES) > 0
    assert (history.panel(a.JOBS_ENTERED) == np.where(entered, heads, 0.0)).all()


def test_workers_of_the_nation(history):
    heads = history.total(a.HEADCOUNT)
    flow = history.total(a.HIRES) - history.total(a.SEPARATIONS, a.JOBS_CLOSED)
    assert heads[1:] == pytest.approx(heads[:-1] + flow[:-1] + history.total(a.JOBS_ENTERED)[1:], rel=1e-12)


def test_enterprises_of_the_nation(history):
    count = history.total(a.ENTERPRISES)
    expected = count[:-1] - history.total(a.EXITS)[:-1] + history.total(a.ENTRIES)[1:]
    assert count[1:] == pytest.approx(expected, rel=1e-12)


def test_seats_hold_the_headcount(history):
    for e, status in zip(history.enterprises, history.status, strict=True):
        alive = e["alive"] == 1
        assert (history.by_enterprise(status & TAKEN > 0)[alive] == e["headcount"][alive]).all()
        women = status & (TAKEN | WOMAN) == TAKEN | WOMAN
        assert (history.by_enterprise(women)[alive] == e["women"][alive]).all()
        closed = e["exit_month"] != NEVER
        assert (history.by_enterprise(status > 0)[closed] == 0).all()


def test_a_closed_enterprise_never_comes_back(history):
    for before, after in pairwise(history.enterprises):
        closed = before["exit_month"] != NEVER
        assert (after["exit_month"][closed] == before["exit_month"][closed]).all()
        assert not after["alive"][closed].any()
    e = history.world.enterprises
    months = np.arange(MONTHS)
    last = np.where(e["exit_month"] == NEVER, MONTHS, e["exit_month"])
    present = (months >= e["entry_month"][:, None]) & (months <= last[:, None])
    assert ((history.panel(a.ENTERPRISES) > 0) == present).all()
    assert not history.world.panel[~present].any()


def test_parts_of_a_whole(history):
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
    ):
        assert (history.panel(part) <= history.panel(whole) * (1.0 + SINGLE)).all(), a.ACCOUNTS[part]
        assert (history.panel(part) >= 0.0).all(), a.ACCOUNTS[part]
    output = history.panel(a.GOOD_OUTPUT, a.DEFECTS)
    assert output == pytest.approx(history.panel(a.GROSS_OUTPUT), rel=SINGLE)


def test_every_grouping_adds_up_to_the_total(history):
    sums = history.world.sums[0]
    n_sectors, n_regions = len(TABLES.sectors), len(TABLES.regions)
    ends = np.cumsum([1, n_sectors, n_regions, len(SIZE_CLASSES)])
    assert sums.shape[1] == ends[-1]
    for first, last in pairwise(ends):
        # profit is a difference of large numbers: compared with the size of its parts
        scale = np.abs(sums[:, first:last]).sum(axis=1)
        assert (np.abs(sums[:, first:last].sum(axis=1) - sums[:, 0]) <= 1e-12 * scale).all()


def test_the_nation_is_the_weighted_sum_of_enterprises(history):
    weight = history.world.enterprises["weight"]
    rows = history.world.panel.astype(np.float64)
    expected = np.einsum("e,ema->ma", weight, rows)
    scale = np.einsum("e,ema->ma", weight, np.abs(rows))
    assert (np.abs(history.world.sums[0, :, 0] - expected) <= SINGLE * scale).all()


def test_every_module_is_paid_in_full(history):
    paid = history.panel(a.FEES, a.BUYER_PAYMENTS, a.SUBSIDIES)
    taken = history.panel(a.CLASSES_ATTENDED)
    assert taken.sum() > 40
    assert paid == pytest.approx(PRICE * taken, rel=SINGLE)
    share = np.where(np.arange(MONTHS) < 8, 0.75, 0.25)
    assert history.panel(a.SUBSIDIES) == pytest.approx(share * PRICE * taken, rel=SINGLE)
    own = history.panel(a.FEES, a.BUYER_PAYMENTS)
    assert history.panel(a.BUYER_PAYMENTS) == pytest.approx(0.4 * own, rel=SINGLE)


def test_the_budget_is_never_exceeded(history):
    spent = np.cumsum(history.total(a.SUBSIDIES, a.OVERHEAD))
    assert spent[-1] <= BUDGET
    assert spent[-1] > 0.9 * BUDGET  # it binds
    assert history.world.runs["budget_left"][0] == pytest.approx(BUDGET - spent[-1], abs=1e-3)


def test_trainer_days_are_those_of_classes_and_visits(history):
    used = history.total(a.TRAINER_DAYS)
    assert (used <= DAYS * (1.0 + 1e-12)).all()
    assert used.max() > 0.5 * DAYS
    world = history.world
    visits = sum((e["visits_today"] * e["weight"]).sum() for e in history.enterprises[1:])
    one_weight = world.enterprises["weight"][world.enterprises["class_id"] > 0].max()
    classes = (int(world.runs["classes"][0]) - 1) * one_weight  # class 0 is that of the untrained
    days = float(world.runs["class_days"][0]) * classes + float(world.parameters["visit_days"][0]) * visits
    assert used.sum() == pytest.approx(days, rel=1e-9)


def test_a_module_ends_with_its_last_visit(history):
    e = history.world.enterprises
    due = int(history.world.runs["visits"][0])
    begun = np.array([bin(mask).count("1") for mask in e["modules_begun"]])
    visits = sum(x["visits_today"].astype(np.int64) for x in history.enterprises[1:])
    under_way = (e["module"] >= 0) & (e["alive"] == 1)
    finished = (e["alive"] == 1) & ~under_way
    assert (begun == history.panel(a.CLASSES_ATTENDED).sum(axis=1)).all()
    assert (visits[finished] == due * begun[finished]).all()
    assert (e["modules_done"][finished] == begun[finished]).all()
    assert (e["modules_done"][under_way] == begun[under_way] - 1).all()
    assert e["modules_done"].max() >= 2


def test_profit_is_what_comes_in_less_what_goes_out(history):
    p = history.world.parameters[0]
    for month, (before, after) in enumerate(pairwise(history.enterprises)):
        row = history.world.panel[:, month].astype(np.float64)
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
        income = row[:, a.VALUE_ADDED] * history.prices[month][before["sector"]]
        error = np.abs(after["profit"] - (income - out))
        assert (error <= 10 * SINGLE * (np.abs(income) + out))[there].all()


def test_cash_changes_by_profit_investment_and_payout(history):
    p = history.world.parameters[0]
    price_of_capital = (1.0 - p.labour_share_exponent) * p.capital_value
    for month, (before, after) in enumerate(pairwise(history.enterprises)):
        there = history.world.panel[:, month, a.ENTERPRISES] > 0
        grown = np.maximum(0.0, after["capital"] - before["capital"]) * before["output_at_start"]
        cash = before["cash"] + after["profit"] - grown * price_of_capital
        cash = cash - p.payout * np.maximum(0.0, cash - p.cash_months * before["wage_bill_at_start"])
        assert after["cash"][there] == pytest.approx(cash[there], rel=1e-9, abs=1e-3)


def test_enterprises_close_when_cash_and_credit_are_gone(history):
    for month, after in enumerate(history.enterprises[1:]):
        there = history.world.panel[:, month, a.ENTERPRISES] > 0
        limit = (after["credit"] + after["credit_line"]) * after["wage_bill_at_start"]
        assert not after["alive"][there & (after["cash"] < -limit)].any()
