"""Scores: what a fitted model says of items, checked and in the session's order of classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import expit
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import (
    LogisticRegression,
    Perceptron,
    RidgeClassifier,
    SGDClassifier,
)
from sklearn.svm import LinearSVC

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.machine.prior_logistic import BINARY, PriorLogisticRegression
from rhml_widgets.machine.threads import single_threaded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from rhml_widgets.journal.events import Label

__all__ = ["chunks", "class_positions", "decision", "linear_form", "own_scores"]

_CELLS = 4_000_000
"""Scores held at once: rows times classes."""
_ROW_SUM_TOLERANCE = 1e-3
_CONFIDENT = 0.6
_ENOUGH = 5
_MOST = 0.5
_LOGISTIC = (LogisticRegression, PriorLogisticRegression)
_MARGIN = (LinearSVC, RidgeClassifier, Perceptron)


def class_positions(estimator: Any, classes: Sequence[Label]) -> NDArray[np.intp]:
    """Return the place in ``classes`` of each of the estimator's ``classes_``.

    Raises
    ------
    BadInputError
        If the estimator has no ``classes_`` or knows a class the session does not.
    """
    if not hasattr(estimator, "classes_"):
        message = (
            f"{type(estimator).__name__} has no classes_ after fit; a classifier must set it "
            "(np.unique(y)) so that its scores can be told apart"
        )
        raise BadInputError(message)
    place = {label: index for index, label in enumerate(classes)}
    own = [label.item() if isinstance(label, np.generic) else label for label in estimator.classes_]
    unknown = [label for label in own if label not in place]
    if unknown:
        message = (
            f"the model knows the class {unknown[0]!r}, which is not one of {list(classes)!r}; "
            "fit it on the session's labels"
        )
        raise BadInputError(message)
    return np.array([place[label] for label in own], dtype=np.intp)


def linear_form(estimator: Any) -> tuple[NDArray[Any], NDArray[Any], str] | None:
    """Return (coef, intercept, kind) of a linear classifier whose scores need nothing else.

    Returns
    -------
    coef : ndarray, shape (1 or n_classes, n_features)
    intercept : ndarray, shape (1 or n_classes,)
    kind : {"log-odds", "margin"}
        "log-odds": the sigmoid or softmax of the scores are the model's own probabilities.
    """
    kind = type(estimator)
    if not hasattr(estimator, "coef_") or not hasattr(estimator, "classes_"):
        return None
    n_classes = len(estimator.classes_)
    if kind in _LOGISTIC:
        one_by_one = getattr(estimator, "multi_class", "auto") == "ovr"
        one_by_one = one_by_one or getattr(estimator, "solver", "") == "liblinear"
        if n_classes > BINARY and one_by_one:
            return None
        unit = "log-odds"
    elif kind is SGDClassifier:
        if estimator.loss == "log_loss":
            if n_classes > BINARY:
                return None
            unit = "log-odds"
        elif estimator.loss == "modified_huber":
            return None
        else:
            unit = "margin"
    elif kind in _MARGIN:
        unit = "margin"
    elif kind is LinearDiscriminantAnalysis:
        unit = "log-odds"
    else:
        return None
    coef = np.atleast_2d(np.asarray(estimator.coef_))
    intercept = np.broadcast_to(np.atleast_1d(np.asarray(estimator.intercept_)), coef.shape[:1])
    return coef, intercept, unit


def decision(head: Any, X: Any, classes: Sequence[Label]) -> tuple[NDArray[np.float64], str]:
    """Return a score for every item and class.

    Parameters
    ----------
    head : fitted classifier or Pipeline
    X : what the head reads, n_items rows
    classes : list of labels
        The session's classes, in its order.

    Returns
    -------
    scores : ndarray of float64, shape (n_items, n_classes)
        Rows sum to 1; a class the head does not know has 0.
    kind : {"probability", "margin", "votes"}
        Where they come from: ``predict_proba``; ``decision_function``, squashed by the sigmoid
        or softmax; or ``predict``, the predicted class having 1.

    Raises
    ------
    BadInputError
        If the head's scores are missing, misshapen, not finite, do not sum to 1 or stand in
        another order than its ``classes_``.
    """
    positions = class_positions(head, classes)
    n_items = X.shape[0] if hasattr(X, "shape") else len(X)
    scores = np.zeros((n_items, len(classes)))
    kind = "votes"
    with single_threaded():
        for part in chunks(n_items, len(classes)):
            own, kind = own_scores(head, X[part], check=part.start == 0)
            scores[part, positions] = own
    return scores, kind


def chunks(n_items: int, n_classes: int) -> Iterator[slice]:
    """Cut the items so that their scores stay small."""
    step = max(1, _CELLS // max(n_classes, 1))
    for start in range(0, max(n_items, 1), step):
        yield slice(start, min(start + step, n_items))


def own_scores(head: Any, X: Any, *, check: bool) -> tuple[NDArray[np.float64], str]:
    """Return the scores in the order of the head's own classes."""
    n_items = X.shape[0] if hasattr(X, "shape") else len(X)
    n_classes = len(head.classes_)
    if n_items == 0:
        return np.zeros((0, n_classes)), "probability"
    if hasattr(head, "predict_proba"):
        proba = np.asarray(head.predict_proba(X), dtype=np.float64)
        _check_probabilities(head, proba, (n_items, n_classes))
        if check:
            _check_order(head, X, proba)
        return proba, "probability"
    if hasattr(head, "decision_function"):
        raw = np.asarray(head.decision_function(X), dtype=np.float64)
        if raw.ndim == 1 or raw.shape[1] == 1:
            positive = expit(raw.reshape(n_items))
            scores = np.column_stack([1 - positive, positive])
        else:
            scores = np.exp(raw - raw.max(axis=1, keepdims=True))
            scores /= scores.sum(axis=1, keepdims=True)
        if scores.shape == (n_items, n_classes):
            _check_probabilities(head, scores, (n_items, n_classes), method="decision_function")
            return scores, "margin"
    votes = np.asarray(head.predict(X))
    return (votes[:, None] == np.asarray(head.classes_)[None, :]).astype(np.float64), "votes"


