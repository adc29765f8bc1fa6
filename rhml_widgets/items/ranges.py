"""Ranges: numbers that come in from outside and must lie somewhere."""

from __future__ import annotations

import math

import numpy as np

from rhml_widgets.exceptions import BadInputError

__all__ = ["require_range"]


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
    if not number or not 0 <= float(value) <= high or math.isinf(float(value)):
        msg = f"{name}={value!r}: expected a number from 0 to {high:g}"
        raise BadInputError(msg)
