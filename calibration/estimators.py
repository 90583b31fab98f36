"""Estimators of trials, as studies use them, on outcomes measured before and after in two arms."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from calibration.outcomes import Measured

Estimator = Literal["difference", "difference_in_differences", "ancova"]
Scale = Literal["level", "points", "log", "percent", "standard_deviations"]
Arm = tuple[Measured, Measured]
"""What was measured of the same enterprises before the start and in the outcome's window."""

POOLED = ("percent",)
"""Scales on which arms are compared by their totals: rates of rare events are no enterprise's own."""


def estimate(estimator: Estimator, scale: Scale, treated: Arm, control: Arm) -> float:
    """The effect of the treated arm over the control arm on the study's scale; NaN where it is undefined.

    Enterprises that closed in either arm are left out of both, as a study loses them. ``level`` is in the
    measure's unit, ``points`` are its hundredths, ``log`` natural logarithms, ``percent`` of the control arm,
    ``standard_deviations`` the control arm's in the window.
    """
    observed = _observed(treated, control)
    if not observed.any():
        return float("nan")
    if scale in POOLED:
        return _percent(estimator, treated, control, observed)
    sides = [_transformed(scale, measured.value[observed]) for arm in (treated, control) for measured in arm]
    treated_before, treated_after, control_before, control_after = sides
    if estimator == "difference":
        effect = treated_after.mean() - control_after.mean()
    elif estimator == "difference_in_differences":
        effect = (treated_after - treated_before).mean() - (control_after - control_before).mean()
    else:
        effect = _ancova(treated_before, treated_after, control_before, control_after)
    if scale == "standard_deviations":
        spread = float(control_after.std(ddof=1))
        return float(effect) / spread if spread > 0.0 else float("nan")
    return 100.0 * float(effect) if scale == "points" else float(effect)


def _observed(treated: Arm, control: Arm) -> NDArray[np.bool_]:
    observed = np.ones(len(treated[0].above), np.bool_)
    for measured in (*treated, *control):
        observed &= measured.below > 0.0
    return observed


def _transformed(scale: Scale, values: NDArray[np.float64]) -> NDArray[np.float64]:
    if scale != "log":
        return values
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(values)


def _percent(estimator: Estimator, treated: Arm, control: Arm, observed: NDArray[np.bool_]) -> float:
    """Change of the treated arm's total relative to the control's, given what both were before."""
    before = [arm[0].mean(observed) for arm in (treated, control)]
    after = [arm[1].mean(observed) for arm in (treated, control)]
    if not after[1]:
        return float("nan")
    relative = after[0] / after[1]
    if estimator != "difference":
        relative /= before[0] / before[1] if before[0] and before[1] else float("nan")
    return 100.0 * (relative - 1.0)


def _ancova(
    treated_before: NDArray[np.float64], treated_after: NDArray[np.float64],
    control_before: NDArray[np.float64], control_after: NDArray[np.float64],
) -> float:  # fmt: skip
    """Coefficient of treatment in a regression of the outcome on treatment and its baseline."""
    before = np.concatenate([treated_before, control_before])
    arm = np.repeat([1.0, 0.0], [len(treated_before), len(control_before)])
    regressors = np.column_stack([np.ones_like(before), arm, before])
    coefficients, *_ = np.linalg.lstsq(regressors, np.concatenate([treated_after, control_after]), rcond=None)
    return float(coefficients[1])
