"""Scenario files: what is accepted, what is refused and how, and the schedule that comes of them."""

from pathlib import Path
from types import SimpleNamespace
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from simulation.field_errors import wrong_field
from simulation.inputs import ExtendedTable, InputError
from simulation.programme import Delivery, ModuleName, Programme, RolloutStep, Scenario, SubsidyStep, Target
from simulation.scenario_files import SETTINGS, adjusted, load_scenario, shipped_scenarios, to_toml
from simulation.schedule import NEVER, monthly_schedule, open_month, resolve_target

TABLES = SimpleNamespace(
    sectors=("C17", "C18", "C36"),
    sector_names=("Textiles", "Wearing apparel", "Automobiles"),
    regions=("Zhejiang", "Sichuan"),
)


@pytest.fixture
def load(tmp_path):
    def from_text(text):
        file = tmp_path / "plan.toml"
        file.write_text(text, encoding="utf-8")
        return load_scenario(file)

    return from_text


# What is refused

WRONG = [
    # unknown fields and names
    ("mnths = 3", ["mnths = 3", 'Did you mean "months"?']),
    ("[programme]\nvisits = 3", ["programme.visits = 3", "belongs in [programme.delivery]"]),
    ("[programme.delivery]\nvisit = 3", ["programme.delivery.visit", '"visits"']),
    (
        "[programme]\nrollout = [{from_month = 1, sector = ['C18']}]",
        ["programme.rollout[item 1].sector", '"sectors"'],
    ),
    ('[programme]\nmodules = ["cooperation", "safty"]', ["programme.modules[item 2]", '"safety"']),
    ('[programme]\norder = "largest"', ["programme.order", '"largest_gap"']),
    ("[parameters]\nclass_knowhw = 0.7", ["parameters.class_knowhw = 0.7", "class_knowhow"]),
    # wrong type or unit
    ('months = "5"', ["months", "text", "5 without quotes"]),
    ("months = 5.5", ["months = 5.5", "whole number", "1 to 600"]),
    ("months = true", ["months = true", "whole number"]),
    ("months = nan", ["months = nan"]),
    ('[programme]\nsubsidy = "20%"', ['programme.subsidy = "20%"', "0.2 without quotes"]),
    ('[programme]\nprice_per_module = "9000 yuan"', ["9000 without quotes", "yuan"]),
    ('[programme.delivery]\nvisit_months = "three"', ["visit_months", "number", "1 to 24"]),
    ('[programme]\nobligatory_first = "yes"', ["true or false"]),
    ('[programme]\nmodules = "safety"', ["list in square brackets"]),
    ("programme = 3", ["programme = 3", "table"]),
    ("[[programme]]\nbudget = 1", ["programme", "table"]),
    ("parameters = 3", ["parameters = 3", "table"]),
    ("title = 3", ["title = 3", "quotes"]),
    ('name = "a/b"', ['name = "a/b"', "short name"]),
    ('name = ""', ["name", "short name"]),
    ("price_year = 2012", ["price_year = 2012", "2023"]),
    ("[programme]\nbudget = inf", ["programme.budget = inf", "finite"]),
    # out of range
    ("[programme]\nsubsidy = 80", ["programme.subsidy = 80", "looks like a percentage", "write 0.8"]),
    ("[programme]\nsubsidy = -0.1", ["programme.subsidy = -0.1", "0 to 1"]),
    ("[programme]\nbuyer_share = 1.5", ["programme.buyer_share = 1.5"]),
    (
        "[programme]\nsubsidy = [{from_month = 0, share = 40}]",
        ["programme.subsidy[item 1].share = 40", "write 0.4"],
    ),
    ("[population]\nsample = 10", ["population.sample = 10", "write 0.1"]),
    ("[population]\nsample = 0.0", ["population.sample = 0.0", "above 0"]),
    ("[programme]\nprice_per_module = -3", ["programme.price_per_module = -3", "0 to 1,000,000"]),
    ("start_month = 13", ["start_month = 13", "1 to 12"]),
    ("months = 601", ["months = 601"]),
    ("[parameters]\nclass_knowhow = 7", ["parameters.class_knowhow = 7", "between 0 and 1"]),
    # empty targets
    ("[programme.target]\nsectors = []", ["programme.target.sectors = []", "no enterprise"]),
    ("[programme.target]\nregions = []", ["programme.target.regions = []", "no enterprise"]),
    ('[programme.target]\nsectors = "C18"', ["sectors", '["C18"']),
    ("[programme.target]\nemployees = [300, 50]", ["employees = [300, 50]", "[50, 300]"]),
    ("[programme.target]\nemployees = [1000, 2000]", ["employees = [1000, 2000]", "999"]),
    ("[programme.target]\nemployees = [0, 20]", ["employees = [0, 20]", "[1, "]),
    ("[programme.target]\nemployees = 5", ["employees = 5", "two whole numbers"]),
    # fields that do not fit together
    ("[population]\nsample = 0.1\nenterprises = 5", ["population.sample", "population.enterprises"]),
    ("[programme]\nfirst_month = 8\nclosing_month = 5", ["programme.closing_month = 5", "first_month = 8"]),
    ("[programme]\nfirst_month = 60", ["programme.first_month = 60", "60 months"]),
    ("[programme.delivery]\nclass_days = 0\nvisits = 0", ["programme.delivery.visits", "nothing to deliver"]),
    ("[programme]\nmodules = []", ["programme.modules", "empty"]),
    ('[programme]\nmodules = ["safety"]', ["programme.modules", "cooperation"]),
    ('[programme]\nmodules = ["cooperation", "cooperation"]', ["twice"]),
    ("[programme]\nsubsidy = []", ["programme.subsidy", "empty"]),
    ("[programme]\nsubsidy = [{from_month = 5}]", ["programme.subsidy[item 1].share", "needed"]),
    (
        "[programme]\nsubsidy = [{from_month = 5, share = 0.4}, {from_month = 2, share = 0.1}]",
        ["programme.subsidy[item 2].from_month = 2", "month 5"],
    ),
    ("[programme]\nrollout = [{from_month = 5}]", ["programme.rollout[item 1]", "changes nothing"]),
    (
        "[programme]\nclosing_month = 4\nrollout = [{from_month = 5, enterprises_per_month = 3}]",
        ["programme.rollout[item 1].from_month = 5", "closing_month"],
    ),
    ('[population]\ntables = "nowhere"', ["population.tables", "not a folder"]),
]


