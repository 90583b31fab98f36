"""The simulator as a function: from points in the space of parameters to outcomes, replicate by replicate.

Three questions can be asked at a point (:class:`Model`):

* ``effect``: some enterprises of the scenario's target get its training at once, beside themselves without
  it. A small and cheap experiment; how enterprises hear of training, decide and wait for it is left out.
* ``effect`` with ``rollout``: the scenario as it is rolled out and bought, beside no programme. Many times
  dearer.
* ``level``: national indicators of the year that ends at a month, in the scenario.

Every (point, replicate) has events of its own, and enterprises taken by lot from a few populations that are
drawn once; both are keyed by the point's number, never by its values. So chance is independent between runs,
and the two arms of an effect share theirs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.prior import record_of
from scenarios.decisions.groups import Group
from scenarios.decisions.objectives import OUTCOMES
from scenarios.decisions.training_at_once import at_hand, at_once, without_programme
from scenarios.wording import level_unit
from simulation import accounts as a
from simulation.batch import RunResult, simulate
from simulation.census import CensusTables, load_census
from simulation.effects import (
    NO_SHARED_COSTS,
    SharedCosts,
    discounted_difference,
    net_benefit,
    paired_sums,
    shared_costs,
)
from simulation.indicators import INDICATORS, WINDOW
from simulation.population import Population, draw_population, entry_settings
from simulation.programme import Programme, Scenario
from simulation.schedule import NEVER, open_month
from simulation.size_distribution import fit_size_distribution
from simulation.targets import TargetPlan, plan_targets
from simulation.world import Run

FloatArray = NDArray[np.float64]

POPULATIONS = 8
"""Populations that points share: drawing one takes longer than a small run."""
BEGUN_WITHIN = 5
"""Months within which nearly all that are trained at once have sat in a class."""
MONEY = ("net_benefit", "benefit", "resources")


@dataclass(frozen=True, eq=False)
class Model:
    """What is simulated at a point, and which outcomes are kept.

    Attributes:
        scenario: whose training is given, or whose nation is looked at.
        of: "effect" or "level".
        month: since the first class (effect), or of the run (level).
        enterprises, sample: size of the background, one of them None.
        trained: enterprises that get the training at once.
        rollout: whether the scenario is simulated as it is rolled out.
        replicates: runs of a point, each with its own chance.
        seed: root of all chance.
        threads: of a simulation.

    """

    scenario: Scenario
    of: str
    month: int
    enterprises: int | None
    sample: float | None
    trained: int
    rollout: bool
    replicates: int
    seed: int
    threads: int | None = None
    _kept: dict[str, Any] = field(default_factory=dict, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        """Without what was worked out, which another process works out itself."""
        return {**self.__dict__, "_kept": {}}

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Names of the outcomes, in the order of the last axis."""
        return tuple(INDICATORS) + (() if self.of == "level" else (*MONEY, "trained"))

    def unit(self, name: str) -> str:
        """Unit of an outcome."""
        return level_unit(INDICATORS[name].unit) if self.of == "level" else OUTCOMES[name].unit

    @property
    def runs_a_point(self) -> int:
        """Simulations that a point takes."""
        return self.replicates * (1 if self.of == "level" else 2)

    @property
    def at_once(self) -> bool:
        """Whether enterprises are trained at once instead of by the rollout."""
        return self.of == "effect" and not self.rollout

    def evaluate(self, task: Task) -> FloatArray:
        """Outcomes (points, replicates, outcomes) of a task; NaN: undefined, as where nobody is trained."""
        plans = [self._plan_of(task.first + number, r) for number, r in self._cells(task)]
        runs = []
        for (number, _), (population, population_seed, event_seed) in zip(
            self._cells(task), plans, strict=True
        ):
            values = dict(zip(task.names, map(float, task.values[number]), strict=True))
            runs += self._runs(values, population, population_seed, event_seed)
        results = simulate(runs, threads=self.threads, panel_only=True)
        each = self.runs_a_point // self.replicates
        found = [self._reduced(results[i : i + each]) for i in range(0, len(results), each)]
        return np.array(found).reshape(len(task.values), self.replicates, len(self.outcomes))

    def _cells(self, task: Task) -> list[tuple[int, int]]:
        return [(point, r) for point in range(len(task.values)) for r in range(self.replicates)]

    def _plan_of(self, point: int, replicate: int) -> tuple[Population, int, int]:
        """Population with its seed, and seed of the events, of a replicate of a point."""
        lot, event = np.random.SeedSequence([self.seed, 602, point, replicate]).generate_state(2)
        number = int(lot) % POPULATIONS
        population_seed = int(np.random.SeedSequence([self.seed, 603, number]).generate_state(1)[0])
        return self._population(population_seed), population_seed, int(event)

    # What is simulated

    def _population(self, seed: int) -> Population:
        populations = self._kept.setdefault("populations", {})
        if seed not in populations:
            strata = () if self._plan.stratum is None else (self._plan.stratum,)
            populations[seed] = draw_population(
                self._tables, enterprises=self.enterprises, sample=self.sample, months=self.scenario.months,
                seed=seed, programme=strata, **entry_settings(self.scenario.parameters),
            )  # fmt: skip
        return populations[seed]

    @property
    def _tables(self) -> CensusTables:
        return load_census(self.scenario.population.tables)

    @property
    def _plan(self) -> TargetPlan:
        """Whom the programme may enrol."""
        if "plan" not in self._kept:
            self._kept["plan"] = self._planned()
        return self._kept["plan"]

    def _planned(self) -> TargetPlan:
        programme = self.scenario.programme
        if programme is None:
            return TargetPlan(None)
        if self.at_once:
            return TargetPlan(_everybody(programme, self._tables).stratum(self.trained))
        nation = float(fit_size_distribution(self._tables).sme_enterprises.sum())
        fraction = self.sample if self.sample is not None else (self.enterprises or 0) / nation
        return plan_targets([self.scenario], self._tables, fraction)[0]

    @property
    def _arms(self) -> tuple[Scenario, ...]:
        """The scenarios simulated at a point; of an effect the one without a programme comes first."""
        if "arms" not in self._kept:
            self._kept["arms"] = self._made_arms()
        return self._kept["arms"]

    def _made_arms(self) -> tuple[Scenario, ...]:
        if self.of == "level":
            return (self.scenario,)
        without, programme = without_programme(self.scenario), self.scenario.programme
        if not self.at_once or programme is None:
            return without, self.scenario
        group = _everybody(programme, self._tables)
        return without, at_once(self.scenario, [group], self.trained, self._tables)

    def _runs(self, values: dict[str, float], population: Population, seed: int, event: int) -> list[Run]:
        eligible = self._plan.eligible(self.scenario.programme, population)
        if self.at_once:
            eligible &= population.incumbent
        nobody = np.zeros(population.n, np.bool_)
        panel = nobody if self.of == "level" else eligible
        values = at_hand(values) if self.at_once else values
        return [
            Run(
                arm, population, record_of(values, arm), seed, event,
                eligible if arm.programme is not None else nobody, panel,
            )
            for arm in self._arms
        ]  # fmt: skip

    # What is kept of it

    def _reduced(self, results: Sequence[RunResult]) -> list[float]:
        with np.errstate(divide="ignore", invalid="ignore"):
            if self.of == "level":
                found = levels(results[0], self.month)
            else:
                found = effects(results[1], results[0], self.month, shared=not self.at_once)
        return [float(found.get(name, math.nan)) for name in self.outcomes]


