"""Figures of `scoresim rank mixes`: estimates and probabilities of being best, and the Pareto front."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from scenarios.drawing import (
    COLOURS,
    GREY,
    INK,
    PALE,
    Dot,
    Story,
    balanced,
    beyond_limits,
    dots,
    empty_rows,
    heading,
    key,
    plain_ticks,
    slide,
    zero_line,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHOWN, SHOWN_LONG, LONG = 17, 11, 62
"""Options drawn, the best first; fewer where their names are longer than ``LONG`` and take two lines."""

POSTERIOR, PRIOR = COLOURS[0], COLOURS[4]


def figures(ranking: pl.DataFrame, story: Story, objective: str, told: str) -> dict[str, Figure]:
    """By name of file."""
    return {
        "ranking": ranking_figure(ranking, story, objective, told),
        "pareto": pareto_figure(ranking, story),
    }


def _shown(ranking: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """The options drawn, and what they are called there."""
    short = max(map(len, ranking["title"])) <= LONG
    shown = ranking.head(SHOWN if short else SHOWN_LONG)
    return shown, [balanced(title, LONG) for title in shown["title"]]


def _title(story: Story) -> str:
    return next(iter(story.titles.values()))


def ranking_figure(ranking: pl.DataFrame, story: Story, objective: str, told: str) -> Figure:
    """Estimates with intervals, and probabilities of being best under posterior and prior."""
    shown, names = _shown(ranking)
    figure, (left, right) = slide(
        story, f"Which mix does most? {_title(story)}", told, columns=2,
        sharey=True, width_ratios=(3, 2),
    )  # fmt: skip
    entries = [
        Dot(place, row["estimate"], row["low"], row["high"], POSTERIOR if row["finalist"] else GREY)
        for place, row in enumerate(shown.iter_rows(named=True))
    ]
    zero_line(left)
    dots(left, entries, len(entries), labels=False)
    beyond_limits(left, entries)
    left.set_yticks(range(len(entries)), names, size=10)
    plain_ticks(left.xaxis)
    heading(left, objective, f"{shown['unit'][0]}; mean and 90 % interval")
    left.set_xlabel("Blue: last in the race, on fresh seeds; grey: left it earlier", size=10.5)
    _probabilities(right, shown)
    return figure


def _probabilities(axes: Axes, shown: pl.DataFrame) -> None:
    rows = np.arange(len(shown))
    prior = shown["prior_probability_best"].null_count() == 0
    height = 0.36 if prior else 0.6
    axes.barh(
        rows - height / 2 * prior, 100.0 * shown["probability_best"].to_numpy(), height, color=POSTERIOR
    )
    entries = [("posterior", POSTERIOR)]
    if prior:
        before = 100.0 * shown["prior_probability_best"].to_numpy()
        axes.barh(rows + height / 2, before, height, color=PRIOR)
        entries.append(("prior, before any data", PRIOR))
    empty_rows(axes, len(shown))
    axes.set_xlim(0.0, 100.0)
    axes.tick_params(axis="y", labelleft=False)
    axes.set_xlabel("% of parameter draws", size=10.5)
    heading(axes, "Probability of being best", " ")
    if prior:
        key(axes, entries, size=11)


def pareto_figure(ranking: pl.DataFrame, story: Story) -> Figure:
    """Productivity against decent work and against environment; numbers are ranks."""
    figure, axes = slide(
        story, f"Which mixes serve all three aims? {_title(story)}",
        "Numbers: rank by the objective, with a key at the right. Dark: on the Pareto front of the three "
        "aims (no other mix is at least as good in all of them), by the means. "
        f"Effects {story.month} months after the first class.",
        columns=3, width_ratios=(5, 5, 5),
    )  # fmt: skip
    for panel, aim in zip(axes, ("decent_work", "environment"), strict=False):
        _cloud(panel, ranking, aim)
    _names(axes[2], ranking)
    return figure


def _cloud(axes: Axes, ranking: pl.DataFrame, aim: str) -> None:
    for row in ranking.sort("pareto").iter_rows(named=True):
        colour = POSTERIOR if row["pareto"] else PALE
        x, y = row["score.productivity"], row[f"score.{aim}"]
        axes.plot(x, y, "o", color=colour, markersize=17, alpha=0.9, markeredgecolor="white")
        axes.text(
            x, y, str(row["rank"]), ha="center", va="center", size=9.5,
            color="white" if row["pareto"] else INK, weight="bold" if row["pareto"] else "normal",
        )  # fmt: skip
    axes.margins(0.1)
    plain_ticks(axes.xaxis)
    plain_ticks(axes.yaxis)
    axes.set_xlabel("Productivity, standard deviations", size=11)
    heading(axes, aim.replace("_", " ").capitalize(), "standard deviations, more is better")


def _names(axes: Axes, ranking: pl.DataFrame) -> None:
    axes.set_axis_off()
    shown, names = _shown(ranking.sort("rank"))
    for place, row in enumerate(shown.iter_rows(named=True)):
        style: dict[str, Any] = {"weight": "bold"} if row["pareto"] else {"color": GREY}
        axes.text(
            0.0, 1.0 - (place + 0.5) / max(len(shown), 12), f"{row['rank']}  {names[place]}",
            size=9.5, va="center", transform=axes.transAxes, **style,
        )  # fmt: skip
