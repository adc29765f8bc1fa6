"""Props of the confusion matrix, and which comparison and cell lie open on the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rhml_widgets.human.advice import CLOSED
from rhml_widgets.measures.agreement import AT_LEAST, checks
from rhml_widgets.measures.confusion import (
    ANSWERS,
    CHANGED,
    CHECKS,
    PERSON,
    TRUTH,
    Confusion,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rhml_widgets.journal.events import Label
    from rhml_widgets.session import Session
    from rhml_widgets.views.desk import Desk

__all__ = ["OpenCell"]

MOST_CLASSES = 12
"""Classes in the matrix; of more, the most confused."""

MOST_ITEMS = 50
"""Items of a cell that are listed."""

MORE = 5
"""Items asked at once that are like those of a cell."""

LONGEST_TEXT = 400

_NAMES = {
    CHECKS: "you and I, on checks",
    ANSWERS: "you and I, on all you answered",
    TRUTH: "truth and I, on items kept aside",
    CHANGED: "you then and you now",
}


class OpenCell:
    """The comparison on show and its open cell, the same in all views of a session."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._of = ANSWERS
        self._cell: tuple[Label, Label] | None = None
        self._for = ""

    @property
    def _session(self) -> Session:
        return self._desk.session

    def _seat(self) -> None:
        session = self._session
        if self._for != session.person or self._of not in session.comparisons():
            self._for, self._of, self._cell = session.person, ANSWERS, None

    def compare(self, of: str) -> None:
        """Show another comparison."""
        self._session.compared(of)
        self._seat()
        self._of, self._cell = of, None

    def open(self, row: Label, column: Label) -> int:
        """Open a cell: from then on its items are exposed where it tells the model's view.

        Returns
        -------
        int
            How many items it has.
        """
        self._seat()
        session = self._session
        found = session.compared(self._of)
        kept = [one for one in found.cell(row, column) if not self._may_show(found, one)]
        shown = session.confused(row, column, self._of, but=kept)
        self._cell = (row, column)
        return len(shown)

    def _may_show(self, found: Confusion, item_id: str) -> bool:
        """Whether a page may list an item: no hidden repeat, and none whose arm shows less."""
        state = self._session.state
        if state.is_repeat(item_id):
            return False
        arm, _ = state.arm(item_id) or ("full", 1.0)
        return not found.tells_model or arm not in CLOSED

    def close(self) -> None:
        """Put the open cell away."""
        self._cell = None

    def ask_more(self, event_id: str) -> int:
        """Queue unjudged items like those of the open cell; return how many."""
        self._seat()
        if self._cell is None:
            return 0
        found = self._session.compared(self._of).cell(*self._cell)
        return len(self._session.pick_like(_in_pool(self._session, found), MORE, event_id=event_id))

    def props(self) -> dict[str, Any]:
        """Return the props of the confusion matrix; see ``ConfusionProps`` in ``types.ts``."""
        self._seat()
        session = self._session
        with session.steady():
            found = session.compared(self._of)
            classes = session.classes_
            shown = _shown(found, classes)
            counts = found.counts()
            inside = sum(counts[row, column] for row in shown for column in shown)
            return {
                "seq": session.state.seq,
                "classes": [str(label) for label in classes],
                "of": self._of,
                "choices": [
                    {"of": of, "name": _NAMES.get(of, f"you and {of.removeprefix(PERSON)}")}
                    for of in session.comparisons()
                ],
                "rows": found.rows,
                "columns": found.columns,
                "about": found.about,
                "words": _words(session, found),
                "labels": [classes.index(label) for label in shown],
                "counts": [[counts[row, column] for column in shown] for row in shown],
                "outside": found.n - inside,
                "cell": self._opened(found, classes),
                "may_act": not session.read_only,
                "status": self._desk.status(),
            }

    def _opened(self, found: Confusion, classes: Sequence[Label]) -> dict[str, Any] | None:
        if self._cell is None:
            return None
        session = self._session
        row, column = self._cell
        if row not in classes or column not in classes:
            return None
        whole = _in_pool(session, found.cell(row, column))
        ids = [one for one in whole if self._may_show(found, one)]
        if found.tells_model and not session.read_only:
            # What came into the cell since it was opened was not logged as shown.
            ids = [one for one in ids if session.state.is_exposed(one)]
        return {
            "row": classes.index(row),
            "column": classes.index(column),
            "n": len(ids),
            "items": [
                {
                    "item_id": one,
                    "text": session.pool.words(session.pool.number(one))[:LONGEST_TEXT],
                }
                for one in ids[:MOST_ITEMS]
            ],
            "closed": len(whole) - len(ids),
            "reasons": self._of != TRUTH,
        }


def _in_pool(session: Session, item_ids: Sequence[str]) -> list[str]:
    return [one for one in item_ids if one in session.pool]


def _shown(found: Confusion, classes: Sequence[Label]) -> list[Label]:
    if len(classes) <= MOST_CLASSES:
        return list(classes)
    chosen = set(found.most_confused(MOST_CLASSES))
    return [label for label in classes if label in chosen]


def _words(session: Session, found: Confusion) -> str:
    if not found.n:
        return "not yet: nothing to compare so far"
    if found.of == CHECKS:
        lately = checks(session.state)
        of_late = f"; lately {lately.share()}" if lately.total > lately.n else ""
        if found.n >= AT_LEAST and not of_late:
            return f"the same label on {lately.share()}"
        return f"{found.hits:,} of {found.n:,} the same label{of_late}"
    same = "the same label" if found.of != TRUTH else "right"
    return f"{found.hits:,} of {found.n:,} {same}"
