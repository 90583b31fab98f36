"""Published numbers of enterprises trained beside those of a run: a table, a grid and a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rich.markup import escape
from rich.table import Table

from scenarios.drawing import COLOURS, INK, Story, heading, month_axis, plain_ticks, slide
from scenarios.effect_tables import summary
from scenarios.run_figures import band
from scenarios.terminal import mean_alone
from scenarios.wording import interval, number
from simulation import accounts as a
from simulation.programme import Scenario
from simulation.published import PUBLISHED_REACH

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FloatArray = NDArray[np.float64]
Tables = Mapping[str, pl.DataFrame]

PUBLISHED_COLUMNS = {
    "scenario": pl.String, "country": pl.String, "since": pl.Int64, "date": pl.String, "month": pl.Int64,
    "published": pl.Float64, "simulated": pl.Float64, "low": pl.Float64, "high": pl.Float64,
    "confidence": pl.String, "source": pl.String,
}  # fmt: skip


def published_table(scenario: Scenario, national: Sequence[FloatArray]) -> pl.DataFrame:
    """What was published of the scenario's country, and what the run reached by then.

    ``month`` counts the months of the run to the end of ``date``; ``simulated`` are enterprises reached since
    January of the year ``since`` (or the start of the run, if that is later), null where the date is outside
    the run. ``national`` (months, levels, accounts) are the replicates' sums.
    """
    country, start = scenario.published_path, scenario.start_year
    assert country is not None
    assert start is not None
    monthly = np.stack([sums[:, 0, a.ENTERPRISES_REACHED] for sums in national])
    rows: list[tuple[Any, ...]] = []
    for point in PUBLISHED_REACH[country]:
        month = point.months_since(start, scenario.start_month)
        told: Sequence[float | None] = (None, None, None)
        if 1 <= month <= monthly.shape[1]:
            before = point.months_before(start, scenario.start_month)
            told = summary(monthly[:, before:month].sum(axis=1))[:3]
        published = (scenario.name, country, point.since, point.date, month, point.enterprises)
        rows.append((*published, *told, point.confidence, point.source))
    return pl.DataFrame(rows, schema=PUBLISHED_COLUMNS, orient="row")


def published_grid(tables: Tables, replicates: int) -> Table | None:
    """The published numbers beside the run's, or None where the scenario names no country."""
    if "published" not in tables:
        return None
    table = tables["published"]
    title = f"Enterprises trained in {table['country'][0]}: published, and reached in the run"
    grid = Table(title=title, title_justify="left", header_style="bold")
    for name in ("from", "to the end of", "published", "simulated"):
        grid.add_column(name, justify="right" if name in ("published", "simulated") else "left")
    grid.add_column("confidence", style="dim")
    grid.add_column("source", style="dim", overflow="fold")
    columns = ("since", "date", "published", "simulated", "low", "high", "confidence", "source")
    for since, date, published, *ends, confidence, source in table.select(columns).iter_rows():
        (simulated,) = mean_alone(["outside the run" if ends[0] is None else interval(*ends)], replicates)
        grid.add_row(str(since), date, number(published, 0), escape(simulated), confidence, escape(source))
    return grid


def published_figure(tables: Tables, story: Story) -> Figure | None:
    """Enterprises reached since the start by month, with the published numbers that fall into the run."""
    from matplotlib.lines import Line2D

    if "published" not in tables:
        return None
    line = tables["reach"].filter(pl.col("item") == "enterprises_reached")
    points = tables["published"].filter(pl.col("simulated").is_not_null())
    if line.is_empty() or points.is_empty():
        return None
    (title,) = story.titles.values()
    figure, (axes,) = slide(
        story, f"Published and simulated: {title}",
        f"Enterprises trained in {points['country'][0]} since the start. Line: reached in the run, mean; "
        "band: 90 % interval over parameter draws and chance. Points: published numbers, filled where the "
        "source was read.",
    )  # fmt: skip
    band(axes, line["month"], line, marker="")
    for month, enterprises, confidence in points.select("month", "published", "confidence").iter_rows():
        fill = COLOURS[1] if confidence.startswith("SEEN") else "white"
        axes.plot(month, enterprises, "o", color=COLOURS[1], markerfacecolor=fill, markersize=10, zorder=4)
    heading(axes, "Enterprises trained since the start", "enterprises")
    top = max([*line["high"], *points["published"], 1.0])
    axes.set_ylim(0.0, 1.12 * top)
    plain_ticks(axes.yaxis, 6)
    month_axis(axes, story, len(line), most=16)
    handles = [
        Line2D([], [], color=COLOURS[0], linewidth=2.2, label="simulated"),
        Line2D([], [], color=COLOURS[1], marker="o", linestyle="", markersize=10, label="published"),
    ]
    axes.legend(handles=handles, loc="upper left", frameon=False, labelcolor=INK)
    return figure
