"""Session: how answers are taken, kept, taken back, and what the model may see of them."""

from __future__ import annotations

import threading
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sessions import CLASSES, STEADY, begin, refold, right, texts, until, work, wrong
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression, RidgeClassifier, SGDClassifier
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

import rhml_widgets as rhml
from rhml_widgets.exceptions import (
    AlreadyJudgedError,
    BadInputError,
    ClosedSessionError,
    NotFittedYetError,
    NotSavedError,
    RhmlError,
    SealedError,
    UnknownItemError,
    UnknownLabelError,
    UnknownTermError,
)
from rhml_widgets.human.advice import disagrees_firmly
from rhml_widgets.items.pool import Pool
from rhml_widgets.journal.events import (
    Exposed,
    Fitted,
    Judged,
    Opened,
    Queried,
    Retracted,
    Skipped,
)
from rhml_widgets.views.desk import Desk


def kinds(session, after=0):
    return [type(entry.event) for entry in session.events() if entry.seq > after]


def row(session, item_id):
    frame = session.judgments()
    return frame[frame["item_id"] == item_id].iloc[-1]


# ---- an answer ----------------------------------------------------------------------------


def test_an_answer_is_in_the_journal_when_label_returns(session):
    (item,) = session.query()
    seq = session.label(item.item_id, right(item))
    (entry,) = [entry for entry in session.events() if isinstance(entry.event, Judged)]
    assert (entry.seq, entry.event.item_id, entry.event.label) == (seq, item.item_id, right(item))
    assert session.state.answer(item.item_id).seq == seq


def test_an_item_stands_for_its_id(session):
    (item,) = session.query()
    session.label(item, right(item))
    assert item.item_id in session.state.answers


def test_an_answer_on_an_unjudged_item_is_taken_at_any_seq(session):
    one, other = session.query(2)
    session.label(one.item_id, right(one))
    session.add_class("else")
    assert session.label(other.item_id, right(other), seen=0)
    unasked = next(i for i in session.pool.ids if i not in session.state.queries)
    assert session.label(unasked, "card", seen=10**9)
    assert pd.isna(row(session, unasked)["purpose"])


def test_an_answer_is_refused_politely_only_if_somebody_answered_after_it_was_shown(session):
    (item,) = session.query()
    seen = session.state.seq
    first = session.label(item.item_id, right(item), seen=seen)
    before = session.state.canonical()
    with pytest.raises(
        AlreadyJudgedError, match=f"was answered '{right(item)}' after it was shown"
    ):
        session.label(item.item_id, wrong(item), seen=seen)
    assert session.state.canonical() == before
    session.label(item.item_id, wrong(item), seen=first)
    assert session.state.answer(item.item_id).label == wrong(item)


def test_a_resend_changes_nothing_and_gets_the_first_seq(session):
    (item,) = session.query()
    seq = session.label(item.item_id, right(item), event_id="key-1", seen=session.state.seq)
    before = session.state.canonical()
    for _ in range(3):
        assert session.label(item.item_id, right(item), event_id="key-1", seen=0) == seq
    assert session.state.canonical() == before
    assert len(session.judgments()) == 1


def test_resent_skips_undos_and_lessons_are_made_once(session):
    work(session)
    (item,) = session.query()
    skips = {session.skip(item.item_id, event_id="s") for _ in range(3)}
    lessons = {session.teach("ticket", stance="irrelevant", event_id="t").lesson for _ in range(3)}
    undone = [session.undo(event_id="u") for _ in range(3)]
    assert len(skips) == len(lessons) == 1
    assert undone == [lessons.pop()] * 3
    assert session.state.skipped
    assert Counter(kinds(session))[Retracted] == 1


def test_everything_said_with_an_answer_is_kept(session):
    (item,) = session.query()
    word = item.content.split()[0]
    session.label(
        item,
        right(item),
        confidence=np.float32(0.5),
        rationale=[word, (0, 3), [4, 6]],
        note="hm \ud800",
        duration=1.5,
    )
    told = row(session, item.item_id)
    assert (told["confidence"], told["note"], told["duration"]) == (0.5, "hm \ufffd", 1.5)
    assert told["rationale"] == (word, (0, 3), (4, 6))
    assert told["propensity"] == item.propensity
    assert told["position"] == item.position
    assert told["person"] == session.person


@pytest.mark.parametrize(
    ("arguments", "error", "told"),
    [
        ({"item_id": "t1:none"}, UnknownItemError, "t1:none.*query"),
        ({"label": "crad"}, UnknownLabelError, "did you mean 'card'"),
        ({"label": None}, BadInputError, "label is missing"),
        ({"label": ["card"]}, BadInputError, "one label an item"),
        ({"label": 0.5}, BadInputError, "regression target"),
        ({"confidence": 1.5}, BadInputError, "confidence=1.5: expected a number from 0 to 1"),
        ({"confidence": float("nan")}, BadInputError, "confidence=nan"),
        ({"duration": -1}, BadInputError, "duration=-1: expected a number from 0"),
        ({"rationale": [(0, 10_000)]}, BadInputError, "within the content's"),
        ({"rationale": [(3, 3)]}, BadInputError, "expected a term, or"),
        ({"rationale": [7]}, BadInputError, "expected a term, or"),
        ({"rationale": [(0, float("inf"))]}, BadInputError, "expected a term, or"),
        ({"rationale": 7}, BadInputError, "expected a list of terms"),
        ({"rationale": {"a": 1}}, BadInputError, "expected a list of terms"),
        ({"note": {"a": 1}}, BadInputError, "note={'a': 1}: expected a str"),
        ({"seen": "3"}, BadInputError, "seen='3': expected a whole number"),
    ],
)
def test_an_answer_that_cannot_be_used_is_refused_and_changes_nothing(
    session, arguments, error, told
):
    (item,) = session.query()
    before = session.state.canonical()
    with pytest.raises(error, match=told):
        session.label(**{"item_id": item.item_id, "label": "card", **arguments})
    assert session.state.canonical() == before
    assert session.query()[0] == item


# ---- stages and exposure ------------------------------------------------------------------


def test_stages_first_corrected_revised(session):
    done = work(session)
    assert row(session, done[0].item_id)["stage"] == "first"
    session.label(done[0], wrong(done[0]))
    assert tuple(row(session, done[0].item_id)[["stage", "sealed"]]) == ("corrected", True)
    session.explain(done[1].item_id)
    session.label(done[1], right(done[1]))
    assert tuple(row(session, done[1].item_id)[["stage", "sealed"]]) == ("revised", False)


