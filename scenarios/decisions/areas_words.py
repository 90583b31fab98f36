"""What a ranking of sectors or regions says in sentences: how sure it is, and where it comes from."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from scenarios.decisions.areas import ABSENT_FOR_REGIONS, ABSENT_FOR_SECTORS
from scenarios.decisions.areas_tables import Judged
from scenarios.wording import joined

Tables = Mapping[str, pl.DataFrame]

MOSTLY, HARDLY = 0.5, 0.3
"""Shares of the variance between areas that is no chance: most of it, and hardly any."""

FOLLOWS, ALIKE = 0.5, 0.7
"""Rank correlations (of the highest that chance allows) from which a ranking follows an input, and from which
two rankings are alike."""

DIFFERS = 1.05
"""Highest over lowest value of an input from which a ranking can follow it."""

TELLING = 0.4
"""Highest rank correlation that chance must allow for two rankings to be compared."""

FEW_NAMED = 8


def sentences(tables: Tables, judged: Judged, kind: str) -> list[str]:
    """The findings, a sentence or two each: what is told apart, and whether data or priors rank."""
    return list(filter(None, [_not_apart(tables, kind), _chance(tables, judged, kind), _source(tables, kind),
                              _in_percent(tables, kind), _flagged(tables, kind)]))  # fmt: skip


def _not_apart(tables: Tables, kind: str) -> str:
    ranked = tables["ranking"].filter(pl.col("rank").is_not_null() & pl.col("estimate").is_not_null())
    if ranked.is_empty():
        return "Nobody was followed long enough to rank anything: simulate more --months."
    first, *others = ranked.filter(~pl.col("told_apart"))["name"].to_list()
    if not others:
        return f"{first} comes first, told apart from all others (by more than 2 standard errors)."
    named = others if len(others) <= FEW_NAMED else [*others[:FEW_NAMED], f"{len(others) - FEW_NAMED} more"]
    return (
        f"Not told apart from the first, {first} (within 2 standard errors of the paired difference): "
        f"{joined(named)}; the other {len(ranked) - 1 - len(others)} {kind} are behind it beyond chance."
    )


def _real(tables: Tables, outcome: str) -> float:
    found = tables["differences"].filter(pl.col("outcome") == outcome)["real_share"]
    value = found[0] if len(found) else None
    return float("nan") if value is None else float(value)


def _chance(tables: Tables, judged: Judged, kind: str) -> str:
    real = _real(tables, "objective")
    if not real >= 0.0:
        return ""
    what = judged.label[0].lower() + judged.label[1:]
    said = f"Of the variance of {what} between {kind}, {100.0 * real:.0f} % is more than chance"
    return said + (": the order is mostly chance." if real < HARDLY else ".")


def _source(tables: Tables, kind: str) -> str:
    """Whether the rank is data's or the priors', as far as the correlations tell."""
    absent = ABSENT_FOR_SECTORS if kind == "sectors" else ABSENT_FOR_REGIONS
    inputs = tables["what_ranks_them"].filter(pl.col("kind") != "belief")
    level = (pl.col("spread") < DIFFERS).fill_null(False)
    alike = inputs.filter(level)["label"].to_list()
    same = f"The same in all {kind}, for want of data: {absent}."
    if alike:
        same += f" Inputs that hardly differ between {kind} in the model: {joined(alike)}."
    if not _real(tables, "objective") >= HARDLY:
        return same
    inputs = tables["what_ranks_them"].filter(pl.col("kind") != "belief")
    strong = pl.col("rank_correlation").abs() >= FOLLOWS * pl.col("highest_possible")
    followed = inputs.filter(~level & strong).sort(
        pl.col("rank_correlation").abs(), descending=True, maintain_order=True
    )
    parts = [
        f"{label} ({source_kind}; rank correlation {correlation:+.2f})"
        for label, source_kind, correlation in followed.select(
            "label", "kind", "rank_correlation"
        ).iter_rows()
    ]
    said = f"The order follows {joined(parts)}" if parts else "The order follows none of the model's inputs"
    return f"{said}. {_prior(tables)}{same}"


def _prior(tables: Tables) -> str:
    row = tables["what_ranks_them"].filter(pl.col("what") == "prior")
    if row.is_empty() or row["rank_correlation"][0] is None:
        return ""
    correlation, possible = row.select("rank_correlation", "highest_possible").row(0)
    if not possible >= TELLING:
        return "The ranking under the priors is too noisy to say whether the fit to trials makes the order. "
    compared = f"rank correlation {correlation:+.2f}, where chance allows up to {possible:.2f}"
    if correlation >= ALIKE * possible:
        return f"The priors alone order them alike ({compared}): the fit to trials does not make the order. "
    return f"The priors alone order them otherwise ({compared}): the fit to trials has a part in the order. "


def _in_percent(tables: Tables, kind: str) -> str:
    real, money = _real(tables, "productivity_percent"), _real(tables, "net_benefit")
    if not (real < MOSTLY and money >= MOSTLY):
        return ""
    return (
        f"In percent, {kind} hardly differ: of the variance of the effect on productivity "
        f"{100.0 * real:.0f} % is more than chance. They differ in what a percent is worth in yuan."
    )


def _flagged(tables: Tables, kind: str) -> str:
    table = tables["ranking"]
    few = table.filter(pl.col("few") & pl.col("rank").is_not_null())
    out = table.filter(pl.col("excluded") != "")
    parts = []
    if len(few):
        named = [f"{name} ({number:,.0f})" for name, number in few.select("name", "eligible").iter_rows()]
        parts.append(f"Fewer than 1,000 are eligible in {joined(named)}.")
    if len(out):
        named = [f"{name} ({why})" for name, why in out.select("name", "excluded").iter_rows()]
        parts.append(f"Left out: {joined(named)}.")
    return " ".join(parts)
