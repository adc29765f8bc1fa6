"""The audit and result tabs: what they are given, and what they ask for."""

from __future__ import annotations

import json
import time

import pandas as pd
import pytest
from pages import Page
from sessions import CLASSES, begin, right, texts, work, wrong

import rhml_widgets as rhml
from rhml_widgets.journal.events import Audited, Exposed, Queried
from rhml_widgets.views.measured import margin
from rhml_widgets.widgets import _widget
from rhml_widgets.widgets.pace import Pace


@pytest.fixture(autouse=True)
def _drawn_at_once(_recorded, monkeypatch):
    monkeypatch.setattr(_widget, "CURVES_EVERY", 0.0)


@pytest.fixture
def session():
    with begin(n=400, refit="manual") as session:
        work(session, 12)
        session.fit()
        yield session


def tabs(session):
    """Return the props of the two tabs, as a page opened now shows them."""
    props = rhml.Workbench(session).props
    return props["audit"], props["result"]


def answer(session, n, *, off=()):
    for k in range(n):
        (item,) = session.query()
        session.label(item, wrong(item) if k in off else right(item), duration=4.0)


def awaited(view, name):
    """Return what a closer look found, once it came."""
    until = time.monotonic() + 20
    while not view.props["result"][name] and time.monotonic() < until:
        time.sleep(0.02)
    return view.props["result"][name]


def labels(*, off):
    """Return old labels of every third text, those of ``off`` wrong."""
    return pd.Series(
        [
            None if k % 3 else wrong(text) if k in off else right(text)
            for k, text in enumerate(texts(240))
        ],
        dtype=object,
    )


# ---- audit --------------------------------------------------------------------------------


def test_before_a_model_there_is_nothing_to_audit():
    with begin() as session:
        audit, result = tabs(session)
        assert audit["why_not"].startswith("No model to audit yet")
        assert audit["found"] is audit["running"] is None
        assert result["not_yet"] == "not yet: I have learned no two classes."
        assert result["offers"] == result["shares"] == []
        assert result["advice"] == ""


def test_each_choice_says_what_it_will_tell(session):
    audit, _ = tabs(session)
    assert audit["n_free"] == 388
    assert [one["n"] for one in audit["choices"]] == [50, 100, 200, 388]
    widths = [one["margin"] for one in audit["choices"]]
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] == 0
    assert widths[1] == pytest.approx(margin(100, 388), abs=1e-4)


def test_what_a_choice_promises_is_what_it_leaves(session):
    session.audit(100)
    answer(session, 100, off=range(0, 100, 10))
    audit, _ = tabs(session)
    low, high = session.audited().error()
    assert audit["found"]["wrong"] == session.audited().wrong
    assert (high - low) / 2 == pytest.approx(
        margin(100, 388, audit["found"]["wrong"] / 100), abs=0.005
    )


def test_more_checks_of_the_same_version_count_with_those_before(session):
    session.audit(100)
    answer(session, 100, off=range(0, 100, 10))
    audit, _ = tabs(session)
    assert (audit["had"], audit["n_free"]) == (100, 288)
    share = session.audited().wrong / 100
    assert audit["choices"][1] == {"n": 100, "margin": round(margin(200, 388, share), 4)}
    session.audit(100)
    answer(session, 100, off=range(0, 100, 10))
    low, high = session.audited().error()
    assert session.audited().n == 200
    assert (high - low) / 2 == pytest.approx(audit["choices"][1]["margin"], abs=0.01)
    work(session, 1)
    session.fit()
    assert tabs(session)[0]["had"] == 0


def test_a_page_begins_an_audit_and_sees_how_far_it_is(session):
    page = Page(rhml.Workbench(session))
    for _ in range(2):
        assert page.value("audit", n=50, event_id="one") == {"asked": 50}
    assert sum(isinstance(entry.event, Audited) for entry in session.events()) == 1
    answer(session, 7)
    audit, _ = tabs(session)
    assert audit["running"] == {"version": 1, "answered": 7, "drawn": 50}
    assert audit["found"]["n"] == 7
    assert "agrees with you on" in audit["found"]["words"]


def test_a_second_audit_runs_while_the_first_is_told(session):
    session.audit(30)
    answer(session, 30)
    work(session, 12)
    session.fit()
    session.audit(20)
    answer(session, 3)
    audit, result = tabs(session)
    assert audit["running"] == {"version": 2, "answered": 3, "drawn": 20}
    assert audit["found"]["version"] == result["version"] == 1
    assert audit["newer"] == result["newer"] != ""


@pytest.mark.parametrize("n", [0, -1, "many", None, 2.5])
def test_a_number_that_is_none_is_refused(session, n):
    page = Page(rhml.Workbench(session))
    assert page.error("audit", n=n, event_id="x")["type"] == "BadInputError"


def test_before_a_model_an_audit_is_refused():
    with begin() as session:
        page = Page(rhml.Workbench(session))
        assert page.error("audit", n=5, event_id="x")["type"] == "NotFittedYetError"


# ---- result -------------------------------------------------------------------------------


