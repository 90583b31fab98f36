"""The sectors or regions that a ranking compares: who is eligible there, and which are left out and why."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.decisions.groups import Group
from simulation.baseline import region_wage, sector_baseline
from simulation.census import CensusTables
from simulation.inputs import InputError, suggestion
from simulation.programme import Scenario
from simulation.schedule import resolve_target
from simulation.size_distribution import fit_size_distribution

FloatArray = NDArray[np.float64]

EXCLUDED = {
    "C16": "state monopoly of few, large factories: no target of SME training",
    "C25": "process industry of refineries and coking plants: no target of SME training",
}
"""Sectors left out of rankings unless asked for, and why."""

ON_DEMAND = "left out as asked"

FEW_ELIGIBLE = 1_000.0
"""Eligible enterprises of the nation below which an area is flagged: the next thousand trainings are more."""


@dataclass(frozen=True)
class Area:
    """A sector or region: its code or name in the tables, what it is called, and why it is left out ("")."""

    option: str
    name: str
    group: Group
    eligible: float
    excluded: str = ""

    @property
    def few(self) -> bool:
        """Whether fewer are eligible than the next thousand trainings."""
        return self.eligible < FEW_ELIGIBLE


@dataclass(frozen=True)
class Choice:
    """Which sectors to leave out: ``include`` undoes a default, ``everything`` all; ``exclude`` adds."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    everything: bool = False


def sector_areas(scenario: Scenario, tables: CensusTables, choice: Choice = Choice()) -> list[Area]:
    """The sectors of the scenario's target, in the order of the tables, those left out among them.

    Raises InputError for a sector that is not in the tables or the target.
    """
    sectors, regions, sizes = _target(scenario, tables)
    left_out = _left_out([tables.sectors[s] for s in sectors], tables, choice)
    found = []
    for s in sectors:
        code = tables.sectors[s]
        group = Group(code, (s,), regions, sizes)
        name = tables.sector_names[s]
        found.append(Area(code, name, group, group.eligible(tables), left_out.get(code, "")))
    return found


def region_areas(scenario: Scenario, tables: CensusTables, choice: Choice = Choice()) -> list[Area]:
    """The regions of the scenario's target, without the enterprises of sectors that are left out."""
    sectors, regions, sizes = _target(scenario, tables)
    left_out = _left_out([tables.sectors[s] for s in sectors], tables, choice)
    kept = tuple(s for s in sectors if tables.sectors[s] not in left_out)
    groups = [Group(tables.regions[r], kept, (r,), sizes) for r in regions]
    return [Area(group.name, group.name, group, group.eligible(tables)) for group in groups]


def _target(
    scenario: Scenario, tables: CensusTables
) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, int]]:
    if scenario.programme is None:
        problem = "there is none, so nobody can be trained"
        raise InputError(scenario.name, "programme", None, problem, "choose a scenario with one")
    target = resolve_target(scenario.programme, tables, scenario.name).target
    sectors = _numbers(target.sectors, tables.sectors)
    regions = _numbers(target.regions, tables.regions)
    return sectors, regions, target.employees


def _numbers(chosen: Sequence[str] | str, known: Sequence[str]) -> tuple[int, ...]:
    return tuple(i for i, name in enumerate(known) if chosen == "all" or name in chosen)


def _left_out(targeted: Sequence[str], tables: CensusTables, choice: Choice) -> dict[str, str]:
    """Reason by code of the sectors that are left out; InputError where none remains."""
    for option, codes in (("--include", choice.include), ("--exclude", choice.exclude)):
        for code in codes:
            if code not in tables.sectors:
                remedy = suggestion(code, list(tables.sectors), "sectors", most=len(tables.sectors))
                raise InputError(None, option, code, "is not in the census tables", remedy)
            if code not in targeted:
                problem = "lies outside the scenario's target"
                raise InputError(None, option, code, problem, "add it to programme.target.sectors")
    both = sorted(set(choice.include) & set(choice.exclude))
    if both:
        raise InputError(None, "--exclude", both[0], "is given with --include too", "keep one of the two")
    usual = {} if choice.everything else EXCLUDED
    found = {code: why for code, why in usual.items() if code not in choice.include}
    found |= dict.fromkeys(choice.exclude, ON_DEMAND)
    if set(targeted) <= set(found):
        first = next(iter(targeted), None)
        raise InputError(None, "--exclude", first, "leaves no sector to rank", "exclude fewer, or --all")
    return found


