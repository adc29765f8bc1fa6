"""The journal: an append-only table of events, with one writer at a time.

How it is kept is in `rhml_widgets.journal.database`, who may write in `rhml_widgets.journal.lock`.
"""

from __future__ import annotations

import contextlib
import functools
import os
import sqlite3
import threading
import uuid
import weakref
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rhml_widgets.exceptions import (
    BadInputError,
    JournalError,
    NotSavedError,
    ReadOnlyError,
)
from rhml_widgets.journal.connections import Connections
from rhml_widgets.journal.database import (
    AFTER,
    BY_ID,
    DATABASE_ERRORS,
    INSERT,
    OF_KIND,
    USER_VERSION,
    await_begun,
    cause,
    create,
    inspect,
    is_begun,
    left_alone,
    original,
    real_path,
)
from rhml_widgets.journal.events import SCHEMA, Entry, Event, decode, encode
from rhml_widgets.journal.lock import Lease

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import sqlalchemy as sa

__all__ = ["Journal"]

_OPEN: weakref.WeakSet[Journal] = weakref.WeakSet()
_PARENTS: list[object] = []
"""Connections a forked child got from its parent: never used, and never closed either."""


def _encode(event: Event) -> str:
    try:
        return encode(event)
    except (TypeError, ValueError) as error:
        msg = f"a {event.kind} event holds what JSON cannot: {error}; give plain values"
        raise BadInputError(msg) from error


@functools.cache
def _watch_forks() -> None:
    """Have every fork wait for the transactions under way, and the child open files of its own."""
    # A child that closed a connection copied in mid-transaction would roll back its parent's.
    # The journals' locks are leaves, so that waiting for all of them cannot deadlock.
    forking = threading.Lock()
    held: list[threading.RLock] = []

    def before() -> None:
        forking.acquire()
        for journal in tuple(_OPEN):
            journal._lock.acquire()  # noqa: SLF001
            held.append(journal._lock)  # noqa: SLF001

    def after() -> None:
        while held:
            held.pop().release()
        forking.release()

    def after_in_child() -> None:
        for journal in tuple(_OPEN):
            journal._leave_to_parent()  # noqa: SLF001
        after()

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=before, after_in_parent=after, after_in_child=after_in_child)


