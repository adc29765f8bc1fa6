"""Dispatch: a page's messages, honest or forged, their replies, and what reaches the page when."""

from __future__ import annotations

import itertools
import json
import threading

import pytest
from pages import Page, at_a_stop
from sessions import CLASSES, begin, right, texts, work, wrong
from sklearn.linear_model import LogisticRegression

import rhml_widgets as rhml
from rhml_widgets.exceptions import NotSavedError
from rhml_widgets.journal.events import Judged, Retracted
from rhml_widgets.report.pack import pack
from rhml_widgets.views.words import quoted
from rhml_widgets.widgets import _widget
from rhml_widgets.widgets import pace as paces
from rhml_widgets.widgets.pace import Pace

pytestmark = pytest.mark.usefixtures("_recorded")


@pytest.fixture
def page(session):
    return Page(rhml.LabelQueue(session))


# ---- honest requests ----------------------------------------------------------------------


def test_a_label_is_acknowledged_with_its_seq_after_the_props_that_show_it(page):
    item = page.props["items"][0]
    request = {
        "id": "1",
        "action": "label",
        "args": page.label_args(item, right(item["text"]), ms=2500, note="hm"),
    }
    came = page.send(request)
    assert [one["method"] for one in came] == ["update", "custom"]
    update, reply = came[0]["state"]["props"], came[1]["content"]
    assert reply == {"id": "1", "ok": True, "value": reply["value"]}
    assert update["seq"] >= reply["value"]["seq"]
    assert update["items"][0]["item_id"] != item["item_id"]
    assert update["status"] == "saved · 1 of 60 labeled"
    one = page.session.state.answer(item["item_id"])
    assert (one.duration, one.note, one.seq) == (2.5, "hm", reply["value"]["seq"])


def test_the_next_item_is_always_there_before_it_is_needed(page):
    while page.props["items"]:
        left = 60 - page.session.state.n_labeled
        assert len(page.props["items"]) == min(2, left)
        page.answer()
    assert page.props["state"] == "done"
    assert page.session.state.n_labeled == 60


@pytest.mark.parametrize(
    ("ms", "seconds"),
    [
        (0, 0.0),
        (1500, 1.5),
        (-1, None),
        (None, None),
        ("5", None),
        (float("nan"), None),
        (float("inf"), None),
        (True, None),
        (10**12, None),
    ],
)
def test_an_odd_clock_costs_no_answer(page, ms, seconds):
    item = page.props["items"][0]
    page.value("label", **page.label_args(item, "card", ms=ms))
    assert page.session.state.answer(item["item_id"]).duration == seconds


def test_marked_words_come_with_the_answer(page):
    item = page.props["items"][0]
    page.value("label", **page.label_args(item, "card", rationale=[[0, 3], [4, 6]]))
    assert page.session.state.answer(item["item_id"]).rationale == ((0, 3), (4, 6))


def test_skip_undo_and_a_new_class(page):
    first = page.props["items"][0]
    seq = page.value("skip", item_id=first["item_id"], why="not sure", event_id="s1")["seq"]
    assert page.session.state.skipped == {first["item_id"]: seq}
    assert page.props["items"][0]["item_id"] != first["item_id"]
    assert "the skip of" in page.props["undo"]
    words = page.value("undo", event_id="u1")["words"]
    assert "the skip of" in words
    assert page.props["items"][0]["item_id"] == first["item_id"]
    assert page.value("undo", event_id="u2") == {"words": ""}
    assert page.value("add_class", name="praise", definition=None, event_id="c1") == {"index": 3}
    assert [one["name"] for one in page.props["classes"]] == [*CLASSES, "praise"]


def test_a_new_class_on_the_page_is_of_the_type_of_the_others():
    with begin(classes=[1, 2]) as session:
        page = Page(rhml.LabelQueue(session))
        assert page.value("add_class", name=" 7 ", definition=None, event_id="c1") == {"index": 2}
        assert session.classes_ == [1, 2, 7]
        error = page.error("add_class", name="seven", definition=None, event_id="c2")
        assert "whole numbers" in error["message"]
    with begin(classes=[False, True]) as session:
        assert not Page(rhml.LabelQueue(session)).props["may_add"]


