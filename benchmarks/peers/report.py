"""What the comparison shows: one table, its numbers as CSV, and the scaling figure."""

from __future__ import annotations

import csv
import math
import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table

from benchmarks.peers.entries import ENTRIES, GROUPS, OURS
from scenarios.drawing import COLOURS, GREY, INK, PALE, STYLE, Story, end_labels, save, slide

if TYPE_CHECKING:
    from benchmarks.against_peers import Row

FEWEST_FOR_MEMORY = 10_000
"""Enterprises below which what a process takes beside its workers hides what the workers take."""

WIDTH_OF_TABLE = 150
INCHES_OF_AXES = 5.0

BROKEN = ("-", (0, (5, 1.5)), (0, (1.2, 1.5)))
"""Whole, dashed and dotted lines."""

TITLE = "Million worker-months a second, and bytes a worker, by enterprises"
WORKLOAD = (
    "Reduced workload: each month every worker draws once, quits and is replaced or learns; each enterprise "
    "averages skill."
)
IN_TABLE = "Time: median of whole months. Memory: what the model took at its peak."
IN_FIGURE = "Black: scoresim; its full model (dotted) does far more for each worker, and no peer runs it."


def write(rows: Sequence[Row], out: Path) -> None:
    """Print the table; write ``peers.txt``, ``peers.csv``, ``peers.png`` and ``peers.svg`` into ``out``."""
    out.mkdir(parents=True, exist_ok=True)
    printed = table(rows)
    Console(width=WIDTH_OF_TABLE).print(printed)
    with (out / "peers.txt").open("w") as file:
        Console(file=file, width=WIDTH_OF_TABLE).print(printed)
    _write_csv(rows, out / "peers.csv")
    figure = scaling(rows)
    save(figure, out / "peers.png")
    with rc_context(STYLE):
        figure.savefig(out / "peers.svg", metadata={"Date": None})
    print(f"written into {out}")


def machine() -> str:
    """The processor, its cores and the Python that ran the engine."""
    name = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), name)
    except OSError:
        pass
    return f"{name}, {os.cpu_count()} cores, Python {platform.python_version()}"


def speed(row: Row, size: int) -> float | None:
    """Million worker-months a second at ``size`` enterprises."""
    found = row.measured.get(size)
    return None if found is None else found.workers / found.seconds_per_month / 1e6


def ratio(row: Row, rows: Sequence[Row]) -> tuple[float, int] | None:
    """How many times as fast as this row our reduced kernel is, and at which size: the largest both ran.

    The kernel is taken with one thread or two, whichever is faster there.
    """
    ours = [other for other in rows if other.entry.group == OURS]
    common = {size for other in ours for size in other.measured} & set(row.measured)
    if not common or row.entry.full or row.entry.group == OURS:
        return None
    size = max(common)
    return max(speed(other, size) or 0.0 for other in ours) / (speed(row, size) or math.nan), size


def table(rows: Sequence[Row]) -> Table:
    """Speeds, then memory, of all rows by size, and our speed as a multiple of theirs."""
    sizes = _sizes(rows)
    printed = Table(title=TITLE, caption=f"{WORKLOAD}\n{IN_TABLE}\n{machine()}. -: not run.")
    printed.add_column("")
    printed.add_column("threads", justify="right")
    for size in sizes:
        printed.add_column(f"{size:,}", justify="right")
    printed.add_column("kernel is faster", justify="right")
    for row in rows:
        times = ratio(row, rows)
        multiple = f"{_plain(times[0])} times at {times[1]:,}" if times else ""
        printed.add_row(
            row.entry.label, _threads(row), *(_plain(speed(row, size)) for size in sizes), multiple
        )
    printed.add_section()
    for row in rows:
        printed.add_row(f"{row.entry.label}: bytes", "", *(_bytes(row, size) for size in sizes), "")
    return printed


def _sizes(rows: Sequence[Row]) -> list[int]:
    return sorted({size for row in rows for size in (*row.measured, *row.skipped)})


def _threads(row: Row) -> str:
    return str(max((found.threads for found in row.measured.values()), default="-"))


def _bytes(row: Row, size: int) -> str:
    found = row.measured.get(size)
    return "-" if found is None or size < FEWEST_FOR_MEMORY else _plain(found.bytes_per_worker)