def split_of(sizes: tuple[int, int]) -> tuple[int, ...]:
    """Where the sizes are split in two: at 100 employees, or at their geometric middle."""
    low, high = sizes
    middle = 100 if low < 100 <= high else round(math.sqrt(low * high))
    return (middle,) if low < middle <= high else ()


def size_bands(sizes: tuple[int, int]) -> list[tuple[int, int]]:
    """The ranges of employees, both ends included, into which `split_of` divides."""
    starts = [sizes[0], *split_of(sizes)]
    return list(zip(starts, [*(start - 1 for start in starts[1:]), sizes[1]], strict=True))


@dataclass(frozen=True, eq=False)
class Input:
    """What the model is given by area, that a ranking might follow: ``values`` of ``options``.

    ``kind`` is "census data", "derived from census data", "other statistics" or "assumption".
    """

    name: str
    label: str
    unit: str
    kind: str
    source: str
    options: tuple[str, ...]
    values: FloatArray


def inputs_of_sectors(areas: Sequence[Area], tables: CensusTables) -> list[Input]:
    """The inputs of the model that differ between sectors; confidence as in ``simulation/data/README.md``."""
    which = np.array([area.group.sectors[0] for area in areas])
    base, options = sector_baseline(tables), tuple(area.option for area in areas)
    return [
        Input(
            "value_added", "value added per worker", "relative to the mean worker's",
            "derived from census data",
            "revenue per worker of the census, cost ratio of above-scale enterprises",
            options, base.value_added[which],
        ),
        Input(
            "size", "mean size of the eligible", "employees", "derived from census data",
            "size distribution fitted to the census", options, _mean_sizes(areas, tables),
        ),
        Input(
            "energy", "energy per worker", "tonnes of coal equivalent a year", "other statistics",
            "one province, 2009, low confidence", options, base.energy[which],
        ),
        Input(
            "injury", "injury hazard", "relative to the mean worker's", "assumption",
            "directions from one study of 1989-93, sizes assumed", options, base.injury[which],
        ),
    ]  # fmt: skip


ABSENT_FOR_SECTORS = "share of women, practices, defects, turnover, absence"
"""What the model takes to be the same in all sectors, since no data by sector were found."""

ABSENT_FOR_REGIONS = "sector mix, size mix, value added per worker, practices, injuries, share of women"
"""The same for regions."""


def inputs_of_regions(areas: Sequence[Area], tables: CensusTables) -> list[Input]:
    """The inputs of the model that differ between regions."""
    which, options = np.array([area.group.regions[0] for area in areas]), tuple(x.option for x in areas)
    return [
        Input(
            "wage", "wage level", "relative to the nation's", "other statistics",
            "average private wage of the macro-region", options, region_wage(tables)[which],
        ),
        Input(
            "enterprises", "enterprises of the region", "share of the nation's", "census data",
            "communiques; shares of most provinces are imputed", options, tables.region_share[which],
        ),
    ]  # fmt: skip


def _mean_sizes(areas: Sequence[Area], tables: CensusTables) -> FloatArray:
    """Mean employees of the eligible enterprises of each sector."""
    probability = fit_size_distribution(tables).sme_probability
    found = []
    for area in areas:
        low, high = area.group.sizes
        sizes = np.arange(low, high + 1)
        shares = probability[area.group.sectors[0], low - 1 : high]
        found.append(float(shares @ sizes / shares.sum()))
    return np.array(found)
