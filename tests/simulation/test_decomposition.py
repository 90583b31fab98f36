"""The productivity decomposition adds up, and names the right part in hand-made cases."""

import numpy as np
import pytest

from simulation.decomposition import PARTS, decompose
from simulation.state import ENTERPRISE


def economy(first: list[tuple[float, float]], last: list[tuple[float, float]]) -> np.ndarray:
    """Enterprises with (value per worker, workers) in the first and last year; zero workers: not there."""
    records = np.zeros(len(first), ENTERPRISE)
    records["weight"] = 1.0
    records["exit_month"] = [30 if workers == 0 else -1 for _, workers in last]
    for name, year in (("first", first), ("last", last)):
        records[f"{name}_year_workers"] = [workers for _, workers in year]
        records[f"{name}_year_value"] = [value * workers for value, workers in year]
    return records


@pytest.mark.parametrize(
    ("first", "last", "part", "percent"),
    [
        ([(100, 10), (100, 10)], [(110, 10), (110, 10)], "within", 10.0),
        ([(50, 10), (150, 10)], [(50, 5), (150, 15)], "between", 25.0),
        ([(100, 10), (0, 0)], [(100, 10), (140, 10)], "entry", 20.0),
        ([(100, 10), (60, 10)], [(100, 10), (0, 0)], "exit", 12.5),
    ],
)
def test_each_part_catches_its_own_case(first, last, part, percent):
    parts = decompose(economy(first, last))
    # when one leaves, the shares of those who stay move too
    expected = {"exit": {"exit": 12.5, "between": 12.5}}.get(part, {part: percent})
    assert {
        name: value for name, value in parts.items() if name != "total" and abs(value) > 1e-9
    } == pytest.approx(expected)


def test_parts_add_up_to_the_total_in_a_random_economy():
    rng = np.random.default_rng(7)
    n = 300
    first = [
        (float(v), float(w)) for v, w in zip(rng.lognormal(5, 0.6, n), rng.integers(0, 50, n), strict=True)
    ]
    last = [
        (float(v), float(w)) for v, w in zip(rng.lognormal(5, 0.6, n), rng.integers(0, 50, n), strict=True)
    ]
    parts = decompose(economy(first, last))
    assert sum(parts[name] for name in PARTS) == pytest.approx(parts["total"], rel=1e-9)
    assert all(abs(parts[name]) > 1e-6 for name in PARTS)
