"""Turns: what each side changed in the other during one cycle, counted from the journal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rhml_widgets.records import CycleRecord, Judgment
    from rhml_widgets.state import State, StateView

__all__ = ["Turn", "labeled_in", "turn"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One cycle, or what there is of it.

    Attributes
    ----------
    number : int
    labeled : int
        Items the person answered that they had not answered before.
    taught : int
        Lessons given and not taken back.
    before, after : int or None
        Model versions at the beginning and after the update.
    changed, n_items : int or None
        Items the model labels otherwise after the update than when the cycle began, of so many;
        None where it had said nothing, or the session was reopened in between.
    shown : int
        Items whose reasons the model showed, most of them where the two differed.
    differed : int
        Those of them on which its label was not the person's, as it was asked or as it learned.
    revised, adopted : int
        Answers to them that the person changed since, and those changed to the model's label.
    note : str or None
        What the person wrote at the end.
    """

    number: int
    labeled: int
    taught: int
    before: int | None
    after: int | None
    changed: int | None
    n_items: int | None
    shown: int
    differed: int
    revised: int
    adopted: int
    note: str | None

    def words(self) -> list[str]:
        """Say what you changed in me, and what I changed in you.

        Examples
        --------
        >>> Turn(1, 10, 2, 3, 4, 31, 312, 5, 3, 2, 2, None).words()
        ['What you changed in me: 10 answers and 2 lessons; 31 of my 312 labels changed.', \
'What I changed in you: of 3 items where we differed you changed 2 answers, 2 of them to mine.']
        """
        given = _plural(self.labeled, "answer")
        if self.taught:
            given += f" and {_plural(self.taught, 'lesson')}"
        mine = f"What you changed in me: {given}"
        if self.changed is not None:
            mine += f"; {self.changed:,} of my {self.n_items:,} labels changed"
        elif self.after is not None:
            mine += (
                "; before that I had nothing to say"
                if self.before is None
                else "; how many of my labels changed was lost when the session was reopened"
            )
        if not self.shown:
            yours = "What I changed in you: I showed you nothing"
        elif not self.differed:
            yours = f"What I changed in you: nothing; on all {self.shown:,} I showed we agreed"
        else:
            yours = (
                f"What I changed in you: of {_plural(self.differed, 'item')} where we differed "
                f"you changed {_plural(self.revised, 'answer')}"
            )
            if self.revised:
                yours += f", {self.adopted:,} of them to mine"
        return [f"{mine}.", f"{yours}."]


def labeled_in(state: State | StateView, cycle: CycleRecord) -> list[Judgment]:
    """Return the person's first answers to items since a cycle began, up to its end."""
    end = cycle.steps.get("reflect", state.seq + 1)
    found = []
    for seq in state.judgments:
        one = state.judgments[seq]
        if cycle.began < seq < end and one.person == state.person:
            seqs = state.answers[one.item_id]
            own = [other for other in seqs if state.judgments[other].person == state.person]
            if own[0] == seq and one.stage != "verified":
                found.append(one)
    return found


def turn(state: State | StateView, cycle: CycleRecord) -> Turn:
    """Count what happened in a cycle."""
    end = cycle.steps.get("reflect", state.seq + 1)
    explained = cycle.steps.get("explain", end)
    shown = dict(cycle.about.get("shown", []))
    revised = adopted = differed = 0
    for item_id, mine in shown.items():
        own = [
            state.judgments[seq]
            for seq in state.answers.get(item_id, ())
            if state.judgments[seq].person == state.person
        ]
        before = [one for one in own if one.seq < explained]
        after = [one for one in own if explained < one.seq < end]
        if not before or before[-1].label == mine:
            continue
        differed += 1
        if after and after[-1].label != before[-1].label:
            revised += 1
            adopted += after[-1].label == mine
    lessons = [
        seq
        for seq, lesson in state.lessons.items()
        if cycle.began < seq < end and not lesson.retracted and lesson.origin == "person"
    ]
    about = cycle.about
    return Turn(
        cycle.number,
        len(labeled_in(state, cycle)),
        len(lessons),
        about.get("before"),
        about.get("after"),
        about.get("changed"),
        about.get("n_items"),
        len(shown),
        differed,
        revised,
        adopted,
        about.get("note"),
    )


def _plural(n: int, word: str) -> str:
    return f"{n:,} {word}{'' if n == 1 else 's'}"
