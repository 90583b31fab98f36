"""The programme of an allocation against brute force, closed forms and finite differences."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy.optimize import linprog

from scenarios.decisions.allocation_programme import (
    GAP,
    Problem,
    shadow_prices,
    solve,
    solve_robust,
    tail_mean,
    values_of,
)
from scenarios.decisions.allocation_splits import split
from simulation.inputs import InputError


def made_up(seed, cells=3, mixes=2, years=2, segments=2, draws=3, **given):
    """A small instance in which every rule may bind."""
    rng = np.random.default_rng(seed)
    sector, region = np.arange(cells) // 2, np.arange(cells) % 2
    eligible = rng.uniform(40.0, 150.0, cells)
    whole = np.bincount(sector, eligible)
    problem = Problem(
        value=rng.lognormal(0.0, 0.6, (draws, cells, mixes, years)),
        slopes=np.sort(rng.uniform(0.3, 1.0, (mixes, segments)))[:, ::-1],
        widths=np.outer(whole, np.full(segments, 0.8 / segments)),
        sector=sector, region=region, yuan=rng.uniform(1.0, 3.0, mixes), days=rng.uniform(0.5, 2.0, mixes),
        budget=150.0, capacity=rng.uniform(20.0, 90.0, (2, years)), most=0.5 * eligible,
        eligible=0.7 * eligible,
        least=20.0,
    )  # fmt: skip
    return replace(problem, **given)


def of_open_batches(problem, opened):
    """The best value with exactly these batches allowed, each at least the smallest; None if impossible.

    Written anew, row by row, and solved as a linear programme.
    """
    cells, mixes, years = problem.shape
    segments = problem.widths.shape[1]
    index = {
        key: i for i, key in enumerate(product(range(cells), range(mixes), range(years), range(segments)))
    }
    rows, limits = [], []

    def at_most(limit, weight):
        rows.append([weight(*key) for key in index])
        limits.append(limit)

    at_most(problem.budget, lambda c, m, y, k: problem.yuan[m])
    for r, t in product(range(len(problem.capacity)), range(years)):
        at_most(
            problem.capacity[r, t],
            lambda c, m, y, k, r=r, t=t: problem.days[m] * (problem.region[c] == r and y == t),
        )
    for cell in range(cells):
        at_most(problem.eligible[cell], lambda c, m, y, k, cell=cell: float(c == cell))
        for t in range(years):
            at_most(problem.most[cell], lambda c, m, y, k, cell=cell, t=t: float(c == cell and y == t))
    for s, j in product(range(len(problem.widths)), range(segments)):
        at_most(problem.widths[s, j], lambda c, m, y, k, s=s, j=j: float(problem.sector[c] == s and k == j))
    for batch, is_open in zip(product(range(cells), range(mixes), range(years)), opened, strict=True):
        if is_open:
            at_most(-problem.least, lambda c, m, y, k, batch=batch: -float((c, m, y) == batch))
        else:
            at_most(0.0, lambda c, m, y, k, batch=batch: float((c, m, y) == batch))
    gains = [-problem.mean[c, m, y] * problem.slopes[m, k] for c, m, y, k in index]
    done = linprog(gains, A_ub=rows, b_ub=limits)
    return -done.fun if done.status == 0 else None


def by_brute_force(problem):
    """The best value over all sets of batches; those whose smallest sizes cost too much need no solving."""
    cells, mixes, years = problem.shape
    least = problem.least * np.tile(np.repeat(problem.yuan, years), cells)
    sets = (np.array(opened) for opened in product((False, True), repeat=cells * mixes * years))
    found = [of_open_batches(problem, opened) for opened in sets if least @ opened <= problem.budget]
    return max(value for value in found if value is not None)


@pytest.mark.parametrize("seed", range(3))
def test_optimum_is_that_of_brute_force_over_all_batches(seed):
    problem = made_up(seed, cells=3, mixes=2, years=1, budget=100.0)
    assert solve(problem).objective == pytest.approx(by_brute_force(problem), rel=2 * GAP)


@pytest.mark.slow
def test_optimum_is_that_of_brute_force_with_twelve_binaries():
    problem = made_up(7, cells=3, mixes=2, years=2)
    assert solve(problem).objective == pytest.approx(by_brute_force(problem), rel=2 * GAP)


@pytest.mark.parametrize("seed", range(6))
def test_plans_keep_every_rule(seed):
    problem = made_up(seed, cells=5)
    for plan in (
        solve(problem), solve_robust(problem), split(problem, np.ones(5)), split(problem, problem.eligible)
    ):  # fmt: skip
        x = plan.enterprises
        assert (x >= 0.0).all()
        assert x.sum(axis=(0, 2)) @ problem.yuan <= problem.budget * (1 + 1e-7)
        for r in range(2):
            used = np.einsum("cmy,m->y", x[problem.region == r], problem.days)
            assert (used <= problem.capacity[r] * (1 + 1e-7)).all()
        assert (x.sum(axis=1) <= problem.most[:, None] * (1 + 1e-7)).all()
        assert (x.sum(axis=(1, 2)) <= problem.eligible * (1 + 1e-7)).all()
        assert (x[x > 0.0] >= problem.least * (1 - 1e-6)).all()


@pytest.mark.parametrize("seed", range(3))
def test_no_split_beats_the_optimum(seed):
    problem = made_up(seed, cells=5, slopes=np.ones((2, 2)))  # so that all count a plan alike
    best = values_of(problem, solve(problem).enterprises).mean()
    for parts in (np.ones(5), problem.eligible):
        assert values_of(problem, split(problem, parts).enterprises).mean() <= best * (1 + 2 * GAP)


def test_square_root_returns_share_the_budget_by_squared_values():
    """Maximise the sum of a_c sqrt(x_c) under sum x = B: x_c is in proportion to a_c squared."""
    weights, budget, segments = np.array([1.0, 2.0, 3.0]), 100.0, 400
    edges = np.linspace(0.0, 100.0, segments + 1)
    steps = np.diff(np.sqrt(edges)) / np.diff(edges)
    problem = Problem(
        value=weights.reshape(1, 3, 1, 1) * steps[0], slopes=(steps / steps[0])[np.newaxis],
        widths=np.tile(np.diff(edges), (3, 1)), sector=np.arange(3), region=np.zeros(3, int), yuan=np.ones(1),
        days=np.ones(1), budget=budget, capacity=np.full((1, 1), 1e6), most=np.full(3, 1e6),
        eligible=np.full(3, 1e6), least=0.0,
    )  # fmt: skip
    plan = solve(problem)
    wanted = budget * weights**2 / (weights**2).sum()
    np.testing.assert_allclose(plan.enterprises[:, 0, 0], wanted, atol=0.3)  # a segment is 0.25 wide
    assert plan.objective == pytest.approx(np.sqrt(budget * (weights**2).sum()), rel=1e-3)
    marginal = 0.5 * np.sqrt((weights**2).sum() / budget)
    assert shadow_prices(problem, plan).yuan == pytest.approx(marginal, rel=0.02)


@pytest.mark.parametrize("seed", range(3))
def test_shadow_prices_are_finite_differences(seed):
    """Of the optimum by budget and by each region's days, where any number may be trained."""
    problem = made_up(seed, cells=5, least=0.0)
    plan, step = solve(problem), 1e-4
    prices = shadow_prices(problem, plan)
    more = solve(replace(problem, budget=problem.budget + step)).objective - plan.objective
    assert prices.yuan == pytest.approx(more / step, rel=1e-3, abs=1e-5)
    for r, y in product(range(2), range(2)):
        capacity = problem.capacity.copy()
        capacity[r, y] += step
        more = solve(replace(problem, capacity=capacity)).objective - plan.objective
        assert prices.days[r, y] == pytest.approx(more / step, rel=1e-3, abs=1e-5)
    assert prices.yuan + prices.days.sum() > 0.0


