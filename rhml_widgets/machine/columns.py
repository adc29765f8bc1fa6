"""The columns of a table or the pixels of an image that a model's features come from."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import FunctionTransformer

from rhml_widgets.machine.terms import kept_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["flattens", "origins", "traced"]


def flattens(step: Any) -> bool:
    """Tell whether a step only puts the pixels of each image in one row."""
    # What a methodcaller calls is known by how it prints itself only.
    called = repr(getattr(step, "func", None))
    return isinstance(step, FunctionTransformer) and "methodcaller('reshape', -1" in called


def traced(steps: Sequence[Any], names: Sequence[str]) -> tuple[NDArray[np.intp], int]:
    """Follow columns through fitted steps as far as each feature comes from one of them.

    Parameters
    ----------
    steps : sequence of fitted transformers
    names : sequence of str
        Of the columns coming in.

    Returns
    -------
    origins : ndarray of int, shape (n_features,)
        The place in ``names`` of the column each feature comes from.
    depth : int
        How many of the steps were followed.
    """
    found = np.arange(len(names))
    current = list(names)
    for depth, step in enumerate(steps):
        own = origins(step, current)
        if own is None:
            return found, depth
        found = found[own]
        # Behind a step the columns go by numbers, as in the arrays steps hand on.
        current = [f"#{place}" for place in range(len(found))]
    return found, len(steps)


def origins(step: Any, names: Sequence[str]) -> NDArray[np.intp] | None:
    """Return which column each feature of a fitted step comes from; None where one mixes several.

    Examples
    --------
    >>> from sklearn.preprocessing import OneHotEncoder
    >>> origins(OneHotEncoder().fit([["a", 1], ["b", 2], ["c", 1]]), ["letter", "number"])
    array([0, 0, 0, 1, 1])
    """
    if flattens(step):
        return np.arange(len(names))
    kept = kept_columns(step, len(names))
    if kept is not None:
        return kept
    if isinstance(step, ColumnTransformer):
        return _of_columns(step, names)
    if isinstance(step, Pipeline | FeatureUnion):
        return _of_parts(step, names)
    return _only(step) if len(names) == 1 else _by_name(step, len(names))


def _of_parts(step: Any, names: Sequence[str]) -> NDArray[np.intp] | None:
    if isinstance(step, Pipeline):
        found, depth = traced([part for _, part in step.steps], names)
        return found if depth == len(step.steps) else None
    parts = [origins(part, names) for _, part in step.transformer_list if part != "drop"]
    known = [part for part in parts if part is not None]
    return np.concatenate(known) if known and len(known) == len(parts) else None


def _only(step: Any) -> NDArray[np.intp] | None:
    """All features of a step that reads one column come from it."""
    if hasattr(step, "vocabulary_"):
        return np.zeros(len(step.vocabulary_), dtype=np.intp)
    try:
        return np.zeros(len(step.get_feature_names_out()), dtype=np.intp)
    except (AttributeError, ValueError):
        return None


def _of_columns(step: ColumnTransformer, names: Sequence[str]) -> NDArray[np.intp] | None:
    sizes = [place.stop for place in step.output_indices_.values()]
    found = np.full(max(sizes, default=0), -1, dtype=np.intp)
    for name, part, columns in step.transformers_:
        where = step.output_indices_.get(name, slice(0, 0))
        if isinstance(part, str) and part == "drop":
            continue
        chosen = _chosen(columns, names)
        if chosen is None:
            return None
        width = where.stop - where.start
        if width == 0:
            continue
        own = origins(part, [names[place] for place in chosen]) if len(chosen) > 1 else None
        if len(chosen) == 1:
            own = np.zeros(width, dtype=np.intp)
        if own is None or len(own) != width:
            return None
        found[where] = chosen[own]
    return found if (found >= 0).all() else None


def _chosen(columns: Any, names: Sequence[str]) -> Any:
    """Return the places of what a ColumnTransformer was told to take."""
    places = np.arange(len(names))
    if isinstance(columns, slice):
        if isinstance(columns.start, str) or isinstance(columns.stop, str):
            start = 0 if columns.start is None else list(names).index(columns.start)
            stop = len(names) if columns.stop is None else list(names).index(columns.stop) + 1
            return places[start:stop]
        return places[columns]
    told = [columns] if isinstance(columns, str | int | np.integer) else list(columns)
    if told and all(isinstance(one, bool | np.bool_) for one in told):
        return places[np.asarray(told, dtype=bool)]
    where = {name: place for place, name in enumerate(names)}
    found = [one if isinstance(one, int | np.integer) else where.get(str(one)) for one in told]
    if any(place is None for place in found):
        return None
    return places[np.asarray(found, dtype=np.intp)]


def _by_name(step: Any, n_columns: int) -> NDArray[np.intp] | None:
    """Read origins off the names a step gives its features, its columns being named for it."""
    if not hasattr(step, "get_feature_names_out"):
        return None
    nameless = copy.copy(step)
    nameless.__dict__.pop("feature_names_in_", None)
    tokens = [f"\ue000{place}\ue001" for place in range(n_columns)]
    try:
        named = nameless.get_feature_names_out(np.asarray(tokens, dtype=object))
    except (AttributeError, ValueError, TypeError, NotImplementedError):
        return None
    found = []
    for name in map(str, named):
        held = {int(part.split("\ue001")[0]) for part in name.split("\ue000")[1:]}
        if len(held) != 1:
            return None
        found.append(held.pop())
    return np.asarray(found, dtype=np.intp)
