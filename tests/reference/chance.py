"""Random numbers of the reference: 64 bits from the shared draws, cut into numbers in plain Python."""

import numpy as np

from simulation import draws

NEAR = 1e-6
"""A draw this close to its threshold may fall either way by rounding; such draws are counted."""


def key(seed: int, decision: int, month: int) -> np.uint64:
    """Key of all draws for one decision in one month."""
    return np.uint64(draws.stream(np.uint64(seed), decision, month))


def bits(key: np.uint64, entity: int) -> int:
    """64 random bits of one enterprise or seat, as a whole number of Python."""
    return int(draws.block(key, entity))


def scattered(bits: int) -> int:
    """64 further bits made from 64."""
    return int(draws.mix(np.uint64(bits)))


def whole(bits: int) -> float:
    """One number in 0..1 from the top 53 bits."""
    return (bits >> 11) / 2**53


def thirds(bits: int) -> tuple[float, float, float]:
    """Three numbers in 0..1, of the top 21 bits, the next 21 and the 21 after these."""
    mask = 2**21 - 1
    return (bits >> 43) / 2**21, ((bits >> 22) & mask) / 2**21, ((bits >> 1) & mask) / 2**21


def seat_thirds(roster_bits: int, place: int) -> tuple[float, float, float]:
    """Three numbers in 0..1 of a seat: of its two words of 32 bits, the top 21 bits of each and the rest."""
    x, y = (int(word) for word in draws.seat_words(np.uint64(roster_bits), place))
    rest = (x & 2047) << 10 | y & 1023
    return (x >> 11) / 2**21, (y >> 11) / 2**21, rest / 2**21


def dozen(bits: int, part: int) -> float:
    """A number in 0..1 of the ``part``-th dozen of bits, counted from the lowest."""
    return ((bits >> (12 * part)) & 4095) / 4096


def bell(bits: int) -> float:
    """A bell-shaped number of mean 0 and variance 1: four uniform ones, each of variance 1/12, added up."""
    return (sum(thirds(bits)) + dozen(scattered(bits), 0) - 2.0) * 3**0.5


def drawn(seed: int, decision: int, number: int, entity: int) -> float:
    """A number in 0..1 for one decision of one enterprise, trainer or provider of the training market."""
    return whole(bits(key(seed, decision, number), entity))


def drawn_bell(seed: int, decision: int, number: int, entity: int) -> float:
    """A bell-shaped number for one decision of one enterprise, trainer or provider."""
    return bell(bits(key(seed, decision, number), entity))
