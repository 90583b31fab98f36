"""The workers at the start: who sits where, with which tenure, skill and engagement."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulation import draws
from simulation.compile import submodel
from simulation.hiring import SKILL_SPREAD
from simulation.parameters import COOPERATION, HUMAN_RESOURCES
from simulation.people import MONTHS_NEW
from simulation.seats import AGE_SHIFT, OCTET_SEATS, TAKEN, TENURE_SHIFT, WOMAN, in_steps, octets_of
from simulation.state import AGE_SHARES

SPARE_SEATS = 0.25
"""Seats for growth, per employee at the start (two more for every enterprise, and up to a whole octet)."""

LONGEST_TENURE = 360
"""Months; nobody has been in an enterprise for longer at the start."""

GUIDE_BITS = 12
"""Leading bits of a draw by which the guide points into the tenure distribution; nine draws in ten hit."""
GUIDE_SHIFT = np.int32(draws.THIRD_BITS - GUIDE_BITS)

WORDS = float(1 << 32)
"""Values of a word of random bits."""


def lay_out(employees: NDArray[np.int32]) -> NDArray[np.int64]:
    """Octet with which each enterprise's roster begins, end to end, and how many all take (n + 1,)."""
    seats = np.ceil(employees * (1.0 + SPARE_SEATS)).astype(np.int32) + np.int32(2)
    first_octet = np.zeros(len(employees) + 1, np.int64)
    np.cumsum(octets_of(seats), out=first_octet[1:])
    return first_octet


class TenureTables(NamedTuple):
    """How long workers have been there, and what they still have to learn, by months of tenure.

    ``share`` (months + 1,) of workers with at most so many months; ``guide``: the months of the lowest draw
    that begins with these bits; ``unlearned`` (months + 1,): share of the way from a newcomer's skill to an
    experienced worker's that is left.
    """

    share: NDArray[np.float64]
    guide: NDArray[np.uint16]
    unlearned: NDArray[np.float64]


def tenure_tables(p: Any) -> TenureTables:
    """The tables under a parameter record."""
    share = tenure_distribution(p)
    guide = np.searchsorted(share, np.arange(1 << GUIDE_BITS) / (1 << GUIDE_BITS)).astype(np.uint16)
    unlearned = (1.0 - p["skill_learning"]) ** np.arange(len(share))
    return TenureTables(share, guide, unlearned)


def tenure_distribution(p: Any) -> NDArray[np.float64]:
    """Share of workers with at most 0, 1, 2 ... months of tenure where quitting has long been as usual."""
    months = np.arange(LONGEST_TENURE)
    quits = np.minimum(0.9, p["quit_rate"] * (1.0 + p["quit_novice"] / (1.0 + months / MONTHS_NEW)))
    staying = np.concatenate([[1.0], np.cumprod(1.0 - quits)])
    share = np.cumsum(staying) / staying.sum()
    share[-1] = 1.0  # whatever rounding left: no draw lies beyond the longest
    return share


@submodel
def months_of_tenure(third, share, guide):
    """The fewest months that at least the drawn share (``third`` of 2^21) of the workers do not exceed."""
    draw = third / draws.THIRDS
    months = np.int64(guide[third >> GUIDE_SHIFT])
    while share[months] < draw:
        months += 1
    return months


@submodel
def person_at_start(second, third, months, female_share):
    """The word of a worker: seat taken, woman or man, age band, months of tenure."""
    woman = np.int32(second < female_share * draws.THIRDS)
    beyond_40 = np.int32(third >= AGE_SHARES[0] * draws.THIRDS)
    beyond_50 = np.int32(third >= (AGE_SHARES[0] + AGE_SHARES[1]) * draws.THIRDS)
    age = np.int32((beyond_40 + beyond_50) << AGE_SHIFT)
    return np.int32(TAKEN + woman * WOMAN + age + np.int32(months << TENURE_SHIFT))


@submodel
def engagement_at_start(ent, p):
    """Engagement at which an enterprise's workers rest, 0.05..0.95, where wages and hours are the usual."""
    level = (
        p.engagement_base
        + p.engagement_cooperation * (ent.usual[COOPERATION] - p.practice_mean[COOPERATION])
        + p.engagement_human_resources * (ent.usual[HUMAN_RESOURCES] - p.practice_mean[HUMAN_RESOURCES])
        - p.engagement_injuries * ent.injuries_seen
    )
    return min(0.95, max(0.05, level))


@submodel
def fill_roster(ent, p, bits, skill_bits, share, guide, unlearned, octets, first):
    """Seat the enterprise's workers in the octets from ``first`` on; those of an entrant are all new.

    ``bits`` and ``skill_bits`` are 64 random bits each of the enterprise; ``share``, ``guide`` and
    ``unlearned`` are those of :class:`TenureTables`.
    """
    employees, is_entrant = int(ent.employees), ent.entry_month > 0
    engagement = in_steps(engagement_at_start(ent, p))
    human_resources = ent.usual[HUMAN_RESOURCES] - p.practice_mean[HUMAN_RESOURCES]
    ceiling = 1.0 + p.skill_human_resources * human_resources
    women = 0
    for seat in range(employees):
        octet, i = octets[first + seat // OCTET_SEATS], seat % OCTET_SEATS
        first_draw, second, third = draws.seat_thirds(*draws.seat_words(bits, seat))
        months = 0 if is_entrant else months_of_tenure(first_draw, share, guide)
        general, _ = draws.seat_words(skill_bits, seat)
        at_hiring = p.skill_new + SKILL_SPREAD * (general / WORDS - 0.5)
        word = person_at_start(second, third, months, p.female_share)
        octet.person[i] = word
        octet.skill[i] = in_steps(ceiling - (ceiling - at_hiring) * unlearned[months])
        octet.engagement[i] = engagement
        women += word & WOMAN
    ent.women = women / WOMAN