def test_the_offers_are_the_rows_of_usable(session):
    session.audit(60)
    answer(session, 60)
    _, result = tabs(session)
    usable = session.usable()
    assert len(result["offers"]) == len(usable) > 1
    for offer, (_, row) in zip(result["offers"], usable.iterrows(), strict=True):
        assert offer["threshold"] == round(row["threshold"], 2)
        for name in ("n_items", "checked", "wrong", "low", "high", "left", "best"):
            assert offer[name] == row[name]
        assert (offer["value"] is None) == (row["checked"] < 30)
        assert offer["expected"] == (row["expected"] if row["checked"] >= 30 else None)
    assert usable["best"].tolist().index(True) == result["best"]
    assert result["offers"][result["best"]]["call"] == "session.result()"
    first = result["offers"][0]
    assert first["call"] == f"session.result({float(usable['threshold'].iloc[0])!r})"
    assert first["time"].endswith("at your pace")
    assert result["not_yet"] == ""


def test_the_shares_are_those_of_the_session_largest_first(session):
    session.audit(60)
    answer(session, 60)
    _, result = tabs(session)
    by_label = session.shares().set_index("label")
    assert [one["value"] for one in result["shares"]] == sorted(by_label["value"], reverse=True)
    for one in result["shares"]:
        row = by_label.loc[CLASSES[one["label"]]]
        assert (one["value"], one["low"], one["high"]) == (row["value"], row["low"], row["high"])


def test_until_it_can_be_told_it_says_what_is_missing(session):
    assert "only an audit tells" in tabs(session)[1]["not_yet"]
    session.audit(60)
    answer(session, 10)
    assert tabs(session)[1]["not_yet"] == "not yet: 10 of 30 checks of the audit are answered."
    answer(session, 50, off=range(50))
    _, result = tabs(session)
    assert result["best"] is None
    assert result["not_yet"].startswith("not yet: no score has few enough wrong above it")


def test_looking_at_the_tabs_shows_nobody_a_label_and_logs_nothing(session):
    session.audit(40)
    answer(session, 40)
    before = [e for e in session.events() if isinstance(e.event, Exposed)]
    audit, result = tabs(session)
    json.dumps([audit, result], allow_nan=False)
    ids = set(session.pool.ids)
    assert not any(one in json.dumps([audit, result]) for one in ids)
    assert [e for e in session.events() if isinstance(e.event, Exposed)] == before


# ---- old labels and new items -------------------------------------------------------------


def test_old_labels_that_look_doubtful_come_back_once_however_often_it_is_sent():
    off = range(0, 240, 60)
    with begin(texts(240), labels=labels(off=off)) as session:
        page = Page(rhml.Workbench(session))
        assert page.props["result"]["old"] == {"doubtful": len(off), "of": 80}
        for _ in range(2):
            assert page.value("recheck", n=3, event_id="one") == {"asked": 3}
        asked = [e.event for e in session.events() if isinstance(e.event, Queried)]
        brought = [one.item_id for one in asked if one.reason == "brought"]
        assert len(brought) == 3
        assert set(brought) <= {session.pool.ids[k] for k in off}
        assert set(brought) <= {item.item_id for item in session.query(5)}
        assert tabs(session)[1]["old"] == {"doubtful": 1, "of": 80}
        assert page.value("recheck", n=3, event_id="two") == {"asked": 1}
        assert tabs(session)[1]["old"] is None


def test_old_labels_are_looked_at_beside_whoever_answers():
    with begin(texts(240), labels=labels(off=[0, 60]), refit="background") as session:
        session.wait()
        view = rhml.Workbench(session)
        assert awaited(view, "old") == {"doubtful": 2, "of": 80}


def test_items_that_came_later_are_compared_with_those_there_were(session):
    assert tabs(session)[1]["drift"] == ""
    session.extend([f"visa expired abroad {k}" for k in range(60)])
    session.fit()
    view = rhml.Workbench(session)
    assert awaited(view, "drift") == session.drift().words()
    assert view.props["result"]["drift"].startswith("The 60 new items differ")


def test_what_one_page_had_computed_comes_to_the_other_too(session, monkeypatch):
    monkeypatch.setattr(Pace, "ask", lambda _: None)
    one, two = rhml.Workbench(session), rhml.Workbench(session)
    session.audit(30)
    answer(session, 30)
    for view in (one, two):
        view._refresh_curves()
        assert view.props["audit"]["found"]["n"] == 30
        assert view.props["standing"] == two._desk.standing


def test_where_all_is_labeled_nothing_of_the_models_is_asked_for():
    with begin(texts(9)) as session:
        work(session, 9)
        page = Page(rhml.Workbench(session))
        page.view._refresh_curves()
        result = page.props["result"]
        assert result["not_yet"] == (
            "Every item that can be asked has your label: none of mine is needed."
        )
        assert "there is nothing to go on with" in result["advice"]
        assert page.props["audit"]["why_not"]
        assert "None of the model's labels is needed" in session.result().summary
        assert "session.audit" not in session.result().summary
