"""Explanations: exact where they can be, and each word where it stands."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import (
    CountVectorizer,
    HashingVectorizer,
    TfidfTransformer,
    TfidfVectorizer,
)
from sklearn.feature_selection import SelectKBest, chi2
from sklearn.linear_model import (
    LinearRegression,
    LogisticRegression,
    LogisticRegressionCV,
    Perceptron,
    RidgeClassifier,
    SGDClassifier,
)
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import BernoulliNB, ComplementNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import FeatureUnion, make_pipeline, make_union
from sklearn.preprocessing import MaxAbsScaler, Normalizer, StandardScaler
from sklearn.svm import SVC, LinearSVC

from rhml_widgets.exceptions import (
    BadInputError,
    NotFittedYetError,
    UnknownItemError,
    UnknownLabelError,
)
from rhml_widgets.machine.explainers import explain, explain_item, neighbors
from rhml_widgets.machine.features import Features
from rhml_widgets.machine.live_model import LiveModel
from rhml_widgets.machine.spans import Locator, without_term

TEXTS = [
    "free prize now",
    "see you at home",
    "claim your free prize, free entry",
    "home late tonight",
    "win a cash prize",
    "are you home already",
    "the invoice is wrong",
    "refund of the invoice",
    "where is my invoice now",
]
TWO = ["spam", "ham"] * 4 + ["spam"]
THREE = ["spam", "ham", "spam", "ham", "spam", "ham", "bill", "bill", "bill"]

LINEAR = [
    LogisticRegression(),
    LogisticRegression(solver="liblinear"),
    LogisticRegressionCV(cv=2, scoring="accuracy"),
    LinearSVC(),
    SGDClassifier(random_state=0),
    SGDClassifier(loss="log_loss", random_state=0),
    SGDClassifier(loss="modified_huber", random_state=0),
    RidgeClassifier(),
    Perceptron(),
]
COUNTING = [
    MultinomialNB(),
    MultinomialNB(fit_prior=False, alpha=0.1),
    ComplementNB(),
    ComplementNB(norm=True),
    BernoulliNB(),
]
CHAINS = [
    [TfidfVectorizer()],
    [CountVectorizer(), TfidfTransformer()],
    [HashingVectorizer(n_features=2**10)],
    [TfidfVectorizer(), SelectKBest(chi2, k=6)],
    [TfidfVectorizer(), MaxAbsScaler()],
    [TfidfVectorizer(), StandardScaler(with_mean=False)],
    [TfidfVectorizer(ngram_range=(1, 2)), TruncatedSVD(4, random_state=0)],
    [TfidfVectorizer(), TruncatedSVD(4, random_state=0), StandardScaler(), Normalizer()],
    [FeatureUnion([("w", TfidfVectorizer()), ("c", CountVectorizer(analyzer="char"))])],
]

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*(PassiveAggressive|l1_ratios|use_legacy|fitted attributes).*:FutureWarning",
    "ignore:.*(Liblinear|max_iter).*:sklearn.exceptions.ConvergenceWarning",
)


def name_of(model):
    steps = model if isinstance(model, list) else [model]
    return "-".join(type(step).__name__ + str(getattr(step, "loss", "")) for step in steps)


def margin(model, rows, label, against=None):
    """Return the model's own score for a label."""
    place = list(model.classes_).index
    scores = np.asarray(model.decision_function(rows))
    if scores.ndim == 1:
        return scores[0] * (1 if place(label) == 1 else -1)
    return scores[0, place(label)] - (0 if against is None else scores[0, place(against)])


def adds_up(found):
    total = found.baseline + found.contributions.sum() + found.gap
    return found.prediction == pytest.approx(total, abs=1e-12)


# ---- closed forms ---------------------------------------------------------------------------


