"""Props of a sweep: a page of like predictions, and what is on offer beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rhml_widgets.views.item import glance_props
from rhml_widgets.views.words import excerpt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rhml_widgets.items.pool import Item, Pool
    from rhml_widgets.journal.events import Label
    from rhml_widgets.session import Session
    from rhml_widgets.state import State, StateView
    from rhml_widgets.sweeping import Sweep
    from rhml_widgets.views.desk import Desk

__all__ = ["PAGE", "OpenSweep", "found_props", "sweep_props", "twins_props"]

PAGE = 12
"""Cards on a page: what can be looked over at one go."""

MAX_CARD = 400
"""Characters of a card."""

MAX_FOUND = 200
"""Characters of an item that was found."""


class OpenSweep:
    """The page that lies open, shared by all views of a session."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._page: Sweep | None = None
        self._for = ""

    @property
    def _session(self) -> Session:
        return self._desk.session  # a desk keeps no session alive

    def cards(self) -> list[Item]:
        """Return what is left of the page: what was answered or asked meanwhile is gone.

        Whoever sits down later was not shown it: it tells what the model says.
        """
        if self._page is None or self._for != self._session.person:
            return []
        state, pool = self._session.state, self._session.pool
        if self._page.label is not None and not state.is_live(self._page.label):
            return []  # its class was renamed or went since
        gone = (state.answers, state.waiting, state.skipped)
        return [
            item
            for item in self._page.items
            if item.item_id in pool and not any(item.item_id in one for one in gone)
        ]

    def open(self, label: Label | None) -> int:
        """Open a page of a class, or of the fullest one; what lies open already stays.

        Returns
        -------
        int
            How many cards are on it.
        """
        left = self.cards()
        if self._page is None or not left or label not in (None, self._page.label):
            self._turn(label)
            left = self.cards()
        return len(left)

    def accept(
        self,
        item_ids: Sequence[str],
        label: Label,
        *,
        odd: Sequence[str],
        duration: float | None,
        event_id: str,
    ) -> int:
        """Accept cards but for the odd ones, and open the next page of that class."""
        seqs = self._session.verify(item_ids, label, odd=odd, duration=duration, event_id=event_id)
        if not self.cards() and self._session.learner.live is not None:
            said = None if self._page is None else self._page.label
            more = said is not None and self._session.sweepable().get(said, 0)
            self._turn(said if more else None)
        return len(seqs)

    def _turn(self, label: Label | None) -> None:
        self._for = self._session.person
        self._page = self._session.sweep(label, PAGE)

    def props(self) -> dict[str, Any]:
        """Return the props of the Sweep tab."""
        session = self._session
        said = session.sweepable()
        off = ""
        if session.read_only:
            off = "Nothing can be answered here, so nothing can be accepted."
        elif not said:
            off = "I have no model yet: answer items of two classes first."
        elif not any(said.values()):
            off = "Nothing is left to sweep: every item is answered, asked or put aside."
        return sweep_props(
            session.state,
            session.pool,
            page=self._page,
            cards=[] if off else self.cards(),
            said=said,
            looks=session.second_looks().words(),
            sought=session.sought,
            off=off,
        )


def sweep_props(
    state: State | StateView,
    pool: Pool,
    *,
    page: Sweep | None,
    cards: Sequence[Item],
    said: dict[Label, int],
    looks: str,
    sought: Label | None,
    off: str = "",
) -> dict[str, Any]:
    """Return what the Sweep tab shows; see `SweepProps` in ``js/src/shared/types.ts``.

    Parameters
    ----------
    page : Sweep or None
        Nothing of the model's view leaves before a page was asked for, but counts.
    cards : sequence of Item
        What is left of it.
    said : dict of label to int
        How many unjudged items the model says each class of.
    looks : str
        How earlier sweeps fared when looked at again.
    sought : label or None
        The class that is looked for.
    off : str
        Why nothing can be swept.
    """
    labels = list(state.classes)
    label = None if page is None or not cards else page.label
    return {
        "off": off,
        "label": None if label is None else labels.index(label),
        "cards": [
            {
                "item_id": item.item_id,
                "text": words[:MAX_CARD],
                "truncated": len(words) > MAX_CARD,
                "rows": int(pool.rows[number]),
                **glance_props(pool, number),
            }
            for item in cards
            for number in [pool.number(item.item_id)]
            for words in [pool.words(number)]
        ],
        "classes": [
            {"label": k, "n": said.get(one, 0)}
            for k, one in enumerate(labels)
            if state.is_live(one)
        ],
        "swept": len(state.swept),
        "looks": looks,
        "sought": None if sought is None else labels.index(sought),
    }


def twins_props(session: Session) -> dict[str, Any] | None:
    """Return the near-twins of the answer given last, as far as nobody judged them, or None."""
    state = session.state
    seq = state.last_action()
    judgment = None if seq is None else state.judgments.get(seq)
    if (
        judgment is None
        or judgment.batch is not None
        or judgment.item_id not in session.pool
        or state.standing is not None
        or session.read_only
        or not session.learner.is_sparse
    ):
        return None
    n = len(session.twins(judgment.item_id))
    if not n:
        return None
    content = session.pool.words(session.pool.number(judgment.item_id))
    return {
        "item_id": judgment.item_id,
        "seq": judgment.seq,
        "excerpt": excerpt(content, 60),
        "label": list(state.classes).index(judgment.label),
        "n": n,
    }


def found_props(items: Sequence[Item], pool: Pool) -> list[dict[str, Any]]:
    """Return what a search found, a row an item."""
    return [
        {
            "item_id": one.item_id,
            "text": excerpt(pool.words(number), MAX_FOUND),
            **glance_props(pool, number),
        }
        for one in items
        for number in [pool.number(one.item_id)]
    ]
