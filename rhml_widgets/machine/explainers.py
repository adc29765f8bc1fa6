"""Reasons for one prediction: exact where the model is additive, by occlusion elsewhere."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy import sparse
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.exceptions import NotFittedError
from sklearn.naive_bayes import BernoulliNB, ComplementNB, MultinomialNB
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MaxAbsScaler, Normalizer, StandardScaler
from sklearn.utils.validation import check_is_fitted

from rhml_widgets.exceptions import (
    BadInputError,
    NotFittedYetError,
    UnknownItemError,
    UnknownLabelError,
)
from rhml_widgets.machine.explanations import Explanation, Neighbors
from rhml_widgets.machine.outlook import linear_form
from rhml_widgets.machine.terms import TermSpace, kept_columns, keeps_zero
from rhml_widgets.machine.threads import single_threaded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from rhml_widgets.journal.events import Label
    from rhml_widgets.machine.features import Features

__all__ = ["explain", "explain_item", "neighbors"]

_MOST_UNITS = 400
"""Words or columns hidden one at a time; what is beyond them is left to the gap."""
_WORD = re.compile(r"\w+(?:['’-]\w+)*")
_GAP_OF_ROUNDING = 1e-6
_COUNTING = (MultinomialNB, ComplementNB, BernoulliNB)


class _Question(NamedTuple):
    """Which class is explained, against which other; indices into the classifier's classes."""

    label: int
    against: int | None


