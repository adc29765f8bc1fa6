"""Rows: items that are rows of a table or of a matrix, kept as the model reads them."""

from __future__ import annotations

from difflib import get_close_matches
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from rhml_widgets.exceptions import BadInputError, UnknownTermError
from rhml_widgets.items.cells import cell_words, column_codes
from rhml_widgets.items.identity import content_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    import pandas as pd

__all__ = ["Rows"]

_SHOWN = 8
"""Columns named where a row has to stand on one line."""


class Rows:
    """Rows of a table, or of a dense or sparse matrix.

    Parameters
    ----------
    table : DataFrame, ndarray or scipy sparse matrix, shape (n_rows, n_columns)

    Attributes
    ----------
    inputs : DataFrame, ndarray or csr_matrix
        What a model reads, dtypes kept.
    names : list of str
        Of the columns; "#" and its place where a matrix has no names.
    """

    def __init__(self, table: Any) -> None:
        if hasattr(table, "iloc"):
            self.inputs: Any = table
            if len({isinstance(name, str) for name in table.columns}) > 1:
                # scikit-learn takes names of one type only.
                self.inputs = table.set_axis([str(name) for name in table.columns], axis=1)
        elif hasattr(table, "tocsr"):
            self.inputs = table.tocsr(copy=True)
            self.inputs.sum_duplicates()
        else:
            self.inputs = np.asarray(table)
        columns = getattr(table, "columns", None)
        self.names = (
            [f"#{place}" for place in range(table.shape[1])]
            if columns is None
            else [str(name) for name in columns]
        )

    def __len__(self) -> int:
        return int(self.inputs.shape[0])

    def __getitem__(self, number: int) -> Any:
        """Return one row: a Series by column, a vector, or a sparse matrix of one row."""
        if hasattr(self.inputs, "iloc"):
            return self.inputs.iloc[number]
        return self.inputs[[number]] if hasattr(self.inputs, "tocsr") else self.inputs[number]

    def at(self, places: npt.NDArray[np.intp]) -> Rows:
        """Return a copy of the rows at some places, their index numbered anew."""
        if hasattr(self.inputs, "iloc"):
            return Rows(self.inputs.iloc[places].reset_index(drop=True))
        return Rows(self.inputs[places])

    def ids(self) -> list[str]:
        """Return the id of each row; the order and dtypes of the columns do not matter.

        Raises
        ------
        BadInputError
            If a cell is no single value, naming column and row.
        """
        if hasattr(self.inputs, "iloc"):
            return _frame_ids(self.inputs, self.names)
        width = str(self.inputs.shape[1]).encode()
        if hasattr(self.inputs, "tocsr"):
            from scipy import sparse

            ordered = sparse.csr_matrix(self.inputs, dtype=np.float64, copy=True)
            ordered.eliminate_zeros()
            ordered.sort_indices()
            ends = ordered.indptr.tolist()
            return [
                _matrix_id(width, ordered.indices[start:end], ordered.data[start:end])
                for start, end in pairwise(ends)
            ]
        found = []
        for row in np.asarray(self.inputs, dtype=np.float64):
            columns = np.flatnonzero(row)
            found.append(_matrix_id(width, columns, row[columns]))
        return found

    def require_column(self, name: Any) -> None:
        """Refuse what is no column.

        Raises
        ------
        UnknownTermError
            Naming the nearest column, or a few.
        """
        if isinstance(name, str) and name in self.names:
            return
        near = get_close_matches(str(name), self.names, 1)
        hint = f"; did you mean {near[0]!r}?" if near else f"; its columns are {self.names[:20]}"
        msg = f"column {name!r} is none of the {len(self.names):,} the model reads{hint}"
        raise UnknownTermError(msg)

    def cells(self, number: int) -> list[tuple[str, Any]]:
        """Return the columns of a row with their values; of a sparse one those that are not 0."""
        row = self[number]
        if hasattr(row, "tocsr"):
            return [
                (self.names[column], value)
                for column, value in zip(row.indices.tolist(), row.data.tolist(), strict=True)
            ]
        if hasattr(self.inputs, "iloc"):
            # A row as a Series would turn whole numbers beside a gap into floats.
            values = [self.inputs.iloc[number, place] for place in range(len(self.names))]
            return list(zip(self.names, values, strict=True))
        return list(zip(self.names, row.tolist(), strict=True))

    def words(self, number: int) -> str:
        """Return a row on one line."""
        cells = self.cells(number)
        told = [f"{name} {cell_words(value)}" for name, value in cells[:_SHOWN]]
        more = len(cells) - len(told)
        return " · ".join([*told, f"and {more} more"] if more > 0 else told)


def read_matrix(source: Any) -> Rows:
    """Return the rows of a matrix of numbers.

    Raises
    ------
    BadInputError
        If it holds anything else.
    """
    if getattr(source.dtype, "kind", "O") not in "biuf":
        msg = (
            f"pool is an array of shape {source.shape} and dtype {source.dtype}: expected numbers; "
            "pass a DataFrame where columns differ in type"
        )
        raise BadInputError(msg)
    if source.shape[1] == 0:
        msg = "pool is an array without columns: there is nothing to judge"
        raise BadInputError(msg)
    return Rows(source)


def _frame_ids(frame: pd.DataFrame, names: Sequence[str]) -> list[str]:
    order = sorted(range(len(names)), key=lambda place: names[place])
    head = "\0".join(names[place] for place in order).encode("utf-8", "surrogatepass")
    columns = [column_codes(frame.iloc[:, place], names[place]) for place in order]
    return [content_id("row", head, b"".join(row)) for row in zip(*columns, strict=True)]


def _matrix_id(width: bytes, columns: Any, values: Any) -> str:
    numbers = np.asarray(values, dtype="<f8")
    # Of all the bits that mean "not a number", one.
    numbers = np.where(np.isnan(numbers), np.nan, numbers)
    return content_id("row", width, columns.astype("<i8").tobytes(), numbers.tobytes())
