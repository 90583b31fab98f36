"""Who is first, or among the first few, when parameters are uncertain and the simulation is noisy.

Replicates 2k and 2k + 1 of a design (:mod:`scenarios.design`) share a parameter draw. What the mean of such a
pair varies by, over the draws, is what the parameters do and half of the chance within a pair; the latter is
measured by the pairs' differences and taken out (analysis of variance of a one-way random layout, Searle,
Casella and McCulloch 1992). The two of a pair must have enterprises of their own
(``Settings.other_enterprises``): what they share would pass for parameters. Ranks are counted over Gaussian
draws of the options' true values.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.decisions.gaussian_values import expected_regret, gaussian, positive, probability_best

FloatArray = NDArray[np.float64]

DRAWS = 10_000
"""Gaussian draws over which ranks are counted: probabilities are exact to about 0.005."""


@dataclass(frozen=True, eq=False)
class Spread:
    """Means of options, and how uncertain they are; options that nobody observed are NaN and zero.

    Attributes:
        mean: over replicates (options,).
        parameters: covariance of the options' true values over parameter draws (options, options).
        error: covariance of ``mean`` that chance leaves: Monte Carlo error (options, options).

    """

    mean: FloatArray
    parameters: FloatArray
    error: FloatArray


@dataclass(frozen=True, eq=False)
class Ranks:
    """Each (options,): probability of being best, of being among the ``top``, and expected regret.

    Regret is how much the best of the draw is worth above the option. NaN: the option was not observed.
    """

    best: FloatArray
    top: FloatArray
    regret: FloatArray


def spread_of(values: FloatArray) -> Spread:
    """The spread of ``values`` (an even number of replicates, options), of which NaN are left out.

    Raises ValueError where replicates do not come in pairs, or are fewer than two pairs.
    """
    if len(values) % 2 or len(values) < 4:
        raise ValueError(f"{len(values)} replicates: two or more pairs are needed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # options that nobody observed stay NaN
        pairs = np.nanmean(values.reshape(-1, 2, values.shape[1]), axis=1)
        mean = np.nanmean(pairs, axis=0)
    around, known = np.nan_to_num(pairs - mean), np.isfinite(pairs).astype(float)
    chance = _chance_of_pairs(values)
    total = around.T @ around / np.maximum(1.0, known.T @ known - 1.0)
    parameters, draws = total - chance, len(pairs)
    return Spread(mean, positive(parameters), positive(chance) / draws)


def _chance_of_pairs(values: FloatArray) -> FloatArray:
    """Covariance that chance gives the mean of a pair (options, options): that of half its difference."""
    half = (values[0::2] - values[1::2]) / 2.0
    seen, half = np.isfinite(half).astype(float), np.nan_to_num(half)
    return half.T @ half / np.maximum(1.0, seen.T @ seen)


def ranks(
    values: FloatArray,
    top: int,
    seed: int,
    draws: int = DRAWS,
) -> Ranks:
    """Ranks of the options in ``values`` (replicates in pairs, options), more is better; see `spread_of`.

    The true values are drawn from a normal distribution about the means: parameters vary them, and so does
    what chance leaves open about the means, so that few replicates do not give false certainty. Ties are
    shared. The same arguments give the same numbers.
    """
    return ranks_of(spread_of(values), top, seed, draws)


def ranks_of(spread: Spread, top: int, seed: int, draws: int = DRAWS) -> Ranks:
    """The same of a spread that is known."""
    seen = np.flatnonzero(np.isfinite(spread.mean))
    found = Ranks(*(np.full(len(spread.mean), np.nan) for _ in range(3)))
    if not len(seen):
        return found
    covariance = (spread.parameters + spread.error)[np.ix_(seen, seen)]
    drawn = gaussian(spread.mean[seen], covariance, seed, draws)
    found.best[seen] = probability_best(drawn)
    found.top[seen] = _share_among(drawn, min(top, len(seen)))
    found.regret[seen] = expected_regret(drawn)
    return found


def _share_among(drawn: FloatArray, top: int) -> FloatArray:
    """Share of draws in which each option is among the ``top``; those that tie for places share them."""
    last = -np.partition(-drawn, top - 1, axis=1)[:, top - 1 : top]
    scale = 1e-9 * np.maximum(np.abs(last), np.ptp(drawn, axis=1, keepdims=True))
    above, level = drawn > last + scale, np.abs(drawn - last) <= scale
    left = top - above.sum(axis=1, keepdims=True)
    return (above + level * left / level.sum(axis=1, keepdims=True)).mean(axis=0)


@dataclass(frozen=True, eq=False)
class Behind:
    """How far each option is behind the first: mean difference and its standard error (options,).

    ``apart``: whether they can be told apart, by more than two standard errors of paired differences. The
    first itself, and options that nobody observed, are not.
    """

    difference: FloatArray
    error: FloatArray
    apart: NDArray[np.bool_]


TOLD_APART = 2.0
"""Standard errors of a paired difference beyond which two options are told apart."""


def behind_first(values: FloatArray) -> Behind:
    """Paired differences of each option to the one of the highest mean, over draws; ``values`` as above."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        pairs = np.nanmean(values.reshape(-1, 2, values.shape[1]), axis=1)
        mean = np.nanmean(pairs, axis=0)
        if not np.isfinite(mean).any():
            nothing = np.full(len(mean), np.nan)
            return Behind(nothing, nothing, np.zeros(len(mean), np.bool_))
        gaps = pairs[:, [int(np.nanargmax(mean))]] - pairs
        difference, spread = np.nanmean(gaps, axis=0), np.nanstd(gaps, axis=0, ddof=1)
    error = spread / np.sqrt(np.maximum(1, np.isfinite(gaps).sum(axis=0)))
    apart = np.nan_to_num(difference) > TOLD_APART * np.nan_to_num(error, nan=np.inf)
    return Behind(difference, error, apart)


def real_share(values: FloatArray) -> float:
    """Share of the variance of the options' means that is more than chance (0 to 1; NaN below two options).

    Chance is what the events and enterprises of a replicate do: parameters that move the options apart are
    no chance. ``values`` as above.
    """
    spread = spread_of(values)
    seen = np.isfinite(spread.mean)
    n = int(seen.sum())
    if n < 2:
        return float("nan")
    between = float(spread.mean[seen].var(ddof=1))
    error = spread.error[np.ix_(seen, seen)]
    # of differences between options: what moves all options alike does not count
    chance = (float(np.trace(error)) - float(error.sum()) / n) / (n - 1)
    return min(1.0, max(0.0, 1.0 - chance / between)) if between > 0.0 else 0.0
