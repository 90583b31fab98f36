"""Threads that share compiled work.

Compiled passes (:func:`simulation.compile.kernel`) run without the interpreter's lock, and their threads take
from one counter what is to be done next. So a pass is compiled once, for a thread, and any number of Python's
threads run it: no library's pool of threads is compiled into it, which took a third of all compiling.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache

import numba

from simulation.compile import JIT_DISABLED

AVAILABLE: int = 1 if JIT_DISABLED else numba.config.NUMBA_NUM_THREADS  # type: ignore[attr-defined]
"""Threads that the machine offers to this process, or ``NUMBA_NUM_THREADS`` (environment) if set."""

WORTH_THREADS = 100_000
"""Seats, or seats times months, below which several threads cost more than they give."""

MOST = 1024
"""Threads beside this one that there may ever be; they are started when first needed."""

_in_use = AVAILABLE


def use_threads(threads: int | None) -> int:
    """Set the number of threads (None: all that the machine offers) and return it."""
    global _in_use
    _in_use = AVAILABLE if threads is None else max(1, min(threads, AVAILABLE))
    return _in_use


def threads_in_use() -> int:
    """The number of threads that share work."""
    return _in_use


def share(work: Callable[[int], None], at_most: int) -> None:
    """Call ``work(place)`` on every thread in use, but ``at_most`` so many; return when all are done.

    ``place`` counts the threads from 0. This thread is the first of them, and for little work the only one.
    """
    places = range(1, min(_in_use, at_most))
    pending = [_others().submit(work, place) for place in places]
    try:
        work(0)
    finally:
        wait(pending)
    for each in pending:
        each.result()


@cache
def _others() -> ThreadPoolExecutor:
    """The threads beside this one. They are kept: to start one takes as long as a small run's month."""
    return ThreadPoolExecutor(MOST, thread_name_prefix="scoresim")


if hasattr(os, "register_at_fork"):  # threads are not forked
    os.register_at_fork(after_in_child=_others.cache_clear)
