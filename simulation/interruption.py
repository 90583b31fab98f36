"""Interruptions (Ctrl-C) that are not lost.

Python raises KeyboardInterrupt in whatever Python code happens to run. Where that was called from C, such as
by Numba when it looks at the arguments of a compiled function, the exception may be cleared for good. So an
interruption is also remembered, and raised again where nothing stands in between.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_heard = False


@contextmanager
def listening() -> Iterator[None]:
    """Remember an interruption from here on, besides what it does anyway, until it is over.

    Within another such block, outside the main thread and where interruptions are ignored, nothing changes.
    """
    global _heard
    before = signal.getsignal(signal.SIGINT)
    nested = getattr(before, "remembers", False)
    if nested or not callable(before) or threading.current_thread() is not threading.main_thread():
        yield
        return

    def remember(number: int, frame: Any) -> None:
        global _heard
        _heard = True
        before(number, frame)

    remember.remembers = True  # type: ignore[attr-defined]
    signal.signal(signal.SIGINT, remember)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        _heard = False


def raise_if_interrupted() -> None:
    """Raise KeyboardInterrupt if an interruption was heard, and forget it."""
    global _heard
    if _heard:
        _heard = False
        raise KeyboardInterrupt
