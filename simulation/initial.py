"""The initial state: every enterprise and worker of a population before the first month.

Every draw is keyed by the population's seed and by whose it is, and then shaped by the parameters: two runs
of one seed and other parameters hold the same enterprises, whatever the number of threads. What an enterprise
starts with is in :mod:`simulation.endowment`, who works for it in :mod:`simulation.roster`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulation import draws, endowment
from simulation.baseline import region_wage, sector_baseline
from simulation.compile import kernel, submodel
from simulation.instructions import take_next
from simulation.ordered import LOW_PAY
from simulation.parameters import PARAMETER_RECORD
from simulation.population import SIZE_CLASS_EDGES, Population
from simulation.production import SKILL_USUAL
from simulation.roster import fill_roster, lay_out, tenure_tables
from simulation.seats import OCTET, OCTET_SEATS
from simulation.state import AGE_SHARES, CLUSTER, ENTERPRISE, REGION, SECTOR
from simulation.threads import AVAILABLE, WORTH_THREADS, share

NOVELTY_USUAL = 0.146
"""Mean of 1 / (1 + tenure / 3 months) where tenure is exponential with 2 % separations a month (exact)."""
HALF_KNOWN = 200.0
"""Sampled enterprises at which a sector's or region's monthly total is half noise, half news (assumed)."""
PART = 512
"""Enterprises of a piece of parallel work; sums are taken piece by piece, so that threads do not matter."""
PIECE = 100_000
"""Enterprises of a piece of serial work."""
SORTED_AT_ONCE, MOST_CELLS = 64, 4096
"""Values in the mean cell of the histogram that narrows medians down, and the most cells it has."""

N_SUMS = 6
MANAGEMENT, MANAGEMENT_SQUARED, STAFF, STAFF_MANAGEMENT, STAFF_LASTING, STAFF_SIZE = range(N_SUMS)
"""Sums over enterprises that place productivity: management, its square; the others weighted by employees."""


@dataclass
class InitialState:
    """Enterprises, clusters, regions, sectors and the octets of seats of one population."""

    enterprises: NDArray[Any]
    clusters: NDArray[Any]
    regions: NDArray[Any]
    sectors: NDArray[Any]
    octets: NDArray[Any]


def initial_state(
    population: Population,
    parameters: NDArray[Any],
    seed: int,
    enterprises: NDArray[Any] | None = None,
    octets: NDArray[Any] | None = None,
) -> InitialState:
    """Place ``population`` at rest under ``parameters`` (a record array of one), drawn from ``seed``.

    ``enterprises`` (n,) and ``octets`` (as many as :func:`simulation.roster.lay_out` tells) are zeroed
    records to be filled, such as parts of longer arrays; records of their own if none are given.
    """
    p = parameters[0]
    first_octet = lay_out(population.employees)
    if enterprises is None:
        enterprises = np.zeros(population.n, ENTERPRISE)
    if octets is None:
        octets = np.zeros(first_octet[-1], OCTET)
    wages = _fill(population, parameters, seed, first_octet, enterprises, octets)
    regions = _regions(population, first_octet, wages, p)
    sectors = _sectors(population, p)
    clusters = np.zeros(population.n_clusters, CLUSTER)
    return InitialState(enterprises, clusters, regions, sectors, octets)


def usual_separations(p: Any) -> float:
    """Monthly separations per worker at rest: the experienced worker's rate, with newcomers and the young."""
    by_tenure = 1.0 + p["quit_novice"] * NOVELTY_USUAL
    return float(p["quit_rate"] * by_tenure * (1.0 + p["quit_young"] * (AGE_SHARES[0] - AGE_SHARES[2])))


