"""Inputs: items as a model reads them, whatever they are: texts, a frame, a matrix, pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rhml_widgets.machine.matrices import is_sparse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

__all__ = [
    "appended",
    "count",
    "infinite",
    "missing",
    "names_of",
    "own_copy",
    "taken",
    "with_usual",
]

_MATRIX = 2


def count(inputs: Any) -> int:
    """Return how many items there are."""
    return int(inputs.shape[0]) if hasattr(inputs, "shape") else len(inputs)


def taken(inputs: Any, numbers: Sequence[int] | NDArray[np.intp]) -> Any:
    """Return some items as the model reads them, in that order."""
    if hasattr(inputs, "iloc"):
        return inputs.iloc[np.asarray(numbers, dtype=np.intp)]
    if hasattr(inputs, "shape"):
        return inputs[np.asarray(numbers, dtype=np.intp)]
    return [inputs[int(number)] for number in numbers]


def own_copy(inputs: Any) -> Any:
    """Return items that a user's step may change without changing the pool's."""
    return list(inputs) if isinstance(inputs, list) else inputs.copy()


def appended(inputs: Any, more: Any) -> Any:
    """Return items with others after them."""
    if hasattr(inputs, "iloc"):
        import pandas as pd

        return pd.concat([inputs, more], ignore_index=True)
    if is_sparse(inputs):
        from scipy import sparse

        blocks: list[Any] = [inputs, more]
        return sparse.vstack(blocks, format="csr")
    if hasattr(inputs, "shape"):
        return np.concatenate([inputs, more])
    return [*inputs, *more]


def with_usual(rows: Any, everything: Any, name: str) -> Any:
    """Return some items with the usual value in one column: the median, or the most frequent."""
    place = names_of(everything).index(name)
    changed = own_copy(rows)
    if hasattr(everything, "iloc"):
        values = everything.iloc[:, place]
        number = isinstance(values.dtype, np.dtype) and values.dtype.kind in "iuf"
        usual = values.median() if number else values.mode(dropna=False).iloc[0]
        kind = np.dtype(np.float64) if number else values.dtype
        changed.isetitem(place, _same(usual, len(changed), kind, changed.index))
        return changed
    if is_sparse(everything):
        changed = changed.tolil()
        changed[:, place] = 0
        return changed.tocsr()
    changed = changed.astype(np.float64)
    changed[:, place] = np.nanmedian(np.asarray(everything[:, place], dtype=np.float64))
    return changed


def _same(value: Any, n: int, dtype: Any, index: Any) -> Any:
    import pandas as pd

    return pd.Series([value] * n, index=index, dtype=dtype)


def names_of(inputs: Any) -> list[str]:
    """Return the names of the columns of rows; none for texts and images."""
    if hasattr(inputs, "iloc"):
        return [str(name) for name in inputs.columns] if inputs.ndim == _MATRIX else []
    if len(getattr(inputs, "shape", ())) != _MATRIX:
        return []
    return [f"#{place}" for place in range(inputs.shape[1])]


def missing(inputs: Any) -> dict[str, int]:
    """Return how many values each column lacks, of the columns that lack any."""
    if hasattr(inputs, "iloc"):
        return _where(names_of(inputs), inputs.isna().sum().tolist())
    return _counted(inputs, np.isnan)


def infinite(inputs: Any) -> dict[str, int]:
    """Return how many infinite values each column holds, of the columns that hold any."""
    if hasattr(inputs, "iloc"):
        numbers = inputs.select_dtypes("number")
        found = np.isinf(numbers.to_numpy(dtype=np.float64, na_value=np.nan)).sum(axis=0).tolist()
        return _where(names_of(numbers), found)
    return _counted(inputs, np.isinf)


def _counted(inputs: Any, test: Callable[[Any], Any]) -> dict[str, int]:
    names = names_of(inputs)
    if not names or inputs.dtype.kind != "f":
        return {}
    if is_sparse(inputs):
        odd = test(np.asarray(inputs.data, dtype=np.float64))
        return _where(names, np.bincount(inputs.indices[odd], minlength=len(names)).tolist())
    return _where(names, test(inputs).sum(axis=0).tolist())


def _where(names: list[str], counts: list[int]) -> dict[str, int]:
    return {name: n for name, n in zip(names, counts, strict=True) if n}
