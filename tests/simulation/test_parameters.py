"""The registry: complete, graded, bounded; priors hold their defaults."""

import numpy as np
import pytest

from simulation.parameters import FREE, MODULES, PARAMETERS, check_override, parameter_record

GRADES = {"SEEN", "SEEN_DERIVED", "ASSUMPTION", "RECALLED_HIGH", "RECALLED_MED", "RECALLED_LOW"}


def test_every_parameter_has_unit_source_meaning_and_grade():
    for name, parameter in PARAMETERS.items():
        assert parameter.confidence in GRADES, name
        assert all((parameter.unit, parameter.source, parameter.meaning, parameter.submodel)), name


@pytest.mark.parametrize("name", FREE)
def test_a_default_is_not_in_the_tails_of_its_prior_and_draws_stay_in_bounds(name):
    parameter = PARAMETERS[name]
    low, high = parameter.quantile(np.array([0.1, 0.9]))
    assert low <= parameter.default <= high
    ends = parameter.quantile(np.array([0.0, 1.0]))
    assert ends.min() >= parameter.low
    assert ends.max() <= parameter.high
    assert low < high


def test_records_hold_defaults_overrides_and_modules():
    record = parameter_record({"quit_rate": 0.03, "productivity_gain.safety": 0.5})[0]
    assert record["quit_rate"] == 0.03
    assert record["hire_rate"] == PARAMETERS["hire_rate"].default
    expected = [PARAMETERS[f"productivity_gain.{module}"].default for module in MODULES]
    expected[MODULES.index("safety")] = 0.5
    assert record["productivity_gain"].tolist() == expected


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [("quit_rat", 0.1, "quit_rate"), ("quit_rate", 2.0, "between 0 and 0.5"), ("quit_rate", -1.0, "between")],
)
def test_wrong_overrides_are_refused_with_the_remedy(name, value, words):
    with pytest.raises(ValueError, match=words):
        check_override(name, value)
