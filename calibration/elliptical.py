"""Elliptical slice sampling, many chains side by side: no tuning, no rejection, exact for any density.

A new state lies on an ellipse through the old one and a fresh draw from a normal distribution: an angle is
drawn, and the bracket of angles shrunk towards the old state until the density is high enough (Murray, Adams
& MacKay 2010, Elliptical slice sampling, figure 2). The normal distribution may be the prior, whose ellipses
reach everywhere, or one that resembles the posterior, whose steps are long where data are precise (Nishihara,
Murray & Adams 2014). It settles the speed and not the result, so a state may follow from one slice of each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from calibration.basis import FloatArray, IntArray

LogDensity = Callable[[FloatArray, IntArray], FloatArray]
"""Log density (points), but for a constant, of points (points, parameters) each of a data set (points)."""


@dataclass(frozen=True)
class Normal:
    """A normal distribution for each data set: a point is ``centre + scale x`` for a standard-normal x.

    ``centre`` (data sets, parameters), ``scale`` and its ``inverse`` (data sets, parameters, parameters).
    """

    centre: FloatArray
    scale: FloatArray
    inverse: FloatArray

    @classmethod
    def prior(cls, data_sets: int, parameters: int) -> Normal:
        """The standard-normal prior, the same for all."""
        identity = np.broadcast_to(np.eye(parameters), (data_sets, parameters, parameters))
        return cls(np.zeros((data_sets, parameters)), identity, identity)

    @classmethod
    def of_precision(cls, centre: FloatArray, precision: FloatArray) -> Normal:
        """Around ``centre`` (data sets, parameters), with the inverse covariance ``precision``."""
        inverse = np.linalg.cholesky(precision).swapaxes(1, 2)
        scale = np.linalg.inv(inverse)
        return cls(centre, np.asarray(scale, np.float64), np.asarray(inverse, np.float64))

    def standard(self, z: FloatArray, of: IntArray) -> FloatArray:
        """The x of points ``z`` (points, parameters), ``of`` (points) being each point's data set."""
        return np.einsum("pij,pj->pi", self.inverse[of], z - self.centre[of])

    def away(self, x: FloatArray, of: IntArray) -> FloatArray:
        """How far the points at ``x`` (points, parameters) are from the centre."""
        return np.einsum("pij,pj->pi", self.scale[of], x)


@dataclass(frozen=True)
class Sampling:
    """How much is drawn: after ``warm_up`` states, ``draws`` of each of ``chains``, ``thin`` states apart."""

    chains: int = 8
    warm_up: int = 100
    draws: int = 200
    thin: int = 3


def elliptical_slices(
    log_density: LogDensity,
    normals: Sequence[Normal],
    of: IntArray,
    start: FloatArray,
    sampling: Sampling,
    rng: np.random.Generator,
) -> FloatArray:
    """Draws (chains, draws, parameters), a state following from a slice of each of ``normals`` in turn.

    ``of`` (chains) is the data set of each chain and ``start`` (chains, parameters) its first state;
    ``sampling`` counts the chains of one data set.
    """
    z, density = start, log_density(start, of)
    if not np.isfinite(density).all():
        raise ValueError("a chain starts where the density is not a number")
    kept = np.empty((len(z), sampling.draws, z.shape[1]))
    for state in range(sampling.warm_up + sampling.draws * sampling.thin):
        for normal in normals:
            z, density = _slice(log_density, normal, of, z, density, rng)
        draw, between = divmod(state + 1 - sampling.warm_up, sampling.thin)
        if draw > 0 and between == 0:
            kept[:, draw - 1] = z
    return kept


def _slice(
    log_density: LogDensity,
    normal: Normal,
    of: IntArray,
    z: FloatArray,
    density: FloatArray,
    rng: np.random.Generator,
) -> tuple[FloatArray, FloatArray]:
    """The next state ``z`` (chains, parameters) of every chain and its ``density`` (chains)."""
    chains = len(z)
    x, other = normal.standard(z, of), rng.standard_normal(z.shape)
    centre, other_away = normal.centre[of], normal.away(other, of)
    height = density + _half_square(x) - rng.standard_exponential(chains)
    angle = rng.uniform(0.0, 2.0 * np.pi, chains)
    low, high = angle - 2.0 * np.pi, angle.copy()
    following, its_density = np.empty_like(z), np.empty_like(density)
    moving = np.arange(chains)
    while len(moving):
        cosine, sine = np.cos(angle[moving, None]), np.sin(angle[moving, None])
        proposal = centre[moving] + (z[moving] - centre[moving]) * cosine + other_away[moving] * sine
        proposed = log_density(proposal, of[moving])
        beside_normal = proposed + _half_square(x[moving] * cosine + other[moving] * sine)
        # At angle 0 it is above the height, so that brackets end; rounding must not make them go on for ever.
        accepted = (beside_normal > height[moving]) | (high[moving] - low[moving] < 1e-12)
        done, moving = moving[accepted], moving[~accepted]
        following[done], its_density[done] = proposal[accepted], proposed[accepted]
        behind = angle[moving] < 0.0
        low[moving[behind]] = angle[moving[behind]]
        high[moving[~behind]] = angle[moving[~behind]]
        angle[moving] = rng.uniform(low[moving], high[moving])
    return following, its_density


def _half_square(x: FloatArray) -> FloatArray:
    """Half the squared length of each point: minus the log of a standard-normal density."""
    return 0.5 * np.einsum("pi,pi->p", x, x)
