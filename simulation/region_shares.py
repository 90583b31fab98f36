"""Share of the nation's enterprises in each region: read where counted, imputed elsewhere.

A region's share is its count over the national count of the same year (the latest counted). Regions without
a count divide what their macro-region's share leaves, in proportion to a weight: their enterprises above the
reporting threshold. Imputed shares are marked DERIVED_LOW. The macro-region shares are of legal units of all
sectors, and manufacturing lies further east than that: the imputed provinces of the East (Zhejiang above
all) come out too small, those of the West too large.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from simulation.census_files import Row, column, number, numbers, read_table, unique_names
from simulation.inputs import InputError

FloatArray = NDArray[np.float64]

UNITS_MEASURE = "manufacturing enterprise legal units"
WEIGHT_MEASURE = "above-scale industrial enterprises"
MACRO_MEASURE = "share of legal units, all sectors"


def region_shares(directory: Path) -> dict:
    """Fields of ``CensusTables`` about regions: names, macro-regions, shares and where they come from.

    Raises:
        InputError: a file, column or value is missing or wrong.

    """
    path = directory / "regions.csv"
    table = read_table(path, ("region", "level", "year", "measure", "value"))
    known = _known_shares(path, table)
    listing = _region_list(directory, table)
    names = unique_names(directory / "provinces.csv", "region", column(listing, "region"))
    if strangers := sorted(set(known) - set(names)):
        problem = "a region that provinces.csv does not list"
        raise InputError(path, "region", strangers[0], problem, "spell it as there, or add it there")
    macro = tuple(name or "" for name in column(listing, "macro_region"))
    share = np.array([known[n][0] if n in known else np.nan for n in names])
    is_known = ~np.isnan(share)
    rule = "macro-region share less known regions, by weight"
    source = [known[n][1] if n in known else rule for n in names]
    confidence = [known[n][2] if n in known else "DERIVED_LOW" for n in names]
    if not is_known.all():
        weights = _weights(directory, listing, table)
        share = _impute(path, names, macro, share, weights, _macro_shares(path, table))
    return {
        "regions": names,
        "macro_regions": macro,
        "region_share": share / share.sum(),
        "region_known": is_known,
        "region_source": tuple(source),
        "region_confidence": tuple(confidence),
    }


def _rows(table: Sequence[Row], level: str, measure: str) -> list[Row]:
    return [row for row in table if row["level"] == level and row["measure"] == measure]


def _region_list(directory: Path, table: Sequence[Row]) -> list[Row]:
    path = directory / "provinces.csv"
    if path.is_file():
        return read_table(path, ("region", "macro_region"))
    rows = _rows(table, "province", UNITS_MEASURE)
    if not rows:
        remedy = f"add one row per region with level 'province' and measure '{UNITS_MEASURE}'"
        raise InputError(directory / "regions.csv", "measure", "missing", "no region has a count", remedy)
    return [{"region": name, "macro_region": None} for name in dict.fromkeys(column(rows, "region"))]


def _known_shares(path: Path, table: Sequence[Row]) -> dict[str, tuple[float, str, str]]:
    """{region: (share of the national count, source, confidence)}, of the latest year counted."""
    in_order = sorted(table, key=lambda row: row["year"] or "")
    country = _rows(in_order, "country", UNITS_MEASURE)
    latest = {row["region"] or "": row for row in _rows(in_order, "province", UNITS_MEASURE)}
    if not country:  # all regions counted: their sum is the national count
        counted = numbers(path, list(latest.values()), "value", "region").sum()
        total = {row["year"]: counted for row in latest.values()}
    else:
        total = dict(zip(column(country, "year"), numbers(path, country, "value", "region"), strict=True))
    shares = {}
    for region, row in latest.items():
        if row["year"] not in total:
            remedy = f"add a row with level 'country', that year and measure '{UNITS_MEASURE}'"
            raise InputError(path, "year", row["year"], f"no national count for {region}", remedy)
        units = number(path, "value", row["value"], region)
        source = f"{row.get('source') or 'user table'} ({row['year']})"
        shares[region] = (float(units / total[row["year"]]), source, row.get("confidence") or "USER")
    return shares


def _macro_shares(path: Path, table: Sequence[Row]) -> dict[str, float]:
    rows = _rows(table, "macro-region", MACRO_MEASURE)
    shares = numbers(path, rows, "value", "region") / 100
    return {row["region"] or "": share for row, share in zip(rows, shares.tolist(), strict=True)}


def _weights(directory: Path, listing: Sequence[Row], table: Sequence[Row]) -> FloatArray:
    """Weight of each region in its macro-region's remainder: enterprises above the reporting threshold."""
    counted = {row["region"]: row["value"] for row in _rows(table, "province", WEIGHT_MEASURE)}
    path = directory / "provinces.csv"
    texts = [(row["region"], row.get("weight") or counted.get(row["region"])) for row in listing]
    return np.array([number(path, "weight", text, name) if text else np.nan for name, text in texts])


def _impute(
    path: Path,
    names: tuple[str, ...],
    macro: tuple[str, ...],
    share: FloatArray,
    weight: FloatArray,
    totals: dict[str, float],
) -> FloatArray:
    filled = share.copy()
    for name in dict.fromkeys(m for m, s in zip(macro, share, strict=True) if np.isnan(s)):
        inside = np.array([m == name for m in macro])
        unknown = inside & np.isnan(share)
        if name not in totals:
            remedy = f"add its '{MACRO_MEASURE}' row, or a count for each region in it"
            shown = name or names[int(np.argmax(unknown))]
            raise InputError(path, "region", shown, "no count and no macro-region share", remedy)
        rest = totals[name] - np.nansum(share[inside])
        if rest <= 0:
            problem = f"known regions of {name} already exceed its share {totals[name]:.3f}"
            raise InputError(path, "value", name, problem, "correct the macro-region share or the counts")
        if np.isnan(weight[unknown]).any():
            missing = names[int(np.flatnonzero(unknown & np.isnan(weight))[0])]
            problem = f"no count in {path.name} and no weight"
            raise InputError(
                path.with_name("provinces.csv"), "weight", missing, problem, "give one of the two"
            )
        filled[unknown] = rest * weight[unknown] / weight[unknown].sum()
    return filled
