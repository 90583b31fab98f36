"""What the training market adds to a month: the same enterprises with and without a programme, in turns.

    python benchmarks/training_market.py [--enterprises 50000] [--months 36] [--threads 2]

Two programmes: SCORE's sizes (50 to 250 employees may enrol), and everybody, at a pace that informs all
within the run. Printed are the best of several runs in turns, and the difference per enterprise-month.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from simulation.census import load_census
from simulation.parameters import parameter_record
from simulation.population import draw_population
from simulation.programme import Programme, Scenario
from simulation.threads import use_threads
from simulation.warm_up import warm_up
from simulation.world import Run, build_world

SIZES = {"no programme": None, "50 to 250 employees": (50, 250), "everybody": (1, 999)}
TURNS = 5


def main() -> None:
    """Run the three in turns and print one line each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--enterprises", type=int, default=50_000)
    parser.add_argument("--months", type=int, default=36)
    parser.add_argument("--threads", type=int, default=None)
    options = parser.parse_args()
    warm_up()
    use_threads(options.threads)
    population = draw_population(
        load_census(), enterprises=options.enterprises, months=options.months, seed=1
    )
    runs = {name: _run(population, employees, options.months) for name, employees in SIZES.items()}
    seconds = dict.fromkeys(runs, float("inf"))
    for _ in range(TURNS):
        for name, run in runs.items():
            seconds[name] = min(seconds[name], _seconds(run))
    enterprise_months = int(population.incumbent.sum()) * options.months
    base = seconds["no programme"]
    for name, taken in seconds.items():
        added = 1e9 * (taken - base) / enterprise_months
        print(f"{name:20} {taken:8.3f} s, {added:+8.1f} ns per enterprise-month, {taken / base:.2f} times")


def _run(population, employees, months) -> Run:
    programme = None
    if employees is not None:
        nation = 1_000_000
        programme = Programme(
            enterprises_per_month=nation, trainers=5_000, target={"employees": list(employees)},
            outreach=({"from_month": 0, "campaign": 4 * nation / months},),
        )  # fmt: skip
    scenario = Scenario(name="benchmark", months=months, programme=programme)
    return Run(scenario, population, parameter_record(), 1, 1)


def _seconds(run: Run) -> float:
    world = build_world([run])
    start = time.perf_counter()
    world.run()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
