"""Posterior: what algebra, quadrature and importance sampling say; the same again for the same seed."""

import numpy as np
import pytest

from calibration.diagnostics import effective_size, split_rhat
from calibration.elliptical import Normal, Sampling, elliptical_slices
from calibration.guide import guide
from calibration.likelihood import Evidence
from calibration.posterior import sample
from tests.calibration.made_up import (
    QUICK,
    SLOPES,
    analytic_posterior,
    curved_model,
    emulated,
    linear_model,
    points,
)

LONG = Sampling(chains=120, warm_up=25, draws=32, thin=2)
PUBLISHED = np.array([3.0, 1.2, 2.4, 2.5])
VARIANCE = np.array([0.3, 0.1, 0.5, 1.0]) ** 2


def flat(draws):
    return draws.reshape(-1, draws.shape[-1])


def check_analytic(draws, published, variance, sure=4.0):
    """Mean and covariance of ``draws`` (chains, draws, parameters) are the analytic ones, but for chance."""
    mean, covariance = analytic_posterior(published, variance)
    n, sd = effective_size(draws), np.sqrt(np.diag(covariance))
    assert np.abs(flat(draws).mean(axis=0) - mean).max() < sure * (sd / np.sqrt(n)).max()
    apart = np.abs(np.cov(flat(draws).T) - covariance) / np.outer(sd, sd)
    assert apart.max() < sure * np.sqrt(2.0 / n.min())


def test_linear_model_has_its_analytic_posterior():
    draws = sample(emulated(linear_model), Evidence.of(PUBLISHED, VARIANCE), LONG, seed=1)[0]
    assert effective_size(draws).min() > 800
    check_analytic(draws, PUBLISHED, VARIANCE)


def test_slices_of_the_prior_find_it_too():
    evidence = Evidence.of(PUBLISHED, VARIANCE)

    def density(z, of):
        return evidence.log_likelihood(linear_model(z), of) - (z**2).sum(axis=1) / 2

    of, sampling = np.zeros(80, np.int64), Sampling(warm_up=50, draws=40, thin=5)
    rng = np.random.default_rng(4)
    draws = elliptical_slices(density, [Normal.prior(1, 4)], of, points(80, 4, seed=3), sampling, rng)
    check_analytic(draws, PUBLISHED, VARIANCE)


def test_a_wrong_likelihood_is_noticed_by_the_same_check():
    draws = sample(emulated(linear_model), Evidence.of(PUBLISHED, VARIANCE / 2.0), LONG, seed=1)[0]
    with pytest.raises(AssertionError):
        check_analytic(draws, PUBLISHED, VARIANCE)


def test_data_sets_side_by_side_do_not_mix():
    values = np.array([PUBLISHED, [1.0, 2.0, 3.0, 2.5], [2.0, 2.0, 2.0, 2.0]])
    variances = np.array([VARIANCE, 4.0 * VARIANCE, np.ones(4)])
    draws = sample(emulated(linear_model), Evidence.of(values, variances), LONG, seed=2)
    for own, published, variance in zip(draws, values, variances, strict=True):
        check_analytic(own, published, variance)


def test_a_target_that_is_not_a_number_is_left_out():
    left_out = np.array([3.0, 1.2, 2.4, np.nan])
    draws = sample(emulated(linear_model), Evidence.of(left_out, VARIANCE), LONG, seed=2)[0]
    check_analytic(draws, PUBLISHED, np.where(np.isnan(left_out), np.inf, VARIANCE))


def test_what_no_target_depends_on_keeps_its_prior():
    draws = sample(emulated(linear_model), Evidence.of(PUBLISHED, VARIANCE), LONG, seed=1)[0, ..., 3]
    assert draws.mean() == pytest.approx(0.0, abs=0.07)
    assert draws.std() == pytest.approx(1.0, abs=0.05)


def test_curved_posterior_of_two_parameters_is_that_of_quadrature():
    def banana(z):
        return (z[:, :1] + 0.6 * z[:, 1:] ** 2) * [1.0, 0.5]

    emulator = emulated(banana, d=2)
    evidence = Evidence.of(np.array([1.5, 0.4]), np.array([0.5, 0.5]) ** 2)
    draws = flat(sample(emulator, evidence, LONG, seed=5)[0])
    axis = np.linspace(-5.0, 5.0, 401)
    grid = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1).reshape(-1, 2)
    log = (
        evidence.log_likelihood(emulator.mean(grid), np.zeros(len(grid), np.int64))
        - (grid**2).sum(axis=1) / 2
    )
    weight = np.exp(log - log.max())
    weight /= weight.sum()
    assert draws.mean(axis=0) == pytest.approx(weight @ grid, abs=0.1)
    assert (draws**2).mean(axis=0) == pytest.approx(weight @ grid**2, rel=0.1)
    assert (draws[:, 0] < 0.0).mean() == pytest.approx(weight @ (grid[:, 0] < 0.0), abs=0.04)


