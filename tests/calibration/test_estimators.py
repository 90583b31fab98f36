"""Estimators against known answers: what a study computes on its data is what the model is compared with."""

import numpy as np
import pytest

from calibration.estimators import estimate
from calibration.outcomes import Measured, measured
from simulation import accounts as a
from simulation.parameters import MODULES


def arm(before, after):
    """An arm whose enterprises had these values before and after, over a denominator of 1."""
    before, after = (np.asarray(values, np.float64) for values in (before, after))
    return Measured(before, np.ones_like(before)), Measured(after, np.ones_like(after))


RANDOM = np.random.default_rng(4)
BASELINE = RANDOM.uniform(1.0, 3.0, 400)


def test_difference_of_levels_points_and_logs():
    treated, control = arm(BASELINE, BASELINE * 1.1), arm(BASELINE, BASELINE)
    assert estimate("difference", "level", treated, control) == pytest.approx(0.1 * BASELINE.mean())
    assert estimate("difference", "points", treated, control) == pytest.approx(10.0 * BASELINE.mean())
    assert estimate("difference", "log", treated, control) == pytest.approx(np.log(1.1))
    assert estimate("difference", "percent", treated, control) == pytest.approx(10.0)


@pytest.mark.parametrize("scale", ["log", "percent", "level"])
def test_difference_in_differences_takes_off_what_was_there_before(scale):
    treated, control = arm(BASELINE * 2.0, BASELINE * 2.0 * 1.1), arm(BASELINE, BASELINE)
    effect = {"log": np.log(1.1), "percent": 10.0, "level": 0.2 * BASELINE.mean()}[scale]
    assert estimate("difference_in_differences", scale, treated, control) == pytest.approx(effect)
    assert estimate("difference", scale, treated, control) != pytest.approx(effect)


def test_ancova_finds_the_effect_given_the_baseline():
    before = RANDOM.normal(size=(2, 5_000)) + np.array([[0.3], [0.0]])  # the treated were better already
    after = 0.5 * before + np.array([[0.2], [0.0]])
    treated, control = arm(before[0], after[0]), arm(before[1], after[1])
    assert estimate("ancova", "level", treated, control) == pytest.approx(0.2)
    assert estimate("difference", "level", treated, control) > 0.3


def test_standard_deviations_are_the_control_arms():
    treated, control = arm(BASELINE, BASELINE + 0.5), arm(BASELINE, BASELINE)
    expected = 0.5 / BASELINE.std(ddof=1)
    assert estimate("difference", "standard_deviations", treated, control) == pytest.approx(expected)


def test_percent_compares_totals_and_not_single_rates():
    few, many = np.array([0.0, 4.0]), np.array([0.0, 2.0])
    workers = np.array([10.0, 1_000.0])
    treated = (Measured(many, workers), Measured(many, workers))
    control = (Measured(few, workers), Measured(few, workers))
    assert estimate("difference", "percent", treated, control) == pytest.approx(-50.0)


def test_who_closed_in_one_arm_is_left_out_of_both():
    treated, control = arm([1.0, 1.0, 9.0], [2.0, 2.0, 9.0]), arm([1.0, 1.0, 1.0], [1.0, 1.0, 1.0])
    treated[1].below[2] = 0.0
    assert estimate("difference", "level", treated, control) == pytest.approx(1.0)
    treated[1].below[:] = 0.0
    assert np.isnan(estimate("difference", "level", treated, control))


def panel(enterprises, months, **values):
    made = np.zeros((enterprises, months, a.N_ACCOUNTS), np.float32)
    made[:, :, a.ENTERPRISES] = 1.0
    for name, value in values.items():
        made[:, :, a.ACCOUNTS.index(name)] = value
    return made


def test_measures_are_ratios_of_accounts_over_the_window():
    made = panel(2, 24, headcount=20.0, separations=0.5, gross_output=10.0, defects=0.6)
    made[:, :12, a.ACCOUNTS.index("separations")] = 99.0  # before the window
    assert measured(made, "turnover", 12, 23).value == pytest.approx(0.3)  # a year
    assert measured(made, "defects", 12, 23).value == pytest.approx(0.06)
    assert measured(made, "employment", 5, 5).value == pytest.approx(20.0)


def test_practices_are_those_of_the_modules_taught():
    shares = {f"practice_{name}": 0.1 * (k + 1) for k, name in enumerate(MODULES)}
    made = panel(3, 2, **shares)
    assert measured(made, "practices", 1, 1, ("quality", "safety")).value == pytest.approx(0.3)
    assert measured(made, "practices", 0, 1).value == pytest.approx(0.3)
    assert measured(made, "practices.safety", 0, 0).value == pytest.approx(0.4)
