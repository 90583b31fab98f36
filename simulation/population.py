"""The simulated enterprises: whole clusters drawn from a national frame, weighted to the census totals.

The frame divides the SMEs of every sector and region into clusters of neighbouring enterprises. The
background is an even sample of clusters; enterprises of a programme too small for that sample are drawn
one to one as a stratum of their own, and the background's weights give way to them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from simulation.census import CensusTables
from simulation.parameters import PARAMETERS
from simulation.sampling_frame import SamplingFrame, national_frame, spread_order
from simulation.size_classes import SIZE_CLASS_EDGES, SIZE_CLASSES
from simulation.size_distribution import SME_LIMIT, SizeDistribution, fit_size_distribution

if TYPE_CHECKING:
    import polars as pl

BACKGROUND, PROGRAMME = 0, 1
"""Values of ``Population.stratum``."""

SEED_KEY = 101
"""Second word of the seed: keeps these draws apart from those of the simulation itself."""

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class ProgrammeStratum:
    """Enterprises that a programme may choose from, drawn as a stratum of their own.

    Attributes:
        sectors, regions: indices into ``CensusTables.sectors`` and ``.regions``.
        min_employees, max_employees: eligible sizes, both included.
        eligible: number of eligible incumbents wanted.
        weight: national enterprises that each enterprise of the stratum stands for; 1 is one to one, as a
            small programme needs it.

    """

    sectors: tuple[int, ...]
    regions: tuple[int, ...]
    min_employees: int
    max_employees: int
    eligible: int
    weight: float = 1.0


@dataclass(frozen=True, eq=False)
class Population:
    """One entry per enterprise, ordered by stratum, sector, region and cluster; clusters are contiguous.

    Attributes:
        sector: int16, index into ``tables.sectors``.
        region: int16, index into ``tables.regions``.
        cluster: int32, 0..n_clusters-1; incumbents first within a cluster, then its entrants.
        stratum: int8, 0 background, 1 the first programme stratum, 2 the second, and so on.
        weight: float64, national enterprises that the entry stands for.
        employees: int32, size at the start or at entry, 1..sme_limit-1.
        entry_month: int32, 0 for an incumbent, else the month (>= 1) in which the entrant enters.
        tables: the census tables drawn from.
        sizes: the size distribution drawn from.
        programme: the programme strata asked for.
        programme_found: eligible incumbents found for each of them.

    """

    sector: NDArray[np.int16]
    region: NDArray[np.int16]
    cluster: NDArray[np.int32]
    stratum: NDArray[np.int8]
    weight: FloatArray
    employees: NDArray[np.int32]
    entry_month: NDArray[np.int32]
    tables: CensusTables = field(repr=False)
    sizes: SizeDistribution = field(repr=False)
    programme: tuple[ProgrammeStratum, ...] = ()
    programme_found: tuple[int, ...] = ()

    @property
    def n(self) -> int:
        """Enterprises simulated, entrants included."""
        return len(self.sector)

    @property
    def n_clusters(self) -> int:
        """Clusters simulated."""
        return int(self.cluster[-1]) + 1

    @cached_property
    def incumbent(self) -> NDArray[np.bool_]:
        """True for enterprises that exist at the start (n,)."""
        return self.entry_month == 0

    @property
    def remainder(self) -> pl.DataFrame:
        """Large enterprises left out, by sector (see ``SizeDistribution.remainder``)."""
        return self.sizes.remainder()

    @property
    def size_class(self) -> NDArray[np.int8]:
        """Index into ``SIZE_CLASSES`` of the start size (n,)."""
        return np.searchsorted(SIZE_CLASS_EDGES, self.employees, side="right").astype(np.int8)

    def totals(self) -> pl.DataFrame:
        """Enterprises simulated, and weighted enterprises and workers at the start, by stratum."""
        import polars as pl

        rows = []
        for value in range(1 + len(self.programme)):
            name = f"programme {value}" if value else "background"
            inside = self.stratum == value
            start = inside & self.incumbent
            rows.append(
                {
                    "stratum": name,
                    "simulated": int(start.sum()),
                    "entrants": int(inside.sum() - start.sum()),
                    "enterprises": float(self.weight[start].sum()),
                    "workers": float(self.weight[start] @ self.employees[start]),
                }
            )
        return pl.DataFrame(rows)

    def describe(self) -> str:
        """Tree of the population with its totals."""
        lines = [f"Population of {self.n:,} simulated enterprises in {self.n_clusters:,} clusters"]
        lines += [
            f"├── {row['stratum']}: {row['simulated']:,} incumbents "
            f"for {row['enterprises']:,.0f} enterprises and {row['workers']:,.0f} workers; "
            f"{row['entrants']:,} entrants"
            for row in self.totals().iter_rows(named=True)
        ]
        counts = np.bincount(self.size_class, self.weight * self.incumbent, minlength=len(SIZE_CLASSES))
        shares = ", ".join(f"{n} {c / counts.sum():.1%}" for n, c in zip(SIZE_CLASSES, counts, strict=True))
        large, workers = self.sizes.large_enterprises.sum(), self.sizes.large_employment.sum()
        lines.append(f"├── size classes (employees): {shares}")
        lines.append(f"└── left out: {large:,.0f} large enterprises with {workers:,.0f} workers")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return self.describe()


ENTRY_PARAMETERS = ("entry_rate", "entrant_size", "cluster_size")
"""Parameters of the registry that shape a population before it is simulated."""


def entry_settings(parameters: Mapping[str, float]) -> dict[str, Any]:
    """Arguments of :func:`draw_population` under a scenario's ``parameters``: entry and cluster size."""
    chosen = {name: parameters.get(name, PARAMETERS[name].default) for name in ENTRY_PARAMETERS}
    return {**chosen, "cluster_size": round(chosen["cluster_size"])}