@pytest.mark.parametrize("labels", [TWO, THREE], ids=["two", "three"])
@pytest.mark.parametrize("classifier", LINEAR, ids=name_of)
def test_linear_models_are_explained_exactly(classifier, labels):
    if classifier.__dict__.get("solver") == "liblinear" and labels is THREE:
        pytest.skip("liblinear knows two classes")
    model = make_pipeline(TfidfVectorizer(), classifier).fit(TEXTS, labels)
    for i, text in enumerate(TEXTS):
        found = explain(model, TEXTS, i)
        assert found.method == "exact"
        assert found.gap == 0
        assert adds_up(found)
        assert found.label == model.predict([text])[0]
        assert found.prediction == pytest.approx(margin(model, [text], found.label), abs=1e-9)
        for label in set(labels):
            for against in {None, *labels} - {label}:
                found = explain(model, TEXTS, i, label=label, against=against)
                expected = margin(model, [text], label, against)
                assert found.prediction == pytest.approx(expected, abs=1e-9)
                assert (found.label, found.against) == (label, against)


@pytest.mark.parametrize("labels", [TWO, THREE], ids=["two", "three"])
@pytest.mark.parametrize("classifier", COUNTING, ids=name_of)
def test_naive_bayes_is_explained_exactly(classifier, labels):
    model = make_pipeline(CountVectorizer(), classifier).fit(TEXTS, labels)
    place = list(model.classes_).index
    for i, text in enumerate(TEXTS):
        log_proba = model.predict_log_proba([text])[0]
        for label in set(labels):
            rest = [k for k in range(len(log_proba)) if k != place(label)]
            alone = explain(model, TEXTS, i, label=label)
            expected = log_proba[place(label)] - log_proba[rest].mean()
            assert alone.prediction == pytest.approx(expected, abs=1e-9)
            assert adds_up(alone)
            for against in set(labels) - {label}:
                found = explain(model, TEXTS, i, label=label, against=against)
                expected = log_proba[place(label)] - log_proba[place(against)]
                assert found.prediction == pytest.approx(expected, abs=1e-9)
                assert found.unit == "log-odds"
                assert adds_up(found)
    empty = explain(model, [""], 0, label=model.classes_[0])
    assert empty.features == ()
    assert empty.prediction == empty.baseline


@pytest.mark.parametrize("chain", CHAINS, ids=name_of)
@pytest.mark.parametrize("classifier", [LogisticRegression(), LinearSVC()], ids=name_of)
def test_steps_before_the_classifier_are_gone_through(chain, classifier):
    model = make_pipeline(*chain, classifier).fit(TEXTS, THREE)
    empty = margin(model, [""], "spam")
    for i, text in enumerate(TEXTS):
        found = explain(model, TEXTS, i, label="spam")
        assert found.method == "exact"
        assert found.prediction == pytest.approx(margin(model, [text], "spam"), abs=1e-9)
        assert adds_up(found)
        if not any(isinstance(step, Normalizer) for step in chain):
            assert found.baseline == pytest.approx(empty, abs=1e-9)
        assert all(found.features)
        if len(chain) == 1:
            assert {word.casefold() for word in re.findall(r"\w\w+", text)} <= set(found.features)


def test_a_contribution_is_the_coefficient_times_the_value():
    model = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(TEXTS, THREE)
    found = explain(model, TEXTS, 0, label="spam")
    row = model[0].transform([TEXTS[0]])
    k = list(model.classes_).index("spam")
    for name, value in zip(found.features, found.contributions, strict=True):
        column = model[0].vocabulary_[name]
        assert value == pytest.approx(model[1].coef_[k, column] * row[0, column], abs=1e-12)
    assert found.unit == "margin"
    assert found.baseline == pytest.approx(model[1].intercept_[k])
    assert [reason.feature for reason in found.top(2)] == list(found.features[:2])
    assert (np.diff(np.abs(found.contributions)) <= 0).all()


def test_two_classes_are_seen_from_either_side():
    model = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(TEXTS, TWO)
    spam, ham = (explain(model, TEXTS, 0, label=label) for label in ("spam", "ham"))
    assert spam.unit == "log-odds"
    assert spam.prediction == -ham.prediction
    assert spam.prediction == pytest.approx(np.log(np.divide(*model.predict_proba(TEXTS)[0][::-1])))


