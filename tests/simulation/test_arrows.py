"""Every arrow of the table, moved: cause and parameter move the effect, and a neutral parameter stops it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import pytest

from simulation.arrows import ARROWS, BY_DEFINITION, Arrow
from simulation.parameters import PARAMETERS, parameter_record
from simulation.world import Run, build_world
from tests.simulation.arrow_causes import CAUSES, SCENARIO, START_MONTH, STATE
from tests.simulation.arrow_effects import ENGINE, UNITS, VALUATION, valued
from tests.simulation.arrow_market_effects import MARKET_EFFECTS
from tests.simulation.arrow_programmes import AT_WORK, BUSY
from tests.simulation.small_runs import (
    View,
    finished,
    small_run,
    small_scenario,
    view,
)

pytestmark = pytest.mark.xdist_group("arrows")  # one process: what they share is made once

EFFECTS = ENGINE | MARKET_EFFECTS

ROUNDING = 1e-4
"""What may be left of a response at the neutral value, relative to the response: single-precision panels."""

RUNS_OF_A_WORLD = 150
"""Runs laid out at once, which bounds memory."""

LIVELY = {"productivity_shock": 0.05, "employment_response": 0.4}
LIVELY |= {"belief_start": 0.008, "trainer_days": 3.0, "trainer_leaving": 0.6, "trainers_per_provider": 1.0}
"""Larger shocks to which employment answers, so that enterprises shed workers too; a market that thrives."""

VALUED_ONLY = {"injury_social_cost", "carbon_price", "discount_rate", "emission_factor"}
"""Parameters that enter the net benefit and not the simulation."""


@dataclass(frozen=True)
class Trial:
    """One run: an effect, its cause on one side, and some parameters."""

    effect: str
    cause: str
    up: bool
    parameters: tuple[tuple[str, float], ...] = ()


def low_and_high(name: str) -> tuple[float, float]:
    """Values on either side of the default: prior quantiles, or half and one and a half times a fixed one."""
    parameter = PARAMETERS[name]
    if parameter.is_free:
        low, high = parameter.quantile(np.array([0.05, 0.95]))
        return float(low), float(high)
    return max(parameter.low, 0.5 * parameter.default), min(parameter.high, 1.5 * parameter.default)


def neutral(arrow: Arrow) -> tuple[tuple[str, float], ...]:
    """Parameters at which neither this arrow nor any other from its cause to its effect is left."""
    same = [x for x in ARROWS if (x.cause, x.effect) == (arrow.cause, arrow.effect) and x.parameter]
    return tuple(sorted({(x.parameter, x.neutral) for x in same if x.neutral is not None}))


def trials(arrow: Arrow) -> dict[str, Trial]:
    """The runs that an arrow is judged by, by name."""
    sides = [(True, "with")] if not arrow.cause else [(False, "without"), (True, "with")]
    settings = {"default": ()}
    if arrow.parameter:
        low, high = low_and_high(arrow.parameter)
        settings = {"low": ((arrow.parameter, low),), "high": ((arrow.parameter, high),)}
        if arrow.neutral is not None:
            settings["neutral"] = neutral(arrow)
    return {
        f"{name} {side}": Trial(arrow.effect, arrow.cause, up, given)
        for name, given in settings.items()
        for up, side in sides
    }


def run_of(trial: Trial) -> Run:
    effect = EFFECTS[trial.effect]
    programme = dict(effect.programme)
    if trial.cause in SCENARIO:
        programme |= SCENARIO[trial.cause][trial.up]
    start = START_MONTH.get(trial.cause, (5, 5))[trial.up]
    scenario = small_scenario(effect.lead + effect.months, programme, start_month=start)
    return small_run(scenario, dict(trial.parameters))


def measured(chosen: list[Trial]) -> Iterator[float]:
    """The effects in runs of one length and lead, laid out in one world."""
    world = build_world([run_of(trial) for trial in chosen])
    for _ in range(length(chosen[0])[0]):
        world.step()
    views = [view(world, index) for index in range(len(chosen))]
    before = []
    for trial, mine in zip(chosen, views, strict=True):
        EFFECTS[trial.effect].prepare(mine)
        if trial.cause in STATE:
            STATE[trial.cause](mine, trial.up)
        before.append(mine.snapshot())
    world.run()
    for trial, start, end in zip(chosen, before, views, strict=True):
        yield EFFECTS[trial.effect].measure(start, end)


def length(trial: Trial) -> tuple[int, int]:
    """Months before the cause is moved, and from then on."""
    return EFFECTS[trial.effect].lead, EFFECTS[trial.effect].months


@pytest.fixture(scope="module")
def outcomes() -> dict[Trial, float]:
    """The effect in every run that any arrow needs."""
    needed = dict.fromkeys(trial for arrow in ARROWS for trial in trials(arrow).values())
    found = {}
    simulated = []
    for trial in needed:
        if trial.effect in VALUATION:
            record = parameter_record(dict(trial.parameters))
            found[trial] = valued(trial.effect, trial.cause, trial.up, record)
        else:
            simulated.append(trial)
    simulated.sort(key=length)
    for _, group in groupby(simulated, key=length):
        alike = list(group)
        for first in range(0, len(alike), RUNS_OF_A_WORLD):
            part = alike[first : first + RUNS_OF_A_WORLD]
            found.update(zip(part, measured(part), strict=True))
    return found


def responses(arrow: Arrow, outcomes: dict[Trial, float]) -> dict[str, float]:
    """How far the cause moves the effect (or the effect itself, for a level), by setting of the parameter."""
    values = {name: outcomes[trial] for name, trial in trials(arrow).items()}
    settings = dict.fromkeys(name.split()[0] for name in values)
    return {name: values[f"{name} with"] - values.get(f"{name} without", 0.0) for name in settings}


@pytest.mark.parametrize("arrow", ARROWS, ids=lambda arrow: f"{arrow.id} {arrow.cause}-{arrow.effect}")
def test_arrow_moves_its_effect(arrow, outcomes):
    response = responses(arrow, outcomes)
    assert np.isfinite(list(response.values())).all()
    if not arrow.parameter:
        assert arrow.sign * response["default"] > 0.0
        return
    moved = arrow.sign * (response["high"] - response["low"])
    assert moved > 0.0, response
    if arrow.neutral is not None:
        assert abs(response["neutral"]) <= ROUNDING * moved, response


def test_every_parameter_has_an_arrow():
    assert {arrow.parameter for arrow in ARROWS} - {""} == set(PARAMETERS)


def test_grades_are_those_of_the_registry():
    for arrow in ARROWS:
        expected = PARAMETERS[arrow.parameter].confidence if arrow.parameter else BY_DEFINITION
        assert arrow.grade == expected, arrow.id


def test_arrows_are_well_formed():
    assert len({arrow.id for arrow in ARROWS}) == len(ARROWS)
    assert len({(x.cause, x.effect, x.parameter) for x in ARROWS}) == len(ARROWS)
    for arrow in ARROWS:
        assert arrow.sign in (-1, 1), arrow.id
        assert arrow.cause or arrow.parameter, arrow.id
        if arrow.parameter and arrow.neutral is not None:
            parameter = PARAMETERS[arrow.parameter]
            assert parameter.low <= arrow.neutral <= parameter.high, arrow.id


def test_every_cause_and_effect_is_of_the_table():
    assert {arrow.cause for arrow in ARROWS} - {""} == CAUSES | set(UNITS)
    assert {arrow.effect for arrow in ARROWS} == {*EFFECTS, *VALUATION}


def recorded(mine: View) -> bytes:
    """All that a run puts out: national sums, the market's accounts, and what its enterprises reported."""
    reports = [mine.enterprises[name] for name in ("baseline_report", "endline_report", "reports")]
    return b"".join(values.tobytes() for values in (mine.sums, mine.market, *reports))


