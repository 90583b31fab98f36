"""Counters that threads take numbers from."""

import numpy as np
import pytest

from simulation import threads
from simulation.compile import JIT_DISABLED, kernel
from simulation.instructions import give_way, put, take_next

MANY = 1 if JIT_DISABLED else 8
"""More threads than most machines have processors: they are interrupted anywhere."""


@kernel
def shared_out(counters, taken):
    number = take_next(counters, 1)
    while number < len(taken):
        taken[number] += 1
        number = take_next(counters, 1)


@kernel
def handed_on(counters, message, seen):
    """Whoever takes the first number of a round writes what the taker of the next must find."""
    while counters[2] < len(message):
        if take_next(counters, 0) == 0:
            now = counters[2]
            if now < len(message):
                seen[now] = message[now]
                if now + 1 < len(message):
                    message[now + 1] = seen[now] + 1
                counters[2] = now + 1
                put(counters, 0, 0)
        else:
            give_way()


@pytest.fixture(autouse=True)
def many_threads(monkeypatch):
    monkeypatch.setattr(threads, "_in_use", MANY)


def test_every_number_is_taken_once():
    counters, taken = np.array([7, 0, 7]), np.zeros(100_000, np.int64)
    threads.share(lambda place: shared_out(counters, taken), at_most=MANY)
    assert (taken == 1).all()
    assert counters.tolist() == [7, len(taken) + MANY, 7]


def test_who_takes_a_number_sees_what_was_done_before_it_was_put():
    message, seen, counters = np.zeros(20_000, np.int64), np.full(20_000, -1), np.zeros(3, np.int64)
    threads.share(lambda place: handed_on(counters, message, seen), at_most=MANY)
    np.testing.assert_array_equal(seen, np.arange(20_000))


def test_each_thread_has_a_place_of_its_own():
    places = []
    threads.share(places.append, at_most=3)
    assert sorted(places) == list(range(min(3, MANY)))


def test_what_fails_on_another_thread_is_told():
    def fails(place):
        if place == MANY - 1:
            raise ValueError(f"at place {place}")

    with pytest.raises(ValueError, match="at place"):
        threads.share(fails, at_most=MANY)


def test_no_more_threads_than_there_are():
    assert threads.use_threads(10_000) == threads.AVAILABLE == threads.threads_in_use()
    assert threads.use_threads(0) == 1
    assert threads.use_threads(None) == threads.AVAILABLE
