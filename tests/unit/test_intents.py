"""Intents: what the person wants sets which items come and what opens, and is kept."""

from __future__ import annotations

from collections import Counter

import pytest
from pages import Page
from sessions import begin, right, until, work

import rhml_widgets as rhml
from rhml_widgets.exceptions import BadInputError, UnknownLabelError
from rhml_widgets.journal.events import IntentSet
from rhml_widgets.machine.intents import INTENTS, NAMES

pytestmark = pytest.mark.usefixtures("_recorded")


def asked_for(session, n):
    """Answer so many items; count their purposes."""
    found = Counter()
    for _ in range(n):
        (item,) = session.query()
        found[item.purpose] += 1
        session.label(item.item_id, right(item))
    return found


@pytest.mark.parametrize("intent", NAMES)
def test_the_shares_of_an_intent_sum_to_one(intent):
    assert sum(INTENTS[intent].values()) == pytest.approx(1.0)
    assert {"teach", "check", "challenge"} <= set(INTENTS[intent])


def test_what_is_wanted_sets_what_comes_and_none_is_the_usual_again():
    with begin(n=240, purposes={"teach": 1.0}) as session:
        work(session, 12)
        assert set(asked_for(session, 12)) == {"teach"}
        session.want("challenge me")
        found = asked_for(session, 40)
        assert found["challenge"] > found["teach"]
        session.want(None)
        session.query()  # drawn before
        assert set(asked_for(session, 12)) <= {"teach", session.query()[0].purpose}
        assert session.wants is None


def test_to_be_checked_brings_hidden_repeats():
    with begin(n=240) as session:
        work(session, 40)
        session.want("check me")
        asked_for(session, 50)
        assert session.state.repeats


def test_more_of_a_class_is_looked_for_also_after_a_restart(tmp_path):
    path = tmp_path / "s.rhml"
    with begin(journal=path, n=120) as session:
        work(session, 20)
        session.want("find more", "crash")
        assert session.sought == "crash"
    with begin(journal=path, n=120) as again:
        assert (again.wants, again.sought) == ("find more", "crash")
        again.want(None)
        assert again.sought is None


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("more",), r"want\('more'\): expected one of 'teach me', 'check me', 'challenge me'"),
        (("find more",), "a class to find goes with 'find more'"),
        (("teach me", "card"), "a class to find goes with 'find more'"),
        ((3,), r"want\(3\)"),
    ],
)
def test_what_is_no_intent_is_refused(given, told):
    with begin() as session:
        with pytest.raises(BadInputError, match=told):
            session.want(*given)
        with pytest.raises(UnknownLabelError):
            session.want("find more", "elsewhere")
        assert session.wants is None


def test_it_is_logged_once_and_only_where_it_changes():
    with begin() as session:
        for _ in range(3):
            session.want("teach me")
        session.want(None)
        logged = [one.event.intent for one in session.events() if isinstance(one.event, IntentSet)]
        assert logged == ["teach me", None]


def test_on_the_page_reasons_open_after_each_answer_while_that_is_wanted():
    with begin(purposes={"teach": 1.0}) as session:
        work(session, 9)
        page = Page(rhml.Workbench(session))
        queue = Page(rhml.LabelQueue(session))
        queue.answer()
        assert page.props["explanation"]["item"] is None
        page.value("want", intent="teach me", label=None, event_id="w")
        assert page.props["wants"]["intent"] == "teach me"
        while True:
            item = queue.props["items"][0]
            if not queue.answer()["stopped"]:
                break
            queue.value("keep", item_id=item["item_id"], event_id=f"k{next(Page.ids)}", ms=1)
        assert page.props["explanation"]["item"]["item_id"] == item["item_id"]


@pytest.mark.parametrize(
    "args",
    [
        {"intent": 3, "label": None, "event_id": "a"},
        {"intent": "find more", "label": 99, "event_id": "b"},
        {"intent": "find more", "label": None, "event_id": "c"},
        {"intent": "teach me", "label": None, "event_id": None},
    ],
)
def test_forged_requests_are_refused(args):
    with begin() as session:
        assert Page(rhml.Workbench(session)).error("want", **args)["message"]


def test_the_stable_mode_still_learns_nothing():
    with begin(n=120) as session:
        work(session, 20)
        session.mode = "stable"
        session.want("teach me")
        until(session, "check")
        assert session.check_share > INTENTS["teach me"]["check"]
