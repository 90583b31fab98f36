"""Weights instead of a fit: uniform where nothing is told, the analytic posterior where it is known."""

import numpy as np
import pytest

from calibration.reweighting import reweighted
from tests.calibration.made_up import SLOPES, analytic_posterior, linear_model, points

PUBLISHED = np.array([2.6, 2.3, 1.8, 2.4])


def test_huge_errors_weigh_all_draws_alike():
    z = points(400, 4, seed=1)
    found = reweighted(linear_model(z), PUBLISHED, np.full(4, 1e12))
    assert found.weights == pytest.approx(1.0 / 400)
    assert found.effective == pytest.approx(400.0)
    assert sorted(found.chosen(400, seed=1)) == list(range(400))


def test_a_sharp_project_gives_the_analytic_posterior():
    z, variance = points(40_000, 4, seed=2), np.array([0.5, 0.4, 0.5, 0.6]) ** 2
    found = reweighted(linear_model(z), PUBLISHED, variance)
    mean, covariance = analytic_posterior(PUBLISHED, variance)
    error = np.sqrt(np.diag(covariance) / found.effective)
    assert found.effective > 1_000
    assert (np.abs(found.mean(z) - mean) < 4.0 * error).all()
    spread = z[found.chosen(40_000, seed=3)].var(axis=0)
    assert spread == pytest.approx(np.diag(covariance), rel=0.15)
    assert z[found.chosen(40_000, seed=3)].mean(axis=0) == pytest.approx(found.mean(z), abs=0.01)


def test_one_after_the_other_is_both_at_once():
    """Weighting draws that were weighted before: independent evidence adds up."""
    z = points(60_000, 4, seed=4)
    y, variance = linear_model(z), np.full(4, 0.64)
    both = reweighted(y, PUBLISHED, variance)
    first = reweighted(y[:, :2], PUBLISHED[:2], variance[:2])
    kept = first.chosen(60_000, seed=5)
    second = reweighted(y[kept, 2:], PUBLISHED[2:], variance[2:])
    assert second.mean(z[kept]) == pytest.approx(both.mean(z), abs=0.03)
    assert SLOPES.shape == (4, 4)


def test_data_far_from_all_draws_leave_few_and_say_so():
    z = points(500, 4, seed=1)
    found = reweighted(linear_model(z), np.full(4, 8.0), np.full(4, 0.01))
    assert found.effective < 5
    assert not found.suffices


def test_a_failed_run_has_no_weight():
    z = points(500, 4, seed=1)
    y = linear_model(z)
    y[3, 2] = np.nan
    found = reweighted(y, PUBLISHED, np.ones(4))
    assert found.weights[3] == 0.0
    assert 3 not in found.chosen(500, seed=1)
    rest = np.arange(500) != 3
    assert found.weights[rest] == pytest.approx(reweighted(y[rest], PUBLISHED, np.ones(4)).weights)
    assert np.isfinite(found.mean(y)).all()
    with pytest.raises(ValueError, match="no draw"):
        reweighted(np.full((5, 4), np.nan), PUBLISHED, np.ones(4))
