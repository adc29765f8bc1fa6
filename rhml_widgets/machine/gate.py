"""Gate: whether a refit may go live unasked, by what it un-learns and the goals it breaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import binom

from rhml_widgets.journal.events import Gated
from rhml_widgets.machine.compatibility import Compatibility, compare

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from rhml_widgets.machine.fit import Fit
    from rhml_widgets.overseen import Gate

__all__ = ["Held", "Weighed", "judge"]

FEWEST_RIGHT = 20
"""Right answers before their share means anything."""

FEWEST_LOST = 3
"""Judged items a refit must get wrong that were right: one or two are its everyday."""

EVIDENCE = 0.001
"""Largest mid-p at which items kept aside tell that a refit is worse. Among them a young model
takes and gives by the dozen at each refit."""


@dataclass(frozen=True, eq=False)
class Weighed:
    """A refit against the version that answers.

    Attributes
    ----------
    judged : Compatibility
        On what the person labeled; places are item numbers, as in ``held_out``.
    held_out : Compatibility
        On items kept aside whose truth is known.
    why : tuple of str
        ``unlearned`` and names of goals: why it may not go live unasked; empty where it may.
    """

    judged: Compatibility
    held_out: Compatibility
    why: tuple[str, ...] = ()

    @property
    def n_right(self) -> int:
        """Items the older version gets right."""
        return self.judged.n_right_before + self.held_out.n_right_before

    @property
    def lost(self) -> NDArray[np.intp]:
        """Numbers of those that the refit gets wrong, judged ones first."""
        return np.concatenate([self.judged.lost, self.held_out.lost])

    @property
    def n_gained(self) -> int:
        """Items only the refit gets right."""
        return len(self.judged.gained) + len(self.held_out.gained)

    @property
    def kept(self) -> float | None:
        """Share of what was right that stays right."""
        return 1 - len(self.lost) / self.n_right if self.n_right else None

    def is_news(self, gates: Sequence[Gate], at_most: float, ids: Sequence[str]) -> bool:
        """Tell whether the gates that stand do not tell of this: then it is another cause.

        Of what is un-learned only the items that none of them named count, and only where the
        share lost is larger by ``at_most`` than any of them told: more answers tell more of the
        same cause, and a tie may break to either side.
        """
        if not set(self.why) <= {one for gate in gates for one in gate.why}:
            return True
        if "unlearned" not in self.why:
            return False
        told = {own_id for gate in gates for own_id in gate.lost}
        least = min(1.0 if gate.kept is None else gate.kept for gate in gates)
        fresh = sum(ids[number] not in told for number in self.lost.tolist())
        worse = self.kept is not None and self.kept < least - at_most
        return worse and fresh >= max(at_most * self.n_right, FEWEST_LOST)

    def event(self, version: int, against: int, ids: Sequence[str]) -> Gated:
        """Return what is logged of it."""
        return Gated(
            version=version,
            against=against,
            n_right=self.n_right,
            kept=None if self.kept is None else round(self.kept, 6),
            lost=[ids[number] for number in self.lost.tolist()],
            gained=self.n_gained,
            why=list(self.why),
        )


@dataclass(frozen=True, eq=False)
class Held:
    """A refit that waits: the fit, the version it would replace and what was found."""

    made: Fit
    against: int
    found: Weighed


def judge(before: Fit, after: Fit, *, at_most: float, broken: Collection[str] = ()) -> Weighed:
    """Hold a refit against the version that answers.

    It may not go live unasked where it un-learns more than ``at_most`` of the judged items that
    were right, three or more; where it does so on items kept aside, and loses more of them than
    it gains beyond doubt (McNemar's exact test, mid-p); or where it breaks a goal.

    Parameters
    ----------
    before, after : Fit
        On the same items; ``after`` may know more classes.
    at_most : float
        In (0, 1].
    broken : collection of str
        Names of goals that only the refit breaks.
    """
    known = after.snapshot
    said = _in_classes(before, known.classes)
    now = after.outlook.predicted
    judged = compare(said, now, known.label_of)
    held_out = compare(said, now, np.where(known.label_of >= 0, -1, known.truth_of))
    why = (*_unlearned(judged, held_out, known.n_labels, at_most), *sorted(broken))
    return Weighed(judged, held_out, why)


def _unlearned(
    judged: Compatibility, held_out: Compatibility, n_labels: int, at_most: float
) -> tuple[str, ...]:
    n_lost = len(judged.lost)
    enough = judged.n_right_before >= FEWEST_RIGHT and n_lost >= FEWEST_LOST
    if enough and n_lost > at_most * judged.n_right_before:
        return ("unlearned",)
    n_lost, n_gained = len(held_out.lost), len(held_out.gained)
    enough = min(held_out.n_right_before, n_labels) >= FEWEST_RIGHT
    if enough and n_lost > at_most * held_out.n_right_before:
        changed = n_lost + n_gained
        p = binom.sf(n_lost, changed, 0.5) + binom.pmf(n_lost, changed, 0.5) / 2
        if p < EVIDENCE:
            return ("unlearned",)
    return ()


def _in_classes(fit: Fit, classes: Sequence[object]) -> NDArray[np.int32]:
    """Return a fit's predictions as places in other classes; -1 for one that is none of them."""
    index = {label: place for place, label in enumerate(classes)}
    place = [index.get(label, -1) for label in fit.snapshot.classes]
    return np.asarray(place, dtype=np.int32)[fit.outlook.predicted]
