"""The arms of a comparison: whether they can be paired, and the world without a programme."""

from __future__ import annotations

from collections.abc import Sequence

from simulation.inputs import InputError
from simulation.parameters import PARAMETERS
from simulation.population import entry_settings
from simulation.programme import Scenario

COUNTERFACTUAL = "no_programme"
"""The shipped baseline that takes its world from the scenarios it is compared with."""

WORLD = (
    "months", "start_month", "start_year", "price_year", "price_level", "wage_level", "population",
    "parameters",
)  # fmt: skip
"""Fields of a scenario that describe the world rather than the programme."""

PAIRED = ("months", "start_month", "price_year", "price_level", "wage_level")
"""Fields that must be the same in two arms for them to be compared."""


FEWEST_REPLICATES = 4
"""Two pairs of replicates, one with the same enterprises and one with others: the least for an interval."""


def counterfactual(baseline: Scenario, scenarios: Sequence[Scenario]) -> Scenario:
    """The world of ``scenarios`` without their programme, if ``baseline`` is the shipped counterfactual.

    Otherwise ``baseline`` as it is. Raises InputError if the scenarios' worlds have different parameters:
    the difference to one baseline would then not be the programmes' alone.
    """
    if baseline.name != COUNTERFACTUAL:
        return baseline
    first = scenarios[0]
    for scenario in scenarios[1:]:
        differing = sorted(_of_the_world(first).items() ^ _of_the_world(scenario).items())
        if differing:
            raise InputError(
                scenario.name, f"parameters.{differing[0][0]}", scenario.parameters.get(differing[0][0]),
                f"is not that of {first.name}, so one world without a programme does not fit both",
                "give both the same, compare them one at a time, or name a --baseline",
            )  # fmt: skip
    return baseline.model_copy(update={name: getattr(first, name) for name in WORLD})


def _of_the_world(scenario: Scenario) -> dict[str, float]:
    """The scenario's parameters that change what happens, not only what it costs."""
    return {
        name: value for name, value in scenario.parameters.items() if PARAMETERS[name].submodel != "costs"
    }


def check_arms(baseline: Scenario, scenarios: Sequence[Scenario], replicates: int) -> None:
    """Raise InputError unless the arms can be paired, ``replicates`` times."""
    if replicates < FEWEST_REPLICATES or replicates % 2:
        raise InputError(
            None,
            "--replicates",
            replicates,
            f"must be an even number from {FEWEST_REPLICATES} on",
            "write 48, for instance",
        )
    for scenario in scenarios:
        for name in PAIRED:
            if getattr(scenario, name) != getattr(baseline, name):
                raise InputError(
                    scenario.name, name, getattr(scenario, name),
                    f"differs from the baseline's {getattr(baseline, name)}, so the two cannot be paired",
                    "give both the same" + (", for instance with --months" if name == "months" else ""),
                )  # fmt: skip
        if entry_settings(scenario.parameters) != entry_settings(baseline.parameters):
            raise InputError(
                scenario.name, "parameters", None,
                "entry or cluster size differs from the baseline's, so the enterprises are not the same",
                "give both scenarios the same entry_rate, entrant_size and cluster_size",
            )  # fmt: skip
        if scenario.population.tables != baseline.population.tables:
            raise InputError(
                scenario.name, "population.tables", scenario.population.tables, "differs from the baseline's",
                "compare scenarios on the same tables",
            )  # fmt: skip
        if scenario.programme is None and len(scenarios) == 1:
            raise InputError(
                scenario.name,
                "programme",
                None,
                "there is none, so nothing can be compared",
                "choose another",
            )
