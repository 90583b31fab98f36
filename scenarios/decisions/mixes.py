"""The mixes of modules that a scenario could offer, and the policy that SCORE follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from simulation.inputs import InputError
from simulation.parameters import MODULES
from simulation.programme import Scenario

FIRST = "cooperation"
"""The module that every enterprise starts with unless that is waived."""

ADAPTIVE = "adaptive"
"""Name of the policy that SCORE follows: all modules on offer, after the first that of the largest gap."""

SHORT = {
    "cooperation": "cooperation", "quality": "quality", "cleaner_production": "cleaner production",
    "safety": "safety", "human_resources": "human resources",
}  # fmt: skip
"""What modules are called in the names of mixes."""


@dataclass(frozen=True)
class Mix:
    """One mix: its name, its modules in order, and the scenario that offers them."""

    name: str
    modules: tuple[str, ...]
    scenario: Scenario

    @property
    def title(self) -> str:
        """The mix for people: "cooperation, safety", "all five", "largest gap first (SCORE)"."""
        if self.name == ADAPTIVE:
            return "largest gap first, as SCORE does"
        if len(self.modules) == len(MODULES):
            return "all five"
        return ", ".join(SHORT[module] for module in self.modules)


def subsets(obligatory_first: bool) -> list[tuple[str, ...]]:
    """Subsets of the modules in their order, the smallest first: 16 with the first obligatory, else 31."""
    free = MODULES[1:] if obligatory_first else MODULES
    first = (FIRST,) if obligatory_first else ()
    chosen = [first + rest for size in range(len(free) + 1) for rest in combinations(free, size)]
    return [subset for subset in chosen if subset]


def name_of(modules: Sequence[str]) -> str:
    """The mix's name in tables: its modules joined by plus signs."""
    return "+".join(modules)


def mixes(scenario: Scenario, *, obligatory_first: bool = True, adaptive: bool = True) -> list[Mix]:
    """Every mix of modules in the world and market of ``scenario``, taught in the order of the modules.

    With ``adaptive`` also SCORE's own policy: all five on offer, and each enterprise goes on with the module
    of its largest gap. Raises InputError if the scenario has no programme.
    """
    programme = scenario.programme
    if programme is None:
        raise InputError(
            scenario.name,
            "programme",
            None,
            "there is none, so there is nothing to mix",
            "choose a scenario with one",
        )

    def offering(name: str, modules: tuple[str, ...], order: str) -> Mix:
        offered = programme.model_copy(
            update={
                "modules": modules,
                "order": order,
                "obligatory_first": FIRST in modules and obligatory_first,
            }
        )
        return Mix(name, modules, scenario.model_copy(update={"name": name, "programme": offered}))

    found = [offering(name_of(modules), modules, "listed") for modules in subsets(obligatory_first)]
    if adaptive:
        found.append(offering(ADAPTIVE, tuple(MODULES), "largest_gap"))
    return found
