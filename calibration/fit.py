"""The fit: a bank of simulations, an emulator of it, and the posterior given all evidence.

A point of the bank sets every free parameter that a trial or a national level could depend on; all effects
of all trials, also of those held out, and all levels are simulated there once. From the bank follow the
emulator, the posterior, its check and the validation, none of which simulates again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from calibration import evidence, likelihood
from calibration.bank import Bank, Design
from calibration.elliptical import Sampling
from calibration.emulator import Accuracy, Emulator, fit_emulator
from calibration.evidence import Effect, effects_of, in_units, sizes_of
from calibration.fitted import FITTED
from calibration.moments import FILE as LEVELS_FILE
from calibration.moments import published_levels, simulate_levels
from calibration.posterior import sample
from calibration.trial import simulate_trials
from calibration.trial_files import Trial
from simulation.compile import PACKAGE, source_hash
from simulation.interruption import listening, raise_if_interrupted
from simulation.parameters import PARAMETERS

PART = 24
"""Points of a part of the bank, simulated side by side."""
PARTS = 60
"""Parts of the shipped bank."""
UNSEEN = 14
"""Parts that the emulator does not see: truths of the check of coverage."""
BANK_SEED = 1

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Fit:
    """What follows from a bank.

    Attributes:
        effects: of all trials, in the order of the bank's columns.
        fitted: numbers of the bank's columns that are fitted (effects of known size of the calibration set,
            then levels).
        targets: one a fitted column.
        errors: of the targets.
        emulator: of all the bank's columns.
        draws: of the posterior (chains, draws, parameters), standard normal under the prior.

    """

    effects: list[Effect]
    fitted: NDArray[np.int64]
    targets: list[likelihood.Target]
    errors: likelihood.Errors
    emulator: Emulator
    draws: FloatArray


def design_of(trials: Sequence[Trial], seed: int = BANK_SEED) -> Design:
    """The bank's design: which parameters and columns, and a hash of all that simulated numbers follow
    from.
    """
    columns = [effect.name for effect in effects_of(trials)]
    columns += [f"level: {level.name}" for level in published_levels()]
    digest = hashlib.sha256(source_hash().encode() + LEVELS_FILE.read_bytes())
    for path in simulated_by():
        digest.update(path.name.encode() + path.read_bytes())
    for trial in trials:
        digest.update(trial.model_dump_json().encode())
    return Design(FITTED, tuple(columns), PART, seed, digest.hexdigest()[:16])


def simulated_by() -> list[Path]:
    """Sources and data that the responses of a bank follow from beside compiled code.

    Who is simulated, and in what state, is settled by modules that are not compiled; so all of the simulation
    counts, and what gives doses, measures and estimates.
    """
    here = Path(__file__).parent
    own = [here / f"{name}.py" for name in ("trial", "trial_files", "outcomes", "estimators", "moments")]
    return [*sorted(PACKAGE.glob("*.py")), *sorted((PACKAGE / "data").glob("*.csv")), *own]


def fill_bank(
    bank: Bank, trials: Sequence[Trial], parts: int, after_part: Callable[[int, int], None] | None = None
) -> None:
    """Simulate the parts that are missing; ``after_part(parts done, of how many)`` is told of each."""
    missing = bank.missing(parts)
    with listening():
        for number, part in enumerate(missing, start=1):
            bank.write(part, simulated(bank.design.points(part), trials, bank.design.seed))
            raise_if_interrupted()
            if after_part is not None:
                after_part(parts - len(missing) + number, parts)


def simulated(points: FloatArray, trials: Sequence[Trial], seed: int) -> FloatArray:
    """Effects of the trials and national levels at ``points`` (points, parameters) of standard-normal
    units.
    """
    draws = parameter_draws(points)
    effects, levels = simulate_trials(trials, draws, seed), simulate_levels(draws, seed)
    return np.column_stack([in_units(effects_of(trials), effects), levels])


def parameter_draws(points: FloatArray) -> list[dict[str, float]]:
    """Values of the fitted parameters at ``points`` (points, parameters)."""
    shares = ndtr(points)
    columns = [PARAMETERS[name].quantile(shares[:, i]) for i, name in enumerate(FITTED)]
    return [dict(zip(FITTED, map(float, row), strict=True)) for row in np.column_stack(columns)]


def fit(bank: Bank, trials: Sequence[Trial], parts: int, sampling: Sampling, seed: int) -> Fit:
    """Emulator and posterior from ``parts`` of a bank; the last ``UNSEEN`` of them are kept for the check."""
    z, y = bank.read(range(seen_parts(parts)))
    effects = effects_of(trials)
    fitted, targets = fitted_targets(effects)
    emulator = fit_emulator(z, y, bank.design.targets, seed)
    errors = likelihood.errors_of(targets, emulator.accuracy.error[fitted])
    draws = posterior(chosen_targets(emulator, fitted), targets, errors, sampling, seed)
    return Fit(effects, fitted, targets, errors, emulator, draws)


def posterior(
    emulator: Emulator,
    targets: Sequence[likelihood.Target],
    errors: likelihood.Errors,
    sampling: Sampling,
    seed: int,
) -> FloatArray:
    """Draws (chains, draws, parameters) given what was published; the emulator is of the targets alone."""
    published = np.array([target.published for target in targets])
    return sample(emulator, likelihood.Evidence.of(published, errors.variance), sampling, seed)[0]


def seen_parts(parts: int) -> int:
    """Parts that the emulator sees, of all there are; the others are truths of the check."""
    return parts - min(UNSEEN, parts // 4)


def fitted_targets(effects: Sequence[Effect]) -> tuple[NDArray[np.int64], list[likelihood.Target]]:
    """Columns of the bank that are fitted and their targets: effects of the calibration set, then levels."""
    chosen = [effect for effect in sizes_of(effects) if effect.trial.set == "calibration"]
    levels = evidence.level_targets()
    columns = [effect.column for effect in chosen]
    columns += [len(effects) + number for number in range(len(levels))]
    return np.array(columns), [*evidence.effect_targets(chosen, chosen), *levels]


def chosen_targets(emulator: Emulator, columns: NDArray[np.int64]) -> Emulator:
    """The same emulator, of the ``columns`` alone."""
    return replace(
        emulator,
        constant=emulator.constant[columns],
        coefficients=emulator.coefficients[:, columns],
        accuracy=Accuracy(
            emulator.accuracy.error[columns], emulator.accuracy.bias[columns], emulator.accuracy.r2[columns]
        ),
        runs=emulator.runs[columns],
        failed=emulator.failed[columns],
    )


def bank_folder(out: Path) -> Path:
    """Where a fit keeps its bank."""
    return out / "bank"
