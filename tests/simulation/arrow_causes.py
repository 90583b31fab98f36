"""How a test moves each cause of the table of arrows: in the state at the start, or in the scenario.

A cause of the state is a function of a run's view and of ``up``: with ``up`` false it prepares the low side.
A cause of the scenario is a pair of values of one field of the programme.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from simulation.parameters import (
    CLEANER_PRODUCTION,
    COOPERATION,
    HUMAN_RESOURCES,
    QUALITY,
    SAFETY,
)
from simulation.seats import AGE_SHIFT, TAKEN, WOMAN
from simulation.state import AGE_MIDDLE, AGE_YOUNG
from tests.simulation.arrow_market_causes import MARKET_SCENARIO, MARKET_STATE
from tests.simulation.small_runs import SECTORS, WHERE, View

GAINED = 0.3
"""Practice share that a moved cause gains, where there is room for it."""

Mover = Callable[[View, bool], None]


def gain(v: View, k: int, share: float) -> None:
    """Put ``share`` of module k's practices to use above the usual, and the know-how that goes with it."""
    e = v.enterprises
    e.gain[:, k] = np.minimum(share, 0.8 * (1.0 - e.usual[:, k]))
    e.knowhow[:, k] = np.maximum(e.knowhow[:, k], e.gain[:, k])
    e.practice[:, k] = e.usual[:, k] + e.gain[:, k]


def practices_of(k: int) -> Mover:
    return lambda v, up: gain(v, k, GAINED) if up else None


def setting(name: str, low: Any, high: Any, where: str = "enterprises") -> Mover:
    """A field of all records: ``low`` or ``high``."""

    def move(v: View, up: bool) -> None:
        getattr(v, where)[name] = high if up else low

    return move


def factor(name: str, by: float, where: str = "enterprises") -> Mover:
    """A field of all records, multiplied by ``by`` on the high side."""

    def move(v: View, up: bool) -> None:
        if up:
            getattr(v, where)[name] *= by

    return move


def plus(name: str, by: float) -> Mover:
    """A field of all enterprises, raised by ``by`` on the high side."""

    def move(v: View, up: bool) -> None:
        if up:
            v.enterprises[name] += by

    return move


def workers(name: str, change: float) -> Mover:
    """A column of all workers, raised by ``change`` on the high side."""

    def move(v: View, up: bool) -> None:
        if up:
            v.workers.put(name, v.taken, v.workers.column(name, v.taken) + change)

    return move


def knowhow(v: View, up: bool) -> None:
    v.enterprises.knowhow[:] = v.enterprises.gain + (0.25 if up else 0.05)


def gained(v: View, up: bool) -> None:
    if not up:
        v.enterprises.gain[:] = 0.0
        v.enterprises.knowhow[:] = 0.0
        v.enterprises.practice[:] = v.enterprises.usual


def off_the_lasting_share(v: View, up: bool) -> None:
    v.enterprises.usual[:] = np.clip(v.enterprises.lasting + (0.1 if up else 0.0), 0.0, 1.0)


def new_workers(v: View, up: bool) -> None:
    v.workers.put("tenure", v.taken, 0 if up else 120)


def young(v: View, up: bool) -> None:
    band = AGE_YOUNG if up else AGE_MIDDLE
    status = v.workers.column("status", v.taken)
    v.workers.put("status", v.taken, (status & (TAKEN | WOMAN)) | band << int(AGE_SHIFT))


def attended(v: View, up: bool) -> None:
    """Everybody attended a class, or nobody."""
    v.workers.put("attended", v.taken, 1 if up else 0)
    v.enterprises.attended_workers[:] = v.enterprises.headcount if up else 0.0


def colleagues(v: View, up: bool) -> None:
    """Half of the colleagues attended a class; a worker's own attendance is not touched."""
    v.enterprises.attended_workers[:] = 0.5 * v.enterprises.headcount if up else 0.0


def attendees_leaving(v: View, up: bool) -> None:
    v.enterprises.attended_workers[:] = 2.0
    v.enterprises.attended_lost[:] = 1.0 if up else 0.0


def posts(low: float, high: float) -> Mover:
    """Posts wanted, relative to the headcount."""

    def move(v: View, up: bool) -> None:
        e = v.enterprises
        e.desired[:] = np.minimum(e.seats, e.headcount * (high if up else low))

    return move


def teaching(name: str) -> Mover:
    """A class, or one visit, in quality management this month by a trainer of middling quality."""

    def move(v: View, up: bool) -> None:
        e = v.enterprises
        e.module[:] = QUALITY
        e.trainer_quality[:] = 0.6
        e[name] = 1 if up else 0

    return move


def debt(v: View, up: bool) -> None:
    """Cash is negative by five months of the wage bill, or just not."""
    v.enterprises.cash[:] = -5.0 * v.enterprises.wage_bill_at_start if up else 0.0


def profit(v: View, up: bool) -> None:
    """Other costs fall by a tenth of value added."""
    if up:
        v.enterprises.other_cost -= 0.1 * v.enterprises.output_at_start


def spare_cash(v: View, up: bool) -> None:
    v.enterprises.cash[:] = (12.0 if up else 0.0) * v.enterprises.wage_bill_at_start


