"""Outcomes: what may be counted of either side, and in which order it happened.

The rules of what is left out stand here and nowhere else; counts and curves only add up.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from rhml_widgets.folded.draws import SWEEP_CHECK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rhml_widgets.journal.events import Label
    from rhml_widgets.state import Judgment, Query, State, StateView

__all__ = [
    "DrawnChecks",
    "Outcome",
    "check_outcomes",
    "drawn_checks",
    "human_outcomes",
    "repeat_outcomes",
    "stop_outcomes",
]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One thing counted.

    Attributes
    ----------
    seq : int
        The answer that made it countable.
    item_id : str
    hit : bool
    label : Label
        What the person answered.
    other : Label
        What it is held against: the model's label, given truth, or the person's earlier answer.
    version : int or None
        The model version that spoke, where one did.
    """

    seq: int
    item_id: str
    hit: bool
    label: Label
    other: Label
    version: int | None = None


@dataclass(frozen=True, slots=True)
class DrawnChecks:
    """The items drawn as checks, sorted.

    Attributes
    ----------
    counted : tuple of Outcome
        In the order they were answered.
    skipped, seen, learned : int
        Left out: put aside unanswered; answered after the model's view was seen; of items the
        model had an imported label of.
    """

    counted: tuple[Outcome, ...]
    skipped: int
    seen: int
    learned: int


def check_outcomes(state: State | StateView) -> list[Outcome]:
    """List the blind checks of the model, in the order they were answered; see `drawn_checks`."""
    return list(drawn_checks(state).counted)


def drawn_checks(state: State | StateView) -> DrawnChecks:
    """Sort the checks into those that count and those that cannot.

    A check is an item drawn uniformly from those not yet judged (`Query.purpose` is ``check``,
    not drawn to judge a lesson). It counts if its first answer was given before the person saw
    the model's view of it, and the model had said something before it could learn from any
    answer to it. Held against the newest blind answer. Counted are the answers of who answers
    now (``state.person``) to items nobody else had answered before.
    """
    found: list[Outcome] = []
    seen = learned = 0
    undone = sorted(
        (target, back) for target, back in state.retracted.items() if target not in state.lessons
    )
    queries, judgments, newest_blind = state.queries, state.judgments, state.blind
    imported = state.imported
    for item_id, seqs in state.answers.items():
        query = queries.get(item_id)
        if query is None or not _is_check(query) or query.seq > seqs[0]:
            continue
        first, blind = judgments[seqs[0]], newest_blind(item_id, state.person)
        if first.person != state.person:
            continue
        if blind is None or not first.sealed:
            seen += 1
            continue
        # The first answer's prediction: a later one may be of a model that learned the first.
        said = first.predicted
        if said is None or _undone_answer_learned(state, query, first, undone):
            continue
        if item_id in imported:
            learned += 1
            continue
        hit = state.agrees(said.label, blind.label)
        found.append(Outcome(first.seq, item_id, hit, blind.label, said.label, said.version))
    skipped = sum(1 for item_id in state.skipped if _is_check(queries.get(item_id)))
    return DrawnChecks(tuple(sorted(found, key=_seq)), skipped, seen, learned)


def human_outcomes(state: State | StateView, truth: Mapping[str, Label]) -> list[Outcome]:
    """List the person's blind answers on checks whose truth is given, as they were answered."""
    found = []
    queries, newest_blind = state.queries, state.blind
    for item_id, seqs in state.answers.items():
        if item_id not in truth or not _is_check(queries.get(item_id)):
            continue
        known, blind = truth[item_id], newest_blind(item_id, state.person)
        # NaN, the usual mark of a missing truth, is the one value that differs from itself.
        if blind is None or known is None or known != known:  # noqa: PLR0124
            continue
        hit = state.agrees(known, blind.label)
        found.append(Outcome(_first_own(state, seqs), item_id, hit, blind.label, known))
    return sorted(found, key=_seq)


def repeat_outcomes(state: State | StateView, person: str | None = None) -> list[Outcome]:
    """List the items asked a second time, both times blind; a hit is the same answer again.

    Of one person; None: of who answers now. Only answers of stage ``probe`` count as a second
    time; changing one's own answer unasked is no fair draw.
    """
    found = []
    judgments, who = state.judgments, state.person if person is None else person
    for item_id, seqs in state.answers.items():
        own = [judgments[seq] for seq in seqs if judgments[seq].person == who]
        sealed = [one for one in own if one.sealed]
        for first, second in pairwise(sealed):
            if second.stage == "probe":
                hit = state.agrees(first.label, second.label)
                found.append(Outcome(second.seq, item_id, hit, second.label, first.label))
    return sorted(found, key=_seq)


def stop_outcomes(state: State | StateView) -> list[Outcome]:
    """List the stops: the person answered blind, the model objected, the person decided.

    Counted are checks and challenges where the model's label, shown as advice, differed from the
    blind answer and the very next answer was the decision on that item (``state.stops``). A hit
    is an answer kept.
    """
    found = []
    for seq, of in state.stops.items():
        decision, first = state.judgments[seq], state.judgments[of]
        said = first.predicted
        if said is None:
            continue
        hit = decision.label == first.label
        found.append(Outcome(seq, decision.item_id, hit, decision.label, said.label, said.version))
    return found


def _undone_answer_learned(
    state: State | StateView, query: Query, first: Judgment, undone: list[tuple[int, int]]
) -> bool:
    """Whether the prediction may come from a model that learned an undone answer to the item.

    Which item an undone answer belonged to is not kept; any that would fit is enough.
    """
    said = first.predicted
    version = state.versions.get(said.version) if said else None
    if said is None or version is None:
        return False
    place = bisect_right(undone, (query.seq, 0))
    return any(
        target <= version.snapshot_seq < back < first.seq
        for target, back in undone[place : bisect_right(undone, (said.seq, 0))]
    )


def _first_own(state: State | StateView, seqs: tuple[int, ...]) -> int:
    return next(seq for seq in seqs if state.judgments[seq].person == state.person)


def _is_check(query: Query | None) -> bool:
    # What somebody chose, and what was accepted before it was drawn, is no fair draw.
    return (
        query is not None
        and query.purpose == "check"
        and query.lesson is None
        and query.propensity is not None
        and query.reason != SWEEP_CHECK
    )


def _seq(counted: Outcome | Judgment) -> int:
    return counted.seq