def test_an_undone_answer_comes_back_as_a_draft(page):
    item = page.props["items"][0]
    page.value("label", **page.label_args(item, "card", note="hm", rationale=[[0, 3]]))
    page.value("undo", event_id="u1")
    assert page.props["items"][0]["item_id"] == item["item_id"]
    assert page.props["items"][0]["draft"] == {"note": "hm", "rationale": [[0, 3]]}


def test_reasons_lessons_and_flips(session):
    page = Page(rhml.Workbench(session))
    queue = Page(rhml.LabelQueue(session))
    for _ in range(12):
        queue.answer()
    done = queue.props["last"]
    assert page.value("explain", item_id=done, label=None, against=None) is None
    reasons = page.props["explanation"]["reasons"]
    assert page.props["explanation"]["item"]["item_id"] == done
    assert reasons["rows"]
    lesson = page.value(
        "teach", term="late", stance="supports", label=2, item_id=done, event_id="t1"
    )["lesson"]
    effect = page.props["explanation"]["effect"]
    assert (effect["lesson"], effect["pending"], effect["shown"]) == (lesson, False, None)
    assert effect["flips"] > 0
    assert page.props["explanation"]["reasons"]["prediction_before"] == pytest.approx(
        reasons["prediction"]
    )
    asked = page.value("judge_flips", lesson=lesson, n=1, event_id="j1")["asked"]
    assert asked == 1
    assert page.value("show_flips", lesson=lesson) is None
    # What waits to be judged blind is not shown.
    assert len(page.props["explanation"]["effect"]["shown"]) == effect["flips"] - asked
    assert page.value("undo_lesson", lesson=lesson, event_id="t2") is None
    assert page.props["explanation"]["effect"]["undone"]
    assert page.props["lessons"][0]["lesson"] != lesson


def test_reasons_of_an_unanswered_item_stay_closed(session):
    page = Page(rhml.ExplanationPanel(session))
    work(session)
    (item,) = session.query()
    seq = session.state.seq
    assert page.value("explain", item_id=item.item_id, label=0, against=None) is None
    assert page.props["item"] is page.props["reasons"] is None
    assert session.state.seq == seq
    assert not session.state.exposed


def test_long_texts_are_cut_on_the_page_and_come_whole_when_asked_for():
    long = "many words " * 5000
    with begin([long, *texts(5)]) as session:
        page = Page(rhml.LabelQueue(session))
        item_id = session.pool.ids[0]
        while page.props["items"][0]["item_id"] != item_id:
            page.answer()
        item = page.props["items"][0]
        assert (len(item["text"]), item["truncated"]) == (10_000, True)
        assert page.value("full_text", item_id=item_id) == {"text": long}


def test_what_is_shown_is_logged_and_a_refit_can_be_asked_for(page):
    page.value("shown", item_id=page.props["items"][0]["item_id"])
    assert page.session.state.n_shown == 1
    assert page.value("refit") is None


# ---- resends ------------------------------------------------------------------------------


def test_a_resend_gets_the_first_reply_and_changes_nothing(page):
    item = page.props["items"][0]
    args = page.label_args(item, "card")
    first = page.value("label", **args)
    before = page.session.state.canonical()
    for _ in range(5):
        assert page.value("label", **args) == first
    assert page.session.state.canonical() == before


def test_a_resend_after_the_undo_does_not_answer_again(page):
    args = page.label_args(page.props["items"][0], "card")
    first = page.value("label", **args)
    page.value("undo", event_id="u1")
    assert page.value("label", **args) == first
    assert page.session.state.n_labeled == 0
    page.value("undo", event_id="u1")
    assert sum(isinstance(e.event, Retracted) for e in page.session.events()) == 1


def test_a_resend_gets_the_first_reply_also_where_advice_stands():
    page, item = at_a_stop()
    entry = next(e for e in reversed(page.session.events()) if isinstance(e.event, Judged))
    shown = {"item_id": item.item_id, "seen": 0}
    args = page.label_args(shown, wrong(item), event_id=entry.event_id)
    before = page.session.state.canonical()
    for _ in range(3):
        assert page.value("label", **args) == {"seq": entry.seq, "stopped": True}
    assert page.session.state.canonical() == before
    page.value("keep", item_id=item.item_id, event_id="k", ms=100)
    assert page.value("label", **args) == {"seq": entry.seq, "stopped": False}
    page.session.close()


