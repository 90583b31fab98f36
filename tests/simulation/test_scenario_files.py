"""Scenario files: found, extended, adjusted and written; the shipped ones."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.inputs import InputError
from simulation.programme import Programme, Scenario
from simulation.scenario_files import adjusted, load_scenario, shipped_scenarios, to_toml
from simulation.schedule import monthly_schedule, open_month
from tests.simulation.any_programme import programmes


def test_problem_in_an_extended_file_is_laid_at_its_door(tmp_path):
    (tmp_path / "base.toml").write_text("[programme]\nsubsidy = 80\n")
    (tmp_path / "child.toml").write_text('extends = "base.toml"\n[programme]\nbuyer_share = 0.1\n')
    with pytest.raises(InputError, match=r"base\.toml: programme\.subsidy = 80"):
        load_scenario(tmp_path / "child.toml")


def test_unknown_scenario_suggests_the_nearest():
    with pytest.raises(InputError, match=r'Did you mean "pilot_2009_2013"'):
        load_scenario("pilot_2009_2012")
    with pytest.raises(InputError, match="does not exist"):
        load_scenario("nowhere/plan.toml")


def test_tables_are_found_beside_the_file_that_names_them(tmp_path):
    (tmp_path / "base" / "census").mkdir(parents=True)
    (tmp_path / "base" / "base.toml").write_text('[population]\ntables = "census"\n')
    (tmp_path / "child.toml").write_text('extends = "base/base.toml"\n')
    assert load_scenario(tmp_path / "child.toml").population.tables == str(tmp_path / "base" / "census")


# Shipped scenarios

SHIPPED = (
    "no_programme",
    "pilot_2009_2013",
    "subsidised_national",
    "commercial",
    "tapered_subsidy",
    "class_only",
    "safety_first_national",
    "five_modules",
)


def test_the_promised_scenarios_are_shipped():
    assert set(SHIPPED) <= set(shipped_scenarios())


@pytest.mark.parametrize("name", shipped_scenarios())
def test_shipped_scenario_loads_fits_the_census_and_survives_writing(name, tmp_path):
    from simulation.census import load_census

    scenario = load_scenario(name)
    assert scenario.name == name
    assert scenario.title != name
    assert scenario.description
    copy = tmp_path / "copy.toml"
    copy.write_text(to_toml(scenario), encoding="utf-8")
    assert load_scenario(copy) == scenario
    if scenario.programme is None:
        assert name == "no_programme"
        return
    closing = scenario.programme.closing_month or scenario.months
    assert (open_month(scenario.programme, load_census()) < closing).any()
    assert monthly_schedule(scenario.programme, scenario.months)["places"].sum() > 0


def test_rollouts_last_equally_long_so_that_they_can_be_compared():
    rollouts = [name for name in shipped_scenarios() if not name.startswith("history_")]
    assert len(rollouts) > 10
    assert {load_scenario(name).months for name in rollouts} == {120}


def test_histories_reach_the_last_published_number_and_name_their_prices():
    from simulation.published import PUBLISHED_REACH

    histories = [load_scenario(name) for name in shipped_scenarios() if name.startswith("history_")]
    told = [scenario for scenario in histories if scenario.published_path is not None]
    assert {scenario.published_path for scenario in told} == set(PUBLISHED_REACH)
    for scenario in told:
        last = PUBLISHED_REACH[scenario.published_path][-1]
        assert last.months_since(scenario.start_year, scenario.start_month) <= scenario.months
        assert scenario.price_year == 2015


# Options of the command line


def test_options_replace_fields_and_are_checked():
    scenario = load_scenario("pilot_2009_2013")
    assert adjusted(scenario) == scenario
    assert adjusted(scenario, months=24).months == 24
    sampled = adjusted(adjusted(scenario, enterprises=1000), sample=0.1)
    assert (sampled.population.enterprises, sampled.population.sample) == (None, 0.1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"months": 0}, r"--months = 0: is out of range"),
        ({"enterprises": -1}, r"--enterprises = -1: is out of range"),
        ({"sample": 10.0}, r"--sample = 10\.0: is out of range"),
        ({"sample": 0.1, "enterprises": 10}, r"--sample = 0\.1: is given together"),
    ],
)
def test_wrong_option_is_named(options, message):
    with pytest.raises(InputError, match=message):
        adjusted(load_scenario("no_programme"), **options)


def test_options_leave_the_form_of_delivery_and_the_price_year_alone():
    programme = Programme(delivery={"mode": "condensed", "visits": 1})
    scenario = Scenario(name="x", programme=programme, price_year=2012, price_level=0.8, wage_level=0.4)
    assert adjusted(scenario, months=24) == scenario.model_copy(update={"months": 24})


def test_a_mode_leaves_alone_what_the_extended_file_gives(tmp_path):
    (tmp_path / "base.toml").write_text("[programme.delivery]\nclass_days = 2\n")
    (tmp_path / "child.toml").write_text(
        'extends = "base.toml"\n[programme.delivery]\nmode = "condensed"\nenterprises_per_class = 4\n'
    )
    delivery = load_scenario(tmp_path / "child.toml").programme.delivery
    assert (delivery.mode, delivery.class_days, delivery.enterprises_per_class) == ("condensed", 2.0, 4)


def test_run_too_short_for_its_programme():
    late = Scenario(name="late", programme=Programme(first_month=20))
    with pytest.raises(InputError, match=r"--months = 12.*nobody would enrol"):
        adjusted(late, months=12)


levels = st.floats(0.01, 10).filter(lambda level: level != 1)
price_years = st.just({}) | st.fixed_dictionaries(
    {"price_year": st.integers(1990, 2022), "price_level": levels, "wage_level": levels}
)


@settings(deadline=None)
@given(programmes, st.text(max_size=40), st.integers(21, 600), price_years)
def test_any_scenario_survives_writing_and_reading(tmp_path_factory, programme, description, months, money):
    scenario = Scenario(
        name="any", title="any", description=description, months=months, programme=programme, **money
    )
    file = tmp_path_factory.getbasetemp() / "any.toml"
    file.write_text(to_toml(scenario), encoding="utf-8", newline="")
    assert load_scenario(file) == scenario


def test_written_scenario_names_what_its_steps_name_and_no_more():
    programme = Programme(
        delivery={"mode": "condensed"},
        training_of_trainers=[{"from_month": 1, "places_per_month": 2, "regions": ["Sichuan"]}],
        outreach=[{"from_month": 3, "dialogue": 5}],
        subsidy=[
            {"from_month": 0, "share": 0.5},
            {"from_month": 0, "share": 1, "employees": [20, 99], "modules": ["safety"]},
        ],
    )
    money = {"price_year": 2012, "price_level": 0.82, "wage_level": 0.41}
    written = to_toml(Scenario(name="any", programme=programme, **money)).splitlines()
    for line in (
        "price_year = 2012",
        "price_level = 0.82",
        "wage_level = 0.41",
        'training_of_trainers = [{ from_month = 1, places_per_month = 2.0, regions = ["Sichuan"] }]',
        "outreach = [{ from_month = 3, dialogue = 5.0 }]",
        "subsidy = [{ from_month = 0, share = 0.5 }, "
        '{ from_month = 0, share = 1.0, employees = [20, 99], modules = ["safety"] }]',
        'mode = "condensed"',
        "class_days = 0.6",
    ):
        assert line in written
