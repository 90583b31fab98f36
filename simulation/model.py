"""The model as Mesa knows it: a ScoreModel advances a world by a month a step.

All Mesa habits work on it (`step`, `run_model`, `datacollector`, `agents`, `batch_run`), but no object is
kept for an enterprise or a worker, so a step costs what the compiled month costs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import mesa
import numpy as np

from simulation.agent_sets import AllAgents, ColumnSet
from simulation.agents import Enterprise, Worker
from simulation.attributes import Attributes, EnterpriseAttributes, WorkerAttributes
from simulation.census import load_census
from simulation.collector import AGENT_REPORTERS, Collector
from simulation.indicators import INDICATORS, WINDOW
from simulation.inputs import InputError
from simulation.market_indicators import market_sums, trainer_time
from simulation.parameters import parameter_record
from simulation.population import Population, draw_population, entry_settings
from simulation.programme import Scenario
from simulation.programme_items import programme_items
from simulation.scenario_files import adjusted, load_scenario
from simulation.size_distribution import fit_size_distribution
from simulation.summary_tree import model_tree
from simulation.targets import DEFAULT_ENTERPRISES, plan_targets
from simulation.world import Run, World, build_world


class ScoreModel(mesa.Model):
    """A scenario under simulation, as a Mesa model; a step is a month.

    Attributes:
        run: what is simulated: scenario, population, parameters and seeds (:class:`simulation.world.Run`).
        world: the columns themselves (:class:`simulation.world.World`), in ``run``'s order.
        seed: seed of the enterprises, workers and events; the same one repeats the run exactly.
        month: months simulated so far; ``running`` turns False after the scenario's last.
        enterprises, workers: the agents alive or employed now, as sets (:mod:`simulation.agent_sets`).
        datacollector: indicators and columns of enterprises, month by month (:mod:`simulation.collector`).

    """

    def __init__(
        self,
        scenario: Scenario | str | Path = "no_programme",
        *,
        enterprises: int | None = None,
        sample: float | None = None,
        months: int | None = None,
        seed: int | None = None,
        rng: Any = None,
        population: Population | None = None,
        parameters: Mapping[str, float] | None = None,
        agent_reporters: Mapping[str, str | Callable[[Any], Any]] = AGENT_REPORTERS,
        **registry: float,
    ) -> None:
        """Draw the population and place it at its start.

        Args:
            scenario: a scenario, or the name of a shipped one, or a path.
            enterprises: enterprises in the sample (at least 100); or
            sample: the sampled share of the nation (above 0 to 1); default: the scenario's, or 1,000.
            months: length of the run instead of the scenario's.
            seed: a whole number from 0 on; None draws one.
            rng: instead of `seed`, anything that Mesa takes as such.
            population: a population already drawn, such as ``other.run.population``; models that share it
                and the seed are paired.
            parameters: parameters of the registry changed by name, on top of the scenario's.
            agent_reporters: what is kept of each enterprise each month: column's name to an attribute's name
                or a function of the enterprise; ``{}`` keeps nothing.
            registry: the same as `parameters`, as keywords for sweeps, with ``__`` for the dot:
                ``practice_mean__quality=0.5``.

        Raises:
            InputError: the scenario or a parameter is wrong; the message says how.
            ValueError: the sample is, or both `seed` and `rng` are given.

        """
        self.seed = _whole_seed(seed, rng)
        super().__init__(rng=self.seed)
        loaded = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
        loaded = adjusted(loaded, months=months, enterprises=enterprises, sample=sample)
        self.changed = {
            **loaded.parameters,
            **(parameters or {}),
            **{name.replace("__", "."): value for name, value in registry.items()},
        }
        self.run = _planned_run(loaded, population, self.changed, self.seed)
        self.world: World = build_world([self.run])
        firms = EnterpriseAttributes(self.world, self.run.population.tables)
        workers = WorkerAttributes(self.world, firms)
        self._id_offset = firms.count + workers.count
        self.attributes: dict[str, Attributes] = {"enterprises": firms, "workers": workers}
        self._indicators: tuple[int, dict[str, float]] = (-1, {})
        self.datacollector: mesa.DataCollector = Collector(agent_reporters)

    # Time

    @property
    def months(self) -> int:
        """Length of the run."""
        return self.run.scenario.months

    @property
    def month(self) -> int:
        """Months simulated so far."""
        return self.world.month

    def step(self) -> None:
        """Advance one month and record it; RuntimeError after the last."""
        if self.month >= self.months:
            raise RuntimeError(
                f"all {self.months} months are simulated; make a new model, or give it more months"
            )
        self.world.step()
        self.running = self.month < self.months
        self.datacollector.collect(self)

    def run_for(self, duration: float) -> None:
        """Advance that many months, or to the end if it comes first."""
        self.run_until(self.month + duration)

    def run_until(self, end_time: float) -> None:
        """Advance until that many months are done, or to the end if it comes first."""
        while self.running and self.month + 1 <= end_time:
            self.step()

    # Agents

    @property
    def enterprises(self) -> ColumnSet:
        """The enterprises alive now."""
        return ColumnSet(self, Enterprise)

    @property
    def workers(self) -> ColumnSet:
        """The workers employed now."""
        return ColumnSet(self, Worker)

    @property
    def agents_by_type(self) -> dict[type, Any]:
        """The enterprises, the workers, and agents that the user registered, by type."""
        return {Enterprise: self.enterprises, Worker: self.workers, **self._agents_by_type}

    @property
    def agent_types(self) -> list[type]:
        """Types of agents in the model."""
        return list(self.agents_by_type)

    @property
    def agents(self) -> AllAgents:
        """All agents; ``enterprises`` and ``workers`` offer more and are faster."""
        return AllAgents(self, self.agents_by_type.values())

    def register_agent(self, agent: mesa.Agent) -> None:
        """Take in an agent of the user's own, which acts in no month of the simulation."""
        super().register_agent(agent)
        agent.unique_id += self._id_offset

    # Results

    def indicators(self) -> dict[str, float]:
        """The nation's indicators on the last twelve months (as many as there were; NaN before the first)."""
        month, values = self._indicators
        if month != self.month:
            start = max(0, self.month - WINDOW)
            total = self.world.sums[0, start : self.month, 0].sum(axis=0)
            # totals of a window that is not yet full are brought to twelve months
            total *= WINDOW / (self.month - start) if self.month else np.nan
            values = {name: float(known.value(total)) for name, known in INDICATORS.items()}
            self._indicators = (self.month, values)
        return values

    def programme_totals(self) -> dict[str, float]:
        """What the programme has done and cost so far in the nation: enterprises reached, modules, yuan."""
        total = self.world.sums[0, : self.month, 0].sum(axis=0)
        market = market_sums(self.world.market[0, : max(1, self.month)]).whole[0]
        time = trainer_time(self.run.scenario.programme, self.run.parameters[0])
        return {name: item.value for name, item in programme_items(total, market, time).items()}

    def __repr__(self) -> str:
        return model_tree(self)

    # Mesa calls its own, experimental sets of parameters scenarios and would pass one to the next model.

    @property
    def scenario(self) -> Any:
        """Not used: the scenario is ``model.run.scenario``."""
        raise AttributeError("Mesa's own scenarios are not used here; the scenario is model.run.scenario")

    @scenario.setter
    def scenario(self, scenario: Any) -> None:
        pass


