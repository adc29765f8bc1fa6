"""Actions sent twice, late, or by two pages at once: each intent happens once, on what was seen."""

from __future__ import annotations

import pytest
from pages import Page, at_a_stop
from sessions import CLASSES, right, until, work

import rhml_widgets as rhml
from rhml_widgets.exceptions import AlreadyJudgedError, BadInputError, NotSavedError
from rhml_widgets.journal.events import ClassAdded, Judged, Queried
from rhml_widgets.machine.queue import reason_words
from rhml_widgets.views.desk import Desk
from rhml_widgets.views.label_queue import problem_of
from rhml_widgets.widgets.actions import Actions

pytestmark = pytest.mark.usefixtures("_recorded")


def counted(session, kind):
    return sum(isinstance(entry.event, kind) for entry in session.events())


# ---- sent twice ---------------------------------------------------------------------------


def test_judging_flips_once_queues_one_lot_and_twice_two(session):
    work(session)
    page = Page(rhml.Workbench(session))
    lesson = session.teach("late", "crash").lesson
    free = len(session.blind_flips(lesson))
    assert free >= 2
    queued = counted(session, Queried)
    for _ in range(3):
        assert page.value("judge_flips", lesson=lesson, n=1, event_id="one") == {"asked": 1}
    assert counted(session, Queried) - queued == 1
    assert page.value("judge_flips", lesson=lesson, n=free, event_id="two") == {"asked": free - 1}
    assert page.value("judge_flips", lesson=lesson, n=free, event_id="two") == {"asked": free - 1}
    assert page.value("judge_flips", lesson=lesson, n=free, event_id="three") == {"asked": 0}
    assert len(session.state.lessons[lesson].looks) == free


def test_a_lot_of_flips_of_another_lesson_needs_another_id(session):
    work(session)
    one, other = (session.teach(term, "crash").lesson for term in ("late", "lost"))
    session.look(one, 1, event_id="x")
    with pytest.raises(BadInputError, match="was sent before, for something else"):
        session.look(other, 1, event_id="x")


def test_a_class_sent_twice_is_added_once(session):
    page = Page(rhml.LabelQueue(session))
    added = {"name": "praise", "definition": None}
    for _ in range(3):
        assert page.value("add_class", **added, event_id="one") == {"index": 3}
    assert counted(session, ClassAdded) == 1
    assert (
        "already one of the classes" in page.error("add_class", **added, event_id="two")["message"]
    )
    other = {"name": "blame", "definition": None}
    assert "was sent before" in page.error("add_class", **other, event_id="one")["message"]


def test_a_lesson_sent_twice_is_compared_with_what_was_before_it(session):
    done = work(session, 15)
    page = Page(rhml.Workbench(session))
    page.value("explain", item_id=done[0].item_id, label=None, against=None)
    before = page.props["explanation"]["reasons"]["prediction"]
    taught = {"term": done[0].content.split()[0], "stance": "supports", "label": 1}
    for _ in range(2):
        page.value("teach", **taught, item_id=None, event_id="t")
        reasons = page.props["explanation"]["reasons"]
        assert reasons["prediction_before"] == pytest.approx(before)
        assert reasons["prediction"] != pytest.approx(before)
    assert (
        "was sent before"
        in page.error("teach", **{**taught, "label": 2}, item_id=None, event_id="t")["message"]
    )


# ---- on what was seen ---------------------------------------------------------------------


def change(session, item, label, seen, event_id):
    desk = Desk(session)
    return Actions(session, desk).correct(
        item_id=item.item_id, label=CLASSES.index(label), seen=seen, event_id=event_id
    )


def test_two_pages_cannot_overwrite_each_other(session):
    (item,) = work(session, 1)
    row = Desk(session).queue()["history"][0]
    assert Desk(session).queue()["history"][0] == row
    first = change(session, item, "card", row["seq"], "one")
    with pytest.raises(AlreadyJudgedError, match=r"changed meanwhile; it is 'card' now: look"):
        change(session, item, "crash", row["seq"], "two")
    assert session.state.answer(item.item_id).label == "card"
    assert change(session, item, "card", row["seq"], "one") == first
    row = Desk(session).queue()["history"][0]
    change(session, item, "crash", row["seq"], "three")
    assert session.state.answer(item.item_id).label == "crash"


def test_an_answer_taken_back_elsewhere_is_not_changed(session):
    (item,) = work(session, 1)
    row = Desk(session).queue()["history"][0]
    session.undo()
    with pytest.raises(AlreadyJudgedError, match="was taken back"):
        change(session, item, "card", row["seq"], "one")
    assert session.state.answer(item.item_id) is None


def test_a_change_undone_elsewhere_is_not_built_upon(session):
    (item,) = work(session, 1)
    seq = change(session, item, "card", session.state.answer(item.item_id).seq, "one")["seq"]
    session.undo()
    with pytest.raises(AlreadyJudgedError, match="changed meanwhile"):
        change(session, item, "crash", seq, "two")


def test_without_advice_there_is_nothing_to_keep_or_revise(session):
    (item,) = work(session, 1)
    page = Page(rhml.LabelQueue(session))
    answers = counted(session, Judged)
    asked = {"item_id": item.item_id, "event_id": "k", "ms": 5}
    assert "no advice stands" in page.error("keep", **asked)["message"]
    assert "no advice stands" in page.error("revise", **asked, label=0)["message"]
    assert counted(session, Judged) == answers


def test_a_kept_answer_sent_again_gets_its_first_reply():
    page, item = at_a_stop()
    asked = {"item_id": item.item_id, "event_id": "k", "ms": 5}
    first = page.value("keep", **asked)
    assert page.value("keep", **asked) == first
    page.session.close()


# ---- what the page is told ----------------------------------------------------------------


def test_a_stop_says_why_the_item_was_asked():
    page, item = at_a_stop()
    stop = page.props["stop"]
    assert (stop["purpose"], stop["why"]) == (item.purpose, item.reason)
    assert stop["why"] == reason_words("random-check")
    page.session.close()


def test_items_put_aside_are_counted(session):
    page = Page(rhml.LabelQueue(session))
    page.value("skip", item_id=page.props["items"][0]["item_id"], why=None, event_id="s")
    assert page.props["progress"]["skipped"] == 1
    assert page.props["status"] == "skipped · 0 of 60 labeled"


def test_a_failed_fit_is_told_and_no_version_is_promised_that_never_was(session):
    session.learner.failed(ValueError("singular"))
    work(session, 0)
    made = Desk(session).queue()
    assert made["model"]["failed"]
    assert "version before" not in made["problem"]["hint"]
    assert "version before" in problem_of(session.learner.failure, serving=True)["hint"]


def test_a_full_disk_is_no_end_of_the_pool(session, monkeypatch):
    append = session._journal.append

    def full(*_args, **_kwargs):
        msg = "NOT SAVED: disk full: free some space, then try again"
        raise NotSavedError(msg)

    monkeypatch.setattr(session._journal, "append", full)
    page = Page(rhml.LabelQueue(session))
    assert (page.props["state"], page.props["items"]) == ("asking", [])
    assert page.props["problem"]["kind"] == "journal"
    assert "session.query()" in page.props["problem"]["hint"]
    monkeypatch.setattr(session._journal, "append", append)
    session.query(2)
    assert len(page.props["items"]) == 2
    assert page.props["problem"] is None


def test_the_last_item_of_a_pool_is_followed_by_done(session):
    page = Page(rhml.LabelQueue(session))
    until(session, "check")
    while page.props["items"]:
        item = page.props["items"][0]
        page.value("label", **page.label_args(item, right(item["text"])))
    assert page.props["state"] == "done"
