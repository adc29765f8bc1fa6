"""Session: a person, a model, a pool and a journal; the one object that changes anything."""

from __future__ import annotations

import inspect
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from rhml_widgets import frames
from rhml_widgets.exceptions import (
    AlreadyJudgedError,
    BadInputError,
)
from rhml_widgets.human.advice import require_policy
from rhml_widgets.items.identity import tidy
from rhml_widgets.items.labels import clean_label, one_type, warn_of_lookalike
from rhml_widgets.items.pool import Item
from rhml_widgets.items.ranges import require_range
from rhml_widgets.items.rows import Rows
from rhml_widgets.journal.events import (
    ClassAdded,
    Judged,
    Queried,
    Retracted,
    Shown,
    Skipped,
)
from rhml_widgets.machine.queue import reason_words
from rhml_widgets.measures.curves import curves, repr_line
from rhml_widgets.opening import PURPOSES
from rhml_widgets.teaching import Teaching

if TYPE_CHECKING:
    import os
    from collections.abc import Hashable, Mapping, Sequence

    import pandas as pd

    from rhml_widgets.items.pool import Pool
    from rhml_widgets.journal.events import Entry, Event, Label

__all__ = ["Session"]


class Session(Teaching):
    """A person and a live model that teach each other, and the journal of it.

    Re-running the cell, restarting the kernel and reopening tomorrow all go on at the same item:
    what the session was begun with is kept in the journal and need not be given again.

    Parameters
    ----------
    model : scikit-learn classifier or Pipeline, optional
        Fitted or not. A fitted one answers from the start, as version 0. None: a sensible one.
    pool : list of str, Series, DataFrame, ndarray or scipy sparse matrix
        What to judge: texts, rows of a table, images. The same content is asked once.
    content : list of column names, optional
        Columns of a DataFrame that make up the item; None: all that are not named otherwise.
    show : sequence of column names
        Columns that the person sees and the model does not.
    kind : {"text", "row", "image"}, optional
        None: "text" where all columns are text and the model takes none by name, else "row"; an
        array by its shape. Images are arrays of shape (n, height, width) or (n, height, width,
        channels), or a column of paths.
    root : path, optional
        The folder that image files are read from, and only from there; None: the journal's, or the
        current one where there is none.
    classes : list, or dict of label to definition, optional
        A definition is a str, or ``{"definition": str, "seeds": [terms]}``. None: learned as
        they appear. Names, definitions and seeds are the model's first lesson.
    id_column : column name, optional
        Unique ids of your own.
    truth : Series by pool index, array by row, or dict by item id, optional
        Known labels, for measuring only: never trained on. Missing values mean unknown.
    holdout : int, optional
        Items of known truth kept aside for measuring; None: half of them, at most 200.
    journal : path, optional
        Where every answer is kept before it is acknowledged; None: in memory, lost at the end.
    person : str, optional
        A pseudonym; None: a random one, kept in the journal.
    strategy : str, callable or strategy object
        How the model chooses what to ask; see `rhml_widgets.strategies`.
    purposes : dict of str to float
        Shares of ``teach``, ``check`` and ``challenge``.
    advice : {"speak_up", "none"}
        What the model shows of itself after an answer.
    refit : {"background", "sync", "manual"} or int
        When it learns: after each answer behind your back, before the call returns, when told
        to, or every n answers.
    transform : {"pool", "labels"}
        "pool": leading Pipeline steps that need no labels are fitted once on the pool, less the
        holdout. "labels": everything is refitted on the labeled items, as a plain Pipeline does.
    random_state : int

    Attributes
    ----------
    person : str
    pool : Pool
    model : LiveModel
        May be set to another estimator; labels and lessons stay.
    classes_ : list of label
    state : StateView
        All that is known, read-only.

    Raises
    ------
    BadInputError
        For a pool, model or argument that cannot be used.
    JournalMismatchError
        If the journal was begun with other items, classes or arguments.

    Examples
    --------
    >>> session = Session(pool=["free prize now", "see you at home"], journal=None,
    ...                   classes=["spam", "ham"], refit="sync")
    >>> item = session.query()[0]
    >>> _ = session.label(item.item_id, "spam")
    >>> session.judgments()[["label", "stage"]].values.tolist()
    [['spam', 'first']]
    >>> session.close()
    """

    def __init__(
        self,
        model: Any = None,
        pool: Any = None,
        *,
        content: Sequence[Hashable] | None = None,
        show: Sequence[Hashable] = (),
        kind: str | None = None,
        root: str | os.PathLike[str] | None = None,
        classes: Any = None,
        id_column: Hashable | None = None,
        truth: Any = None,
        holdout: int | None = None,
        journal: str | os.PathLike[str] | None = "session.rhml",
        person: str | None = None,
        strategy: Any = "diverse",
        purposes: Mapping[str, float] = PURPOSES,
        advice: str = "speak_up",
        refit: str | int = "background",
        transform: str = "pool",
        random_state: int = 0,
    ) -> None:
        require_policy(advice)
        self._begin(
            model=model,
            pool=pool,
            content=content,
            show=show,
            kind=kind,
            root=root,
            classes=classes,
            id_column=id_column,
            truth=truth,
            holdout=holdout,
            journal=journal,
            person=person,
            strategy=strategy,
            purposes=purposes,
            advice=advice,
            refit=refit,
            transform=transform,
            random_state=random_state,
        )

    @classmethod
    def _replayed(cls, **arguments: Any) -> Session:
        """Open a journal read-only, adding nothing to it: see `rhml_widgets.replay`."""
        usual = {
            name: parameter.default
            for name, parameter in inspect.signature(cls).parameters.items()
            if parameter.default is not parameter.empty
        }
        session = cls.__new__(cls)
        session._begin(**{**usual, "refit": "sync", **arguments}, read_only=True)  # noqa: SLF001
        return session

    def events(self) -> list[Entry]:
        """Return the journal, oldest first."""
        return self._journal.entries()

    def judgments(self) -> pd.DataFrame:
        """Return a row for each judgment not retracted.

        Columns: seq, item_id, position, person, stage, purpose, label, confidence, rationale,
        note, duration (seconds), propensity, version, sealed.
        """
        with self._lock:
            state = self._state.still()
        return frames.judgments(state, self.pool)

    def curves(self) -> pd.DataFrame:
        """Return both learning curves as a tidy frame; what is undefined has no row.

        Columns: seq, n_labels, actor, measure, basis, reference, value, low, high, interval, n.
        """
        with self._lock:
            state = self._state.still()
        return curves(state, truth=self._truth)

    # ---- asking and answering -------------------------------------------------------------

    def query(self, batch_size: int = 1) -> list[Item]:
        """Return the items to judge next; those drawn and unanswered come first.

        Parameters
        ----------
        batch_size : int
            How many, at least 1. Fewer come back where the pool is used up; then skipped items
            return.

        Returns
        -------
        list of Item
            Asking again returns the same items until they are answered.
        """
        if isinstance(batch_size, bool) or not isinstance(batch_size, int) or batch_size < 1:
            msg = f"batch_size={batch_size!r}: expected a whole number of at least 1"
            raise BadInputError(msg)
        with self._changing(writes=False):
            wanted = batch_size - len(self._waiting())
            if wanted > 0 and not self.read_only:
                drawn = self._learner.draw(wanted, self._state.n_draws)
                if not drawn and wanted == batch_size:
                    drawn = self._skipped_again(wanted)
                self._record(self._with_predictions(drawn))
            return [self._item(item_id) for item_id in self._waiting()[:batch_size]]

    def items_waiting(self, n: int) -> list[Item]:
        """Return up to ``n`` items drawn and unanswered, drawing none."""
        with self._lock:
            return [self._item(item_id) for item_id in self._waiting()[:n]]

    @property
    def check_share(self) -> float:
        """Share of the items drawn that are checks."""
        return self._learner.purposes["check"]

    @property
    def n_askable(self) -> int:
        """Items that may be asked at all: the pool less the holdout."""
        return self._learner.n_askable

    def _waiting(self) -> list[str]:
        return [item_id for item_id in self._state.waiting if self._may_ask(item_id)]

    def _may_ask(self, item_id: str) -> bool:
        return item_id in self.pool and not self._learner.is_held(self.pool.number(item_id))

    def _skipped_again(self, wanted: int) -> list[Queried]:
        again = [item_id for item_id in self._state.skipped if self._may_ask(item_id)][:wanted]
        found = []
        for item_id in again:
            query = self._state.queries.get(item_id)
            found.append(
                Queried(
                    item_id=item_id,
                    purpose=query.purpose if query else "teach",
                    propensity=query.propensity if query else 1.0,
                    n_candidates=query.n_candidates if query else len(self._state.skipped),
                    version=self._learner.version,
                    reason="skipped",
                )
            )
        return found

    def _item(self, item_id: str) -> Item:
        number, query = self.pool.number(item_id), self._state.queries.get(item_id)
        return Item(
            item_id,
            int(self.pool.positions[number]),
            self.pool.contents[number],
            query.purpose if query else "teach",
            reason_words(query.reason) if query else "you picked it",
            query.propensity if query else 1.0,
        )

    def label(
        self,
        item_id: str | Item,
        label: Label,
        *,
        confidence: float | None = None,
        rationale: Sequence[str | tuple[int, int]] | None = None,
        note: str | None = None,
        duration: float | None = None,
        event_id: str | None = None,
        seen: int | None = None,
    ) -> int:
        """Answer an item; kept on disk when this returns.

        Parameters
        ----------
        item_id : str or Item
        label : label
            One of ``classes_``; where classes were not declared, a new one is learned.
        confidence : float, optional
            In [0, 1]: how probable it is that this label is right. None: not asked.
        rationale : list of str or (start, end), optional
            Terms, or stretches of the text in code points, that speak for the label; of a row, the
            columns whose values do.
        note : str, optional
        duration : float, optional
            Seconds from seeing the item to answering it.
        event_id : str, optional
            A resend with the same id changes nothing and returns the first seq.
        seen : int, optional
            The journal's seq when the item was shown; the answer is refused if somebody judged
            the item after it.

        Returns
        -------
        int
            The judgment's seq in the journal.

        Raises
        ------
        UnknownItemError, UnknownLabelError, BadInputError, AlreadyJudgedError, ReadOnlyError
        NotSavedError
            If it could not be kept; nothing was changed then.
        """
        number = self.pool.number(item_id)
        answer = clean_label(label)
        marks = _clean_rationale(rationale, self.pool, number)
        require_range("confidence", confidence, 1.0)
        require_range("duration", duration, math.inf)
        said = _clean_words("note", note)
        if seen is not None and (isinstance(seen, bool) or not isinstance(seen, int | np.integer)):
            msg = f"seen={seen!r}: expected a whole number, the journal's seq"
            raise BadInputError(msg)
        with self.holding():
            seq = self._label(
                number,
                answer,
                seen=seen,
                event_id=event_id,
                confidence=None if confidence is None else float(confidence),
                rationale=marks,
                note=said,
                duration=None if duration is None else float(duration),
            )
            self._relearn()
        return seq

    def _label(
        self, number: int, answer: Label, *, seen: int | None, event_id: str | None, **told: Any
    ) -> int:
        own_id = self.pool.ids[number]
        with self._changing():
            sent = self.sent(event_id, Judged, own_id)
            if sent is not None:
                return sent.seq
            self._require_class(answer)
            before = self._state.answer(own_id)
            if seen is not None and before is not None and before.seq > seen:
                msg = f"item {own_id} was answered {before.label!r} after it was shown here"
                raise AlreadyJudgedError(msg)
            exposed = self._state.is_exposed(own_id)
            events: list[Event] = []
            if before is None and (fresh := self._fresh_prediction(number)) is not None:
                events.append(fresh)
            query = self._state.queries.get(own_id)
            events.append(
                Judged(
                    item_id=own_id,
                    label=answer,
                    stage="revised" if exposed else "corrected" if before else "first",
                    purpose=query.purpose if query else None,
                    version=self._learner.version,
                    sealed=not exposed,
                    **told,
                )
            )
            return self._record(events, [None] * (len(events) - 1) + [event_id])[-1].seq

    def _fresh_prediction(self, number: int) -> Event | None:
        """Return the live version's view where the one logged at asking is of an older one."""
        logged = self._state.predictions.get(self.pool.ids[number])
        if logged is not None and logged.version == self._learner.version:
            return None
        return self._learner.predict(number, "answered")

    def add_class(self, label: Label, definition: str | None = None) -> int:
        """Add a class; return its place in ``classes_``.

        Raises
        ------
        BadInputError
            If it is blank, already there, or of another type than the others.
        """
        name = clean_label(label, "class")
        if isinstance(name, str):
            name = name.strip()
        meant = _clean_words("definition", definition)
        with self._changing():
            one_type([*self._state.classes, name])
            if name in self._state.classes:
                msg = f"class {name!r} is already one of the classes: give the new one another name"
                raise BadInputError(msg)
            warn_of_lookalike(name, self._state.classes)
            self._record([ClassAdded(label=name, definition=meant)])
            return len(self._state.classes) - 1

    def skip(
        self, item_id: str | Item, why: str | None = None, *, event_id: str | None = None
    ) -> int:
        """Put an item aside; it returns when everything else is answered. Return the seq.

        Raises
        ------
        AlreadyJudgedError
            If it was answered: an answer is taken back by `undo`.
        """
        own_id = self.pool.ids[self.pool.number(item_id)]
        reason = _clean_words("why", why)
        with self._changing():
            sent = self.sent(event_id, Skipped, own_id)
            if sent is not None:
                return sent.seq
            answer = self._state.answer(own_id)
            if answer is not None:
                msg = (
                    f"item {own_id} was answered {answer.label!r}: undo({answer.seq}) takes it back"
                )
                raise AlreadyJudgedError(msg)
            return self._record([Skipped(item_id=own_id, why=reason)], [event_id])[-1].seq

    def undo(self, seq: int | None = None, *, event_id: str | None = None) -> int | None:
        """Take back an answer, a skip or a lesson; an item comes back first.

        Parameters
        ----------
        seq : int, optional
            What to take back; None: the latest that was not taken back yet.

        Returns
        -------
        int or None
            What was taken back; None where there is nothing left to undo.

        Raises
        ------
        BadInputError
            If ``seq`` is nothing that can be taken back.
        """
        with self.holding():
            with self._changing():
                sent = self.sent(event_id, Retracted)
                if sent is not None:
                    return sent.event.target if isinstance(sent.event, Retracted) else None
                target = self._state.last_action() if seq is None else seq
                if target is None:
                    return None
                target = self._undoable(target)
                if target in self._state.retracted:
                    return None
                self._record([Retracted(target=target)], [event_id])
            self._relearn()
        return target

    def _undoable(self, seq: Any) -> int:
        state = self._state
        known = isinstance(seq, int | np.integer) and (
            int(seq) in state.retracted
            or int(seq) in state.lessons
            or state.action_kind(int(seq)) is not None
        )
        if not known:
            msg = f"undo({seq!r}): expected the seq of an answer, a skip or a lesson"
            raise BadInputError(msg)
        return int(seq)

    def shown(self, item_id: str | Item) -> None:
        """Log that an item reached a page."""
        own_id = self.pool.ids[self.pool.number(item_id)]
        with self._changing(writes=False):
            if not self.read_only:
                self._record([Shown(item_id=own_id)])

    def __repr__(self) -> str:
        """Say what matters: model, version, how far, how good."""
        with self._lock:
            parts = [
                self._learner.words(),
                f"{self._state.n_labeled:,} of {len(self.pool):,} labeled",
                repr_line(self._state),
            ]
        return f"Session({' · '.join(part for part in parts if part)})"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        from rhml_widgets.widgets.workbench import Workbench

        return Workbench(self)._repr_mimebundle_(**kwargs)

    def report(self, path: str | os.PathLike[str], **options: Any) -> Any:
        """Write the session as one offline HTML page; see `rhml_widgets.report.report.write`."""
        from rhml_widgets.report.report import write

        return write(self, path, **options)


