"""Ctrl-C: what is finished is kept and shown, the rest is not, and the status is 130."""

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from scenarios import cli
from scenarios.compare import Settings, compare
from scenarios.progress import Progress
from scenarios.run import run
from scenarios.run_tables import run_tables
from scenarios.summary import tables
from simulation import batch
from simulation.programme import Programme, Scenario

pytestmark = pytest.mark.xdist_group("run_compare")  # one process: what they share is made once

ENROLLING = Programme(enrolment="assigned", enterprises_per_month=10.0, trainers=20.0)
PILOT = Scenario(name="quick", title="A quick pilot", months=24, programme=ENROLLING)
NOTHING = Scenario(name="no_programme", months=24)
SMALL = ["--months", "24", "--enterprises", "100"]


class StopAfter(Progress):
    """Interrupts once this share of the work is simulated."""

    def __init__(self, share):
        self.share = share

    def simulated(self, done, of):
        if done >= self.share * of:
            raise KeyboardInterrupt


@pytest.fixture
def stop_after(monkeypatch):
    """Have a command interrupted once a share of its work is simulated."""

    def interrupt(share):
        @contextmanager
        def bar(task, quiet):
            yield StopAfter(share)

        monkeypatch.setattr("scenarios.commands.progress_bar", bar)

    return interrupt


@pytest.fixture
def stopped_in_month(monkeypatch):
    """Have the first simulation interrupted when so many months are done, one more being under way."""

    def interrupt(month):
        def simulate(runs, **options):
            (whole,) = batch.simulate(runs, **{**options, "after_month": None})
            part = replace(whole, sums=whole.sums[:month], market=whole.market[:month])
            raise batch.Interrupted([part], month)

        monkeypatch.setattr("scenarios.run.simulate", simulate)

    return interrupt


# run


def test_finished_replicates_of_a_run_are_kept_as_they_would_have_been():
    settings = Settings(replicates=4, enterprises=100)
    whole, part = run(PILOT, settings), run(PILOT, settings, StopAfter(0.75))
    assert part.interrupted
    assert not whole.interrupted
    assert (whole.replicates, part.replicates) == (4, 2)  # the third is told of before it is handed over
    assert part.parameters == whole.parameters[:2]
    assert part.decomposed == whole.decomposed[:2]
    for one, other in zip(part.national, whole.national, strict=False):
        assert one.tobytes() == other.tobytes()
    values = run_tables(part)["indicators"].filter(pl.col("group") == "total")
    expected = run_tables(whole)["indicators"].filter(
        (pl.col("group") == "total") & (pl.col("replicate") < 2)
    )
    assert values.equals(expected)


def test_full_years_of_a_single_long_run_are_kept(stopped_in_month):
    settings = Settings(replicates=1, enterprises=100)
    scenario = PILOT.model_copy(update={"months": 60})
    whole = run(scenario, settings)
    stopped_in_month(41)
    part = run(scenario, settings)
    assert part.interrupted
    assert part.scenario.months == 36
    assert part.national[0].tobytes() == whole.national[0][:36].tobytes()
    found, expected = run_tables(part), run_tables(whole)
    for name in ("indicators", "market", "reach"):
        assert max(found[name]["month"]) == 36
    assert found["reach"].equals(expected["reach"].filter(pl.col("month") <= 36))
    nation = pl.col("group") == "total"
    for name in ("indicators", "market"):
        until = expected[name].filter(nation & (pl.col("month") <= 36))
        assert found[name].filter(nation).equals(until)
    assert found["decomposition"].is_empty()  # enterprises may be in the midst of a month


def test_what_has_not_begun_when_a_run_stops_is_shown_as_nothing(stopped_in_month):
    late = PILOT.model_copy(
        update={"months": 60, "programme": ENROLLING.model_copy(update={"first_month": 30})}
    )
    stopped_in_month(29)
    found = run_tables(run(late, Settings(replicates=1, enterprises=100)))
    reached = found["programme"].filter(pl.col("item") == "enterprises_reached")
    assert reached["estimate"].to_list() == [0.0]


