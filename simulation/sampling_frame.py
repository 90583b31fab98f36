"""The national frame of clusters, from which whole clusters are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

GOLDEN_RATIO = (np.sqrt(5.0) - 1.0) / 2.0


@dataclass(frozen=True, eq=False)
class SamplingFrame:
    """All clusters of the nation, ordered by sector, then region; K clusters.

    Attributes:
        sector, region: int16 indices (K,).
        members: enterprises of each cluster (K,).
        shape: number of sectors and of regions.

    """

    sector: NDArray[np.int16]
    region: NDArray[np.int16]
    members: IntArray
    shape: tuple[int, int]

    @cached_property
    def clusters(self) -> IntArray:
        """Clusters of each cell: sector by sector, region by region (S * R,)."""
        return self._by_cell(slice(None))

    @cached_property
    def total_members(self) -> int:
        """Enterprises of all clusters."""
        return int(self.members.sum())

    def draw(
        self, rng: np.random.Generator, taken: IntArray, *, enterprises: int | None, sample: float | None
    ) -> IntArray:
        """Clusters of an even sample in frame order, none of them in ``taken``.

        Where nothing is taken, it costs what is drawn, not what the nation has.

        Args:
            rng: generator.
            taken: clusters not to be drawn, each once.
            enterprises: wanted, met by whole clusters of mean size (at least one); or
            sample: fraction of the clusters that are free.

        """
        free = len(self.members) - len(taken)
        if not free:
            return np.empty(0, np.int64)
        if enterprises is not None:
            mean_members = (self.total_members - int(self.members[taken].sum())) / free
            wanted = int(np.rint(enterprises / mean_members))
        else:
            wanted = int(np.rint((sample or 0.0) * free))
        available = self.clusters - self._by_cell(taken)
        numbers = allocate(rng, available.reshape(self.shape), min(max(wanted, 1), free)).ravel()
        # clusters of a cell are alike: its part is taken in order from a random start
        start = (rng.random(len(available)) * available).astype(np.int64)
        cell = np.repeat(np.arange(len(available)), numbers)
        place = np.arange(len(cell)) - np.repeat(np.cumsum(numbers) - numbers, numbers) + start[cell]
        chosen = (np.cumsum(available) - available)[cell] + place % available[cell]
        chosen.sort()
        return self._free(taken)[chosen] if len(taken) else chosen

    def _by_cell(self, clusters: IntArray | slice) -> IntArray:
        """How many of ``clusters`` each cell has (S * R,)."""
        cell = self.sector[clusters].astype(np.int64) * self.shape[1] + self.region[clusters]
        return np.bincount(cell, minlength=self.shape[0] * self.shape[1])

    def _free(self, taken: IntArray) -> IntArray:
        """Clusters that are not taken, in frame order."""
        is_free = np.ones(len(self.members), bool)
        is_free[taken] = False
        return np.flatnonzero(is_free)


def national_frame(enterprises: IntArray, region_share: FloatArray, cluster_size: int) -> SamplingFrame:
    """Divide each sector's enterprises (S,) over regions by share (R,), and each cell into even clusters."""
    cells = np.stack([whole_parts(int(total), region_share) for total in enterprises])  # (S, R)
    clusters = np.where(cells > 0, np.maximum(np.rint(cells / cluster_size), 1), 0).astype(np.int64)
    flat = clusters.ravel()
    sector, region = np.divmod(np.repeat(np.arange(cells.size), flat), len(region_share))
    # members are even within a cell: the first few clusters have one more than the others
    place = np.arange(flat.sum()) - np.repeat(np.cumsum(flat) - flat, flat)
    least, more = np.divmod(cells, np.maximum(clusters, 1))
    members = least[sector, region] + (place < more[sector, region])
    return SamplingFrame(sector.astype(np.int16), region.astype(np.int16), members, cells.shape)


def whole_parts(total: int, share: FloatArray) -> IntArray:
    """Integers in proportion to ``share`` that sum to ``total`` (largest remainders)."""
    exact = total * share
    parts = np.floor(exact).astype(np.int64)
    missing = int(total - parts.sum())
    parts[np.argsort(parts - exact, kind="stable")[:missing]] += 1
    return parts


def allocate(rng: np.random.Generator, available: IntArray, wanted: int) -> IntArray:
    """How many clusters to draw from each cell (S, R), so that sectors and regions are both in proportion.

    Sectors: systematic rounding with a random start. Regions: each sector rounds its cells down, and gives
    the clusters left over to the regions that are furthest behind in all sectors so far, from a random
    start. No cell is asked for more than it has; the sum is ``wanted``.
    """
    fraction = wanted / available.sum()
    ends = np.floor(np.cumsum(available.sum(axis=1)) * fraction + rng.random() * (1.0 - 1e-9) + 1e-9)
    ends[-1] = wanted
    by_sector = np.diff(np.minimum(ends, wanted), prepend=0.0).astype(np.int64)
    of_sector = available.sum(axis=1)
    by_sector = np.minimum(by_sector, of_sector)
    exact = by_sector[:, np.newaxis] * available / np.maximum(of_sector, 1)[:, np.newaxis]
    numbers = np.floor(exact + 1e-9).astype(available.dtype)
    left_over, room = by_sector - numbers.sum(axis=1), numbers < available
    behind = rng.random(available.shape[1]) - 0.5
    for s, left in enumerate(left_over):
        behind += exact[s] - numbers[s]
        chosen = np.argsort(np.where(room[s], -behind, np.inf), kind="stable")[:left]
        numbers[s, chosen] += 1
        behind[chosen] -= 1.0
    return numbers


def spread_order(rng: np.random.Generator, n: int) -> IntArray:
    """Order of 0..n-1 in which every first part is spread evenly over the whole (golden-ratio sequence)."""
    return np.argsort((rng.random() + GOLDEN_RATIO * np.arange(n)) % 1.0, kind="stable")
