"""Arrays kept between commands: made once, read as made, made again when what they follow from differs."""

import numpy as np
import pytest

from simulation import kept as kept_module
from simulation.census import load_census
from simulation.kept import kept
from simulation.size_distribution import fit_size_distribution


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(kept_module, "cache_folder", lambda: tmp_path / "cache" / "kernels")
    return tmp_path / "cache"


@pytest.fixture
def made():
    return []


@pytest.fixture
def make(made):
    def arrays():
        made.append(1)
        return {"a": np.array([0.1, np.nan]), "b": np.arange(6).reshape(2, 3)}

    return arrays


def test_made_once_and_read_as_made(folder, made, make):
    first, second = kept("any", [b"1"], make), kept("any", [b"1"], make)
    assert made == [1]
    assert list(first) == list(second)
    for name, values in first.items():
        assert second[name].tobytes() == values.tobytes()
        assert second[name].dtype == values.dtype
        assert second[name].shape == values.shape
    assert len(list(folder.iterdir())) == 1  # nothing half-written is left


@pytest.mark.parametrize("other", [[b"2"], [b"1", b""], [b"", b"1"]])
def test_made_again_where_it_follows_from_something_else(folder, made, make, other):
    kept("any", [b"1"], make)
    kept("any", other, make)
    assert made == [1, 1]


@pytest.mark.parametrize("damage", [b"", b"PK", b"no archive"])
def test_damaged_file_is_made_again(folder, made, make, damage):
    kept("any", [b"1"], make)
    (file,) = folder.iterdir()
    file.write_bytes(damage)
    kept("any", [b"1"], make)
    kept("any", [b"1"], make)
    assert made == [1, 1]


def test_where_nothing_can_be_written_it_is_made_every_time(folder, made, make):
    folder.write_text("a file where the folder should be")
    kept("any", [b"1"], make)
    kept("any", [b"1"], make)
    assert made == [1, 1]


def test_the_fit_that_was_kept_is_the_fit(folder):
    tables = load_census()
    fit = fit_size_distribution.__wrapped__
    first, second = fit(tables), fit(tables)
    assert list(folder.glob("sizes-*.npz"))
    assert first.shape == second.shape
    assert first.residuals == second.residuals
    for name in ("mu", "sme_probability", "sme_enterprises", "sme_employment"):
        assert getattr(first, name).tobytes() == getattr(second, name).tobytes()
