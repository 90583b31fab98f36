"""The same run gives the same bytes however it is made, and random numbers are what they claim to be."""

from dataclasses import fields

import numba
import numpy as np
import pytest
from scipy import stats

from simulation import accounts as a
from simulation import compile as compiling
from simulation import draws, world
from simulation.batch import simulate
from simulation.effects import paired_sums
from simulation.world import World, build_world
from tests.simulation.small_runs import SEEDS, small_run, small_scenario

PROGRAMME = {"enterprises_per_month": 3.0, "trainer_days_per_month": 80.0, "credit_line": 1.0}
WITH = small_scenario(24, PROGRAMME)
WITHOUT = small_scenario(24)


def recorded(result):
    return result.sums.tobytes(), result.panel.tobytes()


def differences(first: World, second: World) -> list[str]:
    """Columns, and fields of records, in which two worlds differ (scratch space and padding apart)."""
    found = []
    for field in fields(World):
        mine, other = getattr(first, field.name), getattr(second, field.name)
        if not isinstance(mine, np.ndarray) or field.name in ("rows", "block_sums"):
            continue
        names = mine.dtype.names or [()]
        found += [f"{field.name} {x}" for x in names if mine[x].tobytes() != other[x].tobytes()]
    return found


def stepped(runs, threads=1) -> World:
    numba.set_num_threads(threads)
    made = build_world(runs)
    while made.month < made.schedule.shape[1]:
        made.step()
    return made


def to_end(runs, threads=1) -> World:
    numba.set_num_threads(threads)
    made = build_world(runs)
    made.run_to_end()
    return made


@pytest.fixture(autouse=True)
def all_threads():
    yield
    numba.set_num_threads(numba.config.NUMBA_NUM_THREADS)


# --- one run, many ways


def test_stepping_equals_running_to_the_end():
    runs = [small_run(WITH), small_run(WITHOUT)]
    assert differences(stepped(runs), to_end(runs)) == []


def test_threads_do_not_matter(monkeypatch):
    monkeypatch.setattr(world, "WORTH_THREADS", 0)
    runs = [small_run(WITH), small_run(WITHOUT), small_run(WITH, {"quit_rate": 0.03})]
    several = numba.config.NUMBA_NUM_THREADS
    assert differences(stepped(runs, 1), stepped(runs, several)) == []
    assert differences(to_end(runs, 1), to_end(runs, several)) == []


def test_a_run_is_the_same_alone_and_in_a_batch():
    short = small_scenario(14, PROGRAMME)
    runs = [small_run(WITHOUT), small_run(short), small_run(WITH, {"injury_rate": 60.0}), small_run(WITH)]
    together = simulate(runs)
    for run, in_batch in zip(runs, together, strict=True):
        (alone,) = simulate([run])
        assert recorded(alone) == recorded(in_batch)
        assert alone.sums.shape[0] == run.scenario.months
        for name in ("cash", "practice", "headcount", "endline_report", "exit_month"):
            assert (alone.enterprises[name] == in_batch.enterprises[name]).all(), name


def test_block_size_moves_nothing_but_rounding(monkeypatch):
    whole = stepped([small_run(WITH)])
    monkeypatch.setattr(world, "BLOCK_ENTERPRISES", 1)  # a block a cluster
    fine = stepped([small_run(WITH)])
    assert len(fine.blocks) > len(whole.blocks)
    # sums are added block by block, so that their last bits, and what depends on them, may differ
    assert (fine.status == whole.status).mean() > 0.999
    scale = np.abs(whole.sums).max(axis=(1, 2), keepdims=True)
    assert (np.abs(fine.sums - whole.sums) <= 1e-3 * scale).all()
    assert fine.sums[0, 0] == pytest.approx(whole.sums[0, 0], rel=1e-12)


def test_one_seed_one_history():
    first, again, other = (
        simulate([small_run(WITH, event_seed=seed)])[0] for seed in (SEEDS["event_seed"],) * 2 + (12,)
    )
    assert recorded(first) == recorded(again)
    assert first.sums[0, 0, a.HEADCOUNT] == other.sums[0, 0, a.HEADCOUNT]  # the same enterprises
    assert first.sums[0, 0, a.QUITS] != other.sums[0, 0, a.QUITS]  # other events
    (elsewhere,) = simulate([small_run(WITH, population_seed=6)])
    assert elsewhere.sums[0, 0, a.WAGES] != first.sums[0, 0, a.WAGES]


def test_a_scenario_against_itself_has_no_effect():
    arms = simulate([small_run(WITH), small_run(WITH)])
    rows = len(arms[0].panel)
    start, weight, level = np.zeros(rows, np.int64), np.ones(rows), np.zeros((rows, 1), np.int64)
    sums = paired_sums(arms[0].panel, arms[1].panel, start, weight, level, 1)
    assert (sums.survivors[0] == sums.survivors[1]).all()
    assert (sums.everybody[0] == sums.everybody[1]).all()
    assert sums.everybody.any()


