"""The reduced workload in mesa-frames: workers are rows of an ``AgentSetPolars``.

Of mesa-frames' two idioms the faster: all rows are updated at once by ``when/then``, a worker who quits is
made the newcomer that takes the place, and rows never move, so that Polars may be told that they are sorted
by enterprise and need not hash when it averages. The other idiom, removing the rows of those who quit and
adding new ones, is slower. Leaving the data frame and adding up with NumPy would be faster,
and is the row of NumPy.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from mesa_frames import AgentSetPolars, ModelDF

from benchmarks.peers.workload import (
    LEARNING,
    NEWCOMER_SKILL,
    QUITS_BELOW,
    Enterprises,
    main,
    sixteen_bits,
)

NEWCOMER, LEARN = pl.lit(NEWCOMER_SKILL, pl.Float32), pl.lit(LEARNING, pl.Float32)
NEW, MONTH = pl.lit(0, pl.UInt16), pl.lit(1, pl.UInt16)


class Workers(AgentSetPolars):
    """All workers."""

    def __init__(self, model: Workplaces, ent: Enterprises) -> None:
        super().__init__(model)
        self.quits = 0
        self += pl.DataFrame(
            {
                "unique_id": np.arange(ent.workers),
                "enterprise": ent.employer(np.int32),
                "ceiling": np.repeat(ent.ceiling.astype(np.float32), ent.employees),
                "tenure": np.zeros(ent.workers, np.uint16),
                "skill": np.full(ent.workers, NEWCOMER_SKILL, np.float32),
            }
        )
        self.agents = self.agents.with_columns(pl.col("enterprise").set_sorted())

    def step(self) -> None:
        """Quit and be replaced, or stay and learn."""
        quits = pl.Series(sixteen_bits(self.random.bit_generator, len(self))) < QUITS_BELOW
        self.agents = self.agents.with_columns(
            tenure=pl.when(quits).then(NEW).otherwise(pl.col("tenure") + MONTH),
            skill=pl.when(quits).then(NEWCOMER).otherwise(
                pl.col("skill") + LEARN * (pl.col("ceiling") - pl.col("skill"))
            ),
        )  # fmt: skip
        self.quits += int(quits.sum())


class Workplaces(ModelDF):
    """All workers, and what the enterprises average."""

    def __init__(self, ent: Enterprises) -> None:
        super().__init__(seed=1)
        self.agents += Workers(self, ent)
        self.average = pl.DataFrame()

    @property
    def workers(self) -> Workers:
        """The one set of agents."""
        return self.get_agents_of_type(Workers)

    def step(self) -> None:
        """One month."""
        self.agents.step()
        columns = self.workers.agents.select("enterprise", "skill")
        self.average = columns.group_by("enterprise", maintain_order=True).agg(pl.col("skill").mean())

    def month(self) -> int:
        """One step; how many workers quit."""
        before = self.workers.quits
        self.step()
        return self.workers.quits - before

    def averages(self) -> np.ndarray:
        """Mean skill of each enterprise."""
        return self.average["skill"].to_numpy()

    def mean_tenure(self) -> float:
        """Mean tenure of all workers, months."""
        return float(self.workers.agents["tenure"].mean())


if __name__ == "__main__":
    main({"when_then": (Workplaces, pl.thread_pool_size())})
