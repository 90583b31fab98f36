"""Where and when a programme works, as it comes of its fields."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.inputs import InputError
from simulation.programme import Programme, RolloutStep, Target
from simulation.schedule import NEVER, monthly_schedule, open_month, resolve_target
from tests.simulation.any_programme import programmes

TABLES = SimpleNamespace(
    sectors=("C17", "C18", "C36"),
    sector_names=("Textiles", "Wearing apparel", "Automobiles"),
    regions=("Zhejiang", "Sichuan"),
)


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


@settings(deadline=None)
@given(programmes, st.integers(1, 80))
def test_schedule_is_zero_outside_the_period_of_enrolment(programme, months):
    schedule = monthly_schedule(programme, months)
    assert len(schedule) == months
    assert not schedule["enterprises"][: programme.first_month].any()
    if programme.closing_month is not None:
        assert not schedule["enterprises"][programme.closing_month :].any()
    assert ((schedule["subsidy"] >= 0) & (schedule["subsidy"] <= 1)).all()
