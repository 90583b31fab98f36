"""The options of a ranking of mixes: mixes of modules, times delivery modes, times subsidy paths."""

from __future__ import annotations

from dataclasses import dataclass

from scenarios.decisions.mixes import Mix, mixes
from simulation.inputs import InputError, suggestion
from simulation.parameters import PARAMETERS
from simulation.programme import Programme, Scenario
from simulation.programme_parts import DELIVERY_MODES, Delivery, SubsidyStep
from simulation.scenario_files import load_scenario, shipped_scenarios


@dataclass(frozen=True)
class Option:
    """One option: a mix, and the delivery and subsidy it was asked with ("": the scenario's own)."""

    mix: Mix
    delivery: str
    subsidy: str
    scenario: Scenario

    @property
    def name(self) -> str:
        """Its name in tables."""
        return self.scenario.name

    @property
    def title(self) -> str:
        """Its name for people."""
        subsidy = f"subsidy {self.subsidy}" if self.subsidy else ""
        return "; ".join(filter(None, [self.mix.title, self.delivery.replace("_", " "), subsidy]))


def options_of(
    scenario: Scenario, *, obligatory_first: bool = True, deliveries: str = "", subsidies: str = ""
) -> list[Option]:
    """Every mix, in every delivery mode and under every subsidy path asked for (names with commas).

    A subsidy path is a share, or a shipped scenario whose subsidy is taken. Raises InputError for what is
    unknown or named twice, or where the scenario has no programme.
    """
    found = []
    modes = _parts(deliveries, "--deliveries")
    paths = {name: _subsidy(name) if name else None for name in _parts(subsidies, "--subsidies")}
    for mix in mixes(scenario, obligatory_first=obligatory_first):
        for delivery in modes:
            for subsidy, steps in paths.items():
                programme = mix.scenario.programme
                assert programme is not None
                if delivery:
                    programme = _delivered(programme, delivery)
                if steps is not None:
                    programme = programme.model_copy(update={"subsidy": steps})
                name = ", ".join(filter(None, [mix.name, delivery, f"subsidy {subsidy}" if subsidy else ""]))
                changed = mix.scenario.model_copy(update={"name": name, "programme": programme})
                found.append(Option(mix, delivery, subsidy, changed))
    return found


def _parts(text: str, option: str) -> list[str]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    for number, part in enumerate(parts):
        if part in parts[:number]:
            raise InputError(None, option, part, "is named twice", "name each once")
    return parts or [""]


def _delivered(programme: Programme, mode: str) -> Programme:
    """The programme in another delivery mode; the first price moves with the trainer days of a module."""
    if mode not in DELIVERY_MODES:
        remedy = suggestion(mode, sorted(DELIVERY_MODES), "delivery modes")
        raise InputError(None, "--deliveries", mode, "is not a delivery mode", remedy)
    delivery = Delivery.model_validate({"mode": mode, "trainer_quality": programme.delivery.trainer_quality})
    visit_days = PARAMETERS["visit_days"].default
    before = programme.delivery.trainer_days_per_module(visit_days)
    ratio = delivery.trainer_days_per_module(visit_days) / before
    return programme.model_copy(
        update={"delivery": delivery, "price_per_module": programme.price_per_module * ratio}
    )


def _subsidy(text: str) -> tuple[SubsidyStep, ...]:
    try:
        share = float(text)
    except ValueError:
        return _subsidy_of_scenario(text)
    if not 0.0 <= share <= 1.0:
        raise InputError(None, "--subsidies", text, "is not a share", "write a number from 0 to 1")
    return (SubsidyStep(from_month=0, share=share),)


def _subsidy_of_scenario(name: str) -> tuple[SubsidyStep, ...]:
    paths = [shipped for shipped in shipped_scenarios() if load_scenario(shipped).programme is not None]
    if name not in paths:
        remedy = suggestion(name, paths, "scenarios with a subsidy")
        raise InputError(
            None, "--subsidies", name, "is neither a share nor a scenario with a subsidy", remedy
        )
    programme = load_scenario(name).programme
    assert programme is not None
    return programme.subsidy
