"""Belief: whole rows of the posterior beside the priors of what was not fitted; other files are refused."""

import tomllib
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from calibration import belief
from calibration.belief import Belief, belief_of, read_posterior
from calibration.draws_file import write_draws
from calibration.fitted import FITTED
from calibration.prior import prior_draws
from simulation.inputs import InputError
from simulation.parameters import FREE, PARAMETERS, parameter_record
from tests.calibration.made_up_posterior import made_up_table, write_made_up

TABLE = made_up_table()
ROWS = {row: number for number, row in enumerate(TABLE.iter_rows())}


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return write_made_up(tmp_path_factory.mktemp("fit") / "posterior.parquet", TABLE)


def rows_of(draws):
    """Numbers of the rows of which the fitted parameters of the ``draws`` are; KeyError if of none."""
    return [ROWS[tuple(draw[name] for name in FITTED)] for draw in draws]


# What is drawn


@pytest.mark.parametrize("n", [1, 2, 24, 40, 41, 100])
def test_fitted_parameters_are_whole_rows_and_the_others_those_of_the_prior(file, n):
    draws = belief_of(str(file)).draws(n, 7)
    assert len(rows_of(draws)) == n
    unfitted = [name for name in FREE if name not in FITTED]
    assert unfitted
    for draw, prior in zip(draws, prior_draws(n, 7), strict=True):
        assert list(draw) == list(FREE)
        assert [draw[name] for name in unfitted] == [prior[name] for name in unfitted]
        parameter_record(draw)  # all within bounds


@pytest.mark.parametrize("n", [40, 41, 100, 200])
def test_more_draws_than_rows_take_all_rows_about_as_often(file, n):
    taken = Counter(rows_of(belief_of(str(file)).draws(n, 1)))
    assert set(taken.values()) <= {n // 40, -(-n // 40)}
    assert len(taken) == 40


@pytest.mark.parametrize("seed", range(5))
def test_fewer_draws_than_rows_are_spread_over_the_file(file, seed):
    rows = rows_of(belief_of(str(file)).draws(10, seed))
    assert sorted(row // 4 for row in rows) == list(range(10))


def test_draws_repeat_with_number_and_seed_and_change_with_either(file):
    def rows(n, seed):
        return rows_of(belief_of(str(file)).draws(n, seed))

    assert belief_of(str(file)).draws(12, 5) == belief_of(str(file)).draws(12, 5)
    assert len({tuple(rows(12, seed)) for seed in range(20)}) > 15
    assert len({row for seed in range(20) for row in rows(12, seed)}) > 30


def test_prior_gives_the_prior_draws_and_nothing_else():
    assert belief_of("prior").draws(6, 9) == prior_draws(6, 9)
    assert belief_of("default").draws(3, 9) == [{}, {}, {}]


def test_the_shipped_posterior_is_the_usual_belief_where_there_is_one(file, monkeypatch, tmp_path):
    monkeypatch.setattr(belief, "shipped_posterior", lambda: file)
    assert belief.usual_draws() == "posterior"
    assert belief_of("posterior").posterior.names == FITTED
    monkeypatch.setattr(belief, "shipped_posterior", lambda: tmp_path / "none.parquet")
    assert belief.usual_draws() == "prior"


def test_the_shipped_posterior_can_be_read_if_there_is_one():
    if belief.usual_draws() == "posterior":
        assert len(belief_of("posterior").posterior.rows) >= 100


def test_posterior_trials_and_evidence_are_package_data():
    root = Path(belief.__file__).parent
    settings = tomllib.loads((root.parent / "pyproject.toml").read_text(encoding="utf-8"))
    packed = {
        path
        for glob in settings["tool"]["setuptools"]["package-data"]["calibration"]
        for path in root.glob(glob)
    }
    inside = {path for folder in ("data", "trials") for path in (root / folder).iterdir() if path.is_file()}
    assert packed == inside
    assert belief.shipped_posterior().match("calibration/data/*.parquet")


# What is told of it


def test_the_record_names_file_hash_number_of_draws_and_provenance(file):
    told = belief_of(str(file)).record()
    assert told["draws"] == "posterior"
    assert told["fitted"] == len(FITTED) < told["free"] == len(FREE)
    assert told["posterior"]["file"] == str(file)
    assert told["posterior"]["draws"] == 40
    assert len(told["posterior"]["sha256"]) == 64
    assert told["posterior"]["provenance"]["command"] == "scoresim calibrate --made-up"
    assert Belief("prior").record() == {"draws": "prior", "free": len(FREE)}
    assert Belief("default").record() == {"draws": "default", "free": 0}


def test_values_come_back_from_the_cache_as_they_were_read(file, tmp_path):
    other = write_made_up(tmp_path / "other.parquet", made_up_table(n=7, seed=99))
    first, again = read_posterior(other), read_posterior(other)
    assert np.array_equal(first.rows, again.rows)
    assert first.source == again.source
    assert first.sha256 == again.sha256 != read_posterior(file).sha256


# What is refused


def refused(file):
    with pytest.raises(InputError) as caught:
        belief_of(str(file))
    message = str(caught.value)
    assert message.startswith(str(file))
    assert "scoresim calibrate" in message
    return message


def test_what_is_no_file_is_refused(tmp_path):
    assert "does not exist" in refused(tmp_path / "posterior.parquet")
    assert "is a folder" in refused(tmp_path)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"quit_rate\n0.1\n", b"PAR1" + bytes(500) + b"PAR1"])
