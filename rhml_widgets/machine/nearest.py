"""Nearest: the answered items most like one item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rhml_widgets.machine.explainers import neighbors
from rhml_widgets.machine.space import Space
from rhml_widgets.machine.threads import single_threaded

if TYPE_CHECKING:
    import numpy.typing as npt

    from rhml_widgets.machine.features import Features

__all__ = ["Nearest"]


class Nearest:
    """The answered items most like one item, found anew only among those answered since."""

    def __init__(self) -> None:
        self._kept: tuple[Any, npt.NDArray[np.bool_], list[tuple[int, float]]] | None = None

    def of(
        self, features: Features, number: int, labeled: npt.NDArray[np.bool_], n: int, *, seed: int
    ) -> list[tuple[int, float]]:
        """Return their numbers and similarities, nearest first."""
        X, among = features.X, np.flatnonzero(labeled)
        if self._kept is not None:
            (of, *what), before, kept = self._kept
            if of is X and what == [number, n] and not (before & ~labeled).any():
                # Of those compared before, only the nearest can still be among the nearest.
                fresh = np.flatnonzero(labeled & ~before)
                if not len(fresh):
                    return kept
                among = np.union1d(fresh, [other for other, _ in kept])
        with single_threaded():
            space = Space.of(features, seed) if features.kind == "row" else None
            nearest = neighbors(X, number, among.astype(np.intp).tolist(), n, space=space)
        found = list(zip(nearest.numbers, nearest.similarities, strict=True))
        self._kept = (X, number, n), labeled, found
        return found
