"""Published estimates foretold by the posterior, also by one that has not seen the study.

A forecast is of what a study would publish: the model's mean response with all errors that separate the two,
the study's own among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from calibration.basis import FloatArray
from calibration.elliptical import Sampling
from calibration.emulator import Emulator
from calibration.likelihood import TRANSPORT, Evidence, Target, errors_of
from calibration.posterior import sample
from calibration.scores import crps_of_draws

COVERAGE = 0.9
"""Coverage of the intervals."""


@dataclass(frozen=True)
class Forecast:
    """Forecasts of published estimates beside what was published, each (targets).

    ``mean`` is the model's, ``low`` and ``high`` the ends of the 90 % interval, ``crps`` the score in the
    target's unit.
    """

    published: FloatArray
    mean: FloatArray
    low: FloatArray
    high: FloatArray
    crps: FloatArray

    @property
    def inside(self) -> NDArray[np.bool_]:
        """Whether the interval holds the published estimate."""
        return (self.low <= self.published) & (self.published <= self.high)

    @property
    def no_effect_inside(self) -> NDArray[np.bool_]:
        """Whether the interval holds 0 too: then it says little."""
        return (self.low <= 0.0) & (self.high >= 0.0)

    @property
    def width(self) -> FloatArray:
        """Width of the interval, in the target's unit."""
        return self.high - self.low


def forecast(
    mean: FloatArray,
    targets: Sequence[Target],
    known: Sequence[Target],
    emulator: FloatArray,
    seed: int,
    transport: float = TRANSPORT,
) -> Forecast:
    """Forecasts for ``targets`` from mean responses (draws, targets) of the posterior.

    ``emulator`` (targets) is the emulator's error, 0 where responses were simulated; errors that are not
    published follow from the foretold effects and the ``known`` targets, never from what is to be foretold.
    """
    variance = _foretold_variance(mean, targets, known, emulator, transport)
    return _forecast(mean, targets, variance, seed)


def _foretold_variance(
    mean: FloatArray,
    targets: Sequence[Target],
    known: Sequence[Target],
    emulator: FloatArray,
    transport: float,
) -> FloatArray:
    foretold = [
        replace(target, published=float(effect))
        for target, effect in zip(targets, mean.mean(axis=0), strict=True)
    ]
    return errors_of(foretold, emulator, transport, known).variance


def _forecast(mean: FloatArray, targets: Sequence[Target], variance: FloatArray, seed: int) -> Forecast:
    noise = np.random.default_rng([seed, 408]).standard_normal(mean.shape)
    draws = mean + noise * np.sqrt(variance)
    low, high = np.quantile(draws, [(1.0 - COVERAGE) / 2.0, (1.0 + COVERAGE) / 2.0], axis=0)
    published = np.array([target.published for target in targets])
    return Forecast(published, draws.mean(axis=0), low, high, crps_of_draws(draws, published))


def leave_one_study_out(
    emulator: Emulator,
    targets: Sequence[Target],
    error: FloatArray,
    sampling: Sampling,
    seed: int,
    transport: float = TRANSPORT,
) -> Forecast:
    """Each study's targets foretold by a fit to all other studies; ``error`` (targets) is the emulator's.

    Errors assumed in a fit are pooled from the studies in it.
    """
    studies = list(dict.fromkeys(target.study for target in targets))
    own = np.array([[target.study == study for target in targets] for study in studies])
    values = np.where(own, np.nan, [target.published for target in targets])
    fitted = np.ones(own.shape)
    for row, left_out in zip(fitted, own, strict=True):
        row[~left_out] = errors_of(_chosen(targets, ~left_out), error[~left_out], transport).variance
    draws = sample(emulator, Evidence.of(values, fitted), sampling, seed)
    mean = np.empty((draws[0, ..., 0].size, len(targets)))
    variance = np.empty(len(targets))
    for left_out, posterior in zip(own, draws, strict=True):
        mean[:, left_out] = emulator.mean(posterior.reshape(-1, emulator.dimension))[:, left_out]
        others = _chosen(targets, ~left_out)
        variance[left_out] = _foretold_variance(
            mean[:, left_out], _chosen(targets, left_out), others, error[left_out], transport
        )
    return _forecast(mean, targets, variance, seed)


def _chosen(targets: Sequence[Target], which: NDArray[np.bool_]) -> list[Target]:
    return [target for target, chosen in zip(targets, which, strict=True) if chosen]
