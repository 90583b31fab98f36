"""Trials: who took part in a study, what its arms got, what was measured, and what was published.

A trial file (TOML) describes one study so that :mod:`calibration.trial` can repeat it in the model: the
same doses to enterprises like the study's, the same outcomes after as many months, the same estimator. What
studies leave unsaid about their arms is assumed once for all of them, in ``ASSUMED``.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, ValidationError, field_validator, model_validator

from calibration.estimators import Estimator, Scale
from simulation.field_errors import wrong_field
from simulation.inputs import InputError, read_extended, suggestion
from simulation.programme import check_parameters, flattened
from simulation.programme_parts import Employees, ModuleName, Table, as_tuple, fault, setting
from simulation.scenario_files import settings_of

MEASURES = {
    "practices": "share of practices in use, mean of the modules that the trial teaches",
    "practices.quality": "share of quality practices in use",
    "practices.cleaner_production": "share of productivity and cleaner-production practices in use",
    "practices.safety": "share of safety practices in use",
    "practices.cooperation": "share of cooperation practices in use",
    "practices.human_resources": "share of human-resource practices in use",
    "productivity": "value added per hour worked",
    "output": "gross output",
    "sales": "good output",
    "profit": "profit",
    "employment": "workers",
    "defects": "defective share of output",
    "injuries": "injuries per worker",
    "turnover": "separations per worker",
    "absence": "absence per worker",
    "energy": "energy per unit of output",
}
"""What a trial may measure of an enterprise, over the months of its window."""

UNTRAINED = "none"
"""The arm that gets nothing; every trial has it."""

OUTCOME_CLASSES = {
    "practices": "practices",
    "productivity": "productivity", "output": "scale", "sales": "scale", "profit": "profit",
    "employment": "scale", "defects": "defects", "injuries": "injuries", "turnover": "turnover",
    "absence": "absence", "energy": "energy",
}  # fmt: skip
"""Class of a measure: errors are pooled and forecasts compared within it."""

ASSUMED = {
    "hours_per_visit": 6.0,  # consulting hours of studies become visits of this length
    "trainer_quality": 0.7,  # of consultants and trainers of studies; programmes' own trainers have 0.6
    "visits_per_month": 8,  # at most: what managers can take part in
}
"""What studies leave unsaid about their arms, assumed once for all of them."""


def _known_measure(value: str) -> str:
    if value not in MEASURES:
        raise fault("is not a measure", suggestion(value, MEASURES, "measures", most=len(MEASURES)))
    return value


class Participants(Table):
    """Enterprises like those that took part."""

    sector: str = setting(..., "sector", "Division by code (C17): the study's, or the nearest")
    employees: Employees = setting(..., "employees", "Fewest and most employees")
    number: int = setting(..., "enterprises", "Enterprises or plants of the study", ge=1, le=1_000_000)
    simulated: int = setting(
        120, "enterprises", "Enterprises simulated; more than the study's lower chance", ge=20, le=20_000
    )


class Course(Table):
    """What an arm gets of one module: class days at the start, visits spread over months."""

    module: ModuleName = setting(..., "module", "Module whose practices are taught")
    month: int = setting(0, "month", "Month of the class and of the first visit", ge=0, le=600)
    class_days: float = setting(0.0, "days", "Days of class", ge=0, le=30)
    hours: float = setting(
        0.0, "hours", "Consulting on site; becomes visits (see assumptions)", ge=0, le=5_000
    )
    visits: int = setting(0, "visits", "Visits on site, besides those that hours become", ge=0, le=200)
    months: int = setting(1, "months", "Months over which visits are spread", ge=1, le=120)
    enterprises_per_visit: int = setting(1, "enterprises", "Enterprises that share a visit", ge=1, le=10)
    trainer_quality: float | None = setting(
        None, "share", "Quality of trainers, 1 is perfect; not given: the shared assumption", ge=0, le=1
    )

    @property
    def all_visits(self) -> int:
        """Visits, with those that hours become."""
        return self.visits + round(self.hours / ASSUMED["hours_per_visit"])

    @model_validator(mode="after")
    def _something(self) -> Course:
        if self.class_days == 0 and self.all_visits == 0:
            raise fault("teaches nothing", "give class_days, hours or visits", "module", value=self.module)
        most = int(ASSUMED["visits_per_month"]) * self.months
        if self.all_visits > most:
            problem = f"makes {self.all_visits} visits in {self.months} months, more than the {most} possible"
            raise fault(problem, "spread them over more months", "months", value=self.months)
        return self


class Outcome(Table):
    """One published effect: measure, arms compared, window, estimator, estimate."""

    name: str = setting(..., "text", "Short name, unique within the trial")
    measure: Annotated[str, AfterValidator(_known_measure)] = setting(..., "choice", "What was measured")
    treated: str = setting(..., "arm", "Arm whose outcome is compared")
    control: str = setting(UNTRAINED, "arm", "Arm that it is compared with; none: untrained")
    from_month: int = setting(..., "month", "First month of the window, counted from the start", ge=0, le=600)
    to_month: int = setting(..., "month", "Last month of the window, included", ge=0, le=600)
    estimator: Estimator = setting(
        "difference", "choice", "Means of the arms; less their difference before; or given the baseline"
    )
    scale: Scale = setting(
        ...,
        "choice",
        "Unit of the effect: level; points (of 100); log; percent of the control arm's mean; control arm's "
        "standard deviations",
    )
    published: float = setting(..., "as scale", "Published effect; with direction_only 1, 0 or -1")
    standard_error: float | None = setting(
        None, "as scale", "Published standard error; not given: assumed", gt=0
    )
    direction_only: bool = setting(False, "true or false", "Only the sign was published")
    source: str = setting(..., "text", "Where the estimate was read")
    confidence: str = setting(..., "grade", "SEEN, SEEN_DERIVED, RECALLED_HIGH, RECALLED_MED or RECALLED_LOW")

    @property
    def outcome_class(self) -> str:
        """Class within which errors are pooled (``OUTCOME_CLASSES``)."""
        return OUTCOME_CLASSES[self.measure.partition(".")[0]]

    @model_validator(mode="after")
    def _fits_together(self) -> Outcome:
        if self.to_month < self.from_month:
            problem = f"is before from_month = {self.from_month}"
            raise fault(problem, "let the window end later", "to_month", value=self.to_month)
        if self.direction_only and self.published not in (-1.0, 0.0, 1.0):
            remedy = "write 1, 0 or -1, or leave direction_only out"
            raise fault("is not a direction", remedy, "published", value=self.published)
        return self


class Trial(Table):
    """One study."""

    name: str = setting(..., "text", "Short name, used in tables and figures")
    study: str = setting(..., "text", "Authors and year")
    country: str = setting(..., "text", "Where it took place")
    title: str = setting("", "text", "One line for people")
    set: Literal["calibration", "validation"] = setting(
        ..., "choice", "Whether the model may be fitted to it, or is only judged by it"
    )
    experiment: bool = setting(True, "true or false", "Assignment was random")
    participants: Participants = setting(..., "table", "Enterprises that took part")
    parameters: dict[str, float] = setting(
        {}, "model parameters", "Facts of the participants at the start, instead of China's"
    )
    arms: dict[str, Annotated[tuple[Course, ...], BeforeValidator(as_tuple)]] = setting(
        ..., "courses", "What each arm got; the untrained arm none is always there"
    )
    outcomes: Annotated[tuple[Outcome, ...], BeforeValidator(as_tuple)] = setting(
        ..., "outcomes", "What was published"
    )
    notes: str = setting("", "text", "What was assumed of this study alone")

    @property
    def modules(self) -> tuple[ModuleName, ...]:
        """Modules that some arm teaches: those whose practices its score of practices holds."""
        taught = {course.module for courses in self.arms.values() for course in courses}
        return tuple(name for name in get_args(ModuleName) if name in taught)

    @property
    def months(self) -> int:
        """Months to simulate after the start."""
        return 1 + max(outcome.to_month for outcome in self.outcomes)

    @field_validator("parameters", mode="before")
    @classmethod
    def _flat(cls, value: Any) -> Any:
        return dict(flattened(value)) if isinstance(value, Mapping) else value

    @model_validator(mode="after")
    def _fits_together(self) -> Trial:
        check_parameters(self.parameters)
        names = [outcome.name for outcome in self.outcomes]
        for number, outcome in enumerate(self.outcomes):
            for side in ("treated", "control"):
                arm = getattr(outcome, side)
                if arm not in self.arms and arm != UNTRAINED:
                    remedy = f"name one of {', '.join([UNTRAINED, *self.arms])}"
                    raise fault("is not an arm of this trial", remedy, "outcomes", number, side, value=arm)
            if outcome.treated == outcome.control:
                problem = "is compared with itself"
                raise fault(problem, "name another control", "outcomes", number, "treated", value=arm)
            if names.count(outcome.name) > 1:
                raise fault(
                    "names two outcomes", "name each once", "outcomes", number, "name", value=outcome.name
                )
        return self


TRIAL_SETTINGS = settings_of(Trial)
"""Every field of a trial by its dotted path: unit, range, default, meaning."""


def shipped_trials() -> dict[str, Path]:
    """Files of the trials that come with the software, by name, in alphabetical order."""
    folder = Path(str(resources.files("calibration"))) / "trials"
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def load_trial(path: str | Path) -> Trial:
    """The trial of a file, every field checked; InputError names file, field, value and remedy."""
    file = Path(path)
    read = read_extended(file, shipped_trials())
    table = {key: value for key, value in read.table.items() if key != "extends"}
    table.setdefault("name", file.stem)
    try:
        return Trial.model_validate(table)
    except ValidationError as error:
        raise wrong_field(error.errors(include_url=False), read, TRIAL_SETTINGS) from None


def load_trials(folder: str | Path | None = None) -> list[Trial]:
    """All trials of a folder (the shipped ones if none is given), in the order of their files' names."""
    files = list(shipped_trials().values()) if folder is None else sorted(Path(folder).glob("*.toml"))
    if not files:
        raise InputError(None, "--trials", str(folder), "holds no trial", "give a folder with .toml files")
    return [load_trial(file) for file in files]
