"""Without a programme nothing drifts, and the levels are those that the sources give.

Every indicator is taken in the second and third and in the last two years of independent runs; the tolerance
is what these runs' own differences say about chance. In the first year tenure and skill settle from the
approximate spread they start with; how far that goes is a test of its own.
"""

import numpy as np
import pytest
from scipy import stats

from simulation import accounts as a
from simulation.batch import simulate
from simulation.indicators import INDICATORS
from simulation.parameters import MODULES, parameter_record
from simulation.population import draw_population
from simulation.world import Run
from tests.simulation.small_runs import TABLES, small_scenario

pytestmark = pytest.mark.xdist_group("stationarity")  # one process: what they share is made once

YEARS = 8
RUNS = 8
ENTERPRISES = 1_500
LEVEL = 1e-3
"""Two-sided level of each test of drift; with some 30 of them, one false alarm in 30 choices of seeds."""
STAFFED = 5.0
"""Workers from which an enterprise counts in a dispersion: in smaller ones one absence shows."""

RATES = (
    "productivity", "defect_rate", "recorded_defect_rate", "injury_rate", "turnover_rate", "quit_rate",
    "absence_rate", "hours", "engagement", "wage", "low_pay_share", "energy_intensity", "waste_intensity",
    "employment", "employment_women", "enterprises", "value_added",
    *(f"practice_share.{module}" for module in MODULES),
)  # fmt: skip
OTHER_RATES = {
    "exits": (a.EXITS, a.ENTERPRISES, 1_200.0),
    "entries": (a.ENTRIES, a.ENTERPRISES, 1_200.0),
    "effective labour per worker": (a.EFFECTIVE_LABOUR, a.HEADCOUNT, 1.0),
    "vacancies": (a.VACANCIES, a.HEADCOUNT, 1.0),
    "profit share": (a.PROFIT, a.VALUE_ADDED, 1.0),
    "order index": (a.ORDERS, a.GROSS_OUTPUT, 1.0),
}

SETTLING = (
    "defect_rate", "injury_rate", "turnover_rate", "absence_rate", "hours", "engagement", "wage",
    "energy_intensity", "effective labour per worker", "order index",
)  # fmt: skip
"""Rates per worker or output, which must start near where they rest."""

BASELINE = {
    "turnover_rate": (26.0, 0.10),  # CEES, Guangdong 2014-15, % a year
    "exits": (6.5, 0.10),  # registers 2001-13, % a year
    "absence_rate": (4.34, 0.10),  # Sun-step, % of working days
    "defect_rate": (6.0, 0.15),  # SAMR: 6.1 to 6.6 % of sampled products fail, which is not output
    "hours": (48.8, 0.01),  # NBS, April 2023
}
"""Published levels and how far off, relative, the model may be."""


@pytest.fixture(scope="module")
def runs():
    scenario = small_scenario(12 * YEARS)
    chosen = []
    for seed in range(RUNS):
        population = draw_population(TABLES, enterprises=ENTERPRISES, months=12 * YEARS, seed=100 + seed)
        panel = np.ones(population.n, np.bool_)
        chosen.append(Run(scenario, population, parameter_record(), seed, 50 + seed, panel=panel))
    return simulate(chosen)


def yearly(result):
    """Sums of the national accounts by year."""
    total = result.sums[:, 0]
    return total.reshape(YEARS, 12, a.N_ACCOUNTS).sum(axis=1)


def indicator(name, sums):
    if name in OTHER_RATES:
        top, bottom, factor = OTHER_RATES[name]
        return factor * sums[top] / sums[bottom]
    return INDICATORS[name].value(sums)


def assert_no_drift(early, late):
    """The mean difference of independent runs is within what their own scatter allows."""
    change = np.asarray(late) - np.asarray(early)
    error = change.std(ddof=1) / np.sqrt(len(change))
    allowed = stats.t.ppf(1.0 - LEVEL / 2.0, len(change) - 1) * error
    assert abs(change.mean()) <= allowed, (np.mean(early), np.mean(late), allowed)


