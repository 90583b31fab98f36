"""`scoresim run` and `scoresim compare` as a user meets them: statuses, streams, tables, files."""

import json

import polars as pl
import pytest

from calibration.fitted import FITTED
from calibration.prior import prior_draws, record_of
from scenarios import cli
from simulation.parameters import FREE
from simulation.scenario_files import load_scenario
from tests.calibration.made_up_posterior import write_made_up

pytestmark = pytest.mark.xdist_group("run_compare")  # one process: what they share is made once

SMALL = ["--months", "36", "--replicates", "4", "--enterprises", "100"]

EFFECTS = [
    "scenario", "baseline", "population", "indicator", "unit", "group", "level", "month", "estimate", "low",
    "high", "coverage", "se", "variance_reduction",
]  # fmt: skip
INDICATORS = ["scenario", "replicate", "month", "group", "level", "indicator", "unit", "value"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("results")


@pytest.fixture(scope="module")
def pilot(folder):
    """A quick pilot that enrols in the first months, so that two years can be observed."""
    file = folder / "quick.toml"
    pace = 'enrolment = "assigned"\nenterprises_per_month = 10\nclosing_month = 6\ntrainers = 20\n'
    file.write_text(f'extends = "pilot_2009_2013"\n[programme]\n{pace}')
    return str(file)


@pytest.fixture(scope="module")
def compared(folder, pilot):
    """Results of one comparison, by the command line."""
    out = folder / "compared"
    assert (
        cli.run_command_line(["compare", pilot, *SMALL, "--by", "sector,size,gender", "--out", str(out)]) == 0
    )
    return out


def never_simulating(monkeypatch):
    def simulate(*_, **__):
        raise AssertionError("simulated although the input is wrong")

    monkeypatch.setattr("scenarios.compare.simulate", simulate)
    monkeypatch.setattr("scenarios.run.simulate", simulate)


# What is written


def test_compare_writes_tables_in_the_columns_of_the_contract(compared):
    effects = pl.read_parquet(compared / "effects.parquet")
    assert effects.columns == EFFECTS
    assert pl.read_parquet(compared / "indicators.parquet").columns == INDICATORS
    assert set(effects["population"]) == {"trained", "targeted", "all"}
    assert set(effects["group"]) == {"total", "sector", "region", "size", "gender"}
    assert {path.stem for path in compared.glob("*.parquet")} == {
        "effects", "indicators", "programme", "market", "reach_by_group", "uncertainty", "channels",
        "parties", "reporting",
    }  # fmt: skip


def test_manifest_tells_how_to_repeat_the_comparison(compared):
    manifest = json.loads((compared / "manifest.json").read_text())
    assert manifest["command"] == "compare"
    assert manifest["baseline"] == "no_programme"
    assert [scenario["name"] for scenario in manifest["scenarios"]] == ["no_programme", "quick"]
    assert manifest["scenarios"][1]["programme"]["enterprises_per_month"] == 10
    assert manifest["scenarios"][1]["programme"]["delivery"]["class_days"] == 2  # from the file it extends
    assert manifest["settings"]["replicates"] == 4
    assert manifest["simulated"]["workers"] > manifest["simulated"]["enterprises"] >= 100
    assert {"python", "numpy", "numba", "polars", "scoresim"} <= set(manifest["versions"])


def test_same_command_gives_the_same_bytes(compared, folder, pilot):
    again = folder / "again"
    options = [*SMALL, "--by", "sector,size,gender", "--threads", "1", "--out", str(again)]
    assert cli.run_command_line(["compare", pilot, *options]) == 0
    files = [path.relative_to(compared) for path in compared.rglob("*") if path.is_file()]
    assert files
    for file in files:
        if file.name != "manifest.json":
            assert (again / file).read_bytes() == (compared / file).read_bytes(), file


# What is printed


def test_compare_prints_effects_and_what_to_doubt(capsys, monkeypatch, pilot):
    monkeypatch.setenv("COLUMNS", "160")
    assert cli.run_command_line(["compare", pilot, *SMALL, "--prior"]) == 0
    captured = capsys.readouterr()
    for part in (
        "Productivity", "Defect rate", "Injury rate", "Labour turnover", "Enterprises reached",
        "Cost per enterprise", "Benefit per yuan", "Cost recovery", "percentage points of output",
        "months 13 to 24", "parameters + enterprises drawn + events", "share every random event",
        "nothing has been fitted", "--out DIR",
    ):  # fmt: skip
        assert part in captured.out, part
    assert captured.err == ""  # no progress bar where nobody watches


def test_json_of_compare_is_one_object_and_nothing_else(capsys, pilot):
    options = [*SMALL, "--defaults", "--baseline", "no_programme", "--month", "12", "--json"]
    assert cli.run_command_line(["compare", pilot, *options]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    printed = json.loads(captured.out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert list(printed) == ["command", "tables", "manifest"]
    assert list(printed["tables"]["effects"][0]) == EFFECTS
    assert printed["manifest"]["settings"]["draws"] == "default"
    assert printed["manifest"]["month"] == 12


def test_json_of_run_has_levels_of_every_replicate_and_of_groups(capsys, pilot):
    assert cli.run_command_line(["run", pilot, *SMALL, "--prior", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["manifest"]["parameters"]["draws"] == "prior"
    tables = printed["tables"]
    total = [r for r in tables["indicators"] if r["group"] == "total" and r["indicator"] == "wage"]
    assert {(r["replicate"], r["month"]) for r in total} == {(k, m) for k in range(4) for m in (12, 24, 36)}
    assert {r["group"] for r in tables["indicators"]} == {"total", "sector", "region", "size", "gender"}
    reach = [r["estimate"] for r in tables["reach"] if r["item"] == "enterprises_reached"]
    assert len(reach) == 36
    assert reach == sorted(reach)
    assert reach[-1] > 0


def test_run_prints_levels_totals_the_population_and_what_was_fitted(capsys, monkeypatch, pilot, posterior):
    monkeypatch.setenv("COLUMNS", "300")
    options = [*SMALL, "--by", "gender", "--posterior", str(posterior)]
    assert cli.run_command_line(["run", pilot, *options]) == 0
    printed = capsys.readouterr().out
    for part in (
        "Value added per worker", "year 3", "Trainer days", "women", "Population of", "background",
        f"{len(FITTED)} parameters are draws from", f"the posterior in {posterior} (40 draws, file ",
        f"The other {len(FREE) - len(FITTED)} are draws from their priors.",
    ):  # fmt: skip
        assert part in printed, part


def test_single_replicate_uses_default_parameters(capsys):
    options = ["--months", "12", "--enterprises", "100", "--replicates", "1"]
    assert cli.run_command_line(["run", "no_programme", *options, "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["manifest"]["settings"]["draws"] == "default"
    assert printed["tables"]["programme"] == []


# Where parameters come from


@pytest.fixture(scope="module")
def posterior(folder):
    return write_made_up(folder / "posterior.parquet")


def test_compare_on_a_posterior_takes_the_uncertainty_apart_and_says_what_was_fitted(
    capsys, monkeypatch, pilot, posterior
):
    monkeypatch.setattr("calibration.belief.shipped_posterior", lambda: posterior)
    assert cli.run_command_line(["compare", pilot, *SMALL, "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    told = printed["manifest"]["parameters"]
    assert printed["manifest"]["settings"]["draws"] == told["draws"] == "posterior"
    assert (told["free"], told["fitted"]) == (len(FREE), len(FITTED))
    assert told["posterior"]["draws"] == 40
    assert len(told["posterior"]["sha256"]) == 64
    assert told["posterior"]["provenance"]["seed"] == 3
    assert {r["source"] for r in printed["tables"]["uncertainty"]} == {
        "parameters", "enterprises drawn", "events",
    }  # fmt: skip


def simulated_parameters(monkeypatch, command, *options):
    """The compiled record of parameters of the first run that a command simulates."""
    found = []

    def simulate(runs, **_):
        found.append(runs[0].parameters)
        raise KeyboardInterrupt

    monkeypatch.setattr(f"scenarios.{command}.simulate", simulate)
    assert cli.run_command_line([command, "class_only", *SMALL, "--seed", "5", *options]) == 130
    return found[0]


@pytest.mark.parametrize(("command", "draws"), [("run", 4), ("compare", 2)])
def test_prior_is_simulated_bit_for_bit(monkeypatch, posterior, command, draws):
    monkeypatch.setattr("calibration.belief.shipped_posterior", lambda: posterior)
    expected = record_of(prior_draws(draws, 5)[0], load_scenario("class_only"))
    assert simulated_parameters(monkeypatch, command, "--prior").tobytes() == expected.tobytes()
    assert simulated_parameters(monkeypatch, command).tobytes() != expected.tobytes()


@pytest.mark.parametrize("command", ["run", "compare"])
def test_without_a_shipped_posterior_parameters_are_drawn_from_their_priors(monkeypatch, tmp_path, command):
    monkeypatch.setattr("calibration.belief.shipped_posterior", lambda: tmp_path / "none.parquet")
    usual = simulated_parameters(monkeypatch, command)
    assert usual.tobytes() == simulated_parameters(monkeypatch, command, "--prior").tobytes()


@pytest.mark.parametrize("command", ["run", "compare"])
def test_wrong_posterior_is_refused_before_anything_is_simulated(capsys, monkeypatch, tmp_path, command):
    never_simulating(monkeypatch)
    (tmp_path / "posterior.parquet").write_text("no table")
    for name, part in (("posterior.parquet", "not a posterior that"), ("none.parquet", "does not exist")):
        options = ["class_only", "--months", "36", "--posterior", str(tmp_path / name)]
        assert cli.run_command_line([command, *options]) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert part in captured.err
        assert len(captured.err.splitlines()) == 1


@pytest.mark.parametrize("options", [["--prior"], ["--posterior", "posterior.parquet"]])
def test_one_run_of_the_defaults_is_refused_where_draws_are_asked_for(capsys, monkeypatch, options):
    never_simulating(monkeypatch)
    assert cli.run_command_line(["run", "class_only", "--replicates", "1", *options]) == 2
    assert "--replicates = 1: is a run of the default parameters" in capsys.readouterr().err


# The counterfactual


def self_comparison(capsys, scenario):
    assert cli.run_command_line(["compare", scenario, "--baseline", scenario, *SMALL, "--json"]) == 0
    return json.loads(capsys.readouterr().out)["tables"]["effects"]


def differences(effects):
    rows = [r for r in effects if r["indicator"] not in ("benefit_cost_ratio", "net_benefit")]
    assert {r["population"] for r in rows} == {"trained", "targeted", "all"}
    return {value for r in rows for value in (r["estimate"], r["low"], r["high"])}


def test_scenario_against_itself_has_no_effect_at_all(capsys, folder):
    file = folder / "everybody.toml"
    file.write_text('[programme]\nenrolment = "assigned"\nenterprises_per_month = 1000000\ntrainers = 300\n')
    assert differences(self_comparison(capsys, str(file))) == {0.0}


def test_small_programme_against_itself_has_no_effect_at_all(capsys, pilot):
    assert differences(self_comparison(capsys, pilot)) == {0.0}


# Wrong input: one message, status 2, nothing simulated


@pytest.mark.parametrize(
    ("options", "part"),
    [
        (["--month", "18"], "--month = 18"),
        (["--month", "48"], "up to 36"),
        (["--replicates", "5"], "--replicates = 5"),
        (["--replicates", "2"], "--replicates = 2"),
        (["--enterprises", "99"], "--enterprises = 99"),
        (["--sample", "1e-7"], "--sample = 1e-07"),
        (["--sample", "2"], "--sample = 2"),
        (["--enterprises", "100", "--sample", "0.1"], "--sample"),
        (["--months", "6"], "--months = 6"),
        (["--posterior", "none.parquet"], "none.parquet: does not exist"),
        (["--posterior", "none.parquet", "--prior"], "--posterior: is given together with --prior"),
        (["--prior", "--defaults"], "--defaults: is given together with --prior"),
        (["--by", "sectr"], 'Did you mean "sector"?'),
        (["--baseline", "no_program"], 'Did you mean "no_programme"?'),
        (["--threads", "0"], "--threads"),
    ],
)
def test_wrong_option_is_refused_before_anything_is_simulated(capsys, monkeypatch, options, part):
    never_simulating(monkeypatch)
    arguments = [
        "compare",
        "class_only",
        *(["--months", "36"] if "--months" not in options else []),
        *options,
    ]
    assert cli.run_command_line(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert part in captured.err
    assert "Traceback" not in captured.err


def test_scenarios_of_one_name_are_refused(capsys, monkeypatch, tmp_path):
    never_simulating(monkeypatch)
    other = tmp_path / "class_only.toml"
    other.write_text('extends = "national_base"\n')
    assert cli.run_command_line(["compare", "class_only", str(other)]) == 2
    assert "the name of two scenarios" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["run", "compare"])
def test_folder_with_results_is_refused_before_anything_is_simulated(capsys, monkeypatch, tmp_path, command):
    never_simulating(monkeypatch)
    (tmp_path / "kept.txt").write_text("mine")
    assert cli.run_command_line([command, "class_only", "--out", str(tmp_path)]) == 2
    assert "not empty" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]


# Interruption


@pytest.mark.parametrize("command", ["run", "compare"])
def test_interruption_is_status_130_and_leaves_nothing(capsys, monkeypatch, tmp_path, command):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(f"scenarios.{command}.simulate", interrupted)
    assert cli.run_command_line([command, "class_only", *SMALL, "--out", str(tmp_path / "new")]) == 130
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Interrupted" in captured.err
    assert list(tmp_path.iterdir()) == []


def test_interruption_while_writing_leaves_nothing(monkeypatch, tmp_path, pilot):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("scenarios.output.save", interrupted)
    options = ["--months", "24", "--replicates", "1", "--enterprises", "100", "--out", str(tmp_path / "new")]
    assert cli.run_command_line(["run", pilot, *options]) == 130
    assert list(tmp_path.iterdir()) == []


# bench


@pytest.mark.slow
def test_bench_as_json_measures_the_size_asked_for(capsys):
    assert cli.run_command_line(["bench", "--enterprises", "100", "--months", "2", "--json"]) == 0
    (record,) = json.loads(capsys.readouterr().out)["tables"]["bench"]
    assert record["enterprises"] == 100
    assert record["months_seconds"] > 0
