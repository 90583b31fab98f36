"""Indicators of the training market on accounts made by hand: flows, stocks, ratios, and the undefined."""

import numpy as np
import pytest

from simulation import market_accounts as ma
from simulation.indicators import INDICATORS, PROGRAMME_TOTALS
from simulation.market_indicators import (
    MARKET_INDICATORS,
    WAITING_AT_END,
    MarketSums,
    TrainerTime,
    market_sums,
    trainer_time,
)
from simulation.parameters import parameter_record
from simulation.programme import Programme

TIME = TrainerTime(days_per_module=2.5, days=8.0)


def accounts(months=12, levels=2, **values):
    """Monthly accounts, the same in every month and level."""
    made = np.zeros((months, levels, ma.N_MARKET_ACCOUNTS))
    for name, value in values.items():
        made[..., ma.MARKET_ACCOUNTS.index(name)] = value
    return made


def year(**values):
    return market_sums(accounts(**values)).years[0, 0]


def value(name, sums, time=TIME):
    return float(MARKET_INDICATORS[name].value(sums, time))


# --- from months to years


def test_flows_are_added_up_and_stocks_averaged():
    market = accounts(months=24)
    market[:, 0, ma.FEES] = np.arange(24)
    market[:, 0, ma.ACTIVE_TRAINERS] = np.arange(24)
    sums = market_sums(market)
    assert sums.years[:, 0, ma.FEES].tolist() == [66.0, 210.0]
    assert sums.years[:, 0, ma.ACTIVE_TRAINERS].tolist() == [5.5, 17.5]
    assert sums.whole[0, ma.FEES] == 276.0
    assert sums.whole[0, ma.ACTIVE_TRAINERS] == 11.5
    assert not sums.years[:, 1].any()


def test_every_account_is_a_flow_or_a_stock():
    sums = market_sums(accounts(**dict.fromkeys(ma.MARKET_ACCOUNTS, 1.0))).years[0, 0]
    expected = [1.0 if account in ma.STOCKS else 12.0 for account in range(ma.N_MARKET_ACCOUNTS)]
    assert sums.tolist() == [*expected, 1.0]


def test_a_year_that_is_not_full_counts_in_the_whole_run_alone():
    sums = market_sums(accounts(months=30, modules=2.0, waiting=3.0))
    assert sums.years.shape == (2, 2, ma.N_MARKET_ACCOUNTS + 1)
    assert sums.years[:, 0, ma.MODULES].tolist() == [24.0, 24.0]
    assert sums.whole[0, ma.MODULES] == 60.0
    assert market_sums(accounts(months=5)).years.shape == (0, 2, ma.N_MARKET_ACCOUNTS + 1)


def test_who_waits_at_the_end_is_kept_beside_the_mean():
    market = accounts(months=24)
    market[:, 1, ma.WAITING] = np.arange(24)
    sums = market_sums(market)
    assert sums.years[:, 1, WAITING_AT_END].tolist() == [11.0, 23.0]
    assert sums.years[:, 1, ma.WAITING].tolist() == [5.5, 17.5]
    assert sums.whole[1, WAITING_AT_END] == 23.0


def test_the_months_are_left_as_they_were():
    market = accounts(waiting=4.0, price_sum=9.0)
    before = market.copy()
    market_sums(market)
    assert np.array_equal(market, before)


# --- ratios


def test_shares_margins_and_means_are_ratios_of_sums():
    sums = year(
        modules=10.0, commercial_modules=4.0, days_available=80.0, days_delivered=20.0, fees=50_000.0,
        buyer_payments=10_000.0, subsidies=40_000.0, result=-5_000.0, price_sum=30_000.0, quality_sum=1.8,
        active_trainers=3.0,
    )  # fmt: skip
    assert value("commercial_share", sums) == pytest.approx(40.0)
    assert value("utilisation", sums) == pytest.approx(25.0)
    assert value("provider_margin", sums) == pytest.approx(-5.0)
    assert value("price", sums) == pytest.approx(10_000.0)
    assert value("trainer_quality", sums) == pytest.approx(0.6)


