"""What an allocation is asked: scenario, budget, years, and the short list of mixes; checked before it
takes time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from scenarios.compare import Settings
from scenarios.decisions.allocation_cells import cells_of, trainer_days
from scenarios.decisions.mixes import FIRST, Mix, mixes, name_of
from simulation.census import load_census
from simulation.indicators import WINDOW
from simulation.inputs import InputError, suggestion
from simulation.parameters import MODULES, PARAMETERS
from simulation.programme import Scenario

DEFAULT_MIXES = (
    "cooperation,cooperation+quality,cooperation+cleaner_production,cooperation+safety," + name_of(MODULES)
)
"""The short list of mixes."""

START_UP = 12
"""Months beyond the follow-up that are simulated, so that all who wait for a class are followed to its
end.
"""


@dataclass(frozen=True)
class Question:
    """What is asked: ``budget`` in yuan over ``years``; ``weights`` of the objective; ``least`` enterprises
    of a batch; ``most`` the share of a cell that may begin a year; ``enterprises`` trained in each cell of
    the experiment; ``robust``: whether the robust plan is wanted.
    """

    scenario: Scenario
    budget: float
    years: int
    mixes: tuple[Mix, ...]
    weights: dict[str, float]
    least: float
    most: float
    enterprises: int
    settings: Settings
    robust: bool = True

    @property
    def in_yuan(self) -> bool:
        """Whether the objective is net benefit, yuan of present value."""
        return list(self.weights) == ["net_benefit"]


def short_list(scenario: Scenario, text: str) -> tuple[Mix, ...]:
    """The mixes named in ``text``, by commas, each its modules joined by plus signs; "all" is all five.

    The modules come in their order. Whoever is allotted a mix gets the whole of it, and the programme pays in
    all years what it pays in its first month: enrolment is given here, so that a falling subsidy would only
    look like thrift. Raises InputError for what is unknown or named twice.
    """
    known = {frozenset(mix.modules): mix for mix in mixes(scenario, obligatory_first=False, adaptive=False)}
    found: dict[str, Mix] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        modules = MODULES if part == "all" else [module.strip() for module in part.split("+")]
        for module in modules:
            if module not in MODULES:
                remedy = suggestion(module, MODULES, "modules")
                raise InputError(None, "--mixes", part, f"holds {module}, which is no module", remedy)
        mix = known[frozenset(modules)]
        if mix.name in found:
            raise InputError(None, "--mixes", part, "is named twice", "name each mix once")
        found[mix.name] = replace(mix, scenario=_given(mix))
    if not found:
        raise InputError(
            None, "--mixes", text, "names no mix", "write cooperation,cooperation+safety, for instance"
        )
    return tuple(found.values())


def _given(mix: Mix) -> Scenario:
    """The mix's scenario with the whole mix for all who begin, under the subsidy of its first month."""
    programme = mix.scenario.programme
    assert programme is not None
    first = [step.from_month for step in programme.subsidy if step.from_month <= programme.first_month]
    at_start = max(first, default=programme.subsidy[0].from_month)
    subsidy = tuple(
        step.model_copy(update={"from_month": 0}) for step in programme.subsidy if step.from_month == at_start
    )
    given = programme.model_copy(
        update={
            "continuation": 1.0, "subsidy": subsidy, "order": "listed", "budget": None,
            "obligatory_first": FIRST in mix.modules,
        }
    )  # fmt: skip
    months = -(-(programme.follow_up_months + START_UP) // WINDOW) * WINDOW
    return mix.scenario.model_copy(update={"programme": given, "months": months})


def check_smallest(question: Question) -> None:
    """Refuse, before anything is simulated, a budget or trainers that surely suffice for no batch, and cells
    too small.

    Costs are known only from the simulation; here they are those of default parameters. Raises InputError.
    """
    tables = load_census(question.scenario.population.tables)
    cells = cells_of(question.scenario, tables, max(1.0, question.least) / question.most)
    programme = question.mixes[0].scenario.programme
    assert programme is not None
    assert question.scenario.programme is not None
    modules, smallest = min(len(mix.modules) for mix in question.mixes), max(1.0, question.least)
    share = max(step.share for step in programme.subsidy)
    supervised = programme.supervision * PARAMETERS["supervision_cost"].default
    module = share * programme.price_per_module + PARAMETERS["overhead_per_module"].default + supervised
    needed = smallest * modules * module
    if question.budget < SURELY * needed:
        raise InputError(
            None, "--budget", f"{question.budget:g}",
            f"does not pay the smallest batch: {smallest:g} enterprises at about {modules * module:,.0f} "
            "yuan each",
            f"write {1.5 * needed:.2g} or more, or a smaller --least",
        )  # fmt: skip
    days = modules * programme.delivery.trainer_days_per_module(PARAMETERS["visit_days"].default)
    capacity = trainer_days(question.scenario.programme, tables, cells, question.years)
    if float(capacity.max(initial=0.0)) < SURELY * smallest * days:
        raise InputError(
            question.scenario.name, "programme.trainers", question.scenario.programme.trainers,
            f"give no macro-region the days to train a smallest batch of {smallest:g} enterprises in a year",
            "give the scenario more trainers, or write a smaller --least",
        )  # fmt: skip


SURELY = 0.5
"""Part of the default cost below which no draw of the parameters makes a batch affordable."""
