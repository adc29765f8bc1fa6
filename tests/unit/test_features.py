"""Features: what is fitted once on the pool, and what a term stands for."""

from __future__ import annotations

import pickle
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.decomposition import TruncatedSVD
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer
from sklearn.feature_selection import SelectKBest, chi2
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.multioutput import MultiOutputClassifier
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import MaxAbsScaler

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.machine.defaults import default_model
from rhml_widgets.machine.features import Features
from rhml_widgets.machine.models import check_model

TEXTS = [
    "my credit card has not arrived",
    "the card was lost, a new card please",
    "where is my refund",
    "refund of a card payment",
    "how do I reset my password",
    "password reset link does not work",
]
LABELS = ["card", "card", "refund", "refund", "password", "password"]


def test_the_default_model_is_a_plain_unfitted_pipeline():
    model = default_model("text")
    assert isinstance(model, Pipeline)
    assert isinstance(model.steps[-1][1], LogisticRegression)
    with pytest.raises(BadInputError, match="image"):
        default_model("image")


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (LogisticRegression, r"LogisticRegression\(\)"),
        (make_pipeline(TfidfVectorizer(), TruncatedSVD()), "TruncatedSVD, which does not predict"),
        (Pipeline([("t", TfidfVectorizer()), ("m", LogisticRegression)]), "the class Logistic"),
        (Ridge(), "Ridge, a regressor"),
        (make_pipeline(TfidfVectorizer(), Ridge()), "Ridge, a regressor"),
        (MultiOutputClassifier(LogisticRegression()), "several outputs"),
        ("LogisticRegression", "'LogisticRegression'"),
        (None, "None"),
    ],
)
def test_what_cannot_be_a_model_is_refused_with_the_remedy(model, message):
    with pytest.raises(BadInputError, match=message):
        check_model(model)


@pytest.mark.parametrize("model", [RandomForestClassifier(), MultinomialNB(), default_model()])
def test_classifiers_pass(model):
    check_model(model)


@pytest.mark.parametrize("texts", [["", " "], ["the", "and of"]])
def test_texts_without_a_word_are_refused(texts):
    model = make_pipeline(TfidfVectorizer(stop_words="english"), LogisticRegression())
    with pytest.raises(BadInputError, match="hold no word"):
        Features(model, texts)


def test_leading_steps_are_fitted_once_and_the_rest_is_left():
    model = make_pipeline(TfidfVectorizer(), SelectKBest(chi2, k=4), LogisticRegression())
    features = Features(model, TEXTS)
    assert [name for name, _ in features.steps] == ["tfidfvectorizer"]
    assert [name for name, _ in features.head.steps] == ["selectkbest", "logisticregression"]
    expected = TfidfVectorizer().fit_transform(TEXTS)
    assert (expected != features.X).nnz == 0
    assert features.X.dtype == np.float64
    assert not hasattr(model.steps[0][1], "vocabulary_"), "the user's own steps stay unfitted"


def test_the_float32_twin_shares_its_structure():
    features = Features(default_model(), TEXTS)
    assert features.X32.dtype == np.float32
    assert np.shares_memory(features.X32.indices, features.X.indices)
    np.testing.assert_array_equal(features.X32.data, features.X.data.astype(np.float32))


def test_only_fit_on_is_seen_while_fitting():
    features = Features(default_model(), TEXTS, fit_on=np.array([0, 1]))
    assert features.X.shape[0] == len(TEXTS)
    assert features.columns("refund") == []
    assert features.columns("card")


def test_a_fitted_model_keeps_its_own_steps_and_can_answer():
    model = make_pipeline(TfidfVectorizer(), LogisticRegression())
    model.fit(["free prize", "see you home"], ["spam", "ham"])
    features = Features(model, TEXTS)
    assert features.X.shape[1] == len(model.steps[0][1].vocabulary_)
    assert features.fitted_head.classes_.tolist() == ["ham", "spam"]
    assert not hasattr(features.head, "coef_")
    again = features.assemble(features.fitted_head)
    np.testing.assert_array_equal(again.predict_proba(TEXTS), model.predict_proba(TEXTS))
    assert features.steps[0][1] is not model.steps[0][1], "what the user does to it is his own"


def test_a_lone_classifier_gets_a_vectorizer_and_it_is_said():
    features = Features(MultinomialNB(), TEXTS)
    assert features.in_terms
    assert "TfidfVectorizer" in features.notes[0]
    dense = Features(GaussianNB(), TEXTS)
    assert isinstance(dense.X, np.ndarray)
    assert "TruncatedSVD" in dense.notes[0]


def test_a_search_over_a_text_pipeline_reads_texts_itself():
    search = GridSearchCV(default_model(), {"model__C": [1.0, 10.0]}, cv=2)
    features = Features(search, TEXTS)
    assert features.X is None
    fitted = features.head.fit(features.rows(np.arange(6)), LABELS)
    assert features.assemble(fitted) is fitted


def test_transform_labels_leaves_the_pipeline_whole():
    features = Features(default_model(), TEXTS, transform="labels")
    assert features.X is None
    assert features.X32 is None
    assert isinstance(features.head, Pipeline)
    assert features.rows(np.array([2])) == ["where is my refund"]
    assert features.columns("card") == []
    with pytest.raises(BadInputError, match="transform='rows'"):
        Features(default_model(), TEXTS, transform="rows")