def test_every_other_action_with_an_id_is_made_once(session):
    page = Page(rhml.Workbench(session))
    done = work(session)
    (waiting, *_) = session.query(2)
    first, lesson = session.state.answer(done[0].item_id), session.teach("lost", "crash").lesson
    n = session.state.seq
    calls = [
        ("skip", {"item_id": waiting.item_id, "why": None, "event_id": "a"}),
        (
            "teach",
            {"term": "late", "stance": "supports", "label": 0, "item_id": None, "event_id": "b"},
        ),
        ("correct", {"item_id": done[0].item_id, "label": 0, "seen": first.seq, "event_id": "c"}),
        ("add_class", {"name": "praise", "definition": None, "event_id": "d"}),
        ("judge_flips", {"lesson": lesson, "n": 2, "event_id": "f"}),
        ("undo", {"event_id": "e"}),
    ]
    for action, args in calls:
        first = page.value(action, **args)
        seqs = [entry.seq for entry in session.events() if entry.event_id == args["event_id"]]
        assert len(seqs) == 1
        assert seqs[0] > n
        again = page.value(action, **args)
        assert action == "undo" or again == first
        assert [e.seq for e in session.events() if e.event_id == args["event_id"]] == seqs


def test_an_id_used_for_something_else_is_refused(page):
    item = page.props["items"][0]
    args = page.label_args(item, "card")
    page.value("label", **args)
    other = page.props["items"][0]
    error = page.error("label", **page.label_args(other, "card", event_id=args["event_id"]))
    assert "was sent before" in error["message"]
    assert page.session.state.answer(other["item_id"]) is None


# ---- late, double and stray requests ------------------------------------------------------


def test_a_late_label_on_an_item_answered_since_is_refused_politely(page):
    item = page.props["items"][0]
    other = Page(rhml.LabelQueue(page.session))
    page.value("label", **page.label_args(item, "card"))
    error = other.error("label", **other.label_args(item, "crash"))
    assert error["type"] == "AlreadyJudgedError"
    assert "was answered 'card' after it was shown here" in error["message"]
    assert page.session.state.answer(item["item_id"]).label == "card"


def test_a_label_on_the_item_seen_counts_though_the_page_moved_on(page):
    first, second = page.props["items"]
    page.value("label", **page.label_args(second, "card"))
    page.value("label", **page.label_args(first, "crash"))
    answers = page.session.state
    assert answers.answer(first["item_id"]).label == "crash"
    assert answers.answer(second["item_id"]).label == "card"


def test_two_hundred_keys_at_a_stop_make_no_revision():
    page, item = at_a_stop()
    before = page.session.state.canonical()
    stop = page.props["stop"]
    assert page.props["state"] == "stopped"
    assert (stop["item_id"], stop["yours"]) == (item.item_id, CLASSES.index(wrong(item)))
    shown = [{"item_id": item.item_id, "seen": page.session.state.seq}, *page.props["items"]]
    for n in range(200):
        args = page.label_args(shown[n % len(shown)], CLASSES[n % 3])
        assert "advice stands" in page.error("label", **args)["message"]
    assert page.session.state.canonical() == before
    page.value("revise", item_id=item.item_id, label=stop["model"], event_id="r", ms=900)
    assert page.props["status"].startswith(f"saved: you revised it to {quoted(right(item))} · ")
    assert page.session.state.answer(item.item_id).label == right(item)
    assert page.session.state.answer(item.item_id).stage == "revised"
    assert page.props["stop"] is None
    assert page.props["state"] == "asking"
    page.session.close()


def test_keeping_is_a_revision_too_and_is_counted():
    page, item = at_a_stop()
    assert page.props["status"].startswith("saved · we disagree · ")
    page.value("keep", item_id=item.item_id, event_id="k", ms=900)
    assert page.props["status"].startswith(f"saved: you kept {quoted(wrong(item))} · ")
    kept = page.session.state.answer(item.item_id)
    assert (kept.label, kept.stage, kept.sealed) == (wrong(item), "revised", False)
    assert page.props["history"][0]["stage"] == "kept"
    page.session.close()


