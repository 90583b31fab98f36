"""What happens: population, state, submodels, the month, batches and paired effects.

The names below are the package's public face; each is imported when it is first used, so that
``import simulation`` costs nothing and Mesa and the compiler load only when they are needed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulation.agents import Enterprise, Worker
    from simulation.batch import RunResult, simulate
    from simulation.census import load_census
    from simulation.indicators import INDICATORS
    from simulation.inputs import InputError
    from simulation.model import ScoreModel
    from simulation.parameters import PARAMETERS, parameter_record
    from simulation.population import draw_population
    from simulation.programme import Programme, Scenario
    from simulation.scenario_files import load_scenario, shipped_scenarios
    from simulation.world import Run

__all__ = [
    "INDICATORS",
    "PARAMETERS",
    "Enterprise",
    "InputError",
    "Programme",
    "Run",
    "RunResult",
    "Scenario",
    "ScoreModel",
    "Worker",
    "draw_population",
    "load_census",
    "load_scenario",
    "parameter_record",
    "shipped_scenarios",
    "simulate",
]

_HOMES = {
    "agents": ("Enterprise", "Worker"),
    "batch": ("RunResult", "simulate"),
    "census": ("load_census",),
    "indicators": ("INDICATORS",),
    "inputs": ("InputError",),
    "model": ("ScoreModel",),
    "parameters": ("PARAMETERS", "parameter_record"),
    "population": ("draw_population",),
    "programme": ("Programme", "Scenario"),
    "scenario_files": ("load_scenario", "shipped_scenarios"),
    "world": ("Run",),
}
"""Which file of the package holds which public name."""


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            value = globals()[name] = getattr(import_module(f"simulation.{home}"), name)
            return value
    raise AttributeError(f"module 'simulation' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
