"""Whole histories of small worlds, month by month, for tests of what must add up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from simulation.population import Population, ProgrammeStratum, draw_population
from simulation.world import World, build_world
from tests.simulation.small_runs import REGIONS, SECTORS, TABLES, WHERE, small_run, small_scenario

MONTHS = 30
CLOSING = 24
BUDGET = 1_200_000.0
PRICE = 12_000.0
BUYER_SHARE = 0.4
GUARANTEE = 0.05
COSTLY = {"price_per_module": PRICE, "budget": BUDGET, "closing_month": CLOSING}
"""A price and a budget that does not last until the closing."""

SUBSIDY = [
    {"from_month": 0, "share": 0.75},
    {"from_month": 0, "share": 1.0, "employees": [50, 90], "modules": ["cooperation", "safety"]},
    {"from_month": 8, "share": 0.25},
]
PROGRAMME: dict[str, Any] = COSTLY | {
    "trainers": 9.0,
    "continuation": 0.8,
    "subsidy": SUBSIDY,
    "buyer_share": BUYER_SHARE,
    "credit_line": 1.0,
    "credit_guarantee": GUARANTEE,
    "training_of_trainers": [{"from_month": 2, "to_month": 10, "places_per_month": 1.0}],
    "outreach": [{"from_month": 0, "campaign": 4.0, "dialogue": 2.0, "buyers": 4.0, "authority": 1.0}],
    "enterprises_per_month": 4.0,
    "delivery": {"enterprises_per_class": 3},
    "target": WHERE | {"employees": [20, 250]},
}
EVENTFUL = {"closure_rate": 0.15, "injury_rate": 120.0, "credit_months": 1.0, "shed_rate": 0.3}
EVENTFUL |= {"margin_mean": 0.02, "cash_months": 1.0, "productivity_shock": 0.08}
"""More closures, injuries and layoffs than usual, so that every kind of event happens."""
LIVELY = {"belief_start": 0.02, "trainer_leaving": 0.4, "certification_months": 3.0}
LIVELY |= {"trainer_days": 4.0, "provider_growth": 0.5, "trainer_pay": 0.4, "reconsideration": 0.3}
"""More demand, debt and coming and going of trainers and providers than usual."""

WEIGHTS = {"one to one": 1.0, "weighted": 1.5, "heavy": 12.0}
"""Enterprises that each one stands for; a heavy one fills classes of several trainers by itself."""
SCALE = {"one to one": 1.0, "weighted": 1.0, "heavy": 8.0}
"""How much larger the programme is."""
KINDS = (
    ("assigned", "one to one"),
    ("assigned", "weighted"),
    ("market", "one to one"),
    ("market", "weighted"),
    ("market", "heavy"),
)


@dataclass(frozen=True, repr=False)
class Month:
    """Records at the end of one month, or before the first; prices of the sectors; the state of the run."""

    enterprises: Any
    status: Any
    prices: Any
    trainers: Any
    providers: Any
    run: Any


@dataclass(frozen=True, repr=False)
class History:
    """A world after its run, and its records before the first and after every month."""

    world: World
    months: tuple[Month, ...]

    @property
    def assigned(self) -> bool:
        """Whether enrolment is given."""
        return bool(self.world.runs["assigned"][0])

    @property
    def heavy(self) -> bool:
        """Whether an enterprise fills a class by itself."""
        return bool(self.world.runs["seats_per_class"][0] == 1)

    @property
    def budget(self) -> float:
        """The programme's budget at the start."""
        return float(self.months[0].run["budget_left"])

    @property
    def p(self) -> Any:
        """Its parameters."""
        return self.world.parameters[0]

    @property
    def steps(self) -> Iterator[tuple[int, Month, Month]]:
        """Every month's number, the records before it and after it."""
        return zip(range(len(self.months) - 1), self.months, self.months[1:], strict=False)

    def panel(self, *accounts: int) -> Any:
        """Accounts by enterprise and month, added up."""
        return sum(self.world.panel[:, :, i].astype(np.float64) for i in accounts)

    def total(self, *accounts: int) -> Any:
        """Weighted national sums by month, added up."""
        return self.world.sums[0, :, 0, list(accounts)].sum(axis=0)

    def market(self, *accounts: int) -> Any:
        """National accounts of the training market by month, added up."""
        return self.world.market[0, :, 0, list(accounts)].sum(axis=0)

    def by_region(self, values: Any) -> Any:
        """Values of the enterprises, added up by region with their weights."""
        e = self.world.enterprises
        return np.bincount(e["region"], e["weight"] * values, len(TABLES.regions))

    def by_enterprise(self, seats: Any) -> Any:
        """Counts of a mask over seats, by enterprise."""
        first = self.world.enterprises["first_seat"]
        return np.add.reduceat(seats.astype(np.int64), first)


def assert_close(
    found: Any, expected: Any, rel: float = 1e-9, absolute: float = 1e-6, what: str = ""
) -> None:
    """Sums in double precision agree, element by element (and fast for long arrays)."""
    np.testing.assert_allclose(found, expected, rtol=rel, atol=absolute, err_msg=what)


def _recorded(world: World) -> Month:
    return Month(
        world.enterprises.copy(),
        world.seats.column("status"),
        world.sectors["price"][0].copy(),
        world.trainers.copy(),
        world.providers.copy(),
        world.runs[0].copy(),
    )


def _population(weight: float) -> Population:
    """A background that stands for the nation, and a stratum of its own for the programme."""
    sectors = tuple(TABLES.sectors.index(code) for code in SECTORS)
    regions = tuple(TABLES.regions.index(name) for name in REGIONS)
    stratum = ProgrammeStratum(sectors, regions, 20, 250, 90, weight=weight)
    return draw_population(TABLES, enterprises=200, months=MONTHS, seed=2, programme=(stratum,))


def _scaled(scale: float) -> dict[str, Any]:
    courses = [PROGRAMME["training_of_trainers"][0] | {"places_per_month": 1.0 * scale}]
    step = PROGRAMME["outreach"][0]
    outreach = [{name: value * (scale if name != "from_month" else 1) for name, value in step.items()}]
    larger = {name: PROGRAMME[name] * scale for name in ("trainers", "enterprises_per_month", "budget")}
    return PROGRAMME | larger | {"training_of_trainers": courses, "outreach": outreach}


@cache
def history(enrolment: str, weights: str) -> History:
    """A programme of one kind over its whole life and on."""
    population, eligible = None, None
    if weights != "one to one":
        population = _population(WEIGHTS[weights])
        inside = (population.employees >= 20) & (population.employees <= 250)
        eligible = inside & (population.stratum > 0)
    scenario = small_scenario(MONTHS, _scaled(SCALE[weights]) | {"enrolment": enrolment})
    world = build_world([small_run(scenario, EVENTFUL | LIVELY, population, eligible=eligible)])
    months = [_recorded(world)]
    for _ in range(MONTHS):
        world.step()
        months.append(_recorded(world))
    return History(world, tuple(months))
