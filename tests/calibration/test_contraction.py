"""Contraction: what the data narrowed or moved counts as informed; what few draws show by chance does not."""

import re
from pathlib import Path

import numpy as np
import pytest

from calibration.belief import shipped_posterior
from calibration.contraction import contraction
from calibration.draws_file import read_draws
from calibration.fitted import FITTED
from calibration.likelihood import Evidence
from calibration.posterior import sample
from simulation.parameters import FREE, PARAMETERS
from tests.calibration.made_up import analytic_posterior, emulated, linear_model
from tests.calibration.test_posterior import LONG, PUBLISHED, VARIANCE


def normal(mean, sd, chains=8, n=250):
    return mean + sd * np.random.default_rng(1).standard_normal((chains, n, 1))


def test_contraction_of_the_linear_model_is_the_analytic_one():
    told = contraction(sample(emulated(linear_model), Evidence.of(PUBLISHED, VARIANCE), LONG, seed=1)[0])
    mean, covariance = analytic_posterior(PUBLISHED, VARIANCE)
    assert told.contraction == pytest.approx(1.0 - np.diag(covariance), abs=0.06)
    assert told.shift == pytest.approx(mean, abs=0.06)
    assert told.informed.tolist() == [True, True, True, False]


@pytest.mark.parametrize(
    ("mean", "sd", "informed"),
    [
        (0.0, 1.0, False),
        (0.0, 0.8, True),
        (0.0, 0.98, False),
        (0.5, 1.0, True),
        (0.1, 1.0, False),
        (0, 1.2, False),
    ],
)
def test_what_counts_as_informed(mean, sd, informed):
    assert contraction(normal(mean, sd)).informed.tolist() == [informed]


def test_few_draws_inform_of_nothing():
    few = np.random.default_rng(2).standard_normal((2, 20, 1000))
    assert contraction(few).informed.mean() < 0.02
    narrow = contraction(0.3 * few)
    assert narrow.informed.mean() > 0.9


# what the description says of the shipped posterior


def test_the_description_names_every_fitted_parameter_that_nothing_informs():
    """Table of docs/model-description.md, section 8, beside the provenance of the shipped posterior."""
    informed = set(read_draws(shipped_posterior())[1]["informed"])
    text = (Path(__file__).parents[2] / "docs" / "model-description.md").read_text(encoding="utf-8")
    table = text.partition("| submodel | fitted, not informed |")[2].partition("\n\n")[0]
    named = re.findall(r"`([^`]+)`", table)
    assert sorted(named) == sorted(set(FITTED) - informed)
    for submodel, counted, names in re.findall(r"^\| (\w+) \((\d+)\) \| (.*) \|$", table, re.MULTILINE):
        own = re.findall(r"`([^`]+)`", names)
        assert len(own) == int(counted)
        assert {PARAMETERS[name].submodel for name in own} == {submodel}
    assert f"{len(named)} of the {len(FITTED)} fitted ones" in text
    assert f"the {len(FREE) - len(FITTED)} free parameters" in text
