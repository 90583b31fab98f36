"""A market in which each enterprise stands for twenty comes out like the one to one."""

import numpy as np
import pytest

from simulation import market_accounts as ma
from simulation.parameters import parameter_record
from simulation.population import ProgrammeStratum, draw_population
from simulation.world import Run, build_world
from tests.simulation.small_runs import REGIONS, TABLES, WHERE, small_scenario

MONTHS = 48
NATION = 2_000
"""Eligible enterprises of the nation, whatever number of them is simulated."""
PROGRAMME = {
    "trainers": 45.0,
    "outreach": [{"from_month": 0, "campaign": 80.0}],
    "enterprises_per_month": 80.0,
    "target": WHERE,
}


def totals(weight, seed):
    """Enterprises informed, requests, modules and trainer days of the whole run."""
    everywhere = tuple(range(len(TABLES.sectors)))
    regions = tuple(TABLES.regions.index(name) for name in REGIONS)
    stratum = ProgrammeStratum(everywhere, regions, 50, 250, int(NATION / weight), weight=weight)
    population = draw_population(TABLES, enterprises=100, months=MONTHS, seed=seed, programme=(stratum,))
    eligible = (population.stratum == 1) & (population.employees >= 50) & (population.employees <= 250)
    parameters = parameter_record({"belief_start": 0.006})
    run = Run(small_scenario(MONTHS, PROGRAMME), population, parameters, seed, seed, eligible=eligible)
    world = build_world([run])
    world.run()
    flows = [ma.INFORMED, ma.REQUESTS, ma.MODULES, ma.DAYS_DELIVERED]
    return world.market[0, :, 0, flows].sum(axis=1)


@pytest.mark.slow
def test_weights_do_not_change_the_market():
    """But for chance and a few larger providers, within 12 %."""
    one_to_one = np.mean([totals(1.0, seed) for seed in (1, 2)], axis=0)
    heavy = np.mean([totals(20.0, seed) for seed in range(6)], axis=0)
    assert one_to_one.min() > 1_000
    assert heavy == pytest.approx(one_to_one, rel=0.12)
