"""The value of information against closed forms and brute force."""

import numpy as np
import pytest
from scipy.stats import norm

from scenarios.decisions.information import drawn_together, gain, spline, worth_knowing


def closed_form(mean, spread):
    """Expected gain of knowing theta, normal, before choosing between b theta and 0."""
    return spread * norm.pdf(mean / spread) - abs(mean) * norm.cdf(-abs(mean) / spread)


def normal_draws(draws, parameters, seed):
    """Normal draws, evenly spread (Latin hypercube), as those of the model are."""
    from scipy.stats import qmc

    return norm.ppf(qmc.LatinHypercube(parameters, rng=np.random.default_rng([seed, 1])).random(draws))


def two_options(theta, mean, weights, chance, seed):
    """Values (draws, 2, 2): of nothing, and mean + theta . weights with chance."""
    rng = np.random.default_rng([seed, 2])
    signal = mean + theta @ np.asarray(weights)
    first = signal[:, np.newaxis] + chance * rng.normal(size=(len(theta), 2))
    return np.stack([np.zeros_like(first), first], axis=2)


MEAN, WEIGHTS = 0.3, (1.0, 0.5, 0.0, 0.0)
WHOLE = float(np.hypot(1.0, 0.5))


@pytest.fixture(scope="module")
def learned():
    """What was learned from 15 data sets of 200 draws with much chance."""
    found = []
    for seed in range(15):
        theta = normal_draws(200, 4, seed)
        values = two_options(theta, MEAN, WEIGHTS, 0.8, seed)
        found.append(worth_knowing(values, theta, seed, [[0, 1], [2, 3]]))
    return found


def test_linear_gaussian_values_are_those_of_the_closed_form(learned):
    mean = np.mean([[v.value for v in (*one.single, *one.groups, one.perfect)] for one in learned], axis=0)
    truth = [closed_form(MEAN, s) for s in (1.0, 0.5)]
    assert mean[:2] == pytest.approx(truth, abs=0.02)
    whole = closed_form(MEAN, WHOLE)
    assert mean[[4, 6]] == pytest.approx([whole, whole], abs=0.025)
    assert (mean[[2, 3, 5]] < 0.01).all()


def test_without_taking_chance_out_everything_would_seem_worth_more(learned):
    theta = normal_draws(4000, 4, 1)
    values = two_options(theta, MEAN, WEIGHTS, 1.5, 1)
    naive = gain(values.mean(axis=1)[:, 1:] * np.sign(-MEAN))
    truth = closed_form(MEAN, WHOLE)
    assert naive > truth + 0.1
    assert worth_knowing(values[:600], theta[:600], 1).perfect.value == pytest.approx(truth, abs=0.08)


def test_an_inert_parameter_has_its_interval_on_zero(learned):
    lows = np.array([[one.single[2].low, one.single[3].low, one.groups[1].low] for one in learned])
    assert (lows == 0.0).mean() > 0.9
    highs = np.array([[one.single[2].high, one.single[3].high] for one in learned])
    assert (highs < closed_form(MEAN, 0.5)).mean() > 0.9
    assert np.mean([one.single[2].p_value <= 0.05 for one in learned]) <= 0.1


def test_intervals_hold_the_truth(learned):
    truths = [closed_form(MEAN, 1.0), closed_form(MEAN, 0.5), 0.0, 0.0, closed_form(MEAN, WHOLE), 0.0]
    held = [
        value.low <= truth <= value.high
        for one in learned
        for value, truth in zip((*one.single, *one.groups), truths, strict=True)
    ]
    assert np.mean(held) > 0.85


def test_partial_values_never_exceed_that_of_everything_and_rise_with_the_set(learned):
    for one in learned:
        assert all(0.0 <= v.value <= one.perfect.value for v in (*one.single, *one.groups))
        assert all(0.0 <= v.low <= v.value <= v.high for v in (*one.single, *one.groups, one.perfect))
        assert one.groups[0].value >= max(one.single[0].value, one.single[1].value) - one.groups[0].error


def test_a_strong_parameter_among_many_is_the_one_named():
    theta = normal_draws(150, 100, 3)
    weights = np.zeros(100)
    weights[37] = 1.0
    one = worth_knowing(two_options(theta, 0.2, weights, 0.5, 3), theta, 3, [range(100)])
    assert int(np.argmax([value.value for value in one.single])) == 37
    assert one.single[37].p_value < 0.05
    assert sum(value.p_value <= 0.05 for value in one.single) == 1
    assert one.groups[0].value >= one.single[37].value  # knowing more is never worth less


