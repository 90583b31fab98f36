"""The reduced workload in the shape of the engine's own kernel, with the engine's keyed draws.

One compiled pass over all enterprises, parallel over blocks of them; workers sit in octets, eight to an
instruction; an enterprise has 64 random bits a month, of which each seat's draw is hashed; the raw draw is
compared with a whole number; selects instead of branches. This is the engine with all its submodels taken out
but one, not the engine: the full model is a row of its own.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

# Eight equal steps are one vector step only if LLVM looks for such: read when Numba is first imported. (The
# engine's loops over lanes are long enough to be found by its loop vectoriser.)
os.environ.setdefault("NUMBA_SLP_VECTORIZE", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # idle threads that spin cost milliseconds a busy machine

import numba
import numpy as np

from benchmarks.peers.workload import LEARNING, NEWCOMER_SKILL, QUIT_CHANCE, Enterprises, main
from simulation import draws
from simulation.seats import OCTET_SEATS, octets_of

BLOCK_ENTERPRISES = 256
"""Enterprises that one thread takes at a time, as in the engine."""

WORTH_THREADS = 100_000
"""Workers below which a second thread costs more than it gives, as in the engine."""

OCTET = np.dtype([("skill", "f4", OCTET_SEATS), ("tenure", "i4", OCTET_SEATS)], align=True)
"""Eight seats; the tenure of an empty one, of which the last octet of a roster has some, is below 0."""

QUITS_BELOW = np.int32(round(QUIT_CHANCE * draws.THIRDS))
LEARN = np.float32(LEARNING)
NEWCOMER = np.float32(NEWCOMER_SKILL)
NOBODY, NEW, MONTH = np.int32(-1), np.int32(0), np.int32(1)
NOTHING = np.float32(0.0)


@numba.njit(error_model="numpy", fastmath={"reassoc", "nsz", "contract"}, forceinline=True)
def _octet_month(octet, bits, start, top):
    """One month of an octet; its workers' skill summed up, and how many quit."""
    total, left = NOTHING, NEW
    for lane in range(OCTET_SEATS):
        skill, tenure = octet.skill[lane], octet.tenure[lane]
        x, _ = draws.seat_words(bits, np.uint32(np.uint32(lane) + start))
        quits = np.int32(np.uint32(x >> draws.WORD_11)) < QUITS_BELOW
        skill = NEWCOMER if quits else np.float32(skill + LEARN * np.float32(top - skill))
        older = NEW if quits else np.int32(tenure + MONTH)
        octet.skill[lane] = skill
        octet.tenure[lane] = older if tenure > NOBODY else NOBODY
        total += skill if tenure > NOBODY else NOTHING
        left += MONTH if quits & (tenure > NOBODY) else NEW
    return total, left


def _advance(key, first_octet, employees, ceiling, octets, average, quits):
    """One month of all enterprises.

    ``first_octet`` (N+1,) says where rosters begin and end; ``octets`` are changed in place; ``average`` (N,)
    and the ``quits`` of each enterprise (N,) are written.
    """
    enterprises = len(ceiling)
    for block in numba.prange((enterprises + BLOCK_ENTERPRISES - 1) // BLOCK_ENTERPRISES):
        for e in range(block * BLOCK_ENTERPRISES, min(enterprises, (block + 1) * BLOCK_ENTERPRISES)):
            bits, top = draws.block(key, e), ceiling[e]
            total, left, start = np.float32(0.0), np.int32(0), np.uint32(0)
            for k in range(first_octet[e], first_octet[e + 1]):
                skill, gone = _octet_month(octets[k], bits, start, top)
                total, left = total + skill, left + gone
                start = np.uint32(start + np.uint32(OCTET_SEATS))
            average[e] = total / employees[e]
            quits[e] = left


@lru_cache
def compiled(parallel: bool = True) -> Callable[..., None]:
    """The month, compiled; sums of skill may be taken in any order, as SIMD needs."""
    return numba.njit(parallel=parallel, error_model="numpy", fastmath={"reassoc", "nsz", "contract"})(
        _advance
    )


class Columns:
    """All workers in octets, enterprise by enterprise."""

    def __init__(self, ent: Enterprises, threads: int = 1, parallel: bool = True, seed: int = 1) -> None:
        self.advance = compiled(parallel)
        self.threads = threads if ent.workers >= WORTH_THREADS else 1
        octets = octets_of(ent.employees)
        self.first_octet = np.append(0, np.cumsum(octets))
        self.employees = ent.employees.astype(np.float32)
        self.ceiling = ent.ceiling.astype(np.float32)
        self.octets = np.zeros(self.first_octet[-1], OCTET)
        self.octets["skill"] = NEWCOMER
        empty = OCTET_SEATS * octets - ent.employees
        last = self.octets["tenure"][self.first_octet[1:] - 1]
        self.octets["tenure"][self.first_octet[1:] - 1] = np.where(
            np.arange(OCTET_SEATS) < OCTET_SEATS - empty[:, np.newaxis], last, NOBODY
        )
        self.average = np.empty(len(ent.employees), np.float32)
        self.quits = np.empty(len(ent.employees), np.int32)
        self.seed, self.months = np.uint64(seed), 0

    def month(self) -> int:
        """One month; how many workers quit."""
        numba.set_num_threads(self.threads)
        key = np.uint64(draws.stream(self.seed, draws.WORKER_MONTH, self.months))
        self.advance(
            key, self.first_octet, self.employees, self.ceiling, self.octets, self.average, self.quits
        )
        self.months += 1
        return int(self.quits.sum())

    def averages(self) -> np.ndarray:
        """Mean skill of each enterprise."""
        return self.average

    def mean_tenure(self) -> float:
        """Mean tenure of all workers, months."""
        tenure = self.octets["tenure"]
        return float(tenure[tenure > NOBODY].mean())


VARIANTS: dict[str, Any] = {
    "one": (partial(Columns, threads=1), 1),
    "two": (partial(Columns, threads=2), 2),
}

if __name__ == "__main__":
    main(VARIANTS)
