"""Seats: what is put into a person's word comes out again, and nothing else moves."""

import numba
import numpy as np
import pytest

from simulation import instructions, seats
from simulation.seats import OCTET, OCTET_SEATS, Seats

WIDEST = {"status": 15, "attended": 31, "away": 7, "tenure": 32_767}


@numba.njit
def lowest(words):
    return np.array([instructions.lowest_bit(word) for word in words])


@numba.njit
def copied(to, source):
    for row in range(len(source)):
        instructions.copy_eight(to[row + 1], source[row])


@numba.njit
def steps(values):
    return np.array([seats.in_steps(value) for value in values])


def test_the_lowest_bit_of_words():
    words = np.concatenate([2 ** np.arange(32), np.random.default_rng(1).integers(1, 2**32, 1_000)])
    expected = [(int(word) & -int(word)).bit_length() - 1 for word in words]
    assert lowest(words.astype(np.uint32)).tolist() == expected


def test_eight_numbers_are_copied_and_nothing_beside_them():
    source = np.arange(24, dtype=np.int32).reshape(3, 8) + 1
    to = np.zeros((5, 8), np.int32)
    copied(to, source)
    assert np.array_equal(to[1:4], source)
    assert not to[[0, 4]].any()


def test_steps_are_the_nearest():
    values = np.random.default_rng(1).uniform(0.0, 2.0, 10_000).astype(np.float32)
    found = steps(values)
    assert np.abs(found / 2**20 - values).max() <= 0.5 / 2**20 + 2.0**-23
    assert np.array_equal(steps(found * np.float32(2.0**-20)), found)


@pytest.mark.parametrize("name", WIDEST)
def test_an_attribute_has_bits_of_its_own(name):
    held = Seats(np.zeros(3, OCTET))
    for other, widest in WIDEST.items():
        held.put(other, slice(None), widest)
    rows = np.array([0, 7, 8, 23])
    held.put(name, rows, 0)
    for other, widest in WIDEST.items():
        expected = np.full(3 * OCTET_SEATS, widest)
        expected[rows] = 0 if other == name else widest
        assert held.column(other).tolist() == expected.tolist()


def test_rows_may_be_an_index_a_slice_a_mask_or_indices():
    held = Seats(np.zeros(2, OCTET))
    held.put("skill", slice(None), np.arange(16) / 16.0)
    whole = held.column("skill")
    assert whole.tolist() == (np.arange(16) / 16.0).tolist()
    mask = whole > 0.8
    for rows in (5, slice(3, 11), mask, np.array([9, 2])):
        assert np.array_equal(held.column("skill", rows), whole[rows])
