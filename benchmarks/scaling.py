"""Time and memory per worker-month from a million workers to all of the nation's.

    python benchmarks/scaling.py [--workers 1e6 1e7 1e8] [--months 12] [--scenario no_programme] [--threads 2]

Sizes are fractions of the nation; one that asks for more workers than there are (about 83 million) means all.
Everything is included, as in `benchmarks/national.py`. Each size runs in a process of its own; memory is its
peak above what the process held before the run, since what Python and the compiled code take does not grow.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import measuring
from simulation.census import load_census
from simulation.size_distribution import fit_size_distribution
from simulation.warm_up import warm_up


def main() -> None:
    """Measure the sizes, the small ones first, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--workers", type=float, nargs="+", default=[1e6, 1e7, 1e8])
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--scenario", default="no_programme")
    parser.add_argument("--threads", type=int, default=None)
    options = parser.parse_args()
    warm_up()
    nation = float(fit_size_distribution(load_census()).sme_employment.sum())
    found = []
    for workers in sorted(options.workers):
        print(f"{workers:,.0f} workers ...", file=sys.stderr, flush=True)
        sample = min(1.0, workers / nation)
        found.append(
            measuring.apart(measuring.measure_run, options.scenario, sample, options.months, options.threads)
        )
    headings = ("workers", "enterprises", "all ns", "months ns", "bytes a worker")
    measuring.show(
        f"{options.scenario}, {options.months} months, {found[0].threads} threads",
        (*headings, *(f"{name}, ratio" for name in headings[2:])),
        [_row(size, found[0]) for size in found],
        "ns: of wall time per worker-month, with drawing, placing and tables (all) or of the months alone. "
        "Ratio: to the smallest size.",
    )


def _row(size: measuring.Measured, smallest: measuring.Measured) -> tuple[str, ...]:
    mine, least = _per_worker(size), _per_worker(smallest)
    return (
        f"{size.workers:,.0f}",
        f"{size.enterprises:,}",
        *(f"{value:.2f}" for value in mine[:2]),
        f"{mine[2]:.1f}",
        *(f"{value / base:.2f}" for value, base in zip(mine, least, strict=True)),
    )


def _per_worker(size: measuring.Measured) -> tuple[float, float, float]:
    """Nanoseconds per worker-month of everything and of the months, bytes a worker."""
    return (
        1e9 * size.wall / size.worker_months,
        1e9 * size.seconds["months"] / size.worker_months,
        max(0, size.peak - size.before) / size.workers,
    )


if __name__ == "__main__":
    main()
