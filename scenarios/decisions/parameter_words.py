"""Parameters in words: their unit, submodel and evidence grade, and values that a planner reads."""

from __future__ import annotations

import math

from scenarios.decisions.mixes import ADAPTIVE, SHORT
from simulation.parameters import MODULES, PARAMETERS

PLAIN_UNITS = ("1", "0..1", "share")
"""Units that say nothing beside a number."""

GRADES = {
    "SEEN": "read in a source", "SEEN_DERIVED": "derived from a source that was read",
    "RECALLED_HIGH": "recalled with high confidence", "RECALLED_MED": "recalled with medium confidence",
    "RECALLED_LOW": "recalled with low confidence", "ASSUMPTION": "assumption",
}  # fmt: skip
"""Evidence grades of the registry, in words."""


def unit_of(name: str) -> str:
    """The parameter's unit; "" if this version has no such parameter."""
    return PARAMETERS[name].unit if name in PARAMETERS else ""


def submodel_of(name: str) -> str:
    """The part of the model that the parameter belongs to, "other" if this version has no such parameter."""
    return PARAMETERS[name].submodel if name in PARAMETERS else "other"


def grade_of(name: str) -> str:
    """The grade of the evidence behind the parameter's prior."""
    return PARAMETERS[name].confidence if name in PARAMETERS else ""


def meaning_of(name: str) -> str:
    """What the parameter is, to go on a sentence with."""
    meaning = PARAMETERS[name].meaning if name in PARAMETERS else ""
    meaning = meaning[:1].lower() + meaning[1:] if meaning[1:2].islower() else meaning
    module = SHORT.get(name.partition(".")[2])
    return f"{meaning} (module {module})" if meaning and module else meaning


def value_text(name: str, value: float) -> str:
    """A value of the parameter with three significant digits and its unit: "0.12", "2.4 days"."""
    text = f"{value:,.3g}" if abs(value) < 1000.0 else f"{float(f'{value:.3g}'):,.0f}"
    unit = unit_of(name)
    return text if unit in ("", *PLAIN_UNITS) else f"{text} {unit}"


def range_text(name: str, low: float, high: float) -> str:
    """A restriction in words, ``low`` or ``high`` being infinite where there is none: "is below 0.12"."""
    if math.isinf(low):
        return f"is below {value_text(name, high)}"
    if math.isinf(high):
        return f"is above {value_text(name, low)}"
    return f"is between {value_text(name, low).split(' ')[0]} and {value_text(name, high)}"


def option_title(name: str) -> str:
    """An option for people: "cooperation, safety" for a mix of modules; other names as they are."""
    mix, *variant = name.split(", ")
    modules = mix.split("+")
    if mix == ADAPTIVE:
        title = "largest gap first"
    elif not set(modules) <= set(SHORT):
        return name
    else:
        title = "all five modules" if len(modules) == len(MODULES) else ", ".join(SHORT[m] for m in modules)
    return f"{title} ({', '.join(variant)})" if variant else title