def test_the_explanation_is_a_value_and_reads_like_one():
    model = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(TEXTS, TWO)
    first, again = explain(model, TEXTS, 0), explain(model, TEXTS, 0)
    assert first == again
    assert hash(first) == hash(again)
    assert first != explain(model, TEXTS, 1)
    assert first != "spam"
    assert len(repr(first)) < 200
    assert "log-odds" in repr(first)
    with pytest.raises(AttributeError):
        first.label = "ham"
    with pytest.raises(ValueError, match="read-only"):
        first.contributions[0] = 1.0


def test_a_linear_model_nobody_told_us_of_is_believed_only_if_its_scores_add_up():
    class Mine(LogisticRegression):
        pass

    class Bent(LogisticRegression):
        def decision_function(self, X):
            return super().decision_function(X) ** 3

    straight = make_pipeline(TfidfVectorizer(), Mine()).fit(TEXTS, TWO)
    bent = make_pipeline(TfidfVectorizer(), Bent()).fit(TEXTS, TWO)
    assert explain(straight, TEXTS, 0).method == "exact"
    assert explain(bent, TEXTS, 0).method == "occlusion"


# ---- sessions -------------------------------------------------------------------------------


@pytest.mark.parametrize("chain", CHAINS, ids=name_of)
@pytest.mark.parametrize("classifier", [LogisticRegression(), MultinomialNB()], ids=name_of)
def test_the_fast_path_says_the_same(chain, classifier):
    if isinstance(classifier, MultinomialNB) and not isinstance(chain[0], TfidfVectorizer):
        chain = [TfidfVectorizer()]
    if any(isinstance(step, TruncatedSVD) for step in chain):
        classifier = LogisticRegression()
    features = Features(make_pipeline(*chain, classifier), TEXTS)
    head = features.head.fit(features.X, THREE)
    plain = features.assemble(head)
    for number, text in enumerate(TEXTS):
        fast = explain_item(features, head, number, text, label="spam", against="ham")
        slow = explain(plain, TEXTS, number, label="spam", against="ham")
        assert fast.prediction == pytest.approx(slow.prediction, abs=1e-9)
        assert set(fast.features) == set(slow.features)
        assert {text[a:b] for a, b, _ in fast.spans} == {text[a:b] for a, b, _ in slow.spans}
        assert fast.baseline == pytest.approx(slow.baseline, abs=1e-9)


def test_without_a_matrix_the_texts_are_explained():
    features = Features(
        make_pipeline(TfidfVectorizer(), LogisticRegression()), TEXTS, transform="labels"
    )
    head = features.head.fit(TEXTS, TWO)
    assert explain_item(features, head, 0, TEXTS[0]) == explain(head, TEXTS, 0)


# ---- occlusion ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "classifier",
    [KNeighborsClassifier(3), RandomForestClassifier(10, random_state=0), SVC(kernel="rbf")],
    ids=name_of,
)
def test_other_models_lose_what_a_word_was_worth(classifier):
    model = make_pipeline(TfidfVectorizer(), classifier).fit(TEXTS, THREE)
    found = explain(model, TEXTS, 2, label="spam", against="bill")
    assert found.method == "occlusion"
    assert adds_up(found)
    proba = hasattr(model, "predict_proba")
    assert found.unit == ("probability" if proba else "margin")

    def score(text):
        scores = (model.predict_proba if proba else model.decision_function)([text])[0]
        place = list(model.classes_).index
        return scores[place("spam")] - scores[place("bill")]

    assert found.prediction == pytest.approx(score(TEXTS[2]))
    assert found.baseline == pytest.approx(score(""))
    worth = dict(zip(found.features, found.contributions, strict=True))
    assert worth["free"] == pytest.approx(score(TEXTS[2]) - score("claim your  prize,  entry"))
    free = [(a, b) for a, b, index in found.spans if found.features[index] == "free"]
    assert [TEXTS[2][a:b] for a, b in free] == ["free", "free"]


