"""A bank of simulations: points drawn from the prior and the mean responses simulated there, part by part.

Each part is a file, and whole or not there: a fit that was interrupted goes on with the parts that are
missing, and parts can be added to a bank that turns out too small.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from scipy.special import ndtri

from calibration.basis import FloatArray
from simulation.inputs import InputError
from simulation.kept import read_arrays, write_arrays

MANIFEST = "bank.json"


@dataclass(frozen=True)
class Design:
    """A bank's ``size`` points a part, drawn from ``seed``, and names of ``parameters`` and ``targets``.

    ``simulated`` tells all else that the responses follow from, such as hashes of trials and code: a bank is
    not continued under another design.
    """

    parameters: tuple[str, ...]
    targets: tuple[str, ...]
    size: int
    seed: int
    simulated: str = ""

    def points(self, part: int) -> FloatArray:
        """Standard-normal points (size, parameters) of a part: a Latin hypercube of its own.

        Each parameter has one point in each of ``size`` equally likely strata.
        """
        rng = np.random.default_rng([self.seed, 409, part])
        shape = (self.size, len(self.parameters))
        strata = rng.permuted(np.broadcast_to(np.arange(self.size)[:, None], shape), axis=0)
        return ndtri((strata + rng.uniform(size=shape)) / self.size)


@dataclass(frozen=True)
class Bank:
    """Parts of a ``design`` in a ``folder``."""

    folder: Path
    design: Design

    @classmethod
    def open(cls, folder: Path, design: Design) -> Bank:
        """A new bank in ``folder``, or the one that is there if it has the same design."""
        manifest, wanted = folder / MANIFEST, json.dumps(asdict(design), indent=2) + "\n"
        if not manifest.exists():
            folder.mkdir(parents=True, exist_ok=True)
            part = manifest.with_name(f".{MANIFEST}")
            part.write_text(wanted, encoding="utf-8")
            part.replace(manifest)
        if manifest.read_text(encoding="utf-8") != wanted:
            problem = "holds simulations of another design (parameters, targets, seed, trials or code)"
            raise InputError(None, "--out", folder, problem, "name another folder, or move this one away")
        return cls(folder, design)

    def missing(self, parts: int) -> list[int]:
        """Numbers of the parts, of the first ``parts``, that have yet to be simulated."""
        return [part for part in range(parts) if not self._file(part).exists()]

    def write(self, part: int, responses: FloatArray) -> None:
        """Keep the mean ``responses`` (size, targets) at the points of a part; NaN where a run failed."""
        wanted = (self.design.size, len(self.design.targets))
        if responses.shape != wanted:
            raise ValueError(f"part {part} has {responses.shape} responses instead of {wanted}")
        write_arrays(self._file(part), {"responses": responses})

    def read(self, parts: Sequence[int]) -> tuple[FloatArray, FloatArray]:
        """Points (points, parameters) and responses (points, targets) of ``parts``, one after the other."""
        responses = [read_arrays(self._file(part))["responses"] for part in parts]
        return np.concatenate([self.design.points(part) for part in parts]), np.concatenate(responses)

    def _file(self, part: int) -> Path:
        return self.folder / f"part-{part:05d}.npz"
