"""Size distribution of enterprises: a lognormal body with a Pareto upper tail, fitted to the census.

Within sector s the number of employees is exp(mu_s + sigma z), rounded to an integer >= 1, where z has the
density of the standard normal up to z = alpha sigma and decays as exp(-alpha sigma z) beyond it: the point
where value and slope of the two densities agree (the composite model of Cooray & Ananda 2005, with free
weight: Scollnik 2007). The tail ends at ``LARGEST`` employees. mu_s makes the sector's mean exact.

Revenue per worker of an enterprise of n employees is level_s n^slope exp(noise e), e standard normal;
level_s makes the sector's revenue exact. An enterprise is above the reporting threshold by its revenue.

sigma, alpha, slope and noise are common to all sectors, and fitted by least squares on log ratios, each
divided by the relative error in ``TARGET_ERROR``, with the priors in ``PRIOR``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simulation.census import DATA_DIRECTORY, CensusTables
from simulation.kept import Arrays, kept

if TYPE_CHECKING:  # slow to import, and a run whose fit is kept needs neither these nor scipy
    import polars as pl

FloatArray = NDArray[np.float64]

SME_LIMIT = 1000
"""Employees from which an industrial enterprise is large (China's rule of 2017)."""

LARGEST = 200_000
"""Employees of the largest enterprise possible, about the largest single plants (assumed; ends the tail)."""

TARGET_ERROR = {
    "enterprises": 0.02,
    "employment": 0.03,
    "revenue": 0.03,
    "at_least_300": 0.1,
    "at_least_1000": 0.2,
}
"""Relative error assumed of each fitted total: rounding, the proxy for employment, recalled counts."""

PRIOR = {"sigma": (1.52, 0.15), "alpha": (1.25, 0.25), "slope": (0.15, 0.2), "noise": (1.0, 0.5)}
"""(mean, sd). sigma: lognormal fit in size_classes.csv; alpha: Heinrich & Dai 2016; others assumed."""

BOUNDS = ([0.8, 1.0, -0.2, 0.2], [2.4, 2.0, 0.6, 2.2])

NORMAL = 1.0 / np.sqrt(2.0 * np.pi)


@dataclass(frozen=True)
class SizeShape:
    """The four parameters common to all sectors.

    Attributes:
        sigma: standard deviation of log employees in the lognormal body.
        alpha: exponent of the Pareto tail, P(N > n) ~ n^-alpha.
        slope: elasticity of revenue per worker to employees.
        noise: standard deviation of log revenue per worker at a given size.

    """

    sigma: float
    alpha: float
    slope: float
    noise: float


@dataclass(frozen=True, eq=False)
class SizeDistribution:
    """Fitted sizes of all enterprises, and the split into SMEs and large ones; S sectors.

    Attributes:
        tables: the census tables fitted.
        shape: common parameters.
        mu: location of log employees (S,).
        sme_limit: employees from which an enterprise is large.
        sme_probability: P(N = n), n = 1..sme_limit-1, among all enterprises of a sector (S, sme_limit-1).
        sme_enterprises: expected SMEs, rounded to whole enterprises (S,) int64.
        sme_employment: expected workers of those SMEs (S,).
        residuals: {target: log(fitted / published)}.

    """

    tables: CensusTables
    shape: SizeShape
    mu: FloatArray
    sme_limit: int
    sme_probability: FloatArray = field(repr=False)
    sme_enterprises: NDArray[np.int64]
    sme_employment: FloatArray
    residuals: dict[str, float]

    @property
    def large_enterprises(self) -> FloatArray:
        """Large enterprises left out, by sector (S,)."""
        return self.tables.enterprises - self.sme_enterprises

    @property
    def large_employment(self) -> FloatArray:
        """Workers of the large enterprises left out, by sector (S,)."""
        return self.tables.employment - self.sme_employment

    def remainder(self) -> pl.DataFrame:
        """Large enterprises left out of the simulation: one row a sector; column sums are the totals."""
        import polars as pl

        return pl.DataFrame(
            {
                "sector": self.tables.sectors,
                "name": self.tables.sector_names,
                "enterprises": self.large_enterprises,
                "employment": self.large_employment,
                "share_of_employment": self.large_employment / self.tables.employment,
            }
        )

    def probability_between(self, lowest: int, highest: int) -> FloatArray:
        """Share of the sector's SMEs with ``lowest`` to ``highest`` employees, both included (S,)."""
        chosen = self.sme_probability[:, max(lowest, 1) - 1 : max(highest, 0)]
        return chosen.sum(axis=1) / self.sme_probability.sum(axis=1)

    def count_at_least(self, employees: int) -> float:
        """Expected enterprises of all sectors with at least so many employees, large ones included."""
        share = _share_at_least(self.tables, self.mu, self.shape, employees)
        return share * self.tables.total_enterprises

    @cached_property
    def _cumulated(self) -> FloatArray:
        """P(N <= n) among all enterprises of a sector (S, sme_limit-1)."""
        return np.cumsum(self.sme_probability, axis=1)

    def draw(self, sector: int, uniforms: FloatArray) -> NDArray[np.int32]:
        """Employees (1..sme_limit-1) of SMEs of one sector at the given uniforms in [0, 1)."""
        cumulated = self._cumulated[sector]
        sizes = 1 + np.searchsorted(cumulated, uniforms * cumulated[-1], side="right")
        return np.minimum(sizes, self.sme_limit - 1).astype(np.int32)


@lru_cache(maxsize=8)
def fit_size_distribution(tables: CensusTables, sme_limit: int = SME_LIMIT) -> SizeDistribution:
    """Fit the size distribution to all enterprises, then split off the SMEs (fewer than ``sme_limit``).

    Without a reporting threshold in the tables (another country) the shape is that of the priors.
    The result is kept per tables object, so that a second call costs nothing, and that of the shipped tables
    in the cache folder, so that the next command need not fit again.

    Raises:
        ValueError: ``sme_limit`` is not within 2..10,000.

    """
    if not 2 <= sme_limit <= 10_000:
        raise ValueError(f"sme_limit is {sme_limit}; give employees from 2 to 10,000 (China: 1,000)")
    fit = partial(_fit, tables, sme_limit)
    found = kept("sizes", _inputs(tables, sme_limit), fit) if tables.directory == DATA_DIRECTORY else fit()
    inside = found["probability"]
    return SizeDistribution(
        tables=tables,
        shape=SizeShape(*found["shape"].tolist()),
        mu=found["mu"],
        sme_limit=sme_limit,
        sme_probability=inside,
        sme_enterprises=np.rint(inside.sum(axis=1) * tables.enterprises).astype(np.int64),
        sme_employment=inside @ np.arange(1.0, sme_limit) * tables.enterprises,
        residuals=dict(zip(_published_totals(tables), found["residuals"].tolist(), strict=True)),
    )


def _inputs(tables: CensusTables, sme_limit: int) -> list[bytes]:
    """All that the fit follows from: this file, the libraries it calculates with, the figures fitted."""
    figures = (tables.enterprises, tables.employment, tables.revenue_per_worker)
    words = (sme_limit, tables.threshold, dict(tables.at_least), version("numpy"), version("scipy"))
    return [Path(__file__).read_bytes(), repr(words).encode(), *(numbers.tobytes() for numbers in figures)]


def _fit(tables: CensusTables, sme_limit: int) -> Arrays:
    """``shape`` (4,), ``mu`` (S,), SMEs' ``probability`` (S, sme_limit-1) and the totals' ``residuals``."""
    from scipy.optimize import least_squares

    coarse, fine = Support(30, 1.08), Support(max(sme_limit, 1000), 1.01)
    start = np.array([mean for mean, _ in PRIOR.values()])
    solution = least_squares(_residuals, start, bounds=BOUNDS, args=(tables, coarse), xtol=1e-7, ftol=1e-9)
    shape = SizeShape(*(float(v) for v in solution.x))
    mu, probability = _locations(tables, shape, fine, tolerance=1e-13)
    fitted = _fitted_totals(tables, shape, mu, probability, fine)
    published = _published_totals(tables)
    return {
        "shape": solution.x,
        "mu": mu,
        "probability": np.ascontiguousarray(probability[:, : sme_limit - 1]),
        "residuals": np.array([np.log(fitted[name] / published[name]) for name in published]),
    }


class Support:
    """Bins of employees: integers below ``exact`` one by one, then bins of constant ratio up to LARGEST.

    Attributes:
        edges: (B+1,) from 0 to LARGEST.
        values: (B,) employees that stand for each bin.

    """

    def __init__(self, exact: int, ratio: float) -> None:
        steps = int(np.ceil(np.log(LARGEST / (exact - 0.5)) / np.log(ratio)))
        tail = np.geomspace(exact - 0.5, LARGEST, steps + 1)
        self.edges = np.concatenate([[0.0], np.arange(1.5, exact - 0.5), tail])
        self.values = np.concatenate([np.arange(1.0, exact), np.sqrt(tail[:-1] * tail[1:])])


def probabilities(mu: FloatArray, sigma: float, alpha: float, edges: FloatArray) -> FloatArray:
    """P(edge_b < exp(mu + sigma z) <= edge_b+1) for each mu, of the distribution cut at the last edge."""
    from scipy.special import ndtr

    splice = alpha * sigma
    density = NORMAL * np.exp(-0.5 * splice**2)
    scale = 1.0 / (ndtr(splice) + density / splice)
    z = np.full((len(mu), len(edges)), -np.inf)
    z[:, 1:] = (np.log(edges[1:]) - mu[:, None]) / sigma
    tail = 1.0 - scale * density / splice * np.exp(-splice * np.maximum(z - splice, 0.0))
    cumulated = np.where(z < splice, scale * ndtr(z), tail)
    return np.diff(cumulated / cumulated[:, -1:], axis=1)


def _locations(
    tables: CensusTables, shape: SizeShape, support: Support, tolerance: float
) -> tuple[FloatArray, FloatArray]:
    """mu of each sector at which its mean is the published one, and the bin probabilities there."""
    target = np.log(tables.mean_employees)

    def log_mean(mu: FloatArray) -> tuple[FloatArray, FloatArray]:
        probability = probabilities(mu, shape.sigma, shape.alpha, support.edges)
        return np.log(probability @ support.values), probability

    # the mean is one increasing function of mu, so that all sectors start from one table of it
    nodes = np.linspace(-12.0, np.log(LARGEST), 60)
    mu = np.interp(target, log_mean(nodes)[0], nodes)
    step = 1e-5
    for _ in range(50):
        value, probability = log_mean(mu)
        if np.abs(value - target).max() < tolerance:
            break
        slope = (log_mean(mu + step)[0] - value) / step
        mu = mu - (value - target) / slope
    return mu, probability


def _share_at_least(tables: CensusTables, mu: FloatArray, shape: SizeShape, employees: int) -> float:
    """Share of all enterprises with at least so many employees."""
    edges = np.array([0.0, employees - 0.5, LARGEST])
    above = probabilities(mu, shape.sigma, shape.alpha, edges)[:, 1]
    return float(above @ tables.enterprises / tables.enterprises.sum())


def _fitted_totals(
    tables: CensusTables, shape: SizeShape, mu: FloatArray, probability: FloatArray, support: Support
) -> dict[str, float]:
    """Shares of enterprises, workers and revenue above the threshold, and of enterprises above some sizes."""
    from scipy.special import ndtr

    counts = probability * tables.enterprises[:, None]
    fitted = {f"at_least_{n}": _share_at_least(tables, mu, shape, n) for n in tables.at_least}
    if tables.threshold is None:
        return fitted
    log_size = (1.0 + shape.slope) * np.log(support.values)
    mean_factor = np.exp(log_size + 0.5 * shape.noise**2)
    revenue = tables.revenue_per_worker * tables.employment  # thousand yuan, of the enterprises counted here
    log_revenue = np.log(revenue / (counts @ mean_factor))[:, None] + log_size
    distance = (log_revenue - np.log(tables.threshold.revenue)) / shape.noise
    above = ndtr(distance)
    revenue_above = counts * np.exp(log_revenue + 0.5 * shape.noise**2) * ndtr(distance + shape.noise)
    return fitted | {
        "enterprises": float((counts * above).sum() / tables.enterprises.sum()),
        "employment": float(((counts * above) @ support.values).sum() / tables.employment.sum()),
        "revenue": float(revenue_above.sum() / revenue.sum()),
    }


def _published_totals(tables: CensusTables) -> dict[str, float]:
    published = {f"at_least_{n}": share for n, (share, _, _) in tables.at_least.items()}
    if tables.threshold is None:
        return published
    return published | {
        "enterprises": tables.threshold.enterprises,
        "employment": tables.threshold.employment,
        "revenue": tables.threshold.turnover,
    }


def _residuals(parameters: FloatArray, tables: CensusTables, support: Support) -> FloatArray:
    shape = SizeShape(*parameters)
    published = _published_totals(tables)
    prior = [(v - mean) / sd for v, (mean, sd) in zip(parameters, PRIOR.values(), strict=True)]
    if not published:
        return np.array(prior)
    mu, probability = _locations(tables, shape, support, tolerance=1e-6)
    fitted = _fitted_totals(tables, shape, mu, probability, support)
    misfit = [np.log(fitted[name] / published[name]) / TARGET_ERROR[name] for name in published]
    return np.array(misfit + prior)