class _Row(NamedTuple):
    """The features present in one item, and the part each has in what the classifier reads.

    ``parts[i]`` is the i-th feature's share of the classifier's input; ``offset`` is the input
    when none is present. Where the classifier reads the features themselves ``parts`` is None.
    """

    columns: NDArray[np.intp]
    values: NDArray[np.float64]
    parts: NDArray[np.float64] | None
    offset: NDArray[np.float64] | None


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
    X : list or Series of str, matrix or DataFrame
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
        Exact for linear models and Naive Bayes, also behind scalers, selectors and truncated SVD;
        by occlusion otherwise.

    Raises
    ------
    NotFittedYetError
        If the estimator is not fitted.
    UnknownItemError
        If there is no item ``i``.
    UnknownLabelError
        If ``label`` or ``against`` is not one of the estimator's classes.

    Examples
    --------
    >>> from sklearn.feature_extraction.text import CountVectorizer
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> texts = ["free prize", "see you at home"]
    >>> model = make_pipeline(CountVectorizer(), LogisticRegression()).fit(texts, ["spam", "ham"])
    >>> explain(model, texts, 0).top(1)
    [prize +0.32]
    """
    model = _unwrapped(estimator)
    _check_fitted(model)
    item = _item(X, i)
    transformers, classifier = _taken_apart(model)
    if isinstance(item, str):
        terms = TermSpace(transformers)
        row = _text_row(transformers, terms, item)
        if row is not None:
            found = _additive(classifier, row, label, against)
            if found is not None:
                return _of_text(found, row, terms, item)
        return _hide_words(model, item, terms, label, against)
    names = _column_names(model, X)
    row = _matrix_row(transformers, item)
    if row is not None:
        found = _additive(classifier, row, label, against)
        if found is not None:
            return _finished(found, row.columns, lambda c: names(int(c)), ())
    return _hide_columns(model, X, item, names, label, against)


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
    if features.in_terms and not isinstance(fitted_head, Pipeline) and sparse.issparse(features.X):
        X = features.X
        cells = slice(X.indptr[number], X.indptr[number + 1])
        if all(keeps_zero(step) for _, step in features.steps[1:]):
            row = _Row(X.indices[cells], X.data[cells], None, None)
            found = _additive(fitted_head, row, label, against)
            if found is not None:
                return _of_text(found, row, features.terms, content)
    return explain(features.assemble(fitted_head), [content], 0, label=label, against=against)


def neighbors(X: Any, number: int, labeled_numbers: Sequence[int], k: int = 5) -> Neighbors:
    """Return the labeled items most like one item, by cosine.

    Parameters
    ----------
    X : csr_matrix or ndarray, shape (n_items, n_features)
    number : int
        The item; left out of its own neighbors.
    labeled_numbers : sequence of int
    k : int
    """
    labeled = np.array([n for n in labeled_numbers if n != number], dtype=np.intp)
    if not len(labeled):
        return Neighbors(number, (), ())
    with single_threaded():
        rows = X[labeled]
        if sparse.issparse(X):
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


# -- what is explained ------------------------------------------------------------------------


def _unwrapped(estimator: Any) -> Any:
    """Return the estimator inside a search or a live model."""
    inner = getattr(estimator, "best_estimator_", None)
    if inner is None and type(estimator).__module__.startswith("rhml_widgets."):
        inner = getattr(estimator, "estimator_", None)
    return estimator if inner is None else _unwrapped(inner)


def _check_fitted(model: Any) -> None:
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
    n_items = X.shape[0] if hasattr(X, "shape") else len(X)
    if not -n_items <= i < n_items:
        message = f"there is no item {i}: X holds {n_items}"
        raise UnknownItemError(message)
    i = i % n_items
    if hasattr(X, "iloc"):
        return X.iloc[i] if X.ndim == 1 else X.iloc[[i]]
    if hasattr(X, "shape") and len(X.shape) > 1:
        return X[[i]]
    item = X[i]
    return str(item) if isinstance(item, str) else np.atleast_2d(item)


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


def _question(classifier: Any, predicted: int, label: Any, against: Any) -> _Question:
    classes = [c.item() if isinstance(c, np.generic) else c for c in classifier.classes_]

    def place(wanted: Any) -> int:
        if wanted in classes:
            return classes.index(wanted)
        close = difflib.get_close_matches(str(wanted), [str(c) for c in classes], n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        message = f"label {wanted!r} is not one of the model's classes {classes!r}{hint}"
        raise UnknownLabelError(message)

    asked = _Question(
        predicted if label is None else place(label), None if against is None else place(against)
    )
    if asked.label == asked.against:
        message = f"against={against!r} is the label that is explained; name another class"
        raise BadInputError(message)
    return asked


# -- rows -------------------------------------------------------------------------------------


def _present(row: Any) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    if sparse.issparse(row):
        row = sparse.csr_matrix(row)
        kept = row.data != 0
        return row.indices[kept], np.asarray(row.data[kept], dtype=np.float64)
    values = np.asarray(row, dtype=np.float64).ravel()
    columns = np.flatnonzero(values)
    return columns, values[columns]


def _text_row(transformers: Sequence[Any], terms: TermSpace, content: str) -> _Row | None:
    if not terms.depth:
        return None
    row: Any = [content]
    empty: Any = [""]
    shifts = not all(keeps_zero(step) for step in transformers[1 : terms.depth])
    for step in transformers[: terms.depth]:
        row = step.transform(row)
        empty = step.transform(empty) if shifts else None
    rest = transformers[terms.depth :]
    if not shifts:
        return _carried(rest, *_present(row), np.zeros(terms.n_columns) if rest else None)
    zero = np.asarray(empty.todense() if sparse.issparse(empty) else empty).ravel()
    shifted = np.asarray(row.todense() if sparse.issparse(row) else row).ravel() - zero
    columns, values = _present(shifted)
    return _carried(rest, columns, values, zero)


def _matrix_row(transformers: Sequence[Any], row: Any) -> _Row | None:
    if hasattr(row, "iloc") and not all(_is_numeric(kind) for kind in row.dtypes):
        return None
    origin = np.arange(row.shape[1])
    depth = 0
    for step in transformers:
        kept = kept_columns(step, len(origin))
        if kept is None:
            break
        row = step.transform(row)
        origin = origin[kept]
        depth += 1
    columns, values = _present(row)
    rest = transformers[depth:]
    carried = _carried(rest, columns, values, np.zeros(len(origin)) if rest else None)
    # The classifier's weights are looked up by the columns it reads; names by those of X.
    return (
        carried
        if depth == 0 or len(origin) == row.shape[1] and _same(origin)
        else (None if carried is None else _renamed(carried, origin))
    )


def _same(origin: NDArray[np.intp]) -> bool:
    return bool((origin == np.arange(len(origin))).all())


def _renamed(row: _Row, origin: NDArray[np.intp]) -> _Row | None:
    """Turn a row after a selector into parts, so that its columns can be those of X."""
    if row.parts is not None:
        return row._replace(columns=origin[row.columns])
    parts = np.zeros((len(row.columns), len(origin)))
    parts[np.arange(len(row.columns)), row.columns] = row.values
    return _Row(origin[row.columns], row.values, parts, np.zeros(len(origin)))


def _is_numeric(kind: Any) -> bool:
    return isinstance(kind, np.dtype) and kind.kind in "biuf"


def _carried(
    steps: Sequence[Any],
    columns: NDArray[np.intp],
    values: NDArray[np.float64],
    offset: NDArray[np.float64] | None,
) -> _Row | None:
    """Carry each feature's part through steps that are linear, or scale the whole row."""
    parts: NDArray[np.float64] | None = None
    for step in steps:
        if isinstance(step, TruncatedSVD | PCA):
            if isinstance(step, PCA) and step.whiten:
                return None
            mean = getattr(step, "mean_", None)
            basis = step.components_
            if parts is None:
                parts = values[:, None] * basis[:, columns].T
            else:
                parts = parts @ basis.T
            offset = (offset if mean is None else offset - mean) @ basis.T
            continue
        if parts is None or offset is None:
            return None
        if isinstance(step, StandardScaler):
            scale = 1.0 if step.scale_ is None else step.scale_
            offset = (offset - (step.mean_ if step.with_mean else 0.0)) / scale
            parts = parts / scale
        elif isinstance(step, MaxAbsScaler):
            parts, offset = parts / step.scale_, offset / step.scale_
        elif isinstance(step, Normalizer) and step.norm == "l2":
            length = float(np.linalg.norm(offset + parts.sum(axis=0))) or 1.0
            parts, offset = parts / length, offset / length
        elif hasattr(step, "get_support"):
            chosen = step.get_support(indices=True)
            parts, offset = parts[:, chosen], offset[chosen]
        else:
            return None
    return _Row(columns, values, parts, offset)


