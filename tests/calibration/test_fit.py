"""The fit end to end, on a bank whose responses are a known function of the parameters."""

import csv
import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from calibration import diagnostics
from calibration import fit as fitting
from calibration.bank import Bank
from calibration.draws_file import read_draws
from calibration.elliptical import Sampling
from calibration.emulator_check import DRAWS, SEEDS
from calibration.evidence import effects_of
from calibration.sensitivity import ASSUMPTIONS
from calibration.trial_files import load_trials
from scenarios import cli, fit_commands
from simulation.inputs import InputError
from simulation.parameters import PARAMETERS

PARTS = 24
FEW = Sampling(chains=4, warm_up=20, draws=50, thin=2)
KNOWN = fitting.FITTED.index("quit_rate")
TRIALS = load_trials()
FEW_TRIALS = [trial for trial in TRIALS if trial.name.startswith(("classroom", "levine", "pace"))]

pytestmark = pytest.mark.xdist_group("fit")  # one process: the bank is made once


def made_up(points, trials, seed):
    """Every column follows one parameter of its own, and turnover (the first level) the quit rate."""
    effects = len(effects_of(trials))
    columns = [5.0 + points[:, k] for k in range(effects + 6)]
    columns[effects] = 26.0 + 5.0 * points[:, KNOWN]
    return np.column_stack(columns)


@pytest.fixture
def cheap(monkeypatch):
    """No simulation, few draws; the points that were asked for."""
    asked = []

    def simulated(points, trials, seed):
        asked.append(len(points))
        return made_up(points, trials, seed)

    monkeypatch.setattr(fitting, "simulated", simulated)
    monkeypatch.setattr(fit_commands, "load_trials", lambda: FEW_TRIALS)
    monkeypatch.setattr(fit_commands, "SAMPLING", FEW)
    monkeypatch.setattr(fit_commands, "CHECKED", FEW)
    monkeypatch.setattr(fit_commands, "REFITTED", FEW)
    monkeypatch.setattr(diagnostics, "MOST_RHAT", 2.0)  # so few draws do not show that chains have met
    monkeypatch.setattr(fit_commands, "SHIPPED_DRAWS", 100)
    return asked


