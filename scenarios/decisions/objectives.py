"""What an option is judged by: effects on the enterprises trained, money, reach, and weighted objectives.

Every outcome is one number an option and replicate. Effects are those of :data:`simulation.indicators`
on the trained, at one month since the first class; money is present value over the follow-up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.wording import UNITS, effect_unit
from simulation.indicators import INDICATORS
from simulation.inputs import InputError, suggestion

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Outcome:
    """One outcome of an option; ``better`` is +1 where more is better, -1 where less is, 0 where neither."""

    name: str
    label: str
    unit: str
    better: int


def _effects() -> dict[str, Outcome]:
    found = {}
    for name, indicator in INDICATORS.items():
        unit = effect_unit(indicator.unit) if indicator.effect == "difference" else UNITS["%"]
        found[name] = Outcome(name, indicator.label, unit, indicator.better)
    return found


MONEY = (
    Outcome("net_benefit", "Net benefit", "yuan per enterprise trained", 1),
    Outcome("benefit", "Benefit", "yuan per enterprise trained", 1),
    Outcome("resources", "Resources used", "yuan per enterprise trained", -1),
    Outcome("total_net_benefit", "Net benefit in all", "yuan", 1),
    Outcome("total_resources", "Resources used in all", "yuan", -1),
    Outcome("programme_cost", "Cost to the programme", "yuan", -1),
    Outcome("trained", "Enterprises trained", "enterprises", 1),
    Outcome("trainer_days", "Trainer days", "days", -1),
)
"""Outcomes besides effects. ``total_...``: of all that were trained; ``programme_cost``, ``trained`` and
``trainer_days`` are the nation's over the whole run."""

OUTCOMES: dict[str, Outcome] = _effects() | {outcome.name: outcome for outcome in MONEY}
"""All outcomes by name, in the order of the last axis of :class:`scenarios.decisions.outcomes.Outcomes`."""

DIMENSIONS: dict[str, tuple[str, ...]] = {
    "productivity": ("productivity",),
    "decent_work": ("injury_rate", "turnover_rate", "wage", "employment_women"),
    "environment": ("energy_intensity", "waste_intensity"),
}
"""SCORE's aims, each made of effects that count alike (in standard deviations over options and draws)."""


def parse_objective(text: str, field: str = "--objective") -> dict[str, float]:
    """Weights by outcome or dimension of, say, ``productivity=2,decent_work=1`` or ``net_benefit``.

    One without a number weighs 1. Raises InputError, naming the option ``field``, for what is unknown, named
    twice, or not a positive number.
    """
    weights: dict[str, float] = {}
    known = {name for name, outcome in OUTCOMES.items() if outcome.better} | set(DIMENSIONS)
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, number = part.partition("=")
        name = name.strip()
        if name not in known:
            raise InputError(
                None,
                field,
                name,
                "is not an objective",
                suggestion(name, sorted(known), "objectives"),
            )
        if name in weights:
            raise InputError(None, field, name, "is named twice", "name each objective once")
        weights[name] = _weight(name, number, field)
    if not weights:
        raise InputError(None, field, text, "names no objective", "write net_benefit, for instance")
    return weights


def _weight(name: str, number: str, field: str) -> float:
    try:
        weight = float(number or 1.0)
    except ValueError:
        weight = float("nan")
    if not (np.isfinite(weight) and weight > 0.0):
        problem = f"is not a weight of {name}"
        raise InputError(None, field, number, problem, f"write {name}=1, or another positive number")
    return weight


def score(
    values: FloatArray, names: Sequence[str], weights: Mapping[str, float], like: FloatArray | None = None
) -> FloatArray:
    """The objective (replicates, options), more is better, of ``values`` (replicates, options, outcomes).

    A single outcome stays in its unit (turned round where less is better). Of several, each is divided by its
    standard deviation over options and replicates before it is weighted; a dimension is the mean of its
    effects so divided. Weights are brought to the sum 1. ``like`` gives the values whose standard deviations
    are taken, so that the scores of further replicates are in the units of the first.
    """
    if len(weights) == 1 and (only := next(iter(weights))) in OUTCOMES:
        return OUTCOMES[only].better * values[:, :, names.index(only)]
    total = sum(weights.values())
    parts = [weight / total * standardised(values, names, name, like) for name, weight in weights.items()]
    return np.sum(parts, axis=0)


def standardised(
    values: FloatArray, names: Sequence[str], objective: str, like: FloatArray | None = None
) -> FloatArray:
    """An outcome or dimension in standard deviations over options and replicates, more is better.

    Standard deviations are those of ``like``, or of the values themselves.
    """
    parts, like = [], values if like is None else like
    for name in DIMENSIONS.get(objective, (objective,)):
        column = OUTCOMES[name].better * values[:, :, names.index(name)]
        spread = float(np.nanstd(like[:, :, names.index(name)]))
        parts.append(column / spread if spread > 0.0 else np.zeros_like(column))
    return np.mean(parts, axis=0)
