"""The reduced workload that every peer can express, its truth in closed form, and how a peer is measured.

Each month of each worker: one random draw decides whether she quits (3 %); who quits is replaced at once by a
newcomer (tenure 0, a newcomer's skill), all others gain a month of tenure and move 5 % of the way to their
enterprise's ceiling of skill. Then each enterprise averages the skill of its workers. Everybody starts as a
newcomer. Nothing is shared between enterprises, nobody is trained, and no workforce grows or shrinks: this is
the part of the model in which most time goes, not the model.

Needs NumPy alone, since every peer imports it in an environment of its own.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

QUIT_CHANCE = 0.03
"""Chance that a worker quits in a month."""

LEARNING = 0.05
"""Share of the distance to the enterprise's ceiling that a worker's skill moves in a month."""

NEWCOMER_SKILL = 0.6
LOWEST_CEILING, HIGHEST_CEILING = 0.9, 1.1
MEAN_EMPLOYEES, LARGEST = 24, 999

WARM_UP = 2
"""Months run before the clock counts."""

FEWEST, MOST = 3, 500
"""Months timed at least, whatever they take, and at most."""

LONG_ENOUGH = 0.5
"""Seconds of timed months that outlast a hitch of the machine: quick months are repeated until then."""


@dataclass(frozen=True, eq=False)
class Enterprises:
    """The enterprises of one size of the benchmark, the same for every peer; N enterprises, W workers.

    Attributes:
        employees: workers of each enterprise, 1 to 999 (N,) int64.
        ceiling: skill that its workers approach (N,) float64.
        start: place of its first worker where workers lie enterprise by enterprise (N,) int64.
        workers: W.

    """

    employees: np.ndarray
    ceiling: np.ndarray
    start: np.ndarray
    workers: int

    def employer(self, dtype: type = np.int64) -> np.ndarray:
        """Each worker's enterprise (W,)."""
        return np.repeat(np.arange(len(self.employees), dtype=dtype), self.employees)


def enterprises(number: int) -> Enterprises:
    """``number`` enterprises: sizes skewed (Lomax of exponent 2, cut off), ceilings even, both unrelated.

    Their quantiles are the points of a low-discrepancy sequence (Roberts's R2), so that no generator of
    random numbers, which a version of NumPy might change, decides which enterprises a peer gets.
    """
    place = np.arange(1, number + 1)
    size_quantile = (place * 0.7548776662466927) % 1.0
    ceiling_quantile = (place * 0.5698402909980532) % 1.0
    most, mean = LARGEST - 1, MEAN_EMPLOYEES - 1
    scale = mean * most / (most - mean)  # makes the mean of 1 + min(Lomax, most) right
    beyond_first = scale * ((1.0 - size_quantile) ** -0.5 - 1.0)
    employees = (1.0 + np.rint(np.minimum(beyond_first, most))).astype(np.int64)
    ceiling = LOWEST_CEILING + (HIGHEST_CEILING - LOWEST_CEILING) * ceiling_quantile
    start = np.concatenate([[0], np.cumsum(employees)[:-1]])
    return Enterprises(employees, ceiling, start, int(employees.sum()))


