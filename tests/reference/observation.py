"""Observation, in plain words: what is recorded, what monitoring hears, and what the yearly books keep."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from simulation.parameters import MODULES, QUALITY, SAFETY
from simulation.state import OBSERVED
from tests.reference import chance
from tests.reference.practice import EVERY_MODULE, within

if TYPE_CHECKING:
    from tests.reference.enterprise import Enterprise

MONTHS_TO_ENDLINE = 12


def record(firm: Enterprise) -> None:
    """Trained enterprises record more of what happens; practice shares are noted."""
    p, account = firm.model.p, firm.account

    def on_record(untrained: float, gain: float) -> float:
        missed = 1.0 - untrained
        return untrained + missed * p.recording_training * within(4.0 * gain, 0.0, 1.0)

    account["recorded_injuries"] = account["injuries"] * on_record(p.recording_injuries, firm.gain[SAFETY])
    account["recorded_defects"] = account["defects"] * on_record(p.recording_defects, firm.gain[QUALITY])
    for k in EVERY_MODULE:
        account["practice_" + MODULES[k]] = firm.practice[k]


def remember(firm: Enterprise) -> None:
    """Yearly figures move by a twelfth of the gap each month; rates are a year's, of the recorded events."""
    account = firm.account
    heads = max(1.0, account["headcount"])
    firm.value_per_worker += (firm.value_added / heads - firm.value_per_worker) / 12.0
    news = {
        "defect_rate": account["recorded_defects"] / max(1.0, account["gross_output"]),
        "injury_rate": 12.0 * 1000.0 * account["recorded_injuries"] / heads,
        "turnover_rate": 12.0 * 100.0 * account["separations"] / heads,
        "absence_rate": account["absence"] / heads,
    }
    for i, name in enumerate(OBSERVED):
        if name == "productivity":
            firm.recent[i] = math.log(max(1.0, firm.value_per_worker))
        else:
            firm.recent[i] += (news[name] - firm.recent[i]) / 12.0


def report(firm: Enterprise) -> None:
    """Monitoring asks at the first class and a year later; who gained more is likelier to report."""
    p, month = firm.model.p, firm.model.month
    if firm.first_class_month == month:
        firm.baseline_true = list(firm.recent)
        firm.baseline_report = measured(firm)
    if firm.first_class_month >= 0 and month - firm.first_class_month == MONTHS_TO_ENDLINE:
        firm.endline_true = list(firm.recent)
        firm.endline_report = measured(firm)
        log_odds = p.reporting_base + p.reporting_gain * (firm.endline_true[0] - firm.baseline_true[0])
        willing = 1.0 / (1.0 + math.exp(-within(log_odds, -30.0, 30.0)))
        draw = chance.whole(chance.bits(firm.model.keys["reporting"], firm.identity))
        firm.reports = int(firm.model.happens(draw, willing, firm))


def measured(firm: Enterprise) -> list[float]:
    """The yearly figures with errors of measurement: added to a logarithm, a factor on a rate."""
    answers = []
    for i, name in enumerate(OBSERVED):
        luck = chance.bell(chance.bits(firm.model.keys["measurement"], firm.identity * len(OBSERVED) + i))
        error = firm.model.p.measurement_error * luck
        true = firm.recent[i]
        answers.append(true + error if name == "productivity" else max(0.0, true * (1.0 + error)))
    return answers


def keep_books(firm: Enterprise) -> None:
    """Sum up the running year; at its end it becomes the last year and, if it was one, the first."""
    firm.year_value += firm.account["value_added"]
    firm.year_workers += firm.account["headcount"]
    if (firm.model.month + 1) % 12 > 0:
        return
    if firm.model.month < 12:
        firm.first_year_value, firm.first_year_workers = firm.year_value, firm.year_workers
    firm.last_year_value, firm.last_year_workers = firm.year_value, firm.year_workers
    firm.year_value = firm.year_workers = 0.0
