"""Conflicts: labeled items that are almost the same and carry different labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rhml_widgets.machine.floor import give_way
from rhml_widgets.machine.ranking import TWIN
from rhml_widgets.machine.space import Space
from rhml_widgets.machine.threads import single_threaded

if TYPE_CHECKING:
    import numpy.typing as npt

    from rhml_widgets.machine.features import Features

__all__ = ["Conflicts"]

AT_ONCE = 50_000_000
"""Pairs compared in one look; the rest waits for the next one."""

_CHUNK = 256


class Conflicts:
    """Near-twins with different labels, found anew only among what was labeled since.

    Near-twins are items at least `ranking.TWIN` alike (see `Space.alike`): texts by their cosine,
    rows where standardized columns differ by at most a tenth, as a root mean square.
    """

    def __init__(self) -> None:
        self._of: Any = None
        self._labels: npt.NDArray[np.int32] = np.zeros(0, dtype=np.int32)
        self._found: dict[tuple[int, int], float] = {}

    def look(
        self, features: Features, labels: npt.NDArray[np.int32], *, seed: int = 0
    ) -> list[tuple[int, int, float]]:
        """Return the pairs at odds so far, most alike first: two numbers and how alike they are.

        Parameters
        ----------
        features : Features
        labels : ndarray of int32, shape (n_items,)
            Class index of each labeled item, -1 for the others.
        seed : int
            Of the session's space.
        """
        X = features.X
        if X is None:
            return []
        if X is not self._of:
            self._of, self._found = X, {}
            self._labels = np.full(X.shape[0], -1, dtype=np.int32)
        changed = self._labels != labels
        self._found = {
            pair: alike
            for pair, alike in self._found.items()
            if not (changed[pair[0]] or changed[pair[1]])
        }
        self._labels[changed & (labels < 0)] = -1
        labeled = np.flatnonzero(labels >= 0)
        fresh = np.flatnonzero(changed & (labels >= 0))[: AT_ONCE // max(len(labeled), 1)]
        with single_threaded():
            space = Space.of(features, seed)
            for start in range(0, len(fresh) if space is not None else 0, _CHUNK):
                give_way()
                self._compare(space, fresh[start : start + _CHUNK], labeled, labels)
        self._labels[fresh] = labels[fresh]
        ranked = sorted(self._found.items(), key=lambda one: (-one[1], one[0]))
        return [(first, second, alike) for (first, second), alike in ranked]

    @property
    def compared(self) -> int:
        """How many labeled items were compared with all others."""
        return int(np.count_nonzero(self._labels >= 0))

    def _compare(
        self,
        space: Any,
        rows: npt.NDArray[np.intp],
        labeled: npt.NDArray[np.intp],
        labels: npt.NDArray[np.int32],
    ) -> None:
        alike = space.alike(self._of[rows], self._of[labeled])
        alike[labels[rows][:, None] == labels[labeled][None, :]] = 0.0
        for place, other in np.argwhere(alike >= TWIN).tolist():
            pair = sorted((int(rows[place]), int(labeled[other])))
            self._found[pair[0], pair[1]] = min(float(alike[place, other]), 1.0)
