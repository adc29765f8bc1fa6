"""Second look: what a look at all labels together found, kept until the next one."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from rhml_widgets.machine.conflicts import Conflicts
from rhml_widgets.machine.suspicion import Doubt, doubted
from rhml_widgets.measures.contradictions import Contradiction

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rhml_widgets.machine.features import Features
    from rhml_widgets.machine.snapshot import Snapshot

__all__ = ["SecondLook"]

FEW = 20
"""Below this many labels a model that lacks some of them knows too little to doubt the rest."""

TWO = 2

MOST = 500
"""Of each kind so many are kept, the surest: enough for hours, and cheap to go through."""

GROWTH = 0.1
"""Share of new labels after which the worker looks for suspicious ones again."""


class SecondLook:
    """Finds near-twins at odds and labels that the model doubts.

    Attributes
    ----------
    found : list of Contradiction
        Of the last look; some may not stand any more.
    """

    def __init__(self) -> None:
        self.found: list[Contradiction] = []
        self._conflicts = Conflicts()
        self._doubts: list[Doubt] = []
        self._doubted: tuple[str, int] = ("", 0)
        self._looking = Lock()

    def forget(self) -> bool:
        """Forget what was found; return whether there was something."""
        before, self.found = self.found, []
        return bool(before)

    def look(
        self,
        known: Snapshot,
        features: Features,
        ids: Sequence[str],
        *,
        thorough: bool,
        may_go_on: Callable[[], bool],
    ) -> bool:
        """Look at all labels; return whether something else was found than before.

        Parameters
        ----------
        known : Snapshot
        features : Features
        ids : sequence of str
            Of the pool's items.
        thorough : bool
            False: as much as a pause holds, and suspicious labels only where many are new.
        may_go_on : callable
            Asked between fits; False ends the search for suspicious labels.
        """
        with self._looking:
            labels, classes = known.label_of, known.classes
            pairs = self._conflicts.look(features, labels, seed=known.random_state)
            while thorough and self._conflicts.compared < np.count_nonzero(labels >= 0):
                before = self._conflicts.compared
                pairs = self._conflicts.look(features, labels, seed=known.random_state)
                if self._conflicts.compared == before:
                    break
            self._doubt(known, features, thorough=thorough, may_go_on=may_go_on)
            twins = [
                Contradiction(
                    "near-twins",
                    ids[first],
                    ids[second],
                    classes[int(labels[first])],
                    classes[int(labels[second])],
                    alike,
                )
                for first, second, alike in pairs[:MOST]
            ]
            doubts = [
                Contradiction(
                    "suspicious",
                    ids[one.number],
                    ids[one.number],
                    classes[one.label],
                    classes[one.expected],
                    one.strength,
                )
                for one in self._doubts[:MOST]
            ]
            before_it, self.found = self.found, [*twins, *doubts]
            return before_it != self.found

    def _doubt(
        self,
        known: Snapshot,
        features: Features,
        *,
        thorough: bool,
        may_go_on: Callable[[], bool],
    ) -> None:
        numbers = np.flatnonzero(known.label_of >= 0)
        digest, n_then = self._doubted
        if len(numbers) < FEW or len(np.unique(known.label_of[numbers])) < TWO:
            self._doubts = []
            return
        many = abs(len(numbers) - n_then) >= max(1.0, GROWTH * n_then)
        if known.digest() == digest or not (thorough or many):
            return
        found = doubted(known, features, numbers, may_go_on=may_go_on)
        if found is not None:
            self._doubts, self._doubted = found, (known.digest(), len(numbers))