@pytest.mark.parametrize(("text", "parts"), WRONG, ids=[text.replace("\n", " ") for text, _ in WRONG])
def test_wrong_input_gives_one_message_with_file_field_value_and_remedy(load, text, parts):
    with pytest.raises(InputError) as caught:
        load(text)
    message = str(caught.value)
    assert message.count("plan.toml") == 1
    assert "\n" not in message
    assert caught.value.remedy
    for part in parts:
        assert part in message


values = st.recursive(
    st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("all"),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["share", "from_month"]), inner)
    ),
    max_leaves=4,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([*SETTINGS, "programme.delivery.nonsense"]), values, max_size=4))
def test_any_values_give_a_scenario_or_one_message(changed):
    table = {"name": "any"}
    for path, value in changed.items():
        *outer, field = path.split(".")
        inside = table
        for name in outer:
            inside = inside.setdefault(name, {})
            if not isinstance(inside, dict):
                break
        else:
            inside[field] = value
    try:
        Scenario.model_validate(table)
    except ValidationError as error:
        read = ExtendedTable(table, ((Path("plan.toml"), table),))
        refused = wrong_field(error.errors(include_url=False), read, SETTINGS)
        assert str(refused).startswith("plan.toml: ")
        assert refused.field


def test_number_of_further_problems_is_told(load):
    with pytest.raises(InputError, match="2 more to correct"):
        load("months = 0\nstart_month = 13\n[programme]\nsubsidy = 2")


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


# What is accepted


def test_an_empty_file_is_the_default_scenario_named_after_its_file(load):
    scenario = load("")
    assert scenario == Scenario(name="plan", title="plan")
    assert scenario.programme is None


def test_module_parameters_may_be_written_without_quotes(load):
    quoted = load('[parameters]\n"productivity_gain.quality" = 0.1')
    assert load("[parameters]\nproductivity_gain.quality = 0.1").parameters == quoted.parameters


def test_whole_numbers_do_for_shares_and_money(load):
    programme = load("[programme]\nsubsidy = 1\nprice_per_module = 9000").programme
    assert programme.subsidy == (SubsidyStep(from_month=0, share=1.0),)
    assert programme.price_per_module == 9000.0


def test_tables_are_found_beside_the_file_that_names_them(tmp_path):
    (tmp_path / "base" / "census").mkdir(parents=True)
    (tmp_path / "base" / "base.toml").write_text('[population]\ntables = "census"\n')
    (tmp_path / "child.toml").write_text('extends = "base/base.toml"\n')
    assert load_scenario(tmp_path / "child.toml").population.tables == str(tmp_path / "base" / "census")


def test_scenario_cannot_be_changed_after_its_check(load):
    with pytest.raises(ValueError, match="frozen"):
        load("").months = 5


def test_every_field_has_a_unit_and_a_meaning():
    assert [path for path, known in SETTINGS.items() if not known.unit or not known.description] == []


def test_module_names_are_those_of_the_parameter_registry():
    from simulation.parameters import MODULES

    assert get_args(ModuleName) == MODULES


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
    assert (open_month(scenario.programme, load_census()) < scenario.programme.closing_month).any()
    assert monthly_schedule(scenario.programme, scenario.months)["enterprises"].sum() > 0


def test_shipped_scenarios_last_equally_long_so_that_they_can_be_compared():
    assert {load_scenario(name).months for name in shipped_scenarios()} == {120}


@pytest.mark.parametrize("name", sorted(set(SHIPPED) - {"no_programme"}))
def test_trainer_days_of_shipped_scenarios_suffice_for_those_enrolled(name):
    scenario = load_scenario(name)
    programme = scenario.programme
    modules = sum(programme.continuation**k for k in range(len(programme.modules)))
    needed = modules * programme.delivery.trainer_days_per_module(visit_days=0.75)
    schedule = monthly_schedule(programme, scenario.months)
    assert (schedule["enterprises"] * needed <= schedule["trainer_days"]).all()


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


