"""What users wait for: whole commands, each in a process of its own, with everything compiled.

    python benchmarks/commands.py [--commands compare sweep ...] [--turns 3] [--against DIR]

Seconds from start to exit, figures and files included; processors busy (processor time over seconds: below
the number of threads, something waits or works alone); peak memory. With `--against`, another checkout takes
its turns beside this one, and the last columns are its seconds and this one's over it: medians of the turns,
since others may use the machine.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import measuring

HERE = Path(__file__).parents[1]

COMMANDS = {
    "run": ("run", "tapered_subsidy", "--replicates", "4"),
    "compare": (
        "compare", "tapered_subsidy", "class_only", "safety_first_national", "--replicates", "6",
    ),
    "attribute": ("attribute", "tapered_subsidy"),
    "rank regions": ("rank", "regions", "tapered_subsidy", "--replicates", "4"),
    "sweep": ("sweep", "sobol", "tapered_subsidy", "--groups", "--n", "32"),
    "small run": ("run", "no_programme", "--enterprises", "1000", "--months", "12", "--replicates", "1"),
}  # fmt: skip


@dataclass(frozen=True)
class Taken:
    """What one command took: seconds, processor seconds, and bytes of memory at most."""

    seconds: float
    processor: float
    peak: float


def main() -> None:
    """Measure each command and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--commands", nargs="+", choices=COMMANDS, default=list(COMMANDS))
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--against", type=Path, help="another checkout, measured in turns with this one")
    options = parser.parse_args()
    places = [HERE] if options.against is None else [HERE, options.against.resolve()]
    for place in places:
        _python(place, "from simulation.warm_up import warm_up; warm_up()")
    rows = [_row(name, *_measure(name, places, options.turns)) for name in options.commands]
    measuring.show(
        f"Whole commands, median of {options.turns} turns",
        ("command", "seconds", "processors busy", "peak GB", "other's seconds", "ratio"),
        rows,
        "Each with: " + "; ".join(" ".join(COMMANDS[name]) for name in options.commands),
    )


def _measure(name: str, places: list[Path], turns: int) -> list[list[Taken]]:
    """What the command took in each checkout, by turn."""
    found: list[list[Taken]] = [[] for _ in places]
    for turn in range(turns):
        print(f"{name}, turn {turn + 1} ...", file=sys.stderr, flush=True)
        for number in range(len(places))[:: 1 if turn % 2 == 0 else -1]:  # neither is always the first
            found[number].append(_take(places[number], COMMANDS[name]))
    return found


def _take(place: Path, command: tuple[str, ...]) -> Taken:
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        process = _started(
            place, "from scenarios.cli import main; main()", *command, "--out", f"{folder}/out"
        )
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
    if status:
        raise SystemExit(
            f"scoresim {' '.join(command)} failed in {place}: {os.waitstatus_to_exitcode(status)}"
        )
    return Taken(seconds, used.ru_utime + used.ru_stime, 1024.0 * used.ru_maxrss)


def _python(place: Path, code: str) -> None:
    if _started(place, code).wait():
        raise SystemExit(f"{place} does not compile")


def _started(place: Path, code: str, *arguments: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(place)}
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], cwd=place, env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def _row(name: str, here: list[Taken], other: list[Taken] | None = None) -> tuple[str, ...]:
    busy = statistics.median(taken.processor / taken.seconds for taken in here)
    row = (
        name,
        f"{statistics.median(taken.seconds for taken in here):.1f}",
        f"{busy:.2f}",
        f"{max(taken.peak for taken in here) / 1e9:.2f}",
    )
    if other is None:
        return (*row, "-", "-")
    ratio = statistics.median(one.seconds / two.seconds for one, two in zip(here, other, strict=True))
    return (*row, f"{statistics.median(taken.seconds for taken in other):.1f}", f"{ratio:.2f}")


if __name__ == "__main__":
    main()
