"""Census tables: how many enterprises and workers each sector and region has.

The package ships the tables of China's fifth economic census (end of 2023). A user's own directory with
files of the same columns serves another country:

``sectors.csv``
    one row per sector; needed: ``gb_code``, ``name_en``, ``enterprises``, ``employment``,
    ``revenue_100m_yuan``. The other columns of the shipped file are optional (missing ones become NaN).
``regions.csv``
    long format; needed: ``region``, ``level``, ``year``, ``measure``, ``value``. Rows with level
    ``province`` and measure ``manufacturing enterprise legal units`` give a region's enterprises.
``provinces.csv`` (optional)
    the list of regions with their ``macro_region`` and a ``weight`` for those without a count.
    Without the file, the regions are those of ``regions.csv``, and all must have a count.
``size_classes.csv`` (optional)
    enterprises, workers and revenue above the reporting threshold, and counts of large and medium ones.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simulation.census_files import Row, column, number, numbers, read_table, unique_names
from simulation.inputs import InputError
from simulation.region_shares import region_shares

if TYPE_CHECKING:
    import polars as pl

DATA_DIRECTORY = Path(__file__).parent / "data"
ABOVE, ALL_UNITS = "above designated size", "all enterprise legal units"

FloatArray = NDArray[np.float64]

# table column -> CensusTables field, for the numeric columns that may be missing from a user's table
OPTIONAL_SECTOR_COLUMNS = {
    "private_enterprises": "private_enterprises",
    "assets_100m_yuan": "assets",
    "liabilities_100m_yuan": "liabilities",
    "above_scale_revenue_100m_yuan": "above_scale_revenue",
    "profit_margin_above_scale_pct": "profit_margin",
    "cost_ratio_above_scale_pct": "cost_ratio",
    "energy_proxy_fujian_2009_tce": "energy_proxy",
}

# confidence of the shipped sector columns, see data/README.md
SECTOR_CONFIDENCE = {
    "enterprises": "SEEN",
    "employment": "SEEN",
    "private_enterprises": "SEEN_DERIVED",
    "revenue": "SEEN",
    "assets": "SEEN",
    "liabilities": "SEEN",
    "revenue_per_worker": "DERIVED",
    "above_scale_revenue": "SEEN",
    "profit_margin": "SEEN",
    "cost_ratio": "SEEN",
    "energy_proxy": "SEEN",
}


@dataclass(frozen=True)
class ReportingThreshold:
    """Enterprises above the revenue at which they must report, as shares of all enterprises.

    Attributes:
        revenue: threshold, thousand yuan a year (China: 20,000).
        enterprises, employment, turnover: share (0..1) of enterprises, workers and revenue above it.
        source, confidence: of the row read.

    """

    revenue: float
    enterprises: float
    employment: float
    turnover: float
    source: str
    confidence: str


@dataclass(frozen=True, eq=False)
class CensusTables:
    """Enterprises and workers by sector and by region; arrays are read-only, float64, length S or R.

    Attributes:
        sectors, sector_names, sector_names_zh: S codes and names, in table order.
        enterprises, employment: number of corporate enterprises and of their workers.
        revenue, assets, liabilities, above_scale_revenue: 100m yuan.
        revenue_per_worker: thousand yuan a worker a year, both of one coverage where published.
        private_enterprises: number privately controlled; NaN if unknown (as all below).
        profit_margin, cost_ratio: % of revenue, above-threshold enterprises.
        energy_proxy: tonnes of coal equivalent (one province, 2009); relative use only.
        regions, macro_regions: R names, and the macro-region of each ("" if none).
        region_share: share of enterprises, sums to 1, taken to be the same in every sector.
        region_known: True where the share is read, False where it is imputed.
        region_source, region_confidence: of each share.
        threshold: enterprises above the reporting threshold, or None.
        at_least: {employees: (share of enterprises with at least that many, source, confidence)}.
        confidence: of each sector column.
        directory: where the tables were read.

    """

    sectors: tuple[str, ...]
    sector_names: tuple[str, ...]
    sector_names_zh: tuple[str, ...]
    enterprises: FloatArray
    employment: FloatArray
    revenue: FloatArray
    revenue_per_worker: FloatArray
    private_enterprises: FloatArray
    assets: FloatArray
    liabilities: FloatArray
    above_scale_revenue: FloatArray
    profit_margin: FloatArray
    cost_ratio: FloatArray
    energy_proxy: FloatArray
    regions: tuple[str, ...]
    macro_regions: tuple[str, ...]
    region_share: FloatArray
    region_known: NDArray[np.bool_]
    region_source: tuple[str, ...]
    region_confidence: tuple[str, ...]
    threshold: ReportingThreshold | None
    at_least: Mapping[int, tuple[float, str, str]] = field(repr=False)
    confidence: Mapping[str, str] = field(repr=False)
    directory: Path = field(repr=False, default=DATA_DIRECTORY)

    def __post_init__(self) -> None:
        for value in vars(self).values():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    @property
    def mean_employees(self) -> FloatArray:
        """Mean workers per enterprise of each sector, all sizes (S,)."""
        return self.employment / self.enterprises

    @property
    def total_enterprises(self) -> int:
        """Enterprises of all sectors and sizes."""
        return int(self.enterprises.sum())

    @property
    def total_employment(self) -> int:
        """Workers of all sectors and sizes."""
        return int(self.employment.sum())

    def region_table(self) -> pl.DataFrame:
        """Region, macro-region, share of enterprises, and whether that share was read or imputed."""
        import polars as pl

        return pl.DataFrame(
            {
                "region": self.regions,
                "macro_region": self.macro_regions,
                "share": self.region_share,
                "known": self.region_known,
                "confidence": self.region_confidence,
                "source": self.region_source,
            }
        )


def load_census(directory: Path | str | None = None) -> CensusTables:
    """Read and check the census tables of ``directory`` (None: the shipped ones, China 2023).

    Raises:
        InputError: a file, column or value is missing or wrong.

    """
    path = DATA_DIRECTORY if directory is None else Path(directory).resolve()
    return _load(path, tuple(sorted((f.name, f.stat().st_mtime_ns) for f in path.glob("*.csv"))))


@lru_cache(maxsize=8)
def _load(directory: Path, stamps: tuple[tuple[str, int], ...]) -> CensusTables:
    """Tables of a directory, kept until one of its files changes (``stamps``)."""
    sectors = _sector_columns(directory)
    regions = region_shares(directory)
    threshold, at_least = _size_totals(directory)
    return CensusTables(**sectors, **regions, threshold=threshold, at_least=at_least, directory=directory)


# --- sectors --------------------------------------------------------------------------------------


def _sector_columns(directory: Path) -> dict:
    path = directory / "sectors.csv"
    table = read_table(path, ("gb_code", "name_en", "enterprises", "employment", "revenue_100m_yuan"))
    codes = unique_names(path, "gb_code", column(table, "gb_code"))
    columns = ("enterprises", "employment", "revenue_100m_yuan")
    enterprises, employment, revenue = (numbers(path, table, name, "gb_code") for name in columns)
    small = np.flatnonzero(employment <= enterprises)
    if small.size:
        row = codes[small[0]]
        problem = f"no more workers than enterprises (row {row})"
        remedy = "give workers as heads, not thousands"
        raise InputError(path, "employment", employment[small[0]], problem, remedy)
    names = tuple(row["name_en"] or "" for row in table)
    chinese = tuple(row["name_zh"] or "" for row in table) if "name_zh" in table[0] else names
    # revenue and workers may differ in coverage, so that a published ratio comes before our own
    printed = _optional(path, table, "revenue_per_worker_kyuan")
    optional = {name: _optional(path, table, title) for title, name in OPTIONAL_SECTOR_COLUMNS.items()}
    return {
        "sectors": codes,
        "sector_names": names,
        "sector_names_zh": chinese,
        "enterprises": enterprises,
        "employment": employment,
        "revenue": revenue,
        "revenue_per_worker": np.where(np.isnan(printed), revenue * 1e5 / employment, printed),
        "confidence": SECTOR_CONFIDENCE if directory == DATA_DIRECTORY else {},
        **optional,
    }


def _optional(path: Path, table: Sequence[Row], name: str) -> FloatArray:
    """Numbers of a column that may be absent or have empty cells (NaN)."""
    try:
        return np.array([float(row.get(name) or "nan") for row in table])
    except ValueError as error:
        remedy = "give numbers or empty cells"
        raise InputError(path, name, "text", f"not a number ({error})", remedy) from error


# --- size classes ---------------------------------------------------------------------------------


def _size_totals(directory: Path) -> tuple[ReportingThreshold | None, dict[int, tuple[float, str, str]]]:
    path = directory / "size_classes.csv"
    if not path.is_file():
        return None, {}
    columns = ("scope", "size_class", "definition", "enterprises", "employment", "revenue_100m_yuan")
    table = read_table(path, columns)
    everything, above = _row(table, "manufacturing", ALL_UNITS), _row(table, "manufacturing", ABOVE)
    if everything is None or above is None:
        return None, {}
    return _threshold(path, everything, above), _counts_at_least(path, table, everything, above)


def _row(table: Sequence[Row], scope: str, size_class: str) -> Row | None:
    return next((row for row in table if row["scope"] == scope and row["size_class"] == size_class), None)


def _threshold(path: Path, everything: Row, above: Row) -> ReportingThreshold:
    match = re.search(r">=\s*([\d.]+)\s*m\b", above["definition"] or "")
    if match is None:
        remedy = "write it as '>=20m', millions of the currency"
        raise InputError(path, "definition", above["definition"], "no revenue threshold found", remedy)
    share = {}
    for name in ("enterprises", "employment", "revenue_100m_yuan"):
        part, whole = (number(path, name, r[name], r["size_class"]) for r in (above, everything))
        if part >= whole:
            problem = "the part above the threshold is not below the whole"
            raise InputError(path, name, part, problem, "correct one of the two rows")
        share[name] = part / whole
    return ReportingThreshold(
        revenue=float(match[1]) * 1e3,
        enterprises=share["enterprises"],
        employment=share["employment"],
        turnover=share["revenue_100m_yuan"],
        source=above.get("source") or "user table",
        confidence=above.get("confidence") or "USER",
    )


def _counts_at_least(
    path: Path, table: Sequence[Row], everything: Row, above: Row
) -> dict[int, tuple[float, str, str]]:
    """Shares of enterprises with >=300 and >=1,000 employees, from counts of large and medium ones.

    The counts cover industry; those of manufacturing are in proportion to above-threshold enterprises.
    """
    large, medium = (_row(table, "above-scale industry", size) for size in ("large", "medium"))
    industry = _row(table, "industry", ABOVE)
    if large is None or medium is None or industry is None:
        return {}
    rows = (large, medium, industry, above, everything)
    top, middle, base, part, whole = (
        number(path, "enterprises", r["enterprises"], r["size_class"]) for r in rows
    )
    scale = part / base / whole
    origin = (large.get("source") or "user table", large.get("confidence") or "USER")
    return {300: ((top + middle) * scale, *origin), 1000: (top * scale, *origin)}
