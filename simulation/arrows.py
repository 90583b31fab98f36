"""The table of arrows: every mechanism of the model as cause, effect, parameter, sign and grade.

The table is ``data/arrows.csv``. It is the map that a reader needs first, and the tests move every cause and
parameter in it.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

BY_DEFINITION = "BY_DEFINITION"
"""Grade of an arrow without a parameter: bookkeeping that no evidence need support."""


@dataclass(frozen=True)
class Arrow:
    """One mechanism: ``cause`` moves ``effect`` by way of ``parameter``.

    ``sign`` is +1 or -1: the effect's direction when the parameter rises while the cause is present (or,
    without a parameter, when the cause rises). ``neutral`` is the value of the parameter at which the arrow
    is gone; None where no such value lies within its bounds. ``cause`` is empty for a parameter that sets a
    level by itself, and ``programme.*`` for a field of the scenario; ``parameter`` is a name of the registry
    or empty; ``grade`` is the registry's confidence in it.
    """

    id: str
    submodel: str
    cause: str
    effect: str
    parameter: str
    sign: int
    neutral: float | None
    grade: str
    note: str


def read_arrows(path: Path) -> tuple[Arrow, ...]:
    """Read a table of arrows, in its order."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple(
        Arrow(
            id=row["id"],
            submodel=row["submodel"],
            cause=row["cause"],
            effect=row["effect"],
            parameter=row["parameter"],
            sign=int(row["sign"]),
            neutral=float(row["neutral"]) if row["neutral"] else None,
            grade=row["grade"],
            note=row["note"],
        )
        for row in rows
    )


ARROWS: tuple[Arrow, ...] = read_arrows(Path(__file__).parent / "data" / "arrows.csv")
"""All arrows of the model."""
