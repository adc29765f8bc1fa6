"""Ceiling: how far people agree on items shared blind; a model cannot be measured finer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from rhml_widgets.measures.agreement import AT_LEAST, LEVEL, checks, decimal
from rhml_widgets.measures.between import krippendorff_alpha
from rhml_widgets.measures.outcomes import Outcome, check_outcomes
from rhml_widgets.measures.people import TWO, shared_labels

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from rhml_widgets.journal.events import Label
    from rhml_widgets.state import State, StateView

__all__ = ["COLUMNS", "Agreement", "agreements", "ceiling_words", "shared_outcomes"]

COLUMNS = ("people", "measure", "value", "low", "high", "hits", "n", "words")
"""Columns of the frame of agreement, in order."""

_RESAMPLES = 2_000


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far people agree on the items they shared.

    Attributes
    ----------
    people : tuple of str
    measure : {"kappa", "alpha"}
        Cohen's kappa of two people; Krippendorff's alpha of all.
    hits, n : int
        Items all of them who judged it gave the same label, of the shared ones.
    value, low, high : float or None
        At most 1, 0 is chance; 95 % percentile bootstrap over items, for one look. None below 30
        items, and where it is undefined.
    """

    people: tuple[str, ...]
    measure: str
    hits: int
    n: int
    value: float | None = None
    low: float | None = None
    high: float | None = None

    def words(self) -> str:
        """Say it: a count below 30, then the coefficient with its interval.

        Examples
        --------
        >>> Agreement(("ann", "ben"), "kappa", 27, 29).words()
        'ann and ben agree on 27 of 29 shared items'
        >>> Agreement(("ann", "ben"), "kappa", 27, 31, 0.8, 0.61, 0.95).words()
        'ann and ben agree on 27 of 31 shared items; kappa .80 [.61, .95]'
        """
        items = "item" if self.n == 1 else "items"
        told = f"{_names(self.people)} agree on {self.hits:,} of {self.n:,} shared {items}"
        if self.value is None or self.low is None or self.high is None:
            return told
        doubt = f"[{_decimal(self.low)}, {_decimal(self.high)}]"
        return f"{told}; {self.measure} {_decimal(self.value)} {doubt}"

    def row(self) -> dict[str, Any]:
        """Return it as a row with the columns `COLUMNS`."""
        row = {name: getattr(self, name) for name in COLUMNS if name not in ("people", "words")}
        return {"people": ", ".join(self.people), **row, "words": self.words()}


def agreements(state: State | StateView) -> list[Agreement]:
    """Return how far people agree: Cohen's kappa of each two, then Krippendorff's alpha of all.

    Cohen (1960), Krippendorff (2011). Pairs that share no item are left out; the list is empty
    where nobody shares any.
    """
    shared, seed = shared_labels(state), _seed(state)
    found = []
    for first, second in combinations(state.people, 2):
        both = _of_two(shared, first, second)
        one = _counted(both, first, second)
        if one.n >= AT_LEAST:
            value, low, high = _kappa(both, seed)
            one = replace(one, value=value, low=low, high=high)
        if one.n:
            found.append(one)
    if not found:
        return []
    units = tuple(tuple(labels.values()) for labels in shared.values())
    hits = sum(len(set(labels)) == 1 for labels in units)
    everybody = Agreement(tuple(state.people), "alpha", hits, len(units))
    if everybody.n >= AT_LEAST:
        value, low, high = _alpha(units, seed)
        everybody = replace(everybody, value=value, low=low, high=high)
    return [*found, everybody]


def shared_outcomes(state: State | StateView) -> list[Outcome]:
    """List the shared items by the answer that made two of each; a hit: all gave one label."""
    found = []
    for item_id, labels in shared_labels(state).items():
        firsts: dict[str, int] = {}
        for seq in state.answers[item_id]:
            firsts.setdefault(state.judgments[seq].person, seq)
        own = sorted(firsts[person] for person in labels)
        told = list(labels.values())
        found.append(Outcome(own[1], item_id, len(set(told)) == 1, told[0], told[1]))
    return sorted(found, key=lambda one: one.seq)