def test_what_is_no_parquet_is_refused(tmp_path, content):
    file = tmp_path / "posterior.parquet"
    file.write_bytes(content)
    assert "not a posterior that scoresim wrote" in refused(file)


def test_a_file_cut_short_or_damaged_is_refused(file, tmp_path):
    content = file.read_bytes()
    cut = tmp_path / "cut.parquet"
    cut.write_bytes(content[: len(content) // 2])
    assert "not a posterior that scoresim wrote" in refused(cut)
    damaged = tmp_path / "damaged.parquet"
    damaged.write_bytes(content[:200] + bytes(len(content) // 2) + content[200 + len(content) // 2 :])
    assert "not a posterior that scoresim wrote" in refused(damaged)


def test_a_table_that_scoresim_did_not_write_is_refused(tmp_path):
    TABLE.write_parquet(tmp_path / "mine.parquet")
    assert "not a posterior that scoresim wrote" in refused(tmp_path / "mine.parquet")


def test_a_posterior_of_other_parameters_is_refused(tmp_path):
    few = write_made_up(tmp_path / "few.parquet", TABLE.drop(FITTED[3]))
    assert f"lacks parameters that are fitted: {FITTED[3]}." in refused(few)
    more = TABLE.with_columns(pl.lit(0.2).alias("recording_injuries"))
    assert "not fitted here: recording_injuries" in refused(write_made_up(tmp_path / "more.parquet", more))


def test_a_posterior_of_another_registry_is_refused_and_the_difference_told(tmp_path, monkeypatch):
    name = FITTED[5]
    with monkeypatch.context() as change:
        change.setitem(PARAMETERS, name, _with_other_bounds(PARAMETERS[name]))
        other = write_made_up(tmp_path / "other.parquet", TABLE)
    message = refused(other)
    assert name in message
    assert f"to {PARAMETERS[name].high + 1.0:.17g}" in message
    assert f"to {PARAMETERS[name].high:.17g}" in message


def _with_other_bounds(parameter):
    return replace(parameter, high=parameter.high + 1.0)


def test_a_file_that_does_not_tell_its_priors_is_refused(tmp_path):
    file = tmp_path / "untold.parquet"
    TABLE.write_parquet(file, metadata={"scoresim": "{}"})
    assert "does not tell" in refused(file)


@pytest.mark.parametrize("value", [float("nan"), None, 1e9])
def test_values_outside_their_bounds_are_refused(tmp_path, value):
    wrong = TABLE.with_columns(
        pl.when(pl.int_range(pl.len()) == 11).then(pl.lit(value)).otherwise(FITTED[0]).alias(FITTED[0])
    )
    message = refused(write_made_up(tmp_path / "wrong.parquet", wrong))
    assert f"{FITTED[0]}: holds values that are not between" in message


def test_no_draws_or_texts_are_refused(tmp_path):
    assert "holds no draws" in refused(write_made_up(tmp_path / "empty.parquet", TABLE.head(0)))
    texts = TABLE.with_columns(pl.col(FITTED[0]).cast(pl.String))
    file = tmp_path / "texts.parquet"
    write_draws(file, texts, {})
    assert "holds no draws" in refused(file)
