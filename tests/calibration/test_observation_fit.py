"""What the fit makes of before/after figures: naive means overstate, intervals hold the truth, whatever the
rule.
"""

import csv

import numpy as np
import pytest

from calibration.monitoring import read_monitoring
from calibration.observation_fit import Assumptions, MonitoringTarget, fit_effects, targets, trend_draws
from calibration.observations import PRODUCTIVITY, RATES, Observations, observations
from calibration.rate_changes import mean_changes, recording_growth
from calibration.reporting_model import ReportingPrior, smoothed_shock
from calibration.reporting_rules import RULES, Project, coverage, made_up_project
from simulation.inputs import InputError
from simulation.parameters import MODULES, PARAMETERS

ASSUMED = Assumptions(ReportingPrior("registry", sees_error=0.0))
"""The rule as the registry believes it, and that alone."""


# Over many projects


def test_where_success_is_reported_naive_means_overstate_and_intervals_hold_the_truth():
    found = coverage("gain", 100)
    assert 1.0 < found.naive_bias < 3.0  # log points x 100, of a true effect of 5
    assert found.naive_covered < 0.88
    assert found.covered >= 0.85  # 90 % +- 1.6 standard errors
    assert found.fit_bias < found.naive_bias
    assert abs(found.fit_bias) < 2.5


def test_where_reporting_is_chance_intervals_hold_the_truth_too():
    found = coverage("random", 40)
    assert abs(found.naive_bias) < 1.0
    assert found.covered >= 0.82


def test_the_more_readily_success_is_reported_the_larger_the_naive_bias():
    biases = [
        np.mean([_naive(made_up_project("gain", seed, Project(slope=slope))) for seed in range(100)])
        for slope in (0.0, 4.0, 12.0)
    ]
    assert biases[0] + 0.5 < biases[1] < biases[2] - 0.5


def _naive(made):
    data, truth = made
    gain = (data.end[PRODUCTIVITY] - data.baseline[PRODUCTIVITY])[data.reports]
    return 100.0 * gain.mean() - truth


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize(
    ("rule", "least"), [("gain", 0.85), ("random", 0.85), ("end level", 0.85), ("threshold", 0.8)]
)
def test_coverage_by_rule(rule, least):
    found = coverage(rule, 100)
    assert found.covered >= least
    assert abs(found.fit_bias) < 0.5 * found.width


@pytest.mark.slow
@pytest.mark.long
def test_where_the_rule_is_the_believed_one_the_fit_is_off_by_little():
    found = coverage("gain", 100, None, ASSUMED)
    assert found.naive_bias > 1.0
    assert abs(found.fit_bias) < 0.7
    assert found.covered >= 0.87


@pytest.mark.slow
@pytest.mark.long
def test_a_threshold_on_the_sheets_own_gain_misleads_the_naive_mean_by_far_and_the_fit_by_less():
    found = coverage("measured threshold", 50)
    assert found.naive_bias > 15.0
    assert found.fit_bias < 0.5 * found.naive_bias


@pytest.mark.slow
@pytest.mark.long
def test_truths_drawn_from_the_belief_are_covered_as_often_as_said():
    """Slope, error and effect drawn from the prior that the fit assumes: coverage is then exact but for
    chance.
    """
    rng = np.random.default_rng(5)
    inside = {50: 0, 90: 0}
    sets = 150
    for seed in range(sets):
        project = Project(
            effect=0.05, effect_spread=0.05, trend=0.02 * rng.standard_normal(),
            slope=max(0.0, 4.0 + 1.5 * rng.standard_normal()),
            error=0.15 * np.exp(0.3 * rng.standard_normal()),
        )  # fmt: skip
        data, truth = made_up_project("gain", seed, project)
        effect = fit_effects(data, ASSUMED, seed, draws=1_000).effects[PRODUCTIVITY]
        inside[50] += effect.low_50 <= truth <= effect.high_50
        inside[90] += effect.low_90 <= truth <= effect.high_90
    assert inside[90] / sets == pytest.approx(0.9, abs=0.06)
    assert inside[50] / sets == pytest.approx(0.5, abs=0.1)


# One project


@pytest.fixture(scope="module")
def large():
    """So many enterprises that chance is out of the way."""
    return made_up_project("gain", 1, Project(enterprises=6_000))


