"""`scoresim attribute`: what each module contributes, found from the effects of all subsets of modules.

Every subset is taught whole: enrolment is given, everybody goes through all modules of the subset, and
trainers are there, so that all subsets reach the same enterprises and differ in nothing but the modules. As
sold on the market, another mix finds other buyers, and what is attributed mixes what a module does with whom
it reaches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from calibration.belief import Belief, belief_of
from scenarios.commands import Options, check_month, compile_once, load
from scenarios.compare import Settings
from scenarios.decisions.evaluate import MOST_ELIGIBLE, coarsened, evaluate
from scenarios.decisions.experiment import experiment
from scenarios.decisions.groups import Group
from scenarios.decisions.mixes import mixes, name_of
from scenarios.decisions.mixes_run import check_replicates
from scenarios.decisions.objectives import OUTCOMES
from scenarios.decisions.outcomes import NAMES, Outcomes
from scenarios.decisions.shapley import subset_number
from scenarios.progress import SILENT, Progress, progress_bar
from simulation.census import load_census
from simulation.indicators import WINDOW
from simulation.inputs import InputError, check_out_dir, suggestion
from simulation.parameters import MODULES
from simulation.programme import Programme, Scenario
from simulation.schedule import NEVER, open_month

if TYPE_CHECKING:
    from scenarios.answers import Answer

FloatArray = NDArray[np.float64]

TAUGHT = 300
"""Enterprises taught each subset, unless said otherwise."""

OF_THE_NATION = ("total_net_benefit", "total_resources", "programme_cost", "trained", "trainer_days")
"""Outcomes that say how many are reached; where everybody is taught they say nothing."""


@dataclass(frozen=True)
class Asked:
    """What `attribute` is asked beside what every simulation is; ``outcomes`` are named with commas."""

    scenario: str
    outcomes: str = "productivity"
    any_first: bool = False
    month: int = 24
    as_sold: bool = False
    taught: int = TAUGHT
    eligible: int = MOST_ELIGIBLE


@dataclass(frozen=True, eq=False)
class Attribution:
    """The games of modules that were found.

    Attributes:
        asked, scenario, settings, belief: what was asked, and what it rests on.
        names: of the outcomes attributed.
        outcomes: of all subsets, by the names of their modules.
        interrupted: whether there are fewer replicates than asked for.

    """

    asked: Asked
    scenario: Scenario
    settings: Settings
    belief: Belief
    names: tuple[str, ...]
    outcomes: Outcomes
    interrupted: bool

    def game(self, name: str) -> FloatArray:
        """(replicates, 32): the outcome of each subset; 0 for nothing taught, NaN for what is not offered."""
        values = self.outcomes.of(name)
        game = np.full((len(values), 1 << len(MODULES)), np.nan)
        game[:, 0] = 0.0
        for column, option in enumerate(self.outcomes.options):
            game[:, subset_number([MODULES.index(module) for module in option.split("+")])] = values[
                :, column
            ]
        return game


def attribute(asked: Asked, options: Options) -> Answer:
    """Attribute outcomes of a scenario to its modules; InputError where something asked for is wrong."""
    scenario = load(asked.scenario, options)
    names = outcome_names(asked.outcomes, asked.as_sold)
    check_month(asked.month, scenario.months)
    check_replicates("--replicates", options.replicates)
    chosen = subsets_of(scenario, asked)
    if options.out is not None:
        check_out_dir(options.out)
    belief = belief_of(options.draws)
    compile_once(options.quiet)
    with progress_bar("Simulating", options.quiet) as progress:
        found = find(asked, scenario, chosen, names, options.settings(), belief, progress)
    from scenarios.decisions.attribute_answer import answer_of_attribution

    return answer_of_attribution(found, options.out, options.quiet)


def outcome_names(text: str, as_sold: bool) -> tuple[str, ...]:
    """The outcomes named, with commas; InputError for one unknown, or one that says nothing here."""
    names = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    for name in names:
        if name not in OUTCOMES:
            remedy = suggestion(name, sorted(OUTCOMES), "outcomes")
            raise InputError(None, "--outcome", name, "is not an outcome", remedy)
        if name in OF_THE_NATION and not as_sold:
            problem = "counts whom the market reaches, and here everybody is taught"
            raise InputError(None, "--outcome", name, problem, "add --as-sold, or choose another")
    if not names:
        raise InputError(None, "--outcome", text, "names no outcome", "write productivity, for instance")
    return names


def subsets_of(scenario: Scenario, asked: Asked) -> list[Scenario]:
    """A scenario a subset of modules; taught whole unless asked for as sold."""
    found = [mix.scenario for mix in mixes(scenario, obligatory_first=not asked.any_first, adaptive=False)]
    return found if asked.as_sold else [_taught_whole(each) for each in found]


def _taught_whole(scenario: Scenario) -> Scenario:
    programme = scenario.programme
    assert programme is not None
    whole = programme.model_copy(update={"enrolment": "assigned", "continuation": 1.0})
    return scenario.model_copy(update={"programme": whole})


def find(
    asked: Asked,
    scenario: Scenario,
    subsets: Sequence[Scenario],
    names: tuple[str, ...],
    settings: Settings,
    belief: Belief,
    progress: Progress = SILENT,
) -> Attribution:
    """Simulate all subsets on the same enterprises, parameters and events; InputError if too few are seen."""
    if asked.as_sold:
        coarse, _ = coarsened(subsets, settings, asked.eligible)
        sold = evaluate(coarse, settings, asked.month, progress)
        outcomes, interrupted = sold.outcomes, sold.interrupted
    else:
        outcomes, interrupted = _taught(asked, subsets, settings, progress)
    found = Attribution(asked, scenario, settings, belief, names, outcomes, interrupted)
    for name in names:
        if not np.isfinite(outcomes.of(name)).all():
            raise InputError(
                None, "--outcome", name, "is undefined in some replicates: too few were seen so long",
                "simulate more --months, or choose another",
            )  # fmt: skip
    return found


def _taught(
    asked: Asked, subsets: Sequence[Scenario], settings: Settings, progress: Progress
) -> tuple[Outcomes, bool]:
    """Everybody of a few enterprises of the target taught each subset, from the first month."""
    first = subsets[0]
    programme = first.programme
    assert programme is not None
    months = min(first.months, max(asked.month, programme.follow_up_months) + WINDOW)
    short = [_shortened(each, months) for each in subsets]
    group = target_group(programme, first.population.tables)
    found = experiment(short, [group], settings, asked.month, enterprises=asked.taught, progress=progress)
    options = tuple(name_of(each.programme.modules) for each in subsets if each.programme is not None)
    values = found.values[:, :, 0]
    assert values.shape[2] == len(NAMES)
    return Outcomes(options, values, found.draws, found.parameters, found.month), found.interrupted


def _shortened(scenario: Scenario, months: int) -> Scenario:
    """The scenario over fewer months: what happens after everybody's follow-up is not looked at."""
    return scenario.model_copy(update={"months": months})


def target_group(programme: Programme, census: str | None) -> Group:
    """The programme's whole target, whenever it opens, as one group of an experiment."""
    opens = open_month(programme, load_census(census)) != NEVER
    sectors = tuple(int(sector) for sector in np.flatnonzero(opens.any(axis=1)))
    regions = tuple(int(region) for region in np.flatnonzero(opens.any(axis=0)))
    return Group("target", sectors, regions, programme.target.employees)
