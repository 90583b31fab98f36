"""The compiled engine against the readable reference, agent by agent and month by month."""

import numpy as np
import pytest

from simulation import accounts as a
from simulation.state import NEVER
from simulation.world import build_world
from tests.reference.agreement import FREE_RUNNING, Agreement, free_running, month_by_month
from tests.reference.model import ReferenceModel
from tests.reference.worlds import VISITS, prior_draw, small_run, small_world

CLASS_ONLY = VISITS | {"delivery": {"enterprises_per_class": 3, "visits": 0}}
EVENTFUL = {"closure_rate": 0.4, "injury_rate": 200.0, "quit_rate": 0.04}


def total(world, account):
    return world.sums[:, :, 0, account].sum()


def test_without_a_programme_over_two_new_years(agrees):
    world = small_world(months=15, start_month=12)
    agrees(month_by_month(world, 15))
    quits = world.sums[0, :, 0, a.QUITS]
    assert quits[2] > 2 * quits[4]  # February came, 14 months before the last one
    assert total(world, a.EXITS) > 0
    assert total(world, a.ENTRIES) > 0
    assert total(world, a.CLASSES_ATTENDED) == 0


def test_classes_visits_modules_and_reports_of_a_pilot(agrees):
    world = small_world(VISITS, months=20)
    agrees(month_by_month(world, 20))
    firms = world.enterprises
    assert total(world, a.ENTERPRISES_REACHED) > 20
    assert firms["modules_done"].max() >= 3
    assert firms["class_id"].max() > 10
    assert total(world, a.WORKERS_REACHED) > total(world, a.WORKERS_REACHED_WOMEN) > 0
    assert firms["reports"].sum() > 0
    assert np.count_nonzero(firms["endline_report"][:, 0]) > firms["reports"].sum()
    assert world.regions["trained"].max() > 0
    assert (
        (world.enterprises["gain"].max(axis=1) > 0) & (firms["class_id"] < 0)
    ).any()  # spread to neighbours


SCARCE_BUDGET = VISITS | {"budget": 300_000.0}
FEW_TRAINERS = VISITS | {"trainers": 4.0}
CLOSES_EARLY = VISITS | {"closing_month": 3, "continuation": 1.0}
GAP_FIRST = VISITS | {"order": "largest_gap", "obligatory_first": False}
GAP_FIRST |= {"modules": ["human_resources", "quality", "cooperation", "safety"]}
GAP_FIRST |= {
    "delivery": {"enterprises_per_class": 1, "visits": 5, "visit_months": 2, "trainer_quality": 0.9}
}
MONEY = VISITS | {"credit_line": 3.0, "buyer_share": 0.3}
MONEY |= {"subsidy": [{"from_month": 0, "share": 0.8}, {"from_month": 3, "share": 0.25}]}
SPREADING = {"spread_cluster": 0.3, "spread_class": 0.4, "complementarity": 2.0, "erosion_attention": 0.1}
SPREADING |= {"manager_quit_rate": 1.0, "peer_learning": 2.0, "pool_return": 0.3}
PIECE_RATES = {"piece_rate_share": 1.0, "gate_strength": 0.9}
NEVER_SPREADING = {"spread_cluster": 0.0, "spread_class": 0.0, "complementarity": -2.0, "practice_drift": 0.0}


@pytest.mark.parametrize(
    ("programme", "parameters"),
    [
        pytest.param(CLASS_ONLY, {}, id="class only"),
        pytest.param(GAP_FIRST, {}, id="largest gap, in company, five visits in two months"),
        pytest.param(SCARCE_BUDGET, {}, id="a budget that binds", marks=pytest.mark.slow),
        pytest.param(
            FEW_TRAINERS, {"trainer_days": 3.0}, id="few trainers with few days", marks=pytest.mark.slow
        ),
        pytest.param(CLOSES_EARLY, {}, id="modules after closing", marks=pytest.mark.slow),
        pytest.param(
            MONEY, PIECE_RATES, id="subsidy steps, buyers, credit line, piece rates", marks=pytest.mark.slow
        ),
        pytest.param(VISITS, SPREADING, id="complementarity and fast spread", marks=pytest.mark.slow),
        pytest.param(VISITS, NEVER_SPREADING, id="substitutes and no spread", marks=pytest.mark.slow),
        pytest.param(VISITS, EVENTFUL, id="closures, injuries and quits"),
    ],
)
def test_month_by_month(agrees, programme, parameters):
    world = small_world(programme, parameters, months=10, start_month=9)
    agrees(month_by_month(world, 10))
    assert total(world, a.CLASSES_ATTENDED) > 5


