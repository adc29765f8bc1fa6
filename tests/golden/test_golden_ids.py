"""Golden: the ids of rows and images say today what they said when they were written.

A test that turns red means that no journal of rows or images finds its items again: a changed rule
takes a new version prefix.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from rhml_widgets.items.cells import cell_code
from rhml_widgets.items.pool import Pool

CODES = {
    "missing": (None, "6e"),
    "true": (True, "6231"),
    "one": (1, "66000000000000f03f"),
    "minus zero": (-0.0, "660000000000000000"),
    "a float": (0.1, "669a9999999999b93f"),
    "infinite": (float("inf"), "66000000000000f07f"),
    "beyond floats": (2**53 + 1, "691000000039303037313939323534373430393933"),
    "text": ("caf\u00e9", "7305000000636166c3a9"),
    "a day": (
        pd.Timestamp("2024-03-01"),
        "641d000000323032342d30332d30315430303a30303a30302e303030303030303030",
    ),
    "an instant": (
        pd.Timestamp("2024-03-01 12:00", tz="Europe/Paris"),
        "6423000000323032342d30332d30315431313a30303a30302e3030303030303030302b30303a3030",
    ),
    "a while": (pd.Timedelta(minutes=1), "740b0000003630303030303030303030"),
}

FRAME = pd.DataFrame(
    {
        "age": [31.0, np.nan, -0.0],
        "n": [1, 2, 3],
        "country": pd.Categorical(["DE", None, "FR"]),
        "joined": pd.to_datetime(["2024-03-01 00:00", None, "2024-03-01 12:30"]),
        "vip": [True, False, True],
    }
)
ROWS = ["r1:bfeb7b4f7afd53ee21533229", "r1:d1c49ee5ead33b95b0449451", "r1:69966a64a9d4196c7dfa7f5f"]
MATRIX = np.array([[0.0, 1.5, -0.0], [np.nan, 0.0, 2.0], [0.0, 0.0, 0.0]])
CELLS = [
    "r1:d7cdad270b7e8e3987d2b333",
    "r1:dab1ad22779aafa6c8fae782",
    "r1:7eee8fc893fc74b2adb3d29f",
]
IMAGES = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
PIXELS = ["i1:a63a06643d8d5a5a66f03458", "i1:47af299ad4a2c6a64f28066a"]
COLORED = ["i1:034a2308d1fbbc25bc50e306", "i1:e9902aec7598b5ef5be64f47"]


@pytest.mark.parametrize("name", CODES)
def test_a_value_is_coded_as_it_was(name):
    value, code = CODES[name]
    assert cell_code(value).hex() == code


def test_a_row_is_the_row_it_was():
    assert Pool(FRAME).ids == ROWS
    assert Pool(FRAME[FRAME.columns[::-1]].astype({"n": float, "country": object})).ids == ROWS


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_matrix, sparse.coo_matrix])
def test_a_row_of_a_matrix_is_the_row_it_was(kind):
    assert Pool(kind(MATRIX)).ids == CELLS


def test_an_image_is_the_image_it_was():
    assert Pool(IMAGES).ids == PIXELS
    assert Pool(IMAGES.astype(np.float32).reshape(2, 2, 2, 3)).ids == COLORED
