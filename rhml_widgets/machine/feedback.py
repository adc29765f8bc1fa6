"""What people say beyond labels, compiled anew for each fit into what a fit can take.

A stance says that a term speaks for a class, or is irrelevant. Nothing here is remembered from
fit to fit: the same stances and labels give the same guidance, so undo is leaving one out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from rhml_widgets.machine.estimators import takes_prior, takes_signed_prior
from rhml_widgets.machine.guided import TYPICAL
from rhml_widgets.machine.inputs import taken, with_usual
from rhml_widgets.machine.leaning import Leaning, size, typical_rows
from rhml_widgets.machine.settling import settled
from rhml_widgets.machine.spans import without_term
from rhml_widgets.machine.trust import LIFT, heard

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    origin : {"person", "mark", "codebook", "veto"}
        "person": taught on purpose; "mark": a rationale given with a label, on that item;
        "codebook": a class's name, definition or seed word; "veto": never to be used, and so
        are the phrases that hold it.
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
    supports, strikes = settled(stances, features, classes)
    struck = {column for key in strikes if isinstance(key, tuple) for column in key}
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
        struck_terms=tuple(dict.fromkeys(strikes.values())),
        rows=rows if terms else None,
        substitutes=_substitutes(list(dict.fromkeys(strikes.values())), features, numbers),
        trust=tuple(trust),
        evidence=tuple(evidence),
    )


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
