"""A monitoring table as a SCORE project would have it, made by the simulation's own observation model.

A project of a few hundred enterprises in the provinces of SCORE's first phase in China is simulated twice,
with the training and without, event by event the same. The table holds what the observation fields of the
trained arm say (``baseline_report``, ``endline_report``, ``reports``), with the blemishes of real sheets; the
truth is the paired difference at the same month, and goes to a file of its own, which the fit never reads.

``python -m calibration.synthetic_monitoring [SEED]`` writes both files of ``calibration/data``.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.monitoring_columns import BASELINE, COLUMNS, END, INDICATORS
from simulation import accounts as a
from simulation.census import load_census
from simulation.observation import REPORT_AFTER
from simulation.parameters import MODULES, parameter_record
from simulation.population import PROGRAMME, Population, ProgrammeStratum, draw_population
from simulation.programme import Programme, Scenario
from simulation.state import OBSERVED
from simulation.world import Run, World, build_world

FloatArray = NDArray[np.float64]

DATA = Path(__file__).parent / "data"
TABLE, TRUTH = DATA / "synthetic_monitoring.csv", DATA / "synthetic_monitoring_truth.csv"

REGIONS = ("Liaoning", "Chongqing", "Sichuan", "Zhejiang", "Shanghai")
"""Places of SCORE's first phase in China (ILO)."""

FIRST_MONTH = 12
"""Month of the run in which training begins: what is smoothed over a year has then forgotten the start."""

START_YEAR = 2014
PERCENT = {"defect_rate": 100.0, "absence_rate": 100.0}
"""Factors from what the simulation holds (shares) to the units of the table."""


@dataclass(frozen=True)
class ProjectPlan:
    """A project to simulate: ``enterprises`` enrolled evenly over ``months_of_enrolment``, with
    ``parameters``.
    """

    enterprises: int = 260
    months_of_enrolment: int = 24
    visits: int = 6
    continuation: float = 0.6
    parameters: Mapping[str, float] = field(default_factory=dict)

    @property
    def months(self) -> int:
        """Length of the run: until the last enterprise trained has had its year."""
        return FIRST_MONTH + self.months_of_enrolment + REPORT_AFTER + 6

    def scenario(self) -> Scenario:
        """The training, with enrolment given and not chosen."""
        programme = Programme.model_validate(
            {
                "enrolment": "assigned", "first_month": FIRST_MONTH,
                "closing_month": FIRST_MONTH + self.months_of_enrolment,
                "enterprises_per_month": self.enterprises / self.months_of_enrolment,
                "continuation": self.continuation, "trainers": 200, "target": {"regions": list(REGIONS)},
                "delivery": {"visits": self.visits, "visit_months": 3},
            }
        )  # fmt: skip
        return Scenario(name="synthetic", months=self.months, programme=programme)


PLAN = ProjectPlan(parameters={"productivity_shock": 0.05, "reporting_gain": 7.0})
"""The shipped project: years differ more and success is reported more readily than at the registry's defaults
(about two standard deviations of their priors each), as in projects whose reported gains were large."""


@dataclass(frozen=True)
class Enterprise:
    """What a project knows of one enterprise that it trained, in the units of the table."""

    name: str
    sector: str
    employees: int
    modules: tuple[str, ...]
    first_class: int
    reports: bool
    baseline: Mapping[str, float]
    end: Mapping[str, float]


@dataclass(frozen=True)
class SimulatedProject:
    """The trained enterprises, and the true mean effect by indicator (unit, effect, enterprises it is a mean
    of).
    """

    enterprises: list[Enterprise]
    truth: dict[str, tuple[str, float, int]]


def simulate_project(plan: ProjectPlan, seed: int) -> SimulatedProject:
    """Simulate a project and the same months without it; the same plan and seed give the same bytes."""
    population = _population(plan, seed)
    target = (population.stratum == PROGRAMME) & population.incumbent
    target &= (population.employees >= 50) & (population.employees <= 250)
    nothing = Scenario(name="none", months=plan.months)
    record = parameter_record(plan.parameters)
    runs = [
        Run(scenario, population, record, seed, seed, target, target)
        for scenario in (plan.scenario(), nothing)
    ]
    world = build_world(runs)
    watched = _watch(world, plan.months, population.n, np.flatnonzero(target))
    final = np.asarray(world.enterprises[: population.n])[target]
    trained = final["first_class_month"] >= 0
    trained &= final["first_class_month"] + REPORT_AFTER < plan.months
    return SimulatedProject(
        _enterprises(final, watched, np.flatnonzero(trained)),
        _truth(world, final, watched, np.flatnonzero(trained)),
    )


