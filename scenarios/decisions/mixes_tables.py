"""The tables of `scoresim rank mixes`."""

from __future__ import annotations

from typing import Any

import polars as pl

from scenarios.decisions.mixes_run import Found
from scenarios.decisions.objectives import DIMENSIONS

EFFECTS = tuple(name for effects in DIMENSIONS.values() for name in effects)
"""Effects shown of each option, those that the dimensions are made of."""


def ranking_tables(found: Found) -> dict[str, pl.DataFrame]:
    """``ranking``, ``weights``, ``draws`` and ``parameters``."""
    outcomes = found.ranking.outcomes
    return {
        "ranking": ranking_table(found),
        "weights": weights_table(found),
        "draws": outcomes.table(),
        "parameters": outcomes.parameters_table(),
    }


def ranking_table(found: Found) -> pl.DataFrame:
    """A row an option, the best first; effects in the columns named after them, at the ranking's month."""
    ranking, estimates = found.ranking, found.ranking.estimates
    columns: dict[str, Any] = {
        "option": [option.name for option in found.options],
        "title": [option.title for option in found.options],
        "rank": ranking.rank,
        "modules": ["+".join(option.mix.modules) for option in found.options],
        "delivery": [option.delivery for option in found.options],
        "subsidy": [option.subsidy for option in found.options],
        "unit": [ranking.unit] * len(found.options),
        "estimate": estimates.estimate,
        "low": estimates.low,
        "high": estimates.high,
        "se": estimates.se,
        "probability_best": ranking.probability_best,
        "expected_regret": ranking.expected_regret,
        "cost": ranking.amount("programme_cost"),
        "resources": ranking.amount("resources"),
        "benefit_per_yuan": ranking.amount("benefit", "resources"),
        "trained": ranking.amount("trained"),
        "replicates": estimates.replicates,
        "finalist": ranking.race.left == ranking.race.left.max(),
        "prior_rank": [None] * len(found.options) if ranking.prior is None else ranking.prior.rank,
        "prior_probability_best": (
            [None] * len(found.options) if ranking.prior is None else ranking.prior.probability_best
        ),
        "pareto": ranking.pareto,
        "probability_undominated": ranking.probability_undominated,
    }
    columns |= {name: ranking.dimension_means[:, d] for d, name in enumerate(_scores())}
    columns |= {name: ranking.outcome(name) for name in EFFECTS}
    kinds = {"prior_rank": pl.Int64, "prior_probability_best": pl.Float64}
    return pl.DataFrame(columns, schema_overrides=kinds).sort("rank")


def _scores() -> list[str]:
    return [f"score.{name}" for name in DIMENSIONS]


def weights_table(found: Found) -> pl.DataFrame:
    """How often each option is first when the weights of the objectives are drawn, and at which weights."""
    names, share, where = found.ranking.weighted()
    columns: dict[str, Any] = {"option": [option.name for option in found.options], "share_first": share}
    columns |= {f"mean_weight.{name}": where[:, number] for number, name in enumerate(names)}
    return pl.DataFrame(columns).sort("share_first", descending=True, maintain_order=True)
