"""Occlusion: what a score loses when one word or column is hidden, for any model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from rhml_widgets.machine.explanations import Explanation
from rhml_widgets.machine.matrices import is_sparse
from rhml_widgets.machine.patches import Patch, covered, patches
from rhml_widgets.machine.question import ask
from rhml_widgets.machine.spans import Place
from rhml_widgets.machine.threads import single_threaded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from rhml_widgets.machine.terms import TermSpace

__all__ = ["hide_columns", "hide_nothing", "hide_patches", "hide_words"]

_MOST_UNITS = 400
"""Words or columns hidden one at a time; what is beyond them is left to the gap."""
_OTHERS = 20
"""Rows whose values stand in for those of a hidden column."""
_WORD = re.compile(r"\w+(?:['\u2019-]\w+)*")


def hide_words(
    model: Any, content: str, asked: tuple[Any, Any], *, terms: TermSpace
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
    spans = tuple(
        (start, end, index) for index, places in enumerate(words.values()) for start, end in places
    )
    return _occluded(model, _scores(model, texts), list(words), asked, spans=spans)


def hide_columns(
    model: Any, X: Any, i: int, asked: tuple[Any, Any], *, names: Sequence[str]
) -> Explanation:
    """Replace each column in turn by what stands in it elsewhere; in a sparse row by 0.

    The values are those of 20 other rows, always the same ones; the scores are averaged, and the
    baseline is the mean score of those rows.
    """
    if is_sparse(X):
        columns, inputs = _hidden_sparse(X[[i]])
        return _occluded(model, _scores(model, inputs), [names[c] for c in columns], asked)
    others = np.random.default_rng(0).permutation(X.shape[0])[: _OTHERS + 1]
    others = others[others != i][:_OTHERS]
    if not len(others):
        others = np.array([i])
    n_columns = min(X.shape[1], _MOST_UNITS)
    inputs = _replaced(X, np.concatenate([[i], others]), n_columns)
    scores, unit = _scores(model, inputs)
    n = len(others)
    hidden = scores[1 + n :].reshape(n_columns, n, -1).mean(axis=1)
    means = np.vstack([scores[:1], scores[1 : 1 + n].mean(axis=0), hidden])
    return _occluded(model, (means, unit), names[:n_columns], asked)


def hide_patches(model: Any, images: Any, i: int, asked: tuple[Any, Any]) -> Explanation:
    """Cover each patch of an image in turn with the mean of all images."""
    known = patches(*images.shape[1:3])
    scored = _scores(model, covered(images, i))
    return _occluded(model, scored, [patch.name for patch in known], asked, boxes=known)


def hide_nothing(model: Any, inputs: Any, asked: tuple[Any, Any]) -> Explanation:
    """Return the bare score of an item that cannot be covered, an image in a file."""
    scores, unit = _scores(model, inputs)
    none = np.zeros_like(scores[:1])
    return _occluded(model, (np.vstack([scores[:1], none]), unit), [], asked)


def _hidden_sparse(row: Any) -> tuple[NDArray[np.intp], Any]:
    row = sparse.csr_matrix(row)
    columns = row.indices[np.argsort(-np.abs(row.data), kind="stable")][:_MOST_UNITS]
    every: Any = sparse.vstack([row] * (len(columns) + 2), format="lil")
    every[1, :] = 0
    for index, column in enumerate(columns):
        every[index + 2, column] = 0
    return columns, every.tocsr()


def _replaced(X: Any, chosen: NDArray[np.intp], n_columns: int) -> Any:
    """Return the first chosen row, the others, and the first with each column from the others."""
    n = len(chosen) - 1
    total = len(chosen) + n_columns * n
    source = np.zeros(total, dtype=np.intp)
    source[1 : 1 + n] = np.arange(1, 1 + n)
    base: Any = X.iloc[chosen] if hasattr(X, "iloc") else np.asarray(X)[chosen]
    inputs: Any = base.iloc[source].copy() if hasattr(X, "iloc") else base[source]
    for column in range(n_columns):
        own = source.copy()
        start = 1 + n + column * n
        own[start : start + n] = np.arange(1, 1 + n)
        if hasattr(X, "iloc"):
            # Values move within their column, so that its dtype stays.
            values = base.iloc[:, column].take(own)
            inputs.isetitem(column, values.set_axis(inputs.index))
        else:
            inputs[:, column] = base[own, column]
    return inputs


def _words(terms: TermSpace, content: str) -> dict[str, list[tuple[int, int]]]:
    """Return the words of a text with their places: the model's own tokens, if it has words."""
    places = terms.words(content)
    if places is None:
        places = [Place(match[0].casefold(), *match.span()) for match in _WORD.finditer(content)]
        if len(places) == 1 and len(content) > len("internationalization"):
            # A script without spaces.
            places = [Place(char, i, i + 1) for i, char in enumerate(content) if not char.isspace()]
    words: dict[str, list[tuple[int, int]]] = {}
    for word, start, end in places:
        if len(words) < _MOST_UNITS or word in words:
            words.setdefault(word, []).append((start, end))
    return words


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


def _occluded(
    model: Any,
    scored: tuple[NDArray[np.float64], str],
    names: Sequence[str],
    asked: tuple[Any, Any],
    *,
    spans: Sequence[tuple[int, int, int]] = (),
    boxes: Sequence[Patch] = (),
) -> Explanation:
    """Turn scores of the item, of an empty one, and of one for each hidden part into reasons."""
    scores, unit = scored
    question = ask(model, int(scores[0].argmax()), *asked)
    score = scores[:, question.label]
    if question.against is not None:
        score = score - scores[:, question.against]
    contributions = score[0] - score[2:]
    order = np.argsort(-np.abs(contributions), kind="stable")
    place = np.empty(len(order), dtype=np.intp)
    place[order] = np.arange(len(order))
    contributions = contributions[order]
    classes = np.asarray(model.classes_).tolist()
    return Explanation(
        label=classes[question.label],
        against=None if question.against is None else classes[question.against],
        prediction=float(score[0]),
        unit=unit,
        features=tuple(names[i] for i in order),
        contributions=contributions,
        spans=tuple(sorted((start, end, int(place[index])) for start, end, index in spans)),
        baseline=float(score[1]),
        method="occlusion",
        gap=float(score[0] - score[1] - contributions.sum()),
        boxes=tuple((*boxes[i], rank) for rank, i in enumerate(order.tolist())) if boxes else (),
    )