# ---- forged requests ----------------------------------------------------------------------

LABEL = {"label": 0, "seen": 3, "event_id": "x", "ms": 5, "rationale": [], "note": None}
FORGED = {
    "nothing": None,
    "a number": 7,
    "a text": "label",
    "a list": ["label", {}],
    "no action": {"id": "1", "args": {}},
    "no args": {"id": "1", "action": "label"},
    "args that are a list": {"id": "1", "action": "label", "args": ["t1:x", 0]},
    "an unknown action": {"id": "1", "action": "format_disk", "args": {}},
    "a method of the widget": {"id": "1", "action": "close", "args": {}},
    "a method of the session": {"id": "1", "action": "predict_pool", "args": {}},
    "a dunder": {"id": "1", "action": "__init__", "args": {}},
    "an action that is a list": {"id": "1", "action": ["label"], "args": {}},
    "too few args": {"id": "1", "action": "label", "args": {"label": 0}},
    "an unknown arg": {"action": "label", "args": {**LABEL, "item_id": "ITEM", "person": "me"}},
    "an unknown item": {"action": "label", "args": {**LABEL, "item_id": "t1:no"}},
    "an item that is a dict": {"action": "label", "args": {**LABEL, "item_id": {"a": 1}}},
    "an item that is nothing": {"action": "label", "args": {**LABEL, "item_id": None}},
    "a class out of range": {"action": "label", "args": {**LABEL, "item_id": "ITEM", "label": 3}},
    "a class below": {"action": "label", "args": {**LABEL, "item_id": "ITEM", "label": -1}},
    "a class by name": {"action": "label", "args": {**LABEL, "item_id": "ITEM", "label": "card"}},
    "a class that is true": {
        "action": "label",
        "args": {**LABEL, "item_id": "ITEM", "label": True},
    },
    "a class of half": {"action": "label", "args": {**LABEL, "item_id": "ITEM", "label": 0.5}},
    "seen as text": {"action": "label", "args": {**LABEL, "item_id": "ITEM", "seen": "3"}},
    "seen nothing": {"action": "label", "args": {**LABEL, "item_id": "ITEM", "seen": None}},
    "no event id": {"action": "label", "args": {**LABEL, "item_id": "ITEM", "event_id": None}},
    "an empty event id": {"action": "label", "args": {**LABEL, "item_id": "ITEM", "event_id": ""}},
    "an event id of a dict": {
        "action": "label",
        "args": {**LABEL, "item_id": "ITEM", "event_id": {}},
    },
    "a huge event id": {
        "action": "label",
        "args": {**LABEL, "item_id": "ITEM", "event_id": "x" * 10**6},
    },
    "marks out of the text": {
        "action": "label",
        "args": {**LABEL, "item_id": "ITEM", "rationale": [[0, 10**9]]},
    },
    "marks that are none": {
        "action": "label",
        "args": {**LABEL, "item_id": "ITEM", "rationale": [5]},
    },
    "marks without end": {
        "action": "label",
        "args": {**LABEL, "item_id": "ITEM", "rationale": [[0, float("inf")]]},
    },
    "a note that is a dict": {
        "action": "label",
        "args": {**LABEL, "item_id": "ITEM", "note": {"a": 1}},
    },
    "a huge item": {"action": "label", "args": {**LABEL, "item_id": "x" * 10**6}},
    "a skip with a reason that is a list": {
        "action": "skip",
        "args": {"item_id": "ITEM", "why": ["x"], "event_id": "x"},
    },
    "keeping what has no answer": {
        "action": "keep",
        "args": {"item_id": "ITEM", "event_id": "x", "ms": 1},
    },
    "revising what is not in question": {
        "action": "revise",
        "args": {"item_id": "ITEM", "label": 0, "event_id": "x", "ms": 1},
    },
    "correcting what has no answer": {
        "action": "correct",
        "args": {"item_id": "ITEM", "label": 0, "seen": 3, "event_id": "x"},
    },
    "correcting without having seen": {
        "action": "correct",
        "args": {"item_id": "DONE", "label": 0, "seen": None, "event_id": "x"},
    },
    "correcting what was seen as text": {
        "action": "correct",
        "args": {"item_id": "DONE", "label": 0, "seen": "3", "event_id": "x"},
    },
    "keeping where no advice stands": {
        "action": "keep",
        "args": {"item_id": "DONE", "event_id": "x", "ms": 1},
    },
    "a blank class": {
        "action": "add_class",
        "args": {"name": " ", "definition": None, "event_id": "x"},
    },
    "a class that is a dict": {
        "action": "add_class",
        "args": {"name": {}, "definition": None, "event_id": "x"},
    },
    "a class of another type": {
        "action": "add_class",
        "args": {"name": 5, "definition": None, "event_id": "x"},
    },
    "a definition that is a list": {
        "action": "add_class",
        "args": {"name": "n", "definition": [], "event_id": "x"},
    },
    "a class without an id": {
        "action": "add_class",
        "args": {"name": "n", "definition": None, "event_id": None},
    },
    "an unknown term": {
        "action": "teach",
        "args": {
            "term": "zebra",
            "stance": "supports",
            "label": 0,
            "item_id": None,
            "event_id": "x",
        },
    },
    "an unknown stance": {
        "action": "teach",
        "args": {"term": "late", "stance": "loves", "label": 0, "item_id": None, "event_id": "x"},
    },
    "an unknown lesson": {"action": "show_flips", "args": {"lesson": 10**6}},
    "a lesson that is a list": {"action": "show_flips", "args": {"lesson": [3]}},
    "minus one flip": {
        "action": "judge_flips",
        "args": {"lesson": "LESSON", "n": -1, "event_id": "x"},
    },
    "flips as text": {
        "action": "judge_flips",
        "args": {"lesson": "LESSON", "n": "5", "event_id": "x"},
    },
    "flips without an id": {
        "action": "judge_flips",
        "args": {"lesson": "LESSON", "n": 5, "event_id": None},
    },
    "undoing what is no lesson": {
        "action": "undo_lesson",
        "args": {"lesson": "JUDGMENT", "event_id": "x"},
    },
    "the text of nothing": {"action": "full_text", "args": {"item_id": None}},
    "reasons against no class": {
        "action": "explain",
        "args": {"item_id": "ITEM", "label": 99, "against": None},
    },
}