def test_before_the_programme_begins_arms_are_the_same():
    late = small_scenario(24, PROGRAMME | {"first_month": 10})
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
    half = len(state.status) // 2
    before = state.status.copy()
    state.step()
    left = (before > 0) & (state.status == 0)
    assert left[half:].sum() < left[:half].sum()
    # closures clear a roster for other reasons, but these are the same in both
    assert not (left[half:] & ~left[:half]).any()


# --- draws against plain integers of any size

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15


def splitmix(x: int) -> int:
    """The finaliser of splitmix64 as published, in plain integers."""
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


def plain_stream(seed: int, decision: int, month: int) -> int:
    keyed = splitmix(seed ^ splitmix((decision * GOLDEN) & MASK))
    return splitmix((keyed + month * GOLDEN) & MASK)


def plain_block(key: int, entity: int) -> int:
    return splitmix(splitmix(((entity + 1) * GOLDEN) & MASK) ^ key)


@numba.njit
def stream_bits(seed, decision, month, entities):
    key = draws.stream(seed, decision, month)
    out = np.empty(entities, np.uint64)
    for entity in range(entities):
        out[entity] = draws.block(key, entity)
    return out


@numba.njit
def numbers(bits):
    out = np.empty((9, len(bits)))
    for i in range(len(bits)):
        out[0, i] = draws.uniform(bits[i])
        out[1, i] = draws.third(bits[i], draws.SHIFT_FIRST)
        out[2, i] = draws.third(bits[i], draws.SHIFT_SECOND)
        out[3, i] = draws.third(bits[i], draws.SHIFT_THIRD)
        for part in range(5):
            out[4 + part, i] = draws.fifth(bits[i], part)
    return out


@numba.njit
def bells(bits):
    out = np.empty(len(bits))
    for i in range(len(bits)):
        out[i] = draws.bell(bits[i])
    return out


def test_the_mixer_is_splitmix64():
    """Known answers: the first numbers of splitmix64 seeded with 1234567, as published with it."""
    published = [
        6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431,
        16408922859458223821,
    ]  # fmt: skip
    state, found = 1234567, []
    for _ in published:
        state = (state + GOLDEN) & MASK
        found.append(splitmix(state))
    assert found == published


@pytest.mark.parametrize("seed", [0, 1, 0xDEADBEEF, MASK])
@pytest.mark.parametrize("decision", [draws.WORKER_MONTH, draws.MEASUREMENT])
@pytest.mark.parametrize("month", [0, 7, 599])
def test_draws_equal_plain_integers(seed, decision, month):
    bits = stream_bits(np.uint64(seed), decision, month, 50)
    plain = [plain_block(plain_stream(seed, decision, month), entity) for entity in range(50)]
    assert [int(x) for x in bits] == plain
    u = numbers(bits)
    assert u[0].tolist() == [(x >> 11) / 2.0**53 for x in plain]
    for row, shift in ((1, 43), (2, 22), (3, 1)):
        assert u[row].tolist() == [((x >> shift) & (2**21 - 1)) / 2.0**21 for x in plain]
    for part in range(5):
        assert u[4 + part].tolist() == [((x >> (12 * part)) & 4095) / 4096.0 for x in plain]


N = 200_000


def test_draws_are_uniform():
    """Chi-squared over 64 cells; one false alarm in a thousand choices of seed for each of nine."""
    u = numbers(stream_bits(np.uint64(7), draws.WORKER_MONTH, 3, N))
    for row in u:
        counts = np.bincount((row * 64).astype(int), minlength=64)
        assert stats.chisquare(counts).pvalue > 1e-3
    b = bells(stream_bits(np.uint64(7), draws.PRODUCTIVITY_SHOCK, 3, N))
    assert abs(b.mean()) < 4.0 / np.sqrt(N)
    assert b.std() == pytest.approx(1.0, abs=4.0 / np.sqrt(2 * N))


def test_streams_are_unrelated():
    """Of decisions, months, seeds, neighbours, and the parts of one block."""
    seed = np.uint64(7)
    first = numbers(stream_bits(seed, draws.WORKER_MONTH, 3, N))
    others = [
        stream_bits(seed, draws.HIRE, 3, N),
        stream_bits(seed, draws.WORKER_MONTH, 4, N),
        stream_bits(np.uint64(8), draws.WORKER_MONTH, 3, N),
        np.roll(stream_bits(seed, draws.WORKER_MONTH, 3, N), 1),
    ]
    columns = [*first[:4], *(numbers(bits)[0] for bits in others)]
    correlation = np.corrcoef(columns)
    correlation[0, 1] = correlation[1, 0] = 0.0  # the top bits of a block serve both
    np.fill_diagonal(correlation, 0.0)
    assert np.abs(correlation).max() < 4.5 / np.sqrt(N)


def test_decisions_have_numbers_of_their_own():
    decisions = [
        value
        for name, value in vars(draws).items()
        if name.isupper() and isinstance(value, int) and not name.endswith("_BITS")
    ]
    assert len(decisions) >= 13
    assert len(set(decisions)) == len(decisions)


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
    marks = ("@submodel", "@kernel", "numba.njit")
    holders = {
        path.stem
        for path in compiling.PACKAGE.glob("*.py")
        if any(mark in path.read_text() for mark in marks)
    }
    assert holders - {"compile"} <= set(compiling.KERNEL_SOURCES)
