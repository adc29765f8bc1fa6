"""Strategies made of strategies: taking turns, on a part of the pool, or by a coin."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.machine.space import Space
from rhml_widgets.machine.strategy import Strategy, View, best, n_rows

if TYPE_CHECKING:
    import numpy.typing as npt

    from rhml_widgets.machine.strategy import Floats, Numbers

__all__ = ["Diverse", "Mixed", "Subsample", "take_turns"]

FORGOTTEN = 10
"""Memories after which a turn no longer counts: exp(-10) of one."""


def take_turns(
    groups: npt.ArrayLike, asked: npt.ArrayLike = (), *, weight: float = 0.5, memory: float = 10.0
) -> Numbers:
    """Order candidates so that groups take turns, without forgetting who is best.

    One after the other, the candidate with the least ``place / n + weight * exp(-age / memory)``
    comes next: its place among the n candidates, and for how many questions its group has not
    been asked.

    Parameters
    ----------
    groups : array-like of int, shape (n_candidates,)
        Group of each candidate, the candidates best first.
    asked : array-like of int, shape (n_asked,)
        Group of each item asked so far, oldest first.
    weight : float
        0 keeps the order; much over 1, the group asked longest ago always comes next.
    memory : float
        In questions.

    Returns
    -------
    ndarray of int, shape (n_candidates,)
        A permutation.

    Examples
    --------
    >>> take_turns([0, 0, 1, 2], asked=[0], weight=1.0)
    array([2, 3, 0, 1])
    """
    group = np.asarray(groups, dtype=np.intp)
    past = np.asarray(asked, dtype=np.intp)
    n = len(group)
    cost = np.arange(n) / max(n, 1)
    lately = np.zeros(max(group.max(initial=-1), past.max(initial=-1)) + 1)
    fading = np.exp(-1.0 / memory)
    for g in past[-int(np.ceil(memory * FORGOTTEN)) :].tolist():
        lately *= fading
        lately[g] = 1.0
    order = np.zeros(n, dtype=np.intp)
    for turn in range(n):
        chosen = int(np.argmin(cost + weight * lately[group]))
        order[turn] = chosen
        cost[chosen] = np.inf
        lately *= fading
        lately[group[chosen]] = 1.0
    return order


@dataclass(frozen=True, repr=False)
class Diverse(Strategy):
    """The closest calls, one at a time, their clusters taking turns.

    Clusters are of the pool, in the model's own features; only the few closest calls and what
    was asked lately are assigned to them, so their cost does not grow with the pool.

    Parameters
    ----------
    strategy : str or strategy, default "margin"
        What makes a close call.
    n_clusters : int, default 50
    n_closest : int, default 60
        How many of the closest calls are in question each time, near-duplicates of items asked
        before not counted.
    weight : float, default 0.5
        How much turns count: see `take_turns`.
    memory : float, default 10
        For how many questions a cluster counts as just asked.

    Examples
    --------
    >>> Diverse("entropy", n_clusters=20)
    Diverse(entropy, n_clusters=20, n_closest=60, weight=0.5, memory=10)
    """

    strategy: Any = "margin"
    n_clusters: int = field(default=50, kw_only=True)
    n_closest: int = field(default=60, kw_only=True)
    weight: float = field(default=0.5, kw_only=True)
    memory: float = field(default=10.0, kw_only=True)

    def __post_init__(self) -> None:
        _take_inner(self)
        _require_count(self, "n_clusters")
        _require_count(self, "n_closest")
        if not (0.0 <= self.weight < np.inf and 0.0 < self.memory < np.inf):
            msg = (
                f"Diverse(weight={self.weight!r}, memory={self.memory!r}): expected a weight of at "
                "least 0 and a memory of more than 0 questions"
            )
            raise BadInputError(msg)

    def __call__(self, estimator: Any, X: Any, *, random_state: int = 0) -> Floats:
        """Return utilities of the rows of ``X``, as if nothing had been asked, (n_samples,)."""
        utilities = np.array(self.strategy(estimator, X, random_state=random_state))
        closest = best(utilities, self.n_closest, np.random.default_rng(random_state))
        if hasattr(X, "shape") and len(closest):
            groups = Space(X, random_state=random_state).groups(X[closest], self.n_clusters)
            utilities[closest[self._turns(groups)]] = utilities[closest]
        return utilities

    def shortlist(self, view: View, n: int) -> tuple[Numbers, Floats]:
        """Return the ``n`` closest calls, closest first, with their utilities."""
        return self.strategy.shortlist(view, n)  # type: ignore[no-any-return]

    def arrange(self, view: View, numbers: Numbers) -> Numbers:
        """Return the order: by turns for the closest calls, as they came for the rest."""
        order: Numbers = self.strategy.arrange(view, numbers)
        closest = order[: self.n_closest]
        lately = view.asked[-int(np.ceil(self.memory * FORGOTTEN)) :]
        groups = view.groups(np.concatenate([numbers[closest], lately]), self.n_clusters)
        turns = self._turns(groups[: len(closest)], groups[len(closest) :])
        return np.concatenate([closest[turns], order[self.n_closest :]])

    def _turns(self, groups: npt.ArrayLike, asked: npt.ArrayLike = ()) -> Numbers:
        return take_turns(groups, asked, weight=self.weight, memory=self.memory)

    def __repr__(self) -> str:
        sizes = f"n_clusters={self.n_clusters}, n_closest={self.n_closest}"
        return (
            f"Diverse({self.strategy!r}, {sizes}, weight={self.weight:g}, memory={self.memory:g})"
        )


@dataclass(frozen=True, repr=False)
class Subsample(Strategy):
    """Another strategy on a random part of the candidates, to spare it a large pool.

    The part changes with every question. What a draw's propensity says is conditional on it.

    Parameters
    ----------
    strategy : str or strategy
    n : int, default 10,000
        Candidates in the part.

    Examples
    --------
    >>> Subsample("entropy", 5000)
    Subsample(entropy, 5000)
    """

    strategy: Any
    n: int = 10_000

    def __post_init__(self) -> None:
        _take_inner(self)
        _require_count(self, "n")

    def __call__(self, estimator: Any, X: Any, *, random_state: int = 0) -> Floats:
        """Return utilities of the rows of ``X``, 0 outside of the part, shape (n_samples,)."""
        utilities = np.zeros(n_rows(X))
        part = self._part(np.arange(len(utilities)), np.random.default_rng(random_state))
        rows = X[part] if hasattr(X, "shape") else [X[i] for i in part.tolist()]
        utilities[part] = self.strategy(estimator, rows, random_state=random_state)
        return utilities

    def shortlist(self, view: View, n: int) -> tuple[Numbers, Floats]:
        """Return the ``n`` candidates of the part worth most, with their utilities."""
        taken = np.ones_like(view.taken)
        taken[self._part(view.free, view.rng)] = False
        return self.strategy.shortlist(replace(view, taken=taken), n)  # type: ignore[no-any-return]

    def arrange(self, view: View, numbers: Numbers) -> Numbers:
        """Return in which order to ask a shortlist."""
        return self.strategy.arrange(view, numbers)  # type: ignore[no-any-return]

    def _part(self, numbers: Numbers, rng: np.random.Generator) -> Numbers:
        if len(numbers) <= self.n:
            return numbers
        return np.sort(rng.choice(numbers, self.n, replace=False, shuffle=False))

    def __repr__(self) -> str:
        return f"Subsample({self.strategy!r}, {self.n})"


@dataclass(frozen=True, repr=False)
class Mixed(Strategy):
    """Two strategies and a coin: each question is the second one's with probability ``share``.

    The coin is thrown at the draw, so the propensity of an item counts both.

    Parameters
    ----------
    a, b : str or strategy
    share : float in [0, 1], default 0.5

    Examples
    --------
    >>> Mixed("margin", "random", 0.1)
    Mixed(margin, random, 0.1)
    """

    a: Any
    b: Any
    share: float = 0.5

    def __post_init__(self) -> None:
        from rhml_widgets.machine.strategies import resolve

        for name in ("a", "b"):
            object.__setattr__(self, name, resolve(getattr(self, name)))
        if not 0.0 <= self.share <= 1.0:
            msg = f"Mixed(share={self.share!r}): expected a share between 0 and 1"
            raise BadInputError(msg)

    def __call__(self, estimator: Any, X: Any, *, random_state: int = 0) -> Floats:
        """Return utilities of the one the coin chose, shape (n_samples,)."""
        second = np.random.default_rng(random_state).random() < self.share
        chosen: Strategy = self.b if second else self.a
        return chosen(estimator, X, random_state=random_state)

    def parts(self) -> list[tuple[float, Strategy]]:
        """Return the strategies among which a coin decides, with their shares."""
        both = [((1.0 - self.share) * share, part) for share, part in self.a.parts()]
        both += [(self.share * share, part) for share, part in self.b.parts()]
        return [(share, part) for share, part in both if share > 0.0]

    def __repr__(self) -> str:
        return f"Mixed({self.a!r}, {self.b!r}, {self.share:g})"


def _take_inner(wrapper: Any) -> None:
    from rhml_widgets.machine.strategies import resolve

    inner = resolve(wrapper.strategy)
    kind = type(wrapper).__name__
    if isinstance(inner, Mixed):
        msg = f"{kind}({inner!r}): the coin of Mixed is thrown last; write Mixed({kind}(...), ...)"
        raise BadInputError(msg)
    if inner.uniform:
        msg = f"{kind}('random'): a uniform draw needs no {kind}; use strategy='random'"
        raise BadInputError(msg)
    object.__setattr__(wrapper, "strategy", inner)
    object.__setattr__(wrapper, "reason", inner.reason)


def _require_count(wrapper: Any, name: str) -> None:
    value = getattr(wrapper, name)
    if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < 1:
        msg = f"{type(wrapper).__name__}({name}={value!r}): expected a whole number of at least 1"
        raise BadInputError(msg)
