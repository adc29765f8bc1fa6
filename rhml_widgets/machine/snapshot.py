"""Snapshot: what a fit may know, and nothing that comes later."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

from rhml_widgets.knowledge.lexicon import Lexicon
from rhml_widgets.knowledge.pattern import is_pattern
from rhml_widgets.machine.feedback import Stance

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import numpy.typing as npt

    from rhml_widgets.journal.events import Label
    from rhml_widgets.knowledge.lexicon import Revision
    from rhml_widgets.machine.base import Base

__all__ = ["NO_CLASS_YET", "NO_TRUTH", "Snapshot", "taught"]

NO_TRUTH = -1
NO_CLASS_YET = -2
"""In ``truth_of``: nothing is known; the known label is no class of the session so far."""


@dataclass(frozen=True)
class Snapshot:
    """What a fit may know: labels and stances up to ``seq``, and nothing that comes later.

    Attributes
    ----------
    seq : int
    classes : list of label
    label_of : ndarray of int32, shape (n_items,)
        Class index of each item to learn from, -1 for the others. Holdout items are -1.
    fair_of : ndarray of int32, shape (n_items,)
        Class index of the blind answer to each item that was not asked because a model was
        unsure: checks, challenges, uniform draws, the person's own picks; -1 for the others.
    stances : list of (int, Stance)
        Each with the seq of the lesson or judgment it came with, oldest first.
    lesson : int or None
        The lesson whose effect is measured: the only one that no version has learned.
    truth_of : ndarray of int32, shape (n_items,)
        Class index of each holdout item whose truth is known, else one of the two above.
    model : str
        The estimator that learns from it, as it prints itself.
    base : Base or None
        Old labeled rows that are learned from beside the pool.
    codebook : int
        The version of the codebook: its last edit, 0 before any.
    revisions : tuple of Revision
        The edits of the lexicon, lessons included, that the stances taught on purpose come from.
    rows : dict of str to int
        Numbers of the items in which those spoke of a column.
    """

    seq: int
    classes: list[Label]
    label_of: npt.NDArray[np.int32]
    fair_of: npt.NDArray[np.int32]
    stances: list[tuple[int, Stance]]
    lesson: int | None
    truth_of: npt.NDArray[np.int32]
    random_state: int
    model: str = ""
    base: Base | None = None
    codebook: int = 0
    revisions: tuple[Revision, ...] = ()
    rows: Mapping[str, int] = field(default_factory=dict)

    @property
    def lessons(self) -> list[int]:
        """The seqs of what was said beyond labels, oldest first, but for marks."""
        said = [seq for seq, stance in self.stances if stance.origin not in ("mark", "veto")]
        return sorted({*said, *(one.seq for one in self.revisions)})

    @property
    def phrases(self) -> tuple[str, ...]:
        """Phrases that were taught to speak for a class, sorted."""
        said = {one.term for _, one in self.stances if _is_phrase(one)}
        return tuple(sorted(said))

    @property
    def n_labels(self) -> int:
        """Items to learn from."""
        return int(np.count_nonzero(self.label_of >= 0))

    def digest(self) -> str:
        """Return one hash of the model, the classes, labels and stances."""
        return self._digest

    @cached_property
    def _digest(self) -> str:
        told = blake2b(digest_size=12, person=b"rhml-fit")
        told.update(self.model.encode("utf-8", "surrogatepass"))
        told.update(repr(self.classes).encode("utf-8", "surrogatepass"))
        told.update(self.label_of.astype("<i4").tobytes())
        told.update(repr([s for _, s in self.stances]).encode("utf-8", "surrogatepass"))
        if self.base is not None:
            told.update(self.base.digest.encode())
        return told.hexdigest()

    def without(self, lessons: Collection[int]) -> Snapshot:
        """Return the same labels without some lessons: what they replaced speaks again."""
        revisions = tuple(one for one in self.revisions if one.seq not in lessons)
        kept = [
            (seq, stance)
            for seq, stance in self.stances
            if stance.origin != "person" and seq not in lessons
        ]
        stances = [*kept, *taught(Lexicon.folded(revisions), self.rows)]
        stances.sort(key=lambda pair: pair[0])
        return replace(self, stances=stances, revisions=revisions, lesson=None)

    def bound_as(self, other: Snapshot) -> Snapshot:
        """Return the same labels and lessons with the vetoes of another snapshot."""
        free = [pair for pair in self.stances if pair[1].origin != "veto"]
        vetoes = [pair for pair in other.stances if pair[1].origin == "veto"]
        return replace(self, stances=[*free, *vetoes], lesson=None)

    def without_origin(self, origin: str) -> Snapshot:
        """Return the same labels without what was said in one way: see `Stance.origin`."""
        kept = [(seq, stance) for seq, stance in self.stances if stance.origin != origin]
        return replace(self, stances=kept)


def taught(lexicon: Lexicon, rows: Mapping[str, int]) -> list[tuple[int, Stance]]:
    """Return what a lexicon says as stances, each with the seq of the edit that made it.

    Parameters
    ----------
    lexicon : Lexicon
    rows : dict of str to int
        Numbers of the items in which a column was spoken of.
    """
    return [
        (
            row["seq"],
            Stance(
                term=row["term"],
                label=row["label"],
                stance=row["stance"],
                strength=row["strength"],
                item=rows.get(row["item_id"]),
            ),
        )
        for row in lexicon.stances()
    ]


def _is_phrase(one: Stance) -> bool:
    spoken = one.origin == "person" and one.stance == "supports"
    return spoken and len(one.term.split()) > 1 and not is_pattern(one.term)
