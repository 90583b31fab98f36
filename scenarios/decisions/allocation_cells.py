"""The cells of an allocation, sectors in macro-regions, and the trainers whom a scenario gives each
macro-region.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.decisions.areas import EXCLUDED
from scenarios.decisions.groups import Group
from scenarios.decisions.macro_regions import macro_regions_of
from simulation.baseline import sector_baseline
from simulation.census import CensusTables
from simulation.inputs import InputError
from simulation.parameters import PARAMETERS
from simulation.programme import Programme, Scenario
from simulation.programme_record import eligible_share
from simulation.schedule import graduates, resolve_target, starters
from simulation.size_distribution import fit_size_distribution
from simulation.targets import eligible_by_area

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

MOST_CELLS = 126
"""Cells that one experiment can tell apart."""


@dataclass(frozen=True, eq=False)
class Cells:
    """Cells in the order of sectors, then macro-regions.

    ``sectors`` are codes and ``names`` their English names, ``macro_regions`` names; ``sector`` and
    ``region`` (cells,) number them. ``groups`` say who belongs to a cell, ``eligible`` (cells,) how many the
    nation has, and ``output`` their expected value added at the start, relative to the mean cell: from
    tables, no chance in it. ``left_out`` counts the eligible of the scenario's target in cells too small,
    ``excluded`` those in excluded sectors.
    """

    sectors: tuple[str, ...]
    names: tuple[str, ...]
    macro_regions: tuple[str, ...]
    groups: tuple[Group, ...]
    sector: IntArray
    region: IntArray
    eligible: FloatArray
    output: FloatArray
    left_out: float
    excluded: float

    def __len__(self) -> int:
        return len(self.groups)


def cells_of(scenario: Scenario, tables: CensusTables, fewest: float) -> Cells:
    """Cells of the scenario's target that hold at least ``fewest`` eligible enterprises.

    Raises InputError if there is none, or no programme.
    """
    programme = scenario.programme
    if programme is None:
        raise InputError(
            scenario.name, "programme", None, "there is none, so there is nothing to allocate",
            "choose a scenario with one",
        )  # fmt: skip
    target = resolve_target(programme, tables, scenario.name).target
    macro = {
        name: tuple(r for r in numbers if target.regions == "all" or tables.regions[r] in target.regions)
        for name, numbers in macro_regions_of(tables.regions).items()
    }
    number = eligible_by_area(target.employees, tables)
    found: list[tuple[int, str, float]] = []
    left_out = excluded = 0.0
    for s, code in enumerate(tables.sectors):
        if target.sectors != "all" and code not in target.sectors:
            continue
        for name, regions in macro.items():
            eligible = float(number[s, list(regions)].sum())
            if code in EXCLUDED:
                excluded += eligible
            elif eligible < fewest or not regions:
                left_out += eligible
            else:
                found.append((s, name, eligible))
    if not found or len(found) > MOST_CELLS:
        how = "no" if not found else "too many"
        raise InputError(
            None, "--least", None, f"leaves {how} cells of a sector in a macro-region ({len(found)})",
            f"write a {'smaller' if not found else 'larger'} --least (at most {MOST_CELLS} cells)",
        )  # fmt: skip
    sectors, where = list(dict.fromkeys(s for s, _, _ in found)), [n for n in macro if macro[n]]
    return Cells(
        tuple(tables.sectors[s] for s in sectors), tuple(tables.sector_names[s] for s in sectors),
        tuple(where),
        tuple(Group(f"{tables.sectors[s]} {n}", (s,), macro[n], target.employees) for s, n, _ in found),
        np.array([sectors.index(s) for s, _, _ in found]), np.array([where.index(n) for _, n, _ in found]),
        np.array([eligible for _, _, eligible in found]),
        expected_output(tables, [s for s, _, _ in found], target.employees), left_out, excluded,
    )  # fmt: skip


def expected_output(tables: CensusTables, sectors: list[int], employees: tuple[int, int]) -> FloatArray:
    """Expected value added at the start of an eligible enterprise of each of ``sectors``, over their mean.

    As the model draws it: the sector's per worker, times employees, times a power of size.
    """
    sizes = np.arange(employees[0], employees[1] + 1)
    chance = fit_size_distribution(tables).sme_probability[:, employees[0] - 1 : employees[1]]
    grown = sizes ** (1.0 + PARAMETERS["productivity_size"].default)
    mean = chance @ grown / np.maximum(1e-300, chance.sum(axis=1))
    whole = (sector_baseline(tables).value_added * mean)[sectors]
    return whole / whole.mean()


def trainer_days(programme: Programme, tables: CensusTables, cells: Cells, years: int) -> FloatArray:
    """Trainer days that each macro-region has in each year (macro-regions, years), with default parameters.

    Certified trainers at the start, and those of the trainings of trainers who are certified after their
    supervised cycle; all leave at the usual rate. Those whom providers would train themselves are not
    counted.
    """
    default = {name: PARAMETERS[name].default for name in _OF_TRAINERS}
    months = 12 * years
    share = eligible_share(programme, tables)
    new = np.zeros((months, len(tables.regions)))
    if programme.first_month < months:
        new[programme.first_month] += starters(programme, tables, share)
    after = round(default["certification_months"])
    certified = graduates(programme, tables, months, share) * default["trainer_certification"]
    new[after:] += certified[: max(0, months - after)]
    active, by_month = np.zeros(len(tables.regions)), []
    for joining in new:
        active = active * (1.0 - default["trainer_leaving"] / 12.0) + joining
        by_month.append(active)
    yearly = np.array(by_month).reshape(years, 12, -1).sum(axis=1) * default["trainer_days"]
    macro = macro_regions_of(tables.regions)
    return np.array([yearly[:, list(macro[name])].sum(axis=1) for name in cells.macro_regions])


_OF_TRAINERS = ("certification_months", "trainer_certification", "trainer_leaving", "trainer_days")
