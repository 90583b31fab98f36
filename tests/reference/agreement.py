"""Comparing the engine's state with the reference's, field by field, seat by seat, sum by sum."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulation.accounts import ACCOUNTS
from simulation.state import AGE_SHIFT, ENTERPRISE, REGION, SECTOR, TAKEN, WOMAN
from simulation.world import World
from tests.reference.model import ReferenceModel

MONEY = ("output", "value_added", "profit", "cash", "year_value", "first_year_value", "last_year_value")
"""Yuan that are or follow differences of larger sums: compared against the enterprise's usual output."""
OUTPUT_ACCOUNTS = ("gross_output", "good_output", "value_added", "profit", "orders", "waste", "waste_at_base")
POST_ACCOUNTS = ("vacancies", "effective_labour")
"""Accounts that are or follow differences: compared against the enterprise's usual output, and its posts."""
SHARES = ("shock", "vacancy_share")
"""Differences of numbers of about one: compared against one."""
RUN_FIELDS = ("enrolled", "classes", "budget_left", "capacity", "days_left", "queue")
SEAT_DISCRETE = ("status", "tenure", "attended", "away")
SEAT_CONTINUOUS = ("skill", "engagement")


@dataclass(frozen=True)
class Tolerance:
    """Largest relative difference that counts as agreement."""

    enterprise: float  # float64 state and sums
    seat: float  # float32 skill and engagement
    panel: float = 5e-7  # accounts kept as float32


EACH_MONTH = Tolerance(enterprise=1e-10, seat=2e-7)
"""One month from one state: rounding of doubles in another order, and of skill and engagement to float32."""
FREE_RUNNING = Tolerance(enterprise=2e-6, seat=2e-6, panel=4e-6)
"""Years on their own: the engine's float32 skill and engagement against the reference's doubles."""


@dataclass
class Difference:
    """One value that the two do not share; ``enterprise`` is None for what enterprises share."""

    month: int
    name: str
    enterprise: int | None
    engine: Any
    reference: Any


@dataclass
class Agreement:
    """What was compared so far: values, near draws, differences, and those that a near draw explains."""

    tolerance: Tolerance
    months: int = 0
    values: int = 0
    draws_near: int = 0
    explained: list[Difference] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    largest: dict[str, float] = field(default_factory=dict)  # relative difference seen, by kind

    def __str__(self) -> str:
        shown = "".join(f"\n  {difference}" for difference in self.differences[:12])
        return (
            f"{self.values:,} values over {self.months} months: {len(self.differences)} differ, "
            f"{self.draws_near} draws within 1e-6 of their threshold explain {len(self.explained)} more; "
            f"largest relative differences {self.largest}{shown}"
        )

    def compare(self, world: World, reference: ReferenceModel, run: int = 0) -> None:
        """Compare both after a month that both have made."""
        self.months += 1
        near = {who for month, who in reference.near if month == reference.month - 1}
        self.draws_near += sum(month == reference.month - 1 for month, _ in reference.near)
        month = _Month(self, reference.month - 1)
        month.enterprises(world, reference, run)
        month.seats(world, reference, run)
        month.accounts(world, reference, run)
        month.shared(world, reference, run)
        flipped = any(difference.enterprise in near for difference in month.found)
        for difference in month.found:
            may_follow = difference.enterprise in near or (flipped and difference.enterprise is None)
            (self.explained if may_follow else self.differences).append(difference)


