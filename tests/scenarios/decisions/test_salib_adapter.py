"""SALib's traps: what it does with them by itself, and what the adapter does."""

import numpy as np
import pytest
from SALib.analyze import pawn, sobol

from scenarios.decisions import salib_adapter
from tests.scenarios.decisions.known_functions import ishigami


def test_salib_makes_every_index_zero_of_one_missing_output_and_the_adapter_refuses():
    y = np.random.default_rng(1).normal(size=16 * 5)
    y[7] = np.nan
    found = sobol.analyze(salib_adapter.problem(3), y, calc_second_order=False, seed=1)
    assert not np.nan_to_num(found["S1"]).any()  # the trap
    with pytest.raises(salib_adapter.UnusableOutput, match="1 of 80 outputs"):
        salib_adapter.salib_sobol(y, 3, False, 0.9)


def test_no_seed_is_taken_for_none():
    assert min(salib_adapter.seed_for(seed, key) for seed in range(200) for key in range(5)) > 0
    for sample in (
        lambda: salib_adapter.sobol_sample(3, 8, 0),
        lambda: salib_adapter.morris_sample(3, 8, 0),
        lambda: salib_adapter.fast_sample(3, 65, 2, 0),
        lambda: salib_adapter.latin_sample(3, 8, 0),
    ):
        assert np.array_equal(sample(), sample())


def test_estimates_repeat_whatever_numpys_global_state():
    y = np.random.default_rng(1).normal(size=16 * 5)
    first = salib_adapter.salib_sobol(y, 3, False, 0.9)
    np.random.random(7)  # noqa: NPY002
    assert np.array_equal(first["total"], salib_adapter.salib_sobol(y, 3, False, 0.9)["total"])


@pytest.mark.parametrize("y", [np.full(80, 3.0), np.zeros(80), np.full(80, np.inf)])
def test_what_cannot_be_analysed_is_refused(y):
    with pytest.raises(salib_adapter.UnusableOutput):
        salib_adapter.checked(y, 80)


def test_output_of_another_length_is_refused():
    with pytest.raises(salib_adapter.UnusableOutput, match=r"\(80,\)"):
        salib_adapter.checked(np.arange(79.0), 80)


@pytest.mark.parametrize("points", [60, 100, 256])
def test_pawn_is_salibs(points):
    x = salib_adapter.latin_sample(3, points, 1)[:, 0]
    y = np.round(ishigami(x), 1)  # some are equal
    rows = np.random.default_rng(1).integers(0, points, points)  # and more, in a resample
    for x_i, y_i in ((x, y), (x[rows], y[rows])):
        salibs = pawn.analyze(salib_adapter.problem(3), x_i, y_i, S=salib_adapter.slices_for(points))
        assert salib_adapter.pawn(x_i, y_i) == pytest.approx(salibs["median"])


@pytest.mark.parametrize("points", range(24, 130, 6))
def test_pawn_finds_slices_for_any_number_of_points(points):
    x = salib_adapter.latin_sample(2, points, 1)[:, 0]
    found = salib_adapter.pawn(x, x[:, 0])
    assert found[0] > found[1]
