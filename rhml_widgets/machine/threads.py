"""One thread for small linear algebra: the limit is shared by all, and undone exactly.

Fits of some hundred rows lose a factor of 3 to 37 to thread start-up and contention, so every
fit and every ranking runs inside `single_threaded`. BLAS keeps its number of threads for the
whole process, OpenMP keeps one for each thread, so the first are counted over all threads and
the second in each.

Newer threadpoolctl lets only the thread that limited OpenBLAS first change it again, until that
thread is done. Here the first one in and the last one out may be two threads, so each takes that
right and gives it back.
"""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import threadpoolctl

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["single_threaded"]


@contextmanager
def single_threaded() -> Iterator[None]:
    """Limit BLAS and OpenMP to one thread inside the block, in the whole process.

    May be nested and entered from several threads in any order: the last one out restores
    what the first one found.

    Examples
    --------
    >>> with single_threaded():
    ...     pass  # fit and rank here
    """
    _limits.enter()
    try:
        yield
    finally:
        _limits.leave()


def _take_over() -> None:
    """Make OpenBLAS obey whoever comes next."""
    openblas = getattr(threadpoolctl, "OpenBLASController", None)
    clear = getattr(openblas, "clear_controlling_thread", None)
    if clear is not None:
        clear(force=True)


class _Limits:
    """How often the limits are held, and what they were before."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held = 0
        self._process: Any = None
        self._controller: threadpoolctl.ThreadpoolController | None = None
        self._n_modules = -1
        self._own = threading.local()

    def enter(self) -> None:
        depth = getattr(self._own, "depth", 0)
        if depth == 0:
            with self._lock:
                controller = self._fresh()
                if self._held == 0:
                    _take_over()
                    self._process = controller.select(user_api="blas").limit(limits=1)
                self._held += 1
            self._own.limiter = controller.select(user_api="openmp").limit(limits=1)
        self._own.depth = depth + 1

    def leave(self) -> None:
        self._own.depth -= 1
        if self._own.depth:
            return
        self._own.limiter.restore_original_limits()
        with self._lock:
            self._held -= 1
            if self._held == 0:
                _take_over()
                self._process.restore_original_limits()
                _take_over()

    def _fresh(self) -> threadpoolctl.ThreadpoolController:
        # Finding the libraries costs a millisecond and setting them some microseconds; a new
        # library can only have come with a new module.
        if self._controller is None or len(sys.modules) != self._n_modules:
            self._controller = threadpoolctl.ThreadpoolController()
            self._n_modules = len(sys.modules)
        return self._controller


_limits = _Limits()
