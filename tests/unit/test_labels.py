"""Labels: what may be an answer, a class, or a label somebody already has."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sessions import STEADY

from rhml_widgets.exceptions import BadInputError, UnknownItemError, UnknownLabelError
from rhml_widgets.items.labels import (
    clean_label,
    is_missing,
    one_type,
    read_classes,
    read_labels,
    require_class,
)
from rhml_widgets.items.pool import Pool
from rhml_widgets.items.ranges import require_range

YES = (True, True)
MISSING = [None, float("nan"), np.nan, np.float32("nan"), pd.NA, pd.NaT]


def names(classes) -> list:
    return [row["name"] for row in read_classes(classes)]


# ---- one label ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "label"),
    [
        ("spam", "spam"),
        (3, 3),
        YES,
        (np.str_("spam"), "spam"),
        (np.int64(3), 3),
        (np.bool_(True), True),  # noqa: FBT003
        (np.array("spam"), "spam"),
        ("lone \ud800", "lone \ufffd"),
    ],
)
def test_a_label_becomes_a_plain_value(value, label):
    cleaned = clean_label(value)
    assert cleaned == label
    assert type(cleaned) is type(label)


@pytest.mark.parametrize("value", MISSING, ids=repr)
def test_no_label_is_no_label_however_it_is_written(value):
    assert is_missing(value)
    with pytest.raises(BadInputError, match=r"is missing .*name the class, or leave"):
        clean_label(value)


@pytest.mark.parametrize("value", [0, "", "nan", False, 0.0, [], {}])
def test_a_value_is_not_missing_for_being_small(value):
    assert not is_missing(value)


@pytest.mark.parametrize("value", [0.5, np.float64(1.5), float("inf")])
def test_a_float_looks_like_a_regression_target(value):
    with pytest.raises(BadInputError, match=r"labels look like a regression target.*astype\(int\)"):
        clean_label(value)


@pytest.mark.parametrize("value", [["a"], ("a", "b"), {"a"}, frozenset("a"), {"a": 1}])
def test_several_labels_are_told_apart_from_one(value):
    with pytest.raises(BadInputError, match="one label an item, a str, int or bool"):
        clean_label(value)


@pytest.mark.parametrize("value", [b"a", object(), np.array(["a"]), pd.Timestamp("2026-01-05"), 1j])
def test_anything_else_is_refused_by_type(value):
    with pytest.raises(BadInputError, match=f"is a {type(value).__name__}: expected str"):
        clean_label(value)


@pytest.mark.parametrize("value", ["", "  ", "\n"])
def test_a_blank_label_is_refused(value):
    with pytest.raises(BadInputError, match="is blank"):
        clean_label(value)


@STEADY
@given(st.one_of(st.text(), st.integers(), st.booleans(), st.floats(), st.none(), st.binary()))
def test_a_label_is_cleaned_once_and_for_all_or_refused(value):
    try:
        label = clean_label(value)
    except BadInputError:
        return
    assert type(label) in {str, int, bool}
    assert clean_label(label) == label


# ---- classes ------------------------------------------------------------------------------


def test_types_do_not_mix():
    with pytest.raises(BadInputError, match=r"mixed in classes: int, str\..*astype\(str\)"):
        one_type(["a", 1])


@pytest.mark.parametrize("classes", [[1, "1"], [True, 1], [1, True, "1"], {"a": None, 1: None}])
def test_classes_easily_taken_for_one_another_are_refused(classes):
    with pytest.raises(BadInputError, match="label types are mixed"):
        read_classes(classes)


def test_one_as_a_float_is_no_class():
    with pytest.raises(BadInputError, match="regression target"):
        read_classes([1.0, 2.0])


@pytest.mark.parametrize("value", MISSING, ids=repr)
def test_a_missing_value_is_no_class_name(value):
    with pytest.raises(BadInputError, match="class is missing"):
        read_classes(["a", value])


@pytest.mark.parametrize("classes", [["a", "a"], [1, 1], [True, True]])
def test_a_class_is_named_once(classes):
    with pytest.raises(BadInputError, match="is named twice"):
        read_classes(classes)


@pytest.mark.parametrize("classes", ["spam", b"spam", 3])
def test_a_lone_string_is_not_a_list_of_classes(classes):
    with pytest.raises(BadInputError, match="expected a list of labels or a dict"):
        read_classes(classes)


@pytest.mark.parametrize("classes", [["a", " "], {"": "nothing"}])
def test_a_class_has_a_name_that_can_be_read(classes):
    with pytest.raises(BadInputError, match="is blank"):
        read_classes(classes)


@pytest.mark.parametrize("pair", [("Spam", "spam"), ("spam", "spam "), ("caf\u00e9", "cafe\u0301")])
def test_classes_that_look_alike_are_kept_apart_with_a_warning_naming_both(pair):
    with pytest.warns(UserWarning, match="differ only in case, space or Unicode form") as caught:
        assert names(list(pair)) == list(pair)
    told = str(caught[0].message)
    assert repr(pair[0]) in told
    assert repr(pair[1]) in told


@pytest.mark.parametrize(
    "classes",
    [
        ["b", "a"],
        ("b", "a"),
        np.array(["b", "a"]),
        pd.Series(["b", "a"], index=[5, 6]),
        pd.Index(["b", "a"]),
        pd.Series(["a"], dtype=pd.CategoricalDtype(["b", "a"])).cat.categories,
        {"b": "a definition", "a": None},
        dict.fromkeys(["b", "a"]).keys(),
    ],
    ids=lambda classes: type(classes).__name__,
)
def test_classes_come_in_any_shape_and_keep_their_order(classes):
    assert names(classes) == ["b", "a"]


def test_definitions_and_seeds_are_read():
    rows = read_classes({"a": "one", "b": {"definition": None, "seeds": ["x", "y z"]}, "c": None})
    assert rows == [
        {"name": "a", "definition": "one", "seeds": []},
        {"name": "b", "definition": None, "seeds": ["x", "y z"]},
        {"name": "c", "definition": None, "seeds": []},
    ]


@pytest.mark.parametrize("told", [7, ["x"], {"seed": ["x"]}, {"seeds": "x"}])
def test_a_definition_that_is_none_is_refused_with_the_class_named(told):
    with pytest.raises(BadInputError, match="class 'a'"):
        read_classes({"a": told})


def test_no_classes_are_none():
    assert read_classes(None) is None


@pytest.mark.parametrize(("label", "meant"), [("Spam", "spam"), ("spam ", "spam"), ("hma", "ham")])
def test_an_unknown_label_is_refused_with_the_nearest_class(label, meant):
    with pytest.raises(UnknownLabelError, match=rf"did you mean '{meant}'\?.*add_class"):
        require_class(label, ["spam", "ham"])


@pytest.mark.parametrize(("label", "classes"), [("1", [1, 2]), (True, [1, 2]), (1, [True, False])])
def test_a_label_of_another_type_is_unknown(label, classes):
    with pytest.raises(UnknownLabelError):
        require_class(label, classes)


def test_a_hundred_classes_are_not_all_listed():
    with pytest.raises(UnknownLabelError, match="…") as caught:
        require_class("zzz", [f"class {i}" for i in range(100)])
    assert len(str(caught.value)) < 600


# ---- labels somebody has ------------------------------------------------------------------

POOL = Pool(pd.Series(["one", "two", "one", "three"], index=["w", "x", "y", "z"]))
ONE, TWO, THREE = POOL.ids


@pytest.mark.parametrize(
    "labels",
    [
        pd.Series(["a", "b", None, None], index=["w", "x", "y", "z"]),
        pd.Series(["b", "a"], index=["x", "w"]),
        pd.Series(["a", "b", pd.NA, pd.NA], index=["w", "x", "y", "z"], dtype="string"),
        pd.Series(["a", "b", np.nan, np.nan], index=["w", "x", "y", "z"], dtype="category"),
        ["a", "b", None, float("nan")],
        np.array(["a", "b", None, pd.NaT], dtype=object),
        {ONE: "a", TWO: "b", THREE: None},
        {ONE: "a", TWO: "b"},
    ],
    ids=lambda labels: type(labels).__name__,
)
def test_labels_come_by_index_by_row_or_by_id_and_missing_ones_are_unlabeled(labels):
    assert read_labels(labels, POOL, "truth") == {ONE: "a", TWO: "b"}


@pytest.mark.parametrize(
    "labels",
    [
        pd.Series([1, None, None, 2], index=["w", "x", "y", "z"]),
        pd.Series([1, pd.NA, pd.NA, 2], index=["w", "x", "y", "z"], dtype="Int64"),
        np.array([1.0, np.nan, np.nan, 2.0]),
    ],
)
def test_whole_numbers_with_gaps_are_whole_numbers(labels):
    found = read_labels(labels, POOL, "truth")
    assert found == {ONE: 1, THREE: 2}
    assert {type(label) for label in found.values()} == {int}


def test_no_labels_are_none():
    assert read_labels(None, POOL, "truth") == {}


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        (["a", "b"], "truth has 2 values, the pool has 4 rows"),
        (["a", 1, None, None], "label types are mixed in truth: int, str"),
        ([0.5, 1.5, None, None], "regression target"),
        ([["a", "b"], "c", None, None], "one label an item"),
        ("abcd", "expected a Series, an array by row or a dict"),
        (7, "expected a Series, an array by row or a dict"),
        (pd.Series(["a"], index=["q"]), "not in the pool's index, for instance 'q'"),
        (pd.Series(["a", "b"], index=["w", "w"]), "index .*has duplicates"),
    ],
)
def test_labels_that_cannot_be_used_are_refused_by_name(labels, told):
    with pytest.raises(BadInputError, match=told):
        read_labels(labels, POOL, "truth")


def test_a_bad_label_is_named_with_its_item():
    with pytest.raises(BadInputError, match=f"truth of item {TWO}"):
        read_labels(["a", {"b"}, None, None], POOL, "truth")


def test_labels_by_an_id_that_is_not_there_are_refused():
    with pytest.raises(UnknownItemError, match="t1:none"):
        read_labels({"t1:none": "a"}, POOL, "truth")


def test_duplicates_labeled_differently_are_left_out_with_a_warning():
    with pytest.warns(UserWarning, match="1 items hold exact duplicates with different labels"):
        assert read_labels(["a", "b", "c", None], POOL, "truth") == {TWO: "b"}


def test_duplicates_labeled_alike_are_one_label():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read_labels(["a", None, "a", None], POOL, "truth") == {ONE: "a"}


def test_a_pool_whose_own_index_has_duplicates_takes_labels_by_the_same_index():
    pool = Pool(pd.Series(["one", "two"], index=[7, 7]))
    found = read_labels(pd.Series(["a", "b"], index=[7, 7]), pool, "truth")
    assert list(found.values()) == ["a", "b"]


# ---- numbers that must lie somewhere ------------------------------------------------------


@pytest.mark.parametrize("value", [None, 0, 1, 0.5, np.float32(0.25), np.int64(1)])
def test_a_number_in_its_range_passes(value):
    require_range("confidence", value, 1.0)


@pytest.mark.parametrize(
    "value",
    [-0.1, 1.1, float("nan"), float("inf"), True, "0.5", [0.5], 10**400, -(10**400)],
    ids=lambda value: str(value)[:5],
)
def test_a_number_out_of_its_range_is_refused(value):
    with pytest.raises(BadInputError, match=r"confidence=.*expected a number from 0 to 1"):
        require_range("confidence", value, 1.0)


@pytest.mark.parametrize("value", [float("inf"), 10**400])
def test_without_an_upper_end_a_number_is_finite_all_the_same(value):
    require_range("duration", 1e300, float("inf"))
    with pytest.raises(BadInputError, match="duration="):
        require_range("duration", value, float("inf"))
