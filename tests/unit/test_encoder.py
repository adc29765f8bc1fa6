"""Encoder: what reaches a page is JSON that every reader takes for the same thing."""

from __future__ import annotations

import datetime as dt
import decimal
import json
import math
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from pathlib import Path
from uuid import UUID

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sessions import STEADY

from rhml_widgets.views.encoder import json_safe

YES = (True, True)


class Color(Enum):
    RED = 1


@dataclass
class Point:
    x: int


@pytest.mark.parametrize(
    ("value", "safe"),
    [
        (None, None),
        YES,
        (3, 3),
        (0.5, 0.5),
        ("caf\u00e9", "caf\u00e9"),
        (float("nan"), None),
        (float("inf"), None),
        (-float("inf"), None),
        (np.float64("nan"), None),
        (np.float32("inf"), None),
        (pd.NA, None),
        (pd.NaT, None),
        (np.datetime64("NaT"), None),
        (decimal.Decimal("0.5"), 0.5),
        (decimal.Decimal("NaN"), None),
        (decimal.Decimal("sNaN"), None),
        (decimal.Decimal("Infinity"), None),
        (decimal.Decimal("1e999"), None),
        (np.int64(3), 3),
        (np.uint8(3), 3),
        (np.bool_(YES[0]), YES[0]),
        (np.float32(0.5), 0.5),
        (np.str_("a"), "a"),
        (np.array([1.0, np.nan]), [1.0, None]),
        (np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
        (np.array(7), 7),
        (np.array(["a"], dtype=object), ["a"]),
        (pd.Series([1, None]), [1.0, None]),
        (pd.Index(["a"]), ["a"]),
        (pd.Timestamp("2026-01-05 09:00"), "2026-01-05T09:00:00"),
        (np.datetime64("2026-01-05"), "2026-01-05"),
        (dt.date(2026, 1, 5), "2026-01-05"),
        (dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC), "2026-01-05T09:00:00+00:00"),
        (dt.time(9, 30), "09:30:00"),
        (b"\x00\xff", "AP8="),
        (bytearray(b"a"), "YQ=="),
        (memoryview(b"a"), "YQ=="),
        ("lone \ud800", "lone \ufffd"),
        ({"lone \ud800": 1}, {"lone \ufffd": 1}),
        ((1, [2, (3,)]), [1, [2, [3]]]),
        ({"b", "a"}, ["a", "b"]),
        (frozenset({1}), [1]),
        ({2: {None: float("nan")}}, {"2": {"None": None}}),
        (Fraction(1, 2), "1/2"),
        (UUID(int=0), "00000000-0000-0000-0000-000000000000"),
        (Path("a"), "a"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_value_has_one_json_form(value, safe):
    encoded = json_safe(value)
    assert encoded == safe
    assert type(encoded) is type(safe)
    json.dumps(encoded, allow_nan=False).encode()


@pytest.mark.parametrize("value", [Color.RED, Point(1), 1j, object, dt.timedelta(seconds=1)])
def test_anything_else_is_its_words(value):
    assert json_safe(value) == str(value)


def test_whole_numbers_a_browser_would_round_are_told_as_text():
    assert json_safe(2**53 - 1) == 2**53 - 1
    assert json_safe(-(2**53) + 1) == -(2**53) + 1
    assert json_safe(2**53) == str(2**53)
    assert json_safe(np.uint64(2**63)) == str(2**63)
    assert json_safe({"n": [10**30]}) == {"n": [str(10**30)]}


def test_a_value_that_holds_itself_is_refused_and_not_followed_forever():
    loop: list = []
    loop.append(loop)
    with pytest.raises(RecursionError):
        json_safe(loop)


anything = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(alphabet=st.characters()),
        st.binary(),
        st.decimals(),
        st.dates(),
        st.datetimes(),
        st.times(),
        st.complex_numbers(),
        st.fractions(),
    ),
    lambda inner: st.one_of(
        st.lists(inner),
        st.tuples(inner, inner),
        st.dictionaries(st.one_of(st.text(), st.integers(), st.none()), inner),
    ),
    max_leaves=20,
)


def same(encoded, again):
    return json.dumps(encoded, sort_keys=True) == json.dumps(again, sort_keys=True)


@STEADY
@given(anything)
def test_whatever_comes_in_strict_json_goes_out_and_stays_as_it_is(value):
    encoded = json_safe(value)
    text = json.dumps(encoded, allow_nan=False, ensure_ascii=False)
    assert same(json.loads(text.encode().decode()), encoded)
    assert same(json_safe(encoded), encoded)


@STEADY
@given(st.floats())
def test_floats_stay_or_are_missing(value):
    assert json_safe(value) == (value if math.isfinite(value) else None)
