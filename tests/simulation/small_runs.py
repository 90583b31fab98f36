"""Small runs for tests: a population of a few hundred enterprises, many runs of it, a view of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any

import numpy as np

from simulation.census import load_census
from simulation.parameters import parameter_record
from simulation.population import (
    ENTRY_PARAMETERS,
    PROGRAMME,
    Population,
    ProgrammeStratum,
    draw_population,
    entry_settings,
)
from simulation.programme import Programme, Scenario
from simulation.seats import OCTET_SEATS, Seats
from simulation.world import Run, World, build_world

TABLES = load_census()
SECTORS, REGIONS = ("C17", "C18", "C27", "C34"), ("Zhejiang", "Guangdong", "Sichuan")
"""Textiles, garments, medicines and general machinery: low and high value added per worker."""

WHERE = {"regions": list(REGIONS)}
"""A programme's target in these provinces, so that its trainers work where the enterprises are."""

Entry = tuple[tuple[str, float], ...]

SEEDS = {"population_seed": 5, "event_seed": 11}


@cache
def small_population(months: int = 36, eligible: int = 45, entry: Entry = ()) -> Population:
    """Whole clusters of four sectors in three provinces, each enterprise standing for itself alone.

    ``entry`` are values of the parameters that shape a population before it is simulated.
    """
    sectors = tuple(TABLES.sectors.index(code) for code in SECTORS)
    regions = tuple(TABLES.regions.index(name) for name in REGIONS)
    stratum = ProgrammeStratum(sectors, regions, 50, 250, eligible)
    drawn = draw_population(
        TABLES, enterprises=100, months=months, seed=3, programme=(stratum,), **entry_settings(dict(entry))
    )
    keep = drawn.stratum == PROGRAMME
    columns = {
        field.name: getattr(drawn, field.name)[keep]
        for field in fields(drawn)
        if isinstance(getattr(drawn, field.name), np.ndarray)
    }
    columns["cluster"] = columns["cluster"] - columns["cluster"][0]
    columns["weight"] = np.ones(int(keep.sum()))
    return replace(drawn, **columns)


def small_scenario(months: int, programme: Mapping[str, Any] | None = None, **options: Any) -> Scenario:
    """A scenario of ``months``; ``programme`` holds the fields of its programme (None: no programme)."""
    given = None if programme is None else Programme.model_validate(dict(programme))
    return Scenario(name="small", months=months, programme=given, **options)


def small_run(
    scenario: Scenario,
    parameters: Mapping[str, float] | None = None,
    population: Population | None = None,
    **options: Any,
) -> Run:
    """A run on the small population, with every enterprise in the panel."""
    entry = tuple((name, value) for name, value in (parameters or {}).items() if name in ENTRY_PARAMETERS)
    population = population or small_population(max(36, scenario.months), entry=entry)
    panel = np.ones(population.n, np.bool_)
    record = parameter_record(parameters)
    return Run(scenario, population, record, **{**SEEDS, "panel": panel, **options})


@dataclass(frozen=True)
class View:
    """One run's part of a world: its records and worker columns, writable, and what it recorded."""

    run: Any
    parameters: Any
    enterprises: Any
    regions: Any
    sectors: Any
    clusters: Any
    classes: Any
    trainers: Any
    providers: Any
    workers: Seats
    sums: Any
    panel: Any
    market: Any

    @property
    def taken(self) -> Any:
        """Mask of the run's seats that are taken."""
        return self.workers.taken()

    def snapshot(self) -> View:
        """A copy of the state as it is now (the records of sums, panel and market are shared)."""
        names = ("run", "enterprises", "regions", "sectors", "clusters", "classes", "trainers", "providers")
        return replace(
            self, workers=self.workers.copy(), **{name: getattr(self, name).copy() for name in names}
        )

    def total(self, account: int, month: int | None = None) -> float:
        """An account summed over the run, or its value in one month."""
        months = slice(None) if month is None else month
        return float(self.sums[months, 0, account].sum())

    def entered(self, account: int, since: int = 0) -> float:
        """A market account of the nation, summed over the months from ``since`` on."""
        return float(self.market[since:, 0, account].sum())

    @property
    def staff(self) -> Any:
        """Records of the trainers there were so far."""
        return self.trainers[: int(self.run["trainers"][0])]

    @property
    def sellers(self) -> Any:
        """Records of the providers there were so far."""
        return self.providers[: int(self.run["providers"][0])]


def view(world: World, index: int) -> View:
    """The part of ``world`` that belongs to run ``index``."""
    run = world.runs[index]

    def part(name: str, count: str = "") -> slice:
        first = int(run[f"first_{name}"])
        return slice(first, first + int(run[count or f"{name}s"]))

    last_class = int(world.runs[index + 1]["first_class"]) if index + 1 < len(world.runs) else None
    seats = part("seat")
    return View(
        run=world.runs[index : index + 1],
        parameters=world.parameters[index],
        enterprises=world.enterprises[part("enterprise")],
        regions=world.regions[index],
        sectors=world.sectors[index],
        clusters=world.clusters[part("cluster")],
        classes=world.classes[int(run["first_class"]) : last_class],
        trainers=world.trainers[part("trainer", "trainer_slots")],
        providers=world.providers[part("provider", "trainer_slots")],
        workers=Seats(world.octets[seats.start // OCTET_SEATS : seats.stop // OCTET_SEATS]),
        sums=world.sums[index, : int(run["months"])],
        panel=world.panel[world.panel_start[index] : world.panel_start[index + 1]],
        market=world.market[index, : int(run["months"])],
    )


def finished(runs: Sequence[Run]) -> list[View]:
    """Views of ``runs`` after simulating them together to their end."""
    world = build_world(runs)
    world.run()
    return [view(world, index) for index in range(len(runs))]
