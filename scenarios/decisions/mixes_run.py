"""`scoresim rank mixes`: check what is asked, race the options, and rank them under posterior and prior."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from calibration.belief import Belief, belief_of
from scenarios.arms import FEWEST_REPLICATES
from scenarios.commands import Options, check_month, compile_once, load
from scenarios.compare import Settings
from scenarios.decisions.evaluate import MOST_ELIGIBLE, Part, coarsened, evaluate, seed_of
from scenarios.decisions.objectives import parse_objective, score
from scenarios.decisions.options import Option, options_of
from scenarios.decisions.outcomes import NAMES, Outcomes
from scenarios.decisions.ranking import PriorRanking, Ranking, prior_ranking
from scenarios.decisions.rounds import most_work, race
from scenarios.progress import SILENT, Progress, progress_bar
from simulation.indicators import WINDOW
from simulation.inputs import InputError, check_out_dir
from simulation.programme import Scenario

if TYPE_CHECKING:
    from scenarios.answers import Answer

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Asked:
    """What `rank mixes` is asked beside what every simulation is."""

    scenario: str
    objective: str = "net_benefit"
    any_first: bool = False
    month: int = 24
    deliveries: str = ""
    subsidies: str = ""
    prior_replicates: int = 8
    eligible: int = MOST_ELIGIBLE


@dataclass(frozen=True, eq=False)
class Found:
    """A ranking of mixes and what it rests on; each enterprise of the programme stood for ``weight``.

    ``options`` are as asked for, ``simulated`` the scenarios as they were simulated.
    """

    asked: Asked
    scenario: Scenario
    options: list[Option]
    simulated: list[Scenario]
    ranking: Ranking
    settings: Settings
    belief: Belief
    weight: float

    @property
    def interrupted(self) -> bool:
        """Whether it ended early."""
        return self.ranking.race.interrupted


def rank_mixes(asked: Asked, options: Options) -> Answer:
    """Rank the mixes of modules of a scenario; InputError where something asked for is wrong."""
    scenario = load(asked.scenario, options)
    objective = parse_objective(asked.objective)
    check_month(asked.month, scenario.months)
    check_replicates("--replicates", options.replicates)
    if asked.prior_replicates:
        check_replicates("--prior-replicates", asked.prior_replicates)
    chosen = options_of(
        scenario, obligatory_first=not asked.any_first, deliveries=asked.deliveries, subsidies=asked.subsidies
    )
    _check_follow_up(scenario, objective)
    if options.out is not None:
        check_out_dir(options.out)
    belief = belief_of(options.draws)
    compile_once(options.quiet)
    with progress_bar("Simulating", options.quiet) as progress:
        found = find(asked, scenario, chosen, objective, options.settings(), belief, progress)
    if found.interrupted:
        rounds = len(found.ranking.race.rounds)
        print(f"Interrupted: results of {rounds} rounds of the race.", file=sys.stderr, flush=True)
    from scenarios.decisions.mixes_answer import answer_of_ranking

    return answer_of_ranking(found, options.out, options.quiet)


PAID_BACK = ("net_benefit", "benefit", "resources", "total_net_benefit", "total_resources")
"""Outcomes that need enterprises to be followed for the whole follow-up."""


def _check_follow_up(scenario: Scenario, objective: Mapping[str, float]) -> None:
    """Raise InputError where the run ends before any enterprise's follow-up does."""
    programme = scenario.programme
    asked = next((name for name in objective if name in PAID_BACK), None)
    if programme is None or asked is None:
        return
    needed = programme.first_month + programme.follow_up_months
    if needed >= scenario.months:
        raise InputError(
            None, "--objective", asked,
            f"counts over {programme.follow_up_months} months from an enterprise's first class, beyond the "
            f"run's {scenario.months}",
            f"simulate {needed + WINDOW} --months or more, or rank by an effect such as productivity",
        )  # fmt: skip


def check_replicates(option: str, replicates: int) -> None:
    """Raise InputError unless the number is even and enough for an interval."""
    if replicates < FEWEST_REPLICATES or replicates % 2:
        problem = f"must be an even number from {FEWEST_REPLICATES} on"
        raise InputError(None, option, replicates, problem, "write 8, for instance")


def find(
    asked: Asked,
    scenario: Scenario,
    options: list[Option],
    objective: Mapping[str, float],
    settings: Settings,
    belief: Belief,
    progress: Progress = SILENT,
) -> Found:
    """Race the options, and rank them under the prior too; an interruption keeps the finished rounds."""
    scenarios, weight = coarsened([option.scenario for option in options], settings, asked.eligible)
    names = [each.name for each in scenarios]
    from_prior = belief.kind != "posterior"
    prior_work = 0 if from_prior else len(options) * asked.prior_replicates
    work = most_work(len(options), settings.replicates)
    total, done = float(sum(work) + prior_work), 0.0
    parts: list[Outcomes] = []

    def simulate(number: int, chosen: Sequence[int], replicates: int) -> tuple[FloatArray, bool]:
        nonlocal done
        size = float(len(chosen) * replicates)
        part = Part(progress, done, size, total)
        again = replace(
            settings, replicates=replicates, seed=seed_of(settings.seed, number), other_enterprises=True
        )
        found = evaluate([scenarios[option] for option in chosen], again, asked.month, part)
        parts.append(found.outcomes.padded(names))
        # the units of a composite objective are the first round's, where all options are
        values = score(found.outcomes.values, NAMES, objective, parts[0].values)
        done += size
        if number == 0 and not np.isfinite(values).any():
            raise InputError(
                None, "--objective", asked.objective, "is undefined: nobody was observed that long",
                "simulate more --months, or choose effects",
            )  # fmt: skip
        return values, found.interrupted

    raced = race(simulate, len(options), settings.replicates)
    prior: PriorRanking | None = None
    if prior_work and not raced.interrupted:
        part = Part(progress, total - prior_work, prior_work, total)
        again = replace(
            settings, replicates=asked.prior_replicates, seed=seed_of(settings.seed, 1_000), draws="prior",
            other_enterprises=True,
        )  # fmt: skip
        try:
            outcomes = evaluate(scenarios, again, asked.month, part).outcomes
            prior = prior_ranking(outcomes, objective, parts[0].values, settings.seed)
        except KeyboardInterrupt:
            raced = replace(raced, interrupted=True)
    ranking = Ranking(Outcomes.joined(parts), raced, objective, prior, from_prior, settings.seed)
    return Found(asked, scenario, options, scenarios, ranking, settings, belief, weight)
