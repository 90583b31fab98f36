"""Draws of a posterior moved by new evidence: weights instead of a new fit.

Draws that stand for what is believed already are weighted by the likelihood of the new evidence, and drawn
anew with these weights (importance sampling with the old posterior as proposal; sampling-importance
resampling: Rubin 1988). A Gaussian likelihood is bounded, so that weights have every moment and need no
smoothing; how many draws still count says whether the old draws suffice (Kong, Liu & Wong 1994).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.basis import FloatArray
from calibration.likelihood import Evidence

LEAST_EFFECTIVE = 50.0
"""Effective draws below which an interval is made of too few: the evidence then needs a fit of its own."""


@dataclass(frozen=True)
class Reweighted:
    """``weights`` (draws), which add up to one, and the number of draws that count, (sum w)^2 / sum w^2."""

    weights: FloatArray
    effective: float

    @property
    def suffices(self) -> bool:
        """Whether enough draws count."""
        return self.effective >= LEAST_EFFECTIVE

    def mean(self, values: FloatArray) -> FloatArray:
        """Weighted mean of ``values`` (draws, ...); what is not a number has no weight."""
        known = np.isfinite(values)
        weights = self.weights.reshape(-1, *[1] * (values.ndim - 1)) * known
        return np.asarray((weights * np.where(known, values, 0.0)).sum(axis=0) / weights.sum(axis=0))

    def chosen(self, n: int, seed: int) -> NDArray[np.int64]:
        """Numbers of ``n`` draws, each as often as its weight says, to the nearest whole number."""
        rng = np.random.default_rng([seed, 411])
        points = (np.arange(n) + rng.random()) / n
        places = np.searchsorted(np.cumsum(self.weights), points)
        return np.minimum(places, len(self.weights) - 1)


def reweighted(responses: FloatArray, published: FloatArray, variance: FloatArray) -> Reweighted:
    """Weights of draws with mean ``responses`` (draws, targets), given what was ``published`` (targets).

    ``variance`` (targets) is the likelihood's.
    A draw whose run failed (NaN) has no weight. ValueError where none is left.
    """
    ran = np.isfinite(responses).all(axis=1)
    if not ran.any():
        raise ValueError("no draw gave a number for every target")
    evidence = Evidence.of(published, variance)
    logs = np.full(len(responses), -np.inf)
    logs[ran] = evidence.log_likelihood(responses[ran], np.zeros(int(ran.sum()), np.int64))
    weights = np.exp(logs - logs.max())
    weights /= weights.sum()
    return Reweighted(weights, float(1.0 / (weights**2).sum()))
