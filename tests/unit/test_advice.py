"""Advice: when the model speaks up, and that it is silent else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sessions import STEADY

from rhml_widgets.human.advice import Advice, disagrees_firmly
from rhml_widgets.state import Prediction

CLASSES = ["ham", "spam", "eggs"]


def said(label="ham", proba=(0.6, 0.3, 0.1), firmness=0.9):
    return Prediction(1, label, tuple(proba), 3, "probability", firmness)


def test_a_firm_disagreement_is_one():
    assert disagrees_firmly(said(), "spam", CLASSES)
    assert disagrees_firmly(said(), "eggs", CLASSES)


@pytest.mark.parametrize(
    ("prediction", "label"),
    [
        (None, "spam"),
        (said(), "ham"),
        (said(firmness=None), "spam"),
        (said(firmness=0.49), "spam"),
        (said(proba=(0.5, 0.3, 0.2)), "spam"),
    ],
    ids=["nothing said", "agrees", "firmness unknown", "less sure than usual", "not much likelier"],
)
def test_anything_less_is_none(prediction, label):
    assert not disagrees_firmly(prediction, label, CLASSES)


def test_the_edges_count_as_firm():
    assert disagrees_firmly(said(firmness=0.5), "spam", CLASSES)
    assert disagrees_firmly(said(proba=(0.6, 0.3, 0.1)), "spam", CLASSES)


def test_a_label_of_a_class_the_model_did_not_know_is_disagreed_with():
    assert disagrees_firmly(said(), "new", [*CLASSES, "new"])
    assert disagrees_firmly(said("eggs", (0.2, 0.2, 0.6)), "new", [*CLASSES, "new"])


@STEADY
@given(
    st.lists(st.floats(0, 1), min_size=3, max_size=3),
    st.sampled_from(CLASSES),
    st.one_of(st.none(), st.floats(0, 1)),
)
def test_it_never_disagrees_with_its_own_label(proba, label, firmness):
    assert not disagrees_firmly(said(label, proba, firmness), label, CLASSES)


def test_silence_has_nothing_to_say():
    assert (Advice("none").label, Advice("none").probability) == (None, None)
