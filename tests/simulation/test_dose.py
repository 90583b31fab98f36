"""The pattern of the literature on dose, with default parameters and no tuning in the test.

A class alone adds little to practice use (about 5 points within a year in McKenzie & Woodruff's review),
visits add much more, more visits still more but ever less; what was gained erodes over years, not months.
"""

import numpy as np
import pytest

from simulation.batch import simulate
from simulation.census import load_census
from simulation.effects import paired_sums
from simulation.indicators import INDICATORS
from simulation.parameters import parameter_record
from simulation.population import ProgrammeStratum, draw_population
from simulation.programme import Programme, Scenario
from simulation.world import Run

pytestmark = pytest.mark.xdist_group("dose")  # one process: what they share is made once

MONTHS = 84
VISITS = (0, 3, 6, 12)


@pytest.fixture(scope="module")
def gains():
    """Practice share gained in cooperation, points, by number of visits and year since class."""
    stratum = ProgrammeStratum(tuple(range(31)), tuple(range(31)), 50, 250, 150)
    population = draw_population(load_census(), enterprises=100, months=MONTHS, seed=5, programme=(stratum,))
    target = (population.stratum == 1) & population.incumbent
    target &= (population.employees >= 50) & (population.employees <= 250)
    runs = [Run(Scenario(name="none", months=MONTHS), population, parameter_record(), 5, 5, panel=target)]
    for visits in VISITS:
        programme = Programme.model_validate(
            {
                "enrolment": "assigned", "modules": ["cooperation"], "enterprises_per_month": 150,
                "trainers": 400, "closing_month": 2, "delivery": {"visits": visits, "visit_months": 6},
            }
        )  # fmt: skip
        scenario = Scenario(name=f"visits_{visits}", months=MONTHS, programme=programme)
        runs.append(Run(scenario, population, parameter_record(), 5, 5, target, target))
    none, *arms = simulate(runs)
    share = INDICATORS["practice_share.cooperation"].value
    rows = len(none.panel)
    ones, total = np.ones(rows), np.zeros((rows, 1), np.int64)
    by_visits = {}
    for visits, arm in zip(VISITS, arms, strict=True):
        start = arm.panel_enterprises["first_class_month"].astype(np.int64)
        assert (start >= 0).mean() > 0.9
        sums = paired_sums(arm.panel, none.panel, np.where(start < 0, -1, start + 1), ones, total, 1)
        whole = sums.present[:, 0] > 0.0
        by_visits[visits] = (share(sums.survivors[0, :, 0]) - share(sums.survivors[1, :, 0]))[whole]
    return by_visits


def test_a_class_alone_adds_a_few_points(gains):
    assert 1.5 < gains[0][:2].mean() < 7.0


def test_visits_add_much_more_and_ever_less(gains):
    second_year = np.array([gains[visits][1] for visits in VISITS])
    per_visit = np.diff(second_year) / np.diff(VISITS)
    assert second_year[1] > 2.0 * second_year[0]
    assert (per_visit > 0.0).all()
    assert (np.diff(per_visit) < 0.0).all()


def test_gains_erode_over_years_not_months(gains):
    with_visits = gains[3]
    assert with_visits[2] > 0.6 * with_visits[1]
    assert (np.diff(with_visits[1:]) < 0.0).all()
    assert with_visits[-1] < 0.85 * with_visits[1]
