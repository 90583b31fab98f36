"""An experiment in the model: what a scenario's training does in each of many groups of enterprises.

A rollout reaches too few enterprises of a sector or region to tell them apart. Here a few enterprises of
every group (a sector, a region, both) get the scenario's training at once, as it is delivered there, and are
laid beside themselves without it. They are a handful among the nation's, one to one, so that what the
training of one more enterprise does is seen, and not what training a whole sector would do to its prices.

What the experiment gives besides: trainers are there from the first month, in every region as many as its
enterprises need, and each may teach every module; nobody is informed or pays for trainings of trainers, whose
cost is left out. And nobody chooses: to a scenario's market come larger enterprises with more value added,
which take more modules, so that its net benefit per enterprise trained is about twice that of an experiment.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from calibration.belief import belief_of
from calibration.prior import record_of
from scenarios.compare import Settings, sample_size
from scenarios.decisions.groups import Group
from scenarios.decisions.objectives import OUTCOMES
from scenarios.decisions.outcomes import NAMES
from scenarios.decisions.training_at_once import at_hand, at_once, without_programme
from scenarios.design import Replicate, replicate_pairs
from scenarios.progress import SILENT, Progress
from simulation import accounts as a
from simulation.batch import RunResult, simulate
from simulation.census import load_census
from simulation.effects import (
    PairedSums,
    SharedCosts,
    discounted_difference,
    net_benefit,
    paired_sums,
)
from simulation.indicators import INDICATORS, WINDOW
from simulation.inputs import InputError
from simulation.interruption import listening, raise_if_interrupted
from simulation.population import Population, draw_population, entry_settings
from simulation.programme import Scenario
from simulation.world import Run

FloatArray = NDArray[np.float64]

ENTERPRISES_A_GROUP = 40
"""Enterprises trained in each group of an experiment, unless said otherwise."""


@dataclass(frozen=True, eq=False)
class Experiment:
    """What each scenario's training did in each group.

    Attributes:
        scenarios, groups: names, in the order of the axes.
        values: (replicates, scenarios, groups, outcomes in the order of ``NAMES``). ``trained``,
            ``total_...``, ``programme_cost`` and ``trainer_days`` are per enterprise trained; NaN: undefined.
        percents: (replicates, scenarios, groups, indicators in the order of ``INDICATORS``): effects in % of
            what the same enterprises had without training.
        by_size: (replicates, scenarios, groups, sizes, outcomes): the same enterprises as ``values``, apart
            by the employees with which they started.
        started: (replicates, scenarios, groups): share of the group's enterprises that sat in a class.
        draws: number of the parameter draw of each replicate; 2k and 2k + 1 share one,
            and neither enterprises nor events.
        parameters: the draws' values by name.
        month: months since the first class at which effects are read.
        interrupted: whether there are fewer replicates than asked for.

    """

    scenarios: tuple[str, ...]
    groups: tuple[str, ...]
    values: FloatArray
    percents: FloatArray
    by_size: FloatArray
    started: FloatArray
    draws: NDArray[np.int64]
    parameters: Sequence[dict[str, float]]
    month: int
    interrupted: bool = False

    def of(self, name: str) -> FloatArray:
        """One outcome (replicates, scenarios, groups)."""
        return self.values[..., NAMES.index(name)]


def experiment(
    scenarios: Sequence[Scenario],
    groups: Sequence[Group],
    settings: Settings,
    month: int,
    *,
    enterprises: int = ENTERPRISES_A_GROUP,
    split: Sequence[int] = (),
    progress: Progress = SILENT,
) -> Experiment:
    """Train ``enterprises`` of every group as each scenario does; all share parameters and events.

    ``split`` divides the sizes for ``by_size``: the employees at which the second and later ones begin. A
    group comes with whole clusters, so that it may hold a few enterprises more, and fewer where the nation
    has no more. The scenarios must share their world (months, parameters, prices). An interruption ends it
    with the pairs of replicates that are finished; KeyboardInterrupt where none is. Raises InputError where
    ``month`` is no year's end or the run is too short for it; money is NaN where the run ends before the
    follow-up does (:func:`months_needed`).
    """
    base = without_programme(scenarios[0])
    _check(base, month, scenarios)
    tables = load_census(base.population.tables)
    arms = [at_once(scenario, groups, enterprises, tables) for scenario in scenarios]
    strata = tuple(group.stratum(enterprises) for group in groups)
    pairs = replicate_pairs(settings.replicates, settings.seed, others=True)
    draws = belief_of(settings.draws).draws(len(pairs), settings.seed)
    count, sample = sample_size(base, settings)

    @lru_cache(maxsize=2)
    def population(seed: int) -> Population:
        return draw_population(
            tables, enterprises=count, sample=sample, months=base.months, seed=seed, programme=strata,
            **entry_settings(base.parameters),
        )  # fmt: skip

    found: list[Found] = []
    interrupted = False
    try:
        with listening():
            for number, pair in enumerate(pairs):
                raise_if_interrupted()
                people = [population(replicate.population_seed) for replicate in pair]
                tell = partial(_tell, progress, number, len(pairs))
                found += _pair(
                    base, arms, Asked(groups, month, tuple(split)), pair, people, draws[number],
                    settings.threads, tell,
                )  # fmt: skip
    except KeyboardInterrupt:
        interrupted = True
    if not found:
        raise KeyboardInterrupt("Interrupted before a pair of replicates was finished: nothing to show")
    done = len(found) // 2
    values, percents, by_size, started = (np.array(part) for part in zip(*found, strict=True))
    return Experiment(
        scenarios=tuple(scenario.name for scenario in scenarios),
        groups=tuple(group.name for group in groups),
        values=values, percents=percents, by_size=by_size, started=started,
        draws=np.repeat(np.arange(done), 2), parameters=draws[:done], month=month, interrupted=interrupted,
    )  # fmt: skip


Found = tuple[FloatArray, FloatArray, FloatArray, FloatArray]
"""What is kept of a replicate: ``values``, ``percents``, ``by_size``, ``started`` of :class:`Experiment`."""


@dataclass(frozen=True)
class Asked:
    """What is looked at: groups, months since the first class, and where sizes are split."""

    groups: Sequence[Group]
    month: int
    split: tuple[int, ...]


def _tell(progress: Progress, before: int, pairs: int, done: int, of: int) -> None:
    progress.simulated(before * of + done, pairs * of)


def _check(base: Scenario, month: int, scenarios: Sequence[Scenario]) -> None:
    if any(scenario.programme is None for scenario in scenarios):
        name = next(scenario.name for scenario in scenarios if scenario.programme is None)
        raise InputError(name, "programme", None, "there is none, so nobody can be trained", "choose another")
    last = (base.months - BEGUN_WITHIN) // WINDOW * WINDOW
    if month < WINDOW or month % WINDOW:
        remedy = "write 12, 24 or another number of whole years"
        raise InputError(None, "--month", month, "is not a number of whole years", remedy)
    if month > last:
        problem = f"is too late for a run of {base.months} months, of which the first {BEGUN_WITHIN} go by "
        problem += "until all have sat in a class"
        enough = f"--months {month + BEGUN_WITHIN} or more"
        remedy = f"write {last} or less, or {enough}" if last >= WINDOW else f"write {enough}"
        raise InputError(None, "--month", month, problem, remedy)


BEGUN_WITHIN = 6
"""Months within which (nearly) everybody has begun: one to be enrolled, and some until a class is full."""


def months_needed(scenario: Scenario, month: int) -> int:
    """Months to simulate for effects ``month`` months after the first class, and for the whole follow-up."""
    follow_up = 0 if scenario.programme is None else scenario.programme.follow_up_months
    return BEGUN_WITHIN + max(month, follow_up)


def _pair(
    base: Scenario,
    arms: Sequence[Scenario],
    asked: Asked,
    pair: tuple[Replicate, Replicate],
    people: Sequence[Population],
    values: dict[str, float],
    threads: int | None,
    after_month: Callable[[int, int], None],
) -> list[Found]:
    """What is kept of both replicates of a pair."""
    runs = []
    for replicate, population in zip(pair, people, strict=True):
        chosen = _chosen(population, asked.groups)
        for scenario in (base, *arms):
            eligible = chosen if scenario.programme is not None else np.zeros(population.n, np.bool_)
            record = record_of(at_hand(values), scenario)
            seeds = replicate.population_seed, replicate.event_seed
            runs.append(Run(scenario, population, record, *seeds, eligible, chosen))
    flat = simulate(runs, threads=threads, after_month=after_month, panel_only=True)
    each = 1 + len(arms)
    halves = (flat[:each], flat[each:])
    return [_kept([_outcomes(arm, half[0], asked) for arm in half[1:]]) for half in halves]


def _kept(arms: Sequence[Found]) -> Found:
    values, percents, by_size, started = (np.array(part) for part in zip(*arms, strict=True))
    return values, percents, by_size, started


def _chosen(population: Population, groups: Sequence[Group]) -> NDArray[np.bool_]:
    """Who is trained: those of the groups' strata, of their sizes, that are there from the start."""
    member = population.stratum > 0
    return member & of_size(population, groups) & population.incumbent


