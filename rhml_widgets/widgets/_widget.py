"""Dispatch between a page and a session: props down, actions up, a reply to each."""

from __future__ import annotations

import itertools
import logging
import threading
import time
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import anywidget
import traitlets

from rhml_widgets.exceptions import BadInputError, NotSavedError, RhmlError
from rhml_widgets.journal.events import Judged
from rhml_widgets.views.desk import Desk
from rhml_widgets.views.encoder import json_safe

if TYPE_CHECKING:
    from collections.abc import Callable

    from rhml_widgets.session import Session

_STATIC = Path(__file__).parent.parent / "views" / "static"
_LOG = logging.getLogger("rhml_widgets")

CURVES_EVERY = 0.5
"""Seconds between two updates of a curve; the last one is always sent."""

CURVES_SOON = 0.1
"""Seconds from a change to its update, so that the reply to an answer is not kept waiting."""

LONGEST = 2000
"""Characters of an error's message: it may repeat what a page sent."""

SHARE = 0.1
"""Of the time that drawing may take where it takes long."""


def static(name: str) -> str:
    """Return the text of a built file."""
    return (_STATIC / name).read_text(encoding="utf-8")


class View(anywidget.AnyWidget):
    """A widget of a session: one JSON trait down, a table of actions up.

    Parameters
    ----------
    session : Session
        Several widgets of one session, in any cells, always agree.
    """

    props = traitlets.Dict().tag(sync=True)
    frozen = traitlets.Bool(default_value=False).tag(sync=True)
    _rhml_view = traitlets.Unicode().tag(sync=True)

    view: ClassVar[str] = ""

    def __init__(self, session: Session) -> None:
        self._desk = Desk.of(session)
        self._session = session
        self._sending = threading.RLock()
        self._tickets = itertools.count(1)
        self._sent = 0
        self._actions = _actions(self)
        super().__init__(_rhml_view=self.view)
        self._desk.prepare()
        self.refresh()
        self.on_msg(self._on_message)
        ref = weakref.ref(self)

        def changed() -> None:
            alive = ref()
            if alive is None or alive.comm is None:
                end()
            else:
                alive.refresh()

        end = session.subscribe(changed)

    def make_props(self) -> dict[str, Any]:
        """Return this view's props."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Send what changed, in one message."""
        ticket = next(self._tickets)
        try:
            made = json_safe(self.make_props())
        except RhmlError:
            _LOG.exception("a view could not be drawn")
            return
        with self._sending:
            # Of two threads, the one that began to look first may be done last.
            if ticket > self._sent:
                self._sent = ticket
                self.props = made

    def __repr__(self) -> str:
        """Say which view of which session, and nothing that changes from run to run."""
        return f"{type(self).__name__}({self._session.name})"

    def _on_message(self, _widget: Any, request: Any, _buffers: Any) -> None:
        self.send(self.answer(request))

    def answer(self, request: Any) -> dict[str, Any]:
        """Return the reply to one request; never raises."""
        known = request if isinstance(request, dict) else {}
        reply: dict[str, Any] = {"id": str(known.get("id", ""))}
        try:
            action = self._actions.get(str(known.get("action")))
            args = known.get("args")
            if action is None or not isinstance(args, dict):
                msg = f"action {known.get('action')!r} is not known to this view"
                raise BadInputError(msg)  # noqa: TRY301 - answered like any other refusal
            with self._session.holding():
                value = action(**{str(name): given for name, given in args.items()})
            return {**reply, "ok": True, "value": json_safe(value)}
        except Exception as error:  # noqa: BLE001 - whatever it is, the page must hear of it
            if not isinstance(error, RhmlError):
                _LOG.exception("an action failed")
            told = {"type": type(error).__name__, "message": json_safe(str(error))[:LONGEST]}
            return {**reply, "ok": False, "error": told}


