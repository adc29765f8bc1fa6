"""Audit: how often one version is wrong on what nobody judged, and what the pool holds.

An audit is a draw, uniform and without return, from all items not judged at that moment, of one
version whose labels were fixed then. Its frame is a pool of known size, so nothing has to be
assumed of the items or of how the model learns on; see `rhml_widgets.measures.finite`. Items are
counted, not rows: exact duplicates are judged once.

The person is the reference. Against the person's own answers "wrong" means: the person would not
have given this label.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rhml_widgets.measures.agreement import LEVEL, Checks
from rhml_widgets.measures.finite import finite, finite_sum

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rhml_widgets.journal.events import Label
    from rhml_widgets.state import Audit, State, StateView

__all__ = ["Answered", "Reading", "Share", "audited", "class_shares", "read_audit"]


@dataclass(frozen=True, slots=True)
class Answered:
    """One item of an audit: what the person answered and what the version had said.

    ``sealed`` is False where the person could have seen the model's view of the item before.
    """

    item_id: str
    label: Label
    said: Label
    score: float
    sealed: bool = True
    within: bool = False

    @property
    def wrong(self) -> bool:
        """Whether the two differ: the answer is no part of a class that was split since."""
        return self.label != self.said and not self.within


@dataclass(frozen=True, slots=True)
class Reading:
    """What an audit shows so far.

    Attributes
    ----------
    audit : Audit
    answers : tuple of Answered
        In the order they were given.
    skipped : int
        Drawn and put aside: neither right nor wrong, and not counted.
    """

    audit: Audit
    answers: tuple[Answered, ...]
    skipped: int = 0

    @property
    def n(self) -> int:
        """Checks answered."""
        return len(self.answers)

    @property
    def wrong(self) -> int:
        """Answers that differ from what the version said."""
        return sum(one.wrong for one in self.answers)

    @property
    def waiting(self) -> int:
        """Checks drawn and not answered yet."""
        return len(self.audit.drawn) - self.n - self.skipped

    @property
    def exposed(self) -> int:
        """Answers given when the person could have seen the model's view before."""
        return sum(not one.sealed for one in self.answers)

    def error(self, level: float = LEVEL) -> tuple[float, float]:
        """Return the interval of the share wrong in the frame, in [0, 1], valid at all looks."""
        size = self.audit.n_items
        low, high = finite(self.wrong, self.n, size, level=level)
        return low / max(size, 1), high / max(size, 1) if size else 1.0

    def checks(self) -> Checks:
        """Return the agreement as a share with its doubt, for its words."""
        low, high = self.error()
        version = self.audit.version
        return Checks(
            hits=self.n - self.wrong,
            n=self.n,
            total=self.n,
            low=1 - high,
            high=1 - low,
            interval="anytime, of a pool of known size",
            versions=(version, version),
            skipped=self.skipped,
            seen=self.exposed,
        )

    def words(self) -> str:
        """Say it: a count below 30, then a share with its interval.

        Examples
        --------
        >>> from rhml_widgets.state import Audit
        >>> drawn, said = {"t1:x": ("a", 0.9)}, (("a", 2000),)
        >>> audit = Audit(9, 3, 2000, 2100, 50, (), said, ((0.0, 2000, 2100),), drawn)
        >>> Reading(audit, (Answered("t1:x", "a", "a", 0.9),)).words()
        'Version 3 was audited on items drawn at random: it agrees with you on 1 of 1 check.'
        """
        if not self.n:
            return f"Version {self.audit.version} is being audited: no check is answered yet."
        head = f"Version {self.audit.version} was audited on items drawn at random: it agrees with"
        told = [f"{head} you on {self.checks().share()}."]
        if self.waiting:
            told.append(f"{self.waiting:,} {'waits' if self.waiting == 1 else 'wait'} for you.")
        if self.skipped:
            told.append(f"{self.skipped:,} put aside are not counted.")
        if self.exposed:
            told.append(
                f"{self.exposed:,} were answered after my view was shown, which may flatter me."
            )
        return " ".join(told)


def read_audit(state: State | StateView, audit: Audit) -> Reading:
    """Collect the answers to an audit.

    An item counts with its newest blind answer; where it has none, with its first answer.
    """
    found = []
    for item_id, (said, score) in audit.drawn.items():
        seqs = state.answers.get(item_id)
        if seqs:
            judgment = state.blind(item_id) or state.judgments[seqs[0]]
            label, within = judgment.label, state.agrees(said, judgment.label)
            found.append((seqs[0], Answered(item_id, label, said, score, judgment.sealed, within)))
    found.sort(key=lambda pair: pair[0])
    skipped = sum(item_id in state.skipped for item_id in audit.drawn)
    return Reading(audit, tuple(one for _, one in found), skipped)


def audited(state: State | StateView) -> Reading | None:
    """Return the latest audit that is answered, else the latest begun, else None.

    Which one is looked at depends on how far the person came, never on what was found.
    """
    readings = [read_audit(state, audit) for audit in reversed(list(state.audits.values()))]
    done = next((one for one in readings if one.n and not one.waiting), None)
    return done or next((one for one in readings if one.n), readings[0] if readings else None)


@dataclass(frozen=True, slots=True)
class Share:
    """How many items of the pool are of a class, as a share in [0, 1] with its interval."""

    label: Label
    value: float
    low: float
    high: float


def class_shares(
    reading: Reading, classes: Sequence[Label], *, level: float = LEVEL
) -> list[Share]:
    """Estimate how many of the items are of each class, those kept aside for measuring left out.

    What was judged is counted exactly; in the frame the version's own counts are corrected by
    the checks. The frame falls into what the version calls this class and the rest; both parts
    are drawn from uniformly, and their counts are bounded together (`finite_sum`). Each class
    has an interval of its own, at ``level`` over all looks.

    Parameters
    ----------
    reading : Reading
    classes : sequence of label
    level : float

    Returns
    -------
    list of Share
        One a class, in their order; empty where nothing was answered.
    """
    audit = reading.audit
    if not reading.n or not classes:
        return []
    said, judged = dict(audit.said), dict(audit.judged)
    hits = np.zeros((len(classes), 2), dtype=np.int64)
    n, size = hits.copy(), hits.copy()
    for k, label in enumerate(classes):
        of_it = [one for one in reading.answers if one.said == label]
        n[k] = len(of_it), reading.n - len(of_it)
        hits[k, 0] = sum(one.label == label for one in of_it)
        hits[k, 1] = sum(one.label == label for one in reading.answers) - hits[k, 0]
        size[k] = said.get(label, 0), audit.n_items - said.get(label, 0)
    low, high = finite_sum(hits, n, size, error=1 - level)
    plain = hits.sum(axis=1, keepdims=True) / reading.n
    rate = np.where(n > 0, hits / np.maximum(n, 1), plain)
    value = np.clip((rate * size).sum(axis=1), low, high)
    total = audit.n_items + audit.n_judged
    return [
        Share(
            label,
            *((judged.get(label, 0) + float(count[k])) / total for count in (value, low, high)),
        )
        for k, label in enumerate(classes)
    ]
