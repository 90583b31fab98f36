"""Sobol indices against functions that have known ones, and with chance that must not count."""

import numpy as np
import pytest

from scenarios.decisions.indices import UNCORRECTED, chance_of, design_of, indices, ranks_told, told_apart
from scenarios.decisions.salib_adapter import UnusableOutput
from scenarios.decisions.sobol_indices import Index
from tests.scenarios.decisions.known_functions import (
    ISHIGAMI_FIRST,
    ISHIGAMI_SD,
    ISHIGAMI_SECOND,
    ISHIGAMI_TOTAL,
    g_indices,
    ishigami,
    noisy,
    sobol_g,
)

FOUR = ("a", "b", "c", "inert")


def estimated(function, *, n=256, seed=1, sd=None, replicates=2, **more):
    design = design_of("sobol", FOUR, n, seed, **more)
    values = function(design.points)
    y = values[..., np.newaxis] if sd is None else noisy(values, seed, sd, replicates)
    return {(i.kind, i.factor, i.factor_2): i for i in indices(design, y, seed)}


def within(index, truth, slack=1e-9):
    return index.low - slack <= truth <= index.high + slack


def test_ishigami_indices_lie_within_their_intervals():
    found = estimated(ishigami, n=512, second_order=True)
    for j, (first, total) in enumerate(zip(ISHIGAMI_FIRST, ISHIGAMI_TOTAL, strict=True)):
        assert within(found["first", j, None], first)
        assert within(found["total", j, None], total)
        assert found["total", j, None].high - found["total", j, None].low < 0.2
    for (j, k), second in ISHIGAMI_SECOND.items():
        assert within(found["second", j, k], second)
    for kind in ("first", "total"):
        assert found[kind, 3, None].estimate == pytest.approx(0.0, abs=1e-12)


def test_ishigami_indices_lie_within_their_intervals_under_chance():
    found = estimated(ishigami, n=512, sd=ISHIGAMI_SD, second_order=True)  # half of the variance
    for j, (first, total) in enumerate(zip(ISHIGAMI_FIRST, ISHIGAMI_TOTAL, strict=True)):
        assert within(found["first", j, None], first)
        assert within(found["total", j, None], total)
    assert within(found["second", 0, 2], ISHIGAMI_SECOND[0, 2])
    assert found["second", 0, 2].low > 0.0


def test_groups_of_the_g_function_have_their_closed_indices():
    groups = ("large", "small", "small", "small")
    found = estimated(sobol_g, groups=groups)
    first, total = g_indices(((0,), (1, 2, 3)))
    for j in range(2):
        assert within(found["first", j, None], first[j])
        assert within(found["total", j, None], total[j])


def test_a_parameter_that_does_nothing_is_found_out_where_the_plain_estimate_is_fooled():
    found = estimated(ishigami, n=64, sd=1.3 * ISHIGAMI_SD)
    plain = found["total" + UNCORRECTED, 3, None]
    assert plain.estimate > 0.3
    assert plain.low > 0.0  # sure, and wrong
    assert within(found["total", 3, None], 0.0)


def test_intervals_of_nothing_hold_zero_about_as_often_as_they_say():
    held = [within(estimated(ishigami, n=64, seed=s, sd=4.0)["total", 3, None], 0.0) for s in range(40)]
    assert np.mean(held) >= 0.8  # 0.9 is meant; its standard error is 0.05


def test_corrected_totals_are_not_biased_and_more_replicates_sharpen_them():
    def totals(replicates):
        runs = (estimated(ishigami, n=64, seed=s, sd=4.0, replicates=replicates) for s in range(30))
        return np.array([found["total", 2, None].estimate for found in runs])

    two, eight = totals(2), totals(8)
    assert abs(eight.mean() - ISHIGAMI_TOTAL[2]) < 0.05
    assert eight.std() < 0.75 * two.std()


def test_chance_that_depends_on_the_parameters_is_taken_out_too():
    design = design_of("sobol", FOUR, 512, 3)
    sd = 8.0 * design.points[..., 0]
    chance = np.random.default_rng(3).normal(size=(*sd.shape, 2)) * sd[..., np.newaxis]
    y = ishigami(design.points)[..., np.newaxis] + chance
    found = {(i.kind, i.factor): i for i in indices(design, y, 3)}
    assert within(found["total", 3], 0.0)
    assert within(found["total", 1], ISHIGAMI_TOTAL[1])


def test_the_share_of_chance_is_what_was_put_in():
    design = design_of("sobol", FOUR, 256, 1)
    y = noisy(ishigami(design.points), 1, ISHIGAMI_SD)
    chance = chance_of(y, 1)
    assert chance.share == pytest.approx(0.5, abs=0.05)
    assert chance.low < 0.5 < chance.high
    assert chance.failed == chance.left_out == 0


def test_output_of_chance_alone_has_no_indices():
    design = design_of("sobol", FOUR, 16, 1)
    found = indices(design, noisy(np.zeros(design.points.shape[:2]), 1, 1.0), 1, uncorrected=False)
    assert all(np.isnan(i.estimate) for i in found)


def test_constant_output_has_no_indices():
    design = design_of("sobol", FOUR, 16, 1)
    assert all(np.isnan(i.estimate) for i in indices(design, np.ones((*design.points.shape[:2], 2)), 1))


def test_output_that_is_not_finite_or_too_short_is_refused():
    design = design_of("sobol", FOUR, 16, 1)
    y = noisy(ishigami(design.points), 1, 0.1)
    with pytest.raises(UnusableOutput, match=r"\(15, 6\)"):
        indices(design, y[:-1], 1)
    y[3, 2, 0] = np.nan
    with pytest.raises(UnusableOutput, match="not finite"):
        indices(design, y, 1)


def test_neighbours_in_rank_are_told_apart_where_their_difference_leaves_zero_out():
    def index(factor, low, high):
        return Index("total", factor, (low + high) / 2.0, low, high)

    overlapping = [index(0, 0.38, 0.78), index(1, 0.12, 0.42), index(2, 0.1, 0.4)]
    assert told_apart(overlapping) == {0: True, 1: False, 2: False}
    assert ranks_told(overlapping) == 1
    same = [index(0, 0.1, 0.5), index(1, 0.1, 0.5)]
    assert not any(told_apart(same).values())
    assert ranks_told(same) == 0
    apart = [index(0, 0.5, 0.6), index(1, 0.1, 0.2)]
    assert all(told_apart(apart).values())
    assert ranks_told(apart) == 2
