"""Floor: who answers is heard first; a worker waits its turn."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Floor", "give_way"]

PATIENCE = 0.25
"""Seconds after which a worker goes on all the same."""

_working = threading.local()


def give_way() -> None:
    """Let whoever answers go first, where the caller is a worker; else do nothing.

    Called between the steps of what takes some milliseconds; costs well below a microsecond.
    """
    floor = getattr(_working, "floor", None)
    if floor is not None:
        floor.give_way()


class Floor:
    """Lets a worker step back for the milliseconds in which somebody answers.

    A worker that went on meanwhile would take turns with the answering thread for the interpreter
    and for the disk, and the person would wait for both.

    Examples
    --------
    >>> floor = Floor()
    >>> with floor.taken():
    ...     floor.give_way()  # who has it need not wait for itself
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._speakers: dict[int, int] = {}

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Have the floor in this thread; may be nested."""
        own = threading.get_ident()
        with self._changed:
            self._speakers[own] = self._speakers.get(own, 0) + 1
        try:
            yield
        finally:
            with self._changed:
                self._speakers[own] -= 1
                if not self._speakers[own]:
                    del self._speakers[own]
                    self._changed.notify_all()

    @contextmanager
    def left(self) -> Iterator[None]:
        """Leave the floor to workers while this thread waits for them."""
        own = threading.get_ident()
        with self._changed:
            depth = self._speakers.pop(own, 0)
            self._changed.notify_all()
        try:
            yield
        finally:
            if depth:
                with self._changed:
                    self._speakers[own] = depth

    @contextmanager
    def working(self) -> Iterator[None]:
        """Have `give_way` mean this floor, in this thread."""
        before = getattr(_working, "floor", None)
        _working.floor = self
        try:
            yield
        finally:
            _working.floor = before

    def give_way(self) -> None:
        """Return once nobody has the floor, or the caller has; after `PATIENCE` in any case."""
        if not self._speakers:
            return
        own = threading.get_ident()
        end = time.monotonic() + PATIENCE
        with self._changed:
            while self._speakers and own not in self._speakers:
                left = end - time.monotonic()
                if left <= 0:
                    return
                self._changed.wait(left)
