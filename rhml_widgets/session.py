"""Session: a person, a model, a pool and a journal; the one object that changes anything."""

from __future__ import annotations

import inspect
import math
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from rhml_widgets import frames
from rhml_widgets.exceptions import (
    AlreadyJudgedError,
    BadInputError,
    ClosedSessionError,
    NotFittedYetError,
    ReadOnlyError,
    SealedError,
    UnknownItemError,
    UnknownTermError,
)
from rhml_widgets.human.advice import Advice, disagrees_firmly, require_policy
from rhml_widgets.items.identity import tidy
from rhml_widgets.items.labels import clean_label, one_type, require_class
from rhml_widgets.items.pool import Item
from rhml_widgets.journal.events import (
    ClassAdded,
    Exposed,
    Judged,
    Queried,
    Retracted,
    Shown,
    Skipped,
    Taught,
)
from rhml_widgets.machine.effect import Effect
from rhml_widgets.machine.queue import reason_words
from rhml_widgets.machine.refitter import Refitter
from rhml_widgets.measures.curves import curves, repr_line
from rhml_widgets.opening import PURPOSES, open_session

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence

    import pandas as pd

    from rhml_widgets.items.pool import Pool
    from rhml_widgets.journal.events import Entry, Event, Label
    from rhml_widgets.machine.explanations import Explanation
    from rhml_widgets.machine.live_model import LiveModel
    from rhml_widgets.state import StateView

__all__ = ["Session"]


