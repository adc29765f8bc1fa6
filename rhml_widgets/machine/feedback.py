"""What people say beyond labels, compiled anew for each fit into what a fit can take.

A stance says that a term speaks for a class, or is irrelevant. Nothing here is remembered from
fit to fit: the same stances and labels give the same guidance, so undo is leaving one out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from rhml_widgets.exceptions import BadInputError, UnknownLabelError
from rhml_widgets.knowledge.pattern import is_pattern
from rhml_widgets.machine.estimators import takes_prior, takes_signed_prior
from rhml_widgets.machine.floor import give_way
from rhml_widgets.machine.guided import TYPICAL
from rhml_widgets.machine.inputs import taken, with_usual
from rhml_widgets.machine.leaning import Leaning, leaning, size, typical_rows
from rhml_widgets.machine.prior_logistic import BINARY
from rhml_widgets.machine.spans import without_term
from rhml_widgets.machine.trust import LIFT, Support, heard

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from rhml_widgets.journal.events import Label
    from rhml_widgets.machine.features import Features

__all__ = ["Guidance", "GuidedTerm", "Stance", "compile_guidance"]

_PER_LIFT = 1.5
"""Prior mean of a coefficient for one unit of log-odds, for features of TF-IDF's size."""


@dataclass(frozen=True, slots=True)
class Stance:
    """What somebody says of one term.

    Attributes
    ----------
    term : str
        A word or phrase, as it stands in texts, or a pattern of characters (``btc*``), which
        stands for each word of the pool it fits; or a column's name.
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
    item : int, optional
        Number of the item a column was spoken of: what stands in it there is what speaks. None:
        that it is high.
    """

    term: str
    label: Label | None
    stance: str = "supports"
    strength: float = 1.0
    origin: str = "person"
    start: int | None = None
    end: int | None = None
    item: int | None = None


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
    sides : tuple of int
        Of a column's features: 1 where a high value speaks for the class, -1 where a low one.
    """

    term: str
    class_index: int
    columns: tuple[int, ...]
    weight: float
    sides: tuple[int, ...] = ()


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
        Each term as an item of its own, where the model takes no prior means. Terms that no
        feature tells from an empty text are left out.
    substitutes : matrix or None, shape (n_labels, n_features)
        The labeled rows without the struck terms, where those are not columns.
    trust : tuple of float or None
        For each stance given, what the labels leave of it: 1 before any, 0 where they refute it,
        more than 1 where they confirm it; None for a strike, an overruled or an unknown term.
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
    A term that speaks for class k raises the log-odds of k by some lift between 0 and 5, less for
    terms in more than a fifth of the texts. The labeled items with the term are binomial in it, so
    each label confirms or doubts the mark; the item a mark was made on does not count for it. How
    often which lift is met is learned from all marks of that origin together, so marks nobody
    could check yet are believed as much as their checked neighbors. The coefficient's prior mean
    is 1.5 times the lift's posterior mean. A mark stands for the other forms of its word too. What
    is taught on purpose begins higher and is doubted more slowly.

    Raises
    ------
    BadInputError
        If a stance is malformed.
    UnknownLabelError
        If it supports a class that is not one of ``classes``.
    """
    classes = tuple(classes)
    numbers = np.asarray(labeled, dtype=np.intp)
    supports, strikes = _resolved(stances, features, classes)
    struck = {column for key in strikes if isinstance(key, tuple) for column in key}
    supports = _without(supports, struck, features)
    target = np.asarray(class_indices, dtype=np.intp)
    answers = heard(supports, features, numbers, target, len(classes))
    trust: list[float | None] = [None] * len(stances)
    evidence: list[tuple[int, int] | None] = [None] * len(stances)
    terms = []
    for support, answer in zip(supports, answers, strict=True):
        for index in support.places:
            before = trust[index]
            if before is None or answer.left > before:
                trust[index], evidence[index] = answer.left, (answer.seen, answer.borne)
        weight = answer.lift / LIFT
        if weight > 0:
            told = (support.term, support.class_index, support.columns, weight, support.sides)
            terms.append(GuidedTerm(*told))
    size = features.typical_value
    scale = min(1.0, TYPICAL / size) if size else 1.0
    of_rows = features.kind != "text"
    with_prior = features.in_terms and takes_prior(features.head)
    if of_rows:
        with_prior = takes_signed_prior(features.head)
    rows = None
    if terms and not with_prior and features.X is not None:
        if of_rows:
            rows = typical_rows(features, [Leaning(term.columns, term.sides) for term in terms])
        else:
            # A term that no text holds is an item without features: it would only blur its class.
            kept, rows = features.tell_apart([term.term for term in terms])
            terms = [terms[place] for place in kept.tolist()]
    return Guidance(
        classes=classes,
        prior=_prior(terms, features, len(classes), scale) if with_prior else None,
        scale=scale,
        struck=np.array(sorted(struck), dtype=np.intp),
        terms=tuple(terms),
        struck_terms=tuple(strikes.values()),
        rows=rows if terms else None,
        substitutes=_substitutes(list(strikes.values()), features, numbers),
        trust=tuple(trust),
        evidence=tuple(evidence),
    )


