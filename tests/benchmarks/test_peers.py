"""The benchmark's reduced workload: its closed form against sums over tenures, and two peers against it.

Peers that need an installation are checked by the benchmark itself whenever it runs.
"""

from __future__ import annotations

import dataclasses
from functools import partial

import numpy as np
import pytest

from benchmarks.against_peers import too_much
from benchmarks.peers import with_numba, with_numpy, workload
from benchmarks.peers.workload import LEARNING, NEWCOMER_SKILL, QUIT_CHANCE

MONTHS = 40
PEERS = {
    "NumPy, whole": with_numpy.Columns,
    "NumPy, blocks": partial(with_numpy.Columns, block_workers=3000),
    "NumPy, threads": partial(with_numpy.Columns, block_workers=3000, threads=2),
    "Numba": partial(with_numba.Columns, parallel=False),
}


def run(peer, ent, months):
    model = peer(ent)
    quits = sum(model.month() for _ in range(months))
    return workload.outcomes(ent, model.averages(), quits, model.mean_tenure(), months)


def tenure_chances(months):
    """P(tenure = k) after ``months`` from tenure 0: whoever has k < months was hired k months ago."""
    k = np.arange(months + 1)
    chances = QUIT_CHANCE * (1.0 - QUIT_CHANCE) ** k
    chances[-1] = (1.0 - QUIT_CHANCE) ** months
    return k, chances


@pytest.fixture(scope="module")
def ent():
    return workload.enterprises(1000)


@pytest.fixture(scope="module")
def found(ent):
    return {name: run(peer, ent, MONTHS) for name, peer in PEERS.items()}


def test_enterprises_are_skewed_with_24_workers_on_average_and_the_few_begin_the_many(ent):
    few = workload.enterprises(100)
    assert few.employees.tolist() == ent.employees[:100].tolist()
    assert few.ceiling.tolist() == ent.ceiling[:100].tolist()
    assert ent.employees.mean() == pytest.approx(workload.MEAN_EMPLOYEES, rel=0.02)
    assert ent.employees.min() == 1
    assert ent.employees.max() <= workload.LARGEST
    assert np.median(ent.employees) < 0.6 * ent.employees.mean()
    assert abs(np.corrcoef(ent.employees, ent.ceiling)[0, 1]) < 0.05
    assert np.bincount(ent.employer()).tolist() == ent.employees.tolist()


@pytest.mark.parametrize("months", [1, 7, MONTHS])
def test_closed_form_is_the_sum_over_tenures(months):
    single = workload.Enterprises(np.array([9, 1]), np.array([1.0, 1.1]), np.array([0, 9]), 10)
    k, chance = tenure_chances(months)
    expected = workload.expected(single, months)

    mean = float(k @ chance)
    sd = np.sqrt(((k - mean) ** 2 @ chance) / single.workers)
    assert expected["tenure"] == pytest.approx((mean, sd))

    skill = single.ceiling[:, None] - (single.ceiling[:, None] - NEWCOMER_SKILL) * (1.0 - LEARNING) ** k
    means = skill @ chance
    variances = ((skill - means[:, None]) ** 2) @ chance
    weights = single.employees / single.workers
    sd = np.sqrt(weights**2 @ (variances / single.employees))
    assert expected["skill"] == pytest.approx((weights @ means, sd))
    sd = np.sqrt((variances / single.employees).sum()) / 0.1
    assert expected["skill_slope"] == pytest.approx(((means[1] - means[0]) / 0.1, sd))


def test_long_run_turnover_and_tenure_are_stationary(ent):
    months = 400
    mean, _ = workload.expected(ent, months)["tenure"]
    assert mean == pytest.approx((1.0 - QUIT_CHANCE) / QUIT_CHANCE, rel=1e-4)
    found = run(PEERS["NumPy, whole"], ent, months)
    assert found["turnover"] == pytest.approx(QUIT_CHANCE, rel=0.01)
    assert found["tenure"] == pytest.approx((1.0 - QUIT_CHANCE) / QUIT_CHANCE, rel=0.03)


@pytest.mark.parametrize("name", PEERS)
def test_peer_agrees_with_the_closed_form(found, ent, name):
    assert workload.disagreements(found[name], ent, MONTHS) == []


def test_peers_agree_with_each_other(found, ent):
    for name, (_, sd) in workload.expected(ent, MONTHS).items():
        values = [of_peer[name] for of_peer in found.values()]
        assert max(values) - min(values) < 6.0 * sd
        assert len(set(values)) > 1  # their draws differ


def test_blocks_hold_every_worker_once():
    ent = workload.enterprises(500)
    model = with_numpy.Columns(ent, block_workers=1000, threads=2)
    workers = [
        worker for blocks in model.shares for _, part, _ in blocks for worker in range(*part.indices(10**6))
    ]
    assert sorted(workers) == list(range(ent.workers))


def more_quits(ent):
    columns = with_numpy.Columns(ent)
    monthly = columns.month
    columns.month = lambda: int(1.05 * monthly())
    return columns


def tenure_kept(ent):
    columns = with_numpy.Columns(ent)
    columns.mean_tenure = lambda: float(MONTHS)
    return columns


def averages_of_neighbours(ent):
    columns = with_numpy.Columns(ent)
    own = columns.averages
    columns.averages = lambda: np.roll(own(), 1)
    return columns


def newcomers_who_know_less(ent):
    columns = with_numpy.Columns(ent)
    monthly = columns.month

    def month():
        quits = monthly()
        columns.skill[columns.quits] = 0.5
        return quits

    columns.month = month
    return columns


@pytest.mark.parametrize(
    ("wrong", "outcome"),
    [
        (more_quits, "turnover"),
        (tenure_kept, "tenure"),
        (averages_of_neighbours, "skill_slope"),
        (newcomers_who_know_less, "skill"),
    ],
)
def test_a_peer_that_computes_something_else_is_found_out(ent, wrong, outcome):
    sentences = workload.disagreements(run(wrong, ent, MONTHS), ent, MONTHS)
    assert any(sentence.startswith(f"{outcome} is") for sentence in sentences)


def test_nothing_found_is_a_disagreement(ent):
    nothing = dict.fromkeys(("turnover", "tenure", "skill", "skill_slope"), float("nan"))
    assert len(workload.disagreements(nothing, ent, MONTHS)) == 4


def test_sizes_beyond_time_or_memory_are_not_tried():
    last = workload.Measured(
        enterprises=1000, workers=24_000, threads=1, months=10, seconds_to_build=1.0, seconds_per_month=0.2,
        bytes_per_worker=300.0, outcomes={},
    )  # fmt: skip
    assert too_much(last, 2000, limit=100.0, memory=1e9) is None
    assert "GB" in (too_much(last, 1_000_000, limit=1e9, memory=8e9) or "")
    assert "2,000 s" in (too_much(last, 1_000_000, limit=1999.0, memory=1e12) or "")
    quick = dataclasses.replace(last, seconds_to_build=0.0, seconds_per_month=0.0001)
    assert too_much(quick, 1_000_000, limit=1.0, memory=1e12) is None


def test_quick_months_are_repeated_and_slow_ones_are_few():
    ent = workload.enterprises(100)
    quick = workload.measure(with_numpy.Columns, ent, months=4, seconds=10.0, threads=1)
    assert quick.months > workload.WARM_UP + 4
    assert workload.disagreements(quick.outcomes, ent, quick.months) == []
    slow = workload.measure(with_numpy.Columns, ent, months=4, seconds=0.0, threads=1)
    assert slow.months == workload.WARM_UP + workload.FEWEST
