"""Any scikit-learn classifier works in a session: it learns, says, explains, and takes lessons."""

# A protocol's arguments are as many as they are.
# ruff: noqa: PLR0917

from __future__ import annotations

import pickle

import numpy as np
import pytest
from sklearn.base import BaseEstimator, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import (
    LinearRegression,
    LogisticRegression,
    Perceptron,
    RidgeClassifier,
    SGDClassifier,
)
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier
from sklearn.naive_bayes import BernoulliNB, ComplementNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC, LinearSVC, LinearSVR
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

import rhml_widgets as rhml
from rhml_widgets.exceptions import BadInputError

MESSAGES = rhml.datasets.load_messages().head(90)
N_LABELS = 12

CLASSIFIERS = [
    LogisticRegression(),
    SGDClassifier(loss="hinge"),
    RidgeClassifier(),
    LinearSVC(),
    SVC(),
    MultinomialNB(),
    ComplementNB(),
    BernoulliNB(),
    KNeighborsClassifier(3),
    DecisionTreeClassifier(),
    RandomForestClassifier(10),
    ExtraTreesClassifier(10),
    HistGradientBoostingClassifier(max_iter=5, min_samples_leaf=2),
    GradientBoostingClassifier(n_estimators=5),
    MLPClassifier((5,), max_iter=30),
    LinearDiscriminantAnalysis(),
    CalibratedClassifierCV(LinearSVC(), cv=2),
    DummyClassifier(),
    Perceptron(),
]
WITHOUT_PROBABILITIES = {"RidgeClassifier", "LinearSVC", "SVC", "Perceptron", "SGDClassifier"}

pytestmark = pytest.mark.filterwarnings(
    "ignore::sklearn.exceptions.ConvergenceWarning",
    # Of twelve labels there may be few of a class, and many equal ones.
    "ignore:The least populated class:UserWarning",
    "ignore:Variables are collinear:UserWarning",
    # Of the first labels some are too few for one estimator or another.
    "ignore:the first fit failed:UserWarning",
)


def name_of(model):
    return type(model).__name__


def open_session(model, **arguments):
    given = {"classes": sorted(set(MESSAGES["topic"])), "refit": "sync", **arguments}
    return rhml.Session(model, MESSAGES["text"], journal=None, **given)


def driven(model, n=N_LABELS, **arguments):
    session = open_session(model, **arguments)
    rhml.simulate.Person(MESSAGES["topic"], random_state=0).drive(session, n)
    return session


@pytest.mark.parametrize("model", CLASSIFIERS, ids=name_of)
def test_a_classifier_as_it_is_learns_says_explains_and_takes_lessons(model):
    with driven(model) as session:
        assert session.learner.failure is None
        assert session.state.n_labeled == N_LABELS
        before = session.predict_pool()
        assert len(before) == len(MESSAGES)
        assert set(before["label"]) <= set(session.classes_)
        known = before["probability"].dropna()
        assert known.between(0, 1).all()
        assert (len(known) == 0) <= (name_of(model) in WITHOUT_PROBABILITIES)

        item = session.judgments()["item_id"].iloc[-1]
        found = session.explain(item)
        assert found.label in session.classes_
        assert found.method in {"exact", "sampled", "occlusion", "neighbors"}
        total = found.baseline + found.contributions.sum() + found.gap
        assert found.prediction == pytest.approx(total, abs=1e-9)

        effect = session.teach("invoice", "billing")
        assert effect.flips >= 0
        session.undo(effect.lesson)
        session.undo(session.teach("the", stance="irrelevant").lesson)
        assert session.learner.failure is None
        assert session.predict_pool()["label"].tolist() == before["label"].tolist()

        plain = pickle.loads(pickle.dumps(session.model.estimator_))
        texts = MESSAGES["text"].tolist()
        assert plain.predict(texts).tolist() == session.model.predict(texts).tolist()


