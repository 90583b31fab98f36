"""`run`: one scenario, what becomes of the enterprises and workers year by year, and what the programme does.

Replicates differ in parameters (a draw each), enterprises and events. A single replicate uses the
defaults of all parameters. Tables are made of what is simulated here in :mod:`scenarios.run_tables`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from calibration.belief import DEFAULTS, Belief, belief_of
from calibration.prior import record_of
from scenarios.compare import Settings, sample_size
from scenarios.design import replicate_pairs
from scenarios.progress import SILENT, Progress
from simulation.batch import Interrupted, RunResult, simulate
from simulation.census import CensusTables, load_census
from simulation.decomposition import decompose
from simulation.indicators import WINDOW
from simulation.interruption import listening, raise_if_interrupted
from simulation.market_indicators import MarketSums, TrainerTime, market_sums, trainer_time
from simulation.population import Population, draw_population, entry_settings
from simulation.programme import Scenario
from simulation.size_distribution import fit_size_distribution
from simulation.targets import plan_targets
from simulation.world import Run

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Replicate:
    """What is kept of one replicate: ``national`` sums (months, levels, accounts), those of the market, and
    productivity growth by its parts (empty under two years, or where the run was interrupted).
    """

    national: FloatArray
    market: MarketSums
    decomposed: dict[str, float]


@dataclass
class Levels:
    """The sums of a scenario's finished replicates, a list entry a replicate.

    Where the run was interrupted there are fewer than the settings say, or there is one with fewer months:
    ``scenario.months`` are those simulated.
    """

    scenario: Scenario
    settings: Settings
    tables: CensusTables
    population: Population  # of the first replicate
    parameters: list[dict[str, float]]
    national: list[FloatArray]
    market: list[MarketSums]
    decomposed: list[dict[str, float]]
    belief: Belief
    interrupted: bool = False

    @property
    def replicates(self) -> int:
        """Replicates finished."""
        return len(self.national)

    def trainer_times(self) -> list[TrainerTime]:
        """The trainers' time in each replicate."""
        programme = self.scenario.programme
        return [trainer_time(programme, record_of(values, self.scenario)[0]) for values in self.parameters]


def run(scenario: Scenario, settings: Settings, progress: Progress = SILENT) -> Levels:
    """Simulate the replicates of ``scenario``.

    An interruption ends it with the replicates that are finished; with the full years of the first where none
    is. Raises KeyboardInterrupt, saying so, where that is less than a year.
    """
    tables = load_census(scenario.population.tables)
    count, sample = sample_size(scenario, settings)
    nation = float(fit_size_distribution(tables).sme_enterprises.sum())
    plan = plan_targets([scenario], tables, sample if sample is not None else (count or 0) / nation)[0]
    n = settings.replicates
    belief = DEFAULTS if n == 1 else belief_of(settings.draws)
    values = belief.draws(n, settings.seed)
    people: list[Population] = []
    finished: list[Replicate] = []
    begun: Interrupted | None = None
    interrupted = False
    try:
        with listening():
            for number, (replicate, _) in enumerate(replicate_pairs(2 * n, settings.seed)):
                raise_if_interrupted()
                progress.placing(count if count is not None else (sample or 0.0) * nation)
                drawn = draw_population(
                    tables, enterprises=count, sample=sample, months=scenario.months,
                    seed=replicate.population_seed,
                    programme=() if plan.stratum is None else (plan.stratum,),
                    **entry_settings(scenario.parameters),
                )  # fmt: skip
                people = people or [drawn]
                one = Run(
                    scenario, drawn, record_of(values[number], scenario), replicate.population_seed,
                    replicate.event_seed, plan.eligible(scenario.programme, drawn),
                )  # fmt: skip
                tell = partial(_tell, progress, number, n)
                finished.append(_reduced(simulate([one], threads=settings.threads, after_month=tell)[0]))
    except Interrupted as caught:
        interrupted, begun = True, caught
    except KeyboardInterrupt:
        interrupted = True
    if interrupted and not finished:
        scenario, first_years = _first_years(scenario, begun)
        finished = [first_years]
    return Levels(
        scenario, settings, tables, people[0], values[: len(finished)], [each.national for each in finished],
        [each.market for each in finished], [each.decomposed for each in finished if each.decomposed],
        belief, interrupted,
    )  # fmt: skip


def _tell(progress: Progress, finished: int, replicates: int, done: int, of: int) -> None:
    progress.simulated(finished * of + done, replicates * of)


def _reduced(result: RunResult) -> Replicate:
    enough = result.run.scenario.months >= 2 * WINDOW
    return Replicate(result.sums, market_sums(result.market), decompose(result.enterprises) if enough else {})


def _first_years(scenario: Scenario, begun: Interrupted | None) -> tuple[Scenario, Replicate]:
    """The full years of the first replicate, in which it was interrupted, as a run of so many months."""
    done = 0 if begun is None else begun.months
    months = done - done % WINDOW
    if begun is None or not months:
        raise KeyboardInterrupt(
            f"Interrupted after {done} months: nothing can be shown, as every indicator is of a full year"
        )
    (result,) = begun.results
    # enterprises may be in the midst of a month, so how their productivity moved is left out
    part = Replicate(result.sums[:months], market_sums(result.market[:months]), {})
    return scenario.model_copy(update={"months": months}), part
