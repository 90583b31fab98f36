"""Random numbers are what they claim to be: pure functions, uniform, unrelated."""

import numba
import numpy as np
import pytest
from scipy import stats

from simulation import draws

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
def seats(seed, month, rosters, places):
    """Words and draws of the seats of many rosters: arrays (rosters, places)."""
    key = draws.stream(seed, draws.WORKER_MONTH, month)
    words = np.empty((2, rosters, places), np.uint32)
    thirds = np.empty((3, rosters, places), np.int32)
    for roster in range(rosters):
        bits = draws.block(key, roster)
        for place in range(places):
            x, y = draws.seat_words(bits, place)
            words[0, roster, place], words[1, roster, place] = x, y
            first, second, third = draws.seat_thirds(x, y)
            thirds[0, roster, place], thirds[1, roster, place] = first, second
            thirds[2, roster, place] = third
    return words, thirds


def plain_seat_words(bits: int, place: int) -> tuple[int, int]:
    """The rounds in plain integers."""
    low, high, mask = bits & 0xFFFFFFFF, bits >> 32, 0xFFFFFFFF
    x = (place * 0x9E3779B1 + low) & mask
    x = ((x ^ (x >> 16)) * 0x7FEB352D) & mask
    x ^= high
    x = ((x ^ (x >> 15)) * 0x846CA68B) & mask
    x ^= x >> 16
    y = ((x ^ high) * 0x9E3779B1) & mask
    return x, y ^ (y >> 15)


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


@pytest.mark.parametrize("month", [0, 41])
def test_seat_words_equal_plain_integers(month):
    words, thirds = seats(np.uint64(9), month, 5, 40)
    key = plain_stream(9, draws.WORKER_MONTH, month)
    for roster in range(5):
        plain = [plain_seat_words(plain_block(key, roster), place) for place in range(40)]
        assert words[:, roster].T.tolist() == [list(pair) for pair in plain]
        expected = [[x >> 11, y >> 11, (x & 2047) << 10 | y & 1023] for x, y in plain]
        assert thirds[:, roster].T.tolist() == expected


def pairs_of_seats(u: np.ndarray, later: np.ndarray):
    """What must be unrelated: a seat's draws, neighbours in a roster, rosters, months."""
    for k in range(3):
        yield u[k], u[(k + 1) % 3]
        yield u[k, :, :-1], u[k, :, 1:]
        yield u[k, :-1], u[k, 1:]
        yield u[k], later[k]


def test_seats_draw_uniformly_and_apart():
    """Chi-squared of each draw and of pairs over 32 x 32 cells, and pairs of rare events: 39 tests in all."""
    u, later = (seats(np.uint64(7), month, 10_000, 32)[1] / draws.THIRDS for month in (3, 4))
    for row in u:
        assert stats.chisquare(np.bincount((row * 1024).astype(int).ravel(), minlength=1024)).pvalue > 1e-4
    for a, b in pairs_of_seats(u, later):
        cells = (a * 32).astype(int) * 32 + (b * 32).astype(int)
        assert stats.chisquare(np.bincount(cells.ravel(), minlength=1024)).pvalue > 1e-4
        both, expected = ((a < 0.02) & (b < 0.02)).sum(), 0.0004 * a.size
        assert abs(both - expected) < 4.5 * np.sqrt(expected)


def test_decisions_have_numbers_of_their_own():
    decisions = [
        value
        for name, value in vars(draws).items()
        if name.isupper() and isinstance(value, int) and not name.endswith("_BITS")
    ]
    assert len(decisions) >= 13
    assert len(set(decisions)) == len(decisions)
