"""Growing: more rows, old labels and old rows come in; what was answered stays."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sessions import begin, refold, right, texts, work, wrong

import rhml_widgets as rhml
from rhml_widgets.charts import learning_curve
from rhml_widgets.exceptions import BadInputError
from rhml_widgets.journal.events import Extended, Imported
from rhml_widgets.measures.outcomes import drawn_checks
from rhml_widgets.measures.points import DRIFTED
from rhml_widgets.report.lead import lead
from rhml_widgets.report.redaction import Redaction
from rhml_widgets.report.report import render

NEW = [f"{text} later on" for text in texts(30)]


# ---- labels brought along -----------------------------------------------------------------


def labels(n=20, say=right):
    return [say(text) if k < n else None for k, text in enumerate(texts())]


def test_labels_brought_along_are_learned_from_at_once_and_not_asked():
    with begin(labels=labels(20)) as session:
        assert session.learner.version == 1
        assert session.learner.live.snapshot.n_labels == 20
        assert session.state.n_labeled == 0
        brought = set(session.state.imported)
        asked = {item.item_id for item in session.query(100)}
        assert len(asked) == 40
        assert not asked & brought


def test_they_are_rows_of_their_own_stage_and_no_check():
    with begin(labels=labels(20)) as session:
        work(session, 5)
        frame = session.judgments()
        assert frame["stage"].value_counts().to_dict() == {"imported": 20, "first": 5}
        assert not frame.loc[frame["stage"] == "imported", "sealed"].any()
        assert frame["seq"].is_monotonic_increasing
        for item_id in list(session.state.imported)[:5]:
            session.label(item_id, right(session.pool.contents[session.pool.number(item_id)]))
        assert {one.item_id for one in drawn_checks(session.state).counted}.isdisjoint(
            session.state.imported
        )


def test_an_answer_overrules_one_and_undoing_it_brings_it_back():
    with begin(labels=labels(20, wrong)) as session:
        item_id = next(iter(session.state.imported))
        number = session.pool.number(item_id)
        content = session.pool.contents[number]
        seq = session.label(item_id, right(content))
        assert session.result()["label"][0] == right(content)
        assert session.learner.live.snapshot.label_of[number] == 0
        session.undo(seq)
        assert session.result()["label"][0] == wrong(content)
        assert session.result()["source"][0] == "human"


def test_reopened_with_the_same_labels_nothing_is_imported_twice(tmp_path):
    path = tmp_path / "a.rhml"
    begin(journal=path, labels=labels(20)).close()
    with begin(journal=path, labels=labels(22)) as session:
        imports = [e.event for e in session.events() if isinstance(e.event, Imported)]
        assert [len(one.labels) for one in imports] == [20, 2]
        assert refold(session).canonical() == session.state.canonical()
    with begin(journal=path) as session:
        assert len(session.state.imported) == 22
        assert session.learner.live.snapshot.n_labels == 22


def test_labels_that_are_no_class_or_of_another_type_are_refused():
    with pytest.raises(BadInputError, match="'crad' is not one of"):
        begin(labels=["crad", *[None] * 59])
    with pytest.raises(BadInputError, match="mixed"):
        begin(classes=None, labels=["a", 1, *[None] * 58])
    with pytest.raises(BadInputError, match="labels has 2 values"):
        begin(labels=["card", "card"])


def test_without_declared_classes_they_name_them():
    with begin(classes=None, labels=labels(20)) as session:
        assert set(session.classes_) == {"card", "refund", "crash"}


def test_labels_the_model_doubts_are_asked_again_first_the_worst():
    given = [wrong(text) if k in (3, 17, 31) else right(text) for k, text in enumerate(texts())]
    with begin(labels=given) as session:
        n = session.recheck(10)
        asked = [item.position for item in session.query(n)]
        assert {3, 17, 31} <= set(asked)
        assert len(asked) < 12
        assert session.query()[0].reason == "a label you brought, asked again"
        (item,) = session.query()
        session.label(item, right(item))
        assert session.recheck(10) == 0 or item.position not in {
            one.position for one in session.query(100)
        }


def test_with_nothing_brought_nothing_is_asked_again():
    with begin() as session:
        work(session, 5)
        assert session.recheck() == 0


# ---- old rows -----------------------------------------------------------------------------


def test_old_rows_are_learned_from_and_never_asked():
    old = [f"{text} long ago" for text in texts(45)]
    with begin(base=(old, [right(text) for text in old])) as session:
        assert session.learner.version is not None
        assert session.learner.live.snapshot.n_labels == 0
        hits = [
            session.learner.predicted(number) == right(content)
            for number, content in enumerate(session.pool.contents)
        ]
        assert sum(hits) > 50
        assert len(session.query(200)) == 60
        assert session.result()["label"].isna().all()


def test_what_stands_in_old_rows_only_is_learned_from_too():
    old = [f"{text} {right(text)}like" for text in texts(45)]
    with begin(base=(old, [right(text) for text in old])) as session:
        assert session.model.predict(["refundlike", "crashlike"]).tolist() == ["refund", "crash"]


def test_old_rows_go_with_lessons_and_strikes():
    old = [f"{text} long ago" for text in texts(45)]
    with begin(base=(old, [right(text) for text in old])) as session:
        work(session, 5)
        session.teach("money", "refund")
        session.teach("today", stance="irrelevant")
        assert session.learner.failure is None
        assert session.model.predict(["money"])[0] == "refund"


def test_other_old_rows_make_another_version(tmp_path):
    path, y = tmp_path / "a.rhml", [right(text) for text in NEW]
    begin(journal=path, base=(NEW, y)).close()
    with begin(journal=path, base=(NEW, y)) as session:
        assert len(session.state.versions) == 1
    with begin(journal=path, base=(NEW[:-3], y[:-3])) as session:
        assert len(session.state.versions) == 2


@pytest.mark.parametrize(
    ("base", "said"),
    [
        ((NEW, ["card"]), "30 rows and y 1 labels"),
        (NEW, "expected .X, y."),
        ((NEW, ["what"] * 30), "not one of"),
        ((NEW, [0.5] * 30), "float"),
        ((5, []), "expected a list of str"),
    ],
)
def test_old_rows_that_cannot_be_read_are_refused(base, said):
    with pytest.raises(BadInputError, match=said):
        begin(base=base)


# ---- more rows ----------------------------------------------------------------------------


def test_new_rows_go_on_and_what_was_answered_stays():
    with begin() as session:
        done = [item.item_id for item in work(session, 12)]
        assert session.extend([*NEW, texts()[0]]) == 30
        assert (len(session.pool), session.pool.n_rows) == (90, 91)
        assert session.state.n_labeled == 12
        assert list(session.state.answers) == done
        assert len(session.learner.live.outlook) == 90
        assert session.learner.live.snapshot.n_labels == 12
        assert len(session.result()) == 91
        asked = {item.item_id for item in session.query(100)}
        assert len(asked) == 78
        work(session, 20)
        assert refold(session).canonical() == session.state.canonical()


def test_nothing_changes_where_all_rows_are_known():
    with begin() as session:
        work(session, 12)
        assert session.extend(texts()[:5]) == 0
        assert session.pool.n_rows == 65
        work(session, 1)


def test_reopened_with_the_grown_pool_the_same_items_are_new(tmp_path):
    path = tmp_path / "a.rhml"
    with begin(journal=path) as session:
        work(session, 12)
    with begin([*NEW, *texts()], journal=path) as session:
        (event,) = [e.event for e in session.events() if isinstance(e.event, Extended)]
        assert event.new == [session.pool.ids[k] for k in range(30)]
        assert session.state.n_labeled == 12
    with begin([*NEW, *texts()], journal=path) as session:
        assert len(session.state.extensions) == 1
    with begin([*texts()[:50], *NEW], journal=path) as session:
        _, second = session.state.extensions.values()
        assert (second.n_new, second.new) == (0, [])


def test_what_was_shown_of_all_does_not_expose_what_came_later():
    with begin() as session:
        work(session, 12)
        session.predict_pool()
        session.extend(NEW)
        old, new = session.pool.ids[59], session.pool.ids[60]
        assert session.state.is_exposed(old)
        assert not session.state.is_exposed(new)
        session.label(new, right(NEW[0]))
        assert session.state.answer(new).stage == "first"
        session.predict_pool()
        assert session.state.is_exposed(session.pool.ids[61])


def test_an_audit_is_not_of_what_came_later():
    with begin(n=300, refit="manual") as session:
        work(session, 40)
        session.fit().audit(40)
        for item in session.query(40):
            session.label(item, right(item))
        session.extend(NEW)
        session.fit()
        found = session.result()
        assert found["source"].iloc[:300].notna().all()
        assert found["source"].iloc[300:].isna().all()


def test_new_rows_of_another_kind_are_refused_and_nothing_is_changed():
    with begin(pd.DataFrame({"t": texts()})) as session:
        before = session.state.seq
        with pytest.raises(BadInputError, match="column 't' is not in the new rows"):
            session.extend(pd.DataFrame({"u": NEW}))
        with pytest.raises(BadInputError, match="as the pool was given"):
            session.extend(NEW)
        assert session.state.seq == before
        assert session.extend(pd.DataFrame({"t": NEW})) == 30


@pytest.mark.parametrize("layout", ["csr", "csc", "coo"])
def test_sparse_rows_go_on(layout):
    rows = sparse.random(60, 20, 0.3, format="csr", random_state=0)
    with begin(rows[:50].asformat(layout), classes=["a", "b"]) as session:
        for item in session.query(12):
            session.label(item, "ab"[int(rows[item.position, 0] > 0)])
        assert session.extend(rows[40:].asformat(layout)) == 10
        assert (len(session.pool), session.pool.n_rows) == (60, 70)
        assert (session.pool.inputs != rows).nnz == 0
        assert len(session.result()) == 70
        assert len(session.learner.live.outlook) == 60
        assert session.query()[0].item_id not in session.state.answers
        with pytest.raises(BadInputError, match="only the number of rows may differ"):
            session.extend(rows[:3, :5])
        with pytest.raises(BadInputError, match="as the pool was given"):
            session.extend(rows[:3].toarray())


def test_an_array_of_another_width_is_refused():
    rows = np.random.default_rng(0).normal(size=(20, 4))
    with (
        begin(rows, classes=["a", "b"]) as session,
        pytest.raises(BadInputError, match="only the number of rows may differ"),
    ):
        session.extend(rows[:, :3])


# ---- drift --------------------------------------------------------------------------------


def test_no_drift_without_new_items():
    with begin() as session:
        assert session.drift() is None


def test_items_of_another_kind_are_told_apart_and_said_to_be():
    with begin(n=300) as session:
        work(session, 12)
        session.extend([f"visa {k} passport border" for k in range(200)])
        told = session.drift()
        assert told.found
        assert told.low > 0.9
        assert "What was measured before may not hold" in told.words()


def test_items_of_the_same_kind_are_not():
    pool = texts(600)
    missed = 0
    for seed in range(10):
        with begin(pool[:400], random_state=seed, refit="manual") as session:
            session.extend(pool[400:])
            missed += session.drift().found
    assert missed <= 2


def test_too_few_are_not_compared():
    with begin() as session:
        session.extend(NEW[:6])
        assert session.drift().words() == (
            "6 items are new: too few to compare them with the old ones."
        )


def test_each_time_items_came_is_compared_with_those_before_and_only_once(monkeypatch):
    with begin(n=300) as session:
        work(session, 12)
        session.extend([f"visa {k} passport border" for k in range(100)])
        session.extend(texts(500)[300:])
        first, second = session.drifts().values()
        assert (first.n_new, first.found) == (100, True)
        assert (second.n_new, second.found) == (200, False) or "visa" not in second.terms
        assert session.drift() == second
        monkeypatch.setattr("rhml_widgets.growing.drift", lambda *_, **__: pytest.fail("again"))
        assert list(session.drifts()) == list(session.state.extensions)


def drifted(**arguments):
    session = begin(n=300, **arguments)
    work(session, 12)
    session.extend([f"visa {k} passport border" for k in range(100)])
    session.wait()
    work(session, 30)
    return session


def test_drift_is_a_labeled_rule_on_the_curve_and_a_sentence_beside_it():
    with drifted(purposes={"teach": 0.2, "check": 0.8}) as session:
        props = rhml.LearningCurves(session).curves
        (row,) = [row for row in props["versions"] if "apart" in row]
        found = session.drift()
        assert row == {
            "n_labels": 12,
            "lesson": -1,
            "n_new": 100,
            "n_gone": 0,
            "apart": f"{found.hits} of {found.n}",
            "label": DRIFTED,
            "at": 1,
        }
        (told,) = props["drift"]
        assert told.startswith("After 12 labels 100 items came that differ from those before: ")
        assert told.endswith(
            f": {found.hits} of {found.n} are told apart, half would be by chance."
        )
        assert json.dumps(props["spec"]).count("isValid(datum.apart)") == 3
        drawn = learning_curve(session.curves(), props["versions"])
        assert props["drift"][0] in drawn.to_dict()["description"]


def test_without_drift_the_pool_change_is_a_line_without_a_name():
    with begin(texts(300)[:200], purposes={"teach": 0.2, "check": 0.8}) as session:
        work(session, 12)
        session.extend(texts(300)[200:])
        props = rhml.LearningCurves(session).curves
        assert props["drift"] == []
        assert [set(row) for row in props["versions"] if row["lesson"] == -1] == [
            {"n_labels", "lesson", "n_new", "n_gone"}
        ]


def test_a_report_tells_drift_and_names_no_word_it_may_not(tmp_path):
    with drifted(purposes={"teach": 0.2, "check": 0.8}, refit="background") as session:
        session.wait()
        told = dict(lead(session, redaction=Redaction("none")))["Caveats"]
        assert "The 100 new items differ from the old ones: " in told
        assert "visa" not in told
        assert "“visa”" in dict(lead(session))["Caveats"]
        page = render(session)
        assert "After 12 labels 100 items came that differ" in page
        assert DRIFTED in page
        assert page == render(session)
