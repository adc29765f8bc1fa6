"""Suspicion: labels that the model, not having learned them, would not give."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rhml_widgets.machine.fit import fit_labels, left_out
from rhml_widgets.machine.scores import decision
from rhml_widgets.machine.threads import single_threaded
from rhml_widgets.measures.suspicion import suspicious

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from rhml_widgets.machine.features import Features
    from rhml_widgets.machine.snapshot import Snapshot

__all__ = ["Doubt", "doubted", "out_of_sample"]


class Doubt(NamedTuple):
    """A label that is doubted: of which item, what is expected instead, by how much more."""

    number: int
    label: int
    expected: int
    strength: float


def doubted(
    known: Snapshot,
    features: Features,
    numbers: NDArray[np.intp],
    *,
    firmly: bool = True,
    may_go_on: Callable[[], bool] = lambda: True,
) -> list[Doubt] | None:
    """Return the labeled items whose label the model doubts, most doubtful first.

    By confident learning on scores of fits that did not learn the item's own label: see
    `rhml_widgets.measures.suspicion.suspicious`. Only items for which another class wins are
    returned.

    Parameters
    ----------
    known : Snapshot
    features : Features
    numbers : ndarray of int
        Labeled items to look at.
    firmly : bool
        Only those that confident learning finds; False: wherever another class wins, enough to
        ask about a label that nobody confirmed here.
    may_go_on : callable
        Asked between fits; False ends the look.

    Returns
    -------
    list of Doubt or None
        None where the look was ended.
    """
    scores = out_of_sample(known, features, numbers, may_go_on=may_go_on)
    if scores is None:
        return None
    seen = np.isfinite(scores).all(axis=1)
    scores, looked = scores[seen], numbers[seen]
    given = known.label_of[looked].astype(np.intp)
    found = []
    for place in suspicious(scores, given).tolist() if firmly else range(len(given)):
        own = int(given[place])
        others = scores[place].copy()
        others[own] = -np.inf
        expected = int(others.argmax())
        strength = float(others[expected] - scores[place, own])
        if strength > 0:
            found.append(Doubt(int(looked[place]), own, expected, min(strength, 1.0)))
    return sorted(found, key=lambda one: -one.strength)


def out_of_sample(
    known: Snapshot,
    features: Features,
    numbers: NDArray[np.intp],
    *,
    may_go_on: Callable[[], bool] = lambda: True,
) -> NDArray[np.float64] | None:
    """Return scores of labeled items by fits that did not learn them, shape (n, n_classes).

    Rows sum to 1; a row is NaN where nothing could be fitted without it. None where the look was
    ended.
    """
    scores = np.full((len(numbers), len(known.classes)), np.nan)
    order = np.random.default_rng([known.random_state, 0x5059]).permutation(len(numbers))
    for places, rest in left_out(known, numbers[order]):
        if not may_go_on():
            return None
        left = order[places]
        # A user's estimator may fail without these labels, in whatever way.
        with suppress(Exception), single_threaded():
            head = fit_labels(rest, features)
            scores[left] = decision(head, features.rows(numbers[left]), known.classes)[0]
    return scores