def test_votes_are_explained_as_shares():
    class Voter(ClassifierMixin, BaseEstimator):
        def fit(self, _, y):
            self.classes_ = np.unique(y)
            return self

        def predict(self, X):
            return np.where(X[:, [0]].toarray().ravel() > 0, "spam", "ham")

    model = make_pipeline(CountVectorizer(vocabulary=["prize"]), Voter()).fit(TEXTS, TWO)
    found = explain(model, TEXTS, 0)
    assert (found.label, found.prediction, found.baseline) == ("spam", 1.0, 0.0)
    assert found.unit == "probability"
    assert repr(found.top(1)) == "[prize +1.00]"


def test_matrices_and_frames():
    draw = np.random.default_rng(0)
    X = draw.normal(size=(60, 4))
    y = np.where(X[:, 1] + 0.1 * draw.normal(size=60) > 0, "yes", "no")
    frame = pd.DataFrame(X, columns=["a", "b", "c", "d"])
    for chain in ([], [StandardScaler()], [SelectKBest(k=2)], [PCA(3, random_state=0)]):
        model = make_pipeline(*chain, LogisticRegression()).fit(frame, y)
        found = explain(model, frame, 5)
        assert found.method == "exact"
        assert found.features[0] == "b"
        assert found.spans == ()
        assert found.prediction == pytest.approx(margin(model, frame.iloc[[5]], found.label))
        assert adds_up(found)
    for rows in (X, sparse.csr_matrix(X), frame):
        fitted = KNeighborsClassifier(15).fit(rows, y)
        found = explain(fitted, rows, 5)
        assert found.method == "occlusion"
        assert found.features[0] in ("b", "#1")
        assert adds_up(found)
    mixed = frame.assign(kind=["x", "y"] * 30)

    class Kind(LogisticRegression):
        def fit(self, rows, labels):
            return super().fit(rows[["b"]], labels)

        def predict_proba(self, rows):
            return super().predict_proba(rows[["b"]])

    found = explain(Kind().fit(mixed, y), mixed, 3)
    assert found.features[0] == "b"
    assert adds_up(found)
    np.testing.assert_allclose(found.contributions[1:], 0, atol=1e-12)
    lda = LinearDiscriminantAnalysis().fit(X, y)
    assert explain(lda, X, 1).method == "exact"


# ---- what may be asked ----------------------------------------------------------------------


def test_questions_that_cannot_be_answered_are_named():
    model = make_pipeline(TfidfVectorizer(), LogisticRegression())
    with pytest.raises(NotFittedYetError, match="LogisticRegression is not fitted"):
        explain(model, TEXTS, 0)
    model.fit(TEXTS, TWO)
    with pytest.raises(UnknownLabelError, match="did you mean 'spam'"):
        explain(model, TEXTS, 0, label="span")
    with pytest.raises(BadInputError, match="another class"):
        explain(model, TEXTS, 0, label="spam", against="spam")
    with pytest.raises(UnknownItemError, match="no item 99: X holds 9"):
        explain(model, TEXTS, 99)


def test_series_searches_and_live_models_are_looked_into():
    model = make_pipeline(TfidfVectorizer(), LogisticRegression())
    series = pd.Series(TEXTS, index=range(10, 19))
    expected = explain(model.fit(TEXTS, TWO), TEXTS, 1)
    assert explain(model, series, 1) == expected
    assert explain(model, np.array(TEXTS), -8) == expected
    search = GridSearchCV(model, {"logisticregression__C": [1.0]}, cv=2).fit(TEXTS, TWO)
    assert explain(search, TEXTS, 1) == expected
    assert explain(LiveModel(model).fit(TEXTS, TWO), TEXTS, 1) == expected


def test_neighbors_are_the_most_alike():
    X = TfidfVectorizer().fit_transform(TEXTS)
    near = neighbors(X, 0, [0, 1, 2, 3, 4], k=2)
    assert near.numbers == (2, 4)
    cosines = (X @ X.T).toarray()[0]
    np.testing.assert_allclose(near.similarities, cosines[[2, 4]])
    dense = neighbors(X.toarray() * 3, 0, [1, 2, 4], k=2)
    assert dense.numbers == near.numbers
    np.testing.assert_allclose(dense.similarities, near.similarities)
    assert neighbors(X, 0, [0]).numbers == ()
    assert neighbors(sparse.csr_matrix((2, 3)), 0, [1]).similarities == (0.0,)
    assert repr(near).startswith("Neighbors(of 0: 2 (")


