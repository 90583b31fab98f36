"""The indicators: one name, unit and definition each, as ratios of sums of accounts over twelve months.

A rate's window is the twelve months that end at the month it is reported for; a group's value is the ratio
of the group's sums, never a mean of enterprises' ratios.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulation import accounts as a
from simulation.parameters import MODULES

FloatArray = NDArray[np.float64]
WINDOW = 12
"""Months of a window."""


@dataclass(frozen=True)
class Indicator:
    """One indicator: ``value(sums)`` of an array whose last axis is the accounts, summed over a window.

    ``effect`` says how two arms are compared: ``difference`` (in ``unit``) or ``percent`` (of the baseline).
    ``better`` is +1 where more is better, -1 where less is, 0 where it depends. ``survivors`` is True for
    rates and means, which compare enterprises alive in both arms, and False for totals.
    """

    name: str
    label: str
    unit: str
    definition: str
    value: Callable[[FloatArray], FloatArray]
    better: int = 0
    survivors: bool = True
    effect: str = "difference"
    scale: float = 1.0


def _ratio(top: int, bottom: int, factor: float = 1.0) -> Callable[[FloatArray], FloatArray]:
    def value(sums: FloatArray) -> FloatArray:
        with np.errstate(divide="ignore", invalid="ignore"):
            return factor * sums[..., top] / sums[..., bottom]

    return value


def _sum(*parts: int, factor: float = 1.0) -> Callable[[FloatArray], FloatArray]:
    def value(sums: FloatArray) -> FloatArray:
        return factor * np.sum([sums[..., part] for part in parts], axis=0)

    return value


def _productivity(sums: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return 100.0 * np.log(WINDOW * sums[..., a.VALUE_ADDED] / sums[..., a.HEADCOUNT])


_RATES = (
    Indicator(
        "productivity", "Productivity (value added per worker)", "log points x 100",
        "100 x log of value added over 12 months per worker-month (x 12), constant prices", _productivity, 1,
    ),
    Indicator(
        "defect_rate", "Defect rate", "% of output", "Defective share of output, true",
        _ratio(a.DEFECTS, a.GROSS_OUTPUT, 100.0), -1,
    ),
    Indicator(
        "recorded_defect_rate", "Defect rate, recorded", "% of output",
        "Defective share of output that the enterprise records",
        _ratio(a.RECORDED_DEFECTS, a.GROSS_OUTPUT, 100.0), 0,
    ),
    Indicator(
        "injury_rate", "Injury rate", "per 1,000 worker-years",
        "Injuries of a day or more lost per 1,000 full-time worker-years, true",
        _ratio(a.INJURIES, a.HEADCOUNT, 12_000.0), -1,
    ),
    Indicator(
        "recorded_injury_rate", "Injury rate, recorded", "per 1,000 worker-years",
        "Injuries that the enterprise records",
        _ratio(a.RECORDED_INJURIES, a.HEADCOUNT, 12_000.0), 0,
    ),
    Indicator(
        "turnover_rate", "Labour turnover", "% a year",
        "Separations other than closure over average headcount, 12 months",
        _ratio(a.SEPARATIONS, a.HEADCOUNT, 1_200.0), -1,
    ),
    Indicator(
        "quit_rate", "Quits", "% a year", "Workers who quit over average headcount, 12 months",
        _ratio(a.QUITS, a.HEADCOUNT, 1_200.0), -1,
    ),
    Indicator(
        "absence_rate", "Absence", "% of working days", "Share of working days lost to absence",
        _ratio(a.ABSENCE, a.HEADCOUNT, 100.0), -1,
    ),
    Indicator("hours", "Weekly hours", "hours", "Mean weekly hours", _ratio(a.HOURS, a.HEADCOUNT), -1),
    Indicator(
        "engagement", "Engagement", "0..1", "Mean engagement of workers", _ratio(a.ENGAGEMENT, a.HEADCOUNT), 1
    ),
    Indicator(
        "wage", "Wage", "yuan a month", "Mean monthly wage, constant yuan of the price year",
        _ratio(a.WAGES, a.HEADCOUNT), 1,
    ),
    Indicator(
        "low_pay_share", "Low pay", "% of workers",
        "Workers paid below two thirds of the regional median wage",
        _ratio(a.LOW_PAID, a.HEADCOUNT, 100.0), -1,
    ),
    Indicator(
        "energy_intensity", "Energy intensity", "% of the start's",
        "Energy per unit of good output at constant prices, base: the same enterprise at the start",
        _ratio(a.ENERGY, a.ENERGY_AT_BASE, 100.0), -1,
    ),
    Indicator(
        "waste_intensity", "Waste intensity", "% of the start's",
        "Material wasted per unit of good output, base: the same enterprise at the start",
        _ratio(a.WASTE, a.WASTE_AT_BASE, 100.0), -1,
    ),
    *(
        Indicator(
            f"practice_share.{module}", f"Practices in use: {module.replace('_', ' ')}",
            "% of good practices",
            "Mean share of the module's good practices in use",
            _ratio(a.PRACTICE_COOPERATION + k, a.ENTERPRISES, 100.0), 1,
        )
        for k, module in enumerate(MODULES)
    ),
)  # fmt: skip

_TOTALS = (
    Indicator(
        "employment", "Employment", "workers",
        "Mean headcount over 12 months; a closed enterprise counts as zero",
        _sum(a.HEADCOUNT, factor=1 / WINDOW), 1, survivors=False, effect="percent",
    ),
    Indicator(
        "employment_women", "Employment of women", "workers", "Mean headcount of women over 12 months",
        _sum(a.WOMEN, factor=1 / WINDOW), 1, survivors=False, effect="percent",
    ),
    Indicator(
        "enterprises", "Enterprises alive", "enterprises", "Mean number alive over 12 months",
        _sum(a.ENTERPRISES, factor=1 / WINDOW), 1, survivors=False, effect="percent",
    ),
    Indicator(
        "value_added", "Value added", "yuan a year", "Value added over 12 months, constant prices",
        _sum(a.VALUE_ADDED), 1, survivors=False, effect="percent",
    ),
    Indicator(
        "energy", "Energy", "tonnes of coal equivalent a year", "Energy used over 12 months",
        _sum(a.ENERGY), -1,
        survivors=False, effect="percent",
    ),
)  # fmt: skip

INDICATORS: dict[str, Indicator] = {indicator.name: indicator for indicator in (*_RATES, *_TOTALS)}
"""Indicators that exist in every arm and month, by name, leading ones first."""

LEADING = ("productivity", "defect_rate", "injury_rate", "turnover_rate", "benefit_cost_ratio")
"""The five indicators that reports lead with."""

PROGRAMME_TOTALS: dict[str, tuple[str, str, tuple[int, ...]]] = {
    "enterprises_reached": ("Enterprises reached", "enterprises", (a.ENTERPRISES_REACHED,)),
    "workers_reached": ("Workers in enterprises reached", "workers", (a.WORKERS_REACHED,)),
    "attendees": ("Persons in class", "persons", (a.ATTENDEES,)),
    "attendees_women": ("Women in class", "persons", (a.ATTENDEES_WOMEN,)),
    "enterprise_cost": (
        "Cost to enterprises", "yuan", (a.FEES, a.CHANGE_COSTS, a.PARTICIPANT_TIME)
    ),
    "buyer_cost": ("Cost to buyers", "yuan", (a.BUYER_PAYMENTS,)),
}  # fmt: skip
"""What enterprises got of the programme and paid for it, summed over all months: name to (label, unit,
accounts added up). :mod:`simulation.programme_items` adds what the training market says."""

GENDER_ACCOUNTS = {
    a.HEADCOUNT: a.WOMEN,
    a.INJURIES: a.INJURIES_WOMEN,
    a.SEPARATIONS: a.SEPARATIONS_WOMEN,
    a.WAGES: a.WAGES_WOMEN,
}
"""Accounts that exist for women apart; the men's are the rest."""

BY_GENDER = ("injury_rate", "turnover_rate", "wage", "employment")
"""Indicators that can be split into women and men."""


def of_gender(sums: FloatArray, women: bool) -> FloatArray:
    """The accounts of women (or of men) in place of everybody's; other accounts become NaN."""
    split = np.full_like(sums, np.nan)
    for everybody, hers in GENDER_ACCOUNTS.items():
        split[..., everybody] = sums[..., hers] if women else sums[..., everybody] - sums[..., hers]
    return split


def windows(months: int) -> list[int]:
    """The months (1-based ends of windows) for which indicators are reported: every full year."""
    return list(range(WINDOW, months + 1, WINDOW))