def _without(supports: Sequence[Support], struck: set[int], features: Features) -> list[Support]:
    """Take struck columns out of the supports, and supports out that are left with nothing."""
    left = [
        support if struck.isdisjoint(support.columns) else _narrowed(support, struck)
        for support in supports
    ]
    in_features = features.in_terms or features.kind != "text"
    return [support for support in left if support.columns or not in_features]


def _narrowed(support: Support, struck: set[int]) -> Support:
    kept = [place for place, column in enumerate(support.columns) if column not in struck]
    sides = tuple(support.sides[place] for place in kept) if support.sides else ()
    return support._replace(columns=tuple(support.columns[place] for place in kept), sides=sides)


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
) -> tuple[list[Support], dict[_Key, str]]:
    """Settle contradictions; return the supports that stand and the terms that are struck."""
    supports: dict[tuple[_Key, int], Support] = {}
    struck: dict[_Key, str] = {}
    for index, stance in _spelled_out(stances, features):
        give_way()
        _check(stance, classes)
        if features.kind != "text":
            _of_column(supports, struck, (index, stance), features, classes)
            continue
        for place, key in enumerate(_keys(stance, features)):
            form = stance.origin == "mark" and place > 0
            if stance.stance == "irrelevant":
                for slot in [slot for slot in supports if slot[0] == key]:
                    del supports[slot]
                struck[key] = stance.term
            elif not (form or stance.origin == "codebook") or key not in struck:
                struck.pop(key, None)
                _take_in(supports, key, stance, None if form else index, classes)
    return list(supports.values()), struck


def _spelled_out(stances: Sequence[Stance], features: Features) -> Iterator[tuple[int, Stance]]:
    """Yield each stance with its place; one on a pattern as often as there are words it fits."""
    for index, stance in enumerate(stances):
        if features.kind == "text" and is_pattern(stance.term):
            yield from ((index, replace(stance, term=one)) for one in features.fitting(stance.term))
        else:
            yield index, stance


def _of_column(
    supports: dict[tuple[_Key, int], Support],
    struck: dict[_Key, str],
    said: tuple[int, Stance],
    features: Features,
    classes: tuple[Label, ...],
) -> None:
    """Take in what is said of a column of rows; a strike is of all its features."""
    index, stance = said
    whole = tuple(features.columns(stance.term))
    if stance.stance == "irrelevant":
        for slot in [slot for slot in supports if whole and set(slot[0]) <= set(whole)]:
            del supports[slot]
        if stance.term in features.input_names:
            struck[whole or stance.term] = stance.term
        return
    lean = leaning(features, whole, stance.item)
    if lean.columns:
        struck.pop(whole, None)
        _take_in(supports, lean.columns, stance, index, classes)
        slot = lean.columns, classes.index(stance.label)
        supports[slot] = supports[slot]._replace(sides=lean.sides)