@pytest.mark.parametrize("model", [LinearSVC(), HistGradientBoostingClassifier()], ids=name_of)
def test_one_class_of_labels_is_no_failure(model):
    session = open_session(model, classes=None, random_state=1)
    item = session.query()[0]
    session.label(item.item_id, "billing")
    assert session.learner.failure is None
    session.close()


@pytest.mark.parametrize(
    "model",
    [
        LinearRegression(),
        LinearSVR(),
        DecisionTreeRegressor(),
        RandomForestRegressor(),
        make_pipeline(TfidfVectorizer(), LinearRegression()),
    ],
    ids=name_of,
)
def test_regressors_are_refused_in_words(model):
    with pytest.raises(BadInputError, match="a regressor; expected a scikit-learn classifier"):
        open_session(model)


@pytest.mark.parametrize(
    "model",
    [
        MultiOutputClassifier(LogisticRegression()),
        ClassifierChain(LogisticRegression()),
        make_pipeline(TfidfVectorizer(), MultiOutputClassifier(LogisticRegression())),
    ],
    ids=name_of,
)
def test_several_outputs_are_refused_in_words(model):
    with pytest.raises(BadInputError, match="several outputs at once"):
        open_session(model)


def test_answers_that_came_out_of_order_are_aligned_by_class():
    class Backwards(LogisticRegression):
        """One whose ``classes_`` are not sorted."""

        def fit(self, X, y, sample_weight=None):
            super().fit(X, y, sample_weight)
            self.order_ = np.arange(len(self.classes_))[::-1]
            self.classes_ = self.classes_[::-1]
            return self

        def predict_proba(self, X):
            self.classes_ = self.classes_[::-1]
            try:
                return super().predict_proba(X)[:, ::-1]
            finally:
                self.classes_ = self.classes_[::-1]

        def predict(self, X):
            return self.classes_[self.predict_proba(X).argmax(axis=1)]

    with driven(Backwards()) as session:
        assert session.learner.failure is None
        frame = session.predict_pool()
        assert set(frame["label"]) <= set(session.classes_)


# ---- strategies of others -----------------------------------------------------------------------


def uncertainty_sampling(classifier, X, n_instances=1):
    """Return positions of rows, as modAL documents it."""
    least_sure = classifier.predict_proba(X).max(axis=1)
    return np.argsort(least_sure, kind="stable")[:n_instances]


def with_rows(classifier, X, n_instances=1):
    """Return positions and the rows themselves: the older form."""
    chosen = uncertainty_sampling(classifier, X, n_instances)
    return chosen, X[chosen]


class PoolStrategyStandIn(BaseEstimator):
    """A stand-in: what scikit-activeml documents of ``SingleAnnotatorPoolQueryStrategy.query``.

    ``y`` holds NaN where a label is missing; the strategy fits ``clf`` itself unless told not to;
    positions in ``X`` come back.
    """

    def __init__(self, random_state=None):
        self.random_state = random_state

    def query(self, X, y, clf, candidates=None, batch_size=1, return_utilities=False, fit_clf=True):
        assert X.ndim == 2
        assert len(X) == len(y)
        free = np.flatnonzero(np.isnan(np.asarray(y, dtype=float)))
        candidates = free if candidates is None else np.asarray(candidates)
        known = np.setdiff1d(np.arange(len(X)), free)
        if fit_clf:
            clf = clone(clf).fit(X[known], np.asarray(y)[known])
        proba = clf.predict_proba(X[candidates])
        utilities = 1 - proba.max(axis=1)
        return candidates[np.argsort(-utilities, kind="stable")[:batch_size]]


@pytest.mark.parametrize(
    "strategy",
    [uncertainty_sampling, with_rows, PoolStrategyStandIn()],
    ids=["modAL", "modAL with rows", "scikit-activeml"],
)
def test_strategies_of_others_are_used_as_they_are(strategy):
    with driven(LogisticRegression(), strategy=strategy, purposes={"teach": 1.0}) as session:
        assert session.learner.strategy_failure is None
        assert session.state.n_labeled == N_LABELS
        assert session.judgments()["item_id"].is_unique
