"""Emulator: the mean response of each target as a polynomial of the parameters, cheap at many points at once.

A posterior needs a million evaluations and a check of its coverage hundreds of posteriors; so responses are
simulated once, over a bank of points drawn from the prior, and described by Hermite polynomials of the
parameters that matter to each target. The coefficients are shrunk (ridge regression) by the penalty that
predicts best what is left out. The error stated is that of predicting points of the bank which had no part in
choosing parameters, penalty or coefficients.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr

from calibration.basis import Basis, FloatArray, IntArray

PENALTIES = np.logspace(-8.0, 2.0, 21)
"""Penalties tried, as a multiple of the number of points."""

FOLDS = 5
"""Parts of the bank left out in turn to learn the error."""

MOST_ACTIVE = 30
"""At most so many parameters describe a target: 90 powers and 435 products."""

POINTS_A_PARAMETER = 4
"""Runs needed for each parameter, active or not, for their effects to be told apart."""


DIFFERENCE = 0.01
"""Half the difference from which slopes are told."""


@dataclass(frozen=True)
class Accuracy:
    """How well responses are predicted, one number a target.

    ``error`` is the root mean square error, the emulator's own and the chance in the simulated responses;
    ``bias`` the mean error (predicted minus simulated); ``r2`` the share of the responses' variance that is
    predicted, NaN where they do not vary.
    """

    error: FloatArray
    bias: FloatArray
    r2: FloatArray

    def misfit(self, noise: FloatArray) -> FloatArray:
        """The emulator's own error (targets): that of prediction less the chance in the responses.

        ``noise`` (targets) is the standard error of a simulated response, from replicates of some points. A
        study's published error holds the chance in its sample already, so this is what belongs beside it.
        """
        return np.sqrt(np.maximum(self.error**2 - noise**2, 0.0))


@dataclass(frozen=True)
class Emulator:
    """Mean responses (targets) over the parameters in standard-normal units.

    ``constant`` (targets) and ``coefficients`` (terms of ``basis``, targets) give the mean response;
    ``accuracy`` is cross-validated; ``low`` and ``high`` (parameters) are the ends of the bank; ``runs``
    (targets) counts simulations used and ``failed`` (targets) those that gave no number.
    """

    basis: Basis
    constant: FloatArray
    coefficients: FloatArray
    accuracy: Accuracy
    low: FloatArray
    high: FloatArray
    runs: IntArray
    failed: IntArray

    @property
    def dimension(self) -> int:
        """Number of parameters, active or not."""
        return len(self.low)

    @cached_property
    def active(self) -> IntArray:
        """Numbers of the parameters that matter to any target."""
        return np.array([i for i, power in self.basis.powers if power == 1], np.int64)

    def mean(self, z: FloatArray) -> FloatArray:
        """Mean responses (points, targets) at ``z`` (points, parameters).

        Beyond the bank a polynomial knows nothing and soon says anything: there a parameter counts as if it
        were at the end of the bank.
        """
        return self.constant + self.basis.features(np.clip(z, self.low, self.high)).T @ self.coefficients

    def mean_of_active(self, z: FloatArray) -> FloatArray:
        """The same (points, targets) at values ``z`` (points, active) of the active parameters alone."""
        full = np.zeros((len(z), self.dimension))
        full[:, self.active] = z
        return self.mean(full)

    def slopes(self, z: FloatArray) -> FloatArray:
        """Slopes (points, active, targets) of the mean responses at ``z`` (points, active)."""
        points, active = z.shape
        there = z[:, None, :] + DIFFERENCE * np.stack([np.eye(active), -np.eye(active)])[:, None]
        mean = self.mean_of_active(there.reshape(-1, active)).reshape(2, points, active, -1)
        return (mean[0] - mean[1]) / (2.0 * DIFFERENCE)

    def outside(self, z: FloatArray) -> NDArray[np.bool_]:
        """Which points (points) lie beyond the bank in an active parameter."""
        held = np.clip(z, self.low, self.high) != z
        return np.any(held[:, self.active], axis=1)

    def variance_explained(self) -> FloatArray:
        """Variance of each target over the prior due to each parameter (parameters, targets).

        The total effects of Sobol (not divided by the whole variance), read off the coefficients: a product
        counts for both its parameters.
        """
        explained = np.zeros((self.dimension, len(self.constant)))
        for (kind, (i, j)), coefficients in zip(self.basis.terms, self.coefficients, strict=True):
            explained[i] += coefficients**2
            if kind == "product":
                explained[j] += coefficients**2
        return explained

    def accuracy_at(self, z: FloatArray, y: FloatArray) -> Accuracy:
        """How well it predicts simulations ``y`` (points, targets) at points ``z`` that it has not seen.

        At draws from the posterior this tells whether the emulator is good where it matters.
        """
        return _accuracy(y, self.mean(z))


def fit_emulator(z: FloatArray, y: FloatArray, names: Sequence[str], seed: int = 0) -> Emulator:
    """Describe the responses ``y`` (points, targets) by the parameters ``z`` (points, parameters).

    ``z`` is standard normal. A response that is not finite is a failed run: it is left out of its target, and
    counted. ``names`` are the targets', for messages; ``seed`` settles which points are left out together.
    """
    _check(z, y, names)
    fold_of = np.random.default_rng([seed, 405]).permutation(len(z)) % FOLDS
    left_out = np.full(y.shape, np.nan)
    fits = []
    for k in range(y.shape[1]):
        run = np.isfinite(y[:, k])
        for fold in range(FOLDS):
            out = fold_of == fold
            left_out[out, k] = fit_response(z[run & ~out], y[run & ~out, k]).mean(z[out])
        fits.append(fit_response(z[run], y[run, k]))
    basis = Basis.union(fit.basis for fit in fits)
    ran = np.isfinite(y).sum(axis=0)
    return Emulator(
        basis=basis,
        constant=np.array([fit.constant for fit in fits]),
        coefficients=np.stack([fit.coefficients_of(basis) for fit in fits], axis=1),
        accuracy=_accuracy(y, left_out),
        low=z.min(axis=0),
        high=z.max(axis=0),
        runs=ran,
        failed=len(y) - ran,
    )


def _check(z: FloatArray, y: FloatArray, names: Sequence[str]) -> None:
    if len(z) != len(y) or y.shape[1] != len(names):
        raise ValueError(
            f"points {z.shape}, responses {y.shape} and {len(names)} targets do not belong together"
        )
    if not np.isfinite(z).all():
        raise ValueError("a point of the bank has a parameter that is not a number")
    needed = POINTS_A_PARAMETER * z.shape[1]
    for name, ran in zip(names, np.isfinite(y).sum(axis=0), strict=True):
        if ran < needed:
            raise ValueError(
                f"target {name}: {ran} of {len(y)} runs gave a number, and {z.shape[1]} parameters need "
                f"{needed}; simulate more points, or leave the target out"
            )


def _accuracy(y: FloatArray, predicted: FloatArray) -> Accuracy:
    seen = np.where(np.isfinite(y), y, np.nan)
    mean_square, variance = np.nanmean((predicted - seen) ** 2, axis=0), np.nanvar(seen, axis=0)
    unexplained = np.full(len(variance), np.nan)
    np.divide(mean_square, variance, out=unexplained, where=variance > 0.0)
    return Accuracy(np.sqrt(mean_square), np.nanmean(predicted - seen, axis=0), 1.0 - unexplained)


@dataclass(frozen=True)
class Response:
    """One target's mean response: a ``constant``, and ``coefficients`` (terms) of ``basis``."""

    basis: Basis
    constant: float
    coefficients: FloatArray

    def mean(self, z: FloatArray) -> FloatArray:
        """The mean response (points) at ``z`` (points, parameters)."""
        return self.constant + self.coefficients @ self.basis.features(z)

    def coefficients_of(self, basis: Basis) -> FloatArray:
        """The coefficients (terms) of a larger ``basis``, zero for terms that this one lacks."""
        own = dict(zip(self.basis.terms, self.coefficients.tolist(), strict=True))
        return np.array([own.get(term, 0.0) for term in basis.terms])


