"""Stopping: whether more labels still change what the model says. Advice; nothing ever stops.

Stabilizing predictions (Bloodgood and Vijay-Shanker 2009): Cohen's kappa between a version and
one some labels before it, on items drawn once, uniformly, whatever is asked. A model that no
longer moves need not be right: only an audit tells that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from rhml_widgets.measures.audit import Reading
    from rhml_widgets.state import State, StateView

__all__ = ["StopSet", "advice", "kappa_of", "steady"]

SIZE = 2000
LOOKS = 3
STEADY = 0.99
TARGET = 0.05

_APART = 0.1
_AT_LEAST = 10


def kappa_of(ours: Any, theirs: Any, n_classes: int) -> float:
    """Agreement beyond chance of two arrays of class indices; 1 where both name one class only.

    Examples
    --------
    >>> kappa_of([0, 0, 1, 1], [0, 0, 1, 0], 2)
    0.5
    """
    a, b = np.asarray(ours), np.asarray(theirs)
    share = np.bincount(a, minlength=n_classes) @ np.bincount(b, minlength=n_classes)
    by_chance = float(share) / len(a) ** 2
    return 1.0 if by_chance == 1 else float((np.mean(a == b) - by_chance) / (1 - by_chance))


class StopSet:
    """The items on which versions are compared, and what an earlier version said of them.

    Versions are compared a tenth more labels apart, at least ten: two versions one label apart
    always agree.

    Parameters
    ----------
    n_items : int
        Of the pool; 2,000 of them are drawn, all if fewer.
    random_state : int
    """

    def __init__(self, n_items: int, random_state: int) -> None:
        size = min(SIZE, n_items)
        stream = np.random.default_rng([random_state, 0x5709])
        self.numbers = np.sort(stream.choice(n_items, size=size, replace=False))
        self._before: tuple[int, Any] | None = None

    def compare(self, predicted: Any, n_labels: int, n_classes: int) -> float | None:
        """Return the kappa with the version before, or None where it is too near."""
        now = np.asarray(predicted)[self.numbers]
        if self._before is None:
            self._before = n_labels, now
            return None
        labels, before = self._before
        if n_labels - labels < max(_AT_LEAST, _APART * labels) or not len(now):
            return None
        self._before = n_labels, now
        return round(kappa_of(before, now, n_classes), 4)


def steady(state: State | StateView) -> float | None:
    """Return the mean of the last three kappas, or None before there are three."""
    found = [one.kappa for one in state.versions.values() if one.kappa is not None]
    return float(np.mean(found[-LOOKS:])) if len(found) >= LOOKS else None


def advice(
    state: State | StateView, reading: Reading | None = None, *, n_free: int | None = None
) -> str:
    """Say what speaks for going on and what for stopping; to stop is the person's decision.

    With kappa K between two versions, their F scores differ by 4 (1 - K) / K at most
    (Bloodgood and Grothendieck 2013).
    """
    if n_free == 0:
        return "Every item that can be asked has a label of yours: there is nothing to go on with."
    kappa = steady(state)
    error = None if reading is None or not reading.n else reading.error()
    if kappa is None:
        told = "not yet: whether my answers settle shows after some more labels."
    elif kappa >= STEADY:
        told = (
            f"My answers have settled (kappa {kappa:.3f} with those some labels ago): more labels "
            "of this kind change little. That does not say they are right."
        )
    else:
        told = f"My answers still change (kappa {kappa:.3f} with those some labels ago): go on."
    if error is None:
        return f"{told} How often I am wrong only an audit tells: session.audit(100)."
    low, high = 100 * error[0], 100 * error[1]
    if error[1] <= TARGET:
        return f"{told} The audit bounds my errors at {high:.0f} %: you may stop."
    if error[0] > TARGET:
        return f"{told} The audit finds at least {low:.0f} % wrong: label on, or accept a part."
    return f"{told} The audit leaves {low:.0f} to {high:.0f} % wrong open."
