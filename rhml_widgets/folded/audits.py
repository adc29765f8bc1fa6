"""Audits: the blind draws by which a version of the model is measured."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from rhml_widgets.folded.answers import Answers
from rhml_widgets.journal.events import Audited
from rhml_widgets.records import Audit

if TYPE_CHECKING:
    from rhml_widgets.journal.events import Entry, Event

__all__ = ["Audits"]


class Audits(Answers):
    """The audits of the model's versions.

    Attributes
    ----------
    audits : dict of int to Audit
        By the seq of their first draw; one that goes on in the same frame is added to it.
    """

    FOLDS: ClassVar[dict[type[Event], str]] = {
        Audited: "_audited",
    }

    def __init__(self) -> None:
        super().__init__()
        self.audits: dict[int, Audit] = {}

    def _audited(self, entry: Entry, event: Audited) -> None:
        drawn = {item_id: (label, score) for item_id, label, score in event.drawn}
        before = None if event.continues is None else self.audits.get(event.continues)
        if before is not None:
            self.audits[before.seq] = replace(before, drawn={**before.drawn, **drawn})
            return
        judged = self._count_judged(entry.seq)
        self.audits[entry.seq] = Audit(
            seq=entry.seq,
            version=event.version,
            n_items=event.n_items,
            n_rows=event.n_rows,
            n_judged=sum(count for _, count in judged),
            judged=judged,
            said=tuple((label, count) for label, count in event.said),
            regions=tuple((score, items, rows) for score, items, rows in event.regions),
            drawn=drawn,
        )