def _population(plan: ProjectPlan, seed: int) -> Population:
    tables = load_census()
    places = tuple(tables.regions.index(name) for name in REGIONS)
    stratum = ProgrammeStratum(
        tuple(range(len(tables.sectors))), places, 50, 250, round(1.25 * plan.enterprises)
    )
    return draw_population(tables, enterprises=100, months=plan.months, seed=seed, programme=(stratum,))


@dataclass(frozen=True)
class Watched:
    """Month by month and of both arms (2, months, enterprises): what is smoothed, who is alive, heads,
    classes.
    """

    recent: FloatArray
    alive: NDArray[np.bool_]
    headcount: FloatArray
    module: NDArray[np.int64]


def _watch(world: World, months: int, n: int, rows: NDArray[np.int64]) -> Watched:
    """Step the world to its end and note what no record keeps; ``module`` is that of a class in the month,
    else -1.
    """
    shape = (2, months, len(rows))
    seen = Watched(
        np.zeros((*shape, len(OBSERVED))), np.zeros(shape, np.bool_), np.zeros(shape), np.full(shape, -1)
    )
    for month in range(months):
        world.step()
        for arm in range(2):
            ent = np.asarray(world.enterprises[arm * n : (arm + 1) * n])[rows]
            seen.recent[arm, month] = ent["recent"]
            seen.alive[arm, month] = ent["alive"] == 1
            seen.headcount[arm, month] = ent["headcount"]
            in_class = ent["class_month"] == month
            seen.module[arm, month, in_class] = ent["module"][in_class]
    return seen


def _in_units(values: FloatArray) -> dict[str, float]:
    """Observed values by indicator in the units of the table: productivity in yuan, shares in %."""
    told = {name: PERCENT.get(name, 1.0) * float(value) for name, value in zip(OBSERVED, values, strict=True)}
    return {**told, "productivity": float(np.exp(told["productivity"]))}


def _enterprises(final: NDArray[Any], watched: Watched, trained: NDArray[np.int64]) -> list[Enterprise]:
    sectors = load_census().sectors
    found = []
    for number, row in enumerate(trained, start=1):
        ent, first = final[row], int(final[row]["first_class_month"])
        taught = sorted(set(watched.module[0, first : first + REPORT_AFTER + 1, row].tolist()) - {-1})
        found.append(
            Enterprise(
                f"E{number:03d}", sectors[ent["sector"]], int(watched.headcount[0, first, row]),
                tuple(MODULES[module] for module in taught), first, bool(ent["reports"]),
                _in_units(ent["baseline_report"]), _in_units(ent["endline_report"]) if ent["reports"] else {},
            )
        )  # fmt: skip
    return found


# The truth


def _truth(
    world: World, final: NDArray[Any], watched: Watched, trained: NDArray[np.int64]
) -> dict[str, tuple[str, float, int]]:
    """Mean paired differences a year after the first class, over enterprises then alive in both arms."""
    ends = final["first_class_month"][trained] + REPORT_AFTER
    alive = watched.alive[:, ends, trained].all(axis=0)
    rows, ends = trained[alive], ends[alive]
    effect = (watched.recent[0, ends, rows] - watched.recent[1, ends, rows]).mean(axis=0)
    found = {"productivity": ("log points x 100", 100.0 * float(effect[0]), len(rows))}
    for name, value in zip(OBSERVED[1:], effect[1:].tolist(), strict=True):
        told = f"recorded_{name}" if name in ("defect_rate", "injury_rate") else name
        found[told] = (INDICATORS[name].unit, PERCENT.get(name, 1.0) * value, len(rows))
    for name, top, bottom in (
        ("defect_rate", a.DEFECTS, a.GROSS_OUTPUT),
        ("injury_rate", a.INJURIES, a.HEADCOUNT),
    ):
        arms = [
            _smoothed(panel[:, :, top], panel[:, :, bottom])[rows, ends].mean() for panel in _panels(world)
        ]
        found[name] = ("% of baseline", 100.0 * float(arms[0] / arms[1] - 1.0), len(rows))
    return found


