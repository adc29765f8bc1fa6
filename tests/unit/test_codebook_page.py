"""The codebook as a page asks for it: edits by place, the pile, the phases, what is seen."""

from __future__ import annotations

import json

import comm
import pytest
from pages import Page, at_a_stop
from sessions import CLASSES, RecordedComm, begin, right, texts, work

import rhml_widgets as rhml
from rhml_widgets.measures.contradictions import Contradiction, standing
from rhml_widgets.report.report import render


@pytest.fixture(autouse=True)
def _recorded(monkeypatch):
    monkeypatch.setattr(comm, "create_comm", RecordedComm)


@pytest.fixture
def page():
    with begin(texts(60), holdout=0) as session:
        work(session, 9)
        yield Page(rhml.Workbench(session))


def revise(page, op, event_id="b1", **about):
    return page.value("revise_codebook", op=op, about=about, event_id=event_id)


def codes(page):
    return {code["name"]: code for code in page.props["codebook"]["codes"]}


def test_a_page_lists_the_classes_with_what_is_written_of_them(page):
    revise(page, "define", "b1", label=0, definition="all about plastic")
    revise(page, "include", "b2", label=0, text="limits")
    revise(page, "example", "b3", label=0, item_id=page.session.pool.ids[0])
    revise(page, "memo", "b4", label=0, text="often late")
    card = codes(page)["card"]
    assert (card["definition"], card["gone"], card["label"]) == ("all about plastic", "", 0)
    assert card["include"] == [{"words": "limits", "told": "limits"}]
    assert card["examples"][0]["words"] == page.session.pool.contents[0]
    assert card["memos"][0]["note"].endswith(page.session.person)
    newest = page.props["codebook"]["edits"][0]
    assert newest["words"] == "a memo on “card”: often late"
    assert page.props["queue"]["undo"] == "a memo on “card”: often late"
    revise(page, "drop", "b5", label=0, what="memos", told=card["memos"][0]["told"])
    assert not codes(page)["card"]["memos"]


def test_a_renamed_class_keeps_its_place_and_key_and_a_resend_changes_nothing(page):
    keys = [one["key"] for one in page.props["queue"]["classes"]]
    first = revise(page, "rename", label=0, name="bank card")
    assert revise(page, "rename", label=0, name="bank card") == first
    assert [one["name"] for one in page.props["queue"]["classes"]] == ["bank card", *CLASSES[1:]]
    assert [one["key"] for one in page.props["queue"]["classes"]] == keys


def test_a_class_that_is_gone_has_no_button_and_its_items_come_back_with_the_old_answer(page):
    before = page.session.state.counts["card"]
    revise(page, "split", label=0, into=["card lost", "card late"])
    classes = page.props["queue"]["classes"]
    assert [one["name"] for one in classes] == [*CLASSES, "card lost", "card late"]
    assert (classes[0]["gone"], classes[0]["key"]) == (True, "")
    assert [one["key"] for one in classes[1:]] == ["2", "3", "4", "5"]
    assert page.props["queue"]["items"][0]["why"] == "you said card, which was split"
    assert page.props["codebook"]["anew"] == {"n": before, "aside": 0}
    assert codes(page)["card"]["gone"] == "split into “card lost” and “card late”"
    item = page.props["queue"]["items"][0]
    refused = page.error("label", **page.label_args(item, "card"))
    assert refused["message"] == (
        "class 'card' was split into 'card lost', 'card late': answer one of these"
    )
    page.value("label", **{**page.label_args(item, "card"), "label": 3})
    assert page.props["codebook"]["anew"]["n"] == before - 1
    edit = page.props["codebook"]["edits"][0]
    page.value("undo_edit", seq=edit["seq"], event_id="u1")
    assert page.props["codebook"]["anew"]["n"] == 0
    assert page.session.state.counts["card"] == before
    assert "card lost" not in codes(page)
    assert page.props["codebook"]["edits"][0]["undone"]


def test_two_classes_become_one_by_their_places(page):
    revise(page, "merge", labels=[0], into=1)
    assert codes(page)["card"]["gone"] == "merged into “refund”"
    assert page.session.choices == ["refund", "crash"]
    assert [one["label"] for one in page.props["sweep"]["classes"]] == [1, 2]
    assert page.props["explanation"]["gone"] == [0]


def test_a_pile_becomes_a_class(page):
    ids = [one["item_id"] for one in page.props["queue"]["items"]]
    for place, item_id in enumerate(ids):
        page.value("skip", item_id=item_id, why="none of these", event_id=f"s{place}")
    page.view._desk.measure()
    page.session.touch()
    pile = page.props["codebook"]["pile"]
    assert pile["n"] == len(ids)
    listed = [one["item_id"] for group in pile["groups"] for one in group["items"]]
    assert sorted(listed) == sorted(ids)
    page.value("promote", item_ids=ids, label="odd", definition=None, event_id="p1")
    assert page.props["codebook"]["pile"] == {"n": 0, "groups": []}
    assert codes(page)["odd"]["n"] == len(ids)
    page.value("undo", event_id="u1")
    assert page.props["codebook"]["pile"]["n"] == len(ids)


def test_a_page_enters_a_phase_and_says_what_it_means(page):
    assert page.props["codebook"]["phase"] is None
    page.value("enter_phase", phase="qualitative", event_id="f1")
    told = page.props["codebook"]
    assert told["phase"] == "qualitative"
    assert told["phase_words"] == "You code and write; I learn nothing until the next phase."
    versions = len(page.session.state.versions)
    item = page.props["queue"]["items"][0]
    page.value("label", **page.label_args(item, right(item["text"])))
    assert len(page.session.state.versions) == versions
    assert "expected one of" in page.error("enter_phase", phase="x", event_id="f2")["message"]


