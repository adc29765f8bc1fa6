"""Actions: what a page may ask for, by name; nothing else is ever called."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from rhml_widgets.exceptions import BadInputError, NotSavedError, SealedError
from rhml_widgets.journal.events import Judged, Resolved
from rhml_widgets.machine.intents import OPENS_REASONS
from rhml_widgets.views.item import columns_at
from rhml_widgets.views.words import undo_words
from rhml_widgets.widgets.book import Book
from rhml_widgets.widgets.bulk import Bulk
from rhml_widgets.widgets.cells import Cells
from rhml_widgets.widgets.overseeing import Oversight
from rhml_widgets.widgets.requests import class_at, class_named, required, seconds

if TYPE_CHECKING:
    from collections.abc import Callable

    from rhml_widgets.journal.events import Label
    from rhml_widgets.session import Session
    from rhml_widgets.views.desk import Desk

__all__ = ["Actions"]


class Actions:
    """The requests of one view; arguments and replies are those of ``js/src/shared/types.ts``.

    Nothing about an argument is taken for granted: a message may be forged.
    """

    def __init__(self, session: Session, desk: Desk) -> None:
        self._session = session
        self._desk = desk

    def table(self) -> dict[str, Callable[..., Any]]:
        """Return the actions by the names a page knows them by."""
        own = (
            self.label,
            self.keep,
            self.revise,
            self.correct,
            self.skip,
            self.undo,
            self.add_class,
            self.explain,
            self.teach,
            self.undo_lesson,
            self.show_flips,
            self.judge_flips,
            self.audit,
            self.recheck,
            self.look_twice,
            self.resolve,
            self.full_text,
            self.shown,
            self.refit,
            self.switch_person,
            self.share,
            self.want,
        )
        return {
            **{action.__name__: action for action in own},
            **Bulk(self._session, self._desk).table(),
            **Book(self._session, self._desk).table(),
            **Cells(self._session, self._desk).table(),
            **Oversight(self._session, self._desk).table(),
        }

    def _class_at(self, index: Any) -> Label:
        return class_at(self._session, index)

    def _known(self, item_id: Any) -> str:
        pool = self._session.pool
        return pool.ids[pool.number(item_id)]

    # ---- answering ------------------------------------------------------------------------

    def label(
        self,
        *,
        item_id: Any,
        label: Any,
        seen: Any,
        event_id: Any,
        ms: Any,
        rationale: Any,
        note: Any,
    ) -> dict[str, Any]:
        """Answer the item a person saw; while advice stands, no label key revises."""
        own_id = self._known(item_id)
        sent = self._session.sent(required("event_id", event_id), Judged, item_id=own_id)
        if sent is not None:
            return {"seq": sent.seq, "stopped": self._desk.stopped_at == own_id}
        if self._desk.stopped_at is not None:
            msg = "advice stands on an answer: keep or revise that one first"
            raise BadInputError(msg)
        pool = self._session.pool
        seq = self._session.label(
            own_id,
            self._class_at(label),
            seen=required("seen", seen),
            event_id=event_id,
            duration=seconds(ms),
            rationale=columns_at(pool, pool.number(own_id), rationale),
            note=note,
        )
        # The answer is saved; what cannot be logged as shown is not shown.
        with contextlib.suppress(NotSavedError):
            self._session.advise(own_id, asked=False)
        stopped = self._desk.stopped_at == own_id
        if not stopped and self._session.wants in OPENS_REASONS:
            with contextlib.suppress(SealedError):  # an arm that shows less keeps them closed
                self._desk.open(own_id)
        if not stopped:
            self._desk.prepare()
        return {"seq": seq, "stopped": stopped}

    def keep(self, *, item_id: Any, event_id: Any, ms: Any) -> dict[str, Any]:
        """Keep an answer on which advice stands."""
        return self._decide(item_id, None, event_id, ms)

    def revise(self, *, item_id: Any, label: Any, event_id: Any, ms: Any) -> dict[str, Any]:
        """Change an answer on which advice stands."""
        return self._decide(item_id, self._class_at(label), event_id, ms)

    def _decide(self, item_id: Any, label: Label | None, event_id: Any, ms: Any) -> dict[str, Any]:
        own_id = self._known(item_id)
        sent = self._session.sent(required("event_id", event_id), Judged, item_id=own_id)
        if sent is not None:
            return {"seq": sent.seq}
        standing = self._session.state.own(own_id)
        if standing is None or self._desk.stopped_at != own_id:
            msg = (
                "no advice stands on this item, so there is nothing to keep or revise: change its "
                "answer in the history"
            )
            raise BadInputError(msg)
        chosen = standing.label if label is None else label
        return self._replace(own_id, chosen, seen=standing.seq, event_id=event_id, ms=ms)

    def correct(self, *, item_id: Any, label: Any, seen: Any, event_id: Any) -> dict[str, Any]:
        """Change an answer of the history: the one whose row, of seq ``seen``, was on the page."""
        own_id, chosen = self._known(item_id), self._class_at(label)
        sent = self._session.sent(required("event_id", event_id), Judged, item_id=own_id)
        if sent is not None:
            return {"seq": sent.seq}
        shown = required("seen", seen)
        return self._replace(own_id, chosen, seen=shown, event_id=event_id, ms=None)

    def _replace(
        self, own_id: str, label: Label, *, seen: Any, event_id: Any, ms: Any
    ) -> dict[str, Any]:
        standing = self._session.state.own(own_id)
        told: dict[str, Any] = {}
        if standing is not None:
            # Marks speak for the label they were given with; a note stays with the item.
            kept = standing.rationale if label == standing.label else None
            told = {"rationale": kept, "note": standing.note}
        seq = self._session.label(
            own_id,
            label,
            event_id=event_id,
            duration=seconds(ms),
            replaces=seen,
            **told,
        )
        self._desk.prepare()
        return {"seq": seq}

    def skip(self, *, item_id: Any, why: Any, event_id: Any) -> dict[str, Any]:
        """Put an item aside."""
        seq = self._session.skip(self._known(item_id), why, event_id=required("event_id", event_id))
        self._desk.prepare()
        return {"seq": seq}

    def undo(self, *, event_id: Any) -> dict[str, Any]:
        """Take back what was done last; say what."""
        with self._session.steady():
            words = undo_words(self._session.state, self._session.pool)
        self._session.undo(event_id=required("event_id", event_id))
        return {"words": words or ""}

    def add_class(self, *, name: Any, definition: Any, event_id: Any) -> dict[str, Any]:
        """Add a class."""
        name = class_named(self._session, name)
        index = self._session.add_class(name, definition, event_id=required("event_id", event_id))
        self._desk.prepare()
        return {"index": index}

    # ---- reasons and lessons --------------------------------------------------------------

    def explain(self, *, item_id: Any, label: Any, against: Any) -> None:
        """Open the reasons of an answered item."""
        self._desk.open(
            self._known(item_id),
            None if label is None else self._class_at(label),
            None if against is None else self._class_at(against),
        )
        self._session.touch()

    def teach(
        self, *, term: Any, stance: Any, label: Any, item_id: Any, event_id: Any
    ) -> dict[str, Any]:
        """Teach what a term means."""
        about = None if label is None else self._class_at(label)
        lesson = self._desk.teach(
            term, about, stance, item_id=item_id, event_id=required("event_id", event_id)
        )
        return {"lesson": lesson}

    def undo_lesson(self, *, lesson: Any, event_id: Any) -> None:
        """Take a lesson back."""
        if not isinstance(lesson, int) or lesson not in self._session.state.lessons:
            msg = f"lesson={lesson!r}: expected the seq of a lesson"
            raise BadInputError(msg)
        self._desk.undo_lesson(lesson, required("event_id", event_id))

    def show_flips(self, *, lesson: Any) -> None:
        """List the items a lesson changed."""
        self._desk.show_flips(lesson)
        self._session.touch()

    def judge_flips(self, *, lesson: Any, n: Any, event_id: Any) -> dict[str, Any]:
        """Queue some of them to be judged blind."""
        return {"asked": self._session.look(lesson, n, event_id=required("event_id", event_id))}

    # ---- measuring ------------------------------------------------------------------------

    def audit(self, *, n: Any, event_id: Any) -> dict[str, Any]:
        """Queue blind checks of the live version."""
        return {"asked": self._session.audit(n, event_id=required("event_id", event_id))}

    def recheck(self, *, n: Any, event_id: Any) -> dict[str, Any]:
        """Queue old labels that look doubtful."""
        return {"asked": self._session.recheck(n, event_id=required("event_id", event_id))}

    # ---- contradictions -------------------------------------------------------------------

    def look_twice(self, *, wanted: Any) -> dict[str, Any]:
        """Open the next contradiction, or put the open one off."""
        shown = self._desk.look_twice(wanted=wanted is True)
        self._session.touch()
        return {"open": shown}

    def resolve(
        self, *, contradiction: Any, how: Any, seen: Any, event_id: Any, ms: Any
    ) -> dict[str, Any]:
        """Settle a contradiction, and go on to the next."""
        sent = self._session.sent(required("event_id", event_id), Resolved)
        if sent is not None:
            return {"seq": sent.seq}
        seq = self._session.resolve(
            contradiction,
            how,
            seen=required("seen", seen),
            event_id=event_id,
            duration=seconds(ms),
        )
        self._desk.resolved()
        self._session.touch()
        return {"seq": seq}

    # ---- people ---------------------------------------------------------------------------

    def switch_person(self, *, name: Any, event_id: Any) -> dict[str, Any]:
        """Let somebody else answer."""
        person = self._session.switch(name, event_id=required("event_id", event_id))
        self._desk.prepare()
        return {"person": person}

    def share(self, *, n: Any, event_id: Any, differing: Any = False) -> dict[str, Any]:
        """Queue items another person judged, to be judged blind; a third look where they differ."""
        asked = self._session.share(
            n, differing=differing is True, event_id=required("event_id", event_id)
        )
        self._session.touch()
        return {"asked": asked}

    def want(self, *, intent: Any, label: Any, event_id: Any) -> None:
        """Set what the person wants now."""
        if intent is not None and not isinstance(intent, str):
            msg = f"intent={intent!r:.60}: expected a str or null"
            raise BadInputError(msg)
        meant = None if label is None else class_at(self._session, label)
        self._session.want(intent, meant, event_id=required("event_id", event_id))
        self._desk.prepare()

    # ---- the rest -------------------------------------------------------------------------

    def full_text(self, *, item_id: Any) -> dict[str, Any]:
        """Return the whole of a text the page has only the beginning of."""
        pool = self._session.pool
        return {"text": pool.words(pool.number(item_id))}

    def shown(self, *, item_id: Any) -> None:
        """Log that an item reached the page."""
        self._session.shown(self._known(item_id))

    def refit(self) -> None:
        """Ask for a refit."""
        self._session.refit()
        self._desk.prepare()
