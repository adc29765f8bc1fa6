"""Suspicion: labels brought along that the model, not having seen them, would not give."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from rhml_widgets.exceptions import NotFittedYetError
from rhml_widgets.machine.fit import fit_labels
from rhml_widgets.machine.outlook import decision

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rhml_widgets.machine.features import Features
    from rhml_widgets.machine.snapshot import Snapshot

__all__ = ["suspicious"]

_FOLDS = 5


def suspicious(known: Snapshot, features: Features, numbers: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the labeled items whose label the model doubts most, most doubtful first.

    Each is looked at by a fit that did not learn from it; its doubt is the score of the best
    other class less that of its label (confident learning, Northcutt et al. 2021, by margin).
    Only items for which another class wins are returned.
    """
    doubt = np.full(len(numbers), -np.inf)
    order = np.random.default_rng([known.random_state, 0x5059]).permutation(len(numbers))
    for fold in range(_FOLDS):
        left = order[fold::_FOLDS]
        if not len(left):
            continue
        rest = known.label_of.copy()
        rest[numbers[left]] = -1
        try:
            head = fit_labels(replace(known, label_of=rest), features)
        except NotFittedYetError:
            continue
        scores, _ = decision(head, features.rows(numbers[left]), known.classes)
        scores = np.asarray(scores, dtype=float)
        given = known.label_of[numbers[left]]
        own = scores[np.arange(len(left)), given].copy()
        scores[np.arange(len(left)), given] = -np.inf
        doubt[left] = scores.max(axis=1) - own
    ranked = np.argsort(-doubt, kind="stable")
    found: NDArray[np.intp] = numbers[ranked[doubt[ranked] > 0]]
    return found
