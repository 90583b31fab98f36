"""One value against another: how close counts as equal, and a month's list of what differs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Tolerance:
    """Largest relative difference that counts as agreement."""

    enterprise: float  # float64 state and sums
    seat: float  # skill and engagement, kept in steps of 2^-20
    panel: float = 5e-7  # accounts kept as float32


EACH_MONTH = Tolerance(enterprise=1e-10, seat=8e-7)
"""One month from one state: doubles rounded in another order, skill and engagement in steps of 2^-20."""
FREE_RUNNING = Tolerance(enterprise=1e-5, seat=1e-5, panel=1e-5)
"""Years on their own: the engine's steps of skill and engagement against the reference's doubles."""


@dataclass
class Difference:
    """One value that the two do not share.

    ``owner`` is an enterprise's number or the name of a trainer or provider, None for what all share.
    """

    month: int
    name: str
    owner: int | str | None
    engine: Any
    reference: Any


@dataclass
class Comparison:
    """The comparison of one month: values compared, largest relative difference by kind, and what differs."""

    month: int
    tolerance: Tolerance
    values: int = 0
    largest: dict[str, float] = field(default_factory=dict)
    found: list[Difference] = field(default_factory=list)

    def check(
        self,
        name: str,
        engine: Any,
        reference: Any,
        *,
        kind: str = "",
        scale: Any = 0.0,
        owner: NDArray[Any] | list[str] | None = None,
    ) -> None:
        """Compare arrays: exactly, or by the tolerance of ``kind`` relative to the value or to ``scale``."""
        left, right = np.asarray(engine), np.asarray(reference)
        assert left.shape == right.shape, name
        self.values += left.size
        if not kind:
            wrong = left != right
        else:
            left, right = left.astype(np.float64), right.astype(np.float64)
            size = np.maximum(np.maximum(np.abs(left), np.abs(right)), np.broadcast_to(scale, left.shape))
            off = np.abs(left - right) / np.maximum(size, 1e-12)
            worst = float(off.max(initial=0.0))
            self.largest[kind] = max(self.largest.get(kind, 0.0), worst)
            wrong = ~(off <= getattr(self.tolerance, kind))
        for place in np.argwhere(wrong):
            at = tuple(place)
            who = None if owner is None else owner[place[0]]
            who = who if who is None or isinstance(who, str) else int(who)
            self.found.append(Difference(self.month, name, who, left[at].item(), right[at].item()))
