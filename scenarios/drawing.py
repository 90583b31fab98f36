"""What all figures share: size, colours that colour-blind readers tell apart, headings, dots with intervals.

Figures are made without pyplot's global state and saved without dates, so that the same tables give the
same bytes. Matplotlib takes half a second to load; it is loaded when the first figure is drawn.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import polars as pl

from scenarios.wording import NUMBERED, Calendar, decimals_for, number
from simulation.programme import PARAMETERS_YEAR

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT, DPI = 13.33, 7.5, 160
"""A slide of 16 to 9, inches, and dots per inch."""

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#5B4A9E", "#4D4D4D")
"""Okabe and Ito's palette (without its yellow, too pale for lines), and two more."""

INK, GREY, PALE = "#222222", "#6B6B6B", "#D9D9D9"

STYLE: Any = {
    "font.family": "DejaVu Sans", "font.size": 12, "axes.spines.top": False, "axes.spines.right": False,
    "axes.edgecolor": GREY, "axes.labelcolor": INK, "text.color": INK, "xtick.color": INK, "ytick.color": INK,
    "svg.hashsalt": "scoresim", "axes.grid": False,
}  # fmt: skip


@dataclass(frozen=True)
class Story:
    """What figures need beside the tables.

    ``titles`` gives each scenario's title by name, in the order of drawing; ``month`` the headline month;
    ``source`` the line at the bottom; ``level_names`` what levels such as C18 are called; ``baseline`` the
    title of the scenario compared with; ``by`` the groups asked for; ``calendar`` when the run begins;
    ``price_year`` the year of the yuan.
    """

    titles: dict[str, str]
    source: str
    month: int
    baseline: str = "no programme"
    level_names: dict[str, str] = field(default_factory=dict)
    by: tuple[str, ...] = ()
    calendar: Calendar = NUMBERED
    price_year: int = PARAMETERS_YEAR

    def colour(self, scenario: str) -> str:
        """The scenario's colour, the same in every figure."""
        return COLOURS[list(self.titles).index(scenario) % len(COLOURS)]

    def label(self, scenario: str, width: int = 22) -> str:
        """The scenario's title on lines of at most ``width`` characters."""
        return balanced(self.titles[scenario], width)


def balanced(text: str, width: int) -> str:
    """``text`` on as few lines of ``width`` characters as it needs, all about as long."""
    lines = textwrap.wrap(text, width)
    while width > 8 and len(narrower := textwrap.wrap(text, width - 1)) <= len(lines):
        lines, width = narrower, width - 1
    return "\n".join(lines)


def slide(
    story: Story, title: str, subtitle: str, rows: int = 1, columns: int = 1, **grid: Any
) -> tuple[Figure, list[Axes]]:
    """An empty slide with its headings, its source line and ``rows`` x ``columns`` axes."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    with rc_context(STYLE):
        lines = textwrap.wrap(subtitle, 138)
        top = 0.86 - 0.033 * (len(lines) - 1)
        room = ConstrainedLayoutEngine(rect=(0.012, 0.06, 0.976, top - 0.06), wspace=0.05, hspace=0.08)
        figure = Figure(figsize=(WIDTH, HEIGHT), dpi=DPI, layout=room)
        FigureCanvasAgg(figure)
        figure.text(0.02, 0.965, title, size=20, weight="bold", va="top")
        figure.text(0.02, 0.905, "\n".join(lines), size=12.5, color=GREY, va="top", linespacing=1.35)
        figure.text(0.02, 0.018, story.source, size=10, color=GREY, va="bottom")
        axes = figure.subplots(rows, columns, squeeze=False, **grid)
    return figure, list(axes.ravel())


def drawn(figures: Mapping[str, Figure | None]) -> dict[str, Figure]:
    """The figures that there are, by name of file: those with nothing to draw are None and left out."""
    return {name: figure for name, figure in figures.items() if figure is not None}


def heading(axes: Axes, title: str, note: str = "", colour: str = INK) -> None:
    """A panel's title at its left, and a smaller note (unit, direction) below it, or room for a key."""
    pad = 8 + 14 * (note.count("\n") + 1) if note else 8
    axes.set_title(title, loc="left", size=13, weight="bold", color=colour, pad=pad)
    if note:
        axes.text(
            0.0, 1.012, note, transform=axes.transAxes, size=10.5, color=GREY, style="italic", va="bottom"
        )


