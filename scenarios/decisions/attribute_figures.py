"""Figures of `scoresim attribute`: what modules add up to, and which help or crowd out each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from scenarios.decisions.mixes import SHORT
from scenarios.decisions.objectives import OUTCOMES
from scenarios.drawing import COLOURS, GREY, INK, PALE, Story, heading, plain_ticks, slide, zero_line
from scenarios.wording import decimals_for, number
from simulation.parameters import MODULES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BETTER, WORSE = COLOURS[0], COLOURS[1]


def figures(tables: dict[str, pl.DataFrame], story: Story, how: str) -> dict[str, Figure]:
    """A waterfall and a matrix an outcome, by name of file."""
    found = {}
    for name in tables["shapley"]["outcome"].unique(maintain_order=True).to_list():
        chosen = {key: tables[key].filter(pl.col("outcome") == name) for key in ("shapley", "interactions")}
        found[f"shapley_{name}"] = waterfall(chosen["shapley"], story, how)
        found[f"interactions_{name}"] = matrix(chosen["interactions"], story, how)
    return found


def _words(table: pl.DataFrame) -> tuple[str, str, int]:
    outcome = OUTCOMES[table["outcome"][0]]
    return outcome.label.partition(" (")[0], outcome.unit, outcome.better


def waterfall(table: pl.DataFrame, story: Story, how: str) -> Figure:
    """Contributions one after another, from nothing to all five modules."""
    label, unit, better = _words(table)
    figure, (axes,) = slide(
        story, f"{label}: what each module contributes", f"{next(iter(story.titles.values()))}. {how}"
    )
    values = table["estimate"].to_numpy()
    ends = np.cumsum(values)
    decimals = decimals_for(*values)
    for row, (start, value) in enumerate(zip(ends - values, values, strict=True)):
        good = value * (better or 1) >= 0.0
        axes.barh(row, value, 0.62, left=start, color=BETTER if good else WORSE)
        low, high = (start + table[name][row] for name in ("low", "high"))
        axes.plot([low, high], [row, row], color=INK, linewidth=1.4)
        axes.plot([start + value] * 2, [row + 0.31, row + 0.69], color=GREY, linewidth=1)
        told = number(value, decimals, signed=True).replace("-", "−")
        axes.text(max(high, start, start + value), row, f"  {told}", va="center", size=12, weight="bold")
    total = float(ends[-1])
    axes.barh(len(values), total, 0.62, color=GREY)
    told = number(total, decimals, signed=True).replace("-", "−")
    axes.text(max(total, 0.0), len(values), f"  {told}", va="center", size=12, weight="bold")
    zero_line(axes)
    axes.set_ylim(len(values) + 0.55, -0.6)
    axes.set_yticks(
        range(len(values) + 1), [SHORT[name] for name in table["module"]] + ["all five together"], size=13
    )
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.margins(x=0.1)
    plain_ticks(axes.xaxis, 7)
    axes.set_xlabel(
        f"{unit}, {story.month} months after the first class" if _is_effect(table) else unit, size=12
    )
    good = "blue: better, orange: worse" if better else "blue: more, orange: less"
    heading(axes, "Shapley values, one after another", f"{good}; line: 90 % interval of each contribution")
    return figure


def _is_effect(table: pl.DataFrame) -> bool:
    return "yuan per enterprise" not in table["unit"][0]


def matrix(table: pl.DataFrame, story: Story, how: str) -> Figure:
    """Interaction index of each pair; pale where it is not told apart from none."""
    label, unit, better = _words(table)
    figure, (axes,) = slide(
        story, f"{label}: which modules help or crowd out each other?",
        f"{next(iter(story.titles.values()))}. {how}",
    )  # fmt: skip
    modules = [name for name in MODULES if name in set(table["module"]) | set(table["other_module"])]
    scale = max(float(table["estimate"].abs().max() or 0.0), 1e-12)  # type: ignore[arg-type]
    for row in table.iter_rows(named=True):
        _cell(axes, modules.index(row["other_module"]), modules.index(row["module"]), row, scale, better or 1)
    names = [SHORT[name] for name in modules]
    axes.set_xlim(-0.55, len(modules) - 1.45)
    axes.set_ylim(len(modules) - 0.45, 0.45)
    axes.set_xticks(range(len(modules) - 1), names[:-1], size=13)
    axes.set_yticks(range(1, len(modules)), names[1:], size=13)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    heading(
        axes, f"Interaction index, {unit}",
        "What two gain together beyond what each gains alone, [90 % interval].\n"
        "Blue: they help each other; orange: they crowd each other out; grey: not told apart from none",
    )  # fmt: skip
    return figure


def _cell(axes: Axes, y: int, x: int, row: dict[str, float], scale: float, better: int) -> None:
    from matplotlib.patches import Rectangle

    sure = row["verdict"] != "not told apart from none"
    colour = (BETTER if row["estimate"] * better > 0 else WORSE) if sure else PALE
    strength = 0.25 + 0.75 * abs(row["estimate"]) / scale if sure else 0.6
    axes.add_patch(Rectangle((x - 0.47, y - 0.45), 0.94, 0.9, color=colour, alpha=strength, linewidth=0))
    decimals = decimals_for(row["estimate"], row["low"], row["high"])
    parts = [
        number(row[name], decimals, signed=True).replace("-", "−") for name in ("estimate", "low", "high")
    ]
    ink = "white" if sure and strength > 0.6 else INK
    axes.text(x, y - 0.08, parts[0], ha="center", va="center", size=16, weight="bold", color=ink)
    axes.text(x, y + 0.18, f"[{parts[1]}, {parts[2]}]", ha="center", va="center", size=11.5, color=ink)
