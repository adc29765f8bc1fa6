"""Knowing: the lexicon and the concept map, edited through the session like all it knows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rhml_widgets.articulating import Articulating
from rhml_widgets.exceptions import BadInputError
from rhml_widgets.folded import TERMS
from rhml_widgets.items.labels import clean_label, require_class
from rhml_widgets.items.ranges import require_count
from rhml_widgets.journal.events import (
    Exposed,
    LexiconRevised,
    MapRevised,
    ProposalDecided,
    TermProposed,
)
from rhml_widgets.knowledge.lexicon import Lexicon, Revision
from rhml_widgets.machine.effect import Effect
from rhml_widgets.machine.hearing import heard_as
from rhml_widgets.machine.own_map import own_map
from rhml_widgets.machine.proposals import propose
from rhml_widgets.shared import Shared

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rhml_widgets.journal.events import Label
    from rhml_widgets.knowledge.concept_map import ConceptMap
    from rhml_widgets.knowledge.knowledge import Knowledge
    from rhml_widgets.machine.hearing import Hearing
    from rhml_widgets.machine.own_map import OwnMap
    from rhml_widgets.machine.proposals import Proposal

__all__ = ["Knowing"]


class Knowing(Articulating):
    """The part of a session in which person and model share what terms and concepts mean."""

    @property
    def knowledge(self) -> Shared:
        """What both share, to be read and edited: lexicon, concept map, file."""
        return Shared(self)

    def _begin_with(self, known: Knowledge) -> None:
        """Take over what is known elsewhere, where the session begins now."""
        if self.read_only or self._state.n_openings > 1:
            return
        try:
            if known.lexicon.terms:
                self.revise_lexicon("load", {"terms": known.lexicon.filed()})
            if known.concept_map.concepts:
                self.revise_map("load", known.concept_map.filed())
        except BaseException:
            self.close()
            raise

    # ---- the lexicon ----------------------------------------------------------------------

    def revise_lexicon(
        self,
        op: str,
        about: dict[str, Any],
        *,
        by: str = "human",
        event_id: str | None = None,
        wait: bool = True,
    ) -> Effect:
        """Edit the lexicon, refit where that changes what its terms say, and tell the effect.

        Parameters
        ----------
        op : {"add", "change", "move", "remove", "load"}
        about : dict
            As `Lexicon.revised` takes it.
        by : {"human", "model"}
            Who thought of it.
        event_id : str, optional
            A resend with the same id changes nothing.
        wait : bool
            False returns before the refit, with ``after=None``.

        Returns
        -------
        Effect
            ``undo(effect.lesson)`` takes the edit back, to the bit.

        Raises
        ------
        BadInputError
            If it cannot be: a cycle, a name that is taken, an entry that is not there.
        UnknownLabelError
            If it names a class the session does not have.
        """
        if op == "teach":
            msg = "op='teach': use session.teach, which keeps where the term was met"
            raise BadInputError(msg)
        with self.holding():
            with self._changing():
                sent = self.sent(event_id, LexiconRevised, op=op)
                held, before = self._state.lexicon, self._learner.version
                about = self._with_classes(op, about)
                if sent is None:
                    stamp = Revision(self._state.seq + 1, op, about, self._person, by)
                    speaks = _newly_said(held, held.revised(stamp))
                    event = LexiconRevised(op=op, about=about, by=by, speaks=speaks)
                    sent = self._record([event], [event_id])[-1]
                assert isinstance(sent.event, LexiconRevised)  # noqa: S101 - `sent` looked
            if sent.event.speaks is not None:
                self._relearn(always=True)
        why, speaks = self._learner.why_kept, sent.event.speaks
        if speaks is None:
            return Effect(sent.seq, 0, before, None, why)
        if not wait:
            return Effect(sent.seq, None, before, None, why)
        self.wait()
        told = self._state.lessons[sent.seq]
        known = told.version is not None or self._learner.failure is not None
        flips = told.flips if known else 0
        heard = self._badly_heard([row["term"] for row in speaks])
        return Effect(sent.seq, flips, before, told.version, why, heard)

    def hearing(self, terms: Iterable[str]) -> dict[str, Hearing]:
        """Return how the model hears terms, by term; empty where its features cannot be made."""
        features = self._features()
        if features is None:
            return {}
        with self._lock:
            phrases = self._learner.known().phrases
        own = features.hearing(phrases)
        return {term: heard_as(own, term) for term in terms}

    def _badly_heard(self, terms: Iterable[str]) -> str:
        odd = [
            f"“{term}” is {one.words}."
            if one.how == "nothing"
            else f"“{term}” is heard {one.words}."
            for term, one in self.hearing(dict.fromkeys(terms)).items()
            if one.how not in ("word", "column")
        ]
        return " ".join(odd)

    def _with_classes(self, op: str, about: dict[str, Any]) -> dict[str, Any]:
        """Return what an edit is about, its classes as the session has them."""
        told = dict(about)
        if told.get("label") is not None:
            told["label"] = self._class_of(told["label"])
        for name in ("terms", "concepts"):
            if op == "load" and name in told:
                told[name] = [self._with_classes("", row) for row in told[name]]
        return told

    def _class_of(self, label: Any) -> Label:
        cleaned = clean_label(label)
        known = {str(one): one for one in self.classes_}
        if cleaned not in known.values() and str(cleaned) in known:
            return known[str(cleaned)]
        require_class(cleaned, self.classes_)
        return cleaned

    # ---- proposals ------------------------------------------------------------------------

    def propose_terms(self, n: int = 5) -> list[Proposal]:
        """Return terms the judged items speak for and that would help the model; logged.

        Nothing is proposed that stands in an item the person is asked now, that the lexicon has,
        or that was rejected for the class before. What is shown is counted on judged items only.

        Parameters
        ----------
        n : int
            At most.

        Notes
        -----
        Fits the model some 50 times on the judged items: see `propose`.
        """
        require_count(n)
        with self._lock:
            known, state = self._learner.known(), self._state
            lexicon, classes = state.lexicon, known.classes
            asked = self._asked_texts()
            rejected = {(one.term.casefold(), one.label) for one in state.rejected.values()}
            seq = state.seq

        def spoken(term: str, index: int) -> bool:
            return (
                lexicon.find(term) is not None
                or (term.casefold(), classes[index]) in rejected
                or any(term.casefold() in text for text in asked)
            )

        features = self._features()
        if features is None:
            return []
        free = np.setdiff1d(np.arange(len(known.label_of)), self._learner.held)
        with self._floor.working():
            found = propose(replace(known, seq=seq), features, spoken=spoken, among=free, n=int(n))
        if found and not self.read_only:
            self._log_proposals(found, classes)
        return found

    def _log_proposals(self, found: list[Proposal], classes: list[Label]) -> None:
        with self._changing(writes=False):
            events = [
                TermProposed(
                    term=one.term,
                    label=classes[one.label_index],
                    gain=one.gain,
                    low=one.low,
                    high=one.high,
                    n=one.n,
                    version=self._learner.version,
                    supporting=[self.pool.ids[number] for number in one.supporting[:5]],
                )
                for one in found
            ]
            held = self._state.proposed
            self._record([one for one in events if held.get(one.term) != one])

    def accept_term(
        self, term: str, *, parent: str | None = None, event_id: str | None = None
    ) -> Effect:
        """Take a term the model proposed into the lexicon.

        Raises
        ------
        BadInputError
            If it was not proposed.
        """
        with self.holding():
            proposed = self._proposed(term)
            about = {"term": proposed.term, "label": proposed.label, "parent": parent}
            effect = self.revise_lexicon("add", about, by="model", event_id=event_id)
            with self._changing():
                self._record(
                    [ProposalDecided(term=proposed.term, label=proposed.label, choice="accept")]
                )
        return effect

    def reject_term(self, term: str, why: str | None = None, *, event_id: str | None = None) -> int:
        """Say that a proposed term does not speak for its class: it is not proposed again.

        Returns
        -------
        int
            The decision's seq; ``undo`` of it lets the term be proposed again.
        """
        with self._changing():
            proposed = self._proposed(term)
            sent = self.sent(event_id, ProposalDecided, choice="reject")
            if sent is not None:
                return sent.seq
            event = ProposalDecided(
                term=proposed.term, label=proposed.label, choice="reject", why=why
            )
            return self._record([event], [event_id])[-1].seq

    def _proposed(self, term: str) -> TermProposed:
        found = self._state.proposed.get(term)
        if found is None:
            held = ", ".join(map(repr, list(self._state.proposed)[-5:])) or "nothing so far"
            msg = f"{term!r} was not proposed; session.knowledge.lexicon.proposals() did: {held}"
            raise BadInputError(msg)
        return found

    def _asked_texts(self) -> list[str]:
        """Return the texts the person is asked now: nothing is told of what stands in them."""
        asked = [*self._state.waiting, *self._state.sharing]
        known = [self.pool.number(one) for one in asked if one in self.pool]
        return [self.pool.words(number).casefold() for number in known]

    # ---- the concept map ------------------------------------------------------------------

    def revise_map(self, op: str, about: dict[str, Any], *, event_id: str | None = None) -> int:
        """Edit the concept map; return the edit's seq, which `undo` takes.

        Raises
        ------
        BadInputError
            If it cannot be: a cycle, a name that is taken, a concept that is not there.
        """
        with self._changing():
            sent = self.sent(event_id, MapRevised, op=op)
            if sent is not None:
                return sent.seq
            about = self._with_classes(op, about)
            held: ConceptMap = self._state.concept_map
            held.revised(Revision(self._state.seq + 1, op, about))
            return self._record([MapRevised(op=op, about=about)], [event_id])[-1].seq

    def own_map(self, n: int = 8) -> OwnMap:
        """Return what the model makes of terms, as a map of its own; logged as shown.

        Terms that stand in an item the person is asked now are left out.

        Parameters
        ----------
        n : int
            Terms a class at most.

        Raises
        ------
        NotFittedYetError
            Before the first version.
        """
        require_count(n)
        with self._lock:
            live, version = self._learner.require_live(), self._learner.version
            asked = self._asked_texts()
            shown = version in self._state.terms_shown
        with self._floor.working():
            features = live.features or self._learner.features()
            found = own_map(live, features, asked=asked, n=int(n))
        if not shown and not self.read_only:
            with self._changing(writes=False):
                self._record([Exposed(item_id=None, what=TERMS, version=version)])
        return found


def _newly_said(before: Lexicon, after: Lexicon) -> list[dict[str, Any]] | None:
    """Return the stances an edit brings; None where the terms say what they said before."""

    def said(lexicon: Lexicon) -> list[dict[str, Any]]:
        kept = ("term", "label", "stance", "strength")
        return [{name: row[name] for name in kept} for row in lexicon.stances()]

    old, new = said(before), said(after)
    if sorted(map(repr, old)) == sorted(map(repr, new)):
        return None
    return [row for row in new if row not in old]
