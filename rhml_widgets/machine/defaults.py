"""Defaults: the model of a session that was given none, and what is put in front of a lone one."""

from __future__ import annotations

from operator import methodcaller
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    OneHotEncoder,
    StandardScaler,
)
from sklearn.utils import get_tags

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.machine.models import reads_columns

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["default_model", "flattened", "in_front_of", "require_reader"]

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
_MOST_CATEGORIES = 50
_MOST_WORDS = 200
"""Of a text column, for a classifier that takes no sparse matrix."""
_WORDS_OF_A_TEXT = 3
_LOOKED_AT = 1000


def default_model(kind: str = "text", inputs: Any = None) -> Pipeline:
    """Return the model a session has when it is given none.

    Parameters
    ----------
    kind : {"text", "row", "image"}
        What an item is.
    inputs : DataFrame, matrix or ndarray, optional
        The items of a pool; needed for rows and images.

    Raises
    ------
    BadInputError
        If there is no default for the kind.

    Examples
    --------
    >>> default_model().steps[-1][1]
    LogisticRegression(C=10, max_iter=1000)
    """
    if kind == "text":
        vectorizer = TfidfVectorizer(sublinear_tf=True)
        return Pipeline([("tfidf", vectorizer), ("model", _classifier(10))])
    if inputs is None or kind not in ("row", "image"):
        message = f"no default model for items of kind {kind!r}; pass one as model="
        raise BadInputError(message)
    if kind == "image":
        return Pipeline([*_pixels(inputs), ("model", _classifier(1))])
    if hasattr(inputs, "iloc"):
        front: Any = [("columns", _by_type(inputs))]
    elif hasattr(inputs, "tocsr"):
        front = [("scale", MaxAbsScaler())]
    else:
        front = [("impute", _median()), ("scale", StandardScaler())]
    return Pipeline([*front, ("model", _classifier(1))])


def in_front_of(
    classifier: Any, kind: str = "text", inputs: Any = None
) -> tuple[list[tuple[str, Any]], str]:
    """Return the steps that make a lone classifier read the items, and what to say of it.

    For texts the number of components is an upper bound: there are no more than texts or words.
    Rows of numbers are read as they are: then there is nothing to say.
    """
    name = type(classifier).__name__
    if kind == "image":
        return _pixels(inputs), f"{name} reads rows: the pixels of each image were put in one"
    if kind == "row":
        if not hasattr(inputs, "iloc"):
            return [], ""
        if all(_is_number(dtype) for dtype in inputs.dtypes):
            kept = ColumnTransformer([("columns", "passthrough", _keys(inputs))])
            return [("columns", kept)], ""
        note = f"{name} reads numbers: columns were imputed, scaled and encoded by their type"
        return [("columns", _by_type(inputs, dense=not _takes_sparse(classifier)))], note
    steps: list[tuple[str, Any]] = [("tfidf", TfidfVectorizer(sublinear_tf=True))]
    note = f"{name} reads numbers: TfidfVectorizer(sublinear_tf=True)"
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


def _classifier(C: float) -> LogisticRegression:
    return LogisticRegression(C=C, max_iter=1000)


def _median() -> SimpleImputer:
    return SimpleImputer(strategy="median", keep_empty_features=True)


def require_reader(model: Any, kind: str, inputs: Any) -> None:
    """Refuse a model that cannot read the items: image files, or rows where it reads texts.

    Raises
    ------
    BadInputError
    """
    if kind == "image" and not hasattr(inputs, "shape") and not isinstance(model, Pipeline):
        message = (
            "images that are files need a model that reads them: pass a Pipeline whose first "
            "step takes a list of paths, or the images as one array"
        )
        raise BadInputError(message)
    if kind == "text" and reads_columns(model):
        message = (
            "the model takes columns by name and the pool is texts: pass a DataFrame that has "
            "them, kind='row', or a model that reads texts"
        )
        raise BadInputError(message)
    first = model.steps[0][1] if isinstance(model, Pipeline) else None
    if kind == "row" and isinstance(first, CountVectorizer | HashingVectorizer):
        message = (
            f"{type(first).__name__} reads texts and the pool has rows of columns: name the text "
            "column by content=[...], or give the vectorizer its column in a ColumnTransformer"
        )
        raise BadInputError(message)


