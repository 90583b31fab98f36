"""A scenario: the population, the period and the training programme that a planner asks about.

A scenario file (TOML) holds these fields and no others; their names are the same in files, tables and
figures. Months are counted from 0, the first simulated month. Money is constant 2023 yuan. Shares run from 0
to 1. Every field has a unit, a default and a range. Files are read by :mod:`simulation.scenario_files`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from simulation.inputs import shown

ModuleName = Literal["cooperation", "quality", "cleaner_production", "safety", "human_resources"]
"""The five SCORE modules by their name in files, tables and figures."""

LARGEST_SME = 999
"""Most employees of a small or medium enterprise in industry (China's rule of 2017)."""


def fault(problem: str, remedy: str, *field: str | int, value: Any = None) -> PydanticCustomError:
    """A failed check of the table's own rules; `field` is the place within the table that is checked."""
    context = {"problem": problem, "remedy": remedy, "field": field, "value": value}
    return PydanticCustomError("scenario_rule", "{problem}", context)


def setting(default: Any, unit: str, description: str, **bounds: Any) -> Any:
    """A field with its unit, its meaning and its bounds (`ge`, `le`)."""
    return Field(default, description=description, json_schema_extra={"unit": unit}, **bounds)


def _steps(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _subsidy_steps(value: Any) -> Any:
    # One share is the same as a single step that holds from the start.
    return _steps(value) if isinstance(value, list | tuple) else ({"from_month": 0, "share": value},)


def _names(value: Any) -> Any:
    if value == "all" or value is None:
        return value
    if not isinstance(value, list | tuple) or not all(isinstance(name, str) for name in value):
        raise fault('must be "all" or a list of names in quotes', 'write for example ["C18", "C36"] or "all"')
    if not value:
        raise fault("is empty, so no enterprise can take part", 'name at least one, or write "all"')
    return tuple(value)


def _employees(value: Any) -> Any:
    whole = isinstance(value, list | tuple) and all(type(bound) is int for bound in value)
    if not whole or len(value) != 2:
        raise fault("must be two whole numbers, [fewest, most]", "write for example [50, 250]")
    fewest, most = value
    if fewest > most:
        raise fault("is empty: the fewest is above the most", f"write [{most}, {fewest}]")
    if fewest < 1 or most > LARGEST_SME:
        problem = f"goes beyond small and medium enterprises, which have 1 to {LARGEST_SME} employees"
        raise fault(
            problem,
            f"write [{max(fewest, 1)}, {LARGEST_SME}]" if fewest <= LARGEST_SME else "write [50, 250]",
        )
    return (fewest, most)


def _short_name(value: str) -> str:
    if not re.fullmatch(r"[^/\\\x00-\x1f\x7f]{1,80}", value) or not value.strip(". "):
        raise fault("is not a short name", "write 1 to 80 letters or digits, without slashes or line breaks")
    return value


Names = Annotated[tuple[str, ...] | Literal["all"], BeforeValidator(_names)]
"""The word "all", or a list of at least one sector (code such as C18, or English name) or province."""


class Table(BaseModel):
    """Base of every table of a scenario: unknown fields, wrong types and infinite numbers are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Population(Table):
    """Whom the simulation holds: at most one of `enterprises` and `sample`; the run has a default."""

    enterprises: int | None = setting(
        None, "enterprises", "Number of enterprises simulated, by whole clusters", ge=1, le=10_000_000
    )
    sample: float | None = setting(
        None, "share", "Share of China's manufacturing enterprises simulated; 1 is one to one", gt=0, le=1
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


class Delivery(Table):
    """How one module is taught. Standard: SCORE process description, ILO, about 2014."""

    class_days: float = setting(2.0, "days", "Length of the class of one module", ge=0, le=10)
    visits: int = setting(3, "visits", "On-site visits an enterprise gets for one module", ge=0, le=20)
    visit_months: int = setting(3, "months", "Months over which the visits are spread", ge=1, le=24)
    enterprises_per_class: int = setting(
        5, "enterprises", "Enterprises that share a class (4 to 5 is usual; 1 is in-company)", ge=1, le=10
    )
    trainer_quality: float = setting(0.6, "share", "Mean quality of the trainers, 1 is perfect", ge=0, le=1)

    @model_validator(mode="after")
    def _something_taught(self) -> Delivery:
        if self.class_days == 0 and self.visits == 0:
            problem = "leaves nothing to deliver, because class_days is 0 too"
            raise fault(problem, "give a class, visits, or both", "visits", value=self.visits)
        return self

    def trainer_days_per_module(self, visit_days: float) -> float:
        """Trainer days that one module takes for one enterprise; `visit_days` is the length of a visit."""
        return self.class_days / self.enterprises_per_class + self.visits * visit_days


class Target(Table):
    """Which enterprises may enrol."""

    sectors: Names = setting("all", "names", "Sectors, by code (C18) or English name")
    regions: Names = setting("all", "names", "Provinces, by English name")
    employees: Annotated[tuple[int, int], BeforeValidator(_employees)] = setting(
        (50, 250), "employees", "Fewest and most employees; SCORE serves 50 to 250"
    )


class SubsidyStep(Table):
    """The subsidy from a month on."""

    from_month: int = setting(..., "month", "First month of this subsidy", ge=0, le=600)
    share: float = setting(..., "share", "Share of the price that the programme pays", ge=0, le=1)


class RolloutStep(Table):
    """What changes from a month on: sectors or regions that open, or the pace."""

    from_month: int = setting(..., "month", "First month of this step", ge=0, le=600)
    sectors: Names | None = setting(None, "names", "Sectors that open; not given: all targeted ones")
    regions: Names | None = setting(None, "names", "Provinces that open; not given: all targeted ones")
    enterprises_per_month: float | None = setting(
        None, "enterprises a month", "New pace of enrolment", ge=0, le=1_000_000
    )
    trainer_days_per_month: float | None = setting(
        None, "days a month", "New number of trainer days", ge=0, le=10_000_000
    )

    @property
    def opens(self) -> bool:
        """Whether the step opens sectors or regions."""
        return self.sectors is not None or self.regions is not None


class Programme(Table):
    """The training programme. Enrolment is given here; it does not answer to price and subsidy."""

    first_month: int = setting(0, "month", "Month of the first enrolment", ge=0, le=599)
    closing_month: int | None = setting(
        None, "month", "No new enrolment from this month on; not given: never closes", ge=1, le=600
    )
    enterprises_per_month: float = setting(
        20.0, "enterprises a month", "Enterprises enrolled in the whole country", ge=0, le=1_000_000
    )
    trainer_days_per_month: float = setting(
        120.0, "days a month", "Trainer days available in the whole country", ge=0, le=10_000_000
    )
    modules: Annotated[tuple[ModuleName, ...], BeforeValidator(_steps)] = setting(
        get_args(ModuleName), "modules", "Modules on offer, in order"
    )
    obligatory_first: bool = setting(True, "true or false", "Every enterprise starts with cooperation")
    order: Literal["largest_gap", "listed"] = setting(
        "largest_gap",
        "choice",
        "Next module: that of the largest gap in practices, or as `modules` lists them",
    )
    continuation: float = setting(
        0.5, "share", "Share of enterprises that go on after a module (0.5: about 2 modules each)", ge=0, le=1
    )
    delivery: Delivery = setting(Delivery(), "table", "How one module is taught")
    # 3,000 USD for two modules with three visits, China 2012 (Co-operative Group pilot): 1,500 USD a module,
    # about 9,470 yuan, and 22 % of consumer price rises to 2023.
    price_per_module: float = setting(
        11_600.0, "yuan", "Price of one module for one enterprise, before subsidy", ge=0, le=1_000_000
    )
    subsidy: Annotated[tuple[SubsidyStep, ...], BeforeValidator(_subsidy_steps)] = setting(
        (SubsidyStep(from_month=0, share=0.5),),
        "share",
        "Part of the price the programme pays, or steps of it",
    )
    buyer_share: float = setting(0.0, "share", "Part of the price after subsidy that buyers pay", ge=0, le=1)
    budget: float | None = setting(
        None, "yuan", "Ceiling of all the programme's money; not given: none", ge=0, le=10_000_000_000_000
    )
    target: Target = setting(Target(), "table", "Which enterprises may enrol")
    rollout: Annotated[tuple[RolloutStep, ...], BeforeValidator(_steps)] = setting(
        (), "steps", "Sectors and regions that open, and pace that changes, month by month"
    )
    credit_line: float = setting(
        0.0, "months of wage bill", "Credit given to enrolled enterprises beside the training", ge=0, le=24
    )
    follow_up_months: int = setting(
        36, "months", "Window over which the benefits of each trained cohort count", ge=1, le=600
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Programme:
        self._check_modules()
        if self.closing_month is not None and self.closing_month <= self.first_month:
            problem = f"is not after first_month = {self.first_month}, so nobody could enrol"
            raise fault(problem, "let it close later", "closing_month", value=self.closing_month)
        _check_rising("subsidy", self.subsidy)
        _check_rising("rollout", self.rollout)
        for index, step in enumerate(self.rollout):
            if self.closing_month is not None and step.from_month >= self.closing_month:
                problem = f"is not before closing_month = {self.closing_month}"
                raise fault(problem, "let the step begin earlier", "rollout", index, "from_month")
            if not step.opens and step.enterprises_per_month is None and step.trainer_days_per_month is None:
                raise fault("changes nothing", "name sectors, regions or a new pace", "rollout", index)
        return self

    def _check_modules(self) -> None:
        if not self.modules:
            raise fault(
                "is empty, so nothing is taught", f"name some of {shown(get_args(ModuleName))}", "modules"
            )
        if len(set(self.modules)) < len(self.modules):
            raise fault("names a module twice", "name each module once", "modules")
        if self.obligatory_first and "cooperation" not in self.modules:
            remedy = 'add "cooperation", or write obligatory_first = false'
            raise fault("lacks cooperation, with which every enterprise starts", remedy, "modules")


def _check_rising(name: str, steps: Sequence[SubsidyStep | RolloutStep]) -> None:
    if name == "subsidy" and not steps:
        raise fault("is an empty list", "write one share, such as 0.5, or at least one step", name)
    for index, (earlier, later) in enumerate(pairwise(steps), start=1):
        if later.from_month < earlier.from_month or (
            name == "subsidy" and later.from_month == earlier.from_month
        ):
            problem = f"does not come after the step before it (month {earlier.from_month})"
            raise fault(problem, "put the steps in the order of their months", name, index, "from_month")


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
    price_year: Literal[2023] = setting(2023, "year", "Year of the yuan in which all money is given")
    population: Population = setting(Population(), "table", "Whom the simulation holds")
    programme: Programme | None = setting(None, "table", "The training programme; not given: none")
    parameters: dict[str, float] = setting(
        {}, "model parameters", "Parameters set to other values than the registry's"
    )

    @field_validator("parameters", mode="before")
    @classmethod
    def _flat(cls, value: Any) -> Any:
        # TOML reads an unquoted gain.quality = 1 as a table in a table.
        return dict(_flattened(value)) if isinstance(value, Mapping) else value

    @model_validator(mode="after")
    def _fits_together(self) -> Scenario:
        if self.programme is not None and self.programme.first_month >= self.months:
            problem = f"is not before the end of the run after {self.months} months, so nobody would enrol"
            remedy = "simulate more months, or start earlier"
            raise fault(problem, remedy, "programme", "first_month", value=self.programme.first_month)
        _check_parameters(self.parameters)
        return self


def _flattened(table: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flattened(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def _check_parameters(values: Mapping[str, float]) -> None:
    if not values:
        return  # the registry is slow to import
    from simulation.parameters import check_override

    for name, value in values.items():
        try:
            check_override(name, value)
        except ValueError as error:
            problem, _, remedy = str(error).partition("; ")
            raise fault(problem, remedy or "keep to its range", "parameters", name, value=value) from None
