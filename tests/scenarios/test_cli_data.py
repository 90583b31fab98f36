"""`scoresim data check`: exit status, what is printed, and the one object of `--json`."""

import json

import pytest

from scenarios import cli

HEAD = "enterprise,sector,employees,module,productivity_baseline,productivity_end\n"


@pytest.fixture
def sheet(tmp_path):
    def write(rows):
        file = tmp_path / "sheet.csv"
        file.write_text(HEAD + rows)
        return str(file)

    return write


def test_a_usable_table_ends_with_success(capsys, sheet):
    assert cli.run_command_line(["data", "check", sheet("A [x],C18,120,M1,9500,10200\n")]) == 0
    printed = capsys.readouterr().out
    assert "1 of 1 rows usable" in printed
    assert "productivity 1" in printed


def test_rows_that_cannot_be_used_end_with_two_and_are_named(capsys, sheet):
    assert (
        cli.run_command_line(["data", "check", sheet("A,C18,120,M1,9500,10200\nB,C18,[a],M1,9500,\n")]) == 2
    )
    printed = capsys.readouterr().out
    assert "[a]" in printed
    assert "write a number without words" in printed
    assert "1 of 2 rows usable" in printed


def test_json_is_one_object_of_tables(capsys, sheet):
    assert (
        cli.run_command_line(["data", "check", sheet("A,C18,120,M1,9500,\nB,C18,x,M1,9500,\n"), "--json"])
        == 2
    )
    captured = capsys.readouterr()
    printed = json.loads(captured.out)
    assert printed["command"] == "data check"
    assert list(printed["tables"]) == ["checks", "problems", "usable", "missing", "reporters"]
    assert printed["tables"]["checks"][0]["usable_rows"] == 1
    errors = [problem for problem in printed["tables"]["problems"] if problem["severity"] == "error"]
    assert [(problem["row"], problem["column"]) for problem in errors] == [(3, "employees")]
    assert {"column": "productivity_end", "share": 1.0} in printed["tables"]["missing"]


def test_a_file_that_cannot_be_read_is_one_message(capsys, tmp_path):
    assert cli.run_command_line(["data", "check", str(tmp_path / "none.xlsx")]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert "does not exist" in captured.err
