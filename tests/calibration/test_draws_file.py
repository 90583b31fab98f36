"""Posterior on disk: in the parameters' own units, with its provenance, the same bytes for the same fit."""

import numpy as np
import polars as pl
import pytest

from calibration.draws_file import draws_table, provenance, read_draws, write_draws
from simulation.parameters import PARAMETERS
from tests.calibration.made_up import points

NAMES = ("quit_rate", "visit_days")
DRAWS = points(400, 2, seed=1).reshape(4, 100, 2)


def test_draws_are_in_the_parameters_own_units():
    table = draws_table(np.zeros((2, 5, 2)), NAMES, 10)
    for name in NAMES:
        assert table[name].to_list() == pytest.approx([float(PARAMETERS[name].quantile(np.array(0.5)))] * 10)


def test_draws_of_the_prior_have_its_quantiles():
    table = draws_table(points(4000, 2, seed=2).reshape(4, 1000, 2), NAMES, 4000)
    for name in NAMES:
        expected = PARAMETERS[name].quantile(np.array([0.25, 0.5, 0.75]))
        assert np.quantile(table[name], [0.25, 0.5, 0.75]) == pytest.approx(expected, rel=0.06)


def test_some_draws_are_taken_from_all_chains():
    by_chain = np.broadcast_to(np.arange(4.0)[:, None, None], (4, 100, 2))
    assert draws_table(by_chain, NAMES, 100)["quit_rate"].n_unique() == 4
    with pytest.raises(ValueError, match="there are 400"):
        draws_table(DRAWS, NAMES, 401)


def test_draws_and_provenance_come_back_and_bytes_repeat(tmp_path):
    data = tmp_path / "targets.csv"
    data.write_text("published\n0.1\n")
    table, source = draws_table(DRAWS, NAMES, 100), provenance("scoresim calibrate", {"targets": data}, 7)
    write_draws(tmp_path / "posterior.parquet", table, source)
    read, told = read_draws(tmp_path / "posterior.parquet")
    assert read.equals(table)
    assert told == source
    assert told["command"] == "scoresim calibrate"
    assert told["seed"] == 7
    assert set(told["versions"]) >= {"scoresim", "numpy", "polars"}
    first = (tmp_path / "posterior.parquet").read_bytes()
    write_draws(tmp_path / "posterior.parquet", table, source)
    assert (tmp_path / "posterior.parquet").read_bytes() == first
    assert sorted(file.name for file in tmp_path.iterdir()) == ["posterior.parquet", "targets.csv"]


def test_other_data_are_another_provenance(tmp_path):
    data = tmp_path / "targets.csv"
    data.write_text("published\n0.1\n")
    first = provenance("scoresim calibrate", {"targets": data}, 7)
    data.write_text("published\n0.2\n")
    assert provenance("scoresim calibrate", {"targets": data}, 7)["data"] != first["data"]


def test_a_file_that_does_not_say_where_it_is_from_is_refused(tmp_path):
    pl.DataFrame({"quit_rate": [0.1]}).write_parquet(tmp_path / "some.parquet")
    with pytest.raises(ValueError, match="does not say where"):
        read_draws(tmp_path / "some.parquet")
