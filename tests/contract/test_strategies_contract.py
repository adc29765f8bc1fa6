"""Every strategy of ours keeps the contract that `rhml_widgets.checks` asks of anybody's."""

# Stubs take what the protocol gives, used or not.
# ruff: noqa: ARG005

from __future__ import annotations

import numpy as np
import pytest

from rhml_widgets.checks import check_strategy
from rhml_widgets.exceptions import BadInputError
from rhml_widgets.machine import strategies
from rhml_widgets.machine.strategies import Diverse, Mixed, Subsample


def shortest(estimator, X, *, random_state=0):
    return 1 / (1 + np.asarray((X != 0).sum(axis=1)).ravel())


def last_first(classifier, X, n_instances=1):
    return np.arange(len(X))[::-1][:n_instances]


OURS = [
    *strategies.NAMES,
    strategies.margin,
    strategies.entropy,
    strategies.least_confidence,
    strategies.random,
    Diverse(),
    Diverse("entropy", n_clusters=3, n_closest=4, weight=2),
    Subsample("margin", 5),
    Subsample(Diverse(), 5),
    Mixed("diverse", "random", 0.3),
    Mixed(Subsample("entropy", 4), Mixed("margin", "random")),
    shortest,
    last_first,
]


@pytest.mark.parametrize("strategy", OURS, ids=lambda s: repr(strategies.resolve(s)))
def test_the_contract_is_kept(strategy):
    check_strategy(strategy)


class TestTheCheckItself:
    def test_a_wrong_shape_is_found(self):
        with pytest.raises(BadInputError, match="expected 12 utilities"):
            check_strategy(lambda estimator, X: np.zeros((X.shape[0], 1)))

    def test_infinite_utilities_are_found(self):
        with pytest.raises(AssertionError, match=r"expected within|not finite"):
            check_strategy(lambda estimator, X: np.full(X.shape[0], np.inf))

    def test_a_range_is_found_and_may_be_waived(self):
        def large(estimator, X):
            return np.arange(X.shape[0]) + 1.5

        with pytest.raises(AssertionError, match=r"from 1\.5 to 12\.5"):
            check_strategy(large)
        check_strategy(large, bounds=None)

    def test_chance_without_the_seed_is_found(self):
        rng = np.random.default_rng(0)
        with pytest.raises(AssertionError, match="two different answers"):
            check_strategy(lambda estimator, X: rng.random(X.shape[0]))

    def test_a_changed_input_is_found(self):
        def spoils(estimator, X):
            X.data[:] = 1
            return np.zeros(X.shape[0])

        with pytest.raises(AssertionError, match="were changed"):
            check_strategy(spoils)

    def test_a_changed_estimator_is_found(self):
        def spoils(estimator, X):
            estimator.coef_[:] = 0
            return np.zeros(X.shape[0])

        with pytest.raises(AssertionError, match="estimator were changed"):
            check_strategy(spoils)

    def test_one_that_needs_several_candidates_is_found(self):
        def two_at_least(estimator, X):
            if X.shape[0] < 2:
                msg = "too few"
                raise IndexError(msg)
            return np.zeros(X.shape[0])

        with pytest.raises(IndexError):
            check_strategy(two_at_least)
