"""Results: the user's own frame with a label a row, where it came from, and how far to trust it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd
from scipy import sparse

from rhml_widgets.exceptions import BadInputError, MissingExtraError, NotWrittenError
from rhml_widgets.items.pool import Pool

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Hashable

__all__ = ["Result", "Written", "as_frame", "joined", "result_frame", "taken"]

COLUMNS = ("label", "source", "score")
OURS = "_rhml"
"""Put behind a column of ours whose name is taken."""

ESCAPED = "escaped"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")  # noqa: RUF001
"""What a cell may begin with that a spreadsheet takes for a formula (OWASP, ASVS 1.2.10)."""


class Result(pd.DataFrame):
    """A frame that says of itself where its labels come from.

    Attributes
    ----------
    summary : str
        In words: how many labels are whose, and how many of the model's are wrong. It goes along
        with copies and selections, and is about the whole frame it came with.

    Examples
    --------
    >>> frame = Result({"label": ["spam", None], "source": ["human", None]})
    >>> frame.summary = "1 of 2 rows is labeled."
    >>> frame.head(1).summary
    '1 of 2 rows is labeled.'
    """

    _metadata: ClassVar[list[str]] = ["summary"]
    summary: str = ""

    @property
    def _constructor(self) -> Callable[..., Result]:
        return Result

    def write(self, path: str | os.PathLike[str], *, safe: bool = True) -> Written:
        """Write it as CSV, Parquet or JSON lines, by the ending of the name.

        Parameters
        ----------
        path : path ending in .csv, .parquet or .jsonl
            Replaced whole, or not at all.
        safe : bool
            CSV only: put ``'`` before a cell that a spreadsheet would run as a formula, and name
            the columns where that was done in a last column ``escaped``, so that it can be
            undone. Parquet and JSON lines hold the exact values.

        Returns
        -------
        Written

        Raises
        ------
        BadInputError
            For another ending.
        MissingExtraError
            For Parquet without pyarrow.
        NotWrittenError
            If there is no such folder, the disk is full, or Parquet cannot hold a column: it
            takes one type a column.
        """
        target = Path(path).expanduser()
        writers = {".csv": _csv, ".parquet": _parquet, ".jsonl": _json_lines}
        writer = writers.get(target.suffix.lower())
        if writer is None:
            msg = f"path={str(path)!r}: expected a name ending in {', '.join(writers)}"
            raise BadInputError(msg)
        if target.suffix.lower() == ".csv" and safe:
            frame, cells = _escaped(pd.DataFrame(self))
        else:
            frame, cells = pd.DataFrame(self), 0
        scratch = target.with_name(f".{target.name}.part")
        try:
            writer(frame, scratch)
            scratch.replace(target)
        except OSError as error:
            msg = (
                f"{target} was not written: {error.strerror or error}. Make the folder, free space "
                "or give another path"
            )
            raise NotWrittenError(msg) from error
        finally:
            scratch.unlink(missing_ok=True)
        return Written(target, len(self), cells)


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the file, its rows, and how many cells were escaped."""

    path: Path
    n_rows: int
    n_escaped: int = 0


def taken(source: Any) -> Any:
    """Return a pool as it is now: what is done to the caller's frame later changes nothing."""
    if isinstance(source, pd.DataFrame | pd.Series):
        return source.copy()
    if isinstance(source, list | tuple):
        return list(source)
    return source.copy() if hasattr(source, "dtype") else source


def joined(source: Any, more: Any, content: list[str] | None, id_column: Hashable | None) -> Any:
    """Return a pool with more rows below it, of the kind it was given as.

    Raises
    ------
    BadInputError
        If the new rows are of another kind or lack a column.
    """
    if isinstance(source, pd.DataFrame) and isinstance(more, pd.DataFrame):
        wanted = [
            name for name in source.columns if str(name) in (content or ()) or name == id_column
        ]
        missing = [name for name in wanted if name not in more.columns]
        if missing:
            msg = f"column {missing[0]!r} is not in the new rows; they have {list(more.columns)}"
            raise BadInputError(msg)
        return pd.concat([source, more])
    if isinstance(source, pd.Series) and isinstance(more, pd.Series):
        both = pd.concat([source, more])
        both.name = source.name
        return both
    if isinstance(source, list) and isinstance(more, list | tuple):
        return [*source, *more]
    if hasattr(source, "tocsr") and hasattr(more, "tocsr"):
        _require_width(source, more)
        return sparse.vstack([source, more], format="csr")
    if isinstance(source, np.ndarray) and isinstance(more, np.ndarray):
        _require_width(source, more)
        return np.concatenate([source, more])
    msg = (
        f"the new rows are a {type(more).__name__} and the pool is a {type(source).__name__}: give "
        "the new rows as the pool was given"
    )
    raise BadInputError(msg)


def _require_width(source: Any, more: Any) -> None:
    if source.shape[1:] != more.shape[1:]:
        msg = (
            f"the new rows have shape {more.shape} and the pool {source.shape}: only the number "
            "of rows may differ"
        )
        raise BadInputError(msg)


