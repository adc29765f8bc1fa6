"""Reasons for one prediction: exact where the model is additive, by occlusion elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.utils.validation import check_is_fitted

from rhml_widgets.exceptions import BadInputError, NotFittedYetError, UnknownItemError
from rhml_widgets.machine.additive import Answer, Row, additive, matrix_row, text_row
from rhml_widgets.machine.columns import traced
from rhml_widgets.machine.explanations import Explanation, Neighbors
from rhml_widgets.machine.matrices import as_matrix, is_sparse, present
from rhml_widgets.machine.models import check_model
from rhml_widgets.machine.occlusion import hide_columns, hide_nothing, hide_patches, hide_words
from rhml_widgets.machine.patches import patch_of_pixels, patches
from rhml_widgets.machine.spans import is_vectorizer
from rhml_widgets.machine.terms import TermSpace, keeps_zero
from rhml_widgets.machine.threads import single_threaded
from rhml_widgets.machine.trees import tree_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from rhml_widgets.journal.events import Label
    from rhml_widgets.machine.features import Features
    from rhml_widgets.machine.space import Space

__all__ = ["explain", "explain_item", "neighbors"]

_LINE = 60
_MATRIX = 2


def explain(
    estimator: Any,
    X: Any,
    i: int,
    *,
    label: Label | None = None,
    against: Label | None = None,
) -> Explanation:
    """Explain what a fitted estimator says of one item.

    Parameters
    ----------
    estimator : fitted classifier or Pipeline
    X : list or Series of str, matrix, DataFrame or images of shape (n, height, width[, channels])
        The items as the estimator reads them.
    i : int
        Position of the item in ``X``.
    label : label, optional
        The class to explain; the predicted one if None.
    against : label, optional
        Explain why ``label`` and not this one.

    Returns
    -------
    Explanation
        Exact for linear models and Naive Bayes, also behind scalers, encoders, column
        transformers, selectors and truncated SVD, what is made of a column being summed; for trees
        where the extra ``trees`` is installed; by occlusion otherwise. Of images, by patches.

    Raises
    ------
    NotFittedYetError
        If the estimator is not fitted.
    BadInputError
        If it is no classifier, or ``X`` or ``i`` are of no use as what they stand for.
    UnknownItemError
        If there is no item ``i``.
    UnknownLabelError
        If ``label`` or ``against`` is not one of the estimator's classes.

    Examples
    --------
    >>> from sklearn.feature_extraction.text import CountVectorizer
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> texts = ["free prize prize", "see you at home"]
    >>> model = make_pipeline(CountVectorizer(), LogisticRegression()).fit(texts, ["spam", "ham"])
    >>> explain(model, texts, 0).top(1)
    [prize +0.99]
    """
    model = _unwrapped(estimator)
    _check(model)
    item = _item(X, i)
    transformers, classifier = _taken_apart(model)
    if transformers and hasattr(X, "columns") and _reads_texts(transformers[0]):
        name = _text_column(X)
        message = f"X is a DataFrame, but the model reads texts: pass the texts alone, d[{name!r}]"
        raise BadInputError(message)
    if isinstance(item, str):
        terms = TermSpace(transformers)
        row = text_row(transformers, terms, item)
        if row is not None:
            found = additive(classifier, row, label, against)
            if found is not None:
                return _of_text(found, row, terms, item)
        return hide_words(model, item, (label, against), terms=terms)
    if len(getattr(X, "shape", ())) < _MATRIX:
        X = np.asarray(list(X))  # a list of rows, of which one was looked at
    if len(X.shape) > _MATRIX:
        return hide_patches(model, X, i, (label, against))
    names = _column_names(model, X)
    told = matrix_row(transformers, item, names)
    if told is not None:
        row, origins = told
        found = additive(classifier, row, label, against)
        if found is not None:
            return _finished(*_summed(found, origins), lambda c: names[c], ())
    by_trees = _by_trees(transformers, classifier, item, names, (label, against))
    if by_trees is not None:
        return _finished(*_summed(*by_trees), lambda c: names[c], ())
    return hide_columns(model, X, i % X.shape[0], (label, against), names=names)


def explain_item(
    features: Features,
    fitted_head: Any,
    number: int,
    content: str,
    *,
    label: Label | None = None,
    against: Label | None = None,
) -> Explanation:
    """Explain one pool item from its cached row: see `explain`.

    Parameters
    ----------
    features : Features
    fitted_head : fitted classifier or Pipeline
        What `fit_head` returned.
    number : int
        The item's number.
    content : str
        Its text, for the spans.
    """
    if features.in_terms and not isinstance(fitted_head, Pipeline) and is_sparse(features.X):
        X = features.X
        cells = slice(X.indptr[number], X.indptr[number + 1])
        if all(keeps_zero(step) for _, step in features.steps[1:]):
            row = Row(X.indices[cells], X.data[cells], None, None)
            found = additive(fitted_head, row, label, against)
            if found is not None:
                return _of_text(found, row, features.terms, content)
    if features.kind == "text":
        return explain(features.assemble(fitted_head), [content], 0, label=label, against=against)
    if isinstance(features.contents, list):
        return hide_nothing(
            features.assemble(fitted_head), [features.contents[number]], (label, against)
        )
    if features.origins is not None and not isinstance(fitted_head, Pipeline):
        exact = _of_cached_row(features, fitted_head, number, label, against)
        if exact is not None:
            return exact
    return explain(
        features.assemble(fitted_head), features.contents, number, label=label, against=against
    )


def _of_cached_row(
    features: Features, head: Any, number: int, label: Label | None, against: Label | None
) -> Explanation | None:
    cached = features.X[[number]]
    columns, values = present(cached)
    origins = features.origins
    row = Row(columns, values, None, None)
    found = additive(head, row, label, against)
    if found is None and (trees := tree_answer(head, cached, label, against)) is not None:
        found, columns = trees, np.arange(cached.shape[1])
    if found is None or origins is None:
        return None
    if features.kind == "row":
        found, places = _summed(found, origins[columns])
        return _finished(found, places, lambda c: features.input_names[c], ())
    images: Any = features.contents
    shape = images.shape[1:]
    known = patches(*shape[:2])
    found, places = _summed(found, patch_of_pixels(shape)[origins[columns]])
    finished = _finished(found, places, lambda c: known[c].name, ())
    order = {patch.name: patch for patch in known}
    boxes = tuple((*order[name], rank) for rank, name in enumerate(finished.features))
    return replace(finished, boxes=boxes)


def _summed(found: Answer, origins: NDArray[np.intp]) -> tuple[Answer, NDArray[np.intp]]:
    """Add up what was made of the same column."""
    places, where = np.unique(origins, return_inverse=True)
    total = np.zeros(len(places))
    np.add.at(total, where, found.contributions)
    return found._replace(contributions=total), places


def _by_trees(
    transformers: Sequence[Any],
    classifier: Any,
    item: Any,
    names: Sequence[str],
    asked: tuple[Label | None, Label | None],
) -> tuple[Answer, NDArray[np.intp]] | None:
    origins, depth = traced(transformers, names)
    if depth < len(transformers):
        return None
    for step in transformers:
        item = step.transform(item)
    if hasattr(item, "iloc") and any(dtype.kind not in "biuf" for dtype in item.dtypes):
        return None
    found = tree_answer(classifier, as_matrix(item), *asked)
    return None if found is None else (found, origins)


def neighbors(
    X: Any,
    number: int,
    labeled_numbers: Sequence[int],
    k: int = 5,
    *,
    space: Space | None = None,
) -> Neighbors:
    """Return the labeled items most like one item, by cosine.

    Parameters
    ----------
    X : csr_matrix or ndarray, shape (n_items, n_features)
    number : int
        The item; left out of its own neighbors.
    labeled_numbers : sequence of int
    k : int
    space : Space, optional
        Says how alike rows of a table are, whose columns differ in their units.
    """
    labeled = np.array([n for n in labeled_numbers if n != number], dtype=np.intp)
    if not len(labeled):
        return Neighbors(number, (), ())
    if space is not None:
        with single_threaded():
            # Two rows drawn at random are 2 apart, and so .37 alike.
            alike = np.exp(-space.away(X[[number]], X[labeled]).ravel() / 2)
        best = np.argsort(-alike, kind="stable")[:k]
        return Neighbors(number, tuple(labeled[best].tolist()), tuple(alike[best].tolist()))
    with single_threaded():
        rows = X[labeled]
        if is_sparse(X):
            own = X[[number]].toarray().ravel()
            lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
        else:
            own = np.asarray(X[number])
            lengths = np.sqrt((rows * rows).sum(axis=1))
        similarity = np.asarray(rows @ own).ravel()
    scale = lengths * np.sqrt(own @ own)
    similarity = np.divide(similarity, scale, out=np.zeros(len(labeled)), where=scale > 0)
    best = np.argsort(-similarity, kind="stable")[:k]
    return Neighbors(number, tuple(labeled[best].tolist()), tuple(similarity[best].tolist()))


def _unwrapped(estimator: Any) -> Any:
    """Return the estimator inside a search or a live model."""
    inner = getattr(estimator, "best_estimator_", None)
    if inner is None and type(estimator).__module__.startswith("rhml_widgets."):
        inner = getattr(estimator, "estimator_", None)
    return estimator if inner is None else _unwrapped(inner)


def _check(model: Any) -> None:
    """Refuse what is no fitted classifier."""
    if not hasattr(model, "classes_"):  # reading tags would cost more than some explanations
        check_model(model)
    last = model.steps[-1][1] if isinstance(model, Pipeline) else model
    try:
        check_is_fitted(last)
    except NotFittedError as error:
        message = f"{type(last).__name__} is not fitted yet; call fit before explain"
        raise NotFittedYetError(message) from error
    except TypeError:
        return


def _item(X: Any, i: int) -> Any:
    """Return item ``i``: a text, or a row as a matrix of one row."""
    if isinstance(X, str | bytes | Mapping) or not (hasattr(X, "shape") or hasattr(X, "__len__")):
        message = f"X is {_short(X)}; expected a list or Series of texts, a matrix or a DataFrame"
        raise BadInputError(message)
    if isinstance(i, bool) or not isinstance(i, int | np.integer):
        message = f"i={i!r}: expected the position of an item in X, a whole number"
        raise BadInputError(message)
    n_items = X.shape[0] if getattr(X, "shape", ()) else len(X)
    if not -n_items <= i < n_items:
        message = f"there is no item {i}: X holds {n_items}"
        raise UnknownItemError(message)
    i = int(i) % n_items
    if hasattr(X, "iloc"):
        item = X.iloc[i] if X.ndim == 1 else X.iloc[[i]]
    elif hasattr(X, "shape") and len(X.shape) > 1:
        return X[[i]]
    else:
        item = X[i]
    if hasattr(item, "iloc") or isinstance(item, str):
        return item if hasattr(item, "iloc") else str(item)
    row = np.asarray(item, dtype=object)
    if not row.ndim or not all(isinstance(cell, int | float | np.number) for cell in row.ravel()):
        message = f"item {i} of X is {_short(item)}; expected a text, or a row of numbers"
        raise BadInputError(message)
    return np.atleast_2d(item)


def _reads_texts(step: Any) -> bool:
    if isinstance(step, FeatureUnion):
        return any(_reads_texts(part) for _, part in step.transformer_list)
    if isinstance(step, Pipeline):
        return bool(step.steps) and _reads_texts(step.steps[0][1])
    return is_vectorizer(step)


def _text_column(X: Any) -> Any:
    """Return the name of the first column of texts; of the first at all where there is none."""
    texts = [name for name in X.columns if isinstance(X[name].iloc[0], str)]
    return [*texts, *X.columns, "text"][0]


def _short(thing: Any) -> str:
    told = repr(thing)
    return told if len(told) <= _LINE else f"a {type(thing).__name__}"


def _taken_apart(model: Any) -> tuple[list[Any], Any]:
    """Return the transformers of a model, nested pipelines opened, and its classifier."""
    if not isinstance(model, Pipeline):
        return [], model
    transformers: list[Any] = []
    for _, step in model.steps[:-1]:
        inner = [part for _, part in step.steps] if isinstance(step, Pipeline) else [step]
        transformers += [part for part in inner if part is not None and part != "passthrough"]
    later, classifier = _taken_apart(model.steps[-1][1])
    return transformers + later, classifier


def _of_text(found: Answer, row: Row, terms: TermSpace, content: str) -> Explanation:
    tokens: dict[int, str] = {}
    places = terms.places(content)
    for place, column in places:
        known = tokens.setdefault(column, place.token)
        if known != place.token and place.token not in known.split(" / "):
            tokens[column] = f"{known} / {place.token}"

    def name(column: int) -> str:
        return tokens.get(column) or terms.name(column) or f"#{column}"

    located = [(place.start, place.end, column) for place, column in places if place.start >= 0]
    return _finished(found, row.columns, name, located)


def _finished(
    found: Answer,
    columns: NDArray[np.intp],
    name: Callable[[int], str],
    located: Sequence[tuple[int, int, int]],
) -> Explanation:
    order = np.argsort(-np.abs(found.contributions), kind="stable")
    contributions = found.contributions[order]
    ordered = columns[order].tolist()
    index = {column: i for i, column in enumerate(ordered)}
    spans = sorted({(start, end, index[c]) for start, end, c in located if c in index})
    contributions.setflags(write=False)
    return Explanation(
        label=found.label,
        against=found.against,
        prediction=found.baseline + float(contributions.sum()),
        unit=found.unit,
        features=tuple(name(column) for column in ordered),
        contributions=contributions,
        spans=tuple(spans),
        baseline=found.baseline,
        method="exact",
        gap=0.0,
    )


def _column_names(model: Any, X: Any) -> list[str]:
    names = getattr(X, "columns", None)
    if names is None:
        first = model.steps[0][1] if isinstance(model, Pipeline) else model
        names = getattr(first, "feature_names_in_", None)
    return [f"#{c}" for c in range(X.shape[1])] if names is None else [str(name) for name in names]
