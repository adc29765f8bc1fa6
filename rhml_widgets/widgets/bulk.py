"""Bulk: what a page may ask for beside the item it shows: sweeps, near-twins, a search."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rhml_widgets.exceptions import AlreadyJudgedError, BadInputError
from rhml_widgets.journal.events import Judged
from rhml_widgets.views.sweep import found_props
from rhml_widgets.widgets.requests import class_at, required, seconds

if TYPE_CHECKING:
    from collections.abc import Callable

    from rhml_widgets.session import Session
    from rhml_widgets.views.desk import Desk

__all__ = ["Bulk"]

MOST = 200
"""Items that may be accepted at once."""

FOUND = 20


class Bulk:
    """These requests of one view; see `rhml_widgets.widgets.actions.Actions`."""

    def __init__(self, session: Session, desk: Desk) -> None:
        self._session = session
        self._desk = desk

    def table(self) -> dict[str, Callable[..., Any]]:
        """Return the actions by the names a page knows them by."""
        known = (self.sweep, self.verify, self.twins, self.find, self.pick, self.seek)
        return {action.__name__: action for action in known}

    def sweep(self, *, label: Any) -> dict[str, Any]:
        """Open a page of like predictions."""
        chosen = None if label is None else class_at(self._session, label)
        n = self._desk.sweep.open(chosen)
        self._session.touch()
        return {"n": n}

    def verify(
        self, *, item_ids: Any, odd: Any, label: Any, event_id: Any, ms: Any
    ) -> dict[str, Any]:
        """Accept the cards of a page as one class, but for the odd ones."""
        n = self._desk.sweep.accept(
            self._ids(item_ids),
            class_at(self._session, label),
            odd=self._ids(odd),
            duration=seconds(ms),
            event_id=required("event_id", event_id),
        )
        self._desk.prepare()
        return {"n": n}

    def twins(self, *, item_id: Any, seen: Any, event_id: Any) -> dict[str, Any]:
        """Answer the near-twins of an item as it was answered: by the answer of seq ``seen``."""
        pool, state = self._session.pool, self._session.state
        own_id = pool.ids[pool.number(item_id)]
        sent = self._session.sent(required("event_id", event_id), Judged)
        if sent is not None and isinstance(sent.event, Judged):
            return {"n": len(state.batches.get(sent.event.batch, ()))}
        standing = state.own(own_id)
        if standing is None or standing.seq != required("seen", seen):
            msg = "this answer was changed meanwhile: look at it again"
            raise AlreadyJudgedError(msg)
        found = self._session.twins(own_id)
        seqs = self._session.verify(found, standing.label, event_id=event_id) if found else []
        self._desk.prepare()
        return {"n": len(seqs)}

    def find(self, *, words: Any, like: Any) -> dict[str, Any]:
        """List unjudged items that hold words, or are like an item."""
        found = self._session.find(words, like=like, n=FOUND)
        return {"rows": found_props(found, self._session.pool)}

    def pick(self, *, item_id: Any, event_id: Any) -> None:
        """Put an item that was found in front of the queue."""
        self._session.pick(item_id, event_id=required("event_id", event_id))

    def seek(self, *, label: Any) -> None:
        """Have likely items of a class come, or no longer."""
        self._session.seek(None if label is None else class_at(self._session, label))

    def _ids(self, item_ids: Any) -> list[str]:
        if not isinstance(item_ids, list) or len(item_ids) > MOST:
            msg = f"{item_ids!r:.60}: expected a list of at most {MOST} items"
            raise BadInputError(msg)
        pool = self._session.pool
        return [pool.ids[pool.number(one)] for one in item_ids]
