"""Ranking: what one version of the model would ask, made ready to be drawn from.

Near-duplicates of items asked before are left out of what the model asks for, and of one another
once one is taken. It is the worker that compares them, once for each version.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rhml_widgets.machine.floor import give_way
from rhml_widgets.machine.strategy import Strategy, View

if TYPE_CHECKING:
    import numpy.typing as npt

    from rhml_widgets.machine.features import Features
    from rhml_widgets.machine.outlook import Outlook
    from rhml_widgets.machine.strategy import Floats, Numbers

__all__ = ["Head", "Ranking", "rank"]

LONG = 1024
"""Candidates ranked for each version; past them, teach items are drawn at random."""

SHORT = 100
"""Of these, the ones that are compared with what was asked and with one another."""

TWIN = 0.9
"""Cosine from which an item is a near-duplicate."""

NEW = 0.9
"""An item is unlike all asked so far if this share of others is more like something asked."""

N_OTHERS = 100

FIRM = 0.75
"""Share of the unanswered items of which the model is less sure than of a challenge."""

_SAMPLE = 20_000
"""Items from which that share is estimated in a larger pool."""


@dataclass(frozen=True)
class Ranking:
    """What one strategy asks for, best first; ``numbers`` is None for a uniform draw.

    Attributes
    ----------
    share : float in (0, 1]
        Of the teach items.
    numbers : ndarray of int, shape (n_ranked,), or None
    utilities : ndarray of float, shape (n_ranked,)
    twins : ndarray of bool, shape (n_compared, n_compared)
        Which of the first ``n_compared`` are near-duplicates of one another.
    new : ndarray of bool, shape (n_ranked,)
        Unlike anything asked before.
    reason : str
    """

    share: float
    numbers: Numbers | None
    utilities: Floats
    twins: npt.NDArray[np.bool_]
    new: npt.NDArray[np.bool_]
    reason: str

    def first(self, taken: npt.NDArray[np.bool_]) -> int | None:
        """Return the place of the best candidate that is neither taken nor a twin of one."""
        if self.numbers is None or len(self.numbers) == 0:
            return None
        gone = taken[self.numbers]
        n = len(self.twins)
        since = np.flatnonzero(gone[:n])
        if len(since):
            gone[:n] |= self.twins[since].any(axis=0)
        place = int(np.argmin(gone))
        return None if gone[place] else place


@dataclass(frozen=True)
class Head:
    """What one version of the model would ask, ready to be drawn from.

    Attributes
    ----------
    rankings : tuple of Ranking
        Shares sum to 1.
    firm : ndarray of bool, shape (n_items,)
        The quarter of the candidates the model is surest of, whole ties included.
    """

    rankings: tuple[Ranking, ...]
    firm: npt.NDArray[np.bool_]


def rank(
    strategy: Strategy,
    head: Any,
    features: Features,
    outlook: Outlook,
    *,
    taken: npt.NDArray[np.bool_],
    asked: Numbers,
    labeled: Numbers,
    y: npt.NDArray[np.int32],
    random_state: int = 0,
) -> Head:
    """Return what one version of the model would ask.

    Parameters
    ----------
    strategy : Strategy
    head : fitted classifier
        Over rows of ``features``.
    features : Features
    outlook : Outlook
        Its view of every item.
    taken : ndarray of bool, shape (n_items,)
        Items not to be asked: answered, waiting, skipped, held out.
    asked : ndarray of int, shape (n_asked,)
        Numbers of items asked so far, oldest first.
    labeled : ndarray of int, shape (n_labeled,)
        Numbers of the items the version learned from, their class indices being ``y[labeled]``.
    y : ndarray of int32, shape (n_items,)
    random_state : int

    Raises
    ------
    BadInputError
        If a strategy of somebody else's returns what cannot be used.
    """
    view = View(head, features, outlook, taken, asked, labeled, y, random_state)
    return Head(
        tuple(_ranking(share, part, view) for share, part in strategy.parts()),
        _firm(outlook, taken, view.rng),
    )


def _ranking(share: float, strategy: Strategy, view: View) -> Ranking:
    if strategy.uniform:
        none = np.zeros(0, dtype=bool)
        return Ranking(share, None, np.zeros(0), none.reshape(0, 0), none, strategy.reason)
    numbers, utilities = strategy.shortlist(view, LONG)
    # Where all that is compared was asked before in other words, the next ones are.
    for start in range(0, max(len(numbers), 1), SHORT):
        give_way()
        compared = _compare(view, numbers[start : start + SHORT])
        if not compared.asked_before.all():
            break
    give_way()
    kept = np.flatnonzero(~compared.asked_before)
    kept = kept[strategy.arrange(view, numbers[start + kept])]
    order = np.concatenate(
        [start + kept, np.arange(min(start + SHORT, len(numbers)), len(numbers))]
    )
    new = np.zeros(len(order), dtype=bool)
    new[: len(kept)] = compared.new[kept]
    twins = compared.twins[np.ix_(kept, kept)]
    return Ranking(share, numbers[order], utilities[order], twins, new, strategy.reason)


class _Compared(NamedTuple):
    asked_before: npt.NDArray[np.bool_]
    new: npt.NDArray[np.bool_]
    twins: npt.NDArray[np.bool_]


def _compare(view: View, numbers: Numbers) -> _Compared:
    """Compare candidates with what was asked, with one another and with what is usual."""
    n, n_asked = len(numbers), len(view.asked)
    neither = np.zeros(n, dtype=bool)
    if view.space is None or n == 0:
        return _Compared(neither, neither, np.eye(n, dtype=bool))
    others = view.rng.integers(len(view.taken), size=N_OTHERS)
    others = others[~view.taken[others]]
    # All in one product: building each sparse matrix costs more than multiplying it.
    X = view.features.X
    cosines = view.space.alike(
        X[np.concatenate([numbers, others])], X[np.concatenate([view.asked, numbers])]
    )
    twins = cosines[:n, n_asked:] >= TWIN
    if n_asked == 0:
        return _Compared(neither, neither, twins)
    nearest = cosines[:, :n_asked].max(axis=1)
    usual = np.sort(nearest[n:])
    n_above = len(usual) - np.searchsorted(usual, nearest[:n], side="right")
    new = (n_above >= NEW * len(usual)) & (len(usual) > 0)
    return _Compared(nearest[:n] >= TWIN, new, twins)


def _firm(
    outlook: Outlook, taken: npt.NDArray[np.bool_], rng: np.random.Generator
) -> npt.NDArray[np.bool_]:
    strength = outlook.strength
    if len(strength) > _SAMPLE:
        some = rng.integers(len(strength), size=_SAMPLE)
        free = strength[some[~taken[some]]]
    else:
        free = strength[~taken]
    if len(free) == 0:
        return np.zeros(len(strength), dtype=bool)
    firm: npt.NDArray[np.bool_] = (strength >= np.quantile(free, FIRM)) & ~taken
    return firm