def test_the_first_answer_after_exposure_is_no_first(session):
    work(session)
    (item,) = session.query()
    session.explain(item)
    session.label(item, right(item))
    assert tuple(row(session, item.item_id)[["stage", "sealed"]]) == ("revised", False)


def test_predict_pool_exposes_everything_once_and_for_all(session):
    work(session)
    session.predict_pool()
    session.predict_pool()
    assert [e.event.item_id for e in session.events() if isinstance(e.event, Exposed)] == [None]
    (item,) = session.query()
    session.label(item, right(item))
    assert row(session, item.item_id)["stage"] == "revised"


def test_explaining_exposes_that_item_alone(session):
    done = work(session)
    session.explain(done[0])
    assert session.state.is_exposed(done[0].item_id)
    assert not session.state.is_exposed(done[1].item_id)
    assert session.state.exposed_all is None


def test_exposure_is_never_taken_back(session):
    done = work(session)
    session.explain(done[-1])
    while session.undo() is not None:
        pass
    assert session.state.n_labeled == 0
    assert session.state.is_exposed(done[-1].item_id)
    session.label(done[-1], right(done[-1]))
    assert row(session, done[-1].item_id)["stage"] == "revised"


def test_what_the_model_said_before_the_answer_is_kept_beside_it(session):
    work(session)
    (item,) = session.query()
    said = session.learner.predicted(session.pool.number(item.item_id))
    session.label(item, right(item))
    kept = session.state.answer(item.item_id).predicted
    assert kept.label == said
    assert kept.version == row(session, item.item_id)["version"]
    assert sum(kept.proba) == pytest.approx(1)


def test_the_view_kept_is_that_of_the_version_that_was_live_when_answered(session):
    work(session)
    one, other = session.query(2)
    session.label(one, right(one))
    version = session.learner.version
    session.label(other, right(other))
    kept = session.state.answer(other.item_id).predicted
    assert kept.version == version > session.state.queries[other.item_id].version


# ---- advice -------------------------------------------------------------------------------


def test_advice_is_sealed_before_the_first_answer(session):
    work(session)
    (item,) = session.query()
    before = session.state.canonical()
    with pytest.raises(SealedError, match="answer it before"):
        session.advise(item)
    assert session.state.canonical() == before


@pytest.mark.parametrize("purpose", ["check", "challenge"])
def test_a_firm_disagreement_speaks_up_and_keeping_is_a_revision(purpose):
    with begin(purposes={"teach": 0.5, purpose: 0.5}) as session:
        work(session, 15)
        while True:
            item = until(session, purpose)
            session.label(item, wrong(item))
            advice = session.advise(item)
            if advice.arm == "full":
                break
            session.undo()
            session.label(item, right(item))
        assert (advice.label, session.state.standing) == (right(item), item.item_id)
        assert 0 < advice.probability <= 1
        assert (advice.explanation.label, advice.explanation.against) == (right(item), wrong(item))
        session.label(item, wrong(item))
        assert session.state.standing is None
        assert tuple(row(session, item.item_id)[["stage", "label"]]) == ("revised", wrong(item))
        assert session.advise(item).arm == "none"


def test_no_advice_where_they_agree_or_the_model_asked_out_of_doubt_or_the_policy_is_none():
    with begin(purposes={"teach": 1}) as session:
        work(session, 15)
        (item,) = session.query()
        session.label(item, wrong(item))
        assert session.advise(item).arm == "none"
    with begin(purposes={"teach": 0.5, "challenge": 0.5}) as session:
        work(session, 15)
        item = until(session, "challenge")
        session.label(item, right(item))
        assert session.advise(item).arm == "none"
    with begin(purposes={"teach": 0.5, "challenge": 0.5}, advice="none") as session:
        work(session, 15)
        item = until(session, "challenge")
        session.label(item, wrong(item))
        assert session.advise(item).arm == "none"
        assert not session.state.exposed


def test_no_advice_on_what_the_person_picked_however_firmly_they_differ():
    with begin(purposes={"teach": 1}) as session:
        work(session, 20)
        firm = 0
        for item_id in [one for one in session.pool.ids if one not in session.state.queries]:
            content = session.pool.contents[session.pool.number(item_id)]
            session.label(item_id, wrong(content))
            answer = session.state.answer(item_id)
            firm += disagrees_firmly(answer.predicted, answer.label, CLASSES)
            assert session.advise(item_id).arm == "none"
            session.undo()
        assert firm > 5
        assert not session.state.exposed


# ---- asking -------------------------------------------------------------------------------


def test_asking_again_returns_the_same_items_until_they_are_answered(session):
    first = session.query(3)
    seq = session.state.seq
    assert session.query(3) == first
    assert session.query(1) == first[:1]
    assert session.state.seq == seq
    session.label(first[1], right(first[1]))
    assert session.query(3)[:2] == [first[0], first[2]]


def test_every_item_is_asked_once_and_then_no_more(session):
    asked = [item.item_id for item in work(session, 60)]
    assert sorted(asked) == sorted(session.pool.ids)
    assert session.query() == []
    assert session.query(5) == []


@pytest.mark.parametrize("size", [0, -1, 1.0, "1", True, None])
def test_a_batch_is_a_whole_number_of_at_least_one(session, size):
    with pytest.raises(BadInputError, match=r"batch_size=.*at least 1"):
        session.query(size)


def test_each_draw_is_logged_with_its_propensity(session):
    work(session)
    (item,) = session.query()
    draw = next(e.event for e in reversed(session.events()) if isinstance(e.event, Queried))
    assert (draw.item_id, draw.purpose, draw.propensity) == (
        item.item_id,
        item.purpose,
        item.propensity,
    )
    assert draw.version == session.learner.version
    assert 0 < draw.propensity <= 1


def test_looking_at_what_waits_draws_nothing(session):
    assert session.items_waiting(3) == []
    first = session.query(2)
    seq = session.state.seq
    assert session.items_waiting(3) == first
    assert session.state.seq == seq


def test_exact_duplicates_are_asked_once_and_answered_together():
    pool = texts(6) * 3
    with begin(pool) as session:
        assert session.n_askable == 6
        work(session, 6)
        assert session.query() == []
        frame = session.predict_pool()
        assert len(frame) == 18
        assert frame.groupby("item_id")["label"].nunique().tolist() == [1] * 6
        assert sorted(session.judgments()["position"]) == list(range(6))


