"""Draws from a posterior on disk: a small Parquet table that says where it comes from.

A column is a parameter in its own unit, a row a draw. The file also tells the prior of each parameter, so
that a later version knows whether it still holds. The same draws and provenance give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from scipy.special import ndtr

from calibration.basis import FloatArray
from calibration.fitted import priors_of
from simulation.parameters import PARAMETERS

PACKAGES = ("scoresim", "numpy", "numba", "scipy", "polars")
KEY = "scoresim"
"""Name of the provenance among the file's metadata."""
PRIORS = "scoresim_priors"
"""Name of the parameters' priors among the file's metadata."""


def draws_table(draws: FloatArray, names: Sequence[str], n: int) -> pl.DataFrame:
    """``n`` of the ``draws`` (chains, draws, parameters), in the parameters' own units.

    They are evenly taken from all chains; under the prior they are standard normal; ``names`` are the
    parameters'.
    """
    flat = draws.swapaxes(0, 1).reshape(-1, draws.shape[-1])
    if not 0 < n <= len(flat):
        raise ValueError(f"{n} draws were asked for, and there are {len(flat)}")
    taken = ndtr(flat[np.linspace(0, len(flat) - 1, n).astype(np.int64)])
    return pl.DataFrame({name: PARAMETERS[name].quantile(taken[:, i]) for i, name in enumerate(names)})


def provenance(command: str, data: Mapping[str, Path], seed: int, **more: Any) -> dict[str, Any]:
    """Where draws come from: ``command``, ``data`` (name to file, kept as hash), versions and ``seed``."""
    return {
        "command": command,
        "data": {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in data.items()},
        "seed": seed,
        "versions": {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}},
        **more,
    }


def write_draws(path: Path, table: pl.DataFrame, source: Mapping[str, Any]) -> None:
    """Write a `draws_table` with its `provenance` and priors; the file is whole or not there."""
    part = path.with_name(f".{path.name}.part")
    about = {KEY: source, PRIORS: priors_of(table.columns)}
    metadata = {key: json.dumps(told, sort_keys=True) for key, told in about.items()}
    table.write_parquet(part, compression="zstd", metadata=metadata)
    part.replace(path)


def read_draws(path: Path) -> tuple[pl.DataFrame, dict[str, Any]]:
    """The draws of a file and their provenance."""
    metadata = pl.read_parquet_metadata(path)
    if KEY not in metadata:
        raise ValueError(f"{path} does not say where its draws come from: it was not written by scoresim")
    return pl.read_parquet(path), json.loads(metadata[KEY])


def read_priors(path: Path) -> dict[str, str]:
    """Priors under which the draws of a file were fitted, by parameter; none if the file does not tell."""
    told: dict[str, str] = json.loads(pl.read_parquet_metadata(path).get(PRIORS, "{}"))
    return told
