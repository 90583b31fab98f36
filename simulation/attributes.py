"""Attributes of enterprises and workers by name, read from the columns of a world that holds one run.

Numbers come as they stand; what the columns hold as an index is read as its name (a sector's code, a
province, a size class, a module). An attribute that exists once a module or once an observed rate has parts:
``practice.quality``, ``recent.turnover_rate``, ``attended.safety``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulation.census import CensusTables
from simulation.inputs import nearest
from simulation.parameters import MODULES
from simulation.population import SIZE_CLASSES
from simulation.seats import AGE_MASK, AGE_SHIFT, WOMAN
from simulation.state import ENTERPRISE, OBSERVED
from simulation.world import World

AGE_BANDS = ("to 40", "41 to 50", "above 50")
"""A worker's age band in years, in the order of its code."""

PARTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("lasting", "usual", "gain", "knowhow", "practice", "attended"), MODULES),
    **dict.fromkeys(
        ("recent", "baseline_true", "baseline_report", "endline_true", "endline_report"), OBSERVED
    ),
}
"""Names of the parts of attributes that are several numbers."""

Rows = Any
"""One row (int) or an array of rows: places in the enterprises' table, or seats."""


class Attributes(ABC):
    """What is common to enterprises and workers: names, parts and errors; ``read`` gives values."""

    noun: str
    names: tuple[str, ...]

    def read(self, name: str, rows: Rows) -> NDArray[Any]:
        """Values of the attribute for ``rows``; AttributeError if there is none of that name."""
        whole, _, part = name.partition(".")
        parts = PARTS.get(whole, ())
        if whole not in self.names or (part and part not in parts):
            known = [*self.names, *(f"{whole}.{each}" for each in parts)]
            near = nearest(name, known)
            hint = f"; did you mean {near!r}?" if near else ""
            raise AttributeError(f"{self.noun} has no attribute {name!r}{hint}")
        values = self._whole(whole, rows)
        return values[..., parts.index(part)] if part else values

    @abstractmethod
    def present(self) -> NDArray[np.bool_]:
        """Mask of all rows: who is there now."""

    @abstractmethod
    def _whole(self, name: str, rows: Rows) -> NDArray[Any]:
        """Values of a whole attribute for ``rows``."""


class EnterpriseAttributes(Attributes):
    """The fields of :data:`simulation.state.ENTERPRISE`; a row's ``unique_id`` is its place plus one."""

    noun = "an enterprise"

    def __init__(self, world: World, tables: CensusTables) -> None:
        self.names = ("unique_id", *(ENTERPRISE.names or ()))
        self._records = np.asarray(world.enterprises)
        self._labels = {
            "sector": np.array(tables.sectors),
            "region": np.array(tables.regions),
            "size_class": np.array(SIZE_CLASSES),
            "module": np.array([*MODULES, ""]),  # no module is -1: the last
        }

    @property
    def count(self) -> int:
        """Rows of the table, those not yet entered or closed included."""
        return len(self._records)

    def present(self) -> NDArray[np.bool_]:
        """Who is alive now."""
        return self._records["alive"] == 1

    def seats(self, rows: Rows) -> tuple[NDArray[Any], NDArray[Any]]:
        """First seat and number of seats."""
        return self._records["first_seat"][rows], self._records["seats"][rows]

    def owner(self, seats: Rows) -> NDArray[np.int64]:
        """Rows of the enterprises to which ``seats`` belong."""
        return np.subtract(np.searchsorted(self._records["first_seat"], seats, side="right"), 1)

    def by_seat(self, values: NDArray[Any]) -> NDArray[Any]:
        """One value a row, repeated for each of its seats."""
        return np.repeat(values, self._records["seats"])

    def _whole(self, name: str, rows: Rows) -> NDArray[Any]:
        if name == "unique_id":
            return np.add(rows, 1)
        values = self._records[name][rows]
        if name in self._labels:
            return self._labels[name][values]
        return values != 0 if name in ("alive", "piece_rate") else values


class WorkerAttributes(Attributes):
    """The workers' columns, by seat; ``unique_id`` counts on after the enterprises'.

    A seat that was left and taken again holds another person: ``tenure`` tells (months in the enterprise).
    """

    noun = "a worker"
    names = (
        "unique_id", "enterprise", "employed", "skill", "engagement", "tenure", "woman", "age", "wage",
        "attended", "away", "sector", "region", "size_class",
    )  # fmt: skip

    def __init__(self, world: World, enterprises: EnterpriseAttributes) -> None:
        self._world = world
        self._enterprises = enterprises
        self._wage_skill = float(world.parameters["wage_skill"][0])

    @property
    def count(self) -> int:
        """Seats, taken or not."""
        return len(self._world.seats)

    def present(self) -> NDArray[np.bool_]:
        """Seats that are taken, in enterprises that are alive."""
        taken = self._world.seats.taken()
        return taken & self._enterprises.by_seat(self._enterprises.present())

    def _whole(self, name: str, rows: Rows) -> NDArray[Any]:
        seats = self._world.seats
        if name in ("skill", "engagement", "tenure", "away"):
            return seats.column(name, rows)
        if name == "unique_id":
            return np.add(rows, 1 + self._enterprises.count)
        if name == "woman":
            return (seats.column("status", rows) & WOMAN) != 0
        if name == "age":
            return np.array([*AGE_BANDS, ""])[(seats.column("status", rows) >> AGE_SHIFT) & AGE_MASK]
        if name == "attended":
            return (seats.column("attended", rows)[..., np.newaxis] >> np.arange(len(MODULES)) & 1) != 0
        return self._of_employer(name, rows)

    def _of_employer(self, name: str, rows: Rows) -> NDArray[Any]:
        owner = self._enterprises.owner(rows)
        if name == "employed":
            taken = self._world.seats.taken(rows)
            return taken & self._enterprises.read("alive", owner)
        if name == "wage":
            relative = 1.0 + self._wage_skill * (
                self._world.seats.column("skill", rows).astype(np.float64) - 1.0
            )
            return self._enterprises.read("wage", owner) * relative
        return self._enterprises.read("unique_id" if name == "enterprise" else name, owner)


def as_python(values: NDArray[Any], parts: Sequence[str] = ()) -> Any:
    """One value as Python's own: a number, a truth value, a text, or a dictionary of named parts."""
    plain = np.asarray(values).tolist()
    return dict(zip(parts, plain, strict=True)) if isinstance(plain, list) else plain