def fit_response(z: FloatArray, y: FloatArray) -> Response:
    """Describe one target ``y`` (points), none failed: choose its parameters, then shrink their terms."""
    spread = y.std()
    basis = Basis.of(active_parameters(z, y).tolist() if spread > 0.0 else [])
    if not len(basis):
        return Response(basis, float(y.mean()), np.zeros(0))
    features = basis.features(z)
    means = features.mean(axis=1)
    coefficients = spread * _ridge((features - means[:, None]).T, (y - y.mean()) / spread)
    return Response(basis, float(y.mean() - means @ coefficients), coefficients)


def _ridge(x: FloatArray, y: FloatArray) -> FloatArray:
    """Coefficients (terms) of the regression of ``y`` on ``x`` (points, terms), both of mean 0.

    The penalty is the one of `PENALTIES` with the least mean square error of points left out one by one,
    which needs no refitting (Allen's PRESS; Hastie, Tibshirani & Friedman 2009, section 7.10).
    """
    n = len(x)
    values, vectors = np.linalg.eigh(x.T @ x)
    scores = x @ vectors
    squares, projected = scores**2, scores.T @ y
    press, best = np.inf, np.zeros(x.shape[1])
    for penalty in n * PENALTIES:
        shrunk = 1.0 / (np.maximum(values, 0.0) + penalty)
        weights = shrunk * projected
        left_out = (y - scores @ weights) / np.maximum(1.0 - 1.0 / n - squares @ shrunk, 1e-12)
        if (error := left_out @ left_out) < press:
            press, best = error, vectors @ weights
    return best


