"""A world: the columns of one or more runs side by side, as the compiled month takes them.

Runs are independent of one another; putting many small ones into one world lets one compiled call advance
them all, without returning to Python.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulation import draws, month
from simulation.accounts import N_ACCOUNTS
from simulation.compile import kernel
from simulation.firms import FIRMS
from simulation.initial import InitialState, initial_state
from simulation.market_accounts import N_MARKET_ACCOUNTS
from simulation.parameters import PARAMETER_RECORD
from simulation.population import SIZE_CLASSES, Population
from simulation.programme import Scenario
from simulation.programme_record import MarketTables, eligible_enterprises, market_tables, put_programme
from simulation.roster import lay_out
from simulation.seats import OCTET, OCTET_SEATS, Seats
from simulation.state import BLOCK, CLASS, ENTERPRISE, PROVIDER, RUN, TRAINER
from simulation.threads import AVAILABLE, WORTH_THREADS, share

BLOCK_ENTERPRISES = 256
"""Enterprises of a block, at most one cluster more."""

PART_ENTERPRISES = 512
"""Enterprises of a part, at most a block more: a quarter of a millisecond of a thread's work."""

SEAT_MONTHS_AT_ONCE = 50_000_000
"""Seats times months that a batch is advanced before it comes back: well below a second on one thread."""


@dataclass(frozen=True, eq=False)
class Run:
    """One simulation to make: a scenario on a population, with parameters and a seed.

    ``population_seed`` fixes the enterprises and workers at the start, ``event_seed`` everything that happens
    to them; arms that share both are paired. ``parameters`` is a record array of one. ``eligible`` and
    ``panel`` are masks over the population: who the programme may enrol (default: who matches its target)
    and whose accounts are kept enterprise by enterprise and month by month (default: nobody).
    """

    scenario: Scenario
    population: Population
    parameters: NDArray[Any]
    population_seed: int
    event_seed: int
    eligible: NDArray[np.bool_] | None = None
    panel: NDArray[np.bool_] | None = None


