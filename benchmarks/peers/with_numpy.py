"""The reduced workload in NumPy by hand: whole arrays, blocks that stay in cache, and blocks on two threads.

What a careful user of NumPy would do, each found the fastest of what was tried: single precision and 16-bit
months; results written in place; 16 random bits a worker, four draws from each word of the generator,
compared as integers; who quits found once as places (few) and written there, instead of two passes with a
mask; the enterprises' sums by ``reduceat`` over neighbours instead of ``bincount``.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np

from benchmarks.peers.workload import (
    LEARNING,
    NEWCOMER_SKILL,
    QUITS_BELOW,
    Enterprises,
    main,
    sixteen_bits,
)

BLOCK_WORKERS = 131_072
"""Workers of a block of enterprises: as many as stay in cache, few enough calls (found by trial)."""

THRESHOLD = np.uint16(QUITS_BELOW)
KEEPS = np.float32(1.0 - LEARNING)
NEWCOMER = np.float32(NEWCOMER_SKILL)
MONTH, NEW = np.uint16(1), np.uint16(0)


class Columns:
    """All workers' columns, enterprise by enterprise, cut into blocks of whole enterprises."""

    def __init__(self, ent: Enterprises, block_workers: int | None = None, threads: int = 1) -> None:
        self.employees = ent.employees.astype(np.float32)
        self.skill = np.full(ent.workers, NEWCOMER, np.float32)
        self.tenure = np.zeros(ent.workers, np.uint16)
        self.pull = np.repeat((LEARNING * ent.ceiling).astype(np.float32), ent.employees)
        self.quits = np.empty(ent.workers, np.bool_)
        self.average = np.empty(len(ent.employees), np.float32)
        self.generators = [np.random.SFC64(seed) for seed in np.random.SeedSequence(1).spawn(threads)]
        self.shares = _shares(ent, block_workers or ent.workers, threads)
        self.pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def month(self) -> int:
        """One month of every block; how many workers quit."""
        of_blocks = self.pool.map if self.pool else map
        return sum(of_blocks(self._month_of, self.generators, self.shares))

    def _month_of(self, generator: np.random.SFC64, blocks: list[Block]) -> int:
        return sum(self._block_month(generator, *block) for block in blocks)

    def _block_month(
        self, generator: np.random.SFC64, enterprises: slice, workers: slice, start: np.ndarray
    ) -> int:
        skill, tenure, quits = self.skill[workers], self.tenure[workers], self.quits[workers]
        draws = sixteen_bits(generator, len(skill))
        np.less(draws, THRESHOLD, out=quits)
        (leavers,) = quits.nonzero()
        np.add(tenure, MONTH, out=tenure)
        np.multiply(skill, KEEPS, out=skill)
        np.add(skill, self.pull[workers], out=skill)
        tenure[leavers] = NEW
        skill[leavers] = NEWCOMER
        average = self.average[enterprises]
        np.add.reduceat(skill, start, out=average)
        np.divide(average, self.employees[enterprises], out=average)
        return len(leavers)

    def averages(self) -> np.ndarray:
        """Mean skill of each enterprise."""
        return self.average

    def mean_tenure(self) -> float:
        """Mean tenure of all workers, months."""
        return float(self.tenure.mean())


Block = tuple[slice, slice, np.ndarray]
"""Enterprises, their workers, and where each enterprise's workers start within the block."""


def _shares(ent: Enterprises, block_workers: int, threads: int) -> list[list[Block]]:
    """Blocks of at least ``block_workers`` in whole enterprises, dealt out to the threads in turn."""
    first = np.flatnonzero(np.diff(ent.start // block_workers, prepend=-1))
    stops, ends = np.append(first[1:], len(ent.start)), np.append(ent.start[first[1:]], ent.workers)
    blocks = [
        (slice(a, b), slice(ent.start[a], end), ent.start[a:b] - ent.start[a])
        for a, b, end in zip(first, stops, ends, strict=True)
    ]
    return [blocks[thread::threads] for thread in range(threads)]


VARIANTS: dict[str, Any] = {
    "whole": (Columns, 1),
    "blocked": (partial(Columns, block_workers=BLOCK_WORKERS), 1),
    "threads": (partial(Columns, block_workers=BLOCK_WORKERS, threads=2), 2),
}

if __name__ == "__main__":
    main(VARIANTS)
