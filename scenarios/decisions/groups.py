"""Groups of enterprises that are looked at apart: a sector, a region, both."""

from __future__ import annotations

from dataclasses import dataclass

from simulation.census import CensusTables
from simulation.population import ProgrammeStratum
from simulation.targets import eligible_in_nation


@dataclass(frozen=True)
class Group:
    """Enterprises of some sectors and regions (numbers in the census tables), of some sizes.

    ``sizes`` are the fewest and most employees. Groups of one experiment do not overlap.
    """

    name: str
    sectors: tuple[int, ...]
    regions: tuple[int, ...]
    sizes: tuple[int, int]

    def eligible(self, tables: CensusTables) -> float:
        """Enterprises of the nation in the group."""
        return eligible_in_nation((self.sectors, self.regions, *self.sizes), tables)

    def stratum(self, enterprises: int, weight: float = 1.0) -> ProgrammeStratum:
        """The group's enterprises as a stratum of a population, each standing for ``weight``."""
        return ProgrammeStratum(self.sectors, self.regions, *self.sizes, enterprises, weight)
