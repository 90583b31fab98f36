"""Counters that threads take numbers from."""

import numba
import numpy as np

from simulation.compile import kernel
from simulation.instructions import give_way, put, take_next


@kernel
def shared_out(counters, taken):
    for _ in numba.prange(8):
        number = take_next(counters, 1)
        while number < len(taken):
            taken[number] += 1
            number = take_next(counters, 1)


@kernel
def handed_on(counters, message, seen):
    """Whoever takes the last number of a round writes what the takers of the next must find."""
    for _ in numba.prange(8):
        while counters[2] < len(message):
            if take_next(counters, 0) < 1:
                now = counters[2]
                seen[now] = message[now]
                if now + 1 < len(message):
                    message[now + 1] = seen[now] + 1
                counters[2] = now + 1
                put(counters, 0, 0)
            else:
                give_way()


def test_every_number_is_taken_once():
    counters, taken = np.array([7, 0, 7]), np.zeros(100_000, np.int64)
    shared_out(counters, taken)
    assert (taken == 1).all()
    assert counters[0] == counters[2] == 7
    assert counters[1] >= len(taken)


def test_who_takes_a_number_sees_what_was_done_before_it_was_put():
    message, seen = np.zeros(20_000, np.int64), np.full(20_000, -1)
    handed_on(np.zeros(3, np.int64), message, seen)
    np.testing.assert_array_equal(seen, np.arange(20_000))
