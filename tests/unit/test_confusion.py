"""Confusion: each cell holds exactly the items pandas would put there, and opening it is logged."""

from __future__ import annotations

import comm
import pandas as pd
import pytest
from pages import Page
from sessions import CLASSES, RecordedComm, begin, right, texts, work, wrong

import rhml_widgets as rhml
from rhml_widgets.exceptions import BadInputError, UnknownLabelError
from rhml_widgets.journal.events import Exposed, Queried
from rhml_widgets.measures.confusion import ANSWERS, CHECKS, Confusion


@pytest.fixture(autouse=True)
def _recorded(monkeypatch):
    monkeypatch.setattr(comm, "create_comm", RecordedComm)


def careless(n=30, **arguments):
    """Return a session in which every fourth answer is wrong, and a tenth was given twice."""
    session = begin(purposes={"teach": 0.5, "check": 0.5}, **arguments)
    for i in range(n):
        (item,) = session.query()
        session.label(item.item_id, (wrong if i % 4 == 3 else right)(item))
    for own_id in list(session.state.answers)[:3]:
        session.label(own_id, right(session.pool.contents[session.pool.number(own_id)]))
    return session


def told(session, of):
    """Return the two sides of a comparison from the journal, without our own counting."""
    judged = session.judgments()
    own = judged[judged["person"] == session.person]
    first = own.drop_duplicates("item_id").set_index("item_id")
    if of == "changed":
        twice = own[own["item_id"].duplicated(keep=False)]
        newest = twice.drop_duplicates("item_id", keep="last").set_index("item_id")["label"]
        return first["label"].loc[newest.index], newest
    said = {
        one.event.item_id: one.event.label
        for one in session.events()
        if type(one.event).__name__ == "Predicted" and one.event.when != "revised"
    }
    first = first[first["sealed"] & first.index.isin(said)]
    if of == CHECKS:
        first = first[first["purpose"] == "check"]
    return first["label"], pd.Series(said).loc[first.index]


@pytest.mark.parametrize("of", [CHECKS, ANSWERS, "changed"])
def test_the_cells_are_those_of_pandas(of):
    with careless() as session:
        rows, columns = told(session, of)
        wanted = pd.crosstab(rows.to_numpy(), columns.to_numpy())
        wanted = wanted.reindex(index=CLASSES, columns=CLASSES, fill_value=0)
        found = session.confusion(of)
        assert found.to_numpy().tolist() == wanted.to_numpy().tolist()
        assert found.to_numpy().sum() > 0
        for row in CLASSES:
            for column in CLASSES:
                ids = session.confused(row, column, of)["item_id"]
                assert set(ids) == set(rows.index[(rows == row) & (columns == column)])


def test_truth_is_held_against_what_the_model_says_now():
    truth = pd.Series([right(one) for one in texts()])
    with begin(truth=truth, holdout=12) as session:
        assert session.confusion("truth").to_numpy().sum() == 0  # no model, nothing said
        work(session, 12)
        found = session.confusion("truth")
        live = session.learner
        hits = sum(live.predicted(number) == truth[number] for number in live.held)
        assert found.to_numpy().sum() == 12
        assert sum(found.loc[label, label] for label in CLASSES) == hits


def test_two_people_are_compared_on_what_they_shared_blind():
    with begin(person="ann") as session:
        work(session, 20)
        session.person = "ben"
        session.share(8)
        asked = [session.query()[0] for _ in range(1)]
        while asked and asked[0].item_id in session.state.shared:
            session.label(asked[0].item_id, wrong(asked[0]))
            asked = session.query()
        assert "person:ann" in session.comparisons()
        found = session.confusion("person:ann")
        assert found.to_numpy().sum() == 8
        assert sum(found.loc[label, label] for label in CLASSES) == 0


def test_opening_a_cell_exposes_its_items_and_no_others():
    with careless() as session:
        frame = session.confusion()
        row, column = next(
            (a, b) for a in CLASSES for b in CLASSES if a != b and frame.loc[a, b] > 0
        )
        before = session.state.seq
        ids = session.confused(row, column)["item_id"].tolist()
        logged = [
            entry.event.item_id
            for entry in session.events()
            if entry.seq > before and isinstance(entry.event, Exposed)
        ]
        assert set(logged) <= set(ids)
        assert all(session.state.is_exposed(one) for one in ids)


def test_what_there_is_not_is_refused():
    with careless(8) as session:
        with pytest.raises(BadInputError, match=r"of='errors': expected one of 'checks', "):
            session.confusion("errors")
        with pytest.raises(BadInputError, match="expected one of"):
            session.confusion("person:nobody")
        with pytest.raises(UnknownLabelError):
            session.confused("card", "none")


