"""Said: what the model said of items, and what of it the person was shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rhml_widgets.folded.given import Given
from rhml_widgets.journal.events import Exposed, Predicted, Shown
from rhml_widgets.records import Prediction

if TYPE_CHECKING:
    from rhml_widgets.journal.events import Entry, Event

__all__ = ["TERMS", "Said"]

TERMS = "terms"
"""What was exposed where the model told of terms, and of no item."""


class Said(Given):
    """The model's view of items, and who saw it when.

    Attributes
    ----------
    predictions : dict of item_id to Prediction
        The latest of each item.
    exposed : dict of item_id to int
        Seq at which the model's view of an item was first shown.
    exposed_all : int or None
        Seq at which the model's view of the whole pool was first shown.
    all_shown : int
        Seq at which it was last shown, 0 before.
    hinted : dict of item_id to int
        Seq at which the person was first shown where to look, before any answer.
    standing : str or None
        The item on which advice stands, until it is kept or revised.
    n_shown : int
    """

    FOLDS: ClassVar[dict[type[Event], str]] = {
        Predicted: "_predicted",
        Exposed: "_exposed",
        Shown: "_shown",
    }

    def __init__(self) -> None:
        super().__init__()
        self.predictions: dict[str, Prediction] = {}
        self.exposed: dict[str, int] = {}
        self.exposed_all: int | None = None
        self.all_shown = 0
        self.hinted: dict[str, int] = {}
        self.standing: str | None = None
        self.n_shown = 0

    def _predicted(self, entry: Entry, event: Predicted) -> None:
        self.predictions[event.item_id] = Prediction(
            entry.seq,
            event.label,
            tuple(event.proba),
            event.version,
            event.score,
            event.firmness,
        )

    def _exposed(self, entry: Entry, event: Exposed) -> None:
        if event.what == TERMS:  # what the model makes of words, not of any item
            self.terms_shown.setdefault(event.version or 0, entry.seq)
        elif event.item_id is None:
            self.all_shown = entry.seq
            if self.exposed_all is None:
                self.exposed_all = entry.seq
        elif event.arm == "evidence_first":
            self.hinted.setdefault(event.item_id, entry.seq)
        else:
            self.exposed.setdefault(event.item_id, entry.seq)
        if event.stop:
            self.standing = event.item_id

    def _shown(self, _entry: Entry, _event: Shown) -> None:
        self.n_shown += 1
