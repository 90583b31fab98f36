"""The tables inside a training programme: delivery, target, and what changes month by month.

:mod:`simulation.programme` puts them together. Here are also the means by which every table of a
scenario states and checks its fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from simulation.inputs import shown

ModuleName = Literal["cooperation", "quality", "cleaner_production", "safety", "human_resources"]
"""The five SCORE modules by their name in files, tables and figures."""

LARGEST_SME = 999
"""Most employees of a small or medium enterprise in industry (China's rule of 2017)."""

MOST_SUBSIDY_STEPS = 60
"""Steps of the subsidy that a scenario may have; the compiled state has room for as many."""


def fault(problem: str, remedy: str, *field: str | int, value: Any = None) -> PydanticCustomError:
    """A failed check of the table's own rules; `field` is the place within the table that is checked."""
    context = {"problem": problem, "remedy": remedy, "field": field, "value": value}
    return PydanticCustomError("scenario_rule", "{problem}", context)


def setting(default: Any, unit: str, description: str, **bounds: Any) -> Any:
    """A field with its unit, its meaning and its bounds (`gt`, `ge`, `le`)."""
    return Field(default, description=description, json_schema_extra={"unit": unit}, **bounds)


def as_tuple(value: Any) -> Any:
    """A list as the tuple that strict tables want; anything else as it is."""
    return tuple(value) if isinstance(value, list) else value


def check_modules(modules: Sequence[str], consequence: str, *field: str) -> None:
    """Refuse a list of modules that is empty (with the `consequence`) or that names one twice."""
    if not modules:
        remedy = f"name some of {shown(get_args(ModuleName))}"
        raise fault(f"is empty, so {consequence}", remedy, *field, value=modules)
    if len(set(modules)) < len(modules):
        raise fault("names a module twice", "name each module once", *field, value=modules)


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


Names = Annotated[tuple[str, ...] | Literal["all"], BeforeValidator(_names)]
"""The word "all", or a list of at least one sector (code such as C18, or English name) or province."""

Employees = Annotated[tuple[int, int], BeforeValidator(_employees)]
"""Fewest and most employees."""


class Table(BaseModel):
    """Base of every table of a scenario: unknown fields, wrong types and infinite numbers are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


DELIVERY_MODES: dict[str, dict[str, Any]] = {
    "standard": {},
    "classroom": {"visits": 0},
    "in_company": {"enterprises_per_class": 1},
    "group": {"enterprises_per_visit": 5},
    "condensed": {"class_days": 0.6},  # all five modules in three days, Indonesia 2015
}
"""Defaults of the fields of :class:`Delivery` by its mode, where they differ from the standard."""


class Delivery(Table):
    """How one module is taught. Standard: SCORE process description, ILO, about 2014."""

    mode: Literal["standard", "classroom", "in_company", "group", "condensed"] = setting(
        "standard",
        "choice",
        "Form of delivery; sets the fields below that are not given: classroom has no visits, in_company one "
        "enterprise a class, group five enterprises a visit, condensed 0.6 class days",
    )
    class_days: float = setting(2.0, "days", "Length of the class of one module", ge=0, le=10)
    visits: int = setting(3, "visits", "On-site visits an enterprise gets for one module", ge=0, le=20)
    visit_months: int = setting(3, "months", "Months over which the visits are spread", ge=1, le=24)
    enterprises_per_class: int = setting(
        5, "enterprises", "Enterprises that share a class (4 to 5 is usual; 1 is in-company)", ge=1, le=10
    )
    enterprises_per_visit: int = setting(
        1, "enterprises", "Enterprises that share a visit (1: each its own; 5: by group)", ge=1, le=10
    )
    trainer_quality: float = setting(0.6, "share", "Mean quality of new trainers, 1 is perfect", ge=0, le=1)

    @model_validator(mode="before")
    @classmethod
    def _defaults_of_the_mode(cls, value: Any) -> Any:
        mode = value.get("mode") if isinstance(value, Mapping) else None
        return {**DELIVERY_MODES.get(mode, {}), **value} if isinstance(mode, str) else value

    @model_validator(mode="after")
    def _something_taught(self) -> Delivery:
        if self.class_days == 0 and self.visits == 0:
            problem = "leaves nothing to deliver, because class_days is 0 too"
            raise fault(problem, "give a class, visits, or both", "visits", value=self.visits)
        return self

    def trainer_days_per_module(self, visit_days: float) -> float:
        """Trainer days that one module takes for one enterprise; `visit_days` is the length of a visit."""
        sharing = min(self.enterprises_per_visit, self.enterprises_per_class)
        return self.class_days / self.enterprises_per_class + self.visits * visit_days / sharing


class Target(Table):
    """Which enterprises may enrol."""

    sectors: Names = setting("all", "names", "Sectors, by code (C18) or English name")
    regions: Names = setting("all", "names", "Provinces, by English name")
    employees: Employees = setting(
        (50, 250), "employees", "Fewest and most employees; SCORE serves 50 to 250"
    )


class SubsidyStep(Table):
    """The subsidy from a month on. The last step that fits enterprise, module and month holds."""

    from_month: int = setting(..., "month", "First month of this subsidy", ge=0, le=600)
    share: float = setting(..., "share", "Share of the price that the programme pays", ge=0, le=1)
    employees: Employees | None = setting(
        None, "employees", "Fewest and most employees of those who get it; not given: all sizes"
    )
    modules: Annotated[tuple[ModuleName, ...], BeforeValidator(as_tuple)] | None = setting(
        None, "modules", "Modules it is paid on; not given: all"
    )

    @model_validator(mode="after")
    def _some_modules(self) -> SubsidyStep:
        if self.modules is not None:
            check_modules(self.modules, "the step holds for no module", "modules")
        return self

    @property
    def is_partial(self) -> bool:
        """Whether it holds for some sizes or modules only."""
        return self.employees is not None or self.modules is not None


class RolloutStep(Table):
    """What changes from a month on: sectors or regions that open, or the number of places."""

    from_month: int = setting(..., "month", "First month of this step", ge=0, le=600)
    sectors: Names | None = setting(None, "names", "Sectors that open; not given: all targeted ones")
    regions: Names | None = setting(None, "names", "Provinces that open; not given: all targeted ones")
    enterprises_per_month: float | None = setting(
        None, "enterprises a month", "New number of places", ge=0, le=1_000_000
    )

    @property
    def opens(self) -> bool:
        """Whether the step opens sectors or regions."""
        return self.sectors is not None or self.regions is not None


class TrainerCourse(Table):
    """Trainings of trainers that the programme pays from a month on; those of several entries add up."""

    from_month: int = setting(..., "month", "First month of these courses", ge=0, le=600)
    to_month: int | None = setting(
        None, "month", "Month from which no more courses are held; not given: to the closing", ge=1, le=600
    )
    places_per_month: float = setting(
        ..., "trainers a month", "Future trainers who take part in the whole country", ge=0, le=1_000
    )
    regions: Names = setting("all", "names", "Provinces that the trainers come from")

    @model_validator(mode="after")
    def _lasts(self) -> TrainerCourse:
        if self.to_month is not None and self.to_month <= self.from_month:
            problem = f"is not after from_month = {self.from_month}, so no course is held"
            raise fault(problem, "let the courses end later", "to_month", value=self.to_month)
        return self


CHANNELS = ("campaign", "dialogue", "buyers", "authority")
"""The fields of :class:`OutreachStep` that tell how many enterprises are informed, by channel."""


class OutreachStep(Table):
    """How many enterprises the programme informs from a month on, by channel."""

    from_month: int = setting(..., "month", "First month of this outreach", ge=0, le=600)
    campaign: float | None = setting(
        None,
        "enterprises a month",
        "Informed by campaigns; not given, here and below: as in the step before, at first 0",
        ge=0,
        le=1_000_000,
    )
    dialogue: float | None = setting(
        None,
        "enterprises a month",
        "Informed through employers' and workers' organisations (social dialogue)",
        ge=0,
        le=1_000_000,
    )
    buyers: float | None = setting(
        None, "enterprises a month", "Suppliers that buyers name", ge=0, le=1_000_000
    )
    authority: float | None = setting(
        None, "enterprises a month", "Asked by the work-safety authority", ge=0, le=1_000_000
    )

    @model_validator(mode="after")
    def _changes_something(self) -> OutreachStep:
        if all(getattr(self, channel) is None for channel in CHANNELS):
            raise fault("changes nothing", f"give some of {', '.join(CHANNELS)}")
        return self
