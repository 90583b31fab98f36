"""`bench`: wall time and memory of the engine on this machine, each size in a process of its own."""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

SIZES = (1_000, 100_000)
"""Enterprises simulated by default."""


def bench(enterprises: int, months: int = 60, threads: int | None = None, seed: int = 1) -> dict[str, Any]:
    """Simulate ``enterprises`` over ``months`` in this process and report what it took.

    Returns seconds to draw the population and to place it at rest, seconds of the months themselves,
    worker-months a second, nanoseconds of wall time per worker-month, and the process's peak memory (MiB).
    The months are run twice and the faster is reported: the first may load the compiled code.
    """
    from simulation import accounts as a
    from simulation.census import load_census
    from simulation.parameters import parameter_record
    from simulation.population import draw_population
    from simulation.programme import Scenario
    from simulation.threads import use_threads
    from simulation.world import Run, build_world

    used = use_threads(threads)
    started = time.perf_counter()
    population = draw_population(load_census(), enterprises=enterprises, months=months, seed=seed)
    run = Run(Scenario(name="bench", months=months), population, parameter_record(), seed, seed)
    drawn = time.perf_counter()
    world = build_world([run])
    placed = time.perf_counter() - drawn
    simulated = float("inf")
    for attempt in range(2):
        if attempt:
            world = build_world([run])
        start = time.perf_counter()
        world.run()
        simulated = min(simulated, time.perf_counter() - start)
    alive = world.enterprises["headcount"] * (world.enterprises["alive"] == 1)
    weights = world.sums[0, :, 0, a.HEADCOUNT].sum() / world.sums[0, -1, 0, a.HEADCOUNT]
    worker_months = float(alive.sum() * weights)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1024 if sys.platform != "darwin" else 1 << 20
    )
    return {
        "enterprises": enterprises,
        "workers": round(worker_months / months),
        "months": months,
        "threads": used,
        "draw_seconds": drawn - started,
        "start_seconds": placed,
        "months_seconds": simulated,
        "worker_months_per_second": worker_months / simulated,
        "nanoseconds_per_worker_month": 1e9 * simulated / worker_months,
        "peak_memory_mib": peak,
    }


def measure(sizes: Sequence[int], months: int, threads: int | None) -> list[dict[str, Any]]:
    """One :func:`bench` a size, each in a fresh process so that memory is its own."""
    results = []
    for size in sizes:
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            results.append(pool.submit(bench, size, months, threads).result())
    return results


def main(sizes: Sequence[int] | None, months: int, threads: int | None) -> list[dict[str, Any]]:
    """Measure and print one table; returns its records."""
    from rich.table import Table

    from scenarios.progress import working
    from scenarios.terminal import console
    from simulation.warm_up import warm_up

    with working("Measuring", quiet=False):
        warm_up()
        results = measure(sizes or SIZES, months, threads)
    table = Table(title=f"{months} months, {results[0]['threads']} threads")
    for heading in (
        "enterprises",
        "workers",
        "draw s",
        "start s",
        "months s",
        "ns per worker-month",
        "peak MiB",
    ):
        table.add_column(heading, justify="right")
    for r in results:
        table.add_row(
            f"{r['enterprises']:,}",
            f"{r['workers']:,}",
            f"{r['draw_seconds']:.2f}",
            f"{r['start_seconds']:.2f}",
            f"{r['months_seconds']:.2f}",
            f"{r['nanoseconds_per_worker_month']:.1f}",
            f"{r['peak_memory_mib']:,.0f}",
        )
    console().print(table)
    return results
