"""A sweep as a whole: values, ledger and tables, mostly with a function that poses as the simulator."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl
import pytest

from calibration.belief import belief_of
from scenarios.decisions import sweep as sweeping
from scenarios.decisions.responses import Model, Task
from scenarios.decisions.sweep import Asked, ready, simulate, tables
from simulation.inputs import InputError
from simulation.parameters import FREE
from simulation.scenario_files import load_scenario
from tests.scenarios.decisions.known_functions import ISHIGAMI_FIRST, ISHIGAMI_TOTAL, ishigami

FOUR = ("class_knowhow", "visit_knowhow", "visit_adoption", "readiness_base")
ASKED = {"indicators": ("productivity",), "ranges": dict.fromkeys(FOUR, (0.0, 1.0)), "enterprises": 100}


class Posing(Model):
    """Ishigami's function for the simulator, with chance keyed by the point."""

    sd = 0.0
    done = 0
    stop_after = None

    def evaluate(self, task):
        if self.stop_after is not None and Posing.done == self.stop_after:
            raise KeyboardInterrupt
        Posing.done += 1
        order = [task.names.index(name) for name in FOUR]
        values = ishigami(task.values[:, order])
        y = np.zeros((len(values), self.replicates, len(self.outcomes)))
        for number in range(len(values)):
            chance = np.random.default_rng([self.seed, task.first + number]).normal(size=self.replicates)
            y[number, :, 0] = values[number] + self.sd * chance
        return y


def posing(method="sobol", n=64, sd=0.0, stop_after=None, **more):
    asked = Asked(method, n=n, **(ASKED | more))
    made = ready(asked, load_scenario("class_only"), belief_of("prior"))
    kept = {name: value for name, value in vars(made.model).items() if name != "_kept"}
    model = Posing(**kept)
    object.__setattr__(model, "sd", sd)
    object.__setattr__(model, "stop_after", stop_after)
    Posing.done = 0
    return sweeping.Sweep(made.asked, model, made.space, made.design)


def rows(found, kind):
    return {r["parameter"]: r for r in found["indices"].filter(pl.col("kind") == kind).iter_rows(named=True)}


def test_a_function_posing_as_the_simulator_gets_its_own_indices_through_all_steps():
    found = tables(simulate(posing(n=256, sd=2.0), None, False))
    for kind, truth in (("first", ISHIGAMI_FIRST), ("total", ISHIGAMI_TOTAL)):
        for name, value in zip(FOUR, truth, strict=False):
            assert rows(found, kind)[name]["low"] <= value <= rows(found, kind)[name]["high"]
    assert rows(found, "total")["readiness_base"]["low"] <= 0.0
    assert rows(found, "total")["visit_knowhow"]["above_chance"]
    assert not rows(found, "total")["readiness_base"]["above_chance"]
    chance = found["chance"].row(0, named=True)
    assert chance["share_chance"] == pytest.approx(4.0 / (4.0 + 3.72**2), abs=0.04)


def test_draws_and_parameters_tell_the_sample_again():
    made = simulate(posing(n=8), None, False)
    found = tables(made)
    draws = found["draws"].filter(pl.col("outcome") == "productivity")
    assert draws.columns == ["draw", "replicate", "option", "outcome", "unit", "value"]
    assert draws["option"].unique().to_list() == ["class_only"]
    assert len(draws) == 2 * len(found["parameters"]) == 2 * 8 * 6
    point = found["parameters"].row(13, named=True)
    value = ishigami(np.array([[point[name] for name in FOUR]]))[0]
    assert draws.filter(pl.col("draw") == 13)["value"].to_list() == pytest.approx([value, value])
    assert draws.filter(pl.col("draw") == 13)["replicate"].to_list() == [26, 27]


def test_the_table_is_the_same_wherever_points_are_simulated():
    with ThreadPoolExecutor(3) as executor:
        elsewhere = simulate(posing(n=16, sd=1.0), None, False, executor=executor)
    here = simulate(posing(n=16, sd=1.0), None, False)
    assert np.array_equal(elsewhere.values, here.values)


# The ledger


def test_an_interrupted_sweep_goes_on_where_it_was(tmp_path):
    folder = tmp_path / "sweep"
    with pytest.raises(KeyboardInterrupt, match=r"2 of 6 parts are kept in .* --resume goes on"):
        simulate(posing(n=16, sd=1.0, stop_after=2), folder, False)
    assert len(list(folder.glob("part-*.npz"))) == 2
    resumed = simulate(posing(n=16, sd=1.0), folder, True)
    assert Posing.done == 4
    assert np.array_equal(resumed.values, simulate(posing(n=16, sd=1.0), None, False).values)


def test_without_a_folder_an_interruption_says_that_nothing_is_kept():
    with pytest.raises(KeyboardInterrupt, match="nothing is kept"):
        simulate(posing(n=16, stop_after=1), None, False)


def test_a_sweep_is_not_continued_under_another_design(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        simulate(posing(n=16, stop_after=1), tmp_path / "sweep", False)
    with pytest.raises(InputError, match="another design: replicates differ"):
        simulate(posing(n=16, replicates=3), tmp_path / "sweep", True)
    with pytest.raises(InputError, match="not finished"):
        simulate(posing(n=16), tmp_path / "sweep", False)


def test_resuming_what_is_no_sweep_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="holds no unfinished sweep"):
        simulate(posing(n=16), tmp_path, True)
    with pytest.raises(InputError, match="not empty"):
        simulate(posing(n=16), tmp_path, False)