def as_frame(source: Any, pool: Pool) -> pd.DataFrame:
    """Return a pool as a frame with its own index: a frame as it is, the rest as ``content``."""
    if isinstance(source, pd.DataFrame):
        return source.copy()
    if isinstance(source, pd.Series):
        return source.to_frame("content" if source.name is None else source.name)
    if isinstance(source, Pool):
        contents = [source.words(number) for number in source.item_of_row.tolist()]
        return pd.Series(contents, index=source.index, dtype=object).to_frame("content")
    shape = getattr(source, "shape", (pool.n_rows,))
    if len(shape) == 1:
        # As objects: text of Arrow takes no lone surrogate.
        return pd.Series(list(source), dtype=object).to_frame("content")
    rows_by_columns = isinstance(source, np.ndarray) and len(shape) == 2  # noqa: PLR2004
    return pd.DataFrame(source if rows_by_columns else None, index=pd.RangeIndex(pool.n_rows))


def result_frame(source: Any, pool: Pool, columns: dict[str, Any]) -> Result:
    """Return the pool's frame with ``columns``, an array an item, given to every row.

    Where the frame has a column of such a name already, ours is called ``label_rhml`` and so on.
    """
    frame = as_frame(source, pool)
    for name, values in columns.items():
        # A Series keeps its dtype: an array of str and None would become missing strings, NaN.
        column = pd.Series(values[pool.item_of_row], index=frame.index, dtype=values.dtype)
        frame.insert(len(frame.columns), _free(frame, name), column)
    return Result(frame)


def _free(frame: pd.DataFrame, name: str) -> Hashable:
    taken_names = {str(one) for one in frame.columns}
    while name in taken_names:
        name += OURS
    return name


def _escaped(frame: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    found = frame.copy()
    where: list[list[str]] = [[] for _ in range(len(found))]
    for place, name in enumerate(found.columns):
        column = found.iloc[:, place]
        if pd.api.types.is_numeric_dtype(column.dtype):
            continue
        values = column.astype(object).tolist()
        changed = False
        for row, value in enumerate(values):
            if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA):
                values[row], changed = f"'{value}", True
                where[row].append(str(name))
        if changed:
            cells = np.empty(len(values), dtype=object)
            cells[:] = values
            found.isetitem(place, cells)
    found.columns = pd.Index([_safe(name) for name in found.columns])
    n_cells = sum(map(len, where))
    if n_cells:
        told = [json.dumps(names, ensure_ascii=False) if names else "" for names in where]
        found.insert(len(found.columns), _free(found, ESCAPED), told)
    if isinstance(found.index, pd.RangeIndex):
        return found, n_cells
    plain = found.index.to_frame(index=False).map(
        lambda v: f"'{v}" if isinstance(v, str) and v.lstrip(" ").startswith(_FORMULA) else v
    )
    names = [_safe(name) for name in found.index.names]
    found.index = (
        pd.MultiIndex.from_frame(plain, names=names)
        if found.index.nlevels > 1
        else pd.Index(plain.iloc[:, 0], name=names[0])
    )
    return found, n_cells


def _safe(name: Hashable) -> Hashable:
    risky = isinstance(name, str) and name.lstrip(" ").startswith(_FORMULA)
    return f"'{name}" if risky else name


def _csv(frame: pd.DataFrame, target: Path) -> None:
    plain = isinstance(frame.index, pd.RangeIndex)
    # Cells are quoted where they hold a character of the line's end: both of them, then.
    frame.to_csv(
        target, index=not plain, encoding="utf-8", errors="backslashreplace", lineterminator="\r\n"
    )


def _parquet(frame: pd.DataFrame, target: Path) -> None:
    if find_spec("pyarrow") is None:
        msg = (
            "Parquet needs pyarrow, which is not installed: pip install pyarrow, or write to a "
            "name ending in .jsonl, which holds the exact values, too"
        )
        raise MissingExtraError(msg)
    named = frame.set_axis(_told_apart(frame), axis=1)
    try:
        named.to_parquet(target)
    except (ValueError, TypeError) as error:  # pyarrow's own are of these
        why = " ".join(str(one) for one in error.args)
        msg = (
            f"Parquet takes one type a column: {why}. Turn the column into one type, or write to "
            "a name ending in .jsonl, which holds what each cell holds"
        )
        raise NotWrittenError(msg) from error


def _json_lines(frame: pd.DataFrame, target: Path) -> None:
    named = frame if isinstance(frame.index, pd.RangeIndex) else _with_index(frame)
    columns = _told_apart(named)
    # A lone surrogate is no character of UTF-8; its escape is JSON all the same.
    with target.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
        for row in named.astype(object).itertuples(index=False, name=None):
            cells = {name: _plain(value) for name, value in zip(columns, row, strict=True)}
            file.write(json.dumps(cells, ensure_ascii=False, allow_nan=False) + "\n")


def _told_apart(frame: pd.DataFrame) -> list[str]:
    """Return the names of columns as text; refuse two that would become one."""
    names = [str(name) for name in frame.columns]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        msg = f"two columns would be called {twice!r} in the file: rename one of them"
        raise NotWrittenError(msg)
    return names


def _with_index(frame: pd.DataFrame) -> pd.DataFrame:
    names = [name if name is not None else "index" for name in frame.index.names]
    if len(set(names)) < len(names) or {*names} & {*frame.columns}:
        names = [f"index_{level}" for level in range(frame.index.nlevels)]
    return frame.reset_index(names=names)


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if pd.isna(value):
        return None
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool) else str(value)
