"""What a ScoreModel records each month, in Mesa's DataCollector: indicators and columns of enterprises."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import mesa
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulation.indicators import INDICATORS

AGENT_REPORTERS = {
    name: name for name in ("sector", "headcount", "value_added", "defect_rate", "wage", "modules_done")
}
"""Attributes of enterprises that are kept each month unless others are asked for."""


def indicator(model: Any, name: str) -> float:
    """One of ``model.indicators()``, as a reporter."""
    return model.indicators()[name]


class Collector(mesa.DataCollector):
    """Mesa's DataCollector with a column for each indicator, and whole columns of the enterprises alive.

    ``agent_reporters`` are attributes' names or functions of an enterprise. ``mesa.batch_run`` reads the
    indicators alone, one record a run and month. Any other DataCollector may take this one's place:
    ``model.datacollector = mesa.DataCollector(...)``, with reporters of agents as Mesa has them.
    """

    def __init__(self, agent_reporters: Mapping[str, str | Callable[[Any], Any]] = AGENT_REPORTERS) -> None:
        super().__init__(model_reporters={name: partial(indicator, name=name) for name in INDICATORS})
        self._columns = dict(agent_reporters)
        self._collected: dict[int, dict[str, Any]] = {}

    def collect(self, model: Any) -> None:
        """Record the month that has just ended."""
        super().collect(model)
        if not self._columns:
            return
        firms = model.enterprises.select()
        record = {"AgentID": firms["unique_id"]}
        for name, reporter in self._columns.items():
            record[name] = firms[reporter] if isinstance(reporter, str) else np.array(firms.map(reporter))
        self._collected[model.month] = record

    def get_model_vars_dataframe(self) -> pd.DataFrame:
        """Indicators over the last twelve months (as many as there were), by month from 1 on."""
        frame = super().get_model_vars_dataframe()
        return frame.set_index(pd.RangeIndex(1, len(frame) + 1, name="month"))

    def get_agent_vars_dataframe(self) -> pd.DataFrame:
        """The enterprises alive at the end of each month, by Step (month from 1 on) and AgentID."""
        parts = [
            pd.DataFrame({"Step": month, **{name: _flat(values) for name, values in record.items()}})
            for month, record in self._collected.items()
        ]
        whole = pd.concat(parts) if parts else pd.DataFrame(columns=["Step", "AgentID", *self._columns])
        return whole.set_index(["Step", "AgentID"])


def _flat(values: NDArray[Any]) -> Any:
    """Attributes with parts go into one column as lists."""
    return values.tolist() if values.ndim > 1 else values
