"""Paired effects: what a scenario did to the trained, to the targeted, and to all.

Two arms share population, parameters and every random event; their panels hold the accounts of the same
enterprises. Sums are taken over windows of twelve months: for the trained, months count from the first
class of each enterprise; for the targeted, from the programme's first month.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulation import accounts as a
from simulation import market_accounts as ma
from simulation.compile import kernel
from simulation.indicators import WINDOW

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class PairedSums:
    """Sums of accounts in two arms over the same enterprises and windows.

    ``survivors`` and ``everybody`` have shape (2, windows, levels, accounts): arm 0 the scenario, arm 1 the
    baseline; ``survivors`` counts enterprise-months alive in both arms, ``everybody`` all (a closed one is
    zero). ``present`` (windows, levels) is the weighted number of enterprises observed for the whole window.
    """

    survivors: FloatArray
    everybody: FloatArray
    present: FloatArray


def paired_sums(
    scenario: NDArray[np.float32],
    baseline: NDArray[np.float32],
    start: NDArray[np.int64],
    weight: FloatArray,
    levels: NDArray[np.int64],
    n_levels: int,
) -> PairedSums:
    """Sum two panels (rows, months, accounts) over yearly windows from month ``start`` of each row.

    Rows with negative ``start`` are left out; a row counts in a window only if the run covers all of it.
    ``levels`` (rows, groups) gives the level of each row in each group; level 0 is the total.
    """
    months = scenario.shape[1]
    n = max(1, months // WINDOW)
    shape = (2, n, n_levels, a.N_ACCOUNTS)
    survivors, everybody, present = np.zeros(shape), np.zeros(shape), np.zeros((n, n_levels))
    _add(scenario, baseline, start, weight, levels, survivors, everybody, present)
    return PairedSums(survivors, everybody, present)


@kernel
def _add(scenario, baseline, start, weight, levels, survivors, everybody, present):
    n_windows, months, n_accounts = present.shape[0], scenario.shape[1], scenario.shape[2]
    of_all, of_survivors = np.empty((2, n_accounts)), np.empty((2, n_accounts))  # a row's year, by arm
    for row in range(len(start)):
        if start[row] < 0:
            continue
        for window in range(n_windows):
            first = start[row] + window * WINDOW
            if first + WINDOW > months:
                break
            _add_up_year(scenario[row], baseline[row], first, of_all, of_survivors)
            for g in range(levels.shape[1]):
                level = levels[row, g]
                present[window, level] += weight[row]
                for arm in range(2):
                    for k in range(n_accounts):
                        everybody[arm, window, level, k] += weight[row] * of_all[arm, k]
                    for k in range(n_accounts):
                        survivors[arm, window, level, k] += weight[row] * of_survivors[arm, k]


@kernel
def _add_up_year(scenario, baseline, first, of_all, of_survivors):
    """A row's accounts in both arms from month ``first`` on: of all months, and of those alive in both."""
    of_all[:, :], of_survivors[:, :] = 0.0, 0.0
    for month in range(first, first + WINDOW):
        one, other = scenario[month], baseline[month]
        # accounts innermost: they are neighbours in memory, and several are added at once
        for k in range(len(one)):
            of_all[0, k] += one[k]
            of_all[1, k] += other[k]
        if one[a.ENTERPRISES] > 0.0 and other[a.ENTERPRISES] > 0.0:
            for k in range(len(one)):
                of_survivors[0, k] += one[k]
                of_survivors[1, k] += other[k]


def discounted_difference(
    scenario: NDArray[np.float32],
    baseline: NDArray[np.float32],
    start: NDArray[np.int64],
    weight: FloatArray,
    follow_up: int,
    annual_rate: float,
) -> tuple[FloatArray, float]:
    """Scenario less baseline, discounted to each row's first class, over ``follow_up`` months from it.

    Returns (accounts summed over rows, weighted number of rows followed to the end). Rows whose follow-up
    runs past the simulation are left out. A closed enterprise counts as zero.
    """
    total = np.zeros(a.N_ACCOUNTS)
    discount = (1.0 + annual_rate) ** (-np.arange(follow_up) / 12.0)
    rows = np.flatnonzero((start >= 0) & (start + follow_up <= scenario.shape[1]))
    _add_discounted(scenario, baseline, rows, start[rows], weight[rows], discount, total)
    return total, float(weight[rows].sum())


@kernel
def _add_discounted(scenario, baseline, rows, start, weight, discount, total):
    for i in range(len(rows)):
        for month in range(len(discount)):
            one, other = scenario[rows[i], start[i] + month], baseline[rows[i], start[i] + month]
            factor = weight[i] * discount[month]
            for k in range(len(total)):
                total[k] += factor * (np.float64(one[k]) - np.float64(other[k]))


