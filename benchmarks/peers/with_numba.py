"""The reduced workload in the shape of the engine's own kernel, with the engine's keyed draws.

One compiled pass over all enterprises, parallel over blocks of them; each roster is one contiguous slice;
the raw draw is compared with a whole number; selects instead of branches; columns keep their narrow types.
This is the engine with all its submodels taken out but one, not the engine: the full model is a row of its
own.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

import numba
import numpy as np

from benchmarks.peers.workload import LEARNING, NEWCOMER_SKILL, QUIT_CHANCE, Enterprises, main
from simulation import draws

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # idle threads that spin cost milliseconds a busy machine

BLOCK_ENTERPRISES = 256
"""Enterprises that one thread takes at a time, as in the engine."""

WORTH_THREADS = 100_000
"""Workers below which a second thread costs more than it gives, as in the engine."""

QUITS_BELOW = np.uint64(round(QUIT_CHANCE * 2**64))
LEARN = np.float32(LEARNING)
NEWCOMER = np.float32(NEWCOMER_SKILL)
MONTH, NEW = np.uint16(1), np.uint16(0)


def _advance(key, first_worker, ceiling, skill, tenure, average, quits):
    """One month of all enterprises.

    ``first_worker`` (N+1,) says where rosters begin and end; ``skill`` and ``tenure`` (W,) are changed in
    place; ``average`` (N,) and the ``quits`` of each enterprise (N,) are written.
    """
    enterprises = len(ceiling)
    for block in numba.prange((enterprises + BLOCK_ENTERPRISES - 1) // BLOCK_ENTERPRISES):
        for e in range(block * BLOCK_ENTERPRISES, min(enterprises, (block + 1) * BLOCK_ENTERPRISES)):
            start, stop = first_worker[e], first_worker[e + 1]
            skill_, tenure_, top = skill[start:stop], tenure[start:stop], ceiling[e]
            total, left = np.float32(0.0), np.int32(0)
            for j in range(stop - start):
                quit_ = draws.block(key, start + j) < QUITS_BELOW
                s, t = skill_[j], tenure_[j]
                s = NEWCOMER if quit_ else s + LEARN * (top - s)
                skill_[j] = s
                tenure_[j] = NEW if quit_ else np.uint16(t + MONTH)
                total += s
                left += np.int32(quit_)
            average[e] = total / np.float32(stop - start)
            quits[e] = left


@lru_cache
def compiled(parallel: bool = True) -> Callable[..., None]:
    """The month, compiled; sums of skill may be taken in any order, as SIMD needs."""
    return numba.njit(parallel=parallel, error_model="numpy", fastmath={"reassoc", "nsz", "contract"})(
        _advance
    )


class Columns:
    """All workers' columns, enterprise by enterprise."""

    def __init__(self, ent: Enterprises, threads: int = 1, parallel: bool = True, seed: int = 1) -> None:
        self.advance = compiled(parallel)
        self.threads = threads if ent.workers >= WORTH_THREADS else 1
        self.first_worker = np.append(ent.start, ent.workers)
        self.ceiling = ent.ceiling.astype(np.float32)
        self.skill = np.full(ent.workers, NEWCOMER, np.float32)
        self.tenure = np.zeros(ent.workers, np.uint16)
        self.average = np.empty(len(ent.employees), np.float32)
        self.quits = np.empty(len(ent.employees), np.int32)
        self.seed, self.months = np.uint64(seed), 0

    def month(self) -> int:
        """One month; how many workers quit."""
        numba.set_num_threads(self.threads)
        key = np.uint64(draws.stream(self.seed, draws.WORKER_MONTH, self.months))
        self.advance(key, self.first_worker, self.ceiling, self.skill, self.tenure, self.average, self.quits)
        self.months += 1
        return int(self.quits.sum())

    def averages(self) -> np.ndarray:
        """Mean skill of each enterprise."""
        return self.average

    def mean_tenure(self) -> float:
        """Mean tenure of all workers, months."""
        return float(self.tenure.mean())


VARIANTS: dict[str, Any] = {
    "one": (partial(Columns, threads=1), 1),
    "two": (partial(Columns, threads=2), 2),
}

if __name__ == "__main__":
    main(VARIANTS)
