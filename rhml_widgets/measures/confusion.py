"""Confusion: which label each side gave where the other gave which, item by item.

What each comparison counts is said with it, because items the model asked about were chosen
where it was unsure: only those drawn at random tell how often it errs.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rhml_widgets.measures.outcomes import drawn_checks
from rhml_widgets.measures.people import shared_labels

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rhml_widgets.journal.events import Label
    from rhml_widgets.state import State, StateView

__all__ = [
    "ANSWERS",
    "CHANGED",
    "CHECKS",
    "PERSON",
    "TRUTH",
    "Confusion",
    "compared",
    "comparisons",
]

CHECKS, ANSWERS, TRUTH, CHANGED = "checks", "answers", "truth", "changed"
"""Comparisons by name; with another person it is their name after `PERSON`."""

PERSON = "person:"

TWO = 2


@dataclass(frozen=True, slots=True)
class Confusion:
    """Items that two sides labeled.

    Attributes
    ----------
    of : str
        The comparison's name; see `compared`.
    rows, columns : str
        Who said what stands in the rows, and in the columns.
    about : str
        What is counted, in words.
    pairs : tuple of (item_id, Label, Label)
        Row label, then column label.
    """

    of: str
    rows: str
    columns: str
    about: str
    pairs: tuple[tuple[str, Label, Label], ...]

    @property
    def tells_model(self) -> bool:
        """Whether an item's place in it tells what the model says, or said, of the item."""
        return self.of in (CHECKS, ANSWERS, TRUTH)

    @property
    def n(self) -> int:
        """Items compared."""
        return len(self.pairs)

    @property
    def hits(self) -> int:
        """Items given the same label by both."""
        return sum(row == column for _, row, column in self.pairs)

    def counts(self) -> Counter[tuple[Label, Label]]:
        """Return how many items each pair of labels has."""
        return Counter((row, column) for _, row, column in self.pairs)

    def cell(self, row: Label, column: Label) -> list[str]:
        """Return the ids of the items of one cell, in the order they were answered."""
        return [one for one, a, b in self.pairs if (a, b) == (row, column)]

    def most_confused(self, n: int) -> list[Label]:
        """Return the ``n`` labels with the most items off the diagonal, most first."""
        off: Counter[Label] = Counter()
        seen: Counter[Label] = Counter()
        for _, row, column in self.pairs:
            seen.update((row, column))
            if row != column:
                off.update((row, column))
        return sorted(seen, key=lambda label: (-off[label], -seen[label]))[:n]


def compared(
    state: State | StateView,
    of: str,
    *,
    truth: Mapping[str, Label] | None = None,
    said: Mapping[str, Label] | None = None,
) -> Confusion:
    """Lay two sides' labels of the same items against each other.

    Parameters
    ----------
    state : State
        Of the person who answers now.
    of : str
        ``checks``: your blind answers against what the model said before, on items drawn at
        random. ``answers``: the same on all you answered blind, most of them asked because the
        model was unsure. ``truth``: given truth against what the model says now, on items kept
        aside. ``changed``: your first answer against your newest, where you gave more than one.
        ``person:<name>``: you against another, on items shared blind.
    truth, said : mapping of item_id to label
        For ``truth`` only.
    """
    if of == CHECKS:
        found = [(one.item_id, one.label, one.other) for one in drawn_checks(state).counted]
        about = "checks: items drawn at random, answered before I was seen"
        return Confusion(of, "you", "I", about, tuple(found))
    if of == ANSWERS:
        about = (
            "all you answered before I was seen; most were asked because I was unsure, so this "
            "shows where we differ, not how often"
        )
        return Confusion(of, "you", "I", about, tuple(_answers(state)))
    if of == TRUTH:
        known, says = truth or {}, said or {}
        found = [(one, label, says[one]) for one, label in known.items() if one in says]
        about = "items kept aside whose truth was given, against what I say of them now"
        return Confusion(of, "truth", "I", about, tuple(found))
    if of == CHANGED:
        about = "items you answered more than once: hidden repeats, revisions and corrections"
        return Confusion(of, "you, first", "you, now", about, tuple(_changed(state)))
    other = of.removeprefix(PERSON)
    shared = [
        (item_id, labels[state.person], labels[other])
        for item_id, labels in shared_labels(state).items()
        if state.person in labels and other in labels
    ]
    about = "items shared: both answered without seeing the other's answer"
    return Confusion(of, "you", other, about, tuple(shared))


def comparisons(state: State | StateView, *, held: bool) -> list[str]:
    """Return the comparisons there can be in a session, whether or not they count anything yet.

    Parameters
    ----------
    state : State
    held : bool
        Whether items are kept aside whose truth is known.
    """
    others = [f"{PERSON}{one}" for one in state.people if one != state.person]
    return [CHECKS, ANSWERS, *([TRUTH] if held else []), CHANGED, *others]


def _answers(state: State | StateView) -> Iterable[tuple[str, Label, Label]]:
    for item_id, seqs in state.answers.items():
        first, blind = state.judgments[seqs[0]], state.blind(item_id, state.person)
        mine = first.person == state.person and first.sealed and item_id not in state.imported
        if mine and first.predicted is not None and blind is not None:
            yield item_id, blind.label, first.predicted.label


def _changed(state: State | StateView) -> Iterable[tuple[str, Label, Label]]:
    for item_id, seqs in state.answers.items():
        own = [state.judgments[seq] for seq in seqs if state.judgments[seq].person == state.person]
        if len(own) >= TWO:
            yield item_id, own[0].label, own[-1].label
