"""Hearing: what a model makes of a term, said plainly, also where it can make nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rhml_widgets.knowledge.pattern import is_pattern
from rhml_widgets.machine.matrices import is_sparse

if TYPE_CHECKING:
    from rhml_widgets.machine.features import Features

__all__ = ["Hearing", "heard_as"]

_SHOWN = 5


class Hearing(NamedTuple):
    """How a model hears a term.

    ``how`` is ``word`` (a feature of its own, phrases included), ``pattern`` (the words it fits),
    ``parts`` (its words, wherever they stand), ``text`` (a small text of its own), ``column`` or
    ``nothing``. ``n_items`` of the pool hold it; ``words`` say all that.
    """

    how: str
    n_items: int
    words: str


def heard_as(features: Features, term: str) -> Hearing:
    """Return how a model hears a term.

    Parameters
    ----------
    features : Features
        Those with a column for the taught phrases: see `Features.hearing`.
    term : str
    """
    if features.kind == "row" and term in features.input_names:
        return Hearing("column", len(features.contents), "as the column of that name")
    if features.kind != "text":
        image = features.kind == "image"
        why = "an image has neither words nor columns" if image else "no column has that name"
        return Hearing("nothing", 0, f"not heard: {why}")
    return _pattern(features, term) if is_pattern(term) else _words(features, term)


def _words(features: Features, term: str) -> Hearing:
    if not features.in_terms:
        n_items = sum(term.casefold() in text.casefold() for text in features.contents)
        told = "as a small text of its own: this model has no feature for each word"
        return Hearing("text", n_items, told)
    columns = features.columns(term)
    n_items = _holding(features, columns)
    if not columns or not n_items:
        return Hearing("nothing", 0, "not heard: it stands in no text of the pool")
    if len(columns) == 1 and features.terms.name(columns[0]).count(" ") == _blanks(term):
        return Hearing("word", n_items, "as it stands")
    named = ", ".join(f"“{features.terms.name(column)}”" for column in columns[:_SHOWN])
    told = f"by its parts, wherever they stand: {named}; no text of the pool holds it whole"
    return Hearing("parts", n_items, told)


def _blanks(term: str) -> int:
    return len(term.split()) - 1


def _pattern(features: Features, term: str) -> Hearing:
    found = features.fitting(term)
    if not found:
        return Hearing("nothing", 0, "not heard: it fits no word of the pool")
    columns = sorted({column for word in found for column in features.columns(word)})
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    named = ", ".join(f"“{word}”" for word in found[:_SHOWN])
    count = "the word it fits" if len(found) == 1 else f"the {len(found)} words it fits"
    n_items = 0
    if columns and features.X is not None:
        rows = features.X[:, columns] if is_sparse(features.X) else features.X[:, columns] != 0
        n_items = int(np.count_nonzero(np.asarray((rows != 0).sum(axis=1)).ravel()))
    return Hearing("pattern", n_items, f"as {count}: {named}{more}; words to come are not heard")


def _holding(features: Features, columns: list[int]) -> int:
    if not columns or features.X is None:
        return 0
    if len(columns) == 1:
        return round(float(features.document_frequency[columns[0]]) * len(features.contents))
    rows = features.X[:, columns] != 0
    counts = np.asarray(rows.sum(axis=1)).ravel()
    return int(np.count_nonzero(counts == len(columns)))
