"""Oversight on the page: what waits, who decides, and nothing that is sealed."""

from __future__ import annotations

import json

import comm
import pytest
from forgetting import TRUTH, begin, mislead, work
from pages import Page
from sessions import RecordedComm

import rhml_widgets as rhml
from rhml_widgets.report.report import render
from rhml_widgets.views.words import undo_words


@pytest.fixture(autouse=True)
def _recorded(monkeypatch):
    monkeypatch.setattr(comm, "create_comm", RecordedComm)


def held(**arguments):
    session = begin(**arguments)
    work(session, 40)
    mislead(session)
    return session, Page(rhml.Workbench(session))


def oversight(page):
    return page.props["oversight"]


def test_nothing_waits_and_the_mode_is_said():
    with begin() as session:
        told = oversight(Page(rhml.Workbench(session)))
        assert (told["mode"], told["gate"], told["proposals"]) == ("adaptive", None, [])


def test_a_refit_that_waits_is_said_and_decided_once():
    session, page = held()
    card = oversight(page)["gate"]
    assert card["words"] == session.held_back.words()
    assert (card["shown"], card["kept"]) == (None, False)
    before = session.model.version_
    for _ in range(2):
        page.value("decide", gate=card["gate"], choice="roll_back", event_id="x")
    assert oversight(page)["gate"]["kept"] is True
    assert undo_words(session.state, session.pool) == f"that you stay with version {before}"
    page.value("decide", gate=card["gate"], choice="accept", event_id="y")
    assert oversight(page)["gate"] is None
    assert session.model.version_ == before + 1
    assert undo_words(session.state, session.pool) == f"version {before + 1}, which you took"
    page.value("undo", event_id="z")
    assert session.model.version_ == before


def test_what_is_forgotten_is_listed_on_request_and_holds_no_sealed_item():
    session, page = held()
    card = oversight(page)["gate"]
    assert page.value("show_unlearned", gate=card["gate"]) == {"n": card["n_judged"]}
    rows = oversight(page)["gate"]["shown"]
    assert {row["item_id"] for row in rows} <= set(session.state.answers)
    assert all(row["before"] == row["judged"] != row["after"] for row in rows)
    assert all(session.state.is_exposed(row["item_id"]) for row in rows)


def test_items_kept_aside_never_reach_the_page():
    session, page = held(truth=list(TRUTH.values()), holdout=15)
    page.value("show_unlearned", gate=oversight(page)["gate"]["gate"])
    aside = {session.pool.ids[number] for number in session.learner.held}
    sent = json.dumps(page.props)
    assert not [one for one in aside if one in sent]
    assert "Kept aside for measuring" in oversight(page)["gate"]["aside"]


def test_another_person_is_not_shown_what_was_listed():
    session, page = held()
    page.value("show_unlearned", gate=oversight(page)["gate"]["gate"])
    session.person = "somebody else"
    assert oversight(page)["gate"]["shown"] is None
    page.value("show_unlearned", gate=oversight(page)["gate"]["gate"])
    assert oversight(page)["gate"]["shown"] == []


def test_the_mode_is_set_once_an_intent():
    with begin() as session:
        work(session, 10)
        page = Page(rhml.Workbench(session))
        for _ in range(2):
            page.value("set_mode", mode="stable", event_id="m")
        assert (session.mode, oversight(page)["mode"]) == ("stable", "stable")
        assert list(session.state.modes.values()) == ["stable"]
        assert undo_words(session.state, session.pool) == "the stable mode"


@pytest.mark.parametrize(
    ("action", "args", "why"),
    [
        ("decide", {"gate": 1, "choice": "accept", "event_id": "x"}, "no refit is held back"),
        ("decide", {"gate": 1, "choice": "wild", "event_id": "x"}, "expected 'accept'"),
        ("set_mode", {"mode": ["stable"], "event_id": "x"}, "expected 'adaptive'"),
    ],
)
def test_forged_requests_are_refused(action, args, why):
    with begin() as session:
        page = Page(rhml.Workbench(session))
        assert why in page.error(action, **args)["message"]


def test_a_proposal_and_a_flag_are_sentences():
    with begin() as session:
        work(session, 20)
        session.mode = "stable"
        session.audit(20)
        for _ in range(10):
            (item,) = session.query()
            other = next(one for one in session.classes_ if one != TRUTH[item.content])
            session.label(item.item_id, other)
        session.veto("lost blocked")
        told = oversight(Page(rhml.Workbench(session)))
        assert [one.split(":")[0] for one in told["proposals"]] == ["Let me learn again"]
        assert "cannot keep" in told["flags"][0]


def test_the_report_says_what_was_decided():
    session, _ = held()
    session.roll_back()
    session.veto("lost")
    session.mode = "stable"
    page = render(session)
    assert "What was decided over the model" in page
    assert "forgets" in page
    assert "The version before goes on answering." in page
    assert "The stable mode is set." in page
    assert page == render(session)