@pytest.mark.parametrize("month", [0, 11])
def test_less_than_a_year_of_a_run_is_nothing_to_show(stopped_in_month, month):
    stopped_in_month(month)
    with pytest.raises(KeyboardInterrupt, match=f"after {month} months: nothing can be shown"):
        run(PILOT, Settings(replicates=1, enterprises=100))


# compare


@pytest.fixture(scope="module")
def compared():
    return compare(NOTHING, [PILOT], Settings(replicates=6, enterprises=100))


def test_finished_pairs_of_a_comparison_are_kept_as_they_would_have_been(compared):
    part = compare(NOTHING, [PILOT], Settings(replicates=6, enterprises=100), StopAfter(1.0))
    assert part.interrupted
    assert not compared.interrupted
    assert part.replicates == compared.replicates[:4]
    assert part.parameters == compared.parameters[:2]
    for one, other in zip(part.national_baseline, compared.national_baseline, strict=False):
        assert one.tobytes() == other.tobytes()
    kept, whole = part.sums[0], compared.sums[0]
    assert [len(kept.paired[name]) for name in kept.paired] == [4, 4]
    assert [len(kept.crossed[name]) for name in kept.crossed] == [2, 2]  # of the pair of same enterprises
    assert kept.trained == whole.trained[:4]
    for name in ("paired", "crossed"):
        for one, other in zip(getattr(kept, name)["trained"], getattr(whole, name)["trained"], strict=False):
            assert np.array_equal(one.everybody, other.everybody)
    found = tables(part)
    assert found["effects"]["estimate"].is_finite().any()
    assert set(found["indicators"]["replicate"].drop_nulls()) == {0, 1, 2, 3}


def test_too_few_pairs_are_nothing_to_show():
    with pytest.raises(KeyboardInterrupt, match="after 2 of 6 replicates: too few"):
        compare(NOTHING, [PILOT], Settings(replicates=6, enterprises=100), StopAfter(0.6))


# simulate