def _panels(world: World) -> list[FloatArray]:
    """Accounts (enterprises, months, accounts) of either arm."""
    first, second, last = world.panel_start
    return [world.panel[first:second].astype(np.float64), world.panel[second:last].astype(np.float64)]


def _smoothed(top: FloatArray, bottom: FloatArray) -> FloatArray:
    """The ratio month by month, smoothed as :func:`simulation.observation.remember` does."""
    monthly = top / np.maximum(1.0, bottom)
    smooth = monthly.copy()
    for month in range(1, monthly.shape[1]):
        smooth[:, month] = smooth[:, month - 1] + (monthly[:, month] - smooth[:, month - 1]) / 12.0
    return smooth


# The table, as people fill it in

MISSING_BASELINE, MISSING_END, DUPLICATES = 0.05, 0.10, 4
"""Share of indicator cells left out at the baseline and, by reporters, at the end; rows that stand twice."""


def sheet_rows(project: SimulatedProject, seed: int) -> list[dict[str, str]]:
    """Rows of text by column, with missing cells, numbers as text, dates in several forms, and a few rows
    twice.
    """
    rng = np.random.default_rng([seed, 808])
    rows = [_sheet_row(enterprise, rng) for enterprise in project.enterprises]
    for place in sorted(rng.choice(len(rows), DUPLICATES, replace=False).tolist(), reverse=True):
        rows.insert(place + 1, dict(rows[place]))
    return rows


def _sheet_row(enterprise: Enterprise, rng: np.random.Generator) -> dict[str, str]:
    row = {
        "enterprise": enterprise.name,
        "sector": _sector_text(enterprise.sector, rng),
        "employees": _number_text(enterprise.employees, 0, rng),
        "module": "; ".join(_module_text(module, rng) for module in enterprise.modules),
        "baseline_date": _date_text(enterprise.first_class, rng),
        "end_date": _date_text(enterprise.first_class + REPORT_AFTER, rng) if enterprise.reports else "",
    }
    for name in INDICATORS:
        for time, values, missing in (
            (BASELINE, enterprise.baseline, MISSING_BASELINE),
            (END, enterprise.end, MISSING_END),
        ):
            left_out = name not in values or rng.random() < missing
            empty = "" if name not in values else str(rng.choice(["", "n/a", "-"]))
            row[f"{name}_{time}"] = empty if left_out else _indicator_text(name, values[name], rng)
    return row


def _indicator_text(name: str, value: float, rng: np.random.Generator) -> str:
    if name == "productivity":
        return _number_text(round(value, -1), 0, rng)
    return _number_text(value, 2, rng) + ("%" if name in PERCENT and rng.random() < 0.1 else "")


def _number_text(value: float, decimals: int, rng: np.random.Generator) -> str:
    return f"{value:,.{decimals}f}" if rng.random() < 0.3 else f"{value:.{decimals}f}"


def _sector_text(code: str, rng: np.random.Generator) -> str:
    tables = load_census()
    place = tables.sectors.index(code)
    kind = rng.choice(3, p=[0.8, 0.1, 0.1])
    return (code, tables.sector_names[place], tables.sector_names_zh[place])[kind]


def _module_text(module: str, rng: np.random.Generator) -> str:
    number = MODULES.index(module) + 1
    return f"M{number}" if rng.random() < 0.8 else module.replace("_", " ").capitalize()


def _date_text(month: int, rng: np.random.Generator) -> str:
    year, calendar, day = START_YEAR + month // 12, month % 12 + 1, 1 + int(rng.integers(28))
    forms = (f"{year}-{calendar:02d}-{day:02d}", f"{year}/{calendar}/{day}", f"{year}年{calendar}月{day}日")
    return forms[rng.choice(3, p=[0.7, 0.2, 0.1])]


def write_sheet(rows: Sequence[Mapping[str, str]], path: Path) -> None:
    """Write the table as CSV (UTF-8)."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(COLUMNS), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main(seed: int = 1) -> None:
    """Write the shipped table and its truth."""
    project = simulate_project(PLAN, seed)
    DATA.mkdir(exist_ok=True)
    write_sheet(sheet_rows(project, seed), TABLE)
    with TRUTH.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["indicator", "unit", "effect", "enterprises"])
        writer.writerows(
            [name, unit, f"{effect:.3f}", n] for name, (unit, effect, n) in project.truth.items()
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
