"""Published effects beside simulated ones: what the fit reproduces, what it foretells, and how naive
guesses do.

The effects of a posterior draw are simulated, not emulated. An interval holds what may separate a published
from a simulated effect: parameters, the study's error, the way to China, what the model leaves out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration import evidence
from calibration.evidence import Effect, directions_of, effects_of, sizes_of
from calibration.forecast import COVERAGE, Forecast, forecast
from calibration.likelihood import Target, direction_agrees, published_error
from calibration.naive import Naive, class_scale, naive_forecasts
from calibration.trial_files import Trial

SETS = ("calibration", "validation")

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Validation:
    """Effects of trials as simulated under draws of the parameters, beside what was published.

    Attributes:
        effects: all outcomes of the trials.
        simulated: (draws, effects) in the units of comparison; NaN where undefined.
        sizes: those of which a size was published, calibration set first.
        targets: of the sizes.
        forecast, naive: of the sizes; scores divided by ``scale`` are in standard deviations of their class.
        scale: standard deviation of the class of each size.

    """

    effects: list[Effect]
    simulated: FloatArray
    sizes: list[Effect]
    targets: list[Target]
    known: list[Target]
    forecast: Forecast
    naive: Naive
    scale: FloatArray


def validate(trials: Sequence[Trial], simulated: FloatArray, seed: int) -> Validation:
    """Compare ``simulated`` effects (draws, outcomes) of all ``trials``, in the units of comparison."""
    effects = effects_of(trials)
    sizes = sorted(sizes_of(effects), key=lambda effect: SETS.index(effect.trial.set))
    fitted = [effect for effect in sizes if effect.trial.set == "calibration"]
    known = evidence.effect_targets(fitted, fitted) if fitted else evidence.effect_targets(sizes, sizes)
    targets = evidence.effect_targets(sizes, fitted or sizes)
    mean = simulated[:, [effect.column for effect in sizes]]
    return Validation(
        effects=effects,
        simulated=simulated,
        sizes=sizes,
        targets=targets,
        known=known,
        forecast=forecast(mean, targets, known, np.zeros(len(targets)), seed),
        naive=naive_forecasts(targets, known),
        scale=class_scale(targets, known),
    )


def trials_table(result: Validation) -> list[dict[str, Any]]:
    """One record a published size: published and simulated effect, interval, scores."""
    rows = []
    low, high = np.nanquantile(result.simulated, [0.5 - COVERAGE / 2, 0.5 + COVERAGE / 2], axis=0)
    for number, (effect, target) in enumerate(zip(result.sizes, result.targets, strict=True)):
        scale = result.scale[number] or 1.0
        rows.append(
            {
                "trial": effect.trial.name,
                "study": effect.trial.study,
                "country": effect.trial.country,
                "set": effect.trial.set,
                "outcome": effect.outcome.name,
                "class": effect.outcome_class,
                "unit": effect.unit,
                "published": target.published,
                "published_se": published_error(target, result.known),
                "se_assumed": effect.standard_error is None,
                "confidence": effect.outcome.confidence,
                "simulated": float(np.nanmean(result.simulated[:, effect.column])),
                "simulated_low": float(low[effect.column]),
                "simulated_high": float(high[effect.column]),
                "low": float(result.forecast.low[number]),
                "high": float(result.forecast.high[number]),
                "inside": bool(result.forecast.inside[number]),
                "no_effect_inside": bool(result.forecast.no_effect_inside[number]),
                "score": float(result.forecast.crps[number] / scale),
                "score_no_effect": float(result.naive.no_effect[number] / scale),
                "score_other_studies": float(result.naive.others[number] / scale),
            }
        )
    return rows


def directions_table(result: Validation) -> list[dict[str, Any]]:
    """One record a published direction: share of draws that have it."""
    known = [effect for effect in result.sizes if effect.trial.set == "calibration"] or result.sizes
    chosen = [effect for effect in result.effects if effect.outcome.direction_only]
    rows = []
    for effect, direction in zip(chosen, directions_of(result.effects, known), strict=True):
        values = result.simulated[:, effect.column]
        share = direction_agrees(direction, values[np.isfinite(values)])
        rows.append(
            {
                "trial": effect.trial.name,
                "study": effect.trial.study,
                "set": effect.trial.set,
                "outcome": effect.outcome.name,
                "published": int(effect.outcome.published),
                "simulated": float(np.nanmean(values)),
                "unit": effect.unit,
                "share_of_draws": share,
                "agrees": share > 0.5,
            }
        )
    return rows


def summary_table(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Of each set: how many effects lie inside, how many intervals hold no effect too, mean scores."""
    found = []
    for name in SETS:
        mine = [row for row in rows if row["set"] == name]
        if mine:
            found.append(
                {
                    "set": name,
                    "effects": len(mine),
                    "inside": sum(row["inside"] for row in mine),
                    "no_effect_inside": sum(row["no_effect_inside"] for row in mine),
                    **{
                        key: float(np.nanmean([row[key] for row in mine]))
                        for key in ("score", "score_no_effect", "score_other_studies")
                    },
                }
            )
    return found
