"""The rows of the comparison: which script, which of its variants, in which environment."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One row.

    Attributes:
        group: name by which ``--peers`` takes it, with its variants.
        variant: variant of the group's script ``with_GROUP.py``.
        label: what tables and the figure call it.
        apart: whether it runs in an environment of its own, from ``GROUP.txt``; if not, in the project's.
        full: whether it runs scoresim's full model instead of the reduced workload.

    """

    group: str
    variant: str
    label: str
    apart: bool = True
    full: bool = False

    @property
    def name(self) -> str:
        """The row's name in files."""
        return f"{self.group}_{self.variant}"


ENTRIES = (
    Entry("mesa", "agents", "Mesa"),
    Entry("agentpy", "agents", "AgentPy"),
    Entry("mesa_frames", "when_then", "mesa-frames"),
    Entry("starsim", "paired", "Starsim, paired streams"),
    Entry("starsim", "unpaired", "Starsim, streams not paired"),
    Entry("numpy", "whole", "NumPy, whole arrays"),
    Entry("numpy", "blocked", "NumPy, blocks"),
    Entry("numpy", "threads", "NumPy, blocks, 2 threads"),
    Entry("numba", "one", "scoresim's kernel, reduced, 1 thread", apart=False),
    Entry("numba", "two", "scoresim's kernel, reduced, 2 threads", apart=False),
    Entry("scoresim", "full", "scoresim, its full model", apart=False, full=True),
)

OURS = "numba"
"""Group of the rows with which the others are compared."""

GROUPS = tuple(dict.fromkeys(entry.group for entry in ENTRIES))
