"""Figures of an allocation: where the money goes, what plans hold of what they promise, how returns fall."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from scenarios.decisions.allocation import Allocation
from scenarios.decisions.allocation_tables import unit_of
from scenarios.drawing import (
    COLOURS,
    GREY,
    INK,
    PALE,
    Dot,
    Story,
    balanced,
    dots,
    heading,
    plain_ticks,
    range_with_zero,
    slide,
    tick_label,
    zero_line,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TITLES = {
    "optimum": "Optimum", "robust": "Robust: best in the worst fifth", "equal": "Equal parts for all cells",
    "proportional": "In proportion to eligible enterprises",
    "as_measured": "Optimum of values with chance left in",
}  # fmt: skip
PLAN_COLOURS = {
    "optimum": COLOURS[0], "robust": COLOURS[2], "equal": COLOURS[4], "proportional": COLOURS[1],
    "as_measured": COLOURS[7],
}  # fmt: skip


def figures(found: Allocation, tables: Mapping[str, pl.DataFrame], source: str) -> dict[str, Figure]:
    """The figures by name of file."""
    story = Story({}, source, 0)
    return {
        "allocation": allocation_map(found, tables["allocation"], story),
        "plans": plans_compared(found, tables["plans"], story),
        "curves": curves(found, tables["curves"], story),
    }


LONGEST = 44
"""Characters of a sector's name that a map has room for."""


def shortened(name: str) -> str:
    """A sector's name, cut at a word where it is too long."""
    return name if len(name) <= LONGEST else name[:LONGEST].rsplit(" ", 1)[0].rstrip(",;") + " …"


def in_words(yuan: float) -> str:
    """An amount of money in a title: "50 million"."""
    for size, word in ((1e9, " billion"), (1e6, " million")):
        if yuan >= size:
            return f"{yuan / size:.3g}{word}"
    return f"{yuan:,.0f}"


def allocation_map(found: Allocation, allocation: pl.DataFrame, story: Story) -> Figure:
    """The optimum's and the robust plan's money by sector and macro-region, coloured by the mix that gets
    most.
    """
    cells, plans = found.cells, [name for name in ("optimum", "robust") if name in found.plans]
    chosen = allocation.filter(pl.col("plan").is_in(plans))
    used = [mix for mix in found.question.mixes if mix.name in set(chosen["mix"])]
    colour = {mix.name: COLOURS[i % len(COLOURS)] for i, mix in enumerate(used)}
    figure, axes = slide(
        story, f"Where {in_words(found.question.budget)} yuan do most",
        "Millions of yuan over all years by sector and macro-region; colour: the mix that most of it buys; "
        "the stronger, the more. White: nothing. Dash: too few eligible enterprises for a batch.",
        columns=len(plans), sharey=True,
    )  # fmt: skip
    by_cell = chosen.group_by("plan", "sector", "macro_region").agg(pl.col("yuan").sum())
    largest = float(np.max(by_cell["yuan"].to_numpy(), initial=1.0))
    there = {
        (cells.sectors[s], cells.macro_regions[r]) for s, r in zip(cells.sector, cells.region, strict=True)
    }
    for panel, name in zip(axes, plans, strict=True):
        rows = chosen.filter(pl.col("plan") == name)
        _map(panel, found, rows, colour, largest, there)
        heading(panel, TITLES[name], "\n".join("" for _ in range(2)))
    labels = [shortened(f"{c} {n}") for c, n in zip(cells.sectors, cells.names, strict=True)]
    axes[0].set_yticks(range(len(labels)), labels, size=8.5)
    from matplotlib.patches import Patch

    axes[0].legend(
        handles=[Patch(color=colour[mix.name], label=mix.title) for mix in used], loc="lower left",
        bbox_to_anchor=(0.0, 1.0), ncols=2, frameon=False, borderaxespad=0.0, fontsize=10.5,
    ).set_in_layout(False)  # fmt: skip
    return figure


