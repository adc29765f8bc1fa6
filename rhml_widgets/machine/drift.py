"""Drift: whether the items that came later can be told from those there were."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import mannwhitneyu
from sklearn.linear_model import LogisticRegression

from rhml_widgets.machine.matrices import is_sparse
from rhml_widgets.machine.threads import single_threaded
from rhml_widgets.measures.intervals import clopper_pearson

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rhml_widgets.machine.features import Features

__all__ = ["Drift", "drift", "novelty"]

MOST = 500
LEAST = 20
N_TERMS = 3


@dataclass(frozen=True, slots=True)
class Drift:
    """How well new items are told from old ones; half of them are by chance.

    Attributes
    ----------
    hits, n : int
        Items of the two kinds, equally many, told rightly by a classifier that never saw them.
    low, high : float
        95 % interval of that share, at this one look.
    n_new : int
        How many are new in all.
    terms : tuple of str
        What speaks loudest for "new", where the model's features have names.
    """

    hits: int
    n: int
    low: float
    high: float
    n_new: int
    terms: tuple[str, ...] = ()

    @property
    def found(self) -> bool:
        """Whether the interval leaves chance out."""
        return self.low > 0.5  # noqa: PLR2004 - two kinds, equally many

    def words(self) -> str:
        """Say it.

        Examples
        --------
        >>> Drift(70, 100, 0.6, 0.79, 500, ("visa",)).words()
        'The 500 new items differ from the old ones: 70 of 100 can be told apart [.60, .79], half \
would be by chance. New are most of all “visa”. What was measured before may not hold for them.'
        """
        if not self.n:
            return f"{self.n_new:,} items are new: too few to compare them with the old ones."
        told = f"{self.hits} of {self.n} can be told apart [{_decimal(self.low)}, "
        told += f"{_decimal(self.high)}], half would be by chance."
        if not self.found:
            return (
                f"No difference was found between the {self.n_new:,} new items and the old: {told}"
            )
        terms = ", ".join(f"“{term}”" for term in self.terms)
        return (
            f"The {self.n_new:,} new items differ from the old ones: {told}"
            + (f" New are most of all {terms}." if terms else "")
            + " What was measured before may not hold for them."
        )


def drift(
    features: Features,
    new: NDArray[np.bool_],
    old: NDArray[np.bool_] | None = None,
    *,
    random_state: int = 0,
) -> Drift | None:
    """Try to tell new items from old ones: a classifier two-sample test (Lopez-Paz, Oquab 2017).

    As many old items as new ones, at most 500 of each, are drawn; a logistic regression on the
    model's own features learns from half of them and is asked about the other half.

    Parameters
    ----------
    features : Features
    new : ndarray of bool, shape (n_items,)
    old : ndarray of bool, shape (n_items,), optional
        None: all others.
    random_state : int

    Returns
    -------
    Drift or None
        None where the model has no features that were computed once.
    """
    n_new, X = int(new.sum()), features.X
    if X is None:
        return None
    old = ~new if old is None else old
    size = min(n_new, int(old.sum()), MOST) // 2 * 2
    if size < LEAST:
        return Drift(0, 0, 0.0, 1.0, n_new)
    stream = np.random.default_rng([random_state, 0xD21F7])
    sides = [stream.choice(np.flatnonzero(side), size=size, replace=False) for side in (old, new)]
    half = size // 2
    learned = np.concatenate([side[:half] for side in sides])
    asked = np.concatenate([side[half:] for side in sides])
    if not is_sparse(X):
        X = np.nan_to_num(X)
    y = np.repeat([0, 1], half)
    with single_threaded():
        model = LogisticRegression(max_iter=1000).fit(X[learned], y)
        hits = int(np.count_nonzero(model.predict(X[asked]) == y))
    low, high = clopper_pearson(hits, len(y))
    names = features.names
    loudest = np.argsort(-model.coef_[0], kind="stable")[:N_TERMS]
    terms = () if names is None else tuple(str(names[k]) for k in loudest)
    return Drift(hits, len(y), low, high, n_new, terms)


def novelty(
    features: Features,
    old: NDArray[np.intp],
    new: NDArray[np.intp],
    *,
    seed: tuple[int, ...] = (0,),
) -> tuple[float, float, int] | None:
    """Return the p-value of new rows being drawn as the old ones were.

    A classifier learns to tell half of the new rows from half of the old ones and ranks the rest;
    if rows are exchangeable, the ranks of the new ones are any (Mann & Whitney 1947; classifier
    two-sample tests: Lopez-Paz & Oquab 2017).

    Parameters
    ----------
    features : Features
    old, new : ndarray of int
        The item of each row. Rows, not items: what came before does not come again as an item,
        so that later items are rarer ones though nothing drifts.
    seed : tuple of int

    Returns
    -------
    (p, auc, n) or None
        ``auc`` in [0, 1]: how probably a new row ranks above an old one, .5 by chance, among ``n``
        ranked. None where there are too few rows, or no features that are computed once.
    """
    sizes = [min(len(old), 4 * len(new), 2 * MOST) // 2 * 2, min(len(new), MOST) // 2 * 2]
    X = features.X
    if X is None or min(sizes) < LEAST:
        return None
    stream = np.random.default_rng([*seed, 0xD21F8])
    pairs = zip((old, new), sizes, strict=True)
    sides = [stream.choice(side, size=size, replace=False) for side, size in pairs]
    if not is_sparse(X):
        X = np.nan_to_num(X)
    y = np.repeat([0, 1], [size // 2 for size in sizes])
    halves = [np.concatenate([side[k::2] for side in sides]) for k in (0, 1)]
    with single_threaded():
        model = LogisticRegression(max_iter=1000, class_weight="balanced").fit(X[halves[0]], y)
        score = model.decision_function(X[halves[1]])
    found = mannwhitneyu(score[y == 1], score[y == 0], alternative="greater", method="asymptotic")
    auc = float(found.statistic) / (np.count_nonzero(y) * np.count_nonzero(y == 0))
    p = 1.0 if np.isnan(found.pvalue) else float(found.pvalue)
    return p, round(auc, 6), len(y)


def _decimal(share: float) -> str:
    return f"{share:.2f}".removeprefix("0")
