"""Breaks the engine on purpose, one mechanism at a time, and says whether the comparison notices.

Run as a module with NUMBA_DISABLE_JIT=1: a list of names on standard input, one JSON object on standard
output. Each mutant is a copy of the package with one text replaced, imported afresh; plain Python leaves no
compiled code that could hide the change.
"""

from __future__ import annotations

import importlib
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]


class Mutant(NamedTuple):
    """One change of one file; ``old`` must occur in it exactly once."""

    file: str
    old: str
    new: str


MUTANTS = {
    "delivery: a class teaches what is known": Mutant(
        "delivery", "+= taught * unknown_share(ent, p, k)", "+= taught"
    ),
    "delivery: readiness is ignored": Mutant("delivery", "* readiness(ent, p) *", "*"),
    "practices: nothing protects from inattention": Mutant(
        "practices",
        "(inattention + p.erosion_attendee * attendees_left) * protection",
        "inattention + p.erosion_attendee * attendees_left * protection",
    ),
    "practices: know-how in use is forgotten too": Mutant(
        "practices", "p.knowhow_forgetting * max(0.0, knowhow - gain)", "p.knowhow_forgetting * knowhow"
    ),
    "spread: no less from neighbours who lead by little": Mutant(
        "practices", "max(0.0, cluster_gain[k] - gain)", "cluster_gain[k]"
    ),
    "spread: the first class is everybody's": Mutant(
        "world", 'record["classes"] = class_, 1', 'record["classes"] = class_, 0'
    ),
    "gate: sharing the gain does not help": Mutant(
        "practices", "p.gate_strength * (1.0 - sharing)", "p.gate_strength"
    ),
    "people: engagement ignores injuries": Mutant(
        "people", "- p.engagement_injuries * ent.injuries_seen", ""
    ),
    "people: a class does not raise the ceiling of skill": Mutant(
        "people", "w.learning * (ceiling - skill)", "w.learning * (w.skill_ceiling - skill)"
    ),
    "people: newcomers quit no more": Mutant("people", "(1.0 + w.quit_novice * novelty(tenure)) *", "1.0 *"),
    "people: New Year is in March": Mutant("people", "NEW_YEAR_MONTH = 2", "NEW_YEAR_MONTH = 3"),
    "people: safety practices prevent no injury": Mutant("people", "* safety_factor(ent, p)\n", "\n"),
    "people: severe injuries heal a month early": Mutant(
        "people", "MONTHS_MODERATE, MONTHS_SEVERE = 1, 4", "MONTHS_MODERATE, MONTHS_SEVERE = 1, 3"
    ),
    "people: absence shares its draw with injury": Mutant(
        "people", "draws.SHIFT_THIRD) < absence_chance", "draws.SHIFT_SECOND) < absence_chance"
    ),
    "hiring: vacancies spread over all seats": Mutant(
        "hiring", "vacancies(ent) / vacant", "vacancies(ent) / ent.seats"
    ),
    "hiring: a tight market fills posts faster": Mutant(
        "hiring", "region.tightness**-p.hire_tightness", "region.tightness**p.hire_tightness"
    ),
    "production: capital has the share of labour": Mutant(
        "production",
        "(1.0 - p.labour_share_exponent) * math.log(ent.capital)",
        "p.labour_share_exponent * math.log(ent.capital)",
    ),
    "production: injuries stop no work": Mutant("production", "p.injury_stoppage * injuries +", ""),
    "defects: novices make fewer": Mutant(
        "production", "1.0 + p.defect_novice * (ent.novices", "1.0 - p.defect_novice * (ent.novices"
    ),
    "energy: no rebound": Mutant("production", "p.energy_saving * (1.0 - p.rebound)", "p.energy_saving"),
    "money: a year's interest every month": Mutant("money", "p.credit_rate / 12.0", "p.credit_rate"),
    "money: no fee is paid": Mutant("money", "- interest - ent.fee_today", "- interest"),
    "wages: ordinary scarcity raises them": Mutant(
        "money", "p.wage_tightness * (tightness - 1.0)", "p.wage_tightness * tightness"
    ),
    "orders: none are lost to others of the sector": Mutant(
        "money", "- p.order_displacement * (sector_orders - 1.0)", ""
    ),
    "exit: credit does not save": Mutant("money", "ent.cash < -limit or", "ent.cash < 0.0 or"),
    "observation: every injury is on record": Mutant(
        "observation", "row[a.RECORDED_INJURIES] / heads", "row[a.INJURIES] / heads"
    ),
    "observation: the error of measurement is twice as large": Mutant(
        "observation", "error = p.measurement_error", "error = 2.0 * p.measurement_error"
    ),
    "matching: more patience": Mutant("matching", "PATIENCE = 3", "PATIENCE = 4"),
    "matching: visits come early": Mutant(
        "matching", "run.visits * months // run.visit_months", "-(-run.visits * months // run.visit_months)"
    ),
    "matching: overhead does not count against the budget": Mutant(
        "matching", "(today.subsidy * today.price + p.overhead_per_module) *", "today.subsidy * today.price *"
    ),
    "labour balance: hires leave no gap in the pool": Mutant(
        "ordered", "left = last[a.HIRES] + last[a.JOBS_ENTERED]", "left = last[a.JOBS_ENTERED]"
    ),
    "labour balance: entrants staff themselves from nowhere": Mutant(
        "ordered", "left = last[a.HIRES] + last[a.JOBS_ENTERED]", "left = last[a.HIRES]"
    ),
    "price: elasticity upside down": Mutant(
        "ordered", "growth / p.demand_elasticity", "growth * p.demand_elasticity"
    ),
    "month: a hire inherits the classes of the seat": Mutant(
        "month", "= 1 if elsewhere < trained_elsewhere else 0", "|= 1 if elsewhere < trained_elsewhere else 0"
    ),
    "month: attendance shares its draw with hiring": Mutant("month", "draws.ATTEND_CLASS", "draws.HIRE"),
    "month: the unborn and the dead are neighbours": Mutant("month", "if enterprises[e].alive:", "if True:"),
}  # fmt: skip

