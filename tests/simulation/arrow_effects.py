"""How a test measures each effect of the table of arrows: the state prepared, the months run, what is read.

Most effects are read in the first month in which the arrow can show, before any other path from the cause has
had time to, so that an arrow at its neutral value leaves exactly nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from simulation import accounts as a
from simulation import effects
from simulation.parameters import CLEANER_PRODUCTION, COOPERATION, MODULES, QUALITY
from tests.simulation.arrow_causes import gain
from tests.simulation.arrow_programmes import AT_WORK, QUIET
from tests.simulation.small_runs import View

TAUGHT = [QUALITY, CLEANER_PRODUCTION]
"""Modules in which adoption and erosion are watched."""

Prepare = Callable[[View], None]
Measure = Callable[[View, View], float]


def nothing(v: View) -> None:
    """The state as drawn."""


@dataclass(frozen=True)
class Effect:
    """``measure(before, after)`` after ``months`` from a prepared state, under a ``programme``.

    The state is prepared, and causes in it are moved, when ``lead`` months have passed.
    """

    measure: Measure
    months: int = 1
    prepare: Prepare = nothing
    programme: Mapping[str, Any] = field(default_factory=lambda: QUIET)
    lead: int = 0


# --- states to start from


def safe(v: View) -> None:
    v.sectors.injury_relative[:] = 0.0


def dangerous(v: View) -> None:
    v.sectors.injury_relative[:] = 10.0


def hiring(v: View) -> None:
    v.enterprises.desired[:] = np.minimum(v.enterprises.seats, 1.2 * v.enterprises.headcount)


def being_visited(v: View) -> None:
    e = v.enterprises
    e.knowhow[:] = 0.2
    e.module[:] = QUALITY
    e.visits_today[:] = 1
    e.trainer_quality[:] = 0.6


def with_gains(v: View) -> None:
    """Middling usual practices, so that their drift does not push gains against the ceiling."""
    v.enterprises.usual[:] = v.enterprises.lasting[:] = 0.4
    for k in TAUGHT:
        gain(v, k, 0.3)


def in_debt(v: View) -> None:
    v.enterprises.cash[:] = -3.0 * v.enterprises.wage_bill_at_start


def reporting(v: View) -> None:
    """Everybody sat in a class at the start and nobody runs out of cash."""
    v.enterprises.first_class_month[:] = 0
    v.enterprises.cash[:] = 1e12


# --- what is read


def account(index: int, *less: int) -> Measure:
    return lambda before, after: after.total(index) - sum(after.total(i) for i in less)


def mean(name: str, relative_to: str | None = None) -> Measure:
    def measure(before: View, after: View) -> float:
        alive = before.enterprises.alive == 1
        values = after.enterprises[name][alive]
        return float(np.mean(values / after.enterprises[relative_to][alive] if relative_to else values))

    return measure


def per_output(index: int) -> Measure:
    """An account per gross output, relative to what it was at the start: the mean over enterprises."""

    def measure(before: View, after: View) -> float:
        rows = after.panel[:, 0].astype(np.float64)
        alive = rows[:, a.GROSS_OUTPUT] > 0.0
        energy = before.enterprises.energy_at_start if index == a.ENERGY else 1.0
        return float(np.mean((rows[:, index] / np.maximum(1.0, rows[:, a.GROSS_OUTPUT]) / energy)[alive]))

    return measure


def spread(name: str, log: bool = False, less: str | None = None) -> Measure:
    def measure(before: View, after: View) -> float:
        values = after.enterprises[name]
        values = np.log(values) if log else values - after.enterprises[less] if less else values
        return float(np.std(values))

    return measure


def ratio(top: int, bottom: int) -> Measure:
    return lambda before, after: after.total(top) / after.total(bottom)


def lost(name: str) -> Measure:
    """What the taught modules lost of it in the month."""

    def measure(before: View, after: View) -> float:
        return float((before.enterprises[name] - after.enterprises[name])[:, TAUGHT].sum())

    return measure


def of_workers(name: str, less_before: bool = False) -> Measure:
    """Mean over the workers of the start; seats keep what their last worker had."""

    def measure(before: View, after: View) -> float:
        values = after.workers.column(name).astype(np.float64)
        if less_before:
            values = values - before.workers.column(name)
        return float(values[before.taken].mean())

    return measure


def of_hires(name: str) -> Measure:
    def measure(before: View, after: View) -> float:
        hired = after.taken & ~before.taken
        return float(after.workers.column(name, hired).mean())

    return measure


def covariance(first: Callable[[View], np.ndarray], second: Callable[[View], np.ndarray]) -> Measure:
    return lambda before, after: float(np.cov(first(before), second(before))[0, 1])


def shared(where: str, name: str) -> Measure:
    """Mean over the regions, or sectors, that have enterprises."""

    def measure(before: View, after: View) -> float:
        present = getattr(before, where).reliability > 0.0
        return float(getattr(after, where)[name][present].mean())

    return measure


def trained(name: str) -> Measure:
    """A field summed over the enterprises that sat in a class."""

    def measure(before: View, after: View) -> float:
        return float(after.enterprises[name][after.enterprises.first_class_month >= 0].sum())

    return measure


def of_modules(before: View, after: View) -> float:
    """Mean correlation between modules of the lasting practice shares."""
    matrix = np.corrcoef(after.enterprises.lasting.T)
    return float(matrix[np.triu_indices(len(MODULES), 1)].mean())


def distance(before: View, after: View) -> float:
    return float(np.mean(after.enterprises.usual - after.enterprises.lasting))


def reporting_error(before: View, after: View) -> float:
    e = after.enterprises
    return float(np.std((e.baseline_report - e.baseline_true)[:, 0]))


def spread_of_absence(before: View, after: View) -> float:
    rows = after.panel[:, 0]
    heads = rows[:, a.HEADCOUNT]
    return float(np.std(rows[heads > 0, a.ABSENCE] / heads[heads > 0]))


def log_wage(v: View) -> np.ndarray:
    return np.log(v.enterprises.wage)


def sector_value(v: View) -> np.ndarray:
    e = v.enterprises
    return np.log(e.output_at_start / e.employees) - e.level


LONG = 24
"""Months of runs with a live programme."""

ENGINE: dict[str, Effect] = {
    **{
        f"usual {words} practices": Effect(
            lambda before, after, k=k: float(after.enterprises.usual[:, k].mean())  # type: ignore[misc]
        )
        for k, words in enumerate(
            ("cooperation", "quality", "cleaner-production", "safety", "human-resource")
        )
    },
    "spread of usual practices": Effect(spread("usual")),
    "correlation of practices between modules": Effect(of_modules),
    "share of women": Effect(ratio(a.WOMEN, a.HEADCOUNT)),
    "value added per worker": Effect(mean("output_at_start", "employees")),
    "wage in productive sectors": Effect(covariance(log_wage, sector_value)),
    "wage in productive enterprises": Effect(covariance(log_wage, lambda v: v.enterprises.level)),
    "spread of lasting productivity": Effect(spread("level")),
    "productivity of well-run enterprises": Effect(
        covariance(lambda v: v.enterprises.level, lambda v: v.enterprises.lasting.mean(axis=1))
    ),
    "productivity of large enterprises": Effect(
        covariance(lambda v: v.enterprises.level, lambda v: np.log(v.enterprises.employees))
    ),
    "spread of defect rates": Effect(spread("defect_scale", log=True)),
    "usual profit share": Effect(mean("margin")),
    "spread of profit shares": Effect(spread("margin")),
    "buyer pressure": Effect(mean("buyer_pressure")),
    # programme, matching, delivery
    "enterprises trained": Effect(account(a.ENTERPRISES_REACHED), LONG, programme=AT_WORK),
    "modules taken": Effect(account(a.CLASSES_ATTENDED), LONG, programme=AT_WORK),
    "subsidies": Effect(account(a.SUBSIDIES), LONG, programme=AT_WORK),
    "fees": Effect(account(a.FEES), LONG, programme=AT_WORK),
    "buyer payments": Effect(account(a.BUYER_PAYMENTS), LONG, programme=AT_WORK),
    "overhead": Effect(account(a.OVERHEAD), LONG, programme=AT_WORK),
    "trainer days": Effect(account(a.TRAINER_DAYS), LONG, programme=AT_WORK),
    "enterprises waiting": Effect(lambda before, after: float(after.run.queue[0]), 12, programme=AT_WORK),
    "credit line of the trained": Effect(trained("credit_line"), LONG, programme=AT_WORK),
    "know-how of the trained": Effect(trained("knowhow"), LONG, programme=AT_WORK),
    "practices of the trained": Effect(trained("gain"), LONG, programme=AT_WORK),
    "practices gained early": Effect(trained("gain"), 8, programme=AT_WORK),
    "cooperation gained": Effect(
        lambda before, after: float(after.enterprises.gain[:, COOPERATION].sum()), 12, programme=AT_WORK
    ),
    "trained job seekers": Effect(shared("regions", "trained"), LONG, programme=AT_WORK),
    "know-how": Effect(
        lambda before, after: float((after.enterprises.knowhow - before.enterprises.knowhow).sum())
    ),
    # practices
    "adoption": Effect(lambda before, after: -lost("gain")(before, after), prepare=being_visited),
    "practices lost": Effect(lost("gain"), prepare=with_gains),
    "know-how lost": Effect(lost("knowhow")),
    "attention lost": Effect(
        lambda before, after: float((before.enterprises.attention - after.enterprises.attention).sum())
    ),
    "share of piece-rate enterprises": Effect(mean("piece_rate")),
    "drift of usual practices": Effect(spread("usual", less="lasting")),
    "distance from the lasting share": Effect(distance),
    # people and hiring
    "engagement": Effect(of_workers("engagement")),
    "skill gained": Effect(of_workers("skill", less_before=True)),
    "skill of hires": Effect(of_hires("skill"), prepare=hiring),
    "quits": Effect(account(a.QUITS)),
    "absence": Effect(account(a.ABSENCE)),
    "spread of absence": Effect(spread_of_absence),
    "injuries": Effect(account(a.INJURIES), prepare=dangerous),
    "months away": Effect(of_workers("away")),
    "work present": Effect(account(a.PRESENT)),
    "wages paid": Effect(account(a.WAGES)),
    "hours": Effect(mean("hours")),
    "spread of hours": Effect(spread("hours_at_start")),
    "hires": Effect(account(a.HIRES), prepare=hiring),
    "layoffs": Effect(account(a.SEPARATIONS, a.QUITS)),
    "job seekers": Effect(shared("regions", "seekers"), 3),
    "tightness": Effect(shared("regions", "tightness"), 2),
    "hires who attended": Effect(of_hires("attended"), prepare=hiring),
    # production
    "output": Effect(account(a.GROSS_OUTPUT), prepare=safe),
    "passing shock a month later": Effect(mean("shock")),
    "spread of passing shocks": Effect(spread("shock")),
    "defects": Effect(mean("defect_rate")),
    "value added": Effect(account(a.VALUE_ADDED), prepare=safe),
    "energy": Effect(per_output(a.ENERGY)),
    "waste": Effect(per_output(a.WASTE)),
    # money
    "profit": Effect(account(a.PROFIT), prepare=safe),
    "change costs": Effect(account(a.CHANGE_COSTS)),
    "capital": Effect(mean("capital")),
    "cash": Effect(mean("cash", "wage_bill_at_start")),
    "wage": Effect(mean("wage")),
    "orders": Effect(mean("orders")),
    "entries": Effect(account(a.ENTRIES), LONG),
    "jobs entered": Effect(account(a.JOBS_ENTERED), LONG),
    "neighbours": Effect(lambda before, after: len(after.enterprises) / len(after.clusters)),
    "desired jobs": Effect(mean("desired", "desired_at_start")),
    "price": Effect(shared("sectors", "price"), 3),
    "exits": Effect(account(a.EXITS), 6, in_debt),
    # observation
    "recorded share of injuries": Effect(ratio(a.RECORDED_INJURIES, a.INJURIES), prepare=dangerous),
    "recorded share of defects": Effect(ratio(a.RECORDED_DEFECTS, a.DEFECTS)),
    "enterprises that report": Effect(
        lambda before, after: float(after.enterprises.reports.sum()), 13, reporting
    ),
    "error of reported figures": Effect(reporting_error, prepare=reporting),
}
"""Effects in the simulation."""

# --- net benefit: read off the valuation itself

UNITS: dict[str, tuple[int, float]] = {
    "trainer days": (a.TRAINER_DAYS, 10.0),
    "injuries avoided": (a.INJURIES, -1.0),
    "hires avoided": (a.HIRES, -1.0),
    "energy saved": (a.ENERGY, -5.0),
    "value added in later years": (a.VALUE_ADDED, 1_000.0),
}
"""Causes of the net benefit: an account and its monthly difference between scenario and baseline."""

VALUATION = ("benefit", "resources")
"""Effects that the valuation gives, not the simulation."""


def valued(effect: str, cause: str, up: bool, parameters: np.ndarray) -> float:
    """Benefit, or resources, of three years in which a cause is moved every month, yuan."""
    scenario, baseline = np.zeros((2, 1, 36, a.N_ACCOUNTS), np.float32)
    index, difference = UNITS[cause]
    scenario[0, :, index] = difference if up else 0.0
    total, followed = effects.discounted_difference(
        scenario, baseline, np.zeros(1, np.int64), np.ones(1), 36, float(parameters["discount_rate"][0])
    )
    benefit = effects.net_benefit(total, followed, parameters[0], mean_wage=5_000.0)
    assert benefit is not None
    return float(getattr(benefit, effect))
