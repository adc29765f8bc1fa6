"""Cycles: turns of reciprocal learning, each a step further or at its end."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from rhml_widgets.folded.audits import Audits
from rhml_widgets.journal.events import CycleStepped, IntentSet
from rhml_widgets.records import CycleRecord

if TYPE_CHECKING:
    from rhml_widgets.journal.events import Entry, Event, Label

__all__ = ["STEPS", "Cycles"]

STEPS = ("articulate", "update", "explain", "revise", "reflect")
"""In order: the person says what they think, the model learns it and shows what it made of it, the
person corrects either side, and both look back."""


class Cycles(Audits):
    """The turns taken so far.

    Attributes
    ----------
    cycles : dict of int to CycleRecord
        By number, from 1; at most the last one goes on.
    intent : tuple of (str, Label or None) or None
        What the person wants now, and the class to find; None: the usual.
    """

    FOLDS: ClassVar[dict[type[Event], str]] = {
        CycleStepped: "_stepped",
        IntentSet: "_intent_set",
    }

    def __init__(self) -> None:
        super().__init__()
        self.cycles: dict[int, CycleRecord] = {}
        self.intent: tuple[str, Label | None] | None = None

    @property
    def cycle_open(self) -> CycleRecord | None:
        """The cycle that goes on, or None."""
        last = next(reversed(self.cycles.values()), None)
        return None if last is None or last.ended else last

    def _stepped(self, entry: Entry, event: CycleStepped) -> None:
        known = self.cycles.get(event.cycle)
        if known is None:
            known = CycleRecord(event.cycle, event.batch, {})
        steps = {**known.steps, event.step: entry.seq}
        about = {**known.about, **event.about}
        self.cycles[event.cycle] = replace(known, steps=steps, about=about)

    def _intent_set(self, _entry: Entry, event: IntentSet) -> None:
        self.intent = None if event.intent is None else (event.intent, event.label)
