"""Looking twice on the page: one contradiction at a time, opened on request, settled once."""

from __future__ import annotations

import pytest
from pages import Page
from sessions import CLASSES, begin, right, texts, wrong
from test_contradicting import at_odds, doubtful, of_twins, until_repeat

import rhml_widgets as rhml
from rhml_widgets.journal.events import Exposed
from rhml_widgets.views.words import undo_words

pytestmark = pytest.mark.usefixtures("_recorded")


def bench(session):
    return Page(rhml.Workbench(session))


def twice(page):
    return page.props["twice"]


def settle(page, how, **more):
    card = twice(page)["card"]
    args = {"contradiction": card["id"], "how": how, "seen": card["seen"], "ms": 800}
    return {**args, "event_id": f"r{next(page.ids)}", **more}


def test_nothing_is_said_where_nothing_contradicts():
    with of_twins() as session:
        assert twice(bench(session)) is None


def test_a_note_comes_first_and_a_card_on_request():
    with of_twins() as session:
        ids = at_odds(session)
        session.contradictions()
        page = bench(session)
        assert (twice(page)["n"], twice(page)["card"]) == (2, None)
        assert (
            twice(page)["words"] == "two near-identical items carry different labels. And 1 more."
        )
        assert page.value("look_twice", wanted=True) == {"open": True}
        card = twice(page)["card"]
        assert {one["item_id"] for one in card["items"]} in ({*ids[0:2]}, {*ids[4:6]})
        assert [one["by"] for one in card["sides"]] == ["you", "you"]


def test_each_is_settled_in_one_step_until_none_is_left():
    with of_twins() as session:
        at_odds(session)
        session.contradictions()
        page = bench(session)
        page.value("look_twice", wanted=True)
        first = twice(page)["card"]["id"]
        page.value("resolve", **settle(page, "first"))
        assert twice(page)["card"]["id"] != first
        page.value("resolve", **settle(page, "apart"))
        assert twice(page) is None
        assert page.props["queue"]["undo"].startswith("your second look at “")
        page.value("undo", event_id="u")
        assert twice(page)["n"] == 1


def test_what_is_put_off_comes_last():
    with of_twins() as session:
        at_odds(session)
        session.contradictions()
        page = bench(session)
        page.value("look_twice", wanted=True)
        first = twice(page)["card"]["id"]
        assert page.value("look_twice", wanted=False) == {"open": False}
        assert twice(page)["card"] is None
        page.value("look_twice", wanted=True)
        assert twice(page)["card"]["id"] != first
        page.value("resolve", **settle(page, "second"))
        assert (twice(page)["n"], twice(page)["card"]) == (1, None)
        page.value("look_twice", wanted=True)
        assert twice(page)["card"]["id"] == first


def test_a_resend_settles_once_and_a_late_one_is_refused():
    with of_twins() as session:
        ids = at_odds(session)
        session.contradictions()
        page = bench(session)
        page.value("look_twice", wanted=True)
        args = settle(page, "first")
        assert page.value("resolve", **args) == page.value("resolve", **args)
        assert len(session.state.resolutions) == 1
        late = settle(page, "first")
        other = twice(page)["card"]["items"][0]["item_id"]
        session.label(other, session.state.answer(other).label)
        assert page.error("resolve", **late)["type"] == "AlreadyJudgedError"
        assert set(ids) == set(session.state.answers)


@pytest.mark.parametrize(
    "more", [{"how": "both"}, {"contradiction": ["x"]}, {"seen": "now"}, {"event_id": None}]
)
def test_a_forged_request_changes_nothing(more):
    with of_twins() as session:
        at_odds(session)
        session.contradictions()
        page = bench(session)
        page.value("look_twice", wanted=True)
        before = session.state.seq
        page.error("resolve", **{**settle(page, "first"), **more})
        assert session.state.seq == before


def test_a_card_closes_when_an_answer_changes():
    with of_twins() as session:
        at_odds(session)
        session.contradictions()
        page = bench(session)
        page.value("look_twice", wanted=True)
        one, two = twice(page)["card"]["items"]
        session.label(one["item_id"], session.state.answer(two["item_id"]).label)
        assert (twice(page)["n"], twice(page)["card"]) == (1, None)


def test_what_the_model_expects_is_shown_on_the_card_alone_and_logged():
    with doubtful() as session:
        session._look_twice(thorough=True)
        page = bench(session)
        assert twice(page)["words"].startswith("one of your labels is not what I would have")
        assert not [e for e in session.events() if isinstance(e.event, Exposed)]
        page.value("look_twice", wanted=True)
        card = twice(page)["card"]
        assert [side["by"] for side in card["sides"]] == ["you", "model"]
        (shown,) = [e.event for e in session.events() if isinstance(e.event, Exposed)]
        assert shown.item_id == card["items"][0]["item_id"]


def test_labels_brought_along_are_doubted_without_telling_the_model_s_view():
    pool = texts(60)
    given = [wrong(text) if k in (4, 20) else right(text) for k, text in enumerate(pool)]
    with begin(pool, labels=given) as session:
        session._look_twice(thorough=True)
        assert session.contradictions_found()
        assert twice(bench(session)) is None


def test_a_hidden_repeat_looks_like_a_check_and_its_answer_is_nowhere_on_the_page():
    with begin(n=120, purposes={"probe": 0.3}) as session:
        item = until_repeat(session)
        page = bench(session)
        (shown,) = [i for i in page.props["queue"]["items"] if i["item_id"] == item.item_id]
        assert (shown["purpose"], shown["why"]) == ("check", "drawn at random, to measure me")
        assert shown["draft"] is None
        rows = [row["item_id"] for row in page.props["queue"]["history"]]
        assert item.item_id not in rows
        page.value("explain", item_id=item.item_id, label=None, against=None)
        assert page.props["explanation"]["item"] is None
        page.value(
            "label",
            item_id=item.item_id,
            label=CLASSES.index(wrong(item)),
            seen=shown["seen"],
            event_id="p",
            ms=900,
            rationale=[],
            note=None,
        )
        assert session.judgments()["stage"].iloc[-1] == "probe"
        assert undo_words(session.state, session.pool).startswith(f"“{wrong(item)}”")


def test_nothing_is_offered_where_nothing_may_be_changed():
    with of_twins() as session:
        at_odds(session)
        session.contradictions()
        page = bench(session)
        page.value("look_twice", wanted=True)
    page.view.refresh()
    assert twice(page)["may_resolve"] is False
    assert twice(page)["card"] is None