@pytest.mark.parametrize("pool", [[], ["one text"], ["good day", "bad day"]])
def test_a_pool_too_small_to_learn_from_can_be_worked_through(pool):
    with begin(pool) as session:
        for item in session.query(9):
            session.label(item, "card")
        assert session.query() == []
        assert session.state.n_labeled == len(pool)
        assert session.state.failure is None
        repr(session)


# ---- skipping -----------------------------------------------------------------------------


def test_skipped_items_return_when_everything_else_is_answered():
    with begin(n=6) as session:
        one, other = session.query(2)
        session.skip(one.item_id, why="not sure")
        session.skip(other)
        rest = work(session, 4)
        assert {one.item_id, other.item_id}.isdisjoint(item.item_id for item in rest)
        again = session.query(2)
        assert [item.item_id for item in again] == [one.item_id, other.item_id]
        assert again[0].reason == "you skipped it before"
        assert (again[0].purpose, again[0].propensity) == (one.purpose, one.propensity)
        session.label(again[0], right(again[0]))
        assert not session.state.skipped
        session.skip(again[1])
        assert [item.item_id for item in session.query()] == [other.item_id]


def test_a_skipped_item_that_was_never_drawn_returns_as_well():
    with begin(n=3) as session:
        session.skip(session.pool.ids[1])
        work(session, 2)
        (item,) = session.query()
        assert item.item_id == session.pool.ids[1]


def test_a_reason_for_a_skip_is_kept(session):
    (item,) = session.query()
    session.skip(item, "needs context \ud800")
    (event,) = [entry.event for entry in session.events() if isinstance(entry.event, Skipped)]
    assert event.why == "needs context \ufffd"


def test_an_answered_item_cannot_be_skipped(session):
    (item,) = session.query()
    session.label(item, right(item))
    before = session.state.canonical()
    with pytest.raises(AlreadyJudgedError, match="undo"):
        session.skip(item)
    assert session.state.canonical() == before


# ---- undo ---------------------------------------------------------------------------------


def test_undo_brings_the_item_back_first_with_its_draft(session):
    session.query(2)
    (item,) = session.query()
    seq = session.label(item, right(item), note="hm")
    assert session.undo() == seq
    assert session.query()[0] == item
    draft = session.state.drafts[item.item_id]
    assert (draft.label, draft.note) == (right(item), "hm")
    assert session.judgments().empty


def test_undo_takes_answers_skips_and_lessons_in_turn(session):
    work(session, 3)
    (item,) = session.query()
    session.skip(item)
    lesson = session.teach("again", stance="irrelevant").lesson
    assert session.undo() == lesson
    assert session.state.lessons[lesson].retracted
    session.undo()
    assert session.query()[0].item_id == item.item_id
    session.undo()
    assert session.state.n_labeled == 2


def test_undo_past_the_beginning_is_nothing(session):
    assert session.undo() is None
    work(session, 1)
    assert session.undo() is not None
    assert session.undo() is None


def test_a_named_answer_can_be_taken_back_once(session):
    done = work(session, 3)
    seq = session.state.answers[done[0].item_id][0]
    assert session.undo(seq) == seq
    assert session.undo(seq) is None
    assert session.state.n_labeled == 2
    assert session.query()[0].item_id == done[0].item_id


@pytest.mark.parametrize("seq", [1, 10**6, -1, "3", [3]])
def test_only_answers_skips_and_lessons_can_be_taken_back(session, seq):
    work(session, 1)
    with pytest.raises(BadInputError, match=r"expected the seq of an answer, a skip or a lesson"):
        session.undo(seq)


def test_the_model_forgets_what_is_taken_back(session):
    work(session, 12)
    before = session.learner.live.snapshot.digest()
    (item,) = session.query()
    session.label(item, wrong(item))
    assert session.learner.live.snapshot.digest() != before
    session.undo()
    assert session.learner.live.snapshot.digest() == before


# ---- classes ------------------------------------------------------------------------------


def test_a_class_added_later_is_answered_with_and_learned(session):
    work(session)
    assert session.add_class("praise", "somebody is happy") == 3
    assert session.classes_ == [*CLASSES, "praise"]
    (item,) = session.query()
    session.label(item, "praise")
    assert "praise" in session.model.classes_
    assert session.learner.live.snapshot.classes[3] == "praise"
    assert session.state.counts["praise"] == 1


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("card", "already one of the classes"),
        ("  card ", "already one of the classes"),
        ("", "blank"),
        (" ", "blank"),
        (None, "missing"),
        (3, "label types are mixed"),
        (["a"], "one label an item"),
    ],
)
def test_a_class_that_cannot_be_added_is_refused(session, name, told):
    before = session.state.canonical()
    with pytest.raises(BadInputError, match=told):
        session.add_class(name)
    assert session.state.canonical() == before


def test_classes_not_declared_are_learned_as_they_appear():
    with begin(classes=None) as session:
        assert session.classes_ == []
        for label in ("b", "a", "b"):
            (item,) = session.query()
            session.label(item, label)
        assert session.classes_ == ["b", "a"]
        assert session.learner.version == 2
        with pytest.raises(BadInputError, match="mixed"):
            session.label(session.query()[0], 1)
        with pytest.raises(BadInputError, match="blank"):
            session.label(session.query()[0], " ")


def test_a_new_class_that_looks_like_an_old_one_is_kept_apart_with_a_warning():
    with begin(classes=None) as session:
        one, other = session.query(2)
        session.label(one, "Spam")
        with pytest.warns(UserWarning, match="'Spam' and 'spam ' differ only in case"):
            session.label(other, "spam ")
        assert session.classes_ == ["Spam", "spam "]
    with begin() as session, pytest.warns(UserWarning, match="'card' and 'Card' differ only"):
        session.add_class("Card")


@pytest.mark.parametrize("classes", [[0, 1], [False, True], ["0", "1"]])
def test_labels_keep_their_type(classes):
    with begin(classes=classes) as session:
        for place in range(8):
            (item,) = session.query()
            session.label(item, np.array(classes)[place % 2])
        assert {type(label) for label in session.judgments()["label"]} == {type(classes[0])}
        assert session.model.classes_.tolist() == sorted(classes)
        assert set(session.predict_pool()["label"]) <= set(classes)
        with pytest.raises(UnknownLabelError):
            session.label(session.query()[0], "no such")