@pytest.mark.parametrize("draw", range(2))
def test_parameters_drawn_from_their_priors(agrees, draw):
    world = small_world(VISITS, prior_draw(draw), months=7, seed=draw)
    agrees(month_by_month(world, 7))


def test_the_second_of_two_runs_and_enterprises_that_stand_for_many(agrees):
    national = VISITS | {"enterprises_per_month": 400_000.0, "trainers": 500.0, "target": {}}
    runs = [small_run(VISITS, months=8), small_run(national, EVENTFUL, months=8, everybody=True, seed=2)]
    world = build_world(runs)
    agrees(month_by_month(world, 8, run=1))
    weights = world.enterprises["weight"][world.enterprises["enrolled_month"] != NEVER]
    assert weights.max() > 1_000


@pytest.mark.slow
def test_two_years_each_on_its_own(agrees):
    world = small_world(VISITS, EVENTFUL | SPREADING, months=24)
    agrees(free_running(world, 24))
    assert total(world, a.EXITS) > 0


def test_a_whole_run_in_one_call_ends_where_the_reference_ends(agrees):
    world = small_world(CLASS_ONLY, months=12, start_month=6)
    reference = ReferenceModel(world)
    world.run()
    for _ in range(12):
        reference.step()
    agreement = Agreement(FREE_RUNNING)
    agreement.compare(world, reference)
    agrees(agreement)


# The cases above would prove little if scarcity, closing and the like did not bite.


def test_the_cases_are_what_they_are_called():
    def after(programme, parameters=None, months=10):
        world = small_world(programme, parameters, months=10, start_month=9)
        for _ in range(months):
            world.step()
        return world

    plenty = after(VISITS)
    assert plenty.runs["budget_left"][0] > 1e9
    assert after(SCARCE_BUDGET).runs["budget_left"][0] < 14_000
    few = after(FEW_TRAINERS, {"trainer_days": 3.0})
    assert few.runs["queue"][0] > plenty.runs["queue"][0] + 10
    late = after(CLOSES_EARLY).sums[0, 5:, 0, a.CLASSES_ATTENDED]
    assert late.sum() > 0
    assert total(after(MONEY), a.BUYER_PAYMENTS) > 0
    assert after(VISITS, PIECE_RATES).enterprises["gain"][:, 1].sum() < plenty.enterprises["gain"][:, 1].sum()
    assert len(np.unique(after(GAP_FIRST).enterprises["modules_begun"])) > 6


def one_month():
    world = small_world(VISITS, EVENTFUL, months=2)
    reference = ReferenceModel(world)
    world.step()
    reference.step()
    return world, reference, Agreement(FREE_RUNNING)


def test_a_difference_where_no_draw_is_near_counts():
    world, reference, agreement = one_month()
    reference.near.clear()
    world.enterprises["exit_month"][3] = 0
    seats = world.seats
    someone = np.flatnonzero(seats.taken())[:1]
    seats.put("skill", someone, seats.column("skill", someone) + 0.001)
    agreement.compare(world, reference)
    assert {difference.name for difference in agreement.differences} == {"exit_month", "skill"}


def test_a_draw_near_its_threshold_explains_its_enterprise_only_and_is_reported():
    world, reference, agreement = one_month()
    reference.near[:] = [(0, 3)]
    world.enterprises["exit_month"][3:5] = 0
    agreement.compare(world, reference)
    assert [difference.owner for difference in agreement.explained] == [3]
    assert [difference.owner for difference in agreement.differences] == [4]
    assert agreement.draws_near == 1


def test_near_draws_are_noted():
    _, reference, _ = one_month()
    reference.near.clear()
    firm = reference.firms[5]
    assert reference.happens(0.1, 0.1 + 9e-7, firm)
    assert not reference.happens(0.1, 0.1 - 9e-7, firm)
    assert not reference.happens(0.1, 0.1 - 2e-6, firm)
    assert reference.near == [(1, 5), (1, 5)]


# Slow


@pytest.mark.slow
@pytest.mark.parametrize("seed", [11, 12, 13])
def test_five_years_of_a_larger_population_each_on_its_own(agrees, seed):
    world = small_world(VISITS, EVENTFUL, months=60, enterprises=400, eligible=60, seed=seed)
    agrees(free_running(world, 60))


@pytest.mark.slow
@pytest.mark.parametrize("draw", range(100, 108))
def test_many_draws_of_the_priors_month_by_month(agrees, draw):
    world = small_world(VISITS, prior_draw(draw), months=18, seed=draw, start_month=1 + draw % 12)
    agrees(month_by_month(world, 18))