class CurvesView(View):
    """A view that also shows the curves, which travel in a trait of their own."""

    curves = traitlets.Dict().tag(sync=True)
    vega = anywidget.WidgetTrait().tag(sync=True)

    def __init__(self, session: Session) -> None:
        soon = 0.0 if session.in_step else CURVES_SOON
        self._pace = Pace(self._refresh_curves, CURVES_EVERY, soon)
        super().__init__(session)

    def refresh(self) -> None:
        """Send what changed; the curves at most twice a second."""
        if self.vega is None:
            self.vega = shared_vega()
        self._pace.ask()
        super().refresh()

    def _refresh_curves(self) -> None:
        try:
            self.curves = json_safe(self._desk.curves())
        except RhmlError:
            _LOG.exception("the curves could not be drawn")


class Pace:
    """Runs ``action`` at most once in ``every`` seconds; what was asked last is always done.

    Parameters
    ----------
    action : callable
        Runs in one thread at a time.
    every : float
        Seconds from one end to the next beginning; more where actions take long, so that they
        take `SHARE` of the time.
    soon : float
        Seconds to wait at least, but for the first time; 0 runs in the caller's thread.
    """

    def __init__(self, action: Callable[[], None], every: float, soon: float = 0.0) -> None:
        self._action = action
        self._every = every
        self._soon = soon
        self._guard = threading.Lock()
        self._next: float | None = None
        self._took = 0.0
        self._waiting = False
        self._running = False
        self._again = False

    def ask(self) -> None:
        """Run now, or as soon as it may."""
        with self._guard:
            if self._waiting or self._running:
                self._again = self._running
                return
            if self._next is not None:
                left = max(self._next - time.monotonic(), self._soon)
                if left > 0 and self._later(left):
                    return
            self._running = True
        self._run()

    def _later(self, seconds: float) -> bool:
        timer = threading.Timer(seconds, self._late)
        timer.daemon = True
        try:
            timer.start()
        except RuntimeError:  # a host without threads
            return False
        self._waiting = True
        return True

    def _late(self) -> None:
        with self._guard:
            self._waiting, self._running = False, True
        self._run()

    def _run(self) -> None:
        began = time.monotonic()
        try:
            self._action()
        finally:
            with self._guard:
                ended = time.monotonic()
                # Once slow, as where a library was loaded, is not slow.
                rest = max(self._every, min(ended - began, self._took) / SHARE)
                self._next, self._took = ended + rest, ended - began
                again, self._running, self._again = self._again, False, False
                if again:
                    self._later(rest)


class Vega(anywidget.AnyWidget):
    """The chart library, once a kernel, for every chart of every session."""

    _esm = _STATIC / "vega.js"


_SHARED: list[Vega] = []


def shared_vega() -> Vega:
    """Return the kernel's one chart library, made again if it was closed."""
    if not _SHARED or _SHARED[0].comm is None:
        _SHARED[:] = [Vega()]
    return _SHARED[0]


