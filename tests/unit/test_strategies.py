"""Strategies score: the right order, the right range, and clear words for what is none."""

# Stubs take what the protocol gives, used or not.
# ruff: noqa: ARG005

from __future__ import annotations

from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.machine import adapters, strategies
from rhml_widgets.machine.outlook import outlook
from rhml_widgets.machine.ranking import rank
from rhml_widgets.machine.strategies import Diverse, Mixed, Subsample, resolve, take_turns
from rhml_widgets.machine.strategy import View, best

PROBA = np.array([[0.5, 0.5, 0.0], [1.0, 0.0, 0.0], [0.4, 0.3, 0.3], [1 / 3, 1 / 3, 1 / 3]])


class Features:
    """The face of features that ranking looks at."""

    def __init__(self, X):
        self.X = X

    def rows(self, numbers=None):
        return self.X if numbers is None else self.X[numbers]


def pool(n=60, n_classes=3, n_columns=8, seed=0, *, as_sparse=True):
    rng = np.random.default_rng(seed)
    dense = np.abs(rng.normal(size=(n, n_columns))) * (rng.random((n, n_columns)) < 0.6)
    dense[:, 0] += 0.01
    y = (np.arange(n) % n_classes).astype(np.int32)
    return (sparse.csr_matrix(dense) if as_sparse else dense), y


def view_of(X, y, *, asked=(), n_labeled=12):
    labeled = np.arange(n_labeled)
    taken = np.zeros(len(y), dtype=bool)
    taken[labeled] = True
    taken[list(asked)] = True
    head = LogisticRegression(C=10).fit(X[labeled], y[labeled])
    known = outlook(head, X, sorted(set(y.tolist())))
    asked = np.concatenate([labeled, np.asarray(asked, dtype=np.intp)])
    return View(head, Features(X), known, taken, asked, labeled, y, 0)


class TestPureFunctions:
    def test_an_exact_tie_is_worth_one_and_certainty_nothing(self):
        assert strategies.margin(PROBA).tolist() == pytest.approx([1, 0, 0.9, 1])

    def test_entropy_and_least_confidence_are_one_where_all_classes_are_alike(self):
        for function in (strategies.entropy, strategies.least_confidence):
            utilities = function(PROBA)
            assert utilities[3] == pytest.approx(1)
            assert utilities[1] == 0
            assert 0 < utilities[0] < utilities[2] < 1

    def test_two_classes_are_ordered_alike_by_all(self):
        p = np.linspace(0.02, 0.97, 23)
        proba = np.column_stack([p, 1 - p])
        orders = [
            np.argsort(f(proba), kind="stable").tolist()
            for f in (strategies.margin, strategies.entropy, strategies.least_confidence)
        ]
        assert orders[0] == orders[1] == orders[2]

    @pytest.mark.parametrize(
        "function", [strategies.margin, strategies.entropy, strategies.least_confidence]
    )
    def test_one_class_is_never_unsure(self, function):
        assert function(np.ones((3, 1))).tolist() == [0, 0, 0]

    @pytest.mark.parametrize(
        "function", [strategies.margin, strategies.entropy, strategies.least_confidence]
    )
    def test_no_rows_give_no_utilities(self, function):
        assert function(np.zeros((0, 3))).shape == (0,)

    @pytest.mark.parametrize("bad", [[0.5, 0.5], [[np.nan, 1]], np.zeros((3, 0))])
    def test_what_is_no_matrix_of_numbers_is_refused(self, bad):
        with pytest.raises(BadInputError, match="n_samples, n_classes"):
            strategies.margin(bad)

    def test_random_is_uniform_and_seeded(self):
        utilities = strategies.random(np.zeros((4000, 2)), random_state=5)
        assert np.array_equal(utilities, strategies.random(np.zeros((4000, 2)), random_state=5))
        assert not np.array_equal(utilities, strategies.random(np.zeros((4000, 2))))
        assert np.histogram(utilities, bins=4, range=(0, 1))[0].min() > 900