# ---- truth and holdout --------------------------------------------------------------------


class Watched(CountVectorizer):
    """A vectorizer that remembers what it was fitted on."""

    seen: list[set[str]] = []  # noqa: RUF012 - shared by its clones on purpose

    def fit(self, raw_documents, y=None):
        self.seen.append(set(raw_documents))
        return super().fit(raw_documents, y)

    def fit_transform(self, raw_documents, y=None):
        self.seen.append(set(raw_documents))
        return super().fit_transform(raw_documents, y)


def test_the_holdout_is_never_asked_never_learned_from_and_never_seen_by_a_vectorizer():
    Watched.seen.clear()
    contents = texts()
    truth = [right(text) for text in contents]
    model = make_pipeline(Watched(), MultinomialNB())
    with begin(model=model, truth=truth, holdout=20) as session:
        held = set(session.state.opened.holdout)
        assert len(held) == 20
        assert session.n_askable == 40
        done = work(session, 40)
        assert session.query() == []
        assert held.isdisjoint(item.item_id for item in done)
        held_contents = {session.pool.contents[session.pool.number(one)] for one in held}
        assert Watched.seen
        assert all(held_contents.isdisjoint(seen) for seen in Watched.seen)
        numbers = [session.pool.number(one) for one in held]
        assert (session.learner.live.snapshot.label_of[numbers] == -1).all()
        hits = next(v.hits["holdout"] for v in reversed(session.state.versions.values()) if v.hits)
        assert len(hits) == 20
        assert hits.count("1") > 15


def test_answers_on_the_holdout_are_kept_but_never_learned_from_nor_asked():
    truth = [right(text) for text in texts()]
    with begin(truth=truth, holdout=20) as session:
        held = session.state.opened.holdout[0]
        session.label(held, "card")
        assert session.learner.live is None
        session.undo()
        assert session.query()[0].item_id != held
        session.skip(held)
        work(session, 40)
        session.label(held, "card")
        assert session.learner.live.snapshot.n_labels == 40
        assert session.state.n_labeled == 41
        assert session.query() == []


@pytest.mark.parametrize(
    ("known", "holdout", "n"), [(60, None, 30), (10, None, 5), (1, None, 0), (60, 0, 0), (7, 7, 7)]
)
def test_the_holdout_is_half_of_what_is_known_unless_told(known, holdout, n):
    truth = [right(text) if i < known else None for i, text in enumerate(texts())]
    with begin(truth=truth, holdout=holdout) as session:
        held = session.state.opened.holdout
        assert len(held) == n
        assert set(held) <= set(session.truth)


def test_the_holdout_is_two_hundred_at_most_and_drawn_by_the_seed():
    contents = texts(450)
    truth = [right(text) for text in contents]
    drawn = []
    for seed in (0, 0, 1):
        with begin(contents, truth=truth, random_state=seed, refit="manual") as session:
            drawn.append(session.state.opened.holdout)
    assert len(drawn[0]) == 200
    assert drawn[0] == drawn[1] != drawn[2]


@pytest.mark.parametrize(
    ("holdout", "told"),
    [
        (61, "truth is known for 60"),
        (60, "leave nothing"),
        (-1, "holdout=-1"),
        (0.5, "holdout=0.5"),
    ],
)
def test_a_holdout_that_cannot_be_is_refused(holdout, told):
    with pytest.raises(BadInputError, match=told):
        begin(truth=[right(text) for text in texts()], holdout=holdout)


def test_truth_of_an_unknown_class_is_refused_and_truth_alone_teaches_nothing():
    with pytest.raises(UnknownLabelError, match="'loan'"):
        begin(truth=["loan"] * 60)
    with begin(truth=[right(text) for text in texts()], classes=None, holdout=0) as session:
        assert session.learner.version is None
        assert session.judgments().empty


def test_truth_comes_by_index_too():
    contents = pd.Series(texts(6), index=list("abcdef"))
    truth = pd.Series({"c": "card", "a": "crash"})
    with begin(contents, truth=truth, holdout=0) as session:
        assert session.truth == {session.pool.ids[0]: "crash", session.pool.ids[2]: "card"}


# ---- teaching -----------------------------------------------------------------------------


def test_a_lesson_changes_the_model_and_undo_gives_it_back(session):
    work(session)
    before = session.model.predict_proba(session.pool.contents)
    effect = session.teach("late", "crash", strength=10)
    assert effect.after == session.learner.version > effect.before
    assert not np.allclose(session.model.predict_proba(session.pool.contents), before)
    session.undo(effect.lesson)
    assert np.allclose(session.model.predict_proba(session.pool.contents), before, atol=1e-9)


def test_the_flips_of_a_lesson_are_counted_and_exposed_only_when_listed(session):
    work(session, 9)
    effect = session.teach("late", "crash", strength=10)
    assert effect.flips > 0
    assert not session.state.exposed
    frame = session.flips(n=2)
    assert len(frame) == 2
    assert set(session.state.exposed) == set(frame["item_id"])
    assert len(session.flips(effect.lesson)) == effect.flips


def test_blind_looks_at_flips_come_first_and_exclude_what_was_seen(session):
    work(session, 9)
    effect = session.teach("late", "crash", strength=10)
    seen = session.flips(n=1)["item_id"].tolist()
    blind = session.blind_flips(effect.lesson)
    asked = session.look(effect.lesson, n=2)
    assert asked == min(2, len(blind)) > 0
    first = [item.item_id for item in session.query(asked)]
    assert set(first).isdisjoint(seen)
    assert all(session.state.queries[one].lesson == effect.lesson for one in first)
    session.predict_pool()
    assert session.look(effect.lesson) == 0


