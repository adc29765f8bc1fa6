"""Phrases: columns of their own for what people taught and the vectorizer cannot hear whole."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.pipeline import FeatureUnion, Pipeline

from rhml_widgets.machine.spans import is_vectorizer
from rhml_widgets.machine.terms import TermSpace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rhml_widgets.machine.features import Features

__all__ = ["Beside", "beside", "words_of"]

_WORD = re.compile(r"\w[\w'\u2019@#-]*")


@dataclass(frozen=True)
class Beside:
    """Phrases beside a model's own terms, of plain scikit-learn parts.

    Attributes
    ----------
    union : FeatureUnion
        Fitted: the model's own steps, then the phrases.
    terms : TermSpace
    rows : csr_matrix, shape (n_items, n_features + n_phrases)
    columns : dict of str to int
        Phrase, as it was taught, to its column.
    """

    union: FeatureUnion
    terms: TermSpace
    rows: Any
    columns: dict[str, int]


def beside(features: Features, phrases: Sequence[str]) -> Beside | None:
    """Return what lets a model hear phrases its vectorizer has no n-grams for; None: nothing.

    A phrase present counts as much as a usual term of the model's.
    """
    if not phrases or not features.in_terms or not sparse.issparse(features.X):
        return None
    vectorizer = _first(features.steps[0][1])
    if vectorizer is None or vectorizer.analyzer != "word":
        return None
    like = {
        name: getattr(vectorizer, name)
        for name in ("lowercase", "preprocessor", "tokenizer", "strip_accents", "token_pattern")
    }
    tokens: dict[str, str] = {}
    for phrase in phrases:
        words = CountVectorizer(**like).build_analyzer()(phrase)
        if len(words) > 1 and " ".join(words) not in _known(features, phrase):
            tokens[phrase] = " ".join(words)
    if not tokens:
        return None
    vocabulary = sorted(set(tokens.values()))
    lengths = [token.count(" ") + 1 for token in vocabulary]
    listener = CountVectorizer(
        **like,
        vocabulary=vocabulary,
        ngram_range=(min(lengths), max(lengths)),
        binary=True,
    )
    listener.fit([])
    counts = _counts(listener, features.contents)
    held = np.flatnonzero(np.asarray(counts.sum(axis=0)).ravel())
    if not len(held):
        return None
    own = features.steps[0][1] if len(features.steps) == 1 else Pipeline(features.steps)
    size = features.typical_value
    union = FeatureUnion(
        [("own", own), ("phrases", listener)], transformer_weights={"phrases": size}
    )
    terms = TermSpace([union])
    if terms.depth != 1:
        return None
    n_own = features.X.shape[1]
    rows = sparse.hstack([features.X, counts * size], format="csr")
    places = {token: n_own + place for place, token in enumerate(vocabulary)}
    kept = {vocabulary[place] for place in held.tolist()}
    columns = {phrase: places[token] for phrase, token in tokens.items() if token in kept}
    return Beside(union, terms, rows, columns)


def _first(step: Any) -> Any:
    """Return the one vectorizer that a step is or begins with, or None."""
    if isinstance(step, Pipeline) and step.steps:
        step = step.steps[0][1]
    return step if is_vectorizer(step) else None


def _known(features: Features, phrase: str) -> set[str]:
    """Return the names of the columns a phrase has already."""
    return {features.terms.name(column) for column in features.columns(phrase)}


def _counts(listener: CountVectorizer, contents: Sequence[str]) -> Any:
    """Count phrases, reading only the texts that hold a first and a last word of one."""
    ends = [(token.split()[0], token.split()[-1]) for token in listener.vocabulary]
    prepare = listener.build_preprocessor()
    chosen = [
        number
        for number, content in enumerate(contents)
        if any(first in (text := prepare(content)) and last in text for first, last in ends)
    ]
    rows = listener.transform([contents[number] for number in chosen]) if chosen else None
    shape = (len(contents), len(listener.vocabulary))
    if rows is None:
        return sparse.csr_matrix(shape)
    place = sparse.csr_matrix(
        (np.ones(len(chosen)), (chosen, np.arange(len(chosen)))), (shape[0], len(chosen))
    )
    return sparse.csr_matrix(place @ rows, dtype=np.float64)


def words_of(contents: Sequence[str]) -> list[str]:
    """Return the words of texts, case folded, the commonest first, then by the alphabet.

    Examples
    --------
    >>> words_of(["Free prize", "a free day"])
    ['free', 'a', 'day', 'prize']
    """
    counts = Counter(word for content in contents for word in _WORD.findall(content.casefold()))
    return sorted(counts, key=lambda word: (-counts[word], word))
