"""What is believed of options' true values, as a Gaussian: who is best, and what a choice may lose."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

GAUSSIAN_DRAWS = 20_000
"""Draws of the Gaussian from which probabilities are counted: their error is below 0.4 percentage points."""


def positive(matrix: FloatArray) -> FloatArray:
    """The nearest covariance matrix of the same total variance (none, where the total is not positive).

    An estimate that is a difference of two may have negative eigenvalues. Only to set them to zero would
    leave the noise of the positive ones, and make pure chance look like parameters; what remains is therefore
    scaled to the estimate's trace, which has no bias.
    """
    values, vectors = np.linalg.eigh(0.5 * (matrix + matrix.T))
    kept = np.maximum(values, 0.0)
    total = max(0.0, float(values.sum()))
    if total == 0.0:
        return np.zeros_like(matrix)
    return (vectors * (kept * total / kept.sum())) @ vectors.T


def gaussian(
    mean: FloatArray, covariance: FloatArray, seed: int = 0, draws: int = GAUSSIAN_DRAWS
) -> FloatArray:
    """Draws (draws, options) of a Gaussian with this mean and positive semidefinite covariance."""
    values, vectors = np.linalg.eigh(covariance)
    factor = vectors * np.sqrt(np.maximum(values, 0.0))
    normal = np.random.default_rng([seed, 601]).standard_normal((draws, len(mean)))
    return mean + normal @ factor.T


def probability_best(drawn: FloatArray) -> FloatArray:
    """Share of the draws (draws, options) in which each option is best; those equally good share the draw.

    ``drawn`` comes from :func:`gaussian` with the covariance over parameter draws. Counted over replicates
    instead, chance would pass for doubt: a small but sure lead would be lost in the noise of single
    replicates, and an option could seem best in half of them however well the parameters are known.
    """
    best = without_nan(drawn).max(axis=1, keepdims=True)
    first = drawn >= best
    return (first / np.maximum(first.sum(axis=1, keepdims=True), 1)).mean(axis=0)


def expected_regret(drawn: FloatArray) -> FloatArray:
    """Expected opportunity loss of each option: what the best of a draw is above it, mean over the draws.

    The least of them is the expected value of perfect information (Raiffa and Schlaifer 1961).
    """
    return (without_nan(drawn).max(axis=1, keepdims=True) - drawn).mean(axis=0)


def without_nan(drawn: FloatArray) -> FloatArray:
    """``drawn`` with what is undefined below everything else."""
    return np.where(np.isnan(drawn), -np.inf, drawn)