# -- additive models --------------------------------------------------------------------------


class _Found(NamedTuple):
    """An additive answer: what each present feature adds, and what is there without any."""

    label: Label
    against: Label | None
    contributions: NDArray[np.float64]
    baseline: float
    unit: str


class _Weights(NamedTuple):
    """Weights of every class for some columns, shape (n_classes, n_columns), and the biases."""

    weights: NDArray[np.float64]
    bias: NDArray[np.float64]
    unit: str
    counts: bool
    binarize: float | None = None


def _additive(classifier: Any, row: _Row, label: Any, against: Any) -> _Found | None:
    """Return the exact contributions under a linear or counting classifier, else None."""
    reads: Any = row.columns if row.parts is None else slice(None)
    found = _weights(classifier, reads)
    if found is None:
        return None
    values = row.values
    if found.binarize is not None:
        if row.parts is not None:
            return None
        values = (values > found.binarize).astype(np.float64)
    by_class = found.weights * values if row.parts is None else found.weights @ row.parts.T
    bias = found.bias
    if row.offset is not None:
        whole = found if row.parts is not None else _weights(classifier, slice(None))
        if whole is None or found.binarize is not None:
            return None
        bias = bias + whole.weights @ row.offset
    scores = by_class.sum(axis=1) + bias
    asked = _question(classifier, int(scores.argmax()), label, against)
    k, j = asked.label, asked.against
    n_classes = len(bias)
    unit = found.unit
    if n_classes == 2 and not found.counts:
        # Both rows are the one line of the model, seen from either side.
        contributions, baseline = by_class[k], bias[k]
    elif j is not None:
        contributions, baseline = by_class[k] - by_class[j], bias[k] - bias[j]
    elif found.counts:
        rest = [c for c in range(n_classes) if c != k]
        contributions = by_class[k] - by_class[rest].mean(axis=0)
        baseline = bias[k] - bias[rest].mean()
        unit = "log-odds" if n_classes == 2 else "margin"
    else:
        contributions, baseline, unit = by_class[k], bias[k], "margin"
    classes = classifier.classes_.tolist()
    other = None if j is None else classes[j]
    return _Found(classes[k], other, contributions, float(baseline), unit)


