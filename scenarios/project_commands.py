"""`scoresim calibrate --data`: a project's own before/after figures, and the posterior moved by them."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from rich.table import Table

from calibration.belief import Belief, Posterior, read_posterior, shipped_posterior
from calibration.draws_file import provenance, write_draws
from calibration.monitoring import read_monitoring
from calibration.observation_fit import fit_effects
from calibration.observations import observations
from calibration.project_fit import JointFit, joint_fit, joint_parameters_table, joint_table, project_targets
from calibration.project_trial import project_of, simulated_effects
from calibration.reweighting import LEAST_EFFECTIVE, Reweighted
from calibration.trial_files import load_trials
from scenarios import terminal
from scenarios.answers import Answer
from scenarios.fit_commands import POSTERIOR
from scenarios.progress import progress_bar
from simulation.inputs import InputError, atomic_directory, check_out_dir

TOLD = 6
"""Parameters printed, of those that the project moves most."""


@dataclass(frozen=True)
class Asked:
    """What `calibrate --data` is asked.

    ``out``: folder for the posterior that the project's data move, None for its effects alone;
    ``posterior``: file of the posterior to be moved, None for the shipped one.
    """

    file: str
    seed: int = 1
    out: str | None = None
    posterior: str | None = None
    quiet: bool = False


def project_effects(asked: Asked) -> Answer:
    """Effects in a project's monitoring table, through the observation model, beside the naive change.

    With a folder ``out`` they become targets of the joint fit: the posterior's draws are weighted by them,
    and a new posterior is written there. Raises InputError where the file cannot be read, too few enterprises
    reported, or too few draws of the posterior agree with the project.
    """
    if asked.out is not None:
        check_out_dir(asked.out)
    table = read_monitoring(asked.file)
    data = observations(table)
    fit = fit_effects(data, seed=asked.seed)
    rows = [asdict(effect) for effect in fit.effects.values()]
    source = {
        "command": "calibrate", "data": hashlib.sha256(Path(asked.file).read_bytes()).hexdigest(),
        "seed": asked.seed, "rows": table.rows_read, "unusable_rows": table.unusable_rows,
        "effective_draws": fit.effective_draws,
    }  # fmt: skip
    tables = {"project": pl.DataFrame(rows)}
    if asked.out is None:
        return Answer(tables, source, lambda: _show_project(asked.file, rows, source))
    known = read_posterior(shipped_posterior() if asked.posterior is None else Path(asked.posterior))
    draws = Belief("posterior", known).draws(len(known.rows), asked.seed)
    with progress_bar("Simulating the project", asked.quiet) as progress:
        effects = simulated_effects(project_of(table), draws, asked.seed, progress.simulated)
    joint = joint_fit(project_targets(fit, data, load_trials()), effects)
    _check_enough(asked.file, joint.draws)
    chosen = joint.draws.chosen(len(draws), asked.seed)
    values = np.array([[draw[name] for name in known.names] for draw in draws])
    told, moved = joint_table(joint, chosen), joint_parameters_table(known.names, values, joint.draws)
    about = _provenance(asked, known, joint)
    tables |= {"joint": pl.DataFrame(told), "joint_parameters": pl.DataFrame(moved)}
    with atomic_directory(Path(asked.out)) as part:
        for name, frame in tables.items():
            frame.write_parquet(part / f"{name}.parquet", compression="zstd")
        write_draws(part / POSTERIOR, pl.DataFrame(values[chosen], schema=list(known.names)), about)
    source |= {"joint_effective_draws": joint.draws.effective, "posterior": about}

    def show() -> None:
        _show_project(asked.file, rows, source)
        _show_joint(told, moved, source, str(asked.out))

    return Answer(tables, source, show)


def _check_enough(file: str, draws: Reweighted) -> None:
    if not draws.suffices:
        problem = (
            f"agrees with too few draws of the posterior: {draws.effective:.0f} of {len(draws.weights)} "
            f"count, and {LEAST_EFFECTIVE:.0f} are needed"
        )
        remedy = "look at the table (scoresim data check), or describe the project as a trial and fit anew"
        raise InputError(file, None, None, problem, remedy)


def _provenance(asked: Asked, known: Posterior, joint: JointFit) -> dict[str, Any]:
    """Where the moved posterior comes from: the table by its hash, and the posterior that was moved."""
    return provenance(
        f"scoresim calibrate --data {Path(asked.file).name} --seed {asked.seed}",
        {"monitoring table": Path(asked.file)}, asked.seed, effective_draws=round(joint.draws.effective, 1),
        moved_from={"sha256": known.sha256, "provenance": dict(known.source)},
        effects=[
            {"indicator": target.name, "estimate": target.published, "standard_error": target.se}
            for target in joint.targets
        ],
    )  # fmt: skip


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


def _show_joint(
    joint: list[dict[str, Any]], moved: list[dict[str, Any]], source: dict[str, Any], out: str
) -> None:
    console = terminal.console()
    grid = Table(title="The project's effects in the joint fit: the model before and after, and the table")
    for heading in ("indicator", "unit", "the table (se)", "model before [90 %]", "model after [90 %]"):
        grid.add_column(heading, justify="left" if heading in ("indicator", "unit") else "right")
    for row in joint:
        grid.add_row(
            row["indicator"], row["unit"], f"{row['estimate']:+.3g} ({row['standard_error']:.2g})",
            f"{row['before']:+.3g} [{row['before_low']:.3g}, {row['before_high']:.3g}]",
            f"{row['after']:+.3g} [{row['after_low']:.3g}, {row['after_high']:.3g}]",
        )  # fmt: skip
    console.print(grid)
    console.print(f"{source['joint_effective_draws']:.0f} draws of the posterior count after weighting.")
    told = "; ".join(f"{row['parameter']} {row['shift']:+.2f}" for row in moved[:TOLD])
    console.print(f"Moved most, in standard deviations of the posterior before: {told}")
    console.print(f"Posterior and tables are in {out}; use them with --posterior {Path(out) / POSTERIOR}")
