"""Splits that pay no heed to what training does: equal parts for all cells, or parts by size.

A planner without a model would divide the money so. Under the rules of the allocation (smallest batches,
trainers, most a year) neither can be carried out to the letter: here is what comes nearest, by hand.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scenarios.decisions.allocation_programme import Plan, Problem, solve_near, values_of

FloatArray = NDArray[np.float64]


def split(problem: Problem, parts: FloatArray) -> Plan:
    """The plan that gives each cell its part of the money (``parts`` >= 0, by cell), in the best single mix.

    Cells are served from the largest part on. One whose part is below the smallest batch gets the smallest
    batch, as long as there is money, and the last cells get nothing. All years are used alike as far as
    trainers allow.
    """
    plans = [_of_mix(problem, parts, mix) for mix in range(problem.shape[1])]
    return max(plans, key=lambda plan: float(values_of(problem, plan.enterprises).mean()))


def _of_mix(problem: Problem, parts: FloatArray, mix: int) -> Plan:
    wanted = problem.budget / problem.yuan[mix] * parts / parts.sum()
    held = batches(problem, wanted, mix)
    if not held.any():
        return Plan(np.zeros(problem.shape), 0.0)
    return solve_near(problem, wanted, mix, held)


def batches(problem: Problem, wanted: FloatArray, mix: int) -> NDArray[np.bool_]:
    """Which batches (cells, years) of ``mix`` to hold to give cells about the ``wanted`` enterprises.

    Those chosen can all be held at the smallest size at once.
    """
    cells, _, years = problem.shape
    least = max(problem.least, 1e-9)
    money = problem.budget / problem.yuan[mix]  # in enterprises, as the days are
    days = problem.capacity / problem.days[mix]
    room = problem.widths.sum(axis=1)
    held, year = np.zeros((cells, years), bool), 0
    for cell in np.argsort(-wanted, kind="stable"):
        if wanted[cell] <= 0.0:
            break
        region, sector, left = problem.region[cell], problem.sector[cell], problem.eligible[cell]
        number = min(years, max(1, int(wanted[cell] / least)))
        for _ in range(years):
            fits = min(money, days[region, year], problem.most[cell], left, room[sector]) >= least
            if fits and number > 0:
                held[cell, year] = True
                number -= 1
                money, left, room[sector] = money - least, left - least, room[sector] - least
                days[region, year] -= least
            year = (year + 1) % years
        year = (year + 1) % years
    return held
