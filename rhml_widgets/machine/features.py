"""A model split in two: what is fitted once on the pool, and what is refitted on labels."""

from __future__ import annotations

import copy
import inspect
import re
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, clone, is_regressor
from sklearn.decomposition import TruncatedSVD
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.utils import get_tags
from sklearn.utils.validation import check_is_fitted

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.machine.spans import is_vectorizer
from rhml_widgets.machine.terms import TermSpace
from rhml_widgets.machine.threads import single_threaded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

__all__ = ["Features", "check_model", "default_model", "seeded"]


def default_model(kind: str = "text") -> Pipeline:
    """Return the model a session has when it is given none.

    Parameters
    ----------
    kind : {"text"}
        What an item is.

    Raises
    ------
    BadInputError
        If there is no default for the kind.

    Examples
    --------
    >>> default_model().steps[-1][1]
    LogisticRegression(C=10, max_iter=1000)
    """
    if kind != "text":
        message = f"no default model for items of kind {kind!r}; pass one as model="
        raise BadInputError(message)
    return Pipeline([("tfidf", _default_vectorizer()), ("model", _default_classifier())])


def _default_vectorizer() -> TfidfVectorizer:
    return TfidfVectorizer(sublinear_tf=True)


def _default_classifier() -> LogisticRegression:
    return LogisticRegression(C=10, max_iter=1000)


def seeded(estimator: Any, random_state: int) -> Any:
    """Return an unfitted clone with every random state that was left open set.

    Parameters
    ----------
    estimator : estimator
    random_state : int
        Given to each parameter named ``random_state``, nested or not, that is None.
    """
    fresh = clone(estimator)
    if hasattr(fresh, "get_params"):
        open_states = {
            name: random_state
            for name, value in fresh.get_params(deep=True).items()
            if value is None and name.rsplit("__", 1)[-1] == "random_state"
        }
        if open_states:
            fresh.set_params(**open_states)
    return fresh


def check_model(model: Any) -> None:
    """Refuse what cannot be a session's model, and say what can.

    Raises
    ------
    BadInputError
        For a class instead of an instance, a pipeline without a classifier at its end, a
        regressor, a classifier of several outputs, or anything without ``fit`` and ``predict``.
    """
    wanted = "expected a scikit-learn classifier or a Pipeline that ends in one"
    if inspect.isclass(model):
        message = f"model is the class {model.__name__}; pass an instance: {model.__name__}()"
        raise BadInputError(message)
    last = model
    if isinstance(model, Pipeline):
        last = model.steps[-1][1] if model.steps else None
        if last is None or isinstance(last, str) or not hasattr(last, "predict"):
            message = (
                f"the model's pipeline ends in {_named(last)}, which does not predict; "
                "add a classifier as its last step, for example LogisticRegression()"
            )
            raise BadInputError(message)
    if not (hasattr(last, "fit") and hasattr(last, "predict")):
        message = f"model is {_named(last)}; {wanted}"
        raise BadInputError(message)
    if inspect.isclass(last):
        message = f"the model's last step is the class {last.__name__}; write {last.__name__}()"
        raise BadInputError(message)
    try:
        tags = get_tags(last)
        regressor = is_regressor(last)
    except AttributeError:
        return
    if regressor or tags.estimator_type not in (None, "classifier"):
        message = f"model is {_named(last)}, a {tags.estimator_type}; {wanted}"
        raise BadInputError(message)
    if not tags.target_tags.single_output:
        message = (
            f"model is {_named(last)}, which predicts several outputs at once; an item has one "
            "label here, so pass the classifier inside it"
        )
        raise BadInputError(message)


def _named(thing: Any) -> str:
    return repr(thing) if thing is None or isinstance(thing, str) else type(thing).__name__


def _needs_labels(step: Any) -> bool:
    """Tell whether a transformer looks at y when it is fitted."""
    if step is None or isinstance(step, str):
        return False
    if isinstance(step, Pipeline):
        return any(_needs_labels(part) for _, part in step.steps)
    if isinstance(step, FeatureUnion):
        return any(_needs_labels(part) for _, part in step.transformer_list)
    # The tag says no for SelectKBest, whose usual score functions need y all the same.
    if hasattr(step, "get_support") and (hasattr(step, "score_func") or hasattr(step, "estimator")):
        return True
    if hasattr(step, "transformers"):
        return any(_needs_labels(part) for _, part, *_ in step.transformers)
    try:
        return bool(get_tags(step).target_tags.required)
    except AttributeError:
        return "y" in inspect.signature(step.fit).parameters


def _is_fitted(estimator: Any) -> bool:
    try:
        check_is_fitted(estimator)
    except (NotFittedError, TypeError, AttributeError):
        return hasattr(estimator, "classes_") and not isinstance(estimator, BaseEstimator)
    return True


def _takes_texts(model: Any) -> bool:
    """Tell whether a lone classifier, or one inside it, reads raw texts itself."""
    parts = [model]
    if hasattr(model, "get_params"):
        parts += list(model.get_params(deep=True).values())
    for part in parts:
        if is_vectorizer(part):
            return True
    try:
        return bool(get_tags(model).input_tags.string)
    except AttributeError:
        return False


