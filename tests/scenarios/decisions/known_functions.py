"""Functions with known Sobol indices, on the unit cube; parameters beyond theirs do nothing."""

import numpy as np

ISHIGAMI_FIRST = (0.3139, 0.4424, 0.0)
ISHIGAMI_TOTAL = (0.5576, 0.4424, 0.2437)
ISHIGAMI_SECOND = {(0, 1): 0.0, (0, 2): 0.2437, (1, 2): 0.0}
"""With a = 7 and b = 0.1 (Ishigami & Homma 1990)."""

ISHIGAMI_SD = 3.72


def ishigami(points):
    """Ishigami's function of the first three columns, whatever the axes before them."""
    x1, x2, x3 = (np.pi * (2.0 * points[..., i] - 1.0) for i in range(3))
    return np.sin(x1) + 7.0 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1)


G_WEIGHTS = np.array([0.0, 1.0, 4.5, 9.0])


def sobol_g(points):
    """Sobol's g-function of as many columns as there are weights."""
    factors = (np.abs(4.0 * points[..., : len(G_WEIGHTS)] - 2.0) + G_WEIGHTS) / (1.0 + G_WEIGHTS)
    return factors.prod(axis=-1)


def g_indices(groups=((0,), (1,), (2,), (3,))):
    """Closed first and total indices of groups of the g-function's factors."""
    parts = 1.0 / (3.0 * (1.0 + G_WEIGHTS) ** 2)
    whole = np.prod(1.0 + parts) - 1.0
    first = [np.prod(1.0 + parts[list(group)]) - 1.0 for group in groups]
    rest = [np.prod(1.0 + np.delete(parts, group)) - 1.0 for group in groups]
    return np.array(first) / whole, 1.0 - np.array(rest) / whole


def noisy(values, seed, sd, replicates=2):
    """Replicates (..., replicates) of ``values`` with independent normal chance."""
    chance = np.random.default_rng([seed, 1]).normal(0.0, sd, (*values.shape, replicates))
    return values[..., np.newaxis] + chance
