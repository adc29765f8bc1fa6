"""Fits with guidance: prior means, prior counts, or small items of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import expit, logit
from sklearn.naive_bayes import BernoulliNB, ComplementNB, MultinomialNB
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import has_fit_parameter

from rhml_widgets.exceptions import NotFittedYetError
from rhml_widgets.machine.matrices import stacked, with_empty_rows, without_columns
from rhml_widgets.machine.prior_logistic import BINARY
from rhml_widgets.machine.spans import without_term

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rhml_widgets.machine.feedback import Guidance

__all__ = [
    "HALF_A_LABEL",
    "NAIVE_BAYES",
    "TYPICAL",
    "fit_naive_bayes",
    "fit_with_rows",
    "prior_means",
    "refuse_too_few",
    "without_effect",
    "without_struck",
]

NAIVE_BAYES = (MultinomialNB, ComplementNB, BernoulliNB)
HALF_A_LABEL = 0.5
"""Weight of the empty item that stands for a class known from guidance alone."""
_LEAST_REPEATED = 0.25
"""Weight from which guidance counts for a model that takes no weights."""
_STEEPEST = 20.0
_FEW_LABELS = 5.0
"""Labeled items with a term that guidance on it counts for at most, in Naive Bayes."""
TYPICAL = 0.3
"""The size of a present feature for which prior means are not scaled down."""


def prior_means(guidance: Guidance, known: NDArray[Any]) -> NDArray[np.float64]:
    """Return the prior means of the classes a model knows, in their order."""
    rows = [guidance.classes.index(label) for label in known.tolist()]
    return np.asarray(guidance.prior[rows].toarray())


def without_struck(X: Any, guidance: Guidance) -> Any:
    """Return the labeled rows as if the struck terms did not stand in them."""
    if isinstance(X, list):
        for term in guidance.struck_terms:
            X = [without_term(content, term) for content in X]
        return X
    if guidance.substitutes is not None:
        return guidance.substitutes
    return without_columns(X, guidance.struck) if len(guidance.struck) else X


def without_effect(fitted: Any, struck: NDArray[np.intp]) -> None:
    """Make struck columns say nothing: a coefficient of 0, or the same count for every class."""
    if type(fitted) in NAIVE_BAYES:
        log_prob = fitted.feature_log_prob_
        log_prob[:, struck] = log_prob[:, struck].mean(axis=0)
    elif isinstance(getattr(fitted, "coef_", None), np.ndarray):
        fitted.coef_[..., struck] = 0.0


def fit_naive_bayes(
    fresh: Any,
    X: Any,
    labels: NDArray[Any],
    known: NDArray[Any],
    guidance: Guidance,
) -> Any:
    """Fit by counting; each guided term raises its own log-odds and nothing else.

    A prior log-odds L is worth ``alpha * (exp(L) - 1)`` counts (Settles 2011, DUALIST), at most
    those of a few labels. They are set against the term's own count alone: added to a class's
    total, they would make each of its other words, and all texts with those, less likely.
    ``feature_count_`` holds what the labels say.

    A class without labels speaks as the others do on average: it never wins but by its own words.
    Counted by itself it would find every word equally likely, and win by the rare ones.
    """
    prior = prior_means(guidance, known) / guidance.scale
    # One weightless empty row a class makes every class known, with or without labels.
    rows = with_empty_rows(X, len(known))
    weight = np.concatenate([np.ones(len(labels)), np.full(len(known), float(not len(labels)))])
    targets = np.concatenate([labels, known]) if len(labels) else known
    fresh.partial_fit(rows, targets, classes=known, sample_weight=weight)
    if not len(labels):
        fresh.class_count_ = np.zeros(len(known))
    alpha = np.maximum(np.asarray(fresh.alpha, dtype=np.float64), 1e-10)
    counts, of = fresh.feature_count_, fresh.class_count_
    is_binary = type(fresh) is BernoulliNB
    most = _FEW_LABELS * (1.0 if is_binary else TYPICAL / guidance.scale)
    extra = np.minimum(alpha * np.expm1(np.minimum(prior, _STEEPEST)), most)
    lift = np.log1p(extra / (counts + alpha))
    if fresh.fit_prior and fresh.class_prior is None:
        seen = np.maximum(of, HALF_A_LABEL)
        fresh.class_log_prior_ = np.log(seen / seen.sum())
    if is_binary:
        share = (counts + alpha) / (of[:, None] + 2 * alpha)
        free = _as_the_others(np.log1p(-share), of)
        raised = expit(_as_the_others(logit(share), of) + lift)
        fresh.feature_log_prob_ = np.log(raised)
        # What the absence of a raised term would now say against its class.
        fresh.class_log_prior_ = fresh.class_log_prior_ + (free - np.log1p(-raised)).sum(axis=1)
    elif type(fresh) is ComplementNB:
        others = counts.sum(axis=0) - counts + alpha
        log_prob = -np.log(others / others.sum(axis=1, keepdims=True))
        size = log_prob.sum(axis=1, keepdims=True) if fresh.norm else np.ones((len(of), 1))
        less = np.log1p((extra.sum(axis=0) - extra) / others)
        fresh.feature_log_prob_ = _as_the_others(log_prob / size, of) - less / size
    else:
        share = (counts + alpha) / (counts + alpha).sum(axis=1, keepdims=True)
        fresh.feature_log_prob_ = _as_the_others(np.log(share), of) + lift
    return fresh


def _as_the_others(rows: NDArray[np.float64], n_labels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a row a class, those of classes without labels being the mean of the others."""
    heard = n_labels[:, None] > 0
    return np.where(heard, rows, rows.mean(axis=0, where=heard)) if heard.any() else rows


