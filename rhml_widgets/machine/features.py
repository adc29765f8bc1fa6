"""A model split in two: what is fitted once on the pool, and what is refitted on labels."""

from __future__ import annotations

import copy
import re
from functools import cached_property
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.decomposition import TruncatedSVD
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import Pipeline

from rhml_widgets.exceptions import BadInputError
from rhml_widgets.knowledge.pattern import matching
from rhml_widgets.machine.columns import traced
from rhml_widgets.machine.defaults import flattened, in_front_of
from rhml_widgets.machine.inputs import (
    appended,
    count,
    infinite,
    missing,
    names_of,
    own_copy,
    taken,
)
from rhml_widgets.machine.live_model import is_fitted
from rhml_widgets.machine.matrices import as_matrix, dense_row, is_sparse, stacked, twins
from rhml_widgets.machine.models import (
    check_model,
    is_brought,
    needs_labels,
    seeded,
    takes_images,
    takes_texts,
)
from rhml_widgets.machine.phrases import beside, words_of
from rhml_widgets.machine.spans import is_vectorizer
from rhml_widgets.machine.terms import TermSpace
from rhml_widgets.machine.threads import single_threaded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from rhml_widgets.machine.phrases import Beside

__all__ = ["Features"]

_REMEMBERED = 4
"""Sets of phrases whose features are kept: the newest lesson's, and those it is held against."""


