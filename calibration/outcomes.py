"""What a trial measures of each enterprise over a window of months, from the accounts of a panel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulation import accounts as a
from simulation.parameters import MODULES

FloatArray = NDArray[np.float64]

PRACTICES = tuple(a.PRACTICE_COOPERATION + k for k in range(len(MODULES)))

RATIOS: dict[str, tuple[tuple[int, ...], int, float]] = {
    **{f"practices.{name}": ((PRACTICES[k],), a.ENTERPRISES, 1.0) for k, name in enumerate(MODULES)},
    "productivity": ((a.VALUE_ADDED,), a.HOURS, 1.0),
    "output": ((a.GROSS_OUTPUT,), a.ENTERPRISES, 1.0),
    "sales": ((a.GOOD_OUTPUT,), a.ENTERPRISES, 1.0),
    "profit": ((a.PROFIT,), a.ENTERPRISES, 1.0),
    "employment": ((a.HEADCOUNT,), a.ENTERPRISES, 1.0),
    "defects": ((a.DEFECTS,), a.GROSS_OUTPUT, 1.0),
    "injuries": ((a.INJURIES,), a.HEADCOUNT, 12.0),
    "turnover": ((a.SEPARATIONS,), a.HEADCOUNT, 12.0),
    "absence": ((a.ABSENCE,), a.HEADCOUNT, 1.0),
    "energy": ((a.ENERGY,), a.GROSS_OUTPUT, 1.0),
}
"""Accounts summed over the window, what they are divided by, and a factor; rates of events are yearly."""


@dataclass(frozen=True)
class Measured:
    """Sums of one measure over a window, enterprise by enterprise; those that closed have no denominator.

    ``above`` and ``below`` (enterprises,) are numerator and denominator; ``value`` their ratio, NaN without
    a denominator.
    """

    above: FloatArray
    below: FloatArray

    @property
    def value(self) -> FloatArray:
        """The measure of each enterprise."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.below > 0.0, self.above / self.below, np.nan)

    def mean(self, chosen: NDArray[np.bool_]) -> float:
        """The measure of the ``chosen`` together: sum over sum, as rates of rare events are."""
        total = float(self.below[chosen].sum())
        return float(self.above[chosen].sum()) / total if total > 0.0 else float("nan")


def measured(
    panel: NDArray[np.float32], measure: str, first: int, last: int, modules: Sequence[str] = MODULES
) -> Measured:
    """One measure of a panel (enterprises, months, accounts) from month ``first`` to ``last``, included.

    ``modules`` are those whose practices the measure ``practices`` holds.
    """
    if measure == "practices":
        accounts = tuple(PRACTICES[MODULES.index(name)] for name in modules)
        denominator, factor = a.ENTERPRISES, 1.0 / len(accounts)
    else:
        accounts, denominator, factor = RATIOS[measure]
    window = panel[:, first : last + 1]
    above = window[:, :, list(accounts)].astype(np.float64).sum(axis=(1, 2)) * factor
    return Measured(above, window[:, :, denominator].astype(np.float64).sum(axis=1))
