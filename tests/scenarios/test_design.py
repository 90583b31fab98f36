"""Replicates in pairs, and strata for programmes too small for the sample."""

import pytest

from scenarios.design import replicate_pairs
from simulation.census import load_census
from simulation.inputs import InputError
from simulation.population import draw_population
from simulation.programme import Programme, Scenario
from simulation.targets import POOL_MARGIN, plan_targets

TABLES = load_census()


def scenario(name: str, per_month: float, **target) -> Scenario:
    programme = Programme.model_validate(
        {"enrolment": "assigned", "enterprises_per_month": per_month, "closing_month": 60, "target": target}
    )
    return Scenario(name=name, months=72, programme=programme)


def test_even_draws_share_enterprises_and_odd_draws_do_not():
    pairs = replicate_pairs(8, 1)
    assert [first.draw for first, _ in pairs] == [0, 1, 2, 3]
    for first, second in pairs:
        assert first.draw == second.draw
        assert first.event_seed != second.event_seed
        assert (first.population_seed == second.population_seed) == (first.draw % 2 == 0)
    assert len({r.event_seed for pair in pairs for r in pair}) == 8
    assert replicate_pairs(8, 1) == pairs
    assert replicate_pairs(8, 2) != pairs


def test_more_replicates_extend_the_same_sequence():
    assert replicate_pairs(12, 1)[:4] == replicate_pairs(8, 1)


def test_a_pilot_is_kept_one_to_one_with_enough_to_choose_from():
    (plan,) = plan_targets([scenario("pilot", 2.0)], TABLES, 1000 / 4e6)
    assert plan.stratum is not None
    assert plan.stratum.weight == 1.0
    assert plan.stratum.eligible == pytest.approx(POOL_MARGIN * 120, abs=1)


def test_a_large_programme_is_sampled_and_stands_for_all_its_enterprises():
    (plan,) = plan_targets([scenario("national", 200.0)], TABLES, 1000 / 4e6, wanted=150)
    assert plan.stratum is not None
    assert plan.stratum.weight == pytest.approx(12_000 / 150)


def test_a_sample_large_enough_needs_no_stratum():
    (plan,) = plan_targets([scenario("national", 200.0)], TABLES, 0.5)
    assert plan.stratum is None


def test_similar_programmes_share_a_stratum_and_others_do_not():
    near, far, elsewhere = (
        scenario("near", 150.0), scenario("far", 2.0), scenario("elsewhere", 150.0, sectors=["C18"])
    )  # fmt: skip
    plans = plan_targets([scenario("national", 200.0), near, far, elsewhere], TABLES, 1000 / 4e6)
    assert plans[0] == plans[1]
    assert len({plan.stratum for plan in plans}) == 3


def test_a_target_without_enterprises_is_refused():
    nobody = scenario("nobody", 2.0, sectors=["C16"], regions=["Tibet"], employees=[900, 999])
    with pytest.raises(InputError, match="is empty"):
        plan_targets([nobody], TABLES, 1000 / 4e6)


def test_only_the_own_stratum_is_eligible():
    both = [scenario("pilot", 2.0), scenario("garments", 2.0, sectors=["C18"])]
    plans = plan_targets(both, TABLES, 1000 / 4e6)
    strata = tuple(plan.stratum for plan in plans if plan.stratum is not None)
    population = draw_population(TABLES, enterprises=1000, months=72, seed=3, programme=strata)
    for number, (plan, one) in enumerate(zip(plans, both, strict=True), start=1):
        eligible = plan.eligible(one.programme, population)
        assert eligible.sum() >= 100
        assert (population.stratum[eligible] == number).all()
        assert ((population.employees[eligible] >= 50) & (population.employees[eligible] <= 250)).all()
    garments = plans[1].eligible(both[1].programme, population)
    assert set(population.sector[garments]) == {TABLES.sectors.index("C18")}
