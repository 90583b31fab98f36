"""Compiling the submodels: one decorator, and a cache that an edited line cannot fool.

Numba keys its cache by the file that holds a function, so a function that inlines a constant or a
helper from another file is served stale after that other file changes. Here the cache folder itself is
named after a hash of every kernel source and of the versions of Python, NumPy and Numba; whatever
changes, the folder changes.
"""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np

PACKAGE = Path(__file__).parent

KERNEL_SOURCES = (
    "accounts", "ahead", "classes", "compile", "delivery", "demand", "draws", "elementary",
    "endowment", "firms", "hiring", "initial", "instructions", "ledger", "market",
    "market_accounts", "money", "month", "observation", "offers", "ordered", "parameters", "people",
    "places", "practices", "production", "providers", "roster", "seats", "state", "trainers", "visits",
    "workforce",
)  # fmt: skip
"""Modules that hold compiled code, or types and constants that compiled code contains."""


def source_hash() -> str:
    """Hexadecimal digest (16 characters) of all sources and data that compiled code depends on."""
    digest = hashlib.sha256()
    for path in [*(PACKAGE / f"{name}.py" for name in KERNEL_SOURCES), PACKAGE / "data" / "parameters.csv"]:
        digest.update(path.name.encode() + path.read_bytes())
    for version in (sys.version, np.__version__, numba.__version__, platform.machine()):
        digest.update(version.encode())
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    """Where compiled code is kept: ``$SCORESIM_CACHE``, else the user's cache folder."""
    base = os.environ.get("SCORESIM_CACHE")
    root = Path(base) if base else Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "scoresim"
    return root / source_hash()


# Threads that wait must not spin: where another program wants the core, a month took forty times as long.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

if not os.environ.get("NUMBA_CACHE_DIR"):
    numba.config.CACHE_DIR = str(cache_folder())  # type: ignore[attr-defined]

JIT_DISABLED = bool(numba.config.DISABLE_JIT)  # type: ignore[attr-defined]
if JIT_DISABLED:  # unsigned 64-bit products wrap by design; plain NumPy scalars would warn of it
    np.seterr(over="ignore")


def submodel(function: Callable[..., Any]) -> Any:
    """Compile a small pure function of records and scalars, inlined wherever it is called.

    Left to itself LLVM stops inlining in a function as long as the month, at twice the time a month.
    """
    return numba.njit(error_model="numpy", forceinline=True)(function)


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a whole pass over arrays, parallel over its ``prange``, kept in the cache.

    Its body leaves it to submodels to set what records hold: Numba takes an array that it got from a record
    for one that nobody else sees, drops what is stored there, and moves what is set by slices.
    """
    return numba.njit(parallel=True, cache=True, error_model="numpy")(function)


def serial_kernel(function: Callable[..., Any]) -> Any:
    """Compile an ordered pass over arrays that must run on one thread, kept in the cache."""
    return numba.njit(cache=True, error_model="numpy")(function)


if JIT_DISABLED:  # elements of a plain structured array have no attributes in plain Python

    def records(number: int, kind: Any) -> Any:
        """Zeroed records that submodels read by attribute."""
        return np.zeros(number, kind).view(np.recarray)

else:

    @submodel
    def records(number, kind):
        """Zeroed records that submodels read by attribute."""
        return np.zeros(number, kind)
