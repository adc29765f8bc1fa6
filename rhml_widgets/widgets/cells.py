"""Cells: what a page may ask of the confusion matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.widgets.requests import class_at, required

if TYPE_CHECKING:
    from collections.abc import Callable

    from rhml_widgets.session import Session
    from rhml_widgets.views.desk import Desk

__all__ = ["Cells"]


class Cells:
    """These requests of one view; see `rhml_widgets.widgets.actions.Actions`."""

    def __init__(self, session: Session, desk: Desk) -> None:
        self._session = session
        self._desk = desk

    def table(self) -> dict[str, Callable[..., Any]]:
        """Return the actions by the names a page knows them by."""
        known = (self.compare, self.open_cell, self.close_cell, self.more_like_cell)
        return {action.__name__: action for action in known}

    def compare(self, *, of: Any) -> None:
        """Show another comparison."""
        if not isinstance(of, str):
            msg = f"of={of!r:.60}: expected a comparison's name"
            raise BadInputError(msg)
        self._desk.confusion.compare(of)
        self._session.touch()

    def open_cell(self, *, row: Any, column: Any) -> dict[str, Any]:
        """List the items of a cell."""
        first, second = class_at(self._session, row), class_at(self._session, column)
        n = self._desk.confusion.open(first, second)
        self._session.touch()
        return {"n": n}

    def close_cell(self) -> None:
        """Put the open cell away."""
        self._desk.confusion.close()
        self._session.touch()

    def more_like_cell(self, *, event_id: Any) -> dict[str, Any]:
        """Ask items like those of the open cell next."""
        n = self._desk.confusion.ask_more(required("event_id", event_id))
        self._desk.prepare()
        return {"asked": n}
