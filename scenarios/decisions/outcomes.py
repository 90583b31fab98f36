"""Outcomes of options over paired replicates: what rankings, attribution and discovery start from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scenarios.compare import Comparison
from scenarios.decisions.objectives import OUTCOMES
from scenarios.effect_tables import ArmSums
from simulation.indicators import INDICATORS, WINDOW
from simulation.inputs import InputError
from simulation.programme_items import programme_items

FloatArray = NDArray[np.float64]
NAMES = tuple(OUTCOMES)
"""Names of the outcomes along the last axis of the values."""


@dataclass(frozen=True, eq=False)
class Outcomes:
    """What each option did in each replicate.

    All options of a replicate share its parameters, enterprises and events, so that differences between
    options within a replicate are the options' doing. Replicates 2k and 2k + 1 share parameter draw
    ``draws[2k]``.

    Attributes:
        options: names of the options.
        values: (replicates, options, outcomes in the order of ``NAMES``); NaN where an outcome is undefined.
        draws: number of the parameter draw of each replicate (replicates,).
        parameters: the draws' values by parameter name, by number of the draw; what is missing is at its
        default.
        month: months since the first class at which effects are read.

    """

    options: tuple[str, ...]
    values: FloatArray
    draws: NDArray[np.int64]
    parameters: Sequence[Mapping[str, float]]
    month: int

    def of(self, name: str) -> FloatArray:
        """One outcome (replicates, options)."""
        return self.values[:, :, NAMES.index(name)]

    def only(self, options: Sequence[str]) -> Outcomes:
        """The same for some of the options."""
        columns = [self.options.index(name) for name in options]
        return Outcomes(tuple(options), self.values[:, columns], self.draws, self.parameters, self.month)

    def padded(self, options: Sequence[str]) -> Outcomes:
        """The same beside options that were not simulated, whose values are NaN."""
        values = np.full((len(self.values), len(options), len(NAMES)), np.nan)
        values[:, [list(options).index(name) for name in self.options]] = self.values
        return Outcomes(tuple(options), values, self.draws, self.parameters, self.month)

    def table(self) -> pl.DataFrame:
        """Tidy: draw, replicate, option, outcome, unit, value (a row for each that is defined)."""
        replicate, option, outcome = np.nonzero(np.isfinite(self.values))
        units = [OUTCOMES[name].unit for name in NAMES]
        return pl.DataFrame(
            {
                "draw": self.draws[replicate],
                "replicate": replicate,
                "option": np.array(self.options)[option],
                "outcome": np.array(NAMES)[outcome],
                "unit": np.array(units)[outcome],
                "value": self.values[replicate, option, outcome],
            }
        )

    def parameters_table(self) -> pl.DataFrame:
        """A row a draw: its number, and the value of each parameter that was drawn."""
        rows = [{"draw": number, **values} for number, values in enumerate(self.parameters)]
        return pl.DataFrame(rows)

    @staticmethod
    def joined(parts: Sequence[Outcomes]) -> Outcomes:
        """Further replicates, with further draws, of the same options and month."""
        first = parts[0]
        if any((part.options, part.month) != (first.options, first.month) for part in parts):
            raise ValueError("only outcomes of the same options and month can be joined")
        offsets = np.cumsum([0, *(len(part.parameters) for part in parts[:-1])])
        return Outcomes(
            first.options,
            np.concatenate([part.values for part in parts]),
            np.concatenate([part.draws + offset for part, offset in zip(parts, offsets, strict=True)]),
            [draw for part in parts for draw in part.parameters],
            first.month,
        )


def outcomes_of(comparison: Comparison, month: int) -> Outcomes:
    """The outcomes of a comparison's scenarios; effects are ``month`` months since the first class.

    Raises InputError where too few of the trained were observed that long.
    """
    values = np.full((len(comparison.replicates), len(comparison.scenarios), len(NAMES)), np.nan)
    for i, scenario in enumerate(comparison.scenarios):
        if scenario.programme is not None:
            for name, column in _of_scenario(comparison, i, month).items():
                values[:, i, NAMES.index(name)] = column
    return Outcomes(
        tuple(scenario.name for scenario in comparison.scenarios), values,
        np.array([replicate.draw for replicate in comparison.replicates]), comparison.parameters, month,
    )  # fmt: skip


def _of_scenario(comparison: Comparison, i: int, month: int) -> dict[str, FloatArray]:
    scenario, sums = comparison.scenarios[i], comparison.sums[i]
    arms = ArmSums.of(comparison, sums, "trained")
    window = month // WINDOW - 1
    if window not in arms.windows:
        last = WINDOW * (1 + max(arms.windows, default=-1))
        problem = f"is too late: few enterprises trained under {scenario.name} are observed that long"
        remedy = f"write {last} or less, or more --months" if last else "simulate more --months"
        raise InputError(None, "--month", month, problem, remedy)
    found = {
        name: arms.difference(indicator, indicator.value)[:, window, 0]
        for name, indicator in INDICATORS.items()
    }
    trained = np.array(sums.trained)
    benefits = [(b.benefit, b.resources) if b else (np.nan, np.nan) for b in sums.benefit]
    benefit, resources = np.array(benefits).reshape(-1, 2).T
    items = [
        programme_items(national[:, 0].sum(axis=0), market.whole[0], time)
        for national, market, time in zip(
            sums.national, sums.market, comparison.trainer_times(scenario), strict=True
        )
    ]
    return found | {
        "net_benefit": benefit - resources,
        "benefit": benefit,
        "resources": resources,
        "total_net_benefit": (benefit - resources) * trained,
        "total_resources": resources * trained,
        "programme_cost": np.array([item["programme_cost"].value for item in items]),
        "trained": trained,
        "trainer_days": np.array([item["trainer_days_needed"].value for item in items]),
    }
