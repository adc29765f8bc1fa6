"""Contradictions: where the labels people gave do not go together, and what was settled of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rhml_widgets.measures.people import disagreements

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rhml_widgets.journal.events import Label
    from rhml_widgets.state import State, StateView

__all__ = ["KINDS", "Contradiction", "people_at_odds", "repeats_at_odds", "standing"]

KINDS = ("people", "repeat", "near-twins", "suspicious")
"""In the order they are raised: what is surest to be one first."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two labels of which one, or what they are held against, may be wrong.

    Attributes
    ----------
    about : {"near-twins", "repeat", "suspicious", "people"}
    item_id, other_id : str
        The same twice where it is about one item.
    label, other_label : Label
        Of ``near-twins``, the label of each; of a ``repeat``, the earlier answer and the later
        one; of a ``suspicious`` label, itself and what the model expects instead; of ``people``,
        the label of who answers now and somebody else's.
    strength : float in [0, 1]
        How alike the twins are; how far the model prefers the other label; 1 for the others.
    """

    about: str
    item_id: str
    other_id: str
    label: Label
    other_label: Label
    strength: float

    @property
    def id(self) -> str:
        """Names it as long as it stands."""
        return "|".join(
            (self.about, self.item_id, self.other_id, str(self.label), str(self.other_label))
        )

    def answers(self) -> tuple[tuple[str, Label], ...]:
        """Return the answers it is about: what the model expects is none."""
        own = (self.item_id, self.label)
        return (own,) if self.about == "suspicious" else (own, (self.other_id, self.other_label))


def repeats_at_odds(state: State | StateView) -> list[Contradiction]:
    """List the hidden repeats that were answered otherwise, unless the answer was changed since."""
    found = []
    for item_id in state.repeats:
        again, answer = state.probed(item_id), state.own(item_id)
        if again is None or answer is None or answer.seq >= again.seq:
            continue
        if answer.label != again.label and item_id not in state.relabel:
            found.append(Contradiction("repeat", item_id, item_id, answer.label, again.label, 1.0))
    return found


def people_at_odds(state: State | StateView) -> list[Contradiction]:
    """List the items that who answers now and somebody else label differently.

    Only where both have answered: nobody is told another's label before their own. Left out are
    those a third look has settled, and those that wait for one.
    """
    found = []
    for one in disagreements(state):
        own = state.own(one.item_id)
        if own is None or one.settled:
            continue
        other = next((label for _, label in one.labels if label != own.label), None)
        if other is not None:
            found.append(Contradiction("people", one.item_id, one.item_id, own.label, other, 1.0))
    return found


def standing(state: State | StateView, found: Iterable[Contradiction]) -> list[Contradiction]:
    """Return those that still stand, in the order of `KINDS`, each kind by strength.

    Left out are those of which an answer was changed since they were found, those that were
    settled and of which no answer was changed since, and those that would give away an earlier
    answer to an item that waits to be asked again. A label is not suspicious while another
    contradiction asks about it, nor once it was confirmed in settling one.
    """
    settled = {
        _key(one.about, zip(one.item_ids, one.labels, strict=True))
        for one in state.resolutions.values()
    }
    left = [
        one
        for one in [
            *people_at_odds(state),
            *repeats_at_odds(state),
            *_in_todays_names(state, found),
        ]
        if _holds(state, one) and _key(one.about, one.answers()) not in settled
    ]
    surer = [one for one in left if one.about != "suspicious"]
    asked = {item_id for one in surer for item_id in (one.item_id, one.other_id)}
    confirmed = {
        pair
        for one in state.resolutions.values()
        for pair in zip(one.item_ids, one.labels, strict=True)
    }
    doubts = [
        one
        for one in left
        if one.about == "suspicious"
        and one.item_id not in asked
        and (one.item_id, one.label) not in confirmed
    ]
    return sorted([*surer, *doubts], key=lambda one: (KINDS.index(one.about), -one.strength))


def _in_todays_names(
    state: State | StateView, found: Iterable[Contradiction]
) -> list[Contradiction]:
    """Return what was found before classes changed as it reads now; what is settled by it, not."""
    told = [
        replace(one, label=state.means(one.label), other_label=state.means(one.other_label))
        for one in found
    ]
    return [
        one
        for one in told
        if one.label != one.other_label
        and state.is_live(one.label)
        and state.is_live(one.other_label)
    ]


def _holds(state: State | StateView, one: Contradiction) -> bool:
    both = (one.item_id, one.other_id)
    if any(state.asked_again(item_id) or item_id in state.relabel for item_id in both):
        return False
    if one.about in ("repeat", "people"):
        return True  # read off the answers as they are
    return all(state.given(item_id) == label for item_id, label in one.answers())


def _key(
    about: str, answers: Iterable[tuple[str, Label]]
) -> tuple[str, tuple[tuple[str, Label], ...]]:
    return about, tuple(sorted(answers))
