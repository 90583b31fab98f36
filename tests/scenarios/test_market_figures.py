"""Figures of the training market and of published numbers, on tables with known numbers."""

import polars as pl
import pytest

from scenarios.drawing import Story, drawn
from scenarios.market_figures import PAYERS, compared_market, run_market
from scenarios.published import published_figure
from scenarios.wording import Calendar
from tests.scenarios.figure_checks import check_apart, check_inside, check_slide, texts
from tests.scenarios.market_made_up import market_table

TITLES = {"a": "National rollout, tapered to commercial", "b": "Pilot of 2009 to 2013", "c": "No programme"}
CALENDARS = {"numbered": Calendar(), "calendar": Calendar(2009), "july": Calendar(2009, 7)}


def story(titles, calendar=CALENDARS["numbered"]):
    return Story(titles, "scoresim, prior draws, 4 replicates", 24, calendar=calendar, price_year=2015)


def one(calendar=CALENDARS["numbered"]):
    return story({"a": TITLES["a"]}, calendar)


def published(calendar=CALENDARS["calendar"], points=((60, 120.0, "SEEN"), (150, 900.0, "RECALLED_LOW"))):
    """Tables of a run of 16 years with published numbers."""
    reach = [
        {"month": m, "item": "enterprises_reached", "estimate": 2.0 * m, "low": 1.0 * m, "high": 3.0 * m}
        for m in range(1, 193)
    ]
    table = [
        {
            "country": "China",
            "month": month,
            "published": value,
            "simulated": 2.0 * month,
            "confidence": grade,
        }
        for month, value, grade in points
    ]
    return {"reach": pl.DataFrame(reach), "published": pl.DataFrame(table)}


def figures():
    """Every figure, over few and many years, with and without a calendar."""
    for years, name in ((4, "numbered"), (16, "calendar"), (10, "july")):
        table = market_table(years=years, closing=years - 2)
        yield f"run, {name}", run_market({"market": table}, one(CALENDARS[name]))
        other = market_table("b", scales=(30.0, 90.0), years=years, closing=years - 2)
        both = {"market": pl.concat([table, other])}
        yield f"compare, {name}", compared_market(both, story(TITLES, CALENDARS[name]))
    yield "published", published_figure(published(), one(CALENDARS["calendar"]))


ALL = dict(figures())


@pytest.mark.parametrize("name", ALL)
def test_figure_is_a_slide_whose_texts_can_be_read(name):
    check_slide(ALL[name])
    check_inside(ALL[name])
    check_apart(ALL[name])


@pytest.mark.parametrize("name", ALL)
def test_heading_says_what_lines_and_bands_are_and_the_source(name):
    words = " ".join(text.get_text() for text in ALL[name].texts).replace("\n", " ")
    assert "90 % interval over parameter draws and chance" in words
    assert "scoresim, prior draws, 4 replicates" in words


def test_market_of_a_run_names_units_and_payers():
    words = " ".join(text for text, _ in texts(ALL["run, numbered"]))
    for part in ("yuan of 2015", "Modules taken a year", "yuan a module", "% of revenue", "% of full cost"):
        assert part in words.replace("\n", " ")
    assert "enterprises" in words
    assert "guarantees" not in words  # nobody called one


def test_payers_add_up_to_programme_fees_and_buyers():
    assert {"fees", "buyer_payments"} < set(PAYERS)
    table = market_table(scales=(1.0,)).filter(pl.col("level") == "all")
    spent = dict(table.filter(pl.col("month") == 24).select("indicator", "estimate").rows())
    assert sum(spent[name] for name in PAYERS) == pytest.approx(
        spent["fees"] + spent["buyer_payments"] + spent["programme_cost"]
    )


def test_bars_are_as_high_as_what_they_stand_for():
    axes = run_market({"market": market_table(scales=(1.0,))}, one()).axes
    modules, _, payers = axes[:3]
    assert [bar.get_height() for bar in modules.patches] == [
        0.0,
        120.0,
        120.0,
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
        120.0,
        0.0,
    ]
    assert max(bar.get_y() + bar.get_height() for bar in payers.patches) == pytest.approx(
        12 * (10 * 18_000 + 22_000)
    )


def test_years_without_a_value_are_a_gap():
    table = market_table().filter(~((pl.col("indicator") == "price") & (pl.col("month") == 24)))
    (line,) = [
        line for line in run_market({"market": table}, one()).axes[3].lines if len(line.get_xdata()) > 2
    ]
    assert list(line.get_xdata()) == [1.0, 2.0, 3.0, 4.0]
    assert [value == value for value in line.get_ydata()] == [True, False, True, True]


def test_a_margin_far_below_zero_does_not_squeeze_the_others():
    table = market_table().with_columns(
        low=pl.when(pl.col("indicator") == "provider_margin").then(-5_000.0).otherwise(pl.col("low"))
    )
    axes = run_market({"market": table}, one()).axes[4]
    assert axes.get_ylim()[0] == -100.0
    assert "the axis ends at −100" in axes.texts[0].get_text()


def test_calendar_years_are_on_the_axis():
    words = [text for text, _ in texts(ALL["run, calendar"])]
    assert "2009" in words
    assert "2009/10" in [text for text, _ in texts(ALL["compare, july"])]


def test_published_points_are_filled_where_the_source_was_read():
    (axes,) = ALL["published"].axes
    points = [line for line in axes.lines if line.get_marker() == "o"]
    assert [(float(p.get_xdata()[0]), float(p.get_ydata()[0])) for p in points] == [
        (60.0, 120.0),
        (150.0, 900.0),
    ]
    assert points[0].get_markerfacecolor() != "white"
    assert points[1].get_markerfacecolor() == "white"
    assert axes.get_ylim()[1] > 900.0


def test_nothing_to_draw_gives_no_figure():
    empty = {"market": market_table().clear()}
    assert drawn({"a": run_market(empty, one()), "b": compared_market(empty, story(TITLES))}) == {}
    assert published_figure({}, one()) is None
    outside = published()
    outside["published"] = outside["published"].with_columns(simulated=pl.lit(None, pl.Float64))
    assert published_figure(outside, one()) is None
