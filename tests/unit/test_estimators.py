"""Refits: equal to scikit-learn without guidance, plain scikit-learn with it."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy import sparse
from scipy.special import expit, softmax
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import (
    LogisticRegression,
    Perceptron,
    RidgeClassifier,
    SGDClassifier,
)
from sklearn.naive_bayes import BernoulliNB, ComplementNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC
from sklearn.utils.estimator_checks import check_estimator

from rhml_widgets.exceptions import BadInputError, NotFittedYetError
from rhml_widgets.machine.estimators import fit_head, label_array
from rhml_widgets.machine.features import Features
from rhml_widgets.machine.feedback import Stance, compile_guidance
from rhml_widgets.machine.matrices import is_sparse
from rhml_widgets.machine.outlook import Outlook, outlook
from rhml_widgets.machine.prior_logistic import PriorLogisticRegression
from rhml_widgets.machine.scores import decision

SPAM, HAM = "spam", "ham"
CLASSES = [HAM, SPAM]
TEXTS = [
    "free prize now",
    "see you at home",
    "claim your free prize",
    "home late tonight",
    "win cash prize",
    "are you home",
    "prize draw free entry",
    "call mum at home",
    "cash draw tonight",
    "entry to your home",
]
LABELS = [SPAM, HAM, SPAM, HAM, SPAM, HAM]
NUMBERS = np.arange(6)
INDICES = [CLASSES.index(label) for label in LABELS]


def counts(n_rows, n_columns, seed=0):
    draw = np.random.default_rng(seed)
    X = sparse.random(n_rows, n_columns, density=0.05, random_state=draw, format="csr")
    X.data[:] = draw.integers(1, 4, X.nnz)
    return X


def problem(n_classes, n_rows=60, n_columns=200, seed=0):
    X = counts(n_rows, n_columns, seed)
    y = np.array([f"class {k}" for k in range(n_classes)])[np.arange(n_rows) % n_classes]
    return X, y


def guided(model, *stances, labeled=NUMBERS, indices=INDICES, classes=CLASSES, transform="pool"):
    features = Features(model, TEXTS, transform=transform)
    guidance = compile_guidance(stances, features, classes, labeled, indices)
    return features, guidance


# ---- PriorLogisticRegression -----------------------------------------------------------------


def test_passes_the_checks_of_scikit_learn():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = check_estimator(PriorLogisticRegression(), on_fail=None, on_skip=None)
    failed = [(r["check_name"], str(r["exception"])) for r in results if r["status"] == "failed"]
    assert failed == []
    assert len(results) > 40


@pytest.mark.parametrize("n_classes", [2, 3, 5])
@pytest.mark.parametrize("dense", [False, True])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_without_a_prior_it_is_logistic_regression(n_classes, dense, fit_intercept):
    X, y = problem(n_classes)
    X = X.toarray() if dense else X
    weight = np.random.default_rng(1).random(len(y)) + 0.1
    same = {"C": 3.0, "fit_intercept": fit_intercept, "class_weight": "balanced", "max_iter": 500}
    ours = PriorLogisticRegression(**same).fit(X, y, sample_weight=weight)
    theirs = LogisticRegression(**same).fit(X, y, sample_weight=weight)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-6)
    np.testing.assert_allclose(ours.intercept_, theirs.intercept_, atol=1e-6)
    np.testing.assert_array_equal(ours.n_iter_, theirs.n_iter_)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-6)
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))


@pytest.mark.parametrize("n_classes", [2, 4])
def test_the_fit_is_where_loss_and_prior_pull_alike(n_classes):
    X, y = problem(n_classes)
    prior = np.random.default_rng(2).normal(size=(n_classes, X.shape[1]))
    model = PriorLogisticRegression(C=2.0, prior=prior, tol=1e-10, max_iter=5_000).fit(X, y)
    target = (y[:, None] == model.classes_).astype(float)
    proba = model.predict_proba(X)
    pull = -2.0 * (X.T @ (proba - target)).T
    means = prior
    if n_classes == 2:
        pull, means = pull[1:], prior[1:] - prior[:1]
    np.testing.assert_allclose(model.coef_ - means, pull, atol=1e-5)
    np.testing.assert_allclose(proba.sum(axis=0), target.sum(axis=0), atol=1e-5)


def test_a_feature_the_labels_do_not_hold_stays_at_its_prior_mean():
    X = np.array([[1.0, 0.0], [0.0, 0.0]])
    model = PriorLogisticRegression(prior=sparse.csr_matrix([[0.0, 2.5]])).fit(X, [HAM, SPAM])
    assert model.coef_[0, 1] == 2.5
    assert model.decision_function([[0.0, 1.0]]) > model.decision_function([[0.0, 0.0]])


@pytest.mark.parametrize("prior", [[[0.0]], np.zeros((3, 2)), np.zeros((2, 3))])
def test_a_prior_of_another_shape_is_refused(prior):
    with pytest.raises(BadInputError, match="prior has shape"):
        PriorLogisticRegression(prior=prior).fit(np.eye(2), [0, 1])


def test_an_early_stop_is_told():
    X, y = problem(3)
    with pytest.warns(ConvergenceWarning, match="raise max_iter"):
        PriorLogisticRegression(C=100.0, max_iter=2).fit(X, y)


# ---- fits without guidance ------------------------------------------------------------------


@pytest.mark.parametrize("n_classes", [2, 5])
@pytest.mark.parametrize(
    "head",
    [
        LogisticRegression(C=10, max_iter=1_000),
        LogisticRegression(C=10, max_iter=1_000, class_weight="balanced"),
        LogisticRegression(solver="newton-cholesky", fit_intercept=False),
        LogisticRegression(solver="newton-cg", tol=1e-8, class_weight={"class 0": 3.0}),
    ],
    ids=lambda head: head.solver,
)
def test_logistic_regression_on_its_support_equals_the_full_fit(head, n_classes):
    X, y = problem(n_classes, n_rows=30)
    ours = fit_head(head, X, y)
    theirs = clone(head).set_params(random_state=0).fit(X, y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-6)
    np.testing.assert_allclose(ours.intercept_, theirs.intercept_, atol=1e-6)
    assert type(ours) is LogisticRegression
    assert set(vars(theirs)) == set(vars(ours))
    assert ours.coef_.shape == theirs.coef_.shape
    np.testing.assert_array_equal(ours.classes_, theirs.classes_)
    assert ours.classes_.dtype == theirs.classes_.dtype
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-6)


@pytest.mark.parametrize("labels", [[True, False] * 3, [3, 1] * 3, [HAM, "a longer name"] * 3])
def test_labels_keep_their_type(labels):
    X = counts(6, 20)
    head = fit_head(LogisticRegression(), X, labels)
    assert set(head.classes_.tolist()) == set(labels)
    assert type(head.predict(X)[0].item()) is type(labels[0])


def test_labels_of_several_types_are_refused():
    with pytest.raises(BadInputError, match="bool and int"):
        label_array([True, 1])
    assert label_array(np.array(["a", "bcd"], dtype=object)).tolist() == ["a", "bcd"]


@pytest.mark.parametrize("labels", [[], [SPAM], [SPAM, SPAM]])
def test_below_two_classes_there_is_no_fit(labels):
    with pytest.raises(NotFittedYetError, match="two classes"):
        fit_head(LogisticRegression(), counts(len(labels), 5), labels, classes=CLASSES)


def test_too_few_labels_for_a_neighbor_model_are_told_early():
    with pytest.raises(NotFittedYetError, match="5 neighbors; 2 labels"):
        fit_head(KNeighborsClassifier(), counts(2, 5), CLASSES)


def test_the_same_seed_gives_the_same_model():
    X, y = problem(3)
    first, second = (
        fit_head(RandomForestClassifier(5), X, y, random_state=4).predict_proba(X) for _ in "12"
    )
    np.testing.assert_array_equal(first, second)


# ---- fits with guidance ---------------------------------------------------------------------

HEADS = [
    LogisticRegression(C=10, max_iter=1_000),
    LogisticRegression(solver="liblinear"),
    MultinomialNB(),
    ComplementNB(),
    ComplementNB(norm=True),
    BernoulliNB(),
    LinearSVC(),
    SGDClassifier(),
    SGDClassifier(loss="log_loss"),
    RidgeClassifier(),
    KNeighborsClassifier(3, metric="cosine"),
    RandomForestClassifier(30),
    make_pipeline(TfidfVectorizer(), RandomForestClassifier(30)),
]


def name_of(head):
    return type(head).__name__ + getattr(head, "loss", "")


@pytest.mark.parametrize("transform", ["pool", "labels"])
@pytest.mark.parametrize("head", HEADS, ids=name_of)
def test_a_supported_term_makes_its_class_likelier(head, transform):
    model = head if hasattr(head, "steps") else make_pipeline(CountVectorizer(), head)
    features, guidance = guided(model, Stance("tonight", SPAM), transform=transform)
    rows = features.rows(NUMBERS)
    plain = features.assemble(fit_head(features.head, rows, LABELS))
    taught = features.assemble(fit_head(features.head, rows, LABELS, guidance=guidance))
    before, _ = decision(plain, ["cash tonight", "tonight"], CLASSES)
    after, _ = decision(taught, ["cash tonight", "tonight"], CLASSES)
    assert after[:, 1].mean() > before[:, 1].mean()
    assert not any(type(step).__module__.startswith("rhml_widgets") for _, step in taught.steps), (
        "the fitted model is scikit-learn's own"
    )


@pytest.mark.parametrize(
    "head",
    [
        LogisticRegression(C=10),
        LogisticRegression(solver="liblinear"),
        LinearSVC(),
        SGDClassifier(),
        RidgeClassifier(),
        Perceptron(),
    ],
    ids=name_of,
)
@pytest.mark.parametrize("supported", [False, True])
def test_a_struck_term_has_coefficient_zero(head, supported):
    stances = [Stance("prize", None, "irrelevant")]
    if supported:
        stances.append(Stance("cash", SPAM))
    features, guidance = guided(make_pipeline(TfidfVectorizer(), head), *stances)
    fitted = fit_head(features.head, features.X[NUMBERS], LABELS, guidance=guidance)
    [column] = features.columns("prize")
    assert (fitted.coef_[..., column] == 0).all()
    assert (fitted.coef_[..., features.columns("home")] != 0).all()
    free = fit_head(features.head, features.X[NUMBERS], LABELS)
    assert (free.coef_[..., column] != 0).all()


@pytest.mark.parametrize("head", [MultinomialNB(), ComplementNB(), BernoulliNB()], ids=name_of)
def test_a_struck_term_is_the_same_for_every_class_of_naive_bayes(head):
    features, guidance = guided(
        make_pipeline(CountVectorizer(), head), Stance("prize", None, "irrelevant")
    )
    fitted = fit_head(features.head, features.X[NUMBERS], LABELS, guidance=guidance)
    [column] = features.columns("prize")
    assert np.ptp(fitted.feature_log_prob_[:, column]) == 0
    with_word, without = decision(fitted, features.transform(["free prize", "free"]), CLASSES)[0]
    np.testing.assert_allclose(with_word, without, atol=1e-12)


@pytest.mark.parametrize(
    "head", [KNeighborsClassifier(3, metric="cosine"), RandomForestClassifier(20)], ids=name_of
)
def test_other_models_do_not_see_a_struck_term(head):
    features, guidance = guided(
        make_pipeline(CountVectorizer(), head), Stance("prize", None, "irrelevant")
    )
    fitted = fit_head(features.head, features.X[NUMBERS], LABELS, guidance=guidance)
    scores, _ = decision(fitted, features.transform(["free prize", "free"]), CLASSES)
    np.testing.assert_allclose(scores[0], scores[1])


@pytest.mark.parametrize("head", HEADS, ids=name_of)
def test_guidance_alone_is_a_model(head):
    if isinstance(head, KNeighborsClassifier):
        head = clone(head).set_params(n_neighbors=1)
    model = head if hasattr(head, "steps") else make_pipeline(CountVectorizer(), head)
    features, guidance = guided(
        model,
        Stance("prize", SPAM),
        Stance("cash", SPAM),
        Stance("home", HAM),
        Stance("mum", HAM),
        labeled=(),
        indices=(),
    )
    fitted = fit_head(features.head, features.rows(np.arange(0)), [], guidance=guidance)
    plain = features.assemble(fitted)
    assert plain.predict(["prize cash", "home mum"]).tolist() == [SPAM, HAM]
    assert sorted(fitted.classes_.tolist()) == CLASSES


def test_guidance_for_one_class_is_set_against_the_others():
    features, guidance = guided(
        make_pipeline(TfidfVectorizer(), LogisticRegression()),
        Stance("prize", SPAM),
        labeled=[0],
        indices=[1],
    )
    fitted = fit_head(features.head, features.X[[0]], [SPAM], guidance=guidance)
    assert fitted.classes_.tolist() == CLASSES
    scores, _ = decision(fitted, features.transform(["prize", "zebra"]), CLASSES)
    assert scores[0, 1] > scores[1, 1]


def test_a_class_known_from_guidance_alone_can_be_predicted():
    classes = ["cash", HAM, SPAM]
    features = Features(make_pipeline(TfidfVectorizer(), LogisticRegression(C=10)), TEXTS)
    stances = [Stance("cash", "cash"), Stance("draw", "cash")]
    guidance = compile_guidance(stances, features, classes, NUMBERS, np.array(INDICES) + 1)
    fitted = fit_head(features.head, features.X[NUMBERS], LABELS, guidance=guidance)
    assert fitted.classes_.tolist() == classes
    assert np.isfinite(fitted.intercept_).all()
    assert features.assemble(fitted).predict(["cash draw"]).tolist() == ["cash"]


def test_without_supports_a_fit_is_bit_equal_to_the_plain_one():
    features, guidance = guided(make_pipeline(TfidfVectorizer(), LogisticRegression(C=10)))
    assert guidance.empty
    plain = fit_head(features.head, features.X[NUMBERS], LABELS)
    same = fit_head(features.head, features.X[NUMBERS], LABELS, guidance=guidance)
    np.testing.assert_array_equal(plain.coef_, same.coef_)
    np.testing.assert_array_equal(plain.intercept_, same.intercept_)


# ---- decision and outlook -------------------------------------------------------------------


class Scorer(ClassifierMixin, BaseEstimator):
    """A classifier that says what it was told to say."""

    def __init__(self, proba=None, predicted=None):
        self.proba = proba
        self.predicted = predicted

    def fit(self, _, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        predicted = self.proba.argmax(axis=1) if self.predicted is None else self.predicted
        return self.classes_[predicted[: X.shape[0]]]

    def predict_proba(self, X):
        return self.proba[: X.shape[0]]


def scorer(proba, predicted=None):
    return Scorer(np.array(proba), predicted).fit(None, CLASSES)


def test_scores_stand_in_the_order_of_the_session():
    X, y = problem(3)
    head = fit_head(LogisticRegression(), X, y)
    classes = ["class 2", "unseen", "class 0", "class 1"]
    scores, kind = decision(head, X, classes)
    assert kind == "probability"
    np.testing.assert_allclose(scores[:, [2, 3, 0]], head.predict_proba(X))
    assert (scores[:, 1] == 0).all()


def test_margins_and_votes_stand_in_for_probabilities():
    X, y = problem(3)
    binary = np.where(y == "class 0", "a", "b")
    margin, kind = decision(fit_head(LinearSVC(), X, binary), X, ["a", "b"])
    raw = fit_head(LinearSVC(), X, binary).decision_function(X)
    assert kind == "margin"
    np.testing.assert_allclose(margin[:, 1], expit(raw))
    three = fit_head(RidgeClassifier(), X, y)
    np.testing.assert_allclose(
        decision(three, X, list(three.classes_))[0], softmax(three.decision_function(X), axis=1)
    )

    class Voter(ClassifierMixin, BaseEstimator):
        classes_ = np.array(CLASSES)

        def predict(self, X):
            return np.array([SPAM] * X.shape[0])

    votes, kind = decision(Voter(), X, CLASSES)
    assert kind == "votes"
    assert votes[0].tolist() == [0.0, 1.0]


@pytest.mark.parametrize(
    ("proba", "predicted", "message"),
    [
        ([[0.5, np.nan]] * 9, None, "NaN or infinity for 9 of 9 items"),
        ([[0.5, 0.6]] * 9, None, "sums to 1.1"),
        ([[1.2, -0.2]] * 9, None, "not probabilities"),
        ([[0.5, 0.3, 0.2]] * 9, None, r"shape \(9, 3\); expected \(9, 2\)"),
        ([[0.1, 0.9]] * 9, np.zeros(9, int), "do not follow classes_"),
    ],
)
def test_what_are_no_probabilities_is_named(proba, predicted, message):
    head = scorer(proba, predicted)
    with pytest.raises(BadInputError, match=message):
        decision(head, np.zeros((9, 2)), CLASSES)
    with pytest.raises(BadInputError, match=message):
        outlook(head, np.zeros((9, 2)), CLASSES)


def test_unknown_classes_are_named():
    with pytest.raises(BadInputError, match="'spam', which is not one of"):
        decision(scorer([[0.5, 0.5]]), np.zeros((1, 2)), [HAM, "other"])
    with pytest.raises(BadInputError, match="no classes_"):
        decision(Scorer(np.eye(2)), np.zeros((1, 2)), CLASSES)


@pytest.mark.parametrize("n_classes", [2, 3, 12])
@pytest.mark.parametrize(
    "head",
    [
        LogisticRegression(C=10, max_iter=1_000),
        LinearSVC(),
        SGDClassifier(loss="log_loss"),
        SGDClassifier(loss="modified_huber"),
        LinearDiscriminantAnalysis(),
        MultinomialNB(),
        RandomForestClassifier(7),
        PriorLogisticRegression(),
    ],
    ids=name_of,
)
def test_the_outlook_is_the_best_and_second_of_the_scores(head, n_classes, monkeypatch):
    X, y = problem(n_classes, n_rows=120)
    if isinstance(head, LinearDiscriminantAnalysis):
        X = X.toarray() + np.random.default_rng(0).normal(size=X.shape)
    fitted = fit_head(head, X, y)
    classes = ["unseen", *np.unique(y)[::-1].tolist()]
    scores, kind = decision(fitted, X, classes)
    for rows, size in ((X, 4_000_000), (X.astype(np.float32), 50)):
        monkeypatch.setattr("rhml_widgets.machine.scores._CELLS", size)
        seen = outlook(fitted, rows, classes)
        assert isinstance(seen, Outlook)
        assert seen.kind == kind
        assert len(seen) == 120
        ordered = np.sort(scores, axis=1)
        np.testing.assert_allclose(seen.confidence, ordered[:, -1], atol=1e-5)
        np.testing.assert_allclose(seen.margin, ordered[:, -1] - ordered[:, -2], atol=1e-5)
        each = np.arange(120)
        np.testing.assert_allclose(scores[each, seen.predicted], ordered[:, -1], atol=1e-5)
        np.testing.assert_allclose(scores[each, seen.runner_up], ordered[:, -2], atol=1e-5)
        assert (seen.predicted != seen.runner_up).all()
        assert seen.predicted.dtype == np.int32


def test_the_closest_calls_come_first():
    X, y = problem(2, n_rows=200)
    fitted = fit_head(LogisticRegression(), X[:30], y[:30])
    seen = outlook(fitted, X.astype(np.float32), ["class 0", "class 1"])
    head = seen.closest(10)
    assert sorted(seen.margin[head]) == seen.margin[head].tolist()
    assert seen.margin[head].max() <= np.sort(seen.margin)[9]
    among = np.arange(5, 15)
    assert set(seen.closest(3, among)) <= set(among.tolist())
    assert len(seen.closest(1_000)) == 200
    assert len(seen.closest(0)) == 0


def test_an_empty_matrix_has_an_empty_outlook():
    X, y = problem(2)
    fitted = fit_head(MultinomialNB(), X, y)
    assert len(outlook(fitted, X[:0], ["class 0", "class 1"])) == 0
    assert decision(fitted, X[:0], ["class 0", "class 1"])[0].shape == (0, 2)
    assert is_sparse(X)
