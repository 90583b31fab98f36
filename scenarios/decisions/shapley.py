"""Who contributes what: exact Shapley values, interactions and best next steps of a game over all subsets.

A game is an array (..., 2 ** players): the value of each subset of players, player k being bit k of the
index; the empty set is first and worth nothing. All functions are linear in the values and work on every
replicate at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import factorial

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def subset_number(members: Sequence[int]) -> int:
    """Index of a subset in a game."""
    return sum(1 << player for player in members)


def players_of(game: FloatArray) -> int:
    """Number of players; ValueError where the last axis is not a power of two."""
    players = game.shape[-1].bit_length() - 1
    if game.shape[-1] != 1 << players:
        raise ValueError(f"a game has 2 ** players values, not {game.shape[-1]}")
    return players


def shapley_values(game: FloatArray) -> FloatArray:
    """Shapley (1953) value of each player (..., players): the mean gain it brings over all orders of joining.

    They add up to the value of all players together, in every replicate.
    """
    players, subsets = players_of(game), np.arange(game.shape[-1])
    size = np.bitwise_count(subsets)
    found = np.empty((*game.shape[:-1], players))
    for player in range(players):
        without = subsets[subsets & (1 << player) == 0]
        weight = np.array(
            [factorial(s) * factorial(players - s - 1) / factorial(players) for s in size[without].tolist()]
        )
        found[..., player] = (game[..., without | (1 << player)] - game[..., without]) @ weight
    return found


def interactions(game: FloatArray) -> FloatArray:
    """Shapley interaction index of each pair (..., players, players); the diagonal is zero.

    Grabisch and Roubens (1999): how much more two players gain together than one by one, over all orders in
    which the two join as one. Positive: they help each other; negative: they do each other's work.
    """
    players, subsets = players_of(game), np.arange(game.shape[-1])
    size = np.bitwise_count(subsets)
    found = np.zeros((*game.shape[:-1], players, players))
    for one in range(players):
        for other in range(one):
            i, j = 1 << one, 1 << other
            without = subsets[subsets & (i | j) == 0]
            weight = np.array(
                [
                    factorial(s) * factorial(players - s - 2) / factorial(players - 1)
                    for s in size[without].tolist()
                ]
            )
            both = game[..., without | i | j] - game[..., without | i] - game[..., without | j]
            found[..., one, other] = found[..., other, one] = (both + game[..., without]) @ weight
    return found


def after(game: FloatArray, first: int) -> FloatArray:
    """The game of the other players when ``first`` has joined; its empty set is worth nothing again."""
    rest = [player for player in range(players_of(game)) if player != first]
    joined = np.array(
        [
            subset_number([first, *(player for bit, player in enumerate(rest) if number >> bit & 1)])
            for number in range(1 << len(rest))
        ]
    )
    return game[..., joined] - game[..., joined[:1]]


def shapley_after(game: FloatArray, first: int) -> FloatArray:
    """Shapley values over those orders alone that begin with ``first`` (..., players).

    The first gets what it is worth by itself, the others the Shapley values of the game that remains. Subsets
    without ``first`` are never looked at.
    """
    rest = [player for player in range(players_of(game)) if player != first]
    found = np.empty((*game.shape[:-1], len(rest) + 1))
    found[..., first] = game[..., 1 << first] - game[..., 0]
    found[..., rest] = shapley_values(after(game, first))
    return found


def interactions_after(game: FloatArray, first: int) -> FloatArray:
    """Interaction indices of the others once ``first`` has joined; NaN with ``first``, always there."""
    players = players_of(game)
    rest = [player for player in range(players) if player != first]
    found = np.full((*game.shape[:-1], players, players), np.nan)
    found[..., np.array(rest)[:, None], np.array(rest)] = interactions(after(game, first))
    return found


@dataclass(frozen=True, eq=False)
class Step:
    """One step of a path: who is in already, and what each other would add, (replicates, candidates)."""

    given: tuple[int, ...]
    candidates: tuple[int, ...]
    gains: FloatArray
    chosen: int


def best_path(game: FloatArray, first: int | None = None) -> list[Step]:
    """Which player to add next, and next: each time the one that adds most in the mean over the replicates.

    ``game`` is (replicates, subsets). With ``first`` that player must come first. Among several, the gain of
    the one chosen is flattered by the choice where they hardly differ.
    """
    given: tuple[int, ...] = ()
    steps = []
    while len(given) < players_of(game):
        out = [player for player in range(players_of(game)) if player not in given]
        candidates = (first,) if first is not None and not given else tuple(out)
        here = subset_number(given)
        gains = np.stack([game[:, here | (1 << player)] - game[:, here] for player in candidates], axis=1)
        chosen = candidates[int(np.argmax(np.nanmean(gains, axis=0)))]
        steps.append(Step(given, candidates, gains, chosen))
        given = (*given, chosen)
    return steps
