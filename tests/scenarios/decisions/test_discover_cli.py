"""`scoresim discover` and `scoresim information` as a user meets them."""

import json
import shutil

import numpy as np
import polars as pl
import pytest

from scenarios import cli
from scenarios.decisions import discovery, discovery_figures, information_figures, information_words
from scenarios.decisions.draws_files import read_draws
from scenarios.decisions.parameter_words import meaning_of, option_title, range_text
from simulation.parameters import FREE
from tests.scenarios.decisions.made_up_draws import in_bounds, planted, write_folder
from tests.scenarios.figure_checks import check_apart, check_inside, check_slide

pytestmark = pytest.mark.xdist_group("learn")

NET = {"net_benefit": 1.0}
MIXES = ["cooperation+safety", "cooperation+quality"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    values, u = planted(draws=200, parameters=20)
    return write_folder(tmp_path_factory.mktemp("draws") / "mixes", values, in_bounds(u), options=MIXES)


@pytest.fixture(scope="module")
def noise(tmp_path_factory):
    """Two options that differ by chance alone."""
    rng = np.random.default_rng(1)
    values, u = 100.0 * rng.normal(size=(80, 2, 2)), rng.random((80, 20))
    return write_folder(tmp_path_factory.mktemp("draws") / "noise", values, in_bounds(u), options=MIXES)


def test_discover_says_in_words_where_the_preferred_option_loses(folder, tmp_path, capsys):
    out = tmp_path / "out"
    assert cli.run_command_line(["discover", str(folder), "--out", str(out)]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "Of 200 draws" in told
    assert "(“cooperation, safety”) loses in" in told
    assert f"`{FREE[0]}` is below" in told
    assert f"`{FREE[1]}` is above" in told
    assert "% of all losses" in told
    assert "is chance" in told
    boxes = pl.read_parquet(out / "boxes.parquet")
    assert boxes.columns == list(discovery.BOXES)
    assert set(boxes["parameter"]) == {FREE[0], FREE[1]}
    trajectory = pl.read_parquet(out / "trajectory.parquet")
    assert trajectory.columns == ["restrictions", "coverage", "density", "mass"]
    assert trajectory.row(0)[1:] == (
        1.0,
        pytest.approx(pl.read_parquet(out / "region.parquet")["losing"][0]),
        1.0,
    )
    assert {path.stem for path in (out / "figures").glob("*.png")} == {"draws", "trajectory"}
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["command"] == "discover"
    assert manifest["read"]["command"] == "rank mixes"


def test_discover_in_noise_says_that_nothing_was_found(noise, capsys):
    assert cli.run_command_line(["discover", str(noise), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["tables"]
    assert found["boxes"] == []
    assert found["region"][0]["found"] is False
    assert found["region"][0]["variance_chance"] > 0.7
    assert cli.run_command_line(["discover", str(noise)]) == 0
    assert "No region found" in capsys.readouterr().out


def test_losing_is_counted_as_by_hand(folder):
    draws = read_draws(folder, NET)
    first, second = draws.means.T
    assert discovery.discover(draws, 1, option=MIXES[0]).loses.tolist() == (first < second).tolist()
    below = discovery.discover(draws, 1, option=MIXES[1], threshold=3200.0)
    assert below.loses.tolist() == (second < 3200.0).tolist()
    assert discovery.discover(draws, 1, threshold=-1e9).region is None


def test_information_names_what_a_survey_should_measure(folder, tmp_path, capsys):
    out = tmp_path / "out"
    assert cli.run_command_line(["information", str(folder), "--groups", "--out", str(out)]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "Knowing every parameter perfectly before choosing would be worth" in told
    assert f"Knowing `{FREE[0]}`" in told
    assert "grade ASSUMPTION" in told
    table = pl.read_parquet(out / "information.parquet")
    assert table.columns[:4] == ["parameter", "unit", "submodel", "evidence"]
    assert set(table["parameter"][:2]) == {FREE[0], FREE[1]}
    perfect = pl.read_parquet(out / "perfect.parquet")
    # it gains 1000 yuan in 70 % of the draws and loses as much in 30 %
    assert perfect["value"][0] == pytest.approx(300.0, abs=75.0)
    assert (table["value"] <= perfect["value"][0]).all()
    assert set(pl.read_parquet(out / "groups.parquet")["submodel"]) == set(table["submodel"])
    assert {path.stem for path in (out / "figures").glob("*.png")} == {"information", "groups"}


def test_information_in_noise_names_no_parameter(noise, capsys):
    assert cli.run_command_line(["information", str(noise)]) == 0
    told = capsys.readouterr().out
    assert "Knowing `" not in told
    assert "no survey would change it" in told or "No single parameter stands out" in told


def test_where_the_choice_never_changes_it_is_said_plainly(tmp_path, capsys):
    values, u = planted(draws=40, parameters=4)
    folder = write_folder(tmp_path / "sure", values + np.array([9000.0, 0.0]), in_bounds(u), options=MIXES)
    assert cli.run_command_line(["information", str(folder)]) == 0
    assert "no survey would change it" in " ".join(capsys.readouterr().out.split())
    assert cli.run_command_line(["discover", str(folder)]) == 0
    assert "It loses nowhere" in capsys.readouterr().out


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes(folder, tmp_path):
    for name in ("one", "two"):
        assert cli.run_command_line(["discover", str(folder), "--out", str(tmp_path / name)]) == 0
    one, two = (sorted((tmp_path / name).rglob("*.p*")) for name in ("one", "two"))
    assert [file.name for file in one] == [file.name for file in two]
    assert all(a.read_bytes() == b.read_bytes() for a, b in zip(one, two, strict=True))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--option", "cooperation+safty"], "did you mean"),
        (["--rival", MIXES[0]], "is the preferred option itself"),
        (["--rival", MIXES[1], "--threshold", "1"], "keep one of the two"),
        (["--outcome", "nonsense"], "--outcome"),
        (["--outcome", "net_benefit", "--objective", "net_benefit"], "keep one of the two"),
        (["--density", "1.5"], "density"),
    ],
)
def test_wrong_options_end_with_one_message_and_nothing_written(folder, tmp_path, capsys, arguments, words):
    out = tmp_path / "out"
    assert cli.run_command_line(["discover", str(folder), "--out", str(out), *arguments]) == 2
    assert words in " ".join(capsys.readouterr().err.lower().split())
    assert not out.exists()


@pytest.mark.slow
def test_figures_are_slides_without_overlaps(folder, noise):
    for place in (folder, noise):
        draws = read_draws(place, NET)
        made = discovery_figures.figures(discovery.discover(draws, 1), "source")
        made |= information_figures.figures(information_words.find_out(draws, 1, True), "source")
        for figure in made.values():
            check_slide(figure)
            check_inside(figure)
            check_apart(figure)


def test_words_for_people():
    assert option_title("cooperation+cleaner_production") == "cooperation, cleaner production"
    assert option_title("my_scenario") == "my_scenario"
    assert option_title("cooperation+safety, group") == "cooperation, safety (group)"
    assert range_text("visit_days", -np.inf, 0.75) == "is below 0.75 days"
    assert range_text("visit_knowhow", 0.1, 0.15) == "is between 0.1 and 0.15"
    assert meaning_of("productivity_gain.quality").endswith("(module quality)")


def test_the_option_looked_at_is_the_one_that_the_folders_ranking_puts_first(folder, tmp_path, capsys):
    ranked = tmp_path / "ranked"
    shutil.copytree(folder, ranked)
    for first, second in (MIXES, MIXES[::-1]):
        pl.DataFrame({"rank": [2, 1], "option": [second, first]}).write_parquet(ranked / "ranking.parquet")
        assert cli.run_command_line(["discover", str(ranked), "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["manifest"]["option"] == first
