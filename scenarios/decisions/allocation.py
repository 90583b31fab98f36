"""An allocation from question to answer: experiment, returns, programme, splits, re-simulation.

Values come from training a few enterprises of every cell with every mix
(:mod:`scenarios.decisions.experiment`), with chance taken out (:mod:`.allocation_values`); returns that fall
from training ever more (:mod:`.allocation_returns`); plans from a mixed-integer programme
(:mod:`.allocation_programme`); and plans are simulated again, on fresh enterprises and events under the same
parameter draws (:mod:`.allocation_resimulation`).
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from calibration.belief import belief_of
from scenarios.compare import sample_size
from scenarios.decisions.allocation_cells import Cells, cells_of, trainer_days
from scenarios.decisions.allocation_programme import (
    Plan,
    Problem,
    ShadowPrices,
    shadow_prices,
    solve,
    solve_robust,
    values_of,
)
from scenarios.decisions.allocation_question import Question
from scenarios.decisions.allocation_resimulation import World, resimulated
from scenarios.decisions.allocation_returns import Returns, edges_up_to, returns_of_pair, slopes
from scenarios.decisions.allocation_splits import split
from scenarios.decisions.allocation_values import Scale, Values, values_of_cells
from scenarios.decisions.experiment import Experiment, experiment
from scenarios.decisions.mixes import Mix
from scenarios.decisions.outcomes import NAMES
from scenarios.design import replicate_pairs
from scenarios.progress import SILENT, Progress
from simulation.census import CensusTables, load_census
from simulation.interruption import listening, raise_if_interrupted
from simulation.parameters import PARAMETERS
from simulation.population import Population

FloatArray = NDArray[np.float64]

BACKGROUND_OF_RETURNS = 5_000
"""Enterprises on which falling returns are measured, unless fewer are asked for as background."""


@dataclass(frozen=True, eq=False)
class Allocation:
    """The answer. ``plans`` by name; ``resimulated`` (replicates, plans, [value, yuan, days]).

    The plan "as_measured" is the optimum of values with chance in them: it shows what chance would do.
    ``promised`` (draws, plans) and ``raw`` (draws, plans) are the values that the programme saw and that the
    experiment measured, chance included; ``regret`` (draws, plans) against each draw's own optimum, whose
    shadow prices are ``prices`` by draw. ``draws_done`` of the draws are re-simulated.
    """

    question: Question
    tables: CensusTables
    cells: Cells
    problem: Problem
    values: Values
    returns: Returns
    plans: dict[str, Plan]
    best: ShadowPrices
    prices: list[ShadowPrices]
    promised: FloatArray
    raw: FloatArray
    regret: FloatArray
    resimulated: FloatArray
    discount: FloatArray
    interrupted: bool


def allocate(question: Question, month: int, progress: Progress = SILENT) -> Allocation:
    """Make the plans of ``question`` and simulate them again; ``month`` is when effects are read.

    An interruption of the re-simulation keeps the draws done by then; of what comes before, ends it.
    """
    scenarios, settings = [mix.scenario for mix in question.mixes], question.settings
    tables = load_census(question.scenario.population.tables)
    cells = cells_of(question.scenario, tables, max(1.0, question.least) / question.most)
    assert question.scenario.programme is not None
    capacity = trainer_days(question.scenario.programme, tables, cells, question.years)
    seen = experiment(
        scenarios, cells.groups, settings, month, enterprises=question.enterprises,
        progress=_Part(progress, 0.0, 0.45),
    )  # fmt: skip
    if seen.interrupted:
        raise KeyboardInterrupt("Interrupted before the plans were made: nothing to show")
    returns = _returns(question, tables, cells, _Part(progress, 0.45, 0.25))
    scale = Scale.of(seen.values, NAMES, question.weights)
    measured = _by_draw(np.swapaxes(scale.score(seen.values, NAMES), 1, 2), seen.draws)
    values = values_of_cells(measured, cells.sector, cells.region, cells.output)
    rates = [draw.get("discount_rate", PARAMETERS["discount_rate"].default) for draw in seen.parameters]
    discount = 1.0 / (1.0 + np.array(rates))
    extra = 1.0 + (returns.spill_over() if question.in_yuan else 0.0)
    problem = _problem(question, cells, seen, capacity, returns, values.smoothed * extra, discount)
    lucky = _problem(question, cells, seen, capacity, returns, _filled(measured) * extra, discount)
    plans = _plans(problem, cells, question.robust) | {"as_measured": solve(lucky)}
    draws = range(len(measured))
    own = [solve(problem.under(draw)) for draw in draws]
    promised = np.stack([values_of(problem, plan.enterprises) for plan in plans.values()], axis=1)
    at_best = np.array([values_of(problem.under(d), plan.enterprises)[0] for d, plan in enumerate(own)])
    done, interrupted = _resimulated(question, tables, cells, plans, scale, discount, extra, month, progress)
    return Allocation(
        question, tables, cells, problem, values, returns, plans, shadow_prices(problem, plans["optimum"]),
        [shadow_prices(problem.under(d), plan) for d, plan in enumerate(own)], promised,
        np.stack([values_of(lucky, plan.enterprises) for plan in plans.values()], axis=1),
        np.maximum(0.0, at_best[:, np.newaxis] - promised), done, discount, interrupted,
    )  # fmt: skip


def _by_draw(values: FloatArray, draws: NDArray[np.int64]) -> FloatArray:
    """Means over the replicates of each draw, which come in pairs."""
    assert (draws[0::2] == draws[1::2]).all()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # cells of which nobody was followed stay NaN
        return np.nanmean(values.reshape(-1, 2, *values.shape[1:]), axis=1)


def _filled(values: FloatArray) -> FloatArray:
    """Values (draws, cells, mixes) with what was not measured at the mean of its mix."""
    return np.where(np.isfinite(values), values, np.nanmean(values, axis=1, keepdims=True))


def _problem(
    question: Question,
    cells: Cells,
    seen: Experiment,
    capacity: FloatArray,
    returns: Returns,
    values: FloatArray,
    discount: FloatArray,
) -> Problem:
    """The programme of ``values`` (draws, cells, mixes) in the first year."""
    years = np.arange(question.years)
    edges = edges_up_to(min(1.0, question.most * question.years))
    of_sector = np.bincount(cells.sector, cells.eligible, minlength=len(cells.sectors))
    cost = [np.nanmean(seen.of(name), axis=(0, 2)) for name in ("programme_cost", "trainer_days")]
    return Problem(
        value=values[..., np.newaxis] * discount[:, np.newaxis, np.newaxis, np.newaxis] ** years,
        slopes=slopes(falls_of(question.mixes, returns), edges), widths=np.outer(of_sector, np.diff(edges)),
        sector=cells.sector, region=cells.region, yuan=cost[0], days=cost[1], budget=question.budget,
        capacity=capacity, most=question.most * cells.eligible,
        eligible=min(1.0, question.most * question.years) * cells.eligible, least=question.least,
    )  # fmt: skip


def extremes(short: Sequence[Mix]) -> tuple[int, ...]:
    """Places of the mixes with fewest and most modules, of which falling returns are measured."""
    sizes = [len(mix.modules) for mix in short]
    return tuple(dict.fromkeys((sizes.index(min(sizes)), sizes.index(max(sizes)))))


def falls_of(short: Sequence[Mix], returns: Returns) -> FloatArray:
    """The fall of returns of each mix: between those that were measured, by its number of modules."""
    sizes = [len(mix.modules) for mix in short]
    return np.interp(sizes, [sizes[place] for place in extremes(short)], returns.fall())


def _plans(problem: Problem, cells: Cells, robust: bool) -> dict[str, Plan]:
    """The plans by name."""
    even = 1.0 + 1e-9 * cells.eligible / cells.eligible.max()  # the largest first, where not all get a batch
    found = {"optimum": solve(problem)} | ({"robust": solve_robust(problem)} if robust else {})
    return found | {"equal": split(problem, even), "proportional": split(problem, cells.eligible)}


def _background(question: Question) -> int:
    count, sample = sample_size(question.scenario, question.settings)
    return count if count is not None else max(100, round((sample or 0.0) * 4e6))


def _returns(question: Question, tables: CensusTables, cells: Cells, progress: Progress) -> Returns:
    """Falling returns, on a third of the replicates: the curve is common to all draws."""
    scenarios = [question.mixes[place].scenario for place in extremes(question.mixes)]
    pairs = replicate_pairs(question.settings.replicates, _other_seed(question.settings.seed, 1))
    drawn = belief_of(question.settings.draws).draws(len(pairs), question.settings.seed)
    pairs = pairs[: max(2, len(pairs) // 3)]
    of_sectors = [tables.sectors.index(code) for code in cells.sectors]
    low, high = cells.groups[0].sizes

    def eligible(people: Population) -> NDArray[np.bool_]:
        right = (people.employees >= low) & (people.employees <= high)
        return right & np.isin(people.sector, of_sectors)

    few = question.settings.enterprises is not None or question.settings.sample is not None
    size = min(BACKGROUND_OF_RETURNS, 5 * _background(question)) if few else BACKGROUND_OF_RETURNS
    found = []
    with listening():
        for number, pair in enumerate(pairs):
            raise_if_interrupted()
            tell = partial(_months_told, progress, number, len(pairs))
            threads = question.settings.threads
            found.append(
                returns_of_pair(scenarios, eligible, tables, size, pair, drawn[number], threads, tell)
            )
    return Returns(*(np.array(part) for part in zip(*found, strict=True)))


def _months_told(progress: Progress, before: int, of: int, done: int, months: int) -> None:
    progress.simulated(before + done / months, of)


def _resimulated(
    question: Question,
    tables: CensusTables,
    cells: Cells,
    plans: dict[str, Plan],
    scale: Scale,
    discount: FloatArray,
    extra: float,
    month: int,
    progress: Progress,
) -> tuple[FloatArray, bool]:
    """(replicates, plans, [value, yuan, days]) and whether it was interrupted."""
    scenarios = tuple(mix.scenario for mix in question.mixes)
    world = World(
        tables, cells.groups, scenarios, scenarios[0].months, month, _background(question),
        question.settings.threads,
    )  # fmt: skip
    part = _Part(progress, 0.70, 0.30)
    pairs = replicate_pairs(question.settings.replicates, _other_seed(question.settings.seed, 2))
    drawn = belief_of(question.settings.draws).draws(len(pairs), question.settings.seed)
    found: list[FloatArray] = []
    try:
        with listening():
            for number, pair in enumerate(pairs):
                raise_if_interrupted()
                of_plans = _of_pair(world, plans, scale, float(discount[number]), extra, pair, drawn[number])
                found += list(of_plans)
                part.simulated(number + 1, len(pairs))
    except KeyboardInterrupt:
        if not found:
            raise KeyboardInterrupt(
                "Interrupted before a draw was simulated again: nothing to show"
            ) from None
        return np.array(found), True
    return np.array(found), False


def _of_pair(
    world: World,
    plans: dict[str, Plan],
    scale: Scale,
    discount: float,
    extra: float,
    pair: tuple,
    values: dict[str, float],
) -> FloatArray:
    """(2, plans, 3) of one draw; plans that are the same are simulated once."""
    known: list[tuple[FloatArray, FloatArray]] = []
    for plan in plans.values():
        same = [done for other, done in known if np.array_equal(other, plan.enterprises)]
        done = same[0] if same else resimulated(
            world, plan.enterprises, scale, discount, extra, pair, values
        )  # fmt: skip
        known.append((plan.enterprises, done))
    return np.stack([done for _, done in known], axis=1)


def _other_seed(seed: int, purpose: int) -> int:
    """The root of chance of another part of the work, so that its enterprises and events are fresh."""
    return int(np.random.SeedSequence([seed, 7001, purpose]).generate_state(1)[0])


@dataclass(frozen=True)
class _Part(Progress):
    """A part of the work, told as its share of the whole."""

    whole: Progress
    start: float
    share: float

    def simulated(self, done: float, of: float) -> None:
        self.whole.simulated(self.start + self.share * done / of, 1.0)
