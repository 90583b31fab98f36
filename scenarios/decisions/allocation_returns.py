"""How returns fall when more are trained, measured: ever more of all eligible enterprises are trained at
once.

What would make them fall is in the model: orders won are mostly taken from others of the sector, a sector's
demand is elastic, regions share their job seekers. The same enterprises, a core, are followed while ever more
others are trained too, so that who is trained does not blur how many; what happens to everybody else comes
from the nation's sums.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.prior import record_of
from scenarios.decisions.groups import Group
from scenarios.decisions.training_at_once import at_hand, at_once, without_programme
from scenarios.design import Replicate
from simulation import accounts as a
from simulation.batch import RunResult, simulate
from simulation.census import CensusTables
from simulation.effects import net_benefit
from simulation.population import Population, draw_population, entry_settings
from simulation.programme import Scenario
from simulation.world import Run

FloatArray = NDArray[np.float64]

SHARES = (0.2, 0.6, 1.0)
"""Shares of the eligible that are trained; the first is the core that is in all of them."""

STEEPEST = 0.5
"""Fall at which training the last enterprise of a sector adds nothing; a curve is never steeper."""


@dataclass(frozen=True, eq=False)
class Returns:
    """What was measured: yuan, present value to the end of the run.

    ``core`` (draws, mixes, shares): net benefit of the core; ``own`` of all the trained; ``others`` of
    everybody else.
    """

    core: FloatArray
    own: FloatArray
    others: FloatArray

    @property
    def relative(self) -> FloatArray:
        """The core's benefit relative to that when it alone is trained (mixes, shares)."""
        total = self.core.sum(axis=0)
        return total / total[:, :1]

    def fall(self) -> FloatArray:
        """Part of the mean return that is gone when all of a sector are trained (mixes,), 0 to ``STEEPEST``.

        Of the straight line 1 - fall x share through the core's benefits, by least squares.
        """
        return np.clip(falls(self.relative), 0.0, STEEPEST)

    def spill_over(self) -> float:
        """Net benefit of all others per yuan of the trained's, over all shares and mixes."""
        return float(self.others.sum() / self.own.sum())

    def resampled(self, times: int, seed: int) -> list[Returns]:
        """The same from draws taken with repetition: for intervals (bootstrap)."""
        rng = np.random.default_rng(seed)
        picks = rng.integers(0, len(self.core), (times, len(self.core)))
        return [Returns(self.core[pick], self.own[pick], self.others[pick]) for pick in picks]


def falls(relative: FloatArray, shares: Sequence[float] = SHARES) -> FloatArray:
    """The fall of a straight line of mean returns from those relative to the first share's (mixes,
    shares).
    """
    share = np.array(shares)
    lever = share - share[0] * relative
    return ((1.0 - relative) * lever).sum(axis=1) / np.maximum(1e-300, (lever**2).sum(axis=1))


def slopes(fall: FloatArray, edges: FloatArray) -> FloatArray:
    """Part of the first enterprise's value that the next one has, in each segment (mixes, segments).

    ``edges`` are shares of a sector. If the mean return falls as 1 - fall x share, the total is share - fall
    x share^2.
    """
    middle = edges[:-1] + edges[1:]
    return np.maximum(0.0, 1.0 - np.outer(fall, middle))


def returns_of_pair(
    mixes: Sequence[Scenario],
    eligible: Callable[[Population], NDArray[np.bool_]],
    tables: CensusTables,
    enterprises: int,
    pair: tuple[Replicate, Replicate],
    values: dict[str, float],
    threads: int | None,
    after_month: Callable[[int, int], None] | None = None,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """(core, own, others), each (mixes, shares), of one draw: the mean of a pair of replicates."""
    base = without_programme(mixes[0])
    everybody = Group("all", tuple(range(len(tables.sectors))), tuple(range(len(tables.regions))), (1, 1))
    runs, chosen = [], []
    for replicate in pair:
        people = draw_population(
            tables, enterprises=enterprises, months=base.months, seed=replicate.population_seed,
            **entry_settings(base.parameters),
        )  # fmt: skip
        may, place = eligible(people), np.random.default_rng(replicate.event_seed).random(people.n)
        arms = [at_once(mix, [everybody], people.weight[may].sum(), tables) for mix in mixes]
        seeds = replicate.population_seed, replicate.event_seed
        nobody = np.zeros(people.n, np.bool_)
        runs.append(Run(base, people, record_of(at_hand(values), base), *seeds, nobody, may))
        runs += [
            Run(arm, people, record_of(at_hand(values), arm), *seeds, may & (place < share), may)
            for arm in arms
            for share in SHARES
        ]
        chosen.append(place[may])
    flat = simulate(runs, threads=threads, after_month=after_month, panel_only=True)
    each = 1 + len(mixes) * len(SHARES)
    halves = [_measured(flat[:each], chosen[0], len(mixes)), _measured(flat[each:], chosen[1], len(mixes))]
    core, own, others = np.mean(halves, axis=0)
    return core, own, others


def _measured(results: Sequence[RunResult], place: FloatArray, mixes: int) -> FloatArray:
    """(3, mixes, shares): core, own and others of one replicate."""
    base, arms = results[0], results[1:]
    found = np.zeros((3, mixes, len(SHARES)))
    for m in range(mixes):
        of_mix = arms[m * len(SHARES) : (m + 1) * len(SHARES)]
        classed = [arm.panel_enterprises["first_class_month"] >= 0 for arm in of_mix]
        core = np.logical_and.reduce([place < SHARES[0], *classed])
        for f, (share, arm) in enumerate(zip(SHARES, of_mix, strict=True)):
            own = _net(arm, base, place < share)
            found[:, m, f] = _net(arm, base, core), own, _net(arm, base, None) - own
    return found


def _net(arm: RunResult, base: RunResult, rows: NDArray[np.bool_] | None) -> float:
    """Net benefit of some rows of the panel (None: of the nation) over the whole run, yuan at its start."""
    p = arm.run.parameters[0]
    months = len(base.sums)
    discount = (1.0 + float(p["discount_rate"])) ** (-np.arange(months) / 12.0)
    if rows is None:
        difference = discount @ (arm.sums[:, 0] - base.sums[:, 0])
    else:
        weight = arm.panel_enterprises["weight"].astype(float)[rows]
        change = arm.panel[rows].astype(float) - base.panel[rows]
        difference = np.einsum("m,r,rma->a", discount, weight, change, optimize=True)
    nation = base.sums[:, 0].sum(axis=0)
    found = net_benefit(difference, 1.0, p, float(nation[a.WAGES] / nation[a.HEADCOUNT]))
    assert found is not None
    return found.net


def edges_up_to(share: float, segments: int = 4) -> FloatArray:
    """Shares of a sector at which segments of its curve begin and end, alike in width."""
    return np.linspace(0.0, share, segments + 1)
