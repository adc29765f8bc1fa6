"""Intervals for a pool of known size: how many of its items are so, from some drawn without return.

All of them hold at every look together, however often one looks and whenever one stops. They are
prior-posterior ratios (Waudby-Smith and Ramdas 2020, "Confidence sequences for sampling without
replacement"): with any prior fixed beforehand, the ratio of prior to posterior at the true count
is a martingale of mean 1, so by Ville's inequality it reaches 1 / error with chance ``error`` at
most. The prior is beta-binomial with a = b = 1/2; for large pools that is
`rhml_widgets.measures.intervals.anytime`, and once all is drawn nothing is left in doubt.

Invalid where what is drawn is not uniform among what was not drawn yet.
"""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import betaln, gammaln, psi

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.measures.intervals import require_level

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["finite", "finite_band", "finite_sum", "finite_within"]

_A = 0.5
_STEPS = 34
"""Halvings: a pool of 10^6 items to a thousandth of an item."""


def finite(hits: int, n: int, size: int, *, level: float = 0.95) -> tuple[int, int]:
    """Bound the number of hits in a pool of ``size`` items of which ``n`` were drawn.

    Parameters
    ----------
    hits, n, size : int
        ``0 <= hits <= n <= size``; uniform draws without return.
    level : float
        Confidence in (0, 1), over all looks together.

    Returns
    -------
    low, high : int
        Items of the pool, those drawn included.

    Raises
    ------
    BadInputError
        If the counts or the level are impossible.

    Examples
    --------
    >>> finite(4, 100, 2000)
    (10, 274)
    >>> finite(4, 100, 100)
    (4, 4)
    """
    require_level(level)
    low, high = finite_band([hits], [n], [size], error=1 - level)
    return int(low[0]), int(high[0])