def sixteen_bits(generator: np.random.BitGenerator, number: int) -> np.ndarray:
    """``number`` whole numbers below 2^16 (uint16): NumPy's fastest draws, four from each word of 64 bits."""
    return generator.random_raw(number // 4 + 1).view(np.uint16)[:number]


QUITS_BELOW = round(QUIT_CHANCE * 2**16)
"""A worker quits whose 16-bit draw is below this."""


class Peer(Protocol):
    """One peer's model of the workload."""

    def month(self) -> int:
        """Advance by one month; how many workers quit."""

    def averages(self) -> np.ndarray:
        """Mean skill of each enterprise's workers, as averaged in the last month (N,)."""

    def mean_tenure(self) -> float:
        """Mean tenure of all workers, months."""


def outcomes(
    ent: Enterprises, averages: np.ndarray, quits: int, tenure: float, months: int
) -> dict[str, float]:
    """What a peer arrived at: turnover a month, mean tenure, mean skill, and how skill follows the ceilings.

    The last is the slope of the enterprises' averages on their ceilings; it is off where averages are not the
    right enterprises'.
    """
    averages = np.asarray(averages, np.float64)
    return {
        "turnover": quits / (ent.workers * months),
        "tenure": float(tenure),
        "skill": float(averages @ ent.employees / ent.workers),
        "skill_slope": _slope(ent, averages),
    }


def expected(ent: Enterprises, months: int) -> dict[str, tuple[float, float]]:
    """Mean and standard deviation of each outcome after ``months``, in closed form.

    A worker's distance to the ceiling is (ceiling - newcomer's skill) x, where x is 1 at the start, 1 again
    with chance q and (1 - learning) x otherwise; so E x and E x^2 follow from month to month, as E t and E
    t^2 do.
    """
    q, stays = QUIT_CHANCE, 1.0 - QUIT_CHANCE
    x, x2, t, t2 = 1.0, 1.0, 0.0, 0.0
    for _ in range(months):
        x, x2 = q + stays * (1.0 - LEARNING) * x, q + stays * (1.0 - LEARNING) ** 2 * x2
        t, t2 = stays * (t + 1.0), stays * (t2 + 2.0 * t + 1.0)
    room = ent.ceiling - NEWCOMER_SKILL
    weight, about = ent.employees / ent.workers, ent.ceiling - ent.ceiling.mean()
    spread_x, spread_t = math.sqrt(max(0.0, x2 - x * x)), math.sqrt(max(0.0, t2 - t * t))
    skill_sd = spread_x * math.sqrt(float((weight**2 * room**2 / ent.employees).sum()))
    slope_sd = spread_x * math.sqrt(float((about**2 * room**2 / ent.employees).sum())) / float(about @ about)
    return {
        "turnover": (q, math.sqrt(q * stays / (ent.workers * months))),
        "tenure": (t, spread_t / math.sqrt(ent.workers)),
        "skill": (float(weight @ (ent.ceiling - room * x)), skill_sd),
        "skill_slope": (_slope(ent, ent.ceiling - room * x), slope_sd),
    }


def _slope(ent: Enterprises, averages: np.ndarray) -> float:
    about = ent.ceiling - ent.ceiling.mean()
    return float(about @ averages / (about @ about))


ROUNDING = 1e-5
"""Relative error allowed beside chance: single precision, and a chance rounded to 16 bits."""


def disagreements(found: dict[str, float], ent: Enterprises, months: int, sds: float = 5.0) -> list[str]:
    """Outcomes more than ``sds`` standard deviations from the truth, each in a sentence; or none."""
    return [
        f"{name} is {found[name]:.6g}, not {mean:.6g} +- {sd:.2g}"
        for name, (mean, sd) in expected(ent, months).items()
        if not abs(found[name] - mean) <= sds * sd + ROUNDING * abs(mean)
    ]


@dataclass(frozen=True)
class Measured:
    """One peer at one size.

    Attributes:
        enterprises, workers: how many.
        threads: threads that the peer used.
        months: months run, warm-up included; ``outcomes`` are those after them.
        seconds_to_build: until the first month could begin.
        seconds_per_month: median over the timed months.
        bytes_per_worker: peak memory of the process above what it took before the model was built.
        outcomes: see :func:`outcomes`; empty where the workload is the peer's own.

    """

    enterprises: int
    workers: int
    threads: int
    months: int
    seconds_to_build: float
    seconds_per_month: float
    bytes_per_worker: float
    outcomes: dict[str, float]


def measure(
    build: Callable[[Enterprises], Peer], ent: Enterprises, months: int, seconds: float, threads: int
) -> Measured:
    """Run a peer for ``months`` after warm-up, or fewer once it took ``seconds``, and see what that takes.

    Quick months are repeated beyond ``months``, until LONG_ENOUGH, so that their median stands.
    A model of a few enterprises is run first, so that compiling and late imports count neither as time nor as
    memory.
    """
    trial = build(enterprises(10))
    for _ in range(WARM_UP):
        trial.month()
    trial.averages(), trial.mean_tenure()
    del trial
    gc.collect()
    before = start_of_peak()
    begun = time.perf_counter()
    model = build(ent)
    built = time.perf_counter()
    quits = sum(model.month() for _ in range(WARM_UP))
    taken: list[float] = []
    while _go_on(len(taken), sum(taken), months, seconds):
        start = time.perf_counter()
        quits += model.month()
        taken.append(time.perf_counter() - start)
    peak = peak_memory()
    done = WARM_UP + len(taken)
    return Measured(
        enterprises=len(ent.employees),
        workers=ent.workers,
        threads=threads,
        months=done,
        seconds_to_build=built - begun,
        seconds_per_month=statistics.median(taken),
        bytes_per_worker=max(0, peak - before) / ent.workers,
        outcomes=outcomes(ent, model.averages(), int(quits), model.mean_tenure(), done),
    )


def _go_on(timed: int, taken: float, months: int, seconds: float) -> bool:
    """Whether to time another month after ``timed`` months in ``taken`` seconds."""
    if timed < FEWEST:
        return True
    enough = seconds if timed < months else min(seconds, LONG_ENOUGH)
    return taken < enough and timed < max(months, MOST)


def start_of_peak() -> int:
    """Forget the peak memory so far, where the system can; bytes that the process holds now."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return peak_memory()
    return _status("VmRSS:") or peak_memory()


def peak_memory() -> int:
    """The most memory that this process held, bytes.

    Linux's own count of the process is read where there is one: what ``getrusage`` tells begins with the
    peak of the process that started this one.
    """
    return _status("VmHWM:") or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (
        1 if sys.platform == "darwin" else 1024
    )


def _status(field: str) -> int:
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(field)), 0)


def main(variants: dict[str, tuple[Callable[[Enterprises], Peer], int]]) -> None:
    """Command line of a peer's script: measure one of its ``variants`` (builder, threads), print JSON."""
    options = arguments(list(variants))
    build, threads = variants[options.variant]
    tell(measure(build, enterprises(options.enterprises), options.months, options.seconds, threads))


def arguments(variants: list[str]) -> argparse.Namespace:
    """Options of a peer's script."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--variant", choices=variants, default=variants[0])
    parser.add_argument("--enterprises", type=int, default=1000)
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--seconds", type=float, default=20.0)
    return parser.parse_args()


def tell(measured: Measured) -> None:
    """Print the measurement for the driver: the last line of standard output."""
    print(json.dumps(asdict(measured)))
