"""The full scoresim engine on its own workload, as ``scoresim bench`` measures it.

Not the reduced workload: enterprises come from the census, enter and close, and their workers quit, are
hired, fall ill, are hurt and learn. It stands beside the peers so that one sees what the whole model costs.
"""

from __future__ import annotations

from benchmarks.peers.workload import Measured, arguments, peak_memory, start_of_peak, tell
from scenarios.bench import bench

SMALLEST = 100
"""Enterprises of the run that loads, and where need be compiles, the engine before anything is measured."""


def main() -> None:
    """Measure one size and print it."""
    options = arguments(["full"])
    bench(SMALLEST, months=2)
    before = start_of_peak()
    found = bench(options.enterprises, months=options.months)
    tell(
        Measured(
            enterprises=options.enterprises,
            workers=found["workers"],
            threads=found["threads"],
            months=options.months,
            seconds_to_build=found["draw_seconds"] + found["start_seconds"],
            seconds_per_month=found["workers"] / found["worker_months_per_second"],
            bytes_per_worker=max(0, peak_memory() - before) / found["workers"],
            outcomes={},
        )
    )


if __name__ == "__main__":
    main()
