"""Time and memory of one run of every enterprise and worker, all submodels and indicators included.

    python benchmarks/national.py [--sample 1.0] [--months 60] [--scenario NAME ...] [--threads 2]

The code is that of `scoresim run SCENARIO --sample 1 --replicates 1`. One row a scenario, each in a process
of its own: seconds by part (drawing the enterprises, placing them and their workers at rest, the months, the
indicator tables, and what else there is), nanoseconds of everything and of the months alone per worker-month,
peak memory.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import measuring
from simulation.warm_up import warm_up

PARTS = ("draw", "place", "months", "tables")
"""Shown one by one; all else is `other`: the decomposition of growth, reading the scenario and the census."""


def main() -> None:
    """Measure each scenario and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sample", type=float, default=1.0, help="share of the nation; 1 is one to one")
    parser.add_argument("--months", type=int, default=60)
    parser.add_argument("--scenario", nargs="+", default=["no_programme", "tapered_subsidy"])
    parser.add_argument("--threads", type=int, default=None)
    options = parser.parse_args()
    warm_up()
    rows = [(name, _measure(name, options)) for name in options.scenario]
    first = rows[0][1]
    measuring.show(
        f"Sample {options.sample:g} of the nation, {options.months} months, {first.threads} threads",
        (
            "scenario", "enterprises", "workers", *(f"{part} s" for part in PARTS), "other s", "all s",
            "ns, all", "ns, months", "peak GB", "bytes a seat",
        ),
        [_row(name, found) for name, found in rows],
        "ns: of wall time per worker-month. Enterprises with future entrants; mean workers. Peak: of the "
        "whole process; bytes a seat: peak over seats, enterprises' records and all else included.",
    )  # fmt: skip


def _measure(name: str, options: argparse.Namespace) -> measuring.Measured:
    print(f"{name} ...", file=sys.stderr, flush=True)
    return measuring.apart(measuring.measure_run, name, options.sample, options.months, options.threads)


def _row(name: str, found: measuring.Measured) -> tuple[str, ...]:
    return (
        name,
        f"{found.enterprises:,}",
        f"{found.workers:,.0f}",
        *(f"{found.seconds[part]:.2f}" for part in PARTS),
        f"{found.wall - sum(found.seconds[part] for part in PARTS):.2f}",
        f"{found.wall:.2f}",
        f"{1e9 * found.wall / found.worker_months:.2f}",
        f"{1e9 * found.seconds['months'] / found.worker_months:.2f}",
        f"{found.peak / 1e9:.2f}",
        f"{found.peak / found.seats:.1f}",
    )


if __name__ == "__main__":
    main()
