"""Types of the state: one record an enterprise; workers sit in octets of seats (:mod:`simulation.seats`).

Arrays never grow; a place or a seat is never passed to another enterprise. Records are read by compiled
submodels as ``ent.cash`` and by Python as ``state.enterprises["cash"]``.
"""

from __future__ import annotations

import numpy as np

from simulation.parameters import MODULES

N_MODULES = len(MODULES)

AGE_YOUNG, AGE_MIDDLE, AGE_OLD = 0, 1, 2
AGE_SHARES = (0.446, 0.248, 0.306)
"""Shares of workers to 40, 41 to 50, above 50 years: NBS 2023 migrant worker survey (SEEN, all sectors)."""

NO_MODULE = -1
NEVER = -1

OBSERVED = ("productivity", "defect_rate", "injury_rate", "turnover_rate", "absence_rate")
"""What monitoring asks an enterprise for, at baseline and a year after its first class."""
N_OBSERVED = len(OBSERVED)
LOG_VALUE = OBSERVED.index("productivity")
"""Place among them of productivity: the log of value added per worker, yuan a month."""

_M = (N_MODULES,)
_O = (N_OBSERVED,)

ENTERPRISE = np.dtype(
    [
        # Every month touches what stands first, and the training market what follows: of a record of a
        # thousand bytes, a month without training moves six hundred.
        # who it is
        ("alive", "u1"), ("piece_rate", "u1"), ("supported", "u1"), ("reports", "u1"),
        ("sector", "i4"), ("region", "i4"), ("cluster", "i4"), ("size_class", "i4"), ("seats", "i4"),
        ("entry_month", "i4"), ("panel_row", "i4"), ("first_seat", "i8"), ("weight", "f8"),
        # practices and know-how, by module, shares 0..1
        ("lasting", "f8", _M),  # long-run usual practice share
        ("usual", "f8", _M),  # usual practice share without a programme; drifts about the lasting one
        ("gain", "f8", _M),  # practice share above the usual
        ("knowhow", "f8", _M),  # know-how above what it knew at the start
        ("practice", "f8", _M),  # in use: usual + gain
        ("attention", "f8"),  # of its managers to the programme, 0..1
        # training this month
        ("class_today", "i4"), ("visits_today", "i4"), ("class_id", "i4"), ("first_class_month", "i4"),
        ("fee_today", "f8"),
        # people
        ("headcount", "f8"), ("women", "f8"), ("desired", "f8"), ("desired_at_start", "f8"),
        ("attended_workers", "f8"), ("attended_lost", "f8"),  # workers who attended; of them left last month
        ("injuries_seen", "f8"),  # per worker and month, smoothed
        ("novices", "f8"), ("skill", "f8"),  # share of workers in the first half year; mean skill
        ("hours", "f8"), ("hours_at_start", "f8"),  # weekly
        ("vacancy_share", "f8"), ("vacancy_share_at_start", "f8"),
        # production, a month
        ("capital", "f8"),  # 1 = at the start
        ("shock", "f8"),  # passing log productivity
        ("output_at_start", "f8"),  # gross output, yuan
        ("labour_at_start", "f8"), ("quality_at_start", "f8"),
        ("defect_scale", "f8"), ("defect_at_start", "f8"),
        ("defect_rate", "f8"), ("energy_at_start", "f8"),  # tonnes of coal equivalent per yuan of output
        ("value_added", "f8"), ("output", "f8"),
        # money, yuan a month
        ("wage", "f8"), ("wage_at_start", "f8"), ("wage_bill_at_start", "f8"), ("other_cost", "f8"),
        ("margin", "f8"), ("profit", "f8"), ("cash", "f8"), ("credit", "f8"),
        ("credit_line", "f8"),  # programme credit, months of wages
        ("orders", "f8"), ("buyer_pressure", "f8"),  # 0..1
        ("value_per_worker", "f8"),  # smoothed over a year
        ("log_value_at_start", "f8"),  # log of the value per worker then
        # what monitoring asks for
        ("recent", "f8", _O), ("year_value", "f8"), ("year_workers", "f8"),
        # what neighbours look at
        ("informed_month", "i4"), ("channel", "i4"),  # when and how it heard of the training
        ("result", "f8"),  # gain that it saw of its modules so far; 0 before the first is done
        # what a month without training leaves alone: who it is
        ("employees", "f8"),  # at the start
        ("ability", "f8"),  # of its managers, standard deviations
        ("level", "f8"),  # lasting log productivity within its sector
        ("exit_month", "i4"),
        # demand for training
        ("belief", "f8"),  # gain that it believes a module brings, share of value added
        ("wanted", "i8"),  # module that it waits for, NO_MODULE if none
        # training
        ("enrolled_month", "i4"), ("waiting_since", "i4"),
        ("provider", "i4"), ("trainer", "i4"),  # of the module waited for or under way
        ("teachers", "i4"),  # trainers who share the module of the enterprises that it stands for
        ("module", "i8"), ("modules_begun", "i4"), ("modules_done", "i4"),
        ("class_month", "i4"), ("classmates", "f8"), ("visits_done", "i4"),
        ("reached_today", "i4"), ("commercial_today", "i4"),
        ("trainer_quality", "f8"), ("buyer_payment_today", "f8"),
        ("subsidy_today", "f8"), ("overhead_today", "f8"), ("trainer_days_today", "f8"),
        # observation
        ("baseline_true", "f8", _O), ("baseline_report", "f8", _O),
        ("endline_true", "f8", _O), ("endline_report", "f8", _O),
        ("first_year_value", "f8"), ("first_year_workers", "f8"),
        ("last_year_value", "f8"), ("last_year_workers", "f8"),
    ],
    align=True,
)  # fmt: skip
"""An enterprise; ``supported``: enrolled in one of the programme's places; ``reports``: to monitoring."""

