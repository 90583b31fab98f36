"""How the result moves with what was assumed: the same evidence fitted again with other errors.

How far the model may be wrong (discrepancy) and how much an effect may change on its way to China (transport)
are nowhere published. Each is halved and doubled in turn, and the posterior drawn again from the same
emulator: where parameters and effects stay, the assumption does not matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from calibration.basis import FloatArray
from calibration.contraction import Contraction, contraction
from calibration.elliptical import Sampling
from calibration.emulator import Emulator
from calibration.forecast import Forecast, forecast
from calibration.likelihood import TRANSPORT, Errors, Evidence, Target
from calibration.posterior import sample

TIMES = (0.5, 2.0)
"""Multiples of an assumed error at which the fit is repeated."""


@dataclass(frozen=True)
class Assumption:
    """Discrepancies and transport ``times`` as large as usual."""

    discrepancy: float = 1.0
    transport: float = 1.0

    @property
    def name(self) -> str:
        """What differs from the usual assumption."""
        parts = [f"{part} x {times:g}" for part, times in vars(self).items() if times != 1.0]
        return ", ".join(parts) or "as assumed"


ASSUMPTIONS = (
    Assumption(),
    *(Assumption(discrepancy=times) for times in TIMES),
    *(Assumption(transport=times) for times in TIMES),
)
"""The usual assumption first, then each error halved and doubled."""


@dataclass(frozen=True)
class Refit:
    """The posterior under an ``assumption``.

    ``draws`` (draws, parameters) are standard normal under the prior; ``taught`` says what they are worth,
    parameter by parameter; ``mean`` (targets) is the mean response; ``foretold`` are forecasts of the
    published estimates by a fit that has seen them; ``distance`` (targets) is how far the mean response lies
    from the published number, in standard deviations of the usual total error.
    """

    assumption: Assumption
    draws: FloatArray
    taught: Contraction
    mean: FloatArray
    foretold: Forecast
    distance: FloatArray


def refits(
    emulator: Emulator, targets: Sequence[Target], errors: Errors, sampling: Sampling, seed: int
) -> Iterator[Refit]:
    """A fit for each of `ASSUMPTIONS`; ``emulator`` is of the ``targets`` alone, ``errors`` are usual."""
    published = np.array([target.published for target in targets])
    usual = np.sqrt(errors.variance)
    scaled = [errors.times(each.discrepancy, each.transport) for each in ASSUMPTIONS]
    evidence = Evidence.of(published, np.stack([each.variance for each in scaled]))
    for assumption, chains in zip(ASSUMPTIONS, sample(emulator, evidence, sampling, seed), strict=True):
        draws = chains.reshape(-1, chains.shape[-1])
        response = emulator.mean(draws)
        mean = response.mean(axis=0)
        own = [replace(target, discrepancy=assumption.discrepancy * target.discrepancy) for target in targets]
        foretold = forecast(
            response, own, own, errors.emulator, seed, transport=assumption.transport * TRANSPORT
        )
        yield Refit(assumption, draws, contraction(chains), mean, foretold, np.abs(mean - published) / usual)


def informed_anywhere(found: Sequence[Refit]) -> NDArray[np.int64]:
    """Numbers of the parameters that are informed under any assumption, most contracted first."""
    anywhere = np.any([refit.taught.informed for refit in found], axis=0)
    order = np.argsort(-found[0].taught.contraction, kind="stable")
    return order[anywhere[order]]