@dataclass(frozen=True, eq=False)
class Task:
    """Points to be simulated: number of the first, names of parameters, values (points, parameters)."""

    first: int
    names: tuple[str, ...]
    values: FloatArray


def simulated(
    evaluate: Callable[[Task], FloatArray], tasks: Mapping[int, Task], executor: Executor | None = None
) -> Iterator[tuple[int, FloatArray]]:
    """(number, outcomes) of each task as it is finished: here one by one, or wherever ``executor`` works.

    Any executor will do: of processes, or of a cluster. Outcomes do not depend on where and in which order.
    """
    if executor is None:
        for number, task in tasks.items():
            yield number, evaluate(task)
        return
    from concurrent.futures import as_completed

    waiting = {executor.submit(evaluate, task): number for number, task in tasks.items()}
    try:
        for done in as_completed(waiting):
            yield waiting[done], done.result()
    finally:
        for future in waiting:
            future.cancel()


def _everybody(programme: Programme, tables: CensusTables) -> Group:
    """The enterprises of the programme's whole target, wherever it opens some day."""
    ever = open_month(programme, tables) != NEVER
    sectors, regions = (tuple(int(i) for i in np.flatnonzero(ever.any(axis=axis))) for axis in (1, 0))
    return Group("target", sectors, regions, programme.target.employees)