def flattened(inputs: Any) -> FunctionTransformer:
    """Return the step that puts the pixels of each image in one row."""
    # Plain parts only, so that the fitted model loads without this package.
    return FunctionTransformer(methodcaller("reshape", -1, int(np.prod(inputs.shape[1:]))))


def _pixels(inputs: Any) -> list[tuple[str, Any]]:
    require_reader(None, "image", inputs)
    return [("pixels", flattened(inputs)), ("scale", MaxAbsScaler())]


def _is_number(dtype: Any) -> bool:
    return isinstance(dtype, np.dtype) and dtype.kind in "iuf"


def _by_type(frame: pd.DataFrame, *, dense: bool = False) -> ColumnTransformer:
    """Return what makes numbers of the columns of a frame, plain scikit-learn and pandas."""
    from pandas.api import types

    numbers: list[Any] = []
    categories: list[Any] = []
    parts: list[tuple[str, Any, list[Any]]] = []
    for place, name in enumerate(_keys(frame)):
        values = frame.iloc[:, place]
        if types.is_datetime64_any_dtype(values.dtype):
            parts.append((f"date{place}", _days(values), [name]))
        elif types.is_timedelta64_dtype(values.dtype):
            parts.append((f"time{place}", _days(values), [name]))
        elif types.is_numeric_dtype(values.dtype) and not types.is_bool_dtype(values.dtype):
            numbers.append(name)
        elif _is_prose(values):
            parts.append((f"text{place}", _prose(_MOST_WORDS if dense else None), [name]))
        else:
            categories.append(name)
    if numbers:
        scaled = Pipeline([("impute", _median()), ("scale", StandardScaler())])
        parts.insert(0, ("numbers", scaled, numbers))
    if categories:
        encoder = OneHotEncoder(
            handle_unknown="infrequent_if_exist",
            max_categories=_MOST_CATEGORIES,
        )
        # The encoder sorts what it finds, and cannot sort words among numbers or gaps.
        as_words = [("words", _step(methodcaller("astype", str))), ("encode", encoder)]
        parts.append(("categories", Pipeline(as_words), categories))
    return ColumnTransformer(parts, sparse_threshold=0.0 if dense else 0.3)


def _keys(frame: pd.DataFrame) -> list[Any]:
    """Return what a ColumnTransformer knows columns by: names where they are str, else places."""
    names = list(frame.columns)
    return names if all(isinstance(name, str) for name in names) else list(range(len(names)))


def _days(values: pd.Series) -> Pipeline:
    import pandas as pd

    from_then: list[tuple[str, Any]] = []
    if not hasattr(values.dt, "total_seconds"):
        then = pd.Timestamp(2000, 1, 1, tz=values.dt.tz)
        from_then = [("since", _step(methodcaller("sub", then)))]
    return Pipeline(
        [
            *from_then,
            ("days", _step(methodcaller("div", pd.Timedelta(days=1)))),
            ("impute", _median()),
            ("scale", StandardScaler()),
        ]
    )


def _step(call: methodcaller) -> FunctionTransformer:
    """Return a step that calls a method of the frame, and keeps its columns."""
    return FunctionTransformer(call, feature_names_out="one-to-one")


def _is_prose(values: pd.Series) -> bool:
    """Tell a column of sentences from one of categories, by the words of its first values."""
    from pandas.api import types

    if isinstance(values.dtype, types.CategoricalDtype) or types.is_bool_dtype(values.dtype):
        return False
    some = values.dropna().iloc[:_LOOKED_AT]
    texts = [text for text in some if isinstance(text, str)]
    if not texts or len(texts) < len(some):
        return False
    words = sum(len(text.split()) for text in texts) / len(texts)
    return words > _WORDS_OF_A_TEXT and len(set(texts)) > len(texts) // 2


def _prose(most: int | None) -> Pipeline:
    return Pipeline(
        [
            ("fill", _step(methodcaller("fillna", ""))),
            ("one", FunctionTransformer(methodcaller("squeeze", 1))),
            ("tfidf", TfidfVectorizer(sublinear_tf=True, max_features=most)),
        ]
    )
