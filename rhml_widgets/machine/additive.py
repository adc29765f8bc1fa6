"""Additive answers: what each feature of one item adds to a model's score, exactly.

Linear models and Naive Bayes, also behind steps that are linear or scale a whole row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.naive_bayes import BernoulliNB, ComplementNB, MultinomialNB
from sklearn.preprocessing import MaxAbsScaler, Normalizer, StandardScaler

from rhml_widgets.machine.columns import traced
from rhml_widgets.machine.matrices import dense_row, present
from rhml_widgets.machine.prior_logistic import BINARY
from rhml_widgets.machine.question import ask
from rhml_widgets.machine.scores import linear_form
from rhml_widgets.machine.terms import keeps_zero

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from rhml_widgets.journal.events import Label
    from rhml_widgets.machine.terms import TermSpace

__all__ = ["Answer", "Row", "additive", "matrix_row", "text_row"]

_ROUNDING = 1e-6
_COUNTING = (MultinomialNB, ComplementNB, BernoulliNB)


class Row(NamedTuple):
    """The features present in one item, and the part each has in what the classifier reads.

    ``parts[i]`` is the i-th feature's share of the classifier's input; ``offset`` is the input
    when none is present. Where the classifier reads the features themselves ``parts`` is None.
    """

    columns: NDArray[np.intp]
    values: NDArray[np.float64]
    parts: NDArray[np.float64] | None
    offset: NDArray[np.float64] | None


class Answer(NamedTuple):
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


def text_row(transformers: Sequence[Any], terms: TermSpace, content: str) -> Row | None:
    """Return the terms of a text as the classifier reads them; None where they are lost."""
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
        return _carried(rest, *present(row), np.zeros(terms.n_columns) if rest else None)
    zero = dense_row(empty)
    columns, values = present(dense_row(row) - zero)
    return _carried(rest, columns, values, zero)


def matrix_row(
    transformers: Sequence[Any], row: Any, names: Sequence[str]
) -> tuple[Row, NDArray[np.intp]] | None:
    """Return a row's features as the classifier reads them, and the columns they come from.

    None where what comes from which column is lost.
    """
    origins, depth = traced(transformers, names)
    if depth == 0 and hasattr(row, "iloc") and not all(map(_is_numeric, row.dtypes)):
        return None
    for step in transformers[:depth]:
        row = step.transform(row)
    columns, values = present(row)
    rest = transformers[depth:]
    carried = _carried(rest, columns, values, np.zeros(len(origins)) if rest else None)
    return None if carried is None else (carried, origins[columns])


def _is_numeric(kind: Any) -> bool:
    return isinstance(kind, np.dtype) and kind.kind in "biuf"


def _carried(
    steps: Sequence[Any],
    columns: NDArray[np.intp],
    values: NDArray[np.float64],
    offset: NDArray[np.float64] | None,
) -> Row | None:
    """Carry each feature's part through steps that are linear, or scale the whole row."""
    parts: NDArray[np.float64] | None = None
    for step in steps:
        if isinstance(step, TruncatedSVD | PCA):
            if isinstance(step, PCA) and step.whiten:
                return None
            mean = getattr(step, "mean_", None)
            basis = step.components_
            parts = values[:, None] * basis[:, columns].T if parts is None else parts @ basis.T
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
    return Row(columns, values, parts, offset)


def additive(classifier: Any, row: Row, label: Any, against: Any) -> Answer | None:
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
    asked = ask(classifier, int(scores.argmax()), label, against)
    k, j = asked.label, asked.against
    n_classes = len(bias)
    unit = found.unit
    if n_classes == BINARY and not found.counts:
        # Both rows are the one line of the model, seen from either side.
        contributions, baseline = by_class[k], bias[k]
    elif j is not None:
        contributions, baseline = by_class[k] - by_class[j], bias[k] - bias[j]
    elif found.counts:
        rest = [c for c in range(n_classes) if c != k]
        contributions = by_class[k] - by_class[rest].mean(axis=0)
        baseline = bias[k] - bias[rest].mean()
        unit = "log-odds" if n_classes == BINARY else "margin"
    else:
        contributions, baseline, unit = by_class[k], bias[k], "margin"
    classes = classifier.classes_.tolist()
    other = None if j is None else classes[j]
    return Answer(classes[k], other, contributions, float(baseline), unit)


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
    if len(coef) != (1 if n_classes == BINARY else n_classes):
        return None
    intercept = np.atleast_1d(np.asarray(getattr(classifier, "intercept_", 0.0), dtype=np.float64))
    intercept = np.broadcast_to(intercept, len(coef))
    probe = np.random.default_rng(0).random((2, coef.shape[1]))
    try:
        scores = np.asarray(classifier.decision_function(probe)).reshape(2, len(coef))
    except (TypeError, ValueError):
        return None
    if not np.allclose(scores, probe @ coef.T + intercept, atol=_ROUNDING):
        return None
    return coef, intercept, "margin"
