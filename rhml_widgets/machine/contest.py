"""Contest: whether a refit may replace the fitted model that somebody brought along."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import binom

from rhml_widgets.exceptions import NotFittedYetError
from rhml_widgets.machine.fit import fit_labels, left_out
from rhml_widgets.machine.outlook import outlook
from rhml_widgets.machine.threads import single_threaded

if TYPE_CHECKING:
    import numpy.typing as npt

    from rhml_widgets.machine.features import Features
    from rhml_widgets.machine.snapshot import Snapshot

__all__ = ["FEWEST", "Contest", "crossed", "due", "outstanding", "weigh"]

FEWEST = 20
"""Judged items before anything is weighed."""

FEWEST_OF_A_CLASS = 5
"""Fair items that each of two classes must have."""

EVIDENCE = 0.025
"""Largest mid-p at which a refit counts as better."""

GROWTH = 1.1
"""Fair items must have grown by this factor before they are weighed again: every look at the
same items is another chance to be wrong about them."""


@dataclass(frozen=True)
class Contest:
    """A refit against the model that was brought along, item by item.

    Only fair items count: answered blind, and not asked because the model brought along was
    unsure. There it is wrong most, and any other model looks better than it is. Left are checks
    and other uniform draws, the person's own picks, and challenges, where it is most sure.

    Attributes
    ----------
    refit, brought, n : int
        Of ``n`` fair items, how many the refit gets right (cross-validated, without what the
        person marked on them) and how many the model brought along does.
    gained, lost : int
        Items only the refit gets right; items only the model brought along does.
    refit_recall, brought_recall : float
        Share of right answers, averaged over the classes of the fair items, in [0, 1].
    two_classes : bool
        Whether at least two classes have some fair items each.
    """

    refit: int
    brought: int
    n: int
    gained: int
    lost: int
    refit_recall: float
    brought_recall: float
    two_classes: bool

    @property
    def p(self) -> float:
        """One-sided mid-p of McNemar's exact test that the refit is no better.

        Examples
        --------
        >>> round(Contest(18, 10, 20, 8, 0, 0.9, 0.5, two_classes=True).p, 4)
        0.002
        """
        of = self.gained + self.lost
        if not of:
            return 1.0
        return float(binom.sf(self.gained, of, 0.5) + binom.pmf(self.gained, of, 0.5) / 2)

    @property
    def won(self) -> bool:
        """Whether the refit is better beyond doubt, and not by forgetting a class."""
        return self.two_classes and self.p < EVIDENCE and self.refit_recall >= self.brought_recall

    def words(self) -> str:
        """Return the score as people say it."""
        return f"{self.refit} against {self.brought} of {self.n} items judged blind"

    def why_not(self) -> str:
        """Return the score of a refit that did not win, why not, and when it is weighed again."""
        if self.p >= EVIDENCE:
            why = f"which may be chance (p = {self.p:.3f}; less than {EVIDENCE} is needed)"
        else:
            why = "but is worse on a class"
        return f"a refit had {self.words()}, {why}; weighed again at {_again(self)}"


def due(known: Snapshot, last: Contest | None) -> bool:
    """Whether enough fair items came since the last contest to hold another."""
    fair = known.fair_of[known.fair_of >= 0]
    if known.n_labels < FEWEST or not _two_classes(fair):
        return False
    return last is None or len(fair) >= _again(last)


def outstanding(fair_of: npt.NDArray[np.int32], last: Contest | None) -> str:
    """Say why the model brought along was not replaced yet, and what that takes.

    Parameters
    ----------
    fair_of : ndarray of int32, shape (n_items,)
        See `Snapshot`.
    last : Contest or None

    Examples
    --------
    >>> import numpy as np
    >>> outstanding(np.array([0, 1, -1], dtype=np.int32), None)
    '2 items so far were judged blind and not asked out of its doubt; a refit is weighed from 20 \
answers on, with 5 such items of each of two classes'
    """
    if last is not None:
        return last.why_not()
    n = int((fair_of >= 0).sum())
    were = "1 item so far was" if n == 1 else f"{n} items so far were"
    return (
        f"{were} judged blind and not asked out of its doubt; a refit is weighed from {FEWEST} "
        f"answers on, with {FEWEST_OF_A_CLASS} such items of each of two classes"
    )


def _again(last: Contest) -> int:
    """Return how many fair items there must be for another contest."""
    return math.ceil(GROWTH * last.n - 1e-9)


def weigh(known: Snapshot, features: Features, brought: Any) -> Contest:
    """Hold a refit against a fitted head on the fair items of a snapshot.

    Parameters
    ----------
    known : Snapshot
    features : Features
    brought : fitted head

    Notes
    -----
    The refit predicts each fifth of the fair items from all other labels. McNemar (1947); the
    mid-p value after Fagerland, Lydersen & Laake (2013).
    """
    numbers = np.flatnonzero(known.fair_of >= 0)
    with single_threaded():
        theirs = outlook(brought, features.rows(numbers), known.classes).predicted
    return compare(known.fair_of[numbers], crossed(known, features, numbers), theirs)


def crossed(
    known: Snapshot, features: Features, numbers: npt.NDArray[np.intp]
) -> npt.NDArray[np.int32]:
    """Predict each fifth of some items from all other labels; see `left_out`.

    Returns
    -------
    ndarray of int32, shape (n_numbers,)
        Class indices; -1 where the other labels are of one class only.
    """
    found = np.full(len(numbers), -1, dtype=np.int32)
    with single_threaded():
        for places, rest in left_out(known, numbers):
            with suppress(NotFittedYetError):
                head = fit_labels(rest, features)
                rows = features.rows(numbers[places])
                found[places] = outlook(head, rows, known.classes).predicted
    return found


def compare(
    truth: npt.NDArray[np.int32], mine: npt.NDArray[np.int32], theirs: npt.NDArray[np.int32]
) -> Contest:
    """Count how a refit's predictions fare against those of the model brought along.

    Examples
    --------
    >>> import numpy as np
    >>> truth = np.array([0, 0, 1, 1], dtype=np.int32)
    >>> compare(truth, truth, np.zeros(4, dtype=np.int32)).words()
    '4 against 2 of 4 items judged blind'
    """
    refit, brought = mine == truth, theirs == truth
    classes = np.unique(truth)
    recalls = [
        float(np.mean([right[truth == k].mean() for k in classes])) if len(classes) else 0.0
        for right in (refit, brought)
    ]
    return Contest(
        refit=int(refit.sum()),
        brought=int(brought.sum()),
        n=len(truth),
        gained=int((refit & ~brought).sum()),
        lost=int((brought & ~refit).sum()),
        refit_recall=recalls[0],
        brought_recall=recalls[1],
        two_classes=_two_classes(truth),
    )


def _two_classes(truth: npt.NDArray[np.int32]) -> bool:
    return int((np.bincount(truth) >= FEWEST_OF_A_CLASS).sum()) > 1
