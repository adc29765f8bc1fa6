"""What a fitted model expects of every item, in O(n) memory, and the closest calls first."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import expit

from rhml_widgets.machine.prior_logistic import BINARY
from rhml_widgets.machine.scores import (
    chunks,
    class_positions,
    linear_form,
    own_scores,
)
from rhml_widgets.machine.threads import single_threaded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from rhml_widgets.journal.events import Label

__all__ = ["Outlook", "outlook"]

_FEW_CLASSES = 8


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
        if form is not None and len(form[0]) == 1 and len(positions) == BINARY:
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
    found: dict[str, NDArray[Any]] = {
        "predicted": np.zeros(n_items, dtype=np.int32),
        "runner_up": np.full(n_items, -1, dtype=np.int32),
        "confidence": np.zeros(n_items, dtype=np.float32),
    }
    margin = np.zeros(n_items, dtype=np.float32)
    kind = "votes"
    places = positions.astype(np.int32)
    for part in chunks(n_items, len(positions)):
        rows = X if part == slice(0, n_items) else X[part]
        if form is not None:
            scores = _lines(form, rows)
            kind = "probability" if form[2] == "log-odds" else "margin"
        else:
            scores, kind = own_scores(head, rows, check=part.start == 0)
        best, top, second, runner_up = _two_best(scores)
        found["predicted"][part] = places[best]
        if len(positions) > 1:
            found["runner_up"][part] = places[runner_up]
        if form is not None:
            scores -= top[:, None]
            share = 1 / np.exp(scores, out=scores).sum(axis=1)
            found["confidence"][part] = share
            margin[part] = share - share * np.exp(second - top)
        else:
            found["confidence"][part] = top
            margin[part] = top - np.maximum(second, 0.0)
    return Outlook(kind, margin, _found=found)


def _lines(form: tuple[NDArray[Any], NDArray[Any], str], X: Any) -> NDArray[Any]:
    """Return the scores of linear rules, shape (n_rows, n_classes)."""
    coef, intercept = form[0].astype(X.dtype), form[1].astype(X.dtype)
    if len(coef) > _FEW_CLASSES:
        scores = np.asarray(X @ np.ascontiguousarray(coef.T))
    else:
        # A sparse product is made for one vector or for many, not for some.
        scores = np.empty((len(coef), X.shape[0]), dtype=X.dtype).T
        for place, line in enumerate(coef):
            scores[:, place] = X @ line
    scores += intercept
    return scores


def _two_best(
    scores: NDArray[Any],
) -> tuple[NDArray[np.integer], NDArray[Any], NDArray[Any], NDArray[np.integer]]:
    """Return the first and second of each row, as (best, top score, second score, second)."""
    if scores.shape[1] > _FEW_CLASSES:
        left, rows = scores.copy(), np.arange(len(scores))
        first = left.argmax(axis=1)
        left[rows, first] = -np.inf
        next_best = left.argmax(axis=1)
        return first, scores[rows, first], left[rows, next_best], next_best
    top = scores[:, 0].copy()
    second = np.full_like(top, -np.inf)
    best = np.zeros(len(top), dtype=np.int32)
    runner_up = np.zeros(len(top), dtype=np.int32)
    for index, column in enumerate(scores.T[1:], start=1):
        better = column > top
        closer = column > second
        np.copyto(runner_up, np.int32(index), where=closer)
        np.copyto(runner_up, best, where=better)
        np.copyto(best, np.int32(index), where=better)
        np.maximum(second, np.minimum(column, top), out=second)
        np.maximum(top, column, out=top)
    return best, top, second, runner_up