@pytest.mark.parametrize(
    ("arguments", "error", "told"),
    [
        ({"term": "zebra", "label": "card"}, UnknownTermError, "'zebra' is none of the model's"),
        ({"term": "", "label": "card"}, BadInputError, "expected a word or a phrase"),
        ({"term": 7, "label": "card"}, BadInputError, "expected a word or a phrase"),
        ({"term": "again"}, BadInputError, "supports which class"),
        ({"term": "again", "label": "loan"}, UnknownLabelError, "'loan'"),
        (
            {"term": "again", "label": "card", "stance": "irrelevant"},
            BadInputError,
            "leave label='card' out",
        ),
        ({"term": "again", "label": "card", "stance": "maybe"}, BadInputError, "stance='maybe'"),
        ({"term": "again", "label": "card", "strength": 11}, BadInputError, "strength=11"),
        ({"term": "again", "label": "card", "strength": 0}, BadInputError, "strength=0"),
        ({"term": "again", "label": "card", "strength": None}, BadInputError, "strength=None"),
        ({"term": "again", "label": "card", "item_id": "no"}, UnknownItemError, "'no'"),
    ],
)
def test_a_lesson_that_cannot_be_used_is_refused(session, arguments, error, told):
    before = session.state.canonical()
    with pytest.raises(error, match=told):
        session.teach(**arguments)
    assert session.state.canonical() == before


def test_a_lesson_for_a_class_nobody_named_is_refused_where_classes_are_learned_too():
    with begin(classes=None) as session:
        for label in ("b", "a"):
            session.label(session.query()[0], label)
        with pytest.raises(UnknownLabelError, match="'c'"):
            session.teach("again", "c")
        session.teach("again", "a")
        assert session.state.failure is None


@pytest.mark.parametrize("lesson", [10**6, 1, "x"])
def test_flips_of_what_is_no_lesson_are_refused(session, lesson):
    work(session)
    session.teach("again", "card")
    for call in (session.flips, session.look, session.blind_flips):
        with pytest.raises(BadInputError, match="expected the seq of a lesson"):
            call(lesson)


def test_without_a_lesson_there_are_no_flips(session):
    with pytest.raises(BadInputError, match="no lesson has been measured"):
        session.flips()


def test_names_of_classes_are_the_first_lesson_and_can_be_taken_back():
    contents = [f"{label} {text}" for label, text in zip(CLASSES * 20, texts(), strict=True)]
    with begin(contents) as session:
        lesson = next(iter(session.state.lessons.values()))
        assert lesson.origin == "codebook"
        assert session.learner.version == 0
        assert session.predict_pool()["label"].tolist() == CLASSES * 20
        assert session.undo() is None
        assert session.undo(lesson.seq) == lesson.seq


# ---- before there is a model --------------------------------------------------------------


def test_what_needs_a_model_says_so_before_there_is_one():
    with begin(classes=["yes", "no"], pool=texts(6)) as session:
        for call in (session.predict_pool, lambda: session.explain(session.pool.ids[0])):
            with pytest.raises(NotFittedYetError, match="two classes"):
                call()
        assert not session.state.exposed
        assert session.state.exposed_all is None
        assert session.learner.version is None
        assert "no version yet" in repr(session)


@pytest.mark.parametrize("version", [99, -1, "1", 1.5, True])
def test_a_version_that_never_was_has_no_reasons(session, version):
    work(session)
    before = session.state.seq
    with pytest.raises(BadInputError, match=r"expected None or one of \d+ to \d+"):
        session.explain(session.pool.ids[0], version=version)
    assert session.state.seq == before


def test_one_class_is_no_model():
    with begin(classes=["yes", "no"]) as session:
        for item in session.query(5):
            session.label(item, "yes")
        assert session.learner.version is None
        assert session.state.failure is None
        session.label(session.query()[0], "no")
        assert session.learner.version == 1


def test_a_lesson_for_the_only_class_waits_for_another():
    with begin(classes=["card"]) as session:
        effect = session.teach("lost", "card")
        assert (effect.before, effect.after) == (None, None)
        assert session.state.failure is None
        session.add_class("crash")
        session.fit()
        assert session.learner.version == 0
        assert session.model.predict(["lost lost lost"]).tolist() == ["card"]


def test_the_sessions_model_is_not_fitted_by_hand(session):
    with pytest.raises(RhmlError, match="belongs to a session"):
        session.model.fit(["a"], ["b"])


def test_what_can_be_labeled_is_counted_alike_everywhere():
    truth = [right(text) for text in texts()]
    with begin(truth=truth, holdout=20) as session:
        work(session, 4)
        props = Desk(session).workbench()
        assert "4 of 40 labeled" in repr(session)
        assert props["header"]["labeled"] == session.labeled == "4 of 40 labeled"
        assert props["queue"]["status"] == "saved · 4 of 40 labeled"
        assert props["queue"]["progress"]["total"] == 40


# ---- arguments ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"advice": "shout"}, "advice='shout' is not a policy"),
        ({"refit": "often"}, "refit='often'.*'background', 'sync', 'manual'"),
        ({"refit": 0}, "refit=0"),
        ({"refit": True}, "refit=True"),
        ({"random_state": 1.5}, "random_state=1.5"),
        ({"random_state": -1}, "random_state=-1"),
        ({"purposes": {"fun": 1}}, "purpose 'fun' is not known"),
        ({"purposes": {"teach": -1}}, "at least 0"),
        ({"purposes": {"teach": 0}}, "at least 0"),
        ({"purposes": {"probe": 1}}, "probe"),
        ({"purposes": "teach"}, "purposes='teach'"),
        ({"purposes": {"teach": "much"}}, "purposes="),
        ({"strategy": "entopy"}, "did you mean 'entropy'"),
        ({"strategy": 7}, "strategy is 7"),
        ({"transform": "both"}, "transform='both'"),
        ({"show": ["text"]}, "need a DataFrame"),
        ({"kind": "sound"}, "kind='sound': expected one of 'text', 'row', 'image'"),
        ({"kind": "series"}, "later release"),
        ({"classes": "card"}, "expected a list of labels"),
        ({"classes": ["a", "a"]}, "named twice"),
        ({"model": LogisticRegression}, r"LogisticRegression\(\)"),
        ({"model": CountVectorizer()}, "expected a scikit-learn classifier"),
        ({"model": make_pipeline(CountVectorizer())}, "does not predict"),
        ({"person": ""}, "person=''"),
        ({"person": 7}, "person=7"),
    ],
)
def test_arguments_that_cannot_be_used_are_refused_before_a_journal_is_begun(
    arguments, told, tmp_path
):
    path = tmp_path / "s.rhml"
    with pytest.raises(BadInputError, match=told):
        begin(journal=path, **arguments)
    assert not path.exists()


def test_a_pool_that_cannot_be_used_begins_no_journal(tmp_path):
    path = tmp_path / "s.rhml"
    with pytest.raises(BadInputError, match="row 1 of the pool is NoneType"):
        begin(["a", None], journal=path)
    assert not path.exists()


