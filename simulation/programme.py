"""A scenario: the population, the period and the training programme that a planner asks about.

A scenario file (TOML) holds these fields and no others; their names are the same in files, tables and
figures. Months are counted from 0, the first simulated month. Money is constant 2023 yuan. Shares run from 0
to 1. Every field has a unit, a default and a range; wrong values raise one InputError.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from simulation.inputs import InputError, Setting, read_extended, shown, suggestion, wrong_field

ModuleName = Literal["cooperation", "quality", "cleaner_production", "safety", "human_resources"]
"""The five SCORE modules by their name in files, tables and figures."""

NEVER = int(np.iinfo(np.int32).max)
"""Opening month of a sector and region that the programme never opens."""

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


# The fields as a table, for messages and for display


def _tables_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [table for part in get_args(annotation) for table in _tables_in(part)]


def _range(info: FieldInfo, unit: str) -> str:
    if unit in _RANGES:
        return _RANGES[unit]
    if "modules" in unit or unit == "choice":
        names = get_args(ModuleName) if unit == "modules" else get_args(info.annotation)
        return "one of " + ", ".join(shown(name) for name in names)
    bounds = {
        kind: getattr(bound, kind)
        for bound in info.metadata
        for kind in ("gt", "ge", "le")
        if hasattr(bound, kind)
    }
    if "le" not in bounds:
        return ""
    low = f"above {bounds['gt']}" if "gt" in bounds else f"{bounds['ge']:,}"
    return f"a number from {low} to {bounds['le']:,}".replace("from above", "above")


_RANGES = {
    "true or false": "true or false, without quotes",
    "names": '"all", or a list of names such as ["C18"]',
    "year": "2023, and give all money in yuan of that year",
    "table": "it as a table, with its fields below its name in square brackets",
    "steps": "a list of steps such as [{ from_month = 12, enterprises_per_month = 40 }]",
    "text": '"text" in quotes',
}
"""What may be written in a field whose range is not two numbers, by unit."""


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "none: must be given"
    if isinstance(info.default, BaseModel):
        return "its fields' defaults"
    return "not given" if info.default is None else shown(info.default)


def _settings(table: type[BaseModel], prefix: str = "") -> dict[str, Setting]:
    found = {}
    for name, info in table.model_fields.items():
        extra = info.json_schema_extra
        unit = str(extra["unit"]) if isinstance(extra, dict) else ""
        found[prefix + name] = Setting(unit, _range(info, unit), _default(info), info.description or "")
        for inner in _tables_in(info.annotation):
            found.update(_settings(inner, f"{prefix}{name}."))
    return found


SETTINGS: dict[str, Setting] = _settings(Scenario)
"""Every field of a scenario by its dotted path, without positions in lists: unit, range, default, meaning."""


# Finding, reading and writing scenarios


def shipped_scenarios() -> dict[str, Path]:
    """The files of the scenarios that come with the software, by name, in alphabetical order."""
    folder = Path(str(resources.files("scenarios"))) / "library"
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def find_scenario(name_or_path: str | Path) -> Path:
    """The file of a shipped scenario's name, or of a path; InputError with the nearest name for neither."""
    shipped = shipped_scenarios()
    name = str(name_or_path)
    if name in shipped:
        return shipped[name]
    looks_like_a_path = name.endswith(".toml") or "/" in name or "\\" in name
    if not looks_like_a_path and not Path(name).is_file():
        remedy = suggestion(name, shipped, "shipped scenarios")
        raise InputError(None, "scenario", name, "is neither a shipped scenario nor a file", remedy)
    return Path(name_or_path)


def load_scenario(name_or_path: str | Path) -> Scenario:
    """The scenario of that shipped name or path, with all that it extends merged in and every field checked.

    Its name is the file's own unless the file gives one. Raises InputError for anything wrong with the file
    or a field. Sectors and provinces are checked by `resolve_target`, which needs the census tables.
    """
    file = find_scenario(name_or_path)
    read = read_extended(file, shipped_scenarios())
    table = {key: value for key, value in read.table.items() if key != "extends"}
    table.setdefault("name", file.stem)
    table.setdefault("title", table["name"])
    try:
        scenario = Scenario.model_validate(table)
    except ValidationError as error:
        raise wrong_field(error.errors(include_url=False), read, SETTINGS) from None
    if scenario.population.tables is None:
        return scenario
    return _with_tables_found(scenario, read.file_of(("population", "tables")))


def _with_tables_found(scenario: Scenario, file: Path) -> Scenario:
    tables = (file.parent / str(scenario.population.tables)).resolve()
    if not tables.is_dir():
        given = scenario.population.tables
        raise InputError(
            file, "population.tables", given, "is not a folder", "name the folder of the census tables"
        )
    population = scenario.population.model_copy(update={"tables": str(tables)})
    return scenario.model_copy(update={"population": population})


def adjusted(
    scenario: Scenario,
    *,
    months: int | None = None,
    enterprises: int | None = None,
    sample: float | None = None,
) -> Scenario:
    """The scenario with the options of the command line in place of its own fields, checked again.

    `enterprises` and `sample` replace each other. Raises InputError naming the option.
    """
    table = scenario.model_dump()
    if months is not None:
        table["months"] = months
    if enterprises is not None or sample is not None:
        table["population"] |= {"enterprises": enterprises, "sample": sample}
    try:
        return Scenario.model_validate(table)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        # Rules that join fields belong to a table: the scenario's is about months, the population's size.
        name = {"": "months", "population": "sample"}.get(place := ".".join(map(str, first["loc"])), place)
        option = name.removeprefix("population.")
        known = SETTINGS["months" if option == "months" else f"population.{option}"]
        value = {"months": months, "enterprises": enterprises, "sample": sample}[option]
        problem = first.get("ctx", {}).get("problem", "is out of range")
        raise InputError(None, f"--{option}", value, problem, f"write {known.range}") from None


def to_toml(scenario: Scenario) -> str:
    """The scenario as a file that stands alone: reading it gives the same scenario."""
    return "\n".join(_toml_lines(scenario.model_dump(mode="json", exclude_none=True), ())).strip() + "\n"


def _toml_lines(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterable[str]:
    inner = {key: value for key, value in table.items() if isinstance(value, dict)}
    if path:
        yield f"\n[{'.'.join(path)}]"
    for key, value in table.items():
        if key not in inner:
            yield f"{_toml_key(key)} = {_toml_value(value)}"
    for key, value in inner.items():
        yield from _toml_lines(value, (*path, _toml_key(key)))


def _toml_key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _toml_value(key)


def _toml_value(value: Any) -> str:
    if isinstance(value, dict):
        return (
            "{ " + ", ".join(f"{_toml_key(key)} = {_toml_value(item)}" for key, item in value.items()) + " }"
        )
    if isinstance(value, list):
        return "[" + ", ".join(_toml_value(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


# Where and when the programme works


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
