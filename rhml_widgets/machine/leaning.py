"""Which way a column speaks: what stands in it is high or low, one category or another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.machine.matrices import is_sparse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from rhml_widgets.machine.features import Features

__all__ = ["Leaning", "leaning", "presence", "require_sayable", "share", "size", "typical_rows"]

_HIGH = 90
"""Percentile that stands for "high" where no item says how high."""


class Leaning(NamedTuple):
    """Features of one column, and on which side of the middle each of them speaks: 1 or -1."""

    columns: tuple[int, ...]
    sides: tuple[int, ...]


def leaning(features: Features, columns: Sequence[int], item: int | None) -> Leaning:
    """Return the features a stance on a column is about.

    Parameters
    ----------
    features : Features
    columns : sequence of int
        All that were made of the column.
    item : int or None
        The item it was said of: what stands in the column there is what speaks. None: that it is
        high.

    Returns
    -------
    Leaning
        Without features where the item lacks a value, or has just the usual one.
    """
    if item is None:
        return Leaning(tuple(columns), (1,) * len(columns))
    found: list[tuple[int, int]] = []
    for column in columns:
        value = float(features.X[item, column])
        side = np.sign(value - _middle(features, column))
        # Of a category's features only its own speaks, where there are several.
        if side > 0 or (side < 0 and len(columns) == 1):
            found.append((column, int(side)))
    return Leaning(tuple(c for c, _ in found), tuple(s for _, s in found))


def require_sayable(features: Features, name: str, stance: str, item: int | None) -> None:
    """Refuse to say of a column what no fit could hear.

    Raises
    ------
    BadInputError
        Saying why, and what can be said instead.
    """
    columns = features.columns(name)
    if features.in_columns and not columns:
        msg = f"column {name!r} has no feature: the model's first steps leave it out"
        raise BadInputError(msg)
    if stance == "irrelevant":
        return
    if not features.in_columns:
        msg = (
            f"column {name!r} cannot speak for a class here: the model keeps no feature of it "
            "alone. Strike it with stance='irrelevant', or put what is scaled and encoded column "
            "by column into the first steps of a Pipeline, with transform='pool'"
        )
        raise BadInputError(msg)
    if item is not None:
        return
    values = _values(features.X, columns[0])
    if len(columns) > 1 or _is_flag(values):
        msg = (
            f"column {name!r} holds categories: say which one speaks by naming an item that has "
            "it, item_id=..."
        )
        raise BadInputError(msg)


def presence(features: Features, lean: Leaning, rows: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Tell of some items whether they stand on that side, shape (n_rows,)."""
    here = np.ones(len(rows), dtype=bool)
    for column, side in zip(lean.columns, lean.sides, strict=True):
        here &= side * (_values(features.X[rows], column) - _middle(features, column)) > 0
    return here


def share(features: Features, lean: Leaning) -> float:
    """Return the share of all items that stand on that side."""
    return float(presence(features, lean, np.arange(features.X.shape[0])).mean())


def size(features: Features, column: int) -> float:
    """Return how far from the middle a feature usually is."""
    away = np.abs(_values(features.X, column) - _middle(features, column))
    away = away[np.isfinite(away) & (away > 0)]
    return float(away.mean()) if away.size else 0.0


def typical_rows(features: Features, leans: Sequence[Leaning]) -> Any:
    """Return for each a row that is usual but for its own features, shape (n_leans, n_features)."""
    width = features.X.shape[1]
    usual = np.zeros(width)
    if not is_sparse(features.X):
        usual = np.nan_to_num(np.nanmedian(features.X, axis=0))
    rows = np.repeat(usual[None, :], len(leans), axis=0)
    for row, lean in zip(rows, leans, strict=True):
        for column, side in zip(lean.columns, lean.sides, strict=True):
            values = _values(features.X, column)
            percentile = _HIGH if side > 0 else 100 - _HIGH
            row[column] = np.nanpercentile(values, percentile)
            if _is_flag(values):
                row[column] = float(side > 0)
    if is_sparse(features.X):
        from scipy import sparse

        return sparse.csr_matrix(rows)
    return rows


def _middle(features: Features, column: int) -> float:
    known = features.middles.get(column)
    if known is None:
        values = _values(features.X, column)
        if _is_flag(values):
            known = 0.5
        else:
            known = 0.0 if is_sparse(features.X) else float(np.nanmedian(values))
        features.middles[column] = known
    return known


def _values(X: Any, column: int) -> NDArray[np.float64]:
    values = X[:, [column]]
    dense = values.toarray() if is_sparse(X) else values
    return np.asarray(dense, dtype=np.float64).ravel()


def _is_flag(values: NDArray[np.float64]) -> bool:
    return bool(np.isin(values[np.isfinite(values)], (0.0, 1.0)).all())