def test_a_pool_object_is_taken_as_it_is():
    pool = Pool(texts(9))
    with begin(pool) as session:
        assert session.pool is pool


def test_the_opening_tells_what_may_change_numbers(session):
    opened = session.state.opened
    assert isinstance(opened, Opened)
    assert opened.pool_digest == session.pool.digest
    assert (opened.n_items, opened.item_kind, opened.random_state) == (60, "text", 0)
    assert opened.purposes == {"teach": 0.75, "check": 0.15, "challenge": 0.1}
    assert {"python", "scikit-learn", "numpy", "rhml-widgets"} <= set(opened.versions)
    assert session.name == "in memory"


@pytest.mark.parametrize("strategy", ["diverse", "margin", "entropy", "least_confidence", "random"])
def test_strategies_by_name_work_through_a_pool(strategy):
    with begin(strategy=strategy, n=24) as session:
        work(session, 24)
        assert session.query() == []
        assert session.state.opened.strategy


def test_callables_are_strategies():
    def longest_first(estimator, X, *, random_state):
        del estimator, random_state
        return np.asarray(X.sum(axis=1)).ravel()

    with begin(strategy=longest_first, n=24) as session:
        work(session, 24)
        assert session.state.failure is None


def test_the_same_seed_asks_the_same():
    def asked(seed):
        with begin(random_state=seed) as session:
            return [item.item_id for item in work(session, 20)]

    assert asked(3) == asked(3) != asked(4)


# ---- the model ----------------------------------------------------------------------------


def test_swapping_the_model_keeps_all_knowledge_and_makes_a_version_of_its_own(session):
    work(session)
    lesson = session.teach("again", stance="irrelevant").lesson
    before, labels = session.learner.version, dict(session.state.answers)
    session.model = make_pipeline(CountVectorizer(), MultinomialNB())
    assert session.state.answers == labels
    assert not session.state.lessons[lesson].retracted
    assert session.learner.version == session.state.last_version.version == before + 1
    assert "MultinomialNB" in repr(session)
    fitted = [entry.event for entry in session.events() if isinstance(entry.event, Fitted)]
    assert "MultinomialNB" in fitted[-1].params
    assert session.learner.live.snapshot.n_labels == len(labels)
    (item,) = session.query()
    session.label(item, right(item))
    assert session.learner.version == before + 2


def test_a_model_that_cannot_be_used_is_not_swapped_in(session):
    work(session)
    model = session.model
    with pytest.raises(BadInputError):
        session.model = CountVectorizer()
    assert session.model is model
    assert model.predict(["lost card"]).shape == (1,)


def fitted_pipeline(noise=0):
    contents = texts(90)
    labels = [right(text) if i >= noise else "card" for i, text in enumerate(contents)]
    return make_pipeline(CountVectorizer(), LogisticRegression()).fit(contents, labels)


def test_a_fitted_model_answers_from_the_start_as_version_zero():
    model = fitted_pipeline()
    with begin(model=model, n=60) as session:
        assert session.learner.version == 0
        assert session.model.version_ == 0
        expected = model.predict(session.pool.contents).tolist()
        assert session.predict_pool()["label"].tolist() == expected
        work(session, 6)
        assert session.learner.version == 0
        assert "v0" in repr(session)


def test_a_fitted_model_yields_once_a_refit_is_better_on_judged_items():
    contents = texts(90)
    bad = make_pipeline(CountVectorizer(), LogisticRegression()).fit(
        contents, [wrong(text) for text in contents]
    )
    with begin(model=bad, n=60) as session:
        work(session, 50)
        assert session.learner.version > 0
        assert (session.predict_pool()["label"] == [right(t) for t in texts()]).mean() > 0.8


def test_classes_of_a_fitted_model_are_taken_on():
    with begin(model=fitted_pipeline(), classes=None) as session:
        assert sorted(session.classes_) == sorted(CLASSES)


def test_a_fitted_model_is_never_changed():
    model = fitted_pipeline()
    coef = model[-1].coef_.copy()
    with begin(model=model) as session:
        work(session, 20)
    assert np.array_equal(model[-1].coef_, coef)


class OnlyPredicts(ClassifierMixin, BaseEstimator):
    """Knows no scores at all."""

    def fit(self, X, y):
        self.inner_ = DecisionTreeClassifier().fit(X, y)
        self.classes_ = self.inner_.classes_
        return self

    def predict(self, X):
        return self.inner_.predict(X)


@pytest.mark.parametrize(
    ("model", "score"),
    [
        (MultinomialNB(), "probability"),
        (KNeighborsClassifier(3), "probability"),
        (DecisionTreeClassifier(), "probability"),
        (GaussianNB(), "probability"),
        (DummyClassifier(), "probability"),
        (LinearSVC(), "margin"),
        (RidgeClassifier(), "margin"),
        (SGDClassifier(), "margin"),
        (OnlyPredicts(), "votes"),
    ],
    ids=lambda model: type(model).__name__,
)
def test_any_classifier_serves_and_what_its_scores_are_is_said(model, score):
    with begin(model=model, n=30) as session:
        work(session, 12)
        assert session.state.failure is None
        assert session.learner.version is not None
        (item,) = session.query()
        said = session.state.predictions[item.item_id]
        assert said.score == score
        assert sum(said.proba) == pytest.approx(1, abs=1e-4)
        assert said.label in CLASSES
        assert len(session.predict_pool()) == 30


# ---- telling of changes -------------------------------------------------------------------


def test_subscribers_are_told_once_a_change_and_outside_the_lock(session):
    told = []

    def free():
        session._lock.acquire()
        session._lock.release()

    def callback():
        thread = threading.Thread(target=free)
        thread.start()
        thread.join(5)
        told.append((session.state.seq, thread.is_alive()))

    end = session.subscribe(callback)
    (item,) = session.query()
    assert told == [(session.state.seq, False)]
    session.query()
    assert len(told) == 1
    session.label(item, right(item))
    assert told[-1] == (session.state.seq, False)
    end()
    end()
    n = len(told)
    session.query()
    assert len(told) == n


def test_several_changes_held_together_are_told_once(session):
    told = []
    session.subscribe(lambda: told.append(session.state.seq))
    with session.holding():
        work(session, 3)
        assert told == []
    assert told == [session.state.seq]


