"""What several benchmarks share: a process for each measurement, a run by its parts, a table."""

from __future__ import annotations

import multiprocessing
import pkgutil
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest import mock

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from benchmarks.peers.workload import peak_memory, start_of_peak
from simulation import accounts as a
from simulation.population import Population
from simulation.size_distribution import fit_size_distribution
from simulation.world import World

SCORE_SIZES = (50, 250)
"""Employees of the enterprises that SCORE is made for, both included."""

WIDTH_OF_TABLE = 150


def apart(function: Callable[..., Any], *arguments: Any) -> Any:
    """The result of ``function(*arguments)`` in a fresh process, so that its peak memory is its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def show(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]], note: str = "") -> None:
    """Print one table: the first column names, the others are numbers."""
    table = Table(title=title, caption=note or None, caption_justify="left")
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if number else "left", no_wrap=not number)
    for row in rows:
        table.add_row(*row)
    Console(width=WIDTH_OF_TABLE).print(table)


def worker_months(world: World) -> float:
    """Worker-months that a finished ``world`` simulated (of sampled workers, not weighted).

    The records hold the workers of the end; the weighted sums tell how many there were before, beside it.
    """
    total = 0.0
    for run, sums in zip(world.runs, world.sums, strict=True):
        first, months = int(run["first_enterprise"]), int(run["months"])
        mine = np.asarray(world.enterprises[first : first + int(run["enterprises"])])
        heads = sums[:months, 0, a.HEADCOUNT]
        at_end = mine["headcount"][mine["alive"] == 1]
        weighted = mine["weight"][mine["alive"] == 1] @ at_end
        total += float(heads.sum() * at_end.sum() / weighted)
    return total


def score_sized(population: Population, seed: int) -> Population:
    """The same enterprises and entrants, each with 50 to 250 employees as its sector's of that size have.

    Drawn from the sector's fitted distribution between those sizes; weights are left as they are.
    """
    fitted = fit_size_distribution(population.tables)
    low, high = SCORE_SIZES
    below, within = fitted.probability_between(1, low - 1), fitted.probability_between(low, high)
    uniform = np.random.default_rng(seed).random(population.n)
    employees = np.empty(population.n, np.int32)
    for sector in np.unique(population.sector):
        here = population.sector == sector
        # the open end of the interval is where rounding could reach the next size
        employees[here] = fitted.draw(int(sector), below[sector] + uniform[here] * within[sector])
    return replace(population, employees=np.clip(employees, low, high))


# A run by its parts: the code of `scoresim run`, with a clock at the functions that it calls.

PARTS = {
    "draw": "scenarios.run.draw_population",
    "place": "simulation.batch.build_world",
    "months": "simulation.world.World.run",
    "decompose": "scenarios.run.decompose",
}
"""Part of a run to the function whose time it is; ``tables`` and ``rest`` are added."""


@dataclass(frozen=True)
class Measured:
    """What one run took.

    Attributes:
        seconds: by part; their sum is the run's wall time.
        threads, enterprises, seats: how many; enterprises with future entrants.
        worker_months: simulated.
        months: simulated.
        peak, before: bytes; the most that the process held, and what it held before the run.

    """

    seconds: dict[str, float]
    threads: int
    enterprises: int
    seats: int
    worker_months: float
    months: int
    peak: int
    before: int

    @property
    def wall(self) -> float:
        """Seconds of everything."""
        return sum(self.seconds.values())

    @property
    def workers(self) -> float:
        """Mean number simulated."""
        return self.worker_months / self.months


def measure_run(scenario_name: str, sample: float, months: int, threads: int | None) -> Measured:
    """One run as ``scoresim run SCENARIO --sample SAMPLE --replicates 1`` makes it, tables included.

    A run of a few enterprises goes first, so that loading compiled code counts neither as time nor as memory.
    """
    from scenarios.compare import Settings
    from scenarios.run import run
    from scenarios.run_tables import run_tables
    from simulation.scenario_files import adjusted, load_scenario
    from simulation.threads import use_threads

    scenario = adjusted(load_scenario(scenario_name), months=months, sample=sample)
    trial = adjusted(load_scenario(scenario_name), months=24, enterprises=100)
    run_tables(run(trial, Settings(replicates=1, threads=threads)))
    before = start_of_peak()
    seconds: dict[str, float] = {}
    seen: dict[str, float] = {}
    started = time.perf_counter()
    with _clocks(seconds, seen):
        levels = run(scenario, Settings(replicates=1, threads=threads))
        simulated = time.perf_counter()
        run_tables(levels)
    ended = time.perf_counter()
    seconds["tables"] = ended - simulated
    seconds["rest"] = ended - started - sum(seconds.values())
    return Measured(
        seconds=seconds,
        threads=use_threads(threads),
        enterprises=int(seen["enterprises"]),
        seats=int(seen["seats"]),
        worker_months=seen["worker_months"],
        months=months,
        peak=peak_memory(),
        before=before,
    )


@contextmanager
def _clocks(seconds: dict[str, float], seen: dict[str, float]) -> Iterator[None]:
    """Time the functions of PARTS while inside; ``seen`` is told of the world after its last month."""
    with ExitStack() as stack:
        for part, place in PARTS.items():
            module, name = place.rsplit(".", 1)
            owner = pkgutil.resolve_name(module)
            clocked = _clocked(getattr(owner, name), part, seconds, seen)
            stack.enter_context(mock.patch.object(owner, name, clocked))
        yield


def _clocked(
    function: Callable[..., Any], part: str, seconds: dict[str, float], seen: dict[str, float]
) -> Callable[..., Any]:
    def timed(*arguments: Any, **options: Any) -> Any:
        start = time.perf_counter()
        result = function(*arguments, **options)
        seconds[part] = seconds.get(part, 0.0) + time.perf_counter() - start
        if part == "months":
            world = arguments[0]
            seen["enterprises"], seen["seats"] = len(world.enterprises), len(world.seats)
            seen["worker_months"] = worker_months(world)
        return result

    return timed


def alive_in(enterprises: NDArray[Any], month: int) -> NDArray[np.bool_]:
    """Which of the ``enterprises`` (records at the end of a run) made the given month."""
    entered = enterprises["entry_month"] <= month
    return entered & ((enterprises["exit_month"] < 0) | (enterprises["exit_month"] >= month))
