"""The model through Mesa's eyes: plain Mesa habits work, and the results are the engine's own."""

import subprocess
import sys

import mesa
import numpy as np
import pytest

from simulation import Enterprise, InputError, ScoreModel, load_scenario, simulate
from simulation.indicators import INDICATORS

MESA = tuple(int(part) for part in mesa.__version__.split(".")[:2])


# Time


def test_model_runs_to_the_end_of_its_scenario(start):
    assert (start.month, start.running) == (0, True)
    start.step()
    assert (start.month, start.running) == (1, True)
    start.run_for(2)
    assert start.month == 3
    start.run_for(100)
    assert (start.month, start.running) == (6, False)
    with pytest.raises(RuntimeError, match="all 6 months"):
        start.step()


def test_results_are_those_of_the_engine(two_years):
    engine = simulate([two_years.run])[0]
    np.testing.assert_array_equal(two_years.world.sums[0], engine.sums)
    np.testing.assert_array_equal(two_years.world.enterprises["cash"], engine.enterprises["cash"])


def test_small_programme_enrols_in_its_own_stratum():
    model = ScoreModel("pilot_2009_2013", enterprises=100, months=18, seed=1)  # its trainers take half a year
    model.run_model()
    assert model.run.population.programme_found[0] > 0
    assert model.programme_totals()["modules_taken"] > 0
    engine = simulate([model.run])[0]
    np.testing.assert_array_equal(model.world.sums[0], engine.sums)


def test_same_seed_same_run_other_seed_other_run(start):
    def output(model):
        model.step()
        return model.indicators()["value_added"]

    again, other = (ScoreModel(enterprises=100, months=6, seed=seed) for seed in (1, 2))
    by_rng = ScoreModel(enterprises=100, months=6, rng=1)
    first = output(start)
    assert output(again) == output(by_rng) == first != output(other)


def test_without_seed_the_seed_is_drawn_and_told():
    model = ScoreModel(enterprises=100, months=1)
    repeated = ScoreModel(enterprises=100, months=1, seed=model.seed)
    assert model.enterprises.get("cash") == repeated.enterprises.get("cash")
    assert ScoreModel(enterprises=100, months=1).seed != model.seed


def test_mesas_random_numbers_do_not_touch_the_result(two_years):
    model = ScoreModel(enterprises=300, months=24, seed=7)
    for _ in range(12):
        model.random.random()
        model.enterprises.shuffle()
        model.step()
    np.testing.assert_array_equal(model.world.sums[0, :12], two_years.world.sums[0, :12])


# What it is given


def test_scenario_by_name_path_or_object(tmp_path):
    file = tmp_path / "plan.toml"
    file.write_text('extends = "commercial"\nmonths = 48\n')
    options = {"enterprises": 100, "months": 30, "seed": 1}
    for scenario in ("commercial", file, load_scenario("commercial")):
        run = ScoreModel(scenario, **options).run
        assert run.scenario.months == 30
        assert run.scenario.programme == load_scenario("commercial").programme


def test_parameters_by_dictionary_and_keyword():
    model = ScoreModel(
        enterprises=100, months=1, parameters={"quit_rate": 0.03}, practice_mean__quality=0.6, seed=1
    )
    assert model.run.parameters["quit_rate"][0] == 0.03
    assert model.run.parameters["practice_mean"][0, 1] == 0.6
    assert model.changed == {"quit_rate": 0.03, "practice_mean.quality": 0.6}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"quitrate": 0.03}, r"Did you mean 'quit_rate'"),
        ({"enterprisess": 100}, "no parameter is called"),
        ({"quit_rate": 7.0}, "quit_rate must lie between"),
        ({"scenario": "comercial"}, "Did you mean"),
        ({"months": 0}, "months = 0"),
        ({"seed": -1}, "seed = -1"),
        ({"seed": 1.5}, "seed = 1.5"),
    ],
)
def test_wrong_input_is_refused_with_a_remedy(options, message):
    with pytest.raises(InputError, match=message):
        ScoreModel(**options)


def test_seed_and_rng_exclude_each_other():
    with pytest.raises(ValueError, match="either rng or seed"):
        ScoreModel(seed=1, rng=1)


def test_models_that_share_a_population_and_seed_are_paired(start):
    other = ScoreModel("commercial", months=6, population=start.run.population, seed=1)
    assert other.enterprises.get("cash") == start.enterprises.get("cash")


# What it records


