"""Many runs at once: lay them out in a world, advance them, hand back what each recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from simulation.world import Run, World, build_world


@dataclass(frozen=True, eq=False)
class RunResult:
    """What one run recorded.

    ``sums`` (months, levels, accounts): weighted national sums; level 0 the total, then sectors, regions,
    size classes. ``panel`` (rows, months, accounts): unweighted accounts of the enterprises in the run's
    panel mask, in their order; ``enterprises``: the records of all enterprises at the end.
    """

    run: Run
    sums: NDArray[np.float64]
    panel: NDArray[np.float32]
    enterprises: NDArray[Any]

    @property
    def panel_enterprises(self) -> NDArray[Any]:
        """Final records of the enterprises in the panel, in its order."""
        return self.enterprises[self.enterprises["panel_row"] >= 0]


def use_threads(threads: int | None) -> int:
    """Set the number of threads (None: all that the machine offers) and return it."""
    available = numba.config.NUMBA_NUM_THREADS  # type: ignore[attr-defined]
    chosen = available if threads is None else max(1, min(threads, available))
    numba.set_num_threads(chosen)
    return chosen


def simulate(
    runs: Sequence[Run],
    *,
    threads: int | None = None,
    after_month: Callable[[int], None] | None = None,
) -> list[RunResult]:
    """Simulate ``runs`` to their end; results are bit-equal for any number of threads.

    Several runs go in parallel, a run a thread; a single one in parallel over its enterprises, calling
    ``after_month(months done)`` as it goes.
    """
    chosen = use_threads(threads)
    world = build_world(runs)
    if len(runs) >= chosen > 1 or (len(runs) > 1 and chosen == 1):
        world.run_to_end()
    else:
        while world.month < world.schedule.shape[1]:
            world.step()
            if after_month is not None:
                after_month(world.month)
    return collect(runs, world)


def collect(runs: Sequence[Run], world: World) -> list[RunResult]:
    """Cut the world's records into one result a run."""
    results = []
    for i, (run, record) in enumerate(zip(runs, world.runs, strict=True)):
        first = int(record["first_enterprise"])
        results.append(
            RunResult(
                run=run,
                sums=world.sums[i, : run.scenario.months],
                panel=world.panel[world.panel_start[i] : world.panel_start[i + 1], : run.scenario.months],
                enterprises=np.asarray(world.enterprises[first : first + int(record["enterprises"])]),
            )
        )
    return results
