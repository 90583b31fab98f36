"""The same run gives the same bytes however it is made."""

from dataclasses import fields

import numpy as np
import pytest

from simulation import accounts as a
from simulation import compile as compiling
from simulation import market_accounts as ma
from simulation import world
from simulation.batch import simulate
from simulation.effects import paired_sums
from simulation.threads import AVAILABLE, use_threads
from simulation.world import Run, World, build_world
from tests.simulation.histories import LIVELY, PROGRAMME
from tests.simulation.small_runs import SEEDS, WHERE, small_run, small_scenario, view

ASSIGNED = {
    "enrolment": "assigned",
    "enterprises_per_month": 3.0,
    "trainers": 12.0,
    "credit_line": 1.0,
    "target": WHERE,
}
WITH = small_scenario(24, ASSIGNED)
WITHOUT = small_scenario(24)
ON_MARKET = small_scenario(24, PROGRAMME | {"closing_month": 18})
"""A training market with all that may happen in it; it runs on for half a year after the programme."""
ALL = (WITH, WITHOUT, ON_MARKET)


def lively(scenario, **options) -> Run:
    """A run in which trainers and providers come and go."""
    return small_run(scenario, LIVELY, **options)


def recorded(result):
    return result.sums.tobytes(), result.panel.tobytes(), result.market.tobytes()


def differences(first: World, second: World) -> list[str]:
    """Columns, and fields of records, in which two worlds differ (scratch space and padding apart)."""
    found = []
    for field in fields(World):
        mine, other = getattr(first, field.name), getattr(second, field.name)
        if not isinstance(mine, np.ndarray) or field.name in ("side_by_side", "block_sums"):
            continue
        names = mine.dtype.names or [()]
        found += [f"{field.name} {x}" for x in names if mine[x].tobytes() != other[x].tobytes()]
    return found


def stepped(runs, threads=1) -> World:
    use_threads(threads)
    made = build_world(runs)
    while made.month < made.schedule.shape[1]:
        made.step()
    return made


def to_end(runs, threads=1) -> World:
    use_threads(threads)
    made = build_world(runs)
    made.run()
    return made


@pytest.fixture(autouse=True)
def all_threads():
    yield
    use_threads(None)


# --- one run, many ways


def test_stepping_equals_running_to_the_end():
    runs = [lively(scenario) for scenario in ALL]
    assert differences(stepped(runs), to_end(runs)) == []


@pytest.mark.parametrize("threads", [1, AVAILABLE])
@pytest.mark.parametrize("enterprises_of_a_part", [1, 10_000], ids=["a part a block", "a part a run"])
def test_neither_threads_nor_parts_matter(monkeypatch, enterprises_of_a_part, threads):
    runs = [*(lively(scenario) for scenario in ALL), small_run(ON_MARKET, {"quit_rate": 0.03})]
    usual = stepped(runs, 1)
    usual_alone = [to_end([run], 1) for run in runs]
    monkeypatch.setattr(world, "PART_ENTERPRISES", enterprises_of_a_part)
    otherwise = stepped(runs, threads)
    assert len(otherwise.parts) == len(otherwise.blocks if enterprises_of_a_part == 1 else runs)
    of_parts = {"parts ()", "runs first_part", "runs parts"}
    assert set(differences(usual, otherwise)) <= of_parts
    assert set(differences(usual, to_end(runs, threads))) <= of_parts
    for run, alone in zip(runs, usual_alone, strict=True):  # all threads at one run
        assert set(differences(alone, to_end([run], threads))) <= of_parts


def test_every_enterprise_is_in_one_part_of_its_run(monkeypatch):
    monkeypatch.setattr(world, "PART_ENTERPRISES", 200)
    made = build_world([lively(WITHOUT), lively(ON_MARKET)])
    covered = []
    for run in made.runs:
        mine = made.parts[run["first_part"] : run["first_part"] + run["parts"]]
        assert mine[0, 0] == run["first_block"]
        assert mine[-1, 1] == run["first_block"] + run["blocks"]
        covered += [block for first, stop in mine for block in range(first, stop)]
    assert covered == list(range(len(made.blocks)))
    assert len(made.runs) < len(made.parts) < len(made.blocks)


