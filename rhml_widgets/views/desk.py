"""Desk: what lies open before the person, shared by all views of a session.

It keeps what is not worth a journal entry (which item's reasons are open, which lesson's effect
is on show) and turns the session into props, each part computed once a change.
"""

from __future__ import annotations

import logging
import threading
import weakref
from typing import TYPE_CHECKING, Any

import numpy as np

from rhml_widgets.exceptions import NotFittedYetError, NotSavedError, RhmlError
from rhml_widgets.journal.events import Taught
from rhml_widgets.measures.agreement import kept
from rhml_widgets.measures.audit import audited
from rhml_widgets.measures.curves import curves, standing
from rhml_widgets.views.closer_look import CloserLook
from rhml_widgets.views.explanation_panel import (
    effect_props,
    explanation_props,
    looks_of,
    reasons_props,
    standing_stances,
)
from rhml_widgets.views.item import boxes_of, places_of
from rhml_widgets.views.label_queue import (
    label_queue_props,
    problem_of,
    status_line,
    stop_props,
)
from rhml_widgets.views.learning_curves import learning_curves_props
from rhml_widgets.views.measured import audit_props, result_props
from rhml_widgets.views.oversight import OpenGate
from rhml_widgets.views.people import people_props
from rhml_widgets.views.sweep import OpenSweep, twins_props
from rhml_widgets.views.twice import twice_props
from rhml_widgets.views.words import lesson_words

if TYPE_CHECKING:
    import pandas as pd

    from rhml_widgets.items.pool import Pool
    from rhml_widgets.journal.events import Label
    from rhml_widgets.machine.explanations import Explanation
    from rhml_widgets.measures.contradictions import Contradiction
    from rhml_widgets.session import Session
    from rhml_widgets.state import Lesson, StateView

__all__ = ["Desk"]

_LOG = logging.getLogger("rhml_widgets")

AHEAD = 2
"""Items on the page: the current one and one drawn ahead, shown at once after a teach item."""

MAX_FLIPS = 200

NEAREST = 3

UNSEEN = 5
"""Of twice as many flips or more so many are not shown at first, to be judged blind."""

MAX_MARKS = 6
"""Reasons marked in an item on which advice stands."""

_DESKS: weakref.WeakKeyDictionary[Session, Desk] = weakref.WeakKeyDictionary()
_GUARD = threading.Lock()

_EMPTY = (
    "Answer an item, then press W to see my reasons for it. A reason can be corrected: click it."
)


