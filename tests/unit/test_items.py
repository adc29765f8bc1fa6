"""Pools and ids: what is judged, and what cannot be."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sessions import STEADY, texts

from rhml_widgets.exceptions import BadInputError, UnknownItemError
from rhml_widgets.items.identity import pool_digest, text_id, tidy
from rhml_widgets.items.pool import Pool


def refused(pool, **arguments) -> str:
    """Return the message with which a pool is refused."""
    with pytest.raises(BadInputError) as caught:
        Pool(pool, **arguments)
    return str(caught.value)


# ---- identity -----------------------------------------------------------------------------


def test_an_id_is_of_the_content_and_of_nothing_else():
    one = Pool(["a card", "a loan", "a card"])
    other = Pool(pd.DataFrame({"text": ["a loan", "new", "a card"]}, index=list("xyz")))
    assert one.ids == [text_id("a card"), text_id("a loan")]
    assert other.ids == [text_id("a loan"), text_id("new"), text_id("a card")]


def test_an_id_is_the_same_in_another_process():
    code = (
        "from rhml_widgets.items.identity import text_id; print(text_id('caf\\u00e9 \\U0001f4b3'))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "7", "PYTHONPATH": str(Path(__file__).parents[2])},
    ).stdout.strip()
    assert told == text_id("café 💳")


@STEADY
@given(st.lists(st.text(), unique=True))
def test_a_pools_digest_does_not_know_the_order(contents):
    ids = [text_id(tidy(text)) for text in contents]
    assert pool_digest(ids) == pool_digest(reversed(ids))


@STEADY
@given(st.sets(st.sampled_from("abcdef")), st.sets(st.sampled_from("abcdef")))
def test_other_items_give_another_digest(one, other):
    assert (pool_digest(one) == pool_digest(other)) == (one == other)


@STEADY
@given(st.text(alphabet=st.characters()))
def test_a_tidied_text_can_be_stored_(text):
    clean = tidy(text)
    assert clean.encode().decode() == clean
    if not any("\ud800" <= character <= "\udfff" for character in text):
        assert clean == text


def test_lone_surrogates_are_replaced_with_a_warning_that_names_the_row():
    with pytest.warns(UserWarning, match="row 1 .* 2 rows in all; .*U\\+FFFD"):
        pool = Pool(["fine", "broken \ud800", "\udfff"])
    assert pool.contents == ["fine", "broken \ufffd", "\ufffd"]
    json.dumps(pool.contents, ensure_ascii=False).encode()


# ---- what a pool may be -------------------------------------------------------------------


@pytest.mark.parametrize(
    "pool",
    [
        ["b", "a", "b"],
        ("b", "a", "b"),
        pd.Series(["b", "a", "b"]),
        pd.Series(["b", "a", "b"], dtype="string"),
        pd.Series(["b", "a", "b"], dtype="category"),
        pd.Series(["b", "a", "b"], index=pd.MultiIndex.from_tuples([(0, 1), (0, 2), (1, 1)])),
        pd.Series(["b", "a", "b"], index=pd.date_range("2026-01-01", periods=3, tz="UTC")),
        pd.Series(["b", "a", "b"], index=[7, 7, 7]),
        pd.DataFrame({"text": ["b", "a", "b"]}),
        np.array(["b", "a", "b"]),
        np.array(["b", "a", "b"], dtype=object),
    ],
    ids=lambda pool: f"{type(pool).__name__}-{getattr(pool, 'dtype', '')}",
)
def test_texts_in_any_shape_are_the_same_items(pool):
    made = Pool(pool)
    assert made.contents == ["b", "a"]
    assert made.item_of_row.tolist() == [0, 1, 0]
    assert made.positions.tolist() == [0, 1]
    assert made.rows.tolist() == [2, 1]
    assert (len(made), made.n_rows) == (2, 3)


def test_several_text_columns_make_one_item():
    frame = pd.DataFrame({"id": ["q", "r"], "subject": ["Hi", "Re"], "body": ["one", "two"]})
    pool = Pool(frame, content=["subject", "body"], id_column="id")
    assert pool.contents == ["Hi\n\none", "Re\n\ntwo"]
    assert pool.ids == ["q", "r"]
    assert pool.content == ["subject", "body"]


def test_a_column_may_be_named_without_a_list():
    frame = pd.DataFrame({"text": ["one"], "n": [1]})
    assert Pool(frame, content="text").contents == ["one"]


def test_exact_duplicates_under_ids_of_their_own_are_one_item():
    frame = pd.DataFrame({"id": ["a", "b", "c"], "text": ["same", "other", "same"]})
    pool = Pool(frame, id_column="id")
    assert pool.ids == ["a", "b"]
    assert pool.number("c") == pool.number("a") == 0
    assert "c" in pool


def test_an_empty_string_and_odd_characters_are_items():
    contents = ["", "nul \x00 and \x1b[31m", "\u202eright to left", "a" * 1_000_000]
    assert Pool(contents).contents == contents


def test_an_empty_pool_and_a_pool_of_one_are_pools():
    assert len(Pool([])) == 0
    assert len(Pool(pd.DataFrame({"text": []}))) == 0
    assert len(Pool(["one"])) == 1


def test_a_pool_is_a_snapshot():
    frame = pd.DataFrame({"text": ["one", "two"]})
    pool = Pool(frame)
    frame.loc[0, "text"] = "changed"
    assert pool.contents == ["one", "two"]


def test_an_unknown_item_is_named_with_where_ids_come_from():
    with pytest.raises(UnknownItemError, match=r"'t1:no' is not in the pool of 1 items.*query\(\)"):
        Pool(["one"]).number("t1:no")


# ---- what it may not be -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "kind"),
    [(None, "NoneType"), (float("nan"), "float"), (7, "int"), (pd.NA, "NAType"), (b"x", "bytes")],
)
def test_a_text_that_is_none_is_named_by_row_and_column_with_a_remedy(value, kind):
    told = refused(pd.DataFrame({"text": ["fine", value]}, dtype=object))
    assert f"row 1 of 'text' is {kind}" in told
    assert "expected str" in told
    assert "fillna('')" in told


def test_a_bad_text_is_named_by_its_index_label_too():
    told = refused(pd.Series(["fine", None], index=["mon", "tue"], name="text", dtype=object))
    assert "row 1 (index 'tue') of 'text'" in told


def test_missing_values_of_a_string_column_are_named():
    assert "row 1 of 'text' is" in refused(
        pd.DataFrame({"text": pd.Series(["fine", None], dtype="string")})
    )


def test_all_texts_empty_is_said_before_any_fit():
    assert "all texts of the pool are empty" in refused(["", "  ", "\n"])


def test_a_duplicate_column_is_named():
    frame = pd.DataFrame([["a", "b"]], columns=["t", "t"])
    assert "column 't' occurs more than once" in refused(frame)


def test_a_duplicate_id_is_named_with_both_rows():
    frame = pd.DataFrame({"id": [1, 2, 1], "text": ["a", "b", "c"]})
    told = refused(frame, id_column="id")
    assert "'id' is not unique" in told
    assert "rows 0 and 2" in told


@pytest.mark.parametrize("argument", ["content", "id_column"])
def test_a_column_that_is_not_there_is_named_with_those_that_are(argument):
    frame = pd.DataFrame({"text": ["a"]})
    told = refused(frame, **{argument: ["body"] if argument == "content" else "body"})
    assert "'body' is not in the pool; its columns are ['text']" in told


@pytest.mark.parametrize("argument", ["content", "id_column"])
def test_columns_of_a_list_are_refused(argument):
    assert "need a DataFrame" in refused(["a"], **{argument: "text"})


def test_a_frame_without_a_column_to_judge_says_so():
    assert "no column to judge" in refused(pd.DataFrame({"id": ["a"]}), id_column="id")


@pytest.mark.parametrize(
    "pool",
    [pd.DataFrame({"age": [1, 2]}), pd.DataFrame({"day": pd.date_range("2026", periods=2)})],
)
def test_a_column_of_numbers_or_dates_is_no_text(pool):
    told = refused(pool, kind="text")
    assert f"column {pool.columns[0]!r} is" in told
    assert "content=[...]" in told


@pytest.mark.parametrize("pool", [None, "one text", b"bytes", 7, object()])
def test_what_is_no_pool_is_refused_with_what_is(pool):
    assert "expected a list of str, a Series" in refused(pool)


@STEADY
@given(st.permutations(range(12)))
def test_the_order_of_rows_changes_numbers_but_no_id(order):
    contents = texts(12)
    shuffled = Pool([contents[i] for i in order])
    assert shuffled.digest == Pool(contents).digest
    assert {shuffled.contents[shuffled.number(text_id(text))] for text in contents} == set(contents)
