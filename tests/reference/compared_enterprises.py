"""What is compared of enterprises: every field of the record, every seat, every account and its sums."""

from __future__ import annotations

import numpy as np

from simulation.accounts import ACCOUNTS
from simulation.seats import AGE_SHIFT, TAKEN, WOMAN
from simulation.state import ENTERPRISE
from simulation.world import World
from tests.reference.comparison import Comparison
from tests.reference.model import ReferenceModel

MONEY = ("output", "value_added", "profit", "cash", "year_value", "first_year_value", "last_year_value")
"""Yuan that are or follow differences of larger sums: compared against the enterprise's usual output."""
OUTPUT_ACCOUNTS = (
    "gross_output",
    "good_output",
    "value_added",
    "profit",
    "orders",
    "waste",
    "waste_at_base",
    "guarantee_calls",
)
POST_ACCOUNTS = ("vacancies", "effective_labour")
"""Accounts that are or follow differences: compared against the enterprise's usual output, and its posts."""
SHARES = ("shock", "vacancy_share")
"""Differences of numbers of about one: compared against one."""
SEAT_DISCRETE = ("status", "tenure", "attended", "away")
SEAT_CONTINUOUS = ("skill", "engagement")


def enterprises(month: Comparison, world: World, reference: ReferenceModel, run: int) -> None:
    """Every field of every enterprise's record; places in the columns are counted from the run's own."""
    record = world.runs[run]
    first = int(record["first_enterprise"])
    rows = world.enterprises[first : first + int(record["enterprises"])]
    offset = {"first_seat": int(record["first_seat"]), "cluster": int(record["first_cluster"])}
    everyone = np.arange(len(rows))
    for name in ENTERPRISE.names:
        values = np.array([getattr(firm, name) for firm in reference.firms])
        engine = rows[name] - offset.get(name, 0)
        whole = ENTERPRISE[name].base.kind in "iu"
        scale = rows["output_at_start"] if name in MONEY else float(name in SHARES)
        month.check(name, engine, values, kind="" if whole else "enterprise", scale=scale, owner=everyone)


def seats(month: Comparison, world: World, reference: ReferenceModel, run: int) -> None:
    """Who sits where, and each worker's state."""
    record = world.runs[run]
    first, n = int(record["first_seat"]), int(record["seats"])
    mine = {name: np.zeros(n) for name in SEAT_DISCRETE + SEAT_CONTINUOUS}
    for firm in reference.firms:
        for person in firm.roster:
            if person is not None:
                seat = person.seat
                mine["status"][seat] = TAKEN | person.woman * WOMAN | person.age << int(AGE_SHIFT)
                mine["attended"][seat] = sum(1 << k for k in person.attended)
                for name in ("tenure", "away", "skill", "engagement"):
                    mine[name][seat] = getattr(person, name)
    owner = np.repeat(np.arange(len(reference.firms)), [firm.seats for firm in reference.firms])
    held = world.seats
    block = slice(first, first + n)
    taken = held.taken(block)
    month.check("status", held.column("status", block), mine["status"], owner=owner)
    for name in SEAT_DISCRETE[1:]:
        engine = held.column(name, block)[taken]
        month.check(name, engine, mine[name][taken], owner=owner[taken])
    for name in SEAT_CONTINUOUS:
        engine = held.column(name, block)[taken]
        month.check(name, engine, mine[name][taken], kind="seat", scale=1.0, owner=owner[taken])


def accounts(month: Comparison, world: World, reference: ReferenceModel, run: int) -> None:
    """All accounts of every enterprise, and their sums at every level."""
    rows = world.panel[world.panel_start[run] : world.panel_start[run + 1], month.month]
    everyone = np.arange(len(reference.firms))
    output = np.array([firm.output_at_start for firm in reference.firms])
    posts = np.array([firm.desired for firm in reference.firms])
    per_output = np.array([firm.energy_at_start for firm in reference.firms])
    defective = np.array([firm.defect_rate for firm in reference.firms])
    sums = world.sums[run, month.month]
    totals = reference.sums[month.month]
    output_sums, heads = (sums[:, ACCOUNTS.index(name)] for name in ("gross_output", "headcount"))
    for i, name in enumerate(ACCOUNTS):
        scale, scale_sums = 0.0, 0.0
        if name in OUTPUT_ACCOUNTS:
            scale, scale_sums = output, output_sums
        elif name in POST_ACCOUNTS:
            scale, scale_sums = posts, heads
        elif name in ("energy", "energy_at_base"):
            scale = output * per_output
        elif name in ("defects", "recorded_defects"):
            scale = output * defective
        mine = np.array([firm.account[name] for firm in reference.firms])
        month.check(f"account {name}", rows[:, i], mine, kind="panel", scale=scale, owner=everyone)
        mine = np.array([level[name] for level in totals])
        month.check(f"sum {name}", sums[:, i], mine, kind="enterprise", scale=scale_sums)