@pytest.mark.slow
@pytest.mark.long
def test_the_command_writes_a_posterior_that_says_where_it_comes_from(cheap, tmp_path, capsys):
    out = tmp_path / "fit"
    arguments = ["calibrate", "--out", str(out), "--parts", str(PARTS)]
    assert cli.run_command_line(arguments) == cli.SUCCESS
    shown = capsys.readouterr().out
    assert "quit_rate" in shown
    table, source = read_draws(out / "posterior.parquet")
    assert table.columns == list(fitting.FITTED)
    assert len(table) == 100
    assert source["command"].startswith("scoresim calibrate")
    for name in fitting.FITTED:
        assert table[name].is_between(PARAMETERS[name].low, PARAMETERS[name].high).all(), name
    parameters = pl.read_parquet(out / "parameters.parquet").filter(pl.col("parameter") == "quit_rate")
    assert parameters["contraction"][0] > 0.3
    assert parameters["informed"][0]
    assert pl.read_parquet(out / "coverage.parquet")["truths"][0] == 24 * min(fitting.UNSEEN, PARTS // 4)
    first = (out / "posterior.parquet").read_bytes()

    check = DRAWS * (1 + SEEDS)  # posterior draws at which the emulator is checked
    assert sum(cheap) == 24 * PARTS + check
    assert source["sampler"]["worst_rhat"] < 2.0
    emulator = pl.read_parquet(out / "emulator.parquet")
    assert emulator["shift_of_the_banks_seed"].abs().max() == pytest.approx(0.0, abs=1e-9)  # no chance
    assert emulator["found"].to_list() == pytest.approx(emulator["with_the_banks_seed"].to_list())
    # a second time nothing is simulated again, and nothing differs
    assert cli.run_command_line([*arguments, "--no-check", "--json"]) == cli.SUCCESS
    assert sum(cheap) == 24 * PARTS + check
    assert (out / "posterior.parquet").read_bytes() == first
    tables = json.loads(capsys.readouterr().out)["tables"]
    assert set(tables) == {
        "targets", "parameters", "left_out", "convergence", "sensitivity", "sensitivity_parameters",
        "sensitivity_targets",
    }  # fmt: skip
    assert len(tables["sensitivity"]) == len(ASSUMPTIONS)
    assert "quit_rate" in {row["parameter"] for row in tables["sensitivity_parameters"]}


def test_an_interrupted_bank_goes_on_where_it_stopped(cheap, tmp_path):
    bank = Bank.open(tmp_path / "bank", fitting.design_of(TRIALS))
    told = []

    def stop(done, of):
        told.append((done, of))
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fitting.fill_bank(bank, TRIALS, 4, stop)
    fitting.fill_bank(bank, TRIALS, 4, lambda done, of: told.append((done, of)))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert sum(cheap) == 4 * fitting.PART


def test_a_bank_of_other_trials_is_not_continued(cheap, tmp_path):
    Bank.open(tmp_path / "bank", fitting.design_of(TRIALS))
    with pytest.raises(InputError, match="another design"):
        Bank.open(tmp_path / "bank", fitting.design_of(TRIALS[1:]))


def test_a_bank_of_other_code_is_not_continued_compiled_or_not(cheap, tmp_path, monkeypatch):
    """A change of who is simulated (baseline.py holds no compiled code) changes the design."""
    names = {path.name for path in fitting.simulated_by()}
    assert {"baseline.py", "population.py", "trial.py", "estimators.py", "sectors.csv"} <= names
    Bank.open(tmp_path / "bank", fitting.design_of(TRIALS))
    edited = tmp_path / "baseline.py"
    edited.write_text("value_added = 1", encoding="utf-8")
    paths = fitting.simulated_by()
    changed = [edited if path.name == "baseline.py" else path for path in paths]
    monkeypatch.setattr(fitting, "simulated_by", lambda: changed)
    with pytest.raises(InputError, match="another design"):
        Bank.open(tmp_path / "bank", fitting.design_of(TRIALS))


def test_held_out_trials_are_not_fitted():
    columns, targets = fitting.fitted_targets(effects_of(TRIALS))
    held_out = {trial.study for trial in TRIALS if trial.set == "validation"}
    assert not held_out & {target.study for target in targets}
    assert len(columns) == len(targets) == len(set(columns.tolist()))


def test_points_of_the_bank_are_parameter_values_in_their_bounds():
    values = fitting.parameter_draws(np.array([[-6.0] * len(fitting.FITTED), [0.0] * len(fitting.FITTED)]))
    for draw in values:
        assert all(PARAMETERS[name].low <= draw[name] <= PARAMETERS[name].high for name in fitting.FITTED)
    middle = values[1]
    assert middle["quit_rate"] == pytest.approx(float(PARAMETERS["quit_rate"].quantile(np.array([0.5]))[0]))


@pytest.mark.slow
def test_trials_and_levels_are_what_the_bank_holds():
    """A point of the bank, simulated with others and alone."""
    design = fitting.design_of(TRIALS)
    z = design.points(0)[:2]
    together = fitting.simulated(z, TRIALS, design.seed)
    alone = fitting.simulated(z[1:], TRIALS, design.seed)
    assert together.shape == (2, len(design.targets))
    np.testing.assert_array_equal(together[1], alone[0])


SHEET = Path(fitting.__file__).parent / "data" / "synthetic_monitoring.csv"


def test_a_projects_own_data_are_read_through_the_observation_model(capsys):
    assert cli.run_command_line(["calibrate", "--data", str(SHEET), "--json"]) == cli.SUCCESS
    answer = json.loads(capsys.readouterr().out)
    effects = {row["indicator"]: row for row in answer["tables"]["project"]}
    with SHEET.with_name("synthetic_monitoring_truth.csv").open(encoding="utf-8", newline="") as file:
        truth = {row["indicator"]: float(row["effect"]) for row in csv.DictReader(file)}
    productivity = effects["productivity"]
    assert productivity["naive"] > 3.0 * truth["productivity"]
    assert productivity["low_90"] < truth["productivity"] < productivity["high_90"]
    off = {name: abs(productivity[name] - truth["productivity"]) for name in ("naive", "estimate")}
    assert off["estimate"] < off["naive"]


def test_a_table_that_is_not_there_is_one_message(capsys):
    assert cli.run_command_line(["calibrate", "--data", "nowhere.csv"]) == cli.BAD_INPUT
    assert "nowhere.csv" in capsys.readouterr().err
