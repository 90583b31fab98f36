"""Productivity growth taken apart: within enterprises, between them, and by entry and exit.

Fewer closures of weak enterprises lower the mean of survivors, so a change of the mean alone misleads. The
decomposition is that of Foster, Haltiwanger & Krizan (2001) on value added per worker with shares of
workers, which adds up exactly to the change of the aggregate (a ratio of sums).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

PARTS = ("within", "between", "cross", "entry", "exit")


def decompose(enterprises: NDArray[Any]) -> dict[str, float]:
    """Change of value added per worker from the first to the last full year, in % of the first year's.

    ``enterprises`` are the records at the end of a run of at least 24 months. Returns the five parts, which
    add up to ``total``: within (own productivity, at the first year's share), between (shares moving to the
    more productive), cross, entry, exit.
    """
    weight = enterprises["weight"]
    value0, workers0 = weight * enterprises["first_year_value"], weight * enterprises["first_year_workers"]
    value1, workers1 = weight * enterprises["last_year_value"], weight * enterprises["last_year_workers"]
    closed = enterprises["exit_month"] >= 0
    still_there = (workers1 > 0.0) & ~closed
    value1, workers1 = np.where(still_there, value1, 0.0), np.where(still_there, workers1, 0.0)
    aggregate0, aggregate1 = value0.sum() / workers0.sum(), value1.sum() / workers1.sum()
    share0, share1 = workers0 / workers0.sum(), workers1 / workers1.sum()
    own0 = np.divide(value0, workers0, out=np.zeros_like(value0), where=workers0 > 0.0)
    own1 = np.divide(value1, workers1, out=np.zeros_like(value1), where=workers1 > 0.0)
    stays, enters, exits = (
        (workers0 > 0) & (workers1 > 0),
        (workers0 == 0) & (workers1 > 0),
        (workers0 > 0) & (workers1 == 0),
    )
    gain, move = (own1 - own0)[stays], (share1 - share0)[stays]
    parts = {
        "within": share0[stays] @ gain,
        "between": move @ (own0[stays] - aggregate0),
        "cross": move @ gain,
        "entry": share1[enters] @ (own1[enters] - aggregate0),
        "exit": -share0[exits] @ (own0[exits] - aggregate0),
    }
    result = {name: float(100.0 * part / aggregate0) for name, part in parts.items()}
    return {**result, "total": float(100.0 * (aggregate1 / aggregate0 - 1.0))}