def _actions(view: View) -> dict[str, Callable[..., Any]]:  # noqa: C901 - a flat table
    """Return what a page may ask for, by name; nothing else is ever called."""
    session, desk = view._session, view._desk  # noqa: SLF001 - its own table

    def class_at(index: Any) -> Any:
        labels = session.classes_
        if isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < len(labels):
            msg = f"class index {index!r}: expected 0 to {len(labels) - 1}"
            raise BadInputError(msg)
        return labels[index]

    def once(event_id: Any) -> str:
        if event_id is None:
            msg = "event_id=None: expected an id, the same in every resend"
            raise BadInputError(msg)
        return event_id  # type: ignore[no-any-return] - the session looks at it closely

    def known(item_id: Any) -> str:
        return session.pool.ids[session.pool.number(item_id)]

    def seconds(ms: Any) -> float | None:
        # A page's clock may be odd; an answer is not refused for it.
        fine = isinstance(ms, int | float) and not isinstance(ms, bool) and 0 <= ms < 86_400_000
        return ms / 1000 if fine else None

    def label(
        item_id: str,
        label: int,
        seen: int,
        event_id: str,
        ms: float,
        rationale: list[Any],
        note: str | None,
    ) -> dict[str, Any]:
        sent = session.sent(once(event_id), Judged, known(item_id))
        if sent is not None:
            return {"seq": sent.seq, "stopped": desk.stopped_at == known(item_id)}
        if desk.stopped_at is not None:
            msg = "advice stands on an answer: keep or revise that one first"
            raise BadInputError(msg)
        if seen is None:
            msg = "seen=None: expected the journal's seq when the item was shown"
            raise BadInputError(msg)
        seq = session.label(
            item_id,
            class_at(label),
            seen=seen,
            event_id=event_id,
            duration=seconds(ms),
            rationale=rationale,
            note=note,
        )
        try:
            stopped = session.advise(item_id).arm == "full"
        except NotSavedError:
            stopped = False  # the answer is saved; what cannot be logged as shown is not shown
        if not stopped:
            desk.prepare()
        return {"seq": seq, "stopped": stopped}

    def change(item_id: str, label: int | None, event_id: str, ms: Any) -> dict[str, Any]:
        sent = session.sent(once(event_id), Judged, known(item_id))
        if sent is not None:
            return {"seq": sent.seq}
        standing = session.state.answer(known(item_id))
        if standing is None:
            msg = f"item {item_id!r} has no answer to keep or to change"
            raise BadInputError(msg)
        answer = standing.label if label is None else class_at(label)
        seq = session.label(item_id, answer, event_id=event_id, duration=seconds(ms))
        desk.prepare()
        return {"seq": seq}

    def keep(item_id: str, event_id: str, ms: float) -> dict[str, Any]:
        return change(item_id, None, event_id, ms)

    def revise(item_id: str, label: int, event_id: str, ms: float) -> dict[str, Any]:
        class_at(label)
        return change(item_id, label, event_id, ms)

    def correct(item_id: str, label: int, event_id: str) -> dict[str, Any]:
        class_at(label)
        return change(item_id, label, event_id, None)

    def skip(item_id: str, why: str | None, event_id: str) -> dict[str, Any]:
        seq = session.skip(item_id, why, event_id=once(event_id))
        desk.prepare()
        return {"seq": seq}

    def undo(event_id: str) -> dict[str, Any]:
        from rhml_widgets.views.words import undo_words

        words = undo_words(session.state, session.pool)
        session.undo(event_id=once(event_id))
        return {"words": words or ""}

    def add_class(name: str, definition: str | None) -> dict[str, Any]:
        index = session.add_class(name, definition)
        desk.prepare()
        return {"index": index}

    def explain(item_id: str, label: int | None, against: int | None) -> None:
        desk.open(
            item_id,
            None if label is None else class_at(label),
            None if against is None else class_at(against),
        )
        session.touch()

    def teach(
        term: str, stance: str, label: int | None, item_id: str | None, event_id: str
    ) -> dict[str, Any]:
        about = None if label is None else class_at(label)
        return {"lesson": desk.teach(term, about, stance, item_id=item_id, event_id=once(event_id))}

    def undo_lesson(lesson: int, event_id: str) -> None:
        if not isinstance(lesson, int) or lesson not in session.state.lessons:
            msg = f"lesson={lesson!r}: expected the seq of a lesson"
            raise BadInputError(msg)
        desk.undo_lesson(lesson, once(event_id))

    def show_flips(lesson: int) -> None:
        desk.show_flips(lesson)
        session.touch()

    def judge_flips(lesson: int, n: int) -> dict[str, Any]:
        return {"asked": session.look(lesson, n)}

    def full_text(item_id: str) -> dict[str, Any]:
        return {"text": session.pool.contents[session.pool.number(item_id)]}

    def shown(item_id: str) -> None:
        session.shown(item_id)

    def refit() -> None:
        session.refit()

    return {
        action.__name__: action
        for action in (
            label,
            keep,
            revise,
            correct,
            skip,
            undo,
            add_class,
            explain,
            teach,
            undo_lesson,
            show_flips,
            judge_flips,
            full_text,
            shown,
            refit,
        )
    }
