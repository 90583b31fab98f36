"""Sobol indices of a noisy simulator: what the parameters do, with chance taken out.

A simulator's output is y = f(x) + e, where e is chance: independent between runs, with mean 0. With R
replicates of every point, the mean over replicates has the variance of f and V / R, where V = E[Var(e | x)]
is estimated by the variance between replicates of a point, pooled over all rows (for two:
E[(y1 - y2)^2] / 2). So

* Var f = Var(mean) - V / R;
* Jansen's (1999) total sums E[(A - AB_j)^2] / 2 hold V / R too, once, as A and AB_j are runs of their own:
  total_j = (E[(A - AB_j)^2] / 2 - V / R) / Var f;
* Saltelli's (2010) first sums E[B (AB_j - A)] and second sums E[BA_j AB_k] - E[A B] multiply different runs
  only, so that chance does not move them: they are divided by Var f alone.

Every row of Saltelli's design has the parameters' own distribution, so that V is the same for all on average,
even where chance depends on the parameters. Without replicates (R = 1) V is taken as 0: a simulator without
chance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

COVERAGE = 0.9
"""Of all intervals of indices."""
RESAMPLES = 500
"""Bootstrap resamples of base points."""
MOST_UNDEFINED = 0.05
"""Share of resamples without variance left for the parameters above which an index is not given (NaN)."""


@dataclass(frozen=True)
class Index:
    """An index of one factor (a parameter or a group of them), or of two.

    ``factor`` and ``factor_2`` are numbers of factors (-1: the dummy that no model reads; None: no second
    one). ``low`` and ``high`` are NaN where there is no interval.
    """

    kind: str
    factor: int
    estimate: float
    low: float
    high: float
    factor_2: int | None = None


def chance_variance(y: FloatArray) -> FloatArray:
    """Variance between replicates, mean over the rows of each block of ``y`` (blocks, rows, replicates)."""
    if y.shape[-1] < 2:
        return np.zeros(len(y))
    return y.var(axis=-1, ddof=1).mean(axis=-1)


def resampling(blocks: int, rng: np.random.Generator, resamples: int = RESAMPLES) -> FloatArray:
    """Weights (1 + resamples, blocks) of means over blocks: the sample itself first, then its resamples."""
    whole = np.full((1, blocks), 1.0 / blocks)
    drawn = rng.multinomial(blocks, np.full(blocks, 1.0 / blocks), size=resamples) / blocks
    return np.concatenate([whole, drawn])


def with_intervals(kind: str, values: FloatArray, pairs: list[tuple[int, int]] | None = None) -> list[Index]:
    """Indices of ``values`` (1 + resamples, factors or pairs): the first row the estimates.

    One that too many resamples leave undefined is NaN: its estimate would be one chance number over another.
    """
    undefined = ~np.isfinite(values[1:])
    few = undefined.mean(axis=0) <= MOST_UNDEFINED
    tail = (1.0 - COVERAGE) / 2.0
    found = []
    for number, estimate in enumerate(values[0]):
        value, low, high = float("nan"), float("nan"), float("nan")
        if few[number]:
            value = float(estimate)
            known = values[1:, number][~undefined[:, number]]
            low, high = (float(end) for end in np.quantile(known, [tail, 1.0 - tail]))
        first, second = pairs[number] if pairs else (number, None)
        found.append(Index(kind, first, value, low, high, second))
    return found


def sobol_indices(y: FloatArray, second_order: bool, rng: np.random.Generator) -> list[Index]:
    """First and total (and second) indices from ``y`` (base points, rows, replicates) of Saltelli's design.

    Intervals are percentiles over resampled base points. Where chance leaves no variance to the parameters
    the indices are NaN.
    """
    replicates, blocks = y.shape[-1], len(y)
    mean = y.mean(axis=-1)
    mean = mean - mean[:, [0, -1]].mean()
    factors = (mean.shape[1] - 2) // (2 if second_order else 1)
    a, ab, b = mean[:, :1], mean[:, 1 : 1 + factors], mean[:, -1:]
    total, first = 0.5 * (a - ab) ** 2, b * (ab - a)
    if second_order:  # the same design with A and B exchanged
        ba = mean[:, 1 + factors : -1]
        total = 0.5 * (total + 0.5 * (b - ba) ** 2)
        first = 0.5 * (first + a * (ba - b))
    weights = resampling(blocks, rng)
    chance = weights @ (chance_variance(y) / replicates)
    centre, square = weights @ ((a + b) / 2.0)[:, 0], weights @ ((a**2 + b**2) / 2.0)[:, 0]
    whole = square - centre**2
    variance = whole - chance
    variance = np.where(variance > 1e-9 * np.abs(whole), variance, np.nan)[:, np.newaxis]
    firsts = (weights @ first) / variance
    totals = (weights @ total - chance[:, np.newaxis]) / variance
    found = with_intervals("first", firsts) + with_intervals("total", totals)
    if second_order:
        pairs = [(j, k) for j in range(factors) for k in range(j + 1, factors)]
        both = np.stack(
            [0.5 * (ba[:, j] * ab[:, k] + ba[:, k] * ab[:, j]) - (a * b)[:, 0] for j, k in pairs], axis=1
        )
        left, right = (np.array(side) for side in zip(*pairs, strict=True))
        seconds = (weights @ both) / variance - firsts[:, left] - firsts[:, right]
        found += with_intervals("second", seconds, pairs)
    return found
