"""Paired sums, discounted differences and net benefit on panels made by hand."""

import numpy as np
import pytest

from simulation import accounts as a
from simulation import market_accounts as ma
from simulation.effects import (
    NO_SHARED_COSTS,
    SharedCosts,
    channels,
    discounted_difference,
    net_benefit,
    paired_sums,
    shared_costs,
)
from simulation.indicators import INDICATORS
from simulation.parameters import parameter_record

MONTHS = 30


def panel(rows: int, value_added: float, headcount: float = 10.0) -> np.ndarray:
    made = np.zeros((rows, MONTHS, a.N_ACCOUNTS), np.float32)
    made[..., a.ENTERPRISES] = 1.0
    made[..., a.HEADCOUNT] = headcount
    made[..., a.VALUE_ADDED] = value_added
    return made


def sums_of(scenario, baseline, start, weight=None, levels=None, n_levels=1):
    rows = len(scenario)
    return paired_sums(
        scenario,
        baseline,
        np.asarray(start, np.int64),
        np.ones(rows) if weight is None else np.asarray(weight, float),
        np.zeros((rows, 1), np.int64) if levels is None else np.asarray(levels, np.int64),
        n_levels,
    )


def test_a_lasting_gain_of_a_tenth_is_ten_percent_in_every_window():
    paired = sums_of(panel(3, 110.0), panel(3, 100.0), [0, 2, 5])
    gain = np.diff(INDICATORS["productivity"].value(paired.survivors[::-1, :, 0]), axis=0)[0]
    assert gain == pytest.approx([100.0 * np.log(1.1)] * 2, rel=1e-6)


def test_windows_start_at_each_rows_own_month_and_must_be_whole():
    scenario, baseline = panel(2, 100.0), panel(2, 100.0)
    scenario[0, 4:16, a.VALUE_ADDED] = 200.0  # only row 0, only its first year from month 4
    paired = sums_of(scenario, baseline, [4, 20])
    assert paired.present[:, 0].tolist() == [1.0, 1.0]  # row 1 has ten months left: no whole year
    assert paired.everybody[0, :, 0, a.VALUE_ADDED].tolist() == [2400.0, 1200.0]
    assert paired.everybody[1, :, 0, a.VALUE_ADDED].tolist() == [1200.0, 1200.0]


def test_rows_that_never_started_are_left_out():
    paired = sums_of(panel(2, 110.0), panel(2, 100.0), [-1, -1])
    assert not paired.everybody.any()
    assert not paired.present.any()


def test_rates_use_those_alive_in_both_arms_and_totals_count_the_closed_as_zero():
    scenario, baseline = panel(2, 100.0), panel(2, 100.0)
    baseline[1, 6:] = 0.0  # the second enterprise closes in the baseline after six months
    paired = sums_of(scenario, baseline, [0, 0])
    assert paired.survivors[:, 0, 0, a.HEADCOUNT].tolist() == [180.0, 180.0]
    assert paired.everybody[:, 0, 0, a.HEADCOUNT].tolist() == [240.0, 180.0]


def test_weights_and_levels():
    levels = [[0, 1], [0, 2]]
    paired = sums_of(panel(2, 110.0), panel(2, 100.0), [0, 0], [3.0, 5.0], levels, 3)
    assert paired.everybody[0, 0, :, a.HEADCOUNT] == pytest.approx([960.0, 360.0, 600.0])
    assert paired.present[0].tolist() == [8.0, 3.0, 5.0]


def test_discounting_has_its_closed_form():
    scenario, baseline = panel(1, 110.0), panel(1, 100.0)
    total, followed = discounted_difference(scenario, baseline, np.array([3]), np.ones(1), 24, 0.06)
    factor = 1.06 ** (-1 / 12)
    assert total[a.VALUE_ADDED] == pytest.approx(10.0 * (1 - factor**24) / (1 - factor), rel=1e-6)
    assert followed == 1.0


def test_who_cannot_be_followed_to_the_end_is_left_out():
    total, followed = discounted_difference(
        panel(2, 110.0), panel(2, 100.0), np.array([0, 10]), np.array([1.0, 4.0]), 24, 0.0
    )
    assert followed == 1.0
    assert total[a.VALUE_ADDED] == pytest.approx(240.0)


