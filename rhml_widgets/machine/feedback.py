"""What people say beyond labels, compiled anew for each fit into what a fit can take.

A stance says that a term speaks for a class, or is irrelevant. Nothing here is remembered from
fit to fit: the same stances and labels give the same guidance, so undo is leaving one out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
from scipy import sparse
from scipy.special import expit
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from rhml_widgets.exceptions import BadInputError, UnknownLabelError
from rhml_widgets.machine.estimators import takes_prior
from rhml_widgets.machine.spans import without_term

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from rhml_widgets.journal.events import Label
    from rhml_widgets.machine.features import Features

__all__ = ["Guidance", "GuidedTerm", "Stance", "compile_guidance"]

_LIFT = 2.5
"""Log-odds by which a marked term is expected to raise its class, before any evidence."""
_LIFT_SD = 0.55
"""Spread of that expectation: the smaller, the slower labels overrule a mark."""
_PER_LIFT = 1.7
"""Prior mean of a coefficient for one unit of log-odds, for features of TF-IDF's size."""
_POOL = 1.0
"""Marks' worth of trust every source starts with."""
_MOST_TRUST = 1.3
_COMMON = 5.0
"""A term in more than one text of this many says less and less."""
_TYPICAL = 0.3
"""The size of a present feature for which `_PER_LIFT` holds."""
_CODEBOOK = 2.0
"""Marks a word of a class's name, definition or seeds is worth before the first label."""
_CODEBOOK_FADE = 20.0
"""Labels a class after which that has halved."""
_ROUNDS = 20


@dataclass(frozen=True, slots=True)
class Stance:
    """What somebody says of one term.

    Attributes
    ----------
    term : str
        A word or phrase, as it stands in texts; or a column's name.
    label : label or None
        The class it supports; None for an irrelevant term.
    stance : {"supports", "irrelevant"}
    strength : float, default=1.0
        At least 0; multiplies the effect of a support.
    origin : {"person", "mark", "codebook"}
        "person": taught on purpose; "mark": a rationale given with a label, on that item;
        "codebook": a class's name, definition or seed word.
    start, end : int, optional
        Where a mark stands in its item, in code points.
    """

    term: str
    label: Label | None
    stance: str = "supports"
    strength: float = 1.0
    origin: str = "person"
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class GuidedTerm:
    """A term that speaks for a class, after the labels were heard.

    Attributes
    ----------
    term : str
    class_index : int
    columns : tuple of int
        The features it stands for; empty where the model has none of its own for it.
    weight : float
        What it counts as an item of its own; 1 is a mark nothing speaks against.
    """

    term: str
    class_index: int
    columns: tuple[int, ...]
    weight: float


@dataclass(frozen=True, eq=False)
class Guidance:
    """Stances, compiled for one fit.

    Attributes
    ----------
    classes : tuple of labels
        The session's classes, in its order.
    prior : csr_matrix or None, shape (n_classes, n_features)
        Prior means of the coefficients; None where features are not terms.
    scale : float
        What the prior means were multiplied by because of the features' size.
    struck : ndarray of int
        Columns whose coefficients shall be 0.
    terms : tuple of GuidedTerm
        The supports that are left.
    struck_terms : tuple of str
    rows : matrix or None, shape (n_terms, n_features)
        Each term as an item of its own, where the model takes no prior means.
    substitutes : matrix or None, shape (n_labels, n_features)
        The labeled rows without the struck terms, where those are not columns.
    trust : tuple of float or None
        For each stance given, what is left of it: 1 is a support nothing speaks against, 0 one
        that the labels refute; None where it is irrelevant, overruled or nowhere in the pool.
    evidence : tuple of (int, int) or None
        For each stance given, the labeled items with the term, and how many bear its label; the
        item a mark was made on is left out.
    """

    classes: tuple[Label, ...]
    prior: Any
    scale: float
    struck: NDArray[np.intp]
    terms: tuple[GuidedTerm, ...]
    struck_terms: tuple[str, ...]
    rows: Any
    substitutes: Any
    trust: tuple[float | None, ...]
    evidence: tuple[tuple[int, int] | None, ...]

    @property
    def supports(self) -> bool:
        """Whether any term speaks for a class."""
        return bool(self.terms)

    @property
    def empty(self) -> bool:
        """Whether a fit is the same without it."""
        return not self.terms and not self.struck_terms

    @property
    def supported_classes(self) -> tuple[int, ...]:
        """The indices of the classes some term speaks for."""
        return tuple(sorted({term.class_index for term in self.terms}))


