"""Tables of the training market and of reach on numbers whose answer is known."""

import numpy as np
import polars as pl
import pytest

from scenarios.market_tables import MARKET_COLUMNS, REACH_ACCOUNTS, REACH_COLUMNS, reach_levels
from scenarios.published import PUBLISHED_COLUMNS, published_table
from simulation import accounts as a
from simulation.market_indicators import MARKET_INDICATORS
from simulation.programme import Scenario
from simulation.published import PUBLISHED_REACH
from tests.scenarios.market_made_up import LEVELS, market_table


@pytest.fixture(scope="module")
def market():
    return market_table()


def rows(table, **where):
    return table.filter(*(pl.col(name) == value for name, value in where.items()))


def told(table, indicator, level="all"):
    found = rows(table, indicator=indicator, level=level)
    return dict(zip(found["month"], found.select("estimate", "low", "high").rows(), strict=True))


# --- the market


def test_market_has_the_columns_of_the_contract(market):
    assert market.columns == list(MARKET_COLUMNS)
    assert market.columns == [
        "scenario", "month", "group", "level", "indicator", "unit", "estimate", "low", "high",
    ]  # fmt: skip
    assert set(market["indicator"]) == set(MARKET_INDICATORS)
    assert set(market["month"]) == {12, 24, 36, 48, 60}
    assert set(market["scenario"]) == {"a"}


def test_estimate_is_the_mean_and_the_interval_nine_tenths_of_the_replicates(market):
    estimate, low, high = told(market, "modules_taken")[24]
    assert estimate == pytest.approx(1.5 * 120.0)  # replicates of 120 and 240 modules
    assert (low, high) == pytest.approx((126.0, 234.0))


def test_a_single_replicate_has_no_width():
    table = market_table(scales=(1.0,))
    assert told(table, "queue")[24] == (12.0, 12.0, 12.0)
    assert table.select((pl.col("low") == pl.col("high")).all()).item()


def test_stocks_are_means_of_the_year_and_flows_its_sums(market):
    assert told(market, "active_trainers")[24][0] == pytest.approx(1.5 * 4.0)
    assert told(market, "trainers_graduated")[24][0] == pytest.approx(1.5 * 12.0)
    assert rows(market, indicator="active_trainers")["unit"][0] == "trainers"
    assert rows(market, indicator="trainers_graduated")["unit"][0] == "trainers a year"


def test_ratios_have_known_answers(market):
    assert told(market, "commercial_share")[24][0] == 0.0
    assert told(market, "commercial_share")[48][0] == 100.0
    assert told(market, "price")[48][0] == pytest.approx(10_000.0)
    assert told(market, "provider_margin")[24][0] == pytest.approx(-5.0)
    assert told(market, "provider_margin")[48][0] == pytest.approx(-10.0)
    full = 70_000.0 + 4_000.0 + 80_000.0 + 20_000.0 + 2_000.0
    assert told(market, "cost_recovery")[24][0] == pytest.approx(100.0 * 50_000.0 / full)
    assert told(market, "trainer_days_needed")[24][0] == pytest.approx(1.5 * (300.0 + 12.0 * 2.5))


def test_an_undefined_ratio_has_no_row_and_is_never_zero(market):
    assert set(told(market, "commercial_share")) == {24, 36, 48}
    assert set(told(market, "price")) == {12, 24, 36, 48}
    assert told(market, "modules_taken")[60] == (0.0, 0.0, 0.0)


def test_a_replicate_in_which_a_ratio_is_undefined_is_left_out_of_its_mean():
    table = market_table(scales=(1.0, 0.0, 3.0))
    assert told(table, "price")[24] == pytest.approx((10_000.0, 10_000.0, 10_000.0))
    assert told(table, "modules_taken")[24][0] == pytest.approx(160.0)


def test_regions_with_a_market_have_rows_and_others_none(market):
    assert set(market["level"]) == {"all", "North"}
    assert dict(market.select("level", "group").unique().iter_rows()) == {"all": "total", "North": "region"}
    assert told(market, "fees", "North") == told(market, "fees")


