"""A run of one per cent of all enterprises and one of ten per cent agree within sampling error."""

from __future__ import annotations

import pytest

from benchmarks.sample_sizes import FALSE_ALARMS, Sampled, agreement, measured, several
from simulation.parameters import PARAMETERS
from simulation.scenario_files import adjusted, load_scenario

SMALL, LARGE, MONTHS = 0.01, 0.1, 24
SEEDS, ANOTHER_SEED = range(1, 7), 7

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("sample_sizes")]


@pytest.fixture(scope="module")
def large() -> Sampled:
    return several("no_programme", LARGE, MONTHS, [ANOTHER_SEED])[0]


@pytest.fixture(scope="module")
def small() -> list[Sampled]:
    return several("no_programme", SMALL, MONTHS, SEEDS)


def test_samples_agree_without_programme(small, large):
    """Every indicator: the nation, women and men, sizes, sectors and regions with enough enterprises."""
    found = agreement(small, large, LARGE / SMALL)
    assert {key[0] for key in found.z} == {"total", "gender", "sector", "region", "size"}
    assert found.agrees, found.worst(5)


def test_a_bias_of_three_per_cent_is_found(large):
    """Were workers of the small samples to quit by 3 % more often, the bound above would tell."""
    scenario = adjusted(load_scenario("no_programme"), months=MONTHS, sample=SMALL)
    biased = {"quit_rate": 1.03 * PARAMETERS["quit_rate"].default}
    scenario = scenario.model_copy(update={"parameters": scenario.parameters | biased})
    found = agreement([measured(scenario, SMALL, seed) for seed in SEEDS], large, LARGE / SMALL)
    assert found.indicators < FALSE_ALARMS
    assert {key[3] for key in found.worst(5)} & {"turnover_rate", "quit_rate"}


@pytest.fixture(scope="module")
def with_programme():
    """Agreement of samples with a national programme, to which the small ones give enterprises of its own."""
    small = several("tapered_subsidy", SMALL, MONTHS, SEEDS)
    large = several("tapered_subsidy", LARGE, MONTHS, [ANOTHER_SEED])[0]
    assert small[0].enrolled_weight < 1.0 / SMALL
    return agreement(small, large, LARGE / SMALL)


def test_samples_agree_with_a_national_programme(with_programme):
    assert with_programme.indicators >= FALSE_ALARMS, with_programme.worst(5)


def test_samples_agree_on_reach(with_programme):
    """Enterprises and workers reached, persons in class, and what these cost the enterprises."""
    assert with_programme.reach >= FALSE_ALARMS, with_programme.worst(5)
