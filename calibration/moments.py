"""National levels without a programme: what the model must show before any training, beside what was
published.

A sample of enterprises of all sectors is simulated without a programme; its first months, in which states
come to rest, are left out. Sector offsets keep their priors, since no level by sector was found.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from simulation import accounts as a
from simulation.batch import RunResult, simulate
from simulation.census import load_census
from simulation.parameters import parameter_record
from simulation.population import draw_population
from simulation.programme import Scenario
from simulation.world import Run

FILE = Path(__file__).parent / "data" / "national_levels.csv"

MONTHS, AT_REST = 36, 12
"""Months simulated, and those of them that are left out while states come to rest."""
ENTERPRISES = 400
"""Background enterprises simulated for a parameter draw."""

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Level:
    """A published national level.

    Attributes:
        name: of the level, as :func:`levels` computes it.
        unit: of value and error.
        value, standard_error: published level, and how far sources and definitions differ.
        source, confidence: where it was read.

    """

    name: str
    unit: str
    value: float
    standard_error: float
    source: str
    confidence: str


def published_levels() -> list[Level]:
    """The levels that the model is fitted to (``data/national_levels.csv``)."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return [
            Level(
                row["name"], row["unit"], float(row["value"]), float(row["standard_error"]), row["source"],
                row["confidence"],
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip


def simulate_levels(draws: Sequence[Mapping[str, float]], seed: int) -> FloatArray:
    """The published levels as simulated under each parameter draw (draws, levels), in the file's order."""
    population = draw_population(load_census(), enterprises=ENTERPRISES, months=MONTHS, seed=seed)
    scenario = Scenario(name="no_programme", months=MONTHS)
    followed = population.incumbent
    names = [level.name for level in published_levels()]
    found = np.empty((len(draws), len(names)))
    runs = [Run(scenario, population, parameter_record(draw), seed, seed, panel=followed) for draw in draws]
    weight = population.weight[followed]
    for row, result in enumerate(simulate(runs, panel_only=True)):
        values = levels(result, weight)
        found[row] = [values[name] for name in names]
    return found


def levels(result: RunResult, weight: FloatArray) -> dict[str, float]:
    """National levels of one run at rest; ``weight`` is that of the panel's enterprises.

    Rates are yearly; productivity is value added per worker, its dispersion that of enterprises with ten or
    more workers around their sectors' means, as registers of larger enterprises show it.
    """
    total = result.sums[AT_REST:, 0].sum(axis=0)
    workers, output = total[a.HEADCOUNT], total[a.GROSS_OUTPUT]
    return {
        "turnover": 1_200.0 * total[a.SEPARATIONS] / workers,
        "injuries": 12_000.0 * total[a.INJURIES] / workers,
        "absence": 100.0 * total[a.ABSENCE] / workers,
        "defects": 100.0 * total[a.DEFECTS] / output,
        "exits": 1_200.0 * total[a.EXITS] / total[a.ENTERPRISES],
        "dispersion": _dispersion(result, weight),
    }


def _dispersion(result: RunResult, weight: FloatArray) -> float:
    """Standard deviation of log value added per worker over a year, within sectors."""
    year = result.panel[:, AT_REST : AT_REST + 12].astype(np.float64).sum(axis=1)
    records = result.enterprises
    seen = (year[:, a.ENTERPRISES] == 12.0) & (year[:, a.HEADCOUNT] >= 120.0) & (year[:, a.VALUE_ADDED] > 0.0)
    if seen.sum() < 2:
        return float("nan")
    logs = np.log(year[seen, a.VALUE_ADDED] / year[seen, a.HEADCOUNT])
    w, sector = weight[seen], np.asarray(records["sector"])[seen]
    n = int(sector.max()) + 1
    means = np.bincount(sector, w * logs, n) / np.maximum(np.bincount(sector, w, n), 1e-300)
    return float(np.sqrt(w @ (logs - means[sector]) ** 2 / w.sum()))