def _whole_seed(seed: int | None, rng: Any) -> int:
    if seed is not None and rng is not None:
        raise ValueError("you have to pass either rng or seed, not both")
    given = rng if seed is None else seed
    if given is None:
        return int(np.random.SeedSequence().generate_state(1)[0])
    if isinstance(given, int | float | np.number):
        if given != int(given) or given < 0:
            raise InputError(None, "seed", given, "is not a whole number from 0 on", "write for example 1")
        return int(given)
    return int(np.random.default_rng(given).integers(2**32))


def _planned_run(
    scenario: Scenario, population: Population | None, changed: Mapping[str, float], seed: int
) -> Run:
    try:
        parameters = parameter_record(changed)
    except ValueError as error:
        problem, _, remedy = str(error).partition("; ")
        raise InputError(None, "parameters", None, problem, remedy) from None
    if population is not None:
        return Run(scenario, population, parameters, seed, seed)
    tables = load_census(scenario.population.tables)
    count, sample = scenario.population.enterprises, scenario.population.sample
    if count is None and sample is None:
        count = DEFAULT_ENTERPRISES
    nation = float(fit_size_distribution(tables).sme_enterprises.sum())
    plan = plan_targets([scenario], tables, sample if sample is not None else (count or 0) / nation)[0]
    drawn = draw_population(
        tables,
        enterprises=count,
        sample=sample,
        months=scenario.months,
        seed=seed,
        programme=() if plan.stratum is None else (plan.stratum,),
        **entry_settings(changed),
    )
    return Run(scenario, drawn, parameters, seed, seed, plan.eligible(scenario.programme, drawn))
