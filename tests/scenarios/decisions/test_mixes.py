"""Mixes, objectives, outcomes, and the ranking of made-up options."""

import numpy as np
import pytest

from scenarios.compare import Settings
from scenarios.decisions.evaluate import coarsened
from scenarios.decisions.mixes import ADAPTIVE, mixes, name_of, subsets
from scenarios.decisions.objectives import DIMENSIONS, OUTCOMES, parse_objective, score, standardised
from scenarios.decisions.options import options_of
from scenarios.decisions.outcomes import NAMES, Outcomes
from scenarios.decisions.ranking import PriorRanking, Ranking, verdict
from scenarios.decisions.rounds import Race
from simulation.census import load_census
from simulation.inputs import InputError
from simulation.parameters import MODULES
from simulation.scenario_files import load_scenario
from simulation.targets import plan_targets

# Mixes and options


def test_there_are_16_subsets_with_cooperation_first_and_31_without_the_rule():
    bound, free = subsets(True), subsets(False)
    assert (len(bound), len(free)) == (16, 31)
    assert len(set(bound)) == 16
    assert all(subset[0] == "cooperation" for subset in bound)
    assert set(bound) < set(free)
    assert all(list(subset) == [module for module in MODULES if module in subset] for subset in free)


def test_mixes_change_the_modules_and_nothing_else():
    scenario = load_scenario("tapered_subsidy")
    for mix in mixes(scenario):
        programme = mix.scenario.programme
        assert programme.modules == mix.modules
        assert programme.order == ("largest_gap" if mix.name == ADAPTIVE else "listed")
        same = {"modules": scenario.programme.modules, "order": scenario.programme.order}
        assert programme.model_copy(update=same) == scenario.programme
        assert mix.scenario.model_copy(update={"name": scenario.name, "programme": None}) == (
            scenario.model_copy(update={"programme": None})
        )


def test_without_the_rule_a_mix_without_cooperation_does_not_begin_with_it():
    found = {mix.name: mix for mix in mixes(load_scenario("tapered_subsidy"), obligatory_first=False)}
    assert len(found) == 32
    assert not found["safety"].scenario.programme.obligatory_first
    assert not found[name_of(MODULES)].scenario.programme.obligatory_first


def test_a_scenario_without_programme_has_no_mixes():
    with pytest.raises(InputError, match="nothing to mix"):
        mixes(load_scenario("no_programme"))


def test_options_cross_mixes_with_deliveries_and_subsidies():
    scenario = load_scenario("national_base")
    found = options_of(scenario, deliveries="standard,classroom", subsidies="0.8,tapered_subsidy")
    assert len(found) == 17 * 2 * 2
    assert len({option.name for option in found}) == len(found)
    by_name = {option.name: option.scenario.programme for option in found}
    programme = by_name["cooperation+safety, classroom, subsidy tapered_subsidy"]
    assert programme.modules == ("cooperation", "safety")
    assert programme.delivery.visits == 0
    assert programme.subsidy == load_scenario("tapered_subsidy").programme.subsidy
    assert by_name["cooperation, standard, subsidy 0.8"].subsidy[0].share == 0.8


def test_a_delivery_is_priced_by_its_trainer_days():
    scenario = load_scenario("national_base")
    own, other = (
        options_of(scenario, deliveries=mode)[0].scenario.programme for mode in ("standard", "classroom")
    )
    assert own.price_per_module == pytest.approx(scenario.programme.price_per_module)
    days = [programme.delivery.trainer_days_per_module(1.0) for programme in (own, other)]
    assert other.price_per_module < own.price_per_module
    assert days[1] < days[0]


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"deliveries": "clasroom"}, '--deliveries.*Did you mean "classroom"'),
        ({"deliveries": "group,group"}, "named twice"),
        ({"subsidies": "1.5"}, "number from 0 to 1"),
        ({"subsidies": "nan"}, "number from 0 to 1"),
        ({"subsidies": "tapered"}, "--subsidies"),
        ({"subsidies": "no_programme"}, "neither a share nor a scenario"),
    ],
)
def test_wrong_options_are_named(given, named):
    with pytest.raises(InputError, match=named):
        options_of(load_scenario("national_base"), **given)


