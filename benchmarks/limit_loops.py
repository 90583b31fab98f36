"""The loops of `benchmarks/limits.py`: memory alone, and a month's random draws and functions alone.

What a month draws and calls is counted from the engine's source (`FUNCTIONS`, `DECISIONS`), and
`check_counts` compares with the source as it is, so that the limit does not outlive the engine that it is of.
"""

from __future__ import annotations

import ast
from pathlib import Path

import numba
import numpy as np

import simulation
from simulation import draws
from simulation.compile import submodel
from simulation.elementary import exp, log
from simulation.firms import SIDE_BY_SIDE, in_fours
from simulation.seats import OCTET_SEATS
from simulation.state import N_MODULES

FUNCTIONS = {
    "people.safety_factor": (1, 0),
    "production.gross_output": (1, 2),  # labour and capital
    "production.defect_rate": (1, 0),
    "money.win_orders": (0, 1),
    "money.plan_jobs": (1, 0),
    "observation.remember": (0, 1),
}
"""Exponentials and logarithms that every enterprise takes in every month, by the function that calls them."""

SELDOM = {"observation.report": (1, 0)}
"""Those of a month of training or reporting alone, which the limit leaves out."""

DECISIONS = ("drift", "shock", "worker", "closure")
"""What every enterprise draws in every month: calls of draws.block in simulation/month.py, by their key."""

SELDOM_DRAWN = ("manager", "report")
"""Those whose draw is used only after training."""

SUBMODELS = (
    "delivery", "hiring", "money", "month", "observation", "people", "practices", "production", "workforce",
)  # fmt: skip
"""Modules of the month that are looked through for them."""

EXPONENTIALS = sum(exponentials for exponentials, _ in FUNCTIONS.values())
LOGARITHMS = sum(logarithms for _, logarithms in FUNCTIONS.values())

DRAWN = N_MODULES + 2
"""Numbers drawn for an enterprise: drift by module, the shock, closure (the worker's block is the seats')."""

DRIFT, SHOCK, CLOSURE = (
    np.uint64(draws.PRACTICE_DRIFT),
    np.uint64(draws.PRODUCTIVITY_SHOCK),
    np.uint64(draws.CLOSURE),
)


def check_counts() -> None:
    """Exit, saying where, if the counts above are no longer those of the engine's source."""
    folder = Path(simulation.__file__).parent
    called = {
        name: counts
        for module in SUBMODELS
        for name, counts in _functions_in(folder / f"{module}.py").items()
    }
    wanted = FUNCTIONS | SELDOM
    wrong = [
        f"{name} takes {called.get(name, (0, 0))}, not {wanted.get(name, (0, 0))} exponentials and logarithms"
        for name in sorted(called.keys() | wanted.keys())
        if called.get(name) != wanted.get(name)
    ]
    drawn = sorted(_keys_drawn(folder / "month.py"))
    if drawn != sorted(DECISIONS + SELDOM_DRAWN):
        wrong.append(f"month.py draws {', '.join(drawn)}")
    if wrong:
        raise SystemExit("The counts in benchmarks/limit_loops.py need an update: " + "; ".join(wrong))


def _functions_in(file: Path) -> dict[str, tuple[int, int]]:
    """Calls of exp and log by the functions of a file, those without any left out."""
    found = {}
    for function in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(function, ast.FunctionDef):
            names = [
                node.func.id
                for node in ast.walk(function)
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            ]
            counts = names.count("exp"), names.count("log")
            if any(counts):
                found[f"{file.stem}.{function.name}"] = counts
    return found


def _keys_drawn(file: Path) -> list[str]:
    """Names of the keys in calls draws.block(keys.NAME, ...)."""
    return [
        node.args[0].attr
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "draws.block"
        and isinstance(node.args[0], ast.Attribute)
    ]  # fmt: skip


@numba.njit(parallel=True, error_model="numpy")
def triad(a, b, c, bounds):
    """a = b + 3 c, a part a thread."""
    for part in numba.prange(len(bounds) - 1):
        for i in range(bounds[part], bounds[part + 1]):
            a[i] = b[i] + 3.0 * c[i]


@numba.njit(parallel=True, error_model="numpy")
def read_modify_write(a, bounds):
    """a = 0.5 a + 1 in place, a part a thread."""
    for part in numba.prange(len(bounds) - 1):
        for i in range(bounds[part], bounds[part + 1]):
            a[i] = 0.5 * a[i] + 1.0


@numba.njit(parallel=True, error_model="numpy")
def draws_and_functions(tasks, octets, key, drawn, kept):
    """Draw, and take exponentials and logarithms, as the months of enterprises do.

    ``octets[i]`` is the length of the i-th roster; ``tasks`` (from, to) are made in parallel. ``drawn``
    (threads, DRAWN, SIDE_BY_SIDE) and ``kept`` (threads, SIDE_BY_SIDE) are what a thread works in; ``kept``
    adds everything up, so that nothing is left out by the compiler.
    """
    for task in numba.prange(len(tasks)):
        thread = numba.get_thread_id()
        numbers, total = drawn[thread], kept[thread]
        e, stop = tasks[task, 0], tasks[task, 1]
        while e < stop:
            number = min(SIDE_BY_SIDE, stop - e)
            places = in_fours(number)
            draw_side_by_side(key, e, places, numbers)
            take_functions(numbers, places, total)
            for i in range(number):
                total[i] += seats_drawn(draws.block(key, e + i), octets[e + i])
            e += number


@submodel
def draw_side_by_side(key, first, places, numbers):
    """The numbers that enterprises draw for themselves, made of bits as the submodels make them."""
    for i in range(places):
        bits = draws.block(key ^ DRIFT, first + i)
        for k in range(N_MODULES):
            numbers[k, i] = draws.fifth(bits, k)
    for i in range(places):
        numbers[N_MODULES, i] = draws.bell(draws.block(key ^ SHOCK, first + i))
    for i in range(places):
        numbers[N_MODULES + 1, i] = draws.uniform(draws.block(key ^ CLOSURE, first + i))


@submodel
def take_functions(numbers, places, total):
    """Exponentials and logarithms of what was drawn, so that no two enterprises take the same."""
    for k in range(EXPONENTIALS):
        for i in range(places):
            total[i] += exp(numbers[k, i])
    for k in range(LOGARITHMS):
        for i in range(places):
            total[i] += log(1.0 + numbers[k, i])


@submodel
def seats_drawn(bits, octets):
    """The three draws of every seat of a roster, put together into one number.

    One loop over all seats is faster than one an octet, so that is the limit.
    """
    together = np.int32(0)
    for seat in range(OCTET_SEATS * octets):
        x, y = draws.seat_words(bits, np.uint32(seat))
        first, second, third = draws.seat_thirds(x, y)
        together = np.int32(together ^ np.int32(np.int32(first ^ second) ^ third))
    return np.float64(together)
