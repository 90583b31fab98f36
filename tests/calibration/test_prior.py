"""Prior draws: deterministic, evenly spread, true to each prior; a scenario's overrides and year hold."""

import numpy as np
import pytest

from calibration.prior import prior_draws, record_of
from simulation.parameters import FREE, PARAMETER_RECORD, PARAMETERS, parameter_record
from simulation.programme import Scenario


def test_draws_repeat_with_the_seed_and_change_with_it():
    assert prior_draws(4, 7) == prior_draws(4, 7)
    assert prior_draws(4, 7) != prior_draws(4, 8)


def test_each_tenth_of_every_prior_is_drawn_once():
    draws = prior_draws(10, 1)
    for name in FREE:
        edges = PARAMETERS[name].quantile(np.linspace(0.0, 1.0, 11))
        tenth = np.searchsorted(edges[1:-1], [draw[name] for draw in draws], side="right")
        assert sorted(tenth) == list(range(10)), name


def test_an_override_is_fixed_at_its_value_whatever_is_drawn():
    for draw in prior_draws(3, 1):
        record = record_of(draw, Scenario(name="fixed", parameters={"quit_rate": 0.04}))[0]
        assert record["quit_rate"] == 0.04
        assert record["hire_rate"] == pytest.approx(draw["hire_rate"])


OF_2012 = {"name": "of 2012", "price_year": 2012, "price_level": 0.8, "wage_level": 0.4}


def test_money_of_2023_is_that_of_the_registry_and_of_the_draw():
    assert record_of({}, Scenario(name="plain")).tobytes() == parameter_record().tobytes()
    draw = prior_draws(1, 3)[0]
    assert record_of(draw, Scenario(name="plain")).tobytes() == parameter_record(draw).tobytes()


def test_money_is_brought_to_prices_and_wages_of_the_year_and_nothing_else_is_changed():
    record, plain = record_of({}, Scenario(**OF_2012))[0], parameter_record()[0]
    wages = {"wage_mean", "value_added_per_worker"}
    prices = {
        "change_cost", "trainer_day_cost", "overhead_per_module", "injury_social_cost", "carbon_price",
        "provider_fixed_cost", "course_cost", "campaign_cost", "dialogue_cost", "supervision_cost",
    }  # fmt: skip
    for name in PARAMETER_RECORD.names:
        factor = 0.4 if name in wages else 0.8 if name in prices else 1.0
        assert np.asarray(record[name]) == pytest.approx(factor * np.asarray(plain[name]), rel=1e-12), name


def test_drawn_money_is_scaled_and_given_money_is_not():
    drawn = {"trainer_day_cost": 5000.0, "wage_mean": 6000.0, "overhead_per_module": 7000.0}
    given = {"overhead_per_module": 3000.0, "value_added_per_worker": 90_000.0}
    record = record_of(drawn, Scenario(**OF_2012, parameters=given))[0]
    assert record["trainer_day_cost"] == pytest.approx(4000.0)
    assert record["wage_mean"] == pytest.approx(2400.0)
    assert record["overhead_per_module"] == 3000.0
    assert record["value_added_per_worker"] == 90_000.0


def test_money_far_below_that_of_2023_is_no_fault():
    scenario = Scenario(**OF_2012 | {"price_level": 0.01, "wage_level": 0.01})
    assert record_of({}, scenario)[0]["wage_mean"] == pytest.approx(PARAMETERS["wage_mean"].default / 100)