def test_a_subscriber_that_fails_harms_neither_the_answer_nor_the_others(session, caplog):
    told = []

    def broken():
        msg = "no screen"
        raise RuntimeError(msg)

    session.subscribe(broken)
    session.subscribe(lambda: told.append(session.state.n_labeled))
    (item,) = session.query()
    session.label(item, right(item))
    assert session.state.n_labeled == 1
    assert told[-1] == 1
    assert "no screen" in caplog.text


def test_a_subscriber_may_use_the_session(session):
    seen = []
    session.subscribe(lambda: seen.append([item.item_id for item in session.query(2)]))
    (item,) = session.query()
    session.label(item, right(item))
    assert seen[-1] == [one.item_id for one in session.query(2)]


# ---- saving that fails --------------------------------------------------------------------


class Full:
    """A disk without space, until it has some."""

    def __init__(self, session, monkeypatch):
        self.failing = True
        append = session._journal.append

        def try_to(*args, **kwargs):
            if self.failing:
                msg = "NOT SAVED: disk full: free some space, then try again"
                raise NotSavedError(msg)
            return append(*args, **kwargs)

        monkeypatch.setattr(session._journal, "append", try_to)


@pytest.mark.parametrize(
    "action",
    [
        lambda s, item: s.label(item, right(item), event_id="e1"),
        lambda s, item: s.skip(item, event_id="e1"),
        lambda s, _: s.undo(event_id="e1"),
        lambda s, _: s.teach("again", "card", event_id="e1"),
        lambda s, _: s.add_class("praise"),
        lambda s, _: s.query(5),
        lambda s, _: s.predict_pool(),
        lambda s, item: s.explain(item),
        lambda s, item: s.shown(item),
    ],
    ids=[
        "label",
        "skip",
        "undo",
        "teach",
        "add_class",
        "query",
        "predict_pool",
        "explain",
        "shown",
    ],
)
def test_what_cannot_be_saved_changes_nothing_and_can_be_tried_again(session, action, monkeypatch):
    work(session)
    (item,) = session.query()
    disk = Full(session, monkeypatch)
    before, version = session.state.canonical(), session.learner.version
    with pytest.raises(NotSavedError, match="NOT SAVED: disk full"):
        action(session, item)
    assert session.state.canonical() == before
    assert session.learner.version == version
    assert session.query() == [item]
    disk.failing = False
    action(session, item)
    assert session.state.canonical() != before
    assert refold(session).canonical() == session.state.canonical()


def test_a_version_that_cannot_be_logged_does_not_go_live(monkeypatch):
    with begin(refit="manual") as session:
        work(session)
        disk = Full(session, monkeypatch)
        version = session.learner.version
        with pytest.warns(UserWarning, match="the first fit failed: NotSavedError: NOT SAVED"):
            session.fit()
        assert session.learner.version == version
        assert session.learner.failure.error == "NotSavedError"
        disk.failing = False
        session.fit()
        assert session.learner.version != version
        assert session.learner.failure is None


# ---- the end ------------------------------------------------------------------------------


def test_a_closed_session_can_be_read_but_not_changed():
    session = begin()
    done = work(session)
    told = []
    session.subscribe(lambda: told.append(session.why_read_only))
    session.close()
    session.close()
    assert told == ["closed"]
    assert session.read_only
    for change in (
        lambda: session.label(done[0], "card"),
        lambda: session.skip(session.pool.ids[-1]),
        session.undo,
        session.query,
        session.fit,
        lambda: session.teach("again", "card"),
        lambda: setattr(session, "model", LogisticRegression()),
        lambda: session.add_class("praise"),
    ):
        with pytest.raises(ClosedSessionError, match=r"closed.*create it again"):
            change()
    assert session.state.n_labeled == 12
    assert len(session.judgments()) == 12
    assert session.model.predict(["lost card"]).shape == (1,)
    assert session.wait()


def test_leaving_a_with_block_closes():
    with begin() as session:
        pass
    assert session.why_read_only == "closed"


# ---- frames -------------------------------------------------------------------------------


def test_frames_have_their_columns_also_while_they_are_empty(session):
    empty = session.judgments()
    assert empty.empty
    work(session, 15)
    assert session.judgments().columns.tolist() == empty.columns.tolist()
    assert session.judgments().dtypes[["seq", "position"]].tolist() == ["int64", "Int64"]
    assert session.predict_pool().columns.tolist() == [
        "item_id",
        "position",
        "label",
        "probability",
    ]
    assert {"seq", "n_labels", "actor", "measure", "value"} <= set(session.curves().columns)


def test_predictions_of_the_pool_are_those_of_the_model(session):
    work(session, 15)
    frame = session.predict_pool()
    assert frame["label"].tolist() == session.model.predict(session.pool.contents).tolist()
    proba = session.model.predict_proba(session.pool.contents).max(axis=1)
    assert np.allclose(frame["probability"], proba, atol=1e-4)


def test_marks_on_words_reach_the_model_and_die_with_their_answer(session):
    work(session, 9)
    item = session.query()[0]
    word = item.content.split()[0]
    session.label(item, right(item), rationale=[(0, len(word))])
    stances = [stance for _, stance in session.learner.live.snapshot.stances]
    assert (word, right(item)) in {(s.term, s.label) for s in stances if s.origin == "mark"}
    session.undo()
    assert not [s for _, s in session.learner.live.snapshot.stances if s.origin == "mark"]


# ---- any sequence of actions --------------------------------------------------------------

POOL = Pool(texts(15))
TERMS = ["again", "today", "ticket"]


