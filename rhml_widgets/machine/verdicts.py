"""Verdicts: what one version says of every item, to be audited and accepted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from rhml_widgets.journal.events import Label
    from rhml_widgets.machine.fit import Fit

__all__ = ["Verdicts", "verdicts"]

SAME_SCORE = 1e-3


@dataclass(frozen=True, eq=False)
class Verdicts:
    """The labels of one version.

    Attributes
    ----------
    version : int
    classes : list of label
    predicted : ndarray of int32, shape (n_items,)
        Class indices.
    score : ndarray of float, shape (n_items,), in [0, 1]
        The top score, rounded to six digits so that a threshold read off a table cuts where it
        says.
    """

    version: int
    classes: list[Label]
    predicted: NDArray[np.int32]
    score: NDArray[np.float64]

    def label(self, number: int) -> Label:
        """Return the label of an item."""
        return self.classes[int(self.predicted[number])]

    def counts(self, frame: NDArray[np.bool_]) -> list[list[Any]]:
        """Return how many items of a frame were given each label: ``[[label, n], ...]``."""
        found = np.bincount(self.predicted[frame], minlength=len(self.classes)).tolist()
        counts: dict[Label, int] = {}
        for label, n in zip(self.classes, found, strict=True):
            counts[label] = counts.get(label, 0) + n
        return [[label, n] for label, n in counts.items() if n]

    def named(self, today: Callable[[Label], Label]) -> Verdicts:
        """Return the same labels by the names that the classes have today."""
        return replace(self, classes=[today(label) for label in self.classes])

    def agree(self, said: Mapping[int, tuple[Label, float]]) -> bool:
        """Whether these are the labels and scores that were logged, by item number."""
        return all(
            self.label(number) == label and abs(float(self.score[number]) - score) <= SAME_SCORE
            for number, (label, score) in said.items()
        )


def verdicts(made: Fit, version: int) -> Verdicts:
    """Return what a fitted version says of the pool it was fitted with."""
    view = made.outlook
    score: NDArray[np.float64] = np.asarray(view.confidence, dtype=np.float64).round(6)
    return Verdicts(version, list(made.snapshot.classes), np.asarray(view.predicted), score)
