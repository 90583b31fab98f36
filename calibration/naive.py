"""Forecasts so naive that a model must beat them: no effect, and the mean effect of the other studies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from calibration.basis import FloatArray
from calibration.likelihood import Target, published_error, typical_effect
from calibration.scores import crps_of_normal


@dataclass(frozen=True)
class Naive:
    """Scores (targets) of two naive forecasts, in the target's unit.

    ``no_effect`` foretells 0, ``others`` the mean effect of the other studies of the class (NaN if there are
    none). Both are normal and know how uncertain they are: of the study's own error and, for the mean, of how
    far studies lie apart.
    """

    no_effect: FloatArray
    others: FloatArray


def naive_forecasts(targets: Sequence[Target], known: Sequence[Target]) -> Naive:
    """Scores for ``targets`` of forecasts by those who know the other studies among ``known`` targets."""
    no_effect, others = np.full((2, len(targets)), np.nan)
    for k, target in enumerate(targets):
        other = [each for each in known if each.study != target.study]
        no_effect[k] = _score(target, 0.0, 0.0, other)
        means = _study_means(target.outcome, other)
        if means:
            others[k] = _score(target, float(np.mean(means)), _spread(means), other)
    return Naive(no_effect, others)


def class_scale(targets: Sequence[Target], known: Sequence[Target]) -> FloatArray:
    """Standard deviation of ``known`` effects of each target's class (targets), to compare scores in.

    Where it cannot be told, from one effect or from equal ones, their size.
    """
    scale = []
    for target in targets:
        effects = [other.published for other in known if other.outcome == target.outcome]
        spread = float(np.std(effects, ddof=1)) if len(effects) > 1 else 0.0
        scale.append(spread if spread > 0.0 else typical_effect(target.outcome, known))
    return np.array(scale)


def _score(target: Target, effect: float, spread: float, known: Sequence[Target]) -> float:
    """Score of foretelling ``effect`` for a target, with a ``spread`` beside the study's error."""
    sd = np.hypot(spread, published_error(replace(target, published=effect), known))
    return float(crps_of_normal(np.array(effect), np.array(sd), np.array(target.published)))


def _study_means(outcome: str, known: Sequence[Target]) -> list[float]:
    """Mean effect of each study of a class."""
    studies: dict[str, list[float]] = {}
    for target in known:
        if target.outcome == outcome:
            studies.setdefault(target.study, []).append(target.published)
    return [float(np.mean(effects)) for effects in studies.values()]


def _spread(means: Sequence[float]) -> float:
    """Standard deviation of a new study's effect around the mean of others; of one, its size is the guess."""
    apart = np.std(means, ddof=1) if len(means) > 1 else abs(means[0])
    return float(apart * np.sqrt(1.0 + 1.0 / len(means)))
