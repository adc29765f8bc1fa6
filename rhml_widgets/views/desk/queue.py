"""The queue: what is asked next, and the advice that stands on the answer before."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from rhml_widgets.exceptions import NotSavedError
from rhml_widgets.measures.agreement import kept
from rhml_widgets.views.desk.reasons import Reasons
from rhml_widgets.views.item import boxes_of, places_of, shown_at
from rhml_widgets.views.label_queue import label_queue_props, problem_of, stop_props
from rhml_widgets.views.sweep import twins_props

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rhml_widgets.items.pool import Pool
    from rhml_widgets.machine.explanations import Explanation
    from rhml_widgets.session import Session

__all__ = ["AHEAD", "Queue"]

_LOG = logging.getLogger("rhml_widgets")

AHEAD = 2
"""Items on the page: the current one and one drawn ahead, shown at once after a teach item."""

MAX_MARKS = 6
"""Reasons marked in an item on which advice stands."""


class Queue(Reasons):
    """What is asked; while advice stands, its reasons are the open ones."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._unsaved: str | None = None
        self._evidence: dict[str, tuple[list[list[int]], list[list[float]]]] = {}

    def _clear(self) -> None:
        super()._clear()
        self._evidence.clear()

    def prepare(self) -> None:
        """Draw ahead, so that the next item is there when this one is answered."""
        session = self.session
        if not session.read_only:
            try:
                drawn = session.query(AHEAD)
                self._look_first([item.item_id for item in drawn])
            except NotSavedError as error:
                # What was asked for before is saved; only the next draw is not.
                self._unsaved = str(error)
            else:
                self._unsaved = None

    def _look_first(self, item_ids: Sequence[str]) -> None:
        """Find where to look in the items whose arm shows that before the answer."""
        session = self.session
        self._seat()
        self._evidence = {one: self._evidence[one] for one in item_ids if one in self._evidence}
        for item_id in item_ids:
            arm, _ = session.state.arm(item_id) or ("", 0.0)
            if (
                arm == "evidence_first"
                and item_id not in self._evidence
                and session.state.own(item_id) is None
            ):
                found = session.advise(item_id).evidence
                number = session.pool.number(item_id)
                self._evidence[item_id] = shown_at(session.pool, number, found)

    def queue(self) -> dict[str, Any]:
        """Return the props of the labeling queue."""
        session = self.session
        state, pool = session.state, session.pool
        why = session.why_read_only if session.read_only else None
        # Reasons may take long to find, so they are looked for while others may answer.
        stop = self._stop()
        with session.steady():
            twins = twins_props(session)
            items = [] if why is not None else session.items_waiting(AHEAD)
            return label_queue_props(
                state,
                pool,
                items=items,
                n_askable=session.n_askable,
                n_labeled=session.n_labeled,
                model=self._model(),
                person=session.person,
                stop=stop,
                unusable=why,
                problem=problem_of(
                    session.learner.failure,
                    self._unsaved if len(items) < AHEAD else None,
                    session.learner.strategy_failure,
                    serving=session.learner.live is not None,
                    waiting=bool(items),
                ),
                keys=session.keys,
                may_add=not any(isinstance(label, bool) for label in state.classes),
                twins=twins,
                looks=self._evidence,
            )

    @property
    def stopped_at(self) -> str | None:
        """The item on which advice stands, as far as it can be shown here."""
        session = self.session
        item_id: str | None = session.state.standing
        if item_id is None or item_id not in session.pool:
            return None
        answer = session.state.own(item_id)
        if answer is None or answer.predicted is None:
            return None
        # Since two classes became one, there may be nothing left to disagree on.
        agreed = session.state.agrees(answer.predicted.label, answer.label)
        arm, _ = session.state.arm(item_id) or ("", 0.0)
        return None if agreed and arm not in ("evidence", "full") else item_id

    def _stop(self) -> dict[str, Any] | None:
        session = self.session
        item_id = self.stopped_at
        answer = None if item_id is None else session.state.own(item_id)
        if item_id is None or answer is None or answer.predicted is None:
            return None
        said = answer.predicted
        if (session.state.arm(item_id) or ("", 0.0))[0] == "evidence":
            return self._unsigned(item_id)
        subject = (item_id, said.label, answer.label, said.version)
        if self._subject != subject:
            self._subject = subject
            self._put_away_lesson()
        try:
            explanation = self._explanation()
        except Exception:  # noqa: BLE001 - a user's estimator may raise anything
            _LOG.exception("the reasons for an advice could not be found")
            explanation = None
        spans, boxes = _loudest(session.pool, item_id, explanation)
        with session.steady():
            return stop_props(
                session.state, session.pool, spans, kept(session.state).words(), boxes
            )

    def _unsigned(self, item_id: str) -> dict[str, Any] | None:
        """Return a stop that shows where to look and nothing of what the model says."""
        session = self.session
        number = session.pool.number(item_id)
        if item_id not in self._evidence:
            found = session.advise(item_id).evidence
            self._evidence[item_id] = shown_at(session.pool, number, found)
        spans, boxes = self._evidence[item_id]
        with session.steady():
            return stop_props(session.state, session.pool, spans, "", boxes)

    def _model(self) -> dict[str, Any]:
        session = self.session
        learner = session.learner
        return {
            "name": learner.words(),
            "version": learner.version,
            "fitting": session.fitting,
            "behind": learner.behind,
            "failed": learner.failure is not None,
            "brought": learner.brought,
            "added": learner.added,
        }


def _loudest(
    pool: Pool, item_id: str, explanation: Explanation | None
) -> tuple[list[list[int]], list[list[float]]]:
    """Return where the strongest reasons stand: in the text or the columns, or in the image."""
    if explanation is None:
        return [], []
    strength = [float(value) for value in explanation.contributions]
    places = [place for place in range(len(strength)) if strength[place] > 0][:MAX_MARKS]
    if pool.kind == "row":
        names = [explanation.features[place] for place in places]
        return places_of(pool, pool.number(item_id), names), []
    if pool.kind == "image":
        return [], [box for place in places for box in boxes_of(pool, explanation, place)]
    marked = sorted(
        (span for span in explanation.spans if strength[span[2]] > 0),
        key=lambda span: -strength[span[2]],
    )
    return [[int(start), int(end)] for start, end, _ in marked[:MAX_MARKS]], []
