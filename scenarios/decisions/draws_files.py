"""What another command wrote with --out, read back draw by draw: the start of discovery and information.

A folder holds ``draws.parquet`` (draw, replicate, option, outcome, unit, value), ``parameters.parquet`` (a
row a draw) and ``manifest.json``. The options of a replicate share its parameters, enterprises and events.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scenarios.decisions.objectives import DIMENSIONS, OUTCOMES, score
from scenarios.decisions.outcomes import NAMES
from scenarios.decisions.parameter_words import option_title
from simulation.inputs import InputError, suggestion

FloatArray = NDArray[np.float64]

NO_PROGRAMME = "no programme"
"""The other option where a folder holds one alone: every outcome is an effect or net benefit, so it has 0."""

FEWEST_DRAWS = 20
"""Draws of the parameters below which nothing can be told from chance."""

STAYED = 0.5
"""Options with fewer than this share of the most draws left their race early and are not compared."""

COLUMNS = ("draw", "replicate", "option", "outcome", "unit", "value")
WRITERS = "name a folder that scoresim rank mixes --out or scoresim sweep --out wrote"
MORE = "simulate more with the command that wrote it (--replicates)"


@dataclass(frozen=True, eq=False)
class Draws:
    """What each option is worth under each draw of the parameters, more being better.

    Attributes:
        folder: that was read.
        options: names; with one in the folder, ``no programme`` is the second.
        left: options of the folder that are not compared, as they left their race early.
        values: (draws, replicates of a draw, options), nothing undefined.
        label, unit: of the values.
        names: of the parameters, those that do not vary left out.
        x: their values (draws, parameters).
        repeats: draws left out because they share half of their parameters or more with one that is kept.
        manifest: of the command that wrote the folder.
        digest: of draws.parquet and parameters.parquet (SHA-256, hexadecimal).

    """

    folder: Path
    options: tuple[str, ...]
    left: tuple[str, ...]
    values: FloatArray
    label: str
    unit: str
    names: tuple[str, ...]
    x: FloatArray
    repeats: int
    manifest: Mapping[str, Any]
    digest: str

    @property
    def means(self) -> FloatArray:
        """Mean over a draw's replicates (draws, options)."""
        return self.values.mean(axis=1)

    @property
    def best(self) -> int:
        """Number of the option with the highest mean: what would be chosen now."""
        return int(np.argmax(self.means.mean(axis=0)))

    def option(self, name: str, field: str) -> int:
        """The number of an option; InputError naming ``field`` if there is none of that name."""
        if name in self.options:
            return self.options.index(name)
        if name in self.left:
            remedy = f"choose one that stayed: {', '.join(self.options)}"
            raise InputError(self.folder, field, name, "left its race after few draws", remedy)
        remedy = suggestion(name, self.options, "options")
        raise InputError(self.folder, field, name, "is not an option of this folder", remedy)


