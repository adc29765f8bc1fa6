"""Answering: what a person says of an item, and how it is taken back."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from rhml_widgets.exceptions import AlreadyJudgedError, BadInputError
from rhml_widgets.finding import Finding
from rhml_widgets.items.identity import tidy
from rhml_widgets.items.labels import clean_label, one_type, warn_of_lookalike
from rhml_widgets.items.ranges import require_range
from rhml_widgets.items.rows import Rows
from rhml_widgets.journal.events import ClassAdded, Judged, Retracted, Skipped
from rhml_widgets.knowledge.checked import require_choice, require_new_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rhml_widgets.items.pool import Item, Pool
    from rhml_widgets.journal.events import Event, Label

__all__ = ["Answering", "require_seq"]


class Answering(Finding):
    """The part of a session in which a person answers."""

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
        replaces: int | None = None,
        twins: bool = False,
    ) -> int:
        """Answer an item; kept on disk when this returns.

        While an answered item waits as a hidden repeat, this answers the repeat (stage
        ``probe``): the earlier answer goes on counting. ``replaces`` changes that one.

        Parameters
        ----------
        item_id : str or Item
        label : label
            One of ``classes_``; where classes were not declared, a new one is learned.
        confidence : float, optional
            In [0, 1]: how probable it is that this label is right. None: not asked.
        rationale : list of str or (start, end), optional
            Terms that stand in the item, or stretches of its text in code points, that speak for
            the label; of a row, the columns whose values do.
        note : str, optional
        duration : float, optional
            Seconds from seeing the item to answering it.
        event_id : str, optional
            A resend with the same id changes nothing and returns the first seq.
        seen : int, optional
            The journal's seq when the item was shown; the answer is refused if somebody judged
            the item after it.
        replaces : int, optional
            The seq of the answer this one is to replace; it is refused if that one no longer
            stands.
        twins : bool
            Answers the item's near-twins that nobody judged, too (see `twins`): stage
            ``verified``, taken back together with it.

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
        number = self._number(item_id)
        answer = clean_label(label)
        marks = _clean_rationale(rationale, self.pool, number)
        for term in marks or ():
            if isinstance(term, str) and not self._holds(number, term):
                msg = (
                    f"rationale {term!r} does not stand in this item: mark what does; what speaks "
                    "for a class everywhere is taught by session.teach(term, label)"
                )
                raise BadInputError(msg)
        require_range("confidence", confidence, 1.0)
        require_range("duration", duration, math.inf)
        said = _clean_words("note", note)
        require_seq("seen", seen)
        require_seq("replaces", replaces)
        with self.holding():
            before = self._state.seq
            seq = self._label(
                number,
                answer,
                seen=seen,
                replaces=replaces,
                event_id=event_id,
                confidence=None if confidence is None else float(confidence),
                rationale=marks,
                note=said,
                duration=None if duration is None else float(duration),
                twins=twins,
            )
            if seq > before:  # else it is a resend, and nothing new is known
                self._relearn()
        return seq

    def _label(
        self,
        number: int,
        answer: Label,
        *,
        seen: int | None,
        replaces: int | None,
        event_id: str | None,
        twins: bool,
        **told: Any,
    ) -> int:
        own_id = self.pool.ids[number]
        with self._changing():
            sent = self.sent(event_id, Judged, item_id=own_id)
            if sent is not None:
                return sent.seq
            self._require_class(answer)
            before = self._state.own(own_id)
            newest = before if own_id in self._state.shared else self._state.answer(own_id)
            if seen is not None and newest is not None and newest.seq > seen:
                msg = f"item {own_id} was {self._how_answered(newest)} after it was shown here"
                raise AlreadyJudgedError(msg)
            if replaces is not None and (before is None or before.seq != replaces):
                now = "was taken back" if before is None else f"is {before.label!r} now"
                msg = f"this answer was changed meanwhile; it {now}: look at it again"
                raise AlreadyJudgedError(msg)
            exposed = self._state.is_exposed(own_id)
            again = replaces is None and self._state.is_repeat(own_id)
            events: list[Event] = []
            # Once anybody answered it, what the model says may be what it learned from them.
            unanswered = self._state.answer(own_id) is None
            if unanswered and (fresh := self._fresh_prediction(number)) is not None:
                events.append(fresh)
            query = self._state.query(own_id, again=again)
            usual = "revised" if exposed else "corrected" if before else "first"
            with_it = self._twin_numbers(number) if twins else []
            batch = self._batch(event_id) if with_it else None
            place = len(events)
            events.append(
                Judged(
                    item_id=own_id,
                    label=answer,
                    stage="probe" if again else usual,
                    purpose=query.purpose if query else None,
                    version=self._learner.version,
                    sealed=not exposed and own_id not in self._state.hinted,
                    batch=batch,
                    **told,
                )
            )
            for other in with_it:
                events += self._accepted(other, answer, batch)
            sent_as = [event_id if i == place else None for i in range(len(events))]
            return self._record(events, sent_as)[place].seq

    def _accepted(
        self, number: int, label: Label, batch: str | None, duration: float | None = None
    ) -> list[Event]:
        """Return what is logged of an item that is answered together with others."""
        fresh = self._fresh_prediction(number)
        judged = Judged(
            item_id=self.pool.ids[number],
            label=label,
            stage="verified",
            version=self._learner.version,
            sealed=False,
            duration=duration,
            batch=batch,
        )
        return [judged] if fresh is None else [fresh, judged]

    def _batch(self, event_id: str | None) -> str:
        return event_id or f"batch-{self._state.seq + 1}"

    def _holds(self, number: int, term: str) -> bool:
        """Whether a term stands in a text, as written or as the model reads it."""
        if self.pool.kind != "text":
            return True
        content = self.pool.words(number).casefold()
        if all(word in content for word in term.casefold().split()):
            return True
        features = self._learner.features()
        if not features.in_terms or features.X is None:
            return False
        columns = features.columns(term)
        return bool(columns) and bool((features.X[[number]][:, columns] != 0).sum())

    def _fresh_prediction(self, number: int) -> Event | None:
        """Return the live version's view where the one logged at asking is of an older one."""
        logged = self._state.predictions.get(self.pool.ids[number])
        if logged is not None and logged.version == self._learner.version:
            return None
        return self._learner.predict(number, "answered")

    def add_class(
        self, label: Label, definition: str | None = None, *, event_id: str | None = None
    ) -> int:
        """Add a class; return its place in ``classes_``.

        A resend with the same ``event_id`` adds nothing and returns the first place.

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
            if self.sent(event_id, ClassAdded, label=name) is not None:
                return self.classes_.index(name)
            require_new_name(name, self._state.codebook)
            if self._state.place(name) is not None:
                msg = (
                    f"class {name!r} was there before: session.codebook.add({name!r}) brings it "
                    "back"
                )
                raise BadInputError(msg)
            warn_of_lookalike(name, self._state.classes)
            self._record([ClassAdded(label=name, definition=meant)], [event_id])
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
        own_id = self.pool.ids[self._number(item_id)]
        reason = _clean_words("why", why)
        with self._changing():
            sent = self.sent(event_id, Skipped, item_id=own_id)
            if sent is not None:
                return sent.seq
            answer = self._state.answer(own_id)
            asked = self._state.asked_again(own_id) or own_id in self._state.sharing
            if answer is not None and not asked:
                msg = f"item {own_id} was {self._how_answered(answer)}"
                if answer.person == self._person:
                    msg += f": undo({answer.seq}) takes it back"
                raise AlreadyJudgedError(msg)
            return self._record([Skipped(item_id=own_id, why=reason)], [event_id])[-1].seq

    def undo(self, seq: int | None = None, *, event_id: str | None = None) -> int | None:
        """Take back an answer, a skip or a lesson of one's own; an item comes back first.

        What was done together is taken back together: see `Judged.batch`.

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
                together = self._state.together(target)
                taken_back = [Retracted(target=one) for one in together]
                self._record(taken_back, [event_id, *[None] * (len(together) - 1)])
            self._relearn()
        return target

    def _undoable(self, seq: Any) -> int:
        state = self._state
        known = isinstance(seq, int | np.integer) and (
            int(seq) in state.retracted
            or int(seq) in state.lessons
            or state.doer(int(seq)) is not None
            or int(seq) in state.revisions
        )
        if not known:
            msg = (
                f"undo({seq!r}): expected the seq of an answer, a skip or a lesson, or of an edit "
                "of the codebook; session.judgments() lists those of answers, undo() takes back "
                "the latest"
            )
            raise BadInputError(msg)
        doer = state.doer(int(seq))
        if doer not in (None, self._person) and int(seq) not in state.lessons:
            msg = f"undo({seq!r}): {doer!r} did that, and only they can take it back"
            raise BadInputError(msg)
        return int(seq)

    def _require_class(self, label: Label) -> None:
        opened, known = self._state.opened, self._state.place(label) is not None
        if known or (opened is not None and opened.classes is not None):
            require_choice(label, self._state.codebook)
        else:
            one_type([*self._state.classes, label])
            warn_of_lookalike(label, self._state.classes)


def require_seq(name: str, seq: Any) -> None:
    """Refuse what is no place in the journal; None passes."""
    if seq is not None and (isinstance(seq, bool) or not isinstance(seq, int | np.integer)):
        msg = f"{name}={seq!r}: expected a whole number, the journal's seq"
        raise BadInputError(msg)


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
