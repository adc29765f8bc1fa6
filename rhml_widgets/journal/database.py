"""The database under a journal: one SQLite file, its table, its checks, and what its errors mean.

Durability comes from SQLite with a rollback journal and ``synchronous=FULL``; append-only from
triggers. The file is never opened but by SQLite: closing any other handle would drop SQLite's own
locks.
"""

from __future__ import annotations

import os
import re
import sqlite3
import time
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool
from sqlalchemy.schema import CreateTable

from rhml_widgets.exceptions import BadInputError, JournalError, JournalVersionError

__all__ = [
    "AFTER",
    "APPLICATION_ID",
    "BY_ID",
    "DATABASE_ERRORS",
    "INSERT",
    "OF_KIND",
    "USER_VERSION",
    "await_begun",
    "cause",
    "connect",
    "create",
    "inspect",
    "is_begun",
    "left_alone",
    "original",
    "real_path",
]

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
INSERT = _sql(
    sqlite.insert(_EVENTS).on_conflict_do_nothing(index_elements=["event_id"]),
    *[column.name for column in _EVENTS.columns if column.name != "seq"],
)
_ALL = sa.select(_EVENTS).order_by(_EVENTS.c.seq)
AFTER = _sql(_ALL.where(_EVENTS.c.seq > sa.bindparam("after")))
BY_ID = _sql(_ALL.where(_EVENTS.c.event_id == sa.bindparam("event_id")))
OF_KIND = _sql(_ALL.where(_EVENTS.c.kind == sa.bindparam("kind")))
_NEWEST = sa.func.coalesce(sa.func.max(_EVENTS.c.seq), sa.literal_column("0"))
COUNTS = _sql(sa.select(sa.func.count(), _NEWEST))

DATABASE_ERRORS = (sqlite3.Error, DBAPIError)


def original(error: BaseException) -> BaseException:
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


def cause(error: BaseException) -> tuple[str, str]:
    """Return what went wrong, in words, and what helps."""
    extended = getattr(error, "sqlite_errorcode", 0)
    cause = _CAUSES.get(extended) or _CAUSES.get(extended & 0xFF)
    return cause or (str(error), "look whether the disk is in order")


def left_alone(path: Path | str | None, what: str) -> str:
    """Return an error about a file nobody touched, with what to do."""
    return (
        f"{path} {what}. The file was left as it is: give another path to begin a new journal, "
        "or go on from a copy that Journal.backup made"
    )


def real_path(path: str | os.PathLike[str]) -> Path:
    """Return the absolute path behind links; refuse what is no path of a file."""
    if not isinstance(path, str | os.PathLike):
        msg = f"journal={path!r}: expected the path of a file, or None for memory"
        raise BadInputError(msg)
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


def connect(path: Path | None, mode: str, *, read_only: bool) -> sa.Engine:
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


def is_begun(connection: sa.Connection, path: Path | None, *, thorough: bool) -> bool:
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
        raise JournalError(left_alone(path, "is not a journal of rhml-widgets"))
    if version > USER_VERSION:
        msg = (
            f"{path} was written by a newer release (layout {version}; this one reads up to "
            f"{USER_VERSION}). The file was left as it is: upgrade rhml-widgets"
        )
        raise JournalVersionError(msg)
    if missing := sorted({_EVENTS.name, *_TRIGGERS} - names):
        raise JournalError(left_alone(path, f"is damaged (no {', '.join(missing)})"))
    if thorough:
        finding = run("PRAGMA quick_check(1)").scalar_one()
        if finding != "ok":
            raise JournalError(left_alone(path, f"is damaged ({finding})"))
        count, last = run(COUNTS).one()
        if count != last:
            what = f"is damaged ({count} events, the last of them numbered {last})"
            raise JournalError(left_alone(path, what))
    return True


def inspect(path: Path) -> bool:
    """Tell whether the file holds a journal, without a chance of changing it; see `is_begun`."""
    # mode=ro only where the system refuses more: it cannot roll back after a crash.
    mode = "rw" if os.access(path, os.W_OK) else "ro"
    engine = connect(path, mode, read_only=True)
    try:
        with engine.begin() as connection:
            begun = is_begun(connection, path, thorough=True)
            # SQLite reads a last page that was cut off as if it ended in zeros, and a file of one
            # byte as an empty one.
            if path.stat().st_size % connection.exec_driver_sql("PRAGMA page_size").scalar_one():
                raise JournalError(left_alone(path, "is not a journal, or is damaged (cut off)"))
            return begun
    except DATABASE_ERRORS as error:
        orig = original(error)
        code = getattr(orig, "sqlite_errorcode", 0) & 0xFF
        if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
            what = f"is not a journal of rhml-widgets, or is damaged ({orig})"
        else:
            what = f"cannot be read ({orig})"
        raise JournalError(left_alone(path, what)) from orig
    finally:
        engine.dispose()


def await_begun(path: Path, why: str) -> None:
    """Wait until whoever has just taken the lease has begun the journal."""
    deadline = time.monotonic() + (_BEGUN_SECONDS if os.access(path.parent, os.W_OK) else 0)
    while not (path.exists() and inspect(path)):
        if time.monotonic() >= deadline:
            msg = f"the journal {path} cannot be begun: {why}; give another path"
            raise JournalError(msg)
        time.sleep(0.02)


def create(connection: sa.Connection) -> None:
    """Begin a journal in an empty file."""
    connection.execute(CreateTable(_EVENTS))
    for trigger in _TRIGGERS.values():
        connection.exec_driver_sql(trigger)
    connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version={USER_VERSION}")