@pytest.fixture(scope="module")
def worked():
    with begin() as session:
        work(session)
        session.teach("late", "crash")
        session.query(2)
        yield session


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_request_is_refused_and_changes_nothing(worked, name):
    page = Page(rhml.Workbench(worked))
    judged, lesson = next(iter(worked.state.judgments)), list(worked.state.lessons)[-1]
    text = json.dumps(FORGED[name])
    text = text.replace('"ITEM"', json.dumps(worked.query()[0].item_id))
    text = text.replace('"DONE"', json.dumps(worked.state.judgments[judged].item_id))
    text = text.replace('"LESSON"', str(lesson)).replace('"JUDGMENT"', str(judged))
    before = worked.state.canonical()
    came = page.send(json.loads(text))
    (reply,) = [one["content"] for one in came if one.get("method") == "custom"]
    assert reply["ok"] is False
    assert reply["error"]["message"]
    assert len(json.dumps(reply)) < 5000
    assert worked.state.canonical() == before
    json.dumps(came, allow_nan=False)
    page.view.close()


def test_after_all_that_it_still_works(worked):
    page = Page(rhml.LabelQueue(worked))
    page.answer()
    page.view.close()


def test_texts_of_attack_stay_texts(page):
    attack = "</script><img src=x onerror=alert(1)>'; DROP TABLE events; --"
    item = page.props["items"][0]
    page.value("label", **page.label_args(item, "card", note=attack))
    page.value("add_class", name=attack, definition=attack, event_id="c1")
    page.value("skip", item_id=page.props["items"][0]["item_id"], why=attack, event_id=attack)
    assert page.session.state.answer(item["item_id"]).note == attack
    assert page.props["classes"][3]["name"] == attack
    assert page.session.state.skipped


# ---- when something fails -----------------------------------------------------------------


