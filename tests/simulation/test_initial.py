"""The initial state is what the model description says, for the enterprises drawn and as a distribution."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from simulation import draws
from simulation.initial import initial_state, weighted_medians
from simulation.parameters import MODULES, parameter_record
from simulation.population import draw_population
from simulation.roster import lay_out, tenure_distribution
from simulation.seats import OCTET_SEATS, Seats
from simulation.state import AGE_SHARES, ENTERPRISE
from simulation.threads import use_threads
from simulation.world import build_world
from tests.simulation.small_runs import TABLES, small_population, small_run, small_scenario
from tests.simulation.start_formulas import (
    bits,
    normals,
    potential,
    start_enterprises,
    start_seed,
    start_workers,
)

pytestmark = pytest.mark.xdist_group("initial")  # one process: what they share is made once

SEED = 7
LEVEL = 1e-4
"""Level of each test of a distribution; with some 30 of them, one false alarm in 300 choices of the seed."""
OTHER = {
    "practice_mean.quality": 0.6, "practice_spread": 0.1, "productivity_level_spread": 0.3,
    "wage_mean": 8_000.0, "quit_rate": 0.03, "skill_learning": 0.05, "female_share": 0.6, "margin_mean": 0.3,
    "belief_truth": 0.7, "defect_spread": 0.2,
}  # fmt: skip
BLANK = {
    "exit_month", "panel_row", "informed_month", "channel", "wanted", "enrolled_month", "waiting_since",
    "first_class_month", "provider", "trainer", "module", "class_id",
}  # fmt: skip
"""Fields that are -1 until something happens."""


@pytest.fixture(scope="module")
def population():
    return draw_population(TABLES, enterprises=16_000, months=60, seed=4)


@pytest.fixture(scope="module", params=[{}, OTHER], ids=["defaults", "other parameters"])
def parameters(request):
    return parameter_record(request.param)


@pytest.fixture(scope="module")
def state(population, parameters):
    return initial_state(population, parameters, SEED)


@pytest.fixture(scope="module")
def expected(population, parameters):
    return start_enterprises(population, parameters[0], SEED)


@pytest.fixture(scope="module")
def workers(expected, parameters):
    return start_workers(expected, parameters[0], SEED)


def test_every_field_of_every_enterprise_follows_its_formula(state, expected, population):
    assert population.n > 20_000
    for name in set(ENTERPRISE.names) - {"women"}:
        found = state.enterprises[name]
        right = expected.get(name, -1 if name in BLANK else 0)
        np.testing.assert_allclose(
            found, np.broadcast_to(right, found.shape), rtol=1e-11, atol=1e-13, err_msg=name
        )


def test_every_worker_follows_the_formulas(state, workers):
    seats, at = Seats(state.octets), workers["seat"]
    status = seats.column("status", at)
    assert (status & 1).all()
    np.testing.assert_array_equal((status >> 1) & 1, workers["woman"])
    np.testing.assert_array_equal(status >> 2, workers["age"])
    np.testing.assert_array_equal(seats.column("tenure", at), workers["tenure"])
    step = 2.0**-20  # one step of the grid, and the rounding of single precision before it
    np.testing.assert_allclose(seats.column("skill", at), workers["skill"], rtol=0.0, atol=0.7 * step)
    np.testing.assert_allclose(
        seats.column("engagement", at), workers["engagement"], rtol=0.0, atol=0.7 * step
    )
    by_enterprise = np.bincount(workers["owner"], workers["woman"])
    np.testing.assert_array_equal(state.enterprises["women"], by_enterprise)


def test_skill_and_engagement_are_on_the_grid_and_other_seats_empty(state, workers):
    seats = Seats(state.octets)
    assert len(seats) == state.enterprises["seats"].sum(dtype=np.int64)
    for name in ("skill", "engagement"):
        steps = seats.column(name).astype(np.float64) * 2**20
        np.testing.assert_array_equal(steps, np.rint(steps))
    empty = np.ones(len(seats), bool)
    empty[workers["seat"]] = False
    for name in ("skill", "engagement", "person"):
        assert not state.octets[name].reshape(-1)[empty].any(), name
    for name in ("attended", "away"):
        assert not seats.column(name).any(), name


def test_rosters_are_whole_octets_with_room_for_growth():
    employees = np.arange(1, 1_000, dtype=np.int32)
    first = lay_out(employees)
    seats = OCTET_SEATS * np.diff(first)
    assert first[0] == 0
    assert (seats >= 1.25 * employees + 2).all()
    assert (seats < 1.25 * employees + 3 + OCTET_SEATS).all()


def test_threads_do_not_matter(population):
    assert OCTET_SEATS * lay_out(population.employees)[-1] > 100_000  # enough for several threads
    made = []
    for number in (1, None):
        use_threads(number)
        made.append(initial_state(population, parameter_record(), SEED))
    first, last = made[0], made[-1]
    for name in ("enterprises", "octets", "regions", "sectors"):
        assert getattr(first, name).tobytes() == getattr(last, name).tobytes(), name


def test_other_parameters_find_the_same_enterprises_and_workers(population):
    one, other = (initial_state(population, parameter_record(x), SEED) for x in ({}, OTHER))
    for name in ("sector", "region", "employees", "first_seat", "ability", "hours", "piece_rate", "credit"):
        np.testing.assert_array_equal(one.enterprises[name], other.enterprises[name], err_msg=name)
    order = np.argsort(one.enterprises["defect_scale"])
    assert (np.diff(other.enterprises["defect_scale"][order]) >= 0.0).all()
    first, second = Seats(one.octets), Seats(other.octets)
    taken = first.taken()
    np.testing.assert_array_equal(taken, second.taken())
    assert not ((first.column("status") & 2) > (second.column("status") & 2)).any()  # only more women
    np.testing.assert_array_equal(first.column("status") >> 2, second.column("status") >> 2)
    assert (first.column("tenure") >= second.column("tenure")).all()  # more quit


def test_seeds_find_other_enterprises(population):
    one, other = (initial_state(population, parameter_record(), seed).enterprises for seed in (1, 2))
    for name in ("ability", "shock", "defect_scale", "credit", "buyer_pressure"):
        assert abs(np.corrcoef(one[name], other[name])[0, 1]) < 4.5 / np.sqrt(len(one)), name


# As a distribution


def test_standard_draws_are_normal_and_come_in_independent_pairs():
    x, y = normals(bits(1, draws.START_OUTLOOK, np.arange(200_000)))
    for values in (x, y, (x + y) / np.sqrt(2.0), (x - y) / np.sqrt(2.0)):
        assert_normal(values)
    assert stats.kstest(x**2 + y**2, "chi2", args=(2,)).pvalue > LEVEL
    assert stats.kstest(np.arctan2(y, x) / (2.0 * np.pi) + 0.5, "uniform").pvalue > LEVEL
    assert stats.binomtest(int((np.abs(x) > 4.0).sum()), len(x), 2.0 * stats.norm.sf(4.0)).pvalue > LEVEL


@pytest.fixture(scope="module")
def plain(population):
    """Enterprises whose practices are so alike that none is cut off at the limits of its share."""
    changed = {f"practice_mean.{module}": 0.5 for module in MODULES}
    record = parameter_record({**changed, "practice_spread": 0.08, "practice_drift": 0.001})
    return record[0], initial_state(population, record, SEED)


def assert_normal(values):
    assert stats.kstest(values, "norm").pvalue > LEVEL


def test_character_is_distributed_as_described(plain):
    p, state = plain
    e = state.enterprises
    assert_normal(e["ability"])
    inside = (e["hours"] > 30.0) & (e["hours"] < 70.0)
    assert_normal(((e["hours"] - p["hours_usual"]) / p["hours_spread"])[inside])
    assert stats.binomtest(int(e["piece_rate"].sum()), len(e), p["piece_rate_share"]).pvalue > LEVEL
    evenly = {
        "pressure of buyers": e["buyer_pressure"] / (2.0 * p["buyer_pressure"]),
        "credit": e["credit"] / (2.0 * p["credit_months"]),
        "cash": (e["cash"] / (p["cash_months"] * e["wage_bill_at_start"]) - 0.4) / 0.6,
    }
    assert 2.0 * p["buyer_pressure"] <= 1.0
    for name, values in evenly.items():
        assert stats.kstest(values, "uniform").pvalue > LEVEL, name


def test_practices_share_a_common_factor_and_start_at_their_stationary_spread(plain):
    p, state = plain
    lasting, usual = state.enterprises["lasting"], state.enterprises["usual"]
    for k in range(len(MODULES)):
        assert_normal((lasting[:, k] - 0.5) / p["practice_spread"])
        monthly = p["practice_drift"] * 4.0 * lasting[:, k] * (1.0 - lasting[:, k])
        stationary = monthly / np.sqrt(1.0 - (1.0 - p["practice_reversion"]) ** 2)
        assert_normal((usual[:, k] - lasting[:, k]) / stationary)
    shared = np.corrcoef(lasting.T)[~np.eye(len(MODULES), dtype=bool)]
    assert np.abs(shared - p["practice_common"]).max() < 4.5 / np.sqrt(len(lasting))


def test_productivity_has_its_spread_and_its_mean(plain):
    p, state = plain
    e = state.enterprises
    level = e["level"] - p["productivity_size"] * np.log(e["employees"] / 150.0)
    spread = p["productivity_level_spread"]
    assert_normal((level + spread**2 / 2.0) / spread)
    error = np.exp(level).std() / np.sqrt(len(e))
    assert abs(np.exp(level).mean() - 1.0) < 4.0 * error
    by_practice = np.corrcoef(level, e["lasting"].mean(axis=1))[0, 1]
    explained = p["productivity_practice"] * e["lasting"].mean(axis=1).std() / spread
    assert by_practice == pytest.approx(explained, abs=4.5 / np.sqrt(len(e)))
    stationary = p["productivity_shock"] / np.sqrt(1.0 - p["productivity_persistence"] ** 2)
    assert_normal(e["shock"] / stationary)
    assert_normal((np.log(e["defect_scale"]) + p["defect_spread"] ** 2 / 2.0) / p["defect_spread"])


def test_wages_are_right_on_average_and_affordable(plain):
    p, state = plain
    e = state.enterprises
    assert (e["wage"] * (1.0 + p["social_insurance"]) <= 0.75 * e["value_per_worker"] * (1.0 + 1e-12)).all()
    assert (e["other_cost"] >= 0.05 * e["output"] * (1.0 - 1e-9)).all()
    earned = e["output"] - e["wage_bill_at_start"] - e["other_cost"]
    np.testing.assert_allclose(earned, e["margin"] * e["output"], rtol=1e-9, atol=1e-6)


def test_beliefs_tell_as_much_of_the_potential_as_they_should(plain):
    p, state = plain
    belief = np.log(state.enterprises["belief"] / p["belief_start"]) / p["belief_spread"]
    fields = {name: state.enterprises[name] for name in ("lasting", "ability")}
    assert_normal(potential(fields, p))
    assert_normal(belief)
    told = np.corrcoef(belief, potential(fields, p))[0, 1]
    assert told == pytest.approx(p["belief_truth"], abs=4.5 / np.sqrt(len(belief)))


def test_workers_are_distributed_as_described(plain, population):
    p, state = plain
    seats = Seats(state.octets)
    taken = np.flatnonzero(seats.taken())
    owner = np.searchsorted(state.enterprises["first_seat"], taken, side="right") - 1
    entrant = population.entry_month[owner] > 0
    status, tenure = seats.column("status", taken), seats.column("tenure", taken)
    assert stats.binomtest(int((status & 2 > 0).sum()), len(taken), p["female_share"]).pvalue > LEVEL
    ages = np.bincount(status >> 2, minlength=3)
    assert stats.chisquare(ages, len(taken) * np.array(AGE_SHARES)).pvalue > LEVEL
    assert not tenure[entrant].any()
    share = np.diff(tenure_distribution(p), prepend=0.0)
    edges = np.flatnonzero(np.diff(np.floor(np.cumsum(share) * 50.0), prepend=0.0))
    found = np.add.reduceat(np.bincount(tenure[~entrant], minlength=len(share)), np.append(0, edges[:-1] + 1))
    wanted = np.add.reduceat(share, np.append(0, edges[:-1] + 1)) * (~entrant).sum()
    assert stats.chisquare(found, wanted).pvalue > LEVEL
    skill = seats.column("skill", taken)[entrant].astype(np.float64)
    assert stats.kstest((skill - p["skill_new"]) / 0.2 + 0.5, "uniform").pvalue > LEVEL


def test_what_is_drawn_is_unrelated(population):
    """Draws of one enterprise, of neighbours, and of its workers."""
    seed, everyone = start_seed(SEED), np.arange(population.n)
    decisions = (draws.START_CHARACTER, draws.START_OUTLOOK, draws.START_PRODUCTIVITY, draws.START_ECONOMY)
    columns = [column for decision in decisions for column in normals(bits(seed, decision, everyone))]
    for k in range(len(MODULES)):
        columns += normals(bits(seed, draws.START_MODULE, len(MODULES) * everyone + k))
    columns += [np.roll(columns[0], 1), np.roll(columns[-1], 1)]
    for decision in (draws.START_CONDITIONS, draws.START_RESERVES, draws.START_WORKER, draws.START_SKILL):
        columns.append((bits(seed, decision, everyone) >> np.uint64(40)).astype(np.float64))
    correlation = np.corrcoef(columns)
    np.fill_diagonal(correlation, 0.0)
    assert np.abs(correlation).max() < 4.5 / np.sqrt(population.n)


# Regions, and the state's place in a world


def test_regions_add_up_the_enterprises_that_are_there(state, population, parameters):
    p, e = parameters[0], state.enterprises
    for r, region in enumerate(state.regions):
        mine = e[(e["region"] == r) & (e["alive"] == 1)]
        if not len(mine):
            assert region["workers_at_start"] == 0.0
            continue
        heads = mine["weight"] * mine["employees"]
        paid = 1.0 + p["wage_skill"] * (0.959 - 1.0)
        assert region["workers_at_start"] == pytest.approx(heads.sum())
        assert region["mean_wage"] == pytest.approx(paid * np.average(mine["wage"], weights=heads))
        vacant = mine["weight"] @ (mine["desired"] - mine["employees"])
        assert region["vacancies_at_start"] == pytest.approx(vacant)
        median = median_by_sorting(mine["wage"], heads)
        assert region["low_pay"] == pytest.approx(2.0 / 3.0 * paid * median)


def median_by_sorting(values, weights):
    order = np.argsort(values)
    share = np.cumsum(weights[order])
    return values[order][np.searchsorted(share, share[-1] / 2.0)]


@pytest.mark.parametrize("n", [1, 2, 3, 100, 1_000, 250_000])
def test_weighted_medians_are_exact(n):
    random = np.random.default_rng(n)
    groups = random.choice([0, 1, 3], n)
    for values in (random.lognormal(size=n), np.full(n, 3.0), random.integers(0, 3, n).astype(float)):
        weights = random.integers(0, 5, n).astype(float)
        found = weighted_medians(values, weights, groups, 4)
        for g in range(4):
            mine = groups == g
            right = median_by_sorting(values[mine], weights[mine]) if weights[mine].any() else np.nan
            np.testing.assert_equal(found[g], right)


def test_runs_side_by_side_hold_the_same_state_as_alone():
    scenario = small_scenario(12)
    panel = np.arange(small_population().n) % 3 == 0
    runs = [small_run(scenario, population_seed=1, panel=panel), small_run(scenario, population_seed=2)]
    together = build_world(runs)
    for record, run, start in zip(together.runs, runs, together.panel_start[:-1], strict=True):
        alone = build_world([run])
        first, n = int(record["first_enterprise"]), int(record["enterprises"])
        mine = np.array(together.enterprises[first : first + n])
        mine["first_seat"] -= record["first_seat"]
        mine["cluster"] -= record["first_cluster"]
        mine["panel_row"][mine["panel_row"] >= 0] -= start
        np.testing.assert_array_equal(mine, np.asarray(alone.enterprises))
        octet, octets = int(record["first_seat"]) // OCTET_SEATS, int(record["seats"]) // OCTET_SEATS
        assert together.octets[octet : octet + octets].tobytes() == alone.octets.tobytes()
        blocks = together.blocks[record["first_block"] : record["first_block"] + record["blocks"]]
        np.testing.assert_array_equal(blocks["start"] - first, alone.blocks["start"])
        order = together.order[record["first_order"] : record["first_order"] + record["eligible"]]
        np.testing.assert_array_equal(order - first, alone.order)


def test_the_order_of_enrolment_is_shared_by_scenarios():
    """All eligible ones, each once, at random; fewer eligible ones keep their order; seeds differ."""
    everybody = np.ones(small_population().n, np.bool_)
    some = everybody.copy()
    some[::3] = False
    scenario = small_scenario(12)
    whole, part = (build_world([small_run(scenario, eligible=x)]).order for x in (everybody, some))
    np.testing.assert_array_equal(np.sort(whole), np.arange(len(everybody)))
    np.testing.assert_array_equal(whole[some[whole]], part)
    assert abs(stats.spearmanr(whole, np.arange(len(whole))).statistic) < 4.5 / np.sqrt(len(whole))
    other = build_world([small_run(scenario, eligible=everybody, event_seed=12)]).order
    assert (whole != other).any()


def test_blocks_are_whole_clusters_of_one_sector_and_region(population):
    world = build_world([small_run(small_scenario(1), population=population)])
    blocks = world.blocks
    np.testing.assert_array_equal(blocks["start"][1:], blocks["stop"][:-1])
    assert blocks["start"][0] == 0
    assert blocks["stop"][-1] == population.n
    for name in ("sector", "region"):
        of_block = np.repeat(blocks[name], blocks["stop"] - blocks["start"])
        np.testing.assert_array_equal(of_block, getattr(population, name))
    border = blocks["start"][1:]
    assert (population.cluster[border] != population.cluster[border - 1]).all()


@pytest.mark.slow
def test_plain_python_gives_the_same_bytes():
    """Without compilation, as the mutants run; a few hundred enterprises."""
    code = (
        "from hashlib import sha256; from simulation.initial import initial_state;"
        "from simulation.parameters import parameter_record;"
        "from tests.simulation.small_runs import small_population;"
        "s = initial_state(small_population(), parameter_record(), 7);"
        "print(sha256(s.enterprises.tobytes() + s.octets.tobytes()).hexdigest())"
    )
    root = Path(__file__).parents[2]
    found = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "NUMBA_DISABLE_JIT": disabled, "PYTHONPATH": str(root)},
            cwd=root, capture_output=True, text=True, check=True,
        ).stdout
        for disabled in ("0", "1")
    ]  # fmt: skip
    assert found[0] == found[1]
