"""Likelihood: how far a mean response may lie from a published estimate, and why.

A target is a published number that the model should reproduce. The likelihood is Gaussian in the model's mean
response, with the variance of all that may separate the two::

    published error^2 + transport^2 + discrepancy^2 + emulator error^2

The published error holds the chance in the study's sample; that of a simulated sample does not come on top.
Evidence that gives a direction only has no place here (:class:`Direction`): it is checked afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from calibration.basis import FloatArray, IntArray

ASSUMED_ERROR = 0.5
"""Standard error assumed where none is published, as a share of the effect (a t-ratio of 2)."""

TRANSPORT = 0.25
"""Standard deviation of what an effect may change on its way to China, as a share of its size."""

REACHABLE = 3.0
"""Implausibility up to which a target can be reached (three-sigma rule: Pukelsheim 1994)."""


@dataclass(frozen=True)
class Target:
    """A published number that the model should reproduce.

    ``published`` is the estimate, ``se`` its standard error (None: not published); ``outcome`` is a class of
    outcomes measured in one unit (productivity in log points); ``discrepancy`` is the standard deviation of
    what the model leaves out, in that unit; ``abroad`` says that an effect was found outside China and must
    be carried over.
    """

    name: str
    study: str
    outcome: str
    published: float
    se: float | None = None
    discrepancy: float = 0.0
    abroad: bool = False

    def __post_init__(self) -> None:
        if not np.isfinite(self.published):
            raise ValueError(f"target {self.name}: the published value is not a number; leave the target out")
        if self.se is not None and not 0.0 < self.se < np.inf:
            raise ValueError(f"target {self.name}: a standard error must be above 0; leave it out if unknown")
        if not 0.0 <= self.discrepancy < np.inf:
            raise ValueError(f"target {self.name}: a discrepancy must not be negative")


@dataclass(frozen=True)
class Errors:
    """Standard deviations of what separates published and modelled numbers, each (targets).

    ``assumed`` says where ``published`` was not published but assumed.
    """

    published: FloatArray
    assumed: NDArray[np.bool_]
    transport: FloatArray
    discrepancy: FloatArray
    emulator: FloatArray

    @property
    def variance(self) -> FloatArray:
        """The variance of the likelihood (targets)."""
        return self.published**2 + self.transport**2 + self.discrepancy**2 + self.emulator**2

    def times(self, discrepancy: float = 1.0, transport: float = 1.0) -> Errors:
        """The same with all discrepancies and all transport so many times as large."""
        return replace(self, discrepancy=discrepancy * self.discrepancy, transport=transport * self.transport)


def errors_of(
    targets: Sequence[Target],
    emulator: FloatArray,
    transport: float = TRANSPORT,
    known: Sequence[Target] | None = None,
) -> Errors:
    """The errors of all ``targets``; ``emulator`` (targets) is the emulator's, ``transport`` a share.

    What is not published is pooled from the ``known`` targets, by default the same. An effect carried over
    may change by a share of it or, where it is smaller than is typical of its class, of the typical one: that
    nothing was found elsewhere is no proof that nothing happens here.
    """
    known = targets if known is None else known
    size = [max(abs(target.published), typical_effect(target.outcome, known)) for target in targets]
    return Errors(
        published=np.array([published_error(target, known) for target in targets]),
        assumed=np.array([target.se is None for target in targets]),
        transport=transport * np.array([target.abroad for target in targets]) * size,
        discrepancy=np.array([target.discrepancy for target in targets]),
        emulator=np.asarray(emulator, np.float64),
    )


def published_error(target: Target, known: Sequence[Target]) -> float:
    """The published standard error or the one assumed: half the effect, at least the floor of its class.

    A study that reports no effect has an error too. The floor is the error that ``known`` studies of the
    class publish, pooled; where none does, half the smallest effect that any of them found.
    """
    if target.se is not None:
        return target.se
    of_class = _of_class(target.outcome, known)
    errors = [(other.study, other.se) for other in of_class if other.se is not None]
    found = [abs(other.published) for other in of_class if other.published]
    floor = _pooled(errors) if errors else ASSUMED_ERROR * min(found, default=0.0)
    return max(ASSUMED_ERROR * abs(target.published), floor)


def typical_effect(outcome: str, known: Sequence[Target]) -> float:
    """Size of the ``known`` effects of a class, whatever their sign: root mean square, 0 of none."""
    return _pooled([(target.study, target.published) for target in _of_class(outcome, known)])


def _of_class(outcome: str, targets: Sequence[Target]) -> list[Target]:
    return [target for target in targets if target.outcome == outcome]


def _pooled(numbers: Sequence[tuple[str, float]]) -> float:
    """Root mean square of the numbers of (study, number), each study counted once; 0 of none."""
    studies: dict[str, list[float]] = {}
    for study, number in numbers:
        studies.setdefault(study, []).append(number**2)
    return float(np.sqrt(np.mean([np.mean(squares) for squares in studies.values()]))) if studies else 0.0


@dataclass(frozen=True)
class Evidence:
    """Data sets to be fitted, side by side: published values, and the weight of each in its data set.

    Both are (data sets, targets); ``precision`` is one over the likelihood's variance, and 0 leaves a target
    out of that data set.
    """

    values: FloatArray
    precision: FloatArray

    @classmethod
    def of(cls, values: FloatArray, variance: FloatArray) -> Evidence:
        """Evidence of ``values`` (targets, or data sets x targets); what is not a number is left out."""
        values, variance = np.broadcast_arrays(np.atleast_2d(values), np.atleast_2d(variance))
        if not (variance[np.isfinite(values)] > 0.0).all():
            raise ValueError("a target has no error at all: give it a standard error or a discrepancy")
        seen = np.isfinite(values)
        return cls(
            np.where(seen, values, 0.0), np.divide(1.0, variance, out=np.zeros(values.shape), where=seen)
        )

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, rows: slice) -> Evidence:
        return Evidence(self.values[rows], self.precision[rows])

    def log_likelihood(self, mean: FloatArray, of: IntArray) -> FloatArray:
        """Log likelihood (points) of mean responses (points, targets), but for a constant of the data set.

        ``of`` (points) is the number of each point's data set.
        """
        return -0.5 * np.einsum("pk,pk->p", self.precision[of], (self.values[of] - mean) ** 2)


@dataclass(frozen=True)
class Reach:
    """How near the model comes to each target anywhere in the bank, before any fit.

    ``best`` (targets) is the least implausibility of each target alone, ``together`` (targets) that of each
    at the point (number ``point`` of the bank) which agrees best with all of them.
    """

    best: FloatArray
    together: FloatArray
    point: int

    @property
    def reachable(self) -> NDArray[np.bool_]:
        """Which targets (targets) the model can reach with some parameters."""
        return self.best <= REACHABLE


def implausibility(responses: FloatArray, published: FloatArray, variance: FloatArray) -> FloatArray:
    """Distance of ``responses`` (points, targets) from the published values, in standard deviations.

    ``published`` and ``variance`` (targets). History matching: Craig et al. 1997; Vernon et al. 2010.
    """
    return np.abs(published - responses) / np.sqrt(variance)


def reach(responses: FloatArray, published: FloatArray, variance: FloatArray) -> Reach:
    """What can be reached over a bank of mean ``responses`` (points, targets), NaN where a run failed."""
    distance = implausibility(responses, published, variance)
    if np.isnan(distance).all(axis=0).any():
        raise ValueError("a target has not been simulated at any point of the bank")
    squares = np.where(np.isnan(distance), np.inf, distance**2).sum(axis=1)
    point = int(np.argmin(squares))
    return Reach(np.nanmin(distance, axis=0), distance[point], point)


@dataclass(frozen=True)
class Direction:
    """Evidence of a direction only: ``sign`` is +1, 0 or -1; 0 means within ``tolerance`` of none."""

    name: str
    study: str
    sign: int
    tolerance: float = 0.0

    def __post_init__(self) -> None:
        if self.sign not in (-1, 0, 1):
            raise ValueError(f"direction {self.name}: the sign must be -1, 0 or 1, not {self.sign}")
        if self.sign == 0 and not self.tolerance > 0.0:
            raise ValueError(f"direction {self.name}: say within what tolerance an effect counts as none")


def direction_agrees(direction: Direction, effects: FloatArray) -> float:
    """Share of simulated ``effects`` (draws) that have the direction: above 0.5 it is the likelier one."""
    if direction.sign == 0:
        return float((np.abs(effects) <= direction.tolerance).mean())
    return float((np.sign(effects) == direction.sign).mean())
