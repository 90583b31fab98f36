"""What is published of the market for training, beside what the model shows under draws of its parameters.

Take-up by price is no target of the fit: three of the four published points set the defaults of the
parameters of demand (``demand`` in the registry), and priors are centred on these. In a likelihood the same
facts would count twice, and narrow what one trial of micro enterprises says to a width it never had. So the
parameters of demand keep their priors, and here it is checked that these priors foretell the published
points, neither off nor so wide that every take-up would pass.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulation import market_accounts as ma
from simulation.census import load_census
from simulation.parameters import parameter_record
from simulation.population import PROGRAMME, Population, ProgrammeStratum, draw_population
from simulation.programme import Programme, Scenario
from simulation.world import Run, build_world

FILE = Path(__file__).parent / "data" / "market_facts.csv"

SMES = 500
"""Enterprises of 50 to 250 employees that are offered the first module."""

AT_ONCE = 25
"""Draws simulated side by side."""

INTERVAL = (0.05, 0.95)

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class TakeUp:
    """A published share of enterprises that took training at a ``subsidy`` (share of its price).

    ``offered`` is to how many it was (None: not known), ``set_the_defaults`` whether the registry's defaults
    of demand were set by it.
    """

    name: str
    subsidy: float
    share: float
    offered: int | None
    set_the_defaults: bool
    source: str
    confidence: str


def published_take_up() -> list[TakeUp]:
    """The published points (``data/market_facts.csv``)."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return [
            TakeUp(
                row["fact"], float(row["subsidy"]), float(row["take_up"]),
                int(row["offered"]) if row["offered"] else None, row["set_the_defaults"] == "yes",
                row["source"], row["confidence"],
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip


def simulate_take_up(
    subsidies: Sequence[float],
    draws: Sequence[Mapping[str, float]],
    seed: int,
    progress: Callable[[float, float], None] | None = None,
) -> FloatArray:
    """Share (draws, subsidies) of the enterprises that ask for the first module when all hear of it at once.

    All subsidies of a draw are offered to the same enterprises in the same month.
    """
    population = _smes(seed)
    offered = (population.stratum == PROGRAMME) & population.incumbent
    offered &= (population.employees >= 50) & (population.employees <= 250)
    scenarios = [_offer(subsidy) for subsidy in subsidies]
    found = []
    for first in range(0, len(draws), AT_ONCE):
        some = draws[first : first + AT_ONCE]
        runs = [
            Run(scenario, population, parameter_record(draw), seed, seed, eligible=offered)
            for draw in some
            for scenario in scenarios
        ]
        world = build_world(runs)
        world.run()
        informed, requests = (world.market[:, 0, 0, column] for column in (ma.INFORMED, ma.REQUESTS))
        share = np.divide(requests, informed, out=np.full(len(runs), np.nan), where=informed > 0)
        found.append(share.reshape(len(some), len(scenarios)))
        if progress is not None:
            progress(first + len(some), len(draws))
    return np.concatenate(found)


def _smes(seed: int) -> Population:
    tables = load_census()
    everywhere = tuple(range(len(tables.sectors))), tuple(range(len(tables.regions)))
    stratum = ProgrammeStratum(*everywhere, 50, 250, SMES)
    return draw_population(tables, enterprises=100, months=1, seed=seed, programme=(stratum,))


def _offer(subsidy: float) -> Scenario:
    """Everybody hears in the first month, and there are places and trainers for all who ask."""
    programme = Programme.model_validate(
        {
            "subsidy": subsidy, "trainers": 300.0, "enterprises_per_month": 1e6,
            "outreach": [{"from_month": 0, "campaign": 1e6}],
        }
    )  # fmt: skip
    return Scenario(name="offer", months=1, programme=programme)


def market_facts_table(facts: Sequence[TakeUp], simulated: FloatArray) -> list[dict[str, Any]]:
    """One record a published point, in %: the mean and 90 % interval of ``simulated`` (draws, facts) beside
    it.
    """
    low, high = np.nanquantile(simulated, INTERVAL, axis=0)
    return [
        {
            "fact": fact.name,
            "subsidy": 100.0 * fact.subsidy,
            "published": 100.0 * fact.share,
            "offered": fact.offered,
            "set_the_defaults": fact.set_the_defaults,
            "simulated": 100.0 * float(np.nanmean(simulated[:, k])),
            "low": 100.0 * float(low[k]),
            "high": 100.0 * float(high[k]),
            "inside": bool(low[k] <= fact.share <= high[k]),
            "source": fact.source,
            "confidence": fact.confidence,
        }
        for k, fact in enumerate(facts)
    ]
