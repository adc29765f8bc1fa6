"""Props of the second look: that labels contradict each other, and one such pair on a card."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rhml_widgets.views.item import glance_props

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rhml_widgets.items.pool import Pool
    from rhml_widgets.measures.contradictions import Contradiction
    from rhml_widgets.state import State, StateView

__all__ = ["twice_props"]

MAX_TEXT = 10_000

_NOTE = {
    "near-twins": "two near-identical items carry different labels.",
    "repeat": "asked again, you gave an item another label.",
    "suspicious": "one of your labels is not what I would have expected.",
    "people": "somebody else gave an item another label than you.",
}

_HEADING = {
    "near-twins": "Two near-identical items, two labels",
    "repeat": "One item, two answers",
    "suspicious": "Is this what you meant?",
    "people": "One item, two people, two labels",
}

_WHY = {
    "near-twins": "hardly a word differs",
    "repeat": "you were asked twice, without being told",
    "suspicious": "from your other answers I would have expected another label",
    "people": "what you choose is your answer; whose counts a third person's look decides",
}


def twice_props(
    state: State | StateView,
    pool: Pool,
    found: Sequence[Contradiction],
    card: Contradiction | None,
    *,
    may_resolve: bool,
    third: int = 0,
) -> dict[str, Any] | None:
    """Return what is said of contradictions, or None where there are none.

    Parameters
    ----------
    found : sequence of Contradiction
        Those that stand and may be shown, surest first.
    card : Contradiction or None
        The one that is open.
    may_resolve : bool
        False where nothing may be changed.
    third : int
        Items others label differently, which this person may look at blind.
    """
    if not found and not third:
        return None
    more = len(found) - 1
    rest = f" And {more:,} more." if more > 0 else ""
    items = "an item" if third == 1 else f"{third:,} items"
    return {
        "n": len(found),
        "third": third,
        "words": _NOTE[found[0].about] + rest
        if found
        else f"two people gave {items} different labels: a third look resolves.",
        "may_resolve": may_resolve,
        "card": None if card is None or not may_resolve else _card(state, pool, card),
    }


def _card(state: State | StateView, pool: Pool, one: Contradiction) -> dict[str, Any]:
    labels = list(state.classes)
    alone = one.item_id == one.other_id
    return {
        "id": one.id,
        "kind": one.about,
        "heading": _HEADING[one.about],
        "why": _WHY[one.about],
        "seen": state.seq,
        "items": [
            {"item_id": item_id, "text": text[:MAX_TEXT], **glance_props(pool, number)}
            for item_id in dict.fromkeys((one.item_id, one.other_id))
            for number in [pool.number(item_id)]
            for text in [pool.words(number)]
        ],
        "sides": [
            {"label": labels.index(one.label), "by": _by(state, one, one.item_id, first=True)},
            {
                "label": labels.index(one.other_label),
                "by": _by(state, one, one.other_id, first=False),
            },
        ],
        "apart": "both fit" if alone else "both are right",
    }


def _by(state: State | StateView, one: Contradiction, item_id: str, *, first: bool) -> str:
    if one.about == "suspicious" and not first:
        return "model"
    if one.about == "repeat":
        return "first" if first else "again"
    if one.about == "people" and not first:
        theirs = state.each(item_id).values()
        return next(
            (
                it.person
                for it in theirs
                if it.label == one.other_label and it.person != state.person
            ),
            "somebody",
        )
    return "brought" if state.own(item_id) is None else "you"
