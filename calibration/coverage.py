"""Does the posterior mean what it says? Fits to data made up from known parameters (Talts et al. 2018).

Truths are points of the bank that the emulator has not seen, so that its error counts; data are the responses
simulated there, with errors of study, transport and model added. If the fit is right, every rank of the truth
among draws from its posterior is equally likely, and an interval of 90 % holds it in 90 of 100 cases.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from calibration.basis import FloatArray, IntArray
from calibration.diagnostics import effective_size, split_rhat
from calibration.elliptical import Sampling
from calibration.emulator import Emulator
from calibration.likelihood import Errors, Evidence
from calibration.posterior import sample_batches
from calibration.scores import crps_of_draws, crps_of_normal

LEVELS = (0.5, 0.9)
"""Intervals whose coverage is counted: central ones."""

RANKED = 99
"""Draws among which a truth is ranked, taken far apart, as ranks need independent draws: 100 ranks."""

BINS = 10
"""Bins of the ranks in the test that they are uniform."""

ALPHA = 0.05
"""Chance of finding fault with a right posterior, whatever the number of parameters (rule of Holm 1979)."""


@dataclass(frozen=True)
class Coverage:
    """Fits to made-up data, one a truth; parameters in standard-normal units.

    ``truth``, ``mean``, ``sd`` and ``crps`` (truths, parameters): the truth, posterior mean and standard
    deviation, and score of the posterior; ``inside`` (levels, truths, parameters): whether intervals hold the
    truth; ``ranks`` (truths, parameters + 1): its rank among `RANKED` draws, and last the rank of its log
    likelihood, which also notices a posterior that heeds the data too little (Modrak et al. 2023); ``active``
    (parameters): those that any target depends on; ``rhat`` and ``effective`` (truths): the worst of the
    active parameters; ``failed``: truths passed over as a run had failed there.
    """

    truth: FloatArray
    mean: FloatArray
    sd: FloatArray
    crps: FloatArray
    inside: NDArray[np.bool_]
    ranks: IntArray
    active: IntArray
    rhat: FloatArray
    effective: FloatArray
    failed: int

    @property
    def uniformity(self) -> FloatArray:
        """p-values (active parameters, then the log likelihood) of the ranks' being uniform, by Holm's rule.

        Chi-square test of `BINS` equal bins; one p-value below `ALPHA` refutes the fit.
        """
        tested = self.ranks[:, [*self.active, -1]]
        return holm(np.array([uniform_p(ranks) for ranks in tested.T]))

    def share_inside(self) -> tuple[FloatArray, FloatArray]:
        """Coverage (levels) over active parameters and truths, and its Monte Carlo standard error (levels).

        Parameters of one fit share its data: the error is that of the mean over independent truths.
        """
        by_truth = self.inside[:, :, self.active].mean(axis=2)
        return by_truth.mean(axis=1), by_truth.std(axis=1, ddof=1) / np.sqrt(by_truth.shape[1])

    @property
    def contraction(self) -> FloatArray:
        """Mean share of the prior variance that is gone (parameters)."""
        return 1.0 - (self.sd**2).mean(axis=0)

    @property
    def correlation(self) -> FloatArray:
        """Correlation of posterior mean and truth over the truths (parameters): 1 where it is recovered."""
        truth, mean = self.truth - self.truth.mean(axis=0), self.mean - self.mean.mean(axis=0)
        return (truth * mean).sum(axis=0) / np.sqrt((truth**2).sum(axis=0) * (mean**2).sum(axis=0))

    @property
    def skill(self) -> FloatArray:
        """Share by which the posterior's score is better than the prior's (parameters): 0 learns nothing."""
        prior = crps_of_normal(np.zeros(1), np.ones(1), self.truth)
        return 1.0 - self.crps.mean(axis=0) / prior.mean(axis=0)


def check_coverage(
    emulator: Emulator, z: FloatArray, y: FloatArray, errors: Errors, sampling: Sampling, seed: int
) -> Coverage:
    """Fit data made up at each of the truths ``z`` (truths, parameters), and compare.

    ``y`` (truths, targets) are the responses simulated there, NaN where a run failed. The emulator must have
    seen none of them, and ``errors.emulator`` be its whole error, the chance in a response included.
    """
    ran = np.isfinite(y).all(axis=1)
    truth = z[ran]
    noise = np.random.default_rng([seed, 407]).standard_normal(y[ran].shape)
    data = y[ran] + noise * np.sqrt(errors.variance - errors.emulator**2)
    evidence = Evidence.of(data, errors.variance)
    parts, first = [], 0
    for draws in sample_batches(emulator, evidence, sampling, seed):
        rows = slice(first, first + len(draws))
        parts.append(_compared(emulator, evidence[rows], truth[rows], draws))
        first += len(draws)
    together = {
        name: np.concatenate([part[name] for part in parts], axis=1 if name == "inside" else 0)
        for name in parts[0]
    }
    return Coverage(truth=truth, active=emulator.active, failed=int((~ran).sum()), **together)


def _compared(
    emulator: Emulator, evidence: Evidence, truth: FloatArray, draws: FloatArray
) -> dict[str, NDArray[Any]]:
    """What `Coverage` keeps of posterior ``draws`` (truths, chains, draws, parameters)."""
    sets, chains, each, d = draws.shape
    flat = draws.swapaxes(1, 2).reshape(sets, chains * each, d)
    ranked = flat[:, np.linspace(0, chains * each - 1, RANKED).astype(np.int64)]
    likelihood = _log_likelihood(emulator, evidence, np.concatenate([truth[:, None], ranked], axis=1))
    below = np.concatenate(
        [ranked < truth[:, None], (likelihood[:, 1:] < likelihood[:, :1])[:, :, None]], axis=2
    )
    tails = np.array([[(1.0 - level) / 2.0, (1.0 + level) / 2.0] for level in LEVELS])
    ends = np.quantile(flat, tails, axis=1)
    own = draws[..., emulator.active]
    return {
        "mean": flat.mean(axis=1),
        "sd": flat.std(axis=1, ddof=1),
        "crps": crps_of_draws(flat.swapaxes(0, 1), truth),
        "inside": (ends[:, 0] <= truth) & (truth <= ends[:, 1]),
        "ranks": below.sum(axis=1),
        "rhat": split_rhat(own).max(axis=-1),
        "effective": effective_size(own).min(axis=-1),
    }


def _log_likelihood(emulator: Emulator, evidence: Evidence, z: FloatArray) -> FloatArray:
    """Log likelihood (data sets, points) at points ``z`` (data sets, points, parameters)."""
    sets, points, d = z.shape
    of = np.repeat(np.arange(sets), points)
    return evidence.log_likelihood(emulator.mean(z.reshape(-1, d)), of).reshape(sets, points)


def uniform_p(ranks: IntArray) -> float:
    """p-value of the chi-square test that ``ranks`` (truths), 0..`RANKED`, fall into all bins alike."""
    counts = np.bincount(ranks * BINS // (RANKED + 1), minlength=BINS)
    expected = len(ranks) / BINS
    return float(chdtrc(BINS - 1, ((counts - expected) ** 2 / expected).sum()))


def holm(p: FloatArray) -> FloatArray:
    """p-values adjusted for their number, so that the chance of any below ``x`` is at most x (Holm 1979)."""
    order = np.argsort(p)
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted
