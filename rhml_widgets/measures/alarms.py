"""Alarms: evidence that may be looked at as often as one likes, and rarely cries wolf.

Each is an e-process: a bet against "nothing happened" whose value is, on average, at most 1
while that is true, at whatever moment one looks. By Ville's inequality it ever reaches 1 / ALARM
with probability ALARM at most (Ramdas, Grünwald, Vovk & Shafer 2023).
"""

from __future__ import annotations

from math import exp, inf, log
from typing import TYPE_CHECKING

from scipy.special import betaln, log1p
from scipy.stats import beta

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ALARM", "TOLERATED", "excess", "onset"]

ALARM = 0.0005
"""Probability that an alarm is ever raised while nothing happened."""

TOLERATED = 0.10
"""Share of checks that may go against the model before it is said."""

_KAPPA = 0.5
_MOST = 600.0


def onset(p_values: Iterable[float]) -> float:
    """Return the evidence that from some look on the p-values became too small.

    Each p-value ``p`` is turned into a bet worth ``p ** -0.5 / 2`` (the calibrator of Vovk & Wang
    2021, kappa 1/2); bets are multiplied from each possible onset on, and onset ``j`` has the
    weight ``1 / (j (j + 1))``: a mixture as in Shin, Ramdas & Rinaldo (2022), "E-detectors". The
    p-values of successive looks at exchangeable rows are independent (conformal test martingales:
    Vovk, Gammerman & Shafer 2022, chapter 8).

    Parameters
    ----------
    p_values : iterable of float
        In (0, 1], oldest first.

    Returns
    -------
    float
        At least 0; 1 before the first look.

    Examples
    --------
    >>> round(onset([0.5, 0.9, 0.3]), 2), onset([0.4, 1e-9, 1e-9]) > 1 / ALARM
    (0.58, True)
    """
    running, looks = 0.0, 0
    for looks, p in enumerate(p_values, start=1):
        bet = _KAPPA * max(p, 1e-100) ** (_KAPPA - 1)
        running = (running + 1 / (looks * (looks + 1))) * bet
    return running + 1 / (looks + 1)


def excess(hits: int, n: int, tolerated: float = TOLERATED) -> float:
    """Return the evidence that more than a tolerated share of draws are hits.

    The likelihood ratio of all larger shares, evenly weighted, against ``tolerated``: for every
    share up to it the ratio is a supermartingale (the method of mixtures, Robbins 1970).

    Parameters
    ----------
    hits, n : int
        Hits among ``n`` draws, in whatever order they came.
    tolerated : float
        In (0, 1).

    Examples
    --------
    >>> excess(0, 0), excess(2, 30) < 1, excess(15, 30) > 1 / ALARM
    (1.0, True, True)
    """
    if not n:
        return 1.0
    told = beta.logsf(tolerated, hits + 1, n - hits + 1) + betaln(hits + 1, n - hits + 1)
    told -= log1p(-tolerated) + hits * log(tolerated) + (n - hits) * log1p(-tolerated)
    return exp(min(told, _MOST)) if told > -inf else 0.0