def _fill(
    population: Population,
    parameters: NDArray[Any],
    seed: int,
    first_octet: NDArray[np.int64],
    enterprises: NDArray[Any],
    octets: NDArray[Any],
) -> NDArray[np.float64]:
    """Fill the empty records; returns the wage of each enterprise (n,)."""
    p, tables = parameters[0], population.tables
    baseline = sector_baseline(tables)
    sums = np.zeros((-(-population.n // PART), N_SUMS))
    productivity, wages = np.zeros(2), np.empty(population.n)
    parts = np.zeros((2, 1), np.int64)  # the next to take, in the first pass and in the second
    arguments = (
        np.random.SeedSequence([seed, 202]).generate_state(1, np.uint64)[0],
        np.array(parameters, PARAMETER_RECORD).view(np.recarray), usual_separations(p), productivity,
        population.sector, population.region, population.cluster, population.weight, population.employees,
        population.entry_month, first_octet, np.array(SIZE_CLASS_EDGES),
        baseline.value_added, baseline.energy, p["wage_mean"] * baseline.value_added ** p["wage_sector"],
        region_wage(tables), *tenure_tables(p), enterprises.view(np.recarray), octets.view(np.recarray),
        sums, wages,
    )  # fmt: skip
    at_most = AVAILABLE if OCTET_SEATS * len(octets) >= WORTH_THREADS else 1
    share(lambda place: fill(True, parts[0], *arguments), at_most)
    productivity[:] = _productivity(p, sums.sum(axis=0), population.n)
    share(lambda place: fill(False, parts[1], *arguments), at_most)
    return wages


def _productivity(p: Any, total: NDArray[np.float64], n: int) -> tuple[float, float]:
    """Standard deviation of lasting productivity that practices leave to be drawn; mean level of workers.

    ``total`` are the sums over the ``n`` enterprises; both follow from the sample's own moments.
    """
    variance = total[MANAGEMENT_SQUARED] / n - (total[MANAGEMENT] / n) ** 2
    explained = p["productivity_practice"] ** 2 * variance
    spread = math.sqrt(max(0.0, p["productivity_level_spread"] ** 2 - explained))
    level = (
        p["productivity_practice"] * total[STAFF_MANAGEMENT]
        + spread * total[STAFF_LASTING]
        + p["productivity_size"] * total[STAFF_SIZE]
    ) / total[STAFF]
    return spread, level - 0.5 * p["productivity_level_spread"] ** 2


@kernel
def fill(
    practices_first, next_part, seed, parameters, separations, productivity,
    sector, region, cluster, weight, employees, entry_month, first_octet, size_edges,
    value_added, energy, sector_wage, region_wage, tenure_share, tenure_guide, unlearned,
    enterprises, octets, sums, wages,
):  # fmt: skip
    """Fill the records of the enterprises and the octets of their workers, with whoever else does so.

    Each thread takes the ``next_part`` of the enterprises until all are filled. Lasting productivity is
    spread and centred over the sample: it is set when all practices are. So the first pass draws identities
    and practices (``practices_first``) and adds up, and the second, given the standard deviation and the mean
    of ``productivity``, all else. The second line of arguments goes by enterprise (and size class), the third
    by sector, region and month of tenure, the last is filled.
    """
    n = len(enterprises)
    part = take_next(next_part, 0)
    while part < len(sums):
        p = parameters[0]
        total = sums[part]
        for e in range(part * PART, min(n, (part + 1) * PART)):
            ent = enterprises[e]
            common, outlook = draws.normal_pair(bits_at_start(seed, draws.START_OUTLOOK, e))
            lasting, passing = draws.normal_pair(bits_at_start(seed, draws.START_PRODUCTIVITY, e))
            if practices_first:
                endowment.identity(ent, sector[e], region[e], cluster[e], weight[e], entry_month[e])
                endowment.size(ent, employees[e], size_edges, first_octet[e], first_octet[e + 1])
                endowment.practices(ent, p, common, draws.stream(seed, draws.START_MODULE, 0), e)
                management = endowment.management(ent, p)
                total[MANAGEMENT] += management
                total[MANAGEMENT_SQUARED] += management * management
                total[STAFF] += ent.employees
                total[STAFF_MANAGEMENT] += ent.employees * management
                total[STAFF_LASTING] += ent.employees * lasting
                total[STAFF_SIZE] += ent.employees * endowment.log_size(ent)
            else:
                spread, mean = productivity[0], productivity[1]
                endowment.blank_history(ent)
                character = draws.normal_pair(bits_at_start(seed, draws.START_CHARACTER, e))
                endowment.character(ent, p, character, bits_at_start(seed, draws.START_CONDITIONS, e))
                endowment.productivity(ent, p, spread * lasting)
                endowment.production(ent, p, passing, value_added[ent.sector], energy[ent.sector])
                defects, margin = draws.normal_pair(bits_at_start(seed, draws.START_ECONOMY, e))
                endowment.quality(ent, p, defects)
                endowment.wage(ent, p, sector_wage[ent.sector] * region_wage[ent.region], ent.level - mean)
                endowment.money(ent, p, margin, bits_at_start(seed, draws.START_RESERVES, e))
                endowment.people(ent, p, separations)
                endowment.belief(ent, p, outlook)
                fill_roster(
                    ent, p, bits_at_start(seed, draws.START_WORKER, e),
                    bits_at_start(seed, draws.START_SKILL, e), tenure_share, tenure_guide, unlearned,
                    octets, first_octet[e],
                )  # fmt: skip
                wages[e] = ent.wage
        part = take_next(next_part, 0)


@submodel
def bits_at_start(seed, decision, identity):
    """64 random bits of one enterprise for one decision before the first month."""
    return draws.block(draws.stream(seed, decision, 0), identity)


def _regions(
    population: Population, first_octet: NDArray[np.int64], wages: NDArray[np.float64], p: Any
) -> NDArray[Any]:
    """The labour market of each region, of the enterprises there are at the start."""
    n = len(population.tables.regions)
    regions = np.zeros(n, REGION)
    separations = usual_separations(p)
    heads = np.zeros(population.n)  # national workers of those that are there
    count, workers, earned, vacant = np.zeros((4, n))
    for part in _pieces(population.n):
        region, here = population.region[part].astype(np.intp), population.incumbent[part]
        employees, octets = population.employees[part], np.diff(first_octet[part.start : part.stop + 1])
        heads[part] = here * population.weight[part] * employees
        posts = np.minimum(OCTET_SEATS * octets - employees, employees * (separations / p["hire_rate"]))
        count += np.bincount(region, here, minlength=n)
        workers += np.bincount(region, heads[part], minlength=n)
        earned += np.bincount(region, heads[part] * wages[part], minlength=n)
        vacant += np.bincount(region, here * population.weight[part] * posts, minlength=n)
    paid = 1.0 + p["wage_skill"] * (SKILL_USUAL - 1.0)
    regions["workers_at_start"], regions["vacancies_at_start"] = workers, vacant
    regions["mean_wage"] = paid * earned / np.maximum(workers, 1.0)
    regions["seekers"] = regions["seekers_at_start"] = p["pool_months"] * separations * workers
    regions["reliability"] = count / (count + HALF_KNOWN)
    regions["tightness"] = regions["quitting"] = regions["filling"] = 1.0
    there = count > 0
    median = paid * weighted_medians(wages, heads, population.region, n)
    regions["median_ratio"][there] = median[there] / regions["mean_wage"][there]
    regions["low_pay"] = LOW_PAY * regions["median_ratio"] * regions["mean_wage"]
    return regions


def weighted_medians(
    values: NDArray[np.float64], weights: NDArray[np.float64], groups: NDArray[Any], n: int
) -> NDArray[np.float64]:
    """Of each of ``n`` groups the smallest value up to which half of its weight lies (NaN without weight).

    ``values``, ``weights`` (0 or more) and ``groups`` have one element each a member. A histogram finds the
    cell where a median is, and only what lies there is sorted: the result is exact.
    """
    cells = min(MOST_CELLS, 1 + len(values) // SORTED_AT_ONCE)
    low, width = float(values.min()), float(np.ptp(values))
    scale = (cells - 1) / width if width > 0.0 else 0.0

    def cell(part: slice) -> NDArray[np.intp]:
        return ((values[part] - low) * scale).astype(np.intp)

    below = np.zeros(n * cells)
    for part in _pieces(len(values)):
        place = cell(part) + groups[part].astype(np.intp) * cells
        below += np.bincount(place, weights[part], minlength=n * cells)
    below = np.cumsum(below.reshape(n, cells), axis=1)
    half = 0.5 * below[:, -1]
    there = np.sum(below < half[:, np.newaxis], axis=1)
    inside = np.concatenate(
        [part.start + np.flatnonzero(cell(part) == there[groups[part]]) for part in _pieces(len(values))]
    )
    medians = np.full(n, np.nan)
    for g in np.flatnonzero(half > 0.0):
        mine = inside[groups[inside] == g]
        mine = mine[np.argsort(values[mine], kind="stable")]
        share = np.cumsum(weights[mine]) + (below[g, there[g] - 1] if there[g] else 0.0)
        medians[g] = values[mine[min(int(np.searchsorted(share, half[g])), len(mine) - 1)]]
    return medians


def _pieces(n: int) -> Iterator[slice]:
    """Slices that cover 0..n-1: what is worked out of a piece at a time takes no memory to speak of."""
    return (slice(first, min(n, first + PIECE)) for first in range(0, n, PIECE))


def _sectors(population: Population, p: Any) -> NDArray[Any]:
    baseline = sector_baseline(population.tables)
    sectors = np.zeros(len(population.tables.sectors), SECTOR)
    count = np.zeros(len(sectors))
    for part in _pieces(population.n):
        count += np.bincount(population.sector[part], population.incumbent[part], minlength=len(sectors))
    sectors["price"] = sectors["orders"] = 1.0
    sectors["reliability"] = count / (count + HALF_KNOWN)
    sectors["enterprises_at_start"] = count
    sectors["injury_relative"] = baseline.injury
    sectors["energy_share"] = np.minimum(0.6, p["energy_share"] * baseline.energy_bill)
    return sectors
