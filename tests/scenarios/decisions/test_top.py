"""Ranks under uncertainty, on Gaussians whose answers are known."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import norm

from scenarios.decisions.top import (
    Spread,
    behind_first,
    positive,
    ranks,
    ranks_of,
    real_share,
    spread_of,
)


def known(mean: list[float], covariance: np.ndarray) -> Spread:
    return Spread(np.array(mean), covariance, np.zeros_like(covariance))


def in_pairs(rng: np.random.Generator, draws: int, mean, root, chance: float) -> np.ndarray:
    """Replicates (two a draw) of options that parameters move by ``root`` and chance by ``chance``."""
    true = np.asarray(mean) + rng.standard_normal((draws, len(root))) @ np.asarray(root).T
    return np.repeat(true, 2, axis=0) + chance * rng.standard_normal((2 * draws, len(root)))


def test_two_options_have_the_probability_and_regret_of_a_normal_difference():
    found = ranks_of(known([1.0, 0.4], np.diag([0.3**2, 0.4**2])), top=1, seed=1)
    sd = 0.5  # of the difference
    z = 0.6 / sd
    assert found.best == pytest.approx([norm.cdf(z), norm.cdf(-z)], abs=0.01)
    regret_of_first = sd * norm.pdf(z) - 0.6 * norm.cdf(-z)
    assert found.regret == pytest.approx([regret_of_first, regret_of_first + 0.6], abs=0.01)


def test_what_moves_all_options_alike_leaves_no_doubt():
    found = ranks_of(known([1.0, 0.9, 0.8], np.full((3, 3), 25.0)), top=2, seed=1)
    assert found.best == pytest.approx([1, 0, 0], abs=1e-6)
    assert found.top == pytest.approx([1, 1, 0], abs=1e-6)
    assert found.regret == pytest.approx([0, 0.1, 0.2], abs=1e-6)


@pytest.mark.parametrize("top", [1, 3, 7])
def test_exchangeable_options_are_in_the_top_alike(top):
    found = ranks_of(known([0.0] * 7, np.eye(7)), top=top, seed=2)
    assert found.top == pytest.approx(np.full(7, top / 7), abs=0.015)
    assert found.top.sum() == pytest.approx(top)


def test_options_that_are_the_same_share_places():
    found = ranks_of(known([2.0, 2.0, 1.0], np.zeros((3, 3))), top=1, seed=1)
    assert found.best.tolist() == [0.5, 0.5, 0.0]
    assert found.regret.tolist() == [0.0, 0.0, 1.0]


def test_chance_within_pairs_is_taken_out_of_the_covariance():
    root = np.array([[1.0, 0.0, 0.0], [0.8, 0.6, 0.0], [0.0, 0.0, 0.5]])
    values = in_pairs(np.random.default_rng(3), 20_000, [0.0, 0.0, 0.0], root, chance=2.0)
    spread = spread_of(values)
    assert spread.parameters == pytest.approx(root @ root.T, abs=0.12)
    assert spread.error == pytest.approx(np.eye(3) * 4.0 / 2.0 / 20_000, abs=1e-5)
    naive = np.cov(values.T)
    assert naive[2, 2] > 10 * spread.parameters[2, 2]  # what comes of not taking it out


def test_pure_chance_is_not_taken_for_parameters():
    rng = np.random.default_rng(4)
    total = [np.trace(spread_of(rng.standard_normal((24, 31))).parameters) for _ in range(40)]
    assert np.mean(total) < 0.15 * 31 / 2  # of the variance of the pairs' means


def test_few_noisy_replicates_do_not_give_certainty():
    values = in_pairs(np.random.default_rng(5), 6, [0.0] * 5, np.zeros((5, 5)), chance=1.0)
    few = ranks(values, top=1, seed=1)
    assert few.best.max() < 0.95
    many = ranks(
        in_pairs(np.random.default_rng(5), 400, [2.0, 0, 0, 0, 0], np.zeros((5, 5)), 1.0), top=1, seed=1
    )
    assert many.best[0] > 0.98


def test_the_same_seed_gives_the_same_numbers_and_no_other():
    values = in_pairs(np.random.default_rng(6), 12, [0.0, 0.1, 0.2], np.eye(3), chance=0.3)
    one, two, other = (ranks(values, top=2, seed=seed) for seed in (1, 1, 2))
    assert one.top.tolist() == two.top.tolist()
    assert one.top.tolist() != other.top.tolist()


def test_an_option_that_nobody_observed_breaks_nothing():
    values = in_pairs(np.random.default_rng(7), 12, [0.0, 1.0, 2.0], 0.1 * np.eye(3), chance=0.1)
    values[:, 1] = np.nan
    values[3, 2] = np.nan
    found, behind = ranks(values, top=5, seed=1), behind_first(values)
    assert np.isnan([found.best[1], found.top[1], found.regret[1], behind.difference[1]]).all()
    assert found.best[[0, 2]] == pytest.approx([0, 1], abs=1e-3)
    assert found.top[[0, 2]] == pytest.approx([1, 1])
    assert behind.apart.tolist() == [True, False, False]
    assert np.isfinite(real_share(values))
    nobody = ranks(np.full((4, 2), np.nan), top=1, seed=1)
    assert np.isnan(nobody.best).all()
    assert not behind_first(np.full((4, 2), np.nan)).apart.any()


def test_replicates_come_in_pairs():
    for number in (2, 5):
        with pytest.raises(ValueError, match="pairs"):
            spread_of(np.zeros((number, 3)))


def test_positive_keeps_a_covariance_and_the_trace_of_what_is_none():
    root = np.random.default_rng(8).standard_normal((4, 4))
    covariance = root @ root.T
    assert positive(covariance) == pytest.approx(covariance)
    mended = positive(np.diag([3.0, -1.0]))
    assert mended == pytest.approx(np.diag([2.0, 0.0]))
    assert not positive(np.diag([1.0, -3.0])).any()


def test_options_are_told_apart_by_their_paired_differences():
    rng = np.random.default_rng(9)
    common = np.repeat(5.0 * rng.standard_normal((12, 1)), 2, axis=0)  # moves both alike
    values = common + np.array([1.0, 0.0, 0.99]) + 0.1 * rng.standard_normal((24, 3))
    assert behind_first(values).apart.tolist() == [False, True, False]
    assert behind_first(values).difference[1] == pytest.approx(1.0, abs=0.1)


def test_real_share_is_none_of_chance_and_all_of_what_is_no_chance():
    rng = np.random.default_rng(10)
    chance = [real_share(rng.standard_normal((24, 31))) for _ in range(20)]
    assert np.mean(chance) < 0.2
    mean = np.linspace(0.0, 10.0, 31)
    assert real_share(mean + rng.standard_normal((24, 31))) > 0.98
    # half and half: variance of means 1, of chance in the mean 1
    half = [
        real_share(rng.standard_normal(31) + np.sqrt(24.0) * rng.standard_normal((24, 31))) for _ in range(40)
    ]
    assert np.mean(half) == pytest.approx(0.5, abs=0.1)


def test_an_option_that_is_worse_is_never_likelier_to_be_best():
    found = ranks_of(known([0.0, 0.1, 0.2, 0.3], np.eye(4)), top=2, seed=1)
    assert all(low < high for low, high in pairwise(found.best))
    assert all(low > high for low, high in pairwise(found.regret))