class Session:
    """A person and a live model that teach each other, and the journal of it.

    Re-running the cell, restarting the kernel and reopening tomorrow all go on at the same item:
    what the session was begun with is kept in the journal and need not be given again.

    Parameters
    ----------
    model : scikit-learn classifier or Pipeline, optional
        Fitted or not. A fitted one answers from the start, as version 0. None: a sensible one.
    pool : list of str, Series or DataFrame
        The texts to judge. Rows with the same content are asked once.
    content : list of column names, optional
        Text columns of a DataFrame that make up the item; None: all.
    show : sequence of column names
        Reserved for columns that only the person sees; empty in this release.
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
        session._begin(**{**usual, "refit": "sync", **arguments}, read_only=True)
        return session

    def _begin(self, *, advice: str, refit: str | int, **arguments: Any) -> None:
        self._lock = threading.RLock()
        self._held = threading.local()
        self._subscribers: dict[int, Callable[[], None]] = {}
        self._closed: str | None = None
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
        self.person: str = opened.person
        self.advice = advice
        self._journal = opened.journal
        self._state = opened.state
        self._truth = opened.truth
        self._learner = opened.learner
        self._refit = refit
        self._unseen_labels = 0
        if opened.first:
            self._record(opened.first)
        self._learner.catch_up()
        self._refitter = Refitter(
            self._turn, self._fit_failed, background=refit not in ("sync", "manual")
        )
        if refit != "manual" or self._state.versions:
            self._refitter.request()
            # Most first models are there in well under a second, and then the first item is
            # chosen by one; a slow model is not waited for.
            self._refitter.wait(1.0)

    # ---- reading --------------------------------------------------------------------------

    @property
    def state(self) -> StateView:
        """All that is known, folded from the journal; read-only."""
        return self._state.view()

    @property
    def classes_(self) -> list[Label]:
        """The classes, in the order they were named."""
        return list(self._state.classes)

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
    def learner(self) -> Any:
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
        return self._refitter.busy

    @property
    def truth(self) -> dict[str, Label]:
        """Known labels by item id, as given in this process."""
        return dict(self._truth)

    def events(self) -> list[Entry]:
        """Return the journal, oldest first."""
        return self._journal.entries()

    def judgments(self) -> pd.DataFrame:
        """Return a row for each judgment not retracted.

        Columns: seq, item_id, position, person, stage, purpose, label, confidence, rationale,
        note, duration (seconds), propensity, version, sealed.
        """
        with self._lock:
            return frames.judgments(self._state, self.pool)

    def curves(self) -> pd.DataFrame:
        """Return both learning curves as a tidy frame; what is undefined has no row.

        Columns: seq, n_labels, actor, measure, basis, reference, value, low, high, interval, n.
        """
        with self._lock:
            return curves(self._state, truth=self._truth)

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
    def n_askable(self) -> int:
        """Items that may be asked at all: the pool less the holdout."""
        return self._learner.n_askable

    def _waiting(self) -> list[str]:
        return [item_id for item_id in self._state.waiting if item_id in self.pool]

    def _skipped_again(self, wanted: int) -> list[Queried]:
        again = [item_id for item_id in self._state.skipped if item_id in self.pool][:wanted]
        return [
            Queried(
                item_id=item_id,
                purpose=query.purpose,
                propensity=query.propensity,
                n_candidates=query.n_candidates,
                version=self._learner.version,
                reason="skipped",
            )
            for item_id in again
            if (query := self._state.queries.get(item_id)) is not None
        ]

    def _with_predictions(self, drawn: Sequence[Queried]) -> list[Event]:
        events: list[Event] = []
        for query in drawn:
            events.append(query)
            predicted = self._learner.predict(self.pool.number(query.item_id), "asked")
            if predicted is not None:
                events.append(predicted)
        return events

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
            Terms, or stretches of the content in code points, that speak for the label.
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
        own_id = self.pool.ids[number]
        answer = clean_label(label)
        marks = _clean_rationale(rationale, self.pool.contents[number])
        _require_range("confidence", confidence, 1.0)
        _require_range("duration", duration, math.inf)
        with self._changing():
            sent = self._journal.find(event_id) if event_id is not None else None
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
                    confidence=None if confidence is None else float(confidence),
                    rationale=marks,
                    note=tidy(note) if note else None,
                    duration=None if duration is None else float(duration),
                    version=self._learner.version,
                    sealed=not exposed,
                )
            )
            seq = self._record(events, [None] * (len(events) - 1) + [event_id])[-1].seq
        self._relearn()
        return seq

    def _fresh_prediction(self, number: int) -> Event | None:
        """Return the live version's view where the one logged at asking is of an older one."""
        logged = self._state.predictions.get(self.pool.ids[number])
        if logged is not None and logged.version == self._learner.version:
            return None
        return self._learner.predict(number, "answered")

    def _require_class(self, label: Label) -> None:
        opened = self._state.opened
        if opened is not None and opened.classes is not None:
            require_class(label, self._state.classes)
        else:
            one_type([*self._state.classes, label])

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
        with self._changing():
            if name in self._state.classes or name == "":
                what = "blank" if name == "" else "already one of the classes"
                msg = f"class {name!r} is {what}: give the new class a name of its own"
                raise BadInputError(msg)
            one_type([*self._state.classes, name])
            self._record([ClassAdded(label=name, definition=tidy(definition or "") or None)])
            return len(self._state.classes) - 1

    def skip(
        self, item_id: str | Item, why: str | None = None, *, event_id: str | None = None
    ) -> int:
        """Put an item aside; it returns when everything else is answered. Return the seq."""
        own_id = self.pool.ids[self.pool.number(item_id)]
        with self._changing():
            event = Skipped(item_id=own_id, why=tidy(why) if why else None)
            return self._record([event], [event_id])[-1].seq

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
        with self._changing():
            sent = self._journal.find(event_id) if event_id is not None else None
            if sent is not None:
                return sent.event.target if isinstance(sent.event, Retracted) else None
            target = self._state.last_action() if seq is None else seq
            if target is None or target in self._state.retracted:
                return None
            may = target in self._state.lessons or self._state.action_kind(target) is not None
            if not may:
                msg = f"undo({seq}): expected the seq of an answer, a skip or a lesson"
                raise BadInputError(msg)
            self._record([Retracted(target=target)], [event_id])
        self._relearn()
        return target

    def shown(self, item_id: str | Item) -> None:
        """Log that an item reached a page."""
        own_id = self.pool.ids[self.pool.number(item_id)]
        with self._changing(writes=False):
            if not self.read_only:
                self._record([Shown(item_id=own_id)])

    # ---- reasons --------------------------------------------------------------------------

    def explain(
        self, item_id: str | Item, label: Label | None = None, against: Label | None = None
    ) -> Explanation:
        """Explain the live model's view of an item; logged as exposure.

        Parameters
        ----------
        item_id : str or Item
        label : label, optional
            What the contributions speak for; None: the predicted class.
        against : label, optional
            Answers "why ``label`` and not ``against``".

        Raises
        ------
        NotFittedYetError
            Before the first version.
        """
        number = self.pool.number(item_id)
        explanation = self._learner.explain(number, label, against)
        self._expose([self.pool.ids[number]], "explanation")
        return explanation

    def advise(self, item_id: str | Item) -> Advice:
        """Return what the model has to say to an answer, by the session's advice policy.

        With ``speak_up`` it is all (``arm="full"``) where the item was a check or a challenge
        and the model firmly disagreed before it saw the answer, else nothing (``arm="none"``).
        What is shown is logged; the next answer to the item is then a revision, keeping included.

        Raises
        ------
        SealedError
            Before the item's first judgment.
        """
        number = self.pool.number(item_id)
        own_id = self.pool.ids[number]
        with self._changing(writes=False):
            answer = self._state.answer(own_id)
            if answer is None:
                msg = f"item {own_id} is sealed: answer it before asking for the model's view"
                raise SealedError(msg)
            query = self._state.queries.get(own_id)
            asked_to_measure = query is not None and query.purpose in ("check", "challenge")
            firm = disagrees_firmly(answer.predicted, answer.label, self.classes_)
            if (
                self.advice == "none"
                or not asked_to_measure
                or not firm
                or not answer.sealed
                or self.read_only
            ):
                return Advice("none")
            predicted = answer.predicted
            assert predicted is not None  # noqa: S101 - a firm disagreement has a prediction
            self._record(
                [
                    Exposed(
                        item_id=own_id,
                        what="advice",
                        version=predicted.version,
                        arm="full",
                        stop=True,
                    )
                ]
            )
            score = predicted.proba[self.classes_.index(predicted.label)]
        return Advice(
            "full",
            predicted.label,
            score,
            self._learner.explain(number, predicted.label, answer.label),
        )

    def teach(
        self,
        term: str,
        label: Label | None = None,
        *,
        stance: str = "supports",
        strength: float = 1.0,
        item_id: str | Item | None = None,
        event_id: str | None = None,
        wait: bool = True,
    ) -> Effect:
        """Tell the model what a term means, and see what that changes.

        Parameters
        ----------
        term : str
            A word or phrase as it stands in the texts.
        label : label, optional
            The class it speaks for; needed for ``supports``.
        stance : {"supports", "irrelevant"}
            "irrelevant" strikes the term: the model no longer listens to it.
        strength : float
            In (0, 10]; 1 is the usual.
        item_id : str or Item, optional
            Where the person came upon it.
        wait : bool
            False returns before the refit, with ``after=None``.

        Returns
        -------
        Effect
            ``undo(effect.lesson)`` takes it back.

        Raises
        ------
        UnknownTermError
            If none of the model's features stands for the term.
        """
        term, label = self._clean_lesson(term, label, stance, strength)
        origin = None if item_id is None else self.pool.ids[self.pool.number(item_id)]
        stances = [{"term": term, "label": label, "stance": stance, "strength": float(strength)}]
        with self._changing():
            before = self._learner.version
            event = Taught(stances=stances, origin="person", item_id=origin)
            lesson = self._record([event], [event_id])[-1].seq
        self._relearn(always=True)
        if not wait:
            return Effect(lesson, 0, before, None)
        self.wait()
        told = self._state.lessons[lesson]
        return Effect(lesson, told.flips or 0, before, told.version)

    def _clean_lesson(
        self, term: str, label: Label | None, stance: str, strength: float
    ) -> tuple[str, Label | None]:
        if not isinstance(term, str) or not term.strip():
            msg = f"term={term!r}: expected a word or a phrase"
            raise BadInputError(msg)
        if stance not in ("supports", "irrelevant"):
            msg = f"stance={stance!r}: expected 'supports' or 'irrelevant'"
            raise BadInputError(msg)
        _require_range("strength", strength, 10.0)
        if stance == "supports":
            if label is None:
                msg = f"term {term!r} supports which class? Give label=..., one of {self.classes_}"
                raise BadInputError(msg)
            label = clean_label(label)
            self._require_class(label)
        elif label is not None:
            label = clean_label(label)
        features = self._learner.features()
        term = tidy(term.strip())
        if features.in_terms and not features.columns(term):
            msg = (
                f"term {term!r} is none of the model's {features.X.shape[1]:,} features: use a "
                "word as it stands in the texts, or a vectorizer whose n-grams hold the phrase"
            )
            raise UnknownTermError(msg)
        return term, label

    def flips(self, lesson: int | None = None, n: int | None = None) -> pd.DataFrame:
        """Return the items whose prediction a lesson changed; logged as exposure.

        Parameters
        ----------
        lesson : int, optional
            The lesson's seq; None: the latest that was measured.
        n : int, optional
            At most so many rows; only these are exposed.

        Returns
        -------
        DataFrame
            item_id, position, content, before, after.
        """
        change = self._learner.change(self._lesson(lesson))
        frame = frames.flips(self.pool, change, self.classes_)
        frame = frame if n is None else frame.head(n)
        self._expose(frame["item_id"].tolist(), "flips")
        return frame

    def look(self, lesson: int | None = None, n: int = 5) -> int:
        """Queue flipped items to be judged blind, without saying what was before or after.

        Returns
        -------
        int
            How many were queued: those already answered or exposed cannot be judged blind.
        """
        seq = self._lesson(lesson)
        change = self._learner.change(seq)
        with self._changing():
            free = self.blind_flips(seq)
            if change is None or not len(free):
                return 0
            stream = np.random.default_rng([self._learner.seed, seq, self._state.n_draws])
            chosen = stream.choice(free, size=min(n, len(free)), replace=False)
            where = {number: i for i, number in enumerate(change.numbers.tolist())}
            classes = self.classes_
            drawn = [
                Queried(
                    item_id=self.pool.ids[number],
                    purpose="teach",
                    propensity=len(chosen) / len(free),
                    n_candidates=len(free),
                    version=self._learner.version,
                    reason="flip",
                    lesson=seq,
                    before=classes[int(change.before[where[number]])],
                    after=classes[int(change.after[where[number]])],
                )
                for number in chosen.tolist()
            ]
            self._record(self._with_predictions(drawn))
            return len(drawn)

    def blind_flips(self, lesson: int) -> np.ndarray:
        """Return the numbers of a lesson's flipped items that may still be judged blind."""
        change = self._learner.change(lesson)
        if change is None or self._state.exposed_all is not None:
            return np.zeros(0, dtype=np.intp)
        ids, taken = self.pool.ids, self._learner.taken
        return np.asarray(
            [n for n in change.numbers.tolist() if not taken[n] and ids[n] not in self._state.exposed],
            dtype=np.intp,
        )

    def _lesson(self, lesson: int | None) -> int:
        taught = self._state.lessons
        if lesson is None:
            measured = [seq for seq, one in taught.items() if one.flips is not None]
            if not measured:
                msg = "no lesson has been measured yet: teach a term first"
                raise BadInputError(msg)
            return measured[-1]
        if lesson not in taught:
            msg = f"lesson={lesson!r}: expected the seq of a lesson, one of {list(taught)[-5:]}"
            raise BadInputError(msg)
        return lesson

    def predict_pool(self) -> pd.DataFrame:
        """Return the live model's view of every row; logged as exposure of all items.

        Returns
        -------
        DataFrame
            item_id, position, label, probability; a row for each row of the pool. Answers given
            from now on are no longer ``first``.
        """
        live = self._learner.live
        if live is None:
            msg = "no model has been fitted yet: label items of two classes first"
            raise NotFittedYetError(msg)
        with self._changing(writes=False):
            if self._state.exposed_all is None and not self.read_only:
                event = Exposed(item_id=None, what="predictions", version=self._learner.version)
                self._record([event])
        return frames.predictions(self.pool, live)

    def _expose(self, item_ids: Sequence[str], what: str) -> None:
        with self._changing(writes=False):
            new = [one for one in item_ids if one not in self._state.exposed]
            if new and not self.read_only:
                version = self._learner.version
                self._record([Exposed(item_id=one, what=what, version=version) for one in new])

    # ---- learning -------------------------------------------------------------------------

    def refit(self) -> None:
        """Ask for a refit and return at once."""
        self._require_open()
        self._refitter.request()

    def touch(self) -> None:
        """Tell subscribers that something worth drawing again happened."""
        self._notify()

    def fit(self) -> Session:
        """Refit on everything known now, and wait for it."""
        self._require_open()
        self.refit()
        self.wait()
        return self

    def wait(self, timeout: float | None = None) -> bool:
        """Return once no refit runs or waits; False if ``timeout`` seconds passed before."""
        return self._refitter.wait(timeout)

    def _turn(self) -> None:
        before = self._learner.version, self._learner.failure
        try:
            self._learner.turn()
        finally:
            if self._closed is None and before != (self._learner.version, self._learner.failure):
                self._notify()

    def _fit_failed(self, error: BaseException) -> None:
        if self._closed is None:
            self._learner.failed(error)
            self._notify()

    def _relearn(self, *, always: bool = False) -> None:
        self._unseen_labels += 1
        if always or self._refit in ("background", "sync"):
            due = True
        elif self._refit == "manual":
            due = False
        else:
            due = self._unseen_labels >= int(self._refit)
        if due:
            self._unseen_labels = 0
            self._refitter.request()

    # ---- the life of a session ------------------------------------------------------------

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call ``callback()`` after every change, from whatever thread made it.

        Returns
        -------
        callable
            Ends the subscription.
        """
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
            yield
        finally:
            self._held.depth = 0
            if self._held.dirty:
                self._notify()

    def _notify(self) -> None:
        if getattr(self._held, "depth", 0):
            self._held.dirty = True
            return
        for callback in list(self._subscribers.values()):
            callback()

    @contextmanager
    def _changing(self, *, writes: bool = True) -> Iterator[None]:
        self._require_open()
        if writes and self._journal.read_only:
            msg = f"{self.name} is read-only here: {self._journal.why_read_only}"
            raise ReadOnlyError(msg)
        with self.holding():
            with self._lock:
                before = self._state.seq
                yield
                changed = self._state.seq != before
            if changed:
                self._held.dirty = True

    def _record(
        self, events: Sequence[Event], event_ids: Sequence[str | None] | None = None
    ) -> list[Entry]:
        if not events:
            return []
        entries = self._journal.append(events, person=self.person, event_ids=event_ids)
        for entry in entries:
            if entry.seq > self._state.seq:
                self._learner.follow(entry, self._state.fold(entry))
        return entries

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

    def __enter__(self) -> Session:
        """Return the session, to be closed at the end of a with block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def __repr__(self) -> str:
        """Say what matters: model, version, how far, how good."""
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


def _require_range(name: str, value: float | None, high: float) -> None:
    if value is None:
        return
    number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if not number or not 0 <= float(value) <= high or math.isinf(float(value)):
        msg = f"{name}={value!r}: expected a number from 0 to {high:g}"
        raise BadInputError(msg)


def _clean_rationale(rationale: Any, content: str) -> list[Any] | None:
    if rationale is None:
        return None
    if isinstance(rationale, str):
        rationale = [rationale]
    marks: list[Any] = []
    for mark in rationale:
        if isinstance(mark, str) and mark.strip():
            marks.append(tidy(mark.strip()))
            continue
        try:
            start, end = (int(place) for place in mark)
        except (TypeError, ValueError):
            start = end = -1
        if not 0 <= start < end <= len(content):
            msg = (
                f"rationale {mark!r}: expected a term, or (start, end) in code points within the "
                f"content's {len(content)}"
            )
            raise BadInputError(msg)
        marks.append([start, end])
    return marks or None