# --- reach


def national(scale=1.0):
    """Sums of two months over the levels: everything is in the North, in garments of 50 to 249."""
    sums = np.zeros((2, len(LEVELS), a.N_ACCOUNTS))
    for level in (0, 1, 2, 4):
        sums[:, level, a.ENTERPRISES_REACHED] = 2.0 * scale
        sums[:, level, a.WORKERS_REACHED] = 200.0 * scale
        sums[:, level, a.WORKERS_REACHED_WOMEN] = 150.0 * scale
        sums[:, level, a.ATTENDEES] = 16.0 * scale
        sums[:, level, a.ATTENDEES_WOMEN] = 4.0 * scale
        sums[:, level, a.CLASSES_ATTENDED] = 4.0 * scale
    return sums


def test_reach_adds_up_the_whole_run_by_group():
    table = reach_levels("a", [national(), national(3.0)], LEVELS)
    assert table.columns == list(REACH_COLUMNS)
    assert table.columns == ["scenario", "group", "level", "item", "unit", "estimate", "low", "high"]
    assert set(rows(table, group="total")["item"]) == set(REACH_ACCOUNTS)
    (row,) = rows(table, group="region", level="North", item="workers_reached").rows(named=True)
    assert row["estimate"] == pytest.approx(800.0)
    assert (row["low"], row["high"]) == pytest.approx((440.0, 1_160.0))
    assert row["unit"] == "workers"


def test_women_and_men_add_up_to_all():
    table = reach_levels("a", [national()], LEVELS)
    gender = rows(table, group="gender")
    assert set(gender["item"]) == {"workers_reached", "attendees"}
    found = {(level, item): value for level, item, value in gender.select("level", "item", "estimate").rows()}
    assert found["women", "workers_reached"] == 300.0
    assert found["men", "workers_reached"] == 100.0
    assert found["men", "attendees"] == 24.0


def test_levels_with_nothing_are_left_out_and_items_with_nothing_are_not():
    table = reach_levels("a", [national()], LEVELS)
    assert "South" not in set(table["level"])
    assert rows(table, group="sector", item="commercial_volume")["estimate"].to_list() == [0.0]
    assert reach_levels("a", [np.zeros((2, len(LEVELS), a.N_ACCOUNTS))], LEVELS).is_empty()


# --- published numbers


def test_published_numbers_stand_beside_what_was_reached_by_then():
    months = 12 * 7
    scenario = Scenario(name="a", months=months, start_year=2009, published_path="China")
    runs = [np.zeros((months, 1, a.N_ACCOUNTS)) for _ in range(2)]
    for scale, sums in enumerate(runs, start=1):
        sums[:, 0, a.ENTERPRISES_REACHED] = scale
    table = published_table(scenario, runs)
    assert table.columns == list(PUBLISHED_COLUMNS)
    assert table["date"].to_list() == [point.date for point in PUBLISHED_REACH["China"]]
    (row,) = rows(table, date="2015-12").rows(named=True)
    assert (row["month"], row["published"]) == (84, 120.0)
    assert row["simulated"] == pytest.approx(1.5 * 84)
    assert (row["low"], row["high"]) == pytest.approx((1.05 * 84, 1.95 * 84))
    assert row["source"].startswith("Mid-term evaluation")


def test_a_date_outside_the_run_has_no_simulated_number():
    scenario = Scenario(name="a", months=24, start_year=2015, start_month=2, published_path="China")
    table = published_table(scenario, [np.ones((24, 1, a.N_ACCOUNTS))])
    found = dict(zip(table["date"], table["simulated"], strict=True))
    assert found["2013-12"] is None  # before the first month
    assert found["2015-12"] == 11.0
    assert found["2024-08"] is None
    assert rows(table, date="2013-12").select("low", "high").row(0) == (None, None)
