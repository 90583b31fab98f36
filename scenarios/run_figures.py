"""Figures of a single run: levels of the indicators year by year, and how far the programme reached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import polars as pl

from scenarios.drawing import COLOURS, Story, drawn, heading, month_axis, plain_ticks, slide, year_axis
from scenarios.effect_tables import HIGH, LOW
from scenarios.wording import level_unit
from simulation.indicators import INDICATORS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Tables = Mapping[str, pl.DataFrame]
SHOWN = (
    "productivity", "defect_rate", "injury_rate", "turnover_rate", "absence_rate", "wage", "energy_intensity",
    "employment",
)  # fmt: skip
"""Indicators of the terminal's table and of the figure."""


def run_figures(tables: Tables, story: Story) -> dict[str, Figure]:
    """The figures of levels and reach by name of file (without ending)."""
    found = {"indicators": indicators(tables, story), "reach": reach(tables, story)}
    return drawn(found)


def label_and_unit(name: str) -> tuple[str, str]:
    """How a level is called and its unit; productivity is told in yuan, not in logs."""
    if name == "productivity":
        return "Value added per worker", "yuan a year"
    return INDICATORS[name].label, level_unit(INDICATORS[name].unit)


def yearly(tables: Tables, name: str) -> pl.DataFrame:
    """Month, mean and 90 % interval over the replicates of a national indicator, as it is told."""
    value = pl.col("value")
    if name == "productivity":
        value = (value / 100.0).exp()
    chosen = tables["indicators"].filter(
        (pl.col("group") == "total") & (pl.col("indicator") == name) & pl.col("value").is_finite()
    )
    ends = [value.quantile(q, "linear").alias(end) for q, end in ((LOW, "low"), (HIGH, "high"))]
    return chosen.group_by("month").agg(value.mean().alias("estimate"), *ends).sort("month")


def indicators(tables: Tables, story: Story) -> Figure | None:
    """Small multiples of the national levels by year."""
    found = {name: yearly(tables, name) for name in SHOWN}
    if all(rows.is_empty() for rows in found.values()):
        return None
    (title,) = story.titles.values()
    figure, axes = slide(
        story, f"Levels year by year: {title}",
        "All small and medium manufacturing enterprises of China, each point over twelve months. Lines: "
        "mean; bands: 90 % interval over parameter draws and chance. The axes do not begin at zero.",
        rows=2, columns=4,
    )  # fmt: skip
    for panel, (name, rows) in zip(axes, found.items(), strict=True):
        label, unit = label_and_unit(name)
        band(panel, rows["month"] / 12, rows)
        heading(panel, label, unit)
        year_axis(panel, story, max(1, int(rows["month"].max() or 12) // 12))  # type: ignore[arg-type]
        _open_range(panel, rows)
    return figure


def band(axes: Axes, x: pl.Series, rows: pl.DataFrame, colour: str = COLOURS[0], marker: str = "o") -> None:
    """A line of estimates with the band of their intervals."""
    axes.fill_between(x, rows["low"], rows["high"], color=colour, alpha=0.18, linewidth=0)
    axes.plot(x, rows["estimate"], marker=marker, color=colour, linewidth=2.2, markersize=5)


def _open_range(axes: Axes, rows: pl.DataFrame) -> None:
    """Limits with room around the band, never narrower than a tenth of the level: small drifts look small."""
    low, high = float(rows["low"].min() or 0.0), float(rows["high"].max() or 0.0)  # type: ignore[arg-type]
    room = max(0.12 * (high - low), 0.05 * abs(high + low) / 2.0, 1e-9)
    axes.set_ylim(low - room, high + room)
    plain_ticks(axes.yaxis, 5)


def reach(tables: Tables, story: Story) -> Figure | None:
    """Enterprises, workers and persons in class reached since the start, by month."""
    table = tables["reach"]
    if table.is_empty():
        return None
    (title,) = story.titles.values()
    items = table["item"].unique(maintain_order=True).to_list()
    figure, axes = slide(
        story, f"Whom the programme reaches: {title}",
        "National numbers added up since the start, by month. Reached: at least one module with all its "
        "visits (none, for class only). Lines: mean; bands: 90 % interval over parameter draws and chance.",
        columns=len(items),
    )  # fmt: skip
    for panel, item in zip(axes, items, strict=True):
        rows = table.filter(pl.col("item") == item)
        band(panel, rows["month"], rows, marker="")
        heading(panel, rows["label"][0], rows["unit"][0])
        panel.set_ylim(0.0, 1.08 * max(1.0, float(rows["high"].max())))  # type: ignore[arg-type]
        plain_ticks(panel.yaxis, 6)
        month_axis(panel, story, len(rows))
    return figure