@pytest.fixture(scope="module")
def one_run():
    """The run that is simulated for a single replicate."""
    given = []

    def spy(runs, **options):
        given.extend(runs)
        return batch.simulate(runs, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("scenarios.run.simulate", spy)
        run(PILOT, Settings(replicates=1, enterprises=100))
    (run_given,) = given
    return run_given


@pytest.mark.parametrize("number", [1, 2])
def test_an_interrupted_simulation_hands_over_the_months_that_are_done(one_run, number):
    seen = []

    def stop(done, of):
        assert of == PILOT.months
        seen.append(done)
        raise KeyboardInterrupt

    whole = batch.simulate([one_run] * number)
    with pytest.raises(batch.Interrupted) as caught:
        batch.simulate([one_run] * number, after_month=stop)
    assert [caught.value.months] == seen
    assert len(caught.value.results) == number
    for one, other in zip(caught.value.results, whole, strict=True):
        assert one.sums.tobytes() == other.sums[: seen[0]].tobytes()
        assert one.market.tobytes() == other.market[: seen[0]].tobytes()


def test_months_of_groups_that_follow_one_another_add_up(monkeypatch, one_run):
    monkeypatch.setattr(batch, "SEATS_AT_ONCE", 1.0)  # each run is a group of its own
    told = []
    batch.simulate([one_run, one_run], after_month=lambda done, of: told.append((done, of)))
    assert told == sorted(set(told))
    assert told[-1] == (2 * PILOT.months, 2 * PILOT.months)
    assert {of for _, of in told} == {2 * PILOT.months}


# The command line


def test_an_interrupted_run_answers_with_what_is_finished(capsys, tmp_path, stop_after):
    stop_after(0.75)
    out = tmp_path / "kept"
    options = [*SMALL, "--replicates", "4", "--out", str(out)]
    assert cli.run_command_line(["run", "class_only", *options]) == 130
    captured = capsys.readouterr()
    assert "Interrupted: results of 2 of 4 replicates." in captured.err
    assert "Value added per worker" in captured.out
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["interrupted"] is True
    assert manifest["replicates_finished"] == 2
    assert manifest["months_simulated"] == 24
    assert manifest["settings"]["replicates"] == 4  # so that the same command repeats it
    replicates = pl.read_parquet(out / "indicators.parquet")["replicate"].drop_nulls()
    assert set(replicates) == {0, 1}
    assert (out / "figures" / "indicators.png").exists()


def test_an_interrupted_long_run_says_how_many_months_it_shows(capsys, stopped_in_month):
    stopped_in_month(17)
    assert cli.run_command_line(["run", "class_only", *SMALL, "--replicates", "1", "--json"]) == 130
    captured = capsys.readouterr()
    assert "Interrupted: results of the first 12 of 24 months." in captured.err
    answer = json.loads(captured.out)
    assert answer["manifest"]["months_simulated"] == 12
    assert answer["manifest"]["scenarios"][0]["months"] == 24
    assert {row["month"] for row in answer["tables"]["indicators"]} == {12}


def test_an_interrupted_comparison_answers_with_what_is_finished(capsys, stop_after):
    stop_after(1.0)
    assert cli.run_command_line(["compare", "class_only", *SMALL, "--replicates", "6", "--json"]) == 130
    captured = capsys.readouterr()
    assert "Interrupted: results of 4 of 6 replicates." in captured.err
    manifest = json.loads(captured.out)["manifest"]
    assert manifest["interrupted"] is True
    assert manifest["replicates_finished"] == 4


def test_an_uninterrupted_answer_says_so(capsys):
    assert cli.run_command_line(["run", "class_only", *SMALL, "--replicates", "1", "--json"]) == 0
    manifest = json.loads(capsys.readouterr().out)["manifest"]
    assert (manifest["interrupted"], manifest["replicates_finished"]) == (False, 1)


@pytest.mark.parametrize(
    ("command", "reason"), [("run", "every indicator is of a full year"), ("compare", "an interval needs 4")]
)
def test_too_little_is_told_and_leaves_nothing(capsys, tmp_path, stop_after, command, reason):
    stop_after(0.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch.World, "run", lambda world, after_month: after_month(0))
        options = [*SMALL, "--replicates", "4", "--out", str(tmp_path / "new")]
        assert cli.run_command_line([command, "class_only", *options]) == 130
    captured = capsys.readouterr()
    assert captured.out == ""
    assert reason in captured.err
    assert list(tmp_path.iterdir()) == []


# A signal to the process

TELLING = """
import contextlib, sys
from scenarios import cli, commands
from scenarios.progress import Progress

class Telling(Progress):
    def simulated(self, done, of):
        print(done / of, file=sys.stderr, flush=True)

commands.progress_bar = lambda task, quiet: contextlib.nullcontext(Telling())
sys.exit(cli.run_command_line(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    ("arguments", "share"),
    [
        (["run", "class_only", *SMALL, "--replicates", "400"], 2 / 400),
        pytest.param(
            ["compare", "class_only", *SMALL, "--replicates", "400"], 4 / 400, marks=pytest.mark.slow
        ),
    ],
)
def test_a_signal_ends_the_process_with_what_is_finished(arguments, share):
    process = subprocess.Popen(
        [sys.executable, "-c", TELLING, *arguments, "--json"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a background job ignores it
    )  # fmt: skip
    for line in process.stderr:
        if line[0].isdigit() and float(line) > share:
            break
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    assert process.returncode == 130, err
    assert "Interrupted: results of " in err
    assert "Traceback" not in err
    assert 2 <= json.loads(out)["manifest"]["replicates_finished"] < 400
