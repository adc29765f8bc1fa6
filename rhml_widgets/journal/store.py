"""The journal: an append-only table of events in one SQLite file.

Durability comes from SQLite with a rollback journal and ``synchronous=FULL``; append-only from
triggers; one writer at a time from the lease in `rhml_widgets.journal.lock`. The file is never
opened but by SQLite: closing any other handle would drop SQLite's own locks.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
import sqlite3
import threading
import time
import uuid
import weakref
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool
from sqlalchemy.schema import CreateTable

from rhml_widgets.exceptions import (
    BadInputError,
    JournalError,
    JournalVersionError,
    NotSavedError,
    ReadOnlyError,
)
from rhml_widgets.journal.events import SCHEMA, Entry, Event, decode, encode
from rhml_widgets.journal.lock import Lease

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["APPLICATION_ID", "USER_VERSION", "Journal"]

APPLICATION_ID = 0x52484D4C
"""Marks the file as ours: "RHML", in the header field that SQLite keeps for it."""

USER_VERSION = 1
"""Version of the table layout written by this release."""

_BUSY_SECONDS = 30.0
_BEGUN_SECONDS = 5.0

_EVENTS = sa.Table(
    "events",
    sa.MetaData(),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("event_id", sa.Text, unique=True, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("schema", sa.Integer, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("person", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)
_TRIGGERS = {
    f"events_no_{verb.lower()}": (
        f"CREATE TRIGGER events_no_{verb.lower()} BEFORE {verb} ON events "
        "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
    )
    for verb in ("UPDATE", "DELETE")
}
_DIALECT = sqlite.dialect(paramstyle="qmark")


def _sql(statement: sa.ClauseElement, *keys: str) -> str:
    return str(statement.compile(dialect=_DIALECT, column_keys=list(keys) or None))


# Compiled once: a statement built anew would cost more than SQLite's own work on it. The seq is
# left to SQLite, which takes the newest and one more; without deletions there are no gaps.
_INSERT = _sql(
    sqlite.insert(_EVENTS).on_conflict_do_nothing(index_elements=["event_id"]),
    *[column.name for column in _EVENTS.columns if column.name != "seq"],
)
_ALL = sa.select(_EVENTS).order_by(_EVENTS.c.seq)
_AFTER = _sql(_ALL.where(_EVENTS.c.seq > sa.bindparam("after")))
_BY_ID = _sql(_ALL.where(_EVENTS.c.event_id == sa.bindparam("event_id")))
_NEWEST = sa.func.coalesce(sa.func.max(_EVENTS.c.seq), sa.literal_column("0"))
_LAST = _sql(sa.select(_NEWEST))
_COUNTS = _sql(sa.select(sa.func.count(), _NEWEST))

_DATABASE_ERRORS = (sqlite3.Error, DBAPIError)

_OPEN: weakref.WeakSet[Journal] = weakref.WeakSet()
_PARENTS: list[object] = []
"""Connections a forked child got from its parent: never used, and never closed either."""


def _original(error: BaseException) -> BaseException:
    """Unwrap what SQLite said: the wrapping text repeats statements of ours."""
    return getattr(error, "orig", None) or error


_CAUSES = {
    sqlite3.SQLITE_FULL: ("disk full", "free some space"),
    sqlite3.SQLITE_IOERR: ("disk full or failing", "check free space and quota"),
    sqlite3.SQLITE_BUSY: ("locked", "close the other program that reads or writes it"),
    sqlite3.SQLITE_LOCKED: ("locked", "close the other program that reads or writes it"),
    sqlite3.SQLITE_READONLY: ("the file may not be written", "make it and its folder writable"),
    sqlite3.SQLITE_CANTOPEN: ("the file may not be written", "make it and its folder writable"),
    sqlite3.SQLITE_READONLY_DBMOVED: ("the file was moved or removed", "put it back"),
    sqlite3.SQLITE_CORRUPT: ("the file is damaged", "go on from a backup or in a new journal"),
    sqlite3.SQLITE_NOTADB: ("the file is damaged", "go on from a backup or in a new journal"),
}


def _cause(error: BaseException) -> tuple[str, str]:
    """Return what went wrong, in words, and what helps."""
    extended = getattr(error, "sqlite_errorcode", 0)
    cause = _CAUSES.get(extended) or _CAUSES.get(extended & 0xFF)
    return cause or (str(error), "look whether the disk is in order")


def _left_alone(path: Path | str | None, what: str) -> str:
    return (
        f"{path} {what}. The file was left as it is: give another path to begin a new journal, "
        "or go on from a copy that Journal.backup made"
    )


def _real_path(path: str | os.PathLike[str]) -> Path:
    text = os.fspath(path)
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*)://", text)
    if scheme:
        # Nothing of an address but its scheme is repeated: it may hold a password.
        msg = (
            f"a journal at a {scheme[1]}:// address needs the extra rhml-widgets[postgres], "
            "which is not in this release; give the path of a file, or None for memory"
        )
        raise JournalError(msg)
    real = Path(os.path.realpath(Path(text).expanduser()))
    if real.is_dir():
        msg = f"the journal {real} is a folder; give the path of a file in it"
        raise JournalError(msg)
    if not real.parent.is_dir():
        msg = f"the journal {real} cannot be begun: there is no folder {real.parent}; make it"
        raise JournalError(msg)
    return real


def _connect(path: Path | None, mode: str, *, read_only: bool) -> sa.Engine:
    """Return an engine whose pool is one connection, with the pragmas of a journal."""
    pragmas = ["synchronous=FULL", "recursive_triggers=ON"]
    if read_only:
        # Not mode=ro: that could not roll back what a crash left half written.
        pragmas.append("query_only=ON")
    elif path is not None:
        pragmas.append("journal_mode=DELETE")
    address = ":memory:" if path is None else f"{path.as_uri()}?mode={mode}"

    def creator() -> sqlite3.Connection:
        raw = sqlite3.connect(
            address,
            uri=path is not None,
            timeout=_BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            for pragma in pragmas:
                raw.execute(f"PRAGMA {pragma}").close()
        except BaseException:
            raw.close()
            raise
        return raw

    engine = sa.create_engine(
        "sqlite+pysqlite://", creator=creator, poolclass=StaticPool, hide_parameters=True
    )

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        # Immediately only for writes: else each reader would take the writer's lock.
        write = connection.get_execution_options().get("write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def _is_begun(connection: sa.Connection, path: Path | None, *, thorough: bool) -> bool:
    """Tell whether the database holds a journal (True) or nothing at all (False).

    Raises
    ------
    JournalVersionError
        If a newer release wrote it.
    JournalError
        If it holds something else, or is damaged.
    """
    run = connection.exec_driver_sql
    version = run("PRAGMA user_version").scalar_one()
    application = run("PRAGMA application_id").scalar_one()
    names = set(run("SELECT name FROM sqlite_master").scalars())
    if not (names or version or application):
        return False
    if application != APPLICATION_ID:
        raise JournalError(_left_alone(path, "is not a journal of rhml-widgets"))
    if version > USER_VERSION:
        msg = (
            f"{path} was written by a newer release (layout {version}; this one reads up to "
            f"{USER_VERSION}). The file was left as it is: upgrade rhml-widgets"
        )
        raise JournalVersionError(msg)
    if missing := sorted({_EVENTS.name, *_TRIGGERS} - names):
        raise JournalError(_left_alone(path, f"is damaged (no {', '.join(missing)})"))
    if thorough:
        finding = run("PRAGMA quick_check(1)").scalar_one()
        if finding != "ok":
            raise JournalError(_left_alone(path, f"is damaged ({finding})"))
        count, last = run(_COUNTS).one()
        if count != last:
            what = f"is damaged ({count} events, the last of them numbered {last})"
            raise JournalError(_left_alone(path, what))
    return True


def _inspect(path: Path) -> bool:
    """Tell whether the file holds a journal, without a chance of changing it; see `_is_begun`."""
    # mode=ro only where the system refuses more: it cannot roll back after a crash.
    mode = "rw" if os.access(path, os.W_OK) else "ro"
    engine = _connect(path, mode, read_only=True)
    try:
        with engine.begin() as connection:
            begun = _is_begun(connection, path, thorough=True)
            # SQLite reads a last page that was cut off as if it ended in zeros, and a file of one
            # byte as an empty one.
            if path.stat().st_size % connection.exec_driver_sql("PRAGMA page_size").scalar_one():
                raise JournalError(_left_alone(path, "is not a journal, or is damaged (cut off)"))
            return begun
    except _DATABASE_ERRORS as error:
        orig = _original(error)
        code = getattr(orig, "sqlite_errorcode", 0) & 0xFF
        if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
            what = f"is not a journal of rhml-widgets, or is damaged ({orig})"
        else:
            what = f"cannot be read ({orig})"
        raise JournalError(_left_alone(path, what)) from orig
    finally:
        engine.dispose()


def _await_begun(path: Path, why: str) -> None:
    """Wait until whoever has just taken the lease has begun the journal."""
    deadline = time.monotonic() + (_BEGUN_SECONDS if os.access(path.parent, os.W_OK) else 0)
    while not (path.exists() and _inspect(path)):
        if time.monotonic() >= deadline:
            msg = f"the journal {path} cannot be begun: {why}; give another path"
            raise JournalError(msg)
        time.sleep(0.02)


def _create(connection: sa.Connection) -> None:
    connection.execute(CreateTable(_EVENTS))
    for trigger in _TRIGGERS.values():
        connection.exec_driver_sql(trigger)
    connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version={USER_VERSION}")


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
        self._engine: sa.Engine | None = None
        self._connections: tuple[sa.Connection, sa.Connection] | None = None
        self._closed = False
        self._last: int | None = None
        self.path = None if path is None else _real_path(path)
        self.name = "in memory" if self.path is None else self.path.name
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
            self._attach("memory", write=True)
            with self._transaction(write=True) as connection:
                _create(connection)
            return
        begun = path.exists() and _inspect(path)
        if not self.read_only:
            self._open_for_writing(path)
        elif not begun:
            msg = f"there is no journal at {path}; open it for writing to begin one"
            raise JournalError(msg)
        if self.why_read_only is not None and not begun:
            _await_begun(path, self.why_read_only)

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
                self._attach("rwc", write=True)
                with self._transaction(write=True) as connection:
                    if not _is_begun(connection, path, thorough=False):
                        _create(connection)
                        return
                    # Only a write tells whether one is possible: permission bits do not know of
                    # full disks, or of folders that take no rollback journal.
                    connection.exec_driver_sql(f"PRAGMA user_version={USER_VERSION}")
                    connection.rollback()
        except _DATABASE_ERRORS as error:
            self._step_down(_cause(_original(error))[0])

    @property
    def read_only(self) -> bool:
        """Whether nothing can be appended; `why_read_only` says why."""
        return self.why_read_only is not None

    @property
    def last_seq(self) -> int:
        """Position of the newest event, 0 in an empty journal."""
        with self._lock:
            if self.read_only or self._last is None:
                with self._reading() as connection:
                    self._last = int(connection.exec_driver_sql(_LAST).scalar_one())
            return self._last

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
            self._last = None
            try:
                with self._transaction(write=True) as connection:
                    first = self._insert(connection, rows)
            except _DATABASE_ERRORS as error:
                orig = _original(error)
                cause, remedy = _cause(orig)
                msg = f"NOT SAVED: {cause}: {remedy}, then try again"
                raise NotSavedError(msg) from orig
            except UnicodeEncodeError as error:
                msg = f"an event holds text that is not Unicode: {error}; replace it"
                raise BadInputError(msg) from error
            if first is None:
                found = (self.find(event_id) for event_id in given if event_id is not None)
                return [entry for entry in found if entry is not None]
            self._last = first + len(rows) - 1
        return [
            Entry(first + i, event_id, at, person, event)
            for i, (event_id, event) in enumerate(zip(ids, events, strict=True))
        ]

    @staticmethod
    def _insert(connection: sa.Connection, rows: list[tuple[Any, ...]]) -> int | None:
        """Return the seq of the first of the rows, or None if it is stored already."""
        result = connection.exec_driver_sql(_INSERT, rows[0])
        if result.rowcount == 0:
            return None
        first = int(result.lastrowid)
        rest = rows[1:]
        if rest and connection.exec_driver_sql(_INSERT, rest).rowcount != len(rest):
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
            row = connection.exec_driver_sql(_BY_ID, (event_id,)).one_or_none()
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
            rows = connection.exec_driver_sql(_AFTER, (after,)).all()
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
        target = _real_path(path)
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
                cause, remedy = _cause(error)
                msg = f"the backup {target} was not made: {cause}; {remedy}, then try again"
                raise JournalError(msg) from error

    def close(self) -> None:
        """Close the file and free the lease; nothing happens the second time."""
        with self._lock:
            self._closed = True
        self._step_down("closed")

    def _attach(self, mode: str, *, write: bool) -> tuple[sa.Connection, sa.Connection]:
        self._engine = _connect(self.path, mode, read_only=not write)
        writer = self._engine.connect().execution_options(write=True)
        self._connections = (self._engine.connect(), writer)
        return self._connections

    def _connection(self, *, write: bool) -> sa.Connection:
        if self._closed:
            msg = f"the journal {self.path or self.name} is closed; open it again"
            raise JournalError(msg)
        connections = self._connections
        if connections is None:
            if self.path is None:
                msg = "a journal in memory cannot be opened anew"
                raise JournalError(msg)
            # mode=ro only where the system refuses more: it cannot roll back after a crash.
            mode = "rw" if os.access(self.path, os.W_OK) else "ro"
            connections = self._attach(mode, write=False)
        return connections[write]

    def _raw(self) -> sqlite3.Connection:
        raw = self._connection(write=False).connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)  # noqa: S101
        return raw

    @contextlib.contextmanager
    def _transaction(self, *, write: bool = False) -> Iterator[sa.Connection]:
        connection = self._connection(write=write)
        transaction = connection.begin()
        try:
            yield connection
            if transaction.is_active:
                transaction.commit()
        except BaseException:
            # SQLAlchemy takes a COMMIT that failed for the end of the transaction; SQLite does
            # not, and would keep the file locked.
            self._raw().rollback()
            transaction.rollback()
            raise

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        with self._lock:
            try:
                with self._transaction() as connection:
                    yield connection
            except _DATABASE_ERRORS as error:
                orig = _original(error)
                what = f"cannot be read ({orig})"
                raise JournalError(_left_alone(self.path or self.name, what)) from orig

    def _step_down(self, why: str) -> None:
        """Give up writing; the file is opened anew, only to be read, when somebody reads."""
        with self._lock:
            self.why_read_only = why
            lease, self._lease = self._lease, None
            engine, self._engine = self._engine, None
            connections, self._connections = self._connections, None
            for connection in connections or ():
                connection.close()
            if engine is not None:
                engine.dispose()
        # Not under the lock, which a fork may wait for while it holds the registry of leases.
        if lease is not None:
            lease.release()

    def _taken(self) -> None:
        self._step_down("moved to a newer cell")
        if self._on_taken is not None:
            self._on_taken()

    def _leave_to_parent(self) -> None:
        if self.path is not None and not self._closed:
            _PARENTS.append((self._engine, self._connections, self._lease))
            self._engine = self._connections = self._lease = None
            self.why_read_only = "this process was forked from the one that opened it"
