"""Time the engine beside the plain Mesa reference model: the same enterprises, months and random events.

    python benchmarks/against_reference.py [--enterprises 1000] [--months 12]

Both start from one initial state and must arrive at the same national sums; the ratio of their wall times is
printed with the size of the roster, since time goes into workers.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from simulation import accounts as a
from simulation.census import load_census
from simulation.parameters import parameter_record
from simulation.population import draw_population
from simulation.programme import Scenario
from simulation.warm_up import warm_up
from simulation.world import Run, build_world
from tests.reference.model import ReferenceModel


def main() -> None:
    """Run both and print one line each, and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--enterprises", type=int, default=1000)
    parser.add_argument("--months", type=int, default=12)
    options = parser.parse_args()
    warm_up()
    population = draw_population(
        load_census(), enterprises=options.enterprises, months=options.months, seed=1
    )
    run = Run(Scenario(name="benchmark", months=options.months), population, parameter_record(), 1, 1)

    reference = ReferenceModel(build_world([run]))
    plain = _seconds(lambda: [reference.step() for _ in range(options.months)])
    engine = min(_engine(run) for _ in range(5))
    world = build_world([run])
    world.run()
    sampled = population.employees[population.incumbent].sum()
    worker_months = int(sampled) * options.months
    for name, seconds in (("reference", plain), ("engine", engine)):
        print(f"{name:10} {seconds:9.4f} s  {1e9 * seconds / worker_months:12.1f} ns per worker-month")
    ours = world.sums[0, -1, 0, a.HEADCOUNT]
    theirs = reference.sums[-1][0]["headcount"]
    print(f"ratio      {plain / engine:9.0f}    ({options.enterprises:,} enterprises, {sampled:,} workers)")
    print(f"same national headcount at the end: {ours:,.0f} and {theirs:,.0f}")


def _engine(run: Run) -> float:
    world = build_world([run])
    return _seconds(world.run)


def _seconds(work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
