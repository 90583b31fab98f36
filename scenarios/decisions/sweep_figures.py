"""Figures of a sweep: factors by weight, how the indices settled as the sample grew, and pairs of factors."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from scenarios.decisions import indices as ix
from scenarios.decisions.objectives import OUTCOMES
from scenarios.drawing import (
    COLOURS,
    GREY,
    INK,
    PALE,
    Story,
    drawn,
    empty_rows,
    end_labels,
    heading,
    key,
    plain_ticks,
    slide,
    zero_line,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_FACTORS = 14
"""Factors drawn, those of most weight."""
MOST_LINES = 6
"""The same where each is a line."""
MOST_PANELS = 3
"""Indicators drawn side by side."""
MOST_PAIRED = 14
"""Factors of a matrix of pairs."""

NAMES = {
    "total": "total: with interactions", "first": "first: alone", "mu_star": "mean absolute effect (mu_star)",
    "pawn": "PAWN", "delta": "delta",
}  # fmt: skip
AXIS = {
    "sobol": "Share of the parameters' variance", "fast": "Share of the parameters' variance",
    "pawn": "Kolmogorov-Smirnov distance, 0 to 1", "delta": "Distance of densities, 0 to 1",
}  # fmt: skip


def sweep_figures(tables: dict[str, pl.DataFrame], method: str, of: str, story: Story) -> dict[str, Figure]:
    """The figures by name of file."""
    return drawn(
        {
            "indices": indices_figure(tables, method, of, story),
            "convergence": convergence_figure(tables, method, of, story),
            "second_order": second_order_figure(tables, of, story),
        }
    )


def _title(of: str, story: Story, what: str) -> str:
    return f"{what} {'the effect of training' if of == 'effect' else 'the national level'}"


def _subtitle(story: Story, of: str, more: str) -> str:
    scenario = next(iter(story.titles.values()))
    when = "months after the first class" if of == "effect" else "months"
    return f"{scenario}, {story.month} {when}. {more}"


def _indicators(tables: dict[str, pl.DataFrame]) -> list[str]:
    return tables["chance"]["indicator"].to_list()[:MOST_PANELS]


def _ranked(rows: pl.DataFrame, kind: str, most: int) -> list[str]:
    leading = rows.filter((pl.col("kind") == kind) & (pl.col("parameter") != "dummy"))
    leading = leading.filter(pl.col("estimate").is_finite())
    return leading.sort("estimate", descending=True)["parameter"].to_list()[:most]


def _label(name: str) -> str:
    return name.replace("_", " ").replace(".", ": ")


def _axis_label(tables: dict[str, pl.DataFrame], method: str, indicator: str) -> str:
    unit = tables["chance"].filter(pl.col("indicator") == indicator)["unit"][0]
    return AXIS.get(method, f"{unit}, across the factor's span")


def indices_figure(tables: dict[str, pl.DataFrame], method: str, of: str, story: Story) -> Figure | None:
    """Factors by weight, the leading first, a panel an indicator."""
    names, kinds = _indicators(tables), ix.KINDS[method]
    note = (
        "Chance is taken out."
        if method in ("sobol", "morris", "fast")
        else "Lines: 90 % intervals; grey band: a parameter that does nothing."
    )
    figure, axes = slide(
        story, _title(of, story, "What moves"), _subtitle(story, of, note), columns=len(names)
    )
    for panel, name in zip(axes, names, strict=True):
        rows = tables["indices"].filter(pl.col("indicator") == name)
        factors = _ranked(rows, kinds[0], MOST_FACTORS)
        if not factors:
            panel.set_axis_off()
            panel.text(0.5, 0.5, "No index can be told", transform=panel.transAxes, ha="center", color=GREY)
            continue
        for place, kind in enumerate(kinds):
            _bars(panel, rows.filter(pl.col("kind") == kind), factors, place, len(kinds))
        _dummy_band(panel, rows)
        empty_rows(panel, max(len(factors), 6))
        panel.set_yticks(range(len(factors)), [_label(factor) for factor in factors], size=10)
        zero_line(panel)
        plain_ticks(panel.xaxis, 4)
        chance = tables["chance"].filter(pl.col("indicator") == name)["share_chance"][0]
        below = (
            f"{_axis_label(tables, method, name)}\n(chance: {100.0 * chance:.0f} % of single runs' variance)"
        )
        panel.set_xlabel(below, size=10.5)
        heading(panel, _short(name), " ")
        if len(kinds) > 1:
            key(panel, [(NAMES[kind], COLOURS[i]) for i, kind in enumerate(kinds)], size=10)
    return figure


def _short(name: str) -> str:
    return OUTCOMES[name].label.partition(" (")[0]


def _bars(axes: Axes, rows: pl.DataFrame, factors: list[str], place: int, kinds: int) -> None:
    found = {row["parameter"]: row for row in rows.iter_rows(named=True)}
    height = 0.72 / kinds
    for number, factor in enumerate(factors):
        row = found[factor]
        y = number + (place - (kinds - 1) / 2.0) * height
        axes.barh(y, row["estimate"], height * 0.9, color=COLOURS[place], alpha=0.55, linewidth=0)
        if np.isfinite(row["low"]):
            axes.plot([row["low"], row["high"]], [y, y], color=INK, linewidth=1.6, solid_capstyle="butt")


def _dummy_band(axes: Axes, rows: pl.DataFrame) -> None:
    dummy = rows.filter(pl.col("parameter") == "dummy")
    if len(dummy):
        axes.axvspan(0.0, dummy["high"][0], color=PALE, zorder=0)


def convergence_figure(tables: dict[str, pl.DataFrame], method: str, of: str, story: Story) -> Figure | None:
    """The leading index of the weightiest factors, estimated on growing parts of the sample."""
    names, kind = _indicators(tables), ix.KINDS[method][0]
    steps = tables["convergence"].filter(pl.col("kind") == kind)
    if steps["blocks"].n_unique() < 2:
        return None
    note = "Bars: 90 % intervals. Where lines still move, ask for more."
    figure, axes = slide(
        story,
        _title(of, story, "Has the sample settled? What moves"),
        _subtitle(story, of, note),
        columns=len(names),
    )
    for panel, name in zip(axes, names, strict=True):
        rows = tables["indices"].filter(pl.col("indicator") == name)
        ends = []
        for place, factor in enumerate(_ranked(rows, kind, MOST_LINES)):
            line = steps.filter((pl.col("indicator") == name) & (pl.col("parameter") == factor)).sort(
                "blocks"
            )
            x = 100.0 * line["share"].to_numpy() + 1.2 * (place - 2.5)
            y, colour = line["estimate"].to_numpy(), COLOURS[place]
            panel.plot(x, y, "-o", color=colour, linewidth=2, markersize=4)
            panel.vlines(
                x, line["low"].to_numpy(), line["high"].to_numpy(), color=colour, linewidth=1.2, alpha=0.7
            )
            ends.append((x[-1], y[-1], _label(factor), colour))
        panel.set_xticks([25, 50, 75, 100])
        panel.set_xlabel("% of the sample", size=11)
        panel.axhline(0.0, color=INK, linewidth=1)
        plain_ticks(panel.yaxis, 5)
        heading(panel, _short(name), f"{NAMES[kind]}; {_axis_label(tables, method, name)[:60]}".lower())
        end_labels(panel, ends, 5.2, _wrapped)
    return figure


def _wrapped(label: str) -> str:
    return "\n".join(textwrap.wrap(label, 20, break_long_words=False))


def second_order_figure(tables: dict[str, pl.DataFrame], of: str, story: Story) -> Figure | None:
    """What pairs of factors do together beyond what each does alone; bold where the interval leaves zero."""
    rows = tables["indices"].filter(pl.col("kind") == "second")
    if rows.is_empty():
        return None
    names = _indicators(tables)[:2]
    note = "In % of the parameters' variance; bold: the 90 % interval leaves zero out."
    figure, axes = slide(
        story,
        _title(of, story, "Which factors work together on"),
        _subtitle(story, of, note),
        columns=len(names),
    )
    for panel, name in zip(axes, names, strict=True):
        of_name = tables["indices"].filter(pl.col("indicator") == name)
        factors = _ranked(of_name, "total", MOST_PAIRED)
        _matrix(panel, rows.filter(pl.col("indicator") == name), factors)
        heading(panel, _short(name))
    return figure


def _matrix(axes: Axes, rows: pl.DataFrame, factors: list[str]) -> None:
    values, sure = np.full((len(factors),) * 2, np.nan), np.zeros((len(factors),) * 2, np.bool_)
    for row in rows.iter_rows(named=True):
        if row["parameter"] in factors and row["parameter_2"] in factors:
            i, j = sorted((factors.index(row["parameter"]), factors.index(row["parameter_2"])))
            values[j, i], sure[j, i] = row["estimate"], row["low"] > 0.0 or row["high"] < 0.0
    limit = float(np.nanmax(np.abs(values))) if np.isfinite(values).any() else 1.0
    axes.imshow(values, cmap="RdBu_r", vmin=-2.2 * limit, vmax=2.2 * limit, aspect="auto")
    for j, i in np.argwhere(np.isfinite(values)):
        text = f"{100.0 * values[j, i]:.0f}".replace("-", "−")
        weight = "bold" if sure[j, i] else "normal"
        axes.text(
            i, j, text, ha="center", va="center", size=10, weight=weight, color=INK if sure[j, i] else GREY
        )
    labels = [_label(factor) for factor in factors]
    axes.set_xticks(range(len(factors)), labels, rotation=40, ha="right", size=9.5)
    axes.set_yticks(range(len(factors)), labels, size=9.5)
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)