@dataclass(frozen=True)
class NetBenefit:
    """Present values per trained enterprise, yuan: benefits, real resources used, and who gains what."""

    benefit: float
    resources: float
    enterprises: float
    workers: float
    public: float
    buyers: float

    @property
    def net(self) -> float:
        """Benefit less resources."""
        return self.benefit - self.resources

    @property
    def ratio(self) -> float:
        """Benefit per yuan of real resources used."""
        return self.benefit / self.resources if self.resources > 0.0 else float("nan")


@dataclass(frozen=True)
class SharedCosts:
    """Costs of a run that no single enterprise causes: yuan per trained enterprise, not discounted.

    ``training_of_trainers``, ``awareness`` (campaigns and social dialogue) and ``guarantees`` are the
    programme's; ``growth_costs`` are the providers', for trainers whom they train themselves.
    """

    training_of_trainers: float = 0.0
    awareness: float = 0.0
    guarantees: float = 0.0
    growth_costs: float = 0.0


NO_SHARED_COSTS = SharedCosts()


def shared_costs(scenario: FloatArray, baseline: FloatArray, trained: float) -> SharedCosts:
    """Each trained enterprise's share of the scenario's shared costs less the baseline's.

    ``scenario`` and ``baseline`` (months, market accounts) are the nation's; ``trained`` is the weighted
    number of enterprises that the scenario trained in the run.
    """
    if trained <= 0.0:
        return NO_SHARED_COSTS
    each = (scenario.sum(axis=0) - baseline.sum(axis=0)) / trained
    return SharedCosts(
        training_of_trainers=float(each[ma.TRAINING_OF_TRAINERS]),
        awareness=float(each[ma.AWARENESS]),
        guarantees=float(each[ma.GUARANTEES]),
        growth_costs=float(each[ma.GROWTH_COSTS]),
    )


def net_benefit(
    difference: FloatArray,
    followed: float,
    p: Any,
    mean_wage: float,
    shared: SharedCosts = NO_SHARED_COSTS,
) -> NetBenefit | None:
    """Value discounted differences of accounts; ``p`` is one parameter record. None if nobody was followed.

    Benefit = value added + avoided injuries (enterprise's and social cost) + avoided hiring + avoided
    emissions. Resources = trainer days, overhead, cost of changes, and of ``shared`` the trainings of
    trainers (the providers' own among them), campaigns and social dialogue. The participants' time is already
    missing from value added. Wages, fees, subsidies and guarantees are transfers and appear only in the
    accounts by party.
    """
    if followed <= 0.0:
        return None
    d = difference / followed
    social = -d[a.INJURIES] * p["injury_social_cost"]
    emissions = -d[a.ENERGY] * p["emission_factor"] * p["carbon_price"]
    by_enterprise = -mean_wage * (d[a.INJURIES] * p["injury_cost"] + d[a.HIRES] * p["hiring_cost"])
    delivery = d[a.TRAINER_DAYS] * p["trainer_day_cost"] + d[a.OVERHEAD] + d[a.CHANGE_COSTS]
    outlay = shared.training_of_trainers + shared.awareness
    return NetBenefit(
        benefit=d[a.VALUE_ADDED] + by_enterprise + social + emissions,
        resources=delivery + outlay + shared.growth_costs,
        enterprises=d[a.PROFIT],
        workers=d[a.WAGES] + 0.5 * social,
        public=0.5 * social + emissions - d[a.SUBSIDIES] - d[a.OVERHEAD] - outlay - shared.guarantees,
        buyers=0.0 - d[a.BUYER_PAYMENTS],
    )


CHANNELS = ("labour_per_worker", "output_per_labour", "value_per_output")


def channels(sums: FloatArray) -> FloatArray:
    """Split 100 x log productivity into people, production and quality; last axis of ``sums`` is accounts.

    Value added per worker = effective labour per worker (skill, presence, hours) x gross output per
    effective labour (practices, capital) x value added per gross output (defects, energy, waste). The three
    logs add up to the indicator ``productivity`` but for its constant.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return 100.0 * np.log(
            np.stack(
                [
                    sums[..., a.EFFECTIVE_LABOUR] / sums[..., a.HEADCOUNT],
                    sums[..., a.GROSS_OUTPUT] / sums[..., a.EFFECTIVE_LABOUR],
                    sums[..., a.VALUE_ADDED] / sums[..., a.GROSS_OUTPUT],
                ],
                axis=-1,
            )
        )
