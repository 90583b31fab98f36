"""Draws from a posterior of a few parameters whose priors are standard normal, by importance sampling.

Parameters are written as standard normal scores z of their priors. A normal approximation at the mode
proposes; its moments are corrected by weighted draws, round by round, until enough of them count, and the
weights make the draws exact in the limit. It is deterministic for a seed and takes a twentieth of a second
for a few hundred enterprises; the effective number of draws says how good it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
LogDensity = Callable[[FloatArray], FloatArray]
"""Log likelihood of many score vectors at once: (draws, parameters) to (draws,)."""

TAIL = 6.0
"""Degrees of freedom of the proposal: heavier tails than a normal's, so that weights stay bounded."""

MOST_ROUNDS, GOOD_SHARE = 8, 0.3
"""Rounds of proposals at most, and the effective share of the draws at which no further one is needed."""

STEP = 1e-3


@dataclass(frozen=True)
class Draws:
    """Equally weighted ``scores`` (draws, parameters), and ``effective``: how many independent ones they are
    worth.

    ``log_evidence``: log of the likelihood's mean over the prior, but for a constant of the number of
    parameters.
    """

    scores: FloatArray
    effective: float
    log_evidence: float


def posterior_draws(log_likelihood: LogDensity, n_parameters: int, n_draws: int, seed: int) -> Draws:
    """``n_draws`` of the posterior of scores with standard normal priors under ``log_likelihood``."""

    def log_posterior(scores: FloatArray) -> FloatArray:
        return log_likelihood(scores) - 0.5 * (scores**2).sum(axis=1)

    rng = np.random.default_rng([seed, 505])
    centre, spread = _mode(log_posterior, n_parameters)
    for _ in range(MOST_ROUNDS):
        scores, weights, evidence = _weighted(log_posterior, centre, spread, n_draws, rng)
        effective = float(1.0 / (weights**2).sum())
        if effective >= GOOD_SHARE * n_draws:
            break
        centre, spread = _moments(scores, _flattened(weights))
    return Draws(scores[_systematic(weights, n_draws, rng)], effective, evidence)


def _mode(log_posterior: LogDensity, n: int) -> tuple[FloatArray, FloatArray]:
    """The mode and the inverse of the curvature there, a few Newton steps of bounded length from the prior's
    mean.
    """
    place = np.zeros(n)
    value = log_posterior(place[None])[0]
    for _ in range(60):
        gradient, curvature = _derivatives(log_posterior, place)
        step = np.linalg.solve(_positive(-curvature), gradient)
        step *= min(1.0, 1.5 / (np.abs(step).max() + 1e-300))
        lengths = 0.5 ** np.arange(8)
        values = log_posterior(place + lengths[:, None] * step)
        best = int(np.nanargmax(values))
        if not values[best] > value + 1e-6:
            break
        place, value = place + lengths[best] * step, values[best]
    _, curvature = _derivatives(log_posterior, place)
    return place, np.asarray(np.linalg.inv(_positive(-curvature)))


def _derivatives(log_posterior: LogDensity, place: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Gradient and matrix of second derivatives by central differences, all points at once."""
    n = len(place)
    steps = STEP * np.eye(n)
    first, second = np.triu_indices(n, 1)
    pairs = [
        signs[0] * steps[first] + signs[1] * steps[second] for signs in ((1, 1), (1, -1), (-1, 1), (-1, -1))
    ]
    values = log_posterior(place + np.concatenate([np.zeros((1, n)), steps, -steps, *pairs]))
    middle, up, down = values[0], values[1 : n + 1], values[n + 1 : 2 * n + 1]
    corners = values[2 * n + 1 :].reshape(4, -1)
    curvature = np.diag((up - 2.0 * middle + down) / STEP**2)
    mixed = (corners[0] - corners[1] - corners[2] + corners[3]) / (4.0 * STEP**2)
    curvature[first, second] = curvature[second, first] = mixed
    return (up - down) / (2.0 * STEP), curvature


def _positive(matrix: FloatArray) -> FloatArray:
    """The matrix with eigenvalues of at least 0.3: the prior alone gives every direction one."""
    values, vectors = np.linalg.eigh(0.5 * (matrix + matrix.T))
    return (vectors * np.maximum(values, 0.3)) @ vectors.T


def _weighted(
    log_posterior: LogDensity, centre: FloatArray, spread: FloatArray, n: int, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray, float]:
    """Draws of a multivariate t about ``centre``, their importance weights, which add up to one, and the
    evidence.
    """
    root = np.linalg.cholesky(_positive_definite(spread))
    normal = rng.standard_normal((n, len(centre)))
    radius = rng.chisquare(TAIL, n) / TAIL
    standard = normal / np.sqrt(radius)[:, None]
    log_proposal = -0.5 * (TAIL + len(centre)) * np.log1p((standard**2).sum(axis=1) / TAIL)
    log_proposal -= np.log(np.diag(root)).sum()
    scores = centre + standard @ root.T
    log_weight = log_posterior(scores) - log_proposal
    log_weight[~np.isfinite(log_weight)] = -np.inf
    largest = log_weight.max()
    weights = np.exp(log_weight - largest)
    return scores, weights / weights.sum(), float(largest + np.log(weights.mean()))


def _positive_definite(spread: FloatArray) -> FloatArray:
    return 0.5 * (spread + spread.T) + 1e-9 * np.eye(len(spread))


def _moments(scores: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    centre = weights @ scores
    centred = scores - centre
    return centre, (centred * weights[:, None]).T @ centred


def _flattened(weights: FloatArray) -> FloatArray:
    """The weights raised to the largest power, at most one, at which a tenth of the draws still counts."""
    for power in (1.0, 0.7, 0.5, 0.35, 0.25, 0.17, 0.12, 0.08):
        flat = weights**power
        flat /= flat.sum()
        if 1.0 / (flat**2).sum() >= 0.1 * len(weights):
            break
    return flat


def _systematic(weights: FloatArray, n: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Systematic resampling: every draw as often as its weight says, to the nearest whole number."""
    points = (np.arange(n) + rng.random()) / n
    return np.minimum(np.searchsorted(np.cumsum(weights), points), len(weights) - 1)
