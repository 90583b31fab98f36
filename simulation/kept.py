"""Arrays that take long to work out and are the same every time, kept in the user's cache folder."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulation.compile import cache_folder

Arrays = dict[str, NDArray[Any]]


def kept(name: str, depends_on: Iterable[bytes], make: Callable[[], Arrays]) -> Arrays:
    """The arrays that ``make`` gives, from the file that an earlier call left, if there is one.

    ``depends_on`` is all that the result follows from; where any of it differs the arrays are made again.
    A file that cannot be read or written costs time and nothing else.
    """
    digest = hashlib.sha256()
    for part in depends_on:
        digest.update(len(part).to_bytes(8, "little") + part)
    file = cache_folder().parent / f"{name}-{digest.hexdigest()[:16]}.npz"
    with suppress(Exception):  # missing, or damaged in one of the many ways a file can be
        return read_arrays(file)
    arrays = make()
    with suppress(OSError):
        write_arrays(file, arrays)
    return arrays


def read_arrays(file: Path) -> Arrays:
    """The arrays of a file that `write_arrays` left."""
    with np.load(file, allow_pickle=False) as arrays:
        return dict(arrays)


def write_arrays(file: Path, arrays: Arrays) -> None:
    """Write beside the place and rename: another process sees the whole file or none."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{uuid.uuid4().hex}.npz")
    try:
        np.savez(part, **arrays)  # type: ignore[arg-type]
        os.replace(part, file)
    finally:
        part.unlink(missing_ok=True)
