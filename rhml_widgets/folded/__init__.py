"""Folded: what the journal's events add up to, and what each of them changes in it.

One entry at a time, in place, in constant time; nothing here reads a clock, a file, the pool or a
model. Each noun has a file with its fields and ``FOLDS``, the table of the events that change
them, and stands on those it reads: `Seats`, `Coded`, `Given`, `Said`, `Learned`, `Draws`,
`Answers`, `Audits`, `Cycles`. A new noun goes between the last of them and `Folded`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rhml_widgets.folded.cycles import Cycles
from rhml_widgets.folded.draws import AUDIT, CHOSEN, REPEAT, SWEEP_CHECK
from rhml_widgets.folded.said import TERMS
from rhml_widgets.journal.events import Judged, Noted, Queried, Retracted, Skipped, Switched
from rhml_widgets.overseen import OVERSEEN

if TYPE_CHECKING:
    from rhml_widgets.journal.events import Entry, Event

__all__ = ["AUDIT", "CHOSEN", "REPEAT", "SWEEP_CHECK", "TERMS", "Folded"]


class Folded(Cycles):
    """Everything known of a session, folded from its journal.

    What is personal: see `Seats`; what is decided over the model: see `Overseen`.

    Attributes
    ----------
    seq : int
        The last entry folded.
    retracted : dict of int to int
        What was taken back, to the seq that took it back.
    notes : dict of int to tuple of (item_id or None, str)
    """

    FOLDS: ClassVar[dict[type[Event], str]] = {Noted: "_noted", Switched: "_switched"}

    def __init__(self) -> None:
        super().__init__()
        self.seq = 0
        self.retracted: dict[int, int] = {}
        self.notes: dict[int, tuple[str | None, str]] = {}

    def fold(self, entry: Entry) -> str | None:
        """Take one more entry into account; return the item whose place it changed, if any."""
        self.seq = entry.seq
        event = self._in_todays_names(entry) if self._meaning else entry.event
        if isinstance(event, Retracted):
            self._turn_to(self.doer(event.target) or entry.person)
            touched = self._retracted(entry, event)
            self._turn_to(entry.person)
            return touched
        self._turn_to(entry.person)
        if type(event) in OVERSEEN:
            kind = getattr(self, OVERSEEN[type(event)])(entry, event)
            if kind is not None:
                self._undoable[entry.seq] = kind
            return None
        getattr(self, _FOLDS[type(event)])(entry, event)
        return event.item_id if isinstance(event, Judged | Skipped | Queried) else None

    def _retracted(self, entry: Entry, event: Retracted) -> str | None:
        target = event.target
        if target in self.retracted:
            return None
        self.retracted[target] = entry.seq
        self._undoable.pop(target, None)
        if target in self.judgments:
            return self._take_back_judgment(target)
        if target in self._skips:
            return self._take_back_skip(target)
        if target in self.resolutions:
            self._take_back_resolution(target)
        self._take_back_term(target)
        if target in self.lessons:
            self._take_back_lesson(target)
        self._take_back_edit(target)
        self._take_back_oversight(target)
        return None

    def _take_back_edit(self, seq: int) -> None:
        self.phases.pop(seq, None)
        if seq in self.revisions:
            self._forget_batch(self.revisions[seq])
            self._recode(self.seq)

    def _noted(self, entry: Entry, event: Noted) -> None:
        self.notes[entry.seq] = (event.item_id, event.text)

    def _switched(self, _entry: Entry, _event: Switched) -> None:
        """Whose turn it is stands in the entry."""


_FOLDS: dict[type[Event], str] = {
    event: name for noun in Folded.__mro__ for event, name in vars(noun).get("FOLDS", {}).items()
}