def _plain(value: float | None) -> str:
    """Two digits or so, for reading; "-" for nothing."""
    if value is None or not math.isfinite(value):
        return "-"
    return f"{value:,.0f}" if value >= 10.0 else f"{value:.1f}"


COLUMNS = (
    "peer", "label", "enterprises", "workers", "threads", "months", "seconds_to_build", "seconds_per_month",
    "million_worker_months_per_second", "bytes_per_worker", "turnover", "tenure", "skill", "skill_slope",
    "not_run",
)  # fmt: skip
"""Columns of ``peers.csv``."""


def _write_csv(rows: Sequence[Row], path: Path) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, extrasaction="ignore")
        writer.writeheader()
        for row in rows:
            for size in sorted({*row.measured, *row.skipped}):
                writer.writerow(_record(row, size))


def _record(row: Row, size: int) -> dict[str, Any]:
    record: dict[str, Any] = {"peer": row.entry.name, "label": row.entry.label, "enterprises": size}
    found = row.measured.get(size)
    if found is None:
        return record | {"not_run": row.skipped[size]}
    return record | vars(found) | found.outcomes | {"million_worker_months_per_second": speed(row, size)}


def scaling(rows: Sequence[Row]) -> Figure:
    """Worker-months a second against enterprises, both in powers of ten, a line a row, named at its end."""
    story = Story(titles={}, source=f"{machine()}. Made by benchmarks/against_peers.py", month=0)
    figure, (axes,) = slide(story, "Speed against peers, by enterprises simulated", f"{WORKLOAD} {IN_FIGURE}")
    ends = []
    for row in rows:
        if not row.measured:
            continue
        sizes = sorted(row.measured)
        x = [math.log10(size) for size in sizes]
        y = [math.log10(1e6 * (speed(row, size) or math.nan)) for size in sizes]
        colour, style = _look(row)
        axes.plot(x, y, color=colour, marker="o", markersize=4.5, zorder=3, **style)
        ends.append((x[-1], y[-1], row.entry.label, colour))
    _power_axes(axes, rows)
    axes.set_xlabel("Enterprises simulated (24 workers each on average)", size=11)
    axes.set_ylabel("Worker-months a second", size=11)
    end_labels(axes, ends, INCHES_OF_AXES, lambda label: label)
    return figure


def _look(row: Row) -> tuple[str, dict[str, Any]]:
    """Colour by group; the lines of one group differ in how they are broken; ours are black and thick."""
    groups = [group for group in GROUPS if group != OURS]
    variants = [entry.variant for entry in ENTRIES if entry.group == row.entry.group]
    order = len(variants) - 1 - variants.index(row.entry.variant)
    broken = BROKEN[order]
    if row.entry.full:
        return INK, {"linewidth": 2.6, "linestyle": BROKEN[-1]}
    if row.entry.group == OURS:
        return INK, {"linewidth": 2.6, "linestyle": broken}
    return COLOURS[groups.index(row.entry.group)], {"linewidth": 1.8, "linestyle": broken}


def _power_axes(axes: Axes, rows: Sequence[Row]) -> None:
    """Ticks at powers of ten, written out, and pale lines across."""
    speeds = [math.log10(1e6 * (speed(row, size) or math.nan)) for row in rows for size in row.measured]
    low, high = (math.floor(min(speeds)), math.ceil(max(speeds))) if speeds else (6, 9)
    sizes = _sizes(rows)
    axes.set_xlim(math.log10(sizes[0]) - 0.1, math.log10(sizes[-1]) + 0.05)
    axes.set_ylim(low, high)
    axes.set_xticks([math.log10(size) for size in sizes], [_short(size) for size in sizes])
    axes.set_yticks(range(low, high + 1), [_short(10**power) for power in range(low, high + 1)])
    axes.grid(axis="y", color=PALE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(color=GREY)


def _short(number: float) -> str:
    """A number as people write it: 10,000; 4 m; 1 bn."""
    for size, word in ((1e9, " bn"), (1e6, " m")):
        if number >= size:
            return f"{number / size:g}{word}"
    return f"{number:,.0f}"
