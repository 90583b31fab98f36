"""What a sweep varies: names, distributions, ranges, and what is wrong with them."""

import numpy as np
import pytest

from calibration.belief import Belief, Posterior, belief_of
from scenarios.decisions.parameter_space import ParameterSpace, parse_ranges, space_of
from simulation.inputs import InputError
from simulation.parameters import FREE, PARAMETERS
from simulation.programme import Scenario

PRIOR = belief_of("prior")
PLAIN = Scenario(name="plain", months=24)


def test_all_free_parameters_are_varied_unless_said_otherwise():
    assert space_of((), {}, PRIOR, PLAIN).names == FREE


def test_a_submodel_stands_for_its_free_parameters():
    space = space_of(("practices", "visit_adoption"), {}, PRIOR, PLAIN)
    assert set(space.submodels) == {"practices", "delivery"}
    assert "visit_adoption" in space.names
    assert sum(name == "practices" for name in space.submodels) == sum(
        PARAMETERS[name].submodel == "practices" for name in FREE
    )


def test_points_become_quantiles_of_priors():
    space = ParameterSpace(("visit_knowhow", "visit_adoption"), edge=0.0)
    values = space.values(np.array([[0.0, 0.5], [0.5, 0.5], [1.0, 0.5]]))
    assert values[:, 0] == pytest.approx([0.02, 0.11, 0.2])  # uniform
    assert values[:, 1] == pytest.approx([0.5] * 3)  # beta(4, 4)


def test_a_range_is_spread_evenly_and_takes_a_fixed_parameter_too():
    fixed = next(
        name for name, known in PARAMETERS.items() if not known.is_free and known.submodel == "money"
    )
    low, high = PARAMETERS[fixed].low, PARAMETERS[fixed].high
    space = space_of((), {fixed: (low, high)}, PRIOR, PLAIN)
    assert space.names == (fixed,)
    assert space.values(np.array([[0.25]]))[0, 0] == pytest.approx(0.75 * low + 0.25 * high)


def test_fitted_parameters_follow_the_posteriors_margins_and_others_their_priors():
    rows = np.linspace(0.4, 0.6, 101)[:, np.newaxis]
    posterior = Posterior("made up", "0" * 64, {}, ("visit_adoption",), rows)
    space = space_of(("visit_adoption", "visit_knowhow"), {}, Belief("posterior", posterior), PLAIN, 0.0)
    values = space.values(np.array([[0.25, 0.25], [1.0, 1.0]]))
    assert values[:, space.names.index("visit_adoption")] == pytest.approx([0.45, 0.6])
    assert values[:, space.names.index("visit_knowhow")] == pytest.approx([0.065, 0.2])
    assert [space.distribution(name) for name in space.names] == ["prior", "posterior"]


def test_values_stay_within_the_registrys_bounds():
    space = space_of((), {}, PRIOR, PLAIN)
    values = space.values(np.random.default_rng(1).random((50, len(space.names))))
    low, high = (np.array([getattr(PARAMETERS[n], end) for n in space.names]) for end in ("low", "high"))
    assert ((low <= values) & (values <= high)).all()


@pytest.mark.parametrize(
    ("asked", "ranges", "words"),
    [
        (("visit_adoptoin",), {}, "visit_adoption"),
        (("practises",), {}, "practices"),
        (("discount_rate",), {}, "--range discount_rate=low:high"),
        (("cluster_size",), {}, "shapes the enterprises"),
    ],
)
def test_names_that_cannot_be_varied_are_refused(asked, ranges, words):
    with pytest.raises(InputError, match=words):
        space_of(asked, ranges, PRIOR, PLAIN)


def test_what_the_scenario_fixes_is_not_varied():
    fixing = PLAIN.model_copy(update={"parameters": {"visit_adoption": 0.4}})
    assert "visit_adoption" not in space_of((), {}, PRIOR, fixing).names
    with pytest.raises(InputError, match="fixed by the scenario plain"):
        space_of(("visit_adoption",), {}, PRIOR, fixing)


def test_ranges_are_read():
    assert parse_ranges(["visit_adoption=0.3:0.7"]) == {"visit_adoption": (0.3, 0.7)}


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["visit_adoption"], "is not a name with a range"),
        (["visit_adoption=0.7:0.3"], "is not a name with a range"),
        (["visit_adoption=nan:0.3"], "is not a name with a range"),
        (["visit_adoption=0.3:1.7"], "goes beyond 0 to 1"),
        (["visit_adoptoin=0.3:0.7"], "did you mean|Did you mean"),
        (["visit_adoption=0:1", "visit_adoption=0:1"], "given twice"),
    ],
)
def test_wrong_ranges_are_refused(texts, words):
    with pytest.raises(InputError, match=words):
        parse_ranges(texts)