class Features:
    """A model's features of the pool, computed once, and the rest of it, refitted on labels.

    Parameters
    ----------
    model : classifier or Pipeline
        Fitted or not; never changed. A lone classifier gets in front what makes it read the items.
    contents : list of str, DataFrame, matrix or ndarray, n_items
        The unique items of the pool, in the order of their numbers.
    kind : {"text", "row", "image"}
        What they are.
    fit_on : ndarray of int, optional
        Numbers of the items the leading steps may see while they are fitted; all if None.
    old : list of str, DataFrame, matrix or ndarray, optional
        Labeled rows beside the pool, which they see, too: a word that stands only there counts.
    transform : {"pool", "labels"}
        "pool": leading steps that need no labels are fitted once on the pool. "labels": as a
        plain Pipeline does, everything is refitted on the labeled items; there is no matrix.
    random_state : int
        For steps that draw and were given no seed of their own.

    Attributes
    ----------
    steps : list of (str, transformer)
        The steps that were fitted once.
    head : estimator
        An unfitted clone of the rest.
    fitted_head : estimator or None
        The rest as it came, where the model was fitted: it can answer before any label.
    X : csr_matrix or ndarray of float64, shape (n_items, n_features), or None
    X32 : the same in float32, sharing its indices; None where X is
    terms : TermSpace
        Its ``depth`` is 0 where the features are not a text's terms.
    contents : list of str, DataFrame, matrix or ndarray
    input_names : list of str
        Of the columns of rows.
    origins : ndarray of int, shape (n_features,), or None
        Of which column, or pixel, each feature is; None where some are of several, and for texts.
    notes : list of str
        What was decided for the user, to be shown.

    Raises
    ------
    BadInputError
        If the model cannot be used (see `check_model`) or the texts hold no word at all.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> features = Features(LogisticRegression(), ["free prize", "see you at home"])
    >>> features.X.shape, features.columns("free prize")
    ((2, 6), [1, 3])
    """

    def __init__(
        self,
        model: Any,
        contents: Any,
        *,
        kind: str = "text",
        fit_on: NDArray[np.intp] | None = None,
        old: Any = None,
        transform: str = "pool",
        random_state: int = 0,
    ) -> None:
        check_model(model)
        if transform not in ("pool", "labels"):
            message = f"transform={transform!r}: expected 'pool' or 'labels'"
            raise BadInputError(message)
        self.model = model
        self.kind = kind
        self.contents = contents if hasattr(contents, "shape") else list(contents)
        self.input_names = names_of(contents) if kind == "row" else []
        self.notes: list[str] = []
        self.steps: list[tuple[str, Any]] = []
        self.fitted_head: Any = None
        self._rows: tuple[Any, Any] = (None, None)
        self._names: NDArray[Any] | None = None
        self._frequency: NDArray[np.float64] | None = None
        self._typical: float | None = None
        self._signed: bool | None = None
        self.middles: dict[int, float] = {}
        self._words: list[str] | None = None
        self._phrases: dict[str, int] = {}
        self._plain: Features | None = None
        self._heard: dict[tuple[str, ...], Features] = {}
        self._columns: dict[str, list[int]] = {}
        self._forms: dict[str, list[int]] = {}
        self._holding: dict[str, tuple[list[int], bool]] = {}
        self._random_state = random_state
        steps = self._all_steps(model)
        # What was put in front of a lone classifier is no step of the user's to refit.
        leading = _leading(steps) if transform == "pool" or self.notes else []
        own = not self.notes and is_brought(model, kind)
        with single_threaded():
            if leading and own:
                self._keep(leading)
            elif leading:
                self._fit(leading, fit_on, old)
            if self.X is None and transform == "pool" and self._is_matrix:
                self._rows = twins(as_matrix(self.contents))
        rest = steps[len(self.steps) :]
        self._head_name = rest[-1][0]
        head = rest[0][1] if len(rest) == 1 else Pipeline(rest)
        self.head = seeded(head, random_state)
        if own:
            self.fitted_head = copy.deepcopy(head)
            if self.steps:
                # It is handed a matrix now, which has no names it could be asked for.
                self.fitted_head.__dict__.pop("feature_names_in_", None)
        fitted = [step for _, step in self.steps]
        self.terms = TermSpace(fitted if kind == "text" else [])
        self.origins = self._traced(fitted) if kind != "text" and self.X is not None else None

    @property
    def X(self) -> Any:  # noqa: N802
        """The matrix of all items, float64; None where there is none."""
        return self._rows[0]

    @property
    def X32(self) -> Any:  # noqa: N802
        """The matrix in float32, for ranking."""
        return self._rows[1]

    @property
    def _is_matrix(self) -> bool:
        return self.kind == "row" and not hasattr(self.contents, "iloc")

    def _traced(self, steps: Sequence[Any]) -> NDArray[np.intp] | None:
        width = int(np.prod(self.contents.shape[1:])) if hasattr(self.contents, "shape") else 0
        origins, depth = traced(steps, self.input_names or [""] * width)
        return origins if depth == len(steps) else None

    @property
    def in_columns(self) -> bool:
        """Whether each column of ``X`` is of one column of the rows."""
        return self.kind == "row" and self.origins is not None

    @property
    def in_terms(self) -> bool:
        """Whether each column of ``X`` is a term."""
        return 0 < self.terms.depth == len(self.steps)

    @property
    def names(self) -> NDArray[Any] | None:
        """The name of each column of ``X``, shape (n_features,); None where nobody knows."""
        if self._names is None and self.X is not None:
            if self.in_terms:
                self._names = self.terms.names(self.contents)
            else:
                try:
                    named = self._transformer().get_feature_names_out()
                except (AttributeError, ValueError, NotFittedError):
                    if not self.in_columns:
                        return None
                    named = np.asarray(self.input_names, dtype=object)[self.origins]
                # "numbers__age" is for whoever wrote the ColumnTransformer.
                short = [str(name).split("__", 1)[-1] for name in named]
                self._names = np.asarray(short if self.input_names else named, dtype=object)
        return self._names

    @property
    def document_frequency(self) -> NDArray[np.float64]:
        """The share of the items in which a feature is present, shape (n_features,), in [0, 1]."""
        X = self.X
        if self._frequency is None or X is None:
            if X is None:
                return np.zeros(0)
            if is_sparse(X):
                present = np.bincount(X.indices[X.data != 0], minlength=X.shape[1])
            else:
                present = np.count_nonzero(np.nan_to_num(X), axis=0)
            self._frequency = present / max(X.shape[0], 1)
        return self._frequency

    @property
    def typical_value(self) -> float:
        """The mean size of the features that are present; 0 where there are none."""
        if self._typical is None:
            X = self.X
            values = np.zeros(0) if X is None else np.abs(X.data if is_sparse(X) else X)
            values = values[(values != 0) & np.isfinite(values)]
            self._typical = float(values.mean()) if values.size else 0.0
        return self._typical

    def rows(self, numbers: NDArray[np.intp] | None = None) -> Any:
        """Return what the head reads of some items, or of all.

        Parameters
        ----------
        numbers : ndarray of int, optional
            None: every item, in float32, for ranking. Else these, in float64, for fitting.
        """
        if numbers is None:
            return self.contents if self.X is None else self.X32
        if self.X is None:
            return taken(self.contents, numbers)
        return self.X[numbers]

    def columns(self, term: str) -> list[int]:
        """Return the columns of ``X`` a term stands for, through the model's own analyzer.

        Returns
        -------
        list of int
            The whole term's column if the model has one, else its parts'; empty if it has none.
            Of a row's column, by its name, all that were made of it.
        """
        if self.in_columns and self.origins is not None:
            place = self.input_names.index(term) if term in self.input_names else -1
            return [int(column) for column in np.flatnonzero(self.origins == place)]
        if not self.in_terms:
            return []
        if term in self._phrases:
            return [self._phrases[term]]
        if term not in self._columns:
            self._columns[term] = self.terms.columns(term)
        return self._columns[term]

    def holding(self, term: str) -> tuple[list[int], bool]:
        """Return the columns of all features that hold a term, phrases included.

        Returns
        -------
        columns : list of int
        whole : bool
            Whether these are all: False where pieces of words, or mixtures of columns, may hold
            it too, or where a phrase has no feature of its own.
        """
        if self.kind != "text":
            return self.columns(term), self.in_columns
        if not self.in_terms:
            return [], False
        if term not in self._holding:
            self._holding[term] = self.terms.holding(term, self.contents)
        return self._holding[term]

    def hearing(self, phrases: Sequence[str]) -> Features:
        """Return features that have a column for each phrase the model could not hear whole.

        Parameters
        ----------
        phrases : sequence of str
            Of several words. Where the features are no terms, where the vectorizer knows the
            phrase, or where no text holds it, there is nothing to add.

        Returns
        -------
        Features
            These, or those with a plain CountVectorizer of the phrases beside the user's own
            steps. The same object for the same phrases, so that what was computed of it holds.
        """
        plain = self._plain or self
        wanted = tuple(phrases)
        heard = plain._heard  # noqa: SLF001 - of its own kind
        if wanted not in heard:
            heard[wanted] = plain._with(beside(plain, wanted))  # noqa: SLF001
        while len(heard) > _REMEMBERED:
            del heard[next(one for one in heard if one != wanted)]
        return heard[wanted]

    def _with(self, found: Beside | None) -> Features:
        if found is None:
            return self
        own = copy.copy(self)
        vars(own).update(
            steps=[("terms", found.union)],
            terms=found.terms,
            middles={},
            _plain=self,
            _rows=twins(found.rows),
            _phrases=found.columns,
            _names=None,
            _frequency=None,
            _typical=None,
            _signed=None,
            _columns={},
            _forms={},
            _heard={},
        )
        return own

    def transform(self, contents: Any) -> Any:
        """Return the rows of other items, shape (n_contents, n_features)."""
        if self.X is None:
            return own_copy(contents)
        if not self.steps:
            return as_matrix(contents)
        with single_threaded():
            return as_matrix(self._transformer().transform(own_copy(contents)))

    @cached_property
    def has_gaps(self) -> bool:
        """Whether ``X`` holds missing values."""
        if self.X is None or self.kind == "text":
            return False
        values = self.X.data if is_sparse(self.X) else self.X
        return bool(np.isnan(values).any())

    def refusal_words(self, step: Any, error: Exception) -> str:
        """Return what a step's refusal of missing or infinite values means; "" for others."""
        name = type(step).__name__
        if "NaN" in str(error) and (found := self.missing_words()):
            return f"{name} refuses missing values: {found}"
        if "infinity" in str(error) and (found := self.infinite_words()):
            return f"{name} refuses infinite values: {found}"
        return ""

    def missing_words(self) -> str:
        """Return which columns lack values and what can be done; "" where none does."""
        gaps = missing(self.contents)
        if gaps:
            return (
                f"{_columns_words(gaps, 'missing')}; impute them (SimpleImputer as a first step), "
                "or use a model that takes missing values, for example "
                "HistGradientBoostingClassifier()"
            )
        if self.kind == "image" and self.has_gaps:
            return "some pixels are missing (NaN); replace them, for example by np.nan_to_num"
        return ""

    def infinite_words(self) -> str:
        """Return which columns hold infinite values and what can be done; "" where none does."""
        found = infinite(self.contents)
        if not found:
            return ""
        told = _columns_words(found, "infinite")
        return f"{told}; put other numbers there, for example missing values that are imputed"

    def signs(self, term: str, columns: Sequence[int]) -> NDArray[np.float64]:
        """Return the sign a term's features have in the texts that hold it, +1 or -1 a column.

        Hashing with alternating signs counts about half of all terms downwards.
        """
        if self._signed is None:
            values = self.X.data if is_sparse(self.X) else self.X
            self._signed = bool(values.size) and bool(values.min() < 0)
        if not self._signed:
            return np.ones(len(columns))
        return np.where(dense_row(self.transform([term]))[list(columns)] < 0, -1.0, 1.0)

    def tell_apart(self, contents: Sequence[str]) -> tuple[NDArray[np.intp], Any]:
        """Return which texts differ from an empty one to the model, and the rows of those.

        Returns
        -------
        places : ndarray of int
        rows : csr_matrix, ndarray or list
        """
        rows = self.transform(contents)
        if isinstance(rows, list):
            return np.arange(len(rows)), rows
        blank = dense_row(self.transform([""]))
        told = [
            place
            for place in range(len(contents))
            if not np.allclose(dense_row(rows[[place]]), blank, rtol=0.0, atol=1e-12)
        ]
        return np.array(told, dtype=np.intp), rows[told]

    def extend(self, contents: Any) -> None:
        """Append new items; the steps stay as they were fitted."""
        if self.X is not None and count(contents):
            self._rows = twins(stacked(self.X, self.transform(contents)))
            self._frequency = self._typical = self._signed = self._words = None
            self._heard = {}
            self.middles.clear()
        self.contents = appended(self.contents, contents)

    def fitting(self, pattern: str) -> list[str]:
        """Return the pool's words that a character pattern fits, commonest first; 200 at most."""
        plain = self._plain or self
        if plain._words is None:  # noqa: SLF001 - of its own kind
            plain._words = words_of(plain.contents)  # noqa: SLF001
        return matching(pattern, plain._words)  # noqa: SLF001

    def forms(self, word: str) -> list[int]:
        """Return the columns of words that look like forms of one word: see `TermSpace.forms`."""
        if not self.in_terms:
            return []
        if word not in self._forms:
            self._forms[word] = self.terms.forms(word)
        return self._forms[word]

    def assemble(self, fitted_head: Any) -> Any:
        """Return a plain scikit-learn estimator on raw texts: our steps, then the fitted head."""
        if not self.steps:
            return fitted_head
        rest = (
            list(fitted_head.steps)
            if isinstance(fitted_head, Pipeline)
            else [(self._head_name, fitted_head)]
        )
        return Pipeline([*self.steps, *rest])

    def _all_steps(self, model: Any) -> list[tuple[str, Any]]:
        if isinstance(model, Pipeline):
            of_pixels = self.kind == "image" and hasattr(self.contents, "shape")
            if not of_pixels or takes_images(model):
                return list(model.steps)
            return [("pixels", flattened(self.contents)), *model.steps]
        if self.kind == "text" and takes_texts(model):
            return [("model", model)]
        front, note = in_front_of(model, self.kind, self.contents)
        self.notes += [note] if note else []
        return [*front, ("model", model)]

    def _transformer(self) -> Any:
        return Pipeline(self.steps)

    def _keep(self, steps: Sequence[tuple[str, Any]]) -> None:
        self.steps = copy.deepcopy(list(steps))
        for place, (name, step) in enumerate(self.steps):
            if not is_fitted(step):  # what was put in front, which learns nothing
                self.steps[place] = (name, step.fit(self.contents))
        self._rows = twins(as_matrix(self._transformer().transform(own_copy(self.contents))))

    def _fit(
        self, steps: Sequence[tuple[str, Any]], fit_on: NDArray[np.intp] | None, old: Any
    ) -> None:
        """Fit the leading steps one by one, as far as that goes without labels."""
        chosen = np.arange(count(self.contents)) if fit_on is None else fit_on
        current: Any = taken(self.contents, chosen)
        if old is not None:
            current = appended(current, old)
        for name, step in steps:
            if step is None or isinstance(step, str):
                self.steps.append((name, step))
                continue
            own = seeded(step, self._random_state)
            if self.notes and isinstance(own, TruncatedSVD):
                own.set_params(n_components=min(own.n_components, *current.shape))
            try:
                # Only vectorizers are promised to fit and transform in one pass to the same bits.
                if is_vectorizer(own):
                    current = own.fit_transform(current)
                else:
                    current = own.fit(current).transform(current)
            except (TypeError, ValueError) as error:
                self._explain_refusal(own, error)
                if not re.search(r"\by\b", str(error)):
                    raise
                # Its tags do not say so, but it wants labels.
                break
            self.steps.append((name, own))
        if self.steps:
            if fit_on is not None or old is not None:
                current = self._transformer().transform(own_copy(self.contents))
            self._rows = twins(as_matrix(current))

    def _explain_refusal(self, step: Any, error: Exception) -> None:
        """Say of an error that has a known remedy what that is."""
        if "empty vocabulary" in str(error):
            raise BadInputError(_EMPTY_VOCABULARY) from error
        if told := self.refusal_words(step, error):
            raise BadInputError(told) from error


_EMPTY_VOCABULARY = (
    "the texts hold no word the model could count (all are empty or only stop words); check the "
    "content column, or pass a vectorizer that reads them, for example "
    "TfidfVectorizer(analyzer='char_wb', ngram_range=(2, 4))"
)


def _leading(steps: Sequence[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Return the steps before the first that needs labels; the last one is the classifier."""
    return list(takewhile(lambda named: not needs_labels(named[1]), steps[:-1]))


def _columns_words(counts: dict[str, int], what: str) -> str:
    told = [f"column {name!r} has {n:,} {what}" for name, n in list(counts.items())[:3]]
    more = f" and {len(counts) - 3} more columns" if len(counts) > len(told) else ""
    return f"{', '.join(told)}{more}"
