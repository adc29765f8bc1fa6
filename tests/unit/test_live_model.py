"""LiveModel: a scikit-learn estimator in every respect, and one version a call."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from rhml_widgets.exceptions import BadInputError, RhmlError
from rhml_widgets.machine.live_model import LiveModel


@parametrize_with_checks(
    [
        LiveModel(LogisticRegression()),
        LiveModel(GaussianNB()),
        LiveModel(MultinomialNB()),
        LiveModel(SGDClassifier(random_state=0)),
        LiveModel(make_pipeline(StandardScaler(), LogisticRegression())),
    ]
)
@pytest.mark.filterwarnings("ignore")  # the checks provoke warnings of scikit-learn on purpose
def test_scikit_learn_checks(estimator, check):
    check(estimator)


def test_in_a_session_fit_is_refused_and_a_clone_is_free():
    live = LiveModel(GaussianNB())
    live._install(GaussianNB().fit([[0.0], [1.0]], [0, 1]), 7)
    with pytest.raises(RhmlError, match=r"session\.fit"):
        live.fit([[0.0], [1.0]], [0, 1])
    free = clone(live)
    assert not free.__sklearn_is_fitted__()
    assert free.fit([[0.0], [1.0]], ["a", "b"]).version_ == 1
    assert live.version_ == 7


def test_estimator_is_one_version_while_versions_change():
    live = LiveModel(GaussianNB())
    live._install(GaussianNB().fit([[0.0], [1.0]], ["a", "b"]), 1)
    held = live.estimator_
    live._install(GaussianNB().fit([[0.0], [1.0], [2.0]], ["a", "b", "c"]), 2)
    assert held.classes_.tolist() == ["a", "b"]
    assert live.classes_.tolist() == ["a", "b", "c"]
    again = pickle.loads(pickle.dumps(live.estimator_))
    assert np.array_equal(again.predict([[2.0]]), ["c"])


@pytest.mark.parametrize("nothing", [None, "LogisticRegression", LogisticRegression])
def test_what_cannot_be_fitted_is_refused_in_words(nothing):
    with pytest.raises(BadInputError, match="expected a scikit-learn classifier or Pipeline"):
        LiveModel(nothing).fit([[0.0], [1.0]], ["a", "b"])
