"""The sampler's verdict: the worst parameter is named, and chains that have not met are refused."""

import numpy as np
import pytest

from calibration.diagnostics import MOST_RHAT, convergence
from scenarios import fit_commands
from simulation.inputs import InputError


def chains(apart=0.0):
    draws = np.random.default_rng(1).standard_normal((8, 400, 3))
    draws[:4, :, 1] += apart
    return draws


def test_chains_that_have_met():
    found = convergence(chains(), ["a", "b", "c"])
    assert found.met
    assert found.rhat < 1.02
    assert found.effective > 2_000


def test_the_worst_parameter_is_named():
    found = convergence(chains(apart=1.5), ["a", "b", "c"])
    assert found.rhat_of == found.effective_of == "b"
    assert found.rhat > MOST_RHAT
    assert not found.met


def test_a_chain_that_stands_still_has_not_met():
    draws = chains()
    draws[..., 2] = 0.5
    found = convergence(draws, ["a", "b", "c"])
    assert found.rhat_of == "c"
    assert not found.met


def test_a_fit_whose_chains_have_not_met_is_refused_with_the_parameters_name(monkeypatch):
    class Fitted:
        draws = chains(apart=1.5)

    monkeypatch.setattr(fit_commands.fitting, "FITTED", ("a", "quit_rate", "c"))
    with pytest.raises(InputError, match=r"R-hat of quit_rate is 1\.\d\d, above 1\.05"):
        fit_commands._converged(Fitted(), seed=3)
