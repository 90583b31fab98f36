"""The mixed-integer programme of an allocation: whom to train with what and when, under money and trainers.

Cells are sectors in macro-regions. The programme chooses how many enterprises of each cell begin each mix of
modules in each year. Returns fall with the share of a sector that is trained: a concave curve cut into
straight segments, which a maximum fills in their order by itself (Dantzig 1963, chapter 24). A batch is
either not held or has at least the smallest size; that takes a binary variable a batch. Solved by HiGHS
(Huangfu and Hall 2018) through scipy. Everything here is numbers in, numbers out: no simulation.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, eye_array, hstack, kron, vstack

from simulation.inputs import InputError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

TAIL = 0.2
"""Share of the draws, the worst ones, whose mean the robust plan maximises."""

GAP, NODES = 1e-3, 2_000
"""A plan is taken as best when no other can be better by more than this part, or after so many nodes of the
search (never after some time: the same problem gives the same plan)."""


@dataclass(frozen=True, eq=False)
class Problem:
    """An allocation to be made.

    Attributes:
        value: (draws, cells, mixes, years) of one more enterprise trained, where nobody of its sector is yet.
        slopes: (mixes, segments) part of that value left in each segment of a sector, not rising.
        widths: (sectors, segments) enterprises in each segment.
        sector, region: (cells,) numbers of each cell's sector and macro-region.
        yuan, days: (mixes,) the programme's money and trainer days for one enterprise.
        budget: yuan over all years.
        capacity: (regions, years) trainer days.
        most: (cells,) enterprises that may begin in one year.
        eligible: (cells,) enterprises that may ever begin.
        least: enterprises of the smallest batch (a mix in a cell in a year); 0: any number.

    """

    value: FloatArray
    slopes: FloatArray
    widths: FloatArray
    sector: IntArray
    region: IntArray
    yuan: FloatArray
    days: FloatArray
    budget: float
    capacity: FloatArray
    most: FloatArray
    eligible: FloatArray
    least: float

    @property
    def shape(self) -> tuple[int, int, int]:
        """Cells, mixes, years."""
        _, cells, mixes, years = self.value.shape
        return cells, mixes, years

    @property
    def mean(self) -> FloatArray:
        """Mean value over the draws (cells, mixes, years)."""
        return self.value.mean(axis=0)

    def under(self, draw: int) -> Problem:
        """The same with the values of one draw."""
        return replace(self, value=self.value[draw : draw + 1])


@dataclass(frozen=True, eq=False)
class Plan:
    """``enterprises`` that begin (cells, mixes, years), the programme's own value of it, and whether it is
    proven to be within ``GAP`` of the best.
    """

    enterprises: FloatArray
    objective: float
    proven: bool = True


@dataclass(frozen=True)
class ShadowPrices:
    """What one more unit is worth, in units of the objective: a yuan, and a trainer day (regions, years)."""

    yuan: float
    days: FloatArray


def solve(problem: Problem) -> Plan:
    """The plan of the highest mean value. Raises InputError if the budget pays no batch."""
    check(problem)
    x, proven = _milp(problem, -_gains(problem, problem.mean), _Rows.of(problem))
    return _plan(problem, x, float(_gains(problem, problem.mean) @ x[: _size(problem)]), proven)


def solve_robust(problem: Problem, tail: float = TAIL) -> Plan:
    """The plan whose mean value over the worst ``tail`` of the draws is highest (Rockafellar and Uryasev
    2000).

    With level L and shortfalls u of the draws below it, L - mean(u) / tail is maximised; the value of a plan
    under each draw is linear in it.
    """
    check(problem)
    draws, size = len(problem.value), _size(problem)
    rows = _Rows.of(problem)
    scale = max(1e-12, float(np.abs(problem.value).max()))
    gains = np.array([_gains(problem, value) for value in problem.value]) / scale
    binaries = rows.matrix.shape[1] - size
    extra = hstack(
        [csr_array(gains), csr_array((draws, binaries)), csr_array(-np.ones((draws, 1))), eye_array(draws)]
    )
    wide = hstack([rows.matrix, csr_array((rows.matrix.shape[0], 1 + draws))])
    cost = np.concatenate([np.zeros(size + binaries), [-1.0], np.full(draws, 1.0 / (tail * draws))])
    whole = _Rows(
        csr_array(vstack([wide, extra])),
        np.concatenate([rows.low, np.zeros(draws)]),
        np.concatenate([rows.high, np.full(draws, np.inf)]),
        np.concatenate([rows.integer, np.zeros(1 + draws)]),
        np.concatenate([rows.lower, [-np.inf], np.zeros(draws)]),
        np.concatenate([rows.upper, np.full(1 + draws, np.inf)]),
    )
    x, proven = _milp(problem, cost, whole)
    return _plan(problem, x, -float(cost @ x) * scale, proven)


def solve_near(problem: Problem, wanted: FloatArray, mix: int, held: NDArray[np.bool_]) -> Plan:
    """The plan of one mix nearest to ``wanted`` enterprises by cell, in the sum of absolute differences.

    Only the batches ``held`` (cells, years) are held, and all of them; money is spent as far as the rules let
    it. Raises ValueError where these batches break a rule.
    """
    check(problem)
    cells = problem.shape[0]
    size, rows = _size(problem), _Rows.of(problem)
    binaries = rows.matrix.shape[1] - size
    open_batch = np.zeros(problem.shape, bool)
    open_batch[:, mix] = held
    per_cell = kron(eye_array(cells), np.ones((1, size // cells)))
    sums = hstack([per_cell, csr_array((cells, binaries)), -eye_array(cells), eye_array(cells)])
    wide = hstack([rows.matrix, csr_array((rows.matrix.shape[0], 2 * cells))])
    cost = np.concatenate([np.full(size, -2.0), np.zeros(binaries), np.ones(2 * cells)])
    fixed = open_batch.ravel()[:binaries].astype(float)
    upper = np.where(np.repeat(open_batch.ravel(), problem.widths.shape[1]), np.inf, 0.0)
    whole = _Rows(
        csr_array(vstack([wide, sums])),
        np.concatenate([rows.low, wanted]),
        np.concatenate([rows.high, wanted]),
        np.zeros(len(cost)),
        np.concatenate([np.zeros(size), fixed, np.zeros(2 * cells)]),
        np.concatenate([upper, fixed, np.full(2 * cells, np.inf)]),
    )
    try:
        x, proven = _milp(problem, cost, whole)
    except RuntimeError:
        raise ValueError("these batches cannot all be held") from None
    return _plan(problem, x, float(_gains(problem, problem.mean) @ x[:size]), proven)


def shadow_prices(problem: Problem, plan: Plan) -> ShadowPrices:
    """What another yuan and another trainer day are worth, with the batches that the plan holds.

    They are the multipliers of the linear programme in which every batch is held or not as in the plan.
    """
    held = (plan.enterprises > 1e-6).ravel()
    rows = _Rows.of(problem)
    size, binaries = _size(problem), rows.matrix.shape[1] - _size(problem)
    fixed = np.concatenate([np.zeros(size), held[:binaries].astype(float)])
    low, high = rows.low - rows.matrix @ fixed, rows.high - rows.matrix @ fixed
    matrix = rows.matrix[:, :size]
    below, above = np.isfinite(high), np.isfinite(low)
    gains = _gains(problem, problem.mean)
    scale = max(1e-12, float(np.abs(gains).max()))
    done = linprog(
        -gains / scale, A_ub=vstack([matrix[below], -matrix[above]]),
        b_ub=np.concatenate([high[below], -low[above]]), bounds=(0.0, None), method="highs",
    )  # fmt: skip
    if done.status != 0:
        raise RuntimeError(f"the linear programme of the shadow prices was not solved: {done.message}")
    marginals = -done.ineqlin.marginals * scale
    regions, years = problem.capacity.shape
    return ShadowPrices(float(marginals[0]), marginals[1 : 1 + regions * years].reshape(regions, years))


def values_of(problem: Problem, enterprises: FloatArray) -> FloatArray:
    """The value of a plan under each draw (draws,); all who train in a sector share its fallen returns."""
    trained = np.bincount(
        problem.sector, enterprises.sum(axis=(1, 2)), minlength=len(problem.widths)
    )  # of each sector
    before = np.cumsum(problem.widths, axis=1) - problem.widths
    filled = np.clip(trained[:, np.newaxis] - before, 0.0, problem.widths)
    with np.errstate(divide="ignore", invalid="ignore"):
        left = filled @ problem.slopes.T / np.maximum(filled.sum(axis=1, keepdims=True), 1e-300)
    shrunk = enterprises * left[problem.sector][:, :, np.newaxis]
    return np.einsum("dcmy,cmy->d", problem.value, shrunk)


def tail_mean(values: FloatArray, tail: float = TAIL) -> float:
    """Mean of the worst ``tail`` of the values, the last of them counted in part."""
    ordered = np.sort(values)
    weights = np.clip(tail * len(ordered) - np.arange(len(ordered)), 0.0, 1.0)
    return float(ordered @ weights / weights.sum())


def check(problem: Problem) -> None:
    """Raise InputError if the budget or the trainers are too few for the smallest batch."""
    smallest = max(1.0, problem.least)
    needed = smallest * float(problem.yuan.min())
    if problem.budget < needed:
        raise InputError(
            None, "--budget", f"{problem.budget:g}",
            f"does not pay the smallest batch: {smallest:g} enterprises at "
            f"{problem.yuan.min():,.0f} yuan each",
            f"write at least {needed:.0f}, or a smaller --least",
        )  # fmt: skip
    if float(problem.capacity.max(initial=0.0)) < smallest * float(problem.days.min()):
        raise InputError(
            None, "programme.trainers", None,
            f"give no macro-region the days to train the smallest batch of {smallest:g} "
            "enterprises in a year",
            "give the scenario more trainers, or write a smaller --least",
        )  # fmt: skip


# --- laying out ---------------------------------------------------------------------------------------


def _size(problem: Problem) -> int:
    """Number of continuous variables: cells x mixes x years x segments."""
    return int(np.prod(problem.shape)) * problem.widths.shape[1]


def _gains(problem: Problem, value: FloatArray) -> FloatArray:
    """What each continuous variable adds, from ``value`` (cells, mixes, years)."""
    return (value[..., np.newaxis] * problem.slopes[np.newaxis, :, np.newaxis]).ravel()


def _plan(problem: Problem, x: FloatArray, objective: float, proven: bool) -> Plan:
    chosen = x[: _size(problem)].reshape(*problem.shape, -1).sum(axis=-1)
    chosen[chosen < 1e-6] = 0.0
    return Plan(chosen, objective, proven)


@dataclass(frozen=True, eq=False)
class _Rows:
    """Constraints low <= matrix x <= high; bounds and kind of each variable. The budget is the first row,
    then trainer days by region and year.
    """

    matrix: Any
    low: FloatArray
    high: FloatArray
    integer: FloatArray
    lower: FloatArray
    upper: FloatArray

    @classmethod
    def of(cls, problem: Problem) -> _Rows:
        """The constraints of a problem; variables are enterprises by segment, then a binary a batch."""
        cells, mixes, years = problem.shape
        segments = problem.widths.shape[1]
        c, m, y, k = (axis.ravel() for axis in np.indices((cells, mixes, years, segments)))
        column, batch = np.arange(len(c)), np.arange(len(c)) // segments
        regions, sectors = len(problem.capacity), len(problem.widths)

        def sums(row: IntArray, count: int, weight: FloatArray | float = 1.0) -> Any:
            data = np.broadcast_to(weight, row.shape).astype(float)
            return csr_array((data, (row, column)), shape=(count, len(c)))

        plain = [
            (sums(np.zeros_like(c), 1, problem.yuan[m]), [problem.budget]),
            (sums(problem.region[c] * years + y, regions * years, problem.days[m]), problem.capacity.ravel()),
            (sums(c * years + y, cells * years), np.repeat(problem.most, years)),
            (sums(c, cells), problem.eligible),
            (sums(problem.sector[c] * segments + k, sectors * segments), problem.widths.ravel()),
        ]
        matrix = vstack([part for part, _ in plain])
        high = np.concatenate([np.asarray(limit, float) for _, limit in plain])
        batches = cells * mixes * years if problem.least > 0.0 else 0
        if batches:
            each, room = sums(batch, batches), _room(problem).ravel()
            held = hstack([each, -problem.least * eye_array(batches)])
            closed = hstack([each, csr_array((-room, (np.arange(batches),) * 2), shape=(batches,) * 2)])
            matrix = vstack([hstack([matrix, csr_array((len(high), batches))]), closed, held])
        low = np.concatenate([np.full(len(high) + batches, -np.inf), np.zeros(batches)])
        high = np.concatenate([high, np.zeros(batches), np.full(batches, np.inf)])
        integer = np.concatenate([np.zeros(len(c)), np.ones(batches)])
        upper = np.where(integer > 0.0, 1.0, np.inf)
        if batches:
            upper[len(c) :] = (_room(problem).ravel() >= problem.least).astype(float)
        return cls(csr_array(matrix), low, high, integer, np.zeros(len(integer)), upper)


def _room(problem: Problem) -> FloatArray:
    """Most enterprises that each batch could have by itself (cells, mixes, years)."""
    by_money = np.broadcast_to(problem.budget / problem.yuan[np.newaxis, :, np.newaxis], problem.shape)
    by_days = problem.capacity[problem.region][:, np.newaxis] / problem.days[np.newaxis, :, np.newaxis]
    cell = np.minimum(problem.most, problem.eligible)[:, np.newaxis, np.newaxis]
    return np.minimum(np.minimum(by_money, by_days), cell)


def _milp(problem: Problem, cost: FloatArray, rows: _Rows) -> tuple[FloatArray, bool]:
    scale = max(1e-12, float(np.abs(cost).max()))
    cost = np.concatenate([cost, np.zeros(len(rows.integer) - len(cost))])  # to hold a batch costs nothing
    done = milp(
        cost / scale, integrality=rows.integer.astype(np.int64), bounds=Bounds(rows.lower, rows.upper),
        constraints=LinearConstraint(rows.matrix, rows.low, rows.high),
        options={"mip_rel_gap": GAP, "node_limit": NODES},
    )  # fmt: skip
    if done.x is None:
        raise RuntimeError(f"the programme was not solved: {done.message}")
    return done.x, done.status == 0