EVERY_MONTH = ENTERPRISE.fields["employees"][1]  # type: ignore[index]
"""Bytes at the beginning of a record that every month touches."""

CLUSTER = np.dtype(
    [
        ("gain", "f8", _M),
        ("informed", "f8"),  # enterprises that know of the training
        ("results", "f8"), ("log_result", "f8"),  # enterprises that saw a gain; mean log of what they saw
    ],
    align=True,
)  # fmt: skip
"""What neighbours see of one another: the state at the end of last month of those alive."""

CLASS = np.dtype([("gain", "f8", _M), ("members", "f8")], align=True)
"""Mean gain in practices of those who sat in one class, at the end of last month.

A run's first record has no members and stays zero: enterprises that never sat in a class read it."""

REGION = np.dtype(
    [
        ("tightness", "f8"),  # vacancies per job seeker, 1 = balanced
        ("quitting", "f8"), ("filling", "f8"),  # relative quits and filling of posts at this tightness
        ("mean_wage", "f8"), ("low_pay", "f8"), ("median_ratio", "f8"),  # yuan a month; median over mean
        ("seekers", "f8"), ("seekers_at_start", "f8"), ("vacancies_at_start", "f8"),
        ("workers_at_start", "f8"),
        ("reliability", "f8"),  # of regional totals estimated from the sample, 0..1
        ("trained", "f8"),  # share of the job seekers who attended a class
        ("outreach", "f8"),  # enterprises that its providers are still to inform
    ],
    align=True,
)  # fmt: skip

SECTOR = np.dtype(
    [
        ("price", "f8"), ("orders", "f8"), ("reliability", "f8"),
        ("injury_relative", "f8"), ("energy_share", "f8"),
        ("enterprises_at_start", "f8"),
    ],
    align=True,
)  # fmt: skip

BLOCK = np.dtype(
    [
        ("run", "i4"), ("sector", "i4"), ("region", "i4"), ("start", "i4"), ("stop", "i4"),
        ("sizes", "i4"),  # bit k: holds an enterprise of size class k
        ("shows", "i4"), ("showed", "i4"),  # whether anybody has what neighbours look at; and last month
    ],
    align=True,
)  # fmt: skip
"""Neighbouring whole clusters of one sector and region: the unit of ordered sums."""

SEAT = np.dtype([("place", "i8"), ("class_days", "f8"), ("classmates", "f8")], align=True)
"""What an enterprise in a queue would have: place of its class among the month's planned ones, -1 if none."""

PLANNED_CLASS = np.dtype(
    [
        ("provider", "i8"), ("module", "i8"),
        ("stands_for", "f8"),  # national enterprises
        ("cost", "f8"), ("days", "f8"),  # to the programme, yuan; of its teachers, with all visits
        ("first_teacher", "i8"), ("teachers", "i8"),  # where its teachers are listed; none: it is not held
        ("class_id", "i8"),
    ],
    align=True,
)  # fmt: skip
"""A class that would be full, or whose enterprises are impatient, before it has teachers and budget."""

TRAINER = np.dtype(
    [
        ("region", "i8"), ("provider", "i8"), ("stage", "i8"), ("graduated_month", "i8"),
        ("modules", "i8"),  # bit k: may teach module k
        ("quality", "f8", _M),  # 0..1, by module
        ("taught", "f8"),  # modules of enterprises taught so far
        ("idle", "i4"),  # months without work
        ("booked", "f8"),  # days of work in the order book
    ],
    align=True,
)  # fmt: skip
"""A trainer; ``stage`` is one of the four below, and a slot is never used twice."""

