"""Answers: what the person judged, and what of it stands."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from rhml_widgets.folded.draws import Draws
from rhml_widgets.journal.events import Judged, Resolved
from rhml_widgets.records import Judgment, Resolution
from rhml_widgets.retold import decided

if TYPE_CHECKING:
    from rhml_widgets.coded import Revision
    from rhml_widgets.journal.events import Entry, Event, Label
    from rhml_widgets.records import Query

__all__ = ["Answers"]


class Answers(Draws):
    """The judgments that stand, and what follows from them.

    Attributes
    ----------
    judgments : dict of int to Judgment
        By seq; those not retracted.
    answers : dict of item_id to tuple of int
        Seqs of the standing judgments of an item, oldest first; the last one counts.
    counts : dict of Label to int
        Items that carry a label now.
    drafts : dict of item_id to Judgment
        The answer that was undone, to start again from.
    stops : dict of int to int
        Where the model objected to a blind answer and the very next answer was the decision on
        that item: seq of the decision to seq of the blind answer.
    decisions : dict of str to int
        How many of the stops ended as ``kept``, ``adopted`` (the model's label) or ``other``.
    batches : dict of str to tuple of int
        Seqs of what was done together and stands: answers, and the resolution they came with.
    swept : dict of item_id to int
        Seq of the standing judgment by which an item was accepted without a look of its own.
    resolutions : dict of int to Resolution
        By seq; those not retracted.
    """

    FOLDS: ClassVar[dict[type[Event], str]] = {
        Judged: "_judged",
        Resolved: "_resolved",
    }

    def __init__(self) -> None:
        super().__init__()
        self.counts: dict[Label, int] = {}
        self.drafts: dict[str, Judgment] = {}
        self.stops: dict[int, int] = {}
        self.decisions: dict[str, int] = {"kept": 0, "adopted": 0, "other": 0}
        self.batches: dict[str, tuple[int, ...]] = {}
        self.swept: dict[str, int] = {}
        self.resolutions: dict[int, Resolution] = {}

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
        self._name(event.label)
        self._counts_for(event.item_id)
        self.waiting.pop(event.item_id, None)
        self.sharing.pop(event.item_id, None)
        self.skipped.pop(event.item_id, None)
        self.drafts.pop(event.item_id, None)
        if self.standing == event.item_id:
            self.standing = None
        self._undoable[entry.seq] = Judged.kind

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
        self._counts_for(item_id)
        if item_id in self.relabel and item_id not in self.waiting:
            self.waiting = {item_id: None, **self.waiting}
            self.drafts[item_id] = judgment
        elif item_id in self.pile and item_id not in self.answers and not again:
            self.skipped[item_id] = self.pile[item_id]
        if self.standing == item_id:
            self.standing = None
        return item_id

    def _take_back_look(self, item_id: str, judgment: Judgment) -> None:
        if self.thirds.get(item_id) == self.person:
            del self.thirds[item_id]
        if item_id in self.shared:
            # The other's answer may have been seen beside this one: the next one is no blind look.
            self.shared[item_id] = replace(self.shared[item_id], reason="shared-again")
            self.sharing = {item_id: None, **self.sharing}
            self.drafts[item_id] = judgment

    def _take_back_resolution(self, seq: int) -> None:
        self._forget_batch(self.resolutions.pop(seq))

    def _forget_batch(self, one: Judgment | Resolution | Revision) -> None:
        if one.batch is not None:
            rest = tuple(seq for seq in self.batches[one.batch] if seq != one.seq)
            if rest:
                self.batches[one.batch] = rest
            else:
                del self.batches[one.batch]

    def _recount(self, item_id: str, by: int) -> None:
        standing = self.answer(item_id)
        if standing is not None:
            count = self.counts.get(standing.label, 0) + by
            if count:
                self.counts[standing.label] = count
            else:
                self.counts.pop(standing.label, None)

    def _count_stop(self, first: Judgment, decision: Judgment, by: int) -> None:
        self.decisions[decided(first, decision)] += by


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
