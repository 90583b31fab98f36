"""Numbers and units in the planner's words, the same on the terminal and in figures."""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass

MONEY_DIGITS = 3
"""Significant digits of numbers above a thousand: more would suggest a precision that nothing here has."""

UNITS = {
    "log points x 100": "log points × 100, about %",
    "yuan per yuan": "yuan gained per yuan of resources",
    "%": "% of the baseline",
}


def effect_unit(unit: str) -> str:
    """The unit of a difference between two values in ``unit``: shares differ by percentage points."""
    if unit.startswith("% "):
        return "percentage points" + unit[1:]
    return UNITS.get(unit, unit)


def level_unit(unit: str) -> str:
    """The unit of a level, as it is read out."""
    return "log points × 100" if unit == "log points x 100" else unit


def shortened(text: str, width: int) -> str:
    """``text`` in at most ``width`` characters: cut at a word, with an ellipsis, where it is longer."""
    return textwrap.shorten(text, width, placeholder=" …")


def decimals_for(*values: float) -> int:
    """Decimals with which ``values`` are shown together: two significant digits of the largest."""
    finite = [abs(value) for value in values if math.isfinite(value)]
    largest = max(finite, default=0.0)
    if largest == 0.0 or largest >= 100.0:
        return 0
    return min(3, max(0, 1 - math.floor(math.log10(largest))))


def number(value: float, decimals: int, signed: bool = False) -> str:
    """``value`` with thousands apart; above a thousand in three significant digits; "-" if there is none.

    Millions are written m, thousands of millions bn.
    """
    if not math.isfinite(value):
        return "-"
    for size, word in ((1e9, " bn"), (1e6, " m")):
        if abs(value) >= 0.9995 * size:
            digits = max(0, MONEY_DIGITS - 1 - math.floor(math.log10(abs(value) / size * 1.0005)))
            return f"{value / size:{'+' if signed else ''},.{digits}f}{word}"
    if abs(value) >= 1000.0:
        value = float(f"{value:.{MONEY_DIGITS}g}")
        decimals = 0
    value = round(value, decimals) + 0.0  # no minus zero
    sign = "+" if signed and value != 0.0 else ""
    return f"{value:{sign},.{decimals}f}"


def interval(
    estimate: float, low: float, high: float, signed: bool = False, decimals: int | None = None
) -> str:
    """``estimate [low, high]``, with as many digits as the interval bears unless ``decimals`` are given."""
    if not math.isfinite(estimate):
        return "-"
    decimals = decimals_for(estimate, low, high) if decimals is None else decimals
    ends = ", ".join(number(end, decimals, signed) for end in (low, high))
    return f"{number(estimate, decimals, signed)} [{ends}]"


def years(months: int) -> str:
    """A number of months as people say it: "2 years", "18 months"."""
    if months % 12:
        return f"{months} months"
    return "1 year" if months == 12 else f"{months // 12} years"


@dataclass(frozen=True)
class Calendar:
    """When a run begins: its first calendar ``year`` (None: years are numbered from 1) and ``month``."""

    year: int | None = None
    month: int = 1

    def tick(self, end: int) -> str:
        """The twelve months that end after ``end`` months of the run: "3", "2011", or "2011/12"."""
        number = -(-end // 12)
        if self.year is None:
            return str(number)
        first = self.year + number - 1
        return str(first) if self.month == 1 else f"{first}/{(first + 1) % 100:02d}"

    def year_name(self, end: int) -> str:
        """The same in a sentence: "year 3", "2011", or "2011/12"."""
        return f"year {self.tick(end)}" if self.year is None else self.tick(end)


NUMBERED = Calendar()
"""Years without a calendar: 1, 2, 3 and so on."""


def joined(parts: list[str]) -> str:
    """Parts of a sentence: "a, b and c"."""
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))
