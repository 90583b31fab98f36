"""The training market on the command line: grids, tables, figures, published numbers, wrong input."""

import json

import polars as pl
import pytest

from scenarios import cli
from scenarios.market_tables import MARKET_COLUMNS, REACH_COLUMNS
from scenarios.published import PUBLISHED_COLUMNS
from simulation.market_indicators import MARKET_INDICATORS

pytestmark = pytest.mark.xdist_group("cli_market")  # one process: what they share is made once

SMALL = ["--months", "24", "--enterprises", "100"]

PLAN = """
extends = "pilot_2009_2013"
title = "A busy market"
start_year = 2014
published_path = "China"
[population]
programme_weight = 20
[programme]
closing_month = 18
enterprises_per_month = 100
trainers = 20
training_of_trainers = [{ from_month = 0, places_per_month = 2 }]
outreach = [{ from_month = 0, campaign = 200 }]
subsidy = 0.9
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("market")


@pytest.fixture(scope="module")
def plan(folder):
    file = folder / "busy.toml"
    file.write_text(PLAN)
    return str(file)


@pytest.fixture(scope="module")
def written(folder, plan):
    """The folder of one run."""
    out = folder / "run"
    assert cli.run_command_line(["run", plan, *SMALL, "--replicates", "2", "--out", str(out)]) == 0
    return out


def total(table, indicator):
    return table.filter((pl.col("group") == "total") & (pl.col("indicator") == indicator)).sort("month")


def test_run_prints_the_market_what_the_plan_needs_and_the_published(capsys, monkeypatch, plan):
    monkeypatch.setenv("COLUMNS", "160")
    options = [*SMALL, "--replicates", "2", "--by", "size,gender"]
    assert cli.run_command_line(["run", plan, *options]) == 0
    captured = capsys.readouterr()
    for part in (
        "The training market, year by year", "Active trainers", "Enterprises waiting", "Modules taken",
        "Modules sold without subsidy", "Price of a module", "Margin of providers", "Cost recovery",
        "Programme cost", "What the plan needs", "Trainer days needed", "Trainers needed",
        "Trainers graduated", "2014", "2015", "Reach by size", "Reach by gender",
        "Enterprises trained in China", "2015-12", "outside the run", "Mid-term evaluation",
    ):  # fmt: skip
        assert part in captured.out, part
    assert "year 1" not in captured.out  # the calendar is known
    assert captured.err == ""


def test_run_writes_the_tables_in_the_columns_of_the_contract(written):
    columns = {"market": MARKET_COLUMNS, "reach_by_group": REACH_COLUMNS, "published": PUBLISHED_COLUMNS}
    for name, expected in columns.items():
        table = pl.read_parquet(written / f"{name}.parquet")
        assert dict(table.schema) == expected
        assert set(table["scenario"]) == {"busy"}
    assert {path.stem for path in written.glob("*.parquet")} == {
        "indicators", "programme", "market", "reach", "reach_by_group", "decomposition", "published",
    }  # fmt: skip
    assert {path.stem for path in (written / "figures").glob("*.png")} == {
        "indicators", "reach", "market", "published",
    }  # fmt: skip


def test_the_tables_of_a_run_agree(written):
    market, programme, reach, months, published = (
        pl.read_parquet(written / f"{name}.parquet")
        for name in ("market", "programme", "reach_by_group", "reach", "published")
    )
    whole = dict(programme.select("item", "estimate").iter_rows())
    assert whole["modules_taken"] > 0.0
    for name in ("modules_taken", "commercial_volume", "trainers_graduated", "programme_cost"):
        assert total(market, name)["estimate"].sum() == pytest.approx(whole[name]), name
    for group in ("total", "region", "sector", "size"):
        taken = reach.filter((pl.col("group") == group) & (pl.col("item") == "modules_taken"))
        assert taken["estimate"].sum() == pytest.approx(whole["modules_taken"]), group
    attended = reach.filter((pl.col("group") == "gender") & (pl.col("item") == "attendees"))
    assert attended["estimate"].sum() == pytest.approx(whole["attendees"])
    regions = market.filter((pl.col("group") == "region") & (pl.col("indicator") == "fees"))
    assert regions["estimate"].sum() == pytest.approx(total(market, "fees")["estimate"].sum())
    reached = months.filter((pl.col("item") == "enterprises_reached") & (pl.col("month") == 24))["estimate"]
    assert published.filter(pl.col("date") == "2015-12")["simulated"].item() == reached.item()


def test_after_the_closing_the_market_is_commercial(written):
    market = pl.read_parquet(written / "market.parquet")
    assert total(market, "subsidies")["estimate"].min() > 0.0
    graduated = total(market, "trainers_graduated")["estimate"]
    assert graduated.to_list() == [24.0, 12.0]
    assert set(market["indicator"]) == set(MARKET_INDICATORS)


def test_json_of_run_holds_the_tables(capsys, plan):
    assert cli.run_command_line(["run", plan, *SMALL, "--replicates", "1", "--json"]) == 0
    captured = capsys.readouterr()
    tables = json.loads(captured.out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))["tables"]
    assert list(tables["market"][0]) == list(MARKET_COLUMNS)
    assert list(tables["reach_by_group"][0]) == list(REACH_COLUMNS)
    assert list(tables["published"][0]) == list(PUBLISHED_COLUMNS)
    assert [row["simulated"] is None for row in tables["published"]][-1]
    assert all(row["low"] == row["estimate"] == row["high"] for row in tables["market"])


def test_a_run_without_a_programme_has_no_market(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    options = ["--months", "12", "--enterprises", "100", "--replicates", "1", "--by", "sector"]
    assert cli.run_command_line(["run", "no_programme", *options]) == 0
    printed = capsys.readouterr().out
    assert "training market" not in printed
    assert "Reach by" not in printed
    assert cli.run_command_line(["run", "no_programme", *options, "--json"]) == 0
    tables = json.loads(capsys.readouterr().out)["tables"]
    assert tables["market"] == tables["reach_by_group"] == []
    assert "published" not in tables


def test_compare_prints_and_writes_the_market_of_each_scenario(capsys, monkeypatch, folder, plan):
    monkeypatch.setenv("COLUMNS", "160")
    dear = folder / "dear.toml"
    dear.write_text('extends = "busy.toml"\ntitle = "No subsidy"\n[programme]\nsubsidy = 0.0\n')
    out = folder / "compared"
    options = [*SMALL, "--replicates", "4", "--out", str(out)]
    assert cli.run_command_line(["compare", plan, str(dear), *options]) == 0
    printed = capsys.readouterr().out
    for part in ("The training market in the last full year (2015)", "A busy market", "No subsidy"):
        assert part in printed
    market = pl.read_parquet(out / "market.parquet")
    assert market.columns == list(MARKET_COLUMNS)
    assert set(market["scenario"]) == {"busy", "dear"}
    share = total(market, "commercial_share").filter(pl.col("scenario") == "dear")["estimate"]
    assert share.to_list() == pytest.approx([100.0] * len(share))
    taken = {name: total(market.filter(pl.col("scenario") == name), "modules_taken")["estimate"].sum()
             for name in ("busy", "dear")}  # fmt: skip
    assert taken["busy"] > taken["dear"]
    reach = pl.read_parquet(out / "reach_by_group.parquet")
    assert reach.columns == list(REACH_COLUMNS)
    assert {"total", "sector", "region", "size", "gender"} == set(reach["group"])
    assert (out / "figures" / "market.png").exists()
    assert not (out / "published.parquet").exists()


@pytest.mark.parametrize(
    ("text", "part"),
    [('published_path = "Chile"\nstart_year = 2009', "Known countries: China"),
     ('published_path = "China"', "Write start_year")],
)  # fmt: skip
def test_a_wrong_published_path_is_status_2(capsys, tmp_path, text, part):
    file = tmp_path / "wrong.toml"
    file.write_text(text + "\n")
    assert cli.run_command_line(["run", str(file), *SMALL]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert part in captured.err
    assert captured.err.count("\n") == 1
