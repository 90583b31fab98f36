"""The fields of a scenario: what is accepted, what is refused and how."""

from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from simulation.field_errors import wrong_field
from simulation.inputs import ExtendedTable, InputError
from simulation.programme import Programme, Scenario
from simulation.programme_parts import MOST_SUBSIDY_STEPS, Delivery, ModuleName, OutreachStep, SubsidyStep
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


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("trainers = 0", "trainers", 0.0),
        ("trainers = 100_000", "trainers", 100_000.0),
        ('enrolment = "assigned"', "enrolment", "assigned"),
        ("supervision = 0", "supervision", 0.0),
        ("supervision = 1", "supervision", 1.0),
        ("credit_line = 0.5\ncredit_guarantee = 1", "credit_guarantee", 1.0),
        ('provider_selection = "price"', "provider_selection", "price"),
        ('provider_selection = "quality"', "provider_selection", "quality"),
        ("providers_selected = 1", "providers_selected", 1.0),
        ("outreach = []", "outreach", ()),
    ],
)
def test_fields_of_the_market_are_accepted_to_the_ends_of_their_ranges(load, text, field, value):
    assert getattr(load(f"[programme]\n{text}").programme, field) == value


def test_outreach_and_courses_are_read_step_by_step(load):
    programme = load(
        "[programme]\n"
        "outreach = [{ from_month = 2, campaign = 10 }, { from_month = 7, buyers = 3, authority = 4 }]\n"
        "training_of_trainers = [\n"
        '    { from_month = 6, to_month = 18, places_per_month = 0.5, regions = ["Sichuan"] },\n'
        "    { from_month = 0, places_per_month = 2 },\n"
        "]\n"
    ).programme
    first, second = programme.outreach
    assert (first.from_month, first.campaign, first.dialogue, first.buyers) == (2, 10.0, None, None)
    assert (second.from_month, second.campaign, second.buyers, second.authority) == (7, None, 3.0, 4.0)
    some, general = programme.training_of_trainers
    assert (some.to_month, some.places_per_month, some.regions) == (18, 0.5, ("Sichuan",))
    assert (general.to_month, general.places_per_month, general.regions) == (None, 2.0, "all")


def test_a_market_with_campaigns_and_open_selection_is_the_default():
    programme = Programme()
    assert programme.enrolment == "market"
    assert programme.outreach == (OutreachStep(from_month=0, campaign=40.0),)
    assert programme.training_of_trainers == ()
    assert (programme.trainers, programme.supervision, programme.credit_guarantee) == (10.0, 0.3, 0.0)
    assert (programme.provider_selection, programme.providers_selected) == ("open", 0.5)


def test_subsidy_may_differ_by_size_and_module_from_the_same_month(load):
    steps = load(
        "[programme]\nsubsidy = [\n"
        "    { from_month = 6, share = 0.5 },\n"
        "    { from_month = 6, share = 1, modules = ['safety', 'quality'] },\n"
        "    { from_month = 9, share = 0.5 },\n"
        "    { from_month = 9, share = 0.8, employees = [1, 99] },\n"
        "    { from_month = 9, share = 0, employees = [100, 999] },\n"
        "]\n"
    ).programme.subsidy
    assert [step.share for step in steps] == [0.5, 1.0, 0.5, 0.8, 0.0]
    assert [step.employees for step in steps] == [None, None, None, (1, 99), (100, 999)]
    assert [step.modules for step in steps] == [None, ("safety", "quality"), None, None, None]


def test_subsidy_has_no_more_steps_than_the_compiled_state_holds(load):
    from simulation import state

    assert MOST_SUBSIDY_STEPS == state.MOST_SUBSIDY_STEPS
    steps = [f"{{from_month = {month}, share = 0.5}}" for month in range(MOST_SUBSIDY_STEPS + 1)]
    most = load(f"[programme]\nsubsidy = [{', '.join(steps[:-1])}]").programme.subsidy
    assert len(most) == MOST_SUBSIDY_STEPS
    with pytest.raises(InputError, match=r"programme\.subsidy = .*has 61 steps, more than the 60"):
        load(f"[programme]\nsubsidy = [{', '.join(steps)}]")


