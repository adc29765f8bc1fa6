"""How far a mark is believed: what the person said, against what the labels say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.special import expit

from rhml_widgets.machine.leaning import Leaning, presence, share
from rhml_widgets.machine.matrices import is_sparse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from rhml_widgets.machine.features import Features

__all__ = ["LIFT", "Heard", "Support", "heard"]

LIFT = 2.5
"""Log-odds by which a marked term is expected to raise its class, before any evidence."""
_LIFT_SD = 0.55
"""Spread of that expectation: the smaller, the slower labels overrule a mark."""
_POOL = 1.0
"""Marks' worth of trust every source starts with."""
_MOST_TRUST = 1.3
_COMMON = 5.0
"""A term in more than one text of this many says less and less."""
_CODEBOOK = 2.0
"""Marks a word of a class's name, definition or seeds is worth before the first label."""
_CODEBOOK_FADE = 20.0
"""Labels a class after which that has halved."""
_POOL_ROUNDS = 5
_NEWTON_ROUNDS = 20


class Support(NamedTuple):
    """All stances that say the same of the same term."""

    term: str
    class_index: int
    columns: tuple[int, ...]
    strength: float
    origin: str
    n_marks: int
    places: tuple[int, ...]
    sides: tuple[int, ...] = ()


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
    expected = np.array([LIFT * support.strength for support in supports])
    expected *= _rarity(supports, features)
    from_book = np.array([support.origin == "codebook" for support in supports], dtype=bool)
    fading = _CODEBOOK / (1 + len(target) / (n_classes * _CODEBOOK_FADE))
    expected = np.where(from_book, expected * fading, expected)
    lifts = np.zeros(len(supports))
    for group in (~from_book, from_book):
        if group.any():
            lifts[group] = _pooled(expected[group], base[group], seen[group], borne[group])
    lifts = np.maximum(lifts, 0.0)
    left = np.divide(lifts, expected, out=np.zeros(len(lifts)), where=expected > 0)
    columns = (lifts.tolist(), left.tolist(), seen.tolist(), borne.tolist())
    return [Heard(*row) for row in zip(*columns, strict=True)]


def _presence(
    supports: Sequence[Support], features: Features, labeled: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Return which labeled item holds which term, shape (n_labels, n_supports)."""
    if not len(labeled):
        return np.zeros((0, len(supports)), dtype=bool)
    if features.kind != "text":
        leans = [Leaning(support.columns, support.sides) for support in supports]
        return np.column_stack([presence(features, lean, labeled) for lean in leans])
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
    if features.kind != "text":
        shares = [share(features, Leaning(s.columns, s.sides)) for s in supports]
    else:
        frequency = features.document_frequency
        shares = [float(frequency[list(s.columns)].min()) if s.columns else 0.0 for s in supports]
    rarity: NDArray[np.float64] = np.log(1 / np.maximum(shares, 1e-12)) / np.log(_COMMON)
    return np.minimum(1.0, rarity)


def _pooled(
    expected: NDArray[np.float64],
    base: NDArray[np.float64],
    seen: NDArray[np.int64],
    borne: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return the lifts' posterior modes under one common factor of trust, fitted to all."""
    lifts, told = _modes(expected, base, seen, borne)
    for _ in range(_POOL_ROUNDS):
        explained = float((told * lifts * expected).sum()) / LIFT**2
        possible = float((told * expected * expected).sum()) / LIFT**2
        trust = min(max((_POOL + explained) / (_POOL + possible), 0.0), _MOST_TRUST)
        lifts, told = _modes(expected * trust, base, seen, borne)
    return lifts


def _modes(
    expected: NDArray[np.float64],
    base: NDArray[np.float64],
    seen: NDArray[np.int64],
    borne: NDArray[np.int64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return each lift's posterior mode, and the share of it that labels told, in [0, 1)."""
    precision = 1 / _LIFT_SD**2
    lifts = expected
    curvature = np.full(len(lifts), precision)
    for _ in range(_NEWTON_ROUNDS):
        share = expit(base + lifts)
        slope = borne - seen * share - (lifts - expected) * precision
        curvature = seen * share * (1 - share) + precision
        lifts = lifts + np.clip(slope / curvature, -1.0, 1.0)
    return lifts, 1 - precision / curvature
