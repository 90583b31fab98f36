"""What sectors are like before any programme, against figures that do not come from the same formula."""

import numpy as np
import pytest

from simulation.baseline import LABOUR_COST, sector_baseline
from simulation.census import load_census
from simulation.parameters import PARAMETERS


def test_value_added_per_worker_of_the_sectors_adds_up_to_the_nation_in_yuan():
    tables = load_census()
    weight = tables.employment / tables.employment.sum()
    yuan = 1e3 * tables.revenue_per_worker * (1.0 - tables.cost_ratio / 100.0) + LABOUR_COST
    assert weight @ yuan == pytest.approx(PARAMETERS["value_added_per_worker"].default, rel=0.1)
    assert sector_baseline(tables).value_added == pytest.approx(yuan / (weight @ yuan))


def test_sectors_differ_in_value_added_per_worker():
    tables = load_census()
    value = dict(zip(tables.sectors, sector_baseline(tables).value_added, strict=True))
    assert value["C27"] > 3.0 * value["C18"]  # pharmaceuticals and wearing apparel
    assert value["C16"] == max(value.values())  # tobacco
    assert np.median(list(value.values())) < 1.0
