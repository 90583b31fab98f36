"""When does the preferred option lose? Scenario discovery over the draws of another command."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scenarios.decisions.draws_files import Draws, left_out
from scenarios.decisions.parameter_words import meaning_of, option_title, range_text, unit_of
from scenarios.decisions.prim import Region, find_region, quality_of
from scenarios.wording import decimals_for, joined, number
from simulation.inputs import InputError

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

FEW_LOSSES = 20
"""Losing draws below which it is said that there are few: halves of them hardly show a region."""


@dataclass(frozen=True, eq=False)
class Discovery:
    """When an option loses.

    Attributes:
        draws: what was read.
        option: number of the preferred option.
        rivals: numbers of the options it is laid beside (none with a threshold).
        threshold: value below which it loses, or None: it loses below the best rival.
        margin: its value less that of the best rival or the threshold (draws,), mean over replicates.
        loses: where the margin is below zero (draws,).
        region: where in the parameters it loses often; None where it loses nowhere or everywhere.
        density: share of losing draws that was asked of the box, or None.
        chance: share of the margin's variance between draws that is chance (NaN: one replicate a draw).
        disagree: share of draws whose replicates do not agree on losing (NaN likewise).

    """

    draws: Draws
    option: int
    rivals: tuple[int, ...]
    threshold: float | None
    margin: FloatArray
    loses: BoolArray
    region: Region | None
    density: float | None
    chance: float
    disagree: float


def discover(
    draws: Draws,
    seed: int,
    *,
    option: str | None = None,
    rival: str | None = None,
    threshold: float | None = None,
    density: float | None = None,
) -> Discovery:
    """Where in the parameters ``option`` (not given: that of the highest mean) loses.

    It loses where its value is below that of the best of the others in the same draw, of ``rival``, or below
    ``threshold``. Raises InputError for unknown options and what does not fit together.
    """
    chosen = draws.best if option is None else draws.option(option, "--option")
    others = tuple(k for k in range(len(draws.options)) if k != chosen)
    if rival is not None:
        if threshold is not None:
            raise InputError(
                None, "--threshold", threshold, "is given together with --rival", "keep one of the two"
            )
        others = (draws.option(rival, "--rival"),)
        if others == (chosen,):
            raise InputError(None, "--rival", rival, "is the preferred option itself", "name another")
    rivals = () if threshold is not None else others
    margin = _margin(draws.means, chosen, rivals, threshold)
    of_replicates = _margin(draws.values, chosen, rivals, threshold)
    loses = margin < 0.0
    region = None
    if 0 < loses.sum() < len(loses):
        region = find_region(draws.x, loses, margin, seed, density)
    chance, disagree = _chance(of_replicates, margin)
    return Discovery(draws, chosen, rivals, threshold, margin, loses, region, density, chance, disagree)


def _margin(values: FloatArray, option: int, rivals: tuple[int, ...], threshold: float | None) -> FloatArray:
    """The option's value (..., options) less that of the best rival, or of the threshold."""
    other = values[..., list(rivals)].max(axis=-1) if threshold is None else threshold
    return np.asarray(values[..., option] - other)


def _chance(of_replicates: FloatArray, margin: FloatArray) -> tuple[float, float]:
    replicates = of_replicates.shape[1]
    if replicates < 2:
        return float("nan"), float("nan")
    within = float(of_replicates.var(axis=1, ddof=1).mean()) / replicates
    total = float(margin.var(ddof=1))
    lost = (of_replicates < 0.0).mean(axis=1)
    return (min(1.0, within / total) if total > 0.0 else float("nan")), float(
        ((lost > 0) & (lost < 1)).mean()
    )


# Tables


BOXES = {
    "parameter": pl.String, "unit": pl.String, "low": pl.Float64, "high": pl.Float64, "prior_low": pl.Float64,
    "prior_high": pl.Float64, "p_value": pl.Float64, "reproducibility": pl.Float64,
}  # fmt: skip
TRAJECTORY = {
    "restrictions": pl.Int64, "coverage": pl.Float64, "density": pl.Float64, "mass": pl.Float64,
}  # fmt: skip


def ordered(found: Discovery) -> list[int]:
    """The restricted parameters of a region that stands, the surest first."""
    region = found.region
    if region is None or not region.found:
        return []
    return sorted(np.flatnonzero(region.box.restricted).tolist(), key=lambda p: region.p_values[p])


def tables(found: Discovery) -> dict[str, pl.DataFrame]:
    """``region`` (one row: how often it loses, and how good the box is), ``boxes`` and ``trajectory``.

    ``prior_low`` and ``prior_high`` are the range that the draws had; ``low`` and ``high`` the box, which
    ends there where it is not restricted. ``boxes`` is empty where no region stands.
    """
    draws, region = found.draws, found.region
    rows = []
    for p in ordered(found):
        assert region is not None
        column, box = draws.x[:, p], region.box
        ends = float(column.min()), float(column.max())
        low, high = max(ends[0], float(box.low[p])), min(ends[1], float(box.high[p]))
        name = draws.names[p]
        rows.append(
            (name, unit_of(name), low, high, *ends, float(region.p_values[p]), region.reproducibility[p])
        )
    steps = []
    for box in region.trajectory if region is not None else ():
        quality = quality_of(box.holds(draws.x), found.loses)
        steps.append((int(box.restricted.sum()), quality.coverage, quality.density, quality.mass))
    return {
        "region": pl.DataFrame([_summary(found)]),
        "boxes": pl.DataFrame(rows, schema=BOXES, orient="row"),
        "trajectory": pl.DataFrame(steps, schema=TRAJECTORY, orient="row"),
    }