@pytest.mark.parametrize(
    "args",
    [
        {"op": "rename", "about": {"label": 99, "name": "x"}},
        {"op": "rename", "about": []},
        {"op": 3, "about": {}},
        {"op": "rename", "about": {"label": [0], "name": "x"}},
        {"op": "rename", "about": {"label": 0}},
        {"op": "merge", "about": {"labels": "card", "into": 1}},
        {"op": "merge", "about": {"labels": [[0]], "into": 1}},
        {"op": "split", "about": {"label": 0, "into": "a"}},
        {"op": "split", "about": {"label": 0}},
        {"op": "seeds", "about": {"label": 0, "seeds": [3]}},
        {"op": "drop", "about": {"label": 0, "what": "name", "told": "card"}},
        {"op": "example", "about": {"label": 0, "item_id": {"a": 1}}},
        {"op": "define", "about": {"label": 0, "definition": {"a": 1}}},
        {"op": "memo", "about": {"label": 0, "text": None}},
        {"op": "parent", "about": {"label": 0, "parent": True}},
        {"op": "format", "about": {"label": 0}},
    ],
    ids=lambda args: f"{args['op']}-{args['about']}",
)
def test_a_forged_edit_is_refused_and_changes_nothing(page, args):
    before = page.session.state.seq
    error = page.error("revise_codebook", event_id="x1", **args)
    assert error["type"] in ("BadInputError", "UnknownLabelError", "UnknownItemError")
    assert page.session.state.seq == before


def test_only_an_edit_is_taken_back_as_one(page):
    answered = next(iter(page.session.state.judgments))
    assert "seq of an edit" in page.error("undo_edit", seq=answered, event_id="x")["message"]
    assert "seq of an edit" in page.error("undo_edit", seq=True, event_id="y")["message"]
    assert page.error("undo_edit", seq=10**9, event_id="z")["type"] == "BadInputError"


def test_the_codebook_tells_nothing_of_what_the_model_says(page):
    # Nothing in it depends on a prediction: another model gives the same props.
    told = json.dumps(page.props["codebook"])
    for one in page.props["queue"]["items"]:
        assert one["item_id"] not in told
    assert set(page.props["codebook"]) == {
        "version",
        "codes",
        "phase",
        "phase_words",
        "cited",
        "anew",
        "pile",
        "edits",
        "may_edit",
    }


def test_whole_numbers_stay_whole_numbers():
    pool = texts(30)
    with begin(pool, classes=[1, 2], holdout=0) as session:
        page = Page(rhml.Workbench(session))
        revise(page, "rename", label=0, name="7")
        assert session.choices == [7, 2]
        wrong = {"op": "add", "about": {"label": "seven"}, "event_id": "b9"}
        assert "are whole numbers" in page.error("revise_codebook", **wrong)["message"]


def test_a_report_holds_the_codebook_and_masks_what_may_not_leave():
    with begin(texts(30), holdout=0) as session:
        work(session, 6)
        session.codebook.define("card", "ask a.b@example.org or call 0151 2345678")
        session.codebook.include("card", "limits & blocks")
        session.codebook.example("card", session.pool.ids[0])
        session.codebook.merge(["refund"], into="crash")
        session.phase = "evaluation"
        page = render(session)
        assert "limits &amp; blocks" in page
        assert "a.b@example.org" not in page
        assert "0151 2345678" not in page
        assert "merged into “crash”" in page
        assert "evaluation" in page
        assert session.pool.contents[0] not in render(session, texts="none")


def test_what_lies_open_while_a_class_changes_does_not_break_the_page(page):
    item_id = next(iter(page.session.state.answers))
    page.value("explain", item_id=item_id, label=0, against=1)
    page.value("sweep", label=0)
    assert page.props["explanation"]["reasons"] is not None
    assert page.props["sweep"]["cards"]
    revise(page, "rename", label=0, name="bank card")
    assert page.props["explanation"]["problem"] is None
    assert page.props["sweep"]["cards"] == []
    page.value("explain", item_id=item_id, label=0, against=1)
    assert page.props["explanation"]["problem"] is None
    assert page.props["explanation"]["classes"][0] == "bank card"
    revise(page, "merge", "b2", labels=[0], into=1)
    page.value("sweep", label=1)
    assert page.props["sweep"]["label"] == 1
    page.value("explain", item_id=item_id, label=None, against=None)
    assert page.props["explanation"]["problem"] is None


def test_a_stop_ends_where_the_two_classes_became_one():
    at, item = at_a_stop()
    said = at.session.state.own(item.item_id)
    places = [at.session.classes_.index(one) for one in (said.label, said.predicted.label)]
    assert at.props["stop"] is not None
    at.value(
        "revise_codebook",
        op="merge",
        about={"labels": [places[0]], "into": places[1]},
        event_id="m",
    )
    assert at.props["stop"] is None
    assert at.props["state"] == "asking"
    at.session.close()


def test_a_doubt_found_before_a_rename_is_told_in_todays_names():
    with begin(texts(30), holdout=0) as session:
        one, other = session.query(2)
        session.label(one.item_id, "card")
        session.label(other.item_id, "refund")
        found = [
            Contradiction("near-twins", one.item_id, other.item_id, "card", "refund", 0.9),
            Contradiction("suspicious", other.item_id, other.item_id, "refund", "crash", 0.9),
        ]
        session.codebook.rename("card", "bank card")
        (twins,) = standing(session.state, found)
        assert (twins.label, twins.other_label) == ("bank card", "refund")
        session.codebook.merge(["bank card"], into="refund")
        (doubt,) = standing(session.state, found)
        assert doubt.about == "suspicious"
        session.codebook.retire("crash")
        assert standing(session.state, found) == []
