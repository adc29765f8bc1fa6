"""Kinds of items: rows of tables and matrices, images; their ids, and what cannot be judged."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sessions import STEADY

from rhml_widgets.exceptions import BadInputError, UnknownTermError
from rhml_widgets.items.cells import cell_code, cell_words
from rhml_widgets.items.images import MAX_BYTES
from rhml_widgets.items.pool import Pool
from rhml_widgets.views.item import columns_at, content_props, places_of
from rhml_widgets.views.picture import picture, png

TINY = png(np.arange(12, dtype=np.uint8).reshape(2, 2, 3))


def refused(pool, **arguments) -> str:
    """Return the message with which a pool is refused."""
    with pytest.raises(BadInputError) as caught:
        Pool(pool, **arguments)
    return str(caught.value)


def mixed(**changes) -> pd.DataFrame:
    columns = {
        "age": [31.0, np.nan, 31.0],
        "country": pd.Categorical(["DE", "FR", "DE"], categories=["DE", "FR", "XX"]),
        "joined": pd.to_datetime(["2024-03-01", None, "2024-03-01"]),
        "vip": [True, False, True],
        "n": [1, 2, 1],
        "who": ["a", "b", "c"],
    }
    return pd.DataFrame({**columns, **changes}, index=[7, 7, 9])


# ---- rows -----------------------------------------------------------------------------------


def test_a_mixed_frame_is_rows_and_equal_rows_are_one_item():
    pool = Pool(mixed(), show=["who"])
    assert (pool.kind, len(pool), pool.n_rows) == ("row", 2, 3)
    assert pool.rows.tolist() == [2, 1]
    assert pool.content == ["age", "country", "joined", "vip", "n"]
    assert pool.seen is not None
    assert pool.seen["who"].tolist() == ["a", "b"]


def test_what_a_model_reads_has_the_dtypes_it_had():
    frame = mixed()
    read = Pool(frame, show=["who"]).inputs
    assert read.dtypes.to_dict() == frame.drop(columns="who").dtypes.to_dict()
    assert read.index.tolist() == [0, 1]


def test_an_items_content_is_its_row():
    content = Pool(mixed(), show="who").contents[0]
    assert (content["age"], content["country"], content["n"]) == (31.0, "DE", 1)
    assert np.array_equal(Pool(np.eye(3)).contents[1], [0, 1, 0])


def test_an_id_knows_neither_the_order_of_columns_nor_their_dtypes():
    frame = mixed().drop(columns="who")
    ids = Pool(frame).ids
    assert Pool(frame[frame.columns[::-1]]).ids == ids
    assert Pool(frame.astype({"n": "float32", "country": object})).ids == ids
    assert Pool(frame.astype({"n": "Int64", "age": "Float64", "vip": "boolean"})).ids == ids
    assert Pool(frame.astype({"n": str})).ids != ids


def test_a_frame_changed_after_it_was_read_changes_nothing():
    frame, matrix, pixels = mixed(), np.eye(3), np.zeros((2, 4, 4))
    pixels[1] = 1
    counts = sparse.csr_matrix(matrix)
    pool, rows = Pool(frame, show=["who"]), Pool(matrix)
    images, cells = Pool(pixels), Pool(counts)
    frame.loc[:, "n"] = 9
    frame.loc[:, "who"] = "x"
    matrix[:] = pixels[:] = counts.data[:] = 5
    assert pool.seen["who"].tolist() == ["a", "b"]
    assert images.inputs.max() == cells.inputs.max() == 1
    assert pool.inputs["n"].tolist() == [1, 2]
    assert rows.inputs[0].tolist() == [1, 0, 0]


@STEADY
@given(st.floats(allow_nan=False) | st.integers(-(10**18), 10**18))
def test_equal_numbers_are_one_value_whatever_they_are_kept_in(number):
    codes = {cell_code(number)}
    if isinstance(number, float):
        codes.add(cell_code(np.float64(number)))
        codes.add(cell_code(-number if number == 0 else number))
    elif abs(number) <= 2**53:
        codes |= {cell_code(float(number)), cell_code(np.int64(number)), cell_code(Decimal(number))}
    assert len(codes) == 1


@STEADY
@given(
    st.lists(
        st.none() | st.booleans() | st.text(max_size=3) | st.integers() | st.floats(), min_size=2
    )
)
def test_different_values_have_different_codes(values):
    by_code = {}
    for value in values:
        other = by_code.setdefault(cell_code(value), value)
        if not (pd.isna(other) and pd.isna(value)):
            assert other == value
            assert isinstance(other, bool) == isinstance(value, bool)


def test_all_that_is_missing_is_the_same():
    missing = [None, np.nan, pd.NA, pd.NaT, float("nan"), np.datetime64("NaT")]
    assert {cell_code(value) for value in missing} == {b"n"}


def test_instants_are_one_value_in_every_zone_and_unit():
    stamp = pd.Timestamp("2024-03-01 12:00", tz="UTC")
    assert cell_code(stamp) == cell_code(stamp.tz_convert("Asia/Tokyo"))
    bare = pd.Timestamp("2024-03-01")
    assert cell_code(bare) == cell_code(np.datetime64("2024-03-01")) == cell_code(bare.as_unit("s"))
    assert cell_code(bare) == cell_code(dt.date(2024, 3, 1))
    assert cell_code(bare) != cell_code(pd.Timestamp("2024-03-01", tz="UTC"))


def test_a_column_is_coded_as_its_values_are():
    frame = mixed(n=[2**60, 2**60 + 1, 2**60 + 2])
    pools = [Pool(frame, show=["who"]), Pool(frame.astype(object), show=["who"], kind="row")]
    assert pools[0].ids == pools[1].ids
    assert len(pools[0]) == 3


def test_dense_and_sparse_rows_are_the_same_items():
    matrix = np.array([[0, 1.5, 0], [0, -0.0, 0], [np.nan, 0, 2]])
    assert Pool(matrix).ids == Pool(sparse.csr_matrix(matrix)).ids
    assert Pool(matrix[:, :2]).ids[1] != Pool(matrix).ids[1]
    assert Pool(sparse.coo_matrix(matrix)).inputs.format == "csr"


@pytest.mark.parametrize("value", [[1], {"a": 1}, {1}, object()])
def test_a_cell_that_is_no_single_value_is_refused_with_its_place(value):
    told = refused(pd.DataFrame({"n": [1, 2], "odd": [3, value]}), kind="row")
    assert "row 1 (index 1) of 'odd'" in told
    assert "content=[...]" in told


@pytest.mark.parametrize(
    ("pool", "arguments", "told"),
    [
        (np.zeros((2, 2), dtype=object), {}, "pass a DataFrame"),
        (np.zeros((2, 0)), {}, "without columns"),
        (np.arange(3), {}, "expected texts"),
        (["a"], {"kind": "row"}, "needs columns"),
        (np.eye(2), {"kind": "image"}, "kind 'row', not 'image'"),
        (np.zeros((2, 2, 2)), {"kind": "text"}, "kind 'image', not 'text'"),
        (np.zeros((2, 5, 5, 2)), {}, "1, 3 or 4 channels"),
        (np.zeros((2, 0, 5)), {}, "no pixel"),
        (np.zeros((2, 2, 2), dtype=complex), {}, "expected numbers as pixels"),
        (mixed(), {"show": ["nobody"]}, "column 'nobody' is not in the pool"),
        (mixed(), {"content": ["n"], "show": ["n"]}, "in content and in show"),
        (mixed(), {"kind": "image", "content": ["n", "who"]}, "one column of paths"),
        (mixed(), {"kind": "image", "content": ["age"]}, "expected the path of an image"),
        (mixed(), {"kind": "image", "content": ["who"], "root": "/no/such"}, "is no folder"),
        (pd.concat([mixed(), mixed()], axis=1), {}, "occurs more than once"),
    ],
)
def test_what_cannot_be_judged_is_refused_with_the_remedy(pool, arguments, told):
    assert told in refused(pool, **arguments)


@pytest.mark.parametrize("pool", [mixed().iloc[:0], np.zeros((0, 3)), np.zeros((0, 4, 4))])
def test_nothing_to_judge_is_no_error(pool):
    assert len(Pool(pool)) == 0


def test_a_pool_of_text_columns_is_text_unless_it_is_told():
    frame = pd.DataFrame({"a": ["x", "y"], "b": ["z", "z"]})
    assert Pool(frame).kind == "text"
    assert Pool(frame, kind="row").kind == "row"


def test_own_ids_stand_for_rows_too():
    pool = Pool(mixed(), id_column="who")
    assert pool.ids == ["a", "b"]
    assert pool.number("c") == 0


# ---- on a page ------------------------------------------------------------------------------


def test_a_row_is_its_columns_and_apart_what_only_the_person_sees():
    fields = content_props(Pool(mixed(), show=["who"]), 1)["fields"]
    told = [(field["name"], field["value"], field["number"], field["unseen"]) for field in fields]
    assert told == [
        ("age", "missing", False, False),
        ("country", "FR", False, False),
        ("joined", "missing", False, False),
        ("vip", "False", False, False),
        ("n", "2", True, False),
        ("who", "b", False, True),
    ]
    assert [field["markable"] for field in fields] == [True] * 5 + [False]


def test_a_text_has_fields_only_where_there_is_something_to_show():
    frame = pd.DataFrame({"text": ["hi"], "n": [1]})
    assert content_props(Pool(frame["text"]), 0) == {"text": "hi"}
    shown = content_props(Pool(frame, content="text", show="n"), 0)
    assert (shown["kind"], shown["fields"][0]["value"]) == ("text", "1")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0.1 + 0.2, "0.3"),
        (np.float32(2.5), "2.5"),
        (12_000, "12000"),
        (pd.Timestamp("2024-03-01"), "2024-03-01"),
        (pd.Timestamp("2024-03-01 13:45"), "2024-03-01 13:45:00"),
        (None, "missing"),
        ("\ud800", "\ufffd"),
    ],
)
def test_a_value_is_said_as_people_read_it(value, told):
    assert cell_words(value) == told


def test_marks_of_columns_travel_as_their_places():
    pool = Pool(mixed(), show=["who"])
    assert places_of(pool, 0, ["vip", "age", "gone"]) == [[3, 4], [0, 1]]
    assert columns_at(pool, 0, [[3, 4], [0, 1]]) == ["vip", "age"]
    assert columns_at(pool, 0, [[4, 6], [True, 1], "x"]) == [[4, 6], [True, 1], "x"]


def test_a_column_that_is_not_there_is_answered_with_the_nearest():
    with pytest.raises(UnknownTermError, match="did you mean 'country'"):
        Pool(mixed()).contents.require_column("contry")


# ---- images ---------------------------------------------------------------------------------


def test_images_are_told_apart_by_shape_dtype_and_pixels():
    pixels = np.zeros((2, 4, 6), dtype=np.uint8)
    pixels[1, 0, 0] = 9
    ids = Pool(pixels).ids
    assert len(set(ids)) == 2
    assert Pool(pixels.reshape(2, 6, 4)).ids != ids
    assert Pool(pixels.astype(np.int64)).ids != ids
    assert Pool(np.asfortranarray(pixels)).ids == ids
    assert Pool(pixels.astype(">i4")).ids == Pool(pixels.astype("<i4")).ids
    assert len(Pool(np.concatenate([pixels, pixels]))) == 2


def test_a_picture_is_a_file_that_decodes_to_its_pixels():
    import struct
    import zlib

    pixels = np.random.default_rng(0).integers(0, 256, (3, 5, 3)).astype(np.uint8)
    file = png(pixels)
    assert struct.unpack(">II", file[16:24]) == (5, 3)
    start = file.index(b"IDAT")
    (length,) = struct.unpack(">I", file[start - 4 : start])
    lines = np.frombuffer(zlib.decompress(file[start + 4 : start + 4 + length]), dtype=np.uint8)
    assert np.array_equal(lines.reshape(3, 16)[:, 1:].reshape(3, 5, 3), pixels)
    assert not lines.reshape(3, 16)[:, 0].any()


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "images"
    root.mkdir()
    (root / "good.png").write_bytes(TINY)
    (root / "again.png").write_bytes(TINY)
    (root / "text.png").write_text("no image")
    (root / "page.svg").write_text("<svg onload='alert(1)'/>")
    (tmp_path / "secret.png").write_bytes(TINY)
    with (root / "huge.png").open("wb") as file:
        file.write(TINY)
        file.truncate(MAX_BYTES + 1)
    (root / "link.png").symlink_to(tmp_path / "secret.png")
    return root


def test_files_are_shown_from_under_their_folder_and_from_nowhere_else(folder):
    told = {
        "good.png": "",
        "gone.png": "no such file",
        "text.png": "not an image",
        "page.svg": "not an image",
        "huge.png": "10 MB; at most 10 MB are shown",
        "../secret.png": "outside of the folder",
        str(folder.parent / "secret.png"): "outside of the folder",
        "link.png": "outside of the folder",
        "nul\0.png": "cannot be read",
    }
    pool = Pool(pd.DataFrame({"path": list(told)}), kind="image", root=folder)
    assert len(pool) == len(told)
    for number, words in enumerate(told.values()):
        uri, said = picture(pool, number)
        assert uri.startswith("data:image/png;base64,") == (not words)
        assert words in said


def test_the_same_picture_in_two_files_is_asked_once(folder):
    pool = Pool(["good.png", "again.png"], kind="image", root=folder)
    assert (len(pool), pool.n_rows) == (1, 2)
    assert pool.inputs == [str(folder.resolve() / "good.png")]
