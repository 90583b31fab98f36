"""`compare`: the paired effect of each scenario, with what its uncertainty is made of.

Every scenario runs on the same enterprises, parameters and events as the baseline. Pairs of replicates are
simulated together (:mod:`scenarios.design`) and reduced to sums (:mod:`simulation.effects`); the enterprises
and their panels are then forgotten, so that a replicate leaves a few megabytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.belief import Belief, belief_of, usual_draws
from calibration.prior import record_of
from scenarios.arms import FEWEST_REPLICATES, check_arms
from scenarios.design import Replicate, replicate_pairs
from scenarios.progress import SILENT, Progress
from simulation import accounts as a
from simulation.batch import RunResult, memory_of_panel, simulate
from simulation.census import CensusTables, load_census
from simulation.effects import (
    NetBenefit,
    PairedSums,
    discounted_difference,
    net_benefit,
    paired_sums,
    shared_costs,
)
from simulation.interruption import listening, raise_if_interrupted
from simulation.market_indicators import MarketSums, TrainerTime, market_sums, trainer_time
from simulation.population import SIZE_CLASSES, Population, draw_population, entry_settings
from simulation.programme import Scenario
from simulation.size_distribution import fit_size_distribution
from simulation.targets import DEFAULT_ENTERPRISES, TargetPlan, plan_targets
from simulation.world import Run

FloatArray = NDArray[np.float64]
POPULATIONS = ("trained", "targeted")


@dataclass(frozen=True)
class Settings:
    """How a comparison is made; ``enterprises`` or ``sample`` size the background (else the scenario's).

    ``draws`` says where parameters come from: "posterior" (that of the package, taken where there is one),
    "prior", "default" (no draws), or the file of another posterior. With ``other_enterprises`` the two
    replicates of every draw have enterprises of their own (:func:`scenarios.design.replicate_pairs`): their
    difference is all of chance, and the tables that tell enterprises from events cannot be made.
    """

    replicates: int = 48
    seed: int = 1
    enterprises: int | None = None
    sample: float | None = None
    threads: int | None = None
    draws: str = field(default_factory=usual_draws)
    other_enterprises: bool = False


@dataclass
class ScenarioSums:
    """Everything kept of one scenario, a list entry a replicate (in the replicates' order)."""

    paired: dict[str, list[PairedSums]] = field(default_factory=lambda: {name: [] for name in POPULATIONS})
    crossed: dict[str, list[PairedSums]] = field(default_factory=lambda: {name: [] for name in POPULATIONS})
    national: list[FloatArray] = field(default_factory=list)
    market: list[MarketSums] = field(default_factory=list)
    benefit: list[NetBenefit | None] = field(default_factory=list)
    trained: list[float] = field(default_factory=list)
    reports: list[NDArray[Any]] = field(default_factory=list)

    @staticmethod
    def joined(parts: Iterable[ScenarioSums]) -> ScenarioSums:
        """The sums of further and further replicates, one after another."""
        whole = ScenarioSums()
        for part in parts:
            for name in POPULATIONS:
                whole.paired[name] += part.paired[name]
                whole.crossed[name] += part.crossed[name]
            for name in ("national", "market", "benefit", "trained", "reports"):
                getattr(whole, name).extend(getattr(part, name))
        return whole


@dataclass
class Comparison:
    """The sums of the finished replicates; tables and figures are made from it (:mod:`scenarios.summary`).

    There are fewer than the settings say where the comparison was interrupted.
    """

    baseline: Scenario
    scenarios: list[Scenario]
    settings: Settings
    tables: CensusTables
    base_plan: TargetPlan
    plans: list[TargetPlan]
    replicates: list[Replicate]
    sums: list[ScenarioSums]
    national_baseline: list[FloatArray]
    parameters: list[dict[str, float]]
    levels: list[tuple[str, str]]
    belief: Belief
    interrupted: bool = False

    @property
    def months(self) -> int:
        """Months simulated."""
        return self.baseline.months

    def trainer_times(self, scenario: Scenario) -> list[TrainerTime]:
        """The trainers' time in each replicate of ``scenario``."""
        drawn = [self.parameters[replicate.draw] for replicate in self.replicates]
        return [trainer_time(scenario.programme, record_of(values, scenario)[0]) for values in drawn]


def level_names(tables: CensusTables) -> list[tuple[str, str]]:
    """(group, level) of each level of the sums: the total, sectors, regions, size classes."""
    return [
        ("total", "all"),
        *(("sector", code) for code in tables.sectors),
        *(("region", name) for name in tables.regions),
        *(("size", name) for name in SIZE_CLASSES),
    ]


def compare(
    baseline: Scenario,
    scenarios: Sequence[Scenario],
    settings: Settings,
    progress: Progress = SILENT,
) -> Comparison:
    """Simulate ``scenarios`` and ``baseline`` in pairs and gather their sums.

    An interruption ends it with the pairs that are finished. Raises KeyboardInterrupt, saying so, where they
    are too few for an interval, and InputError if the arms cannot be paired or nobody can be trained.
    """
    check_arms(baseline, scenarios, settings.replicates)
    belief = belief_of(settings.draws)
    tables = load_census(baseline.population.tables)
    count, sample = sample_size(baseline, settings)
    nation = float(fit_size_distribution(tables).sme_enterprises.sum())
    fraction = sample if sample is not None else (count or 0) / nation
    base_plan, *plans = plan_targets([baseline, *scenarios], tables, fraction)
    strata = tuple(dict.fromkeys(plan.stratum for plan in (base_plan, *plans) if plan.stratum is not None))
    pairs = replicate_pairs(settings.replicates, settings.seed, others=settings.other_enterprises)
    result = Comparison(
        baseline, list(scenarios), settings, tables, base_plan, plans, [],
        [ScenarioSums() for _ in scenarios], [], belief.draws(len(pairs), settings.seed), level_names(tables),
        belief,
    )  # fmt: skip

    @lru_cache(maxsize=2)
    def population(seed: int) -> Population:
        progress.placing(fraction * nation)
        return draw_population(
            tables, enterprises=count, sample=sample, months=baseline.months, seed=seed, programme=strata,
            **entry_settings(baseline.parameters),
        )  # fmt: skip

    finished: list[PairSums] = []
    try:
        with listening():
            for number, pair in enumerate(pairs):
                raise_if_interrupted()
                people = [population(replicate.population_seed) for replicate in pair]
                tell = partial(_tell, progress, number, len(pairs))
                finished.append(_pair_sums(result, pair, people, tell))
    except KeyboardInterrupt:
        result.interrupted = True
    if 2 * len(finished) < FEWEST_REPLICATES:
        done = f"Interrupted after {2 * len(finished)} of {settings.replicates} replicates"
        raise KeyboardInterrupt(f"{done}: too few to show anything, an interval needs {FEWEST_REPLICATES}")
    _gather(result, pairs, finished)
    return result


def _tell(progress: Progress, finished: int, pairs: int, share: float) -> None:
    progress.simulated(finished + share, pairs)


def sample_size(scenario: Scenario, settings: Settings) -> tuple[int | None, float | None]:
    """(count, fraction) of background enterprises, one of them None: option, else scenario, else default."""
    if settings.enterprises is not None or settings.sample is not None:
        return settings.enterprises, settings.sample
    own = scenario.population
    if own.enterprises is not None or own.sample is not None:
        return own.enterprises, own.sample
    return DEFAULT_ENTERPRISES, None


def _runs_of(
    result: Comparison, pair: tuple[Replicate, Replicate], people: list[Population]
) -> list[tuple[Run, Run]]:
    """The runs of a pair by arm (the baseline first); of each, that of either replicate."""
    values = result.parameters[pair[0].draw]
    by_replicate = []
    for replicate, population in zip(pair, people, strict=True):
        plans = (result.base_plan, *result.plans)
        arms = (result.baseline, *result.scenarios)
        eligible = [
            plan.eligible(scenario.programme, population) for plan, scenario in zip(plans, arms, strict=True)
        ]
        panel = np.logical_or.reduce(eligible[1:])
        by_replicate.append(
            [
                Run(
                    scenario, population, record_of(values, scenario), replicate.population_seed,
                    replicate.event_seed, mask, panel,
                )
                for scenario, mask in zip(arms, eligible, strict=True)
            ]
        )  # fmt: skip
    return list(zip(*by_replicate, strict=True))


PANELS_AT_ONCE = 6e9
"""Bytes of panels of runs simulated side by side; of many scenarios, some are simulated after others."""


def _side_by_side(runs: Sequence[tuple[Run, Run]]) -> list[list[tuple[Run, Run]]]:
    """The arms' runs in groups whose panels fit in memory together, beside the baseline's (the first's)."""
    assert runs[0][0].panel is not None
    of_pair = 2.0 * memory_of_panel(runs[0][0])
    room = max(1, int(PANELS_AT_ONCE / max(1.0, of_pair)) - 1)  # arms beside the baseline
    first, others = runs[: 1 + room], runs[1 + room :]
    return [list(first), *(list(others[i : i + room]) for i in range(0, len(others), room))]


def _pair_sums(
    result: Comparison,
    pair: tuple[Replicate, Replicate],
    people: list[Population],
    tell: Callable[[float], None],
) -> PairSums:
    """Simulate a pair of replicates of all arms and keep its sums; ``tell`` hears the share done."""
    groups = _side_by_side(_runs_of(result, pair, people))
    arms = sum(len(group) for group in groups)
    sums, base, done = PairSums([], []), None, 0
    for group in groups:
        flat = simulate(
            [run for both in group for run in both], threads=result.settings.threads,
            after_month=partial(_share, tell, done / arms, len(group) / arms), panel_only=True,
        )  # fmt: skip
        found = list(zip(flat[0::2], flat[1::2], strict=True))
        if base is None:
            base, found = found[0], found[1:]
            sums.baseline.extend(arm.sums for arm in base)
        sums.scenarios.extend(_reduced(result, pair, arm, base) for arm in found)
        done += len(group)
    return sums


def _share(tell: Callable[[float], None], before: float, part: float, months: int, of: int) -> None:
    tell(before + part * months / of)


@dataclass(frozen=True)
class PairSums:
    """What is kept of a pair of replicates: the baseline's national sums, and each scenario's sums."""

    baseline: list[FloatArray]
    scenarios: list[ScenarioSums]


def _reduced(
    result: Comparison,
    pair: tuple[Replicate, Replicate],
    arms: tuple[RunResult, RunResult],
    baselines: tuple[RunResult, RunResult],
) -> ScenarioSums:
    """A scenario's sums over a pair; where its replicates share enterprises, also with crossed events."""
    same_enterprises = pair[0].population_seed == pair[1].population_seed
    kept = ScenarioSums()
    for k, arm in enumerate(arms):
        base, other = baselines[k], baselines[1 - k]
        rows = _panel_rows(arm)
        first_class = arm.panel_enterprises["first_class_month"].astype(np.int64)
        trained = rows & (first_class >= 0)
        starts = {
            "trained": np.where(trained, first_class + 1, -1),
            "targeted": np.where(rows, _programme_start(arm.run.scenario), -1),
        }
        for name in POPULATIONS:
            kept.paired[name].append(_sums(result, arm, base, starts[name]))
            if same_enterprises:
                kept.crossed[name].append(_sums(result, arm, other, starts[name]))
        kept.national.append(arm.sums)
        kept.market.append(market_sums(arm.market))
        kept.benefit.append(_benefit(arm, base, np.where(trained, first_class, -1)))
        kept.trained.append(float(arm.panel_enterprises["weight"][trained].sum()))
        kept.reports.append(_reports(arm, trained))
    return kept


def _gather(
    result: Comparison, pairs: Sequence[tuple[Replicate, Replicate]], finished: Sequence[PairSums]
) -> None:
    """Put the sums of the finished pairs, the first of ``pairs``, into ``result``."""
    result.replicates = [replicate for pair in pairs[: len(finished)] for replicate in pair]
    result.parameters = result.parameters[: len(finished)]
    result.national_baseline = [sums for pair in finished for sums in pair.baseline]
    by_scenario = zip(*(pair.scenarios for pair in finished), strict=True)
    result.sums = [ScenarioSums.joined(parts) for parts in by_scenario]


def _panel_rows(arm: RunResult) -> NDArray[np.bool_]:
    """Which rows of the panel this scenario may enrol (the panel holds those of all scenarios)."""
    assert arm.run.panel is not None
    assert arm.run.eligible is not None
    return arm.run.eligible[arm.run.panel]


def _programme_start(scenario: Scenario) -> int:
    return scenario.programme.first_month if scenario.programme is not None else 0


def _sums(result: Comparison, arm: RunResult, base: RunResult, start: NDArray[np.int64]) -> PairedSums:
    ent = arm.panel_enterprises
    n_sectors, n_regions = len(result.tables.sectors), len(result.tables.regions)
    levels = np.stack(
        [
            np.zeros(len(ent), np.int64),
            1 + ent["sector"].astype(np.int64),
            1 + n_sectors + ent["region"],
            1 + n_sectors + n_regions + ent["size_class"],
        ],
        axis=1,
    )
    return paired_sums(arm.panel, base.panel, start, ent["weight"].astype(float), levels, len(result.levels))


def _benefit(arm: RunResult, base: RunResult, start: NDArray[np.int64]) -> NetBenefit | None:
    programme = arm.run.scenario.programme
    if programme is None:
        return None
    p = arm.run.parameters[0]
    weight = arm.panel_enterprises["weight"].astype(float)
    difference, followed = discounted_difference(
        arm.panel, base.panel, start, weight, programme.follow_up_months, float(p["discount_rate"])
    )
    total = base.sums[:, 0].sum(axis=0)
    shared = shared_costs(arm.market[:, 0], base.market[:, 0], float(weight[start >= 0].sum()))
    return net_benefit(difference, followed, p, float(total[a.WAGES] / total[a.HEADCOUNT]), shared)


def _reports(arm: RunResult, trained: NDArray[np.bool_]) -> NDArray[Any]:
    """Baseline and endline, true and reported, of the trained whose endline was reached."""
    ent = arm.panel_enterprises
    done = trained & (ent["endline_true"][:, 0] != 0.0)
    return ent[done][
        ["baseline_true", "baseline_report", "endline_true", "endline_report", "reports", "weight"]
    ]
