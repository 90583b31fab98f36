"""Submodel 11, observation: what monitoring would record of an enterprise, and whether it reports.

Indicators are asked for at the first class and a year later, with measurement error; enterprises that did
well are likelier to report; and training raises the share of injuries and defects that are recorded.
"""

import math

from simulation import accounts as a
from simulation import draws
from simulation.compile import submodel
from simulation.parameters import MODULES, QUALITY, SAFETY
from simulation.state import N_MODULES, N_OBSERVED

REPORT_AFTER = 12
"""Months from the first class to the endline report."""
FIRST_PRACTICE = a.ACCOUNTS.index("practice_" + MODULES[0])


@submodel
def recorded_share(p, untrained, gain):
    """Share of events on record: the untrained enterprise's, raised by gained practices."""
    trained = p.recording_training * min(1.0, max(0.0, 4.0 * gain))
    return untrained + (1.0 - untrained) * trained


@submodel
def record_events(ent, p, row):
    """Injuries and defects as recorded, and practice shares."""
    row[a.RECORDED_INJURIES] = row[a.INJURIES] * recorded_share(p, p.recording_injuries, ent.gain[SAFETY])
    row[a.RECORDED_DEFECTS] = row[a.DEFECTS] * recorded_share(p, p.recording_defects, ent.gain[QUALITY])
    for k in range(N_MODULES):
        row[FIRST_PRACTICE + k] = ent.practice[k]


@submodel
def remember(ent, row):
    """Smooth what monitoring asks for over a year (weights fall by a twelfth a month)."""
    heads = max(1.0, row[a.HEADCOUNT])
    ent.value_per_worker += (ent.value_added / heads - ent.value_per_worker) / 12.0
    defects = row[a.RECORDED_DEFECTS] / max(1.0, row[a.GROSS_OUTPUT])
    ent.recent[0] = math.log(max(1.0, ent.value_per_worker))
    ent.recent[1] += (defects - ent.recent[1]) / 12.0
    ent.recent[2] += (12_000.0 * row[a.RECORDED_INJURIES] / heads - ent.recent[2]) / 12.0
    ent.recent[3] += (1_200.0 * row[a.SEPARATIONS] / heads - ent.recent[3]) / 12.0
    ent.recent[4] += (row[a.ABSENCE] / heads - ent.recent[4]) / 12.0


@submodel
def measured(p, indicator, value, key, entity):
    """A reported value: log productivity with additive error, rates with relative error."""
    error = p.measurement_error * draws.bell(draws.block(key, entity * N_OBSERVED + indicator))
    return value + error if indicator == 0 else value * max(0.0, 1.0 + error)


@submodel
def report(ent, p, month, entity, measurement_key, reporting_bits):
    """Baseline at the first class, endline a year later, and whether the enterprise reports performance."""
    if ent.first_class_month == month:
        for i in range(N_OBSERVED):
            ent.baseline_true[i] = ent.recent[i]
            ent.baseline_report[i] = measured(p, i, ent.recent[i], measurement_key, entity)
    if ent.first_class_month >= 0 and ent.first_class_month + REPORT_AFTER == month:
        for i in range(N_OBSERVED):
            ent.endline_true[i] = ent.recent[i]
            ent.endline_report[i] = measured(p, i, ent.recent[i], measurement_key, entity)
        gain = ent.endline_true[0] - ent.baseline_true[0]
        odds = math.exp(min(30.0, max(-30.0, p.reporting_base + p.reporting_gain * gain)))
        ent.reports = 1 if draws.uniform(reporting_bits) < odds / (1.0 + odds) else 0


@submodel
def close_year(ent, month, row):
    """Keep value added and worker-months of the first and of the last full year (for the decomposition)."""
    ent.year_value += row[a.VALUE_ADDED]
    ent.year_workers += row[a.HEADCOUNT]
    if month % 12 == 11:
        if month == 11:
            ent.first_year_value, ent.first_year_workers = ent.year_value, ent.year_workers
        ent.last_year_value, ent.last_year_workers = ent.year_value, ent.year_workers
        ent.year_value, ent.year_workers = 0.0, 0.0
