"""Where each posterior lies, roughly: found by a few steps of Newton's method, to make sampling fast."""

from __future__ import annotations

import numpy as np

from calibration.basis import FloatArray, IntArray
from calibration.elliptical import Normal
from calibration.emulator import Emulator
from calibration.likelihood import Evidence

FRACTIONS = np.array([1.0, 0.5, 0.2, 0.05, 0.0])
"""Parts of a step tried on the way to the mode."""

STEPS = 10
"""Steps of Gauss and Newton towards the mode."""

TEMPER = 0.5
"""Weight of the evidence in the guide, which should be wider than the posterior."""


def guide(emulator: Emulator, evidence: Evidence) -> Normal:
    """A normal distribution at the mode of each posterior, spread as if the emulator were linear there."""
    prior = np.eye(len(emulator.active))
    centre = np.zeros((len(evidence), len(prior)))
    for _ in range(STEPS):
        gained, pull = _linearised(emulator, evidence, centre)
        step = np.linalg.solve(prior + gained, (pull - centre)[:, :, None])[:, :, 0]
        centre = _best_on_the_way(emulator, evidence, centre, np.asarray(step, np.float64))
    gained, _ = _linearised(emulator, evidence, centre)
    return Normal.of_precision(centre, prior + TEMPER * gained)


def _linearised(emulator: Emulator, evidence: Evidence, z: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Precision (data sets, active, active) and pull (data sets, active) of the evidence near ``z``."""
    slopes = emulator.slopes(z)
    weighted = slopes * evidence.precision[:, None, :]
    missed = evidence.values - emulator.mean_of_active(z)
    return weighted @ slopes.swapaxes(1, 2), (weighted @ missed[:, :, None])[:, :, 0]


def _best_on_the_way(emulator: Emulator, evidence: Evidence, z: FloatArray, step: FloatArray) -> FloatArray:
    """The likeliest of some points between ``z`` and ``z + step`` (data sets, active)."""
    tried = z + FRACTIONS[:, None, None] * step
    of = np.tile(np.arange(len(z)), len(FRACTIONS))
    density = log_density(emulator, evidence, tried.reshape(-1, z.shape[1]), of)
    best = density.reshape(len(FRACTIONS), -1).argmax(axis=0)
    return tried[best, np.arange(len(z))]


def log_density(emulator: Emulator, evidence: Evidence, z: FloatArray, of: IntArray) -> FloatArray:
    """Log posterior density (points) at active parameters ``z`` (points, active), but for a constant."""
    return evidence.log_likelihood(emulator.mean_of_active(z), of) - 0.5 * np.einsum("pi,pi->p", z, z)
