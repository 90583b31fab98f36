"""Results on disk and as JSON."""

import json

import polars as pl
import pytest
from matplotlib.figure import Figure

from calibration.belief import Belief
from scenarios import output
from scenarios.compare import Settings
from simulation.inputs import InputError
from simulation.scenario_files import load_scenario

TABLE = pl.DataFrame(
    {"name": ["a", "b", "c"], "value": [1.5, float("nan"), float("inf")], "count": [1, None, 3]}
)


def test_records_have_null_for_numbers_that_are_not_finite():
    found = output.records(TABLE)
    assert found == [
        {"name": "a", "value": 1.5, "count": 1},
        {"name": "b", "value": None, "count": None},
        {"name": "c", "value": None, "count": 3},
    ]
    json.dumps(found, allow_nan=False)


def test_records_of_a_table_without_numbers():
    assert output.records(pl.DataFrame({"name": ["a"]})) == [{"name": "a"}]
    assert output.records(pl.DataFrame(schema={"name": pl.String, "value": pl.Float64})) == []


def test_write_gives_tables_figures_and_manifest(tmp_path):
    output.write(tmp_path / "new" / "results", {"table": TABLE}, {"drawing": Figure()}, {"seed": 1})
    folder = tmp_path / "new" / "results"
    assert pl.read_parquet(folder / "table.parquet").equals(TABLE)
    assert (folder / "figures" / "drawing.png").read_bytes().startswith(b"\x89PNG")
    assert json.loads((folder / "manifest.json").read_text()) == {"seed": 1}


def test_write_leaves_nothing_behind_when_it_fails(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        output.write(tmp_path / "new", {"table": TABLE}, {}, {"seed": float("nan")})
    assert list(tmp_path.iterdir()) == []


def test_write_never_touches_a_folder_that_holds_something(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="not empty"):
        output.write(tmp_path, {"table": TABLE}, {}, {})
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_manifest_can_be_written_and_names_the_registry():
    scenario = load_scenario("tapered_subsidy")
    found = output.manifest(
        "compare", [scenario], Settings(seed=7), Belief("prior"), {"enterprises": 5}, month=24
    )
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["seed"] == found["parameters"]["seed"] == 7
    assert len(found["parameters"]["registry_sha256"]) == 64
    assert found["parameters"]["draws"] == "prior"
    assert found["parameters"]["free"] > 100
    assert found["month"] == 24
    assert found["scenarios"][0]["programme"]["closing_month"] == 60  # from the file it extends


def test_code_revision_is_none_without_git(monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert output.code_revision() is None