# Delivery

STANDARD = {"class_days": 2.0, "visits": 3, "enterprises_per_class": 5, "enterprises_per_visit": 1}


@pytest.mark.parametrize(
    ("mode", "differs"),
    [
        ("standard", {}),
        ("classroom", {"visits": 0}),
        ("in_company", {"enterprises_per_class": 1}),
        ("group", {"enterprises_per_visit": 5}),
        ("condensed", {"class_days": 0.6}),
    ],
)
def test_mode_of_delivery_sets_what_is_not_given(load, mode, differs):
    delivery = load(f'[programme.delivery]\nmode = "{mode}"\nvisit_months = 4').programme.delivery
    assert {field: getattr(delivery, field) for field in STANDARD} == STANDARD | differs
    assert (delivery.mode, delivery.visit_months) == (mode, 4)


@pytest.mark.parametrize(
    ("mode", "field", "value"),
    [
        ("classroom", "visits", 1),
        ("in_company", "enterprises_per_class", 2),
        ("group", "enterprises_per_visit", 3),
        ("condensed", "class_days", 1.5),
    ],
)
def test_a_field_beside_the_mode_wins(load, mode, field, value):
    delivery = load(f'[programme.delivery]\nmode = "{mode}"\n{field} = {value}').programme.delivery
    assert {name: getattr(delivery, name) for name in STANDARD} == STANDARD | {field: value}


@pytest.mark.parametrize(
    ("delivery", "days"),
    [
        (Delivery(), 2.65),  # a fifth of two days, three visits of three quarters of a day
        (Delivery(mode="classroom"), 0.4),
        (Delivery(mode="in_company"), 4.25),
        (Delivery(mode="group"), 0.85),  # each visit shared by five
        (Delivery(mode="condensed"), 2.37),
        (Delivery(enterprises_per_visit=2), 1.525),
        (Delivery(mode="group", enterprises_per_class=3), 1.4166667),  # no more share a visit than a class
        (Delivery(mode="group", enterprises_per_class=1), 4.25),
    ],
)
def test_trainer_days_per_module(delivery, days):
    assert delivery.trainer_days_per_module(visit_days=0.75) == pytest.approx(days)


# Money of another year


@pytest.mark.parametrize(
    "text", ["", "price_year = 2023", "price_year = 2023\nprice_level = 1\nwage_level = 1"]
)
def test_money_is_of_2023_unless_told(load, text):
    scenario = load(text)
    assert (scenario.price_year, scenario.price_level, scenario.wage_level) == (2023, 1.0, 1.0)


@pytest.mark.parametrize("year", [1990, 2100])
def test_money_of_another_year_has_its_price_and_wage_level(load, year):
    scenario = load(f"price_year = {year}\nprice_level = 0.8\nwage_level = 10")
    assert (scenario.price_year, scenario.price_level, scenario.wage_level) == (year, 0.8, 10.0)


# The fields as a whole


def test_every_field_has_a_unit_and_a_meaning():
    assert [path for path, known in SETTINGS.items() if not known.unit or not known.description] == []


def test_module_names_are_those_of_the_parameter_registry():
    from simulation.parameters import MODULES

    assert get_args(ModuleName) == MODULES


@pytest.mark.parametrize(
    ("path", "default"),
    [
        ("programme.subsidy", "[{from_month = 0, share = 0.5}]"),
        ("programme.outreach", "[{from_month = 0, campaign = 40.0}]"),
        ("programme.training_of_trainers", "[]"),
        ("programme.target.employees", "[50, 250]"),
    ],
)
def test_default_of_a_list_is_told_as_a_file_would_have_it(path, default):
    assert SETTINGS[path].default == default
