"""Compatibility: what a refit keeps of what the version before it got right, and what it breaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Compatibility", "compare"]


@dataclass(frozen=True, eq=False)
class Compatibility:
    """Two versions on the same items.

    Attributes
    ----------
    n_right_before : int
        Items the older version gets right.
    kept : float or None
        Share of them that the newer one gets right, too (BTC), in [0, 1]; None where there are
        none.
    new_errors : float or None
        Share of the newer version's errors that are new (1 - BEC), in [0, 1]; None where it
        makes none.
    lost, gained : ndarray of int
        Places of the items only the older one gets right; of those only the newer one does.
    """

    n_right_before: int
    kept: float | None
    new_errors: float | None
    lost: NDArray[np.intp]
    gained: NDArray[np.intp]


def compare(before: ArrayLike, after: ArrayLike, right: ArrayLike) -> Compatibility:
    """Compare the predictions of two versions, item by item.

    Parameters
    ----------
    before, after : array of int, shape (n_items,)
        Class indices the older and the newer version predict.
    right : array of int, shape (n_items,)
        Class index that is right; -1 where nobody knows.

    Returns
    -------
    Compatibility

    Notes
    -----
    Backward trust compatibility: of what was right before, the share right now. Backward error
    compatibility: of what is wrong now, the share that was wrong before; Bansal et al. (2019),
    "Updates in Human-AI Teams", and Srivastava et al. (2020), "An Empirical Analysis of Backward
    Compatibility in Machine Learning Systems".

    Examples
    --------
    >>> found = compare([0, 0, 1, 1], [0, 1, 1, 0], [0, 0, 1, -1])
    >>> found.n_right_before, round(found.kept, 2), found.lost.tolist(), found.new_errors
    (3, 0.67, [1], 1.0)
    """
    old, new, known = (np.asarray(one) for one in (before, after, right))
    told = known >= 0
    was, now = told & (old == known), told & (new == known)
    lost, gained = was & ~now, now & ~was
    n_right, n_wrong = int(was.sum()), int((told & ~now).sum())
    return Compatibility(
        n_right_before=n_right,
        kept=1 - int(lost.sum()) / n_right if n_right else None,
        new_errors=int(lost.sum()) / n_wrong if n_wrong else None,
        lost=np.flatnonzero(lost),
        gained=np.flatnonzero(gained),
    )
