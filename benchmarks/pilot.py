"""Batches of pilots: wall time per worker-month of runs of 1,000 enterprises, on one thread and two.

    python benchmarks/pilot.py [--runs 16] [--enterprises 1000] [--months 60] [--turns 7]

Two mixes of sizes, each in a process of its own: as in the census, and SCORE's 50 to 250 employees (the same
enterprises with other sizes). Every run has enterprises of its own, without a programme.

- everything: `simulation.batch.simulate` (placing at rest, months, collecting) and the indicators by year,
  sector, region and size;
- with drawing: the same, and drawing the enterprises;
- months: `World.run` alone.

One thread and two are measured in turns, since others may use the machine: times are medians, and a speed-up
is the median of the turns' ratios.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import measuring
from benchmarks.peers.workload import peak_memory
from scenarios.compare import level_names
from scenarios.summary import levels_of
from simulation.batch import simulate
from simulation.census import load_census
from simulation.parameters import parameter_record
from simulation.population import draw_population
from simulation.programme import Scenario
from simulation.threads import AVAILABLE, use_threads
from simulation.warm_up import warm_up
from simulation.world import Run, build_world

WORK = ("months", "everything", "with drawing")
MIXES = ("census", "SCORE-sized")


def main() -> None:
    """Measure both mixes and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=16)
    parser.add_argument("--enterprises", type=int, default=1000, help="of each run, at the start")
    parser.add_argument("--months", type=int, default=60)
    parser.add_argument("--turns", type=int, default=7, help="times that one thread and two are measured")
    options = parser.parse_args()
    warm_up()
    rows = []
    for mix in MIXES:
        print(f"{mix} ...", file=sys.stderr, flush=True)
        found = measuring.apart(
            measure, mix, options.runs, options.enterprises, options.months, options.turns
        )
        rows += [_row(mix, work, found) for work in WORK]
    measuring.show(
        f"{options.runs} runs of {options.enterprises:,} enterprises, {options.months} months, "
        f"median of {options.turns} turns",
        ("mix", "work", "workers a run", "ns, 1 thread", "ns, 2 threads", "speed-up", "peak GB"),
        rows,
        "ns: of wall time per worker-month. Indicators and drawing are made on one thread.",
    )


def measure(mix: str, runs: int, enterprises: int, months: int, turns: int) -> dict[str, Any]:
    """Seconds of each kind of work by turn, for one thread and for two; workers a run; worker-months."""
    if AVAILABLE < 2:
        raise SystemExit("Two threads are needed; this machine, or NUMBA_NUM_THREADS, offers one.")
    drawn = draw(mix, 2, enterprises, months)
    everything(drawn, 2)
    seconds: dict[tuple[str, int], list[float]] = {(work, n): [] for work in WORK for n in (1, 2)}
    worker_months = 0.0
    for turn in range(turns):
        for threads in (1, 2) if turn % 2 == 0 else (2, 1):  # neither is always the first
            drawing, drawn = _timed(lambda: draw(mix, runs, enterprises, months))
            rest, _ = _timed(lambda n=threads, drawn=drawn: everything(drawn, n))
            world = build_world(drawn)
            use_threads(threads)
            alone, _ = _timed(world.run)
            worker_months = measuring.worker_months(world)
            for work, taken in zip(WORK, (alone, rest, drawing + rest), strict=True):
                seconds[work, threads].append(taken)
    return {
        "seconds": seconds,
        "worker_months": worker_months,
        "workers": worker_months / months / runs,
        "peak": peak_memory(),
    }


def draw(mix: str, runs: int, enterprises: int, months: int) -> list[Run]:
    """The runs to make, each with enterprises of its own."""
    scenario, made = Scenario(name="pilot", months=months), []
    for seed in range(1, runs + 1):
        people = draw_population(load_census(), enterprises=enterprises, months=months, seed=seed)
        if mix != MIXES[0]:
            people = measuring.score_sized(people, seed)
        made.append(Run(scenario, people, parameter_record(), seed, seed))
    return made


def everything(runs: list[Run], threads: int) -> None:
    """Simulate the runs in a batch and make the table of their indicators."""
    results = simulate(runs, threads=threads)
    levels_of("pilot", [result.sums for result in results], level_names(runs[0].population.tables))


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def _row(mix: str, work: str, found: dict[str, Any]) -> tuple[str, ...]:
    one, two = (found["seconds"][work, threads] for threads in (1, 2))
    faster = statistics.median(a / b for a, b in zip(one, two, strict=True))
    per_worker_month = [1e9 * statistics.median(taken) / found["worker_months"] for taken in (one, two)]
    return (
        mix,
        work,
        f"{found['workers']:,.0f}",
        *(f"{value:.2f}" for value in per_worker_month),
        f"{faster:.2f}",
        f"{found['peak'] / 1e9:.2f}",
    )


if __name__ == "__main__":
    main()
