"""The monitoring table as the fit takes it: one entry an enterprise by indicator, NaN where missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.monitoring import MonitoringTable, Row, months_between
from calibration.monitoring_columns import BASELINE, END, INDICATORS
from calibration.reporting_model import Gains
from simulation.parameters import MODULES

FloatArray = NDArray[np.float64]

PRODUCTIVITY = "productivity"
RATES = tuple(name for name in INDICATORS if name != PRODUCTIVITY)


@dataclass(frozen=True)
class Observations:
    """Every trained enterprise, whether it reported or not.

    ``baseline`` and ``end`` by indicator: productivity in logs, rates in their units. ``start``: date of the
    baseline in years (any origin, NaN if missing). ``years``: mean time from baseline to end. ``taught``:
    share of enterprises that took each module.
    """

    baseline: Mapping[str, FloatArray]
    end: Mapping[str, FloatArray]
    start: FloatArray
    years: float
    taught: Mapping[str, float]

    @property
    def reports(self) -> NDArray[np.bool_]:
        """Enterprises that gave any indicator at the end."""
        return np.any([np.isfinite(values) for values in self.end.values()], axis=0)

    def gains(self) -> Gains:
        """Log productivity for the reporting model, of enterprises that gave it at the baseline."""
        known = np.isfinite(self.baseline[PRODUCTIVITY])
        baseline = self.baseline[PRODUCTIVITY][known]
        return Gains(baseline, self.end[PRODUCTIVITY][known] - baseline, self.reports[known])


def observations(table: MonitoringTable) -> Observations:
    """The usable rows of a table, one an enterprise; modules are those of all its rows."""
    rows = table.enterprises()
    baseline = {name: _values(rows, f"{name}_{BASELINE}") for name in INDICATORS}
    end = {name: _values(rows, f"{name}_{END}") for name in INDICATORS}
    for values in (baseline, end):
        values[PRODUCTIVITY] = np.log(values[PRODUCTIVITY])
    start = [row["baseline_date"].toordinal() / 365.25 if row["baseline_date"] else np.nan for row in rows]
    spans = [
        months_between(row["baseline_date"], row["end_date"]) / 12.0
        for row in rows
        if row["baseline_date"] and row["end_date"] and row["end_date"] > row["baseline_date"]
    ]
    taught = table.modules_by_enterprise()
    share = {
        name: sum(name in modules for modules in taught.values()) / max(1, len(taught)) for name in MODULES
    }
    return Observations(baseline, end, np.array(start), float(np.mean(spans)) if spans else 1.0, share)


def _values(rows: list[Row], column: str) -> FloatArray:
    return np.array([np.nan if row[column] is None else row[column] for row in rows])
