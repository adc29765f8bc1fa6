"""Reasons on show: why the model says what it says of an answered item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rhml_widgets.exceptions import NotFittedYetError, SealedError
from rhml_widgets.human.advice import CLOSED
from rhml_widgets.journal.events import Taught
from rhml_widgets.views.desk.lessons import Lessons
from rhml_widgets.views.explanation_panel import (
    explanation_props,
    reasons_props,
    standing_stances,
)

if TYPE_CHECKING:
    from rhml_widgets.journal.events import Label
    from rhml_widgets.machine.explanations import Explanation
    from rhml_widgets.session import Session

__all__ = ["Reasons"]

NEAREST = 3

_EMPTY = "Press W after an answer to see my reasons for it. A reason can be corrected: click it."


class Reasons(Lessons):
    """Which item's reasons are open, and what was taught out of them."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._subject: tuple[str, Label | None, Label | None, int | None] | None = None
        self._cached: tuple[Any, Explanation | None] = (None, None)

    def _clear(self) -> None:
        super()._clear()
        self._subject = None
        self._cached = (None, None)

    def open(self, item_id: str, label: Label | None = None, against: Label | None = None) -> None:
        """Open the reasons of an answered item."""
        session = self.session
        session.pool.number(item_id)
        self._seat()
        if session.state.own(item_id) is None or session.state.is_repeat(item_id):
            # Reasons tell the model's view; before an answer they stay closed in the page.
            return
        if (session.state.arm(item_id) or ("full", 1.0))[0] in CLOSED:
            msg = (
                f"my view of item {item_id} stays closed: this session's advice is "
                f"{session.advice!r}, and the item's arm shows less"
            )
            raise SealedError(msg)
        self._subject = (item_id, label, against, None)
        self._put_away_lesson()
        self._explanation()

    def teach(self, term: str, label: Label | None, stance: str, **origin: Any) -> int:
        """Teach a term, keeping the reasons as they were for comparison."""
        session = self.session
        again = session.sent(origin.get("event_id"), Taught) is not None
        # A resend comes after the refit: the reasons from before are those kept the first time.
        explanation = None if again else self._explanation()
        effect = session.teach(term, label, stance=stance, wait=False, **origin)
        if again:
            return effect.lesson
        self._lesson = effect.lesson
        if explanation is not None and self._subject is not None:
            resolved = (self._subject[0], explanation.label, explanation.against)
            self._subject = (*resolved, None)
            self._before = (resolved, explanation)
        return effect.lesson

    def explanation(self) -> dict[str, Any]:
        """Return the props of the explanation panel."""
        session = self.session
        state, pool = session.state, session.pool
        problem = None
        explanation, reasons, near = None, None, []
        try:
            explanation = self._explanation()
        except Exception as error:  # noqa: BLE001 - a user's estimator may raise anything
            problem = {
                "kind": "model",
                "title": "No reasons for this item",
                "text": f"{type(error).__name__}: {error}",
                "hint": "The answer is safe; other items may still be explained.",
            }
        if explanation is not None and self._subject is not None:
            number = pool.number(self._subject[0])
            before = None
            if self._before is not None:
                same = (self._subject[0], explanation.label, explanation.against)
                before = self._before[1] if self._before[0] == same else None
            lesson = None if self._lesson is None else state.lessons.get(self._lesson)
            if lesson is not None and lesson.version is None:
                before = None
            with session.steady():
                stances = standing_stances(state)
            reasons = reasons_props(
                explanation,
                session.classes_,
                session.classes_.index(self._said(number)),
                stances,
                before,
                pool=pool,
            )
            near = self._neighbors(number)
        effect = self.effect()
        with session.steady():
            return explanation_props(
                state,
                pool,
                item_id=None if self._subject is None else self._subject[0],
                reasons=reasons,
                neighbors=near,
                effect=effect,
                may_teach=not session.read_only and pool.kind != "image",
                status=self.status(),
                empty=_empty(session),
                problem=problem,
            )

    def _explanation(self) -> Explanation | None:
        """Return the live version's explanation of the subject; computed once a version."""
        self._seat()
        session, subject = self.session, self._subject
        if subject is None:
            return None
        item_id, label, against, version = subject
        answer = session.state.own(item_id)
        if answer is None or item_id not in session.pool or session.state.is_repeat(item_id):
            self._subject = None
            return None
        # What a version said stays as it was said, whatever was learned since.
        key = (subject, session.learner.version if version is None else None, answer.seq)
        if self._cached[0] != key:
            number = session.pool.number(item_id)
            try:
                predicted = session.learner.predicted(number)
                speaks = predicted if label is None else label
                other = against
                if other is None and label is None and answer.label != predicted:
                    other = answer.label
                if other is None:
                    other = session.learner.runner_up(number, speaks)
                found = session.explain(item_id, speaks, other, version=version)
            except NotFittedYetError:
                found = None
            self._cached = (key, found)
        return self._cached[1]

    def _neighbors(self, number: int) -> list[tuple[int, float]]:
        """Return the nearest items the person has answered: another's answer is theirs to tell."""
        session = self.session
        state, ids = session.state, session.pool.ids
        found = session.learner.neighbors(number, NEAREST * (1 if len(state.people) == 1 else 10))
        told = [one for one in found if not state.is_repeat(ids[one[0]])]
        return [one for one in told if state.own(ids[one[0]]) is not None][:NEAREST]

    def _said(self, number: int) -> Label:
        """Return what the version whose reasons are open says of its item."""
        session = self.session
        if self._subject is not None and self._subject[3] is not None:
            answer = session.state.own(self._subject[0])
            if answer is not None and answer.predicted is not None:
                label: Label = answer.predicted.label
                return label
        said: Label = session.learner.predicted(number)
        return said


def _empty(session: Session) -> str:
    """Return what stands where there are no reasons."""
    if session.read_only:
        return "No reasons were open."
    if session.learner.live is not None:
        return _EMPTY
    if session.phase == "qualitative":
        why = "in the qualitative phase you code and write, and I learn nothing"
    elif session.state.n_labeled == 0:
        why = "answer items of two classes first"
    elif len(session.state.counts) <= 1:
        why = "so far all answers are of one class"
    elif session.learner.failure is not None:
        why = "the first fit failed"
    else:
        why = "the first fit is still running"
    return f"I have no reasons yet: {why}."