def key(axes: Axes, entries: Sequence[tuple[str, str]], columns: int | None = None, size: float = 12) -> None:
    """What the colours of bars mean, (name, colour), above the axes (no room of its own).

    All are in one line, or in lines of ``columns``.
    """
    from matplotlib.patches import Patch

    handles = [Patch(color=colour, label=name) for name, colour in entries]
    legend = axes.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=columns or len(entries),
        frameon=False, borderaxespad=0.0, borderpad=0.2, handlelength=1.0, handleheight=1.0, fontsize=size,
        columnspacing=1.2, handletextpad=0.5, labelspacing=0.3,
    )  # fmt: skip
    legend.set_in_layout(False)


def save(figure: Figure, file: Path | BinaryIO, dpi: int = DPI) -> None:
    """Write a PNG whose bytes depend on the drawing alone."""
    from matplotlib import rc_context

    with rc_context(STYLE):
        figure.savefig(file, format="png", dpi=dpi, metadata={"Software": None})


def plain_ticks(axis: Any, most: int = 5) -> None:
    """Few round ticks, with thousands apart and millions said."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis.set_major_locator(MaxNLocator(most, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(tick_label))


def tick_label(value: float, _position: int | None = None) -> str:
    """A tick's number for people."""
    return _tick(value).replace("-", "−")


def _tick(value: float) -> str:
    for size, word in ((1e9, " bn"), (1e6, " m")):
        if abs(value) >= size:
            return f"{value / size:g}{word}"
    return f"{value:,.0f}" if abs(value) >= 1000.0 else f"{round(value, 9) + 0.0:g}"


