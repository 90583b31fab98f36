"""Compile the month into the cache, so that what runs next starts at once."""

from __future__ import annotations

from simulation.compile import is_compiled


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


if __name__ == "__main__":
    if not is_compiled():
        print("Compiling the model (about a minute, once) ...", flush=True)
    warm_up()
