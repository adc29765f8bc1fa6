"""A model split in two: what is fitted once on the pool, and what is refitted on labels."""

from __future__ import annotations

import copy
import re
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.decomposition import TruncatedSVD
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import Pipeline

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.machine.matrices import as_matrix, dense_row, is_sparse, stacked, twins
from rhml_widgets.machine.models import (
    check_model,
    default_model,
    in_front_of,
    is_brought,
    needs_labels,
    seeded,
    takes_texts,
)
from rhml_widgets.machine.spans import is_vectorizer
from rhml_widgets.machine.terms import TermSpace
from rhml_widgets.machine.threads import single_threaded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["Features", "check_model", "default_model", "seeded"]


class Features:
    """A model's features of the pool, computed once, and the rest of it, refitted on labels.

    Parameters
    ----------
    model : classifier or Pipeline
        Fitted or not; never changed. A lone classifier gets the default vectorizer in front.
    contents : sequence of str, length n_items
        The unique items of the pool, in the order of their numbers.
    fit_on : ndarray of int, optional
        Numbers of the items the leading steps may see while they are fitted; all if None.
    transform : {"pool", "labels"}
        "pool": leading steps that need no labels are fitted once on the pool. "labels": as a
        plain Pipeline does, everything is refitted on the labeled items; there is no matrix.
    random_state : int
        For steps that draw and were given no seed of their own.

    Attributes
    ----------
    steps : list of (str, transformer)
        The steps that were fitted once.
    head : estimator
        An unfitted clone of the rest.
    fitted_head : estimator or None
        The rest as it came, where the model was fitted: it can answer before any label.
    X : csr_matrix or ndarray of float64, shape (n_items, n_features), or None
    X32 : the same in float32, sharing its indices; None where X is
    terms : TermSpace
        Its ``depth`` is 0 where the features are not a text's terms.
    contents : list of str
    notes : list of str
        What was decided for the user, to be shown.

    Raises
    ------
    BadInputError
        If the model cannot be used (see `check_model`) or the texts hold no word at all.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> features = Features(LogisticRegression(), ["free prize", "see you at home"])
    >>> features.X.shape, features.columns("free prize")
    ((2, 6), [1, 3])
    """

    def __init__(
        self,
        model: Any,
        contents: Sequence[str],
        *,
        fit_on: NDArray[np.intp] | None = None,
        transform: str = "pool",
        random_state: int = 0,
    ) -> None:
        check_model(model)
        if transform not in ("pool", "labels"):
            message = f"transform={transform!r}: expected 'pool' or 'labels'"
            raise BadInputError(message)
        self.model = model
        self.contents = list(contents)
        self.notes: list[str] = []
        self.steps: list[tuple[str, Any]] = []
        self.fitted_head: Any = None
        self._rows: tuple[Any, Any] = (None, None)
        self._names: NDArray[Any] | None = None
        self._frequency: NDArray[np.float64] | None = None
        self._typical: float | None = None
        self._signed: bool | None = None
        self._columns: dict[str, list[int]] = {}
        self._forms: dict[str, list[int]] = {}
        self._random_state = random_state
        steps = self._all_steps(model)
        # What was put in front of a lone classifier is no step of the user's to refit.
        leading = _leading(steps) if transform == "pool" or self.notes else []
        own = is_brought(model)
        with single_threaded():
            if leading and own:
                self._keep(leading)
            elif leading:
                self._fit(leading, fit_on)
        rest = steps[len(self.steps) :]
        self._head_name = rest[-1][0]
        head = rest[0][1] if len(rest) == 1 else Pipeline(rest)
        self.head = seeded(head, random_state)
        if own:
            self.fitted_head = copy.deepcopy(head)
        self.terms = TermSpace([step for _, step in self.steps])

    @property
    def X(self) -> Any:  # noqa: N802
        """The matrix of all items, float64; None where there is none."""
        return self._rows[0]

    @property
    def X32(self) -> Any:  # noqa: N802
        """The matrix in float32, for ranking."""
        return self._rows[1]

    @property
    def in_terms(self) -> bool:
        """Whether each column of ``X`` is a term."""
        return 0 < self.terms.depth == len(self.steps)

    @property
    def names(self) -> NDArray[Any] | None:
        """The name of each column of ``X``, shape (n_features,); None where nobody knows."""
        if self._names is None and self.X is not None:
            if self.in_terms:
                self._names = self.terms.names(self.contents)
            else:
                try:
                    self._names = self._transformer().get_feature_names_out()
                except (AttributeError, ValueError, NotFittedError):
                    return None
        return self._names

    @property
    def document_frequency(self) -> NDArray[np.float64]:
        """The share of the items in which a feature is present, shape (n_features,), in [0, 1]."""
        X = self.X
        if self._frequency is None or X is None:
            if X is None:
                return np.zeros(0)
            if is_sparse(X):
                present = np.bincount(X.indices[X.data != 0], minlength=X.shape[1])
            else:
                present = np.count_nonzero(X, axis=0)
            self._frequency = present / max(X.shape[0], 1)
        return self._frequency

    @property
    def typical_value(self) -> float:
        """The mean size of the features that are present; 0 where there are none."""
        if self._typical is None:
            X = self.X
            values = np.zeros(0) if X is None else np.abs(X.data if is_sparse(X) else X)
            values = values[values != 0]
            self._typical = float(values.mean()) if values.size else 0.0
        return self._typical

    def rows(self, numbers: NDArray[np.intp] | None = None) -> Any:
        """Return what the head reads of some items, or of all.

        Parameters
        ----------
        numbers : ndarray of int, optional
            None: every item, in float32, for ranking. Else these, in float64, for fitting.
        """
        if numbers is None:
            return self.contents if self.X is None else self.X32
        if self.X is None:
            return [self.contents[int(number)] for number in numbers]
        return self.X[numbers]

    def columns(self, term: str) -> list[int]:
        """Return the columns of ``X`` a term stands for, through the model's own analyzer.

        Returns
        -------
        list of int
            The whole term's column if the model has one, else its parts'; empty if it has none.
        """
        if not self.in_terms:
            return []
        if term not in self._columns:
            self._columns[term] = self.terms.columns(term)
        return self._columns[term]

    def transform(self, contents: Sequence[str]) -> Any:
        """Return the rows of other texts, shape (n_contents, n_features)."""
        if self.X is None:
            return list(contents)
        with single_threaded():
            return as_matrix(self._transformer().transform(list(contents)))

    def signs(self, term: str, columns: Sequence[int]) -> NDArray[np.float64]:
        """Return the sign a term's features have in the texts that hold it, +1 or -1 a column.

        Hashing with alternating signs counts about half of all terms downwards.
        """
        if self._signed is None:
            values = self.X.data if is_sparse(self.X) else self.X
            self._signed = bool(values.size) and bool(values.min() < 0)
        if not self._signed:
            return np.ones(len(columns))
        return np.where(dense_row(self.transform([term]))[list(columns)] < 0, -1.0, 1.0)

    def tell_apart(self, contents: Sequence[str]) -> tuple[NDArray[np.intp], Any]:
        """Return which texts differ from an empty one to the model, and the rows of those.

        Returns
        -------
        places : ndarray of int
        rows : csr_matrix, ndarray or list
        """
        rows = self.transform(contents)
        if isinstance(rows, list):
            return np.arange(len(rows)), rows
        blank = dense_row(self.transform([""]))
        told = [
            place
            for place in range(len(contents))
            if not np.allclose(dense_row(rows[[place]]), blank, rtol=0.0, atol=1e-12)
        ]
        return np.array(told, dtype=np.intp), rows[told]

    def extend(self, contents: Sequence[str]) -> None:
        """Append new items; the steps stay as they were fitted."""
        if self.X is not None and len(contents):
            self._rows = twins(stacked(self.X, self.transform(contents)))
            self._frequency = self._typical = self._signed = None
        self.contents += list(contents)

    def forms(self, word: str) -> list[int]:
        """Return the columns of words that look like forms of one word: see `TermSpace.forms`."""
        if not self.in_terms:
            return []
        if word not in self._forms:
            self._forms[word] = self.terms.forms(word)
        return self._forms[word]

    def assemble(self, fitted_head: Any) -> Any:
        """Return a plain scikit-learn estimator on raw texts: our steps, then the fitted head."""
        if not self.steps:
            return fitted_head
        rest = (
            list(fitted_head.steps)
            if isinstance(fitted_head, Pipeline)
            else [(self._head_name, fitted_head)]
        )
        return Pipeline([*self.steps, *rest])

    def _all_steps(self, model: Any) -> list[tuple[str, Any]]:
        if isinstance(model, Pipeline):
            return list(model.steps)
        if takes_texts(model):
            return [("model", model)]
        front, note = in_front_of(model)
        self.notes.append(note)
        return [*front, ("model", model)]

    def _transformer(self) -> Any:
        return Pipeline(self.steps)

    def _keep(self, steps: Sequence[tuple[str, Any]]) -> None:
        self.steps = copy.deepcopy(list(steps))
        self._rows = twins(as_matrix(self._transformer().transform(self.contents)))

    def _fit(self, steps: Sequence[tuple[str, Any]], fit_on: NDArray[np.intp] | None) -> None:
        """Fit the leading steps one by one, as far as that goes without labels."""
        chosen = range(len(self.contents)) if fit_on is None else fit_on
        current: Any = [self.contents[int(number)] for number in chosen]
        for name, step in steps:
            if step is None or isinstance(step, str):
                self.steps.append((name, step))
                continue
            own = seeded(step, self._random_state)
            if self.notes and isinstance(own, TruncatedSVD):
                own.set_params(n_components=min(own.n_components, *current.shape))
            try:
                # Only vectorizers are promised to fit and transform in one pass to the same bits.
                if is_vectorizer(own):
                    current = own.fit_transform(current)
                else:
                    current = own.fit(current).transform(current)
            except (TypeError, ValueError) as error:
                if "empty vocabulary" in str(error):
                    raise BadInputError(_EMPTY_VOCABULARY) from error
                if not re.search(r"\by\b", str(error)):
                    raise
                # Its tags do not say so, but it wants labels.
                break
            self.steps.append((name, own))
        if self.steps:
            if fit_on is not None:
                current = self._transformer().transform(self.contents)
            self._rows = twins(as_matrix(current))


_EMPTY_VOCABULARY = (
    "the texts hold no word the model could count (all are empty or only stop words); check the "
    "content column, or pass a vectorizer that reads them, for example "
    "TfidfVectorizer(analyzer='char_wb', ngram_range=(2, 4))"
)


def _leading(steps: Sequence[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Return the steps before the first that needs labels; the last one is the classifier."""
    return list(takewhile(lambda named: not needs_labels(named[1]), steps[:-1]))
