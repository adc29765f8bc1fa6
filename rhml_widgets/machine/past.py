"""Past: a version that no longer is in memory, fitted again from what the journal held then."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rhml_widgets.exceptions import RhmlError
from rhml_widgets.journal.events import Extended, Fitted
from rhml_widgets.machine.features import Features
from rhml_widgets.machine.fit import Fit, fit
from rhml_widgets.machine.inputs import taken
from rhml_widgets.machine.models import bare
from rhml_widgets.machine.outlook import outlook
from rhml_widgets.machine.verdicts import verdicts
from rhml_widgets.state import State

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from rhml_widgets.items.pool import Pool
    from rhml_widgets.journal.events import Entry, Label
    from rhml_widgets.machine.learner import Learner
    from rhml_widgets.machine.snapshot import Snapshot
    from rhml_widgets.machine.verdicts import Verdicts
    from rhml_widgets.state import Audit

__all__ = ["frame_of", "once_said", "served"]


def once_said(
    learner: Learner,
    pool: Pool,
    entries: Sequence[Entry],
    audit: Audit,
    today: Callable[[Label], Label] = lambda label: label,
) -> Verdicts | None:
    """Return what the audited version says of the pool, or None where it cannot be had again.

    It is fitted on the labels and lessons of then, its leading steps on the items of then. It is
    taken for the same only if it says of the items drawn what was logged of them: with another
    model, other library versions or items gone it may not. It names classes as they were then;
    ``today`` turns that into the names in which the audit is told.
    """
    at, event = next(
        (entry.seq, entry.event)
        for entry in reversed(entries)
        if isinstance(entry.event, Fitted) and entry.event.version == audit.version
    )
    brought = event.snapshot_seq == 0  # the fitted model somebody brought: it learned nothing here
    state = State()
    for entry in entries:
        if entry.seq <= (at if brought else event.snapshot_seq):
            state.fold(entry)
    later = _later(pool, entries, event.snapshot_seq or at)
    order = np.argsort(later, kind="stable")  # the items of then first
    then, since = np.split(order, [int(np.count_nonzero(~later))])
    known = _learned(_of(learner.known(state), then), event.digest)
    try:
        features = _features_of(learner, pool, then)
        made = None if brought else fit(known, features)
        head = features.fitted_head if made is None else made.head
        features = features if made is None else made.features or features
        features.extend(taken(pool.inputs, since))
        view = outlook(head, features.rows(), known.classes)
    except (RhmlError, ValueError, AttributeError):
        return None
    found = verdicts(Fit(known, head, view), audit.version)
    place = np.argsort(order, kind="stable")
    found = replace(found, predicted=found.predicted[place], score=found.score[place])
    said = {pool.number(one): told for one, told in audit.drawn.items() if one in pool}
    return found if said and found.named(today).agree(said) else None


def served(
    learner: Learner, pool: Pool, entries: Sequence[Entry], version: int, model: Any
) -> Snapshot | None:
    """Return what a version knew, to be fitted again on the pool as it is.

    None where it was another estimator, or one that somebody brought.
    """
    at, event = next(
        (
            (entry.seq, entry.event)
            for entry in reversed(entries)
            if isinstance(entry.event, Fitted) and entry.event.version == version
        ),
        (0, None),
    )
    if event is None or not event.snapshot_seq or bare(event.params) != bare(repr(model)):
        return None
    state = State()
    for entry in entries:
        if entry.seq <= event.snapshot_seq:
            state.fold(entry)
    known = replace(learner.known(state), seq=event.snapshot_seq)
    for entry in entries:
        if event.snapshot_seq < entry.seq < at:
            state.fold(entry)
    # A veto binds a version with the answers it had: it may be newer than what was learned.
    for told in (known, known.bound_as(learner.known(state))):
        learned = _learned(told, event.digest)
        if learned.digest() == event.digest:
            return learned
    then = np.flatnonzero(~_later(pool, entries, event.snapshot_seq))
    for lessons in _prefixes(known):
        part = known.without(lessons)
        if _of(part, then).digest() == event.digest:
            return part
    return known


def _of(known: Snapshot, numbers: NDArray[np.intp]) -> Snapshot:
    """Return what is known of some items, in their order."""
    return replace(
        known,
        label_of=known.label_of[numbers],
        fair_of=known.fair_of[numbers],
        truth_of=known.truth_of[numbers],
    )


def _learned(known: Snapshot, digest: str) -> Snapshot:
    """Return what a version learned from: lessons that came together are learned one by one."""
    for lessons in _prefixes(known):
        part = known.without(lessons)
        if part.digest() == digest:
            return part
    return known  # another model or another pool; what it says tells whether it will do


def _prefixes(known: Snapshot) -> list[list[int]]:
    """Return what may have been left out: nothing, the last lesson, the last two, and so on."""
    lessons = known.lessons
    return [lessons[n_learned:] for n_learned in range(len(lessons), -1, -1)]


def frame_of(
    learner: Learner, pool: Pool, entries: Sequence[Entry], audit: Audit
) -> NDArray[np.bool_]:
    """Return which items of the pool an audit was drawn from, shape (n_items,)."""
    state = State()
    for entry in entries:
        if entry.seq < audit.seq:
            state.fold(entry)
    return ~learner.judged(state) & ~_later(pool, entries, audit.seq)


def _features_of(learner: Learner, pool: Pool, then: NDArray[np.intp]) -> Features:
    if len(then) == len(pool):
        return learner.features()
    held = np.zeros(len(pool), dtype=bool)
    held[learner.held] = True
    base = learner.evidence.base
    return Features(
        learner.model.estimator,
        taken(pool.inputs, then),
        kind=pool.kind,
        fit_on=np.flatnonzero(~held[then]),
        old=None if base is None else base.contents,
        transform=learner.transform,
    )


def _later(pool: Pool, entries: Sequence[Entry], seq: int) -> NDArray[np.bool_]:
    """Return which items came after a moment."""
    found = np.zeros(len(pool), dtype=bool)
    for entry in entries:
        if entry.seq > seq and isinstance(entry.event, Extended):
            new = [one for one in entry.event.new if one in pool]
            found[[pool.number(one) for one in new]] = True
    return found
