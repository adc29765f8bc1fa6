"""Dialog: what a session stands on: a lock, a journal, a learner, and who is told of changes."""

from __future__ import annotations

import logging
import math
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from rhml_widgets.exceptions import BadInputError, ClosedSessionError, ReadOnlyError, warn
from rhml_widgets.items.identity import tidy
from rhml_widgets.items.ranges import require_range
from rhml_widgets.machine.floor import Floor
from rhml_widgets.machine.refitter import Refitter
from rhml_widgets.opening import open_session
from rhml_widgets.results import taken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from rhml_widgets.items.pool import Pool
    from rhml_widgets.journal.events import Entry, Event, FitFailed, Label
    from rhml_widgets.machine.learner import Learner
    from rhml_widgets.machine.live_model import LiveModel
    from rhml_widgets.machine.verdicts import Verdicts
    from rhml_widgets.state import StateView

__all__ = ["Dialog"]

LONGEST_ID = 200
"""Characters an event's id may have."""

_LOG = logging.getLogger("rhml_widgets")


class Dialog:
    """One journal, its folded state and the model that learns from it, changed under one lock.

    Nothing here knows what is asked or answered: `Session` does.
    """

    def _begin(self, *, advice: str, refit: str | int, **arguments: Any) -> None:
        self._lock = threading.RLock()
        self._held = threading.local()
        self._floor = Floor()
        self._subscribers: dict[int, Callable[[], None]] = {}
        self._closed: str | None = None
        self._warned_of: FitFailed | None = None
        opened = open_session(
            **arguments,
            advice=advice,
            refit=refit,
            lock=self._lock,
            record=self._record,
            may_record=lambda: not self.read_only,
            on_taken=self._taken_over,
        )
        self.pool: Pool = opened.pool
        self._source = taken(arguments["pool"])
        self._person: str = opened.person
        self.advice = advice
        self._journal = opened.journal
        self._state = opened.state
        self._truth = opened.truth
        self._keys = opened.keys
        self._learner = opened.learner
        self._refit = refit
        self._unseen_labels = 0
        self._verdicts: dict[int, tuple[Verdicts, NDArray[np.bool_]]] = {}
        if opened.first:
            self._record(opened.first)
        self._learner.catch_up()
        self._prepared()
        self._refitter = Refitter(
            self._turn,
            self._fit_failed,
            self._rested,
            background=refit not in ("sync", "manual"),
        )
        codes_first = self._state.phase == "qualitative" and not self._state.versions
        if (refit != "manual" and not codes_first) or self._state.versions:
            self._refitter.request()
            # Most first models are there in well under a second, and then the first item is
            # chosen by one; a slow model is not waited for.
            self._refitter.wait(1.0)
        if self.in_step:
            self._warn_of_failure()

    def _prepared(self) -> None:
        """Do what comes before the first fit."""

    # ---- reading --------------------------------------------------------------------------

    @property
    def state(self) -> StateView:
        """All that is known, folded from the journal; read-only."""
        return self._state.view()

    def still(self) -> StateView:
        """Return the state as it is now, for readers that take their time."""
        with self._lock:
            return self._state.still().view()

    @contextmanager
    def steady(self) -> Iterator[None]:
        """Keep the state as it is while something short is read; whoever answers waits."""
        with self._lock:
            yield

    @property
    def classes_(self) -> list[Label]:
        """The classes, in the order they were named; retired ones keep their place in it."""
        return list(self._state.classes)

    @property
    def choices(self) -> list[Label]:
        """The classes that can be answered: those of ``classes_`` that were not retired."""
        return [label for label in self._state.classes if self._state.is_live(label)]

    @property
    def model(self) -> LiveModel:
        """The live model; set it to another estimator to swap it."""
        return self._learner.model

    @model.setter
    def model(self, model: Any) -> None:
        self._require_open()
        self._learner.swap(model)
        self._relearn(always=True)

    @property
    def learner(self) -> Learner:
        """The model's side, for views."""
        return self._learner

    @property
    def name(self) -> str:
        """The journal's file name."""
        return self._journal.name

    @property
    def read_only(self) -> bool:
        """Whether nothing can be answered, because the journal cannot be written here."""
        return self._closed is not None or self._journal.read_only

    @property
    def why_read_only(self) -> str | None:
        """Why, in words; None where it is not."""
        return self._closed or self._journal.why_read_only

    @property
    def fitting(self) -> bool:
        """Whether a refit runs or waits."""
        return self._refitter.busy or getattr(self._held, "learn", False)

    @property
    def in_step(self) -> bool:
        """Whether a call returns only when all that follows from it is done."""
        return self._refit == "sync"

    @property
    def keys(self) -> dict[Label, str]:
        """Keys chosen by class or action; see `rhml_widgets.human.keys`."""
        return {self._state.means(name): key for name, key in self._keys.items()}

    @property
    def truth(self) -> dict[str, Label]:
        """Known labels by item id, as given in this process."""
        return {item_id: self._state.means(label) for item_id, label in self._truth.items()}

    # ---- learning -------------------------------------------------------------------------

    def refit(self) -> None:
        """Ask for a refit and return at once."""
        self._require_open()
        self._refitter.request()

    def touch(self) -> None:
        """Tell subscribers that something worth drawing again happened."""
        self._notify()

    def fit(self) -> Self:
        """Refit on everything known now, and wait for it.

        Warns
        -----
        UserWarning
            If a fitted model somebody brought goes on answering all the same, saying why and how
            to learn at once.
        """
        self._require_open()
        self.refit()
        self.wait()
        if self._learner.why_kept:
            warn(self._learner.brought)
        return self

    def wait(self, timeout: float | None = None) -> bool:
        """Return once no refit runs or waits; False if ``timeout`` seconds passed before.

        Warns
        -----
        UserWarning
            If the latest fit failed, saying of what and what answers meanwhile.
        """
        require_range("timeout", timeout, math.inf)
        self._begin_refit()
        with self._floor.left():
            rested = self._refitter.wait(timeout)
        self._warn_of_failure()
        return rested

    def _warn_of_failure(self) -> None:
        """Say once, to who has no widget open, that a fit failed."""
        failure = self._learner.failure
        if failure is not None and failure is not self._warned_of:
            self._warned_of = failure
            warn(self._learner.why_failed() or "")

    def _turn(self) -> None:
        with self._floor.working():
            self._learner.turn()

    def _fit_failed(self, error: BaseException) -> None:
        if self._closed is None:
            self._learner.failed(error)

    def _rested(self) -> None:
        self._floor.give_way()
        if self._closed is None:
            self._notify()

    def _relearn(self, *, always: bool = False) -> None:
        self._unseen_labels += 1
        if self._state.phase == "qualitative":
            due = False
        elif always or self._refit in ("background", "sync"):
            due = True
        elif self._refit == "manual":
            due = False
        else:
            due = self._unseen_labels >= int(self._refit)
        if due:
            self._unseen_labels = 0
            # A worker that began now would take turns with this thread for the interpreter, and
            # the person would wait for both.
            if self._refitter.background and bool(getattr(self._held, "depth", 0)):
                self._held.learn = True
            else:
                with self._floor.left():  # another thread's turn may have to be waited for
                    self._refitter.request()
                if self.in_step:
                    self._warn_of_failure()

    def _begin_refit(self) -> None:
        """Ask for the refit that was put off while this thread was answering."""
        if getattr(self._held, "learn", False):
            self._held.learn = False
            self._refitter.request()

    # ---- the life of a session ------------------------------------------------------------

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call ``callback()`` after every change, from whatever thread made it.

        Returns
        -------
        callable
            Ends the subscription.
        """
        if not callable(callback):
            msg = f"subscribe({callback!r}): expected a function that is called without arguments"
            raise BadInputError(msg)
        key = id(callback)
        self._subscribers[key] = callback
        return lambda: self._subscribers.pop(key, None) and None

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Tell subscribers once, at the end, of all that changes inside, in this thread."""
        if getattr(self._held, "depth", 0):
            yield
            return
        self._held.depth, self._held.dirty = 1, False
        try:
            with self._floor.taken():
                try:
                    yield
                finally:
                    self._held.depth = 0
                    if self._held.dirty:
                        self._notify()
        finally:
            self._begin_refit()

    def _notify(self) -> None:
        if getattr(self._held, "depth", 0):
            self._held.dirty = True
            return
        for callback in list(self._subscribers.values()):
            try:
                callback()
            except Exception:  # noqa: BLE001 - a view may fail; the answer it is told of is kept
                _LOG.exception("a subscriber of the session failed")

    @contextmanager
    def _changing(self, *, writes: bool = True) -> Iterator[None]:
        self._require_open()
        if writes and self._journal.read_only:
            msg = f"{self.name} is read-only here: {self._journal.why_read_only}"
            raise ReadOnlyError(msg)
        with self.holding(), self._lock:
            before = self._state.seq
            try:
                yield
            finally:
                if self._state.seq != before:
                    self._held.dirty = True

    def sent(self, event_id: str | None, kind: type[Event], **about: Any) -> Entry | None:
        """Return what was kept under an id before, where this is a resend, else None.

        Parameters
        ----------
        event_id : str or None
            None: nobody can resend it.
        kind : type of Event
        **about
            Fields that a resend has in common with what was sent first.

        Raises
        ------
        BadInputError
            If the id is none, or stands for another event.
        """
        self._require_open()
        if event_id is None:
            return None
        if not isinstance(event_id, str) or not 0 < len(event_id) <= LONGEST_ID:
            msg = f"event_id={event_id!r:.60}: expected a str of 1 to {LONGEST_ID} characters"
            raise BadInputError(msg)
        entry = self._journal.find(tidy(event_id))
        same = entry is None or (
            isinstance(entry.event, kind)
            and all(getattr(entry.event, name) == value for name, value in about.items())
        )
        if not same:
            msg = f"event_id={event_id!r:.60} was sent before, for something else: make a new one"
            raise BadInputError(msg)
        return entry

    def _record(
        self, events: Sequence[Event], event_ids: Sequence[str | None] | None = None
    ) -> list[Entry]:
        if not events:
            return []
        entries = self._journal.append(events, person=self._person, event_ids=event_ids)
        for entry in entries:
            if entry.seq > self._state.seq:
                self._learner.follow(entry, self._state.fold(entry))
        return entries

    def _number(self, item_id: Any) -> int:
        """Return the number of one item, given as itself or as its id."""
        if isinstance(item_id, list | tuple | dict | set) or getattr(item_id, "shape", ()) != ():
            msg = (
                f"expected one item, got a {type(item_id).__name__}: go through them, for instance "
                "for item in session.query(5): session.label(item, ...)"
            )
            raise BadInputError(msg)
        return self.pool.number(item_id)

    def _require_open(self) -> None:
        if self._closed is not None:
            msg = f"this session is closed ({self._closed}); create it again to go on"
            raise ClosedSessionError(msg)

    def _taken_over(self) -> None:
        self._end("moved to the newer cell")

    def close(self) -> None:
        """Free the journal; what was answered is safe. Closing twice is fine."""
        self._end("closed")

    def _end(self, why: str) -> None:
        if self._closed is None:
            self._closed = why
            self._refitter.close()
            with self._lock:
                self._journal.close()
            self._notify()

    def __enter__(self) -> Self:
        """Return the session, to be closed at the end of a with block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()
