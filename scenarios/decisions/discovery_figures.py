"""Pictures of scenario discovery: the draws with the box, and coverage against density."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.decisions.discovery import Discovery, against, ordered, percent, restriction
from scenarios.decisions.parameter_words import option_title, unit_of
from scenarios.decisions.prim import quality_of
from scenarios.drawing import COLOURS, GREY, INK, Story, drawn, plain_ticks, slide

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LOSES, HOLDS = COLOURS[1], COLOURS[0]


def figures(found: Discovery, source: str) -> dict[str, Figure]:
    """``draws`` (where a region stands) and ``trajectory`` (where there was anything to peel)."""
    story = Story({}, source, 0)
    return drawn({"draws": _draws(found, story), "trajectory": _trajectory(found, story)})


def _axis_label(name: str) -> str:
    unit = unit_of(name)
    return f"{name}, {unit}" if unit not in ("", "1") else name


def _draws(found: Discovery, story: Story) -> Figure | None:
    """The draws in the two surest restricted parameters, or in the one against the margin."""
    chosen, region = ordered(found), found.region
    if not chosen or region is None:
        return None
    x = found.draws.x[:, chosen[0]]
    y = found.draws.x[:, chosen[1]] if len(chosen) > 1 else found.margin
    title = f"When “{option_title(found.draws.options[found.option])}” loses"
    rest = [restriction(found, p).replace("`", "") for p in chosen[2:]]
    subtitle = (
        f"Against {against(found)}, by {found.draws.label.lower()}. In the shaded region it loses in "
        f"{percent(region.quality.density)} of the draws, everywhere in {percent(float(found.loses.mean()))}"
        + "".join(f"; the region also asks that {each}" for each in rest[:1])
        + "".join(f" and {each}" for each in rest[1:])
    )
    figure, (axes,) = slide(story, title, subtitle)
    for loses, colour, marker, label in ((False, HOLDS, "o", "it holds"), (True, LOSES, "X", "it loses")):
        part = found.loses == loses
        axes.scatter(
            x[part], y[part], s=62 if loses else 46, c=colour, marker=marker, linewidths=0.6,
            edgecolors="white", label=f"{label} ({int(part.sum())} draws)", zorder=3,
        )  # fmt: skip
    axes.margins(0.04)
    _shade(axes, found, chosen)
    axes.set_xlabel(_axis_label(found.draws.names[chosen[0]]))
    if len(chosen) > 1:
        axes.set_ylabel(_axis_label(found.draws.names[chosen[1]]))
    else:
        axes.axhline(0.0, color=INK, linewidth=1.2, zorder=1)
        other = "the best rival's" if found.threshold is None else "the threshold"
        axes.set_ylabel(f"{found.draws.label} less {other},\n{found.draws.unit}")
    plain_ticks(axes.xaxis, 7)
    plain_ticks(axes.yaxis, 7)
    axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2, frameon=False, borderaxespad=0.0)
    return figure


def _shade(axes: Axes, found: Discovery, chosen: list[int]) -> None:
    """The box, to the edges of the axes where it is not restricted."""
    from matplotlib.patches import Rectangle

    assert found.region is not None
    box = found.region.box
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    low, high = max(left, box.low[chosen[0]]), min(right, box.high[chosen[0]])
    down, up = bottom, top
    if len(chosen) > 1:
        down, up = max(bottom, box.low[chosen[1]]), min(top, box.high[chosen[1]])
    shape = Rectangle(
        (low, down), high - low, up - down, facecolor=LOSES, alpha=0.12, edgecolor="none", zorder=0
    )
    frame = Rectangle(
        (low, down), high - low, up - down, fill=False, edgecolor=LOSES, linewidth=1.5, zorder=2
    )
    axes.add_patch(shape)
    axes.add_patch(frame)
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)


def _trajectory(found: Discovery, story: Story) -> Figure | None:
    region = found.region
    if region is None or len(region.trajectory) < 2:
        return None
    qualities = [quality_of(box.holds(found.draws.x), found.loses) for box in region.trajectory]
    coverage = 100.0 * np.array([quality.coverage for quality in qualities])
    density = 100.0 * np.array([quality.density for quality in qualities])
    base = 100.0 * float(found.loses.mean())
    title = "How much of the losing a region holds, and how sure losing is in it"
    subtitle = (
        "Each point is a box, a slice smaller than the one to its right. Coverage: share of all losses "
        "that lie in "
        "the box. Density: share of its draws that lose. Boxes further left follow chance more and "
        "more; the region shown is "
        "one of them, freed of the restrictions that chance explains"
    )
    figure, (axes,) = slide(story, title, subtitle)
    axes.plot(coverage, density, color=HOLDS, linewidth=1.5, marker="o", markersize=6, zorder=2)
    unseen = 100.0 * region.unseen_density
    _level(axes, base, "share of all draws that lose", GREY, above=not unseen > base)
    if np.isfinite(unseen):
        _level(axes, unseen, "density on draws that boxes were not found on", COLOURS[2], above=unseen > base)
    if region.found:
        place = (100.0 * region.quality.coverage, 100.0 * region.quality.density)
        axes.plot(*place, marker="D", markersize=13, color=LOSES, markeredgecolor="white", zorder=4)
        axes.annotate(
            "the region shown", place, (0, 14), textcoords="offset points", ha="center", color=LOSES, size=12,
            weight="bold",
        )  # fmt: skip
    else:
        axes.text(
            0.5, 0.97, "No region found: on unseen draws none of these beats chance",
            transform=axes.transAxes, ha="center", va="top", size=13, color=LOSES, weight="bold",
        )  # fmt: skip
    axes.set_xlim(-2.0, 104.0)
    axes.set_ylim(0.0, 112.0)
    axes.set_xlabel("Coverage, % of all losses")
    axes.set_ylabel("Density, % of the box's draws")
    return figure


def _level(axes: Axes, height: float, text: str, colour: str, above: bool) -> None:
    """A dashed line at ``height``, with what it is above or below it."""
    style: dict[str, Any] = {"color": colour, "zorder": 1}
    axes.axhline(height, linestyle="--", linewidth=1.3, **style)
    offset, side = ((0, 4), "bottom") if above else ((0, -5), "top")
    axes.annotate(
        f"{text}: {height:.0f} %",
        (0.0, height),
        offset,
        textcoords="offset points",
        size=11,
        va=side,
        **style,
    )
