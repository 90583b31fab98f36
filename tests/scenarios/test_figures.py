"""Figures: they exist, are not blank, and their parts neither overlap nor leave the slide."""

import numpy as np
import polars as pl
import pytest

from scenarios.drawing import Story, balanced, save, spread, tick_label
from scenarios.figures import comparison_figures
from scenarios.group_figures import group_figures
from scenarios.run_figures import run_figures
from scenarios.wording import effect_unit, interval, number
from simulation.indicators import INDICATORS
from simulation.parameters import MODULES
from tests.scenarios.figure_checks import check_apart, check_inside, check_slide, pixels, texts

pytestmark = pytest.mark.xdist_group("figures")  # one process: what they share is made once

SECTORS = [f"C{code}" for code in range(13, 43)]
TITLES = {"a": "National rollout, common base", "b": "Pilot of 2009 to 2013", "c": "Class only"}


def story(titles=TITLES, **more):
    return Story(titles, "scoresim, prior draws, 4 replicates", 24, by=("sector", "size", "gender"), **more)


def effect(scenario, indicator, unit, value, month=24, group="total", level="all"):
    return {
        "scenario": scenario, "population": "trained", "indicator": indicator, "unit": unit, "group": group,
        "level": level, "month": month, "estimate": value, "low": 0.4 * value, "high": 1.7 * value,
    }  # fmt: skip


def comparison(titles=TITLES):
    """Tables of a comparison whose last scenario trained too few to be observed."""
    observed = list(titles)[: max(1, len(titles) - 1)]
    names = ["productivity", "defect_rate", "injury_rate", "turnover_rate"]
    names += [f"practice_share.{module}" for module in MODULES]
    effects, programme, uncertainty = [], [], []
    for k, scenario in enumerate(observed, start=1):
        for name in names:
            sign = -1.0 if name.endswith("rate") else 1.0
            unit = INDICATORS[name].unit
            effects += [effect(scenario, name, unit, sign * k * m / 24, m) for m in (12, 24, 36)]
        effects.append(effect(scenario, "benefit_cost_ratio", "yuan per yuan", 4.0 * k, 36))
        effects += [effect(scenario, "productivity", "log points x 100", 1.0 + i / 9, 24, "sector", s)
                    for i, s in enumerate(SECTORS)]  # fmt: skip
        effects.append(effect(scenario, "productivity", "log points x 100", 2.0, 24, "size", "50-249"))
        effects += [
            effect(scenario, "turnover_rate", "% a year", -1.0, 24, "gender", g) for g in ("women", "men")
        ]
        uncertainty += [
            {"scenario": scenario, "population": "trained", "indicator": name, "month": 24, "source": source,
             "share": share}
            for name in names
            for source, share in (("parameters", 0.6), ("enterprises drawn", 0.1), ("events", 0.3))
        ]  # fmt: skip
    for scenario in titles:
        amounts = {
            "enterprises_reached": 100.0,
            "programme_cost": 4e6,
            "enterprise_cost": 8e6,
            "buyer_cost": 0.0,
        }
        programme += [
            {"scenario": scenario, "item": item, "estimate": value} for item, value in amounts.items()
        ]
    frames = {"effects": effects, "programme": programme, "uncertainty": uncertainty}
    return {name: pl.DataFrame(rows) for name, rows in frames.items()}


ALL = {
    "effects", "over_time", "costs", "uncertainty", "practices", "effects_by_sector", "effects_by_size",
    "effects_by_gender",
}  # fmt: skip


@pytest.fixture(scope="module")
def drawn():
    tables = comparison()
    return comparison_figures(tables, story()) | group_figures(tables, story())


def test_every_figure_is_drawn(drawn):
    assert set(drawn) == ALL


@pytest.mark.parametrize("name", sorted(ALL))
def test_figure_is_a_slide_that_is_not_blank(drawn, name):
    check_slide(drawn[name])


@pytest.mark.parametrize("name", sorted(ALL))
def test_no_text_leaves_the_slide(drawn, name):
    check_inside(drawn[name])


