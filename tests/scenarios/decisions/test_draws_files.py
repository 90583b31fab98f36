"""Folders of draws: what is read, and what is refused with which words."""

import json

import numpy as np
import polars as pl
import pytest

from scenarios.decisions.draws_files import NO_PROGRAMME, left_out, read_draws, source_of
from simulation.inputs import InputError
from tests.scenarios.decisions.made_up_draws import in_bounds, planted, write_folder

NET = {"net_benefit": 1.0}


@pytest.fixture
def made(tmp_path):
    values, u = planted(draws=30, parameters=5)
    return write_folder(tmp_path / "made", values, in_bounds(u)), values, in_bounds(u)


def rewrite(file, change):
    change(pl.read_parquet(file)).write_parquet(file)


def test_values_and_parameters_come_back_draw_by_draw(made):
    folder, values, x = made
    draws = read_draws(folder, NET)
    np.testing.assert_array_equal(draws.values, values)
    np.testing.assert_array_equal(draws.x, x)
    assert draws.options == ("option_0", "option_1")
    assert (draws.label, draws.unit) == ("Net benefit", "yuan per enterprise trained")
    assert source_of(draws) == "scoresim, prior draws: 30, 2 replicates each, from rank mixes"


def test_the_order_of_rows_does_not_matter(made):
    folder, values, x = made
    for name in ("draws", "parameters"):
        rewrite(folder / f"{name}.parquet", lambda table: table.sample(fraction=1.0, shuffle=True, seed=1))
    draws = read_draws(folder, NET)
    np.testing.assert_array_equal(draws.x, x)
    assert sorted(draws.options) == ["option_0", "option_1"]
    np.testing.assert_array_equal(draws.values[..., draws.options.index("option_1")], values[..., 1])


def test_options_that_left_the_race_are_named_and_shared_draws_counted(tmp_path):
    values, u = planted(draws=60, parameters=4)
    values = np.concatenate([values, values[..., :1] - 5.0, values[..., 1:] + 1.0], axis=2)
    values[10:, :, 2] = np.nan  # left after 10 draws
    values[50:, :, 3] = np.nan  # was there for 50 of 60
    draws = read_draws(write_folder(tmp_path / "race", values, in_bounds(u)), NET)
    assert draws.options == ("option_0", "option_1", "option_3")
    assert draws.left == ("option_2",)
    np.testing.assert_array_equal(draws.values, values[:50][:, :, [0, 1, 3]])
    np.testing.assert_array_equal(draws.x, in_bounds(u)[:50])
    with pytest.raises(InputError, match="left its race after few draws"):
        draws.option("option_2", "--rival")


def test_an_option_alone_is_laid_beside_no_programme(tmp_path):
    values, u = planted(draws=25, parameters=3)
    draws = read_draws(write_folder(tmp_path / "sweep", values[..., :1], in_bounds(u)), NET)
    assert draws.options == ("option_0", NO_PROGRAMME)
    assert (draws.values[..., 1] == 0.0).all()


def test_where_less_is_better_values_are_turned_round(tmp_path):
    values, u = planted(draws=25, parameters=3)
    unit = "yuan per enterprise trained"
    folder = write_folder(tmp_path / "costs", values, in_bounds(u), outcome="resources", unit=unit)
    np.testing.assert_array_equal(read_draws(folder, {"resources": 1.0}).values, -values)


def test_parameters_that_do_not_vary_are_left_out(made):
    folder, _, x = made
    rewrite(folder / "parameters.parquet", lambda t: t.with_columns(visit_days=pl.lit(0.75)))
    assert "visit_days" not in read_draws(folder, NET).names
    assert read_draws(folder, NET).x.shape[1] >= x.shape[1] - 1


def test_points_of_a_design_that_moves_one_parameter_at_a_time_count_once(tmp_path):
    rng = np.random.default_rng(1)
    first, second = rng.random((2, 25, 4))
    points = [first, second]
    for k in range(4):  # Saltelli's design
        mixed = first.copy()
        mixed[:, k] = second[:, k]
        points.append(mixed)
    x = in_bounds(np.concatenate(points))
    values = rng.normal(size=(len(x), 2, 1))
    draws = read_draws(write_folder(tmp_path / "sobol", values, x), NET)
    assert draws.repeats == 100
    np.testing.assert_array_equal(draws.x, x[:50])
    np.testing.assert_array_equal(draws.values[..., 0], values[:50, :, 0])
    assert "100 points of the design were left out" in left_out(draws)[0]


def test_levels_are_refused(made):
    folder, _, _ = made
    (folder / "manifest.json").write_text(json.dumps({"command": "sweep", "design": {"of": "level"}}))
    refuse(folder, "holds levels", "--of effect")


def refuse(folder, *words, weights=NET):
    with pytest.raises(InputError) as refused:
        read_draws(folder, weights)
    for word in words:
        assert word in str(refused.value)


def test_what_is_missing_is_named_with_the_command_that_writes_it(made, tmp_path):
    folder, _, _ = made
    refuse(tmp_path / "nowhere", "is not a folder", "rank mixes --out")
    (folder / "manifest.json").unlink()
    refuse(folder, "manifest.json", "does not exist", "sweep --out")
    (folder / "manifest.json").write_text("{")
    refuse(folder, "is not JSON")
    (folder / "manifest.json").write_text(json.dumps({}))
    (folder / "parameters.parquet").write_text("no table")
    refuse(folder, "parameters.parquet", "is not a Parquet table")


@pytest.mark.parametrize(
    ("file", "change", "words"),
    [
        ("draws", lambda t: t.drop("replicate"), ("replicate", "is not a column")),
        ("draws", lambda t: t.head(0), ("is empty",)),
        ("draws", lambda t: pl.concat([t, t.head(1)]), ("twice in a replicate",)),
        ("draws", lambda t: t.with_columns(unit=pl.lit("yuan")), ("is in 'yuan'",)),
        ("draws", lambda t: t.filter(pl.col("draw") < 9), ("9 draws", "fewer than 20", "--replicates")),
        (
            "draws",
            lambda t: t.with_columns(
                pl.when((pl.col("replicate") == 0) & (pl.col("option") == "option_0"))
                .then(5)
                .otherwise(pl.col("draw"))
                .alias("draw")
            ),
            ("a replicate in two draws",),
        ),
        ("parameters", lambda t: t.head(12), ("lacks draws",)),
        ("parameters", lambda t: pl.concat([t, t.head(1)]), ("has a draw twice",)),
        ("parameters", lambda t: t.select("draw"), ("no parameter that varies",)),
    ],
)
def test_what_is_mixed_or_too_small_is_refused(made, file, change, words):
    folder, _, _ = made
    rewrite(folder / f"{file}.parquet", change)
    refuse(folder, *words)


def test_an_outcome_that_is_not_there_is_answered_with_those_that_are(made):
    folder, _, _ = made
    refuse(folder, "total_net_benefit", "net_benefit", weights={"total_net_benefit": 1.0})
