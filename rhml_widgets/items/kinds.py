"""Kinds: what the items of a pool are, read off what was given or as told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.items.identity import tidy
from rhml_widgets.items.images import Files, Images
from rhml_widgets.items.rows import Rows, read_matrix

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    import pandas as pd

__all__ = ["KINDS", "Columns", "Contents", "read_columns"]

KINDS = ("text", "row", "image")

Contents = list[str] | Rows | Images | Files

_MATRIX = 2


@dataclass(frozen=True, slots=True)
class Columns:
    """A pool, one content a row, with ids and what only the person sees if there is any."""

    kind: str
    names: list[str] | None
    contents: Contents
    ids: list[str] | None
    index: pd.Index | None
    seen: pd.DataFrame | None = None


def read_columns(
    source: Any,
    *,
    content: Sequence[Hashable] | None = None,
    id_column: Hashable | None = None,
    show: Sequence[Hashable] = (),
    kind: str | None = None,
    root: str | Path | None = None,
) -> Columns:
    """Read a pool.

    Parameters
    ----------
    source : list, Series, DataFrame, ndarray or scipy sparse matrix
    content, id_column, show, kind, root
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
    _require_kind(kind)
    if source is None or isinstance(source, str | bytes):
        msg = f"pool={source!r:.60}: expected a list of str, a Series, a DataFrame or an array"
        raise BadInputError(msg)
    folder = Path.cwd() if root is None else Path(root)
    if hasattr(source, "columns") and hasattr(source, "iloc"):
        return _from_frame(source, content, id_column, show=show, kind=kind, root=folder)
    if content is not None or id_column is not None or len(show):
        msg = "content, show and id_column name columns: they need a DataFrame as pool"
        raise BadInputError(msg)
    if hasattr(source, "tocsr") or len(getattr(source, "shape", ())) >= _MATRIX:
        return _from_array(source, kind)
    index = source.index if hasattr(source, "iloc") else None
    where = "the pool"
    if index is not None:
        where = "the Series" if source.name is None else repr(source.name)
    elif getattr(getattr(source, "dtype", None), "kind", "O") not in "OUT":
        msg = (
            f"pool is an array of shape {source.shape} and dtype {source.dtype}: expected texts; "
            "rows are (n, columns), images (n, height, width)"
        )
        raise BadInputError(msg)
    try:
        values = source if index is not None else list(source)
    except TypeError:
        msg = f"pool is a {type(source).__name__}: expected a list of str, a Series or a DataFrame"
        raise BadInputError(msg) from None
    if kind == "row":
        msg = "kind='row' needs columns: pass a DataFrame or an array of shape (n, columns)"
        raise BadInputError(msg)
    if kind == "image":
        return Columns("image", None, _files(values, where, folder), None, index)
    return Columns("text", None, _texts(values, where), None, index)


def _require_kind(kind: str | None) -> None:
    if kind == "series":
        msg = "kind='series' comes in a later release; pass each series as a row of numbers"
        raise BadInputError(msg)
    if kind is not None and kind not in KINDS:
        msg = f"kind={kind!r}: expected one of {', '.join(map(repr, KINDS))}, or None to infer it"
        raise BadInputError(msg)


def _from_array(source: Any, kind: str | None) -> Columns:
    found = "row" if hasattr(source, "tocsr") or len(source.shape) == _MATRIX else "image"
    if kind not in (None, found):
        msg = f"pool is an array of shape {source.shape}: items of kind {found!r}, not {kind!r}"
        raise BadInputError(msg)
    contents = read_matrix(source) if found == "row" else Images(source)
    return Columns(found, None, contents, None, None)


def _from_frame(
    frame: pd.DataFrame,
    content: Sequence[Hashable] | None,
    id_column: Hashable | None,
    *,
    show: Sequence[Hashable],
    kind: str | None,
    root: Path,
) -> Columns:
    twice = frame.columns[frame.columns.duplicated()]
    if len(twice):
        msg = f"column {twice[0]!r} occurs more than once in the pool: rename one of them"
        raise BadInputError(msg)
    content = [content] if isinstance(content, str) else content
    seen: list[Hashable] = [show] if isinstance(show, str) else list(show)
    hidden = [*seen, *([] if id_column is None else [id_column])]
    chosen = frame.columns if content is None else content
    names: list[Hashable] = [name for name in chosen if content is not None or name not in hidden]
    for name in [*names, *hidden]:
        if name not in frame.columns:
            msg = f"column {name!r} is not in the pool; its columns are {list(frame.columns)}"
            raise BadInputError(msg)
    both = next((name for name in seen if name in names), None)
    if both is not None:
        msg = f"column {both!r} is in content and in show: the model sees it, or it does not"
        raise BadInputError(msg)
    if not names:
        msg = "the pool has no column to judge: name one in content=[...]"
        raise BadInputError(msg)
    if kind is None:
        kind = "text" if all(_may_be_text(frame[name]) for name in names) else "row"
    return Columns(
        kind,
        [str(name) for name in names],
        _contents(frame, names, kind, root),
        None if id_column is None else _own_ids(frame[id_column], id_column),
        frame.index,
        frame[seen] if seen else None,
    )


def _contents(frame: pd.DataFrame, names: list[Hashable], kind: str, root: Path) -> Contents:
    if kind == "row":
        return Rows(frame[names])
    if kind == "image":
        if len(names) > 1:
            msg = f"an image is one column of paths; content has {names}: name it, show the rest"
            raise BadInputError(msg)
        return _files(frame[names[0]], repr(names[0]), root)
    for name in names:
        if not _may_be_text(frame[name]) and len(frame):
            msg = (
                f"column {name!r} is {frame[name].dtype}, expected text; name the text columns in "
                "content=[...], or judge whole rows with kind='row'"
            )
            raise BadInputError(msg)
    parts = [_texts(frame[name], repr(name)) for name in names]
    return parts[0] if len(parts) == 1 else ["\n\n".join(row) for row in zip(*parts, strict=True)]


def _may_be_text(values: pd.Series) -> bool:
    from pandas.api import types

    dtype = values.dtype
    if isinstance(dtype, types.CategoricalDtype):
        dtype = dtype.categories.dtype
    return bool(types.is_object_dtype(dtype) or types.is_string_dtype(dtype))


def _files(values: Any, where: str, root: Path) -> Files:
    paths = [str(value) if isinstance(value, Path) else value for value in values]
    for row, path in enumerate(paths):
        if not isinstance(path, str) or not path.strip():
            msg = f"row {row} of {where} is {path!r:.40}: expected the path of an image"
            raise BadInputError(msg)
    if not root.is_dir():
        msg = f"root={str(root)!r} is no folder: name the one the images lie in"
        raise BadInputError(msg)
    return Files(paths, root)


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