def test_net_benefit_values_each_difference_once_and_leaves_transfers_out():
    p = parameter_record(
        {"injury_social_cost": 1000.0, "injury_cost": 2.0, "hiring_cost": 1.0, "trainer_day_cost": 500.0,
         "carbon_price": 10.0, "emission_factor": 2.0}
    )[0]  # fmt: skip
    difference = np.zeros(a.N_ACCOUNTS)
    for account, value in {
        a.VALUE_ADDED: 10_000.0, a.INJURIES: -1.0, a.HIRES: -2.0, a.ENERGY: -5.0, a.TRAINER_DAYS: 4.0,
        a.OVERHEAD: 300.0, a.CHANGE_COSTS: 200.0, a.WAGES: 700.0, a.SUBSIDIES: 5_000.0, a.FEES: 50.0,
    }.items():  # fmt: skip
        difference[account] = value
    worth = net_benefit(2.0 * difference, 2.0, p, mean_wage=100.0)
    assert worth is not None
    assert worth.benefit == pytest.approx(10_000 + 1000 + 100 * (2 + 2) + 5 * 2 * 10)
    assert worth.resources == pytest.approx(4 * 500 + 300 + 200)
    assert worth.public == pytest.approx(0.5 * 1000 + 5 * 2 * 10 - 5_000 - 300)
    assert worth.ratio == pytest.approx(worth.benefit / worth.resources)
    assert net_benefit(difference, 0.0, p, 100.0) is None


def test_costs_of_the_whole_run_are_shared_by_the_trained():
    scenario, baseline = np.zeros((2, 3, ma.N_MARKET_ACCOUNTS))
    scenario[:, ma.TRAINING_OF_TRAINERS] = [600.0, 0.0, 200.0]
    scenario[:, ma.AWARENESS] = 40.0
    scenario[:, ma.GUARANTEES] = [0.0, 0.0, 16.0]
    scenario[:, ma.GROWTH_COSTS] = [0.0, 80.0, 0.0]
    scenario[:, ma.SUBSIDIES] = 9_999.0  # paid enterprise by enterprise
    assert shared_costs(scenario, baseline, 8.0) == SharedCosts(100.0, 15.0, 2.0, 10.0)
    baseline[0, ma.TRAINING_OF_TRAINERS] = 600.0  # would be spent in any case
    assert shared_costs(scenario, baseline, 8.0) == SharedCosts(25.0, 15.0, 2.0, 10.0)
    assert shared_costs(scenario, scenario, 8.0) == NO_SHARED_COSTS
    assert shared_costs(scenario, baseline, 0.0) == NO_SHARED_COSTS


def test_shared_costs_are_resources_and_the_public_pays_its_part():
    p = parameter_record({"trainer_day_cost": 500.0})[0]
    difference = np.zeros(a.N_ACCOUNTS)
    difference[a.VALUE_ADDED], difference[a.TRAINER_DAYS], difference[a.SUBSIDIES] = 10_000.0, 4.0, 900.0
    alone = net_benefit(difference, 1.0, p, mean_wage=100.0)
    worth = net_benefit(difference, 1.0, p, 100.0, SharedCosts(100.0, 15.0, 2.0, 10.0))
    assert alone is not None
    assert worth is not None
    assert alone.resources == pytest.approx(4 * 500)
    assert worth.resources == pytest.approx(4 * 500 + 100 + 15 + 10)  # guarantees are a transfer
    assert worth.public == pytest.approx(-900 - 100 - 15 - 2)  # growth is paid by the providers
    assert worth.benefit == alone.benefit == 10_000.0
    assert (worth.enterprises, worth.workers, worth.buyers) == (
        alone.enterprises,
        alone.workers,
        alone.buyers,
    )
    assert worth.net == pytest.approx(10_000 - 2_125)


def test_channels_add_up_to_the_change_of_productivity():
    rng = np.random.default_rng(3)
    sums = rng.uniform(1.0, 2.0, (2, a.N_ACCOUNTS))
    split = channels(sums)
    total = INDICATORS["productivity"].value(sums)
    assert (split[1] - split[0]).sum() == pytest.approx(total[1] - total[0])