def test_open_random_states_are_set_and_given_ones_kept():
    model = make_pipeline(TfidfVectorizer(), TruncatedSVD(2), RandomForestClassifier())
    first, second = (Features(model, TEXTS, random_state=7) for _ in range(2))
    np.testing.assert_array_equal(first.X, second.X)
    assert first.head.random_state == 7
    kept = Features(RandomForestClassifier(random_state=3), TEXTS, random_state=7)
    assert kept.head.random_state == 3


def test_a_step_that_wants_labels_against_its_tags_is_left_to_the_head():
    class Supervised(BaseEstimator):
        def fit(self, _, y=None):
            if y is None:
                message = "requires y to be passed"
                raise ValueError(message)
            return self

        def transform(self, X):
            return X

    features = Features(make_pipeline(TfidfVectorizer(), Supervised(), LogisticRegression()), TEXTS)
    assert len(features.steps) == 1
    assert len(features.head.steps) == 2


@pytest.mark.parametrize(
    ("vectorizer", "term", "tokens"),
    [
        (TfidfVectorizer(), "card", ["card"]),
        (TfidfVectorizer(), "CARD!", ["card"]),
        (TfidfVectorizer(), "credit card", ["card", "credit"]),
        (TfidfVectorizer(ngram_range=(1, 2)), "credit card", ["credit card"]),
        (TfidfVectorizer(ngram_range=(1, 2)), "credit refund", ["credit", "refund"]),
        (TfidfVectorizer(ngram_range=(1, 2)), "my credit card", ["credit card", "my"]),
        (TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 3)), "card", [" ca", "ard", "car"]),
        (TfidfVectorizer(), "zebra", []),
        (TfidfVectorizer(), "!", []),
        (TfidfVectorizer(stop_words="english"), "the refund", ["refund"]),
    ],
)
def test_a_term_stands_for_the_columns_of_the_models_own_analyzer(vectorizer, term, tokens):
    features = Features(make_pipeline(vectorizer, LogisticRegression()), TEXTS)
    found = {features.names[column] for column in features.columns(term)}
    if vectorizer.analyzer == "char_wb":
        assert set(tokens) <= found
    else:
        assert sorted(found) == tokens


def test_terms_behind_a_selector_and_beside_each_other():
    union = FeatureUnion(
        [("words", TfidfVectorizer()), ("pairs", CountVectorizer(ngram_range=(2, 2)))]
    )
    features = Features(make_pipeline(union, MaxAbsScaler(), LogisticRegression()), TEXTS)
    assert features.in_terms
    assert features.names[features.columns("card")[0]] == "card"
    assert len(features.names) == features.X.shape[1]
    word = features.columns("refund")[0]
    np.testing.assert_array_equal(
        features.X[:, [word]].toarray().ravel() > 0, ["refund" in text for text in TEXTS]
    )


def test_hashed_columns_are_named_by_the_tokens_that_were_met():
    features = Features(make_pipeline(HashingVectorizer(), LogisticRegression()), TEXTS)
    column = features.columns("refund")
    assert len(column) == 1
    np.testing.assert_array_equal(
        features.X[:, column].toarray().ravel() != 0, ["refund" in text for text in TEXTS]
    )
    assert features.names[column[0]] == "refund"
    assert features.names[features.columns("zebra")[0]] == ""


def test_forms_of_a_word():
    texts = ["it arrived", "arrival", "arriving late", "arrow", "cards", "cardinal three threat"]
    features = Features(default_model(), texts)

    def forms(word):
        return {features.names[column] for column in features.forms(word)}

    assert forms("arrival") == {"arrived", "arrival", "arriving"}
    assert forms("card") == {"cards"}
    assert forms("threat") == {"threat"}
    assert forms("the") == set()


def test_document_frequency():
    features = Features(default_model(), TEXTS)
    [column] = features.columns("card")
    assert features.document_frequency[column] == pytest.approx(3 / 6)


@pytest.mark.parametrize("model", [default_model(), GaussianNB()])
def test_extend_appends_rows_and_keeps_the_columns(model):
    features = Features(model, TEXTS)
    before, width = features.X.copy(), features.X.shape[1]
    features.document_frequency  # noqa: B018 - cached, and to be computed anew below
    features.extend(["a zebra card"])
    assert features.X.shape == (7, width)
    assert features.X32.shape == (7, width)
    assert features.contents[-1] == "a zebra card"
    kept = features.X[:6]
    difference = kept - before
    assert abs(difference).max() == 0
    if sparse.issparse(features.X):
        [column] = features.columns("card")
        assert features.document_frequency[column] == pytest.approx(4 / 7)


def test_the_assembled_model_loads_without_this_package(tmp_path):
    features = Features(default_model(), TEXTS)
    plain = features.assemble(features.head.fit(features.X, LABELS))
    np.testing.assert_allclose(
        plain.predict_proba(TEXTS), plain.steps[-1][1].predict_proba(features.X), rtol=1e-12
    )
    path = tmp_path / "model.pickle"
    path.write_bytes(pickle.dumps(plain))
    code = f"""
        import pickle, sys
        class Wall:
            def find_spec(self, name, path=None, target=None):
                if name.split(".")[0] == "rhml_widgets":
                    raise ImportError(name)
        sys.meta_path.insert(0, Wall())
        model = pickle.load(open({str(path)!r}, "rb"))
        print(model.predict(["refund please"])[0])
    """
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "refund"


def test_an_estimator_that_cannot_be_cloned_is_refused():
    class Duck:
        def fit(self, *_):
            return self

        def predict(self, X):
            return X

    with pytest.raises(BadInputError, match="BaseEstimator"):
        check_model(Duck())

    class Own(ClassifierMixin, BaseEstimator):
        def fit(self, *_):
            return self

        def predict(self, X):
            return X

    check_model(Own())
