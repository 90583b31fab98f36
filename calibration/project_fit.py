"""A project's effects as targets of the joint fit: the posterior, moved by what its own data say.

The effects are those that the observation model leaves of the before/after figures (:mod:`observation_fit`),
with its errors; the project is simulated under draws of the posterior, and the draws weighted by how well
they agree. The project is in China, so nothing is added for transport; what the model leaves out is as large
as for any other effect of the class. Rates are compared in % of their baseline, so that a project whose
enterprises are unlike the model's in level still tells of change. Errors of a project's indicators are
correlated through who reports; they count as independent, which gives rates beside productivity a little
more weight than they have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.basis import FloatArray
from calibration.evidence import effect_targets, effects_of, sizes_of, with_discrepancy
from calibration.likelihood import Target, errors_of
from calibration.observation_fit import ObservationFit, targets
from calibration.observations import PRODUCTIVITY, Observations
from calibration.reweighting import Reweighted, reweighted
from calibration.trial_files import Trial
from simulation.state import OBSERVED

UNIT = "log points x 100"
CLASSES = {
    "productivity": "productivity", "defect_rate": "defects", "injury_rate": "injuries",
    "turnover_rate": "turnover", "absence_rate": "absence",
}  # fmt: skip
"""Classes of outcomes to which the monitored indicators belong: discrepancies are pooled within them."""

LEAST_LEVEL = 1e-9

INTERVAL = (0.05, 0.95)


@dataclass(frozen=True)
class JointFit:
    """The project's ``targets``, their likelihood's ``variance`` (targets), what was ``simulated`` of them
    (draws, targets), and the draws' weights.
    """

    targets: list[Target]
    variance: FloatArray
    simulated: FloatArray
    draws: Reweighted


def project_targets(fit: ObservationFit, data: Observations, trials: Sequence[Trial]) -> list[Target]:
    """The project's effects in the units of the other evidence, with what the model leaves out of them.

    Indicators are named as in `simulation.state.OBSERVED`; ``trials`` are those of the fit.
    """
    known = sizes_of(effects_of([trial for trial in trials if trial.set == "calibration"]))
    plain = effect_targets(known, known)
    found = []
    for target in targets(fit):
        name = target.indicator.removeprefix("recorded_")
        level = 100.0
        if name != PRODUCTIVITY:
            level = float(np.nanmean(data.baseline[name]))
            if not level > LEAST_LEVEL:  # nothing was ever recorded: no share of nothing
                continue
        factor = 1.0 if name == PRODUCTIVITY else 100.0 / level
        own = Target(
            name=name, study="project", outcome=f"{CLASSES[name]}, {UNIT}",
            published=factor * target.estimate, se=factor * target.standard_error,
        )  # fmt: skip
        found.append(with_discrepancy(own, plain))
    return found


def joint_fit(project: Sequence[Target], effects: FloatArray) -> JointFit:
    """Weigh draws with simulated ``effects`` (draws, observed indicators) by the ``project``'s targets."""
    columns = [OBSERVED.index(target.name) for target in project]
    errors = errors_of(project, np.zeros(len(project)))
    simulated = effects[:, columns]
    published = np.array([target.published for target in project])
    return JointFit(
        list(project), errors.variance, simulated, reweighted(simulated, published, errors.variance)
    )


def joint_table(fit: JointFit, chosen: NDArray[np.int64]) -> list[dict[str, Any]]:
    """One record an effect of the project: the table's, and the model's before and after it was heeded.

    ``chosen`` are the draws that stand for the posterior after.
    """
    rows = []
    for k, target in enumerate(fit.targets):
        before, after = fit.simulated[:, k], fit.simulated[chosen, k]
        low, high = np.nanquantile(before, INTERVAL)
        low_after, high_after = np.nanquantile(after, INTERVAL)
        rows.append(
            {
                "indicator": target.name,
                "unit": UNIT if target.name == PRODUCTIVITY else "% of baseline",
                "estimate": target.published,
                "standard_error": float(target.se or 0.0),
                "discrepancy": target.discrepancy,
                "before": float(np.nanmean(before)),
                "before_low": float(low),
                "before_high": float(high),
                "after": float(fit.draws.mean(before)),
                "after_low": float(low_after),
                "after_high": float(high_after),
            }
        )
    return rows


def joint_parameters_table(
    names: Sequence[str], values: FloatArray, draws: Reweighted
) -> list[dict[str, Any]]:
    """One record a fitted parameter, the most moved first: mean before and after, shift in its old spread.

    ``values`` (draws, parameters) are those before.
    """
    before, after, spread = values.mean(axis=0), draws.mean(values), values.std(axis=0, ddof=1)
    shift = np.divide(after - before, spread, out=np.zeros(len(names)), where=spread > 0.0)
    order = np.argsort(-np.abs(shift), kind="stable")
    return [
        {
            "parameter": names[i],
            "before": float(before[i]),
            "after": float(after[i]),
            "shift": float(shift[i]),
        }
        for i in order.tolist()
    ]