def test_three_options_agree_with_brute_force():
    def worth(theta):
        return np.stack([np.zeros(len(theta)), 0.2 + theta[:, 0], theta[:, 1] - 0.5 * theta[:, 0]], axis=1)

    rng = np.random.default_rng(4)
    many = rng.normal(size=(400_000, 2))
    now = worth(many).mean(axis=0).max()
    truth = [
        np.maximum.reduce([np.zeros(len(many)), 0.2 + many[:, 0], -0.5 * many[:, 0]]).mean() - now,
        np.maximum(0.2, many[:, 1]).mean() - now,
        worth(many).max(axis=1).mean() - now,
    ]
    theta = normal_draws(600, 2, 5)
    values = worth(theta)[:, np.newaxis, :] + 0.7 * rng.normal(size=(600, 2, 3))
    one = worth_knowing(values, theta, 1)
    assert [*(v.value for v in one.single), one.perfect.value] == pytest.approx(truth, abs=0.06)


def test_a_choice_that_never_changes_has_no_value():
    theta = normal_draws(100, 3, 6)
    values = two_options(theta, 10.0, (1.0, 0.5, 0.2), 0.5, 6)
    one = worth_knowing(values, theta, 1, [[0, 1, 2]])
    assert one.perfect.value == 0.0
    assert all(v.value == v.high == v.changes == 0.0 for v in (*one.single, *one.groups))


def test_a_parameter_that_acts_by_a_bow_is_seen():
    theta = normal_draws(300, 2, 7)
    rng = np.random.default_rng(7)
    signal = theta[:, 0] ** 2 - 1.0
    values = np.stack([np.zeros((300, 2)), signal[:, np.newaxis] + 0.3 * rng.normal(size=(300, 2))], axis=2)
    one = worth_knowing(values, theta, 1)
    assert one.single[0].value == pytest.approx(2.0 * norm.pdf(1.0), abs=0.12)  # E max(theta^2 - 1, 0)


def test_drawn_together_leaves_the_covariance_without_the_noise():
    rng = np.random.default_rng(8)
    fitted = rng.normal(size=(500, 3)) @ rng.normal(size=(3, 3))
    total = np.cov(fitted.T, ddof=0)
    noise = 0.3 * total + 0.05 * np.diag(np.diag(total)) * 0.1
    found = drawn_together(fitted, noise)
    assert np.cov(found.T, ddof=0) == pytest.approx(total - noise, abs=1e-9)
    assert found.mean(axis=0) == pytest.approx(fitted.mean(axis=0))
    assert drawn_together(fitted, 2.0 * total) == pytest.approx(np.tile(fitted.mean(axis=0), (500, 1)))


def test_a_spline_is_orthonormal_and_the_same_for_any_rising_function():
    column = np.random.default_rng(9).lognormal(size=80)
    basis = spline(column)
    assert basis.T @ basis == pytest.approx(np.eye(basis.shape[1]), abs=1e-9)
    assert basis.sum(axis=0) == pytest.approx(0.0, abs=1e-9)
    np.testing.assert_allclose(basis, spline(np.log(column)))


def test_what_permuted_draws_give_is_subtracted():
    worth, naive = [], []
    for seed in (1, 3):  # the hardest case: options alike but for chance
        theta = normal_draws(60, 80, seed)
        values = two_options(theta, 0.0, np.zeros(80), 1.0, seed)
        worth += [value.value for value in worth_knowing(values, theta, 1).single]
        naive += [gain(_fitted(values, column)) for column in theta.T]
    assert np.mean(worth) < 0.22 * np.mean(naive)  # 0.27 if noise were only taken out of the regression


def _fitted(values, column):
    """Differences as a plain regression foretells them, against the option that is chosen now."""
    gains = values.mean(axis=1)
    best = int(np.argmax(gains.mean(axis=0)))
    gains = gains[:, [1 - best]] - gains[:, [best]]
    basis = spline(column)
    return gains.mean(axis=0) + basis @ (basis.T @ (gains - gains.mean(axis=0)))