class TestBest:
    def test_the_highest_come_first(self):
        found = best(np.array([0.1, 0.9, 0.5, 0.7]), 3, np.random.default_rng(0))
        assert found.tolist() == [1, 3, 2]

    def test_ties_at_the_edge_are_drawn_evenly(self):
        utilities = np.array([1.0] + [0.5] * 9)
        second = [best(utilities, 2, np.random.default_rng(i))[1] for i in range(900)]
        counts = np.bincount(second, minlength=10)[1:]
        assert counts.min() > 60
        assert counts.max() < 145

    def test_more_than_there_are_is_all(self):
        assert best(np.array([0.2]), 5, np.random.default_rng(0)).tolist() == [0]
        assert best(np.zeros(0), 5, np.random.default_rng(0)).tolist() == []


class TestTakingTurns:
    def test_without_weight_the_order_is_kept(self):
        assert take_turns([2, 0, 0, 1], asked=[2], weight=0).tolist() == [0, 1, 2, 3]

    def test_a_group_just_asked_waits(self):
        assert take_turns([0, 1], asked=[0], weight=1).tolist() == [1, 0]

    def test_a_group_asked_long_ago_no_longer_waits(self):
        asked = [0] + [2] * 200
        assert take_turns([0, 1], asked=asked, weight=1).tolist() == [0, 1]

    def test_with_much_weight_groups_alternate_and_the_oldest_comes_first(self):
        order = take_turns([0, 0, 0, 1, 1, 2], asked=[2, 1, 0], weight=100).tolist()
        assert order[:3] == [5, 3, 0]
        assert sorted(order) == list(range(6))

    def test_nothing_to_order(self):
        assert take_turns([], asked=[1]).tolist() == []