def _weights(classifier: Any, columns: Any) -> _Weights | None:
    if type(classifier) in _COUNTING and len(classifier.classes_) > 1:
        log_prob = classifier.feature_log_prob_
        if type(classifier) is BernoulliNB:
            absent = np.log1p(-np.exp(log_prob))
            bias = absent.sum(axis=1) + classifier.class_log_prior_
            weights = (log_prob - absent)[:, columns]
            threshold = 0.0 if classifier.binarize is None else classifier.binarize
            return _Weights(weights, bias, "log-odds", counts=True, binarize=threshold)
        is_complement = type(classifier) is ComplementNB
        bias = np.zeros(len(log_prob)) if is_complement else classifier.class_log_prior_
        return _Weights(log_prob[:, columns], bias, "log-odds", counts=True)
    form = linear_form(classifier) or _other_linear(classifier)
    if form is None:
        return None
    coef, intercept, unit = form
    weights = coef[:, columns]
    if len(coef) == 1:
        weights = np.concatenate([-weights, weights])
        intercept = np.concatenate([-intercept, intercept])
    return _Weights(weights, np.asarray(intercept, dtype=np.float64), unit, counts=False)


def _other_linear(classifier: Any) -> tuple[NDArray[Any], NDArray[Any], str] | None:
    """Take a linear classifier nobody told us of, if its scores prove it is one."""
    coef = getattr(classifier, "coef_", None)
    if not isinstance(coef, np.ndarray) or not hasattr(classifier, "decision_function"):
        return None
    coef = np.atleast_2d(coef)
    n_classes = len(classifier.classes_)
    if len(coef) != (1 if n_classes == 2 else n_classes):
        return None
    intercept = np.atleast_1d(np.asarray(getattr(classifier, "intercept_", 0.0), dtype=np.float64))
    intercept = np.broadcast_to(intercept, len(coef))
    probe = np.random.default_rng(0).random((2, coef.shape[1]))
    try:
        scores = np.asarray(classifier.decision_function(probe)).reshape(2, len(coef))
    except (TypeError, ValueError):
        return None
    if not np.allclose(scores, probe @ coef.T + intercept, atol=_GAP_OF_ROUNDING):
        return None
    return coef, intercept, "margin"


# -- occlusion --------------------------------------------------------------------------------


def _scores(model: Any, inputs: Any) -> tuple[NDArray[np.float64], str]:
    """Return a score for each input and class, and its unit."""
    with single_threaded():
        if hasattr(model, "predict_proba"):
            return np.asarray(model.predict_proba(inputs), dtype=np.float64), "probability"
        if hasattr(model, "decision_function"):
            raw = np.asarray(model.decision_function(inputs), dtype=np.float64)
            if raw.ndim == 1:
                raw = np.column_stack([-raw, raw])
            if raw.shape[1] == len(model.classes_):
                return raw, "margin"
        votes = np.asarray(model.predict(inputs))
    return (votes[:, None] == np.asarray(model.classes_)[None, :]).astype(np.float64), "probability"


def _words(terms: TermSpace, content: str) -> dict[str, list[tuple[int, int]]]:
    """Return the words of a text with their places: the model's own tokens, if it has words."""
    places = terms.words(content)
    if places is None:
        places = [(match[0].casefold(), *match.span()) for match in _WORD.finditer(content)]
        if len(places) == 1 and len(content) > len("internationalization"):
            # A script without spaces.
            places = [(char, i, i + 1) for i, char in enumerate(content) if not char.isspace()]
    words: dict[str, list[tuple[int, int]]] = {}
    for word, start, end in places:
        if len(words) < _MOST_UNITS or word in words:
            words.setdefault(word, []).append((start, end))
    return words


