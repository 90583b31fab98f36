"""Scenario files: finding, reading, adjusting and writing them, and what is known of each field.

Wrong input raises one InputError that names file, field, value and remedy.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from simulation.field_errors import Setting, wrong_field
from simulation.inputs import InputError, read_extended, shown, suggestion
from simulation.programme import Scenario
from simulation.programme_parts import ModuleName

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
    "year": "a year from 1990 to 2100, and give all money in yuan of that year",
    "calendar year": "a year from 1990 to 2100",
    "country": 'a country in quotes, such as "China"',
    "table": "it as a table, with its fields below its name in square brackets",
    "steps": "a list of steps such as [{ from_month = 12, enterprises_per_month = 40 }]",
    "courses": "a list of courses such as [{ from_month = 0, places_per_month = 2 }]",
    "outreach": "a list of steps such as [{ from_month = 0, campaign = 40, dialogue = 10 }]",
    "text": '"text" in quotes',
}
"""What may be written in a field whose range is not two numbers, by unit."""


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "none: must be given"
    if isinstance(info.default, BaseModel):
        return "its fields' defaults"
    if isinstance(info.default, tuple):
        steps = [step for step in info.default if isinstance(step, BaseModel)]
        return shown([step.model_dump(exclude_none=True) for step in steps] or info.default)
    return "not given" if info.default is None else shown(info.default)


def settings_of(table: type[BaseModel], prefix: str = "") -> dict[str, Setting]:
    """Every field of a table and of those inside it by its dotted path."""
    found = {}
    for name, info in table.model_fields.items():
        extra = info.json_schema_extra
        unit = str(extra["unit"]) if isinstance(extra, dict) else ""
        found[prefix + name] = Setting(unit, _range(info, unit), _default(info), info.description or "")
        for inner in _tables_in(info.annotation):
            found.update(settings_of(inner, f"{prefix}{name}."))
    return found


SETTINGS: dict[str, Setting] = settings_of(Scenario)
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