def test_a_run_is_the_same_alone_and_in_a_batch():
    short = small_scenario(14, ASSIGNED)
    runs = [lively(WITHOUT), lively(ON_MARKET), small_run(short), small_run(WITH, {"injury_rate": 60.0})]
    runs.append(small_run(ON_MARKET))
    together = simulate(runs)
    for run, in_batch in zip(runs, together, strict=True):
        (alone,) = simulate([run])
        assert recorded(alone) == recorded(in_batch)
        assert alone.sums.shape[0] == run.scenario.months
        for name in ("cash", "practice", "headcount", "endline_report", "exit_month", "belief", "provider"):
            assert (alone.enterprises[name] == in_batch.enterprises[name]).all(), name


def market_of(world: World, index: int) -> list[bytes]:
    """Every field of a run's trainers and providers, and its market accounts."""
    mine = view(world, index)
    records = [mine.trainers, mine.providers]
    return [mine.market.tobytes(), *(x[name].tobytes() for x in records for name in x.dtype.names)]


def test_the_order_of_runs_does_not_matter():
    runs = [lively(ON_MARKET), lively(WITH), small_run(ON_MARKET), lively(ON_MARKET, event_seed=12)]
    forward, backward = to_end(runs), to_end(runs[::-1])
    for index in range(len(runs)):
        assert market_of(forward, index) == market_of(backward, len(runs) - 1 - index)
    assert market_of(forward, 0) == market_of(to_end(runs[:1]), 0)
    assert market_of(forward, 0) != market_of(forward, 3)


def test_the_market_under_test_is_alive():
    mine = view(to_end([lively(ON_MARKET)]), 0)
    for name, account in (("informed", ma.INFORMED), ("certified", ma.CERTIFIED), ("left", ma.TRAINERS_LEFT)):
        assert mine.entered(account) > 0, name
    for account in (ma.GROWTH_COSTS, ma.COMMERCIAL_MODULES, ma.SUBSIDIES, ma.BUYER_PAYMENTS):
        assert mine.entered(account) > 0, ma.MARKET_ACCOUNTS[account]
    assert mine.entered(ma.MODULES, since=18) > 0  # after closing


def test_block_size_moves_nothing_but_rounding(monkeypatch):
    whole = stepped([lively(ON_MARKET)])
    monkeypatch.setattr(world, "BLOCK_ENTERPRISES", 1)  # a block a cluster
    fine = stepped([lively(ON_MARKET)])
    assert len(fine.blocks) > len(whole.blocks)
    # sums are added block by block, so that their last bits, and what depends on them, may differ
    assert (fine.seats.column("status") == whole.seats.column("status")).mean() > 0.999
    scale = np.abs(whole.sums).max(axis=(1, 2), keepdims=True)
    assert (np.abs(fine.sums - whole.sums) <= 1e-3 * scale).all()
    assert fine.sums[0, 0] == pytest.approx(whole.sums[0, 0], rel=1e-12)


@pytest.mark.parametrize("scenario", [WITH, ON_MARKET], ids=["assigned", "market"])
def test_one_seed_one_history(scenario):
    first, again, other = (
        simulate([small_run(scenario, event_seed=seed)])[0] for seed in (SEEDS["event_seed"],) * 2 + (12,)
    )
    assert recorded(first) == recorded(again)
    assert first.sums[0, 0, a.HEADCOUNT] == other.sums[0, 0, a.HEADCOUNT]  # the same enterprises
    assert first.sums[0, 0, a.QUITS] != other.sums[0, 0, a.QUITS]  # other events
    (elsewhere,) = simulate([small_run(scenario, population_seed=6)])
    assert elsewhere.sums[0, 0, a.WAGES] != first.sums[0, 0, a.WAGES]


