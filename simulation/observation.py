"""Submodel 11, observation: what monitoring would record of an enterprise, and whether it reports.

Indicators are asked for at the first class and a year later, with measurement error; enterprises that did
well are likelier to report; and training raises the share of injuries and defects that are recorded.
"""

from simulation import accounts as a
from simulation import draws
from simulation.compile import submodel
from simulation.elementary import exp, log
from simulation.parameters import MODULES, QUALITY, SAFETY
from simulation.state import LOG_VALUE, N_MODULES, N_OBSERVED

REPORT_AFTER = 12
"""Months from the first class to the endline report."""
FIRST_PRACTICE = a.ACCOUNTS.index("practice_" + MODULES[0])


@submodel
def recorded_share(p, untrained, gain):
    """Share of events on record: the untrained enterprise's, raised by gained practices."""
    trained = p.recording_training * min(1.0, max(0.0, 4.0 * gain))
    return untrained + (1.0 - untrained) * trained


@submodel
def record_events(firms, i, p):
    """Injuries and defects as recorded, and practice shares."""
    injuries = recorded_share(p, p.recording_injuries, firms.gain[SAFETY, i])
    defects = recorded_share(p, p.recording_defects, firms.gain[QUALITY, i])
    firms.account[a.RECORDED_INJURIES, i] = firms.account[a.INJURIES, i] * injuries
    firms.account[a.RECORDED_DEFECTS, i] = firms.account[a.DEFECTS, i] * defects
    for k in range(N_MODULES):
        firms.account[FIRST_PRACTICE + k, i] = firms.practice[k, i]


@submodel
def remember(firms, i):
    """Smooth what monitoring asks for over a year (weights fall by a twelfth a month)."""
    heads = max(1.0, firms.account[a.HEADCOUNT, i])
    firms.value_per_worker[i] += (firms.value_added[i] / heads - firms.value_per_worker[i]) / 12.0
    defects = firms.account[a.RECORDED_DEFECTS, i] / max(1.0, firms.account[a.GROSS_OUTPUT, i])
    firms.recent[LOG_VALUE, i] = log(max(1.0, firms.value_per_worker[i]))
    injuries = 12_000.0 * firms.account[a.RECORDED_INJURIES, i] / heads
    turnover = 1_200.0 * firms.account[a.SEPARATIONS, i] / heads
    firms.recent[1, i] += (defects - firms.recent[1, i]) / 12.0
    firms.recent[2, i] += (injuries - firms.recent[2, i]) / 12.0
    firms.recent[3, i] += (turnover - firms.recent[3, i]) / 12.0
    firms.recent[4, i] += (firms.account[a.ABSENCE, i] / heads - firms.recent[4, i]) / 12.0


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
        odds = exp(min(30.0, max(-30.0, p.reporting_base + p.reporting_gain * gain)))
        ent.reports = 1 if draws.uniform(reporting_bits) < odds / (1.0 + odds) else 0


@submodel
def add_to_year(firms, i):
    """Add the month's value added and workers to those of the year so far."""
    firms.year_value[i] += firms.account[a.VALUE_ADDED, i]
    firms.year_workers[i] += firms.account[a.HEADCOUNT, i]


@submodel
def close_year(ent, month):
    """Keep value added and worker-months of the first and of the last full year (for the decomposition)."""
    if month % 12 == 11:
        if month == 11:
            ent.first_year_value, ent.first_year_workers = ent.year_value, ent.year_workers
        ent.last_year_value, ent.last_year_workers = ent.year_value, ent.year_workers
        ent.year_value, ent.year_workers = 0.0, 0.0
