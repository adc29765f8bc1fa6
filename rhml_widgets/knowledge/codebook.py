"""Codebook: class names, definitions and seed words, as the first lesson a model gets."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["first_lesson"]

NAME_STRENGTH = 1.0
DEFINITION_STRENGTH = 0.5

_WORD = re.compile(r"[^\W\d_]{2,}")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def _words(text: object) -> list[str]:
    return [word.casefold() for word in _WORD.findall(_HUMP.sub(" ", str(text)))]


def first_lesson(classes: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the stances that class names, definitions and seed words amount to.

    A word that several classes share says nothing and is left out, unless it is a seed.

    Parameters
    ----------
    classes : rows of ``name``, ``definition`` (str or None) and ``seeds`` (list of str)

    Returns
    -------
    list of dict
        ``term``, ``label``, ``stance`` and ``strength`` in (0, 1], strongest word of each class
        first.

    Examples
    --------
    >>> rows = [{"name": "card_arrival", "definition": None, "seeds": ["in the post"]},
    ...         {"name": "lost_card", "definition": "stolen or lost", "seeds": []}]
    >>> [(row["term"], row["label"]) for row in first_lesson(rows)]
    [('in the post', 'card_arrival'), ('arrival', 'card_arrival'), ('lost', 'lost_card'), \
('stolen', 'lost_card'), ('or', 'lost_card')]
    """
    told: list[dict[str, float]] = []
    labels = []
    for row in classes:
        strengths = {word: DEFINITION_STRENGTH for word in _words(row.get("definition") or "")}
        strengths |= dict.fromkeys(_words(row["name"]), NAME_STRENGTH)
        told.append(dict(sorted(strengths.items(), key=lambda pair: -pair[1])))
        labels.append((row["name"], [seed.strip() for seed in row.get("seeds") or ()]))
    shared = {word for word, n in Counter(w for words in told for w in words).items() if n > 1}
    return [
        {"term": term, "label": name, "stance": "supports", "strength": strength}
        for words, (name, seeds) in zip(told, labels, strict=True)
        for term, strength in [
            *((seed, NAME_STRENGTH) for seed in seeds if seed),
            *((word, s) for word, s in words.items() if word not in shared and word not in seeds),
        ]
    ]