# Undefined outcomes


def failed_at(made, *points):
    values = made.values.copy()
    values.reshape(-1, *values.shape[2:])[list(points), 1] = np.nan
    return sweeping.Sweep(made.asked, made.model, made.space, made.design, values)


def test_undefined_outcomes_are_counted_and_take_their_base_point_with_them():
    made = simulate(posing(n=64, sd=1.0), None, False)
    found = tables(failed_at(made, 3, 4, 100))  # base points 0 and 16
    chance = found["chance"].row(0, named=True)
    assert (chance["failed_points"], chance["points_left_out"], chance["points"]) == (3, 12, 384)
    assert found["indices"]["estimate"].is_finite().all()
    good = np.ones(64, bool)
    good[[0, 16]] = False
    rest = sweeping.Sweep(
        made.asked, made.model, made.space, made.design.only(good), made.values[good]
    )  # the same as if they had never been
    assert tables(rest)["indices"].equals(found["indices"])
    assert len(found["draws"].filter(pl.col("outcome") == "productivity")) == 2 * 384 - 3


def test_too_many_undefined_outcomes_are_refused_with_advice():
    made = simulate(posing(n=8), None, False)
    with pytest.raises(InputError, match=r"undefined at 6 of 48 points.*more --trained"):
        tables(failed_at(made, *range(0, 36, 6)))


# What is asked


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"method": "soboll"}, "sobol"),
        ({"method": "sobol", "n": 48}, "power of two"),
        ({"method": "fast", "n": 10}, "too few for fast"),
        ({"method": "pawn", "groups": True}, "not possible with pawn"),
        ({"method": "morris", "second_order": True}, "not possible with morris"),
        ({"method": "sobol", "ranges": {}, "parameters": ()}, "or give --groups"),
        ({"method": "sobol", "ranges": {}, "parameters": ("visit_adoption",)}, "nothing to rank"),
        ({"method": "sobol", "month": 13}, "end of a year"),
        ({"method": "sobol", "of": "both"}, "neither effect nor level"),
        ({"method": "sobol", "indicators": ("productivty",)}, "productivity"),
        ({"method": "sobol", "of": "level", "indicators": ("net_benefit",)}, "not an indicator of level"),
    ],
)
def test_what_cannot_be_answered_is_refused_before_anything_is_simulated(asked, words):
    with pytest.raises(InputError, match=words):
        ready(Asked(**({"n": 64} | ASKED | asked)), load_scenario("class_only"), belief_of("prior"))


def test_months_that_are_too_few_are_refused_and_enough_are_found():
    asked = Asked("sobol", **ASKED)
    with pytest.raises(InputError, match="Write 29 or more"):
        ready(asked, load_scenario("class_only"), belief_of("prior"), 24)
    assert ready(asked, load_scenario("class_only"), belief_of("prior")).model.scenario.months == 29
    money = Asked("sobol", **(ASKED | {"indicators": ("net_benefit",)}))
    assert ready(money, load_scenario("class_only"), belief_of("prior")).model.scenario.months == 41


def test_an_effect_needs_a_programme():
    with pytest.raises(InputError, match="there is none, so there is no effect"):
        ready(Asked("sobol", **ASKED), load_scenario("no_programme"), belief_of("prior"))


def test_groups_are_submodels():
    made = ready(
        Asked("sobol", ("productivity",), groups=True, n=8), load_scenario("class_only"), belief_of("prior")
    )
    assert "practices" in made.design.factors
    assert len(made.design.groups) == len(FREE)
    assert made.runs == 8 * (len(made.design.factors) + 2) * 2 * 2


# The simulator


@pytest.fixture(scope="module")
def model():
    asked = Asked("morris", ("productivity",), n=4, enterprises=100, trained=20, month=12, threads=1)
    return ready(asked, load_scenario("five_modules"), belief_of("prior")).model


def task(first, *values):
    return Task(first, ("visit_adoption",), np.array(values)[:, np.newaxis])


def test_chance_belongs_to_the_point_and_replicate_and_not_to_the_values(model):
    together = model.evaluate(task(5, 0.2, 0.8))
    assert np.array_equal(together[1:], model.evaluate(task(6, 0.8)), equal_nan=True)
    assert not np.array_equal(together[0, 0], together[0, 1])  # replicates differ
    productivity = model.outcomes.index("productivity")
    other = model.evaluate(task(5, 0.8))[0, :, productivity]
    assert (other > together[0, :, productivity]).all()  # the same chance, more adoption
    assert (together[..., model.outcomes.index("trained")] >= 15).all()


def test_levels_are_the_nations():
    asked = Asked("morris", ("injury_rate",), of="level", n=4, enterprises=100, month=12, threads=1)
    made = ready(asked, load_scenario("no_programme"), belief_of("prior")).model
    found = made.evaluate(task(0, 0.5))
    assert found.shape == (1, 2, len(made.outcomes))
    assert "net_benefit" not in made.outcomes
    assert np.isfinite(found).all()
