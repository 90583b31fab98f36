"""The reporting model against brute force, and the sampler against posteriors that are known exactly."""

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import kstest, norm

from calibration.posterior_draws import posterior_draws
from calibration.reporting_model import (
    LOGIT_OF_PROBIT,
    N_PARAMETERS,
    REPORT_AFTER,
    RULES_BELIEVED,
    SHARPEST,
    SLOPE,
    Gains,
    Reporting,
    ReportingPrior,
    expected_excess,
    log_likelihood,
    parameters_of,
    smoothed_shock,
)
from simulation.parameters import PARAMETERS

BASELINES = np.array([-0.9, -0.2, 0.1, 1.0])  # mean zero

CASES = [
    {
        "mean": 0.05,
        "spread": 0.1,
        "fading": 0.4,
        "base": -0.6,
        "level": 0.0,
        "error": 0.15,
        "slope": 4.0,
        "sees_error": 0.0,
    },
    {
        "mean": -0.1,
        "spread": 0.3,
        "fading": 0.2,
        "base": 0.3,
        "level": 2.0,
        "error": 0.1,
        "slope": 8.0,
        "sees_error": 1.0,
    },
    {
        "mean": 0.0,
        "spread": 0.2,
        "fading": 0.0,
        "base": 0.0,
        "level": -3.0,
        "error": 0.2,
        "slope": 0.0,
        "sees_error": 0.0,
    },
]


def model(case):
    return Reporting(**{name: np.array([value]) for name, value in case.items()})


def by_integration(case, baseline, variance, gain=None):
    """P(report | y0), or the density of reporting and the measured gain given y0: sums over true b and g."""
    c = type("Case", (), case)
    covariance = -c.fading * c.spread**2
    true_variance = variance - c.error**2
    b = np.linspace(-6.0, 6.0, 1201)[:, None] * np.sqrt(true_variance)
    g = c.mean + np.linspace(-7.0, 7.0, 401)[None, :] * c.spread
    given_b = norm(
        c.mean + covariance / true_variance * b, np.sqrt(c.spread**2 - covariance**2 / true_variance)
    )
    weight = norm.pdf(b, 0.0, np.sqrt(true_variance)) * given_b.pdf(g) * norm.pdf(baseline - b, 0.0, c.error)
    weight /= weight.sum()
    index = c.base + c.slope * (g - c.mean) + c.level * b
    if (
        c.sees_error
    ):  # the measured gain in place of the true one: the first error is known given b, the last drawn
        index = index - c.slope * (baseline - b)
    if gain is None:
        from_last = c.sees_error * c.slope * c.error / LOGIT_OF_PROBIT
        reports = ndtr(index / LOGIT_OF_PROBIT / np.sqrt(1.0 + from_last**2))
        return (weight * reports).sum(), (weight * reports * g).sum() / (weight * reports).sum()
    last = baseline + gain - b - g
    reports = ndtr((index + c.sees_error * c.slope * last) / LOGIT_OF_PROBIT)
    return (weight * reports * norm.pdf(last, 0.0, c.error)).sum()


@pytest.mark.parametrize("case", CASES)
def test_the_likelihood_is_what_integration_gives(case):
    gains = np.array([0.3, np.nan, np.nan, -0.1])
    reports = np.array([True, False, True, True])  # the third reported, but not productivity
    data = Gains(BASELINES, gains, reports)
    variance = BASELINES.var()
    expected = 0.0
    for baseline, gain, reported in zip(BASELINES, gains, reports, strict=True):
        share = by_integration(case, baseline, variance)[0]
        if np.isfinite(gain):
            expected += np.log(by_integration(case, baseline, variance, gain) * np.sqrt(2.0 * np.pi))
        else:
            expected += np.log(share if reported else 1.0 - share)
    assert log_likelihood(model(case), data)[0] == pytest.approx(expected, abs=2e-3)