def test_datacollector_holds_the_indicators_by_month(two_years):
    frame = two_years.datacollector.get_model_vars_dataframe()
    assert list(frame.columns) == list(INDICATORS)
    assert frame.index.tolist() == list(range(1, 25))
    last_year = two_years.world.sums[0, 12:, 0].sum(axis=0)
    for name, known in INDICATORS.items():
        assert frame[name].iloc[-1] == pytest.approx(known.value(last_year))
    assert frame["employment"].iloc[0] == pytest.approx(two_years.world.sums[0, 0, 0, 1])


def test_datacollector_holds_columns_of_enterprises(two_years):
    frame = two_years.datacollector.get_agent_vars_dataframe()
    assert frame.index.names == ["Step", "AgentID"]
    last = frame.xs(24, level="Step")
    assert last["wage"].tolist() == two_years.enterprises.get("wage")
    assert last.index.tolist() == two_years.enterprises.get("unique_id")
    assert set(last["sector"]) <= set(two_years.run.population.tables.sectors)


def test_own_reporters_of_enterprises():
    reporters = {"quality": "practice.quality", "large": lambda firm: firm.headcount > 100}
    model = ScoreModel(enterprises=100, months=2, seed=1, agent_reporters=reporters)
    model.run_model()
    last = model.datacollector.get_agent_vars_dataframe().xs(2, level="Step")
    assert last["quality"].tolist() == model.enterprises.get("practice.quality")
    assert last["large"].tolist() == [firm.headcount > 100 for firm in model.enterprises]


def test_plain_datacollector_of_mesa_takes_its_place(start):
    start.datacollector = mesa.DataCollector(
        model_reporters={"firms": lambda model: len(model.enterprises)},
        agenttype_reporters={Enterprise: {"cash": "cash", "workers": lambda firm: len(firm.workers)}},
    )
    start.run_for(2)
    firms = start.datacollector.get_agenttype_vars_dataframe(Enterprise)
    assert start.datacollector.get_model_vars_dataframe()["firms"].tolist()[-1] == len(start.enterprises)
    assert firms["cash"].tolist()[-len(start.enterprises) :] == start.enterprises.get("cash")
    assert firms["workers"].tolist()[-1] == start.enterprises[-1].headcount


# Batches, printing, imports


@pytest.mark.parametrize("processes", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_batch_run_sweeps_scenarios_and_parameters(processes):
    parameters = {
        "scenario": ["no_programme", "commercial"],
        "enterprises": 100,
        "months": 3,
        "practice_mean__quality": [0.4, 0.6],
    }
    seeds = {"rng": [1, 2]} if MESA >= (3, 5) else {}
    if not seeds:
        parameters["seed"] = [1, 2]
    records = mesa.batch_run(
        ScoreModel, parameters, number_processes=processes, display_progress=False, **seeds
    )
    assert len(records) == 8
    alone = ScoreModel("commercial", enterprises=100, months=3, seed=2, practice_mean__quality=0.6)
    alone.run_model()
    found = [
        record["productivity"]
        for record in records
        if (record["scenario"], record["practice_mean__quality"], record["seed"]) == ("commercial", 0.6, 2)
    ]
    assert found == [alone.indicators()["productivity"]]


def test_model_prints_itself_as_a_tree():
    model = ScoreModel("tapered_subsidy", enterprises=100, seed=1, quit_rate=0.03)
    assert "none before the first month" in str(model)
    model.run_for(2)
    text = str(model)
    for part in (
        "ScoreModel of tapered_subsidy",
        "month 2 of 120; seed 1",
        f"{len(model.workers):,} workers",
        "quit_rate = 0.03",
        "programme: ",
        "last 2 months",
        "Labour turnover",
    ):
        assert part in text
    assert "programme: none" in str(ScoreModel(enterprises=100, seed=1))


def test_scenario_is_found_at_the_run(start):
    assert start.run.scenario.name == "no_programme"
    with pytest.raises(AttributeError, match=r"model\.run\.scenario"):
        start.scenario  # noqa: B018


@pytest.mark.parametrize(
    ("imported", "kept_out"),
    [
        ("simulation", ["numpy", "numba", "mesa", "pydantic"]),
        ("simulation.world, simulation.batch, simulation.effects", ["mesa", "pandas"]),
    ],
)
def test_imports_stay_light(imported, kept_out):
    code = f"import sys, {imported}; print(sorted(set({kept_out}) & set(sys.modules)))"
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert finished.stdout.strip() == "[]"
