"""Reopening: re-run cells, restarts, other processes, other pools; and replay."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sessions import CLASSES, begin, refold, right, texts, work, wrong
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

import rhml_widgets as rhml
from rhml_widgets import replay
from rhml_widgets.exceptions import (
    BadInputError,
    ClosedSessionError,
    JournalError,
    JournalMismatchError,
    ReadOnlyError,
)
from rhml_widgets.items.pool import Pool
from rhml_widgets.journal.events import Extended, Fitted, Opened
from rhml_widgets.journal.store import Journal


@pytest.fixture
def path(tmp_path):
    return tmp_path / "session.rhml"


def worked(path, n=12, **arguments):
    """Begin a journal, answer, and close it."""
    with begin(journal=path, **arguments) as session:
        work(session, n)
        session.query(2)
        return session


def openings(session):
    return [entry.event for entry in session.events() if isinstance(entry.event, Opened)]


# ---- the same path, later -----------------------------------------------------------------


def test_reopening_goes_on_where_it_was_left(path):
    with begin(journal=path) as session:
        work(session, 10)
        skipped = session.query()[0]
        session.skip(skipped, "not sure")
        lesson = session.teach("late", "crash").lesson
        done = work(session, 3)
        session.label(done[0], wrong(done[0]))
        session.undo()
        session.undo()
        waiting = session.query(3)
        person, before = session.person, session.state
    with begin(journal=path) as again:
        assert again.query(3) == waiting
        assert again.person == person
        assert again.classes_ == CLASSES
        for part in ("answers", "judgments", "skipped", "waiting", "drafts", "counts", "retracted"):
            assert getattr(again.state, part) == getattr(before, part), part
        assert again.state.n_openings == 2
        assert refold(again).canonical() == again.state.canonical()
        assert again.undo() is not None
        assert again.undo(lesson) == lesson


def test_what_was_given_at_the_beginning_need_not_be_given_again(path):
    truth = [right(text) for text in texts()]
    with begin(journal=path, truth=truth, random_state=7, person="quiet-wren", holdout=20) as one:
        held = one.state.opened.holdout
    with begin(journal=path, classes=None) as again:
        assert again.classes_ == CLASSES
        assert again.person == "quiet-wren"
        assert again.learner.seed == 7
        assert again.n_askable == 40
        assert openings(again)[1].holdout == held
        assert openings(again)[1].random_state == 7
        with pytest.raises(BadInputError, match="not one of classes_"):
            again.label(again.query()[0], "loan")


def test_reopening_builds_the_same_version_of_the_model_again(path):
    with begin(journal=path) as session:
        work(session)
        version = session.learner.version
        proba = session.model.predict_proba(session.pool.contents)
    with begin(journal=path) as again:
        assert again.learner.version == again.model.version_ == version
        assert np.array_equal(again.model.predict_proba(again.pool.contents), proba)
        assert sum(isinstance(entry.event, Fitted) for entry in again.events()) == len(
            again.state.versions
        )
        work(again, 1)
        assert again.learner.version == version + 1


def test_another_model_is_another_version_with_the_same_labels(path):
    version = worked(path).learner.version
    with begin(journal=path, model=make_pipeline(CountVectorizer(), MultinomialNB())) as again:
        assert again.learner.version == version + 1
        assert again.state.n_labeled == 12
        assert "MultinomialNB" in openings(again)[1].model
    with begin(journal=path, model=make_pipeline(CountVectorizer(), MultinomialNB())) as again:
        assert again.learner.version == version + 1


def test_what_may_change_is_logged(path):
    worked(path)
    changed = {
        "strategy": "random",
        "purposes": {"teach": 1},
        "advice": "none",
        "refit": "manual",
        "transform": "labels",
    }
    with begin(journal=path, **changed) as again:
        opened = openings(again)[1]
        assert (opened.strategy, opened.advice, opened.refit) == ("random", "none", "manual")
        assert opened.transform == "labels"
        assert opened.purposes == {"teach": 1.0, "check": 0.0, "challenge": 0.0}
        assert again.query()


def test_a_session_reopened_without_a_fit_asks_for_none(path):
    with begin(journal=path, refit="manual") as session:
        work(session)
    with begin(journal=path, refit="manual") as again:
        assert again.learner.version is None


def test_a_fitted_model_serves_again_until_it_was_beaten(path):
    contents = texts(90)

    def bad():
        labels = [wrong(text) for text in contents]
        return make_pipeline(CountVectorizer(), LogisticRegression()).fit(contents, labels)

    with begin(journal=path, model=bad()) as session:
        work(session, 5)
        assert session.learner.version == 0
    with begin(journal=path, model=bad()) as again:
        assert again.learner.version == 0
        work(again, 45)
        version = again.learner.version
        assert version > 0
    with begin(journal=path, model=bad()) as last:
        assert last.learner.version == version
        told = "a refit on your answers speaks, not the model you brought"
        assert last.learner.brought == told
        assert (last.predict_pool()["label"] == [right(t) for t in texts()]).mean() > 0.8


def test_the_same_draws_follow_whether_or_not_it_was_reopened(tmp_path):
    asked = []
    for name, closes in (("a", False), ("b", True)):
        session = begin(journal=tmp_path / name)
        ids = [item.item_id for item in work(session, 8)]
        if closes:
            session.close()
            session = begin(journal=tmp_path / name)
        ids += [item.item_id for item in work(session, 8)]
        session.close()
        asked.append(ids)
    assert asked[0] == asked[1]


def test_a_journal_in_memory_is_nobody_elses():
    with begin() as one, begin() as other:
        work(one, 2)
        assert one.name == other.name == "in memory"
        assert other.state.n_labeled == 0
        assert not one.read_only


# ---- arguments that contradict the journal ------------------------------------------------


def test_a_seed_given_against_another_is_refused_also_where_it_is_the_usual_one(path):
    worked(path, random_state=5)
    with begin(journal=path) as again:
        assert again.state.reopened.random_state == 5
    with pytest.raises(JournalMismatchError, match=r"random_state=5.*random_state=0"):
        begin(journal=path, random_state=0)


def test_the_usual_seed_may_be_given_or_left_out(path):
    worked(path)
    begin(journal=path, random_state=0).close()
    with pytest.raises(JournalMismatchError, match=r"random_state=0.*random_state=5"):
        begin(journal=path, random_state=5)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"classes": ["card", "loan"]}, r"\['card', 'refund', 'crash'\].*\['card', 'loan'\]"),
        ({"classes": CLASSES[::-1]}, r"\['card', 'refund', 'crash'\].*\['crash', 'refund', 'card'"),
        ({"random_state": 5}, "random_state=3.*random_state=5"),
        ({"holdout": 5}, "holdout=10.*holdout=5"),
        ({"content": ["body"]}, r"content=\['text'\].*content=\['body'\]"),
        ({"id_column": "other"}, "id_column='id'.*id_column='other'"),
    ],
)
def test_an_argument_that_contradicts_the_journal_is_refused_naming_both(path, arguments, told):
    frame = pd.DataFrame({"text": texts(), "body": texts(), "id": range(60), "other": range(60)})
    frame = frame.astype({"id": str, "other": str})
    begun = {
        "classes": CLASSES,
        "random_state": 3,
        "person": "quiet-wren",
        "holdout": 10,
        "content": ["text"],
        "id_column": "id",
    }
    truth = [right(text) for text in texts()]
    with begin(frame, journal=path, truth=truth, **begun) as session:
        work(session, 3)
    held = path.read_bytes()
    with pytest.raises(JournalMismatchError, match=told):
        begin(frame, journal=path, **{"classes": None, **arguments})
    assert path.read_bytes() == held
    with begin(frame, journal=path, truth=truth, **begun) as again:
        assert not again.read_only
        assert again.state.n_labeled == 3


def test_a_reworded_definition_is_no_other_session(path):
    worked(path, classes=dict.fromkeys(CLASSES, "one"))
    with begin(journal=path, classes=dict.fromkeys(CLASSES, "another")) as again:
        assert again.state.n_labeled == 12
        assert set(again.state.classes.values()) == {"another"}
    with begin(journal=path) as later:
        assert set(later.state.classes.values()) == {"another"}


def test_a_class_added_on_the_page_may_be_named_in_the_cell(path):
    with begin(journal=path) as session:
        session.add_class("praise")
    with begin(journal=path, classes=[*CLASSES, "praise"]) as again:
        assert again.classes_ == [*CLASSES, "praise"]
    with pytest.raises(JournalMismatchError, match="classes"):
        begin(journal=path, classes=[*CLASSES, "blame"])


@pytest.mark.parametrize(
    "classes", [np.array(CLASSES), pd.Series(CLASSES), pd.Index(CLASSES), tuple(CLASSES)]
)
def test_classes_come_in_any_shape(path, classes):
    for _ in range(2):
        with begin(journal=path, classes=classes) as session:
            assert session.classes_ == CLASSES


def test_a_class_added_later_is_there_after_reopening(path):
    with begin(journal=path) as session:
        session.add_class("praise", "somebody is happy")
    with begin(journal=path) as again:
        assert again.classes_ == [*CLASSES, "praise"]
        assert again.state.classes["praise"] == "somebody is happy"


def test_truth_of_a_class_added_later_is_known(path):
    with begin(journal=path) as session:
        session.add_class("praise")
    with begin(journal=path, truth=["praise"] * 60, holdout=0) as again:
        assert set(again.truth.values()) == {"praise"}


# ---- the pool -----------------------------------------------------------------------------


def test_a_journal_of_another_pool_is_refused(path):
    worked(path)
    with pytest.raises(JournalMismatchError, match=r"answers on 12 items and none .*pool of 30"):
        begin([f"something else {i}" for i in range(30)], journal=path)
    with begin(journal=path) as again:
        assert again.state.n_labeled == 12


def test_items_may_come_and_go(path):
    done = worked(path).judgments()["item_id"].tolist()
    rest = [text for text in texts() if Pool([text]).ids[0] != done[0]]
    pool = [*rest[::-1], "brand new one", "brand new two"]
    with begin(pool, journal=path) as again:
        (extended,) = [e.event for e in again.events() if isinstance(e.event, Extended)]
        assert (extended.n_items, extended.n_new) == (61, 2)
        assert extended.new == Pool(["brand new one", "brand new two"]).ids
        assert extended.n_gone == 1
        assert again.state.n_labeled == 12
        frame = again.judgments()
        assert frame["position"].isna().sum() == 1
        assert again.learner.live.snapshot.n_labels == 11
        asked = set()
        while again.query():
            (item,) = again.query()
            asked.add(item.item_id)
            again.label(item, "card")
        assert {*Pool(["brand new one", "brand new two"]).ids} <= asked
        assert done[0] not in asked
        gone = again.state.answers[done[0]][0]
        assert again.undo(gone) == gone
        assert again.query() == []
    with begin(pool, journal=path) as last:
        assert sum(isinstance(e.event, Extended) for e in last.events()) == 1


def test_a_pool_that_grows_day_by_day_says_by_how_much_each_time(path):
    for n in (30, 40, 60):
        with begin(n=n, journal=path) as session:
            work(session, 2)
            news = [e.event.n_new for e in session.events() if isinstance(e.event, Extended)]
    assert news == [10, 20]


def test_the_columns_are_those_the_journal_was_begun_with(path):
    frame = pd.DataFrame({"n": range(60), "text": texts(), "id": [f"r{i}" for i in range(60)]})
    with begin(frame, journal=path, content=["text"], id_column="id") as session:
        done = work(session, 6)
    with begin(frame, journal=path) as again:
        assert again.pool.contents == texts()
        assert again.pool.ids[:2] == ["r0", "r1"]
        assert {item.item_id for item in done} == set(again.state.answers)
    twin = replay(path, pool=frame)
    assert twin.pool.ids == again.pool.ids
    twin.close()
    with pytest.raises(BadInputError, match="column 'text' is not in the pool"):
        begin(frame.drop(columns="text"), journal=path)


def test_columns_with_names_that_are_no_strings_are_found_again(path):
    frame = pd.DataFrame({0: range(60), 1: texts()})
    with begin(frame, journal=path, content=[1]) as session:
        work(session, 2)
    with begin(frame, journal=path) as again:
        assert again.state.n_labeled == 2


def test_duplicates_under_several_ids_stay_answered_when_rows_are_sorted_anew(path):
    frame = pd.DataFrame({"id": [f"r{i}" for i in range(40)], "text": texts(20) * 2})
    with begin(frame, journal=path, id_column="id") as session:
        done = work(session, 9)
        digest = session.pool.digest
    with begin(frame[::-1], journal=path) as again:
        assert again.pool.digest == digest
        assert again.state.n_openings == 2
        assert not [e for e in again.events() if isinstance(e.event, Extended)]
        assert len(again.judgments()) == 9
        assert set(again.state.answers) == {item.item_id for item in done}
        again.label(done[0], wrong(done[0]))
        assert again.state.n_labeled == 9
        work(again, 11)
        assert again.query() == []


# ---- the same process ---------------------------------------------------------------------


def test_a_second_session_on_the_same_path_takes_over(path):
    old = begin(journal=path)
    work(old, 5)
    told = []
    old.subscribe(lambda: told.append(old.why_read_only))
    with begin(journal=path) as new:
        assert told == ["moved to the newer cell"]
        assert old.read_only
        assert new.state.n_labeled == 5
        with pytest.raises(ClosedSessionError, match="moved to the newer cell"):
            old.label(old.pool.ids[0], "card")
        work(new, 1)
        assert old.state.n_labeled == 5
        old.close()
        assert old.why_read_only == "moved to the newer cell"
        work(new, 1)


def test_a_path_written_in_another_way_is_the_same_path(path, monkeypatch):
    monkeypatch.chdir(path.parent)
    old = begin(journal=path)
    with begin(journal="session.rhml") as new:
        assert old.why_read_only == "moved to the newer cell"
        assert not new.read_only


def test_a_session_that_fails_to_open_leaves_the_path_free(path):
    worked(path)
    with pytest.raises(BadInputError):
        begin(journal=path, strategy="nonsense")
    with pytest.raises(JournalMismatchError):
        begin(journal=path, random_state=9)
    with begin(journal=path) as session:
        assert not session.read_only


def test_a_journal_that_cannot_be_is_refused(tmp_path):
    with pytest.raises(JournalError, match="no folder"):
        begin(journal=tmp_path / "none" / "s.rhml")
    with pytest.raises(JournalError, match="is a folder"):
        begin(journal=tmp_path)
    other = tmp_path / "notes.txt"
    other.write_text("not a journal, but long enough to be taken for a file of some kind" * 20)
    held = other.read_bytes()
    with pytest.raises(JournalError, match="not a journal"):
        begin(journal=other)
    assert other.read_bytes() == held


# ---- another process ----------------------------------------------------------------------

HOLDER = """
import sys
sys.path.insert(0, sys.argv[2])
from sessions import begin, work
session = begin(journal=sys.argv[1])
work(session, 4)
print(session.query()[0].item_id, flush=True)
sys.stdin.readline()
"""


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    """Let another process hold a journal; return path, process, and the item it is at."""
    path = tmp_path_factory.mktemp("held") / "session.rhml"
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path), str(Path(__file__).parent)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    item_id = process.stdout.readline().strip()
    yield path, process, item_id
    process.kill()
    process.communicate()


def test_what_another_process_holds_is_read_only_and_names_the_holder(held):
    path, process, item_id = held
    with begin(journal=path) as session:
        assert session.read_only
        assert f"held by process {process.pid} on " in session.why_read_only
        assert session.state.n_labeled == 4
        assert session.state.n_openings == 1
        assert session.query()[0].item_id == item_id
        version = session.state.last_version.version
        assert session.learner.version == version
        before = session.state.canonical()
        for change in (
            lambda: session.label(item_id, "card"),
            lambda: session.skip(item_id),
            session.undo,
            lambda: session.add_class("praise"),
            lambda: session.teach("late", "card"),
        ):
            with pytest.raises(ReadOnlyError, match=f"held by process {process.pid}"):
                change()
        session.predict_pool()
        session.explain(item_id)
        session.shown(item_id)
        session.fit()
        assert session.state.canonical() == before
        assert len(session.events()) == session.state.seq


def test_its_death_frees_the_journal(held):
    path, process, _ = held
    process.kill()
    process.wait()
    with begin(journal=path) as session:
        assert not session.read_only
        assert session.state.n_labeled == 4
        work(session, 1)


# ---- replay -------------------------------------------------------------------------------


def test_a_replay_is_equal_to_the_byte_and_writes_nothing(path):
    with begin(journal=path) as session:
        work(session, 9)
        session.teach("late", "crash")
        session.skip(session.query()[0])
        work(session, 3)
        session.explain(next(iter(session.state.answers)))
        session.undo()
        state = session.state.canonical()
        version = session.learner.version
        coef = session.model.estimator_[-1].coef_
    held = path.read_bytes()
    twin = replay(path, pool=texts())
    assert twin.state.canonical() == state
    assert twin.learner.version == version
    assert np.array_equal(twin.model.estimator_[-1].coef_, coef)
    assert twin.read_only
    twin.query(3)
    twin.predict_pool()
    with pytest.raises(ReadOnlyError, match="opened only to be read"):
        twin.label(twin.pool.ids[0], "card")
    assert twin.state.canonical() == state
    twin.close()
    assert path.read_bytes() == held


def test_a_replay_does_not_take_the_journal_from_its_session(path):
    with begin(journal=path) as session:
        work(session, 3)
        twin = replay(path, pool=texts()[::-1])
        assert twin.state.n_labeled == 3
        assert not session.read_only
        work(session, 1)
        assert twin.state.n_labeled == 3
        twin.close()


def test_there_must_be_something_to_replay(path):
    with pytest.raises(JournalError, match="no journal at"):
        replay(path, pool=texts())
    assert not path.exists()
    Journal(path).close()
    with pytest.raises(JournalError, match="nothing to replay"):
        replay(path, pool=texts())


def test_a_replay_measures_against_truth_where_it_is_given(path):
    truth = {begin(refit="manual").pool.ids[n]: right(text) for n, text in enumerate(texts())}
    with begin(journal=path, truth=truth, purposes={"check": 1}) as session:
        work(session, 15)
        curves = session.curves()
    assert "gold" in set(curves["reference"])
    with replay(path, pool=texts(), truth=truth) as twin:
        pd.testing.assert_frame_equal(twin.curves(), curves)
        assert twin.truth == truth
    with replay(path, pool=texts()) as twin:
        assert "accuracy" not in set(twin.curves().query("actor == 'human'")["measure"])


def test_a_replay_with_another_model_warns_naming_both(path):
    worked(path, model=make_pipeline(CountVectorizer(), MultinomialNB()))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        replay(path, make_pipeline(CountVectorizer(), MultinomialNB()), texts()).close()
    with pytest.warns(UserWarning, match="last model was Pipeline.*MultinomialNB.*this is") as told:
        replay(path, pool=texts()).close()
    assert told[0].filename == __file__
    other = make_pipeline(CountVectorizer(), MultinomialNB(alpha=2.0))
    with pytest.warns(UserWarning, match=r"alpha=2\.0"):
        replay(path, other, texts()).close()


def test_a_replay_of_what_was_never_fitted_compares_what_was_given(path):
    begin(journal=path, model=MultinomialNB(), refit="manual").close()
    with pytest.warns(UserWarning, match=r"last model was MultinomialNB\(\)"):
        replay(path, pool=texts()).close()


def old_rows(n=30):
    old = [f"{text} long ago" for text in texts(n)]
    return old, [right(text) for text in old]


def test_a_replay_of_a_session_with_old_rows_takes_them_and_refuses_others(path):
    with begin(journal=path, base=old_rows()) as session:
        work(session, 6)
        version = session.learner.version
        coef = session.model.estimator_[-1].coef_
    held = path.read_bytes()
    with replay(path, pool=texts(), base=old_rows()) as twin:
        assert twin.learner.version == version
        assert np.array_equal(twin.model.estimator_[-1].coef_, coef)
    with pytest.raises(JournalMismatchError, match=r"old rows.*Give the same base="):
        replay(path, pool=texts())
    with pytest.raises(JournalMismatchError, match="and not from what is given"):
        replay(path, pool=texts(), base=old_rows(27))
    assert path.read_bytes() == held


def test_a_replay_with_old_rows_there_never_were_is_refused(path):
    worked(path)
    with pytest.raises(JournalMismatchError, match="Leave base out"):
        replay(path, pool=texts(), base=old_rows())


def test_reopening_without_the_old_rows_says_what_is_lost(path):
    begin(journal=path, base=old_rows()).close()
    with pytest.warns(UserWarning, match="goes on without what it learned"):
        begin(journal=path).close()
    begin(journal=path).close()


def test_a_replay_with_another_pool_is_refused(path):
    worked(path)
    with pytest.raises(JournalMismatchError, match="none of them is in this pool"):
        replay(path, pool=["something", "else"])


def test_a_replay_with_other_versions_warns_naming_them(path, monkeypatch):
    worked(path)
    held = {"python": "3.0.0", "scikit-learn": "0.1"}
    monkeypatch.setattr(sys.modules["rhml_widgets.replaying"], "versions", lambda: held)
    with pytest.warns(UserWarning, match=r"scikit-learn .* then, 0\.1 now"):
        replay(path, pool=texts()).close()
    monkeypatch.undo()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        replay(path, pool=texts()).close()


def test_replaying_with_the_session_still_open_elsewhere_reads_what_is_committed(held, tmp_path):
    path, _, _ = held
    copy = tmp_path / "copy.rhml"
    with sqlite3.connect(path) as source, sqlite3.connect(copy) as target:
        source.backup(target)
    source.close()
    target.close()
    twin = replay(copy, pool=texts())
    assert twin.state.n_labeled >= 4
    twin.close()


def test_what_left_the_pool_is_not_counted_as_progress_in_it(tmp_path):
    texts = [f"text number {n}" for n in range(20)]
    told = {"journal": tmp_path / "a.rhml", "refit": "manual"}
    with rhml.Session(pool=texts, classes=["a", "b"], **told) as session:
        for item_id in session.pool.ids[:12]:
            session.label(item_id, "a")
    with rhml.Session(pool=texts[8:], **told) as session:
        assert session.labeled == "4 of 12 labeled"
        assert session.state.n_labeled == 12
        session.undo()
        assert session.labeled == "3 of 12 labeled"
