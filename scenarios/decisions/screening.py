"""Morris, FAST, PAWN and delta of a noisy simulator.

Chance is taken out where its share is known (Morris, FAST). PAWN and delta measure distances of
distributions, which are positive for any finite sample: there a dummy, a parameter that no model reads, says
what is nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri
from scipy.stats import t as student

from scenarios.decisions import salib_adapter
from scenarios.decisions.salib_adapter import HARMONICS, STEP
from scenarios.decisions.sobol_indices import (
    COVERAGE,
    Index,
    chance_variance,
    resampling,
    with_intervals,
)

FloatArray = NDArray[np.float64]

DUMMY = -1
"""Number of the factor that no model reads."""
DUMMIES = 20
"""Permutations of the sample from which the dummy's index is taken."""
RESAMPLES = 40
"""Bootstrap resamples for PAWN and delta, whose estimates take long."""


# Morris


def elementary_effects(points: FloatArray, mean: FloatArray, groups: Sequence[int]) -> FloatArray:
    """Effects (trajectories, factors) of a step of each factor, over the length of the step.

    ``points`` (trajectories, rows, parameters), ``mean`` (trajectories, rows), ``groups`` the factor's number
    of each parameter. The sign is that of a rise of the parameter; of a group, of its first parameter.
    """
    steps = np.diff(points, axis=1)
    changes = np.diff(mean, axis=1)
    found = np.empty((len(points), max(groups) + 1))
    moved = np.abs(steps) > STEP / 2.0
    first = moved.argmax(axis=2)  # a parameter of the factor that this step moves
    factor = np.asarray(groups)[first]
    sign = np.sign(np.take_along_axis(steps, first[..., np.newaxis], axis=2)[..., 0])
    np.put_along_axis(found, factor, sign * changes / STEP, axis=1)
    return found


def morris_indices(
    points: FloatArray, y: FloatArray, groups: Sequence[int], rng: np.random.Generator
) -> list[Index]:
    """``mu_star``, ``mu`` and ``sigma`` of each factor from ``y`` (trajectories, rows, replicates).

    They are in units of the outcome for a move across the parameter's whole span. An effect of a step holds
    chance with the variance s^2 = 2 V / (R step^2). It adds s^2 to sigma^2, and to the mean absolute effect
    what a normal variable's mean absolute value gains by it (exact where true effects are constant or normal;
    nothing without chance). Corrected values may lie below zero: where nothing is, they scatter about it, on
    average a little above. Of groups ``mu`` is left out, as their steps have no one direction.
    """
    effects = elementary_effects(points, y.mean(axis=-1), groups)
    n, weights = len(effects), resampling(len(effects), rng)
    noise = (2.0 / (y.shape[-1] * STEP**2) * (weights @ chance_variance(y)))[:, np.newaxis]
    mu, star = weights @ effects, weights @ np.abs(effects)
    spread = np.maximum(0.0, weights @ effects**2 - mu**2) * n / max(1, n - 1)
    own = np.maximum(0.0, spread - noise)
    centre = np.sqrt(np.maximum(0.0, mu**2 - spread / n))
    gained = _mean_absolute(centre, np.sqrt(own + noise)) - _mean_absolute(centre, np.sqrt(own))
    found = with_intervals("mu_star", np.where(noise > 0.0, star - gained, star))
    if len(set(groups)) == len(groups):
        found += with_intervals("mu", mu)
    return found + with_intervals("sigma", np.sqrt(own))


def _mean_absolute(mean: FloatArray, sd: FloatArray) -> FloatArray:
    """Mean absolute value of normal variables."""
    safe = np.where(sd > 0.0, sd, 1.0)
    folded = safe * np.sqrt(2.0 / np.pi) * np.exp(-0.5 * (mean / safe) ** 2)
    folded = folded + mean * (1.0 - 2.0 * ndtr(-mean / safe))
    return np.where(sd > 0.0, folded, np.abs(mean))


# FAST


