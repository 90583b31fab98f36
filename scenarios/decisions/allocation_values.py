"""From a noisy experiment to the value of training one enterprise, by draw, cell and mix.

Each cell is seen through a few enterprises, and a maximum over hundreds of cells and mixes finds the luckiest
(the optimiser's curse: Smith and Winkler 2006, Management Science 52:311). So cells borrow strength: what is
common to a sector or a macro-region is told from chance, and chance is taken out (best linear unbiased
prediction: Henderson 1975, Biometrics 31:423; variances by maximum likelihood).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from scenarios.decisions.objectives import DIMENSIONS, OUTCOMES

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Scale:
    """An objective with the unit of each of its parts kept, so that later values are scored alike.

    ``parts`` are (outcome, factor): the objective is the sum of factor x outcome.
    """

    parts: tuple[tuple[str, float], ...]

    @staticmethod
    def of(values: FloatArray, names: Sequence[str], weights: Mapping[str, float]) -> Scale:
        """The scale of :func:`scenarios.decisions.objectives.score` for ``values`` (..., outcomes)."""
        if len(weights) == 1 and (only := next(iter(weights))) in OUTCOMES:
            return Scale(((only, float(OUTCOMES[only].better)),))
        total, parts = sum(weights.values()), []
        for objective, weight in weights.items():
            members = DIMENSIONS.get(objective, (objective,))
            for name in members:
                spread = float(np.nanstd(values[..., names.index(name)]))
                factor = OUTCOMES[name].better / spread if spread > 0.0 else 0.0
                parts.append((name, weight / total / len(members) * factor))
        return Scale(tuple(parts))

    def score(self, values: FloatArray, names: Sequence[str]) -> FloatArray:
        """The objective of ``values`` (..., outcomes), more is better."""
        return np.sum([factor * values[..., names.index(name)] for name, factor in self.parts], axis=0)


@dataclass(frozen=True, eq=False)
class Values:
    """Value of training one enterprise: ``raw`` as measured and ``smoothed`` (draws, cells, mixes).

    ``kept`` (mixes,) is the part of the variance between cells that was kept as no chance.
    """

    raw: FloatArray
    smoothed: FloatArray
    kept: FloatArray


def values_of_cells(measured: FloatArray, sector: IntArray, region: IntArray, known: FloatArray) -> Values:
    """Take chance out of ``measured`` (draws, cells, mixes); NaN: not measured.

    A value is the draw's mean of its mix, times how the cell compares with others (the same in all draws),
    plus what the sector departs from that in the draw.
    """
    common = np.nanmean(measured, axis=1, keepdims=True)
    filled = np.where(np.isfinite(measured), measured, common)
    mixes = filled.shape[2]
    sign, total = np.sign(common), np.maximum(1e-300, np.abs(common).sum(axis=0))  # of the ratio of sums
    loading = (sign * filled).sum(axis=0) / total
    left = filled - common * loading
    without = np.maximum(0.05, 1.0 - np.abs(common) / total)  # share of the other draws
    influence = sign * left / total / without  # by which leaving out a draw would move the loading
    level = smoothed(loading.mean(axis=1), _error(influence.mean(axis=2)), sector, region, known)
    contrast = loading - loading.mean(axis=1, keepdims=True)
    errors = influence - influence.mean(axis=2, keepdims=True)
    parts = [smoothed(contrast[:, m], _error(errors[..., m]), sector, region, known) for m in range(mixes)]
    best = level[:, np.newaxis] + np.stack(parts, axis=1)
    kept = best.var(axis=0) / np.maximum(1e-300, loading.var(axis=0))
    return Values(measured, common * best + _of_sectors(left, sector), kept)


def _error(influence: FloatArray) -> float:
    """Variance of an estimate that leaving out each draw moves by ``influence`` (draws, cells), mean over
    cells.
    """
    draws = len(influence)
    return float((influence**2).sum(axis=0).mean() * (draws - 1) / max(1, draws))


SEARCHES = 60
"""Steps after which the search for the variances ends."""


def smoothed(
    values: FloatArray, error: float, sector: IntArray, region: IntArray, known: FloatArray
) -> FloatArray:
    """``values`` (cells,) with an ``error`` variance each, without the part of them that is chance.

    They are a straight line in what is ``known``, and what sectors, macro-regions and single cells add to it.
    Line (generalised least squares) and additions are estimated together.
    """
    same = [np.equal.outer(number, number).astype(float) for number in (sector, region)]
    same.append(np.eye(len(values)))
    total = float(values.var())
    if total <= 0.0 or error <= 0.0:
        return values.copy()
    design = np.stack([np.ones(len(values)), known - known.mean()], axis=1)
    design = design[:, : 1 + (np.ptp(known) > 0.0)]

    def fit(logs: FloatArray) -> tuple[float, FloatArray]:
        signal = sum(np.exp(log) * part for log, part in zip(logs, same, strict=True))
        inverse = np.linalg.inv(signal + error * np.eye(len(values)))
        line = np.linalg.solve(design.T @ inverse @ design, design.T @ inverse @ values)
        left = values - design @ line
        weighted = inverse @ left
        return float(left @ weighted - np.linalg.slogdet(inverse)[1]), design @ line + signal @ weighted

    def of_variances(logs: FloatArray) -> float:
        return fit(logs)[0]

    start = np.full(3, np.log(total / 6.0))
    bounds = [(np.log(total) - 14.0, np.log(total) + 1.0)] * 3
    found = minimize(
        of_variances, start, method="L-BFGS-B", bounds=bounds, options={"maxiter": SEARCHES, "ftol": 1e-7}
    )
    return fit(found.x)[1]


def _of_sectors(left: FloatArray, sector: IntArray) -> FloatArray:
    """What of the residuals (draws, cells, mixes) sectors share within a draw, shrunk by its chance."""
    members = np.equal.outer(np.unique(sector), sector).astype(float)
    number = members.sum(axis=1)
    means = np.einsum("sc,dcm->dsm", members, left) / number[np.newaxis, :, np.newaxis]
    within = left - means[:, sector_places(sector)]
    freedom = max(1.0, float(len(sector) - len(number)))
    noise = (within**2).sum(axis=1, keepdims=True) / freedom / number[np.newaxis, :, np.newaxis]
    share = max(0.0, 1.0 - float(noise.mean()) / max(1e-300, float((means**2).mean())))
    return share * means[:, sector_places(sector)]


def sector_places(sector: IntArray) -> IntArray:
    """Place of each cell's sector among those that occur."""
    return np.searchsorted(np.unique(sector), sector)
