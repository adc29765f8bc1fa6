"""Retold: records in the names that classes have today, beside what was told.

What the journal says stays as it was said: a rename or a merge changes what a name counts as
(`Retold.means`). An event is told in today's names as it is folded; an edit that renames or merges
classes, and taking one back, goes through all records once.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from rhml_widgets.journal.events import (
    Audited,
    Imported,
    Judged,
    Predicted,
    Queried,
    Resolved,
    Taught,
)
from rhml_widgets.seats import Seats

if TYPE_CHECKING:
    from collections.abc import Callable

    from rhml_widgets.journal.events import Entry, Event, Label
    from rhml_widgets.records import Audit, Judgment, Lesson, Prediction, Query, Resolution

__all__ = ["Retold", "decided"]

_Key = TypeVar("_Key")
_Record = TypeVar("_Record")


class Retold(Seats):
    """What labels count as today, and all records that hold one."""

    # `Folded` and `Coded` say what each of these is.
    classes: dict[Label, str | None]
    predictions: dict[str, Prediction]
    queries: dict[str, Query]
    repeats: dict[str, Query]
    imported: dict[str, Label]
    imports: dict[str, int]
    audits: dict[int, Audit]
    lessons: dict[int, Lesson]
    resolutions: dict[int, Resolution]
    drafts: dict[str, Judgment]
    counts: dict[Label, int]
    stops: dict[int, int]
    decisions: dict[str, int]
    answer: Callable[[str], Judgment | None]

    def __init__(self) -> None:
        super().__init__()
        self._meaning: dict[Label, Label] = {}
        self._as_told: dict[tuple[Any, ...], Any] = {}

    def means(self, label: Label) -> Label:
        """Return what a label counts as today: renamed and merged classes followed."""
        return self._meaning.get(label, label)

    # ---- an event -------------------------------------------------------------------------

    def _hear(self, path: tuple[Any, ...], told: Any, today: Callable[[Any], Any]) -> Any:
        """Return what was told in today's names; where that differs, keep what was told, too."""
        now = today(told)
        if now != told:
            self._as_told[path] = told
        return now

    def _in_todays_names(self, entry: Entry) -> Event:
        """Return an event of a session whose classes changed names, as it reads today."""
        retell = _RETELL.get(type(entry.event))
        return entry.event if retell is None else getattr(self, retell)(entry.seq, entry.event)

    def _retell_judged(self, seq: int, event: Judged) -> Judged:
        return replace(event, label=self._hear(("judged", seq), event.label, self.means))

    def _retell_predicted(self, seq: int, event: Predicted) -> Predicted:
        told = (event.label, tuple(event.proba), event.score)
        label, proba, _ = self._hear(("predicted", seq), told, self._foretold)
        return replace(event, label=label, proba=list(proba))

    def _retell_queried(self, seq: int, event: Queried) -> Queried:
        if event.lesson is None:
            return event
        told = (event.before, event.after)
        before, after = self._hear(("queried", seq), told, self._each)
        self._hear(("look", event.lesson, event.item_id), told, self._each)
        return replace(event, before=before, after=after)

    def _retell_imported(self, seq: int, event: Imported) -> Imported:
        labels = [
            [one, self._hear(("imported", one, seq), label, self.means)]
            for one, label in event.labels
        ]
        return replace(event, labels=labels)

    def _retell_audited(self, seq: int, event: Audited) -> Audited:
        of = seq if event.continues is None else event.continues
        drawn = [
            [one, self._hear(("drawn", of, one), label, self.means), score]
            for one, label, score in event.drawn
        ]
        said = tuple((label, n) for label, n in event.said)
        summed = self._hear(("said", seq), said, self._summed)
        return replace(event, said=[list(pair) for pair in summed], drawn=drawn)

    def _retell_taught(self, seq: int, event: Taught) -> Taught:
        stances = self._hear(("taught", seq), tuple(event.stances), self._stances)
        return replace(event, stances=list(stances))

    def _retell_resolved(self, seq: int, event: Resolved) -> Resolved:
        labels = self._hear(("resolved", seq), tuple(event.labels), self._each)
        return replace(event, labels=list(labels))

    # ---- all records ----------------------------------------------------------------------

    def _tell_anew(self) -> None:
        """Tell all records in today's names, from what was told."""
        told, self._as_told = self._as_told, {}

        def hear(path: tuple[Any, ...], now: Any, today: Callable[[Any], Any]) -> Any:
            return self._hear(path, told.get(path, now), today)

        self._tell_answers(hear)
        self._tell_draws(hear)
        self._tell_audits(hear)
        self.imported = {
            one: hear(("imported", one, self.imports[one]), label, self.means)
            for one, label in self.imported.items()
        }
        counts = Counter(one.label for item in self.answers if (one := self.answer(item)))
        self.counts = dict(counts)

    def _tell_answers(self, hear: Callable[..., Any]) -> None:
        def predicted(one: Prediction) -> Prediction:
            known = (one.label, one.proba, one.score)
            label, proba, _ = hear(("predicted", one.seq), known, self._foretold)
            return replace(one, label=label, proba=proba)

        def judged(one: Judgment) -> Judgment:
            said = None if one.predicted is None else predicted(one.predicted)
            label = hear(("judged", one.seq), one.label, self.means)
            return replace(one, label=label, predicted=said)

        self.predictions = _each_of(self.predictions, predicted)
        self.judgments = _each_of(self.judgments, judged)
        mine: dict[str, Any] = {
            "drafts": self.drafts,
            "stops": self.stops,
            "decisions": self.decisions,
        }
        for own in (mine, *self._others.values()):
            own["drafts"] = _each_of(own["drafts"], judged)
            own["decisions"] = dict.fromkeys(("kept", "adopted", "other"), 0)
            for decision, first in own["stops"].items():
                how = decided(self.judgments[first], self.judgments[decision])
                own["decisions"][how] += 1
        self.drafts, self.decisions = mine["drafts"], mine["decisions"]

    def _tell_draws(self, hear: Callable[..., Any]) -> None:
        def queried(one: Query) -> Query:
            if one.lesson is None:
                return one
            before, after = hear(("queried", one.seq), (one.before, one.after), self._each)
            return replace(one, before=before, after=after)

        def taught(one: Lesson) -> Lesson:
            looks = {
                item_id: hear(("look", one.seq, item_id), seen, self._each)
                for item_id, seen in one.looks.items()
            }
            stances = hear(("taught", one.seq), one.stances, self._stances)
            return replace(one, stances=stances, looks=looks)

        def resolved(one: Resolution) -> Resolution:
            return replace(one, labels=hear(("resolved", one.seq), one.labels, self._each))

        self.queries = _each_of(self.queries, queried)
        self.repeats = _each_of(self.repeats, queried)
        self.lessons = _each_of(self.lessons, taught)
        self.resolutions = _each_of(self.resolutions, resolved)

    def _tell_audits(self, hear: Callable[..., Any]) -> None:
        def audited(one: Audit) -> Audit:
            drawn = {
                item_id: (hear(("drawn", one.seq, item_id), label, self.means), score)
                for item_id, (label, score) in one.drawn.items()
            }
            said = hear(("said", one.seq), one.said, self._summed)
            counted = hear(("counted", one.seq), one.judged, self._summed)
            return replace(one, said=said, judged=counted, drawn=drawn)

        self.audits = _each_of(self.audits, audited)

    def _count_judged(self, seq: int) -> tuple[tuple[Label, int], ...]:
        """Count what is judged now, by label, for an audit drawn at ``seq``."""
        judged: Counter[Label] = Counter()
        if not self._meaning:
            judged.update(self.counts)
        for item_id in self.answers if self._meaning else ():
            if (one := self.answer(item_id)) is not None:
                judged[self._as_told.get(("judged", one.seq), one.label)] += 1
        for item_id, label in self.imported.items():
            if item_id not in self.answers:
                path = ("imported", item_id, self.imports[item_id])
                judged[self._as_told.get(path, label)] += 1
        told: tuple[tuple[Label, int], ...] = tuple(judged.items())
        counted: tuple[tuple[Label, int], ...] = self._hear(("counted", seq), told, self._summed)
        return counted

    def _each(self, labels: tuple[Label | None, ...]) -> tuple[Label | None, ...]:
        return tuple(None if label is None else self.means(label) for label in labels)

    def _summed(self, pairs: tuple[tuple[Label, int], ...]) -> tuple[tuple[Label, int], ...]:
        found: Counter[Label] = Counter()
        for label, n in pairs:
            found[self.means(label)] += n
        return tuple(found.items())

    def _stances(self, stances: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
        return tuple(
            one if one["label"] is None else {**one, "label": self.means(one["label"])}
            for one in stances
        )

    def _foretold(
        self, told: tuple[Label, tuple[float, ...], str]
    ) -> tuple[Label, tuple[float, ...], str]:
        """Return a prediction in which a merged class's score is its target's."""
        label, proba, score = told
        places = {name: place for place, name in enumerate(self.classes)}
        moved = list(proba)
        for place, name in enumerate(list(self.classes)[: len(proba)]):
            target = places[self.means(name)]
            if target == place:
                continue
            moved += [0.0] * (target + 1 - len(moved))
            if score == "probability":
                moved[target], moved[place] = moved[target] + proba[place], 0.0
            else:
                moved[target], moved[place] = max(moved[target], proba[place]), min(proba)
        return self.means(label), tuple(moved), score


def decided(first: Judgment, decision: Judgment) -> str:
    """Return how a stop ended: ``kept``, ``adopted`` (the model's label) or ``other``."""
    said = None if first.predicted is None else first.predicted.label
    kept = decision.label == first.label
    return "kept" if kept else "adopted" if decision.label == said else "other"


def _each_of(
    records: dict[_Key, _Record], today: Callable[[_Record], _Record]
) -> dict[_Key, _Record]:
    return {key: today(one) for key, one in records.items()}


_RETELL: dict[type[Event], str] = {
    Judged: "_retell_judged",
    Predicted: "_retell_predicted",
    Queried: "_retell_queried",
    Imported: "_retell_imported",
    Audited: "_retell_audited",
    Taught: "_retell_taught",
    Resolved: "_retell_resolved",
}
