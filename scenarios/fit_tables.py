"""Tables of `scoresim calibrate`: targets before and after the fit, what the evidence taught, its check."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from calibration.contraction import contraction
from calibration.coverage import Coverage
from calibration.diagnostics import effective_size, split_rhat
from calibration.emulator_check import EmulatorCheck
from calibration.fit import FITTED, Fit
from calibration.forecast import Forecast
from calibration.likelihood import reach
from calibration.sensitivity import Refit, informed_anywhere
from simulation.parameters import PARAMETERS

INTERVAL = (0.05, 0.95)

FloatArray = NDArray[np.float64]


def targets_table(fit: Fit, responses: FloatArray) -> list[dict[str, Any]]:
    """One record a target: errors, the prior's and the posterior's mean response, nearest approach.

    ``responses`` (points, targets) are the bank's at the prior.
    """
    flat = fit.draws.reshape(-1, fit.draws.shape[-1])
    posterior = fit.emulator.mean(flat)[:, fit.fitted]
    published = np.array([target.published for target in fit.targets])
    nearest = reach(responses, published, fit.errors.variance).best
    published_errors = {effect.name for effect in fit.effects if effect.standard_error is not None}
    published_errors |= {target.name for target in fit.targets if target.name.startswith("level:")}
    rows = []
    for k, target in enumerate(fit.targets):
        low, high = np.quantile(posterior[:, k], INTERVAL)
        rows.append(
            {
                "target": target.name,
                "class": target.outcome,
                "published": target.published,
                "error": float(fit.errors.published[k]),
                "error_assumed": target.name not in published_errors,
                "transport": float(fit.errors.transport[k]),
                "discrepancy": float(fit.errors.discrepancy[k]),
                "emulator_error": float(fit.errors.emulator[k]),
                "emulator_r2": float(fit.emulator.accuracy.r2[fit.fitted[k]]),
                "prior": float(np.nanmean(responses[:, k])),
                "posterior": float(posterior[:, k].mean()),
                "low": float(low),
                "high": float(high),
                "nearest": float(nearest[k]),
            }
        )
    return rows


def parameters_table(fit: Fit) -> list[dict[str, Any]]:
    """One record a fitted parameter, in its own unit: prior and posterior, and whether the data inform it."""
    taught = contraction(fit.draws)
    rhat, effective = split_rhat(fit.draws), effective_size(fit.draws)
    flat = fit.draws.reshape(-1, fit.draws.shape[-1])
    rows = []
    for i, name in enumerate(FITTED):
        parameter = PARAMETERS[name]
        values = np.asarray(parameter.quantile(ndtr(flat[:, i])))
        prior = np.asarray(parameter.quantile(np.array(INTERVAL)))
        low, high = np.quantile(values, INTERVAL)
        rows.append(
            {
                "parameter": name,
                "submodel": parameter.submodel,
                "unit": parameter.unit,
                "default": parameter.default,
                "prior_low": float(prior[0]),
                "prior_high": float(prior[1]),
                "posterior": float(values.mean()),
                "low": float(low),
                "high": float(high),
                "shift": float(taught.shift[i]),
                "contraction": float(taught.contraction[i]),
                "informed": bool(taught.informed[i]),
                "rhat": float(rhat[i]),
                "effective_draws": float(effective[i]),
            }
        )
    return rows


def left_out_table(fit: Fit, foretold: Forecast) -> list[dict[str, Any]]:
    """One record a fitted effect, as foretold by a fit without its study."""
    return [
        {
            "target": target.name,
            "published": target.published,
            "foretold": float(foretold.mean[k]),
            "low": float(foretold.low[k]),
            "high": float(foretold.high[k]),
            "inside": bool(foretold.inside[k]),
            "no_effect_inside": bool(foretold.no_effect_inside[k]),
        }
        for k, target in enumerate(fit.targets)
        if not target.name.startswith("level:")
    ]


def coverage_table(check: Coverage) -> list[dict[str, Any]]:
    """The check in one record: coverage with its error, ranks, parameters recovered."""
    inside, error = check.share_inside()
    active = check.active
    return [
        {
            "truths": len(check.truth),
            "failed": check.failed,
            "coverage_50": float(inside[0]),
            "coverage_50_error": float(error[0]),
            "coverage_90": float(inside[1]),
            "coverage_90_error": float(error[1]),
            "least_p_of_ranks": float(np.min(check.uniformity)),
            "mean_correlation": float(np.mean(check.correlation[active])),
            "worst_rhat": float(np.max(check.rhat)),
        }
    ]


def sensitivity_table(fit: Fit, found: Sequence[Refit]) -> list[dict[str, Any]]:
    """One record an assumption: parameters informed, and how the fitted effects come out (levels apart)."""
    effects = np.array([not target.name.startswith("level:") for target in fit.targets])
    usual = found[0].foretold.width[effects]
    return [
        {
            "assumption": refit.assumption.name,
            "informed": int(refit.taught.informed.sum()),
            "parameters": len(FITTED),
            "effects": int(effects.sum()),
            "inside": int(refit.foretold.inside[effects].sum()),
            "no_effect_inside": int(refit.foretold.no_effect_inside[effects].sum()),
            "width": float(np.mean(refit.foretold.width[effects] / usual)),
            "distance": float(np.sqrt(np.mean(refit.distance[effects] ** 2))),
        }
        for refit in found
    ]


def sensitivity_parameters_table(found: Sequence[Refit]) -> list[dict[str, Any]]:
    """One record an assumption and parameter that is informed under any: mean and interval in its unit."""
    rows = []
    for i in informed_anywhere(found).tolist():
        parameter = PARAMETERS[FITTED[i]]
        for refit in found:
            values = np.asarray(parameter.quantile(ndtr(refit.draws[:, i])))
            low, high = np.quantile(values, INTERVAL)
            rows.append(
                {
                    "parameter": parameter.name,
                    "unit": parameter.unit,
                    "assumption": refit.assumption.name,
                    "mean": float(values.mean()),
                    "low": float(low),
                    "high": float(high),
                    "contraction": float(refit.taught.contraction[i]),
                    "informed": bool(refit.taught.informed[i]),
                }
            )
    return rows


def sensitivity_targets_table(fit: Fit, found: Sequence[Refit]) -> list[dict[str, Any]]:
    """One record an assumption and target: published number, mean response, interval of what is foretold."""
    return [
        {
            "target": target.name,
            "assumption": refit.assumption.name,
            "published": target.published,
            "simulated": float(refit.mean[k]),
            "low": float(refit.foretold.low[k]),
            "high": float(refit.foretold.high[k]),
            "inside": bool(refit.foretold.inside[k]),
        }
        for k, target in enumerate(fit.targets)
        for refit in found
    ]


def emulator_table(fit: Fit, check: EmulatorCheck) -> list[dict[str, Any]]:
    """One record a target: the emulator's error stated and found at posterior draws, in the target's unit."""
    total = np.sqrt(fit.errors.variance)
    rows = []
    for k, target in enumerate(fit.targets):
        stated, found = float(fit.errors.emulator[k]), float(check.error[k])
        rows.append(
            {
                "target": target.name,
                "stated": stated,
                "found": found,
                "more_than_stated": found > stated,
                "with_the_banks_seed": float(check.accuracy.error[k]),
                "bias_with_the_banks_seed": float(check.accuracy.bias[k]),
                "misfit": float(check.misfit[k]),
                "bank_noise": float(check.own_chance[k]),
                "chance": float(check.chance[k]),
                "shift_of_the_banks_seed": float(check.shift[k]),
                "total_error": float(total[k]),
                "found_of_total": found / float(total[k]),
            }
        )
    return rows
