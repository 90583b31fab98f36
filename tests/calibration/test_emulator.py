"""Emulator: exact where it can be, honest about its error where it cannot; failed runs are counted."""

import numpy as np
import pytest

from calibration.basis import Basis
from calibration.emulator import active_parameters, fit_emulator, fit_response
from tests.calibration.made_up import curved_model, points


def quadratic(z):
    return np.stack([1.0 + z[:, 0] - 0.5 * z[:, 3] ** 2 + 0.7 * z[:, 0] * z[:, 3], 3.0 * z[:, 5]], axis=1)


def test_hermite_terms_are_uncorrelated_with_variance_one_under_the_prior():
    terms = Basis.of([0, 2]).features(points(200_000, 3, seed=1))
    assert terms.mean(axis=1) == pytest.approx(0.0, abs=0.02)
    assert np.cov(terms) == pytest.approx(np.eye(7), abs=0.08)


def test_a_quadratic_is_recovered_exactly():
    z = points(200, 8, seed=2)
    emulator = fit_emulator(z, quadratic(z), ["curved", "linear"])
    new = points(50, 8, seed=3) * 0.8
    assert emulator.mean(new) == pytest.approx(quadratic(new), abs=1e-4)
    assert emulator.accuracy.r2 == pytest.approx(1.0, abs=1e-6)


def test_variance_explained_is_that_of_sobol():
    z = points(400, 8, seed=2)
    explained = fit_emulator(z, quadratic(z), ["curved", "linear"]).variance_explained()
    expected = np.zeros((8, 2))
    expected[0, 0], expected[3, 0], expected[5, 1] = 1.0 + 0.49, 2.0 * 0.25 + 0.49, 9.0
    assert explained == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("noise", [0.2, 1.0])
def test_the_error_stated_is_that_of_new_points(noise):
    rng = np.random.default_rng(4)
    z, new = points(500, 6, seed=5), points(2000, 6, seed=6)
    y = curved_model(z) + noise * rng.standard_normal((500, 3))
    emulator = fit_emulator(z, y, list("abc"))
    seen = emulator.accuracy_at(new, curved_model(new) + noise * rng.standard_normal((2000, 3)))
    assert emulator.accuracy.error == pytest.approx(seen.error, rel=0.12)
    assert emulator.accuracy.r2 == pytest.approx(seen.r2, abs=0.15)
    assert (emulator.accuracy.error > 0.95 * noise).all()
    assert np.abs(seen.bias).max() < 0.1


def test_pure_noise_has_no_r2_and_its_error_is_its_standard_deviation():
    y = np.random.default_rng(7).standard_normal((400, 10))
    accuracy = fit_emulator(points(400, 20, seed=8), y, [str(k) for k in range(10)]).accuracy
    assert accuracy.r2.max() < 0.02
    assert accuracy.error == pytest.approx(y.std(axis=0), rel=0.1)


def test_misfit_is_what_is_left_of_the_error_without_the_chance_in_the_responses():
    rng = np.random.default_rng(9)
    z = points(2000, 6, seed=10)
    clean = fit_emulator(z, curved_model(z), list("abc")).accuracy.error
    noisy = fit_emulator(z, curved_model(z) + 0.1 * rng.standard_normal((2000, 3)), list("abc"))
    assert noisy.accuracy.misfit(np.full(3, 0.1)) == pytest.approx(clean, abs=0.04)
    assert (noisy.accuracy.misfit(np.full(3, 1.0)) == 0.0).all()


def test_active_parameters_are_found_by_powers_and_by_products_and_few_others():
    z = points(1000, 40, seed=11)
    y = z[:, 4] + 0.3 * z[:, 9] ** 2 + 0.4 * z[:, 20] * z[:, 30]
    active = active_parameters(z, y + 0.5 * np.random.default_rng(12).standard_normal(1000))
    assert {4, 9, 20, 30} <= set(active.tolist())
    assert len(active) <= 10
    assert active[0] == 4


def test_beyond_the_bank_a_parameter_counts_as_at_its_end():
    z = points(200, 8, seed=2)
    emulator = fit_emulator(z, quadratic(z), ["curved", "linear"])
    end, beyond = np.zeros((2, 1, 8))
    end[0, 5], beyond[0, 5] = z[:, 5].max(), 40.0
    assert emulator.mean(beyond) == pytest.approx(emulator.mean(end))
    assert emulator.outside(beyond).all()
    assert not emulator.outside(end).any()
    inert = np.zeros((1, 8))
    inert[0, 7] = 40.0
    assert not emulator.outside(inert).any()


def test_failed_runs_are_left_out_and_counted():
    z = points(400, 8, seed=13)
    y = quadratic(z)
    y[::10, 0], y[5, 1] = np.nan, np.inf
    emulator = fit_emulator(z, y, ["curved", "linear"])
    assert emulator.failed.tolist() == [40, 1]
    assert emulator.runs.tolist() == [360, 399]
    new = points(50, 8, seed=3) * 0.8
    assert emulator.mean(new) == pytest.approx(quadratic(new), abs=1e-4)


def test_too_few_runs_are_refused_with_the_targets_name():
    z = points(400, 8, seed=13)
    y = quadratic(z)
    y[30:, 1] = np.nan
    with pytest.raises(ValueError, match=r"target linear: 30 of 400 runs .* need 32"):
        fit_emulator(z, y, ["curved", "linear"])
    with pytest.raises(ValueError, match="not a number"):
        fit_emulator(np.where(z > 3.0, np.nan, z), quadratic(z), ["curved", "linear"])
    with pytest.raises(ValueError, match="do not belong together"):
        fit_emulator(z[:300], quadratic(z), ["curved", "linear"])


def test_a_response_that_never_varies_is_its_value():
    z = points(100, 3, seed=14)
    response = fit_response(z, np.full(100, 0.25))
    assert response.mean(z).tolist() == [0.25] * 100
    assert np.isnan(fit_emulator(z, np.full((100, 1), 0.25), ["still"]).accuracy.r2).all()


def test_slopes_are_those_of_the_response():
    z = points(200, 8, seed=2)
    emulator = fit_emulator(z, quadratic(z), ["curved", "linear"])
    at = np.array([[0.5 if i in (0, 3) else 0.0 for i in emulator.active]])
    slopes = dict(zip(emulator.active.tolist(), emulator.slopes(at)[0], strict=True))
    assert slopes[0] == pytest.approx([1.35, 0.0], abs=1e-3)
    assert slopes[3] == pytest.approx([-0.15, 0.0], abs=1e-3)
    assert slopes[5] == pytest.approx([0.0, 3.0], abs=1e-3)