def finite_band(
    hits: ArrayLike, n: ArrayLike, size: ArrayLike, *, error: ArrayLike
) -> tuple[Ints, Ints]:
    """Compute `finite` for arrays of counts, shape (k,), each with its error in (0, 1).

    Returns
    -------
    low, high : ndarray of int, shape (k,)
    """
    s, m, pool = (np.asarray(counts, dtype=np.int64) for counts in (hits, n, size))
    _refuse(s, m, pool)
    bound = _mixture(s, m) + np.log(np.asarray(error, dtype=float))
    least, most = s, pool - (m - s)
    # The likelihood of a count rises up to its mode and falls after it.
    mode = np.clip((pool + 1) * s // np.maximum(m, 1), least, most)
    low = _first(lambda count: _likelihood(count, s, m, pool) >= bound, least, mode)
    high = _first(lambda count: _likelihood(count, s, m, pool) < bound, mode, most + 1) - 1
    return low, high


def finite_sum(
    hits: ArrayLike, n: ArrayLike, size: ArrayLike, *, error: float
) -> tuple[Floats, Floats]:
    """Bound the hits in a pool that falls into parts of known sizes.

    The product of the parts' ratios is one martingale, so all parts share one error. Where hits
    are common in one part and rare in another the interval is narrower than that of the whole.

    Parameters
    ----------
    hits, n, size : array_like of int, shape (k, n_parts)
        A row for each pool; uniform draws without return within each part.
    error : float
        In (0, 1), of each pool.

    Returns
    -------
    low, high : ndarray of float, shape (k,)
        Items of the pool; at most a hair wider than the exact bound.

    Examples
    --------
    >>> low, high = finite_sum([[95, 1]], [[100, 100]], [[500, 1500]], error=0.05)
    >>> int(low[0]), int(high[0])
    (420, 639)
    """
    s, m, pool = (np.asarray(counts, dtype=np.int64) for counts in (hits, n, size))
    _refuse(s, m, pool)
    bound = _mixture(s, m).sum(axis=1) + log(error)
    high = _most(s, m, pool, bound)
    low = pool.sum(axis=1) - _most(m - s, m, pool, bound)
    return np.clip(low, s.sum(axis=1), high), high


def finite_within(
    counts: ArrayLike, hits: ArrayLike, n: ArrayLike, size: ArrayLike, *, error: float
) -> NDArray[np.bool_]:
    """Tell whether counts are among those that `finite_sum` bounds; its interval then holds them.

    Parameters
    ----------
    counts, hits, n, size : array_like of int, shape (k, n_parts)
        ``counts``: hits of each part, drawn or not.
    error : float

    Returns
    -------
    ndarray of bool, shape (k,)
    """
    s, m, pool = (np.asarray(one, dtype=np.int64) for one in (hits, n, size))
    spare = _likelihood(np.asarray(counts, dtype=float), s, m, pool).sum(axis=1)
    return np.asarray(spare >= _mixture(s, m).sum(axis=1) + log(error), dtype=bool)


def _most(s: Ints, m: Ints, pool: Ints, bound: Floats) -> Floats:
    """Return the largest sum of counts whose joint likelihood stays above a bound.

    Weak duality: for every price, the best of (sum of counts + likelihood left over / price) is
    no less than the sum looked for; so an inexact price only widens the interval.
    """
    cheap, dear = np.full(len(s), -25.0), np.full(len(s), 10.0)
    least = (pool - (m - s)).sum(axis=1).astype(float)
    for _ in range(_STEPS):
        middle = (cheap + dear) / 2
        price = np.exp(middle)
        count = _best(s, m, pool, price[:, None])
        spare = _likelihood(count, s, m, pool).sum(axis=1) - bound
        least = np.minimum(least, count.sum(axis=1) + np.maximum(spare, 0) / price)
        # The dearer the price of likelihood, the larger the counts and the less is left over.
        cheap, dear = np.where(spare > 0, middle, cheap), np.where(spare > 0, dear, middle)
    found: Floats = least
    return found


def _best(s: Ints, m: Ints, pool: Ints, price: Floats) -> Floats:
    """Return where the likelihood plus ``price`` times the count is largest, in each part."""
    low, high = s.astype(float), (pool - (m - s)).astype(float)
    for _ in range(_STEPS):
        count = (low + high) / 2
        rising = (
            psi(count + 1)
            - psi(count - s + 1)
            - psi(pool - count + 1)
            + psi(pool - count - (m - s) + 1)
            + price
        ) > 0
        low, high = np.where(rising, count, low), np.where(rising, high, count)
    found: Floats = (low + high) / 2
    return found


def _likelihood(count: Any, s: Ints, m: Ints, pool: Ints) -> Floats:
    """Return the log likelihood of the draws in their order, where ``count`` items are hits."""
    found: Floats = (
        _falling(count, s) + _falling(pool - count, m - s) - _falling(pool.astype(float), m)
    )
    return found


def _falling(count: Any, k: Ints) -> Floats:
    found: Floats = gammaln(count + 1.0) - gammaln(count - k + 1.0)
    return found


def _mixture(s: Ints, m: Ints) -> Floats:
    return np.asarray(betaln(_A + s, _A + m - s) - betaln(_A, _A), dtype=np.float64)


def _first(found: Any, low: Ints, high: Ints) -> Ints:
    """Return the first count in [low, high) for which ``found`` holds, else high."""
    low, high, last = low.copy(), high.copy(), np.maximum(high - 1, low)
    while np.any(low < high):
        middle = np.minimum((low + high) // 2, last)
        yes = found(middle) | (low >= high)
        low, high = np.where(yes, low, middle + 1), np.where(yes, middle, high)
    return low


def _refuse(s: Ints, m: Ints, pool: Ints) -> None:
    if not (np.all(s >= 0) and np.all(s <= m) and np.all(m <= pool)):
        msg = f"hits {s.tolist()} of {m.tolist()} drawn from {pool.tolist()} cannot be"
        raise BadInputError(msg)