NOTHING = "nothing is changed"
MONTHS = 7
PROGRAMME = {
    "enterprises_per_month": 5.0,  # few enough for part-full classes, which try patience
    "trainer_days_per_month": 80.0,
    "continuation": 0.9,
    "budget": 600_000.0,
    "delivery": {"enterprises_per_class": 4, "visits": 4},
}
PARAMETERS = {"injury_rate": 150.0, "quit_rate": 0.05, "piece_rate_share": 0.6, "cash_months": 1.0}
"""Much happens in a few months: injuries, quits, piece rates that hold up change, and little cash."""


def mutate(mutant: Mutant | None, folder: Path) -> None:
    """Put a copy of the engine's package into ``folder``, with the mutant's text replaced."""
    package = folder / "simulation"
    shutil.copytree(ROOT / "simulation", package, ignore=shutil.ignore_patterns("__pycache__"))
    if mutant is None:
        return
    file = package / f"{mutant.file}.py"
    text = file.read_text(encoding="utf-8")
    if text.count(mutant.old) != 1:
        raise ValueError(
            f"{mutant.old!r} occurs {text.count(mutant.old)} times in {mutant.file}.py, not once"
        )
    file.write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")


def import_from(folder: Path) -> None:
    """Make ``folder`` the place from which the engine and its reference are imported, afresh."""
    for name in list(sys.modules):
        if name.split(".")[0] == "simulation" or name.startswith("tests."):
            del sys.modules[name]
    sys.path[:] = [
        str(folder),
        str(ROOT),
        *(p for p in sys.path if p != str(ROOT) and not p.startswith(str(folder.parent))),
    ]


def first_differences(months: int = MONTHS) -> tuple[int, list[str]]:
    """Compare month by month up to the first month that differs; returns months made and what differs."""
    from tests.reference.agreement import EACH_MONTH, Agreement
    from tests.reference.model import ReferenceModel
    from tests.reference.worlds import small_world

    world = small_world(PROGRAMME, PARAMETERS, months=months, start_month=12)
    agreement = Agreement(EACH_MONTH)
    for month in range(months):
        reference = ReferenceModel(world)
        world.step()
        reference.step()
        agreement.compare(world, reference)
        if agreement.differences:
            return month + 1, sorted({difference.name for difference in agreement.differences})
    return months, []


def examine(names: list[str], months: int = MONTHS) -> dict[str, tuple[int, list[str]]]:
    """What the comparison says of each of the named mutants."""
    found = {}
    with tempfile.TemporaryDirectory() as root:
        for number, name in enumerate(names):
            folder = Path(root) / str(number)
            mutate(None if name == NOTHING else MUTANTS[name], folder)
            import_from(folder)
            imported = Path(importlib.import_module("simulation.month").__file__)
            assert imported.is_relative_to(folder), "the mutant was not what was imported"
            found[name] = first_differences(months)
    return found


if __name__ == "__main__":
    print(json.dumps(examine(json.load(sys.stdin))))
