"""`scoresim calibrate` and `scoresim validate`: fit the model to the evidence, and judge it by trials."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from calibration import fit as fitting
from calibration.bank import Bank
from calibration.belief import belief_of
from calibration.coverage import check_coverage
from calibration.diagnostics import MOST_RHAT, Convergence, convergence
from calibration.draws_file import draws_table, provenance, write_draws
from calibration.elliptical import Sampling
from calibration.emulator_check import SEEDS, check_emulator, chosen_draws, simulated_at
from calibration.evidence import effects_of, in_units
from calibration.forecast import leave_one_study_out
from calibration.market_facts import market_facts_table, published_take_up, simulate_take_up
from calibration.sensitivity import refits
from calibration.trial import simulate_trials
from calibration.trial_files import Trial, load_trials, shipped_trials
from calibration.validation import directions_table, summary_table, trials_table, validate
from scenarios import fit_tables, output
from scenarios.answers import Answer
from scenarios.belief_words import caption
from scenarios.fit_terminal import show_fit, show_trials
from scenarios.progress import progress_bar
from scenarios.trial_figures import forest
from simulation.inputs import InputError, check_out_dir

SAMPLING = Sampling(chains=16, warm_up=500, draws=500, thin=5)
CHECKED = Sampling(chains=4, warm_up=100, draws=100, thin=3)
REFITTED = Sampling(chains=16, warm_up=100, draws=200, thin=3)
"""How much is drawn for the posterior, for each data set of its check, and under each other assumption."""

SHIPPED_DRAWS = 500
"""Draws kept in the posterior file."""

POSTERIOR = "posterior.parquet"


@dataclass(frozen=True)
class Asked:
    """What `calibrate` is asked: where, how many parts of the bank, seed, and whether to check coverage."""

    out: Path
    parts: int = fitting.PARTS
    seed: int = 1
    check: bool = True
    quiet: bool = False


def calibrate(asked: Asked) -> Answer:
    """Fill the bank (or go on with the one that is there), fit, check, and write all into ``asked.out``."""
    trials = load_trials()
    if asked.out.exists() and not asked.out.is_dir():
        raise InputError(None, "--out", str(asked.out), "is not a folder", "name a folder, old or new")
    asked.out.mkdir(parents=True, exist_ok=True)
    bank = Bank.open(fitting.bank_folder(asked.out), fitting.design_of(trials))
    with progress_bar("Simulating", asked.quiet) as progress:
        fitting.fill_bank(bank, trials, asked.parts, progress.simulated)
    fit = fitting.fit(bank, trials, asked.parts, SAMPLING, asked.seed)
    met = _converged(fit, asked.seed)
    _, responses = bank.read(range(asked.parts))
    of_fitted = fitting.chosen_targets(fit.emulator, fit.fitted)
    found = list(refits(of_fitted, fit.targets, fit.errors, REFITTED, asked.seed))
    tables = {
        "targets": fit_tables.targets_table(fit, responses[:, fit.fitted]),
        "parameters": fit_tables.parameters_table(fit),
        "left_out": fit_tables.left_out_table(
            fit,
            leave_one_study_out(of_fitted, fit.targets, of_fitted.accuracy.error, CHECKED, asked.seed),
        ),
        "sensitivity": fit_tables.sensitivity_table(fit, found),
        "sensitivity_parameters": fit_tables.sensitivity_parameters_table(found),
        "sensitivity_targets": fit_tables.sensitivity_targets_table(fit, found),
        "convergence": [_sampler(fit, met)],
    }
    if asked.check:
        tables["coverage"] = _coverage(fit, bank, asked)
        tables["emulator"] = _emulator(fit, bank, trials, asked)
    table = draws_table(fit.draws, fitting.FITTED, SHIPPED_DRAWS)
    source = provenance(
        f"scoresim calibrate --parts {asked.parts} --seed {asked.seed}", shipped_trials(), asked.seed,
        bank=bank.design.simulated, points=asked.parts * fitting.PART, sampler=_sampler(fit, met),
        informed=[row["parameter"] for row in tables["parameters"] if row["informed"]],
    )  # fmt: skip
    write_draws(asked.out / POSTERIOR, table, source)
    frames = {name: pl.DataFrame(rows) for name, rows in tables.items()}
    for name, frame in frames.items():
        frame.write_parquet(asked.out / f"{name}.parquet", compression="zstd")
    return Answer(frames, {"command": "calibrate", **source}, lambda: show_fit(tables, asked.out))


def _converged(fit: fitting.Fit, seed: int) -> Convergence:
    """How far the chains have met; InputError, before anything is written, where they have not."""
    met = convergence(fit.draws, fitting.FITTED)
    if not met.met:
        problem = (
            f"gives chains that have not met: R-hat of {met.rhat_of} is {met.rhat:.2f}, above {MOST_RHAT}"
        )
        raise InputError(None, "--seed", seed, problem, "try another seed, or a larger bank (--parts)")
    return met


def _sampler(fit: fitting.Fit, met: Convergence) -> dict[str, Any]:
    """The sampler's diagnostics for tables and provenance, rounded to what they tell."""
    chains, draws, _ = fit.draws.shape
    return {
        "chains": chains,
        "draws_a_chain": draws,
        "worst_rhat": round(met.rhat, 4),
        "worst_rhat_of": met.rhat_of,
        "least_effective_draws": round(met.effective),
        "least_effective_draws_of": met.effective_of,
    }


