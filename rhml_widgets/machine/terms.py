"""The columns a text model's terms stand in: from a place in the text to a column and back."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from sklearn.base import OneToOneFeatureMixin
from sklearn.feature_extraction import FeatureHasher
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import MaxAbsScaler, Normalizer

from rhml_widgets.machine.spans import Locator, Place, is_vectorizer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["TermSpace", "keeps_zero", "kept_columns"]

_SHORTEST_WITH_FORMS = 4
_SHORTEST_STEM = 4
_ENDINGS = (
    "ations",
    "ation",
    "ments",
    "ment",
    "ings",
    "ing",
    "ers",
    "er",
    "als",
    "al",
    "ies",
    "ied",
    "es",
    "ed",
    "ly",
    "s",
    "e",
    "y",
    "i",
)


def kept_columns(step: Any, n_columns: int) -> NDArray[np.intp] | None:
    """Return which of its input columns a fitted step hands on, one to one; None if it mixes them.

    Parameters
    ----------
    step : transformer, "passthrough" or None
    n_columns : int
        Columns coming in.
    """
    if step is None or step == "passthrough" or isinstance(step, OneToOneFeatureMixin):
        return np.arange(n_columns)
    if hasattr(step, "get_support"):
        return np.asarray(step.get_support(indices=True))
    return None


def keeps_zero(step: Any) -> bool:
    """Tell whether a step that keeps its columns surely leaves an all-zero row all zero."""
    known = TfidfTransformer | Normalizer | MaxAbsScaler
    return (
        step is None
        or step == "passthrough"
        or isinstance(step, known)
        or hasattr(step, "get_support")
    )


class _Source(NamedTuple):
    """One vectorizer, the column its first feature has, and where its columns end up."""

    locate: Locator
    first: int
    n_columns: int
    kept: NDArray[np.intp] | None


def _n_columns(vectorizer: Any) -> int:
    if hasattr(vectorizer, "vocabulary_"):
        return len(vectorizer.vocabulary_)
    return int(vectorizer.n_features)


def _sources(step: Any) -> list[_Source] | None:
    """Take a fitted vectorizer, or a union or pipeline of such, apart."""
    if is_vectorizer(step):
        return [_Source(Locator(step), 0, _n_columns(step), None)]
    if isinstance(step, FeatureUnion):
        return _union_sources(step)
    if isinstance(step, Pipeline) and step.steps:
        first = _sources(step.steps[0][1])
        if first is None or len(first) != 1:
            return None
        source = first[0]
        kept = np.arange(source.n_columns)
        for _, later in step.steps[1:]:
            chosen = kept_columns(later, len(kept))
            if chosen is None:
                return None
            kept = kept[chosen]
        return [source._replace(kept=kept)]
    return None


def _union_sources(union: FeatureUnion) -> list[_Source] | None:
    sources: list[_Source] = []
    first = 0
    for name, part in union.transformer_list:
        if part == "drop":
            continue
        inside = _sources(part)
        weights = union.transformer_weights or {}
        if inside is None or len(inside) != 1 or weights.get(name) == 0:
            return None
        source = inside[0]._replace(first=first)
        sources.append(source)
        first += source.n_columns if source.kept is None else len(source.kept)
    return sources or None


def _stem(word: str) -> str:
    """Return a word without its English endings, at least four letters of it.

    Examples
    --------
    >>> _stem("arrival") == _stem("arrived"), _stem("threat") == _stem("three")
    (True, False)
    """
    stem = word
    while True:
        ending = next(
            (e for e in _ENDINGS if stem.endswith(e) and len(stem) - len(e) >= _SHORTEST_STEM), ""
        )
        if not ending:
            return stem
        stem = stem.removesuffix(ending)
        if len(stem) > _SHORTEST_STEM and stem[-1] == stem[-2]:
            stem = stem[:-1]


class TermSpace:
    """The columns of a fitted text model as terms.

    Parameters
    ----------
    steps : sequence of fitted transformers
        The first is a vectorizer, or a union or pipeline of vectorizers. As many of the next as
        keep one column a term belong to the space.

    Attributes
    ----------
    depth : int
        How many of the steps belong; 0 where the first is none of ours to read.
    n_columns : int
        Columns after those steps.
    """

    def __init__(self, steps: Sequence[Any]) -> None:
        self._sources = (_sources(steps[0]) if steps else None) or []
        self.depth = 1 if self._sources else 0
        width = sum(
            source.n_columns if source.kept is None else len(source.kept)
            for source in self._sources
        )
        kept = np.arange(width)
        for step in steps[1:] if self.depth else ():
            chosen = kept_columns(step, len(kept))
            if chosen is None:
                break
            kept = kept[chosen]
            self.depth += 1
        self.n_columns = len(kept)
        self._final: NDArray[np.intp] | None = None
        if len(kept) != width:
            self._final = _inverse(kept, width)
        self._seen: dict[int, str] = {}
        self._names: NDArray[Any] | None = None
        self._sorted: list[tuple[_Source, list[str]]] | None = None

    def places(self, content: str) -> list[tuple[Place, int]]:
        """Return every token of a text the model has a column for, with its place and column."""
        found = []
        for source in self._sources:
            places = source.locate(content)
            columns = self._columns_of(source, [place.token for place in places])
            for place, column in zip(places, columns, strict=True):
                if column >= 0:
                    found.append((place, column))
                    if self._hashed(source):
                        self._seen.setdefault(column, place.token)
        return found

    def words(self, content: str) -> list[Place] | None:
        """Return the words of a text by the model's own tokenizer; None where it has none."""
        for source in self._sources:
            found = source.locate.words(content)
            if found is not None:
                return found
        return None

    def columns(self, term: str) -> list[int]:
        """Return the columns a term stands for: those of the whole, or else of its parts.

        Of several vectorizers side by side the first that knows the term answers.
        """
        for source in self._sources:
            found = self._covering(source, term)
            if found:
                return sorted(set(found))
        return []

    def holding(self, term: str, contents: Sequence[str]) -> tuple[list[int], bool]:
        """Return the columns of every feature that holds a term as whole words.

        Parameters
        ----------
        term : str
        contents : sequence of str
            Where hashing meets its tokens.

        Returns
        -------
        columns : list of int
        whole : bool
            Whether no other feature can hold it: False where a vectorizer reads pieces of words,
            or a phrase stands in none of its tokens while its words do.
        """
        found: set[int] = set()
        whole = True
        for source in self._sources:
            words = source.locate.words(term)
            if words is None:
                whole = False
                continue
            wanted = " ".join(word.token for word in words)
            if not wanted:
                continue  # the vectorizer drops it: a stop word, or a single letter
            known = (
                self._met(source, words[0].token, contents)
                if self._hashed(source)
                else list(source.locate.vectorizer.vocabulary_)
            )
            held = [token for token in known if f" {wanted} " in f" {token} "]
            columns = {column for column in self._columns_of(source, held) if column >= 0}
            found |= columns
            whole = whole and (bool(columns) or len(words) == 1)
        return sorted(found), whole

    @staticmethod
    def _met(source: _Source, word: str, contents: Sequence[str]) -> list[str]:
        near = (content for content in contents if word in content.casefold())
        return list({place.token for content in near for place in source.locate(content)})

    def forms(self, word: str) -> list[int]:
        """Return the columns of words that differ in their ending only: other forms of it.

        Only words of at least four letters have forms, and only word vectorizers with a vocabulary.
        """
        wanted = word.casefold()
        if len(wanted) < _SHORTEST_WITH_FORMS:
            return []
        if self._sorted is None:
            self._sorted = [
                (source, sorted(source.locate.vectorizer.vocabulary_))
                for source in self._sources
                if not self._hashed(source) and source.locate.vectorizer.analyzer == "word"
            ]
        stem = _stem(wanted)
        for source, vocabulary in self._sorted:
            near = []
            for index in range(bisect_left(vocabulary, stem), len(vocabulary)):
                known = vocabulary[index]
                if not known.startswith(stem):
                    break
                if " " not in known and _stem(known) == stem:
                    near.append(known)
            columns = [column for column in self._columns_of(source, near) if column >= 0]
            if columns:
                return columns
        return []

    def name(self, column: int) -> str:
        """Return the term in a column; empty where hashing never met one."""
        if self._names is not None:
            return str(self._names[column])
        return self._seen.get(column) or str(self.names([])[column])

    def names(self, contents: Sequence[str]) -> NDArray[Any]:
        """Return the term of every column, shape (n_columns,), dtype object.

        Parameters
        ----------
        contents : sequence of str
            Read where hashing has to meet its tokens to know them; its first one names a column.
        """
        if self._names is not None:
            return self._names
        names = np.full(self.n_columns, "", dtype=object)
        for source in self._sources:
            if self._hashed(source):
                for content in contents:
                    self.places(content)
                continue
            own = source.locate.vectorizer.get_feature_names_out()
            columns = self._placed(source, np.arange(len(own)))
            names[columns[columns >= 0]] = own[columns >= 0]
        for column, token in self._seen.items():
            names[column] = token
        if contents or not any(self._hashed(source) for source in self._sources):
            self._names = names
        return names

    @staticmethod
    def _hashed(source: _Source) -> bool:
        return not hasattr(source.locate.vectorizer, "vocabulary_")

    def _columns_of(self, source: _Source, tokens: Sequence[str]) -> list[int]:
        if not tokens:
            return []
        vectorizer = source.locate.vectorizer
        if self._hashed(source):
            hasher = FeatureHasher(vectorizer.n_features, input_type="string", alternate_sign=False)
            raw = hasher.transform([[token] for token in tokens]).indices
        else:
            look_up = vectorizer.vocabulary_.get
            raw = [look_up(token, -1) for token in tokens]
        if self._final is None and source.kept is None and source.first == 0:
            return [int(column) for column in raw]
        return [int(column) for column in self._placed(source, np.asarray(raw))]

    def _placed(self, source: _Source, raw: NDArray[Any]) -> NDArray[np.intp]:
        """Carry a vectorizer's own columns to the last step's; -1 where they were dropped."""
        columns = raw.astype(np.intp)
        if source.kept is not None:
            inverse = _inverse(source.kept, source.n_columns)
            columns = np.where(columns >= 0, inverse[columns], -1)
        columns = np.where(columns >= 0, columns + source.first, -1)
        if self._final is not None:
            columns = np.where(columns >= 0, self._final[columns], -1)
        return columns

    def _covering(self, source: _Source, term: str) -> list[int]:
        places = source.locate(term)
        columns = self._columns_of(source, [place.token for place in places])
        known = [(place, c) for place, c in zip(places, columns, strict=True) if c >= 0]
        if not known:
            return []
        if source.locate.vectorizer.analyzer in ("char", "char_wb"):
            longest = max(len(place.token) for place, _ in known)
            return [column for place, column in known if len(place.token) == longest]
        # The longest first, then whatever stands beside it: the whole, or else its parts.
        covered: set[int] = set()
        chosen = []
        for place, column in sorted(known, key=lambda found: found[0].start - found[0].end):
            if place.start < 0:
                chosen.append(column)
                continue
            spot = set(range(place.start, place.end))
            if not spot & covered:
                covered |= spot
                chosen.append(column)
        return chosen


def _inverse(kept: NDArray[np.intp], width: int) -> NDArray[np.intp]:
    inverse = np.full(width, -1, dtype=np.intp)
    inverse[kept] = np.arange(len(kept))
    return inverse
