"""Connections: one handle of SQLite, to read and to write by, opened when it is first needed."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from typing import TYPE_CHECKING

from rhml_widgets.exceptions import JournalError
from rhml_widgets.journal.database import connect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import sqlalchemy as sa

__all__ = ["Connections"]


class Connections:
    """What a journal reads and writes by; whoever has it takes care of threads.

    Parameters
    ----------
    path : Path or None
        None: memory.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._engine: sa.Engine | None = None
        self._pair: tuple[sa.Connection, sa.Connection] | None = None

    def open(self, mode: str, *, write: bool) -> tuple[sa.Connection, sa.Connection]:
        """Open the file in a mode of SQLite's; return the reader and the writer."""
        self._engine = connect(self._path, mode, read_only=not write)
        writer = self._engine.connect().execution_options(write=True)
        self._pair = (self._engine.connect(), writer)
        return self._pair

    def raw(self) -> sqlite3.Connection:
        """Return SQLite's own handle."""
        raw = self._connection(write=False).connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)  # noqa: S101
        return raw

    @contextlib.contextmanager
    def transaction(self, *, write: bool = False) -> Iterator[sa.Connection]:
        """Commit what is done inside, or nothing of it."""
        connection = self._connection(write=write)
        transaction = connection.begin()
        try:
            yield connection
            if transaction.is_active:
                transaction.commit()
        except BaseException:
            # SQLAlchemy takes a COMMIT that failed for the end of the transaction; SQLite does
            # not, and would keep the file locked.
            self.raw().rollback()
            transaction.rollback()
            raise

    def close(self) -> None:
        """Let go of the file; it is opened anew, only to be read, when somebody reads."""
        engine, self._engine = self._engine, None
        pair, self._pair = self._pair, None
        for connection in pair or ():
            connection.close()
        if engine is not None:
            engine.dispose()

    def _connection(self, *, write: bool) -> sa.Connection:
        pair = self._pair
        if pair is None:
            if self._path is None:
                msg = "a journal in memory cannot be opened anew"
                raise JournalError(msg)
            # mode=ro only where the system refuses more: it cannot roll back after a crash.
            mode = "rw" if os.access(self._path, os.W_OK) else "ro"
            pair = self.open(mode, write=False)
        return pair[write]
