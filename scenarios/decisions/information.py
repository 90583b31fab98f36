"""The value of knowing parameters before choosing: what the next survey should measure.

Each draw of the parameters gives each option a value. What is chosen now is the option of the highest mean.
Whoever knew some parameters would choose the option of the highest mean given them, which a regression of
the options' values on those parameters estimates (Strong, Oakley and Brennan 2014): here natural splines of
the parameters' ranks.

Both chance and regression spread estimated means more than true ones, so that the best of them looks too
good, and knowing an inert parameter seems worth something. Differences between options are therefore drawn
together until their covariance is what it would be without noise (that of a draw's replicates, or that of
the residuals); what draws in permuted order still give is subtracted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

KNOTS = 4
"""Knots of a spline; it has one column fewer besides the constant."""

PERMUTATIONS = 100
NORMAL_90 = 1.6449
"""Standard errors from the middle to either end of a 90 % interval."""

LEVEL = 0.05
"""Chance at which a parameter alone is no longer taken for inert."""

CROWDED = 5
"""Draws for each column of a regression on many parameters, at the least."""


@dataclass(frozen=True)
class Value:
    """What knowing something before choosing is worth, in the unit of the options' values.

    ``value`` with its 90 % interval ``low`` to ``high``; ``error``: standard error; ``changes``: share of
    draws in which another option would be chosen; ``p_value``: chance that draws in permuted order give as
    much, for the best of all that were asked about (NaN: not asked).
    """

    value: float
    low: float
    high: float
    error: float
    changes: float
    p_value: float = float("nan")


@dataclass(frozen=True)
class Learned:
    """The value of knowing every parameter (``perfect``), each alone, and each group.

    ``chance``: share of the variance between draws, of the difference between the two best options, that is
    chance (NaN with one replicate a draw).
    """

    perfect: Value
    single: tuple[Value, ...]
    groups: tuple[Value, ...]
    chance: float


def worth_knowing(
    values: FloatArray, x: FloatArray, seed: int, groups: Sequence[Sequence[int]] = ()
) -> Learned:
    """The value of knowing the columns of ``x`` (draws, parameters), alone and in ``groups`` of columns.

    ``values`` (draws, replicates of a draw, options) are what each option is worth, more being better.
    """
    rng = np.random.default_rng([seed, 611])
    against = _differences(values)
    gains = against.mean(axis=1)
    within = _noise_of_replicates(against)
    perfect = _perfect(gains, within)
    bases = [spline(column) for column in x.T]
    orders = [rng.permutation(len(gains)) for _ in range(PERMUTATIONS)]
    permuted = np.array([gains[order] for order in orders])
    everything = np.concatenate([gains[np.newaxis], permuted])  # (1 + permutations, draws, differences)
    found = np.array([_regressed(everything, basis) for basis in bases])
    single = _judged(found, perfect)
    strength = np.array([_strength(everything, basis) for basis in bases])
    of_groups = np.array([_of_group(everything, bases, strength, members) for members in groups])
    chance = _share_of_chance(gains, within)
    whole = _judged(of_groups, perfect) if len(groups) else ()
    pairs = zip(whole, groups, strict=True)
    return Learned(perfect, single, tuple(_not_below(v, [single[m] for m in g]) for v, g in pairs), chance)


def _not_below(group: Value, members: Sequence[Value]) -> Value:
    """The value of a group, at least that of its members that stand out: knowing more is never worth less."""
    clear = [member for member in members if member.p_value <= LEVEL]
    return max([group, *clear], key=lambda value: value.value)


# Differences between options, and their noise


def _differences(values: FloatArray) -> FloatArray:
    """Values less those of the option of the highest mean, its own left out (draws, replicates,
    differences).
    """
    best = int(np.argmax(values.mean(axis=(0, 1))))
    return np.delete(values - values[:, :, [best]], best, axis=2)


def _noise_of_replicates(against: FloatArray) -> FloatArray | None:
    """Covariance that chance gives the mean over a draw's replicates; None with one replicate a draw."""
    replicates = against.shape[1]
    if replicates < 2:
        return None
    apart = against - against.mean(axis=1, keepdims=True)
    products = np.einsum("drj,drk->jk", apart, apart)
    return products / (len(against) * (replicates - 1) * replicates)


def _share_of_chance(gains: FloatArray, within: FloatArray | None) -> float:
    if within is None:
        return float("nan")
    nearest = int(np.argmax(gains.mean(axis=0)))
    total = float(gains[:, nearest].var(ddof=1))
    return min(1.0, float(within[nearest, nearest]) / total) if total > 0.0 else float("nan")


def drawn_together(fitted: FloatArray, noise: FloatArray) -> FloatArray:
    """``fitted`` (..., draws, differences) drawn towards their means until ``noise`` is out of their
    covariance.

    ``noise`` is (..., differences, differences). Linear, and exact in covariance where the noise is not
    larger than what there is; along directions in which it is, all are put on their mean.
    """
    mean = fitted.mean(axis=-2, keepdims=True)
    apart = fitted - mean
    turned = np.swapaxes(apart, -1, -2)
    size, axes = np.linalg.eigh(turned @ apart / fitted.shape[-2])
    used = size > 1e-12 * np.maximum(size[..., [-1]], 1e-300)
    root = axes * np.sqrt(np.where(used, size, 0.0))[..., np.newaxis, :]
    inverse = axes * np.where(used, 1.0 / np.sqrt(np.where(used, size, 1.0)), 0.0)[..., np.newaxis, :]
    unit = np.eye(fitted.shape[-1]) * used[..., np.newaxis, :]
    share, along = np.linalg.eigh(unit - np.swapaxes(inverse, -1, -2) @ noise @ inverse)
    kept = along * np.sqrt(np.clip(share, 0.0, 1.0))[..., np.newaxis, :] @ np.swapaxes(along, -1, -2)
    return np.asarray(mean + apart @ inverse @ kept @ np.swapaxes(root, -1, -2))


