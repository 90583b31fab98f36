"""The reduced workload in AgentPy: one object per worker and per enterprise.

Enterprises are stepped through an ``AgentList``, workers by their enterprise; a worker who quits is made the
newcomer that takes the place. Attributes are plain ones, not recorded.
"""

from __future__ import annotations

import agentpy
import numpy as np

from benchmarks.peers.workload import LEARNING, NEWCOMER_SKILL, QUIT_CHANCE, Enterprises, main


class Worker(agentpy.Agent):
    """One job and who holds it."""

    def setup(self, ceiling: float) -> None:
        """Begin as a newcomer."""
        self.ceiling = ceiling
        self.tenure = 0
        self.skill = NEWCOMER_SKILL

    def month(self) -> None:
        """Quit and be replaced, or stay and learn."""
        if self.model.random.random() < QUIT_CHANCE:
            self.tenure = 0
            self.skill = NEWCOMER_SKILL
            self.model.quits += 1
        else:
            self.tenure += 1
            self.skill += LEARNING * (self.ceiling - self.skill)


class Enterprise(agentpy.Agent):
    """One enterprise and its workers."""

    def setup(self, employees: int, ceiling: float) -> None:
        """Hire all workers."""
        self.workers = [Worker(self.model, ceiling) for _ in range(employees)]
        self.average = NEWCOMER_SKILL

    def month(self) -> None:
        """All workers' month, then their mean skill."""
        total = 0.0
        for worker in self.workers:
            worker.month()
            total += worker.skill
        self.average = total / len(self.workers)


class Workplaces(agentpy.Model):
    """All enterprises."""

    def setup(self) -> None:
        """Found the enterprises."""
        ent = self.p.enterprises
        self.quits = 0
        self.enterprises = agentpy.AgentList(
            self,
            [
                Enterprise(self, employees, ceiling)
                for employees, ceiling in zip(ent.employees.tolist(), ent.ceiling.tolist(), strict=True)
            ],
        )

    def step(self) -> None:
        """One month."""
        self.enterprises.month()

    def month(self) -> int:
        """One step; how many workers quit."""
        before = self.quits
        self.sim_step()
        return self.quits - before

    def averages(self) -> np.ndarray:
        """Mean skill of each enterprise."""
        return np.array(list(self.enterprises.average))

    def mean_tenure(self) -> float:
        """Mean tenure of all workers, months."""
        return float(np.mean([worker.tenure for firm in self.enterprises for worker in firm.workers]))


def build(ent: Enterprises) -> Workplaces:
    """The model, set up."""
    model = Workplaces({"enterprises": ent, "seed": 1})
    model.sim_setup(steps=None, seed=1)
    return model


if __name__ == "__main__":
    main({"agents": (build, 1)})