def read_draws(folder: str | Path, weights: Mapping[str, float], field: str = "--outcome") -> Draws:
    """The options and parameters of a ``folder``, judged by ``weights`` of outcomes or dimensions.

    ``field`` is the option that named the outcomes. Raises InputError where a file is missing or is
    another, where options or parameters cannot be laid side by side, or where there are too few draws.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(folder, None, None, "is not a folder", WRITERS)
    table, parameters = (
        _table(folder / "draws.parquet", COLUMNS),
        _table(folder / "parameters.parquet", ("draw",)),
    )
    manifest = _manifest(folder / "manifest.json")
    options = tuple(dict.fromkeys(table["option"].to_list()))
    _check_effects(folder, manifest)
    outcomes = _wanted(folder, table, weights, field)
    cube, numbers = _cube(folder, table, options, outcomes)
    draws, pairs, columns, _ = cube.shape
    flat = cube.reshape(draws * pairs, columns, len(outcomes))
    values = score(flat, outcomes, weights).reshape(draws, pairs, columns)
    values, kept, whole = _shared(values)
    _check_enough(folder, len(values), "draws that the compared options share")
    names, x = _parameters(folder, parameters, numbers[whole])
    apart = independent(x)
    repeats = int((~apart).sum())
    if repeats:
        _check_enough(folder, int(apart.sum()), "points that do not share most of their parameters")
        values, x = values[apart], x[apart]
    chosen, left = tuple(options[k] for k in kept), tuple(o for k, o in enumerate(options) if k not in kept)
    if len(options) == 1:
        chosen, values = (*chosen, NO_PROGRAMME), np.concatenate([values, np.zeros_like(values)], axis=2)
    label, unit = _label(weights)
    files = [(folder / name).read_bytes() for name in ("draws.parquet", "parameters.parquet")]
    digest = hashlib.sha256(b"".join(files)).hexdigest()
    return Draws(folder, chosen, left, values, label, unit, names, x, repeats, manifest, digest)


def independent(x: FloatArray) -> NDArray[np.bool_]:
    """Which draws (draws, parameters) to keep so that no two share half of their parameters or more.

    Points of a sweep (Sobol, Morris) move few parameters at a time. Were such neighbours on both
    sides of a check on unseen draws, it would check nothing. Draws at random are all kept.
    """
    apart = np.zeros(len(x), np.bool_)
    for number, point in enumerate(x):
        apart[number] = not ((x[:number][apart[:number]] == point).mean(axis=1) >= 0.5).any()
    return apart


# The files


def _table(file: Path, columns: Sequence[str]) -> pl.DataFrame:
    from polars.exceptions import PolarsError

    if not file.is_file():
        raise InputError(file, None, None, "does not exist", WRITERS)
    try:
        table = pl.read_parquet(file)
    except (OSError, PolarsError):
        raise InputError(file, None, None, "is not a Parquet table", WRITERS) from None
    for column in columns:
        if column not in table.columns:
            raise InputError(file, column, None, "is not a column of this table", WRITERS)
    if table.is_empty():
        raise InputError(file, None, None, "is empty", WRITERS)
    return table


def _manifest(file: Path) -> dict[str, Any]:
    if not file.is_file():
        raise InputError(file, None, None, "does not exist", WRITERS)
    try:
        read = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise InputError(file, None, None, "is not JSON", WRITERS) from None
    if not isinstance(read, dict):
        raise InputError(file, None, None, "is not a manifest", WRITERS)
    return read


def _check_effects(folder: Path, manifest: Mapping[str, Any]) -> None:
    design = manifest.get("design")
    if isinstance(design, dict) and design.get("of") == "level":
        problem = "holds levels, which cannot be laid beside no programme"
        raise InputError(folder, None, None, problem, "sweep effects: scoresim sweep --of effect")


def _check_enough(folder: Path, draws: int, what: str) -> None:
    if draws < FEWEST_DRAWS:
        raise InputError(folder, None, None, f"has {draws} {what}, fewer than {FEWEST_DRAWS}", MORE)


def _wanted(folder: Path, table: pl.DataFrame, weights: Mapping[str, float], field: str) -> list[str]:
    """The outcomes that ``weights`` need, in the order of all, each found and in its own unit."""
    needed = {name for weighed in weights for name in DIMENSIONS.get(weighed, (weighed,))}
    there = set(table["outcome"].to_list())
    for name in sorted(needed - there):
        known = [other for other in NAMES if other in there and OUTCOMES[other].better]
        raise InputError(
            folder, field, name, "is not among its outcomes", suggestion(name, known, "outcomes")
        )
    units = table.filter(pl.col("outcome").is_in(needed)).select("outcome", "unit").unique()
    for outcome, unit in units.sort("outcome", "unit").iter_rows():
        if unit != OUTCOMES[outcome].unit:
            problem = f"is in {unit!r}, not in {OUTCOMES[outcome].unit!r}: another version's, or mixed"
            raise InputError(folder / "draws.parquet", outcome, None, problem, "write the folder again")
    return [name for name in NAMES if name in needed]


def _cube(
    folder: Path, table: pl.DataFrame, options: Sequence[str], outcomes: Sequence[str]
) -> tuple[FloatArray, NDArray[np.int64]]:
    """((draws, replicates of a draw, options, outcomes) with NaN where nothing is, numbers of the draws)."""
    rows = table.filter(pl.col("outcome").is_in(outcomes) & pl.col("value").is_finite())
    if rows.select("replicate", "option", "outcome").is_duplicated().any():
        problem = "has an option twice in a replicate, as if two runs were mixed"
        raise InputError(folder / "draws.parquet", None, None, problem, "write the folder again")
    replicates = table.select("draw", "replicate").unique().sort("draw", "replicate")
    if replicates["replicate"].is_duplicated().any():
        problem = "has a replicate in two draws, as if two runs were mixed"
        raise InputError(folder / "draws.parquet", None, None, problem, "write the folder again")
    numbers = np.unique(replicates["draw"].to_numpy())
    draw = np.searchsorted(numbers, replicates["draw"].to_numpy())
    within = np.arange(len(draw)) - np.searchsorted(draw, draw)  # place among its draw's replicates
    place = {
        int(r): (d, w)
        for r, d, w in zip(replicates["replicate"], draw.tolist(), within.tolist(), strict=True)
    }
    cube = np.full((len(numbers), int(within.max()) + 1, len(options), len(outcomes)), np.nan)
    of_option, of_outcome = {o: k for k, o in enumerate(options)}, {o: k for k, o in enumerate(outcomes)}
    for replicate, option, outcome, value in rows.select(
        "replicate", "option", "outcome", "value"
    ).iter_rows():
        cube[(*place[replicate], of_option[option], of_outcome[outcome])] = value
    return cube, numbers


def _shared(values: FloatArray) -> tuple[FloatArray, list[int], NDArray[np.bool_]]:
    """(values of the draws that the compared options share, these options, which draws they are)."""
    there: NDArray[np.bool_] = np.asarray(np.isfinite(values).all(axis=1))  # (draws, options)
    counts = there.sum(axis=0)
    enough = min(STAYED * counts.max(), np.sort(counts)[-min(2, len(counts))])  # two options at the least
    stayed = (counts >= enough) & (counts > 0)
    kept = np.flatnonzero(stayed).tolist()
    whole: NDArray[np.bool_] = np.asarray(there[:, kept].all(axis=1))
    return values[whole][:, :, kept], kept, whole


def _parameters(
    folder: Path, table: pl.DataFrame, numbers: NDArray[np.int64]
) -> tuple[tuple[str, ...], FloatArray]:
    """(names, values (draws, parameters)) of the parameters that vary between the draws ``numbers``."""
    file = folder / "parameters.parquet"
    if table["draw"].is_duplicated().any():
        raise InputError(file, "draw", None, "has a draw twice", "write the folder again")
    rows = pl.DataFrame({"draw": numbers}).join(
        table.with_columns(pl.col("draw").cast(pl.Int64)), "draw", "left", maintain_order="left"
    )
    names = [name for name, kind in table.schema.items() if name != "draw" and kind.is_numeric()]
    x = rows.select(names).cast(pl.Float64).fill_null(float("nan")).to_numpy()
    if not set(numbers.tolist()) <= set(table["draw"].to_list()):
        raise InputError(file, "draw", None, "lacks draws of draws.parquet", "write the folder again")
    varies = np.isfinite(x).all(axis=0) & (np.ptp(x, axis=0) > 0.0) if names else np.zeros(0, np.bool_)
    if not varies.any():
        problem = "holds no parameter that varies, so there is nothing to learn from it"
        raise InputError(
            file, None, None, problem, "simulate with draws of the parameters, not with --defaults"
        )
    return tuple(name for name, is_free in zip(names, varies, strict=True) if is_free), x[:, varies]


def _label(weights: Mapping[str, float]) -> tuple[str, str]:
    if len(weights) == 1 and (only := next(iter(weights))) in OUTCOMES:
        outcome = OUTCOMES[only]
        return outcome.label + (", turned round (less is better)" if outcome.better < 0 else ""), outcome.unit
    told = ", ".join(f"{name} {weight:g}" for name, weight in weights.items())
    return f"Objective ({told})", "standard deviations"


def source_of(draws: Draws) -> str:
    """Where the draws come from, for the foot of a figure."""
    told = draws.manifest.get("parameters")
    told = told if isinstance(told, dict) else {}
    posterior = told.get("posterior")
    kinds = {"prior": "prior draws", "default": "default parameters"}
    if isinstance(posterior, dict):
        kind = f"posterior draws (file {str(posterior.get('sha256', ''))[:8]})"
    else:
        kind = kinds.get(str(told.get("draws")), "draws of the parameters")
    replicates = draws.values.shape[1]
    each = f"{replicates} replicates each" if replicates > 1 else "one replicate each"
    return (
        f"scoresim, {kind}: {len(draws.x)}, {each}, from {draws.manifest.get('command', 'another command')}"
    )


def left_out(draws: Draws) -> list[str]:
    """What was left out of the folder, in words."""
    told = []
    if draws.left:
        names = "; ".join(option_title(name) for name in draws.left)
        told.append(f"Not compared, as they left the race early: {names}.")
    if draws.repeats:
        told.append(
            f"{draws.repeats} points of the design were left out because they share most of their parameters "
            "with another: they would only seem to be further evidence."
        )
    return told
