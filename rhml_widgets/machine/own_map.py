"""Own map: what a model makes of terms, and where that is not what the person says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rhml_widgets.machine.prior_logistic import BINARY
from rhml_widgets.machine.scores import class_positions, linear_form

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from rhml_widgets.journal.events import Label
    from rhml_widgets.machine.features import Features
    from rhml_widgets.machine.fit import Fit

__all__ = ["Disagreement", "OwnLink", "OwnMap", "OwnTerm", "own_map"]

TOGETHER = 3
"""Items two terms must share before they are linked."""

MOST_LINKS = 200
"""Links of a map at most, the strongest."""

LEAST_NPMI = 0.2
"""From which two terms are linked; 0 is chance, 1 is never apart."""


class OwnTerm(NamedTuple):
    """A term the model leans on: for which class, by how much, in how many items of the pool.

    ``weight`` is its coefficient for the class less the mean of all classes', in log-odds or
    margin a unit of the feature.
    """

    term: str
    label: Label
    weight: float
    n_items: int


class OwnLink(NamedTuple):
    """Two terms that stand together: normalized pointwise mutual information over the pool."""

    source: str
    target: str
    strength: float
    n_items: int


class Disagreement(NamedTuple):
    """Where two maps differ.

    ``kind`` is ``other class`` (the model leans to ``theirs``, the person said ``mine``),
    ``missing`` (the model leans on it, the person's map does not have it) or ``not heard``.
    ``strength`` is by how much, in the unit of `OwnTerm.weight`.
    """

    kind: str
    term: str
    mine: Label | None
    theirs: Label | None
    strength: float


@dataclass(frozen=True)
class OwnMap:
    """What a version of the model makes of terms.

    Attributes
    ----------
    classes : list of label
    terms : list of OwnTerm
        The heaviest of each class, in the order of classes.
    links : list of OwnLink
        Between those, strongest first.
    """

    classes: list[Label]
    terms: list[OwnTerm]
    links: list[OwnLink]
    _weights: NDArray[np.float64]
    _features: Features
    _asked: tuple[str, ...] = ()

    def against(self, said: Iterable[tuple[str, Label]], n: int = 20) -> list[Disagreement]:
        """Return where what a person says of terms is not what the model makes of them.

        Parameters
        ----------
        said : pairs of term and class
        n : int
            At most.

        Returns
        -------
        list of Disagreement
            Other classes first, the strongest of them first, then what the person's map misses,
            then what the model cannot hear. Terms in what is asked now are left out.
        """
        said = list(dict.fromkeys(said))
        found = [
            one
            for term, label in said
            if not _in_any(term, self._asked) and (one := self._of(term, label)) is not None
        ]
        mine = {term.casefold() for term, _ in said}
        found += [
            Disagreement("missing", one.term, None, one.label, one.weight)
            for one in self.terms
            if one.term.casefold() not in mine
        ]
        order = ("other class", "missing", "not heard")
        found.sort(key=lambda one: (order.index(one.kind), -one.strength, one.term))
        return found[:n]

    def _of(self, term: str, label: Label) -> Disagreement | None:
        columns = self._features.columns(term)
        if not columns or label not in self.classes:
            return Disagreement("not heard", term, label, None, 0.0)
        weights = self._weights[:, columns].sum(axis=1)
        own, top = float(weights[self.classes.index(label)]), int(weights.argmax())
        if self.classes[top] == label or weights[top] <= max(own, 0.0):
            return None
        return Disagreement(
            "other class", term, label, self.classes[top], float(weights[top]) - own
        )


def own_map(live: Fit, features: Features, *, asked: Sequence[str] = (), n: int = 8) -> OwnMap:
    """Return the heaviest terms of each class of a fitted version, and which stand together.

    Parameters
    ----------
    live : Fit
    features : Features
        Those it was fitted on.
    asked : sequence of str
        Texts, case folded, that the person is asked now: their terms are left out.
    n : int
        Terms a class at most.

    Returns
    -------
    OwnMap
        Empty where the model is no sum of terms.

    Notes
    -----
    The heaviest are those that move the pool most: weight times the feature's mean size. Links
    are by normalized pointwise mutual information (Bouma 2009).
    """
    classes = live.snapshot.classes
    weights = _weights(live.head, features, classes)
    if weights is None or features.names is None:
        return OwnMap(classes, [], [], np.zeros((len(classes), 0)), features, tuple(asked))
    X: Any = features.X
    size = np.asarray(abs(X).mean(axis=0)).ravel()
    counts = features.document_frequency * len(features.contents)
    terms: list[OwnTerm] = []
    columns: list[int] = []
    for index, label in enumerate(classes):
        heavy = np.argsort(-weights[index] * size, kind="stable")
        chosen: list[int] = []
        for column in heavy.tolist():
            if weights[index, column] <= 0 or len(chosen) == n:
                break
            name = str(features.names[column])
            if name and not _in_any(name, asked):
                chosen.append(column)
        columns += chosen
        terms += [
            OwnTerm(
                str(features.names[column]),
                label,
                float(weights[index, column]),
                round(counts[column]),
            )
            for column in chosen
        ]
    return OwnMap(classes, terms, _links(X, columns, terms), weights, features, tuple(asked))


def _weights(head: Any, features: Features, classes: Sequence[Label]) -> NDArray[np.float64] | None:
    """Return coefficients a class, their mean taken off, shape (n_classes, n_features)."""
    form = linear_form(head)
    if form is None or not features.in_terms or form[0].shape[1] != features.X.shape[1]:
        return None
    coef = np.asarray(form[0], dtype=np.float64)
    if len(coef) == 1 and len(head.classes_) == BINARY:
        coef = np.vstack([-coef[0], coef[0]])
    weights = np.zeros((len(classes), coef.shape[1]))
    weights[class_positions(head, classes)] = coef - coef.mean(axis=0)
    return weights


def _in_any(term: str, texts: Sequence[str]) -> bool:
    folded = term.casefold()
    return any(folded in text for text in texts)


def _links(X: Any, columns: list[int], terms: Sequence[OwnTerm]) -> list[OwnLink]:
    if not columns:
        return []
    held = (X[:, columns] != 0).astype(np.float64)
    product = held.T @ held
    together = product.toarray() if hasattr(product, "toarray") else np.asarray(product)
    n = X.shape[0]
    found = []
    for i, one in enumerate(terms):
        for j in range(i + 1, len(terms)):
            both, other = float(together[i, j]), terms[j]
            if both < TOGETHER or one.term == other.term:
                continue
            share = both / n
            chance = together[i, i] * together[j, j] / n**2
            npmi = float(np.log(share / chance) / -np.log(share)) if share < 1 else 0.0
            if npmi >= LEAST_NPMI:
                found.append(OwnLink(one.term, other.term, npmi, int(both)))
    return sorted(found, key=lambda one: (-one.strength, one.source, one.target))[:MOST_LINKS]
