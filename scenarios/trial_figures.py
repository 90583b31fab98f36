"""The forest plot of `scoresim validate`: published and simulated effects side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from scenarios.drawing import COLOURS, GREY, INK, PALE, Story, heading, plain_ticks, slide

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PUBLISHED, SIMULATED, ERRORS = COLOURS[1], COLOURS[0], 1.645
"""Colours, and standard errors that make a 90 % interval."""

TITLES = {"calibration": "Fitted to", "validation": "Held out: never fitted to"}
OFFSET = 0.18

Row = Mapping[str, Any]


def forest(rows: Sequence[Row], source: str) -> Figure:
    """Published and simulated effects with 90 % intervals, fitted to and held out apart.

    ``rows`` are those of :func:`calibration.validation.trials_table`.
    """
    sets = [name for name in TITLES if any(row["set"] == name for row in rows)]
    groups = [[row for row in rows if row["set"] == name] for name in sets]
    figure, axes = slide(
        Story({}, source, 0),
        "Trials in the model: published and simulated effects",
        "Points are estimates, bars 90 % intervals: of the published effect by its standard error (hollow: "
        "assumed), of the simulated one over parameter draws; pale: with all that may separate the two. "
        "Each row has a scale of its own: the published effect or its interval, whichever is larger.",
        columns=len(groups),
    )
    for panel, name, group in zip(axes, sets, groups, strict=True):
        _panel(panel, group)
        heading(panel, TITLES[name], f"{sum(row['inside'] for row in group)} of {len(group)} inside")
    return figure


def _panel(axes: Axes, rows: Sequence[Row]) -> None:
    """One row an effect, each on a scale of its own, since units differ."""
    for place, row in enumerate(rows):
        scale = max(abs(row["published"]), ERRORS * row["published_se"]) or 1.0
        y, error = -float(place), ERRORS * row["published_se"]
        _bar(axes, y - OFFSET, row["low"] / scale, row["high"] / scale, PALE, 7.0)
        _bar(axes, y - OFFSET, row["simulated_low"] / scale, row["simulated_high"] / scale, SIMULATED, 2.0)
        axes.plot(_within(row["simulated"] / scale), y - OFFSET, "o", color=SIMULATED, markersize=6, zorder=4)
        low, high = (row["published"] - error) / scale, (row["published"] + error) / scale
        _bar(axes, y + OFFSET, low, high, PUBLISHED, 2.0)
        face = "white" if row["se_assumed"] else PUBLISHED
        axes.plot(
            row["published"] / scale, y + OFFSET, "D", color=PUBLISHED, markerfacecolor=face, markersize=6,
            zorder=4,
        )  # fmt: skip
    axes.axvline(0.0, color=INK, linewidth=1.0, zorder=1)
    axes.set_yticks([-float(place) for place in range(len(rows))], [_label(row) for row in rows], size=9)
    axes.set_ylim(-len(rows) + 0.4, 0.6)
    axes.set_xlim(-FURTHEST, FURTHEST)
    axes.tick_params(axis="y", length=0)
    plain_ticks(axes.xaxis)
    axes.set_xlabel("Effect, relative to what was published", size=10.5, color=GREY)


FURTHEST = 3.6
"""Multiple of the published size at which the axis ends; what lies beyond is drawn at the end."""


def _within(value: float) -> float:
    return min(FURTHEST, max(-FURTHEST, value))


def _bar(axes: Axes, y: float, low: float, high: float, colour: str, width: float) -> None:
    axes.plot(
        [_within(low), _within(high)], [y, y], color=colour, linewidth=width, solid_capstyle="butt", zorder=2
    )


def _label(row: Row) -> str:
    unit = {"log points x 100": "log points", "standard deviations": "sd"}.get(row["unit"], row["unit"])
    return f"{row['study'].partition(' (')[0]}\n{row['outcome']}: {row['published']:+.3g} {unit}"
