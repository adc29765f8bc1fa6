"""What may be a session's model, and what is done for one that is not complete."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any

from sklearn.base import clone, is_regressor
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.utils import get_tags

from rhml_widgets.exceptions import BadInputError, warn
from rhml_widgets.machine.live_model import is_fitted
from rhml_widgets.machine.spans import is_vectorizer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rhml_widgets.journal.events import Label

__all__ = [
    "check_model",
    "default_model",
    "in_front_of",
    "is_brought",
    "needs_labels",
    "printed",
    "require_shared_classes",
    "seeded",
    "takes_texts",
]

_COMPONENTS = 100
_SILENT_TAGS = not get_tags(LogisticRegression()).input_tags.sparse
"""Whether this scikit-learn (1.6.0) does not say which of its estimators take sparse rows."""
_DENSE = {
    "GaussianNB",
    "GaussianProcessClassifier",
    "HistGradientBoostingClassifier",
    "LinearDiscriminantAnalysis",
    "QuadraticDiscriminantAnalysis",
}
"""Those that take none."""


def default_model(kind: str = "text") -> Pipeline:
    """Return the model a session has when it is given none.

    Parameters
    ----------
    kind : {"text"}
        What an item is.

    Raises
    ------
    BadInputError
        If there is no default for the kind.

    Examples
    --------
    >>> default_model().steps[-1][1]
    LogisticRegression(C=10, max_iter=1000)
    """
    if kind != "text":
        message = f"no default model for items of kind {kind!r}; pass one as model="
        raise BadInputError(message)
    return Pipeline([("tfidf", _default_vectorizer()), ("model", _default_classifier())])


def _default_vectorizer() -> TfidfVectorizer:
    return TfidfVectorizer(sublinear_tf=True)


def _default_classifier() -> LogisticRegression:
    return LogisticRegression(C=10, max_iter=1000)


def seeded(estimator: Any, random_state: int) -> Any:
    """Return an unfitted clone with every random state that was left open set.

    Parameters
    ----------
    estimator : estimator
    random_state : int
        Given to each parameter named ``random_state``, nested or not, that is None.
    """
    fresh = clone(estimator)
    if hasattr(fresh, "get_params"):
        open_states = {
            name: random_state
            for name, value in fresh.get_params(deep=True).items()
            if value is None and name.rsplit("__", 1)[-1] == "random_state"
        }
        if open_states:
            fresh.set_params(**open_states)
    return fresh


def check_model(model: Any) -> None:
    """Refuse what cannot be a session's model, and say what can.

    Raises
    ------
    BadInputError
        For a class instead of an instance, a pipeline without a classifier at its end, a
        regressor, a classifier of several outputs, or anything without ``fit`` and ``predict``.
    """
    last = model
    if isinstance(model, Pipeline):
        last = model.steps[-1][1] if model.steps else None
    if inspect.isclass(last):
        message = f"model is the class {last.__name__}; pass an instance: {last.__name__}()"
        raise BadInputError(message)
    if not hasattr(last, "predict") and last is not model:
        message = (
            f"the model's pipeline ends in {_named(last)}, which does not predict; "
            "add a classifier as its last step, for example LogisticRegression()"
        )
        raise BadInputError(message)
    wanted = "expected a scikit-learn classifier or a Pipeline that ends in one"
    if not (hasattr(last, "fit") and hasattr(last, "predict")):
        message = f"model is {_named(last)}; {wanted}"
        raise BadInputError(message)
    if not hasattr(last, "get_params"):
        message = (
            f"model is {_named(last)}, which cannot be cloned: it has no get_params; let its class "
            "inherit ClassifierMixin and BaseEstimator, in this order"
        )
        raise BadInputError(message)
    try:
        tags = get_tags(last)
        regressor = is_regressor(last)
    except AttributeError:
        return
    if regressor or tags.estimator_type not in (None, "classifier"):
        message = f"model is {_named(last)}, a {tags.estimator_type}; {wanted}"
        raise BadInputError(message)
    if not tags.target_tags.single_output:
        message = (
            f"model is {_named(last)}, which predicts several outputs at once; an item has one "
            "label here, so pass the classifier inside it"
        )
        raise BadInputError(message)


def is_brought(model: Any) -> bool:
    """Tell whether a model is fitted from texts to classes, so that it can answer as it is."""
    return isinstance(model, Pipeline) and all(
        step is None or isinstance(step, str) or is_fitted(step) for _, step in model.steps
    )


def require_shared_classes(model: Any, classes: Iterable[Label]) -> None:
    """Refuse a fitted model that knows none of the declared classes; warn where they differ.

    Raises
    ------
    BadInputError
    """
    declared = list(classes)
    if not declared or not is_brought(model) or not hasattr(model, "classes_"):
        return
    known = [label.item() if hasattr(label, "item") else label for label in model.classes_]
    foreign = [label for label in known if label not in declared]
    missing = [label for label in declared if label not in known]
    if len(foreign) == len(known):
        message = (
            f"the fitted model knows the classes {known!r} and none of classes={declared!r}; name "
            "the classes as the model does, or pass it unfitted: sklearn.base.clone(model)"
        )
        raise BadInputError(message)
    if foreign:
        message = (
            f"the fitted model also knows {foreign!r}, which classes={declared!r} does not name: "
            "they are added"
        )
        if missing:
            message += f"; of {missing!r} it knows nothing until a refit replaces it"
        warn(message)


def printed(model: Any, transform: str) -> str:
    """Return what tells one model from another, the same in every process."""
    return f"{re.sub('0x[0-9a-fA-F]+', '', repr(model))} on {transform}"


def _named(thing: Any) -> str:
    return repr(thing) if thing is None or isinstance(thing, str) else type(thing).__name__


def needs_labels(step: Any) -> bool:
    """Tell whether a transformer looks at y when it is fitted."""
    if step is None or isinstance(step, str):
        return False
    if isinstance(step, Pipeline | FeatureUnion):
        parts = step.steps if isinstance(step, Pipeline) else step.transformer_list
        return any(needs_labels(part) for _, part in parts)
    if hasattr(step, "transformers"):
        return any(needs_labels(part) for _, part, *_ in step.transformers)
    # The tag says no for SelectKBest, whose usual score functions need y all the same.
    scores = hasattr(step, "score_func") or hasattr(step, "estimator")
    try:
        return scores or bool(get_tags(step).target_tags.required)
    except AttributeError:
        return "y" in inspect.signature(step.fit).parameters


def takes_texts(model: Any) -> bool:
    """Tell whether a lone classifier, or one inside it, reads raw texts itself."""
    parts = [model]
    if hasattr(model, "get_params"):
        parts += list(model.get_params(deep=True).values())
    if any(is_vectorizer(part) for part in parts):
        return True
    try:
        return bool(get_tags(model).input_tags.string)
    except AttributeError:
        return False


def in_front_of(classifier: Any) -> tuple[list[tuple[str, Any]], str]:
    """Return the steps that make a lone classifier read texts, and what to say of it.

    The number of components is an upper bound: there are no more than texts or words.
    """
    steps: list[tuple[str, Any]] = [("tfidf", _default_vectorizer())]
    note = f"{type(classifier).__name__} reads numbers: TfidfVectorizer(sublinear_tf=True)"
    if not _takes_sparse(classifier):
        steps.append(("svd", TruncatedSVD(_COMPONENTS)))
        note += f" and, as it takes no sparse matrix, TruncatedSVD({_COMPONENTS})"
    return steps, note + " was put in front of it"


def _takes_sparse(classifier: Any) -> bool:
    """Tell whether a classifier takes sparse rows."""
    try:
        said: bool = get_tags(classifier).input_tags.sparse
    except AttributeError:
        return True
    return said or (_SILENT_TAGS and type(classifier).__name__ not in _DENSE)
