"""What many options do, simulated beside one world without a programme, at a cost that allows for many.

A national programme's enterprises come with all their neighbours, some 50,000 a replicate. Where many options
are simulated, each enterprise of the programme may stand for more of the nation's than it does in `compare`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calibration.belief import Belief
from scenarios.arms import counterfactual
from scenarios.compare import Settings, compare, sample_size
from scenarios.decisions.outcomes import Outcomes, outcomes_of
from scenarios.progress import SILENT, Progress
from simulation.census import load_census
from simulation.population import Population, draw_population, entry_settings
from simulation.programme import Scenario
from simulation.scenario_files import load_scenario
from simulation.size_distribution import fit_size_distribution
from simulation.targets import plan_targets

MOST_ELIGIBLE = 2_000
"""Enterprises that a programme may enrol simulated for each option, unless said otherwise.

The coarser, the fewer are reached, because a simulated enterprise that stands for hundreds keeps its region's
trainers busy for long. Measured on tapered_subsidy over 60 months (4 pairs of replicates, the same draws):
with the 4,176 of `compare` 8,100 are trained, with 2,000 9 % fewer, with 1,000 20 % fewer, with 500 30 %
fewer; 2,000 take a third of the time, and below them chance moves net benefit several times as much."""


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What was found, where the parameters came from, and whether an interruption cut it short."""

    outcomes: Outcomes
    belief: Belief
    interrupted: bool


def evaluate(
    scenarios: Sequence[Scenario], settings: Settings, month: int, progress: Progress = SILENT
) -> Evaluation:
    """Simulate the options against the world without a programme; effects ``month`` months since first class.

    The options must share their world. Raises what `compare` and `outcomes_of` raise.
    """
    base = counterfactual(load_scenario("no_programme"), scenarios)
    found = compare(base, scenarios, settings, progress)
    return Evaluation(outcomes_of(found, month), found.belief, found.interrupted)


def coarsened(
    scenarios: Sequence[Scenario], settings: Settings, most: int = MOST_ELIGIBLE
) -> tuple[list[Scenario], float]:
    """The scenarios with at most ``most`` enterprises that their programme may enrol, all of one weight.

    Returns them and the number of enterprises that each simulated one of the programme stands for. The weight
    is never below that of `compare`. A programme large enough for the sample is left as it is.
    """
    tables = load_census(scenarios[0].population.tables)
    nation = float(fit_size_distribution(tables).sme_enterprises.sum())
    count, sample = sample_size(scenarios[0], settings)
    fraction = sample if sample is not None else (count or 0) / nation
    strata = [plan.stratum for plan in plan_targets(list(scenarios), tables, fraction)]
    weights = [
        stratum.weight * max(1.0, stratum.eligible / most) for stratum in strata if stratum is not None
    ]
    if not weights:
        return list(scenarios), 1.0 / fraction
    weight = min(max(weights), 10_000.0)
    return [_weighing(scenario, weight) for scenario in scenarios], weight


def _weighing(scenario: Scenario, weight: float) -> Scenario:
    population = scenario.population.model_copy(update={"programme_weight": weight})
    return scenario.model_copy(update={"population": population})


def example_population(scenarios: Sequence[Scenario], settings: Settings) -> Population:
    """The enterprises of one replicate, to be counted."""
    first = scenarios[0]
    tables = load_census(first.population.tables)
    count, sample = sample_size(first, settings)
    nation = float(fit_size_distribution(tables).sme_enterprises.sum())
    fraction = sample if sample is not None else (count or 0) / nation
    plans = plan_targets(list(scenarios), tables, fraction)
    strata = tuple(dict.fromkeys(plan.stratum for plan in plans if plan.stratum is not None))
    return draw_population(
        tables, enterprises=count, sample=sample, months=first.months, seed=settings.seed, programme=strata,
        **entry_settings(first.parameters),
    )  # fmt: skip


def seed_of(seed: int, *key: int) -> int:
    """The root of a part's chance: new enterprises, events and draws for each key."""
    return int(np.random.SeedSequence([seed, 602, *key]).generate_state(1)[0])


class Part(Progress):
    """Tells ``whole`` of one part of the work: what was done ``before``, and the ``size`` of this part."""

    def __init__(self, whole: Progress, before: float, size: float, total: float) -> None:
        self.whole, self.before, self.size, self.total = whole, before, size, total

    def simulated(self, done: float, of: float) -> None:
        """``done`` of ``of`` parts of this part are simulated."""
        self.whole.simulated(self.before + self.size * done / of, self.total)
