"""Groups trained at once: who is trained with what, how it is added up, and that it agrees with `compare`."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from scenarios.compare import Settings, compare
from scenarios.decisions import experiment as module
from scenarios.decisions.experiment import Asked, experiment, months_needed
from scenarios.decisions.groups import Group
from scenarios.decisions.outcomes import NAMES, outcomes_of
from scenarios.decisions.training_at_once import MONTHS_OF_CLASSES, trainers_needed
from simulation import accounts as a
from simulation.census import load_census
from simulation.indicators import INDICATORS
from simulation.inputs import InputError
from simulation.parameters import MODULES, PARAMETERS
from simulation.population import draw_population
from simulation.programme import Programme, Scenario

ALL_REGIONS = tuple(range(31))
GARMENTS = Group("C18", (5,), ALL_REGIONS, (50, 250))
FOOD_WEST = Group("west", (0, 1), (20, 24, 25), (30, 99))
QUICK = Settings(replicates=4, seed=3, enterprises=100, threads=1)


def scenario(months: int = 18, parameters: dict[str, float] | None = None, **programme) -> Scenario:
    return Scenario(
        name="made_up", months=months, programme=Programme(**programme), parameters=parameters or {}
    )


@pytest.fixture(scope="module")
def quick():
    """An experiment of two groups and two scenarios, and what it was made of."""
    arms, kept = [], module._outcomes
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_outcomes", lambda *args: arms.append(args[0]) or kept(*args))
        two = scenario(modules=("cooperation", "safety"), continuation=1.0, delivery={"visits": 1})
        one = scenario(modules=("quality",), obligatory_first=False)
        found = experiment(
            [two.model_copy(update={"name": "two"}), one.model_copy(update={"name": "one"})],
            [GARMENTS, FOOD_WEST], QUICK, 12, enterprises=10, split=(100,),
        )  # fmt: skip
    return found, arms


def test_everybody_is_trained_with_the_scenario_s_modules_and_delivery(quick):
    found, arms = quick
    assert found.started.min() >= 0.8  # but for a few that close before their class
    assert found.started.mean() > 0.96
    assert (found.of("trained") == 1.0).all()
    for arm in arms:
        ent, name = arm.panel_enterprises, arm.run.scenario.name
        offered = ("cooperation", "safety") if name == "two" else ("quality",)
        bits = sum(1 << MODULES.index(each) for each in offered)
        begun = ent["modules_begun"][ent["first_class_month"] >= 0]
        assert (begun & ~bits == 0).all()
        assert (begun == bits).mean() > 0.85  # continuation is 1, or there is but one module
        assert (arm.run.scenario.programme.delivery.visits == 1) == (name == "two")
        assert ent["first_class_month"].max() <= module.BEGUN_WITHIN


def test_trainers_suffice_and_classes_are_nearly_full(quick):
    _, arms = quick
    for arm in arms:
        ent, programme = arm.panel_enterprises, arm.run.scenario.programme
        modules = sum(int(bits).bit_count() for bits in ent["modules_begun"])
        days = float(arm.panel[:, :, a.TRAINER_DAYS].sum()) / modules
        least = programme.delivery.trainer_days_per_module(float(arm.run.parameters[0]["visit_days"]))
        assert 0.8 * least <= days  # some visits are still to come at the end
        assert not (
            ent["waiting_since"][ent["alive"] == 1] == 0
        ).any()  # nobody waits from the first month on


def test_groups_keep_to_their_sectors_regions_and_sizes():
    tables, groups = load_census(), [GARMENTS, FOOD_WEST]
    people = draw_population(
        tables, enterprises=100, months=12, seed=4, programme=[group.stratum(15) for group in groups]
    )
    chosen = module._chosen(people, groups)
    for number, group in enumerate(groups, start=1):
        here = chosen & (people.stratum == number)
        assert 15 <= here.sum() <= 30  # whole clusters are taken
        assert np.isin(people.sector[here], group.sectors).all()
        assert np.isin(people.region[here], group.regions).all()
        assert (people.employees[here] >= group.sizes[0]).all()
        assert (people.employees[here] <= group.sizes[1]).all()
        assert people.incumbent[here].all()
    assert not chosen[people.stratum == 0].any()


def test_two_replicates_share_a_draw_and_nothing_else(quick):
    found, arms = quick
    assert found.draws.tolist() == [0, 0, 1, 1]
    assert len(found.parameters) == 2
    records = [arm.run.parameters.tobytes() for arm in arms]
    assert len(set(records)) == 2
    assert len({arm.run.population_seed for arm in arms}) == 4
    assert len({arm.run.event_seed for arm in arms}) == 4
    values = found.of("productivity")[:, 0]
    assert (values[0] != values[1]).all()


def test_the_same_scenario_twice_gives_the_same_numbers():
    one = scenario()
    found = experiment([one, one], [GARMENTS], QUICK, 12, enterprises=4)
    assert np.array_equal(found.values[:, 0], found.values[:, 1], equal_nan=True)


def test_training_that_teaches_nothing_has_no_effect():
    idle = dict.fromkeys(("class_knowhow", "visit_knowhow", "engagement_attended", "skill_attended"), 0.0)
    at_work = {"visit_adoption": 0.0, "unaided_adoption": 0.0}
    known = {name: max(value, PARAMETERS[name].low) for name, value in (idle | at_work).items()}
    found = experiment([scenario(parameters=known)], [GARMENTS], QUICK, 12, enterprises=10)
    usual = experiment([scenario()], [GARMENTS], QUICK, 12, enterprises=10)
    assert not found.of("practice_share.cooperation").any()
    for name in ("defect_rate", "injury_rate", "energy_intensity"):  # some are away for the class itself
        nothing, something = np.abs(found.of(name)).mean(), np.abs(usual.of(name)).mean()
        assert nothing <= 0.1 * something, name


# How it is added up, on panels that are made up


def made_up(stratum, employees, first_class, gain, months: int = 60):
    """Two arms of enterprises alike but for ``gain`` yuan a month of value added once they are trained."""
    n = len(stratum)
    panel = np.zeros((n, months, a.N_ACCOUNTS), np.float32)
    for account, value in ((a.ENTERPRISES, 1.0), (a.HEADCOUNT, 100.0), (a.VALUE_ADDED, 1e6), (a.WAGES, 5e5)):
        panel[:, :, account] = value
    trained = panel.copy()
    for row, month in enumerate(first_class):
        if month >= 0:
            trained[row, month:, a.VALUE_ADDED] += gain[row]
            trained[row, month, a.TRAINER_DAYS] = 4.0
            trained[row, month, a.SUBSIDIES] = 1_000.0
    people = SimpleNamespace(stratum=np.array(stratum, np.int8), employees=np.array(employees))
    parameters = np.zeros(1, [(name, float) for name in PRICES])
    for name, value in PRICES.items():
        parameters[name] = value
    run = SimpleNamespace(
        panel=np.ones(n, np.bool_), population=people, parameters=parameters, scenario=scenario(months)
    )
    ent = np.zeros(n, [("first_class_month", np.int64)])
    ent["first_class_month"] = first_class
    base = SimpleNamespace(panel=panel, sums=np.ones((months, 1, a.N_ACCOUNTS)))
    return SimpleNamespace(run=run, panel=trained, panel_enterprises=ent), base


PRICES = {
    "discount_rate": 0.0, "injury_social_cost": 1.0, "emission_factor": 1.0, "carbon_price": 1.0,
    "injury_cost": 1.0, "hiring_cost": 1.0, "trainer_day_cost": 1_000.0,
}  # fmt: skip


def groups_of(number: int) -> list[Group]:
    return [Group(str(i), (i,), (0,), (50, 250)) for i in range(number)]


STRATUM, EMPLOYEES = [1, 1, 1, 2, 2, 3], [60, 150, 80, 70, 200, 90]
FIRST, GAIN = [0, 2, 1, 0, -1, -1], [100.0, 400.0, 100.0, 1_000.0, 9.0, 9.0]


def test_net_benefit_is_the_gain_over_the_follow_up_less_trainer_days():
    arm, base = made_up(STRATUM, EMPLOYEES, FIRST, GAIN)
    values, percents, by_size, started = module._outcomes(arm, base, Asked(groups_of(3), 12, (100,)))
    net = values[:, NAMES.index("net_benefit")]
    assert net[:2] == pytest.approx([36 * 200.0 - 4_000.0, 36 * 1_000.0 - 4_000.0], rel=1e-3)
    assert values[:2, NAMES.index("trainer_days")] == pytest.approx([4.0, 4.0])
    assert values[:2, NAMES.index("programme_cost")] == pytest.approx([1_000.0, 1_000.0])
    assert started == pytest.approx([1.0, 0.5, 0.0])
    sized = by_size[..., NAMES.index("net_benefit")]
    assert sized[0] == pytest.approx([36 * 100.0 - 4_000.0, 36 * 400.0 - 4_000.0], rel=1e-3)
    assert (2 * sized[0, 0] + sized[0, 1]) / 3 == pytest.approx(net[0])
    percent = percents[:2, list(INDICATORS).index("productivity")]
    assert percent == pytest.approx([100 * 200 / 1e6, 100 * 1_000 / 1e6], rel=1e-2)


def test_a_group_of_which_nobody_is_followed_is_nan_and_breaks_nothing():
    arm, base = made_up(STRATUM, EMPLOYEES, FIRST, GAIN)
    values, percents, _, started = module._outcomes(arm, base, Asked(groups_of(4), 12, ()))
    assert np.isnan(values[2:]).all()
    assert np.isnan(percents[2:]).all()
    assert started[2] == 0.0
    assert np.isnan(started[3])  # there is nobody


def test_groups_in_another_order_have_the_same_numbers_in_that_order():
    asked = Asked(groups_of(3), 12, (100,))
    one = module._outcomes(*made_up(STRATUM, EMPLOYEES, FIRST, GAIN), asked)
    swapped = [{1: 3, 2: 1, 3: 2}[number] for number in STRATUM]
    other = module._outcomes(*made_up(swapped, EMPLOYEES, FIRST, GAIN), asked)
    for part, moved in zip(one, other, strict=True):
        assert np.array_equal(part[[1, 2, 0]], moved, equal_nan=True)


def test_a_group_of_no_effect_is_zero():
    values, *_ = module._outcomes(*made_up(STRATUM, EMPLOYEES, FIRST, [0.0] * 6), Asked(groups_of(2), 12, ()))
    for name in ("productivity", "injury_rate", "wage", "employment", "value_added", "benefit"):
        assert (values[:, NAMES.index(name)] == 0.0).all(), name


# Trainers, months


def test_every_region_with_enterprises_has_trainers_in_proportion():
    tables = load_census()
    needed = trainers_needed([GARMENTS], 1_000, 2.4, tables)
    assert (needed >= PARAMETERS["trainers_per_provider"].default).all()
    whole = 1_000 * 2.4 / (MONTHS_OF_CLASSES * PARAMETERS["trainer_days"].default)
    largest = int(np.argmax(tables.region_share))
    assert needed[largest] == np.ceil(whole * tables.region_share[largest])
    there = np.flatnonzero(trainers_needed([FOOD_WEST], 10, 2.4, tables))
    assert there.tolist() == list(FOOD_WEST.regions)


@pytest.mark.parametrize(
    ("months", "month", "word"), [(18, 24, "too late"), (18, 13, "whole years"), (18, 0, "whole years")]
)
def test_a_month_that_cannot_be_read_is_named(months, month, word):
    with pytest.raises(InputError, match=word) as found:
        experiment([scenario(months)], [GARMENTS], QUICK, month)
    assert "--month" in str(found.value)


def test_a_scenario_without_programme_is_refused():
    with pytest.raises(InputError, match="nobody can be trained"):
        experiment([Scenario(name="none", months=18)], [GARMENTS], QUICK, 12)


def test_the_months_needed_hold_the_follow_up_and_the_month():
    assert months_needed(scenario(follow_up_months=36), 24) == 36 + module.BEGUN_WITHIN
    assert months_needed(scenario(follow_up_months=12), 24) == 24 + module.BEGUN_WITHIN


@pytest.mark.slow
def test_effects_and_money_agree_with_compare():
    """The same enterprises' kind, given the same training at once, in `compare`'s way."""
    regions = ("Guangdong", "Jiangsu")
    tables = load_census()
    assigned = Scenario(
        name="at_once", months=42, parameters={"modules_per_trainer": 5.0},
        programme=Programme(
            enrolment="assigned", enterprises_per_month=60.0, trainers=14.0, outreach=(),
            rollout=({"from_month": 1, "enterprises_per_month": 0.0},),
            target={"sectors": ("C18",), "regions": regions, "employees": (50, 250)},
        ),
    )  # fmt: skip
    settings = Settings(replicates=12, seed=5, enterprises=100, threads=1)
    base = assigned.model_copy(update={"name": "no_programme", "programme": None})
    whole = outcomes_of(compare(base, [assigned], settings), 24)
    group = Group("C18", (5,), tuple(tables.regions.index(name) for name in regions), (50, 250))
    here = experiment([assigned], [group], settings, 24, enterprises=60)
    assert [dict(one) for one in here.parameters] == [dict(one) for one in whole.parameters]
    for name in ("productivity", "injury_rate", "net_benefit", "resources", "practice_share.safety"):
        gap = (here.of(name)[:, 0, 0] - whole.of(name)[:, 0]).reshape(-1, 2).mean(axis=1)
        assert abs(gap.mean()) < 3.0 * gap.std(ddof=1) / np.sqrt(len(gap)), name
