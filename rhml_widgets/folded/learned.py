"""Learned: lessons, and the versions of the model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from rhml_widgets.folded.said import Said
from rhml_widgets.journal.events import FitFailed, Fitted, Scored
from rhml_widgets.overseen import Overseen
from rhml_widgets.records import Version

if TYPE_CHECKING:
    from rhml_widgets.journal.events import Entry, Event

__all__ = ["Learned"]


class Learned(Said, Overseen):
    """What the model was taught beyond labels, and the versions that came of it.

    Attributes
    ----------
    versions : dict of int to Version
    failure : FitFailed or None
        Of the latest fit, if it failed.
    """

    FOLDS: ClassVar[dict[type[Event], str]] = {
        Fitted: "_fitted",
        FitFailed: "_fit_failed",
        Scored: "_scored",
    }

    def __init__(self) -> None:
        Said.__init__(self)
        Overseen.__init__(self)
        self.versions: dict[int, Version] = {}
        self.failure: FitFailed | None = None

    def _fitted(self, entry: Entry, event: Fitted) -> None:
        self.failure = None
        self._went_live(event)
        self.versions[event.version] = Version(
            event.version,
            entry.seq,
            entry.at,
            event.n_labels,
            event.snapshot_seq,
            event.digest,
            event.lesson,
            event.flips,
            kappa=event.kappa,
        )
        if event.codebook:
            self.cites[event.version] = event.codebook
        if event.lesson is not None and event.lesson in self.lessons:
            lesson = self.lessons[event.lesson]
            self.lessons[event.lesson] = replace(lesson, version=event.version, flips=event.flips)

    def _fit_failed(self, _entry: Entry, event: FitFailed) -> None:
        self.failure = event

    def _scored(self, _entry: Entry, event: Scored) -> None:
        version = self.versions[event.version]
        hits = {**version.hits, event.basis: event.hits}
        self.versions[event.version] = replace(version, hits=hits)

    def _take_back_lesson(self, seq: int) -> None:
        self.lessons[seq] = replace(self.lessons[seq], retracted=True)