def months_needed(scenario: Scenario, of: str, month: int, money: bool) -> int:
    """Months to simulate for an effect ``month`` months after the first class, and for its ``money``."""
    if of == "level":
        return month
    follow_up = scenario.programme.follow_up_months if money and scenario.programme is not None else 0
    return max(month, follow_up) + BEGUN_WITHIN


def levels(result: RunResult, month: int) -> dict[str, float]:
    """National indicators of the twelve months that end after ``month`` months."""
    year = result.sums[month - WINDOW : month, 0].sum(axis=0)
    return {name: float(indicator.value(year)) for name, indicator in INDICATORS.items()}


def effects(arm: RunResult, base: RunResult, month: int, shared: bool) -> dict[str, float]:
    """Effects on the trained ``month`` months after their first class, and money per enterprise trained.

    With ``shared`` resources hold the programme's costs that no single enterprise causes.
    """
    weight = arm.panel_enterprises["weight"].astype(float)
    first_class = arm.panel_enterprises["first_class_month"].astype(np.int64)
    trained = first_class >= 0
    number = float(weight[trained].sum())
    if number == 0.0:
        return {"trained": 0.0}
    start, one_level = np.where(trained, first_class + 1, -1), np.zeros((len(weight), 1), np.int64)
    sums = paired_sums(arm.panel, base.panel, start, weight, one_level, 1)
    found = {"trained": number}
    for name, indicator in INDICATORS.items():
        of_arms = (sums.survivors if indicator.survivors else sums.everybody)[:, month // WINDOW - 1, 0]
        scenario, baseline = indicator.value(of_arms)
        percent = 100.0 * (scenario / baseline - 1.0)
        found[name] = float(scenario - baseline if indicator.effect == "difference" else percent)
    costs = NO_SHARED_COSTS
    if shared:
        costs = shared_costs(arm.market[:, 0], base.market[:, 0], number)
    return found | _money(arm, base, np.where(trained, first_class, -1), weight, costs)


def _money(
    arm: RunResult, base: RunResult, start: NDArray[np.int64], weight: FloatArray, shared: SharedCosts
) -> dict[str, float]:
    """Present values per enterprise whose whole follow-up is simulated."""
    programme, p = arm.run.scenario.programme, arm.run.parameters[0]
    if programme is None:
        return {}
    difference, followed = discounted_difference(
        arm.panel, base.panel, start, weight, programme.follow_up_months, float(p["discount_rate"])
    )
    nation = base.sums[:, 0].sum(axis=0)
    benefit = net_benefit(difference, followed, p, float(nation[a.WAGES] / nation[a.HEADCOUNT]), shared)
    if benefit is None:
        return {}
    return dict(zip(MONEY, (benefit.net, benefit.benefit, benefit.resources), strict=True))
