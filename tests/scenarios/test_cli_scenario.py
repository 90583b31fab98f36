"""The command line: what `scoresim scenario` prints, and the exit statuses of every command."""

import json
import subprocess
import sys

import pytest

from scenarios import cli


@pytest.fixture
def plan(tmp_path):
    def write(text, name="plan.toml"):
        file = tmp_path / name
        file.write_text(text)
        return str(file)

    return write


def test_list_names_every_shipped_scenario(capsys):
    assert cli.run_command_line(["scenario", "list"]) == 0
    printed = capsys.readouterr().out
    assert "no_programme" in printed
    assert "pilot_2009_2013" in printed


@pytest.mark.parametrize(
    ("arguments", "table"),
    [
        (["scenario", "list"], "scenarios"),
        (["scenario", "show", "tapered_subsidy"], "fields"),
        (["scenario", "check", "tapered_subsidy", "no_programme"], "checks"),
    ],
)
def test_json_is_one_object_with_command_tables_and_manifest(capsys, arguments, table):
    assert cli.run_command_line([*arguments, "--json"]) == 0
    captured = capsys.readouterr()
    printed = json.loads(captured.out)
    assert list(printed) == ["command", "tables", "manifest"]
    assert printed["command"] == " ".join(arguments[:2])
    assert printed["tables"][table]
    assert printed["manifest"]["version"]
    assert captured.err == ""


def test_show_gives_the_resolved_scenario_with_units(capsys):
    assert cli.run_command_line(["scenario", "show", "tapered_subsidy", "--json"]) == 0
    fields = {record["field"]: record for record in json.loads(capsys.readouterr().out)["tables"]["fields"]}
    assert fields["programme.closing_month"]["value"] == 60  # from the file it extends
    assert fields["programme.price_per_module"]["unit"] == "yuan"
    first = fields["programme.subsidy"]["value"][0]
    assert first == {"from_month": 0, "share": 0.8, "employees": None, "modules": None}
    assert fields["programme.enrolment"]["value"] in ("market", "assigned")
    assert fields["programme.trainers"]["unit"] == "trainers"
    assert fields["price_level"]["value"] == 1.0


def test_show_prints_a_table_for_people(capsys, plan, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    file = plan(
        'title = "A [bold] plan"\nprice_year = 2012\nprice_level = 0.8\nwage_level = 0.4\n'
        "[programme]\nsubsidy = 0.25\n"
        "outreach = [{ from_month = 0, campaign = 40, buyers = 2 }, { from_month = 9, campaign = 5 }]\n"
        "training_of_trainers = [{ from_month = 3, places_per_month = 2.5 }]\n"
        '[programme.delivery]\nmode = "group"\n'
        "[parameters]\nclass_knowhow = 0.5\n"
    )
    assert cli.run_command_line(["scenario", "show", file]) == 0
    printed = capsys.readouterr().out
    for part in (
        "A [bold] plan",
        "[programme.delivery]",
        "11,600",
        "share 0.25",
        "2012",
        "0.8",
        "from month 0: campaign 40; buyers 2",
        "from month 9: campaign 5",
        "from month 3: places_per_month 2.5",
        "group",
        "class_knowhow = 0.5",
        "50 to 250",
    ):
        assert part in printed


def test_show_as_toml_stands_alone(capsys, plan):
    assert cli.run_command_line(["scenario", "show", "commercial", "--toml"]) == 0
    printed = capsys.readouterr().out
    assert "extends" not in printed
    assert cli.run_command_line(["scenario", "check", plan(printed)]) == 0


def test_check_reports_every_wrong_file_and_ends_with_2(capsys, plan):
    wrong, unknown = plan("months = 0", "a.toml"), plan('[programme.target]\nsectors = ["C99"]', "b.toml")
    assert cli.run_command_line(["scenario", "check", "no_programme", wrong, unknown]) == 2
    captured = capsys.readouterr()
    assert captured.out == "no_programme: valid\n"
    assert "a.toml: months = 0" in captured.err
    assert 'b.toml: programme.target.sectors = "C99"' in captured.err
    assert len(captured.err.splitlines()) == 2


def test_check_as_json_tells_the_problem_of_each_file(capsys, plan):
    assert cli.run_command_line(["scenario", "check", plan("months = 0"), "--json"]) == 2
    (record,) = json.loads(capsys.readouterr().out)["tables"]["checks"]
    assert record["valid"] is False
    assert "months = 0" in record["problem"]


# Exit statuses


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_wrong_input_is_one_message_and_status_2(capsys, options):
    assert cli.run_command_line(["scenario", "show", "comercial", *options]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert 'Did you mean "commercial"?' in captured.err


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["scenario", "show"], ["scenario", "list", "--nonsense"]]
)
def test_wrong_command_or_option_is_status_2_on_standard_error(capsys, arguments):
    assert cli.run_command_line(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err
    assert "Traceback" not in captured.err


def failing_with(monkeypatch, error):
    def fail(*_):
        raise error

    monkeypatch.setattr("simulation.scenario_files.load_scenario", fail)


def test_fault_is_status_1_without_traceback(capsys, monkeypatch):
    failing_with(monkeypatch, ZeroDivisionError("division by zero"))
    assert cli.run_command_line(["scenario", "show", "commercial"]) == 1
    message = capsys.readouterr().err
    assert "ZeroDivisionError: division by zero" in message
    assert "Traceback" not in message


def test_traceback_on_request(capsys, monkeypatch):
    monkeypatch.setenv("SCORESIM_DEBUG", "1")
    failing_with(monkeypatch, ZeroDivisionError("division by zero"))
    assert cli.run_command_line(["scenario", "show", "commercial"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_interruption_is_status_130(capsys, monkeypatch):
    failing_with(monkeypatch, KeyboardInterrupt())
    assert cli.run_command_line(["scenario", "show", "commercial"]) == 130
    assert "Traceback" not in capsys.readouterr().err


def test_main_ends_the_process_with_the_status(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["scoresim", "scenario", "show", "nowhere.toml"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2


# A fresh process

HELP = """
import sys
from scenarios.cli import run_command_line
status = run_command_line(["--help"])
heavy = {"numba", "mesa", "polars", "matplotlib", "pydantic", "scipy", "numpy"} & set(sys.modules)
sys.exit(f"imported {sorted(heavy)}" if heavy else status)
"""


def test_help_imports_nothing_heavy():
    finished = subprocess.run([sys.executable, "-c", HELP], capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    assert "scenario" in finished.stdout


def test_reader_that_stops_early_is_no_fault():
    command = f"{sys.executable} -m scenarios.cli scenario show commercial --json | head -c 1"
    finished = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert finished.stdout == "{"
    assert finished.stderr == ""
