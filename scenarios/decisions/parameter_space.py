"""Which parameters a sweep varies, and over what: priors, the posterior's margins, or ranges that are given.

Samplers work in the unit cube; a point is brought to parameter values by each parameter's quantile function.
Parameters are taken as independent. Those of the posterior are not, so that its margins span more than it
does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from calibration.belief import Belief, Posterior
from simulation.inputs import InputError, suggestion
from simulation.parameters import FREE, PARAMETERS
from simulation.population import ENTRY_PARAMETERS
from simulation.programme import Scenario

FloatArray = NDArray[np.float64]

EDGE = 1e-3
"""Probability left out at each end of a distribution: the ends of some priors lie far out."""

TRIM = 0.05
"""The same for methods that put a large share of their points at the ends (Morris)."""


@dataclass(frozen=True, eq=False)
class ParameterSpace:
    """The parameters of a sweep.

    Attributes:
        names: of the parameters, in the registry's order.
        ranges: (low, high) of those spread evenly over a range instead of their distribution.
        posterior: whose margins hold for the parameters that it has; None: priors.
        edge: probability left out at each end of distributions.

    """

    names: tuple[str, ...]
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    posterior: Posterior | None = None
    edge: float = EDGE

    @property
    def submodels(self) -> tuple[str, ...]:
        """The submodel of each parameter."""
        return tuple(PARAMETERS[name].submodel for name in self.names)

    def distribution(self, name: str) -> str:
        """What a parameter is drawn from: "range", "posterior" or "prior"."""
        if name in self.ranges:
            return "range"
        return "posterior" if self.posterior is not None and name in self.posterior.names else "prior"

    def values(self, points: FloatArray) -> FloatArray:
        """Parameter values (points, parameters), in the registry's units, of ``points`` in the unit cube."""
        columns = [self.quantile(name, points[:, i]) for i, name in enumerate(self.names)]
        return np.stack(columns, axis=1)

    def quantile(self, name: str, probability: FloatArray) -> FloatArray:
        """Values of one parameter at ``probability`` (any shape, 0..1) of what it is drawn from."""
        if name in self.ranges:
            low, high = self.ranges[name]
            return low + probability * (high - low)
        inner = self.edge + (1.0 - 2.0 * self.edge) * probability
        if self.posterior is not None and name in self.posterior.names:
            return np.quantile(self.posterior.rows[:, self.posterior.names.index(name)], inner)
        return PARAMETERS[name].quantile(inner)

    def records(self) -> list[dict[str, object]]:
        """One record a parameter: submodel, unit, what it is drawn from, and between which values."""
        ends = self.values(np.array([[0.0], [1.0]]) * np.ones(len(self.names)))
        return [
            {
                "parameter": name, "submodel": PARAMETERS[name].submodel, "unit": PARAMETERS[name].unit,
                "distribution": self.distribution(name), "low": float(low), "high": float(high),
            }
            for name, low, high in zip(self.names, *ends, strict=True)
        ]  # fmt: skip


def space_of(
    asked: Sequence[str],
    ranges: Mapping[str, tuple[float, float]],
    belief: Belief,
    scenario: Scenario,
    edge: float = EDGE,
) -> ParameterSpace:
    """The space of the parameters and submodels ``asked`` for (none: all free ones) and those with a range.

    Where none is asked for but ranges are given, these are the space. Parameters that the scenario fixes are
    left out of submodels. Raises InputError where one is unknown, has no distribution, is fixed by the
    scenario or shapes the population that all runs share.
    """
    chosen: set[str] = set(ranges)
    submodels = sorted({PARAMETERS[name].submodel for name in FREE})
    for name in asked or ([] if ranges else submodels):
        if name in submodels:
            members = (free for free in FREE if PARAMETERS[free].submodel == name)
            chosen |= {free for free in members if free not in scenario.parameters}
        else:
            _check_known(name, submodels)
            chosen.add(name)
    for name in chosen:
        _check_free(name, ranges, scenario)
    names = tuple(name for name in PARAMETERS if name in chosen)
    return ParameterSpace(names, dict(ranges), belief.posterior, edge)


def _check_known(name: str, submodels: Sequence[str]) -> None:
    if name not in PARAMETERS:
        remedy = suggestion(name, [*submodels, *FREE], "submodels and parameters")
        raise InputError(None, "--parameters", name, "is neither a parameter nor a submodel", remedy)


def _check_free(name: str, ranges: Mapping[str, tuple[float, float]], scenario: Scenario) -> None:
    option = "--range" if name in ranges else "--parameters"
    if name in scenario.parameters:
        raise InputError(
            None, option, name, f"is fixed by the scenario {scenario.name}",
            "take it out of the scenario's [parameters], or leave it out here",
        )  # fmt: skip
    if name in ENTRY_PARAMETERS:
        problem = "shapes the enterprises drawn, which all points share"
        raise InputError(None, option, name, problem, "compare scenarios that differ in it instead")
    if name not in ranges and not PARAMETERS[name].is_free:
        remedy = f"give it one: --range {name}=low:high"
        raise InputError(None, option, name, "is fixed and has no distribution", remedy)


def parse_ranges(texts: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Ranges by name of texts such as ``visit_adoption=0.3:0.7``; InputError for what cannot be."""
    ranges: dict[str, tuple[float, float]] = {}
    for text in texts:
        name, equals, span = text.partition("=")
        name = name.strip()
        try:
            low, high = (float(end) for end in span.split(":"))
        except ValueError:
            low = high = float("nan")
        if not equals or not low < high:
            remedy = "write --range name=low:high, such as visit_adoption=0.3:0.7"
            raise InputError(None, "--range", text, "is not a name with a range", remedy)
        if name not in PARAMETERS:
            raise InputError(
                None, "--range", name, "is not a parameter", suggestion(name, PARAMETERS, "parameters")
            )
        known = PARAMETERS[name]
        if low < known.low or high > known.high:
            problem = f"goes beyond {known.low:g} to {known.high:g} {known.unit}, the bounds of {name}"
            raise InputError(None, "--range", text, problem, "narrow it")
        if name in ranges:
            raise InputError(None, "--range", name, "is given twice", "give each parameter one range")
        ranges[name] = (low, high)
    return ranges
