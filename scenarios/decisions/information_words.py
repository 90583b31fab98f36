"""The value of information in tables, in words, and on the terminal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from rich.markup import escape
from rich.table import Table

from scenarios.decisions.discovery import percent
from scenarios.decisions.draws_files import Draws, left_out
from scenarios.decisions.information import LEVEL, Learned, Value, worth_knowing
from scenarios.decisions.parameter_words import (
    GRADES,
    grade_of,
    meaning_of,
    option_title,
    submodel_of,
    unit_of,
)
from scenarios.wording import decimals_for, interval, joined

SHOWN = 12
"""Parameters shown at most; the table has all."""


@dataclass(frozen=True, eq=False)
class Information:
    """What was learned of the value of knowing, and of which draws; ``submodels`` names the groups."""

    draws: Draws
    learned: Learned
    submodels: tuple[str, ...]

    @property
    def order(self) -> list[int]:
        """Numbers of the parameters, the one most worth knowing first."""
        single = self.learned.single
        return sorted(
            range(len(single)), key=lambda p: (-single[p].value, single[p].p_value, -single[p].high)
        )

    @property
    def clear(self) -> list[int]:
        """Those that stand out from what permuted draws give, in that order."""
        return [p for p in self.order if stands_out(self.learned.single[p])]


def stands_out(value: Value) -> bool:
    """Whether it is worth more than the best of all parameters is in 19 of 20 permutations of the draws."""
    return value.value > 0.0 and value.p_value <= LEVEL


def find_out(draws: Draws, seed: int, groups: bool) -> Information:
    """The value of knowing each parameter, and with ``groups`` each submodel's together."""
    submodels = tuple(dict.fromkeys(map(submodel_of, draws.names))) if groups else ()
    parts = [submodel_of(name) for name in draws.names]
    members = [[p for p, its in enumerate(parts) if its == part] for part in submodels]
    return Information(draws, worth_knowing(draws.values, draws.x, seed, members), submodels)


# Tables

VALUE = {
    "value": pl.Float64, "low": pl.Float64, "high": pl.Float64, "value_unit": pl.String,
    "share_of_evpi": pl.Float64, "choice_changes": pl.Float64, "p_value": pl.Float64,
}  # fmt: skip
INFORMATION = {
    "parameter": pl.String,
    "unit": pl.String,
    "submodel": pl.String,
    "evidence": pl.String,
    **VALUE,
}
GROUPS = {"submodel": pl.String, "parameters": pl.Int64, **VALUE}


def tables(found: Information) -> dict[str, pl.DataFrame]:
    """``information`` (a row a parameter), ``perfect`` (one row: all of them) and, where asked, ``groups``.

    Values are in ``value_unit``; ``choice_changes`` and ``share_of_evpi`` are shares.
    """
    learned, draws = found.learned, found.draws
    rows = []
    for p in found.order:
        name = draws.names[p]
        about = (name, unit_of(name), submodel_of(name), grade_of(name))
        rows.append((*about, *_numbers(found, learned.single[p])))
    now, perfect = draws.options[draws.best], learned.perfect
    whole = {
        "chosen_now": now, "options": len(draws.options), "draws": len(draws.x), "value": perfect.value,
        "low": perfect.low, "high": perfect.high, "value_unit": draws.unit, "choice_changes": perfect.changes,
        "variance_chance": learned.chance,
    }  # fmt: skip
    made = {
        "information": pl.DataFrame(rows, schema=INFORMATION, orient="row"),
        "perfect": pl.DataFrame([whole]),
    }
    if found.submodels:
        counts = [sum(submodel_of(name) == part for name in draws.names) for part in found.submodels]
        parts = [
            (part, count, *_numbers(found, value))
            for part, count, value in zip(found.submodels, counts, learned.groups, strict=True)
        ]
        table = pl.DataFrame(parts, schema=GROUPS, orient="row")
        made["groups"] = table.sort("value", "submodel", descending=[True, False])
    return made


def _numbers(found: Information, value: Value) -> tuple[float | str, ...]:
    evpi = found.learned.perfect.value
    share = value.value / evpi if evpi > 0.0 else float("nan")
    return value.value, value.low, value.high, found.draws.unit, share, value.changes, value.p_value


# Words


