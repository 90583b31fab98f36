"""What a programme did and cost: known answers, and one answer in a model, its tables and its accounts."""

import numpy as np
import pytest

from simulation import ScoreModel
from simulation import accounts as a
from simulation import market_accounts as ma
from simulation.market_indicators import WAITING_AT_END, TrainerTime
from simulation.programme_items import ITEMS, programme_items

TIME = TrainerTime(days_per_module=2.5, days=8.0)


def items(total=None, market=None):
    enterprises, accounts = np.zeros(a.N_ACCOUNTS), np.zeros(WAITING_AT_END + 1)
    for account, value in (total or {}).items():
        enterprises[account] = value
    for account, value in (market or {}).items():
        accounts[account] = value
    return programme_items(enterprises, accounts, TIME)


def test_items_have_known_answers():
    found = items(
        {a.ENTERPRISES_REACHED: 4.0, a.FEES: 500.0, a.CHANGE_COSTS: 40.0, a.PARTICIPANT_TIME: 60.0,
         a.BUYER_PAYMENTS: 100.0},
        {ma.SUBSIDIES: 300.0, ma.OVERHEAD: 200.0, ma.TRAINING_OF_TRAINERS: 90.0, ma.AWARENESS: 8.0,
         ma.GUARANTEES: 2.0, ma.FEES: 500.0, ma.BUYER_PAYMENTS: 100.0, ma.DAYS_DELIVERED: 1.0,
         ma.TRAINER_PAY: 1_000.0, ma.MODULES: 9.0, ma.COMMERCIAL_MODULES: 3.0, ma.GRADUATES: 7.0,
         WAITING_AT_END: 2.0},
    )  # fmt: skip
    values = {name: item.value for name, item in found.items()}
    assert values["programme_cost"] == 600.0
    assert values["enterprise_cost"] == 600.0
    assert values["buyer_cost"] == 100.0
    assert values["cost_per_enterprise"] == 1_300.0 / 4.0
    assert values["trainer_days_needed"] == 1.0 + 2.0 * 2.5
    assert values["modules_taken"] == 9.0
    assert values["commercial_volume"] == 3.0
    assert values["trainers_graduated"] == 7.0
    assert values["cost_recovery"] == pytest.approx(100.0 * 600.0 / (1_000.0 + 200.0 + 90.0 + 8.0))


def test_items_come_in_their_order_with_label_and_unit():
    found = items()
    assert tuple(found) == ITEMS
    assert found["commercial_volume"].label == "Modules sold without subsidy"
    assert found["programme_cost"].unit == "yuan"
    assert found["trainers_graduated"].unit == "trainers"


def test_costs_per_nobody_are_undefined():
    undefined = [name for name, item in items().items() if np.isnan(item.value)]
    assert undefined == ["cost_per_enterprise", "cost_recovery"]


@pytest.fixture(scope="module")
def model():
    simulated = ScoreModel("pilot_2009_2013", enterprises=100, months=30, seed=2)
    simulated.run_model()
    return simulated


def test_market_and_enterprises_tell_the_same_of_what_was_sold(model):
    sums, market = model.world.sums[0, :, 0].sum(axis=0), model.world.market[0, :, 0].sum(axis=0)
    for account, item in {
        a.CLASSES_ATTENDED: ma.MODULES, a.COMMERCIAL_MODULES: ma.COMMERCIAL_MODULES, a.FEES: ma.FEES,
        a.SUBSIDIES: ma.SUBSIDIES, a.OVERHEAD: ma.OVERHEAD, a.BUYER_PAYMENTS: ma.BUYER_PAYMENTS,
        a.TRAINER_DAYS: ma.DAYS_DELIVERED,
    }.items():  # fmt: skip
        assert sums[account] == pytest.approx(market[item])
    assert sums[a.CLASSES_ATTENDED] > 0.0


def test_a_model_tells_its_items(model):
    found = model.programme_totals()
    market = model.world.market[0, :, 0].sum(axis=0)
    paid = (ma.SUBSIDIES, ma.OVERHEAD, ma.TRAINING_OF_TRAINERS, ma.AWARENESS, ma.GUARANTEES)
    assert tuple(found) == ITEMS
    assert found["programme_cost"] == pytest.approx(market[list(paid)].sum())
    assert found["trainers_graduated"] == market[ma.GRADUATES] > 0.0


def test_a_model_that_has_not_begun_has_done_nothing():
    found = ScoreModel("pilot_2009_2013", enterprises=100, months=12, seed=2).programme_totals()
    assert found["programme_cost"] == found["modules_taken"] == 0.0
    assert ScoreModel(enterprises=100, months=6, seed=1).programme_totals()["programme_cost"] == 0.0
