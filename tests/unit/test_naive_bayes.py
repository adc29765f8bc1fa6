"""Guidance for Naive Bayes: a lesson moves the odds of its own words, and nothing else."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.naive_bayes import BernoulliNB, ComplementNB, MultinomialNB
from sklearn.pipeline import make_pipeline

from rhml_widgets import Session, explain
from rhml_widgets.datasets import load_messages
from rhml_widgets.knowledge.codebook import first_lesson
from rhml_widgets.machine.estimators import fit_head
from rhml_widgets.machine.features import Features
from rhml_widgets.machine.feedback import Stance, compile_guidance

HEADS = [MultinomialNB(), ComplementNB(), ComplementNB(norm=True), BernoulliNB()]
TEXTS = [
    "free prize money now",
    "win cash now money",
    "cash prize for free",
    "see you at home",
    "dinner at home tonight",
    "tonight we play chess",
    "money for dinner",
    "the train is late",
]
CLASSES = ["ham", "spam"]
INDICES = np.array([1, 1, 1, 0, 0, 0], dtype=np.intp)
LABELED = np.arange(6)


def fitted(head, stances, vectorizer=CountVectorizer):
    features = Features(make_pipeline(vectorizer(), head), TEXTS)
    guidance = compile_guidance(stances, features, CLASSES, LABELED, INDICES)
    labels = np.array(CLASSES)[INDICES]
    return features, fit_head(features.head, features.rows(LABELED), labels, guidance=guidance)


def odds(features, head, texts):
    joint = head.predict_joint_log_proba(features.transform(texts))
    return joint[:, 1] - joint[:, 0]


@pytest.mark.parametrize("origin", ["person", "mark", "codebook"])
@pytest.mark.parametrize("vectorizer", [CountVectorizer, TfidfVectorizer])
@pytest.mark.parametrize("head", HEADS, ids=repr)
def test_a_lesson_moves_its_own_words_only_and_by_a_few_labels_at_most(head, vectorizer, origin):
    stances = [Stance("money", "spam", strength=10.0, origin=origin)]
    features, taught = fitted(head, stances, vectorizer)
    _, plain = fitted(head, [], vectorizer)
    without = ["free prize", "see you at home", "chess", "the train is late", ""]
    before, after = (odds(features, one, without) for one in (plain, taught))
    np.testing.assert_allclose(after, before, atol=1e-9)
    [before], [after] = (odds(features, one, ["money"]) for one in (plain, taught))
    assert before < after
    if not getattr(head, "norm", False):
        assert after - before <= np.log1p(5 / head.alpha)
    np.testing.assert_array_equal(taught.feature_count_, plain.feature_count_)


@pytest.mark.parametrize("head", HEADS, ids=repr)
def test_what_a_lesson_did_is_explained_exactly(head):
    features, taught = fitted(head, [Stance("money", "spam"), Stance("chess", "ham")])
    model = features.assemble(taught)
    for place, text in enumerate(TEXTS):
        told = explain(model, TEXTS, place, label="spam", against="ham")
        [expected] = odds(features, taught, [text])
        assert told.baseline + told.contributions.sum() == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("head", HEADS, ids=repr)
def test_a_class_that_no_label_and_no_text_names_takes_nothing_over(head):
    texts, topics = messages()
    classes = sorted({*topics, "zz other"})
    with Session(
        make_pipeline(CountVectorizer(), head),
        pool=texts,
        journal=None,
        refit="manual",
        classes=dict.fromkeys(classes, None) | {"zz other": "anything else, the usual thanks"},
    ) as session:
        for item, topic in zip(session.pool.ids[:60], topics[:60], strict=True):
            session.label(item, topic)
        session.fit()
        found = session.predict_pool()["label"]
    assert (found == "zz other").mean() < 0.1


# ---- a claim, simulated ----------------------------------------------------------------------


def messages():
    frame = load_messages().sample(frac=1, random_state=0)
    return frame.iloc[:, 0].tolist(), frame.iloc[:, 1].tolist()


NAMES = {"billing": None, "bug": None, "how-to": None}
WORDS = {
    "billing": "invoices, payment, refund, subscription",
    "bug": "an error, something wrong with the app",
    "how-to": "whether it is possible, a way to change something",
}
MODELS = [
    make_pipeline(TfidfVectorizer(), MultinomialNB()),
    make_pipeline(CountVectorizer(), MultinomialNB()),
    make_pipeline(TfidfVectorizer(), ComplementNB()),
    make_pipeline(CountVectorizer(), BernoulliNB()),
]


def gain(model, told, n_labels, seed):
    """Return how much more of the other messages is right with the classes told of."""
    texts, topics = messages()
    order = np.random.default_rng(seed).permutation(len(texts))
    labeled, other = np.sort(order[:n_labels]), order[n_labels:]
    y, classes = np.array(topics), list(told)
    features = Features(model, texts)
    rows = [{"name": name, "definition": words, "seeds": []} for name, words in told.items()]
    stances = [Stance(**row, origin="codebook") for row in first_lesson(rows)]
    indices = np.array([classes.index(label) for label in y[labeled]], dtype=np.intp)
    guidance = compile_guidance(stances, features, classes, labeled, indices)
    X, left = features.rows(labeled), features.rows(other)
    with_words = fit_head(features.head, X, y[labeled], guidance=guidance).predict(left)
    without = fit_head(features.head, X, y[labeled]).predict(left)
    return (with_words == y[other]).mean() - (without == y[other]).mean()


@pytest.mark.parametrize("told", [NAMES, WORDS], ids=["names", "words"])
@pytest.mark.parametrize("model", MODELS, ids=lambda model: f"{model[0]!r}-{model[1]!r}")
def test_words_of_the_classes_do_not_cost_what_labels_tell(model, told):
    gains = [gain(model, told, n, seed) for n in (20, 40, 100) for seed in range(5)]
    assert min(gains) > -0.02
    assert np.mean(gains) > (0.002 if told is WORDS else -0.002)
