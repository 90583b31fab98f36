"""A model as a tree of text: whom it holds, its programme, its parameters, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from simulation.indicators import INDICATORS, LEADING, WINDOW

if TYPE_CHECKING:
    from simulation.model import ScoreModel


def model_tree(model: ScoreModel) -> str:
    """The tree that ``print(model)`` shows."""
    scenario = model.run.scenario
    title = f" ({scenario.title})" if scenario.title not in ("", scenario.name) else ""
    lines = [f"ScoreModel of {scenario.name}{title}"]
    lines.append(f"├── time: month {model.month} of {model.months}; seed {model.seed}")
    nation = model.run.population.totals()["enterprises"].sum()
    lines.append(
        f"├── population: {len(model.enterprises):,} enterprises with {len(model.workers):,} workers; "
        f"at the start they stood for {nation:,.0f} enterprises"
    )
    lines.append(f"├── programme: {_programme(model)}")
    changed = ", ".join(f"{name} = {value:g}" for name, value in model.changed.items())
    lines.append(f"├── parameters: {changed or 'all at their defaults'}")
    lines.extend(_leading(model))
    return "\n".join(lines)


def _programme(model: ScoreModel) -> str:
    programme = model.run.scenario.programme
    if programme is None:
        return "none"
    done = model.programme_totals()
    shares = list(dict.fromkeys(f"{step.share:.0%}" for step in programme.subsidy))
    return (
        f"{len(programme.modules)} modules at {programme.price_per_module:,.0f} yuan, subsidy "
        f"{' then '.join(shares)}; so far {done['enterprises_reached']:,.0f} enterprises reached, "
        f"{done['modules_taken']:,.0f} modules, {done['programme_cost']:,.0f} yuan"
    )


def _leading(model: ScoreModel) -> Iterable[str]:
    if model.month == 0:
        yield "└── indicators: none before the first month"
        return
    months = min(WINDOW, model.month)
    yield "└── indicators of the last " + (f"{months} months" if months > 1 else "month")
    names = [name for name in LEADING if name in INDICATORS]
    for name in names:
        known = INDICATORS[name]
        branch = "└──" if name == names[-1] else "├──"
        yield f"    {branch} {known.label}: {model.indicators()[name]:,.1f} {known.unit}"
