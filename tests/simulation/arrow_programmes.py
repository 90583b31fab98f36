"""The programmes under which the arrows of the table are watched."""

from __future__ import annotations

from typing import Any

from tests.simulation.small_runs import WHERE

QUIET: dict[str, Any] = {"enrolment": "assigned", "enterprises_per_month": 0.0, "target": WHERE}
"""A programme that enrols nobody."""

AT_WORK: dict[str, Any] = {
    "enrolment": "assigned",
    "enterprises_per_month": 2.0,
    "closing_month": 12,
    "trainers": 12.0,
    "order": "listed",
    "modules": ["quality", "cooperation", "safety", "human_resources", "cleaner_production"],
    "target": WHERE,
}
"""A programme to which about two dozen enterprises are assigned in a year."""

ALONE_IN_CLASS = AT_WORK | {
    "enterprises_per_month": 20.0,
    "delivery": {"visits": 0, "enterprises_per_class": 1},
}
"""Classes of one enterprise, without visits: a module is done in the month after enrolment."""

UNTOLD: dict[str, Any] = {
    "enterprises_per_month": 1_000.0,
    "trainers": 60.0,
    "outreach": [],
    "subsidy": 0.75,
    "order": "listed",
    "target": WHERE | {"employees": [10, 250]},
}
"""A training market with places and trainers for all, of which the programme tells nobody."""

MARKET = UNTOLD | {"outreach": [{"from_month": 0, "campaign": 1_000.0, "buyers": 1_000.0}]}
"""The same, and everybody hears of it at once: those under buyer pressure from their buyers."""

MARKET_LATER = UNTOLD | {"outreach": [{"from_month": 1, "campaign": 1_000.0, "buyers": 1_000.0}]}
"""Everybody hears of it in the second month, when there are providers to choose from."""

MARKET_DEAR = MARKET | {
    "subsidy": [{"from_month": 0, "share": 0.2}, {"from_month": 3, "share": 1.0}],
    "delivery": {"enterprises_per_class": 1},
}
"""A market in which most decline at first, until the subsidy rises."""

BUSY = MARKET | {
    "enterprises_per_month": 6.0,
    "trainers": 16.0,
    "training_of_trainers": [{"from_month": 2, "to_month": 8, "places_per_month": 1.0}],
    "outreach": [{"from_month": 0, "campaign": 3.0, "dialogue": 3.0, "buyers": 3.0, "authority": 3.0}],
    "delivery": {"enterprises_per_class": 2, "enterprises_per_visit": 2},
    "subsidy": 0.8,
}
"""A training market in which everything happens that can."""