def _clean_words(name: str, words: Any) -> str | None:
    if words is None or (isinstance(words, str) and not words.strip()):
        return None
    if not isinstance(words, str):
        msg = f"{name}={words!r}: expected a str"
        raise BadInputError(msg)
    return tidy(words)


def _clean_rationale(rationale: Any, pool: Pool, number: int) -> list[Any] | None:
    if rationale is None or (isinstance(rationale, list | tuple) and not rationale):
        return None
    if isinstance(rationale, str):
        rationale = [rationale]
    if pool.kind == "image":
        msg = f"rationale={rationale!r}: an image has neither words nor columns to mark"
        raise BadInputError(msg)
    if not isinstance(rationale, list | tuple):
        msg = f"rationale={rationale!r}: expected a list of terms or of (start, end) pairs"
        raise BadInputError(msg)
    if isinstance(pool.contents, Rows):
        for mark in rationale:
            pool.contents.require_column(mark)
        return list(rationale)
    return _clean_stretches(rationale, pool.words(number))


def _clean_stretches(rationale: Sequence[Any], content: str) -> list[Any]:
    marks: list[Any] = []
    for mark in rationale:
        if isinstance(mark, str) and mark.strip():
            marks.append(tidy(mark.strip()))
            continue
        try:
            start, end = (int(place) for place in mark)
        except (TypeError, ValueError, OverflowError):
            start = end = -1
        if not 0 <= start < end <= len(content):
            msg = (
                f"rationale {mark!r}: expected a term, or (start, end) in code points within the "
                f"content's {len(content)}"
            )
            raise BadInputError(msg)
        marks.append([start, end])
    return marks
