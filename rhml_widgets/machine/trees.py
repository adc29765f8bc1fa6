"""Trees: exact Shapley values of a tree model by `shap`, where that is installed."""

from __future__ import annotations

import warnings
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from rhml_widgets.machine.additive import Answer
from rhml_widgets.machine.matrices import dense_row
from rhml_widgets.machine.prior_logistic import BINARY
from rhml_widgets.machine.question import ask

if TYPE_CHECKING:
    from rhml_widgets.journal.events import Label

__all__ = ["tree_answer"]

_AVERAGED = ("DecisionTree", "RandomForest", "ExtraTree")
_BOOSTED = ("GradientBoosting", "HistGradientBoosting", "XGBClassifier", "LGBMClassifier")
_ROUNDING = 1e-4


def tree_answer(
    classifier: Any, row: Any, label: Label | None, against: Label | None
) -> Answer | None:
    """Return the Shapley value of each feature of a row; None for other models, or without shap.

    Parameters
    ----------
    classifier : fitted classifier
        Of scikit-learn's trees, forests and boosting, or XGBoost's or LightGBM's.
    row : matrix of one row

    Returns
    -------
    Answer or None
        In probabilities for trees and forests, in log-odds (two classes) or margins for boosting.

    References
    ----------
    Lundberg et al. (2020), From local explanations to global understanding with explainable AI
    for trees, Nature Machine Intelligence 2.
    """
    name = type(classifier).__name__
    averaged = name.startswith(_AVERAGED)
    if not (averaged or name.startswith(_BOOSTED)) or find_spec("shap") is None:
        return None
    import shap

    dense = dense_row(row)[None, :]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = shap.TreeExplainer(classifier)(dense)
    except Exception:  # noqa: BLE001 - what shap cannot read, occlusion can
        return None
    values = np.asarray(found.values, dtype=np.float64)[0]
    base = np.asarray(found.base_values, dtype=np.float64).reshape(-1)
    n_classes = len(classifier.classes_)
    if values.ndim == 1:
        values = np.column_stack([-values, values])
        base = np.array([-base[-1], base[-1]])
    if values.shape[1] != n_classes or not _adds_up(
        classifier, dense, base, values, averaged=averaged
    ):
        return None
    scores = base + values.sum(axis=0)
    asked = ask(classifier, int(scores.argmax()), label, against)
    k, j = asked.label, asked.against
    contributions, baseline = values[:, k], base[k]
    if j is not None and (averaged or n_classes > BINARY):
        contributions, baseline = contributions - values[:, j], baseline - base[j]
    classes = classifier.classes_.tolist()
    unit = "probability" if averaged else "log-odds" if n_classes == BINARY else "margin"
    other = None if j is None else classes[j]
    return Answer(classes[k], other, contributions, float(baseline), unit)


def _adds_up(classifier: Any, row: Any, base: Any, values: Any, *, averaged: bool) -> bool:
    """Compare the sum with what the model says itself."""
    told = base + values.sum(axis=0)
    proba = np.asarray(classifier.predict_proba(row), dtype=np.float64)[0]
    if averaged:
        return bool(np.allclose(told, proba, atol=_ROUNDING))
    if len(proba) == BINARY:
        return bool(np.allclose(1 / (1 + np.exp(-told[1])), proba[1], atol=_ROUNDING))
    shares = np.exp(told - told.max())
    return bool(np.allclose(shares / shares.sum(), proba, atol=_ROUNDING))
