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
_DIALECT = sqlite.dialect(paramstyle="qmark")  # type: ignore[no-untyped-call]


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
_COUNTS = _sql(sa.select(sa.func.count(), sa.func.coalesce(sa.func.max(_EVENTS.c.seq), 0)))
_LAST = _sql(sa.select(sa.func.coalesce(sa.func.max(_EVENTS.c.seq), 0)))

_DATABASE_ERRORS = (sqlite3.Error, DBAPIError)

_OPEN: weakref.WeakSet[Journal] = weakref.WeakSet()


def _original(error: BaseException) -> BaseException:
    """Unwrap what SQLite said: the wrapping text repeats statements of ours."""
    return getattr(error, "orig", None) or error


def _cause(error: BaseException) -> tuple[str, str]:
    """Return what went wrong, in words, and what helps."""
    extended = getattr(error, "sqlite_errorcode", 0)
    if extended == sqlite3.SQLITE_READONLY_DBMOVED:
        return "the file was moved or removed", "put it back, or open the journal anew"
    again = "then answer again"
    match extended & 0xFF:
        case sqlite3.SQLITE_FULL:
            return "disk full", f"free some space, {again}"
        case sqlite3.SQLITE_IOERR:
            return f"disk full or failing ({error})", f"check free space and quota, {again}"
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return "locked by another program", f"close the program that reads or writes it, {again}"
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return "the file may not be written", f"make the file and its folder writable, {again}"
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return f"the file is damaged ({error})", "go on from a backup or in a new journal"
    return str(error), "answer again; if it stays, begin a new journal"


def _left_alone(path: Path | None, what: str) -> str:
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
            return _is_begun(connection, path, thorough=True)
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
    """Wait for the process that has just taken the lease to begin the journal."""
    deadline = time.monotonic() + _BEGUN_SECONDS
    while not (path.exists() and _inspect(path)):
        if time.monotonic() > deadline:
            msg = f"the journal {path} is {why} and was not begun so far; try again"
            raise JournalError(msg)
        time.sleep(0.02)


def _create(connection: sa.Connection) -> None:
    connection.execute(CreateTable(_EVENTS))
    for trigger in _TRIGGERS.values():
        connection.exec_driver_sql(trigger)
    connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version={USER_VERSION}")


def _abandon_in_child() -> None:
    for journal in tuple(_OPEN):
        journal._abandon()  # noqa: SLF001


@functools.cache
def _watch_forks() -> None:
    # No transaction is under way at a fork: a child that closed such a connection would roll
    # back its parent's. The locks are leaves, so waiting for all of them cannot deadlock.
    held: list[threading.RLock] = []

    def before() -> None:
        for journal in tuple(_OPEN):
            lock = journal._lock  # noqa: SLF001
            lock.acquire()
            held.append(lock)

    def after() -> None:
        while held:
            held.pop().release()

    def after_in_child() -> None:
        _abandon_in_child()
        after()

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=before, after_in_parent=after, after_in_child=after_in_child)
