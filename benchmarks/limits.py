"""A month beside what this machine can do: memory bandwidth, and its random draws and functions alone.

    python benchmarks/limits.py [--sample 0.1] [--enterprises 1000] [--threads 2]

Two lower bounds on a month's time, measured in the same process and run as the month itself:

- *memory*: the bytes that a month must move, each worker's octet and each enterprise's record read once and
  written once, at the bandwidth of a read-modify-write loop (a STREAM-like triad stands beside it);
- *draws and functions*: a loop that makes the same random draws for every seat and enterprise and takes as
  many exponentials and logarithms (`FUNCTIONS`), in the engine's shape, and does nothing else.

Where the state fits in the cache the second binds; out of the cache the larger of the two does. Both for
sizes as in the census and for 50 to 250 employees, without a programme.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import numba
import numpy as np
from numpy.typing import NDArray

from benchmarks import measuring
from benchmarks.limit_loops import (
    DRAWN,
    EXPONENTIALS,
    FUNCTIONS,
    LOGARITHMS,
    check_counts,
    draws_and_functions,
    read_modify_write,
    triad,
)
from simulation.census import load_census
from simulation.firms import SIDE_BY_SIDE
from simulation.parameters import parameter_record
from simulation.population import draw_population
from simulation.programme import Scenario
from simulation.seats import OCTET, OCTET_SEATS
from simulation.state import ENTERPRISE
from simulation.threads import use_threads
from simulation.warm_up import warm_up
from simulation.world import BLOCK_ENTERPRISES, Run, World, build_world

DOUBLES = 24_000_000
"""Of each array of the bandwidth loops: 192 MB, far beyond any cache."""

REPEATS = 7
"""Times that what is short is measured; the fastest counts, for the month as for its limits."""

MONTHS_IN_CACHE, MONTHS_OUT = 60, 12
LINE = 64
"""Bytes of a cache line: what is read of an enterprise that has not entered yet, or has closed."""

LAST_TOUCHED = "year_workers"
"""Field of an enterprise's record up to which a month without training moves it (see simulation/state.py)."""

SCORE_SHARE = 0.2
"""Enterprises of 50 to 250 employees with as many workers as one enterprise of the census, about."""


@dataclass(frozen=True)
class Case:
    """One mix of sizes in or out of the cache; seconds and bytes are of one month of all runs.

    Attributes:
        name: as shown.
        workers: mean number.
        measured: the engine's month.
        memory: bytes that must be moved; 0 where the state is in the cache.
        drawing: the loop of draws and functions.

    """

    name: str
    workers: float
    measured: float
    memory: dict[str, float]
    drawing: float

    def limits(self, bandwidth: float) -> dict[str, float]:
        """Seconds a month of each limit at ``bandwidth`` bytes a second."""
        return {"memory": sum(self.memory.values()) / bandwidth, "draws and functions": self.drawing}


def main() -> None:
    """Measure the machine and the four cases, print what binds."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sample", type=float, default=0.1, help="of the nation, out of the cache")
    parser.add_argument("--enterprises", type=int, default=1000, help="of a run in the cache")
    parser.add_argument("--threads", type=int, default=None)
    options = parser.parse_args()
    check_counts()
    warm_up()
    threads = use_threads(options.threads)
    numba.set_num_threads(threads)  # of the loops beside the engine
    moved = bandwidths(threads)
    cases = []
    for score in (False, True):
        cases += [in_cache(score, options.enterprises, threads), out_of_cache(score, options.sample)]
    _show_counts()
    _show_bytes(cases)
    _show_cases(cases, moved, threads)


# --- the machine ------------------------------------------------------------------------------------


def bandwidths(threads: int) -> dict[str, float]:
    """Bytes a second of a triad (two reads, a write) and of a read-modify-write, on all threads."""
    a, b, c = np.zeros(DOUBLES), np.ones(DOUBLES), np.ones(DOUBLES)
    bounds = np.linspace(0, DOUBLES, threads + 1).astype(np.int64)
    size = a.itemsize * DOUBLES
    return {
        "triad": 3 * size / _fastest(lambda: triad(a, b, c, bounds)),
        "read-modify-write": 2 * size / _fastest(lambda: read_modify_write(a, bounds)),
    }


def _fastest(work: Callable[[], Any]) -> float:
    work()  # compiles it
    return min(_seconds(work) for _ in range(REPEATS))


def _seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


# --- the month and its limits -----------------------------------------------------------------------


def in_cache(score: bool, enterprises: int, threads: int) -> Case:
    """Small runs, one a thread, through all their months."""
    _say(f"{_mix(score)}, in the cache ...")
    runs = [_run(score, MONTHS_IN_CACHE, seed + 1, enterprises=enterprises) for seed in range(threads)]
    measured = np.inf
    for _ in range(REPEATS):
        world = build_world(runs)
        measured = min(measured, _seconds(world.run))
    octets, tasks = [], [0]
    for record in world.runs:
        first = int(record["first_enterprise"])
        octets += rosters(world.enterprises[first : first + int(record["enterprises"])], MONTHS_IN_CACHE)
        tasks.append(sum(map(len, octets)))
    drawing = _drawing(np.concatenate(octets), np.array(tasks))
    return _case(f"{_mix(score)}, in cache", world, MONTHS_IN_CACHE, measured, {}, drawing)


def out_of_cache(score: bool, sample: float) -> Case:
    """One large run, month by month; its median month stands for all."""
    _say(f"{_mix(score)}, out of the cache ...")
    share = sample * (SCORE_SHARE if score else 1.0)
    world = build_world([_run(score, MONTHS_OUT, 1, sample=share)])
    taken = [_seconds(world.step) for _ in range(MONTHS_OUT)]
    octets = np.concatenate(rosters(world.enterprises, MONTHS_OUT))
    tasks = np.append(np.arange(0, len(octets), BLOCK_ENTERPRISES), len(octets))
    return _case(
        f"{_mix(score)}, out of cache", world, MONTHS_OUT, float(np.median(taken)) * MONTHS_OUT,
        bytes_a_month(world, MONTHS_OUT), _drawing(octets, tasks),
    )  # fmt: skip


def rosters(enterprises: NDArray[Any], months: int) -> list[NDArray[np.int64]]:
    """Octets of each enterprise that made the month, a month an array."""
    octets = np.asarray(enterprises["seats"], np.int64) // OCTET_SEATS
    return [octets[measuring.alive_in(enterprises, month)] for month in range(months)]


def bytes_a_month(world: World, months: int) -> dict[str, float]:
    """Bytes that one month must read and write, by what they hold; mean of the months."""
    per_month = rosters(world.enterprises, months)
    alive = np.mean([len(octets) for octets in per_month])
    rows = len(world.enterprises)
    return {
        "octets": 2.0 * OCTET.itemsize * float(np.mean([octets.sum() for octets in per_month])),
        "enterprises": 2.0 * touched_bytes() * float(alive) + LINE * float(rows - alive),
    }


def touched_bytes() -> int:
    """Bytes of an enterprise's record that a month without training moves."""
    kind, offset = ENTERPRISE.fields[LAST_TOUCHED][:2]
    return int(offset + kind.itemsize)


