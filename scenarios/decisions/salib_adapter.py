"""SALib behind a guard: its samples and its estimates, with what it lets pass refused.

SALib (Herman & Usher 2017, Journal of Open Source Software 2(9), 97) makes every Sobol index zero where one
output is NaN, takes seed 0 for no seed, scales constant output to NaN, and its ``delta.analyze`` swallows
exceptions and changes the filters of warnings for the whole process (so that its estimator is worked out
here).
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

LEVELS = 4
"""Levels of Morris's grid."""
STEP = LEVELS / (2.0 * (LEVELS - 1.0))
"""Step of Morris's trajectories in the unit cube."""
HARMONICS = 4
"""Harmonics of FAST's frequencies that are added up."""
SHORTEST_CURVE = 4 * HARMONICS**2 + 1
"""Fewest points of a search curve of FAST."""


class UnusableOutput(ValueError):
    """Output from which no index can be estimated: not finite, constant, or of a wrong length."""


def checked(y: FloatArray, rows: int) -> FloatArray:
    """``y`` (rows,) if indices can be estimated from it; UnusableOutput otherwise."""
    y = np.asarray(y, np.float64)
    if y.shape != (rows,):
        raise UnusableOutput(f"{y.shape} outputs instead of ({rows},)")
    if not np.isfinite(y).all():
        raise UnusableOutput(f"{int((~np.isfinite(y)).sum())} of {rows} outputs are not finite")
    if np.ptp(y) <= 1e-12 * max(1.0, float(np.abs(y).max())):
        raise UnusableOutput("the output is constant")
    return y


def seed_for(seed: int, *key: int) -> int:
    """A seed that SALib takes as one: never 0, and different for every ``key``."""
    return 1 + int(np.random.SeedSequence([seed, *key]).generate_state(1)[0] >> 1)


def problem(parameters: int, groups: Sequence[str] | None = None) -> dict[str, Any]:
    """SALib's description of the unit cube; ``groups`` names the group of each parameter."""
    found: dict[str, Any] = {
        "num_vars": parameters, "names": [f"x{i}" for i in range(parameters)],
        "bounds": [[0.0, 1.0]] * parameters,
    }  # fmt: skip
    return found | ({"groups": list(groups)} if groups else {})


# Samples, (blocks, rows of a block, parameters) in the unit cube


def sobol_sample(
    parameters: int, n: int, seed: int, groups: Sequence[str] | None = None, second_order: bool = False
) -> FloatArray:
    """Saltelli's rows A, AB_1.., (BA_1..,) B of ``n`` base points, a power of two."""
    from SALib.sample import sobol

    found = sobol.sample(
        problem(parameters, groups), n, calc_second_order=second_order, seed=seed_for(seed, 501)
    )
    return _in_blocks(found, n)


def morris_sample(parameters: int, n: int, seed: int, groups: Sequence[str] | None = None) -> FloatArray:
    """``n`` trajectories, each of one row more than there are parameters (or groups)."""
    from SALib.sample import morris

    found = morris.sample(problem(parameters, groups), n, num_levels=LEVELS, seed=seed_for(seed, 502))
    return _in_blocks(found, n)


def fast_sample(parameters: int, n: int, curves: int, seed: int) -> FloatArray:
    """``curves`` sets of search curves with phases of their own; a set has ``n`` points a parameter."""
    from SALib.sample import fast_sampler

    sets = []
    for number in range(curves):
        key = seed_for(seed, 503, number)
        found = fast_sampler.sample(problem(parameters), n, M=HARMONICS, seed=key)
        # SALib gives the other parameters their frequencies in order: which one has which is drawn anew
        order = np.random.default_rng(key).permutation(parameters)
        cube = found.reshape(parameters, n, parameters)[order][:, :, order]
        sets.append(cube.reshape(parameters * n, parameters))
    return np.clip(np.stack(sets), 0.0, 1.0)


def latin_sample(parameters: int, n: int, seed: int) -> FloatArray:
    """A Latin hypercube of ``n`` points, each a block of its own."""
    from SALib.sample import latin

    return _in_blocks(latin.sample(problem(parameters), n, seed=seed_for(seed, 504)), n)


def _in_blocks(points: FloatArray, blocks: int) -> FloatArray:
    return points.reshape(blocks, -1, points.shape[1])


# SALib's estimates, which know nothing of chance


