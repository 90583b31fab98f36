"""The fields of a scenario: what is accepted, what is refused and how."""

from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from simulation.field_errors import wrong_field
from simulation.inputs import ExtendedTable, InputError
from simulation.programme import Delivery, ModuleName, Scenario, SubsidyStep
from simulation.scenario_files import SETTINGS, load_scenario


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


def test_scenario_cannot_be_changed_after_its_check(load):
    with pytest.raises(ValueError, match="frozen"):
        load("").months = 5


def test_every_field_has_a_unit_and_a_meaning():
    assert [path for path, known in SETTINGS.items() if not known.unit or not known.description] == []


def test_module_names_are_those_of_the_parameter_registry():
    from simulation.parameters import MODULES

    assert get_args(ModuleName) == MODULES


def test_trainer_days_per_module():
    assert Delivery().trainer_days_per_module(visit_days=0.75) == pytest.approx(2 / 5 + 3 * 0.75)
