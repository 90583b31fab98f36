"""An interruption that somebody cleared on the way is raised all the same, once, and nothing else changes."""

import contextlib
import signal
import threading

import pytest

from simulation.batch import Interrupted, simulate
from simulation.interruption import listening, raise_if_interrupted
from simulation.world import World
from tests.simulation.small_runs import small_run, small_scenario


@pytest.fixture(autouse=True)
def heard_as_usual():
    """Signals raise KeyboardInterrupt, whatever these tests were started under."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def interrupted_and_cleared(*_):
    """What Numba does where Python code that it calls is interrupted."""
    with contextlib.suppress(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_what_was_cleared_is_raised_later_and_once():
    with listening():
        raise_if_interrupted()
        interrupted_and_cleared()
        with pytest.raises(KeyboardInterrupt):
            raise_if_interrupted()
        raise_if_interrupted()


def test_afterwards_all_is_as_it_was():
    handler = signal.getsignal(signal.SIGINT)
    with listening():
        with listening():
            interrupted_and_cleared()
        with pytest.raises(KeyboardInterrupt):  # heard within, and not forgotten by the inner block
            raise_if_interrupted()
        interrupted_and_cleared()
    assert signal.getsignal(signal.SIGINT) is handler
    raise_if_interrupted()


def test_where_interruptions_are_ignored_they_stay_ignored():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with listening():
        signal.raise_signal(signal.SIGINT)
        raise_if_interrupted()
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_other_threads_may_listen_too():
    failed = []

    def listen():
        try:
            with listening():
                raise_if_interrupted()
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=listen)
    thread.start()
    thread.join()
    assert failed == []


def test_a_cleared_interruption_ends_a_simulation_with_the_months_done(monkeypatch):
    run_months = World.run

    def run(world, after_month):
        def tell(months):
            interrupted_and_cleared()
            after_month(months)

        run_months(world, tell)

    monkeypatch.setattr(World, "run", run)
    with pytest.raises(Interrupted) as caught:
        simulate([small_run(small_scenario(12))])
    assert caught.value.months > 0
