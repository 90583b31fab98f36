"""The design of a comparison: which parameters, enterprises and events each replicate sees.

Every parameter draw is run twice, so that the uncertainty can be taken apart. In even draws the second
replicate keeps the enterprises and changes the events; in odd draws both change. Seeds are keyed by
(root, draw, replicate), never by scenario, so that all scenarios share them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Replicate:
    """One replicate: its parameter draw, the seed of its enterprises and the seed of their events."""

    number: int
    draw: int
    population_seed: int
    event_seed: int


def replicate_pairs(replicates: int, seed: int, *, others: bool = False) -> list[tuple[Replicate, Replicate]]:
    """``replicates`` (an even number, at least 4) in pairs that share a parameter draw.

    With ``others`` the second replicate has other enterprises in even draws too: the difference within every
    pair is then all of chance, for those who need not tell enterprises from events.
    """

    def key(*parts: int) -> int:
        return int(np.random.SeedSequence([seed, *parts]).generate_state(1)[0])

    pairs = []
    for draw in range(replicates // 2):
        first = Replicate(2 * draw, draw, key(1, draw, 0), key(2, draw, 0))
        same = draw % 2 == 0 and not others
        second = Replicate(2 * draw + 1, draw, key(1, draw, 0 if same else 1), key(2, draw, 1))
        pairs.append((first, second))
    return pairs
