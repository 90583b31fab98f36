"""China's four macro-regions: the grouping of provinces in which national plans are made.

The National Bureau of Statistics groups provinces into East, Central, West and Northeast ("Method of dividing
the eastern, central, western and northeastern regions", June 2011).
"""

from __future__ import annotations

from collections.abc import Sequence

from simulation.inputs import InputError

MACRO_REGIONS: dict[str, tuple[str, ...]] = {
    "East": (
        "Beijing", "Tianjin", "Hebei", "Shanghai", "Jiangsu", "Zhejiang", "Fujian", "Shandong", "Guangdong",
        "Hainan",
    ),
    "Central": ("Shanxi", "Anhui", "Jiangxi", "Henan", "Hubei", "Hunan"),
    "West": (
        "Inner Mongolia", "Guangxi", "Chongqing", "Sichuan", "Guizhou", "Yunnan", "Tibet", "Shaanxi", "Gansu",
        "Qinghai", "Ningxia", "Xinjiang",
    ),
    "Northeast": ("Liaoning", "Jilin", "Heilongjiang"),
}  # fmt: skip
"""Provinces of each macro-region (National Bureau of Statistics of China, 2011)."""


def macro_regions_of(regions: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Numbers of the ``regions`` (provinces of census tables) in each macro-region; empty ones left out.

    Raises InputError for a region that is no province of China: tables of another country have other
    macro-regions.
    """
    where = {province: name for name, provinces in MACRO_REGIONS.items() for province in provinces}
    for region in regions:
        if region not in where:
            raise InputError(
                None, "population.tables", region, "is in none of China's macro-regions",
                "allocate works on China's provinces; use a scenario on the tables that come with scoresim",
            )  # fmt: skip
    found = {
        name: tuple(number for number, region in enumerate(regions) if where[region] == name)
        for name in MACRO_REGIONS
    }
    return {name: numbers for name, numbers in found.items() if numbers}
