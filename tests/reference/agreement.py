"""Comparing the engine's state with the reference's month by month, with an account of near draws."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulation.world import World
from tests.reference import compared_enterprises, compared_market
from tests.reference.comparison import EACH_MONTH, FREE_RUNNING, Comparison, Difference, Tolerance
from tests.reference.model import ReferenceModel


@dataclass
class Agreement:
    """What was compared so far: values, near draws, differences, and those that a near draw explains."""

    tolerance: Tolerance
    months: int = 0
    values: int = 0
    draws_near: int = 0
    explained: list[Difference] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    largest: dict[str, float] = field(default_factory=dict)  # relative difference seen, by kind

    def __str__(self) -> str:
        shown = "".join(f"\n  {difference}" for difference in self.differences[:12])
        return (
            f"{self.values:,} values over {self.months} months: {len(self.differences)} differ, "
            f"{self.draws_near} draws within 1e-6 of their threshold explain {len(self.explained)} more; "
            f"largest relative differences {self.largest}{shown}"
        )

    def compare(self, world: World, reference: ReferenceModel, run: int = 0) -> None:
        """Compare both after a month that both have made."""
        self.months += 1
        near = {who for month, who in reference.near if month == reference.month - 1}
        self.draws_near += sum(month == reference.month - 1 for month, _ in reference.near)
        month = Comparison(reference.month - 1, self.tolerance)
        compared_enterprises.enterprises(month, world, reference, run)
        compared_enterprises.seats(month, world, reference, run)
        compared_enterprises.accounts(month, world, reference, run)
        compared_market.shared(month, world, reference, run)
        compared_market.training_market(month, world, reference, run)
        self.values += month.values
        for kind, worst in month.largest.items():
            self.largest[kind] = max(self.largest.get(kind, 0.0), worst)
        flipped = any(difference.owner in near for difference in month.found)
        for difference in month.found:
            may_follow = difference.owner in near or (flipped and difference.owner is None)
            (self.explained if may_follow else self.differences).append(difference)


def month_by_month(world: World, months: int, run: int = 0) -> Agreement:
    """Let the reference make each month from the engine's state before it, and compare after it."""
    agreement = Agreement(EACH_MONTH)
    for _ in range(months):
        reference = ReferenceModel(world, run)
        world.step()
        reference.step()
        agreement.compare(world, reference, run)
    return agreement


def free_running(world: World, months: int, run: int = 0) -> Agreement:
    """Start both once from one state and let each run on its own, comparing every month."""
    agreement = Agreement(FREE_RUNNING)
    reference = ReferenceModel(world, run)
    for _ in range(months):
        world.step()
        reference.step()
        agreement.compare(world, reference, run)
        if agreement.differences or agreement.explained:
            break  # from here on the two are different histories
    return agreement