# ---- spans ----------------------------------------------------------------------------------

VECTORIZERS = [
    CountVectorizer(),
    CountVectorizer(ngram_range=(1, 3)),
    CountVectorizer(ngram_range=(2, 2), stop_words="english"),
    CountVectorizer(lowercase=False, token_pattern=r"(?u)\b\w+\b"),  # noqa: S106
    CountVectorizer(token_pattern=r"(?u)#(\w+)"),  # noqa: S106
    CountVectorizer(strip_accents="unicode", ngram_range=(1, 2)),
    CountVectorizer(strip_accents="ascii"),
    CountVectorizer(analyzer="char", ngram_range=(1, 3)),
    CountVectorizer(analyzer="char", ngram_range=(2, 4), strip_accents="unicode"),
    CountVectorizer(analyzer="char_wb", ngram_range=(2, 5)),
    CountVectorizer(analyzer="char_wb", ngram_range=(3, 3), strip_accents="unicode"),
    CountVectorizer(tokenizer=str.split, token_pattern=None),
    HashingVectorizer(ngram_range=(1, 2)),
]
CHARACTERS = st.sampled_from("abz AB \t\n.#-'éÉñßİΣσςﬁ½ǆ中文한ก็💡\u0301\u200d\u00a0")
CONTENTS = st.text(CHARACTERS, max_size=30) | st.text(max_size=20)


@pytest.mark.parametrize("vectorizer", VECTORIZERS, ids=str)
@settings(max_examples=60, deadline=None)
@given(content=CONTENTS)
def test_a_span_analyzes_to_its_feature(vectorizer, content):
    locate = Locator(vectorizer)
    places = locate(content)
    analyze = vectorizer.build_analyzer()
    assert [place.token for place in places] == analyze(content), "the analyzer's own tokens"
    for token, start, end in places:
        if start < 0:
            # Padding alone stands nowhere.
            assert not token.strip()
            continue
        assert 0 <= start < end <= len(content)
        if "#" in (vectorizer.token_pattern or ""):
            assert token.casefold() in content[start:end].casefold()
        else:
            # Lowercasing a final sigma looks at what comes after it.
            again = {one.casefold() for one in analyze(content[start:end])}
            assert token.casefold() in again


@settings(max_examples=60, deadline=None)
@given(content=CONTENTS)
def test_spans_of_an_explanation_analyze_to_their_features(content):
    vectorizer = CountVectorizer(strip_accents="unicode", token_pattern=r"(?u)\w+")  # noqa: S106
    assume(vectorizer.build_analyzer()(content))
    model = make_pipeline(vectorizer, LogisticRegression()).fit([content, "zzz yyy"], ["a", "b"])
    found = explain(model, [content], 0)
    assert len(found.spans) == len(vectorizer.build_analyzer()(content))
    for start, end, index in found.spans:
        again = {one.casefold() for one in vectorizer.build_analyzer()(content[start:end])}
        assert found.features[index].casefold() in again


