"""The parameter registry: every number of the model, with unit, prior, source and confidence.

The registry is the table ``data/parameters.csv``; scenario files, prior draws, the compiled month, the
reference model and the reports all read it here. A parameter that exists once per module is five rows,
``productivity_gain.quality`` and so on, and one field of five numbers in the compiled record.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MODULES = ("cooperation", "quality", "cleaner_production", "safety", "human_resources")
"""The five SCORE modules, in the programme's order; an array over modules has this order everywhere."""

COOPERATION, QUALITY, CLEANER_PRODUCTION, SAFETY, HUMAN_RESOURCES = range(5)

_PRIOR = re.compile(r"^(\w+)(?:\(([^)]*)\))?$")


@dataclass(frozen=True)
class Parameter:
    """One parameter of the model.

    ``prior`` is ``fixed`` (never varied) or a distribution: ``normal(mean, sd)``, ``lognormal(median, sd of
    the log)``, ``beta(a, b)`` or ``uniform(low, high)``; draws are truncated to ``low``..``high``, which
    are also the bounds of an override. ``confidence`` grades ``source``: SEEN, SEEN_DERIVED, RECALLED_*
    or ASSUMPTION.
    """

    name: str
    submodel: str
    unit: str
    default: float
    prior: str
    low: float
    high: float
    confidence: str
    source: str
    meaning: str

    @property
    def is_free(self) -> bool:
        """Whether the parameter has a prior, so that draws vary it."""
        return self.prior != "fixed"

    @cached_property
    def distribution(self) -> Any:
        """The prior as a frozen scipy distribution (not truncated); raises ValueError if fixed."""
        from scipy import stats  # slow to import, and only draws from the priors need it

        match = _PRIOR.match(self.prior)
        kind = match.group(1) if match else self.prior
        numbers = [float(x) for x in match.group(2).split(",")] if match and match.group(2) else []
        if kind == "normal":
            return stats.norm(*numbers)
        if kind == "lognormal":
            median, spread = numbers
            return stats.lognorm(s=spread, scale=median)
        if kind == "beta":
            return stats.beta(*numbers)
        if kind == "uniform":
            return stats.uniform(numbers[0], numbers[1] - numbers[0])
        raise ValueError(f"parameter {self.name} has no prior distribution ({self.prior!r})")

    def quantile(self, probability: NDArray[np.float64]) -> NDArray[np.float64]:
        """Quantiles of the prior truncated to ``low``..``high``; ``probability`` in 0..1, any shape."""
        bottom, top = self.distribution.cdf([self.low, self.high])
        return np.clip(self.distribution.ppf(bottom + probability * (top - bottom)), self.low, self.high)


def read_registry(path: Path) -> dict[str, Parameter]:
    """Read a registry table; the order of rows is the order of prior draws, so append at the end."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    registry = {}
    for row in rows:
        numbers: dict[str, Any] = {key: float(row[key]) for key in ("default", "low", "high")}
        words: dict[str, Any] = {key: value for key, value in row.items() if key not in numbers}
        parameter = Parameter(**words, **numbers)
        if not parameter.low <= parameter.default <= parameter.high:
            raise ValueError(
                f"{path.name}: default of {parameter.name} is outside {parameter.low}..{parameter.high}"
            )
        registry[parameter.name] = parameter
    return registry


PARAMETERS: dict[str, Parameter] = read_registry(Path(__file__).parent / "data" / "parameters.csv")
"""All parameters by name."""

FREE: tuple[str, ...] = tuple(name for name, parameter in PARAMETERS.items() if parameter.is_free)
"""Names of the parameters that have a prior, in the registry's order."""


def _record_type() -> np.dtype:
    fields: dict[str, Any] = {}
    for name in PARAMETERS:
        base = name.partition(".")[0]
        fields[base] = (base, "f8", (len(MODULES),)) if "." in name else (base, "f8")
    return np.dtype(list(fields.values()), align=True)


PARAMETER_RECORD = _record_type()
"""Type of the record that compiled submodels read: one float64 a parameter, five for one with modules."""


def check_override(name: str, value: float) -> None:
    """Raise ValueError if ``name`` is no parameter or ``value`` is outside its bounds."""
    if name not in PARAMETERS:
        import difflib

        near = difflib.get_close_matches(name, PARAMETERS, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"no parameter is called {name!r}{hint}")
    parameter = PARAMETERS[name]
    if not parameter.low <= value <= parameter.high:
        raise ValueError(f"{name} must lie between {parameter.low:g} and {parameter.high:g} {parameter.unit}")


def parameter_record(values: Mapping[str, float] | None = None) -> NDArray[Any]:
    """A record array of length one with all defaults, changed by ``values`` (name to value)."""
    record = _defaults().copy()
    for name, value in (values or {}).items():
        check_override(name, float(value))
        _put(record, name, float(value))
    return record


@cache
def _defaults() -> NDArray[Any]:
    record = np.zeros(1, PARAMETER_RECORD)
    for name, parameter in PARAMETERS.items():
        _put(record, name, parameter.default)
    return record


def _put(record: NDArray[Any], name: str, value: float) -> None:
    base, _, module = name.partition(".")
    if module:
        record[base][0, MODULES.index(module)] = value
    else:
        record[base] = value