@pytest.mark.slow
def test_no_parameter_is_decoration():
    """Every parameter of the simulation changes what a run with a programme puts out."""
    names = [name for name in PARAMETERS if name not in VALUED_ONLY]
    scenario = small_scenario(24, BUSY)
    first, again = finished([small_run(scenario, LIVELY) for _ in range(2)])
    assert recorded(first) == recorded(again)
    for side in (1, 0):  # one that tips a rare decision may tip none on one side
        changed = [small_run(scenario, LIVELY | {name: low_and_high(name)[side]}) for name in names]
        runs = finished(changed) if changed else []
        names = [x for x, mine in zip(names, runs, strict=True) if recorded(mine) == recorded(first)]
    assert names == []


def test_costs_enter_the_valuation_alone():
    scenario = small_scenario(12, AT_WORK)
    values = {name: low_and_high(name)[1] for name in VALUED_ONLY}
    first, other = finished([small_run(scenario, x) for x in ({}, values)])
    assert recorded(first) == recorded(other)
    for name in VALUED_ONLY:
        arrow = next(x for x in ARROWS if x.parameter == name)
        low, high = (parameter_record({name: value}) for value in low_and_high(name))
        assert valued(arrow.effect, arrow.cause, True, low) != valued(arrow.effect, arrow.cause, True, high)
