"""What is told on standard error while a command works."""

import io
import sys

import pytest

from scenarios import cli, commands, progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def on_a_terminal(monkeypatch):
    """Put standard error on a terminal (in the test itself: pytest sets it anew after the fixtures)."""
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    return stream


def test_bar_says_what_is_done_and_how_far_it_is(monkeypatch):
    terminal = on_a_terminal(monkeypatch)
    with progress.progress_bar("Simulating", quiet=False) as told:
        told.placing(4_012_345.0)
    assert "Placing 4.0 million enterprises" in terminal.getvalue()
    with progress.progress_bar("Simulating", quiet=False) as told:
        told.placing(1000.0)
        told.simulated(1, 4)
    last = terminal.getvalue().rsplit("Simulating")[-1]
    assert "25%" in last
    assert "left" in last


@pytest.mark.parametrize("quiet", [True, False])
def test_nothing_is_told_where_nobody_watches(capsys, quiet):
    with progress.progress_bar("Simulating", quiet) as told, progress.working("Making tables", quiet):
        told.placing(1000.0)
        told.simulated(1, 2)
    assert capsys.readouterr() == ("", "")


def test_a_long_wait_is_told_in_one_line_where_nobody_watches(capsys):
    with progress.waiting("Compiling", quiet=False):
        assert capsys.readouterr().err == "Compiling ...\n"  # before it begins
    assert capsys.readouterr() == ("", "")


def test_a_long_wait_shows_the_time_that_it_takes(monkeypatch):
    terminal = on_a_terminal(monkeypatch)
    with progress.waiting("Compiling", quiet=False):
        pass
    assert "Compiling" in terminal.getvalue()
    assert "0:00:0" in terminal.getvalue()


@pytest.mark.parametrize(
    ("number", "words"), [(1000, "1,000"), (999_999, "999,999"), (4_012_345, "4.0 million")]
)
def test_counts_are_for_people(number, words):
    assert progress.counted(number) == words


# The first command of a checkout


@pytest.fixture
def compilations(monkeypatch):
    """How often the model was compiled; nothing is in the cache."""
    made = []
    monkeypatch.setattr(commands, "is_warm", lambda: bool(made))
    monkeypatch.setattr(commands, "warm_up_apart", lambda: made.append(1))
    return made


def test_the_first_command_says_that_it_compiles_and_the_second_does_not(capsys, compilations):
    command = ["run", "no_programme", "--months", "12", "--enterprises", "100", "--replicates", "1", "--json"]
    assert cli.run_command_line(command) == 0
    first = capsys.readouterr()
    assert first.err.startswith("Compiling the model, about ")
    assert "first time only" in first.err
    assert len(first.err.splitlines()) == 1
    assert first.out.startswith('{"command"')
    assert cli.run_command_line(command) == 0
    assert capsys.readouterr().err == ""
    assert compilations == [1]


def test_wrong_input_is_refused_before_anything_is_compiled(capsys, compilations):
    assert cli.run_command_line(["run", "no_programme", "--months", "6"]) == 2
    assert compilations == []


def test_an_interruption_while_compiling_is_status_130(capsys, monkeypatch, compilations):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr(commands, "warm_up_apart", interrupted)
    assert cli.run_command_line(["run", "no_programme"]) == 130
    assert capsys.readouterr().err.splitlines()[-1] == "Interrupted."
