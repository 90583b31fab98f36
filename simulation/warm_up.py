"""Compile the model into the cache, so that what runs next starts at once."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from simulation.compile import JIT_DISABLED, PACKAGE, cache_folder

COMPILE_SECONDS = 70
"""About how long it takes on two cores of a laptop; what is told to people who wait, measured by hand."""

COMPILING = f"Compiling the model, about {COMPILE_SECONDS} seconds, this first time only"


def warm_up() -> None:
    """Simulate a month of a hundred enterprises with a programme, which compiles every kernel."""
    from simulation.batch import simulate
    from simulation.census import load_census
    from simulation.effects import paired_sums
    from simulation.parameters import parameter_record
    from simulation.population import draw_population
    from simulation.programme import Programme, Scenario
    from simulation.world import Run

    import numpy as np  # isort: skip

    scenario = Scenario(name="warm_up", months=1, programme=Programme())
    population = draw_population(load_census(), enterprises=100, months=1, seed=1)
    panel = np.ones(population.n, np.bool_)
    run = Run(scenario, population, parameter_record(), 1, 1, panel=panel)
    result = simulate([run])[0]
    simulate([run, run])
    rows = len(result.panel)
    paired_sums(
        result.panel, result.panel, np.zeros(rows, np.int64), np.ones(rows), np.zeros((rows, 1), np.int64), 1
    )
    leave_mark()


def leave_mark() -> None:
    """Note that everything is compiled; where nothing can be written, the next command says it compiles."""
    with suppress(OSError):
        _mark().parent.mkdir(parents=True, exist_ok=True)
        _mark().write_text(json.dumps(_compiled_files()), encoding="utf-8")


def is_warm() -> bool:
    """Whether everything is compiled and Numba will take it from the cache.

    It does so for one checkout, until a file that holds a kernel is written again, even with the same text.
    """
    try:
        return JIT_DISABLED or json.loads(_mark().read_text(encoding="utf-8")) == _compiled_files()
    except (OSError, ValueError):
        return False


def _mark() -> Path:
    """The file that says that the kernels of this checkout are all in the cache."""
    return cache_folder() / f"warm-{hashlib.sha256(os.fsencode(PACKAGE)).hexdigest()[:16]}.json"


def _compiled_files() -> dict[str, int]:
    """When each file with a kernel in the cache was last written, nanoseconds."""
    names = {index.name.partition(".")[0] for index in cache_folder().rglob("*.nbi")}
    files = [file for name in sorted(names) if (file := PACKAGE / f"{name}.py").is_file()]
    return {file.stem: file.stat().st_mtime_ns for file in files}


def warm_up_apart() -> None:
    """Warm up in a process of its own, which an interruption ends at once.

    Compiling stays in one call of the compiler for many seconds, during which this process would not hear of
    an interruption. If the other process fails, the kernels are compiled, or fail, when they are first used.
    """
    code = "from simulation.warm_up import warm_up; warm_up()"
    paths = os.pathsep.join(filter(None, [str(PACKAGE.parent), *sys.path]))
    # in a session of its own: the terminal's interruption reaches this process alone, which ends the other
    compiler = subprocess.Popen(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": paths}, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        compiler.wait()
    except BaseException:
        compiler.kill()
        compiler.wait()
        raise


if __name__ == "__main__":
    if not is_warm():
        print(f"{COMPILING} ...", flush=True)
    warm_up()
