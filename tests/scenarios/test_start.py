"""Commands load what they need and no more, so that they start at once."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.calibration.made_up_posterior import write_made_up

SHEET = Path(__file__).parents[2] / "calibration" / "data" / "synthetic_monitoring.csv"

HEAVY = (
    "matplotlib",
    "mesa",
    "numba",
    "polars",
    "scipy.linalg",
    "scipy.optimize",
    "scipy.special",
    "scipy.stats",
)

WHEN_DONE = """
import json, sys
from scenarios import cli
status = cli.run_command_line(sys.argv[1:])
print(json.dumps([status, list(sys.modules)]))
"""

WHEN_SIMULATING = """
import json, sys
import scenarios.run
from scenarios import cli

def simulate(runs, **options):
    print(json.dumps([0, list(sys.modules)]))
    raise KeyboardInterrupt

scenarios.run.simulate = simulate
cli.run_command_line(sys.argv[1:])
"""


def loaded(program, *arguments):
    """The heavy libraries loaded by a command of a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    status, modules = json.loads(done.stdout.splitlines()[-1])
    assert status == 0, done.stderr
    return {name for name in HEAVY if name in modules}


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["run", "--help"],
        ["scenario", "list"],
        ["scenario", "show", "tapered_subsidy"],
        ["scenario", "check", "tapered_subsidy", "history_china"],
        ["data", "check", str(SHEET)],
    ],
)
def test_what_simulates_nothing_loads_nothing_heavy(arguments):
    assert loaded(WHEN_DONE, *arguments) == set()


def test_a_run_begins_before_anything_but_the_engine_is_loaded():
    options = ["--replicates", "1", "--enterprises", "100"]
    assert loaded(WHEN_SIMULATING, "run", "class_only", *options) <= {
        "numba",
        "scipy.linalg",
    }  # Numba loads it


@pytest.mark.parametrize("belief", ["prior", "posterior"])
def test_draws_are_kept_so_that_a_run_of_several_begins_as_soon(tmp_path, belief):
    file = write_made_up(tmp_path / "posterior.parquet")
    options = ["--replicates", "2", "--enterprises", "100"]
    options += ["--prior"] if belief == "prior" else ["--posterior", str(file)]
    loaded(WHEN_SIMULATING, "run", "class_only", *options)  # keeps the draws for the next
    assert loaded(WHEN_SIMULATING, "run", "class_only", *options) <= {"numba", "scipy.linalg"}
