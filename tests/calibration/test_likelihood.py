"""Likelihood: every error once, none forgotten; what cannot be reached is told before any fit."""

import numpy as np
import pytest

from calibration.likelihood import (
    Direction,
    Evidence,
    direction_agrees,
    errors_of,
    implausibility,
    published_error,
    reach,
    typical_effect,
)
from tests.calibration.made_up import target


def test_variance_is_the_sum_of_all_that_separates_model_and_study():
    targets = [target(0.2, se=0.03, discrepancy=0.04, abroad=True)]
    errors = errors_of(targets, np.array([0.12]), transport=0.2)
    assert errors.variance == pytest.approx([0.03**2 + 0.04**2 + (0.2 * 0.2) ** 2 + 0.12**2])
    assert errors.times(2.0).variance == pytest.approx([0.03**2 + 0.08**2 + 0.04**2 + 0.12**2])
    assert not errors.assumed.any()


def test_an_effect_at_home_has_no_transport():
    assert errors_of([target(0.2, se=0.03)], np.zeros(1)).transport.tolist() == [0.0]


def test_where_no_error_is_published_it_is_half_the_effect_but_not_below_the_floor_of_the_class():
    targets = [
        target(0.3),
        target(0.1, "B", se=0.08),
        target(0.02, "C"),
        target(9.0, "D", "injuries", se=5.0),
    ]
    assert published_error(targets[0], targets) == pytest.approx(0.15)
    assert published_error(targets[1], targets) == pytest.approx(0.08)
    assert published_error(targets[2], targets) == pytest.approx(0.08)
    assert errors_of(targets, np.zeros(4)).assumed.tolist() == [True, False, True, False]


def test_a_reported_null_has_an_error_and_a_transport_term():
    targets = [target(0.0, abroad=True), target(0.2, "B")]
    errors = errors_of(targets, np.zeros(2), transport=0.5)
    typical = 0.2 / np.sqrt(2.0)
    assert errors.published[0] == pytest.approx(0.1)  # half the smallest effect that was found
    assert errors.transport[0] == pytest.approx(typical / 2.0)


def test_the_floor_counts_each_study_once():
    many = [target(0.5, "A", se=0.1) for _ in range(9)]
    assert published_error(target(0.0, "C"), [*many, target(0.5, "B", se=0.3)]) == pytest.approx(
        np.sqrt((0.1**2 + 0.3**2) / 2.0)
    )
    assert typical_effect("productivity", [*many, target(-1.5, "B")]) == pytest.approx(np.sqrt(1.25))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"se": 0.0}, "standard error"),
        ({"se": np.nan}, "standard error"),
        ({"discrepancy": -1.0}, "negative"),
    ],
)
def test_a_wrong_target_is_refused(wrong, told):
    with pytest.raises(ValueError, match=told):
        target(0.1, **wrong)
    with pytest.raises(ValueError, match="not a number"):
        target(np.nan)


def test_a_target_without_any_error_is_refused():
    errors = errors_of([target(0.0)], np.zeros(1))
    with pytest.raises(ValueError, match="no error at all"):
        Evidence.of(np.zeros(1), errors.variance)


def test_log_likelihood_is_that_of_the_normal_distribution_by_data_set():
    evidence = Evidence.of(np.array([[1.0, 2.0], [0.0, np.nan]]), np.array([0.25, 4.0]))
    mean = np.array([[1.5, 4.0], [1.5, 4.0], [0.0, 77.0]])
    expected = [-0.5 * (0.25 / 0.25 + 4.0 / 4.0), -0.5 * (1.5**2 / 0.25), 0.0]
    assert evidence.log_likelihood(mean, np.array([0, 1, 1])) == pytest.approx(expected)


def test_reach_tells_each_target_alone_and_all_together():
    responses = np.array([[0.0, 5.0, 1.0], [9.0, 0.2, np.nan], [1.0, 1.0, 9.0]])
    found = reach(responses, np.array([0.0, 0.0, 30.0]), np.array([1.0, 1.0, 4.0]))
    assert found.best == pytest.approx([0.0, 0.2, 10.5])
    assert found.reachable.tolist() == [True, True, False]
    assert found.point == 2
    assert found.together == pytest.approx([1.0, 1.0, 10.5])


def test_a_target_without_simulations_is_no_reachable_one():
    with pytest.raises(ValueError, match="not been simulated"):
        reach(np.array([[np.nan], [np.nan]]), np.zeros(1), np.ones(1))


def test_implausibility_is_in_standard_deviations():
    assert implausibility(np.array([[3.0]]), np.array([1.0]), np.array([4.0])).tolist() == [[1.0]]


def test_directions_are_counted_apart():
    effects = np.array([-0.3, -0.1, 0.01, 0.2])
    assert direction_agrees(Direction("falls", "A", -1), effects) == 0.5
    assert direction_agrees(Direction("rises", "A", 1), effects) == 0.5
    assert direction_agrees(Direction("nothing", "A", 0, tolerance=0.1), effects) == 0.5
    with pytest.raises(ValueError, match="tolerance"):
        Direction("nothing", "A", 0)
    with pytest.raises(ValueError, match="sign must be"):
        Direction("much", "A", 2)