def gain(expected: FloatArray) -> FloatArray:
    """Mean of the best option's ``expected`` value (..., draws, differences) above choosing without
    knowing.
    """
    best = np.maximum(expected.max(axis=-1), 0.0).mean(axis=-1)
    return np.asarray(best - np.maximum(0.0, expected.mean(axis=-2).max(axis=-1)))


def _figures(gains: FloatArray, expected: FloatArray) -> FloatArray:
    """(..., 3): value, share of draws in which the choice changes, and error of choosing by ``expected``.

    By the envelope theorem the error is that of the mean that the choice brings.
    """
    chosen = expected.argmax(axis=-1)
    changed = expected.max(axis=-1) > 0.0
    taken = np.where(changed, np.take_along_axis(gains, chosen[..., np.newaxis], axis=-1)[..., 0], 0.0)
    error = taken.std(axis=-1, ddof=1) / np.sqrt(gains.shape[-2])
    return np.stack([gain(expected), changed.mean(axis=-1), error], axis=-1)


def _perfect(gains: FloatArray, within: FloatArray | None) -> Value:
    expected = gains if within is None else drawn_together(gains, within)
    value, changes, error = (float(number) for number in _figures(gains, expected))
    return Value(value, max(0.0, value - NORMAL_90 * error), value + NORMAL_90 * error, error, changes)


# Regressions


def spline(column: FloatArray, knots: int = KNOTS) -> FloatArray:
    """Natural cubic spline of the ranks of ``column`` (draws,), orthonormal and without the constant.

    Shape (draws, at most ``knots`` - 1); ranks make it alike for every prior.
    """
    _, inverse, counts = np.unique(column, return_inverse=True, return_counts=True)
    rank = (np.cumsum(counts) - counts / 2.0)[inverse] / len(column)
    places = (np.arange(knots) + 0.5) / knots
    cubes = np.maximum(rank[:, np.newaxis] - places, 0.0) ** 3
    slopes = (cubes[:, :-1] - cubes[:, [-1]]) / (places[-1] - places[:-1])
    columns = np.column_stack([rank, slopes[:, :-1] - slopes[:, [-1]]])
    return orthonormal(columns)


def orthonormal(columns: FloatArray) -> FloatArray:
    """An orthonormal basis of what ``columns`` (draws, any) span besides the constant."""
    centred = columns - columns.mean(axis=0)
    axes, size, _ = np.linalg.svd(centred, full_matrices=False)
    return np.asarray(axes[:, size > 1e-9 * max(float(size.max(initial=0.0)), 1e-300)])


def _regressed(gains: FloatArray, basis: FloatArray) -> FloatArray:
    """(..., 3): figures of choosing by what ``basis`` tells of ``gains`` (..., draws, differences)."""
    mean = gains.mean(axis=-2, keepdims=True)
    fitted = basis @ (basis.T @ (gains - mean))
    rest = gains - mean - fitted
    draws, columns = basis.shape
    noise = np.swapaxes(rest, -1, -2) @ rest / max(1, draws - 1 - columns) * (columns / draws)
    return _figures(gains, mean + drawn_together(fitted, noise))


def _strength(everything: FloatArray, basis: FloatArray) -> FloatArray:
    """Share of the differences' variance that the basis takes up, under each order of the draws."""
    centred = everything - everything.mean(axis=1, keepdims=True)
    fitted = np.einsum("nb,pnk->pbk", basis, centred)
    total = (centred**2).sum(axis=(1, 2))
    return (fitted**2).sum(axis=(1, 2)) / np.where(total > 0.0, total, 1.0)


def _of_group(
    everything: FloatArray, bases: Sequence[FloatArray], strength: FloatArray, members: Sequence[int]
) -> FloatArray:
    """The same of an additive regression on the strongest ``members`` that stand out, chosen anew in each
    order.

    The best member is always in; others where they are stronger than the best of as many inert ones mostly
    is, and as long as there are ``CROWDED`` draws a column.
    """
    some = list(members)
    bar = float(np.median(strength[some][:, 1:].max(axis=0)))
    found = []
    for number, gains in enumerate(everything):
        order = sorted(some, key=lambda member: -strength[member, number])
        room = max(1, len(gains) // CROWDED // (KNOTS - 1))
        used = [m for m in order[:room] if strength[m, number] > bar] or order[:1]
        basis = bases[used[0]] if len(used) == 1 else orthonormal(np.column_stack([bases[m] for m in used]))
        found.append(_regressed(gains, basis))
    return np.array(found)


def _judged(found: FloatArray, perfect: Value) -> tuple[Value, ...]:
    """Values from (entries, 1 + permutations, (value, changes, error)); none above ``perfect``."""
    permuted = found[:, 1:, 0]
    largest = permuted.max(axis=0)
    judged = []
    for entry, null in zip(found, permuted, strict=True):
        raw, changes, spread = entry[0]
        value = min(max(0.0, raw - null.mean()), perfect.value)
        error = float(np.hypot(spread, null.std()))
        stands = raw > 0.0 and (1 + (null >= raw).sum()) / (1 + len(null)) <= LEVEL
        low = max(0.0, value - NORMAL_90 * error) if stands else 0.0
        high = min(value + NORMAL_90 * error, perfect.high)
        chance = float((1 + (largest >= raw).sum()) / (1 + len(largest)))
        judged.append(Value(float(value), low, float(high), error, float(changes), chance))
    return tuple(judged)
