"""Counter-based random numbers: a draw is a pure function of (seed, decision, entity, month).

Runs therefore do not depend on threads, batches or order, and two scenarios with one seed share every
random event. The mixer is the finaliser of splitmix64 (Steele, Lea & Flood 2014), applied to the entity
before it meets the key: without that first mixing all streams are windows of one sequence.
"""

from __future__ import annotations

import math

import numpy as np

from simulation.compile import submodel

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MULTIPLY_1 = np.uint64(0xBF58476D1CE4E5B9)
MULTIPLY_2 = np.uint64(0x94D049BB133111EB)
SHIFT_27, SHIFT_30, SHIFT_31 = np.uint64(27), np.uint64(30), np.uint64(31)

# Decisions have fixed numbers, never the order of a call: a new one takes the next free number.
WORKER_MONTH = 1  # quitting, injury, absence of one worker in one month
HIRE = 2  # filling a seat, and the hire's gender and age band
HIRE_MODULES = 3  # modules that a hire attended elsewhere
ATTEND_CLASS = 4  # who of the workers attends a class
PRACTICE_DRIFT = 5
PRODUCTIVITY_SHOCK = 6
MANAGER_LEAVES = 7
CLOSURE = 8
ENROLMENT = 9  # an enterprise's place in the order in which enterprises are informed
CONTINUATION = 10  # whether an enterprise goes on to another module, where enrolment is assigned
TRAINER = 11  # quality of a new trainer
REPORTING = 12
MEASUREMENT = 13
TAKE_UP = 14  # an enterprise's taste for its next module
RECONSIDERATION = 15
PEERS = 16  # hearing of the training from neighbours
RESULT = 17  # error with which an enterprise sees its own result
PROVIDER_CHOICE = 18  # unobserved reasons for a provider
TRAINER_MODULES = 19
CERTIFICATION = 20
TRAINER_LEAVES = 21
PROVIDER_GROWS = 22

# What enterprises and workers are before the first month, drawn once from the seed of the population.
START_CHARACTER = 40  # ability of the managers, weekly hours
START_CONDITIONS = 41  # pay by the piece, pressure of buyers
START_OUTLOOK = 42  # what an enterprise's practices have in common, belief in the training's gain
START_MODULE = 43  # practices of one module, in the long run and now; the entity is enterprise and module
START_PRODUCTIVITY = 44  # lasting and passing
START_ECONOMY = 45  # defects, margin
START_RESERVES = 46  # credit, cash
START_WORKER = 47  # tenure, gender and age
START_SKILL = 48  # skill at hiring

# A block of 64 bits serves three decisions: the draws are its top 21, next 21 and next 21 bits.
THIRD_BITS = 21
THIRD_SCALE = 1.0 / (1 << THIRD_BITS)
THIRD_MASK = np.uint64((1 << THIRD_BITS) - 1)
SHIFT_FIRST, SHIFT_SECOND, SHIFT_THIRD = np.uint64(43), np.uint64(22), np.uint64(1)
FIFTH_BITS = 12
FIFTH_SCALE = 1.0 / (1 << FIFTH_BITS)
FIFTH_MASK = np.uint64((1 << FIFTH_BITS) - 1)
SHIFT_11 = np.uint64(11)
UNIT_SCALE = 1.0 / (1 << 53)

# A seat's draws are made of 32-bit words, eight seats at a time where the machine has room for that.
THIRDS = float(1 << THIRD_BITS)
ROUND_1, ROUND_2, ROUND_3 = np.uint32(0x7FEB352D), np.uint32(0x846CA68B), np.uint32(0x9E3779B1)
WORD_16, WORD_15, WORD_11, WORD_10 = np.uint32(16), np.uint32(15), np.uint32(11), np.uint32(10)
LOW_11, LOW_10 = np.uint32((1 << 11) - 1), np.uint32((1 << 10) - 1)
SHIFT_32 = np.uint64(32)


@submodel
def mix(x):
    """The splitmix64 finaliser: a bijection of 64-bit integers that scatters every bit."""
    x = (x ^ (x >> SHIFT_30)) * MULTIPLY_1
    x = (x ^ (x >> SHIFT_27)) * MULTIPLY_2
    return x ^ (x >> SHIFT_31)


