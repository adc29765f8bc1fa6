"""Alike: the items most like one, and pages of items of which the model says the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
from scipy import sparse

from rhml_widgets.machine.ranking import TWIN
from rhml_widgets.machine.space import Space
from rhml_widgets.machine.threads import single_threaded

if TYPE_CHECKING:
    import numpy.typing as npt

    from rhml_widgets.machine.features import Features
    from rhml_widgets.machine.outlook import Outlook

    Mask = npt.NDArray[np.bool_]
    Numbers = npt.NDArray[np.intp]

__all__ = ["fullest", "likeliest", "nearest", "page", "prepare", "twins"]

AMONG = 8
"""A page is chosen among so many times as many of the surest items."""

SUREST = 0.75
"""Share of the unjudged items of which the model is less sure than of what fills a class."""


def nearest(features: Features, number: int, free: Mask, *, seed: int = 0) -> tuple[Numbers, Mask]:
    """Return the free items, the most like one item first, and which of them are its near-twins.

    Parameters
    ----------
    features : Features
        Without a matrix nothing is like anything: both are empty.
    number : int
    free : ndarray of bool, shape (n_items,)
    seed : int
        Of the session's space.

    Returns
    -------
    numbers : ndarray of int, shape (n_alike,)
        Those that have anything in common with it; itself left out.
    twins : ndarray of bool, shape (n_alike,)
    """
    space = Space.of(features, seed)
    if space is None or features.X is None:
        return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=bool)
    with single_threaded():
        cosine = space.like(features.X, number)
    among = np.flatnonzero(free & (cosine > 0))
    among = among[among != number]
    order = among[np.argsort(-cosine[among], kind="stable")]
    return order.astype(np.intp), cosine[order] >= TWIN


def twins(features: Features, number: int, free: Mask, *, seed: int = 0) -> Numbers:
    """Return the numbers of the free near-twins of an item, nearest first.

    Exact, and at any pool size in well under a millisecond where rows are sparse: who shares none
    of an item's rarest terms cannot be its near-twin, so only those are compared.
    """
    space = Space.of(features, seed)
    if space is None or not sparse.issparse(features.X):
        found, same = nearest(features, number, free, seed=seed)
        return found[same]
    row = features.X[[number]]
    among = _sharing(row, *_postings(features))
    among = among[free[among] & (among != number)]
    with single_threaded():
        cosine = space.alike(row, features.X[among])[0]
    order = np.argsort(-cosine, kind="stable")
    near: Numbers = among[order[cosine[order] >= TWIN]]
    return near


def prepare(features: Features) -> None:
    """Make ready what `twins` looks up, so that no answer has to wait for it."""
    if sparse.issparse(features.X):
        _postings(features)


def _postings(features: Features) -> tuple[Any, Any]:
    """Return which rows hold each term: their numbers, and where each term's begin."""
    made = _made.get(features)
    if made is None:
        columns = sparse.csc_matrix(features.X)
        made = _made[features] = columns.indices, columns.indptr
    return made


def _sharing(row: Any, rows_of: Any, starts: Any) -> Numbers:
    """Return the rows that hold one of so many of the rarest terms that no others can be alike.

    By Cauchy and Schwarz the cosine with a row that holds none of them is at most the length of
    what is left of this one.
    """
    terms, weights = row.indices, np.asarray(row.data, dtype=np.float64) ** 2
    if not weights.sum():
        return np.zeros(0, dtype=np.intp)
    order = np.argsort(starts[terms + 1] - starts[terms], kind="stable")
    left = 1.0 - np.cumsum(weights[order]) / weights.sum()
    n = int(np.argmax(left < TWIN**2 - 1e-6)) + 1
    chosen = [rows_of[starts[one] : starts[one + 1]] for one in terms[order[:n]]]
    return np.unique(np.concatenate(chosen)).astype(np.intp)


_made: WeakKeyDictionary[Features, tuple[Any, Any]] = WeakKeyDictionary()


def fullest(outlook: Outlook, free: Mask, n_classes: int) -> int | None:
    """Return the class that the surest quarter of the free items holds most of; None without any.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> view = SimpleNamespace(predicted=np.array([0, 1, 1]), strength=np.array([0.1, 0.9, 0.9]))
    >>> fullest(view, np.array([True, True, True]), 2)
    1
    """
    among = np.flatnonzero(free)
    if not len(among):
        return None
    strength = outlook.strength[among]
    sure = among[strength >= np.quantile(strength, SUREST)]
    return int(np.argmax(np.bincount(outlook.predicted[sure], minlength=n_classes)))


def page(
    outlook: Outlook, features: Features, label: int, n: int, free: Mask, *, seed: int = 0
) -> Numbers:
    """Return items of which the model says the same: the surest, and those most like it.

    Chosen among the ``8 n`` free items of the class it is surest of, so that a page is of one
    kind; in an order in which each follows the one it is most like.

    Parameters
    ----------
    outlook : Outlook
    features : Features
    label : int
        Class index.
    n : int
    free : ndarray of bool, shape (n_items,)
    seed : int

    Returns
    -------
    ndarray of int, shape (n_page,)
        At most ``n``.
    """
    of_it = np.flatnonzero(free & (outlook.predicted == label))
    surest = of_it[np.argsort(-outlook.strength[of_it], kind="stable")][: AMONG * n]
    space = Space.of(features, seed)
    if len(surest) < 2 or space is None or features.X is None:  # noqa: PLR2004 - two to compare
        return surest[:n].astype(np.intp)
    rows = features.X[surest]
    with single_threaded():
        cosines = space.alike(rows, rows)
    chosen = np.argsort(-cosines[0], kind="stable")
    chosen = np.concatenate([[0], chosen[chosen != 0]])[:n]
    return surest[_chained(chosen, cosines)].astype(np.intp)


def _chained(chosen: npt.NDArray[np.intp], cosines: npt.NDArray[np.float64]) -> list[int]:
    """Return the chosen ones so that each follows the one it is most like."""
    order, left = [int(chosen[0])], chosen[1:].tolist()
    while left:
        following = max(left, key=lambda one: cosines[order[-1], one])
        left.remove(following)
        order.append(following)
    return order


def likeliest(outlook: Outlook, label: int, free: Mask) -> int | None:
    """Return the free item that is likeliest to be of a class; None where it is nobody's guess.

    First those the model says it of, the surest first; then those of which it is the second
    guess, the closest call first.
    """
    for guess, worth in (
        (outlook.predicted, outlook.confidence),
        (outlook.runner_up, outlook.confidence - outlook.margin),
    ):
        among = np.flatnonzero(free & (guess == label))
        if len(among):
            return int(among[np.argmax(worth[among])])
    return None
