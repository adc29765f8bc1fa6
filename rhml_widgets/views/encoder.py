"""Encoder: whatever Python holds, as values every JSON reader takes for the same thing."""

from __future__ import annotations

import base64
import datetime as dt
import decimal
import math
from typing import Any

from rhml_widgets.items.identity import tidy
from rhml_widgets.items.labels import is_missing

__all__ = ["json_safe"]


LARGEST = 2**53 - 1
"""The largest whole number that JavaScript tells from its neighbors."""


def json_safe(value: Any) -> Any:
    """Return ``value`` as None, bool, int, finite float, str, list or dict of str.

    Missing and infinite numbers become None; whole numbers that a browser would round become
    str; dates ISO 8601; bytes base64; lone surrogates U+FFFD; sets sorted lists; anything else
    its str.

    Examples
    --------
    >>> import numpy as np
    >>> json_safe({"n": np.int64(3), "p": float("nan"), 2: {"b", "a"}})
    {'n': 3, 'p': None, '2': ['a', 'b']}
    """
    kind = type(value)
    if kind is str:
        return tidy(value)
    if kind is bool or value is None:
        return value
    if kind is int:
        return value if -LARGEST <= value <= LARGEST else str(value)
    if kind is float:
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {tidy(str(key)): json_safe(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [json_safe(item) for item in value]
    return _rare(value)


def _rare(value: Any) -> Any:
    if is_missing(value):
        return None
    if isinstance(value, str):
        return tidy(str(value))
    if isinstance(value, set | frozenset):
        return sorted((json_safe(item) for item in value), key=repr)
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(bytes(value)).decode("ascii")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return json_safe(float(value)) if value.is_finite() else None
    if hasattr(value, "tolist"):
        return json_safe(value.tolist())
    return tidy(str(value))
