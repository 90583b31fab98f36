"""Which option is best, how sure that is, and where the next replicates would tell most.

All functions take values (replicates, options), more is better; replicates 2k and 2k + 1 share a parameter
draw and all options of a replicate share its chance. NaN: not simulated, or undefined there.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scenarios.decisions.gaussian_values import gaussian, positive, without_nan
from scenarios.effect_tables import monte_carlo_error, summaries

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Estimates:
    """Estimate, 90 % interval over draws and chance, and Monte Carlo standard error, (options,) each.

    ``replicates`` is the number that each option's own values rest on.
    """

    estimate: FloatArray
    low: FloatArray
    high: FloatArray
    se: FloatArray
    replicates: NDArray[np.int64]


def estimates(values: FloatArray) -> Estimates:
    """Mean, 90 % interval and Monte Carlo error of each option; the two of a draw count as one."""
    return Estimates(*summaries(values), np.isfinite(values).sum(axis=0))


def paired_difference(values: FloatArray, option: int, other: int) -> tuple[float, float, int]:
    """(mean, standard error, pairs) of ``option`` less ``other`` on the pairs that both were simulated in.

    The standard error is NaN for a single pair; all of them are for none.
    """
    difference = values[:, option] - values[:, other]
    difference = difference.reshape(-1, 2).mean(axis=1)
    difference = difference[np.isfinite(difference)]
    if len(difference) < 2:
        return (float(difference.mean()) if len(difference) else np.nan), np.nan, len(difference)
    return float(difference.mean()), float(monte_carlo_error(difference.repeat(2))), len(difference)


def covariance_over_draws(values: FloatArray) -> FloatArray:
    """Covariance of the options' values over parameter draws, chance taken out (options, options).

    The covariance of pair means, less half of that within pairs, which is what chance adds to it (one-way
    analysis of variance with two observations a class); of each two options on the pairs that they share. It
    is brought to the nearest covariance matrix of the same total variance. The two of a pair must have
    enterprises of their own (``Settings.other_enterprises``): what they share would pass for parameters.
    """
    halves = values.reshape(-1, 2, values.shape[1])
    difference = halves[:, 0] - halves[:, 1]
    shared = _shared_moments(halves.mean(axis=1), centred=True)
    within = _shared_moments(difference, centred=False) / 2.0
    return positive(shared - within / 2.0)


def _shared_moments(rows: FloatArray, *, centred: bool) -> FloatArray:
    """Covariance, or mean product, of each two columns over the rows that both have; else 0."""
    there = np.isfinite(rows).astype(float)
    number = there.T @ there
    filled = np.nan_to_num(rows, nan=0.0, posinf=0.0, neginf=0.0)
    if not centred:
        return np.where(number > 0, filled.T @ filled / np.maximum(number, 1.0), 0.0)
    # columns are brought near zero first: the difference of large products would lose its digits
    filled = there * (filled - filled.sum(axis=0) / np.maximum(there.sum(axis=0), 1.0))
    product, sums = filled.T @ filled, filled.T @ there  # sums[i, j]: of column i where j is there too
    covariance = (product - sums * sums.T / np.maximum(number, 1.0)) / np.maximum(number - 1.0, 1.0)
    return np.where(number > 1, covariance, 0.0)


def total_variation(p: FloatArray, q: FloatArray) -> float:
    """How far two sets of probabilities are apart: 0 where equal, 1 where they exclude each other."""
    return float(0.5 * np.abs(p - q).sum())


def ranks(values: FloatArray) -> NDArray[np.int64]:
    """Rank of each option, 1 the best; equal ones in their order, NaN last."""
    order = np.argsort(-without_nan(values), kind="stable")
    found = np.empty(len(values), np.int64)
    found[order] = 1 + np.arange(len(values))
    return found


def optimal_allocation(
    means: ArrayLike, variances: ArrayLike, runs: ArrayLike, more: int, *, minimise: bool = False
) -> NDArray[np.int64]:
    """How to spread ``more`` independent runs so that the best option is most probably found.

    Optimal computing budget allocation (Chen, Lin, Yucesan and Chick 2000): runs go as (sd / distance to the
    best) squared, those of the best as its sd times the root of the sum of (runs / sd) squared. An option
    that already has more than its share gets none, and the rest is spread over the others.
    """
    mean, variance = np.asarray(means, float), np.asarray(variances, float)
    done = np.asarray(runs, float)
    best = int(np.argmin(mean) if minimise else np.argmax(mean))
    shares = _ideal_shares(mean, variance, best)
    open_, total = np.ones(len(mean), np.bool_), done.sum() + more
    while True:
        wanted = np.where(open_, shares / shares[open_].sum() * total, done)
        over = open_ & (wanted < done)
        if not over.any():
            break
        open_ &= ~over
        total -= done[over].sum()
    return _whole(wanted - done, more)


def _ideal_shares(mean: FloatArray, variance: FloatArray, best: int) -> FloatArray:
    distance = np.abs(mean - mean[best])
    others = np.arange(len(mean)) != best
    spread = float(distance.max()) or 1.0
    distance = np.maximum(distance, 1e-3 * spread)  # equally good options would take all there is
    variance = np.maximum(variance, 1e-12 * max(float(variance.max()), 1e-300))
    shares = variance / distance**2
    shares[best] = np.sqrt(variance[best] * (shares[others] ** 2 / variance[others]).sum())
    return shares


def _whole(parts: FloatArray, total: int) -> NDArray[np.int64]:
    """Whole numbers nearest to ``parts`` with the sum ``total`` (largest remainders)."""
    whole = np.floor(parts + 1e-9).astype(np.int64)
    left = total - int(whole.sum())
    whole[np.argsort(-(parts - whole), kind="stable")[:left]] += 1
    return whole


def undominated(points: FloatArray) -> NDArray[np.bool_]:
    """Which of the points (..., options, dimensions) no other equals in all and beats in some dimension."""
    one, other = points[..., :, np.newaxis, :], points[..., np.newaxis, :, :]
    beaten = (other >= one).all(axis=-1) & (other > one).any(axis=-1)
    return np.asarray(~beaten.any(axis=-1) & np.isfinite(points).all(axis=-1))


def probability_undominated(
    means: FloatArray, values: FloatArray, seed: int = 0, draws: int = 2_000
) -> FloatArray:
    """Probability that each option is on the Pareto front, over parameter uncertainty (options,).

    ``means`` (options, dimensions); ``values`` (replicates, options, dimensions) give the covariance.
    """
    options, dimensions = means.shape
    flat = values.reshape(len(values), options * dimensions)
    drawn = gaussian(means.ravel(), covariance_over_draws(flat), seed, draws)
    return undominated(drawn.reshape(draws, options, dimensions)).mean(axis=0)


def mean_of(values: FloatArray) -> FloatArray:
    """Mean of each option over the replicates that it has; NaN where it has none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.nanmean(values, axis=0)
