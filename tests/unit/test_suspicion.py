"""Suspicious labels: found where they were planted, quiet where the model knows nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_digits
from sklearn.model_selection import cross_val_predict
from sklearn.neighbors import KNeighborsClassifier

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.measures.suspicion import suspicious


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_planted_errors_come_first(seed):
    pixels, truth = load_digits(return_X_y=True)
    pixels, truth = pixels[:600], truth[:600]
    stream = np.random.default_rng(seed)
    wrong = stream.choice(600, size=30, replace=False)
    labels = truth.copy()
    labels[wrong] = (labels[wrong] + stream.integers(1, 10, size=30)) % 10
    proba = cross_val_predict(
        KNeighborsClassifier(10), pixels, labels, cv=5, method="predict_proba"
    )
    found = suspicious(proba, labels)
    # One label in twenty is wrong: by chance that would be the share in both.
    assert np.isin(found[:20], wrong).mean() >= 0.9
    assert np.isin(wrong, found).mean() >= 0.6


def test_nothing_is_suspicious_where_the_model_agrees():
    assert suspicious([[0.9, 0.1], [0.2, 0.8]], [0, 1]).size == 0


def test_a_class_nobody_was_given_is_never_the_confident_one():
    assert suspicious([[0.3, 0.1, 0.6], [0.2, 0.1, 0.7]], [0, 0]).size == 0


def test_no_label_no_suspicion():
    assert suspicious(np.zeros((0, 3)), []).size == 0


@pytest.mark.parametrize(
    ("proba", "labels"), [([[0.5, 0.5]], [0, 1]), ([0.5], [0]), ([[0.5, 0.5]], [2])]
)
def test_shapes_that_do_not_fit_are_refused(proba, labels):
    with pytest.raises(BadInputError):
        suspicious(proba, labels)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(2, 5), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_places_are_distinct_and_each_disagrees(n_classes, n_items, seed):
    stream = np.random.default_rng(seed)
    proba = stream.dirichlet(np.ones(n_classes), size=n_items)
    labels = stream.integers(0, n_classes, size=n_items)
    found = suspicious(proba, labels)
    assert len(set(found.tolist())) == len(found)
    behind = proba[found, labels[found]] - proba[found].max(axis=1)
    assert (behind <= 0).all()
