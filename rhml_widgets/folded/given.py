"""Given: what a session is about, before anybody answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rhml_widgets.coded import Coded
from rhml_widgets.journal.events import Extended, Imported, Opened

if TYPE_CHECKING:
    from rhml_widgets.journal.events import Entry, Event, Label

__all__ = ["Given"]


class Given(Coded):
    """The items there are, and the labels they came with; the classes: see `Coded`.

    Attributes
    ----------
    opened, reopened : Opened or None
        The first opening, which fixes what the session is, and the latest.
    n_openings : int
    extensions : dict of int to Extended
    arrived : dict of item_id to int
        The seq at which an item came that was not in the pool from the beginning.
    imported : dict of item_id to Label
        Labels somebody had before the session.
    imports : dict of item_id to int
        The seq of the import they came with.
    """

    FOLDS: ClassVar[dict[type[Event], str]] = {
        Opened: "_opened",
        Extended: "_extended",
        Imported: "_imported",
    }

    def __init__(self) -> None:
        super().__init__()
        self.opened: Opened | None = None
        self.reopened: Opened | None = None
        self.n_openings = 0
        self.pool_digest = ""
        self.extensions: dict[int, Extended] = {}
        self.arrived: dict[str, int] = {}
        self.imported: dict[str, Label] = {}
        self.imports: dict[str, int] = {}

    def _opened(self, _entry: Entry, event: Opened) -> None:
        self.n_openings += 1
        self.reopened = event
        if self.opened is None:
            self.opened = event
            self.pool_digest = event.pool_digest
            for row in event.classes or ():
                self._name(row["name"], row.get("definition"), row.get("seeds") or ())

    def _extended(self, entry: Entry, event: Extended) -> None:
        self.pool_digest = event.pool_digest
        self.extensions[entry.seq] = event
        self.arrived.update(dict.fromkeys(event.new, entry.seq))

    def _imported(self, entry: Entry, event: Imported) -> None:
        for item_id, label in event.labels:
            self.imported[item_id] = label
            self.imports[item_id] = entry.seq
            self._name(label)
