"""Seats: what is put into a person's word comes out again, and nothing else moves."""

import numba
import numpy as np
import pytest

from simulation import seats
from simulation.seats import OCTET, OCTET_SEATS, Seats

WIDEST = {"status": 15, "attended": 31, "away": 7, "tenure": 32_767}


@numba.njit
def lowest(masks):
    return np.array([seats.lowest_bit(mask) for mask in masks])


@numba.njit
def gridded(values):
    return np.array([seats.on_grid(value) for value in values])


def test_the_lowest_bit_of_every_mask():
    masks = np.arange(1, 256)
    assert lowest(masks).tolist() == [(int(m) & -int(m)).bit_length() - 1 for m in masks]


def test_the_grid_is_the_nearest_step():
    values = np.random.default_rng(1).uniform(0.0, 2.0, 10_000).astype(np.float32)
    found = gridded(values).astype(np.float64)
    assert (found * 2**20 == np.round(found * 2**20)).all()
    assert np.abs(found - values).max() <= 0.5 / 2**20 + 2.0**-23
    assert (gridded(found.astype(np.float32)) == found).all()


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
