"""Continuous ranked probability score: how far a forecast, spread and all, is from what came; less is better.

It is in the outcome's unit, and the distance for a forecast without spread (Gneiting & Raftery 2007).
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from calibration.basis import FloatArray


def crps_of_draws(draws: FloatArray, came: FloatArray) -> FloatArray:
    """Score (...) of forecasts given by ``draws`` (draws, ...) where ``came`` (...) came.

    E|X - came| - E|X - X'| / 2 over pairs of different draws, so that few draws are not punished.
    """
    n = len(draws)
    ordered = np.sort(draws, axis=0)
    weights = (2.0 * np.arange(1, n + 1) - n - 1).reshape(-1, *[1] * (draws.ndim - 1))
    pairs = 2.0 * (weights * ordered).sum(axis=0) / (n * (n - 1))
    return np.abs(draws - came).mean(axis=0) - pairs / 2.0


def crps_of_normal(mean: FloatArray, sd: FloatArray, came: FloatArray) -> FloatArray:
    """Score (...) of normal forecasts with ``mean`` and ``sd`` (...) where ``came`` (...) came."""
    away = came - mean
    x = np.divide(away, sd, out=np.zeros(np.broadcast(away, sd).shape), where=sd > 0.0)
    density = np.exp(-0.5 * x * x) / np.sqrt(2.0 * np.pi)
    spread = sd * (x * (2.0 * ndtr(x) - 1.0) + 2.0 * density - 1.0 / np.sqrt(np.pi))
    return np.where(sd > 0.0, spread, np.abs(away))
