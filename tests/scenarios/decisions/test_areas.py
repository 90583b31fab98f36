"""Rankings of sectors and regions, on experiments whose answer is made up; the commands end to end."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from scenarios import cli
from scenarios.decisions import areas as of
from scenarios.decisions.areas_figures import figures
from scenarios.decisions.areas_tables import (
    NEXT,
    Judged,
    all_tables,
    objective,
    rank_correlation,
    trainer_time_of,
)
from scenarios.decisions.areas_words import sentences
from scenarios.decisions.experiment import Experiment
from scenarios.decisions.outcomes import NAMES
from scenarios.decisions.provider_types import provider_types
from scenarios.drawing import Story
from simulation.census import load_census
from simulation.indicators import INDICATORS
from simulation.inputs import InputError
from simulation.programme import Programme
from simulation.scenario_files import load_scenario

TAPERED = load_scenario("tapered_subsidy")
TABLES = load_census()
BY_NET_BENEFIT = Judged({"net_benefit": 1.0}, top=5)


def made_up(areas, truth, chance: float, draws: int = 12, seed: int = 1) -> Experiment:
    """An experiment in which every outcome of an area is its ``truth`` plus chance; resources are 50."""
    ranked = [area for area in areas if not area.excluded]
    rng = np.random.default_rng(seed)
    shape = (2 * draws, 1, len(ranked))
    common = np.repeat(rng.standard_normal((draws, 1, 1, 1)), 2, axis=0)

    def noisy(*more: int) -> np.ndarray:
        level = np.asarray(truth).reshape(1, 1, -1, *(1,) * len(more))
        noise = chance * rng.standard_normal((*shape, *more))
        return level + noise + common.reshape(-1, 1, 1, *(1,) * len(more))

    values = noisy(len(NAMES))
    values[..., NAMES.index("resources")] = 50.0
    values[..., NAMES.index("trainer_days")] = 5.0
    values[..., NAMES.index("programme_cost")] = 20.0
    return Experiment(
        ("made_up",), tuple(area.option for area in ranked), values, noisy(len(INDICATORS)),
        noisy(2, len(NAMES)), np.ones(shape), np.repeat(np.arange(draws), 2), [{}] * draws, 24,
    )  # fmt: skip


def tables_of(areas, found, prior=None, judged=BY_NET_BENEFIT):
    ranked = [area for area in areas if not area.excluded]
    inputs = of.inputs_of_sectors(ranked, TABLES)
    return all_tables(areas, found, prior, judged, TAPERED.programme, TABLES, inputs), inputs


SECTORS = of.sector_areas(TAPERED, TABLES)
RANKED = [area for area in SECTORS if not area.excluded]


# Which areas


def test_tobacco_and_petroleum_are_left_out_with_the_reason_unless_asked_for():
    out = {area.option: area.excluded for area in SECTORS if area.excluded}
    assert set(out) == {"C16", "C25"}
    assert "monopoly" in out["C16"]
    with_tobacco = of.sector_areas(TAPERED, TABLES, of.Choice(include=("C16",), exclude=("C26",)))
    assert {area.option for area in with_tobacco if area.excluded} == {"C25", "C26"}
    assert not any(area.excluded for area in of.sector_areas(TAPERED, TABLES, of.Choice(everything=True)))


def test_the_eligible_of_all_sectors_are_those_of_all_regions():
    every = of.Choice(everything=True)
    sectors = sum(area.eligible for area in of.sector_areas(TAPERED, TABLES, every))
    regions = sum(area.eligible for area in of.region_areas(TAPERED, TABLES, every))
    assert sectors == pytest.approx(regions)
    without = sum(area.eligible for area in of.region_areas(TAPERED, TABLES))
    assert without == pytest.approx(sum(area.eligible for area in RANKED))
    assert next(area for area in SECTORS if area.option == "C16").few


@pytest.mark.parametrize(
    ("choice", "word"),
    [
        (of.Choice(include=("C99",)), "--include"),
        (of.Choice(include=("C16",), exclude=("C16",)), "Keep one"),
        (of.Choice(exclude=tuple(TABLES.sectors)), "no sector"),
    ],
)
def test_a_choice_that_makes_no_sense_is_named(choice, word):
    with pytest.raises(InputError, match=word):
        of.sector_areas(TAPERED, TABLES, choice)


def test_sizes_are_split_in_two_that_hold_all():
    assert of.size_bands((50, 250)) == [(50, 99), (100, 250)]
    assert of.size_bands((20, 80)) == [(20, 39), (40, 80)]
    assert of.size_bands((50, 50)) == [(50, 50)]


# Tables


def test_the_ranking_is_that_of_the_truth_where_chance_is_small():
    truth = np.random.default_rng(2).permutation(len(RANKED)).astype(float)
    made, _ = tables_of(SECTORS, made_up(SECTORS, truth, 0.01))
    ranking = made["ranking"].filter(pl.col("rank").is_not_null())
    best_first = [RANKED[i].option for i in np.argsort(-truth)]
    assert ranking["option"].to_list() == best_first
    assert ranking["probability_best"][0] == pytest.approx(1.0, abs=0.01)
    assert ranking["probability_top"].to_list()[:6] == pytest.approx([1, 1, 1, 1, 1, 0], abs=0.01)
    assert ranking["told_apart"].to_list() == [False] + [True] * (len(RANKED) - 1)
    assert ranking["expected_regret"].to_list() == pytest.approx(list(range(len(RANKED))), abs=0.05)
    left_out = made["ranking"].filter(pl.col("rank").is_null())
    assert left_out["option"].to_list() == ["C16", "C25"]
    assert left_out["estimate"].null_count() == 2
    differences = dict(made["differences"].select("outcome", "real_share").iter_rows())
    assert differences["objective"] > 0.99
    first = made["weights"].row(0, named=True)
    assert (first["option"], first["share_first"], first["weight_environment"]) != (None, 0.0, None)
    assert made["weights"]["share_first"].sum() == pytest.approx(1.0)
    assert made["weights"]["share_top"].sum() == pytest.approx(5.0)


def test_the_next_thousand_trainings_are_no_more_than_are_eligible():
    everything = of.sector_areas(TAPERED, TABLES, of.Choice(everything=True))
    truth = np.full(len(everything), 200.0)
    made, _ = tables_of(everything, made_up(everything, truth, 0.0))
    for row in made["ranking"].iter_rows(named=True):
        assert row["trainings"] == min(NEXT, row["eligible"])
        assert row["gain_of_trainings"] == pytest.approx(row["trainings"] * row["net_benefit"])
        assert row["per_yuan"] == pytest.approx(row["net_benefit"] / 50.0)
        assert row["per_programme_yuan"] == pytest.approx(row["net_benefit"] / 20.0)
        assert row["trainers_needed"] == pytest.approx(row["trainings"] * 5.0 / (8.0 * 60))
    assert trainer_time_of(Programme(closing_month=10), [{"trainer_days": 6.0}]) == 60.0


def test_by_size_holds_every_enterprise_once():
    made, _ = tables_of(SECTORS, made_up(SECTORS, np.arange(len(RANKED)), 0.1))
    whole = made["by_size"].group_by("option").agg(pl.col("eligible").sum())
    eligible = dict(whole.iter_rows())
    assert all(eligible[area.option] == pytest.approx(area.eligible) for area in RANKED)


def test_by_yuan_divides_by_resources():
    found = made_up(SECTORS, np.arange(len(RANKED)), 0.1)
    plain, by_yuan = objective(found, BY_NET_BENEFIT), objective(found, Judged({"net_benefit": 1.0}, True))
    assert by_yuan == pytest.approx(plain / 50.0)
    assert Judged({"net_benefit": 1.0}, True).unit == "yuan per yuan of resources"


# Data or priors, in words


def said_of(truth, chance, prior=None) -> str:
    found = made_up(SECTORS, truth, chance)
    made, _ = tables_of(SECTORS, found, prior)
    return " ".join(sentences(made, BY_NET_BENEFIT, "sectors"))


def test_an_order_that_follows_an_input_says_so_and_where_it_is_from():
    by_hazard = of.inputs_of_sectors(RANKED, TABLES)[3].values * 10.0
    said = said_of(by_hazard, 0.05)
    assert "The order follows injury hazard (assumption; rank correlation +0.9" in said
    said = said_of(np.random.default_rng(7).standard_normal(len(RANKED)) * 10.0, 0.01)
    assert "follows none of the model's inputs" in said


def test_pure_chance_is_called_chance():
    assert "mostly chance" in said_of(np.zeros(len(RANKED)), 1.0)


def test_the_priors_are_said_to_order_alike_or_otherwise():
    truth = np.random.default_rng(8).standard_normal(len(RANKED)) * 10.0
    alike = said_of(truth, 0.1, made_up(SECTORS, truth, 0.1, seed=2))
    assert "order them alike" in alike
    assert "does not make the order" in alike
    other = said_of(truth, 0.1, made_up(SECTORS, -truth, 0.1, seed=2))
    assert "order them otherwise" in other


def test_areas_of_which_nobody_was_followed_break_nothing():
    found = made_up(SECTORS, np.arange(len(RANKED), dtype=float), 0.1)
    found.values[:, :, 3] = np.nan
    found.by_size[:, :, 3] = np.nan
    made, inputs = tables_of(SECTORS, found)
    row = made["ranking"].filter(pl.col("option") == RANKED[3].option)
    assert row["rank"].to_list() == [None]
    assert figures(made, BY_NET_BENEFIT, "sectors", Story({}, "made up", 24), inputs)
    found.values[:] = np.nan
    made, inputs = tables_of(SECTORS, found)
    assert "Nobody was followed" in sentences(made, BY_NET_BENEFIT, "sectors")[0]
    assert not figures(made, BY_NET_BENEFIT, "sectors", Story({}, "made up", 24), inputs)


def test_rank_correlation_leaves_out_what_one_does_not_know():
    one = np.array([1.0, 2.0, 3.0, np.nan, 5.0])
    assert rank_correlation(one, np.array([1.0, 4.0, 9.0, 0.0, 25.0])) == pytest.approx(1.0)
    assert np.isnan(rank_correlation(one, np.ones(5)))


# Types of providers


def test_types_of_providers_move_their_levers_and_nothing_else():
    types = {each.name: each.scenario.programme for each in provider_types(TAPERED)}
    base = TAPERED.programme.model_dump()
    changed = {
        name: {field for field, value in programme.model_dump().items() if value != base[field]}
        for name, programme in types.items()
    }
    assert changed == {
        "open": set(), "best": {"provider_selection"}, "cheapest": {"provider_selection"},
        "in_company": {"delivery", "price_per_module"}, "supervised": {"supervision"},
        "better_trainers": {"delivery"}, "more_trainers": {"training_of_trainers"},
    }  # fmt: skip
    alone = types["in_company"]
    assert alone.delivery.enterprises_per_class == 1
    days = [each.delivery.trainer_days_per_module(0.75) for each in (alone, TAPERED.programme)]
    assert alone.price_per_module / TAPERED.programme.price_per_module == pytest.approx(days[0] / days[1])


@pytest.mark.parametrize("name", ["no_programme", "five_modules"])
def test_a_scenario_without_a_market_has_no_types_of_providers(name):
    with pytest.raises(InputError, match="Choose a scenario with a training market"):
        provider_types(load_scenario(name))


# The commands

TINY = ["--replicates", "4", "--prior-replicates", "0", "--enterprises", "100", "--threads", "1"]


@pytest.fixture(scope="module")
def garments(tmp_path_factory):
    """A scenario of two sectors and a short follow-up."""
    file = tmp_path_factory.mktemp("scenario") / "garments.toml"
    target = '[programme.target]\nsectors = ["C18", "C13", "C25"]\nregions = ["Guangdong", "Zhejiang"]\n'
    file.write_text(f'extends = "tapered_subsidy"\n[programme]\nfollow_up_months = 12\n{TINY_MARKET}{target}')
    return str(file)


TINY_MARKET = "rollout = []\ntraining_of_trainers = []\n"


@pytest.mark.parametrize(("command", "ranked"), [("sectors", 2), ("regions", 2)])
def test_the_command_writes_tables_and_figures_and_prints_a_ranking(
    command, ranked, garments, tmp_path, capsys
):
    out = tmp_path / "out"
    asked = ["rank", command, garments, *TINY, "--month", "12", "--enterprises-a-group", "4"]
    assert cli.run_command_line([*asked, "--out", str(out)]) == 0
    printed = " ".join(capsys.readouterr().out.split())  # wrapped anyhow
    assert "net benefit" in printed
    ranking = pl.read_parquet(out / "ranking.parquet")
    assert ranking["rank"].to_list()[:ranked] == [1, 2]
    assert ("Left out: Petroleum" in printed) == (command == "sectors")
    assert (out / "figures" / "ranking.png").stat().st_size > 10_000
    assert json.loads((out / "manifest.json").read_text())["months"] == 18
    assert cli.run_command_line([*asked, "--json"]) == 0
    given = json.loads(capsys.readouterr().out)
    assert given["tables"]["ranking"][0]["estimate"] == pytest.approx(ranking["estimate"][0], rel=1e-12)


@pytest.mark.parametrize(
    ("more", "word"),
    [
        (["--objective", "happiness"], "--objective"),
        (["--replicates", "5"], "--replicates"),
        (["--months", "13"], "--months"),
        (["--month", "18"], "--month"),
        (["--exclude", "C99"], "--exclude"),
    ],
)
def test_wrong_input_is_named_before_anything_is_simulated(more, word, garments, capsys, monkeypatch):
    def simulate(*_, **__):
        raise AssertionError("simulated although the input is wrong")

    monkeypatch.setattr("scenarios.decisions.experiment.simulate", simulate)
    assert cli.run_command_line(["rank", "sectors", garments, "--prior-replicates", "0", *more]) == 2
    assert word in capsys.readouterr().err


@pytest.mark.slow
def test_rank_providers_ranks_all_types(tmp_path, capsys):
    file = tmp_path / "quick.toml"
    file.write_text(
        'extends = "tapered_subsidy"\n[programme]\nfollow_up_months = 12\nclosing_month = 12\nrollout = []\n'
        "enterprises_per_month = 20\noutreach = [{ from_month = 0, campaign = 8 }]\ntrainers = 6\n"
        "training_of_trainers = [{ from_month = 0, places_per_month = 1 }]\n"
        'subsidy = 0.8\n[programme.target]\nregions = ["Guangdong"]\nsectors = ["C18"]\n'
    )
    out = tmp_path / "out"
    asked = ["rank", "providers", str(file), *TINY, "--month", "12", "--months", "30", "--out", str(out)]
    assert cli.run_command_line(asked) == 0
    ranking = pl.read_parquet(out / "ranking.parquet")
    assert sorted(ranking["option"]) == sorted(each.name for each in provider_types(TAPERED))
    assert ranking["probability_best"].sum() == pytest.approx(1.0, abs=1e-6)
    assert "rests on" in capsys.readouterr().out


def test_an_interruption_before_two_pairs_are_finished_says_so(garments, capsys, monkeypatch):
    monkeypatch.setattr(
        "scenarios.decisions.areas_answer.experiment",
        lambda *_, **__: made_up(SECTORS, np.zeros(len(RANKED)), 1.0, draws=1),
    )
    assert cli.run_command_line(["rank", "sectors", garments, "--prior-replicates", "0"]) == 130
    assert "too few to rank" in capsys.readouterr().err


def test_an_interruption_keeps_what_is_finished(garments, capsys, monkeypatch):
    def experiment(scenarios, groups, settings, month, **_):
        if settings.draws == "prior":
            raise KeyboardInterrupt
        ranked = [area for area in SECTORS if area.option in ("C13", "C18")]
        return made_up(ranked, np.zeros(2), 1.0)

    monkeypatch.setattr("scenarios.decisions.areas_answer.experiment", experiment)
    assert cli.run_command_line(["rank", "sectors", garments, "--json"]) == 130
    given = json.loads(capsys.readouterr().out)
    assert given["manifest"]["interrupted"]
    assert len(given["tables"]["ranking"]) == 3  # with the sector left out
