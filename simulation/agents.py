"""An enterprise and a worker as Mesa agents: views over the columns, made when somebody asks for one.

A view holds the model and a row and nothing else; its attributes are the columns' values at the moment they
are read. Views are equal when they look at the same row of the same model. They cannot be written to: the
columns belong to the compiled month, and what a run should do otherwise is said by its scenario and
parameters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

import mesa
import numpy as np

from simulation.attributes import PARTS, Attributes, as_python

if TYPE_CHECKING:
    from simulation.agent_sets import ColumnSet

READ_ONLY = "is read-only: change the scenario or the parameters of the model, and run it anew"


class ColumnAgent(mesa.Agent):
    """A view of one row; attributes are read by name from :mod:`simulation.attributes`."""

    __slots__ = ("model", "row")
    kind: ClassVar[str]
    pos = None

    def __init__(self, model: Any, row: int) -> None:
        object.__setattr__(self, "model", model)
        object.__setattr__(self, "row", row)

    @property
    def attributes(self) -> Attributes:
        """The attributes of all agents of this kind."""
        return self.model.attributes[self.kind]

    @property
    def unique_id(self) -> int:
        """A number that no other agent of the model has, the same in every run of the same population."""
        return as_python(self.attributes.read("unique_id", self.row))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return as_python(self.attributes.read(name, self.row), PARTS.get(name, ()))

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError(f"{self.attributes.noun} of a ScoreModel {READ_ONLY}")

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.attributes.names]

    def __eq__(self, other: object) -> bool:
        same_kind = isinstance(other, ColumnAgent) and other.kind == self.kind
        return same_kind and other.row == self.row and other.model is self.model  # type: ignore[attr-defined]

    def __hash__(self) -> int:
        return hash((self.kind, self.row))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.model, self.row)

    def remove(self) -> NoReturn:
        """Refused: who leaves and who closes is decided by the compiled month."""
        raise AttributeError(f"{self.attributes.noun} of a ScoreModel {READ_ONLY}")


class Enterprise(ColumnAgent):
    """One enterprise, alive, closed or not yet entered (``alive``, ``entry_month``, ``exit_month``)."""

    __slots__ = ()
    kind = "enterprises"

    @property
    def workers(self) -> ColumnSet:
        """Its workers now."""
        from simulation.agent_sets import ColumnSet

        first, seats = self.model.attributes["enterprises"].seats(self.row)
        taken = self.model.world.seats.taken(slice(first, first + seats))
        rows = int(first) + np.flatnonzero(taken) if self.alive else np.empty(0, np.int64)
        return ColumnSet(self.model, Worker, rows)

    def __repr__(self) -> str:
        state = f"{self.headcount:.0f} workers" if self.alive else "not alive"
        return f"Enterprise {self.unique_id}: {self.sector}, {self.region}, {state}"


class Worker(ColumnAgent):
    """Whoever holds a seat of an enterprise's roster now; ``employed`` is False when nobody does."""

    __slots__ = ()
    kind = "workers"

    @property
    def employer(self) -> Enterprise:
        """The enterprise to which the seat belongs."""
        return Enterprise(self.model, int(self.model.attributes["enterprises"].owner(self.row)))

    def __repr__(self) -> str:
        if not self.employed:
            return f"Worker {self.unique_id}: not employed"
        person = "woman" if self.woman else "man"
        return f"Worker {self.unique_id}: {person} {self.age} years, {self.tenure} months in the enterprise"