def _in_front_of(classifier: Any, n_contents: int) -> tuple[list[tuple[str, Any]], str]:
    """Return the steps that make a lone classifier read texts, and what to say of it."""
    steps: list[tuple[str, Any]] = [("tfidf", _default_vectorizer())]
    note = f"{type(classifier).__name__} reads numbers: TfidfVectorizer(sublinear_tf=True)"
    try:
        sparse_allowed = get_tags(classifier).input_tags.sparse
    except AttributeError:
        sparse_allowed = True
    if not sparse_allowed:
        n_components = max(1, min(100, n_contents - 1))
        steps.append(("svd", TruncatedSVD(n_components)))
        note += f" and, as it takes no sparse matrix, TruncatedSVD({n_components})"
    return steps, note + " was put in front of it"


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
    >>> features = Features(LogisticRegression(), ["free prize", "see you at home"])
    >>> features.X.shape, features.columns("free prize")
    ((2, 6), [2, 4])
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
        self._random_state = random_state
        steps = self._all_steps(model)
        n_leading = 0 if transform == "labels" else _n_leading(steps)
        fitted = isinstance(model, Pipeline) and all(
            s is None or isinstance(s, str) or _is_fitted(s) for _, s in steps
        )
        if transform == "pool" and n_leading:
            with single_threaded():
                if fitted:
                    self._keep(steps[:n_leading])
                else:
                    n_leading = self._fit(steps[:n_leading], fit_on)
        rest = steps[n_leading:]
        self.head = seeded(rest[0][1] if len(rest) == 1 else Pipeline(rest), random_state)
        if fitted:
            self.fitted_head = copy.deepcopy(rest[0][1] if len(rest) == 1 else Pipeline(rest))
        if self._rows[0] is None:
            self.steps = []
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
            if sparse.issparse(X):
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
            values = np.zeros(0) if X is None else np.abs(X.data if sparse.issparse(X) else X)
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
        return self.terms.columns(term) if self.in_terms else []

    def transform(self, contents: Sequence[str]) -> Any:
        """Return the rows of other texts, shape (n_contents, n_features)."""
        if self.X is None:
            return list(contents)
        with single_threaded():
            return _as_matrix(self._transformer().transform(list(contents)))

    def extend(self, contents: Sequence[str]) -> None:
        """Append new items; the steps stay as they were fitted."""
        if self.X is not None and len(contents):
            new = self.transform(contents)
            stack = sparse.vstack if sparse.issparse(new) else np.vstack
            both = stack([self.X, new])
            self._rows = _twins(both)
            self._frequency = self._typical = None
        self.contents += list(contents)

    def forms(self, word: str) -> list[int]:
        """Return the columns of words that look like forms of one word: see `TermSpace.forms`."""
        return self.terms.forms(word) if self.in_terms else []

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
            self._head_name = model.steps[-1][0]
            return list(model.steps)
        self._head_name = "model"
        if _takes_texts(model):
            return [("model", model)]
        front, note = _in_front_of(model, len(self.contents))
        self.notes.append(note)
        return [*front, ("model", model)]

    def _transformer(self) -> Any:
        return Pipeline(self.steps)

    def _keep(self, steps: Sequence[tuple[str, Any]]) -> None:
        self.steps = copy.deepcopy(list(steps))
        self._rows = _twins(_as_matrix(self._transformer().transform(self.contents)))

    def _fit(self, steps: Sequence[tuple[str, Any]], fit_on: NDArray[np.intp] | None) -> int:
        """Fit the leading steps one by one; return how many could be fitted without labels."""
        chosen = range(len(self.contents)) if fit_on is None else fit_on
        current: Any = [self.contents[int(number)] for number in chosen]
        for name, step in steps:
            if step is None or isinstance(step, str):
                self.steps.append((name, step))
                continue
            own = seeded(step, self._random_state)
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
            self._rows = _twins(_as_matrix(current))
        return len(self.steps)


_EMPTY_VOCABULARY = (
    "the texts hold no word the model could count (all are empty or only stop words); check the "
    "content column, or pass a vectorizer that reads them, for example "
    "TfidfVectorizer(analyzer='char_wb', ngram_range=(2, 4))"
)


def _n_leading(steps: Sequence[tuple[str, Any]]) -> int:
    """Count the steps before the first that needs labels; the last one is the classifier."""

    def free() -> Iterator[int]:
        for index, (_, step) in enumerate(steps[:-1]):
            if _needs_labels(step):
                return
            yield index

    return len(list(free()))


def _as_matrix(X: Any) -> Any:
    if sparse.issparse(X):
        matrix = sparse.csr_matrix(X, dtype=np.float64)
        matrix.sum_duplicates()
        return matrix
    return np.ascontiguousarray(np.asarray(X, dtype=np.float64))


def _twins(X: Any) -> tuple[Any, Any]:
    """Return the matrix and its float32 twin, which shares the sparse structure."""
    if not sparse.issparse(X):
        return X, X.astype(np.float32)
    twin = sparse.csr_matrix((X.data.astype(np.float32), X.indices, X.indptr), X.shape, copy=False)
    return X, twin
