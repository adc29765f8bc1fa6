"""Book: what a page may ask of the codebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.widgets.requests import class_at, class_named, required

if TYPE_CHECKING:
    from collections.abc import Callable

    from rhml_widgets.journal.events import Label
    from rhml_widgets.session import Session
    from rhml_widgets.views.desk import Desk

__all__ = ["Book"]

MOST = 1000
"""Items that may become a class at once."""


class Book:
    """These requests of one view; see `rhml_widgets.widgets.actions.Actions`."""

    def __init__(self, session: Session, desk: Desk) -> None:
        self._session = session
        self._desk = desk

    def table(self) -> dict[str, Callable[..., Any]]:
        """Return the actions by the names a page knows them by."""
        known = (self.revise_codebook, self.undo_edit, self.promote, self.enter_phase)
        return {action.__name__: action for action in known}

    def revise_codebook(self, *, op: Any, about: Any, event_id: Any) -> dict[str, Any]:
        """Edit the codebook: classes go by their place, new ones by their name."""
        if not isinstance(about, dict) or not isinstance(op, str):
            msg = f"about={about!r:.60}: expected what the edit is of, by name"
            raise BadInputError(msg)
        told = {name: value for name, value in about.items() if name in _TOLD}
        for name in ("label", "parent", "name", "into"):
            if told.get(name) is not None:
                told[name] = self._classes(told[name], many=op == "split" and name == "into")
        if "labels" in told:
            told["labels"] = self._classes(told["labels"], many=True)
        seq = self._session.revise(op, told, event_id=required("event_id", event_id))
        self._desk.prepare()
        return {"seq": seq}

    def _classes(self, told: Any, *, many: bool) -> Any:
        if many:
            if not isinstance(told, list) or len(told) > MOST:
                msg = f"{told!r:.60}: expected a list of classes"
                raise BadInputError(msg)
            return [self._class(one) for one in told]
        return self._class(told)

    def _class(self, told: Any) -> Label:
        if isinstance(told, str):
            name: Label = class_named(self._session, told)
            return name
        return class_at(self._session, told)

    def undo_edit(self, *, seq: Any, event_id: Any) -> None:
        """Take one edit back, whatever was done after it."""
        if isinstance(seq, bool) or not isinstance(seq, int):
            msg = f"seq={seq!r}: expected the seq of an edit of the codebook"
            raise BadInputError(msg)
        if seq not in self._session.state.revisions:
            msg = f"seq={seq!r}: expected the seq of an edit of the codebook"
            raise BadInputError(msg)
        self._session.undo(seq, event_id=required("event_id", event_id))
        self._desk.prepare()

    def promote(
        self, *, item_ids: Any, label: Any, definition: Any, event_id: Any
    ) -> dict[str, Any]:
        """Make items of the pile a class."""
        if not isinstance(item_ids, list) or len(item_ids) > MOST:
            msg = f"{item_ids!r:.60}: expected a list of at most {MOST} items"
            raise BadInputError(msg)
        seq = self._session.promote(
            item_ids,
            self._class(label),
            definition,
            event_id=required("event_id", event_id),
        )
        self._desk.prepare()
        return {"seq": seq}

    def enter_phase(self, *, phase: Any, event_id: Any) -> None:
        """Enter a phase of the work."""
        self._session.enter(phase, event_id=required("event_id", event_id))
        self._desk.prepare()


_TOLD = (
    "label",
    "labels",
    "into",
    "name",
    "parent",
    "definition",
    "text",
    "item_id",
    "why",
    "seeds",
    "what",
    "told",
)
"""What an edit may be about."""
