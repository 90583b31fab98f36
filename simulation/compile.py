"""Compiling the submodels: decorators, and a cache that an edited line cannot fool.

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
from functools import cached_property, update_wrapper
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numba.extending import typeof_impl

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


if not os.environ.get("NUMBA_CACHE_DIR"):
    numba.config.CACHE_DIR = str(cache_folder())  # type: ignore[attr-defined]

JIT_DISABLED = bool(numba.config.DISABLE_JIT)  # type: ignore[attr-defined]
if JIT_DISABLED:  # unsigned 64-bit products wrap by design; plain NumPy scalars would warn of it
    np.seterr(over="ignore")


class Compiled:
    """A function for compiled code to call, without a wrapper for Python: those took a quarter of compiling.

    Python can call it all the same (tests do): by way of another compiled function, made when first needed.
    """

    def __init__(self, function: Callable[..., Any], **options: Any) -> None:
        update_wrapper(self, function)
        self.dispatcher = numba.njit(
            error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True, **options
        )(function)  # type: ignore[call-overload]

    def __call__(self, *arguments: Any) -> Any:
        """The function of these arguments, from Python."""
        return self._from_python(*arguments)

    @cached_property
    def _from_python(self) -> Callable[..., Any]:
        called = self.dispatcher
        return numba.njit(lambda *arguments: called(*arguments))


@typeof_impl.register(Compiled)
def _type_of_compiled(value: Compiled, context: Any) -> Any:
    return numba.typeof(value.dispatcher)


def submodel(function: Callable[..., Any]) -> Any:
    """Compile a small pure function of records and scalars, inlined wherever compiled code calls it.

    Left to itself LLVM stops inlining in a function as long as the month, at twice the time a month.
    """
    return function if JIT_DISABLED else Compiled(function, forceinline=True)


def routine(function: Callable[..., Any]) -> Any:
    """Compile a function that compiled code calls rarely, or from several places: it is not inlined."""
    return function if JIT_DISABLED else Compiled(function)


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a whole pass over arrays, kept in the cache, which runs without the interpreter's lock."""
    return numba.njit(cache=True, nogil=True, error_model="numpy")(function)


if JIT_DISABLED:  # elements of a plain structured array have no attributes in plain Python

    def records(number: int, kind: Any) -> Any:
        """Zeroed records that submodels read by attribute."""
        return np.zeros(number, kind).view(np.recarray)

else:

    @submodel
    def records(number, kind):
        """Zeroed records that submodels read by attribute."""
        return np.zeros(number, kind)
