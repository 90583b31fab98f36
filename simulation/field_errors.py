"""From a failed check of a scenario's table to one message that names file, field, value and remedy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulation.inputs import ExtendedTable, InputError, has_field, nearest, suggestion


@dataclass(frozen=True)
class Setting:
    """What is known of one field of a scenario: its unit, range, default and meaning, all as text."""

    unit: str
    range: str
    default: str
    description: str


def wrong_field(
    errors: Sequence[Mapping[str, Any]], read: ExtendedTable, settings: Mapping[str, Setting]
) -> InputError:
    """The first of pydantic's `errors` as an InputError, with the number of further ones.

    `settings` are the known fields by dotted path, without the positions in lists. The field is named as the
    user wrote it: where a number stands for a list of steps, the number is named.
    """
    error = errors[0]
    rule = error.get("ctx", {}) if "problem" in error.get("ctx", {}) else None
    wanted = (*error["loc"], *rule["field"]) if rule else tuple(error["loc"])
    written = wanted
    while not has_field(read.table, written):
        written = written[:-1]
    if written == wanted:
        value = value_at(read.table, wanted)
    elif rule or error["type"] == "missing":
        value, written = rule and rule["value"], wanted
    else:
        value = value_at(read.table, written)
    path = ".".join(part for part in wanted if isinstance(part, str))
    if rule:
        problem, remedy = rule["problem"], rule["remedy"]
    elif error["type"] == "extra_forbidden":
        problem, remedy = "is not a known field", _known_field(path, settings)
    else:
        problem, remedy = _plain_words(error, value, settings.get(path))
    if len(errors) > 1:
        remedy = f"{remedy.rstrip('.')} ({len(errors) - 1} more to correct after this one)"
    if isinstance(value, Mapping):
        value = None  # a whole table is too long to quote
    return InputError(read.file_of(written), field_name(written), value, problem, remedy)


def field_name(location: Iterable[str | int]) -> str:
    """A place in a scenario file as text, items counted from 1: `programme.rollout[item 2].regions`."""
    name = ""
    for part in location:
        name += f"[item {part + 1}]" if isinstance(part, int) else f".{part}" if name else part
    return name


def value_at(table: Any, location: Iterable[str | int]) -> Any:
    """What nested tables and lists hold at `location`."""
    for key in location:
        table = table[key]
    return table


REPLACED = {
    "trainer_days_per_month": "who can teach now follows from trainers and training_of_trainers; leave it out"
}
"""What to do about fields that scenario files had before the training market."""


def _known_field(name: str, settings: Mapping[str, Setting]) -> str:
    table, _, field = name.rpartition(".")
    if field in REPLACED:
        return REPLACED[field]
    inside = f"{table}." if table else ""
    siblings = {path[len(inside) :].partition(".")[0] for path in settings if path.startswith(inside)}
    homes = [path.rpartition(".")[0] for path in settings if path.rpartition(".")[2] == field]
    if homes and nearest(field, siblings) is None:
        return f"it belongs in [{homes[0]}]" if homes[0] else "it belongs at the top of the file"
    return suggestion(field, sorted(siblings), "fields here", most=20)


def _plain_words(error: Mapping[str, Any], value: Any, setting: Setting | None) -> tuple[str, str]:
    kind, unit = error["type"], setting.unit if setting else ""
    choices = re.findall(r"'([^']*)'", error["ctx"]["expected"]) if kind == "literal_error" else []
    if choices:
        return "is not one of the choices", suggestion(str(value), choices, "choices")
    if unit == "share" and isinstance(value, int | float) and 1 < value <= 100:
        return "is not a share from 0 to 1", f"{value:g} looks like a percentage; write {value / 100:g}"
    number = re.match(r"\s*(-?\d+(?:\.\d+)?)\s*(%?)", value) if isinstance(value, str) else None
    if number and kind.startswith(("int", "float")):
        text = f"{float(number[1]) / 100:g}" if number[2] else number[1]
        return "is text, but a number is needed", f"write {text} without quotes (unit: {unit or 'see field'})"
    words = {
        "missing": "is needed but not given",
        "int": "must be a whole number",
        "float": "must be a number",
        "finite": "must be a finite number",
        "bool": "must be true or false",
        "string": "must be text in quotes",
        "tuple": "must be a list in square brackets",
        "model": "must be a table of fields",
        "dict": "must be a table of fields",
        "literal": "is not possible",
        "greater": "is out of range",
        "less": "is out of range",
    }
    problem = words.get(kind.partition("_")[0]) or error["msg"]
    return problem, f"write {setting.range}" if setting and setting.range else "correct it"