def year_axis(axes: Axes, story: Story, years: int, room: float = 0.3, most: int = 6) -> None:
    """A horizontal axis of ``years``, numbered from 1 or by the calendar, with at most ``most`` ticks.

    Calendar years are longer words than numbers, and there are fewer of them.
    """
    if story.calendar.year is not None:
        most = max(2, most * 2 // 3 if story.calendar.month == 1 else most // 2)
    ticks = range(1, years + 1, max(1, math.ceil(years / most)))
    axes.set_xlim(1.0 - room, years + room)
    axes.set_xticks(ticks, [story.calendar.tick(12 * year) for year in ticks])
    axes.set_xlabel("Year", size=11)


def month_axis(axes: Axes, story: Story, months: int, most: int = 6) -> None:
    """A horizontal axis of ``months``, with a tick every one or more years: their number, or each January."""
    calendar, step = story.calendar, max(1, math.ceil(months / (12 * most)))
    first = 0 if calendar.year is None else (1 - calendar.month) % 12
    ticks = list(range(first, months + 1, 12 * step))
    axes.set_xlim(0, months)
    if calendar.year is None:
        axes.set_xticks(ticks)
        axes.set_xlabel("Month", size=11)
    else:
        start = calendar.year + (first > 0)
        axes.set_xticks(ticks, [str(start + step * number) for number in range(len(ticks))])
        axes.set_xlabel("Year (ticks: January)", size=11)


def every_year(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows by month, with a row of nothing for each year that lacks one, so that lines show a gap."""
    months = range(int(rows["month"].min()), int(rows["month"].max()) + 1, 12)  # type: ignore[arg-type]
    whole = pl.DataFrame({"month": months}).join(rows, "month", "left", maintain_order="left")
    return whole.with_columns(pl.col("estimate", "low", "high").fill_null(float("nan")))


def zero_line(axes: Axes, value: float = 0.0, **style: Any) -> None:
    """A vertical line that says where nothing changes."""
    axes.axvline(value, **{"color": INK, "linewidth": 1.2, "zorder": 1, **style})


@dataclass(frozen=True)
class Dot:
    """One estimate with its interval, drawn in a row."""

    row: int
    estimate: float
    low: float
    high: float
    colour: str


def dots(
    axes: Axes,
    entries: Sequence[Dot],
    rows: int,
    *,
    signed: bool = True,
    labels: bool = True,
    alike: Sequence[float] = (),
) -> None:
    """Dots and intervals in ``rows`` rows, the first on top, with their estimates written above.

    ``alike`` are the values whose decimals the labels take (not given: the estimates themselves).
    """
    from matplotlib.patheffects import withStroke

    finite = [entry for entry in entries if math.isfinite(entry.estimate)]
    decimals = _common_decimals(alike or [entry.estimate for entry in finite])
    for entry in finite:
        axes.plot(
            [entry.low, entry.high], [entry.row] * 2, color=entry.colour, linewidth=3, solid_capstyle="butt"
        )
        axes.plot(entry.estimate, entry.row, "o", color=entry.colour, markersize=8 if labels else 5, zorder=3)
        if labels:
            text = number(entry.estimate, decimals, signed).replace("-", "−")
            axes.annotate(
                text, (entry.estimate, entry.row), (0, 8), textcoords="offset points", ha="center",
                color=entry.colour, size=12, weight="bold", zorder=4,
                path_effects=[withStroke(linewidth=4, foreground="white")],
            )  # fmt: skip
    empty_rows(axes, rows)


def empty_rows(axes: Axes, rows: int) -> None:
    """Room for ``rows`` rows, the first on top, without a vertical axis line."""
    axes.set_ylim(rows - 0.45, -0.6)
    axes.set_yticks(range(rows))
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def _common_decimals(values: Sequence[float]) -> int:
    """Decimals that show the values of one panel alike."""
    largest = max((abs(value) for value in values), default=0.0)
    return decimals_for(min(largest, 9.9)) if largest < 100.0 else 0


def beyond_limits(axes: Axes, entries: Sequence[Dot]) -> None:
    """Arrow heads at the edge of the axes where an interval goes on outside."""
    left, right = axes.get_xlim()
    for entry in entries:
        for outside, edge, marker in ((entry.low < left, left, "<"), (entry.high > right, right, ">")):
            if outside:
                axes.plot(edge, entry.row, marker, color=entry.colour, markersize=7, clip_on=False, zorder=5)


def range_with_zero(values: Sequence[float], margin: float = 0.14) -> tuple[float, float]:
    """Limits that hold all finite ``values`` and zero, with room at both ends."""
    finite = [value for value in values if math.isfinite(value)] or [1.0]
    low, high = min(0.0, *finite), max(0.0, *finite)
    room = margin * ((high - low) or 1.0)
    return low - room, high + room


def spread(places: Sequence[float], gap: float) -> list[float]:
    """``places`` moved apart to keep ``gap`` between neighbours, as near to where they were as can be."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    groups: list[list[float]] = []  # [mean place, members]
    for i in order:
        groups.append([places[i], 1.0])
        while len(groups) > 1:
            (low, n), (high, m) = groups[-2:]
            if high - low >= gap * (n + m) / 2.0:
                break
            groups[-2:] = [[(low * n + high * m) / (n + m), n + m]]
    moved = [0.0] * len(places)
    position = 0
    for centre, members in groups:
        for k in range(int(members)):
            moved[order[position]] = centre + gap * (k - (members - 1.0) / 2.0)
            position += 1
    return moved


def end_labels(
    axes: Axes, ends: Sequence[tuple[float, float, str, str]], height: float, room: Callable[[str], str]
) -> None:
    """Name lines at their right ends, each (x, y, label, colour), moved apart where they would overlap.

    ``height`` is that of the axes in inches; ``room`` wraps a label.
    """
    bottom, top = axes.get_ylim()
    texts = [room(label) for _, _, label, _ in ends]
    lines = max((text.count("\n") + 1 for text in texts), default=1)
    gap = (top - bottom) * lines * 0.19 / height
    half = gap / 2.0
    places = spread([min(max(y, bottom + half), top - half) for _, y, _, _ in ends], gap)
    overshoot = max(0.0, max(places, default=0.0) + half - top)
    for (x, y, _, colour), text, place in zip(ends, texts, places, strict=True):
        axes.annotate(
            text, (x, y), (1.04, (place - overshoot - bottom) / (top - bottom)), textcoords="axes fraction",
            color=colour, size=10.5, va="center", annotation_clip=False,
            arrowprops={
                "arrowstyle": "-", "color": colour, "linewidth": 0.8, "shrinkA": 0, "shrinkB": 3,
                "relpos": (0.0, 0.5),
            },
        )  # fmt: skip