@pytest.mark.parametrize("scenario", [WITH, ON_MARKET], ids=["assigned", "market"])
def test_a_scenario_against_itself_has_no_effect(scenario):
    arms = simulate([small_run(scenario), small_run(scenario)])
    rows = len(arms[0].panel)
    start, weight, level = np.zeros(rows, np.int64), np.ones(rows), np.zeros((rows, 1), np.int64)
    sums = paired_sums(arms[0].panel, arms[1].panel, start, weight, level, 1)
    assert (sums.survivors[0] == sums.survivors[1]).all()
    assert (sums.everybody[0] == sums.everybody[1]).all()
    assert sums.everybody.any()


@pytest.mark.parametrize("programme", [ASSIGNED, PROGRAMME], ids=["assigned", "market"])
def test_before_the_programme_begins_arms_are_the_same(programme):
    late = small_scenario(24, programme | {"first_month": 10})
    with_it, without = simulate([small_run(late), small_run(WITHOUT)])
    assert with_it.sums[:11].tobytes() == without.sums[:11].tobytes()  # enrolled in month 10, in class in 11
    assert with_it.sums.tobytes() != without.sums.tobytes()


# --- common random numbers


def test_a_small_change_changes_few_events():
    """Quits 5 % rarer: hardly anybody quits who did not before, and the months stay close."""
    usual = {"quit_rate": 0.02}
    arms = [small_run(WITHOUT, usual), small_run(WITHOUT, {"quit_rate": 0.019})]
    redrawn = small_run(WITHOUT, {"quit_rate": 0.019}, event_seed=99)
    base, fewer, independent = (result.panel.astype(np.float64) for result in simulate([*arms, redrawn]))
    quits = base[:, 0, a.QUITS] - fewer[:, 0, a.QUITS]
    # in the first month nothing but the rate differs (and the start's tenure, which the rate shapes)
    assert quits.sum() > 0.0
    paired = np.abs(base[:, :, a.QUITS] - fewer[:, :, a.QUITS]).sum()
    unpaired = np.abs(base[:, :, a.QUITS] - independent[:, :, a.QUITS]).sum()
    assert paired < 0.3 * unpaired


def test_where_quits_are_rarer_nobody_quits_in_their_place():
    state = build_world([small_run(WITHOUT), small_run(WITHOUT)])
    state.parameters["quit_rate"][1] *= 0.8  # the same people at the start
    half = len(state.seats) // 2
    before = state.seats.column("status")
    state.step()
    left = (before > 0) & (state.seats.column("status") == 0)
    assert left[half:].sum() < left[:half].sum()
    # closures clear a roster for other reasons, but these are the same in both
    assert not (left[half:] & ~left[:half]).any()


# --- the cache of compiled code


def test_the_cache_follows_every_kernel_source(tmp_path, monkeypatch):
    """A copy of the sources has the same key; one changed byte in any of them gives another."""
    names = [f"{name}.py" for name in compiling.KERNEL_SOURCES] + ["data/parameters.csv"]
    (tmp_path / "data").mkdir()
    for name in names:
        (tmp_path / name).write_bytes((compiling.PACKAGE / name).read_bytes())
    original = compiling.source_hash()
    monkeypatch.setattr(compiling, "PACKAGE", tmp_path)
    assert compiling.source_hash() == original
    for name in names:
        text = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(text + b"\n")
        assert compiling.source_hash() != original, name
        (tmp_path / name).write_bytes(text)
    assert compiling.source_hash() == original


def test_every_file_with_compiled_code_is_a_kernel_source():
    marks = ("@submodel", "@routine", "@intrinsic")  # a kernel's own file is watched by Numba
    holders = {
        path.stem
        for path in compiling.PACKAGE.glob("*.py")
        if any(mark in path.read_text() for mark in marks)
    }
    assert holders - {"compile"} <= set(compiling.KERNEL_SOURCES)
