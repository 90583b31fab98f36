"""Tries out broken copies of the engine, and says whether the comparison with the reference notices.

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
from typing import Any, NamedTuple

from tests.reference.mutants import MARKET_MUTANTS, MUTANTS, SAMPLE_MUTANTS, Mutant

ROOT = Path(__file__).parents[2]


class Trial(NamedTuple):
    """A small run in which broken mechanisms show."""

    programme: dict[str, Any]
    parameters: dict[str, float]
    months: int
    weight: float = 1.0  # enterprises of the nation that each stands for
    seed: int = 1


ASSIGNED = Trial(
    programme={
        "enrolment": "assigned",
        "enterprises_per_month": 5.0,  # few enough for part-full classes, which try patience
        "trainers": 20.0,
        "obligatory_first": False,
        "continuation": 0.9,
        "budget": 600_000.0,
        "delivery": {"enterprises_per_class": 4, "visits": 4},
        "target": {"regions": ["Liaoning", "Shanghai", "Zhejiang", "Sichuan"]},
    },
    # injuries, quits, piece rates that hold up change, and little cash
    parameters={"injury_rate": 150.0, "quit_rate": 0.05, "piece_rate_share": 0.6, "cash_months": 1.0},
    months=7,
)
"""Much happens to enterprises and workers in a few months."""

TRADE = Trial(
    programme={
        "enterprises_per_month": 5.0,
        "trainers": 30.0,
        "training_of_trainers": [{"from_month": 1, "places_per_month": 1.0}],
        "outreach": [{"from_month": 0, "campaign": 12.0, "dialogue": 3.0, "buyers": 3.0, "authority": 2.0}],
        "subsidy": [
            {"from_month": 0, "share": 0.8},
            {"from_month": 2, "share": 0.5, "modules": ["quality", "safety", "human_resources"]},
            {"from_month": 3, "share": 0.7, "employees": [20, 90]},
        ],
        "buyer_share": 0.5,
        "credit_line": 0.2,
        "credit_guarantee": 0.5,
        "budget": 700_000.0,
        "provider_selection": "quality",
        "providers_selected": 0.6,
        "delivery": {"enterprises_per_class": 3, "visits": 4},
        "target": {"regions": ["Liaoning", "Shanghai", "Zhejiang", "Sichuan"]},
    },
    parameters={
        "belief_start": 0.02,
        "reconsideration": 0.3,
        "demand_liquidity": 2.0,
        "awareness_peers": 0.1,
        "trainer_leaving": 1.0,
        "trainer_days": 3.0,
        "certification_months": 2.0,
        "trainers_per_provider": 2.0,
        "provider_fixed_cost": 6_000.0,
        "price_speed": 0.3,
        "cash_months": 0.6,
        "credit_months": 0.1,
        "margin_mean": 0.02,
        "closure_rate": 0.4,
        "productivity_shock": 0.2,
    },
    months=16,
)
"""Much happens on the training market: trainers and providers come and go, money and days run short."""

SAMPLE = Trial(
    programme=TRADE.programme
    | {
        "enterprises_per_month": 40.0,
        "trainers": 80.0,
        "training_of_trainers": [],
        "outreach": [
            {"from_month": 0, "campaign": 46.0, "dialogue": 17.0, "buyers": 33.0, "authority": 14.0}
        ],
        "budget": 20_000_000.0,
    },
    parameters=TRADE.parameters,
    months=10,
    weight=10.0,
)
"""The same market in a sample of one in ten."""

DEBTS = ("market: guarantees cost nothing",)
"""Mutants that show where a guaranteed enterprise closes, which happens in another draw of the market."""
TRADES = {name: mutant for name, mutant in MARKET_MUTANTS.items() if name not in DEBTS}
IN_DEBT = {name: MARKET_MUTANTS[name] for name in DEBTS}

TRIALS = (
    (MUTANTS, ASSIGNED),
    (TRADES, TRADE),
    (SAMPLE_MUTANTS, SAMPLE),
    (IN_DEBT, TRADE._replace(seed=4)),
)
ALL = MUTANTS | MARKET_MUTANTS | SAMPLE_MUTANTS
NOTHING = "nothing is changed"


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


def first_differences(trial: Trial = ASSIGNED, months: int | None = None) -> tuple[int, list[str]]:
    """Compare month by month up to the first month that differs; returns months made and what differs."""
    from tests.reference.agreement import EACH_MONTH, Agreement
    from tests.reference.model import ReferenceModel
    from tests.reference.worlds import small_world

    months = months or trial.months
    world = small_world(
        trial.programme, trial.parameters, months=months, start_month=12, weight=trial.weight, seed=trial.seed
    )
    agreement = Agreement(EACH_MONTH)
    for month in range(months):
        reference = ReferenceModel(world)
        world.step()
        reference.step()
        agreement.compare(world, reference)
        if agreement.differences:
            return month + 1, sorted({difference.name for difference in agreement.differences})
    return months, []


def examine(names: list[str]) -> dict[str, tuple[int, list[str]]]:
    """What the comparison says of each of the named mutants; the unbroken engine goes through all trials."""
    found = {}
    with tempfile.TemporaryDirectory() as root:
        for number, name in enumerate(names):
            folder = Path(root) / str(number)
            mutate(ALL.get(name), folder)
            import_from(folder)
            imported = Path(importlib.import_module("simulation.month").__file__)
            assert imported.is_relative_to(folder), "the mutant was not what was imported"
            trials = [trial for mutants, trial in TRIALS if name in mutants or name == NOTHING]
            months, differing = 0, []
            for trial in trials:
                made, differ = first_differences(trial)
                months, differing = months + made, differing + differ
            found[name] = months, differing
    return found


if __name__ == "__main__":
    print(json.dumps(examine(json.load(sys.stdin))))
