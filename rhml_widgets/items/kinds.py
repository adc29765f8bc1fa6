"""Kinds: what the items of a pool are, read off what was given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.items.identity import tidy

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    import pandas as pd

__all__ = ["Columns", "read_columns"]

_LATER = "rows, images and series come in a later release; this one judges texts"


@dataclass(frozen=True, slots=True)
class Columns:
    """A pool as columns of equal length: one text a row, ids if there are any."""

    kind: str
    names: list[str] | None
    texts: list[str]
    ids: list[str] | None
    index: pd.Index | None


def read_columns(
    source: Any,
    *,
    content: Sequence[Hashable] | None = None,
    id_column: Hashable | None = None,
) -> Columns:
    """Read a pool.

    Parameters
    ----------
    source : list of str, Series of str or DataFrame
    content, id_column
        See `Pool`.

    Raises
    ------
    BadInputError
        If it is nothing that can be judged, naming column, row and remedy.

    Examples
    --------
    >>> read_columns(["one", "two"]).kind
    'text'
    """
    if source is None or isinstance(source, str | bytes):
        msg = f"pool={source!r:.60}: expected a list of str, a Series or a DataFrame"
        raise BadInputError(msg)
    if hasattr(source, "columns") and hasattr(source, "iloc"):
        return _from_frame(source, content, id_column)
    if content is not None or id_column is not None:
        msg = "content and id_column name columns: they need a DataFrame as pool"
        raise BadInputError(msg)
    if hasattr(source, "iloc") and hasattr(source, "index"):
        where = repr(source.name) if source.name is not None else "the Series"
        return Columns("text", None, _texts(source, where), None, source.index)
    shape = getattr(source, "shape", None)
    if shape is not None and (len(shape) != 1 or getattr(source.dtype, "kind", "O") not in "OUT"):
        msg = f"pool is a {type(source).__name__} of shape {shape}: {_LATER}"
        raise BadInputError(msg)
    try:
        values = list(source)
    except TypeError:
        msg = f"pool is a {type(source).__name__}: expected a list of str, a Series or a DataFrame"
        raise BadInputError(msg) from None
    return Columns("text", None, _texts(values, "the pool"), None, None)


def _from_frame(
    frame: pd.DataFrame, content: Sequence[Hashable] | None, id_column: Hashable | None
) -> Columns:
    twice = frame.columns[frame.columns.duplicated()]
    if len(twice):
        msg = f"column {twice[0]!r} occurs more than once in the pool: rename one of them"
        raise BadInputError(msg)
    if isinstance(content, str):
        content = [content]
    chosen = frame.columns if content is None else content
    names: list[Hashable] = [name for name in chosen if content is not None or name != id_column]
    for name in [*names, *([] if id_column is None else [id_column])]:
        if name not in frame.columns:
            msg = f"column {name!r} is not in the pool; its columns are {list(frame.columns)}"
            raise BadInputError(msg)
    if not names:
        msg = "the pool has no column to judge: name one in content=[...]"
        raise BadInputError(msg)
    _require_text(frame, names)
    parts = [_texts(frame[name], repr(name)) for name in names]
    texts = parts[0] if len(parts) == 1 else ["\n\n".join(row) for row in zip(*parts, strict=True)]
    ids = None if id_column is None else _own_ids(frame[id_column], id_column)
    return Columns("text", [str(name) for name in names], texts, ids, frame.index)


def _require_text(frame: pd.DataFrame, names: list[Hashable]) -> None:
    from pandas.api import types

    for name in names:
        dtype = frame[name].dtype
        if isinstance(dtype, types.CategoricalDtype):
            dtype = dtype.categories.dtype
        if not (types.is_object_dtype(dtype) or types.is_string_dtype(dtype)) and len(frame):
            msg = (
                f"column {name!r} is {frame[name].dtype}, expected text; name the text columns in "
                f"content=[...] ({_LATER})"
            )
            raise BadInputError(msg)


def _texts(values: Any, where: str) -> list[str]:
    texts = list(values)
    for row, text in enumerate(texts):
        if not isinstance(text, str):
            kind = type(text).__name__
            label = values.index[row] if hasattr(values, "iloc") else row
            place = f"row {row}" if label == row else f"row {row} (index {label!r})"
            msg = (
                f"{place} of {where} is {kind} ({text!r:.40}), expected str; "
                "use .fillna('') for missing texts and .astype(str) for numbers"
            )
            raise BadInputError(msg)
    return texts


def _own_ids(values: Any, name: Hashable) -> list[str]:
    ids = [tidy(str(value)) for value in values]
    seen: dict[str, int] = {}
    for row, item_id in enumerate(ids):
        if seen.setdefault(item_id, row) != row:
            msg = (
                f"id_column {name!r} is not unique: {item_id!r} stands in rows {seen[item_id]} "
                f"and {row}. Use a unique column, or none"
            )
            raise BadInputError(msg)
    return ids