@pytest.mark.parametrize("name", [*RATES, *OTHER_RATES])
def test_indicators_do_not_drift(runs, name):
    early = [indicator(name, yearly(run)[1:3].sum(axis=0)) for run in runs]
    late = [indicator(name, yearly(run)[-2:].sum(axis=0)) for run in runs]
    assert_no_drift(early, late)


@pytest.mark.parametrize("name", SETTLING)
def test_the_first_year_is_near_the_later_ones(runs, name):
    first = np.array([indicator(name, yearly(run)[0]) for run in runs])
    later = np.array([indicator(name, yearly(run)[1:].sum(axis=0)) for run in runs])
    # a few large enterprises of rich sectors weigh much in what is weighted by output
    scatter = (first - later).std(ddof=1) / np.sqrt(len(runs))
    assert first.mean() == pytest.approx(later.mean(), abs=0.025 * later.mean() + 2.0 * scatter)


@pytest.mark.parametrize("k", range(len(MODULES)), ids=MODULES)
def test_practices_keep_their_spread(runs, k):
    first, last = a.PRACTICE_COOPERATION + k, 12 * YEARS - 1
    early, late = [], []
    for run in runs:
        there = (run.panel[:, 0, a.ENTERPRISES] > 0) & (run.panel[:, last, a.ENTERPRISES] > 0)
        early.append(run.panel[there, 0, first].std())
        late.append(run.panel[there, last, first].std())
    assert_no_drift(early, late)


def log_productivity(run, months):
    """Log value added per worker of staffed enterprises over some months, less its sector's mean."""
    rows = run.panel[:, months].astype(np.float64)
    months_there = rows[:, :, a.ENTERPRISES].sum(axis=1)
    value, heads = rows[:, :, a.VALUE_ADDED].sum(axis=1), rows[:, :, a.HEADCOUNT].sum(axis=1)
    chosen = (months_there == rows.shape[1]) & (heads >= STAFFED * months_there) & (value > 0.0)
    logs, sector = np.log(value[chosen] / heads[chosen]), run.enterprises["sector"][chosen]
    count = np.bincount(sector)
    mean = np.bincount(sector, logs) / np.maximum(1, count)
    return (logs - mean[sector])[count[sector] >= 10]


def test_productivity_keeps_its_dispersion(runs):
    early = [log_productivity(run, slice(0, 12)).std() for run in runs]
    late = [log_productivity(run, slice(-12, None)).std() for run in runs]
    assert_no_drift(early, late)
    assert 0.5 < np.mean(late) < 0.65  # Hsieh and Klenow 2009: about 0.63, revenue productivity


def test_nothing_is_gained_without_a_programme(runs):
    for run in runs:
        assert not run.enterprises["gain"].any()
        assert not run.enterprises["knowhow"].any()
        assert not run.sums[:, :, a.CLASSES_ATTENDED].any()


@pytest.mark.parametrize("name", BASELINE)
def test_levels_are_those_of_the_sources(runs, name):
    published, relative = BASELINE[name]
    simulated = np.mean([indicator(name, yearly(run).sum(axis=0)) for run in runs])
    assert simulated == pytest.approx(published, rel=relative)


def test_women_and_their_jobs(runs):
    total = sum(yearly(run).sum(axis=0) for run in runs)
    assert total[a.WOMEN] / total[a.HEADCOUNT] == pytest.approx(0.378, rel=0.01)  # census 2023
    women, all_ = total[a.WAGES_WOMEN] / total[a.WOMEN], total[a.WAGES] / total[a.HEADCOUNT]
    assert women == pytest.approx(all_, rel=0.01)  # composition only: no gap is modelled


def test_quits_peak_after_new_year(runs):
    quits = sum(run.sums[:, 0, a.QUITS] / run.sums[:, 0, a.HEADCOUNT] for run in runs)
    by_month = quits.reshape(YEARS, 12).mean(axis=0)
    assert by_month.argmax() == 1  # February
    assert by_month[1] / by_month.mean() == pytest.approx(parameter_record()["quit_new_year"][0], rel=0.15)
