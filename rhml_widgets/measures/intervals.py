"""Intervals for a share: how far a count of hits can be trusted, and under which looking.

Each function names what makes its interval invalid. Whoever looks again after each answer, and
may stop when the number pleases, needs `anytime`, `drifting` or `spending`; the others hold for
one look that was fixed beforehand.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite, log, sqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq
from scipy.special import betaincinv, betaln, expit, ndtri

from rhml_widgets.exceptions import BadInputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = [
    "Running",
    "anytime",
    "clopper_pearson",
    "drifting",
    "drifting_band",
    "exact_band",
    "latest",
    "require_level",
    "running",
    "spending",
    "wilson",
]

_TILTS = 0.1 * 2.0 ** np.arange(7)
"""Log odds ratios that `drifting` bets on: fine enough for shares of ten to some thousand draws."""

_SPENT_IN_ALL = 2.1098
"""Upper bound of the sum over k >= 1 of 1 / ((k + 1) ln(k + 1)^2), 2.10974..."""


def wilson(hits: int, n: int, *, level: float = 0.95) -> tuple[float, float]:
    """Score interval of Wilson (1927) for a share.

    Invalid under peeking: at ``level`` it misses once in 1 / (1 - level) at *one* look fixed
    beforehand, far more often at some look of many. Its coverage is approximate for small ``n``.

    Parameters
    ----------
    hits, n : int
        Hits among ``n`` independent draws, ``0 <= hits <= n``.
    level : float
        Confidence in (0, 1).

    Returns
    -------
    low, high : float
        In [0, 1]; (0, 1) where nothing was drawn.

    Raises
    ------
    BadInputError
        If the counts or the level are impossible.

    Examples
    --------
    >>> low, high = wilson(27, 31)
    >>> round(low, 3), round(high, 3)
    (0.711, 0.949)
    """
    _refuse(hits, n, level)
    if n == 0:
        return 0.0, 1.0
    z = float(ndtri(0.5 + level / 2))
    middle = (hits + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * sqrt(hits * (n - hits) / n + z * z / 4)
    return (
        0.0 if hits == 0 else max(0.0, middle - half),
        1.0 if hits == n else min(1.0, middle + half),
    )


def clopper_pearson(hits: int, n: int, *, level: float = 0.95) -> tuple[float, float]:
    """Exact interval of Clopper and Pearson (1934) for a share, at one look.

    Never misses more often than 1 - ``level``, whatever the share. Invalid under peeking; with
    the error that `spending` leaves to a look it is valid at all looks at once.

    Parameters and returns are those of `wilson`.

    Examples
    --------
    >>> low, high = clopper_pearson(27, 31)
    >>> round(low, 3), round(high, 3)
    (0.702, 0.964)
    """
    _refuse(hits, n, level)
    low, high = exact_band([hits], [n], error=1 - level)
    return float(low[0]), float(high[0])


def anytime(hits: int, n: int, *, level: float = 0.95) -> tuple[float, float]:
    """Confidence sequence for one fixed rate, valid at all looks together.

    The shares p with ``B(a + hits, b + n - hits) / B(a, b) < p^hits (1 - p)^(n - hits) / error``,
    a = b = 1/2: the beta-binomial mixture of Robbins (1970). The chance that it misses at *any*
    look, however often one looks and whenever one stops, is at most 1 - ``level`` (Ville).

    Proved for one rate only: where it moves between draws (a model that goes on learning), use
    `drifting`.

    Parameters and returns are those of `wilson`.

    Examples
    --------
    >>> low, high = anytime(27, 31)
    >>> round(low, 3), round(high, 3)
    (0.617, 0.984)
    """
    _refuse(hits, n, level)
    if n == 0:
        return 0.0, 1.0
    mixture = float(betaln(0.5 + hits, 0.5 + n - hits) - betaln(0.5, 0.5)) - log(1 / (1 - level))

    def excess(logit: float) -> float:
        # ln p = -ln(1 + e^-x): exact on the logit scale however near p is to 0 or 1.
        surprise = hits * np.logaddexp(0, -logit) + (n - hits) * np.logaddexp(0, logit)
        return mixture + float(surprise)

    share = (hits + 0.5) / (n + 1)
    middle = log(share / (1 - share))
    low = 0.0 if hits == 0 else float(expit(brentq(excess, -745.0, middle)))
    high = 1.0 if hits == n else float(expit(brentq(excess, middle, 745.0)))
    return low, high


def drifting(hits: int, n: int, *, level: float = 0.95) -> tuple[float, float]:
    """Confidence sequence for the average of a rate that may move, valid at all looks together.

    What is estimated is the mean, over the ``n`` draws made, of the chance of a hit at each draw
    given all before it. For draws from a fixed rate that is the rate.

    With x_i in {0, 1}, P(x_i = 1 | past) = p_i and L(p) = ln(1 - p + p e^t), the product of
    ``exp(t x_i - L(p_i))`` is a martingale of mean 1 for each t. L is concave in p, so with the
    running mean P of the p_i, ``exp(t S - n L(P))`` never exceeds it, nor does a mixture over a
    fixed set of t. By Ville's inequality that mixture stays below 1 / error at all n with
    chance 1 - error (betting on a mean as in Waudby-Smith and Ramdas 2024; the concavity step
    makes it hold for the running average). It is about as narrow as `anytime`.

    Invalid where the draws are not uniform, or where it is read as the rate of *today's* model:
    an average lags behind a model that improves. `latest` bounds that lag.

    Parameters and returns are those of `wilson`.

    Examples
    --------
    >>> low, high = drifting(27, 31)
    >>> round(low, 3), round(high, 3)
    (0.609, 0.987)
    """
    _refuse(hits, n, level)
    low, high = drifting_band([hits], [n], error=1 - level)
    return float(low[0]), float(high[0])


def drifting_band(hits: ArrayLike, n: ArrayLike, *, error: ArrayLike) -> tuple[Floats, Floats]:
    """Compute `drifting` for arrays of counts, shape (k,), each with its error in (0, 1).

    Returns
    -------
    low, high : ndarray of shape (k,)
    """
    s = np.asarray(hits, dtype=float)
    m = np.asarray(n, dtype=float)
    threshold = np.log(2 / np.asarray(error, dtype=float)) + np.zeros_like(s)
    return _lower(s, m, threshold), 1 - _lower(m - s, m, threshold)


def _lower(hits: Floats, n: Floats, threshold: Floats) -> Floats:
    s, m, t = hits[:, None], np.maximum(n, 1)[:, None], threshold[:, None]
    weight = -log(len(_TILTS))
    growth = np.expm1(_TILTS)
    # Each bet alone has a closed form; the best of them lies left of the mixture's root. The log
    # of the mixture is convex and falls, so Newton's steps from there never pass the root: to
    # stop early is to be cautious.
    p = np.clip(np.max(np.expm1((_TILTS * s - t + weight) / m) / growth, axis=1), 0, 1)[:, None]
    for _ in range(5):
        bets = weight + _TILTS * s - m * np.log1p(p * growth)
        best = bets.max(axis=1, keepdims=True)
        won = np.exp(bets - best)
        total = won.sum(axis=1, keepdims=True)
        slope = np.sum(won * growth / (1 + p * growth), axis=1, keepdims=True) * m / total
        p = p + np.maximum(best + np.log(total) - t, 0) / slope
    return np.where(hits > 0, np.minimum(p[:, 0], 1), 0.0)


def exact_band(hits: ArrayLike, n: ArrayLike, *, error: ArrayLike) -> tuple[Floats, Floats]:
    """Compute `clopper_pearson` for arrays of counts, shape (k,), each with its error in (0, 1).

    Returns
    -------
    low, high : ndarray of shape (k,)
    """
    s = np.asarray(hits, dtype=float)
    m = np.asarray(n, dtype=float)
    half = np.asarray(error, dtype=float) / 2
    low = betaincinv(np.maximum(s, 0.5), m - s + 1, half)
    high = betaincinv(s + 1, np.maximum(m - s, 0.5), 1 - half)
    return np.where(s > 0, low, 0.0), np.where(s < m, high, 1.0)


def spending(look: int, level: float = 0.95) -> float:
    """Return the error that the ``look``-th look at the same items may make.

    ``(1 - level) / (2.1098 (k + 1) ln(k + 1)^2)``, which adds up to less than 1 - ``level`` over
    all looks k = 1, 2, ...: by the union bound, intervals exact at their own look are then right
    at all looks at once, however alike the models looked at. It falls more slowly than
    ``6 / (pi^2 k^2)`` from the eighth look on, which suits a model scored hundreds of times.

    Invalid once a model has learned from the items, or was chosen by somebody who tunes it on
    this very curve.

    Parameters
    ----------
    look : int
        Number of the look, from 1.
    level : float
        Confidence in (0, 1), over all looks.

    Examples
    --------
    >>> [round(spending(k), 5) for k in (1, 10, 100)]
    [0.02466, 0.00037, 1e-05]
    """
    if look < 1:
        msg = f"look is {look!r}; looks are numbered from 1"
        raise BadInputError(msg)
    _refuse(0, 0, level)
    return (1 - level) / (_SPENT_IN_ALL * (look + 1) * log(look + 1) ** 2)


def latest(n: ArrayLike) -> tuple[Ints, Floats]:
    """Choose the draws that speak for today, and the part of the error their interval may spend.

    The latest half of ``n`` draws, but at least 50; all of them when fewer. A model learns by
    ratios (twice the labels for the same step), so the lag of such a window is the same early
    and late. The window may begin only at one of a few fixed draws (0, 25, 50, then two fifths
    further each), and each beginning j spends ``1 / ((j + 1)(j + 2))`` of the error: together
    at most all of it, so that the moving window holds under peeking, too.

    Parameters
    ----------
    n : array_like of int, shape (k,)
        Draws made by each look, at least 1.

    Returns
    -------
    start : ndarray of int, shape (k,)
        Draws to leave out from the beginning.
    part : ndarray of float, shape (k,)
        In (0, 0.5].

    Examples
    --------
    >>> start, part = latest([10, 74, 75, 100, 1000])
    >>> start
    array([  0,   0,  25,  50, 377])
    """
    counts = np.asarray(n, dtype=np.int64)
    starts = [0, 25, 50]
    while starts[-1] <= counts.max(initial=0):
        starts.append(round(starts[-1] * 1.4))
    begin = np.asarray(starts, dtype=np.int64)
    newest = np.clip(counts - 50, 0, counts // 2)
    j = np.searchsorted(begin, newest, side="right") - 1
    return begin[j], 1 / ((j + 1.0) * (j + 2.0))


@dataclass(frozen=True, slots=True, eq=False)
class Running:
    """A share as it ran, one entry a look; all arrays of shape (k,).

    Attributes
    ----------
    start, hits, n : ndarray of int
        The window of each look: draws left out, hits and draws in it.
    low, high : ndarray of float
        `drifting` over that window, at ``level`` over all looks together.
    """

    start: Ints
    hits: Ints
    n: Ints
    low: Floats
    high: Floats


def running(hits: ArrayLike, *, at: ArrayLike | None = None, level: float = 0.95) -> Running:
    """Follow a share over draws in the order they were made.

    Parameters
    ----------
    hits : array_like of bool, shape (n,)
    at : array_like of int, shape (k,), optional
        Draws made by each look, 1 to n; all by default.
    level : float
        Confidence over all looks together, for the average rate of each window; see `latest`.

    Examples
    --------
    >>> share = running([True] * 20 + [False] * 5)
    >>> int(share.hits[-1]), int(share.n[-1]), round(float(share.low[-1]), 2)
    (20, 25, 0.46)
    """
    _refuse(0, 0, level)
    total = np.concatenate([[0], np.cumsum(np.asarray(hits, dtype=bool))]).astype(np.int64)
    looks = np.arange(1, len(total)) if at is None else np.asarray(at, dtype=np.int64)
    start, part = latest(looks)
    s, n = total[looks] - total[start], looks - start
    low, high = drifting_band(s, n, error=(1 - level) * part)
    return Running(start, s, n, low, high)


def _refuse(hits: float, n: float, level: float) -> None:
    if not (isfinite(n) and 0 <= hits <= n < inf):
        msg = f"{hits!r} hits of {n!r} cannot be; expected 0 <= hits <= n"
        raise BadInputError(msg)
    require_level(level)


def require_level(level: float) -> None:
    """Refuse a confidence that is none."""
    if not 0 < level < 1:
        msg = f"level is {level!r}; expected a confidence between 0 and 1, like 0.95"
        raise BadInputError(msg)
