"""Designs of sensitivity analysis and the indices that follow from them, whatever was simulated.

A design has blocks, the units that are left out, resampled and added: base points (Sobol), trajectories
(Morris), sets of search curves (FAST), single points (PAWN, delta).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from scenarios.decisions import salib_adapter, screening, sobol_indices
from scenarios.decisions.screening import DUMMY
from scenarios.decisions.sobol_indices import COVERAGE, Index

FloatArray = NDArray[np.float64]

KINDS: dict[str, tuple[str, ...]] = {
    "sobol": ("total", "first"), "morris": ("mu_star",), "fast": ("total", "first"), "pawn": ("pawn",),
    "delta": ("delta",),
}  # fmt: skip
"""The methods, and the kinds of index by which each ranks, the leading one first."""

SETS = 4
"""Sets of search curves of FAST."""
USUAL_N = {"sobol": 64, "morris": 10, "fast": salib_adapter.SHORTEST_CURVE, "pawn": 256, "delta": 256}
"""Base points, trajectories, points of a curve, and points."""
FEWEST_N = {"sobol": 8, "morris": 4, "fast": salib_adapter.SHORTEST_CURVE, "pawn": 48, "delta": 48}
UNCORRECTED = "_uncorrected"
"""End of the kinds that SALib estimates as if there were no chance."""


@dataclass(frozen=True, eq=False)
class Design:
    """Points to be simulated for a method.

    Attributes:
        method: one of ``KINDS``.
        factors: names of the parameters, or of their groups.
        groups: number of the factor of each parameter.
        points: (blocks, rows, parameters) in the unit cube.
        second_order: whether Sobol's second-order indices can be estimated.

    """

    method: str
    factors: tuple[str, ...]
    groups: tuple[int, ...]
    points: FloatArray
    second_order: bool = False

    @property
    def grouped(self) -> bool:
        """Whether a factor may be several parameters."""
        return len(self.factors) < len(self.groups)

    def only(self, blocks: NDArray[np.bool_] | slice) -> Design:
        """The same with some of the blocks."""
        return Design(self.method, self.factors, self.groups, self.points[blocks], self.second_order)


def design_of(
    method: str,
    parameters: Sequence[str],
    n: int,
    seed: int,
    groups: Sequence[str] | None = None,
    second_order: bool = False,
) -> Design:
    """The design of ``method`` for ``parameters``; ``groups`` names the group of each, if any."""
    # SALib numbers groups by where each first appears
    factors = tuple(dict.fromkeys(groups if groups else parameters))
    of = tuple(factors.index(name) for name in (groups if groups else parameters))
    number = len(parameters)
    match method:
        case "sobol":
            points = salib_adapter.sobol_sample(number, n, seed, groups, second_order)
        case "morris":
            points = salib_adapter.morris_sample(number, n, seed, groups)
        case "fast":
            points = salib_adapter.fast_sample(number, n, SETS, seed)
        case _:
            points = salib_adapter.latin_sample(number, n, seed)
    return Design(method, factors, of, points, second_order and method == "sobol")


def usable(y: FloatArray) -> NDArray[np.bool_]:
    """Which blocks of ``y`` (blocks, rows, replicates) are finite throughout: others are left out whole."""
    return np.asarray(np.isfinite(y).all(axis=(1, 2)), np.bool_)


def indices(
    design: Design,
    y: FloatArray,
    seed: int,
    *,
    resamples: int = screening.RESAMPLES,
    uncorrected: bool = True,
) -> list[Index]:
    """All indices of a design from ``y`` (blocks, rows, replicates); see the estimators for their meaning.

    With ``uncorrected`` also what SALib says of the means over replicates. Where the output is constant every
    index is NaN. Raises UnusableOutput where ``y`` is not finite or not as long as the design.
    """
    if y.shape[:2] != design.points.shape[:2]:
        raise salib_adapter.UnusableOutput(f"{y.shape[:2]} outputs instead of {design.points.shape[:2]}")
    mean = y.mean(axis=-1).ravel()
    try:
        salib_adapter.checked(mean, mean.size)
    except salib_adapter.UnusableOutput:
        if not np.isfinite(mean).all():
            raise
        nan = float("nan")
        kinds = KINDS[design.method]
        return [Index(kind, j, nan, nan, nan) for kind in kinds for j in range(len(design.factors))]
    rng = np.random.default_rng([seed, 509])
    found = _corrected(design, y, rng, resamples)
    return found + (_uncorrected(design, y.mean(axis=-1)) if uncorrected else [])


def _corrected(design: Design, y: FloatArray, rng: np.random.Generator, resamples: int) -> list[Index]:
    match design.method:
        case "sobol":
            return sobol_indices.sobol_indices(y, design.second_order, rng)
        case "morris":
            return screening.morris_indices(design.points, y, design.groups, rng)
        case "fast":
            return screening.fast_indices(y, len(design.factors))
        case _:
            return screening.distance_indices(design.method, design.points[:, 0], y[:, 0], rng, resamples)


def _uncorrected(design: Design, mean: FloatArray) -> list[Index]:
    """What SALib says of ``mean`` (blocks, rows)."""
    found: dict[str, FloatArray] = {}
    if design.method == "sobol":
        found = salib_adapter.salib_sobol(mean.ravel(), len(design.factors), design.second_order, COVERAGE)
    if design.method == "morris":
        points = design.points.reshape(-1, design.points.shape[-1])
        names = [design.factors[j] for j in design.groups] if design.grouped else None
        found = {"mu_star": salib_adapter.salib_mu_star(points, mean.ravel(), COVERAGE, names)}
    if design.method == "fast":
        sets = [salib_adapter.salib_fast(of_set, len(design.factors)) for of_set in mean]
        for kind in KINDS["fast"]:
            values = np.mean([of_set[kind] for of_set in sets], axis=0)
            found[kind] = np.stack([values, np.full_like(values, math.nan)])
    return [
        Index(kind + UNCORRECTED, j, float(value), float(value - half), float(value + half))
        for kind, columns in found.items()
        for j, (value, half) in enumerate(columns.T)
    ]


def _ranked(found: Sequence[Index]) -> list[Index]:
    """Without the dummy, the largest first, what is undefined last."""
    factors = [index for index in found if index.factor != DUMMY]
    return sorted(factors, key=lambda index: -np.nan_to_num(index.estimate, nan=-np.inf))


def _apart(upper: Index, lower: Index) -> bool:
    """Whether the interval of the difference of two indices leaves zero out.

    It is put together from the intervals of both, as if they were independent (Zou & Donner 2008, Statistics
    in Medicine 27, 1693-1702). Two intervals may overlap a little and their difference still be sure.
    """
    difference = upper.estimate - lower.estimate
    return bool(difference > math.hypot(upper.estimate - upper.low, lower.high - lower.estimate))


def told_apart(found: Sequence[Index]) -> dict[int, bool]:
    """By factor, whether it is told from both neighbours in rank, in indices of one kind."""
    ranked = _ranked(found)
    apart = [_apart(upper, lower) for upper, lower in pairwise(ranked)]
    both = zip(ranked, [True, *apart], [*apart, True], strict=True)
    return {index.factor: bool(above and below and np.isfinite(index.low)) for index, above, below in both}


def ranks_told(found: Sequence[Index]) -> int:
    """How many ranks from the first on are told from those below them, in indices of one kind."""
    ranked = _ranked(found)
    number = 0
    for upper, lower in pairwise(ranked):
        if not _apart(upper, lower):
            return number
        number += 1
    return len(ranked) if ranked and np.isfinite(ranked[-1].low) else number


def above_chance(index: Index, found: Sequence[Index], blocks: int) -> bool:
    """Whether an index is more than nothing, allowing for how many of its kind were looked at.

    Of 150 factors that do nothing, eight have an interval of 90 % above zero. So the interval is widened by
    Bonferroni's rule, with Student's quantiles as there are few ``blocks``; it must be above zero and above
    the dummy's, if there is one. In trials with Morris one sweep of 40 factors in three still had a false
    alarm.
    """
    same = [other for other in found if other.kind == index.kind]
    dummies = [other.high for other in same if other.factor == DUMMY]
    tail = (1.0 - COVERAGE) / 2.0
    wider = stdtrit(max(1, blocks - 1), 1.0 - tail / max(1, len(same) - len(dummies))) / ndtri(1.0 - tail)
    return bool(index.estimate - wider * (index.estimate - index.low) > max([0.0, *dummies]))


SHARES = (0.25, 0.5, 0.75, 1.0)
"""Parts of the sample at which convergence is looked at."""


def convergence(design: Design, y: FloatArray, seed: int, whole: Sequence[Index]) -> list[tuple[int, Index]]:
    """(blocks used, index) of the leading kinds on growing parts of the sample; ``whole``: of all of it."""
    rows = []
    for blocks in sorted({math.ceil(share * len(y)) for share in SHARES}):
        if blocks < 2 or (design.method in ("pawn", "delta") and blocks < 24):
            continue
        part = whole
        if blocks < len(y):
            part = indices(design.only(slice(blocks)), y[:blocks], seed, resamples=20, uncorrected=False)
        rows += [(blocks, index) for index in part if index.kind in KINDS[design.method]]
    return rows


@dataclass(frozen=True)
class Chance:
    """What of the variance between runs is chance.

    Attributes:
        points: simulated; failed: those of them with an undefined outcome; left_out: points of blocks left
            out.
        variance: of single runs; chance: between replicates of a point (NaN without replicates).
        low, high: interval of the share of chance.

    """

    points: int
    failed: int
    left_out: int
    variance: float
    chance: float
    low: float
    high: float

    @property
    def share(self) -> float:
        """The share of the variance that is chance."""
        return self.chance / self.variance if self.variance > 0.0 else float("nan")


def chance_of(y: FloatArray, seed: int) -> Chance:
    """The chance in ``y`` (blocks, rows, replicates), with the blocks that are usable."""
    good = usable(y)
    failed, used = int((~np.isfinite(y).all(axis=-1)).sum()), y[good]
    left_out = int((~good).sum()) * y.shape[1]
    nan = float("nan")
    if len(used) < 2 or y.shape[-1] < 2:
        variance = float(used.var()) if used.size else nan
        return Chance(y.shape[0] * y.shape[1], failed, left_out, variance, nan, nan, nan)
    weights = sobol_indices.resampling(len(used), np.random.default_rng([seed, 510]))
    centred = used - used.mean()
    chance = weights @ sobol_indices.chance_variance(used)
    variance = weights @ (centred**2).mean(axis=(1, 2)) - (weights @ centred.mean(axis=(1, 2))) ** 2
    shares = chance / np.where(variance > 0.0, variance, np.nan)
    low, high = np.nanquantile(shares[1:], [(1.0 - COVERAGE) / 2.0, (1.0 + COVERAGE) / 2.0])
    return Chance(
        y.shape[0] * y.shape[1],
        failed,
        left_out,
        float(variance[0]),
        float(chance[0]),
        float(low),
        float(high),
    )
