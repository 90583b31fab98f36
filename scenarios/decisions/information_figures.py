"""Pictures of the value of information: bars with intervals, by parameter and by submodel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from scenarios.decisions.information import Value
from scenarios.decisions.information_words import Information, stands_out
from scenarios.decisions.parameter_words import grade_of, option_title, submodel_of
from scenarios.drawing import COLOURS, INK, PALE, Story, drawn, empty_rows, plain_ticks, slide
from scenarios.wording import decimals_for, interval

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FEWEST_BARS, MOST_BARS = 4, 10
"""Bars of parameters: those worth something, between these numbers."""

Bars = Sequence[tuple[str, Value]]

BELOW = " Below each name: its submodel and the grade of the evidence behind it"

CLEAR, NOISE, WHOLE = COLOURS[0], "#B8B8B8", COLOURS[7]


def figures(found: Information, source: str) -> dict[str, Figure]:
    """``information`` and, where groups were asked for, ``groups``."""
    story = Story({}, source, 0)
    return drawn({"information": _parameters(found, story), "groups": _groups(found, story)})


def _parameters(found: Information, story: Story) -> Figure:
    names, single = found.draws.names, found.learned.single
    worth = sum(value.value > 0.0 for value in single)
    shown = found.order[: min(MOST_BARS, max(FEWEST_BARS, worth))]
    bars = [(f"{names[p]}\n{submodel_of(names[p])}, {grade_of(names[p])}", single[p]) for p in shown]
    return _bars(found, story, "What it is worth to know a parameter before choosing", bars, BELOW)


def _groups(found: Information, story: Story) -> Figure | None:
    if not found.submodels:
        return None
    pairs = sorted(zip(found.submodels, found.learned.groups, strict=True), key=lambda pair: -pair[1].value)
    return _bars(found, story, "What it is worth to know all parameters of a submodel", pairs)


def _bars(
    found: Information, story: Story, title: str, bars: Sequence[tuple[str, Value]], note: str = ""
) -> Figure:
    from matplotlib.patches import Patch

    now = option_title(found.draws.options[found.draws.best])
    subtitle = (
        f"“{now}” would be chosen now, of {len(found.draws.options)} options. Bars: expected gain from "
        f"knowing perfectly; lines: 90 % intervals.{note}"
    )
    figure, (axes,) = slide(story, title, subtitle)
    rows = [("everything", found.learned.perfect), *bars]
    decimals = decimals_for(found.learned.perfect.high)
    for row, (_, value) in enumerate(rows):
        colour = WHOLE if row == 0 else CLEAR if stands_out(value) else NOISE
        axes.barh(row, value.value, height=0.56, color=colour, zorder=2)
        if value.high > 0.0:
            axes.plot([value.low, value.high], [row, row], color=INK, linewidth=1.6, zorder=3)
        text = interval(value.value, value.low, value.high, decimals=decimals)
        place = max(value.value, value.high)
        axes.annotate(text, (place, row), (7, 0), textcoords="offset points", va="center", size=11, zorder=4)
    empty_rows(axes, len(rows))
    axes.set_yticks(range(len(rows)), [name for name, _ in rows], size=10.5)
    most = max(max(value.value, value.high) for _, value in rows)
    axes.set_xlim(0.0, 1.25 * most if most > 0.0 else 1.0)
    axes.axhline(0.5, color=PALE, linewidth=1.0)
    axes.set_xlabel(f"Worth of knowing, {found.draws.unit}")
    plain_ticks(axes.xaxis, 6)
    meanings = (
        ("all parameters together", WHOLE),
        ("stands out from noise", CLEAR),
        ("not told from noise", NOISE),
    )
    handles = [Patch(color=colour, label=text) for text, colour in meanings]
    axes.legend(handles=handles, loc="lower right", frameon=False, fontsize=12)
    return figure
