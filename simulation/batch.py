"""Many runs at once: lay them out in a world, advance them, hand back what each recorded."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulation.accounts import N_ACCOUNTS
from simulation.inputs import InputError
from simulation.interruption import listening, raise_if_interrupted
from simulation.roster import SPARE_SEATS
from simulation.seats import OCTET, OCTET_SEATS
from simulation.state import ENTERPRISE
from simulation.threads import use_threads
from simulation.world import Run, World, build_world


@dataclass(frozen=True, eq=False)
class RunResult:
    """What one run recorded.

    ``sums`` (months, levels, accounts): weighted national sums; level 0 the total, then sectors, regions,
    size classes. ``market`` (months, 1 + regions, market accounts): the training market's; level 0 the total.
    ``panel`` (rows, months, accounts): unweighted accounts of the enterprises in the run's panel mask, in
    their order; ``enterprises``: the records of all enterprises at the end.
    """

    run: Run
    sums: NDArray[np.float64]
    market: NDArray[np.float64]
    panel: NDArray[np.float32]
    enterprises: NDArray[Any]

    def slim(self) -> RunResult:
        """The same result with the records of the panel's enterprises alone: the others can be forgotten.

        What else was recorded is not copied: the results of a batch hold all of it.
        """
        return replace(self, enterprises=self.panel_enterprises)

    @property
    def panel_enterprises(self) -> NDArray[Any]:
        """Final records of the enterprises in the panel, in its order."""
        inside = self.enterprises["panel_row"] >= 0
        return self.enterprises if inside.all() else self.enterprises[inside]


class Interrupted(KeyboardInterrupt):
    """An interruption (Ctrl-C) of :func:`simulate`, with what the runs under way recorded until then.

    ``months`` of these runs are whole, and ``results`` hold those months. The enterprises' records may be
    those of the month that was under way.
    """

    def __init__(self, results: list[RunResult], months: int) -> None:
        super().__init__()
        self.results, self.months = results, months


SEATS_AT_ONCE = 10_000_000
"""Seats of the runs laid out side by side; more runs are made one group after another."""


def simulate(
    runs: Sequence[Run],
    *,
    threads: int | None = None,
    after_month: Callable[[int, int], None] | None = None,
    panel_only: bool = False,
) -> list[RunResult]:
    """Simulate ``runs`` to their end; results are bit-equal for any number of threads.

    Threads share the work of all runs (:mod:`simulation.month`). As they go, ``after_month(months done, of
    how many)`` is called, groups of runs that follow one another added up. With ``panel_only`` the results
    hold the records of the panel's enterprises alone. Raises InputError if the machine has not the memory for
    it, and Interrupted if it is interrupted once months are simulated.
    """
    check_memory(runs)
    use_threads(threads)
    results: list[RunResult] = []
    groups = _groups(runs)
    months = [max(run.scenario.months for run in group) for group in groups]
    with listening():
        for number, group in enumerate(groups):
            world = build_world(group)
            try:
                world.run(partial(_tell, after_month, sum(months[:number]), sum(months)))
            except KeyboardInterrupt:
                raise Interrupted(collect(group, world), world.month) from None
            found = collect(group, world)
            results += [result.slim() for result in found] if panel_only else found
    return results


def _tell(after_month: Callable[[int, int], None] | None, before: int, total: int, months: int) -> None:
    raise_if_interrupted()
    if after_month is not None:
        after_month(before + months, total)


def _groups(runs: Sequence[Run]) -> list[list[Run]]:
    """Consecutive runs whose seats fit together; a large run is alone."""
    groups: list[list[Run]] = []
    room = 0.0
    for run in runs:
        needed = _seats(run)
        if not groups or needed > room:
            groups.append([])
            room = SEATS_AT_ONCE
        groups[-1].append(run)
        room -= needed
    return groups


def _seats(run: Run) -> float:
    return float(run.population.employees.sum() * (1.0 + SPARE_SEATS) + 6.0 * run.population.n)


def memory_needed(runs: Sequence[Run]) -> float:
    """Bytes that the largest group of ``runs`` takes, and the panels of all."""
    seat = OCTET.itemsize / OCTET_SEATS
    largest = max(
        sum(seat * _seats(run) + 1.1 * ENTERPRISE.itemsize * run.population.n for run in group)
        for group in _groups(runs)
    )
    return largest + sum(memory_of_panel(run) for run in runs)


def memory_of_panel(run: Run) -> float:
    """Bytes that the panel of a run takes."""
    rows = 0 if run.panel is None else int(run.panel.sum())
    return 4.0 * N_ACCOUNTS * rows * run.scenario.months


def check_memory(runs: Sequence[Run]) -> None:
    """Raise InputError, before anything is laid out, if ``runs`` need more memory than the machine has."""
    needed = memory_needed(runs)
    has = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else float("inf")
    if needed > has:
        raise InputError(
            None,
            "--sample",
            None,
            f"needs about {needed / 1e9:.0f} GB of memory, and this machine has {has / 1e9:.0f} GB",
            "simulate fewer enterprises or months, or compare fewer scenarios at a time",
        )


def collect(runs: Sequence[Run], world: World) -> list[RunResult]:
    """Cut the world's records into one result a run, of the months that it has done."""
    results = []
    for i, (run, record) in enumerate(zip(runs, world.runs, strict=True)):
        first, months = int(record["first_enterprise"]), min(run.scenario.months, world.month)
        results.append(
            RunResult(
                run=run,
                sums=world.sums[i, :months],
                market=world.market[i, :months],
                panel=world.panel[world.panel_start[i] : world.panel_start[i + 1], :months],
                enterprises=np.asarray(world.enterprises[first : first + int(record["enterprises"])]),
            )
        )
    return results
