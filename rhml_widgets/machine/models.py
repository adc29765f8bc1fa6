"""What may be a session's model, and what it reads."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any

from sklearn.base import clone, is_regressor
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import get_tags

from rhml_widgets.exceptions import BadInputError, warn
from rhml_widgets.machine.live_model import is_fitted
from rhml_widgets.machine.spans import is_vectorizer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rhml_widgets.journal.events import Label

__all__ = [
    "bare",
    "check_model",
    "is_brought",
    "needs_labels",
    "printed",
    "reads_columns",
    "require_shared_classes",
    "seeded",
    "takes_images",
    "takes_texts",
]


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


def is_brought(model: Any, kind: str = "text") -> bool:
    """Tell whether a model is fitted from items to classes, so that it can answer as it is."""
    if not isinstance(model, Pipeline):
        return is_fitted(model) and (kind == "row" or (kind == "text" and takes_texts(model)))
    return all(step is None or isinstance(step, str) or is_fitted(step) for _, step in model.steps)


def require_shared_classes(model: Any, classes: Iterable[Label], kind: str = "text") -> None:
    """Refuse a fitted model that knows none of the declared classes; warn where they differ.

    Raises
    ------
    BadInputError
    """
    declared = list(classes)
    if not declared or not is_brought(model, kind) or not hasattr(model, "classes_"):
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
    return f"{bare(repr(model))} on {transform}"


def bare(model: str) -> str:
    """Return how a model prints itself, without what differs from process to process."""
    return re.sub("0x[0-9a-fA-F]+", "", model)


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


def reads_columns(model: Any) -> bool:
    """Tell whether a Pipeline begins with steps that take the columns of a frame by name."""
    while isinstance(model, Pipeline) and model.steps:
        model = model.steps[0][1]
    if isinstance(model, FeatureUnion):
        return any(reads_columns(part) for _, part in model.transformer_list)
    return hasattr(model, "transformers")


def takes_images(step: Any) -> bool:
    """Tell whether a Pipeline's first step reads images as they are: scikit-learn's read rows."""
    if isinstance(step, Pipeline):
        return bool(step.steps) and takes_images(step.steps[0][1])
    inside = type(step).__module__.startswith("sklearn.")
    return not inside or isinstance(step, FunctionTransformer)