class Desk:
    """The open papers of one session; get it by `Desk.of`."""

    def __init__(self, session: Session) -> None:
        self._session = weakref.ref(session)
        self._subject: tuple[str, Label | None, Label | None, int | None] | None = None
        self._lesson: int | None = None
        self._flips: dict[int, list[dict[str, Any]]] = {}
        self._before: tuple[tuple[str, Any, Any], Explanation] | None = None
        self._cached: tuple[Any, Explanation | None] = (None, None)
        self._unsaved: str | None = None
        self._card: Contradiction | None = None
        self._later: set[str] = set()
        self._sits: str = session.person
        self.standing: list[str] = []
        self.measured: dict[str, Any] = {"audit": None, "result": None}
        self._closer = CloserLook(session)
        self._shares: tuple[Any, pd.DataFrame | None] = (None, None)
        self.sweep = OpenSweep(self)
        self.gate = OpenGate(session)

    @staticmethod
    def of(session: Session) -> Desk:
        """Return the session's desk, the same for all its views."""
        with _GUARD:
            if session not in _DESKS:
                _DESKS[session] = Desk(session)
            return _DESKS[session]

    @property
    def session(self) -> Session:
        """The session, as long as somebody holds it."""
        session = self._session()
        if session is None:
            msg = "the session of this view is gone; re-run the cell"
            raise RhmlError(msg)
        return session

    def _seat(self) -> None:
        """Clear the desk where somebody else sits down: what lies open was another's to see."""
        if self._sits != self.session.person:
            self._sits = self.session.person
            self._subject = self._lesson = self._before = None
            self._cached = (None, None)
            self._flips.clear()
            self._card = None
            self._later.clear()

    # ---- what the person opens ------------------------------------------------------------

    def prepare(self) -> None:
        """Draw ahead, so that the next item is there when this one is answered."""
        session = self.session
        if not session.read_only:
            try:
                session.query(AHEAD)
            except NotSavedError as error:
                # What was asked for before is saved; only the next draw is not.
                self._unsaved = str(error)
            else:
                self._unsaved = None

    def open(self, item_id: str, label: Label | None = None, against: Label | None = None) -> None:
        """Open the reasons of an answered item."""
        session = self.session
        session.pool.number(item_id)
        self._seat()
        if session.state.own(item_id) is None or session.state.is_repeat(item_id):
            # Reasons tell the model's view; before an answer they stay closed in the page.
            return
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

    def _put_away_lesson(self) -> None:
        """Close the lesson of another item; its effect stays while blind looks at it are out."""
        self._before = None
        state = self.session.state
        lesson = None if self._lesson is None else state.lessons[self._lesson]
        looks = None if lesson is None else looks_of(state, lesson)
        if looks is None or looks["judged"] == looks["asked"]:
            self._lesson = None

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

    def look_twice(self, *, wanted: bool) -> bool:
        """Open the next contradiction, or put the open one off; return whether one is open."""
        if self._card is not None:
            self._later.add(self._card.id)
            self._card = None
        found = self._at_odds() if wanted else []
        fresh = [one for one in found if one.id not in self._later]
        if found and not fresh:
            self._later.clear()
        if found:
            self._card = self.session.look_at((fresh or found)[0].id)
        return self._card is not None

    def resolved(self) -> None:
        """Go on from a contradiction that was settled to the next that was not put off."""
        self._card = None
        if any(one.id not in self._later for one in self._at_odds()):
            self.look_twice(wanted=True)

    def _at_odds(self) -> list[Contradiction]:
        """Return the contradictions that a page may show: none tells of an unanswered item."""
        session = self.session
        state, pool = session.state, session.pool
        return [
            one
            for one in session.contradictions_found()
            if one.item_id in pool
            and one.other_id in pool
            and (one.about != "suspicious" or state.own(one.item_id) is not None)
        ]

    # ---- props ----------------------------------------------------------------------------

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
            )

    @property
    def stopped_at(self) -> str | None:
        """The item on which advice stands, as far as it can be shown here."""
        session = self.session
        item_id: str | None = session.state.standing
        if item_id is None or item_id not in session.pool:
            return None
        answer = session.state.own(item_id)
        return item_id if answer is not None and answer.predicted is not None else None

    def _stop(self) -> dict[str, Any] | None:
        session = self.session
        item_id = self.stopped_at
        answer = None if item_id is None else session.state.own(item_id)
        if item_id is None or answer is None or answer.predicted is None:
            return None
        said = answer.predicted
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

    def _status(self) -> str:
        session = self.session
        why = session.why_read_only if session.read_only else None
        return status_line(session.state, session.n_askable, why, session.n_labeled)

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
        }

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

    def explanation(self) -> dict[str, Any]:
        """Return the props of the explanation panel."""
        session = self.session
        state, pool, learner = session.state, session.pool, session.learner
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
        why = _EMPTY if learner.live is not None else "I have no reasons yet: " + _why(session)
        with session.steady():
            return explanation_props(
                state,
                pool,
                item_id=None if self._subject is None else self._subject[0],
                reasons=reasons,
                neighbors=near,
                effect=effect,
                may_teach=not session.read_only and pool.kind != "image",
                status=self._status(),
                empty=why,
                problem=problem,
            )

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

    def twice(self) -> dict[str, Any] | None:
        """Return what is said of contradictions, and the one that is open; None: there are none."""
        self._seat()
        session = self.session
        with session.steady():
            found = self._at_odds()
            # One that stands no more is closed; while advice stands, that comes first.
            stands = self._card is not None and self._card.id in {one.id for one in found}
            card = self._card if stands and self.stopped_at is None else None
            may = not session.read_only
            return twice_props(session.state, session.pool, found, card, may_resolve=may)

    def _teacher(self, lesson: Lesson) -> str:
        session = self.session
        doer = session.state.doer(lesson.seq)
        return "You" if doer in (None, session.person) else str(doer)

    def people(self) -> dict[str, Any]:
        """Return the props of the people's menu."""
        session = self.session
        why = session.why_read_only if session.read_only else None
        with session.steady():
            return people_props(
                session.state, session.person, shareable=session.n_shareable, unusable=why
            )

    def workbench(self) -> dict[str, Any]:
        """Return the props of the workbench, all but the curve."""
        session = self.session
        queue = self.queue()
        return {
            "seq": session.state.seq,
            "header": {
                "journal": session.name,
                "person": session.person,
                "model": queue["model"],
                "labeled": session.labeled,
            },
            "queue": queue,
            "explanation": self.explanation(),
            "lessons": self.lessons(),
            **self.told(),
            "people": self.people(),
            "sweep": self.sweep.props(),
            "twice": self.twice(),
            "oversight": self.gate.props(),
        }

    def told(self) -> dict[str, Any]:
        """Return the props of the workbench that are renewed with the curves."""
        return {"standing": self.standing, **self.measured}

    def curves(self) -> dict[str, Any]:
        """Return the props of the learning curves, and renew `standing`, which costs as much."""
        session = self.session
        state, truth = session.still(), session.truth
        frame = curves(state, truth=truth)
        self.standing = standing(state, truth)
        props = learning_curves_props(state, frame, self.standing)
        return {**props, "status": self._status()}

    def measure(self) -> None:
        """Renew `measured`, the props of the audit and result tabs."""
        session = self.session
        state = session.still()
        self._closer.ask()
        live = session.learner.version
        self.measured = {
            "audit": audit_props(
                state,
                n_free=session.n_auditable,
                live=live,
                unusable=session.why_read_only if session.read_only else None,
                before=session.goes_on(),
            ),
            "result": result_props(
                state,
                usable=session.usable(),
                shares=self._class_shares(state),
                stopping=session.stopping(),
                live=live,
                drift=self._closer.drift,
                old=self._closer.old(),
            ),
        }

    def _class_shares(self, state: StateView) -> pd.DataFrame:
        """Return the shares of the classes; they take tens of milliseconds where there are many."""
        reading = audited(state)
        key = reading and (reading.audit.seq, reading.answers, len(state.classes))
        before, shares = self._shares
        if before != key or shares is None:
            shares = self.session.shares()
            self._shares = key, shares
        return shares


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


def _why(session: Session) -> str:
    if session.state.n_labeled == 0:
        return "answer items of two classes first."
    if len(session.state.counts) <= 1:
        return "so far all answers are of one class."
    return "the first fit is still running."
