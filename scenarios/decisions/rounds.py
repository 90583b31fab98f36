"""Replicates go where they decide: a race of the options in rounds, on replicates that all of them share.

Successive rejects (Audibert, Bubeck and Munos 2010) and halving (Karnin, Koren and Somekh 2013), on shared
seeds: since all options of a replicate see the same parameters, enterprises and events, their differences are
known far better than their levels. Every round brings new draws and new seeds, and only options still in the
race are simulated. The finalists are then simulated again: that they won is partly luck, and the replicates
that chose them would flatter them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.decisions.choice import Estimates, estimates, mean_of, paired_difference

FloatArray = NDArray[np.float64]

CLEARLY = 2.0
"""Standard errors of a paired difference from which on it counts as one."""

ENOUGH_PAIRS = 4
"""Shared pairs from which on a standard error is trusted to throw an option out of the better half."""

NORMAL_90 = 1.645
"""Standard deviations from the mean of a Gaussian to the ends of its middle 90 %."""

FINALISTS = 3
"""The race ends when so many are left; they are simulated again on fresh seeds."""

Simulate = Callable[[int, Sequence[int], int], tuple[FloatArray, bool]]
"""``simulate(round, options, replicates)`` gives (values of these options (replicates, options), whether it
was interrupted and has fewer); the replicates of each round are new."""


@dataclass(frozen=True, eq=False)
class Race:
    """What a race found.

    Attributes:
        values: (replicates, options), all rounds; NaN where an option had left.
        fresh: whether a replicate belongs to the finalists' fresh seeds (replicates,).
        left: number of the round in which each option left (options,); of finalists, that of rounds.
        rounds: option-replicates of each round, the fresh ones last.
        interrupted: whether it ended early.

    """

    values: FloatArray
    fresh: NDArray[np.bool_]
    left: NDArray[np.int64]
    rounds: tuple[int, ...]
    interrupted: bool = False

    @property
    def finalists(self) -> NDArray[np.int64]:
        """Numbers of the options that never left."""
        return np.flatnonzero(self.left == self.left.max())

    @property
    def used(self) -> int:
        """Option-replicates simulated."""
        return sum(self.rounds)

    @property
    def equal(self) -> int:
        """Option-replicates had all options got as many replicates as the finalists."""
        return int(np.isfinite(self.values).sum(axis=0).max() * self.values.shape[1])

    @property
    def leader(self) -> int:
        """The best finalist, on fresh seeds where there are any."""
        judged = self.values[self.fresh] if self.fresh.any() else self.values
        means = mean_of(judged[:, self.finalists])
        return int(self.finalists[np.argmax(np.nan_to_num(means, nan=-np.inf))])


def race(simulate: Simulate, options: int, first: int, finalists: int = FINALISTS) -> Race:
    """Race ``options`` options with ``first`` replicates (even) in the first round, doubled in each next one.

    After a round an option leaves when it is clearly worse than the leader, and the worse half leaves anyhow.
    The finalists' fresh replicates are twice those of the round before. An interruption ends the race with
    what was found by then; KeyboardInterrupt in the first round is passed on.
    """
    staying, left = np.arange(options), np.zeros(options, np.int64)
    parts: list[FloatArray] = []
    sizes: list[int] = []
    interrupted, number, replicates = False, 0, first
    while not interrupted:
        final = number > 0 and len(staying) <= finalists
        try:
            values, interrupted = simulate(number, staying.tolist(), replicates)
        except KeyboardInterrupt:
            if not parts:
                raise
            return _race(parts, sizes, left, False, True)
        parts.append(_spread(values, staying, options))
        sizes.append(values.size)
        if final:
            return _race(parts, sizes, left, True, interrupted)
        staying = staying[stay(np.concatenate(parts)[:, staying])] if not interrupted else staying
        number += 1
        left[staying] = number
        replicates *= 2
    return _race(parts, sizes, left, False, True)


def _race(
    parts: list[FloatArray], sizes: list[int], left: NDArray[np.int64], final: bool, interrupted: bool
) -> Race:
    fresh = np.concatenate(
        [np.full(len(part), final and k == len(parts) - 1) for k, part in enumerate(parts)]
    )
    return Race(np.concatenate(parts), fresh, left, tuple(sizes), interrupted)


def _spread(values: FloatArray, chosen: NDArray[np.int64], options: int) -> FloatArray:
    whole = np.full((len(values), options), np.nan)
    whole[:, chosen] = values
    return whole


def most_work(options: int, first: int, finalists: int = FINALISTS) -> list[int]:
    """Option-replicates of each round of a race in which none leaves before it must."""
    work, replicates, staying = [options * first], first, max(2, math.ceil(options / 2))
    while staying > finalists:
        replicates *= 2
        work.append(staying * replicates)
        staying = max(2, math.ceil(staying / 2))
    return [*work, min(staying, options) * 2 * replicates]


def stay(values: FloatArray) -> NDArray[np.int64]:
    """Numbers of the options (columns) that stay in the race, in their order.

    At most half of them (rounded up), the best first; of these who is not clearly worse than the leader; two
    at least.
    """
    means = np.nan_to_num(mean_of(values), nan=-np.inf)
    order = np.argsort(-means, kind="stable")
    half = order[: max(2, math.ceil(len(order) / 2))]
    kept = [
        option
        for place, option in enumerate(half)
        if place < 2 or not _clearly_worse(values, option, half[0])
    ]
    return np.sort(np.array(kept, np.int64))


def _clearly_worse(values: FloatArray, option: int, leader: int) -> bool:
    mean, error, pairs = paired_difference(values, option, leader)
    return pairs >= ENOUGH_PAIRS and mean < -CLEARLY * error


def comparable(values: FloatArray, fresh: NDArray[np.bool_], leader: int) -> FloatArray:
    """Estimates of one outcome that can be laid side by side, (options,).

    Finalists: their mean over the fresh replicates. Options that left: the leader's estimate and their
    difference to it on the replicates that they share. Without fresh replicates all are used for the leader.
    """
    judged = values[fresh] if fresh.any() else values
    means = mean_of(judged)
    shifted = means[leader] + mean_of(values - values[:, [leader]])
    return np.where(np.isfinite(means), means, shifted)


def comparable_ratio(
    top: FloatArray, bottom: FloatArray, fresh: NDArray[np.bool_], leader: int
) -> FloatArray:
    """The same for a ratio of two outcomes' sums over replicates, such as benefit per yuan, (options,).

    Options that left: the leader's ratio times what theirs is of the leader's on shared replicates. An amount
    that cannot be negative is compared this way too, with ones at the ``bottom``.
    """
    judged = fresh if fresh.any() else np.ones(len(fresh), np.bool_)
    own = _ratio(top[judged], bottom[judged])
    shared = np.isfinite(top * bottom) & np.isfinite(top * bottom)[:, [leader]]
    theirs = _ratio(np.where(shared, top, np.nan), np.where(shared, bottom, np.nan))
    leaders = _ratio(
        np.where(shared, top[:, [leader]], np.nan), np.where(shared, bottom[:, [leader]], np.nan)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.isfinite(own), own, own[leader] * theirs / leaders)


def _ratio(top: FloatArray, bottom: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return mean_of(top) / mean_of(bottom)


def race_estimates(result: Race) -> Estimates:
    """Estimates of all options as :func:`comparable` makes them, with intervals and Monte Carlo errors.

    The interval of an option that left is the leader's, moved to the option's estimate and widened by the
    spread of the difference between the two; its error joins the leader's and that of the difference.
    """
    leader, fresh = result.leader, result.fresh
    own = estimates(result.values[fresh] if fresh.any() else result.values)
    estimate = comparable(result.values, fresh, leader)
    apart = result.values - result.values[:, [leader]]
    low, high, se, replicates = own.low.copy(), own.high.copy(), own.se.copy(), own.replicates.copy()
    for option in np.flatnonzero(~np.isfinite(own.estimate) & np.isfinite(estimate)):
        shared = apart[np.isfinite(apart[:, option]), option]
        spread = NORMAL_90 * float(np.std(shared, ddof=1)) if len(shared) > 1 else 0.0
        low[option] = estimate[option] - np.hypot(own.estimate[leader] - own.low[leader], spread)
        high[option] = estimate[option] + np.hypot(own.high[leader] - own.estimate[leader], spread)
        _, error, _ = paired_difference(result.values, int(option), leader)
        se[option] = np.hypot(own.se[leader], error)
        replicates[option] = len(shared)
    return Estimates(estimate, low, high, se, replicates)
