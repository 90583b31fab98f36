"""`scoresim allocate` as a user meets it; cells, trainers and the short list of mixes beneath it."""

import json

import numpy as np
import polars as pl
import pytest

from scenarios import cli
from scenarios.decisions.allocation_cells import cells_of, trainer_days
from scenarios.decisions.allocation_question import DEFAULT_MIXES, short_list
from scenarios.decisions.allocation_resimulation import batches_of
from scenarios.decisions.macro_regions import MACRO_REGIONS, macro_regions_of
from simulation.census import load_census
from simulation.inputs import InputError
from simulation.parameters import MODULES, PARAMETERS
from simulation.scenario_files import load_scenario
from simulation.targets import eligible_by_area

pytestmark = pytest.mark.xdist_group("allocate")
TABLES = load_census(None)


def test_macro_regions_are_all_provinces_once():
    listed = [province for provinces in MACRO_REGIONS.values() for province in provinces]
    assert sorted(listed) == sorted(TABLES.regions)
    numbers = [number for found in macro_regions_of(TABLES.regions).values() for number in found]
    assert sorted(numbers) == list(range(31))


def test_regions_of_another_country_are_refused():
    with pytest.raises(InputError, match="none of China's macro-regions"):
        macro_regions_of(["Jakarta"])


def test_cells_and_what_is_left_out_are_all_eligible_enterprises():
    cells = cells_of(load_scenario("tapered_subsidy"), TABLES, 500.0)
    whole = eligible_by_area((50, 250), TABLES).sum()
    assert cells.eligible.sum() + cells.left_out + cells.excluded == pytest.approx(whole)
    assert (cells.eligible >= 500.0).all()
    assert not {"C16", "C25"} & set(cells.sectors)
    assert cells.output.mean() == pytest.approx(1.0)


def test_cells_keep_to_the_target():
    cells = cells_of(load_scenario("pilot_2009_2013"), TABLES, 1.0)
    target = load_scenario("pilot_2009_2013").programme.target
    provinces = {TABLES.regions[r] for group in cells.groups for r in group.regions}
    assert target.regions == "all" or provinces <= set(target.regions)


def test_trainer_days_of_those_who_begin_and_stay():
    """Without trainings of trainers: the starters' months, fewer each month by those who leave."""
    scenario = load_scenario("tapered_subsidy")
    programme = scenario.programme.model_copy(update={"training_of_trainers": (), "trainers": 100.0})
    cells = cells_of(scenario, TABLES, 500.0)
    stay = 1.0 - PARAMETERS["trainer_leaving"].default / 12.0
    by_year = (100.0 * stay ** np.arange(24)).reshape(2, 12).sum(axis=1) * PARAMETERS["trainer_days"].default
    found = trainer_days(programme, TABLES, cells, 2)
    np.testing.assert_allclose(found.sum(axis=0), by_year)
    more = trainer_days(scenario.programme, TABLES, cells, 3)
    assert (np.diff(more.sum(axis=0)) > 0.0).all()  # trainings of trainers make them grow


def test_short_list_offers_whole_mixes_at_one_subsidy():
    found = short_list(load_scenario("tapered_subsidy"), DEFAULT_MIXES)
    assert [len(mix.modules) for mix in found] == [1, 2, 2, 2, 5]
    for mix in found:
        programme = mix.scenario.programme
        assert programme.continuation == 1.0
        assert [step.share for step in programme.subsidy] == [0.8]
        assert programme.modules == mix.modules
    assert short_list(load_scenario("tapered_subsidy"), "safety+cooperation")[0].name == "cooperation+safety"
    assert short_list(load_scenario("tapered_subsidy"), "all")[0].modules == tuple(MODULES)


def test_batches_hold_every_enterprise_of_the_plan():
    plan = np.zeros((3, 2, 2))
    plan[0, 1, 0], plan[2, 1, 0], plan[1, 0, 1] = 30.0, 25.0, 40.0
    found = batches_of(plan)
    assert [(batch.mix, batch.year) for batch in found] == [(0, 1), (1, 0)]
    assert sum(batch.enterprises.sum() for batch in found) == plan.sum()


