"""Understood: the lexicon, the concept map and proposed terms, folded from the journal.

An edit is applied as it comes: its cost grows with the lexicon. Taking one back folds the
edits that are left anew.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from rhml_widgets.journal.events import (
    LexiconRevised,
    MapRevised,
    ProposalDecided,
    Taught,
    TermProposed,
)
from rhml_widgets.knowledge.concept_map import ConceptMap
from rhml_widgets.knowledge.lexicon import Lexicon, Revision
from rhml_widgets.records import Lesson
from rhml_widgets.retold import Retold

if TYPE_CHECKING:
    from rhml_widgets.journal.events import Entry, Event

__all__ = ["Understood"]


class Understood(Retold):
    """What person and model share beyond labels; see `Folded` for the rest of a state.

    Attributes
    ----------
    lessons : dict of int to Lesson
        All that was ever taught, by seq; see ``Lesson.retracted``. An edit of the lexicon that
        changes what its terms say is one of them, of origin ``lexicon``.
    lexicon_edits : dict of int to Revision
        Edits of it, by seq; those not taken back. What was taught is not among them: see
        `spoken`.
    concept_map : ConceptMap
    map_edits : dict of int to Revision
    proposed : dict of str to TermProposed
        The latest proposal of each term.
    rejected : dict of int to ProposalDecided
        By seq; those not taken back. Such a term is never proposed for that class again.
    terms_shown : dict of int to int
        Model version to the seq at which what it makes of terms was first shown.
    """

    FOLDS: ClassVar[dict[type[Event], str]] = {
        Taught: "_taught",
        LexiconRevised: "_lexicon_revised",
        MapRevised: "_map_revised",
        TermProposed: "_term_proposed",
        ProposalDecided: "_proposal_decided",
    }

    def __init__(self) -> None:
        super().__init__()
        self.lessons: dict[int, Lesson] = {}
        self._lexicon = Lexicon()
        self._today: tuple[tuple[Revision, ...], Lexicon] = ((), Lexicon())
        self.lexicon_edits: dict[int, Revision] = {}
        self.concept_map = ConceptMap()
        self.map_edits: dict[int, Revision] = {}
        self.proposed: dict[str, TermProposed] = {}
        self.rejected: dict[int, ProposalDecided] = {}
        self.terms_shown: dict[int, int] = {}
        self._told: dict[int, tuple[Revision, ...]] = {}

    @property
    def lexicon(self) -> Lexicon:
        """What stands, lessons included, in today's names of the classes."""
        if not self._meaning:
            return self._lexicon
        spoken = self.spoken
        if self._today[0] != spoken:
            self._today = spoken, Lexicon.folded(spoken)
        return self._today[1]

    @property
    def spoken(self) -> tuple[Revision, ...]:
        """All the lexicon is made of and nobody took back, lessons included, oldest first."""
        told = [one for many in self._told.values() for one in many]
        found = sorted([*told, *self.lexicon_edits.values()], key=lambda one: one.seq)
        return tuple(self._named_today(one) for one in found)

    def _named_today(self, one: Revision) -> Revision:
        label = one.about.get("label")
        if label is None or self.means(label) == label:
            return one
        return replace(one, about={**one.about, "label": self.means(label)})

    def _taught(self, entry: Entry, event: Taught) -> None:
        self.lessons[entry.seq] = Lesson(
            entry.seq, event.origin, event.item_id, tuple(event.stances)
        )
        if event.origin != "codebook":
            self._undoable[entry.seq] = event.kind
            self._told[entry.seq] = tuple(
                Revision(
                    entry.seq,
                    "teach",
                    {**stance, "item_id": event.item_id},
                    entry.person,
                    at=entry.at,
                )
                for stance in event.stances
            )
            for revision in self._told[entry.seq]:
                self._lexicon = self._lexicon.followed(revision)

    def _lexicon_revised(self, entry: Entry, event: LexiconRevised) -> None:
        if event.speaks is not None:
            told = tuple(event.speaks)
            self.lessons[entry.seq] = Lesson(entry.seq, "lexicon", None, told)
        revision = Revision(entry.seq, event.op, event.about, entry.person, event.by, entry.at)
        self.lexicon_edits[entry.seq] = revision
        self._lexicon = self._lexicon.followed(revision)
        self._undoable[entry.seq] = event.kind

    def _map_revised(self, entry: Entry, event: MapRevised) -> None:
        revision = Revision(entry.seq, event.op, event.about, entry.person, event.by, entry.at)
        self.map_edits[entry.seq] = revision
        self.concept_map = self.concept_map.followed(revision)
        self._undoable[entry.seq] = event.kind

    def _term_proposed(self, _entry: Entry, event: TermProposed) -> None:
        self.proposed[event.term] = event

    def _proposal_decided(self, entry: Entry, event: ProposalDecided) -> None:
        if event.choice == "reject":
            self.rejected[entry.seq] = event
            self._undoable[entry.seq] = event.kind

    def _take_back_term(self, seq: int) -> None:
        """Fold anew what is left without an edit, where the seq was one."""
        self.rejected.pop(seq, None)
        edits = self._told.pop(seq, None), self.lexicon_edits.pop(seq, None)
        if edits != (None, None):
            self._lexicon = Lexicon.folded(self.spoken)
        if self.map_edits.pop(seq, None) is not None:
            self.concept_map = ConceptMap.folded(self.map_edits.values())
