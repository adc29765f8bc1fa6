"""Settling: which stances stand where they contradict each other, and what each is about."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from rhml_widgets.exceptions import BadInputError, UnknownLabelError
from rhml_widgets.knowledge.pattern import is_pattern
from rhml_widgets.machine.floor import give_way
from rhml_widgets.machine.leaning import leaning
from rhml_widgets.machine.prior_logistic import BINARY
from rhml_widgets.machine.trust import Support

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rhml_widgets.journal.events import Label
    from rhml_widgets.machine.features import Features
    from rhml_widgets.machine.feedback import Stance

__all__ = ["settled"]

_Key: TypeAlias = "tuple[int, ...] | str"
_ORIGINS = ("codebook", "mark", "person")
"""From the one that gives way to the one that stays."""


def settled(
    stances: Sequence[Stance], features: Features, classes: tuple[Label, ...]
) -> tuple[list[Support], dict[_Key, str]]:
    """Return the supports that stand, less what is struck, and the terms that are struck.

    Raises
    ------
    BadInputError
        If a stance is malformed.
    UnknownLabelError
        If it supports a class that is not one of ``classes``.
    """
    supports: dict[tuple[_Key, int], Support] = {}
    struck: dict[_Key, str] = {}
    for index, stance in _spelled_out(stances, features):
        give_way()
        _check(stance, classes)
        if features.kind != "text":
            _of_column(supports, struck, (index, stance), features, classes)
            continue
        for place, key in enumerate(_keys(stance, features)):
            form = stance.origin == "mark" and place > 0
            if stance.stance == "irrelevant":
                for slot in [slot for slot in supports if slot[0] == key]:
                    del supports[slot]
                struck[key] = stance.term
            elif not (form or stance.origin == "codebook") or key not in struck:
                struck.pop(key, None)
                _take_in(supports, key, stance, None if form else index, classes)
    columns = {column for key in struck if isinstance(key, tuple) for column in key}
    return _without(list(supports.values()), columns, features), struck


def _spelled_out(stances: Sequence[Stance], features: Features) -> Iterator[tuple[int, Stance]]:
    """Yield each stance with its place; one on a pattern as often as there are words it fits."""
    for index, stance in enumerate(stances):
        if features.kind == "text" and is_pattern(stance.term):
            yield from ((index, replace(stance, term=one)) for one in features.fitting(stance.term))
        else:
            yield index, stance


def _of_column(
    supports: dict[tuple[_Key, int], Support],
    struck: dict[_Key, str],
    said: tuple[int, Stance],
    features: Features,
    classes: tuple[Label, ...],
) -> None:
    """Take in what is said of a column of rows; a strike is of all its features."""
    index, stance = said
    whole = tuple(features.columns(stance.term))
    if stance.stance == "irrelevant":
        for slot in [slot for slot in supports if whole and set(slot[0]) <= set(whole)]:
            del supports[slot]
        if stance.term in features.input_names:
            struck[whole or stance.term] = stance.term
        return
    lean = leaning(features, whole, stance.item)
    if lean.columns:
        struck.pop(whole, None)
        _take_in(supports, lean.columns, stance, index, classes)
        slot = lean.columns, classes.index(stance.label)
        supports[slot] = supports[slot]._replace(sides=lean.sides)


def _keys(stance: Stance, features: Features) -> list[_Key]:
    """Return what a stance is about: the columns of its term, or the term itself; then its forms.

    Words of class names are headings and marks are examples: "arrival" stands for "arrived" too.
    What somebody teaches or strikes on purpose stands for itself.
    """
    if stance.origin == "veto":
        return [(column,) for column in features.holding(stance.term)[0]] or [stance.term]
    columns = tuple(features.columns(stance.term))
    words = " ".join(stance.term.casefold().split())
    if stance.origin == "person" or stance.stance != "supports":
        return [columns or words]
    if words in ENGLISH_STOP_WORDS:
        return [] if stance.origin == "codebook" else [columns or words]
    forms = [(column,) for column in features.forms(words) if column not in columns]
    if stance.origin == "mark":
        return [columns or words, *forms]
    return [columns, *forms] if columns else list(forms) or [words]


def _take_in(
    supports: dict[tuple[_Key, int], Support],
    key: _Key,
    stance: Stance,
    index: int | None,
    classes: tuple[Label, ...],
) -> None:
    """Add a support to those that stand; the form of a marked word has no index."""
    class_index = classes.index(stance.label)
    if stance.origin == "person" and len(classes) == BINARY:
        other = supports.get((key, 1 - class_index))
        if other is not None and other.origin != "mark":
            del supports[key, 1 - class_index]
    columns = key if isinstance(key, tuple) else ()
    places = () if index is None else (index,)
    own = Support(stance.term, class_index, columns, stance.strength, stance.origin, 0, places)
    found = supports.get((key, class_index))
    if found is not None:
        rank = _ORIGINS.index(stance.origin) - _ORIGINS.index(found.origin)
        if rank < 0:
            own = found
        elif rank == 0 and stance.origin != "person":
            own = own._replace(strength=max(found.strength, stance.strength))
        own = own._replace(n_marks=found.n_marks, places=(*found.places, *places))
    n_marks = own.n_marks + (stance.origin == "mark" and index is not None)
    supports[key, class_index] = own._replace(n_marks=n_marks)


def _without(supports: Sequence[Support], struck: set[int], features: Features) -> list[Support]:
    """Take struck columns out of the supports, and supports out that are left with nothing."""
    left = [
        support if struck.isdisjoint(support.columns) else _narrowed(support, struck)
        for support in supports
    ]
    in_features = features.in_terms or features.kind != "text"
    return [support for support in left if support.columns or not in_features]


def _narrowed(support: Support, struck: set[int]) -> Support:
    kept = [place for place, column in enumerate(support.columns) if column not in struck]
    sides = tuple(support.sides[place] for place in kept) if support.sides else ()
    return support._replace(columns=tuple(support.columns[place] for place in kept), sides=sides)


def _check(stance: Stance, classes: tuple[Label, ...]) -> None:
    if stance.stance not in ("supports", "irrelevant"):
        message = f"stance {stance.stance!r} of {stance.term!r}: expected supports or irrelevant"
        raise BadInputError(message)
    if not stance.term.strip():
        message = "a stance needs a term; got an empty one"
        raise BadInputError(message)
    if not (math.isfinite(stance.strength) and stance.strength >= 0):
        message = (
            f"strength {stance.strength!r} of {stance.term!r}: expected a number of at least 0; "
            "to say that a term means nothing use stance='irrelevant'"
        )
        raise BadInputError(message)
    if stance.stance == "supports" and stance.label not in classes:
        message = f"{stance.term!r} supports {stance.label!r}, which is not one of {list(classes)}"
        raise UnknownLabelError(message)
