"""The reduced workload as a Starsim module: workers are agents, columns are Starsim's arrays.

Who quits is drawn by ``ss.bernoulli``, with paired streams (Starsim's common random numbers, its default: a
draw belongs to the agent) or without. A worker who quits is made the newcomer that takes the place, instead
of removing one agent and adding another. Columns are updated as a whole through ``raw``; enterprises' sums
are NumPy's ``reduceat``, since Starsim has no groups of agents.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import starsim as ss

from benchmarks.peers.workload import LEARNING, NEWCOMER_SKILL, QUIT_CHANCE, Enterprises, main

MOST_MONTHS = 1_000
"""Months for which the simulation is laid out; the benchmark stops long before."""


class Jobs(ss.Module):
    """Quits, tenure and skill of all workers, and the enterprises' averages."""

    def __init__(self, ent: Enterprises) -> None:
        super().__init__(name="jobs")
        self.define_states(
            ss.IntArr("tenure", default=0),
            ss.FloatArr("skill", default=NEWCOMER_SKILL),
        )
        self.leaves = ss.bernoulli(p=QUIT_CHANCE)
        self.first_worker = ent.start
        self.employees = ent.employees.astype(np.float32)
        self.pull = np.repeat((LEARNING * ent.ceiling).astype(np.float32), ent.employees)
        self.average = np.empty(len(ent.employees), np.float32)
        self.quits = 0

    def step(self) -> None:
        """One month."""
        leavers = self.leaves.filter()
        tenure, skill = self.tenure.raw, self.skill.raw
        tenure += 1
        skill *= np.float32(1.0 - LEARNING)
        skill += self.pull
        self.tenure[leavers] = 0
        self.skill[leavers] = NEWCOMER_SKILL
        np.add.reduceat(skill, self.first_worker, out=self.average)
        self.average /= self.employees
        self.quits += len(leavers)


class Simulation:
    """A Starsim simulation of the jobs alone, run month by month."""

    def __init__(self, ent: Enterprises, paired: bool) -> None:
        ss.options(verbose=0, crn=paired)
        self.jobs = Jobs(ent)
        self.sim = ss.Sim(
            n_agents=ent.workers, modules=[self.jobs], copy_inputs=False, rand_seed=1,
            start=0, stop=MOST_MONTHS, dt=1,
        )  # fmt: skip
        self.sim.init()

    def month(self) -> int:
        """One step; how many workers quit."""
        before = self.jobs.quits
        self.sim.run_one_step()
        return self.jobs.quits - before

    def averages(self) -> np.ndarray:
        """Mean skill of each enterprise."""
        return self.jobs.average

    def mean_tenure(self) -> float:
        """Mean tenure of all workers, months."""
        return float(self.jobs.tenure.raw.mean())


VARIANTS: dict[str, Any] = {
    "paired": (partial(Simulation, paired=True), 1),
    "unpaired": (partial(Simulation, paired=False), 1),
}

if __name__ == "__main__":
    main(VARIANTS)
