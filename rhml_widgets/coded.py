"""Coded: the classes of a state, its codebook, and what waits to be answered anew.

Answering stays of constant time; an edit of the codebook, and taking one back, reads all edits
again, and goes through all records where classes come, go or change names.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from rhml_widgets.journal.events import ClassAdded, CodebookRevised, PhaseSet
from rhml_widgets.knowledge.codebook import Code, Codebook
from rhml_widgets.understood import Understood

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rhml_widgets.journal.events import Entry, Event, Label

__all__ = ["NONE_OF_THESE", "Coded", "Revision"]

NONE_OF_THESE = "none of these"
"""The reason of a skip that puts an item on the pile of those that fit no class."""


@dataclass(frozen=True, slots=True)
class Revision:
    """An edit of the codebook, standing or taken back: see `CodebookRevised`."""

    seq: int
    at: str
    person: str
    op: str
    about: dict[str, Any]
    batch: str | None = None


class Coded(Understood):
    """The classes and the codebook, and what answers count as.

    Attributes
    ----------
    classes : dict of Label to str or None
        Class to definition, in the order they were named; see `codebook` for which are live.
    seeds : dict of Label to list of str
    revisions : dict of int to Revision
        All edits of the codebook, by seq; ``retracted`` tells which were taken back.
    cites : dict of int to int
        Model version to the version of the codebook it learned from, where that was edited.
    phases : dict of int to str
        By seq; those not taken back.
    pile : dict of item_id to int
        Items put aside as none of the classes, with the seq of the skip; those answered since
        included.
    relabel : dict of item_id to None
        Items whose answer is of a class that was split, retired or taken back.
    """

    FOLDS: ClassVar[dict[type[Event], str]] = {
        ClassAdded: "_class_added",
        CodebookRevised: "_codebook_revised",
        PhaseSet: "_phase_set",
    }

    # The nouns that stand on this one say what each of these is.
    seq: int
    waiting: dict[str, None]
    retracted: dict[int, int]
    batches: dict[str, tuple[int, ...]]

    def __init__(self) -> None:
        super().__init__()
        self.classes: dict[Label, str | None] = {}
        self.seeds: dict[Label, list[str]] = {}
        self.revisions: dict[int, Revision] = {}
        self.cites: dict[int, int] = {}
        self.phases: dict[int, str] = {}
        self.pile: dict[str, int] = {}
        self.relabel: dict[str, None] = {}
        self._codebook: Codebook | None = None
        self._begun: dict[Label, Code] = {}
        self._first_names: dict[Label, Label] = {}
        self._named_at: dict[Label, int] = {}
        self._parts: dict[Label, set[Label]] = {}
        self._gone: dict[Label, str] = {}

    # ---- asked ----------------------------------------------------------------------------

    @property
    def codebook(self) -> Codebook:
        """The codebook as it stands; its version is the seq of the last edit or its undo."""
        if self._codebook is not None:
            return self._codebook
        seeds = {label: tuple(terms) for label, terms in self.seeds.items()}
        return Codebook(
            tuple(
                Code(label, meant, seeds=seeds.get(label, ()))
                for label, meant in self.classes.items()
            )
        )

    @property
    def phase(self) -> str | None:
        """The phase the work is in; None where nobody said."""
        return next(reversed(self.phases.values()), None)

    @property
    def names_ever(self) -> list[Label]:
        """All names a class has or ever had."""
        return list(self._first_names)

    def place(self, label: Label) -> int | None:
        """Return the place of the class that has or had this name, or None."""
        first = self._first_names.get(label)
        return None if first is None else list(self._begun).index(first)

    def given_definition(self, label: Label) -> str | None:
        """Return the definition a class was given with the session, before any edit."""
        first = self._first_names.get(label)
        return None if first is None else self._begun[first].definition

    def codebook_at(self, seq: int) -> Codebook:
        """Return the codebook as it stood when the journal had come to ``seq``."""
        return self._read(seq)

    def is_live(self, label: Label) -> bool:
        """Whether a class of this name can be an answer now."""
        return label in self.classes and label not in self._gone

    def teaches(self, label: Label) -> bool:
        """Whether answers of a class are learned from: of a split one, until they are replaced."""
        return self._gone.get(label) not in ("retired", "undone")

    def agrees(self, said: Label, answer: Label) -> bool:
        """Whether an answer is what was said of an item, or a part of it since it was split."""
        return said == answer or answer in self._parts.get(said, ())

    # ---- folded ---------------------------------------------------------------------------

    def _name(self, label: Label, definition: str | None = None, seeds: Iterable[str] = ()) -> None:
        if label in self._first_names:
            return
        self._first_names[label] = label
        self._named_at[label] = self.seq
        self._begun[label] = Code(label, definition, seeds=tuple(seeds))
        self.classes[label] = definition
        if seeds:
            self.seeds[label] = list(seeds)
        if self._codebook is not None:
            codes = (*self._codebook.codes, self._begun[label])
            self._codebook = replace(self._codebook, codes=codes, version=self.seq)

    def _class_added(self, entry: Entry, event: ClassAdded) -> None:
        if event.label not in self._first_names:
            self._name(event.label, event.definition)
        elif event.definition is not None:
            first = self._first_names[event.label]
            self._begun[first] = replace(self._begun[first], definition=event.definition)
            if self._codebook is None:
                self.classes[event.label] = event.definition
                return
            about = {"label": event.label, "definition": event.definition}
            self.revisions[entry.seq] = Revision(entry.seq, entry.at, entry.person, "define", about)
            self._recode(entry.seq)

    def _codebook_revised(self, entry: Entry, event: CodebookRevised) -> None:
        self.revisions[entry.seq] = Revision(
            entry.seq, entry.at, entry.person, event.op, event.about, event.batch
        )
        self._undoable[entry.seq] = CodebookRevised.kind
        if event.batch is not None:
            self.batches[event.batch] = (*self.batches.get(event.batch, ()), entry.seq)
        self._take_names(event)
        self._recode(entry.seq)
        if event.op == "relabel":
            self.waiting.update(dict.fromkeys(self.relabel))

    def _take_names(self, event: CodebookRevised) -> None:
        """Give each new name to the class it belongs to, for as long as the journal lasts."""
        about = event.about
        if event.op == "rename" and about.get("label") in self._first_names:
            self._first_names.setdefault(about["name"], self._first_names[about["label"]])
        new, whole = {
            "add": ([about.get("label")], ()),
            "merge": ([about.get("into")], ()),
            "split": (about.get("into") or [], (about.get("label"),)),
        }.get(event.op, ([], ()))
        for name in new:
            if name is not None and name not in self._first_names:
                self._first_names[name] = name
                self._named_at[name] = self.seq
                into = tuple(one for one in whole if one in self._first_names)
                self._begun[name] = Code(name, status="undone", into=into)

    def _phase_set(self, entry: Entry, event: PhaseSet) -> None:
        self.phases[entry.seq] = event.phase
        self._undoable[entry.seq] = PhaseSet.kind

    def _recode(self, version: int) -> None:
        """Read the codebook anew from the edits that stand, and tell all in its names."""
        book = replace(self._read(version), version=version)
        before = (self._meaning, self._gone, list(self.classes))
        self._codebook = book
        self.classes = {code.name: code.definition for code in book.codes}
        self.seeds = {code.name: list(code.seeds) for code in book.codes if code.seeds}
        meant = {name: book.now(first) for name, first in self._first_names.items()}
        self._meaning = {name: label for name, label in meant.items() if name != label}
        self._gone = {code.name: code.status for code in book.codes if code.retired}
        self._parts = {
            code.name: book.parts(code.name) for code in book.codes if code.status == "split"
        }
        if before != (self._meaning, self._gone, list(self.classes)):
            self._tell_anew()
            self._wait_anew()

    def _read(self, until: int) -> Codebook:
        until = max(until, 1)  # the first opening names the classes a session begins with
        begun = [code for name, code in self._begun.items() if self._named_at[name] <= until]
        book, version = Codebook(tuple(begun)), 0
        for seq, one in self.revisions.items():
            back = self.retracted.get(seq, until + 1)
            version = max([version, *(at for at in (seq, back) if at <= until)])
            if seq <= until < back and not self._anothers_name(one):
                book = book.apply(one.op, self._by_first_names(one), at=one.at, by=one.person)
        return replace(book, version=version)

    def _anothers_name(self, one: Revision) -> bool:
        """Whether a class would get a name that belongs to another one, if out of use by now."""
        names = self._first_names
        return one.op == "rename" and names.get(one.about["name"]) != names.get(one.about["label"])

    def _by_first_names(self, one: Revision) -> dict[str, Any]:
        """Return what an edit is about with each class called by the name it had first."""
        about = dict(one.about)
        for name in ("label", "labels", "into", "parent"):
            told = about.get(name)
            if isinstance(told, list):
                about[name] = [self._first_names.get(label, label) for label in told]
            elif told is not None:
                about[name] = self._first_names.get(told, told)
        return about

    def _wait_anew(self) -> None:
        """Bring back what has no answer of a live class, and let go what has one again."""
        before = self.relabel
        self.relabel = {
            item_id: None
            for item_id in self.answers
            if (one := self.answer(item_id)) is not None and one.label in self._gone
        }
        new = dict.fromkeys(one for one in self.relabel if one not in before)
        kept = [one for one in self.waiting if one in self.relabel or one not in before]
        self.waiting = {**new, **dict.fromkeys(kept)}

    def _counts_for(self, item_id: str) -> None:
        """Keep `relabel` right for an item whose answer changed."""
        if not self._gone and not self.relabel:
            return
        one = self.answer(item_id)
        if one is not None and one.label in self._gone:
            self.relabel[item_id] = None
        else:
            self.relabel.pop(item_id, None)
