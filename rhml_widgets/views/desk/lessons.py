"""Lessons on show: what was taught beyond labels, and the effect of one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rhml_widgets.views.desk.seat import Seat
from rhml_widgets.views.explanation_panel import MAX_FLIPS, effect_props, looks_of
from rhml_widgets.views.words import lesson_words

if TYPE_CHECKING:
    from rhml_widgets.journal.events import Label
    from rhml_widgets.machine.explanations import Explanation
    from rhml_widgets.session import Session
    from rhml_widgets.state import Lesson

__all__ = ["UNSEEN", "Lessons"]

UNSEEN = 5
"""Of twice as many flips or more so many are not shown at first, to be judged blind."""


class Lessons(Seat):
    """Which lesson's effect is on show, and which of its flips were asked for."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._lesson: int | None = None
        self._flips: dict[int, list[dict[str, Any]]] = {}
        self._before: tuple[tuple[str, Any, Any], Explanation] | None = None

    def _clear(self) -> None:
        super()._clear()
        self._lesson = self._before = None
        self._flips.clear()

    def undo_lesson(self, lesson: int, event_id: str | None = None) -> None:
        """Take a lesson back; its card stays and says so."""
        self.session.undo(lesson, event_id=event_id)
        self._lesson = lesson
        self._before = None

    def show_flips(self, lesson: int) -> None:
        """List a lesson's flips; from then on these items are exposed.

        At first a few are left out, and those that wait in the queue: they can still be judged
        blind. Asked for again, all are listed.
        """
        session = self.session
        frame = session.flips(lesson, MAX_FLIPS, but=self._kept_unseen(lesson))
        index = {label: place for place, label in enumerate(session.classes_)}
        self._lesson = lesson
        self._flips[lesson] = [
            {
                "item_id": row["item_id"],
                "text": row["content"],
                "before": index[row["before"]],
                "after": index[row["after"]],
            }
            for row in frame.to_dict("records")
        ]

    def _kept_unseen(self, lesson: int) -> list[str]:
        session = self.session
        state = session.state
        looks = state.lessons[lesson].looks if lesson in state.lessons else {}
        free = session.blind_flips(lesson)
        if looks or lesson in self._flips or len(free) < 2 * UNSEEN:
            return [item_id for item_id in looks if item_id in state.waiting]
        stream = np.random.default_rng([session.learner.seed, lesson])
        chosen = stream.choice(free, size=UNSEEN, replace=False)
        return [session.pool.ids[number] for number in chosen.tolist()]

    def effect(self) -> dict[str, Any] | None:
        """Return the effect on show, or None."""
        self._seat()
        session = self.session
        state = session.state
        lesson = None if self._lesson is None else state.lessons.get(self._lesson)
        if lesson is None:
            return None
        shown = self._flips.get(lesson.seq)
        if shown is not None:
            index = {label: place for place, label in enumerate(session.classes_)}
            shown = [{**row, "judged": self._judged(row["item_id"], index)} for row in shown]
        measured = lesson.flips is not None and not lesson.retracted
        return effect_props(
            state,
            lesson,
            fitting=session.fitting,
            total=len(session.pool),
            shown=shown,
            blind_left=len(session.blind_flips(lesson.seq)) if measured and lesson.flips else 0,
            kept=self._kept(),
        )

    def lessons(self) -> list[dict[str, Any]]:
        """Return what was taught beyond labels, newest first."""
        session = self.session
        with session.steady():
            taught: list[Lesson] = list(session.state.lessons.values())
        held = [one for one in taught if not one.retracted]
        return [
            {
                "lesson": lesson.seq,
                "words": lesson_words(lesson, by=self._teacher(lesson)),
                "flips": lesson.flips,
                "looks": looks_of(session.state, lesson)["words"],
                "may_undo": not session.read_only,
            }
            for lesson in reversed(held)
        ]

    def _put_away_lesson(self) -> None:
        """Close the lesson of another item; its effect stays while blind looks at it are out."""
        self._before = None
        state = self.session.state
        lesson = None if self._lesson is None else state.lessons[self._lesson]
        looks = None if lesson is None else looks_of(state, lesson)
        if looks is None or looks["judged"] == looks["asked"]:
            self._lesson = None

    def _kept(self) -> str:
        """Return why the version before goes on answering, in words; "" where none does."""
        session = self.session
        held = session.held_back
        if held is not None:
            return f"version {held.version} holds it and waits for you"
        return session.learner.brought if session.learner.why_kept else ""

    def _judged(self, item_id: str, index: dict[Label, int]) -> int | None:
        answer = self.session.state.own(item_id)
        hidden = answer is None or self.session.state.is_repeat(item_id)
        return None if answer is None or hidden else index[answer.label]

    def _teacher(self, lesson: Lesson) -> str:
        session = self.session
        doer = session.state.doer(lesson.seq)
        return "You" if doer in (None, session.person) else str(doer)