@dataclass
class World:
    """All columns; the fields are the arguments of :func:`simulation.month.advance`, in its order."""

    runs: NDArray[Any]
    parameters: NDArray[Any]
    enterprises: NDArray[Any]
    clusters: NDArray[Any]
    classes: NDArray[Any]
    regions: NDArray[Any]
    sectors: NDArray[Any]
    blocks: NDArray[Any]
    parts: NDArray[np.int64]
    octets: NDArray[Any]
    schedule: NDArray[Any]
    open_from: NDArray[np.int64]
    graduates: NDArray[np.int64]
    starters: NDArray[np.int64]
    subsidies: NDArray[Any]
    order: NDArray[np.int64]
    roll: NDArray[np.int64]
    trainers: NDArray[Any]
    providers: NDArray[Any]
    market: NDArray[np.float64]
    side_by_side: NDArray[Any]
    block_sums: NDArray[np.float64]
    sums: NDArray[np.float64]
    panel: NDArray[np.float32]
    panel_start: list[int]
    month: int = 0

    @property
    def seats(self) -> Seats:
        """The workers' attributes by seat."""
        return Seats(self.octets)

    def columns(self) -> tuple[NDArray[Any], ...]:
        """The arguments of the compiled month after months and what is done of them."""
        return (
            self.runs, self.parameters, self.enterprises, self.clusters, self.classes, self.regions,
            self.sectors, self.blocks, self.parts, self.octets, self.schedule, self.open_from,
            self.graduates, self.starters, self.subsidies, self.order, self.roll, self.trainers,
            self.providers, self.market, self.side_by_side, self.block_sums, self.sums, self.panel,
        )  # fmt: skip

    def step(self) -> None:
        """Advance every run by one month."""
        self.advance(1)

    def run(self, after_month: Callable[[int], None] | None = None) -> None:
        """Advance every run to its end; ``after_month(months done)`` is told of it.

        Compiled code hears of no interruption, so it comes back to Python after some of the months.
        """
        at_once = max(1, SEAT_MONTHS_AT_ONCE // max(1, len(self.seats)))
        while self.month < self.schedule.shape[1]:
            self.advance(at_once)
            if after_month is not None:
                after_month(self.month)

    def advance(self, months: int) -> None:
        """Advance every run by so many months, or to its end."""
        last = min(self.schedule.shape[1], self.month + months)
        under_way = np.full(len(self.runs), self.month)
        due, parts_done = np.zeros((2, len(self.runs)), np.int64)
        next_part = self.runs["parts"].astype(np.int64)  # none to take before the month has begun
        columns = self.columns()

        def work(place: int) -> None:
            month.advance(place, last, under_way, due, next_part, parts_done, *columns)

        little = len(self.seats) * (last - self.month) < WORTH_THREADS
        share(work, at_most=1 if little else len(self.parts))  # nobody waits for a part that never comes
        self.month = last


def build_world(runs: Sequence[Run]) -> World:
    """Lay out ``runs`` side by side; arms that share population, parameters and seed start from one state."""
    starts, enterprises, octets = _starts(runs)
    months = max(run.scenario.months for run in runs)
    tables = runs[0].population.tables
    n_sectors, n_regions = len(tables.sectors), len(tables.regions)
    eligible = [_eligible(run) for run in runs]
    offers = [market_tables(run.scenario.programme, tables, months) for run in runs]
    records, n_classes = _run_records(runs, starts, eligible, offers)
    blocks, panel_start = _number_through(runs, records, enterprises)
    parts = _parts(records, blocks)
    levels = 1 + n_sectors + n_regions + len(SIZE_CLASSES)
    order = _joined(
        [_order_of_enrolment(mask, record) for mask, record in zip(eligible, records, strict=True)]
    )
    slots = int(records["trainer_slots"].sum())
    return World(
        runs=records.view(np.recarray),
        parameters=_joined([run.parameters.astype(PARAMETER_RECORD) for run in runs]).view(np.recarray),
        enterprises=enterprises.view(np.recarray),
        clusters=_joined([start.clusters for start in starts]).view(np.recarray),
        classes=np.zeros(n_classes, CLASS).view(np.recarray),
        regions=_stacked([start.regions for start in starts]).view(np.recarray),
        sectors=_stacked([start.sectors for start in starts]).view(np.recarray),
        blocks=blocks.view(np.recarray),
        parts=parts,
        octets=octets.view(np.recarray),
        schedule=_stacked([offer.schedule for offer in offers]).view(np.recarray),
        open_from=np.stack([offer.open_from for offer in offers]),
        graduates=np.stack([offer.graduates for offer in offers]),
        starters=np.stack([offer.starters for offer in offers]),
        subsidies=_stacked([offer.subsidies for offer in offers]).view(np.recarray),
        order=order,
        roll=np.zeros(len(order), np.int64),
        trainers=np.zeros(slots, TRAINER).view(np.recarray),
        providers=np.zeros(slots, PROVIDER).view(np.recarray),
        market=np.zeros((len(runs), months, 1 + n_regions, N_MARKET_ACCOUNTS)),
        side_by_side=np.zeros(AVAILABLE, FIRMS).view(np.recarray),
        block_sums=np.zeros((len(blocks), len(SIZE_CLASSES), N_ACCOUNTS)),
        sums=np.zeros((len(runs), months, levels, N_ACCOUNTS)),
        panel=np.zeros((panel_start[-1], months, N_ACCOUNTS), np.float32),
        panel_start=panel_start,
    )


def _starts(runs: Sequence[Run]) -> tuple[list[InitialState], NDArray[Any], NDArray[Any]]:
    """The initial states of ``runs``, each a part of all their enterprises and octets end to end.

    They are placed where they stay: apart they would take memory of their own, in small pages, and copying.
    """
    enterprises = np.zeros(sum(run.population.n for run in runs), ENTERPRISE)
    numbers = [int(lay_out(run.population.employees)[-1]) for run in runs]
    octets = np.zeros(sum(numbers), OCTET)
    states: dict[tuple[int, bytes, int], InitialState] = {}
    starts = []
    enterprise = octet = 0
    for run, number in zip(runs, numbers, strict=True):
        mine = enterprises[enterprise : enterprise + run.population.n]
        seats = octets[octet : octet + number]
        key = (id(run.population), run.parameters.tobytes(), run.population_seed)
        if key in states:
            known = states[key]
            start = replace(
                known, enterprises=_copied(known.enterprises, mine), octets=_copied(known.octets, seats)
            )
        else:
            start = states[key] = initial_state(
                run.population, run.parameters, run.population_seed, mine, seats
            )
        starts.append(start)
        enterprise, octet = enterprise + len(mine), octet + len(seats)
    return starts, enterprises, octets


def _eligible(run: Run) -> NDArray[np.bool_]:
    """Who the programme may enrol: as given, or who matches its target."""
    if run.eligible is not None:
        return run.eligible
    return eligible_enterprises(run.scenario.programme, run.population)


def _run_records(
    runs: Sequence[Run],
    starts: Sequence[InitialState],
    eligible: Sequence[NDArray[np.bool_]],
    offers: Sequence[MarketTables],
) -> tuple[NDArray[Any], int]:
    records = np.zeros(len(runs), RUN)
    enterprise = seat = cluster = order = class_ = slot = 0
    for record, run, start, mask, offer in zip(records, runs, starts, eligible, offers, strict=True):
        record["seed"] = np.random.SeedSequence([run.event_seed, 303]).generate_state(1, np.uint64)[0]
        record["months"], record["start_month"] = run.scenario.months, run.scenario.start_month
        record["first_enterprise"], record["enterprises"] = enterprise, len(start.enterprises)
        record["first_seat"], record["seats"] = seat, OCTET_SEATS * len(start.octets)
        record["first_cluster"], record["clusters"] = cluster, len(start.clusters)
        record["first_order"], record["eligible"] = order, int(mask.sum())
        record["first_class"], record["classes"] = class_, 1  # class 0 is that of those who never sat in one
        record["first_trainer"] = record["first_provider"] = slot
        weight = float(run.population.weight[mask].mean()) if mask.any() else 1.0
        put_programme(record, run.scenario.programme, offer, run.parameters[0], weight)
        enterprise += len(start.enterprises)
        seat += OCTET_SEATS * len(start.octets)
        cluster += len(start.clusters)
        order += int(mask.sum())
        class_ += 1 + int(mask.sum()) * int(record["modules_offered"])
        slot += int(record["trainer_slots"])
    return records, class_


def _number_through(
    runs: Sequence[Run], records: NDArray[Any], enterprises: NDArray[Any]
) -> tuple[NDArray[Any], list[int]]:
    """Count the places of ``enterprises`` over all runs; the blocks, and the runs' first panel rows."""
    blocks, panel_start = [], [0]
    first_block = 0
    for i, (run, record) in enumerate(zip(runs, records, strict=True)):
        first = int(record["first_enterprise"])
        mine = enterprises[first : first + int(record["enterprises"])]
        if i:  # the first run's are where they should be
            mine["first_seat"] += record["first_seat"]
            mine["cluster"] += record["first_cluster"]
        followed = 0 if run.panel is None else int(run.panel.sum())
        if followed:
            mine["panel_row"][run.panel] = panel_start[-1] + np.arange(followed)
        panel_start.append(panel_start[-1] + followed)
        blocks.append(_blocks(run.population, i, first, mine["size_class"]))
        record["first_block"], record["blocks"] = first_block, len(blocks[-1])
        first_block += len(blocks[-1])
    return _joined(blocks), panel_start


# Records are joined and copied as bytes: NumPy copies them field by field, four times as slow, and takes a
# tenth of a millisecond to find the type that two equal ones have in common.


def _joined(parts: list[NDArray[Any]]) -> NDArray[Any]:
    """Arrays end to end; a single one as it is."""
    if len(parts) == 1:
        return parts[0]
    return np.concatenate([part.view(np.uint8) for part in parts]).view(parts[0].dtype)


def _stacked(parts: list[NDArray[Any]]) -> NDArray[Any]:
    """Arrays of equal length as the rows of a new one."""
    return np.stack([part.view(np.uint8) for part in parts]).view(parts[0].dtype)


def _copied(values: NDArray[Any], place: NDArray[Any]) -> NDArray[Any]:
    """``values`` copied to ``place``, which is returned."""
    place.view(np.uint8)[:] = values.view(np.uint8)
    return place


def _blocks(population: Population, run: int, offset: int, size_class: NDArray[Any]) -> NDArray[Any]:
    """Cut a population, ordered by cluster, into blocks of whole clusters of one sector and region."""
    first = np.flatnonzero(np.diff(population.cluster, prepend=-1))  # first enterprise of each cluster
    area = population.sector[first].astype(np.int64) * 100_000 + population.region[first]
    new_area = np.diff(area, prepend=-1) != 0
    area_start = np.maximum.accumulate(np.where(new_area, first, 0))
    part = (first - area_start) // BLOCK_ENTERPRISES
    begins = new_area | (np.diff(part, prepend=-1) != 0)
    starts = first[begins]
    blocks = np.zeros(len(starts), BLOCK)
    blocks["run"] = run
    blocks["sector"], blocks["region"] = population.sector[starts], population.region[starts]
    blocks["start"] = starts + offset
    blocks["stop"] = np.append(starts[1:], population.n) + offset
    blocks["sizes"] = np.bitwise_or.reduceat(1 << size_class, starts)
    return blocks


def _parts(records: NDArray[Any], blocks: NDArray[Any]) -> NDArray[np.int64]:
    """Cut each run's blocks into parts, (first block, last block) each; its record tells which are its."""
    parts = []
    first_part = 0
    for record in records:
        first = int(record["first_block"])
        mine = blocks[first : first + int(record["blocks"])]
        part = (mine["start"] - mine["start"][0]) // PART_ENTERPRISES
        begins = first + np.flatnonzero(np.diff(part, prepend=-1))
        parts.append(np.stack([begins, np.append(begins[1:], first + len(mine))], axis=1))
        record["first_part"], record["parts"] = first_part, len(begins)
        first_part += len(begins)
    return np.concatenate(parts)


def _order_of_enrolment(eligible: NDArray[np.bool_], record: Any) -> NDArray[np.int64]:
    """Eligible enterprises in a random order that depends on the seed alone, so that scenarios share it.

    The places are drawn numbers whose last bits are the enterprise's own number: sorted, they are the order.
    """
    identity = np.flatnonzero(eligible)
    places = _places(np.uint64(record["seed"]), identity, _bits(len(eligible)))
    places.sort()
    places &= np.uint64((1 << _bits(len(eligible))) - 1)
    order = places.view(np.int64)
    order += int(record["first_enterprise"])
    return order


def _bits(number: int) -> int:
    """Binary digits that tell so many enterprises apart."""
    return max(1, number - 1).bit_length()


@kernel
def _places(seed, identity, bits):
    key = draws.stream(seed, draws.ENROLMENT, 0)
    last = (np.uint64(1) << np.uint64(bits)) - np.uint64(1)
    places = np.empty(len(identity), np.uint64)
    for i in range(len(identity)):
        places[i] = (draws.block(key, identity[i]) & ~last) | np.uint64(identity[i])
    return places
