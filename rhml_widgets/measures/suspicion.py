"""Suspicion: which of the labels given look wrong, from how a model sees them out of sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rhml_widgets.exceptions import BadInputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["suspicious"]


def suspicious(proba: ArrayLike, given: ArrayLike) -> NDArray[np.intp]:
    """Rank the labels a model confidently disagrees with, most suspicious first.

    Confident learning (Northcutt, Jiang and Chuang 2021, "Confident Learning: Estimating
    Uncertainty in Dataset Labels", section 3): class k's threshold is the mean probability of k
    over the items labeled k. An item is suspicious where the likeliest of the classes at or above
    their threshold is not the one given. They are ranked by the margin by which the class given
    is behind, widest first.

    Parameters
    ----------
    proba : array-like of float, shape (n_items, n_classes)
        Out-of-sample probabilities: of models that did not learn the item's own label.
    given : array-like of int, shape (n_items,)
        Column of the label that was given.

    Returns
    -------
    ndarray of int
        Places of the suspicious items; not all that are wrong, and not only those.

    Raises
    ------
    BadInputError
        If the shapes do not fit, or a column is out of range.

    Examples
    --------
    >>> proba = [[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.95, 0.05]]
    >>> suspicious(proba, [0, 0, 1, 1]).tolist()
    [3]
    """
    seen = np.asarray(proba, dtype=np.float64)
    labels = np.asarray(given, dtype=np.intp)
    if seen.ndim != 2 or labels.shape != seen.shape[:1]:  # noqa: PLR2004 - rows and columns
        msg = (
            f"proba of shape {seen.shape} and given of shape {labels.shape}: expected (n, k), (n,)"
        )
        raise BadInputError(msg)
    if not labels.size:
        return np.zeros(0, dtype=np.intp)
    n_classes = seen.shape[1]
    if labels.min() < 0 or labels.max() >= n_classes:
        msg = f"given holds column {labels.min()} to {labels.max()}: expected 0 to {n_classes - 1}"
        raise BadInputError(msg)
    rows = np.arange(len(labels))
    own = seen[rows, labels]
    sizes = np.bincount(labels, minlength=n_classes)
    # A class nobody was given has no threshold, so it can never be the confident one.
    thresholds = np.full(n_classes, np.inf)
    met = sizes > 0
    thresholds[met] = np.bincount(labels, weights=own, minlength=n_classes)[met] / sizes[met]
    confident = np.where(seen >= thresholds - 1e-12, seen, -np.inf)
    likeliest = confident.argmax(axis=1)
    odd = np.flatnonzero(np.isfinite(confident.max(axis=1)) & (likeliest != labels))
    behind = own[odd] - seen[odd, likeliest[odd]]
    return odd[np.argsort(behind, kind="stable")].astype(np.intp)
