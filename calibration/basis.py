"""Hermite polynomials of standard-normal parameters: the terms in which mean responses are described.

Under a standard-normal prior the polynomials are uncorrelated, with mean 0 and variance 1, so that a term's
squared coefficient is the variance it explains (polynomial chaos: Ghanem & Spanos 1991; Sudret 2008).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Self

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

DEGREE = 3
"""Highest power of one parameter: a response that levels off within the prior needs a cubic."""


@dataclass(frozen=True)
class Basis:
    """Terms to be evaluated at many points at once: powers of one parameter, and products of two.

    ``powers`` are pairs (parameter, power 1..3), ``products`` pairs of different parameters; parameters go by
    their number.
    """

    powers: tuple[tuple[int, int], ...]
    products: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, parameters: Sequence[int], degree: int = DEGREE) -> Self:
        """Powers up to ``degree`` of the ``parameters``, and all products of two of them."""
        ordered = sorted(parameters)
        powers = tuple((i, power) for i in ordered for power in range(1, degree + 1))
        return cls(powers, tuple(combinations(ordered, 2)))

    @classmethod
    def union(cls, bases: Iterable[Basis]) -> Self:
        """The terms that occur in any of ``bases``."""
        powers: set[tuple[int, int]] = set()
        products: set[tuple[int, int]] = set()
        for basis in bases:
            powers.update(basis.powers)
            products.update(basis.products)
        return cls(tuple(sorted(powers)), tuple(sorted(products)))

    def __len__(self) -> int:
        return len(self.powers) + len(self.products)

    @property
    def terms(self) -> tuple[tuple[str, tuple[int, int]], ...]:
        """Each term's kind and numbers, in the order of the rows of `features`."""
        return (*(("power", term) for term in self.powers), *(("product", term) for term in self.products))

    @cached_property
    def _numbers(self) -> tuple[IntArray, IntArray]:
        return (
            np.array(self.powers, np.int64).reshape(-1, 2).T,
            np.array(self.products, np.int64).reshape(-1, 2).T,
        )

    def features(self, z: FloatArray) -> FloatArray:
        """The terms (terms, points) at the points ``z`` (points, parameters)."""
        (parameter, power), (first, second) = self._numbers
        columns = np.ascontiguousarray(z.T)
        features = np.empty((len(self), len(z)))
        features[: len(parameter)] = _hermite(columns[parameter], power[:, None])
        np.multiply(columns[first], columns[second], out=features[len(parameter) :])
        return features


def _hermite(x: FloatArray, power: IntArray) -> FloatArray:
    """The Hermite polynomial of degree ``power`` (1, 2 or 3) at ``x``, with variance 1 for a normal ``x``."""
    square = x * x
    quadratic = (square - 1.0) / np.sqrt(2.0)
    cubic = x * (square - 3.0) / np.sqrt(6.0)
    return np.where(power == 1, x, np.where(power == 2, quadratic, cubic))