def active_parameters(z: FloatArray, y: FloatArray) -> IntArray:
    """Numbers of the parameters that matter to ``y`` (points), strongest first, at most `MOST_ACTIVE`.

    A parameter enters by its linear and quadratic terms (Wald test in the regression on those of all
    parameters), or by a product with another one that this regression leaves unexplained. Each way lets in
    about one inert parameter on average: shrinking bears that better than a parameter left out.
    """
    n, d = z.shape
    powers = Basis(tuple((i, power) for power in (1, 2) for i in range(d)), ())
    x = np.vstack([np.ones(n), powers.features(z)]).T
    inverse = np.linalg.pinv(x.T @ x, hermitian=True)
    coefficients = inverse @ (x.T @ y)
    residuals = y - x @ coefficients
    variance = max(residuals @ residuals / max(n - x.shape[1], 1), 1e-12 * y.var())
    pairs = 1 + np.arange(d)[:, None] + [0, d]
    both = coefficients[pairs]
    own = inverse[pairs[:, :, None], pairs[:, None, :]]
    wald = np.einsum("ij,ij->i", both, np.linalg.solve(own, both[:, :, None])[:, :, 0]) / variance
    evidence = np.maximum(wald / 2.0, _evidence_of_products(z, residuals, variance))
    ranked = np.argsort(-evidence, kind="stable")
    return ranked[evidence[ranked] > np.log(d)][:MOST_ACTIVE]


def _evidence_of_products(z: FloatArray, residuals: FloatArray, variance: float) -> FloatArray:
    """Minus the log of the chance of as strong a product in an inert parameter, (parameters)."""
    n, d = z.shape
    covariance = z.T @ (residuals[:, None] * z) / np.sqrt(n * variance)
    np.fill_diagonal(covariance, 0.0)
    strongest = np.abs(covariance).max(axis=1)
    return -(log_ndtr(-strongest) + np.log(2.0 * max(d - 1, 1)))