def draw_population(
    tables: CensusTables,
    *,
    enterprises: int | None = None,
    sample: float | None = None,
    months: int,
    entry_rate: float = PARAMETERS["entry_rate"].default,
    entrant_size: float = PARAMETERS["entrant_size"].default,
    cluster_size: int = round(PARAMETERS["cluster_size"].default),
    seed: int,
    programme: Sequence[ProgrammeStratum] = (),
    sme_limit: int = SME_LIMIT,
) -> Population:
    """Draw the enterprises to simulate; the same arguments give the same bytes.

    Args:
        tables: census tables.
        enterprises: incumbents wanted in the background (>= 100); whole clusters come as near as they can.
        sample: instead, the fraction (0, 1] of the national clusters; 1.0 is one to one.
        months: length of the run; entrants come in months 1..months-1.
        entry_rate: entrants per incumbent a year (0..1).
        entrant_size: size of entrants relative to incumbents (> 0).
        cluster_size: mean enterprises of a cluster (>= 1).
        seed: non-negative integer.
        programme: strata of programmes too small for the sample. Equal ones count once, different ones add
            up. Where the nation has too few eligible enterprises, all clusters of its sectors and regions
            are taken.
        sme_limit: employees from which an enterprise is large and left out.

    Returns:
        Population whose incumbents' weights sum to the national number of SMEs, and by sector too unless the
        sample is too small to hold every sector.

    Raises:
        ValueError: an argument is out of range.

    """
    programme = tuple(dict.fromkeys(programme))
    _check(tables, enterprises, sample, months, entry_rate, entrant_size, cluster_size, programme)
    sizes = fit_size_distribution(tables, sme_limit)
    rng = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, SEED_KEY])))
    frame = _frame(sizes, cluster_size)
    chosen, employees, part, found = _draw_programme(rng, frame, sizes, programme)
    background = frame.draw(rng, chosen, enterprises=enterprises, sample=sample)
    clusters = np.concatenate([background, chosen])
    stratum = np.concatenate([np.full(len(background), BACKGROUND), 1 + part]).astype(np.int8)
    sectors = np.repeat(frame.sector[background], frame.members[background])
    employees = np.concatenate([_draw_sizes(rng, sizes, sectors), employees])
    weights = _weights(frame, sizes, background, chosen, np.array([x.weight for x in programme])[part])
    newcomers = rng.poisson(entry_rate / 12.0 * max(months - 1, 0) * frame.members[clusters])
    rows = _Rows(frame.members[clusters], newcomers)
    entrants = _entrant_sizes(rng, sizes, np.repeat(frame.sector[clusters], newcomers), entrant_size)
    entry_months = rng.integers(1, max(months, 2), size=len(entrants), dtype=np.int32)
    return Population(
        sector=rows.of_cluster(frame.sector[clusters]),
        region=rows.of_cluster(frame.region[clusters]),
        cluster=rows.of_cluster(np.arange(len(clusters), dtype=np.int32)),
        stratum=rows.of_cluster(stratum),
        weight=rows.of_cluster(weights),
        employees=rows.merge(employees, entrants),
        entry_month=rows.merge(np.zeros(len(employees), np.int32), entry_months),
        tables=tables,
        sizes=sizes,
        programme=programme,
        programme_found=found,
    )


