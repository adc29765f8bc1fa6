"""Keys: each answers one class or asks for one thing, and choosing them cannot go wrong unseen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sessions import CLASSES, STEADY, begin

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.human.keys import ACTION_KEYS, action_keys, class_keys, read_keys
from rhml_widgets.journal.events import Opened
from rhml_widgets.views.desk import Desk


@pytest.mark.parametrize(
    ("classes", "keys"),
    [
        ([], []),
        (["spam", "ham"], ["1", "2"]),
        (["a", "b"], ["a", "b"]),
        (["2", "spam", "ham"], ["2", "1", "3"]),
        ([False, True], ["1", "2"]),
        ([0, 1, 12], ["0", "1", "2"]),
        ([f"class {i}" for i in range(10)], list("1234567890")),
        ([f"class {i}" for i in range(11)], [None] * 11),
        (["x", *[f"class {i}" for i in range(10)]], ["x"] + [None] * 10),
    ],
)
def test_keys_of_classes(classes, keys):
    assert class_keys(classes) == keys


@STEADY
@given(st.lists(st.text(min_size=1, max_size=3), unique=True, max_size=14))
def test_no_key_answers_two_classes(classes):
    keys = [key for key in class_keys(classes) if key is not None]
    assert len(set(keys)) == len(keys)
    assert all(len(key) == 1 for key in keys)
    assert len(classes) > 10 or len(keys) == len(classes)


def test_chosen_keys_come_first_and_give_more_than_ten_classes_keys():
    classes = [f"class {i}" for i in range(11)]
    assert class_keys(classes, {"class 3": "q"})[2:5] == [None, "q", None]
    assert class_keys(["spam", "ham", "x"], {"x": "1"}) == ["2", "3", "1"]
    # A class that was added later cannot take a chosen key away.
    assert class_keys(["spam", "s"], {"spam": "s"}) == ["s", "1"]


def test_actions_have_their_usual_keys_unless_another_was_chosen():
    assert action_keys({}) == ACTION_KEYS
    assert action_keys({"skip": "k", "spam": "x", "find": "ß"}) == {
        **ACTION_KEYS,
        "skip": "K",
        "find": "ß",
    }
    assert action_keys({"skip": "k"}, ["skip"])["skip"] == "S"


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ("abc", "expected a dict"),
        ({"crad": "c"}, r"'crad' is neither a class nor an action; did you mean 'card'\?"),
        ({"skp": "c"}, "did you mean 'skip'"),
        ({"zzz": "c"}, "classes are .*actions: skip, undo"),
        ({"card": "Enter"}, "one character that can be seen. Enter and Escape"),
        ({"card": ""}, "one character"),
        ({"card": " "}, "one character"),
        ({"card": "\n"}, "one character"),
        ({"card": 1}, "'card' is on 1; expected one character"),
        ({"card": None}, "one character"),
        ({"card": "a", "refund": "A"}, "'card' and 'refund' are both on 'A'"),
        ({"card": "a", "skip": "a"}, "'card' and 'skip' are both on 'a'"),
        ({"skip": "u"}, "'skip' and 'undo' are both on 'U'"),
        ({"skip": "3"}, "digits answer classes"),
        ({None: "a"}, "a name in keys is missing"),
    ],
)
def test_keys_that_cannot_be_are_refused_before_a_journal_is_begun(keys, told, tmp_path):
    with pytest.raises(BadInputError, match=told):
        begin(keys=keys, journal=tmp_path / "s.rhml")
    assert not (tmp_path / "s.rhml").exists()


def test_a_class_of_one_character_keeps_its_key_unless_it_gets_another():
    with pytest.raises(BadInputError, match="'refund' and 'c' are both on 'c'"):
        read_keys({"refund": "c"}, ["c", "refund"])
    with pytest.raises(BadInputError, match="are both on 'c'"):
        read_keys({"skip": "c"}, ["c", "refund"])
    assert read_keys({"refund": "c", "c": "x"}, ["c", "refund"])


def test_two_may_swap_and_a_class_may_take_the_key_of_an_action():
    assert action_keys(read_keys({"skip": "u", "undo": "s"}, CLASSES))["undo"] == "S"
    assert read_keys({"card": "s"}, CLASSES) == {"card": "s"}
    assert read_keys({True: "y", False: "n"}, [False, True])


def test_chosen_keys_reach_the_page_and_no_journal(tmp_path):
    keys = {"card": "q", "skip": "k", "praise": "p"}
    with begin(journal=tmp_path / "s.rhml") as session:
        session.add_class("praise")
    with begin(journal=tmp_path / "s.rhml", keys=keys) as session:
        made = Desk(session).queue()
        assert [one["key"] for one in made["classes"]] == ["q", "1", "2", "p"]
        assert made["keys"] == {**ACTION_KEYS, "skip": "K"}
        opened = [entry.event for entry in session.events() if isinstance(entry.event, Opened)]
        assert "keys" not in repr(opened)
    with begin(journal=tmp_path / "s.rhml") as session:
        assert Desk(session).queue()["keys"] == ACTION_KEYS
    with pytest.raises(BadInputError, match="'blame' is neither"):
        begin(journal=tmp_path / "s.rhml", keys={"blame": "b"})


def test_keys_of_classes_that_are_learned_as_they_appear_are_taken():
    with begin(classes=None, keys={"spam": "s", "undo": "z"}) as session:
        session.label(session.query()[0], "spam")
        session.label(session.query()[0], "ham")
        assert [one["key"] for one in Desk(session).queue()["classes"]] == ["s", "1"]
