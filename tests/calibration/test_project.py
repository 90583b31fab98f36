"""A project's data in the joint fit: who is simulated, units of its effects, where the posterior goes."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from calibration import project_trial
from calibration.belief import belief_of, read_posterior
from calibration.evidence import DISCREPANCY
from calibration.fitted import FITTED
from calibration.monitoring import MonitoringTable, read_monitoring
from calibration.monitoring import Row as SheetRow
from calibration.observation_fit import Effect, ObservationFit
from calibration.observations import Observations
from calibration.project_fit import joint_fit, joint_parameters_table, joint_table, project_targets
from calibration.project_trial import Project, project_of, simulated_effects
from calibration.trial_files import load_trials
from scenarios import cli
from simulation.parameters import MODULES
from simulation.state import OBSERVED
from tests.calibration.made_up_posterior import write_made_up

SHEET = Path(project_trial.__file__).parent / "data" / "synthetic_monitoring.csv"
TRIALS = load_trials()
FEW = Project(("C17", "C34") * 12, (60, 120) * 12, (MODULES,) * 24)

pytestmark = pytest.mark.xdist_group("project")


def sheet(*rows):
    made = [
        SheetRow(number, {"enterprise": str(number), "sector": sector, "employees": heads, "module": modules})
        for number, (sector, heads, modules) in enumerate(rows)
    ]
    for row in made:
        row.values.setdefault("baseline_date", None)
    return MonitoringTable(made, [], len(made), {})


# who is simulated


def test_a_project_is_its_tables_enterprises_with_gaps_filled_from_the_others():
    given = sheet(
        ("C18", 80, ("quality", "cooperation")), (None, None, ("safety",)), ("C34", 200, ()),
    )  # fmt: skip
    project = project_of(given)
    assert project.sectors == ("C18", "C34", "C34")
    assert project.employees == (80, 200, 200)
    assert project.modules[:2] == (("cooperation", "quality"), ("safety",))
    assert project.modules[2] in project.modules[:2]


def test_a_long_table_is_thinned_evenly():
    given = sheet(*[("C18", 10 + number, ("quality",)) for number in range(900)])
    project = project_of(given)
    assert len(project) == project_trial.MOST_SIMULATED
    assert project.employees[0] == 10
    assert project.employees[-1] == 909


def test_the_shipped_table_is_read_whole():
    table = read_monitoring(SHEET)
    project = project_of(table)
    assert len(project) == len(table.enterprises())
    taught = list(table.modules_by_enterprise().values())
    assert [set(modules) for modules in project.modules] == taught


# its effects


def test_who_is_taught_nothing_has_no_effect_at_all():
    untaught = replace(FEW, modules=((),) * len(FEW))
    assert simulated_effects(untaught, [{}, {"quit_rate": 0.03}], seed=1).tolist() == [[0.0] * 5] * 2


def test_five_modules_do_more_than_one_and_those_taught_alone_gain():
    one = replace(FEW, modules=(MODULES[:1],) * len(FEW))
    effects = np.concatenate([simulated_effects(project, [{}], seed=1) for project in (one, FEW)])
    assert 0.0 < effects[0, 0] < effects[1, 0] < 20.0
    half = replace(FEW, modules=(MODULES, ()) * 12)
    assert 0.2 < simulated_effects(half, [{}], seed=1)[0, 0] / effects[1, 0] < 0.8


def test_draws_side_by_side_are_as_each_alone(monkeypatch):
    monkeypatch.setattr(project_trial, "AT_ONCE", 3)
    draws = belief_of("prior").draws(5, 1)
    together = simulated_effects(FEW, draws, seed=1)
    assert together.shape == (len(draws), len(OBSERVED))
    np.testing.assert_array_equal(together[-1:], simulated_effects(FEW, draws[-1:], seed=1))


# targets


def observed(**effects):
    """A fit and data: (estimate, standard error) by indicator; a baseline of 4 % everywhere."""
    found = {
        name: Effect(name, unit, 0.0, 1.0, estimate, se, 0, 0, 0, 0, 50, 100)
        for name, (unit, estimate, se) in effects.items()
    }
    level = {name: np.array([3.0, np.nan, 5.0]) for name in OBSERVED}
    return ObservationFit(found, None, 1.0), Observations(level, level, np.zeros(3), 1.0, {})


def test_rates_are_compared_in_percent_of_their_baseline():
    fit, data = observed(
        productivity=("log points x 100", 5.0, 2.0), recorded_defect_rate=("%", -0.4, 0.2),
        defect_rate=("% of baseline", -30.0, 5.0),
    )  # fmt: skip
    targets = {target.name: target for target in project_targets(fit, data, TRIALS)}
    assert set(targets) == {"productivity", "defect_rate"}
    assert (targets["productivity"].published, targets["productivity"].se) == (5.0, 2.0)
    assert (targets["defect_rate"].published, targets["defect_rate"].se) == pytest.approx((-10.0, 5.0))
    assert targets["defect_rate"].discrepancy == pytest.approx(DISCREPANCY * 56.4)  # Bloom et al. 2013
    assert not any(target.abroad for target in targets.values())


def test_held_out_trials_do_not_enter_the_discrepancy():
    fit, data = observed(productivity=("log points x 100", 5.0, 2.0))
    fitted = [trial for trial in TRIALS if trial.set == "calibration"]
    assert project_targets(fit, data, TRIALS) == project_targets(fit, data, fitted)


def test_a_rate_that_was_never_above_nothing_is_no_target():
    fit, data = observed(recorded_injury_rate=("per 1,000", 0.0, 1.0))
    nothing = replace(data, baseline={name: np.zeros(3) for name in OBSERVED})
    assert project_targets(fit, nothing, TRIALS) == []


# where the posterior goes


@pytest.fixture(scope="module")
def simulated():
    draws = belief_of("posterior").draws(80, 1)
    return draws, simulated_effects(FEW, draws, seed=1)


def test_a_project_that_tells_nothing_moves_nothing(simulated):
    draws, effects = simulated
    fit, data = observed(productivity=("log points x 100", 40.0, 1e7))
    joint = joint_fit(project_targets(fit, data, TRIALS), effects)
    assert joint.draws.effective == pytest.approx(len(draws))


def test_a_sharp_project_moves_its_effect_and_the_parameters_behind_it(simulated):
    draws, effects = simulated
    truth = float(np.quantile(effects[:, 0], 0.9))
    fit, data = observed(productivity=("log points x 100", truth, 0.3))
    joint = joint_fit([replace(project_targets(fit, data, TRIALS)[0], discrepancy=0.0)], effects)
    row = joint_table(joint, joint.draws.chosen(80, seed=1))[0]
    assert abs(row["after"] - truth) < 0.4 * abs(row["before"] - truth)
    assert row["after_high"] - row["after_low"] < row["before_high"] - row["before_low"]
    values = np.array([[draw[name] for name in FITTED] for draw in draws])
    behind = np.argmax(np.abs([np.corrcoef(column, effects[:, 0])[0, 1] for column in values.T]))
    sign = np.sign(np.corrcoef(values[:, behind], effects[:, 0])[0, 1])
    moved = {each["parameter"]: each for each in joint_parameters_table(FITTED, values, joint.draws)}
    assert sign * moved[FITTED[behind]]["shift"] > 0.2


# the command


@pytest.fixture
def small(monkeypatch, tmp_path):
    monkeypatch.setattr(project_trial, "MOST_SIMULATED", 30)
    return write_made_up(tmp_path / "before.parquet")


def test_the_command_writes_a_posterior_that_comes_nearer_the_truth_than_the_table(
    small, monkeypatch, tmp_path, capsys
):
    monkeypatch.setattr("calibration.reweighting.LEAST_EFFECTIVE", 10.0)
    out = tmp_path / "moved"
    arguments = ["calibrate", "--data", str(SHEET), "--posterior", str(small), "--out", str(out), "--json"]
    assert cli.run_command_line(arguments) == cli.SUCCESS
    answer = json.loads(capsys.readouterr().out)
    with SHEET.with_name("synthetic_monitoring_truth.csv").open(encoding="utf-8", newline="") as file:
        truth = {row["indicator"]: float(row["effect"]) for row in csv.DictReader(file)}
    row = answer["tables"]["joint"][0]
    assert row["indicator"] == "productivity"
    assert abs(row["after"] - truth["productivity"]) < abs(row["estimate"] - truth["productivity"])
    before, after = read_posterior(small), read_posterior(out / "posterior.parquet")
    assert after.rows.shape == before.rows.shape
    assert {tuple(each) for each in after.rows} <= {tuple(each) for each in before.rows}
    assert after.source["data"]["monitoring table"] == answer["manifest"]["data"]
    assert after.source["moved_from"]["sha256"] == before.sha256
    assert len(belief_of(str(out / "posterior.parquet")).draws(8, 1)) == 8
    assert (out / "joint.parquet").exists()


def test_too_few_draws_that_agree_are_refused_and_nothing_is_written(small, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("calibration.reweighting.LEAST_EFFECTIVE", 41.0)
    out = tmp_path / "moved"
    arguments = ["calibrate", "--data", str(SHEET), "--posterior", str(small), "--out", str(out)]
    assert cli.run_command_line(arguments) == cli.BAD_INPUT
    message = capsys.readouterr().err
    assert "of 40 count" in message
    assert not out.exists()


def test_a_posterior_without_data_is_refused(small, capsys):
    assert cli.run_command_line(["calibrate", "--posterior", str(small)]) == cli.BAD_INPUT
    assert "--data" in capsys.readouterr().err
