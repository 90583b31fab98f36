"""Check of coverage: a right fit passes, wrong ones of several kinds do not."""

from dataclasses import replace

import numpy as np
import pytest

from calibration.coverage import ALPHA, RANKED, check_coverage, holm, uniform_p
from calibration.elliptical import Sampling
from calibration.likelihood import Evidence, errors_of
from calibration.posterior import sample
from tests.calibration.made_up import curved_model, emulated, linear_model, points, target

FITS = Sampling(chains=10, warm_up=6, draws=16, thin=1)
TRUTHS = 300


def errors(emulator, se=0.4):
    targets = [target(0.0, str(k), se=se, discrepancy=0.2) for k in range(len(emulator.constant))]
    return errors_of(targets, emulator.accuracy.error)


@pytest.fixture(scope="module")
def linear():
    emulator = emulated(linear_model)
    z = points(TRUTHS, 4, seed=21)
    return emulator, z, check_coverage(emulator, z, linear_model(z), errors(emulator), FITS, seed=22)


def test_a_right_fit_has_uniform_ranks_and_intervals_that_cover(linear):
    _, _, coverage = linear
    assert coverage.uniformity.min() > ALPHA
    shares, sure = coverage.share_inside()
    assert shares == pytest.approx([0.5, 0.9], abs=0.05)
    assert (np.abs(shares - [0.5, 0.9]) < 3.0 * sure).all()
    assert (sure < 0.025).all()
    assert coverage.rhat.max() < 1.2
    assert np.median(coverage.effective) > 100


def test_recovery_is_that_of_the_analytic_posterior(linear):
    emulator, _, coverage = linear
    slopes = emulator.slopes(np.zeros((1, 3)))[0]
    left = np.diag(np.linalg.inv(np.eye(3) + slopes @ slopes.T / (0.4**2 + 0.2**2)))
    assert coverage.contraction[:3] == pytest.approx(1.0 - left, abs=0.03)
    assert coverage.correlation[:3] == pytest.approx(np.sqrt(1.0 - left), abs=0.06)
    assert coverage.skill[:3] == pytest.approx(1.0 - np.sqrt(left), abs=0.06)


def test_what_nothing_informs_is_not_recovered(linear):
    _, _, coverage = linear
    assert 3 not in coverage.active
    assert coverage.contraction[3] == pytest.approx(0.0, abs=0.02)
    assert coverage.skill[3] == pytest.approx(0.0, abs=0.02)
    assert abs(coverage.correlation[3]) < 0.2


def test_emulator_error_counts_and_the_fit_of_a_curved_model_still_covers():
    rng = np.random.default_rng(23)
    z = points(TRUTHS, 6, seed=24)
    emulator = emulated(lambda z: curved_model(z) + 0.3 * rng.standard_normal((len(z), 3)), n=1000, d=6)
    y = curved_model(z) + 0.3 * rng.standard_normal((TRUTHS, 3))
    small = replace(errors(emulator, se=0.1), discrepancy=np.zeros(3))
    right = check_coverage(emulator, z, y, small, FITS, seed=25)
    assert right.uniformity.min() > ALPHA
    assert right.share_inside()[0] == pytest.approx([0.5, 0.9], abs=0.05)
    without = replace(small, emulator=np.full(3, 0.05))
    assert check_coverage(emulator, z, y, without, FITS, seed=25).uniformity.min() < 0.001


@pytest.mark.parametrize("times", [0.5, 2.0])
def test_a_fit_that_is_too_sure_or_not_sure_enough_is_noticed(times):
    """Data have the errors stated, the fit believes in errors ``times`` as large."""
    emulator = emulated(linear_model)
    z = points(TRUTHS, 4, seed=21)
    stated = errors(emulator)
    noise = np.sqrt(stated.variance) * np.random.default_rng(26).standard_normal((TRUTHS, 4))
    believed = replace(stated, published=1e-9 * stated.published, discrepancy=0.0 * stated.discrepancy)
    believed = replace(believed, emulator=times * np.sqrt(stated.variance))
    wrong = check_coverage(emulator, z, linear_model(z) + noise, believed, FITS, seed=27)
    assert wrong.uniformity.min() < 0.001
    shares, sure = wrong.share_inside()
    assert (np.sign(times - 1.0) * (shares - [0.5, 0.9]) > 3.0 * sure).all()


def test_a_posterior_that_ignores_the_data_is_noticed_by_its_likelihood_alone(monkeypatch):
    """Ranks of parameters are uniform for the prior too (Modrak et al. 2023)."""

    def prior(emulator, evidence, sampling, seed):
        shape = (len(evidence), sampling.chains, sampling.draws, emulator.dimension)
        yield np.random.default_rng(seed).standard_normal(shape)

    monkeypatch.setattr("calibration.coverage.sample_batches", prior)
    emulator = emulated(linear_model)
    z = points(TRUTHS, 4, seed=21)
    p = check_coverage(emulator, z, linear_model(z), errors(emulator), FITS, seed=28).uniformity
    assert p[:-1].min() > ALPHA
    assert p[-1] < 1e-9


def test_truths_whose_run_failed_are_passed_over_and_counted():
    emulator, z = emulated(linear_model), points(60, 4, seed=29)
    y = linear_model(z)
    y[[3, 40], 1] = np.nan
    coverage = check_coverage(emulator, z, y, errors(emulator), FITS, seed=30)
    assert coverage.failed == 2
    assert coverage.truth.tolist() == np.delete(z, [3, 40], axis=0).tolist()
    assert coverage.ranks.shape == (58, 5)
    assert coverage.inside.shape == (2, 58, 4)


def test_summaries_are_those_of_the_draws():
    emulator, z = emulated(linear_model), points(3, 4, seed=31)
    stated = errors(emulator)
    coverage = check_coverage(emulator, z, linear_model(z), stated, FITS, seed=32)
    noise = np.random.default_rng([32, 407]).standard_normal((3, 4)) * np.sqrt(0.4**2 + 0.2**2)
    draws = sample(emulator, Evidence.of(linear_model(z) + noise, stated.variance), FITS, 32).reshape(
        3, -1, 4
    )
    assert coverage.mean == pytest.approx(draws.mean(axis=1))
    assert coverage.sd == pytest.approx(draws.std(axis=1, ddof=1))
    low, high = np.quantile(draws, [0.05, 0.95], axis=1)
    assert coverage.inside[1].tolist() == ((low <= z) & (z <= high)).tolist()


def test_uniformity_is_the_chi_square_test_of_ten_bins():
    even = np.arange(1000) % (RANKED + 1)
    assert uniform_p(even) == pytest.approx(1.0)
    assert uniform_p(np.minimum(even, 95)) == pytest.approx(1.0)
    assert uniform_p(np.where(even < 10, 50, even)) < 1e-9


def test_right_ranks_are_refuted_as_seldom_as_stated():
    rng = np.random.default_rng(33)
    p = np.array([uniform_p(ranks) for ranks in rng.integers(0, RANKED + 1, (2000, 300))])
    assert (p < 0.05).mean() == pytest.approx(0.05, abs=0.015)
    families = np.array([holm(own).min() for own in p.reshape(200, 10)])
    assert (families < 0.05).mean() == pytest.approx(0.05, abs=0.05)


def test_holm_adjusts_as_in_the_textbook():
    assert holm(np.array([0.01, 0.04, 0.03, 0.005])) == pytest.approx([0.03, 0.06, 0.06, 0.02])
