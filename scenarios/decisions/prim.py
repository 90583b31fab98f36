"""The patient rule induction method: the box of parameters in which something happens far more often.

Friedman and Fisher (1999) peel thin slices off a box, each time the one whose loss leaves the highest share
of cases, and then paste slices back as long as that does no harm. Bryant and Lempert (2010) made it scenario
discovery: coverage, density, quasi-p-values of each restriction, and reproducibility over resamples.

Three things are added for few draws of many parameters, where peeling alone follows chance. Only the few
parameters that go with the cases most are peeled; of slices that are as good, the one farthest from being a
case goes first; and the whole procedure is repeated on halves of the draws and judged on the other halves,
so that a box in noise is not sold. (Of a corner planted in two of 150 parameters, with 200 draws, peeling
alone found both restrictions in none of 20 trials, this in 26 of 30.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

ALPHA = 0.05
"""Share of the box's draws that one peel takes off, as in the original."""

LEAST_DRAWS = 8
"""Draws below which a box is not peeled further: a share of fewer says nothing."""

LEVEL = 0.05
"""Chance at which a restriction, or a region, is no longer taken for noise."""

CANDIDATES = 6
"""Parameters that are peeled; a region of more could not be read, and each more is a chance to follow
noise.
"""

SPLITS = 12
"""Ways to halve the draws, for the check on unseen draws and for reproducibility."""


@dataclass(frozen=True, eq=False)
class Box:
    """A box: ``low`` and ``high`` of each parameter (parameters,), infinite where it is not restricted."""

    low: FloatArray
    high: FloatArray

    @staticmethod
    def whole(parameters: int) -> Box:
        """The box without restrictions."""
        return Box(np.full(parameters, -np.inf), np.full(parameters, np.inf))

    @property
    def restricted(self) -> BoolArray:
        """Which parameters are restricted (parameters,)."""
        return np.isfinite(self.low) | np.isfinite(self.high)

    def holds(self, x: FloatArray) -> BoolArray:
        """Which draws ``x`` (draws, parameters) lie inside (draws,)."""
        used = np.flatnonzero(self.restricted)
        inside = (x[:, used] >= self.low[used]) & (x[:, used] <= self.high[used])
        return np.asarray(inside.all(axis=1))

    def without(self, parameter: int) -> Box:
        """The box with one parameter set free."""
        return self.moved(parameter, -np.inf, np.inf)

    def moved(self, parameter: int, low: float, high: float) -> Box:
        """The box with other edges of one parameter."""
        lows, highs = self.low.copy(), self.high.copy()
        lows[parameter], highs[parameter] = low, high
        return Box(lows, highs)


@dataclass(frozen=True)
class Quality:
    """How well a box tells the cases.

    ``coverage``: share of all cases inside; ``density``: share of the draws inside that are cases;
    ``mass``: share of all draws inside; ``excess``: cases inside beyond those that the share of cases in
    all draws would put there.
    """

    coverage: float
    density: float
    mass: float
    excess: float


@dataclass(frozen=True, eq=False)
class Region:
    """What was found.

    Attributes:
        box: the box chosen (without any restriction where none stood).
        quality: its quality in all draws.
        trajectory: boxes peeled one after another, from the whole.
        p_values: chance of each restriction (parameters,), NaN where there is none.
        reproducibility: share of resamples (halves of the draws) in which each parameter is restricted
            (parameters,).
        unseen_density: share of cases in boxes found on half of the draws, among draws of the other half.
        unseen_p_value: chance that boxes found on one half do so well on the other without anything in it.
        found: whether the box stands: it has restrictions and beats the share of cases on unseen draws.

    """

    box: Box
    quality: Quality
    trajectory: tuple[Box, ...]
    p_values: FloatArray
    reproducibility: FloatArray
    unseen_density: float
    unseen_p_value: float
    found: bool


def quality_of(inside: BoolArray, cases: BoolArray) -> Quality:
    """The quality of a box that holds the draws ``inside``."""
    draws, hits = int(inside.sum()), int((inside & cases).sum())
    return Quality(
        hits / max(1, int(cases.sum())), hits / max(1, draws), draws / len(cases), hits - draws * cases.mean()
    )


# Peeling and pasting


def peel(x: FloatArray, cases: BoolArray, margin: FloatArray, alpha: float = ALPHA) -> tuple[Box, ...]:
    """Boxes from the whole to the smallest, each with a slice of its draws less than the one before.

    The slice is the one after which the share of ``cases`` is highest. With few draws many slices are as
    good; then the one that takes off the highest mean ``margin`` (how far a draw is from being a case).
    """
    box, inside = Box.whole(x.shape[1]), np.ones(len(x), np.bool_)
    boxes = [box]
    while (cases & inside).sum() < inside.sum() and inside.sum() > LEAST_DRAWS:
        found = _best_peel(x, cases, margin, inside, alpha)
        if found is None:
            break
        parameter, low, high = found
        box = box.moved(parameter, max(box.low[parameter], low), min(box.high[parameter], high))
        inside = box.holds(x)
        if inside.sum() < LEAST_DRAWS:
            break
        boxes.append(box)
    return tuple(boxes)


