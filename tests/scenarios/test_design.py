"""Replicates in pairs, and strata for programmes too small for the sample."""

import pytest

from calibration.prior import record_of
from scenarios.design import replicate_pairs
from simulation import market_accounts as ma
from simulation.batch import simulate
from simulation.census import load_census
from simulation.inputs import InputError
from simulation.population import draw_population
from simulation.programme import Programme, Scenario
from simulation.scenario_files import adjusted, load_scenario
from simulation.schedule import expected_informed, monthly_schedule
from simulation.state import BY_CAMPAIGN, BY_DIALOGUE
from simulation.targets import ASSIGNED_MARGIN, ONE_TO_ONE, POOL_MARGIN, TargetPlan, plan_targets
from simulation.world import Run

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
    assert plan.stratum.eligible == pytest.approx(ASSIGNED_MARGIN * 120, abs=1)


def test_a_large_programme_is_sampled_and_stands_for_all_its_enterprises():
    (plan,) = plan_targets([scenario("national", 200.0)], TABLES, 1000 / 4e6, wanted=150)
    assert plan.stratum is not None
    assert plan.stratum.weight == pytest.approx(12_000 / 150)


def campaign(months: int, campaigns: float, rollout: tuple = ()) -> Scenario:
    programme = Programme.model_validate(
        {
            "trainers": 0, "rollout": rollout, "order": "listed",
            "outreach": [{"from_month": 0, "campaign": campaigns}],
        }
    )  # fmt: skip
    return Scenario(name="campaign", months=months, programme=programme)


def planned(one: Scenario) -> TargetPlan:
    return plan_targets([one], TABLES, 1000 / 4e6)[0]


def test_where_enterprises_must_hear_of_it_most_of_those_eligible_never_do():
    stratum = planned(campaign(24, 40.0)).stratum
    assert stratum is not None
    assert stratum.weight == 1.0
    assert stratum.eligible == pytest.approx(POOL_MARGIN * 24 * 40, abs=1)


def test_regions_that_open_after_the_run_are_left_out():
    rollout = ({"from_month": 0, "regions": ["Zhejiang"]}, {"from_month": 24, "regions": "all"})
    short, long = planned(campaign(24, 40.0, rollout)), planned(campaign(25, 40.0, rollout))
    assert short.stratum is not None
    assert long.stratum is not None
    assert [TABLES.regions[r] for r in short.stratum.regions] == ["Zhejiang"]
    assert len(long.stratum.regions) == len(TABLES.regions)


def test_a_programme_whose_regions_open_after_the_run_is_planned_all_the_same():
    stratum = planned(campaign(12, 40.0, ({"from_month": 24, "regions": ["Zhejiang"]},))).stratum
    assert stratum is not None
    assert [TABLES.regions[r] for r in stratum.regions] == ["Zhejiang"]


def test_the_regions_that_open_first_have_enough_to_choose_from():
    """All that the first two years inform are found in one province; its part of the pool is for them."""
    rollout = ({"from_month": 0, "regions": ["Zhejiang"]}, {"from_month": 24, "regions": "all"})
    stratum = planned(campaign(25, 40.0, rollout)).stratum
    assert stratum is not None
    share = TABLES.region_share[TABLES.regions.index("Zhejiang")] / TABLES.region_share.sum()
    assert stratum.eligible * share == pytest.approx(POOL_MARGIN * 24 * 40, rel=0.01)


def test_every_region_is_to_inform_a_simulated_enterprise_a_month():
    one = campaign(120, 1000.0)
    stratum = planned(one).stratum
    assert stratum is not None
    assert ONE_TO_ONE < 120 * 1000
    assert stratum.weight == pytest.approx(120 * 1000 / (120 * len(TABLES.regions)))


def test_channels_find_all_whom_they_may_inform_and_most_still_know_nothing():
    """A national programme of two years, whose stratum stands for a small part of the nation."""
    one = adjusted(load_scenario("tapered_subsidy"), months=24)
    assert one.programme is not None
    plan = planned(one)
    assert plan.stratum is not None
    people = draw_population(TABLES, enterprises=100, months=24, seed=1, programme=(plan.stratum,))
    eligible = plan.eligible(one.programme, people)
    (run,) = simulate([Run(one, people, record_of({}, one), 1, 2, eligible)], threads=1)
    end = run.enterprises[eligible]
    informed = end["informed_month"] >= 0
    offered = monthly_schedule(one.programme, 24)
    for channel, name in ((BY_CAMPAIGN, "campaign"), (BY_DIALOGUE, "dialogue")):
        heard = end["weight"][informed & (end["channel"] == channel)].sum()
        assert heard == pytest.approx(offered[name].sum(), abs=plan.stratum.weight)
    assert informed.mean() < 0.5
    everybody = run.market[:, 0, ma.INFORMED].sum()
    assert everybody > expected_informed(one.programme, 24)  # some are told by neighbours


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
