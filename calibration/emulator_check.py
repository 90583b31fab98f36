"""Is the emulator good where the posterior is? The trials simulated again at draws from it.

The error that a fit states is cross-validated over the prior, and with the bank's own enterprises and events,
which are the same at every point. Simulations at posterior draws, with that seed and with others, tell apart

- the emulator's own error and the chance in a simulated response, with the bank's seed;
- the shift of the bank's enterprises and events from others, common to all draws: no number of points in the
  bank can show it;
- the error of the emulator as a mean response over all enterprises and events, which is what the likelihood
  takes it for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from calibration.basis import FloatArray
from calibration.emulator import Accuracy, Emulator
from simulation.kept import read_arrays, write_arrays

DRAWS = 30
"""Posterior draws at which the trials are simulated again."""

SEEDS = 3
"""Seeds other than the bank's with which they are."""


@dataclass(frozen=True)
class EmulatorCheck:
    """Errors of the emulator at posterior draws, each (targets), in the targets' units.

    Attributes:
        accuracy: with the bank's seed: error (root mean square), bias, R2.
        chance: standard deviation of one simulated response from seed to seed at one draw, what all draws
            share included.
        own_chance: the same without what all draws share: the part that an emulator of one seed's bank sees
            as noise.
        misfit: the emulator's own error with the bank's seed: that of ``accuracy`` less ``own_chance``.
        shift: of the bank's seed: its mean response less that of the other seeds.
        error: of the emulator as a mean response over seeds (root mean square, chance taken off).

    """

    accuracy: Accuracy
    chance: FloatArray
    own_chance: FloatArray
    misfit: FloatArray
    shift: FloatArray
    error: FloatArray


def chosen_draws(draws: FloatArray, n: int = DRAWS) -> FloatArray:
    """``n`` of the ``draws`` (chains, draws, parameters), evenly taken from all chains."""
    flat = draws.swapaxes(0, 1).reshape(-1, draws.shape[-1])
    return flat[np.linspace(0, len(flat) - 1, min(n, len(flat))).astype(np.int64)]


def check_emulator(emulator: Emulator, z: FloatArray, responses: FloatArray) -> EmulatorCheck:
    """Compare with ``responses`` (seeds, draws, targets) at ``z`` (draws, parameters).

    The bank's seed comes first. Responses are paired: every seed has the same draws. A failed run (NaN) is
    left out with its draw.
    """
    if len(responses) < 3 or len(z) < 2:
        raise ValueError("chance is told from at least two seeds beside the bank's, at two draws or more")
    whole = np.where(np.isfinite(responses).all(axis=0), responses, np.nan)
    seeds = len(whole)
    between = np.nanmean(whole.var(axis=0, ddof=1), axis=0)
    left = whole - whole.mean(axis=0) - np.nanmean(whole - whole.mean(axis=0), axis=1, keepdims=True)
    n = np.isfinite(whole[0]).sum(axis=0)
    own = np.nansum(left**2, axis=(0, 1)) / np.maximum((seeds - 1) * (n - 1), 1)
    others = whole[1:].mean(axis=0)
    square = np.nanmean((emulator.mean(z) - others) ** 2, axis=0) - between / (seeds - 1)
    accuracy = emulator.accuracy_at(z, whole[0])
    return EmulatorCheck(
        accuracy=accuracy,
        chance=np.sqrt(between),
        own_chance=np.sqrt(own),
        misfit=accuracy.misfit(np.sqrt(own)),
        shift=np.nanmean(whole[0] - others, axis=0),
        error=np.sqrt(np.maximum(square, 0.0)),
    )


def simulated_at(
    z: FloatArray,
    seeds: list[int],
    simulate: Callable[[FloatArray, int], FloatArray],
    folder: Path,
    after_seed: Callable[[int, int], None] | None = None,
) -> FloatArray:
    """Responses (seeds, draws, targets) of ``simulate(points, seed)``; what is in ``folder`` is not repeated.

    A seed's responses are kept with its points, so that other draws are simulated anew.
    """
    found = []
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds, start=1):
        file = folder / f"at_posterior-{seed}.npz"
        known = read_arrays(file) if file.exists() else None
        if known is None or not np.array_equal(known["points"], z):
            known = {"points": z, "responses": simulate(z, seed)}
            write_arrays(file, known)
        found.append(known["responses"])
        if after_seed is not None:
            after_seed(number, len(seeds))
    return np.stack(found)