def test_run_too_short_for_its_programme():
    late = Scenario(name="late", programme=Programme(first_month=20))
    with pytest.raises(InputError, match=r"--months = 12.*nobody would enrol"):
        adjusted(late, months=12)


# Where the programme works


def test_target_is_resolved_to_codes_and_official_names():
    programme = Programme(target=Target(sectors=["c18", "textiles"], regions=["SICHUAN"]))
    resolved = resolve_target(programme, TABLES).target
    assert resolved.sectors == ("C18", "C17")
    assert resolved.regions == ("Sichuan",)


@pytest.mark.parametrize(
    ("programme", "message"),
    [
        (Programme(target=Target(sectors=["C19"])), r'plan: programme\.target\.sectors = "C19"'),
        (Programme(target=Target(regions=["Zhejang"])), r'Did you mean "Zhejiang"'),
        (Programme(target=Target(sectors=["Automobile"])), r'Did you mean "Automobiles"'),
        (
            Programme(target=Target(sectors=["C18"]), rollout=[{"from_month": 1, "sectors": ["C36"]}]),
            r"programme\.rollout\[item 1\]\.sectors.*outside",
        ),
    ],
)
def test_unknown_names_and_places_outside_the_target(programme, message):
    with pytest.raises(InputError, match=message):
        resolve_target(programme, TABLES, "plan")


def test_whole_target_opens_at_the_first_month():
    months = open_month(Programme(first_month=3, target=Target(regions=["Sichuan"])), TABLES)
    assert months.tolist() == [[NEVER, 3]] * 3


def test_rollout_opens_step_by_step_and_nothing_else():
    rollout = (
        RolloutStep(from_month=0, sectors=("C18",), regions=("Zhejiang",)),
        RolloutStep(from_month=12, sectors=("C18",)),
        RolloutStep(from_month=24, sectors=("Textiles",), enterprises_per_month=9),
    )
    months = open_month(Programme(first_month=2, rollout=rollout), TABLES)
    assert months.tolist() == [[24, 24], [2, 12], [NEVER, NEVER]]


def test_change_of_pace_alone_closes_nothing():
    programme = Programme(rollout=(RolloutStep(from_month=5, enterprises_per_month=9),))
    assert (open_month(programme, TABLES) == 0).all()


# When it works


def test_no_programme_offers_nothing():
    schedule = monthly_schedule(None, 7)
    assert schedule.dtype.names == ("enterprises", "trainer_days", "subsidy", "price")
    assert not np.any(schedule.view("f8"))


def test_schedule_follows_opening_pace_taper_and_closing():
    programme = Programme(
        first_month=1,
        closing_month=4,
        enterprises_per_month=10,
        trainer_days_per_month=50,
        subsidy=[{"from_month": 0, "share": 0.8}, {"from_month": 3, "share": 0.4}],
        rollout=[
            {"from_month": 2, "enterprises_per_month": 20},
            {"from_month": 3, "trainer_days_per_month": 90},
        ],
    )
    schedule = monthly_schedule(programme, 6)
    assert schedule["enterprises"].tolist() == [0, 10, 20, 20, 0, 0]
    assert schedule["trainer_days"].tolist() == [0, 50, 50, 90, 90, 90]
    assert schedule["subsidy"].tolist() == [0.8, 0.8, 0.8, 0.4, 0.4, 0.4]
    assert set(schedule["price"]) == {programme.price_per_module}


def test_trainer_days_per_module():
    assert Delivery().trainer_days_per_module(visit_days=0.75) == pytest.approx(2 / 5 + 3 * 0.75)


programmes = st.builds(
    Programme,
    first_month=st.integers(0, 20),
    closing_month=st.none() | st.integers(21, 60),
    enterprises_per_month=st.floats(0, 1000),
    subsidy=st.floats(0, 1),
    continuation=st.floats(0, 1),
    modules=st.permutations(get_args(ModuleName)),
    budget=st.none() | st.floats(0, 1e9),
)


@settings(deadline=None)
@given(programmes, st.integers(1, 80))
def test_schedule_is_zero_outside_the_period_of_enrolment(programme, months):
    schedule = monthly_schedule(programme, months)
    assert len(schedule) == months
    assert not schedule["enterprises"][: programme.first_month].any()
    if programme.closing_month is not None:
        assert not schedule["enterprises"][programme.closing_month :].any()
    assert ((schedule["subsidy"] >= 0) & (schedule["subsidy"] <= 1)).all()


@settings(deadline=None)
@given(programmes, st.text(max_size=40), st.integers(21, 600))
def test_any_scenario_survives_writing_and_reading(tmp_path_factory, programme, description, months):
    scenario = Scenario(name="any", title="any", description=description, months=months, programme=programme)
    file = tmp_path_factory.getbasetemp() / "any.toml"
    file.write_text(to_toml(scenario), encoding="utf-8", newline="")
    assert load_scenario(file) == scenario
