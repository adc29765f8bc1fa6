"""LiveModel: the estimator of a session, always answering from its newest accepted version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.exceptions import NotFittedError
from sklearn.utils import get_tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from rhml_widgets.exceptions import BadInputError, RhmlError

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from sklearn.utils import Tags

__all__ = ["LiveModel", "is_fitted"]


def is_fitted(estimator: Any) -> bool:
    """Whether scikit-learn takes ``estimator`` for fitted.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> is_fitted(LogisticRegression())
    False
    """
    try:
        check_is_fitted(estimator)
    except (NotFittedError, TypeError, AttributeError):
        return False
    return True


def _answers(name: str) -> Callable[[LiveModel], bool]:
    def check(self: LiveModel) -> bool:
        live = self.__dict__.get("_live")
        getattr(live[0] if live else self.estimator, name)
        return True

    return check


class LiveModel(MetaEstimatorMixin, ClassifierMixin, BaseEstimator):
    """A classifier or Pipeline whose fitted version may be replaced while it is used.

    Each call answers from one version. Calls that must agree with one another take
    ``.estimator_`` once: between two calls of the live model a refit may have landed.

    Parameters
    ----------
    estimator : scikit-learn classifier or Pipeline

    Attributes
    ----------
    estimator_ : fitted estimator
        Plain scikit-learn: pickles and loads without this package.
    version_ : int
        In a session, the version of the journal; else how often `fit` was called.
    classes_, n_features_in_
        Those of ``estimator_``.

    Examples
    --------
    >>> from sklearn.naive_bayes import GaussianNB
    >>> live = LiveModel(GaussianNB()).fit([[0.0], [1.0]], ["a", "b"])
    >>> live.predict([[0.9]]).tolist(), live.version_
    (['b'], 1)
    """

    def __init__(self, estimator: Any) -> None:
        self.estimator = estimator

    def fit(self, X: Any, y: Any, **params: Any) -> LiveModel:
        """Fit a clone and take it as the next version.

        Raises
        ------
        RhmlError
            In a session, where the journal decides what the model has learned.
        BadInputError
            If there is no classifier to fit.
        """
        if self.__dict__.get("_in_session"):
            msg = (
                "this model belongs to a session, which refits it from the journal; label items, "
                "call session.fit(), or clone(session.model) to fit it elsewhere"
            )
            raise RhmlError(msg)
        if isinstance(self.estimator, type) or not hasattr(self.estimator, "fit"):
            msg = (
                f"estimator={self.estimator!r}: expected a scikit-learn classifier or Pipeline, "
                "for example LogisticRegression()"
            )
            raise BadInputError(msg)
        version = self.__dict__.get("_live", (None, 0))[1] + 1
        self._live = (clone(self.estimator).fit(X, y, **params), version)
        return self

    def _install(self, estimator: Any, version: int) -> None:
        self._in_session = True
        self._why: str | None = None
        self._live = (estimator, version)

    def _tell(self, why: str | None) -> None:
        self._why = why

    def _bind(self) -> None:
        self._in_session = True

    @property
    def estimator_(self) -> Any:
        """The fitted estimator of the newest accepted version."""
        return self._current()[0]

    @property
    def version_(self) -> int:
        """The number of that version."""
        version: int = self._current()[1]
        return version

    @property
    def classes_(self) -> np.ndarray:
        """The classes that version knows."""
        classes: np.ndarray = self._fitted_attribute("classes_")
        return classes

    @property
    def n_features_in_(self) -> int:
        """The features that version saw, where its estimator counts them."""
        return int(self._fitted_attribute("n_features_in_"))

    def _fitted_attribute(self, name: str) -> Any:
        live = self.__dict__.get("_live")
        if live is None:
            msg = f"{type(self).__name__} has no {name}: it is not fitted yet"
            raise AttributeError(msg)
        return getattr(live[0], name)

    def _current(self) -> tuple[Any, int]:
        live = self.__dict__.get("_live")
        if live is None:
            msg = self.__dict__.get("_why") or (
                f"This {type(self).__name__} instance is not fitted yet: it needs answers of two "
                "classes, or classes with names that occur in the texts"
            )
            raise NotFittedError(msg)
        return live  # type: ignore[no-any-return]

    def predict(self, X: Any) -> np.ndarray:
        """Return the predicted class of each row."""
        return self._current()[0].predict(X)  # type: ignore[no-any-return]

    @available_if(_answers("predict_proba"))
    def predict_proba(self, X: Any) -> np.ndarray:
        """Return class probabilities, shape (n_samples, n_classes)."""
        return self._current()[0].predict_proba(X)  # type: ignore[no-any-return]

    @available_if(_answers("decision_function"))
    def decision_function(self, X: Any) -> np.ndarray:
        """Return decision values of the estimator."""
        return self._current()[0].decision_function(X)  # type: ignore[no-any-return]

    def __sklearn_is_fitted__(self) -> bool:
        """Tell scikit-learn whether a version is live."""
        return "_live" in self.__dict__

    def __sklearn_tags__(self) -> Tags:
        """Take on the tags of the estimator."""
        tags = super().__sklearn_tags__()
        inner = get_tags(self.estimator)
        tags.input_tags = inner.input_tags
        tags.classifier_tags = inner.classifier_tags
        tags.target_tags = inner.target_tags
        return tags
