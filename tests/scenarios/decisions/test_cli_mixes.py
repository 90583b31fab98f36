"""`scoresim rank mixes` and `scoresim attribute` as a user meets them."""

import json
from contextlib import redirect_stdout
from io import StringIO

import polars as pl
import pytest

from scenarios import cli
from scenarios.decisions import attribute_figures, mixes_figures, mixes_run
from scenarios.decisions.options import options_of
from scenarios.drawing import Story
from simulation.scenario_files import load_scenario
from tests.scenarios.figure_checks import check_apart, check_inside, check_slide

pytestmark = pytest.mark.xdist_group("rank_mixes")

TINY = ["--enterprises", "200", "--months", "36", "--replicates", "4"]

RANKING = {
    "option", "rank", "modules", "estimate", "low", "high", "se", "probability_best", "expected_regret",
    "cost", "resources", "benefit_per_yuan", "replicates", "prior_rank", "prior_probability_best", "pareto",
    "probability_undominated", "productivity", "injury_rate", "turnover_rate", "wage", "employment_women",
    "energy_intensity", "waste_intensity",
}  # fmt: skip
"""Columns that others read."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("mixes")


@pytest.fixture(scope="module")
def quick(folder):
    """A pilot that trains everybody in its first months."""
    file = folder / "quick.toml"
    pace = 'enrolment = "assigned"\nenterprises_per_month = 6\nclosing_month = 4\nfollow_up_months = 24\n'
    trainers = "trainers = 20\ntraining_of_trainers = []\n"
    file.write_text(f'extends = "pilot_2009_2013"\ntitle = "Quick pilot"\n[programme]\n{pace}{trainers}')
    return str(file)


@pytest.fixture(scope="module")
def ranked(folder, quick):
    out = folder / "ranked"
    asked = ["rank", "mixes", quick, *TINY, "--prior-replicates", "4", "--out", str(out)]
    assert cli.run_command_line(asked) == 0
    return out


ALL_FIVE = "cooperation+quality+cleaner_production+safety+human_resources"


@pytest.fixture(scope="module")
def attributed(quick):
    """Tables of one attribution, by the command line, and its manifest."""
    asked = ["attribute", quick, *TINY, "--taught", "20", "--outcome", "productivity,net_benefit", "--json"]
    with redirect_stdout(StringIO()) as printed:
        assert cli.run_command_line(asked) == 0
    answer = json.loads(printed.getvalue())
    return {name: pl.DataFrame(rows, infer_schema_length=None) for name, rows in answer["tables"].items()}


# rank mixes


def test_two_options_are_raced_and_printed(quick, monkeypatch, capsys):
    monkeypatch.setattr(mixes_run, "options_of", lambda *_, **__: options_of(load_scenario(quick))[:2])
    size = ["--enterprises", "100", "--months", "24", "--month", "12", "--replicates", "4"]
    asked = ["rank", "mixes", quick, *size, "--objective", "productivity", "--prior-replicates", "0"]
    assert cli.run_command_line(asked) == 0
    printed = capsys.readouterr().out
    assert "cooperation, quality" in printed
    assert "Not compared with the prior" in printed
    assert "fresh seeds" in printed
    assert "stands for 1." in printed


@pytest.mark.slow
def test_ranking_has_the_columns_that_others_read(ranked):
    ranking = pl.read_parquet(ranked / "ranking.parquet")
    assert set(ranking.columns) >= RANKING
    assert ranking["rank"].to_list() == list(range(1, 18))
    assert ranking["probability_best"].sum() == pytest.approx(1.0)
    assert ranking["prior_probability_best"].sum() == pytest.approx(1.0)
    assert ranking["pareto"].any()
    assert (ranking["low"] <= ranking["estimate"]).all()
    leaders = ranking.filter(pl.col("finalist"))
    assert leaders["rank"].max() == len(leaders)


@pytest.mark.slow
def test_draws_hold_every_round_and_parameters_every_draw(ranked):
    draws, parameters = (pl.read_parquet(ranked / f"{name}.parquet") for name in ("draws", "parameters"))
    assert set(draws["draw"]) == set(parameters["draw"])
    replicates = draws.filter(pl.col("outcome") == "productivity").group_by("option").len()
    assert replicates["len"].min() == 4
    assert replicates["len"].max() == draws["replicate"].max() + 1


@pytest.mark.slow
def test_manifest_tells_the_saving_and_the_verdict(ranked):
    manifest = json.loads((ranked / "manifest.json").read_text())
    assert manifest["command"] == "rank mixes"
    assert sum(manifest["option_replicates"]) < manifest["option_replicates_of_equal_allocation"]
    assert (manifest["winner"] is None) == bool(manifest["no_winner_because"])
    assert 0.0 <= manifest["total_variation_from_prior"] <= 1.0


@pytest.mark.slow
def test_shares_of_weightings_add_up(ranked):
    assert pl.read_parquet(ranked / "weights.parquet")["share_first"].sum() == pytest.approx(1.0)


@pytest.mark.slow
def test_figures_of_a_ranking_can_be_read(ranked):
    story = Story({"quick": "Quick pilot"}, "scoresim, made up", 24)
    drawn = mixes_figures.figures(
        pl.read_parquet(ranked / "ranking.parquet"), story, "Net benefit", "No winner is named."
    )
    for name, figure in drawn.items():
        check_slide(figure)
        check_inside(figure)
        if name == "ranking":  # marks of the front may lie on one another
            check_apart(figure)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--replicates", "5"], "--replicates"),
        (["--prior-replicates", "3"], "--prior-replicates"),
        (["--objective", "happiness"], "--objective"),
        (["--month", "25"], "--month"),
        (["--deliveries", "online"], "--deliveries"),
        (["--subsidies", "2"], "--subsidies"),
        (["--months", "24", "--month", "12"], "net_benefit"),  # the follow-up does not fit
    ],
)
def test_wrong_input_ends_before_anything_is_simulated(quick, options, named, monkeypatch, capsys):
    monkeypatch.setattr("scenarios.compare.simulate", None)
    assert (
        cli.run_command_line(["rank", "mixes", quick, "--enterprises", "200", "--months", "36", *options])
        == 2
    )
    assert named in capsys.readouterr().err


def test_a_scenario_without_programme_cannot_be_ranked_or_attributed(capsys):
    for command in (["rank", "mixes"], ["attribute"]):
        assert cli.run_command_line([*command, "no_programme"]) == 2
        assert "programme" in capsys.readouterr().err


# attribute


def test_contributions_add_up_to_all_five_in_the_tables(attributed):
    table = attributed["shapley"]
    assert table.columns == ["module", "outcome", "unit", "estimate", "low", "high", "se"]
    draws = attributed["draws"]
    for outcome in ("productivity", "net_benefit"):
        parts = table.filter(pl.col("outcome") == outcome)["estimate"].sum()
        whole = draws.filter((pl.col("outcome") == outcome) & (pl.col("option") == ALL_FIVE))["value"]
        assert len(whole) == 4
        assert parts == pytest.approx(whole.mean(), rel=1e-6, abs=1e-6)


def test_next_modules_begin_with_cooperation_and_add_up_too(attributed):
    steps = attributed["next_module"].filter(pl.col("chosen") & (pl.col("outcome") == "productivity"))
    total = attributed["shapley"].filter(pl.col("outcome") == "productivity")
    assert steps["module"][0] == "cooperation"
    assert steps["estimate"].sum() == pytest.approx(total["estimate"].sum())


def test_pairs_leave_out_what_is_always_there(attributed):
    pairs = attributed["interactions"]
    assert len(pairs) == 2 * 6
    assert "cooperation" not in set(pairs["module"]) | set(pairs["other_module"])


@pytest.mark.slow
def test_figures_of_an_attribution_can_be_read(attributed):
    story = Story({"quick": "Quick pilot"}, "scoresim, made up", 24)
    for figure in attribute_figures.figures(attributed, story, "Taught whole.").values():
        check_slide(figure)
        check_inside(figure)
        check_apart(figure)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--outcome", "trained"], "--as-sold"),
        (["--outcome", "produktivity"], "productivity"),
        (["--replicates", "3"], "--replicates"),
    ],
)
def test_wrong_questions_are_named(quick, options, named, monkeypatch, capsys):
    monkeypatch.setattr("scenarios.decisions.experiment.simulate", None)
    assert cli.run_command_line(["attribute", quick, *TINY, *options]) == 2
    assert named in capsys.readouterr().err