@submodel
def stream(seed, decision, month):
    """Key of all draws for one decision in one month; ``seed`` is a uint64, the rest whole numbers."""
    return mix(mix(seed ^ mix(np.uint64(decision) * GOLDEN)) + np.uint64(month) * GOLDEN)


@submodel
def block(key, entity):
    """64 random bits for one entity (a seat or an enterprise, numbered within its population)."""
    return mix(mix((np.uint64(entity) + np.uint64(1)) * GOLDEN) ^ key)


@submodel
def uniform(bits):
    """A number in [0, 1) with 53 random bits."""
    return np.float64(bits >> SHIFT_11) * UNIT_SCALE


@submodel
def third(bits, shift):
    """A number in [0, 1) from 21 of the 64 bits (``SHIFT_FIRST``, ``SHIFT_SECOND``, ``SHIFT_THIRD``)."""
    return np.float64((bits >> shift) & THIRD_MASK) * THIRD_SCALE


@submodel
def fifth(bits, part):
    """A number in [0, 1) from the ``part``-th (0..4) dozen of the 64 bits."""
    return np.float64((bits >> np.uint64(FIFTH_BITS * part)) & FIFTH_MASK) * FIFTH_SCALE


@submodel
def bell(bits):
    """A bell-shaped draw of mean 0 and standard deviation 1 within +-3.46 (sum of four uniform draws).

    Bounded and free of transcendental functions; its kurtosis is 2.7 (a normal's is 3).
    """
    total = third(bits, SHIFT_FIRST) + third(bits, SHIFT_SECOND) + third(bits, SHIFT_THIRD)
    extra = fifth(mix(bits), 0)
    return (total + extra - 2.0) * 1.7320508075688772


@submodel
def seat_words(bits, place):
    """Two words of 32 random bits for the seat at ``place`` of a roster; ``bits`` are its enterprise's 64.

    The rounds are those of a 32-bit hash found by search for little bias (Wellons 2018, "lowbias32"), with
    the second half of the enterprise's bits mixed in between, so that no two rosters share a sequence.
    """
    low, high = np.uint32(bits), np.uint32(bits >> SHIFT_32)
    x = np.uint32(np.uint32(np.uint32(place) * ROUND_3) + low)
    x = np.uint32(np.uint32(x ^ np.uint32(x >> WORD_16)) * ROUND_1)
    x = np.uint32(x ^ high)
    x = np.uint32(np.uint32(x ^ np.uint32(x >> WORD_15)) * ROUND_2)
    x = np.uint32(x ^ np.uint32(x >> WORD_16))
    y = np.uint32(np.uint32(x ^ high) * ROUND_3)
    return x, np.uint32(y ^ np.uint32(y >> WORD_15))


@submodel
def seat_thirds(x, y):
    """Three whole numbers below 2^21 from a seat's two words; over 2^21 they are draws in [0, 1)."""
    third = np.uint32(np.uint32((x & LOW_11) << WORD_10) | np.uint32(y & LOW_10))
    return np.int32(np.uint32(x >> WORD_11)), np.int32(np.uint32(y >> WORD_11)), np.int32(third)


LOW_32 = np.uint64((1 << 32) - 1)
PAIR_SCALE = 2.0 / (1 << 32)


@submodel
def normal_pair(bits):
    """Two independent standard normal numbers, by Box and Muller's method in Marsaglia's polar form.

    A point is drawn in a square, 32 bits each way, until it falls into the circle within (four of five do).
    """
    x = y = length = 1.0
    while length >= 1.0:
        x = (np.float64(bits >> SHIFT_32) + 0.5) * PAIR_SCALE - 1.0
        y = (np.float64(bits & LOW_32) + 0.5) * PAIR_SCALE - 1.0
        length = x * x + y * y
        bits = mix(bits + GOLDEN)
    stretch = math.sqrt(-2.0 * math.log(length) / length)
    return x * stretch, y * stretch
