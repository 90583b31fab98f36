"""Where and when a programme works, as it comes of its fields."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.inputs import InputError
from simulation.programme import Programme
from simulation.programme_parts import RolloutStep, Target, TrainerCourse
from simulation.schedule import (
    NEVER,
    expected_informed,
    graduates,
    monthly_schedule,
    open_month,
    resolve_target,
    starters,
    subsidy_table,
)
from tests.simulation.any_programme import programmes

TABLES = SimpleNamespace(
    sectors=("C17", "C18", "C36"),
    sector_names=("Textiles", "Wearing apparel", "Automobiles"),
    regions=("Zhejiang", "Sichuan"),
)
THREE_REGIONS = SimpleNamespace(
    sectors=("C18",), sector_names=("Wearing apparel",), regions=("Zhejiang", "Sichuan", "Liaoning")
)


# Where the programme works


def test_target_is_resolved_to_codes_and_official_names():
    programme = Programme(target=Target(sectors=["c18", "textiles"], regions=["SICHUAN"]))
    resolved = resolve_target(programme, TABLES).target
    assert resolved.sectors == ("C18", "C17")
    assert resolved.regions == ("Sichuan",)


def test_regions_of_courses_are_resolved_to_official_names():
    programme = Programme(
        training_of_trainers=[
            {"from_month": 0, "places_per_month": 1},
            {"from_month": 3, "places_per_month": 2, "regions": ["sichuan", "Zhejiang"]},
        ]
    )
    anywhere, some = resolve_target(programme, TABLES).training_of_trainers
    assert anywhere == programme.training_of_trainers[0]
    assert some == TrainerCourse(from_month=3, places_per_month=2, regions=["Sichuan", "Zhejiang"])


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
        (
            Programme(
                training_of_trainers=[
                    {"from_month": 1, "places_per_month": 1},
                    {"from_month": 1, "places_per_month": 1, "regions": ["Sichuan", "Zhejang"]},
                ]
            ),
            r'plan: programme\.training_of_trainers\[item 2\]\.regions = "Zhejang": is not in.*"Zhejiang"',
        ),
        (
            Programme(
                target=Target(regions=["Sichuan"]),
                training_of_trainers=[{"from_month": 1, "places_per_month": 1, "regions": ["Zhejiang"]}],
            ),
            r'programme\.training_of_trainers\[item 1\]\.regions = "Zhejiang".*outside programme\.target',
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
    assert schedule.dtype.names == ("places", "campaign", "dialogue", "buyers", "authority")
    assert len(schedule) == 7
    assert not np.any(schedule.view("f8"))


def test_schedule_follows_opening_pace_outreach_and_closing():
    programme = Programme(
        first_month=1,
        closing_month=6,
        enterprises_per_month=10,
        rollout=[
            {"from_month": 0, "regions": ["Zhejiang"]},
            {"from_month": 2, "enterprises_per_month": 20},
            {"from_month": 4, "regions": "all", "enterprises_per_month": 0},
        ],
        outreach=[
            {"from_month": 0, "campaign": 40, "buyers": 2},
            {"from_month": 3, "dialogue": 5},
            {"from_month": 4, "campaign": 0, "authority": 1.5},
        ],
    )
    schedule = monthly_schedule(programme, 8)
    assert schedule["places"].tolist() == [0, 10, 20, 20, 0, 0, 0, 0]
    assert schedule["campaign"].tolist() == [0, 40, 40, 40, 0, 0, 0, 0]
    assert schedule["dialogue"].tolist() == [0, 0, 0, 5, 5, 5, 0, 0]
    assert schedule["buyers"].tolist() == [0, 2, 2, 2, 2, 2, 0, 0]
    assert schedule["authority"].tolist() == [0, 0, 0, 0, 1.5, 1.5, 0, 0]


def test_steps_before_the_first_month_hold_from_the_first_month_on():
    programme = Programme(
        first_month=3,
        enterprises_per_month=10,
        rollout=[{"from_month": 1, "enterprises_per_month": 20}],
        outreach=[{"from_month": 0, "campaign": 40}, {"from_month": 2, "campaign": 7}],
    )
    schedule = monthly_schedule(programme, 5)
    assert schedule["places"].tolist() == [0, 0, 0, 20, 20]
    assert schedule["campaign"].tolist() == [0, 0, 0, 7, 7]


@settings(deadline=None)
@given(programmes, st.integers(1, 80))
def test_schedule_is_zero_outside_the_period_of_support(programme, months):
    schedule = monthly_schedule(programme, months)
    assert len(schedule) == months
    for channel in schedule.dtype.names:
        assert not schedule[channel][: programme.first_month].any()
        if programme.closing_month is not None:
            assert not schedule[channel][programme.closing_month :].any()
        assert (schedule[channel] >= 0).all()


# Whom it trains as trainers


def by_region(programme, months, share, tables=TABLES):
    """Graduates as one list of months a region."""
    found = graduates(programme, tables, months, np.array(share))
    assert found.dtype == np.int64
    assert found.shape == (months, len(tables.regions))
    return found.T.tolist()


def with_courses(*courses, **fields):
    return Programme(training_of_trainers=list(courses), **fields)


def test_without_courses_nobody_graduates():
    assert by_region(Programme(), 3, [0.5, 0.5]) == [[0, 0, 0], [0, 0, 0]]


def test_fractions_of_graduates_are_carried():
    programme = with_courses({"from_month": 1, "places_per_month": 0.4})
    # 0, 0.4, 0.8, 1.2, 1.6, 2.0 so far
    assert by_region(programme, 6, [1.0, 0.0]) == [[0, 0, 0, 1, 0, 1], [0] * 6]


def test_rounding_of_the_computer_costs_no_graduate():
    programme = with_courses({"from_month": 0, "places_per_month": 0.29})
    assert 0.29 * 100 < 29
    assert graduates(programme, TABLES, 100, np.array([0.5, 0.5])).sum() == 29


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        ([0.75, 0.25], [[1, 1, 0, 1], [0, 0, 1, 0]]),  # month 1: both half a place behind
        ([0.25, 0.75], [[0, 1, 0, 0], [1, 0, 1, 1]]),
        ([3.0, 1.0], [[1, 1, 0, 1], [0, 0, 1, 0]]),  # only the proportion counts
        ([0.0, 0.0], [[1, 0, 1, 0], [0, 1, 0, 1]]),
    ],
)
def test_each_graduate_goes_to_the_region_furthest_behind(share, expected):
    assert by_region(with_courses({"from_month": 0, "places_per_month": 1}), 4, share) == expected


def test_regions_equally_far_behind_take_turns_by_number():
    programme = with_courses({"from_month": 0, "places_per_month": 1})
    third = [1 / 3] * 3
    expected = [[1, 0, 0, 1, 0, 0], [0, 1, 0, 0, 1, 0], [0, 0, 1, 0, 0, 1]]
    assert by_region(programme, 6, third, THREE_REGIONS) == expected


def test_rounding_of_the_computer_puts_no_region_behind():
    programme = with_courses({"from_month": 0, "places_per_month": 2})
    # Month 6: 1.4, 4.2 and 8.4 expected so far; after one more for the third, 0.4, 0.2 and 0.4 are missing.
    expected = [[0, 1, 0, 0, 0, 0, 1], [1, 0, 1, 0, 1, 1, 0], [1, 1, 1, 2, 1, 1, 1]]
    assert by_region(programme, 7, [0.1, 0.3, 0.6], THREE_REGIONS) == expected


def test_courses_add_up_each_in_its_regions_and_months():
    programme = with_courses(
        {"from_month": 1, "to_month": 3, "places_per_month": 1, "regions": ["sichuan"]},
        {"from_month": 0, "places_per_month": 1},
    )
    # expected so far: Zhejiang 0.75, 1.5, 2.25, 3; Sichuan 0.25, 1.5, 2.75, 3
    assert by_region(programme, 4, [0.75, 0.25]) == [[1, 1, 0, 1], [0, 1, 2, 0]]


def test_courses_are_held_from_the_first_month_to_the_closing():
    programme = with_courses(
        {"from_month": 0, "to_month": 30, "places_per_month": 1}, first_month=2, closing_month=5
    )
    assert by_region(programme, 8, [1.0, 0.0])[0] == [0, 0, 1, 1, 1, 0, 0, 0]


def test_courses_everywhere_are_held_within_the_target():
    programme = with_courses(
        {"from_month": 0, "places_per_month": 1}, target=Target(regions=["sichuan", "Liaoning"])
    )
    expected = [[0, 0, 0], [1, 0, 1], [0, 1, 0]]
    assert by_region(programme, 3, [0.5, 0.25, 0.25], THREE_REGIONS) == expected


def test_a_course_of_regions_without_eligible_enterprises_is_split_evenly():
    programme = with_courses(
        {"from_month": 0, "places_per_month": 1, "regions": ["Liaoning", "Sichuan"]},
    )
    assert by_region(programme, 2, [1.0, 0.0, 0.0], THREE_REGIONS) == [[0, 0], [1, 0], [0, 1]]


@settings(deadline=None)
@given(programmes, st.integers(1, 80), st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_graduates_keep_up_with_the_courses_in_the_nation_and_run_ahead_nowhere(programme, months, share):
    found = graduates(programme, TABLES, months, np.array(share))
    parts = np.array(share) / sum(share) if sum(share) > 0 else np.array([0.5, 0.5])
    closing = programme.closing_month or months
    offered, given_so_far = 0.0, np.zeros(2)
    for month in range(months):
        for course in programme.training_of_trainers:
            last = months if course.to_month is None else course.to_month
            if max(programme.first_month, course.from_month) <= month < min(closing, last):
                offered += course.places_per_month
        given_so_far += found[month]
        assert -1e-6 < offered - given_so_far.sum() < 1
        assert (given_so_far - offered * parts < 1).all()
    assert (found >= 0).all()


# With which trainers it starts


def started(share, tables=THREE_REGIONS, **fields):
    found = starters(Programme(**fields), tables, np.array(share))
    assert found.dtype == np.int64
    return found.tolist()


@pytest.mark.parametrize(
    ("trainers", "share", "expected"),
    [
        (10, [0.5, 0.3, 0.2], [5, 3, 2]),
        (10, [1 / 3] * 3, [4, 3, 3]),  # the lowest number of those equally far behind
        (11, [1 / 3] * 3, [4, 4, 3]),
        (7, [0.6, 0.1, 0.3], [4, 1, 2]),  # 4.2, 0.7, 2.1
        (7, [1.2, 0.2, 0.6], [4, 1, 2]),
        (5, [0.0, 0.0, 0.0], [2, 2, 1]),
        (5, [0.0, 0.0, 1.0], [0, 0, 5]),
        (2.5, [0.0, 0.0, 1.0], [0, 0, 3]),
        (2.4, [0.0, 0.0, 1.0], [0, 0, 2]),
        (0, [0.5, 0.3, 0.2], [0, 0, 0]),
    ],
)
def test_trainers_are_split_over_regions_by_largest_remainders(trainers, share, expected):
    assert started(share, trainers=trainers) == expected


def test_trainers_start_in_regions_that_are_open():
    rollout = [
        {"from_month": 0, "regions": ["Sichuan"]},
        {"from_month": 2, "regions": ["Zhejiang"]},
        {"from_month": 12, "regions": ["Liaoning"]},
    ]
    share = [0.3, 0.1, 0.6]
    assert started(share, trainers=8, rollout=rollout) == [0, 8, 0]
    assert started(share, trainers=8, rollout=rollout, first_month=2) == [6, 2, 0]
    assert started(share, trainers=9, target=Target(regions=["Zhejiang", "Liaoning"])) == [3, 0, 6]


def test_trainers_start_where_it_opens_first_if_nothing_opens_in_the_first_month():
    rollout = [{"from_month": 6, "regions": ["Liaoning"]}, {"from_month": 9, "regions": ["Zhejiang"]}]
    assert started([0.3, 0.1, 0.6], trainers=8, rollout=rollout) == [0, 0, 8]


@settings(deadline=None)
@given(st.floats(0, 5000), st.lists(st.floats(0.001, 1), min_size=3, max_size=3))
def test_starters_sum_to_the_trainers_and_miss_no_share_by_a_trainer(trainers, share):
    found = np.array(started(share, trainers=trainers))
    assert abs(found.sum() - trainers) <= 0.5
    assert (np.abs(found - found.sum() * np.array(share) / sum(share)) < 1).all()


# What it pays and whom it tells


def test_one_share_is_a_step_for_all_sizes_and_modules():
    (step,) = subsidy_table(Programme(subsidy=0.25))
    assert step["from_month"] == 0
    assert step["share"] == 0.25
    assert step["modules"] == 0b11111
    assert step["fewest"] <= 1
    assert step["most"] >= 999


def test_subsidy_steps_name_sizes_and_modules_in_the_order_of_the_registry():
    table = subsidy_table(
        Programme(
            modules=["safety", "cooperation", "quality"],
            subsidy=[
                {"from_month": 2, "share": 0.5},
                {"from_month": 2, "share": 0.8, "employees": [20, 99]},
                {"from_month": 7, "share": 1, "modules": ["safety", "quality"]},
                {"from_month": 9, "share": 0, "employees": [100, 250], "modules": ["cooperation"]},
            ],
        )
    )
    assert table["from_month"].tolist() == [2, 2, 7, 9]
    assert table["share"].tolist() == [0.5, 0.8, 1.0, 0.0]
    assert table["modules"].tolist() == [31, 31, 0b01010, 0b00001]
    assert table[["fewest", "most"]][[1, 3]].tolist() == [(20, 99), (100, 250)]

    def share(month, employees, module):
        fits = (
            (table["from_month"] <= month)
            & (table["fewest"] <= employees)
            & (employees <= table["most"])
            & (table["modules"] >> module & 1 == 1)
        )
        return table["share"][fits][-1] if fits.any() else 0.0

    cooperation, quality, safety = 0, 1, 3
    assert share(1, 50, quality) == 0.0
    assert [share(2, size, quality) for size in (19, 20, 99, 100)] == [0.5, 0.8, 0.8, 0.5]
    assert [share(7, 50, module) for module in (cooperation, quality, safety)] == [0.8, 1.0, 1.0]
    assert [share(9, size, cooperation) for size in (99, 100, 250, 251)] == [0.8, 0.0, 0.0, 0.5]


def test_expected_informed_are_those_of_the_channels_and_of_trainers_with_free_days():
    programme = Programme(
        first_month=2,
        closing_month=6,
        trainers=10,
        training_of_trainers=[{"from_month": 3, "places_per_month": 1}],
        outreach=[{"from_month": 0, "campaign": 40, "authority": 1}, {"from_month": 5, "buyers": 2}],
    )
    # Channels, months 2 to 5: 4 x 41 + 2. Trainers, months 2 to 9: 80 and 0.55 of 0, 1, 2 and five times 3
    # graduates; each informs 0.4 x 0.5 enterprises a month.
    assert expected_informed(programme, 10) == pytest.approx(166 + 0.2 * (80 + 0.55 * 18))


def test_where_enrolment_is_assigned_as_many_are_informed_as_there_are_places():
    programme = Programme(enrolment="assigned", first_month=2, closing_month=6, enterprises_per_month=20)
    assert expected_informed(programme, 10) == 80
    assert expected_informed(programme, 5) == 60
