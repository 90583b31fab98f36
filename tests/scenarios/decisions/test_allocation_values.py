"""Chance taken out of measured values: recovers what is planted, and better than taking it as measured."""

import numpy as np
import pytest

from scenarios.decisions.allocation_returns import Returns, edges_up_to, falls, slopes
from scenarios.decisions.allocation_values import Scale, smoothed, values_of_cells
from scenarios.decisions.objectives import parse_objective, score
from scenarios.decisions.outcomes import NAMES

SECTOR, REGION = np.repeat(np.arange(15), 3), np.tile(np.arange(3), 15)


def planted(seed, noise, draws=8, mixes=2, spread=0.1):
    """(truth, measured): values of draws, cells and mixes whose cells differ by sector."""
    rng = np.random.default_rng(seed)
    of_draw = rng.lognormal(0.0, 0.4, (draws, 1, mixes))
    of_cell = 1.0 + spread * rng.standard_normal(15)[SECTOR][:, np.newaxis]
    truth = of_draw * of_cell
    return truth, truth + noise * of_draw * rng.standard_normal(truth.shape)


def test_without_noise_nothing_is_changed():
    truth, measured = planted(1, 0.0)
    found = values_of_cells(measured, SECTOR, REGION, np.ones(45))
    np.testing.assert_allclose(found.smoothed, truth, rtol=1e-6)
    np.testing.assert_allclose(found.kept, 1.0, rtol=1e-6)


@pytest.mark.parametrize("seed", range(2))
def test_values_come_nearer_to_the_truth_and_the_highest_is_no_longer_overrated(seed):
    truth, measured = planted(seed, 0.4)
    found = values_of_cells(measured, SECTOR, REGION, np.ones(45)).smoothed
    of_cells = [values.mean(axis=0) for values in (truth, measured, found)]
    errors = [np.abs(values - of_cells[0]).mean() for values in of_cells[1:]]
    assert errors[1] < 0.6 * errors[0]
    best = [np.argmax(values, axis=0) for values in of_cells[1:]]
    mixes = np.arange(truth.shape[2])
    curse = [
        (values[place, mixes] / of_cells[0][place, mixes]).mean()
        for values, place in zip(of_cells[1:], best, strict=True)
    ]
    assert curse[0] > 1.15  # the winner as measured promises too much
    assert abs(curse[1] - 1.0) < 0.4 * (curse[0] - 1.0)


def test_where_cells_do_not_differ_all_differences_go():
    _, measured = planted(3, 0.4, spread=0.0)
    found = values_of_cells(measured, SECTOR, REGION, np.ones(45))
    raw, kept = (values.mean(axis=0).std(axis=0) for values in (found.raw, found.smoothed))
    assert (kept < 0.4 * raw).all()


def test_what_is_known_beforehand_is_used():
    rng = np.random.default_rng(5)
    known = rng.uniform(0.5, 1.5, 45)
    values = known + 0.3 * rng.standard_normal(45)
    found = smoothed(values, 0.09, SECTOR, REGION, known)
    assert np.corrcoef(found, known)[0, 1] > 0.97
    assert np.abs(found - known).mean() < 0.3 * np.abs(values - known).mean()


def test_values_not_measured_are_filled_and_finite():
    _, measured = planted(2, 0.2)
    measured[0, 3, 1] = np.nan
    assert np.isfinite(values_of_cells(measured, SECTOR, REGION, np.ones(45)).smoothed).all()


@pytest.mark.parametrize("text", ["net_benefit", "injury_rate", "productivity=2,decent_work=1,resources"])
def test_scale_scores_as_the_objective_does(text):
    rng = np.random.default_rng(1)
    values, weights = rng.normal(2.0, 3.0, (6, 5, len(NAMES))), parse_objective(text)
    scale = Scale.of(values, NAMES, weights)
    np.testing.assert_allclose(scale.score(values, NAMES), score(values, NAMES, weights))


# falling returns


def test_fall_of_a_straight_line_is_found():
    shares = np.array([0.2, 0.6, 1.0])
    for fall in (0.0, 0.1, 0.4):
        mean = 1.0 - fall * shares
        assert falls((mean / mean[0])[np.newaxis], shares)[0] == pytest.approx(fall, abs=1e-12)


def test_segments_add_up_to_the_total_of_the_curve():
    edges = edges_up_to(0.6, 5)
    left = slopes(np.array([0.3]), edges)[0]
    assert left @ np.diff(edges) == pytest.approx(0.6 - 0.3 * 0.6**2)
    assert (np.diff(left) < 0.0).all()


def test_rising_returns_count_as_level_and_others_are_told():
    core = np.array([[[10.0, 11.0, 12.0]], [[10.0, 10.5, 11.0]]])
    own, others = 5.0 * core, -0.5 * core
    found = Returns(core, own, others)
    assert found.fall()[0] == 0.0
    assert found.spill_over() == pytest.approx(-0.1)
    assert len(found.resampled(7, 1)) == 7
