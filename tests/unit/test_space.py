"""Space: cosines are exact, clusters follow the data, and neither minds odd rows."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.metrics.pairwise import cosine_similarity

from rhml_widgets.machine import space as module
from rhml_widgets.machine.space import Space

WORDS = {
    0: ["invoice", "payment", "refund", "card", "charge"],
    1: ["crash", "error", "freeze", "bug", "screen"],
    2: ["export", "import", "share", "invite", "print"],
}


class Features:
    def __init__(self, X):
        self.X = X


def texts(n=90, seed=0):
    rng = np.random.default_rng(seed)
    topics = np.arange(n) % 3
    return [" ".join(rng.choice(WORDS[t], 3)) for t in topics.tolist()], topics


@pytest.mark.parametrize("vectorizer", [TfidfVectorizer(), CountVectorizer(dtype=float)])
def test_sparse_rows_are_compared_by_their_cosine(vectorizer):
    X = vectorizer.fit_transform(texts()[0]).tocsr()
    found = Space(X).alike(X[:7], X[20:31])
    assert np.allclose(found, cosine_similarity(X[:7], X[20:31]))


def test_an_empty_row_is_like_nothing():
    X = sparse.csr_matrix(np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 2.0]]))
    assert Space(X).alike(X, X).tolist() == [[1, 0, 0], [0, 0, 0], [0, 0, 1]]


def test_dense_rows_are_compared_after_standardizing():
    X = np.array([[100.0, 1.0], [101.0, 1.0], [100.0, 1.0], [101.0, 1.0]])
    found = Space(X).alike(X, X)
    assert found[0, 2] == pytest.approx(1)
    assert found[0, 1] == pytest.approx(-1)


@pytest.mark.parametrize("is_sparse", [True, False])
def test_clusters_follow_the_topics(is_sparse):
    contents, topics = texts()
    X = TfidfVectorizer().fit_transform(contents).tocsr()
    X = X if is_sparse else X.toarray()
    groups = Space(X, random_state=1).groups(X, 3)
    for topic in range(3):
        assert len(set(groups[topics == topic].tolist())) == 1
    assert len(set(groups.tolist())) == 3


def test_clusters_come_from_a_sample_and_hold_for_all(monkeypatch):
    monkeypatch.setattr(module, "SAMPLE", 40)
    contents, topics = texts(400)
    X = TfidfVectorizer().fit_transform(contents).tocsr()
    groups = Space(X).groups(X, 3)
    assert all(len(set(groups[topics == topic].tolist())) == 1 for topic in range(3))


def test_the_same_seed_gives_the_same_clusters():
    X = TfidfVectorizer().fit_transform(texts()[0]).tocsr()
    assert np.array_equal(
        Space(X, random_state=4).groups(X, 7), Space(X, random_state=4).groups(X, 7)
    )


@pytest.mark.parametrize(
    "X",
    [
        np.zeros((5, 3)),
        np.ones((1, 2)),
        sparse.csr_matrix((4, 200)),
        sparse.csr_matrix(np.eye(60, 200)),
        np.random.default_rng(0).normal(size=(3, 80)),
    ],
    ids=["all zero", "one row", "empty rows", "nothing shared", "wide and short"],
)
def test_odd_pools_have_clusters_too(X):
    groups = Space(X).groups(X, 5)
    assert groups.shape == (X.shape[0],)
    assert groups.min() >= 0
    assert groups.max() < 5


def test_clusters_by_number_are_kept_and_grow_with_the_pool():
    X = TfidfVectorizer().fit_transform(texts()[0]).tocsr()
    space = Space(X)
    direct = space.groups(X, 4)
    numbers = np.array([5, 3, 5, 60])
    assert space.groups_of(X, numbers, 4).tolist() == direct[numbers].tolist()
    grown = sparse.vstack([X, X[:2]], format="csr")
    found = space.groups_of(grown, np.array([91, 5, 0]), 4)
    assert found.tolist() == direct[[1, 5, 0]].tolist()
    assert space.groups_of(X, np.zeros(0, dtype=int), 4).tolist() == []


def test_a_pool_has_one_space_and_takes_it_along():
    features = Features(np.eye(4))
    made = Space.of(features)
    assert made is Space.of(features)
    assert Space.of(Features(None)) is None
    gone = weakref.ref(made)
    del features, made
    gc.collect()
    assert gone() is None
