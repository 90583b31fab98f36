"""The fields of a scenario: what is accepted, presets, defaults and meanings."""

from typing import get_args

import pytest

from simulation.inputs import InputError
from simulation.programme import Programme, Scenario
from simulation.programme_parts import MOST_SUBSIDY_STEPS, Delivery, ModuleName, OutreachStep, SubsidyStep
from simulation.scenario_files import SETTINGS


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