_Key: TypeAlias = "tuple[int, ...] | str"
_ORIGINS = ("codebook", "mark", "person")
"""From the one that gives way to the one that stays."""


class _Support(NamedTuple):
    """All stances that say the same of the same term."""

    term: str
    class_index: int
    columns: tuple[int, ...]
    strength: float
    origin: str
    n_marks: int
    places: tuple[int, ...]


def compile_guidance(
    stances: Sequence[Stance],
    features: Features,
    classes: Sequence[Label],
    labeled: Sequence[int] | NDArray[np.intp] = (),
    class_indices: Sequence[int] | NDArray[np.intp] = (),
) -> Guidance:
    """Turn stances into what a fit on these very labels can take.

    Parameters
    ----------
    stances : sequence of Stance
        Oldest first. Where two contradict each other the newer one wins: a strike and a support;
        in a session of two classes also two deliberate supports. A word marked for several
        classes speaks for each. The codebook never lifts a strike.
    features : Features
    classes : sequence of labels
        The session's classes, in its order.
    labeled : sequence of int
        Numbers of the labeled items.
    class_indices : sequence of int
        The places of their labels in ``classes``, in that order.

    Returns
    -------
    Guidance

    Notes
    -----
    A term that speaks for class k raises the log-odds of k by a lift, normal around 2.5 (less for
    terms in more than a fifth of the texts) with deviation 0.55. The labeled items with the term
    are binomial in it, so each label confirms or doubts the mark; the item a mark was made on does
    not count for it. The mean is scaled by how far all marks of that origin have held so far, so
    marks nobody could check yet are believed as much as their checked neighbors. The coefficient's
    prior mean is 1.7 times the lift's posterior mode; a lift below 0 counts as 0.

    Raises
    ------
    BadInputError
        If a stance is malformed.
    UnknownLabelError
        If it supports a class that is not one of ``classes``.
    """
    classes = tuple(classes)
    supports, struck_terms = _resolved(stances, features, classes)
    struck = {column for term in struck_terms for column in features.columns(term)}
    supports = [
        support._replace(columns=tuple(c for c in support.columns if c not in struck))
        for support in supports
        if not support.columns or not set(support.columns) <= struck
    ]
    supports = [s for s in supports if s.columns or not features.in_terms]
    present = _presence(supports, features, labeled)
    target = np.asarray(class_indices, dtype=np.intp)
    lifts, seen, borne = _lifts(supports, features, len(classes), present, target)
    trust: list[float | None] = [None] * len(stances)
    evidence: list[tuple[int, int] | None] = [None] * len(stances)
    terms = []
    for support, lift, n, c in zip(supports, lifts, seen, borne, strict=True):
        weight = float(max(lift, 0.0)) / _LIFT
        for index in support.places:
            left = weight / max(support.strength, 1e-12)
            if trust[index] is None or left > trust[index]:
                trust[index], evidence[index] = left, (int(n), int(c))
        if weight > 0:
            terms.append(GuidedTerm(support.term, support.class_index, support.columns, weight))
    size = features.typical_value
    scale = min(1.0, _TYPICAL / size) if size else 1.0
    with_prior = features.in_terms and takes_prior(features.head)
    return Guidance(
        classes=classes,
        prior=_prior(terms, features, len(classes), scale) if with_prior else None,
        scale=scale,
        struck=np.array(sorted(struck), dtype=np.intp),
        terms=tuple(terms),
        struck_terms=tuple(struck_terms),
        rows=_rows(terms, features) if terms and not with_prior else None,
        substitutes=_substitutes(struck_terms, features, labeled),
        trust=tuple(trust),
        evidence=tuple(evidence),
    )


