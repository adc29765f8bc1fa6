"""Pool: everything that may be judged, as it was when the session took it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rhml_widgets.exceptions import BadInputError, UnknownItemError, warn
from rhml_widgets.items.identity import pool_digest, text_id, tidy
from rhml_widgets.items.kinds import Columns, read_columns

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    import numpy.typing as npt
    import pandas as pd

__all__ = ["Item", "Pool"]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to judge.

    Attributes
    ----------
    item_id : str
    position : int
        First row of the pool that holds it.
    content : str
    purpose : str
        ``teach``, ``check``, ``challenge`` or ``probe``: why it is shown.
    reason : str
        The same in words, telling nothing of the model's answer.
    propensity : float or None
        Probability, in (0, 1], with which it was drawn; None where nobody drew it.
    """

    item_id: str
    position: int
    content: str
    purpose: str
    reason: str
    propensity: float | None

    def __str__(self) -> str:
        """Return its id, so that an item may stand for it anywhere."""
        return self.item_id


class Pool:
    """The items of a session.

    Rows with exactly the same content are one item: asked once, answered together.

    Parameters
    ----------
    source : list of str, Series, DataFrame or Pool
    content : sequence of column names, optional
        Columns of a DataFrame that make up the item; None takes all but ``id_column``.
        Several text columns are joined by an empty line.
    id_column : column name, optional
        Unique ids of your own; without it an id is a hash of the content.

    Attributes
    ----------
    ids : list of str, length n_items
        In order of first appearance: an item's *number* is its place here.
    contents : list of str, length n_items
    positions : ndarray of int, shape (n_items,)
        First row of each item.
    item_of_row : ndarray of int, shape (n_rows,)
        Number of the item a row holds.
    rows : ndarray of int, shape (n_items,)
        How many rows an item answers for.
    index : pandas.Index or None
    digest : str
        One hash of all ids, whatever their order.

    Raises
    ------
    BadInputError
        Naming the column, the row and the remedy.

    Examples
    --------
    >>> pool = Pool(["a card", "a loan", "a card"])
    >>> len(pool), pool.n_rows, pool.contents
    (2, 3, ['a card', 'a loan'])
    """

    def __init__(
        self,
        source: Any,
        *,
        content: Sequence[Hashable] | None = None,
        id_column: Hashable | None = None,
    ) -> None:
        columns = read_columns(source, content=content, id_column=id_column)
        self.kind = columns.kind
        self.content = columns.names
        self.id_column = id_column
        self.index: pd.Index | None = columns.index
        self.contents: list[str] = []
        self.ids: list[str] = []
        self._number: dict[str, int] = {}
        item_of_row: list[int] = []
        self._take(columns, item_of_row)
        self.item_of_row: npt.NDArray[np.intp] = np.asarray(item_of_row, dtype=np.intp)
        self.rows: npt.NDArray[np.intp] = np.bincount(
            self.item_of_row, minlength=len(self.ids)
        ).astype(np.intp)
        first = np.full(len(self.ids), self.n_rows, dtype=np.intp)
        np.minimum.at(first, self.item_of_row, np.arange(self.n_rows))
        self.positions = first
        self.digest = pool_digest(self._number)

    def _take(self, columns: Columns, item_of_row: list[int]) -> None:
        number_of: dict[str, int] = {}
        odd: list[int] = []
        for row, text in enumerate(columns.texts):
            clean = tidy(text)
            if clean is not text:
                odd.append(row)
            number = number_of.get(clean)
            if number is None:
                number = number_of[clean] = len(self.contents)
                self.contents.append(clean)
                own = columns.ids[row] if columns.ids is not None else text_id(clean)
                self.ids.append(own)
            item_of_row.append(number)
            if columns.ids is not None:
                self._number[columns.ids[row]] = number
        if columns.ids is None:
            self._number = {item_id: number for number, item_id in enumerate(self.ids)}
        if odd:
            warn(
                f"row {odd[0]} holds characters that no file can store (lone surrogates), "
                f"{len(odd)} rows in all; they were replaced by U+FFFD"
            )
        if self.contents and not any(text.strip() for text in self.contents):
            msg = "all texts of the pool are empty: nothing can be learned from them"
            raise BadInputError(msg)

    def __len__(self) -> int:
        """Return the number of items."""
        return len(self.ids)

    @property
    def n_rows(self) -> int:
        """Rows of the pool, duplicates included."""
        return len(self.item_of_row)

    def __contains__(self, item_id: object) -> bool:
        """Whether an id is in the pool."""
        return item_id in self._number

    def number(self, item_id: object) -> int:
        """Return an item's number.

        Raises
        ------
        UnknownItemError
            If the id is not in the pool.
        """
        number = self._number.get(str(item_id))
        if number is None:
            msg = (
                f"item {str(item_id)!r} is not in the pool of {len(self):,} items; ids come from "
                "session.query() or session.predict_pool()"
            )
            raise UnknownItemError(msg)
        return number

    def go_by(self, known: Iterable[str]) -> None:
        """Let items that have several ids of your own go by those that are known already.

        Which of its rows stands first is no property of an item: rows may be sorted anew.
        """
        for item_id in known:
            number = self._number.get(item_id)
            if number is not None:
                self.ids[number] = item_id

    def __repr__(self) -> str:
        """Say what it holds."""
        return f"Pool({len(self):,} {self.kind} items, {self.n_rows:,} rows)"
