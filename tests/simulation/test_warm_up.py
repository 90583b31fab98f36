"""Whether the cache holds the compiled model, and compiling in a process that can be ended."""

import os
import signal
import subprocess
import sys

import pytest

from simulation import warm_up


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout with one kernel that is in the cache."""
    package, cache = tmp_path / "simulation", tmp_path / "cache"
    package.mkdir()
    (cache / "kernels").mkdir(parents=True)
    (package / "month.py").write_text("")
    (cache / "kernels" / "month.advance-42.py311.nbi").write_text("")
    monkeypatch.setattr(warm_up, "PACKAGE", package)
    monkeypatch.setattr(warm_up, "cache_folder", lambda: cache)
    monkeypatch.setattr(warm_up, "JIT_DISABLED", False)
    warm_up.leave_mark()
    return package


def test_it_is_warm_once_everything_was_compiled(checkout):
    assert warm_up.is_warm()


def test_a_cache_that_an_interruption_left_half_full_is_cold(checkout):
    warm_up._mark().unlink()
    assert not warm_up.is_warm()


def test_another_checkout_with_the_same_text_is_cold(checkout, monkeypatch):
    other = checkout.parent / "other"
    other.mkdir()
    (other / "month.py").write_text("")
    monkeypatch.setattr(warm_up, "PACKAGE", other)
    assert not warm_up.is_warm()


def test_a_kernel_that_was_written_again_is_cold(checkout):
    os.utime(checkout / "month.py", ns=(1, 1))  # Numba goes by the time of the file
    assert not warm_up.is_warm()


def test_a_damaged_mark_is_cold(checkout):
    warm_up._mark().write_text("{")
    assert not warm_up.is_warm()


def test_an_interruption_ends_the_process_that_compiles(monkeypatch):
    done = []

    class Compiler:
        def __init__(self, *_, **__):
            self.killed = False

        def kill(self):
            self.killed = True
            done.append("killed")

        def wait(self):
            if not self.killed:
                raise KeyboardInterrupt
            done.append("gone")

    monkeypatch.setattr(subprocess, "Popen", Compiler)
    with pytest.raises(KeyboardInterrupt):
        warm_up.warm_up_apart()
    assert done == ["killed", "gone"]


def test_a_signal_while_compiling_ends_the_command(tmp_path):
    paths = os.pathsep.join(filter(None, sys.path))
    command = [sys.executable, "-m", "scenarios.cli", "run", "no_programme", "--replicates", "1"]
    process = subprocess.Popen(
        command,
        # whatever these tests run under, the command compiles, and hears the signal
        env={**os.environ, "SCORESIM_CACHE": str(tmp_path), "PYTHONPATH": paths, "NUMBA_DISABLE_JIT": "0"},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    assert process.stderr.readline().startswith("Compiling the model")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    assert (process.returncode, out, err) == (130, "", "Interrupted.\n")