def failing(session, monkeypatch, kinds):
    """Let the journal refuse events of some kinds until the returned list is emptied."""
    refuses = list(kinds)
    append = session._journal.append

    def try_to(events, **kwargs):
        if any(event.kind in refuses for event in events):
            msg = "NOT SAVED: disk full: free some space, then try again"
            raise NotSavedError(msg)
        return append(events, **kwargs)

    monkeypatch.setattr(session._journal, "append", try_to)
    return refuses


def test_what_is_not_saved_is_said_and_the_same_request_can_be_sent_again(page, monkeypatch):
    refuses = failing(page.session, monkeypatch, ["Judged"])
    item = page.props["items"][0]
    args = page.label_args(item, "card")
    error = page.error("label", **args)
    assert (error["type"], error["message"][:20]) == ("NotSavedError", "NOT SAVED: disk full")
    assert page.props["items"][0]["item_id"] == item["item_id"]
    refuses.clear()
    page.value("label", **args)
    assert page.session.state.answer(item["item_id"]).label == "card"


def test_an_answer_that_is_saved_is_not_said_to_be_lost_when_the_next_draw_fails(page, monkeypatch):
    refuses = failing(page.session, monkeypatch, ["Queried"])
    item = page.props["items"][0]
    page.value("label", **page.label_args(item, "card"))
    assert page.session.state.answer(item["item_id"]).label == "card"
    assert page.props["problem"]["kind"] == "journal"
    assert "NOT SAVED: disk full" in page.props["problem"]["text"]
    refuses.clear()
    page.answer()
    assert page.props["problem"] is None
    assert len(page.props["items"]) == 2


def test_advice_that_cannot_be_logged_is_not_shown(monkeypatch):
    with begin(purposes={"teach": 0.4, "check": 0.6}) as session:
        work(session, 15)
        page = Page(rhml.LabelQueue(session))
        failing(session, monkeypatch, ["Exposed"])
        while page.props["items"]:
            wrongly = page.props["items"][0]["purpose"] == "check"
            assert not page.answer(wrongly=wrongly)["stopped"]
        assert session.state.n_labeled == 60
        assert not session.state.exposed


def test_advice_on_an_item_that_left_the_pool_stops_nobody(tmp_path):
    page, item = at_a_stop(journal=tmp_path / "s.rhml")
    page.session.close()
    rest = [text for text in texts() if text != item.content]
    with begin(rest, journal=tmp_path / "s.rhml") as session:
        assert session.state.standing == item.item_id
        page = Page(rhml.LabelQueue(session))
        assert (page.props["state"], page.props["stop"]) == ("asking", None)
        page.answer()


def test_a_view_opens_also_when_nothing_can_be_drawn(session, monkeypatch):
    failing(session, monkeypatch, ["Queried"])
    page = Page(rhml.Workbench(session))
    assert page.props["queue"]["problem"]["kind"] == "journal"


def test_reasons_that_cannot_be_given_lose_no_answer(monkeypatch):
    with begin(purposes={"teach": 0.4, "check": 0.6}) as session:
        work(session, 15)
        page = Page(rhml.LabelQueue(session))

        def explain(*_args, **_kwargs):
            msg = "no reasons today"
            raise RuntimeError(msg)

        monkeypatch.setattr(session.learner, "explain", explain)
        stopped = False
        while not stopped and page.props["items"]:
            n = session.state.n_labeled
            stopped = page.answer(wrongly=page.props["items"][0]["purpose"] == "check")["stopped"]
            assert session.state.n_labeled == n + 1
        assert stopped
        assert page.props["stop"]["spans"] == []
        assert session.advise(page.props["stop"]["item_id"]).explanation is None
        page.value("keep", item_id=page.props["stop"]["item_id"], event_id="k", ms=1)


@pytest.mark.filterwarnings("ignore:the first fit failed:UserWarning")
def test_a_broken_estimator_is_shown_in_place(monkeypatch):
    class Broken(LogisticRegression):
        def fit(self, X, y, sample_weight=None):
            msg = "singular"
            raise ValueError(msg)

    with begin(model=Broken()) as session:
        page = Page(rhml.LabelQueue(session))
        for _ in range(4):
            page.answer()
        assert session.state.n_labeled == 4
        assert page.props["problem"]["text"] == "ValueError: singular"
        assert page.props["state"] == "asking"


