"""What a fitted model expects of every item: probabilities, and the closest calls first."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
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
from rhml_widgets.machine.prior_logistic import PriorLogisticRegression
from rhml_widgets.machine.threads import single_threaded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from rhml_widgets.journal.events import Label

__all__ = ["Outlook", "class_positions", "decision", "linear_form", "outlook"]

_CELLS = 4_000_000
"""Scores held at once: rows times classes."""
_ROW_SUM_TOLERANCE = 1e-3
_CONFIDENT = 0.6
_ENOUGH = 5
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
        multinomial = getattr(estimator, "multi_class", "auto") != "ovr"
        if n_classes > 2 and (not multinomial or getattr(estimator, "solver", "") == "liblinear"):
            return None
        unit = "log-odds"
    elif kind is SGDClassifier:
        if estimator.loss == "log_loss":
            if n_classes > 2:
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
        for part in _chunks(n_items, len(classes)):
            own, kind = _own_scores(head, X[part], check=part.start == 0)
            scores[part, positions] = own
    return scores, kind


def _chunks(n_items: int, n_classes: int) -> Iterator[slice]:
    step = max(1, _CELLS // max(n_classes, 1))
    for start in range(0, max(n_items, 1), step):
        yield slice(start, min(start + step, n_items))


def _own_scores(head: Any, X: Any, *, check: bool) -> tuple[NDArray[np.float64], str]:
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
    if sure.sum() >= _ENOUGH and agree.mean() < 0.5:
        message = (
            f"the columns of {type(head).__name__}.predict_proba do not follow classes_ "
            f"{list(head.classes_)!r}: predict disagrees with the largest column on "
            f"{int((~agree).sum())} of {len(agree)} items; return them in that order"
        )
        raise BadInputError(message)


@dataclass(frozen=True, eq=False)
class Outlook:
    """The model's best and second guess for every item, in O(n) memory.

    Attributes
    ----------
    kind : {"probability", "margin", "votes"}
        What the scores are: see `decision`.
    strength : ndarray of float32, shape (n_items,)
        Orders the items as `margin` does, closest call first; its unit is none.
    predicted, runner_up : ndarray of int32, shape (n_items,)
        Indices into the session's classes; ``runner_up`` is -1 where there is no second.
    confidence : ndarray of float32, shape (n_items,), in [0, 1]
        The top score.
    margin : ndarray of float32, shape (n_items,), in [0, 1]
        The top score less the second.
    """

    kind: str
    strength: NDArray[np.float32]
    _pair: tuple[int, int] | None = None
    _decision: NDArray[np.float32] | None = None
    _found: dict[str, NDArray[Any]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.strength)

    def __repr__(self) -> str:
        return f"Outlook({len(self)} items, {self.kind})"

    @cached_property
    def predicted(self) -> NDArray[np.int32]:
        """The class index with the top score, shape (n_items,)."""
        return self._of_two(swapped=False) if self._pair else self._found["predicted"]

    @cached_property
    def runner_up(self) -> NDArray[np.int32]:
        """The class index with the second score, shape (n_items,)."""
        return self._of_two(swapped=True) if self._pair else self._found["runner_up"]

    @cached_property
    def confidence(self) -> NDArray[np.float32]:
        """The top score, shape (n_items,)."""
        return expit(self.strength) if self._pair else self._found["confidence"]

    @cached_property
    def margin(self) -> NDArray[np.float32]:
        """The top score less the second, shape (n_items,)."""
        return np.tanh(self.strength / 2) if self._pair else self.strength

    def closest(self, k: int, among: NDArray[np.intp] | None = None) -> NDArray[np.intp]:
        """Return the numbers of the ``k`` closest calls, closest first.

        Parameters
        ----------
        k : int
        among : ndarray of int, optional
            Only these items; all if None.
        """
        strength = self.strength if among is None else self.strength[among]
        k = min(k, len(strength))
        head = np.argpartition(strength, k - 1)[:k] if 0 < k < len(strength) else None
        if head is None:
            head = np.arange(len(strength))
        head = head[np.argsort(strength[head], kind="stable")][:k]
        return head if among is None else among[head]

    def _of_two(self, *, swapped: bool) -> NDArray[np.int32]:
        low, high = self._pair or (0, 1)
        positive = self._decision > 0 if self._decision is not None else np.zeros(0, dtype=bool)
        return np.where(positive ^ swapped, np.int32(high), np.int32(low))


def outlook(head: Any, X: Any, classes: Sequence[Label]) -> Outlook:
    """Score every item and keep the two best guesses.

    Parameters
    ----------
    head : fitted classifier or Pipeline
    X : csr_matrix, ndarray or list, n_items rows
        For a linear head the float32 matrix (``Features.X32``) is half the work.
    classes : list of labels
        The session's classes, in its order.
    """
    positions = class_positions(head, classes)
    form = linear_form(head) if hasattr(X, "dtype") else None
    with single_threaded():
        if form is not None and len(form[0]) == 1 and len(positions) == 2:
            return _of_one_line(form, X, positions)
        return _of_many(head, form, X, positions)


def _of_one_line(
    form: tuple[NDArray[Any], NDArray[Any], str],
    X: Any,
    positions: NDArray[np.intp],
) -> Outlook:
    coef, intercept, unit = form
    raw = X @ coef[0].astype(X.dtype)
    raw += intercept[0].astype(X.dtype)
    raw = raw.astype(np.float32, copy=False)
    kind = "probability" if unit == "log-odds" else "margin"
    pair = (int(positions[0]), int(positions[1]))
    return Outlook(kind, np.abs(raw), _pair=pair, _decision=raw)


def _of_many(
    head: Any,
    form: tuple[NDArray[Any], NDArray[Any], str] | None,
    X: Any,
    positions: NDArray[np.intp],
) -> Outlook:
    n_items = X.shape[0] if hasattr(X, "shape") else len(X)
    found = {
        "predicted": np.zeros(n_items, dtype=np.int32),
        "runner_up": np.full(n_items, -1, dtype=np.int32),
        "confidence": np.zeros(n_items, dtype=np.float32),
    }
    margin = np.zeros(n_items, dtype=np.float32)
    kind = "votes"
    places = positions.astype(np.int32)
    if form is not None:
        weights = np.ascontiguousarray(form[0].T.astype(X.dtype))
        bias = form[1].astype(X.dtype)
        kind = "probability" if form[2] == "log-odds" else "margin"
    for part in _chunks(n_items, len(positions)):
        rows = X if part == slice(0, n_items) else X[part]
        if form is not None:
            scores = np.asarray(rows @ weights)
            scores += bias
        else:
            scores, kind = _own_scores(head, rows, check=part.start == 0)
        every = np.arange(len(scores))
        best = scores.argmax(axis=1)
        top = scores[every, best]
        found["predicted"][part] = places[best]
        if form is not None:
            scores -= top[:, None]
            mass = np.exp(scores).sum(axis=1)
        second_score = np.zeros(len(scores))
        if len(positions) > 1:
            scores[every, best] = -np.inf
            second = scores.argmax(axis=1)
            second_score = scores[every, second]
            found["runner_up"][part] = places[second]
        if form is not None:
            found["confidence"][part] = 1 / mass
            margin[part] = (1 - np.exp(second_score)) / mass
        else:
            found["confidence"][part] = top
            margin[part] = top - second_score
    return Outlook(kind, margin, _found=found)
