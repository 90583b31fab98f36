"""`scoresim sweep` as a user meets it: statuses, streams, tables, figures and what is said."""

import json

import polars as pl
import pytest

from scenarios import cli
from scenarios.decisions.sweep_answer import ranks_line
from scenarios.decisions.sweep_figures import indices_figure, sweep_figures
from scenarios.drawing import Story
from tests.scenarios.figure_checks import check_apart, check_inside, check_slide

SMALL = ["--enterprises", "100", "--trained", "10", "--month", "12", "--threads", "1"]
TWO = ["--parameters", "visit_adoption,class_knowhow", "--indicators", "productivity"]


def test_a_small_sweep_writes_what_its_contract_says(tmp_path, capsys):
    out = tmp_path / "sweep"
    assert cli.run_command_line(
        ["sweep", "morris", "five_modules", *SMALL, *TWO, "--n", "4", "--out", str(out)]
    ) == 0  # fmt: skip
    streams = capsys.readouterr()
    assert "12 points x 2 replicates x 2 arms = 48 simulations of 17 months" in streams.err
    assert "visit_adoption" in streams.out
    assert "Chance makes" in streams.out
    assert {path.stem for path in out.glob("*.parquet")} == {
        "indices", "chance", "convergence", "space", "draws", "parameters",
    }  # fmt: skip
    assert pl.read_parquet(out / "indices.parquet").columns == [
        "parameter", "parameter_2", "indicator", "unit", "method", "kind", "estimate", "low", "high",
        "rankable", "above_chance",
    ]  # fmt: skip
    assert set(pl.read_parquet(out / "parameters.parquet").columns) == {
        "draw", "class_knowhow", "visit_adoption",
    }  # fmt: skip
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["design"]["method"] == "morris"
    assert manifest["finished"]
    assert (out / "figures" / "indices.png").exists()
    assert not list(tmp_path.glob(".*"))  # nothing beside it


def test_json_holds_the_indices_and_nothing_else_is_printed(capsys):
    level = [
        "sweep",
        "delta",
        "no_programme",
        "--of",
        "level",
        "--month",
        "12",
        "--n",
        "48",
        "--threads",
        "1",
    ]
    assert cli.run_command_line(
        [*level, "--enterprises", "100", "--parameters", "visit_adoption,quit_engagement", "--json"]
    ) == 0  # fmt: skip
    answer = json.loads(capsys.readouterr().out)
    assert answer["command"] == "sweep"
    assert {row["indicator"] for row in answer["tables"]["indices"]} == {"productivity", "injury_rate"}
    assert {row["parameter"] for row in answer["tables"]["indices"]} == {
        "visit_adoption", "quit_engagement", "dummy",
    }  # fmt: skip
    assert "draws" not in answer["tables"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sobool", "class_only"], "sobol"),
        (["sobol", "clas_only"], "class_only"),
        (["sobol", "class_only", "--groups", "--resume"], "without --out"),
        (["morris", "class_only", "--parameters", "visit_adoptoin"], "visit_adoption"),
        (["sobol", "class_only", "--enterprises", "10", "--groups"], "fewer than 100"),
        (["sobol", "class_only", "--prior", "--posterior", "x"], "together"),
    ],
)
def test_wrong_input_is_refused_in_one_line(arguments, words, capsys):
    assert cli.run_command_line(["sweep", *arguments]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1


def made_up(method, kinds, factors=20, second=False):
    """Tables of a sweep of two indicators, with factors of falling weight."""
    indices, steps = [], []
    for indicator, unit in (("productivity", "log points × 100"), ("net_benefit", "yuan")):
        for kind in kinds:
            for j in range(factors):
                name, value = f"a_rather_long_parameter.number_{j}", 0.6 * 0.7**j
                ends = (value - 0.1, value + 0.1)
                indices.append((name, None, indicator, unit, method, kind, value, *ends, j == 0, j < 3))
                for blocks in (16, 32, 64):
                    row = (indicator, method, kind, name, blocks, blocks / 64, value * (1 + 2 / blocks))
                    steps.append((*row, value - 4 / blocks, value + 4 / blocks))
        if second:
            pairs = [(j, k) for j in range(factors) for k in range(j + 1, factors)]
            for j, k in pairs:
                names = (f"a_rather_long_parameter.number_{i}" for i in (j, k))
                ends = (0.05 * 0.8**j, 0.04 * 0.8**k - 0.01, 0.07)
                indices.append((*names, indicator, unit, method, "second", *ends, None, None))
    columns = {
        "parameter": pl.String, "parameter_2": pl.String, "indicator": pl.String, "unit": pl.String,
        "method": pl.String, "kind": pl.String, "estimate": pl.Float64, "low": pl.Float64,
        "high": pl.Float64, "rankable": pl.Boolean, "above_chance": pl.Boolean,
    }  # fmt: skip
    settled = ["indicator", "method", "kind", "parameter", "blocks", "share", "estimate", "low", "high"]
    return {
        "indices": pl.DataFrame(indices, schema=columns, orient="row"),
        "convergence": pl.DataFrame(steps, schema=settled, orient="row"),
        "chance": pl.DataFrame(
            {
                "indicator": ["productivity", "net_benefit"], "unit": ["log points × 100", "yuan"],
                "share_chance": [0.3, 0.6],
            }
        ),
    }  # fmt: skip


STORY = Story({"class_only": "National rollout, class only"}, "scoresim, made up", 24)


def test_the_first_figure_is_a_whole_slide_whose_texts_stay_apart():
    figure = indices_figure(made_up("sobol", ("total", "first"), 7), "sobol", "effect", STORY)
    check_inside(figure)
    check_apart(figure)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "kinds", "second"),
    [("sobol", ("total", "first"), True), ("morris", ("mu_star",), False), ("delta", ("delta",), False)],
)
def test_figures_are_whole_slides_whose_texts_stay_apart(method, kinds, second):
    figures = sweep_figures(made_up(method, kinds, 14, second), method, "effect", STORY)
    assert set(figures) == {"indices", "convergence"} | ({"second_order"} if second else set())
    for name, figure in figures.items():
        check_slide(figure)
        check_inside(figure)
        if name != "second_order":  # its labels are turned, and their boxes overlap
            check_apart(figure)


def test_it_is_said_which_ranks_the_intervals_bear():
    def rows(*ends):
        names = [f"p{i}" for i in range(len(ends))]
        low, high = zip(*ends, strict=True)
        middle = [(a + b) / 2 for a, b in ends]
        return pl.DataFrame({"parameter": names, "estimate": middle, "low": low, "high": high})

    assert "All ranks are told apart" in ranks_line(rows((0.5, 0.6), (0.3, 0.4), (0.1, 0.2)))
    assert "from rank 2 on" in ranks_line(rows((0.5, 0.6), (0.1, 0.3), (0.05, 0.2)))
    assert "from the first rank on" in ranks_line(rows((0.5, 0.6), (0.45, 0.58), (0.1, 0.2)))
    nan = float("nan")
    assert "no index can be told" in ranks_line(rows((nan, nan), (nan, nan)))
