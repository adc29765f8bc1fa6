"""Strategy: what every query strategy is to the queue, and what it is given to look at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from rhml_widgets.machine.space import Space

if TYPE_CHECKING:
    import numpy.typing as npt

    from rhml_widgets.machine.features import Features
    from rhml_widgets.machine.outlook import Outlook

    Floats = npt.NDArray[np.float64]
    Numbers = npt.NDArray[np.intp]

__all__ = ["Strategy", "View", "best", "n_rows"]


def n_rows(X: Any) -> int:
    """Return the number of rows of a matrix or a list."""
    return int(X.shape[0]) if hasattr(X, "shape") else len(X)


def best(
    utilities: npt.NDArray[Any], n: int, rng: np.random.Generator, *, smallest: bool = False
) -> Numbers:
    """Return positions of the ``n`` highest utilities, highest first, ties in random order.

    Parameters
    ----------
    utilities : ndarray of float, shape (n_candidates,)
    n : int
    rng : Generator
        Breaks ties: some models say the same of half of the pool.
    smallest : bool
        The lowest instead, lowest first.

    Examples
    --------
    >>> best(np.array([0.1, 0.9, 0.5]), 2, np.random.default_rng(0))
    array([1, 2])
    """
    n = min(n, len(utilities))
    if n <= 0:
        return np.zeros(0, dtype=np.intp)
    values = utilities if smallest else -utilities
    chosen = np.argpartition(values, n - 1)[:n] if n < len(values) else np.arange(len(values))
    edge = values[chosen].max()
    level = np.flatnonzero(values == edge)
    if len(level) > 1:
        below = chosen[values[chosen] < edge]
        chosen = np.concatenate([below, rng.permutation(level)[: n - len(below)]])
    return chosen[np.lexsort((rng.permutation(len(chosen)), values[chosen]))]


@dataclass(frozen=True)
class View:
    """The pool as one version of the model sees it, and what was asked so far.

    Attributes
    ----------
    head : fitted classifier
        Over rows of ``features``.
    features : Features
    outlook : Outlook
        Of every item, by number.
    taken : ndarray of bool, shape (n_items,)
        Items that may not be asked.
    asked : ndarray of int, shape (n_asked,)
        Numbers of the items asked so far, oldest first.
    labeled : ndarray of int, shape (n_labeled,)
        Numbers of the items the version learned from.
    y : ndarray of int32, shape (n_items,)
        Class index of those.
    random_state : int
    """

    head: Any
    features: Features
    outlook: Outlook
    taken: npt.NDArray[np.bool_]
    asked: Numbers
    labeled: Numbers
    y: npt.NDArray[np.int32]
    random_state: int = 0

    @cached_property
    def free(self) -> Numbers:
        """Numbers of the items that may be asked, shape (n_candidates,)."""
        return np.flatnonzero(~self.taken)

    @cached_property
    def space(self) -> Space | None:
        """How alike items are; None where there is no feature matrix."""
        return Space.of(self.features, self.random_state)

    @property
    def rng(self) -> np.random.Generator:
        """A stream of its own for each number of items asked."""
        return np.random.default_rng([self.random_state, len(self.asked)])

    def rows(self, numbers: Numbers) -> Any:
        """Return the rows of items as ``head`` takes them: a matrix, or a list of contents."""
        return self.features.rows(numbers)

    def groups(self, numbers: Numbers, n_clusters: int) -> Numbers:
        """Return the cluster of each item, shape (n_numbers,); all 0 without a matrix."""
        if self.space is None:
            return np.zeros(len(numbers), dtype=np.intp)
        return self.space.groups_of(self.features.X, numbers, n_clusters)


class Strategy:
    """A query strategy, as `rhml_widgets.machine.strategies.resolve` returns it.

    Attributes
    ----------
    name : str
    reason : str
        Key of what a card says of an item it put first: see
        `rhml_widgets.machine.queue.reason_words`.
    uniform : bool
        Whether it is a uniform draw, which needs no scores.
    """

    name: str = ""
    reason: str = "close-call"
    uniform: bool = False

    def __call__(self, estimator: Any, X: Any, *, random_state: int = 0) -> Floats:
        """Return utilities of the rows of ``X``, shape (n_samples,)."""
        raise NotImplementedError

    def shortlist(self, view: View, n: int) -> tuple[Numbers, Floats]:
        """Return the ``n`` candidates worth most, best first, with their utilities."""
        utilities = self(view.head, view.rows(view.free), random_state=view.random_state)
        chosen = best(utilities, n, view.rng)
        return view.free[chosen], utilities[chosen]

    def arrange(self, view: View, numbers: Numbers) -> Numbers:  # noqa: ARG002 - for subclasses
        """Return in which order to ask a shortlist that near-duplicates were taken from."""
        return np.arange(len(numbers))

    def parts(self) -> list[tuple[float, Strategy]]:
        """Return the strategies among which a coin decides, with their shares."""
        return [(1.0, self)]

    def __repr__(self) -> str:
        return self.name
