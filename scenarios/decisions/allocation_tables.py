"""The tables of an allocation, tidy; their columns are a contract."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scenarios.decisions.allocation import Allocation, extremes, falls_of
from scenarios.decisions.allocation_programme import tail_mean
from scenarios.decisions.allocation_question import Question
from scenarios.decisions.allocation_returns import SHARES
from scenarios.decisions.objectives import OUTCOMES
from scenarios.effect_tables import HIGH, LOW, monte_carlo_error

FloatArray = NDArray[np.float64]
TIMES = 500
"""Resamples of the draws from which intervals of the curves are made."""


def unit_of(question: Question) -> str:
    """Unit of the objective, added up over enterprises."""
    if question.in_yuan:
        return "yuan"
    if len(question.weights) == 1 and (only := next(iter(question.weights))) in OUTCOMES:
        return f"{OUTCOMES[only].unit.removesuffix(' per enterprise trained')} x enterprises"
    return "standard deviations x enterprises"


def tables(found: Allocation) -> dict[str, pl.DataFrame]:
    """All tables of an allocation by name."""
    return {
        "allocation": allocation_table(found),
        "plans": plans_table(found),
        "shadow_prices": shadow_prices_table(found),
        "curves": curves_table(found),
        "cells": cells_table(found),
    }


ALLOCATION_COLUMNS = {
    "plan": pl.String, "year": pl.Int64, "sector": pl.String, "sector_name": pl.String,
    "macro_region": pl.String, "mix": pl.String, "enterprises": pl.Float64, "yuan": pl.Float64,
    "trainer_days": pl.Float64,
}  # fmt: skip


def allocation_table(found: Allocation) -> pl.DataFrame:
    """Who is trained with what and when under each plan: a row a batch."""
    cells, problem, rows = found.cells, found.problem, []
    for name, plan in found.plans.items():
        for c, m, y in zip(*np.nonzero(plan.enterprises), strict=True):
            number = float(plan.enterprises[c, m, y])
            sector = int(cells.sector[c])
            rows.append(
                (name, int(y) + 1, cells.sectors[sector], cells.names[sector],
                 cells.macro_regions[int(cells.region[c])], found.question.mixes[m].name, number,
                 number * float(problem.yuan[m]), number * float(problem.days[m]))
            )  # fmt: skip
    return pl.DataFrame(rows, schema=ALLOCATION_COLUMNS, orient="row")


PLAN_COLUMNS = {
    "plan": pl.String, "unit": pl.String, "enterprises": pl.Float64, "yuan": pl.Float64,
    "trainer_days": pl.Float64, "measured": pl.Float64, "promised": pl.Float64, "promised_worst": pl.Float64,
    "regret": pl.Float64, "regret_90": pl.Float64, "believed": pl.Float64, "simulated": pl.Float64,
    "low": pl.Float64, "high": pl.Float64, "se": pl.Float64, "simulated_worst": pl.Float64,
    "simulated_yuan": pl.Float64, "simulated_trainer_days": pl.Float64,
    **{f"{part}_{other}": pl.Float64 for other in ("equal", "proportional")
       for part in ("less", "less_low", "less_high", "less_se")},
    "proven": pl.Boolean,
}  # fmt: skip


def plans_table(found: Allocation) -> pl.DataFrame:
    """What each plan promises and holds.

    ``measured`` is the value in the experiment with chance in it, ``promised`` that with chance taken out,
    ``believed`` whichever of the two the plan was made by, over the draws that are re-simulated,
    ``simulated`` the value on fresh enterprises and events. ``..._worst`` are means of the worst fifth of the
    draws; ``less_equal`` and ``less_proportional`` the paired differences. Low and high are the 5th and 95th
    percentile over replicates.
    """
    values, done = found.resimulated[:, :, 0], len(found.resimulated) // 2
    names, rows = list(found.plans), []
    for i, (name, plan) in enumerate(found.plans.items()):
        mine = values[:, i]
        low, high, error = _spread(mine)
        versus: list[float] = []
        for other in ("equal", "proportional"):
            less = mine - values[:, names.index(other)]
            versus += [float(less.mean()), *_spread(less)]
        by_mix = plan.enterprises.sum(axis=(0, 2))
        believed = found.raw if name == "as_measured" else found.promised
        rows.append(
            (name, unit_of(found.question), float(by_mix.sum()), float(by_mix @ found.problem.yuan),
             float(by_mix @ found.problem.days), float(found.raw[:, i].mean()),
             float(found.promised[:, i].mean()), tail_mean(found.promised[:, i]),
             float(found.regret[:, i].mean()), float(np.quantile(found.regret[:, i], 0.9)),
             float(believed[:done, i].mean()), float(mine.mean()), low, high, error,
             tail_mean(mine.reshape(-1, 2).mean(axis=1)), *found.resimulated[:, i, 1:].mean(axis=0).tolist(),
             *versus, plan.proven)
        )  # fmt: skip
    return pl.DataFrame(rows, schema=PLAN_COLUMNS, orient="row")


def _spread(values: FloatArray) -> tuple[float, float, float]:
    """5th and 95th percentile over replicates, and the standard error of the mean."""
    low, high = np.quantile(values, [LOW, HIGH])
    return float(low), float(high), float(monte_carlo_error(values[:, np.newaxis])[0])


SHADOW_COLUMNS = {
    "resource": pl.String, "macro_region": pl.String, "year": pl.Int64, "unit": pl.String,
    "estimate": pl.Float64, "low": pl.Float64, "high": pl.Float64, "trainer_days": pl.Float64,
    "used": pl.Float64,
}  # fmt: skip


def shadow_prices_table(found: Allocation) -> pl.DataFrame:
    """What one more yuan and one more trainer day are worth; intervals over the draws' own optima.

    ``estimate`` is that of the optimum, ``trainer_days`` what there is and ``used`` the part that it uses.
    """
    unit, problem, plan = unit_of(found.question), found.problem, found.plans["optimum"]
    low, high = np.quantile([price.yuan for price in found.prices], [LOW, HIGH])
    rows: list[tuple[Any, ...]] = [
        ("yuan", None, None, f"{unit} per yuan", found.best.yuan, float(low), float(high), None, None)
    ]
    ends = np.quantile([price.days for price in found.prices], [LOW, HIGH], axis=0)
    for r, name in enumerate(found.cells.macro_regions):
        days = np.einsum("cmy,m->y", plan.enterprises[found.cells.region == r], problem.days)
        for y, there_is in enumerate(problem.capacity[r]):
            used = float(days[y] / there_is) if there_is > 0.0 else None
            rows.append(
                ("trainer_day", name, y + 1, f"{unit} per trainer day", float(found.best.days[r, y]),
                 float(ends[0, r, y]), float(ends[1, r, y]), float(there_is), used)
            )  # fmt: skip
    return pl.DataFrame(rows, schema=SHADOW_COLUMNS, orient="row")


CURVE_COLUMNS = {
    "mix": pl.String, "measure": pl.String, "share": pl.Float64, "unit": pl.String, "estimate": pl.Float64,
    "low": pl.Float64, "high": pl.Float64,
}  # fmt: skip
ONE = "ratio"


def curves_table(found: Allocation) -> pl.DataFrame:
    """How returns fall with the share of the eligible that is trained, and what everybody else gets of it.

    ``core``: benefit of the same enterprises, relative to when they alone are trained; ``fall``: part of the
    mean return gone when all are trained, by a straight line; ``others``: benefit of all others per yuan of
    the trained's.
    """
    return pl.DataFrame(list(_curve_rows(found)), schema=CURVE_COLUMNS, orient="row")


def _curve_rows(found: Allocation) -> Iterator[tuple[Any, ...]]:
    again = found.returns.resampled(TIMES, found.question.settings.seed)
    measured = extremes(found.question.mixes)
    relative = np.quantile([each.relative for each in again], [LOW, HIGH], axis=0)
    for i, place in enumerate(measured):
        for f, share in enumerate(SHARES):
            ends = [float(end) for end in relative[:, i, f]]
            name = found.question.mixes[place].name
            yield name, "core", share, ONE, float(found.returns.relative[i, f]), *ends
    falls = np.quantile([falls_of(found.question.mixes, each) for each in again], [LOW, HIGH], axis=0)
    for m, fall in enumerate(falls_of(found.question.mixes, found.returns)):
        ends = [float(end) for end in falls[:, m]]
        yield found.question.mixes[m].name, "fall", None, ONE, float(fall), *ends
    spill = [float(end) for end in np.quantile([each.spill_over() for each in again], [LOW, HIGH])]
    yield None, "others", None, ONE, found.returns.spill_over(), *spill


CELL_COLUMNS = {
    "sector": pl.String, "sector_name": pl.String, "macro_region": pl.String, "mix": pl.String,
    "eligible": pl.Float64, "unit": pl.String, "measured": pl.Float64, "value": pl.Float64, "low": pl.Float64,
    "high": pl.Float64, "yuan": pl.Float64, "trainer_days": pl.Float64,
}  # fmt: skip


def cells_table(found: Allocation) -> pl.DataFrame:
    """Value of training one enterprise by cell and mix: as measured, and with chance taken out (draws'
    interval).
    """
    cells, values, rows = found.cells, found.values, []
    unit = unit_of(found.question).removesuffix(" x enterprises") + " per enterprise trained"
    low, high = np.quantile(values.smoothed, [LOW, HIGH], axis=0)
    raw = np.ma.masked_invalid(values.raw).mean(axis=0).filled(np.nan)
    for c in range(len(cells)):
        sector = int(cells.sector[c])
        for m, mix in enumerate(found.question.mixes):
            rows.append(
                (cells.sectors[sector], cells.names[sector], cells.macro_regions[int(cells.region[c])],
                 mix.name, float(cells.eligible[c]), unit, float(raw[c, m]),
                 float(values.smoothed[:, c, m].mean()),
                 float(low[c, m]), float(high[c, m]), float(found.problem.yuan[m]),
                 float(found.problem.days[m]))
            )  # fmt: skip
    return pl.DataFrame(rows, schema=CELL_COLUMNS, orient="row")