# Objectives


def test_objectives_are_read_with_their_weights():
    assert parse_objective("net_benefit") == {"net_benefit": 1.0}
    assert parse_objective(" productivity = 2, decent_work,") == {"productivity": 2.0, "decent_work": 1.0}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "names no objective"),
        ("net_benefti", 'Did you mean "net_benefit"'),
        ("wage,wage=2", "named twice"),
        ("wage=much", "not a weight"),
        ("wage=-1", "not a weight"),
        ("wage=0", "not a weight"),
        ("recorded_injury_rate", "not an objective"),  # neither more nor less of it is better
    ],
)
def test_wrong_objectives_are_named(text, named):
    with pytest.raises(InputError, match=named):
        parse_objective(text)


def made_up(replicates: int = 8, options: int = 3, seed: int = 1) -> np.ndarray:
    return 10.0 * np.random.default_rng(seed).standard_normal((replicates, options, len(NAMES)))


def test_a_single_outcome_keeps_its_unit_and_is_turned_round_where_less_is_better():
    values = made_up()
    assert (score(values, NAMES, {"net_benefit": 3.0}) == values[:, :, NAMES.index("net_benefit")]).all()
    assert (score(values, NAMES, {"injury_rate": 1.0}) == -values[:, :, NAMES.index("injury_rate")]).all()


def test_a_composite_does_not_depend_on_units_nor_on_the_sum_of_weights():
    values, weights = made_up(), {"productivity": 2.0, "environment": 1.0}
    once = score(values, NAMES, weights)
    in_other_units = values * np.linspace(1.0, 100.0, len(NAMES))
    assert score(in_other_units, NAMES, weights) == pytest.approx(once)
    assert score(values, NAMES, {name: 7.0 * weight for name, weight in weights.items()}) == pytest.approx(
        once
    )
    parts = [standardised(values, NAMES, name) for name in weights]
    assert once == pytest.approx((2.0 * parts[0] + parts[1]) / 3.0)


def test_scores_of_more_replicates_are_in_the_units_of_the_first():
    first, more = made_up(), 5.0 * made_up(seed=2)
    weights = {"productivity": 1.0, "decent_work": 1.0}
    both = score(np.concatenate([first, more]), NAMES, weights, like=first)
    assert both[:8] == pytest.approx(score(first, NAMES, weights))
    assert both[8:] == pytest.approx(score(more, NAMES, weights, like=first))
    assert np.abs(both[8:]).mean() > 2.0 * np.abs(both[:8]).mean()


def test_dimensions_are_made_of_outcomes_with_a_direction():
    assert all(OUTCOMES[name].better for effects in DIMENSIONS.values() for name in effects)


# Outcomes