def test_curved_posterior_of_six_parameters_is_that_of_importance_sampling():
    emulator = emulated(curved_model, n=500, d=6)
    evidence = Evidence.of(np.array([1.6, 0.5, -0.5]), np.array([0.3, 0.3, 0.5]) ** 2)
    draws = flat(sample(emulator, evidence, LONG, seed=6)[0])
    prior = points(200_000, 6, seed=7)
    log = evidence.log_likelihood(emulator.mean(prior), np.zeros(len(prior), np.int64))
    weight = np.exp(log - log.max())
    weight /= weight.sum()
    assert 1.0 / (weight**2).sum() > 3000
    assert draws.mean(axis=0) == pytest.approx(weight @ prior, abs=0.08)
    assert draws.var(axis=0) == pytest.approx(weight @ prior**2 - (weight @ prior) ** 2, rel=0.1)


def test_draws_repeat_with_the_seed_and_change_with_it():
    emulator, evidence = emulated(linear_model), Evidence.of(PUBLISHED, VARIANCE)
    first = sample(emulator, evidence, QUICK, seed=1)
    assert first.shape == (1, 4, 20, 4)
    assert sample(emulator, evidence, QUICK, seed=1).tobytes() == first.tobytes()
    assert (sample(emulator, evidence, QUICK, seed=2) != first).all()


def test_more_data_sets_than_a_batch(monkeypatch):
    monkeypatch.setattr("calibration.posterior.BATCH", 2)
    emulator = emulated(linear_model)
    published = PUBLISHED + 0.5 * np.arange(5.0)[:, None] * [0.0, 1.0, 0.0, 0.0]
    draws = sample(emulator, Evidence.of(published, VARIANCE), QUICK, seed=1)
    expected = [analytic_posterior(own, VARIANCE)[0][1] for own in published]
    assert draws[..., 1].mean(axis=(1, 2)) == pytest.approx(expected, abs=0.12)
    assert (draws[0] != draws[2]).all()


def test_guide_of_a_linear_model_is_centred_on_the_posterior():
    emulator = emulated(linear_model)
    near = guide(emulator, Evidence.of(PUBLISHED, VARIANCE))
    mean, covariance = analytic_posterior(PUBLISHED, VARIANCE)
    assert near.centre[0] == pytest.approx(mean[emulator.active], abs=1e-3)
    spread = np.diag(near.scale[0] @ near.scale[0].T)
    assert (spread > np.diag(covariance)[emulator.active]).all()


def test_nothing_to_fit_is_refused():
    emulator = emulated(lambda z: np.zeros((len(z), 1)))
    with pytest.raises(ValueError, match="nothing to fit"):
        sample(emulator, Evidence.of(np.zeros(1), np.ones(1)), QUICK, seed=1)


def test_a_start_without_a_likelihood_is_refused():
    with pytest.raises(ValueError, match="starts where"):
        elliptical_slices(
            lambda z, of: np.full(len(z), np.nan), [Normal.prior(1, 1)], np.zeros(2, np.int64),
            np.zeros((2, 1)), QUICK, np.random.default_rng(1),
        )  # fmt: skip


def autoregressive(memory, chains=8, n=4000, seed=1):
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal((chains, n, 1)) * np.sqrt(1.0 - memory**2)
    x = np.empty_like(noise)
    x[:, 0] = rng.standard_normal((chains, 1))
    for t in range(1, n):
        x[:, t] = memory * x[:, t - 1] + noise[:, t]
    return x


@pytest.mark.parametrize("memory", [0.0, 0.5, 0.9])
def test_effective_size_is_that_of_an_autoregressive_chain(memory):
    expected = 32_000 * (1.0 - memory) / (1.0 + memory)
    assert effective_size(autoregressive(memory)) == pytest.approx([expected], rel=0.15)


def test_rhat_notices_chains_that_have_not_met_and_chains_that_drift():
    chains = autoregressive(0.5)
    assert split_rhat(chains) == pytest.approx([1.0], abs=0.01)
    apart = chains + np.arange(8)[:, None, None] * 0.5
    assert split_rhat(apart)[0] > 1.3
    assert effective_size(apart)[0] < 50
    drifting = chains + np.linspace(0.0, 3.0, 4000)[None, :, None]
    assert split_rhat(drifting)[0] > 1.2


def test_slopes_made_up_agree_with_the_emulator():
    emulator = emulated(linear_model)
    slopes = emulator.slopes(np.zeros((1, len(emulator.active))))[0]
    assert slopes == pytest.approx(SLOPES[emulator.active], abs=1e-3)
