"""Refits: labels and guidance in, a plain fitted scikit-learn estimator out.

Every fit is cold, in float64, on one thread, and holds no class of this package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.utils import compute_class_weight

from rhml_widgets.exceptions import BadInputError, NotFittedYetError
from rhml_widgets.machine.guided import (
    HALF_A_LABEL,
    NAIVE_BAYES,
    fit_naive_bayes,
    fit_with_rows,
    prior_means,
    refuse_too_few,
    without_effect,
    without_struck,
)
from rhml_widgets.machine.matrices import support, with_empty_rows
from rhml_widgets.machine.models import seeded
from rhml_widgets.machine.prior_logistic import BINARY, solve
from rhml_widgets.machine.threads import single_threaded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from rhml_widgets.journal.events import Label
    from rhml_widgets.machine.feedback import Guidance

__all__ = [
    "fit_head",
    "label_array",
    "takes_prior",
    "takes_signed_prior",
]


def fit_head(
    head: Any,
    X: Any,
    y: Sequence[Label] | NDArray[Any],
    *,
    guidance: Guidance | None = None,
    classes: Sequence[Label] | None = None,
    random_state: int = 0,
    contents: Sequence[str] | None = None,
) -> Any:
    """Fit a model on labels and on what people said beyond labels.

    Parameters
    ----------
    head : unfitted classifier or Pipeline
    X : csr_matrix or ndarray, shape (n_labels, n_features); list of str; or None
        The labeled items; may have no rows. None: the model reads ``contents``.
    y : sequence of labels, length n_labels
    guidance : Guidance, optional
        Compiled stances (see `compile_guidance`), for these very rows.
    classes : list of labels, optional
        The session's classes; the guidance's own if None.
    random_state : int
        For whatever draws and has no seed of its own.
    contents : sequence of str, optional
        The labeled texts, where there is no matrix (``Features(transform="labels")``).

    Returns
    -------
    estimator
        Fitted; of the type of ``head``; ``classes_`` holds the classes with labels or guidance.

    Raises
    ------
    NotFittedYetError
        If labels and guidance together tell of fewer than two classes.
    BadInputError
        If the labels mix types.
    """
    labels = label_array(y)
    if X is None:
        X = list(contents or [])
    struck = np.zeros(0, dtype=np.intp)
    if guidance is not None:
        X, struck = without_struck(X, guidance), guidance.struck
        classes = guidance.classes if classes is None else classes
        guidance = guidance if guidance.terms else None
    known = _known_classes(labels, guidance, classes)
    fresh = seeded(head, random_state)
    with single_threaded():
        if guidance is None:
            fitted = _fit_plain(fresh, X, labels)
        elif guidance.prior is None:
            fitted = fit_with_rows(fresh, X, labels, guidance)
        elif type(head) in NAIVE_BAYES:
            fitted = fit_naive_bayes(fresh, X, labels, known, guidance)
        else:
            fitted = _fit_logistic(fresh, X, labels, known, guidance)
    if len(struck):
        without_effect(fitted, struck)
    return fitted


def label_array(y: Sequence[Label] | NDArray[Any]) -> NDArray[Any]:
    """Return labels as one array, all str, all int or all bool.

    Raises
    ------
    BadInputError
        If they are of several types, which no array keeps apart.
    """
    labels = [label.item() if isinstance(label, np.generic) else label for label in y]
    kinds = {type(label) for label in labels}
    if len(kinds) > 1:
        names = sorted(kind.__name__ for kind in kinds)
        message = f"the labels mix {' and '.join(names)}; use one type for all classes"
        raise BadInputError(message)
    return np.array(labels) if labels else np.zeros(0, dtype=object)


def takes_prior(head: Any) -> bool:
    """Tell whether guidance reaches a head as prior means or counts, not as rows."""
    return _is_ridge_logistic(head) or type(head) in NAIVE_BAYES


def takes_signed_prior(head: Any) -> bool:
    """Tell whether a head takes prior means below 0 too, which prior counts cannot say."""
    return _is_ridge_logistic(head)


def _is_ridge_logistic(head: Any) -> bool:
    """Tell whether a head is logistic regression with the plain squared penalty."""
    if type(head) is not LogisticRegression:
        return False
    return (
        getattr(head, "penalty", "deprecated") in ("deprecated", "l2")
        and not getattr(head, "l1_ratio", None)
        and getattr(head, "multi_class", "auto") != "ovr"
        and not head.dual
        and np.isfinite(head.C)
    )


def _known_classes(
    labels: NDArray[Any], guidance: Guidance | None, classes: Sequence[Label] | None
) -> NDArray[Any]:
    """Return the sorted classes the model will know."""
    found = set(labels.tolist())
    if guidance is not None:
        found |= {guidance.classes[index] for index in guidance.supported_classes}
        # With nothing else to set against it, a guided class is set against all others.
        if classes is not None and (not len(labels) or len(found) < BINARY):
            found |= set(classes)
    if len(found) < BINARY:
        only = f", all {next(iter(found))!r}" if found else ""
        message = (
            f"{len(labels)} labels{only}: a model needs labels of two classes, or the words "
            "that speak for them; label on"
        )
        raise NotFittedYetError(message)
    return np.array(sorted(found))


def _fit_plain(fresh: Any, X: Any, labels: NDArray[Any]) -> Any:
    """Fit without guidance; logistic regression on its support only."""
    if type(fresh) is LogisticRegression and hasattr(X, "shape"):
        if _is_ridge_logistic(fresh) and fresh.solver == "lbfgs":
            return _fit_logistic(fresh, X, labels, np.unique(labels), None)
        columns, narrow = support(X)
        fresh.fit(narrow, labels)
        coef = np.zeros((fresh.coef_.shape[0], X.shape[1]))
        coef[:, columns] = fresh.coef_
        fresh.coef_, fresh.n_features_in_ = coef, X.shape[1]
        return fresh
    refuse_too_few(fresh, len(labels))
    return fresh.fit(X, labels)


def _fit_logistic(
    fresh: Any,
    X: Any,
    labels: NDArray[Any],
    known: NDArray[Any],
    guidance: Guidance | None,
) -> Any:
    """Fit on the support, and scatter the coefficients back."""
    n_features = X.shape[1]
    prior = None if guidance is None else prior_means(guidance, known)
    if prior is not None and len(known) == BINARY:
        prior = prior[1:] - prior[:1]
    if prior is not None and not len(labels):
        coef, intercept, n_iter = prior, np.zeros(len(prior)), 0
    else:
        columns, narrow = support(X)
        target = np.searchsorted(known, labels)
        weight = _label_weights(fresh, labels)
        if guidance is not None:
            empty = _empty_items(guidance, target, len(known))
            narrow = with_empty_rows(narrow, len(known))
            weight = np.ones(len(labels)) if weight is None else weight
            weight = np.concatenate([weight, empty])
            target = np.concatenate([target, np.arange(len(known))])
        found, intercept, n_iter = solve(
            narrow,
            target,
            len(known),
            C=float(fresh.C),
            prior=None if prior is None else prior[:, columns],
            sample_weight=weight,
            fit_intercept=fresh.fit_intercept,
            tol=fresh.tol,
            max_iter=fresh.max_iter,
        )
        coef = np.zeros((len(found), n_features)) if prior is None else prior
        coef[:, columns] = found
    fresh.classes_ = known
    fresh.coef_, fresh.intercept_ = coef, intercept
    fresh.n_iter_ = np.array([n_iter], dtype=np.int32)
    fresh.n_features_in_ = n_features
    return fresh


def _empty_items(
    guidance: Guidance, target: NDArray[np.intp], n_classes: int
) -> NDArray[np.float64]:
    """Return the weight of one item without any feature for each class.

    Guidance speaks of words, not of how often a class comes; a few labels overstate that. One
    such item a class is Laplace's rule; it comes in gradually, so that a single stance changes
    what it is about and little else. A class without labels has at least half of one, without
    which its intercept would fall without end.
    """
    told = min(1.0, sum(term.weight for term in guidance.terms) / n_classes)
    labeled = np.bincount(target, minlength=n_classes) > 0
    return np.where(labeled, told, max(told, HALF_A_LABEL))


def _label_weights(head: Any, labels: NDArray[Any]) -> NDArray[np.float64] | None:
    if head.class_weight is None:
        return None
    labeled, place = np.unique(labels, return_inverse=True)
    by_class = compute_class_weight(head.class_weight, classes=labeled, y=labels)
    return np.asarray(by_class, dtype=np.float64)[place]
