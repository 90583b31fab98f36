"""What a command is doing, told on standard error: a bar with the time left, a turning sign, or one line."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Progress:
    """Is told what a simulation is doing; this one keeps it to itself."""

    def placing(self, enterprises: float) -> None:
        """So many enterprises and their workers are being drawn and put in place."""

    def simulated(self, done: float, of: float) -> None:
        """``done`` of ``of`` parts of the work are simulated."""


SILENT = Progress()


class _Bar(Progress):
    """Tells it as the text and the length of a bar; ``show(text, done, of)`` draws what is not None."""

    def __init__(self, task: str, show: Callable[[str, float | None, float | None], None]) -> None:
        self.task, self.show = task, show

    def placing(self, enterprises: float) -> None:
        self.show(f"Placing {counted(enterprises)} enterprises ...", None, None)

    def simulated(self, done: float, of: float) -> None:
        self.show(self.task, done, of)


def counted(number: float) -> str:
    """A count for people: "1,000", "4.0 million"."""
    return f"{number / 1e6:.1f} million" if number >= 1e6 else f"{number:,.0f}"


def watched(quiet: bool = False) -> bool:
    """Whether somebody sees what moves on standard error."""
    return not quiet and sys.stderr.isatty()


@contextmanager
def progress_bar(task: str, quiet: bool) -> Iterator[Progress]:
    """A bar with the time left on standard error, if somebody watches."""
    if not watched(quiet):
        yield SILENT
        return
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn(),
        TextColumn("left"),
    )  # fmt: skip
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        number = bars.add_task(task, total=None)
        yield _Bar(
            task, lambda text, done, of: bars.update(number, description=text, completed=done, total=of)
        )


@contextmanager
def working(task: str, quiet: bool) -> Iterator[None]:
    """Say on standard error what is being done, as long as it takes, if somebody watches."""
    if not watched(quiet):
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(task):
        yield


@contextmanager
def waiting(task: str, quiet: bool) -> Iterator[None]:
    """Say ``task`` on standard error: with the time that it has taken if somebody watches, else as one line.

    For what takes so long that nobody should be left to wonder; ``quiet`` is told in one line too.
    """
    if not watched(quiet):
        print(f"{task} ...", file=sys.stderr, flush=True)
        yield
        return
    from rich.console import Console
    from rich.progress import Progress as Bars
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        bars.add_task(task, total=None)
        yield
