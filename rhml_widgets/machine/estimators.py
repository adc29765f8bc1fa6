"""Refits: labels and guidance in, a plain fitted scikit-learn estimator out.

Every fit is cold, in float64, on one thread, and holds no class of this package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import BernoulliNB, ComplementNB, MultinomialNB
from sklearn.pipeline import Pipeline
from sklearn.utils import compute_class_weight
from sklearn.utils.validation import has_fit_parameter

from rhml_widgets.exceptions import BadInputError, NotFittedYetError
from rhml_widgets.machine.features import seeded
from rhml_widgets.machine.outlook import Outlook, decision, outlook
from rhml_widgets.machine.prior_logistic import PriorLogisticRegression, solve
from rhml_widgets.machine.spans import without_term
from rhml_widgets.machine.threads import single_threaded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from rhml_widgets.journal.events import Label
    from rhml_widgets.machine.feedback import Guidance

__all__ = [
    "Outlook",
    "PriorLogisticRegression",
    "decision",
    "fit_head",
    "label_array",
    "outlook",
    "takes_prior",
]

_NAIVE_BAYES = (MultinomialNB, ComplementNB, BernoulliNB)
_HALF_A_LABEL = 0.5
"""Weight of the empty item that stands for a class known from guidance alone."""
_LEAST_REPEATED = 0.25
"""Weight from which guidance counts for a model that takes no weights."""


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
    guided = guidance is not None and not guidance.empty
    if guidance is not None and guided:
        X = _without_struck(X, guidance)
        classes = guidance.classes if classes is None else classes
        guided = guidance.supports
    known = _known_classes(labels, guidance if guided else None, classes)
    with single_threaded():
        if guidance is None or not guided:
            return _fit_plain(head, X, labels, random_state)
        if guidance.prior is not None:
            if _is_ridge_logistic(head):
                return _fit_logistic(head, X, labels, known, guidance, random_state)
            if type(head) in _NAIVE_BAYES:
                return _fit_naive_bayes(head, X, labels, known, guidance, random_state)
        return _fit_with_rows(head, X, labels, guidance, random_state)


def label_array(y: Sequence[Label] | NDArray[Any]) -> NDArray[Any]:
    """Return labels as one array, all str, all int or all bool.

    Raises
    ------
    BadInputError
        If they are of several types, which no array keeps apart.
    """
    kinds = {type(label.item() if isinstance(label, np.generic) else label) for label in y}
    if len(kinds) > 1:
        names = sorted(kind.__name__ for kind in kinds)
        message = f"the labels mix {' and '.join(names)}; use one type for all classes"
        raise BadInputError(message)
    return np.asarray(y) if len(y) else np.zeros(0, dtype=object)


def _known_classes(
    labels: NDArray[Any], guidance: Guidance | None, classes: Sequence[Label] | None
) -> NDArray[Any]:
    """Return the sorted classes the model will know."""
    found = set(labels.tolist())
    if guidance is not None:
        found |= {guidance.classes[index] for index in guidance.supported_classes}
        # With nothing else to set against it, a guided class is set against all others.
        if len(found) < 2 and classes is not None or not len(labels) and classes is not None:
            found |= set(classes)
    if len(found) < 2:
        only = f", all {next(iter(found))!r}" if found else ""
        message = (
            f"{len(labels)} labels{only}: a model needs labels of two classes, or the words "
            "that speak for them; label on"
        )
        raise NotFittedYetError(message)
    return np.array(sorted(found))


def _without_struck(X: Any, guidance: Guidance) -> Any:
    """Return the labeled rows as if the struck terms did not stand in them."""
    if isinstance(X, list):
        for term in guidance.struck_terms:
            X = [without_term(content, term) for content in X]
        return X
    if guidance.substitutes is not None:
        return guidance.substitutes
    if not len(guidance.struck) or X.shape[0] == 0:
        return X
    if sparse.issparse(X):
        kept = ~np.isin(X.indices, guidance.struck)
        lengths = np.add.reduceat(np.append(kept, False), X.indptr[:-1]) * (np.diff(X.indptr) > 0)
        indptr = np.concatenate([[0], np.cumsum(lengths)])
        return sparse.csr_matrix((X.data[kept], X.indices[kept], indptr), X.shape)
    X = X.copy()
    X[:, guidance.struck] = 0
    return X


def takes_prior(head: Any) -> bool:
    """Tell whether guidance reaches a head as prior means or counts, not as rows."""
    return _is_ridge_logistic(head) or type(head) in _NAIVE_BAYES


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


def _fit_plain(head: Any, X: Any, labels: NDArray[Any], random_state: int) -> Any:
    """Fit without guidance; logistic regression on its support only."""
    if type(head) is LogisticRegression and hasattr(X, "shape"):
        if _is_ridge_logistic(head) and head.solver == "lbfgs":
            known = np.unique(labels)
            return _fit_logistic(head, X, labels, known, None, random_state)
        fresh = seeded(head, random_state)
        columns, narrow = _support(X)
        fresh.fit(narrow, labels)
        coef = np.zeros((fresh.coef_.shape[0], X.shape[1]))
        coef[:, columns] = fresh.coef_
        fresh.coef_, fresh.n_features_in_ = coef, X.shape[1]
        return fresh
    fresh = seeded(head, random_state)
    _refuse_too_few(fresh, len(labels))
    return fresh.fit(X, labels)


def _support(X: Any) -> tuple[NDArray[np.intp], Any]:
    """Return the columns that are present in any row, and the matrix of those alone.

    A squared or absolute penalty keeps the coefficient of an absent column at its prior mean,
    so the fit need not see it.
    """
    if not sparse.issparse(X):
        return np.arange(X.shape[1]), X
    present = np.zeros(X.shape[1], dtype=bool)
    present[X.indices] = True
    columns = np.flatnonzero(present)
    place = np.empty(X.shape[1], dtype=X.indices.dtype)
    place[columns] = np.arange(len(columns), dtype=X.indices.dtype)
    narrow = sparse.csr_matrix((X.data, place[X.indices], X.indptr), (X.shape[0], len(columns)))
    return columns, narrow


def _fit_logistic(
    head: Any,
    X: Any,
    labels: NDArray[Any],
    known: NDArray[Any],
    guidance: Guidance | None,
    random_state: int,
) -> Any:
    """Fit on the support, and scatter the coefficients back."""
    fresh = seeded(head, random_state)
    n_features = X.shape[1]
    prior = None if guidance is None else _prior_means(guidance, known)
    if prior is not None and len(known) == 2:
        prior = prior[1:] - prior[:1]
    if prior is not None and not len(labels):
        coef, intercept, n_iter = prior, np.zeros(len(prior)), 0
    else:
        columns, narrow = _support(X)
        target = np.searchsorted(known, labels)
        weight = _label_weights(head, labels)
        if guidance is not None:
            empty = _empty_items(guidance, target, len(known))
            narrow = _with_empty_rows(narrow, len(known))
            weight = np.ones(len(labels)) if weight is None else weight
            weight = np.concatenate([weight, empty])
            target = np.concatenate([target, np.arange(len(known))])
        found, intercept, n_iter = solve(
            narrow,
            target,
            len(known),
            C=float(head.C),
            prior=None if prior is None else prior[:, columns],
            sample_weight=weight,
            fit_intercept=head.fit_intercept,
            tol=head.tol,
            max_iter=head.max_iter,
        )
        coef = np.zeros((len(found), n_features)) if prior is None else prior
        coef[:, columns] = found
    fresh.classes_ = known
    fresh.coef_, fresh.intercept_ = coef, intercept
    fresh.n_iter_ = np.array([n_iter], dtype=np.int32)
    fresh.n_features_in_ = n_features
    return fresh


def _prior_means(guidance: Guidance, known: NDArray[Any]) -> NDArray[np.float64]:
    rows = [guidance.classes.index(label) for label in known.tolist()]
    return np.asarray(guidance.prior[rows].toarray())


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
    return np.where(labeled, told, max(told, _HALF_A_LABEL))


def _with_empty_rows(X: Any, n_rows: int) -> Any:
    if sparse.issparse(X):
        return sparse.vstack([X, sparse.csr_matrix((n_rows, X.shape[1]))], format="csr")
    return np.vstack([X, np.zeros((n_rows, X.shape[1]))])


def _label_weights(head: Any, labels: NDArray[Any]) -> NDArray[np.float64] | None:
    if head.class_weight is None:
        return None
    labeled, place = np.unique(labels, return_inverse=True)
    by_class = compute_class_weight(head.class_weight, classes=labeled, y=labels)
    return np.asarray(by_class, dtype=np.float64)[place]


def _fit_naive_bayes(
    head: Any,
    X: Any,
    labels: NDArray[Any],
    known: NDArray[Any],
    guidance: Guidance,
    random_state: int,
) -> Any:
    """Fit by counting, with prior counts for guided terms (Settles 2011, DUALIST).

    A prior log-odds L is worth ``alpha * (exp(L) - 1)`` counts: the smoothed count of a term
    nobody has seen yet rises by the factor ``exp(L)``.
    """
    fresh = seeded(head, random_state)
    prior = _prior_means(guidance, known) / guidance.scale
    # One weightless empty row a class makes every class known, with or without labels.
    rows = _with_empty_rows(X, len(known))
    weight = np.concatenate([np.ones(len(labels)), np.full(len(known), float(not len(labels)))])
    targets = np.concatenate([labels.astype(known.dtype), known])
    fresh.partial_fit(rows, targets, classes=known, sample_weight=weight)
    if not len(labels):
        fresh.class_count_ = np.zeros(len(known))
    alpha = np.maximum(np.asarray(head.alpha, dtype=np.float64), 1e-10)
    counts = fresh.feature_count_ + alpha
    extra = alpha * np.expm1(np.minimum(prior, 20.0))
    if type(head) is BernoulliNB:
        out_of = fresh.class_count_[:, None] + 2 * alpha + extra
        log_prob = np.log((counts + extra) / out_of)
    elif type(head) is ComplementNB:
        counts = counts + extra
        others = counts.sum(axis=0) - counts + alpha
        log_prob = -np.log(others / others.sum(axis=1, keepdims=True))
        if head.norm:
            log_prob = log_prob / log_prob.sum(axis=1, keepdims=True)
    else:
        counts = counts + extra
        log_prob = np.log(counts / counts.sum(axis=1, keepdims=True))
    if type(head) is not BernoulliNB:
        fresh.feature_count_ = fresh.feature_count_ + extra
    fresh.feature_log_prob_ = log_prob
    if head.fit_prior and head.class_prior is None:
        seen = np.maximum(fresh.class_count_, _HALF_A_LABEL)
        fresh.class_log_prior_ = np.log(seen / seen.sum())
    return fresh


def _fit_with_rows(
    head: Any,
    X: Any,
    labels: NDArray[Any],
    guidance: Guidance,
    random_state: int,
) -> Any:
    """Fit any other model, each guided term being a small item of its own."""
    fresh = seeded(head, random_state)
    names = np.array([guidance.classes[term.class_index] for term in guidance.terms])
    weight = np.array([term.weight for term in guidance.terms])
    rows: Any = [term.term for term in guidance.terms] if isinstance(X, list) else guidance.rows
    takes_weights, prefix = _weight_parameter(fresh)
    if not takes_weights:
        chosen = np.flatnonzero(weight >= _LEAST_REPEATED)
        names = names[chosen]
        rows = [rows[i] for i in chosen] if isinstance(X, list) else rows[chosen]
    if isinstance(X, list):
        both: Any = [*X, *rows]
    elif sparse.issparse(X):
        both = sparse.vstack([X, rows], format="csr")
    else:
        both = np.vstack([X, rows])
    targets = np.concatenate([labels.astype(names.dtype), names]) if len(labels) else names
    if len(set(targets.tolist())) < 2:
        message = (
            f"{type(fresh).__name__} cannot learn from {len(labels)} labels and words of one "
            "class; label an item of another"
        )
        raise NotFittedYetError(message)
    _refuse_too_few(fresh, len(targets))
    if not takes_weights:
        return fresh.fit(both, targets)
    both_weights = np.concatenate([np.ones(len(labels)), weight])
    return fresh.fit(both, targets, **{f"{prefix}sample_weight": both_weights})


def _weight_parameter(estimator: Any) -> tuple[bool, str]:
    """Return whether fit takes weights, and the prefix of the parameter's name."""
    if isinstance(estimator, Pipeline):
        takes, prefix = _weight_parameter(estimator.steps[-1][1])
        return takes, f"{estimator.steps[-1][0]}__{prefix}"
    return has_fit_parameter(estimator, "sample_weight"), ""


def _refuse_too_few(estimator: Any, n_rows: int) -> None:
    """Say early what scikit-learn says only when a neighbor model is asked."""
    last = estimator.steps[-1][1] if isinstance(estimator, Pipeline) else estimator
    wanted = getattr(last, "n_neighbors", None)
    if isinstance(wanted, int) and wanted > n_rows:
        message = f"{type(last).__name__} asks {wanted} neighbors; {n_rows} labels so far: label on"
        raise NotFittedYetError(message)