def test_of_many_classes_the_most_confused_are_shown():
    pairs = [("a", 1, 1), ("b", 2, 3), ("c", 2, 3), ("d", 4, 5), ("e", 4, 4)]
    found = Confusion("answers", "you", "I", "", tuple(pairs))
    assert found.most_confused(3) == [2, 3, 4]
    assert (found.hits, found.n) == (2, 5)
    assert found.cell(2, 3) == ["b", "c"]


# ---- on the page ------------------------------------------------------------------------------


def opened(session):
    page = Page(rhml.ConfusionMatrix(session))
    props = page.props
    row, column = next(
        (i, j)
        for i, counts in enumerate(props["counts"])
        for j, n in enumerate(counts)
        if n and i != j
    )
    place = {"row": props["labels"][row], "column": props["labels"][column]}
    return page, place, props["counts"][row][column]


def test_a_cell_opens_in_all_views_and_its_items_can_be_explained():
    with careless() as session:
        other = Page(rhml.ConfusionMatrix(session))
        page, place, n = opened(session)
        assert page.value("open_cell", **place) == {"n": n}
        cell = other.props["cell"]
        assert (cell["row"], cell["column"], cell["n"]) == (place["row"], place["column"], n)
        ids = session.confused(CLASSES[place["row"]], CLASSES[place["column"]])["item_id"]
        assert [one["item_id"] for one in cell["items"]] == ids.tolist()
        panel = Page(rhml.ExplanationPanel(session))
        page.value("explain", item_id=ids[0], label=None, against=None)
        assert panel.props["item"]["item_id"] == ids[0]
        page.value("close_cell")
        assert other.props["cell"] is None


def test_more_like_a_cell_come_next_once_an_intent():
    with careless() as session:
        page, place, _ = opened(session)
        page.value("open_cell", **place)
        n = page.value("more_like_cell", event_id="more")["asked"]
        assert 1 <= n <= 5
        drawn = [
            one.event
            for one in session.events()
            if isinstance(one.event, Queried) and one.event.reason == "found"
        ]
        assert len(drawn) == n
        assert all(one.propensity is None for one in drawn)
        assert [one.item_id for one in session.query(n)] == [one.item_id for one in drawn[::-1]]
        page.value("more_like_cell", event_id="more")
        again = [one for one in session.events() if isinstance(one.event, Queried)]
        assert len([one for one in again if one.event.reason == "found"]) == n


def test_another_person_starts_with_a_closed_desk():
    with careless(person="ann") as session:
        page, place, _ = opened(session)
        page.value("open_cell", **place)
        session.person = "ben"
        assert page.props["cell"] is None
        assert sum(map(sum, page.props["counts"])) == 0


@pytest.mark.parametrize(
    "request_",
    [
        ("compare", {"of": 3}),
        ("compare", {"of": "nothing"}),
        ("open_cell", {"row": 99, "column": 0}),
        ("open_cell", {"row": "0", "column": None}),
        ("more_like_cell", {"event_id": None}),
    ],
)
def test_forged_requests_are_refused(request_):
    action, args = request_
    with careless(8) as session:
        assert Page(rhml.ConfusionMatrix(session)).error(action, **args)["message"]


def test_a_hidden_repeat_stays_hidden():
    with begin(purposes={"teach": 0.5, "check": 0.2, "probe": 0.3}, n=120) as session:
        page = Page(rhml.ConfusionMatrix(session))
        seen = 0
        for _ in range(60):
            (item,) = session.query()
            if session.state.is_repeat(item.item_id):
                answer = session.state.own(item.item_id)
                said = next(
                    (one for one in session.compared().pairs if one[0] == item.item_id), None
                )
                if said is not None:
                    seen += 1
                    place = [CLASSES.index(label) for label in said[1:]]
                    page.value("open_cell", row=place[0], column=place[1])
                    cell = page.props["cell"]
                    assert item.item_id not in {one["item_id"] for one in cell["items"]}
                    assert cell["closed"] >= 1
                    assert not session.state.is_exposed(item.item_id)
                assert answer is not None
            session.label(item.item_id, right(item))
        assert seen


def test_a_read_only_session_shows_what_a_cell_holds(tmp_path):
    path = tmp_path / "s.rhml"
    with careless(journal=path) as session:
        counts = session.confusion()
    with rhml.replay(path, pool=texts()) as twin:
        page = Page(rhml.ConfusionMatrix(twin))
        row, column = next(
            (i, j) for i in range(3) for j in range(3) if counts.iloc[i, j] and i != j
        )
        assert page.value("open_cell", row=row, column=column)["n"] == counts.iloc[row, column]
        assert page.props["cell"]["n"] == counts.iloc[row, column]


def test_what_is_said_of_checks_is_of_the_table_beside_it():
    with careless(40) as session:
        page = Page(rhml.ConfusionMatrix(session))
        page.value("compare", of="checks")
        props = page.props
        n = sum(map(sum, props["counts"]))
        same = sum(props["counts"][i][i] for i in range(3))
        assert props["words"].startswith(f"{same} of {n} the same label") or n >= 30
