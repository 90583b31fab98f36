"""How a test moves the causes of the training market: beliefs, neighbours, providers, levers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.simulation.small_runs import View

Mover = Callable[[View, bool], None]


def larger(v: View, up: bool) -> None:
    """Every enterprise has 160 workers when it decides, or 40."""
    v.enterprises.headcount[:] = 160.0 if up else 40.0


def belief(v: View, up: bool) -> None:
    if up:
        v.enterprises.belief *= 1.5


def output_per_worker(v: View, up: bool) -> None:
    if up:
        v.enterprises.value_per_worker *= 1.5


def liquid(v: View, up: bool) -> None:
    """Cash of a year's wages, or credit for a month of them: enough for any fee."""
    v.enterprises.cash[:] = 12.0 * v.enterprises.wage_bill_at_start if up else 0.0
    v.enterprises.credit[:] = 1.0


def informed_neighbours(v: View, up: bool) -> None:
    v.clusters.informed[:] = 5.0 if up else 0.0


def neighbours_results(v: View, up: bool) -> None:
    """Trained neighbours saw a gain of 5 % of value added, or there are none."""
    v.clusters.results[:] = 3.0 if up else 0.0
    v.clusters.log_result[:] = np.log(0.05) if up else 0.0


def busy(v: View, up: bool) -> None:
    """Providers that are booked out and earn well, or that sold half of their days."""
    v.sellers.utilisation[:] = 1.0 if up else 0.5
    v.sellers.result[:] = 10_000.0


def idle(v: View, up: bool) -> None:
    v.staff.idle[:] = 12 if up else 0


def high_prices(v: View, up: bool) -> None:
    if up:
        v.sellers.price *= 1.5


def every_other(change: Callable[[View, Any], None]) -> Mover:
    """Something changes at every other provider: ``change`` gets the view and the mask of providers."""

    def move(v: View, up: bool) -> None:
        if up:
            change(v, np.arange(len(v.sellers)) % 2 == 0)

    return move


def dearer(v: View, which: Any) -> None:
    v.sellers.price[which] *= 1.5


def renowned(v: View, which: Any) -> None:
    v.sellers.reputation[which] += 0.1


def full_order_books(v: View, which: Any) -> None:
    v.staff.booked[which[v.staff.provider]] += 40.0


MARKET_STATE: dict[str, Mover] = {
    "larger enterprises": larger,
    "belief": belief,
    "output per worker": output_per_worker,
    "cash at hand": liquid,
    "informed neighbours": informed_neighbours,
    "neighbours' results": neighbours_results,
    "busy providers": busy,
    "idle trainers": idle,
    "high prices": high_prices,
    "price at every other provider": every_other(dearer),
    "reputation of every other provider": every_other(renowned),
    "full order books at every other provider": every_other(full_order_books),
}
"""Causes in the state of the training market."""


def outreach(**channels: float) -> dict[str, Any]:
    return {"outreach": [{"from_month": 0, "campaign": 1_000.0} | channels]}


CHANNELS = ("campaign", "dialogue", "buyers", "authority")
COURSES = [{"from_month": 0, "places_per_month": 5.0}]
MARKET_SCENARIO: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    f"programme.outreach.{channel}": (outreach(campaign=0.0), outreach(**{"campaign": 0.0, channel: 40.0}))
    for channel in CHANNELS
}
MARKET_SCENARIO |= {
    # the same enterprises hear of it, of another mouth
    "told by dialogue": (outreach(), outreach(dialogue=1_000.0)),
    "told by buyers": (outreach(), outreach(buyers=1_000.0)),
    "asked by the authority": (outreach(), outreach(authority=1_000.0)),
    "programme.training_of_trainers": ({"training_of_trainers": []}, {"training_of_trainers": COURSES}),
    "programme.supervision": ({"supervision": 0.0}, {"supervision": 1.0}),
    "programme.credit_guarantee": (
        {"credit_line": 6.0, "credit_guarantee": 0.2},
        {"credit_line": 6.0, "credit_guarantee": 0.8},
    ),
    "programme.provider_selection": ({"provider_selection": "open"}, {"provider_selection": "quality"}),
    "programme.providers_selected": (
        {"provider_selection": "price", "providers_selected": 0.2},
        {"provider_selection": "price", "providers_selected": 0.8},
    ),
    "programme.delivery.enterprises_per_visit": (
        {"delivery": {"enterprises_per_visit": 1}},
        {"delivery": {"enterprises_per_visit": 5}},
    ),
}
"""Causes in the scenario: levers of the training market on the low and on the high side."""