class TestDiverse:
    def test_what_it_asks_next_is_of_another_cluster_than_what_it_just_asked(self):
        rng = np.random.default_rng(1)
        centers = np.eye(4)[[0, 1, 2, 3]] * 5
        X = np.abs(np.repeat(centers, 25, axis=0) + rng.normal(scale=0.2, size=(100, 4)))
        cluster = np.repeat(np.arange(4), 25)
        view = view_of(X, (np.arange(100) % 2).astype(np.int32), n_labeled=10)
        numbers = np.array([26, 27, 51, 76])
        for last, expected in ((3, 0), (26, 2)):
            seen = View(**{**vars_of(view), "asked": np.array([last])})
            order = Diverse(n_clusters=4, weight=100).arrange(seen, numbers)
            first = cluster[numbers[order]].tolist()
            assert cluster[last] != first[0]
            assert order[0] == expected
            assert len(set(first[:3])) == 3

    def test_the_rest_stays_in_its_order(self):
        X, y = pool(80)
        view = view_of(X, y)
        order = Diverse(n_closest=5).arrange(view, view.free[:20])
        assert sorted(order[:5].tolist()) == list(range(5))
        assert order[5:].tolist() == list(range(5, 20))

    def test_without_a_matrix_it_is_its_inner_strategy(self):
        X, y = pool()
        view = view_of(X, y)
        bare = View(**{**vars_of(view), "features": SimpleNamespace(X=None)})
        assert Diverse(weight=5).arrange(bare, view.free[:9]).tolist() == list(range(9))

    @pytest.mark.parametrize(
        ("arguments", "named"),
        [
            ({"n_clusters": 0}, "n_clusters=0"),
            ({"n_closest": 2.5}, "n_closest=2.5"),
            ({"weight": -1}, "weight=-1"),
            ({"memory": 0}, "memory=0"),
            ({"strategy": "random"}, "uniform"),
            ({"strategy": Mixed("margin", "random")}, "coin"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, arguments, named):
        with pytest.raises(BadInputError, match=named):
            Diverse(**arguments)


class TestShortlists:
    @pytest.mark.parametrize("n_classes", [2, 3])
    @pytest.mark.parametrize("name", ["margin", "entropy", "least_confidence", "diverse"])
    def test_the_least_sure_untaken_items_come_first(self, name, n_classes):
        X, y = pool(n_classes=n_classes)
        view = view_of(X, y)
        numbers, utilities = resolve(name).shortlist(view, 10)
        score = {"diverse": strategies.margin}.get(name) or getattr(strategies, name)
        wanted = score(view.head.predict_proba(X[view.free]))
        order = view.free[np.argsort(-wanted)][:10]
        assert numbers.tolist() == order.tolist()
        assert np.all(np.diff(utilities) <= 0)

    def test_a_subsample_is_another_part_each_time(self):
        X, y = pool(200)
        view = view_of(X, y)
        later = View(**{**vars_of(view), "asked": np.arange(13)})
        inner = Subsample("margin", 20)
        first, _ = inner.shortlist(view, 50)
        again, _ = inner.shortlist(view, 50)
        second, _ = inner.shortlist(later, 50)
        assert len(first) == len(second) == 20
        assert first.tolist() == again.tolist()
        assert set(first.tolist()) != set(second.tolist())
        assert not view.taken[first].any()

    def test_mixed_parts_carry_their_shares(self):
        parts = Mixed(Mixed("margin", "entropy", 0.5), "random", 0.2).parts()
        assert [(round(share, 3), repr(part)) for share, part in parts] == [
            (0.4, "margin"),
            (0.4, "entropy"),
            (0.2, "random"),
        ]
        assert len(Mixed("margin", "random", 0.0).parts()) == 1


class TestResolve:
    @pytest.mark.parametrize("name", strategies.NAMES)
    def test_every_name_and_its_function_is_a_strategy(self, name):
        assert repr(resolve(name)) == repr(resolve(name.upper().replace("_", " ")))
        function = getattr(strategies, name, None)
        if function is not None:
            assert repr(resolve(function)) == name

    def test_a_strategy_stays_what_it_is(self):
        own = Diverse(n_closest=7)
        assert resolve(own) is own

    @pytest.mark.parametrize(
        ("bad", "words"),
        [
            ("entropi", "did you mean 'entropy'"),
            ("zzz", "expected one of 'diverse'"),
            (7, "a int: expected one of"),
            (None, "expected one of"),
            (Diverse, r"pass an instance, Diverse\(\)"),
            (lambda proba: proba, r"takes \(proba\)"),
            (lambda estimator, X, extra: X, r"takes \(estimator, X, extra\)"),
        ],
    )
    def test_anything_else_is_refused_in_words(self, bad, words):
        with pytest.raises(BadInputError, match=words):
            resolve(bad)

    def test_no_repr_holds_an_address(self):
        def mine(estimator, X, *, random_state):
            raise NotImplementedError

        assert repr(resolve(mine)) == "mine"
        assert repr(resolve(partial(mine, random_state=3))) == "mine"
        assert repr(resolve(Mixed(mine, "random", 0.25))) == "Mixed(mine, random, 0.25)"


class TestScoringCallable:
    def test_it_orders_the_candidates(self):
        X, y = pool()
        view = view_of(X, y)
        numbers, _ = resolve(lambda estimator, X: -np.arange(X.shape[0])).shortlist(view, 3)
        assert numbers.tolist() == view.free[:3].tolist()

    def test_it_gets_a_seed_only_if_it_takes_one(self):
        X, y = pool()
        view = view_of(X, y)
        given = []

        def seeded(estimator, X, *, random_state):
            given.append(random_state)
            return np.zeros(X.shape[0])

        resolve(seeded).shortlist(view, 3)
        assert given == [0]

    @pytest.mark.parametrize("bad", [np.zeros(3), None, "text", [[1.0]]])
    def test_a_wrong_answer_is_named(self, bad):
        X, y = pool()
        with pytest.raises(BadInputError, match="expected 48 utilities"):
            resolve(lambda estimator, X: bad).shortlist(view_of(X, y), 3)

    def test_nan_is_refused(self):
        X, y = pool()
        with pytest.raises(BadInputError, match="none of them NaN"):
            resolve(lambda estimator, X: np.full(X.shape[0], np.nan)).shortlist(view_of(X, y), 3)


class TestModalStyle:
    def test_positions_are_those_in_the_candidates(self):
        X, y = pool()
        view = view_of(X, y)

        def closest(classifier, X, n_instances=1, **kwargs):
            top = np.sort(classifier.predict_proba(X), axis=1)
            return np.argsort(top[:, -1] - top[:, -2])[:n_instances]

        numbers, utilities = resolve(closest).shortlist(view, 1024)
        wanted, _ = resolve("margin").shortlist(view, len(numbers))
        assert numbers.tolist() == wanted.tolist()
        assert len(numbers) == adapters.N_INSTANCES
        assert np.all(np.diff(utilities) < 0)

    def test_len_of_the_candidates_and_a_pair_back_are_fine(self):
        X, y = pool()
        view = view_of(X, y)

        def at_random(classifier, X_pool, n_instances=1):
            index = np.random.default_rng(0).choice(range(len(X_pool)), n_instances)
            return index, X_pool[index]

        numbers, _ = resolve(at_random).shortlist(view, 5)
        assert len(set(numbers.tolist())) == len(numbers) > 0
        assert not view.taken[numbers].any()

    def test_a_single_position_is_fine(self):
        X, y = pool()
        view = view_of(X, y)
        numbers, _ = resolve(lambda c, X, n_instances: np.int64(4)).shortlist(view, 5)
        assert numbers.tolist() == [view.free[4]]

    @pytest.mark.parametrize("bad", [[1000], [-1], [0.5], [], ["a"], [[0, 1]], None])
    def test_wrong_positions_are_named(self, bad):
        X, y = pool()
        with pytest.raises(BadInputError, match="whole numbers from 0 to 47"):
            resolve(lambda c, X, n_instances: bad).shortlist(view_of(X, y), 5)

    def test_raw_texts_come_as_an_array(self):
        seen = []

        def picking(classifier, X, n_instances):
            seen.append((type(X), len(X)))
            return [0]

        resolve(picking)(object(), ["a", "b", "c"])
        assert seen == [(np.ndarray, 3)]


class Querying:
    """A stub with the face of a scikit-activeml strategy."""

    def __init__(self):
        self.calls = []

    def query(self, X, y, clf, batch_size=1, return_utilities=False):
        self.calls.append((np.asarray(X).shape, y.copy(), clf, batch_size))
        return np.flatnonzero(np.isnan(y))[::-1][:batch_size]


class TestScikitActivemlStyle:
    def test_it_gets_labels_and_candidates_and_its_positions_are_understood(self):
        X, y = pool()
        view = view_of(X, y)
        stub = Querying()
        numbers, _ = resolve(stub).shortlist(view, 1024)
        shape, given, clf, batch_size = stub.calls[0]
        assert shape == (60, 8)
        assert given[:12].tolist() == y[:12].tolist()
        assert np.isnan(given[12:]).all()
        assert not hasattr(clf, "classes_") or clf is not view.head
        assert batch_size == adapters.N_INSTANCES
        assert numbers.tolist() == view.free[::-1][: adapters.N_INSTANCES].tolist()

    def test_a_wide_sparse_pool_is_given_in_few_dimensions(self, monkeypatch):
        monkeypatch.setattr(adapters, "MOST_CELLS", 100)
        X, y = pool(n_columns=90)
        stub = Querying()
        resolve(stub).shortlist(view_of(X, y), 5)
        assert stub.calls[0][0] == (60, 50)

    def test_many_candidates_are_sampled(self, monkeypatch):
        monkeypatch.setattr(adapters, "MOST_CANDIDATES", 9)
        X, y = pool()
        stub = Querying()
        view = view_of(X, y)
        numbers, _ = resolve(stub).shortlist(view, 5)
        assert stub.calls[0][0] == (12 + 9, 8)
        assert not view.taken[numbers].any()

    def test_arguments_nobody_can_give_are_named_at_once(self):
        class NeedsCommittee:
            def query(self, X, y, ensemble):
                raise NotImplementedError

        with pytest.raises(BadInputError, match="query needs ensemble"):
            resolve(NeedsCommittee())

    def test_it_can_be_ranked(self):
        X, y = pool()
        view = view_of(X, y)
        head = rank(
            resolve(Querying()),
            view.head,
            view.features,
            view.outlook,
            taken=view.taken,
            asked=view.asked,
            labeled=view.labeled,
            y=view.y,
        )
        assert head.rankings[0].numbers is not None
        assert head.rankings[0].reason == "strategy"


def vars_of(view):
    names = ("head", "features", "outlook", "taken", "asked", "labeled", "y", "random_state")
    return {name: getattr(view, name) for name in names}
