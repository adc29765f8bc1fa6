"""Draws: which items are asked, in what order, and which were put aside."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from rhml_widgets.coded import NONE_OF_THESE
from rhml_widgets.folded.learned import Learned
from rhml_widgets.journal.events import Queried, Skipped
from rhml_widgets.records import Query
from rhml_widgets.seats import SHARED, THIRD

if TYPE_CHECKING:
    from rhml_widgets.journal.events import Entry, Event

__all__ = ["AFTER", "AUDIT", "BEFORE", "CHOSEN", "REPEAT", "SWEEP_CHECK", "Draws"]

AUDIT = "audit"
"""The reason of a draw that belongs to an audit: asked before anything else."""

CHOSEN = ("found", "odd")
"""Reasons of items that the person picked, in a search or out of a sweep: asked next."""

SWEEP_CHECK = "sweep-check"
"""The reason of a hidden second look at an item that was accepted in a sweep."""

REPEAT = "repeat"
"""The reason of a hidden repeat: an answered item, drawn to be asked again."""


BEFORE, AFTER = ("teach", "challenge"), ("check", "challenge")
"""Purposes of items on which anything may be shown before their answer, and after it.

Before an answer nothing is shown on checks, which measure what the person knows unaided; after it
nothing is shown on what the model asked because it is unsure itself.
"""


class Draws(Learned):
    """What was drawn to be asked, and what of it waits.

    Attributes
    ----------
    queries : dict of item_id to Query
        The latest of each item.
    waiting : dict of item_id to None
        Drawn and unanswered, in the order they will be asked; undone items first.
    skipped : dict of item_id to int
    arms : dict of item_id to tuple of (str, float)
        The arm an item was drawn with, and its probability; where a policy chooses them ahead.
    n_draws : int
        Items ever drawn: the place in the stream of random numbers.
    rechecks : dict of item_id to int
        Seq at which a second look at an item was drawn that had been accepted in a sweep.
    repeats : dict of item_id to Query
        The draw by which an answered item was asked again; answers to it have stage ``probe``.
    """

    FOLDS: ClassVar[dict[type[Event], str]] = {
        Queried: "_queried",
        Skipped: "_skipped",
    }

    def __init__(self) -> None:
        super().__init__()
        self.queries: dict[str, Query] = {}
        self.waiting: dict[str, None] = {}
        self.skipped: dict[str, int] = {}
        self.arms: dict[str, tuple[str, float]] = {}
        self.n_draws = 0
        self.rechecks: dict[str, int] = {}
        self.repeats: dict[str, Query] = {}
        self._skips: dict[int, str] = {}

    def query(self, item_id: str, *, again: bool = False) -> Query | None:
        """Return the draw by which the person is asked an item; ``again``: as a hidden repeat."""
        if again:
            return self.repeats.get(item_id)
        return self.shared.get(item_id) or self.queries.get(item_id)

    def arm(self, item_id: str) -> tuple[str, float] | None:
        """Return the arm of an item as it is asked now, and its probability; None without one.

        What is drawn anew for a measurement shows nothing before the answer, and what is shared
        with a second person, or judges a lesson, nothing at all.
        """
        drawn = self.arms.get(item_id)
        query = self.query(item_id)
        if drawn is None or query is None:
            return drawn
        arm, probability = drawn
        early = arm == "evidence_first"
        blind = item_id in self.shared or query.lesson is not None
        if blind or (query.purpose not in (BEFORE if early else AFTER) and arm != "none"):
            return "none", probability
        return arm, probability

    def _queried(self, entry: Entry, event: Queried) -> None:
        self.n_draws += 1
        query = Query(
            entry.seq,
            event.purpose,
            event.propensity,
            event.n_candidates,
            event.version,
            event.reason,
            event.lesson,
            event.before,
            event.after,
        )
        if event.reason == REPEAT:
            # What the item was first asked for stays: it says how its first answer counts.
            self.repeats[event.item_id] = query
            self.waiting[event.item_id] = None
            return
        if event.reason in (SHARED, THIRD):
            self.shared[event.item_id], self.sharing[event.item_id] = query, None
            return
        self.queries[event.item_id] = query
        if event.arm is not None and event.arm_probability is not None:
            self.arms.setdefault(event.item_id, (event.arm, event.arm_probability))
        self.skipped.pop(event.item_id, None)
        if event.reason == SWEEP_CHECK:
            self.rechecks[event.item_id] = entry.seq
        if event.reason == AUDIT or event.reason in CHOSEN:
            self.waiting = {event.item_id: None, **self.waiting}
        elif event.lesson is None:
            self.waiting[event.item_id] = None
        else:
            lesson = self.lessons[event.lesson]
            looks = {**lesson.looks, event.item_id: (event.before, event.after)}
            self.lessons[event.lesson] = replace(lesson, looks=looks)
            self.waiting = {event.item_id: None, **self.waiting}

    def _skipped(self, entry: Entry, event: Skipped) -> None:
        if event.item_id in self.sharing:
            del self.sharing[event.item_id]
        else:
            self.waiting.pop(event.item_id, None)
            answered = event.item_id in self.repeats and self.own(event.item_id) is not None
            if not answered and event.item_id not in self.relabel:
                self.skipped[event.item_id] = entry.seq
        self.pile.pop(event.item_id, None)
        if event.why == NONE_OF_THESE:
            self.pile[event.item_id] = entry.seq
        self._skips[entry.seq] = event.item_id
        self._undoable[entry.seq] = Skipped.kind

    def _take_back_skip(self, seq: int) -> str:
        item_id = self._skips.pop(seq)
        if self.pile.get(item_id) == seq:
            del self.pile[item_id]
        if self.skipped.get(item_id) == seq:
            del self.skipped[item_id]
            self.waiting = {item_id: None, **self.waiting}
        elif item_id in self.shared and self.own(item_id) is None:
            self.sharing = {item_id: None, **self.sharing}
        elif item_id in self.relabel or (item_id in self.repeats and self.own(item_id) is not None):
            self.waiting = {item_id: None, **self.waiting}
        return item_id