# the command


@pytest.fixture
def never_simulating(monkeypatch):
    def simulate(*_, **__):
        raise AssertionError("simulated although the input is wrong")

    for module in ("experiment", "allocation_returns", "allocation_resimulation"):
        monkeypatch.setattr(f"scenarios.decisions.{module}.simulate", simulate)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--budget", "0"], "is not an amount of yuan"),
        (["--budget", "1000"], "does not pay the smallest batch"),
        (["--budget", "50e6", "--mixes", "cooperation+dancing"], "holds dancing"),
        (["--budget", "50e6", "--mixes", "safety,safety"], "is named twice"),
        (["--budget", "50e6", "--objective", "luck"], "is not an objective"),
        (["--budget", "50e6", "--month", "60"], "is not the end of a year"),
        (["--budget", "50e6", "--replicates", "5"], "must be an even number"),
        (["--budget", "50e6", "--least", "5000"], "no cells"),
        (["--budget", "50e6", "--prior", "--posterior", "x"], "is given together with"),
    ],
)
def test_wrong_input_is_one_message_before_anything_is_simulated(options, problem, never_simulating, capsys):
    assert cli.run_command_line(["allocate", "tapered_subsidy", *options]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert problem in err
    assert len(err.strip().splitlines()) == 1


def test_a_scenario_without_a_programme_is_refused(never_simulating, capsys):
    assert cli.run_command_line(["allocate", "no_programme", "--budget", "50e6"]) == 2
    assert "there is none" in capsys.readouterr().err


@pytest.fixture(scope="module")
def garments(tmp_path_factory):
    """A small target, so that there are few cells."""
    file = tmp_path_factory.mktemp("scenario") / "garments.toml"
    file.write_text(
        'extends = "tapered_subsidy"\n[programme]\ntrainers = 40\nrollout = []\ntraining_of_trainers = []\n'
        'follow_up_months = 24\n[programme.target]\nsectors = ["C18", "C39"]\n'
        'regions = ["Guangdong", "Sichuan"]\n'
    )
    return str(file)


SMALL = [
    "--mixes", "cooperation,cooperation+safety", "--years", "2", "--replicates", "4", "--enterprises", "200",
    "--enterprises-a-group", "4", "--month", "12", "--least", "10", "--threads", "1",
]  # fmt: skip


@pytest.mark.slow
def test_allocation_end_to_end(garments, tmp_path, capsys):
    out = tmp_path / "plan"
    command = ["allocate", garments, "--budget", "2e6", *SMALL, "--out", str(out), "--json"]
    assert cli.run_command_line(command) == 0
    answer = json.loads(capsys.readouterr().out)
    assert set(answer["tables"]) == {"allocation", "plans", "shadow_prices", "curves", "cells"}
    assert answer["manifest"]["budget"] == 2e6
    allocation = pl.read_parquet(out / "allocation.parquet")
    assert set(allocation["sector"]) <= {"C18", "C39"}
    spent = dict(allocation.group_by("plan").agg(pl.col("yuan").sum()).iter_rows())
    assert all(yuan <= 2e6 * (1 + 1e-6) for yuan in spent.values())
    assert spent["optimum"] == pytest.approx(2e6, rel=0.02)
    plans = {row["plan"]: row for row in answer["tables"]["plans"]}
    assert plans["optimum"]["promised"] >= 0.999 * max(row["promised"] for row in plans.values())
    assert plans["optimum"]["regret"] <= plans["equal"]["regret"] + 1e-6
    # simulated money is near what was planned: the same mixes for as many enterprises
    for row in plans.values():
        assert row["simulated_yuan"] == pytest.approx(row["yuan"], rel=0.15)
        assert row["simulated_trainer_days"] == pytest.approx(row["trainer_days"], rel=0.25)
    assert plans["equal"]["less_equal"] == 0.0
    assert {path.name for path in (out / "figures").iterdir()} == {
        "allocation.png",
        "plans.png",
        "curves.png",
    }
