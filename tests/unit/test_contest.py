"""Contest: a fitted model that somebody brought yields to a better one, and to no other."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from sessions import CLASSES, begin, right, texts, work, wrong
from sklearn.base import clone
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.pipeline import make_pipeline

from rhml_widgets.datasets import load_messages
from rhml_widgets.exceptions import BadInputError
from rhml_widgets.machine.contest import Contest, compare, due
from rhml_widgets.machine.snapshot import Snapshot
from rhml_widgets.session import Session


def contest(gained, lost, both=10, neither=0, recalls=(0.9, 0.8), *, two_classes=True):
    n = gained + lost + both + neither
    return Contest(both + gained, both + lost, n, gained, lost, *recalls, two_classes=two_classes)


@pytest.mark.parametrize(
    ("gained", "lost", "won"),
    [
        (0, 0, False),
        (3, 0, False),
        (5, 0, True),
        (4, 0, False),
        (5, 2, False),
        (9, 2, True),
        (8, 2, False),
        (2, 8, False),
    ],
)
def test_only_what_one_of_the_two_gets_right_is_evidence(gained, lost, won):
    assert contest(gained, lost).won is won
    assert contest(gained, lost, both=200).won is won


def test_the_p_is_the_share_of_fair_coins_that_do_as_well():
    coins = np.random.default_rng(0).random((200_000, 10)) < 0.5
    heads = coins.sum(axis=1)
    expected = np.mean(heads > 8) + np.mean(heads == 8) / 2
    assert contest(8, 2).p == pytest.approx(expected, abs=0.001)


def test_nothing_is_won_by_forgetting_a_class_or_on_one_class():
    assert not contest(9, 0, recalls=(0.5, 0.8)).won
    assert not contest(9, 0, two_classes=False).won


def test_recall_counts_every_class_alike():
    truth = np.array([0] * 18 + [1] * 2, dtype=np.int32)
    found = compare(truth, np.zeros(20, np.int32), np.where(np.arange(20) < 8, 1, truth))
    assert (found.refit, found.brought, found.gained, found.lost) == (18, 12, 8, 2)
    assert found.refit_recall == 0.5
    assert found.brought_recall == pytest.approx((10 / 18 + 1) / 2)
    assert found.p < 0.05
    assert not found.won


def known(fair, n_labels=30):
    fair_of = np.full(100, -1, dtype=np.int32)
    fair_of[: len(fair)] = fair
    label_of = np.full(100, -1, dtype=np.int32)
    label_of[:n_labels] = 0
    return Snapshot(1, ["a", "b"], label_of, fair_of, [], None, fair_of, 0)


def test_it_is_held_seldom_and_not_on_next_to_nothing():
    assert due(known([0, 1] * 5), None)
    assert not due(known([0, 1] * 4 + [0]), None)
    assert not due(known([0] * 12), None)
    assert not due(known([0, 1] * 5, n_labels=19), None)
    before = contest(2, 2, both=16)
    assert not due(known([0, 1] * 10), before)
    assert not due(known([0, 1] * 10 + [1]), before)
    assert due(known([0, 1] * 11), before)


def test_what_a_model_asked_out_of_doubt_is_no_fair_item():
    with begin(n=60, strategy="margin") as session:
        picked = session.pool.ids[7]
        session.label(picked, right(session.pool.contents[7]))
        for _ in range(25):
            (item,) = session.query()
            session.label(item, right(item))
        queries = session.state.queries
        fair = {session.pool.ids[n] for n in np.flatnonzero(session.learner.evidence.fair_of >= 0)}
        expected = {one for one in queries if queries[one].purpose in ("check", "challenge")}
        expected |= {one for one in queries if queries[one].reason == "random"}
        assert fair == {picked, *(expected & set(session.state.answers))}
        assert 1 < len(fair) < 26
        one = next(iter(fair - {picked}))
        session.predict_pool()
        session.label(one, wrong(session.pool.contents[session.pool.number(one)]))
        number = session.pool.number(one)
        said = CLASSES[session.learner.evidence.fair_of[number]]
        assert said == right(session.pool.contents[number])


# ---- in a session -------------------------------------------------------------------------


def unbalanced(n, seed, *, share=0.12, n_words=400):
    """Make texts of two classes, one rare, whose words differ in how often they come."""
    rng = np.random.default_rng(seed)
    tilt = rng.normal(0, 0.55, n_words)
    often = 1 / np.arange(2, n_words + 2)
    chances = [often * np.exp(sign * tilt / 2) for sign in (-1, 1)]
    rare = rng.random(n) < share
    contents = [
        " ".join(f"w{w}x" for w in rng.choice(n_words, rng.integers(8, 16), p=p / p.sum()))
        + f" id{i}"
        for i, p in enumerate(chances[int(one)] for one in rare)
    ]
    return contents, np.where(rare, "ill", "well")


def brought_to(kind, seed, *, good, n_learned=150):
    """Return a model fitted on other texts, the pool, and the truth; a bad one learned noise."""
    rng = np.random.default_rng(seed)
    if kind == "messages":
        frame = load_messages()
        order = rng.permutation(len(frame))
        contents, truth = (frame[name].to_numpy()[order].tolist() for name in frame.columns)
        n, weights = n_learned, None
    else:
        contents, truth = unbalanced(2500, seed)
        truth, n, weights = truth.tolist(), 1000, "balanced"
    learned = truth[:n] if good else rng.permutation(truth[:n]).tolist()
    model = make_pipeline(
        TfidfVectorizer(sublinear_tf=True),
        LogisticRegression(C=5, max_iter=1000, class_weight=weights),
    ).fit(contents[:n], learned)
    return model, contents[n:], truth[n:]


def until_replaced(kind, seed, *, good, budget, n_learned=150):
    """Answer rightly; return what balanced accuracy a replacement cost or gained, or None."""
    model, contents, truth = brought_to(kind, seed, good=good, n_learned=n_learned)
    label_of = dict(zip(contents, truth, strict=True))
    with Session(
        model,
        pool=contents,
        journal=None,
        refit="sync",
        classes=sorted(set(truth)),
        random_state=seed,
        advice="none",
    ) as session:
        for _ in range(budget):
            (item,) = session.query()
            session.label(item, label_of[item.content])
            if session.learner.version:
                left = [
                    text
                    for text, item_id in zip(session.pool.contents, session.pool.ids, strict=True)
                    if item_id not in session.state.answers
                ]
                expected = [label_of[text] for text in left]
                now, before = (
                    balanced_accuracy_score(expected, one.predict(left))
                    for one in (session.model, model)
                )
                return now - before
    return None


@pytest.mark.parametrize("kind", ["messages", "unbalanced"])
def test_a_good_model_is_not_lost_to_a_refit_on_a_few_answers(kind):
    budget = 120 if kind == "messages" else 200
    changes = [until_replaced(kind, seed, good=True, budget=budget) for seed in range(3)]
    assert changes == [None] * 3


def test_a_bad_model_yields_and_the_refit_is_better():
    changes = [until_replaced("messages", seed, good=False, budget=140) for seed in range(4)]
    gains = [change for change in changes if change is not None]
    assert len(gains) >= 3
    assert min(gains) > 0.1


def test_a_mediocre_model_yields_more_often_than_not_and_for_the_better():
    # Thirty texts make a model that is right on .42 to .62 of the others, class by class.
    changes = [
        until_replaced("messages", seed, good=True, budget=200, n_learned=30) for seed in range(5)
    ]
    gains = [change for change in changes if change is not None]
    assert len(gains) >= 3
    assert min(gains) > -0.02
    assert np.mean(gains) > 0.05


def test_what_became_of_a_model_brought_along_is_said():
    contents = texts(90)
    bad = make_pipeline(CountVectorizer(), LogisticRegression()).fit(
        contents, [wrong(text) for text in contents]
    )
    with begin(n=6) as session:
        assert session.learner.brought == ""
    with begin(model=bad, n=60) as session:
        assert session.learner.brought == "your fitted model answers"
        assert "v0, as you brought it" in repr(session)
        while session.learner.version == 0:
            (item,) = session.query()
            session.label(item, right(item))
        found = session.learner.contest
        assert session.learner.brought == (
            f"v1 replaced the model you brought: {found.refit} against 0 of {found.n} items "
            "judged blind"
        )
        assert "as you brought it" not in repr(session)
        session.label(session.query()[0], "card")
        assert session.learner.brought.startswith("v1 replaced")


def fitted(labels):
    contents = texts(90)
    names = dict(zip(CLASSES, labels, strict=True))
    model = make_pipeline(CountVectorizer(), LogisticRegression())
    return model.fit(contents, [names[right(text)] for text in contents])


def test_a_model_that_knows_none_of_the_classes_is_refused(tmp_path):
    path = tmp_path / "session.rhml"
    foreign = fitted(["a", "b", "c"])
    with pytest.raises(BadInputError, match=r"\['a', 'b', 'c'\] and none of classes=\['card'"):
        begin(journal=path, model=foreign)
    with begin(journal=path) as session:
        work(session, 6)
        with pytest.raises(BadInputError, match="none of classes"):
            session.model = foreign
        assert session.model.predict(["lost card"]).shape == (1,)


def test_of_a_model_that_knows_some_of_the_classes_the_others_are_named():
    with pytest.warns(UserWarning, match=r"also knows \['b', 'c'\].*of \['refund', 'crash'\] it"):
        session = begin(model=fitted(["card", "b", "c"]))
    with session:
        assert session.classes_ == [*CLASSES, "b", "c"]


# ---- a model brought along that goes on answering ---------------------------------------------


def served(**arguments):
    contents = texts(90)
    model = make_pipeline(CountVectorizer(), LogisticRegression()).fit(
        contents, [right(text) for text in contents]
    )
    return begin(model=model, n=60, **arguments)


def test_why_a_model_brought_along_goes_on_answering_is_said_with_the_remedy():
    with served() as session:
        session.fit()  # nothing was answered yet: nothing to say
        work(session, 8)
        why = r"\d+ items so far were judged blind .* weighed from 20 answers on, with 5 such"
        remedy = r"pass sklearn.base.clone\(model\) or set session.model = clone\(model\)"
        told = f"your fitted model answers until a refit beats it: {why}.*{remedy}"
        assert re.match(told, session.learner.brought)
        with pytest.warns(UserWarning, match=told):
            session.fit()
        effect = session.teach("again", "card")
        assert re.match(f"Kept; v0 goes on answering until .*: {why}.*{remedy}", str(effect))
        work(session, 30)
        found = session.learner.contest
        again = math.ceil(1.1 * found.n - 1e-9)
        chance = f"{found.words()}, which may be chance (p = {found.p:.3f}; less than 0.025"
        assert chance in session.learner.brought
        assert f"weighed again at {again}. To learn" in session.learner.brought
        session.model = clone(session.model.estimator)
        session.fit()
        assert "until a refit" not in session.learner.brought


def test_half_of_what_teaches_is_drawn_at_random_while_a_model_brought_along_answers():
    with served() as session:
        work(session, 50)
        queries = session.state.queries.values()
        teach = [query for query in queries if query.purpose == "teach"]
        assert 0.3 < np.mean([query.reason == "random" for query in teach]) < 0.7


def test_the_holdout_of_a_model_whose_classes_nobody_named_is_scored_by_its_classes():
    contents = texts(90)
    truth = [right(text) for text in contents]
    model = make_pipeline(CountVectorizer(), LogisticRegression()).fit(contents, truth)
    with Session(
        model, pool=contents, journal=None, refit="sync", truth=truth, holdout=20
    ) as session:
        curve = session.curves()
        [score] = curve[curve["basis"] == "holdout"]["value"]
    assert score > 0.9