def _summary(found: Discovery) -> dict[str, object]:
    region, nothing = found.region, float("nan")
    stands = region is not None and region.found
    quality = region.quality if region is not None and stands else None
    return {
        "option": found.draws.options[found.option],
        "rivals": ", ".join(found.draws.options[k] for k in found.rivals),
        "threshold": nothing if found.threshold is None else found.threshold,
        "unit": found.draws.unit,
        "draws": len(found.loses),
        "losing": float(found.loses.mean()),
        "found": stands,
        "coverage": quality.coverage if quality else nothing,
        "density": quality.density if quality else nothing,
        "mass": quality.mass if quality else nothing,
        "unseen_density": region.unseen_density if region else nothing,
        "unseen_p_value": region.unseen_p_value if region else nothing,
        "variance_chance": found.chance,
        "replicates_disagree": found.disagree,
    }


# Words


def percent(share: float) -> str:
    """A share for people: "31 %", "0.4 %"."""
    return f"{number(100.0 * share, decimals_for(100.0 * share) if 0.0 < share < 0.01 else 0)} %"


def sentences(found: Discovery) -> list[str]:
    """What was found, for a planner, a paragraph an entry."""
    told = [_how_often(found), *_where(found), *_chance_words(found)]
    return told + left_out(found.draws)


def against(found: Discovery) -> str:
    """What the option is laid beside, in a few words."""
    if found.threshold is not None:
        return f"a threshold of {number(found.threshold, decimals_for(found.threshold))} {found.draws.unit}"
    titles = [option_title(found.draws.options[k]) for k in found.rivals]
    if len(titles) == 1:
        return f"“{titles[0]}”"
    return f"the best of {len(titles)} others in the same draw"


def _how_often(found: Discovery) -> str:
    title, share = option_title(found.draws.options[found.option]), float(found.loses.mean())
    start = f"Of {len(found.loses)} draws that the compared options share, the preferred option (“{title}”)"
    return f"{start} loses in {percent(share)}, by {_lower(found.draws.label)} against {against(found)}."


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]


def _where(found: Discovery) -> list[str]:
    region = found.region
    if region is None:
        everywhere = "everywhere" if found.loses.any() else "nowhere"
        return [f"It loses {everywhere}, so there is no region to look for."]
    if not region.found:
        return [_nothing_found(found, region)]
    names = [restriction(found, p) for p in ordered(found)]
    seen, unseen = percent(region.quality.density), percent(region.unseen_density)
    between = ": expect something between the two" if seen != unseen else ""
    told = [
        f"Where {joined(names)}, it loses in {seen}: this region holds {percent(region.quality.mass)} of the "
        f"draws and {percent(region.quality.coverage)} of all losses. Boxes found on half of the draws lose "
        f"in {unseen} of the other half{between}."
    ]
    if found.density is not None and region.quality.density < found.density:
        told.append(
            f"No box reaches the {percent(found.density)} asked for; this is the densest that stands."
        )
    for p in ordered(found):
        name = found.draws.names[p]
        if meaning_of(name):
            told.append(f"`{name}`: {meaning_of(name)}.")
    return told


def restriction(found: Discovery, p: int) -> str:
    """The range of parameter number ``p`` in the region: "`visit_knowhow` is below 0.12"."""
    region = found.region
    assert region is not None
    name = found.draws.names[p]
    return f"`{name}` {range_text(name, float(region.box.low[p]), float(region.box.high[p]))}"


def _nothing_found(found: Discovery, region: Region) -> str:
    if np.isnan(region.unseen_density):
        tried = "on half of the draws no box stood out at all"
    else:
        tried = (
            f"boxes found on half of the draws lose in {percent(region.unseen_density)} of the other half, "
            f"against {percent(float(found.loses.mean()))} everywhere, p {region.unseen_p_value:.2g}"
        )
    few = f" It loses in {int(found.loses.sum())} draws only." if found.loses.sum() < FEW_LOSSES else ""
    return (
        "No region found: no part of the parameters was found in which it loses clearly more often "
        f"({tried}). Either losing does not hang on a few parameters, or there are too few draws to see on "
        f"which.{few}"
    )


def _chance_words(found: Discovery) -> list[str]:
    if np.isnan(found.chance):
        return ["Each draw has one replicate, so that chance cannot be told from the parameters."]
    return [
        f"{percent(found.chance)} of the variance of the difference between draws is chance, which no "
        f"parameter "
        f"explains; in {percent(found.disagree)} of the draws the replicates disagree on whether it loses."
    ]
