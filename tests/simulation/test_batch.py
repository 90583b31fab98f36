"""Batches: groups change nothing, and what does not fit is refused before it is laid out."""

import numpy as np
import pytest

from simulation import batch
from simulation import market_accounts as ma
from simulation.census import load_census
from simulation.inputs import InputError
from simulation.parameters import parameter_record
from simulation.population import draw_population
from simulation.programme import Programme, Scenario
from simulation.programme_record import market_tables
from simulation.world import Run

MONTHS = 6


@pytest.fixture(scope="module")
def runs():
    populations = [draw_population(load_census(), enterprises=100, months=MONTHS, seed=s) for s in (1, 2, 3)]
    programmes = (None, Programme.model_validate({"trainers": 40, "enterprises_per_month": 1e5}), None)
    scenarios = [Scenario(name="any", months=MONTHS, programme=programme) for programme in programmes]
    return [
        Run(scenario, p, parameter_record(), 1, s, panel=p.employees >= 20)
        for s, (scenario, p) in enumerate(zip(scenarios, populations, strict=True))
    ]


def test_groups_are_of_consecutive_runs_and_change_no_bit(runs, monkeypatch):
    together = batch.simulate(runs)
    monkeypatch.setattr(batch, "SEATS_AT_ONCE", 1.5 * max(map(batch._seats, runs)))
    assert [len(group) for group in batch._groups(runs)] == [1, 1, 1]
    apart = batch.simulate(runs)
    for one, other in zip(together, apart, strict=True):
        assert one.sums.tobytes() == other.sums.tobytes()
        assert one.panel.tobytes() == other.panel.tobytes()
        assert one.market.tobytes() == other.market.tobytes()


def test_results_hold_the_market_of_their_own_run(runs):
    results = batch.simulate(runs)
    regions = len(runs[0].population.tables.regions)
    for result in results:
        assert result.market.shape == (MONTHS, 1 + regions, ma.N_MARKET_ACCOUNTS)
    assert [bool(result.market.any()) for result in results] == [False, True, False]
    assert results[1].market[-1, 0, ma.ACTIVE_TRAINERS] == results[1].market[-1, 1:, ma.ACTIVE_TRAINERS].sum()


def test_the_panel_alone_is_what_the_whole_result_says_of_the_panel(runs):
    whole, slim = batch.simulate(runs), batch.simulate(runs, panel_only=True)
    for one, other in zip(whole, slim, strict=True):
        assert len(other.enterprises) == len(one.panel) < len(one.enterprises)
        assert np.array_equal(one.panel_enterprises, other.panel_enterprises)
        assert np.array_equal(one.panel, other.panel)
        assert np.array_equal(one.market, other.market)
        assert other.enterprises.base is None  # all other records can be forgotten


def test_what_the_machine_cannot_hold_is_refused(runs, monkeypatch):
    monkeypatch.setattr(batch.os, "sysconf", lambda name: 100)
    with pytest.raises(InputError, match="GB of memory"):
        batch.simulate(runs)


def test_the_estimate_of_memory_is_that_of_the_columns(runs):
    world = batch.build_world(runs)
    held = sum(array.nbytes for array in (world.enterprises, world.panel))
    held += world.octets.nbytes
    assert batch.memory_needed(runs) == pytest.approx(held, rel=0.15)


def test_what_a_programme_offers_is_kept_and_the_world_has_a_copy_of_its_own(runs):
    """Compiled code knows arrays that may be changed from others: it would be compiled anew for these."""
    programme, tables = runs[1].scenario.programme, runs[1].population.tables
    kept = market_tables(programme, tables, MONTHS)
    assert market_tables(programme, tables, MONTHS) is kept
    world = batch.build_world(runs[1:2])
    for name in ("schedule", "open_from", "graduates", "starters", "subsidies"):
        mine, theirs = getattr(world, name)[0], getattr(kept, name)
        assert mine.tobytes() == theirs.tobytes()
        assert mine.flags.writeable
        assert not theirs.flags.writeable
        assert not np.shares_memory(mine, theirs)