def fit_with_rows(
    fresh: Any,
    X: Any,
    labels: NDArray[Any],
    guidance: Guidance,
) -> Any:
    """Fit any other model, each guided term being a small item of its own."""
    names = np.array([guidance.classes[term.class_index] for term in guidance.terms])
    weight = np.array([term.weight for term in guidance.terms])
    rows: Any = [term.term for term in guidance.terms] if isinstance(X, list) else guidance.rows
    takes_weights, prefix = _weight_parameter(fresh)
    if not takes_weights:
        chosen = np.flatnonzero(weight >= _LEAST_REPEATED)
        names = names[chosen]
        rows = [rows[i] for i in chosen] if isinstance(X, list) else rows[chosen]
    both = stacked(X, rows)
    targets = np.concatenate([labels, names]) if len(labels) else names
    if len(set(targets.tolist())) < BINARY:
        message = (
            f"{type(fresh).__name__} cannot learn from {len(labels)} labels and words of one "
            "class; label an item of another"
        )
        raise NotFittedYetError(message)
    refuse_too_few(fresh, len(targets))
    if not takes_weights:
        return fresh.fit(both, targets)
    both_weights = np.concatenate([np.ones(len(labels)), weight])
    return fresh.fit(both, targets, **{f"{prefix}sample_weight": both_weights})


def refuse_too_few(estimator: Any, n_rows: int) -> None:
    """Say early what scikit-learn says only when a neighbor model is asked."""
    last = estimator.steps[-1][1] if isinstance(estimator, Pipeline) else estimator
    wanted = getattr(last, "n_neighbors", None)
    if isinstance(wanted, int) and wanted > n_rows:
        message = f"{type(last).__name__} asks {wanted} neighbors; {n_rows} labels so far: label on"
        raise NotFittedYetError(message)


def _weight_parameter(estimator: Any) -> tuple[bool, str]:
    """Return whether fit takes weights, and the prefix of the parameter's name."""
    if isinstance(estimator, Pipeline):
        takes, prefix = _weight_parameter(estimator.steps[-1][1])
        return takes, f"{estimator.steps[-1][0]}__{prefix}"
    return has_fit_parameter(estimator, "sample_weight"), ""
