"""Made-up models of standard-normal parameters with known answers, one linear, one curved; targets."""

import numpy as np

from calibration.elliptical import Sampling
from calibration.emulator import fit_emulator
from calibration.likelihood import Target

QUICK = Sampling(chains=4, warm_up=5, draws=20, thin=1)

SLOPES = np.array(
    [
        [1.0, 0.0, 0.5, 0.0],
        [0.0, 1.0, -0.5, 0.0],
        [0.3, 0.3, 0.0, 1.0],
        [0.0, 0.0, 0.0, 0.0],
    ]
)
"""Slopes (parameters, targets) of the linear model; its fourth parameter does nothing."""


def points(n, d, seed):
    return np.random.default_rng(seed).standard_normal((n, d))


def linear_model(z):
    return 2.0 + z @ SLOPES


def curved_model(z):
    """Three responses of six parameters, of which the last two do nothing."""
    return np.stack(
        [
            np.exp(0.4 * z[:, 0]) + 0.3 * z[:, 1],
            np.tanh(z[:, 1] + 0.5 * z[:, 2]),
            z[:, 0] * z[:, 2] * 0.3 + z[:, 3] + 0.2 * z[:, 3] ** 2,
        ],
        axis=1,
    )


def emulated(model, n=300, d=4, seed=1):
    z = points(n, d, seed)
    y = model(z)
    return fit_emulator(z, y, [f"target {k}" for k in range(y.shape[1])])


def analytic_posterior(published, variance):
    """Mean (parameters) and covariance (parameters, parameters) of the linear model's posterior."""
    covariance = np.linalg.inv(np.eye(len(SLOPES)) + (SLOPES / variance) @ SLOPES.T)
    return covariance @ (SLOPES / variance) @ (published - 2.0), covariance


def target(published, study="A", outcome="productivity", **more):
    return Target(name=f"{outcome} of {study}", study=study, outcome=outcome, published=published, **more)