def test_with_many_enterprises_the_assumed_rule_gives_the_truth(large):
    data, truth = large
    certain = Assumptions(ASSUMED.reporting, trend=(0.0, 0.0), bad_year=(0.0, 0.0))
    effect = fit_effects(data, certain, draws=500).effects[PRODUCTIVITY]
    assert effect.naive - truth > 1.2
    assert effect.naive - 1.645 * effect.naive_se > truth
    assert abs(effect.estimate - truth) < 0.7
    assert effect.low_90 < truth < effect.high_90


def test_the_same_seed_gives_the_same_numbers_and_another_nearly(large):
    data, _ = made_up_project("gain", 2)
    first, again, other = (fit_effects(data, seed=seed).effects[PRODUCTIVITY] for seed in (1, 1, 2))
    assert first == again
    assert first != other
    assert other.estimate == pytest.approx(first.estimate, abs=0.15 * first.se)


def test_a_belief_in_no_selection_gives_the_naive_mean():
    data, _ = made_up_project("gain", 3)
    certain = Assumptions(
        ReportingPrior("none", sees_error=0.0, level=1e-6), trend=(0.0, 0.0), bad_year=(0.0, 0.0)
    )
    effect = fit_effects(data, certain, draws=2_000).effects[PRODUCTIVITY]
    assert effect.estimate == pytest.approx(effect.naive, abs=0.6)  # but for how reporters' baselines differ
    assert effect.se == pytest.approx(effect.naive_se, rel=0.15)


def test_a_trend_in_the_assumptions_is_no_effect():
    data, _ = made_up_project("random", 4)
    still, rising = (
        fit_effects(data, Assumptions(trend=(rate, 0.0))).effects[PRODUCTIVITY] for rate in (0.0, 0.06)
    )
    assert still.estimate - rising.estimate == pytest.approx(6.0, abs=1e-6)


def test_a_bad_year_before_enrolment_is_taken_off_where_it_is_assumed():
    project = Project(enterprises=4_000, bad_year=0.3)
    data, _ = made_up_project("random", 5, project)
    plain, told = (
        fit_effects(data, Assumptions(ASSUMED.reporting, bad_year=belief), draws=500).effects[PRODUCTIVITY]
        for belief in ((0.0, 0.0), (project.bad_year, 0.05))
    )
    recovered = 30.0 * (1.0 - smoothed_shock()[1])
    assert recovered > 3.0
    assert plain.estimate - told.estimate == pytest.approx(recovered, abs=0.4)
    assert told.se > plain.se


def test_waves_tell_of_a_trend_only_as_far_as_baselines_allow():
    rng, years = np.random.default_rng(6), np.tile(np.linspace(0.0, 2.0, 50), 4)
    noisy, clean = (9.0 + 0.08 * years + spread * rng.standard_normal(200) for spread in (0.6, 0.01))
    chance = np.random.default_rng(7)
    from_prior = trend_draws(noisy, years, (0.0, 0.02), 20_000, chance)
    from_waves = trend_draws(clean, years, (0.0, 0.02), 20_000, chance)
    assert abs(from_prior.mean()) < 0.02
    assert from_prior.std() == pytest.approx(0.02, rel=0.1)
    assert from_waves.mean() == pytest.approx(0.08, abs=0.003)
    assert from_waves.std() < 0.003
    assert trend_draws(clean, np.full(200, np.nan), (0.01, 0.0), 5, chance).tolist() == [0.01] * 5


def test_too_few_reporters_are_refused():
    data, _ = made_up_project("gain", 1, Project(enterprises=20))
    with pytest.raises(InputError, match="by 8 enterprises, fewer than 10"):
        fit_effects(data)


# Rates


def rates_project(n=4_000, seed=1, change=-1.0, with_gain=-4.0):
    """Reporting by the true gain in productivity, with which the change of a rate goes."""
    rng = np.random.default_rng(seed)
    level, gain = 9.0 + 0.5 * rng.standard_normal(n), 0.05 + 0.1 * rng.standard_normal(n)
    rate = 10.0 + 2.0 * rng.standard_normal(n)
    later = rate + change + with_gain * (gain - gain.mean()) - 0.3 * (rate - rate.mean())
    odds = np.exp(-0.6 + 8.0 * gain + 0.4 * (rate - 10.0))
    reports = rng.random(n) < odds / (1.0 + odds)
    nothing = np.full(n, np.nan)
    baseline = {
        PRODUCTIVITY: level + 0.05 * rng.standard_normal(n),
        **dict.fromkeys(RATES, nothing),
        "turnover_rate": rate,
    }
    end = {PRODUCTIVITY: level + gain + 0.05 * rng.standard_normal(n), **dict.fromkeys(RATES, nothing)}
    end["turnover_rate"] = later
    seen = {name: np.where(reports, values, np.nan) for name, values in end.items()}
    return Observations(baseline, seen, nothing, 1.0, dict.fromkeys(MODULES, 0.5)), gain, reports