def outcomes(values: np.ndarray, options: tuple[str, ...] = ("a", "b", "c")) -> Outcomes:
    draws = np.arange(len(values)) // 2
    return Outcomes(options, values, draws, [{"x": float(k)} for k in range(len(values) // 2)], 24)


def test_joined_outcomes_number_their_draws_on():
    one, other = outcomes(made_up(4)), outcomes(made_up(6, seed=2))
    both = Outcomes.joined([one, other])
    assert both.draws.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert [draw["x"] for draw in both.parameters] == [0.0, 1.0, 0.0, 1.0, 2.0]
    assert (both.of("wage")[4:] == other.of("wage")).all()
    assert both.parameters_table()["draw"].to_list() == [0, 1, 2, 3, 4]


def test_outcomes_of_other_options_or_months_are_not_joined():
    with pytest.raises(ValueError, match="same options"):
        Outcomes.joined([outcomes(made_up()), outcomes(made_up(), ("a", "b", "d"))])


def test_padding_leaves_no_rows_in_the_table():
    some = outcomes(made_up(4)).only(["c", "a"])
    whole = some.padded(["a", "b", "c"])
    assert (whole.of("wage")[:, 2] == some.of("wage")[:, 0]).all()
    assert np.isnan(whole.values[:, 1]).all()
    table = whole.table()
    assert set(table["option"]) == {"a", "c"}
    assert len(table) == 4 * 2 * len(NAMES)
    assert table.columns == ["draw", "replicate", "option", "outcome", "unit", "value"]


# Coarser samples


def test_coarsening_raises_the_weight_and_never_lowers_it():
    settings = Settings(replicates=4, enterprises=200)
    scenarios = [option.scenario for option in options_of(load_scenario("tapered_subsidy"))]
    tables = load_census(None)
    usual = plan_targets(scenarios, tables, 5e-5)[0].stratum
    coarse, weight = coarsened(scenarios, settings, most=usual.eligible // 4)
    plans = plan_targets(coarse, tables, 5e-5)
    assert weight == pytest.approx(4.0 * usual.weight, rel=0.02)
    assert {plan.stratum for plan in plans} == {plans[0].stratum}  # all options on the same enterprises
    assert plans[0].stratum.eligible <= usual.eligible // 4 + 1
    _, same = coarsened(scenarios, settings, most=10 * usual.eligible)
    assert same == pytest.approx(usual.weight)


# Verdicts


def ranking(
    means: list[float], doubt: float, noise: float, prior: list[float] | None = None, pairs: int = 200
) -> Ranking:
    """A ranking of net benefit: each option's own ``doubt`` over draws and ``noise`` over replicates."""
    rng = np.random.default_rng(3)
    options = len(means)
    values = made_up(2 * pairs, options)
    net = np.array(means) + doubt * rng.standard_normal((pairs, options)).repeat(2, axis=0)
    values[:, :, NAMES.index("net_benefit")] = net + noise * rng.standard_normal((2 * pairs, options))
    race = Race(
        values[:, :, NAMES.index("net_benefit")], np.arange(2 * pairs) >= pairs, np.ones(options), (1,)
    )
    before = None if prior is None else PriorRanking(np.array(means), np.array(prior), 8)
    names = tuple("abcdef"[:options])
    return Ranking(outcomes(values, names), race, {"net_benefit": 1.0}, before, False, 1)


def test_a_clear_leader_of_the_data_is_named():
    assert verdict(ranking([5.0, 0.0, 0.0], 1.0, 1.0, prior=[0.1, 0.5, 0.4])).winner == 0


def test_where_prior_and_posterior_agree_no_winner_is_named():
    found = verdict(ranking([5.0, 0.0, 0.0], 1.0, 1.0, prior=[0.95, 0.05, 0.0]))
    assert found.winner is None
    assert "prior" in found.reason


def test_a_lead_within_its_error_is_not_told_apart():
    found = verdict(ranking([0.001, 0.0, -9.0], 0.1, 3.0))
    assert found.winner is None
    assert "error" in found.reason
    assert set(found.together) == {0, 1}


def test_a_leader_that_is_best_in_few_draws_is_not_named():
    found = verdict(ranking([1.0, 0.0, 0.0, 0.0, 0.0, 0.0], 4.0, 0.1, pairs=4_000))
    assert found.winner is None
    assert "half" in found.reason
    assert len(found.together) == 6


def test_weights_put_first_what_is_best_in_every_aim():
    values = made_up(8, 3)
    for name in NAMES:
        values[:, 1, NAMES.index(name)] = 100.0 * OUTCOMES[name].better
    race = Race(values[:, :, 0], np.ones(8, bool), np.ones(3), (24,))
    found = Ranking(outcomes(values), race, {"net_benefit": 1.0}, None, False, 1)
    names, share, where = found.weighted()
    assert names == list(DIMENSIONS)
    assert share.tolist() == [0.0, 1.0, 0.0]
    assert where[1] == pytest.approx([1 / 3] * 3, abs=0.02)
    assert found.pareto.tolist() == [False, True, False]
    assert found.probability_undominated[1] == 1.0


def test_weights_are_drawn_around_those_given():
    values = made_up(8, 3)
    race = Race(values[:, :, 0], np.ones(8, bool), np.ones(3), (24,))
    given = {"productivity": 3.0, "environment": 1.0}
    names, share, where = Ranking(outcomes(values), race, given, None, False, 1).weighted()
    assert names == list(given)
    first = share > 0.0
    assert share[first] @ where[first] == pytest.approx([0.75, 0.25], abs=0.02)