def _best_peel(
    x: FloatArray, cases: BoolArray, margin: FloatArray, inside: BoolArray, alpha: float
) -> tuple[int, float, float] | None:
    """(parameter, low, high) of the best slice to take off, of all parameters at either end."""
    rows = np.flatnonzero(inside)
    take = max(1, int(alpha * len(rows)))
    order = np.argsort(x[rows], axis=0, kind="stable")
    ranked = np.take_along_axis(x[rows], order, axis=0)
    hits, margins = cases[rows][order], margin[rows][order]
    best: tuple[float, float] | None = None
    chosen = None
    below, above = ranked[take - 1] < ranked[take], ranked[-take - 1] < ranked[-take]
    for is_low, possible, part in (
        (True, below, slice(0, take)),
        (False, above, slice(len(rows) - take, None)),
    ):
        lost, far = hits[part].sum(axis=0), margins[part].mean(axis=0)
        for parameter in np.flatnonzero(possible & (lost == np.where(possible, lost, take + 1).min())):
            score = (-float(lost[parameter]), float(far[parameter]))
            if best is None or score > best:
                best = score
                edge = _between(ranked[:, parameter], take if is_low else len(rows) - take)
                chosen = (int(parameter), edge, np.inf) if is_low else (int(parameter), -np.inf, edge)
    return chosen


def _between(ranked: FloatArray, place: int) -> float:
    """The middle between the value at ``place`` and the one before it."""
    return float((ranked[place - 1] + ranked[place]) / 2.0)


def paste(box: Box, x: FloatArray, cases: BoolArray, alpha: float = ALPHA) -> Box:
    """The box with slices put back, the best first, while cases come in and their share does not fall."""
    while True:
        now = quality_of(box.holds(x), cases)
        wider = [
            (quality_of(candidate.holds(x), cases), candidate)
            for parameter in np.flatnonzero(box.restricted)
            for candidate in _wider(box, int(parameter), x, alpha)
        ]
        good = [
            (found.density, found.coverage, candidate)
            for found, candidate in wider
            if found.coverage > now.coverage and found.density >= now.density
        ]
        if not good:
            return box
        box = max(good, key=lambda entry: entry[:2])[2]


def _wider(box: Box, parameter: int, x: FloatArray, alpha: float) -> list[Box]:
    """The box with one more slice of ``parameter`` at either end."""
    others = np.sort(x[box.without(parameter).holds(x), parameter])
    low, high = box.low[parameter], box.high[parameter]
    step = max(1, int(alpha * int(box.holds(x).sum())))
    found = []
    below, above = int((others < low).sum()), int((others > high).sum())
    if np.isfinite(low):
        place = below - step
        found.append(box.moved(parameter, _between(others, place) if place > 0 else -np.inf, high))
    if np.isfinite(high):
        place = len(others) - above + step
        found.append(box.moved(parameter, low, _between(others, place) if place < len(others) else np.inf))
    return found


# The box that is chosen


def candidates(
    x: FloatArray, cases: BoolArray, margin: FloatArray, most: int = CANDIDATES
) -> NDArray[np.int64]:
    """The ``most`` parameters that go with cases and margin most, by a straight line and a bow over their
    ranks.
    """
    if x.shape[1] <= most:
        return np.arange(x.shape[1])
    rank = (np.argsort(np.argsort(x, axis=0), axis=0) + 0.5) / len(x) * 2.0 - 1.0
    shapes = (np.sqrt(3.0) * rank, np.sqrt(5.0) * (3.0 * rank**2 - 1.0) / 2.0)  # of variance 1, uncorrelated
    strength = np.zeros(x.shape[1])
    for response in (cases.astype(float), margin):
        spread = float(response.std())
        centred = (response - response.mean()) / (spread if spread > 0.0 else 1.0)
        strength += sum((shape * centred[:, np.newaxis]).mean(axis=0) ** 2 for shape in shapes)
    return np.sort(np.argsort(-strength, kind="stable")[:most])


def quasi_p_values(box: Box, x: FloatArray, cases: BoolArray) -> FloatArray:
    """Chance of each restriction (parameters,), NaN where there is none (Bryant and Lempert 2010).

    It is the chance that so many draws of the box without that restriction hold so many cases as the box
    does.
    """
    inside = box.holds(x)
    chances = np.full(x.shape[1], np.nan)
    for parameter in np.flatnonzero(box.restricted):
        freed = box.without(int(parameter)).holds(x)
        hits, draws = int((inside & cases).sum()), int(inside.sum())
        chances[parameter] = _chance(hits, draws, float(cases[freed].mean()))
    return chances


