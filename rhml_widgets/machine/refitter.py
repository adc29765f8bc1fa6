"""Refitter: one worker a session, so that the model never makes the person wait."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Refitter"]


class Refitter:
    """Runs ``turn`` when asked: one at a time, requests in between counted as one.

    Parameters
    ----------
    turn : callable
        Takes a snapshot, fits, installs. Runs on the worker's thread, or on the caller's where
        ``background`` is false.
    died : callable
        Told of an exception that left ``turn``; the worker itself goes on.
    background : bool
        False in tests, notebooks without a person, and where no thread can be started.
    """

    def __init__(
        self,
        turn: Callable[[], None],
        died: Callable[[BaseException], None],
        *,
        background: bool = True,
    ) -> None:
        self.background = background
        self._turn = turn
        self._died = died
        self._changed = threading.Condition()
        self._pending = False
        self._running = False
        self._closed = False
        self._thread: threading.Thread | None = None

    @property
    def busy(self) -> bool:
        """Whether a turn runs or waits to run."""
        return self._pending or self._running

    def request(self) -> None:
        """Ask for a turn; returns at once in the background, else after it."""
        if not self.background:
            if not self._closed and not self._running:
                self._run()
            return
        with self._changed:
            if self._closed:
                return
            self._pending = True
            # A forked child has the attribute but not the thread.
            if self._thread is None or not self._thread.is_alive():
                self._running = False
                self._thread = threading.Thread(
                    target=self._work, name="rhml-refitter", daemon=True
                )
                try:
                    self._thread.start()
                except RuntimeError:  # a host without threads, such as Pyodide
                    self.background = False
            self._changed.notify_all()
        if not self.background:
            self._pending = False
            self._run()

    def wait(self, timeout: float | None = None) -> bool:
        """Return once nothing runs or waits; False if ``timeout`` seconds passed before."""
        if threading.current_thread() is self._thread:
            return False
        end = None if timeout is None else time.monotonic() + timeout
        with self._changed:
            while self.busy and not self._closed:
                left = None if end is None else end - time.monotonic()
                if left is not None and left <= 0:
                    return False
                self._changed.wait(left)
        return True

    def close(self) -> None:
        """End the worker after its turn; nothing runs afterwards."""
        with self._changed:
            self._closed = True
            self._pending = False
            self._changed.notify_all()

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._pending and not self._closed:
                    self._changed.wait()
                if self._closed:
                    return
                self._pending = False
                self._running = True
            try:
                self._run()
            finally:
                with self._changed:
                    self._running = False
                    self._changed.notify_all()

    def _run(self) -> None:
        try:
            self._turn()
        except BaseException as error:  # noqa: BLE001 - a worker that dies in silence is worse
            self._died(error)