def test_prices_of_held_batches_are_those_of_a_small_change():
    problem = made_up(3, cells=5)
    plan = solve(problem)
    held = (plan.enterprises > 0.0).ravel()
    step = 1e-3
    less, more = (
        of_open_batches(replace(problem, budget=problem.budget + change), held) for change in (-step, step)
    )
    assert shadow_prices(problem, plan).yuan == pytest.approx((more - less) / (2 * step), rel=1e-3, abs=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_robust_plan_is_the_optimum_where_all_draws_are_equal(seed):
    problem = made_up(seed, cells=4)
    same = replace(problem, value=np.repeat(problem.mean[np.newaxis], 4, axis=0))
    assert solve_robust(same).objective == pytest.approx(solve(same).objective, rel=2 * GAP)


@pytest.mark.parametrize("seed", range(3))
def test_robust_plan_has_the_best_tail_and_the_optimum_the_best_mean(seed):
    problem = made_up(seed, cells=4, draws=10, slopes=np.ones((2, 2)))
    robust, best = solve_robust(problem), solve(problem)
    tails = [tail_mean(values_of(problem, plan.enterprises)) for plan in (robust, best)]
    means = [values_of(problem, plan.enterprises).mean() for plan in (robust, best)]
    assert tails[0] >= tails[1] * (1 - 2 * GAP)
    assert means[1] >= means[0] * (1 - 2 * GAP)
    assert robust.objective == pytest.approx(tails[0], rel=1e-5)


def test_robust_plan_hedges_where_one_cell_wins_or_loses_all():
    """Two cells: one worth 3 or 0, one worth 1 for sure; the mean prefers the first, the tail the second."""
    value = np.array([[3.0, 1.0]] * 5 + [[0.0, 1.0]] * 5).reshape(10, 2, 1, 1)
    problem = Problem(
        value, np.ones((1, 1)), np.full((2, 1), 1e3), np.arange(2), np.zeros(2, int), np.ones(1), np.ones(1),
        100.0, np.full((1, 1), 1e3), np.full(2, 100.0), np.full(2, 100.0), 10.0,
    )  # fmt: skip
    np.testing.assert_allclose(solve(problem).enterprises.ravel(), [100.0, 0.0], atol=1e-6)
    np.testing.assert_allclose(solve_robust(problem).enterprises.ravel(), [0.0, 100.0], atol=1e-6)


def test_mean_of_the_tail_counts_a_part_of_a_draw():
    assert tail_mean(np.array([5.0, 1.0, 2.0, 4.0, 3.0]), 0.2) == 1.0
    assert tail_mean(np.array([5.0, 1.0, 2.0, 4.0, 3.0]), 0.3) == pytest.approx((1.0 + 0.5 * 2.0) / 1.5)


def test_value_of_a_plan_shares_the_fallen_returns_of_its_sector():
    problem = made_up(
        1, cells=2, mixes=1, years=1, draws=1, slopes=np.array([[1.0, 0.5]]), widths=np.array([[10.0, 10.0]]),
        value=np.array([1.0, 3.0]).reshape(1, 2, 1, 1), yuan=np.ones(1), days=np.ones(1),
    )  # fmt: skip
    both = np.array([10.0, 5.0]).reshape(2, 1, 1)  # 15 of the sector: 10 at 1, 5 at a half
    assert values_of(problem, both)[0] == pytest.approx((10.0 + 15.0) * (10.0 + 2.5) / 15.0)


def test_a_budget_below_the_smallest_batch_is_refused():
    problem = made_up(1)
    with pytest.raises(InputError, match="does not pay the smallest batch"):
        solve(replace(problem, budget=0.9 * problem.least * problem.yuan.min()))


def test_trainers_too_few_for_a_batch_are_refused():
    problem = made_up(1)
    with pytest.raises(InputError, match="days to train the smallest batch"):
        solve(replace(problem, capacity=np.full((2, 2), 0.9 * problem.least * problem.days.min())))


def test_equal_split_gives_equal_parts_where_no_rule_binds():
    problem = made_up(
        2, cells=4, slopes=np.ones((2, 2)), least=1.0, budget=40.0, capacity=np.full((2, 2), 1e6)
    )
    plan = split(problem, np.ones(4))
    by_cell = np.einsum("cmy,m->c", plan.enterprises, problem.yuan)
    np.testing.assert_allclose(by_cell, 10.0, rtol=1e-6)
    parts = split(problem, problem.eligible)
    by_cell = np.einsum("cmy,m->c", parts.enterprises, problem.yuan)
    np.testing.assert_allclose(by_cell, 40.0 * problem.eligible / problem.eligible.sum(), rtol=1e-6)