def _drawing(octets: NDArray[np.int64], bounds: NDArray[np.int64]) -> float:
    """Seconds to make the draws and functions of all ``octets``, tasks between ``bounds`` in parallel."""
    tasks = np.stack([bounds[:-1], bounds[1:]], axis=1)
    threads = numba.get_num_threads()
    drawn, kept = np.zeros((threads, DRAWN, SIDE_BY_SIDE)), np.zeros((threads, SIDE_BY_SIDE))
    return _fastest(lambda: draws_and_functions(tasks, octets, np.uint64(1), drawn, kept))


def _run(score: bool, months: int, seed: int, **size: Any) -> Run:
    people = draw_population(load_census(), months=months, seed=seed, **size)
    if score:
        people = measuring.score_sized(people, seed)
    return Run(Scenario(name="limits", months=months), people, parameter_record(), seed, seed)


def _case(
    name: str, world: World, months: int, measured: float, memory: dict[str, float], drawing: float
) -> Case:
    workers = measuring.worker_months(world) / months
    return Case(name, workers, measured / months, memory, drawing / months)


def _mix(score: bool) -> str:
    return "SCORE-sized" if score else "census"


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


# --- what is printed --------------------------------------------------------------------------------


def _show_counts() -> None:
    rows = [(place, str(exp), str(log)) for place, (exp, log) in FUNCTIONS.items()]
    rows.append(("all", str(EXPONENTIALS), str(LOGARITHMS)))
    measuring.show("Of each enterprise and month", ("function", "exponentials", "logarithms"), rows)


def _show_bytes(cases: list[Case]) -> None:
    cases = [case for case in cases if case.memory]
    rows = [
        (case.name, *(f"{case.memory[part] / 1e6:,.1f}" for part in case.memory),
         f"{sum(case.memory.values()) / case.workers:.1f}")
        for case in cases
    ]  # fmt: skip
    measuring.show(
        f"Read and written a month; {OCTET.itemsize} bytes an octet, {touched_bytes()} of the "
        f"{ENTERPRISE.itemsize} of an enterprise's record",
        ("case", *(f"{part} MB" for part in cases[0].memory), "bytes a worker"),
        rows,
    )


def _show_cases(cases: list[Case], moved: dict[str, float], threads: int) -> None:
    rows = []
    for case in cases:
        limits = case.limits(moved["read-modify-write"])
        binding = max(limits, key=lambda name: limits[name])
        ns = {name: 1e9 * seconds / case.workers for name, seconds in limits.items()}
        rows.append(
            (
                case.name, f"{case.workers:,.0f}", f"{1e3 * case.measured:.3f}",
                f"{1e9 * case.measured / case.workers:.2f}",
                f"{ns['memory']:.2f}" if case.memory else "-", f"{ns['draws and functions']:.2f}",
                binding, f"{case.measured / limits[binding]:.2f}",
            )
        )  # fmt: skip
    measuring.show(
        f"The month beside the limits, {threads} threads; "
        + ", ".join(f"{name} {rate / 1e9:.1f} GB/s" for name, rate in moved.items()),
        (
            "case", "workers", "month ms", "ns", "ns, memory", "ns, draws and functions", "binds",
            "measured / limit",
        ),
        rows,
        "ns: of wall time per worker-month. Memory: at the bandwidth of the read-modify-write.",
    )  # fmt: skip


if __name__ == "__main__":
    main()
