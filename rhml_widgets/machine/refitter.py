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
    rested : callable
        Told after every turn, when it no longer counts as busy.
    background : bool
        False in tests, notebooks without a person, and where no thread can be started. A request
        made during a turn is then met by another turn in the thread that runs the first.
    """

    def __init__(
        self,
        turn: Callable[[], None],
        died: Callable[[BaseException], None],
        rested: Callable[[], None],
        *,
        background: bool = True,
    ) -> None:
        self.background = background
        self._turn = turn
        self._died = died
        self._rested = rested
        self._changed = threading.Condition()
        self._asked = self._begun = self._done = 0
        """Requests made so far; how many of them the last turn that began or ended has met."""
        self._owner: int | None = None
        """The thread that takes turns or tells of one."""
        self._closed = False
        self._thread: threading.Thread | None = None

    @property
    def busy(self) -> bool:
        """Whether a turn runs or waits to run."""
        return self._asked > self._done and not self._closed

    def request(self) -> None:
        """Ask for a turn; returns at once in the background, else when one has met it."""
        with self._changed:
            if self._closed:
                return
            self._asked += 1
            own = self._asked
            if self.background and self._has_worker():
                self._changed.notify_all()
                return
            if self._owner == threading.get_ident():
                return
            while self._owner is not None and self._done < own:
                self._changed.wait()
            if self._done >= own:
                return
            self._owner = threading.get_ident()
        self._take_turns()

    def wait(self, timeout: float | None = None) -> bool:
        """Return once nothing runs or waits and all was told of it.

        Returns
        -------
        bool
            False if ``timeout`` seconds passed before, or the caller itself is in a turn.
        """
        end = None if timeout is None else time.monotonic() + timeout
        with self._changed:
            if self._owner == threading.get_ident():
                return False
            while (self._asked > self._done or self._owner is not None) and not self._closed:
                left = None if end is None else end - time.monotonic()
                if left is not None and left <= 0:
                    return False
                self._changed.wait(left)
        return True

    def close(self) -> None:
        """End the worker after its turn; nothing runs afterwards."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _has_worker(self) -> bool:
        # A forked child has the attribute but not the thread.
        if self._thread is None or not self._thread.is_alive():
            self._begun, self._owner = self._done, None
            thread = threading.Thread(target=self._work, name="rhml-refitter", daemon=True)
            try:
                thread.start()
            except RuntimeError:  # a host without threads, such as Pyodide
                self.background = False
            else:
                self._thread = thread
        return self.background

    def _work(self) -> None:
        while True:
            with self._changed:
                while self._asked == self._begun and not self._closed:
                    self._changed.wait()
                if self._closed:
                    return
                self._owner = threading.get_ident()
            self._take_turns()

    def _take_turns(self) -> None:
        """Take turns, as the owner, until every request is met."""
        try:
            while self._begin():
                self._run()
                with self._changed:
                    self._done = self._begun
                    self._changed.notify_all()
                self._rested()
        except BaseException:
            with self._changed:
                self._done, self._owner = self._begun, None
                self._changed.notify_all()
            raise

    def _begin(self) -> bool:
        with self._changed:
            if self._asked == self._begun or self._closed:
                # Given up under the same lock: a request that comes next finds nobody at it.
                self._owner = None
                self._changed.notify_all()
                return False
            self._begun = self._asked
            return True

    def _run(self) -> None:
        try:
            self._turn()
        except BaseException as error:
            self._died(error)
            # On the caller's own thread an interrupt is the caller's.
            if not self.background and isinstance(error, KeyboardInterrupt):
                raise
