"""Matrices of items: one row an item, one column a feature, sparse or dense."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "as_matrix",
    "dense_row",
    "is_sparse",
    "present",
    "stacked",
    "support",
    "twins",
    "with_empty_rows",
    "without_columns",
]


def is_sparse(X: Any) -> bool:
    """Tell whether a matrix is one of scipy's sparse ones."""
    return bool(sparse.issparse(X))


def as_matrix(X: Any) -> Any:
    """Return a matrix as float64, rows in memory order: csr_matrix or ndarray."""
    if not is_sparse(X):
        return np.ascontiguousarray(np.asarray(X, dtype=np.float64))
    matrix = sparse.csr_matrix(X, dtype=np.float64)
    matrix.sum_duplicates()
    return matrix


def twins(X: Any) -> tuple[Any, Any]:
    """Return a matrix and its float32 twin, which shares the sparse structure."""
    if not is_sparse(X):
        return X, X.astype(np.float32)
    single = (X.data.astype(np.float32), X.indices, X.indptr)
    return X, sparse.csr_matrix(single, X.shape, copy=False)


def stacked(above: Any, below: Any) -> Any:
    """Return two matrices, or lists, one above the other."""
    if isinstance(above, list):
        return [*above, *below]
    blocks: list[Any] = [above, below]
    return sparse.vstack(blocks, format="csr") if is_sparse(above) else np.vstack(blocks)


def with_empty_rows(X: Any, n_rows: int) -> Any:
    """Return a matrix with as many empty rows after its own."""
    if not is_sparse(X):
        return np.vstack([X, np.zeros((n_rows, X.shape[1]))])
    indptr = np.concatenate([X.indptr, np.full(n_rows, X.indptr[-1], dtype=X.indptr.dtype)])
    return sparse.csr_matrix((X.data, X.indices, indptr), (X.shape[0] + n_rows, X.shape[1]))


def without_columns(X: Any, columns: NDArray[np.intp]) -> Any:
    """Return a matrix with some columns emptied."""
    if not is_sparse(X):
        X = X.copy()
        X[:, columns] = 0
        return X
    kept = ~np.isin(X.indices, columns)
    before = np.concatenate([[0], np.cumsum(kept)]).astype(X.indptr.dtype)
    return sparse.csr_matrix((X.data[kept], X.indices[kept], before[X.indptr]), X.shape)


def support(X: Any) -> tuple[NDArray[np.intp], Any]:
    """Return the columns that are present in any row, and the matrix of those alone."""
    if not is_sparse(X):
        return np.arange(X.shape[1]), X
    here = np.zeros(X.shape[1], dtype=np.bool_)
    here[X.indices] = True
    columns = np.flatnonzero(here)
    place = np.empty(X.shape[1], dtype=X.indices.dtype)
    place[columns] = np.arange(len(columns), dtype=X.indices.dtype)
    narrow: Any = (X.data, place[X.indices], X.indptr)
    return columns, sparse.csr_matrix(narrow, (X.shape[0], len(columns)))


def present(row: Any) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return the columns that are not 0 in a matrix of one row, and their values."""
    if is_sparse(row):
        row = sparse.csr_matrix(row)
        kept = row.data != 0
        return row.indices[kept], np.asarray(row.data[kept], dtype=np.float64)
    values = np.asarray(row, dtype=np.float64).ravel()
    columns = np.flatnonzero(values)
    return columns, values[columns]


def dense_row(row: Any) -> NDArray[np.float64]:
    """Return a matrix of one row as a vector."""
    return np.asarray(row.toarray() if is_sparse(row) else row, dtype=np.float64).ravel()
