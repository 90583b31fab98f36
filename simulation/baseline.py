"""What a sector and a region are like before any programme: value added, wages, energy, hazards.

No table gives value added, wages, energy or injuries by division for 2023; each is derived here from what
the census does give, by one stated rule, and scaled to the national figure. A user's tables for another
country may lack the optional columns; the rule then falls back to the national mean.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from simulation.census import DATA_DIRECTORY, CensusTables

FloatArray = NDArray[np.float64]

LABOUR_COST = 80_000.0
"""Yuan a year per worker counted within operating cost: average private wage plus contributions (DERIVED)."""

MANUFACTURING_ENERGY = 2.4e9
"""Tonnes of coal equivalent a year used by manufacturing (DERIVED from 2.83 bn of all industry, 2017)."""

ENERGY_BILL = 0.12
"""Energy cost over value added in the average enterprise, at which sectors' relative bills are centred."""


@dataclass(frozen=True)
class SectorBaseline:
    """Sector levels before any programme, each array of length sectors.

    ``value_added`` yuan a year per worker relative to the national mean; ``energy`` tonnes of coal
    equivalent a year per worker; ``energy_bill`` energy cost relative to the average sector's share of
    value added; ``injury`` hazard relative to the employment-weighted mean.
    """

    value_added: FloatArray
    energy: FloatArray
    energy_bill: FloatArray
    injury: FloatArray


@lru_cache(maxsize=8)
def sector_baseline(tables: CensusTables) -> SectorBaseline:
    """Derive the sectors' levels from census tables.

    Value added per worker = revenue x (1 - operating cost ratio) + labour cost within operating cost.
    Energy follows the province of Fujian's division mix (the only one found, 2009: LOW confidence), scaled
    to the national total; divisions not in it take the mean per worker of the machinery divisions.
    """
    weight = tables.employment / tables.employment.sum()
    revenue = 1e3 * tables.revenue_per_worker  # the table's are thousand yuan, the labour cost is in yuan
    value = revenue * (1.0 - tables.cost_ratio / 100.0) + LABOUR_COST
    fallback = np.nanmean(value / revenue) if np.isfinite(value).any() else 0.235
    value = np.where(np.isfinite(value), value, revenue * fallback)
    value_added = value / (weight @ value)

    per_worker = tables.energy_proxy / tables.employment
    known = np.isfinite(per_worker)
    usual = np.nanmedian(per_worker) if known.any() else 1.0
    per_worker = np.where(known, per_worker, usual)
    energy = per_worker * MANUFACTURING_ENERGY / (per_worker @ tables.employment)
    intensity = np.sqrt(energy / value_added)  # square root: cost varies less than quantity (fuel mix)
    energy_bill = np.clip(intensity / (weight @ intensity), 0.3, 3.0)

    hazard = _hazards()
    injury = np.array([hazard.get(code, 1.0) for code in tables.sectors])
    return SectorBaseline(value_added, energy, energy_bill, injury / (weight @ injury))


def _hazards() -> dict[str, float]:
    with (DATA_DIRECTORY / "sector_hazards.csv").open(encoding="utf-8", newline="") as file:
        return {row["gb_code"]: float(row["injury_relative"]) for row in csv.DictReader(file)}


@lru_cache(maxsize=8)
def region_wage(tables: CensusTables) -> FloatArray:
    """Wage level of each region relative to the employment-weighted mean.

    From the macro-regions' average private wage ("avg wage urban private, all sectors"); 1 everywhere where
    the tables do not give it.
    """
    wages: dict[str, float] = {}
    with (tables.directory / "regions.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row.get("level") == "macro-region" and row.get("measure", "").startswith(
                "avg wage urban private"
            ):
                wages[row["region"]] = float(row["value"])
    level = np.array([wages.get(macro, np.nan) for macro in tables.macro_regions])
    if not np.isfinite(level).all():
        return np.ones(len(tables.regions))
    return level / (tables.region_share @ level)
