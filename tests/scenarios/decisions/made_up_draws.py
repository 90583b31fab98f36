"""Folders of draws whose truth is known, as `rank mixes --out` and `sweep --out` write them."""

import json

import numpy as np
import polars as pl

from simulation.parameters import FREE, PARAMETERS

UNIT = "yuan per enterprise trained"
MANIFEST = {"command": "rank mixes", "parameters": {"draws": "prior"}}


def write_folder(folder, values, x, names=FREE, outcome="net_benefit", unit=UNIT, options=None):
    """``values`` (draws, replicates, options), NaN where an option had left; ``x`` (draws, parameters)."""
    folder.mkdir(parents=True)
    draws, replicates, columns = values.shape
    options = options or [f"option_{k}" for k in range(columns)]
    rows = [
        (d, replicates * d + r, options[k], outcome, unit, float(values[d, r, k]))
        for d in range(draws)
        for r in range(replicates)
        for k in range(columns)
        if np.isfinite(values[d, r, k])
    ]
    schema = ["draw", "replicate", "option", "outcome", "unit", "value"]
    pl.DataFrame(rows, schema=schema, orient="row").write_parquet(folder / "draws.parquet")
    columns = {name: x[:, i] for i, name in enumerate(names[: x.shape[1]])}
    pl.DataFrame({"draw": np.arange(draws), **columns}).write_parquet(folder / "parameters.parquet")
    (folder / "manifest.json").write_text(json.dumps(MANIFEST))
    return folder


def in_bounds(u, names=FREE):
    """Uniform numbers (draws, parameters) brought between the bounds of the parameters."""
    low = np.array([PARAMETERS[name].low for name in names[: u.shape[1]]])
    high = np.array([PARAMETERS[name].high for name in names[: u.shape[1]]])
    return low + u * (high - low)


def planted(seed=0, draws=200, parameters=40, chance=0.5):
    """(values, u): option 0 loses 1 000 yuan where u0 < 0.5 and u1 > 0.4; else it gains as much."""
    rng = np.random.default_rng(seed)
    u = rng.random((draws, parameters))
    gain = np.where((u[:, 0] < 0.5) & (u[:, 1] > 0.4), -1000.0, 1000.0)
    common = 500.0 * rng.normal(size=(draws, 1))
    first = 3000.0 + common + gain[:, np.newaxis] + 1000.0 * chance * rng.normal(size=(draws, 2))
    return np.stack([first, 3000.0 + common + np.zeros((draws, 2))], axis=2), u
