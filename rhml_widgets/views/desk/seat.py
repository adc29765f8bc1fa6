"""Seat: the session of a desk and who sits at it."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

from rhml_widgets.exceptions import RhmlError
from rhml_widgets.views.label_queue import status_line

if TYPE_CHECKING:
    from rhml_widgets.session import Session

__all__ = ["Seat"]


class Seat:
    """What all papers on a desk share."""

    def __init__(self, session: Session) -> None:
        self._session = weakref.ref(session)
        self._sits: str = session.person
        self._named = frozenset(session.choices)

    @property
    def session(self) -> Session:
        """The session, as long as somebody holds it."""
        session = self._session()
        if session is None:
            msg = "the session of this view is gone; re-run the cell"
            raise RhmlError(msg)
        return session

    def _seat(self) -> None:
        """Clear the desk where somebody else sits down: what lies open was another's to see.

        So, too, where a class was renamed or went: what lies open calls it as it was called then.
        """
        named = frozenset(self.session.choices)
        before, self._named = self._named, named
        if self._sits != self.session.person or before - named:
            self._sits = self.session.person
            self._clear()

    def _clear(self) -> None:
        """Put away what lies open; every kind of paper adds its own."""

    def status(self) -> str:
        """Return the status line: the same text in all views."""
        session = self.session
        why = session.why_read_only if session.read_only else None
        return status_line(session.state, session.n_askable, why, session.n_labeled)
