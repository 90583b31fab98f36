"""The workers at the start: who sits where, with which tenure, skill and engagement."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulation.parameters import COOPERATION, HUMAN_RESOURCES
from simulation.people import MONTHS_NEW
from simulation.seats import AGE_SHIFT, OCTET, OCTET_SEATS, TAKEN, WOMAN, pack
from simulation.state import AGE_SHARES

CHUNK = 50_000
"""Enterprises filled at a time, so that a nation one to one needs no more memory than its columns."""

LONGEST_TENURE = 360
"""Months; nobody has been in an enterprise for longer at the start."""


def fill_rosters(ent: NDArray[Any], p: Any, random: np.random.Generator) -> NDArray[Any]:
    """Octets by seat: the first ``employees`` seats of each roster are taken.

    ``ent`` are the enterprise records (their ``women`` is counted here), ``p`` a parameter record.
    """
    seats = int(ent["seats"].sum(dtype=np.int64))
    octets = np.zeros(seats // OCTET_SEATS, OCTET)
    for first in range(0, len(ent), CHUNK):
        part = ent[first : first + CHUNK]
        start = int(part["first_seat"][0])
        stop = int(part["first_seat"][-1] + part["seats"][-1])
        filled = _fill(part, p, random)
        octets[start // OCTET_SEATS : stop // OCTET_SEATS] = pack(filled)
    return octets


def tenure_distribution(p: Any) -> NDArray[np.float64]:
    """Share of workers with at most 0, 1, 2 ... months of tenure where quitting has long been as usual."""
    months = np.arange(LONGEST_TENURE)
    quits = np.minimum(0.9, p["quit_rate"] * (1.0 + p["quit_novice"] / (1.0 + months / MONTHS_NEW)))
    staying = np.concatenate([[1.0], np.cumprod(1.0 - quits)])
    return np.cumsum(staying) / staying.sum()


def _fill(ent: NDArray[Any], p: Any, random: np.random.Generator) -> dict[str, NDArray[Any]]:
    """The seats of some enterprises: tenure at its stationary spread, skill and engagement to match."""
    owner = np.repeat(np.arange(len(ent), dtype=np.int32), ent["seats"])
    seats = len(owner)
    place = np.arange(seats) - (ent["first_seat"] - ent["first_seat"][0])[owner]
    taken = place < ent["employees"][owner]
    tenure = np.searchsorted(tenure_distribution(p), random.random(seats))
    tenure[ent["entry_month"][owner] > 0] = 0
    human_resources = ent["usual"][:, HUMAN_RESOURCES] - p["practice_mean"][HUMAN_RESOURCES]
    ceiling = (1.0 + p["skill_human_resources"] * human_resources)[owner]
    at_hiring = p["skill_new"] + 0.2 * (random.random(seats) - 0.5)
    skill = ceiling - (ceiling - at_hiring) * (1.0 - p["skill_learning"]) ** tenure
    level = (
        p["engagement_base"]
        + p["engagement_cooperation"] * (ent["usual"][:, COOPERATION] - p["practice_mean"][COOPERATION])
        + p["engagement_human_resources"] * human_resources
        - p["engagement_injuries"] * ent["injuries_seen"]
    )
    women = random.random(seats) < p["female_share"]
    age = np.searchsorted(np.cumsum(AGE_SHARES)[:2], random.random(seats), side="right").astype(np.uint8)
    status = TAKEN + WOMAN * women.astype(np.uint8) + (age.astype(np.int32) << AGE_SHIFT)
    ent["women"] = np.bincount(owner, weights=women & taken, minlength=len(ent))
    empty = np.zeros(seats, np.int32)
    return {
        "attended": empty,
        "away": empty,
        "skill": np.round(np.where(taken, skill, 0.0) * 2**20) / 2**20,
        "engagement": np.round(np.where(taken, np.clip(level, 0.05, 0.95)[owner], 0.0) * 2**20) / 2**20,
        "tenure": np.where(taken, tenure, 0),
        "status": np.where(taken, status, 0),
    }