def salib_sobol(y: FloatArray, factors: int, second_order: bool, coverage: float) -> dict[str, FloatArray]:
    """First and total indices (factors,) with half widths of their intervals, from rows block by block."""
    from SALib.analyze import sobol

    checked(y, len(y))
    found = sobol.analyze(
        problem(factors), y, calc_second_order=second_order, conf_level=coverage, seed=seed_for(0, 505)
    )
    names = {"first": "S1", "total": "ST"}
    return {kind: np.stack([found[name], found[f"{name}_conf"]]) for kind, name in names.items()}


def salib_mu_star(
    points: FloatArray, y: FloatArray, coverage: float, groups: Sequence[str] | None = None
) -> FloatArray:
    """(mean of absolute elementary effects, half width of its interval) x (factors,)."""
    from SALib.analyze import morris

    checked(y, len(points))
    found = morris.analyze(
        problem(points.shape[1], groups), points, y, num_levels=LEVELS, conf_level=coverage,
        seed=seed_for(0, 506),
    )  # fmt: skip
    return np.array([np.asarray(found[name], np.float64) for name in ("mu_star", "mu_star_conf")])


def salib_fast(y: FloatArray, factors: int) -> dict[str, FloatArray]:
    """First and total indices (factors,) of one set of search curves."""
    from SALib.analyze import fast

    checked(y, len(y))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its intervals, which are not used
        found = fast.analyze(problem(factors), y, M=HARMONICS, num_resamples=2, seed=seed_for(0, 507))
    return {kind: np.array(found[name], np.float64) for kind, name in (("first", "S1"), ("total", "ST"))}


def slices_for(points: int) -> int:
    """Slices into which PAWN divides each parameter: at least twelve points in each."""
    return int(np.clip(points // 12, 2, 10))


def pawn(x: FloatArray, y: FloatArray) -> FloatArray:
    """PAWN's median Kolmogorov-Smirnov distance of each column of ``x`` (points, parameters).

    Pianosi & Wagener (2018, Environmental Modelling & Software 108, 197-207); the same as SALib's "median",
    without its p-values, which take most of its time. SALib also fails for some numbers of slices (6, for
    instance), whose edges go beyond 1.
    """
    checked(y, len(x))
    n, slices = len(y), slices_for(len(y))
    order = np.argsort(y, kind="stable")
    last = np.append(
        np.diff(y[order]) > 0.0, True
    )  # of equal outputs, where distribution functions are compared
    whole = np.arange(1, n + 1)[last] / n
    found = []
    for column in x[order].T:
        edges = np.quantile(column, np.linspace(0.0, 1.0, slices + 1))
        inside = (edges[:-1] <= column[:, np.newaxis]) & (column[:, np.newaxis] < edges[1:])
        filled = inside.sum(axis=0) > 0
        counts = inside[:, filled].cumsum(axis=0)
        distance = np.abs(counts[last] / counts[-1] - whole[:, np.newaxis]).max(axis=0)
        found.append(float(np.median(distance)))
    return np.array(found)


def delta(x: FloatArray, y: FloatArray) -> FloatArray:
    """Borgonovo's delta of each column of ``x``, not yet corrected for bias (Plischke et al. 2013, eq. 26).

    The same estimator as SALib's ``calc_delta``, with the density of all output estimated once instead of
    once a column.
    """
    checked(y, len(x))
    n = len(y)
    exponent = 2.0 / (7.0 + np.tanh((1500.0 - n) / 500.0))
    classes = int(np.round(min(int(np.ceil(n**exponent)), 48)))
    grid = np.linspace(y.min(), y.max(), 100)
    whole = _density(y, grid)
    found = []
    for column in x.T:
        parts = np.array_split(y[np.argsort(column, kind="stable")], _edges(n, classes))
        known = [part for part in parts if len(part) > 1 and np.ptp(part) > 0.0]
        apart = (len(part) * np.trapezoid(np.abs(whole - _density(part, grid)), grid) for part in known)
        found.append(sum(apart) / (2.0 * n))
    return np.array(found)


def _edges(n: int, classes: int) -> NDArray[np.int64]:
    """Ranks at which the second and later of ``classes`` equally large parts begin."""
    return np.floor(np.linspace(0, n, classes + 1)).astype(np.int64)[1:-1]


def _density(y: FloatArray, grid: FloatArray) -> FloatArray:
    """Normal kernel density of ``y`` on ``grid``, with Silverman's bandwidth."""
    width = (0.75 * len(y)) ** -0.2 * y.std(ddof=1)
    distance = (grid[:, np.newaxis] - y) / width
    return np.exp(-0.5 * distance**2).sum(axis=1) / (len(y) * width * np.sqrt(2.0 * np.pi))
