"""The queue draws what it says it draws, with the probability it says."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from rhml_widgets.machine import ranking
from rhml_widgets.machine.outlook import outlook
from rhml_widgets.machine.queue import draw, reason_words
from rhml_widgets.machine.ranking import rank
from rhml_widgets.machine.strategies import Mixed, resolve

PURPOSES = {"teach": 0.75, "check": 0.15, "challenge": 0.10}
TEACH = {"teach": 1.0, "check": 0.0, "challenge": 0.0}


class Features:
    """The face of features that ranking looks at."""

    def __init__(self, X):
        self.X = X

    def rows(self, numbers=None):
        return self.X if numbers is None else self.X[numbers]


def pool(n=24, seed=0, n_columns=40):
    rng = np.random.default_rng(seed)
    dense = np.abs(rng.normal(size=(n, n_columns))) * (rng.random((n, n_columns)) < 0.3)
    dense[:, 0] += 0.01
    return sparse.csr_matrix(dense), (np.arange(n) % 2).astype(np.int32)


def head_of(X, y, *, strategy="diverse", n_labeled=6, taken=None, asked=None):
    labeled = np.arange(n_labeled)
    if taken is None:
        taken = np.zeros(X.shape[0], dtype=bool)
        taken[labeled] = True
    fitted = LogisticRegression(C=10).fit(X[labeled], y[labeled])
    made = rank(
        resolve(strategy),
        fitted,
        Features(X),
        outlook(fitted, X, [0, 1]),
        taken=taken,
        asked=labeled if asked is None else asked,
        labeled=labeled,
        y=y,
    )
    return made, taken


def draws(head, taken, purposes, n):
    return [draw(head, taken, purposes, random_state=3, n_draws=i) for i in range(n)]


class TestPropensities:
    @pytest.mark.parametrize(
        "strategy",
        ["diverse", "random", Mixed("margin", "random", 0.4), Mixed("margin", "entropy")],
    )
    def test_items_come_as_often_as_stated(self, strategy):
        X, y = pool()
        head, taken = head_of(X, y, strategy=strategy)
        n = 6000
        drawn = draws(head, taken, PURPOSES, n)
        stated = {one.number: one.propensity for one in drawn}
        for one in drawn:
            assert one.propensity == stated[one.number]
        assert set(stated) == set(np.flatnonzero(~taken).tolist())
        assert sum(stated.values()) == pytest.approx(1)
        counts = Counter(one.number for one in drawn)
        chi2 = sum((counts[i] - n * p) ** 2 / (n * p) for i, p in stated.items())
        # 17 degrees of freedom: 40.8 is passed by chance once in a thousand.
        assert chi2 < 40.8

    def test_purposes_come_as_often_as_asked(self):
        X, y = pool()
        head, taken = head_of(X, y)
        counts = Counter(one.purpose for one in draws(head, taken, PURPOSES, 4000))
        assert counts["teach"] == pytest.approx(3000, abs=110)
        assert counts["check"] == pytest.approx(600, abs=90)
        assert counts["challenge"] == pytest.approx(400, abs=76)

    def test_the_order_in_which_purposes_are_written_says_nothing(self):
        X, y = pool()
        head, taken = head_of(X, y)
        turned = dict(reversed(PURPOSES.items()))
        assert draws(head, taken, PURPOSES, 30) == draws(head, taken, turned, 30)

    def test_the_same_place_in_the_stream_gives_the_same_draw(self):
        X, y = pool()
        head, taken = head_of(X, y)
        again, _ = head_of(X, y)
        assert draws(head, taken, PURPOSES, 40) == draws(again, taken, PURPOSES, 40)
        others = [draw(head, taken, PURPOSES, random_state=4, n_draws=i) for i in range(40)]
        assert others != draws(head, taken, PURPOSES, 40)

    def test_before_a_model_everything_is_uniform(self):
        taken = np.zeros(10, dtype=bool)
        taken[[2, 5]] = True
        drawn = draws(None, taken, PURPOSES, 4000)
        counts = Counter(one.number for one in drawn)
        assert set(counts) == set(np.flatnonzero(~taken).tolist())
        assert sum((c - 500) ** 2 / 500 for c in counts.values()) < 24.3  # 7 degrees, .001
        assert {(one.purpose, one.reason) for one in drawn} == {("teach", "first")}
        assert {one.propensity for one in drawn} == {1 / 8}
        assert {one.n_candidates for one in drawn} == {8}


class TestChecks:
    def test_they_are_uniform_over_all_candidates_near_duplicates_included(self):
        X, y = pool(12)
        twins = sparse.vstack([X, X], format="csr")
        y = np.concatenate([y, y])
        head, taken = head_of(twins, y)
        drawn = draws(head, taken, {"check": 1.0}, 6000)
        counts = Counter(one.number for one in drawn)
        assert set(counts) == set(range(6, 24))
        assert sum((c - 6000 / 18) ** 2 / (6000 / 18) for c in counts.values()) < 40.8
        assert {one.reason for one in drawn} == {"random-check"}

    def test_the_last_one_of_many_is_found(self):
        taken = np.ones(200_000, dtype=bool)
        taken[123_456] = False
        X, y = pool()
        head, _ = head_of(X, y)
        one = draw(head, taken, {"check": 1.0})
        assert (one.number, one.propensity, one.n_candidates) == (123_456, 1.0, 1)


class TestChallenges:
    def test_they_are_uniform_over_the_quarter_the_model_is_surest_of(self):
        X, y = pool(86)
        head, taken = head_of(X, y)
        view = outlook(LogisticRegression(C=10).fit(X[:6], y[:6]), X, [0, 1])
        surest = np.argsort(-view.strength[6:])[:20] + 6
        drawn = draws(head, taken, {"challenge": 1.0}, 3000)
        counts = Counter(one.number for one in drawn)
        assert set(counts) == set(surest.tolist())
        assert sum((c - 150) ** 2 / 150 for c in counts.values()) < 43.9  # 19 degrees, .001
        assert {one.propensity for one in drawn} == {1 / 20}
        assert {one.reason for one in drawn} == {"firm"}

    def test_without_firm_ones_left_the_model_asks(self):
        X, y = pool()
        head, taken = head_of(X, y)
        taken = taken | head.firm
        one = draw(head, taken, {"challenge": 1.0})
        assert one.purpose == "teach"
        assert one.propensity == 1.0

    def test_a_grown_pool_is_no_obstacle(self):
        X, y = pool()
        head, taken = head_of(X, y)
        grown = np.concatenate([taken, np.zeros(9, dtype=bool)])
        assert {one.number for one in draws(head, grown, {"check": 1.0}, 400)} >= set(range(24, 33))
        assert {one.number for one in draws(head, grown, {"challenge": 1.0}, 50)} <= set(
            np.flatnonzero(head.firm).tolist()
        )

    def test_a_model_equally_sure_of_all_may_be_challenged_anywhere(self):
        X, _ = pool()
        view = outlook(ConstantVote().fit(None, [0, 1]), X, [0, 1])
        firm = ranking._firm(view, np.zeros(24, dtype=bool), np.random.default_rng(0))
        assert firm.all()


class ConstantVote:
    """A classifier that only votes, and always for the same class."""

    def fit(self, _X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.zeros(X.shape[0], dtype=int)


class TestNearDuplicates:
    def twins(self):
        X, y = pool(20)
        return sparse.vstack([X, X[6:] * 1.01], format="csr"), np.concatenate([y, y[6:]])

    def test_a_twin_of_what_was_asked_is_not_asked_for(self):
        X, y = self.twins()
        asked = np.arange(20)
        taken = np.zeros(34, dtype=bool)
        taken[:19] = True
        head, taken = head_of(X, y, taken=taken, asked=asked[:19])
        asked_for = head.rankings[0].numbers.tolist()
        assert set(asked_for) == {19, 33}

    def test_a_twin_of_what_was_just_drawn_is_passed_over(self):
        X, y = self.twins()
        head, taken = head_of(X, y)
        drawn = []
        for i in range(14):
            one = draw(head, taken, TEACH, n_draws=i)
            assert one.propensity == 1.0
            drawn.append(one.number)
            taken[one.number] = True
        originals = [n if n < 20 else n - 14 for n in drawn]
        assert len(set(originals)) == 14

    def test_when_only_twins_are_left_they_are_drawn_at_random(self):
        X, y = self.twins()
        taken = np.zeros(34, dtype=bool)
        taken[:20] = True
        head, taken = head_of(X, y, taken=taken, asked=np.arange(20))
        drawn = draws(head, taken, TEACH, 300)
        assert {one.number for one in drawn} == set(range(20, 34))
        assert {one.reason for one in drawn} == {"random"}
        assert {one.propensity for one in drawn} == {1 / 14}

    def test_behind_many_twins_the_next_candidates_are_compared(self, monkeypatch):
        monkeypatch.setattr(ranking, "SHORT", 4)
        X, y = self.twins()
        taken = np.zeros(34, dtype=bool)
        taken[:19] = True

        def twins_first(_estimator, rows):
            utilities = np.ones(rows.shape[0])
            utilities[[0, -1]] = 0
            return utilities

        head, _ = head_of(X, y, taken=taken, asked=np.arange(19), strategy=twins_first)
        assert set(head.rankings[0].numbers.tolist()) == {19, 33}

    def test_dense_rows_are_compared_by_their_standardized_columns(self):
        rng = np.random.default_rng(2)
        X = 100 + rng.normal(size=(30, 12))  # all rows point the same way from zero
        y = (np.arange(30) % 2).astype(np.int32)
        head, _ = head_of(X, y)
        assert len(head.rankings[0].numbers) == 24

    def test_without_a_matrix_nothing_is_a_twin(self):
        X, y = pool()
        features = Features(X)
        features.X = None
        fitted = LogisticRegression(C=10).fit(X[:6], y[:6])
        features.rows = lambda numbers=None: X if numbers is None else X[numbers]
        taken = np.arange(24) < 6
        made = rank(
            resolve("diverse"),
            fitted,
            features,
            outlook(fitted, X, [0, 1]),
            taken=taken,
            asked=np.arange(6),
            labeled=np.arange(6),
            y=y,
        )
        assert len(made.rankings[0].numbers) == 18


class TestEnds:
    def test_an_empty_pool_and_a_pool_all_taken_give_nothing(self):
        X, y = pool()
        head, taken = head_of(X, y)
        everything = np.ones_like(taken)
        assert draw(head, everything, PURPOSES) is None
        assert draw(None, everything, PURPOSES) is None
        assert draw(None, np.zeros(0, dtype=bool), PURPOSES) is None

    def test_ranking_with_nothing_left_is_fine(self):
        X, y = pool()
        head, taken = head_of(X, y, taken=np.ones(24, dtype=bool))
        assert draw(head, taken, PURPOSES) is None

    def test_the_last_item_comes_whatever_the_purpose(self):
        X, y = pool()
        taken = np.ones(24, dtype=bool)
        taken[17] = False
        head, _ = head_of(X, y, taken=taken)
        drawn = draws(head, taken, PURPOSES, 60)
        assert {one.number for one in drawn} == {17}
        assert {one.propensity for one in drawn} == {1.0}

    def test_a_whole_pool_can_be_drawn_from_one_ranking(self, monkeypatch):
        monkeypatch.setattr(ranking, "LONG", 5)
        X, y = pool()
        head, taken = head_of(X, y)
        drawn = []
        while (one := draw(head, taken, TEACH, n_draws=len(drawn))) is not None:
            drawn.append(one)
            taken[one.number] = True
        assert sorted(one.number for one in drawn) == list(range(6, 24))
        assert [one.reason for one in drawn].count("random") >= 13

    def test_drawing_changes_nothing(self):
        X, y = pool()
        head, taken = head_of(X, y)
        before = taken.copy(), head.firm.copy(), head.rankings[0].numbers.copy()
        draws(head, taken, PURPOSES, 50)
        assert np.array_equal(before[0], taken)
        assert np.array_equal(before[1], head.firm)
        assert np.array_equal(before[2], head.rankings[0].numbers)


class TestReasons:
    def test_words_tell_why_and_nothing_of_the_answer(self):
        keys = ["close-call", "close-call-new", "strategy", "random", "first", "random-check"]
        for key in [*keys, "firm", "flip", "skipped"]:
            words = reason_words(key)
            assert words != key
            assert not any(sign.isdigit() or sign == "%" for sign in words)
        assert reason_words("of another release") == "of another release"

    def test_unlike_anything_asked_is_said_of_few(self):
        X, y = pool(400, n_columns=60)
        lonely = np.zeros((1, 60))
        lonely[0, 59] = 1.0
        dense = X.toarray()
        dense[:, 59] = 0
        dense[0, 59] = 0
        X = sparse.csr_matrix(np.vstack([dense, lonely]))
        y = np.append(y, 1).astype(np.int32)
        head, _ = head_of(X, y, strategy="margin", n_labeled=40)
        one = head.rankings[0]
        told = dict(zip(one.numbers.tolist(), one.new.tolist(), strict=True))
        compared = one.numbers[: len(one.twins)].tolist()
        assert sum(told[i] for i in compared) < len(compared) / 4
        if 400 in compared:
            assert told[400]

    def test_the_reason_is_that_of_the_item_drawn(self):
        X, y = pool(60)
        head, taken = head_of(X, y)
        one = draw(head, taken, TEACH)
        new = head.rankings[0].new[0]
        assert one.number == head.rankings[0].numbers[0]
        assert one.reason == ("close-call-new" if new else "close-call")
