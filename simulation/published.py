"""Published numbers of enterprises trained, by country: the history beside which a run can be shown.

The table is ``data/published_reach.csv``; :mod:`simulation.programme` checks a scenario's `published_path`
against it.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class PublishedReach:
    """``enterprises`` trained in a country from January of the year ``since`` to the end of a month.

    ``confidence`` grades the number, ``source`` says who published it.
    """

    country: str
    since: int
    year: int
    month: int
    enterprises: float
    confidence: str
    source: str

    @property
    def date(self) -> str:
        """The month as in 2015-12."""
        return f"{self.year}-{self.month:02d}"

    def months_since(self, start_year: int, start_month: int) -> int:
        """Months of a run that begins in ``start_month`` of ``start_year``, to the end of this month."""
        return 12 * (self.year - start_year) + self.month - start_month + 1

    def months_before(self, start_year: int, start_month: int) -> int:
        """Months of such a run that lie before what is counted."""
        return max(0, 12 * (self.since - start_year) + 1 - start_month)


def read_published(path: Path) -> dict[str, tuple[PublishedReach, ...]]:
    """Read a table of published numbers: each country's, in the order of their dates."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [
            PublishedReach(
                country=row["country"],
                since=int(row["since"]),
                year=int(row["year"]),
                month=int(row["month"]),
                enterprises=float(row["enterprises"]),
                confidence=row["confidence"],
                source=row["source"],
            )
            for row in csv.DictReader(file)
        ]
    countries = dict.fromkeys(row.country for row in rows)
    return {
        country: tuple(sorted((row for row in rows if row.country == country), key=lambda row: row.date))
        for country in countries
    }


PUBLISHED_REACH = read_published(Path(__file__).parent / "data" / "published_reach.csv")
"""All published numbers, by country."""
