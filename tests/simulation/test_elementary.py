"""The exponential and the logarithm that inline, against NumPy's in extended precision."""

import numba
import numpy as np
import pytest

from simulation import elementary

ERROR = 4e-15


@numba.njit
def exponentials(x):
    return np.array([elementary.exp(value) for value in x])


@numba.njit
def logarithms(x):
    return np.array([elementary.log(value) for value in x])


@pytest.fixture(scope="module")
def random():
    return np.random.default_rng(1)


def test_the_exponential(random):
    edges = [0.0, -0.0, 0.5 * np.log(2.0), -0.5 * np.log(2.0), 700.0, -700.0, 1e-300]
    x = np.concatenate([random.uniform(-700, 700, 50_000), random.uniform(-1, 1, 50_000), edges])
    true = np.exp(x.astype(np.longdouble))
    assert float(np.abs(exponentials(x) / true - 1.0).max()) < ERROR
    assert exponentials(np.array([900.0, -900.0])) == pytest.approx([np.exp(700.0), np.exp(-700.0)])


def test_the_logarithm(random):
    edges = [1.0, 2.0, 0.5, np.sqrt(0.5), np.nextafter(1.0, 0.0), np.nextafter(1.0, 2.0), 1e-300, 1e300]
    x = np.concatenate([np.exp(random.uniform(-690, 690, 50_000)), random.uniform(0.5, 2, 50_000), edges])
    true = np.log(x.astype(np.longdouble))
    assert float((np.abs(logarithms(x) - true) / np.maximum(1.0, np.abs(true))).max()) < ERROR
    assert logarithms(np.array([1.0])) == [0.0]