def _check(
    tables: CensusTables,
    enterprises: int | None,
    sample: float | None,
    months: int,
    entry_rate: float,
    entrant_size: float,
    cluster_size: int,
    programme: tuple[ProgrammeStratum, ...],
) -> None:
    if (enterprises is None) == (sample is None):
        raise ValueError("give exactly one of enterprises (a count) and sample (a fraction of the nation)")
    ranges = (
        ("enterprises", enterprises, 100, float("inf"), "at least 100"),
        ("sample", sample, np.nextafter(0.0, 1.0), 1.0, "above 0 and up to 1"),
        ("months", months, 1, 10_000, "1 to 10,000"),
        ("entry_rate", entry_rate, 0.0, 1.0, "0 to 1 a year"),
        ("entrant_size", entrant_size, np.nextafter(0.0, 1.0), 10.0, "above 0 and up to 10"),
        ("cluster_size", cluster_size, 1, 1000, "1 to 1,000"),
    )
    for name, value, lowest, highest, remedy in ranges:
        if value is not None and not lowest <= value <= highest:
            raise ValueError(f"{name} is {value}; give a number {remedy}")
    for part in programme:
        for name, indices, size in (
            ("sectors", part.sectors, len(tables.sectors)),
            ("regions", part.regions, len(tables.regions)),
        ):
            if not indices or min(indices) < 0 or max(indices) >= size:
                raise ValueError(f"programme {name} are {indices}; give indices from 0 to {size - 1}")
        if part.min_employees > part.max_employees or part.eligible < 0 or part.weight < 1.0:
            raise ValueError(
                f"programme stratum makes no sense: {part}; min <= max, eligible >= 0, weight >= 1"
            )


@lru_cache(maxsize=4)
def _frame(sizes: SizeDistribution, cluster_size: int) -> SamplingFrame:
    """The national frame, kept for the next draw: it is the same for every seed."""
    return national_frame(sizes.sme_enterprises, sizes.tables.region_share, cluster_size)


# --- drawing --------------------------------------------------------------------------------------


def _among(values: NDArray[Any], wanted: Sequence[int]) -> NDArray[np.bool_]:
    """Which of ``values`` (indices of sectors or regions) are wanted."""
    is_wanted = np.zeros(1 + max(int(values.max()), *wanted), np.bool_)
    is_wanted[list(wanted)] = True
    return is_wanted[values]


def _draw_programme(
    rng: np.random.Generator,
    frame: SamplingFrame,
    sizes: SizeDistribution,
    programme: tuple[ProgrammeStratum, ...],
) -> tuple[IntArray, NDArray[np.int32], IntArray, tuple[int, ...]]:
    """Clusters by stratum, in frame order; the sizes of their members; the strata; eligible ones found."""
    clusters, employees, found = np.empty(0, np.int64), np.empty(0, np.int32), []
    stratum = np.empty(0, np.int64)
    for number, part in enumerate(programme):
        inside = _among(frame.sector, part.sectors) & _among(frame.region, part.regions)
        inside[clusters] = False
        order = np.flatnonzero(inside)
        order = order[spread_order(rng, len(order))]
        new, sizes_new, eligible = _until_eligible(rng, frame, sizes, order, part)
        clusters, employees = np.concatenate([clusters, new]), np.concatenate([employees, sizes_new])
        stratum = np.concatenate([stratum, np.full(len(new), number)])
        found.append(eligible)
    order = np.lexsort((clusters, stratum))
    rank = np.argsort(order, kind="stable")
    by_row = np.argsort(np.repeat(rank, frame.members[clusters]), kind="stable")
    return clusters[order], employees[by_row], stratum[order], tuple(found)


def _until_eligible(
    rng: np.random.Generator,
    frame: SamplingFrame,
    sizes: SizeDistribution,
    order: IntArray,
    part: ProgrammeStratum,
) -> tuple[IntArray, NDArray[np.int32], int]:
    """First clusters of ``order`` that hold ``part.eligible`` eligible enterprises, or all of them."""
    chance = sizes.probability_between(part.min_employees, part.max_employees)
    expected = np.cumsum(frame.members[order] * chance[frame.sector[order]])
    employees, eligible, drawn = np.empty(0, np.int32), np.empty(0, np.int64), 0
    goal = float(part.eligible)
    while eligible.sum() < part.eligible and drawn < len(order):
        goal += 4.0 * np.sqrt(goal)  # a margin, so that one round is nearly always enough
        upto = min(int(np.searchsorted(expected, goal)) + 1, len(order))
        fresh = order[drawn:upto]
        new = _draw_sizes(rng, sizes, np.repeat(frame.sector[fresh], frame.members[fresh]))
        fits = (new >= part.min_employees) & (new <= part.max_employees)
        starts = np.cumsum(frame.members[fresh]) - frame.members[fresh]
        per_cluster = np.add.reduceat(fits.astype(np.int64), starts) if len(fresh) else np.empty(0, np.int64)
        eligible = np.concatenate([eligible, per_cluster])
        employees, drawn = np.concatenate([employees, new]), upto
    used = int(np.searchsorted(np.cumsum(eligible), part.eligible)) + 1 if part.eligible else 0
    clusters = order[: min(used, drawn)]
    return clusters, employees[: frame.members[clusters].sum()], int(eligible[:used].sum())


