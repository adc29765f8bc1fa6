"""Logistic regression that is drawn towards what a person said, not towards zero."""

from __future__ import annotations

import warnings
from inspect import signature
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import compute_class_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.machine.floor import give_way
from rhml_widgets.machine.matrices import is_sparse

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["BINARY", "PriorLogisticRegression", "solve"]

BINARY = 2
"""Classes of a model that needs one score only."""
_OLD = "sample_weight" not in signature(compute_class_weight).parameters


def solve(
    X: Any,
    target: NDArray[np.intp],
    n_classes: int,
    *,
    C: float,
    prior: NDArray[np.float64] | None = None,
    sample_weight: NDArray[np.float64] | None = None,
    fit_intercept: bool = True,
    tol: float = 1e-4,
    max_iter: int = 100,
) -> tuple[NDArray[np.float64], NDArray[np.float64], int]:
    """Minimize ``C * sum(weight * log loss) + |W - prior|^2 / 2``; the intercept is free.

    Without a prior the objective, its scaling, the start and the stopping rule are those of
    scikit-learn's LogisticRegression(solver="lbfgs"), so the iterates agree to rounding.

    Parameters
    ----------
    X : csr_matrix or ndarray of float64, shape (n_samples, n_features)
    target : ndarray of int, shape (n_samples,)
        Class indices below ``n_classes``.
    n_classes : int
        2 makes one row of coefficients, for class 1; more make one row a class.
    prior : ndarray, shape (1 or n_classes, n_features), optional
        Where the coefficients are drawn to.

    Returns
    -------
    coef : ndarray, shape (1 or n_classes, n_features)
    intercept : ndarray, shape (1 or n_classes,)
    n_iter : int
    """
    n_samples, n_features = X.shape
    n_rows = 1 if n_classes == BINARY else n_classes
    total = float(n_samples if sample_weight is None else sample_weight.sum())
    weight = np.full(n_samples, 1.0) if sample_weight is None else sample_weight
    weight = weight / total
    strength = 1.0 / (C * total)
    drawn = prior is not None and prior.any()
    offset = X @ prior.T if drawn and prior is not None else np.zeros((n_samples, n_rows))
    transposed = X.T
    loss = _binary_loss if n_rows == 1 else _multinomial_loss
    shape = (n_features + fit_intercept, n_rows)

    def objective(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        give_way()
        step = flat.reshape(shape)
        coef = step[:n_features]
        raw = X @ coef + offset
        if fit_intercept:
            raw += step[n_features]
        value, slope = loss(raw, target, weight)
        gradient = np.empty(shape)
        gradient[:n_features] = transposed @ slope + strength * coef
        if fit_intercept:
            gradient[n_features] = slope.sum(axis=0)
        norm = coef.ravel()
        return value + 0.5 * strength * float(norm @ norm), gradient.ravel()

    found = minimize(
        objective,
        np.zeros(shape[0] * shape[1]),
        method="L-BFGS-B",
        jac=True,
        options={"maxiter": max_iter, "maxls": 50, "gtol": tol, "ftol": 64 * np.finfo(float).eps},
    )
    if found.status != 0:
        warnings.warn(
            f"the fit stopped after {found.nit} iterations before it converged; raise max_iter "
            f"(now {max_iter})",
            ConvergenceWarning,
            stacklevel=2,
        )
    step = found.x.reshape(shape)
    coef = np.ascontiguousarray(step[:n_features].T)
    if drawn:
        coef += prior
    intercept = step[n_features].copy() if fit_intercept else np.zeros(n_rows)
    return coef, intercept, min(int(found.nit), max_iter)


def _binary_loss(
    raw: NDArray[np.float64], target: NDArray[np.intp], weight: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64]]:
    score = raw[:, 0]
    value = float(weight @ (np.logaddexp(0.0, score) - target * score))
    return value, (weight * (expit(score) - target))[:, None]


def _multinomial_loss(
    raw: NDArray[np.float64], target: NDArray[np.intp], weight: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64]]:
    rows = np.arange(len(target))
    raw -= raw.max(axis=1, keepdims=True)
    right = raw[rows, target]
    slope = np.exp(raw, out=raw)
    mass = slope.sum(axis=1)
    value = float(weight @ (np.log(mass) - right))
    slope /= mass[:, None]
    slope[rows, target] -= 1.0
    slope *= weight[:, None]
    return value, slope


