"""Folded: what the journal's events add up to, and what each of them changes in it.

One entry at a time, in place, in constant time; nothing here reads a clock, a file, the pool or a
model.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rhml_widgets.journal.events import (
    Audited,
    ClassAdded,
    Exposed,
    Extended,
    FitFailed,
    Fitted,
    Imported,
    Judged,
    LexiconRevised,
    MapRevised,
    Noted,
    Opened,
    Predicted,
    ProposalDecided,
    Queried,
    Resolved,
    Retracted,
    Scored,
    Shown,
    Skipped,
    Switched,
    Taught,
    TermProposed,
)
from rhml_widgets.records import (
    Audit,
    Judgment,
    Prediction,
    Query,
    Resolution,
    Version,
)
from rhml_widgets.seats import SHARED, THIRD
from rhml_widgets.understood import Understood

if TYPE_CHECKING:
    from rhml_widgets.journal.events import Entry, Event, Label

__all__ = ["AUDIT", "CHOSEN", "REPEAT", "SWEEP_CHECK", "TERMS", "Folded"]

AUDIT = "audit"
"""The reason of a draw that belongs to an audit: asked before anything else."""

CHOSEN = ("found", "odd")
"""Reasons of items that the person picked, in a search or out of a sweep: asked next."""

SWEEP_CHECK = "sweep-check"
"""The reason of a hidden second look at an item that was accepted in a sweep."""

TERMS = "terms"
"""What was exposed where the model told of terms, and of no item."""

REPEAT = "repeat"
"""The reason of a hidden repeat: an answered item, drawn to be asked again."""


class Folded(Understood):
    """Everything known of a session, folded from its journal.

    What is personal: see `Seats`; what is taught and said of terms: see `Understood`.

    Attributes
    ----------
    seq : int
        The last entry folded.
    opened, reopened : Opened or None
        The first opening, which fixes what the session is, and the latest.
    n_openings : int
    classes : dict of Label to str or None
        Class to definition, in the order they were named.
    seeds : dict of Label to list of str
    queries, predictions : dict of item_id to Query, Prediction
        The latest of each item.
    waiting : dict of item_id to None
        Drawn and unanswered, in the order they will be asked; undone items first.
    judgments : dict of int to Judgment
        By seq; those not retracted.
    answers : dict of item_id to tuple of int
        Seqs of the standing judgments of an item, oldest first; the last one counts.
    counts : dict of Label to int
        Items that carry a label now.
    skipped : dict of item_id to int
    exposed : dict of item_id to int
        Seq at which the model's view of an item was first shown.
    exposed_all : int or None
        Seq at which the model's view of the whole pool was first shown.
    all_shown : int
        Seq at which it was last shown, 0 before.
    standing : str or None
        The item on which advice stands, until it is kept or revised.
    versions : dict of int to Version
    failure : FitFailed or None
        Of the latest fit, if it failed.
    retracted : dict of int to int
        What was taken back, to the seq that took it back.
    drafts : dict of item_id to Judgment
        The answer that was undone, to start again from.
    n_draws : int
        Items ever drawn: the place in the stream of random numbers.
    stops : dict of int to int
        Where the model objected to a blind answer and the very next answer was the decision on
        that item: seq of the decision to seq of the blind answer.
    decisions : dict of str to int
        How many of the stops ended as ``kept``, ``adopted`` (the model's label) or ``other``.
    n_shown : int
    notes : dict of int to tuple of (item_id or None, str)
    imported : dict of item_id to Label
        Labels somebody had before the session.
    imports : dict of item_id to int
        The seq of the import they came with.
    audits : dict of int to Audit
        By the seq of their first draw; one that goes on in the same frame is added to it.
    extensions : dict of int to Extended
    arrived : dict of item_id to int
        The seq at which an item came that was not in the pool from the beginning.
    batches : dict of str to tuple of int
        Seqs of what was done together and stands: answers, and the resolution they came with.
    swept : dict of item_id to int
        Seq of the standing judgment by which an item was accepted without a look of its own.
    rechecks : dict of item_id to int
        Seq at which a second look at such an item was drawn.
    repeats : dict of item_id to Query
        The draw by which an answered item was asked again; answers to it have stage ``probe``.
    resolutions : dict of int to Resolution
        By seq; those not retracted.
    """

    def __init__(self) -> None:
        super().__init__()
        self.seq = 0
        self.opened: Opened | None = None
        self.reopened: Opened | None = None
        self.n_openings = 0
        self.pool_digest = ""
        self.classes: dict[Label, str | None] = {}
        self.seeds: dict[Label, list[str]] = {}
        self.queries: dict[str, Query] = {}
        self.predictions: dict[str, Prediction] = {}
        self.waiting: dict[str, None] = {}
        self.counts: dict[Label, int] = {}
        self.skipped: dict[str, int] = {}
        self.exposed: dict[str, int] = {}
        self.exposed_all: int | None = None
        self.all_shown = 0
        self.standing: str | None = None
        self.versions: dict[int, Version] = {}
        self.failure: FitFailed | None = None
        self.retracted: dict[int, int] = {}
        self.drafts: dict[str, Judgment] = {}
        self.n_draws = 0
        self.stops: dict[int, int] = {}
        self.decisions: dict[str, int] = {"kept": 0, "adopted": 0, "other": 0}
        self.n_shown = 0
        self.notes: dict[int, tuple[str | None, str]] = {}
        self.imported: dict[str, Label] = {}
        self.imports: dict[str, int] = {}
        self.audits: dict[int, Audit] = {}
        self.extensions: dict[int, Extended] = {}
        self.arrived: dict[str, int] = {}
        self.batches: dict[str, tuple[int, ...]] = {}
        self.swept: dict[str, int] = {}
        self.rechecks: dict[str, int] = {}
        self.repeats: dict[str, Query] = {}
        self.resolutions: dict[int, Resolution] = {}
        self._skips: dict[int, str] = {}

    def answer(self, item_id: str) -> Judgment | None:
        """Return the judgment that counts for an item, or None.

        The newest one; where two people differed and a third one looked, the third one's. The
        answer to a hidden repeat counts only where no other is left.
        """
        if item_id in self.thirds:
            return self.own(item_id, self.thirds[item_id])
        seqs = self.answers.get(item_id, ())
        for seq in reversed(seqs):
            if self.judgments[seq].stage != "probe":
                return self.judgments[seq]
        return self.judgments[seqs[-1]] if seqs else None

    def query(self, item_id: str, *, again: bool = False) -> Query | None:
        """Return the draw by which the person is asked an item; ``again``: as a hidden repeat."""
        if again:
            return self.repeats.get(item_id)
        return self.shared.get(item_id) or self.queries.get(item_id)

    def fold(self, entry: Entry) -> str | None:
        """Take one more entry into account; return the item whose place it changed, if any."""
        self.seq = entry.seq
        event = entry.event
        if isinstance(event, Retracted):
            self._turn_to(self.doer(event.target) or entry.person)
            touched = self._retracted(entry, event)
            self._turn_to(entry.person)
            return touched
        self._turn_to(entry.person)
        getattr(self, _FOLDS[type(event)])(entry, event)
        return event.item_id if isinstance(event, Judged | Skipped | Queried) else None

    def _opened(self, _entry: Entry, event: Opened) -> None:
        self.n_openings += 1
        self.reopened = event
        if self.opened is None:
            self.opened = event
            self.pool_digest = event.pool_digest
            for row in event.classes or ():
                self.classes[row["name"]] = row.get("definition")
                if row.get("seeds"):
                    self.seeds[row["name"]] = list(row["seeds"])

    def _extended(self, entry: Entry, event: Extended) -> None:
        self.pool_digest = event.pool_digest
        self.extensions[entry.seq] = event
        self.arrived.update(dict.fromkeys(event.new, entry.seq))

    def _class_added(self, _entry: Entry, event: ClassAdded) -> None:
        if event.definition is not None or event.label not in self.classes:
            self.classes[event.label] = event.definition

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

    def _audited(self, entry: Entry, event: Audited) -> None:
        drawn = {item_id: (label, score) for item_id, label, score in event.drawn}
        before = None if event.continues is None else self.audits.get(event.continues)
        if before is not None:
            self.audits[before.seq] = replace(before, drawn={**before.drawn, **drawn})
            return
        judged = dict(self.counts)
        for item_id, label in self.imported.items():
            if item_id not in self.answers:
                judged[label] = judged.get(label, 0) + 1
        self.audits[entry.seq] = Audit(
            seq=entry.seq,
            version=event.version,
            n_items=event.n_items,
            n_rows=event.n_rows,
            n_judged=sum(judged.values()),
            judged=tuple(judged.items()),
            said=tuple((label, count) for label, count in event.said),
            regions=tuple((score, items, rows) for score, items, rows in event.regions),
            drawn=drawn,
        )

    def _shown(self, _entry: Entry, _event: Shown) -> None:
        self.n_shown += 1

    def _predicted(self, entry: Entry, event: Predicted) -> None:
        self.predictions[event.item_id] = Prediction(
            entry.seq,
            event.label,
            tuple(event.proba),
            event.version,
            event.score,
            event.firmness,
        )

    def _judged(self, entry: Entry, event: Judged) -> None:
        query = self.query(event.item_id, again=event.stage == "probe")
        judgment = Judgment(
            seq=entry.seq,
            at=entry.at,
            item_id=event.item_id,
            person=entry.person,
            stage=event.stage,
            purpose=event.purpose,
            label=event.label,
            confidence=event.confidence,
            rationale=None if event.rationale is None else tuple(_frozen(event.rationale)),
            note=event.note,
            duration=event.duration,
            propensity=query.propensity if query else None,
            version=event.version,
            sealed=event.sealed,
            predicted=self.predictions.get(event.item_id),
            batch=event.batch,
        )
        before = next(reversed(self.judgments.values()), None)
        if before is not None and _decides(before, judgment, query):
            self.stops[judgment.seq] = before.seq
            self._count_stop(before, judgment, +1)
        self._recount(event.item_id, -1)
        self.judgments[entry.seq] = judgment
        self.answers[event.item_id] = (*self.answers.get(event.item_id, ()), entry.seq)
        if self._look_again(event.item_id):
            self.thirds[event.item_id] = entry.person
        self._recount(event.item_id, +1)
        if event.batch is not None:
            self.batches[event.batch] = (*self.batches.get(event.batch, ()), entry.seq)
        if event.stage == "verified":
            self.swept[event.item_id] = entry.seq
        self.classes.setdefault(event.label, None)
        self.waiting.pop(event.item_id, None)
        self.sharing.pop(event.item_id, None)
        self.skipped.pop(event.item_id, None)
        self.drafts.pop(event.item_id, None)
        if self.standing == event.item_id:
            self.standing = None
        self._undoable[entry.seq] = Judged.kind

    def _skipped(self, entry: Entry, event: Skipped) -> None:
        if event.item_id in self.sharing:
            del self.sharing[event.item_id]
        else:
            self.waiting.pop(event.item_id, None)
            if event.item_id not in self.repeats or self.own(event.item_id) is None:
                self.skipped[event.item_id] = entry.seq
        self._skips[entry.seq] = event.item_id
        self._undoable[entry.seq] = Skipped.kind

    def _exposed(self, entry: Entry, event: Exposed) -> None:
        if event.what == TERMS:  # what the model makes of words, not of any item
            self.terms_shown.setdefault(event.version or 0, entry.seq)
        elif event.item_id is None:
            self.all_shown = entry.seq
            if self.exposed_all is None:
                self.exposed_all = entry.seq
        else:
            self.exposed.setdefault(event.item_id, entry.seq)
        if event.stop:
            self.standing = event.item_id

    def _retracted(self, entry: Entry, event: Retracted) -> str | None:
        if event.target in self.retracted:
            return None
        self.retracted[event.target] = entry.seq
        self._undoable.pop(event.target, None)
        if event.target in self.judgments:
            return self._take_back_judgment(event.target)
        if event.target in self._skips:
            item_id = self._skips.pop(event.target)
            if self.skipped.get(item_id) == event.target:
                del self.skipped[item_id]
                self.waiting = {item_id: None, **self.waiting}
            elif item_id in self.shared and self.own(item_id) is None:
                self.sharing = {item_id: None, **self.sharing}
            elif item_id in self.repeats and self.own(item_id) is not None:
                self.waiting = {item_id: None, **self.waiting}
            return item_id
        if event.target in self.resolutions:
            self._forget_batch(self.resolutions.pop(event.target))
        self._take_back_edit(event.target)
        if event.target in self.lessons:
            self.lessons[event.target] = replace(self.lessons[event.target], retracted=True)
        return None

    def _take_back_judgment(self, seq: int) -> str:
        item_id = self.judgments[seq].item_id
        standing = self.answers[item_id]
        later = standing[standing.index(seq) + 1 :]
        for decision in (seq, *later[:1]):
            first = self.stops.get(decision)
            if first is not None and seq in (first, decision):
                del self.stops[decision]
                self._count_stop(self.judgments[first], self.judgments[decision], -1)
        self._recount(item_id, -1)
        judgment = self.judgments.pop(seq)
        self._forget_batch(judgment)
        if self.swept.get(item_id) == seq:
            del self.swept[item_id]
        seqs = tuple(other for other in self.answers[item_id] if other != seq)
        if seqs:
            self.answers[item_id] = seqs
            query = self.queries.get(item_id)
            again = query is not None and seqs[-1] < query.seq < seq  # it was asked a second time
        else:
            del self.answers[item_id]
            # What was accepted among others was never asked: it goes back to the rest.
            again = judgment.stage != "verified"
        if again or (judgment.stage == "probe" and self.own(item_id) is not None):
            self.waiting = {item_id: None, **self.waiting}
            self.drafts[item_id] = judgment
        if self.own(item_id) is None:
            self._take_back_look(item_id, judgment)
        self._recount(item_id, +1)
        if self.standing == item_id:
            self.standing = None
        return item_id

    def _forget_batch(self, one: Judgment | Resolution) -> None:
        if one.batch is not None:
            rest = tuple(seq for seq in self.batches[one.batch] if seq != one.seq)
            if rest:
                self.batches[one.batch] = rest
            else:
                del self.batches[one.batch]

    def _take_back_look(self, item_id: str, judgment: Judgment) -> None:
        if self.thirds.get(item_id) == self.person:
            del self.thirds[item_id]
        if item_id in self.shared:
            # The other's answer may have been seen beside this one: the next one is no blind look.
            self.shared[item_id] = replace(self.shared[item_id], reason="shared-again")
            self.sharing = {item_id: None, **self.sharing}
            self.drafts[item_id] = judgment

    def _recount(self, item_id: str, by: int) -> None:
        standing = self.answer(item_id)
        if standing is not None:
            count = self.counts.get(standing.label, 0) + by
            if count:
                self.counts[standing.label] = count
            else:
                self.counts.pop(standing.label, None)

    def _count_stop(self, first: Judgment, decision: Judgment, by: int) -> None:
        said = None if first.predicted is None else first.predicted.label
        kept = decision.label == first.label
        self.decisions["kept" if kept else "adopted" if decision.label == said else "other"] += by

    def _imported(self, entry: Entry, event: Imported) -> None:
        for item_id, label in event.labels:
            self.imported[item_id] = label
            self.imports[item_id] = entry.seq
            self.classes.setdefault(label, None)

    def _fitted(self, entry: Entry, event: Fitted) -> None:
        self.failure = None
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
        if event.lesson is not None and event.lesson in self.lessons:
            lesson = self.lessons[event.lesson]
            self.lessons[event.lesson] = replace(lesson, version=event.version, flips=event.flips)

    def _fit_failed(self, _entry: Entry, event: FitFailed) -> None:
        self.failure = event

    def _scored(self, _entry: Entry, event: Scored) -> None:
        version = self.versions[event.version]
        hits = {**version.hits, event.basis: event.hits}
        self.versions[event.version] = replace(version, hits=hits)

    def _switched(self, _entry: Entry, _event: Switched) -> None:
        """Whose turn it is stands in the entry."""

    def _noted(self, entry: Entry, event: Noted) -> None:
        self.notes[entry.seq] = (event.item_id, event.text)

    def _resolved(self, entry: Entry, event: Resolved) -> None:
        self.resolutions[entry.seq] = Resolution(
            entry.seq,
            event.about,
            tuple(event.item_ids),
            tuple(event.labels),
            event.how,
            event.batch,
        )
        if event.batch is not None:
            self.batches[event.batch] = (*self.batches.get(event.batch, ()), entry.seq)
        self._undoable[entry.seq] = Resolved.kind


_FOLDS: dict[type[Event], str] = {
    Opened: "_opened",
    Extended: "_extended",
    ClassAdded: "_class_added",
    Queried: "_queried",
    Audited: "_audited",
    Shown: "_shown",
    Predicted: "_predicted",
    Judged: "_judged",
    Skipped: "_skipped",
    Exposed: "_exposed",
    Taught: "_taught",
    Imported: "_imported",
    Fitted: "_fitted",
    FitFailed: "_fit_failed",
    Scored: "_scored",
    Noted: "_noted",
    Resolved: "_resolved",
    Switched: "_switched",
    LexiconRevised: "_lexicon_revised",
    MapRevised: "_map_revised",
    TermProposed: "_term_proposed",
    ProposalDecided: "_proposal_decided",
}


def _decides(first: Judgment, then: Judgment, query: Query | None) -> bool:
    """Whether an answer is the decision at a stop: blind answer, objection, decision."""
    said = first.predicted
    return (
        then.stage == "revised"
        and (then.item_id, then.person) == (first.item_id, first.person)
        and first.sealed
        and said is not None
        and said.label != first.label
        and bool({first.purpose, query.purpose if query else None} & {"check", "challenge"})
    )


def _frozen(rationale: list[Any]) -> list[Any]:
    return [tuple(mark) if isinstance(mark, list) else mark for mark in rationale]
