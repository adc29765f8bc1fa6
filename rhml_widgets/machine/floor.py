"""Floor: who answers is heard first; a worker waits its turn."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Floor"]

PATIENCE = 0.25
"""Seconds after which a worker goes on all the same."""


class Floor:
    """Lets a worker step back for the milliseconds in which somebody answers.

    A worker that goes on meanwhile takes turns with the answering thread for the interpreter and
    for the disk, and the person waits for both.

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

    def give_way(self) -> None:
        """Return once nobody has the floor, or the caller has; after `PATIENCE` in any case."""
        own = threading.get_ident()
        end = time.monotonic() + PATIENCE
        with self._changed:
            while self._speakers and own not in self._speakers:
                left = end - time.monotonic()
                if left <= 0:
                    return
                self._changed.wait(left)