def of_size(population: Population, groups: Sequence[Group]) -> NDArray[np.bool_]:
    """Which enterprises have a size that their stratum's group trains."""
    low = np.array([1, *(group.sizes[0] for group in groups)])[population.stratum]
    high = np.array([0, *(group.sizes[1] for group in groups)])[population.stratum]
    return (population.employees >= low) & (population.employees <= high)


def _outcomes(arm: RunResult, base: RunResult, asked: Asked) -> Found:
    """What is kept of one scenario in one replicate, by group."""
    assert arm.run.panel is not None
    rows, population = np.flatnonzero(arm.run.panel), arm.run.population
    group = population.stratum[rows].astype(np.int64) - 1
    size = np.searchsorted(asked.split, population.employees[rows], side="right")
    first_class = arm.panel_enterprises["first_class_month"].astype(np.int64)
    start = np.where(first_class >= 0, first_class + 1, -1)
    n, sizes = len(asked.groups), 1 + len(asked.split)
    cell = n + group * sizes + size  # groups come first, then their sizes
    n_levels = n + n * sizes
    levels = np.stack([group, cell], axis=1)
    sums = paired_sums(arm.panel, base.panel, start, np.ones(len(rows)), levels, n_levels)
    found = np.full((n_levels, len(NAMES)), np.nan)
    percents = np.full((n_levels, len(INDICATORS)), np.nan)
    for number, (name, (effect, percent)) in enumerate(_effects(sums, asked.month).items()):
        found[:, NAMES.index(name)] = effect
        percents[:, number] = percent
    for number in range(n_levels):
        here = (group if number < n else cell) == number
        for name, value in _money(arm, base, np.where(here, first_class, -1)).items():
            found[number, NAMES.index(name)] = value
    members = np.bincount(group, minlength=n)
    with np.errstate(invalid="ignore"):
        started = np.bincount(group, first_class >= 0, minlength=n) / members
    return found[:n], percents[:n], found[n:].reshape(n, sizes, -1), started


