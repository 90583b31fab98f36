"""What is compared of what enterprises share: regions, sectors, clusters, classes, the training market."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulation.market_accounts import MARKET_ACCOUNTS
from simulation.state import CLUSTER, PROVIDER, REGION, SECTOR, TRAINER
from simulation.world import World
from tests.reference.comparison import Comparison
from tests.reference.model import ReferenceModel

RUN_COUNTS = ("enrolled", "trainers", "providers", "classes")
RUN_LEFT = ("budget_left", "places", "queue", "campaign", "dialogue", "buyers", "authority")
"""What is left of money and numbers, differences of larger ones: compared against one."""
PROVIDER_MONEY = ("revenue", "result", "cash")
"""Differences of receipts and costs: compared against the price of ten modules."""


def shared(month: Comparison, world: World, reference: ReferenceModel, run: int) -> None:
    """Regions, sectors, clusters and classes."""
    record = world.runs[run]
    first = int(record["first_cluster"])
    clusters = world.clusters[first : first + int(record["clusters"])]
    for fields, rows, mine in (
        (REGION, world.regions[run], reference.regions),
        (SECTOR, world.sectors[run], reference.sectors),
        (CLUSTER, clusters, reference.clusters),
    ):
        for name in fields.names:
            values = [getattr(one, name) for one in mine]
            scale = float(name == "outreach")
            month.check(f"{name} of each", rows[name], values, kind="enterprise", scale=scale)
    held = world.classes[int(record["first_class"]) :][: int(record["classes"])]
    none = [0.0] * held["gain"].shape[1]
    gains = [reference.programme.class_gain.get(c, none) for c in range(len(held))]
    month.check("gain of classes", held["gain"], np.reshape(gains, held["gain"].shape), kind="enterprise")


def training_market(month: Comparison, world: World, reference: ReferenceModel, run: int) -> None:
    """Who is on the roll, what is left of the programme's means, trainers, providers and the accounts."""
    record, programme = world.runs[run], reference.programme
    start = int(record["first_order"])
    roll = world.roll[start : start + int(record["enrolled"])] - int(record["first_enterprise"])
    _numbers(month, "roll", roll, [firm.identity for firm in programme.roll])
    mine = (len(programme.roll), len(programme.trainers), len(programme.providers), programme.classes)
    for name, value in zip(RUN_COUNTS, mine, strict=True):
        month.check(f"run {name}", record[name], value)
    for name in RUN_LEFT:
        value = getattr(programme, name)
        month.check(f"run {name}", record[name], value, kind="enterprise", scale=1.0)
    first = int(record["first_trainer"])
    trainers = world.trainers[first : first + int(record["trainers"])]
    _records(month, TRAINER, trainers, programme.trainers, {"booked": reference.p.trainer_days})
    first = int(record["first_provider"])
    providers = world.providers[first : first + int(record["providers"])]
    scales = dict.fromkeys(PROVIDER_MONEY, 10.0 * programme.price)
    _records(month, PROVIDER, providers, programme.providers, scales)
    engine = world.market[run, month.month]
    for i, name in enumerate(MARKET_ACCOUNTS):
        values = [book[name] for book in programme.books]
        scale = 10.0 * programme.price if name == "result" else 0.0
        month.check(f"market {name}", engine[:, i], values, kind="enterprise", scale=scale)


def _numbers(month: Comparison, name: str, engine: NDArray[Any], reference: list[int]) -> None:
    """Compare two lists, one by one if they are equally long."""
    if len(engine) == len(reference):
        month.check(name, engine, np.array(reference, engine.dtype))
    else:
        month.check(f"length of {name}", len(engine), len(reference))


def _records(
    month: Comparison, fields: np.dtype[Any], rows: NDArray[Any], mine: list[Any], scales: dict[str, float]
) -> None:
    """Compare every field of trainers or providers, of those that both have."""
    both = min(len(rows), len(mine))
    owners = [one.identity for one in mine[:both]]
    for name in fields.names if both else ():
        values = [getattr(one, name) for one in mine[:both]]
        kind = "" if fields[name].base.kind in "iu" else "enterprise"
        scale = scales.get(name, 0.0)
        month.check(f"{name} of each", rows[name][:both], values, kind=kind, scale=scale, owner=owners)