@dataclass
class _Month:
    """The comparison of one month."""

    total: Agreement
    month: int
    found: list[Difference] = field(default_factory=list)

    def check(
        self,
        name: str,
        engine: Any,
        reference: Any,
        *,
        kind: str = "",
        scale: Any = 0.0,
        owner: NDArray[Any] | None = None,
    ) -> None:
        """Compare arrays: exactly, or by the tolerance of ``kind`` relative to the value or to ``scale``."""
        left, right = np.asarray(engine), np.asarray(reference)
        assert left.shape == right.shape, name
        self.total.values += left.size
        if not kind:
            wrong = left != right
        else:
            left, right = left.astype(np.float64), right.astype(np.float64)
            size = np.maximum(np.maximum(np.abs(left), np.abs(right)), np.broadcast_to(scale, left.shape))
            off = np.abs(left - right) / np.maximum(size, 1e-12)
            worst = float(off.max(initial=0.0))
            self.total.largest[kind] = max(self.total.largest.get(kind, 0.0), worst)
            wrong = ~(off <= getattr(self.total.tolerance, kind))
        for place in np.argwhere(wrong):
            who = None if owner is None else int(owner[place[0]])
            at = tuple(place)
            self.found.append(Difference(self.month, name, who, left[at].item(), right[at].item()))

    def enterprises(self, world: World, reference: ReferenceModel, run: int) -> None:
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
            self.check(name, engine, values, kind="" if whole else "enterprise", scale=scale, owner=everyone)

    def seats(self, world: World, reference: ReferenceModel, run: int) -> None:
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
        taken = (world.status[first : first + n] & TAKEN) > 0
        self.check("status", world.status[first : first + n], mine["status"], owner=owner)
        for name in SEAT_DISCRETE[1:]:
            engine = getattr(world, name)[first : first + n][taken]
            self.check(name, engine, mine[name][taken], owner=owner[taken])
        for name in SEAT_CONTINUOUS:
            engine = getattr(world, name)[first : first + n][taken]
            self.check(name, engine, mine[name][taken], kind="seat", owner=owner[taken])

    def accounts(self, world: World, reference: ReferenceModel, run: int) -> None:
        """All accounts of every enterprise, and their sums at every level."""
        rows = world.panel[world.panel_start[run] : world.panel_start[run + 1], self.month]
        everyone = np.arange(len(reference.firms))
        output = np.array([firm.output_at_start for firm in reference.firms])
        posts = np.array([firm.desired for firm in reference.firms])
        per_output = np.array([firm.energy_at_start for firm in reference.firms])
        defective = np.array([firm.defect_rate for firm in reference.firms])
        sums = world.sums[run, self.month]
        totals = reference.sums[self.month]
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
            self.check(f"account {name}", rows[:, i], mine, kind="panel", scale=scale, owner=everyone)
            mine = np.array([level[name] for level in totals])
            self.check(f"sum {name}", sums[:, i], mine, kind="enterprise", scale=scale_sums)

    def shared(self, world: World, reference: ReferenceModel, run: int) -> None:
        """Regions, sectors, clusters, classes and the programme's books."""
        record, programme = world.runs[run], reference.programme
        for fields, rows, mine in (
            (REGION, world.regions[run], reference.regions),
            (SECTOR, world.sectors[run], reference.sectors),
        ):
            for name in fields.names:
                values = [getattr(one, name) for one in mine]
                self.check(f"{name} of each", rows[name], values, kind="enterprise")
        first = int(record["first_cluster"])
        clusters = world.clusters[first : first + int(record["clusters"])]
        self.check("gain of clusters", clusters["gain"], reference.neighbours_gain, kind="enterprise")
        held = world.classes[int(record["first_class"]) :][: int(record["classes"])]
        gains = [programme.class_gain.get(c, [0.0] * held["gain"].shape[1]) for c in range(len(held))]
        self.check("gain of classes", held["gain"], np.reshape(gains, held["gain"].shape), kind="enterprise")
        first = int(record["first_enterprise"])
        start = int(record["first_order"])
        roll = world.roll[start : start + int(record["enrolled"])] - first
        values = [firm.identity for firm in programme.roll]
        self.check("number enrolled", len(roll), len(values))
        if len(roll) == len(values):
            self.check("roll", roll, np.array(values, roll.dtype))
        for name in RUN_FIELDS:
            mine = len(programme.roll) if name == "enrolled" else getattr(programme, name)
            self.check(f"run {name}", record[name], mine, kind="enterprise")


def month_by_month(world: World, months: int, run: int = 0) -> Agreement:
    """Let the reference make each month from the engine's state before it, and compare after it."""
    agreement = Agreement(EACH_MONTH)
    for _ in range(months):
        reference = ReferenceModel(world, run)
        world.step()
        reference.step()
        agreement.compare(world, reference, run)
    return agreement


def free_running(world: World, months: int, run: int = 0) -> Agreement:
    """Start both once from one state and let each run on its own, comparing every month."""
    agreement = Agreement(FREE_RUNNING)
    reference = ReferenceModel(world, run)
    for _ in range(months):
        world.step()
        reference.step()
        agreement.compare(world, reference, run)
        if agreement.differences or agreement.explained:
            break  # from here on the two are different histories
    return agreement
