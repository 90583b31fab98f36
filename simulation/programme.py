"""A scenario: the population, the period and the training programme that a planner asks about.

A scenario file (TOML) holds these fields and no others; their names are the same in files, tables and
figures. Months are counted from 0, the first simulated month. Money is constant yuan of `price_year`. Shares
run from 0 to 1. Every field has a unit, a default and a range. Files are read by
:mod:`simulation.scenario_files`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, field_validator, model_validator

from simulation.programme_parts import (
    MOST_SUBSIDY_STEPS,
    Delivery,
    ModuleName,
    OutreachStep,
    RolloutStep,
    SubsidyStep,
    Table,
    Target,
    TrainerCourse,
    as_tuple,
    check_modules,
    fault,
    setting,
)
from simulation.published import PUBLISHED_REACH

PARAMETERS_YEAR = 2023
"""Year of the yuan in which the parameter registry gives money."""


def _subsidy_steps(value: Any) -> Any:
    # One share is the same as a single step that holds from the start.
    return as_tuple(value) if isinstance(value, list | tuple) else ({"from_month": 0, "share": value},)


def _short_name(value: str) -> str:
    if not re.fullmatch(r"[^/\\\x00-\x1f\x7f]{1,80}", value) or not value.strip(". "):
        raise fault("is not a short name", "write 1 to 80 letters or digits, without slashes or line breaks")
    return value


class Population(Table):
    """Whom the simulation holds: at most one of `enterprises` and `sample`; the run has a default."""

    enterprises: int | None = setting(
        None, "enterprises", "Number of enterprises simulated, by whole clusters", ge=1, le=10_000_000
    )
    sample: float | None = setting(
        None, "share", "Share of China's manufacturing enterprises simulated; 1 is one to one", gt=0, le=1
    )
    programme_weight: float | None = setting(
        None,
        "enterprises",
        "Enterprises that each one drawn for the programme stands for; not given: 1 where it informs few",
        ge=1,
        le=10_000,
    )
    tables: str | None = setting(
        None, "path", "Folder with census tables to use instead of China's; relative to the scenario file"
    )

    @model_validator(mode="after")
    def _one_size(self) -> Population:
        if self.enterprises is not None and self.sample is not None:
            problem = "is given together with population.enterprises"
            raise fault(problem, "keep one of the two", "sample", value=self.sample)
        return self


class Programme(Table):
    """The training programme: what it offers on the training market, to whom and when."""

    first_month: int = setting(0, "month", "Month of the first enrolment", ge=0, le=599)
    closing_month: int | None = setting(
        None,
        "month",
        "Month from which the project supports nothing any more (no subsidy, places, outreach, trainings of "
        "trainers); the market runs on. Not given: never closes",
        ge=1,
        le=600,
    )
    enrolment: Literal["market", "assigned"] = setting(
        "market",
        "choice",
        "Whether enterprises decide (market) or enrolment is given (assigned: the places fill each month "
        "whatever the price)",
    )
    enterprises_per_month: float = setting(
        20.0,
        "enterprises a month",
        "Places: most enterprises enrolled with the programme's support in the whole country; where "
        "enrolment is assigned, as many enrol",
        ge=0,
        le=1_000_000,
    )
    continuation: float = setting(
        0.5,
        "share",
        "Where enrolment is assigned: share of enterprises that go on after a module (0.5: about 2 modules "
        "each)",
        ge=0,
        le=1,
    )
    trainers: float = setting(
        10.0,
        "trainers",
        "Certified trainers at the start, spread over the open regions by eligible enterprises",
        ge=0,
        le=100_000,
    )
    training_of_trainers: Annotated[tuple[TrainerCourse, ...], BeforeValidator(as_tuple)] = setting(
        (), "courses", "Trainings of trainers that the programme pays; entries add up"
    )
    outreach: Annotated[tuple[OutreachStep, ...], BeforeValidator(as_tuple)] = setting(
        (OutreachStep(from_month=0, campaign=40.0),),
        "outreach",
        "Enterprises informed of the training, by channel and from month to month",
    )
    modules: Annotated[tuple[ModuleName, ...], BeforeValidator(as_tuple)] = setting(
        get_args(ModuleName), "modules", "Modules on offer, in order"
    )
    obligatory_first: bool = setting(True, "true or false", "Every enterprise starts with cooperation")
    order: Literal["largest_gap", "listed"] = setting(
        "largest_gap",
        "choice",
        "Next module: that of the largest gap in practices, or as `modules` lists them",
    )
    delivery: Delivery = setting(Delivery(), "table", "How one module is taught")
    # 3,000 USD for two modules with three visits, China 2012 (Co-operative Group pilot): 1,500 USD a module,
    # about 9,470 yuan, and 22 % of consumer price rises to 2023.
    price_per_module: float = setting(
        11_600.0,
        "yuan",
        "Price of one module for one enterprise at the start; providers then follow cost and demand; subsidy "
        "is paid on at most this price",
        ge=0,
        le=1_000_000,
    )
    subsidy: Annotated[tuple[SubsidyStep, ...], BeforeValidator(_subsidy_steps)] = setting(
        (SubsidyStep(from_month=0, share=0.5),),
        "share",
        "Part of the price the programme pays, or steps of it",
    )
    buyer_share: float = setting(
        0.0,
        "share",
        "Part of the price after subsidy that buyers pay for suppliers they named (assigned enrolment: for "
        "all)",
        ge=0,
        le=1,
    )
    budget: float | None = setting(
        None,
        "yuan",
        "Ceiling of all the programme's money: subsidies, overhead, supervision, trainings of trainers, "
        "outreach; guarantees count too, and may be called beyond it; not given: none",
        ge=0,
        le=10_000_000_000_000,
    )
    target: Target = setting(Target(), "table", "Which enterprises may enrol")
    rollout: Annotated[tuple[RolloutStep, ...], BeforeValidator(as_tuple)] = setting(
        (), "steps", "Sectors and regions that open, and places that change, month by month"
    )
    credit_line: float = setting(
        0.0, "months of wage bill", "Credit given to enrolled enterprises beside the training", ge=0, le=24
    )
    credit_guarantee: float = setting(
        0.0, "share", "Part of the losses on this credit that the programme pays to lenders", ge=0, le=1
    )
    supervision: float = setting(
        0.3,
        "share",
        "Share of modules whose trainer is supervised (monitoring and evaluation)",
        ge=0,
        le=1,
    )
    provider_selection: Literal["open", "quality", "price"] = setting(
        "open",
        "choice",
        "Which providers the programme supports: all, or the best, or the cheapest of each region, chosen "
        "every year",
    )
    providers_selected: float = setting(
        0.5,
        "share",
        "Share of a region's providers that are supported, unless selection is open",
        gt=0,
        le=1,
    )
    follow_up_months: int = setting(
        36, "months", "Window over which the benefits of each trained cohort count", ge=1, le=600
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Programme:
        check_modules(self.modules, "nothing is taught", "modules")
        if self.obligatory_first and "cooperation" not in self.modules:
            remedy = 'add "cooperation", or write obligatory_first = false'
            raise fault("lacks cooperation, with which every enterprise starts", remedy, "modules")
        if self.closing_month is not None and self.closing_month <= self.first_month:
            problem = f"is not after first_month = {self.first_month}, so nobody could enrol"
            raise fault(problem, "let it close later", "closing_month", value=self.closing_month)
        _check_subsidy(self.subsidy)
        _check_order("outreach", self.outreach, lambda earlier, later: False)
        _check_order("rollout", self.rollout, lambda earlier, later: True)
        for index, step in enumerate(self.rollout):
            if not step.opens and step.enterprises_per_month is None:
                raise fault(
                    "changes nothing", "name sectors, regions or enterprises_per_month", "rollout", index
                )
        if self.closing_month is not None:
            for name in ("training_of_trainers", "outreach", "rollout"):
                _check_before(self.closing_month, name, getattr(self, name))
        if self.credit_guarantee > 0 and self.credit_line == 0:
            remedy = "give a credit_line, or leave the guarantee out"
            problem = "guarantees nothing, because credit_line is 0"
            raise fault(problem, remedy, "credit_guarantee", value=self.credit_guarantee)
        return self


def _check_subsidy(steps: Sequence[SubsidyStep]) -> None:
    if not steps:
        raise fault("is an empty list", "write one share, such as 0.5, or at least one step", "subsidy")
    if len(steps) > MOST_SUBSIDY_STEPS:
        problem = f"has {len(steps)} steps, more than the {MOST_SUBSIDY_STEPS} that a programme may have"
        raise fault(problem, "join some of them", "subsidy")
    _check_order("subsidy", steps, lambda earlier, later: earlier.is_partial or later.is_partial)


def _check_order(name: str, steps: Sequence[Any], may_coincide: Callable[[Any, Any], bool]) -> None:
    """Refuse steps whose months fall, or are equal where two neighbouring steps may not coincide."""
    for index, (earlier, later) in enumerate(pairwise(steps), start=1):
        equal = later.from_month == earlier.from_month
        if later.from_month < earlier.from_month or (equal and not may_coincide(earlier, later)):
            problem = f"does not come after the step before it (month {earlier.from_month})"
            raise fault(problem, "put the steps in the order of their months", name, index, "from_month")


def _check_before(
    closing: int, name: str, steps: Sequence[TrainerCourse | OutreachStep | RolloutStep]
) -> None:
    for index, step in enumerate(steps):
        if step.from_month >= closing:
            problem = f"is not before closing_month = {closing}"
            raise fault(problem, "let the step begin earlier", name, index, "from_month")


class Scenario(Table):
    """What one run simulates: a population over a period, with or without a programme."""

    name: Annotated[str, AfterValidator(_short_name)] = setting(
        ..., "text", "Short name, used in tables, figures and names of files"
    )
    title: str = setting("", "text", "One line for people")
    description: str = setting("", "text", "What the scenario stands for")
    months: int = setting(60, "months", "Length of the simulation", ge=1, le=600)
    start_month: int = setting(
        1, "calendar month", "Calendar month of the first simulated month", ge=1, le=12
    )
    start_year: int | None = setting(
        None,
        "calendar year",
        "Calendar year of the first month; given: tables and figures show years",
        ge=1990,
        le=2100,
    )
    published_path: str | None = setting(
        None,
        "country",
        "Country whose published numbers of enterprises trained are shown beside the run; needs start_year",
    )
    price_year: int = setting(
        PARAMETERS_YEAR, "year", "Year of the yuan in which all money is given", ge=1990, le=2100
    )
    price_level: float = setting(1.0, "ratio", "Prices of that year relative to 2023", gt=0, le=10)
    wage_level: float = setting(
        1.0, "ratio", "Wages and value added per worker of that year relative to 2023", gt=0, le=10
    )
    population: Population = setting(Population(), "table", "Whom the simulation holds")
    programme: Programme | None = setting(None, "table", "The training programme; not given: none")
    parameters: dict[str, float] = setting(
        {}, "model parameters", "Parameters set to other values than the registry's"
    )

    @field_validator("parameters", mode="before")
    @classmethod
    def _flat(cls, value: Any) -> Any:
        # TOML reads an unquoted gain.quality = 1 as a table in a table.
        return dict(flattened(value)) if isinstance(value, Mapping) else value

    @model_validator(mode="after")
    def _fits_together(self) -> Scenario:
        if self.programme is not None and self.programme.first_month >= self.months:
            problem = f"is not before the end of the run after {self.months} months, so nobody would enrol"
            remedy = "simulate more months, or start earlier"
            raise fault(problem, remedy, "programme", "first_month", value=self.programme.first_month)
        self._check_price_year()
        self._check_published_path()
        check_parameters(self.parameters)
        return self

    def _check_price_year(self) -> None:
        for field, noun in (("price_level", "price"), ("wage_level", "wage")):
            level = getattr(self, field)
            if self.price_year == PARAMETERS_YEAR and level != 1:
                remedy = f"leave it out, or write price_year, the year that has this {noun} level"
                raise fault(f"is not 1, although price_year is {PARAMETERS_YEAR}", remedy, field, value=level)
            if self.price_year != PARAMETERS_YEAR and level == 1:
                remedy = f"write price_level and wage_level of that year relative to {PARAMETERS_YEAR}"
                raise fault(f"names no {noun} level", remedy, "price_year", value=self.price_year)

    def _check_published_path(self) -> None:
        if self.published_path is None:
            return
        if self.published_path not in PUBLISHED_REACH:
            problem, remedy = "has no published numbers", f"known countries: {', '.join(PUBLISHED_REACH)}"
            raise fault(problem, remedy, "published_path", value=self.published_path)
        if self.start_year is None:
            remedy = "write start_year, the calendar year of the first month"
            problem = "cannot be laid beside the run, because start_year is not given"
            raise fault(problem, remedy, "published_path", value=self.published_path)


def flattened(table: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, Any]]:
    """Dotted names and values of a table in which TOML made tables of dotted names."""
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from flattened(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def check_parameters(values: Mapping[str, float]) -> None:
    """Refuse a model parameter that the registry has not, or a value out of its range."""
    if not values:
        return  # the registry is slow to import
    from simulation.parameters import check_override

    for name, value in values.items():
        try:
            check_override(name, value)
        except ValueError as error:
            problem, _, remedy = str(error).partition("; ")
            raise fault(problem, remedy or "keep to its range", "parameters", name, value=value) from None
