"""Other assumed errors: the analytic posterior under each, and what the evidence still teaches."""

import numpy as np
import pytest

from calibration.elliptical import Sampling
from calibration.likelihood import errors_of
from calibration.sensitivity import ASSUMPTIONS, informed_anywhere, refits
from tests.calibration.made_up import SLOPES, analytic_posterior, emulated, linear_model, target

PUBLISHED = [3.0, 1.2, 2.4, 2.5]
SAMPLING = Sampling(chains=40, warm_up=25, draws=32, thin=2)


@pytest.fixture(scope="module")
def found():
    targets = [
        target(value, study=str(k), outcome=str(k), se=0.2, discrepancy=0.4, abroad=k < 2)
        for k, value in enumerate(PUBLISHED)
    ]
    errors = errors_of(targets, np.zeros(4))
    return targets, errors, list(refits(emulated(linear_model), targets, errors, SAMPLING, seed=1))


def test_the_usual_assumption_comes_first_and_each_error_is_halved_and_doubled(found):
    assert [refit.assumption.name for refit in found[2]] == [
        "as assumed", "discrepancy x 0.5", "discrepancy x 2", "transport x 0.5", "transport x 2",
    ]  # fmt: skip


def test_each_refit_is_the_analytic_posterior_of_its_errors(found):
    _, errors, refitted = found
    for refit in refitted:
        variance = errors.times(refit.assumption.discrepancy, refit.assumption.transport).variance
        mean, covariance = analytic_posterior(np.array(PUBLISHED), variance)
        assert refit.draws.mean(axis=0) == pytest.approx(mean, abs=0.12)
        assert 1.0 - refit.taught.contraction == pytest.approx(np.diag(covariance), abs=0.12)
        assert refit.mean == pytest.approx(2.0 + mean @ SLOPES, abs=0.15)


def test_a_model_less_trusted_learns_less_foretells_wider_and_stays_farther(found):
    usual, trusted, doubted, *_ = found[2]
    assert trusted.taught.contraction[:3].sum() > usual.taught.contraction[:3].sum()
    assert usual.taught.contraction[:3].sum() > doubted.taught.contraction[:3].sum()
    assert (trusted.foretold.width < usual.foretold.width).all()
    assert (usual.foretold.width < doubted.foretold.width).all()
    assert trusted.distance.mean() < doubted.distance.mean()


def test_transport_touches_effects_from_abroad_alone(found):
    _, errors, _ = found
    ratio = errors.times(transport=2.0).transport / np.where(errors.transport > 0.0, errors.transport, 1.0)
    assert ratio.tolist() == [2.0, 2.0, 0.0, 0.0]
    assert errors.times(transport=2.0).discrepancy.tolist() == errors.discrepancy.tolist()


def test_what_no_target_depends_on_is_informed_under_no_assumption(found):
    assert 3 not in informed_anywhere(found[2])
    assert set(informed_anywhere(found[2]).tolist()) == {0, 1, 2}
    assert len(found[2]) == len(ASSUMPTIONS)
