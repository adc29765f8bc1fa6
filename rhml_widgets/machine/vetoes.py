"""Vetoes: whether a version leaves a term alone that it must not use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rhml_widgets.machine.inputs import taken
from rhml_widgets.machine.matrices import is_sparse, without_columns
from rhml_widgets.machine.scores import decision
from rhml_widgets.machine.spans import without_term
from rhml_widgets.machine.threads import single_threaded

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rhml_widgets.journal.events import Label
    from rhml_widgets.machine.features import Features

__all__ = ["Veto", "check"]

MOST = 200
"""Items with the term that are looked at."""

_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Veto:
    """What became of a veto in one version.

    Attributes
    ----------
    term : str
    n_features : int
        Features that hold the term, phrases included.
    moved, n : int
        Of ``n`` items with the term, at most 200, those of which the version would say something
        else, at all, without these features.
    whole : bool
        Whether no other feature can hold the term.
    seq : int
        Of the act; `undo` lifts it.
    """

    term: str
    n_features: int
    moved: int
    n: int
    whole: bool
    seq: int = 0

    @property
    def enforced(self) -> bool:
        """Whether the term surely speaks neither for nor against any class."""
        return self.whole and not self.moved

    def words(self) -> str:
        """Say it.

        Examples
        --------
        >>> Veto("prize", 3, 0, 12, True).words()
        'I do not use “prize”: none of the 3 features that hold it speaks for or against a class.'
        """
        term = f"“{self.term}”"
        if self.moved:
            return (
                f"I cannot keep {term} out: without it I would weigh {self.moved} of {self.n} "
                "items with it otherwise. Linear models, naive Bayes and trees can."
            )
        if not self.whole:
            if self.n_features:
                return (
                    f"I leave out the {self.n_features} features that hold {term}, but others may "
                    "hold parts of it: I read pieces of words or mix columns."
                )
            return (
                f"I cannot keep {term} out: no feature is that term alone, and its parts go on "
                "counting. A vectorizer whose word n-grams hold it can."
            )
        if not self.n_features:
            return f"I have no feature for {term}, so I do not use it."
        features = (
            "the only feature that holds it speaks"
            if self.n_features == 1
            else f"none of the {self.n_features} features that hold it speaks"
        )
        if self.n_features == 1:
            return f"I do not use {term}: {features} neither for nor against a class."
        return f"I do not use {term}: {features} for or against a class."


def check(term: str, features: Features, head: Any, classes: list[Label], seq: int = 0) -> Veto:
    """Ask a fitted head whether a term still moves it.

    Items that hold the term are looked at with and without its features, as they come out of the
    steps before: scaling to length 1 has seen the term, and its presence still makes the other
    words of its text a little shorter.

    Parameters
    ----------
    term : str
    features : Features
    head : fitted head
    classes : list of label
    seq : int
    """
    columns, whole = features.holding(term)
    if features.X is None:
        texts = features.contents if features.kind == "text" else []
        with_it = [text for text in texts if without_term(text, term) != text][:MOST]
        rows: Any = with_it
        bare: Any = [without_term(text, term) for text in with_it]
    else:
        numbers = _present(features.X, np.asarray(columns, dtype=np.intp))
        rows = taken(features.X, numbers)
        bare = without_columns(rows, np.asarray(columns, dtype=np.intp))
    n = rows.shape[0] if hasattr(rows, "shape") else len(rows)
    moved = 0
    if n:
        with single_threaded():
            scores, others = (decision(head, one, classes)[0] for one in (rows, bare))
        apart = np.abs(np.asarray(scores) - np.asarray(others)).reshape(n, -1).max(axis=1)
        moved = int(np.count_nonzero(apart > _SAME))
    if features.X is None and features.kind == "text":
        # Read afresh from the texts: what does not move the scores is not used.
        whole = not moved and n > 0
    return Veto(term, len(columns), moved, n, whole, seq)


def _present(X: Any, columns: NDArray[np.intp]) -> NDArray[np.intp]:
    if not len(columns):
        return np.zeros(0, dtype=np.intp)
    if is_sparse(X):
        found = np.flatnonzero(np.asarray((X[:, columns] != 0).sum(axis=1)).ravel())
    else:
        found = np.flatnonzero((np.nan_to_num(X[:, columns]) != 0).any(axis=1))
    return found[:MOST]