def test_trainers_needed_are_those_for_days_given_and_waited_for():
    sums = year(days_delivered=20.0, waiting=16.0)
    assert value("trainer_days_needed", sums) == 12 * 20.0 + 16.0 * 2.5
    assert value("trainers_needed", sums) == pytest.approx((240.0 + 40.0) / (12 * 8.0))


def test_costs_and_their_recovery():
    sums = year(
        fees=1_000.0, buyer_payments=200.0, subsidies=700.0, overhead=300.0, training_of_trainers=90.0,
        awareness=10.0, guarantees=5.0, trainer_pay=1_500.0, fixed_costs=400.0, growth_costs=200.0,
    )  # fmt: skip
    assert value("programme_cost", sums) == pytest.approx(12 * (700 + 300 + 90 + 10 + 5))
    full = 1_500 + 400 + 200 + 300 + 90 + 10
    assert value("cost_recovery", sums) == pytest.approx(100 * (1_000 + 200) / full)


def test_what_has_nothing_to_be_divided_by_is_undefined():
    undefined = {name for name in MARKET_INDICATORS if np.isnan(value(name, year()))}
    assert undefined == {
        "commercial_share", "utilisation", "provider_margin", "price", "trainer_quality", "cost_recovery",
    }  # fmt: skip


def test_nothing_sold_is_undefined_for_its_own_level_alone():
    market = accounts(fees=100.0, result=10.0)
    market[:, 1] = 0.0
    margin = MARKET_INDICATORS["provider_margin"].value(market_sums(market).years, TIME)
    assert margin[0].tolist() == pytest.approx([10.0, np.nan], nan_ok=True)


# --- names


def test_every_indicator_is_named_once():
    assert all(name == indicator.name for name, indicator in MARKET_INDICATORS.items())
    assert not set(MARKET_INDICATORS) & {*INDICATORS, *PROGRAMME_TOTALS}
    assert len({indicator.label for indicator in MARKET_INDICATORS.values()}) == len(MARKET_INDICATORS)
    assert all(indicator.definition and indicator.unit for indicator in MARKET_INDICATORS.values())


def test_flows_are_a_year_and_stocks_and_ratios_are_not():
    assert MARKET_INDICATORS["subsidies"].unit_of_year == "yuan a year"
    assert MARKET_INDICATORS["queue"].unit_of_year == "enterprises"
    assert MARKET_INDICATORS["cost_recovery"].unit_of_year == "% of full cost"


@pytest.mark.parametrize("name", MARKET_INDICATORS)
def test_only_what_is_marked_a_flow_doubles_in_two_years(name):
    rng = np.random.default_rng(5)
    one = rng.uniform(1.0, 2.0, (12, 1, ma.N_MARKET_ACCOUNTS))
    two = np.concatenate([one, one])
    single, double = (MARKET_INDICATORS[name].value(market_sums(m).whole[0], TIME) for m in (one, two))
    if name in ("trainer_days_needed", "trainers_needed"):  # the queue at the end does not double
        assert single < double < 2.0 * single
    else:
        assert double == pytest.approx(single * (2.0 if MARKET_INDICATORS[name].flow else 1.0))


# --- the trainers' time


def test_trainer_time_is_that_of_programme_and_parameters():
    p = parameter_record({"visit_days": 0.5, "trainer_days": 6.0})[0]
    delivery = {"class_days": 2.0, "visits": 3, "enterprises_per_class": 4}
    programme = Programme.model_validate({"delivery": delivery})
    assert trainer_time(programme, p) == TrainerTime(pytest.approx(2.0 / 4 + 3 * 0.5), 6.0)
    assert trainer_time(None, p).days_per_module == 0.0


def test_sums_of_a_market_hold_nation_and_regions():
    sums = market_sums(accounts(levels=32))
    assert isinstance(sums, MarketSums)
    assert sums.years.shape[1] == sums.whole.shape[0] == 32