def outcomes_by_group(arm: RunResult, base: RunResult, groups: Sequence[Group], month: int) -> FloatArray:
    """(groups, outcomes) of a scenario beside its baseline; NaN where nobody of a group was trained."""
    return _outcomes(arm, base, Asked(tuple(groups), month, ()))[0]


def _effects(sums: PairedSums, month: int) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Effects on the trained of each level, in the indicator's own way and in %, by indicator."""
    window, found = month // WINDOW - 1, {}
    for name, indicator in INDICATORS.items():
        of_arms = (sums.survivors if indicator.survivors else sums.everybody)[:, window]
        scenario, baseline = indicator.value(of_arms)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = scenario / baseline
            if name == "productivity":  # a logarithm
                ratio = np.exp((scenario - baseline) / 100.0)
            percent = 100.0 * (ratio - 1.0)
        found[name] = (scenario - baseline if indicator.effect == "difference" else percent, percent)
    return found


def _money(arm: RunResult, base: RunResult, start: NDArray[np.int64]) -> dict[str, float]:
    """Money and days per enterprise trained, of the rows that start (not negative)."""
    programme, trained = arm.run.scenario.programme, float((start >= 0).sum())
    if programme is None or trained == 0.0:
        return {}
    p = arm.run.parameters[0]
    ones = np.ones(len(start))
    rate = float(p["discount_rate"])
    difference, followed = discounted_difference(
        arm.panel, base.panel, start, ones, programme.follow_up_months, rate
    )
    nation = base.sums[:, 0].sum(axis=0)
    wage = float(nation[a.WAGES] / nation[a.HEADCOUNT])
    benefit = net_benefit(difference, followed, p, wage, SharedCosts())
    spent = (arm.panel[start >= 0].astype(float) - base.panel[start >= 0]).sum(axis=(0, 1)) / trained
    found = {
        "programme_cost": spent[a.SUBSIDIES] + spent[a.OVERHEAD],
        "trained": 1.0,
        "trainer_days": spent[a.TRAINER_DAYS],
    }
    if benefit is not None:
        found |= {
            "net_benefit": benefit.net, "benefit": benefit.benefit, "resources": benefit.resources,
            "total_net_benefit": benefit.net, "total_resources": benefit.resources,
        }  # fmt: skip
    return {name: value for name, value in found.items() if name in OUTCOMES}
