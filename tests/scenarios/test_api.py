"""The Python face: changed scenarios are checked as files are, results hold tables and figures."""

import pytest

from scenarios import api
from simulation.inputs import InputError
from simulation.scenario_files import load_scenario


def test_shipped_scenarios_are_listed():
    assert "tapered_subsidy" in api.scenarios()["name"].to_list()


def test_a_scenario_without_changes_is_the_shipped_one():
    assert api.scenario("class_only") == load_scenario("class_only")


def test_changes_reach_their_fields():
    changed = api.scenario(
        "class_only",
        {"programme.subsidy": 0.25, "programme.delivery.visits": 1, "parameters.trainer_day_cost": 7000.0},
        name="cheap",
    )
    assert changed.name == "cheap"
    assert [step.share for step in changed.programme.subsidy] == [0.25]
    assert changed.programme.delivery.visits == 1
    assert changed.parameters["trainer_day_cost"] == 7000.0
    assert changed.months == load_scenario("class_only").months


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"programme.subsidi": 0.3}, "programme.subsidi"),
        ({"programme.subsidy": 1.3}, "subsidy"),
        ({"months": -5}, "months"),
        ({"parameters.trainer_day_costs": 1.0}, "trainer_day_costs"),
    ],
)
def test_a_wrong_change_names_its_field(changes, field):
    with pytest.raises(InputError, match=field):
        api.scenario("class_only", changes)


@pytest.fixture(scope="module")
def result():
    cheap = api.scenario("pilot_2009_2013", {"programme.price_per_module": 9000.0}, name="cheap")
    return api.compare([cheap], replicates=4, enterprises=150, months=36)


def test_tables_are_attributes(result):
    effects = result.effects
    assert set(effects["scenario"]) == {"cheap"}
    assert effects.equals(result.tables["effects"])
    assert "effects" in dir(result)


def test_the_result_prints_itself_as_a_tree(result):
    lines = repr(result).splitlines()
    assert lines[0] == "Result of compare"
    assert len(lines) == 1 + len(result.tables)
    assert lines[-1].startswith("└── ")


def test_figures_are_pictures_that_a_notebook_shows(result):
    picture = result.figure("costs")
    assert picture._repr_png_().startswith(b"\x89PNG")
    assert picture._repr_png_() == picture._repr_png_()


def test_what_is_not_there_is_told_with_what_is(result):
    with pytest.raises(AttributeError, match="effects"):
        _ = result.effectz
    with pytest.raises(KeyError, match="costs"):
        result.figure("effectz")


def test_a_run_of_one_replicate_uses_the_defaults():
    result = api.run("no_programme", replicates=1, enterprises=150, months=12)
    assert result.manifest["parameters"]["draws"] == "default"
    assert result.indicators.height > 0


def test_any_command_can_be_asked_with_its_options(capsys):
    pilot = api.scenario("pilot_2009_2013", {"programme.enrolment": "assigned"}, name="assigned")
    result = api.ask(
        "attribute",
        pilot,
        outcome="injury_rate",
        month=12,
        months=18,
        taught=20,
        replicates=4,
        enterprises=150,
    )
    assert {"shapley", "interactions", "next_module"} <= set(result.tables)
    assert result.shapley["module"].n_unique() >= 5
    assert result.figures
    assert capsys.readouterr().out == ""


def test_a_wrong_option_is_told():
    with pytest.raises(InputError, match="outcome"):
        api.ask("attribute", "five_modules", outcome="happiness")