def test_a_closed_session_answers_that_it_is(page):
    item = page.props["items"][0]
    page.session.close()
    assert (page.props["state"], page.props["items"]) == ("closed", [])
    error = page.error("label", **page.label_args(item, "card"))
    assert error["type"] == "ClosedSessionError"
    assert "create it again" in error["message"]


def test_a_session_taken_over_says_where_it_went(tmp_path):
    old = Page(rhml.LabelQueue(begin(journal=tmp_path / "s.rhml")))
    item = old.props["items"][0]
    with begin(journal=tmp_path / "s.rhml") as session:
        new = Page(rhml.LabelQueue(session))
        assert (old.props["state"], old.props["state_text"]) == ("moved", "moved to the newer cell")
        assert (
            "moved to the newer cell"
            in old.error("label", **old.label_args(item, "card"))["message"]
        )
        assert new.props["items"][0]["item_id"] == item["item_id"]
        new.answer()


# ---- several views ------------------------------------------------------------------------


def test_views_of_one_session_always_agree(session):
    queue = Page(rhml.LabelQueue(session))
    bench = Page(rhml.Workbench(session))
    panel = Page(rhml.ExplanationPanel(session))
    curves = Page(rhml.LearningCurves(session))
    for _ in range(5):
        queue.answer()
        assert bench.props["queue"] == queue.props
        assert bench.props["explanation"] == panel.props
        assert panel.props["status"] == queue.props["status"]
    session.label(session.query()[0], "card")
    assert bench.props["queue"]["status"] == queue.props["status"] == "saved · 6 of 60 labeled"
    assert curves.view.curves["seq"] <= session.state.seq
    assert curves.props == {}


def test_a_view_that_was_closed_is_told_no_more(session):
    page = Page(rhml.LabelQueue(session))
    page.view.close()
    n = len(page.comm.sent)
    work(session, 2)
    assert len(page.comm.sent) == n
    assert not session._subscribers


def test_one_change_is_one_update(page):
    came = page.send(
        {"id": "1", "action": "label", "args": page.label_args(page.props["items"][0], "card")}
    )
    assert [one["method"] for one in came] == ["update", "custom"]


def test_a_slow_look_never_replaces_a_newer_one(session):
    queue = rhml.LabelQueue(session)
    make, looked, go_on = queue.make_props, threading.Event(), threading.Event()
    slow = []

    def slowly():
        made = make()
        if threading.current_thread() in slow:
            looked.set()
            assert go_on.wait(20)
        return made

    queue.make_props = slowly
    slow.append(threading.Thread(target=queue.refresh))
    slow[0].start()
    assert looked.wait(20)
    work(session, 1)
    go_on.set()
    slow[0].join(20)
    assert queue.props["seq"] == session.state.seq


def test_a_view_is_frozen_as_it_stands_and_can_be_packed(session):
    work(session, 30)
    bench = rhml.Workbench(session)
    frozen = bench.frozen()
    assert frozen.view == "workbench"
    assert frozen.traits == {"props": bench.props, "curves": bench.curves}
    assert frozen.traits["curves"]["rows"]
    views = [rhml.LabelQueue(session), rhml.LearningCurves(session)]
    page = pack([frozen, *(view.frozen() for view in views)], title="Mail")
    assert page.count('"labeled":30,') == 2
    work(session, 1)
    assert frozen.traits["props"]["seq"] < bench.props["seq"]


def test_a_large_pool_sends_a_page_and_not_the_pool():
    contents = [f"{text} number {n}" for n in range(200) for text in texts(60)]
    with begin(contents, refit="manual") as session:
        page = Page(rhml.Workbench(session))
        for _ in range(3):
            item = page.props["queue"]["items"][0]
            page.value("label", **page.label_args(item, right(item["text"])))
        sizes = [
            len(json.dumps(one["state"]["props"]))
            for one in page.comm.sent
            if "props" in one.get("state", {})
        ]
        assert max(sizes) < 20_000


def test_what_a_view_prints_never_changes_from_run_to_run(session):
    assert repr(rhml.LabelQueue(session)) == "LabelQueue(in memory)"
    assert repr(rhml.Workbench(session)) == "Workbench(in memory)"


