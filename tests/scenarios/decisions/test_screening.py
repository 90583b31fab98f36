"""Morris, FAST, PAWN and delta against known functions, and SALib's own estimates."""

import numpy as np
import pytest
from SALib.analyze.delta import calc_delta

from scenarios.decisions import salib_adapter
from scenarios.decisions.indices import UNCORRECTED, above_chance, convergence, design_of, indices
from scenarios.decisions.screening import DUMMY
from tests.scenarios.decisions.known_functions import (
    ISHIGAMI_FIRST,
    ISHIGAMI_TOTAL,
    g_indices,
    ishigami,
    noisy,
    sobol_g,
)

FOUR = ("a", "b", "c", "inert")


def estimated(method, function=ishigami, n=64, seed=1, sd=None, groups=None):
    design = design_of(method, FOUR, n, seed, groups)
    values = function(design.points)
    y = values[..., np.newaxis] if sd is None else noisy(values, seed, sd)
    return indices(design, y, seed)


def of_kind(found, kind):
    return {i.factor: i for i in found if i.kind == kind}


# Morris


def test_morris_without_chance_is_salibs():
    found = estimated("morris", n=20)
    mine, salibs = of_kind(found, "mu_star"), of_kind(found, "mu_star" + UNCORRECTED)
    for j in range(4):
        assert mine[j].estimate == pytest.approx(salibs[j].estimate)
    assert mine[3].estimate == 0.0
    assert min(mine[j].low for j in (0, 1, 2)) > 0.0


def test_morris_of_groups_without_chance_is_salibs():
    found = estimated("morris", n=20, groups=("ab", "ab", "c", "inert"))
    mine, salibs = of_kind(found, "mu_star"), of_kind(found, "mu_star" + UNCORRECTED)
    for j in range(3):
        assert mine[j].estimate == pytest.approx(salibs[j].estimate)
    assert not of_kind(found, "mu")


def test_morris_finds_the_slopes_of_a_line():
    found = estimated("morris", lambda x: 3.0 * x[..., 0] - 2.0 * x[..., 1])
    slopes = [of_kind(found, "mu")[j].estimate for j in range(4)]
    assert slopes == pytest.approx([3.0, -2.0, 0.0, 0.0])
    assert [of_kind(found, "sigma")[j].estimate for j in range(4)] == pytest.approx([0.0] * 4, abs=1e-6)


def test_morris_is_not_fooled_by_chance():
    line = lambda x: 6.0 * x[..., 0] + 3.0 * x[..., 1]  # noqa: E731
    runs = [estimated("morris", line, n=12, seed=s, sd=4.0) for s in range(30)]
    corrected = [of_kind(found, "mu_star") for found in runs]
    plain = [of_kind(found, "mu_star" + UNCORRECTED)[3].estimate for found in runs]
    assert np.mean(plain) > 4.0  # of a parameter that does nothing
    assert abs(np.mean([found[3].estimate for found in corrected])) < 1.7
    assert np.mean([found[3].low <= 0.0 for found in corrected]) >= 0.8
    assert np.mean([found[0].estimate for found in corrected]) == pytest.approx(6.0, abs=0.8)


# FAST


@pytest.mark.parametrize("sd", [None, 2.0])
def test_fast_finds_ishigamis_indices(sd):
    found = estimated("fast", n=513, sd=sd)
    for kind, truth in (("first", ISHIGAMI_FIRST), ("total", ISHIGAMI_TOTAL)):
        for j, value in enumerate(truth):
            index = of_kind(found, kind)[j]
            assert index.low - 0.03 <= value <= index.high + 0.03  # FAST's own bias


def test_fast_finds_the_g_functions_indices():
    found = estimated("fast", sobol_g, n=257)
    for kind, truth in zip(("first", "total"), g_indices(), strict=True):
        for j, value in enumerate(truth):
            assert of_kind(found, kind)[j].estimate == pytest.approx(value, abs=0.05)


def test_fast_without_chance_is_salibs_and_chance_is_taken_out():
    found = estimated("fast", n=129)
    for kind in ("first", "total"):
        for j in range(4):
            salibs = of_kind(found, kind + UNCORRECTED)[j].estimate
            assert of_kind(found, kind)[j].estimate == pytest.approx(salibs, abs=0.02)  # means of ratios
    noise = estimated("fast", n=129, sd=4.0)
    assert of_kind(noise, "total" + UNCORRECTED)[3].estimate > 0.25
    assert abs(of_kind(noise, "total")[3].estimate) < 0.12


# PAWN and delta


@pytest.mark.parametrize("method", ["pawn", "delta"])
def test_distances_rank_ishigamis_parameters_and_give_least_to_the_inert(method):
    design = design_of(method, FOUR, 1000 if method == "pawn" else 300, 1)
    found = of_kind(indices(design, ishigami(design.points)[..., np.newaxis], 1, resamples=8), method)
    order = sorted((0, 1, 2, 3), key=lambda j: -found[j].estimate)
    assert order == [1, 0, 2, 3]
    listed = list(found.values())
    assert above_chance(found[1], listed, 300)
    assert not above_chance(found[3], listed, 300)
    assert found[3].low < found[DUMMY].high


def test_delta_is_salibs():
    x = np.random.default_rng(1).random((397, 3))
    y = ishigami(x)
    grid, edges = np.linspace(y.min(), y.max(), 100), np.linspace(0, 397, 6)
    expected = [calc_delta(y, grid, column, edges) for column in x.T]
    assert salib_adapter.delta(x, y) == pytest.approx(expected)


def test_hardly_anything_that_does_nothing_is_taken_for_something():
    names = tuple(f"p{j}" for j in range(40))
    alarms, finds = [], []
    for seed in range(15):
        design = design_of("morris", names, 10, seed)
        y = noisy(20.0 * design.points[..., 0], seed, 2.0)
        found = [i for i in indices(design, y, seed, uncorrected=False) if i.kind == "mu_star"]
        alarms.append(sum(above_chance(i, found, 10) for i in found[1:]))
        finds.append(above_chance(found[0], found, 10))
    assert all(finds)
    assert np.mean(alarms) <= 0.8  # of 39; by their own intervals alone several


# Convergence


def test_convergence_ends_with_the_whole_sample_and_narrows():
    design = design_of("sobol", FOUR, 64, 1)
    y = noisy(ishigami(design.points), 1, 2.0)
    whole = indices(design, y, 1)
    steps = convergence(design, y, 1, whole)
    assert sorted({blocks for blocks, _ in steps}) == [16, 32, 48, 64]
    of_b = {blocks: i for blocks, i in steps if i.kind == "total" and i.factor == 1}
    assert of_b[64] in whole
    assert of_b[64].high - of_b[64].low < of_b[16].high - of_b[16].low
