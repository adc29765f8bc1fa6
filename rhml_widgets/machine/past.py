"""Past: a version that no longer is in memory, fitted again from what the journal held then."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from rhml_widgets.exceptions import RhmlError
from rhml_widgets.journal.events import Extended, Fitted
from rhml_widgets.machine.features import Features
from rhml_widgets.machine.fit import Fit, fit
from rhml_widgets.machine.inputs import taken
from rhml_widgets.machine.outlook import outlook
from rhml_widgets.machine.verdicts import verdicts
from rhml_widgets.state import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from rhml_widgets.items.pool import Pool
    from rhml_widgets.journal.events import Entry
    from rhml_widgets.machine.learner import Learner
    from rhml_widgets.machine.snapshot import Snapshot
    from rhml_widgets.machine.verdicts import Verdicts
    from rhml_widgets.state import Audit

__all__ = ["frame_of", "once_said"]


def once_said(
    learner: Learner, pool: Pool, entries: Sequence[Entry], audit: Audit
) -> Verdicts | None:
    """Return what the audited version says of the pool, or None where it cannot be had again.

    It is fitted on the labels and lessons of then, its leading steps on the items of then. It is
    taken for the same only if it says of the items drawn what was logged of them: with another
    model, other library versions or items gone it may not.
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
    return found if said and found.agree(said) else None


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
    lessons = known.lessons
    for n_learned in range(len(lessons), -1, -1):
        part = known.without(lessons[n_learned:])
        if part.digest() == digest:
            return part
    return known  # another model or another pool; what it says tells whether it will do


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
    return Features(
        learner.model.estimator,
        taken(pool.inputs, then),
        kind=pool.kind,
        fit_on=np.flatnonzero(~held[then]),
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
