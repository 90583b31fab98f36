"""The counterfactual is the scenarios' own world without their programme."""

import pytest

from scenarios.arms import check_arms, counterfactual
from simulation.inputs import InputError
from simulation.programme import Programme, Scenario

NOTHING = Scenario(name="no_programme", months=120)


def scenario(name: str, **fields) -> Scenario:
    return Scenario(name=name, programme=Programme(), **fields)


def test_it_takes_months_population_and_parameters_from_the_scenario():
    one = scenario("one", months=36, start_month=4, parameters={"quit_rate": 0.03})
    world = counterfactual(NOTHING, [one])
    assert world.programme is None
    assert (world.name, world.months, world.start_month) == ("no_programme", 36, 4)
    assert world.parameters == {"quit_rate": 0.03}


def test_two_worlds_have_no_common_counterfactual():
    several = [scenario("one", parameters={"quit_rate": 0.03}), scenario("two")]
    with pytest.raises(InputError, match=r"two: parameters\.quit_rate"):
        counterfactual(NOTHING, several)


def test_it_takes_the_prices_and_the_calendar_of_the_scenario():
    past = {"start_year": 2009, "price_year": 2015, "price_level": 0.9, "wage_level": 0.7}
    world = counterfactual(NOTHING, [scenario("one", **past)])
    assert {name: getattr(world, name) for name in past} == past
    check_arms(world, [scenario("one", **past)], 4)


def test_arms_of_different_prices_are_refused():
    one = scenario("one", price_year=2015, price_level=0.9, wage_level=0.7)
    with pytest.raises(InputError, match=r"other: price_year = 2023: differs from the baseline's 2015"):
        check_arms(counterfactual(NOTHING, [one]), [one, scenario("other")], 4)


def test_costs_may_differ():
    several = [scenario("one", parameters={"trainer_day_cost": 9000.0}), scenario("two")]
    assert counterfactual(NOTHING, several).programme is None


def test_a_baseline_of_ones_own_stays_as_it_is():
    own = scenario("own", months=60)
    assert counterfactual(own, [scenario("one", months=36)]) is own
