"""Take-up beside the published points: the defaults meet those that set them, the table says what it is."""

import csv

import numpy as np
import pytest

from calibration.belief import belief_of
from calibration.fitted import FITTED
from calibration.market_facts import FILE, market_facts_table, published_take_up, simulate_take_up
from simulation.parameters import PARAMETERS

FACTS = published_take_up()
SUBSIDIES = [fact.subsidy for fact in FACTS]


def test_defaults_meet_the_points_that_set_them():
    share = simulate_take_up(SUBSIDIES, [{}], seed=4)[0]
    for fact, simulated in zip(FACTS, share, strict=True):
        if fact.set_the_defaults:
            assert simulated == pytest.approx(fact.share, abs=0.08), fact.name


def test_priors_foretell_every_published_point_and_take_up_falls_with_the_price():
    share = simulate_take_up(SUBSIDIES, belief_of("prior").draws(10, 1), seed=4)
    assert all(row["inside"] for row in market_facts_table(FACTS, share))
    order = np.argsort(SUBSIDIES)
    assert (np.diff(share[:, order], axis=1) >= 0.0).all()


def test_no_parameter_of_demand_is_fitted():
    """Or the facts that set their defaults would be used twice (see the module)."""
    assert not [name for name in FITTED if PARAMETERS[name].submodel == "demand"]


def test_a_point_outside_is_told():
    simulated = np.tile([0.2, 0.43, 0.11, 0.5], (20, 1))
    rows = {row["fact"]: row for row in market_facts_table(FACTS, simulated)}
    assert not rows["offered free"]["inside"]
    assert rows["at a quarter of the price"]["inside"]
    assert rows["offered free"]["simulated"] == pytest.approx(20.0)


def test_every_fact_names_its_source():
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(FACTS)
    assert all(row["source"] and row["confidence"] for row in rows)
    assert sum(fact.set_the_defaults for fact in FACTS) == 3