@pytest.mark.parametrize("case", CASES)
def test_reporters_exceed_others_of_their_baseline_by_what_integration_gives(case):
    reports = np.array([True, False, False, True])
    data = Gains(BASELINES, np.where(reports, 0.1, np.nan), reports)
    variance = BASELINES.var()
    to_gain = -case["fading"] * case["spread"] ** 2 / variance
    excess = [
        by_integration(case, baseline, variance)[1] - case["mean"] - to_gain * baseline
        for baseline in BASELINES[reports]
    ]
    assert expected_excess(model(case), data)[0] == pytest.approx(np.mean(excess), abs=1e-3)


def test_the_smoothed_shock_is_what_a_long_series_shows():
    rng = np.random.default_rng(1)
    keeps, step = PARAMETERS["productivity_persistence"].default, PARAMETERS["productivity_shock"].default
    shock, smooth = np.zeros(4_000), np.zeros(4_000)
    seen = []
    for _ in range(500 + REPORT_AFTER):
        shock = keeps * shock + step * rng.standard_normal(4_000)
        smooth += (shock - smooth) / 12.0
        seen.append(smooth.copy())
    variance, correlation = smoothed_shock()
    assert seen[-1].var() == pytest.approx(variance, rel=0.08)
    assert np.corrcoef(seen[-1], seen[-1 - REPORT_AFTER])[0, 1] == pytest.approx(correlation, abs=0.03)


@pytest.mark.parametrize("kind", ["registry", "any_rule"])
def test_slopes_follow_their_prior(kind):
    scores = np.zeros((4_000, N_PARAMETERS))
    scores[:, SLOPE] = norm.ppf((np.arange(4_000) + 0.5) / 4_000)
    slopes = parameters_of(scores, ReportingPrior(kind)).slope
    assert (np.diff(slopes) >= 0.0).all()
    if kind == "registry":
        assert np.median(slopes) == pytest.approx(PARAMETERS["reporting_gain"].default, abs=0.05)
        assert slopes.std() == pytest.approx(1.5, abs=0.1)
    else:
        assert (slopes < 0.5).mean() == pytest.approx(RULES_BELIEVED[1] * 0.5 / 2.5, abs=0.02)
        beyond = 1.0 - np.log(8.0 / 4.0) / np.log(SHARPEST / 4.0)
        assert (slopes > 8.0).mean() == pytest.approx(RULES_BELIEVED[2] * beyond, abs=0.02)


def test_an_unknown_belief_is_refused():
    with pytest.raises(ValueError, match="registry, any_rule, none"):
        parameters_of(np.zeros((1, N_PARAMETERS)), ReportingPrior("certain"))


# The sampler


def test_a_normal_posterior_is_met_exactly():
    precision = np.array([[30.0, 12.0, 0.0], [12.0, 8.0, 1.0], [0.0, 1.0, 2.0]])
    centre = np.array([1.0, -2.0, 0.5])

    def log_likelihood(scores):
        return -0.5 * np.einsum("mi,ij,mj->m", scores - centre, precision, scores - centre)

    found = posterior_draws(log_likelihood, 3, 20_000, seed=1)
    total = precision + np.eye(3)
    assert found.scores.mean(axis=0) == pytest.approx(np.linalg.solve(total, precision @ centre), abs=0.02)
    assert np.cov(found.scores.T) == pytest.approx(np.linalg.inv(total), abs=0.02)
    assert found.effective > 10_000


def test_a_skewed_posterior_is_met_too():
    found = posterior_draws(lambda scores: 3.0 * scores[:, 0] - np.exp(scores[:, 0]), 1, 20_000, seed=2)
    x = np.linspace(-4.0, 5.0, 9_001)
    density = np.exp(3.0 * x - np.exp(x) - 0.5 * x**2)
    shares = np.cumsum(density) / density.sum()
    assert kstest(found.scores[:, 0], lambda at: np.interp(at, x, shares)).statistic < 0.015


def test_where_nothing_is_known_the_prior_comes_back():
    found = posterior_draws(lambda scores: np.zeros(len(scores)), 4, 8_000, seed=3)
    assert found.scores.mean(axis=0) == pytest.approx(np.zeros(4), abs=0.05)
    assert found.scores.std(axis=0) == pytest.approx(np.ones(4), abs=0.05)