def fast_indices(y: FloatArray, factors: int) -> list[Index]:
    """First and total indices from ``y`` (sets of search curves, rows, replicates); Saltelli et al. (1999).

    Chance of variance c in the mean over replicates spreads evenly over a curve's n frequencies: it adds 2 c
    / n to each variance of a frequency that SALib adds up. That is taken out of the sums for the factor's own
    harmonics, for the other factors' frequencies and for all. Intervals are Student's over the sets, whose
    phases differ.
    """
    mean, sets = y.mean(axis=-1), len(y)
    n = mean.shape[1] // factors
    noise = (2.0 * chance_variance(y) / (y.shape[-1] * n))[:, np.newaxis]
    power = np.abs(np.fft.fft(mean.reshape(sets, factors, n), axis=-1)[..., 1 : int(np.ceil(n / 2))] / n) ** 2
    omega = (n - 1) // (2 * HARMONICS)
    own = 2.0 * power[..., np.arange(1, HARMONICS + 1) * omega - 1].sum(axis=-1) - HARMONICS * noise
    others = 2.0 * power[..., : omega // 2].sum(axis=-1) - (omega // 2) * noise
    whole = 2.0 * power.sum(axis=-1) - power.shape[-1] * noise
    whole = np.where(whole > 0.0, whole, np.nan)
    return [
        index
        for kind, values in (("first", own / whole), ("total", 1.0 - others / whole))
        for index in _over_sets(kind, values)
    ]


def _over_sets(kind: str, values: FloatArray) -> list[Index]:
    sets, mean = len(values), values.mean(axis=0)
    half = np.full(len(mean), np.nan)
    if sets > 1:
        half = student.ppf((1.0 + COVERAGE) / 2.0, sets - 1) * values.std(axis=0, ddof=1) / np.sqrt(sets)
    return [
        Index(kind, number, float(value), float(value - margin), float(value + margin))
        for number, (value, margin) in enumerate(zip(mean, half, strict=True))
    ]


# PAWN and delta

Estimator = Callable[[FloatArray, FloatArray], FloatArray]


def distance_indices(
    kind: str, x: FloatArray, y: FloatArray, rng: np.random.Generator, resamples: int = RESAMPLES
) -> list[Index]:
    """PAWN's or delta's index of each parameter, and the dummy's, from a sample of single points.

    ``x`` (points, parameters) in the unit cube, ``y`` (points, replicates). Replicates are averaged: chance
    that is left dilutes every index. Intervals are normal, with the bootstrap's standard deviation; delta is
    corrected for its bias by the bootstrap (Plischke et al. 2013, eq. 30). The dummy's interval spans
    permuted columns.
    """
    estimate: Estimator = {"pawn": salib_adapter.pawn, "delta": salib_adapter.delta}[kind]
    mean = y.mean(axis=-1)
    corrected = kind == "delta"
    values, sd = _bootstrapped(estimate, x, mean, rng, resamples, corrected)
    half = ndtri((1.0 + COVERAGE) / 2.0) * sd
    found = [
        Index(kind, number, float(value), float(value - half[number]), float(value + half[number]))
        for number, value in enumerate(values)
    ]
    nothing = np.stack([rng.permutation(x[:, i % x.shape[1]]) for i in range(DUMMIES)], axis=1)
    dummies, _ = _bootstrapped(estimate, nothing, mean, rng, resamples if corrected else 0, corrected)
    tail = (1.0 - COVERAGE) / 2.0
    low, high = (float(end) for end in np.quantile(dummies, [tail, 1.0 - tail]))
    return [*found, Index(kind, DUMMY, float(dummies.mean()), low, high)]


def _bootstrapped(
    estimate: Estimator,
    x: FloatArray,
    y: FloatArray,
    rng: np.random.Generator,
    resamples: int,
    corrected: bool,
) -> tuple[FloatArray, FloatArray]:
    """Estimates of each column, and the standard deviations of their resamples."""
    values = estimate(x, y)
    if not resamples:
        return values, np.zeros(len(values))
    draws = []
    for _ in range(resamples):
        rows = rng.integers(0, len(y), len(y))
        draws.append(estimate(x[rows], y[rows]))
    sd = np.std(draws, axis=0, ddof=1)
    return (2.0 * values - np.mean(draws, axis=0) if corrected else values), sd
