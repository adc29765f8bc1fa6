"""Heap: items that fit no class, put roughly into groups that might become one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rhml_widgets.machine.space import Space

if TYPE_CHECKING:
    from rhml_widgets.machine.features import Features

__all__ = ["Group", "grouped"]

FEW = 6
"""Items below which a pile is one group."""

MOST = 8
"""Groups a person looks through."""

N_WORDS = 3


@dataclass(frozen=True, slots=True)
class Group:
    """Items that are alike: their numbers, and the terms they hold more of than the pool does."""

    numbers: tuple[int, ...]
    terms: tuple[str, ...]


def grouped(features: Features, numbers: list[int], *, random_state: int = 0) -> list[Group]:
    """Group items by likeness, largest group first; about the square root of half of them.

    Parameters
    ----------
    features : Features
        Of the pool.
    numbers : list of int
        The items.
    random_state : int

    Returns
    -------
    list of Group
        One group without terms where there are few, or nothing to compare them by.
    """
    X = features.X
    if len(numbers) < FEW or X is None:
        return [Group(tuple(numbers), ())] if numbers else []
    rows = X[np.asarray(numbers, dtype=np.intp)]
    n_groups = min(MOST, max(2, round((len(numbers) / 2) ** 0.5)))
    of = Space(rows, random_state=random_state).groups(rows, n_groups)
    found = []
    usual = np.asarray(X.mean(axis=0)).ravel()
    for group in np.unique(of).tolist():
        own = np.flatnonzero(of == group)
        more = np.asarray(rows[own].mean(axis=0)).ravel() - usual
        terms: tuple[str, ...] = ()
        if features.in_terms and features.names is not None:
            best = np.argsort(-more, kind="stable")[:N_WORDS].tolist()
            terms = tuple(str(features.names[i]) for i in best if more[i] > 0)
        found.append(Group(tuple(numbers[i] for i in own.tolist()), terms))
    return sorted(found, key=lambda one: (-len(one.numbers), one.numbers))