def test_a_rates_change_is_brought_from_reporters_to_all():
    data, gain, reports = rates_project()
    naive = np.nanmean(data.end["turnover_rate"] - data.baseline["turnover_rate"])
    excess = np.full(500, gain[reports].mean() - gain.mean())
    change = mean_changes(data, "turnover_rate", np.full(500, gain.var()), excess, np.random.default_rng(1))
    assert naive < -1.3
    assert change.mean() == pytest.approx(-1.0, abs=0.08)
    assert 0.0 < change.std() < 0.05


def test_a_rates_effect_is_in_its_unit_with_its_interval():
    data, _, _ = rates_project(n=400)
    effect = fit_effects(data).effects["turnover_rate"]
    assert effect.unit == "%"
    assert effect.low_90 < effect.low_50 < effect.estimate < effect.high_50 < effect.high_90
    assert effect.low_90 < -1.0 < effect.high_90


@pytest.mark.slow
@pytest.mark.long
def test_effects_on_rates_are_covered_and_naive_ones_are_not():
    inside, naive = [], []
    for seed in range(100):
        effect = fit_effects(rates_project(250, seed)[0], draws=1_000).effects["turnover_rate"]
        inside.append(effect.low_90 <= -1.0 <= effect.high_90)
        naive.append(effect.naive)
    assert np.mean(naive) < -1.25  # of a true change of -1
    assert np.mean(inside) >= 0.84


def test_recording_grows_as_the_simulation_says():
    rng = np.random.default_rng(2)
    assert (recording_growth("injury_rate", 0.0, 100, rng) == 1.0).all()
    grown = recording_growth("injury_rate", 1.0, 20_000, rng)
    share, brought = (PARAMETERS[name].default for name in ("recording_injuries", "recording_training"))
    most = 1.0 + (1.0 - share) / share * brought * 0.65
    assert 1.1 < np.median(grown) < most
    assert np.median(recording_growth("defect_rate", 1.0, 20_000, rng)) < np.median(grown)


# The shipped table


@pytest.fixture(scope="module")
def shipped():
    from calibration.synthetic_monitoring import TABLE, TRUTH

    with TRUTH.open(encoding="utf-8") as file:
        truth = {row["indicator"]: float(row["effect"]) for row in csv.DictReader(file)}
    return fit_effects(observations(read_monitoring(TABLE))), truth


def test_in_the_shipped_table_the_naive_gain_is_no_effect_and_the_fit_holds_the_truth(shipped):
    fit, truth = shipped
    effect = fit.effects[PRODUCTIVITY]
    assert effect.naive > truth[PRODUCTIVITY] + 2.0
    assert effect.naive - 1.645 * effect.naive_se > truth[PRODUCTIVITY]
    assert effect.low_90 < truth[PRODUCTIVITY] < effect.high_90
    assert abs(effect.estimate - truth[PRODUCTIVITY]) < 0.6 * (effect.naive - truth[PRODUCTIVITY])
    assert fit.effective_draws > 300


def test_the_other_effects_of_the_shipped_table_are_inside_too(shipped):
    fit, truth = shipped
    assert set(fit.effects) == set(truth)
    outside = [
        name for name, effect in fit.effects.items() if not effect.low_90 <= truth[name] <= effect.high_90
    ]
    assert len(outside) <= 1


def test_targets_are_what_monitoring_can_see(shipped):
    fit, _ = shipped
    found = targets(fit)
    assert [target.indicator for target in found] == [
        "productivity", "recorded_defect_rate", "recorded_injury_rate", "turnover_rate", "absence_rate",
    ]  # fmt: skip
    effect = fit.effects[PRODUCTIVITY]
    assert found[0] == MonitoringTarget(PRODUCTIVITY, "log points x 100", effect.estimate, effect.se)
    assert all(target.standard_error > 0.0 for target in found)


def test_every_rule_makes_some_report_and_some_not():
    for rule in RULES:
        data, _ = made_up_project(rule, 1)
        assert 0.3 < data.reports.mean() < 0.45, rule