def _map(
    axes: Axes,
    found: Allocation,
    rows: pl.DataFrame,
    colour: dict[str, str],
    largest: float,
    there: set[tuple[str, str]],
) -> None:
    from matplotlib.patches import Rectangle

    sectors, regions = found.cells.sectors, found.cells.macro_regions
    for s, sector in enumerate(sectors):
        for r, region in enumerate(regions):
            mine = rows.filter((pl.col("sector") == sector) & (pl.col("macro_region") == region))
            axes.add_patch(
                Rectangle((r - 0.5, s - 0.5), 1, 1, facecolor="white", edgecolor=PALE, linewidth=0.6)
            )
            if mine.is_empty():
                if (sector, region) not in there:
                    axes.text(r, s, "–", ha="center", va="center", size=8, color=GREY)
                continue
            by_mix = mine.group_by("mix").agg(pl.col("yuan").sum()).sort("yuan", "mix", descending=True)
            total = float(mine["yuan"].sum())
            strength = 0.25 + 0.75 * total / largest
            axes.add_patch(
                Rectangle(
                    (r - 0.5, s - 0.5), 1, 1, facecolor=colour[by_mix["mix"][0]], alpha=strength, linewidth=0
                )
            )
            ink = "white" if strength > 0.6 else INK
            axes.text(r, s, f"{total / 1e6:.2g}", ha="center", va="center", size=9, color=ink, weight="bold")
    axes.set_xlim(-0.5, len(regions) - 0.5)
    axes.set_ylim(len(sectors) - 0.5, -0.5)
    axes.set_xticks(range(len(regions)), regions, size=11)
    axes.tick_params(length=0)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def plans_compared(found: Allocation, plans: pl.DataFrame, story: Story) -> Figure:
    """What each plan promised and holds, and the paired differences to the splits."""
    unit, names = unit_of(found.question), plans["plan"].to_list()
    kind = "net benefit" if found.question.in_yuan else "objective"
    figure, axes = slide(
        story, f"Plans compared: {kind} of {in_words(found.question.budget)} yuan",
        "Plans simulated again on fresh enterprises and events under the same parameter draws. Points are "
        "means, bars 90 % intervals over draws and chance. Differences are paired.",
        columns=3, sharey=True, width_ratios=[1.3, 1, 1],
    )  # fmt: skip
    rows = list(plans.iter_rows(named=True))
    entries = [
        Dot(i, row["simulated"], row["low"], row["high"], PLAN_COLOURS[row["plan"]])
        for i, row in enumerate(rows)
    ]
    dots(axes[0], entries, len(rows), signed=False)
    for i, row in enumerate(rows):
        axes[0].plot(
            row["believed"], i + 0.16, "D", markerfacecolor="white",
            color=PLAN_COLOURS[row["plan"]], markersize=8, zorder=4,
        )  # fmt: skip
    promised = [row["believed"] for row in rows]
    axes[0].set_xlim(*range_with_zero([*plans["low"], *plans["high"], *promised], 0.06))
    heading(axes[0], "Simulated again", "dots; hollow diamonds: as believed before")
    for panel, other in zip(axes[1:], ("equal", "proportional"), strict=True):
        less = [
            Dot(
                i,
                row[f"less_{other}"],
                row[f"less_low_{other}"],
                row[f"less_high_{other}"],
                PLAN_COLOURS[row["plan"]],
            )
            for i, row in enumerate(rows)
            if row["plan"] != other
        ]
        dots(panel, less, len(rows))
        zero_line(panel)
        ends = [end for entry in less for end in (entry.low, entry.high)]
        panel.set_xlim(*range_with_zero(ends, 0.1))
        what = "equal parts" if other == "equal" else "proportional parts"
        heading(panel, f"More than {what}", "paired difference")
    for panel in axes:
        plain_ticks(panel.xaxis, 4)
        panel.set_xlabel("Yuan, present value" if found.question.in_yuan else unit, size=11)
    axes[0].set_yticklabels([balanced(TITLES[name], 20) for name in names])
    return figure


def curves(found: Allocation, table: pl.DataFrame, story: Story) -> Figure:
    """How returns fall, what everybody else gets, and what one more is worth."""
    figure, axes = slide(
        story, "Do returns fall when more are trained?",
        "Left: the same enterprises, followed while ever more of all eligible are trained at once; bars: "
        "90 % intervals over resampled draws. Right: cells in the order of their value, chance taken out.",
        columns=2,
    )  # fmt: skip
    core = table.filter(pl.col("measure") == "core")
    titles = {mix.name: mix.title for mix in found.question.mixes}
    for i, (name,) in enumerate(core.select("mix").unique(maintain_order=True).iter_rows()):
        rows = core.filter(pl.col("mix") == name)
        x = 100.0 * rows["share"].to_numpy() + 1.2 * (i - 0.5)
        middle, low, high = (100.0 * rows[c].to_numpy() for c in ("estimate", "low", "high"))
        axes[0].plot(x, middle, "o-", color=COLOURS[i], linewidth=2, label=titles[name])
        axes[0].vlines(x, low, high, color=COLOURS[i], linewidth=3, alpha=0.6)
    axes[0].set_ylim(bottom=min(80.0, 100.0 * float(np.min(core["low"].to_numpy())) - 2.0))
    axes[0].set_xlim(0, 105)
    plain_ticks(axes[0].yaxis)
    axes[0].axhline(100.0, color=GREY, linewidth=1, linestyle=":")
    axes[0].set_xlabel("Share of eligible enterprises trained, %", size=11)
    axes[0].set_ylabel("Benefit of the same enterprises,\n% of that with the smallest share", size=11)
    axes[0].legend(frameon=False, loc="lower left", fontsize=11)
    heading(axes[0], "Returns when more are trained")
    _supply(axes[1], found)
    return figure


def _supply(axes: Axes, found: Allocation) -> None:
    """Value per yuan of the best use of each cell, from the best on, against eligible enterprises."""
    from matplotlib.ticker import FuncFormatter

    problem = found.problem
    value = problem.mean[:, :, 0] / problem.yuan
    for m, mix in enumerate(found.question.mixes):
        order = np.argsort(-value[:, m], kind="stable")
        reach = np.cumsum(problem.most[order] * problem.value.shape[3]) * problem.yuan[m] / 1e6
        axes.step(
            np.concatenate([[0.0], reach]), np.concatenate([value[order[:1], m], value[order, m]]),
            where="pre", color=COLOURS[m % len(COLOURS)], linewidth=2, label=mix.title,
        )  # fmt: skip
    budget = found.question.budget / 1e6
    axes.axvline(budget, color=INK, linewidth=1.2, linestyle="--")
    axes.annotate(
        "budget", (budget, 0.95), (6, 0), xycoords=("data", "axes fraction"), textcoords="offset points"
    )
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(tick_label))
    axes.set_xlim(max(1.0, budget / 20), None)
    axes.set_ylim(0.0, 1.15 * float(value.max()))
    axes.set_xlabel("Million yuan, spent on the best cells first (trainers aside)", size=11)
    axes.set_ylabel(f"{unit_of(found.question).capitalize()} per yuan of the programme", size=11)
    axes.legend(fontsize=10.5, loc="lower left", facecolor="white", edgecolor="none", framealpha=1.0)
    heading(axes, "Worth of the next yuan, by mix")
