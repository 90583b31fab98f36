"""The reduced workload as plain Mesa 3 agents: one object per worker and per enterprise.

Each enterprise steps and lets its workers live their month; a worker who quits is made the newcomer that
takes the place, which is faster than removing one agent and creating another, Mesa's other idiom.
"""

from __future__ import annotations

import mesa
import numpy as np

from benchmarks.peers.workload import LEARNING, NEWCOMER_SKILL, QUIT_CHANCE, Enterprises, main


class Worker(mesa.Agent):
    """One job and who holds it."""

    def __init__(self, model: Workplaces, ceiling: float) -> None:
        super().__init__(model)
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


class Enterprise(mesa.Agent):
    """One enterprise and its workers."""

    def __init__(self, model: Workplaces, employees: int, ceiling: float) -> None:
        super().__init__(model)
        self.workers = [Worker(model, ceiling) for _ in range(employees)]
        self.average = NEWCOMER_SKILL

    def month(self) -> None:
        """All workers' month, then their mean skill."""
        total = 0.0
        for worker in self.workers:
            worker.month()
            total += worker.skill
        self.average = total / len(self.workers)


class Workplaces(mesa.Model):
    """All enterprises."""

    def __init__(self, ent: Enterprises) -> None:
        super().__init__(rng=1)
        self.quits = 0
        for employees, ceiling in zip(ent.employees.tolist(), ent.ceiling.tolist(), strict=True):
            Enterprise(self, employees, ceiling)
        self.enterprises = self.agents_by_type[Enterprise]

    def step(self) -> None:
        """One month."""
        self.enterprises.do("month")

    def month(self) -> int:
        """One step; how many workers quit."""
        before = self.quits
        self.step()
        return self.quits - before

    def averages(self) -> np.ndarray:
        """Mean skill of each enterprise."""
        return np.array(self.enterprises.get("average"))

    def mean_tenure(self) -> float:
        """Mean tenure of all workers, months."""
        return float(np.mean(self.agents_by_type[Worker].get("tenure")))


if __name__ == "__main__":
    main({"agents": (Workplaces, 1)})
