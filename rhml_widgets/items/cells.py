"""Cells: what one value of a table is, as bytes for an id and as words for a person."""

from __future__ import annotations

import math
import struct
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.items.identity import tidy
from rhml_widgets.items.labels import is_missing

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MISSING", "cell_code", "cell_words", "column_codes", "is_number"]

MISSING = "missing"
"""What stands for a value that is not there."""

_EXACT = 2**53
"""Whole numbers up to here are floats without loss."""


def cell_code(value: Any) -> bytes:
    """Return the canonical bytes of a value: equal values, equal bytes, whatever their dtype.

    1, 1.0 and ``np.float32(1)`` are one value, and so are 0.0 and -0.0, and all that is missing:
    None, NaN, NaT, NA. ``True`` is not 1, and "1" is neither.

    Raises
    ------
    BadInputError
        For a list, a dict or anything else that is no single value.

    Examples
    --------
    >>> cell_code(1) == cell_code(1.0), cell_code(1) == cell_code(True)
    (True, False)
    """
    if isinstance(value, np.generic) and not isinstance(value, np.datetime64 | np.timedelta64):
        value = value.item()
    if is_missing(value) or (isinstance(value, np.generic) and np.isnat(value)):
        return b"n"
    if isinstance(value, str):
        return _sized(b"s", tidy(value))
    if isinstance(value, bool | int | float) or is_number(value):
        return _number(value)
    return _other(value)


def _other(value: Any) -> bytes:
    if isinstance(value, date | np.datetime64):
        return _sized(b"d", _instant(value))
    if isinstance(value, timedelta | np.timedelta64):
        import pandas as pd

        return _sized(b"t", str(pd.Timedelta(value).as_unit("ns").value))
    if type(value).__name__ in {"Period", "Interval", "time"}:
        return _sized(b"p", str(value))
    msg = f"{value!r:.60} is a {type(value).__name__}: expected text, a number, a date or a bool"
    raise BadInputError(msg)


def is_number(value: Any) -> bool:
    """Tell whether a value is a real number; a bool is none.

    Examples
    --------
    >>> is_number(1), is_number(True), is_number("1")
    (True, False, False)
    """
    if isinstance(value, bool | np.bool_):
        return False
    return isinstance(value, int | float | np.number) or type(value).__name__ == "Decimal"


def _number(value: Any) -> bytes:
    if isinstance(value, bool):
        return b"b1" if value else b"b0"
    try:
        same = float(value)
    except OverflowError:
        return _sized(b"i", str(value))
    if math.isfinite(same) and same != value:
        return _sized(b"i", str(value))
    return b"f" + struct.pack("<d", same + 0.0)


def _instant(value: Any) -> str:
    import pandas as pd

    stamp = pd.Timestamp(value)
    if stamp.tzinfo is not None:
        return stamp.tz_convert("UTC").isoformat(timespec="nanoseconds")
    return stamp.isoformat(timespec="nanoseconds")


def _sized(tag: bytes, text: str) -> bytes:
    body = text.encode()
    return tag + struct.pack("<I", len(body)) + body


def column_codes(values: pd.Series, name: Any) -> list[bytes]:
    """Return `cell_code` of each value of a column.

    Raises
    ------
    BadInputError
        Naming column, row and remedy.
    """
    import pandas as pd
    from pandas.api import types

    dtype = values.dtype
    plain = types.is_numeric_dtype(dtype) and not types.is_bool_dtype(dtype)
    if plain and not types.is_complex_dtype(dtype):
        numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
        if types.is_float_dtype(dtype) or not (np.abs(numbers) > _EXACT).any():
            return _float_codes(numbers)
    if isinstance(dtype, pd.CategoricalDtype) or types.is_datetime64_any_dtype(dtype):
        places, unique = pd.factorize(values)
        first = [int(np.argmax(places == place)) for place in range(len(unique))]
        known = [_placed_code(values, row, name) for row in first]
        known.append(b"n")
        return [known[place] for place in places.tolist()]
    met: dict[tuple[type, Any], bytes] = {}
    codes = []
    for row, value in enumerate(values.array):
        try:
            code = met.get((type(value), value))
        except TypeError:  # what cannot be hashed is no single value either
            code = None
        if code is None:
            code = _placed_code(values, row, name)
            met[type(value), value] = code
        codes.append(code)
    return codes


def _float_codes(numbers: Any) -> list[bytes]:
    cells = np.empty(len(numbers), dtype=[("tag", "S1"), ("value", "<f8")])
    cells["tag"] = b"f"
    cells["value"] = numbers + 0.0
    codes: list[bytes] = cells.view("V9").tolist()
    for place in np.flatnonzero(np.isnan(numbers)).tolist():
        codes[place] = b"n"
    return codes


def _placed_code(values: pd.Series, row: int, name: Any) -> bytes:
    try:
        return cell_code(values.iloc[row])
    except BadInputError as error:
        msg = (
            f"row {row} (index {values.index[row]!r}) of {name!r}: {error}. Leave the column out "
            "by content=[...], or turn it into one of these"
        )
        raise BadInputError(msg) from None


def cell_words(value: Any) -> str:
    """Return a value as people read it: six digits, ISO dates, "missing".

    Examples
    --------
    >>> cell_words(0.1 + 0.2), cell_words(None), cell_words(12)
    ('0.3', 'missing', '12')
    """
    if is_missing(value):
        return MISSING
    if isinstance(value, np.generic) and not isinstance(value, np.datetime64):
        value = value.item()
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, date | np.datetime64):
        import pandas as pd

        stamp = pd.Timestamp(value)
        bare = stamp == stamp.normalize() and stamp.tzinfo is None
        return stamp.strftime("%Y-%m-%d") if bare else stamp.isoformat(sep=" ")
    return tidy(str(value))