def test_a_session_displays_its_workbench(session):
    bundle = session._repr_mimebundle_()
    bundle = bundle[0] if isinstance(bundle, tuple) else bundle
    assert "application/vnd.jupyter.widget-view+json" in bundle


# ---- the pace of curves -------------------------------------------------------------------


class Clock:
    """A clock and timers that go when they are told to."""

    def __init__(self, monkeypatch):
        self.now = 0.0
        self.timers = []
        clock = self

        class Timer:
            def __init__(self, seconds, action):
                self.at, self.action = clock.now + seconds, action

            def start(self):
                clock.timers.append(self)

            def cancel(self):
                clock.timers.remove(self)

        monkeypatch.setattr(paces.time, "monotonic", lambda: self.now)
        monkeypatch.setattr(paces.threading, "Timer", Timer)

    def go(self, seconds):
        end = self.now + seconds
        while due := sorted((t for t in self.timers if t.at <= end), key=lambda t: t.at):
            self.timers.remove(due[0])
            self.now = due[0].at
            due[0].action()
        self.now = end


def test_ten_thousand_changes_are_a_few_updates_and_the_last_is_among_them(monkeypatch):
    clock = Clock(monkeypatch)
    drawn = []
    pace = Pace(lambda: drawn.append((clock.now, change)), 0.5)
    for n in range(10_000):
        change = n
        pace.ask()
        clock.go(0.001)
    clock.go(5)
    assert drawn[-1][1] == 9_999
    assert 10_000 * 0.001 / 0.5 - 1 <= len(drawn) <= 10_000 * 0.001 / 0.5 + 2
    times = [at for at, _ in drawn]
    assert all(later - earlier >= 0.499 for earlier, later in itertools.pairwise(times))


def test_a_change_that_comes_while_drawing_is_drawn_later(monkeypatch):
    clock = Clock(monkeypatch)
    drawn = []

    def draw():
        drawn.append(clock.now)
        if len(drawn) == 1:
            pace.ask()

    pace = Pace(draw, 0.5)
    pace.ask()
    assert len(drawn) == 1
    clock.go(5)
    assert len(drawn) == 2


def test_the_first_change_is_drawn_at_once(monkeypatch):
    Clock(monkeypatch)
    drawn = []
    Pace(lambda: drawn.append(1), 0.5).ask()
    assert drawn == [1]


def test_what_waits_is_drawn_when_a_cell_ends_and_once(monkeypatch):
    clock = Clock(monkeypatch)
    drawn = []
    pace = Pace(lambda: drawn.append(clock.now), 0.5)
    pace.finish()
    assert drawn == []
    pace.ask()
    clock.go(0.1)
    pace.ask()
    pace.finish()
    pace.finish()
    clock.go(5)
    assert drawn == [0.0, 0.1]


def test_a_cell_ends_with_the_curves_it_led_to(monkeypatch):
    """As in a notebook that is run without a page: what was not sent by then is lost."""
    ended = []

    class Events:
        def register(self, event, callback):
            assert event == "post_run_cell"
            ended.append(callback)

        def unregister(self, _event, callback):
            ended.remove(callback)

    class Shell:
        events = Events()

    monkeypatch.setattr(_widget, "get_ipython", Shell)
    with begin(refit="background", purposes={"check": 1.0}) as session:
        view = rhml.LearningCurves(session)
        work(session, 12)
        session.wait()
        for callback in ended:
            callback(None)
        assert view.curves["seq"] == session.state.seq
        view.close()
        for callback in ended:
            callback(None)
        assert ended == []


def test_keeping_or_revising_an_answer_keeps_its_note_and_marks_die_with_their_label():
    page, item = at_a_stop(rationale=[(0, 3)], note="said so twice")
    page.value("keep", item_id=item.item_id, event_id="k1", ms=10)
    kept = page.session.state.answer(item.item_id)
    assert (kept.rationale, kept.note) == (((0, 3),), "said so twice")
    changed = {"item_id": item.item_id, "label": CLASSES.index(right(item)), "seen": kept.seq}
    page.value("correct", **changed, event_id="c1")
    revised = page.session.state.answer(item.item_id)
    assert (revised.rationale, revised.note) == (None, "said so twice")
    page.session.close()
