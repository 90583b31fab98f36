"""Tables of `scoresim rank sectors` and `rank regions`, from an experiment: pure of printing and drawing."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scenarios.decisions.areas import Area, Input, size_bands
from scenarios.decisions.experiment import Experiment
from scenarios.decisions.objectives import DIMENSIONS, OUTCOMES, score, standardised
from scenarios.decisions.outcomes import NAMES
from scenarios.decisions.top import behind_first, ranks, real_share
from scenarios.effect_tables import summaries
from simulation.census import CensusTables
from simulation.indicators import INDICATORS
from simulation.parameters import PARAMETERS
from simulation.programme import Programme
from simulation.targets import eligible_in_nation

FloatArray = NDArray[np.float64]

NEXT = 1_000.0
"""The next trainings that a ranking places."""

SHOWN = (
    "productivity", "value_added", "defect_rate", "injury_rate", "turnover_rate", "wage", "employment_women",
    "energy_intensity", "waste_intensity",
)  # fmt: skip
"""Effects on the trained that ``ranking`` holds: in the indicator's unit, and as ``..._percent``."""


@dataclass(frozen=True)
class Judged:
    """By what areas are ranked: weights of the objective, per yuan or not, the ``top``, seed."""

    weights: Mapping[str, float]
    by_yuan: bool = False
    top: int = 5
    seed: int = 1

    @property
    def needs_money(self) -> bool:
        """Whether it needs the whole follow-up of the enterprises."""
        money = {"net_benefit", "benefit", "resources", "total_net_benefit", "total_resources"}
        return self.by_yuan or bool(money & set(self.weights))

    @property
    def label(self) -> str:
        """The objective in words."""
        names = [
            OUTCOMES[name].label if name in OUTCOMES else name.replace("_", " ").capitalize()
            for name in self.weights
        ]
        if len(names) > 1:
            names = [
                f"{name} × {weight:g}" for name, weight in zip(names, self.weights.values(), strict=True)
            ]
        return " + ".join(names)

    @property
    def unit(self) -> str:
        """The unit of the objective."""
        only = next(iter(self.weights))
        plain = len(self.weights) == 1 and only in OUTCOMES
        unit = OUTCOMES[only].unit if plain else "standard deviations"
        if not self.by_yuan:
            return unit
        return "yuan per yuan of resources" if unit.startswith("yuan per enter") else f"{unit} per yuan"


def objective(found: Experiment, judged: Judged) -> FloatArray:
    """The objective of an experiment with one scenario (replicates, areas), more is better."""
    return scored(found.values[:, 0], judged)


