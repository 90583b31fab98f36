"""What is believed after the evidence: draws of the parameters, for one data set or hundreds side by side.

Parameters are in standard-normal units, so that the prior is the same for all; those that no target depends
on keep it and are drawn from it. Data sets are sampled side by side, since the emulator answers for a hundred
points in little more time than for one.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from calibration.basis import FloatArray, IntArray
from calibration.elliptical import Normal, Sampling, elliptical_slices
from calibration.emulator import Emulator
from calibration.guide import guide, log_density
from calibration.likelihood import Evidence

BATCH = 50
"""Data sets sampled together: enough to fill the arithmetic units, few enough for the cache."""


def sample(emulator: Emulator, evidence: Evidence, sampling: Sampling, seed: int) -> FloatArray:
    """Posterior draws of all data sets, (data sets, chains, draws, parameters), in standard-normal units."""
    return np.concatenate(list(sample_batches(emulator, evidence, sampling, seed)))


def sample_batches(
    emulator: Emulator, evidence: Evidence, sampling: Sampling, seed: int
) -> Iterator[FloatArray]:
    """The same in batches of `BATCH` data sets, for those who keep a summary only."""
    if not len(emulator.active):
        raise ValueError("no target depends on any parameter: there is nothing to fit")
    for first in range(0, len(evidence), BATCH):
        rng = np.random.default_rng([seed, 406, first])
        yield _sample_batch(emulator, evidence[first : first + BATCH], sampling, rng)


def _sample_batch(
    emulator: Emulator, evidence: Evidence, sampling: Sampling, rng: np.random.Generator
) -> FloatArray:
    near, active = guide(emulator, evidence), emulator.active
    prior = Normal.prior(len(evidence), len(active))
    of = np.repeat(np.arange(len(evidence)), sampling.chains)
    start = near.centre[of] + near.away(rng.standard_normal((len(of), len(active))), of)

    def density(z: FloatArray, of: IntArray) -> FloatArray:
        return log_density(emulator, evidence, z, of)

    drawn = elliptical_slices(density, (near, prior), of, start, sampling, rng)
    draws = rng.standard_normal((len(evidence), sampling.chains, sampling.draws, emulator.dimension))
    draws[..., active] = drawn.reshape(*draws.shape[:3], len(active))
    return draws
