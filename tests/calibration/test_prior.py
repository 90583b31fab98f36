"""Prior draws: deterministic, evenly spread, true to each prior; a scenario's overrides hold."""

import numpy as np
import pytest

from calibration.prior import prior_draws, record_of
from simulation.parameters import FREE, PARAMETERS


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
        record = record_of(draw, {"quit_rate": 0.04})[0]
        assert record["quit_rate"] == 0.04
        assert record["hire_rate"] == pytest.approx(draw["hire_rate"])
