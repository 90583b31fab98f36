"""What neighbours and classmates see of one another: gains, knowledge of the training, results."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from tests.reference.practice import EVERY_MODULE

if TYPE_CHECKING:
    from tests.reference.enterprise import Enterprise


def mean_gain(firms: list[Enterprise]) -> list[float]:
    """Mean gain of some enterprises, by module; none gives zeros."""
    return [sum(firm.gain[k] for firm in firms) / max(1, len(firms)) for k in EVERY_MODULE]


def seen_in_cluster(firms: list[Enterprise]) -> dict[str, Any]:
    """What the enterprises alive in one cluster show to one another at the end of a month."""
    logs = [math.log(firm.result) for firm in firms if firm.result > 0.0]
    return {
        "gain": mean_gain(firms),
        "informed": float(sum(firm.informed_month >= 0 for firm in firms)),
        "results": float(len(logs)),
        "log_result": sum(logs) / max(1, len(logs)),
    }
