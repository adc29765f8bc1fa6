"""Guidance: what people say beyond labels, and how far the labels let it stand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline

from rhml_widgets.exceptions import BadInputError, UnknownLabelError
from rhml_widgets.machine.defaults import default_model
from rhml_widgets.machine.estimators import fit_head
from rhml_widgets.machine.features import Features
from rhml_widgets.machine.feedback import Stance, compile_guidance

CLASSES = ["bug", "how-to", "billing"]
TEXTS = [
    "the app crashes on start",
    "crashes after the update",
    "how do I export my data",
    "how to add a user",
    "the invoice is wrong",
    "a refund for the invoice",
    "where is the invoice",
    "it crashes and the export is empty",
    "the credit card was charged twice",
    "the card is empty",
] * 3
TRUTH = [0, 0, 1, 1, 2, 2, 2, 0, 2, 2] * 3


@pytest.fixture(scope="module")
def features():
    return Features(default_model(), TEXTS)


def mean_of(guidance, features, term, label):
    [column] = features.columns(term)
    return guidance.prior[CLASSES.index(label), column]


def compiled(features, stances, n_labels=0):
    return compile_guidance(stances, features, CLASSES, range(n_labels), TRUTH[:n_labels])


def test_nothing_said_is_nothing(features):
    guidance = compiled(features, [])
    assert guidance.empty
    assert guidance.prior.nnz == 0
    assert guidance.terms == ()


def test_a_support_draws_its_own_cell_and_no_other(features):
    guidance = compiled(features, [Stance("invoice", "billing")])
    assert guidance.prior.nnz == 1
    assert mean_of(guidance, features, "invoice", "billing") > 0
    assert guidance.trust == pytest.approx((1.0,))
    assert guidance.evidence == ((0, 0),)
    assert not guidance.empty
    assert guidance.supported_classes == (2,)


def test_strength_is_proportional_and_zero_is_nothing(features):
    one, half, none = (
        compiled(features, [Stance("refund", "billing", strength=s)]) for s in (1.0, 0.5, 0.0)
    )
    assert mean_of(half, features, "refund", "billing") == pytest.approx(
        mean_of(one, features, "refund", "billing") / 2
    )
    assert none.terms == ()


def test_a_common_word_says_less_than_a_rare_one(features):
    guidance = compiled(features, [Stance("the", "bug"), Stance("start", "bug")])
    assert (
        0 < mean_of(guidance, features, "the", "bug") < mean_of(guidance, features, "start", "bug")
    )
    everywhere = Features(default_model(), ["the bug", "the user", "the bill"])
    assert compile_guidance([Stance("the", "bug")], everywhere, CLASSES).prior.nnz == 0


def test_labels_confirm_a_right_mark_and_refute_a_wrong_one(features):
    stances = [Stance(word, "billing", origin="mark") for word in ("invoice", "crashes")]
    before, after = compiled(features, stances), compiled(features, stances, n_labels=30)
    assert after.evidence == ((8, 8), (8, 0))
    assert mean_of(after, features, "invoice", "billing") > 0.5 * mean_of(
        before, features, "invoice", "billing"
    )
    assert mean_of(after, features, "crashes", "billing") < 0.1 * mean_of(
        before, features, "crashes", "billing"
    )
    assert after.trust[0] > 0.5
    assert after.trust[1] < 0.1


def test_what_is_taught_on_purpose_is_doubted_more_slowly(features):
    mark, lesson = (
        compiled(features, [Stance("crashes", "billing", origin=origin)], n_labels=30).trust[0]
        for origin in ("mark", "person")
    )
    assert mark < lesson < 0.6


def test_refuted_marks_cast_doubt_on_those_nobody_could_check(features):
    labeled = [number for number in range(30) if "twice" not in TEXTS[number]]
    truth = [TRUTH[number] for number in labeled]
    unseen = Stance("twice", "billing", origin="mark")
    pairs = [("crashes", "billing"), ("how", "billing"), ("invoice", "bug")]
    wrong = [Stance(word, label, origin="mark") for word, label in pairs]
    alone, doubted = (
        compile_guidance(stances, features, CLASSES, labeled, truth)
        for stances in ([unseen], [*wrong, unseen])
    )
    assert alone.evidence[-1] == doubted.evidence[-1] == (0, 0)
    assert mean_of(doubted, features, "twice", "billing") < 0.7 * mean_of(
        alone, features, "twice", "billing"
    )


def test_the_item_a_mark_was_made_on_does_not_speak_for_it(features):
    mark = Stance("invoice", "billing", origin="mark")
    once = compiled(features, [mark], n_labels=5)
    twice = compiled(features, [mark, mark], n_labels=6)
    said = compiled(features, [Stance("invoice", "billing")], n_labels=5)
    assert once.evidence == ((0, 0),)
    assert said.evidence == ((1, 1),)
    assert twice.evidence == ((1, 1), (1, 1))


def test_a_mark_stands_for_the_other_forms_of_its_word():
    texts = ["my invoice", "two invoices", "an invoice again", "the app crashed"]
    features = Features(default_model(), texts)
    marked = compile_guidance([Stance("invoice", "billing", origin="mark")], features, CLASSES)
    taught = compile_guidance([Stance("invoice", "billing")], features, CLASSES)
    word, form = (mean_of(marked, features, one, "billing") for one in ("invoice", "invoices"))
    assert word > 0
    assert form > 0
    assert mean_of(taught, features, "invoices", "billing") == 0


def test_the_form_of_a_marked_word_never_lifts_a_strike_and_has_evidence_of_its_own():
    texts = ["my invoice", "two invoices", "an invoice again", "the app crashed"]
    features = Features(default_model(), texts)
    struck = Stance("invoices", None, stance="irrelevant")
    mark = Stance("invoice", "billing", origin="mark")
    guidance = compile_guidance([struck, mark], features, CLASSES)
    assert mean_of(guidance, features, "invoices", "billing") == 0
    assert list(guidance.struck) == features.columns("invoices")
    other = Stance("invoices", "billing", origin="mark")
    both = compile_guidance([mark, other], features, CLASSES, [0, 1], [2, 2])
    assert both.evidence == ((0, 0), (0, 0))


def test_a_word_marked_for_several_classes_speaks_for_each(features):
    guidance = compiled(
        features, [Stance("empty", "bug", origin="mark"), Stance("empty", "billing", origin="mark")]
    )
    assert mean_of(guidance, features, "empty", "bug") > 0
    assert mean_of(guidance, features, "empty", "billing") > 0


def test_of_a_strike_and_a_support_the_newer_wins(features):
    support, strike = Stance("Invoice", "billing"), Stance("invoice", None, "irrelevant")
    struck = compiled(features, [support, strike])
    assert struck.terms == ()
    assert struck.struck.tolist() == features.columns("invoice")
    assert struck.struck_terms == ("invoice",)
    assert struck.trust == (None, None)
    back = compiled(features, [support, strike, support])
    assert len(back.struck) == 0
    assert mean_of(back, features, "invoice", "billing") > 0
    assert back.trust[1] is None


def test_of_two_deliberate_supports_in_two_classes_the_newer_wins():
    features = Features(default_model(), TEXTS)
    two = ["bug", "other"]
    first, second = Stance("empty", "bug"), Stance("empty", "other")
    guidance = compile_guidance([first, second], features, two)
    assert guidance.supported_classes == (1,)
    assert guidance.trust[0] is None
    marks = [Stance(s.term, s.label, origin="mark") for s in (first, second)]
    assert compile_guidance(marks, features, two).supported_classes == (0, 1)


def test_the_codebook_never_lifts_a_strike(features):
    strike = Stance("invoice", None, "irrelevant")
    book = Stance("invoice", "billing", origin="codebook")
    for stances in ([strike, book], [book, strike]):
        assert compiled(features, stances).terms == ()


def test_the_codebook_speaks_for_the_forms_of_its_words_and_for_no_stop_word():
    features = Features(default_model(), ["it arrived", "arrival today", "card lost", "not mine"])
    stances = [
        Stance("arrival", "bug", origin="codebook"),
        Stance("not", "bug", origin="codebook"),
        Stance("arrive", "how-to", origin="codebook"),
    ]
    guidance = compile_guidance(stances, features, CLASSES)
    spoken = {(term.class_index, features.names[term.columns[0]]) for term in guidance.terms}
    assert spoken == {(0, "arrival"), (0, "arrived"), (1, "arrival"), (1, "arrived")}
    assert guidance.trust[1] is None
    said = compile_guidance([Stance("arrival", "bug")], features, CLASSES)
    assert [term.columns for term in said.terms] == [tuple(features.columns("arrival"))]


def test_the_codebook_fades_with_labels(features):
    stances = [Stance("refund", "billing", origin="codebook")]
    early, late = compiled(features, stances, 4), compiled(features, stances, 5)
    assert mean_of(late, features, "refund", "billing") < mean_of(
        early, features, "refund", "billing"
    )


def test_a_strike_takes_its_column_out_of_a_phrase(features):
    guidance = compiled(
        features, [Stance("credit card", "billing"), Stance("card", None, "irrelevant")]
    )
    assert [term.columns for term in guidance.terms] == [tuple(features.columns("credit"))]


def test_the_parts_of_a_phrase_share_its_effect(features):
    whole = compiled(features, [Stance("credit", "billing")])
    parts = compiled(features, [Stance("credit card", "billing")])
    assert parts.prior.nnz == 2
    assert mean_of(parts, features, "credit", "billing") == pytest.approx(
        mean_of(whole, features, "credit", "billing") / 2
    )


def test_an_unknown_term_is_left_out(features):
    guidance = compiled(features, [Stance("zebra", "bug")])
    assert guidance.terms == ()
    assert guidance.trust == (None,)


def test_counts_are_drawn_less_far_than_tf_idf():
    stance = Stance("refund", "billing")
    tfidf = Features(default_model(), TEXTS)
    counts = Features(make_pipeline(CountVectorizer(), LogisticRegression()), TEXTS)
    drawn = [compile_guidance([stance], f, CLASSES) for f in (tfidf, counts)]
    assert drawn[1].prior.max() < drawn[0].prior.max()
    assert drawn[1].scale == pytest.approx(0.3, abs=0.05)


@pytest.mark.parametrize(
    ("stance", "error", "message"),
    [
        (Stance("x", "bug", "likes"), BadInputError, "'likes'"),
        (Stance(" ", "bug"), BadInputError, "empty"),
        (Stance("x", "bug", strength=-1.0), BadInputError, "irrelevant"),
        (Stance("x", "bug", strength=float("nan")), BadInputError, "nan"),
        (Stance("x", "Bug"), UnknownLabelError, "'Bug'"),
        (Stance("x", None), UnknownLabelError, "None"),
    ],
)
def test_malformed_stances_are_named(features, stance, error, message):
    with pytest.raises(error, match=message):
        compiled(features, [stance])


def test_models_without_prior_means_get_small_items():
    features = Features(make_pipeline(TfidfVectorizer(), KNeighborsClassifier(1)), TEXTS)
    guidance = compiled(features, [Stance("credit card", "billing"), Stance("start", "bug")])
    assert guidance.prior is None
    assert guidance.rows.shape == (2, features.X.shape[1])
    assert guidance.rows[0].nnz == 2


def test_where_columns_are_no_terms_marks_and_strikes_still_count():
    model = make_pipeline(TfidfVectorizer(), TruncatedSVD(5), LogisticRegression())
    features = Features(model, TEXTS)
    stances = [Stance("invoice", "billing"), Stance("crashes", None, "irrelevant")]
    guidance = compiled(features, stances, n_labels=10)
    assert guidance.prior is None
    assert guidance.evidence[0] == (3, 3)
    changed = np.flatnonzero(np.abs(guidance.substitutes - features.X[:10]).max(axis=1) > 1e-9)
    assert changed.tolist() == [0, 1, 7]
    rows, labels = features.X[:10], np.array(CLASSES)[TRUTH[:10]]
    plain, taught = (fit_head(features.head, rows, labels, guidance=g) for g in (None, guidance))
    invoice = features.transform(["invoice"])
    assert taught.predict_proba(invoice)[0, 0] > plain.predict_proba(invoice)[0, 0]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.builds(
            Stance,
            term=st.sampled_from(["invoice", "crashes", "export", "credit card", "the", "zebra"]),
            label=st.sampled_from(CLASSES),
            stance=st.sampled_from(["supports", "supports", "irrelevant"]),
            strength=st.sampled_from([0.0, 0.5, 1.0, 3.0]),
            origin=st.sampled_from(["person", "mark", "codebook"]),
        ),
        max_size=8,
    ),
    st.integers(0, 30),
    st.integers(0, 7),
)
def test_undo_is_compiling_without_it_bit_for_bit(stances, n_labels, undone):
    features = shared
    rest = [stance for index, stance in enumerate(stances) if index != undone]
    with_it = compiled(features, stances, n_labels)
    first, again = compiled(features, rest, n_labels), compiled(features, rest, n_labels)
    np.testing.assert_array_equal(first.prior.toarray(), again.prior.toarray())
    assert first.terms == again.terms
    assert first.trust == again.trust
    assert np.isfinite(with_it.prior.data).all()
    assert (with_it.prior.data >= 0).all()
    assert not set(with_it.struck.tolist()) & set(with_it.prior.indices.tolist())
    assert len(with_it.trust) == len(with_it.evidence) == len(stances)
    if n_labels > 3:
        labels = np.array(CLASSES)[TRUTH[:n_labels]]
        rows = features.X[:n_labels]
        fits = [fit_head(features.head, rows, labels, guidance=g) for g in (first, again)]
        np.testing.assert_array_equal(fits[0].coef_, fits[1].coef_)


shared = Features(default_model(), TEXTS)