@pytest.mark.parametrize(
    ("vectorizer", "content", "expected"),
    [
        (CountVectorizer(), "Free CASH", ["Free", "CASH"]),
        (CountVectorizer(ngram_range=(2, 2)), "free,  cash now", ["free,  cash", "cash now"]),
        (CountVectorizer(stop_words=["the"], ngram_range=(2, 2)), "pay the bill", ["pay the bill"]),
        (CountVectorizer(), "İstanbul calling", ["stanbul", "calling"]),
        (
            CountVectorizer(strip_accents="unicode"),
            "cafe\u0301 au lait",
            ["cafe\u0301", "au", "lait"],
        ),
        (CountVectorizer(strip_accents="unicode"), "ﬁne été", ["ﬁne", "été"]),
        (CountVectorizer(), "💡💡 idea", ["idea"]),
        (CountVectorizer(analyzer="char", ngram_range=(2, 2)), "a \t b", ["a \t ", " \t b"]),
        (CountVectorizer(analyzer="char_wb", ngram_range=(3, 3)), "ab", ["ab", "ab"]),
        (
            CountVectorizer(preprocessor=lambda text: re.sub(r"\d+", "NUM", text.lower())),
            "Pay 1234 EUR",
            ["Pay", "1234", "EUR"],
        ),
        (CountVectorizer(analyzer=lambda text: text.upper().split()), "pay me", ["pay", "me"]),
    ],
)
def test_spans_are_code_points_of_the_text_as_it_came(vectorizer, content, expected):
    places = Locator(vectorizer)(content)
    assert [content[start:end] for _, start, end in places if start >= 0] == expected


def test_a_term_is_taken_out_as_a_whole_word_only():
    assert without_term("Card, card; cardinal CARD", "card") == ", ; cardinal "
    assert without_term("a credit  card b", "Credit card") == "a  b"
    assert without_term("c++ and c", "c++") == " and c"


MODEL = make_pipeline(CountVectorizer(), LogisticRegression())


@pytest.mark.parametrize(
    ("X", "i", "error", "told"),
    [
        ("free prize", 0, BadInputError, "X is 'free prize'; expected a list or Series of texts"),
        (None, 0, BadInputError, "X is None; expected"),
        (7, 0, BadInputError, "X is 7; expected"),
        ({"a": 1}, 0, BadInputError, "expected a list or Series"),
        (TEXTS, None, BadInputError, "i=None: expected the position"),
        (TEXTS, "0", BadInputError, "i='0': expected the position"),
        (TEXTS, 1.0, BadInputError, "i=1.0: expected the position"),
        (TEXTS, True, BadInputError, "i=True: expected the position"),
        (TEXTS, slice(2), BadInputError, "expected the position"),
        ([], 0, UnknownItemError, "no item 0: X holds 0"),
        ([None, *TEXTS], 0, BadInputError, "item 0 of X is None; expected a text"),
        (pd.Series([float("nan"), "a"]).astype(object), 5, UnknownItemError, "X holds 2"),
        (pd.Series([float("nan"), "a"]).astype(object), 0, BadInputError, "item 0 of X is nan"),
        (iter(TEXTS), 0, BadInputError, "expected a list"),
    ],
)
def test_what_cannot_be_explained_is_named(X, i, error, told):
    with pytest.raises(error, match=re.escape(told)):
        explain(MODEL.fit(TEXTS, [len(text) % 2 for text in TEXTS]), X, i)


@pytest.mark.parametrize(
    ("estimator", "told"),
    [
        (LinearRegression().fit([[0.0], [1.0]], [0, 1]), "LinearRegression, a regressor"),
        (LogisticRegression, "pass an instance"),
        (None, "model is None"),
        ("model", "model is 'model'"),
        (CountVectorizer().fit(TEXTS), "expected a scikit-learn classifier"),
    ],
)
def test_what_is_no_classifier_is_refused(estimator, told):
    with pytest.raises(BadInputError, match=told):
        explain(estimator, [[0.0]], 0)


def test_positions_may_be_numpys_and_count_from_the_end():
    model = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
    assert explain(model, [[0.0], [1.0]], np.int64(-1)) == explain(model, [[0.0], [1.0]], 1)


@pytest.mark.parametrize("union", [False, True])
def test_a_frame_is_refused_where_the_model_reads_texts(union):
    texts = ["free prize", "see you at home"]
    frame = pd.DataFrame({"n": [1, 2], "body": texts})
    first = make_union(CountVectorizer(), TfidfVectorizer()) if union else CountVectorizer()
    model = make_pipeline(first, LogisticRegression()).fit(texts, ["spam", "ham"])
    with pytest.raises(BadInputError, match=r"pass the texts alone, d\['body'\]"):
        explain(model, frame, 0)
    assert explain(model, frame["body"], 0).contributions.size
