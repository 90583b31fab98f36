"""The evidence in one list: effects of trials and national levels as targets, in units that can be pooled.

Effects on productivity, scale, profit, defects, injuries, turnover, absence and energy are compared in log
points times 100 (about per cent), whatever unit a study chose; practices in points of 100. Directions are
kept apart: they are checked and never fitted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from calibration.likelihood import Direction, Target, typical_effect
from calibration.moments import Level, published_levels
from calibration.trial_files import Outcome, Trial

DISCREPANCY = 0.25
"""Standard deviation of what the model leaves out of an effect, as a share of its class's typical effect."""
LEVEL_DISCREPANCY = 0.05
"""The same of a national level, as a share of the level."""
NO_EFFECT = 0.5
"""Size up to which an effect counts as none, as a share of its class's typical effect."""

LOG_POINTS = 100.0
LEAST_RATIO = 0.01
"""Least ratio of two arms, so that its logarithm is a number."""

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Effect:
    """One outcome of one trial: where it stands, and what it is compared in.

    ``column`` is its place among the simulated effects of all trials.
    """

    trial: Trial
    outcome: Outcome
    column: int

    @property
    def name(self) -> str:
        """Trial and outcome."""
        return f"{self.trial.name}: {self.outcome.name}"

    @property
    def unit(self) -> str:
        """Unit in which published and simulated effect are compared."""
        if self.outcome.scale in ("log", "percent"):
            return "log points x 100"
        return {"points": "points", "level": "level"}.get(self.outcome.scale, "standard deviations")

    @property
    def outcome_class(self) -> str:
        """Class of outcome and its unit: within it errors are pooled and forecasts compared."""
        return f"{self.outcome.outcome_class}, {self.unit}"

    def in_unit(self, effect: FloatArray | float) -> FloatArray:
        """An effect on the study's scale in the unit of comparison."""
        values = np.asarray(effect, np.float64)
        if self.outcome.scale == "log":
            return LOG_POINTS * values
        if self.outcome.scale == "percent":
            return LOG_POINTS * np.log(np.maximum(LEAST_RATIO, 1.0 + values / 100.0))
        return values

    @property
    def standard_error(self) -> float | None:
        """The published standard error in the unit of comparison; None if none was published."""
        error = self.outcome.standard_error
        if error is None or self.outcome.scale not in ("log", "percent"):
            return error
        if self.outcome.scale == "log":
            return LOG_POINTS * error
        return error / max(LEAST_RATIO, 1.0 + self.outcome.published / 100.0)


def effects_of(trials: Sequence[Trial]) -> list[Effect]:
    """All outcomes of ``trials``, in the order in which their effects are simulated."""
    pairs = [(trial, outcome) for trial in trials for outcome in trial.outcomes]
    return [Effect(trial, outcome, column) for column, (trial, outcome) in enumerate(pairs)]


def in_units(effects: Sequence[Effect], simulated: FloatArray) -> FloatArray:
    """Simulated ``effects`` (draws, effects) on their studies' scales in the units of comparison."""
    return np.column_stack([effect.in_unit(simulated[:, effect.column]) for effect in effects])


def sizes_of(effects: Sequence[Effect]) -> list[Effect]:
    """Those of which a size was published."""
    return [effect for effect in effects if not effect.outcome.direction_only]


def effect_targets(effects: Sequence[Effect], known: Sequence[Effect]) -> list[Target]:
    """Targets of the ``effects`` of known size; discrepancies are pooled from the ``known``."""
    plain = [_target(effect, known) for effect in known]
    return [with_discrepancy(_target(effect, known), plain) for effect in effects]


def _target(effect: Effect, known: Sequence[Effect]) -> Target:
    return Target(
        name=effect.name,
        study=effect.trial.study,
        outcome=effect.outcome_class,
        published=float(effect.in_unit(effect.outcome.published)),
        se=effect.standard_error or _error_of_a_null(effect, known),
        abroad=effect.trial.country != "China",
    )


def with_discrepancy(target: Target, plain: Sequence[Target]) -> Target:
    """A share of the class's typical effect, or error where nothing was found: not of the effect foretold.

    Of a class that the fitted studies do not know, the effect itself is all there is.
    """
    size = max(typical_effect(target.outcome, plain), target.se or 0.0) or abs(target.published)
    return replace(target, discrepancy=DISCREPANCY * size)


def _error_of_a_null(effect: Effect, known: Sequence[Effect]) -> float | None:
    """Where all studies of a class report no effect and no error: the median error of others in its unit.

    None where the class knows better: an error or an effect of another study.
    """
    same = [other for other in known if other.outcome_class == effect.outcome_class] or [effect]
    if any(other.outcome.published != 0.0 or other.standard_error for other in same):
        return None
    errors = [other.standard_error for other in known if other.unit == effect.unit]
    published = [error for error in errors if error]
    return float(np.median(published)) if published else None


def level_targets(levels: Sequence[Level] | None = None) -> list[Target]:
    """Targets of the national levels."""
    return [
        Target(
            name=f"level: {level.name}",
            study=f"level: {level.name}",
            outcome=f"level: {level.name}",
            published=level.value,
            se=level.standard_error,
            discrepancy=LEVEL_DISCREPANCY * level.value,
        )
        for level in (published_levels() if levels is None else levels)
    ]


def directions_of(effects: Sequence[Effect], known: Sequence[Effect]) -> list[Direction]:
    """What is known of the ``effects`` of which only a direction was published."""
    plain = [_target(effect, known) for effect in known]
    return [
        Direction(
            effect.name,
            effect.trial.study,
            int(effect.outcome.published),
            NO_EFFECT * (typical_effect(effect.outcome_class, plain) or 1.0),
        )
        for effect in effects
        if effect.outcome.direction_only
    ]