class AnyActions(RuleBasedStateMachine):
    """A session beside a plain dict of labels, a set of skips, and a stack of what to undo."""

    def __init__(self):
        super().__init__()
        self.session = None
        self.answers: dict[str, list[tuple[int, str]]] = {}
        self.skipped: dict[str, int] = {}
        self.stack: list[tuple[str, str | None, int]] = []
        self.exposed: set[str] = set()

    @initialize(holdout=st.sampled_from([0, 4]), declared=st.booleans())
    def begin(self, holdout, declared):
        self.holdout = holdout
        self.session = begin(
            POOL,
            truth=[right(text) for text in POOL.contents],
            holdout=holdout,
            classes=CLASSES if declared else None,
        )
        self.classes = list(CLASSES) if declared else []

    def teardown(self):
        if self.session is not None:
            self.session.close()

    def learn(self, label):
        if label not in self.classes:
            self.classes.append(label)

    @rule(n=st.integers(1, 3))
    def query(self, n):
        items = self.session.query(n)
        assert len({item.item_id for item in items}) == len(items) <= n
        held = set(self.session.state.opened.holdout)
        for item in items:
            assert item.item_id not in self.answers
            assert item.item_id not in held
            self.skipped.pop(item.item_id, None)

    def answer(self, item_id, label):
        stage = "revised" if item_id in self.exposed else "first"
        if stage == "first" and item_id in self.answers:
            stage = "corrected"
        seq = self.session.label(item_id, label)
        assert self.session.state.judgments[seq].stage == stage
        self.learn(label)
        self.answers.setdefault(item_id, []).append((seq, label))
        self.skipped.pop(item_id, None)
        self.stack.append(("label", item_id, seq))

    @rule(label=st.sampled_from(CLASSES))
    def label_the_next(self, label):
        items = self.session.query()
        if items:
            self.skipped.pop(items[0].item_id, None)
            self.answer(items[0].item_id, label)

    @rule(item_id=st.sampled_from(POOL.ids), label=st.sampled_from(CLASSES))
    def label_any(self, item_id, label):
        self.answer(item_id, label)

    @rule(item_id=st.sampled_from(POOL.ids), label=st.sampled_from(CLASSES))
    def resend(self, item_id, label):
        if item_id in self.answers:
            event_id = next(
                e.event_id for e in self.session.events() if e.seq == self.answers[item_id][-1][0]
            )
            again = self.session.label(item_id, label, event_id=event_id, seen=0)
            assert again == self.answers[item_id][-1][0]

    @rule(item_id=st.sampled_from(POOL.ids))
    def skip(self, item_id):
        if item_id in self.answers:
            with pytest.raises(AlreadyJudgedError):
                self.session.skip(item_id)
            return
        self.skipped[item_id] = seq = self.session.skip(item_id)
        self.stack.append(("skip", item_id, seq))

    @rule(data=st.data())
    def undo(self, data):
        if not self.stack:
            assert self.session.undo() is None
            return
        place = data.draw(st.sampled_from([-1, len(self.stack) // 2]))
        kind, item_id, seq = self.stack.pop(place)
        target = self.session.undo() if place == -1 else self.session.undo(seq)
        assert target == seq
        if kind == "label":
            self.answers[item_id] = [one for one in self.answers[item_id] if one[0] != seq]
            if not self.answers[item_id]:
                del self.answers[item_id]
                held = item_id in self.session.state.opened.holdout
                assert held or self.session.query()[0].item_id == item_id
        elif kind == "skip" and self.skipped.get(item_id) == seq:
            del self.skipped[item_id]

    @precondition(lambda self: len(self.classes) < 5)
    @rule()
    def add_class(self):
        name = f"late {len(self.classes)}"
        assert self.session.add_class(name) == len(self.classes)
        self.classes.append(name)

    @rule(term=st.sampled_from(TERMS), stance=st.sampled_from(["supports", "irrelevant"]))
    def teach(self, term, stance):
        if not self.classes:
            return
        label = self.classes[0] if stance == "supports" else None
        effect = self.session.teach(term, label, stance=stance)
        self.stack.append(("teach", None, effect.lesson))

    @rule(item_id=st.sampled_from(POOL.ids))
    def explain(self, item_id):
        try:
            self.session.explain(item_id)
        except NotFittedYetError:
            assert self.session.learner.live is None
        else:
            self.exposed.add(item_id)

    @invariant()
    def agrees_with_the_plain_model(self):
        if self.session is None:
            return
        state = self.session.state
        assert {one: state.answer(one).label for one in state.answers} == {
            one: said[-1][1] for one, said in self.answers.items()
        }
        assert state.skipped == self.skipped
        assert state.counts == Counter(said[-1][1] for said in self.answers.values())
        assert self.session.classes_ == self.classes
        assert set(state.exposed) == self.exposed
        assert state.failure is None

    @invariant()
    def everything_is_somewhere_once(self):
        if self.session is None:
            return
        state, pool = self.session.state, self.session.pool
        held = set(state.opened.holdout)
        parts = [set(state.answers) - held, set(state.skipped) - held, set(state.waiting) - held]
        free = {pool.ids[n] for n in np.flatnonzero(~self.session.learner.taken)}
        parts.append(free)
        assert sum(map(len, parts)) == len(set().union(*parts)) == self.session.n_askable
        assert set().union(*parts) == set(pool.ids) - held

    @invariant()
    def the_journal_folds_to_the_live_state(self):
        if self.session is None:
            return
        assert refold(self.session).canonical() == self.session.state.canonical()


TestAnyActions = AnyActions.TestCase
TestAnyActions.settings = settings(STEADY, max_examples=60, stateful_step_count=25)


def test_the_model_speaks_up_against_an_answer_of_a_class_it_has_not_learned(tmp_path):
    session = rhml.demo(
        journal=tmp_path / "new.rhml",
        classes=["a", "b", "c"],
        refit="sync",
        purposes={"teach": 0.2, "check": 0.2, "challenge": 0.6},
    )
    stops = 0
    for n in range(40):
        item = session.query()[0]
        session.label(item, ["a", "b"][n % 2] if n < 10 else "c")
        advice = session.advise(item)
        if advice.arm == "full":
            stops += 1
            assert advice.explanation is not None
            standing = Desk.of(session).queue()["stop"]
            assert standing["item_id"] == item.item_id
            session.label(item, "c" if n >= 10 else ["a", "b"][n % 2])
    assert stops
    assert session.state.standing is None
    session.close()


def test_a_look_at_the_whole_pool_does_not_silence_the_model():
    session = rhml.demo(refit="sync", purposes={"challenge": 1, "teach": 0.01})
    for text, label in zip(session.pool.ids[:30], ["billing", "bug", "how-to"] * 10, strict=True):
        session.label(text, label)
    session.predict_pool()
    spoke = 0
    for _ in range(25):
        item = session.query()[0]
        said = session.learner.predicted(session.pool.number(item))
        session.label(item, next(one for one in session.classes_ if one != said))
        if session.advise(item).arm == "full":
            spoke += 1
            session.label(item, said)
    assert spoke
    assert {*session.judgments()["stage"][30:]} == {"revised"}
    session.close()
