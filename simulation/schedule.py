"""Where and when the programme works: its target in the census' names, openings and monthly offer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from simulation.inputs import InputError, suggestion
from simulation.programme import Names, Programme, RolloutStep, Target

NEVER = int(np.iinfo(np.int32).max)
"""Opening month of a sector and region that the programme never opens."""


class CensusNames(Protocol):
    """What this file needs of the census tables: names in the order of their numbers."""

    @property
    def sectors(self) -> Sequence[str]:
        """Codes of the sectors, such as C18."""

    @property
    def sector_names(self) -> Sequence[str]:
        """English names, one a code."""

    @property
    def regions(self) -> Sequence[str]:
        """English names of the provinces."""


def resolve_target(programme: Programme, tables: CensusNames, file: str | Path | None = None) -> Programme:
    """The programme with every sector as a code and every province as the tables write it.

    Capitals are ignored. Raises InputError (naming `file`) for a sector or province that the tables do not
    hold, and for a rollout that opens one outside the target.
    """
    target = _resolved_area(programme.target, tables, file, "programme.target", None)
    rollout = tuple(
        _resolved_area(step, tables, file, f"programme.rollout[item {number}]", target)
        for number, step in enumerate(programme.rollout, start=1)
    )
    return programme.model_copy(update={"target": target, "rollout": rollout})


Area = TypeVar("Area", Target, RolloutStep)


def _resolved_area(
    area: Area, tables: CensusNames, file: str | Path | None, place: str, within: Target | None
) -> Area:
    codes = {code.casefold(): code for code in tables.sectors}
    sectors = {name.casefold(): code for code, name in zip(tables.sectors, tables.sector_names, strict=True)}
    provinces = {name.casefold(): name for name in tables.regions}
    found = {}
    for field, names, listed in (
        ("sectors", sectors | codes, (*tables.sectors, *tables.sector_names)),
        ("regions", provinces, tables.regions),
    ):
        given = getattr(area, field)
        if given is None or given == "all":
            continue
        known = {}
        for name in given:
            if name.casefold() not in names:
                remedy = suggestion(name, listed, field, most=len(tables.sectors))
                raise InputError(file, f"{place}.{field}", name, "is not in the census tables", remedy)
            known[names[name.casefold()]] = name
        allowed = getattr(within, field, "all")
        outside = [name for official, name in known.items() if allowed != "all" and official not in allowed]
        if outside:
            problem = f"lies outside programme.target.{field}"
            raise InputError(file, f"{place}.{field}", outside[0], problem, "add it to the target")
        found[field] = tuple(known)
    return area.model_copy(update=found)


def open_month(programme: Programme, tables: CensusNames) -> NDArray[np.int32]:
    """First month in which enterprises may enrol, by sector and region; `NEVER` where they never may.

    Without a rollout that names sectors or regions the whole target opens at `first_month`. With one, only
    what its steps name opens, each at its own month, and never before `first_month`.
    """
    resolved = resolve_target(programme, tables)
    codes, regions = list(tables.sectors), list(tables.regions)

    def chosen(names: Names | None, known: list[str]) -> NDArray[np.bool_]:
        return np.array([names is None or names == "all" or name in names for name in known])

    target = np.outer(chosen(resolved.target.sectors, codes), chosen(resolved.target.regions, regions))
    months = np.full(target.shape, NEVER, dtype=np.int32)
    openings = [step for step in resolved.rollout if step.opens]
    if not openings:
        months[target] = resolved.first_month
    for step in openings:
        area = target & np.outer(chosen(step.sectors, codes), chosen(step.regions, regions))
        months[area] = np.minimum(months[area], max(step.from_month, resolved.first_month))
    return months


SCHEDULE = np.dtype([("enterprises", "f8"), ("trainer_days", "f8"), ("subsidy", "f8"), ("price", "f8")])
"""One month: enterprises enrolled and trainer days in the country, subsidy (share), price (yuan a module)."""


def monthly_schedule(programme: Programme | None, months: int) -> NDArray[np.void]:
    """What the programme offers in months 0..months-1, an array of `SCHEDULE`; all zero without a programme.

    Enrolment ends at `closing_month`; trainer days and subsidy go on, for those who enrolled before.
    """
    schedule = np.zeros(months, SCHEDULE)
    if programme is None:
        return schedule
    first = programme.first_month
    schedule["price"] = programme.price_per_module
    schedule["enterprises"][first:] = programme.enterprises_per_month
    schedule["trainer_days"][first:] = programme.trainer_days_per_month
    for step in programme.rollout:
        start = max(first, step.from_month)
        if step.enterprises_per_month is not None:
            schedule["enterprises"][start:] = step.enterprises_per_month
        if step.trainer_days_per_month is not None:
            schedule["trainer_days"][start:] = step.trainer_days_per_month
    for change in programme.subsidy:
        schedule["subsidy"][change.from_month :] = change.share
    if programme.closing_month is not None:
        schedule["enterprises"][programme.closing_month :] = 0.0
    return schedule