def ceiling_words(state: State | StateView, *, named: bool = True) -> list[str]:
    """Say how far people agree, a sentence for each two, and what that means for the model.

    Not ``named``: where there are more than two, all together only, so that no name is told.
    """
    found = agreements(state)
    told = []
    for one in found[:-1] if named or len(state.people) == TWO else ():
        who = one.words() if len(state.people) > TWO else f"Two people {_after_names(one)}"
        told.append(f"{who}: the model cannot be measured finer than that.")
    if len(state.people) > TWO and found and found[-1].value is not None:
        told.append(f"All together: {_after_names(found[-1])}.")
    if found and (own := _of_model(state)):
        told.append(own)
    return told


def _of_model(state: State | StateView) -> str:
    """Say the model's agreement with who answers as theirs is said: beyond chance, too."""
    seen = checks(state)
    both = tuple((one.label, one.other) for one in check_outcomes(state)[-seen.n :])
    value, low, high = _kappa(both, _seed(state)) if seen.n >= AT_LEAST else (None, None, None)
    if value is None or low is None or high is None:
        return ""
    doubt = f"[{_decimal(low)}, {_decimal(high)}]"
    return f"The model and you, on {seen.n:,} checks: kappa {_decimal(value)} {doubt}."


def _seed(state: State | StateView) -> int:
    return state.opened.random_state if state.opened is not None else 0


def _of_two(
    shared: Mapping[str, Mapping[str, Label]], first: str, second: str
) -> tuple[tuple[Label, Label], ...]:
    return tuple(
        (labels[first], labels[second])
        for labels in shared.values()
        if first in labels and second in labels
    )


def _counted(both: Sequence[tuple[Label, Label]], first: str, second: str) -> Agreement:
    return Agreement((first, second), "kappa", sum(a == b for a, b in both), len(both))


def _after_names(found: Agreement) -> str:
    return found.words().removeprefix(f"{_names(found.people)} ")


def _names(people: Sequence[str]) -> str:
    return " and ".join([", ".join(people[:-1]), people[-1]] if len(people) > 1 else people)


def _decimal(value: float) -> str:
    return f"-{decimal(-value)}" if round(value, 2) < 0 else decimal(abs(value))


@lru_cache(maxsize=64)
def _kappa(
    both: tuple[tuple[Label, Label], ...], random_state: int
) -> tuple[float | None, float | None, float | None]:
    """Return Cohen's kappa with its bootstrap interval; kept, for it is asked for often."""
    place = {label: i for i, label in enumerate(dict.fromkeys(x for two in both for x in two))}
    codes = np.array([[place[a], place[b]] for a, b in both])
    cells, counts = np.unique(codes, axis=0, return_counts=True)
    (value,) = _kappas(counts[None], cells, len(place))
    if np.isnan(value):
        return None, None, None
    # Drawing items again is drawing how many fall into each cell.
    stream = np.random.default_rng(random_state)
    drawn = stream.multinomial(len(both), counts / len(both), size=_RESAMPLES)
    tail = (1 - LEVEL) / 2
    low, high = np.nanquantile(_kappas(drawn, cells, len(place)), [tail, 1 - tail])
    return float(value), float(low), float(high)


@lru_cache(maxsize=16)
def _alpha(
    units: tuple[tuple[Label, ...], ...], random_state: int
) -> tuple[float | None, float | None, float | None]:
    named = {str(place): labels for place, labels in enumerate(units)}
    found = krippendorff_alpha(named, random_state=random_state)
    return found.value, found.low, found.high


def _kappas(
    counts: NDArray[np.int64], cells: NDArray[np.intp], n_classes: int
) -> NDArray[np.float64]:
    """Return kappa of each sample of counts, shape (n_samples, n_cells), in ``cells``."""
    shares = counts / counts.sum(axis=1, keepdims=True)
    sides = np.eye(n_classes)[cells]  # shape (n_cells, 2, n_classes)
    seen = shares[:, cells[:, 0] == cells[:, 1]].sum(axis=1)
    chance = ((shares @ sides[:, 0]) * (shares @ sides[:, 1])).sum(axis=1)
    left = np.where(chance < 1, 1 - chance, np.nan)
    return np.asarray((seen - chance) / left)
