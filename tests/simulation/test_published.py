"""Published numbers of enterprises trained, and the scenario fields that lay them beside a run."""

import pytest

from simulation.inputs import InputError
from simulation.programme import Scenario
from simulation.published import PUBLISHED_REACH, PublishedReach, read_published
from simulation.scenario_files import load_scenario, to_toml

HEADER = "country,since,year,month,enterprises,confidence,source\n"


def test_every_published_number_is_graded_and_has_its_source():
    assert "China" in PUBLISHED_REACH
    for country, points in PUBLISHED_REACH.items():
        assert [point.country for point in points] == [country] * len(points)
        assert [point.date for point in points] == sorted(point.date for point in points)
        for point in points:
            assert 1 <= point.month <= 12
            assert point.enterprises > 0
            assert point.confidence
            assert point.source


def test_numbers_never_fall_from_date_to_date():
    for points in PUBLISHED_REACH.values():
        numbers = [point.enterprises for point in points]
        assert numbers == sorted(numbers)


def test_a_table_is_read_by_country_and_date(tmp_path):
    file = tmp_path / "reach.csv"
    file.write_text(
        HEADER
        + 'B,2009,2015,2,20,SEEN,"one, two"\nA,2009,2014,12,5,SEEN,x\nB,2010,2014,11,10.5,RECALLED_LOW,y\n'
    )
    found = read_published(file)
    assert list(found) == ["B", "A"]
    assert [(point.date, point.enterprises) for point in found["B"]] == [("2014-11", 10.5), ("2015-02", 20.0)]
    assert found["B"][1].source == "one, two"


@pytest.mark.parametrize(
    ("year", "month", "start", "expected"),
    [(2009, 1, (2009, 1), 1), (2015, 12, (2009, 1), 84), (2010, 2, (2009, 7), 8), (2008, 12, (2009, 1), 0)],
)
def test_months_are_counted_to_the_end_of_the_date(year, month, start, expected):
    assert PublishedReach("China", 2009, year, month, 1.0, "SEEN", "x").months_since(*start) == expected


@pytest.mark.parametrize(
    ("since", "start", "expected"),
    [(2009, (2009, 1), 0), (2014, (2009, 1), 60), (2010, (2009, 7), 6), (2008, (2009, 1), 0)],
)
def test_what_was_counted_from_a_later_year_leaves_out_the_months_before(since, start, expected):
    assert PublishedReach("China", since, 2020, 1, 1.0, "SEEN", "x").months_before(*start) == expected


# --- the fields of a scenario


def refusal(tmp_path, text):
    file = tmp_path / "plan.toml"
    file.write_text(text)
    with pytest.raises(InputError) as caught:
        load_scenario(file)
    return str(caught.value)


def test_an_unknown_country_is_refused_with_the_known_ones(tmp_path):
    told = refusal(tmp_path, 'start_year = 2009\npublished_path = "Chile"\n')
    assert 'published_path = "Chile": has no published numbers' in told
    assert all(country in told for country in PUBLISHED_REACH)


def test_a_published_path_needs_the_start_year(tmp_path):
    told = refusal(tmp_path, 'published_path = "China"\n')
    assert 'published_path = "China"' in told
    assert "Write start_year" in told


@pytest.mark.parametrize(
    ("line", "part"),
    [("start_year = 1066", "Write a year from 1990 to 2100"), ('start_year = "2009"', "Write 2009 without"),
     ("published_path = 3", 'such as "China"')],
)  # fmt: skip
def test_wrong_values_are_refused_with_what_to_write(tmp_path, line, part):
    assert part in refusal(tmp_path, line + "\n")


def test_both_are_optional_and_survive_writing(tmp_path):
    plain = Scenario(name="plain")
    assert (plain.start_year, plain.published_path) == (None, None)
    given = Scenario(name="given", title="given", start_year=2009, start_month=4, published_path="Viet Nam")
    file = tmp_path / "given.toml"
    file.write_text(to_toml(given))
    assert load_scenario(file) == given