def _check(stance: Stance, classes: tuple[Label, ...]) -> None:
    if stance.stance not in ("supports", "irrelevant"):
        message = f"stance {stance.stance!r} of {stance.term!r}: expected supports or irrelevant"
        raise BadInputError(message)
    if not stance.term.strip():
        message = "a stance needs a term; got an empty one"
        raise BadInputError(message)
    if not (math.isfinite(stance.strength) and stance.strength >= 0):
        message = (
            f"strength {stance.strength!r} of {stance.term!r}: expected a number of at least 0; "
            "to say that a term means nothing use stance='irrelevant'"
        )
        raise BadInputError(message)
    if stance.stance == "supports" and stance.label not in classes:
        message = f"{stance.term!r} supports {stance.label!r}, which is not one of {list(classes)}"
        raise UnknownLabelError(message)


def _resolved(
    stances: Sequence[Stance], features: Features, classes: tuple[Label, ...]
) -> tuple[list[_Support], list[str]]:
    """Settle contradictions; return the supports that stand and the terms that are struck."""
    supports: dict[tuple[_Key, int], _Support] = {}
    struck: dict[_Key, str] = {}
    for index, stance in enumerate(stances):
        _check(stance, classes)
        for key in _keys(stance, features):
            if stance.stance == "irrelevant":
                for slot in [slot for slot in supports if slot[0] == key]:
                    del supports[slot]
                struck[key] = stance.term
            elif stance.origin != "codebook" or key not in struck:
                struck.pop(key, None)
                _take_in(supports, key, stance, index, classes)
    return list(supports.values()), list(struck.values())


def _keys(stance: Stance, features: Features) -> list[_Key]:
    """Return what a stance is about: the columns of its term, or the term itself."""
    columns = tuple(features.columns(stance.term))
    words = " ".join(stance.term.casefold().split())
    if stance.origin != "codebook" or stance.stance != "supports":
        return [columns or words]
    if words in ENGLISH_STOP_WORDS:
        return []
    # Class names are headings: "arrival" stands for "arrived" too.
    forms = [(column,) for column in features.forms(words) if column not in columns]
    return [columns, *forms] if columns else list(forms) or [words]


def _take_in(
    supports: dict[tuple[_Key, int], _Support],
    key: _Key,
    stance: Stance,
    index: int,
    classes: tuple[Label, ...],
) -> None:
    """Add a support to those that already stand."""
    class_index = classes.index(stance.label)  # type: ignore[arg-type]
    if stance.origin == "person" and len(classes) == 2:
        other = supports.get((key, 1 - class_index))
        if other is not None and other.origin != "mark":
            del supports[key, 1 - class_index]
    columns = key if isinstance(key, tuple) else ()
    own = _Support(stance.term, class_index, columns, stance.strength, stance.origin, 0, (index,))
    found = supports.get((key, class_index))
    if found is not None:
        rank = _ORIGINS.index(stance.origin) - _ORIGINS.index(found.origin)
        if rank < 0:
            own = found
        elif rank == 0 and stance.origin != "person":
            own = own._replace(strength=max(found.strength, stance.strength))
        own = own._replace(n_marks=found.n_marks, places=(*found.places, index))
    n_marks = own.n_marks + (stance.origin == "mark")
    supports[key, class_index] = own._replace(n_marks=n_marks)


