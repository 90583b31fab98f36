"""The training market, engine against reference: demand, classes, trainers and providers, month by month."""

import numpy as np
import pytest

from simulation.state import BY_PEERS, LEFT
from simulation.world import build_world
from tests.reference.agreement import FREE_RUNNING, Agreement, free_running, month_by_month
from tests.reference.market_cases import (
    BUSY,
    CASES,
    CLOSES,
    COURSES,
    DOUBLE,
    GROUP,
    KEEN,
    NO_COURSES,
    RESTLESS,
    entered,
)
from tests.reference.model import ReferenceModel
from tests.reference.worlds import MARKET, prior_draw, small_run, small_world

FAST = (
    "all channels, courses and steps of the subsidy",
    "a budget that binds, and courses that lapse",
    "providers selected by quality",
    "counselling by group",
    "enterprises that stand for ten, in classes of several trainers",
)
"""Cases that every run of the tests makes; the others are slow ones."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in FAST else pytest.mark.slow) for name in CASES]
)
def test_the_market_month_by_month(agrees, name):
    case = CASES[name]
    world = case.world()
    agrees(month_by_month(world, case.months))
    assert case.bites(world)


@pytest.mark.parametrize("draw", range(1))
def test_parameters_drawn_from_their_priors(agrees, draw):
    world = small_world(MARKET, prior_draw(draw), months=9, seed=draw)
    agrees(month_by_month(world, 9))


def test_the_second_of_two_markets(agrees):
    world = build_world([small_run(MARKET, KEEN, months=8), small_run(GROUP, KEEN, months=8, seed=2)])
    agrees(month_by_month(world, 8, run=1))
    assert world.market[1].sum() > 0


def test_enterprises_of_different_weights_share_classes(agrees):
    world = small_world(DOUBLE, KEEN, months=9, weight=2.0)
    world.enterprises["weight"][world.order[::2]] = 9.0  # classes of 4, 11 or 18: of 1, 2 or 4 teachers
    agrees(month_by_month(world, 9))
    firms = world.enterprises
    in_class = [firms["weight"][firms["class_id"] == c] for c in np.unique(firms["class_id"]) if c > 0]
    assert max(len(np.unique(weights)) for weights in in_class) == 2
    assert firms["teachers"].max() > 1


def test_trainers_for_whom_there_is_no_room_cost_nothing(agrees):
    world = small_world(NO_COURSES | {"training_of_trainers": COURSES}, BUSY, months=8)
    world.runs["trainer_slots"] = room = int(world.starters[0].sum()) + 3
    agrees(month_by_month(world, 8))
    assert world.runs["trainers"][0] == room
    assert entered(world, "graduates") + entered(world, "growth_costs") / 20_000 == 3


@pytest.mark.slow
def test_two_years_of_the_market_each_on_its_own(agrees):
    world = small_world(MARKET, RESTLESS | {"provider_fixed_cost": 2_000.0}, months=24)
    agrees(free_running(world, 24))
    assert entered(world, "requests") > 50


def test_a_whole_market_in_one_call_ends_where_the_reference_ends(agrees):
    world = small_world(CLOSES, KEEN, months=12)
    reference = ReferenceModel(world)
    world.run()
    for _ in range(12):
        reference.step()
    agreement = Agreement(FREE_RUNNING)
    agreement.compare(world, reference)
    agrees(agreement)


def test_fast_cases_are_of_the_table():
    assert set(FAST) <= set(CASES)


# What happens between two months, and so must be counted month by month.


def test_the_cases_hold_stand_ins_and_queues_left_and_modules_given_up():
    stood_in = gave_up = left_queue = changed_queue = 0
    for name in (
        "trainers leave and providers stop",
        "one enterprise a class, a year of visits, trainers gone",
    ):
        case = CASES[name]
        world = case.world()
        for _ in range(case.months):
            before = world.enterprises.copy()
            world.step()
            now = world.enterprises
            alive = now["alive"] == 1
            taught = alive & (before["module"] >= 0) & (now["class_today"] == 0)
            stood_in += np.count_nonzero(taught & (now["trainer"] != before["trainer"]))
            finished = now["modules_done"] > before["modules_done"]
            gave_up += np.count_nonzero(taught & (now["module"] < 0) & ~finished)
            queued = alive & (before["waiting_since"] >= 0) & (now["class_today"] == 0)
            left_queue += np.count_nonzero(queued & (now["waiting_since"] < 0))
            still = queued & (now["waiting_since"] == before["waiting_since"])
            changed_queue += np.count_nonzero(still & (now["provider"] != before["provider"]))
    assert min(stood_in, gave_up, left_queue, changed_queue) > 0


def test_neighbours_tell_and_are_watched():
    world = small_world(MARKET, RESTLESS, months=12)
    world.run()
    firms = world.enterprises
    seen = world.clusters["results"][firms["cluster"]] > 0
    assert ((firms["channel"] == BY_PEERS) & (firms["informed_month"] > 0)).sum() > 10
    assert (seen & (firms["first_class_month"] < 0) & (firms["belief"] > 0)).sum() > 10


def one_month():
    world = small_world(MARKET, KEEN, months=3)
    world.step()
    reference = ReferenceModel(world)
    world.step()
    reference.step()
    return world, reference, Agreement(FREE_RUNNING)


def test_a_difference_of_the_market_counts():
    world, reference, agreement = one_month()
    reference.near.clear()
    world.trainers["stage"][1] = LEFT
    world.providers["price"][0] += 1.0
    world.market[0, 1, 0, 0] += 1.0
    agreement.compare(world, reference)
    assert [(difference.name, difference.owner) for difference in agreement.differences] == [
        ("stage of each", "trainer 1"),
        ("price of each", "provider 0"),
        ("market informed", None),
    ]


def test_a_near_draw_of_a_trainer_explains_its_own_differences_and_shared_ones():
    world, reference, agreement = one_month()
    reference.near[:] = [(1, "trainer 1")]
    world.trainers["stage"][1:3] = LEFT
    world.runs["trainers"][0] += 1
    agreement.compare(world, reference)
    assert {difference.owner for difference in agreement.explained} == {"trainer 1", None}
    assert {difference.owner for difference in agreement.differences} == {"trainer 2"}


# Slow


@pytest.mark.slow
@pytest.mark.parametrize("seed", [21, 22])
def test_five_years_of_a_larger_market_each_on_its_own(agrees, seed):
    world = small_world(MARKET, KEEN, months=60, enterprises=400, eligible=60, seed=seed)
    agrees(free_running(world, 60))


@pytest.mark.slow
@pytest.mark.parametrize("draw", range(200, 208))
def test_markets_under_many_draws_of_the_priors(agrees, draw):
    world = small_world(MARKET, prior_draw(draw), months=18, seed=draw, start_month=1 + draw % 12)
    agrees(month_by_month(world, 18))
