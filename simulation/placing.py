"""The initial state (:mod:`simulation.initial`) of one run, placed in columns that hold many."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulation import initial
from simulation.initial import InitialState
from simulation.population import Population
from simulation.state import CLUSTER


def place_at_rest(
    population: Population,
    parameters: NDArray[Any],
    seed: int,
    first_octet: NDArray[np.int64],
    enterprises: NDArray[Any],
    octets: NDArray[Any],
) -> InitialState:
    """What :func:`simulation.initial.initial_state` gives, in zeroed ``enterprises`` and ``octets``.

    ``first_octet`` (n + 1,) is :func:`simulation.roster.lay_out` of the population's employees.
    """
    wages = initial._fill(population, parameters, seed, first_octet, enterprises, octets)
    regions = initial._regions(population, first_octet, wages, parameters[0])
    sectors = initial._sectors(population, parameters[0])
    clusters = np.zeros(population.n_clusters, CLUSTER)
    return InitialState(enterprises, clusters, regions, sectors, octets)