def _coverage(fit: fitting.Fit, bank: Bank, asked: Asked) -> list[dict[str, Any]]:
    z, y = bank.read(range(fitting.seen_parts(asked.parts), asked.parts))
    of_fitted = fitting.chosen_targets(fit.emulator, fit.fitted)
    found = check_coverage(of_fitted, z, y[:, fit.fitted], fit.errors, CHECKED, asked.seed)
    return fit_tables.coverage_table(found)


def _emulator(fit: fitting.Fit, bank: Bank, trials: Sequence[Trial], asked: Asked) -> list[dict[str, Any]]:
    """The emulator beside the simulation at posterior draws, with the bank's seed and others."""
    z, first = chosen_draws(fit.draws), bank.design.seed
    with progress_bar("Simulating posterior draws", asked.quiet) as progress:
        responses = simulated_at(
            z, [first + k for k in range(1 + SEEDS)],
            lambda points, seed: fitting.simulated(points, trials, seed), bank.folder, progress.simulated,
        )  # fmt: skip
    of_fitted = fitting.chosen_targets(fit.emulator, fit.fitted)
    rows = fit_tables.emulator_table(fit, check_emulator(of_fitted, z, responses[:, :, fit.fitted]))
    beyond = float(fit.emulator.outside(fit.draws.reshape(-1, fit.draws.shape[-1])).mean())
    return [{**row, "posterior_beyond_the_bank": beyond} for row in rows]


def run_validation(
    trials: str | None, draws: str, number: int, seed: int, out: str | None, quiet: bool
) -> Answer:
    """Simulate the trials of a folder (the shipped ones) under a ``number`` of parameter draws, and compare.

    ``draws`` is "posterior", "prior" or a posterior file (:func:`calibration.belief.belief_of`).
    """
    chosen, belief = load_trials(trials), belief_of(draws)
    if out is not None:
        check_out_dir(out)
    values = belief.draws(number, seed)
    with progress_bar("Simulating", quiet) as progress:
        simulated = _simulated(chosen, values, seed, progress.simulated)
    result = validate(chosen, simulated, seed)
    tables = {"trials": trials_table(result), "directions": directions_table(result)}
    tables["summary"] = summary_table(tables["trials"])
    if trials is None:
        facts = published_take_up()
        with progress_bar("Simulating take-up", quiet) as progress:
            shares = simulate_take_up([fact.subsidy for fact in facts], values, seed, progress.simulated)
        tables["market_facts"] = market_facts_table(facts, shares)
    frames = {name: pl.DataFrame(rows) for name, rows in tables.items()}
    manifest = {
        "command": "validate", "trials": [trial.model_dump(mode="json") for trial in chosen],
        "parameters": belief.record(), "draws": number, "seed": seed, "code_revision": output.code_revision(),
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
    }  # fmt: skip

    def figures() -> dict[str, Any]:
        return {"forest": forest(tables["trials"], f"scoresim, {number} draws, {caption(belief)}")}

    if out is not None:
        output.write(Path(out), frames, figures(), json.loads(json.dumps(manifest, default=str)))
    return Answer(frames, manifest, lambda: show_trials(tables, out), draw=figures)


AT_ONCE = 25
"""Draws simulated side by side, between which progress is told."""


def _simulated(
    trials: Sequence[Any],
    values: Sequence[dict[str, float]],
    seed: int,
    progress: Callable[[float, float], None],
) -> NDArray[np.float64]:
    parts = []
    for first in range(0, len(values), AT_ONCE):
        parts.append(simulate_trials(trials, values[first : first + AT_ONCE], seed))
        progress(min(len(values), first + AT_ONCE), len(values))
    return in_units(effects_of(trials), np.concatenate(parts))
