"""Statistics of the effects on numbers whose answer is known."""

import numpy as np
import pytest

from scenarios.effect_tables import monte_carlo_error, sources_of_variance, summary, variance_reduction


def nested(draws: int, parameters: float, enterprises: float, events: float, seed: int = 0) -> np.ndarray:
    """Replicates of the paired design with these standard deviations of its three sources."""
    rng = np.random.default_rng(seed)
    by_draw = parameters * rng.standard_normal(draws)
    by_population = enterprises * rng.standard_normal((draws, 2))
    by_population[0::2, 1] = by_population[0::2, 0]  # even draws keep their enterprises
    values = by_draw[:, None] + by_population + events * rng.standard_normal((draws, 2))
    return values.ravel()


@pytest.mark.parametrize("truth", [(3.0, 2.0, 1.0), (0.0, 2.0, 1.0), (3.0, 0.0, 1.0), (0.0, 0.0, 1.0)])
def test_variance_is_split_into_its_sources(truth):
    shares = sources_of_variance(nested(8000, *truth))
    expected = np.square(truth) / np.sum(np.square(truth))
    assert list(shares.values()) == pytest.approx(expected, abs=0.06)
    assert sum(shares.values()) == pytest.approx(1.0)


def test_no_variance_has_no_sources():
    assert sum(sources_of_variance(np.zeros(8)).values()) == 0.0


def test_variance_reduction_is_the_ratio_of_the_variances_of_chance():
    rng = np.random.default_rng(1)
    draws = 4000
    level = 5.0 * rng.standard_normal(draws)  # differs between draws; must not count
    paired = (level[:, None] + 0.5 * rng.standard_normal((draws, 2))).ravel()
    crossed = (level[0::2, None] + 2.0 * rng.standard_normal((draws // 2, 2))).ravel()
    assert variance_reduction(paired, crossed) == pytest.approx(16.0, rel=0.1)


def test_an_effect_that_chance_does_not_move_has_no_reduction_to_report():
    assert np.isnan(variance_reduction(np.ones(8), np.array([1.0, 2.0, 1.0, 2.0])))


def test_the_interval_covers_nine_tenths_and_the_error_is_of_the_mean():
    values = nested(5000, 1.0, 0.0, 0.0)
    estimate, low, high, coverage, error = summary(values)
    assert coverage == 0.9
    assert np.mean((values >= low) & (values <= high)) == pytest.approx(0.9, abs=0.01)
    assert estimate == pytest.approx(values.mean())
    assert error == pytest.approx(1.0 / np.sqrt(5000), rel=0.05)  # pairs are alike: 5000, not 10,000


def test_replicates_without_a_value_are_left_out():
    values = np.array([1.0, np.nan, 3.0, 3.0])
    assert summary(values)[0] == pytest.approx(7.0 / 3.0)
    assert monte_carlo_error(values) == pytest.approx(np.std([1.0, 3.0], ddof=1) / np.sqrt(2))