NO_TRAINER, CANDIDATE, ACTIVE, LEFT = (np.int64(stage) for stage in range(4))
"""Stages of a trainer: an unused slot, graduated but not certified, certified and at work, gone."""

PROVIDER = np.dtype(
    [
        ("region", "i8"), ("trading", "u1"), ("contract", "u1"), ("entry_month", "i4"), ("exit_month", "i4"),
        ("trainers", "i4"), ("active", "i4"),  # on the staff; of them certified
        ("price", "f8"),  # yuan a module and enterprise
        ("reputation", "f8"),  # practice share that its clients gained in a module, smoothed
        ("wait", "f8", _M),  # months until its freest trainer of a module is free; NO_WAIT without one
        ("revenue", "f8"), ("days", "f8"), ("sold", "f8"),  # this month: yuan, trainer days, modules
        ("growth_cost", "f8"),  # this month: yuan spent on training a trainer of its own
        ("result", "f8"), ("utilisation", "f8"),  # smoothed over a year: yuan a month; share of days sold
        ("months_losing", "i4"), ("cash", "f8"),  # cash: results added up since it began
    ],
    align=True,
)  # fmt: skip
"""A provider of business development services that offers the training, or several alike of one region."""

NO_WAIT = 1e9
"""Months of waiting for a module that a provider cannot teach."""

RUN = np.dtype(
    [
        ("seed", "u8"), ("months", "i4"), ("start_month", "i4"),
        ("first_enterprise", "i4"), ("enterprises", "i4"), ("first_seat", "i8"), ("seats", "i8"),
        ("first_cluster", "i4"), ("clusters", "i4"), ("first_block", "i4"), ("blocks", "i4"),
        ("first_part", "i4"), ("parts", "i4"),
        ("first_class", "i4"), ("classes", "i4"),
        ("first_order", "i4"), ("eligible", "i4"), ("enrolled", "i4"),
        ("first_trainer", "i4"), ("trainer_slots", "i4"), ("trainers", "i4"),  # slots; slots used
        ("first_provider", "i4"), ("providers", "i4"),  # as many slots as trainers; slots used
        ("trainers_per_provider", "i4"),
        # the programme's settings
        ("programme", "u1"), ("assigned", "u1"), ("obligatory_first", "u1"), ("largest_gap", "u1"),
        ("first_month", "i4"), ("closing_month", "i4"),
        ("offered", "i4", _M), ("modules_offered", "i4"),
        ("class_days", "f8"), ("visits", "i4"), ("visit_months", "i4"), ("enterprises_per_class", "i4"),
        ("seats_per_class", "i4"),  # simulated enterprises that fill a class
        ("enterprises_per_visit", "i4"),
        ("trainer_quality", "f8"), ("continuation", "f8"), ("price", "f8"), ("buyer_share", "f8"),
        ("credit_line", "f8"), ("credit_guarantee", "f8"), ("supervision", "f8"),
        ("selection", "i4"), ("providers_selected", "f8"), ("subsidy_steps", "i4"),
        # the programme's state
        ("budget_left", "f8"), ("places", "f8"), ("queue", "f8"),
        ("campaign", "f8"), ("dialogue", "f8"), ("buyers", "f8"), ("authority", "f8"),  # still to be informed
    ],
    align=True,
)  # fmt: skip

OPEN_TO_ALL, BY_QUALITY, BY_PRICE = range(3)
"""How the programme selects the providers that it supports."""

SCHEDULE = np.dtype(
    [("places", "f8"), ("campaign", "f8"), ("dialogue", "f8"), ("buyers", "f8"), ("authority", "f8")],
    align=True,
)
"""What the programme offers in one month: places, and enterprises to inform by channel (national)."""

SUBSIDY = np.dtype(
    [("from_month", "i4"), ("fewest", "f8"), ("most", "f8"), ("modules", "i4"), ("share", "f8")], align=True
)
"""A step of the subsidy: from when, for which sizes (employees at the start) and modules (bits)."""

MOST_SUBSIDY_STEPS = 60
"""Steps of the subsidy that a scenario may have."""

BY_CAMPAIGN, BY_DIALOGUE, BY_BUYER, BY_AUTHORITY, BY_PROVIDER, BY_PEERS = range(6)
"""Values of an enterprise's ``channel``: how it heard of the training."""

ATTENDEES_PER_CLASS = 4.0
WORKERS_PER_CLASS = 2.0
"""Two managers and two workers of an enterprise attend a class (SCORE process description, SEEN)."""

WORKING_DAYS = 21.75
"""Working days of a month."""