def scored(outcomes: FloatArray, judged: Judged) -> FloatArray:
    """The objective (replicates, options) of ``outcomes`` (replicates, options, outcomes), more is better."""
    with warnings.catch_warnings(), np.errstate(invalid="ignore", divide="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)  # where nobody was followed
        values = score(outcomes, NAMES, judged.weights)
        return values / outcomes[:, :, NAMES.index("resources")] if judged.by_yuan else values


def ranking_table(
    areas: Sequence[Area], found: Experiment, prior: Experiment | None, judged: Judged, programme: Programme
) -> pl.DataFrame:
    """A row an area, best first; those left out come last, without rank.

    ``estimate``, ``low``, ``high``, ``se`` are the objective's; see :mod:`scenarios.decisions.top` for
    probabilities, regret and ``told_apart`` (from the first).
    """
    ranked = [area for area in areas if not area.excluded]
    values = objective(found, judged)
    estimate, low, high, error = summaries(values)
    chances, behind = ranks(values, judged.top, judged.seed), behind_first(values)
    columns: dict[str, Any] = {
        "estimate": estimate, "low": low, "high": high, "se": error,
        "probability_best": chances.best, "probability_top": chances.top, "expected_regret": chances.regret,
        "behind_first": behind.difference, "behind_first_se": behind.error, "told_apart": behind.apart,
    }  # fmt: skip
    columns |= _money(ranked, found, programme)
    columns |= _effects(found)
    if prior is not None:
        before = summaries(objective(prior, judged))[0]
        columns |= {"prior_estimate": before, "prior_rank": rank_of(before)}
    frame = pl.DataFrame(
        {
            "rank": rank_of(estimate),
            "option": [area.option for area in ranked],
            "name": [area.name for area in ranked],
            "eligible": [area.eligible for area in ranked],
            "few": [area.few for area in ranked],
            "excluded": [""] * len(ranked),
            **columns,
        }
    ).with_columns(pl.col(pl.Float64).fill_nan(None))
    others = [area for area in areas if area.excluded]
    if others:
        left_out = pl.DataFrame(
            [
                {"option": area.option, "name": area.name, "eligible": area.eligible, "few": area.few,
                 "excluded": area.excluded}
                for area in others
            ]
        )  # fmt: skip
        frame = pl.concat([frame, left_out], how="diagonal")
    return frame.sort("rank", nulls_last=True, maintain_order=True)


def rank_of(estimate: FloatArray) -> pl.Series:
    """1 for the highest; null where there is none."""
    return pl.Series(estimate).fill_nan(None).rank("ordinal", descending=True).cast(pl.Int64)


def _mean(values: FloatArray) -> FloatArray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.nanmean(values, axis=0)


def trainer_time_of(programme: Programme, parameters: Sequence[Mapping[str, float]]) -> float:
    """Days that one trainer gives the training while the programme lasts (five years if it never closes)."""
    default = PARAMETERS["trainer_days"].default
    a_month = float(np.mean([draw.get("trainer_days", default) for draw in parameters]))
    closing = programme.closing_month
    return a_month * (60.0 if closing is None else float(closing - programme.first_month))


def _money(areas: Sequence[Area], found: Experiment, programme: Programme) -> dict[str, FloatArray]:
    """Money per enterprise and per yuan, and what the next thousand trainings are, need and give."""
    names = ("net_benefit", "benefit", "resources", "programme_cost", "trainer_days")
    mean = {name: _mean(found.of(name)[:, 0]) for name in names}
    trainings = np.minimum(NEXT, [area.eligible for area in areas])
    days = trainings * mean["trainer_days"]
    with np.errstate(divide="ignore", invalid="ignore"):
        return mean | {
            "per_yuan": mean["net_benefit"] / mean["resources"],
            "per_programme_yuan": mean["net_benefit"] / mean["programme_cost"],
            "trainings": trainings,
            "gain_of_trainings": trainings * mean["net_benefit"],
            "cost_of_trainings": trainings * mean["resources"],
            "trainers_needed": days / trainer_time_of(programme, found.parameters),
        }


def _effects(found: Experiment) -> dict[str, FloatArray]:
    columns = {}
    for name in SHOWN:
        columns[name] = _mean(found.of(name)[:, 0])
        columns[f"{name}_percent"] = _mean(found.percents[:, 0, :, list(INDICATORS).index(name)])
    return columns


def by_size_table(areas: Sequence[Area], found: Experiment, tables: CensusTables) -> pl.DataFrame:
    """A row an area and range of sizes: eligible enterprises, net benefit with its interval, productivity."""
    ranked = [area for area in areas if not area.excluded]
    rows = []
    for place, area in enumerate(ranked):
        for number, (low, high) in enumerate(size_bands(area.group.sizes)):
            values = found.by_size[:, 0, place, number]
            net = values[:, [NAMES.index("net_benefit")]]
            estimate, lower, upper, error = (float(part[0]) for part in summaries(net))
            resources = float(_mean(values[:, NAMES.index("resources")]))
            group = area.group
            rows.append(
                {
                    "option": area.option, "name": area.name, "employees": f"{low} to {high}",
                    "eligible": eligible_in_nation((group.sectors, group.regions, low, high), tables),
                    "net_benefit": estimate, "low": lower, "high": upper, "se": error,
                    "per_yuan": estimate / resources if resources > 0.0 else None,
                    "productivity": float(_mean(values[:, NAMES.index("productivity")])),
                    "injury_rate": float(_mean(values[:, NAMES.index("injury_rate")])),
                }
            )  # fmt: skip
    return pl.DataFrame(rows, infer_schema_length=None).with_columns(pl.col(pl.Float64).fill_nan(None))


WEIGHTINGS = 10_000
"""Draws of the weights of the three dimensions."""


def weights_table(areas: Sequence[Area], found: Experiment, judged: Judged) -> pl.DataFrame:
    """For which weights of the dimensions each area is first, or among the top.

    Weights are spread evenly over all that add up to one (a Dirichlet of ones); dimensions are brought to one
    scale as :func:`scenarios.decisions.objectives.score` does. ``weight_...`` are the mean weights where the
    area is first. The means are taken as they are: chance is not in these shares.
    """
    ranked = [area for area in areas if not area.excluded]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        means = [_mean(standardised(found.values[:, 0], NAMES, name)) for name in DIMENSIONS]
    scores = np.nan_to_num(np.stack(means, axis=1), nan=-np.inf)
    drawn = np.random.default_rng([judged.seed, 612]).dirichlet(np.ones(len(DIMENSIONS)), WEIGHTINGS)
    weighted = drawn @ np.where(np.isfinite(scores), scores, -1e9).T
    order = np.argsort(-weighted, axis=1, kind="stable")
    rows = []
    for place, area in enumerate(ranked):
        wins = drawn[order[:, 0] == place]
        rows.append(
            {
                "option": area.option, "name": area.name,
                "share_first": len(wins) / WEIGHTINGS,
                "share_top": float((order[:, : judged.top] == place).any(axis=1).mean()),
                **{
                    f"weight_{name}": float(wins[:, d].mean()) if len(wins) else None
                    for d, name in enumerate(DIMENSIONS)
                },
                **{f"score_{name}": float(means[d][place]) for d, name in enumerate(DIMENSIONS)},
            }
        )  # fmt: skip
    frame = pl.DataFrame(rows, infer_schema_length=None).with_columns(pl.col(pl.Float64).fill_nan(None))
    return frame.sort("share_first", "share_top", descending=True, nulls_last=True, maintain_order=True)


def rank_correlation(one: FloatArray, other: FloatArray) -> float:
    """Spearman's rank correlation over what both know; NaN below three, or where one does not vary."""
    both = np.isfinite(one) & np.isfinite(other)
    if both.sum() < 3 or np.ptp(one[both]) == 0.0 or np.ptp(other[both]) == 0.0:
        return float("nan")
    from scipy.stats import spearmanr

    return float(spearmanr(one[both], other[both]).statistic)


def drivers_table(
    found: Experiment, prior: Experiment | None, judged: Judged, inputs: Sequence[Input]
) -> pl.DataFrame:
    """What the ranking follows: its rank correlation with each input of the model, and with the prior's.

    ``spread`` is the input's highest over its lowest value; ``highest_possible`` the correlation that chance
    would allow with a ranking of the same truth.
    """
    values = objective(found, judged)
    estimate, real = summaries(values)[0], real_share(values)
    rows = [
        {
            "what": each.name, "label": each.label, "kind": each.kind, "source": each.source,
            "spread": float(each.values.max() / each.values.min()) if each.values.min() > 0.0 else None,
            "rank_correlation": rank_correlation(estimate, each.values), "highest_possible": real**0.5,
        }
        for each in inputs
    ]  # fmt: skip
    if prior is not None:
        before = objective(prior, judged)
        rows.append(
            {
                "what": "prior", "label": "ranking under the priors", "kind": "belief",
                "source": f"{len(before)} replicates", "spread": None,
                "rank_correlation": rank_correlation(estimate, summaries(before)[0]),
                "highest_possible": (real * real_share(before)) ** 0.5,
            }
        )  # fmt: skip
    return pl.DataFrame(rows, infer_schema_length=None).with_columns(pl.col(pl.Float64).fill_nan(None))


def differences_table(found: Experiment, judged: Judged) -> pl.DataFrame:
    """Of each outcome, and of the objective, the share of the variance between areas that is no chance."""
    outcomes = {"objective": objective(found, judged)}
    outcomes |= {name: found.of(name)[:, 0] for name in ("net_benefit", "resources", *SHOWN)}
    for name in SHOWN:
        outcomes[f"{name}_percent"] = found.percents[:, 0, :, list(INDICATORS).index(name)]
    rows = [{"outcome": name, "real_share": real_share(values)} for name, values in outcomes.items()]
    return pl.DataFrame(rows).with_columns(pl.col(pl.Float64).fill_nan(None))


def all_tables(
    areas: Sequence[Area],
    found: Experiment,
    prior: Experiment | None,
    judged: Judged,
    programme: Programme,
    census: CensusTables,
    inputs: Sequence[Input],
) -> dict[str, pl.DataFrame]:
    """All tables by name."""
    return {
        "ranking": ranking_table(areas, found, prior, judged, programme),
        "by_size": by_size_table(areas, found, census),
        "weights": weights_table(areas, found, judged),
        "what_ranks_them": drivers_table(found, prior, judged, inputs),
        "differences": differences_table(found, judged),
    }