@pytest.mark.parametrize("name", sorted(ALL))
def test_no_text_covers_another(drawn, name):
    check_apart(drawn[name])


@pytest.mark.parametrize("name", sorted(ALL))
def test_heading_names_population_interval_and_source(drawn, name):
    words = " ".join(text.get_text() for text in drawn[name].texts)
    assert "scoresim, prior draws, 4 replicates" in words
    assert "trained" in words.lower()
    if name != "uncertainty":
        assert "90 % interval" in words.replace("\n", " ")


def test_too_few_observed_is_said_and_not_drawn(drawn):
    words = [text for text, _ in texts(drawn["effects"])]
    assert sum("too few" in text for text in words) == 5


def test_many_scenarios_go_on_in_a_second_figure():
    titles = {name: f"Scenario {name}" for name in "abcdefg"}
    tables = comparison(titles)
    assert {"effects_by_sector", "effects_by_sector_2"} <= set(group_figures(tables, story(titles)))


def test_nothing_to_draw_gives_no_figure():
    empty = {name: table.clear() for name, table in comparison().items()}
    assert comparison_figures(empty, story()) == {}
    assert group_figures(empty, story()) == {}


def test_same_tables_give_the_same_bytes(tmp_path):
    for name in ("one.png", "two.png"):
        save(comparison_figures(comparison(), story())["effects"], tmp_path / name)
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()


def test_figures_of_a_run():
    levels = pl.DataFrame(
        [
            {"month": m, "group": "total", "indicator": name, "value": 100.0 + m / 12 + r}
            for name in INDICATORS
            for m in (12, 24)
            for r in range(4)
        ]
    )
    reach = pl.DataFrame(
        [
            {
                "month": m,
                "item": item,
                "label": item,
                "unit": "",
                "estimate": m,
                "low": m - 1.0,
                "high": m + 1.0,
            }
            for item in ("enterprises_reached", "workers_reached")
            for m in range(1, 25)
        ]
    )
    one = story({"a": "Pilot"})
    found = run_figures({"indicators": levels, "reach": reach}, one)
    assert set(found) == {"indicators", "reach"}
    for figure in found.values():
        assert (pixels(figure) < 250).any(axis=2).mean() > 0.01
    assert set(run_figures({"indicators": levels, "reach": reach.clear()}, one)) == {"indicators"}


# Words and numbers


@pytest.mark.parametrize(
    ("value", "written"),
    [(12_345.0, "12,300"), (999.7, "1,000"), (4.18e6, "4.18 m"), (80e6, "80.0 m"), (1.5e9, "1.50 bn"),
     (-0.04, "0"), (float("nan"), "-")],
)  # fmt: skip
def test_numbers_are_written_for_people(value, written):
    assert number(value, 0) == written


def test_interval_has_as_many_digits_as_it_bears():
    assert interval(3.94, 2.01, 7.36, signed=True) == "+3.9 [+2.0, +7.4]"
    assert interval(-0.25, -0.77, -0.04, signed=True) == "-0.25 [-0.77, -0.04]"
    assert interval(92_218.0, 62_278.0, 124_128.0) == "92,200 [62,300, 124,000]"
    assert interval(float("nan"), 0.0, 1.0) == "-"


def test_differences_of_shares_are_percentage_points():
    assert effect_unit("% of output") == "percentage points of output"
    assert effect_unit("%") == "% of the baseline"
    assert effect_unit("hours") == "hours"


def test_labels_are_moved_apart_and_keep_their_order():
    moved = spread([1.0, 1.1, 5.0, 0.9], 1.0)
    assert sorted(range(4), key=lambda i: moved[i]) == [3, 0, 1, 2]
    assert min(np.diff(sorted(moved))) >= 1.0 - 1e-9
    assert moved[2] == 5.0


def test_lines_of_a_label_are_about_as_long():
    assert balanced("National rollout, class only", 24) == "National rollout,\nclass only"


def test_ticks_say_millions_and_a_true_minus():
    assert [tick_label(x) for x in (0.0, -1.5, 2_500.0, 3e6)] == ["0", "−1.5", "2,500", "3 m"]
