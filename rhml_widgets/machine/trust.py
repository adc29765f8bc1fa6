"""How far a mark is believed: what the person said, against what the labels say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.special import log_expit

from rhml_widgets.machine.matrices import is_sparse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from rhml_widgets.machine.features import Features

__all__ = ["LIFT", "Heard", "Support", "heard"]

_LIFTS = np.array([0.0, 1.0, 2.0, 3.0, 4.0, 5.0])
"""Log-odds by which a term may raise its class."""
_BELIEFS = {
    "mark": np.array([0.3, 0.2, 0.2, 0.1, 0.1, 0.1]),
    "person": np.array([0.01, 0.04, 0.25, 0.4, 0.2, 0.1]),
    "codebook": np.array([0.3, 0.2, 0.2, 0.1, 0.1, 0.1]),
}
"""How often each of them is met, by what the term comes from, before any evidence."""
_POOL = 3.0
"""The terms' worth of evidence that this belief counts for."""
_SLOWLY = 0.3
"""What a label counts for or against a term taught on purpose: such a lesson shall be seen."""
LIFT = float(_LIFTS @ _BELIEFS["mark"])
"""Log-odds by which a marked term is expected to raise its class, before any evidence."""
_ROUNDS = 50
_COMMON = 5.0
"""A term in more than one text of this many says less and less."""
_CODEBOOK = 3.0
"""Marks a word of a class's name, definition or seeds is worth before the first label."""
_CODEBOOK_FADE = 20.0
"""Labels a class after which that has halved."""


class Support(NamedTuple):
    """All stances that say the same of the same term."""

    term: str
    class_index: int
    columns: tuple[int, ...]
    strength: float
    origin: str
    n_marks: int
    places: tuple[int, ...]


class Heard(NamedTuple):
    """What is left of a support, and the labeled items that speak on it.

    ``lift`` is in log-odds, ``left`` its share of what was expected before any label. ``seen``
    items hold the term, ``borne`` of them bear the label; the item a mark was made on counts in
    neither.
    """

    lift: float
    left: float
    seen: int
    borne: int


def heard(
    supports: Sequence[Support],
    features: Features,
    labeled: NDArray[np.intp],
    target: NDArray[np.intp],
    n_classes: int,
) -> list[Heard]:
    """Return what is left of each support once the labels were heard.

    Parameters
    ----------
    supports : sequence of Support
    features : Features
    labeled : ndarray of int, shape (n_labels,)
        Numbers of the labeled items.
    target : ndarray of int, shape (n_labels,)
        Their class indices.
    n_classes : int
    """
    if not supports:
        return []
    present = _presence(supports, features, labeled)
    which = np.array([support.class_index for support in supports], dtype=np.intp)
    # Seen from one mark, its own item says nothing new; the other marks' items do.
    own = np.array([min(support.n_marks, 1) for support in supports], dtype=np.int64)
    bearing = present & (target[:, None] == which[None, :])
    borne = np.maximum(bearing.sum(axis=0) - own, 0)
    seen = np.maximum(present.sum(axis=0) - own, borne)
    shares = (np.bincount(target, minlength=n_classes) + 1) / (len(target) + n_classes)
    base = np.log(shares / (1 - shares))[which]
    rarity = _rarity(supports, features)
    fading = _CODEBOOK / (1 + len(target) / (n_classes * _CODEBOOK_FADE))
    strength = np.array(
        [s.strength * (fading if s.origin == "codebook" else 1.0) for s in supports]
    )
    origins = np.array([support.origin for support in supports])
    lifts, left = np.zeros(len(supports)), np.zeros(len(supports))
    for origin, belief in _BELIEFS.items():
        group = origins == origin
        if group.any():
            heed = _SLOWLY if origin == "person" else 1.0
            counts = heed * seen[group], heed * borne[group]
            shares = _shares(rarity[group], base[group], *counts, belief)
            left[group] = shares @ _LIFTS / (belief @ _LIFTS)
            lifts[group] = strength[group] * rarity[group] * (shares @ _LIFTS)
    left[strength * rarity == 0] = 0.0
    columns = (lifts.tolist(), left.tolist(), seen.tolist(), borne.tolist())
    return [Heard(*row) for row in zip(*columns, strict=True)]


def _presence(
    supports: Sequence[Support], features: Features, labeled: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Return which labeled item holds which term, shape (n_labels, n_supports)."""
    if not len(labeled):
        return np.zeros((0, len(supports)), dtype=bool)
    if not features.in_terms:
        texts = [features.contents[number].casefold() for number in labeled]
        terms = [support.term.casefold() for support in supports]
        return np.array([[term in text for term in terms] for text in texts])
    columns, spot = np.unique(np.concatenate([s.columns for s in supports]), return_inverse=True)
    rows: Any = features.X[labeled]
    if is_sparse(features.X):
        place = np.full(rows.shape[1], -1, dtype=np.intp)
        place[columns] = np.arange(len(columns))
        here = place[rows.indices]
        kept = (here >= 0) & (rows.data != 0)
        held = np.zeros((len(labeled), len(columns)), dtype=bool)
        held[np.repeat(np.arange(len(labeled)), np.diff(rows.indptr))[kept], here[kept]] = True
    else:
        held = rows[:, columns] != 0
    starts = np.cumsum([0] + [len(support.columns) for support in supports[:-1]])
    # A phrase is there when all its parts are.
    return np.logical_and.reduceat(held[:, spot], starts, axis=1)


def _rarity(supports: Sequence[Support], features: Features) -> NDArray[np.float64]:
    """Return 1 for terms in at most a fifth of the texts, falling to 0 for those in all."""
    frequency = features.document_frequency
    shares = [float(frequency[list(s.columns)].min()) if s.columns else 0.0 for s in supports]
    rarity: NDArray[np.float64] = np.log(1 / np.maximum(shares, 1e-12)) / np.log(_COMMON)
    return np.minimum(1.0, rarity)


def _shares(
    rarity: NDArray[np.float64],
    base: NDArray[np.float64],
    seen: NDArray[np.float64],
    borne: NDArray[np.float64],
    belief: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return how probable each of `_LIFTS` is for each term, shape (n_supports, n_lifts).

    All terms share one distribution, which is learned from them by EM: empirical Bayes on a grid
    (Kiefer and Wolfowitz 1956), with a Dirichlet prior worth `_POOL` terms around ``belief``.
    """
    raised = base[:, None] + np.outer(rarity, _LIFTS)
    told = borne[:, None] * log_expit(raised) + (seen - borne)[:, None] * log_expit(-raised)
    likely = np.exp(told - told.max(axis=1, keepdims=True))
    # A term that nobody could check says nothing of the others.
    checked = likely[seen > 0]
    common = belief
    for _ in range(_ROUNDS):
        shares = checked * common
        shares /= shares.sum(axis=1, keepdims=True)
        common = (_POOL * belief + shares.sum(axis=0)) / (_POOL + len(checked))
    posterior: NDArray[np.float64] = likely * common
    posterior /= posterior.sum(axis=1, keepdims=True)
    return posterior