def _keys(stance: Stance, features: Features) -> list[_Key]:
    """Return what a stance is about: the columns of its term, or the term itself; then its forms.

    Words of class names are headings and marks are examples: "arrival" stands for "arrived" too.
    What somebody teaches or strikes on purpose stands for itself.
    """
    columns = tuple(features.columns(stance.term))
    words = " ".join(stance.term.casefold().split())
    if stance.origin == "person" or stance.stance != "supports":
        return [columns or words]
    if words in ENGLISH_STOP_WORDS:
        return [] if stance.origin == "codebook" else [columns or words]
    forms = [(column,) for column in features.forms(words) if column not in columns]
    if stance.origin == "mark":
        return [columns or words, *forms]
    return [columns, *forms] if columns else list(forms) or [words]


def _take_in(
    supports: dict[tuple[_Key, int], Support],
    key: _Key,
    stance: Stance,
    index: int | None,
    classes: tuple[Label, ...],
) -> None:
    """Add a support to those that stand; the form of a marked word has no index."""
    class_index = classes.index(stance.label)
    if stance.origin == "person" and len(classes) == BINARY:
        other = supports.get((key, 1 - class_index))
        if other is not None and other.origin != "mark":
            del supports[key, 1 - class_index]
    columns = key if isinstance(key, tuple) else ()
    places = () if index is None else (index,)
    own = Support(stance.term, class_index, columns, stance.strength, stance.origin, 0, places)
    found = supports.get((key, class_index))
    if found is not None:
        rank = _ORIGINS.index(stance.origin) - _ORIGINS.index(found.origin)
        if rank < 0:
            own = found
        elif rank == 0 and stance.origin != "person":
            own = own._replace(strength=max(found.strength, stance.strength))
        own = own._replace(n_marks=found.n_marks, places=(*found.places, *places))
    n_marks = own.n_marks + (stance.origin == "mark" and index is not None)
    supports[key, class_index] = own._replace(n_marks=n_marks)


def _prior(
    terms: Sequence[GuidedTerm], features: Features, n_classes: int, scale: float
) -> sparse.csr_matrix:
    means: dict[tuple[int, int], float] = {}
    for term in terms:
        # The parts of a phrase share what the whole would say.
        mean = _PER_LIFT * scale * LIFT * term.weight / len(term.columns)
        sides = term.sides or features.signs(term.term, term.columns)
        for column, side in zip(term.columns, sides, strict=True):
            cell = (term.class_index, column)
            if term.sides:
                # Columns of a table differ in their units, words of a text do not.
                usual = size(features, column)
                own = mean / scale * (min(1.0, TYPICAL / usual) if usual else 1.0)
                means[cell] = means.get(cell, 0.0) + side * own
            else:
                means[cell] = max(means.get(cell, 0.0), float(side) * mean, key=abs)
    places = np.array(list(means), dtype=np.intp).reshape(-1, 2).T
    shape = (n_classes, features.X.shape[1])
    return sparse.csr_matrix((list(means.values()), (places[0], places[1])), shape)


def _substitutes(struck_terms: Sequence[str], features: Features, labeled: NDArray[np.intp]) -> Any:
    if not struck_terms or not len(labeled):
        return None
    if features.kind != "text":
        return None if features.in_columns else _with_usual(struck_terms, features, labeled)
    if features.X is None or features.in_terms:
        return None
    texts = [features.contents[number] for number in labeled]
    for term in struck_terms:
        texts = [without_term(text, term) for text in texts]
    return features.transform(texts)


def _with_usual(struck_terms: Sequence[str], features: Features, labeled: NDArray[np.intp]) -> Any:
    rows = taken(features.contents, labeled)
    for name in struck_terms:
        rows = with_usual(rows, features.contents, name)
    return features.transform(rows)
