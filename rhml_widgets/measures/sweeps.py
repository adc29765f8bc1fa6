"""Sweeps: how labels fare at a second look, above all those accepted a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rhml_widgets.measures.agreement import AT_LEAST, count, decimal
from rhml_widgets.measures.intervals import anytime
from rhml_widgets.measures.outcomes import repeat_outcomes

if TYPE_CHECKING:
    from rhml_widgets.state import State, StateView

__all__ = ["SecondLooks", "second_look_words", "second_looks"]


@dataclass(frozen=True, slots=True)
class SecondLooks:
    """What hidden second looks at swept items show; the person is the reference.

    Attributes
    ----------
    n_swept : int
        Items with a standing answer from a sweep, or a second look at one.
    n : int
        Of them looked at again, drawn at random.
    held : int
        Of those, answered again as they were accepted.
    waiting : int
        Drawn and not answered yet.
    """

    n_swept: int
    n: int
    held: int
    waiting: int = 0

    @property
    def low(self) -> float:
        """Lower bound of the share that holds, in [0, 1]: 95 %, however often one looks."""
        return anytime(self.held, self.n)[0] if self.n else 0.0

    @property
    def high(self) -> float:
        """Upper bound of the share that holds, in [0, 1]."""
        return anytime(self.held, self.n)[1] if self.n else 1.0

    def words(self) -> str:
        """Say it: a count below 30, then the share that did not hold with its interval.

        Examples
        --------
        >>> SecondLooks(112, 14, 13).words()
        'of 14 looked at again, 13 held'
        >>> SecondLooks(8, 0, 0).words()
        'none looked at again yet'
        >>> SecondLooks(0, 0, 0).words()
        ''
        """
        if not self.n_swept:
            return ""
        if not self.n:
            return "none looked at again yet"
        told = f"of {self.n:,} looked at again, {self.held:,} held"
        if self.n < AT_LEAST:
            return told
        bounds = f"[{decimal(1 - self.high)}, {decimal(1 - self.low)}]"
        return f"{told}: {100 * (1 - self.held / self.n):.0f} % wrong {bounds}"


def second_looks(state: State | StateView) -> SecondLooks:
    """Count the hidden second looks at what was accepted in sweeps and stands.

    An item counts with the first answer after its second look was drawn. One that the person
    changed without being asked is left out: it was no draw.
    """
    n = held = waiting = 0
    for item_id, asked in state.rechecks.items():
        swept = state.swept.get(item_id)
        if swept is None or asked < swept:
            continue
        who = state.judgments[swept].person
        own = [seq for seq in state.answers[item_id] if state.judgments[seq].person == who]
        later = next((seq for seq in own if seq > asked), None)
        if later is None:
            waiting += item_id in state.waiting
            continue
        n += 1
        held += state.judgments[later].label == state.judgments[swept].label
    return SecondLooks(len(state.swept), n, held, waiting)


def second_look_words(state: State | StateView) -> list[str]:
    """Say of everybody's labels what second looks at them showed, a sentence for each kind.

    Labels accepted in sweeps, hidden repeats, and labels brought along that were looked at here.
    """
    told = []
    looks = second_looks(state)
    if looks.n_swept:
        items = "item was" if looks.n_swept == 1 else "items were"
        told.append(f"{looks.n_swept:,} {items} accepted in sweeps; {looks.words()}.")
    repeats = [one for person in state.people for one in repeat_outcomes(state, person)]
    if repeats:
        again = count(sorted(repeats, key=lambda one: one.seq), what="items")
        told.append(f"Asked again, unannounced, people gave the same answer on {again.share()}.")
    brought = [state.answer(one) for one in state.imported if one in state.answers]
    seen = [one for one in brought if one is not None]
    if seen:
        kept = sum(one.label == state.imported[one.item_id] for one in seen)
        labels = "label" if len(seen) == 1 else "labels"
        told.append(
            f"{len(seen):,} {labels} brought along came to be looked at here, not drawn at random: "
            f"{kept:,} held."
        )
    return told
