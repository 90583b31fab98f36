"""Draws of the free parameters from their priors: what is believed before any data are seen."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from simulation.parameters import FREE, PARAMETERS, parameter_record


def prior_draws(n: int, seed: int) -> list[dict[str, float]]:
    """``n`` sets of all free parameters, spread evenly over the priors (Latin hypercube).

    Draws depend on ``n`` and ``seed`` alone; parameters are independent, since no source gives correlations.
    """
    points = qmc.LatinHypercube(len(FREE), rng=np.random.default_rng([seed, 404])).random(n)
    columns = {name: PARAMETERS[name].quantile(points[:, i]) for i, name in enumerate(FREE)}
    return [{name: float(values[row]) for name, values in columns.items()} for row in range(n)]


def record_of(values: dict[str, float], overrides: dict[str, float]) -> NDArray[Any]:
    """The compiled record of a draw, with a scenario's ``overrides`` held fixed at their values."""
    return parameter_record({**values, **overrides})