def _hide_words(
    model: Any, content: str, terms: TermSpace, label: Any, against: Any
) -> Explanation:
    """Hide each word in turn, all its occurrences at once, in one batch."""
    words = _words(terms, content)
    texts = [content, ""]
    for places in words.values():
        kept = []
        cursor = 0
        for start, end in places:
            kept.append(content[cursor:start])
            cursor = max(end, cursor)
        texts.append("".join([*kept, content[cursor:]]))
    scores, unit = _scores(model, texts)
    spans = tuple(
        (start, end, index) for index, places in enumerate(words.values()) for start, end in places
    )
    return _occluded(model, scores, unit, list(words), spans, label, against)


def _hide_columns(
    model: Any,
    X: Any,
    row: Any,
    names: Callable[[int], str],
    label: Any,
    against: Any,
) -> Explanation:
    """Set each column to 0 in turn; in dense matrices to its median (or most frequent value)."""
    if sparse.issparse(row):
        row = sparse.csr_matrix(row)
        columns = row.indices[np.argsort(-np.abs(row.data), kind="stable")][:_MOST_UNITS]
        every = sparse.vstack([row] * (len(columns) + 2), format="lil")
        every[1, :] = 0
        for index, column in enumerate(columns):
            every[index + 2, column] = 0
        inputs: Any = every.tocsr()
    elif hasattr(row, "iloc"):
        import pandas as pd

        columns = np.arange(row.shape[1])[:_MOST_UNITS]
        usual = X.mode(dropna=False).iloc[[0]].copy()
        for name in X.select_dtypes("number").columns:
            usual[name] = X[name].median()
        usual = usual.astype(X.dtypes.to_dict())
        frames = [row, usual.set_axis(row.index)]
        for column in columns:
            hidden = row.copy()
            hidden.isetitem(column, usual.iloc[:, column].to_numpy())
            frames.append(hidden)
        inputs = pd.concat(frames)
    else:
        columns = np.arange(row.shape[1])[:_MOST_UNITS]
        usual = np.median(np.asarray(X, dtype=np.float64), axis=0)
        inputs = np.repeat(np.asarray(row, dtype=np.float64), len(columns) + 2, axis=0)
        inputs[1] = usual
        inputs[np.arange(len(columns)) + 2, columns] = usual[columns]
    scores, unit = _scores(model, inputs)
    named = [names(int(column)) for column in columns]
    return _occluded(model, scores, unit, named, (), label, against)


def _occluded(
    model: Any,
    scores: NDArray[np.float64],
    unit: str,
    names: Sequence[str],
    spans: tuple[tuple[int, int, int], ...],
    label: Any,
    against: Any,
) -> Explanation:
    asked = _question(model, int(scores[0].argmax()), label, against)
    score = scores[:, asked.label]
    if asked.against is not None:
        score = score - scores[:, asked.against]
    contributions = score[0] - score[2:]
    order = np.argsort(-np.abs(contributions), kind="stable")
    place = np.empty(len(order), dtype=np.intp)
    place[order] = np.arange(len(order))
    contributions = contributions[order]
    classes = np.asarray(model.classes_).tolist()
    return Explanation(
        label=classes[asked.label],
        against=None if asked.against is None else classes[asked.against],
        prediction=float(score[0]),
        unit=unit,
        features=tuple(names[i] for i in order),
        contributions=contributions,
        spans=tuple(sorted((start, end, int(place[index])) for start, end, index in spans)),
        baseline=float(score[1]),
        method="occlusion",
        gap=float(score[0] - score[1] - contributions.sum()),
    )


# -- putting it together ----------------------------------------------------------------------


def _of_text(found: _Found, row: _Row, terms: TermSpace, content: str) -> Explanation:
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
    found: _Found,
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


def _column_names(model: Any, X: Any) -> Callable[[int], str]:
    names = getattr(X, "columns", None)
    if names is None:
        first = model.steps[0][1] if isinstance(model, Pipeline) else model
        names = getattr(first, "feature_names_in_", None)
    return lambda column: f"#{column}" if names is None else str(names[column])
