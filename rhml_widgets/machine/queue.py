"""Queue: which item is asked next, why, and with what probability.

The worker ranks once for each version of the model (`rank`); a draw only looks up, so it costs
microseconds and never waits for a fit. Near-duplicates of items asked before are left out of
what the model asks for. They stay in what is drawn to measure it: a check must be uniform over
all that is unanswered, or its share of right answers would be of some other pool.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from rhml_widgets.machine.ranking import Head

__all__ = ["Drawn", "draw", "reason_words"]

_TRIES = 64

_WORDS = {
    "close-call": "a close call for me",
    "close-call-new": "a close call for me, unlike anything asked so far",
    "strategy": "the next one your query strategy asks for",
    "random": "drawn at random, for me to learn from",
    "first": "drawn at random: I know nothing yet",
    "random-check": "drawn at random, to measure me",
    "repeat": "drawn at random, to measure me",
    "firm": "to check me where I am confident",
    "flip": "a close call for me",
    "skipped": "you skipped it before",
    "audit": "drawn at random, to audit me",
    "shared": "drawn at random, to measure me",
    "third-look": "drawn at random, to measure me",
    "shared-again": "drawn at random, to measure me",
    "brought": "a label you brought, asked again",
    "found": "you picked it",
    "odd": "you took it out of a page of like ones",
    "sought": "a close call for me",
    "sweep-check": "drawn at random, to measure me",
    "": "you picked it",
}


def reason_words(key: str) -> str:
    """Return in words why an item is shown, telling nothing of the model's answer.

    Examples
    --------
    >>> reason_words("random-check")
    'drawn at random, to measure me'
    """
    return _WORDS.get(key, key)


@dataclass(frozen=True, slots=True)
class Drawn:
    """One item drawn to be asked.

    Attributes
    ----------
    number : int
    purpose : {"teach", "check", "challenge"}
    propensity : float in (0, 1]
        Probability, over all purposes, with which this item came next, given the ranking.
    n_candidates : int
        Items it was drawn from: all that are unanswered and in no other use.
    reason : str
        Key for `reason_words`.
    """

    number: int
    purpose: str
    propensity: float
    n_candidates: int
    reason: str


def draw(
    head: Head | None,
    taken: npt.NDArray[np.bool_],
    purposes: Mapping[str, float],
    *,
    random_state: int = 0,
    n_draws: int = 0,
) -> Drawn | None:
    """Draw the next item: purpose first, then the item; None where none is left.

    - ``teach``: the best of the strategy that is neither taken nor a near-duplicate of an item
      asked before; at random where nothing is ranked.
    - ``check``: uniform over all candidates, near-duplicates included.
    - ``challenge``: uniform over the quarter the model is surest of; ``teach`` if none is left.

    Before the first version everything is ``teach``, at random: there is no model to measure.

    Parameters
    ----------
    head : Head or None
        None before the first version.
    taken : ndarray of bool, shape (n_items,)
        Items not to be drawn: answered, waiting, skipped, held out. Never changed.
    purposes : mapping of str to float
        Shares of ``teach``, ``check`` and ``challenge``; they sum to 1.
    random_state : int
    n_draws : int
        Items drawn before this one: with ``random_state`` it fixes the draw.

    Examples
    --------
    >>> taken = np.array([True, False, True])
    >>> draw(None, taken, {"teach": 1.0})
    Drawn(number=1, purpose='teach', propensity=1.0, n_candidates=1, reason='first')
    """
    n_free = len(taken) - int(np.count_nonzero(taken))
    if n_free == 0:
        return None
    rng = np.random.default_rng([random_state, n_draws])
    if head is None:
        return Drawn(_any_free(taken, n_free, rng), "teach", 1.0 / n_free, n_free, "first")
    shares = dict(purposes)
    firm = _still_firm(head, taken) if shares.get("challenge") else None
    if firm is None:
        shares["teach"] = shares.get("teach", 0.0) + shares.pop("challenge", 0.0)
    purpose = _choice(shares, rng)
    places = [ranking.first(taken) for ranking in head.rankings]
    reason = "random-check"
    if purpose == "challenge" and firm is not None:
        number, reason = _any_free(~firm[0], firm[1], rng), "firm"
    elif purpose == "teach":
        number, reason = _teach(head, places, taken, n_free, rng)
    else:
        number = _any_free(taken, n_free, rng)
    at_random = shares.get("check", 0.0)
    propensity = 0.0
    for ranking, place in zip(head.rankings, places, strict=True):
        share = shares.get("teach", 0.0) * ranking.share
        if place is None or ranking.numbers is None:
            at_random += share
        elif ranking.numbers[place] == number:
            propensity += share
    propensity += at_random / n_free
    if firm is not None and firm[0][number]:
        propensity += shares["challenge"] / firm[1]
    return Drawn(number, purpose, min(propensity, 1.0), n_free, reason)


def _still_firm(
    head: Head, taken: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.bool_], int] | None:
    firm = np.zeros(len(taken), dtype=bool)
    firm[: len(head.firm)] = head.firm  # the pool may have grown since
    firm &= ~taken
    n_firm = int(np.count_nonzero(firm))
    return (firm, n_firm) if n_firm else None


def _choice(shares: Mapping[str, float], rng: np.random.Generator) -> str:
    names = sorted(shares)  # one order, whatever order they were written in
    edges = np.cumsum([shares[name] for name in names])
    place = int(np.searchsorted(edges, rng.random() * edges[-1], side="right"))
    return names[min(place, len(names) - 1)]


def _teach(
    head: Head,
    places: list[int | None],
    taken: npt.NDArray[np.bool_],
    n_free: int,
    rng: np.random.Generator,
) -> tuple[int, str]:
    edges = np.cumsum([ranking.share for ranking in head.rankings])
    part = int(np.searchsorted(edges, rng.random() * edges[-1], side="right"))
    ranking, place = head.rankings[part], places[part]
    if ranking.numbers is None or place is None:
        return _any_free(taken, n_free, rng), "random"
    new = ranking.reason == "close-call" and ranking.new[place]
    return int(ranking.numbers[place]), "close-call-new" if new else ranking.reason


def _any_free(taken: npt.NDArray[np.bool_], n_free: int, rng: np.random.Generator) -> int:
    """Return a uniform draw among the items that are not taken."""
    for number in rng.integers(len(taken), size=_TRIES).tolist():
        if not taken[number]:
            return int(number)
    return int(np.flatnonzero(~taken)[rng.integers(n_free)])
