"""Where and when the programme works: target in the census' names, openings, monthly offer, trainers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from simulation.inputs import InputError, suggestion
from simulation.parameters import MODULES, PARAMETERS
from simulation.programme import Programme
from simulation.programme_parts import CHANNELS, Names, RolloutStep, Target, TrainerCourse
from simulation.state import SCHEDULE, SUBSIDY

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
    hold, and for a rollout that opens one, or a training of trainers that names one, outside the target.
    """
    target = _resolved_area(programme.target, tables, file, "programme.target", None)
    rollout = tuple(
        _resolved_area(step, tables, file, f"programme.rollout[item {number}]", target)
        for number, step in enumerate(programme.rollout, start=1)
    )
    courses = tuple(
        _resolved_area(course, tables, file, f"programme.training_of_trainers[item {number}]", target)
        for number, course in enumerate(programme.training_of_trainers, start=1)
    )
    changed = {"target": target, "rollout": rollout, "training_of_trainers": courses}
    return programme.model_copy(update=changed)


Area = TypeVar("Area", Target, RolloutStep, TrainerCourse)


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
        given = getattr(area, field, None)
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
    codes, regions = tables.sectors, tables.regions
    target = np.outer(_chosen(resolved.target.sectors, codes), _chosen(resolved.target.regions, regions))
    months = np.full(target.shape, NEVER, dtype=np.int32)
    openings = [step for step in resolved.rollout if step.opens]
    if not openings:
        months[target] = resolved.first_month
    for step in openings:
        area = target & np.outer(_chosen(step.sectors, codes), _chosen(step.regions, regions))
        months[area] = np.minimum(months[area], max(step.from_month, resolved.first_month))
    return months


def monthly_schedule(programme: Programme | None, months: int) -> NDArray[np.void]:
    """What the programme offers in months 0..months-1, an array of `SCHEDULE`; all zero without a programme.

    Steps count from month 0 of the run; nothing is offered before `first_month` or from `closing_month` on.
    """
    schedule = np.zeros(months, SCHEDULE)
    if programme is None:
        return schedule
    schedule["places"] = programme.enterprises_per_month
    for step in programme.rollout:
        if step.enterprises_per_month is not None:
            schedule["places"][step.from_month :] = step.enterprises_per_month
    for change in programme.outreach:
        for channel in CHANNELS:
            if (informed := getattr(change, channel)) is not None:
                schedule[channel][change.from_month :] = informed
    schedule[~_supported(programme, months)] = 0
    return schedule


ROUNDING = 1e-9
"""Part of a trainer by which a sum may miss a whole number because computers round."""

DIGITS = 9
"""Decimal digits of a trainer beyond which two regions are equally far behind."""


def _supported(programme: Programme, months: int) -> NDArray[np.bool_]:
    closing = months if programme.closing_month is None else programme.closing_month
    month = np.arange(months)
    return (month >= programme.first_month) & (month < closing)


def _course_places(course: TrainerCourse, programme: Programme, months: int) -> NDArray[Any]:
    """Places offered up to each month, the month itself included."""
    month = np.arange(months)
    end = months if course.to_month is None else course.to_month
    held = _supported(programme, months) & (month >= course.from_month) & (month < end)
    return np.cumsum(held) * course.places_per_month


def graduates(
    programme: Programme, tables: CensusNames, months: int, eligible_share: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Places taken in trainings of trainers by month and region, in whole numbers.

    Fractions are carried: the nation's sum never falls behind what the courses offered so far by a whole
    place. Each new place goes to the region furthest behind its own part. A course's places are split over
    its regions within the target in proportion to `eligible_share`, each region's share of eligible
    enterprises.
    """
    resolved = resolve_target(programme, tables)
    targeted = _chosen(resolved.target.regions, tables.regions)
    expected = np.zeros((months, len(tables.regions)))
    for course in resolved.training_of_trainers:
        part = _parts(eligible_share, targeted & _chosen(course.regions, tables.regions))
        expected += np.outer(_course_places(course, resolved, months), part)
    given = np.zeros(len(tables.regions), np.int64)
    result = np.zeros(expected.shape, np.int64)
    for month, wanted in enumerate(expected):
        for _ in range(int(wanted.sum() + ROUNDING) - given.sum()):
            region = int(np.argmax(np.round(wanted - given, DIGITS)))
            result[month, region] += 1
            given[region] += 1
    return result


def starters(
    programme: Programme, tables: CensusNames, eligible_share: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Certified trainers at the start, by region, in whole numbers: those of the regions that open first.

    The regions get them by largest remainders, in proportion to `eligible_share`, each region's share of
    eligible enterprises.
    """
    opens = open_month(programme, tables).min(axis=0)
    trainers = int(programme.trainers + 0.5)
    wanted = trainers * _parts(eligible_share, opens == opens.min())
    whole = np.floor(wanted + ROUNDING).astype(np.int64)
    behind = np.argsort(-np.round(wanted - whole, DIGITS), kind="stable")
    whole[behind[: trainers - whole.sum()]] += 1
    return whole


def _chosen(names: Names | None, known: Sequence[str]) -> NDArray[np.bool_]:
    return np.array([names is None or names == "all" or name in names for name in known])


def _parts(share: NDArray[np.float64], regions: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Each region's part of what goes to some `regions`: in proportion to `share`, evenly if that is zero."""
    weight = np.where(regions, share, 0.0)
    weight = weight if weight.sum() > 0 else regions.astype(np.float64)
    return weight / weight.sum()


def subsidy_table(programme: Programme) -> NDArray[np.void]:
    """The steps of the subsidy, an array of `SUBSIDY`; where a step names no sizes, all employees fit."""
    rows = []
    for step in programme.subsidy:
        fewest, most = step.employees or (0, np.inf)
        bits = sum(1 << MODULES.index(name) for name in step.modules or MODULES)
        rows.append((step.from_month, fewest, most, bits, step.share))
    return np.array(rows, SUBSIDY)


IDLE_SHARE = 0.5
"""Share of a trainer's days without work that :func:`expected_informed` reckons with."""


def expected_informed(programme: Programme, months: int) -> float:
    """Upper estimate of the enterprises that ever hear of the training in `months`.

    Those whom the programme's channels inform and those whom trainers with free days seek out. Where
    enrolment is assigned nobody needs to hear of it, and it is the number of places.
    """
    schedule = monthly_schedule(programme, months)
    if programme.enrolment == "assigned":
        return float(schedule["places"].sum())
    outreach = sum(float(schedule[channel].sum()) for channel in CHANNELS)
    trained = sum(_course_places(course, programme, months) for course in programme.training_of_trainers)
    trainers = programme.trainers + PARAMETERS["trainer_certification"].default * trained
    at_work = np.broadcast_to(trainers, months)[programme.first_month :]
    return outreach + PARAMETERS["provider_outreach"].default * IDLE_SHARE * float(at_work.sum())
