"""The writer's lease: one journal has one writer at a time.

The lease is an operating-system lock on a side file, ``<journal>-writer``, held as long as the
journal is open for writing. The lock alone decides, and the death of its holder frees it; the
JSON in the side file only says who holds it. The side file is never removed: removing it would
let a second writer lock a new one.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import json
import os
import platform
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rhml_widgets.exceptions import ReadOnlyError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Lease", "locks"]

_HOLDERS: dict[Path, Lease] = {}
"""Leases of this process by real path: the system's lock also refuses a second open in here."""

_GUARD = threading.Lock()

_HELD = {errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK, errno.EDEADLK}


def _try_lock(fd: int) -> None:
    if sys.platform == "win32":
        # Never run on Windows so far. The lock there is mandatory, so it is put on a byte far
        # behind the JSON, which others must be able to read.
        os.lseek(fd, 1 << 30, os.SEEK_SET)
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
    else:
        # Not lockf: its locks vanish when anything in the process closes the same file.
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _is_at(fd: int, side: Path) -> bool:
    """Tell whether the open file is still the one at its path: a person may have removed it."""
    try:
        return os.path.samestat(os.fstat(fd), side.stat())
    except FileNotFoundError:
        return False


def _who(side: Path) -> str:
    try:
        holder = json.loads(side.read_text(encoding="utf-8"))
        since = datetime.fromisoformat(holder["since"]).astimezone()
        clock = f"{since:%H:%M}"
        if since.date() != datetime.now(UTC).astimezone().date():
            clock = f"{since:%Y-%m-%d %H:%M}"
        return f"held by process {int(holder['pid'])} on {holder['host']} since {clock}"
    except (OSError, ValueError, KeyError, TypeError):
        return "held by another process"


def _describe(fd: int) -> None:
    holder = {
        "pid": os.getpid(),
        "host": platform.node(),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    # A full disk may not keep a person from the lease: the lock decides, not the words.
    with contextlib.suppress(OSError):
        os.ftruncate(fd, 0)
        os.lseek(fd, 0, os.SEEK_SET)
        os.write(fd, json.dumps(holder).encode())


def _lock(side: Path) -> int:
    while True:
        try:
            fd = os.open(side, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
                msg = f"{side.name} may not be written in {side.parent}"
            else:
                msg = f"{side.name} cannot be written in {side.parent}: {error.strerror}"
            raise ReadOnlyError(msg) from error
        try:
            _try_lock(fd)
        except OSError as error:
            os.close(fd)
            if error.errno in _HELD:
                raise ReadOnlyError(_who(side)) from error
            msg = f"the file system of {side.parent} cannot lock files: {error.strerror}"
            raise ReadOnlyError(msg) from error
        if _is_at(fd, side):
            _describe(fd)
            return fd
        os.close(fd)


def _drop(lease: Lease) -> None:
    fd, lease.fd = lease.fd, None
    if fd is not None:
        os.close(fd)


def _forget_in_child() -> None:
    # A descriptor left open in a forked child keeps the lock after its parent's death. It is
    # closed and not unlocked: unlocking would take the lock from the parent.
    for lease in _HOLDERS.values():
        _drop(lease)
    _HOLDERS.clear()
    _GUARD.release()


@functools.cache
def _watch_forks() -> None:
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(
            before=_GUARD.acquire,
            after_in_parent=_GUARD.release,
            after_in_child=_forget_in_child,
        )


def locks(path: str | os.PathLike[str]) -> bool:
    """Tell whether a second writer of a journal that is open for writing is kept out.

    Some file systems grant a lock to everybody.
    """
    real = Path(os.path.realpath(path))
    fd = os.open(real.with_name(f"{real.name}-writer"), os.O_RDWR)
    try:
        _try_lock(fd)
    except OSError as error:
        return error.errno in _HELD
    finally:
        os.close(fd)
    return False


class Lease:
    """The right of this process to write one journal; see `acquire`.

    Attributes
    ----------
    path : Path
        Real path of the journal.
    fd : int or None
        Descriptor that carries the lock; None once it was released or passed on.
    on_taken : callable or None
        Called when the lease passes on.
    """

    def __init__(self, path: Path, fd: int, on_taken: Callable[[], None] | None) -> None:
        self.path = path
        self.fd: int | None = fd
        self.on_taken = on_taken

    @classmethod
    def acquire(
        cls, path: str | os.PathLike[str], on_taken: Callable[[], None] | None = None
    ) -> Lease:
        """Take the writer's lease of a journal.

        If this process holds it already, it passes on without a gap: the holder until now is
        told by its ``on_taken`` before this returns.

        Parameters
        ----------
        path : path-like
            The journal. It need not exist; its folder must.
        on_taken : callable, optional
            Called without arguments, and without any lock held, in the thread that takes the
            lease over.

        Returns
        -------
        Lease

        Raises
        ------
        ReadOnlyError
            If another process holds it, or the side file cannot be written or locked; the
            message is the reason, as "held by process 4711 on host-x since 14:03".
        """
        real = Path(os.path.realpath(path))
        side = real.with_name(f"{real.name}-writer")
        _watch_forks()
        with _GUARD:
            old = _HOLDERS.get(real)
            if old is not None and old.fd is not None and _is_at(old.fd, side):
                fd, old.fd = old.fd, None
            else:
                fd = _lock(side)
            lease = _HOLDERS[real] = cls(real, fd, on_taken)
            if old is not None:
                _drop(old)
        # Outside the guard: whoever is told takes locks of its own, and may be closing just now.
        if old is not None and old.on_taken is not None:
            try:
                old.on_taken()
            except BaseException:
                lease.release()
                raise
        return lease

    @property
    def held(self) -> bool:
        """Whether this is still the lease, neither released nor passed on."""
        return self.fd is not None

    def release(self) -> None:
        """Give the lease back; nothing happens if it was released or passed on before."""
        with _GUARD:
            if self.fd is not None:
                del _HOLDERS[self.path]
                _drop(self)
