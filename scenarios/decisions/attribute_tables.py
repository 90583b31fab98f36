"""The tables of `scoresim attribute`: Shapley values, interactions of pairs, and the next module."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scenarios.decisions import shapley
from scenarios.decisions.attribute import Attribution
from scenarios.decisions.choice import Estimates, estimates
from scenarios.decisions.mixes import FIRST, name_of
from scenarios.decisions.objectives import OUTCOMES
from scenarios.decisions.rounds import CLEARLY
from simulation.parameters import MODULES

FloatArray = NDArray[np.float64]


def attribution_tables(found: Attribution) -> dict[str, pl.DataFrame]:
    """``shapley``, ``interactions``, ``next_module``, ``draws`` and ``parameters``."""
    return {
        "shapley": shapley_table(found),
        "interactions": interactions_table(found),
        "next_module": next_module_table(found),
        "draws": found.outcomes.table(),
        "parameters": found.outcomes.parameters_table(),
    }


def first_of(found: Attribution) -> int | None:
    """Number of the module that must come first, if one must."""
    return None if found.asked.any_first else MODULES.index(FIRST)


def _row(told: Estimates, place: int) -> dict[str, float]:
    return {
        "estimate": float(told.estimate[place]), "low": float(told.low[place]),
        "high": float(told.high[place]), "se": float(told.se[place]),
    }  # fmt: skip


def contributions(found: Attribution, name: str) -> FloatArray:
    """Shapley values of an outcome (replicates, modules); they add up to all modules' effect in each."""
    first, game = first_of(found), found.game(name)
    return shapley.shapley_values(game) if first is None else shapley.shapley_after(game, first)


def shapley_table(found: Attribution) -> pl.DataFrame:
    """A row an outcome and module."""
    rows = []
    for name in found.names:
        told = estimates(contributions(found, name))
        for place, module in enumerate(MODULES):
            rows.append({"module": module, "outcome": name, "unit": OUTCOMES[name].unit, **_row(told, place)})
    return pl.DataFrame(rows)


def interactions_table(found: Attribution) -> pl.DataFrame:
    """A row an outcome and pair of modules, and whether they help or crowd out each other.

    In the outcome's own direction: where less is better, a negative index is help.
    """
    first, rows = first_of(found), []
    for name in found.names:
        game = found.game(name)
        index = shapley.interactions(game) if first is None else shapley.interactions_after(game, first)
        for one in range(len(MODULES)):
            for other in range(one + 1, len(MODULES)):
                if first not in (one, other):
                    row = _row(estimates(index[:, [one], other]), 0)
                    pair: dict[str, Any] = {
                        "module": MODULES[one], "other_module": MODULES[other], "outcome": name,
                        "unit": OUTCOMES[name].unit, **row,
                        "verdict": _how(row["estimate"], row["se"], OUTCOMES[name].better),
                    }  # fmt: skip
                    rows.append(pair)
    return pl.DataFrame(rows)


def _how(estimate: float, se: float, better: int) -> str:
    if not abs(estimate) > CLEARLY * se:
        return "not told apart from none"
    if better == 0:
        return "more together" if estimate > 0.0 else "less together"
    return "help each other" if estimate * better > 0.0 else "crowd each other out"


def next_module_table(found: Attribution) -> pl.DataFrame:
    """What each next module would add to those given before, along the path of the best next modules."""
    rows = []
    for name in found.names:
        better = -1.0 if OUTCOMES[name].better < 0 else 1.0
        for number, step in enumerate(shapley.best_path(better * found.game(name), first_of(found)), start=1):
            told = estimates(better * step.gains)
            for place, module in enumerate(step.candidates):
                rows.append(
                    {
                        "outcome": name, "step": number,
                        "given": name_of([MODULES[player] for player in step.given]),
                        "module": MODULES[module], "unit": OUTCOMES[name].unit, **_row(told, place),
                        "chosen": module == step.chosen,
                    }
                )  # fmt: skip
    return pl.DataFrame(rows)
