"""Pace: how often something that costs time is done."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Pace"]

SHARE = 0.1
"""Of the time that drawing may take where it takes long."""


class Pace:
    """Runs ``action`` at most once in ``every`` seconds; what was asked last is always done.

    Parameters
    ----------
    action : callable
        Runs in one thread at a time.
    every : float
        Seconds from one end to the next beginning; more where actions take long, so that they
        take `SHARE` of the time.
    soon : float
        Seconds to wait at least, but for the first time; 0 runs in the caller's thread.
    """

    def __init__(self, action: Callable[[], None], every: float, soon: float = 0.0) -> None:
        self._action = action
        self._every = every
        self._soon = soon
        self._guard = threading.Lock()
        self._next: float | None = None
        self._took = 0.0
        self._waiting: threading.Timer | None = None
        self._running = False
        self._again = False

    def ask(self) -> None:
        """Run now, or as soon as it may."""
        with self._guard:
            if self._waiting is not None or self._running:
                self._again = self._running
                return
            if self._next is not None:
                left = max(self._next - time.monotonic(), self._soon)
                if left > 0 and self._later(left):
                    return
            self._running = True
        self._run()

    def finish(self) -> None:
        """Do what waits for its time now, in the caller's thread."""
        with self._guard:
            if self._waiting is None or self._running:
                return
            self._waiting.cancel()
            self._waiting, self._running = None, True
        self._run()

    def _later(self, seconds: float) -> bool:
        timer = threading.Timer(seconds, self._late)
        timer.daemon = True
        try:
            timer.start()
        except RuntimeError:  # a host without threads
            return False
        self._waiting = timer
        return True

    def _late(self) -> None:
        with self._guard:
            if self._waiting is None:
                return  # it was finished in the meantime
            self._waiting, self._running = None, True
        self._run()

    def _run(self) -> None:
        began = time.monotonic()
        try:
            self._action()
        finally:
            with self._guard:
                ended = time.monotonic()
                # Once slow, as where a library was loaded, is not slow.
                rest = max(self._every, min(ended - began, self._took) / SHARE)
                self._next, self._took = ended + rest, ended - began
                again, self._running, self._again = self._again, False, False
                if again:
                    self._later(rest)
