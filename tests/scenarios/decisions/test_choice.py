"""Rankings on numbers whose answer is known."""

import numpy as np
import pytest
from scipy.stats import norm

from scenarios.decisions import choice, gaussian_values


def pairs_of(draws: np.ndarray, chance: float, seed: int = 1) -> np.ndarray:
    """Replicates (2 x draws, options): each draw's values twice, each with its own chance."""
    rng = np.random.default_rng(seed)
    return draws.repeat(2, axis=0) + chance * rng.standard_normal((2 * len(draws), draws.shape[1]))


def test_allocation_is_that_of_the_published_example():
    means, variances = (1.2, 2.1, 3.4, 4.87, 6.05), (3.3, 2.0, 4.5, 5.3, 6.9)
    more = choice.optimal_allocation(means, variances, (12, 6, 5, 5, 4), 100, minimise=True)
    assert more.sum() == 100
    assert np.abs(more - (48, 38, 11, 2, 1)).max() <= 1


def test_allocation_turned_round_maximises():
    means, variances = np.array((1.2, 2.1, 3.4, 4.87, 6.05)), (3.3, 2.0, 4.5, 5.3, 6.9)
    down = choice.optimal_allocation(means, variances, (12, 6, 5, 5, 4), 100, minimise=True)
    assert (choice.optimal_allocation(-means, variances, (12, 6, 5, 5, 4), 100) == down).all()


def test_an_option_with_more_than_its_share_gets_none_and_the_rest_is_spread():
    more = choice.optimal_allocation((3.0, 2.0, -5.0), (1.0, 1.0, 1.0), (5, 5, 500), 50)
    assert more[2] == 0
    assert more.sum() == 50
    assert more.min() >= 0


def test_covariance_over_draws_leaves_chance_out():
    truth = np.array([[4.0, 3.0], [3.0, 9.0]])
    rng = np.random.default_rng(2)
    values = pairs_of(rng.multivariate_normal([0.0, 0.0], truth, 20_000), chance=3.0)
    assert choice.covariance_over_draws(values) == pytest.approx(truth, abs=0.4)
    assert np.cov(values, rowvar=False)[0, 0] > 12.0  # what raw replicates would say


def test_covariance_of_chance_alone_is_about_zero_and_never_negative():
    covariance = choice.covariance_over_draws(pairs_of(np.zeros((2_000, 3)), chance=1.0))
    assert np.linalg.eigvalsh(covariance).min() >= -1e-12
    assert np.abs(covariance).max() < 0.1


def test_little_chance_does_not_pass_for_parameters():
    """With few pairs the noise of positive eigenvalues alone would seem to be a third of the chance."""
    rng = np.random.default_rng(8)
    found = [np.trace(choice.covariance_over_draws(rng.standard_normal((16, 10)))) / 10.0 for _ in range(200)]
    assert np.mean(found) < 0.1


def test_covariance_of_options_uses_the_pairs_that_they_share():
    rng = np.random.default_rng(3)
    values = pairs_of(1e6 + rng.multivariate_normal([0.0, 0.0], [[1.0, 0.8], [0.8, 1.0]], 4_000), chance=0.1)
    whole = choice.covariance_over_draws(values)
    values[4_000:, 1] = np.nan
    part = choice.covariance_over_draws(values)
    assert part == pytest.approx(whole, abs=0.1)
    assert part[0, 0] == pytest.approx(whole[0, 0], rel=1e-3)


def test_projection_is_idempotent_and_keeps_what_is_positive_and_the_total_variance():
    positive = np.array([[2.0, 1.0], [1.0, 2.0]])
    assert gaussian_values.positive(positive) == pytest.approx(positive)
    bad = np.array([[1.0, 2.0], [2.0, 1.0]])  # eigenvalues 3 and -1
    assert gaussian_values.positive(bad) == pytest.approx(np.ones((2, 2)))


