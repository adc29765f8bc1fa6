"""Pool: everything that may be judged, as it was when the session took it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rhml_widgets.exceptions import BadInputError, UnknownItemError, warn
from rhml_widgets.items.identity import pool_digest, text_id, tidy
from rhml_widgets.items.kinds import Columns, Contents, read_columns

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence
    from pathlib import Path

    import numpy.typing as npt
    import pandas as pd

    from rhml_widgets.items.images import Files, Images
    from rhml_widgets.items.rows import Rows

__all__ = ["Item", "Pool"]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to judge.

    Attributes
    ----------
    item_id : str
    position : int
        First row of the pool that holds it.
    content : str, Series, ndarray or Path
        A text; a row by column, or a vector; an image's pixels, or where its file lies.
    purpose : str
        ``teach``, ``check``, ``challenge`` or ``probe``: why it is shown.
    reason : str
        The same in words, telling nothing of the model's answer.
    propensity : float or None
        Probability, in (0, 1], with which it was drawn; None where nobody drew it.
    """

    item_id: str
    position: int
    content: Any
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
    source : list of str, Series, DataFrame, ndarray or scipy sparse matrix
        Texts; rows (a DataFrame, or numbers of shape (n, columns)); images (numbers of shape
        (n, height, width) or (n, height, width, channels), or paths). It is copied.
    content : sequence of column names, optional
        Columns of a DataFrame that make up the item; None takes all but ``id_column`` and
        ``show``. Several text columns are joined by an empty line.
    id_column : column name, optional
        Unique ids of your own; without it an id is a hash of the content.
    show : sequence of column names
        Columns that the person sees and the model does not. Rows of the same content are one
        item all the same, shown with what stands in the first of them.
    kind : {"text", "row", "image"}, optional
        None: "text" where all content is text, else "row"; an array by its shape.
    root : path, optional
        The folder that images are read from, and only from there; None: the current one.

    Attributes
    ----------
    ids : list of str, length n_items
        In order of first appearance: an item's *number* is its place here.
    contents : sequence, length n_items
        Texts, `Rows`, `Images` or `Files`.
    seen : DataFrame or None
        The ``show`` columns, a row an item.
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
        show: Sequence[Hashable] = (),
        kind: str | None = None,
        root: str | Path | None = None,
    ) -> None:
        columns = read_columns(
            source, content=content, id_column=id_column, show=show, kind=kind, root=root
        )
        self.kind = columns.kind
        self.content = columns.names
        self.id_column = id_column
        self.index: pd.Index | None = columns.index
        self.contents: Contents = []
        self.ids: list[str] = []
        self._number: dict[str, int] = {}
        item_of_row: list[int] = []
        if isinstance(columns.contents, list):
            self._take_texts(columns, columns.contents, item_of_row)
        else:
            self._take(columns, columns.contents, item_of_row)
        self.item_of_row: npt.NDArray[np.intp] = np.asarray(item_of_row, dtype=np.intp)
        self.rows: npt.NDArray[np.intp] = np.bincount(
            self.item_of_row, minlength=len(self.ids)
        ).astype(np.intp)
        first = np.full(len(self.ids), self.n_rows, dtype=np.intp)
        np.minimum.at(first, self.item_of_row, np.arange(self.n_rows))
        self.positions = first
        self.seen: pd.DataFrame | None = None
        if columns.seen is not None:
            self.seen = columns.seen.iloc[first].reset_index(drop=True)
        self.digest = pool_digest(self._number)

    def _take(
        self, columns: Columns, contents: Rows | Images | Files, item_of_row: list[int]
    ) -> None:
        number_of: dict[str, int] = {}
        first: list[int] = []
        for row, own in enumerate(contents.ids()):
            number = number_of.setdefault(own, len(first))
            given = own if columns.ids is None else columns.ids[row]
            if number == len(first):
                first.append(row)
                self.ids.append(given)
            item_of_row.append(number)
            self._number[given] = number
        self.contents = contents.at(np.asarray(first, dtype=np.intp))

    def _take_texts(self, columns: Columns, texts: list[str], item_of_row: list[int]) -> None:
        number_of: dict[str, int] = {}
        odd: list[int] = []
        contents: list[str] = []
        for row, text in enumerate(texts):
            clean = tidy(text)
            if clean is not text:
                odd.append(row)
            number = number_of.get(clean)
            if number is None:
                number = number_of[clean] = len(contents)
                contents.append(clean)
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
        self.contents = contents
        if contents and not any(text.strip() for text in contents):
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
            if isinstance(item_id, int):
                msg += ", and a position is none: session.pool.ids[number] is an item's id"
            raise UnknownItemError(msg)
        return number

    @property
    def inputs(self) -> Any:
        """What a model reads of all items: texts, a frame, a matrix, pixels or paths."""
        return self.contents if isinstance(self.contents, list) else self.contents.inputs

    def words(self, number: int) -> str:
        """Return an item as text: itself, a row's columns and values, or which image it is."""
        if isinstance(self.contents, list):
            return self.contents[number]
        return self.contents.words(number)

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
