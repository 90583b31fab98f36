"""`scoresim calibrate` and `scoresim validate`: fit the model to the evidence, and judge it by trials."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rich.table import Table

from calibration import fit as fitting
from calibration.bank import Bank
from calibration.belief import belief_of
from calibration.coverage import check_coverage
from calibration.draws_file import draws_table, provenance, write_draws
from calibration.elliptical import Sampling
from calibration.evidence import effects_of, in_units
from calibration.forecast import leave_one_study_out
from calibration.trial import simulate_trials
from calibration.trial_files import load_trials, shipped_trials
from calibration.validation import directions_table, summary_table, trials_table, validate
from scenarios import fit_tables, output, terminal
from scenarios.answers import Answer
from scenarios.belief_words import caption
from scenarios.progress import progress_bar
from scenarios.trial_figures import forest
from simulation.inputs import InputError, check_out_dir

SAMPLING = Sampling(chains=16, warm_up=500, draws=500, thin=5)
CHECKED = Sampling(chains=4, warm_up=100, draws=100, thin=3)
"""How much is drawn for the posterior, and for each data set of its check."""

SHIPPED_DRAWS = 500
"""Draws kept in the posterior file."""

POSTERIOR = "posterior.parquet"
TIMES = (0.5, 2.0)
"""Multiples of all discrepancies at which the fit is repeated."""


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
    unseen = range(fitting.seen_parts(asked.parts), asked.parts)
    _, responses = bank.read(range(asked.parts))
    of_fitted = fitting.chosen_targets(fit.emulator, fit.fitted)
    tables = {
        "targets": fit_tables.targets_table(fit, responses[:, fit.fitted]),
        "parameters": fit_tables.parameters_table(fit),
        "left_out": fit_tables.left_out_table(
            fit,
            leave_one_study_out(of_fitted, fit.targets, of_fitted.accuracy.error, CHECKED, asked.seed),
        ),
        "discrepancy": _by_discrepancy(fit, asked.seed),
    }
    if asked.check:
        z, y = bank.read(unseen)
        found = check_coverage(of_fitted, z, y[:, fit.fitted], fit.errors, CHECKED, asked.seed)
        tables["coverage"] = fit_tables.coverage_table(found)
    table = draws_table(fit.draws, fitting.FITTED, SHIPPED_DRAWS)
    source = provenance(
        f"scoresim calibrate --parts {asked.parts} --seed {asked.seed}", shipped_trials(), asked.seed,
        bank=bank.design.simulated, points=asked.parts * fitting.PART,
    )  # fmt: skip
    write_draws(asked.out / POSTERIOR, table, source)
    frames = {name: pl.DataFrame(rows) for name, rows in tables.items()}
    for name, frame in frames.items():
        frame.write_parquet(asked.out / f"{name}.parquet", compression="zstd")
    return Answer(frames, {"command": "calibrate", **source}, lambda: _show_fit(tables, asked.out))


def project_effects(file: str, seed: int) -> Answer:
    """Effects in a project's monitoring table, through the observation model, beside the naive change.

    Raises InputError where the file cannot be read or too few enterprises reported.
    """
    from calibration.monitoring import read_monitoring
    from calibration.observation_fit import fit_effects
    from calibration.observations import observations

    table = read_monitoring(file)
    fit = fit_effects(observations(table), seed=seed)
    rows = [asdict(effect) for effect in fit.effects.values()]
    source = {
        "command": "calibrate", "data": hashlib.sha256(Path(file).read_bytes()).hexdigest(), "seed": seed,
        "rows": table.rows_read, "unusable_rows": table.unusable_rows,
        "effective_draws": fit.effective_draws,
    }  # fmt: skip
    return Answer({"project": pl.DataFrame(rows)}, source, lambda: _show_project(file, rows, source))


def _show_project(file: str, rows: list[dict[str, Any]], source: dict[str, Any]) -> None:
    console = terminal.console()
    grid = Table(title="Mean effect on the trained a year after the first class, as monitoring asks for it")
    for heading in ("indicator", "unit", "before and after", "effect", "90 %", "reporters"):
        grid.add_column(heading, justify="left" if heading in ("indicator", "unit") else "right")
    for row in rows:
        grid.add_row(
            row["indicator"], row["unit"], f"{row['naive']:+.3g}", f"{row['estimate']:+.3g}",
            f"{row['low_90']:+.3g} to {row['high_90']:+.3g}", f"{row['reporters']} of {row['enterprises']}",
        )  # fmt: skip
    console.print(grid)
    if source["unusable_rows"]:
        console.print(
            f"{source['unusable_rows']} of {source['rows']} rows were left out: scoresim data check {file}"
        )
    console.print(
        "Before and after: mean change of those who reported. Effect: after measurement error, selective "
        "reporting, trend, recovery from a bad year and better recording. Who reports and why is not seen in "
        "the table and stays prior, so that more rows do not narrow the interval beyond that."
    )


def _by_discrepancy(fit: fitting.Fit, seed: int) -> list[dict[str, Any]]:
    """Posterior mean responses when the model is trusted more or less than usual."""
    emulator = fitting.chosen_targets(fit.emulator, fit.fitted)
    rows: list[dict[str, Any]] = [
        {"target": target.name, "published": target.published} for target in fit.targets
    ]
    for times in (1.0, *TIMES):
        errors = fit.errors.with_discrepancy(times)
        draws = fitting.posterior(emulator, fit.targets, errors, CHECKED, seed)
        mean = emulator.mean(draws.reshape(-1, draws.shape[-1])).mean(axis=0)
        for row, value in zip(rows, mean, strict=True):
            row[f"simulated_x{times:g}"] = float(value)
    return rows


def _show_fit(tables: dict[str, list[dict[str, Any]]], out: Path) -> None:
    console = terminal.console()
    grid = Table(title="Targets: published, and mean response before and after the fit")
    for heading in ("target", "published", "error", "prior", "posterior [90 %]", "nearest"):
        grid.add_column(heading, justify="left" if heading == "target" else "right")
    for row in tables["targets"]:
        total = np.hypot(row["error"], np.hypot(row["transport"], row["discrepancy"]))
        grid.add_row(
            row["target"], f"{row['published']:.3g}", f"{total:.2g}", f"{row['prior']:.3g}",
            f"{row['posterior']:.3g} [{row['low']:.3g}, {row['high']:.3g}]", f"{row['nearest']:.1f}",
        )  # fmt: skip
    console.print(grid)
    informed = [row for row in tables["parameters"] if row["informed"]]
    console.print(
        f"{len(informed)} of {len(tables['parameters'])} fitted parameters are informed by the data:"
    )
    for row in sorted(informed, key=lambda row: -row["contraction"]):
        console.print(
            f"  {row['parameter']}: {row['prior_low']:.3g} to {row['prior_high']:.3g} before, "
            f"{row['low']:.3g} to {row['high']:.3g} after ({row['contraction']:.0%} of the variance gone)"
        )
    for row in tables.get("coverage", ()):
        console.print(
            f"Check over {row['truths']} made-up truths: 50 % intervals hold {row['coverage_50']:.1%} "
            f"(± {row['coverage_50_error']:.1%}), 90 % intervals {row['coverage_90']:.1%} "
            f"(± {row['coverage_90_error']:.1%}); least p of uniform ranks {row['least_p_of_ranks']:.2g}"
        )
    left_out = tables["left_out"]
    console.print(
        f"Each study foretold by the others: {sum(row['inside'] for row in left_out)} of {len(left_out)} "
        f"effects inside; {sum(row['no_effect_inside'] for row in left_out)} intervals hold no effect too"
    )
    console.print(f"Posterior and tables are in {out}")


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
    return Answer(frames, manifest, lambda: _show_trials(tables, out), draw=figures)


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


def _show_trials(tables: dict[str, list[dict[str, Any]]], out: str | None) -> None:
    console = terminal.console()
    for name, title in (("calibration", "Fitted to"), ("validation", "Held out: never fitted to")):
        rows = [row for row in tables["trials"] if row["set"] == name]
        if not rows:
            continue
        grid = Table(title=title)
        for heading in (
            "study",
            "outcome",
            "published (se)",
            "simulated [90 %]",
            "foretold 90 %",
            "inside",
            "0 too",
        ):
            grid.add_column(heading, justify="left" if heading in ("study", "outcome") else "right")
        for row in rows:
            se = f"{row['published_se']:.2g}" + ("*" if row["se_assumed"] else "")
            grid.add_row(
                row["study"], f"{row['outcome']}, {row['unit']}", f"{row['published']:.3g} ({se})",
                f"{row['simulated']:.3g} [{row['simulated_low']:.3g}, {row['simulated_high']:.3g}]",
                f"{row['low']:.3g} to {row['high']:.3g}", "yes" if row["inside"] else "NO",
                "yes" if row["no_effect_inside"] else "no",
            )  # fmt: skip
        console.print(grid)
    for row in tables["summary"]:
        console.print(
            f"{row['set']}: {row['inside']} of {row['effects']} inside, no effect inside too for "
            f"{row['no_effect_inside']}; score (in standard deviations of the class, less is better) "
            f"{row['score']:.2f}; of no effect {row['score_no_effect']:.2f}, of the other studies' mean "
            f"{row['score_other_studies']:.2f}"
        )
    agree = sum(row["agrees"] for row in tables["directions"])
    console.print(
        f"Directions: {agree} of {len(tables['directions'])} agree in most draws. *: error assumed."
    )
    if out is not None:
        console.print(f"Tables, forest plot and manifest.json are in {out}")
