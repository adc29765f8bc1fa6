"""Overseeing: what a page may ask for to let a refit pass, or to set the mode."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.widgets.requests import required

if TYPE_CHECKING:
    from collections.abc import Callable

    from rhml_widgets.session import Session
    from rhml_widgets.views.desk import Desk

__all__ = ["Oversight"]


class Oversight:
    """The requests of one view that have the last word over the model."""

    def __init__(self, session: Session, desk: Desk) -> None:
        self._session = session
        self._desk = desk

    def table(self) -> dict[str, Callable[..., Any]]:
        """Return the actions by the names a page knows them by."""
        return {
            action.__name__: action for action in (self.decide, self.show_unlearned, self.set_mode)
        }

    def decide(self, *, gate: Any, choice: Any, event_id: Any) -> dict[str, Any]:
        """Take the refit that waits, or stay with the version before."""
        required("event_id", event_id)
        if choice == "accept":
            return {"seq": self._session.accept(gate, event_id=event_id)}
        if choice == "roll_back":
            return {"seq": self._session.roll_back(gate, event_id=event_id)}
        msg = f"choice={choice!r}: expected 'accept' or 'roll_back'"
        raise BadInputError(msg)

    def show_unlearned(self, *, gate: Any) -> dict[str, Any]:
        """List the answers it forgets."""
        n = self._desk.gate.show(gate)
        self._session.touch()
        return {"n": n}

    def set_mode(self, *, mode: Any, event_id: Any) -> dict[str, Any]:
        """Set the mode, or stay in it."""
        seq = self._session.set_mode(mode, event_id=required("event_id", event_id))
        self._desk.prepare()
        return {"seq": seq}
