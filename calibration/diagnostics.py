"""Have the chains met, and how many independent draws are theirs worth? Gelman et al. 2013, section 11.4."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calibration.basis import FloatArray

MOST_RHAT = 1.05
"""Potential scale reduction above which chains have not met and their draws are not to be used."""


@dataclass(frozen=True)
class Convergence:
    """The worst of all parameters: R-hat and the number of independent draws, and whose they are."""

    rhat: float
    rhat_of: str
    effective: float
    effective_of: str

    @property
    def met(self) -> bool:
        """Whether the chains have met (also where a chain stands still there is no saying so)."""
        return bool(self.rhat <= MOST_RHAT)


def convergence(draws: FloatArray, names: Sequence[str]) -> Convergence:
    """How far the chains of ``draws`` (chains, draws, parameters) have met; ``names`` are the parameters'."""
    with np.errstate(divide="ignore", invalid="ignore"):  # a chain that stands still
        rhat, effective = split_rhat(draws), effective_size(draws)
    worst = int(np.argmax(np.where(np.isfinite(rhat), rhat, np.inf)))
    fewest = int(np.argmin(effective))
    return Convergence(float(rhat[worst]), names[worst], float(effective[fewest]), names[fewest])


def split_rhat(draws: FloatArray) -> FloatArray:
    """Potential scale reduction of halved chains: 1 where they have met, above 1.05 a warning.

    ``draws`` (..., chains, draws, parameters); the result is (..., parameters).
    """
    halves = _halves(draws)
    n = halves.shape[-2]
    within = halves.var(axis=-2, ddof=1).mean(axis=-2)
    between = halves.mean(axis=-2).var(axis=-2, ddof=1)
    return np.sqrt((n - 1) / n + between / within)


def effective_size(draws: FloatArray) -> FloatArray:
    """Number of independent draws that tell a mean as well as these (..., chains, draws, parameters).

    Autocorrelations of the halved chains are summed in pairs, as long as a pair is positive, and none counts
    for more than the one before (Geyer 1992). At most the number of draws. The result is (..., parameters).
    """
    halves = _halves(draws)
    chains, n = halves.shape[-3:-1]
    centred = halves - halves.mean(axis=-2, keepdims=True)
    transform = np.fft.rfft(centred, 2 * n, axis=-2)
    covariance = np.fft.irfft(np.abs(transform) ** 2, axis=-2)[..., :n, :].mean(axis=-3) / n
    within = covariance[..., 0, :] * n / (n - 1)
    total = covariance[..., 0, :] + halves.mean(axis=-2).var(axis=-2, ddof=1)
    correlation = 1.0 - (within[..., None, :] - covariance * n / (n - 1)) / total[..., None, :]
    correlation[..., 0, :] = 1.0
    paired = correlation[..., : n // 2 * 2, :]
    pairs = paired[..., 0::2, :] + paired[..., 1::2, :]
    positive = np.logical_and.accumulate(pairs > 0.0, axis=-2)
    falling = np.minimum.accumulate(np.where(positive, pairs, 0.0), axis=-2)
    return chains * n / np.maximum(2.0 * falling.sum(axis=-2) - 1.0, 1.0)


def _halves(draws: FloatArray) -> FloatArray:
    """First and second half of every chain as chains of their own."""
    n = draws.shape[-2] // 2
    return np.concatenate([draws[..., :n, :], draws[..., -n:, :]], axis=-3)
