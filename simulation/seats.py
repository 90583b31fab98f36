"""Seats: where workers sit, eight to an octet, so that one instruction serves eight of them.

A worker is a (seat, spell): an enterprise's roster is a run of whole octets, never compacted, so that
scenarios share every random event of a seat. An octet holds its eight workers attribute by attribute, twelve
bytes a worker: skill, engagement, and a word with all that is counted in whole numbers.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulation.compile import submodel

OCTET_SEATS = 8

OCTET = np.dtype(
    [
        ("skill", "i4", OCTET_SEATS),  # in steps of 2^-20; 1 = an experienced worker
        ("engagement", "i4", OCTET_SEATS),  # in steps of 2^-20, 0..1
        ("person", "i4", OCTET_SEATS),  # the bits below
    ],
    align=True,
)

# The person's word, from the lowest bit; 0 is an empty seat.
TAKEN = np.int32(1)
WOMAN = np.int32(2)
AGE_SHIFT = np.int32(2)  # two bits
ATTENDED_SHIFT = np.int32(4)  # five bits: attended module k's class, here or elsewhere
AWAY_SHIFT = np.int32(9)  # three bits: months still to be lost to an injury
TENURE_SHIFT = np.int32(16)  # fifteen bits: months in this enterprise

AGE_MASK = np.int32(3)
ATTENDED = np.int32(31 << 4)
AWAY = np.int32(7 << 9)
STATUS = np.int32(15)  # taken, woman and age
TENURE = np.int32(32_767 << 16)
ONE_MONTH = np.int32(1 << 16)

FIELDS = {
    "status": (STATUS, np.int32(0)),
    "attended": (ATTENDED, ATTENDED_SHIFT),
    "away": (AWAY, AWAY_SHIFT),
    "tenure": (TENURE, TENURE_SHIFT),
}
"""Whole-number attributes: their bits in a person's word, and how far these are shifted."""

STEPS = np.float32(1 << 20)
"""Steps of skill and engagement that make 1."""
STEP = 1.0 / (1 << 20)
HALF = np.float32(0.5)


@submodel
def in_steps(value):
    """``value`` (0..4) in whole steps, as skill and engagement are kept, to the nearest.

    Sums over a roster are then sums of whole numbers: exact, in whatever order they are made.
    """
    return np.int32(np.float32(np.float32(value) * STEPS) + HALF)


def octets_of(seats: Any) -> Any:
    """Octets that hold so many seats."""
    return -(-seats // OCTET_SEATS)


class Seats:
    """The workers' attributes by seat, read from a world's octets; each is an array, one element a seat."""

    def __init__(self, octets: NDArray[Any]) -> None:
        self._octets = np.asarray(octets)

    def __len__(self) -> int:
        return OCTET_SEATS * len(self._octets)

    def copy(self) -> Seats:
        """The same attributes in octets of their own."""
        return Seats(self._octets.copy())

    def column(self, name: str, rows: Any = slice(None)) -> NDArray[Any]:
        """One attribute of the seats ``rows`` (an index, a slice or an array of indices)."""
        if name in ("skill", "engagement"):
            return self._raw(name, rows) * np.float32(STEP)
        return _field(name, self._raw("person", rows))

    def put(self, name: str, rows: Any, values: Any) -> None:
        """Set one attribute of the seats ``rows``, in place."""
        places = np.arange(len(self))[rows]
        at = places // OCTET_SEATS, places % OCTET_SEATS
        if name in ("skill", "engagement"):
            self._octets[name][at] = np.floor(np.asarray(values) * float(STEPS) + 0.5)
            return
        mask, shift = FIELDS[name]
        others = self._octets["person"][at] & ~mask
        self._octets["person"][at] = others | (np.asarray(values, np.int32) << shift)

    def taken(self, rows: Any = slice(None)) -> NDArray[np.bool_]:
        """Which of the seats ``rows`` somebody holds."""
        return (self._raw("person", rows) & TAKEN) != 0

    def _raw(self, name: str, rows: Any) -> NDArray[Any]:
        whole = self._octets[name]
        if isinstance(rows, slice) and rows == slice(None):
            return whole.reshape(-1)
        places = np.arange(len(self))[rows] if isinstance(rows, slice) else np.asarray(rows)
        if places.dtype == np.bool_:
            places = np.flatnonzero(places)
        return whole[places // OCTET_SEATS, places % OCTET_SEATS]


def _field(name: str, person: NDArray[np.int32]) -> NDArray[Any]:
    """A whole-number attribute out of persons' words."""
    mask, shift = FIELDS[name]
    return ((person & mask) >> shift).astype(np.uint16 if name == "tenure" else np.uint8)
