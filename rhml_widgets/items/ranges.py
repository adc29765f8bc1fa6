"""Ranges: numbers that come in from outside and must lie somewhere."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from rhml_widgets.exceptions import BadInputError

__all__ = ["require_count", "require_range"]


def require_range(name: str, value: float | None, high: float) -> None:
    """Refuse a number that is not finite or not in [0, ``high``]; None passes.

    Raises
    ------
    BadInputError

    Examples
    --------
    >>> require_range("confidence", 0.8, 1.0)
    """
    if value is None:
        return
    number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    # Compared as it is: a whole number may be too large for a float.
    if not number or not 0 <= value <= min(high, sys.float_info.max):
        msg = f"{name}={value!r}: expected a number from 0 to {high:g}"
        raise BadInputError(msg)


def require_count(n: Any) -> None:
    """Refuse what is no whole number of at least 1.

    Raises
    ------
    BadInputError
    """
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1:
        msg = f"n={n!r}: expected a whole number of at least 1"
        raise BadInputError(msg)
