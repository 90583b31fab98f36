"""The accounts of an enterprise-month: what the simulation counts, and every indicator is a ratio of.

Each account is additive, so a group's value is a sum over its enterprises (times their weights) and an
indicator is a ratio of two such sums (:mod:`simulation.indicators`). The order is the column order of the
sums and of the panel; what few enterprises do in a month (enter, be trained, close) comes last.
"""

ACCOUNTS = (
    "enterprises", "headcount", "women", "value_added", "gross_output", "good_output", "defects",
    "recorded_defects", "effective_labour", "present", "hours", "injuries", "injuries_women",
    "recorded_injuries", "separations", "separations_women", "quits", "hires", "absence", "engagement",
    "wages", "wages_women", "low_paid", "energy", "energy_at_base", "waste", "waste_at_base", "profit",
    "practice_cooperation", "practice_quality", "practice_cleaner_production", "practice_safety",
    "practice_human_resources", "change_costs", "vacancies", "separated_trained", "orders",
    "fees", "buyer_payments", "subsidies", "overhead", "participant_time", "trainer_days",
    "classes_attended", "attendees", "attendees_women", "enterprises_reached", "workers_reached",
    "workers_reached_women", "commercial_modules", "entries", "jobs_entered", "exits", "jobs_closed",
    "guarantee_calls",
)  # fmt: skip

(
    ENTERPRISES, HEADCOUNT, WOMEN, VALUE_ADDED, GROSS_OUTPUT, GOOD_OUTPUT, DEFECTS, RECORDED_DEFECTS,
    EFFECTIVE_LABOUR, PRESENT, HOURS, INJURIES, INJURIES_WOMEN, RECORDED_INJURIES, SEPARATIONS,
    SEPARATIONS_WOMEN, QUITS, HIRES, ABSENCE, ENGAGEMENT, WAGES, WAGES_WOMEN, LOW_PAID, ENERGY,
    ENERGY_AT_BASE, WASTE, WASTE_AT_BASE, PROFIT, PRACTICE_COOPERATION, PRACTICE_QUALITY,
    PRACTICE_CLEANER_PRODUCTION, PRACTICE_SAFETY, PRACTICE_HUMAN_RESOURCES, CHANGE_COSTS, VACANCIES,
    SEPARATED_TRAINED, ORDERS,
    FEES, BUYER_PAYMENTS, SUBSIDIES, OVERHEAD, PARTICIPANT_TIME, TRAINER_DAYS, CLASSES_ATTENDED,
    ATTENDEES, ATTENDEES_WOMEN, ENTERPRISES_REACHED, WORKERS_REACHED, WORKERS_REACHED_WOMEN,
    COMMERCIAL_MODULES, ENTRIES, JOBS_ENTERED, EXITS, JOBS_CLOSED, GUARANTEE_CALLS,
) = range(len(ACCOUNTS))  # fmt: skip

N_ACCOUNTS = len(ACCOUNTS)
N_REGULAR = FEES
"""Accounts that every enterprise has every month; those after them are the occasional ones."""
