"""Forecasts of published estimates: by those who have not seen them, beside naive ones."""

from dataclasses import replace

import numpy as np
import pytest

from calibration.forecast import forecast, leave_one_study_out
from calibration.likelihood import errors_of
from calibration.naive import class_scale, naive_forecasts
from calibration.scores import crps_of_normal
from tests.calibration.made_up import analytic_posterior, emulated, linear_model, points, target
from tests.calibration.test_posterior import LONG

TRUTH = np.array([[0.5, -0.5, 1.0, 0.0]])


def of_linear_model():
    """Four targets of three studies; the last study publishes two."""
    published = np.add(linear_model(TRUTH)[0], (0.1, -0.2, 0.1, 0.2))
    return [
        target(float(y), study, se=0.3, discrepancy=0.1) for y, study in zip(published, "ABCC", strict=True)
    ]


def test_interval_holds_all_errors_between_model_and_study():
    mean = np.tile([[1.0]], (40_000, 1))
    told = forecast(mean, [target(1.4, se=0.3, discrepancy=0.4)], [], np.zeros(1), seed=1)
    assert told.mean == pytest.approx([1.0], abs=0.02)
    assert told.width == pytest.approx([2 * 1.645 * 0.5], rel=0.02)
    assert told.crps == pytest.approx(crps_of_normal(np.ones(1), np.full(1, 0.5), np.full(1, 1.4)), rel=0.03)
    assert told.inside.all()
    assert not told.no_effect_inside.any()


def test_a_wide_interval_is_told_by_no_effect_inside_it():
    mean = np.random.default_rng(2).normal([1.0, 4.0], 1.0, (4000, 2))
    told = forecast(mean, [target(9.0, "A", se=0.1), target(4.0, "B", se=0.1)], [], np.zeros(2), seed=1)
    assert told.inside.tolist() == [False, True]
    assert told.no_effect_inside.tolist() == [True, False]


def test_the_error_of_a_forecast_does_not_know_what_was_published():
    mean = np.full((4000, 1), 0.1)
    modest, huge = (
        forecast(mean, [target(y, "A", abroad=True)], [target(0.2, "B", se=0.05)], np.zeros(1), seed=1)
        for y in (0.1, 50.0)
    )
    assert modest.width == pytest.approx(huge.width)
    assert modest.inside.all()
    assert not huge.inside.any()


def test_left_out_studies_are_foretold_by_the_others_alone():
    targets, emulator = of_linear_model(), emulated(linear_model)
    told = leave_one_study_out(emulator, targets, np.zeros(4), LONG, seed=3)
    variance = np.array([0.3**2 + 0.1**2] * 4)
    published = np.array([each.published for each in targets])
    for own in ([0], [1], [2, 3]):
        others = variance.copy()
        others[own] = np.inf
        mean, covariance = analytic_posterior(published, others)
        slopes = emulator.slopes(np.zeros((1, 3)))[0][:, own]
        sd = np.sqrt(np.diag(slopes.T @ covariance[:3, :3] @ slopes) + variance[own])
        expected = 2.0 + mean[:3] @ slopes
        assert told.mean[own] == pytest.approx(expected, abs=0.08)
        assert told.width[own] == pytest.approx(2 * 1.645 * sd, rel=0.08)
        assert told.crps[own] == pytest.approx(crps_of_normal(expected, sd, published[own]), abs=0.05)
    assert told.published.tolist() == published.tolist()


def test_what_a_left_out_study_published_changes_its_own_forecast_in_nothing():
    targets, emulator = of_linear_model(), emulated(linear_model)
    first = leave_one_study_out(emulator, targets, np.zeros(4), LONG, seed=3)
    other = [replace(targets[0], published=-7.0), *targets[1:]]
    second = leave_one_study_out(emulator, other, np.zeros(4), LONG, seed=3)
    assert second.mean[0] == pytest.approx(first.mean[0], abs=0.05)
    assert second.width[0] == pytest.approx(first.width[0], rel=0.06)
    assert first.inside[0]
    assert not second.inside[0]
    assert abs(second.mean[1] - first.mean[1]) > 1.0


def test_ninety_of_a_hundred_left_out_estimates_lie_inside():
    emulator, inside = emulated(linear_model), []
    rng = np.random.default_rng(4)
    quick = replace(LONG, chains=12, draws=16, warm_up=6, thin=1)
    for z in points(24, 4, seed=5):
        published = linear_model(z[None])[0] + np.hypot(0.3, 0.1) * rng.standard_normal(4)
        targets = [
            replace(old, published=float(y)) for old, y in zip(of_linear_model(), published, strict=True)
        ]
        inside.append(leave_one_study_out(emulator, targets, np.zeros(4), quick, seed=6).inside)
    assert np.mean(inside) == pytest.approx(0.9, abs=0.07)


def test_naive_forecasts_are_zero_and_the_mean_of_the_other_studies():
    targets = [
        target(0.3, "A", se=0.1), target(0.1, "B", se=0.1), target(0.3, "B", se=0.1),
        target(0.4, "C", se=0.1), target(9.0, "D", "injuries", se=1.0),
    ]  # fmt: skip
    naive = naive_forecasts(targets, targets)
    assert naive.no_effect[0] == pytest.approx(
        crps_of_normal(np.zeros(1), np.full(1, 0.1), np.full(1, 0.3))[0]
    )
    apart = np.std([0.2, 0.4], ddof=1) * np.sqrt(1.5)
    expected = crps_of_normal(np.full(1, 0.3), np.full(1, np.hypot(apart, 0.1)), np.full(1, 0.3))
    assert naive.others[0] == pytest.approx(expected[0])
    assert np.isnan(naive.others[4])
    assert np.isfinite(naive.no_effect).all()


def test_a_naive_forecast_from_one_other_study_is_as_unsure_as_that_effect_is_large():
    naive = naive_forecasts([target(0.1, "A", se=0.1)], [target(0.4, "B", se=0.2)])
    expected = crps_of_normal(np.full(1, 0.4), np.full(1, np.hypot(0.4 * np.sqrt(2.0), 0.1)), np.full(1, 0.1))
    assert naive.others == pytest.approx(expected)


def test_a_naive_forecast_of_a_class_of_its_own_scores_the_distance():
    assert naive_forecasts([target(0.4, "A")], []).no_effect == pytest.approx([0.4])


def test_scores_are_compared_in_standard_deviations_of_their_class():
    known = [target(0.1, "A"), target(0.3, "B"), target(9.0, "C", "injuries"), target(0.2, "D", "one"),
             target(0.2, "E", "one")]  # fmt: skip
    assert class_scale(known, known) == pytest.approx([np.sqrt(0.02)] * 2 + [9.0, 0.2, 0.2])


def test_a_model_that_is_right_beats_both_naive_forecasts():
    targets, emulator = of_linear_model(), emulated(linear_model)
    told = leave_one_study_out(emulator, targets, emulator.accuracy.error, LONG, seed=3)
    naive = naive_forecasts(targets, targets)
    assert told.crps.mean() < naive.no_effect.mean()
    assert told.crps.mean() < naive.others.mean()


def test_discrepancy_widens_the_posterior_predictive():
    targets = of_linear_model()
    narrow = errors_of(targets, np.zeros(4))
    assert (narrow.times(3.0).variance > narrow.variance).all()
