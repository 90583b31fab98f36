"""What the README shows works as it stands: the scenario file, the Python, the commands, the places."""

import re
import shlex
from pathlib import Path

import pytest

from scenarios import cli
from simulation.scenario_files import load_scenario

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_scenario_file_is_valid_and_can_be_shown(tmp_path, capsys):
    (example,) = blocks("toml")
    file = tmp_path / "my_scenario.toml"
    file.write_text(example, encoding="utf-8")
    assert load_scenario(file).parameters == {"trainer_day_cost": 8000}
    assert cli.run_command_line(["scenario", "check", str(file)]) == 0
    assert cli.run_command_line(["scenario", "show", str(file)]) == 0
    assert "Guangdong" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("code", blocks("python"))
def test_the_python_runs(code):
    exec(compile(code, "README.md", "exec"), {})


@pytest.mark.parametrize("command", sorted(set(re.findall(r"`(scoresim [^`]+)`", README))))
def test_the_commands_exist_with_their_options(command, capsys):
    words = shlex.split(command)[1:]
    known = {"scenario": 2, "data": 2, "rank": 2}.get(words[0], 1)
    assert cli.run_command_line([*words[:known], "--help"]) == 0
    told = capsys.readouterr().out
    assert all(word in told for word in words if word.startswith("--"))


def test_the_files_it_points_to_are_there():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
