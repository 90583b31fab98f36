"""A sweep: what is asked of it, its simulations, and the tables of its indices."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from calibration.belief import Belief
from scenarios.decisions import indices as ix
from scenarios.decisions.parameter_space import EDGE, TRIM, ParameterSpace, space_of
from scenarios.decisions.responses import BEGUN_WITHIN, MONEY, Model, Task, months_needed, simulated
from scenarios.decisions.screening import DUMMY
from scenarios.decisions.sobol_indices import Index
from scenarios.decisions.sweep_ledger import Ledger
from scenarios.progress import SILENT, Progress
from simulation.compile import source_hash
from simulation.indicators import WINDOW
from simulation.inputs import InputError, suggestion
from simulation.interruption import listening, raise_if_interrupted
from simulation.programme import Scenario

FloatArray = NDArray[np.float64]

PART = 16
"""Points of a part, simulated side by side and kept together."""
MOST_FACTORS = 40
"""Parameters above which Sobol and FAST, whose cost grows with each, want to be told which."""
FEWEST_BLOCKS = {"sobol": 4, "morris": 4, "fast": 2, "pawn": 24, "delta": 24}
"""Blocks that must be left where some hold undefined outcomes."""


@dataclass(frozen=True)
class Asked:
    """What a sweep is asked; see the options of ``scoresim sweep``."""

    method: str
    indicators: tuple[str, ...]
    of: str = "effect"
    month: int = 24
    parameters: tuple[str, ...] = ()
    ranges: dict[str, tuple[float, float]] = field(default_factory=dict)
    groups: bool = False
    second_order: bool = False
    n: int = 64
    replicates: int = 2
    seed: int = 1
    enterprises: int | None = 200
    sample: float | None = None
    trained: int = 60
    rollout: bool = False
    threads: int | None = None


@dataclass(frozen=True, eq=False)
class Sweep:
    """A sweep made ready, and what it simulated: ``values`` (blocks, rows, replicates, outcomes)."""

    asked: Asked
    model: Model
    space: ParameterSpace
    design: ix.Design
    values: FloatArray | None = None

    @property
    def points(self) -> FloatArray:
        """All points (points, parameters) in the unit cube, block by block."""
        return self.design.points.reshape(-1, len(self.space.names))

    @property
    def runs(self) -> int:
        """Simulations that it takes."""
        return len(self.points) * self.model.runs_a_point

    def of(self, outcome: str) -> FloatArray:
        """One outcome (blocks, rows, replicates)."""
        assert self.values is not None
        return self.values[..., self.model.outcomes.index(outcome)]


def ready(asked: Asked, scenario: Scenario, belief: Belief, months: int | None = None) -> Sweep:
    """Check what is asked (InputError) and lay out the design; ``months`` replace those that are enough."""
    _check(asked, scenario)
    scenario = scenario.model_copy(update={"months": _months(asked, scenario, months)})
    edge = TRIM if asked.method == "morris" else EDGE
    space = space_of(asked.parameters, asked.ranges, belief, scenario, edge)
    _check_size(asked, space)
    groups = space.submodels if asked.groups else None
    design = ix.design_of(asked.method, space.names, asked.n, asked.seed, groups, asked.second_order)
    model = Model(
        scenario, asked.of, asked.month, asked.enterprises, asked.sample, asked.trained, asked.rollout,
        asked.replicates, asked.seed, asked.threads,
    )  # fmt: skip
    for name in asked.indicators:
        if name not in model.outcomes:
            remedy = suggestion(name, model.outcomes, "indicators")
            raise InputError(None, "--indicators", name, f"is not an indicator of {asked.of}", remedy)
    return Sweep(asked, model, space, design)


def _check(asked: Asked, scenario: Scenario) -> None:
    method, n = asked.method, asked.n
    if method not in ix.KINDS:
        raise InputError(None, "METHOD", method, "is not a method", suggestion(method, ix.KINDS, "methods"))
    if asked.of not in ("effect", "level"):
        raise InputError(None, "--of", asked.of, "is neither effect nor level", "write effect or level")
    if asked.of == "effect" and scenario.programme is None:
        raise InputError(
            scenario.name,
            "programme",
            None,
            "there is none, so there is no effect",
            "choose another, or --of level",
        )
    if asked.rollout and asked.of == "level":
        raise InputError(
            None, "--rollout", None, "is given with --of level, which always rolls out", "leave it out"
        )
    if asked.groups and method not in ("sobol", "morris"):
        raise InputError(None, "--groups", None, f"is not possible with {method}", "use sobol or morris")
    if asked.second_order and method != "sobol":
        raise InputError(None, "--second-order", None, f"is not possible with {method}", "use sobol")
    if n < ix.FEWEST_N[method]:
        raise InputError(None, "--n", n, f"is too few for {method}", f"write {ix.FEWEST_N[method]} or more")
    if method == "sobol" and n & (n - 1):
        raise InputError(
            None, "--n", n, "is not a power of two, as Sobol's points must be", "write 64 or 128"
        )
    if asked.month < WINDOW or asked.month % WINDOW:
        raise InputError(None, "--month", asked.month, "is not the end of a year", "write 12, 24, ...")


def _months(asked: Asked, scenario: Scenario, months: int | None) -> int:
    """Months to simulate; InputError where those given are too few."""
    money = bool(set(asked.indicators) & set(MONEY))
    needed = months_needed(scenario, asked.of, asked.month, money)
    if months is None:
        return max(needed, scenario.months) if asked.rollout else needed
    if months < needed:
        why = f"is less than this sweep needs ({BEGUN_WITHIN} to begin, then the effect or the follow-up)"
        if asked.of == "level":
            why = "is less than the month that is looked at"
        raise InputError(None, "--months", months, why, f"write {needed} or more, or an earlier --month")
    return months


def _check_size(asked: Asked, space: ParameterSpace) -> None:
    factors = len(set(space.submodels)) if asked.groups else len(space.names)
    if factors < 2:
        problem = "leaves one factor, and there is nothing to rank"
        raise InputError(None, "--parameters", ", ".join(space.names), problem, "name two or more")
    if factors > MOST_FACTORS and asked.method in ("sobol", "fast") and not asked.parameters:
        remedy = "name some, for instance those that a sweep by morris found to matter"
        remedy += ", or give --groups" * (asked.method == "sobol")
        problem = (
            f"are not given, and {asked.method} takes {factors} times as many simulations for all {factors}"
        )
        raise InputError(None, "--parameters", None, problem, remedy)


def record_of_design(sweep: Sweep) -> dict[str, Any]:
    """All that the simulated numbers follow from, for the ledger and the manifest."""
    asked, model = sweep.asked, sweep.model
    points = hashlib.sha256(np.ascontiguousarray(sweep.space.values(sweep.points)).tobytes()).hexdigest()
    return {
        "method": asked.method, "of": asked.of, "month": asked.month, "n": asked.n, "groups": asked.groups,
        "second_order": asked.second_order, "replicates": asked.replicates, "seed": asked.seed,
        "enterprises": asked.enterprises, "sample": asked.sample, "trained": asked.trained,
        "rollout": asked.rollout, "months": model.scenario.months, "parameters": sweep.space.records(),
        "points": points, "scenario": model.scenario.model_dump(mode="json"), "model": source_hash(),
        "outcomes": list(model.outcomes),
    }  # fmt: skip


def simulate(
    sweep: Sweep,
    folder: Path | None,
    resume: bool,
    progress: Progress = SILENT,
    executor: Executor | None = None,
) -> Sweep:
    """The sweep with its values; finished parts are kept in ``folder`` as it goes.

    An interruption keeps them (KeyboardInterrupt says where); with ``resume`` those in ``folder`` are not
    simulated again.
    """
    ledger = Ledger.open(folder, record_of_design(sweep), resume)
    values, names = sweep.space.values(sweep.points), sweep.space.names
    parts = -(-len(values) // PART)
    missing = ledger.missing(parts)
    tasks = {part: Task(PART * part, names, values[PART * part : PART * (part + 1)]) for part in missing}
    done = parts - len(missing)
    progress.simulated(done, parts)
    try:
        with listening():
            for part, outcomes in simulated(sweep.model.evaluate, tasks, executor):
                ledger.write(part, outcomes)
                done += 1
                progress.simulated(done, parts)
                raise_if_interrupted()
    except KeyboardInterrupt:
        raise KeyboardInterrupt(_kept(folder, done, parts)) from None
    found = ledger.read(parts)
    shape = (*sweep.design.points.shape[:2], *found.shape[1:])
    return Sweep(sweep.asked, sweep.model, sweep.space, sweep.design, found.reshape(shape))


def _kept(folder: Path | None, done: int, parts: int) -> str:
    if folder is None:
        return f"Interrupted after {done} of {parts} parts: nothing is kept, as --out DIR was not given"
    return (
        f"Interrupted: {done} of {parts} parts are kept in {folder}; the same command with --resume goes on"
    )


# Tables


def tables(sweep: Sweep) -> dict[str, pl.DataFrame]:
    """``indices``, ``chance``, ``convergence``, ``space``, ``draws`` and ``parameters``.

    Raises InputError where too many points have an undefined outcome.
    """
    found, steps, chances = [], [], []
    for name in sweep.asked.indicators:
        y, seed = sweep.of(name), sweep.asked.seed
        chance = ix.chance_of(y, seed)
        chances.append(_chance_row(sweep, name, chance))
        good = ix.usable(y)
        _check_enough(sweep, name, chance, int(good.sum()))
        design, used = sweep.design.only(good), y[good]
        of_name = ix.indices(design, used, seed)
        found += list(_index_rows(sweep, name, of_name, len(used)))
        for blocks, index in ix.convergence(design, used, seed, of_name):
            row = (name, sweep.asked.method, index.kind, _factor(sweep, index.factor), blocks)
            steps.append((*row, blocks / len(used), index.estimate, index.low, index.high))
    return {
        "indices": pl.DataFrame(found, schema=INDICES, orient="row"),
        "chance": pl.DataFrame(chances, schema=CHANCE, orient="row"),
        "convergence": pl.DataFrame(steps, schema=CONVERGENCE, orient="row"),
        "space": pl.DataFrame(sweep.space.records()),
        "draws": _draws(sweep),
        "parameters": _parameters(sweep),
    }


_ESTIMATE = {"estimate": pl.Float64, "low": pl.Float64, "high": pl.Float64}
INDICES = {
    "parameter": pl.String, "parameter_2": pl.String, "indicator": pl.String, "unit": pl.String,
    "method": pl.String, "kind": pl.String, **_ESTIMATE, "rankable": pl.Boolean, "above_chance": pl.Boolean,
}  # fmt: skip
CHANCE = {
    "indicator": pl.String, "unit": pl.String, "points": pl.Int64, "failed_points": pl.Int64,
    "points_left_out": pl.Int64, "replicates": pl.Int64, "variance": pl.Float64,
    "variance_chance": pl.Float64, "share_chance": pl.Float64, "low": pl.Float64, "high": pl.Float64,
}  # fmt: skip
CONVERGENCE = {
    "indicator": pl.String, "method": pl.String, "kind": pl.String, "parameter": pl.String,
    "blocks": pl.Int64, "share": pl.Float64, **_ESTIMATE,
}  # fmt: skip


def _factor(sweep: Sweep, number: int) -> str:
    return "dummy" if number == DUMMY else sweep.design.factors[number]


def _index_rows(sweep: Sweep, name: str, found: Sequence[Index], blocks: int) -> Iterator[tuple[Any, ...]]:
    """Rows of one indicator; ``unit`` is the index's own: of the variance, a distance, or the outcome's."""
    unit = {
        "morris": sweep.model.unit(name), "sobol": "share of variance", "fast": "share of variance",
    }.get(sweep.asked.method, "0..1")  # fmt: skip
    kinds = list(dict.fromkeys(index.kind for index in found))
    for kind in kinds:
        of_kind = [index for index in found if index.kind == kind]
        ranked = kind in ix.KINDS[sweep.asked.method]
        apart = ix.told_apart(of_kind) if ranked else {}
        for index in of_kind:
            second = None if index.factor_2 is None else _factor(sweep, index.factor_2)
            yield (
                _factor(sweep, index.factor), second, name, unit, sweep.asked.method, kind, index.estimate,
                index.low, index.high, apart.get(index.factor) if ranked else None,
                None if index.factor == DUMMY or kind in ("mu", "sigma")
                else ix.above_chance(index, of_kind, blocks),
            )  # fmt: skip


def _chance_row(sweep: Sweep, name: str, chance: ix.Chance) -> tuple[Any, ...]:
    return (
        name, sweep.model.unit(name), chance.points, chance.failed, chance.left_out, sweep.asked.replicates,
        chance.variance, chance.chance, chance.share, chance.low, chance.high,
    )  # fmt: skip


def _check_enough(sweep: Sweep, name: str, chance: ix.Chance, blocks: int) -> None:
    if blocks < FEWEST_BLOCKS[sweep.asked.method]:
        problem = (
            f"is undefined at {chance.failed} of {chance.points} points, where nobody was trained or followed"
        )
        remedy = "ask for an earlier --month, more --trained or --enterprises, or narrower ranges"
        raise InputError(None, "--indicators", name, problem, remedy)


def _draws(sweep: Sweep) -> pl.DataFrame:
    """Tidy: draw, replicate, option, outcome, unit, value (a row for each that is defined)."""
    assert sweep.values is not None
    replicates, names = sweep.asked.replicates, sweep.model.outcomes
    flat = sweep.values.reshape(-1, replicates, len(names))
    draw, replicate, outcome = np.nonzero(np.isfinite(flat))
    units = np.array([sweep.model.unit(name) for name in names])
    return pl.DataFrame(
        {
            "draw": draw, "replicate": draw * replicates + replicate,
            "option": np.full(len(draw), sweep.model.scenario.name), "outcome": np.array(names)[outcome],
            "unit": units[outcome], "value": flat[draw, replicate, outcome],
        }
    )  # fmt: skip


def _parameters(sweep: Sweep) -> pl.DataFrame:
    """A row a draw: its number, and the value of each parameter that was varied."""
    values = sweep.space.values(sweep.points)
    columns = {name: values[:, i] for i, name in enumerate(sweep.space.names)}
    return pl.DataFrame({"draw": np.arange(len(values)), **columns})
