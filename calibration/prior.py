"""Draws of the free parameters from their priors: what is believed before any data are seen."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulation.compile import PACKAGE
from simulation.kept import kept
from simulation.parameters import FREE, PARAMETERS, parameter_record
from simulation.programme import Scenario


def prior_draws(n: int, seed: int) -> list[dict[str, float]]:
    """``n`` sets of all free parameters, spread evenly over the priors (Latin hypercube).

    Draws depend on ``n`` and ``seed`` alone; parameters are independent, since no source gives correlations.
    They are kept in the cache folder: scipy takes longer to load than a small run to simulate.
    """
    sources = (Path(__file__), PACKAGE / "parameters.py", PACKAGE / "data" / "parameters.csv")
    words = (n, seed, version("numpy"), version("scipy"))
    depends_on = [*(file.read_bytes() for file in sources), repr(words).encode()]
    values = kept("priors", depends_on, lambda: {"values": _drawn(n, seed)})["values"]
    return [dict(zip(FREE, row, strict=True)) for row in values.tolist()]


def _drawn(n: int, seed: int) -> NDArray[np.float64]:
    """The draws, (n, free parameters)."""
    from scipy.stats import qmc

    points = qmc.LatinHypercube(len(FREE), rng=np.random.default_rng([seed, 404])).random(n)
    return np.stack([PARAMETERS[name].quantile(points[:, i]) for i, name in enumerate(FREE)], axis=1)


MONEY = tuple(
    name
    for name, parameter in PARAMETERS.items()
    if parameter.unit.startswith("yuan") and parameter.unit != "yuan/yuan"
)
"""Names of the parameters that are amounts of money."""

WAGE_UNITS = ("yuan/month", "yuan/year")
"""Units of wages and of value added per worker, which rise with the wage level; other money with prices."""


def record_of(values: dict[str, float], scenario: Scenario) -> NDArray[Any]:
    """The compiled record of a draw, with the ``scenario``'s own parameters held fixed at their values.

    Money, which the registry gives in yuan of 2023, is brought to the prices and wages of the scenario's
    year, except parameters that the scenario gives, which are in yuan of its year.
    """
    record = parameter_record({**values, **scenario.parameters})
    for name in MONEY:
        if name not in scenario.parameters:
            wages = PARAMETERS[name].unit in WAGE_UNITS
            record[name] *= scenario.wage_level if wages else scenario.price_level
    return record
