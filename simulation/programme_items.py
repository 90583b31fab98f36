"""What a programme did and cost over a span of months: the items that tables and models report.

They are sums over the enterprises' accounts (:data:`simulation.indicators.PROGRAMME_TOTALS`) and over the
training market's (:data:`simulation.market_indicators.MARKET_INDICATORS`), under the same names.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulation.indicators import PROGRAMME_TOTALS
from simulation.market_indicators import MARKET_INDICATORS, TrainerTime

FloatArray = NDArray[np.float64]

ITEMS = (
    "enterprises_reached", "workers_reached", "attendees", "attendees_women", "modules_taken",
    "commercial_volume", "trainer_days_needed", "trainers_graduated", "programme_cost", "enterprise_cost",
    "buyer_cost", "cost_per_enterprise", "cost_recovery",
)  # fmt: skip
"""Names of the items, in the order of the tables."""

PAYERS = ("programme_cost", "enterprise_cost", "buyer_cost")
"""The items that add up to what all payers spend."""


@dataclass(frozen=True)
class Item:
    """One item: its label, its unit, and its value."""

    label: str
    unit: str
    value: float


def programme_items(total: FloatArray, market: FloatArray, time: TrainerTime) -> dict[str, Item]:
    """The items by name, from the nation's accounts and its market accounts (with ``WAITING_AT_END``).

    An item is NaN where it is undefined, such as a cost per enterprise where none was reached.
    """
    found = {
        name: Item(label, unit, float(total[list(parts)].sum()))
        for name, (label, unit, parts) in PROGRAMME_TOTALS.items()
    }
    for name, known in MARKET_INDICATORS.items():
        if name in ITEMS:
            found[name] = Item(known.label, known.unit, float(known.value(market, time)))
    reached, spent = found["enterprises_reached"].value, sum(found[name].value for name in PAYERS)
    each = spent / reached if reached > 0.0 else float("nan")
    found["cost_per_enterprise"] = Item("Cost per enterprise reached, all payers", "yuan", each)
    return {name: found[name] for name in ITEMS}
