"""People: where those who label agree and differ, on items shared blind.

What two people agree on is the ceiling a model is shown against: it cannot be measured finer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from rhml_widgets.measures.agreement import AT_LEAST, LEVEL, decimal
from rhml_widgets.measures.between import krippendorff_alpha
from rhml_widgets.seats import SHARED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from rhml_widgets.journal.events import Label
    from rhml_widgets.state import State, StateView

__all__ = [
    "COLUMNS",
    "Agreement",
    "Disagreement",
    "ceiling_words",
    "disagreements",
    "everybody",
    "pair",
    "shareable",
    "shared_labels",
]

COLUMNS = ("people", "measure", "value", "low", "high", "hits", "n", "words")
"""Columns of the frame of agreement, in order."""

_RESAMPLES = 2_000
TWO = 2


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


@dataclass(frozen=True, slots=True)
class Disagreement:
    """An item that people label differently now.

    Attributes
    ----------
    item_id : str
    labels : tuple of (person, label)
        Everybody's newest, first to judge first.
    label, person : Label, str
        What trains, and whose it is.
    settled : bool
        Whether it is a third look; otherwise it is the newest answer.
    """

    item_id: str
    labels: tuple[tuple[str, Label], ...]
    label: Label
    person: str
    settled: bool


def shareable(state: State | StateView) -> Iterator[str]:
    """Yield the items others judged blind, that the person neither judged nor was shown a view of.

    In the order they were first judged; those once drawn for the person are left out.
    """
    if len(state.people) < TWO:
        return
    me, judgments, exposed, drawn = state.person, state.judgments, state.is_exposed, state.shared
    for item_id, seqs in state.answers.items():
        if (
            item_id not in drawn
            and all(judgments[seq].person != me for seq in seqs)
            and any(judgments[seq].sealed for seq in seqs)
            and not exposed(item_id)
        ):
            yield item_id


def shared_labels(state: State | StateView) -> dict[str, dict[str, Label]]:
    """Return, for each item shared and judged, everybody's first answer where it was blind.

    Blind: the model's view was not shown before it, and neither was another's answer. Who was
    asked an item that another had judged counts only if it was drawn by `Session.share`; an
    answer that was taken back and given again does not count.
    """
    found: dict[str, dict[str, Label]] = {}
    draws = state.draws_shared()
    for item_id in dict.fromkeys(one for theirs in draws.values() for one in theirs):
        firsts: dict[str, Any] = {}
        for seq in state.answers.get(item_id, ()):
            firsts.setdefault(state.judgments[seq].person, state.judgments[seq])
        labels = {}
        for place, (person, first) in enumerate(firsts.items()):
            drawn = draws.get(person, {}).get(item_id)
            alone = place == 0 if drawn is None else drawn.reason == SHARED
            if first.sealed and alone:
                labels[person] = first.label
        if len(labels) >= TWO:
            found[item_id] = labels
    return found


def pair(state: State | StateView, first: str, second: str, *, random_state: int = 0) -> Agreement:
    """Return the agreement of two people: Cohen's kappa (Cohen 1960) with its interval."""
    both = _of_two(shared_labels(state), first, second)
    found = _counted(both, first, second)
    if found.n < AT_LEAST:
        return found
    value, low, high = _kappa(both, random_state)
    return replace(found, value=value, low=low, high=high)


def everybody(state: State | StateView, *, random_state: int = 0) -> Agreement:
    """Return the agreement of all people: Krippendorff's alpha with its interval."""
    units = {item_id: list(labels.values()) for item_id, labels in shared_labels(state).items()}
    hits = sum(len(set(labels)) == 1 for labels in units.values())
    found = Agreement(tuple(state.people), "alpha", hits, len(units))
    if found.n < AT_LEAST:
        return found
    alpha = krippendorff_alpha(units, random_state=random_state)
    return replace(found, value=alpha.value, low=alpha.low, high=alpha.high)


def disagreements(state: State | StateView) -> list[Disagreement]:
    """List the items that people label differently now, oldest first.

    Left out are those that wait for anybody's blind look: see `Session.share`.
    """
    if len(state.people) < TWO:
        return []
    waiting = {
        (item_id, person)
        for person, theirs in state.draws_shared().items()
        for item_id in theirs
        if state.own(item_id, person) is None
    }
    unjudged = {item_id for item_id, _ in waiting}
    found = []
    for item_id, seqs in state.answers.items():
        if len(seqs) < TWO or item_id in unjudged or item_id in state.relabel:
            continue
        newest = state.each(item_id)
        counts = state.answer(item_id)
        if counts is not None and len({one.label for one in newest.values()}) > 1:
            found.append(
                Disagreement(
                    item_id,
                    tuple((person, one.label) for person, one in newest.items()),
                    counts.label,
                    counts.person,
                    item_id in state.thirds,
                )
            )
    return found


def ceiling_words(state: State | StateView) -> list[str]:
    """Say how far people agree, a sentence for each two, and what that means for the model."""
    people = state.people
    if len(people) < TWO:
        return []
    told, labels = [], shared_labels(state)
    for first, second in combinations(people, 2):
        found = _counted(_of_two(labels, first, second), first, second)
        if found.n:
            who = found.words() if len(people) > TWO else f"Two people {_after_names(found)}"
            told.append(f"{who}: the model cannot be measured finer than that.")
    return told


def _of_two(
    shared: Mapping[str, Mapping[str, Label]], first: str, second: str
) -> list[tuple[Label, Label]]:
    return [
        (labels[first], labels[second])
        for labels in shared.values()
        if first in labels and second in labels
    ]


def _counted(both: Sequence[tuple[Label, Label]], first: str, second: str) -> Agreement:
    return Agreement((first, second), "kappa", sum(a == b for a, b in both), len(both))


def _after_names(found: Agreement) -> str:
    return found.words().removeprefix(f"{_names(found.people)} ")


def _names(people: Sequence[str]) -> str:
    return " and ".join([", ".join(people[:-1]), people[-1]] if len(people) > 1 else people)


def _decimal(value: float) -> str:
    return f"-{decimal(-value)}" if round(value, 2) < 0 else decimal(abs(value))


def _kappa(
    both: Sequence[tuple[Label, Label]], random_state: int
) -> tuple[float | None, float | None, float | None]:
    place = {label: i for i, label in enumerate(dict.fromkeys(x for two in both for x in two))}
    codes = np.array([[place[a], place[b]] for a, b in both])
    (value,) = _kappas(codes[None], len(place))
    if np.isnan(value):
        return None, None, None
    stream = np.random.default_rng(random_state)
    drawn = stream.integers(0, len(codes), (_RESAMPLES, len(codes)))
    again = _kappas(codes[drawn], len(place))
    tail = (1 - LEVEL) / 2
    low, high = np.nanquantile(again, [tail, 1 - tail])
    return float(value), float(low), float(high)


def _kappas(codes: NDArray[np.intp], n_classes: int) -> NDArray[np.float64]:
    """Return kappa of each sample of pairs of codes, shape (n_samples, n_items, 2)."""
    n_samples, n_items, _ = codes.shape
    seen = (codes[..., 0] == codes[..., 1]).mean(axis=1)
    # One class after the other in one count: sample number times classes plus the code.
    offset = n_classes * np.arange(n_samples)[:, None]
    first, second = (
        np.bincount((codes[..., side] + offset).ravel(), minlength=n_classes * n_samples)
        for side in (0, 1)
    )
    chance = (first * second).reshape(n_samples, n_classes).sum(axis=1) / n_items**2
    left = np.where(chance < 1, 1 - chance, np.nan)
    return np.asarray((seen - chance) / left)
