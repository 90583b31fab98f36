"""Time the engine's kernel beside other ways to simulate workers: one reduced workload, same enterprises.

    python benchmarks/against_peers.py [--enterprises 100 1000 10000] [--months 24] [--peers mesa numpy numba]

Prints one table, and writes it with a figure into ``--out``. Each peer is installed in an environment of
its own when first needed, and runs at each size in a process of its own. Exit status 1 where a peer failed,
or arrived at other results than the workload's closed form allows.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.peers import workload
from benchmarks.peers.entries import ENTRIES, GROUPS, Entry
from benchmarks.peers.environments import NotRun, peer_python

ROOT = Path(__file__).parents[1]

SIZES = (100, 1_000, 10_000, 100_000, 400_000, 4_000_000)
"""Enterprises by default: a project, a pilot, a province, 10 million workers, the nation."""

SHARE_OF_MEMORY = 0.85
"""Share of the memory now free that a peer may be expected to fill."""

PATIENCE = 3.0
"""A process is stopped when it takes so many times the limit: predictions are rough."""


@dataclass
class Row:
    """What one entry did: its measurements by enterprises, and why others are missing."""

    entry: Entry
    measured: dict[int, workload.Measured] = field(default_factory=dict)
    skipped: dict[int, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def main() -> int:
    """Run all, print and write; the exit status."""
    from benchmarks.peers import report

    options = _options()
    entries = [entry for entry in ENTRIES if entry.group in options.peers]
    rows = [_run(entry, sorted(options.enterprises), options) for entry in entries]
    report.write(rows, options.out)
    faults = [f"{row.entry.label}: {fault}" for row in rows for fault in row.faults]
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--enterprises", type=int, nargs="+", default=list(SIZES), metavar="N")
    parser.add_argument("--months", type=int, default=24, help="months timed, at most")
    parser.add_argument(
        "--seconds", type=float, default=20.0, help="time after which a peer times no more months"
    )
    parser.add_argument(
        "--limit", type=float, default=240.0, help="seconds that a peer may need for one size"
    )
    parser.add_argument("--peers", nargs="+", choices=GROUPS, default=list(GROUPS))
    parser.add_argument("--out", type=Path, default=ROOT / "results" / "benchmarks")
    return parser.parse_args()


def _run(entry: Entry, sizes: list[int], options: argparse.Namespace) -> Row:
    """One entry at all sizes, the small ones first, so that they tell what the next needs."""
    row = Row(entry)
    try:
        python = peer_python(entry.group) if entry.apart else Path(sys.executable)
    except NotRun as obstacle:
        row.skipped = dict.fromkeys(sizes, str(obstacle))
        _say(f"{entry.label}: not run: {obstacle}")
        return row
    for size in sizes:
        last = row.measured[max(row.measured)] if row.measured else None
        reason = too_much(last, size, options.limit, free_memory()) if last else None
        if reason is None:
            reason = _measure(row, python, size, options)
        if reason is None:
            speed = row.measured[size].workers / row.measured[size].seconds_per_month / 1e6
            _say(f"{entry.label}: {size:,} enterprises, {speed:,.1f} million worker-months a second")
        else:
            row.skipped[size] = reason
            _say(f"{entry.label}: {size:,} enterprises not run: {reason}")
    return row


def too_much(last: workload.Measured, size: int, limit: float, memory: float) -> str | None:
    """Why ``size`` enterprises would exceed the seconds or bytes allowed, judged by the last size run."""
    larger = size / last.enterprises
    needed = last.bytes_per_worker * last.workers * larger
    if needed > SHARE_OF_MEMORY * memory:
        return f"would need about {needed / 1e9:.0f} GB of memory"
    months = workload.WARM_UP + workload.FEWEST
    seconds = larger * (last.seconds_to_build + months * last.seconds_per_month)
    if seconds > limit:
        return f"would need about {seconds:,.0f} s"
    return None


def free_memory() -> float:
    """Bytes that a new process can take."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return 0.5 * os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return next(1024.0 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable:"))


def _measure(row: Row, python: Path, size: int, options: argparse.Namespace) -> str | None:
    """Run one size in a process of its own and check its outcomes; why it was not run, if it was not."""
    entry = row.entry
    command = [
        str(python), "-m", f"benchmarks.peers.with_{entry.group}", "--variant", entry.variant,
        "--enterprises", str(size), "--months", str(options.months), "--seconds", str(options.seconds),
    ]  # fmt: skip
    surroundings = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    surroundings["STARSIM_INSTALL_FONTS"] = "0"
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=surroundings, capture_output=True, text=True,
            timeout=PATIENCE * options.limit,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"stopped after {PATIENCE * options.limit:,.0f} s"
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        row.faults.append(f"{size:,} enterprises failed: {last}")
        return f"failed: {last}"
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    measured = row.measured[size] = workload.Measured(**found)
    if not entry.full:
        ent = workload.enterprises(size)
        wrong = workload.disagreements(measured.outcomes, ent, measured.months)
        row.faults += [f"{size:,} enterprises: {sentence}" for sentence in wrong]
    return None


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
