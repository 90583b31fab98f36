"""The comparison notices when any one mechanism of the engine is broken, and is silent when none is."""

import json
import os
import subprocess
import sys

import pytest

from tests.reference.mutation import ALL, NOTHING, ROOT, TRIALS, mutate


def run_python(arguments, given="", **environment):
    finished = subprocess.run(
        [sys.executable, *arguments],
        input=given,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | environment,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


def examined(names):
    """What the comparison says of each of the mutants, all in one process without compiled code."""
    return run_python(["-m", "tests.reference.mutation"], json.dumps(names), NUMBA_DISABLE_JIT="1")


PARTS = [list(ALL)[start::8] for start in range(8)]
"""The mutants in parts that processes can share out, each examined in one process of plain Python."""

WITHIN_REACH = 2
"""Parts that continuous integration has time for."""


@pytest.mark.slow
def test_the_unbroken_engine_in_plain_python_agrees():
    assert examined([NOTHING])[NOTHING] == [sum(trial.months for _, trial in TRIALS), []]


@pytest.mark.slow
@pytest.mark.parametrize(
    "names",
    [
        pytest.param(names, id=str(part), marks=[pytest.mark.long] if part >= WITHIN_REACH else [])
        for part, names in enumerate(PARTS)
    ],
)
def test_broken_mechanisms_are_noticed(names):
    found = examined(names)
    assert [name for name in names if not found[name][1]] == []


@pytest.mark.parametrize("name", ALL)
def test_every_mutant_changes_text_that_the_engine_has_once(name):
    file, old, _ = ALL[name]
    assert (ROOT / "simulation" / f"{file}.py").read_text(encoding="utf-8").count(old) == 1


def test_a_mutant_whose_text_is_gone_is_refused(tmp_path):
    gone = ALL["people: newcomers quit no more"]._replace(old="no such text")
    with pytest.raises(ValueError, match="occurs 0 times"):
        mutate(gone, tmp_path)


COMPARE_COMPILED = """
import json, sys
from pathlib import Path
from tests.reference.mutation import first_differences, import_from
import_from(Path(sys.argv[1]))
print(json.dumps(first_differences(months=3)))
"""


@pytest.mark.slow
def test_compiled_code_is_made_anew_after_a_constant_of_an_inlined_helper_is_edited(tmp_path):
    cache = tmp_path / "cache"

    def compare():
        arguments = ["-c", COMPARE_COMPILED, str(tmp_path / "engine")]
        return run_python(arguments, SCORESIM_CACHE=str(cache), NUMBA_DISABLE_JIT="0")

    mutate(None, tmp_path / "engine")
    assert compare() == [3, []]
    people = tmp_path / "engine" / "simulation" / "people.py"
    text = people.read_text(encoding="utf-8")
    assert text.count("MONTHS_NEW = 3.0") == 1
    people.write_text(text.replace("MONTHS_NEW = 3.0", "MONTHS_NEW = 9.0"), encoding="utf-8")
    month, names = compare()
    assert month == 1
    assert "account quits" in names
    people.write_text(text, encoding="utf-8")
    assert compare() == [3, []]
    assert (
        sum(path.is_dir() for path in cache.iterdir()) == 2
    )  # the third comparison found the first one's code
