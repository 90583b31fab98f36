"""The ledger of a sweep: parts of its points that are simulated, kept so that an interrupted sweep goes on.

In a folder there is a file a part, whole or not there, and ``sweep.json``, the design that the parts follow
from. A finished sweep replaces the folder by its results. Without a folder the parts are kept in memory.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulation.inputs import InputError, check_out_dir
from simulation.kept import read_arrays, write_arrays

FloatArray = NDArray[np.float64]
DESIGN = "sweep.json"


@dataclass(frozen=True, eq=False)
class Ledger:
    """Outcomes of finished parts, in a ``folder`` or (None) in memory."""

    folder: Path | None = None
    _parts: dict[int, FloatArray] = field(default_factory=dict)

    @classmethod
    def open(cls, folder: Path | None, design: Mapping[str, Any], resume: bool) -> Ledger:
        """A new ledger, or with ``resume`` that in ``folder``; InputError where it is of another design."""
        if folder is None:
            return cls()
        text = json.dumps(design, indent=2, sort_keys=True, allow_nan=False) + "\n"
        file = folder / DESIGN
        if resume and file.is_file():
            _check_design(folder, json.loads(file.read_text(encoding="utf-8")), json.loads(text))
            return cls(folder)
        if file.is_file():
            raise InputError(
                None, "--out", folder, "holds a sweep that was not finished",
                "go on with it by --resume, name a new folder, or delete this one",
            )  # fmt: skip
        if resume and folder.exists() and any(folder.iterdir()):
            problem = "holds no unfinished sweep"
            raise InputError(None, "--resume", folder, problem, "leave --resume out and name a new folder")
        folder = check_out_dir(folder)
        folder.mkdir(parents=True, exist_ok=True)
        part = file.with_name(f".{DESIGN}")
        part.write_text(text, encoding="utf-8")
        part.replace(file)
        return cls(folder)

    def missing(self, parts: int) -> list[int]:
        """Numbers of the parts, of the first ``parts``, that have yet to be simulated."""
        return [part for part in range(parts) if not self._has(part)]

    def _has(self, part: int) -> bool:
        return part in self._parts if self.folder is None else self._file(part).exists()

    def write(self, part: int, outcomes: FloatArray) -> None:
        """Keep the outcomes (points, replicates, outcomes) of a part."""
        if self.folder is None:
            self._parts[part] = outcomes
        else:
            write_arrays(self._file(part), {"outcomes": outcomes})

    def read(self, parts: int) -> FloatArray:
        """Outcomes of the first ``parts``, all of which must be there, one after the other."""
        if self.folder is None:
            return np.concatenate([self._parts[part] for part in range(parts)])
        return np.concatenate([read_arrays(self._file(part))["outcomes"] for part in range(parts)])

    def _file(self, part: int) -> Path:
        assert self.folder is not None
        return self.folder / f"part-{part:05d}.npz"


def _check_design(folder: Path, there: Mapping[str, Any], asked: Mapping[str, Any]) -> None:
    differing = sorted(key for key in {*there, *asked} if there.get(key) != asked.get(key))
    if differing:
        problem = f"holds a sweep of another design: {', '.join(differing)} differ"
        raise InputError(None, "--resume", folder, problem, "repeat its options, or name a new folder")
