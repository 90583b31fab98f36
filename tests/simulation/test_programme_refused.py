"""The fields of a scenario: what is refused, and with which message."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from simulation.field_errors import wrong_field
from simulation.inputs import ExtendedTable, InputError
from simulation.programme import Scenario
from simulation.scenario_files import SETTINGS

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
    (
        "[programme]\ntrainer_days_per_month = 120",
        ["programme.trainer_days_per_month = 120", "trainers and training_of_trainers", "leave it out"],
    ),
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
    ("price_year = 2012.5", ["price_year = 2012.5", "whole number", "1990 to 2100"]),
    ('[programme]\nenrolment = "assignd"', ["programme.enrolment", '"assigned"']),
    ('[programme]\nprovider_selection = "best"', ["provider_selection", "open, quality, price"]),
    ('[programme.delivery]\nmode = "in-company"', ["programme.delivery.mode", '"in_company"']),
    ("[programme.delivery]\nmode = ['group']", ["programme.delivery.mode", "choices"]),
    ("[programme]\ntraining_of_trainers = 3", ["training_of_trainers = 3", "places_per_month = 2"]),
    ("[programme]\noutreach = 40", ["programme.outreach = 40", "campaign = 40"]),
    (
        '[programme]\nsubsidy = [{from_month = 0, share = 0.5, modules = ["safty"]}]',
        ["programme.subsidy[item 1].modules[item 1]", '"safety"'],
    ),
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
    ("price_year = 1989", ["price_year = 1989", "1990 to 2100"]),
    ("price_year = 2101", ["price_year = 2101", "1990 to 2100"]),
    ("price_year = 2012\nprice_level = 0.0\nwage_level = 0.4", ["price_level = 0.0", "above 0 to 10"]),
    ("price_year = 2012\nprice_level = 0.8\nwage_level = 11", ["wage_level = 11", "above 0 to 10"]),
    ("[programme]\ntrainers = -1", ["programme.trainers = -1", "0 to 100,000"]),
    ("[programme]\ntrainers = 100001", ["programme.trainers = 100001", "0 to 100,000"]),
    ("[programme]\ncredit_line = 1\ncredit_guarantee = 80", ["credit_guarantee = 80", "write 0.8"]),
    ("[programme]\nsupervision = -0.1", ["programme.supervision = -0.1", "0 to 1"]),
    ("[programme]\nproviders_selected = 0.0", ["providers_selected = 0.0", "above 0 to 1"]),
    ("[programme]\nproviders_selected = 1.01", ["providers_selected = 1.01"]),
    ("[programme.delivery]\nenterprises_per_visit = 0", ["enterprises_per_visit = 0", "1 to 10"]),
    ("[programme.delivery]\nenterprises_per_visit = 11", ["enterprises_per_visit = 11", "1 to 10"]),
    (
        "[programme]\ntraining_of_trainers = [{from_month = 0, places_per_month = -1}]",
        ["programme.training_of_trainers[item 1].places_per_month = -1", "0 to 1,000"],
    ),
    (
        "[programme]\ntraining_of_trainers = [{from_month = 601, places_per_month = 1}]",
        ["programme.training_of_trainers[item 1].from_month = 601", "0 to 600"],
    ),
    *[
        (
            f"[programme]\noutreach = [{{from_month = 0, {channel} = -1}}]",
            [f"programme.outreach[item 1].{channel} = -1", "0 to 1,000,000"],
        )
        for channel in ("campaign", "dialogue", "buyers", "authority")
    ],
    # empty targets
    ("[programme.target]\nsectors = []", ["programme.target.sectors = []", "no enterprise"]),
    ("[programme.target]\nregions = []", ["programme.target.regions = []", "no enterprise"]),
    ('[programme.target]\nsectors = "C18"', ["sectors", '["C18"']),
    ("[programme.target]\nemployees = [300, 50]", ["employees = [300, 50]", "[50, 300]"]),
    ("[programme.target]\nemployees = [1000, 2000]", ["employees = [1000, 2000]", "999"]),
    ("[programme.target]\nemployees = [0, 20]", ["employees = [0, 20]", "[1, "]),
    ("[programme.target]\nemployees = 5", ["employees = 5", "two whole numbers"]),
    (
        "[programme]\nsubsidy = [{from_month = 0, share = 0.5, employees = [100, 1000]}]",
        ["programme.subsidy[item 1].employees = [100, 1000]", "999"],
    ),
    (
        "[programme]\nsubsidy = [{from_month = 0, share = 0.5, employees = [99, 50]}]",
        ["programme.subsidy[item 1].employees = [99, 50]", "[50, 99]"],
    ),
    (
        "[programme]\nsubsidy = [{from_month = 0, share = 0.5, modules = []}]",
        ["programme.subsidy[item 1].modules = []", "no module"],
    ),
    (
        '[programme]\nsubsidy = [{from_month = 0, share = 0.5, modules = ["safety", "safety"]}]',
        ["programme.subsidy[item 1].modules", "twice"],
    ),
    (
        "[programme]\ntraining_of_trainers = [{from_month = 0, places_per_month = 1, regions = []}]",
        ["programme.training_of_trainers[item 1].regions = []", "empty"],
    ),
    # fields that do not fit together
    ("price_year = 2012", ["price_year = 2012", "names no price level", "price_level and wage_level"]),
    (
        "price_year = 2012\nprice_level = 0.8",
        ["price_year = 2012", "names no wage level", "price_level and wage_level"],
    ),
    (
        "price_year = 2012\nwage_level = 0.4",
        ["price_year = 2012", "names no price level", "price_level and wage_level"],
    ),
    ("price_level = 0.8", ["price_level = 0.8", "2023", "price_year"]),
    ("price_year = 2023\nwage_level = 1.1", ["wage_level = 1.1", "2023", "price_year"]),
    (
        "[programme]\ncredit_guarantee = 0.5",
        ["programme.credit_guarantee = 0.5", "credit_line is 0", "Give a credit_line"],
    ),
    ("[programme.delivery]\nmode = 'classroom'\nclass_days = 0", ["delivery.visits = 0", "class_days is 0"]),
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
    (
        "[programme]\nsubsidy = [{from_month = 5, share = 0.4}, {from_month = 5, share = 0.1}]",
        ["programme.subsidy[item 2].from_month = 5", "month 5"],
    ),
    (
        "[programme]\nsubsidy = [{from_month = 5, share = 0.4},"
        " {from_month = 4, share = 0.1, employees = [50, 99]}]",
        ["programme.subsidy[item 2].from_month = 4", "month 5"],
    ),
    ("[programme]\nrollout = [{from_month = 5}]", ["programme.rollout[item 1]", "changes nothing"]),
    ("[programme]\noutreach = [{from_month = 5}]", ["programme.outreach[item 1]", "changes nothing"]),
    (
        "[programme]\noutreach = [{from_month = 5, buyers = 2}, {from_month = 5, campaign = 1}]",
        ["programme.outreach[item 2].from_month = 5", "month 5"],
    ),
    (
        "[programme]\nrollout = [{from_month = 5, regions = 'all'}, {from_month = 4, regions = 'all'}]",
        ["programme.rollout[item 2].from_month = 4", "month 5"],
    ),
    (
        "[programme]\ntraining_of_trainers = [{from_month = 5, to_month = 5, places_per_month = 1}]",
        ["programme.training_of_trainers[item 1].to_month = 5", "from_month = 5"],
    ),
    (
        "[programme]\nclosing_month = 4\ntraining_of_trainers = [{from_month = 4, places_per_month = 1}]",
        ["programme.training_of_trainers[item 1].from_month = 4", "closing_month = 4"],
    ),
    (
        "[programme]\nclosing_month = 4\noutreach = [{from_month = 4, campaign = 1}]",
        ["programme.outreach[item 1].from_month = 4", "closing_month = 4"],
    ),
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