def _check_probabilities(
    head: Any,
    proba: NDArray[np.float64],
    shape: tuple[int, int],
    *,
    method: str = "predict_proba",
) -> None:
    name = f"{type(head).__name__}.{method}"
    if proba.shape != shape:
        message = (
            f"{name} returned shape {proba.shape}; expected {shape}, a row for each item and a "
            "column for each of classes_"
        )
        raise BadInputError(message)
    finite = np.isfinite(proba).all(axis=1)
    if not finite.all():
        first = int(np.flatnonzero(~finite)[0])
        message = (
            f"{name} returned NaN or infinity for {int((~finite).sum())} of {shape[0]} items, "
            f"first in row {first}; look for a division by zero or a feature that is not finite"
        )
        raise BadInputError(message)
    sums = proba.sum(axis=1)
    if proba.min() < -_ROW_SUM_TOLERANCE or np.abs(sums - 1).max() > _ROW_SUM_TOLERANCE:
        first = int(np.abs(sums - 1).argmax())
        message = (
            f"the rows of {name} are not probabilities: row {first} is {proba[first].tolist()}, "
            f"which sums to {sums[first]:.3g}; expected values of at least 0 that sum to 1"
        )
        raise BadInputError(message)


def _check_order(head: Any, X: Any, proba: NDArray[np.float64]) -> None:
    """Compare the columns with ``predict``, for estimators we cannot know."""
    last = head.steps[-1][1] if hasattr(head, "steps") else head
    if type(last).__module__.startswith(("sklearn.", "rhml_widgets.")):
        return
    few = slice(0, 50)
    sure = proba[few].max(axis=1) > _CONFIDENT
    predicted = np.asarray(head.predict(X[few]))
    agree = predicted[sure] == np.asarray(head.classes_)[proba[few].argmax(axis=1)][sure]
    if sure.sum() >= _ENOUGH and agree.mean() < _MOST:
        message = (
            f"the columns of {type(head).__name__}.predict_proba do not follow classes_ "
            f"{list(head.classes_)!r}: predict disagrees with the largest column on "
            f"{int((~agree).sum())} of {len(agree)} items; return them in that order"
        )
        raise BadInputError(message)
