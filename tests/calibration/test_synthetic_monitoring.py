"""The shipped synthetic table, and projects simulated anew."""

import numpy as np
import pytest

from calibration import synthetic_monitoring as synthetic
from calibration.monitoring import ERROR, WARNING, read_monitoring, reporters
from calibration.observation_fit import fit_effects
from calibration.observations import PRODUCTIVITY, observations


@pytest.fixture(scope="module")
def table():
    return read_monitoring(synthetic.TABLE)


def test_the_shipped_table_is_small_and_every_row_usable(table):
    assert synthetic.TABLE.stat().st_size < 100_000
    assert table.of_severity(ERROR) == []
    assert 200 <= len(table.enterprises()) <= 300
    assert table.rows_read == len(table.enterprises()) + synthetic.DUPLICATES


def test_it_has_the_blemishes_of_real_sheets(table):
    text = synthetic.TABLE.read_text(encoding="utf-8")
    for blemish in ("n/a", "%", '"', "年", ",-,"):
        assert blemish in text
    doubles = [problem for problem in table.of_severity(WARNING) if problem.column == "enterprise"]
    assert len(doubles) == synthetic.DUPLICATES
    assert 0.02 < table.missing["productivity_baseline"] < 0.1
    assert 0.2 < reporters(table.enterprises())["productivity"] / len(table.enterprises()) < 0.6


@pytest.fixture(scope="module")
def project():
    return synthetic.simulate_project(synthetic.PLAN, 1)


@pytest.mark.slow
def test_the_shipped_files_are_what_the_command_makes(project, table, tmp_path):
    file = tmp_path / "again.csv"
    synthetic.write_sheet(synthetic.sheet_rows(project, 1), file)
    assert file.read_bytes() == synthetic.TABLE.read_bytes()
    rows = synthetic.TRUTH.read_text(encoding="utf-8").splitlines()[1:]
    assert [row.rpartition(",")[2] for row in rows] == [str(n) for _, _, n in project.truth.values()]


@pytest.mark.slow
def test_what_is_read_is_what_was_simulated(project, table):
    by_name = {enterprise.name: enterprise for enterprise in project.enterprises}
    for row in table.rows:
        enterprise = by_name[row["enterprise"]]
        assert (row["sector"], row["employees"], row["module"]) == (
            enterprise.sector, enterprise.employees, enterprise.modules,
        )  # fmt: skip
        assert row["productivity_end"] is None or enterprise.reports
        for name, value in enterprise.baseline.items():
            seen = row[f"{name}_baseline"]
            assert seen is None or seen == pytest.approx(value, abs=5.1 if name == PRODUCTIVITY else 0.0051)


@pytest.mark.slow
def test_without_a_gain_from_practices_the_truth_is_nearly_none():
    nothing = {f"productivity_gain.{module}": 0.0 for module in synthetic.MODULES}
    plan = synthetic.ProjectPlan(enterprises=60, visits=0, parameters={**nothing, "class_knowhow": 0.0})
    assert abs(synthetic.simulate_project(plan, 3).truth[PRODUCTIVITY][1]) < 0.6


@pytest.mark.slow
def test_over_simulated_projects_naive_gains_overstate_and_the_fit_covers(tmp_path):
    found = []
    for seed in range(11, 19):
        project = synthetic.simulate_project(synthetic.PLAN, seed)
        file = tmp_path / f"{seed}.csv"
        synthetic.write_sheet(synthetic.sheet_rows(project, seed), file)
        effect = fit_effects(observations(read_monitoring(file))).effects[PRODUCTIVITY]
        truth = project.truth[PRODUCTIVITY][1]
        found.append(
            (effect.naive - truth, effect.estimate - truth, effect.low_90 <= truth <= effect.high_90)
        )
    naive, fitted, inside = np.mean(found, axis=0)
    assert naive > 2.0
    assert abs(fitted) < naive
    assert inside >= 6 / 8
