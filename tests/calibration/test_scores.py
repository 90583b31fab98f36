"""Scores: two ways of reckoning agree, and the forecast that knows the truth's distribution scores best."""

import numpy as np
import pytest

from calibration.scores import crps_of_draws, crps_of_normal


def test_draws_and_formula_agree():
    rng = np.random.default_rng(1)
    mean, sd, came = np.array([0.0, 2.0, -1.0]), np.array([1.0, 0.3, 2.0]), np.array([0.5, 2.0, 4.0])
    draws = mean + sd * rng.standard_normal((40_000, 3))
    assert crps_of_draws(draws, came) == pytest.approx(crps_of_normal(mean, sd, came), rel=0.03)


def test_score_at_the_centre_of_a_normal_forecast():
    known = (np.sqrt(2.0) - 1.0) / np.sqrt(np.pi)  # Gneiting & Raftery 2007, equation 21
    assert crps_of_normal(np.zeros(1), np.ones(1), np.zeros(1)) == pytest.approx([known])


def test_a_forecast_without_spread_scores_the_distance():
    assert crps_of_normal(np.array([1.0]), np.zeros(1), np.array([3.5])).tolist() == [2.5]
    assert crps_of_draws(np.full((7, 1), 1.0), np.array([3.5])).tolist() == [2.5]


def test_few_draws_are_not_punished():
    rng = np.random.default_rng(2)
    few = crps_of_draws(rng.standard_normal((4, 100_000)), np.full(100_000, 0.7)).mean()
    assert few == pytest.approx(float(crps_of_normal(np.zeros(1), np.ones(1), np.array([0.7]))[0]), rel=0.01)


@pytest.mark.parametrize("sd", [0.5, 2.0])
def test_forecasts_too_sure_and_too_unsure_score_worse(sd):
    came = np.random.default_rng(3).standard_normal(20_000)
    right = crps_of_normal(np.zeros(1), np.ones(1), came).mean()
    assert crps_of_normal(np.zeros(1), np.full(1, sd), came).mean() > 1.04 * right