def _presence(
    supports: Sequence[_Support], features: Features, labeled: Sequence[int] | NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Return which labeled item holds which term, shape (n_labels, n_supports)."""
    if not supports or not len(labeled):
        return np.zeros((len(labeled), len(supports)), dtype=bool)
    if not features.in_terms:
        texts = [features.contents[number].casefold() for number in labeled]
        terms = [support.term.casefold() for support in supports]
        return np.array([[term in text for term in terms] for text in texts])
    columns, spot = np.unique(np.concatenate([s.columns for s in supports]), return_inverse=True)
    rows = features.X[np.asarray(labeled, dtype=np.intp)]
    if sparse.issparse(rows):
        place = np.full(rows.shape[1], -1, dtype=np.intp)
        place[columns] = np.arange(len(columns))
        here = place[rows.indices]
        kept = (here >= 0) & (rows.data != 0)
        held = np.zeros((rows.shape[0], len(columns)), dtype=bool)
        held[np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))[kept], here[kept]] = True
    else:
        held = rows[:, columns] != 0
    starts = np.cumsum([0] + [len(support.columns) for support in supports[:-1]])
    # A phrase is there when all its parts are.
    return np.asarray(np.logical_and.reduceat(held[:, spot], starts, axis=1))


def _lifts(
    supports: Sequence[_Support],
    features: Features,
    n_classes: int,
    present: NDArray[np.bool_],
    target: NDArray[np.intp],
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Return each support's log-odds lift, and the labeled items that speak on it, for and in all."""
    n_labels = len(target)
    which = np.array([support.class_index for support in supports], dtype=np.intp)
    bears = target[:, None] == which[None, :]
    # Seen from one mark, its own item says nothing new; the other marks' items do.
    own = np.array([min(support.n_marks, 1) for support in supports], dtype=np.int64)
    borne = np.maximum((present & bears).sum(axis=0) - own, 0)
    seen = np.maximum(present.sum(axis=0) - own, borne)
    shares = (np.bincount(target, minlength=n_classes) + 1) / (n_labels + n_classes)
    base = np.log(shares / (1 - shares))[which]
    expected = np.array([_LIFT * s.strength for s in supports]) * _commonness(supports, features)
    from_book = np.array([support.origin == "codebook" for support in supports], dtype=bool)
    faded = _CODEBOOK / (1 + n_labels / (n_classes * _CODEBOOK_FADE))
    expected = np.where(from_book, expected * faded, expected)
    lifts = expected.copy()
    for group in (~from_book, from_book):
        if group.any():
            lifts[group] = _pooled(expected[group], base[group], seen[group], borne[group])
    return lifts, seen, borne


def _commonness(supports: Sequence[_Support], features: Features) -> NDArray[np.float64]:
    """Return 1 for terms in at most a fifth of the texts, falling to 0 for those in all."""
    frequency = features.document_frequency
    shares = np.array(
        [float(frequency[list(s.columns)].min()) if s.columns else 0.0 for s in supports]
    )
    return np.minimum(1.0, np.log(1 / np.maximum(shares, 1e-12)) / np.log(_COMMON))


def _pooled(
    expected: NDArray[np.float64],
    base: NDArray[np.float64],
    seen: NDArray[np.int64],
    borne: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return the lifts' posterior modes under one common factor of trust, fitted to all."""
    trust = 1.0
    lifts, told = _modes(expected, base, seen, borne)
    for _ in range(5):
        explained = float((told * lifts * expected).sum()) / _LIFT**2
        possible = float((told * expected * expected).sum()) / _LIFT**2
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
    lifts = expected.copy()
    curvature = np.full(len(lifts), precision)
    for _ in range(_ROUNDS):
        share = expit(base + lifts)
        slope = borne - seen * share - (lifts - expected) * precision
        curvature = seen * share * (1 - share) + precision
        lifts = lifts + np.clip(slope / curvature, -1.0, 1.0)
    return lifts, 1 - precision / curvature


def _prior(
    terms: Sequence[GuidedTerm], features: Features, n_classes: int, scale: float
) -> sparse.csr_matrix:
    prior = np.zeros((n_classes, features.X.shape[1])) if terms else None
    if prior is None:
        return sparse.csr_matrix((n_classes, features.X.shape[1]))
    for term in terms:
        # The parts of a phrase share what the whole would say.
        mean = _PER_LIFT * scale * _LIFT * term.weight / len(term.columns)
        columns = list(term.columns)
        prior[term.class_index, columns] = np.maximum(prior[term.class_index, columns], mean)
    return sparse.csr_matrix(prior)


def _rows(terms: Sequence[GuidedTerm], features: Features) -> Any:
    return None if features.X is None else features.transform([term.term for term in terms])


def _substitutes(
    struck_terms: Sequence[str],
    features: Features,
    labeled: Sequence[int] | NDArray[np.intp],
) -> Any:
    if not struck_terms or features.X is None or features.in_terms or not len(labeled):
        return None
    texts = [features.contents[number] for number in labeled]
    for term in struck_terms:
        texts = [without_term(text, term) for text in texts]
    return features.transform(texts)
