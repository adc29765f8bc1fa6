"""People: what of theirs may be shared blind, what was, and where their labels differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rhml_widgets.seats import SHARED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rhml_widgets.journal.events import Label
    from rhml_widgets.state import State, StateView

__all__ = ["TWO", "Disagreement", "disagreements", "shareable", "shared_labels"]

TWO = 2


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
