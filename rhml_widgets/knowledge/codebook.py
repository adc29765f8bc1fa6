"""Codebook: class names, definitions and seed words, as the first lesson a model gets."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["first_lesson"]

_WORD = re.compile(r"[^\W\d_][^\W_]+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def _words(row: Mapping[str, Any]) -> list[str]:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    name = _HUMP.sub(" ", row["name"]) if isinstance(row["name"], str) else ""
    found = _WORD.findall(f"{name} {row.get('definition') or ''}".casefold())
    return [word for word in dict.fromkeys(found) if word not in ENGLISH_STOP_WORDS]


def first_lesson(classes: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the stances that class names, definitions and seed words amount to.

    A word counts less the more classes use it, and not at all where all of them do; a seed word
    counts in full. English stop words are left out.

    Parameters
    ----------
    classes : rows of ``name``, ``definition`` (str or None) and ``seeds`` (list of str)

    Returns
    -------
    list of dict
        ``term``, ``label``, ``stance`` and ``strength`` in (0, 1].

    Examples
    --------
    >>> rows = [{"name": "card_arrival", "definition": None, "seeds": ["in the post"]},
    ...         {"name": "lost_card", "definition": "stolen or lost", "seeds": []}]
    >>> [(row["term"], row["label"]) for row in first_lesson(rows)]
    [('in the post', 'card_arrival'), ('arrival', 'card_arrival'), ('lost', 'lost_card'), \
('stolen', 'lost_card')]
    """
    rows = list(classes)
    own = [_words(row) for row in rows]
    users = Counter(word for words in own for word in words)
    lesson = []
    for row, words in zip(rows, own, strict=True):
        seeds = dict.fromkeys((seed.strip() for seed in row.get("seeds") or ()), 1.0)
        told = {word: 1 / users[word] for word in words if users[word] < max(len(rows), 2)}
        lesson += [
            {"term": term, "label": row["name"], "stance": "supports", "strength": strength}
            for term, strength in {**seeds, **told, **seeds}.items()
            if term
        ]
    return lesson