def _chance(hits: int, draws: int, share: float) -> float:
    """Chance of ``hits`` or more in so many draws, each of which is one with the chance ``share``."""
    from scipy.special import bdtrc  # far quicker than scipy.stats

    return float(bdtrc(hits - 1, draws, share)) if hits > 0 else 1.0


def find_box(
    x: FloatArray, cases: BoolArray, margin: FloatArray, density: float | None = None
) -> tuple[Box, tuple[Box, ...]]:
    """(the box chosen, the trajectory of boxes it was chosen from); the whole where nothing stands out.

    Chosen is the bend of the trajectory, the box that holds most cases beyond the share of cases
    everywhere; or with ``density`` the box of the largest coverage that has it. Restrictions whose quasi-p-
    value is above ``LEVEL`` are set free, the worst first, and the rest is pasted.
    """
    used = candidates(x, cases, margin)
    boxes = peel(x[:, used], cases, margin)
    found = [quality_of(box.holds(x[:, used]), cases) for box in boxes]
    dense = [number for number, each in enumerate(found) if density is not None and each.density >= density]
    if dense:
        place = max(dense, key=lambda number: found[number].coverage)
    elif density is not None:
        place = max(range(len(found)), key=lambda number: found[number].density)
    else:
        place = max(range(len(found)), key=lambda number: found[number].excess)
    box = _pruned(boxes[place], x[:, used], cases)
    box = paste(box, x[:, used], cases)
    return _spread(box, used, x.shape[1]), tuple(_spread(each, used, x.shape[1]) for each in boxes)


def _pruned(box: Box, x: FloatArray, cases: BoolArray) -> Box:
    while box.restricted.any():
        chances = quasi_p_values(box, x, cases)
        worst = int(np.nanargmax(chances))
        if chances[worst] < LEVEL:
            break
        box = box.without(worst)
    return box


def _spread(box: Box, used: NDArray[np.int64], parameters: int) -> Box:
    """The box of some parameters as one of all."""
    whole = Box.whole(parameters)
    whole.low[used], whole.high[used] = box.low, box.high
    return whole


# Whether it stands


def find_region(
    x: FloatArray, cases: BoolArray, margin: FloatArray, seed: int, density: float | None = None
) -> Region:
    """The region of the parameters ``x`` (draws, parameters) in which ``cases`` (draws,) are frequent.

    ``margin`` (draws,) says how far a draw is from being a case, in any unit; it parts slices that are as
    good.
    """
    box, trajectory = find_box(x, cases, margin, density)
    halves = _found_on_halves(x, cases, margin, seed, density)
    chances = [_chance(half.hits, half.draws, float(cases.mean())) for half in halves]
    hits, draws = sum(half.hits for half in halves), sum(half.draws for half in halves)
    chance = min(1.0, 2.0 * float(np.median(chances)))  # Meinshausen, Meier and Buehlmann (2009)
    return Region(
        box, quality_of(box.holds(x), cases), trajectory, quasi_p_values(box, x, cases),
        np.sum([half.restricted for half in halves], axis=0) / (2.0 * SPLITS),
        hits / draws if draws else float("nan"), chance, bool(box.restricted.any()) and chance < LEVEL,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Halves:
    """Boxes found on both halves of the draws: cases and draws that they hold of the other halves, and how
    often each parameter is restricted.
    """

    hits: int
    draws: int
    restricted: NDArray[np.int64]


def _found_on_halves(
    x: FloatArray, cases: BoolArray, margin: FloatArray, seed: int, density: float | None
) -> list[_Halves]:
    """The procedure on halves of the draws, over ``SPLITS`` ways to halve."""
    rng = np.random.default_rng([seed, 610])
    found = []
    for _ in range(SPLITS):
        first = _half(cases, rng)
        hits, draws, restricted = 0, 0, np.zeros(x.shape[1], np.int64)
        for seen in (first, ~first):
            box, _trajectory = find_box(x[seen], cases[seen], margin[seen], density)
            inside = box.holds(x[~seen]) & box.restricted.any()
            hits, draws = hits + int((inside & cases[~seen]).sum()), draws + int(inside.sum())
            restricted += box.restricted
        found.append(_Halves(hits, draws, restricted))
    return found


def _half(cases: BoolArray, rng: np.random.Generator) -> BoolArray:
    """Half of the draws by chance, with half of the cases."""
    chosen = np.zeros(len(cases), np.bool_)
    for part in (np.flatnonzero(cases), np.flatnonzero(~cases)):
        chosen[rng.permutation(part)[: (len(part) + int(rng.integers(2))) // 2]] = True
    return chosen
