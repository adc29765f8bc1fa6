"""Understood: the lexicon, the concept map and proposed terms, folded from the journal.

An edit is applied as it comes: its cost grows with the lexicon. Taking one back folds the
edits that are left anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rhml_widgets.knowledge.concept_map import ConceptMap
from rhml_widgets.knowledge.lexicon import Lexicon, Revision
from rhml_widgets.records import Lesson
from rhml_widgets.seats import Seats

if TYPE_CHECKING:
    from rhml_widgets.journal.events import (
        Entry,
        LexiconRevised,
        MapRevised,
        ProposalDecided,
        Taught,
        TermProposed,
    )

__all__ = ["Understood"]


class Understood(Seats):
    """What person and model share beyond labels; see `Folded` for the rest of a state.

    Attributes
    ----------
    lessons : dict of int to Lesson
        All that was ever taught, by seq; see ``Lesson.retracted``. An edit of the lexicon that
        changes what its terms say is one of them, of origin ``lexicon``.
    lexicon : Lexicon
        What stands, lessons included.
    lexicon_edits : dict of int to Revision
        Edits of it, by seq; those not taken back. What was taught is not among them: see
        `revisions`.
    concept_map : ConceptMap
    map_edits : dict of int to Revision
    proposed : dict of str to TermProposed
        The latest proposal of each term.
    rejected : dict of int to ProposalDecided
        By seq; those not taken back. Such a term is never proposed for that class again.
    terms_shown : dict of int to int
        Model version to the seq at which what it makes of terms was first shown.
    """

    def __init__(self) -> None:
        super().__init__()
        self.lessons: dict[int, Lesson] = {}
        self.lexicon = Lexicon()
        self.lexicon_edits: dict[int, Revision] = {}
        self.concept_map = ConceptMap()
        self.map_edits: dict[int, Revision] = {}
        self.proposed: dict[str, TermProposed] = {}
        self.rejected: dict[int, ProposalDecided] = {}
        self.terms_shown: dict[int, int] = {}
        self._told: dict[int, tuple[Revision, ...]] = {}

    @property
    def revisions(self) -> tuple[Revision, ...]:
        """All the lexicon is made of and nobody took back, lessons included, oldest first."""
        told = [one for many in self._told.values() for one in many]
        return tuple(sorted([*told, *self.lexicon_edits.values()], key=lambda one: one.seq))

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
                self.lexicon = self.lexicon.followed(revision)

    def _lexicon_revised(self, entry: Entry, event: LexiconRevised) -> None:
        if event.speaks is not None:
            told = tuple(event.speaks)
            self.lessons[entry.seq] = Lesson(entry.seq, "lexicon", None, told)
        revision = Revision(entry.seq, event.op, event.about, entry.person, event.by, entry.at)
        self.lexicon_edits[entry.seq] = revision
        self.lexicon = self.lexicon.followed(revision)
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

    def _take_back_edit(self, seq: int) -> None:
        """Fold anew what is left without an edit, where the seq was one."""
        self.rejected.pop(seq, None)
        edits = self._told.pop(seq, None), self.lexicon_edits.pop(seq, None)
        if edits != (None, None):
            self.lexicon = Lexicon.folded(self.revisions)
        if self.map_edits.pop(seq, None) is not None:
            self.concept_map = ConceptMap.folded(self.map_edits.values())