class PriorLogisticRegression(ClassifierMixin, BaseEstimator):
    """Logistic regression with a Gaussian prior whose means are given.

    Minimizes ``C * sum(log loss) + |W - prior|^2 / 2``: where the labels say nothing of a
    feature, its coefficient is its prior mean. With ``prior=None`` it is scikit-learn's
    ``LogisticRegression`` with the same ``C``, ``tol`` and ``max_iter``, to 1e-6.

    Parameters
    ----------
    C : float, default=1.0
        Inverse of the strength of the prior, > 0.
    prior : array-like or sparse, shape (n_classes, n_features), optional
        Prior means in log-odds per unit of the feature, a row for each of ``classes_`` in their
        (sorted) order. For two classes one row, for ``classes_[1]``, is accepted too.
    fit_intercept : bool, default=True
        The intercept has no prior.
    class_weight : dict or "balanced", optional
    tol : float, default=1e-4
        Largest component of the gradient at which the fit stops.
    max_iter : int, default=100

    Attributes
    ----------
    classes_ : ndarray, shape (n_classes,)
    coef_ : ndarray, shape (1 or n_classes, n_features)
    intercept_ : ndarray, shape (1 or n_classes,)
    n_iter_ : ndarray of int, shape (1,)
    n_features_in_ : int

    References
    ----------
    Dayanik, Lewis, Madigan, Menkov, Genkin (2006), Constructing informative prior distributions
    from domain knowledge in text classification, SIGIR.

    Examples
    --------
    >>> model = PriorLogisticRegression(prior=[[0.0, 3.0]])
    >>> model.fit([[1.0, 0.0], [0.0, 0.0]], ["ham", "spam"]).coef_.round(1).tolist()
    [[-0.4, 3.0]]
    """

    def __init__(
        self,
        C: float = 1.0,
        *,
        prior: Any = None,
        fit_intercept: bool = True,
        class_weight: Any = None,
        tol: float = 1e-4,
        max_iter: int = 100,
    ) -> None:
        self.C = C
        self.prior = prior
        self.fit_intercept = fit_intercept
        self.class_weight = class_weight
        self.tol = tol
        self.max_iter = max_iter

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def fit(
        self,
        X: Any,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
    ) -> PriorLogisticRegression:
        """Fit the coefficients.

        Parameters
        ----------
        X : array-like or sparse, shape (n_samples, n_features)
        y : array-like, shape (n_samples,)
            At least two classes.
        sample_weight : array-like, shape (n_samples,), optional

        Raises
        ------
        BadInputError
            If ``y`` holds a single class or ``prior`` has another shape.
        """
        X, y = validate_data(self, X, y, accept_sparse="csr", dtype=np.float64, order="C")
        check_classification_targets(y)
        if not self.C > 0:
            message = f"C={self.C!r}: expected a number above 0"
            raise BadInputError(message)
        self.classes_, target = np.unique(y, return_inverse=True)
        n_classes = len(self.classes_)
        if n_classes < BINARY:
            message = (
                "PriorLogisticRegression needs samples of at least 2 classes, but y contains "
                f"one class only: {self.classes_[0]!r}"
            )
            raise BadInputError(message)
        weight = None
        if sample_weight is not None:
            weight = _check_sample_weight(sample_weight, X, dtype=np.float64, copy=True)
        if self.class_weight is not None:
            # Since 1.7 "balanced" counts weights where there are some, as LogisticRegression does.
            counted = {} if sample_weight is None or _OLD else {"sample_weight": weight}
            by_class = compute_class_weight(
                self.class_weight, classes=self.classes_, y=y, **counted
            )
            weight = by_class[target] * (1.0 if weight is None else weight)
        self.coef_, self.intercept_, n_iter = solve(
            X,
            target,
            n_classes,
            C=self.C,
            prior=_checked_prior(self.prior, n_classes, X.shape[1]),
            sample_weight=weight,
            fit_intercept=self.fit_intercept,
            tol=self.tol,
            max_iter=self.max_iter,
        )
        self.n_iter_ = np.array([n_iter], dtype=np.int32)
        return self

    def decision_function(self, X: Any) -> NDArray[np.float64]:
        """Return the log-odds of ``classes_[1]``, shape (n_samples,), or a score a class."""
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse="csr", dtype=np.float64, reset=False)
        scores: NDArray[np.float64] = X @ self.coef_.T + self.intercept_
        return scores[:, 0] if scores.shape[1] == 1 else scores

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Return probabilities, shape (n_samples, n_classes), columns as in ``classes_``."""
        scores = self.decision_function(X)
        if scores.ndim == 1:
            positive = expit(scores)
            return np.column_stack([1 - positive, positive])
        shares: NDArray[np.float64] = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        return shares

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the most probable class of each row, shape (n_samples,)."""
        scores = self.decision_function(X)
        index = (scores > 0).astype(np.intp) if scores.ndim == 1 else scores.argmax(axis=1)
        labels: NDArray[Any] = self.classes_[index]
        return labels


def _checked_prior(prior: Any, n_classes: int, n_features: int) -> NDArray[np.float64] | None:
    """Return the prior means as rows of coefficients: one for two classes, else one a class."""
    if prior is None:
        return None
    means = prior.toarray() if is_sparse(prior) else np.asarray(prior, dtype=np.float64)
    means = np.atleast_2d(means).astype(np.float64)
    allowed = {n_classes, 1} if n_classes == BINARY else {n_classes}
    if means.shape[0] not in allowed or means.shape[1] != n_features:
        message = (
            f"prior has shape {means.shape}; expected ({n_classes}, {n_features}), a row for each "
            "class in sorted order"
        )
        raise BadInputError(message)
    if n_classes == BINARY == len(means):
        means = means[1:] - means[:1]
    return means