def sentences(found: Information) -> list[str]:
    """What was found, for a planner, a paragraph an entry."""
    draws, perfect = found.draws, found.learned.perfect
    now = option_title(draws.options[draws.best])
    told = [
        f"By {draws.label[:1].lower()}{draws.label[1:]} “{now}” would be chosen now, of "
        f"{len(draws.options)} options "
        f"over {len(draws.x)} draws that they share."
    ]
    if not perfect.value > 0.0:
        told.append(
            "Once chance is taken out, no draw of the parameters would change that choice: no survey "
            "would change it."
        )
    else:
        told.append(
            f"Knowing every parameter perfectly before choosing would be worth "
            f"{in_words(perfect, draws.unit)}; "
            f"the choice would change in {percent(perfect.changes)} of draws."
        )
        told += [_of_parameter(found, p) for p in found.clear[:3]] or [_nothing_clear(found)]
    return told + _chance_words(found) + left_out(found.draws)


def in_words(value: Value, unit: str) -> str:
    """A value with its interval and unit: "1.2 m [0.3 m, 2.0 m] yuan"."""
    return f"{interval(value.value, value.low, value.high)} {unit}"


def _of_parameter(found: Information, p: int) -> str:
    name, value = found.draws.names[p], found.learned.single[p]
    grade = grade_of(name)
    evidence = f" Evidence behind it now: {GRADES.get(grade, grade)} (grade {grade})." if grade else ""
    meaning = f" ({meaning_of(name)})" if meaning_of(name) else ""
    change = (
        f"the choice would change in {percent(value.changes)} of draws"
        if value.changes > 0.0
        else "the choice would not change in any draw"
    )
    return (
        f"Knowing `{name}`{meaning} perfectly would be worth {in_words(value, found.draws.unit)}; "
        f"{change}.{evidence}"
    )


def _nothing_clear(found: Information) -> str:
    return (
        "No single parameter stands out: none is worth more than the best of "
        f"{len(found.draws.names)} inert ones seems to be in permuted draws. "
        "A survey of one of them alone would not be seen to change the choice."
    )


def _chance_words(found: Information) -> list[str]:
    if np.isnan(found.learned.chance):
        return [
            "Each draw has one replicate, so that chance is counted as if it could be known: "
            "the value of knowing everything is too high."
        ]
    others = [k for k in range(len(found.draws.options)) if k != found.draws.best]
    means = found.draws.means.mean(axis=0)
    nearest = option_title(found.draws.options[max(others, key=lambda k: means[k])])
    return [
        f"{percent(found.learned.chance)} of the variance between draws of the difference to the next best "
        f"(“{nearest}”) is chance, which no survey removes; it is taken out of the values."
    ]


# Terminal


def grid(found: Information) -> Table:
    """The parameters most worth knowing."""
    title = f"Value of knowing a parameter before choosing, {escape(found.draws.unit)}, mean [90 % interval]"
    table = Table(title=title, title_justify="left", header_style="bold")
    for heading in ("parameter", "submodel", "evidence now"):
        table.add_column(heading)
    for heading in ("worth", "share of knowing all", "choice changes in", "p"):
        table.add_column(heading, justify="right")
    evpi, decimals = found.learned.perfect.value, decimals_for(found.learned.perfect.high)
    shown = [p for p in found.order if found.learned.single[p].value > 0.0][:SHOWN] or found.order[:3]
    for p in shown:
        name, value = found.draws.names[p], found.learned.single[p]
        share = percent(value.value / evpi) if evpi > 0.0 else "-"
        cells = (
            interval(value.value, value.low, value.high, decimals=decimals),
            share,
            percent(value.changes),
            f"{value.p_value:.2f}",
        )
        style = "bold" if stands_out(value) else ""
        table.add_row(name, submodel_of(name), grade_of(name), *map(escape, cells), style=style)
    return table


def groups_grid(found: Information) -> Table:
    """The submodels most worth knowing."""
    title = f"Value of knowing all parameters of a submodel, {escape(found.draws.unit)}, mean [90 % interval]"
    table = Table(title=title, title_justify="left", header_style="bold")
    table.add_column("submodel")
    for heading in ("parameters", "worth", "choice changes in", "p"):
        table.add_column(heading, justify="right")
    columns = ("submodel", "parameters", "value", "low", "high", "choice_changes", "p_value")
    decimals = decimals_for(found.learned.perfect.high)
    for name, count, *ends, changes, chance in tables(found)["groups"].select(columns).iter_rows():
        estimate, low, high = ends
        worth = escape(interval(estimate, low, high, decimals=decimals))
        table.add_row(name, str(count), worth, percent(changes), f"{chance:.2f}")
    return table


def footnote(found: Information) -> str:
    """How to read the table."""
    clear = joined([f"`{found.draws.names[p]}`" for p in found.clear]) or "none"
    return (
        f"p: chance that the best of all parameters is worth as much in permuted draws; at {LEVEL:g} or "
        f"less a "
        f"parameter stands out (bold): {clear}. No value is above that of knowing everything."
    )