def productivity_gained(v: View, up: bool) -> None:
    if up:
        v.enterprises.value_per_worker[:] = 1.3 * np.exp(v.enterprises.log_value_at_start)
        v.enterprises.recent[:, 0] = np.log(v.enterprises.value_per_worker)


def tightness(v: View, up: bool) -> None:
    """Scarce labour, and what follows from it for quits and vacancies."""
    p = v.parameters
    v.regions.tightness[:] = 1.8 if up else 1.0
    v.regions.quitting[:] = v.regions.tightness**p.quit_tightness
    v.regions.filling[:] = v.regions.tightness**-p.hire_tightness


def classmates(v: View, up: bool) -> None:
    v.enterprises.class_id[:] = 1
    v.classes.gain[1] = 0.5 if up else 0.0


def neighbours(v: View, up: bool) -> None:
    v.clusters.gain[:] = 0.5 if up else 0.0


def productivity_growth(v: View, up: bool) -> None:
    """The year's growth: monitoring remembers a value per worker, which a shock then moves for good."""
    if up:
        v.enterprises.output_at_start *= 1.3
        v.enterprises.other_cost *= 1.3


STATE: dict[str, Mover] = {
    "cooperation practices": practices_of(COOPERATION),
    "quality practices": practices_of(QUALITY),
    "cleaner-production practices": practices_of(CLEANER_PRODUCTION),
    "safety practices": practices_of(SAFETY),
    "human-resource practices": practices_of(HUMAN_RESOURCES),
    "gained practices": gained,
    "usual practices off the lasting share": off_the_lasting_share,
    "know-how": knowhow,
    "attention": setting("attention", 0.0, 1.0),
    "manager ability": plus("ability", 1.0),
    "piece rates": setting("piece_rate", 0, 1),
    "neighbours' gain": neighbours,
    "classmates' gain": classmates,
    "a class": teaching("class_today"),
    "a visit": teaching("visits_today"),
    "attendees leaving": attendees_leaving,
    "workers who attended": attended,
    "trained colleagues": colleagues,
    "engagement": workers("engagement", 0.2),
    "skill": workers("skill", 0.1),
    "skill below the ceiling": workers("skill", -0.2),
    "new workers": new_workers,
    "young workers": young,
    "relative wage": factor("wage", 1.2),
    "injuries seen": plus("injuries_seen", 0.03),
    "usual hours": plus("hours_at_start", 15.0),
    "unfilled posts": plus("vacancy_share", 0.2),
    "posts to fill": posts(1.0, 1.2),
    "surplus posts": posts(1.0, 0.6),
    "tightness": tightness,
    "missing job seekers": factor("seekers", 0.5, "regions"),
    "trained job seekers": setting("trained", 0.0, 0.5, "regions"),
    "hazard of the sector": setting("injury_relative", 1.0, 20.0, "sectors"),
    "price of the sector": setting("price", 1.0, 1.1, "sectors"),
    "orders of the sector": setting("orders", 1.0, 1.2, "sectors"),
    "orders": setting("orders", 1.0, 1.3),
    "capital": setting("capital", 1.0, 1.5),
    "passing shock": plus("shock", 0.3),
    "defects": factor("defect_scale", 1.5),
    "debt": debt,
    "spare cash": spare_cash,
    "credit line": setting("credit_line", 0.0, 24.0),
    "profit": profit,
    "productivity gained": productivity_gained,
    "productivity growth": productivity_growth,
}
"""Causes in the state."""

_ONE_SECTOR = ({"from_month": 0, "sectors": [SECTORS[0]]},)
SCENARIO: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    f"programme.{name}": ({name: low}, {name: high})
    for name, low, high in (
        ("enterprises_per_month", 1.0, 4.0),
        ("closing_month", 4, 12),
        ("first_month", 0, 6),
        ("budget", 200_000.0, 2_000_000.0),
        ("subsidy", 0.6, 0.9),
        ("price_per_module", 8_000.0, 12_000.0),
        ("buyer_share", 0.0, 0.5),
        ("credit_line", 0.0, 6.0),
        ("continuation", 0.0, 1.0),
        ("obligatory_first", False, True),
        ("rollout", (), _ONE_SECTOR),
        ("trainers", 1.0, 12.0),
    )
}
"""Causes in the scenario: fields of the programme on the low and on the high side."""
SCENARIO |= {
    f"programme.delivery.{name}": ({"delivery": {name: low}}, {"delivery": {name: high}})
    for name, low, high in (
        ("enterprises_per_class", 1, 5),
        ("class_days", 1.0, 6.0),
        ("visits", 1, 6),
        ("visit_months", 2, 12),
        ("trainer_quality", 0.3, 0.9),
    )
}
SCENARIO["programme.target.employees"] = (
    {"target": WHERE | {"employees": [100, 120]}},
    {"target": WHERE | {"employees": [50, 250]}},
)
SCENARIO["modules taken"] = ({"enterprises_per_month": 0.0}, {"enterprises_per_month": 4.0})

SCENARIO |= MARKET_SCENARIO
STATE |= MARKET_STATE

START_MONTH: dict[str, tuple[int, int]] = {"New Year month": (5, 2)}
"""Causes in the calendar: the first calendar month on the low and on the high side."""

CAUSES = {*STATE, *SCENARIO, *START_MONTH}