@pytest.mark.parametrize(("lead", "deviation"), [(0.0, 1.0), (1.0, 1.0), (1.0, 3.0)])
def test_probability_of_best_and_regret_of_two_gaussians(lead, deviation):
    covariance = deviation**2 * np.eye(2)
    drawn = gaussian_values.gaussian(np.array([lead, 0.0]), covariance)
    apart = np.sqrt(2.0) * deviation  # of the difference
    best = norm.cdf(lead / apart)
    assert gaussian_values.probability_best(drawn) == pytest.approx([best, 1.0 - best], abs=0.01)
    loss = apart * norm.pdf(lead / apart) - lead * norm.sf(lead / apart)
    assert gaussian_values.expected_regret(drawn) == pytest.approx([loss, loss + lead], abs=0.03 * apart)


def test_a_common_uncertainty_leaves_no_doubt_of_the_best():
    drawn = gaussian_values.gaussian(np.array([1.0, 0.9]), np.full((2, 2), 100.0))
    assert gaussian_values.probability_best(drawn) == pytest.approx([1.0, 0.0])
    assert gaussian_values.expected_regret(drawn) == pytest.approx([0.0, 0.1], abs=1e-5)


def test_equal_options_share_the_probability_and_undefined_ones_get_none():
    drawn = gaussian_values.gaussian(np.array([1.0, 1.0, np.nan]), np.zeros((3, 3)))
    assert gaussian_values.probability_best(drawn) == pytest.approx([0.5, 0.5, 0.0])


def test_chance_is_no_doubt_of_the_best_where_raw_counts_would_make_it_one():
    values = pairs_of(np.tile([1.0, 0.0], (400, 1)), chance=3.0)
    raw = (values[:, 0] > values[:, 1]).mean()
    drawn = gaussian_values.gaussian(choice.mean_of(values), choice.covariance_over_draws(values))
    assert raw < 0.65
    assert gaussian_values.probability_best(drawn)[0] > 0.8


def test_estimates_count_the_two_of_a_draw_once():
    rng = np.random.default_rng(4)
    told = choice.estimates(pairs_of(rng.standard_normal((4_000, 1)), chance=0.0))
    assert told.se[0] == pytest.approx(1.0 / np.sqrt(4_000), rel=0.05)
    assert (told.low[0], told.high[0]) == pytest.approx((-1.645, 1.645), abs=0.08)
    assert told.replicates[0] == 8_000


def test_paired_difference_is_free_of_what_both_share():
    shared = 100.0 * np.random.default_rng(5).standard_normal((10, 1))
    values = pairs_of(shared, 0.0) + np.array([1.0, 0.0])
    mean, error, pairs = choice.paired_difference(values, 0, 1)
    assert (mean, error, pairs) == (pytest.approx(1.0), pytest.approx(0.0, abs=1e-9), 10)


def test_front_holds_what_nothing_beats():
    points = np.array([[3.0, 1.0], [2.0, 2.0], [1.0, 3.0], [1.0, 1.0], [2.0, 1.9], [np.nan, 9.0]])
    assert choice.undominated(points).tolist() == [True, True, True, False, False, False]


def test_equal_points_do_not_beat_each_other():
    assert choice.undominated(np.array([[1.0, 1.0], [1.0, 1.0]])).all()


def test_probability_of_the_front_is_that_of_a_gaussian():
    # the second is beaten unless it is better in the first dimension; in the second both are certain
    means = np.array([[0.0, 1.0], [1.0, 0.0]])
    draws = np.zeros((3_000, 2, 2))
    draws[:, 1, 0] = np.random.default_rng(6).standard_normal(3_000)
    found = choice.probability_undominated(means, draws.repeat(2, axis=0))
    assert found == pytest.approx([1.0, norm.cdf(1.0)], abs=0.03)


def test_total_variation_and_ranks():
    assert choice.total_variation(np.array([1.0, 0.0]), np.array([0.0, 1.0])) == 1.0
    assert choice.total_variation(np.array([0.5, 0.5]), np.array([0.7, 0.3])) == pytest.approx(0.2)
    assert choice.ranks(np.array([1.0, 3.0, np.nan, 2.0])).tolist() == [3, 1, 4, 2]
