"""Patient rule induction on boxes that were planted, and on noise."""

from itertools import pairwise

import numpy as np
import pytest

from scenarios.decisions.prim import (
    Box,
    candidates,
    find_box,
    find_region,
    paste,
    peel,
    quality_of,
    quasi_p_values,
)


def corner(seed, draws=300, parameters=30, noise=0.3):
    rng = np.random.default_rng(seed)
    x = rng.random((draws, parameters))
    inside = (x[:, 0] < 0.5) & (x[:, 1] > 0.4)
    margin = np.where(inside, -1.0, 1.0) + noise * rng.normal(size=draws)
    return x, margin < 0.0, margin


def test_a_planted_box_is_found_with_its_edges_and_nothing_else():
    x, cases, margin = corner(1)
    region = find_region(x, cases, margin, seed=1)
    assert region.found
    assert np.flatnonzero(region.box.restricted).tolist() == [0, 1]
    assert region.box.high[0] == pytest.approx(0.5, abs=0.04)
    assert region.box.low[1] == pytest.approx(0.4, abs=0.04)
    assert region.box.low[0] == -np.inf
    assert region.box.high[1] == np.inf
    assert region.quality.density > 0.95
    assert region.quality.coverage > 0.95
    assert (region.reproducibility[:2] > 0.9).all()
    assert (region.reproducibility[2:] < 0.3).all()


def test_a_band_in_the_middle_is_found_with_both_ends():
    rng = np.random.default_rng(2)
    x = rng.random((300, 20))
    margin = np.where(np.abs(x[:, 3] - 0.5) < 0.2, -1.0, 1.0) + 0.3 * rng.normal(size=300)
    region = find_region(x, margin < 0.0, margin, seed=1)
    assert np.flatnonzero(region.box.restricted).tolist() == [3]
    assert (region.box.low[3], region.box.high[3]) == pytest.approx((0.3, 0.7), abs=0.04)


def test_no_box_is_sold_in_noise():
    found = 0
    for seed in range(4):
        rng = np.random.default_rng(seed)
        x, margin = rng.random((100, 150)), rng.normal(size=100) + 0.5
        region = find_region(x, margin < 0.0, margin, seed=seed)
        found += region.found
        # what peeling alone would have sold
        best = max(quality_of(box.holds(x), margin < 0.0).density for box in region.trajectory)
        assert best > (margin < 0.0).mean() + 0.3
    assert found == 0


def test_density_on_unseen_draws_is_no_higher_than_on_those_seen_and_above_the_base():
    x, cases, margin = corner(5, draws=200, noise=0.6)
    region = find_region(x, cases, margin, seed=1)
    assert cases.mean() + 0.1 < region.unseen_density < region.quality.density


def test_an_asked_density_is_reached_at_the_cost_of_coverage():
    x, cases, margin = corner(3, noise=1.0)
    boxes = [find_box(x, cases, margin, density)[0] for density in (None, 0.9)]
    usual, dense = (quality_of(box.holds(x), cases) for box in boxes)
    assert dense.density >= 0.85 > usual.density
    assert dense.coverage <= usual.coverage


def test_each_peel_takes_a_slice_and_the_share_is_that_of_a_count_by_hand():
    x, cases, margin = corner(4, draws=100, parameters=3)
    boxes = peel(x, cases, margin)
    held = [int(box.holds(x).sum()) for box in boxes]
    assert held[0] == 100
    assert all(later == now - max(1, int(0.05 * now)) for now, later in pairwise(held))
    quality = quality_of(boxes[3].holds(x), cases)
    inside = boxes[3].holds(x)
    assert quality.density == cases[inside].mean()
    assert quality.coverage == cases[inside].sum() / cases.sum()
    assert quality.excess == pytest.approx(cases[inside].sum() - cases.mean() * inside.sum())


def test_pasting_gives_back_what_was_peeled_too_far():
    x, cases, _ = corner(6, noise=0.0)
    tight = Box.whole(x.shape[1]).moved(0, -np.inf, 0.3).moved(1, 0.6, np.inf)
    wide = paste(tight, x, cases)
    assert quality_of(wide.holds(x), cases).density == 1.0
    assert quality_of(wide.holds(x), cases).coverage > 0.9 > quality_of(tight.holds(x), cases).coverage


def test_the_quasi_p_value_is_the_binomial_chance_against_the_box_without_the_restriction():
    from scipy.stats import binom

    x, cases, _ = corner(7)
    box = Box.whole(x.shape[1]).moved(0, -np.inf, 0.5).moved(5, 0.2, np.inf)
    chances = quasi_p_values(box, x, cases)
    inside = (x[:, 0] <= 0.5) & (x[:, 5] >= 0.2)
    without = cases[x[:, 5] >= 0.2].mean()
    assert chances[0] == pytest.approx(binom.sf(cases[inside].sum() - 1, inside.sum(), without))
    assert chances[0] < 1e-6 < 0.05 < chances[5]
    assert np.isnan(np.delete(chances, [0, 5])).all()


def test_candidates_hold_a_parameter_that_acts_by_a_bow():
    rng = np.random.default_rng(8)
    x = rng.random((200, 100))
    margin = np.abs(x[:, 60] - 0.5) + 0.02 * rng.normal(size=200) - 0.2
    assert 60 in candidates(x, margin < 0.0, margin)


def test_the_same_seed_gives_the_same_region():
    x, cases, margin = corner(9, draws=80)
    one, two = (find_region(x, cases, margin, seed=4) for _ in range(2))
    np.testing.assert_array_equal(one.box.low, two.box.low)
    assert one.unseen_density == two.unseen_density
