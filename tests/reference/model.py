"""The reference model: a Mesa model of plain Python objects that makes the same months as the engine."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import mesa

from simulation import draws
from simulation.accounts import ACCOUNTS
from simulation.seats import AGE_SHIFT, TAKEN, WOMAN
from simulation.world import World
from tests.reference import chance, market
from tests.reference.enterprise import Enterprise, plain
from tests.reference.neighbours import seen_in_cluster
from tests.reference.practice import EVERY_MODULE
from tests.reference.programme import Programme
from tests.reference.trainers import Provider, Trainer
from tests.reference.worker import Worker

SEAT_COLUMNS = ("status", "skill", "engagement", "tenure", "attended", "away")

MONTHLY_DRAWS = {
    "worker month": draws.WORKER_MONTH,
    "hire": draws.HIRE,
    "hire modules": draws.HIRE_MODULES,
    "attend class": draws.ATTEND_CLASS,
    "practice drift": draws.PRACTICE_DRIFT,
    "productivity shock": draws.PRODUCTIVITY_SHOCK,
    "manager leaves": draws.MANAGER_LEAVES,
    "closure": draws.CLOSURE,
    "measurement": draws.MEASUREMENT,
}


class ReferenceModel(mesa.Model):
    """Run ``run`` of an engine's world, copied into agents as it stands; the world is not touched afterwards.

    Built from a fresh world it is a run of its own; built anew each month it is the engine's oracle.
    ``sums[month][level]`` are weighted accounts by name, of the total, sectors, regions and sizes in turn.
    ``near`` lists (month, enterprise's number or name of a trainer or provider) of every draw within 1e-6 of
    its threshold.
    """

    def __init__(self, world: World, run: int = 0):
        super().__init__(rng=1)  # Mesa's own generator is never used
        record = world.runs[run]
        self.p = SimpleNamespace(**plain(world.parameters[run]))
        self.month = world.month
        self.months = int(record["months"])
        self.start_month = int(record["start_month"])
        self.near: list[tuple[int, int | str]] = []
        self.regions = [SimpleNamespace(**plain(region)) for region in world.regions[run]]
        self.sectors = [SimpleNamespace(**plain(sector)) for sector in world.sectors[run]]
        self.offers = [plain(month) for month in world.schedule[run]]
        self.open_from = world.open_from[run].tolist()
        self.n_sizes = world.block_sums.shape[1]
        self.programme = Programme(self, plain(record))
        self._copy_enterprises(world, record)
        self._copy_programme(world, record)
        self._copy_market(world, record, run)
        self.sums = [
            [dict(zip(ACCOUNTS, level, strict=True)) for level in sums.tolist()]
            for sums in world.sums[run, : world.month]
        ]

    def _copy_enterprises(self, world: World, record: Any) -> None:
        first, seat = int(record["first_enterprise"]), int(record["first_seat"])
        first_cluster = int(record["first_cluster"])
        self.firms: list[Enterprise] = []
        for identity in range(int(record["enterprises"])):
            state = plain(world.enterprises[first + identity])
            state["first_seat"] -= seat
            state["cluster"] -= first_cluster
            firm = Enterprise(self, identity, state)
            self._copy_workers(world, firm, seat)
            self.firms.append(firm)
        clusters = world.clusters[first_cluster : first_cluster + int(record["clusters"])]
        self.clusters = [SimpleNamespace(**plain(cluster)) for cluster in clusters]

    def _copy_workers(self, world: World, firm: Enterprise, first_seat: int) -> None:
        block = slice(first_seat + firm.first_seat, first_seat + firm.first_seat + firm.seats)
        columns = [world.seats.column(name, block) for name in SEAT_COLUMNS]
        for place, seat in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
            status, skill, engagement, tenure, attended, away = seat
            if status & int(TAKEN):
                woman, age = bool(status & int(WOMAN)), status >> int(AGE_SHIFT)
                person = Worker(self, firm, firm.first_seat + place, woman, age)
                person.skill, person.engagement, person.tenure, person.away = skill, engagement, tenure, away
                person.attended = {k for k in EVERY_MODULE if attended >> k & 1}
                firm.roster[place] = person

    def _copy_programme(self, world: World, record: Any) -> None:
        first, start = int(record["first_enterprise"]), int(record["first_order"])
        order = world.order[start : start + int(record["eligible"])].tolist()
        roll = world.roll[start : start + int(record["enrolled"])].tolist()
        self.programme.order = [self.firms[i - first] for i in order]
        self.programme.roll = [self.firms[i - first] for i in roll]

    def _copy_market(self, world: World, record: Any, run: int) -> None:
        programme = self.programme
        first = int(record["first_provider"])
        for number, provider in enumerate(world.providers[first : first + int(record["providers"])]):
            programme.providers.append(Provider(self, number, plain(provider)))
        first = int(record["first_trainer"])
        for number, trainer in enumerate(world.trainers[first : first + int(record["trainers"])]):
            programme.trainers.append(Trainer(self, number, plain(trainer)))
        programme.graduates = world.graduates[run].tolist()
        programme.starters = world.starters[run].tolist()
        steps = world.subsidies[run, : int(record["subsidy_steps"])]
        programme.subsidies = [plain(step) for step in steps]

    @property
    def calendar_month(self) -> int:
        """Month of the calendar, 1..12."""
        return (self.start_month + self.month - 1) % 12 + 1

    def happens(self, draw: float, threshold: float, whose: Enterprise | Trainer | Provider) -> bool:
        """Whether a draw lies below its threshold; notes it when they nearly meet."""
        if abs(draw - threshold) < chance.NEAR:
            self.near.append((self.month, whose.identity))
        return draw < threshold

    def step(self) -> None:
        """Make one month of the whole model."""
        if self.month > 0:
            self.open_markets()
        if self.programme.programme:
            self.programme.make_month(self.offers[self.month])
        seed = self.programme.seed
        self.keys = {name: chance.key(seed, number, self.month) for name, number in MONTHLY_DRAWS.items()}
        self.keys["reporting"] = chance.key(seed, draws.REPORTING, 0)  # one character for the whole run
        self.agents_by_type[Enterprise].do("step")
        self.look_around()
        self.sums.append(self.add_up())
        self.month += 1

    def open_markets(self) -> None:
        """Prices, orders and labour markets of this month, from last month's totals."""
        first, last = self.sums[0], self.sums[-1]
        for s, sector in enumerate(self.sectors, start=1):
            market.trade(sector, self.p, first[s], last[s])
        for r, region in enumerate(self.regions, start=1 + len(self.sectors)):
            market.settle_labour(region, self.p, last[r])

    def look_around(self) -> None:
        """Enterprises see what those alive in their cluster gained, know and say, for next month."""
        members: list[list[Enterprise]] = [[] for _ in self.clusters]
        for firm in self.firms:
            if firm.alive:
                members[firm.cluster].append(firm)
        self.clusters = [SimpleNamespace(**seen_in_cluster(firms)) for firms in members]

    def add_up(self) -> list[dict[str, float]]:
        """Accounts times weights: the total, then by sector, region and size at the start."""
        n_sectors, n_regions = len(self.sectors), len(self.regions)
        levels = [dict.fromkeys(ACCOUNTS, 0.0) for _ in range(1 + n_sectors + n_regions + self.n_sizes)]
        for firm in self.firms:
            places = (
                0,
                1 + firm.sector,
                1 + n_sectors + firm.region,
                1 + n_sectors + n_regions + firm.size_class,
            )
            for name, value in firm.account.items():
                if value:
                    for level in places:
                        levels[level][name] += firm.weight * value
        return levels