class Journal:
    """The append-only log of a session; safe to call from several threads.

    Opening never fails because somebody else writes the journal, or because its file or folder
    may not be written: it is open for reading then, and says why.

    Parameters
    ----------
    path : path-like or None
        The file, begun if there is none. None: memory, gone with the process.
    read_only : bool, default False
        Whether to open it only to be read, without the writer's lease.
    on_taken : callable, optional
        Called when another `Journal` of this process opens the same path for writing: this one
        is read-only from then on.

    Attributes
    ----------
    path : Path or None
        Real path of the file.
    name : str
        File name, or "in memory".
    why_read_only : str or None
        Reason, as "held by process 4711 on host-x since 14:03"; None while it can be written.

    Raises
    ------
    JournalVersionError
        If a newer release wrote the file; its bytes are left as they are.
    JournalError
        If the file is damaged or not a journal (left as it is), or can be neither found nor
        begun.

    Examples
    --------
    >>> from rhml_widgets.journal import Skipped
    >>> journal = Journal(None)
    >>> [entry.seq for entry in journal.append([Skipped(item_id="t1:ab")], person="p1")]
    [1]
    >>> journal.entries()[0].event
    Skipped(item_id='t1:ab', why=None)
    >>> journal.close()
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None,
        *,
        read_only: bool = False,
        on_taken: Callable[[], None] | None = None,
    ) -> None:
        self._lock = threading.RLock()
        self._on_taken = on_taken
        self._lease: Lease | None = None
        self._closed = False
        self.path = None if path is None else real_path(path)
        self.name = "in memory" if self.path is None else self.path.name
        self._connections = Connections(self.path)
        self.why_read_only = "opened only to be read" if read_only else None
        try:
            self._open(self.path)
        except BaseException:
            self.close()
            raise
        _watch_forks()
        _OPEN.add(self)

    def _open(self, path: Path | None) -> None:
        if path is None:
            self._connections.open("memory", write=True)
            with self._transaction(write=True) as connection:
                create(connection)
            return
        begun = path.exists() and inspect(path)
        if not self.read_only:
            self._open_for_writing(path)
        elif not begun:
            msg = f"there is no journal at {path}; open it for writing to begin one"
            raise JournalError(msg)
        if self.why_read_only is not None and not begun:
            await_begun(path, self.why_read_only)

    def _open_for_writing(self, path: Path) -> None:
        try:
            self._lease = Lease.acquire(path, self._taken)
        except ReadOnlyError as error:
            self.why_read_only = str(error)
            return
        try:
            with self._lock:
                if self.read_only:
                    return
                self._connections.open("rwc", write=True)
                with self._transaction(write=True) as connection:
                    if not is_begun(connection, path, thorough=False):
                        create(connection)
                        return
                    # Only a write tells whether one is possible: permission bits do not know of
                    # full disks, or of folders that take no rollback journal.
                    connection.exec_driver_sql(f"PRAGMA user_version={USER_VERSION}")
                    connection.rollback()
        except DATABASE_ERRORS as error:
            self._step_down(cause(original(error))[0])

    @property
    def read_only(self) -> bool:
        """Whether nothing can be appended; `why_read_only` says why."""
        return self.why_read_only is not None

    def append(
        self,
        events: Sequence[Event],
        *,
        person: str,
        event_ids: Sequence[str | None] | None = None,
    ) -> list[Entry]:
        """Store events, all or none, and return when they are on the disk.

        Parameters
        ----------
        events : sequence of Event
        person : str
            Pseudonym of who was at the keyboard.
        event_ids : sequence of str or None, optional
            An id for each event, made by whoever sends it; None: a random one is made. If the
            journal holds the first already, this is a resend and nothing is written.

        Returns
        -------
        list of Entry
            The new entries, or after a resend the stored entries of the ids given.

        Raises
        ------
        ReadOnlyError
            If the journal is read-only or closed.
        NotSavedError
            If the events could not be committed. Nothing was changed; the same call may be
            made again.
        BadInputError
            If the ids are not one for each event and all different, or an event holds what is
            not JSON.
        """
        given = list(event_ids) if event_ids is not None else [None] * len(events)
        ids = [uuid.uuid4().hex if event_id is None else event_id for event_id in given]
        if len(ids) != len(events) or len(set(ids)) != len(ids):
            msg = f"{len(events)} events need as many different ids, got {given}"
            raise BadInputError(msg)
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        rows = [
            (event_id, event.kind, SCHEMA, at, person, _encode(event))
            for event_id, event in zip(ids, events, strict=True)
        ]
        with self._lock:
            if self.read_only:
                msg = f"NOT SAVED: {self.name} is read-only ({self.why_read_only})"
                raise ReadOnlyError(msg)
            if not rows:
                return []
            try:
                with self._transaction(write=True) as connection:
                    first = self._insert(connection, rows)
            except DATABASE_ERRORS as error:
                orig = original(error)
                why, remedy = cause(orig)
                msg = f"NOT SAVED: {why}: {remedy}, then try again"
                raise NotSavedError(msg) from orig
            except UnicodeEncodeError as error:
                msg = f"an event holds text that is not Unicode: {error}; replace it"
                raise BadInputError(msg) from error
            if first is None:
                found = (self.find(event_id) for event_id in given if event_id is not None)
                return [entry for entry in found if entry is not None]
        return [
            Entry(first + i, event_id, at, person, event)
            for i, (event_id, event) in enumerate(zip(ids, events, strict=True))
        ]

    @staticmethod
    def _insert(connection: sa.Connection, rows: list[tuple[Any, ...]]) -> int | None:
        """Return the seq of the first of the rows, or None if it is stored already."""
        result = connection.exec_driver_sql(INSERT, rows[0])
        if result.rowcount == 0:
            return None
        first = int(result.lastrowid)
        rest = rows[1:]
        if rest and connection.exec_driver_sql(INSERT, rest).rowcount != len(rest):
            msg = "NOT SAVED: ids of the batch are stored, but not its first: send it with new ids"
            raise NotSavedError(msg)
        return first

    def find(self, event_id: str) -> Entry | None:
        """Return the entry with this id, or None.

        Raises
        ------
        JournalError
            If it cannot be read, or the journal is closed.
        """
        with self._reading() as connection:
            row = connection.exec_driver_sql(BY_ID, (event_id,)).one_or_none()
        return None if row is None else self._entry(row)

    def first(self, kind: type[Event]) -> Entry | None:
        """Return the first entry of a kind of event, or None; the others are not read.

        Raises
        ------
        JournalVersionError
            If a newer release wrote it.
        JournalError
            If it cannot be read, or the journal is closed.
        """
        with self._reading() as connection:
            row = connection.exec_driver_sql(OF_KIND, (kind.__name__,)).first()
        return None if row is None else self._entry(row)

    def entries(self, after: int = 0) -> list[Entry]:
        """Return the entries behind position ``after``, in their order.

        Raises
        ------
        JournalVersionError
            If a newer release wrote one of them.
        JournalError
            If they cannot be read, or the journal is closed.
        """
        # All rows first: a reader that dawdles in its transaction blocks the writer's COMMIT.
        with self._reading() as connection:
            rows = connection.exec_driver_sql(AFTER, (after,)).all()
        return [self._entry(row) for row in rows]

    def _entry(self, row: Sequence[Any]) -> Entry:
        seq, event_id, kind, schema, at, person, body = row
        try:
            return Entry(seq, event_id, at, person, decode(kind, body, schema))
        except JournalError as error:
            msg = f"{self.path or self.name}, event {seq}: {error}"
            raise type(error)(msg) from error

    def backup(self, path: str | os.PathLike[str]) -> None:
        """Copy the journal, as it is now, to a new file.

        Raises
        ------
        JournalError
            If there is a file at ``path`` already, or the copy cannot be made.
        """
        target = real_path(path)
        if target.exists():
            msg = f"there is a file at {target} already; give the backup another path"
            raise JournalError(msg)
        with self._lock:
            raw = self._raw()
            try:
                address = f"{target.as_uri()}?mode=rwc"
                with contextlib.closing(sqlite3.connect(address, uri=True)) as copy:
                    raw.backup(copy)
            except sqlite3.Error as error:
                target.unlink(missing_ok=True)
                why, remedy = cause(error)
                msg = f"the backup {target} was not made: {why}; {remedy}, then try again"
                raise JournalError(msg) from error

    def close(self) -> None:
        """Close the file and free the lease; nothing happens the second time."""
        with self._lock:
            self._closed = True
        self._step_down("closed")

    def _raw(self) -> sqlite3.Connection:
        self._require_open()
        return self._connections.raw()

    def _require_open(self) -> None:
        if self._closed:
            msg = f"the journal {self.path or self.name} is closed; open it again"
            raise JournalError(msg)

    @contextlib.contextmanager
    def _transaction(self, *, write: bool = False) -> Iterator[sa.Connection]:
        self._require_open()
        with self._connections.transaction(write=write) as connection:
            yield connection

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        with self._lock:
            try:
                with self._transaction() as connection:
                    yield connection
            except DATABASE_ERRORS as error:
                orig = original(error)
                what = f"cannot be read ({orig})"
                raise JournalError(left_alone(self.path or self.name, what)) from orig

    def _step_down(self, why: str) -> None:
        """Give up writing; the file is opened anew, only to be read, when somebody reads."""
        with self._lock:
            self.why_read_only = why
            lease, self._lease = self._lease, None
            self._connections.close()
        # Not under the lock, which a fork may wait for while it holds the registry of leases.
        if lease is not None:
            lease.release()

    def _taken(self) -> None:
        self._step_down("moved to a newer cell")
        if self._on_taken is not None:
            self._on_taken()

    def _leave_to_parent(self) -> None:
        if self.path is not None and not self._closed:
            _PARENTS.append((self._connections, self._lease))
            self._connections, self._lease = Connections(self.path), None
            self.why_read_only = "this process was forked from the one that opened it"