def _draw_sizes(rng: np.random.Generator, sizes: SizeDistribution, sector: NDArray) -> NDArray[np.int32]:
    """Employees of SMEs of the given sectors, evenly spread over each sector's distribution.

    One draw in each of as many equal parts of the distribution as the sector has enterprises, in random
    order: unbiased, and a small sample keeps the mean size of its sectors.
    """
    employees = np.empty(len(sector), np.int32)
    by_sector = np.argsort(sector, kind="stable")
    counts = np.bincount(sector, minlength=len(sizes.tables.sectors))
    for s, places in enumerate(np.split(by_sector, np.cumsum(counts)[:-1])):
        if n := len(places):
            # drawn in ascending order, which makes the look-up fast, then put in random places
            uniforms = (np.arange(n) + rng.random(n)) / n
            employees[rng.permutation(places)] = sizes.draw(s, uniforms)
    return employees


def _entrant_sizes(
    rng: np.random.Generator, sizes: SizeDistribution, sector: NDArray, entrant_size: float
) -> NDArray[np.int32]:
    """Sizes of entrants: those of incumbents times ``entrant_size``, rounded at random, at least 1."""
    scaled = _draw_sizes(rng, sizes, sector) * entrant_size
    rounded = np.floor(scaled + rng.random(len(scaled)))
    return np.clip(rounded, 1, sizes.sme_limit - 1).astype(np.int32)


def _weights(
    frame: SamplingFrame,
    sizes: SizeDistribution,
    background: IntArray,
    programme: IntArray,
    programme_weight: FloatArray,
) -> FloatArray:
    """Weight of each cluster's enterprises, background first: sector totals as in the nation.

    A region's background stands for what its programme strata leave of it, so that strata of a few regions do
    not make these larger than they are; sectors are spread alike over the regions, so both totals hold. A
    sector without a background cluster cannot be represented: the others then stand for its enterprises too,
    so that the national total holds.
    """
    n, n_regions = frame.shape

    def members(clusters: IntArray, weight: FloatArray | float = 1.0) -> FloatArray:
        counts = np.bincount(frame.sector[clusters], weight * frame.members[clusters], minlength=n)
        return counts.astype(np.float64)

    def by_region(clusters: IntArray, weight: FloatArray | float = 1.0) -> FloatArray:
        counts = np.bincount(frame.region[clusters], weight * frame.members[clusters], minlength=n_regions)
        return counts.astype(np.float64)

    nation = np.bincount(frame.region, frame.members, minlength=n_regions)
    free = np.maximum(1.0, nation - by_region(programme))  # those of which the background is a sample
    left = np.maximum(0.0, nation - by_region(programme, programme_weight)) / free
    left = left[frame.region[background]]
    drawn = members(background, left)
    rest = np.maximum(0.0, sizes.sme_enterprises - members(programme, programme_weight))
    present = drawn > 0
    weight = np.where(present, rest / np.where(present, drawn, 1.0), 0.0)
    if present.any():
        total = sizes.sme_enterprises.sum() - members(programme, programme_weight).sum()
        weight *= total / rest[present].sum()
    return np.concatenate([weight[frame.sector[background]] * left, programme_weight])


class _Rows:
    """Places of incumbents and entrants in the columns: cluster by cluster, entrants last."""

    def __init__(self, members: IntArray, newcomers: IntArray) -> None:
        self.per_cluster = members + newcomers
        kinds = np.tile(np.array([True, False]), len(members))
        self.is_incumbent = np.repeat(kinds, np.stack([members, newcomers], axis=1).ravel())

    def of_cluster(self, values: NDArray) -> NDArray:
        """One value per cluster, repeated for its enterprises."""
        return np.repeat(values, self.per_cluster)

    def merge(self, incumbents: NDArray, entrants: NDArray) -> NDArray:
        """Values of incumbents and of entrants, each in cluster order, put in their places."""
        merged = np.empty(len(self.is_incumbent), incumbents.dtype)
        merged[self.is_incumbent], merged[~self.is_incumbent] = incumbents, entrants
        return merged
